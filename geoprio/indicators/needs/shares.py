"""Shares of answers with their intervals: bare functions on arrays.

Every interval is Wilson's. Weights and a known number of residents enter it by the number of answers that would be
worth as much: fewer for unequal weights, more where a good part of all residents answered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.linalg.lapack import dpstrf, dtrtri
from scipy.special import ndtri

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from geoprio._core.typing import Bools, Floats, Ints

CONFIDENCE: Final = 0.95
ALONE: Final = 1 - 1e-9
"""An answer of more leverage is fitted by nobody else."""
SAME: Final = 1e-10
"""Columns of a regression that add less than this part of its greatest one are told by the others."""
MOST_WORTH: Final = 1e9
"""Answers of all residents are worth no more than so many drawn ones: their share is then known."""


def finite_n(n: ArrayLike, population: ArrayLike | None) -> Floats:
    """Return how many answers out of endlessly many residents would tell as much as `n` out of `population`.

    Parameters
    ----------
    n : array_like of float
        Answers.
    population : array_like of float or None
        All who could have answered (residents or households, as the survey asked); NaN or None where not known.

    Returns
    -------
    ndarray of float
        ``n (N - 1) / (N - n)``, at most `MOST_WORTH`; `n` itself where the population is not known. Where more
        answered than there are, all are taken to have.

    References
    ----------
    Cochran, Sampling Techniques, 3rd ed., section 2.6 and 3.2: the variance of a share drawn without replacement.
    """
    answers = np.asarray(n, np.float64)
    if population is None:
        return answers
    whole, answers = np.broadcast_arrays(np.asarray(population, np.float64), answers)
    left = np.maximum(whole - answers, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        worth = np.where(left > 0, answers * (whole - 1) / left, np.inf)
    worth = np.where(np.isnan(whole), answers, np.maximum(worth, answers))
    return np.where(answers > 0, np.minimum(worth, MOST_WORTH), 0.0)


def wilson(
    k: ArrayLike, n: ArrayLike, *, population: ArrayLike | None = None, confidence: float = CONFIDENCE
) -> tuple[Floats, Floats, Floats]:
    """Return share, low and high of `k` out of `n` answers (Wilson's score interval).

    Parameters
    ----------
    k, n : array_like of float
        Answers for it, and all; they need not be whole (weighted answers).
    population : array_like of float, optional
        All who could have answered: the finite-population correction of `finite_n`.
    confidence : float

    Returns
    -------
    tuple of three ndarray of float
        NaN where there is no answer: without `n` there is no interval.

    Raises
    ------
    ValueError
        If some k is below zero or above its n.

    References
    ----------
    E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927), 209-212.

    Examples
    --------
    >>> [round(float(x), 3) for x in wilson(15, 20)]
    [0.75, 0.531, 0.888]
    """
    hits, answers = np.broadcast_arrays(np.asarray(k, np.float64), np.asarray(n, np.float64))
    if ((hits < 0) | (hits > answers * (1 + 1e-12))).any():
        raise ValueError("k is to be between 0 and n")
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(answers > 0, np.minimum(hits / answers, 1.0), np.nan)
    low, high = wilson_of_share(share, finite_n(answers, population), confidence=confidence)
    return share, low, high


def wilson_of_share(share: Floats, worth: Floats, *, confidence: float = CONFIDENCE) -> tuple[Floats, Floats]:
    """Return low and high of a share that as many answers as `worth` tell; NaN where that is 0."""
    z = float(ndtri((1 + confidence) / 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = z * np.sqrt(share * (1 - share) / worth + z**2 / (4 * worth**2))
        middle, scale = share + z**2 / (2 * worth), 1 + z**2 / worth
        low, high = (middle - spread) / scale, (middle + spread) / scale
    known = worth > 0
    # Rounding must not put 0 of n above 0, or n of n below 1.
    low = np.where(share == 0, 0.0, np.maximum(low, 0.0))
    high = np.where(share == 1, 1.0, np.minimum(high, 1.0))
    return np.where(known, low, np.nan), np.where(known, high, np.nan)


def kish_n(weight: Floats) -> float:
    """Return Kish's effective number of answers, ``(sum w)^2 / sum w^2``; 0 without any.

    References
    ----------
    L. Kish, Survey Sampling (1965), section 11.2.
    """
    squares = float((weight**2).sum())
    return float(weight.sum()) ** 2 / squares if squares > 0 else 0.0


@dataclass(frozen=True)
class Shares:
    """Shares of needs among those who answered; arrays of shape (needs,).

    Attributes
    ----------
    share, low, high, error : ndarray of float
        Share, its interval, and standard error; NaN where nobody answered.
    n : int
        Who answered.
    n_effective : ndarray of float
        How many equally weighted answers tell as much.
    """

    share: Floats
    low: Floats
    high: Floats
    error: Floats
    n: int
    n_effective: Floats


def weighted_shares(
    chosen: Bools,
    answered: Bools,
    weight: Floats,
    *,
    calibrated: Ints | None = None,
    population: float | None = None,
    confidence: float = CONFIDENCE,
) -> Shares:
    """Return the weighted share of each need with its interval.

    Parameters
    ----------
    chosen : ndarray of bool, shape (n, needs)
    answered : ndarray of bool, shape (n,)
    weight : ndarray of float, shape (n,)
        Above zero.
    calibrated : ndarray of int, shape (n,) or (n, groups), optional
        The groups that the weights were made to fit, -1 where not known: what they explain is no chance.
    population : float, optional
        All who could have answered.

    Returns
    -------
    Shares
        The variance is that of the weighted mean of the residuals from the groups (linearization), each taken from
        the regression without that answer (jackknife): with many small groups the plain residuals are too small. The
        interval is Wilson's for as many answers as that variance is worth, never more than answered.

    References
    ----------
    Deville and Särndal, Calibration estimators in survey sampling, JASA 87 (1992), 376-382: a raked mean varies as
    the residuals of the regression on the margins do. Korn and Graubard, Confidence intervals for proportions with
    small expected number of positive counts, Survey Methodology 24 (1998), 193-201: the effective sample size in
    place of n. MacKinnon and White, Some heteroskedasticity-consistent covariance matrix estimators with improved
    finite sample properties, Journal of Econometrics 29 (1985), 305-325: the jackknifed residuals.
    """
    hits, w = chosen[answered].astype(np.float64), weight[answered]
    n = len(w)
    if not n:
        nothing = np.full(chosen.shape[1], np.nan)
        return Shares(nothing, nothing, nothing, nothing, 0, np.zeros(chosen.shape[1]))
    share = np.minimum(w @ hits / w.sum(), 1.0)
    groups = np.empty((n, 0), np.int64) if calibrated is None else calibrated[answered].reshape(n, -1)
    residual, used = unexplained(hits, w, groups, share)
    variance = (n - 1) / n * (w[:, None] ** 2 * residual**2).sum(axis=0) / w.sum() ** 2
    kish = kish_n(w)
    with np.errstate(divide="ignore", invalid="ignore"):
        worth = np.where(variance > 0, share * (1 - share) / variance, kish)
    # One who answers alone, or all alike, tells no spread: then the weights alone say what the answers are worth.
    worth = np.minimum(np.where((share <= 0) | (share >= 1) | (n <= used), kish, worth), n)
    final = finite_n(worth, population)
    low, high = wilson_of_share(share, final, confidence=confidence)
    return Shares(share, low, high, np.sqrt(share * (1 - share) / final), n, worth)


def unexplained(hits: Floats, weight: Floats, groups: Ints, mean: Floats) -> tuple[Floats, int]:
    """Return what their groups leave unexplained of answers, jackknifed, and how many parameters that took.

    Parameters
    ----------
    hits : ndarray of float, shape (n, columns)
    weight : ndarray of float, shape (n,)
    groups : ndarray of int, shape (n, kinds)
    mean : ndarray of float, shape (columns,)
        Of all answers.
    """
    # Each answer is compared with what the others of its groups let expect: an answer of few pulls its own group along,
    # and one that stands alone in its group can only be compared with all.
    explained, leverage, used = regressed(hits, weight, groups)
    alone = leverage > ALONE
    residual = (hits - explained) / np.where(alone, 1.0, 1 - leverage)[:, None]
    return np.where(alone[:, None], hits - mean, residual), used


def regressed(hits: Floats, weight: Floats, groups: Ints) -> tuple[Floats, Floats, int]:
    """Return the weighted regression of answers on their groups.

    Parameters
    ----------
    hits : ndarray of float, shape (n, columns)
    weight : ndarray of float, shape (n,)
    groups : ndarray of int, shape (n, kinds)
        -1 where not known, which is a group, too.

    Returns
    -------
    fitted : ndarray of float, shape (n, columns)
    leverage : ndarray of float, shape (n,)
        How far each answer pulls its own fitted value, 0 to 1.
    parameters : int
        How many the regression took.
    """
    # Answers of the same groups are fitted alike: one line for each combination gives the same.
    cells, which = np.unique(groups, axis=0, return_inverse=True)
    which = which.reshape(-1)
    total = np.bincount(which, weight, len(cells))
    sums = np.stack([np.bincount(which, weight * column, len(cells)) for column in hits.T], axis=1)
    dummies = [(column[:, None] == np.unique(column)[None, :]).astype(np.float64) for column in cells.T]
    design = np.hstack([np.ones((len(cells), 1)), *dummies])
    # Pivoted Cholesky: the columns of groups that the others tell already come last and are left out.
    gram = (design * total[:, None]).T @ design
    factor, pivots, rank, _ = dpstrf(gram, lower=1, tol=float(gram.diagonal().max()) * SAME)
    used = design[:, pivots[:rank] - 1]
    inverse, _ = dtrtri(factor[:rank, :rank], lower=1)
    basis = used @ np.tril(inverse).T
    leverage = np.minimum((basis**2).sum(axis=1)[which] * weight, 1.0)
    return (basis @ (basis.T @ sums))[which], leverage, int(rank)
