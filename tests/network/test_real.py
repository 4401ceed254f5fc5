"""Real cities: walking distances against the twin, and what was read against a second reader."""

from __future__ import annotations

import functools
import math
import xml.etree.ElementTree as ET
from itertools import pairwise

import numpy as np
import osmium
import pytest
import rasterio
import shapely
import towns
import twin
from pyproj import Transformer

from geoprio._core.findings import Findings
from geoprio.city import build_city
from geoprio.network import build_network, counts, k_nearest, nearest, snap, supply
from geoprio.sources import BuildingsSpec, FacilitiesSpec, StreetsSpec, ZonesSpec
from geoprio.standards import load_profiles

pytestmark = pytest.mark.realdata

CATEGORIES = ("elder_care", "childcare", "convenience")
RINGS = (300.0, 500.0, 1000.0)
MAX_SNAP_M = 150.0
CENTIMETRE = 0.01


def _city(path, zones, catchment_m):
    facilities = tuple(FacilitiesSpec(category=category, path=path.name) for category in CATEGORIES)
    sources = (zones, BuildingsSpec(path=path.name), StreetsSpec(path=path.name), facilities)
    return build_city(*sources, path.parent, Findings(), catchment_m=catchment_m)


@functools.cache
def _las_palmas(folder):
    """Return the engine's positions and the twin's distances for every building."""
    path = folder / "las_palmas" / "las_palmas.osm.pbf"
    city = _city(path, ZonesSpec(path="lp_school_districts.geojson", id="Codigo"), 3000.0)
    homes = city.buildings[["x", "y"]].to_numpy()
    sites = shapely.get_coordinates(city.facilities.geometry.to_numpy())
    lines = [shapely.get_coordinates(part).tolist() for part in shapely.get_parts(city.streets.geometry.to_numpy())]
    table = twin.distances(lines, homes, sites, MAX_SNAP_M)
    streets = build_network(city.streets.geometry.to_numpy())
    return streets, homes, sites, city.facilities["category"].to_numpy(), table


@pytest.mark.parametrize("category", CATEGORIES)
def test_las_palmas_nearest(real_data, category):
    streets, homes, sites, categories, table = _las_palmas(real_data)
    own, expected = categories == category, table[:, categories == category]
    start, goal = (snap(streets, points, max_snap_m=MAX_SNAP_M) for points in (homes, sites[own]))
    assert len(homes) > 20_000
    assert (start.snapped == ~np.isnan(expected).any(axis=1)).all()
    for cutoff, unit in ((3000.0, 1.0), (60_000.0, 10.0)):
        cost, which = nearest(streets, start, goal, cutoff=cutoff)
        towns.expect_nearest(cost, which, expected, cutoff, unit)


@pytest.mark.parametrize("category", CATEGORIES)
def test_las_palmas_counts(real_data, category):
    streets, homes, sites, categories, table = _las_palmas(real_data)
    own, expected = categories == category, table[:, categories == category]
    start = snap(streets, homes, max_snap_m=MAX_SNAP_M)
    found = counts(streets, start, snap(streets, sites[own], max_snap_m=MAX_SNAP_M), RINGS)
    for k, ring in enumerate(RINGS):
        sure = ~(np.abs(expected - ring) < CENTIMETRE).any(axis=1)
        assert sure.mean() > 0.99
        assert (found[sure, k] == (expected[sure] <= ring).sum(axis=1)).all()


@pytest.mark.parametrize("method", ["2sfca", "e2sfca", "gaussian", "m2sfca", "3sfca"])
def test_las_palmas_supply(real_data, method):
    streets, homes, sites, categories, table = _las_palmas(real_data)
    own = categories == "elder_care"
    rng = np.random.default_rng(0)
    demand, capacity = rng.integers(0, 60, len(homes)) / 2, rng.uniform(1, 80, own.sum())
    walk = streets, *(snap(streets, points, max_snap_m=MAX_SNAP_M) for points in (homes, sites[own]))
    found = supply(*walk, demand, capacity, 1000.0, method=method)
    expected = twin.supply(table[:, own], demand, capacity, 1000.0, method)
    close = np.isclose(found, expected, rtol=0, atol=1e-6 * np.nanmax(expected), equal_nan=True)
    if method in {"2sfca", "e2sfca"}:
        steps = [1000 / 3, 2000 / 3, 1000.0]
        close |= (np.abs(table[:, own, None] - steps) < CENTIMETRE).any(axis=(1, 2))
    assert (expected > 0).sum() > 5_000
    assert close.all()


# Monaco, which is steep.

BIG_ROADS = ("trunk", "primary", "secondary")


class Elevations:
    """Heights from an SRTM tile, bilinear, over arrays of x and y."""

    def __init__(self, path, epsg):
        with rasterio.open(f"zip://{path}!N43E007.hgt") as tile:
            self.grid, self.at = tile.read(1).astype(float), ~tile.transform
        self.project = Transformer.from_crs(f"EPSG:{epsg}", "EPSG:4326", always_xy=True)

    def __call__(self, x, y):
        col, row = (v - 0.5 for v in self.at @ np.array(self.project.transform(x, y)))
        i, j = np.floor(row).astype(int), np.floor(col).astype(int)
        v, u = row - i, col - j
        g = self.grid
        upper, lower = (g[k, j] * (1 - u) + g[k, j + 1] * u for k in (i, i + 1))
        return upper * (1 - v) + lower * v


@functools.cache
def _monaco(folder):
    """Return Monaco's streets for the twin, read by hand, and 20 and 10 places on them."""
    project = Transformer.from_crs("EPSG:4326", "EPSG:32632", always_xy=True)
    lines, steps, major = [], set(), set()
    for kind, tags, _, at in _features(folder / "monaco.osm.pbf"):
        known = [place for place in at if place]
        if kind == "way" and "highway" in tags and _walked(tags) and len(known) > 1:
            steps |= {len(lines)} if tags["highway"] == "steps" else set()
            major |= {len(lines)} if tags["highway"].removesuffix("_link") in BIG_ROADS else set()
            lines.append(np.column_stack(project.transform(*np.array(known).T)).tolist())
    streets = twin.Streets(lines, frozenset(steps), frozenset(major), Elevations(folder / "N43E007.hgt.zip", 32632))
    rng = np.random.default_rng(0)
    places = np.array(streets.nodes)[rng.choice(len(streets.nodes), 30, replace=False)] + rng.uniform(-9, 9, (30, 2))
    return streets, places[:20].tolist(), places[20:].tolist()


def _there_and_back(folder, profile):
    """Return the engine's minutes there and back, each checked against the twin's, shape (20, 10)."""
    streets, here, there = _monaco(folder)
    found = []
    for origins, destinations in ((here, there), (there, here)):
        place = towns.Town(streets, origins, destinations)
        cost, which = k_nearest(*place.walk(MAX_SNAP_M), len(destinations), cutoff=300.0, profile=profile)
        table = np.full(cost.shape, np.inf)
        rows, cols = np.nonzero(which >= 0)
        table[rows, which[rows, cols]] = cost[rows, cols]
        expected = place.costs(MAX_SNAP_M, profile)
        np.testing.assert_allclose(table, expected, rtol=0, atol=0.001 / profile.speed_m_per_min)
        assert np.isfinite(table).mean() > 0.8
        found.append(table)
    return found[0], found[1].T


def _climb(folder):
    """Return how much higher the ten places are than the twenty, shape (20, 10)."""
    streets, here, there = _monaco(folder)
    low, high = (streets.height(*np.array(points).T) for points in (here, there))
    return high - low[:, None]


@pytest.mark.parametrize("name", ["planning", "adult", "elderly", "toddler"])
def test_monaco_there_and_back(real_data, name):
    profile = load_profiles()[name]
    folder = real_data / "monaco"
    there, back = _there_and_back(folder, profile)
    level, _ = _there_and_back(folder, profile.model_copy(update={"slope": False}))
    climb, joined = _climb(folder), np.isfinite(there)
    up, down = joined & (climb > 50), joined & (climb < -50)
    assert min(up.sum(), down.sum()) > 10
    assert (there[up] > back[up] + 0.1).all()
    assert (there[down] < back[down] - 0.1).all()
    assert (there[up] > level[up]).all()
    if not profile.downhill_gain:
        assert (np.minimum(there, back)[joined] >= level[joined] - 1e-4).all()


def test_monaco_gentle_ways_down_help_all_but_the_careful(real_data):
    folder = real_data / "monaco"
    gained = {}
    for name in ("adult", "elderly"):
        profile = load_profiles()[name]
        there, _ = _there_and_back(folder, profile)
        careful, _ = _there_and_back(folder, profile.model_copy(update={"downhill_gain": False}))
        gained[name] = (careful - there)[np.isfinite(there) & (_climb(folder) < -20)]
    assert len(gained["adult"]) > 20
    assert (gained["adult"] > 0.05).all()
    assert (gained["elderly"] == 0).all()


# A second reader of OpenStreetMap.


def _features(path):
    """Yield (kind, tags, closed, [(lon, lat) or None, …]) for each node, way and relation."""
    return _from_xml(path) if path.suffix == ".osm" else _from_pbf(path)


def _from_xml(path):
    root = ET.parse(path).getroot()  # noqa: S314 - a file of our own
    where = {node.get("id"): (float(node.get("lon")), float(node.get("lat"))) for node in root.iter("node")}
    for kind in ("node", "way", "relation"):
        for thing in root.iter(kind):
            refs = [nd.get("ref") for nd in thing.iter("nd")]
            tags = {tag.get("k"): tag.get("v") for tag in thing.iter("tag")}
            yield kind, tags, len(refs) > 3 and refs[0] == refs[-1], [where.get(ref) for ref in refs]


def _from_pbf(path):
    names = {"n": "node", "w": "way", "r": "relation"}
    for thing in osmium.FileProcessor(str(path)).with_locations():
        if not thing.tags:
            continue
        nodes = list(thing.nodes) if thing.type_str() == "w" else []
        at = [(node.lon, node.lat) if node.location.valid() else None for node in nodes]
        closed = len(nodes) > 3 and nodes[0].ref == nodes[-1].ref
        yield names[thing.type_str()], {tag.k: tag.v for tag in thing.tags}, closed, at


def _walked(tags):
    road, foot = tags["highway"], tags.get("foot")
    gone = {"construction", "proposed", "razed", "abandoned", "raceway", "bus_guideway", "busway"}
    fast = {"motorway", "motorway_link", "trunk", "trunk_link"}
    closed = {"no", "private"}
    sidewalk = any(key.split(":")[0] == "sidewalk" and value not in {"no", "none"} for key, value in tags.items())
    if road in gone or foot in closed:
        return False
    if road in fast and not sidewalk and foot is None:
        return False
    return not (tags.get("access") in closed and foot is None)


def _category(tags):
    amenity, care, whom = tags.get("amenity"), tags.get("social_facility"), tags.get("social_facility:for", "")
    if amenity in {"nursing_home", "retirement_home"}:
        return "elder_care"
    if amenity == "social_facility" and ("senior" in whom or care in {"nursing_home", "assisted_living"}):
        return "elder_care"
    if amenity in {"childcare", "kindergarten"}:
        return "childcare"
    return "convenience" if tags.get("shop") == "convenience" else None


def _read_again(path, epsg):
    """Return the metres of street and the number of facilities of each category."""
    project = Transformer.from_crs("EPSG:4326", f"EPSG:{epsg}", always_xy=True)
    pieces, found = [], dict.fromkeys(CATEGORIES, 0)
    for kind, tags, closed, at in _features(path):
        if kind == "way" and "highway" in tags and _walked(tags):
            pieces += [(*a, *b) for a, b in pairwise(at) if a and b]
        area = closed or (kind == "relation" and tags.get("type") == "multipolygon")
        if _category(tags) and (kind == "node" or area):
            found[_category(tags)] += 1
    lon1, lat1, lon2, lat2 = np.array(pieces).T
    (x1, y1), (x2, y2) = project.transform(lon1, lat1), project.transform(lon2, lat2)
    return math.fsum(np.hypot(x2 - x1, y2 - y1)), found


@functools.cache
def _whole(path):
    return _city(path, ZonesSpec(grid_m=1000), 200_000.0)


CITIES = {
    "beijing": ("beijing_haidian/map.osm", 32650),
    "las_palmas": ("las_palmas/las_palmas.osm.pbf", 32628),
    "liechtenstein": ("liechtenstein/liechtenstein.osm.pbf", 32632),
}


@pytest.mark.parametrize(("name", "epsg"), CITIES.values(), ids=CITIES)
def test_streets_and_facilities_read_twice(real_data, name, epsg):
    city = _whole(real_data / name)
    metres, found = _read_again(real_data / name, epsg)
    assert city.crs.to_epsg() == epsg
    assert city.streets.length.sum() == pytest.approx(metres, abs=1.0)
    assert city.facilities["category"].value_counts().reindex(CATEGORIES, fill_value=0).to_dict() == found


@pytest.mark.parametrize("name", ["beijing_haidian/map.osm"])
def test_network_has_the_length_of_its_lines(real_data, name):
    city = _whole(real_data / name)
    streets = build_network(city.streets.geometry.to_numpy())
    assert streets.length.sum() == pytest.approx(city.streets.length.sum(), abs=0.01)
