"""The built-in example is what its script makes, and says that it is synthetic."""

import json
import subprocess
import sys
import zipfile

import geopandas as gpd
import pyogrio
import rasterio
import shapely
from conftest import EXAMPLE, ROOT

import geoprio

CLEAN = ROOT / "data" / "clean"


def test_the_script_makes_the_committed_files(tmp_path):
    script = ROOT / "data" / "make_example.py"
    subprocess.run([sys.executable, script, "--out", tmp_path], check=True, capture_output=True)
    for folder in (EXAMPLE.parent, CLEAN):
        made = sorted(p.name for p in (tmp_path / folder.name).iterdir())
        assert sorted([*made, "project.toml"]) == sorted(p.name for p in folder.iterdir())
        for name in made:
            assert (tmp_path / folder.name / name).read_bytes() == (folder / name).read_bytes(), name


def test_it_is_called_synthetic_everywhere():
    for path in (*EXAMPLE.parent.glob("*.geojson"), *CLEAN.glob("*.geojson")):
        assert "SYNTHETIC" in json.loads(path.read_text(encoding="utf-8"))["description"]
    for path in EXAMPLE.parent.glob("*.tif"):
        with rasterio.open(path) as raster:
            assert "SYNTHETIC" in raster.tags()["TIFFTAG_IMAGEDESCRIPTION"]
    with zipfile.ZipFile(EXAMPLE.parent / "老旧小区清单.xlsx") as book:
        assert "SYNTHETIC" in book.read("xl/sharedStrings.xml").decode()
    for name, encoding in (("poi_amap.csv", "gb18030"), ("poi_baidu.csv", "utf-8-sig")):
        _, *rows = (EXAMPLE.parent / name).read_text(encoding=encoding).splitlines()
        assert all("SYNTHETIC" in row for row in rows)
    assert pyogrio.read_dataframe(EXAMPLE.parent / "楼栋.shp", encoding="GBK")["BZ"].eq("合成数据").all()
    for folder in (EXAMPLE.parent, CLEAN):
        assert "SYNTHETIC" in (folder / "README.md").read_text(encoding="utf-8")
        assert "SYNTHETIC" in (folder / "project.toml").read_text(encoding="utf-8")
        assert sum(p.stat().st_size for p in folder.iterdir()) < 1_250_000
    assert "SYNTHETIC" in (ROOT / "data" / "SOURCES.md").read_text(encoding="utf-8")


def test_what_it_holds():
    result = geoprio.run(EXAMPLE)
    zones, buildings = result.zones, result.buildings
    assert set(zones["zone_type"]) == {"compound", "factory_area", "street_block", "urban_village"}
    assert len(zones) == 61
    assert len(buildings) == 3332
    assert zones["score_status"].value_counts().to_dict() == {"scored": 58, "no_buildings": 3}
    overlap = shapely.STRtree(zones.geometry.to_numpy()).query(zones.geometry.to_numpy(), predicate="overlaps")
    assert overlap.shape[1] == 0
    assert result.quality["categories"]["elder_care"]["demand"] == "population_60plus"
    assert result.quality["categories"]["elder_care"]["facilities_by_status"]["used"] == 13
    assert result.quality["categories"]["childcare"]["demand"] == "population_0_2"


def test_river_and_railway_force_detours():
    """Somewhere the walk is more than twice the straight line, because it leads over a bridge."""
    result = geoprio.run(EXAMPLE)
    found = result.buildings[result.buildings["elder_care_status"] == "reached"]
    used = result.facilities[result.facilities["status"] == "used"]
    sites = used.geometry[found["elder_care_facility_id"]]
    homes = gpd.GeoSeries(gpd.points_from_xy(found["x"], found["y"]), crs=sites.crs)
    straight = homes.distance(sites.reset_index(drop=True)).to_numpy()
    ratio = found["elder_care_distance_m"].to_numpy()[straight > 200] / straight[straight > 200]
    assert ratio.max() > 2
