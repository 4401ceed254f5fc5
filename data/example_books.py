"""Workbooks and tables of make_example.py that hold what residents and inspectors say."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from typing import TYPE_CHECKING, Any

import xlsxwriter

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

CREATED = dt.datetime(2024, 6, 1)  # noqa: DTZ001 - a workbook's own date has no zone
ZIPPED = (1980, 1, 1, 0, 0, 0)
ABOUT = "SYNTHETIC 合成数据，虚构城市，不代表任何真实地点和个人"
MARK = "合成数据 SYNTHETIC"


def write_book(path: Path, title: str, rows: Sequence[Sequence[Any]], *, widths: Sequence[int] = ()) -> None:
    """Write a workbook of one sheet; None leaves a cell blank.

    Its parts are dated 1980 and the same everywhere; how they are packed depends on the library that packs.
    """
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        book.set_properties({"title": title, "comments": ABOUT, "created": CREATED})
        sheet = book.add_worksheet(title)
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        sheet.write_row(0, 0, rows[0], bold)
        sheet.freeze_panes(1, 0)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        for number, row in enumerate(rows[1:], 1):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(number, column, value)
                elif value is not None:
                    sheet.write_number(number, column, value)
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(path, "w") as target:
        for member in source.infolist():
            name = zipfile.ZipInfo(member.filename, ZIPPED)
            name.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(name, source.read(member))


def write_csv(path: Path, rows: Sequence[Sequence[Any]]) -> None:
    """Write a CSV as spreadsheet programs like it: UTF-8 with mark; None is a blank."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    path.write_bytes(text.getvalue().encode("utf-8-sig"))
