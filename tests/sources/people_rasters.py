"""Small rasters of people, and how they are read."""

import numpy as np
import rasterio
import shapely
from pyproj import CRS
from rasterio.transform import Affine

from geoprio._core.findings import Findings
from geoprio.sources import PopulationSpec
from geoprio.sources.population import read_people

UTM = CRS("EPSG:32650")
X, Y = 500_000.0, 3_450_000.0
"""Upper left corner of the hand-made rasters; their cells are 100 m wide."""
AREA = shapely.box(X, Y - 200, X + 300, Y)
PLAIN = np.array([[1, 2, 3], [4, 5, 6]], "float32")


def write(path, cells=PLAIN, *, crs="EPSG:32650", transform=None, driver="GTiff", **profile):
    cells = np.asarray(cells)[None] if np.ndim(cells) == 2 else np.asarray(cells)
    count, height, width = cells.shape
    transform = Affine(100, 0, X, 0, -100, Y) if transform is None else transform
    settings = {"dtype": cells.dtype, "crs": crs, "transform": transform, **profile}
    with rasterio.open(path, "w", driver=driver, count=count, height=height, width=width, **settings) as raster:
        raster.write(cells)
    return path


def read(folder, column="population", findings=None, area=AREA, crs=UTM, **keys):
    keys = keys or {"path": "p.tif"}
    (cells,) = read_people(column, PopulationSpec(**keys), folder, area, crs, findings or Findings())
    return cells


def spec_of(**keys):
    return PopulationSpec.model_validate(keys)
