"""Where buildings and facilities enter the street network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geoprio.city.facilities import SAME_PLACE_M
from geoprio.network import (
    Network,
    Positions,
    carry_over,
    counts_and_supply,
    link_points,
    nearest,
    nearest_each,
    reachable,
    snap,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoprio._core.findings import Findings
    from geoprio._core.typing import Bools, Floats, Ints
    from geoprio.city import City
    from geoprio.indicators.walking import AccessSpec
    from geoprio.network import Demand, Profile


REAL_COMPONENT_M = 1000.0
"""A building on a component with this much street, from which no facility is reached, is known to be unserved."""

FAR_GATE_M = 300.0
"""Hardly a compound is so wide that its people walk farther to a gate: geoprio's own choice."""


@dataclass(frozen=True)
class Places:
    """Positions of a city on its network.

    Attributes
    ----------
    network : Network
        With links to gates and entrances where the city has them.
    homes, stops : Positions
        Of all buildings and of all facilities, in the order of their tables.
    home_m, stop_m : ndarray of float
        Straight metres from each to the street, or to the nearest of its gates or entrances; NaN where not snapped.
    home_street_m : ndarray of float
        Metres of street on the component that each building walks to (the longest, of several gates); 0 where none.
    """

    network: Network
    homes: Positions
    stops: Positions
    home_m: Floats
    stop_m: Floats
    home_street_m: Floats

    @property
    def home_on(self) -> Bools:
        """Which buildings have access that can be known: those that are snapped."""
        return self.homes.snapped

    @property
    def stop_on(self) -> Bools:
        """Which facilities can be reached: those that are snapped."""
        return self.stops.snapped

    @property
    def home_real(self) -> Bools:
        """Which buildings are known to be unserved where they reach nothing."""
        return np.asarray(self.home_street_m >= REAL_COMPONENT_M, bool)

    def nearest(self, sets: Sequence[Ints], spec: AccessSpec) -> list[tuple[Floats, Ints]]:
        """Return walking distance to, and number within its set, of the nearest facility of each set of rows."""
        if not sets:
            return []
        stops = [self.stops.take(rows) for rows in sets]
        return nearest_each(self.network, self.homes, stops, cutoff=spec.cutoff_m)

    def reachable(self, homes: Bools, stops: Ints) -> Bools:
        """Return from which of some buildings a way of any length leads to a facility of `stops`."""
        return reachable(self.network, self.homes.take(homes), self.stops.take(stops))

    def minutes(self, stops: Ints, metres: Floats, walker: Profile, spec: AccessSpec) -> Floats:
        """Return the least walking time to any of some facilities where one is reached, in minutes."""
        if self.network.graph(walker) is self.network.graph():
            return metres / walker.speed_m_per_min
        goal, reached, cutoff = self.stops.take(stops), np.isfinite(metres), spec.cutoff_m / walker.speed_m_per_min
        minutes, _ = nearest(self.network, self.homes, goal, cutoff=cutoff, profile=walker)
        # Uphill, a facility within the cutoff may be farther in time than as many level metres.
        while (missing := reached & ~np.isfinite(minutes)).any():
            cutoff *= 2
            minutes[missing], _ = nearest(self.network, self.homes.take(missing), goal, cutoff=cutoff, profile=walker)
        return np.where(reached, minutes, np.nan)

    def counts_and_supply(
        self, stops: Ints, rings: Sequence[float], share: Demand | None, profile: Profile | None = None
    ) -> tuple[Ints, Floats]:
        """Return how many of some facilities lie within each ring, and the supply; in minutes with a profile."""
        goal = self.stops.take(stops)
        return counts_and_supply(self.network, self.homes, goal, rings, share, profile=profile)


def place_city(city: City, network: Network, spec: AccessSpec, findings: Findings) -> Places:
    """Return where the buildings and facilities of a city enter the network.

    Buildings of a zone with gates walk straight to its gates and go on from there; a facility with entrances is reached
    at them. Where none of the gates is near a street, buildings are snapped like all others, with a warning.

    Parameters
    ----------
    city : City
    network : Network
        In the city's CRS.
    spec : AccessSpec
    """
    homes_xy = city.buildings[["x", "y"]].to_numpy(float)
    stops_xy = np.column_stack((city.facilities.geometry.x, city.facilities.geometry.y))
    pairs, doors = _pairs(city)
    homes, stops = (
        snap(network, xy, max_snap_m=spec.max_snap_m, min_component_m=spec.min_component_m)
        for xy in (homes_xy, stops_xy)
    )
    if not len(pairs):
        return Places(network, homes, stops, homes.leg, stops.leg, _street_m(network, homes))
    # Only the points that have a gate or entrance get a node of their own.
    chosen, number = np.unique(pairs[:, 0], return_inverse=True)
    points = np.vstack((homes_xy, stops_xy))
    leaves = chosen < len(homes_xy)
    to_doors = np.column_stack((number.reshape(-1), pairs[:, 1]))
    limits = {"max_snap_m": spec.max_snap_m, "min_component_m": spec.min_component_m}
    linked, inner, at = link_points(network, points[chosen], doors, to_doors, leaves, **limits)
    kept = [carry_over(network, at, positions) for positions in (homes, stops)]
    segment, offset, leg = (np.concatenate([getattr(p, f) for p in kept]) for f in ("segment", "offset", "leg"))
    metres, on, rows = leg.copy(), inner.snapped, chosen[inner.snapped]
    segment[rows], offset[rows], leg[rows] = inner.segment[on], inner.offset[on], 0.0
    every, n = Positions(segment, offset, leg, points), len(homes_xy)
    street_m = _street_m(linked, every)
    shortest, longest_street = _links(linked, len(points), pairs, at)
    metres[rows], street_m[rows] = shortest[rows], longest_street[rows]
    _report(city, chosen, inner, at, metres[:n], spec, findings)
    first, rest = np.arange(n), np.arange(n, len(points))
    return Places(linked, every.take(first), every.take(rest), metres[:n], metres[n:], street_m[:n])


def _street_m(network: Network, positions: Positions) -> Floats:
    """Return the metres of street on the component of each position, 0 where not snapped."""
    return np.where(positions.snapped, network.component_length[positions.segment], 0.0)


def _pairs(city: City) -> tuple[Ints, Floats]:
    """Return (point, door) of every gate of a building's zone and every entrance of a facility, and the doors' x, y.

    Points are numbered buildings first, then facilities; doors gates first, then entrances.
    """
    found, doors, offset = [np.zeros((0, 2), np.int64)], [np.zeros((0, 2))], 0
    for table, owner, first in (
        (city.gates, city.buildings["zone_id"], 0),
        (city.entrances, None, len(city.buildings)),
    ):
        if table is None or table.empty:
            continue
        column = "zone_id" if owner is not None else "facility_id"
        ids = city.facilities.index.to_series() if owner is None else owner
        left = pd.DataFrame({"id": ids.astype(object).to_numpy(), "point": first + np.arange(len(ids))}).dropna()
        right = pd.DataFrame({"id": table[column].astype(object).to_numpy(), "door": offset + np.arange(len(table))})
        pairs = left.merge(right, on="id")[["point", "door"]].to_numpy(np.int64)
        at = np.column_stack((table.geometry.x, table.geometry.y))
        if owner is None:
            places = np.column_stack((city.facilities.geometry.x, city.facilities.geometry.y))
            pairs = pairs[_to_nearest(pairs - np.array((first, offset)), places, at)]
        found.append(pairs)
        doors.append(at)
        offset += len(table)
    return np.concatenate(found), np.concatenate(doors)


def _to_nearest(pairs: Ints, points: Floats, doors: Floats) -> Bools:
    """Return which pairs join a door to the nearest of its points: two categories may use one id for two places."""
    metres = np.hypot(*(points[pairs[:, 0]] - doors[pairs[:, 1]]).T)
    least = np.full(len(doors), np.inf)
    np.minimum.at(least, pairs[:, 1], metres)
    return np.asarray(metres <= least[pairs[:, 1]] + SAME_PLACE_M, bool)


def _links(network: Network, points: int, pairs: Ints, at: Positions) -> tuple[Floats, Floats]:
    """Return the shortest link of each point and the most street that its links lead to, shape (points,) each."""
    shortest, street = np.full(points, np.inf), np.zeros(points)
    used = pairs[at.snapped[pairs[:, 1]]]
    used = used[np.argsort(used[:, 0], kind="stable")]
    links = np.arange(len(network.length) - len(used), len(network.length))
    np.minimum.at(shortest, used[:, 0], network.length[links])
    np.maximum.at(street, used[:, 0], network.component_length[links])
    return shortest, street


def _report(
    city: City, chosen: Ints, inner: Positions, at: Positions, home_m: Floats, spec: AccessSpec, findings: Findings
) -> None:
    gates = 0 if city.gates is None else len(city.gates)
    for table, snapped, what in (
        (city.gates, at.snapped[:gates], "gate"),
        (city.entrances, at.snapped[gates:], "entrance"),
    ):
        if table is not None:
            findings.reject(
                f"{what}s",
                table.index[~snapped],
                f"{what} farther than {spec.max_snap_m:g} m from every street: not used",
                "check the position, add the missing street or raise [access] max_snap_m",
                at=table.geometry[~snapped],
            )
    far = int((home_m > FAR_GATE_M).sum())
    if far:
        findings.warn(
            "gates",
            f"{far} buildings walk more than {FAR_GATE_M:g} m straight to the nearest gate of their zone; "
            "if it is not walled, or gates are missing, leave its gates out or add the others",
        )
    lost = ~inner.snapped
    if lost.any():
        homes = int((chosen[lost] < len(city.buildings)).sum())
        findings.warn(
            "gates",
            f"{homes} buildings and {int(lost.sum()) - homes} facilities have only gates or entrances that are on no "
            "street: they are taken to the nearest street instead",
        )


def snap_report(metres: Floats, ids: pd.Index | pd.Series, worst: int = 10) -> dict[str, object]:
    """Return how far points are from the streets: counts, median, 95 % and maximum, and the farthest ones.

    Parameters
    ----------
    metres : ndarray of float, shape (points,)
        NaN where not snapped.
    ids : Index or Series of str, shape (points,)
    """
    on: Bools = np.isfinite(metres)
    report: dict[str, object] = {"snapped": int(on.sum()), "unsnapped": int((~on).sum())}
    if on.any():
        median, high = np.quantile(metres[on], (0.5, 0.95))
        far = np.flatnonzero(on)[np.argsort(-metres[on], kind="stable")[:worst]]
        report |= {"median_m": round(float(median), 1), "p95_m": round(float(high), 1)}
        names = ids.to_numpy()[far]
        report["farthest_m"] = {str(name): round(float(m), 1) for name, m in zip(names, metres[far], strict=True)}
    return report
