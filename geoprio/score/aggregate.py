"""Combine urgencies into one priority."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from geoprio._core.typing import Floats


def weighted_sum(urgencies: Floats, weights: Floats) -> Floats:
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
