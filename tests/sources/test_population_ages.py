"""WorldPop's age files: by their names, and which of them make up a group."""

import numpy as np
import pytest
from people_rasters import AREA, PLAIN, UTM, X, Y, read, spec_of, write
from rasterio.transform import Affine

from geoprio._core.errors import InputError
from geoprio._core.findings import Findings
from geoprio.sources.population import check_population, read_people

OLD = {60: "60", 65: "65", 70: "70", 75: "75", 80: "80"}
NEW = {**OLD, 85: "85", 90: "90"}


def old_names(ages, sexes="fm"):
    return [f"abw_{sex}_{age}_2020.tif" for age in ages for sex in sexes]


def new_names(ages, sexes="fm"):
    return [f"abw_{sex}_{age:02d}_2020_CN_100m_R2025A_v1.tif" for age in ages for sex in sexes]


@pytest.mark.parametrize("names", [old_names(OLD), new_names(NEW), new_names(NEW, "t"), old_names(NEW)])
def test_people_aged_60_and_older_are_the_sum_of_their_classes(tmp_path, names):
    for k, name in enumerate(names):
        write(tmp_path / name, PLAIN * (k + 1))
    findings = Findings()
    cells = read(tmp_path, "population_60plus", findings, groups={"population_60plus": names})
    np.testing.assert_allclose(cells.people, PLAIN * sum(range(1, len(names) + 1)))
    assert [s["path"] for s in findings.sources] == [f"{names[0]} and {len(names) - 1} more"]
    assert f"{len(names)} age files of WorldPop" in findings.notes[0].text


@pytest.mark.parametrize(
    "names",
    [
        ["abw_f_0_2020.tif", "abw_m_0_2020.tif", "abw_f_1_2020.tif", "abw_m_1_2020.tif"],
        ["sub/abw_f_00_2020.tif", "abw_m_00_2020.tif", "abw_f_01_2020.tif", "ABW_M_01_2020.tif"],
    ],
)
def test_under_threes_are_age_00_and_half_of_01(tmp_path, names):
    (tmp_path / "sub").mkdir()
    for name, factor in zip(names, (1, 2, 4, 8), strict=True):
        write(tmp_path / name, PLAIN * factor)
    cells = read(tmp_path, "population_0_2", groups={"population_0_2": names})
    np.testing.assert_allclose(cells.people, PLAIN * (1 + 2 + 0.5 * 4 + 0.5 * 8))


def test_a_cell_has_data_where_one_of_the_files_has(tmp_path):
    names = ["abw_t_00_2020.tif", "abw_t_01_2020.tif"]
    for name, hole in zip(names, ((0, 0), (0, 1)), strict=True):
        cells = PLAIN.copy()
        cells[hole] = cells[1, 2] = -99999
        write(tmp_path / name, cells, nodata=-99999)
    people = read(tmp_path, "population_0_2", groups={"population_0_2": names}).people
    np.testing.assert_allclose(people, [[0.5, 2, 4.5], [6, 7.5, np.nan]])


def test_files_on_other_grids_stay_apart(tmp_path):
    write(tmp_path / "a.tif")
    write(tmp_path / "b.tif", transform=Affine(100, 0, X + 50, 0, -100, Y))
    findings = Findings()
    spec = spec_of(groups={"population_60plus": ["a.tif", "b.tif"]})
    both = read_people("population_60plus", spec, tmp_path, AREA, UTM, findings)
    assert [c.people.sum() for c in both] == [21, 21]
    assert "the sum of 2 rasters, whose names say no age" in findings.notes[0].text


@pytest.mark.parametrize(
    ("column", "names", "message"),
    [
        ("population_60plus", old_names(OLD)[:-1], r"of WorldPop's age 80 there is f; give f and m \(or t alone\)"),
        ("population_60plus", new_names(OLD), "of WorldPop's age 85 there is no file"),
        ("population_60plus", old_names([*OLD, 90]), "of WorldPop's age 85 there is no file"),
        ("population_60plus", [*old_names(OLD), "abw_t_60_2020.tif"], "of WorldPop's age 60 there is f, m, t"),
        (
            "population_60plus",
            [*old_names(OLD), *old_names([55])],
            "age 55 is no class of this group; it takes",
        ),
        ("population_60plus", [*old_names(OLD)[:-1], "abw_m_80_2019.tif"], "the files are of abw 2019, abw 2020; give"),
        ("population_60plus", [*old_names(OLD), "old.tif"], "old.tif is not named as WorldPop's age files beside it"),
        ("population_60plus", ["a.tif", "b.tif", "a.tif"], "a.tif stands there twice"),
        ("population_0_2", old_names([0]), "of WorldPop's age 01 there is no file; give f and m"),
        ("population_0_2", old_names([0, 1, 5]), "age 5 is no class of this group; it takes ages 0, 1"),
        ("population", ["abw_f_60_2020.tif"], "is WorldPop's raster of one age; name that of all people"),
    ],
)
def test_age_files_that_do_not_make_up_a_group(tmp_path, column, names, message):
    keys = {"path": names[0]} if column == "population" else {"groups": {column: names}}
    where = "path" if column == "population" else f"groups {column}"
    with pytest.raises(InputError, match=rf"\[population\] {where}: .*{message}"):
        check_population(spec_of(**keys), tmp_path)
