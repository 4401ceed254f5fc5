"""Look at CSV files and the sheets of workbooks."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, Any, Final

import python_calamine as calamine

from geoprio._core.errors import InputError
from geoprio._core.findings import Findings
from geoprio.config.draft.look import Look
from geoprio.sources.aliases import role_of
from geoprio.sources.encodings import decode
from geoprio.sources.inspection.forms import known_headings
from geoprio.sources.sheets import read_table
from geoprio.sources.tables import read_csv
from geoprio.sources.wkt import from_wkt, wkt_column

if TYPE_CHECKING:
    import pandas as pd

    from geoprio.config.draft.gather import Found

ROLE: Final = "init"
MOST_SHEETS: Final = 20


def look_at_tables(found: Found) -> list[Look]:
    """Return a look at a CSV, or at each sheet that has a header of known names.

    Raises
    ------
    InputError
        If it cannot be read, or no sheet has such a header.
    """
    if found.path.suffix.lower() == ".csv":
        return [_csv(found)]
    names = _sheets(found)
    looks, problem = [], None
    for name in names[:MOST_SHEETS]:
        try:
            table = _list(found, name)
        except InputError as error:
            problem = problem or error
            continue
        looks.append(Look(found.path, found.name, "table", table, len(table), name if len(names) > 1 else None))
    if not looks and problem is not None:
        raise problem
    return looks


def _list(found: Found, sheet: str | None) -> pd.DataFrame:
    """Return a sheet as a list is read, else as an inspection is.

    Raises
    ------
    InputError
        If it has a header of neither.
    """
    try:
        return read_table(found.path, ROLE, Findings(), sheet=sheet)
    except InputError:
        return read_table(found.path, ROLE, Findings(), sheet=sheet, wanted=known_headings())


def _sheets(found: Found) -> list[str | None]:
    """Return the sheets that are shown and hold something; the one that is read by itself where they cannot be told."""
    try:
        with calamine.CalamineWorkbook.from_path(found.path) as book:
            shown: list[Any] = [s for s in book.sheets_metadata if s.visible == calamine.SheetVisibleEnum.Visible]
            return [s.name for s in shown] or [None]
    except (calamine.CalamineError, zipfile.BadZipFile, OSError, ValueError):
        # What is wrong with it is told by the reader.
        return [None]


def _csv(found: Found) -> Look:
    findings = Findings()
    where = f"[{ROLE}] {found.path.name}"
    _, decision = decode(found.path.read_bytes(), None, where, ROLE, findings)
    try:
        table = read_csv(found.path, None, ROLE, findings)
    except InputError:
        table = read_table(found.path, ROLE, findings)
    else:
        table = _below_a_title(found, table)
    if table.empty:
        raise InputError(f"{found.path.name}: no row below the header.")
    column = wkt_column(table)
    kind: Any = "table"
    if column:
        table, kind = from_wkt(table, column, ROLE, findings), "layer"
    return Look(found.path, found.name, kind, table, len(table), encoding=decision)


def _below_a_title(found: Found, table: pd.DataFrame) -> pd.DataFrame:
    """Return the table as a list is read, where its first row is a title rather than the header."""
    names = [str(c) for c in table.columns]
    nameless = sum(n.startswith("Unnamed: ") for n in names)
    if nameless <= len(names) / 2 or any(role_of(n) for n in names):
        return table
    try:
        return read_table(found.path, ROLE, Findings())
    except InputError:
        return table
