"""Join a list of compounds to the zones: values become columns of the zones, doubtful matches a table to review."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geoprio._core.errors import InputError
from geoprio.city.matching import MARGIN, NEAR_M, SURE, candidate_pairs, decide
from geoprio.city.names import comparable
from geoprio.city.review import review_rows, reviewed
from geoprio.city.shapes import inner_points
from geoprio.sources.compounds import COUNTS, KEYS, ROLE, TEXTS, CompoundList

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from geoprio._core.findings import Findings
    from geoprio.sources.spec import CompoundsSpec

SUMMED: Final = (*COUNTS, "area_m2", "investment_cny")
MEANS: Final = ("year_built", "floors")
"""Of several rows in a zone the mean is taken, weighted by dwellings where they are known for all."""
BOUNDS: Final = ("year_built_low", "year_built_high")
"""The first and the last year that the list names for a zone."""
BUILDING_COLUMNS: Final = ("floors", "year_built", "dwellings", "population", "population_60plus", "population_0_2")
"""What a stand-in takes from the list."""


@dataclass(frozen=True)
class Joined:
    """What a list says of the zones.

    Attributes
    ----------
    columns : DataFrame
        Index `zone_id`, those that a row was joined to; the list's values, `list_row` (several by ";"),
        `match_method`, `match_score` (0 to 100, the lowest of several).
    points : GeoSeries
        Index `zone_id`: where the one row of a zone lies, if it has coordinates in or near it.
    report : dict
        Counts, join rate and the rows to review, for the data-quality report.
    """

    columns: pd.DataFrame
    points: gpd.GeoSeries
    report: dict[str, Any]

    def places(self, zones: gpd.GeoDataFrame) -> gpd.GeoSeries:
        """Return an inner point of its zone for each row of the list, several rows of a zone also under "3;7"."""
        rows = self.columns["list_row"]
        rows = pd.concat([rows, rows[rows.str.contains(";")].str.split(";").explode()])
        shapes = inner_points(zones.geometry.loc[rows.index].to_numpy())
        return gpd.GeoSeries(shapes, index=pd.Index(rows.to_numpy(), dtype="str"), crs=zones.crs)


def join_compounds(
    listed: CompoundList, zones: gpd.GeoDataFrame, spec: CompoundsSpec, base: Path, findings: Findings
) -> Joined:
    """Return the list's values by zone.

    Parameters
    ----------
    listed : CompoundList
    zones : GeoDataFrame
        Index `zone_id`; `name`, and where known `address`, `district`, `street_committee`, `community`; metres.
    spec : CompoundsSpec
    base : Path
        The project's folder.
    findings : Findings
        Takes the rows that were not joined.

    Raises
    ------
    InputError, MissingError
        If the reviewed table is not there or does not fit the list or the zones.
    """
    table = listed.table
    points = listed.points.to_crs(zones.crs) if listed.points is not None else None
    pairs = candidate_pairs(table, points, zones, spec.join)
    decided = decide(pairs, table["name"])
    if spec.matches is not None:
        decided = reviewed(decided, table, zones, spec.matches, base, findings)
    _check_places(points, zones, spec, findings)
    _set_aside(decided, table, findings)
    used = decided[decided["decision"] == "used"]
    values = table.iloc[used.index].assign(
        zone_id=zones.index[used["zone"]], match_method=used["method"].to_numpy(), match_score=used["score"].to_numpy()
    )
    columns = _of_zones(values, listed.values, findings)
    findings.used(ROLE, len(used))
    doubtful = int((decided["decision"] == "review").sum())
    text = f"{len(used)} of {len(table)} rows were joined to {used['zone'].nunique()} of {len(zones)} zones"
    if doubtful:
        findings.warn(ROLE, f"{text}; {doubtful} doubtful row{'s' * (doubtful > 1)} in compounds_review.csv, not used")
    else:
        findings.info(ROLE, text)
    return Joined(columns, _single_points(values, points, zones), _report(decided, pairs, table, zones, spec))


def fill_zones(zones: gpd.GeoDataFrame, joined: Joined, findings: Findings) -> gpd.GeoDataFrame:
    """Return the zones with the list's columns.

    Where the zones file itself has a value, it stays; what the list says otherwise is in the rejects.
    """
    out = zones.copy()
    for name in joined.columns.columns:
        theirs = joined.columns[name].reindex(zones.index)
        if name not in zones:
            out[name] = theirs
            continue
        own = zones[name]
        out[name] = own.where(own.notna(), theirs)
        _conflicts(own, theirs, joined.columns["list_row"].reindex(zones.index), findings)
    for bound in BOUNDS:
        if "year_built" in zones and bound in out:
            out[bound] = zones["year_built"].fillna(out[bound])
    return out


def stand_ins(zones: gpd.GeoDataFrame, joined: Joined, findings: Findings) -> gpd.GeoDataFrame:
    """Return one point for each zone with a row of the list, in place of buildings that are not known.

    Parameters
    ----------
    zones : GeoDataFrame
        From `fill_zones`.

    Returns
    -------
    GeoDataFrame
        Index `building_id` (``s`` and the zone's id); `zone_id`, `use`, the list's numbers, `x`, `y`, `stand_in`,
        point.

    Raises
    ------
    InputError
        If the list gives dwellings for no zone.
    """
    known = zones.loc[zones.index.isin(joined.columns.index)]
    if "dwellings" not in known or not known["dwellings"].notna().any():
        raise InputError(
            "[compounds] without [buildings] the list must give the dwellings of zones, and it does for none; name "
            "their column in columns, or add [buildings]."
        )
    points = pd.Series(inner_points(known.geometry.to_numpy()), index=known.index, dtype=object)
    own = joined.points[joined.points.index.isin(known.index)]
    points[own.index] = own.to_numpy()
    shapes = np.asarray(points.to_numpy(), dtype=object)
    columns = {c: known[c].astype(float).to_numpy() for c in BUILDING_COLUMNS if c in known}
    ids = pd.Index([f"s{zone}" for zone in known.index], dtype="str", name="building_id")
    frame = gpd.GeoDataFrame(
        {"zone_id": known.index.astype("str"), "use": "residential", **columns,
         "x": shapely.get_x(shapes), "y": shapely.get_y(shapes), "stand_in": True},
        geometry=shapes, crs=zones.crs,
    ).set_axis(ids)  # fmt: skip
    findings.warn(
        "buildings",
        f"no footprints: one point with the list's dwellings stands in for the buildings of each of {len(frame)} zones "
        f"({len(own)} at the list's coordinates, {len(frame) - len(own)} at an inner point); "
        f"{len(zones) - len(frame)} zones without a row of the list have none. Distances are those of this point",
    )
    return frame


def _set_aside(decided: pd.DataFrame, table: pd.DataFrame, findings: Findings) -> None:
    shown = table["name"].fillna(table["address"]).fillna(table["id"]).fillna("")
    for decision, reason, mend in (
        ("review", "its zone is doubtful", "look at compounds_review.csv and set [compounds] matches"),
        ("none", "it belongs to no zone", "check name, address and id; or add its zone"),
    ):
        for why, rows in decided[decided["decision"] == decision].groupby("why", sort=True).groups.items():
            at = np.asarray(rows, int)
            findings.reject(ROLE, table.index[at], f"{reason}: {why}", mend, values=shown.iloc[at])


def _check_places(
    points: gpd.GeoSeries | None, zones: gpd.GeoDataFrame, spec: CompoundsSpec, findings: Findings
) -> None:
    """Warn if hardly a row lies in or near a zone: then the coordinates are others than stated."""
    if points is None or not len(points) or "coordinates" not in spec.join:
        return
    tree = shapely.STRtree(zones.geometry.to_numpy())
    near = np.unique(tree.query(points.to_numpy(), predicate="dwithin", distance=NEAR_M)[0])
    text = f"{len(near)} of {len(points)} rows with coordinates lie in or within {NEAR_M:g} m of a zone"
    if len(near) < len(points) / 2:
        findings.warn(ROLE, f"{text}; check x, y and crs = {spec.crs!r}")
    else:
        findings.info(ROLE, text)


# ------------------------------------------------------------------------------------------------------------ values


def _of_zones(rows: pd.DataFrame, columns: tuple[str, ...], findings: Findings) -> pd.DataFrame:
    """Return one line for each zone; several rows of a zone are put together."""
    groups = rows.groupby("zone_id", sort=True)
    size = groups.size()
    named = [c for c in (*columns, *(k for k in KEYS[2:] if rows[k].notna().any())) if c != "approximate"]
    out = pd.DataFrame(index=size.index)
    gaps: dict[str, int] = {}
    for name in named:
        known = groups[name].count()
        merged = _put_together(name, rows, groups[name])
        out[name] = merged
        open_ = int(((size > 1) & (known > 0) & merged.isna()).sum())
        if open_:
            gaps[name] = open_
    if "approximate" in columns:
        several = groups[[c for c in MEANS if c in rows]].nunique().gt(1).any(axis=1)
        out["approximate"] = (groups["approximate"].any() | several).astype("boolean")
    out["list_row"] = groups["zone_id"].agg(lambda group: ";".join(str(r) for r in group.index)).astype("str")
    out["match_method"] = groups["match_method"].agg(lambda group: ", ".join(sorted(set(group)))).astype("str")
    out["match_score"] = groups["match_score"].min()
    if (size > 1).any():
        findings.info(
            ROLE,
            f"{int((size > 1).sum())} zones have several rows: counts, areas and money are added, years and floors "
            "averaged",
        )
    for name, count in gaps.items():
        findings.info(ROLE, f"{name}: the rows of {count} zones differ, or one does not say it: taken as missing")
    return out


def _put_together(name: str, rows: pd.DataFrame, values: Any) -> pd.Series:  # noqa: ANN401 - a grouped column
    """Return one value for each zone; missing where its rows do not give one."""
    result: pd.Series
    if name in SUMMED:
        # The sum of what is known would pass for the whole.
        result = values.sum(min_count=1).where(values.count() == values.size())
    elif name in MEANS:
        result = _mean(name, rows)
    elif name in BOUNDS:
        result = values.min() if name.endswith("low") else values.max()
    else:
        kinds = values.nunique()
        result = values.first().where(kinds == 1)
        if name in TEXTS or name in KEYS:
            result = result.astype("str")
    return result


def _mean(name: str, rows: pd.DataFrame) -> pd.Series:
    known = rows[rows[name].notna()]
    weight = pd.Series(1.0, index=known.index)
    if "dwellings" in known:
        counted = known["dwellings"].fillna(0.0)
        whole = (counted > 0).groupby(known["zone_id"]).transform("all")
        weight = counted.where(whole, 1.0)
    total = (known[name] * weight).groupby(known["zone_id"]).sum() / weight.groupby(known["zone_id"]).sum()
    mean: pd.Series = np.floor(total + 1e-9) if name == "year_built" else total
    return mean.reindex(sorted(rows["zone_id"].unique()))


def _conflicts(own: pd.Series, theirs: pd.Series, rows: pd.Series, findings: Findings) -> None:
    """Put what the list says otherwise than the zones file into the rejects."""
    both = own.notna() & theirs.notna()
    form: Callable[[object], object] = (
        (lambda value: value) if pd.api.types.is_numeric_dtype(own) else (lambda value: comparable(str(value)))
    )
    differ = both & (own[both].map(form) != theirs[both].map(form)).reindex(own.index, fill_value=False)
    shown = [f"{b} (zones file: {a})" for a, b in zip(own[differ], theirs[differ], strict=True)]
    reason, mend = "the zones file says otherwise; its value stays", "correct one of the two files"
    findings.reject(ROLE, rows[differ], reason, mend, column=str(own.name), values=shown)


def _single_points(rows: pd.DataFrame, points: gpd.GeoSeries | None, zones: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Return where the one row of a zone lies, if that is in or near the zone."""
    if points is None:
        return gpd.GeoSeries([], index=pd.Index([], dtype="str"), crs=zones.crs)
    alone = rows[~rows["zone_id"].duplicated(keep=False)]
    alone = alone[alone.index.isin(points.index)]
    at = points.loc[alone.index].to_numpy()
    off = shapely.distance(zones.geometry.loc[alone["zone_id"]].to_numpy(), at)
    near = off <= NEAR_M
    return gpd.GeoSeries(at[near], index=pd.Index(alone["zone_id"][near], dtype="str"), crs=zones.crs)


# ------------------------------------------------------------------------------------------------------------ report


def _report(
    decided: pd.DataFrame, pairs: pd.DataFrame, table: pd.DataFrame, zones: gpd.GeoDataFrame, spec: CompoundsSpec
) -> dict[str, Any]:
    counts = decided["decision"].value_counts()
    used = decided[decided["decision"] == "used"]
    by_method = used["method"].value_counts().sort_index()
    return {
        "path": spec.path,
        "rows": len(table),
        "joined": int(counts.get("used", 0)),
        "to_review": int(counts.get("review", 0)),
        "without_zone": int(counts.get("none", 0)),
        "join_rate": round(len(used) / len(table), 6),
        "zones": len(zones),
        "zones_with_row": int(used["zone"].nunique()),
        "by_method": {str(k): int(v) for k, v in by_method.items()},
        "sure_from_score": SURE,
        "sure_with_margin": MARGIN,
        "review": review_rows(decided, pairs, table, zones),
    }
