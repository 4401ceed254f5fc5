"""What needs are called in both languages, and what a question about something else asked."""

from types import SimpleNamespace

import pandas as pd
import pytest

from geoprio.outputs.asked.titles import asked_title, decided_title, heading, need_title
from geoprio.standards.defects import load_defects

LIFT = load_defects()["walkup"]


def result(titles=None):
    questions = [
        {"code": "problems", "about": "problem", "column": "5、有哪些问题？（可多选）"},
        {"code": "pay", "about": "other", "column": "8、如需居民出资，您家愿意承担多少"},
    ]
    survey = {"questions": questions, "titles": titles or {}, "indicators": {"lift": "walkup_share"}}
    return SimpleNamespace(project={"survey": survey}, defects=load_defects(), needs=None)


@pytest.mark.parametrize(
    ("about", "need", "words", "said"),
    [
        ("problem", "walkup", "没有电梯", ("没有电梯", LIFT.title_en)),
        ("measure", "walkup", "加装电梯", ("加装电梯", LIFT.work_en)),
        ("measure", "lift", "加装电梯", ("加装电梯", LIFT.work_en)),
        ("problem", "walkup", "no lift", (LIFT.title_zh, "no lift")),
        ("measure", "station", "养老服务站", ("养老服务站", "养老服务站")),
    ],
)
def test_a_need_that_is_a_defect_has_both_languages(about, need, words, said):
    assert need_title(result(), about, need, words) == said


def test_what_was_decided_on_is_told_by_its_works_unless_the_project_names_it():
    assert decided_title(result(), "walkup", "没有电梯") == (LIFT.work_zh, LIFT.work_en)
    assert decided_title(result({"walkup": "电梯"}), "walkup", "电梯") == ("电梯", LIFT.work_en)
    assert decided_title(result(), "station", "养老服务站") == ("养老服务站", "养老服务站")


def test_columns_say_what_was_asked():
    asked = [
        SimpleNamespace(code="problems", about="problem", needs=("walkup",), titles=("没有电梯",)),
        SimpleNamespace(code="pay", about="other", needs=("pay_more",), titles=("5000元以上",)),
    ]
    votes = pd.DataFrame({"need": ["walkup"], "title": ["没有电梯"]})
    names = ("problems_walkup_share", "pay_pay_more_share", "walkup_vote", "votes_passed_share")
    found = result()
    titles = dict.fromkeys(names, ("as given", "as given"))
    found.needs = SimpleNamespace(questions=asked, votes=votes, titles=titles)
    told = {name: asked_title(name, found) for name in names}
    assert told["problems_walkup_share"] == (
        "居民反映·没有电梯：提及比例",
        f"Residents' problem {LIFT.title_en}: share who name it",
    )
    assert told["pay_pay_more_share"][0] == "居民回答“如需居民出资，您家愿意承担多少”·5000元以上：提及比例"
    assert "如需居民出资，您家愿意承担多少" in told["pay_pay_more_share"][1]
    assert told["walkup_vote"] == (f"业主表决·{LIFT.work_zh}", f"Owners' vote: {LIFT.work_en}")
    assert told["votes_passed_share"] == ("as given", "as given")
    assert asked_title("priority", found) is None


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("8、如需居民出资，您家愿意承担多少（单选）", "如需居民出资，您家愿意承担多少"),
        ("第3题：您的看法", "您的看法"),
        ("2024年的问题", "2024年的问题"),
        ("12.", "12."),
    ],
)
def test_headings_lose_their_numbers_only(text, plain):
    assert heading(text) == plain
