"""PySAL access: a peer for E2SFCA, given the pairs that pandana found."""

from __future__ import annotations

import logging
import sys

import numpy as np
import pandas as pd
from access import Access
from measure import CATEGORIES, RINGS_M, STEP_WEIGHTS, Run


def weight(meters: float) -> float:
    """Return the weight of one pair: a plain function, which access runs faster than its own step function."""
    if meters <= RINGS_M[0]:
        return STEP_WEIGHTS[0]
    return STEP_WEIGHTS[1] if meters <= RINGS_M[1] else STEP_WEIGHTS[2]


def main() -> None:
    """Run access on one workload; the folder of pandana's answers lies beside its own."""
    run = Run("access", "pandas")
    pandana = run.out.parent / "pandana"
    if not (pandana / "meters_2.npy").exists():
        sys.exit("needs the pairs that pandana did not find")
    demand = pd.DataFrame({"demand": run.array("node_demand")}).rename_axis("node")

    def build(k: int) -> Access:
        origin, facility, cost = (np.load(pandana / f"{name}_{k}.npy") for name in ("origin", "facility", "meters"))
        pairs = pd.DataFrame({"origin": origin, "dest": facility, "cost": cost})
        table = Access(
            demand_df=demand,
            demand_value="demand",
            supply_df=pd.DataFrame({"capacity": run.array(f"node_capacity_{k}")}).rename_axis("facility"),
            supply_value="capacity",
            cost_df=pairs,
            cost_origin="origin",
            cost_dest="dest",
            cost_name="cost",
            neighbor_cost_df=pairs.iloc[:0],
            neighbor_cost_origin="origin",
            neighbor_cost_dest="dest",
            neighbor_cost_name="cost",
        )
        table.log.setLevel(logging.ERROR)
        return table

    def supply(table: Access) -> np.ndarray:
        found = table.enhanced_two_stage_fca(
            name="e2sfca", cost="cost", supply_values=["capacity"], max_cost=RINGS_M[-1], weight_fn=weight
        )
        return found.iloc[:, 0].reindex(demand.index).fillna(0.0).to_numpy()

    tables = run.measured("prepare", lambda: [build(k) for k in CATEGORIES], once=True)
    run.answer("e2sfca", np.array(run.measured("e2sfca", lambda: [supply(table) for table in tables])))


if __name__ == "__main__":
    main()
