"""Distances in a straight line, where streets are not known or not asked for.

What is counted and shared out follows the same formulas as along streets; only the way to a distance is another one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.spatial import cKDTree

from geoprio._core.errors import InputError
from geoprio.network.compiled import THREADS, load, threads
from geoprio.network.points import as_points
from geoprio.network.search import CUTOFF, HALF_MM
from geoprio.network.shares import NOTHING, check_rings, check_share, settled

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geoprio._core.typing import Floats, Ints
    from geoprio.network.shares import Demand

SAME_M = 1e-4
"""Distances that differ by less are equal: of equally near destinations the first one is named."""

PAIRS = 4_000_000
"""Pairs of origin and destination held in memory at once: some 50 MB."""

MOST_CELLS = 2000
"""Columns, and rows, of the grid in which origins are looked up."""


def straight_nearest(origins: Floats, destinations: Floats, *, cutoff: float = CUTOFF) -> tuple[Floats, Ints]:
    """Return the straight distance from each origin to its nearest destination, and which destination it is.

    Parameters
    ----------
    origins, destinations : ndarray of float, shapes (n, 2) and (m, 2)
        x and y in metres.
    cutoff : float
        Metres.

    Returns
    -------
    distance : ndarray of float, shape (n,)
        Metres; infinite beyond the cutoff.
    which : ndarray of int, shape (n,)
        Number of the destination, of those within 0.1 mm of the nearest the lowest; -1 beyond the cutoff.

    Raises
    ------
    InputError
        If there is no destination, a coordinate is not a finite number, or the cutoff is not above 0.
    """
    here, there = _ends(origins, destinations)
    if not (cutoff > 0 and np.isfinite(cutoff)):
        raise InputError(f"cutoff = {cutoff} must be a finite number above 0.")
    spots, first = np.unique(there, axis=0, return_index=True)
    tree = cKDTree(spots)
    # A tree answers "none" with the number of its points; nothing comes after that.
    number = np.append(first, len(there))
    distance, which = np.full(len(here), np.inf), np.full(len(here), -1, np.int64)
    rows, k = np.arange(len(here)), 2
    while len(rows):
        metres, at = (np.asarray(found) for found in tree.query(here[rows], k=k, workers=THREADS))
        equal = metres <= metres[:, :1] + SAME_M
        distance[rows] = metres[:, 0]
        which[rows] = np.where(equal, number[at], len(there)).min(axis=1)
        # Where the farthest looked at is as near as the nearest, there may be more of them.
        rows, k = rows[equal[:, -1]], 2 * k
    beyond = distance > cutoff + HALF_MM
    return np.where(beyond, np.inf, distance), np.where(beyond, -1, which)


def straight_counts_and_supply(
    origins: Floats, destinations: Floats, rings: Sequence[float], share: Demand | None
) -> tuple[Ints, Floats]:
    """Return how many destinations lie within each ring of each origin, and the supply by floating catchments.

    Parameters
    ----------
    origins, destinations : ndarray of float, shapes (n, 2) and (m, 2)
        x and y in metres.
    rings : sequence of float
        Metres; what exceeds a ring by less than half a millimetre counts.
    share : Demand or None
        With its catchment in metres. None: no supply is computed; it is then empty.

    Returns
    -------
    counts : ndarray of int, shape (n, rings)
    supply : ndarray of float, shape (n,) or (0,)
        Capacity per unit of demand; 0 where nothing is in reach.

    Raises
    ------
    InputError
        As `geoprio.network.counts_and_supply` does, or if a coordinate is not a finite number.
    """
    here, there = _ends(origins, destinations)
    check_rings(rings)
    if share is not None:
        check_share(share, len(here), len(there))
    elif not len(rings):
        return np.zeros((len(here), 0), np.int32), NOTHING
    widths, back = np.unique(np.asarray(rings, np.float64), return_inverse=True)
    spots, spot, times = np.unique(there, axis=0, return_inverse=True, return_counts=True)
    capacity = np.zeros(len(there)) if share is None else np.asarray(share.capacity, np.float64)
    each = np.bincount(spot.reshape(-1), capacity, len(spots)).astype(np.float64)
    limit = max([*rings, *([share.catchment] if share else [])]) + HALF_MM
    circles = _circles(here, spots, limit, widths + HALF_MM, times, each)
    counts, supply = settled(circles, len(here), back, share, times, np.int32)
    return np.asarray(counts, np.int32), supply


def _ends(origins: Floats, destinations: Floats) -> tuple[Floats, Floats]:
    here, there = as_points(origins, None, "origins"), as_points(destinations, None, "destinations")
    if not len(there):
        raise InputError("the destinations are empty: there is nowhere to go to; leave the category out.")
    return here, there


@dataclass(frozen=True)
class _Circles:
    """A search of all origins in a circle around every spot; units are metres.

    Attributes
    ----------
    order : ndarray of int
        The origins, cell by cell.
    xy : ndarray of float, shape (origins, 2)
        In that order.
    grid : tuple
        As `geoprio.network.cells.count_within` takes it.
    spots : ndarray of float, shape (spots, 2)
    widths : ndarray of float
        Rings, ascending.
    times, capacity : ndarray, shape (spots,)
        What each spot counts for, and what stands there to be shared out.
    """

    order: Ints
    xy: Floats
    grid: tuple[Any, ...]
    spots: Floats
    limit: float
    widths: Floats
    times: Ints
    capacity: Floats

    unit = grain = 1.0

    @property
    def size(self) -> int:
        """Number of origins."""
        return len(self.order)

    def run(self, demand: Floats, capacity: Floats, selection: Floats, decay: Any, tally: Any) -> Floats:  # noqa: ANN401 - what numba types
        """Add up `tally` and return what is shared out, shape (origins,) or (0,) without a decay."""
        kernels = load("kernels")
        given = np.zeros((kernels.PARTS, 0 if decay is None else self.size))
        rings = self.widths[: tally.shape[2]]
        for some, start, who, far in self._pairs():
            with threads(self.size):
                kernels.sweep_pairs(
                    *(start, who, far, rings, self.times[some], tally, demand, capacity[some], selection),
                    *(decay or (0, 1, 1.0, 0.0), given),
                )
        return np.asarray(given.sum(axis=0), np.float64)

    def _pairs(self) -> Iterator[tuple[slice, Ints, Ints, Floats]]:
        """Yield some spots, where the origins of each begin, the origins and their distances: at most `PAIRS` or so."""
        cells, look = load("cells"), (self.grid, *self.xy.T)
        found = np.zeros(len(self.spots), np.int64)
        with threads(self.size):
            cells.count_within(*look, *self.spots.T, self.limit, found)
        begin = 0
        upto = np.cumsum(found)
        while begin < len(found):
            done = upto[begin - 1] if begin else 0
            end = max(begin + 1, int(np.searchsorted(upto, done + PAIRS, side="right")))
            some = slice(begin, end)
            start = np.concatenate(([0], upto[some] - done))
            who, far = np.empty(start[-1], np.int32), np.empty(start[-1])
            with threads(self.size):
                cells.points_within(*look, *self.spots[some].T, self.limit, start, who, far)
            yield some, start, who, far
            begin = end


def _circles(here: Floats, spots: Floats, limit: float, widths: Floats, times: Ints, capacity: Floats) -> _Circles:
    """Return the search with its origins sorted into cells."""
    low = here.min(axis=0) if len(here) else np.zeros(2)
    extent = here.max(axis=0) - low if len(here) else np.zeros(2)
    side = max(limit / 8, *(extent / MOST_CELLS))
    columns, rows = (int(n) + 1 for n in extent / side)
    at = np.minimum(((here - low) / side).astype(np.int64), (columns - 1, rows - 1))
    cell = at[:, 1] * columns + at[:, 0]
    order = np.argsort(cell, kind="stable")
    pointer = np.searchsorted(cell[order], np.arange(columns * rows + 1))
    grid = (pointer, float(low[0]), float(low[1]), float(side), columns, rows)
    xy = np.asfortranarray(here[order])
    return _Circles(order, xy, grid, spots, limit, widths, times, capacity)
