"""Real cities: walking distances against the twin, and what was read against a second reader."""

from __future__ import annotations

import functools
import math
import xml.etree.ElementTree as ET
from itertools import pairwise

import numpy as np
import osmium
import pytest
import shapely
import twin
from pyproj import Transformer

from geoprio._core.findings import Findings
from geoprio.city import build_city
from geoprio.network import build_network, counts, nearest, snap
from geoprio.sources import BuildingsSpec, FacilitiesSpec, StreetsSpec, ZonesSpec

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
    start = snap(streets, homes, max_snap_m=MAX_SNAP_M)
    distance, which = nearest(streets, start, snap(streets, sites[own], max_snap_m=MAX_SNAP_M))
    least = expected.min(axis=1)
    assert len(least) > 20_000
    assert (np.isnan(distance) == np.isnan(least)).all()
    assert (np.isinf(distance) == np.isinf(least)).all()
    assert (start.snapped == ~np.isnan(least)).all()
    found = np.flatnonzero(which >= 0)
    assert (np.isfinite(least) == (which >= 0)).all()
    assert np.abs(distance[found] - least[found]).max() <= CENTIMETRE
    assert np.abs(expected[found, which[found]] - least[found]).max() <= CENTIMETRE


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
