"""What residents put first: weights of the needs with intervals, and how far groups agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from geoprio.indicators.needs.shares import CONFIDENCE

if TYPE_CHECKING:
    from geoprio._core.typing import Bools, Floats, Ints

AT_ONCE: Final = 2_000_000
"""Random numbers that are held at a time."""


@dataclass(frozen=True)
class NeedWeights:
    """Weights of the needs, by how many residents name each.

    Attributes
    ----------
    weight, low, high : ndarray of float, shape (needs,)
        The weights add up to 1.
    draws : ndarray of float, shape (draws, needs)
        Weights that other samples might have given, each adding up to 1: for the sensitivity of a score.
    """

    weight: Floats
    low: Floats
    high: Floats
    draws: Floats


def need_weights(
    chosen: Bools,
    answered: Bools,
    weight: Floats,
    *,
    zone: Ints | None = None,
    draws: int = 1000,
    seed: int = 0,
    confidence: float = CONFIDENCE,
) -> NeedWeights:
    """Return weights in proportion to the shares of residents who name each need.

    Parameters
    ----------
    chosen : ndarray of bool, shape (n, needs)
    answered : ndarray of bool, shape (n,)
    weight : ndarray of float, shape (n,)
        Weights of the answers.
    zone : ndarray of int, shape (n,), optional
        Where only some of the zones were asked: then zones are drawn, rather than single answers; -1 (no zone) counts
        as one. Leave it out where all zones were asked.
    draws : int
    seed : int
    confidence : float

    Returns
    -------
    NeedWeights
        By the Bayesian bootstrap: each draw gives the answers (or zones) weights from a flat Dirichlet distribution.

    Raises
    ------
    ValueError
        If nobody names a need.

    References
    ----------
    D. B. Rubin, The Bayesian bootstrap, Annals of Statistics 9 (1981), 130-134.
    """
    hits = chosen[answered] * weight[answered][:, None]
    total = hits.sum(axis=0)
    if not total.sum() > 0:
        raise ValueError("nobody names a need: there is nothing to weigh by")
    if zone is not None:
        codes = np.unique(zone[answered], return_inverse=True)[1].reshape(-1)
        hits = np.stack([np.bincount(codes, weights=column) for column in hits.T], axis=1)
    rng = np.random.default_rng(seed)
    step = max(1, AT_ONCE // len(hits))
    # The parts of a flat Dirichlet are exponential numbers by their sum, which cancels here.
    sums = [rng.standard_exponential((min(step, draws - at), len(hits))) @ hits for at in range(0, draws, step)]
    drawn = np.vstack(sums)
    drawn /= drawn.sum(axis=1, keepdims=True)
    tail = (1 - confidence) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail], axis=0)
    return NeedWeights(total / total.sum(), low, high, drawn)


def to_indicators(weights: Floats, share: Floats) -> Floats:
    """Return weights of indicators from weights of needs.

    Parameters
    ----------
    weights : ndarray of float, shape (..., needs)
    share : ndarray of float, shape (needs, indicators)
        Which part of a need each indicator stands for; a row of zeros where none does.

    Returns
    -------
    ndarray of float, shape (..., indicators)
        Scaled to add up to 1: needs that no indicator stands for have no say.

    Raises
    ------
    ValueError
        If no need that is named has an indicator.
    """
    out = np.asarray(weights @ share, np.float64)
    total = out.sum(axis=-1, keepdims=True)
    if not (total > 0).all():
        raise ValueError("no need that is named has an indicator")
    return np.asarray(out / total, np.float64)


@dataclass(frozen=True)
class Agreement:
    """How far groups put the needs in the same order.

    Attributes
    ----------
    w : float
        Kendall's W: 0 (no agreement) to 1 (the same order); NaN with fewer than two groups or needs.
    p : float
        How probable a W so large is if the orders were drawn at random (chi-squared, m (k - 1) W).
    rank_correlation : float
        Mean of Spearman's correlation over all pairs of groups.
    ranks : ndarray of float, shape (groups, needs)
        1 = named most; ties share their mean.
    """

    w: float
    p: float
    rank_correlation: float
    ranks: Floats


def agreement(shares: Floats) -> Agreement:
    """Return how far groups agree on the order of the needs.

    Parameters
    ----------
    shares : ndarray of float, shape (groups, needs)
        Share of each group that names each need; no NaN.

    References
    ----------
    M. G. Kendall and B. Babington Smith, The problem of m rankings, Annals of Mathematical Statistics 10 (1939),
    275-287; the correction for ties as in Kendall, Rank Correlation Methods, chapter 6.
    """
    from scipy.stats import chi2, rankdata  # noqa: PLC0415 - half a second, paid only where groups are compared

    m, k = shares.shape
    ranks = np.asarray(rankdata(-shares, axis=1), np.float64) if shares.size else np.zeros(shares.shape)
    if m < 2 or k < 2:
        return Agreement(np.nan, np.nan, np.nan, ranks)
    sums = ranks.sum(axis=0)
    ties = 0.0
    for row in ranks:
        counts = np.unique(row, return_counts=True)[1].astype(np.float64)
        ties += float((counts**3 - counts).sum())
    most = m**2 * (k**3 - k) - m * ties
    w = float(12 * ((sums - sums.mean()) ** 2).sum() / most) if most > 0 else np.nan
    centered = ranks - ranks.mean(axis=1, keepdims=True)
    length = np.sqrt((centered**2).sum(axis=1))
    with np.errstate(divide="ignore", invalid="ignore"):
        correlation = centered @ centered.T / np.outer(length, length)
    return Agreement(w, float(chi2.sf(m * (k - 1) * w, k - 1)), float(correlation[np.triu_indices(m, 1)].mean()), ranks)
