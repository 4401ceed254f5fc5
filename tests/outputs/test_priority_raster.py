"""The raster of priorities: cells, classes, colours, and the file itself."""

import dataclasses

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from conftest import EXAMPLE

import geoprio
from geoprio import InputError
from geoprio.outputs.palette import CLASS_BREAKS, CLASS_COLORS
from geoprio.outputs.raster import OUTSIDE, UNSCORED, color_table, priority_cells, write_raster

CELL = 10.0


@pytest.fixture(scope="module")
def example_result():
    return geoprio.run(EXAMPLE)


def made(priorities, boxes):
    index = [f"z{i}" for i in range(len(boxes))]
    return gpd.GeoDataFrame({"priority": priorities}, index=index, geometry=boxes, crs="EPSG:32650")


@pytest.fixture
def zones():
    return made(
        [20.0, 20.3, np.nan, 0.0],
        [
            *(shapely.box(1003, 2004, 1100, 2100), shapely.box(1040, 2040, 1060, 2060)),
            *(shapely.box(1200, 2000, 1300, 2050), shapely.box(1201, 2081, 1204, 2084)),
        ],
    )


def test_cells_take_the_smallest_zone_over_their_middle(zones):
    values, transform = priority_cells(zones, CELL)
    assert (transform.c % CELL, transform.f % CELL) == (0, 0)
    rows, columns = np.indices(values.shape)
    x, y = transform @ (columns + 0.5, rows + 0.5)
    shown = {"z0": 20, "z1": 21, "z2": UNSCORED, "z3": 0}
    order = zones.assign(area=zones.area).sort_values("area").index
    for at, value in zip(shapely.points(x.ravel(), y.ravel()), values.ravel(), strict=True):
        over = [z for z in order if zones.geometry[z].contains(at)]
        assert value == (shown[over[0]] if over else OUTSIDE)
    # A zone between the middles of cells is in none of them.
    assert not (values == 0).any()


def test_a_cell_is_of_the_class_of_its_zone():
    table = color_table()
    colors = ["#" + "".join(f"{part:02x}" for part in table[value][:3]) for value in range(101)]
    for priority in np.arange(0, 100.01, 0.1).round(1):
        k = max(int(np.searchsorted(CLASS_BREAKS, priority)) - 1, 0)
        assert colors[int(np.ceil(priority))] == CLASS_COLORS[k], priority
    assert table[OUTSIDE][3] == 0


def test_of_zones_of_one_size_the_lowest_id_counts():
    same = shapely.box(0, 0, 50, 50)
    values, _ = priority_cells(made([10.0, 90.0], [same, same]), CELL)
    assert set(values.ravel()) == {10}


def test_cells_too_small_name_a_size_that_fits(zones):
    with pytest.raises(InputError, match=r"raster_m = 0.001 .*take 0\.\d+ m or more"):
        priority_cells(zones, 0.001)


def test_the_file_is_cloud_optimized_with_a_colour_table(example_result, tmp_path):
    for name in ("a.tif", "b.tif"):
        write_raster(example_result, 5.0, tmp_path / name)
    assert (tmp_path / "a.tif").read_bytes() == (tmp_path / "b.tif").read_bytes()
    with rasterio.open(tmp_path / "a.tif") as raster:
        assert raster.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert raster.overviews(1)
        assert raster.nodata == OUTSIDE
        assert raster.crs == rasterio.crs.CRS.from_user_input(example_result.zones.crs.to_wkt())
        assert raster.colormap(1)[100] == color_table()[100]
        inside = example_result.zones.geometry.representative_point()
        read = [int(v[0]) for v in raster.sample(np.column_stack((inside.x, inside.y)))]
    expected = np.ceil(example_result.zones["priority"].round(9)).fillna(UNSCORED).astype(int)
    assert read == expected.tolist()


def test_a_run_writes_it_when_asked(example_result, tmp_path):
    outputs = example_result.project["outputs"] | {"raster_m": 20.0}
    asked = dataclasses.replace(example_result, project=example_result.project | {"outputs": outputs})
    assert (asked.save(tmp_path / "asked") / "priority.tif").exists()
    assert not (example_result.save(tmp_path / "plain") / "priority.tif").exists()
