"""geoprio with every building and facility where it is: on the street, between the nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from measure import CUTOFF_M, MAX_SNAP_M, RINGS_M, Run

from geoprio.network import Demand, Network, counts, counts_and_supply, nearest_each, snap, supply

if TYPE_CHECKING:
    import numpy as np

    from geoprio.network import Positions


def main() -> None:
    """Run geoprio on one workload."""
    run = Run("geoprio", "numba")
    streets = [run.array(name) for name in ("x", "y", "start", "end", "length")]
    buildings, demand = run.array("buildings"), run.array("demand")
    facilities, capacity = run.arrays("facilities"), run.arrays("capacity")

    def prepare() -> Network:
        network = Network(*streets)
        network.graph()
        return network

    def on_streets(network: Network, points: np.ndarray) -> Positions:
        return snap(network, points, max_snap_m=MAX_SNAP_M)

    def everything() -> list[tuple[np.ndarray, ...]]:
        network = prepare()
        homes, stops = on_streets(network, buildings), [on_streets(network, points) for points in facilities]
        near = nearest_each(network, homes, stops, cutoff=CUTOFF_M)
        shares = [Demand(demand, amount, RINGS_M[-1], "e2sfca") for amount in capacity]
        within = [counts_and_supply(network, homes, s, RINGS_M, d) for s, d in zip(stops, shares, strict=True)]
        return [(*a, *b) for a, b in zip(near, within, strict=True)]

    # First, so that the peak noted with it is that of this work and of nothing else.
    run.measured("all", everything)
    network = run.measured("prepare", prepare)
    homes = run.measured("snap", lambda: on_streets(network, buildings))
    stops = [on_streets(network, points) for points in facilities]
    run.measured("nearest", lambda: nearest_each(network, homes, stops, cutoff=CUTOFF_M))
    run.measured("counts", lambda: [counts(network, homes, s, RINGS_M) for s in stops])
    run.measured(
        "e2sfca",
        lambda: [
            supply(network, homes, s, demand, amount, RINGS_M[-1], method="e2sfca")
            for s, amount in zip(stops, capacity, strict=True)
        ],
    )
    run.answer("leg", homes.leg)


if __name__ == "__main__":
    main()
