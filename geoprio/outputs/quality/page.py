"""The data-quality report as one HTML page that works from a file, with no network.

The page is drawn from a template in which every text of the data is a value and is escaped; it can be read without
scripts, which only switch the language, search, and draw the map.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from geoprio.outputs.labels import STRAIGHT
from geoprio.outputs.quality.locations import quality_map
from geoprio.outputs.quality.sections import note_rows, rule_rows, sections
from geoprio.outputs.quality.words import Pair, beside_word, cell_word, column_word, report_word, role_word
from geoprio.outputs.template import template
from geoprio.outputs.translate import in_both
from geoprio.outputs.webmap.page import (
    DATA_ID,
    HTML_LANG,
    asset,
    content_policy,
    leaflet_css,
    leaflet_js,
    refuse_remote,
    script_json,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import geopandas as gpd

    from geoprio.outputs.quality.sections import Cell

MOST_IN_GROUP: Final = 50
"""Most rows that the page lists under one reason; all of them stand in quality.json."""
FOLD_FROM: Final = 8
"""Tables with more rows open on a click: one after the other they would hide each other."""
MOST_ROWS: Final = 3000
"""Most rows under all reasons together."""


def quality_html(
    report: Mapping[str, Any],
    title: str,
    zones: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame,
    streets: gpd.GeoDataFrame,
    lang: str,
    credit: Iterable[str] = (),
) -> str:
    """Return the data-quality report as a page.

    Parameters
    ----------
    report : mapping
        As `geoprio.outputs.quality.facts.quality_report` gives it.
    title : str
        Name of the study.
    zones, buildings, streets : GeoDataFrame
        The layers under the map of what was set aside, in one projected CRS.
    lang : {"zh", "en"}
        Language in which the page opens; a button switches it.
    credit : iterable of str
        Whom the data are from.

    Returns
    -------
    str
        A whole HTML page that needs no other file. Equal reports give equal pages.

    Raises
    ------
    ValueError
        If `lang` is neither zh nor en.
    """
    if lang not in HTML_LANG:
        raise ValueError(f"lang = {lang!r} is not one of {', '.join(HTML_LANG)}")
    drawn = quality_map(report, zones, buildings, streets)
    style = f"<style>{leaflet_css()}\n{asset('quality.css')}</style>"
    library = f"<script>/*!\n{asset('LICENSE.leaflet')}*/\n{leaflet_js()}</script>"
    program = f"<script>\n{asset('quality.js')}</script>"
    refuse_remote(style + library + program + asset("quality.html.j2"))
    warnings = [n for n in report["notes"] if n["level"] == "warning"]
    tables = {s.key: s for s in sections(report)}
    budget = _Budget(MOST_ROWS)
    page: str = template("quality.html.j2").render(
        lang=lang,
        html_lang=HTML_LANG[lang],
        title=title,
        crs=report["crs"],
        straight=report.get("access_method") == "straight_line" and STRAIGHT,
        w=_words(),
        head=column_word,
        fold_from=FOLD_FROM,
        policy=Markup(content_policy([library, program])),  # noqa: S704 - our own markup
        style=Markup(style),  # noqa: S704 - our own markup
        scripts=Markup(library + program),  # noqa: S704 - our own markup
        data_id=DATA_ID,
        data=Markup(script_json({**drawn, "lang": lang})),  # noqa: S704 - inert by its own escapes
        counts=_counts(report, len(warnings)),
        warnings=note_rows(warnings),
        notes=note_rows(n for n in report["notes"] if n["level"] != "warning"),
        first=[tables[k] for k in ("sources", "attributes", "extents") if k in tables],
        rest=[s for k, s in tables.items() if k not in {"sources", "attributes", "extents"}],
        layers=[layer for layer in drawn["layers"] if layer["placed"]],
        hints=drawn["hints"],
        reasons=_reasons(report, budget),
        doubts=_doubts(report, budget),
        rules=rule_rows(report),
        credit=list(credit),
    )
    return page.lstrip()


class _Words:
    """Gives the template its headings and sentences as attributes."""

    def __getattr__(self, key: str) -> Pair:
        """Return a heading or sentence in zh and en."""
        return report_word(key)


def _words() -> _Words:
    return _Words()


def _counts(report: Mapping[str, Any], warnings: int) -> list[tuple[str, Pair, str]]:
    """Return the figures at the top: number, what it counts, and where on the page that stands."""
    whole = sum(1 for row in report["rejects"] if not row["column"])
    return [
        (f"{warnings:,}", report_word("count_warnings"), "warnings"),
        (f"{whole:,}", report_word("count_rows"), "set_aside"),
        (f"{len(report['rejects']) - whole:,}", report_word("count_values"), "set_aside"),
        (f"{len(report['outliers']):,}", report_word("count_outliers"), "outliers"),
    ]


class _Budget:
    """Says how many more rows the page may list."""

    def __init__(self, rows: int) -> None:
        self.left = rows

    def take(self, rows: int) -> int:
        """Return how many of `rows` may be listed."""
        taken = min(rows, MOST_IN_GROUP, self.left)
        self.left -= taken
        return taken


def _reasons(report: Mapping[str, Any], budget: _Budget) -> list[dict[str, Any]]:
    """Return each reason with its first rows, the most frequent first."""
    by_reason: dict[tuple[str, str, str], list[Mapping[str, Any]]] = {}
    for row in report["rejects"]:
        by_reason.setdefault((row["source"], row["reason"], row["mend"]), []).append(row)
    groups = sorted(by_reason.items(), key=lambda item: (-len(item[1]), item[0]))
    return [
        _group(role_word(source), in_both(reason), in_both(mend), rows, budget, [])
        for (source, reason, mend), rows in groups
    ]


def _doubts(report: Mapping[str, Any], budget: _Budget) -> list[dict[str, Any]]:
    """Return each rule of plausibility that doubts something, by table, with its first rows."""
    found: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in report["outliers"]:
        found.setdefault((row["rule"], row["source"]), []).append(row)
    rules = {rule["name"]: rule for rule in report["outlier_rules"]}
    out = []
    for (name, source), rows in found.items():
        rule = rules[name]
        title, why = ((rule[f"{key}_zh"], rule[f"{key}_en"]) for key in ("title", "why"))
        out.append(_group(role_word(source), title, why, rows, budget, ["beside"]))
    return out


def _group(
    source: Cell, title: Cell, text: Cell, rows: list[Mapping[str, Any]], budget: _Budget, more: list[str]
) -> dict[str, Any]:
    shown = rows[: budget.take(len(rows))]
    columns = [c for c in ["row", "column", "value", *more] if any(r[c] for r in shown)]
    words = {"column": cell_word, "beside": beside_word}
    return {
        "source": source,
        "title": title,
        "text": text,
        "count": f"{len(rows):,}",
        "columns": columns,
        "rows": [
            {"cells": [words.get(c, str)(r[c]) for c in columns],
             "at": None if r["lon"] is None else f"{r['lon']:.6f},{r['lat']:.6f}"}
            for r in shown
        ],
        "left": len(rows) - len(shown),
    }  # fmt: skip
