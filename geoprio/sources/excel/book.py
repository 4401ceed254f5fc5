"""Read a sheet of a file, going by what the file is, not by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from geoprio._core.errors import InputError
from geoprio.sources.excel.delimited import read_csv_cells
from geoprio.sources.excel.xls import read_xls
from geoprio.sources.excel.xlsx import read_xlsx

if TYPE_CHECKING:
    from pathlib import Path

    from geoprio._core.findings import Findings
    from geoprio.sources.excel.cells import Sheet

SUFFIXES: Final = (".xlsx", ".xls")
MOST_BYTES: Final = 100_000_000
ZIP: Final = b"PK\x03\x04"
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


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
    if not head:
        raise InputError(f"{where}: the file is empty; name another.")
    if head.startswith(ZIP):
        return read_xlsx(path, name, where, role, findings)
    if head.startswith(OLE):
        return read_xls(path, name, where, role, findings)
    text = head.lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if text.startswith((b"<", b"mime-version")):
        raise InputError(f"{where}: a web page named {path.suffix}; open it in a spreadsheet and save it as .xlsx.")
    raise InputError(
        f"{where}: not a workbook; if it is text with commas or tabs, name it .csv, else save it as .xlsx again."
    )
