"""A comparison as a PDF: what report.html tells, in one language."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from geoprio.outputs.change.names import folders, project_name, side_names
from geoprio.outputs.change.page_words import PAGE_WORDS
from geoprio.outputs.change.plots import change_plots
from geoprio.outputs.change.report import report_sections
from geoprio.outputs.change.sections import top_counts
from geoprio.outputs.figures import svg_bytes
from geoprio.outputs.figures.text import columns
from geoprio.outputs.sheets import pdf_fonts
from geoprio.outputs.template import clean
from geoprio.outputs.webmap.data import credit_lines

if TYPE_CHECKING:
    from pathlib import Path

    from geoprio.effect.change import Change
    from geoprio.effect.done import PlanDone
    from geoprio.effect.finding import Evaluation
    from geoprio.outputs.change.layout import Cell, Section
    from geoprio.outputs.change.units import Text

LOOKS: Final = {
    "axis": 'stroke="#dfe3e8"',
    "step": 'stroke="#67707b" stroke-width="2"',
    "was": 'fill="#fff" stroke="#67707b" stroke-width="1.5"',
    "better": 'fill="#2166ac"',
    "worse": 'fill="#b35806"',
    "same": 'fill="#67707b"',
}
"""How the small drawings of the page look; a PDF knows no style sheet."""
PLOT_COLUMNS: Final = 20
MARK_COLUMNS: Final = 5
BREAKABLE: Final = 14
SHORT, SHORTEST = 20, 6
"""Widths of columns in characters, of which a Chinese one counts two: what stands in one line, and the least."""
MARKS: Final = {"better": "#2166ac", "worse": "#b35806"}


def write_change_pdf(change: Change, done: PlanDone | None, found: Evaluation | None, path: Path, lang: str) -> None:
    """Write the report of a comparison as a PDF.

    Parameters
    ----------
    change : Change
    done : PlanDone or None
    found : Evaluation or None
        What residents say.
    path : Path
        The file. Equal comparisons give equal bytes on machines with the same fonts.
    lang : {"zh", "en"}

    Raises
    ------
    InputError
        If no face with Chinese type is installed and the texts need one.
    """
    import typst  # noqa: PLC0415 - loads only where a PDF is written

    fonts = pdf_fonts(typst.Fonts().families(), needed=lang == "zh")
    data = json.dumps(pdf_data(change, done, found, lang, fonts), ensure_ascii=False, allow_nan=False)
    layout = files("geoprio.outputs").joinpath("assets/change.typ").read_bytes()
    # A fixed time keeps the bytes equal.
    typst.Compiler().compile(layout, output=str(path), sys_inputs={"data": data}, format="pdf", timestamp=0)  # type: ignore[type-var]  # bytes are a template, too


def pdf_data(
    change: Change, done: PlanDone | None, found: Evaluation | None, lang: str, fonts: list[str]
) -> dict[str, Any]:
    """Return all that the pages show."""
    number = int(lang == "en")
    plots = {key: svg_bytes(figure).decode() for key, figure in change_plots(change, lang)}
    return {
        "lang": lang,
        "fonts": fonts,
        "title": _said(project_name(change), number),
        "kind": PAGE_WORDS["title"][number],
        "paper": PAGE_WORDS["paper"][number],
        "runs": " → ".join(_said(side, number) for side in side_names(change)),
        "folders": _said(folders(change) or "", number),
        "counts": [(count, what[number]) for count, what in top_counts(change)],
        "sections": [_section(s, number) | {"picture": plots.get(s.key)} for s in report_sections(change, done, found)],
        "credit": " · ".join(credit_lines(change.before.project)),
    }


def _section(section: Section, number: int) -> dict[str, Any]:
    rows = [[_cell(cell, number) for cell in row] for row in (*section.rows, *section.more)]
    head = [_said(h.title, number) for h in section.head]
    return {
        "title": section.title[number],
        "hints": [hint[number] for hint in section.hints],
        "notes": [(_said(tag, number), _said(text, number)) for tag, text in section.notes],
        "paragraphs": [_said(text, number) for text in section.paragraphs],
        "head": head,
        "figures": [h.figure for h in section.head],
        "widths": _widths(head, rows),
        "rows": rows,
        "also": [_section(part, number) | {"picture": None} for part in section.also],
    }


def _widths(head: list[str], rows: list[list[dict[str, Any]]]) -> list[float]:
    """Return the parts of the page's width that columns get: by their longest texts, none so small that words break."""
    found = []
    for k, title in enumerate(head):
        cells = [row[k] for row in rows]
        if any(cell["plot"] for cell in cells):
            found.append(float(PLOT_COLUMNS))
            continue
        # A mark takes the room of two characters, and figures are not broken at their blanks.
        room = MARK_COLUMNS * any(cell["marked"] for cell in cells)
        words = [_word_columns(word) for text in (title, *(c["text"] for c in cells)) for word in text.split(" ")]
        longest = room + max((columns(t) for c in cells for t in (c["text"], c["small"])), default=0)
        # A long text breaks between words; its column is as wide as its longest word, and a third of its length.
        least = room + min(max(words, default=0), SHORT)
        found.append(float(max(SHORTEST, least, min(longest, SHORT), longest / 3, columns(title) / 3)))
    return found


def _word_columns(word: str) -> int:
    """Return the room of a word that cannot be broken; Chinese can, between any characters but not into single ones."""
    return columns(word) if word.isascii() else min(columns(word), BREAKABLE)


def _cell(cell: Cell, number: int) -> dict[str, Any]:
    return {
        "text": _unbroken(_said(cell.text, number)),
        "small": _unbroken(_said(cell.small, number)),
        "mark": MARKS.get(cell.mark),
        "marked": bool(cell.mark),
        "square": cell.mark == "worse",
        "plot": _drawing(str(cell.plot)) if cell.plot else None,
    }


def _unbroken(text: str) -> str:
    """Return a text whose figures stay in one line with their units."""
    return re.sub(r"(?<=\d) (?=[^\d→/+–])", "\u00a0", text)


def _said(text: Text, number: int) -> str:
    return str(clean(text if isinstance(text, str) else text[number]))


def _drawing(svg: str) -> str:
    """Return a small drawing of the page as a picture of its own."""
    svg = re.sub(r'class="(\w+)"', lambda m: LOOKS.get(m[1], ""), svg)
    return svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
