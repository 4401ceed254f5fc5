"""Bring indicators of any unit to one scale; larger = more urgent.

Each function is the bare formula. `directions` holds +1 where a larger value is more urgent and −1 where it is less
(None = all +1). `among` holds the zones whose range, mean, norm or ranks hold; None = the values themselves.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np

from geoprio._core.errors import InputError
from geoprio.score.checks import ZeroWarning, complete, constant, label, not_negative, several, signs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from geoprio._core.typing import Bools, Floats

    Curve = Sequence[tuple[float, float]]

STAYS_ZERO = "it stands at 0 for all"


def urgency(values: Floats, good: Floats, bad: Floats) -> Floats:
    """Return how far each value lies from the good anchor (0) toward the bad one (1), clipped: threshold to target.

    Parameters
    ----------
    values : ndarray of float, shape (zones, criteria)
        NaN stays NaN.
    good, bad : ndarray of float, shape (criteria,)
        In the units of the columns; `bad` may be the smaller.

    Returns
    -------
    ndarray of float, shape (zones, criteria)

    Raises
    ------
    InputError
        If an anchor is not finite or two anchors are equal.
    """
    if not (np.isfinite(good).all() and np.isfinite(bad).all()) or (good == bad).any():
        raise InputError(f"anchors must be finite and differ: good {good.tolist()}, bad {bad.tolist()}.")
    # Adding 0.0 turns the -0.0 of a value at its good anchor into 0.0.
    return np.asarray(np.clip((values - good) / (bad - good), 0.0, 1.0) + 0.0, np.float64)


def minmax(
    values: ArrayLike,
    directions: ArrayLike | None = None,
    *,
    among: ArrayLike | None = None,
    names: Sequence[str] = (),
) -> Floats:
    """Return the place between the least (0) and the most urgent value (1); beyond them below 0 and above 1.

    Returns
    -------
    ndarray of float, shape (zones, indicators)
        0 where an indicator is the same in all zones, with a `ConstantWarning`.

    Raises
    ------
    InputError
        If a value is not finite or there are fewer than two zones.
    """
    table, zones, sign = _ready(values, among, directions, names, "min-max")
    same = constant(zones, names, STAYS_ZERO)
    low, high = zones.min(axis=0), zones.max(axis=0)
    # Halves keep the width of the widest columns from overflowing.
    span = np.where(same, 1.0, high / 2 - low / 2)
    from_end = np.where(sign > 0, table / 2 - low / 2, high / 2 - table / 2)
    return np.where(same, 0.0, from_end / span) + 0.0


def zscore(
    values: ArrayLike,
    directions: ArrayLike | None = None,
    *,
    ddof: int = 0,
    among: ArrayLike | None = None,
    names: Sequence[str] = (),
) -> Floats:
    """Return the distance from the mean in standard deviations.

    Parameters
    ----------
    ddof : int
        0 = of the population (default), 1 = of a sample.

    Returns
    -------
    ndarray of float, shape (zones, indicators)
        0 where an indicator is the same in all zones, with a `ConstantWarning`.

    Raises
    ------
    InputError
        If a value is not finite or there are fewer than two zones.
    """
    table, zones, sign = _ready(values, among, directions, names, "z-score")
    same = constant(zones, names, STAYS_ZERO)
    deviation = np.where(same, 1.0, zones.std(axis=0, ddof=ddof))
    return np.where(same, 0.0, sign * (table - zones.mean(axis=0)) / deviation) + 0.0


def rank(
    values: ArrayLike,
    directions: ArrayLike | None = None,
    *,
    among: ArrayLike | None = None,
    names: Sequence[str] = (),
) -> Floats:
    """Return the rank of each value, 1 = least urgent; equal values share the mean of their ranks.

    Raises
    ------
    InputError
        If a value is not finite or there are fewer than two zones.
    """
    table, zones, sign = _ready(values, among, directions, names, "ranking")
    constant(zones, names, "all zones share one rank")
    out = np.empty_like(table)
    for k, direction in enumerate(sign):
        ordered = np.sort(direction * zones[:, k])
        below = np.searchsorted(ordered, direction * table[:, k], side="left")
        upto = np.searchsorted(ordered, direction * table[:, k], side="right")
        # A value that is none of `among` stands between its neighbors.
        out[:, k] = below + (np.maximum(upto - below, 1) + 1) / 2
    return np.minimum(out, len(zones))


def percentile(
    values: ArrayLike,
    directions: ArrayLike | None = None,
    *,
    among: ArrayLike | None = None,
    names: Sequence[str] = (),
) -> Floats:
    """Return the rank between 0 (least urgent) and 1 (most urgent): (rank − 1) / (zones − 1).

    Raises
    ------
    InputError
        If a value is not finite or there are fewer than two zones.
    """
    found = rank(values, directions, among=among, names=names)
    return (found - 1) / (len(np.asarray(values if among is None else among)) - 1)


def vector(
    values: ArrayLike,
    directions: ArrayLike | None = None,
    *,
    cost: str = "sign",
    among: ArrayLike | None = None,
    names: Sequence[str] = (),
) -> Floats:
    """Return values divided by the Euclidean norm of their column.

    Parameters
    ----------
    cost : {"sign", "complement"}
        Where less is more urgent: −x/‖x‖ (Hwang and Yoon 1981, whose ideal is then the smallest), or 1 − x/‖x‖.

    Raises
    ------
    InputError
        If a value is not finite, or `cost` is not known.
    """
    table, zones, sign = _ready(values, among, directions, names, "")
    norm = _divisor(np.sqrt((zones**2).sum(axis=0)), names)
    other = {"sign": -table / norm, "complement": 1 - table / norm}
    return np.where(sign > 0, table / norm, _chosen(other, cost)) + 0.0


def total(
    values: ArrayLike,
    directions: ArrayLike | None = None,
    *,
    cost: str = "sign",
    among: ArrayLike | None = None,
    names: Sequence[str] = (),
) -> Floats:
    """Return values divided by the sum of their column.

    Parameters
    ----------
    cost : {"sign", "reciprocal"}
        Where less is more urgent: −x/Σx, or (1/x)/Σ(1/x), which needs values above 0.

    Raises
    ------
    InputError
        If a value is not finite, negative, 0 where its reciprocal is asked for, or `cost` is not known.
    """
    table, zones, sign = _ready(values, among, directions, names, "")
    for part in (table, zones):
        not_negative(part, names, "sum normalization", "use minmax, or shift the column to 0 or more")
    shared = table / _divisor(zones.sum(axis=0), names)
    if cost == "reciprocal" and (sign < 0).any():
        _above_zero(np.vstack([table, zones]), sign < 0, names, "sum normalization with cost = reciprocal")
        inverse = np.where(sign < 0, 1 / np.where(sign < 0, table, 1.0), 1.0)
        whole = np.where(sign < 0, 1 / np.where(sign < 0, zones, 1.0), 1.0).sum(axis=0)
        return np.where(sign > 0, shared, inverse / whole)
    return np.where(sign > 0, shared, _chosen({"sign": -shared, "reciprocal": -shared}, cost)) + 0.0


def linear(
    values: ArrayLike,
    directions: ArrayLike | None = None,
    *,
    among: ArrayLike | None = None,
    names: Sequence[str] = (),
) -> Floats:
    """Return x / max, and min / x where less is more urgent: ratios to the most urgent value.

    Raises
    ------
    InputError
        If a value is not finite or negative, or 0 where less is more urgent.

    References
    ----------
    Hwang and Yoon (1981), "Multiple attribute decision making", chapter 2, linear scale transformation.
    """
    table, zones, sign = _ready(values, among, directions, names, "")
    for part in (table, zones):
        not_negative(part, names, "linear normalization", "use minmax, or shift the column to 0 or more")
    _above_zero(np.vstack([table, zones]), sign < 0, names, "linear normalization")
    high = _divisor(np.where(sign > 0, zones.max(axis=0), 1.0), names)
    return np.where(sign > 0, table / high, zones.min(axis=0) / np.where(sign > 0, 1.0, table))


def piecewise(values: ArrayLike, curves: Sequence[Curve], *, names: Sequence[str] = ()) -> Floats:
    """Return the urgency that a value function of straight pieces gives to each value.

    Parameters
    ----------
    values : array_like, shape (zones, indicators)
    curves : sequence of sequence of (value, urgency)
        One for each indicator, values rising, urgencies 0 to 1; before the first and after the last point it is level.

    Raises
    ------
    InputError
        If a value is not finite, or a curve is no function.

    Examples
    --------
    >>> piecewise([[300.0], [400.0], [2000.0]], [[(300, 0), (500, 0.8), (1000, 1)]]).ravel().tolist()
    [0.0, 0.4, 1.0]
    """
    table = complete(values, names)
    if len(curves) != table.shape[1]:
        raise InputError(f"there are {len(curves)} value functions for {table.shape[1]} indicators; give one for each.")
    out = np.empty_like(table)
    for k, curve in enumerate(curves):
        points = np.asarray(curve, np.float64)
        check_curve(points, f"value function of {label(k, names)}")
        out[:, k] = np.interp(table[:, k], points[:, 0], points[:, 1])
    return out


def check_curve(points: Floats, where: str) -> None:
    """Check the points of a value function.

    Raises
    ------
    InputError
        If there are fewer than two, values do not rise, or urgencies leave 0 to 1.
    """
    if points.ndim != 2 or points.shape[1] != 2 or len(points) < 2 or not np.isfinite(points).all():
        raise InputError(f"{where} needs two or more points of (value, urgency).")
    if not (np.diff(points[:, 0]) > 0).all():
        raise InputError(f"{where}: values {points[:, 0].tolist()} must rise from point to point.")
    if points[:, 1].min() < 0 or points[:, 1].max() > 1:
        raise InputError(f"{where}: urgencies {points[:, 1].tolist()} must lie between 0 and 1.")


def _ready(
    values: ArrayLike, among: ArrayLike | None, directions: ArrayLike | None, names: Sequence[str], compares: str
) -> tuple[Floats, Floats, Floats]:
    table = complete(values, names)
    zones = table if among is None else complete(among, names, "among")
    if zones.shape[1] != table.shape[1]:
        raise InputError(f"values have {table.shape[1]} indicators, but `among` has {zones.shape[1]}.")
    if compares:
        several(zones, compares)
    return table, zones, signs(directions, table.shape[1])


def _divisor(found: Floats, names: Sequence[str]) -> Floats:
    """Return what columns are divided by; a column of zeros stays one."""
    if (found == 0).any():
        empty = ", ".join(label(int(k), names) for k in np.flatnonzero(found == 0))
        warnings.warn(f"{empty}: 0 in all zones; {STAYS_ZERO}.", ZeroWarning, stacklevel=3)
    return np.where(found == 0, 1.0, found)


def _chosen(ways: dict[str, Floats], name: str) -> Floats:
    if name not in ways:
        raise InputError(f"cost = {name!r} is not one of {', '.join(ways)}.")
    return ways[name]


def _above_zero(table: Floats, columns: Bools, names: Sequence[str], method: str) -> None:
    bad = np.flatnonzero((table <= 0).any(axis=0) & columns)
    if len(bad):
        raise InputError(f"{method}: {label(int(bad[0]), names)} holds 0, whose reciprocal is not defined; use minmax.")
