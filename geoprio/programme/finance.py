"""Money over time: present values, repayments, payback and internal rate of return."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from geoprio._core.errors import InputError
from geoprio._core.typing import Floats


def annuity_factor(rate: float, years: int) -> float:
    """Return what one yuan at the end of each of `years` years is worth today.

    Raises
    ------
    InputError
        If the rate is not above -1, or there is no year.

    Examples
    --------
    >>> round(annuity_factor(0.05, 20), 4)
    12.4622
    >>> annuity_factor(0.0, 20)
    20.0
    """
    if not (math.isfinite(rate) and rate > -1 and years >= 1):
        raise InputError(f"rate {rate!r} over {years!r} years: give a rate above -1 and at least one year.")
    return float(years) if rate == 0 else -math.expm1(-years * math.log1p(rate)) / rate


def present_value(rate: float, flows: Sequence[float] | Floats) -> float:
    """Return what flows are worth in the year of the first; one flow for each year."""
    amounts = np.asarray(flows, float)
    return float(np.sum(amounts / (1 + rate) ** np.arange(len(amounts))))


def payback_years(flows: Sequence[float] | Floats) -> float | None:
    """Return after how many years the sum of flows is back at 0, within a year in proportion; None if never.

    It counts from the first year's flow; a later fall below 0 starts the wait again.

    Examples
    --------
    >>> payback_years([-100.0, 40.0, 40.0, 40.0])
    2.5
    """
    balance = np.cumsum(np.asarray(flows, float))
    below = np.flatnonzero(balance < 0)
    if len(below) == 0:
        return 0.0
    last = int(below[-1])
    if last == len(balance) - 1:
        return None
    return last + float(-balance[last] / (balance[last + 1] - balance[last]))


def internal_rate(flows: Sequence[float] | Floats) -> float | None:
    """Return the rate at which the flows are worth 0 today, from -99 % to 1,000 % a year.

    None where the flows do not begin with what is paid in and turn once to what is earned: then no such rate, or more
    than one, may exist.
    """
    amounts = np.asarray(flows, float)
    signs = np.sign(amounts[amounts != 0])
    if len(signs) < 2 or signs[0] > 0 or np.count_nonzero(np.diff(signs)) != 1:
        return None
    low, high = -0.99, 10.0
    if present_value(low, amounts) < 0 or present_value(high, amounts) > 0:
        return None
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if present_value(middle, amounts) > 0 else (low, middle)
    return (low + high) / 2
