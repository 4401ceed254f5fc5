"""Which share of a cell each polygon covers, exactly; loaded only where a study has a raster of people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from exactextract import exact_extract
from exactextract.feature import Feature, FeatureSource
from exactextract.raster import NumPyRasterSource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from geoprio._core.typing import Floats, Ints


class _Shape(Feature):  # type: ignore[misc]  # exactextract has no types
    """A polygon as exactextract asks for it; its own sources go through GeoJSON text, six times as slow."""

    def __init__(self, wkb: bytes) -> None:
        super().__init__()
        self.wkb = wkb

    def geometry(self) -> bytes:
        """Return the polygon as well-known binary."""
        return self.wkb

    def fields(self) -> list[str]:
        """Return no names: a polygon is known by its number."""
        return []


class _Shapes(FeatureSource):  # type: ignore[misc]  # exactextract has no types
    def __init__(self, shapes: NDArray[np.object_]) -> None:
        super().__init__()
        self.shapes = shapely.to_wkb(shapes)

    def count(self) -> int:
        """Return the number of polygons."""
        return len(self.shapes)

    def __iter__(self) -> Iterator[_Shape]:
        return map(_Shape, self.shapes)

    def srs_wkt(self) -> None:
        """Return nothing: shapes and cells are both in columns and rows."""


def coverage(shapes: NDArray[np.object_], height: int, width: int) -> tuple[Ints, Ints, Floats]:
    """Return which polygon covers which cell, and how much of the cell.

    Parameters
    ----------
    shapes : ndarray of polygons, shape (n,)
        x = column, y = -row; 0 is the outer edge of the first cell.
    height, width : int
        Of the raster.

    Returns
    -------
    shape, cell : ndarray of int, shape (k,)
        Position of the polygon, and of the cell, counted by rows.
    share : ndarray of float, shape (k,)
        Of the cell's area, above 0 and up to 1.
    """
    if not len(shapes):
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)
    cells = NumPyRasterSource(np.zeros((height, width), np.uint8), 0, -height, width, 0)
    found = exact_extract(cells, _Shapes(shapes), ["cell_id", "coverage"], output="pandas")
    shape = np.repeat(np.arange(len(shapes)), found["cell_id"].map(len))
    cell, share = (np.concatenate(found[name].to_numpy()) for name in ("cell_id", "coverage"))
    kept = share > 0
    return shape[kept], cell.astype(np.int64)[kept], share.astype(float)[kept]
