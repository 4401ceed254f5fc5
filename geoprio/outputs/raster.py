"""The priority of zones as cells: a cloud-optimized GeoTIFF with a colour table, for raster work in GIS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from geoprio._core.errors import InputError
from geoprio.outputs.palette import CLASS_BREAKS, CLASS_COLORS, UNSCORED_COLOR

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    from affine import Affine

    from geoprio.outputs.result import Result

PRIORITY_RASTER: Final = "priority.tif"
UNSCORED: Final = 254
"""Value of cells in zones without a priority."""
OUTSIDE: Final = 255
"""Value of cells in no zone."""
MOST_CELLS: Final = 400_000_000
BLOCK: Final = 512


def write_raster(result: Result, cell_m: float, path: Path) -> None:
    """Write the priority raster of a result in its working CRS.

    Parameters
    ----------
    result : Result
    cell_m : float
        Side of a cell in meters; cells begin at whole multiples of it.
    path : Path
        A .tif file; equal results give equal bytes.

    Raises
    ------
    InputError
        If the cells are so small that there would be more than 400 million of them.
    """
    import rasterio  # noqa: PLC0415 - loaded only where a raster is asked for
    from rasterio.io import MemoryFile  # noqa: PLC0415 - as above
    from rasterio.shutil import copy  # noqa: PLC0415 - as above

    values, transform = priority_cells(result.zones, cell_m)
    profile = {
        "driver": "GTiff", "dtype": "uint8", "count": 1, "height": values.shape[0], "width": values.shape[1],
        "crs": rasterio.crs.CRS.from_wkt(result.zones.crs.to_wkt()), "transform": transform, "nodata": OUTSIDE,
        "photometric": "palette",
    }  # fmt: skip
    with MemoryFile() as memory:
        with memory.open(**profile) as raster:
            raster.write(values, 1)
            raster.write_colormap(1, color_table())
            raster.update_tags(1, about="priority 0-100, rounded up to whole points; 254 = not scored")
        with memory.open() as raster:
            # Neither the mean of codes nor a blend of colours means anything: overviews take the most frequent cell.
            copy(raster, path, driver="COG", compress="deflate", blocksize=BLOCK, overview_resampling="mode")


def priority_cells(zones: gpd.GeoDataFrame, cell_m: float) -> tuple[np.ndarray, Affine]:
    """Return the priority at the middle of each cell, and where the cells lie.

    Whole points, rounded up, so that a cell is of the same class as its zone (classes include their upper bound).
    Where zones overlap, the smallest counts, then the lowest id, as for buildings.

    Returns
    -------
    ndarray of uint8, shape (rows, columns)
        0 to 100; 254 in zones without a priority, 255 in no zone.
    Affine
        From columns and rows to the CRS of the zones.

    Raises
    ------
    InputError
        As `write_raster` does.
    """
    from rasterio.features import rasterize  # noqa: PLC0415 - loaded only where a raster is asked for
    from rasterio.transform import Affine  # noqa: PLC0415 - as above

    west, south, east, north = (float(v) for v in zones.total_bounds)
    west, south = np.floor(west / cell_m) * cell_m, np.floor(south / cell_m) * cell_m
    columns, rows = (int(np.ceil((end - start) / cell_m)) for start, end in ((west, east), (south, north)))
    if columns * rows > MOST_CELLS:
        least = cell_m * (columns * rows / MOST_CELLS) ** 0.5
        raise InputError(
            f"[outputs] raster_m = {cell_m:g} makes {columns:,} × {rows:,} cells; take {least:,.3g} m or more."
        )
    transform = Affine(cell_m, 0.0, west, 0.0, -cell_m, south + rows * cell_m)
    points = np.ceil(zones["priority"].to_numpy(float).round(9))
    values = np.where(np.isnan(points), UNSCORED, points).astype(np.uint8)
    shapes = zones.geometry.to_numpy()
    # What is drawn last covers the rest.
    by_id = np.argsort(zones.index.astype(str).to_numpy(object), kind="stable")[::-1]
    order = by_id[np.argsort(-shapely.area(shapes[by_id]), kind="stable")]
    drawn = zip(shapes[order], values[order].tolist(), strict=True)
    return rasterize(drawn, (rows, columns), fill=OUTSIDE, transform=transform, dtype="uint8"), transform


def color_table() -> dict[int, tuple[int, int, int, int]]:
    """Return the colour of each value, red, green, blue and opacity: the classes of map and QGIS."""
    edges = np.array(CLASS_BREAKS[1:])
    colors = [_rgb(CLASS_COLORS[int(np.searchsorted(edges, value))]) for value in range(101)]
    return dict(enumerate(colors)) | {UNSCORED: _rgb(UNSCORED_COLOR), OUTSIDE: (0, 0, 0, 0)}


def _rgb(color: str) -> tuple[int, int, int, int]:
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return red, green, blue, 255
