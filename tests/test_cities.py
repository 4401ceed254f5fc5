"""The main job on four real cities, with figures re-made independently of the code that made them."""

import json
import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import geoprio

WALKED = """
[elevation]
path = "N43E007.hgt.zip"
[access]
profile = {elder_care = "elderly", childcare = "toddler", convenience = "adult"}
[barriers]
path = "monaco.osm.pbf"
where = {barrier = ["wall", "fence", "retaining_wall"]}
[gates]
path = "monaco.osm.pbf"
"""
CITIES = {
    "las_palmas": (
        "las_palmas.osm.pbf",
        'path = "lp_school_districts.geojson"\nid = "Codigo"\nname = "Denominaci"',
        "",
    ),
    "beijing_haidian": (
        "map.osm",
        'path = "map.osm"\nwhere = {landuse = "residential", name = "*"}\ntype = "compound"',
        "",
    ),
    "liechtenstein": ("liechtenstein.osm.pbf", 'path = "liechtenstein.osm.pbf"\nwhere = {admin_level = 8}', ""),
    "monaco": ("monaco.osm.pbf", 'path = "monaco.osm.pbf"\nwhere = {admin_level = 10}', WALKED),
}
EXPECTED = {
    "las_palmas": (29, 22_595, (12, 23, 107)),
    "beijing_haidian": (6, 521, (0, 1, 9)),
    "liechtenstein": (11, 17_638, (2, 23, 6)),
    "monaco": (6, 1213, (0, 2, 5)),
}
CATEGORIES = ("elder_care", "childcare", "convenience")


@pytest.fixture(scope="module")
def ran(real_data, tmp_path_factory):
    """Return a function from the name of a real city to the result and the output folder of its one run."""
    found = {}

    def once(name):
        if name in found:
            return found[name]
        folder = tmp_path_factory.mktemp(name)
        osm, zones, more = CITIES[name]
        for file in (real_data / name).iterdir():
            (folder / file.name).symlink_to(file)
        text = f'[zones]\n{zones}\n[buildings]\npath = "{osm}"\n[streets]\npath = "{osm}"\n'
        text += "".join(f'[[facilities]]\ncategory = "{c}"\npath = "{osm}"\n' for c in CATEGORIES)
        (folder / "study.toml").write_text(text + more, encoding="utf-8")
        result = geoprio.run(folder / "study.toml")
        found[name] = result, result.save(folder / "out")
        return found[name]

    return once


@pytest.fixture(scope="module", params=CITIES)
def city(request, ran):
    """Return name, result and output folder of a run on a real city."""
    return request.param, *ran(request.param)


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
    assert len(run["files"]) == 11
    assert "OpenStreetMap" in (out / "map.html").read_text(encoding="utf-8")


@pytest.mark.realdata
def test_supply_shares_out_what_is_in_reach_and_no_more(city):
    """The demand is one per home here; each facility's one place goes to those within the threshold."""
    _, result, _ = city
    rows, sites = result.buildings, result.facilities
    home = (rows["use"] != "other").to_numpy()
    for category, limit in zip(CATEGORIES, (1000, 500, 500), strict=True):
        given, metres = rows[f"{category}_supply"], rows[f"{category}_distance_m"]
        if not (rows[f"{category}_status"] == "no_facilities").any():
            assert given.isna().tolist() == rows["snap_m"].isna().tolist()
        # A home has what it reaches to share; a walk of just the threshold weighs nothing.
        sure = home & ~((metres - limit).abs() <= 1)
        assert ((given > 0) == (metres < limit))[sure].all()
        of = sites[(sites["category"] == category) & (sites["status"] == "used")]
        shared = given[home].sum() / 1000
        reached = rows[f"{category}_facility_id"][home & (metres < limit - 1)].unique()
        assert len(reached) - 1e-6 <= shared <= len(of) + 1e-6


GAIN = math.exp(3.5 * 0.05)
"""How much faster than on level ground Tobler lets people walk at best, 5 % downhill."""


@pytest.mark.realdata
def test_monaco_is_walked_by_profiles_over_its_hills(ran):
    """Minutes are known wherever a facility is reached, differ by walker, and obey each walker's fastest pace."""
    result, out = ran("monaco")
    rows = result.buildings
    assert (rows["elder_care_status"] == "no_facilities").all()
    pace = {}
    for category, fastest in (("childcare", 39), ("convenience", 72 * GAIN)):
        reached = rows[f"{category}_status"] == "reached"
        metres, minutes = rows[f"{category}_distance_m"], rows[f"{category}_walk_min"]
        assert reached.sum() > 1000
        assert minutes.notna().tolist() == metres.notna().tolist() == reached.tolist()
        apart = reached & (metres > 0)
        assert (metres[apart] <= minutes[apart] * fastest + 2e-3).all()
        pace[category] = float((metres[apart] / minutes[apart]).median())
        # The hills slow nearly everyone down, and by more than a tenth in the median.
        assert pace[category] < 0.9 * fastest / (GAIN if category == "convenience" else 1)
    assert pace["convenience"] > 1.3 * pace["childcare"]
    run = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert {c: w["name"] for c, w in run["walking"].items()} == {
        "elder_care": "elderly",
        "childcare": "toddler",
        "convenience": "adult",
    }
    assert "N43E007.hgt.zip" in {i["path"] for i in run["inputs"]}


@pytest.mark.realdata
def test_monaco_is_left_through_its_gates(ran, real_data):
    """In a zone that holds a gate near its edge, the way to the street is at least the straight way to a gate."""
    import osmium

    result, _ = ran("monaco")
    used = {s["role"]: s.get("used") for s in result.quality["sources"]}
    assert used["barriers"] > 50
    kinds = ("gate", "lift_gate", "swing_gate", "entrance", "sliding_gate", "turnstile", "kissing_gate", "wicket_gate")
    nodes = osmium.FileProcessor(str(real_data / "monaco" / "monaco.osm.pbf"), osmium.osm.NODE)
    gates = [
        (n.location.lon, n.location.lat)
        for n in nodes.with_filter(osmium.filter.KeyFilter("barrier"))
        if n.tags["barrier"] in kinds and n.tags.get("foot") != "no" and n.tags.get("locked") != "yes"
    ]
    points = gpd.GeoSeries(gpd.points_from_xy(*zip(*gates, strict=True)), crs=4326).to_crs(result.zones.crs).to_numpy()
    gated = 0
    for zone_id, shape in result.zones.geometry.items():
        near = shapely.distance(points, shapely.boundary(shape)) <= 30
        if not (near & shapely.contains(shape, points)).any():
            continue
        gated += 1
        here = result.buildings[result.buildings["zone_id"] == zone_id]
        straight = shapely.distance(shapely.points(here["x"], here["y"])[:, None], points[near][None, :]).min(axis=1)
        assert (here["snap_m"] >= straight - 1e-3).all()
    assert gated >= 3
