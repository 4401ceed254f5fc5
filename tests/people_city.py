"""A city of buildings and nothing else, for tests of who lives in them."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from pyproj import CRS

from geoprio._core.findings import Findings
from geoprio.city.model import City
from geoprio.city.population import add_population
from geoprio.sources import PopulationSpec

UTM = CRS("EPSG:32650")


def write(path, cells, place, crs, **profile):
    cells = np.asarray(cells)
    shape = {"height": cells.shape[0], "width": cells.shape[1], "count": 1, "dtype": cells.dtype}
    with rasterio.open(path, "w", driver="GTiff", crs=crs, transform=place, **shape, **profile) as raster:
        raster.write(cells, 1)


def at(place, col, row):
    """Return the coordinates of a column and row."""
    return place.a * col + place.b * row + place.c, place.d * col + place.e * row + place.f


def city_of(shapes, reach, crs=UTM, **columns):
    """Return a city that has buildings and nothing else."""
    shapes = np.asarray(shapes, dtype=object)
    middle = shapely.centroid(shapes)
    ids = pd.Index([f"b{i}" for i in range(len(shapes))], dtype="str", name="building_id")
    data = {"use": "residential", "zone_id": "z", "x": shapely.get_x(middle), "y": shapely.get_y(middle), **columns}
    table = gpd.GeoDataFrame(data, index=ids, geometry=shapes, crs=crs)
    zones = gpd.GeoDataFrame({"name": ["z"]}, index=pd.Index(["z"], name="zone_id"), geometry=[reach], crs=crs)
    nothing = {"facilities": None, "streets": None, "data_extent": None, "categories": (), "counts": {}}
    return City(crs=crs, zones=zones, buildings=table, reach=reach, **nothing)


def people(city, folder, findings=None, **keys):
    return add_population(city, PopulationSpec.model_validate(keys), folder, findings or Findings())


def checked(city, column="population"):
    """Return the figures of a column after checking that they add up."""
    figures = city.people["columns"][column]
    assert figures["placed"] + figures["unplaced"] == pytest.approx(figures["total"], rel=1e-9, abs=1e-9)
    return figures
