"""How evenly something is spread over people: weighted measures of inequality, each a function of arrays."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from geoprio._core.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from geoprio._core.typing import Floats

TOP: Final = 0.1
BOTTOM: Final = 0.4
"""Shares of the people whose shares of the whole the Palma ratio compares."""


@dataclass(frozen=True)
class Theil:
    """Theil's T and its parts; `within` + `between` = `total`."""

    total: float
    within: float
    between: float


def gini(values: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Return the Gini coefficient: 0 = all have the same; NaN where nobody has anything.

    Parameters
    ----------
    values : array_like of float, shape (n,)
        0 or more.
    weights : array_like of float, shape (n,), optional
        People who have each value; default: 1.

    Returns
    -------
    float
        Half the mean absolute difference of two people drawn with replacement ÷ the mean.

    Raises
    ------
    InputError
        If a value or weight is negative or not finite, or the shapes differ.
    """
    x, w = _checked(values, weights)
    return _covariance(x, w, x)


def concentration(values: ArrayLike, order: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Return the concentration index: below 0 = what is counted gathers with the worst off, above 0 with the best off.

    Parameters
    ----------
    values : array_like of float, shape (n,)
    order : array_like of float, shape (n,)
        What people are ranked by, from the worst off (smallest) to the best off; equal ones share their ranks.
    weights : array_like of float, shape (n,), optional

    Returns
    -------
    float
        Twice the covariance of value and fractional rank ÷ the mean; NaN where nobody has anything.

    Raises
    ------
    InputError
        As `gini` does.

    References
    ----------
    Kakwani, Wagstaff, van Doorslaer (1997), Journal of Econometrics 77, 87-103.
    """
    x, w = _checked(values, weights)
    ranked = np.asarray(order, np.float64)
    if ranked.shape != x.shape or not np.isfinite(ranked).all():
        raise InputError(f"order: {ranked.shape} numbers for {x.shape} values; give a known rank for each value.")
    return _covariance(x, w, ranked)


def erreygers(values: ArrayLike, order: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Return Erreygers' corrected concentration index of shares between 0 and 1.

    Shares that are covered and shares that are not give the same number with the other sign, which neither the Gini
    coefficient nor the concentration index does.

    Raises
    ------
    InputError
        As `concentration` does, or if a share is above 1.

    References
    ----------
    Erreygers (2009), Correcting the concentration index, Journal of Health Economics 28, 504-515.
    """
    x, w = _checked(values, weights)
    if (x > 1).any():
        raise InputError(f"values: {x.max():g} is no share between 0 and 1.")
    if not w.sum() > 0:
        return math.nan
    mean = float(w @ x / w.sum())
    return 0.0 if mean == 0 else 4 * mean * concentration(x, order, w)


def palma(values: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Return what the tenth of people with most has ÷ what the four tenths with least have.

    Returns
    -------
    float
        NaN where the four tenths have nothing. Where a value straddles a bound, it is divided among both sides.

    Raises
    ------
    InputError
        As `gini` does.
    """
    x, w = _checked(values, weights)
    if not w.sum() > 0:
        return math.nan
    order = np.argsort(x, kind="stable")
    share = np.concatenate(([0.0], np.cumsum(w[order]) / w.sum()))
    held = np.concatenate(([0.0], np.cumsum((w * x)[order])))
    least, most = np.interp([BOTTOM, 1 - TOP], share, held)
    return float((held[-1] - most) / least) if least > 0 else math.nan


def theil(values: ArrayLike, groups: ArrayLike, weights: ArrayLike | None = None) -> Theil:
    """Return Theil's T, within and between groups.

    Parameters
    ----------
    values : array_like of float, shape (n,)
        0 or more; 0 counts with its limit.
    groups : array_like, shape (n,)
        Such as the district of each.
    weights : array_like of float, shape (n,), optional

    Returns
    -------
    Theil
        NaN where nobody has anything.

    Raises
    ------
    InputError
        As `gini` does.

    References
    ----------
    Theil (1967), Economics and Information Theory; Shorrocks (1980), Econometrica 48, 613-625.
    """
    x, w = _checked(values, weights)
    names, member = np.unique(np.asarray(groups, dtype=str), return_inverse=True)
    if member.shape != x.shape:
        raise InputError(f"groups: {member.shape} names for {x.shape} values; give one for each.")
    whole = float(w @ x)
    if not whole > 0:
        return Theil(math.nan, math.nan, math.nan)
    people, held = (np.bincount(member, weights=v, minlength=len(names)).astype(np.float64) for v in (w, w * x))
    mean, means = whole / w.sum(), _over(held, people)
    between = float((held / whole) @ _log(means / mean))
    within = float((w * x / whole) @ _log(_over(x, means[member])))
    return Theil(within + between, within, between)


def below(values: ArrayLike, standard: float, direction: int, weights: ArrayLike | None = None) -> float:
    """Return the share of people whose value misses a standard; NaN where there are no people.

    Parameters
    ----------
    values : array_like of float, shape (n,)
    standard : float
    direction : {1, -1}
        1: values above the standard miss it, as distances do; -1: values below it do.
    weights : array_like of float, shape (n,), optional

    Raises
    ------
    InputError
        As `gini` does.
    """
    x, w = _checked(values, weights)
    missed = direction * (x - standard) > 1e-9 * max(1.0, abs(standard))
    return float(w @ missed / w.sum()) if w.sum() > 0 else math.nan


def _checked(values: ArrayLike, weights: ArrayLike | None) -> tuple[Floats, Floats]:
    x = np.asarray(values, np.float64)
    w = np.ones_like(x) if weights is None else np.asarray(weights, np.float64)
    if x.ndim != 1 or w.shape != x.shape:
        raise InputError(f"values and weights have the shapes {x.shape} and {w.shape}; give two lists of one length.")
    for name, found in (("values", x), ("weights", w)):
        bad = ~np.isfinite(found) | (found < 0)
        if bad.any():
            raise InputError(f"{name}: {found[bad][0]} is no number of 0 or more; leave unknown ones out.")
    return x, w


def _covariance(x: Floats, w: Floats, order: Floats) -> float:
    """Return twice the weighted covariance of value and fractional rank ÷ the mean."""
    total = float(w.sum())
    if not total > 0 or not float(w @ x) > 0:
        return math.nan
    levels, member = np.unique(order, return_inverse=True)
    mass = np.bincount(member, weights=w, minlength=len(levels)) / total
    # Equal ones stand in the middle of the ranks that they fill together.
    rank = (np.cumsum(mass) - mass / 2)[member]
    share = w / total
    mean = float(share @ x)
    return 2 * float(share @ ((x - mean) * (rank - 0.5))) / mean


def _over(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def _log(values: Floats) -> Floats:
    """Return the logarithm, 0 for 0: such terms have no weight."""
    return np.log(values, out=np.zeros_like(values), where=values > 0)
