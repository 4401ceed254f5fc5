"""Coordinates and rasters that `init` could take for what they are not."""

import tomllib

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from draft_town import (
    BLOCK,
    LETTERS,
    SIDE,
    X,
    Y,
    buildings,
    checked,
    corners,
    degrees,
    drafted,
    grid_file,
    places,
    write_town,
)

from geoprio.config.draft import draft_project
from geoprio.sources.coordinates import wgs84_to_bd09


@pytest.fixture
def folder(tmp_path):
    return write_town(tmp_path)


def test_degrees_that_a_layer_says_itself_are_not_moved_for_little(folder):
    """Houses off the streets: shifted ones stand beside them by chance."""
    half = SIDE * BLOCK / 2
    x, y = (np.ravel(v) for v in np.meshgrid(np.arange(X + 60, X + half, 45), np.arange(Y + 60, Y + half, 45)))
    inner = ((x - X) % BLOCK > 50) & ((x - X) % BLOCK < 220) & ((y - Y) % BLOCK > 50) & ((y - Y) % BLOCK < 220)
    houses = gpd.GeoDataFrame(geometry=shapely.box(x - 8, y - 8, x + 8, y + 8)[inner], crs=32650).assign(层数=6)
    (folder / "楼栋.gpkg").unlink()
    houses.to_crs(4326).to_file(folder / "楼栋.geojson")
    places().to_csv(folder / "设施.csv", index=False)
    read, _, _ = checked(folder)
    assert "crs" not in read["buildings"]


def test_metres_are_placed_where_they_stand_beside_houses(folder):
    x, y = corners()
    table = places().drop(columns=["经度", "纬度"]).assign(x=x, y=y)
    for code in (32650, 4548):
        points = gpd.GeoSeries(gpd.points_from_xy(x, y), crs=32650).to_crs(code)
        table.assign(x=points.x, y=points.y).to_csv(folder / "设施.csv", index=False)
        read, text = drafted(folder)
        assert {f["crs"] for f in read["facilities"]} == {f"EPSG:{code}"}
        assert f"EPSG:{code} buildings 100 %" in " ".join(line.removeprefix("#").strip() for line in text.splitlines())


def test_a_layer_with_northing_first_is_read_the_other_way_round(folder):
    layer = buildings()
    layer.geometry = shapely.transform(layer.geometry.to_numpy(), lambda xy: xy[:, ::-1])
    (folder / "楼栋.gpkg").unlink()
    layer.to_file(folder / "楼栋.gpkg", driver="GPKG")
    places().to_csv(folder / "设施.csv", index=False)
    read, text, report = checked(folder)
    assert read["buildings"]["axes"] == "yx"
    assert "? doubtful: The file holds northing or latitude first" in text
    assert next(s for s in report["sources"] if s["role"] == "buildings")["used"] == 64


def test_the_name_of_a_file_says_whose_degrees_it_holds(folder):
    for file in (*folder.glob("楼栋.*"), *folder.glob("道路.*"), *folder.glob("小区.*")):
        file.unlink()
    lon, lat = degrees(wgs84_to_bd09)
    rows = {"小区名称": [f"{c}{d}里" for c in LETTERS for d in LETTERS], "户数": 300, "百度经度": lon, "百度纬度": lat}
    pd.DataFrame(rows).to_excel(folder / "老旧小区清单.xlsx", index=False)
    places(wgs84_to_bd09).to_csv(folder / "百度poi.csv", index=False)
    read, _ = drafted(folder)
    assert {f["crs"] for f in read["facilities"]} == {"BD-09"}
    # A coordinate is no id, even if none stands there twice.
    assert "id" not in read["zones"]


def test_tiles_of_one_raster_are_listed_together(folder):
    places().to_csv(folder / "设施.csv", index=False)
    grid_file(folder / "pop_all.tif", 5.0)
    with rasterio.open(folder / "pop_all.tif") as raster:
        cells, about, place = raster.read(1), raster.profile, raster.transform
    for name, start in (("pop_east.tif", 12), ("pop_west.tif", 0)):
        part = {**about, "width": 12, "transform": place @ rasterio.Affine.translation(start, 0)}
        with rasterio.open(folder / name, "w", **part) as raster:
            raster.write(cells[:, start : start + 12], 1)
    (folder / "pop_all.tif").rename(folder / "pop_z.tif")
    draft = draft_project(folder)
    read = tomllib.loads(draft.text("en"))
    assert read["population"]["path"] == ["pop_east.tif", "pop_west.tif"]
    assert "overlap" in next(item.why.text("en") for item in draft.left if item.name == "pop_z.tif")
