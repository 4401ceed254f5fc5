"""Whole answers near a relaxed one: what is whole there stays, and what is broken is chosen anew with its kin."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Final

import numpy as np

from geoprio._core.typing import Bools
from geoprio.programme.columns import Program
from geoprio.programme.solve import Answer, Library, Status, dual_bound, solve

WHOLE: Final = 1e-6
"""A relaxed value closer than this to a whole number is one."""
WIDTHS: Final = (0, 300)
"""So many columns of smallest reduced cost are chosen anew beside the broken ones: few first."""
MOST_FREE: Final = 0.4
"""Where more than this share is chosen anew, the whole program is solved as fast."""
LOCAL_ROW: Final = 60
"""A row of at most so many columns ties them closely."""
KIN: Final = (
    "once", "exclusive", "bundle", "requires", "must", "touched", "one_year", "zone_min", "zone_max", "complete",
    "need",
)  # fmt: skip
"""Rules within a zone: what they tie to a broken column is chosen anew with it. Rows of money tie everything."""


def solve_rounded(
    program: Program, relaxed: Answer, *, gap: float = 1e-3, time_limit: float = 60.0, library: Library | None = None
) -> Answer:
    """Return a whole answer near a relaxed one.

    What is whole there stays; what is broken is chosen anew, and more around it where that does not come within `gap`
    of the relaxed answer. Where nothing whole lies near, the answer is empty; that proves nothing.

    Parameters
    ----------
    program : Program
    relaxed : Answer
        Of the same program with ``relaxed=True``, optimal.
    gap, time_limit, library
        As of `solve`.
    """
    start = time.perf_counter()
    best, bound = replace(relaxed, status="unknown", x=relaxed.x[:0], objective=float("nan")), relaxed.objective
    enough = dual_bound(program, relaxed.duals) * (1 - gap)
    near = np.round(relaxed.x)
    for width in WIDTHS:
        free = _undecided(program, relaxed, width)
        if len(best.x) and free.sum() > MOST_FREE * program.integer.sum():
            break
        fixed = program.integer & ~free
        part = replace(program, upper=np.where(fixed, near, program.upper))
        begin = best.x if len(best.x) else None
        lower = np.where(fixed, near, 0.0)
        found = solve(part, gap=gap / 2, time_limit=time_limit, lower=lower, begin=begin, library=library)
        if len(found.x) and not best.objective >= found.objective:
            best = found
        if best.objective >= enough:
            break
    # What is best, or not there at all, with most of it fixed tells nothing of the whole.
    status: Status = "feasible" if len(best.x) else "unknown"
    return replace(best, status=status, bound=bound, seconds=time.perf_counter() - start)


def _undecided(program: Program, relaxed: Answer, width: int) -> Bools:
    """Whole columns to choose anew: broken ones, `width` of small reduced cost, and their kin."""
    broken = program.integer & (np.abs(relaxed.x - np.round(relaxed.x)) > WHOLE)
    reduced = np.abs(program.objective - program.matrix.T @ relaxed.duals)
    reduced[~program.integer] = np.inf
    free = broken.copy()
    free[np.argsort(reduced, kind="stable")[: min(width, int(program.integer.sum()))]] = True
    pattern = program.matrix.copy()
    pattern.data = np.ones_like(pattern.data)
    short = np.diff(pattern.indptr) <= LOCAL_ROW
    if not width:
        short &= np.isin(program.kind.astype(str), KIN)
    for _ in range(2 if width else 1):
        touched = (pattern @ free.astype(float) > 0) & short
        free = free | (program.integer & (pattern.T @ touched.astype(float) > 0))
    return free
