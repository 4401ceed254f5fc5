"""The working CRS: estimated, checked, and refused where it would measure wrongly."""

import pytest

from geoprio._core.crs import check_working_crs, estimate_working_crs, parse_crs
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
