"""Missing and degenerate data: a named error or a named warning, never a NaN weight."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from geoprio._core.errors import InputError
from geoprio.score import aggregate, normalize, promethee, weights
from geoprio.score.checks import ConstantWarning, CorrelatedWarning, ScoreWarning, ZeroWarning

HALF = [0.5, 0.5]
FORMULAS = {
    "minmax": normalize.minmax,
    "zscore": normalize.zscore,
    "rank": normalize.rank,
    "percentile": normalize.percentile,
    "vector": normalize.vector,
    "total": normalize.total,
    "linear": normalize.linear,
    "piecewise": lambda x: normalize.piecewise(x, [[(0, 0), (1, 1)]] * 2),
    "entropy": weights.entropy,
    "critic": weights.critic,
    "critic_blind": weights.critic_blind,
    "std": weights.standard_deviation,
    "pca": weights.pca,
    "weighted_sum": lambda x: aggregate.weighted_sum(x, HALF),
    "weighted_product": lambda x: aggregate.weighted_product(x, HALF),
    "topsis": lambda x: aggregate.topsis(x, HALF),
    "vikor": lambda x: aggregate.vikor(x, HALF),
    "promethee2": lambda x: promethee.promethee2(x, HALF),
}
WEIGHTS = ("entropy", "critic", "critic_blind", "std", "pca")
ALONE = ("vector", "total", "linear", "piecewise", "weighted_sum", "weighted_product")


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("name", FORMULAS)
def test_no_formula_takes_unknown_values(name, value):
    with pytest.raises(InputError, match=r"row 1, column 0 is (nan|inf) \(1 such in all, NaN or inf\); fill them by a"):
        FORMULAS[name]([[1.0, 2.0], [value, 3.0], [2.0, 5.0]])


@pytest.mark.parametrize("name", [n for n in FORMULAS if n not in ALONE])
def test_a_single_zone_cannot_be_compared(name):
    with pytest.raises(InputError, match=r"give two or more|are one"):
        FORMULAS[name]([[1.0, 2.0]])


@pytest.mark.parametrize("name", WEIGHTS)
def test_a_constant_column_weighs_nothing_and_is_named(name):
    table = [[1.0, 5.0, 2.0], [2.0, 5.0, 9.0], [4.0, 5.0, 3.0]]
    with pytest.warns(ConstantWarning, match="column 1: the same in all zones; its weight is 0"):
        found = FORMULAS[name](table)
    assert found[1] == 0
    assert found.sum() == pytest.approx(1)


@pytest.mark.parametrize("name", WEIGHTS)
@pytest.mark.filterwarnings("ignore::geoprio.score.checks.ConstantWarning")
def test_nothing_but_constants_is_an_error(name):
    with pytest.raises(InputError, match="no indicator tells the zones apart"):
        FORMULAS[name]([[1.0, 5.0], [1.0, 5.0]])


@pytest.mark.parametrize("name", ["entropy", "total", "linear", "weighted_product"])
def test_negative_values_are_refused_where_they_mean_nothing(name):
    with pytest.raises(InputError, match=r"row 1, column 0 = -2, for which it is not defined; \w+"):
        FORMULAS[name]([[1.0, 2.0], [-2.0, 3.0], [2.0, 5.0]])


def test_a_zero_under_entropy_counts_by_its_limit_and_is_named():
    table = np.array([[2.0, 1.0], [2.5, 3.0], [1.8, 2.0], [2.2, 4.0]])
    table[0, 0] = 0
    with pytest.warns(ZeroWarning, match=r"'floors' holds zeros .*0 · ln 0 counts as 0"):
        found = weights.entropy(table, names=["floors", "people"])
    table[0, 0] = 1e-300
    np.testing.assert_allclose(found, weights.entropy(table), rtol=1e-12)
    with pytest.raises(InputError, match="holds 0 and is to be inverted"):
        weights.entropy([[0.0, 1.0], [2.0, 3.0]], [-1, 1], invert_cost=True)


def test_the_trap_of_one_zero_in_the_aircraft_column():
    table = np.array(
        [
            [2, 1500, 20000, 5.5, 5, 9],
            [2.5, 2700, 18000, 6.5, 3, 5],
            [1.8, 2000, 21000, 4.5, 7, 7],
            [2.2, 1800, 20000, 5, 5, 5],
        ]
    )
    assert weights.entropy(table)[0] == pytest.approx(0.064, abs=5e-4)
    table[0, 0] = 0
    with pytest.warns(ZeroWarning, match="column 0"):
        assert weights.entropy(table)[0] == pytest.approx(0.734, abs=5e-4)


def test_columns_that_say_the_same_are_named():
    table = [[1.0, -2.0, 3.0], [2.0, -4.0, 1.0], [3.0, -6.0, 7.0]]
    with pytest.warns(CorrelatedWarning, match="'a' and 'b'; what they measure counts twice"):
        weights.critic(table, names=["a", "b", "c"])
    with pytest.warns(CorrelatedWarning), pytest.raises(InputError, match="in its own way"):
        weights.critic([[1.0, 2.0], [2.0, 4.0], [5.0, 10.0]])


def test_one_indicator_takes_all_the_weight():
    for name in WEIGHTS:
        assert FORMULAS[name]([[1.0], [2.0], [4.0]]).tolist() == [1.0]


def test_a_constant_column_stands_at_zero():
    for name in ("minmax", "zscore"):
        with pytest.warns(ConstantWarning, match="column 1"):
            assert (FORMULAS[name]([[1.0, 5.0], [2.0, 5.0]])[:, 1] == 0).all()
    with pytest.warns(ConstantWarning):
        assert aggregate.vikor([[1.0, 5.0], [2.0, 5.0]], HALF).q.tolist() == [1, 0]
    with pytest.raises(InputError, match="TOPSIS: the best and the worst point are one"):
        aggregate.topsis([[1.0, 5.0], [1.0, 5.0]], HALF)
    with pytest.warns(ZeroWarning, match="0 in all zones"):
        assert normalize.vector([[0.0], [0.0]]).tolist() == [[0.0], [0.0]]


def test_a_zero_makes_the_product_zero_and_is_told():
    with pytest.warns(ZeroWarning, match="1 zones hold a 0"):
        assert aggregate.weighted_product([[0.0, 1.0], [0.25, 1.0]], HALF).tolist() == [0.0, 0.5]


values = st.floats(0, 1e6, allow_subnormal=False) | st.sampled_from((0.0, 1.0))


@given(hnp.arrays(float, st.tuples(st.integers(1, 6), st.integers(1, 4)), elements=values))
@pytest.mark.filterwarnings("ignore::geoprio.score.checks.ScoreWarning")
def test_weights_are_never_nan(table):
    for name in WEIGHTS:
        try:
            found = FORMULAS[name](table)
        except InputError:
            continue
        assert np.isfinite(found).all(), name
        assert (found >= 0).all()
        assert found.sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: aggregate.weighted_sum([[1.0, 2.0]], [0.5, 0.6]), "sum to 1.1"),
        (lambda: aggregate.weighted_sum([[1.0, 2.0]], [1.5, -0.5]), "0 or more"),
        (lambda: aggregate.weighted_sum([[1.0, 2.0]], [1.0]), "one for each of 2"),
        (lambda: aggregate.weighted_sum([1.0, 2.0], HALF), "must be zones × indicators"),
        (lambda: normalize.minmax([[1.0], [2.0]], [0]), "must be \\+1 or -1"),
        (lambda: normalize.minmax([[1.0], [2.0]], among=[[1.0, 2.0], [2.0, 3.0]]), "`among` has 2"),
        (lambda: normalize.vector([[1.0], [2.0]], [-1], cost="free"), "cost = 'free'"),
        (lambda: normalize.total([[1.0], [0.0]], [-1], cost="reciprocal"), "column 0 holds 0"),
        (lambda: normalize.linear([[1.0], [0.0]], [-1]), "column 0 holds 0"),
        (lambda: normalize.piecewise([[1.0]], [[(0, 0), (0, 1)]]), "must rise"),
        (lambda: normalize.piecewise([[1.0]], [[(0, 0), (1, 2)]]), "between 0 and 1"),
        (lambda: normalize.piecewise([[1.0]], [[(0, 0)]]), "two or more points"),
        (lambda: normalize.piecewise([[1.0]], []), "0 value functions for 1"),
        (lambda: aggregate.topsis([[1.0, 2.0], [2.0, 1.0]], HALF, norm="max"), "norm = 'max'"),
        (lambda: aggregate.vikor([[1.0, 2.0], [2.0, 1.0]], HALF, v=2), "v = 2"),
        (lambda: promethee.promethee2([[1.0], [2.0]], [1.0], preference="level", q=1.0), "needs p"),
        (lambda: promethee.promethee2([[1.0], [2.0]], [1.0], preference="level", q=2.0, p=1.0), "above q"),
        (lambda: promethee.promethee2([[1.0], [2.0]], [1.0], preference="usual", q=2.0), "has no q"),
        (lambda: promethee.promethee2([[1.0], [2.0]], [1.0], preference="mine"), "preference = 'mine'"),
        (lambda: weights.standard_deviation([[1.0], [2.0]], scale="own"), "scale = 'own'"),
        (lambda: weights.pca([[1.0], [2.0]], keep=3), "keep = 3"),
    ],
)
def test_what_cannot_be_used_says_why(call, message):
    with pytest.raises(InputError, match=message):
        call()


def test_the_warnings_have_one_parent():
    assert {ConstantWarning, ZeroWarning, CorrelatedWarning} <= set(ScoreWarning.__subclasses__())


positive = hnp.arrays(float, (5, 3), elements=st.floats(1, 100).map(lambda v: round(v, 2)), unique=True)


@given(positive, st.floats(0.01, 1000), st.permutations(range(5)))
@pytest.mark.filterwarnings("ignore::geoprio.score.checks.ScoreWarning")
def test_units_and_order_change_nothing(table, factor, order):
    assume(abs(np.corrcoef(table[:, :2].T)[0, 1]) < 1 - 1e-6)
    for name, formula in FORMULAS.items():
        if name == "piecewise":
            continue
        two = table[:, :2]
        before = np.asarray(formula(two)[2] if name == "vikor" else formula(two))
        shuffled = formula(two[list(order)])
        after = np.asarray(shuffled[2] if name == "vikor" else shuffled)
        expected = before if name in WEIGHTS else before[list(order)]
        np.testing.assert_allclose(after, expected, rtol=1e-7, atol=1e-9, err_msg=name)
        if name not in {"weighted_sum", "weighted_product"}:
            scaled = formula(two * [factor, 1.0])
            found = np.asarray(scaled[2] if name == "vikor" else scaled)
            np.testing.assert_allclose(found, before, rtol=1e-7, atol=1e-9, err_msg=name)


def test_ranks_share_places_and_new_zones_fall_between():
    table = [[3.0], [1.0], [3.0], [7.0]]
    assert normalize.rank(table).ravel().tolist() == [2.5, 1, 2.5, 4]
    assert normalize.rank(table, [-1]).ravel().tolist() == [2.5, 4, 2.5, 1]
    assert normalize.percentile(table).ravel().tolist() == [0.5, 0, 0.5, 1]
    assert normalize.percentile([[0.0], [9.0]], among=table).ravel().tolist() == [0, 1]
    assert normalize.minmax([[5.0]], among=[[1.0], [3.0]]).tolist() == [[2.0]]


def test_pca_with_all_components_is_equal_weights():
    table = np.random.default_rng(0).random((30, 4))
    np.testing.assert_allclose(weights.pca(table, keep=4), 0.25)
    first = np.linalg.eigh(np.corrcoef(table.T))[1][:, -1] ** 2
    np.testing.assert_allclose(weights.pca(table, keep="first"), first)
    correlated = np.column_stack([table[:, 0], table[:, 0] + 0.01 * table[:, 1], table[:, 2]])
    found = weights.pca(correlated)
    assert found[0] == pytest.approx(found[1], abs=0.01)
    assert found[0] > found[2]
