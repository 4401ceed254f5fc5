"""Figures that a reader can add up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from geoprio._core.typing import Floats


def rounded_parts(parts: Floats, decimals: int = 1) -> Floats:
    """Round the parts of each row by largest remainder, so that they add up to the rounded total.

    Parameters
    ----------
    parts : ndarray of float, shape (rows, parts)
        0 or more; NaN counts as nothing and stays NaN.
    decimals : int

    Returns
    -------
    ndarray of float, shape (rows, parts)
        Each within one last digit of its part; of equal remainders the leftmost is raised.
    """
    scale = 10.0**decimals
    exact = np.nan_to_num(parts) * scale
    # 1e-9 keeps a part such as 6.0 that carries the noise of its multiplication from dropping to 5.9.
    floor = np.floor(exact + 1e-9)
    missing = np.rint(exact.sum(axis=1)) - floor.sum(axis=1)
    order = np.argsort(-(exact - floor), axis=1, kind="stable")
    place = np.argsort(order, axis=1, kind="stable")
    raised = floor + (place < missing[:, None])
    return np.where(np.isnan(parts), np.nan, raised / scale)
