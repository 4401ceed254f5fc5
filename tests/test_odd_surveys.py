"""Surveys that are small, empty or hostile, in a whole run: no luck is ranked, no traceback, clear errors."""

import re

import numpy as np
import pytest
from conftest import Town
from searched import pieces
from surveyed_town import HEADER, NAMES, SURVEY, person, survey_rows, surveyed, write

import geoprio
from geoprio._core.errors import InputError

SCORE = "\n[score]\nweights = {problems_lift_support = 1}\n"
PLAIN = SURVEY.split("[survey.groups.age]")[0]
ODD = ["<script>alert(1)</script>", "=cmd|' /C calc'!A0", "\u202eABC\u202c", "长" * 300, "😀🏚️", "{{7*7}}", "a\tb\nc"]


def answers(rng, counts, share):
    """Return rows of 问卷星 in which each zone's residents want a lift by its share."""
    rows = []
    for zone, n in enumerate(counts):
        for wants in rng.random(n) < share[zone]:
            i = len(rows)
            head = [str(i), f"2026/05/{1 + i // 1440:02d} {i // 60 % 24:02d}:{i % 60:02d}:00", f"{100 + i % 70}秒"]
            rows.append([*head, "微信", "", "", "60岁以下", NAMES[zone], "没有电梯" if wants else "停车难", *[""] * 5])
    return rows


@pytest.mark.parametrize("seed", range(4))
def test_three_answers_do_not_lift_a_zone_to_the_top_of_the_ranking(tmp_path, seed):
    """From the file to the rank: three neighbors who by luck all want a lift are first by their bare share only."""
    rng = np.random.default_rng(seed)
    counts, share = (40, 40, 40, 40, 40, 3), np.r_[rng.beta(8, 12, 5), 1.0]
    project = surveyed(Town(tmp_path), SCORE, survey=PLAIN, meetings="", votes="")
    write(tmp_path / "survey.csv", HEADER, answers(rng, counts, share))
    zones = geoprio.run(project).zones
    support = zones["problems_lift_support"]
    others = support.drop("z5")
    assert zones["problems_lift_share"].max() < 1, "whose bare share is the highest is not told"
    assert zones.loc["z5", "problems_status"] == "few"
    assert 1 < zones.loc["z5", "rank"] < 6
    assert others.min() < support["z5"] < others.max(), "it has the city's share"


def changed(column, value):
    """Return the rows of the town's survey with other cells in a column."""
    return [[*r[:column], value(i), *r[column + 1 :]] for i, r in enumerate(survey_rows()[0])]


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(changed(7, lambda _: NAMES[0]), id="all in one zone"),
        pytest.param([survey_rows()[0][0]] * 40, id="the same again"),
        pytest.param(survey_rows()[0][:1], id="one answer"),
        pytest.param(changed(8, lambda _: "以上都没有"), id="nobody names a need"),
        pytest.param(changed(8, lambda i: f"没有电梯┋其他〖{ODD[i % len(ODD)]}〗"), id="hostile remarks"),
        pytest.param(changed(7, lambda i: NAMES[i % 4] if i % 9 else ODD[i // 9 % len(ODD)]), id="hostile zones"),
        pytest.param(changed(13, lambda i: ODD[i % len(ODD)]), id="hostile free text"),
    ],
)
def test_odd_answers_are_read_and_shown_nowhere(tmp_path, rows):
    project = surveyed(Town(tmp_path), SCORE)
    write(tmp_path / "survey.csv", HEADER, rows)
    result = geoprio.run(project)
    assert result.zones["problems_lift_support"].notna().all()
    assert result.zones["priority"].between(0, 100).all()
    out = result.save(tmp_path / "out")
    bad = (b"alert(1)", b"calc'!A0", "长".encode() * 300, "🏚".encode(), b"{{7*7}}")
    assert [(name, text) for name, data in pieces(out) for text in bad if text in data] == []


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([], "no row below the headings"),
        (changed(8, lambda _: "(空)"), "problems_lift_support is unknown for 6 of 6 zones"),
    ],
)
def test_a_survey_without_answers_is_an_error_in_words(tmp_path, rows, told):
    project = surveyed(Town(tmp_path), SCORE)
    write(tmp_path / "survey.csv", HEADER, rows)
    with pytest.raises(InputError, match=told):
        geoprio.run(project)


@pytest.mark.parametrize("options", [True, False])
def test_a_question_without_options_shows_only_what_five_gave(tmp_path, options):
    survey = PLAIN if options else re.sub(r"options = .*\n", "", PLAIN)
    score = "\n[score]\nweights = {convenience_covered_share = 1}\n"
    project = surveyed(Town(tmp_path), score, survey=survey, meetings="", votes="")
    write(tmp_path / "survey.csv", HEADER, changed(8, lambda i: ["没有电梯", f"{person(i)[0]}说的", ODD[0]][i % 3]))
    result = geoprio.run(project)
    (question,) = result.needs.questions
    wanted = {"没有电梯", "停车难", "管道老化"} if options else {"没有电梯", ODD[0]}
    assert set(question.titles) == wanted
    out = result.save(tmp_path / "out")
    said = {f"{person(i)[0]}说的".encode() for i in range(93)}
    assert [name for name, data in pieces(out) if any(text in data for text in said)] == []
    assert "<script>alert" not in (out / "map.html").read_text(encoding="utf-8")


def test_weights_that_no_answer_can_have(tmp_path):
    survey = PLAIN.replace('zone = "2"', 'zone = "2"\nweight = "w"')
    project = surveyed(Town(tmp_path), SCORE, survey=survey, meetings="", votes="")
    rows = survey_rows()[0]
    write(tmp_path / "survey.csv", [*HEADER, "w"], [[*r, "0"] for r in rows])
    with pytest.raises(InputError, match="no weight above zero"):
        geoprio.run(project)
    odd = ["-1", "inf", "nan", "1e308", "x", "1"]
    write(tmp_path / "survey.csv", [*HEADER, "w"], [[*r, odd[i % 6]] for i, r in enumerate(rows)])
    result = geoprio.run(project)
    assert result.zones["problems_lift_support"].notna().all()
    assert result.rejects["reason"].str.contains("beyond reason").sum() == sum(i % 6 < 5 for i in range(len(rows)))


def test_groups_in_which_nobody_lives(tmp_path):
    """Their answers do not count, and the run says so; if nobody else answered, it is an error."""
    shares = "under_60 = 0.7, aged_60plus = 0.3"
    project = surveyed(Town(tmp_path), SCORE, survey=SURVEY.replace(shares, "under_60 = 1, aged_60plus = 0"))
    result = geoprio.run(project)
    old = sum(r[6] == "60岁及以上" for r in survey_rows()[0])
    assert any(f"{old} answers do not count" in n["text"] for n in result.quality["notes"])
    assert int(result.zones["problems_n"].sum()) < 93 - old
    result.save(tmp_path / "out")
    write(tmp_path / "survey.csv", HEADER, changed(6, lambda _: "60岁及以上"))
    with pytest.raises(InputError, match=r"cannot be weighted.*shares or cells"):
        geoprio.run(project)
