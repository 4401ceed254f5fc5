"""Changes by group: districts, kinds of zones, groups of people, face and lining."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from geoprio._core.columns import PEOPLE
from geoprio.effect.measured import city_value, weights_of
from geoprio.effect.recount import counted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geoprio.effect.measured import Measured
    from geoprio.effect.runs import FinishedRun

COLUMNS: Final = ("district", "zone_type")
GROUP_TITLES: Final = {
    "population": ("全部居民", "all residents"),
    "population_60plus": ("60岁以上", "people aged 60+"),
    "population_0_2": ("0–2岁", "children under 3"),
}
INDEX: Final = ("by", "group", "code")
UNKNOWN: Final = "unknown"
"""The group of zones of which it is not known: without it groups would not add up to all."""


def by_columns(
    one: FinishedRun,
    two: FinishedRun,
    zones: pd.DataFrame,
    measures: Mapping[str, Measured],
    lives: tuple[pd.Series, pd.Series],
) -> pd.DataFrame:
    """Return the change of every indicator in each district and kind of zone, as they were before.

    Parameters
    ----------
    one, two : FinishedRun
    zones : DataFrame
        As `Change.zones`.
    measures : mapping of code to Measured
    lives : two Series
        Who lived in each zone before and after.

    Returns
    -------
    DataFrame
        Index (`by`, `group`, `code`); `before`, `after`, `change`, `people`, `people_better`, `people_worse`. Zones of
        which the district or kind is not known are the group ``unknown``.
    """
    rows: dict[tuple[str, str, str], dict[str, float]] = {}
    for code, what in measures.items():
        table = zones.xs(code, level="code")
        table = table.assign(_people=lives[0].reindex(table.index).fillna(0.0))
        for name, run, who in (("before", one, lives[0]), ("after", two, lives[1])):
            table[f"_w_{name}"] = weights_of(run, what, who).reindex(table.index).fillna(0.0)
        for by in COLUMNS:
            if by not in one.zones:
                continue
            kinds = one.zones[by].astype(object).reindex(table.index)
            if not kinds.notna().any():
                continue
            for group, part in table.groupby(kinds.fillna(UNKNOWN).astype(str)):
                rows[by, str(group), code] = _row(part, what)
    return _table(rows, ("people", "people_better", "people_worse"))


def _row(part: pd.DataFrame, what: Measured) -> dict[str, float]:
    known = part[part["change"].notna()]
    sides = {name: city_value(known[name], known[f"_w_{name}"], what) for name in ("before", "after")}
    if known.empty:
        sides = dict.fromkeys(sides, np.nan)
    won = {f"people_{v}": float(part.loc[part["verdict"] == v, "_people"].sum()) for v in ("better", "worse")}
    return sides | {"people": float(part["_people"].sum())} | won


def by_people(
    one: FinishedRun, two: FinishedRun, ids: pd.Index, categories: tuple[str, ...]
) -> tuple[pd.DataFrame, list[tuple[str, str]]]:
    """Return the coverage of everybody, people aged 60+ and children under 3, each counted by building.

    Parameters
    ----------
    one, two : FinishedRun
    ids : Index
        Zones to compare.
    categories : tuple of str

    Returns
    -------
    table : DataFrame
        As `by_columns` returns it, `by` = ``people``.
    notes : list of (zh, en)
        Groups of which too little is known.
    """
    rows: dict[tuple[str, str, str], dict[str, float]] = {}
    unknown = []
    for group in PEOPLE:
        if any(group not in run.buildings or not run.buildings[group].notna().any() for run in (one, two)):
            unknown.append(GROUP_TITLES[group])
            continue
        for category in categories:
            rule = one.rules[category]
            sides = [counted(run, category, threshold=rule["threshold"], unit=rule["unit"]) for run in (one, two)]
            heads = [
                run.buildings[group].fillna(0.0).to_numpy(float) * side["zone_id"].isin(ids).to_numpy()
                for run, side in zip((one, two), sides, strict=True)
            ]
            shares = [_share(side, who) for side, who in zip(sides, heads, strict=True)]
            row = {"before": shares[0], "after": shares[1], "people": float(heads[0].sum())}
            rows["people", group, f"{category}_covered_share"] = row
    return _table(rows, ("people", "people_better", "people_worse")), _not_known(unknown)


def _not_known(groups: list[tuple[str, str]]) -> list[tuple[str, str]]:
    if not groups:
        return []
    zh, en = ("、".join(g[0] for g in groups), ", ".join(g[1] for g in groups))
    return [
        (f"{zh}的人数未知，未按这些人群比较", f"How many there are of {en} is not known: not compared by these groups")
    ]


def _share(side: pd.DataFrame, heads: np.ndarray) -> float:
    known = heads * side["known"].to_numpy(bool)
    return float((known * side["covered"].to_numpy(bool)).sum() / known.sum()) if known.sum() > 0 else np.nan


def face_and_lining(
    one: FinishedRun,
    two: FinishedRun,
    zones: pd.DataFrame,
    measures: Mapping[str, Measured],
    lives: tuple[pd.Series, pd.Series],
) -> pd.DataFrame:
    """Return the change of condition, with the side of each defect: what shows, or structure, pipes and wires.

    Returns
    -------
    DataFrame
        Index `code`; `side`, `before`, `after`, `change`, `zones_better`, `zones_worse`.
    """
    rows = {}
    for code, what in measures.items():
        if not what.side:
            continue
        table = zones.xs(code, level="code")
        known = table[table["change"].notna()]
        sides = {
            name: city_value(known[name], weights_of(run, what, who).reindex(known.index).fillna(0.0), what)
            for name, run, who in (("before", one, lives[0]), ("after", two, lives[1]))
        }
        counts = {f"zones_{v}": int((table["verdict"] == v).sum()) for v in ("better", "worse")}
        rows[code] = {"side": what.side, **sides, "change": sides["after"] - sides["before"], **counts}
    columns = ["side", "before", "after", "change", "zones_better", "zones_worse"]
    found = pd.DataFrame.from_dict(rows, orient="index", columns=None if rows else columns).rename_axis("code")
    return found.sort_values("side", kind="stable")


def _table(rows: Mapping[tuple[str, str, str], Mapping[str, float]], rest: tuple[str, ...]) -> pd.DataFrame:
    index = (
        pd.MultiIndex.from_tuples(list(rows), names=INDEX) if rows else pd.MultiIndex.from_arrays([[]] * 3, names=INDEX)
    )
    table = pd.DataFrame(list(rows.values()), index=index, columns=["before", "after", *rest]).astype(float)
    table.insert(2, "change", table["after"] - table["before"])
    return table
