"""The registry of indicators: what each one is called, measures and means."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import Literal

import numpy as np

from geoprio._core.errors import InputError
from geoprio._core.typing import Bools, Floats

Anchor = Literal["share", "distance", "quota", "supply", "none"]

CATEGORY_TITLES = {
    "elder_care": ("养老服务", "elder care"),
    "childcare": ("托育服务", "childcare"),
    "convenience": ("便利店", "convenience stores"),
    "activity_ground": ("公共活动场地", "activity grounds"),
    "barber": ("理发店", "barbers"),
    "bus_stop": ("公交站", "bus stops"),
    "clinic": ("诊所", "clinics"),
    "community_center": ("社区中心", "community centers"),
    "community_station": ("社区综合服务站", "community service stations"),
    "culture_center": ("文化活动中心", "culture centers"),
    "culture_station": ("文化活动站", "culture stations"),
    "elder_station": ("老年服务站", "elder service stations"),
    "food": ("餐饮店", "places to eat"),
    "green_space": ("公共绿地", "public green"),
    "health_center": ("社区卫生服务中心", "community health centers"),
    "health_station": ("社区卫生服务站", "community health stations"),
    "home_help": ("家政服务", "home services"),
    "kindergarten": ("幼儿园", "kindergartens"),
    "laundry": ("洗衣店", "laundries"),
    "leisure": ("休闲娱乐", "leisure"),
    "market": ("菜市场", "markets"),
    "metro_station": ("地铁站", "metro stations"),
    "middle_school": ("初中", "middle schools"),
    "nursery": ("托儿所", "nurseries"),
    "nursing_home": ("养老院", "homes for the aged"),
    "parcel_station": ("快递点", "parcel stations"),
    "pharmacy": ("药店", "pharmacies"),
    "primary_school": ("小学", "primary schools"),
    "repair": ("维修店", "repair shops"),
    "supermarket": ("综合超市", "supermarkets"),
}
"""Categories that geoprio itself or a shipped rule file names, in zh and en."""


def category_titles(category: str) -> tuple[str, str]:
    """Return the zh and en title of a category; its own name for one that the project made up."""
    return CATEGORY_TITLES.get(category, (category, category.replace("_", " ")))


@dataclass(frozen=True)
class ZoneAccess:
    """What an indicator of one category may look at; arrays have shape (buildings,) or (zones,).

    Attributes
    ----------
    zone : ndarray of int
        Number of each building's zone, -1 outside.
    zones : int
        Number of zones.
    demand : ndarray of float
    distance : ndarray of float
        Metres; NaN where not reached.
    cost : ndarray of float
        In the unit of the threshold (metres or minutes); NaN where not reached.
    known : ndarray of bool
        Whether it is known that the building is served or not.
    reached : ndarray of bool
    threshold, cutoff : float
    facilities : ndarray of float, shape (zones,)
        Facilities that stand in the zone.
    people : ndarray of float, shape (zones,) or None
        People, or dwellings where no people are known; None where neither is.
    supply : ndarray of float
        Capacity per 1,000 of the demand, shared with all in reach; NaN where unknown.
    served : bool
        Whether the category has any facility.
    """

    zone: np.ndarray
    zones: int
    demand: Floats
    distance: Floats
    cost: Floats
    known: Bools
    reached: Bools
    threshold: float
    cutoff: float
    facilities: Floats
    people: Floats | None
    supply: Floats
    served: bool

    def total(self, values: Floats | Bools) -> Floats:
        """Return the demand-weighted sum per zone of a value per building."""
        inside = self.zone >= 0
        weights = (self.demand * values)[inside]
        return np.bincount(self.zone[inside], weights=weights, minlength=self.zones).astype(np.float64)


@dataclass(frozen=True)
class Indicator:
    """An indicator of a category; `code`, `title_zh` and `title_en` hold ``{category}``.

    Attributes
    ----------
    direction : {1, -1, 0}
        1: a larger value raises priority; -1: it lowers it; 0: for information only.
    anchor : {"share", "distance", "quota", "supply", "none"}
        How a rule's target becomes the two anchors.
    compute : callable
        ZoneAccess → ndarray of float, shape (zones,); NaN where unknown.
    """

    code: str
    title_zh: str
    title_en: str
    unit: str
    direction: int
    anchor: Anchor
    compute: Callable[[ZoneAccess], Floats]

    def code_for(self, category: str) -> str:
        """Return the column name for a category."""
        return self.code.replace("{category}", category)

    def titles_for(self, category: str) -> tuple[str, str]:
        """Return the zh and en title for a category."""
        zh, en = category_titles(category)
        title_en = self.title_en.replace("{category}", en)
        return self.title_zh.replace("{category}", zh), title_en[:1].upper() + title_en[1:]


DWELLINGS_SUFFIX = "_dwellings"
"""Ends the name of a per-1,000 indicator that counts dwellings for want of people."""

_registered: dict[str, Indicator] = {}
INDICATORS = MappingProxyType(_registered)
"""All indicators by code template, in the order of their columns."""


def indicator(
    code: str, *, zh: str, en: str, unit: str, direction: int, anchor: Anchor = "none"
) -> Callable[[Callable[[ZoneAccess], Floats]], Callable[[ZoneAccess], Floats]]:
    """Register the decorated function as an indicator.

    Raises
    ------
    ValueError
        If the code is registered already.
    """

    def register(compute: Callable[[ZoneAccess], Floats]) -> Callable[[ZoneAccess], Floats]:
        """Enter the function and give it back unchanged."""
        if code in _registered:
            raise ValueError(f"indicator {code!r} is registered already")
        _registered[code] = Indicator(code, zh, en, unit, direction, anchor, compute)
        return compute

    return register


def find(code: str, categories: tuple[str, ...]) -> tuple[Indicator, str]:
    """Return the indicator and category that a column name stands for.

    Raises
    ------
    InputError
        If there is no such indicator.
    """
    plain = code.removesuffix(DWELLINGS_SUFFIX)
    for category in sorted(categories, key=len, reverse=True):
        template = plain.replace(category, "{category}", 1) if plain.startswith(f"{category}_") else ""
        if template in INDICATORS:
            return INDICATORS[template], category
    raise InputError(unknown_indicator(code, categories))


def unknown_indicator(code: str, categories: tuple[str, ...]) -> str:
    """Return the message for a name that is no indicator of the project."""
    known = [i.code_for(c) for c in categories for i in INDICATORS.values() if i.direction]
    close = get_close_matches(code, known, n=1, cutoff=0.5)
    hint = f" (did you mean {close[0]!r}?)" if close else ""
    return f"indicator {code!r} is not known{hint}; there are {', '.join(known)}."
