"""What `init` offers of condition and residents: as comments, and without a word of what somebody answered."""

import re
import tomllib

import openpyxl
import pandas as pd
import pytest
from draft_town import places, write_town

from geoprio.config.draft import draft_project
from geoprio.config.draft.said import LANGUAGES
from geoprio.sources.inspection import InspectionSpec, ProblemsSpec
from geoprio.sources.survey import SurveySpec

KEYS = re.compile(r"^# (\[|\w+ = )")
SECRETS = ("13800138000", "王小明", "10.20.30.40", "3栋402", "希望早点装电梯")


@pytest.fixture
def folder(tmp_path):
    folder = write_town(tmp_path)
    places().to_csv(folder / "设施.csv", index=False)
    return folder


def taken_in(draft, head):
    """Return what the comments of a section are as a project file, once their marks are removed."""
    blocks = draft.text("en").split("\n\n")
    first = next(k for k, block in enumerate(blocks) if block.startswith(f"# {head}\n"))
    beside = [b for b in blocks[first + 1 :] if head == "[survey]" and b.startswith("# [[survey.questions]]")]
    lines = "\n".join([blocks[first], *beside]).splitlines()
    return tomllib.loads("\n".join(line.removeprefix("# ") if KEYS.match(line) else line for line in lines))


def write_survey(path):
    book = openpyxl.Workbook()
    head = ["序号", "提交答卷时间", "所用时间", "来自IP", "1、您的姓名", "2、您所在的小区", "3、小区有哪些问题（多选）",
            "4、您希望优先改造什么", "5、您的意见", "联系王小明13800138000"]  # fmt: skip
    said = ["一号院3栋402", "没有电梯┋停车难", "加装电梯┋屋面", SECRETS[4], SECRETS[0]]
    rows = [[k, "2026/3/1 10:00:00", "95秒", SECRETS[2], SECRETS[1], *said] for k in range(1, 9)]
    for row in [head, *rows]:
        book.active.append(row)
    book.save(path)


def test_a_survey_is_offered_by_its_headings_alone(folder):
    write_survey(folder / "问卷.xlsx")
    draft = draft_project(folder)
    said = "\n".join(
        [draft.text(lang) for lang in LANGUAGES]
        + [line for lang in LANGUAGES for line in draft.summary("p.toml", lang, verbose=True)]
    )
    assert not [s for s in SECRETS if s in said]
    survey = taken_in(draft, "[survey]")["survey"]
    assert (survey["path"], survey["zone"]) == ("问卷.xlsx", "2、您所在的小区")
    asked = [(q["column"], q["about"], q["multiple"]) for q in survey["questions"]]
    assert asked == [("3、小区有哪些问题（多选）", "problem", True), ("4、您希望优先改造什么", "measure", True)]
    SurveySpec.model_validate(survey)
    # As it stands it is a project without a survey.
    assert "survey" not in tomllib.loads(draft.text())


def test_an_export_of_kobo_and_a_list_of_people_that_is_none(folder):
    kobo = pd.DataFrame(
        {"_uuid": ["a", "b"], "_submission_time": "2026-03-01", "g/compound": "z1", "g/问题": "lift parking"}
    )
    kobo.to_csv(folder / "answers.csv", index=False)
    pd.DataFrame({"姓名": ["王小明"], "所用时间": ["1"]}).to_csv(folder / "名单.csv", index=False)
    draft = draft_project(folder)
    survey = taken_in(draft, "[survey]")["survey"]
    assert (survey["path"], survey["zone"]) == ("answers.csv", "g/compound")
    assert "王小明" not in draft.text()


def test_inspections_and_problem_points(folder):
    homes = pd.DataFrame(
        {"楼号": ["h1", "h2"], "小区名称": "一号院", "屋面渗漏": ["是", "否"], "外墙破损": "否", "楼道破损": ""}
    )
    homes.to_excel(folder / "排查.xlsx", index=False)
    places().assign(类别=["坑洼", "屋面渗漏", "燃气泄漏", "别的"] * 16, 状态=["已整改", "处理中"] * 32).to_csv(
        folder / "12345.csv", index=False
    )
    draft = draft_project(folder)
    inspection = taken_in(draft, "[inspection]")["inspection"]
    assert inspection == {"path": "排查.xlsx"}
    InspectionSpec.model_validate(inspection)
    (problems,) = taken_in(draft, "[[problems]]")["problems"]
    assert (problems["path"], problems["category"], problems["status"]) == ("12345.csv", "类别", "状态")
    assert ProblemsSpec.model_validate(problems).crs == "EPSG:4326"
    read = tomllib.loads(draft.text())
    assert not {"inspection", "problems"} & set(read)
    assert {f["path"] for f in read["facilities"]} == {"设施.csv"}
    offered = [line.strip() for line in draft.summary("p.toml", "en") if line.startswith("  - [")]
    assert offered[:2] == ["- [inspection] 排查.xlsx", "- [[problems]] 12345.csv"]


def test_candidate_sites_are_no_facilities(folder):
    places().to_csv(folder / "候选场址.csv", index=False)
    draft = draft_project(folder)
    assert {f["path"] for f in tomllib.loads(draft.text())["facilities"]} == {"设施.csv"}
    assert any("候选场址.csv" in line and "geoprio site" in line for line in draft.summary("p.toml"))
