"""What people answered when they were asked for weights, as CSV files."""

from __future__ import annotations

import csv
import io
import math
from typing import TYPE_CHECKING

import numpy as np

from geoprio._core.errors import InputError
from geoprio._core.files import local_path
from geoprio._core.findings import Findings
from geoprio.score.weights.elicit import rank_order_centroid, swing
from geoprio.score.weights.pairwise import best_worst
from geoprio.sources.encodings import decode

if TYPE_CHECKING:
    from pathlib import Path

    from geoprio._core.typing import Floats
    from geoprio.score.weights.pairwise import BestWorst

MAX_BYTES = 1_000_000
ROLES = ("best", "worst")


def read_judgements(path: Path) -> tuple[tuple[str, ...], Floats]:
    """Return the indicators and the matrix of pairwise judgements in a CSV file.

    The first row holds the indicators after an empty cell, each further row one indicator and how many times it matters
    more than that of each column: 3, or 1/3 for the reverse. Of a pair one cell may be blank; it is the reverse of the
    other. The diagonal is 1 or blank.

    Returns
    -------
    codes : tuple of str
    judgements : ndarray of float, shape (indicators, indicators)

    Raises
    ------
    InputError, MissingError
        If the file is not there or not such a table; naming row, column and value.
    """
    rows = _rows(path)
    codes = tuple(rows[0][1:])
    named = tuple(row[0] for row in rows[1:])
    _check_codes(codes, path.name)
    if named != codes:
        raise InputError(
            f"{path.name}: the rows are {', '.join(named)}, the columns {', '.join(codes)}; name the same indicators "
            "in the same order."
        )
    cells = np.array(
        [
            [
                _number(cell, f"{path.name}: row {code!r}, column {other!r}")
                for other, cell in zip(codes, row[1:], strict=True)
            ]
            for code, row in zip(codes, rows[1:], strict=True)
        ]
    )
    np.fill_diagonal(cells, np.where(np.isnan(np.diag(cells)), 1.0, np.diag(cells)))
    problems = [
        f"{path.name}: {codes[i]!r} against {codes[j]!r} is not judged; fill one of the two cells."
        for i, j in np.argwhere(np.isnan(cells) & np.isnan(cells.T) & np.triu(np.ones_like(cells, bool), 1))
    ]
    low = np.argwhere(cells <= 0)
    problems += [
        f"{path.name}: row {codes[i]!r}, column {codes[j]!r}: {cells[i, j]:g} must be above 0." for i, j in low
    ]
    if problems:
        raise InputError(*problems)
    return codes, np.where(np.isnan(cells), 1.0 / cells.T, cells)


def read_best_worst(path: Path) -> tuple[tuple[str, ...], BestWorst]:
    """Return the indicators and the best-worst weights of a CSV file.

    Columns: `code`, `best_to_others` (how many times the best matters more than this one), `others_to_worst` (how many
    times this one matters more than the worst), `role` (best or worst in one row each, else blank).

    Raises
    ------
    InputError, MissingError
        If the file is not there or not such a table, or as `best_worst` does.
    """
    rows = _rows(path)
    columns = _columns(rows, ("code", "best_to_others", "others_to_worst", "role"), path.name)
    codes = tuple(columns["code"])
    _check_codes(codes, path.name)
    found = {role: [k for k, cell in enumerate(columns["role"]) if cell.lower() == role] for role in ROLES}
    odd = [cell for cell in columns["role"] if cell.lower() not in {"", *ROLES}]
    if odd or any(len(rows_of) != 1 for rows_of in found.values()):
        raise InputError(
            f"{path.name}: column role must hold best once and worst once, and nothing else: {odd or found}."
        )
    answers = [_complete(columns[name], codes, name, path.name) for name in ("best_to_others", "others_to_worst")]
    try:
        return codes, best_worst(found["best"][0], found["worst"][0], *answers)
    except InputError as error:
        raise InputError(*(f"{path.name}: {p}" for p in error.problems)) from None


def read_swing(path: Path) -> tuple[tuple[str, ...], Floats]:
    """Return the indicators and the swing weights of a CSV file with the columns `code` and `points` (0 to 100).

    Raises
    ------
    InputError, MissingError
        If the file is not there or not such a table, or as `swing` does.
    """
    codes, points = _two(path, "points")
    try:
        return codes, swing(points)
    except InputError as error:
        raise InputError(*(f"{path.name}: {p}" for p in error.problems)) from None


def read_ranks(path: Path) -> tuple[tuple[str, ...], Floats]:
    """Return the indicators and the rank-order centroid weights of a CSV file with the columns `code` and `rank`.

    Raises
    ------
    InputError, MissingError
        If the file is not there or not such a table.
    """
    codes, ranks = _two(path, "rank")
    return codes, rank_order_centroid(ranks)


def _two(path: Path, name: str) -> tuple[tuple[str, ...], Floats]:
    columns = _columns(_rows(path), ("code", name), path.name)
    codes = tuple(columns["code"])
    _check_codes(codes, path.name)
    return codes, _complete(columns[name], codes, name, path.name)


def _rows(path: Path) -> list[list[str]]:
    """Return the rows of a CSV, cells stripped, blank rows left out; all of one length."""
    file = local_path(path.parent, path.name, "answers")
    if file.stat().st_size > MAX_BYTES:
        raise InputError(f"{path.name}: it is larger than {MAX_BYTES:,} bytes; is it a table of answers?")
    text, _ = decode(file.read_bytes(), None, path.name, "answers", Findings())
    try:
        found = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text, newline=""), strict=True)]
    except csv.Error as error:
        raise InputError(f"{path.name}: not a CSV ({error}).") from None
    rows = [row for row in found if any(row)]
    if len(rows) < 2:
        raise InputError(f"{path.name}: it has no rows below a header; see docs/scoring.md for its form.")
    for line, row in enumerate(rows, 1):
        if len(row) != len(rows[0]):
            raise InputError(f"{path.name}: row {line} has {len(row)} cells, the header {len(rows[0])}.")
    return rows


def _columns(rows: list[list[str]], names: tuple[str, ...], where: str) -> dict[str, list[str]]:
    lacking = [name for name in names if name not in rows[0]]
    if lacking:
        raise InputError(f"{where}: no column {', '.join(lacking)}; the header must hold {', '.join(names)}.")
    return {name: [row[rows[0].index(name)] for row in rows[1:]] for name in names}


def _check_codes(codes: tuple[str, ...], where: str) -> None:
    if not all(codes) or len(set(codes)) < len(codes) or not codes:
        raise InputError(f"{where}: indicators {list(codes)} must be named, each once.")


def _complete(cells: list[str], codes: tuple[str, ...], name: str, where: str) -> Floats:
    found = np.array([_number(c, f"{where}: {code!r}, column {name}") for code, c in zip(codes, cells, strict=True)])
    problems = [
        f"{where}: {code!r}, column {name} is blank; fill it."
        for code, v in zip(codes, found, strict=True)
        if math.isnan(v)
    ]
    if problems:
        raise InputError(*problems)
    return found


def _number(cell: str, where: str) -> float:
    """Return a number, or a fraction such as 1/3; NaN for a blank cell."""
    if not cell:
        return math.nan
    over, _, under = cell.partition("/")
    try:
        value = float(over) / float(under) if under else float(over)
    except (ValueError, ZeroDivisionError):
        value = math.nan
    if not math.isfinite(value) or "_" in cell:
        raise InputError(f"{where}: {cell!r} is no number; write such as 3 or 1/3.")
    return value
