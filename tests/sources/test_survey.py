"""Surveys: the layouts of 问卷星 and KoBo, missing codes, doubles and speeders. All answers are made up."""

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from residents import AGES, LEAD, PROBLEMS, SECRETS, TEXTS, everything, lead, spec, text_export, write_csv, write_xlsx

from geoprio._core.errors import InputError
from geoprio._core.findings import Findings
from geoprio.sources.survey import MeetingsSpec, OwnerVotesSpec, read_meetings, read_owner_votes, read_survey
from geoprio.sources.survey.doubles import moments, seconds
from geoprio.sources.survey.grid import number_of


@pytest.mark.parametrize("write", [write_csv, write_xlsx])
def test_text_export_of_wjx(tmp_path, write):
    name = "s.csv" if write is write_csv else "s.xlsx"
    text_export(tmp_path / name, write)
    findings = Findings()
    survey = read_survey(spec(path=name), tmp_path, findings)
    (q,) = survey.questions
    assert q.needs == ("lift", "parking", "pipes")
    assert q.titles == ("没有电梯", "停车难", "管道老化")
    assert q.answered.tolist() == [True, True, True, False, True]
    assert q.chosen.tolist() == [[1, 1, 0], [0, 0, 1], [0, 0, 0], [0, 0, 0], [0, 1, 0]]
    assert survey.zone.tolist()[:4] == ["阳光小区", "阳光小区", "前进里", "前进里"]
    assert survey.zone.isna().tolist() == [False] * 4 + [True]
    assert survey.groups["age"].fillna("?").tolist() == ["under_60", "aged_60plus", "aged_60plus", "?", "under_60"]
    assert survey.report["format"] == "wjx"
    assert survey.report["answers"] == 5
    dropped = {p["column"]: p["kind"] for p in survey.personal}
    assert dropped == {"来源": "source", "来源详情": "source", "来自IP": "ip address",
                       "4、您的手机号码是？": "phone", "5、您还有什么想说的": "free text"}  # fmt: skip
    odd = findings.rejects()
    assert (odd["reason"].str.contains("no option") & (odd["row"] == "6")).any()
    assert not odd["value"].any()


def test_coded_export_of_wjx_with_split_columns_and_missing_codes(tmp_path):
    header = [
        *LEAD,
        "1、您的年龄",
        "2、您所在的小区",
        "第3题(没有电梯)",
        "第3题(停车难)",
        "第3题(其他〖补充〗)",
        "4、是否同意",
    ]
    rows = [
        [*lead(1, "95"), "1", "2", "1", "0", "0", "1"],
        [*lead(2, "101"), "2", "1", "0", "1", "1", "2"],
        [*lead(3, "88"), "-2", "1", "-3", "-3", "-3", "-2"],
        [*lead(4, "90"), "2", "-3", "0", "0", "0", "-3"],
    ]
    write_csv(tmp_path / "s.csv", header, rows, encoding="gb18030")
    findings = Findings()
    survey = read_survey(
        spec(
            groups={"age": {"column": "1", "options": {"1": "under_60", "2": "aged_60plus"}}},
            zones={"1": "z1", "2": "z2"},
            questions=[
                {"code": "problems", "column": "3", "multiple": True,
                 "options": {"没有电梯": "lift", "停车难": "parking", "其他": ""}},
                {"code": "agrees", "column": "4、是否同意", "about": "support", "options": {"1": "lift", "2": ""}},
            ],
        ),
        tmp_path, findings,
    )  # fmt: skip
    problems, agrees = survey.questions
    assert problems.chosen.tolist() == [[1, 0], [0, 1], [0, 0], [0, 0]]
    assert problems.answered.tolist() == [True, True, False, False], "-3 was not shown; all 0 is no answer"
    assert agrees.answered.tolist() == [True, True, False, False]
    assert agrees.chosen[:, 0].tolist() == [True, False, False, False]
    assert survey.zone.fillna("").tolist() == ["2", "1", "1", ""]
    assert any("choose no option" in n.text for n in findings.notes)
    assert survey.groups["age"].fillna("").tolist() == ["under_60", "aged_60plus", "", "aged_60plus"]


def test_all_zero_is_an_answer_where_the_project_file_says_so(tmp_path):
    header = [*LEAD, "1、您的年龄", "2、您所在的小区", "3、问题(没有电梯)", "3、问题(停车难)"]
    write_csv(
        tmp_path / "s.csv", header, [[*lead(i), "60岁以下", "甲", a, b] for i, (a, b) in enumerate(["10", "00"], 1)]
    )
    q = {"code": "problems", "column": "3、问题", "multiple": True, "options": TEXTS, "empty_is_none": True}
    survey = read_survey(spec(questions=[q]), tmp_path, Findings())
    assert survey.questions[0].answered.all()
    assert survey.questions[0].chosen.tolist() == [[1, 0, 0], [0, 0, 0]]


KOBO = [
    *("start", "end", "deviceid", "about/zone", "about/age", "needs/what", "needs/what/lift", "needs/what/parking"),
    *(
        "needs/what/other",
        "needs/what_other",
        "_x_latitude",
        "_x_longitude",
        "_id",
        "_uuid",
        "_submission_time",
        "_index",
    ),
]


def kobo_rows():
    picks = [("lift parking", 1, 1, 0), ("other", 0, 0, 1), ("", "", "", ""), ("", 0, 0, 0), ("parking", 0, 1, 0)]
    for i, pick in enumerate(picks, 1):
        day = f"2026-05-0{i}"
        yield [f"{day}T08:00:00.000+08:00", f"{day}T08:05:00.000+08:00", "collect:9aKq", "sunshine", "old",
               *map(str, pick), "call zhang@example.com" if pick[3] == 1 else "", "39.9", "116.4", str(i), f"uuid-{i}",
               f"{day}T01:00:00", str(i)]  # fmt: skip


@pytest.mark.parametrize("delimiter", [";", ","])
@pytest.mark.parametrize("layout", ["both", "summary", "details"])
def test_kobo_export_with_groups(tmp_path, delimiter, layout):
    left = {
        "both": [],
        "summary": ["needs/what/lift", "needs/what/parking", "needs/what/other"],
        "details": ["needs/what"],
    }
    keep = [i for i, name in enumerate(KOBO) if name not in left[layout]]
    rows = [[row[i] for i in keep] for row in kobo_rows()]
    write_csv(tmp_path / "s.csv", [KOBO[i] for i in keep], rows, delimiter)
    findings = Findings()
    survey = read_survey(
        spec(
            zone="zone",
            groups={"age": {"column": "about/age", "options": {"old": "aged_60plus"}}},
            questions=[{"code": "needs", "column": "what", "multiple": True,
                        "options": {"lift": "lift", "parking": "parking", "other": ""}}],
        ),
        tmp_path, findings,
    )  # fmt: skip
    (q,) = survey.questions
    assert q.chosen.tolist() == [[1, 1], [0, 0], [0, 0], [0, 0], [0, 1]]
    assert q.answered.tolist() == [True, True, False, False, True]
    assert survey.report["format"] == "kobo"
    kinds = {p["column"]: p["kind"] for p in survey.personal}
    assert kinds == {
        "deviceid": "device",
        "needs/what_other": "free text",
        "_x_latitude": "position",
        "_x_longitude": "position",
    }
    told = everything(survey, findings)
    assert not [s for s in (*SECRETS, "9aKq", "39.9", "116.4", "uuid-1") if s in told]


def test_long_layout(tmp_path):
    rows = [
        *(("13800138000", "小区", "阳光小区"), ("13800138000", "问题", "停车难"), ("13800138000", "问题", "没有电梯")),
        *(("13911112222", "小区", "前进里"), ("13911112222", "问题", "以上都没有"), ("13911112222", "姓名", "张三丰")),
    ]
    write_csv(tmp_path / "s.csv", ["答卷人", "题目", "答案"], rows)
    findings = Findings()
    survey = read_survey(
        spec(zone="小区", groups={}, long={"respondent": "答卷人", "question": "题目", "answer": "答案"},
             questions=[{"code": "problems", "column": "问题", "multiple": True, "options": TEXTS}]),
        tmp_path, findings,
    )  # fmt: skip
    assert survey.zone.to_dict() == {2: "阳光小区", 5: "前进里"}
    assert survey.questions[0].chosen.tolist() == [[1, 1, 0], [0, 0, 0]]
    assert not [s for s in SECRETS if s in everything(survey, findings)]


def test_speeders_and_doubles_are_set_aside_with_their_reason(tmp_path):
    header = [*LEAD, "1、您的年龄", "2、您所在的小区", PROBLEMS, "4、甲", "5、乙", "6、手机"]
    ages, picks = list(AGES), list(TEXTS)
    rows = [[*lead(i), ages[i % 2], f"第{i}小区", picks[i % 4], str(i), str(i), ""] for i in range(1, 21)]
    rows.append([*lead(21, "10秒"), ages[0], "阳光", picks[0], "1", "1", ""])  # row 22: a speeder
    same = [ages[0], "前进里", picks[1], "7", "7"]
    rows.append([*lead(22, minute=2000), *same, ""])
    rows.append([*lead(23, minute=2005), *same, ""])  # row 24: alike within minutes
    rows.append([*lead(24, minute=2100), *same, ""])  # later: counts
    rows.append([*lead(25, minute=3000), *same, "13800138000"])
    rows.append([*lead(26, minute=3001), *same, "13911112222"])  # alike, but of two persons
    rows.append([*lead(27, minute=4000), ages[1], "东里", picks[2], "3", "3", "138 0013 8000"])  # row 28: again
    rows.append([*lead(27, minute=4100), ages[1], "西里", picks[2], "3", "3", ""])  # row 29: one number twice
    write_csv(tmp_path / "s.csv", header, rows)
    findings = Findings()
    survey = read_survey(spec(), tmp_path, findings)
    odd = findings.rejects().set_index("row")["reason"]
    assert set(odd.index) == {"22", "24", "28", "29"}
    assert odd["22"] == "answered in less than 36 s, 30 % of the median time"
    assert odd["24"] == "the same answers as another within 10 minutes"
    assert odd["28"] == "the same phone, ID or device as row 26"
    assert odd["29"] == "the same submission as row 28"
    assert survey.report["set_aside"] == 4
    kept = read_survey(spec(min_time_share=0, duplicate_minutes=0), tmp_path, Findings())
    assert kept.report["set_aside"] == 2


def test_every_column_that_is_missing_is_told_at_once(tmp_path):
    write_csv(tmp_path / "s.csv", ["甲", "乙"], [("1", "2")])
    with pytest.raises(InputError) as error:
        read_survey(spec(), tmp_path, Findings())
    assert len(error.value.problems) == 3


def test_several_answers_to_a_question_of_one(tmp_path):
    write_csv(tmp_path / "s.csv", ["小区", "问题"], [("甲", "停车难┋管道老化"), ("甲", "停车难")])
    findings = Findings()
    question = {"code": "problems", "column": "问题", "options": TEXTS}
    survey = read_survey(spec(zone="小区", groups={}, questions=[question]), tmp_path, findings)
    assert survey.questions[0].answered.tolist() == [False, True]
    assert "several answers" in findings.rejects()["reason"].iloc[0]


def test_an_option_that_is_named_is_an_answer_though_it_says_unclear(tmp_path):
    """“不清楚” means no answer in a table, but not where the questionnaire offers it and the project file names it."""
    write_csv(tmp_path / "s.csv", ["小区", "同意"], [("甲", "同意"), ("甲", "不清楚"), ("甲", "未知")])
    for options, answered in (
        ({"同意": "agree", "不清楚": ""}, [True, True, False]),
        ({"同意": "agree"}, [True, False, False]),
    ):
        question = {"code": "consent", "column": "同意", "about": "support", "options": options}
        survey = read_survey(spec(zone="小区", groups={}, questions=[question]), tmp_path, Findings())
        assert survey.questions[0].answered.tolist() == answered


def test_numbers_fall_into_bands_and_weights_are_taken(tmp_path):
    write_csv(
        tmp_path / "s.csv",
        ["小区", "问题", "年龄", "大人"],
        [("甲", "停车难", a, w) for a, w in [("72岁", "2"), ("30", "1"), ("x", "")]],
    )
    findings = Findings()
    bands = {"age": {"column": "年龄", "bands": {"under_60": [18, 59], "aged_60plus": [60, 120]}}}
    question = {"code": "problems", "column": "问题", "options": TEXTS}
    survey = read_survey(spec(zone="小区", groups=bands, questions=[question], weight="大人"), tmp_path, findings)
    assert survey.groups["age"].fillna("").tolist() == ["aged_60plus", "under_60", ""]
    assert survey.weight.tolist() == [2, 1, 1.5]
    assert len(findings.rejects()) == 2


@pytest.mark.parametrize(
    "keys",
    [
        {"questions": []},
        {"minimum": 4},
        {"groups": {"age": {"column": "a"}}},
        {"groups": {"age": {"column": "a", "options": {"x": "a"}, "shares": {"b": 1}}}},
        {"cells": [{"groups": {"age": "nobody"}, "people": 3}]},
        {"cells": [{"groups": {"sex": "f"}, "people": 3}]},
        {"zoone": "x"},
    ],
)
def test_specs_that_make_no_sense(keys):
    with pytest.raises(ValidationError):
        spec(**keys)


def test_spans_of_time_and_numbers_of_questions():
    assert [seconds(t) for t in ("123秒", "２分３秒", "1小时", "95", "00:01:35")] == [123, 123, 3600, 95, 95]
    assert np.isnan(seconds("很久"))
    assert [number_of(t) for t in ("12、题", "第3题(甲)", "Q4: x", "3.5米", "2026年")] == ["12", "3", "4", None, None]


def test_codes_are_no_moments():
    texts = ["-2", "2026/5/1 10:00:00", "2026-05-01T10:00:00+08:00", "2026-13-45", None]
    found = moments(pd.Series(texts, dtype="str"))
    assert np.isnan(found).tolist() == [True, False, False, True, True]
    assert found[1] - found[2] == 8 * 3600


def test_meetings_are_votes_of_those_present(tmp_path):
    rows = [
        *(("阳光", "加装电梯", "2026-05-01", 30, 20, 5, 5), ("阳光", "停车", "2026-05-01", 30, 40, 0, 0)),
        *(("", "停车", "", 9, 1, 1, 1), ("前进里", "唱歌", "", 9, 1, 1, 1)),
    ]
    write_csv(tmp_path / "m.csv", ["小区", "事项", "日期", "到会", "赞成", "反对", "弃权"], rows)
    keys = {
        "zone": "小区",
        "need": "事项",
        "date": "日期",
        "present": "到会",
        "agree": "赞成",
        "against": "反对",
        "abstain": "弃权",
    }
    findings = Findings()
    meetings = read_meetings(
        MeetingsSpec(path="m.csv", needs={"加装电梯": "lift", "停车": "parking"}, **keys), tmp_path, findings
    )
    assert meetings[["zone", "need", "agree", "present"]].to_numpy().tolist() == [["阳光", "lift", 20, 30]]
    assert sorted(findings.rejects()["row"].unique()) == ["3", "4", "5"]


def test_owner_votes(tmp_path):
    header = ["zone", "measure", "owners", "owners_voted", "owners_for", "area", "area_voted", "area_for"]
    rows = [("z1", "lift", 90, 60, 45, 9000, 6000, 4500), ("z2", "lift", 90, 95, 45, 9000, 6000, 4500),
            ("z3", "paint", 10, 9, 8, 100, 90, 80), ("z3", "paint", 10, 9, 8, 100, 90, 80)]  # fmt: skip
    write_csv(tmp_path / "v.csv", header, rows)
    findings = Findings()
    votes = read_owner_votes(OwnerVotesSpec(path="v.csv", matter={"lift": "major"}), tmp_path, findings)
    assert votes["zone"].tolist() == ["z1"]
    assert votes["matter"].tolist() == ["major"]
    assert sorted(findings.rejects()["row"]) == ["3", "4", "5"]


def test_usual_names_of_columns(tmp_path):
    write_csv(tmp_path / "m.csv", ["会议日期", "小区名称", "1、议题", "到会人数（人）", "赞成票数", "反对"],
              [("2025-04-02", "阳光", "加装电梯", 30, 20, 9), ("2025-04-03", "阳光", "lift", 30, 21, 9)])  # fmt: skip
    findings = Findings()
    votes = read_meetings(MeetingsSpec(path="m.csv"), tmp_path, findings, {"加装电梯": "lift"})
    assert votes[["zone", "need", "present", "agree", "against"]].to_numpy().tolist() == [
        ["阳光", "lift", 30, 20, 9],
        ["阳光", "lift", 30, 21, 9],
    ]
    assert votes["date"].tolist() == ["2025-04-02", "2025-04-03"]
    assert votes["abstain"].isna().all()
    heads = [
        "小区",
        "表决事项",
        "业主总人数",
        "参与表决人数",
        "同意人数",
        "专有面积合计（㎡）",
        "参与表决面积(m²)",
        "同意面积",
    ]
    write_csv(tmp_path / "v.csv", heads, [("阳光", "加装电梯", 90, 60, 45, 9000, 6000, 4500)])
    spec = OwnerVotesSpec(path="v.csv", needs={"加装电梯": "lift"}, matter={"lift": "major"})
    votes = read_owner_votes(spec, tmp_path, findings)
    assert votes.iloc[0].tolist() == ["阳光", "lift", "major", 90, 60, 45, 9000, 6000, 4500]
    # 万㎡ is another unit, and a heading that is none of these is named in the error.
    write_csv(
        tmp_path / "v.csv", [*heads[:5], "专有面积合计（万㎡）", *heads[6:]], [("阳光", "lift", 9, 6, 4, 9, 6, 4)]
    )
    with pytest.raises(InputError, match='no column has a usual name for area; name it: area = "…"; there are 小区, '):
        read_owner_votes(OwnerVotesSpec(path="v.csv"), tmp_path, findings)


def test_an_error_tells_what_the_rows_lack(tmp_path):
    header = ["小区", "议题", "到会人数", "赞成"]
    rows = [("阳光", "加装电梯", 30, 20), ("阳光", "修水管", 30, 20), ("阳光", "lift", 10, 20)]
    write_csv(tmp_path / "m.csv", header, rows)
    with pytest.raises(InputError) as caught:
        read_meetings(MeetingsSpec(path="m.csv"), tmp_path, Findings())
    first, second, third = str(caught.value).splitlines()
    assert first == "[meetings] m.csv: no row can be used (of 3):"
    assert second == (
        "[meetings] m.csv: it names no need: 2 rows, such as row 2, 议题 = '加装电梯'; "
        "give a need's code, or name it in [meetings.needs]."
    )
    assert third.startswith("[meetings] m.csv: more votes than people there, or no number of those for it: row 4; ")
