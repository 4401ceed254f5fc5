"""Read one sheet of a workbook of today (.xlsx)."""

from __future__ import annotations

import zipfile
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final
from xml.parsers import expat

import python_calamine as calamine

from geoprio._core.errors import InputError
from geoprio.sources.excel.cells import Merge, Sheet, check_grid, in_short, pick_sheet

if TYPE_CHECKING:
    from pathlib import Path

    from geoprio._core.findings import Findings

MOST_UNPACKED: Final = 300_000_000
BLOCK: Final = 1 << 20
MACROS: Final = "vbaProject.bin"


def read_xlsx(path: Path, name: str | None, where: str, role: str, findings: Findings) -> Sheet:
    """Return a sheet of a workbook whose bytes are those of an .xlsx file; parameters as of `read_sheet`.

    Raises
    ------
    InputError
        If it is damaged, unpacks to too much or too large, or the sheet is not there.
    """
    try:
        with zipfile.ZipFile(path) as package:
            _check_unpacked(package, where)
            parts = _sheet_parts(package)
            if any(name.endswith(MACROS) for name in package.namelist()):
                findings.info(role, f"{path.name} holds macros: they are not run")
            scans = {n: _scan(package.read(part)) for n, part in parts.items()}
    except InputError:
        raise
    except Exception as error:  # noqa: BLE001 - zipfile, too, raises whatever it stumbles over in a broken file
        raise InputError(f"{where}: a damaged workbook ({in_short(error)}); open it and save it again.") from None
    with _opened(path, where) as book:
        hidden = {s.name for s in book.sheets_metadata if s.visible != calamine.SheetVisibleEnum.Visible}
        chosen = pick_sheet({n: s.values for n, s in scans.items()}, hidden, name, where, role, findings)
        scan = scans[chosen]
        check_grid(scan.rows, scan.columns, where, chosen)
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
            raise InputError(
                f"{self.where}: a damaged workbook ({in_short(error)}); open it and save it again."
            ) from None


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
