"""Condition of all buildings and zones: the one call that a run makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geoprio.city.inspections import Placed, place_inspection
from geoprio.city.problems import place_problems
from geoprio.indicators.condition.registry import CONDITION_SUFFIX, DERIVED, GATE, KNOWN_OF_GROUP
from geoprio.indicators.condition.spec import gates_of
from geoprio.indicators.condition.three import UNKNOWN, any_of, flags, words
from geoprio.indicators.condition.units import STATUSES, Units, city_units, facts_of, zone_facts
from geoprio.indicators.condition.zonal import BENEFICIARIES, Found, Points, find_defect
from geoprio.sources.inspection import read_inspection, read_problems
from geoprio.standards.defects import GRADES, SIDES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from geoprio._core.findings import Findings
    from geoprio.city import City
    from geoprio.indicators.condition.spec import ConditionSpec
    from geoprio.sources.inspection import InspectionSpec, ProblemsSpec
    from geoprio.standards.defects import Defect, Defects

ROLE = "condition"


@dataclass(frozen=True)
class Condition:
    """What is wrong where.

    Attributes
    ----------
    zones : DataFrame
        Index `zone_id`; for each defect that anything is known of `{code}_share`, `_unknown_share`, `_found`,
        `_surveyed`, `_unit`, `_dwellings`, and with problem points `_points`, `_per_100`, `_affected_share`;
        `condition_{group}_share` (missing where fewer than half of the group's defects are known that are known
        anywhere) and `_unknown_share`; `safety_gate` (nullable boolean); missing pieces; columns with
        known values.
    buildings : DataFrame
        Index `building_id`; `{code}_condition`: good, unknown or defect; missing where nobody lives.
    affected : DataFrame
        Index `zone_id` and defect; `dwellings`, `population`, `population_60plus`, `population_0_2` in what has it.
    points : GeoDataFrame
        Problem points in zones: `source`, `problem_id`, `defect`, `status`, `zone_id`, `building_id`, point.
    defects : mapping of code to Defect
        Those that the study knows, with its limits.
    looked : tuple of str
        Codes of those that anything is known of, or that were asked for.
    report : dict
        For the data-quality report.
    rules_used : list of dict
        Limits, items and their marks, as `outputs.provenance.values_used` lists them.
    """

    zones: pd.DataFrame
    buildings: pd.DataFrame
    affected: pd.DataFrame
    points: gpd.GeoDataFrame
    defects: Defects
    looked: tuple[str, ...]
    report: dict[str, Any]
    rules_used: list[dict[str, Any]]


def condition(
    city: City,
    spec: ConditionSpec,
    defects: Defects,
    base: Path,
    findings: Findings,
    *,
    inspections: Sequence[InspectionSpec] = (),
    problems: Sequence[ProblemsSpec] = (),
) -> Condition:
    """Return the condition of all buildings and zones, from attributes, lists, inspections and problem points.

    Parameters
    ----------
    city : City
    spec : ConditionSpec
    defects : mapping of code to Defect
        From `study_defects`.
    base : Path
        The project's folder.
    findings : Findings
    inspections, problems : sequences of specs

    Returns
    -------
    Condition

    Raises
    ------
    InputError, MissingError
        If a source cannot be used.
    """
    roles = _roles("inspection", len(inspections))
    placed = [
        place_inspection(
            read_inspection(s, defects, base, findings, role), s, city.zones, city.buildings, findings, role
        )
        for s, role in zip(inspections, roles, strict=True)
    ]
    points = _points(city, defects, base, problems, findings)
    facts = zone_facts(city, placed, roles, findings)
    units = city_units(city, facts, placed, roles, findings)
    of_zones = facts_of(facts)
    seen = pd.DataFrame(points.drop(columns="geometry"))
    found = []
    for code, defect in defects.items():
        at = _points_of(code, seen, problems, city, units)
        if at.read or code in DERIVED or code in units.table or code in facts:
            found.append(find_defect(defect, units, facts, of_zones, at, city.zones))
    looked = [f for f in found if f.looked]
    _note(looked, findings)
    gates = gates_of(spec, defects)
    return Condition(
        zones=_zone_table(city, looked, gates, placed, facts),
        buildings=_building_table(city, looked, units),
        affected=_affected_table(city, looked),
        points=points,
        defects=defects,
        looked=tuple(f.defect.code for f in looked),
        report=_report(looked, gates, placed),
        rules_used=[_rule(f) for f in looked],
    )


def _roles(name: str, count: int) -> list[str]:
    return [name] if count == 1 else [f"{name}[{i}]" for i in range(1, count + 1)]


def _points(
    city: City, defects: Defects, base: Path, specs: Sequence[ProblemsSpec], findings: Findings
) -> gpd.GeoDataFrame:
    columns = ("source", "problem_id", "defect", "status", "zone_id", "building_id")
    tables = []
    for i, spec in enumerate(specs, 1):
        role = f"problems[{i}]"
        read = read_problems(spec, defects, base, findings, role)
        tables.append(place_problems(read, spec, city.zones, city.buildings, findings, role).assign(source=role))
    if not tables:
        blank = {name: pd.Series(dtype="str") for name in columns}
        return gpd.GeoDataFrame(blank, geometry=gpd.GeoSeries([], crs=city.crs), crs=city.crs)
    every = pd.concat(tables)
    return gpd.GeoDataFrame(every[[*columns, "geometry"]].reset_index(drop=True), crs=city.crs)


def _points_of(code: str, points: pd.DataFrame, specs: Sequence[ProblemsSpec], city: City, units: Units) -> Points:
    """Return the open points of a defect by zone and building, and which zones were swept for it."""
    mine = points[points["defect"] == code]
    still = mine[mine["status"] == "open"]
    count = np.bincount(city.zones.index.get_indexer(still["zone_id"]), minlength=len(city.zones)).astype(float)
    hit = units.table.index.isin(still["building_id"].dropna()) & ~units.listed
    swept, read = np.zeros(len(city.zones), bool), bool(len(mine))
    for i, spec in enumerate(specs, 1):
        named = {spec.defect, *spec.categories.values(), *points.loc[points["source"] == f"problems[{i}]", "defect"]}
        if code in named:
            read = True
            zones = spec.surveyed
            swept |= zones == "all" if isinstance(zones, str) else city.zones.index.isin(list(zones))
    return Points(count, hit, swept, read, len(mine) - len(still))


# ------------------------------------------------------------------------------------------------------------- tables


def _zone_table(
    city: City, looked: list[Found], gates: Sequence[str], placed: list[Placed], facts: pd.DataFrame
) -> pd.DataFrame:
    single = pd.DataFrame({k: v for f in looked for k, v in f.columns.items()}, index=city.zones.index)
    out = single.join(_group_columns(single, [f.defect for f in looked]))
    known = {f.defect.code: f.gate for f in looked}
    nothing = np.full(len(city.zones), UNKNOWN, np.int8)
    of_gates = [known.get(code, nothing) for code in gates]
    out[GATE] = flags(any_of(np.array(of_gates, np.int8).reshape(-1, len(city.zones))))
    for f in looked:
        gap = f.defect.gap or f"{f.defect.code}_gap"
        given = [p.gaps[f.defect.code] for p in placed if f.defect.code in p.gaps]
        for part in given:
            new = part.reindex(city.zones.index)
            out[gap] = new.fillna(out[gap]) if gap in out else new
    for name in STATUSES:
        if name in facts and facts[name].notna().any():
            out[name] = facts[name].astype("str")
    return out


def _group_columns(table: pd.DataFrame, defects: list[Defect]) -> pd.DataFrame:
    """Return the means of classes and sides; of a zone that knows too few of the defects that others know, none.

    Else a zone that nobody inspected would have the mean of what attributes alone tell, and could not be compared.
    """
    out = {}
    for name in (*GRADES, *SIDES):
        group = [d.code for d in defects if _belongs(d, name)]
        if not group:
            continue
        shares = table[[f"{code}_share" for code in group]].astype(float)
        told = int(shares.notna().any().sum())
        enough = shares.notna().sum(axis=1) >= KNOWN_OF_GROUP * told
        out[f"condition_{name}_share"] = shares.mean(axis=1).where(enough)
        unknown = table[[f"{code}_unknown_share" for code in group]]
        out[f"condition_{name}_unknown_share"] = unknown.astype(float).mean(axis=1)
    return pd.DataFrame(out, index=table.index)


def _affected_table(city: City, looked: list[Found]) -> pd.DataFrame:
    parts = {f.defect.code: pd.DataFrame(f.affected, index=city.zones.index) for f in looked}
    if not parts:
        none = pd.MultiIndex.from_arrays([[], []], names=["zone_id", "defect"])
        return pd.DataFrame(columns=list(BENEFICIARIES), index=none, dtype=float)
    return pd.concat(parts, names=["defect"]).swaplevel().rename_axis(["zone_id", "defect"])


def _belongs(defect: Defect, group: str) -> bool:
    """Return whether a defect is one of a group; hazards are in none of face and lining, which can be weighted."""
    return group == defect.grade or (group == defect.side and not defect.is_gate)


def _building_table(city: City, looked: list[Found], units: Units) -> pd.DataFrame:
    n = len(city.buildings)
    out = pd.DataFrame(index=city.buildings.index)
    for f in looked:
        status = f.status[:n]
        if (status != UNKNOWN).any():
            text = pd.Series(words(status), index=out.index, dtype="str")
            out[f"{f.defect.code}{CONDITION_SUFFIX}"] = text.where(units.home[:n])
    return out


def _note(looked: list[Found], findings: Findings) -> None:
    for f in looked:
        if f.conflicts:
            findings.warn(
                ROLE,
                f"{f.defect.code}: {f.conflicts} buildings were found good and have an open problem point: a defect",
            )
    if looked:
        findings.info(ROLE, f"defects of which something is known: {', '.join(f.defect.code for f in looked)}")


def _report(looked: list[Found], gates: Sequence[str], placed: list[Placed]) -> dict[str, Any]:
    rows = []
    for f in looked:
        about = f.defect.model_dump(mode="json", include={"code", "title_zh", "title_en", "grade", "side", "source"})
        rows.append({**about, "verified": f.defect.verified, "weight": f.weight, **f.counts, "conflicts": f.conflicts})
    known = {f.defect.code for f in looked}
    unasked = [code for code in gates if code not in known]
    return {
        "defects": rows,
        "gate": {"of": list(gates), "nothing_known_of": unasked},
        "inspections": [p.report for p in placed],
    }


def _rule(f: Found) -> dict[str, Any]:
    d = f.defect
    value = f"limit {d.limit:g}" if d.limit is not None else f"class {d.grade}"
    return {
        "kind": "condition", "what": d.code, "value": value, "source": d.source, "clause": d.clause,
        "verified": d.verified, "file": d.file,
    }  # fmt: skip


def by_place(table: Condition, zones: pd.DataFrame, column: str, code: str) -> pd.DataFrame:
    """Return a defect by district, street or any other column of the zones: how frequent, and how much of the city's.

    The two are never to be mixed: `rate` is found ÷ surveyed of the place, `share_of_problems` is found ÷ found in the
    whole city (a composition).

    Parameters
    ----------
    table : Condition
    zones : DataFrame
        Index `zone_id`, with `column`.
    column : str
        Such as ``district``.
    code : str
        A defect of `table.looked`.

    Returns
    -------
    DataFrame
        Index: the place and the unit counted (``building`` or ``zone``); `found`, `surveyed`, `rate`,
        `share_of_problems`, `zones`, `zones_not_surveyed`.
    """
    part = table.zones[[f"{code}_found", f"{code}_surveyed", f"{code}_unit"]].set_axis(
        ["found", "surveyed", "unit"], axis=1
    )
    part = part.assign(place=zones[column].reindex(part.index), blank=part["unit"].isna())
    part["unit"] = part["unit"].fillna("none")
    groups = part.groupby(["place", "unit"], dropna=False)
    out = groups.agg(found=("found", "sum"), surveyed=("surveyed", "sum"), zones=("found", "size"),
                     zones_not_surveyed=("blank", "sum"))  # fmt: skip
    out["rate"] = out["found"] / out["surveyed"].where(out["surveyed"] > 0)
    whole = out.groupby(level="unit")["found"].transform("sum")
    out["share_of_problems"] = out["found"] / whole.where(whole > 0)
    return out[["found", "surveyed", "rate", "share_of_problems", "zones", "zones_not_surveyed"]]
