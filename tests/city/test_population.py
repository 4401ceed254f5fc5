"""People by building: against a plain twin, and nobody lost on the way from any source."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from conftest import X, Y
from hypothesis import given, settings
from hypothesis import strategies as st
from people_city import UTM, at, checked, city_of, people, write
from pyproj import CRS, Transformer
from rasterio.transform import Affine

from geoprio._core.errors import InputError
from geoprio._core.findings import Findings
from geoprio.city.dasymetric import spread
from geoprio.city.homes import home_weights

# Rasters against a twin that shares no line of code


def twin(values, place, raster_crs, city, weights):
    """Return people by building, moved and unplaced people: cell by cell, by cutting polygons."""
    crs = city.crs
    homes = city.buildings[city.buildings["use"] != "other"]
    shapes = homes.geometry.to_crs(raster_crs)
    area = gpd.GeoSeries([shapely.segmentize(city.reach, 50)], crs=crs).to_crs(raster_crs).iloc[0]
    back = Transformer.from_crs(raster_crs, crs, always_xy=True)
    got, moved, unplaced = dict.fromkeys(homes.index, 0.0), 0.0, 0.0
    for (row, col), value in np.ndenumerate(values):
        cell = shapely.Polygon(
            [at(place, *p) for p in ((col, row), (col + 1, row), (col + 1, row + 1), (col, row + 1))]
        )
        here = 0.0 if np.isnan(value) else value * cell.intersection(area).area / cell.area
        parts = {}
        for name, shape in shapes.items():
            share = shape.intersection(cell).area / shape.area if shape.area else float(cell.contains(shape))
            if share * weights[name] > 0:
                parts[name] = share * weights[name]
        if parts:
            for name, part in parts.items():
                got[name] += here * part / sum(parts.values())
            continue
        mark = {}
        for side, (right, down) in {
            "c": (0.5, 0.5),
            "w": (0, 0.5),
            "e": (1, 0.5),
            "n": (0.5, 0),
            "s": (0.5, 1),
        }.items():
            mark[side] = shapely.Point(back.transform(*at(place, col + right, row + down)))
        reach = 2 * max(mark["w"].distance(mark["e"]), mark["n"].distance(mark["s"]))
        near = [(mark["c"].distance(homes.geometry[name]), name) for name in homes.index if weights[name] > 0]
        near = sorted((metres, name) for metres, name in near if metres <= reach)
        if near:
            got[near[0][1]] += here
            moved += here
        else:
            unplaced += here
    return got, moved, unplaced


def grids():
    """Return rasters of cells of some 100 m at one place: CRS, and columns and rows to coordinates."""
    lon, lat = Transformer.from_crs(UTM, "EPSG:4326", always_xy=True).transform(X, Y)
    east, north = Transformer.from_crs(UTM, "ESRI:54009", always_xy=True).transform(X, Y)
    return {
        "working": (UTM, Affine(100, 0, X, 0, -100, Y)),
        "turned": (UTM, Affine(80, 60, X, 60, -80, Y)),
        "upside down": (UTM, Affine(100, 0, X, 0, 120, Y - 600)),
        "degrees": (CRS("EPSG:4326"), Affine(1 / 1200, 0, lon, 0, -1 / 1200, lat)),
        "Mollweide": (CRS("ESRI:54009"), Affine(100, 0, east, 0, -100, north)),
    }


@pytest.mark.parametrize("grid", grids())
@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_rasters_against_the_twin(tmp_path_factory, grid, seed):
    folder = tmp_path_factory.mktemp("twin")
    raster_crs, place = grids()[grid]
    random = np.random.default_rng(seed)
    values = np.where(random.random((6, 7)) < 0.3, 0, random.random((6, 7)) * 100)
    values[random.random((6, 7)) < 0.2] = np.nan
    write(folder / "p.tif", np.nan_to_num(values, nan=-99999), place, raster_crs, nodata=-99999)
    middle = Transformer.from_crs(raster_crs, UTM, always_xy=True).transform(*at(place, 3.5, 3))
    count = int(random.integers(1, 9))
    x, y = (random.normal(m, 220, count) for m in middle)
    wide, deep = random.uniform(5, 150, (2, count))
    shapes = shapely.box(x, y, x + wide, y + deep)
    dots = random.random(count) < 0.2
    shapes[dots] = shapely.points(x, y)[dots]
    use = random.choice(["residential", "unknown", "other"], count)
    floors = np.where(random.random(count) < 0.3, np.nan, random.integers(1, 30, count))
    reach = shapely.Point(middle).buffer(float(random.uniform(150, 900)))
    city = city_of(shapes, reach, use=use, floors=floors)
    usual = np.median([s.area for s, u in zip(shapes, use, strict=True) if s.area and u != "other"] or [1])
    weights = {
        f"b{i}": (shape.area or usual) * (1 if np.isnan(f) else f)
        for i, (shape, f) in enumerate(zip(shapes, floors, strict=True))
    }
    got, moved, unplaced = twin(values, place, raster_crs, city, weights)
    found = people(city, folder, path="p.tif")
    figures = checked(found)
    total = sum(got.values()) + unplaced
    # Coverage is worked out in single precision; whom it goes to is not.
    assert figures["total"] == pytest.approx(total, rel=1e-5, abs=1e-6)
    assert figures["moved"] == pytest.approx(moved, rel=1e-5, abs=1e-4)
    assert figures["unplaced"] == pytest.approx(unplaced, rel=1e-5, abs=1e-4)
    counted = found.buildings["population"]
    for name, expected in got.items():
        assert counted[name] == pytest.approx(expected, rel=1e-4, abs=1e-4) or (
            np.isnan(counted[name]) and not expected
        )
    assert (counted[found.buildings["use"] == "other"] == 0).all()


@given(
    st.lists(st.floats(0, 1e7), min_size=1, max_size=12),
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 11), st.floats(0, 1e9)), max_size=30),
)
def test_spreading_loses_nobody(cells, parts):
    cells = np.array(cells)
    home, cell, weight = (np.array([p[k] for p in parts], t) for k, t in ((0, int), (1, int), (2, float)))
    cell = cell % len(cells)
    got, lonely = spread(cells, home, cell, weight, 7)
    assert (got >= 0).all()
    assert got.sum() + cells[lonely].sum() == pytest.approx(cells.sum(), rel=1e-9)
    assert all(cells[c] > 0 and not weight[cell == c].sum() > 0 for c in lonely)


# What the raster does not say

ROW = np.array([[10, 20, -99999, 40]], "float32")
EAST = Affine(100, 0, X, 0, -100, Y)
WIDE = shapely.box(X - 5000, Y - 5000, X + 5000, Y + 5000)


def house(col, size=10.0, dx=0.0):
    """Return a square house in a column of the row of cells."""
    return shapely.box(X + 100 * col + 45 + dx, Y - 55, X + 100 * col + 45 + dx + size, Y - 55 + size)


def test_unknown_is_not_nobody(tmp_path):
    """A house in the cell without data, one outside the raster, and one with a foot in each of two cells."""
    write(tmp_path / "p.tif", ROW, EAST, UTM, nodata=-99999)
    city = city_of([house(0), house(2), house(6), shapely.box(X + 195, Y - 55, X + 205, Y - 45), house(3)], WIDE)
    findings = Findings()
    found = people(city, tmp_path, findings, path="p.tif")
    expected = [10, None, None, 20, 40]
    assert [None if np.isnan(p) else p for p in found.buildings["population"]] == expected
    assert checked(found)["homes_unknown"] == 2
    texts = [n.text for n in findings.warnings]
    assert "1 of 5 homes lie outside the raster: their people are not known" in texts
    assert any("1 of 5 homes lie in cells without data: their people are not known" in t for t in texts)
    none = people(city, tmp_path, findings, path="p.tif", no_data="nobody")
    assert [None if np.isnan(p) else p for p in none.buildings["population"]] == [10, 0, None, 20, 40]
    assert any(
        "1 of 5 homes lie in cells without data: nobody lives there, by no_data" in n.text for n in findings.notes
    )


def test_only_people_of_the_read_area_count(tmp_path):
    """Half of the first cell lies in the area, the fourth does not."""
    write(tmp_path / "p.tif", ROW, EAST, UTM, nodata=-99999)
    city = city_of([house(0, dx=20), house(1)], shapely.box(X + 50, Y - 100, X + 300, Y))
    found = people(city, tmp_path, path="p.tif")
    assert found.buildings["population"].tolist() == pytest.approx([5, 20])
    assert checked(found)["total"] == pytest.approx(25)


def test_people_without_a_home_go_two_cells_and_no_further(tmp_path):
    write(tmp_path / "p.tif", np.array([[0, 0, 1, 2, 4, 8]], "float32"), EAST, UTM)
    findings = Findings()
    # The cell of 4 lies 200 m from the house's east wall, the next one 300 m.
    found = people(city_of([shapely.box(X + 240, Y - 60, X + 250, Y - 40)], WIDE), tmp_path, findings, path="p.tif")
    figures = checked(found)
    assert found.buildings["population"].tolist() == [7]
    assert (figures["moved"], figures["unplaced"]) == (6, 8)
    (row,) = findings.rejects().to_dict("records")
    assert (row["source"], row["row"], row["value"]) == ("population", "row 1, column 6", "8")
    assert row["reason"] == "people in a cell without a home, and none within two cells: unplaced"
    assert "15.0 people in the read area: 7.0 placed, of them 6.0 moved" in findings.warnings[0].text


def test_of_two_homes_at_one_distance_the_first_id_is_taken(tmp_path):
    write(tmp_path / "p.tif", np.array([[0, 9, 0]], "float32"), EAST, UTM)
    pair = [house(2), house(0)]
    assert people(city_of(pair, WIDE), tmp_path, path="p.tif").buildings["population"].tolist() == [9, 0]
    assert people(city_of(pair[::-1], WIDE), tmp_path, path="p.tif").buildings["population"].tolist() == [9, 0]


def test_a_city_without_homes_places_nobody(tmp_path):
    write(tmp_path / "p.tif", ROW, EAST, UTM, nodata=-99999)
    found = people(city_of([house(0)], WIDE, use="other"), tmp_path, path="p.tif")
    figures = checked(found)
    assert (figures["placed"], figures["unplaced"]) == (0, 70)
    assert found.buildings["population"].tolist() == [0]


@pytest.mark.parametrize(
    ("columns", "expected", "words"),
    [
        ({}, [10, 30], "footprint × floors; 2 homes of unknown floors count as 1"),
        ({"floors": [6.0, np.nan]}, [26.667, 13.333], "footprint × floors; 1 homes of unknown floors count as 1"),
        ({"dwellings": [3.0, 1.0]}, [30, 10], "dwellings"),
        ({"dwellings": [3.0, np.nan]}, [10, 30], "footprint × floors; 2 homes of unknown floors count as 1"),
        ({"dwellings": [0.0, 0.0]}, [10, 30], "footprint × floors; 2 homes of unknown floors count as 1"),
    ],
)
def test_weights(tmp_path, columns, expected, words):
    """One cell of 40 people; the second house has three times the footprint of the first."""
    write(tmp_path / "p.tif", np.array([[40.0]]), EAST, UTM)
    pair = [shapely.box(X + 10, Y - 20, X + 20, Y - 10), shapely.box(X + 50, Y - 40, X + 60, Y - 10)]
    found = people(city_of(pair, WIDE, **columns), tmp_path, path="p.tif")
    assert found.buildings["population"].tolist() == pytest.approx(expected, abs=1e-3)
    assert found.people["shared_out_by"] == words


def test_points_have_the_median_footprint():
    city = city_of([shapely.Point(X, Y), house(0), house(1, 20.0), shapely.Point(X, Y)], WIDE)
    weight, words = home_weights(city.buildings)
    assert weight.tolist() == pytest.approx([250, 100, 400, 250])
    assert "2 points have the median footprint" in words
    assert home_weights(city_of([shapely.Point(X, Y)], WIDE).buildings)[0].tolist() == [1]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([[9000.0, 8000]], "people per km² in the mean of inhabited cells is more than any city: are they"),
        ([[0.05, 0.0]], "0.1 people for 1 homes are few"),
        ([[0.0, 0.0]], "nobody lives in the part of the raster that was read"),
    ],
)
def test_totals_that_cannot_be(tmp_path, values, message):
    write(tmp_path / "p.tif", np.array(values), EAST, UTM)
    findings = Findings()
    people(city_of([house(0)], WIDE), tmp_path, findings, path="p.tif")
    assert any(message in n.text for n in findings.warnings)


def test_groups_and_what_was_assumed(tmp_path):
    """Each group by rasters of its own, on the same or another grid."""
    write(tmp_path / "all.tif", np.array([[100.0, 200]]), EAST, UTM)
    write(tmp_path / "old.tif", np.array([[30.0]]), Affine(200, 0, X, 0, -100, Y), UTM)
    for age, value in (("00", 2.0), ("01", 8.0)):
        write(tmp_path / f"abw_t_{age}_2020.tif", np.array([[value, value]]), EAST, UTM)
    findings = Findings()
    groups = {"population_60plus": ["old.tif"], "population_0_2": ["abw_t_00_2020.tif", "abw_t_01_2020.tif"]}
    found = people(city_of([house(0), house(1)], WIDE), tmp_path, findings, path="all.tif", groups=groups)
    assert found.buildings["population"].tolist() == [100, 200]
    assert found.buildings["population_60plus"].tolist() == [15, 15]
    assert found.buildings["population_0_2"].tolist() == [6, 6]
    (assumed,) = found.people["assumptions"]
    assert (assumed["name"], assumed["value"], assumed["verified"]) == ("half_of_ages_1_to_4", 0.5, False)
    said = [n.text for n in findings.notes if n.source == "population_0_2"]
    assert any("assumed: 0.5 is the share of children aged 1 to 4 who are aged 1 or 2" in t for t in said)
    more = people(city_of([house(0)], WIDE), tmp_path, findings, path="old.tif", groups={"population_0_2": ["all.tif"]})
    assert more.buildings["population_0_2"].tolist() == [300]
    assert "300.0 people in the group, 30.0 in all: check both" in [n.text for n in findings.warnings]


def test_the_table_of_the_city_is_not_written_into(tmp_path):
    write(tmp_path / "p.tif", ROW, EAST, UTM, nodata=-99999)
    city = city_of([house(0)], WIDE, population=[np.nan])
    people(city, tmp_path, path="p.tif")
    assert city.buildings["population"].isna().all()
    assert city.people is None


# What the buildings themselves say


@pytest.mark.parametrize(("override", "expected"), [(False, [3, 10, 7, np.nan]), (True, [10, 10, 7, np.nan])])
def test_own_numbers_stand_unless_overridden(tmp_path, override, expected):
    """The third house lies outside the raster and keeps its own number, whatever is asked."""
    write(tmp_path / "p.tif", np.array([[20.0]]), EAST, UTM)
    shapes = [house(0), house(0, dx=20), house(5), house(6)]
    city = city_of(shapes, WIDE, population=[3.0, np.nan, 7.0, np.nan])
    findings = Findings()
    found = people(city, tmp_path, findings, path="p.tif", override=override)
    np.testing.assert_array_equal(found.buildings["population"], expected)
    figures = checked(found)
    assert figures["buildings_with_own"] == 2
    assert figures["in_buildings"] == np.nansum(expected)
    what = "replaced (override = true)" if override else "kept (override = true would replace them)"
    text = f"the numbers that 1 buildings have of their own are {what}: 3.0 people, where [population] gives 10.0"
    assert text in [n.text for n in findings.notes]


# Shares and dwellings


def test_dwellings(tmp_path):
    city = city_of([house(i) for i in range(4)], WIDE, dwellings=[10.0, np.nan, 4, 5], use=["unknown"] * 3 + ["other"])
    findings = Findings()
    found = people(city, tmp_path, findings, persons_per_dwelling=2.5)
    np.testing.assert_array_equal(found.buildings["population"], [25, np.nan, 10, 0])
    assert checked(found)["total"] == 35
    assert found.people["assumptions"] == []
    assert "1 of 3 homes have no number of dwellings" in findings.warnings[0].text


def test_defaults_are_named_as_unverified(tmp_path):
    city = city_of([house(0)], WIDE, dwellings=[100.0])
    findings = Findings()
    found = people(city, tmp_path, findings, persons_per_dwelling="default", shares="default", share_0_2=0.1)
    row = found.buildings.loc["b0"]
    assert [row[c] for c in ("population", "population_60plus", "population_0_2")] == pytest.approx(
        [262, 262 * 0.187, 26.2]
    )
    named = [(a["column"], a["name"], a["verified"]) for a in found.people["assumptions"]]
    assert named == [("population", "persons_per_dwelling", False), ("population_60plus", "share_60plus", "secondary")]
    texts = " ".join(n.text for n in findings.notes)
    assert "2.62 is the people per dwelling, by default (from memory: China's census of 2020; not verified)" in texts


def test_shares_of_what_the_buildings_say(tmp_path):
    city = city_of([house(0), house(1)], WIDE, population=[50.0, np.nan])
    found = people(city, tmp_path, share_60plus=0.2)
    np.testing.assert_array_equal(found.buildings["population_60plus"], [10, np.nan])
    assert list(found.people["columns"]) == ["population_60plus"]
    with pytest.raises(InputError, match=r"\[population\] share_60plus: a share of whom\?"):
        people(city_of([house(0)], WIDE), tmp_path, share_60plus=0.2)
    with pytest.raises(InputError, match="the buildings have no dwellings; name the column"):
        people(city_of([house(0)], WIDE), tmp_path, persons_per_dwelling=2)
