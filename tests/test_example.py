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


def content(path):
    """Return the bytes of a file; of a workbook those of its parts, which libraries pack in more than one way."""
    if path.suffix != ".xlsx":
        return path.read_bytes()
    with zipfile.ZipFile(path) as book:
        return {part.filename: (part.date_time, book.read(part)) for part in book.infolist()}


def test_the_script_makes_the_committed_files(tmp_path):
    script = ROOT / "data" / "make_example.py"
    subprocess.run([sys.executable, script, "--out", tmp_path], check=True, capture_output=True)
    for folder in (EXAMPLE.parent, CLEAN):
        made = sorted(p.name for p in (tmp_path / folder.name).iterdir())
        of_example = ["改造措施.toml", "评估方案.toml", "评估方案.sha256"]
        by_hand = ["project.toml", *(of_example if folder == EXAMPLE.parent else [])]
        assert sorted([*made, *by_hand]) == sorted(p.name for p in folder.iterdir())
        for name in made:
            assert content(tmp_path / folder.name / name) == content(folder / name), name


def test_it_is_called_synthetic_everywhere():
    for path in (*EXAMPLE.parent.glob("*.geojson"), *CLEAN.glob("*.geojson")):
        assert "SYNTHETIC" in json.loads(path.read_text(encoding="utf-8"))["description"]
    for path in EXAMPLE.parent.glob("*.tif"):
        with rasterio.open(path) as raster:
            assert "SYNTHETIC" in raster.tags()["TIFFTAG_IMAGEDESCRIPTION"]
    books, tables = list(EXAMPLE.parent.glob("*.xlsx")), list(EXAMPLE.parent.glob("*.csv"))
    assert (len(books), len(tables)) == (7, 5)
    for path in books:
        with zipfile.ZipFile(path) as book:
            assert "SYNTHETIC" in book.read("xl/sharedStrings.xml").decode(), path.name
    for path in tables:
        encoding = "gb18030" if path.name == "poi_amap.csv" else "utf-8-sig"
        _, *rows = path.read_text(encoding=encoding).splitlines()
        assert all("SYNTHETIC" in row for row in rows), path.name
    assert pyogrio.read_dataframe(EXAMPLE.parent / "楼栋.shp", encoding="GBK")["BZ"].eq("合成数据").all()
    for folder in (EXAMPLE.parent, CLEAN):
        assert "SYNTHETIC" in (folder / "README.md").read_text(encoding="utf-8")
        assert "SYNTHETIC" in (folder / "project.toml").read_text(encoding="utf-8")
        assert sum(p.stat().st_size for p in folder.iterdir()) < 1_300_000
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
