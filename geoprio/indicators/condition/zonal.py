"""From answers of buildings and compounds to one defect's columns of the zones."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from geoprio._core.columns import PEOPLE
from geoprio.city.inspections import numbers
from geoprio.indicators.condition.registry import DERIVED
from geoprio.indicators.condition.three import DEFECT, GOOD, UNKNOWN, codes, first_known

if TYPE_CHECKING:
    import geopandas as gpd

    from geoprio._core.typing import Bools, Floats, Ints
    from geoprio.indicators.condition.registry import Facts
    from geoprio.indicators.condition.units import Units
    from geoprio.standards.defects import Defect


BENEFICIARIES: Final = ("dwellings", *PEOPLE)
UNITS: Final = np.array([None, "building", "zone"], dtype=object)
"""What is counted, by code: nothing, buildings, or the compound as a whole."""


@dataclass(frozen=True)
class Points:
    """Open problem points of one defect.

    Attributes
    ----------
    count : ndarray of float, shape (zones,)
    hit : ndarray of bool, shape (units,)
        Buildings that have one.
    swept : ndarray of bool, shape (zones,)
        Zones in which somebody looked at every building.
    read : bool
        Whether any source of points is about this defect.
    solved : int
    """

    count: Floats
    hit: Bools
    swept: Bools
    read: bool
    solved: int


@dataclass(frozen=True)
class Found:
    """One defect in all zones.

    Attributes
    ----------
    defect : Defect
    status : ndarray of int, shape (units,)
        Good, unknown or defect.
    columns : dict
        Columns of the zones by name; missing where unknown.
    gate : ndarray of int, shape (zones,)
        Whether any of a zone has it; good only where all of it was looked at.
    looked : bool
        Whether anything is known of it anywhere, or it was asked for.
    weight : str
        What a building counts in the share.
    conflicts : int
        Buildings that were found good, and have an open problem point.
    affected : dict
        Dwellings and people in units with it, by column, shape (zones,).
    counts : dict
        Sums for the report.
    """

    defect: Defect
    status: Ints
    columns: dict[str, object]
    gate: Ints
    looked: bool
    weight: str
    conflicts: int
    affected: dict[str, Floats]
    counts: dict[str, int]


def ratio(part: Floats, whole: Floats) -> Floats:
    """Return part ÷ whole, NaN where the whole is not above 0."""
    return np.asarray(np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0), np.float64)


def asked(table: pd.DataFrame, code: str) -> Ints:
    """Return what inspections say of a defect; unknown throughout where it was not asked."""
    if code not in table:
        return np.full(len(table), UNKNOWN, np.int8)
    return codes(table[code].astype("boolean"))


def _derived(defect: Defect, facts: Facts, size: int) -> Ints:
    function = DERIVED.get(defect.code)
    if function is None:
        return np.full(size, UNKNOWN, np.int8)
    return function(facts, np.nan if defect.limit is None else defect.limit)


def find_defect(
    defect: Defect, units: Units, zones: pd.DataFrame, of_zones: Facts, points: Points, listed: gpd.GeoDataFrame
) -> Found:
    """Return what is known of one defect.

    An inspection goes before attributes, and an open problem point before both. Where buildings of which only the zone
    is known answer, buildings without an inspection of their own do not count beside them: they may be the same ones.
    A point shows a defect, but does not make its building a surveyed one, unless all of its zone was looked at. A point
    that stands in for the buildings of a zone says what the zone as a whole says.

    Parameters
    ----------
    defect : Defect
    units : Units
    zones : DataFrame
        Answers for compounds as a whole, from `zone_facts`.
    of_zones : Facts
        Attributes of the same.
    points : Points
    listed : GeoDataFrame
        The city's zones, with the list's numbers.
    """
    if defect.unit == "zone":
        # A hole in the road is nobody's house's.
        points = replace(points, hit=np.zeros_like(points.hit))
    inspected = asked(units.table, defect.code)
    known = first_known(inspected, _derived(defect, units.facts, len(units.zone)))
    in_zone, own = units.inside, np.where(units.zone >= 0, units.zone, 0)
    by_list = units.total(units.listed & (known != UNKNOWN)) > 0
    known = np.where(units.stand_in, UNKNOWN, known)
    here = in_zone & ~units.stand_in & np.where(by_list[own], units.listed | (inspected != UNKNOWN), ~units.listed)
    swept = in_zone & points.swept[own] & ~units.stand_in & ~units.listed
    known = np.where(swept & (known == UNKNOWN), GOOD, known).astype(np.int8)
    conflicts = int((points.hit & (known == GOOD) & ~swept).sum())
    known = np.where(points.hit & (known != UNKNOWN), DEFECT, known).astype(np.int8)
    whole = first_known(asked(zones, defect.code), _derived(defect, of_zones, len(zones)))
    if defect.unit == "zone":
        whole = np.where(points.count > 0, DEFECT, np.where((whole == UNKNOWN) & points.swept, GOOD, whole))
    status = np.where(points.hit, DEFECT, np.where(units.stand_in & in_zone, whole[own], known)).astype(np.int8)
    share = _Share(defect, units, known, here, by_list, whole.astype(np.int8), numbers(listed, "buildings"))
    columns = share.columns() | _point_columns(defect, units, points, listed)
    affected = (here & (known == DEFECT)) | (in_zone & points.hit)
    people = _affected(units, affected, share, listed)
    columns[f"{defect.code}_dwellings"] = people["dwellings"]
    looked = bool((status != UNKNOWN).any() or (whole != UNKNOWN).any() or points.read)
    looked |= defect.code in units.table or defect.code in zones
    return Found(
        defect, status, columns, share.any_defect(status, points.count), looked, share.weight_name, conflicts,
        people, share.counts() | {"open_points": int(points.count.sum()), "solved_points": points.solved},
    )  # fmt: skip


class _Share:
    """The share of a zone's buildings with a defect, or the answer of the compound as a whole."""

    def __init__(
        self, defect: Defect, units: Units, known: Ints, here: Bools, by_list: Bools, whole: Ints, stated: Floats
    ) -> None:
        self.code, self.units, self.whole = defect.code, units, whole
        weight, self.weight_name = units.weights[defect.weight]
        self.surveyed, self.bad = here & (known != UNKNOWN), here & (known == DEFECT)
        drawn, own = units.total(~units.listed, weight), units.total(here, weight)
        if self.weight_name == "buildings":
            # A point that stands in for a zone's buildings tells nothing of their number; the list may.
            stand_ins = units.total(units.stand_in) > 0
            drawn = np.where(stand_ins & by_list, np.where(np.isnan(stated), own, stated), drawn)
        # An inspection may know more buildings than were drawn.
        self.all = np.where(by_list, np.maximum(drawn, own), drawn)
        self.of_surveyed, self.of_bad = units.total(self.surveyed, weight), units.total(self.bad, weight)
        self.n_surveyed, self.n_bad = units.total(self.surveyed), units.total(self.bad)
        # The gate opens only if as many were looked at as there are by any account. A list counts all buildings, and
        # those of them that were drawn as no home need no look.
        stand_in = units.total(units.stand_in) > 0
        least = np.where(stand_in & np.isnan(stated), np.inf, np.fmax(stated - units.no_homes, 0.0))
        self.n_all = np.fmax(np.maximum(units.total(~units.listed), units.total(here)), least)
        first = defect.unit == "zone"
        self.as_zone = (whole != UNKNOWN) & (first | (self.n_surveyed == 0))

    def columns(self) -> dict[str, object]:
        """Return share, unknown share, numerator, denominator and the unit that they count."""
        one = (self.whole == DEFECT).astype(float)
        by_building = self.n_surveyed > 0
        unknown = np.clip(1.0 - ratio(self.of_surveyed, self.all), 0.0, 1.0)
        return {
            f"{self.code}_share": np.where(self.as_zone, one, ratio(self.of_bad, self.of_surveyed)),
            f"{self.code}_unknown_share": np.where(self.as_zone, 0.0, unknown),
            f"{self.code}_found": np.where(self.as_zone, one, np.where(by_building, self.n_bad, np.nan)),
            f"{self.code}_surveyed": np.where(self.as_zone, 1.0, self.n_surveyed),
            f"{self.code}_unit": pd.array(UNITS[np.where(self.as_zone, 2, by_building.astype(int))], dtype="str"),
        }

    def any_defect(self, status: Ints, points: Floats) -> Ints:
        """Return whether anything in a zone has the defect."""
        bad = (self.units.total(status == DEFECT) > 0) | (self.whole == DEFECT) | (points > 0)
        complete = (self.n_all > 0) & (self.n_surveyed >= self.n_all)
        good = complete | (self.whole == GOOD)
        return np.where(bad, DEFECT, np.where(good, GOOD, UNKNOWN)).astype(np.int8)

    def counts(self) -> dict[str, int]:
        """Return the sums for the report."""
        return {
            "buildings_found": int(self.n_bad.sum()),
            "buildings_surveyed": int(self.n_surveyed.sum()),
            "buildings_drawn": int(self.units.total(~self.units.listed & ~self.units.stand_in).sum()),
            "compounds_found": int((self.as_zone & (self.whole == DEFECT)).sum()),
            "compounds_surveyed": int(self.as_zone.sum()),
            "zones_without_answer": int((~self.as_zone & (self.n_surveyed == 0)).sum()),
        }


def _point_columns(defect: Defect, units: Units, points: Points, listed: gpd.GeoDataFrame) -> dict[str, object]:
    """Return the counts of problem points; a zone without any where nobody looked has none, not 0."""
    if not points.read:
        return {}
    told = (points.count > 0) | points.swept
    drawn = units.total(~units.listed & ~units.stand_in)
    # A point that stands for a zone's buildings tells nothing of their number; the list may.
    stated = numbers(listed, "buildings")
    buildings = np.where(drawn > 0, drawn, np.where(np.isnan(stated), 0.0, stated))
    out: dict[str, object] = {
        f"{defect.code}_points": np.where(told, points.count, np.nan),
        f"{defect.code}_per_100": np.where(told, 100.0 * ratio(points.count, buildings), np.nan),
    }
    if defect.unit == "building":
        out[f"{defect.code}_affected_share"] = np.where(told, ratio(units.total(points.hit), drawn), np.nan)
    return out


def _affected(units: Units, bad: Bools, share: _Share, listed: gpd.GeoDataFrame) -> dict[str, Floats]:
    """Return dwellings and people in units with the defect; missing where they, or whether any have it, are unknown."""
    known = (share.n_surveyed > 0) | (units.total(bad) > 0)
    out = {}
    for column in BENEFICIARIES:
        number = numbers(units.table, column)
        here = np.where(known, _total(units, bad, number), np.nan)
        whole = np.where(units.total(~units.listed) > 0, _total(units, ~units.listed, number), np.nan)
        whole = np.where(np.isnan(whole), numbers(listed, column), whole)
        out[column] = np.where(share.as_zone, np.where(share.whole == DEFECT, whole, 0.0), here)
    return out


def _total(units: Units, which: Bools, number: Floats) -> Floats:
    """Return the sum per zone, NaN where one of the units does not know its own."""
    lacking = np.isnan(number)
    return np.where(units.total(which & lacking) > 0, np.nan, units.total(which, np.where(lacking, 0.0, number)))
