"""The ranked list as a workbook: the list, what its columns mean, and where everything comes from."""

from __future__ import annotations

import datetime as dt
import unicodedata
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from geoprio.indicators.condition import GATE
from geoprio.outputs.asked.needs import in_tongue, need_tables, said_names, titled
from geoprio.outputs.asked.words import NEEDS
from geoprio.outputs.definitions import definitions, source_tables
from geoprio.outputs.labels import PAGE, SHEETS
from geoprio.outputs.provenance import unverified_text
from geoprio.outputs.quality.sections import in_language
from geoprio.outputs.tables import rounded
from geoprio.outputs.titles import shown_title
from geoprio.sources.inspection import STATUS_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import xlsxwriter
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from geoprio.outputs.result import Result

FIRST = (
    *("rank", "name", "zone_type", "safety_gate", "priority", "rank_p05", "rank_p95", "robust"),
    *("rank_in_type", "tied_with", "score_status"),
)
"""Columns that a reader looks for first."""

WORDS_OF = {"zone_type": "type", "score_status": "status", "robust": "robust"}
"""Columns whose codes are told in words, and where these words are kept."""

COUNTED = {"building": ("楼栋", "building"), "zone": ("小区整体", "compound as a whole")}
"""What the shares of condition count."""

FIXED_CREATED = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - workbooks carry no time zone; repeated runs are equal
AS_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
"""Strings that look like formulas or addresses stay strings."""

NEED_SHEETS = {"needs": NEEDS["needs"], "meetings": ("坝坝会", "Meetings"), "votes": ("业主表决", "Owners' votes"),
               "groups": NEEDS["groups"]}  # fmt: skip
BAR_COLOR = "#7FA8C9"
WIDTHS = {"rank": 6, "name": 22, "priority": 12, "rank_in_type": 7, "tied_with": 7, "address": 28, "unverified": 60}
LEAST_WIDTH = 11
WIDEST, WIDEST_PRINTED = 44, 60
"""Most characters that a column is wide; on paper fewer lines are more rows on a page."""
LINE_PT = 15.0
"""Height of a line of text."""
MOST_LINES = 27
"""Spreadsheets take rows of 409 points at most."""
MOST_CELL = 32_767
"""Characters that one cell holds."""


def write_workbook(result: Result, path: Path, lang: str = "zh") -> None:
    """Write the ranked list with a sheet of definitions and a sheet of sources.

    Text is written as text: no name is run as a formula. Numbers stay numbers, what is unknown stays empty.

    Parameters
    ----------
    result : Result
    path : Path
        An .xlsx file; equal results give equal bytes.
    lang : {"zh", "en"}
        Language of titles and words.
    """
    import xlsxwriter  # noqa: PLC0415 - loads only where a workbook is written

    number = 1 if lang == "en" else 0
    with xlsxwriter.Workbook(path, AS_TEXT) as book:
        book.set_properties({"created": FIXED_CREATED, "title": result.project["project"]["name"], "author": "geoprio"})
        styles = _Styles(book)
        _ranking(book.add_worksheet(SHEETS["ranking"][number]), result, styles, number)
        table = definitions(result, lang)
        _table(book.add_worksheet(SHEETS["definitions"][number]), table, styles)
        _sources(book.add_worksheet(SHEETS["sources"][number]), result, styles, number)
        for name, (told, shares) in need_sheets(result, lang).items():
            _table(book.add_worksheet(name), _plain(told), styles, shares=shares)


class Printed(NamedTuple):
    """A table of which only some columns go on paper.

    Attributes
    ----------
    table : DataFrame
    shares : frozenset of str
        Columns that are shown in per cent.
    printed : tuple of str
        Columns on paper; they stand first, as a print area is one block.
    """

    table: pd.DataFrame
    shares: frozenset[str]
    printed: tuple[str, ...]


def need_sheets(result: Result, lang: str = "zh") -> dict[str, tuple[pd.DataFrame, frozenset[str]]]:
    """Return what residents say as sheets for people: titles and words in their language, and which are shares."""
    number = 1 if lang == "en" else 0
    names = said_names(result, number)
    tables = {key: in_tongue(table, result) for key, table in need_tables(result).items()}
    return {NEED_SHEETS[key][number]: titled(table, number, names) for key, table in tables.items()}


def write_tables(tables: Mapping[str, tuple[pd.DataFrame, frozenset[str]] | Printed], path: Path, title: str) -> None:
    """Write tables as a workbook, a sheet each: text as text, numbers as numbers, what is unknown empty.

    Parameters
    ----------
    tables : mapping of str to (DataFrame, frozenset of str) or Printed
        By name of the sheet; and which columns are shares, which are shown in per cent, and which go on paper.
    path : Path
        An .xlsx file; equal tables give equal bytes.
    title : str
        Of the file's properties.
    """
    import xlsxwriter  # noqa: PLC0415 - loads only where a workbook is written

    with xlsxwriter.Workbook(path, AS_TEXT) as book:
        book.set_properties({"created": FIXED_CREATED, "title": title, "author": "geoprio"})
        styles = _Styles(book)
        for name, (table, shares, *printed) in tables.items():
            first = list(printed[0]) if printed else []
            shown = table[[*first, *(c for c in table.columns if c not in first)]]
            sheet = book.add_worksheet(name)
            rows = _table(sheet, _plain(shown), styles, shares=shares, widest=WIDEST_PRINTED if first else WIDEST)
            if first:
                sheet.print_area(0, 0, max(rows - 1, 1), len(first) - 1)


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of plain cells, None where one is missing."""
    out = table.astype(object)
    return out.where(table.notna(), None)


class _Styles:
    """Formats of cells, each made once."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        border = {"bottom": 1, "bottom_color": "#D0D0D0"}
        self.head: Format = book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#1F4E6B", "font_color": "#FFFFFF"}
        )
        self.title: Format = book.add_format({"bold": True, "font_size": 13})
        # The quote keeps a text that begins with = a text even after someone edits the cell.
        self.text: Format = book.add_format({**border, "valign": "top", "quote_prefix": True})
        self.wrapped: Format = book.add_format({**border, "valign": "top", "quote_prefix": True, "text_wrap": True})
        self.share: Format = book.add_format({**border, "valign": "top", "num_format": "0.0%"})
        self.tenth: Format = book.add_format({**border, "num_format": "#,##0.0"})
        self.whole: Format = book.add_format({**border, "num_format": "#,##0"})
        self.some: Format = book.add_format({**border, "valign": "top", "num_format": "#,##0.0###"})
        self.fine: Format = book.add_format({**border, "num_format": "#,##0.00"})

    def of_number(self, column: str, values: pd.Series) -> Format:
        """Return the format of a column of numbers, by the ending of its name."""
        if column.endswith("_share"):
            return self.share
        if column == "priority" or column.endswith(("_contribution", "_walk_min")):
            return self.tenth
        if column.endswith("_m") or pd.api.types.is_integer_dtype(values):
            return self.whole
        known = values.dropna().to_numpy(float)
        return self.whole if (known == np.rint(known)).all() else self.fine


def _ranking(sheet: Worksheet, result: Result, styles: _Styles, number: int) -> None:
    table = pd.DataFrame(rounded(result.zones).drop(columns="geometry")).reset_index()
    if "unverified" in table:
        table["unverified"] = unverified_text(result.quality["values"], number)
    points = [f"{c.code}_contribution" for c in result.matrix.criteria]
    first = [c for c in FIRST if c in table]
    last = [c for c in ("unverified",) if c in table]
    order = [*first, *points, *(c for c in table.columns if c not in {*first, *points, *last}), *last]
    sheet.freeze_panes(1, 2)
    sheet.set_row(0, 64)
    rows = len(table)
    for k, name in enumerate(order):
        title = shown_title(name, result)[number]
        sheet.write_string(0, k, title, styles.head)
        sheet.set_column(k, k, WIDTHS.get(name, LEAST_WIDTH))
        style = _column(sheet, k, name, table[name], styles, number)
        if style is not None and rows:
            _bars(sheet, k, name, rows)
    if rows:
        sheet.autofilter(0, 0, rows, len(order) - 1)
    _print_setup(sheet)
    # On paper the list ends with the points; the indicators behind them are for the screen.
    sheet.print_area(0, 0, max(rows, 1), len(first) + len(points) - 1)


def _column(sheet: Worksheet, k: int, name: str, values: pd.Series, styles: _Styles, number: int) -> Format | None:
    """Write one column below its head; return the format of its numbers, None where it holds text."""
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        style = styles.of_number(name, values)
        for row, value in enumerate(values, 1):
            if pd.isna(value):
                sheet.write_blank(row, k, None, style)
            else:
                sheet.write_number(row, k, float(value), style)
        return style
    for row, value in enumerate(values, 1):
        sheet.write_string(row, k, _word(name, value, number)[:MOST_CELL], styles.text)
    return None


def _word(column: str, value: object, number: int) -> str:
    """Return the text of a cell in words of the language."""
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        # A blank beside yes and no would be read as no.
        return str(PAGE["unknown"][number]) if column == GATE else ""
    if isinstance(value, (bool, np.bool_)):
        return str(SHEETS["yes" if value else "no"][number])
    if column in STATUS_COLUMNS and str(value) in STATUS_COLUMNS[column]:
        return str(STATUS_COLUMNS[column][str(value)][number])
    if column.endswith("_unit") and value in COUNTED:
        return COUNTED[str(value)][number]
    if column == "match_method":
        return str(in_language("method", value, number))
    key = f"{WORDS_OF[column]}.{value}" if column in WORDS_OF else ""
    return str(PAGE[key][number]) if key in PAGE else str(value)


def _bars(sheet: Worksheet, k: int, name: str, rows: int) -> None:
    """Draw bars behind priorities and shares; their length is told from 0 to the most that is possible."""
    most = 100 if name == "priority" else 1 if name.endswith("_covered_share") else 0
    if most:
        options = {"type": "data_bar", "bar_color": BAR_COLOR, "bar_solid": True, "min_type": "num", "max_type": "num"}
        sheet.conditional_format(1, k, rows, k, options | {"min_value": 0, "max_value": most})


def _table(
    sheet: Worksheet,
    table: pd.DataFrame,
    styles: _Styles,
    top: int = 0,
    shares: frozenset[str] = frozenset(),
    widest: int = WIDEST,
) -> int:
    """Write a table with its head from row `top`, `shares` in per cent; return the first free row."""
    for k, name in enumerate(table.columns):
        sheet.write_string(top, k, str(name), styles.head)
        for row, value in enumerate(table[name], top + 1):
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                fine = styles.wrapped if float(value).is_integer() else styles.some
                sheet.write_number(row, k, value, styles.share if name in shares else fine)
            elif value is None:
                sheet.write_blank(row, k, None, styles.wrapped)
            else:
                sheet.write_string(row, k, str(value)[:MOST_CELL], styles.wrapped)
    if top == 0:
        sheet.freeze_panes(1, 1)
        widths: list[float] = []
        for k, name in enumerate(table.columns):
            longest = max((_room(v, name in shares) for v in table[name]), default=0)
            # A head may wrap, but not within a word of it.
            word = max((_room(part) for part in str(name).split()), default=0)
            widths.append(float(np.clip(max(longest, min(word, 12)) + 1, 6, widest)))
            sheet.set_column(k, k, widths[-1])
        _row_heights(sheet, table, widths, shares)
        _print_setup(sheet)
    return top + len(table) + 1


def _row_heights(sheet: Worksheet, table: pd.DataFrame, widths: list[float], shares: frozenset[str]) -> None:
    """Make rows high enough for the text that wraps in them: not every program does that on opening."""
    heads = [ceil(_room(name) / (width - 1)) for name, width in zip(table.columns, widths, strict=True)]
    if max(heads, default=1) > 1:
        sheet.set_row(0, LINE_PT * max(heads))
    lines = np.ones(len(table), np.int64)
    for name, width in zip(table.columns, widths, strict=True):
        rooms = np.array([_room(v, name in shares) for v in table[name]], float)
        lines = np.maximum(lines, np.ceil(rooms / (width - 1)).astype(np.int64))
    for row in np.flatnonzero(lines > 1):
        sheet.set_row(int(row) + 1, LINE_PT * min(int(lines[row]), MOST_LINES))


def _room(value: object, share: bool = False) -> int:
    """Return how many characters wide a cell is written; Chinese ones take the room of two."""
    if isinstance(value, float) and not isinstance(value, bool):
        return len("100.0%") if share else len(f"{value:,.0f}" if value.is_integer() else f"{value:,.4g}")
    text = "" if value is None else str(value)
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _sources(sheet: Worksheet, result: Result, styles: _Styles, number: int) -> None:
    row = 0
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 40)
    sheet.set_column(2, 8, 22)
    for title, table in source_tables(result, "en" if number else "zh"):
        sheet.write_string(row, 0, title, styles.title)
        row = _table(sheet, table, styles, row + 1) + 1 if len(table) else row + 2
    _print_setup(sheet)


def _print_setup(sheet: Worksheet) -> None:
    """Set the sheet up for paper: A4 across, one page wide where that stays readable, heads on every page."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
