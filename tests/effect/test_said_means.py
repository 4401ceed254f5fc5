"""Means and groups in the comparison of two finished runs, from what the runs keep: no answer of a person."""

import dataclasses
import json
import re

import numpy as np
import pandas as pd
import pytest
from conftest import Town
from scipy.stats import norm, ttest_ind
from surveyed_town import NAMES, surveyed, write

import geoprio
from geoprio._core.errors import InputError
from geoprio.effect import compare, load_run, run_of, share_change
from geoprio.effect.said import _judged, _shares
from geoprio.effect.said_parts import means_of_groups, shares_of_groups, worth_of
from geoprio.effect.surveys import Wave
from geoprio.indicators.needs.means import question_means
from geoprio.indicators.needs.shares import wilson_of_share
from geoprio.outputs.change.sections import sections
from geoprio.outputs.change.tables import plain
from geoprio.sources.survey import Question

STEPS = {"很满意": "very", "满意": "rather", "一般": "so_so", "不满意": "no", "说不好": "unknown"}
SURVEY = """
[survey]
path = "{path}"
zone = "zone"
duplicate_minutes = 0
[[survey.questions]]
code = "content"
column = "content"
about = "other"
options = {{"很满意" = "very", "满意" = "rather", "一般" = "so_so", "不满意" = "no", "说不好" = "unknown"}}
scores = {{very = 4, rather = 3, so_so = 2, no = 1}}
"""
SCORES = {"很满意": 4, "满意": 3, "一般": 2, "不满意": 1}


def answers(seed, lift, each=(30, 24, 18, 12, 3, 0)):
    rng = np.random.default_rng(seed)
    words = list(STEPS)
    return [(zone, words[min(max(round(rng.normal(1.8 - lift, 0.9)), 0), 3)] if k % 9 else "说不好")
            for zone, n in enumerate(each) for k in range(n)]  # fmt: skip


def run(town, name, rows):
    """Return a finished run in a folder; households are not known, so that each answer counts the same."""
    write(town.folder / f"{name}.csv", ["zone", "content"], [[NAMES[z], said] for z, said in rows])
    surveyed(town, survey="", meetings="", votes="")
    for row, *_ in town.buildings:
        row.pop("dwellings")
    project = town.write(SURVEY.format(path=f"{name}.csv"), buildings='[buildings]\npath = "buildings.geojson"\n')
    result = geoprio.run(project)
    result.save(town.folder / name)
    return load_run(town.folder / name), run_of(result, name)


@pytest.fixture(scope="module")
def waves(tmp_path_factory):
    town = Town(tmp_path_factory.mktemp("means"))
    rows = answers(1, 0.0), answers(2, 0.9)
    return rows, [run(town, name, part) for name, part in zip(("one", "two"), rows, strict=True)], town.folder


def scored(rows, zone=None):
    return np.array(
        [SCORES[said] for z, said in rows if said in SCORES and z in ((zone,) if zone is not None else range(9))]
    )


def test_the_mean_of_the_city_is_that_of_the_t_test(waves):
    rows, ((read, held), (read_after, held_after)), folder = waves
    said = compare(read, read_after).said
    row = said.city.loc[("content", "(mean)")]
    # The three answers of the fifth zone would be told by subtraction: the city is without them.
    values = [scored([r for r in part if r[0] != 4]) for part in rows]
    theirs = ttest_ind(values[1], values[0], equal_var=False)
    interval = theirs.confidence_interval(0.95)
    assert (row["before"], row["after"]) == pytest.approx([v.mean() for v in values])
    assert (row["low"], row["high"], row["p"]) == pytest.approx((interval.low, interval.high, theirs.pvalue), rel=1e-6)
    assert (row["n_before"], row["n_after"], row["unit"], row["verdict"]) == (*map(len, values), "score", "up")
    pd.testing.assert_frame_equal(compare(held, held_after).said.city, said.city, check_exact=False)
    # Zones: those of few answers tell nothing, neither here nor in the file.
    zones = said.zones.xs("(mean)", level="need").loc["content"]
    assert zones.loc[["z4", "z5"], "verdict"].tolist() == ["few", "few"]
    assert zones.loc["z0", "before"] == pytest.approx(scored(rows[0], 0).mean())
    assert zones.loc["z0", "low"] < zones.loc["z0", "change"] < zones.loc["z0", "high"]
    kept = json.loads((folder / "one" / "needs.json").read_text(encoding="utf-8"))["questions"][0]["means"]
    assert [z["zone_id"] for z in kept["zones"]] == ["z0", "z1", "z2", "z3"]
    assert set(kept["city"]) == {"n", "mean", "error", "degrees"}


def test_means_are_in_every_output(waves):
    _, ((one, _), (two, _)), _ = waves
    districts = {"z0": "east", "z1": "east", "z2": "west", "z3": "west", "z4": "north", "z5": "north"}
    one = dataclasses.replace(one, zones=one.zones.assign(district=one.zones.index.map(districts)))
    found = compare(one, two)
    (section,) = [s for s in sections(found, None) if s.key == "said"]
    (line,) = [cells for cells in (*section.rows, *section.more) if cells[0].text == ("均分", "mean score")]
    row = found.said.city.loc[("content", "(mean)")]
    sides = [float(side) for side in line[1].text[0].split(" → ")]
    assert sides == pytest.approx([row["before"], row["after"]], abs=0.006)
    ends = re.findall(r"[−+][\d.]+", line[3].text[0])
    assert [float(end.replace("−", "-")) for end in ends] == pytest.approx([row["low"], row["high"]], abs=0.006)
    data = plain(found)
    json.dumps(data, allow_nan=False)
    groups = found.said.groups.loc["district"]
    row = groups.loc[("east", "content", "(mean)")]
    assert (row["zones"], row["verdict"]) == (2, "up")
    assert groups.loc[("north", "content", "(mean)"), ["n_before", "before", "change", "p"]].isna().all()
    assert {r["group"] for r in data["said_groups"]} == {"east", "west", "north"}
    # Zones with fewer than five answers are in no group.
    assert groups.xs("(mean)", level="need")["zones"].tolist() == [2, 0, 2]


def test_other_scores_have_no_common_mean(waves):
    _, ((one, _), (two, _)), _ = waves
    (asked,) = two.project["survey"]["questions"]
    other = asked | {"scores": {"very": 10, "rather": 7, "so_so": 4, "no": 1}}
    changed = dataclasses.replace(two, project=two.project | {"survey": two.project["survey"] | {"questions": [other]}})
    said = compare(one, changed).said
    assert "(mean)" not in said.city.index.get_level_values("need")
    assert "very" in said.city.index.get_level_values("need")
    assert any("other scores" in en for _, en in said.notes)


@pytest.mark.parametrize(("line", "words"), [
    ("scores = {very = 4, best = 5}", "scores name 'best'"),
    ("scores = {very = 4}", "two different ones"),
    ("multiple = true\nscores = {very = 4, no = 1}", "one answer each"),
])  # fmt: skip
def test_scores_that_make_no_scale_are_refused(tmp_path, line, words):
    town = Town(tmp_path)
    write(town.folder / "one.csv", ["zone", "content"], [])
    text = SURVEY.format(path="one.csv").replace("scores = {very = 4, rather = 3, so_so = 2, no = 1}", line)
    with pytest.raises(InputError, match=words):
        geoprio.run(surveyed(town, survey=text, meetings="", votes=""))


def test_how_many_answers_an_interval_was_made_for():
    rng = np.random.default_rng(1)
    share = np.append(rng.random(200), [0.0, 1.0, 0.5, 0.5])
    worth = np.append(rng.uniform(3, 2000, 200), [7, 30, 12, 1e9])
    assert worth_of(share, *wilson_of_share(share, worth))[:-1] == pytest.approx(worth[:-1], rel=1e-6)


def test_intervals_of_groups_cover():
    rng = np.random.default_rng(5)
    at, weight = np.repeat([0, 1, 2], [2, 5, 12]), rng.uniform(50, 500, 19)
    n = rng.integers(5, 40, 19)
    whole = np.bincount(at, weights=weight)
    inside, means = [], []
    for _ in range(800):
        truth = rng.uniform(0.1, 0.9, 19)
        share = rng.binomial(n, truth) / n
        low, high = wilson_of_share(share, n.astype(float))
        found = shares_of_groups({"n": n.astype(float), "share": share, "low": low, "high": high}, at, weight, 3)
        real = np.bincount(at, weights=weight * truth) / whole
        inside.append((found["low"] <= real) & (real <= found["high"]))
        error = 1 / np.sqrt(n)
        side = {"n": n.astype(float), "mean": truth + error * rng.normal(size=19), "error": error,
                "degrees": np.full(19, 1e6)}  # fmt: skip
        found = means_of_groups(side, at, weight, 3)
        means.append(np.abs(found["mean"] - real) <= norm.ppf(0.975) * found["error"])
    assert ((np.mean(inside, axis=0) >= 0.93) & (np.mean(inside, axis=0) <= 0.98)).all()
    assert ((np.mean(means, axis=0) >= 0.93) & (np.mean(means, axis=0) <= 0.97)).all()


def test_one_zone_alone_is_its_own_group():
    share, n = np.array([0.4]), np.array([50.0])
    low, high = wilson_of_share(share, n)
    found = shares_of_groups({"n": n, "share": share, "low": low, "high": high}, np.array([0]), np.array([9.0]), 1)
    assert (found["low"][0], found["high"][0]) == pytest.approx((low[0], high[0]), abs=1e-6)


def test_without_any_change_hardly_a_list_of_zones_has_one_that_is_sure():
    # The verdicts of zones allow for how many there are: intervals alone would call one in twenty sure.
    rng = np.random.default_rng(8)
    sure = []
    for _ in range(300):
        truth, sides = rng.uniform(0.2, 0.8, 50), []
        for _ in range(2):
            n = rng.integers(5, 60, 50).astype(float)
            share = rng.binomial(n.astype(int), truth) / n
            low, high = wilson_of_share(share, n)
            sides.append({"n": n, "share": share, "low": low, "high": high})
        table = _shares(*sides)
        table.index = pd.MultiIndex.from_product([["q"], ["a"], range(50)], names=["question", "need", "zone_id"])
        sure.append((_judged(table, ("question", "need"))["verdict"] != "unsure").any())
    assert np.mean(sure) <= 0.05


def test_means_of_a_question_by_hand():
    chosen = np.eye(3, dtype=bool)[np.r_[np.zeros(6, int), np.ones(6, int), 0, 1, 2, 2]]
    question = Question("q", "other", ("a", "b", "dunno"), chosen, np.ones(16, bool), ("a", "b", "?"))
    at = np.r_[np.zeros(6, int), np.ones(6, int), 2, 2, 2, 2]
    ids = pd.Index(["x", "y", "z"])
    found = question_means(question, {"a": 1, "b": 3}, at, ids, np.ones(16))
    # Two scored answers of the third zone are too few, and would be told by subtraction.
    assert found.zones.index.tolist() == ["x", "y"]
    assert (found.city["n"], found.city["mean"]) == (12, pytest.approx(2))
    assert (found.zones["error"] > 0.1).all()
    assert question_means(question, {}, at, ids, np.ones(16)) is None
    few = question_means(question, {"a": 1, "b": 3}, np.full(16, -1), ids, np.r_[np.ones(16)], minimum=20)
    assert few.city == dict.fromkeys(("n", "mean", "error", "degrees"))
    with pytest.raises(InputError, match="has no answer 'c'"):
        question_means(question, {"c": 1}, at, ids, np.ones(16))


def test_shares_of_two_runs_are_those_of_the_answers(waves):
    rows, ((one, _), (two, _)), _ = waves
    row = compare(one, two).said.zones.loc[("content", "very", "z0")]
    sides = [np.array([said == "很满意" for z, said in part if z == 0], float) for part in rows]
    expected = share_change(*(Wave(v[:, None], np.ones(len(v), bool), np.ones(len(v))) for v in sides))
    assert (row["low"], row["high"]) == pytest.approx((expected.low[0], expected.high[0]), rel=1e-6)
