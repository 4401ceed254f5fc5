"""Small change put together: no source pays a few yuan of a project where others can."""

from __future__ import annotations

from typing import Final

import numpy as np

from geoprio._core.typing import Bools, Ints
from geoprio.programme.households import resident_sources
from geoprio.programme.money import FEN, MOST_FEN
from geoprio.programme.problem import Problem

CRUMB_FEN: Final = 1000 * FEN
"""A share below this, or below `CRUMB_SHARE` of the project, is a crumb."""
CRUMB_SHARE: Final = 0.01


def crumbs(cost: Ints, paid: Ints) -> Bools:
    """Return which shares are crumbs; shape (rows, sources)."""
    least = np.maximum(np.minimum(CRUMB_FEN, cost // 2), (cost * CRUMB_SHARE).astype(np.int64))
    found: Bools = (paid > 0) & (paid < least[:, None])
    return found


def without_crumbs(problem: Problem, item: Ints, year: Ints, cost: Ints, paid: Ints) -> Ints:
    """Return who pays what with fewer crumbs; every row's sum stays, and no budget is exceeded.

    A crumb goes to other sources of the same project, which give as much less to another project of the same
    year that both pay for. Where no rule allows that, and the other source has no budget, or money left over, it takes
    the crumb over alone; else the crumb stays. Sources of residents are exchanged among themselves only.

    Parameters
    ----------
    problem : Problem
    item, year : ndarray of int, shape (rows,)
        What is done; the year counts from 0.
    cost : ndarray of int64, shape (rows,)
        In fen.
    paid : ndarray of int64, shape (rows, sources)

    Returns
    -------
    ndarray of int64, shape (rows, sources)
    """
    out, bounds = paid.copy(), _bounds(problem, item, cost)
    small = crumbs(cost, out)
    rows, sources = np.nonzero(small)
    # The smallest first: they are given away most easily.
    for k in np.argsort(out[rows, sources], kind="stable"):
        _give_away(problem, year, cost, out, bounds, int(rows[k]), int(sources[k]))
    return out


def _bounds(problem: Problem, item: Ints, cost: Ints) -> tuple[Ints, Ints]:
    """Least and most that each source gives to each row, in fen."""
    limits = problem.limits
    least = np.ceil(limits.low[item] * cost[:, None] - 1e-6).astype(np.int64)
    most = np.floor(limits.high[item] * cost[:, None] + 1e-6).astype(np.int64)
    return least, np.minimum(most, limits.cap_fen[item])


def _give_away(
    problem: Problem, year: Ints, cost: Ints, out: Ints, bounds: tuple[Ints, Ints], row: int, source: int
) -> None:
    """Give one crumb to other sources of its row, in place, if they can take all of it."""
    low, high = bounds
    crumb, theirs = int(out[row, source]), resident_sources(problem)
    if crumb <= 0 or low[row, source] > 0:
        return
    takers = (out[row] > 0) & (out[row] < high[row]) & (theirs == theirs[source])
    takers[source] = False
    new, left = out.copy(), crumb
    for taker in sorted(np.flatnonzero(takers).tolist(), key=lambda s: -int(out[row, s])):
        part = int(min(left, high[row, taker] - new[row, taker]))
        left -= _swap(problem, year, cost, new, bounds, (row, source, taker), part)
        if not left:
            out[:] = new
            return


def _swap(
    problem: Problem, year: Ints, cost: Ints, out: Ints, bounds: tuple[Ints, Ints], who: tuple[int, int, int], part: int
) -> int:
    """Let `taker` pay a part that `source` pays of a row, in place; return how much of it that could be."""
    (low, high), (row, source, taker) = bounds, who
    others = np.flatnonzero(year == year[row])
    others = others[others != row]
    least = np.maximum(low[others, taker], np.maximum(CRUMB_FEN, (cost[others] * CRUMB_SHARE).astype(np.int64)))
    can = (out[others, source] > 0) & (out[others, source] + part <= high[others, source])
    can &= out[others, taker] - part >= least
    if resident_sources(problem)[source]:
        can &= problem.rules.household_max_cny is None
    if can.any():
        # Where the source pays most already, the change shows least.
        other = int(others[can][np.argmax(out[others[can], source])])
        out[other, taker] -= part
        out[other, source] += part
    else:
        part = min(part, _left(problem, out, year, taker, int(year[row])))
    out[row, taker] += part
    out[row, source] -= part
    return part


def _left(problem: Problem, out: Ints, year: Ints, source: int, when: int) -> int:
    """Return how much more a source can give in a year: all there is without a budget, else what is left over."""
    one = problem.sources[source]
    if one.repayment is not None and one.repayment.service_limit_cny is not None:
        return 0
    there = one.budgets_fen(problem.rules.years)
    if there is None:
        return MOST_FEN
    left = there - np.bincount(year, out[:, source], len(there)).astype(np.int64)
    # What is given in a year is missing in every later one, where money is carried over.
    return max(0, int(np.cumsum(left)[when:].min() if one.carry_over else left[when]))
