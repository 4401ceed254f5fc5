"""The ways to combine indicators, for many sets of weights at once.

Each gives what `Fitted.value` gives, with the indicators' scale as it stands and weights that change with every draw.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoprio.score.methods import V
from geoprio.score.promethee import flows

if TYPE_CHECKING:
    from collections.abc import Callable

    from geoprio._core.typing import Floats
    from geoprio.score.rankings import Method

NOTHING = -1e300
"""Stands for the logarithm of 0: times a weight of 0 it is 0, times any other it leaves nothing of the product."""


def draws_method(aggregate: str, *, anchored: bool) -> Method:
    """Return an aggregation as a method of `rank_model`: priorities of 0 to 100 for each draw.

    Parameters
    ----------
    aggregate : str
        As in `ScoreSpec`.
    anchored : bool
        Whether the good and the bad point are 0 and 1; else they are the best and worst values found.
    """
    if aggregate == "weighted_sum":
        return None
    by_name: dict[str, Callable[[Floats, Floats], Floats]] = {
        "weighted_product": _product,
        "topsis": lambda u, w: _topsis(u, w, *_ends(u, anchored=anchored)),
        "vikor": lambda u, w: _vikor(u, w, anchored=anchored),
        "promethee2": lambda u, w: np.asarray(50.0 * (1.0 + w @ flows(u).T), np.float64),
    }
    return by_name[aggregate]


def _ends(urgencies: Floats, *, anchored: bool) -> tuple[Floats, Floats]:
    """Return the good and the bad point."""
    if anchored:
        return np.zeros(urgencies.shape[1]), np.ones(urgencies.shape[1])
    return urgencies.min(axis=0), urgencies.max(axis=0)


def _product(urgencies: Floats, weights: Floats) -> Floats:
    left = 1.0 - urgencies
    logs = np.log(left, where=left > 0, out=np.full_like(left, NOTHING))
    return np.asarray(100.0 * (1.0 - np.exp(weights @ logs.T)), np.float64)


def _topsis(urgencies: Floats, weights: Floats, calm: Floats, urgent: Floats) -> Floats:
    squares = weights**2
    toward, away = (np.sqrt(squares @ ((urgencies - end) ** 2).T) for end in (urgent, calm))
    whole = toward + away
    return np.asarray(100.0 * np.divide(away, whole, out=np.zeros_like(whole), where=whole > 0), np.float64)


def _vikor(urgencies: Floats, weights: Floats, *, anchored: bool) -> Floats:
    calm, urgent = _ends(urgencies, anchored=anchored)
    span = urgent - calm
    distances = np.divide(urgent - urgencies, span, out=np.zeros_like(urgencies), where=span > 0)
    total = weights @ distances.T
    largest = np.zeros_like(total)
    for k in range(urgencies.shape[1]):
        np.maximum(largest, np.outer(weights[:, k], distances[:, k]), out=largest)
    q = np.zeros_like(total)
    for part, own, most in ((V, total, weights.sum(axis=1)), (1.0 - V, largest, weights.max(axis=1))):
        low = np.zeros(len(weights)) if anchored else own.min(axis=1)
        high = most if anchored else own.max(axis=1)
        width = (high - low)[:, None]
        q += part * np.divide(own - low[:, None], width, out=np.zeros_like(own), where=width > 0)
    return np.asarray(100.0 * (1.0 - q), np.float64)
