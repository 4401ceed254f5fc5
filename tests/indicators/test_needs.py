"""Shares, weights and shrinkage: beside scipy and statsmodels, the worked figures, and known populations."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.optimize import minimize
from statsmodels.stats.proportion import proportion_confint

from geoprio.indicators.needs import (
    agreement,
    city_shares,
    draw_shares,
    finite_n,
    fit_prior,
    group_agreement,
    kish_n,
    menu,
    need_weights,
    post_stratify,
    rake,
    shrunk,
    to_indicators,
    weigh,
    weighted_shares,
    wilson,
    zone_shares,
)
from geoprio.sources.survey import Question, SurveySpec

DRAWS = 600


def question(chosen, answered=None, needs=None):
    chosen = np.asarray(chosen, bool)
    answered = np.ones(len(chosen), bool) if answered is None else np.asarray(answered, bool)
    needs = needs or tuple(f"need_{i}" for i in range(chosen.shape[1]))
    return Question("q", "measure", needs, chosen, answered, needs)


# ------------------------------------------------------------------------------------------------------------- wilson


@given(
    st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.sampled_from([0.8, 0.95, 0.99])
)
def test_wilson_as_statsmodels_and_scipy_have_it(kn, confidence):
    k, n = kn
    _, low, high = wilson(k, n, confidence=confidence)
    assert (float(low), float(high)) == pytest.approx(proportion_confint(k, n, 1 - confidence, "wilson"), abs=1e-12)
    theirs = stats.binomtest(k, n).proportion_ci(confidence, "wilson")
    assert (float(low), float(high)) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


@pytest.mark.parametrize(("k", "n", "low", "high"), [(15, 20, 0.531, 0.888), (0, 5, 0.0, 0.435), (3, 3, 0.438, 1.0)])
def test_worked_figures(k, n, low, high):
    assert [float(x) for x in wilson(k, n)[1:]] == pytest.approx([low, high], abs=6e-4)


def test_no_interval_without_answers_and_no_share_above_one():
    assert np.isnan(wilson(0, 0)).all()
    with pytest.raises(ValueError, match="between 0 and n"):
        wilson(4, 3)


def test_finite_population():
    assert finite_n(20, 80) == pytest.approx(20 * 79 / 60)
    assert finite_n([20, 20], [np.nan, 1e12]) == pytest.approx([20, 20], rel=1e-9)
    share, low, high = wilson(60, 80, population=80)
    assert [float(low), float(high)] == pytest.approx([0.75, 0.75], abs=1e-4), "all households answered"
    assert share == 0.75
    assert wilson(15, 20, population=80)[1] > wilson(15, 20)[1]


def test_wilson_covers_the_share_of_a_small_compound():
    """Of 80 households 40 are drawn without replacement: the corrected interval covers, the plain one is too wide."""
    rng = np.random.default_rng(3)
    k = rng.hypergeometric(28, 52, 40, size=20_000)
    widths = []
    for population in (80, None):
        _, low, high = wilson(k, 40, population=population)
        widths.append((high - low).mean())
        covered = ((low <= 28 / 80) & (high >= 28 / 80)).mean()
        assert covered > 0.93
    assert widths[0] < 0.75 * widths[1]


# ---------------------------------------------------------------------------------------------------------- weighting

SIZES = (3, 2, 3)
"""Groups of age, tenure and floor."""
CELLS = np.array(list(itertools.product(*map(range, SIZES))))


def town(rng):
    """A town whose aged owners of upper floors answer most, and want a lift most."""
    people = rng.integers(200, 2000, len(CELLS)).astype(float)
    age, tenure, floor = CELLS.T
    wants = 1 / (1 + np.exp(-(-1.2 + 0.8 * age - 0.5 * tenure + 0.6 * floor)))
    answers = np.array([0.3, 0.6, 1.0])[age] * np.array([1.0, 0.4])[tenure] * np.array([0.6, 0.8, 1.0])[floor]
    return people, wants, answers


def margins(people):
    return [np.bincount(CELLS[:, i], people) for i in range(3)]


@pytest.mark.parametrize("way", ["cells", "margins"])
def test_the_bias_of_who_answers_goes_and_the_interval_covers(way):
    rng = np.random.default_rng(11)
    people, wants, answers = town(rng)
    truth = float(people @ wants / people.sum())
    odds = people * answers / (people * answers).sum()
    cell = rng.choice(len(CELLS), size=(DRAWS, 600), p=odds)
    says = rng.random(cell.shape) < wants[cell]
    plain = says.mean(axis=1)
    found = np.empty((DRAWS, 3))
    for i, (c, y) in enumerate(zip(cell, says, strict=True)):
        groups = c[:, None] if way == "cells" else CELLS[c]
        w = rake(groups, [people] if way == "cells" else margins(people)).weight
        s = weighted_shares(y[:, None], np.ones(len(y), bool), w, calibrated=groups)
        found[i] = s.share[0], s.low[0], s.high[0]
    assert plain.mean() - truth > 0.05, "those who answer are others than those who live there"
    assert abs(found[:, 0].mean() - truth) < 0.004
    covered = ((found[:, 1] <= truth) & (truth <= found[:, 2])).mean()
    assert 0.93 <= covered <= 0.97
    raw = wilson(says.sum(axis=1), says.shape[1])
    assert ((raw[1] <= truth) & (truth <= raw[2])).mean() < 0.5


def test_weighted_shares_without_weights_are_wilson():
    y = np.arange(40) < 13
    found = weighted_shares(y[:, None], np.ones(40, bool), np.ones(40))
    # One degree of freedom goes to the mean: the answers are worth one less.
    assert found.n_effective[0] == pytest.approx(39)
    low, high = wilson(13 / 40 * 39, 39)[1:]
    assert [found.low[0], found.high[0]] == pytest.approx([float(low), float(high)], abs=1e-9)


def test_everybody_alike_is_no_certainty():
    found = weighted_shares(np.ones((6, 1), bool), np.ones(6, bool), np.array([1.0, 1, 1, 1, 1, 5]))
    assert found.share[0] == 1
    assert found.n_effective[0] == pytest.approx(100 / 30)
    assert found.low[0] == pytest.approx(wilson(100 / 30, 100 / 30)[1])


def test_raking_reaches_every_margin_and_cells_their_totals():
    rng = np.random.default_rng(5)
    people, _, answers = town(rng)
    cell = rng.choice(len(CELLS), size=900, p=people * answers / (people * answers).sum())
    done = rake(CELLS[cell], margins(people))
    for column, margin in zip(CELLS[cell].T, margins(people), strict=True):
        assert np.bincount(column, done.weight) / 900 == pytest.approx(margin / margin.sum(), abs=1e-8)
    assert done.miss < 1e-8
    assert done.weight.mean() == pytest.approx(1)
    assert done.n_effective == pytest.approx(stats_kish(done.weight))
    full = post_stratify(cell, people)
    assert np.bincount(cell, full.weight) / 900 == pytest.approx(people / people.sum(), abs=1e-12)


def stats_kish(w):
    return 1 / ((w / w.sum()) ** 2).sum()


def test_raking_is_the_nearest_distribution():
    """Against the textbook table of 2 x 2: cross-product ratios stay as they were drawn."""
    counts = np.array([[40.0, 10], [20, 30]])
    groups = np.repeat(np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), counts.ravel().astype(int), axis=0)
    w = rake(groups, [np.array([0.3, 0.7]), np.array([0.5, 0.5])]).weight
    table = np.bincount(groups[:, 0] * 2 + groups[:, 1], w).reshape(2, 2)
    assert table.sum(axis=1) / table.sum() == pytest.approx([0.3, 0.7])
    assert table[0, 0] * table[1, 1] / (table[0, 1] * table[1, 0]) == pytest.approx(40 * 30 / (10 * 20))


def test_trimming_bounds_the_weights_and_says_so():
    group = np.r_[np.zeros(196, int), np.ones(4, int)]
    whole = post_stratify(group, np.array([0.5, 0.5]))
    assert whole.weight.max() == pytest.approx(25)
    cut = post_stratify(group, np.array([0.5, 0.5]), max_weight=5.0)
    assert cut.trimmed == 4
    assert cut.weight.max() <= 5.0 + 1e-6
    assert cut.n_effective > whole.n_effective
    assert cut.miss == pytest.approx(abs(4 * cut.weight[-1] / 200 - 0.5))


def test_trimming_spreads_what_it_cuts():
    rng = np.random.default_rng(2)
    groups = np.stack([rng.random(400) < 0.1, rng.random(400) < 0.2], axis=1).astype(int)
    base = np.where(np.arange(400) == 0, 40.0, 1.0)
    done = rake(groups, [np.array([0.7, 0.3]), np.array([0.6, 0.4])], base=base, max_weight=8.0)
    assert done.weight.max() <= 8.0 + 1e-6
    assert done.trimmed >= 1
    assert done.miss < 1e-6, "the others make up for it"


def test_unknown_groups_keep_their_weight_and_empty_ones_are_told():
    groups = np.array([[0], [0], [1], [-1]])
    done = rake(groups, [np.array([0.25, 0.5, 0.25])])
    assert done.uncovered == pytest.approx(0.25)
    assert done.weight[3] == pytest.approx(1)
    assert done.weight[:3].tolist() == pytest.approx([0.5, 0.5, 2.0])
    with pytest.raises(ValueError, match="none of 1"):
        rake(groups, [np.array([1.0])])
    with pytest.raises(ValueError, match="no resident"):
        rake(groups[:2], [np.array([0.0, 1.0])])


def test_the_project_file_says_how_to_weigh():
    groups = pd.DataFrame({"age": ["old"] * 6 + ["young"] * 2, "tenure": ["owner", "tenant"] * 4}, dtype="str")
    base = {"path": "s.csv", "zone": "z", "questions": [{"code": "q", "column": "c"}]}
    age = {"column": "a", "options": {"1": "old", "2": "young"}, "shares": {"old": 1, "young": 3}}
    tenure = {"column": "t", "options": {"1": "owner", "2": "tenant"}}
    spec = SurveySpec.model_validate({**base, "groups": {"age": age, "tenure": tenure}})
    done, codes = weigh(groups, spec, np.ones(8))
    assert codes.shape == (8, 1)
    assert done.weight[-1] / done.weight[0] == pytest.approx(9)
    cells = [{"groups": {"age": a, "tenure": t}, "people": p} for a, t, p in
             [("old", "owner", 1), ("old", "tenant", 2), ("young", "owner", 3), ("young", "tenant", 4)]]  # fmt: skip
    spec = SurveySpec.model_validate({**base, "groups": {"age": age, "tenure": tenure}, "cells": cells})
    done, _ = weigh(groups, spec, np.ones(8))
    assert done.weight.tolist() == pytest.approx(list(np.array([1 / 3, 2 / 3] * 3 + [3, 4]) * 0.8))
    # Zones count by their households; one of which they are not known, and no zone at all, keep their weight.
    zone = np.array([0, 0, 0, 1, 2, 2, -1, -1])
    done, codes = weigh(
        groups[[]], SurveySpec.model_validate(base), np.ones(8), zone=zone, population=np.array([50.0, 50, np.nan, 9])
    )
    assert codes[:, 0].tolist() == [0, 0, 0, 1, -1, -1, -1, -1]
    assert done.weight.tolist() == pytest.approx([2 / 3, 2 / 3, 2 / 3, 2, 1, 1, 1, 1])
    assert done.uncovered == pytest.approx(9 / 109)
    plain = SurveySpec.model_validate(base)
    done, codes = weigh(groups[[]], plain, np.ones(8))
    assert codes.shape == (8, 0)
    assert done.weight.tolist() == [1] * 8


# ---------------------------------------------------------------------------------------------------------- shrinkage


def drawn_zones(rng, zones=60, a=4.0, b=6.0, most=60):
    share = rng.beta(a, b, zones)
    n = rng.integers(5, most, zones)
    return share, rng.binomial(n, share).astype(float), n.astype(float)


def test_the_prior_is_scipys_maximum_of_the_beta_binomial():
    _, k, n = drawn_zones(np.random.default_rng(4))
    found = fit_prior(k, n)
    theirs = minimize(
        lambda x: -stats.betabinom.logpmf(k, n, *np.exp(x)).sum(), [0.0, 0.0], method="Nelder-Mead",
        options={"xatol": 1e-8, "fatol": 1e-10},
    )  # fmt: skip
    assert [found.alpha, found.beta] == pytest.approx(list(np.exp(theirs.x)), rel=1e-3)
    share, low, high = shrunk(k, n, found)
    assert share == pytest.approx((k + found.alpha) / (n + found.alpha + found.beta))
    assert ((low < share) & (share < high)).all()


def test_with_many_zones_the_interval_is_the_beta_distributions():
    _, k, n = drawn_zones(np.random.default_rng(6), zones=2000)
    found = fit_prior(k, n)
    _, low, high = shrunk(k[:50], n[:50], found)
    a, b = k[:50] + found.alpha, n[:50] - k[:50] + found.beta
    assert low == pytest.approx(stats.beta.ppf(0.025, a, b), abs=0.003)
    assert high == pytest.approx(stats.beta.ppf(0.975, a, b), abs=0.003)


@pytest.mark.parametrize(("zones", "a", "b"), [(8, 4, 6), (60, 4, 6), (60, 2, 30)])
def test_shrunk_intervals_cover_in_small_cities_too(zones, a, b):
    rng = np.random.default_rng(zones + b)
    covered = []
    for _ in range(600 // zones):
        share, k, n = drawn_zones(rng, zones, a, b)
        _, low, high = shrunk(k, n, fit_prior(k, n))
        covered.append(((low <= share) & (share <= high)).mean())
    assert 0.93 <= np.mean(covered) <= 0.98


def test_draws_have_the_quantiles_of_the_interval_and_repeat():
    _, k, n = drawn_zones(np.random.default_rng(8), zones=20)
    found = fit_prior(k, n)
    _, low, high = shrunk(k, n, found)
    drawn = draw_shares(k, n, found, 20_000, np.random.default_rng(1))
    assert np.quantile(drawn, 0.025, axis=0) == pytest.approx(low, abs=0.012)
    assert np.quantile(drawn, 0.975, axis=0) == pytest.approx(high, abs=0.012)
    assert (drawn == draw_shares(k, n, found, 20_000, np.random.default_rng(1))).all()


def test_zones_alike_are_drawn_together_and_zones_apart_are_left():
    alike = fit_prior(np.full(30, 12.0), np.full(30, 30.0))
    assert alike.alpha + alike.beta > 1000
    apart = fit_prior(np.repeat([0.0, 30.0], 15), np.full(30, 30.0))
    share, _, _ = shrunk(np.array([0.0, 30.0]), np.array([30.0, 30.0]), apart)
    assert share[0] < 0.01
    assert share[1] > 0.99


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=1, max_size=12))
def test_whatever_the_answers_the_estimate_lies_between_the_zones_and_the_city(pairs):
    n = np.array([a + b for a, b in pairs], float)
    k = np.array([a for a, _ in pairs], float)
    if not n.sum():
        with pytest.raises(ValueError, match="no zone"):
            fit_prior(k, n)
        return
    found = fit_prior(k, n)
    share, low, high = shrunk(k, n, found)
    own = np.divide(k, n, out=np.full(len(n), found.mean), where=n > 0)
    assert (share >= np.minimum(own, found.mean) - 1e-9).all()
    assert (share <= np.maximum(own, found.mean) + 1e-9).all()
    assert ((low >= 0) & (low <= share) & (share <= high) & (high <= 1)).all()
    assert found.weight.sum() == pytest.approx(1)


def test_a_zone_with_three_answers_does_not_jump_to_the_top_by_luck():
    """30 zones of 40 answers and one of 3, all alike: by its bare share the small one is first far too often."""
    rng = np.random.default_rng(21)
    n = np.r_[np.full(30, 40.0), 3.0]
    first = np.zeros((60, 3), bool)
    for i in range(len(first)):
        k = rng.binomial(n.astype(int), rng.beta(8, 12, 31)).astype(float)
        own = k / n
        near = shrunk(k, n, fit_prior(k, n))[0]
        chosen = np.repeat([1, 0] * 31, np.stack([k, n - k], axis=1).ravel().astype(int)).astype(bool)
        zone = np.repeat(np.arange(31), n.astype(int))
        told = zone_shares(question(chosen[:, None]), zone, 31, np.ones(len(zone))).shrunk[:, 0]
        first[i] = own[-1] > own[:-1].max(), near[-1] > near[:-1].max(), told[-1] > told[:-1].max()
    bare, drawn, suppressed = first.mean(axis=0)
    assert bare > 0.08
    assert drawn < 0.01
    assert suppressed == 0


# -------------------------------------------------------------------------------------------------------------- zones


def test_small_zones_are_not_told_and_have_the_citys_share():
    zone = np.repeat([0, 1, 2], [20, 3, 10])
    chosen = np.r_[np.arange(20) < 15, [True] * 3, np.arange(10) < 2][:, None]
    found = zone_shares(question(chosen), zone, 4, np.ones(33))
    assert found.status.tolist() == ["told", "few", "told", "none"]
    assert np.nan_to_num(found.n, nan=-1).tolist() == [20, -1, 10, 0]
    assert (found.low[0, 0].round(3), found.high[0, 0].round(3)) == (0.531, 0.888)
    assert np.isnan(found.share[[1, 3]]).all()
    assert found.shrunk[1, 0] == found.shrunk[3, 0] == pytest.approx(found.priors[0].mean)
    assert found.shrunk_high[1, 0] - found.shrunk_low[1, 0] > found.shrunk_high[0, 0] - found.shrunk_low[0, 0]
    drawn = found.draws(500, seed=3)
    assert drawn.shape == (500, 4, 1)
    assert (drawn == found.draws(500, seed=3)).all()


def test_zones_of_which_all_households_answered_are_known():
    zone = np.repeat([0, 1], [40, 40])
    chosen = np.r_[np.arange(40) < 30, np.arange(40) < 10][:, None]
    found = zone_shares(question(chosen), zone, 2, np.ones(80), population=np.array([40.0, np.nan]))
    assert found.low[0, 0] == pytest.approx(0.75, abs=1e-3)
    assert found.shrunk[0, 0] == pytest.approx(0.75, abs=1e-3)
    assert found.high[1, 0] - found.low[1, 0] > 0.2


def test_weights_enter_the_zones():
    zone, chosen = np.zeros(10, int), (np.arange(10) < 5)[:, None]
    w = np.where(np.arange(10) < 5, 3.0, 1.0)
    found = zone_shares(question(chosen), zone, 1, w)
    assert found.share[0, 0] == pytest.approx(0.75)
    assert found.worth[0, 0] == pytest.approx(kish_n(w)) == pytest.approx(8.0)


def test_the_menu_ranks_the_needs_of_each_zone():
    rng = np.random.default_rng(9)
    zone = np.repeat([0, 1, 2], [60, 60, 2])
    odds = np.array([[0.9, 0.5, 0.1], [0.1, 0.5, 0.9], [0.0, 1.0, 0.0]])
    q = question(rng.random((122, 3)) < odds[zone], needs=("lift", "pipes", "parking"))
    found = zone_shares(q, zone, 3, np.ones(122))
    table = menu(q, found, pd.Index(["a", "b", "c"]))
    assert table[table["zone_id"] == "a"]["need"].tolist() == ["lift", "pipes", "parking"]
    assert table[table["zone_id"] == "b"]["need"].tolist() == ["parking", "pipes", "lift"]
    top = table[(table["zone_id"] == "a") & (table["rank"] == 1)].iloc[0]
    assert top["first"] > 0.95
    assert (top["rank_p05"], top["rank_p95"]) == (1, 1)
    assert top["support_low"] < top["support"] < top["support_high"]
    few = table[table["zone_id"] == "c"]
    assert few["share"].isna().all()
    assert few["n"].isna().all()
    assert few["support"].notna().all()
    city = city_shares(q, np.ones(122), population=1000)
    assert city.index[0] == q.needs[int(np.argmax(q.chosen.mean(axis=0)))]
    assert (city["low"] < city["share"]).all()


def test_a_question_that_nobody_answered():
    q = question(np.zeros((4, 2), bool), np.zeros(4, bool))
    found = zone_shares(q, np.zeros(4, int), 2, np.ones(4))
    assert found.status.tolist() == ["none", "none"]
    assert np.isnan(found.shrunk).all()
    assert menu(q, found, pd.Index(["a", "b"])).empty
    assert city_shares(q, np.ones(4))["share"].isna().all()


# ----------------------------------------------------------------------------------------------- weights and agreement


def test_weights_are_in_proportion_to_who_names_a_need_and_cover():
    rng = np.random.default_rng(12)
    odds = np.array([0.6, 0.3, 0.1])
    truth = odds / odds.sum()
    inside = []
    for i in range(200):
        chosen = rng.random((150, 3)) < odds
        found = need_weights(chosen, np.ones(150, bool), np.ones(150), draws=300, seed=i)
        inside.append((found.low <= truth) & (truth <= found.high))
    assert 0.90 <= np.mean(inside) <= 0.98
    assert found.draws.shape == (300, 3)
    assert found.draws.sum(axis=1) == pytest.approx(1)
    assert found.weight == pytest.approx(chosen.sum(axis=0) / chosen.sum())
    again = need_weights(chosen, np.ones(150, bool), np.ones(150), draws=300, seed=199)
    assert (again.draws == found.draws).all()
    with pytest.raises(ValueError, match="nobody"):
        need_weights(chosen & False, np.ones(150, bool), np.ones(150))


def test_drawing_zones_is_less_sure_than_drawing_answers():
    rng = np.random.default_rng(13)
    zone = np.repeat(np.arange(10), 30)
    chosen = rng.random((300, 2)) < rng.beta(2, 2, (10, 2))[zone]
    answers, zones = (need_weights(chosen, np.ones(300, bool), np.ones(300), zone=z) for z in (None, zone))
    assert (zones.high - zones.low > 1.5 * (answers.high - answers.low)).all()


def test_weights_of_needs_become_weights_of_indicators():
    share = np.array([[1.0, 0.0], [0.5, 0.5], [0.0, 0.0]])
    assert to_indicators(np.array([0.4, 0.4, 0.2]), share).tolist() == pytest.approx([0.75, 0.25])
    with pytest.raises(ValueError, match="no need"):
        to_indicators(np.array([0.0, 0.0, 1.0]), share)


def test_agreement_as_scipys_friedman_and_spearman_have_it():
    rng = np.random.default_rng(14)
    shares = rng.random((5, 6)).round(1)
    found = agreement(shares)
    chi, p = stats.friedmanchisquare(*shares.T)
    assert found.w == pytest.approx(chi / (5 * 5))
    assert found.p == pytest.approx(p)
    pairs = [stats.spearmanr(a, b).statistic for a, b in itertools.combinations(shares, 2)]
    assert found.rank_correlation == pytest.approx(np.mean(pairs))
    assert agreement(np.tile([0.5, 0.3, 0.1], (3, 1))).w == pytest.approx(1)
    assert np.isnan(agreement(shares[:1]).w)


def test_small_groups_are_left_out_of_the_agreement():
    rng = np.random.default_rng(15)
    q = question(rng.random((60, 3)) < [0.8, 0.5, 0.2])
    groups = pd.DataFrame({"age": ["old"] * 30 + ["young"] * 26 + ["child"] * 4}, dtype="str")
    (found,) = group_agreement(q, groups, np.ones(60))
    assert [g["name"] for g in found["groups"]] == ["old", "young"]
    assert found["left_out"] == ["child"]
    assert found["w"] == pytest.approx(1)
