"""Geometry as it comes from files, mended or set aside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import geopandas as gpd
import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pyproj import CRS

    from geoprio._core.findings import Findings

Kind = Literal["polygon", "line", "building", "edge", "any"]

WANTED = {"polygon": (2,), "line": (1,), "building": (0, 2), "edge": (1, 2), "any": (0, 1, 2)}
WORDS = {
    "polygon": "a polygon",
    "line": "a line",
    "building": "a polygon or a point",
    "edge": "a line or a polygon",
    "any": "a geometry",
}
LARGEST = 1e9
"""No coordinate of a place on Earth is larger, in degrees, metres or feet."""

# Dimension by shapely's type id; a collection (7) has to be taken apart.
DIMENSIONS = np.array([0, 1, 1, 2, 0, 1, 2, -1])


def tidy(frame: gpd.GeoDataFrame, kind: Kind, crs: CRS, role: str, findings: Findings) -> gpd.GeoDataFrame:
    """Return the rows with usable geometry, in `crs`, flat (no z), repaired where broken.

    Parameters
    ----------
    frame : GeoDataFrame
        Index = row in the file.
    kind : {"polygon", "line", "building", "edge", "any"}
        What the role takes; of a collection, the parts of the highest dimension that it takes.
    crs : pyproj.CRS
        The working CRS.

    Returns
    -------
    GeoDataFrame
        A new table. Rows without geometry, of another kind, or beyond repair are in the rejects.
    """
    shapes: NDArray[np.object_] = shapely.force_2d(frame.geometry.to_numpy())
    missing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    xy, of = shapely.get_coordinates(shapes, return_index=True)
    missing[of[~(np.abs(xy) < LARGEST).all(axis=1)]] = True
    findings.reject(
        role, frame.index[missing], "no geometry, or coordinates that are no numbers", "draw it or leave the row out"
    )
    broken = ~missing & ~shapely.is_valid(shapes)
    shapes[broken] = shapely.make_valid(shapes[broken])
    wrong = np.zeros(len(shapes), bool)
    fits = np.isin(DIMENSIONS[shapely.get_type_id(shapes)], WANTED[kind])
    for i in np.flatnonzero(~missing & ~fits):
        shapes[i] = _parts(shapes[i], WANTED[kind])
        wrong[i] = shapes[i] is None
    reason = f"not {WORDS[kind]}" + (", or nothing is left after repair" if broken.any() else "")
    findings.reject(role, frame.index[wrong], reason, f"give {WORDS[kind]}")
    repaired = int((broken & ~wrong).sum())
    if repaired:
        rows = ", ".join(str(r) for r in frame.index[broken & ~wrong][:5])
        findings.info(role, f"{repaired} broken geometries repaired (rows {rows}{', …' if repaired > 5 else ''})")
    usable = ~missing & ~wrong
    moved = gpd.GeoSeries(shapes[usable], crs=frame.crs).to_crs(crs).to_numpy()
    far = ~np.isfinite(shapely.bounds(moved)).all(axis=1) if len(moved) else np.zeros(0, bool)
    kept = frame[usable]
    findings.reject(role, kept.index[far], "outside the range of the working CRS", "check the coordinates and the CRS")
    return gpd.GeoDataFrame(kept.drop(columns=frame.geometry.name)[~far], geometry=moved[~far], crs=crs)


def _parts(shape: shapely.Geometry, wanted: tuple[int, ...]) -> shapely.Geometry | None:
    """Return the parts of a collection of its highest wanted dimension, as one geometry; None where there is none."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    dimensions = DIMENSIONS[shapely.get_type_id(parts)]
    fits = [d for d in wanted if (dimensions == d).any()]
    return shapely.union_all(parts[dimensions == fits[-1]]) if fits else None


def inner_points(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return the centroid of each shape, moved inside where it lies outside."""
    points: NDArray[np.object_] = shapely.centroid(shapes)
    outside = (shapely.get_dimensions(shapes) == 2) & ~shapely.intersects(shapes, points)
    points[outside] = shapely.point_on_surface(shapes[outside])
    return points
