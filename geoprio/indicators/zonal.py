"""Indicators per zone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from geoprio._core.columns import BEYOND_CUTOFF, NO_FACILITIES, REACHED, UNREACHABLE
from geoprio.indicators.demand import KNOWN_SHARE, first_known
from geoprio.indicators.registry import DWELLINGS_SUFFIX, INDICATORS, ZoneAccess, indicator

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geoprio._core.findings import Findings
    from geoprio._core.typing import Floats
    from geoprio.city import City
    from geoprio.indicators.access import BuildingAccess
    from geoprio.indicators.demand import Demand
    from geoprio.indicators.walking import AccessSpec
    from geoprio.standards import Rule

POPULATION: Final = ("population", "population_60plus", "population_0_2")
"""Columns of the buildings whose sums the zones have."""


def _ratio(part: Floats, whole: Floats) -> Floats:
    """Return part ÷ whole, NaN where the whole is 0."""
    return np.asarray(np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0), np.float64)


@indicator(
    "{category}_covered_share",
    zh="{category}覆盖率",
    en="{category}: share covered",
    unit="share",
    direction=-1,
    anchor="share",
)
def covered_share(a: ZoneAccess) -> Floats:
    """Return the demand within the threshold ÷ the demand with a known answer."""
    return _ratio(a.total(a.known & (a.cost <= a.threshold)), a.total(a.known))


@indicator(
    "{category}_uncovered", zh="{category}未覆盖需求", en="{category}: demand not covered", unit="demand", direction=0
)
def uncovered(a: ZoneAccess) -> Floats:
    """Return the demand that is known to be beyond the threshold."""
    known = a.total(a.known)
    return np.where(known > 0, a.total(a.known & ~(a.cost <= a.threshold)), np.nan)


@indicator(
    "{category}_unknown_share", zh="{category}未知比例", en="{category}: share unknown", unit="share", direction=0
)
def unknown_share(a: ZoneAccess) -> Floats:
    """Return the demand without a known answer ÷ all demand."""
    return _ratio(a.total(~a.known), a.total(np.ones(len(a.zone), bool)))


@indicator(
    "{category}_distance_m",
    zh="{category}平均步行距离",
    en="{category}: mean walking distance",
    unit="m",
    direction=1,
    anchor="distance",
)
def distance_m(a: ZoneAccess) -> Floats:
    """Return the demand-weighted mean of min(distance, cutoff); known-unreachable counts at the cutoff."""
    metres = np.where(a.reached, a.distance, a.cutoff)
    return _ratio(a.total(np.where(a.known, metres, 0.0)), a.total(a.known))


@indicator(
    "{category}_reached_share",
    zh="{category}可达比例",
    en="{category}: share that reaches one",
    unit="share",
    direction=0,
)
def reached_share(a: ZoneAccess) -> Floats:
    """Return the demand that reaches a facility within the cutoff ÷ the demand with a known answer."""
    return _ratio(a.total(a.reached), a.total(a.known))


@indicator(
    "{category}_per_1000",
    zh="每千人{category}设施数",
    en="{category}: facilities per 1,000",
    unit="per 1,000",
    direction=-1,
    anchor="quota",
)
def per_1000(a: ZoneAccess) -> Floats:
    """Return the facilities in the zone per 1,000 people (dwellings where no people are known)."""
    if a.people is None:
        return np.full(a.zones, np.nan)
    return _ratio(1000.0 * a.facilities, a.people)


@indicator(
    "{category}_supply",
    zh="{category}供给（每千需求可分得容量）",
    en="{category}: supply",
    unit="capacity per 1,000",
    direction=-1,
    anchor="supply",
)
def supply(a: ZoneAccess) -> Floats:
    """Return the demand-weighted mean of the buildings' floating-catchment supply, per 1,000 of the demand used."""
    known = a.known & np.isfinite(a.supply)
    return _ratio(a.total(np.where(known, a.supply, 0.0)), a.total(known))


def zone_indicators(
    city: City,
    access: BuildingAccess,
    demand: Mapping[str, Demand],
    rules: Mapping[str, Rule],
    spec: AccessSpec,
    findings: Findings,
) -> pd.DataFrame:
    """Return every registered indicator of every category, per zone.

    Parameters
    ----------
    city : City
    access : BuildingAccess
    demand, rules : mapping by category

    Returns
    -------
    DataFrame
        Index `zone_id`; `building_count`, `population` and its groups where buildings have people, `{category}_demand`,
        and one column per indicator; NaN = unknown.
        `_per_1000` is called `_per_1000_dwellings` where only dwellings are known, and left out where neither is.
    """
    index = city.zones.index
    zone = np.asarray(index.get_indexer(city.buildings["zone_id"].astype(object)), np.int64)
    zone[city.buildings["zone_id"].isna().to_numpy()] = -1
    people, suffix = _people(city, zone, findings)
    columns: dict[str, object] = {"building_count": np.bincount(zone[zone >= 0], minlength=len(index))}
    columns |= _residents(city, zone)
    for category in city.categories:
        view = _view(category, city, access, demand[category], rules[category], spec, zone, people)
        columns[f"{category}_demand"] = view.total(np.ones(len(zone), bool))
        for known in INDICATORS.values():
            code = known.code_for(category)
            if known.anchor == "quota":
                if people is None:
                    continue
                code += suffix
            computed = view.served or (known.anchor == "quota" and view.facilities.any())
            columns[code] = known.compute(view) if computed else np.full(len(index), np.nan)
    return pd.DataFrame(columns, index=index)


def _residents(city: City, zone: np.ndarray) -> dict[str, Floats]:
    """Return who lives in each zone, in all and by group; NaN where it has no home, or one is not known.

    A zone whose own list tells its people keeps that number.
    """
    homes = (city.buildings["use"] != "other").to_numpy(bool) & (zone >= 0)
    out: dict[str, Floats] = {}
    for column in POPULATION:
        if column in city.zones or column not in city.buildings or city.buildings[column].isna().all():
            continue
        people = city.buildings[column].to_numpy(float, na_value=np.nan)[homes]
        sums = np.bincount(zone[homes], weights=people, minlength=len(city.zones)).astype(float)
        out[column] = np.where(np.bincount(zone[homes], minlength=len(city.zones)) > 0, sums, np.nan)
    return out


def _people(city: City, zone: np.ndarray, findings: Findings) -> tuple[Floats | None, str]:
    """Return people (or else dwellings) per zone and the suffix of the column's name."""
    found = first_known(city.buildings, ("population", "dwellings"))
    if found is None:
        lack = f"neither population nor dwellings is known for {100 * KNOWN_SHARE:g} % of the homes in zones"
        findings.info("zones", f"facilities per 1,000 are not computed: {lack}")
        return None, ""
    inside = zone >= 0
    people = np.bincount(zone[inside], weights=found.weight[inside], minlength=len(city.zones)).astype(float)
    return people, DWELLINGS_SUFFIX if found.kind == "dwellings" else ""


def _view(
    category: str,
    city: City,
    access: BuildingAccess,
    demand: Demand,
    rule: Rule,
    spec: AccessSpec,
    zone: np.ndarray,
    people: Floats | None,
) -> ZoneAccess:
    table = access.columns
    status = table[f"{category}_status"].to_numpy().astype(object)
    known = np.isin(status, (REACHED, BEYOND_CUTOFF)) | ((status == UNREACHABLE) & access.on_real_component)
    sites = access.facilities
    there = ~sites["status"].isin(("duplicate", "closed")) & sites["zone_id"].notna()
    here = sites[(sites["category"] == category) & there]
    at = city.zones.index.get_indexer(here["zone_id"].astype(object))
    return ZoneAccess(
        zone=zone,
        zones=len(city.zones),
        demand=demand.weight,
        distance=table[f"{category}_distance_m"].to_numpy(float),
        cost=table[f"{category}_{'distance_m' if rule.unit == 'm' else 'walk_min'}"].to_numpy(float),
        known=known,
        reached=status == REACHED,
        threshold=rule.threshold,
        cutoff=spec.cutoff_m,
        facilities=np.bincount(at, minlength=len(city.zones)).astype(float),
        people=people,
        supply=table[f"{category}_supply"].to_numpy(float),
        served=not (status == NO_FACILITIES).all(),
    )
