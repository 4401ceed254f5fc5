"""The list of defects: whole, with sources and marks; a project may add its own."""

import pytest

from geoprio._core.errors import InputError, MissingError
from geoprio.indicators.condition import (
    DERIVED,
    ConditionSpec,
    condition_codes,
    condition_title,
    find_condition,
    name_clashes,
    not_weighted,
    study_defects,
)
from geoprio.standards.defects import GRADES, SIDES, load_defects

OWN = """[[defects]]
code = "{code}"
title_zh = "噪声"
title_en = "noise"
grade = "improving"
side = "face"
work_zh = "隔声屏"
work_en = "noise barriers"
source = "town hall"
{more}
"""


def test_what_ships_has_every_class_both_sides_and_a_source():
    defects = load_defects()
    assert {d.grade for d in defects.values()} == set(GRADES)
    assert {d.side for d in defects.values()} == set(SIDES)
    assert all(d.source and d.file == "defects" for d in defects.values())
    assert (defects["facade_fault"].side, defects["pipe_fault"].side) == ("face", "lining")
    # The official handbook was not read: nothing passes for verified.
    assert not [c for c, d in defects.items() if d.verified is True]
    titles = [t for d in defects.values() for t in (d.title_zh, d.title_en)]
    assert len(set(titles)) == len(titles)


def test_what_chengdu_adds_is_safety_and_a_gate():
    defects = load_defects()
    assert {"gas_hazard", "power_hazard", "drainage_hazard", "fire_hazard"} < {
        c for c, d in defects.items() if d.is_gate
    }


def test_functions_belong_to_defects_of_the_list_with_a_limit_where_they_need_one():
    defects = load_defects()
    assert set(DERIVED) <= set(defects)
    assert (defects["aged"].limit, defects["walkup"].limit) == (2001, 4)


def test_a_list_of_ones_own(tmp_path):
    (tmp_path / "own.toml").write_text(OWN.format(code="noise", more="verified = true"), encoding="utf-8")
    defects = load_defects("own.toml", tmp_path)
    assert defects["noise"].file == "own.toml"
    assert len(defects) == len(load_defects()) + 1
    assert "noise_share" in condition_codes(defects)
    assert condition_title("noise_condition", defects) == ("噪声", "Noise")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (OWN.format(code="noise", more="good = 1.0"), "bad must lie above good"),
        (OWN.format(code="Noise", more=""), "code"),
        (OWN.format(code="noise", more='colour = "red"'), "colour"),
        (OWN.format(code="noise", more='file = "x"'), "file is set by geoprio"),
        (OWN.format(code="noise", more="") * 2, "more than once"),
        ("[[rules]]\na = 1", r"give \[\[defects\]\]"),
        ("defects = 3", r"give \[\[defects\]\]"),
        ("[[defects]", "own.toml"),
    ],
)
def test_what_is_wrong_with_a_list_is_told(tmp_path, text, told):
    (tmp_path / "own.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=told):
        load_defects("own.toml", tmp_path)
    with pytest.raises(MissingError):
        load_defects("other.toml", tmp_path)


def test_limits_of_the_project_file_come_first_then_those_of_eligible(tmp_path):
    given = study_defects(ConditionSpec(built_before=2006), tmp_path, 2003)
    assert (given["aged"].limit, given["aged"].source, given["aged"].verified) == (2006, "project file", False)
    assert study_defects(ConditionSpec(), tmp_path, 2003)["aged"].limit == 2003
    assert study_defects(ConditionSpec(), tmp_path)["aged"].limit == 2001
    assert study_defects(ConditionSpec(walkup_floors=6), tmp_path)["walkup"].limit == 6
    with pytest.raises(InputError, match="'roof_fault' is no hazard"):
        study_defects(ConditionSpec(gates=("roof_fault",)), tmp_path)


def test_what_a_score_can_weigh():
    defects = load_defects()
    roof = find_condition("roof_fault_share", defects)
    assert (roof.good, roof.bad, roof.direction, roof.rule.code) == (0.0, 1.0, 1, "roof_fault")
    assert find_condition("roof_fault_per_100", defects).bad is None
    assert find_condition("condition_lining_share", defects).bad == 1.0
    for none in ("elder_care_covered_share", "roof_fault", "roof_fault_status", "share", "condition_other_share"):
        assert find_condition(none, defects) is None
    codes = condition_codes(defects)
    assert "walkup_share" in codes
    assert not [c for c in codes if "hazard" in c or "safety" in c or "unknown" in c]


def test_hazards_are_a_gate_and_no_weight():
    defects = load_defects()
    for code in ("gas_hazard_share", "condition_safety_share", "fire_hazard_per_100"):
        assert find_condition(code, defects).direction == 0
        assert "gate" in not_weighted(code, defects)
    assert "did you mean" in not_weighted("roof_fault_found", defects)


def test_every_column_has_titles_and_codes_do_not_hide_each_other():
    defects = load_defects()
    for code in defects:
        assert find_condition(f"{code}_share", defects).of == code
        assert find_condition(f"{code}_unknown_share", defects).direction == 0
        assert find_condition(f"{code}_affected_share", defects).unit == "share"
    assert condition_title("parking_gap_bays", defects)[0] == "停车泊位缺口"
    assert condition_title("safety_gate", defects) == ("存在安全隐患", "safety hazard")
    assert condition_title("priority", defects) is None
    assert name_clashes(("elder_care", "walkup"), defects)[0].startswith("category 'walkup'")
