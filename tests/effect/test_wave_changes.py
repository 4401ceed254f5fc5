import numpy as np
import pytest
from scipy.stats import norm, ttest_ind, ttest_rel
from statsmodels.stats.proportion import confint_proportions_2indep

from geoprio.effect.surveys import Wave, matched, mean_change, share_change
from geoprio.indicators.needs import rake, wilson
from geoprio.indicators.needs.means import scores_of
from geoprio.sources.survey import Question


def wave(value, *, weight=None, person=None, calibrated=None, zone=None):
    value = np.asarray(value, float)
    n = len(value)
    weight = np.ones(n) if weight is None else np.asarray(weight, float)
    person = None if person is None else np.asarray(person, object)
    return Wave(value[:, None], np.ones(n, bool), weight, zone, calibrated, person)


def of(hits, n):
    return wave([1] * hits + [0] * (n - hits))


@pytest.mark.parametrize(("k1", "n1", "k2", "n2"), [(56, 70, 48, 80), (9, 10, 3, 10), (0, 7, 3, 9), (5, 5, 0, 6)])
def test_independent_shares_are_newcombes(k1, n1, k2, n2):
    found = share_change(of(k2, n2), of(k1, n1))
    low, high = confint_proportions_2indep(k1, n1, k2, n2, compare="diff", method="newcomb")
    assert found.change[0] == pytest.approx(k1 / n1 - k2 / n2)
    assert (found.low[0], found.high[0]) == pytest.approx((low, high), abs=1e-9)
    assert (found.p[0] < 0.05) == (not low <= 0 <= high)


def test_paired_shares_have_the_correlation_of_the_fourfold_table():
    a, b, c, d = 20, 12, 3, 15  # yes-yes, yes-no, no-yes, no-no
    one, two = [1] * (a + b) + [0] * (c + d), [1] * a + [0] * b + [1] * c + [0] * d
    n, people = a + b + c + d, list(range(a + b + c + d))
    # The rows of the second wave stand in another order.
    found = share_change(wave(one, person=people), wave(two[::-1], person=people[::-1]))
    phi = (a * d - b * c) / np.sqrt((a + b) * (c + d) * (a + c) * (b + d))
    (p, p_low, p_high), (q, q_low, q_high) = (tuple(map(float, wilson(k, n))) for k in (a + b, a + c))
    below = np.sqrt((q - q_low) ** 2 - 2 * phi * (q - q_low) * (p_high - p) + (p_high - p) ** 2)
    above = np.sqrt((q_high - q) ** 2 - 2 * phi * (q_high - q) * (p - p_low) + (p - p_low) ** 2)
    assert found.correlation[0] == pytest.approx(phi)
    assert (found.low[0], found.high[0]) == pytest.approx((q - p - below, q - p + above))
    assert found.n_both == n


def test_means_are_those_of_the_t_tests():
    rng = np.random.default_rng(3)
    one, two = rng.normal(3, 1, 40), rng.normal(3.4, 2, 25)
    theirs = ttest_ind(two, one, equal_var=False)
    found = mean_change(wave(one), wave(two))
    interval = theirs.confidence_interval(0.95)
    assert (found.low[0], found.high[0], found.p[0]) == pytest.approx((interval.low, interval.high, theirs.pvalue))
    again = one + rng.normal(0.2, 0.5, 40)
    pairs = ttest_rel(again, one)
    found = mean_change(wave(one, person=range(40)), wave(again, person=range(40)))
    interval = pairs.confidence_interval(0.95)
    assert (found.low[0], found.high[0], found.p[0]) == pytest.approx((interval.low, interval.high, pairs.pvalue))


def test_nothing_changed_is_a_change_of_zero():
    same = wave([1, 0, 1, 1, 0], person=range(5))
    found = share_change(same, same)
    assert (found.change[0], found.error[0], found.p[0], found.correlation[0]) == (0, 0, 1, 1)
    # Five who all answered the same again do not prove that nobody would have changed their mind.
    assert found.low[0] < 0 < found.high[0]
    found = mean_change(same, same)
    assert (found.change[0], found.p[0]) == (0, 1)
    assert found.low[0] < 0 < found.high[0]


def test_few_answers_that_all_agree_are_not_sure():
    found = share_change(of(0, 3), of(3, 3))
    assert found.p[0] > 0.001
    assert found.low[0] < 0.5


def test_without_answers_there_is_no_change():
    none = Wave(np.zeros((2, 1)), np.zeros(2, bool), np.ones(2))
    for change in (share_change, mean_change):
        found = change(none, of(1, 4))
        assert np.isnan([found.change[0], found.low[0], found.p[0]]).all()
        assert (found.n_before, found.n_after) == (0, 4)


def test_keys_that_are_missing_match_nobody_and_twins_are_refused():
    one = wave([1, 0, 1], person=["a", None, "b"])
    two = wave([1, 0, 1], person=[None, "b", np.nan])
    assert [x.tolist() for x in matched(one, two)] == [[2], [1]]
    with pytest.raises(ValueError, match="more than once"):
        matched(wave([1, 0], person=["a", "a"]), two)


def test_scores_of_a_scale():
    chosen = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0]], bool)
    question = Question(
        "content", "other", ("yes", "so_so", "no"), chosen, np.array([1, 1, 1, 0], bool), ("是", "一般", "否")
    )
    value, answered = scores_of(question, {"yes": 5, "no": 1})
    assert answered.tolist() == [True, False, True, False]
    assert value[answered, 0].tolist() == [5, 1]
    with pytest.raises(ValueError, match="no answer 'maybe'"):
        scores_of(question, {"maybe": 3})
    several = Question("content", "other", ("yes", "no"), np.ones((1, 2), bool), np.ones(1, bool), ("是", "否"))
    with pytest.raises(ValueError, match="several answers"):
        scores_of(several, {"yes": 1, "no": 0})
    with pytest.raises(ValueError, match="0 and 1"):
        share_change(wave([5.0]), wave([1.0]))


def covers(draw, truth, draws=600):
    found = [draw() for _ in range(draws)]
    inside = np.mean([f.low[0] <= truth <= f.high[0] for f in found])
    misses = np.array([f.change[0] - truth for f in found])
    assert 0.93 <= inside <= 0.97
    assert abs(misses.mean()) < 3 * misses.std() / np.sqrt(draws)


@pytest.mark.parametrize("again", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("kind", ["share", "mean"])
def test_intervals_cover_with_other_some_and_the_same_people(again, kind):
    rng = np.random.default_rng(int(again * 10) + 100 * (kind == "mean"))
    n = 150
    same = np.arange(n) < again * n

    def draw():
        trait = rng.normal(size=n)
        one = trait + rng.normal(size=n)
        two = np.where(same, trait, rng.normal(size=n)) + rng.normal(size=n)
        keys = [np.arange(n), np.where(same, np.arange(n), np.arange(n) + n)]
        if kind == "mean":
            return mean_change(wave(one, person=keys[0]), wave(two + 0.3, person=keys[1]))
        marks = norm.ppf([0.4, 0.55]) * np.sqrt(2)
        return share_change(wave(one < marks[0], person=keys[0]), wave(two < marks[1], person=keys[1]))

    covers(draw, 0.3 if kind == "mean" else 0.15)


def test_raked_waves_lose_the_bias_of_who_answers():
    rng = np.random.default_rng(8)
    n = 300

    def drawn(lift, odds):
        old = (rng.random(n) < odds).astype(int)
        hit = rng.random(n) < np.where(old == 1, 0.7, 0.3) + lift
        fitted = rake(old[:, None], [np.array([0.75, 0.25])])
        return wave(hit, weight=fitted.weight, calibrated=old[:, None])

    # Before, elders answered the more, after it the young: unweighted, the change would be lost.
    covers(lambda: share_change(drawn(0.0, 0.55), drawn(0.1, 0.25)), 0.1)


def test_means_of_answers_that_are_all_alike_are_not_sure():
    # A Student's interval without spread would be a point.
    assert mean_change(wave([3, 3]), wave([4, 4])).p[0] > 0.05
    five = mean_change(wave([3] * 5), wave([4] * 5))
    assert 0.2 < five.low[0] < five.high[0] < 1.8
    pairs = mean_change(wave([1, 2, 3, 4, 2], person=range(5)), wave([2, 3, 4, 5, 3], person=range(5)))
    assert pairs.correlation[0] == pytest.approx(1)
    assert pairs.low[0] < 1 < pairs.high[0]
    # One step of a scale, chosen by all: nobody knows how far the next answer would be.
    same = mean_change(wave([3] * 5), wave([3] * 5))
    assert (same.change[0], same.p[0]) == (0, 1)
    assert np.isnan(same.low[0])


def test_a_single_answer_has_no_p():
    found = mean_change(wave([3.0]), wave([4.0, 5.0]))
    assert np.isnan([found.low[0], found.high[0], found.p[0]]).all()


def test_blank_keys_are_no_person_and_twins_are_named_by_row():
    assert matched(wave([1, 0], person=["", "a"]), wave([0, 1], person=["  ", "a"]))[0].tolist() == [1]
    with pytest.raises(ValueError, match="in the wave after, first in its answers 1 and 3"):
        matched(wave([1, 0], person=["a", "b"]), wave([1, 0, 1], person=[7, 8, 7]))


@pytest.mark.parametrize("kind", ["share", "mean"])
def test_intervals_cover_where_one_wave_alone_is_weighted(kind):
    rng = np.random.default_rng(17 + (kind == "mean"))

    def draw():
        # Before, all answered alike; after it, elders thrice as often, and weights undo that.
        old = [(rng.random(n) < odds).astype(int) for n, odds in ((120, 0.25), (160, 0.5))]
        fitted = rake(old[1][:, None], [np.array([0.75, 0.25])])
        values = [rng.normal(size=len(x)) + 0.8 * x for x in old]
        if kind == "mean":
            return mean_change(wave(values[0]), wave(values[1] + 0.3, weight=fitted.weight, calibrated=old[1][:, None]))
        hits = [v > 0.2 for v in values]
        return share_change(wave(hits[0]), wave(hits[1], weight=fitted.weight, calibrated=old[1][:, None]))

    covers(draw, 0.3 if kind == "mean" else 0.0)


@pytest.mark.parametrize("again", [0.0, 0.5, 1.0])
def test_intervals_cover_with_few_answers_on_a_scale_and_own_weights(again):
    rng = np.random.default_rng(29 + int(10 * again))
    n = 24

    def draw():
        trait, kept = rng.normal(size=n), rng.random(n) < again
        one = np.clip(np.round(3 + 0.9 * trait + 0.6 * rng.normal(size=n)), 1, 5)
        two = np.clip(np.round(3 + 0.9 * np.where(kept, trait, rng.normal(size=n)) + 0.6 * rng.normal(size=n)), 1, 5)
        keys = np.arange(n), np.where(kept, np.arange(n), np.arange(n) + n)
        weight = rng.choice([0.5, 1.0, 2.0], n)
        return mean_change(wave(one, person=keys[0], weight=weight),
                           wave(two, person=keys[1], weight=np.where(kept, weight, 1.0)))  # fmt: skip

    covers(draw, 0.0, draws=1000)
