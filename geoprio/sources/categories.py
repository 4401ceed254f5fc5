"""Which OSM features are which facility category."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

OSM_KEYS = ("amenity", "shop", "social_facility", "social_facility:for")
"""Tags that the rules below look at."""


def is_elder_care(tags: Mapping[str, str]) -> bool:
    """Return whether a feature cares for elders (day care, nursing home, assisted living)."""
    amenity = tags.get("amenity")
    if amenity == "social_facility":
        return "senior" in tags.get("social_facility:for", "") or tags.get("social_facility") in {
            "nursing_home",
            "assisted_living",
        }
    return amenity in {"nursing_home", "retirement_home"}


def is_childcare(tags: Mapping[str, str]) -> bool:
    """Return whether a feature is a nursery or kindergarten."""
    return tags.get("amenity") in {"childcare", "kindergarten"}


def is_convenience(tags: Mapping[str, str]) -> bool:
    """Return whether a feature is a convenience store."""
    return tags.get("shop") == "convenience"


OSM_RULES = {"elder_care": is_elder_care, "childcare": is_childcare, "convenience": is_convenience}


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
    return tags.get("social_facility") or tags.get("amenity") or tags.get("shop") or "unknown"


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


def building_use(value: str) -> str:
    """Return `residential`, `other` or `unknown` for a value of a use column or the OSM tag `building`."""
    word = value.strip().lower()
    if word in RESIDENTIAL:
        return "residential"
    return USE_WORDS.get(word, "other")


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
