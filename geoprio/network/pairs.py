"""Pairs of origins and destinations within reach of each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoprio._core.errors import InputError
from geoprio.network.compiled import load, threads
from geoprio.network.search import CUTOFF, check_destinations, scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from geoprio._core.typing import Floats, Ints
    from geoprio.network.build import Network
    from geoprio.network.snap import Positions
    from geoprio.standards import Profile

BATCH_ROWS = 1_000_000


def k_nearest(
    network: Network,
    origins: Positions,
    destinations: Positions,
    k: int,
    *,
    cutoff: float = CUTOFF,
    profile: Profile | None = None,
) -> tuple[Floats, Ints]:
    """Return the `k` nearest destinations of each origin.

    Parameters
    ----------
    network : Network
    origins, destinations : Positions
        Shapes (n,) and (m,).
    k : int
        1 or more.
    cutoff : float
        Metres, or minutes with a profile.
    profile : Profile, optional
        How people walk.

    Returns
    -------
    cost : ndarray of float, shape (n, k)
        Ascending; infinite where there are fewer within the cutoff, NaN where the origin is not snapped.
    which : ndarray of int, shape (n, k)
        Numbers of the destinations, of equal costs the lower first; -1 where there are fewer.

    Raises
    ------
    InputError
        If k is less than 1, there is no destination, or the cutoff is not above 0.
    """
    if k < 1:
        raise InputError(f"k = {k} must be 1 or more.")
    check_destinations(destinations)
    reach, kernels = scope(network, cutoff, profile), load("kernels")
    here, there = reach.graph.place(origins), reach.graph.place(destinations)
    n = len(here.order)
    cost = np.full((kernels.PARTS, n, k), kernels.NEVER, np.uint32)
    number = np.full((kernels.PARTS, n, k), -1, np.int32)
    with threads(len(network.x)):
        kernels.nearest_few(
            *(reach.streets, reach.origins(here), reach.places(there), there.order, reach.limit, reach.scale),
            *(cost, number),
        )
    far, which = np.full((len(origins.segment), k), np.nan), np.full((len(origins.segment), k), -1, np.int64)
    far[here.order] = np.where(cost[0] == kernels.NEVER, np.inf, cost[0] / (reach.scale * reach.per_cost))
    which[here.order] = number[0]
    return far, which


def od_table(
    network: Network,
    origins: Positions,
    destinations: Positions,
    *,
    cutoff: float = CUTOFF,
    profile: Profile | None = None,
    batch_rows: int = BATCH_ROWS,
) -> pa.RecordBatchReader:
    """Return a stream of all pairs within the cutoff; only one batch is in memory at a time.

    Parameters
    ----------
    network : Network
    origins, destinations : Positions
        Shapes (n,) and (m,).
    cutoff : float
        Metres, or minutes with a profile.
    profile : Profile, optional
        How people walk.
    batch_rows : int
        A batch ends with the destination that brings it to this many rows.

    Returns
    -------
    pyarrow.RecordBatchReader
        `origin` and `destination` (int32, numbers), `cost` (float64, metres or minutes); by destination, then origin.

    Raises
    ------
    InputError
        If there is no destination or the cutoff is not above 0.
    """
    import pyarrow as pa  # noqa: PLC0415 - loads only where pairs are asked for

    check_destinations(destinations)
    schema = pa.schema([("origin", pa.int32()), ("destination", pa.int32()), ("cost", pa.float64())])
    reach, kernels = scope(network, cutoff, profile), load("kernels")
    here, there = reach.graph.place(origins), reach.graph.place(destinations)
    by_number = np.argsort(there.order, kind="stable")
    numbers = there.order[by_number]
    places = tuple(values[by_number] for values in reach.places(there))
    start = reach.origins(here)

    def batches() -> Iterator[pa.RecordBatch]:
        """Search from as many destinations as fill a batch, and go on where it ended."""
        begin = 0
        while begin < len(numbers):
            who, units, upto = kernels.pairs(reach.streets, start, places, begin, batch_rows, reach.limit, reach.scale)
            destination = np.repeat(numbers[begin : begin + len(upto)], np.diff(upto, prepend=0))
            origin = here.order[who]
            order = np.lexsort((origin, destination))
            cost = units[order] / (reach.scale * reach.per_cost)
            yield pa.record_batch([origin[order], destination[order], cost], schema=schema)
            begin += len(upto)

    return pa.RecordBatchReader.from_batches(schema, batches())
