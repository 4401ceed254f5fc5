import re
import tomllib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from geoprio._core.errors import InputError, MissingError, OutputError
from geoprio.effect.preregistered import (
    Line,
    Outcome,
    Plan,
    Treated,
    check_plan,
    plan_text,
    preregister,
    read_plan,
    register,
    registered_hash,
    unplanned,
)

CONTENT = Outcome(
    code="content", question="q1", need="yes", method="adjusted", margin=0.05, title_zh="满意", title_en="Content"
)
GRADE = Outcome(code="grade", question="q2", scores={"good": 2, "bad": 1}, method="discontinuity")


def plan(**changes):
    said = {
        "name": '二〇二六年 "第一批"\n\x7f',
        "date": date(2026, 1, 5),
        "begins": date(2026, 3, 1),
        "before": ("2025",),
        "after": ("2027", "2028"),
        "treated": Treated(zones=("z2", "z1"), why="worst", reason="最差\\的", chosen_by=("content",),
                           line=Line(running="priority", value=62.5)),
        "outcomes": (CONTENT, GRADE),
    }  # fmt: skip
    return Plan(**{**said, **changes})


def test_a_plan_is_read_back_as_it_was(tmp_path):
    path = tmp_path / "plan.toml"
    sha256 = preregister(plan(), path)
    assert re.fullmatch("[0-9a-f]{64}", sha256)
    assert read_plan(path) == plan()
    assert check_plan(path, f" {sha256.upper()}\n") == plan()
    assert plan().treated.zones == ("z1", "z2")


@given(st.text(st.characters(codec="utf-8"), min_size=1), st.floats(0, 1e300))
def test_whatever_words_a_plan_has(words, margin):
    grade = GRADE.model_copy(update={"margin": margin})
    said = plan(name=words, outcomes=(CONTENT.model_copy(update={"title_zh": words}), grade))
    assert Plan.model_validate(tomllib.loads(plan_text(said))) == said


def test_the_hash_is_of_what_is_said():
    # Frozen: a later version that hashes otherwise would refuse the plans of today.
    assert plan().sha256 == "0be4d588d54f9a5944275c8fac5c2c87b040703311db3de20baa5a434ecf0a33"
    assert plan(alpha=0.1).sha256 != plan().sha256


def test_an_indicator_of_the_runs_is_an_outcome(tmp_path):
    covered = Outcome(code="covered", indicator="elder_care_covered_share", method="difference", margin=0.05)
    said = plan(outcomes=(CONTENT, covered))
    sha256 = preregister(said, tmp_path / "plan.toml")
    assert check_plan(tmp_path / "plan.toml", sha256) == said
    assert covered.is_share
    assert not Outcome(code="far", indicator="elder_care_distance_m", method="difference").is_share
    other = covered.model_copy(update={"indicator": "childcare_covered_share"})
    assert plan(outcomes=(CONTENT, other)).sha256 != sha256
    for wrong, message in (
        ({"question": "q1"}, "give question"),
        ({"indicator": None}, "give question"),
        ({"need": "yes"}, "belong to a question"),
        ({"method": "adjusted"}, "goes with method difference or discontinuity"),
    ):
        with pytest.raises(ValidationError, match=message):
            Outcome(**{"code": "c", "indicator": "aged_share", "method": "difference", **wrong})


def test_comments_and_ends_of_lines_do_not_matter_but_words_do(tmp_path):
    path = tmp_path / "plan.toml"
    sha256 = preregister(plan(), path)
    text = path.read_text(encoding="utf-8")
    path.write_bytes(("# printed\n" + text).replace("\n", "\r\n").encode())
    assert check_plan(path, sha256) == plan()
    path.write_text(text.replace("margin = 0.05", "margin = 0.01"), encoding="utf-8")
    with pytest.raises(InputError, match=r"plan.toml: the plan was changed: .*registered") as caught:
        check_plan(path, sha256)
    assert sha256 in str(caught.value)


def test_a_plan_is_never_written_again(tmp_path):
    path = tmp_path / "plan.toml"
    preregister(plan(), path)
    with pytest.raises(OutputError, match="is there already"):
        preregister(plan(alpha=0.1), path)
    assert read_plan(path) == plan()
    assert [p.name for p in tmp_path.iterdir()] == ["plan.toml"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"date": date(2026, 3, 2)}, "after the programme began"),
        ({"after": ("2025",)}, "wave '2025' stands there more than once"),
        ({"outcomes": (CONTENT, CONTENT)}, "outcome 'content' stands there more than once"),
        ({"outcomes": (GRADE,)}, "chosen_by names 'content'"),
        ({"treated": Treated(zones=("a",), why="lot", reason="-")}, "needs treated.line"),
        ({"alpha": 0.0}, "greater than 0"),
    ],
)
def test_plans_that_contradict_themselves_are_refused(changes, message):
    with pytest.raises(ValidationError, match=message):
        plan(**changes)


def test_outcomes_that_measure_nothing_are_refused():
    with pytest.raises(ValidationError, match=r"need .* or scores"):
        Outcome(code="a", question="q", method="change")
    with pytest.raises(ValidationError, match=r"margin = 5 of a share is never reached: 5 points are 0\.05"):
        Outcome(code="a", question="q", need="yes", method="change", margin=5)
    assert Outcome(code="a", question="q", scores={"good": 9, "bad": 1}, method="change", margin=5).margin == 5
    with pytest.raises(ValidationError, match="group all goes with method change"):
        Outcome(code="a", question="q", need="yes", method="adjusted", group="all")
    with pytest.raises(ValidationError, match="more than once"):
        Treated(zones=("a", "a"), why="lot", reason="-")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"name = ", "not valid TOML"),
        (b"\xff\xfe", "not UTF-8"),
        (b"name = 'a'\nnow = 1", "now: Extra inputs"),
        (b"a = " + b"[" * 5000, "nested too deeply"),
        (b"a = " + b"1" * 5000, "too many digits"),
        (b"#" * 1_000_001, "larger than"),
    ],
)
def test_files_that_are_no_plans(tmp_path, data, message):
    path = tmp_path / "plan.toml"
    path.write_bytes(data)
    with pytest.raises(InputError, match=message):
        read_plan(path)


def test_a_plan_that_is_not_there(tmp_path):
    with pytest.raises(MissingError, match="cannot be read"):
        read_plan(tmp_path / "plan.toml")


def test_what_is_not_in_the_plan_is_exploratory():
    lower = CONTENT.model_copy(update={"margin": 0.0})
    other = Outcome(code="lift", question="q1", need="lift", method="change")
    assert unplanned(plan(), (CONTENT, GRADE)) == ()
    assert unplanned(plan(), (lower, GRADE, other)) == ("content", "lift")


def test_which_outcomes_decided_who_was_chosen():
    def chosen(why, *by):
        treated = Treated(zones=("a",), why=why, reason="-", chosen_by=by, line=Line(running="priority", value=1))
        return [plan(treated=treated).chose(outcome) for outcome in (CONTENT, GRADE)]

    assert chosen("worst") == [True, True]
    assert chosen("worst", "grade") == chosen("line", "grade") == [False, True]
    assert chosen("line") == chosen("lot") == [False, False]


def test_the_file_can_be_read_by_people():
    text = plan_text(plan())
    assert text.startswith("# geoprio evaluation plan 1\n")
    assert 'title_zh = "满意"' in text
    assert "date = 2026-01-05" in text


def test_the_plan_of_the_documentation_is_one():
    text = (Path(__file__).parents[2] / "docs" / "effect.md").read_text(encoding="utf-8")
    said = next(part for part in re.findall(r"```toml\n(.*?)```", text, re.DOTALL) if "[treated]" in part)
    found = Plan.model_validate(tomllib.loads(said))
    assert found.outcomes[0].method == "adjusted"
    assert found.treated.line.running == "priority"


def test_a_plan_is_frozen_by_the_hash_beside_it(tmp_path):
    path = tmp_path / "plan.toml"
    path.write_text(plan_text(plan()), encoding="utf-8")
    with pytest.raises(MissingError, match="geoprio register"):
        registered_hash(path)
    sha256 = register(path)
    beside = tmp_path / "plan.sha256"
    first = beside.read_bytes()
    assert first.decode().startswith(f"{sha256}  ")
    assert registered_hash(path) == sha256 == plan().sha256
    # The same plan may be registered again, and comments do not matter; a changed one is refused, and its hash stays.
    path.write_text("# late remark\n" + plan_text(plan()), encoding="utf-8")
    assert register(path) == sha256
    path.write_text(plan_text(plan(alpha=0.1)), encoding="utf-8")
    with pytest.raises(InputError, match="was changed"):
        register(path)
    assert beside.read_bytes() == first


@pytest.mark.parametrize("content", [b"", b"abc", b"\xff\xfe\xff", b"z" * 64])
def test_a_file_without_a_hash_is_refused(tmp_path, content):
    path = tmp_path / "plan.toml"
    path.write_text(plan_text(plan()), encoding="utf-8")
    (tmp_path / "plan.sha256").write_bytes(content)
    with pytest.raises(InputError, match="SHA-256"):
        registered_hash(path)


def test_a_contradiction_in_a_file_is_told_in_plain_words(tmp_path):
    path = tmp_path / "plan.toml"
    preregister(plan(), path)
    path.write_text(path.read_text(encoding="utf-8").replace("begins = 2026-03-01", "begins = 2020-03-01"), "utf-8")
    with pytest.raises(InputError) as caught:
        read_plan(path)
    assert str(caught.value).startswith("plan.toml: the plan is of ")
