"""The working CRS: estimated, checked, and refused where it would measure wrongly."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from pyproj import CRS, Transformer

from geoprio._core.crs import (
    check_working_crs,
    datum_doubt,
    estimate_working_crs,
    label,
    parse_crs,
    shifted_datum,
    to_degrees,
)
from geoprio._core.errors import InputError


@pytest.mark.parametrize(
    ("lon", "lat", "epsg"), [(116.3, 40.0, 32650), (-15.4, 28.1, 32628), (9.5, 47.2, 32632), (-70.0, -33.0, 32719)]
)
def test_estimate(lon, lat, epsg):
    crs = estimate_working_crs(lon, lat)
    assert crs.to_epsg() == epsg
    check_working_crs(crs, lon, lat)


@pytest.mark.parametrize(
    ("crs", "message"),
    [
        ("EPSG:4326", "not projected.*use EPSG:32650"),
        ("EPSG:3857", "stretches lengths by 30.*use EPSG:32650"),
        ("EPSG:32628", "use EPSG:32650"),
        ("+proj=utm +zone=50 +units=us-ft", "US survey foot, not metres"),
    ],
)
def test_refused(crs, message):
    with pytest.raises(InputError, match=message):
        check_working_crs(parse_crs(crs, "[project]"), 116.3, 40.0)


def test_chinese_zone_is_accepted():
    check_working_crs(parse_crs("EPSG:4548", "[project]"), 116.3, 40.0)


def test_unknown_and_impossible():
    with pytest.raises(InputError, match="'EPSG:1' is not known"):
        parse_crs("EPSG:1", "[zones]")
    with pytest.raises(InputError, match="none can be estimated"):
        estimate_working_crs(116, 89)


@pytest.mark.parametrize(
    ("name", "datum"),
    [
        *((name, "GCJ-02") for name in ("GCJ-02", "gcj02", "Gcj 02", "gcj_02", "火星坐标", "国测局坐标系")),
        *((name, "BD-09") for name in ("BD-09", "bd09", "BD09ll", "百度坐标", "百度坐标系")),
        *((name, None) for name in (None, "", "EPSG:4326", "GCJ-77", "WGS84")),
    ],
)
def test_names_of_shifted_degrees(name, datum):
    assert shifted_datum(name) == datum


def test_shifted_degrees_are_no_working_crs():
    with pytest.raises(InputError, match="is shifted degrees, which only sources may have"):
        parse_crs("gcj02", "[project]")


@pytest.mark.parametrize(("name", "epsg"), [("国家2000", 4490), ("西安 80", 4610), ("1954北京坐标系", 4214)])
def test_chinese_names(name, epsg):
    assert parse_crs(name, "[zones]").to_epsg() == epsg


def test_labels_are_short():
    assert label(CRS(4326)) == "EPSG:4326"
    local = "+proj=tmerc +lat_0=39.87 +lon_0=116.35 +k=1 +x_0=500000 +y_0=300000 +ellps=GRS80 +units=m"
    assert label(CRS(local)).endswith("…")
    assert len(label(CRS(local))) < 100
    assert label(CRS(CRS(local).to_wkt().replace("unknown", "city grid", 1))) == "city grid"


@pytest.mark.parametrize(
    ("crs", "place", "doubtful"),
    [
        ("EPSG:4326", (116.4, 39.9), False),
        ("EPSG:4527", (116.4, 39.9), False),
        ("EPSG:25830", (-3.7, 40.4), False),
        ("EPSG:27700", (-1.0, 52.0), False),
        ("EPSG:2415", (116.4, 39.9), True),
        ("EPSG:4610", (116.4, 39.9), True),
        ("+proj=tmerc +lon_0=116.35 +x_0=500000 +ellps=GRS80 +units=m", (116.4, 39.9), False),
        ("+proj=tmerc +lon_0=116.35 +x_0=500000 +ellps=krass +units=m", (116.4, 39.9), True),
        ("+proj=tmerc +lon_0=116.35 +x_0=500000 +ellps=krass +towgs84=12,-113,-41 +units=m", (116.4, 39.9), False),
    ],
)
def test_datums_without_a_known_transformation_are_doubtful(crs, place, doubtful):
    assert (datum_doubt(CRS(crs), *place) is not None) == doubtful


def test_threads_share_transformations():
    x, y = np.linspace(3e5, 7e5, 2000), np.linspace(3e6, 5e6, 2000)
    codes = (32649, 32650, 4547) * 20

    def there(code):
        return to_degrees(CRS(code), x, y)

    expected = {c: Transformer.from_crs(c, 4326, always_xy=True).transform(x, y) for c in set(codes)}
    with ThreadPoolExecutor(8) as pool:
        for code, found in zip(codes, pool.map(there, codes), strict=True):
            np.testing.assert_array_equal(found, expected[code])
