"""The built-in example is what its script makes, and says that it is synthetic."""

import json
import subprocess
import sys

import geopandas as gpd
import shapely
from conftest import EXAMPLE, ROOT

import geoprio


def test_the_script_makes_the_committed_files(tmp_path):
    script = ROOT / "data" / "make_example.py"
    subprocess.run([sys.executable, script, "--out", tmp_path], check=True, capture_output=True)
    made = sorted(p.name for p in tmp_path.iterdir())
    assert sorted([*made, "project.toml"]) == sorted(p.name for p in EXAMPLE.parent.iterdir())
    for name in made:
        assert (tmp_path / name).read_bytes() == (EXAMPLE.parent / name).read_bytes(), name


def test_it_is_called_synthetic_everywhere():
    for path in EXAMPLE.parent.glob("*.geojson"):
        assert "SYNTHETIC" in json.loads(path.read_text(encoding="utf-8"))["description"]
    for path in (EXAMPLE, EXAMPLE.parent / "README.md", ROOT / "data" / "SOURCES.md"):
        assert "SYNTHETIC" in path.read_text(encoding="utf-8")
    assert sum(p.stat().st_size for p in EXAMPLE.parent.iterdir()) < 5_000_000


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
    assert result.quality["categories"]["elder_care"]["facilities_by_status"] == {"unsnapped": 1, "used": 13}
    assert result.quality["categories"]["childcare"]["demand"] == "population_0_2"


def test_river_and_railway_force_detours():
    """Somewhere the walk is more than twice the straight line, because it leads over a bridge."""
    result = geoprio.run(EXAMPLE)
    found = result.buildings[result.buildings["elder_care_status"] == "reached"]
    sites = result.facilities.geometry[found["elder_care_facility_id"]]
    homes = gpd.GeoSeries(gpd.points_from_xy(found["x"], found["y"]), crs=sites.crs)
    straight = homes.distance(sites.reset_index(drop=True)).to_numpy()
    ratio = found["elder_care_distance_m"].to_numpy()[straight > 200] / straight[straight > 200]
    assert ratio.max() > 2
