"""Numbers against the CRS that they are said to be in, and the Gauss-Krüger zones of China."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Transformer

from geoprio._core.errors import InputError
from geoprio._core.fits import check_fits, fits
from geoprio._core.gauss_kruger import CODES, NUMBERS, Zone, zone_of, zones_that_fit

HERE = 116.397, 39.908
LOCAL = "+proj=tmerc +lat_0=39.87 +lon_0=116.35 +k=1 +x_0=500000 +y_0=300000 +ellps=GRS80 +units=m"


def there(crs, place=HERE):
    return Transformer.from_crs(4326, crs, always_xy=True).transform(*place)


def said(crs, x, y):
    """Return what the check says of coordinates; None where they fit."""
    try:
        check_fits(CRS(crs), np.atleast_1d(x).astype(float), np.atleast_1d(y).astype(float), "[zones] z.shp")
    except InputError as error:
        return str(error)
    return None


@pytest.mark.parametrize("family", CODES)
@pytest.mark.parametrize("width", NUMBERS)
@pytest.mark.parametrize("prefixed", [True, False])
def test_every_zone_has_the_code_that_the_epsg_dataset_gives_it(family, width, prefixed):
    for number in NUMBERS[width]:
        zone = Zone(family, width, number, prefixed)
        step = "3-degree " if width == 3 else ""
        end = f"zone {number}" if prefixed else f"CM {zone.meridian}E"
        crs = CRS(zone.crs)
        assert crs.name == f"{family} / {step}Gauss-Kruger {end}"
        assert zone_of(crs) == zone
    assert zone_of(CRS(32650)) is None


@settings(max_examples=25, deadline=None)
@given(st.floats(74.0, 134.0), st.floats(18.0, 53.0), st.sampled_from([3, 6]))
def test_a_numbered_easting_names_its_zone(lon, lat, width):
    number = round(lon / 3) if width == 3 else int(lon // 6) + 1
    zone = Zone("CGCS2000", width, number, prefixed=True)
    x, y = there(zone.crs, (lon, lat))
    found = zones_that_fit(x, y, CRS(4326))
    assert found[0] == zone
    assert [z.family for z in found] == list(CODES)
    plain = Zone("CGCS2000", 3, zone.meridian // 3, prefixed=False)
    assert plain in zones_that_fit(x - 1e6 * number, y, CRS(4326), lon)
    assert zones_that_fit(x - 1e6 * number, y, CRS(4326)) == []


@pytest.mark.parametrize("crs", [4326, 4490, 4527, 4548, 2415, 2436, 4498, 32650, 3857, LOCAL])
def test_true_coordinates_fit(crs):
    assert said(crs, *there(crs)) is None


@pytest.mark.parametrize(
    ("crs", "place"),
    [(27700, (-1.0, 52.0)), (2154, (2.0, 48.0)), (2193, (178.0, -38.0)), (3067, (29.0, 68.0)), (32628, (-15.4, 28.1)),
     (3832, (-170.0, 10.0)), (5070, (-95.0, 40.0)), (31467, (9.0, 48.0)), (28413, (76.0, 55.0))],
)  # fmt: skip
def test_other_countries_fit_too(crs, place):
    assert said(crs, *there(crs, place)) is None


def test_a_city_beside_its_zone_fits():
    assert said(4547, *there(4547)) is None
    assert said(4544, *there(4544)) is None


@pytest.mark.parametrize(
    ("stated", "true", "swapped", "advice"),
    [
        (
            4326,
            4527,
            False,
            'they would fit with crs = "EPSG:4527" (CGCS2000 / 3-degree Gauss-Kruger zone 39, at longi',
        ),
        (4548, 4527, False, 'they would fit with crs = "EPSG:4527"'),
        (4526, 4527, False, 'they would fit with crs = "EPSG:4527"'),
        (4527, 4548, False, 'they would fit with crs = "EPSG:4548" (CGCS2000 / 3-degree Gauss-Kruger CM 117E'),
        (2415, 2436, False, 'they would fit with crs = "EPSG:2436"'),
        (2384, 2363, False, 'they would fit with crs = "EPSG:2363"'),
        (4498, 4548, False, 'they would fit with crs = "EPSG:4548"'),
        (4548, 4498, False, 'they would fit with crs = "EPSG:4498"'),
        (4548, 4548, True, "they would fit with x and y exchanged (CGCS2000"),
        (4527, 4527, True, "they would fit with x and y exchanged (CGCS2000"),
        (4326, 4527, True, 'they would fit with x and y exchanged and crs = "EPSG:4527"'),
        (4326, 4548, False, "; an easting without zone number fits many: give the CRS of its central meridian"),
        (4490, 4548, True, "; x and y look exchanged, and an easting without zone number fits many"),
        (4548, 4326, False, 'they would fit with crs = "EPSG:4326" (WGS 84, at longitude 116.3970, latitude 39.9080)'),
        (4527, 4490, False, 'they would fit with crs = "EPSG:4326"'),
        (32628, 4326, False, 'they would fit with crs = "EPSG:4326"'),
        (3857, 4326, False, 'they would fit with crs = "EPSG:4326"'),
        (LOCAL, 4326, False, 'they would fit with crs = "EPSG:4326"'),
        (LOCAL, 4527, False, 'they would fit with crs = "EPSG:4527"'),
        (4548, 4326, True, 'they would fit with x and y exchanged and crs = "EPSG:4326"'),
        (4326, 4326, True, "they would fit with x and y exchanged (WGS 84"),
        (4326, 3857, False, 'they would fit with crs = "EPSG:3857" (WGS 84 / Pseudo-Mercator, at longitude 116.3970'),
    ],
)
def test_what_does_not_fit_names_what_would(stated, true, swapped, advice):
    x, y = there(true)
    text = said(stated, *((y, x) if swapped else (x, y)))
    assert text is not None
    assert text.startswith("[zones] z.shp: the coordinates, such as ")
    assert advice in text


def test_most_rows_decide_and_missing_ones_do_not_count():
    x, y = there(4548)
    assert said(4548, [x, x, 1e300], [y, y, 0.0]) is None
    assert said(4548, [x, 116.4, 116.4], [y, 39.9, 39.9]) is not None
    assert said(4326, [np.nan], [np.nan]) is None
    assert said(4326, [np.nan, 1e9], [0.0, 1e9]).endswith("set crs to the one that the file was made in.")


def test_metres_of_a_grid_that_begins_in_the_town_are_no_degrees():
    local = CRS("+proj=tmerc +lat_0=39.87 +lon_0=116.35 +x_0=0 +y_0=0 +ellps=GRS80 +units=m")
    assert fits(local, np.array([20.0, 116.4]), np.array([30.0, 39.9])).tolist() == [True, False]
    bound = CRS(f"{LOCAL} +towgs84=10,20,30,0,0,0,0")
    assert bound.is_bound
    assert fits(bound, *(np.array([v]) for v in there(LOCAL))).all()
    assert not fits(bound, np.array([4.4e6]), np.array([5e5])).any()


def test_a_local_system_without_a_place_on_earth_is_left_alone():
    wkt = 'ENGCRS["site",EDATUM["site"],CS[Cartesian,2],AXIS["x",east],AXIS["y",north],LENGTHUNIT["metre",1]]'
    assert said(wkt, [1.0], [1e9]) is None
