"""scipy's Dijkstra between nodes: the exact reference, and the peer for the nearest facility."""

from __future__ import annotations

import numpy as np
from measure import CATEGORIES, CUTOFF_M, RINGS_M, Run
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

AT_ONCE = 50
"""Facilities searched from in one call: each needs a row of all nodes."""


def matrix(run: Run) -> csr_array:
    """Return the network both ways; of parallel segments the shortest counts, which scipy would otherwise add up."""
    start, end, length = run.array("start"), run.array("end"), run.array("length")
    tail, head = np.concatenate((start, end)), np.concatenate((end, start))
    cost = np.concatenate((length, length))
    order = np.lexsort((cost, head, tail))
    tail, head, cost = tail[order], head[order], cost[order]
    first = np.ones(len(tail), bool)
    first[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    nodes = len(run.array("x"))
    return csr_array((cost[first], (tail[first], head[first])), shape=(nodes, nodes))


def pairs(graph: csr_array, facilities: np.ndarray, limit: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return origin node, facility number and meters of all pairs within the limit."""
    found = []
    for begin in range(0, len(facilities), AT_ONCE):
        cost = dijkstra(graph, indices=facilities[begin : begin + AT_ONCE], limit=limit)
        facility, origin = np.nonzero(np.isfinite(cost))
        found.append((origin, facility + begin, cost[facility, origin]))
    origin, facility, meters = (np.concatenate(part) for part in zip(*found, strict=True))
    return origin.astype(np.int32), facility.astype(np.int32), meters


def main() -> None:
    """Run scipy on one workload."""
    run = Run("scipy")
    facilities = run.arrays("facility_nodes")
    graph = run.measured("prepare", lambda: matrix(run), once=True)
    costs = run.measured(
        "nearest", lambda: [dijkstra(graph, indices=f, min_only=True, limit=CUTOFF_M) for f in facilities]
    )
    run.answer("nearest", np.array(costs))
    # The pairs are the reference for counts and supply. They are not timed: nobody would count with scipy in this way.
    for k in CATEGORIES:
        for name, values in zip(
            ("origin", "facility", "meters"), pairs(graph, facilities[k], RINGS_M[-1] + 1.0), strict=True
        ):
            run.answer(f"{name}_{k}", values)


if __name__ == "__main__":
    main()
