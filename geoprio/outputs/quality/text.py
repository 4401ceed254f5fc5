"""The data-quality report as text."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from geoprio.outputs.labels import STRAIGHT
from geoprio.outputs.quality.sections import OUTLIER_COLUMNS, Section, note_rows, outlier_rows, reason_rows, sections
from geoprio.outputs.quality.words import column_word, report_word

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from geoprio.outputs.quality.sections import Cell, Row

MOST_OUTLIERS = 50
"""Most doubtful values in the text; all of them stand in quality.json."""
WIDEST = 40
"""Columns of a terminal to which a column of a table is filled up."""


@dataclass(frozen=True)
class _Block:
    """A table of the report, in one language, its texts as they are."""

    title: str
    hint: str
    heads: list[str]
    rows: list[list[str]]
    more: str = ""


def quality_markdown(report: dict[str, Any], title: str, lang: str) -> str:
    """Return the data-quality report as Markdown.

    Parameters
    ----------
    report : dict
        As `geoprio.outputs.quality.facts.quality_report` gives it.
    title : str
        Name of the study.
    lang : {"zh", "en"}
    """
    word = 1 if lang == "en" else 0
    head = f"# {report_word('title')[word]}: {markdown_text(title)}"
    crs = f"{report_word('crs')[word]}: {markdown_text(report['crs'])}"
    parts: list[str] = []
    for block in _blocks(report, word):
        rows = ([markdown_text(cell) for cell in row] for row in block.rows)
        parts += [markdown_table(block.title, block.hint, block.heads, rows), *([block.more] if block.more else [])]
    straight = [f"**{said}**{hint}" if not word else f"**{said}** {hint}" for said, hint in _method(report, word)]
    return "\n\n".join([head, crs, *straight, *parts]) + "\n"


def quality_plain(report: dict[str, Any], title: str, lang: str) -> str:
    """Return the data-quality report as plain text for a terminal: tables in columns, no marks, nothing that moves it.

    Parameters
    ----------
    report : dict
        As of `quality_markdown`.
    title : str
    lang : {"zh", "en"}
    """
    word = 1 if lang == "en" else 0
    colon = ": " if word else "："
    head = f"{report_word('title')[word]}{colon}{_seen(title)}"
    crs = f"{report_word('crs')[word]}{colon}{_seen(report['crs'])}"
    straight = [f"{said}{hint}" if not word else f"{said} {hint}" for said, hint in _method(report, word)]
    return "\n\n".join([f"{head}\n{crs}", *straight, *map(_plain_block, _blocks(report, word))])


def _plain_block(block: _Block) -> str:
    lines = [block.title, *([f"  {block.hint}"] if block.hint else [])]
    rows = [[_seen(cell) for cell in row] for row in (block.heads, *block.rows)] if block.heads else [["–"]]
    columns = list(zip(*rows, strict=True))
    widths = [min(max(map(_width, column)), WIDEST) for column in columns[:-1]] + [0]
    for row in rows:
        padded = (cell + " " * (wide - _width(cell)) for cell, wide in zip(row, widths, strict=True))
        lines.append(f"  {'  '.join(padded)}".rstrip())
    return "\n".join([*lines, *([f"  {block.more}"] if block.more else [])])


def _seen(text: str) -> str:
    """Return text in one line, without what moves a cursor or turns the direction of writing."""
    return "".join(c if c.isprintable() else "\ufffd" for c in " ".join(text.split()))


def _width(text: str) -> int:
    """Return the columns that a text takes in a terminal: two for a Chinese character."""
    return sum(1 + (unicodedata.east_asian_width(c) in "WF") for c in text)


def _blocks(report: dict[str, Any], word: int) -> Iterator[_Block]:
    """Give the tables of the report in the order in which they are read."""
    warnings = [n for n in report["notes"] if n["level"] == "warning"]
    others = [n for n in report["notes"] if n["level"] != "warning"]
    doubts = outlier_rows(report)
    yield _part("warnings", note_rows(warnings), ("source", "text"), word)
    for section in sections(report):
        yield _section(section, word)
    yield _part("set_aside", reason_rows(report), ("source", "reason", "set_aside", "mend"), word)
    hint = report_word("outliers_hint")[word] if doubts else ""
    shown = _part("outliers", doubts[:MOST_OUTLIERS], OUTLIER_COLUMNS, word, hint)
    rest = len(doubts) - MOST_OUTLIERS
    yield replace(shown, more=report_word("more_rows")[word].format(n=rest)) if rest > 0 else shown
    yield _part("notes", note_rows(others), ("source", "text"), word)


def _method(report: dict[str, Any], word: int) -> list[tuple[str, str]]:
    """Return what the reader must know first, where distances are straight lines."""
    if report.get("access_method") != "straight_line":
        return []
    said, hint = (STRAIGHT[key][word] for key in ("straight_line", "straight_line_hint"))
    return [(f"{said}{'.' if word else '。'}", hint)]


def _section(section: Section, word: int) -> _Block:
    rows = [[_cell(row[c], word) for c in section.columns] for row in section.rows]
    hint = section.hint[word] if section.hint else ""
    return _Block(section.title[word], hint, [section.head(c)[word] for c in section.columns], rows)


def _part(key: str, rows: Sequence[Row], columns: tuple[str, ...], word: int, hint: str = "") -> _Block:
    heads = [column_word(c)[word] for c in columns] if rows else []
    return _Block(report_word(key)[word], hint, heads, [[_cell(row[c], word) for c in columns] for row in rows])


def _cell(value: Cell, word: int) -> str:
    return value if isinstance(value, str) else value[word]


def markdown_table(title: str, hint: str, heads: list[str], rows: Iterable[list[str]]) -> str:
    """Return a section with a table; a dash where it has no heads."""
    lines = [f"## {title}", ""]
    if hint:
        lines += [hint, ""]
    if not heads:
        return "\n".join([*lines, "–"])
    lines += ["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)


def markdown_text(value: str) -> str:
    """Return text that neither breaks a table nor is taken for markup."""
    text = " ".join(value.split())
    for mark in "\\`*_{}[]<>|#":
        text = text.replace(mark, f"\\{mark}" if mark not in "<>" else {"<": "&lt;", ">": "&gt;"}[mark])
    return text
