"""Before and after on one map with a slider between them: a page that works from a file, with no network.

Both sides are drawn in the same classes: those of the priority, five steps from good to bad, or quantiles of both runs'
values together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely
from markupsafe import Markup

from geoprio.indicators.registry import category_titles
from geoprio.outputs.change.names import folders, project_name, side_names
from geoprio.outputs.change.page_words import PAGE_WORDS, SWIPE_WORDS
from geoprio.outputs.change.words import VALUES
from geoprio.outputs.palette import CLASS_COLORS, FACILITY_COLORS, UNSCORED_COLOR
from geoprio.outputs.template import template
from geoprio.outputs.webmap.colorings import by_anchors, by_rank
from geoprio.outputs.webmap.data import STREET_SCALE, ZONE_SCALE, credit_lines, on_grid, street_steps, zone_shapes
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
    from geoprio._core.typing import Floats
    from geoprio.effect.change import Change
    from geoprio.effect.measured import Measured
    from geoprio.effect.runs import FinishedRun

SHOWN: Final = ("covered_share", "distance_m", "supply", "reached_share", "per_1000")
"""Of the indicators of a category those that the map shows."""
STREETS: Final = 40_000
"""Most vertices of streets: a background, and the page stays small."""
MOST_FACILITIES: Final = 500
"""With more than this that one run lacks, ids are other ones rather than facilities, and none is drawn."""


def swipe_html(change: Change, lang: str) -> str:
    """Return the page on which before is swiped over after.

    Parameters
    ----------
    change : Change
    lang : {"zh", "en"}
        Language in which the page opens; a button switches it.

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
    style = f"<style>{leaflet_css()}\n{asset('quality.css')}\n{asset('swipe.css')}</style>"
    library = f"<script>/*!\n{asset('LICENSE.leaflet')}*/\n{leaflet_js()}</script>"
    program = f"<script>\n{asset('map/dom.js')}\n{asset('swipe.js')}</script>"
    refuse_remote(style + library + program + asset("swipe.html.j2"))
    page: str = template("swipe.html.j2").render(
        number=int(lang == "en"),
        html_lang=HTML_LANG[lang],
        title=project_name(change),
        sides=side_names(change),
        folders=folders(change),
        words={**PAGE_WORDS, **SWIPE_WORDS},
        policy=Markup(content_policy([library, program])),  # noqa: S704 - our own markup
        style=Markup(style),  # noqa: S704 - our own markup
        scripts=Markup(library + program),  # noqa: S704 - our own markup
        data_id=DATA_ID,
        data=Markup(script_json(swipe_data(change))),  # noqa: S704 - inert by its own escapes
        indicators=[change.measures[code].title for code in shown_codes(change)],
        credit=" · ".join(credit_lines(change.before.project)),
    )
    return page.lstrip()


def shown_codes(change: Change) -> list[str]:
    """Return the indicators that the map shows, the priority first."""
    codes = [
        c
        for c, what in change.measures.items()
        if _fits(c, what) and change.zones.xs(c, level="code")["change"].notna().any()
    ]
    return sorted(codes, key=lambda c: c != "priority")


def _fits(code: str, what: Measured) -> bool:
    if not what.direction:
        return False
    return not what.category or code.removeprefix(f"{what.category}_") in SHOWN


def swipe_data(change: Change) -> dict[str, Any]:
    """Return what the map shows, ready for JSON."""
    zones = change.before.zones.loc[change.people.index]
    at, shapes = zone_shapes(zones)
    sides = (change.before, change.after)
    names = zones["name"].fillna("").astype(str) if "name" in zones else zones.index.astype(str)
    return {
        "words": {**SWIPE_WORDS, **{k: VALUES[k] for k in ("better", "worse", "same", "unknown")}},
        "scales": [ZONE_SCALE, STREET_SCALE],
        "colors": CLASS_COLORS,
        "unknownColor": UNSCORED_COLOR,
        "indicators": [_indicator(change, code) for code in shown_codes(change)],
        "categories": [
            {"titles": category_titles(c), "color": FACILITY_COLORS[k % len(FACILITY_COLORS)]}
            for k, c in enumerate(change.before.rules)
        ],
        "facilities": [_only(*runs, list(change.before.rules)) for runs in (sides, sides[::-1])],
        "streets": street_steps(change.before.streets, STREETS) if change.before.streets is not None else [],
        "zones": [list(row) for row in zip(zones.index.astype(str), names, at, shapes, strict=True)],
    }


def _only(run: FinishedRun, other: FinishedRun, categories: list[str]) -> list[list[Any]]:
    """Return the category's number, name and place of the facilities that count in one run and not in the other."""
    used, there = (
        r.facilities[(r.facilities["status"] == "used") & r.facilities["category"].isin(categories)]
        for r in (run, other)
    )
    keys = [list(zip(f.index.astype(str), f["category"].astype(str), strict=True)) for f in (used, there)]
    other_keys = set(keys[1])
    lone = used[[key not in other_keys for key in keys[0]]] if len(used) else used
    if len(lone) > MOST_FACILITIES or lone.empty:
        return []
    at = on_grid(shapely.get_coordinates(lone.geometry.to_crs("EPSG:4326").to_numpy()), ZONE_SCALE).tolist()
    names = lone["name"].fillna("").astype(str)
    return [[categories.index(str(c)), n, xy] for c, n, xy in zip(lone["category"], names, at, strict=True)]


def _indicator(change: Change, code: str) -> dict[str, Any]:
    what = change.measures[code]
    table = change.zones.xs(code, level="code").reindex(change.people.index)
    sides = [table[name].to_numpy(float) for name in ("before", "after")]
    basis, classes, steps = _classes(np.concatenate(sides), what, _anchors(change, what))
    count = len(table)
    return {
        "code": code,
        "titles": what.title,
        "unit": what.unit,
        "basis": basis,
        "values": [_digits(side) for side in sides],
        "classes": [classes[:count].tolist(), classes[count:].tolist()],
        "steps": [[int(k), *(None if v is None else float(f"{v:.6g}") for v in ends)] for k, *ends in steps],
        "verdicts": table["verdict"].astype(str).tolist(),
        "direction": what.direction,
    } | _spans(change, code)


def _spans(change: Change, code: str) -> dict[str, Any]:
    """Return the least and the largest change of each zone, where ranges were computed."""
    found = change.zone_ranges
    if found is None or code not in found.index.get_level_values("code"):
        return {}
    table = found.xs(code, level="code").reindex(change.people.index)
    return {"spans": [_digits(table[end].to_numpy(float)) for end in ("low", "high")]}


def _classes(values: Floats, what: Measured, anchors: tuple[float, float] | None) -> tuple[str, Any, Any]:
    """Return how both runs' values are classed, the class of each (-1: unknown), and the bounds of the classes."""
    if what.code == "priority":
        return "fixed", *by_anchors(values, 0.0, 100.0)
    if anchors is not None:
        return "anchors", *by_anchors(values, *anchors)
    return "quantiles", *by_rank(values, what.direction)


def _anchors(change: Change, what: Measured) -> tuple[float, float] | None:
    """Return good and bad of an indicator as the run before weighed it; shares run from all to nothing."""
    for told in change.before.criteria:
        if told["code"] == what.code and told["good"] is not None and told["bad"] is not None:
            return float(told["good"]), float(told["bad"])
    if what.unit == "share":
        return (0.0, 1.0) if what.direction > 0 else (1.0, 0.0)
    return None


def _digits(values: Floats) -> list[float | None]:
    return [None if np.isnan(v) else float(f"{v:.6g}") + 0.0 for v in values]
