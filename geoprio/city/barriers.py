"""What cuts streets: walls, railways, rivers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from geoprio.city.reach import in_reach
from geoprio.city.shapes import tidy

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pyproj import CRS

    from geoprio._core.findings import Findings
    from geoprio.sources.spec import BarriersSpec

OPENING_M = 2.0
"""A barrier line is open within this distance of a gate, a level crossing or a ford."""


def barrier_shapes(
    raw: gpd.GeoDataFrame,
    spec: BarriersSpec,
    openings: NDArray[np.object_],
    reach: shapely.Geometry,
    crs: CRS,
    findings: Findings,
) -> gpd.GeoSeries:
    """Return the lines and polygons that cut streets.

    Parameters
    ----------
    openings : ndarray of shapely geometries, shape (n,)
        Where streets pass a barrier, in `crs`: lines are cut out within `OPENING_M` of them. Polygons stay whole.
    reach : shapely geometry
        Barriers are clipped to it.

    Returns
    -------
    GeoSeries
        Single lines and polygons in `crs`, numbered from 0; empty where none lies within reach.

    Raises
    ------
    InputError
        If all lie outside the study area, in a file that is not OSM.
    """
    table = in_reach(
        tidy(raw, "edge", crs, "barriers", findings), raw, spec.path, "barriers", "barriers", reach, findings
    )
    findings.used("barriers", len(table))
    shapes: NDArray[np.object_] = table.geometry.to_numpy().copy()
    across = ~shapely.covers(reach, shapes)
    shapes[across] = shapely.intersection(shapes[across], reach)
    shapes, opened = _opened(_single(shapes), openings)
    if opened:
        findings.info("barriers", f"{opened} lines are open within {OPENING_M:g} m of a gate, level crossing or ford")
    return gpd.GeoSeries(shapes, crs=crs)


def opened_at(barriers: gpd.GeoSeries, openings: NDArray[np.object_]) -> tuple[gpd.GeoSeries, int]:
    """Return the barriers with lines cut out within `OPENING_M` of `openings`, and how many lines that changed.

    Parameters
    ----------
    barriers : GeoSeries
        As `barrier_shapes` returns them.
    openings : ndarray of shapely geometries, shape (n,)
        In the CRS of the barriers.
    """
    shapes, changed = _opened(barriers.to_numpy(), openings)
    return gpd.GeoSeries(shapes, crs=barriers.crs), changed


def removed_at(
    barriers: gpd.GeoSeries, shape: shapely.Geometry, within_m: float, *, whole: bool
) -> tuple[gpd.GeoSeries, int]:
    """Return the barriers without what lies within a distance of a shape, and how many pieces that changed.

    Parameters
    ----------
    barriers : GeoSeries
        As `barrier_shapes` returns them.
    shape : shapely geometry
        In the CRS of the barriers.
    within_m : float
    whole : bool
        Whether the pieces that come within the distance go whole.
    """
    shapes: NDArray[np.object_] = barriers.to_numpy().copy()
    near = shapely.dwithin(shapes, shape, within_m)
    if whole:
        return gpd.GeoSeries(shapes[~near], crs=barriers.crs), int(near.sum())
    shapes[near] = shapely.difference(shapes[near], shapely.buffer(shape, within_m))
    return gpd.GeoSeries(_single(shapes), crs=barriers.crs), int(near.sum())


def _single(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return single lines and polygons; points, which a clip may leave, are dropped."""
    # The parts of a collection may have parts themselves.
    parts: NDArray[np.object_] = shapely.get_parts(shapely.get_parts(shapes))
    return parts[(shapely.get_dimensions(parts) > 0) & ~shapely.is_empty(parts)]


def _opened(shapes: NDArray[np.object_], openings: NDArray[np.object_]) -> tuple[NDArray[np.object_], int]:
    """Return the shapes with lines cut out around `openings`, and how many lines that changed."""
    lines = np.flatnonzero(shapely.get_dimensions(shapes) == 1)
    tree = shapely.STRtree(shapes[lines])
    point, line = tree.query(openings, predicate="dwithin", distance=OPENING_M)
    around: dict[int, list[int]] = {}
    for p, i in zip(point.tolist(), lines[line].tolist(), strict=True):
        around.setdefault(i, []).append(p)
    shapes = shapes.copy()
    for i, points in around.items():
        shapes[i] = shapely.difference(shapes[i], shapely.union_all(shapely.buffer(openings[points], OPENING_M)))
    return _single(shapes), len(around)
