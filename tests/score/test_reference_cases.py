"""The formulas against published figures and against scikit-criteria and pymcdm on random matrices."""

import warnings

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from geoprio.score import aggregate, normalize, promethee, weights

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import skcriteria
    from pymcdm import methods as pymcdm_methods
    from pymcdm import normalizations as pymcdm_norms
    from pymcdm import weights as pymcdm_weights
    from skcriteria.agg import simple, topsis, vikor
    from skcriteria.preprocessing import scalers, weighters

# Hwang and Yoon (1981): the choice of a fighter aircraft.
AIRCRAFT = np.array(
    [
        [2, 1500, 20000, 5.5, 5, 9],
        [2.5, 2700, 18000, 6.5, 3, 5],
        [1.8, 2000, 21000, 4.5, 7, 7],
        [2.2, 1800, 20000, 5, 5, 5],
    ]
)
SIGNS = np.array([1, 1, 1, -1, 1, 1])
GIVEN = np.array([0.2, 0.1, 0.1, 0.1, 0.2, 0.3])

NINE_DIGITS = 6e-11

CASES = {
    "entropy": (
        lambda: weights.entropy(AIRCRAFT),
        [0.0641897346, 0.2060881642, 0.0134445909, 0.0813256286, 0.3586800243, 0.2762718573],
    ),
    "entropy, cost inverted first, guarded as in pyDecision": (
        lambda: weights.entropy(AIRCRAFT, SIGNS, invert_cost=True, guard=1e-9),
        [0.0644597882, 0.2069550917, 0.0135011928, 0.0774611195, 0.3601888060, 0.2774340017],
    ),
    "CRITIC": (
        lambda: weights.critic(AIRCRAFT, SIGNS),
        [0.2358744383, 0.2088184567, 0.1270002728, 0.1306154747, 0.1209261589, 0.1767651986],
    ),
    "CRITIC, direction-blind": (
        lambda: weights.critic_blind(AIRCRAFT),
        [0.1691035266, 0.1584841211, 0.1705825535, 0.1598748292, 0.1628420510, 0.1791129187],
    ),
    "TOPSIS, vector norm": (
        lambda: aggregate.topsis(AIRCRAFT, GIVEN, SIGNS),
        [0.6432770006, 0.2683835677, 0.6135422900, 0.3122910656],
    ),
    "TOPSIS, min-max": (
        lambda: aggregate.topsis(AIRCRAFT, GIVEN, SIGNS, norm="minmax"),
        [0.6127481842, 0.3660254038, 0.5306419413, 0.3516895338],
    ),
    "weighted sum, min-max": (
        lambda: aggregate.weighted_sum(normalize.minmax(AIRCRAFT, SIGNS), GIVEN),
        [0.5738095238, 0.3, 0.5916666667, 0.3809523810],
    ),
    "weighted product": (
        lambda: aggregate.weighted_product(normalize.linear(AIRCRAFT, SIGNS), GIVEN),
        [0.8223017079, 0.6716733671, 0.8427325753, 0.7224126977],
    ),
    "VIKOR S": (
        lambda: aggregate.vikor(AIRCRAFT, GIVEN, SIGNS).s,
        [0.4261904762, 0.7, 0.4083333333, 0.6190476190],
    ),
    "VIKOR R": (lambda: aggregate.vikor(AIRCRAFT, GIVEN, SIGNS).r, [0.1428571429, 0.3, 0.2, 0.3]),
    "VIKOR Q": (
        lambda: aggregate.vikor(AIRCRAFT, GIVEN, SIGNS, v=0.5).q,
        [0.0306122449, 1, 0.1818181818, 0.8612244898],
    ),
    "PROMETHEE II, usual": (
        lambda: promethee.promethee2(AIRCRAFT, GIVEN, SIGNS),
        [0.1, -0.3, 0.3333333333, -0.1333333333],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_reference_cases_to_nine_digits(case):
    compute, expected = CASES[case]
    assert np.abs(compute() - expected).max() < NINE_DIGITS


def test_the_guard_changes_the_sixth_digit_only():
    plain = weights.entropy(AIRCRAFT, SIGNS, invert_cost=True)
    guarded = weights.entropy(AIRCRAFT, SIGNS, invert_cost=True, guard=1e-9)
    assert 1e-9 < np.abs(plain / guarded - 1).max() < 1e-5


@st.composite
def problems(draw):
    """Positive matrices whose columns differ, with directions and weights."""
    n, k = draw(st.integers(3, 9)), draw(st.integers(2, 6))
    table = draw(hnp.arrays(float, (n, k), elements=st.floats(1, 1000).map(lambda v: round(v, 3))))
    assume((np.ptp(table, axis=0) > 0.5).all())
    signs = np.array(draw(st.lists(st.sampled_from((1, -1)), min_size=k, max_size=k)))
    shares = np.array(draw(st.lists(st.floats(0.05, 1), min_size=k, max_size=k)))
    return table, signs, shares / shares.sum()


def close(ours, theirs):
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-10)


peers = settings(max_examples=60, deadline=None)


@peers
@given(problems())
@pytest.mark.filterwarnings("ignore")
def test_weights_equal_the_peers(problem):
    table, signs, _ = problem
    correlation = np.corrcoef(table.T)
    assume(np.abs(correlation - np.eye(len(signs))).max() < 1 - 1e-6)
    close(weights.entropy(table), weighters.entropy_weights(table))
    close(weights.entropy(table), pymcdm_weights.entropy_weights(table))
    close(weights.critic(table, signs), weighters.critic_weights(table, signs))
    close(weights.critic_blind(table), pymcdm_weights.critic_weights(table))
    close(weights.standard_deviation(table, scale="raw"), weighters.std_weights(table))
    close(weights.standard_deviation(table, scale="raw"), pymcdm_weights.standard_deviation_weights(table))


@peers
@given(problems())
@pytest.mark.filterwarnings("ignore")
def test_normalizations_equal_the_peers(problem):
    table, signs, _ = problem
    named = {
        "minmax": normalize.minmax(table, signs),
        "vector": normalize.vector(table, signs, cost="complement"),
        "sum": normalize.total(table, signs, cost="reciprocal"),
        "linear": normalize.linear(table, signs),
    }
    for name, ours in named.items():
        theirs = getattr(pymcdm_norms, f"{name}_normalization")
        close(ours, np.column_stack([theirs(c, cost=s < 0) for c, s in zip(table.T, signs, strict=True)]))
    close(normalize.zscore(table), scalers.StandarScaler("matrix").transform(deal(table, signs)).matrix)
    close(normalize.vector(table), scalers.scale_by_vector(table, axis=0))
    close(normalize.total(table), scalers.scale_by_sum(table, axis=0))


def deal(table, signs, shares=None):
    return skcriteria.mkdm(table, [max if s > 0 else min for s in signs], weights=shares)


@peers
@given(problems())
@pytest.mark.filterwarnings("ignore")
def test_aggregations_equal_the_peers(problem):
    table, signs, shares = problem
    body = pymcdm_methods
    close(
        aggregate.weighted_sum(normalize.minmax(table, signs), shares),
        body.WSM(pymcdm_norms.minmax_normalization)(table, shares, signs),
    )
    close(
        aggregate.weighted_product(normalize.linear(table, signs), shares),
        body.WPM(pymcdm_norms.linear_normalization)(table, shares, signs),
    )
    close(aggregate.topsis(table, shares, signs, norm="minmax"), body.TOPSIS()(table, shares, signs))
    close(
        aggregate.topsis(table, shares, signs, norm="vector"),
        body.TOPSIS(pymcdm_norms.vector_normalization)(table, shares, signs),
    )
    close(promethee.promethee2(table, shares, signs), body.PROMETHEE_II("usual")(table, shares, signs))
    ours = aggregate.vikor(table, shares, signs)
    assume(np.ptp(ours.s) > 1e-6 and np.ptp(ours.r) > 1e-6)
    close(ours.q, body.VIKOR()(table, shares, signs))
    theirs = vikor.VIKOR().evaluate(deal(table, signs, shares)).e_
    close(ours.s, theirs.s_k)
    close(ours.r, theirs.r_k)
    close(ours.q, theirs.q_k)


@peers
@given(problems())
@pytest.mark.filterwarnings("ignore")
def test_sum_product_and_topsis_equal_scikit_criteria(problem):
    table, signs, shares = problem
    scaled = normalize.linear(table, signs)
    ones = np.ones(len(signs))
    close(
        aggregate.weighted_sum(scaled, shares), simple.WeightedSumModel().evaluate(deal(scaled, ones, shares)).e_.score
    )
    product = simple.WeightedProductModel().evaluate(deal(scaled, ones, shares)).e_.score
    close(np.log10(aggregate.weighted_product(scaled, shares)), product)
    weighted = deal(normalize.vector(table), signs, shares)
    close(aggregate.topsis(table, shares, signs), topsis.TOPSIS().evaluate(weighted).e_.similarity)


@pytest.mark.parametrize(
    ("ours", "theirs", "limits"),
    [
        ("u-shape", "ushape", {"q": 40.0}),
        ("v-shape", "vshape", {"p": 300.0}),
        ("level", "level", {"q": 40.0, "p": 300.0}),
        ("linear", "vshape_2", {"q": 40.0, "p": 300.0}),
    ],
)
def test_preference_functions_equal_pymcdm(ours, theirs, limits, monkeypatch):
    monkeypatch.setattr(promethee, "PAIRS_AT_ONCE", 64)
    rng = np.random.default_rng(1)
    table, shares = rng.integers(0, 600, (30, 4)).astype(float), np.array([0.4, 0.3, 0.2, 0.1])
    signs = np.array([1, -1, 1, -1])
    asked = {name: [value] * 4 for name, value in limits.items()}
    expected = pymcdm_methods.PROMETHEE_II(theirs, p=asked.get("p", [0.0] * 4), q=asked.get("q", [0.0] * 4))
    close(promethee.promethee2(table, shares, signs, preference=ours, **limits), expected(table, shares, signs))


def test_the_gaussian_preference_against_a_plain_loop():
    table, s = np.array([[0.0], [1.0], [3.0]]), 1.5
    ahead = [[1 - np.exp(-(max(a - b, 0.0) ** 2) / (2 * s**2)) for b in (0, 1, 3)] for a in (0, 1, 3)]
    net = (np.sum(ahead, axis=1) - np.sum(ahead, axis=0)) / 2
    close(promethee.promethee2(table, [1.0], preference="gaussian", s=s), net)


def test_promethee_of_many_zones_stays_small():
    table = np.random.default_rng(0).random((20000, 2))
    net = promethee.promethee2(table, [0.5, 0.5])
    assert abs(net.sum()) < 1e-6
    assert np.abs(net).max() < 1
