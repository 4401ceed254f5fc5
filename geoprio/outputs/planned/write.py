"""The programme as files: a list of projects (CSV), a workbook for the office, and plain data (JSON)."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geoprio.outputs.planned.labels import WORDS
from geoprio.outputs.planned.page import frontier_figure, planned_html
from geoprio.outputs.planned.tables import planned_tables
from geoprio.outputs.tables import neutral
from geoprio.outputs.workbook import FIXED_CREATED, MOST_CELL
from geoprio.outputs.write import json_text, write_text
from geoprio.programme.money import FEN

if TYPE_CHECKING:
    from pathlib import Path

    import xlsxwriter
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from geoprio.outputs.planned.result import Planned
    from geoprio.outputs.planned.tables import Table

SHARES = ("share", "floor_share", "frequency", "internal_rate", "concessions_rate", "required_return")
WIDEST = 44.0
A4, A3, WIDE = 9, 8, 14
"""Papers by the workbook's numbers, and the columns above which the larger one is taken."""
LONG = ("sentence", "reason", "assumed", "note", "price_source")


def write_planned(found: Planned, folder: Path, lang: str) -> None:
    """Write index.html, projects.csv, programme.xlsx, programme.json and the plot of other budgets into `folder`.

    Money is in yuan with two decimals; in every list it adds up to the programme's cost by the fen.

    Parameters
    ----------
    found : Planned
    folder : Path
        Made here.
    lang : {"zh", "en"}
        Language of titles and words; programme.json and the page have both.
    """
    folder.mkdir()
    tables = planned_tables(found, lang)
    write_projects(tables[0], folder / "projects.csv")
    write_book(found, tables, folder / "programme.xlsx", 1 if lang == "en" else 0)
    write_text(folder / "programme.json", json_text(found.report()))
    if found.scenario is not None:
        write_text(folder / "scenario.toml", found.scenario)
    write_text(folder / "index.html", planned_html(found, lang))
    figure = frontier_figure(found, lang)
    if figure is not None:
        from geoprio.outputs.figures import save_figure  # noqa: PLC0415 - matplotlib loads only when drawing

        save_figure(figure, folder / "frontier")


def yuan(fen: int) -> str:
    """Return whole fen as yuan with two decimals, exactly."""
    whole, part = divmod(abs(int(fen)), FEN)
    return f"{'-' if fen < 0 else ''}{whole}.{part:02d}"


def write_projects(table: Table, path: Path) -> None:
    """Write a list as CSV: UTF-8 with BOM, formulas in text cells neutralised, money exact to the fen."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow([neutral(head) for head in table.heads])
        writer.writerows(
            [_cell(name, value) for name, value in zip(table.data.columns, row, strict=True)]
            for row in table.data.itertuples(index=False, name=None)
        )


def _cell(name: str, value: object) -> str:
    if _blank(value):
        return ""
    if name.endswith("_fen"):
        return yuan(int(value))  # type: ignore[call-overload]  # columns in fen are whole numbers
    if name.endswith("_cny_per_dwelling"):
        return f"{float(value):.2f}"  # type: ignore[arg-type]  # a column of floats
    return neutral(value) if isinstance(value, str) else repr(value if isinstance(value, int) else float(value))  # type: ignore[arg-type]  # numbers are left


def _blank(value: object) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and bool(np.isnan(value)))


def write_book(found: Planned, tables: tuple[Table, ...], path: Path, number: int) -> None:
    """Write all lists as sheets of a workbook; equal programmes give equal bytes.

    Parameters
    ----------
    found : Planned
    tables : tuple of Table
    path : Path
    number : {0, 1}
        0: zh; 1: en.
    """
    import xlsxwriter  # noqa: PLC0415 - loads only where a workbook is written

    # Strings that look like formulas or addresses stay strings.
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(path, options) as book:
        title = f"{found.result.project['project']['name']} · {WORDS['heading'][number]}"
        book.set_properties({"created": FIXED_CREATED, "title": title, "author": "geoprio"})
        styles = _styles(book)
        for table in tables:
            if len(table.data) or table.key in {"projects", "words"}:
                _sheet(book.add_worksheet(table.title), table, styles, number)


def _styles(book: xlsxwriter.Workbook) -> dict[str, Format]:
    border = {"bottom": 1, "bottom_color": "#D0D0D0", "valign": "top"}
    head = {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#1F4E6B", "font_color": "#FFFFFF"}
    kinds: dict[str, dict[str, object]] = {
        "text": {"quote_prefix": True},
        "long": {"quote_prefix": True, "text_wrap": True},
        "money": {"num_format": "#,##0.00"},
        "whole": {"num_format": "#,##0"},
        "number": {"num_format": "#,##0.0#"},
        "share": {"num_format": "0.0%"},
    }
    plain = {name: book.add_format({**border, **kind}) for name, kind in kinds.items()}
    sums = {f"sum.{name}": book.add_format({"bold": True, "top": 1, **kind}) for name, kind in kinds.items()}
    return {"head": book.add_format(head), **plain, **sums}


def _kind(name: str, values: pd.Series) -> str:
    """Return how a column is shown."""
    if name.endswith(("_fen", "_cny", "_cny_per_dwelling")):
        return "money"
    if name in SHARES:
        return "share"
    if not pd.api.types.is_numeric_dtype(values):
        return "long" if name in LONG else "text"
    return "whole" if pd.api.types.is_integer_dtype(values) or name == "dwellings" else "number"


def _sheet(sheet: Worksheet, table: Table, styles: dict[str, Format], number: int) -> None:
    data = table.data
    sheet.freeze_panes(1, 0)
    sheet.set_row(0, 48)
    totals = table.totals() if table.total else {}
    for k, (name, head) in enumerate(zip(map(str, data.columns), table.heads, strict=True)):
        kind, values = _kind(name, data[name]), data[name]
        sheet.write_string(0, k, head, styles["head"])
        for row, value in enumerate(values.tolist(), 1):
            _write(sheet, row, k, name, value, styles[kind])
        if name in totals:
            _write(sheet, len(data) + 1, k, name, totals[name], styles[f"sum.{kind}"])
        elif totals:
            text = WORDS["total"][number] if k == 0 else ""
            sheet.write_string(len(data) + 1, k, text, styles["sum.text"])
        sheet.set_column(k, k, _width(kind, values))
    if len(data):
        sheet.autofilter(0, 0, len(data), len(data.columns) - 1)
    sheet.set_landscape()
    # On paper a wide list ends with who pays; what follows is for the screen.
    names = list(data.columns)
    last = names.index("government_fen") if "government_fen" in names else len(names) - 1
    sheet.print_area(0, 0, len(data) + bool(totals), last)
    sheet.set_paper(A3 if last > WIDE else A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _write(sheet: Worksheet, row: int, k: int, name: str, value: object, style: Format) -> None:
    if _blank(value):
        sheet.write_blank(row, k, None, style)
    elif isinstance(value, str):
        sheet.write_string(row, k, value[:MOST_CELL], style)
    else:
        amount = float(value)  # type: ignore[arg-type]  # what is no text is a number
        sheet.write_number(row, k, amount / FEN if name.endswith("_fen") else amount, style)


def _width(kind: str, values: pd.Series) -> float:
    if kind == "money":
        return 17.0
    if kind in {"whole", "number", "share"}:
        return 11.0
    # A Chinese character takes two places.
    longest = max((sum(2 if ord(c) > 0x2E7F else 1 for c in str(v)) for v in values), default=0)
    return float(np.clip(longest + 2, 10, 100.0 if values.name == "sentence" else WIDEST))
