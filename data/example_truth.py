"""What is true of the residents and buildings of make_example.py: who lives where, what is broken, what people want.

Nobody in the town knows it. The files of example_survey.py and example_checks.py are what a city would learn of it.
All shares and strengths are assumptions, chosen so that they fit the buildings: walk-ups want lifts, old houses pipes.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from example_list import run_by

if TYPE_CHECKING:
    from collections.abc import Sequence

    from example_list import Entry
    from shapely.geometry.base import BaseGeometry

Floats = np.ndarray[Any, np.dtype[np.float64]]
AGES, TENURES, FLOORS = ("under_40", "aged_40_59", "aged_60plus"), ("owner", "tenant"), ("low", "high")
CELLS = tuple(product(AGES, TENURES, FLOORS))
WALKUP, HIGH = 4, 4  # storeys of a walk-up, first of the high floors
ADULTS = 0.84  # of those below 60
YOUNG = {"老旧小区": 0.45, "老旧厂区": 0.40, "老旧街区": 0.48, "城中村": 0.66}  # of adults below 60
RENTING = {
    "老旧小区": (0.46, 0.16, 0.05),
    "老旧厂区": (0.42, 0.18, 0.08),
    "老旧街区": (0.55, 0.34, 0.18),
    "城中村": (0.82, 0.52, 0.08),
}
# Of a building: strength of age in decades before 2000, level, and what villages and street blocks have more of it.
DEFECTS = {
    "pipe_fault": (1.3, -1.7, 0.2, 0.0),
    "drainage_fault": (0.9, -1.9, 2.2, -0.6),
    "roof_fault": (0.9, -2.1, -0.6, 0.4),
    "facade_fault": (0.8, -1.4, -0.4, -0.4),
    "stairway_fault": (0.7, -1.3, 0.3, -0.8),
    "power_fault": (0.7, -2.4, 1.6, 0.2),
}
# Of a need: level; strength of what the zone lacks, by its name; of the cell, by its codes.
Need = tuple[float, dict[str, float], dict[str, float]]
PROBLEMS: dict[str, Need] = {
    "walkup": (-3.6, {"walkup": 3.2}, {"aged_60plus": 1.3, "high": 1.7, "tenant": -0.9, "under_40": -0.6}),
    "pipe_fault": (-1.9, {"pipe_fault": 2.9}, {"owner": 0.4, "under_40": -0.3}),
    "drainage_fault": (-2.4, {"drainage_fault": 2.9}, {"low": 0.5}),
    "roof_fault": (-3.4, {"roof_fault": 2.8}, {"high": 1.2, "owner": 0.4}),
    "facade_fault": (-2.4, {"facade_fault": 1.5}, {"owner": 0.5}),
    "stairway_fault": (-2.0, {"stairway_fault": 1.6}, {"aged_60plus": 0.6}),
    "road_fault": (-2.3, {"road_fault": 2.0}, {"aged_60plus": 0.3}),
    "telecom_fault": (-2.5, {"telecom_fault": 1.9}, {}),
    "parking_short": (-1.6, {"parking_short": 2.2}, {"aged_60plus": -1.0, "owner": 0.6}),
    "ebike_charging_lacking": (-2.0, {"ebike_charging_lacking": 1.1}, {"under_40": 1.0, "tenant": 1.0}),
    "security_fault": (-2.3, {"security_fault": 1.3}, {"tenant": 0.6}),
}
MEASURES: dict[str, Need] = {
    "walkup": (-3.8, {"walkup": 3.3}, {"aged_60plus": 1.4, "high": 1.9, "tenant": -1.3, "under_40": -0.5}),
    "pipe_fault": (-2.1, {"pipe_fault": 2.8}, {"owner": 0.5}),
    "drainage_fault": (-2.6, {"drainage_fault": 2.8}, {"low": 0.4}),
    "roof_fault": (-3.5, {"roof_fault": 2.8}, {"high": 1.2, "owner": 0.4}),
    "road_fault": (-2.7, {"road_fault": 1.9}, {}),
    "parking_short": (-2.0, {"parking_short": 2.2}, {"aged_60plus": -1.1, "owner": 0.6}),
    "ebike_charging_lacking": (-2.3, {"ebike_charging_lacking": 1.0}, {"under_40": 1.1, "tenant": 1.1}),
    "activity_ground_lacking": (-2.2, {"activity_ground_lacking": 1.1}, {"aged_60plus": 0.6}),
    "security_fault": (-2.6, {"security_fault": 1.3}, {"tenant": 0.6}),
    "unmanaged": (-2.2, {"unmanaged": 1.2}, {"owner": 0.3}),
    "elder_station": (-3.0, {"养老服务站": 2.0}, {"aged_60plus": 1.8}),
    "nursery": (-3.3, {"托育园": 1.6}, {"under_40": 1.6}),
    "shop_space": (-3.2, {"便利店": 2.4}, {}),
}
FAR = {"养老服务站": 900.0, "托育园": 800.0, "便利店": 500.0}  # metres from which a service is as good as none


@dataclass(frozen=True)
class House:
    """A building that somebody lives in, with its defects by code."""

    number: str
    shape: BaseGeometry
    floors: int
    year: int | None
    homes: int
    defects: dict[str, bool]


@dataclass(frozen=True)
class Zone:
    """What is true of a zone: its houses, residents by cell, and how much it lacks (0 to 1) by name."""

    number: str
    entry: Entry
    managed: str
    face: BaseGeometry
    houses: list[House]
    people: Floats
    lacks: dict[str, float]

    def wants(self, needs: dict[str, Need]) -> Floats:
        """Return how probably a resident of each cell names each need, shape (cells, needs)."""
        out = np.zeros((len(CELLS), len(needs)))
        for column, (level, lacks, groups) in enumerate(needs.values()):
            place = level + sum(strength * self.lacks[what] for what, strength in lacks.items())
            for row, cell in enumerate(CELLS):
                out[row, column] = logistic(place + sum(groups.get(code, 0.0) for code in cell))
        return out


def logistic(x: float) -> float:
    """Return the probability of a logit."""
    return float(1 / (1 + np.exp(-x)))


def draw_zone(
    number: str,
    one: Entry,
    face: BaseGeometry,
    items: Sequence[tuple[Any, dict[str, Any]]],
    services: Sequence[Sequence[Any]],
    rng: np.random.Generator,
) -> Zone:
    """Draw what is true of a zone from its buildings (shape, fields) and the town's services (name, kind, place)."""
    care = {code: float(rng.normal(0, 0.8)) for code in DEFECTS}  # how well it was kept
    houses = [_house(shape, fields, one.kind, care, rng) for shape, fields in items if fields["户数"]]
    people = sum((_cells(fields, one.kind) for _, fields in items if fields["户数"]), np.zeros(len(CELLS)))
    managed, lift = run_by(one)
    homes = max(sum(h.homes for h in houses), 1)
    lacks = {code: sum(h.homes for h in houses if h.defects[code]) / homes for code in DEFECTS}
    walkup = sum(h.homes for h in houses if h.floors >= WALKUP) / homes
    lacks["walkup"] = walkup * (0.6 if lift else 1.0)
    lacks |= _shared(one, managed, rng)
    for what, metres in FAR.items():
        near = min(face.distance(record[3]) for record in services if record[2] == what)
        lacks[what] = min(near / metres, 1.0)
    return Zone(number, one, managed, face, houses, people, lacks)


def _house(
    shape: BaseGeometry, fields: dict[str, Any], kind: str, care: dict[str, float], rng: np.random.Generator
) -> House:
    decades = (2000 - (fields["建成年代"] or 1985)) / 10
    defects = {}
    for code, (slope, level, village, street) in DEFECTS.items():
        more = {"城中村": village, "老旧街区": street}.get(kind, 0.0)
        # Street blocks were mended now and again: a house of 1935 is no worse than one of 1970.
        defects[code] = bool(rng.random() < logistic(level + slope * min(decades, 3.0) + more + care[code]))
    return House(fields["楼栋编号"], shape, fields["层数"], fields["建成年代"], fields["户数"], defects)


def _cells(fields: dict[str, Any], kind: str) -> Floats:
    """Return how many adults of a building are in each cell."""
    elders = fields["老年人口"]
    others = (fields["人口"] - elders) * ADULTS
    by_age = (others * YOUNG[kind], others * (1 - YOUNG[kind]), elders)
    low = min(HIGH - 1, fields["层数"]) / fields["层数"]
    out = []
    for age, people, renting in zip(AGES, by_age, RENTING[kind], strict=True):
        # Elders live lower.
        share = min(low * (1.12 if age == AGES[2] else 0.96), 1.0) if low < 1 else 1.0
        for tenure in (1 - renting, renting):
            out += [people * tenure * share, people * tenure * (1 - share)]
    return np.array(out)


def _shared(one: Entry, managed: str, rng: np.random.Generator) -> dict[str, float]:
    """Draw what a zone lacks outdoors, 1 or 0, and how short of parking it is."""
    village, street = one.kind == "城中村", one.kind == "老旧街区"
    run = managed in {"专业物业", "社区托管", "原单位"}
    chances = {
        "road_fault": 0.75 if village else 0.5 if not run else 0.3,
        "security_fault": 0.7 if not run else 0.25,
        "telecom_fault": 0.9 if village or street else 0.45,
        "ebike_charging_lacking": 0.85 if village or street else 0.5,
        "waste_sorting_lacking": 0.6 if not run else 0.2,
        "activity_ground_lacking": 0.8 if village or street else 0.4,
        "environment_fault": 0.6 if not run else 0.25,
        "smart_lacking": 0.95 if village or street else 0.8,
        "fire_hazard": 0.4 if village else 0.25 if street else 0.08,
    }
    out = {code: float(rng.random() < chance) for code, chance in chances.items()}
    out["parking_short"] = max(float(rng.uniform(-0.3, 0.5) if village or street else rng.uniform(-0.1, 1.0)), 0.0)
    out["unmanaged"] = float(managed == "无")
    return out


def true_shares(zones: Sequence[Zone], needs: dict[str, Need]) -> dict[str, float]:
    """Return which share of all adults of the zones would name each need."""
    named = sum((zone.people @ zone.wants(needs) for zone in zones), np.zeros(len(needs)))
    everybody = sum(float(zone.people.sum()) for zone in zones)
    return {code: float(count / everybody) for code, count in zip(needs, named, strict=True)}


def spot(zone: Zone, rng: np.random.Generator) -> shapely.Point:
    """Return a place in a zone: at a house, else anywhere in it."""
    if not zone.houses:
        return zone.face.representative_point()
    house = zone.houses[int(rng.integers(len(zone.houses)))]
    return house.shape.exterior.interpolate(rng.random(), normalized=True)
