"""The main job on three real cities, with figures re-made independently of the code that made them."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import geoprio

CITIES = {
    "las_palmas": ("las_palmas.osm.pbf", 'path = "lp_school_districts.geojson"\nid = "Codigo"\nname = "Denominaci"'),
    "beijing_haidian": (
        "map.osm",
        'path = "map.osm"\nwhere = {landuse = "residential", name = "*"}\ntype = "compound"',
    ),
    "liechtenstein": ("liechtenstein.osm.pbf", 'path = "liechtenstein.osm.pbf"\nwhere = {admin_level = 8}'),
}
EXPECTED = {
    "las_palmas": (29, 22_595, (12, 23, 107)),
    "beijing_haidian": (6, 521, (0, 1, 9)),
    "liechtenstein": (11, 17_638, (2, 23, 6)),
}
CATEGORIES = ("elder_care", "childcare", "convenience")


@pytest.fixture(scope="module", params=CITIES)
def city(request, real_data, tmp_path_factory):
    """Return name, result and output folder of a run on a real city."""
    folder = tmp_path_factory.mktemp(request.param)
    osm, zones = CITIES[request.param]
    for file in (real_data / request.param).iterdir():
        (folder / file.name).symlink_to(file)
    text = f'[zones]\n{zones}\n[buildings]\npath = "{osm}"\n[streets]\npath = "{osm}"\n'
    text += "".join(f'[[facilities]]\ncategory = "{c}"\npath = "{osm}"\n' for c in CATEGORIES)
    (folder / "study.toml").write_text(text, encoding="utf-8")
    result = geoprio.run(folder / "study.toml")
    return request.param, result, result.save(folder / "out")


@pytest.mark.realdata
def test_counts(city):
    name, result, _ = city
    zones, buildings, facilities = EXPECTED[name]
    assert len(result.zones) == zones
    assert result.quality["city"]["buildings_read"] == buildings
    found = result.facilities["category"].value_counts()
    assert tuple(int(found.get(c, 0)) for c in CATEGORIES) == facilities
    counts = result.quality["city"]
    assert (
        counts["buildings_in_zones"] + counts["buildings_outside_zones"] + counts["buildings_beyond_reach"] == buildings
    )
    for category in CATEGORIES:
        assert sum(result.quality["categories"][category]["buildings_by_status"].values()) == len(result.buildings)


@pytest.mark.realdata
def test_covered_shares_against_a_plain_count(city):
    """The demand is one per building here, so a share is a count of rows of the written table."""
    _, _, out = city
    rows = gpd.read_parquet(out / "buildings.parquet")
    zones = gpd.read_parquet(out / "zones.parquet")
    limits = dict(zip(CATEGORIES, (1000, 500, 500), strict=True))
    for zone_id in zones.index:
        here = rows[(rows["zone_id"] == zone_id) & (rows["use"] != "other")]
        for category, limit in limits.items():
            status, metres = here[f"{category}_status"], here[f"{category}_distance_m"]
            known = status.isin(["reached", "beyond_cutoff"]).sum()
            covered, found = (metres <= limit).sum(), zones.loc[zone_id, f"{category}_covered_share"]
            # An unreachable building counts as known only where its streets amount to 1 km.
            most = known + status.eq("unreachable").sum()
            if most:
                assert covered / most - 1e-9 <= found
            if known == most and known:
                assert found == pytest.approx(covered / known, abs=1e-9)
            elif known:
                assert found <= covered / known + 1e-9


@pytest.mark.realdata
def test_buildings_lie_in_their_zone(city):
    _, result, _ = city
    inside = result.buildings[result.buildings["zone_id"].notna()]
    shapes = result.zones.geometry[inside["zone_id"]].to_numpy()
    assert shapely.covers(shapes, shapely.points(inside["x"], inside["y"])).all()


@pytest.mark.realdata
def test_no_walk_is_shorter_than_the_straight_line(city):
    _, result, _ = city
    for category in CATEGORIES:
        found = result.buildings[result.buildings[f"{category}_status"] == "reached"]
        if found.empty:
            continue
        sites = result.facilities[result.facilities["category"] == category].geometry[found[f"{category}_facility_id"]]
        straight = np.hypot(sites.x.to_numpy() - found["x"].to_numpy(), sites.y.to_numpy() - found["y"].to_numpy())
        assert (found[f"{category}_distance_m"].to_numpy() >= straight - 1e-3).all()


@pytest.mark.realdata
def test_ranks_and_contributions_of_the_written_list(city):
    _, _, out = city
    table = pd.read_csv(out / "zones.csv")
    ranked = table[table["rank"].notna()]
    assert ranked["rank"].tolist() == list(range(1, len(ranked) + 1))
    parts = ranked.filter(like="_contribution").sum(axis=1)
    assert np.abs(parts - ranked["priority"]).max() <= 1e-9
    assert ranked["priority"].is_monotonic_decreasing
    run = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert len(run["files"]) == 8
    assert "OpenStreetMap" in (out / "map.html").read_text(encoding="utf-8")
