"""From a grid of cells to a table: where the header is, and which rows are rows of the list.

Lists are made to be looked at: a title above, a header of two or three rows with merged cells, the district named
once for many rows, subtotals, notes below. What is not a row of the list is set aside with a reason.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from geoprio._core.errors import InputError
from geoprio.sources.aliases import LEVELS, role_of
from geoprio.sources.excel import cell_text, lost_digits, read_sheet
from geoprio.sources.parsers import plain
from geoprio.sources.tables import TWICE, without_controls

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from geoprio._core.findings import Findings
    from geoprio.sources.excel import Merge, Sheet

Grid = list[list[str | None]]

HEADER_ROWS: Final = 40
"""The header is looked for in these first rows."""
TITLE_SHARE: Final = 0.7
"""A merged cell over more of the columns than this is a title, not a level of the header."""

TOTAL: Final = re.compile(
    r"\S{0,12}?(?:合计|小计|总计|共计|总和|累计|汇总)数?(?:\([^)]*\))?[::]?|(?:grand |sub)?total:?", re.IGNORECASE
)
NOTE: Final = re.compile(
    r"(?:注|备注|说明|填表|制表|审核|填报|联系|单位负责|负责人|日期|note)\S{0,8}?\s*\d?[::].*", re.IGNORECASE
)
SECTION: Final = re.compile(r"[((]?[一二三四五六七八九十]+[))、.].+")

PLACES: Final = ("district", "street_committee", "community")
"""Roles that lists name once for many rows."""
TEXTS: Final = (*PLACES, "name", "address", "structure", "ownership", "property_management", "owners_committee",
                "renewal_class", "renewal_content", "year")  # fmt: skip
"""Roles of which one merged cell holds for each of its rows; of a number it would be a joint one."""
LABELS: Final = ("serial", "id", *PLACES, "name", "address")


@dataclass
class _Body:
    """Rows of the list, and what was found on the way."""

    rows: list[int] = field(default_factory=list)
    blank: int = 0


def read_table(
    path: Path,
    role: str,
    findings: Findings,
    *,
    sheet: str | None = None,
    encoding: str | None = None,
    header_row: int | None = None,
    wanted: Iterable[str] = (),
    may_be_empty: bool = False,
) -> pd.DataFrame:
    """Return the list of a workbook or CSV as text columns.

    Parameters
    ----------
    path : Path
        .xlsx, .xls or .csv.
    role : str
        Takes notes and rejects.
    sheet : str, optional
        Default: the only sheet, else the one with most values.
    encoding : str, optional
        Of a CSV.
    header_row : int, optional
        Row in which the header begins, from 1; default: found by names that are known.
    wanted : iterable of str
        Names of columns that the project file gives; they help to find the header.
    may_be_empty : bool
        Whether a header without a row below it is a list, too: of nothing.

    Returns
    -------
    DataFrame
        Index = row in the sheet, from 1 (of a CSV: the record, the header counted); a blank cell is missing. Columns
        are named by the header, the levels of several rows joined by ``_``.

    Raises
    ------
    InputError
        If the file cannot be read, no header is found, or no row is left (unless `may_be_empty`).
    """
    where = f"[{role}] {path.name}"
    grid = read_sheet(path, sheet, encoding, role, findings)
    texts: Grid = [[cell_text(cell) for cell in row] for row in grid.cells]
    width = max((len(row) for row in texts), default=0)
    texts = [row + [None] * (width - len(row)) for row in texts]
    last = (len(texts) - 1, width - 1)
    merges = tuple(
        m._replace(bottom=min(m.bottom, last[0]), right=min(m.right, last[1]))
        for m in grid.merges
        if m.top <= last[0] and m.left <= last[1]
    )
    top, bottom = _header(texts, merges, header_row, {_form(w) for w in wanted}, where)
    names = _names(texts, merges, top, bottom)
    columns = [i for i, name in enumerate(names) if name]
    _tell(grid, texts, names, top, bottom, role, findings)
    body = _body(texts, merges, names, top, bottom, role, findings)
    table = pd.DataFrame(
        {names[c]: pd.Series([texts[r][c] for r in body.rows], dtype="str") for c in columns}
    ).set_axis(pd.Index([r + 1 for r in body.rows], name="row"))
    if table.empty and not may_be_empty:
        raise InputError(f"{where}: no row below the header in row {bottom + 1}; name the sheet or the header_row.")
    _broken(grid, names, table, role, findings)
    _merged(table, merges, names, role, findings)
    _named_once(table, role, findings)
    blank = f", {body.blank} blank ones" if body.blank else ""
    head = f"row {top + 1}" if top == bottom else f"rows {top + 1} to {bottom + 1}"
    sheet_name = f"sheet {grid.name!r}, " if grid.name else ""
    findings.info(role, f"{sheet_name}header in {head}, {len(table)} rows of the list{blank}")
    table.attrs[TWICE] = tuple(name.removesuffix(" (2)") for name in table.columns if name.endswith(" (2)"))
    return without_controls(table, role, findings)


def _form(text: str) -> str:
    """Return a heading in the form in which headings are compared."""
    return "".join(plain(text).lower().split())


# ------------------------------------------------------------------------------------------------------------ header


def _header(texts: Grid, merges: tuple[Merge, ...], given: int | None, wanted: set[str], where: str) -> tuple[int, int]:
    """Return first and last row of the header."""

    def known(text: str | None) -> bool:
        """Return whether a text is a name of a column."""
        return text is not None and (_form(text) in wanted or role_of(text) is not None)

    scores = [len({_form(t) for t in row if t is not None and known(t)}) for row in texts[:HEADER_ROWS]]
    if given is not None:
        if given > len(texts) or not any(texts[given - 1]):
            raise InputError(f"{where}: header_row = {given} is a blank row; the sheet has {len(texts)} rows.")
        return given - 1, _down(texts, merges, given - 1, scores)
    enough = 1 if len(wanted) == 1 or any(_keyed(row) for row in texts[:HEADER_ROWS]) else 2
    if not scores or max(scores) < enough:
        first = next((row for row in texts if any(row)), [])
        shown = ", ".join(t for t in first if t)[:80]
        raise InputError(
            f"{where}: no header found in the first {HEADER_ROWS} rows (the first one: {shown or 'blank'}); set "
            "header_row, and name the columns."
        )
    best = scores.index(max(scores))
    top = _up(texts, merges, best, scores)
    return top, _down(texts, merges, best, scores)


def _keyed(row: list[str | None]) -> bool:
    """Return whether a row names the column of names, ids or addresses."""
    return any(t is not None and role_of(t) in {"name", "id", "address"} for t in row)


def _up(texts: Grid, merges: tuple[Merge, ...], row: int, scores: list[int]) -> int:
    """Return the first row of the header that has its names in `row`."""
    top = min((m.top for m in merges if m.top < row <= m.bottom), default=row)
    if top > 0 and top == row:
        above, width = texts[row - 1], max(sum(t is not None for t in texts[row]), 1)
        spans = [m.right - m.left + 1 for m in merges if m.top == m.bottom == row - 1 and m.right > m.left]
        grouped = bool(spans) and max(spans) <= TITLE_SHARE * width
        if grouped or (scores[row - 1] and sum(t is not None for t in above) > 1):
            top = row - 1
    return top


def _down(texts: Grid, merges: tuple[Merge, ...], row: int, scores: list[int]) -> int:
    """Return the last row of the header that begins with, or has its names in, `row`."""
    bottom = max((m.bottom for m in merges if m.top <= row < m.bottom), default=row)
    groups = {c for m in merges if m.top == m.bottom == row and m.right > m.left for c in range(m.left, m.right + 1)}
    below = row + 1
    if bottom == row and below < len(scores) and scores[below]:
        filled = {c for c, t in enumerate(texts[below]) if t is not None}
        free = {c for c, t in enumerate(texts[row]) if t is None} | groups | _heads(texts[row])
        if filled <= free:
            bottom = below
    return bottom


def _heads(row: list[str | None]) -> set[int]:
    """Return the columns with a text that is followed by a blank: heads of groups, where nothing is merged."""
    return {c for c, t in enumerate(row[:-1]) if t is not None and row[c + 1] is None}


def _names(texts: Grid, merges: tuple[Merge, ...], top: int, bottom: int) -> list[str]:
    """Return a name for each column: its levels joined, "" where it has none; a repeated one gets a number."""
    block = [list(row) for row in texts[top : bottom + 1]]
    for m in merges:
        if top <= m.top and m.bottom <= bottom:
            for i in range(m.top, m.bottom + 1):
                # A cell merged over rows is one level; over columns, a level of each.
                text = texts[m.top][m.left] if i == m.top else None
                block[i - top][m.left : m.right + 1] = [text] * (m.right - m.left + 1)
    for level, row in enumerate(block[:-1]):
        lower = block[level + 1]
        for c in range(1, len(row)):
            if row[c] is None and lower[c] is not None and lower[c - 1] is not None and not _top_level(block, level, c):
                row[c] = row[c - 1]
    names = []
    for column in zip(*block, strict=True):
        levels = dict.fromkeys(_heading(t) for t in column if t is not None)
        names.append(LEVELS.join(level for level in levels if level))
    seen: dict[str, int] = {}
    for i, name in enumerate(names):
        seen[name] = seen.get(name, 0) + 1
        names[i] = f"{name} ({seen[name]})" if name and seen[name] > 1 else name
    return names


def _top_level(block: Grid, level: int, column: int) -> bool:
    """Return whether a level above names the column already, so that no group reaches it from the left."""
    return any(block[i][column] is not None for i in range(level))


def _heading(text: str) -> str:
    """Return a heading without blanks beside Chinese characters."""
    words = text.split()
    out = words[0] if words else ""
    for word in words[1:]:
        out += (" " if out[-1].isascii() and word[0].isascii() else "") + word
    return out


def _tell(sheet: Sheet, texts: Grid, names: list[str], top: int, bottom: int, role: str, findings: Findings) -> None:
    """Note what stands above the header, columns without a name, repeated names, and lost digits."""
    above = [t for row in texts[:top] for t in row if t]
    if above:
        findings.info(role, f"above the header: {'; '.join(dict.fromkeys(above))[:200]}")
    nameless = [
        i for i, name in enumerate(names) if not name and any(row[i] is not None for row in texts[bottom + 1 :])
    ]
    if nameless:
        findings.warn(role, f"{len(nameless)} columns without a name (column {nameless[0] + 1} …) were left out")
    again = [name for name in names if re.search(r" \(\d+\)$", name)]
    if again:
        findings.warn(role, f"columns of one name were numbered: {', '.join(again)}")
    lost = lost_digits(sheet.cells)
    if lost:
        findings.warn(
            role, f"{lost} numbers of more than 15 digits: the spreadsheet has lost their last; keep ids as text"
        )


# -------------------------------------------------------------------------------------------------------------- rows


def _body(
    texts: Grid, merges: tuple[Merge, ...], names: list[str], top: int, bottom: int, role: str, findings: Findings
) -> _Body:
    """Return the rows of the list; totals, notes, headings and repeated headers are in the rejects."""
    body = _Body()
    labels = [i for i, name in enumerate(names) if name and role_of(name) in LABELS] or list(range(min(3, len(names))))
    wide = {(m.top, m.left) for m in merges if m.right > m.left}
    header = {_form(t) for row in texts[top : bottom + 1] for t in row if t}
    for r in range(bottom + 1, len(texts)):
        row = texts[r]
        filled = [(c, t) for c, t in enumerate(row) if t is not None]
        if not filled:
            body.blank += 1
            continue
        reason = _odd(filled, labels, wide, header, r)
        if reason is None:
            body.rows.append(r)
            continue
        shown = " ".join(t for _, t in filled)[:80]
        findings.reject(role, [r + 1], reason[0], reason[1], values=[shown])
    return body


def _odd(
    filled: list[tuple[int, str]], labels: list[int], wide: set[tuple[int, int]], header: set[str], row: int
) -> tuple[str, str] | None:
    """Return why a row is not one of the list, and what to do; None where it is one."""
    leave = "leave it out, or nothing is to be done"
    if any(TOTAL.fullmatch(_form(t)) for c, t in filled if c in labels):
        return "a row of totals", leave
    if NOTE.fullmatch(plain(filled[0][1])) and len(filled) <= 3:
        return "a note beside the list", leave
    if len(filled) > 1 and {_form(t) for _, t in filled} <= header:
        return "the header again", leave
    if len(filled) == 1 and ((row, filled[0][0]) in wide or SECTION.fullmatch(plain(filled[0][1]))):
        return "a heading within the list", "give what it says in a column of its own"
    return None


def _broken(sheet: Sheet, names: list[str], table: pd.DataFrame, role: str, findings: Findings) -> None:
    """Set cells with an error aside."""
    mend = "mend the cell, or copy the values of the formulas over them"
    for (r, c), what in sorted(sheet.broken.items()):
        if r + 1 in table.index and names[c]:
            reason = "a formula's error" if what.startswith("#") else what
            findings.reject(role, [r + 1], f"{reason}; taken as missing", mend, column=names[c], values=[what])


def _merged(table: pd.DataFrame, merges: tuple[Merge, ...], names: list[str], role: str, findings: Findings) -> None:
    """Give each row the text of a cell that is merged over several; a number of several rows is set aside."""
    filled: dict[str, int] = {}
    changed: dict[str, np.ndarray] = {}
    place = {row: i for i, row in enumerate(table.index)}
    for m in merges:
        rows = [place[r] for r in range(m.top + 1, m.bottom + 2) if r in place]
        name = names[m.left] if m.left == m.right else ""
        if len(rows) < 2 or not name:
            continue
        cells = changed.setdefault(name, table[name].to_numpy(object, copy=True))
        value = cells[rows[0]]
        if not isinstance(value, str):
            continue
        if role_of(name) in TEXTS or (role_of(name) is None and not _numeric(value)):
            cells[rows] = value
            filled[name] = filled.get(name, 0) + len(rows) - 1
        else:
            cells[rows] = None
            reason = f"one cell for {len(rows)} rows; taken as missing"
            mend = "give each row its own value"
            findings.reject(role, [table.index[rows[0]]], reason, mend, column=name, values=[value])
    for name, cells in changed.items():
        table[name] = pd.Series(cells, index=table.index, dtype="str")
    for name, count in filled.items():
        findings.info(role, f"{name}: {count} cells have the text of the cell that they are merged with")


def _numeric(text: str) -> bool:
    return any(c.isdigit() for c in text)


def _named_once(table: pd.DataFrame, role: str, findings: Findings) -> None:
    """Fill a district or the like from the row above where the column names each one once.

    It does so if it has blanks below a name and no name stands in two rows one after the other.
    """
    for name in table.columns:
        values = table[name]
        known = values.dropna()
        if role_of(str(name)) not in PLACES or known.empty or not values.isna().any():
            continue
        if (known == known.shift()).any() or pd.isna(values.iloc[0]) or len(known) > len(values) / 2:
            continue
        table[name] = values.ffill()
        findings.info(
            role, f"{name}: {int(values.isna().sum())} blanks have the text above: the column names each {name} once"
        )
