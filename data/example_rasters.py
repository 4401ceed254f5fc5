"""Rasters of make_example.py: where people live, and the height of the ground."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import rasterio
import shapely
from example_files import CRS
from rasterio.transform import Affine, from_origin

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

Floats = np.ndarray[Any, np.dtype[np.float64]]
PER_DEGREE = 1200  # cells of 3 seconds of arc
MARGIN = 2  # empty cells around the town
NO_PEOPLE = -99999.0
GRID = 40.0  # metres between heights
EDGE = 250.0  # metres of height around the streets
PEOPLE = {"population": "人口", "population_60plus": "老年人口", "population_0_2": "三岁以下人口"}


def write_people(folder: Path, items: Sequence[tuple[BaseGeometry, dict[str, Any]]], about: str) -> None:
    """Write a raster of everybody, one of those aged 60 and over and one of those aged 0 to 2.

    Each building's people are shared among cells by the parts of its footprint (in degrees) that lie in them. Numbers
    are rounded to a thousandth. Cells without a building have no data.
    """
    shapes = np.array([shape for shape, _ in items], dtype=object)
    low = np.floor(shapely.total_bounds(shapes)[:2] * PER_DEGREE).astype(int) - MARGIN
    high = np.ceil(shapely.total_bounds(shapes)[2:] * PER_DEGREE).astype(int) + MARGIN
    across, down = high - low
    col, row = np.meshgrid(np.arange(across), np.arange(down))
    west, north = (low[0] + col.ravel()) / PER_DEGREE, (high[1] - row.ravel()) / PER_DEGREE
    boxes = shapely.box(west, north - 1 / PER_DEGREE, west + 1 / PER_DEGREE, north)
    house, cell = shapely.STRtree(boxes).query(shapes, predicate="intersects")
    part = shapely.area(shapely.intersection(shapes[house], boxes[cell])) / shapely.area(shapes[house])
    place = from_origin(low[0] / PER_DEGREE, high[1] / PER_DEGREE, 1 / PER_DEGREE, 1 / PER_DEGREE)
    built = np.bincount(cell, part, minlength=across * down) > 0
    for name, column in PEOPLE.items():
        counts = np.array([fields[column] for _, fields in items], float)
        people = np.bincount(cell, part * counts[house], minlength=across * down)
        grid = np.where(built, np.round(people, 3), NO_PEOPLE).reshape(down, across)
        _write(folder / f"{name}.tif", grid, place, "EPSG:4326", about, "people per cell", nodata=NO_PEOPLE)


def ground(x: Floats, y: Floats) -> Floats:
    """Return the height in metres at places in the town's own metres: low by the river, hills in the north."""
    river = 2240 + 60 * np.sin(y / 800 + 0.6)
    bank = 1 - np.exp(-(((x - river) / 650) ** 2))
    up = np.clip((y - 2050) / 950, 0, 1)
    hill = up**2 * (3 - 2 * up) * (1 + 0.25 * np.sin(x / 420))
    mound = np.exp(-((x - 1250) ** 2 + (y - 1050) ** 2) / 420**2)
    return np.asarray(9 + 11 * bank + 34 * hill + 12 * mound)


def write_heights(folder: Path, metres: Floats, back: Callable[[Floats], tuple[Floats, Floats]], about: str) -> None:
    """Write the ground around places (in `CRS`); `back` takes them to the town's own metres."""
    low = np.floor((metres.min(axis=0) - EDGE) / GRID).astype(int)
    high = np.ceil((metres.max(axis=0) + EDGE) / GRID).astype(int)
    x, y = np.meshgrid((np.arange(low[0], high[0]) + 0.5) * GRID, (np.arange(high[1], low[1], -1) - 0.5) * GRID)
    heights = ground(*back(np.column_stack((x.ravel(), y.ravel())))).reshape(x.shape)
    place = from_origin(low[0] * GRID, high[1] * GRID, GRID, GRID)
    _write(folder / "elevation.tif", np.round(heights, 1), place, CRS, about, "height in metres")


def _write(
    path: Path, grid: Floats, place: Affine, crs: str, about: str, band: str, nodata: float | None = None
) -> None:
    """Write a GeoTIFF as it is in memory: what packs it differs from one machine to the next."""
    profile = {"driver": "GTiff", "dtype": "float32", "count": 1, "height": grid.shape[0], "width": grid.shape[1]}
    with rasterio.open(path, "w", crs=crs, transform=place, nodata=nodata, **profile) as file:
        file.write(grid.astype(np.float32), 1)
        file.update_tags(TIFFTAG_IMAGEDESCRIPTION=about)
        file.set_band_description(1, f"SYNTHETIC: {band}")
