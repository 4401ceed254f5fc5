"""A wrong datum shows: facilities in it do not stand beside buildings and streets."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from conftest import square

from geoprio._core.errors import InputError
from geoprio._core.findings import Findings
from geoprio.city import build_city
from geoprio.city.datum import BASE, MIN_POINTS, Beside, candidates, compare, datum_evidence
from geoprio.config import load_project
from geoprio.outputs.quality.text import quality_markdown
from geoprio.pipeline import check, run
from geoprio.sources import CompoundsSpec
from geoprio.sources.coordinates import wgs84_to_bd09, wgs84_to_gcj02
from geoprio.sources.osm import Want, scan

SHIFTS = {"WGS 84": lambda lon, lat: (lon, lat), "GCJ-02": wgs84_to_gcj02, "BD-09": wgs84_to_bd09}
NAMES = {"WGS 84": "EPSG:4326", "GCJ-02": "GCJ-02", "BD-09": "BD-09"}
X, Y = 448_000.0, 4_418_000.0
"""Lower left corner of a sparse synthetic town in Beijing, EPSG:32650."""
BLOCK = 270.0
SIDE = 8


def streets():
    end = SIDE * BLOCK
    rows = [[[X, Y + k * BLOCK], [X + end, Y + k * BLOCK]] for k in range(SIDE + 1)]
    columns = [[[X + k * BLOCK, Y], [X + k * BLOCK, Y + end]] for k in range(SIDE + 1)]
    return shapely.linestrings(rows + columns)


def corners():
    """Return where the shops stand: beside a street, in a house at the corner of each block."""
    i, j = np.meshgrid(np.arange(SIDE), np.arange(SIDE))
    return X + 15 + BLOCK * i.ravel(), Y + 15 + BLOCK * j.ravel()


def degrees(x, y):
    points = gpd.GeoSeries(gpd.points_from_xy(x, y), crs=32650).to_crs(4326)
    return points.x.to_numpy(), points.y.to_numpy()


def project(folder, true, stated, rows=SIDE * SIDE, buildings=None):
    """Write a town whose shops are in the datum `true` and said to be in `stated`; return the project file."""
    x, y = corners()
    houses = shapely.box(x - 10, y - 10, x + 10, y + 10)
    frame = gpd.GeoDataFrame({"id": [f"h{k}" for k in range(len(x))]}, geometry=houses, crs=32650)
    if buildings:
        frame = frame.to_crs(4326)
        frame["geometry"] = shapely.transform(frame.geometry.to_numpy(), lambda xy: np.column_stack(buildings(*xy.T)))
    frame.to_parquet(folder / "buildings.parquet")
    lines = gpd.GeoDataFrame(geometry=streets(), crs=32650)
    if buildings:
        lines = lines.to_crs(4326)
        lines["geometry"] = shapely.transform(lines.geometry.to_numpy(), lambda xy: np.column_stack(buildings(*xy.T)))
    lines.to_parquet(folder / "streets.parquet")
    zone = gpd.GeoDataFrame({"id": ["z"]}, geometry=[shapely.Polygon(square(X - 50, Y - 50, SIDE * BLOCK + 100)[0])])
    zone.set_crs(32650).to_parquet(folder / "zones.parquet")
    lon, lat = SHIFTS[true](*degrees(x[:rows], y[:rows]))
    text = "".join(f"s{k},{a:.8f},{b:.8f}\n" for k, (a, b) in enumerate(zip(lon, lat, strict=True)))
    (folder / "shops.csv").write_text(f"id,lng,lat\n{text}", encoding="utf-8")
    toml = "".join(f'[{role}]\npath = "{role}.parquet"\n' for role in ("zones", "buildings", "streets"))
    toml += '[[facilities]]\ncategory = "convenience"\npath = "shops.csv"\nx = "lng"\ny = "lat"\n'
    path = folder / "project.toml"
    path.write_text(toml + f'crs = "{NAMES[stated]}"\n', encoding="utf-8")
    return path


def build(path):
    config, findings = load_project(path), Findings()
    return build_city(
        config.zones, config.buildings, config.streets, config.facilities, path.parent, findings
    ), findings


def doubts(findings):
    return [n.text for n in findings.warnings if "the datum of" in n.text]


@pytest.mark.parametrize("true", SHIFTS)
@pytest.mark.parametrize("stated", SHIFTS)
def test_the_true_datum_of_a_synthetic_town_is_found_and_not_taken(tmp_path, true, stated):
    city, findings = build(project(tmp_path, true, stated))
    (evidence,) = city.datum_evidence
    assert evidence.points == SIDE * SIDE
    assert evidence.candidates[0].datum == stated
    assert [c.stated for c in evidence.candidates] == [True] + [False] * (len(evidence.candidates) - 1)
    best = max(evidence.candidates, key=lambda c: c.near_building + c.near_street)
    assert (best.datum, best.near_building, best.near_street) == (true, 1.0, 1.0)
    if true == stated:
        assert evidence.better is None
        assert doubts(findings) == []
    else:
        assert evidence.better.datum == true
        assert f"as stated ({stated})" in doubts(findings)[0]
        assert f"if they are {true}; check its crs" in doubts(findings)[0]
    # Whatever the evidence, the points are where the project file says.
    x, y = corners()
    moved = np.hypot(city.facilities.geometry.x - x, city.facilities.geometry.y - y)
    assert (moved.max() < 0.01) == (true == stated)


@pytest.mark.parametrize("name", ["GCJ-02", "BD-09"])
def test_shifted_buildings_and_streets_are_found_too(tmp_path, name):
    city, findings = build(project(tmp_path, "WGS 84", "WGS 84", buildings=SHIFTS[name]))
    assert city.datum_evidence[0].better.datum == BASE.format(name)
    assert f"with buildings and streets in {name}" in doubts(findings)[0]


def test_few_points_give_a_table_and_no_warning(tmp_path):
    city, findings = build(project(tmp_path, "GCJ-02", "WGS 84", rows=MIN_POINTS - 1))
    (evidence,) = city.datum_evidence
    assert evidence.points == MIN_POINTS - 1
    assert evidence.better is None
    assert doubts(findings) == []
    assert len(evidence.rows()) == 5


def test_check_and_run_report_the_table_and_strict_refuses(tmp_path):
    path = project(tmp_path, "GCJ-02", "WGS 84")
    report = check(path)
    rows = {row["candidate"]: row for row in report["datum_evidence"]}
    assert rows["GCJ-02"] == {
        "path": "shops.csv", "sources": "facilities[1]", "candidate": "GCJ-02", "stated": False, "points": 64,
        "near_building": 1.0, "near_street": 1.0, "better_beyond_doubt": True,
    }  # fmt: skip
    assert rows["WGS 84"]["stated"]
    assert run(path).quality["datum_evidence"] == report["datum_evidence"]
    for lang, title in (("zh", "坐标基准的证据"), ("en", "Evidence for the datum")):
        text = quality_markdown(report, "town", lang)
        assert title in text
        no, yes, role = ("否", "是", "设施") if lang == "zh" else ("no", "yes", "facilities")
        assert f"| shops.csv | {role}\\[1\\] | GCJ-02 | {no} | 64 | 100 % | 100 % | {yes} |" in text
    with pytest.raises(InputError, match=r"--strict: .*the datum of shops\.csv looks wrong"):
        check(path, strict=True)


def test_a_city_outside_china_has_no_table(town):
    city, findings = build(town.write())
    # The town's files are all in metres of one zone.
    assert city.datum_evidence == ()
    assert doubts(findings) == []


def test_metres_of_another_zone_show():
    x, y = corners()
    houses = gpd.GeoDataFrame(geometry=shapely.box(x - 10, y - 10, x + 10, y + 10), crs=32650)
    lines = gpd.GeoDataFrame(geometry=streets(), crs=32650)
    base = {"buildings": "houses.shp", "streets": "roads.shp"}
    spec, findings = CompoundsSpec(path="list.csv", x="x", y="y", crs="EPSG:4548"), Findings()
    utm = gpd.GeoSeries(gpd.points_from_xy(x, y), crs=32650)
    wrong = utm.set_crs(4548, allow_override=True)
    (evidence,) = datum_evidence({"compounds": (spec, wrong)}, base, houses, lines, findings)
    assert evidence.candidates[0].datum == "EPSG:4548"
    assert evidence.better.datum == "EPSG:32650"
    assert "100 % lie within 30 m of a building" in doubts(findings)[0]
    right = utm.to_crs(4548)
    assert datum_evidence({"compounds": (spec, right)}, base, houses, lines, Findings()) == ()


def test_streets_alone_and_buildings_alone_tell_too():
    x, y = corners()
    houses = gpd.GeoDataFrame(geometry=shapely.box(x - 10, y - 10, x + 10, y + 10), crs=32650)
    lines = gpd.GeoDataFrame(geometry=streets(), crs=32650)
    ways = candidates(*wgs84_to_gcj02(*degrees(x, y)), "WGS 84")
    for beside, known, unknown in (
        (Beside(houses[:0], lines), "near_street", "near_building"),
        (Beside(houses, lines[:0]), "near_building", "near_street"),
    ):
        evidence = compare(ways, beside, "shops.csv", ("facilities[1]",))
        assert evidence.better.datum == "GCJ-02"
        assert {row[unknown] for row in evidence.rows()} == {None}
        assert {row["candidate"]: row[known] for row in evidence.rows()}["GCJ-02"] == 1.0


def test_a_list_of_compounds_is_compared_like_facilities():
    x, y = corners()
    houses = gpd.GeoDataFrame(geometry=shapely.box(x - 10, y - 10, x + 10, y + 10), crs=32650)
    lines = gpd.GeoDataFrame(geometry=streets(), crs=32650)
    listed = gpd.GeoSeries(gpd.points_from_xy(*wgs84_to_bd09(*degrees(x, y))), crs=4326)
    spec, findings = CompoundsSpec(path="list.csv", x="x", y="y", crs="EPSG:4326"), Findings()
    base = {"buildings": "city.osm.pbf", "streets": "city.osm.pbf"}
    (evidence,) = datum_evidence({"compounds": (spec, listed)}, base, houses, lines, findings)
    assert evidence.better.datum == "BD-09"
    assert findings.warnings[0].source == "compounds"
    # Not compared: what no other metres suit better, lies outside China or far off, or is OSM like the rest.
    abroad, far = listed.translate(-100), listed.translate(-3)
    for shapes, path in ((listed.to_crs(32650), "a.csv"), (abroad, "a.csv"), (far, "a.csv"), (listed, "a.osm")):
        other = spec.model_copy(update={"path": path})
        assert datum_evidence({"compounds": (other, shapes)}, base, houses, lines, findings) == ()


def test_candidates_of_each_stated_datum():
    lon, lat = np.array([116.397]), np.array([39.908])
    assert list(candidates(lon, lat, "WGS 84")) == ["WGS 84", "GCJ-02", "BD-09"]
    assert list(candidates(lon, lat, "BD-09")) == ["BD-09", "WGS 84", "GCJ-02"]
    assert list(candidates(lon, lat, "WGS 84", points=False, base=True)) == [
        "WGS 84",
        BASE.format("GCJ-02"),
        BASE.format("BD-09"),
    ]
    as_written = candidates(lon, lat, "GCJ-02")["WGS 84"]
    assert np.round(np.ravel(as_written), 6).tolist() == [116.403243, 39.909403]


# The real city


@pytest.fixture(scope="module")
def haidian(real_data):
    """Return what tells the points beside buildings and streets, and the shops and amenities in degrees."""
    keys = ("amenity", "shop")
    wants = [
        Want("buildings", "area", lambda t: t.get("building", "no") != "no", ("building",), ("building",)),
        Want("streets", "line", lambda t: "highway" in t, ("highway",), ("highway",)),
        Want("pois", "any", lambda t: "amenity" in t or "shop" in t, keys, keys),
    ]
    buildings, lines, pois = scan(real_data / "beijing_haidian" / "map.osm", wants, Findings())
    points = shapely.centroid(pois.geometry.to_numpy())
    return Beside(buildings.to_crs(32650), lines.to_crs(32650)), shapely.get_x(points), shapely.get_y(points)


@pytest.mark.realdata
@pytest.mark.parametrize("true", SHIFTS)
@pytest.mark.parametrize("stated", SHIFTS)
def test_haidian_in_each_datum(haidian, true, stated):
    beside, lon, lat = haidian
    written = SHIFTS[true](lon, lat)
    # As a source of that stated datum would be read.
    back = candidates(*written, "WGS 84")[stated]
    evidence = compare(candidates(*back, stated), beside, "poi.csv", ("facilities[1]",))
    assert evidence.points == len(lon)
    assert (evidence.better.datum if evidence.better else stated) == true


@pytest.mark.realdata
def test_samples_of_haidian_are_never_doubted_when_right(haidian):
    beside, lon, lat = haidian
    rng = np.random.default_rng(3)
    found = {"right": 0, "wrong": 0}
    for _ in range(40):
        some = rng.choice(len(lon), 50, replace=False)
        right = compare(candidates(lon[some], lat[some], "WGS 84"), beside, "poi.csv", ("f",))
        wrong = compare(candidates(*wgs84_to_gcj02(lon[some], lat[some]), "WGS 84"), beside, "poi.csv", ("f",))
        found["right"] += right.better is not None
        found["wrong"] += wrong.better is not None and wrong.better.datum == "GCJ-02"
    assert found["right"] == 0
    assert found["wrong"] >= 36


@pytest.mark.realdata
def test_a_study_of_haidian_with_a_list_in_gcj02(haidian, real_data, tmp_path):
    """Buildings, streets and zones from OpenStreetMap, shops from a list in GCJ-02 that is said to be WGS 84."""
    _, lon, lat = haidian
    shifted = wgs84_to_gcj02(lon, lat)
    rows = "".join(f"{a:.6f},{b:.6f}\n" for a, b in zip(*shifted, strict=True))
    (tmp_path / "poi.csv").write_text(f"lng,lat\n{rows}", encoding="utf-8")
    (tmp_path / "map.osm").symlink_to(real_data / "beijing_haidian" / "map.osm")
    toml = '[zones]\npath = "map.osm"\nwhere = {landuse = "residential", name = "*"}\n[buildings]\npath = "map.osm"\n'
    toml += '[streets]\npath = "map.osm"\n'
    toml += '[[facilities]]\ncategory = "shop"\npath = "poi.csv"\nx = "lng"\ny = "lat"\n'
    for crs, better in (("EPSG:4326", "GCJ-02"), ("GCJ-02", None)):
        (tmp_path / "project.toml").write_text(f'{toml}crs = "{crs}"\n', encoding="utf-8")
        city, findings = build(tmp_path / "project.toml")
        (evidence,) = city.datum_evidence
        assert (evidence.better and evidence.better.datum) == better
        assert len(doubts(findings)) == (better is not None)
