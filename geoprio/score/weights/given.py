"""Weights given by the user, and equal ones."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from geoprio._core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geoprio._core.typing import Floats


def scaled(weights: Mapping[str, float]) -> dict[str, float]:
    """Return the weights above zero, scaled to sum 1.

    Raises
    ------
    InputError
        If one is negative or no number, or all are zero.
    """
    numbers: dict[str, float] = {}
    problems = []
    for code, weight in weights.items():
        try:
            numbers[code] = float(weight)
        except (TypeError, ValueError, OverflowError):
            numbers[code] = math.nan
        if not (math.isfinite(numbers[code]) and numbers[code] >= 0):
            problems.append(f"[score] weights: {code} = {weight!r} must be a number of 0 or more.")
    if problems:
        raise InputError(*problems)
    largest = max(numbers.values(), default=0.0)
    if not largest > 0:
        raise InputError("[score] weights are all zero; give at least one indicator a weight above 0.")
    # Dividing by the largest first keeps weights near the end of the number range from overflowing.
    shares = {code: w / largest for code, w in numbers.items()}
    total = math.fsum(shares.values())
    return {code: w / total for code, w in shares.items() if w / total > 0}


def default_weights(categories: tuple[str, ...]) -> dict[str, float]:
    """Return equal weights over the covered shares of the categories."""
    return {f"{category}_covered_share": 1.0 / len(categories) for category in categories}


def equal(count: int) -> Floats:
    """Return the same weight for each of `count` indicators.

    Raises
    ------
    InputError
        If there is none.
    """
    if count < 1:
        raise InputError("there is no indicator to weigh; name at least one.")
    return np.full(count, 1.0 / count)
