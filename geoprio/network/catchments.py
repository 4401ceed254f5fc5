"""Who and what is within reach: counts in rings, and supply by floating catchments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geoprio.network.compiled import load, threads
from geoprio.network.search import check_amounts, check_destinations, scope
from geoprio.network.shares import NOTHING, Demand, SupplyMethod, check_rings, check_share, settled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoprio._core.typing import Floats, Ints
    from geoprio.network.build import Network
    from geoprio.network.costs import Placed
    from geoprio.network.search import Scope
    from geoprio.network.shares import Decay, Tally
    from geoprio.network.snap import Positions
    from geoprio.standards import Profile


def counts(
    network: Network,
    origins: Positions,
    destinations: Positions,
    rings: Sequence[float],
    *,
    profile: Profile | None = None,
) -> Ints:
    """Return how many destinations lie within each ring of each origin.

    Parameters
    ----------
    network : Network
    origins, destinations : Positions
        Shapes (n,) and (m,).
    rings : sequence of float
        Metres, or minutes with a profile; what exceeds a ring by less than half a millimetre counts.
    profile : Profile, optional
        How people walk.

    Returns
    -------
    ndarray of int, shape (n, rings)
        0 for origins that are not snapped.

    Raises
    ------
    InputError
        If a ring is not above 0 or there is no destination.
    """
    return counts_and_supply(network, origins, destinations, rings, None, profile=profile)[0]


def supply(
    network: Network,
    origins: Positions,
    destinations: Positions,
    demand: Floats,
    capacity: Floats,
    catchment: float,
    *,
    method: SupplyMethod = "gaussian",
    profile: Profile | None = None,
) -> Floats:
    """Return the supply of each origin by floating catchments: capacity per unit of demand, shared with all in reach.

    Parameters
    ----------
    network : Network
    origins, destinations : Positions
        Shapes (n,) and (m,).
    demand : ndarray of float, shape (n,)
        0 or more; that of origins which are not snapped is left out.
    capacity : ndarray of float, shape (m,)
        0 or more; of a destination that nobody reaches it goes to nobody.
    catchment : float
        Metres, or minutes with a profile.
    method : {"gaussian", "2sfca", "e2sfca", "m2sfca", "3sfca"}
        m2sfca and 3sfca weigh by the Gaussian, too.
    profile : Profile, optional
        How people walk.

    Returns
    -------
    ndarray of float, shape (n,)
        0 where nothing is in reach, NaN where the origin is not snapped.

    Raises
    ------
    InputError
        If a demand or capacity is missing or negative, the catchment not above 0, or the method unknown.

    References
    ----------
    2SFCA: Luo and Wang (2003), Environment and Planning B 30(6). E2SFCA: Luo and Qi (2009), Health & Place 15(4).
    Gaussian: Dai (2010), Health & Place 16(5). 3SFCA: Wan, Zou and Sternberg (2012), IJGIS 26(6).
    M2SFCA: Delamater (2013), Spatial and Spatio-temporal Epidemiology 4.
    """
    share = Demand(demand, capacity, catchment, method)
    return counts_and_supply(network, origins, destinations, (), share, profile=profile)[1]


def counts_and_supply(
    network: Network,
    origins: Positions,
    destinations: Positions,
    rings: Sequence[float],
    share: Demand | None,
    *,
    profile: Profile | None = None,
) -> tuple[Ints, Floats]:
    """Return what `counts` and `supply` return, from one search.

    Parameters
    ----------
    share : Demand or None
        None: no supply is computed; it is then empty.

    Raises
    ------
    InputError
        As `counts` and `supply` do.
    """
    tally, given = _sweep(network, origins, destinations, rings, np.int32, None, share, profile)
    return tally, given


def cumulative(
    network: Network,
    origins: Positions,
    destinations: Positions,
    capacity: Floats,
    rings: Sequence[float],
    *,
    profile: Profile | None = None,
) -> Floats:
    """Return the capacity within each ring of each origin.

    Parameters
    ----------
    capacity : ndarray of float, shape (m,)
        0 or more.

    Returns
    -------
    ndarray of float, shape (n, rings)
        In the unit of the capacity; 0 for origins that are not snapped.

    Raises
    ------
    InputError
        As `counts` does, or if a capacity is missing or negative.
    """
    each = check_amounts(capacity, len(destinations.segment), "capacity")
    return np.asarray(_sweep(network, origins, destinations, rings, np.float64, each, None, profile)[0], np.float64)


def reached_by(
    network: Network,
    origins: Positions,
    destinations: Positions,
    rings: Sequence[float],
    *,
    demand: Floats | None = None,
    profile: Profile | None = None,
) -> Floats:
    """Return the demand that can walk to each destination within each ring.

    Parameters
    ----------
    demand : ndarray of float, shape (n,), optional
        0 or more; 1 for every origin where none is given.

    Returns
    -------
    ndarray of float, shape (m, rings)
        0 for destinations that are not snapped.

    Raises
    ------
    InputError
        As `counts` does, or if a demand is missing or negative.
    """
    check_destinations(destinations)
    n = len(origins.segment)
    people = np.ones(n) if demand is None else check_amounts(demand, n, "demand")
    out = np.zeros((len(destinations.segment), len(rings)))
    if not len(rings):
        return out
    reach, widths, back = _rings(network, rings, None, profile)
    here, there = reach.graph.place(origins), reach.graph.place(destinations)
    load_ = np.zeros((len(there.order), len(widths)))
    with threads(len(network.x)):
        load("kernels").loads(
            *(reach.streets, reach.origins(here), reach.places(there), reach.limit, reach.scale, widths),
            *(people[here.order], load_),
        )
    out[there.order] = load_[:, back]
    return out


def _rings(
    network: Network, rings: Sequence[float], catchment: float | None, profile: Profile | None
) -> tuple[Scope, Ints, Ints]:
    """Return the scope of a search over rings, the rings in units in ascending order, and where each one stands."""
    check_rings(rings)
    widest = max([*rings, *([catchment] if catchment is not None else [])])
    reach = scope(network, widest, profile, "catchment")
    widths, back = np.unique(np.asarray(rings, np.float64), return_inverse=True)
    return reach, reach.units(list(widths)), back


@dataclass(frozen=True)
class _Sweep:
    """Everything that one search out from all destinations needs.

    Attributes
    ----------
    here : Placed
        Origins.
    widths : ndarray of int
        Rings in units, ascending.
    times, capacity : ndarray, shape (spots,)
        What each spot counts for, and what stands there to be shared out.
    """

    network: Network
    reach: Scope
    here: Placed
    places: tuple[Any, ...]
    widths: Ints
    times: Ints | Floats
    capacity: Floats

    @property
    def order(self) -> Ints:
        """Numbers of the snapped origins."""
        return self.here.order

    @property
    def unit(self) -> float:
        """Units in one unit of the caller's costs."""
        return self.reach.per_cost * self.reach.scale

    @property
    def grain(self) -> float:
        """Units per metre."""
        return self.reach.scale

    @property
    def size(self) -> int:
        """Nodes of the network."""
        return len(self.network.x)

    def run(self, demand: Floats, capacity: Floats, selection: Floats, decay: Decay | None, tally: Tally) -> Floats:
        """Add up `tally` and return what is shared out, shape (snapped origins,) or (0,) without a decay."""
        kernels, reach = load("kernels"), self.reach
        given = np.zeros((kernels.PARTS, 0 if decay is None else len(self.here.order)))
        with threads(len(self.network.x)):
            kernels.sweep(
                *(reach.streets, reach.origins(self.here), self.places, reach.limit, reach.scale),
                *(self.widths[: tally.shape[2]], self.times, tally, demand, capacity, selection),
                *(decay or (0, 1, 1.0, 0.0), given),
            )
        return np.asarray(given.sum(axis=0), np.float64)


def _sweep(
    network: Network,
    origins: Positions,
    destinations: Positions,
    rings: Sequence[float],
    kind: type[np.int32 | np.float64],
    weight: Floats | None,
    share: Demand | None,
    profile: Profile | None,
) -> tuple[Any, Floats]:
    """Return the weights of the destinations within each ring, shape (n, rings), and the supply, shape (n,) or (0,)."""
    check_destinations(destinations)
    n = len(origins.segment)
    if share is not None:
        check_share(share, n, len(destinations.segment))
    elif not len(rings):
        return np.zeros((n, 0), kind), NOTHING
    reach, widths, back = _rings(network, rings, share.catchment if share else None, profile)
    here, there = reach.graph.place(origins), reach.graph.place(destinations)
    # Destinations at one spot are walked to by one search. Sorted by edge, neighbors share what it touches.
    spots = np.column_stack((there.edge, there.out, there.leg))
    _, first, spot, times = np.unique(spots, axis=0, return_index=True, return_inverse=True, return_counts=True)
    at_spot = spot.reshape(-1), there.order, len(first)
    each = times.astype(kind) if weight is None else _summed(weight, *at_spot)
    capacity = np.zeros(len(first)) if share is None else _summed(share.capacity, *at_spot)
    places = tuple(values[first] for values in reach.places(there))
    sweep = _Sweep(network, reach, here, places, widths, each, capacity)
    return settled(sweep, n, back, share, times, kind)


def _summed(values: Floats, spot: Ints, order: Ints, spots: int) -> Floats:
    """Return the values of the destinations at each spot added up."""
    return np.asarray(np.bincount(spot, np.asarray(values, np.float64)[order], spots), np.float64)
