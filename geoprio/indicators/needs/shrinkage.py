"""Shares of small zones drawn toward the city's, as far as zones resemble each other (beta-binomial).

A zone's share is taken as drawn from a beta distribution that holds for the city. Its two parameters are fitted over
all zones by maximum likelihood; a zone's estimate is ``(k + alpha) / (n + alpha + beta)``. With few zones they are
hardly known, so that intervals and draws take every pair of parameters by how well it explains the answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.optimize import minimize
from scipy.special import betainc, betaln, expit

from geoprio._core.typing import Floats, Ints
from geoprio.indicators.needs.shares import CONFIDENCE

MOST_WORTH: Final = 1e6
"""More answers than this tell a zone's share for good; it bounds the numbers that are subtracted."""
MEANS: Final = 11
LIKENESSES: Final = 9
"""Nodes for the city's share, and for how alike zones are: ``1 / (1 + alpha + beta)``."""
LEAST_WEIGHT: Final = 1e-2
"""Nodes that weigh less than this part of the best one are left out."""
STEPS: Final = 60
CLOSE: Final = 1e-8
"""A quantile is found when it moves no farther, or after so many steps."""
TINY: Final = 1e-15
LOGITS: Final = (-9.0, 9.0)
"""Bounds of the city's share, as a logit."""
LIKELY: Final = (-11.5, 11.5)
"""Bounds of the likeness as a logit, ``-log(alpha + beta)``: from zones alike to zones of one mind each."""
ROUGH: Final = 24
SCAN: Final = 200
"""Values of the likeness at which the search for the best begins, and of each that are scanned."""
NEGLIGIBLE: Final = 9.0
"""Parameters whose log-density is so much below the best are left out of the scan."""


@dataclass(frozen=True)
class Prior:
    """What the zones together say of a zone's share, before its own answers.

    Attributes
    ----------
    alpha, beta : float
        Best parameters; both large where zones differ by no more than chance.
    nodes : ndarray of float, shape (m, 2)
        Pairs of parameters that explain the answers, too.
    weight : ndarray of float, shape (m,)
        How well; the sum is 1.
    """

    alpha: float
    beta: float
    nodes: Floats
    weight: Floats

    @property
    def mean(self) -> float:
        """The city's share."""
        return self.alpha / (self.alpha + self.beta)


def log_likelihood(k: Floats, n: Floats, alpha: Floats, beta: Floats) -> Floats:
    """Return the log-likelihood of beta-binomial answers, without the part that does not depend on the parameters.

    Parameters
    ----------
    k, n : ndarray of float, shape (zones,)
    alpha, beta : ndarray of float, shape (m,)

    Returns
    -------
    ndarray of float, shape (m,)
    """
    pairs, times = np.unique(np.stack([k, n]), axis=1, return_counts=True)
    hits, answers = pairs[0][:, None], pairs[1][:, None]
    each = betaln(hits + alpha, answers - hits + beta) - betaln(alpha, beta)
    return np.asarray(times @ each, np.float64)


def fit_prior(k: Floats, n: Floats) -> Prior:
    """Return the beta distribution from which the zones' shares are drawn.

    Parameters
    ----------
    k, n : ndarray of float, shape (zones,)
        Answers for it and all, whole or weighted; zones without answers say nothing.

    Returns
    -------
    Prior

    Raises
    ------
    ValueError
        If no zone has an answer, or some k is below zero or above its n.

    References
    ----------
    J. G. Skellam, A probability distribution derived from the binomial distribution by regarding the probability of
    success as variable between the sets of trials, JRSS B 10 (1948), 257-261. The nodes are flat in the city's share
    and in the likeness of zones; that choice is geoprio's own.
    """
    k, n = _bounded(k, n)
    if not len(n):
        raise ValueError("no zone has an answer")
    best = _best(k, n)
    mean = best[0] / best.sum()
    logit, likeness = np.log(mean / (1 - mean)), -np.log(best.sum())
    # The nodes lie where parameters explain the answers at all; a fine scan along each finds where that is.
    scan_means, scan_likenesses = np.linspace(*LOGITS, SCAN), np.linspace(*LIKELY, SCAN)
    at_means = _heights(k, n, scan_means, np.full(SCAN, likeness))
    at_likenesses = _heights(k, n, np.full(SCAN, logit), scan_likenesses)
    means = np.linspace(*_window(scan_means, at_means), MEANS)
    likenesses = np.linspace(*_window(scan_likenesses, at_likenesses), LIKENESSES)
    a, b = (x.ravel() for x in np.meshgrid(means, likenesses, indexing="ij"))
    height = _heights(k, n, a, b)
    weight = np.exp(height - height.max())
    kept = weight > LEAST_WEIGHT * weight.max()
    nodes = _parameters(a[kept], b[kept])
    return Prior(float(best[0]), float(best[1]), np.column_stack(nodes), weight[kept] / weight[kept].sum())


def _parameters(mean: Floats, likeness: Floats) -> tuple[Floats, Floats]:
    """Return alpha and beta for the logits of the city's share and of the likeness of zones."""
    size = np.exp(-likeness)
    return expit(mean) * size, expit(-mean) * size


def _heights(k: Floats, n: Floats, mean: Floats, likeness: Floats) -> Floats:
    """Return the log-density at pairs of logits where share and likeness themselves are flat."""
    flat = sum(np.log(expit(x)) + np.log(expit(-x)) for x in (mean, likeness))
    return log_likelihood(k, n, *_parameters(mean, likeness)) + np.asarray(flat, np.float64)


def _window(values: Floats, heights: Floats) -> tuple[float, float]:
    """Return between which values the heights are not negligible, with a step to spare on each side."""
    seen = np.flatnonzero(heights > heights.max() - NEGLIGIBLE)
    return float(values[max(seen[0] - 1, 0)]), float(values[min(seen[-1] + 1, len(values) - 1)])


def _bounded(k: Floats, n: Floats) -> tuple[Floats, Floats]:
    """Return answers of the zones that have some, none worth more than `MOST_WORTH`."""
    if ((k < 0) | (k > n * (1 + 1e-12))).any():
        raise ValueError("k is to be between 0 and n")
    some = n > 0
    worth = np.minimum(n[some], MOST_WORTH)
    return np.minimum(k[some] / n[some], 1.0) * worth, worth


def _best(k: Floats, n: Floats) -> Floats:
    """Return alpha and beta of the greatest likelihood, the likeness between 1e-5 and 1 - 1e-5."""
    # One answer on either side keeps the city's share away from 0 and 1.
    start = (k.sum() + 0.5) / (n.sum() + 1)

    def loss(x: Floats) -> float:
        """Return what is to be least."""
        a, b = _parameters(x[:1], x[1:])
        return -float(log_likelihood(k, n, a, b)[0])

    logit = float(np.clip(np.log(start / (1 - start)), *LOGITS))
    rough = np.linspace(*LIKELY, ROUGH)
    begin = float(rough[log_likelihood(k, n, *_parameters(np.full(ROUGH, logit), rough)).argmax()])
    found = minimize(loss, [logit, begin], method="L-BFGS-B", bounds=[LOGITS, LIKELY])
    best = _parameters(np.asarray(found.x[:1], np.float64), np.asarray(found.x[1:], np.float64))
    return np.concatenate(best)


def shrunk(k: Floats, n: Floats, prior: Prior, *, confidence: float = CONFIDENCE) -> tuple[Floats, Floats, Floats]:
    """Return the zones' shares drawn toward the city's, with low and high.

    Parameters
    ----------
    k, n : ndarray of float, shape (zones,)
        As `finite_n` makes them worth, where the number of residents is known. A zone without answers has the city's
        share and its whole spread.
    prior : Prior
    confidence : float

    Returns
    -------
    tuple of three ndarray of float, shape (zones,)
        ``(k + alpha) / (n + alpha + beta)`` and the bounds between which the share is with this probability, by all
        pairs of parameters.
    """
    worth = np.minimum(n, MOST_WORTH)
    hits = np.divide(k, n, out=np.zeros(len(n)), where=n > 0) * worth
    share = (hits + prior.alpha) / (worth + prior.alpha + prior.beta)
    pairs, which = np.unique(np.stack([hits, worth]), axis=1, return_inverse=True)
    tail = (1 - confidence) / 2
    low, high = (_quantile(pairs, prior, q)[which.reshape(-1)] for q in (tail, 1 - tail))
    return share, np.minimum(low, share), np.maximum(high, share)


def _quantile(pairs: Floats, prior: Prior, probability: float) -> Floats:
    """Return a quantile of the mixture of beta distributions for each pair of k and n, by bounded Newton steps."""
    a = pairs[0][:, None] + prior.nodes[:, 0]
    b = (pairs[1] - pairs[0])[:, None] + prior.nodes[:, 1]
    log_scale = betaln(a, b)
    low, high = np.zeros(len(a)), np.ones(len(a))
    at = (a / (a + b)) @ prior.weight
    for _ in range(STEPS):
        x = at[:, None]
        over = betainc(a, b, x) @ prior.weight - probability
        low, high = np.where(over < 0, at, low), np.where(over < 0, high, at)
        slope = np.exp((a - 1) * np.log(x) + (b - 1) * np.log1p(-x) - log_scale) @ prior.weight
        with np.errstate(divide="ignore", invalid="ignore"):
            step = at - over / slope
        new = np.where((step > low) & (step < high), step, (low + high) / 2)
        moved, at = np.abs(new - at).max(initial=0.0), np.clip(new, TINY, 1 - TINY)
        if moved < CLOSE:
            break
    return np.asarray(at, np.float64)


def draw_shares(k: Floats, n: Floats, prior: Prior, draws: int, rng: np.random.Generator) -> Floats:
    """Return shares that the zones may have, each draw with one pair of parameters for the whole city.

    Parameters
    ----------
    k, n : ndarray of float, shape (zones,)
        As in `shrunk`.
    prior : Prior
    draws : int
    rng : Generator

    Returns
    -------
    ndarray of float, shape (draws, zones)
        Their quantiles are those of `shrunk`; the same seed gives the same draws.
    """
    worth = np.minimum(n, MOST_WORTH)
    hits = np.divide(k, n, out=np.zeros(len(n)), where=n > 0) * worth
    node: Ints = rng.choice(len(prior.weight), size=draws, p=prior.weight)
    alpha, beta = prior.nodes[node, 0][:, None], prior.nodes[node, 1][:, None]
    return np.asarray(rng.beta(hits + alpha, worth - hits + beta), np.float64)
