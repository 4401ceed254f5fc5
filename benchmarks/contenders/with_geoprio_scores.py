"""geoprio's rank acceptability over weight draws."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
from measure import Run

from geoprio.score.acceptability import Acceptability
from geoprio.score.draws import Sampler, uniform_weights
from geoprio.score.rankings import rank_model
from geoprio.score.smaa import acceptability

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Given:
    """Weights that are there already."""

    def __init__(self, weights: NDArray[np.float64]) -> None:
        self.weights, self.criteria = weights, weights.shape[1]

    def draw(self, count: int, start: int = 0) -> NDArray[np.float64]:
        """Return the weights of draws from `start` on."""
        return self.weights[start : start + count]


def main() -> None:
    """Run geoprio on one workload, on the weights that all contenders get, and with weights that it draws itself."""
    run = Run("geoprio", "numba")
    facts = json.loads((run.workload / "facts.json").read_text(encoding="utf-8"))
    urgencies, weights = run.array("urgencies"), run.array("weights")

    def ranked(sampler: Sampler) -> Acceptability:
        return acceptability(rank_model(urgencies), sampler, first=facts["first"], draws=len(weights))

    if facts["compared"]:
        found = run.measured("given", lambda: ranked(Given(weights)))
        run.answer("counts", found.counts)
        run.answer("mean", found.rank_mean)
    run.measured("drawn", lambda: ranked(uniform_weights(weights.shape[1], seed=1)))


if __name__ == "__main__":
    main()
