"""Buildings and compounds with all that is known of each: the tables that condition is told from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from geoprio.city.inspections import Placed, joined_once, numbers
from geoprio.indicators.condition.registry import Facts
from geoprio.sources.compounds import ROLE as COMPOUNDS
from geoprio.sources.inspection import known_values

if TYPE_CHECKING:
    from geoprio._core.findings import Findings
    from geoprio._core.typing import Bools, Floats, Ints
    from geoprio.city import City

SPAN_YEARS: Final = 10.0
"""A list's year that names no single one lies within so many years of it: half of the longest span that is read."""
SPAN_FLOORS: Final = 2.0
"""A list's storeys that are no single number are taken to lie within so many of it; geoprio's own convention."""
WEIGHTS: Final = {"elders": ("population_60plus", "population", "dwellings"), "buildings": ()}
KNOWN_SHARE: Final = 0.9
"""A weight is used if it is known for this share of the units."""
STATUSES: Final = ("management_model", "management_status", "renewal_status")


@dataclass(frozen=True)
class Units:
    """Buildings of the city, and after them those of which only the zone is known.

    Attributes
    ----------
    table : DataFrame
        One row for each unit: what inspections say of it, and its numbers.
    zone : ndarray of int
        Number of its zone, -1 outside.
    home : ndarray of bool
        Whether it counts: not of use `other`.
    listed : ndarray of bool
        Whether only its zone is known.
    stand_in : ndarray of bool
        Whether it is a point that stands for all buildings of its zone.
    facts : Facts
    zones : int
        Number of zones.
    weights : dict
        By kind of weight: shape (units,), and what it is.
    """

    table: pd.DataFrame
    zone: Ints
    home: Bools
    listed: Bools
    stand_in: Bools
    facts: Facts
    zones: int
    weights: dict[str, tuple[Floats, str]] = field(default_factory=dict)

    @property
    def inside(self) -> Bools:
        """Which units count in a zone."""
        inside: Bools = self.home & (self.zone >= 0)
        return inside

    @property
    def no_homes(self) -> Floats:
        """Buildings of use `other`, shape (zones,)."""
        here = self.zone[~self.home & (self.zone >= 0)]
        return np.bincount(here, minlength=self.zones).astype(np.float64)

    def total(self, which: Bools, weight: Floats | None = None) -> Floats:
        """Return the sum per zone of a weight (1 by default) over the units that are chosen."""
        chosen = which & self.inside
        parts = None if weight is None else weight[chosen]
        return np.bincount(self.zone[chosen], weights=parts, minlength=self.zones).astype(np.float64)


def city_units(city: City, zones: pd.DataFrame, placed: list[Placed], roles: list[str], findings: Findings) -> Units:
    """Return all buildings, with what inspections say of them, and what is known of their zone where they say nothing.

    Parameters
    ----------
    city : City
    zones : DataFrame
        From `zone_facts`.
    placed : list of Placed
    roles : list of str
        Of the inspections, for messages.
    """
    buildings = pd.DataFrame(city.buildings.drop(columns="geometry"))
    told = joined_once([p.buildings for p in placed], roles, findings).reindex(buildings.index)
    extra = joined_once([p.listed for p in placed], roles, findings)
    if "year_built" in buildings and "year_low" in told:
        own = buildings["year_built"].notna()
        told[["year_low", "year_high"]] = told[["year_low", "year_high"]].mask(own)
    for name in told.columns:
        buildings[name] = buildings[name].fillna(told[name]) if name in buildings else told[name]
    table = pd.concat([buildings, extra]) if len(extra) else buildings
    ids = table["zone_id"] if "zone_id" in table else pd.Series(None, index=table.index)
    zone = np.asarray(city.zones.index.get_indexer(ids.astype(object)), np.int64)
    zone[ids.isna().to_numpy()] = -1
    listed = np.arange(len(table)) >= len(buildings)
    stand_in = np.zeros(len(table), bool)
    if "stand_in" in buildings:
        stand_in[: len(buildings)] = buildings["stand_in"].to_numpy(bool)
    home = listed | (table["use"].ne("other").to_numpy(bool))
    facts = _with_zone(facts_of(table), facts_of(zones), zone, home & ~listed)
    units = Units(table, zone, home, listed, stand_in, facts, len(city.zones))
    units.weights.update({kind: _weight(units, columns, findings) for kind, columns in WEIGHTS.items()})
    return units


def zone_facts(city: City, placed: list[Placed], roles: list[str], findings: Findings) -> pd.DataFrame:
    """Return what is known of each zone as a whole: of inspections, else of the list of compounds.

    Returns
    -------
    DataFrame
        Index `zone_id`; answers by defect, `year_low`, `year_high`, `floors_low`, `floors_high`, `has_lift`, and the
        columns of `STATUSES`. That a compound has no lift holds for each of its buildings; that it has one tells which
        only if it has one building, and is unknown otherwise.
    """
    zones = city.zones
    out = joined_once([p.zones for p in placed], roles, findings).reindex(zones.index)
    about = numbers(zones, "approximate") == 1
    for column, span, inspected in (
        ("year", SPAN_YEARS, ("year_low", "year_high")),
        ("floors", SPAN_FLOORS, ("floors", "floors")),
    ):
        stated = numbers(zones, "year_built" if column == "year" else column)
        for end, sign, own in zip(("low", "high"), (-1, 1), inspected, strict=True):
            theirs, bound = numbers(out, own), stated + sign * np.where(about, span, 0.0)
            out[f"{column}_{end}"] = np.where(np.isnan(theirs), bound, theirs)
    lift = numbers(out, "has_lift")
    lift = np.where(np.isnan(lift), numbers(zones, "has_lift"), lift)
    out["has_lift"] = np.where((lift == 1) & ~_single(city), np.nan, lift)
    if "property_management" in zones:
        listed = known_values(zones["property_management"], "management_model", COMPOUNDS, findings)
        told = out["management_model"] if "management_model" in out else pd.Series(None, index=zones.index, dtype="str")
        out["management_model"] = told.fillna(listed)
    return out


def facts_of(table: pd.DataFrame) -> Facts:
    """Return what a table of buildings or zones says of its rows."""
    year = numbers(table, "year_built")
    low, high = numbers(table, "year_low"), numbers(table, "year_high")
    floors, fewest, most = (numbers(table, name) for name in ("floors", "floors_low", "floors_high"))
    blank = pd.Series("", index=table.index, dtype="str")
    runs = table["management_model"].fillna("") if "management_model" in table else blank
    return Facts(
        np.where(np.isnan(low), year, low),
        np.where(np.isnan(high), year, high),
        np.where(np.isnan(fewest), floors, fewest),
        np.where(np.isnan(most), floors, most),
        numbers(table, "has_lift"),
        runs.to_numpy(object),
    )


def _single(city: City) -> Bools:
    """Return which zones have one building for certain."""
    buildings, zones = city.buildings, city.zones
    homes = buildings[buildings["use"] != "other"]
    drawn = homes["zone_id"].value_counts().reindex(zones.index, fill_value=0).to_numpy(float)
    stated = numbers(zones, "buildings")
    if "stand_in" in homes and homes["stand_in"].any():
        # A point stands for all buildings of its zone, however many.
        drawn = np.where(np.isnan(stated), np.inf, 0.0)
    single: Bools = np.fmax(drawn, stated) == 1
    return single


def _with_zone(own: Facts, of_zone: Facts, zone: Ints, drawn: Bools) -> Facts:
    """Return the facts of buildings; those that were drawn have their zone's in the gaps."""
    inside = drawn & (zone >= 0)

    def filled(values: Floats, theirs: Floats) -> Floats:
        """Return values with the zone's in the gaps."""
        return np.where(np.isnan(values) & inside, theirs[zone], values)

    return Facts(
        filled(own.year_low, of_zone.year_low),
        filled(own.year_high, of_zone.year_high),
        filled(own.floors_low, of_zone.floors_low),
        filled(own.floors_high, of_zone.floors_high),
        filled(own.lift, of_zone.lift),
        own.management,
    )


def _weight(units: Units, columns: tuple[str, ...], findings: Findings) -> tuple[Floats, str]:
    """Return the first number that is known for most units, gaps by the median of the zone, else of all; else 1."""
    inside = units.inside
    for column in columns:
        values = np.where(inside, numbers(units.table, column), np.nan)
        known = np.isfinite(values)
        if not inside.any() or known[inside].mean() < KNOWN_SHARE:
            continue
        series = pd.Series(values)
        medians = series.groupby(units.zone).transform("median").fillna(series.median())
        gaps = inside & ~known
        if gaps.any():
            findings.info("condition", f"{column} of {int(gaps.sum())} buildings: the median of their zone or the city")
        return np.where(known, values, np.where(inside, medians.to_numpy(), 0.0)), column
    return inside.astype(np.float64), "buildings"
