"""What the tags of OSM features, and the words of other files, say of them."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from geoprio.sources.profiles import load_profile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Match = Callable[[Mapping[str, str]], bool]

LIFECYCLE = (
    *("disused", "abandoned", "was", "demolished", "razed", "removed"),
    *("construction", "proposed", "planned"),
)
"""Prefixes of OSM keys of what is no longer there, or not yet (wiki.openstreetmap.org/wiki/Lifecycle_prefix)."""

LIFE_KEYS = ("disused", "abandoned", "opening_date", "end_date")
"""Tags that tell whether a place is open at all."""


@cache
def osm_rule(category: str) -> Match | None:
    """Return the test of tags by which OSM features belong to a category; None where it has no tags of its own."""
    wanted = [tuple(tags.items()) for rule in load_profile("osm").of(category) for tags in rule.tags]
    if not wanted:
        return None

    def match(tags: Mapping[str, str]) -> bool:
        """Return whether a feature carries all tags of one of the wanted sets."""
        return any(all(_fits(tags.get(key), value) for key, value in pairs) for pairs in wanted)

    return match


@cache
def osm_keys(category: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the tags that tell a category: of each set of tags the first, and all of them."""
    sets = [tuple(tags) for rule in load_profile("osm").of(category) for tags in rule.tags]
    return tuple(dict.fromkeys(keys[0] for keys in sets)), tuple(dict.fromkeys(key for keys in sets for key in keys))


def _fits(value: str | None, wanted: str) -> bool:
    if value is None:
        return False
    return wanted[1:] in value if wanted.startswith("~") else value == wanted


def alive(tags: Mapping[str, str]) -> dict[str, str]:
    """Return the tags that a feature had or will have in use: its own, and those behind a lifecycle prefix."""
    was = {k.partition(":")[2]: v for k, v in tags.items() if k.partition(":")[0] in LIFECYCLE and ":" in k}
    return {**was, **tags}


KIND_KEYS = ("social_facility", "amenity", "shop", "highway", "station")
"""Tags whose value is the kind of a facility."""


def osm_kind(category: str, tags: Mapping[str, str]) -> str:
    """Return the finer kind of a facility; ``"unknown"`` where the tags do not tell.

    Childcare is a ``nursery`` (0-3), a ``kindergarten`` (3-6) or unknown; others carry their main tag.
    """
    if category == "childcare":
        low, high = _years(tags.get("min_age")), _years(tags.get("max_age"))
        nursery = tags.get("amenity") == "childcare" or tags.get("nursery") == "yes"
        if nursery or (high is not None and high <= 3):
            return "nursery"
        if low is not None and low < 3:
            return "unknown"
        return "kindergarten" if tags.get("amenity") == "kindergarten" else "unknown"
    return next((tags[key] for key in KIND_KEYS if tags.get(key)), "unknown")


def _years(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None


RESIDENTIAL = frozenset(
    (
        *("residential", "apartments", "house", "detached", "semidetached_house", "terrace", "terraced_house"),
        *("dormitory", "bungalow", "cabin", "farm", "static_caravan", "houseboat", "ger", "villa"),
    )
)
"""Values of OSM `building` that are homes; `yes` is unknown, the rest are other."""

USE_WORDS = {
    **dict.fromkeys(("residential", "住宅", "居住", "宿舍", "公寓", "民居", "住房"), "residential"),
    **dict.fromkeys(("", "unknown", "未知", "不详", "yes"), "unknown"),
}
HOME_PARTS = re.compile("住宅|居住|宿舍|公寓|民居|住房|别墅|商住")
"""Parts of Chinese words of use that mean homes, also beside shops."""
NO_HOME_PARTS = re.compile("非住宅|非居住|配套(?:用房|设施|建筑)|车库|停车|酒店|商务公寓")
"""Parts of words that hold a home word and yet are none."""


def building_use(value: str) -> str:
    """Return `residential`, `other` or `unknown` for a value of a use column or the OSM tag `building`."""
    word = value.strip().lower()
    if word in RESIDENTIAL:
        return "residential"
    if word in USE_WORDS:
        return USE_WORDS[word]
    return "residential" if HOME_PARTS.search(word) and not NO_HOME_PARTS.search(word) else "other"


NOT_WALKED = frozenset(["construction", "proposed", "razed", "abandoned", "raceway", "bus_guideway", "busway"])
FAST_ROADS = frozenset(["motorway", "motorway_link", "trunk", "trunk_link"])
SIDEWALK_KEYS = ("sidewalk", "sidewalk:both", "sidewalk:left", "sidewalk:right")


def is_walkable(tags: Mapping[str, str]) -> bool:
    """Return whether people walk on an OSM way.

    Left out: ways under construction or gone, race tracks and bus-only ways; motorway and trunk roads with neither a
    sidewalk nor a `foot` tag; ways closed to walkers or, without a `foot` tag, to the public.
    """
    highway, foot = tags.get("highway"), tags.get("foot")
    if highway is None or highway in NOT_WALKED or foot in {"no", "private"}:
        return False
    if foot is None and tags.get("access") in {"no", "private"}:
        return False
    if highway in FAST_ROADS and foot is None:
        return any(tags.get(key, "no") not in {"no", "none"} for key in SIDEWALK_KEYS)
    return True


WALK_KEYS = ("highway", "foot", "access", *SIDEWALK_KEYS, "bridge", "tunnel")
"""Tags that tell how people walk on a way."""

STEPS = "steps"
"""Value of OSM `highway` of a flight of stairs."""

BIG_ROADS = frozenset(f"{kind}{end}" for kind in ("trunk", "primary", "secondary") for end in ("", "_link"))
"""Values of OSM `highway` of roads that cost time to cross."""

BRIDGE_KEYS = ("bridge", "tunnel")
NO_BRIDGE = frozenset(("", "no", "n", "0", "f", "false", "否", "无"))
"""Words of a bridge or tunnel column that say no; OSM extracts in tables write F."""


def is_off_ground(tags: Mapping[str, str]) -> bool:
    """Return whether an OSM feature runs over a bridge or through a tunnel (culverts and passages are tunnels too)."""
    return any(tags.get(key, "no") not in NO_BRIDGE for key in BRIDGE_KEYS)


GATES = frozenset(
    (
        *("gate", "lift_gate", "swing_gate", "sliding_gate", "sliding_beam", "wicket_gate", "kissing_gate"),
        *("hampshire_gate", "turnstile", "full-height_turnstile", "entrance"),
    )
)
"""Values of OSM `barrier` that let walkers through a wall or fence."""

LEVEL_CROSSINGS = frozenset(("crossing", "level_crossing", "tram_crossing", "tram_level_crossing"))

OPENING_KEYS = ("barrier", "railway", "ford")
"""Of these tags every opening carries one."""


def is_gate(tags: Mapping[str, str]) -> bool:
    """Return whether walkers pass an OSM gate: one that is neither locked nor closed to them.

    `access=private` does not close it: the gates of a compound are private, and its people walk through them.
    """
    return tags.get("barrier") in GATES and tags.get("foot") != "no" and tags.get("locked") != "yes"


def is_opening(tags: Mapping[str, str]) -> bool:
    """Return whether a street passes a barrier at this point: a gate, a level crossing or a ford."""
    return is_gate(tags) or tags.get("railway") in LEVEL_CROSSINGS or tags.get("ford", "no") != "no"


AREA_KEYS = frozenset(("amenity", "building", "landuse", "leisure", "water"))
AREA_VALUES = {
    "natural": frozenset(("bay", "glacier", "mud", "scrub", "water", "wetland", "wood")),
    "waterway": frozenset(("boatyard", "dock", "riverbank")),
}


def is_filled(tags: Mapping[str, str]) -> bool:
    """Return whether a closed OSM way stands for the area inside it, and not for a line such as a wall around it."""
    if tags.get("area") in {"yes", "no"}:
        return tags["area"] == "yes"
    if "barrier" in tags:
        return False
    return bool(AREA_KEYS & tags.keys()) or any(tags.get(key) in values for key, values in AREA_VALUES.items())
