"""Read a CSV as a grid of cells."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from geoprio._core.errors import InputError
from geoprio.sources.encodings import decode
from geoprio.sources.excel.cells import Cell, Sheet

if TYPE_CHECKING:
    from pathlib import Path

    from geoprio._core.findings import Findings

MOST_FIELD: Final = 1_000_000
"""Characters in one field of a CSV."""
DELIMITERS: Final = (",", "\t", ";")


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
