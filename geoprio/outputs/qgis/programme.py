"""The layer of the programme in the QGIS project: zones by their first year, with cost and measures in the map tip."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from geoprio.outputs.planned.labels import MAP
from geoprio.outputs.planned.zones import measure_titles, year_colors
from geoprio.outputs.qgis.styles import TIP_NAME, Style, categorized_zones, html_safe

if TYPE_CHECKING:
    from geoprio.outputs.result import Result
    from geoprio.programme import Programme

NOTHING = '"programme_year" IS NULL'


def programme_style(result: Result, zones: Style, number: int) -> Style | None:
    """Return the style of the layer; None where nobody planned.

    Parameters
    ----------
    result : Result
    zones : Style
        Of the zones by priority, whose field titles stay.
    number : {0, 1}
        Language: zh, en.
    """
    programme = result.programme
    if programme is None or programme.done.empty:
        return None
    years = programme.problem.rules.years
    label, colors = MAP["year"][number], year_colors(years)
    rows = [(str(t), label.format(t=t), colors[t - 1]) for t in range(1, years + 1)]
    renderer = categorized_zones("coalesce(to_string(\"programme_year\"), '')", rows, MAP["outside"][number])
    return dataclasses.replace(zones, renderer=renderer, labels="", tip=_tip(programme, number))


def _tip(programme: Programme, number: int) -> str:
    """Return the map tip: name, first year and cost, and what is done by its titles."""
    word = {key: _quoted(pair[number]) for key, pair in MAP.items()}
    year, comma = (("'第 ' || \"programme_year\" || ' 年'", "'、'"), ("'year ' || \"programme_year\"", "', '"))[number]
    cost = f"{word['cost']} || ' ' || format_number(\"programme_cost_cny\", 2)"
    pairs = ", ".join(f"{_quoted(c)}, {_quoted(t[number])}" for c, t in measure_titles(programme).items())
    codes = "string_to_array(coalesce(\"programme_measures\", ''), ', ')"
    titles = f"array_to_string(array_foreach({codes}, map_get(map({pairs}), @element)), {comma})"
    told = f"if({NOTHING}, {word['outside']}, {year} || ' · ' || {cost})"
    return f"{TIP_NAME}<br>[% {told} %]<br>[% if({NOTHING}, '', {html_safe(titles)}) %]"


def _quoted(text: str) -> str:
    """Return a text as QGIS expressions hold it; it cannot end the expression of a map tip."""
    return "'" + text.replace("\\", "\\\\").replace("'", "''").replace("%]", "% ]").replace("[%", "[ %") + "'"
