"""A sheet as a grid of cells, which sheet is read, and cells as text."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from geoprio._core.errors import InputError

if TYPE_CHECKING:
    from geoprio._core.findings import Findings

Cell = str | float | bool | dt.date | dt.time | dt.timedelta | None

MOST_CELLS: Final = 5_000_000
"""Rows × columns of the rectangle that holds a sheet's values."""
LOST_DIGITS: Final = 1e15
"""Spreadsheets keep 15 digits of a number; larger ones have lost their last."""


class Merge(NamedTuple):
    """Merged cells: rows and columns from 0, both ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class Sheet:
    """A grid of cells.

    Attributes
    ----------
    name : str
        Of the sheet; "" for a CSV.
    cells : list of list
        Rows from the first row of the file; text, number, boolean, date, or None for a blank. Their lengths may
        differ.
    merges : tuple
        Merged cells; the value stands in the top left one.
    broken : dict
        By row and column: the error (#N/A …) of a cell that has no value for that reason.
    """

    name: str
    cells: list[list[Cell]]
    merges: tuple[Merge, ...] = ()
    broken: dict[tuple[int, int], str] = field(default_factory=dict)


def pick_sheet(
    counts: dict[str, int], hidden: set[str], name: str | None, where: str, role: str, findings: Findings
) -> str:
    """Return the sheet that is asked for, else the one with most values among those that are shown.

    Raises
    ------
    InputError
        If it is not there, or none that is shown holds a value.
    """
    if name is not None:
        if name not in counts:
            raise InputError(f"{where}: sheet {name!r} is not there; it has {', '.join(counts)}.")
        return name
    shown = {n: c for n, c in counts.items() if n not in hidden and c}
    if not shown:
        raise InputError(
            f"{where}: no sheet holds a value{' that is not hidden' if hidden else ''}; name one with sheet."
        )
    best = max(shown, key=lambda n: shown[n])
    if len(counts) > 1:
        others = ", ".join(
            f"{n} ({c} values{', hidden' if n in hidden else ''})" for n, c in counts.items() if n != best
        )
        findings.info(role, f"sheet {best!r} was read, which has most values; not read: {others}")
    return best


def in_short(error: object) -> str:
    """Return what a library says of a broken file, in one line of bearable length."""
    return " ".join(str(error).split())[:200]


def check_grid(rows: int, columns: int, where: str, name: str) -> None:
    """Refuse a sheet that spreads too far.

    Raises
    ------
    InputError
        If its rectangle has more than `MOST_CELLS` cells.
    """
    if rows * columns > MOST_CELLS:
        raise InputError(
            f"{where}: sheet {name!r} spreads over {rows} rows and {columns} columns; that is no list: delete what "
            "stands far from it."
        )


def cell_text(value: Cell) -> str | None:
    """Return a cell as text: whole numbers without a decimal point, dates as 1990-12-31, 是 or 否 for booleans.

    Line breaks within Chinese text go, elsewhere they become spaces; None for a blank cell.
    """
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float | int):
        return f"{value:.0f}" if float(value).is_integer() and abs(value) < 1e21 else f"{value:.15g}"
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ", "seconds")
    if isinstance(value, str):
        return one_line(value) or None
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)


def one_line(text: str) -> str:
    """Return text without the line breaks that a cell may hold, and without blanks at its ends."""
    lines = [" ".join(part.split(" ")).strip() for part in text.splitlines()]
    out = ""
    for line in filter(None, lines):
        out += (" " if out and out[-1].isascii() and line[0].isascii() else "") + line
    return out.strip()


def lost_digits(cells: list[list[Cell]]) -> int:
    """Return how many numbers are so large that a spreadsheet has lost their last digits."""
    return sum(isinstance(v, float | int) and abs(v) >= LOST_DIGITS for row in cells for v in row)
