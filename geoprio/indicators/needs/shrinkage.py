"""Shares of small zones drawn toward the city's, as far as zones resemble each other (beta-binomial).

A zone's share is taken as drawn from a beta distribution that holds for the city. Its two parameters are fitted over
all zones by maximum likelihood; a zone's estimate is ``(k + alpha) / (n + alpha + beta)``. With few zones they are
hardly known, so that intervals and draws take every pair of parameters by how well it explains the answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import betainc, betaln, digamma, expit, logit, ndtri, polygamma

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
CLOSE: Final = 1e-5
CLOSE_HALVED: Final = 1e-10
"""A search ends when a step moves a logit no farther (a halving: no farther than the second), or after `STEPS`."""
TINY: Final = 1e-15
LOGITS: Final = (-9.0, 9.0)
"""Bounds of the city's share, as a logit."""
LIKELY: Final = (-11.5, 11.5)
"""Bounds of the likeness as a logit, ``-log(alpha + beta)``: from zones alike to zones of one mind each."""
ROUGH: Final = 24
SCAN: Final = 200
"""Values of the likeness at which the search for the best begins, and of each that are scanned."""
HALVINGS: Final = 40
LONGEST: Final = 3.0
"""Steps of the search, as logits: none is longer, and each is halved until it climbs."""
FLAT: Final = 1e-12
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
    middle, likeness = np.log(mean / (1 - mean)), -np.log(best.sum())
    # The nodes lie where parameters explain the answers at all; a fine scan along each finds where that is.
    scan_means, scan_likenesses = np.linspace(*LOGITS, SCAN), np.linspace(*LIKELY, SCAN)
    at_means = _heights(k, n, scan_means, np.full(SCAN, likeness))
    at_likenesses = _heights(k, n, np.full(SCAN, middle), scan_likenesses)
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
    """Return alpha and beta of the greatest likelihood, the likeness between 1e-5 and 1 - 1e-5.

    By Newton steps within the bounds, which climb at every step; where the surface is not curved downward they follow
    the slope.
    """
    # One answer on either side keeps the city's share away from 0 and 1.
    start = (k.sum() + 0.5) / (n.sum() + 1)
    middle = float(np.clip(np.log(start / (1 - start)), *LOGITS))
    rough = np.linspace(*LIKELY, ROUGH)
    begin = float(rough[log_likelihood(k, n, *_parameters(np.full(ROUGH, middle), rough)).argmax()])
    lowest, highest = np.array([LOGITS, LIKELY]).T
    at = np.array([middle, begin])
    height = _height_at(k, n, at)
    for _ in range(STEPS):
        slope, curve = _slope_and_curve(k, n, at)
        free = ~(((at <= lowest) & (slope < 0)) | ((at >= highest) & (slope > 0)))
        if not free.any():
            break
        step = np.zeros(2)
        step[free] = _uphill(slope[free], curve[np.ix_(free, free)])
        for _ in range(HALVINGS):
            new = np.clip(at + step, lowest, highest)
            reached = _height_at(k, n, new)
            if reached >= height:
                break
            step = step / 2
        else:
            break
        moved, at, height = float(np.abs(new - at).max()), new, reached
        if moved < CLOSE:
            break
    return np.concatenate(_parameters(at[:1], at[1:]))


def _height_at(k: Floats, n: Floats, at: Floats) -> float:
    return float(log_likelihood(k, n, *_parameters(at[:1], at[1:]))[0])


def _slope_and_curve(k: Floats, n: Floats, at: Floats) -> tuple[Floats, Floats]:
    """Return the first and second derivatives of the log-likelihood by the logits of share and likeness."""
    (alpha,), (beta,) = _parameters(at[:1], at[1:])
    size, share = alpha + beta, alpha / (alpha + beta)
    sums = [(f(k + alpha) - f(alpha), f(n - k + beta) - f(beta), f(n + size) - f(size)) for f in (digamma, _trigamma)]
    (by_a, by_b, by_size), (twice_a, twice_b, twice_size) = (tuple(float(x.sum()) for x in part) for part in sums)
    # By alpha and beta first, then by the chain rule: both shrink together with the likeness.
    by_a, by_b = by_a - by_size, by_b - by_size
    hessian = np.diag([twice_a, twice_b]) - twice_size
    spread = size * share * (1 - share)
    along = np.array([[spread, -spread], [-alpha, -beta]])
    gradient = np.array([by_a, by_b])
    slope = along @ gradient
    bend = np.array([[(1 - 2 * share) * slope[0], -slope[0]], [-slope[0], -slope[1]]])
    return slope, along @ hessian @ along.T + bend


def _trigamma(x: Floats) -> Floats:
    return np.asarray(polygamma(1, x), np.float64)


def _uphill(slope: Floats, curve: Floats) -> Floats:
    """Return a Newton step upward, none of its parts longer than `LONGEST`."""
    values, vectors = np.linalg.eigh(curve)
    step = vectors @ ((vectors.T @ slope) / np.maximum(np.abs(values), FLAT))
    return np.asarray(step * min(1.0, LONGEST / max(float(np.abs(step).max()), FLAT)), np.float64)


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
    """Return a quantile of the mixture of beta distributions for each pair of k and n, by bounded Newton steps.

    The steps are those of the share's logit, in which the distributions are nearly even.
    """
    a = pairs[0][:, None] + prior.nodes[:, 0]
    b = (pairs[1] - pairs[0])[:, None] + prior.nodes[:, 1]
    log_scale = betaln(a, b)
    low, high = np.full(len(a), logit(TINY)), np.full(len(a), -logit(TINY))
    at = _begin(a, b, prior.weight, probability)
    left = np.arange(len(a))
    for _ in range(STEPS):
        here = at[left]
        x = expit(here)[:, None]
        over = betainc(a[left], b[left], x) @ prior.weight - probability
        low[left], high[left] = np.where(over < 0, here, low[left]), np.where(over < 0, high[left], here)
        slope = np.exp(a[left] * np.log(x) + b[left] * np.log1p(-x) - log_scale[left]) @ prior.weight
        # Where nobody chose it anywhere the slope is next to none: the step leaves the bounds, and they are halved.
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            step = here - over / slope
        inside = (step > low[left]) & (step < high[left])
        new = np.where(inside, step, (low[left] + high[left]) / 2)
        at[left] = new
        # Newton's next error is the square of this one; a halving says nothing of the next.
        left = left[np.abs(new - here) > np.where(inside, CLOSE, CLOSE_HALVED)]
        if not len(left):
            break
    return np.asarray(expit(at), np.float64)


def _begin(a: Floats, b: Floats, weight: Floats, probability: float) -> Floats:
    """Return the logits of the quantile as if the mixture's logit were normal."""
    means, squares = digamma(a) - digamma(b), _trigamma(a) + _trigamma(b)
    mean = means @ weight
    spread = np.sqrt(squares @ weight + ((means - mean[:, None]) ** 2) @ weight)
    return np.asarray(np.clip(mean + ndtri(probability) * spread, logit(2 * TINY), -logit(2 * TINY)), np.float64)


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
