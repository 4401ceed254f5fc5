"""scikit-criteria's weighted sum, once for each draw of weights; the counting of ranks is numpy's."""

from __future__ import annotations

import numpy as np
import skcriteria
from measure import Run
from skcriteria.agg.simple import WeightedSumModel


def main() -> None:
    """Run scikit-criteria on one workload."""
    run = Run("scikit-criteria")
    urgencies, weights = run.array("urgencies"), run.array("weights")
    zones, larger_first = np.arange(len(urgencies)), [max] * urgencies.shape[1]
    model = WeightedSumModel()

    def ranked() -> tuple[np.ndarray, np.ndarray]:
        counts, total = np.zeros((len(zones), len(zones)), np.uint16), np.zeros(len(zones))
        for row in weights:
            rank = model.evaluate(skcriteria.mkdm(urgencies, larger_first, weights=row)).rank_
            counts[zones, rank - 1] += 1
            total += rank
        return counts, total / len(weights)

    counts, mean = run.measured("given", ranked)
    run.answer("counts", counts)
    run.answer("mean", mean)


if __name__ == "__main__":
    main()
