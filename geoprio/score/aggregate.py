"""Combine indicators into one score: weighted sum and product, TOPSIS, VIKOR; PROMETHEE II is in `promethee`.

Each function is the bare formula: it refuses NaN, and its result grows with what `directions` call urgent (None = all
+1) except VIKOR's, whose smallest Q is first. `among` holds the zones whose norms and ideals hold; None = the values
themselves.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geoprio._core.errors import InputError
from geoprio.score.checks import ConstantWarning, ZeroWarning, complete, constant, not_negative, several, shares, signs
from geoprio.score.normalize import minmax, vector

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike

    from geoprio._core.typing import Floats


class Vikor(NamedTuple):
    """The three measures of VIKOR, each of shape (zones,); smaller is better."""

    s: Floats
    """Weighted sum of the distances from the ideal: the group's regret."""
    r: Floats
    """Largest weighted distance: the worst single regret."""
    q: Floats
    """The compromise of both, 0 to 1."""


def weighted_parts(urgencies: Floats, weights: Floats) -> Floats:
    """Return the contribution of each criterion to the priority of each zone, 100·w·u.

    Parameters
    ----------
    urgencies : ndarray of float, shape (zones, criteria)
        0 to 1; NaN = unknown, and then the zone's other weights are scaled up to sum 1.
    weights : ndarray of float, shape (criteria,)
        Sum 1.

    Returns
    -------
    ndarray of float, shape (zones, criteria)
        Their sum over the known criteria is the priority, 0 to 100. NaN where unknown.
    """
    known = np.isfinite(urgencies)
    own = np.where(known, weights, 0.0)
    total = own.sum(axis=1, keepdims=True)
    # A zone that knows all its criteria keeps the weights to the last bit.
    share = np.divide(own, total, out=np.full_like(own, np.nan), where=total > 0)
    share = np.where(known.all(axis=1, keepdims=True), weights, share)
    return np.asarray(100.0 * share * np.where(known, urgencies, np.nan), np.float64)


def weighted_sum(values: ArrayLike, weights: ArrayLike, *, names: Sequence[str] = ()) -> Floats:
    """Return Σ w·x of normalized values.

    Parameters
    ----------
    values : array_like, shape (zones, indicators)
        Normalized, larger = more urgent.
    weights : array_like, shape (indicators,)
        Sum 1.

    Returns
    -------
    ndarray of float, shape (zones,)

    Raises
    ------
    InputError
        If a value is not finite or the weights do not sum to 1.
    """
    table = complete(values, names)
    return np.asarray(table @ shares(weights, table.shape[1]), np.float64)


def weighted_product(values: ArrayLike, weights: ArrayLike, *, names: Sequence[str] = ()) -> Floats:
    """Return Π x^w of normalized values: the weighted geometric mean, in which a bad value cannot be made good.

    Parameters
    ----------
    values : array_like, shape (zones, indicators)
        Normalized, 0 or more, larger = more urgent. A 0 makes the zone's product 0, of which a `ZeroWarning` tells.
    weights : array_like, shape (indicators,)
        Sum 1.

    Raises
    ------
    InputError
        If a value is not finite or negative, or the weights do not sum to 1.

    References
    ----------
    Bridgman (1922), "Dimensional analysis"; Miller and Starr (1969), "Executive decisions and operations research".
    """
    table = complete(values, names)
    share = shares(weights, table.shape[1])
    not_negative(table, names, "weighted product", "normalize by linear, or by total with cost = reciprocal")
    zero = (table[:, share > 0] == 0).any(axis=1)
    if zero.any():
        warnings.warn(
            f"weighted product: {int(zero.sum())} zones hold a 0, which makes theirs 0.", ZeroWarning, stacklevel=2
        )
    return np.asarray(np.prod(table**share, axis=1), np.float64)


def topsis(
    values: ArrayLike,
    weights: ArrayLike,
    directions: ArrayLike | None = None,
    *,
    norm: str = "vector",
    ideals: tuple[ArrayLike, ArrayLike] | None = None,
    among: ArrayLike | None = None,
    names: Sequence[str] = (),
) -> Floats:
    """Return the closeness to the ideal: d⁻ / (d⁺ + d⁻), Euclidean distances of the weighted columns.

    Parameters
    ----------
    values : array_like, shape (zones, indicators)
    weights : array_like, shape (indicators,)
        Sum 1.
    directions : array_like of {+1, −1}, optional
    norm : {"vector", "minmax", "none"}
        How columns are scaled first: by their Euclidean norm (the book's; scikit-criteria, pyDecision), to 0 to 1
        (pymcdm's default), or not. The order of zones may differ with it.
    ideals : (best, worst), optional
        On the scale after `norm` and direction; default: the largest and smallest of each column of `among`.

    Returns
    -------
    ndarray of float, shape (zones,)
        0 at the worst point, 1 at the ideal one.

    Raises
    ------
    InputError
        If a value is not finite, the weights do not sum to 1, `norm` is not known, or ideal and worst are one point.

    References
    ----------
    Hwang and Yoon (1981), "Multiple attribute decision making", chapter 3.
    """
    table = complete(values, names)
    zones = table if among is None else complete(among, names, "among")
    share = shares(weights, table.shape[1])
    sign = signs(directions, table.shape[1])
    if norm == "none":
        scaled, base = sign * table, sign * zones
    elif norm in {"vector", "minmax"}:
        scale = vector if norm == "vector" else minmax
        scaled, base = scale(table, sign, among=zones, names=names), _quietly(scale, zones, sign)
    else:
        raise InputError(f"norm = {norm!r} is not one of vector, minmax, none.")
    best, worst = (base.max(axis=0), base.min(axis=0)) if ideals is None else ideals
    toward, away = (_distance(scaled, point, share) for point in (best, worst))
    if ((toward + away) == 0).any():
        raise InputError("TOPSIS: the best and the worst point are one: no weighted indicator tells the zones apart.")
    return np.asarray(away / (toward + away), np.float64)


def vikor(
    values: ArrayLike,
    weights: ArrayLike,
    directions: ArrayLike | None = None,
    *,
    v: float = 0.5,
    among: ArrayLike | None = None,
    names: Sequence[str] = (),
) -> Vikor:
    """Return VIKOR's S, R and Q; the smallest Q is the best compromise.

    Parameters
    ----------
    values : array_like, shape (zones, indicators)
    weights : array_like, shape (indicators,)
        Sum 1.
    directions : array_like of {+1, −1}, optional
    v : float
        0 to 1: weight of S against R in Q.

    Returns
    -------
    Vikor
        An indicator that is the same in all zones counts nothing, and S or R that are the same for all count 0 in Q,
        each with a `ConstantWarning`. Of zones that are not `among`, Q may leave 0 to 1.

    Raises
    ------
    InputError
        If a value is not finite, there are fewer than two zones, the weights do not sum to 1, or v leaves 0 to 1.

    References
    ----------
    Opricovic and Tzeng (2004), "Compromise solution by MCDM methods: a comparative analysis of VIKOR and TOPSIS".
    """
    table = complete(values, names)
    zones = table if among is None else complete(among, names, "among")
    several(zones, "VIKOR")
    share = shares(weights, table.shape[1])
    sign = signs(directions, table.shape[1])
    if not 0 <= v <= 1:
        raise InputError(f"v = {v!r} must lie between 0 and 1.")
    constant(zones, names, "it counts nothing")
    s, r = regrets(_quietly(minmax, table, -sign, among=zones), share)
    ends = (s, r) if among is None else regrets(_quietly(minmax, zones, -sign), share)
    q = np.zeros(len(table))
    for part, own, all_ in zip((v, 1 - v), (s, r), ends, strict=True):
        low, high = all_.min(), all_.max()
        if high > low:
            q += part * (own - low) / (high - low)
        elif part:
            warnings.warn("VIKOR: all zones have one regret, which counts 0 in Q.", ConstantWarning, stacklevel=2)
    return Vikor(s, r, q)


def regrets(distances: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Return the sum and the largest of the weighted distances from the ideal.

    Parameters
    ----------
    distances : ndarray of float, shape (zones, indicators)
        0 at the ideal, 1 at the worst.
    weights : ndarray of float, shape (indicators,)
    """
    weighted = weights * distances
    return weighted.sum(axis=1), weighted.max(axis=1)


def _distance(table: Floats, point: ArrayLike, weights: Floats) -> Floats:
    return np.asarray(np.sqrt((((table - np.asarray(point, np.float64)) * weights) ** 2).sum(axis=1)), np.float64)


def _quietly(scale: Callable[..., Floats], table: Floats, directions: Floats, among: Floats | None = None) -> Floats:
    """Return the scaled table without repeating a warning that was given already."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return scale(table, directions, among=among)
