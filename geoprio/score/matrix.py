"""The decision matrix: values, directions, anchors and weights together, checked once."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from geoprio._core.errors import InputError
from geoprio.score.criteria import ANCHOR_WORDS, Criterion, build_criteria, check_quotas

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from geoprio._core.typing import Floats

__all__ = ["ANCHOR_WORDS", "Criterion", "DecisionMatrix", "build_criteria", "build_matrix", "check_quotas"]

SHOWN_ROWS = 10
"""Zones that a matrix prints."""

EXACT = 1e-12
"""Weights that sum to 1 within this are kept to the last bit."""


@dataclass(frozen=True, init=False, repr=False, eq=False)
class DecisionMatrix:
    """Values of the weighted indicators for each zone; nothing in it can be changed.

    Parameters
    ----------
    table : DataFrame
        Index `zone_id`, one column per criterion; NaN = unknown. It is copied.
    criteria : tuple of Criterion
        In the columns' order; weights sum to 1.

    Attributes
    ----------
    values : ndarray of float, shape (zones, criteria)
        Read-only.
    ids : Index of str
    criteria : tuple of Criterion

    Raises
    ------
    InputError
        If columns and criteria do not match, a zone or code stands there twice, a value is infinite, a direction is
        neither +1 nor −1, or the weights are negative or do not sum to 1.

    Examples
    --------
    >>> import pandas as pd
    >>> zones = pd.DataFrame({"share": [0.8, 0.2], "meters": [300.0, 900.0]}, index=["A", "B"])
    >>> DecisionMatrix.from_frame(zones, {"share": -1, "meters": 1}, {"share": 3, "meters": 1})
    2 zones × 2 indicators
                share  meters
    direction       -       +
    weight     75.0 %  25.0 %
    A             0.8     300
    B             0.2     900
    """

    values: Floats
    ids: pd.Index
    criteria: tuple[Criterion, ...]

    def __init__(self, table: pd.DataFrame, criteria: tuple[Criterion, ...]) -> None:
        values = np.array(table.to_numpy(dtype=np.float64, na_value=np.nan), np.float64)
        _check(table, values, criteria)
        values.setflags(write=False)
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "ids", table.index.copy())
        object.__setattr__(self, "criteria", tuple(criteria))

    @classmethod
    def from_frame(
        cls,
        frame: pd.DataFrame,
        directions: Mapping[str, int] | Sequence[int],
        weights: Mapping[str, float] | Sequence[float] | None = None,
        *,
        units: Mapping[str, str] | None = None,
        titles: Mapping[str, tuple[str, str]] | None = None,
        anchors: Mapping[str, tuple[float, float]] | None = None,
    ) -> DecisionMatrix:
        """Return the matrix of a table of zones.

        Parameters
        ----------
        frame : DataFrame
            One row per zone, its id in the index.
        directions : mapping of column to {+1, −1}, or a sequence for all columns
            +1 = a larger value is more urgent. A mapping also chooses the columns.
        weights : mapping of column to number, or a sequence, optional
            0 or more; scaled to sum 1. Default: equal.
        units, titles, anchors : mapping by column, optional
            Unit; (zh, en) title; (good, bad) values of urgency 0 and 1.

        Raises
        ------
        InputError
            If a column is missing or holds no numbers, or as the class does.
        """
        codes, signs = _named(directions, [str(c) for c in frame.columns], "directions")
        missing = [code for code in codes if code not in frame]
        if missing:
            raise InputError(*(f"directions: no column {code!r}; the table has {list(frame)}." for code in missing))
        shares = _shares(weights, codes)
        criteria = []
        for code, sign in zip(codes, signs, strict=True):
            zh, en = (titles or {}).get(code, (code, code))
            good, bad = (anchors or {}).get(code, (np.nan, np.nan))
            told = ANCHOR_WORDS["given"] if code in (anchors or {}) else ""
            unit = (units or {}).get(code, "")
            criteria.append(Criterion(code, "", zh, en, unit, int(sign), float(good), float(bad), told, shares[code]))
        return cls(_numbers(frame, codes), tuple(criteria))

    @classmethod
    def from_file(cls, path: str | Path) -> DecisionMatrix:
        """Return the matrix in a .json or .csv file.

        A CSV has the column `zone_id` and one column per indicator; its first rows are `#direction` and, where known,
        `#weight` (default: equal), `#good`, `#bad`, `#unit`, `#title_zh` and `#title_en`.

        Raises
        ------
        InputError, MissingError
            If the file is not there, or not such a table: naming row, column and value.
        """
        from geoprio.score.exchange import read_matrix  # noqa: PLC0415 - reading is seldom needed

        return read_matrix(Path(path))

    def to_file(self, path: str | Path) -> Path:
        """Write the matrix to a .json or .csv file, from which `from_file` returns the same.

        Raises
        ------
        InputError
            If the name ends otherwise.
        """
        from geoprio.score.exchange import write_matrix  # noqa: PLC0415 - writing is seldom needed

        return write_matrix(self, Path(path))

    def with_weights(self, weights: Mapping[str, float] | Sequence[float]) -> DecisionMatrix:
        """Return the matrix under other weights, 0 or more and scaled to sum 1; zero weights stay.

        Raises
        ------
        InputError
            If a weight is missing, unknown, negative or no number, or all are zero.
        """
        shares = _shares(weights, list(self.codes))
        return DecisionMatrix(self.table, tuple(replace(c, weight=shares[c.code]) for c in self.criteria))

    @property
    def table(self) -> pd.DataFrame:
        """A copy of the values, index `zone_id`, one column per criterion; NaN = unknown."""
        import pandas as pd  # noqa: PLC0415 - keeps this module light

        return pd.DataFrame(self.values.copy(), index=self.ids, columns=list(self.codes))

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of the criteria."""
        return tuple(c.code for c in self.criteria)

    @property
    def directions(self) -> Floats:
        """+1 where a larger value is more urgent, else −1; shape (criteria,)."""
        return np.array([float(c.direction) for c in self.criteria])

    @property
    def weights(self) -> Floats:
        """Weights, shape (criteria,)."""
        return np.array([c.weight for c in self.criteria])

    @property
    def good(self) -> Floats:
        """Anchors of urgency 0, shape (criteria,)."""
        return np.array([c.good for c in self.criteria])

    @property
    def bad(self) -> Floats:
        """Anchors of urgency 1, shape (criteria,)."""
        return np.array([c.bad for c in self.criteria])

    def __len__(self) -> int:
        return len(self.values)

    def __repr__(self) -> str:
        rows = self._rows()
        width = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
        lines = [
            "  ".join((row[0].ljust(width[0]), *(cell.rjust(w) for cell, w in zip(row[1:], width[1:], strict=True))))
            for row in rows
        ]
        return "\n".join(line.rstrip() for line in (self._size(), *lines, *self._rest()))

    def _repr_html_(self) -> str:
        """Return the matrix as a table for notebooks; every text from data is escaped."""
        head, *rows = [[html.escape(cell) for cell in row] for row in self._rows()]
        tips = [html.escape(f"{c.title_zh} {c.title_en} {c.unit}".strip()) for c in self.criteria]
        cells = "".join(f'<th title="{tip}">{cell}</th>' for tip, cell in zip(tips, head[1:], strict=True))
        body = "".join(f"<tr><th>{row[0]}</th>{''.join(f'<td>{c}</td>' for c in row[1:])}</tr>" for row in rows)
        rest = "".join(f"<p>{html.escape(text)}</p>" for text in self._rest())
        return (
            f"<p>{self._size()}</p><table><thead><tr><th></th>{cells}</tr></thead><tbody>{body}</tbody></table>{rest}"
        )

    def _size(self) -> str:
        return f"{len(self.ids)} zones × {len(self.criteria)} indicators"

    def _rest(self) -> list[str]:
        more = len(self.ids) - SHOWN_ROWS
        return [f"… and {more} more zones"] if more > 0 else []

    def _rows(self) -> list[list[str]]:
        """Return what is printed: codes, directions, weights, and the first zones."""
        signs = ["+" if c.direction > 0 else "-" for c in self.criteria]
        shares = [f"{100 * c.weight:.1f} %" for c in self.criteria]
        zones = [
            [" ".join(str(name).split()), *("?" if np.isnan(v) else f"{v:.6g}" for v in row)]
            for name, row in zip(self.ids[:SHOWN_ROWS], self.values[:SHOWN_ROWS], strict=True)
        ]
        return [["", *self.codes], ["direction", *signs], ["weight", *shares], *zones]


def build_matrix(table: pd.DataFrame, criteria: tuple[Criterion, ...]) -> DecisionMatrix:
    """Return the decision matrix of the criteria.

    Parameters
    ----------
    table : DataFrame
        Index `zone_id`; holds every weighted indicator as a column.
    criteria : tuple of Criterion

    Raises
    ------
    InputError
        If an indicator was not computed for this city.
    """
    problems = [
        f"[score] weights: {c.code!r} was not computed for this city; see the data-quality report."
        for c in criteria
        if c.code not in table
    ]
    if problems:
        raise InputError(*problems)
    return DecisionMatrix(table[[c.code for c in criteria]].astype(float), criteria)


def _check(table: pd.DataFrame, values: Floats, criteria: Sequence[Criterion]) -> None:
    codes = [c.code for c in criteria]
    problems = []
    if [str(c) for c in table.columns] != codes or not codes:
        problems.append(f"the columns {list(table.columns)} and the criteria {codes} must be the same, in one order.")
    if len(set(codes)) < len(codes):
        problems.append(f"an indicator stands there twice: {codes}.")
    if not table.index.is_unique:
        problems.append(
            f"zone {table.index[table.index.duplicated()][0]!r} stands there twice; give each row its own id."
        )
    if not problems and np.isinf(values).any():
        row, column = (int(k) for k in np.argwhere(np.isinf(values))[0])
        problems.append(
            f"zone {table.index[row]!r}, {codes[column]!r}: {values[row, column]} is no value; leave it blank."
        )
    problems += [
        f"{c.code!r}: direction {c.direction!r} must be +1 or -1." for c in criteria if c.direction not in (1, -1)
    ]
    weights = np.array([c.weight for c in criteria])
    if not (np.isfinite(weights).all() and (weights >= 0).all() and abs(weights.sum() - 1.0) <= 1e-9):
        problems.append(f"weights {weights.tolist()} must be 0 or more and sum to 1.")
    if problems:
        raise InputError(*problems)


def _named(given: Mapping[str, int] | Sequence[int], columns: list[str], what: str) -> tuple[list[str], list[int]]:
    """Return the columns that are named, and what is said of each."""
    if isinstance(given, Mapping):
        return [str(c) for c in given], list(given.values())
    if len(given) != len(columns):
        raise InputError(f"{what}: {len(given)} are given for the columns {columns}; give one for each, or name them.")
    return columns, list(given)


def _shares(weights: Mapping[str, float] | Sequence[float] | None, codes: list[str]) -> dict[str, float]:
    """Return weights that sum to 1, by code; those that do already stay as they are."""
    if weights is None:
        return dict.fromkeys(codes, 1.0 / len(codes)) if codes else {}
    if len(weights) != len(codes):
        raise InputError(f"{len(weights)} weights are given for {len(codes)} indicators {codes}; give one for each.")
    named = dict(weights) if isinstance(weights, Mapping) else dict(zip(codes, weights, strict=True))
    if set(named) != set(codes):
        raise InputError(f"weights are given for {list(named)}, but the indicators are {codes}; give one for each.")
    found = np.array([float(named[code]) for code in codes])
    if not (np.isfinite(found).all() and (found >= 0).all() and found.sum() > 0):
        raise InputError(f"weights {found.tolist()} must be 0 or more, and one above 0.")
    whole = found / found.max()
    kept = found if abs(found.sum() - 1.0) <= EXACT else whole / whole.sum()
    return dict(zip(codes, kept.tolist(), strict=True))


def _numbers(frame: pd.DataFrame, codes: list[str]) -> pd.DataFrame:
    """Return the columns as numbers, index `zone_id` of text."""
    import pandas as pd  # noqa: PLC0415 - keeps this module light

    problems, columns = [], {}
    for code in codes:
        numbers = pd.to_numeric(frame[code], errors="coerce").astype(float)
        bad = numbers.isna() & frame[code].notna()
        if bad.any():
            row = bad[bad].index[0]
            problems.append(
                f"row {row!r}, column {code!r}: {frame[code][bad].iloc[0]!r} is no number; leave unknown ones blank."
            )
        columns[code] = numbers.to_numpy()
    if problems:
        raise InputError(*problems)
    return pd.DataFrame(columns, index=pd.Index([str(i) for i in frame.index], dtype="str", name="zone_id"))
