"""Look at a file: what it holds, without deciding what it is for."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import geopandas as gpd
import pandas as pd
import shapely
from pyproj import CRS

from geoprio._core.files import short_name
from geoprio.sources.aliases import suggest_columns
from geoprio.sources.tables import as_text

if TYPE_CHECKING:
    from pathlib import Path

    from geoprio.sources.aliases import Suggestion
    from geoprio.sources.encodings import Decision

Kind = Literal["layer", "table", "raster", "osm"]
Shape = Literal["area", "line", "point", "mixed", ""]


@dataclass(frozen=True)
class Look:
    """What one layer, table, raster or OSM file holds.

    Attributes
    ----------
    path : Path
    name : str
        As the project file names it.
    kind : {"layer", "table", "raster", "osm"}
    frame : DataFrame
        Its rows, or the first of them; with shapes it is a GeoDataFrame.
    rows : int
        Of the file.
    layer : str or None
        Layer or sheet; None where the file has only one.
    encoding : Decision or None
        Of a CSV or a Shapefile.
    parts : dict of str to GeoDataFrame
        Of an OSM file: what each role would take of it.
    raster : dict
        Of a raster: ``crs``, ``bounds`` in degrees, ``unit``.
    """

    path: Path
    name: str
    kind: Kind
    frame: pd.DataFrame = field(default_factory=pd.DataFrame)
    rows: int = 0
    layer: str | None = None
    encoding: Decision | None = None
    parts: dict[str, gpd.GeoDataFrame] = field(default_factory=dict)
    raster: dict[str, Any] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """Name of the file, and of the layer where there are several."""
        return f"{short_name(self.name)} ({self.layer})" if self.layer else short_name(self.name)

    @property
    def label(self) -> str:
        """What words are looked for in: the file's own name and the layer's."""
        return f"{self.path.name.split('.')[0]} {self.layer or ''}"

    @property
    def crs(self) -> CRS | None:
        """What the file says of its coordinates."""
        return CRS.from_user_input(self.frame.crs) if self.has_shapes and self.frame.crs is not None else None

    @property
    def has_shapes(self) -> bool:
        """Whether rows have geometries."""
        return isinstance(self.frame, gpd.GeoDataFrame) and "geometry" in self.frame

    @cached_property
    def columns(self) -> list[str]:
        """Names of the columns beside the geometry."""
        return [str(c) for c in self.frame.columns if c != "geometry"]

    @cached_property
    def suggested(self) -> dict[str, Suggestion]:
        """Columns whose names say what they hold."""
        return suggest_columns(self.columns)

    @cached_property
    def shape(self) -> Shape:
        """What nearly all geometries are."""
        if not self.has_shapes:
            return ""
        shapes = self.frame.geometry.to_numpy()
        dimension = pd.Series(shapely.get_dimensions(shapes[~shapely.is_missing(shapes)]))
        if dimension.empty:
            return ""
        share = dimension.value_counts(normalize=True)
        names: dict[int, Shape] = {0: "point", 1: "line", 2: "area"}
        return names[int(share.index[0])] if share.iloc[0] > 0.9 else "mixed"

    @cached_property
    def median_m2(self) -> float:
        """Median area of the polygons on the ground; NaN where it cannot be told."""
        crs = self.crs
        if self.shape != "area" or crs is None:
            return float("nan")
        shapes = gpd.GeoSeries(self.frame.geometry[self.frame.geometry.notna()].head(2000), crs=crs)
        try:
            metric = shapes.to_crs(shapes.estimate_utm_crs()) if crs.is_geographic else shapes
        except (RuntimeError, ValueError):
            return float("nan")
        return float(metric.area.median())

    def values(self, column: str) -> pd.Series:
        """Return a column as text."""
        return as_text(self.frame[column])
