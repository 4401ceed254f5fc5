"""The programme as one HTML page that works from a file, with no network; each year prints on a page of its own.

The page is drawn from a template in which every text of the data is a value and is escaped; the plot and the maps are
drawn from numbers alone. It can be read without scripts, which only switch the language and print.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from geoprio.outputs.locator import SIZE
from geoprio.outputs.planned.page_words import PAGE_WORDS, words
from geoprio.outputs.planned.sections import sections
from geoprio.outputs.planned.years import OTHER_YEARS, year_pages
from geoprio.outputs.planned.zones import OUTSIDE_COLOR, money
from geoprio.outputs.template import template
from geoprio.outputs.webmap.data import credit_lines
from geoprio.outputs.webmap.page import HTML_LANG, asset, content_policy, refuse_remote

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from geoprio.outputs.planned.result import Planned

Pair = tuple[str, str]

FOLD_ABOVE: Final = 15
"""Rows above which a table can be folded; on a phone it opens folded."""


def planned_html(found: Planned, lang: str = "zh") -> str:
    """Return the page of a programme.

    Parameters
    ----------
    found : Planned
    lang : {"zh", "en"}
        Language in which the page opens; a button switches it.

    Returns
    -------
    str
        A whole HTML page that needs no other file. Equal programmes give equal pages.

    Raises
    ------
    ValueError
        If `lang` is neither zh nor en.
    """
    if lang not in HTML_LANG:
        raise ValueError(f"lang = {lang!r} is not one of {', '.join(HTML_LANG)}")
    style = f"<style>{asset('quality.css')}\n{asset('change.css')}\n{asset('planned.css')}</style>"
    program = f"<script>\n{asset('change.js')}\n{asset('planned.js')}</script>"
    refuse_remote(style + program + asset("planned.html.j2"))
    found = found.on_page
    base, years = year_pages(found)
    page: str = template("planned.html.j2").render(
        number=int(lang == "en"),
        html_lang=HTML_LANG[lang],
        title=found.result.project["project"]["name"],
        words=PAGE_WORDS,
        policy=Markup(content_policy([program])),  # noqa: S704 - our own markup
        style=Markup(style),  # noqa: S704 - our own markup
        scripts=Markup(program),  # noqa: S704 - our own markup
        base=Markup(base),  # noqa: S704 - drawn from numbers alone
        maps={y.number: Markup(y.map) for y in years},  # noqa: S704 - drawn from numbers alone
        size=SIZE,
        fold_above=FOLD_ABOVE,
        colors={"other": OTHER_YEARS, "outside": OUTSIDE_COLOR},
        counts=_counts(found),
        sections=sections(found),
        years=years,
        plots=_plots(found),
        credit=" · ".join(credit_lines(found.result.project)),
    )
    return page.lstrip()


def _counts(found: Planned) -> list[tuple[str, Pair, str]]:
    """Return the figures at the top: number, what it counts, and where on the page that stands."""
    done = found.programme.done
    if found.programme.status not in {"optimal", "feasible"}:
        return []
    return [
        (money(found.cost_fen), PAGE_WORDS["count_cost"], "sources"),
        (f"{done['zone_id'].nunique():,}", words("count_zones", all=f"{len(found.zones):,}"), "zones"),
        (f"{len(done):,}", PAGE_WORDS["count_measures"], "measures"),
        (f"{found.spec.rules.years}", PAGE_WORDS["count_years"], "years"),
        (f"{100 * (1 - found.programme.gap):.2f} %", PAGE_WORDS["count_proof"], "gains"),
    ]


def frontier_figure(found: Planned, lang: str) -> Figure | None:
    """Return the plot of other budgets; None where no budget brings anything."""
    table = found.frontier
    if table is None or not (table["benefit"] > 0).any():
        return None
    from geoprio.outputs.figures import budget_frontier  # noqa: PLC0415 - matplotlib loads only when drawing

    now = None
    there = table[table["scale"] == 1.0]
    if found.programme.status in {"optimal", "feasible"} and len(there):
        now = (float(there["budget_cny"].iloc[0]), float(found.programme.benefit))
    return budget_frontier(table, now=now, lang=lang)


def _plots(found: Planned) -> list[tuple[str, str]]:
    """Return the plot for each language as an address that holds the picture itself."""
    from geoprio.outputs.figures import svg_bytes  # noqa: PLC0415 - as above

    plots = []
    for lang in HTML_LANG:
        figure = frontier_figure(found, lang)
        if figure is not None:
            plots.append((lang, f"data:image/svg+xml;base64,{base64.b64encode(svg_bytes(figure)).decode()}"))
    return plots
