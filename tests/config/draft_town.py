"""A little town as files in the way cities have them, for the tests of drafts."""

import tomllib

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import shapely

from geoprio.config.draft import draft_project
from geoprio.pipeline import check

X, Y = 448_000.0, 4_418_000.0
"""Lower left corner of a sparse synthetic town in Beijing, EPSG:32650."""
BLOCK = 270.0
SIDE = 8
LETTERS = "甲乙丙丁戊己庚辛"


def corners():
    """Return where the places stand: beside a street, in a house at the corner of each block."""
    i, j = np.meshgrid(np.arange(SIDE), np.arange(SIDE))
    return X + 15 + BLOCK * i.ravel(), Y + 15 + BLOCK * j.ravel()


def degrees(shift=None):
    points = gpd.GeoSeries(gpd.points_from_xy(*corners()), crs=32650).to_crs(4326)
    lon, lat = points.x.to_numpy(), points.y.to_numpy()
    return shift(lon, lat) if shift else (lon, lat)


def buildings():
    x, y = corners()
    data = {"编号": [f"h{k}" for k in range(len(x))], "用途": "住宅", "层数": 6, "户数": 36, "建成年代": "1985"}
    return gpd.GeoDataFrame(data, geometry=shapely.box(x - 10, y - 10, x + 10, y + 10), crs=32650)


def streets():
    end = SIDE * BLOCK
    rows = [[[X, Y + k * BLOCK], [X + end, Y + k * BLOCK]] for k in range(SIDE + 1)]
    columns = [[[X + k * BLOCK, Y], [X + k * BLOCK, Y + end]] for k in range(SIDE + 1)]
    kinds = ["主干路", "支路", "支路"] * 6
    return gpd.GeoDataFrame({"等级": kinds}, geometry=shapely.linestrings(rows + columns), crs=32650)


def zones():
    half = SIDE * BLOCK / 2
    at = [(X + i * half - 5, Y + j * half - 5) for i in (0, 1) for j in (0, 1)]
    shapes = [shapely.box(x, y, x + half, y + half) for x, y in at]
    data = {"片区编号": ["a", "b", "c", "d"], "小区名称": [f"{LETTERS[k]}小区" for k in range(4)], "类型": "老旧小区"}
    return gpd.GeoDataFrame(data, geometry=shapes, crs=32650)


def places(shift=None, **columns):
    """Return a table of 64 shops and homes for the old in a datum."""
    lon, lat = degrees(shift)
    kinds = ["便利店", "养老服务站", "花店", "托育园"] * (len(lon) // 4)
    names = [f"{LETTERS[k % 8]}{k}{kind}" for k, kind in enumerate(kinds)]
    return pd.DataFrame({"编号": range(len(lon)), "名称": names, "类别": kinds, "经度": lon, "纬度": lat, **columns})


def write_town(folder):
    """Write houses, streets and zones; places are to be added."""
    buildings().to_file(folder / "楼栋.gpkg", driver="GPKG")
    streets().to_file(folder / "道路.geojson")
    zones().to_file(folder / "小区.shp", encoding="GB18030")
    return folder


def drafted(folder, *files):
    """Return the project file as TOML reads it, and its text."""
    text = draft_project(folder, files).text("en")
    return tomllib.loads(text), text


def checked(folder, *files):
    """Return the project, its text and what `check` says of it."""
    read, text = drafted(folder, *files)
    (folder / "project.toml").write_text(text, encoding="utf-8")
    return read, text, check(folder / "project.toml")


def grid_file(path, values, name_unit=None, crs=32650, nodata=-99999):
    cells = np.full((24, 24), values, "float32")
    place = rasterio.Affine(100, 0, X - 100, 0, -100, Y + 2300)
    about = {"driver": "GTiff", "width": 24, "height": 24, "count": 1, "dtype": "float32", "nodata": nodata}
    with rasterio.open(path, "w", crs=crs, transform=place, **about) as raster:
        raster.write(cells, 1)
        if name_unit:
            raster.set_band_unit(1, name_unit)
