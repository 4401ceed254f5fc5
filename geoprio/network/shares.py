"""What is shared out among whom by floating catchments, whatever the way to a cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol, get_args

import numpy as np

from geoprio._core.errors import InputError
from geoprio.network.compiled import load, threads
from geoprio.network.search import HALF_MM, check_amounts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geoprio._core.typing import Floats, Ints

    Decay = tuple[int, int, float, float]
    Tally = NDArray[np.int32] | NDArray[np.float64]

SupplyMethod = Literal["gaussian", "2sfca", "e2sfca", "m2sfca", "3sfca"]

DECAY = {"2sfca": 0, "e2sfca": 1, "gaussian": 2, "m2sfca": 2, "3sfca": 2}
"""0: all the catchment alike; 1: 1, 0.68 and 0.22 in its thirds; 2: Gaussian, 0 at its edge."""

NOTHING = np.zeros(0)


@dataclass(frozen=True)
class Demand:
    """What floating catchments share out, and among whom.

    Attributes
    ----------
    demand : ndarray of float, shape (n,)
        Of each origin, 0 or more.
    capacity : ndarray of float, shape (m,)
        Of each destination, 0 or more.
    catchment : float
        Metres, or minutes with a profile.
    method : {"gaussian", "2sfca", "e2sfca", "m2sfca", "3sfca"}
    """

    demand: Floats
    capacity: Floats
    catchment: float
    method: SupplyMethod = "gaussian"


def check_rings(rings: Sequence[float]) -> None:
    """Check that rings can be looked for.

    Raises
    ------
    InputError
        If one is not a finite number above 0.
    """
    for ring in rings:
        if not (ring > 0 and np.isfinite(ring)):
            raise InputError(f"rings {list(rings)} must be finite numbers above 0.")


def check_share(share: Demand, origins: int, destinations: int) -> None:
    """Check what is to be shared out.

    Raises
    ------
    InputError
        If the method is unknown, the catchment not above 0, or a demand or capacity missing or negative.
    """
    if share.method not in DECAY:
        known = ", ".join(get_args(SupplyMethod))
        raise InputError(f"supply method {share.method!r} is not known; use one of {known}.")
    if not (share.catchment > 0 and np.isfinite(share.catchment)):
        raise InputError(f"catchment = {share.catchment} must be a finite number above 0.")
    check_amounts(share.demand, origins, "demand")
    check_amounts(share.capacity, destinations, "capacity")


class Search(Protocol):
    """A search out from all destinations that adds up what it finds.

    Attributes
    ----------
    order : ndarray of int
        Number of each origin that is looked for, in the order of the search.
    capacity : ndarray of float, shape (spots,)
        What stands at each spot to be shared out.
    unit, grain : float
        Units of the search in one unit of the caller's costs, and in a metre.
    size : int
        Decides on the number of threads.
    """

    @property
    def order(self) -> Ints:
        """Numbers of the origins that are looked for."""
        ...

    @property
    def capacity(self) -> Floats:
        """What stands at each spot."""
        ...

    @property
    def unit(self) -> float:
        """Units in one unit of the caller's costs."""
        ...

    @property
    def grain(self) -> float:
        """Units per metre."""
        ...

    @property
    def size(self) -> int:
        """What the number of threads depends on."""
        ...

    def run(self, demand: Floats, capacity: Floats, selection: Floats, decay: Decay | None, tally: Tally) -> Floats:
        """Add up `tally` and return what is shared out, shape (origins looked for,) or (0,) without a decay."""
        ...


def settled(
    search: Search, n: int, back: Ints, share: Demand | None, times: Ints, kind: type[np.int32 | np.float64]
) -> tuple[Any, Floats]:
    """Run a search; return what lies within each ring, shape (n, rings), and the supply, shape (n,) or (0,).

    Parameters
    ----------
    search : Search
    n : int
        Number of all origins.
    back : ndarray of int, shape (rings,)
        Which of the search's rings, in ascending order, each one asked for is.
    share : Demand or None
    times : ndarray of int, shape (spots,)
        Destinations at each spot.
    kind : type
        Of what is counted.
    """
    kernels = load("kernels")
    tally = np.zeros((kernels.PARTS, len(search.order), len(np.unique(back))), kind)
    given = _share_out(search, share, times.astype(np.float64), tally)
    total = np.zeros((n, len(back)), kind)
    with threads(search.size):
        kernels.settle(search.order, tally, back, total)
    if share is None:
        return total, NOTHING
    served = np.full(n, np.nan)
    served[search.order] = given
    return total, served


def _share_out(search: Search, share: Demand | None, times: Floats, tally: Tally) -> Floats:
    """Fill `tally` and return the supply of every origin that is looked for."""
    if share is None:
        return search.run(NOTHING, search.capacity, NOTHING, None, tally)
    power = 2 if share.method == "m2sfca" else 1
    decay = (DECAY[share.method], power, share.catchment * search.unit, HALF_MM * search.grain)
    selection = NOTHING
    if share.method == "3sfca":
        selection = search.run(NOTHING, times, NOTHING, decay, tally[:, :, :0])
    demand = np.asarray(share.demand, np.float64)[search.order]
    return search.run(demand, search.capacity, selection, decay, tally)
