"""Items of the complete community: passed, failed or unknown for each zone, apart from the walking distances.

Each item asks for facilities of some kind and size. Answers are three-valued throughout: what does for certain passes
an item, what cannot do even at best fails it, and everything between is unknown. Unknown is never counted as failed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from geoprio._core.columns import UNSNAPPED
from geoprio.indicators.spec import community_metres

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geoprio._core.typing import Bools, Floats, Ints
    from geoprio.city import City
    from geoprio.indicators.access import BuildingAccess
    from geoprio.indicators.demand import Demand
    from geoprio.indicators.walking import AccessSpec
    from geoprio.standards import Ask, Community, Item, Rules

ANSWERS = ("fail", "unknown", "pass")
FAIL, UNKNOWN, PASS = range(3)
"""In this order the least of several answers is that of all of them, the greatest that of any."""

THERE = ("used", UNSNAPPED)
"""Statuses of facilities that stand in the city, whether they can be walked to or not."""

COMPOUND = "compound"
ROUNDING = 1e-12


@dataclass(frozen=True)
class Communities:
    """Answers of all zones.

    Attributes
    ----------
    columns : DataFrame
        Index `zone_id`; `items_passed`, `items_failed`, `items_unknown`, and `item_{code}_status` (`pass`, `fail`,
        `unknown`) of each item.
    report : list of dict
        For each item: its number, titles, source and mark; how many zones `passed`, `failed`, are `unknown`; and as
        `not_read` what no facility is for certain.
    """

    columns: pd.DataFrame
    report: list[dict[str, Any]]


def community_items(
    city: City, access: BuildingAccess, demand: Mapping[str, Demand], rules: Rules, spec: AccessSpec
) -> Communities | None:
    """Return which items of the rule file each zone passes; None where the file has no items.

    A facility counts for a zone if it stands in it, or, where the file says how far the community reaches, if the given
    share of the zone's demand can walk to it (to as many as are asked for) within that. It is no more than possible if
    its kind or size is not known, or it is doubtful at all; so is the way to one that is too far from every street, and
    any way of demand whose access is not known. Of what no facility is for certain, nothing is known: it was not read.

    Parameters
    ----------
    city : City
    access : BuildingAccess
    demand : mapping by category
    rules : Rules
    spec : AccessSpec

    Returns
    -------
    Communities or None
    """
    if not rules.items:
        return None
    study = _Study(city, access, demand, rules, spec)
    answers = np.stack([study.item(item) for item in rules.items])
    words = np.array(ANSWERS, dtype=object)
    columns: dict[str, object] = {
        f"items_{name}": (answers == code).sum(axis=0)
        for name, code in (("passed", PASS), ("failed", FAIL), ("unknown", UNKNOWN))
    }
    for item, row in zip(rules.items, answers, strict=True):
        columns[item_column(item)] = pd.array(words[row], dtype="str")
    report = [study.report(item, row) for item, row in zip(rules.items, answers, strict=True)]
    return Communities(pd.DataFrame(columns, index=city.zones.index), report)


def item_column(item: Item) -> str:
    """Return the name of the column that holds an item's answers."""
    return f"item_{item.code}_status"


class _Study:
    """What the asks of all items look at."""

    def __init__(
        self, city: City, access: BuildingAccess, demand: Mapping[str, Demand], rules: Rules, spec: AccessSpec
    ) -> None:
        self.zones, self.access, self.demand, self.spec = city.zones, access, demand, spec
        sites = access.facilities
        self.sites, self.there = sites, sites["status"].isin(THERE).to_numpy(bool)
        self.site_zone = _numbers(city.zones.index, sites["zone_id"])
        self.zone = _numbers(city.zones.index, city.buildings["zone_id"])
        self.community = rules.community
        self.kinds = _kinds(rules)

    def item(self, item: Item) -> Ints:
        """Return the answer of each zone, shape (zones,)."""
        if not item.asks:
            return np.full(len(self.zones), UNKNOWN)
        each = np.stack([self.ask(ask, outside_compounds=item.outside_compounds) for ask in item.asks])
        answer: Ints = each.max(axis=0) if item.need == "any" else each.min(axis=0)
        return np.minimum(answer, UNKNOWN) if item.partly else answer

    def ask(self, ask: Ask, *, outside_compounds: bool) -> Ints:
        """Return the answer of each zone to one ask."""
        if not self.was_read(ask):
            return np.full(len(self.zones), UNKNOWN)
        sure, maybe = self.of_kind(ask)
        for column, least in (("area_m2", ask.area_m2), ("land_m2", ask.land_m2)):
            if least is not None:
                size = self.size(column)
                sure, maybe = sure & (size >= least), maybe & ~(size < least)
        if outside_compounds:
            inside, unclear = self.compounds()
            sure, maybe = sure & ~inside & ~unclear, maybe & ~inside
        category = self.category(ask)
        passed, _ = self.enough(sure, ask.count, category)
        _, possible = self.enough(maybe, ask.count, category)
        return np.select([passed, possible], [PASS, UNKNOWN], FAIL)

    def was_read(self, ask: Ask) -> bool:
        """Return whether some facility is of the kind asked for for certain: a list without any may not have them."""
        return bool(self.of_kind(ask)[0].any())

    def of_kind(self, ask: Ask) -> tuple[Bools, Bools]:
        """Return which facilities are of the kind asked for for certain, and which at best."""
        category, kind, doubt = (self.text(name) for name in ("category", "kind", "doubt"))
        sure, maybe = np.zeros(len(self.sites), bool), np.zeros(len(self.sites), bool)
        for name in ask.of:
            wanted, _, finer = name.partition(":")
            here = self.there & (category == wanted)
            fits = here & (kind == finer) if finer else here
            # A kind that no item of the file asks for may be another word for this one.
            other = here & ~np.isin(kind, list(self.kinds.get(wanted, ()))) if finer else fits
            sure |= fits & (doubt == "")
            maybe |= fits | other
        return sure, maybe

    def category(self, ask: Ask) -> str:
        """Return the first category of an ask of which facilities stand in the city."""
        there = set(self.text("category")[self.there])
        return next(c for c in map(_category, ask.of) if c in there)

    def text(self, column: str) -> np.ndarray:
        """Return a column of the facilities as text, empty where it is missing."""
        if column not in self.sites:
            return np.full(len(self.sites), "", dtype=object)
        return np.asarray(self.sites[column].astype(object).fillna(""), dtype=object)

    def size(self, column: str) -> Floats:
        """Return the size of each facility; NaN where it is not known."""
        if column not in self.sites:
            return np.full(len(self.sites), np.nan)
        return np.asarray(self.sites[column], np.float64)

    def compounds(self) -> tuple[Bools, Bools]:
        """Return which facilities stand in a compound, and of which that is not known: their zone has no other type."""
        types = np.append(self.zones["zone_type"].astype(object).to_numpy(), "")[self.site_zone]
        return types == COMPOUND, types == "other"

    def enough(self, chosen: Bools, count: int, category: str) -> tuple[Bools, Bools]:
        """Return which zones have enough of the chosen facilities for certain, and which at best."""
        n = len(self.zones)
        at = self.site_zone[chosen]
        inside = np.bincount(at[at >= 0], minlength=n) >= count
        limit = self.community.threshold if self.community else None
        if limit is None:
            return inside, inside
        assert self.community is not None
        weight = self.demand[category].weight
        near, unknown = self.walked(chosen, count, category, self.community)
        total = self.total(weight)
        # Sums of equal parts may differ in their last digits.
        share = self.community.share * total * (1 - ROUNDING)
        certain = inside | ((total > 0) & (self.total(weight * near) >= share))
        best = inside | (self.total(weight * (near | unknown)) >= share) | self.off_street(chosen, category)
        return certain, best

    def walked(self, chosen: Bools, count: int, category: str, community: Community) -> tuple[Bools, Bools]:
        """Return which buildings can walk to `count` of the chosen facilities, and of which that is not known."""
        places = self.access.places
        assert community.threshold is not None
        rows = np.flatnonzero(chosen & places.stop_on)
        near = np.zeros(len(self.zone), bool)
        if len(rows):
            walker = None if community.unit == "m" else self.spec.walker(category)
            found, _ = places.counts_and_supply(rows, [community.threshold], None, walker)
            near = found[:, 0] >= count
        return near, ~near & ~self.access.on_real_component

    def off_street(self, chosen: Bools, category: str) -> Bools:
        """Return which zones have a chosen facility in reach that is too far from every street to be walked to.

        No way is shorter than the straight line, so one farther off than that is out of reach in any case.
        """
        assert self.community is not None
        out = np.zeros(len(self.zones), bool)
        lost = np.flatnonzero(chosen & ~self.access.places.stop_on)
        if len(lost):
            metres = community_metres(self.community, (category,), self.spec)
            points = self.sites.geometry.to_numpy()[lost]
            tree = shapely.STRtree(self.zones.geometry.to_numpy())
            out[tree.query(points, predicate="dwithin", distance=metres)[1]] = True
        return out

    def total(self, weight: Floats) -> Floats:
        """Return the sum per zone of a weight per building."""
        inside = self.zone >= 0
        return np.bincount(self.zone[inside], weights=weight[inside], minlength=len(self.zones)).astype(np.float64)

    def report(self, item: Item, answers: Ints) -> dict[str, Any]:
        """Return what the data-quality report says of an item."""
        unread = dict.fromkeys(name for ask in item.asks if not self.was_read(ask) for name in ask.of)
        about = item.model_dump(mode="json", exclude={"need", "asks", "partly", "outside_compounds"})
        tally = {word: int((answers == code).sum()) for code, word in enumerate(ANSWERS)}
        return {**about, "passed": tally["pass"], "failed": tally["fail"], "unknown": tally["unknown"],
                "not_read": list(unread)}  # fmt: skip


def _category(name: str) -> str:
    return name.partition(":")[0]


def _kinds(rules: Rules) -> dict[str, set[str]]:
    """Return the kinds that the items of a rule file tell apart, by category."""
    out: dict[str, set[str]] = {}
    for name in (name for item in rules.items for ask in item.asks for name in ask.of if ":" in name):
        category, _, kind = name.partition(":")
        out.setdefault(category, set()).add(kind)
    return out


def _numbers(index: pd.Index, ids: pd.Series) -> Ints:
    """Return the number of each row's zone, -1 for none."""
    numbers = np.asarray(index.get_indexer(pd.Index(ids.astype(object))), np.int64)
    numbers[ids.isna().to_numpy()] = -1
    return numbers
