"""Read one sheet of a workbook (.xlsx, .xls), or a CSV, as a grid of cells: values only, nothing is run.

A workbook is data from outside: it is refused when it would unpack to more than `MOST_UNPACKED` bytes or spread over
more than `MOST_CELLS` cells. Formulas count by the value that was stored with them. Cells with an error (#N/A), and
formulas without a stored value, are told from blank ones, so that they can be set aside by name.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple
from xml.parsers import expat

import python_calamine as calamine
import xlrd

from geoprio._core.errors import InputError
from geoprio.sources.encodings import decode

if TYPE_CHECKING:
    from pathlib import Path

    from geoprio._core.findings import Findings

Cell = str | float | bool | dt.date | dt.time | dt.timedelta | None

SUFFIXES: Final = (".xlsx", ".xls")
MOST_BYTES: Final = 100_000_000
MOST_UNPACKED: Final = 300_000_000
MOST_CELLS: Final = 5_000_000
"""Rows × columns of the rectangle that holds a sheet's values."""
MOST_FIELD: Final = 1_000_000
"""Characters in one field of a CSV."""

BLOCK: Final = 1 << 20
ZIP: Final = b"PK\x03\x04"
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LOST_DIGITS: Final = 1e15
"""Spreadsheets keep 15 digits of a number; larger ones have lost their last."""
DELIMITERS: Final = (",", "\t", ";")


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


def read_sheet(path: Path, name: str | None, encoding: str | None, role: str, findings: Findings) -> Sheet:
    """Return a sheet of a workbook, or a CSV.

    Parameters
    ----------
    path : Path
        .xlsx, .xls or .csv.
    name : str or None
        The sheet; None: the only one, else the one with most values, with a note.
    encoding : str or None
        Of a CSV.
    role : str
        Stands in messages and takes the notes.

    Raises
    ------
    InputError
        If the file is not what its name says, is encrypted, damaged or too large, or the sheet is not there.
    """
    where = f"[{role}] {path.name}"
    if path.stat().st_size > MOST_BYTES:
        raise InputError(f"{where}: larger than {MOST_BYTES // 10**6} MB; that is no list: split it.")
    if path.suffix.lower() == ".csv":
        return read_csv_cells(path, encoding, role, findings)
    head = path.read_bytes()[:512]
    if head.startswith(ZIP):
        return _read_xlsx(path, name, where, role, findings)
    if head.startswith(OLE):
        return _read_xls(path, name, where, role, findings)
    text = head.lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if text.startswith((b"<", b"mime-version")):
        raise InputError(f"{where}: a web page named {path.suffix}; open it in a spreadsheet and save it as .xlsx.")
    raise InputError(
        f"{where}: not a workbook; if it is text with commas or tabs, name it .csv, else save it as .xlsx again."
    )


def _pick(counts: dict[str, int], hidden: set[str], name: str | None, where: str, role: str, findings: Findings) -> str:
    """Return the sheet that is asked for, else the one with most values among those that are shown."""
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


def _check_grid(rows: int, columns: int, where: str, name: str) -> None:
    if rows * columns > MOST_CELLS:
        raise InputError(
            f"{where}: sheet {name!r} spreads over {rows} rows and {columns} columns; that is no list: delete what "
            "stands far from it."
        )


# -------------------------------------------------------------------------------------------------------------- xlsx


def _read_xlsx(path: Path, name: str | None, where: str, role: str, findings: Findings) -> Sheet:
    try:
        with zipfile.ZipFile(path) as package:
            _check_unpacked(package, where)
            parts = _sheet_parts(package)
            scans = {n: _scan(package.read(part)) for n, part in parts.items()}
    except InputError:
        raise
    except Exception as error:  # noqa: BLE001 - zipfile, too, raises whatever it stumbles over in a broken file
        raise InputError(f"{where}: a damaged workbook ({error}); open it and save it again.") from None
    with _opened(path, where) as book:
        hidden = {s.name for s in book.sheets_metadata if s.visible != calamine.SheetVisibleEnum.Visible}
        chosen = _pick({n: s.values for n, s in scans.items()}, hidden, name, where, role, findings)
        scan = scans[chosen]
        _check_grid(scan.rows, scan.columns, where, chosen)
        sheet = book.get_sheet_by_name(chosen)
        cells = [[None if v == "" else v for v in row] for row in sheet.to_python(skip_empty_area=False)]
        merges = tuple(Merge(*start, *end) for start, end in sheet.merged_cell_ranges or ())
    return Sheet(chosen, cells, merges, scan.broken)


class _opened:  # noqa: N801 - reads as a phrase
    """A workbook, with the library's errors and panics as errors of the input."""

    def __init__(self, path: Path, where: str) -> None:
        self.path, self.where = path, where

    def __enter__(self) -> calamine.CalamineWorkbook:
        try:
            return calamine.CalamineWorkbook.from_path(self.path)
        except BaseException as error:
            self.__exit__(type(error), error, None)
            raise

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        # A panic of the library is no Exception, so that nobody takes it for one; here it means a broken file.
        if isinstance(error, calamine.CalamineError) or type(error).__name__ == "PanicException":
            raise InputError(f"{self.where}: a damaged workbook ({error}); open it and save it again.") from None


def _check_unpacked(package: zipfile.ZipFile, where: str) -> None:
    """Refuse a workbook that unpacks to too much; what the file says of its own size is not believed."""
    total = 0
    if len(set(package.namelist())) < len(package.namelist()):
        raise zipfile.BadZipFile("two parts of one name")
    for info in package.infolist():
        # Python reads no further than the stated size; other programs do.
        info.file_size = 2 * MOST_UNPACKED + BLOCK
        with package.open(info) as part:
            while block := part.read(BLOCK):
                total += len(block)
                if total > MOST_UNPACKED:
                    raise InputError(
                        f"{where}: it unpacks to more than {MOST_UNPACKED // 10**6} MB; that is no list: refused."
                    )


RELATION: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships id"


def _sheet_parts(package: zipfile.ZipFile) -> dict[str, str]:
    """Return the part of each worksheet by its name."""
    targets: dict[str, str] = {}
    sheets: dict[str, str] = {}

    def relation(tag: str, attributes: dict[str, str]) -> None:
        """Keep where a relation leads to."""
        if tag.endswith("Relationship"):
            target = attributes["Target"]
            targets[attributes["Id"]] = (
                target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)
            )

    def sheet(tag: str, attributes: dict[str, str]) -> None:
        """Keep a sheet's relation."""
        if tag.rpartition(" ")[2] == "sheet" and RELATION in attributes:
            sheets[attributes["name"]] = attributes[RELATION]

    _parse(package.read("xl/_rels/workbook.xml.rels"), relation)
    _parse(package.read("xl/workbook.xml"), sheet)
    there = set(package.namelist())
    return {n: targets[r] for n, r in sheets.items() if targets.get(r, "") in there and "worksheets/" in targets[r]}


def _parse(data: bytes, start: Any, end: Any = None, text: Any = None) -> None:  # noqa: ANN401 - expat's handlers
    parser = expat.ParserCreate(namespace_separator=" ")

    def entity(*_: object) -> None:
        """Refuse entities: a workbook has none, and nested ones grow without bound."""
        raise expat.ExpatError("an entity is declared")

    parser.EntityDeclHandler = entity
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    parser.Parse(data, True)  # noqa: FBT003 - expat's own signature


class _scan:  # noqa: N801 - used as a function
    """What the library does not tell of a sheet: its extent before it is read, errors, formulas without a value."""

    def __init__(self, data: bytes) -> None:
        self.rows = self.columns = self.values = 0
        self.broken: dict[tuple[int, int], str] = {}
        self._row = self._column = -1
        self._kind, self._text = "", ""
        self._formula = self._valued = self._inside = False
        _parse(data, self._start, self._end, self._characters)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(" ")[2]
        if tag == "row":
            self._row = int(attributes["r"]) - 1 if "r" in attributes else self._row + 1
            self._column = -1
        elif tag == "c":
            self._row, self._column = self._place(attributes.get("r"))
            self._kind, self._text, self._formula, self._valued = attributes.get("t", ""), "", False, False
        elif tag == "f":
            self._formula = True
        elif tag in {"v", "is"}:
            self._inside = self._valued = True

    def _place(self, name: str | None) -> tuple[int, int]:
        if name is None:
            return self._row, self._column + 1
        letters = name.rstrip("0123456789")
        column = 0
        for letter in letters.upper():
            column = column * 26 + ord(letter) - ord("A") + 1
        return int(name[len(letters) :]) - 1, column - 1

    def _characters(self, text: str) -> None:
        if self._inside:
            self._text += text[: 64 - len(self._text)] if len(self._text) < 64 else ""

    def _end(self, tag: str) -> None:
        tag = tag.rpartition(" ")[2]
        if tag in {"v", "is"}:
            self._inside = False
        elif tag == "c" and (self._valued or self._formula):
            self.values += 1
            self.rows, self.columns = max(self.rows, self._row + 1), max(self.columns, self._column + 1)
            if self._kind == "e":
                self.broken[self._row, self._column] = self._text or "#ERROR"
            elif self._formula and not self._text and self._kind != "str":
                self.broken[self._row, self._column] = "formula without a value"


# --------------------------------------------------------------------------------------------------------------- xls


def _read_xls(path: Path, name: str | None, where: str, role: str, findings: Findings) -> Sheet:
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
            else f"a damaged workbook ({error or type(error).__name__})"
        )
        raise InputError(f"{where}: {what}; save a copy as .xlsx.") from None
    counts = {n: sum(s.row_len(r) for r in range(s.nrows)) for n, s in sheets.items()}
    chosen = _pick(counts, {n for n, s in sheets.items() if s.visibility}, name, where, role, findings)
    sheet = sheets[chosen]
    _check_grid(sheet.nrows, max((sheet.row_len(r) for r in range(sheet.nrows)), default=0), where, chosen)
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


# --------------------------------------------------------------------------------------------------------------- csv


def read_csv_cells(path: Path, encoding: str | None, role: str, findings: Findings) -> Sheet:
    """Return the fields of a CSV as they stand, each a text; tabs or semicolons may part them.

    Raises
    ------
    InputError
        If it is no text, or a quote is never closed.
    """
    where = f"[{role}] {path.name}"
    text, decision = decode(path.read_bytes(), encoding, where, role, findings)
    findings.decide(role, "encoding", decision.label)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter(text), strict=True)
    old = csv.field_size_limit(MOST_FIELD)
    try:
        cells: list[list[Cell]] = [[value or None for value in row] for row in rows]
    except csv.Error as error:
        raise InputError(f"{where}: line {rows.line_num}: {error}; check the quotes there.") from None
    finally:
        csv.field_size_limit(old)
    return Sheet("", cells)


def delimiter(text: str) -> str:
    """Return what parts the fields of a CSV: comma, tab or semicolon, whichever most of its first lines have."""
    lines = text[:20_000].splitlines()[:20]
    return max(DELIMITERS, key=lambda mark: sum(mark in line for line in lines))


# ------------------------------------------------------------------------------------------------------------- texts


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
