"""The QGIS project beside the GeoPackage: groups, styled layers, a layout for print.

Paths are relative, so the folder can be moved whole. Written for QGIS 3.22 and read back by it in the tests.
"""

from __future__ import annotations

import dataclasses
import hashlib
import math
import zipfile
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

import pyproj

from geoprio.outputs.condition import anchors_of, shared_codes
from geoprio.outputs.labels import QGIS
from geoprio.outputs.planned.labels import MAP as PROGRAMME
from geoprio.outputs.qgis.layout import layout_xml
from geoprio.outputs.qgis.programme import programme_style
from geoprio.outputs.qgis.raster import raster_pipe
from geoprio.outputs.qgis.styles import Style, graduated_style, robust_style
from geoprio.outputs.raster import PRIORITY_RASTER
from geoprio.outputs.titles import map_subtitle, shown_title
from geoprio.outputs.webmap.data import credit_lines

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from geoprio.outputs.result import Result
    from geoprio.score.matrix import Criterion

GEOPACKAGE = "geoprio.gpkg"
FIXED_ZIP_DATE = (2000, 1, 1, 0, 0, 0)
MARGIN = 0.04
"""Of the zones' extent, left free around them."""

GEOMETRY_KINDS = {
    "zones": "Polygon", "buildings": "Polygon", "facilities": "Point", "streets": "Line", "problems": "Point",
}  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Layer:
    """One entry of the layer tree: a table of the GeoPackage with a name and a style."""

    key: str
    table: str
    title: str
    style: Style
    shown: bool = True

    @property
    def id(self) -> str:
        """Id in the project; QGIS replaces ids of less than 12 characters."""
        return f"geoprio_{self.key}_{hashlib.sha256(self.key.encode()).hexdigest()[:8]}"

    @property
    def source(self) -> str:
        """Where the table is, relative to the project."""
        return f"./{GEOPACKAGE}|layername={self.table}"

    @property
    def provider(self) -> str:
        """What reads the source."""
        return "ogr"

    def xml(self, crs: str) -> str:
        """Return the layer as XML; so is `crs`."""
        return (
            f'<maplayer type="vector" geometry="{GEOMETRY_KINDS[self.table]}" {self.style.attributes}>'
            f"<id>{self.id}</id><datasource>{escape(self.source)}</datasource><layername>{escape(self.title)}</layername>"
            f'<srs>{crs}</srs><provider encoding="UTF-8">ogr</provider>{self.style.body}</maplayer>'
        )


@dataclasses.dataclass(frozen=True)
class RasterLayer(Layer):
    """The raster of priorities, a file of its own."""

    pipe: str = ""

    @property
    def source(self) -> str:
        """Where the file is, relative to the project."""
        return f"./{PRIORITY_RASTER}"

    @property
    def provider(self) -> str:
        """What reads the source."""
        return "gdal"

    def xml(self, crs: str) -> str:
        """Return the layer as XML; so is `crs`."""
        return (
            f'<maplayer type="raster"><id>{self.id}</id><datasource>{escape(self.source)}</datasource>'
            f"<layername>{escape(self.title)}</layername><srs>{crs}</srs><provider>gdal</provider>{self.pipe}"
            "<blendMode>0</blendMode></maplayer>"
        )


def write_project(result: Result, styles: Mapping[str, Style], path: Path, lang: str) -> None:
    """Write the QGIS project of a result beside its GeoPackage.

    Parameters
    ----------
    result : Result
    styles : mapping of str to Style
        By table, as `layer_styles` gives them.
    path : Path
        A .qgz file; equal results give equal bytes.
    lang : {"zh", "en"}
    """
    entry = zipfile.ZipInfo(f"{path.stem}.qgs", FIXED_ZIP_DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(entry, project_xml(result, styles, lang))


def project_xml(result: Result, styles: Mapping[str, Style], lang: str) -> str:
    """Return the project as XML."""
    number = 1 if lang == "en" else 0
    crs = pyproj.CRS(result.zones.crs)
    groups = _groups(result, styles, number)
    extent = _extent(result)
    title = result.project["project"]["name"]
    every = [layer for _, _, members in groups for layer in members]
    tree = "".join(_group_xml(name, shown, members) for name, shown, members in groups)
    box = "".join(f"<{k}>{v!r}</{k}>" for k, v in zip(("xmin", "ymin", "xmax", "ymax"), extent, strict=True))
    # A plan is printed with its programme; of two layers of the zones one is drawn.
    drawn = "programme" if any(layer.key == "programme" for layer in every) else "zones"
    legend = [layer for layer in every if layer.key in {drawn, "facilities", "problems"}]
    layout = layout_xml(
        title=title,
        subtitle=PROGRAMME["programme"][number] if drawn == "programme" else map_subtitle(result, number),
        credit=f"{QGIS['credit'][number]}{' · '.join(credit_lines(result.project))}",
        legend_title=QGIS["legend"][number],
        name=(PROGRAMME if drawn == "programme" else QGIS)["layout"][number],
        extent=extent,
        legend=_tree(legend),
        shown=[
            (layer.id, layer.title, layer.source)
            for layer in every
            if layer.key == drawn or (layer.shown and layer.key != "zones")
        ],
    )
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
        f'<qgis projectname={quoteattr(title)} version="3.22.0"><title>{escape(title)}</title>'
        f"<projectCrs>{_crs_xml(crs)}</projectCrs><layer-tree-group>{tree}</layer-tree-group>"
        f'<mapcanvas name="theMapCanvas" annotationsVisible="1"><units>meters</units><extent>{box}</extent>'
        f"<rotation>0</rotation><destinationsrs>{_crs_xml(crs)}</destinationsrs></mapcanvas>"
        f"<projectlayers>{''.join(layer.xml(_crs_xml(crs)) for layer in every)}</projectlayers>"
        f"<layerorder>{''.join(f'<layer id={quoteattr(layer.id)}/>' for layer in every)}</layerorder>"
        '<properties><Paths><Absolute type="bool">false</Absolute></Paths>'
        '<SpatialRefSys><ProjectionsEnabled type="int">1</ProjectionsEnabled></SpatialRefSys></properties>'
        f'<ProjectViewSettings UseProjectScales="0"><Scales/>{_view_xml(extent, crs)}</ProjectViewSettings>'
        f"<Layouts>{layout}</Layouts></qgis>"
    )


def _groups(result: Result, styles: Mapping[str, Style], number: int) -> list[tuple[str, bool, list[Layer]]]:
    """Return the groups of the layer tree, from the top: title, whether it is drawn, layers."""
    word = {key: pair[number] for key, pair in QGIS.items()}
    measures = [_measure(c, styles["zones"], result, number) for c in result.matrix.criteria]
    weighted = set(result.matrix.codes)
    shares = [_share(c, styles["zones"], result, number) for c in shared_codes(result) if c not in weighted]
    said = [c for c in result.need_codes if c not in weighted and result.zones[c].notna().any()]
    needs = [_share(c, styles["zones"], result, number) for c in said]
    problems = [Layer("problems", "problems", word["problems"], styles["problems"])] if "problems" in styles else []
    return [
        (
            word["result"],
            True,
            [
                *problems,
                Layer("facilities", "facilities", word["facilities"], styles["facilities"]),
                Layer("zones", "zones", word["zones"], styles["zones"]),
                *_planned(result, styles["zones"], number),
                *_sure(result, styles["zones"], number),
                *_raster(result, word["raster"], number),
            ],
        ),
        (word["indicators"], False, measures),
        *([(word["condition"], False, shares)] if shares else []),
        *([(word["needs"], False, needs)] if needs else []),
        (
            word["base"],
            True,
            [
                Layer("buildings", "buildings", word["buildings"], styles["buildings"]),
                Layer("streets", "streets", word["streets"], styles["streets"]),
            ],
        ),
    ]


def _sure(result: Result, zones: Style, number: int) -> list[Layer]:
    """Return the zones by how sure their place among the first is; nothing where that was not computed."""
    if "robust" not in result.zones:
        return []
    style = dataclasses.replace(zones, renderer=robust_style(number), labels="")
    return [Layer("robust", "zones", shown_title("robust", result)[number], style, shown=False)]


def _planned(result: Result, zones: Style, number: int) -> list[Layer]:
    """Return the zones by their first year in the programme; nothing where nobody planned."""
    style = programme_style(result, zones, number)
    return [] if style is None else [Layer("programme", "zones", PROGRAMME["layer"][number], style, shown=False)]


def _raster(result: Result, title: str, number: int) -> list[Layer]:
    """Return the raster of priorities where the project asks for one."""
    if result.project["outputs"]["raster_m"] is None:
        return []
    return [RasterLayer("raster", "zones", title, Style(""), shown=False, pipe=raster_pipe(number))]


def _measure(criterion: Criterion, zones: Style, result: Result, number: int) -> Layer:
    """Return the zones colored by one weighted indicator, from its good anchor to its bad one."""
    title = shown_title(criterion.code, result)[number]
    good, bad = criterion.good, criterion.bad
    if math.isnan(good) or math.isnan(bad):
        # Without anchors the classes run over what there is.
        known = result.zones[criterion.code].dropna().to_numpy(float)
        ends = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
        good, bad = ends if criterion.direction > 0 else ends[::-1]
        bad = bad if bad != good else good + criterion.direction
    renderer = graduated_style(criterion.code, good, bad, criterion.unit, number)
    style = dataclasses.replace(zones, renderer=renderer, labels="")
    return Layer(criterion.code, "zones", title, style, shown=False)


def _share(code: str, zones: Style, result: Result, number: int) -> Layer:
    """Return the zones colored by a share that has no weight; hatched where nobody looked or too few answered."""
    good, bad = (0.0, 1.0) if code in result.need_codes else anchors_of(code, result) or (0.0, 1.0)
    style = dataclasses.replace(zones, renderer=graduated_style(code, good, bad, "share", number), labels="")
    return Layer(code, "zones", shown_title(code, result)[number], style, shown=False)


def _extent(result: Result) -> tuple[float, float, float, float]:
    west, south, east, north = (float(v) for v in result.zones.total_bounds)
    margin = MARGIN * max(east - west, north - south)
    return west - margin, south - margin, east + margin, north + margin


def _view_xml(extent: tuple[float, float, float, float], crs: pyproj.CRS) -> str:
    """Return where the project opens."""
    box = " ".join(f'{k}="{v!r}"' for k, v in zip(("xmin", "ymin", "xmax", "ymax"), extent, strict=True))
    return f"<DefaultViewExtent {box}>{_crs_xml(crs)}</DefaultViewExtent>"


def _tree(members: list[Layer]) -> str:
    return "".join(
        f"<layer-tree-layer id={quoteattr(layer.id)} name={quoteattr(layer.title)} source={quoteattr(layer.source)} "
        f'providerKey="{layer.provider}" expanded="{int(layer.shown)}" '
        f'checked="Qt::{"Checked" if layer.shown else "Unchecked"}"/>'
        for layer in members
    )


def _group_xml(title: str, shown: bool, members: list[Layer]) -> str:
    state = "Checked" if shown else "Unchecked"
    return (
        f'<layer-tree-group name={quoteattr(title)} expanded="{int(shown)}" checked="Qt::{state}">'
        f"{_tree(members)}</layer-tree-group>"
    )


def _crs_xml(crs: pyproj.CRS) -> str:
    """Return the CRS with its WKT: from an authority's code alone QGIS 3.22 makes an empty project CRS."""
    code = crs.to_authority()
    named = f"<srid>{code[1]}</srid><authid>{escape(':'.join(code))}</authid>" if code else ""
    return (
        f"<spatialrefsys><wkt>{escape(crs.to_wkt('WKT2_2019'))}</wkt><proj4></proj4>{named}"
        f"<description>{escape(crs.name)}</description><geographicflag>false</geographicflag></spatialrefsys>"
    )
