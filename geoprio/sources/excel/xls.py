"""Read one sheet of an old workbook (.xls)."""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING, Any, Final, Literal

import xlrd

from geoprio._core.errors import InputError
from geoprio.sources.excel.cells import Cell, Merge, Sheet, check_grid, in_short, pick_sheet

if TYPE_CHECKING:
    from pathlib import Path

    from geoprio._core.findings import Findings

UNICODE: Final = 80
"""Version of the format from which on texts are Unicode, whatever the code page."""


def read_xls(path: Path, name: str | None, where: str, role: str, findings: Findings) -> Sheet:
    """Return a sheet of a workbook whose bytes are those of an .xls file; parameters as of `read_sheet`.

    Raises
    ------
    InputError
        If it has a password, is damaged or too large, or the sheet is not there.
    """
    data = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise InputError(f"{where}: it has a password; save a copy without one.")
    try:
        book = xlrd.open_workbook(
            file_contents=data, formatting_info=True, on_demand=True, ragged_rows=True, logfile=io.StringIO()
        )
        sheets = {s: book.sheet_by_name(s) for s in book.sheet_names()}
    except Exception as error:  # noqa: BLE001 - the library raises whatever it stumbles over in a broken file
        what = (
            "it has a password"
            if "encrypted" in str(error)
            else f"a damaged workbook ({in_short(error) or type(error).__name__})"
        )
        raise InputError(f"{where}: {what}; save a copy as .xlsx.") from None
    if book.biff_version < UNICODE and not book.codepage:
        raise InputError(
            f"{where}: a workbook of 1995 or before that does not say its encoding; open it and save a copy as .xlsx."
        )
    counts = {n: sum(s.row_len(r) for r in range(s.nrows)) for n, s in sheets.items()}
    chosen = pick_sheet(counts, {n for n, s in sheets.items() if s.visibility}, name, where, role, findings)
    sheet = sheets[chosen]
    check_grid(sheet.nrows, max((sheet.row_len(r) for r in range(sheet.nrows)), default=0), where, chosen)
    broken: dict[tuple[int, int], str] = {}
    cells = [
        [_xls_value(cell, book.datemode, broken, (r, c)) for c, cell in enumerate(sheet.row(r))]
        for r in range(sheet.nrows)
    ]
    # xlrd's ends are not included.
    merges = tuple(Merge(top, left, bottom - 1, right - 1) for top, bottom, left, right in sheet.merged_cells)
    return Sheet(chosen, cells, merges, broken)


def _xls_value(cell: Any, datemode: Literal[0, 1], broken: dict[tuple[int, int], str], at: tuple[int, int]) -> Cell:  # noqa: ANN401 - xlrd
    value: Any = cell.value
    if cell.ctype == xlrd.XL_CELL_ERROR:
        broken[at] = xlrd.error_text_from_code.get(cell.value, "#ERROR")
        return None
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(value)
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            moment: dt.datetime = xlrd.xldate_as_datetime(value, datemode)
        except (ValueError, OverflowError, xlrd.xldate.XLDateError):
            broken[at] = f"{value:g} as a date"
            return None
        return moment.time() if cell.value < 1 else moment
    return None if value == "" else value
