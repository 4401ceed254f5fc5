"""Inspection tables and problem points: what a cell answers, what nobody said, and what is set aside.

All tables are synthetic.
"""

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoprio._core.errors import InputError, MissingError
from geoprio._core.findings import Findings
from geoprio.sources.inspection import InspectionSpec, ProblemsSpec, known_values, read_inspection, read_problems
from geoprio.sources.inspection.answers import read_answers, read_choices
from geoprio.sources.inspection.forms import heading_of, key, table
from geoprio.sources.parsers import NO, YES, plain
from geoprio.standards.defects import load_defects

DEFECTS = load_defects()


def column(*cells, name="q"):
    return pd.Series(list(cells), name=name, dtype="str")


def said(cells, yes="defect", codes=None, **more):
    """Return what cells answer as True, False, None; and the reasons of those set aside."""
    findings = Findings()
    out = read_answers(column(*cells), yes, codes, "inspection", findings, **more)
    return [None if pd.isna(v) else bool(v) for v in out], findings.rejects()["reason"].tolist()


def read(folder, text, spec=None, **keys):
    (folder / "i.csv").write_text(text, encoding="utf-8")
    findings = Findings()
    found = read_inspection(spec or InspectionSpec(path="i.csv", **keys), DEFECTS, folder, findings)
    return found, findings


@pytest.mark.parametrize(
    ("cell", "of_defect", "of_thing"),
    [
        ("是", True, False), ("有", True, False), ("1", True, False), ("√", True, False), ("存在", True, False),
        ("否", False, True), ("无", False, True), ("0", False, True), ("不存在", False, True), ("０", False, True),
        # These say the same whatever was asked.
        ("破损", True, True), ("不达标", True, True), ("无隐患", False, False), ("良好", False, False),
        ("已整改", False, False),
        # Nobody looked.
        ("", None, None), ("-", None, None), ("未调查", None, None), ("不详", None, None),
        ("Not inspected", None, None), ("不适用", False, None),
        # Neither.
        ("部分", None, None), ("3", None, None), ("一般", None, None),
    ],
)  # fmt: skip
def test_a_cell_says_defect_good_or_nothing(cell, of_defect, of_thing):
    assert said([cell], "defect")[0] == [of_defect]
    assert said([cell], "good")[0] == [of_thing]


def test_what_is_neither_is_set_aside_and_what_is_blank_is_not():
    assert said(["部分", "", "未调查"])[1] == ["neither good nor a defect; taken as not surveyed"]
    assert said(["是"], None) == ([None], ["nobody said what its yes means; taken as not surveyed"])


def test_numbers_that_forms_use_both_ways_say_nothing_without_codes():
    answers, reasons = said(["0", "1", "有", "无"], "good", both_ways=True)
    assert answers == [None, None, False, True]
    assert reasons == ["a number that forms use both ways; taken as not surveyed"] * 2
    inverted = {"0": "good", "1": "defect"}
    assert said(["0", "1", "1.0", "有", "2", ""], "good", inverted, both_ways=True) == (
        [False, True, True, False, None, None],
        ["not among the codes; taken as not surveyed"],
    )
    assert said(["9", "1"], "defect", {"1": "defect", "9": "unknown"})[0] == [None, True]


@given(st.lists(st.text(max_size=6), max_size=8))
def test_no_text_is_taken_for_good_unless_it_says_so(cells):
    listed = table()["cells"]
    known = {w for kind in ("good", "defect", "yes", "no", "not_concerned") for w in listed[kind]} | YES | NO
    answers, _ = said([*cells, "是", "否"])
    assert answers[-2:] == [True, False]
    for cell, answer in zip(cells, answers, strict=False):
        assert answer is None or plain(cell).lower().strip("()。") in {w.lower() for w in known}


def chosen(cells, options=None, separator=None):
    findings = Findings()
    found = read_choices(column(*cells), options or {}, separator, "inspection", findings)
    rows = found.astype(object).where(found.notna(), None).to_dict("records")
    return rows, findings.rejects()["reason"].tolist()


def test_several_answers_in_a_cell():
    options = {"屋面漏水": "roof_fault", "道路坑洼": "road_fault", "没路灯": "road_fault"}
    rows, reasons = chosen(
        ["屋面漏水┋道路坑洼", "没路灯", "无问题", "", "未调查", "无问题┋屋面漏水", "其他〖看不清〗"], options
    )
    assert rows == [
        {"roof_fault": True, "road_fault": True},
        {"roof_fault": False, "road_fault": True},
        {"roof_fault": False, "road_fault": False},
        *[{"roof_fault": None, "road_fault": None}] * 4,
    ]
    assert reasons == [
        "no problem, and a problem; taken as not surveyed",
        "no option that is known; taken as not surveyed",
    ]


def test_options_by_known_phrases_ask_only_for_what_somebody_chose():
    rows, _ = chosen(["屋面漏水、路面坑洼", "均无", "屋面漏水；其他"])
    assert rows == [
        {"road_fault": True, "roof_fault": True},
        {"road_fault": False, "roof_fault": False},
        {"road_fault": False, "roof_fault": True},
    ]
    assert chosen(["a/b"], {"a": "roof_fault", "b": "road_fault"}, "/")[0] == [{"roof_fault": True, "road_fault": True}]


def test_headings_without_numbers_brackets_and_groups():
    assert key("2.8.1 是否存在燃气安全隐患（是/否）") == key("燃气安全隐患")
    assert heading_of("2.2 安全_2.2.1 存在燃气安全隐患").defect == "gas_hazard"
    assert heading_of("物业管理").yes == "good"
    assert heading_of("泊位缺口（个）").counts
    assert heading_of("roof_fault", DEFECTS).defect == "roof_fault"
    assert heading_of("小区名称") is None


BUILDINGS = "小区名称,楼号,建造时间,层数,有无电梯,存在燃气安全隐患,2.5 屋面渗漏\n"


def test_a_table_of_buildings(tmp_path):
    found, findings = read(
        tmp_path, BUILDINGS + "甲小区,1,1985,6,无,否,是\n甲小区,2,80年代,6/7,有,,否\n乙小区,1,,,,是,\n"
    )
    assert found.of == "building"
    assert found.keys[["zone", "building"]].to_numpy().tolist() == [["甲小区", "1"], ["甲小区", "2"], ["乙小区", "1"]]
    assert found.answers["gas_hazard"].tolist() == [False, pd.NA, True]
    assert found.answers["roof_fault"].tolist() == [True, False, pd.NA]
    assert found.facts["has_lift"].tolist() == [False, True, pd.NA]
    assert found.facts["year_low"].tolist()[:2] == [1985, 1980]
    assert found.report["answers"]["gas_hazard"] == {"defect": 1, "good": 1, "unknown": 1}
    assert any("gas_hazard: 1 of 2 surveyed have it; 1 of 3 not surveyed" in n.text for n in findings.notes)


FORM = "小区名称,小区类型,老旧小区改造情况,物业管理,建造时间（年）,全部数量（栋）\n"


def test_the_form_of_compounds_codes_management_the_other_way_round(tmp_path):
    found, findings = read(tmp_path, FORM + "甲,1,1,0,1990,5\n乙,1,3,1,1985,4\n丙,1,9,,1985,4\n")
    assert (found.of, found.report["form"]) == ("zone", "compound-2023")
    assert found.answers["unmanaged"].tolist() == [False, True, pd.NA]
    assert found.facts["renewal_status"].tolist()[:2] == ["not_started", "done"]
    assert findings.rejects()["value"].tolist() == ["9"]
    # Without the form a bare number is not guessed.
    found, findings = read(tmp_path, FORM + "甲,1,1,0,1990,5\n乙,1,3,有,1985,4\n", form="none")
    assert found.answers["unmanaged"].tolist() == [pd.NA, False]
    assert "a number that forms use both ways; taken as not surveyed" in findings.rejects()["reason"].tolist()
    codes = {"unmanaged": {"0": "defect", "1": "good"}}
    found, _ = read(tmp_path, FORM + "甲,1,1,0,1990,5\n", codes=codes)
    assert found.answers["unmanaged"].tolist() == [True]
    with pytest.raises(InputError, match="form = 'x' is not one of compound-2023"):
        read(tmp_path, FORM + "甲,1,1,0,1990,5\n", form="x")


def test_missing_pieces_are_counted(tmp_path):
    found, findings = read(
        tmp_path, "小区名称,泊位缺口,桩\n甲,12,0\n乙,0,3\n丙,,\n丁,多,\n", missing={"charging_short": "桩"}
    )
    assert found.answers["parking_short"].tolist() == [True, False, pd.NA, pd.NA]
    assert found.answers["charging_short"].tolist() == [False, True, pd.NA, pd.NA]
    assert found.gaps["parking_short"].tolist()[:2] == [12, 0]
    assert findings.rejects()["value"].tolist() == ["多"]


def test_one_row_for_each_unit(tmp_path):
    text = "小区名称,楼号,屋面渗漏\n甲,1,是\n甲,1,是\n甲,2,是\n甲,2,否\n甲,3,否\n,,是\n乙,,否\n"
    found, findings = read(tmp_path, text)
    # Repeated rows count once, contradictory ones not at all, and are never added up.
    assert found.keys["building"].tolist() == ["1", "3"]
    told = findings.rejects().groupby("reason")["row"].agg(list).to_dict()
    assert told == {
        "nothing tells which building it is": ["7", "8"],
        "rows 4, 5 are of the same unit and differ; none is used": ["4", "5"],
        "the same as row 2": ["3"],
    }


def test_of_several_inspections_the_latest_holds(tmp_path):
    found, findings = read(tmp_path, "小区名称,检查日期,道路破损\n甲,2022-05-01,是\n甲,2024.3,否\n乙,,是\n乙,2024,否\n")
    assert found.answers["road_fault"].tolist() == [False]
    assert findings.rejects()["reason"].tolist() == [
        "row 3 is a later inspection of the same",
        *["rows 4, 5 are of the same unit and differ; none is used"] * 2,
    ]


def test_several_columns_for_one_defect_are_any_of_them(tmp_path):
    text = "楼号,无障碍设施缺失,楼道无扶手,消\n1,否,否,有\n2,否,,无\n3,是,,\n4,,,有\n"
    found, _ = read(tmp_path, text, columns={"fire_fault": "消"}, yes={"fire_fault": "good"})
    assert found.answers["elder_access_lacking"].tolist() == [False, pd.NA, True, pd.NA]
    assert found.answers["fire_fault"].tolist() == [False, True, pd.NA, False]


def test_a_column_that_is_named_needs_to_say_what_its_yes_means(tmp_path):
    text = "楼号,有无消防通道\n1,有\n2,无\n3,破损\n"
    found, findings = read(tmp_path, text, columns={"fire_fault": "有无消防通道"})
    assert found.answers["fire_fault"].tolist() == [pd.NA, pd.NA, True]
    assert findings.rejects()["mend"].unique().tolist() == ["say so with yes, or what its codes mean with codes"]
    found, _ = read(tmp_path, text, columns={"fire_fault": "有无消防通道"}, yes={"fire_fault": "good"})
    assert found.answers["fire_fault"].tolist() == [False, True, True]


@pytest.mark.parametrize(
    ("text", "keys", "told"),
    [
        ("小区名称,道路破损\n甲,是\n", {"columns": {"rof_fault": "道路破损"}}, "'rof_fault' is no defect"),
        ("小区名称,道路破损\n甲,是\n", {"columns": {"road_fault": "路"}}, "column '路' is not there"),
        ("小区名称,道路破损\n甲,是\n", {"yes": {"roof_fault": "good"}}, "no column asks for 'roof_fault'"),
        ("小区名称,道路破损\n甲,是\n", {"of": "building"}, "no column tells which building"),
        ("道路破损,外墙破损\n是,否\n", {}, "no column tells which zone"),
        ("小区名称,备用,地址\n甲,是,乙路\n", {}, "no column asks for a defect"),
        ("小区名称,道路破损\n甲,是\n", {"where": {"小区名称": "乙"}}, "keeps none of 1 rows"),
        (
            "小区名称,a,b\n甲,是,否\n",
            {"columns": {"road_fault": ("a", "b"), "roof_fault": "a"}},
            "'a' asks for road_fault",
        ),
        ("小区名称,a\n甲,是\n", {"choices": {"a": {"x": "nothing"}}}, "choices.a: 'nothing' is no defect"),
    ],
)
def test_what_is_wrong_with_the_section_is_told(tmp_path, text, keys, told):
    with pytest.raises(InputError, match=told):
        read(tmp_path, text, **keys)


@pytest.mark.parametrize(
    "keys",
    [
        {"path": "i.gpkg"}, {"path": "i.csv", "sheet": "a"}, {"path": "i.xlsx", "encoding": "gbk"},
        {"path": "i.csv", "of": "zone", "building": "x"}, {"path": "i.csv", "separator": ";"},
        {"path": "i.csv", "x": "a"},
        {"path": "i.csv", "codes": {"a": {"0": "maybe"}}},
    ],
)  # fmt: skip
def test_keys_that_do_not_fit_are_refused(keys):
    with pytest.raises(ValueError):
        InspectionSpec(**keys)


def test_who_runs_a_compound():
    cells = [
        "物业公司",
        "幸福物业服务有限公司",
        "自管",
        "单位自管",
        "社区代管",
        "无",
        "有",
        "弃管",
        "信托制物业",
        "某国企托管",
        "",
        "张三",
    ]
    findings = Findings()
    out = known_values(column(*cells), "management_model", "compounds", findings)
    assert [None if pd.isna(v) else v for v in out] == [
        "company", "company", "owners", "former_owner", "community", "none", "some", "none", "trust", "state", None,
        None,
    ]  # fmt: skip
    assert findings.rejects()["value"].tolist() == ["张三"]
    status = known_values(column("已表决", "征求意见中", "in_place"), "management_status", "x", findings)
    assert status.tolist() == ["chosen", "discussed", "in_place"]


# ------------------------------------------------------------------------------------------------------------ points


def points(folder, text, **keys):
    (folder / "p.csv").write_text(text, encoding="utf-8")
    findings = Findings()
    spec = ProblemsSpec(path="p.csv", x="x", y="y", crs="EPSG:32650", **keys)
    return read_problems(spec, DEFECTS, folder, findings), findings


def test_points_by_category_and_status(tmp_path):
    text = (
        "类别,x,y,状态\n路面坑洼,500000,3450000,待整改\n屋面渗漏破损,500001,3450000,已整改\n噪音,500002,3450000,\n"
        "gas_hazard,500003,3450000,\n路面坑洼,500000,3450000,待整改\n路面坑洼,500004,3450000,误报\n占道,500005,3450000,拖着\n"
    )
    found, findings = points(
        tmp_path, text, category="类别", status="状态", categories={"占道": "fire_hazard", "噪音": ""}
    )
    assert found[["defect", "status"]].to_numpy().tolist() == [
        ["road_fault", "open"], ["roof_fault", "solved"], ["gas_hazard", "open"], ["fire_hazard", "open"]
    ]  # fmt: skip
    assert findings.rejects()[["row", "reason"]].to_numpy().tolist() == [
        ["6", "its status says that it is void"],
        ["5", "the same defect at the same place stands there before"],
    ]
    assert "拖着" in findings.warnings[0].text


def test_each_id_counts_once_and_unknown_categories_are_told(tmp_path):
    rows = ("a,路面坑洼,500000", "a,路面坑洼,500100", "b,路面坑洼,500000", "c,噪音,500000")
    text = "编,类,x,y\n" + "".join(f"{row},3450000\n" for row in rows)
    found, findings = points(tmp_path, text, category="类", id="编")
    assert found["problem_id"].tolist() == ["a", "b"]
    assert findings.rejects()["reason"].tolist() == ["of no defect that is known", "its id stands there before"]


def test_points_of_one_defect_and_own_words_for_solved(tmp_path):
    text = "x,y,s\n500000,3450000,OK\n500001,3450000,已整改\n"
    found, _ = points(tmp_path, text, defect="road_fault", status="s", solved=("OK",))
    assert found["status"].tolist() == ["solved", "open"]
    with pytest.raises(InputError, match="'noise' is no defect"):
        points(tmp_path, text, defect="noise")
    with pytest.raises(MissingError):
        read_problems(ProblemsSpec(path="q.csv", defect="road_fault"), DEFECTS, tmp_path, Findings())


@pytest.mark.parametrize(
    "keys",
    [
        {}, {"defect": "road_fault", "category": "a"}, {"defect": "road_fault", "categories": {"a": "roof_fault"}},
        {"defect": "road_fault", "solved": ("x",)}, {"defect": "road_fault", "near_m": -1},
        {"defect": "road_fault", "path": "a.osm.pbf"},
    ],
)  # fmt: skip
def test_point_keys_that_do_not_fit_are_refused(keys):
    with pytest.raises(ValueError):
        ProblemsSpec(**{"path": "p.csv", **keys})


def test_a_workbook_with_a_header_of_two_rows(tmp_path):
    sheet = openpyxl.Workbook().active
    for row in (
        ["某市住房调查表", *[None] * 6],
        ["小区名称", "楼号", "层数", "2.2 安全隐患", None, "2.8 适老化", None],
        [
            None,
            None,
            None,
            "2.2.1 存在燃气安全隐患",
            "2.2.2 楼道安全隐患",
            "2.8.1 可加装未加装电梯",
            "2.8.2 楼道无扶手",
        ],
        ["甲小区", 1, 6, "否", "否", "是", "是"],
        ["甲小区", 2, 6, "是", None, "否", None],
        ["合计", None, None, 1, 0, 1, 1],
    ):
        sheet.append(row)
    for cells in ("A1:G1", "A2:A3", "B2:B3", "C2:C3", "D2:E2", "F2:G2"):
        sheet.merge_cells(cells)
    sheet.parent.save(tmp_path / "i.xlsx")
    findings = Findings()
    found = read_inspection(InspectionSpec(path="i.xlsx"), DEFECTS, tmp_path, findings)
    assert found.keys["building"].tolist() == ["1", "2"]
    assert {c: found.answers[c].tolist() for c in found.answers} == {
        "gas_hazard": [False, True],
        "stairway_hazard": [False, pd.NA],
        "lift_lacking": [True, False],
        "elder_access_lacking": [True, pd.NA],
    }
    assert findings.rejects()["reason"].tolist() == ["a row of totals"]
