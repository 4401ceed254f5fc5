"""Regression to the mean: zones that were chosen because they measured worst look better the next time, by themselves.

What is measured is a zone's true value and an error. Among the worst measured, errors were mostly bad luck, which does
not come twice. How much of the gap to the city is luck follows from the variance of the errors and that between zones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.stats import norm, t

from geoprio.indicators.needs.shares import CONFIDENCE

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from geoprio._core.typing import Bools, Floats

NODES: Final = 61
"""Values of the spread between zones that are weighed."""
WIDEST: Final = 4.0
"""Their largest, in standard deviations of what was measured."""
HARMLESS: Final = 0.1
"""A bias below this part of the standard error does not matter (Cochran, Sampling Techniques, 3rd ed., section 1.8)."""
FEWEST: Final = 3
"""Fewer zones tell no spread."""


@dataclass(frozen=True)
class NormalPrior:
    """How true values of zones lie around the city's: normal, its spread known only as far as the zones tell it.

    Attributes
    ----------
    spread : ndarray of float, shape (m,)
        Variances between zones that explain what was measured.
    weight : ndarray of float, shape (m,)
        How well; the sum is 1.
    mean, mean_variance : ndarray of float, shape (m,)
        The city's mean and its variance, for each spread.
    """

    spread: Floats
    weight: Floats
    mean: Floats
    mean_variance: Floats

    @property
    def center(self) -> float:
        """The city's mean."""
        return float(self.weight @ self.mean)

    @property
    def between(self) -> float:
        """Variance between zones."""
        return float(self.weight @ self.spread)

    def predict(self, value: Floats, variance: Floats) -> tuple[Floats, Floats]:
        """Return the true values that are to be expected of zones, and their standard errors; the mean where NaN."""
        kept, x = self._kept(value, variance)
        at = kept * x + (1 - kept) * self.mean[:, None]
        each = np.where(np.isfinite(value), kept * variance, self.spread[:, None])
        each = each + (1 - kept) ** 2 * self.mean_variance[:, None]
        best = self.weight @ at
        return best, np.sqrt(self.weight @ (each + (at - best) ** 2))

    def predict_again(self, value: Floats, variance: Floats, again: Floats) -> tuple[Floats, float]:
        """Return what a second measurement of zones is to be expected to give, and the variance that parameters add.

        Parameters
        ----------
        value, variance : ndarray of float, shape (zones,)
            Of the first one.
        again : ndarray of float, shape (zones,)
            Part of the variance that comes again: the luck of whom was asked, where the same people answer.

        Returns
        -------
        ndarray of float, shape (zones,)
        float
            Variance of their mean because spread and mean of the city are not known.
        """
        kept, x = self._kept(value, variance, again)
        at = kept * x + (1 - kept) * self.mean[:, None]
        middle = at.mean(axis=1)
        each = (1 - kept).mean(axis=1) ** 2 * self.mean_variance
        return self.weight @ at, float(self.weight @ (each + (middle - self.weight @ middle) ** 2))

    def reliability(self, variance: Floats) -> Floats:
        """Return which part of a zone's distance from the city is its own, not chance."""
        return np.asarray(self.weight @ self._kept(np.zeros(len(variance)), variance)[0], np.float64)

    def _kept(self, value: Floats, variance: Floats, again: Floats | float = 0.0) -> tuple[Floats, Floats]:
        known = np.isfinite(value) & np.isfinite(variance)
        total = self.spread[:, None] + np.where(known, variance, 1.0)
        kept = np.divide((self.spread[:, None] + again) * known, total, out=np.zeros(total.shape), where=total > 0)
        # Without any spread or error there is nothing to draw the value away from.
        return np.where(known & (total == 0), 1.0, kept), np.where(known, value, 0.0)


def fit_normal(value: Floats, variance: Floats, *, careful: bool = False) -> NormalPrior:
    """Return the normal distribution from which the zones' true values are drawn.

    Parameters
    ----------
    value : ndarray of float, shape (zones,)
        Measured; NaN is left out.
    variance : ndarray of float, shape (zones,)
        Of its error.
    careful : bool
        Whether the variance between zones is taken as flat rather than the standard deviation: intervals of single
        zones then hold whatever the spread, at the price of drawing less toward the mean.

    Raises
    ------
    ValueError
        If fewer than three zones are measured, or a variance is not above zero.

    References
    ----------
    A. Gelman, Prior distributions for variance parameters in hierarchical models, Bayesian Analysis 1 (2006), 515-534:
    the mean integrated out, the standard deviation between zones flat.
    """
    known = np.isfinite(value) & np.isfinite(variance)
    x, v = value[known], variance[known]
    if len(x) < FEWEST:
        raise ValueError(f"{len(x)} zones are measured; the spread between zones takes at least {FEWEST}")
    if not (v > 0).all():
        raise ValueError("variances are to be above zero")
    spread = np.linspace(0, WIDEST * max(float(x.std()), 1e-12), NODES) ** 2
    precision = 1 / (spread[:, None] + v)
    total = precision.sum(axis=1)
    mean = precision @ x / total
    miss = (precision * (x - mean[:, None]) ** 2).sum(axis=1)
    height = 0.5 * (np.log(precision).sum(axis=1) - np.log(total) - miss)
    if careful:
        with np.errstate(divide="ignore"):
            height = height + 0.5 * np.log(spread)
    weight = np.exp(height - height.max())
    return NormalPrior(spread, weight / weight.sum(), np.asarray(mean, np.float64), np.asarray(1 / total, np.float64))


def gardner_heady(
    center: ArrayLike,
    between: ArrayLike,
    within: ArrayLike,
    cutoff: ArrayLike,
    *,
    measures: int = 1,
    above: bool = True,
) -> Floats:
    """Return the mean change that is to be expected without any effect of those measured beyond a cutoff.

    Parameters
    ----------
    center : array_like of float
        Mean over all zones.
    between, within : array_like of float
        Variance of the true values between zones, and of one measurement's error.
    cutoff : array_like of float
        Zones measured beyond it were chosen.
    measures : int
        Measurements whose mean was compared with the cutoff.
    above : bool
        Whether those above it were chosen, or those below.

    Returns
    -------
    ndarray of float
        Below zero where those above were chosen.

    References
    ----------
    M. J. Gardner and J. A. Heady, Some effects of within-person variability in epidemiological studies, Journal of
    Chronic Diseases 26 (1973), 781-795; C. E. Davis, The effect of regression to the mean in epidemiologic and clinical
    studies, American Journal of Epidemiology 104 (1976), 493-498.

    Examples
    --------
    >>> round(float(gardner_heady(0.0, 1.0, 1.0, 1.0)), 3)
    -0.92
    """
    error = np.asarray(within, np.float64) / measures
    total = np.sqrt(np.asarray(between, np.float64) + error)
    sign = 1.0 if above else -1.0
    z = sign * (np.asarray(cutoff, np.float64) - np.asarray(center, np.float64)) / total
    return np.asarray(-sign * error / total * np.exp(norm.logpdf(z) - norm.logsf(z)), np.float64)


@dataclass(frozen=True)
class Regression:
    """What of the change of chosen zones would have come by itself.

    Attributes
    ----------
    raw : float
        Change as measured, mean over the chosen zones.
    expected : float
        Change to be expected without any effect.
    adjusted, low, high, error, p : float
        What is left of the raw change, its interval, standard error, and p of none.
    reliability : float
        Mean part of the chosen zones' distance from the city that is their own.
    flagged : bool
        Whether `expected` is large enough to matter.
    n : int
        Chosen zones that were measured twice.
    """

    raw: float
    expected: float
    adjusted: float
    low: float
    high: float
    error: float
    p: float
    reliability: float
    flagged: bool
    n: int


def regression_to_mean(
    before: Floats,
    after: Floats,
    chosen: Bools,
    variance: Floats,
    *,
    again: Floats | None = None,
    confidence: float = CONFIDENCE,
) -> Regression:
    """Return the change of chosen zones without what regression to the mean explains of it.

    Parameters
    ----------
    before : ndarray of float, shape (zones,)
        As measured when zones were chosen, of all of them: the others tell how far zones differ at all. NaN where not.
    after : ndarray of float, shape (zones,)
    chosen : ndarray of bool, shape (zones,)
        Chosen by `before`, or not by anything that tells more of the true value than `before` does.
    variance : ndarray of float, shape (zones,)
        Of the error of `before`: for shares that within zones over the answers, for a measure of known reliability r
        (1 - r) times its variance over all zones.
    again : ndarray of float, shape (zones,), optional
        Covariance of the errors of `before` and `after`: where the same people answer both times, whom one happened to
        ask is the same luck twice, and does not come back. None: other people.
    confidence : float

    Returns
    -------
    Regression
        Any change that the whole city went through is still in it.

    Raises
    ------
    ValueError
        If fewer than three zones, or fewer than two chosen ones, were measured.

    References
    ----------
    B. Efron and C. Morris, Data analysis using Stein's estimator and its generalizations, JASA 70 (1975), 311-319: a
    zone's value before is what its answers and all zones together make likely; that is not changed by choosing
    zones by these answers.
    """
    prior = fit_normal(before, variance)
    use = chosen & np.isfinite(before) & np.isfinite(after) & np.isfinite(variance)
    n = int(use.sum())
    if n < 2:
        raise ValueError(f"{n} of the chosen zones were measured twice; it takes at least two")
    x, y, v = before[use], after[use], variance[use]
    twice = np.zeros(n) if again is None else np.clip(np.nan_to_num(again[use]), -v, v)
    own, parameters = prior.predict_again(x, v, twice)
    likely = float(own.mean())
    raw, adjusted = float((y - x).mean()), float(y.mean() - likely)
    # The spread of what is left holds the errors of both waves, and that zones change by themselves.
    error = float(np.sqrt((y - own).var(ddof=1) / n + parameters))
    half = float(t.ppf((1 + confidence) / 2, n - 1)) * error
    p = float(2 * t.sf(abs(adjusted) / error, n - 1)) if error > 0 else float(adjusted == 0)
    expected = likely - float(x.mean())
    flagged = abs(expected) > HARMLESS * error
    return Regression(raw, expected, adjusted, adjusted - half, adjusted + half, error, p,
                      float(prior.reliability(v).mean()), flagged, n)  # fmt: skip
