"""A programme in whole yuan, as pages show it: rounded once, so that all sums on all pages still add up.

Each share of a source in a project becomes one of the two whole numbers beside it. They are chosen together, so that
every project, zone, year of a source, source, and the whole are one of the two whole numbers beside their sums, too
(controlled rounding; Cox 1987). That is possible always: the sums by project, zone and programme are nested, and so
are those by year, source and programme, so that the corners of the linear program are whole.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from geoprio._core.typing import Floats, Ints
from geoprio.programme.money import FEN

if TYPE_CHECKING:
    from geoprio.programme import Programme


def in_whole_yuan(programme: Programme) -> Programme:
    """Return a programme whose sums are whole yuan, each less than a yuan from the true one.

    Parameters
    ----------
    programme : Programme

    Returns
    -------
    Programme
        `cost_fen`, `gross_fen`, `saving_fen` and what sources give are multiples of 100; all else is as it was.
    """
    done, codes = programme.done, [s.code for s in programme.problem.sources]
    if done.empty:
        return programme
    paid = done[[f"{code}_fen" for code in codes]].to_numpy(np.int64)
    zone = np.unique(done["zone_id"].to_numpy(object).astype(str), return_inverse=True)[1].ravel()
    whole = rounded(paid, zone, done["year"].to_numpy(np.int64)) * FEN
    cost = whole.sum(axis=1)
    saving = np.rint(done["saving_fen"].to_numpy(float) / FEN).astype(np.int64) * FEN
    new = done.assign(cost_fen=cost, saving_fen=saving, gross_fen=cost + saving)
    new = new.assign(**{f"{code}_fen": whole[:, k] for k, code in enumerate(codes)})
    return dataclasses.replace(programme, done=new)


def rounded(paid: Ints, zone: Ints, year: Ints) -> Ints:
    """Return fen as whole yuan, whose sums by row, zone, source and year, source, and in all are rounded up or down.

    Parameters
    ----------
    paid : ndarray of int64, shape (rows, sources)
        Fen.
    zone, year : ndarray of int, shape (rows,)
        To what zone and year each row belongs.

    Returns
    -------
    ndarray of int64, shape (rows, sources)
        Yuan.
    """
    floor, rest = paid // FEN, paid % FEN
    row, source = np.nonzero(rest)
    if not len(row):
        return floor
    part = rest[row, source]
    _, purse = np.unique(np.column_stack([source, year[row]]), axis=0, return_inverse=True)
    groups = (row, zone[row], purse.ravel(), source, np.zeros(len(row), np.int64))
    matrix = sparse.vstack([_members(g) for g in groups], format="csr")
    sums = matrix @ part
    low, high = sums // FEN, -(-sums // FEN)
    # Parts above a half are rounded up where nothing speaks against it; of equal ones the first.
    worth: Floats = part / FEN - 0.5 - np.arange(len(part)) * 1e-9
    found = linprog(
        -worth,
        A_ub=sparse.vstack([matrix, -matrix], format="csr"),
        b_ub=np.concatenate([high, -low]),
        bounds=(0, 1),
        method="highs-ds",
    )
    if found.x is None:
        raise RuntimeError("sums of the programme could not be rounded to whole yuan.")
    out: Ints = floor.copy()
    out[row, source] += np.rint(found.x).astype(np.int64)
    return out


def _members(group: Ints) -> sparse.csr_array:
    _, number = np.unique(group, return_inverse=True)
    number = number.ravel()
    return sparse.csr_array((np.ones(len(group), np.int64), (number, np.arange(len(group)))))
