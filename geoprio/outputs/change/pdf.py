"""A comparison as a PDF: what report.html tells, in one language."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from geoprio.outputs.change.plots import change_plots
from geoprio.outputs.change.report import report_sections
from geoprio.outputs.change.sections import top_counts
from geoprio.outputs.change.words import PAGE_WORDS
from geoprio.outputs.figures import svg_bytes
from geoprio.outputs.sheets import pdf_fonts
from geoprio.outputs.template import clean
from geoprio.outputs.webmap.data import credit_lines

if TYPE_CHECKING:
    from pathlib import Path

    from geoprio.effect.change import Change
    from geoprio.effect.done import PlanDone
    from geoprio.effect.finding import Evaluation
    from geoprio.outputs.change.sections import Cell, Section, Text

LOOKS: Final = {
    "axis": 'stroke="#dfe3e8"',
    "step": 'stroke="#67707b" stroke-width="2"',
    "was": 'fill="#fff" stroke="#67707b" stroke-width="1.5"',
    "better": 'fill="#2166ac"',
    "worse": 'fill="#b35806"',
    "same": 'fill="#67707b"',
}
"""How the small drawings of the page look; a PDF knows no style sheet."""
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
        "title": _said(change.after.project["project"]["name"], number),
        "kind": PAGE_WORDS["title"][number],
        "paper": PAGE_WORDS["paper"][number],
        "runs": f"{_said(change.before.name, number)} → {_said(change.after.name, number)}",
        "counts": [(count, what[number]) for count, what in top_counts(change)],
        "sections": [_section(s, number) | {"picture": plots.get(s.key)} for s in report_sections(change, done, found)],
        "credit": " · ".join(credit_lines(change.before.project)),
    }


def _section(section: Section, number: int) -> dict[str, Any]:
    return {
        "title": section.title[number],
        "hints": [hint[number] for hint in section.hints],
        "notes": [_said(text, number) for _, text in section.notes],
        "head": [_said(h.title, number) for h in section.head],
        "figures": [h.figure for h in section.head],
        "rows": [[_cell(cell, number) for cell in row] for row in section.rows],
    }


def _cell(cell: Cell, number: int) -> dict[str, Any]:
    return {
        "text": _said(cell.text, number),
        "mark": MARKS.get(cell.mark),
        "square": cell.mark == "worse",
        "plot": _drawing(str(cell.plot)) if cell.plot else None,
    }


def _said(text: Text, number: int) -> str:
    return str(clean(text if isinstance(text, str) else text[number]))


def _drawing(svg: str) -> str:
    """Return a small drawing of the page as a picture of its own."""
    svg = re.sub(r'class="(\w+)"', lambda m: LOOKS.get(m[1], ""), svg)
    return svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
