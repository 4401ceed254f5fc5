"""PROMETHEE II: how much each zone is preferred to the others, less how much they are to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoprio._core.errors import InputError
from geoprio.score.checks import complete, several, shares, signs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike

    from geoprio._core.typing import Floats

    Preference = Callable[[Floats, float, float, float], Floats]

PAIRS_AT_ONCE = 1 << 21
"""Pairs of zones compared at a time: 16 MB a table, however many zones there are."""

PREFERENCES: dict[str, Preference] = {
    "usual": lambda d, _q, _p, _s: np.where(d > 0, 1.0, 0.0),
    "u-shape": lambda d, q, _p, _s: np.where(d > q, 1.0, 0.0),
    "v-shape": lambda d, _q, p, _s: np.clip(d / p, 0.0, 1.0),
    "level": lambda d, q, p, _s: np.where(d > p, 1.0, np.where(d > q, 0.5, 0.0)),
    "linear": lambda d, q, p, _s: np.clip((d - q) / (p - q), 0.0, 1.0),
    "gaussian": lambda d, _q, _p, s: np.where(d > 0, -np.expm1(-(d**2) / (2 * s**2)), 0.0),
}
"""The six preference functions of Brans and Vincke (1985) of the difference d and the thresholds q, p and s."""

NEEDS = {"usual": "", "u-shape": "q", "v-shape": "p", "level": "qp", "linear": "qp", "gaussian": "s"}


def promethee2(
    values: ArrayLike,
    weights: ArrayLike,
    directions: ArrayLike | None = None,
    *,
    preference: str = "usual",
    q: ArrayLike | None = None,
    p: ArrayLike | None = None,
    s: ArrayLike | None = None,
    among: ArrayLike | None = None,
    names: Sequence[str] = (),
) -> Floats:
    """Return the net flow of each zone, −1 to 1; larger = more urgent.

    Parameters
    ----------
    values : array_like, shape (zones, indicators)
    weights : array_like, shape (indicators,)
        Sum 1.
    directions : array_like of {+1, −1}, optional
    preference : {"usual", "u-shape", "v-shape", "level", "linear", "gaussian"}
    q, p, s : float or array_like, shape (indicators,), optional
        In the units of the columns: differences up to q count nothing, from p on fully; s is the Gaussian's turning
        point.
    among : array_like, optional
        The zones to compare with; default: the values themselves.

    Returns
    -------
    ndarray of float, shape (zones,)
        Σ w · `flows`. The time grows with zones², the memory does not.

    Raises
    ------
    InputError
        If a value is not finite, there are fewer than two zones, the weights do not sum to 1, the preference function
        is not known, or one of its thresholds is missing or out of order.

    References
    ----------
    Brans and Vincke (1985), "A preference ranking organisation method".
    """
    found = flows(values, directions, preference=preference, q=q, p=p, s=s, among=among, names=names)
    return np.asarray(found @ shares(weights, found.shape[1]), np.float64)


def flows(
    values: ArrayLike,
    directions: ArrayLike | None = None,
    *,
    preference: str = "usual",
    q: ArrayLike | None = None,
    p: ArrayLike | None = None,
    s: ArrayLike | None = None,
    among: ArrayLike | None = None,
    names: Sequence[str] = (),
) -> Floats:
    """Return the net flow of each zone by each indicator alone.

    Returns
    -------
    ndarray of float, shape (zones, indicators)
        Σ over the zones of `among` of P(own − other) − P(other − own), divided by their number − 1.

    Raises
    ------
    InputError
        As `promethee2` does.
    """
    table = complete(values, names)
    zones = table if among is None else complete(among, names, "among")
    several(zones, "PROMETHEE")
    sign = signs(directions, table.shape[1])
    limits = _limits(preference, {"q": q, "p": p, "s": s}, table.shape[1])
    out = np.empty_like(table)
    for k in range(table.shape[1]):
        own, others = sign[k] * table[:, k], sign[k] * zones[:, k]
        # The usual preference only asks who is ahead: sorting answers it for all.
        if preference == "usual":
            others = np.sort(others)
            out[:, k] = np.searchsorted(others, own, "left") - (len(others) - np.searchsorted(others, own, "right"))
        else:
            out[:, k] = _net(own, others, PREFERENCES[preference], *limits[:, k])
    return out / (len(zones) - 1)


def _net(own: Floats, others: Floats, preference: Preference, q: float, p: float, s: float) -> Floats:
    step = max(1, PAIRS_AT_ONCE // len(others))
    net = np.empty(len(own))
    for first in range(0, len(own), step):
        ahead = own[first : first + step, None] - others
        net[first : first + step] = (preference(ahead, q, p, s) - preference(-ahead, q, p, s)).sum(axis=1)
    return net


def _limits(preference: str, given: dict[str, ArrayLike | None], columns: int) -> Floats:
    """Return q, p and s of each indicator, shape (3, indicators); NaN where the function has none."""
    if preference not in PREFERENCES:
        raise InputError(f"preference = {preference!r} is not one of {', '.join(PREFERENCES)}.")
    out = np.full((3, columns), np.nan)
    for row, (name, value) in enumerate(given.items()):
        if name in NEEDS[preference]:
            if value is None or np.shape(value) not in {(), (columns,)}:
                raise InputError(f"preference = {preference!r} needs {name}: one number, or one for each indicator.")
            out[row] = value
        elif value is not None:
            raise InputError(f"preference = {preference!r} has no {name}; leave it out.")
    q, p, s = out
    wrong = [
        text
        for text, bad in (
            ("q must be 0 or more", (q < 0).any()),
            ("p must be above 0 and above q", (p <= np.where(np.isnan(q), 0.0, q)).any()),
            ("s must be above 0", (s <= 0).any()),
        )
        if bad
    ]
    if wrong:
        raise InputError(f"preference = {preference!r}: {'; '.join(wrong)}.")
    return out
