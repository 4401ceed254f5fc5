"""QGIS styles of the layers: renderers, labels, titles of fields and map tips.

No library writes QML without QGIS itself, so the little that is needed is written here, for QGIS 3.22 and later.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from geoprio.indicators.condition import condition_title
from geoprio.indicators.registry import category_titles
from geoprio.outputs.labels import PAGE, QGIS
from geoprio.outputs.palette import (
    CHANGE_COLORS,
    CLASS_BREAKS,
    CLASS_COLORS,
    FACILITY_COLORS,
    ROBUST_COLORS,
    UNSCORED_COLOR,
)
from geoprio.outputs.titles import building_title, is_measured, shown_title, straight_titles

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geoprio.outputs.result import Result

FONT = "WenQuanYi Micro Hei"
"""Face of labels and layouts; QGIS falls back to its own where it is not installed."""

LABEL_SCALE = 20000
RANK_LABELS = 10
"""First ranks that are named at every scale."""
LEGEND_WIDTH = 42
"""Characters of an entry that the legend of the layout has room for."""
BUILDING_SCALE = 30000
PALETTE = len(FACILITY_COLORS)
CROSSES = ("cross2", "cross", "star")
"""Marks of QGIS for problem points."""
SOLVED = "solved"
"""Status of a problem point at which nothing is to be done."""
STREET_TITLES = (("主要街道", "一般街道", "支路小径"), ("big streets", "streets", "service ways and paths"))
STREET_WIDTHS = ("0.7", "0.4", "0.15")
"""Millimeters for major, middle and minor streets."""


@dataclass(frozen=True)
class Style:
    """How QGIS draws a layer, as parts of QML.

    Attributes
    ----------
    renderer, labels : str
    aliases : dict of str to str
        Field to title, in the order of the fields.
    scale : int
        Drawn at scales larger than 1:scale; 0: at all.
    tip : str
        Map tip, HTML with expressions.
    display : str
        Expression that names a feature.
    """

    renderer: str
    labels: str = ""
    aliases: dict[str, str] = field(default_factory=dict)
    scale: int = 0
    tip: str = ""
    display: str = ""

    @property
    def attributes(self) -> str:
        """Attributes of the element that holds the style."""
        limit = f'"1" minScale="{self.scale}" maxScale="0"' if self.scale else '"0"'
        return f'labelsEnabled="{int(bool(self.labels))}" hasScaleBasedVisibilityFlag={limit}'

    @property
    def body(self) -> str:
        """Elements of the style."""
        # Field 0 is the key column `fid`, which GDAL adds.
        names = "".join(
            f'<alias index="{i}" field={quoteattr(name)} name={quoteattr(title)}/>'
            for i, (name, title) in enumerate(self.aliases.items(), 1)
        )
        return (
            f"{self.renderer}{self.labels}<blendMode>0</blendMode><featureBlendMode>0</featureBlendMode>"
            f"<layerOpacity>1</layerOpacity><aliases>{names}</aliases>"
            f"<previewExpression>{escape(self.display)}</previewExpression><mapTip>{escape(self.tip)}</mapTip>"
        )


def layer_styles(result: Result, columns: Mapping[str, list[str]], lang: str) -> dict[str, Style]:
    """Return the style of each drawn layer of the GeoPackage.

    Parameters
    ----------
    result : Result
    columns : mapping of str to list of str
        The fields of each layer, in their order, as `write_layers` returns them.
    lang : {"zh", "en"}
        Language of legends, field titles and map tips.
    """
    categories = tuple(result.rules)
    number = 1 if lang == "en" else 0
    renderer, labels = zone_style(lang)
    name = '"name"'
    aliases = {layer: {c: _title(layer, c, result)[number] for c in fields} for layer, fields in columns.items()}
    problems = {"problems": problem_style(result, aliases["problems"], number)} if "problems" in columns else {}
    return {
        "zones": Style(renderer, labels, aliases["zones"], tip=_zone_tip(number), display=name),
        "buildings": Style(
            _fill_style("#b8b2a7", "#8a8378"),
            aliases=aliases["buildings"],
            scale=BUILDING_SCALE,
            display='"building_id"',
        ),
        "facilities": Style(
            _facility_style(categories, number), aliases=aliases["facilities"], tip=TIP_NAME, display=name
        ),
        "streets": Style(_street_style(STREET_TITLES[number]), aliases=aliases["streets"]),
        **problems,
    }


def _title(layer: str, column: str, result: Result) -> tuple[str, str]:
    categories = tuple(result.rules)
    if layer == "buildings":
        of_condition = condition_title(column, result.defects)
        if of_condition is not None:
            return of_condition
        titles = building_title(column, categories)
        return straight_titles(titles) if result.straight and is_measured(column, categories) else titles
    return shown_title(column, result)


def html_safe(expression: str) -> str:
    """Return a QGIS expression whose text is safe in a map tip: map tips are HTML."""
    return f"replace(replace({expression}, '&', '&amp;'), '<', '&lt;')"


TIP_NAME = f"<b>[% {html_safe('name')} %]</b>"


def _zone_tip(number: int) -> str:
    words = (("第", "名 · 优先级"), ("rank", "· priority"))[number]
    unscored = QGIS["unscored"][number]
    told = f"concat('{words[0]} ', \"rank\", ' {words[1]} ', format_number(\"priority\", 1))"
    return f"{TIP_NAME}<br>[% if(\"rank\" is null, '{unscored}', {told}) %]"


def zone_style(lang: str) -> tuple[str, str]:
    """Return renderer and labels of the zones: priority in fixed classes, zones without one hatched."""
    word = QGIS["unscored"][1 if lang == "en" else 0]
    bounds = [(low, high, f"{low:g} – {high:g}") for low, high in pairwise(CLASS_BREAKS)]
    # Zones without a priority would vanish from a graduated layer; -1 gives them a class of their own.
    renderer = _graduated('coalesce("priority", -1)', (-1.0, -0.5, word), bounds, CLASS_COLORS)
    # Of a whole city only the first are named; the others once there is room for their names.
    near = f'"rank" <= {RANK_LABELS} or @map_scale <= {LABEL_SCALE}'
    named = quoteattr(f"if({near}, concat(\"rank\", ' ', \"name\"), '')")
    labels = (
        f'<labeling type="simple"><settings><text-style fieldName={named} '
        f'isExpression="1" fontFamily="{FONT}" fontSize="8" fontSizeUnit="Point" textColor="20,20,20,255" '
        'textOpacity="1"><text-buffer bufferDraw="1" bufferSize="0.8" bufferSizeUnits="MM" '
        'bufferColor="255,255,255,255" bufferOpacity="1"/></text-style><placement placement="0" centroidInside="1" '
        'priority="5"/><rendering scaleVisibility="0" obstacle="1" drawLabels="1"/></settings></labeling>'
    )
    return renderer, labels


def graduated_style(column: str, good: float, bad: float, unit: str, number: int) -> str:
    """Return a renderer of an indicator: five equal classes of urgency from `good` to `bad`, darker toward `bad`.

    What lies beyond an anchor belongs to the class beside it; zones where the indicator is unknown are hatched.
    """
    word = ("未知", "unknown")[number]
    sign = 1.0 if bad > good else -1.0
    # A class holds the values above its lower bound: told by urgency, larger is worse whatever the direction.
    urgency = f'coalesce(clamp(0, ("{column}" - {good!r}) / ({bad!r} - {good!r}), 1), -1)'
    steps = [good + (bad - good) * k / len(CLASS_COLORS) for k in range(len(CLASS_COLORS) + 1)]
    bounds = []
    for k, (start, end) in enumerate(pairwise(steps)):
        low, high = sorted((start, end))
        text = f"{_figure(low, unit)} – {_figure(high, unit)}"
        if k == 0:
            text = f"{'≤' if sign > 0 else '≥'} {_figure(end, unit)}"
        elif k == len(CLASS_COLORS) - 1:
            text = f"{'>' if sign > 0 else '<'} {_figure(start, unit)}"
        bounds.append((k / len(CLASS_COLORS), (k + 1) / len(CLASS_COLORS), text))
    return _graduated(urgency, (-1.0, -0.5, word), bounds, CLASS_COLORS)


def diverging_style(column: str, direction: int, steps: tuple[float, float], unit: str, number: int) -> str:
    """Return a renderer of a change: five classes from better (blue) over the same to worse (orange).

    Parameters
    ----------
    column : str
    direction : {1, -1}
        1: a fall is better.
    steps : tuple of float
        Changes up to the first are the same; beyond the second they are large.
    unit : str
    number : {0, 1}
        Language: zh, en.
    """
    small, large = (_figure(step, unit) for step in steps)
    zh, en = ("好转", "变差"), ("better", "worse")
    better, worse = (zh, en)[number]
    same = ("变化不大", "about the same")[number]
    texts = [
        f"{better} > {large}",
        f"{better} > {small}",
        f"{same} (≤ {small})",
        f"{worse} > {small}",
        f"{worse} > {large}",
    ]
    # Classes of a number of its own, since a class of QGIS holds its bounds.
    away = f'(abs("{column}") > {steps[0]!r}) + (abs("{column}") > {steps[1]!r})'
    sign = f'if("{column}" * {direction} > 0, 1, -1)'
    classes = f"coalesce(({away}) * {sign}, -9)"
    bounds = [(k - 2.5, k - 1.5, text) for k, text in enumerate(texts)]
    return _graduated(classes, (-9.5, -8.5, ("未知", "unknown")[number]), bounds, CHANGE_COLORS)


def _figure(value: float, unit: str) -> str:
    return f"{100 * value:g} %" if unit == "share" else f"{value:,.6g} {unit}".strip()


def _graduated(
    expression: str, unknown: tuple[float, float, str], bounds: list[tuple[float, float, str]], colors: Sequence[str]
) -> str:
    """Return a graduated renderer whose first class is hatched."""
    symbols = [_symbol(0, "fill", _hatch())]
    symbols += [_symbol(i, "fill", _simple_fill(color, "#ffffff", "solid")) for i, color in enumerate(colors, 1)]
    ranges = "".join(
        f'<range lower="{low:.12g}" upper="{high:.12g}" symbol="{i}" render="true" label={quoteattr(label)}/>'
        for i, (low, high, label) in enumerate([unknown, *bounds])
    )
    return (
        f'<renderer-v2 type="graduatedSymbol" attr={quoteattr(expression)} '
        'graduatedMethod="GraduatedColor" symbollevels="0" forceraster="0" enableorderby="0">'
        f"<ranges>{ranges}</ranges><symbols>{''.join(symbols)}</symbols>"
        '<classificationMethod id="Custom"/></renderer-v2>'
    )


def _hatch() -> str:
    lines = {"angle": "45", "distance": "2", "line_width": "0.26", "color": _rgba(UNSCORED_COLOR)}
    return _layer("LinePatternFill", lines) + _simple_fill("#ffffff", UNSCORED_COLOR, "no")


def _facility_style(categories: tuple[str, ...], number: int) -> str:
    """Return dots in the color of the category; hollow ones do not count in the results."""
    dots = [
        (c, legend_text(category_titles(c)[number]), FACILITY_COLORS[i % len(FACILITY_COLORS)])
        for i, c in enumerate(categories)
    ]
    white = _rgba("#ffffff")
    rows = [(c, title, _marker(_rgba(color), white)) for c, title, color in dots]
    rows.append(("", QGIS["not_used"][number], _marker(white, _rgba(UNSCORED_COLOR))))
    return categorized("if(\"status\" = 'used', \"category\", '')", rows)


def categorized_points(column: str, rows: Sequence[tuple[str, str, str, float]]) -> str:
    """Return a renderer of points by the values of a column.

    Parameters
    ----------
    column : str
    rows : sequence of (value, label, color, size)
        In the order of the legend; sizes in millimeters.
    """
    white = _rgba("#ffffff")
    return categorized(column, [(value, label, _marker(_rgba(c), white, size)) for value, label, c, size in rows])


def categorized_zones(expression: str, rows: Sequence[tuple[str, str, str]], other: str) -> str:
    """Return a renderer of areas by the words of an expression; all else is hatched.

    Parameters
    ----------
    expression : str
    rows : sequence of (value, label, color)
        In the order of the legend.
    other : str
        Label of all else.
    """
    fills = [(v, label, _symbol("{}", "fill", _simple_fill(color, "#ffffff", "solid"))) for v, label, color in rows]
    return categorized(expression, [*fills, ("", other, _symbol("{}", "fill", _hatch()))])


def robust_style(number: int) -> str:
    """Return a renderer of how sure a zone's place among the first is."""
    rows = [(word, PAGE[f"robust.{word}"][number], color) for word, color in ROBUST_COLORS.items()]
    return categorized_zones("coalesce(\"robust\", '')", rows, QGIS["unscored"][number])


def _marker(color: str, outline: str, size: float = 2.6, name: str = "circle") -> str:
    width = "0.3" if name == "circle" else "0.6"
    options = {"name": name, "color": color, "outline_color": outline, "outline_width": width, "size": f"{size:g}"}
    return _symbol("{}", "marker", _layer("SimpleMarker", options))


def categorized(expression: str, rows: Sequence[tuple[str, str, str]]) -> str:
    """Return a renderer of values: each value with a label and a symbol whose name is left open as {}."""
    categories = "".join(
        f'<category value={quoteattr(value)} type="string" symbol="{i}" label={quoteattr(label)} render="true"/>'
        for i, (value, label, _) in enumerate(rows)
    )
    symbols = "".join(symbol.replace('name="{}"', f'name="{i}"', 1) for i, (_, _, symbol) in enumerate(rows))
    return (
        f'<renderer-v2 type="categorizedSymbol" attr={quoteattr(expression)} symbollevels="0" forceraster="0" '
        f'enableorderby="0"><categories>{categories}</categories><symbols>{symbols}</symbols></renderer-v2>'
    )


def problem_style(result: Result, aliases: dict[str, str], number: int) -> Style:
    """Return crosses for problem points, colored by defect; those that are solved are gray."""
    defects = result.defects
    there = set() if result.condition is None else set(result.condition.points["defect"])
    codes = [code for code in defects if code in there]
    kinds = [(c, legend_text((defects[c].title_zh, defects[c].title_en)[number])) for c in codes]
    # Where the colors are used up another mark tells the defects apart.
    looks = [(_rgba(FACILITY_COLORS[i % PALETTE]), CROSSES[i // PALETTE % len(CROSSES)]) for i in range(len(kinds))]
    points = [*zip(kinds, looks, strict=True)]
    points.append(((SOLVED, QGIS["solved"][number]), (_rgba(UNSCORED_COLOR), CROSSES[0])))
    rows = [(value, title, _marker(color, color, name=mark)) for (value, title), (color, mark) in points]
    renderer = categorized(f"if(\"status\" = '{SOLVED}', '{SOLVED}', \"defect\")", rows)
    told = f"<b>[% {html_safe(_coalesced('defect'))} %]</b> [% {html_safe(_coalesced('problem_id'))} %]"
    return Style(renderer, aliases=aliases, tip=told, display='"defect"')


def legend_text(text: str) -> str:
    """Return a text that fits into the legend of the layout; Chinese characters take the room of two."""
    room = 0
    for at, character in enumerate(text):
        room += 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if room > LEGEND_WIDTH:
            return f"{text[: at - 1].rstrip()}…"
    return text


def _coalesced(field_name: str) -> str:
    return f"coalesce(\"{field_name}\", '')"


def _fill_style(color: str, outline: str) -> str:
    symbol = _symbol(0, "fill", _simple_fill(color, outline, "solid"))
    return (
        f'<renderer-v2 type="singleSymbol" symbollevels="0" forceraster="0"><symbols>{symbol}</symbols></renderer-v2>'
    )


def _street_style(titles: tuple[str, ...]) -> str:
    """Return lines in gray, the big streets wider."""
    rows, symbols = [], []
    for i, width in enumerate(STREET_WIDTHS):
        rows.append(f'<category value="{i}" type="long" symbol="{i}" label={quoteattr(titles[i])} render="true"/>')
        options = {"line_color": _rgba("#9a9a9a"), "line_width": width, "line_width_unit": "MM", "capstyle": "round"}
        symbols.append(_symbol(i, "line", _layer("SimpleLine", options)))
    return (
        '<renderer-v2 type="categorizedSymbol" attr="level" symbollevels="0" forceraster="0" enableorderby="0">'
        f"<categories>{''.join(rows)}</categories><symbols>{''.join(symbols)}</symbols></renderer-v2>"
    )


def _simple_fill(color: str, outline: str, style: str) -> str:
    options = {"color": _rgba(color), "style": style, "outline_color": _rgba(outline), "outline_style": "solid"}
    return _layer("SimpleFill", options | {"outline_width": "0.2", "outline_width_unit": "MM"})


def simple_symbol(color: str) -> str:
    """Return the symbol of a plain fill without a name, as items of layouts hold it."""
    return _symbol("", "fill", _simple_fill(color, color, "solid"))


def _symbol(number: int | str, kind: str, layers_xml: str) -> str:
    return f'<symbol name="{number}" type="{kind}" alpha="1" clip_to_extent="1" force_rhr="0">{layers_xml}</symbol>'


def _layer(kind: str, options: dict[str, str]) -> str:
    # QGIS 3.22 reads <Option>, older ones <prop>.
    rows = "".join(f'<Option type="QString" name="{k}" value="{v}"/>' for k, v in options.items())
    props = "".join(f'<prop k="{k}" v="{v}"/>' for k, v in options.items())
    return f'<layer class="{kind}" enabled="1" locked="0" pass="0"><Option type="Map">{rows}</Option>{props}</layer>'


def _rgba(color: str) -> str:
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return f"{red},{green},{blue},255"
