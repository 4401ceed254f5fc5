"""What cities call their columns: what is sure, what is only offered, and what is left alone."""

import tomllib
from importlib.resources import files

import pytest

from geoprio.config import Project
from geoprio.sources.aliases import _key, role_of, roles, split_unit, suggest_columns, unit_factor

# The heading of a compound list as the domain reference has it.
HEADING = [
    *(
        "序号",
        "区县",
        "街道",
        "社区",
        "小区名称",
        "地址",
        "建成年代",
        "楼栋数",
        "单元数",
        "户数",
        "建筑面积(万㎡)",
        "层数",
    ),
    *("结构", "有无电梯", "产权/原单位", "物业情况", "业委会", "改造类别", "改造内容", "投资(万元)", "年度"),
]
ROLES = [
    *("serial", "district", "street_committee", "community", "name", "address", "year_built", "buildings", "units"),
    *("dwellings", "area_m2", "floors", "structure", "has_lift", "ownership", "property_management"),
    *("owners_committee", "renewal_class", "renewal_content", "investment", "year"),
]


def certain(columns):
    return {role: s.column for role, s in suggest_columns(columns).items() if s.certainty == "sure"}


def test_the_heading_of_a_compound_list():
    assert certain(HEADING) == dict(zip(ROLES, HEADING, strict=True))


def test_names_of_database_columns():
    assert certain(["ssjd", "SSSQ", "xqmc", "xqdz", "ZJMJ", "zhs", "jznd", "wygs", "xqdm"]) == {
        "street_committee": "ssjd",
        "community": "SSSQ",
        "name": "xqmc",
        "address": "xqdz",
        "area_m2": "ZJMJ",
        "dwellings": "zhs",
        "year_built": "jznd",
        "property_management": "wygs",
        "id": "xqdm",
    }


def test_english_names_in_any_case():
    columns = ["Year Built", "num_floors", "DWELLINGS", "Longitude", "lat", "compound-name"]
    assert set(certain(columns)) == {"year_built", "floors", "dwellings", "lng", "lat", "name"}


@pytest.mark.parametrize(
    ("heading", "base", "unit"),
    [
        ("建筑面积（万㎡）", "建筑面积", "万m2"),
        ("建筑面积(㎡)", "建筑面积", "m2"),
        ("总建筑面积（单位：万平方米）", "总建筑面积", "万平方米"),
        ("投资/万元", "投资", "万元"),
        ("１．小区名称", "小区名称", None),
        ("*户数：", "户数", None),
        ("户数(户)", "户数", None),
        ("人口(60岁以上)", "人口(60岁以上)", None),
        ("产权/原单位", "产权/原单位", None),
    ],
)
def test_units_are_told_apart(heading, base, unit):
    assert split_unit(heading) == (base, unit)


def test_factors_of_units():
    assert unit_factor("建筑面积(万㎡)", "area_m2") == 1e4
    assert unit_factor("建筑情况_建筑面积(㎡)", "area_m2") == 1
    assert unit_factor("投资(万元)", "investment") == 1e4
    assert unit_factor("建筑面积", "area_m2") is None


def test_a_bracket_that_says_more_is_not_left_out():
    # People of 60 and more are not all people; dwellings of other use are no dwellings.
    assert role_of("人口(60岁以上)") is None
    assert role_of("户数(非住宅)") is None
    assert role_of("60岁以上人口(人)") == "population_60plus"


def test_levels_of_a_header():
    assert role_of("建筑情况_户数") == "dwellings"
    assert role_of("非住宅_户数") is None
    suggestion = suggest_columns(["非住宅_户数"])["dwellings"]
    assert (suggestion.column, suggestion.certainty) == ("非住宅_户数", "likely")


def test_names_that_say_too_little_are_offered_only():
    found = suggest_columns(["老年人口", "编号", "面积", "居民总户数情况说明"])
    assert {role: s.certainty for role, s in found.items()} == {
        "id": "likely",
        "dwellings": "doubtful",
        "area_m2": "likely",
        "population_60plus": "likely",
    }
    assert "says little" in found["id"].why


def test_of_two_columns_the_name_that_stands_first_in_the_table_is_taken():
    assert certain(["名称", "小区名称"])["name"] == "小区名称"
    rivals = suggest_columns(["户数", "户数(户)"])["dwellings"]
    assert rivals.certainty == "likely"
    assert "both name dwellings" in rivals.why


def test_a_column_has_one_role_and_unknown_ones_have_none():
    found = suggest_columns([*HEADING, "联系人", "电话", "备注"])
    columns = [s.column for s in found.values()]
    assert len(columns) == len(set(columns))
    assert not {"联系人", "电话", "备注"} & set(columns)


def test_no_name_stands_for_two_roles():
    text = files("geoprio.sources").joinpath("aliases.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    neutral = {_key(n) for n in data.pop("groups")["neutral"]}
    keys = [_key(n) for lists in data.values() for names in lists.values() for n in names]
    assert len(keys) == len(set(keys))
    assert "" not in keys
    assert neutral
    assert tuple(data) == roles()


def test_every_column_of_the_list_has_names():
    columns = Project.model_fields["compounds"].annotation.__args__[0].model_fields["columns"].annotation
    assert set(columns.model_fields) <= set(roles())
