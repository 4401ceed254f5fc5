"""Weights asked of people in plain questions: swing and rank order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoprio._core.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from geoprio._core.typing import Floats


def swing(points: ArrayLike) -> Floats:
    """Return weights from swing points.

    The question: all indicators stand at their best; which would you least like to see fall to its worst? That swing
    gets 100 points, the others in proportion.

    Parameters
    ----------
    points : array_like, shape (indicators,)
        0 to 100; the largest is 100.

    Returns
    -------
    ndarray of float, shape (indicators,)
        Sum 1.

    Raises
    ------
    InputError
        If points leave 0 to 100, or none is 100.

    References
    ----------
    von Winterfeldt and Edwards (1986), "Decision analysis and behavioral research".

    Examples
    --------
    >>> swing([100, 60, 40]).tolist()
    [0.5, 0.3, 0.2]
    """
    found = np.asarray(points, np.float64)
    if found.ndim != 1 or not found.size or not np.isfinite(found).all() or found.min() < 0 or found.max() != 100:
        raise InputError(f"swing points {found.tolist()} must lie between 0 and 100, and the largest must be 100.")
    return np.asarray(found / found.sum(), np.float64)


def rank_order_centroid(ranks: ArrayLike) -> Floats:
    """Return the center of all weights that agree with a ranking: w of rank i = Σ_{k ≥ i} 1/k / n.

    Parameters
    ----------
    ranks : array_like, shape (indicators,)
        1 = most important; equal ones share the mean of their places.

    Returns
    -------
    ndarray of float, shape (indicators,)
        Sum 1.

    Raises
    ------
    InputError
        If a rank is not finite.

    References
    ----------
    Barron and Barrett (1996), "Decision quality using ranked attribute weights".

    Examples
    --------
    >>> rank_order_centroid([1, 2]).tolist()
    [0.75, 0.25]
    """
    found = np.asarray(ranks, np.float64)
    if found.ndim != 1 or not found.size or not np.isfinite(found).all():
        raise InputError(f"ranks {found.tolist()} must be numbers, 1 = most important.")
    n = len(found)
    centroid = np.cumsum(1.0 / np.arange(n, 0, -1))[::-1] / n
    _, group, size = np.unique(found, return_inverse=True, return_counts=True)
    by_group = np.add.reduceat(centroid, np.cumsum(size) - size) / size
    return np.asarray(by_group[group], np.float64)
