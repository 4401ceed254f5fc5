"""The layout for print of the QGIS project: title, map, legend, scale bar, north arrow and credit on one A4 page."""

from __future__ import annotations

import math
import uuid
from xml.sax.saxutils import quoteattr

from geoprio.outputs.qgis.styles import FONT, simple_symbol

PAGE_MM = (297.0, 210.0)
MAP_MM = (10.0, 24.0, 205.0, 172.0)
"""Left, top, width and height of the map on the page; the legend stands right of it."""

NAMESPACE = uuid.UUID("6f6d5ad4-5c0f-5a52-9c36-6a4f0b8f1f35")
LEGEND_STYLES = (("title", 12, 0, 0), ("group", 9, 3, 0), ("subgroup", 9, 4, 0), ("symbolLabel", 8, 1.5, 2))
"""Parts of the legend with size (points), gap above and indent (mm)."""

BAR_SHARE = 0.2
"""Of the map's width that the scale bar takes at most."""


def layout_xml(
    *,
    title: str,
    subtitle: str,
    credit: str,
    legend_title: str,
    name: str,
    extent: tuple[float, float, float, float],
    legend: str,
    shown: list[tuple[str, str, str]],
) -> str:
    """Return the layout as XML.

    Parameters
    ----------
    title, subtitle, credit, legend_title : str
        Texts on the page.
    name : str
        Name of the layout in QGIS.
    extent : tuple of float
        West, south, east and north of what has to be seen, in metres.
    legend : str
        Entries of the legend, as XML of a layer tree.
    shown : list of (id, name, source)
        Layers on the map, from the top.
    """
    left, top, width, height = MAP_MM
    page = f'<PageCollection><LayoutItem type="65638" {_place("page", 0, 0, *PAGE_MM)}/></PageCollection>'
    map_id = _uuid("map")
    fitted = _fitted(extent, width / height)
    box = " ".join(f'{k}="{v!r}"' for k, v in zip(("xmin", "ymin", "xmax", "ymax"), fitted, strict=True))
    layers = "".join(
        f'<Layer name={quoteattr(text)} source={quoteattr(source)} provider="ogr">{key}</Layer>'
        for key, text, source in shown
    )
    frame = '<FrameColor red="90" green="90" blue="90" alpha="255"/>'
    white = '<BackgroundColor red="255" green="255" blue="255" alpha="255"/>'
    on_map = (
        f'<LayoutItem type="65639" {_place("map", left, top, width, height)} zValue="1" frame="true" background="true" '
        'keepLayerSet="true" drawCanvasItems="true" followPreset="false" mapRotation="0" labelMargin="0,mm" id="map">'
        f"<Extent {box}/>{frame}{white}<LayerSet>{layers}</LayerSet></LayoutItem>"
    )
    styles = "".join(
        f'<style name="{part}" marginTop="{gap}" marginBottom="0" marginLeft="{left}" marginRight="0" alignment="1">'
        f'<styleFont description="{_qfont(size)}" style=""/>{_text(size)}</style>'
        for part, size, gap, left in LEGEND_STYLES
    )
    key = (
        f'<LayoutItem type="65642" {_place("legend", left + width + 4, top, 56, 60)} zValue="3" '
        f'map_uuid="{map_id}" title={quoteattr(legend_title)} legendFilterByAtlas="0" '
        'resizeToContents="1" frame="false" background="true" symbolWidth="6" symbolHeight="4" columnCount="1">'
        f'<BackgroundColor red="255" green="255" blue="255" alpha="235"/>{frame}<styles>{styles}</styles>'
        f"<layer-tree-group>{legend}</layer-tree-group></LayoutItem>"
    )
    return (
        f'<Layout name={quoteattr(name)} units="mm" printResolution="200">{page}{on_map}'
        f"{_label('title', title, 6, 9, 15)}{_label('subtitle', subtitle, 15.5, 7, 9)}{key}"
        f"{_scale_bar(fitted[2] - fitted[0], map_id)}{_label('credit', credit, PAGE_MM[1] - 13, 9, 7)}</Layout>"
    )


def _uuid(part: str) -> str:
    """Return the id of an item: the same each time, so that repeated runs are equal."""
    return f"{{{uuid.uuid5(NAMESPACE, part)}}}"


def _place(part: str, x: float, y: float, width: float, height: float) -> str:
    return (
        f'uuid="{_uuid(part)}" position="{x:g},{y:g},mm" positionOnPage="{x:g},{y:g},mm" '
        f'size="{width:g},{height:g},mm" referencePoint="0" visibility="1" opacity="1" itemRotation="0"'
    )


def _text(size: float) -> str:
    return (
        f'<text-style fontFamily="{FONT}" fontSize="{size:g}" fontSizeUnit="Point" textColor="20,20,20,255" '
        'textOpacity="1"/>'
    )


def _qfont(size: float) -> str:
    """Return the description of a font as QGIS 3.22 keeps it beside the newer text styles."""
    return f"{FONT},{size:g},-1,5,50,0,0,0,0,0"


def _label(part: str, text: str, y: float, height: float, size: float) -> str:
    # QGIS runs what stands between [% and %] as an expression; a name must stay a name.
    plain = text.replace("[%", "[ %")
    return (
        f'<LayoutItem type="65641" {_place(part, MAP_MM[0], y, PAGE_MM[0] - 2 * MAP_MM[0], height)} zValue="2" '
        f'labelText={quoteattr(plain)} htmlState="0" halign="1" valign="128" marginX="0" marginY="0" id="{part}">'
        f'<LabelFont description="{_qfont(size)}" style=""/><FontColor red="20" green="20" blue="20" alpha="255"/>'
        f"{_text(size)}</LayoutItem>"
    )


def _scale_bar(width_m: float, map_id: str) -> str:
    """Return a bar of two segments of a round length, told in metres or kilometres."""
    segment = _round_down(BAR_SHARE * width_m / 2)
    unit, per = ("km", 1000) if segment >= 1000 else ("m", 1)
    left, top, _, height = MAP_MM
    fills = "".join(
        f"<{name}>{simple_symbol(rgb)}</{name}>"
        for name, rgb in (("fillSymbol", "#141414"), ("fillSymbol2", "#ffffff"))
    )
    return (
        f'<LayoutItem type="65646" {_place("scale", left + 4, top + height - 15, 80, 12)} zValue="4" '
        f'mapUuid="{map_id}" style="Single Box" unitType="meters" unitLabel="{unit}" '
        f'numMapUnitsPerScaleBarUnit="{per}" numUnitsPerSegment="{segment:g}" numSegments="2" numSegmentsLeft="0" '
        f'segmentSizeMode="0" height="2.5" '
        f'background="true">{_text(9)}{fills}</LayoutItem>'
    )


def _round_down(length: float) -> float:
    """Return the largest of 1, 2, 5 × a power of ten that is not longer."""
    power = 10.0 ** math.floor(math.log10(length))
    return max(k * power for k in (1, 2, 5) if k * power <= length * (1 + 1e-9))


def _fitted(extent: tuple[float, float, float, float], ratio: float) -> tuple[float, float, float, float]:
    """Return the extent widened to the ratio of width to height of the map."""
    west, south, east, north = extent
    width = max(east - west, (north - south) * ratio)
    x, y = (west + east) / 2, (south + north) / 2
    return x - width / 2, y - width / ratio / 2, x + width / 2, y + width / ratio / 2
