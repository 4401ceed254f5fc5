"""Nothing personal survives the reading of a survey: values, notes, rejects and errors are searched for it."""

import re

import pytest
from residents import SECRETS, TEXTS, everything, spec, text_export, write_csv, write_xlsx

from geoprio._core.errors import InputError
from geoprio._core.findings import Findings
from geoprio.sources.survey import kind_by_content, kind_by_name, read_survey


@pytest.mark.parametrize("write", [write_csv, write_xlsx])
def test_nothing_personal_is_given_back(tmp_path, write):
    name = "s.csv" if write is write_csv else "s.xlsx"
    text_export(tmp_path / name, write)
    findings = Findings()
    told = everything(read_survey(spec(path=name), tmp_path, findings), findings)
    assert [s for s in SECRETS if s in told] == []
    assert "阳光小区" in told


def test_a_flat_in_the_answer_for_the_compound_is_cut_off(tmp_path):
    zones = ["阳光小区3号楼2单元501", "阳光小区 13800138000", "13911112222", "阳光小区12号院"]
    write_csv(tmp_path / "s.csv", ["小区", "问题"], [(z, "停车难") for z in zones])
    findings = Findings()
    question = {"code": "problems", "column": "问题", "options": TEXTS}
    survey = read_survey(spec(zone="小区", groups={}, questions=[question]), tmp_path, findings)
    assert survey.zone.fillna("").tolist() == ["阳光小区", "阳光小区", "", "阳光小区12号院"]
    assert findings.rejects()["row"].tolist() == ["4"]
    told = everything(survey, findings)
    assert not re.search("501|13800138000|13911112222", told)


def test_options_of_their_own_are_only_those_that_several_gave(tmp_path):
    header = ["小区", "最需要什么"]
    rows = [("甲", t) for t in ["加装电梯"] * 6 + ["停车位"] * 5 + ["修路灯"] * 4 + ["找张三丰"]]
    write_csv(tmp_path / "s.csv", header, rows)
    findings = Findings()
    survey = read_survey(
        spec(zone="小区", groups={}, questions=[{"code": "first", "column": "最需要什么"}]), tmp_path, findings
    )
    (q,) = survey.questions
    assert q.needs == ("first_1", "first_2")
    assert q.titles == ("加装电梯", "停车位")
    assert q.answered.sum() == 11
    told = everything(survey, findings)
    assert "张三丰" not in told
    assert "修路灯" not in told
    assert (findings.rejects()["reason"].str.contains("not shown")).sum() == 5


def test_personal_columns_by_content_and_by_the_project_file(tmp_path):
    header = ["小区", "问题", "补充", "内部编码"]
    write_csv(tmp_path / "s.csv", header, [("甲", "停车难", "无", "A1"), ("甲", "停车难", "找13800138000", "A2")])
    question = {"code": "problems", "column": "问题", "options": TEXTS}
    survey = read_survey(
        spec(zone="小区", groups={}, questions=[question], personal=["内部编码"]), tmp_path, Findings()
    )
    assert [(p["column"], p["kind"], p["cells"]) for p in survey.personal] == [
        ("补充", "phone", 2),
        ("内部编码", "named", 2),
    ]


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("1、您的姓名", "name"), ("您的联系电话", "phone"), ("来自IP", "ip address"), ("微信昵称", "name"),
        ("身份证号", "id number"), ("家庭住址", "address"), ("您家房号", "address"), ("_x_latitude", "position"),
        ("GPS", "position"), ("E-mail", "account"), ("phone_number", "phone"), ("name", "name"),
        ("小区名称", None), ("您所在小区的地址", None), ("2、您所在的社区", None), ("您的年龄", None),
        ("小区户主姓名", "name"), ("compound name", None), ("group/zone", None), ("您住在几层", None),
        ("房屋产权", None),
    ],
)  # fmt: skip
def test_headings(heading, kind):
    assert kind_by_name(heading) == kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("１３８００１３８０００", "phone"), ("+86 138-0013-8000", "phone"), ("010-62345678", "phone"),
        ("11010119500101123X", "id number"), ("110101500101123", "id number"), ("203.0.113.7", "ip address"),
        ("微信：abc12345", "account"), ("39.90469, 116.40717", "position"), ("5栋2单元301室", "address"),
        ("阳光小区12号院", None), ("2026-05-01", None), ("1234567890123", None), ("13800", None), ("1.2.3", None),
    ],
)  # fmt: skip
def test_contents(text, kind):
    assert kind_by_content(text) == kind


def test_errors_show_nothing_of_the_text(tmp_path):
    header = "小区,问题,姓名".encode()
    (tmp_path / "s.csv").write_bytes(header + b"\n\xff\xfe\x81 13800138000,x,y\n")
    with pytest.raises(InputError, match="line 2") as error:
        read_survey(spec(zone="小区", groups={}), tmp_path, Findings())
    assert "13800138000" not in str(error.value)
    assert error.value.__suppress_context__
    write_csv(tmp_path / "s.csv", ["小区", "问 题", "张三丰13800138000"], [("甲", "停车难", "x")])
    with pytest.raises(InputError) as error:
        read_survey(spec(zone="小区", groups={}), tmp_path, Findings())
    assert "13800138000" not in str(error.value)
    assert "it has 小区, 问 题, (not shown)" in str(error.value)


def test_a_question_that_looks_personal_needs_options(tmp_path):
    write_csv(tmp_path / "s.csv", ["小区", "姓名"], [("甲", "张三丰")] * 9)
    with pytest.raises(InputError, match="looks personal"):
        read_survey(spec(zone="小区", groups={}, questions=[{"code": "q", "column": "姓名"}]), tmp_path, Findings())
