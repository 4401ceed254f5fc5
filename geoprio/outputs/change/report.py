"""A comparison as one HTML page that works from a file, with no network.

The page is drawn from a template in which every text of the data is a value and is escaped; plots are drawn from
numbers alone. It can be read without scripts, which only switch the language and print.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from markupsafe import Markup

from geoprio.outputs.change.evaluation import evaluation_sections
from geoprio.outputs.change.methods import methods_section
from geoprio.outputs.change.names import folders, project_name, side_names
from geoprio.outputs.change.page_words import PAGE_WORDS, SWIPE_WORDS
from geoprio.outputs.change.plots import change_plots
from geoprio.outputs.change.sections import sections, top_counts
from geoprio.outputs.figures import svg_bytes
from geoprio.outputs.template import template
from geoprio.outputs.webmap.page import HTML_LANG, asset, content_policy, refuse_remote

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from geoprio.effect.change import Change
    from geoprio.effect.done import PlanDone
    from geoprio.effect.finding import Evaluation
    from geoprio.outputs.change.layout import Section


def change_html(change: Change, done: PlanDone | None, lang: str, found: Evaluation | None = None) -> str:
    """Return the report of a comparison as a page.

    Parameters
    ----------
    change : Change
    done : PlanDone or None
    lang : {"zh", "en"}
        Language in which the page opens; a button switches it.
    found : Evaluation, optional
        What residents say, by a registered plan.

    Returns
    -------
    str
        A whole HTML page that needs no other file. Equal comparisons give equal pages.

    Raises
    ------
    ValueError
        If `lang` is neither zh nor en.
    """
    if lang not in HTML_LANG:
        raise ValueError(f"lang = {lang!r} is not one of {', '.join(HTML_LANG)}")
    style = f"<style>{asset('quality.css')}\n{asset('change.css')}</style>"
    program = f"<script>\n{asset('change.js')}</script>"
    refuse_remote(style + program + asset("change.html.j2"))
    page: str = template("change.html.j2").render(
        number=int(lang == "en"),
        html_lang=HTML_LANG[lang],
        title=project_name(change),
        sides=side_names(change),
        folders=folders(change),
        words={**PAGE_WORDS, **SWIPE_WORDS},
        policy=Markup(content_policy([program])),  # noqa: S704 - our own markup
        style=Markup(style),  # noqa: S704 - our own markup
        scripts=Markup(program),  # noqa: S704 - our own markup
        counts=top_counts(change),
        sections=report_sections(change, done, found),
        plots=plot_links(change),
    )
    return page.lstrip()


def report_sections(change: Change, done: PlanDone | None, found: Evaluation | None) -> list[Section]:
    """Return the sections of the report; what residents say comes after who was newly served."""
    told = sections(change, done)
    at = next((k + 1 for k, s in enumerate(told) if s.key == "served"), len(told))
    return [*told[:at], *evaluation_sections(found), *told[at:], methods_section(change, found)]


def plot_links(change: Change) -> dict[str, tuple[str, str]]:
    """Return the plots of each section in zh and en, as addresses that hold the picture itself."""
    found = [dict(change_plots(change, lang)) for lang in HTML_LANG]
    return {key: (_link(found[0][key]), _link(found[1][key])) for key in found[0]}


def _link(figure: Figure) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(svg_bytes(figure)).decode()}"
