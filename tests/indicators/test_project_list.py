"""The list of projects: a line for what was found and for what is wanted, with grounds, and nothing made up."""

import numpy as np
import pandas as pd
import pytest
from conftest import X, Y
from test_condition import city, study

from geoprio.indicators.project_list import TITLES, in_words, project_list

HOMES = [
    {"zone": 0, "dwellings": 20.0, "population": 50.0, "population_60plus": 12.0},
    {"zone": 0, "dwellings": 30.0, "population": np.nan, "population_60plus": 9.0},
    {"zone": 1, "dwellings": 10.0, "population": 25.0, "population_60plus": 5.0},
]
INSPECTION = "楼号,屋面渗漏,燃气安全隐患\nb0,是,否\nb1,否,否\nb2,,是\n"
NEEDS = pd.DataFrame(
    [("z0", "roof_fault", "修屋顶", 1, 20, 0.6, 0.39, 0.78), ("z0", "lift", "加装电梯", 2, 20, 0.5, 0.3, 0.7),
     ("z0", "canteen", "食堂", 3, 20, 0.2, 0.08, 0.42), ("z0", "other", "其他", 4, 20, 0.1, 0.03, 0.3),
     ("z1", "lift", "加装电梯", 1, 3, 1.0, 0.44, 1.0)],
    columns=["zone_id", "need", "title", "rank", "n", "share", "low", "high"],
)  # fmt: skip


@pytest.fixture
def found(tmp_path):
    return study(city(HOMES), tmp_path, INSPECTION)[0]


@pytest.fixture
def zones():
    return pd.DataFrame(
        {"name": ["甲小区", "乙小区"], "zone_type": ["compound", "urban_village"], "priority": [80.0, 40.0],
         "rank": pd.array([1, 2], "Int64"), "renewal_year": [2026.0, np.nan]},
        index=pd.Index(["z0", "z1"], name="zone_id"),
    )  # fmt: skip


def test_hazards_come_first_then_ranks(found, zones):
    table = project_list(zones, found, NEEDS, need_defects={"lift": "walkup"})
    assert table["project_id"].tolist() == ["z1:gas_hazard", "z0:roof_fault", "z0:walkup", "z0:canteen"]
    assert table["grade"].tolist()[:3] == ["safety", "basic", "improving"]
    assert table["project_id"].is_unique


def test_a_line_says_how_much_for_whom_on_what_grounds(found, zones):
    line = project_list(zones, found, NEEDS).set_index("project_id").loc["z0:roof_fault"]
    assert (line["quantity"], line["quantity_unit"], line["dwellings"], line["population_60plus"]) == (
        1,
        "building",
        20,
        12,
    )
    assert (line["support"], line["support_n"], line["year"], line["status"]) == (0.6, 20, 2026, "candidate")
    assert (line["found"], line["surveyed"], line["verified"]) == (1, 2, "secondary")
    assert "有问题 1 栋（50 %）" in line["basis_zh"]
    assert "转引" in line["basis_zh"]
    # Nobody gave money, so none stands there.
    assert pd.isna(line[["unit_cost_cny", "cost_cny", "funding", "responsible"]]).all()


def test_few_answers_tell_nothing(found, zones):
    table = project_list(zones, found, NEEDS, need_defects={"lift": "gas_hazard"})
    line = table.set_index("project_id").loc["z1:gas_hazard"]
    assert pd.isna(line[["support", "support_low", "support_high", "support_n"]]).all()
    assert not table["basis_zh"].str.contains("n = 3").any()


def test_two_needs_about_one_defect_are_one_project(found, zones):
    table = project_list(zones, found, NEEDS, need_defects={"lift": "walkup", "canteen": "walkup"}, top=4)
    assert table["project_id"].tolist().count("z0:walkup") == 1
    assert "z0:other" in set(table["project_id"])


def test_points_and_missing_pieces_as_quantities(tmp_path, zones):
    points = f"what,x,y\nroof_fault,{X + 500},{Y + 500}\nroof_fault,{X + 501},{Y + 500}\n"
    found, _ = study(city(HOMES), tmp_path, "小区名称,泊位缺口\n0号院,12\n", points)
    table = project_list(zones, found).set_index("project_id")
    assert table[["quantity", "quantity_unit"]].to_numpy().tolist() == [[2, "point"], [12, "piece"]]
    assert pd.isna(table.loc["z0:roof_fault", "dwellings"])
    assert table.loc["z0:parking_short", "dwellings"] == 50


def test_as_people_read_it(found, zones):
    table = project_list(zones, found, NEEDS)
    zh, en = in_words(table), in_words(table, "en")
    assert list(zh.columns) == [t[0] for t in TITLES.values()]
    assert list(en.columns) == [t[1] for t in TITLES.values()]
    assert zh["类别"].tolist()[:2] == ["安全类", "基础类"]
    assert zh["类型"].iloc[0] == "城中村"
    assert en["works"].iloc[1] == "repair the roof"
    assert zh["单位"].iloc[0] == "栋"
    assert pd.api.types.is_numeric_dtype(zh["受益户数"])


def test_nothing_found_nothing_to_do(tmp_path, zones):
    found, _ = study(city(HOMES), tmp_path)
    assert in_words(project_list(zones, found)).empty


def test_age_is_no_project_and_a_lift_is_one(tmp_path, zones):
    homes = [{"zone": z, "floors": 6.0, "year_built": 1980.0} for z in (0, 0, 1)]
    text = "楼号,有无电梯,可加装未加装电梯\nb0,无,是\nb1,无,否\nb2,无,\n"
    found, _ = study(city(homes), tmp_path, text)
    assert found.zones["aged_share"].tolist() == [1.0, 1.0]
    table = project_list(zones, found)
    # Where somebody looked whether a lift is possible, that counts; elsewhere that there is none.
    assert table["project_id"].tolist() == ["z0:lift_lacking", "z1:walkup"]
    assert table["quantity"].tolist() == [1, 1]
