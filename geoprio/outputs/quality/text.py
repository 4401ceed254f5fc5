"""The data-quality report as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geoprio.outputs.labels import STRAIGHT
from geoprio.outputs.quality.sections import OUTLIER_COLUMNS, Section, note_rows, outlier_rows, reason_rows, sections
from geoprio.outputs.quality.words import column_word, report_word

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geoprio.outputs.quality.sections import Cell, Row

MOST_OUTLIERS = 50
"""Most doubtful values in the text; all of them stand in quality.json."""


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
    head = f"# {report_word('title')[word]}: {_cell(title, word)}"
    crs = f"{report_word('crs')[word]}: {_cell(report['crs'], word)}"
    warnings = [n for n in report["notes"] if n["level"] == "warning"]
    others = [n for n in report["notes"] if n["level"] != "warning"]
    doubts = outlier_rows(report)
    parts = [
        _part("warnings", note_rows(warnings), ("source", "text"), word),
        *(_section(s, word) for s in sections(report)),
        _part("set_aside", reason_rows(report), ("source", "reason", "set_aside", "mend"), word),
        _part("outliers", doubts[:MOST_OUTLIERS], OUTLIER_COLUMNS, word, "outliers_hint" if doubts else ""),
        *(
            [report_word("more_rows")[word].format(n=len(doubts) - MOST_OUTLIERS)]
            if len(doubts) > MOST_OUTLIERS
            else []
        ),
        _part("notes", note_rows(others), ("source", "text"), word),
    ]
    return "\n\n".join([head, crs, *_method(report, word), *parts]) + "\n"


def _method(report: dict[str, Any], word: int) -> list[str]:
    """Return what the reader must know first, where distances are straight lines."""
    if report.get("access_method") != "straight_line":
        return []
    said, hint = (STRAIGHT[key][word] for key in ("straight_line", "straight_line_hint"))
    return [f"**{said}.** {hint}" if word else f"**{said}。**{hint}"]


def _section(section: Section, word: int) -> str:
    heads = [section.head(c)[word] for c in section.columns]
    return markdown_table(section.title[word], section.hint[word] if section.hint else "", heads, _cells(section, word))


def _cells(section: Section, word: int) -> Iterable[list[str]]:
    return ([_cell(row[c], word) for c in section.columns] for row in section.rows)


def _part(key: str, rows: Sequence[Row], columns: tuple[str, ...], word: int, hint: str = "") -> str:
    cells = ([_cell(row[c], word) for c in columns] for row in rows)
    heads = [column_word(c)[word] for c in columns]
    return markdown_table(report_word(key)[word], report_word(hint)[word] if hint else "", heads if rows else [], cells)


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


def _cell(value: Cell, word: int) -> str:
    return markdown_text(value if isinstance(value, str) else value[word])


def markdown_text(value: str) -> str:
    """Return text that neither breaks a table nor is taken for markup."""
    text = " ".join(value.split())
    for mark in "\\`*_{}[]<>|#":
        text = text.replace(mark, f"\\{mark}" if mark not in "<>" else {"<": "&lt;", ">": "&gt;"}[mark])
    return text
