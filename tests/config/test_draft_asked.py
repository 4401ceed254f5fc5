"""What `init` offers of condition and residents: as comments, and without a word of what somebody answered."""

import re
import tomllib

import openpyxl
import pandas as pd
import pytest
from draft_town import buildings, places, write_town

import geoprio
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
    parts = {"[survey]": "# [[survey.questions]]", "[programme]": ("# [programme.", "# [[programme.")}.get(head)
    beside = [b for b in blocks[first + 1 :] if parts is not None and b.startswith(parts)]
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


def write_votes(folder):
    meetings = pd.DataFrame(
        {"会议日期": "2026-04-02", "小区名称": ["甲小区", "乙小区"], "议题": ["加装电梯", "修路"], "到会人数": 46,
         "赞成人数": 31, "反对人数": 9, "记录人": SECRETS[1]}
    )  # fmt: skip
    with pd.ExcelWriter(folder / "坝坝会.xlsx", engine="openpyxl") as book:
        # A title stands above the header.
        meetings.to_excel(book, index=False, startrow=1)
        book.sheets["Sheet1"].cell(1, 1, "坝坝会记录汇总")
    votes = pd.DataFrame(
        {"小区": ["甲小区"], "表决事项": ["加装电梯"], "业主总人数": 90, "参与表决人数": 60, "同意人数": 50,
         "专有面积合计（㎡）": 9000, "参与表决面积（㎡）": 6100, "同意面积（㎡）": 5000}
    )  # fmt: skip
    votes.to_csv(folder / "表决.csv", index=False, encoding="gb18030")


def test_meetings_and_votes_run_once_they_are_taken_in(folder):
    write_votes(folder)
    draft = draft_project(folder)
    assert not [left for left in draft.left if left.name in {"坝坝会.xlsx", "表决.csv"}]
    assert SECRETS[1] not in draft.text()
    meetings = taken_in(draft, "[meetings]")["meetings"]
    assert meetings["needs"] == {"加装电梯": "lifts", "修路": "topic_2"}
    assert (meetings["header_row"], meetings["agree"], meetings["present"]) == (2, "赞成人数", "到会人数")
    votes = taken_in(draft, "[owner_votes]")["owner_votes"]
    assert (votes["area_for"], votes["needs"], votes["matter"]) == ("同意面积（㎡）", {"加装电梯": "lifts"}, "ordinary")
    result = run_with(folder, draft, "[meetings]", "[owner_votes]")
    assert result.needs.meetings["need"].tolist() == ["lifts", "topic_2"]
    assert result.needs.votes["verdict"].tolist() == ["passed"]


def test_a_programme_is_a_start_for_plan(folder):
    draft = draft_project(folder)
    given = taken_in(draft, "[programme]")["programme"]
    assert given["measures"] == ["elder_station", "nursery", "shop_space"]
    assert "people" not in given
    assert any("[programme]" in line for line in draft.summary("project.toml"))
    run_with(folder, draft, "[programme]", run=geoprio.plan)


def test_a_programme_where_nobody_is_counted(folder):
    homes = buildings().drop(columns="户数")
    homes.to_file(folder / "楼栋.gpkg", driver="GPKG")
    draft = draft_project(folder)
    assert taken_in(draft, "[programme]")["programme"]["people"] == "building_count"
    run_with(folder, draft, "[programme]", run=geoprio.plan)


def run_with(folder, draft, *heads, run=geoprio.run):
    """Run the draft with sections taken in."""
    text = draft.text("en")
    for block in text.split("\n\n"):
        if any(block.startswith((f"# {head}", f"# {head[:-1]}.", f"# [{head[:-1]}.")) for head in heads):
            lines = (line.removeprefix("# ") if KEYS.match(line) else line for line in block.splitlines())
            text = text.replace(block, "\n".join(lines))
    (folder / "project.toml").write_text(text, encoding="utf-8")
    return run(folder / "project.toml")
