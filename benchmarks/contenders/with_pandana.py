"""pandana between nodes: a peer for the nearest facility, and for counts by ranges from the facilities' side."""

from __future__ import annotations

import numpy as np
import pandana
import pandas as pd
from measure import CATEGORIES, CUTOFF_M, RINGS_M, Run


def build(run: Run) -> pandana.Network:
    """Return the network, contracted as pandana does it."""
    x, y = pd.Series(run.array("x")), pd.Series(run.array("y"))
    ends = pd.Series(run.array("start")), pd.Series(run.array("end"))
    return pandana.Network(x, y, *ends, pd.DataFrame({"meters": run.array("length")}), twoway=True)


def nearest(network: pandana.Network, facilities: list[np.ndarray]) -> list[np.ndarray]:
    """Return the meters from each node to the nearest facility of each category, infinite beyond the cutoff."""
    meters = []
    for k, nodes in enumerate(facilities):
        x, y = network.nodes_df["x"].iloc[nodes], network.nodes_df["y"].iloc[nodes]
        network.set_pois(f"category {k}", CUTOFF_M, 1, x, y)
        found = network.nearest_pois(CUTOFF_M, f"category {k}", num_pois=1, max_distance=np.inf)
        meters.append(found[1].to_numpy())
    return meters


def counted(pairs: pd.DataFrame, nodes: int) -> np.ndarray:
    """Return how many facilities lie within each ring of each node, shape (nodes, rings)."""
    origin, meters = pairs["destination"].to_numpy(), pairs["meters"].to_numpy()
    return np.column_stack([np.bincount(origin[meters <= ring], minlength=nodes) for ring in RINGS_M])


def main() -> None:
    """Run pandana on one workload."""
    run = Run("pandana", "pandas")
    facilities = run.arrays("facility_nodes")
    network = run.measured("prepare", lambda: build(run), once=True)
    run.answer("nearest", np.array(run.measured("nearest", lambda: nearest(network, facilities))))
    pairs = run.measured("pairs", lambda: [network.nodes_in_range(f, RINGS_M[-1]) for f in facilities])
    nodes = len(network.nodes_df)
    run.measured("counts", lambda: [counted(table, nodes) for table in pairs])
    for k in CATEGORIES:
        run.answer(f"origin_{k}", pairs[k]["destination"].to_numpy(np.int32))
        run.answer(f"facility_{k}", np.searchsorted(facilities[k], pairs[k]["source"].to_numpy()).astype(np.int32))
        run.answer(f"meters_{k}", pairs[k]["meters"].to_numpy())


if __name__ == "__main__":
    main()
