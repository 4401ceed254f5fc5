"""The ranking as a function of independent numbers, for global sensitivity, and what of it is measured.

The weights are spread over the simplex by the way of gamma quantiles: criterion j has a pull g = Q(x), Q being the
quantile function of the gamma distribution with shape a, and weights w = g / Σ g are then Dirichlet(a) distributed;
with all a = 1, evenly. The factor of a criterion is its pull, not its weight: pulls are independent of each other,
weights, which sum to 1, are not. A criterion's index tells how much the outcome hangs on how strongly it pulls.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from geoprio._core.errors import InputError
from geoprio._core.typing import Floats, Ints
from geoprio.network.compiled import load, threads
from geoprio.score.rankings import LARGE, RankModel, block_size, rank_blocks, spans

Measure = Callable[[Ints, Floats], Floats]
"""Ranks (draws, zones), 1 = first, and scores (draws, zones) in the caller's order of zones, to outputs (draws,) or
(draws, outputs)."""

SMALLEST = 1e-300


@dataclass(frozen=True)
class RankingInputs:
    """The ranking as a function for `sobol_indices` and `shapley_effects`.

    Attributes
    ----------
    model : RankModel
    weights : callable
        Points (rows, criteria) to weights (rows, criteria).
    measure : Measure
    codes : tuple of str
        Names of the criteria.
    """

    model: RankModel
    weights: Callable[[Floats], Floats]
    measure: Measure
    codes: tuple[str, ...]

    @property
    def groups(self) -> dict[str, list[int]]:
        """Each criterion's pull, each factor of the data and the method as factors; what cannot vary is left out."""
        return {code: [k] for k, code in enumerate(self.codes)} | self._choices()

    @property
    def stages(self) -> dict[str, list[int]]:
        """All weights together as one factor, beside each factor of the data and the method."""
        return {"weights": list(range(len(self.codes)))} | self._choices()

    def _choices(self) -> dict[str, list[int]]:
        varying = [f for f in (*self.model.data, self.model.methods) if len(f.levels) > 1]
        return {factor.name: [len(self.codes) + k] for k, factor in enumerate(varying)}

    def __call__(self, points: Floats) -> Floats:
        """Return what is measured at each point.

        Parameters
        ----------
        points : ndarray of float, shape (rows, criteria + varying factors)
            Coordinates in [0, 1): the criteria's pulls, then the level of each factor of the data, then of the method.
        """
        weights = self.weights(points[:, : len(self.codes)])
        variant, method = self._levels(points[:, len(self.codes) :])
        outputs: Floats | None = None
        for v, k in np.unique(np.column_stack((variant, method)), axis=0):
            rows = np.flatnonzero((variant == v) & (method == k))
            pieces = list(spans(0, len(rows), block_size(self.model.zones)))
            blocks = rank_blocks(self.model, [weights[rows[a:b]] for a, b in pieces], int(v), int(k))
            for (a, b), block in zip(pieces, blocks, strict=True):
                ranks, scores = np.empty(block.ranks.shape, np.int64), np.empty(block.keys.shape)
                ranks[:, self.model.order] = block.ranks
                scores[:, self.model.order] = block.keys
                found = np.asarray(self.measure(ranks + 1, scores / 1e9), np.float64).reshape(b - a, -1)
                outputs = np.empty((len(points), found.shape[1])) if outputs is None else outputs
                outputs[rows[a:b]] = found
        assert outputs is not None
        return outputs

    def _levels(self, points: Floats) -> tuple[Ints, Ints]:
        """Return the numbers of variant and method at each point."""
        columns = iter(points.T)
        variant = np.zeros(len(points), np.int64)
        for factor in self.model.data:
            level = _level(next(columns), factor.shares) if len(factor.levels) > 1 else 0
            variant = variant * len(factor.levels) + level
        several = len(self.model.methods.levels) > 1
        return variant, _level(next(columns), self.model.methods.shares) if several else np.zeros_like(variant)


def ranking_inputs(
    model: RankModel, codes: Sequence[str], measure: Measure, *, shapes: Sequence[float] | Floats | None = None
) -> RankingInputs:
    """Return the ranking as a function of pulls, levels of the data and method.

    Parameters
    ----------
    model : RankModel
    codes : sequence of str
        Names of the criteria.
    measure : Measure
        Such as `rank_of`, `score_of`, `rank_shift`, `pair_swaps`, `replaced`.
    shapes : array_like of float, shape (criteria,), optional
        Of the Dirichlet distribution of the weights: concentration × given weights for weights around given ones, 0 for
        a criterion without weight; default: all 1, which is even.

    Raises
    ------
    InputError
        If names or shapes do not fit the criteria, or a name is that of another factor.
    """
    given = np.ones(model.criteria) if shapes is None else np.asarray(shapes, np.float64)
    names = (*codes, *(f.name for f in (*model.data, model.methods)))
    problems = []
    if len(codes) != model.criteria or len(set(names)) < len(names):
        problems.append(
            f"codes {list(codes)} must be {model.criteria} names, each once, and none of the other factors'."
        )
    if given.shape != (model.criteria,) or not np.isfinite(given).all() or (given < 0).any() or not given.any():
        problems.append(f"shapes {given.tolist()} must be {model.criteria} numbers of 0 or more, not all 0.")
    if problems:
        raise InputError(*problems)
    return RankingInputs(model, lambda points: simplex_weights(points, given), measure, tuple(codes))


def simplex_weights(points: Floats, shapes: Floats) -> Floats:
    """Return Dirichlet weights from independent even numbers, by gamma quantiles.

    Parameters
    ----------
    points : ndarray of float, shape (rows, criteria)
        In [0, 1).
    shapes : ndarray of float, shape (criteria,)
        0 or more; a criterion of shape 0 has no weight.

    Returns
    -------
    ndarray of float, shape (rows, criteria)
        Each row sums to 1.
    """
    from scipy.special import gammaincinv  # noqa: PLC0415 - paid only where indices are computed

    pulls = np.zeros_like(points)
    used = shapes > 0
    # Exponentials are gamma of shape 1, and quicker than the general quantile.
    even = bool((shapes[used] == 1).all())
    own = -np.log1p(-points[:, used]) if even else gammaincinv(shapes[used], points[:, used])
    pulls[:, used] = np.maximum(own, SMALLEST)
    return np.asarray(pulls / pulls.sum(axis=1, keepdims=True), np.float64)


def rank_of(zones: Sequence[int] | Ints) -> Measure:
    """Return a measure: the ranks of some zones, by their positions."""
    return lambda ranks, _: ranks[:, np.asarray(zones)].astype(np.float64)


def score_of(zones: Sequence[int] | Ints) -> Measure:
    """Return a measure: the scores (priorities, under the weighted sum) of some zones, by their positions."""
    return lambda _, scores: scores[:, np.asarray(zones)]


def rank_shift(baseline: Ints) -> Measure:
    """Return a measure: by how many ranks zones move from the baseline, in the mean over all zones.

    Parameters
    ----------
    baseline : ndarray of int, shape (zones,)
        Ranks to compare with, from 1, such as `RankModel.ranks` gives.
    """
    return lambda ranks, _: np.abs(ranks - baseline).mean(axis=1)


def replaced(baseline: Ints, first: int) -> Measure:
    """Return a measure: the share of the baseline's first n that is no longer among the first n."""
    inside = np.asarray(baseline) <= first
    return lambda ranks, _: (ranks[:, inside] > first).mean(axis=1)


def pair_swaps(baseline: Ints) -> Measure:
    """Return a measure: the share of all pairs of zones that stand in another order than in the baseline.

    That is Kendall's distance, 0 to 1; Kendall's tau is one minus twice it.
    """
    order = np.argsort(np.asarray(baseline), kind="stable")
    pairs = max(len(order) * (len(order) - 1) // 2, 1)

    def measure(ranks: Ints, _: Floats) -> Floats:
        """Return the share of pairs that stand the other way round, by draw."""
        swaps = np.empty(len(ranks), np.int64)
        with threads(ranks.size, LARGE) as parts:
            load("rank_kernels", "geoprio.score").swap_block(ranks, order, swaps, parts)
        return np.asarray(swaps / pairs, np.float64)

    return measure


def _level(points: Floats, shares: Sequence[float]) -> Ints:
    """Return the level whose piece of [0, 1) holds each point; pieces are as wide as the levels are likely."""
    edges = np.cumsum(shares)[:-1]
    return np.asarray(np.searchsorted(edges, points, side="right"), np.int64)
