"""Look at rasters: where they lie, and what their cells may be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from geoprio._core.crs import to_degrees
from geoprio._core.errors import InputError
from geoprio.config.draft.look import Look
from geoprio.sources.grids import grid_crs, opened, place_of

if TYPE_CHECKING:
    from geoprio.config.draft.gather import Found


def look_at_grid(found: Found) -> Look:
    """Return a look at a raster; its cells are not read.

    Raises
    ------
    InputError
        If it is no raster that is read, or does not say where its cells lie.
    """
    with opened(found.path.name, found.path.parent, "init", tiles=True) as raster:
        crs = grid_crs(raster, found.path.name, "init")
        about: dict[str, Any] = {
            "crs": crs,
            "bounds": _degrees(raster, crs),
            "unit": (raster.units[0] or "").strip(),
            "description": (raster.descriptions[0] or "").strip(),
            "size": (raster.width, raster.height),
        }
    if not np.isfinite(about["bounds"]).all():
        raise InputError(f"{found.path.name}: its cells lie nowhere on Earth.")
    return Look(found.path, found.name, "raster", raster=about)


def _degrees(raster: Any, crs: Any) -> tuple[float, float, float, float]:  # noqa: ANN401 - rasterio has no types
    """Return west, south, east and north of a raster in degrees, by points along its edge."""
    step = np.linspace(0, 1, 9)
    zero, one = np.zeros(9), np.ones(9)
    col = np.concatenate((step, step, zero, one)) * raster.width
    row = np.concatenate((zero, one, step, step)) * raster.height
    x, y, _ = place_of(raster) @ (col, row, np.ones(len(col)))
    lon, lat = to_degrees(crs, x, y)
    return float(np.min(lon)), float(np.min(lat)), float(np.max(lon)), float(np.max(lat))
