"""Shifted coordinates against published pairs and other converters, degrees as text, and sources that use them."""

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from geoprio._core.errors import InputError
from geoprio._core.findings import Findings
from geoprio.sources import SourceSpec, StreetsSpec, read_layers
from geoprio.sources import coordinates as moved
from geoprio.sources.coordinates import CHINA_BOX, parse_degrees

# WGS 84, GCJ-02 and BD-09 of eight cities as PRCoords 1.0.2 and coord-convert 0.2.1 give them (both from the Python
# package index, run apart from geoprio); the first pair also stands in many tutorials, to six decimals.
CITIES = [
    (116.397, 39.908, 116.403243379, 39.909403354, 116.409616429, 39.915744474),
    (121.4737, 31.2304, 121.478223059, 31.228457738, 121.484781469, 31.234310594),
    (113.2644, 23.1291, 113.269729592, 23.12642334, 113.276150752, 23.132711257),
    (87.6168, 43.8256, 87.619649949, 43.826805393, 87.626099771, 43.832949795),
    (126.535, 45.8038, 126.54104035, 45.805781525, 126.547659214, 45.811395823),
    (91.1322, 29.6604, 91.133743325, 29.65767959, 91.140342762, 29.663425674),
    (109.5119, 18.2528, 109.515984295, 18.251094792, 109.522531792, 18.256876554),
    (75.9894, 39.4704, 75.99235367, 39.470625828, 75.99885986, 39.476593458),
]
WGS84, GCJ02, BD09 = np.array(CITIES).reshape(-1, 3, 2).transpose(1, 2, 0)

WAYS = [
    (moved.wgs84_to_gcj02, moved.gcj02_to_wgs84),
    (moved.gcj02_to_bd09, moved.bd09_to_gcj02),
    (moved.wgs84_to_bd09, moved.bd09_to_wgs84),
]


def metres(a, b):
    return np.abs(Geod(ellps="WGS84").inv(*a, *b)[2])


def test_published_pairs_both_ways():
    for start, way, end in (
        (WGS84, moved.wgs84_to_gcj02, GCJ02),
        (GCJ02, moved.gcj02_to_bd09, BD09),
        (WGS84, moved.wgs84_to_bd09, BD09),
        (GCJ02, moved.gcj02_to_wgs84, WGS84),
        (BD09, moved.bd09_to_gcj02, GCJ02),
        (BD09, moved.bd09_to_wgs84, WGS84),
    ):
        # The table has nine decimals.
        assert np.abs(np.array(way(*start)) - end).max() < 1.1e-9, way
    assert np.round(moved.wgs84_to_gcj02(116.397, 39.908), 6).tolist() == [116.403243, 39.909403]
    assert np.round(moved.wgs84_to_bd09(116.397, 39.908), 6).tolist() == [116.409616, 39.915744]


def test_every_point_of_the_box_comes_back_within_micrometres():
    west, south, east, north = CHINA_BOX
    rng = np.random.default_rng(7)
    lon, lat = rng.uniform(west, east, 20_000), rng.uniform(south, north, 20_000)
    corners = np.array([(x, y) for x in (west, east) for y in (south, north)]).T
    start = np.column_stack((np.array((lon, lat)), corners))
    for there, back in WAYS:
        assert metres(back(*there(*start)), start).max() < 1e-5, there


@settings(deadline=None)
@given(st.floats(*CHINA_BOX[::2]), st.floats(*CHINA_BOX[1::2]))
def test_round_trip(lon, lat):
    for there, back in WAYS:
        again = back(*there(lon, lat))
        assert np.abs(np.array(again) - (lon, lat)).max() <= 1e-9


def test_shifts_in_chinese_cities_are_as_large_as_known():
    assert 250 < metres(WGS84, GCJ02).min() < metres(WGS84, GCJ02).max() < 650
    assert 800 < metres(WGS84, BD09).min() < metres(WGS84, BD09).max() < 1400


def test_each_point_outside_the_box_stays_by_itself():
    lon = np.array([-15.4, 116.397, np.nan, 72.0, 180.0, np.inf])
    lat = np.array([28.1, 39.908, 39.908, 39.908, -90.0, 0.0])
    before = lon.copy(), lat.copy()
    for pair in WAYS:
        for way in pair:
            to_lon, to_lat = way(lon, lat)
            stays = np.array([True, False, True, True, True, True])
            assert np.array_equal(to_lon[stays], lon[stays], equal_nan=True)
            assert np.array_equal(to_lat[stays], lat[stays], equal_nan=True)
            assert to_lon[1] != lon[1]
    assert all(np.array_equal(a, b, equal_nan=True) for a, b in zip(before, (lon, lat), strict=True))
    assert moved.wgs84_to_gcj02([], [])[0].shape == (0,)


def test_every_vertex_of_every_kind_of_geometry_is_moved():
    xy = np.column_stack(GCJ02)[:4]
    shapes = np.array(
        [
            shapely.Point(xy[0]),
            shapely.LineString(xy),
            shapely.Polygon(xy),
            shapely.MultiPoint(xy),
            shapely.GeometryCollection([shapely.Point(xy[1]), shapely.LineString(xy)]),
            shapely.Point(*xy[0], 44.0),
            shapely.Polygon(),
            None,
        ],
        dtype=object,
    )
    back = moved.shapes_to_wgs84(shapes, "GCJ-02")
    want = np.column_stack(WGS84)
    for shape in back[:6]:
        at = shapely.get_coordinates(shape)
        assert np.abs(at[:, None] - want).max(axis=2).min(axis=1).max() < 1.1e-9
    assert [s is None or shapely.get_type_id(s) for s in back] == [s is None or shapely.get_type_id(s) for s in shapes]


# Degrees as text


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("39°54′20.5″N", 39 + 54 / 60 + 20.5 / 3600),
        ("39 54 20.5", 39 + 54 / 60 + 20.5 / 3600),
        ("39°54.34'", 39 + 54.34 / 60),
        ("北纬39度54分20秒", 39 + 54 / 60 + 20 / 3600),
        ("南纬 39度54分", -(39 + 54 / 60)),
        ("３９°５４′２０．５″Ｎ", 39 + 54 / 60 + 20.5 / 3600),
        ("39º 54’ 20.5” n", 39 + 54 / 60 + 20.5 / 3600),
        ("39˚54´20.5''N", 39 + 54 / 60 + 20.5 / 3600),
        ("N39:54:20.5", 39 + 54 / 60 + 20.5 / 3600),
        ("39-54-20.5", 39 + 54 / 60 + 20.5 / 3600),
        ("北纬：39°54′", 39 + 54 / 60),
        ("39.9057°", 39.9057),
        ("S 39.9057", -39.9057),
        ("39.9057度", 39.9057),
        ("−39°30′", -39.5),
        ("-0°30'", -0.5),
        (" +39° ", 39.0),
        ("0°0′0″", 0.0),
    ],
)
def test_degrees_as_text(text, degrees):
    assert parse_degrees(pd.Series([text])).tolist() == [pytest.approx(degrees, abs=1e-12)]
    assert parse_degrees(pd.Series([text]), "lat").tolist() == [pytest.approx(degrees, abs=1e-12)]


@pytest.mark.parametrize(
    "text",
    [
        *("", "somewhere", "39°60′", "39°54′60″", "39.5°30′", "39°54.5′20″", "-39°S", "N39°N", "91°", "39°54′E"),
        *("39,9057", "395420.5N", "39°54′20″5", "39.9057 116.397", "北京39度", "39 54 20 5", "°", "N", "39°-54′"),
    ],
)
def test_what_is_no_latitude(text):
    assert parse_degrees(pd.Series([text, None]), "lat").isna().tolist() == [True, True]


def test_longitudes_have_their_own_range_and_hemispheres():
    texts = pd.Series(["东经116度23分50秒", "W180°", "181°E", "北纬39度", "西经15°24′"], index=list("abcde"))
    found = parse_degrees(texts, "lon")
    assert found.index.tolist() == list("abcde")
    assert found.round(6).fillna(0).tolist() == [116.397222, -180.0, 0, 0, -15.4]


SIGNS = st.sampled_from(["plain", "letter", "behind", "word"])
STYLES = st.sampled_from(["{d}°{m}′{s}″", "{d}度{m}分{s}秒", "{d} {m} {s}", "{d}:{m}:{s}", "{d}°{m}'{s}''", "{d}°{f}′"])


@settings(deadline=None)
@given(st.sampled_from(["lon", "lat"]), st.data(), STYLES, SIGNS, st.booleans())
def test_any_degrees_come_back(axis, data, style, sign, wide):
    limit = {"lon": 180, "lat": 90}[axis]
    # In hundred-thousandths of a second, so that no rounding makes 60 of 59.99….
    count = data.draw(st.integers(-limit * 3600 * 10**5, limit * 3600 * 10**5))
    whole, rest = divmod(abs(count), 3600 * 10**5)
    minutes, seconds = divmod(rest, 60 * 10**5)
    text = style.format(d=whole, m=minutes, s=f"{seconds / 1e5:.5f}", f=f"{rest / 60e5:.9f}")
    if style == "{d}°{f}′" and f"{rest / 60e5:.9f}".startswith("60"):
        return
    half = {"lon": ("EW", "东经", "西经"), "lat": ("NS", "北纬", "南纬")}[axis]
    text = {
        "plain": ("-" if count < 0 else "") + text,
        "letter": half[0][count < 0] + text,
        "behind": f"{text} {half[0][count < 0].lower()}",
        "word": half[1 + (count < 0)] + text,
    }[sign]
    if wide:
        text = text.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789.NSEWnsew"})
    found = parse_degrees(pd.Series([text]), axis)[0]
    assert found == pytest.approx(math.copysign(abs(count), count) / 3600e5, abs=1e-9)


@settings(deadline=None)
@given(st.text(alphabet="0123456789.°′″'\"NSEW -+:度分秒北纬东经", max_size=14))
def test_any_text_is_degrees_or_nothing(text):
    found = parse_degrees(pd.Series([text]), "lat")[0]
    assert math.isnan(found) or -90 <= found <= 90


# Sources


def read(folder, name, findings=None, **spec):
    findings = findings if findings is not None else Findings()
    return read_layers({"zones": SourceSpec(path=name, **spec)}, folder, findings)["zones"]


def near(frame, lon, lat):
    at = shapely.get_coordinates(frame.geometry.to_numpy())
    return np.abs(at - np.column_stack((lon, lat))).max() < 2e-9


def square_at(lon, lat):
    ring = [(lon, lat), (lon + 0.001, lat), (lon + 0.001, lat + 0.001), (lon, lat)]
    return shapely.Polygon(ring)


@pytest.mark.parametrize("suffix", ["geojson", "gpkg", "shp", "fgb", "parquet"])
@pytest.mark.parametrize(("name", "shift"), [("gcj02", moved.wgs84_to_gcj02), ("百度坐标", moved.wgs84_to_bd09)])
def test_shapes_of_every_format_are_converted(tmp_path, suffix, name, shift):
    true = gpd.GeoDataFrame({"id": ["a", "b"]}, geometry=[square_at(116.397, 39.908), square_at(113.2644, 23.1291)])
    shapes = shapely.transform(true.geometry.to_numpy(), lambda xy: np.column_stack(shift(*xy.T)))
    path = tmp_path / f"rows.{suffix}"
    shifted = gpd.GeoDataFrame({"id": ["a", "b"]}, geometry=shapes, crs=4490)
    shifted.to_parquet(path) if suffix == "parquet" else shifted.to_file(path)
    findings = Findings()
    frame = read(tmp_path, path.name, findings, crs=name).sort_values("id")
    assert frame.crs.to_epsg() == 4326
    order = shapely.normalize(frame.geometry.to_numpy()), shapely.normalize(true.geometry.to_numpy())
    # GeoJSON is written with seven decimals by default.
    assert max(shapely.hausdorff_distance(*order)) < (2e-7 if suffix == "geojson" else 2e-9)
    source = findings.sources[0]
    assert (source["crs"], source["crs_from"], source["converted_from"]) == (
        "EPSG:4326",
        "project",
        "GCJ-02" if "gcj" in name else "BD-09",
    )
    texts = [n.text for n in findings.notes]
    assert any("converted from" in t and "to WGS 84: 2 of 2 rows" in t for t in texts)


@pytest.mark.parametrize("name", ["GCJ-02", "gcj-02", "GCJ02", "gcj 02", "GCJ_02", "火星坐标", "国测局坐标系"])
def test_names_of_gcj02(tmp_path, name):
    rows = "".join(f"{x:.9f},{y:.9f}\n" for x, y in zip(*GCJ02, strict=True))
    (tmp_path / "rows.csv").write_text(f"x,y\n{rows}", encoding="utf-8")
    assert near(read(tmp_path, "rows.csv", x="x", y="y", crs=name), *WGS84)


@pytest.mark.parametrize("name", ["BD-09", "bd09", "BD09LL", "百度坐标系"])
def test_names_of_bd09(tmp_path, name):
    rows = "".join(f"{x:.9f},{y:.9f}\n" for x, y in zip(*BD09, strict=True))
    (tmp_path / "rows.csv").write_text(f"x,y\n{rows}", encoding="utf-8")
    assert near(read(tmp_path, "rows.csv", x="x", y="y", crs=name), *WGS84)


def test_rows_outside_china_stay_and_are_named(tmp_path):
    (tmp_path / "rows.csv").write_text("x,y\n116.403243379,39.909403354\n-15.4,28.1\n", encoding="utf-8")
    findings = Findings()
    frame = read(tmp_path, "rows.csv", findings, x="x", y="y", crs="GCJ-02")
    assert near(frame, [116.397, -15.4], [39.908, 28.1])
    assert "1 of 2 rows; 1 lie outside China's bounding box" in findings.warnings[0].text


def test_an_osm_file_is_wgs84(tmp_path):
    way = '<way id="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="path"/></way>'
    nodes = '<node id="1" lat="1" lon="1"/><node id="2" lat="1" lon="2"/>'
    (tmp_path / "rows.osm").write_text(f'<?xml version="1.0"?><osm version="0.6">{nodes}{way}</osm>', encoding="utf-8")
    with pytest.raises(InputError, match=r"crs = 'GCJ-02' cannot hold: an OSM file is in WGS 84 degrees by definition"):
        read_layers({"streets": StreetsSpec(path="rows.osm", crs="GCJ-02")}, tmp_path, Findings())
    read_layers({"streets": StreetsSpec(path="rows.osm", crs="EPSG:4326")}, tmp_path, Findings())


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4490", "国家2000"])
def test_degrees_as_text_in_a_csv_beside_plain_ones(tmp_path, crs):
    text = "x,y\n116°23′49.2″E,39°54′28.8″N\n１１６．３９７,北纬39度54.48分\n116.397,39.908\n北纬39度,39.908\n"
    (tmp_path / "rows.csv").write_text(text, encoding="utf-8")
    findings = Findings()
    frame = read(tmp_path, "rows.csv", findings, x="x", y="y", crs=crs)
    assert near(frame[:3], [116.397] * 3, [39.908] * 3)
    assert findings.rejects()[["row", "column", "value"]].to_numpy().tolist() == [["4", "x", "北纬39度"]]


def test_one_column_may_hold_both(tmp_path):
    (tmp_path / "rows.csv").write_text('location\n"116.397,39.908"\n"116.397， 39.908"\n[]\n', encoding="utf-8")
    findings = Findings()
    frame = read(tmp_path, "rows.csv", findings, x="location", y="location", crs="EPSG:4326")
    assert near(frame[:2], [116.397] * 2, [39.908] * 2)
    assert findings.rejects()["value"].tolist() == ["[]", "[]"]


@pytest.mark.parametrize(
    ("rows", "crs", "message"),
    [
        ("39°54′N,116°23′E", "EPSG:4326", "x and y look swapped: exchange them"),
        ("116°23′E,39°54′N", "EPSG:4548", "they are degrees, but crs is in metres"),
        ("39.9,116.4", "GCJ-02", "do not fit GCJ-02; they would fit with x and y exchanged"),
        ("448688.9,4418598.0", "GCJ-02", "do not fit GCJ-02; an easting without zone number"),
        ("39448688.9,4418598.0", "EPSG:4326", 'would fit with crs = "EPSG:4527"'),
        ("4418598.0,39448688.9", "EPSG:4527", "they would fit with x and y exchanged"),
    ],
)
def test_coordinates_that_do_not_fit_name_what_would(tmp_path, rows, crs, message):
    (tmp_path / "rows.csv").write_text(f"x,y\n{rows}\n", encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read(tmp_path, "rows.csv", x="x", y="y", crs=crs)


@pytest.mark.parametrize("code", [4527, 4548, 4490, 2363, 2384, 4610, 3857])
def test_chinese_systems_are_read_east_first(tmp_path, code):
    """Their axes are north, east in the EPSG dataset; files hold east first all the same."""
    there = gpd.GeoSeries([shapely.Point(116.397, 39.908)], crs=4326).to_crs(code)
    gpd.GeoDataFrame(geometry=there).to_file(tmp_path / "rows.gpkg")
    (tmp_path / "rows.csv").write_text(f"x,y\n{float(there.x[0])},{float(there.y[0])}\n", encoding="utf-8")
    for name, spec in (("rows.gpkg", {}), ("rows.csv", {"x": "x", "y": "y", "crs": f"EPSG:{code}"})):
        back = read(tmp_path, name, **spec).to_crs(4326)
        assert near(back, [116.397], [39.908])


def test_a_local_grid_by_its_proj_string(tmp_path):
    local = "+proj=tmerc +lat_0=39.87 +lon_0=116.35 +k=1 +x_0=500000 +y_0=300000 +ellps=GRS80 +units=m"
    there = gpd.GeoSeries([shapely.Point(116.397, 39.908)], crs=4326).to_crs(local)
    (tmp_path / "rows.csv").write_text(f"x,y\n{float(there.x[0])},{float(there.y[0])}\n", encoding="utf-8")
    findings = Findings()
    assert near(read(tmp_path, "rows.csv", findings, x="x", y="y", crs=local).to_crs(4326), [116.397], [39.908])
    assert not findings.warnings


@pytest.mark.parametrize("crs", ["EPSG:2415", "EPSG:2363", "北京54"])
def test_a_datum_without_known_transformation_is_a_warning(tmp_path, crs):
    x, y = (116.397, 39.908) if crs[-2] == "5" else (39448688.9, 4418598.0)
    (tmp_path / "rows.csv").write_text(f"x,y\n{x},{y}\n", encoding="utf-8")
    findings = Findings()
    read(tmp_path, "rows.csv", findings, x="x", y="y", crs=crs)
    assert "may be off by some 100 m" in findings.warnings[0].text
