"""Weights given by the user."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from geoprio._core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping


def scaled(weights: Mapping[str, float]) -> dict[str, float]:
    """Return the weights above zero, scaled to sum 1.

    Raises
    ------
    InputError
        If one is negative or no number, or all are zero.
    """
    problems = [
        f"[score] weights: {code} = {w} must be 0 or more."
        for code, w in weights.items()
        if not (math.isfinite(w) and w >= 0)
    ]
    if problems:
        raise InputError(*problems)
    total = math.fsum(weights.values())
    if not total > 0:
        raise InputError("[score] weights are all zero; give at least one indicator a weight above 0.")
    return {code: w / total for code, w in weights.items() if w > 0}


def default_weights(categories: tuple[str, ...]) -> dict[str, float]:
    """Return equal weights over the covered shares of the categories."""
    return {f"{category}_covered_share": 1.0 / len(categories) for category in categories}
