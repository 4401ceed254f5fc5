"""Which building or zone each row of an inspection stands for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geoprio._core.errors import InputError
from geoprio.city.matching import candidate_pairs, decide, decide_each
from geoprio.sources.inspection.read import PLACES

if TYPE_CHECKING:
    import geopandas as gpd

    from geoprio._core.findings import Findings
    from geoprio.sources.inspection import Inspection, InspectionSpec

BY = ("id", "name", "address")
BESIDE = " / "
"""Between the zone and the number of a building that is known by them alone."""


@dataclass(frozen=True)
class Placed:
    """What an inspection says, by what it says it of.

    Attributes
    ----------
    buildings : DataFrame
        Index `building_id`; columns as in `answers` and `facts`.
    listed : DataFrame
        Buildings of which only the zone is known; index = zone and number; `zone_id` and the same columns.
    zones : DataFrame
        Index `zone_id`, of compounds that were looked at as a whole; the same columns.
    gaps : DataFrame
        Index `zone_id`; pieces that are missing, by defect.
    asked : tuple of str
        The defects that were asked for.
    report : dict
    """

    buildings: pd.DataFrame
    listed: pd.DataFrame
    zones: pd.DataFrame
    gaps: pd.DataFrame
    asked: tuple[str, ...]
    report: dict[str, Any]


def place_inspection(
    read: Inspection,
    spec: InspectionSpec,
    zones: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame,
    findings: Findings,
    role: str = "inspection",
) -> Placed:
    """Return the rows of an inspection by building and zone.

    A row of a building belongs to the building of its id; ids are numbers within compounds where one stands for several
    rows, and then, or where there is no such building, the row counts for its zone. A row of a compound belongs to the
    zone of its id or name. Names are compared as those of lists of compounds are; doubtful ones are not used.

    Parameters
    ----------
    read : Inspection
    spec : InspectionSpec
    zones : GeoDataFrame
        Index `zone_id`; `name`, and where known `address`, `district`, `street_committee`, `community`.
    buildings : GeoDataFrame
        Index `building_id`; `zone_id`.
    findings : Findings
        Takes the rows that belong nowhere.
    role : str

    Raises
    ------
    InputError
        If `spec.zones` names a zone that is not there.
    """
    unknown = [z for z in spec.zones.values() if z not in zones.index]
    if unknown:
        raise InputError(f"[{role}] zones: there is no zone {unknown[0]!r}; name one of the zones' ids.")
    zone = _zones_of(read, spec, zones, findings, role)
    said = read.answers.join(read.facts)
    asked = tuple(str(code) for code in read.answers.columns)
    no_answers, no_gaps = said.iloc[:0], read.gaps.iloc[:0]
    if read.of == "zone":
        rows = _once(zone.dropna(), "zone", findings, role)
        placed = said.loc[rows.index].set_axis(pd.Index(rows, name="zone_id"))
        gaps = read.gaps.loc[rows.index].set_axis(pd.Index(rows, name="zone_id"))
        none = no_answers.assign(zone_id=pd.Series(dtype="str"))
        out = Placed(no_answers, none, placed, gaps, asked, {})
    else:
        here = _buildings_of(read, zone, buildings, findings, role)
        rows = _once(here.dropna(), "building", findings, role)
        rest = zone[here.isna()].dropna()
        named = _once(rest + BESIDE + read.keys["building"].loc[rest.index], "building of a zone", findings, role)
        out = Placed(
            said.loc[rows.index].set_axis(pd.Index(rows, name="building_id")),
            said.loc[named.index].assign(zone_id=rest).set_axis(pd.Index(named)),
            no_answers, no_gaps, asked, {},
        )  # fmt: skip
    used = len(out.buildings) + len(out.listed) + len(out.zones)
    findings.used(role, used)
    where = (
        f"{len(out.buildings)} to buildings, {len(out.listed)} to zones only" if read.of == "building" else "to zones"
    )
    findings.info(role, f"{used} of {len(read.keys)} units were joined: {where}")
    counts = {"to_buildings": len(out.buildings), "to_zones_only": len(out.listed), "to_zones": len(out.zones)}
    out.report.update(read.report | counts | {"without_place": len(read.keys) - used})
    return out


def _zones_of(
    read: Inspection, spec: InspectionSpec, zones: gpd.GeoDataFrame, findings: Findings, role: str
) -> pd.Series:
    """Return the zone of each row, missing where it is not sure; what is not sure is in the rejects."""
    keys = read.keys
    given = keys["zone"].map(spec.zones).astype("str")
    given = given.fillna(keys["zone"].where(keys["zone"].isin(zones.index)))
    open_ = keys[given.isna() & keys["zone"].notna()]
    if open_.empty:
        return given
    places = [c for c in PLACES if c in open_]
    texts = open_[["zone", *places]].fillna("")
    units = texts.drop_duplicates().reset_index(drop=True)
    rows = units.replace("", None).astype("str").rename(columns={"zone": "name"}).assign(id=None)
    rows = rows.assign(**({} if "address" in rows else {"address": None}))
    pairs = candidate_pairs(rows, None, zones, BY)
    # Buildings of one compound may spell its name in several ways; two rows of compounds must not share a zone.
    decided = decide_each(pairs, len(rows)) if read.of == "building" else decide(pairs, rows["name"])
    number = pd.MultiIndex.from_frame(units).get_indexer(pd.MultiIndex.from_frame(texts))
    decisions = decided.iloc[number].set_axis(open_.index)
    sure = decisions["decision"] == "used"
    given[open_.index[sure]] = zones.index.to_numpy()[decisions.loc[sure, "zone"].to_numpy(int)]
    # A building that is known by its own id needs no zone; it is told of later if it is not.
    if read.of == "zone":
        names = zones["name"].to_numpy(object)
        open_ones = decisions[~sure]
        near = [f" (it may be {names[z]})" if z >= 0 else "" for z in open_ones["zone"].to_numpy(int)]
        reasons = "its zone is not sure" + pd.Series(near, index=open_ones.index) + ": " + open_ones["why"]
        for reason, group in reasons.groupby(reasons, sort=True).groups.items():
            findings.reject(
                role, group, str(reason), "write the zone's id, or name it in zones",
                column="zone", values=keys.loc[group, "zone"],
            )  # fmt: skip
    return given


def _buildings_of(
    read: Inspection, zone: pd.Series, buildings: gpd.GeoDataFrame, findings: Findings, role: str
) -> pd.Series:
    """Return the building of each row, missing where it has none; rows without building and zone are in the rejects."""
    unit = read.keys["building"]
    alone = not unit.duplicated().any()
    here = unit.where(unit.isin(buildings.index) & alone)
    theirs = here.map(buildings["zone_id"].astype(object)).astype("str")
    apart = here.notna() & zone.notna() & theirs.ne(zone)
    findings.reject(
        role, unit.index[apart], "the building of this id lies in another zone; the row counts for its own zone",
        "correct the id, or the zone", column="building", values=unit[apart],
    )  # fmt: skip
    here = here.mask(apart)
    lost = here.isna() & zone.isna()
    name = read.keys["zone"]
    findings.reject(
        role, unit.index[lost], "there is no building of this id, and its zone is not sure",
        "write the building's id, the zone's id, or name the zone in zones", column="building",
        values=[f"{u} ({z})" if z else u for u, z in zip(unit[lost], name[lost].fillna(""), strict=True)],
    )  # fmt: skip
    return here


def _once(units: pd.Series, what: str, findings: Findings, role: str) -> pd.Series:
    """Return the rows whose unit no other row has; the others are in the rejects."""
    twice = units.duplicated(keep=False)
    for unit, group in units[twice].groupby(units[twice]).groups.items():
        rows = ", ".join(str(row) for row in group)
        findings.reject(
            role, group, f"rows {rows} were joined to one {what}; none is used",
            "leave one of them, or correct the names",
            values=[unit] * len(group),
        )  # fmt: skip
    return units[~twice]


def joined_once(parts: list[pd.DataFrame], roles: list[str], findings: Findings) -> pd.DataFrame:
    """Return the tables of several inspections as one; of what two say of one unit the later file's holds, with a note.

    Parameters
    ----------
    parts : list of DataFrame
        Of one index, each unit once; the columns may differ.
    roles : list of str
        Of the same length.
    """
    out = pd.DataFrame(index=pd.Index([], dtype="str"))
    for part, role in zip(parts, roles, strict=True):
        index = out.index.union(part.index, sort=False)
        merged = out.reindex(index)
        for name in part.columns:
            new = part[name].reindex(index)
            if name not in merged:
                merged[name] = new
                continue
            old = merged[name]
            both = old.notna() & new.notna()
            differ = int((both & (old.where(both) != new.where(both)).fillna(value=False)).sum())
            if differ:
                findings.warn(role, f"{name}: {differ} units differ from an earlier inspection; this one holds")
            merged[name] = new.fillna(old)
        out = merged
    return out


def numbers(table: pd.DataFrame, column: str) -> np.ndarray:
    """Return a column as floats, NaN where it is missing or not there."""
    if column not in table:
        return np.full(len(table), np.nan)
    return table[column].to_numpy(dtype=float, na_value=np.nan)
