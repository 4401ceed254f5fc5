"""Evaluations of what surveys really bring: few answers, zones of one wave, other options, twins of a person."""

from datetime import date

import numpy as np
import pytest

from geoprio._core.errors import InputError
from geoprio.effect.answers import Answers
from geoprio.effect.evaluation import evaluate
from geoprio.effect.phrases import signed
from geoprio.effect.preregistered import Outcome, Plan, Treated
from geoprio.effect.told import evaluation_sentences
from geoprio.sources.survey import Question

IDS = [f"z{i}" for i in range(12)]


def wave(name, each, *, yes=0.5, options=("yes", "no"), person=None, weight=None):
    """Answers of zones in turn: so many of each, this part of them yes."""
    zone = np.repeat(np.arange(len(each)), each)
    part = np.broadcast_to(yes, len(each))
    hit = np.concatenate([np.arange(n) < round(n * p) for n, p in zip(each, part, strict=True)])
    chosen = np.zeros((len(zone), len(options)), bool)
    chosen[hit, 0] = chosen[~hit, 1] = True
    question = Question("content", "other", tuple(options), chosen, np.ones(len(zone), bool), tuple(options))
    return Answers(name, (question,), np.ones(len(zone)) if weight is None else weight, zone, None, person)


def plan(treated, *, method="change", why="other", chosen_by=(), **said):
    outcome = {"code": "content", "question": "content", "need": "yes", "method": method, "margin": 0.02} | said
    return Plan(
        name="x", date=date(2026, 1, 1), begins=date(2026, 3, 1), before=("2025",), after=("2027",),
        treated=Treated(zones=treated, why=why, reason="r", chosen_by=chosen_by), outcomes=(Outcome(**outcome),),
    )  # fmt: skip


def found_of(treated, before, after, **more):
    found = evaluate(plan(treated, **more), [before], [after], IDS)
    return found.findings[0], "\n".join(en for _, en in evaluation_sentences(found))


def test_a_group_of_few_answers_is_not_told():
    before, after = wave("2025", [3] + [20] * 11, yes=0.4), wave("2027", [4] + [20] * 11, yes=0.8)
    finding, text = found_of(("z0",), before, after)
    assert finding.verdict == "unknown"
    assert np.isnan([finding.change.before[0], finding.change.after[0], finding.effect]).all()
    assert (finding.change.n_before, finding.change.n_after) == (0, 0)
    assert "too few answers in a wave to tell anything" in text
    assert "nan" not in text


def test_the_few_of_one_zone_are_not_told_by_subtraction():
    before, after = wave("2025", [3] + [20] * 11, yes=0.4), wave("2027", [20] * 12, yes=0.8)
    for treated, group in ((("z0", "z1"), "treated"), (("z1",), "all")):
        finding, text = found_of(treated, before, after, group=group)
        told = finding.zones.loc[["z1"] if group == "treated" else IDS, "n_before"].sum()
        assert finding.change.n_before == told
        assert finding.hidden
        assert "so that nobody can subtract them" in text
    # Two such zones have enough together.
    before = wave("2025", [3, 4] + [20] * 10, yes=0.4)
    finding, _ = found_of(("z0", "z1", "z2"), before, after)
    assert (finding.hidden, finding.change.n_before) == (False, 27)


def test_zones_of_one_wave_do_not_change_who_is_compared():
    levels = np.array([0.1] * 6 + [0.9] * 6)
    # Nothing changed, but the content half of the zones was not asked before.
    before, after = wave("2025", [20] * 6 + [0] * 6, yes=levels), wave("2027", [20] * 12, yes=levels)
    for group in ("treated", "all"):
        finding, text = found_of(tuple(IDS), before, after, group=group)
        assert finding.change.change[0] == pytest.approx(0)
        assert finding.one_wave == 6
        assert "6 zones answered in one wave only" in text


def test_the_worst_alone_have_no_verdict_by_their_bare_change():
    before = wave("2025", [40] * 12, yes=np.linspace(0.2, 0.9, 12))
    after = wave("2027", [40] * 12, yes=np.linspace(0.8, 0.9, 12))
    assert found_of(("z0",), before, after)[0].verdict == "reached"
    finding, text = found_of(("z0",), before, after, why="worst")
    assert finding.verdict == "unknown"
    assert "too few answers to estimate regression to the mean" in text


def test_what_is_adjusted_without_having_chosen_the_zones_says_so():
    rng = np.random.default_rng(1)
    before, after = (wave(n, [30] * 12, yes=rng.uniform(0.3, 0.7, 12)) for n in ("2025", "2027"))
    finding, text = found_of(("z0", "z1", "z2"), before, after, method="adjusted", why="lot")
    assert np.isfinite(finding.effect)
    assert f"{signed(100 * finding.effect, 1)} points" in text
    assert "does not say that this measure chose the zones" in text


def test_a_scale_with_other_steps_is_refused():
    five, ten = tuple("abcde"), tuple("abcdefghij")
    before, after = wave("2025", [9] * 12, options=five), wave("2027", [9] * 12, options=ten)
    scores = {letter: i + 1.0 for i, letter in enumerate(five)}
    for said in ({"need": None, "scores": scores}, {"need": "a"}):
        with pytest.raises(InputError, match="a, b, c, d, e in wave '2025' and a, b, c, d, e, f, g, h, i, j in wave"):
            found_of(("z0",), before, after, **said)


def test_twins_of_a_person_are_refused_by_wave_and_row():
    keys = np.arange(108, dtype=object)
    keys[7] = 2
    before, after = wave("2025", [9] * 12, person=keys), wave("2027", [9] * 12, person=np.arange(108, dtype=object))
    with pytest.raises(InputError, match=r"2025 and 2027.*in the wave before, first in its answers 3 and 8"):
        found_of(("z0",), before, after)


def test_answers_of_groups_without_residents_do_not_count():
    weight = np.where(np.arange(108) < 9, 0.0, 1.0)
    before, after = wave("2025", [9] * 12, weight=weight), wave("2027", [9] * 12)
    finding, _ = found_of(("z0", "z1"), before, after, group="all")
    assert finding.change.n_before == 99
    assert finding.zones.loc["z0", "status"] == "few"
