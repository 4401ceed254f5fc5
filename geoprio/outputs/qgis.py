"""QGIS styles, embedded in the GeoPackage.

QGIS takes them from the table `layer_styles` when it opens a layer. No library writes QML without QGIS itself, so the
little that is needed is written here, for QGIS 3.22 and later.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

from geoprio.indicators.registry import category_titles
from geoprio.outputs.palette import CLASS_BREAKS, CLASS_COLORS, FACILITY_COLORS, UNSCORED_COLOR
from geoprio.outputs.tables import FIXED_DATE, layers
from geoprio.outputs.titles import building_title, column_title

if TYPE_CHECKING:
    from pathlib import Path

    from geoprio.outputs.result import Result

TABLE = """CREATE TABLE layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256),
f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT,
styleSLD TEXT, useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME)"""

CONTENTS = """INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, srs_id)
VALUES ('layer_styles', 'attributes', 'layer_styles', '', ?, 0)"""

# An empty schema is needed: QGIS does not find a style whose schema is NULL.
STYLE = """INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName,
styleQML, styleSLD, useAsDefault, description, owner, update_time)
VALUES ('', '', ?, ?, 'geoprio', ?, '', 1, 'geoprio', '', ?)"""

LABEL_SCALE = 20000
BUILDING_SCALE = 30000


def embed_styles(result: Result, path: Path, lang: str) -> None:
    """Write a default style with field aliases for each layer into the GeoPackage at `path`."""
    tables = layers(result)
    categories = tuple(result.rules)
    number = 1 if lang == "en" else 0
    bodies = {
        "zones": zone_style(lang),
        "buildings": _fill_style("#b8b2a7", "#8a8378"),
        "facilities": (_facility_style(categories, number), ""),
    }
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(TABLE)
        db.execute(CONTENTS, (FIXED_DATE,))
        for layer, (renderer, labels) in bodies.items():
            columns = [str(c) for c in tables[layer].columns if c != "geometry"]
            aliases = {c: _title(layer, c, result)[number] for c in columns}
            (geometry,) = db.execute(
                "SELECT column_name FROM gpkg_geometry_columns WHERE table_name = ?", (layer,)
            ).fetchone()
            scale = BUILDING_SCALE if layer == "buildings" else 0
            db.execute(STYLE, (layer, geometry, _qml(renderer, labels, aliases, scale), FIXED_DATE))


def _title(layer: str, column: str, result: Result) -> tuple[str, str]:
    categories = tuple(result.rules)
    if layer == "buildings":
        return building_title(column, categories)
    return column_title(column, categories, result.rule_file.items)


def _qml(renderer: str, labels: str, aliases: dict[str, str], scale: int) -> str:
    # Field 0 is the key column `fid`, which GDAL adds.
    names = "".join(
        f'<alias index="{i}" field={quoteattr(field)} name={quoteattr(name)}/>'
        for i, (field, name) in enumerate(aliases.items(), 1)
    )
    limit = (
        f'hasScaleBasedVisibilityFlag="1" minScale="{scale}" maxScale="0"'
        if scale
        else 'hasScaleBasedVisibilityFlag="0"'
    )
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
        f'<qgis version="3.22.0" styleCategories="AllStyleCategories" labelsEnabled="{int(bool(labels))}" {limit}>'
        f"{renderer}{labels}<blendMode>0</blendMode><featureBlendMode>0</featureBlendMode><layerOpacity>1</layerOpacity>"
        f"<aliases>{names}</aliases></qgis>"
    )


def zone_style(lang: str) -> tuple[str, str]:
    """Return renderer and labels of the zones: priority in fixed classes, zones without one hatched."""
    word = "not scored" if lang == "en" else "未评分"
    # Zones without a priority would vanish from a graduated layer; -1 gives them a class of their own.
    ranges = [f'<range lower="-1" upper="-0.5" symbol="0" render="true" label={quoteattr(word)}/>']
    lines = {"angle": "45", "distance": "2", "line_width": "0.26", "color": _rgba(UNSCORED_COLOR)}
    hatch = _layer("LinePatternFill", lines)
    symbols = [_symbol(0, "fill", hatch + _simple_fill("#ffffff", UNSCORED_COLOR, "no"))]
    for i, color in enumerate(CLASS_COLORS, 1):
        low, high = CLASS_BREAKS[i - 1], CLASS_BREAKS[i]
        ranges.append(
            f'<range lower="{low:g}" upper="{high:g}" symbol="{i}" render="true" label="{low:g} – {high:g}"/>'
        )
        symbols.append(_symbol(i, "fill", _simple_fill(color, "#ffffff", "solid")))
    renderer = (
        '<renderer-v2 type="graduatedSymbol" attr="coalesce(&quot;priority&quot;, -1)" '
        'graduatedMethod="GraduatedColor" symbollevels="0" forceraster="0" enableorderby="0">'
        f"<ranges>{''.join(ranges)}</ranges><symbols>{''.join(symbols)}</symbols>"
        '<classificationMethod id="Custom"/></renderer-v2>'
    )
    labels = (
        '<labeling type="simple"><settings><text-style fieldName="concat(&quot;rank&quot;, \' \', &quot;name&quot;)" '
        'isExpression="1" fontSize="8" fontSizeUnit="Point" textColor="20,20,20,255" textOpacity="1"><text-buffer '
        'bufferDraw="1" bufferSize="0.8" bufferSizeUnits="MM" bufferColor="255,255,255,255" bufferOpacity="1"/>'
        '</text-style><placement placement="0" centroidInside="1" priority="5"/><rendering scaleVisibility="1" '
        f'scaleMin="0" scaleMax="{LABEL_SCALE}" obstacle="1" drawLabels="1"/></settings></labeling>'
    )
    return renderer, labels


def _facility_style(categories: tuple[str, ...], number: int) -> str:
    rows, symbols = [], []
    for i, category in enumerate(categories):
        title = category_titles(category)[number]
        rows.append(
            f'<category value={quoteattr(category)} type="string" symbol="{i}" label={quoteattr(title)} render="true"/>'
        )
        color = FACILITY_COLORS[i % len(FACILITY_COLORS)]
        marker = {
            "name": "circle",
            "color": _rgba(color),
            "outline_color": _rgba("#ffffff"),
            "outline_width": "0.3",
            "size": "2.6",
        }
        symbols.append(_symbol(i, "marker", _layer("SimpleMarker", marker)))
    return (
        '<renderer-v2 type="categorizedSymbol" attr="category" symbollevels="0" forceraster="0" enableorderby="0">'
        f"<categories>{''.join(rows)}</categories><symbols>{''.join(symbols)}</symbols></renderer-v2>"
    )


def _fill_style(color: str, outline: str) -> tuple[str, str]:
    symbol = _symbol(0, "fill", _simple_fill(color, outline, "solid"))
    return (
        f'<renderer-v2 type="singleSymbol" symbollevels="0" forceraster="0"><symbols>{symbol}</symbols></renderer-v2>',
        "",
    )


def _simple_fill(color: str, outline: str, style: str) -> str:
    options = {"color": _rgba(color), "style": style, "outline_color": _rgba(outline), "outline_style": "solid"}
    return _layer("SimpleFill", options | {"outline_width": "0.2", "outline_width_unit": "MM"})


def _symbol(number: int, kind: str, layers_xml: str) -> str:
    return f'<symbol name="{number}" type="{kind}" alpha="1" clip_to_extent="1" force_rhr="0">{layers_xml}</symbol>'


def _layer(kind: str, options: dict[str, str]) -> str:
    # QGIS 3.22 reads <Option>, older ones <prop>.
    rows = "".join(f'<Option type="QString" name="{k}" value="{v}"/>' for k, v in options.items())
    props = "".join(f'<prop k="{k}" v="{v}"/>' for k, v in options.items())
    return f'<layer class="{kind}" enabled="1" locked="0" pass="0"><Option type="Map">{rows}</Option>{props}</layer>'


def _rgba(color: str) -> str:
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return f"{red},{green},{blue},255"
