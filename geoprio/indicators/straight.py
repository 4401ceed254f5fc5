"""Access in a straight line, where a study asks for it instead of walking along streets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from geoprio.network import straight_counts_and_supply, straight_nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoprio._core.typing import Bools, Floats, Ints
    from geoprio.city import City
    from geoprio.indicators.walking import AccessSpec
    from geoprio.network import Demand, Profile


@dataclass(frozen=True)
class StraightPlaces:
    """Where the buildings and facilities of a city stand; a stand-in for `geoprio.indicators.places.Places`.

    Every building reaches every facility, as far as the cutoff lets it.

    Attributes
    ----------
    homes_xy, stops_xy : ndarray of float, shape (points, 2)
        Of all buildings and of all facilities, in the order of their tables; metres.
    """

    homes_xy: Floats
    stops_xy: Floats

    @property
    def home_on(self) -> Bools:
        """Which buildings have access that can be known: all."""
        return np.ones(len(self.homes_xy), bool)

    @property
    def stop_on(self) -> Bools:
        """Which facilities can be reached: all."""
        return np.ones(len(self.stops_xy), bool)

    @property
    def home_m(self) -> Floats:
        """Metres from each building to its street: not known."""
        return np.full(len(self.homes_xy), np.nan)

    @property
    def home_street_m(self) -> Floats:
        """Metres of street that hang together with each building's: not known."""
        return np.full(len(self.homes_xy), np.nan)

    @property
    def stop_m(self) -> Floats:
        """Metres from each facility to its street: not known."""
        return np.full(len(self.stops_xy), np.nan)

    @property
    def home_real(self) -> Bools:
        """Which buildings are known to be unserved where they reach nothing: all."""
        return self.home_on

    def nearest(self, sets: Sequence[Ints], spec: AccessSpec) -> list[tuple[Floats, Ints]]:
        """Return straight distance to, and number within its set, of the nearest facility of each set of rows."""
        return [straight_nearest(self.homes_xy, self.stops_xy[rows], cutoff=spec.cutoff_m) for rows in sets]

    def reachable(self, homes: Bools, stops: Ints) -> Bools:  # noqa: ARG002 - as `Places.reachable` takes it
        """Return from which of some buildings a facility of `stops` is reached at any distance: all."""
        return np.ones(int(homes.sum()), bool)

    def minutes(self, stops: Ints, metres: Floats, walker: Profile, spec: AccessSpec) -> Floats:  # noqa: ARG002 - as `Places.minutes` takes them
        """Return the minutes that as many level metres take."""
        return metres / walker.speed_m_per_min

    def counts_and_supply(
        self, stops: Ints, rings: Sequence[float], share: Demand | None, profile: Profile | None = None
    ) -> tuple[Ints, Floats]:
        """Return how many of some facilities stand within each ring, and the supply; in minutes with a profile."""
        if profile is not None:
            rings = [ring * profile.speed_m_per_min for ring in rings]
            share = share and replace(share, catchment=share.catchment * profile.speed_m_per_min)
        return straight_counts_and_supply(self.homes_xy, self.stops_xy[stops], rings, share)


def straight_places(city: City) -> StraightPlaces:
    """Return where the buildings and facilities of a city stand."""
    stops = np.column_stack((city.facilities.geometry.x, city.facilities.geometry.y))
    return StraightPlaces(city.buildings[["x", "y"]].to_numpy(float), stops)
