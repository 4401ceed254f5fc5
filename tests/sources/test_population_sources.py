"""Rasters of people: what their names say, what their cells hold, and what they must not be taken for."""

import re

import numpy as np
import pytest
import rasterio
import shapely
from people_rasters import AREA, PLAIN, UTM, X, Y, read, spec_of, write
from pydantic import ValidationError
from pyproj import CRS, Geod
from rasterio.transform import Affine

from geoprio._core.errors import InputError, MissingError
from geoprio._core.findings import Findings
from geoprio.sources.population import cell_km2, check_population, read_people, read_totals
from geoprio.standards import load_assumptions, shipped_rules


def test_cells_come_as_they_stand(tmp_path):
    write(tmp_path / "p.tif")
    findings = Findings()
    cells = read(tmp_path, findings=findings)
    np.testing.assert_array_equal(cells.people, PLAIN)
    assert (cells.place @ (0, 0, 1))[:2].tolist() == [X, Y]
    assert [(s["role"], s["path"], s["crs"]) for s in findings.sources] == [("population", "p.tif", "EPSG:32650")]


def test_only_the_cells_around_the_study_are_read(tmp_path):
    cells = np.arange(10_000, dtype="float32").reshape(100, 100)
    write(tmp_path / "p.tif", cells)
    part = read(tmp_path, area=shapely.box(X + 1510, Y - 2490, X + 1790, Y - 2310))
    np.testing.assert_array_equal(part.people, cells[23:25, 15:18])
    assert (part.row, part.col) == (23, 15)
    assert (part.place @ (0.5, 0.5, 1))[:2].tolist() == [X + 1550, Y - 2350]


def test_a_study_beyond_the_raster_names_both_places(tmp_path):
    write(tmp_path / "p.tif", crs="EPSG:4326", transform=Affine(0.1, 0, 7, 0, -0.1, 44))
    message = (
        "no cell lies in the study; it covers longitude 7.0000 to 7.3000, latitude 43.8000 to 44.0000, the study lo"
    )
    with pytest.raises(InputError, match=re.escape(message)):
        read(tmp_path)


@pytest.mark.parametrize(
    ("kind", "nodata", "hole", "warned"),
    [
        ("float32", -99999, -99999, False),
        ("float32", None, -99999, True),
        ("float64", -200, -200, False),
        ("int32", -2147483648, -2147483648, False),
        ("float32", None, 3.4e38, True),
        ("float32", None, np.inf, True),
        ("float32", None, np.nan, False),
        ("float32", np.nan, np.nan, False),
        ("uint8", 255, 255, False),
    ],
)
def test_cells_without_data_are_no_people_and_no_zero(tmp_path, kind, nodata, hole, warned):
    cells = PLAIN.astype("float64")
    cells[0, 0] = hole
    cells[0, 1] = 0
    write(tmp_path / "p.tif", cells.astype(kind), nodata=nodata)
    findings = Findings()
    people = read(tmp_path, findings=findings).people
    assert np.isnan(people).tolist() == [[True, False, False], [False] * 3]
    assert people[0, 1] == 0
    assert np.nansum(people) == 18
    assert ["1 cells below 0" in n.text for n in findings.warnings] == [True] * warned


@pytest.mark.parametrize(
    ("name", "nodata", "no_data", "nobody"),
    [
        ("p.tif", -1, None, False),
        ("p.tif", None, None, False),
        ("p.tif", 0, None, True),
        ("p.tif", 0, "unknown", False),
        ("p.tif", -1, "nobody", True),
        ("abw_ppp_2020_UNadj_constrained.tif", -1, None, True),
        ("abw_ppp_2020_UNadj.tif", -1, None, False),
        ("abw_ppp_2020_unconstrained.tif", -1, None, False),
        ("tcd_pop_2026_CN_100m_R2025A_v1.tif", -1, None, True),
        ("GHS_POP_E2020_GLOBE_R2023A_54009_100_V1_0.tif", -1, None, False),
    ],
)
def test_who_lives_where_there_is_no_data(tmp_path, name, nodata, no_data, nobody):
    write(tmp_path / name, nodata=nodata)
    assert read(tmp_path, path=name, no_data=no_data).nobody is nobody


def test_degrees_and_turned_rasters_keep_their_cells(tmp_path):
    write(tmp_path / "p.tif", transform=Affine(80, 60, X, 60, -80, Y))
    cells = read(tmp_path, area=shapely.box(X, Y - 400, X + 400, Y + 400))
    np.testing.assert_array_equal(cells.people, PLAIN)
    assert (cells.place @ (1, 1, 1))[:2].tolist() == [X + 140, Y - 20]


def test_a_crs_may_be_stated_and_must_be_known(tmp_path):
    write(tmp_path / "p.tif", crs=None)
    with pytest.raises(InputError, match=r"\[population\] p\.tif: no CRS is known; save the raster with its CRS"):
        check_population(spec_of(path="p.tif"), tmp_path)
    findings = Findings()
    stated = spec_of(path="p.tif", crs="EPSG:32650")
    check_population(stated, tmp_path)
    (cells,) = read_people("population", stated, tmp_path, AREA, UTM, findings)
    np.testing.assert_array_equal(cells.people, PLAIN)
    assert findings.sources[0]["crs_from"] == "project"
    with pytest.raises(InputError, match="crs 'nonsense' is not known"):
        check_population(spec_of(path="p.tif", crs="nonsense"), tmp_path)


def test_a_crs_that_does_not_hold_the_study(tmp_path):
    write(tmp_path / "p.tif", crs="+proj=gnom +lat_0=-31 +lon_0=-63")
    with pytest.raises(InputError, match="no cell lies in the study"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"PK\3\4 zip", r"not that of a raster that is read \(unzip it first\); use \.tif \(GeoTIFF\) or \.asc"),
        (b"", "the content is not that of a raster"),
        (b"<VRTDataset>", "the content is not that of a raster"),
        (b"II*\0" + b"\xff" * 200, "cannot be read"),
    ],
)
def test_files_that_are_no_rasters(tmp_path, text, message):
    (tmp_path / "p.tif").write_bytes(text)
    with pytest.raises(InputError, match=rf"\[population\] p\.tif: .*{message}"):
        check_population(spec_of(path="p.tif"), tmp_path)


def test_paths_that_are_not_read(tmp_path):
    with pytest.raises(MissingError, match=r"\[population\]: file 'none\.tif' is not there"):
        check_population(spec_of(path="none.tif"), tmp_path)
    with pytest.raises(InputError, match="not a local file"):
        check_population(spec_of(groups={"population_0_2": ["https://example.org/p.tif"]}), tmp_path)


def test_more_cells_than_a_city_has(tmp_path, monkeypatch):
    monkeypatch.setattr("geoprio.sources.population.MOST_CELLS", 5)
    write(tmp_path / "p.tif")
    with pytest.raises(InputError, match="more than 5 cells lie in the study; give a coarser raster"):
        read(tmp_path)


# Densities


@pytest.mark.parametrize("name", ["abw_pd_2020_1km.tif", "gpw_v4_population_density_rev11_2020.tif", "DENSITY.tif"])
def test_a_name_of_densities_must_be_answered(tmp_path, name):
    write(tmp_path / name)
    with pytest.raises(InputError, match=re.escape(f"{name}: its name or unit says that it holds densities; add unit")):
        check_population(spec_of(path=name), tmp_path)
    check_population(spec_of(path=name, unit="per_km2"), tmp_path)
    check_population(spec_of(path=name, unit="count"), tmp_path)


@pytest.mark.parametrize(("unit", "dense"), [("people/km2", True), ("persons per sq. km", True), ("people", False)])
def test_a_unit_of_densities_must_be_answered(tmp_path, unit, dense):
    write(tmp_path / "p.tif")
    with rasterio.open(tmp_path / "p.tif", "r+") as raster:
        raster.units = (unit,)
    if dense:
        with pytest.raises(InputError, match="says that it holds densities"):
            check_population(spec_of(path="p.tif"), tmp_path)
    else:
        check_population(spec_of(path="p.tif"), tmp_path)


def test_people_per_km2_become_people(tmp_path):
    """A cell of a hectare in an equal-area CRS holds a hundredth."""
    laea = CRS("+proj=laea +lat_0=31 +lon_0=117 +datum=WGS84")
    write(tmp_path / "p.tif", crs=laea.to_wkt(), transform=Affine(100, 0, 0, 0, -100, 0))
    cells = read(tmp_path, area=shapely.box(0, -200, 300, 0), crs=laea, path="p.tif", unit="per_km2")
    np.testing.assert_allclose(cells.people, PLAIN.astype(float) / 100, rtol=1e-5)


@pytest.mark.parametrize(
    ("crs", "place"),
    [
        ("EPSG:4326", [[0.01, 0, 20], [0, -0.01, 60], [0, 0, 1]]),
        ("EPSG:4326", [[0.006, 0.003, 20], [0.002, -0.008, 60], [0, 0, 1]]),
        ("EPSG:3857", [[1000, 0, 2_226_000], [0, -1000, 8_399_000], [0, 0, 1]]),
        ("ESRI:54009", [[1000, 0, 1_000_000], [0, -1000, 6_800_000], [0, 0, 1]]),
    ],
)
def test_the_area_of_cells_against_the_ellipsoid(crs, place):
    found = cell_km2(np.array(place, float), (3, 4), CRS(crs))
    from pyproj import Transformer

    moved = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    for row in range(3):
        for col in range(4):
            # Sides are straight in the raster's CRS, so they have many points here.
            ring = shapely.segmentize(shapely.box(col, row, col + 1, row + 1), 0.02)
            c, r = shapely.get_coordinates(ring).T
            x, y, _ = np.array(place, float) @ (c, r, np.ones(len(c)))
            lon, lat = moved.transform(x, y)
            exact = abs(Geod(ellps="WGS84").polygon_area_perimeter(lon, lat)[0]) / 1e6
            assert found[row, col] == pytest.approx(exact, rel=2e-6)


def test_landscan_is_no_census_of_residents(tmp_path):
    write(tmp_path / "landscan-global-2022.tif")
    findings = Findings()
    read(tmp_path, findings=findings, path="landscan-global-2022.tif")
    assert "not residents" in findings.warnings[0].text


# The section of the project file


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({}, "give path, groups, persons_per_dwelling or shares"),
        ({"override": True}, "give path, groups, persons_per_dwelling or shares"),
        ({"path": "p.tif", "persons_per_dwelling": 2}, "and only one"),
        ({"path": "p.csv", "total": "n", "groups": {"population_0_2": ["a.tif"]}}, "and only one"),
        ({"total": "n"}, "total and columns need path"),
        ({"path": "p.tif", "groups": {"population_0_2": ["a"]}, "share_0_2": 0.1}, "population_0_2 is given twice"),
        ({"path": "p.csv", "total": "n", "columns": {"population_60plus": "e"}, "share_60plus": 0.1}, "given twice"),
        ({"path": "p.tif", "id": "code"}, "id has no meaning here"),
        ({"path": "p.tif", "x": "lng", "y": "lat"}, "x, y has no meaning here"),
        ({"path": "p.csv", "total": "n", "unit": "count"}, "unit has no meaning here"),
        ({"persons_per_dwelling": 2, "crs": "EPSG:4326", "no_data": "nobody"}, "crs, no_data has no meaning here"),
        ({"persons_per_dwelling": 0}, "give a number above 0 and up to 100"),
        ({"persons_per_dwelling": "usual"}, 'or "default"'),
        ({"share_60plus": 1.5}, "less than or equal to 1"),
        ({"share_60plus": 18.7}, "less than or equal to 1"),
        ({"path": "p.tif", "unit": "per_ha"}, "count"),
    ],
)
def test_sections_that_contradict_themselves(keys, message):
    with pytest.raises(ValidationError, match=message):
        spec_of(**keys)


def test_every_file_is_named_once():
    spec = spec_of(path="a.tif", groups={"population_60plus": ["b.tif", "c.tif"], "population_0_2": ["c.tif"]})
    assert spec.files == ("a.tif", "b.tif", "c.tif")
    assert spec.rasters == {
        "population": ("a.tif",),
        "population_60plus": ("b.tif", "c.tif"),
        "population_0_2": ("c.tif",),
    }
    assert spec_of(path="t.csv", total="n").rasters == {}
    assert spec_of(path="t.csv", total="n").files == ("t.csv",)


# Totals


def test_a_table_of_totals(tmp_path):
    (tmp_path / "t.csv").write_bytes("编号,人口,年\nz1,1200,2020\nz2,3400,2020\nz1,1,2010\n".encode("gb18030"))
    spec = spec_of(path="t.csv", id="编号", total="人口", where={"年": "2020"})
    findings = Findings()
    table = read_totals(spec, tmp_path, findings)
    assert table["人口"].tolist() == ["1200", "3400"]
    (source,) = findings.sources
    assert (source["rows"], source["left_by_where"]) == (3, 2)
    assert "gb18030" in source["encoding"].lower()


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"total": "n"}, r't\.csv: a table needs id = "…", the column of the zone'),
        ({"total": "n", "id": "z", "crs": "EPSG:4326"}, "crs has no meaning for a table"),
        ({"total": "m", "id": "z"}, "column 'm' is not there"),
        ({"total": "n", "id": "z", "layer": "a"}, "layer has no meaning for a .csv file"),
        ({"total": "n", "id": "z", "where": {"z": "none"}}, "keeps none of 2 rows"),
        ({"total": "n", "path": "t.osm"}, "an OSM file has no totals"),
        ({"total": "n", "path": "t.tif"}, "format '.tif' is not read"),
    ],
)
def test_tables_that_cannot_be_used(tmp_path, keys, message):
    (tmp_path / "t.csv").write_text("z,n\na,1\nb,2\n", encoding="utf-8")
    (tmp_path / "t.osm").write_text("<osm/>", encoding="utf-8")
    write(tmp_path / "t.tif")
    with pytest.raises(InputError, match=message):
        read_totals(spec_of(**{"path": "t.csv", **keys}), tmp_path, Findings())


# Assumptions


def test_no_assumption_is_passed_off_as_verified():
    shipped = load_assumptions()
    assert list(shipped) == ["share_60plus", "share_0_2", "persons_per_dwelling", "half_of_ages_1_to_4"]
    assert [a.value for a in shipped.values()] == [0.187, 0.0275, 2.62, 0.5]
    assert all(a.verified is not True and a.source and a.note for a in shipped.values())
    assert "assumptions" not in shipped_rules()


@pytest.mark.realdata
def test_the_people_of_aruba(real_data):
    name = "abw_ppp_2020_UNadj_constrained.tif"
    degrees = CRS("EPSG:4326")
    cells = read(real_data / "rasters", area=shapely.box(-71, 12, -69, 13), crs=degrees, path=name)
    assert np.nansum(cells.people) == pytest.approx(106_766, abs=0.01)
    assert int(np.isfinite(cells.people).sum()) == 9844
    assert cells.nobody
