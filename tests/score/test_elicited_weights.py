"""Weights asked of people: pairwise judgements, best and worst, swing, rank order."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoprio._core.errors import InputError
from geoprio.score.weights import (
    RANDOM_INDEX,
    ahp,
    best_worst,
    equal,
    group_ahp,
    judgement_matrix,
    kendall_w,
    rank_order_centroid,
    swing,
)

DRINKS = ["coffee", "wine", "tea", "beer", "soda", "milk", "water"]

# Saaty (2008), "Decision making with the analytic hierarchy process": drinks consumed in the United States.
CONSUMPTION = [
    [1, 9, 5, 2, 1, 1, 1 / 2],
    [1 / 9, 1, 1 / 3, 1 / 9, 1 / 9, 1 / 9, 1 / 9],
    [1 / 5, 3, 1, 1 / 3, 1 / 4, 1 / 3, 1 / 9],
    [1 / 2, 9, 3, 1, 1 / 2, 1, 1 / 3],
    [1, 9, 4, 2, 1, 2, 1 / 2],
    [1, 9, 3, 1, 1 / 2, 1, 1 / 3],
    [2, 9, 9, 3, 2, 3, 1],
]

# Saaty (1977), "A scaling method for priorities in hierarchical structures": distances of six cities from Philadelphia.
CITIES = [
    [1, 1 / 3, 8, 3, 3, 7],
    [3, 1, 9, 3, 3, 9],
    [1 / 8, 1 / 9, 1, 1 / 6, 1 / 5, 2],
    [1 / 3, 1 / 3, 6, 1, 1 / 3, 6],
    [1 / 3, 1 / 3, 5, 3, 1, 6],
    [1 / 7, 1 / 9, 1 / 2, 1 / 6, 1 / 6, 1],
]


def test_ahp_against_published_drinks():
    found = ahp(CONSUMPTION)
    assert found.weights.round(3).tolist() == [0.177, 0.019, 0.042, 0.116, 0.190, 0.129, 0.327]
    assert round(found.consistency_ratio, 3) == 0.022
    assert found.random_index == "saaty"
    assert found.consistent


def test_ahp_against_published_distances():
    found = ahp(CITIES)
    assert np.abs(found.weights - [0.263, 0.397, 0.033, 0.116, 0.164, 0.027]).max() < 0.0015
    assert round(found.lambda_max, 2) == 6.45


def test_the_ratio_names_its_random_index():
    by_table = {name: ahp(CITIES, random_index=name) for name in RANDOM_INDEX}
    assert by_table["saaty"].consistency_ratio == pytest.approx(by_table["saaty"].consistency_index / 1.24)
    assert by_table["alonso-lamata"].consistency_ratio == pytest.approx(by_table["saaty"].consistency_index / 1.2479)
    assert by_table["saaty"].weights.tolist() == by_table["alonso-lamata"].weights.tolist()


@pytest.mark.parametrize("n", [3, 4, 5, 6])
def test_the_random_index_is_the_mean_of_random_judgements(n):
    rng, scale = np.random.default_rng(n), np.array([*(1 / np.arange(9, 1, -1)), *np.arange(1, 10)])
    found = []
    for _ in range(1500):
        upper = np.triu(rng.choice(scale, (n, n)), 1)
        matrix = upper + np.eye(n) + np.tril(1 / np.where(upper.T > 0, upper.T, 1), -1)
        found.append((np.linalg.eigvals(matrix).real.max() - n) / (n - 1))
    assert np.mean(found) == pytest.approx(RANDOM_INDEX["alonso-lamata"][n - 1], abs=4 * np.std(found) / 1500**0.5)


def test_the_judgement_that_was_spoilt_is_the_one_to_revisit():
    true = np.array([0.4, 0.3, 0.2, 0.1])
    judged = true[:, None] / true
    judged[1, 3], judged[3, 1] = 1 / 6, 6
    found = ahp(judged)
    worst = found.revisit[0]
    assert (worst.row, worst.column) == (1, 3)
    assert worst.suggested == pytest.approx(3)
    assert not found.consistent
    assert "'b' against 'd' was judged 0.167; the other judgements imply 3." in worst.in_words("abcd")


@given(st.lists(st.floats(0.05, 1), min_size=1, max_size=8))
def test_consistent_judgements_give_the_weights_back(raw):
    true = np.array(raw) / np.sum(raw)
    found = ahp(true[:, None] / true)
    assert np.abs(found.weights - true).max() < 1e-9
    assert found.consistency_ratio < 1e-9
    assert found.revisit == ()


def test_judgements_by_name():
    pairs = {("a", "b"): 3, ("c", "a"): 0.2, ("b", "c"): 2}
    assert judgement_matrix(["a", "b", "c"], pairs).tolist() == [[1, 3, 5], [1 / 3, 1, 2], [0.2, 0.5, 1]]
    with pytest.raises(InputError, match="'b' : 'c' is missing"):
        judgement_matrix(["a", "b", "c"], {("a", "b"): 3, ("a", "c"): 2})
    with pytest.raises(InputError, match="name two different indicators once"):
        judgement_matrix(["a", "b"], {("a", "b"): 3, ("b", "a"): 2})


@pytest.mark.parametrize(
    ("judged", "message"),
    [
        ([[1, 3], [3, 1]], "must be reciprocal; write 0.333333"),
        ([[1, -3], [-1 / 3, 1]], "above 0"),
        ([[1, 3]], "one row and one column"),
        ([[1, np.nan], [1, 1]], "above 0"),
        (np.ones((16, 16)), "end at 15"),
    ],
)
def test_judgements_that_cannot_be_used(judged, message):
    with pytest.raises(InputError, match=message):
        ahp(judged)


def test_a_rounded_reverse_is_read_as_the_reciprocal():
    assert ahp([[1, 3], [0.333, 1]]).weights.tolist() == ahp([[1, 3], [1 / 3, 1]]).weights.tolist()
    with pytest.raises(InputError, match="random_index = 'nobody'"):
        ahp([[1, 3], [1 / 3, 1]], random_index="nobody")


def test_a_group_of_equals_agrees_and_opposites_cancel():
    same = group_ahp([CONSUMPTION, CONSUMPTION])
    assert np.abs(same.weights - ahp(CONSUMPTION).weights).max() < 1e-12
    assert same.agreement == 1
    opposed = group_ahp([CONSUMPTION, np.transpose(CONSUMPTION)])
    assert np.abs(opposed.weights - 1 / 7).max() < 1e-12
    assert opposed.agreement < 0.01
    assert [m.consistent for m in opposed.members] == [True, True]
    with pytest.raises(InputError, match="two or more"):
        group_ahp([CONSUMPTION])


def test_kendalls_w_against_the_definition_and_ties():
    # Sums of ranks 4, 6, 8, 13, 15, 17: W = 12 · 137.5 / (3² · (6³ − 6)).
    assert kendall_w([[1, 2, 3, 4, 5, 6], [1, 3, 2, 4, 6, 5], [2, 1, 3, 5, 4, 6]]) == pytest.approx(55 / 63)
    assert kendall_w([[1, 1, 2, 3], [1, 1, 2, 3]]) == pytest.approx(1)
    assert kendall_w([[1, 1], [1, 1]]) == 1
    assert kendall_w([[1, 2, 3], [3, 2, 1]]) == 0


def test_best_worst_of_answers_that_agree():
    # Rezaei (2015), "Best-worst multi-criteria decision-making method", example 1: buying a car.
    found = best_worst(1, 4, [2, 1, 4, 2, 8], [4, 8, 2, 4, 1])
    assert found.weights.round(4).tolist() == [0.2105, 0.4211, 0.1053, 0.2105, 0.0526]
    assert found.xi == pytest.approx(0, abs=1e-12)
    assert found.input_consistency == 0


def gap(weights, best, worst, to_others, to_worst):
    one = np.abs(weights[best] - to_others * weights)
    return max(one.max(), np.abs(weights - to_worst * weights[worst]).max())


@given(st.integers(0, 1000))
def test_best_worst_leaves_the_smallest_gap(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 6))
    to_others, to_worst = rng.integers(1, 10, n).astype(float), rng.integers(1, 10, n).astype(float)
    to_others[0] = to_worst[-1] = 1
    to_others[-1] = to_worst[0] = 9
    found = best_worst(0, n - 1, to_others, to_worst)
    assert found.weights.sum() == pytest.approx(1)
    assert gap(found.weights, 0, n - 1, to_others, to_worst) == pytest.approx(found.xi, abs=1e-9)
    others = rng.dirichlet(np.ones(n), 300)
    assert min(gap(w, 0, n - 1, to_others, to_worst) for w in others) >= found.xi - 1e-9
    assert 0 <= found.input_consistency <= 1


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ((0, 0, [1, 2], [2, 1]), "must differ"),
        ((0, 1, [1, 2], [3, 1]), "the same in both lists"),
        ((0, 1, [1, 0.5], [0.5, 1]), "1 or more"),
        ((0, 2, [1, 2], [2, 1]), "must differ"),
    ],
)
def test_answers_that_contradict_each_other(answers, message):
    with pytest.raises(InputError, match=message):
        best_worst(*answers)


def test_swing_rank_order_and_equal():
    assert swing([100, 60, 40]).tolist() == [0.5, 0.3, 0.2]
    # Barron and Barrett (1996), table of centroid weights for four attributes.
    assert rank_order_centroid([2, 1, 4, 3]).round(4).tolist() == [0.2708, 0.5208, 0.0625, 0.1458]
    assert rank_order_centroid([1, 2, 2]).tolist() == pytest.approx([11 / 18, 7 / 36, 7 / 36])
    assert rank_order_centroid([5, 5]).tolist() == [0.5, 0.5]
    assert equal(4).tolist() == [0.25] * 4
    for call in (lambda: swing([60, 40]), lambda: swing([100, -1]), lambda: rank_order_centroid([1, np.nan])):
        with pytest.raises(InputError, match="must"):
            call()
    with pytest.raises(InputError, match="no indicator"):
        equal(0)
