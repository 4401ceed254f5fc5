"""Rank acceptability over weight draws as a script in numpy does it: a product for the scores, a sort for each draw."""

from __future__ import annotations

import numpy as np
from measure import Run

AT_ONCE = 64
"""Draws whose scores are held at once."""


def main() -> None:
    """Run numpy on one workload."""
    run = Run()
    urgencies, weights = run.array("urgencies"), run.array("weights")
    zones = np.arange(len(urgencies))

    def ranked() -> tuple[np.ndarray, np.ndarray]:
        counts, total = np.zeros((len(zones), len(zones)), np.uint16), np.zeros(len(zones))
        rank = np.empty(len(zones), np.int64)
        for begin in range(0, len(weights), AT_ONCE):
            for scores in weights[begin : begin + AT_ONCE] @ urgencies.T:
                rank[np.argsort(-scores)] = zones
                counts[zones, rank] += 1
                total += rank + 1
        return counts, total / len(weights)

    counts, mean = run.measured("given", ranked)
    run.answer("counts", counts)
    run.answer("mean", mean)


if __name__ == "__main__":
    main()
