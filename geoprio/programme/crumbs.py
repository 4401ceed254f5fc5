"""Small change put together: no source pays a few yuan of a project where others can."""

from __future__ import annotations

from typing import Final

import numpy as np

from geoprio._core.typing import Bools, Ints
from geoprio.programme.households import resident_sources
from geoprio.programme.money import FEN
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
    """Return who pays what with fewer crumbs; every row's sum, and what a source gives in a year, stay as they are.

    A crumb goes to another source of the same project, which gives as much less to another project of the same
    year that both pay for. Where no rule allows that, and the other source has no budget, it takes the crumb over
    alone; else the crumb stays. Sources of residents are exchanged among themselves only.

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
    """Give one crumb to another source of its row, in place, if some can take it."""
    low, high = bounds
    crumb, theirs = int(out[row, source]), resident_sources(problem)
    if crumb <= 0 or low[row, source] > 0:
        return
    takers = (out[row] > 0) & (out[row] + crumb <= high[row]) & (theirs == theirs[source])
    takers[source] = False
    others = np.flatnonzero(year == year[row])
    others = others[others != row]
    for taker in sorted(np.flatnonzero(takers).tolist(), key=lambda s: -int(out[row, s])):
        least = np.maximum(low[others, taker], np.maximum(CRUMB_FEN, (cost[others] * CRUMB_SHARE).astype(np.int64)))
        can = (out[others, source] > 0) & (out[others, source] + crumb <= high[others, source])
        can &= out[others, taker] - crumb >= least
        if theirs[source]:
            can &= problem.rules.household_max_cny is None
        if can.any():
            # Where the source pays most already, the change shows least.
            other = int(others[can][np.argmax(out[others[can], source])])
            out[other, taker] -= crumb
            out[other, source] += crumb
        elif not _free(problem, taker):
            continue
        out[row, taker] += crumb
        out[row, source] = 0
        return


def _free(problem: Problem, source: int) -> bool:
    """Return whether a source has no limit beside its shares."""
    one = problem.sources[source]
    return one.budget_cny is None and (one.repayment is None or one.repayment.service_limit_cny is None)
