"""geoprio on the peers' task, where answers can be compared: origins are all nodes, destinations stand at nodes."""

from __future__ import annotations

import numpy as np
from measure import CATEGORIES, CUTOFF_M, RINGS_M, Run

from geoprio.network import Network, Positions, counts, nearest_each, od_table, supply


def at_nodes(network: Network, nodes: np.ndarray) -> Positions:
    """Return positions exactly at nodes: at an end of some segment, with no straight leg."""
    segment = np.full(len(network.x), -1, np.int64)
    offset = np.zeros(len(network.x))
    number = np.arange(len(network.start))
    segment[network.end], offset[network.end] = number, network.length
    segment[network.start], offset[network.start] = number, 0.0
    leg = np.where(segment >= 0, 0.0, np.nan)
    return Positions(segment[nodes], offset[nodes], leg[nodes])


def main() -> None:
    """Run geoprio between the nodes of one workload."""
    run = Run("geoprio", "numba")
    network = Network(*(run.array(name) for name in ("x", "y", "start", "end", "length")))
    network.graph()
    everywhere = at_nodes(network, np.arange(len(network.x)))
    stops = [at_nodes(network, nodes) for nodes in run.arrays("facility_nodes")]
    demand, capacity = run.array("node_demand"), run.arrays("node_capacity")

    near = run.measured("nearest", lambda: nearest_each(network, everywhere, stops, cutoff=CUTOFF_M))
    run.answer("nearest", np.array([cost for cost, _ in near]))
    within = run.measured("counts", lambda: [counts(network, everywhere, s, RINGS_M) for s in stops])
    run.answer("counts", np.array(within))
    shares = run.measured(
        "e2sfca",
        lambda: [
            supply(network, everywhere, s, demand, amount, RINGS_M[-1], method="e2sfca")
            for s, amount in zip(stops, capacity, strict=True)
        ],
    )
    run.answer("e2sfca", np.array(shares))
    tables = run.measured(
        "pairs", lambda: [od_table(network, everywhere, s, cutoff=RINGS_M[-1]).read_all() for s in stops]
    )
    for k in CATEGORIES:
        for name, column in (("origin", "origin"), ("facility", "destination"), ("meters", "cost")):
            run.answer(f"{name}_{k}", tables[k][column].to_numpy())


if __name__ == "__main__":
    main()
