"""How QGIS draws the raster of priorities: the classes of the zones."""

from __future__ import annotations

from itertools import pairwise
from xml.sax.saxutils import quoteattr

from geoprio.outputs.labels import QGIS
from geoprio.outputs.palette import CLASS_BREAKS, CLASS_COLORS, UNSCORED_COLOR
from geoprio.outputs.raster import UNSCORED


def raster_pipe(number: int) -> str:
    """Return the renderer as XML; `number` is 0 for zh and 1 for en.

    Each color holds up to and with its value, as the classes do. Cells in no zone are the raster's own no-data value.
    """
    rows = [
        (high, color, f"{low:g} – {high:g}")
        for (low, high), color in zip(pairwise(CLASS_BREAKS), CLASS_COLORS, strict=True)
    ]
    rows.append((float(UNSCORED), UNSCORED_COLOR, QGIS["unscored"][number]))
    items = "".join(
        f'<item value="{value:g}" color="{color}" alpha="255" label={quoteattr(label)}/>'
        for value, color, label in rows
    )
    return (
        '<pipe><rasterrenderer type="singlebandpseudocolor" band="1" opacity="1" alphaBand="-1" '
        f'classificationMin="{CLASS_BREAKS[0]:g}" classificationMax="{UNSCORED}"><rasterTransparency/><rastershader>'
        f'<colorrampshader colorRampType="DISCRETE" classificationMode="1" clip="0" minimumValue="{CLASS_BREAKS[0]:g}" '
        f'maximumValue="{UNSCORED}" labelPrecision="0">{items}</colorrampshader></rastershader></rasterrenderer></pipe>'
    )
