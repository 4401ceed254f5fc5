"""What changed between two finished runs: by zone, for all, by group, and how evenly."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pandas as pd

from geoprio._core.errors import InputError
from geoprio.effect.capacities import mixed_capacities
from geoprio.effect.comparable import BOUNDARY, boundary_changes, differences, refuse
from geoprio.effect.difference_words import said_differences
from geoprio.effect.groups import by_columns, by_people, face_and_lining
from geoprio.effect.measured import Measured, city_value, shared_indicators, weights_of
from geoprio.effect.neutralised import left_out, neutralised
from geoprio.effect.outlines import in_outlines_of
from geoprio.effect.recount import TOLERANCE, people
from geoprio.effect.rescored import imputed_note, rank_moves
from geoprio.effect.runs import FinishedRun, load_run
from geoprio.effect.said import Said, said_changes
from geoprio.effect.split import Split, newly_served, split_runs
from geoprio.effect.spread import equity, ranked_by
from geoprio.effect.verdicts import VERDICTS, verdicts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import geopandas as gpd

    from geoprio.effect.comparable import Difference
    from geoprio.score.diff import RunDiff

TOLD: Final = ("direction", "unit")
COVERED: Final = Measured("", ("", ""), "share", -1, None, "known")


@dataclass(frozen=True)
class Change:
    """What changed between two runs.

    Attributes
    ----------
    before, after : FinishedRun
        As they were compared: after neutralising.
    differences : tuple of Difference
        In what the runs differ beside their results, and what was done about it.
    measures : dict of str to Measured
        The indicators, in the order of their columns, with titles, units, directions and targets.
    zones : DataFrame
        Index (`zone_id`, `code`); `before`, `after`, `change` (NaN where not known), `verdict`, `met_before`,
        `met_after` (nullable; missing where there is no target or no value).
    city : DataFrame
        Index `code`; `before`, `after`, `change`, `verdict` of all zones together, over the zones known in both;
        `zones_known`, `zones_better`, `zones_worse`, `zones_same`, `zones_unknown`; `people_better`, `people_worse`,
        `people_same`, `people_unknown` (who lived there before); `met_before`, `met_after` (zones) and `with_target`.
    groups : DataFrame
        Index (`by`, `group`, `code`): `district`, `zone_type` and `people` (60+, 0-2, all); `before`, `after`,
        `change`, `verdict`, `people`, and `people_better`, `people_worse` where groups are of zones.
    served : DataFrame
        Index category; demand `gained`, `lost`, `kept`, `without` and `unknown` of the people before, by building. No
        rows where buildings cannot be matched.
    equity : DataFrame
        Index (`code`, `measure`); `level` (zone or building), `before`, `after`, `change`.
    ranked_by : str
        What the concentration index ranks people by: a column of deprivation, ``priority``, or empty: the value itself.
    split : Split
        Supply and demand parts of the change.
    sides : DataFrame
        Index `code` of defects; `side` (face or lining), `before`, `after`, `change`, `verdict`. No rows without
        condition.
    ranks : RunDiff or None
        What moved each zone's rank.
    people : Series
        Index `zone_id`; who lived in each compared zone before.
    people_unit : str
        ``population``, ``dwellings`` or ``buildings``: what `people` counts.
    added, removed : tuple of str
        Zones of one run only.
    boundary_changed : dict of str to float
        Zones whose outline changed: differing area ÷ joint area.
    notes : tuple of (zh, en)
        What a reader must know: what is allowed, neutralised, left out, or not known.
    said : Said
        What residents said in the surveys of both runs, with intervals.
    ranges : DataFrame or None
        Index `code`; `change`, `low`, `high`: between what the change lies under other speeds, thresholds and
        catchments. None unless `geoprio.pipeline.change_ranges` computed it.
    zone_ranges : DataFrame or None
        Index (`zone_id`, `code`); `low`, `high` of each zone; NaN where the change is not known under all of them.
    """

    before: FinishedRun
    after: FinishedRun
    differences: tuple[Difference, ...]
    measures: dict[str, Measured]
    zones: pd.DataFrame
    city: pd.DataFrame
    groups: pd.DataFrame
    served: pd.DataFrame
    equity: pd.DataFrame
    split: Split
    sides: pd.DataFrame
    ranks: RunDiff | None
    people: pd.Series
    people_unit: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    boundary_changed: dict[str, float]
    notes: tuple[tuple[str, str], ...]
    said: Said = field(default_factory=Said)
    ranges: pd.DataFrame | None = None
    zone_ranges: pd.DataFrame | None = None
    ranked_by: str = ""

    @property
    def wide(self) -> gpd.GeoDataFrame:
        """One row per zone for maps: `{code}_before`, `_after`, `_change`, `_verdict`; outlines as before.

        Where ranges were computed `{code}_change_low` and `_change_high` follow.
        """
        ids = self.people.index
        told = [c for c in ("name", "zone_type", "district") if c in self.before.zones]
        table = self.before.zones.loc[ids, [*told, "geometry"]]
        parts = {
            f"{code}_{name}": self.zones[name].xs(code, level="code").reindex(ids)
            for code in self.measures
            for name in ("before", "after", "change", "verdict")
        }
        if self.zone_ranges is not None:
            parts |= {
                f"{code}_change_{end}": self.zone_ranges[end].xs(code, level="code").reindex(ids)
                for code in self.zone_ranges.index.get_level_values("code").unique()
                for end in ("low", "high")
            }
        parts |= {
            "people": self.people,
            "boundary_changed": pd.Series(ids.isin(list(self.boundary_changed)), index=ids),
        }
        geometry = table.geometry
        wide = table.drop(columns="geometry").join(pd.DataFrame(parts, index=ids))
        return wide.assign(geometry=geometry).set_geometry("geometry", crs=geometry.crs)


def compare(
    before: FinishedRun | str | Path,
    after: FinishedRun | str | Path,
    *,
    allow: Iterable[str] = (),
    tolerance: float = BOUNDARY,
    extra: Mapping[str, int] | None = None,
    deprivation: str | None = None,
) -> Change:
    """Return what changed between two finished runs.

    Parameters
    ----------
    before, after : FinishedRun, str or Path
        Runs, or the folders that `geoprio run` wrote.
    allow : iterable of str
        Differences between the runs that are accepted by name; see `geoprio.effect.comparable.REFUSABLE`.
    tolerance : float
        Share of a zone's area by which its outline may differ.
    extra : mapping of column to {1, -1, 0}, optional
        Further columns of both runs' zones that are compared: 1 = less is better, -1 = more is better.
    deprivation : str, optional
        Column of the zones before, larger = worse off, by which the concentration index ranks people; default: the
        priority before.

    Returns
    -------
    Change

    Raises
    ------
    InputError
        If the runs share no zone or category, or differ in what makes them incomparable: with reason and mend.
    MissingError
        If a folder or a file of it is not there.
    """
    one, two = (run if isinstance(run, FinishedRun) else load_run(run) for run in (before, after))
    found = differences(one, two, allow=allow, tolerance=tolerance)
    ids = one.zones.index.intersection(two.zones.index, sort=False)
    if ids.empty or not set(one.rules) & set(two.rules):
        raise InputError(
            f"{one.name} and {two.name} share no {'zone id' if ids.empty else 'category'}; compare runs of one city."
        )
    refuse(found)
    return _changed(one, two, ids, found, tolerance=tolerance, extra=extra, deprivation=deprivation)


def _changed(
    one: FinishedRun,
    two: FinishedRun,
    ids: pd.Index,
    found: tuple[Difference, ...],
    *,
    tolerance: float,
    extra: Mapping[str, int] | None,
    deprivation: str | None,
) -> Change:
    """Return the change between runs that can be compared, over the zones `ids`."""
    categories = tuple(c for c in one.rules if c in two.rules)
    two, notes = neutralised(one, two, categories, {d.code for d in found})
    measures = {m.code: m for m in shared_indicators(one, two, categories, extra)}
    if any(d.code == "boundary" for d in found) and one.crs == two.crs:
        two, drawn = in_outlines_of(one, two, boundary_changes(one, two, tolerance), measures)
        notes += drawn
    gone, why_gone = left_out(one, two, measures, {d.code for d in found})
    measures = {code: what for code, what in measures.items() if code not in gone}
    lives, unit = people(one)
    moved = people(two)[0]
    zones = _by_zone(one, two, ids, measures)
    parts = split_runs(one, two, categories, ids)
    ranks, why = rank_moves(one, two, _names(one))
    said = said_changes(one, two, ids, lives)
    notes += imputed_note(one, two, ids) if "priority" in measures else []
    told = [
        *said_differences(found),
        *mixed_capacities(one, two, categories),
        *notes,
        *said.notes,
        *why_gone,
        *parts.notes,
        *([why] if why else []),
    ]
    groups, skipped = _groups(one, two, zones, measures, (lives, moved))
    return Change(
        before=one,
        after=two,
        differences=found,
        measures=measures,
        zones=zones,
        city=_city(one, two, zones, measures, (lives, moved)),
        groups=groups,
        served=_served(one, two, categories, ids),
        equity=equity(one, two, ids, measures, deprivation=deprivation),
        split=parts,
        sides=face_and_lining(one, two, zones, measures, (lives, moved)),
        ranks=ranks,
        people=lives.reindex(ids).fillna(0.0),
        people_unit=unit,
        added=tuple(two.zones.index.difference(ids)),
        removed=tuple(one.zones.index.difference(ids)),
        boundary_changed=boundary_changes(one, two, tolerance),
        notes=tuple(dict.fromkeys([*told, *skipped])),
        said=said,
        ranked_by=ranked_by(one, deprivation),
    )


def _names(run: FinishedRun) -> dict[str, str]:
    if "name" not in run.zones:
        return {}
    known = run.zones["name"].dropna()
    return {str(zone): str(name) for zone, name in known.items()}


def _by_zone(one: FinishedRun, two: FinishedRun, ids: pd.Index, measures: Mapping[str, Measured]) -> pd.DataFrame:
    tables = {}
    for code, what in measures.items():
        before, after = (run.zones[code].astype(float).reindex(ids) for run in (one, two))
        table = pd.DataFrame({"before": before, "after": after, "change": after - before})
        table["verdict"] = verdicts(before, after, what.direction, what.unit)
        for name, values in (("met_before", before), ("met_after", after)):
            table[name] = met(values, what)
        tables[code] = table
    names = ["code", "zone_id"]
    if not tables:
        raise InputError(f"{one.name} and {two.name} share no indicator; compare runs of one city.")
    return pd.concat(tables, names=names).swaplevel().sort_index(level=0, sort_remaining=False)


def met(values: pd.Series, what: Measured) -> pd.Series:
    """Return whether each value meets the target; missing without target, direction or value."""
    answer = pd.Series(pd.NA, index=values.index, dtype="boolean")
    if what.target is None or not what.direction:
        return answer
    off = what.direction * (values - what.target)
    answer[values.notna()] = (off <= TOLERANCE * max(1.0, abs(what.target)))[values.notna()]
    return answer


def _city(
    one: FinishedRun,
    two: FinishedRun,
    zones: pd.DataFrame,
    measures: Mapping[str, Measured],
    lives: tuple[pd.Series, pd.Series],
) -> pd.DataFrame:
    rows = {}
    for code, what in measures.items():
        table = zones.xs(code, level="code")
        known = table.index[table["change"].notna()]
        sides = [
            city_value(table.loc[known, name], weights_of(run, what, who).reindex(known).fillna(0.0), what)
            for name, run, who in (("before", one, lives[0]), ("after", two, lives[1]))
        ]
        row: dict[str, object] = {"before": sides[0], "after": sides[1], "change": sides[1] - sides[0]}
        row["zones_known"] = len(known)
        inhabitants = lives[0].reindex(table.index).fillna(0.0)
        for verdict in VERDICTS:
            there = table["verdict"] == verdict
            row |= {f"zones_{verdict}": int(there.sum()), f"people_{verdict}": float(inhabitants[there].sum())}
        row |= {name: int(table[name].fillna(value=False).sum()) for name in ("met_before", "met_after")}
        row["with_target"] = int((table["met_before"].notna() & table["met_after"].notna()).sum())
        rows[code] = row
    found = pd.DataFrame.from_dict(rows, orient="index").rename_axis("code")
    signs, units = (pd.Series([getattr(measures[c], k) for c in found.index], found.index) for k in TOLD)
    found.insert(3, "verdict", verdicts(found["before"], found["after"], signs, units))
    return found


def _groups(
    one: FinishedRun,
    two: FinishedRun,
    zones: pd.DataFrame,
    measures: Mapping[str, Measured],
    lives: tuple[pd.Series, pd.Series],
) -> tuple[pd.DataFrame, list[tuple[str, str]]]:
    ids = zones.index.get_level_values("zone_id").unique()
    by_zone = by_columns(one, two, zones, measures, lives)
    of_people, notes = by_people(one, two, ids, tuple(c for c in one.rules if c in two.rules))
    table = pd.concat([by_zone, of_people])
    codes = table.index.get_level_values("code")
    # Shares of groups of people are told of categories whose share of everybody may be left out.
    known = [measures.get(c, COVERED) for c in codes]
    signs, units = (pd.Series([getattr(what, k) for what in known], table.index) for k in TOLD)
    return table.assign(verdict=verdicts(table["before"], table["after"], signs, units)), notes


def _served(one: FinishedRun, two: FinishedRun, categories: tuple[str, ...], ids: pd.Index) -> pd.DataFrame:
    found = {c: newly_served(one, two, c, ids) for c in categories}
    rows = {c: dict(row) for c, row in found.items() if row is not None}
    columns = ["gained", "lost", "kept", "without", "unknown"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=None if rows else columns).rename_axis("category")
