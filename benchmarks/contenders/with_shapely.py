"""shapely's STRtree: a peer for snapping points to segments."""

from __future__ import annotations

import numpy as np
import shapely
from measure import MAX_SNAP_M, Run


def main() -> None:
    """Run shapely on one workload."""
    run = Run("shapely")
    x, y, start, end = (run.array(name) for name in ("x", "y", "start", "end"))
    lines = shapely.linestrings(np.stack((np.column_stack((x, y))[start], np.column_stack((x, y))[end]), axis=1))
    points = shapely.points(run.array("buildings"))
    tree = shapely.STRtree(lines)
    tree.query_nearest(points[0])  # builds the tree

    (found, _), meters = run.measured(
        "snap",
        lambda: tree.query_nearest(points, max_distance=MAX_SNAP_M, return_distance=True, all_matches=False),
    )
    leg = np.full(len(points), np.nan)
    leg[found] = meters
    run.answer("leg", leg)


if __name__ == "__main__":
    main()
