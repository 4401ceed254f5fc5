import re
from dataclasses import replace
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import box

from geoprio._core.errors import InputError
from geoprio._core.findings import Findings
from geoprio.city.survey import zone_numbers
from geoprio.effect.answers import Answers
from geoprio.effect.checks import without_luck
from geoprio.effect.contrasts import Placebo, difference_in_differences
from geoprio.effect.evaluation import evaluate, verdict
from geoprio.effect.preregistered import Line, Outcome, Plan, Treated
from geoprio.effect.told import evaluation_sentences, finding_sentences
from geoprio.indicators.needs import weigh
from geoprio.sources.survey import Question, SurveySpec, read_survey

ZONES = 80
IDS = [f"z{i:02d}" for i in range(ZONES)]
METHODS = ("change", "adjusted", "difference", "discontinuity")


def answers(name, rng, truth, *, each=25):
    """A wave: one question of a share, one of a scale."""
    zone = np.repeat(np.arange(ZONES), each)
    yes = rng.random(len(zone)) < truth[zone]
    grade = np.clip(np.round(3 + 2 * (truth[zone] - 0.5) + rng.normal(0, 1, len(zone))), 1, 5).astype(int)
    everybody = np.ones(len(zone), bool)
    questions = (
        Question("content", "other", ("yes",), yes[:, None], everybody, ("满意",)),
        Question("grade", "other", tuple("abcde"), grade[:, None] == np.arange(1, 6), everybody, tuple("一二三四五")),
    )
    return Answers(name, questions, np.ones(len(zone)), zone)


def outcome(method, **changes):
    said = {"code": method, "question": "content", "need": "yes", "method": method, "margin": 0.02}
    return Outcome(**{**said, **changes})


def made(treated, *, why="worst", line=None, outcomes=None, before=("2025",)):
    return Plan(
        name="第一批", date=date(2026, 1, 1), begins=date(2026, 3, 1), before=before, after=("2027",),
        treated=Treated(zones=tuple(treated), why=why, reason="最差", line=line),
        outcomes=outcomes or tuple(outcome(m) for m in METHODS),
    )  # fmt: skip


def story(seed, *, effect, renewed=30):
    """Zones measured in 2025, the worst of them renewed, and all measured again in 2027."""
    rng = np.random.default_rng(seed)
    truth = rng.beta(8, 6, ZONES)
    before = answers("2025", rng, truth)
    share = before.questions[0].chosen[:, 0].reshape(ZONES, -1).mean(axis=1) + rng.random(ZONES) * 1e-6
    order = np.argsort(share)
    better = np.clip(truth + effect * np.isin(np.arange(ZONES), order[:renewed]), 0, 1)
    after = answers("2027", rng, better)
    line = Line(running="share", value=float(share[order[renewed - 1]]), funded_above=False)
    return made([IDS[i] for i in order[:renewed]], line=line), before, after, share


def test_every_method_finds_the_effect():
    plan, before, after, share = story(1, effect=0.3)
    found = evaluate(plan, [before], [after], IDS, running=share)
    assert found.exploratory == ()
    assert [f.verdict for f in found.findings[:3]] == ["reached"] * 3
    for f in found.findings:
        assert f.low < 0.3 < f.high
    assert found.findings[0].adjusted
    assert found.findings[0].change.change[0] > found.findings[1].effect + 0.03
    assert found.findings[3].jump.followed == 1
    assert found.findings[2].difference.n_treated == 30
    assert all(f.q >= f.p for f in found.findings)


def test_no_method_finds_an_effect_that_is_not_there():
    # Each estimator's own test draws 500 times and more; this is the whole way from answers to verdicts.
    wrong, bare, draws = np.zeros(3), [], 120
    for seed in range(draws):
        plan, before, after, _ = story(1000 + seed, effect=0.0)
        plan = made(plan.treated.zones, outcomes=plan.outcomes[:3])
        found = evaluate(plan, [before], [after], IDS).findings
        wrong += [not f.low <= 0 <= f.high for f in found]
        bare.append(found[0].change.low[0] > 0)
    assert np.mean(bare) > 0.5
    assert (wrong / draws < 0.1).all()


def test_the_whole_city_by_scores():
    plan, before, after, _ = story(3, effect=0.3)
    scores = {letter: i + 1.0 for i, letter in enumerate("abcde")}
    grade = outcome("change", code="grade", question="grade", need=None, scores=scores, group="all")
    plan = made(plan.treated.zones, outcomes=(grade,))
    found = evaluate(plan, [before], [after], IDS).findings[0]
    assert found.change.n_before == len(before.weight)
    assert not found.adjusted
    assert found.verdict == "reached"
    zh, en = finding_sentences(found, plan)[0]
    assert "全市" in zh
    assert "whole city" in en
    assert "points" not in en


def test_what_is_not_in_the_plan_is_marked():
    plan, before, after, share = story(4, effect=0.1)
    lower = outcome("change", margin=0.0)
    found = evaluate(plan, [before], [after], IDS, running=share, more=[lower, plan.outcomes[1]])
    assert found.exploratory == ("change",)
    assert [f.planned for f in found.findings] == [True] * 4 + [False]
    assert np.isnan(found.findings[-1].q)
    text = "\n".join(en for _, en in evaluation_sentences(found))
    assert "(exploratory)" in text
    assert "Not in the plan, thus exploratory: change" in text


def test_sentences_have_numbers_and_caveats():
    plan, before, after, share = story(5, effect=0.3)
    told = evaluation_sentences(evaluate(plan, [before], [after], IDS, running=share))
    zh, en = ("\n".join(column) for column in zip(*told, strict=True))
    assert plan.sha256[:12] in zh
    assert plan.sha256[:12] in en
    for part in (
        "Regression to the mean",
        "95 % interval",
        "With one wave before",
        "At the funding line",
        "false discovery rate of 5 %",
    ):
        assert part in en
    for part in ("均值回归", "95%区间", "双重差分", "资助线", "个百分点"):
        assert part in zh
    assert "nan" not in zh + en


def test_failed_checks_are_told():
    plan, before, after, share = story(5, effect=0.3)
    findings = evaluate(plan, [before], [after], IDS, running=share).findings

    def said(place, **changes):
        return "\n".join(en for _, en in finding_sentences(replace(findings[place], **changes), plan))

    assert "may be chance (q = 0.200)" in said(0, p=0.04, q=0.2)
    assert "below 10 % of the standard error" in said(0, regression=replace(findings[0].regression, flagged=False))
    placebo = Placebo(0, 0.2, 0.1, 0.3, 0.001)
    unlike = replace(findings[2].difference, placebos=(placebo,), parallel_p=0.001)
    assert "not to be taken for an effect of the programme" in said(2, difference=unlike)
    assert "rests on the line" in said(2)
    alike = replace(findings[2].difference, low=np.nan, high=np.nan)
    assert "there is no interval" in said(2, difference=alike)
    jumps = replace(findings[3].jump, p=0.001)
    assert "jumps at the line already (p = 0.001)" in said(3, jump_before=jumps)
    assert "no jump is seen at the line (p = 0.40)" in said(3, jump_before=replace(jumps, p=0.4))
    assert "did not decide who was renewed" in said(3, jump=replace(findings[3].jump, followed=0.3))
    assert "fewer than 5 different values" in said(3, jump=replace(findings[3].jump, status="coarse"))
    jump = replace(findings[3].jump, crowding_p=0.001, followed=0.8)
    assert "pushed over it" in said(3, jump=jump)
    assert "Only 80 % of the zones nearby" in said(3, jump=jump)


def test_a_failed_check_is_no_success():
    rng = np.random.default_rng(11)
    truth = np.where(np.arange(ZONES) < 30, 0.3, 0.5)
    up = np.where(np.arange(ZONES) < 30, 0.25, 0.0)
    waves = [answers("2023", rng, truth), answers("2025", rng, truth + up), answers("2027", rng, truth + 2 * up)]
    plan = made(IDS[:30], why="lot", outcomes=(outcome("difference"),), before=("2023", "2025"))
    found = evaluate(plan, waves[:2], waves[2:], IDS).findings[0]
    assert found.low > 0.2
    assert found.verdict == "doubtful"
    # A line that does not decide who is renewed tells nothing of being renewed, whatever jumps there.
    running = np.arange(ZONES) + 0.01 * rng.random(ZONES)
    line = Line(running="priority", value=float(running[40]))
    plan = made(IDS[:40], why="line", line=line, outcomes=(outcome("discontinuity"),))
    found = evaluate(plan, waves[1:2], waves[2:], IDS, running=running).findings[0]
    assert found.jump.followed == 0
    assert found.verdict == "doubtful"


def test_what_is_chance_with_so_many_outcomes_is_no_success():
    # One of ten outcomes gets better, hardly more than chance lets one of ten: q is larger than p.
    rng = np.random.default_rng(12)
    zone = np.repeat(np.arange(ZONES), 25)
    everybody = np.ones(len(zone), bool)

    def wave(name, first):
        yes = rng.permuted(np.tile(np.arange(len(zone)) < 1000, (10, 1)), axis=1)
        yes[0] = np.arange(len(zone)) % 100 < first
        named = enumerate(yes)
        questions = tuple(Question(f"q{i}", "other", ("yes",), y[:, None], everybody, ("是",)) for i, y in named)
        return Answers(name, questions, np.ones(len(zone)), zone)

    ten = tuple(outcome("change", code=f"o{i}", question=f"q{i}", margin=0.0, group="all") for i in range(10))
    plan = made(IDS[:30], why="lot", outcomes=ten)
    first = evaluate(plan, [wave("2025", 50)], [wave("2027", 54)], IDS).findings[0]
    assert first.low > 0
    assert first.p < 0.05 < first.q
    assert first.verdict == "unclear"
    alone = made(IDS[:30], why="lot", outcomes=ten[:1])
    assert evaluate(alone, [wave("2025", 50)], [wave("2027", 54)], IDS).findings[0].verdict == "reached"


def test_zones_that_measured_badly_before_are_seen_whatever_the_plan_says():
    plan, before, after, _ = story(13, effect=0.0)
    silent = made(plan.treated.zones, why="other", outcomes=(outcome("difference"), outcome("change")))
    found = evaluate(silent, [before], [after], IDS).findings
    assert found[0].low > 0
    for f in found:
        assert f.apart[0] < -0.1
        assert f.apart[1] < 0.001
        assert "though the plan does not say" in "\n".join(en for _, en in finding_sentences(f, silent))
    said = made(plan.treated.zones, outcomes=(outcome("difference"), outcome("change")))
    for f in evaluate(said, [before], [after], IDS).findings:
        assert np.isnan(f.apart[1])
        assert f.low <= 0 <= f.high


def test_the_difference_goes_by_what_zones_were_likely_to_be():
    plan, before, after, _ = story(15, effect=0.1)
    found = evaluate(made(plan.treated.zones, outcomes=(outcome("difference"),)), [before], [after], IDS).findings[0]
    one, two = (w.questions[0].chosen[:, 0].reshape(ZONES, -1).mean(axis=1) for w in (before, after))
    likely = without_luck(one, np.full(ZONES, (one * (1 - one)).mean() * 25 / 24 / 25))
    worst = np.isin(IDS, plan.treated.zones)
    twin = difference_in_differences(np.column_stack([likely, two]), np.array([False, True]), worst,
                                     covariates=likely[:, None])  # fmt: skip
    assert (found.effect, found.low) == pytest.approx((twin.effect, twin.low))


def test_waves_that_the_plan_does_not_have_are_refused():
    plan, before, after, share = story(16, effect=0.0)
    with pytest.raises(InputError, match="wave '2025' is given 2 times"):
        evaluate(plan, [before, before], [after], IDS, running=share)
    with pytest.raises(InputError, match="wave '2026' is given among those before"):
        evaluate(plan, [before, replace(before, name="2026")], [after], IDS, running=share)
    with pytest.raises(InputError, match="wave '2027' is given among those before"):
        evaluate(plan, [after], [before], IDS, running=share)
    with pytest.raises(ValueError, match="one entry for each zone"):
        evaluate(plan, [before], [after], IDS, running=share[1:])


def test_few_zones_are_told_as_such():
    rng = np.random.default_rng(6)
    truth = np.full(ZONES, 0.5)
    waves = [answers("2025", rng, truth), answers("2027", rng, truth)]
    few = made(IDS[:1], line=Line(running="priority", value=79.5))
    found = evaluate(few, waves[:1], waves[1:], IDS, running=np.arange(80.0) + 0.01 * rng.random(80))
    assert [f.verdict for f in found.findings[1:]] == ["unknown"] * 3
    text = "\n".join(en for _, en in evaluation_sentences(found))
    assert "Not enough zones near the funding line" in text
    assert "takes two zones" in text
    assert "too few answers to estimate regression to the mean" in text
    assert "nan" not in text


def test_earlier_waves_show_the_ways_before():
    rng = np.random.default_rng(7)
    truth = rng.beta(8, 6, ZONES)
    waves = [answers(name, rng, truth) for name in ("2023", "2025", "2027")]
    plan = made(IDS[:6], why="lot", outcomes=(outcome("difference"),), before=("2023", "2025"))
    found = evaluate(plan, waves[:2], waves[2:], IDS)
    assert len(found.findings[0].difference.placebos) == 1
    text = "\n".join(en for _, en in evaluation_sentences(found))
    assert "fewer than ten units (6)" in text
    assert "No different pre-trends found" in text


def counted(code, **changes):
    said = {"code": code, "indicator": "elder_care_covered_share", "method": code, "margin": 0.02}
    return Outcome(**{**said, **changes})


def test_what_the_runs_counted_is_evaluated_without_any_survey():
    rng = np.random.default_rng(17)
    priority = rng.uniform(0, 100, 200)
    line = float(np.sort(priority)[100])
    one = np.clip(0.5 + 0.002 * (50 - priority) + rng.normal(0, 0.05, 200), 0, 1)
    two = np.clip(one + 0.02 + 0.2 * (priority >= line) + rng.normal(0, 0.04, 200), 0, 1)
    one[3] = np.nan
    ids = [f"z{i:03d}" for i in range(200)]
    far = counted("far", indicator="elder_care_distance_m", method="difference", better="less", margin=50)
    plan = made([z for z, p in zip(ids, priority, strict=True) if p >= line], why="line",
                line=Line(running="priority", value=line),
                outcomes=(counted("difference"), counted("discontinuity"), far))  # fmt: skip
    shares = np.column_stack([one, two])
    metres = np.column_stack([1000 * (1 - one), 1000 * (1 - two)])
    runs = {"elder_care_covered_share": shares, "elder_care_distance_m": metres}
    found = evaluate(plan, [], [], ids, running=priority, measured=runs)
    against, jump, steps = found.findings
    twin = difference_in_differences(shares, np.array([False, True]), priority >= line)
    assert (against.effect, against.low, against.high) == (twin.effect, twin.low, twin.high)
    assert against.difference.left_out.tolist() == [3]
    assert jump.jump.unknown == 1
    assert [f.low < truth < f.high for f, truth in ((against, 0.2), (jump, 0.2), (steps, -200))] == [True] * 3
    assert {f.verdict for f in found.findings} == {"reached"}
    assert against.change.n_both == np.isfinite(one[priority >= line]).sum()
    text = evaluation_sentences(found)
    assert any(f"the mean of the {against.change.n_both} renewed zones that both runs counted" in en for _, en in text)
    # Metres are no points of a scale, and nobody answered.
    assert not any("answers" in en or re.search(r"\d分", zh) for zh, en in text[:-1])
    with pytest.raises(InputError, match="do not both have the indicator 'elder_care_distance_m'"):
        evaluate(plan, [], [], ids, running=priority, measured={"elder_care_covered_share": shares})
    with pytest.raises(ValueError, match="one entry for each zone"):
        evaluate(plan, [], [], ids, running=priority, measured={c: v[1:] for c, v in runs.items()})


def test_counted_and_asked_side_by_side():
    plan, before, after, _ = story(18, effect=0.3)
    both_kinds = made(plan.treated.zones, outcomes=(outcome("difference"), counted("counted", method="difference")))
    rng = np.random.default_rng(18)
    bad = np.where(np.isin(IDS, plan.treated.zones), 0.3, 0.5) + rng.normal(0, 0.1, ZONES)
    runs = {"elder_care_covered_share": np.column_stack([bad, bad + rng.normal(0, 0.05, ZONES)])}
    with pytest.raises(InputError, match="no wave '2027'"):
        evaluate(both_kinds, [before], [], IDS, measured=runs)
    found = evaluate(both_kinds, [before], [after], IDS, measured=runs).findings
    assert found[0].verdict == "reached"
    assert found[1].verdict in {"unclear", "too_small"}
    assert found[1].regression is None
    assert "adjusted by a straight line through it" in "\n".join(e for _, e in finding_sentences(found[1], both_kinds))


def test_what_is_lacking_is_named_at_once():
    plan, before, after, share = story(8, effect=0.0)
    with pytest.raises(InputError) as caught:
        evaluate(plan, [before], [before], IDS[1:])
    text = str(caught.value)
    assert "no wave '2027'; there are 2025" in text
    assert "needs the running variable" in text
    with pytest.raises(InputError, match="no question 'smell'; there are content, grade"):
        evaluate(made(["z01"], outcomes=(outcome("change", question="smell"),)), [before], [after], IDS)
    with pytest.raises(InputError, match="no answer 'no'; the question has yes"):
        evaluate(made(["z01"], outcomes=(outcome("change", need="no"),)), [before], [after], IDS)
    with pytest.raises(InputError, match="treated zone 'z99' is none of the 80"):
        evaluate(made(["z99"], outcomes=(outcome("change"),)), [before], [after], IDS)
    with pytest.raises(InputError, match=r"needs treated\.line"):
        evaluate(made(["z01"], outcomes=(outcome("change"),)), [before], [after], IDS, running=share,
                 more=[outcome("discontinuity")])  # fmt: skip


def test_from_the_files_of_two_waves(tmp_path):
    rng = np.random.default_rng(9)
    ids = pd.Index([f"z{i:02d}" for i in range(12)])
    waves = []
    for name, odds in (("2025", 0.3), ("2027", 0.7)):
        rows = pd.DataFrame({"zone": np.repeat(ids, 20)})
        rows["old"] = rng.choice(["old", "young"], len(rows))
        rows["content"] = np.where(rng.random(len(rows)) < np.where(rows["zone"] < "z04", odds, 0.4), "yes", "no")
        rows.to_csv(tmp_path / f"{name}.csv", index=False)
        spec = SurveySpec.model_validate(
            {
                "path": f"{name}.csv",
                "zone": "zone",
                "questions": [{"code": "content", "column": "content", "options": {"yes": "yes", "no": "no"}}],
                "groups": {
                    "age": {"column": "old", "options": {"old": "o", "young": "y"}, "shares": {"o": 0.3, "y": 0.7}}
                },
                "duplicate_minutes": 0,
            }
        )
        findings = Findings()
        survey = read_survey(spec, tmp_path, findings)
        zone, _ = zone_numbers(survey.zone, _zones(ids), spec.zones, "survey", findings, minimum=spec.minimum)
        weighting, groups = weigh(survey.groups, spec, survey.weight)
        waves.append(Answers(name, survey.questions, weighting.weight, zone, groups))
    plan = made(ids[:4], why="lot", outcomes=(outcome("change"), outcome("difference")))
    found = evaluate(plan, waves[:1], waves[1:], list(ids))
    assert [f.verdict for f in found.findings] == ["reached", "reached"]
    assert found.findings[0].change.n_before == 80
    assert found.findings[0].zones.index.tolist() == ids.tolist()


def _zones(ids):
    boxes = [box(i, 0, i + 1, 1) for i in range(len(ids))]
    return gpd.GeoDataFrame({"name": ids.to_numpy()}, index=ids, geometry=boxes, crs="EPSG:32650")


@pytest.mark.parametrize(
    ("low", "high", "more", "less"),
    [
        (0.06, 0.1, "reached", "worse"),
        (0.01, 0.1, "better", "worse"),
        (-0.01, 0.1, "unclear", "too_small"),
        (-0.02, 0.03, "too_small", "too_small"),
        (-0.1, -0.06, "worse", "reached"),
        (np.nan, 0.1, "unknown", "unknown"),
    ],
)
def test_verdicts(low, high, more, less):
    assert verdict(outcome("change", margin=0.05), low, high) == more
    assert verdict(outcome("change", margin=0.05, better="less"), low, high) == less
