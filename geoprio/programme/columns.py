"""A sparse program put together block by block: columns with bounds, rows with names."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from geoprio._core.typing import Bools, Floats, Ints

Numbers = NDArray[Any] | float
Entry = tuple[Any, Any, Any]
"""Rows of the block, columns of the program, values: arrays or numbers that broadcast."""


@dataclass(frozen=True)
class Program:
    """Maximize ``objective · x`` with ``low ≤ matrix · x ≤ high`` and ``0 ≤ x ≤ upper``.

    Attributes
    ----------
    objective, upper : ndarray of float, shape (columns,)
        Every upper bound is finite.
    integer : ndarray of bool, shape (columns,)
    matrix : csr_array, shape (rows, columns)
    low, high : ndarray of float, shape (rows,)
    kind : ndarray of str, shape (rows,)
        What rule a row is of.
    subject : ndarray of int, shape (rows,)
        Of which source, district, zone, item … it is, by kind.
    starts : dict
        First column of each block.
    """

    objective: Floats
    upper: Floats
    integer: Bools
    matrix: sparse.csr_array
    low: Floats
    high: Floats
    kind: np.ndarray
    subject: Ints
    starts: dict[str, int]

    def rows(self, kind: str) -> Ints:
        """Return the rows of a kind."""
        return np.flatnonzero(self.kind == kind)


@dataclass
class Builder:
    """Collects blocks of columns and rows."""

    _width: int = 0
    _height: int = 0
    _starts: dict[str, int] = field(default_factory=dict)
    _columns: list[tuple[Floats, Floats, Bools]] = field(default_factory=list)
    _rows: list[tuple[np.ndarray, Ints, Floats, Floats]] = field(default_factory=list)
    _entries: list[tuple[Ints, Ints, Floats]] = field(default_factory=list)

    def columns(self, name: str, upper: NDArray[Any], *, integer: bool = False, objective: Numbers = 0.0) -> int:
        """Add a block of columns from 0 to `upper`; return the first."""
        count, start = len(upper), self._width
        goal = np.broadcast_to(np.asarray(objective, float), count)
        self._columns.append((goal, np.asarray(upper, float), np.full(count, integer)))
        self._starts[name] = start
        self._width += count
        return start

    def rows(
        self,
        kind: str,
        subject: Ints,
        entries: list[Entry],
        *,
        low: Numbers = -np.inf,
        high: Numbers = np.inf,
    ) -> None:
        """Add a block of rows, one for each of `subject`; entries at the same place are summed."""
        count = len(subject)
        least, most = (np.broadcast_to(np.asarray(b, float), count) for b in (low, high))
        self._rows.append((np.full(count, kind, object), np.asarray(subject, np.int64), least, most))
        for row, column, value in entries:
            r, k, v = np.broadcast_arrays(
                np.atleast_1d(row), np.atleast_1d(column), np.atleast_1d(np.asarray(value, float))
            )
            self._entries.append((r.astype(np.int64) + self._height, k.astype(np.int64), v))
        self._height += count

    def build(self) -> Program:
        """Return the program of all blocks."""
        objective, upper, integer = (np.concatenate(part) for part in zip(*self._columns, strict=True))
        row, column, value = (np.concatenate(part) for part in zip(*self._entries, strict=True))
        kind, subject, low, high = (np.concatenate(part) for part in zip(*self._rows, strict=True))
        matrix = sparse.csr_array(sparse.coo_array((value, (row, column)), shape=(self._height, self._width)))
        matrix.eliminate_zeros()
        return Program(objective, upper, integer, matrix, low, high, kind, subject, dict(self._starts))
