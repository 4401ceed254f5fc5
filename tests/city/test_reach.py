"""Sources that do not lie together: the message names what would bring them together."""

import geopandas as gpd
import pytest
import shapely
from conftest import X, Y
from test_build import build

from geoprio._core.errors import InputError


def moved(features, code):
    """Return features of the town in another CRS."""
    out = []
    for properties, kind, coordinates in features:
        shape = shapely.geometry.shape({"type": kind, "coordinates": coordinates})
        there = gpd.GeoSeries([shape], crs=32650).to_crs(code).iloc[0]
        out.append((properties, kind, shapely.geometry.mapping(there)["coordinates"]))
    return out


@pytest.mark.parametrize(
    ("true", "stated", "advice"),
    [
        (4548, 4547, 'with crs = "EPSG:4548" (CGCS2000 / 3-degree Gauss-Kruger CM 117E, at longitude 117.0'),
        (2436, 2435, 'with crs = "EPSG:2436" (Beijing 1954 / 3-degree Gauss-Kruger CM 117E'),
        (4547, 4548, 'with crs = "EPSG:4547"'),
        (32650, 32651, 'with crs = "EPSG:32650"'),
        (4326, 32650, 'do not fit EPSG:32650; they would fit with crs = "EPSG:4326"'),
        (3857, 32650, 'with crs = "EPSG:3857"'),
    ],
)
@pytest.mark.parametrize("role", ["buildings", "streets", "shops"])
def test_the_crs_that_would_fit_is_named(town, role, true, stated, advice):
    setattr(town, role, moved(getattr(town, role), true))
    path = f"{role}.geojson"
    section = {"shops": '[[facilities]]\ncategory = "convenience"\n'}.get(role, f"[{role}]\n")
    with pytest.raises(InputError) as caught:
        build(town.write(**{role: f'{section}path = "{path}"\ncrs = "EPSG:{stated}"\n'}))
    assert advice in str(caught.value)
    assert len(caught.value.problems) == 1


def test_the_zones_may_be_the_ones_that_are_wrong(town):
    town.zones = moved(town.zones, 4548)
    with pytest.raises(InputError) as caught:
        build(town.write(zones='[zones]\npath = "zones.geojson"\ncrs = "EPSG:4547"\n'))
    text = str(caught.value)
    assert "zones and streets do not overlap; they would fit with" in text
    assert 'or it is the zones: they would fit with crs = "EPSG:4548"' in text


def test_what_nothing_explains_says_so(town):
    town.streets = [({}, "LineString", [[X + 90_000, Y], [X + 91_000, Y + 20_000]])]
    with pytest.raises(InputError, match="zones and streets do not overlap; check the CRS of both"):
        build(town.write())


def test_so_may_the_zones_of_buildings(town):
    town.zones, town.streets = moved(town.zones, 4548), moved(town.streets, 4548)
    wrong = {role: f'[{role}]\npath = "{role}.geojson"\ncrs = "EPSG:4547"\n' for role in ("zones", "streets")}
    with pytest.raises(InputError) as caught:
        build(town.write(**wrong))
    text = str(caught.value)
    assert text.startswith("[buildings] buildings.geojson: none of 8 buildings lies in a zone; they would fit with")
    assert 'or it is the zones: they would fit with crs = "EPSG:4548"' in text
