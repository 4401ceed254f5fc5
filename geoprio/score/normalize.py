"""Bring indicators of any unit to urgency between 0 and 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoprio._core.errors import InputError

if TYPE_CHECKING:
    from geoprio._core.typing import Floats


def urgency(values: Floats, good: Floats, bad: Floats) -> Floats:
    """Return how far each value lies from the good anchor (0) toward the bad one (1), clipped.

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
