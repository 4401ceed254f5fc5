"""Shapley values: the axioms, and a plain sum over all orders as the twin."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoprio._core.errors import InputError
from geoprio.score.shapley import shapley_values

unit = st.floats(0, 1, allow_subnormal=False)


def games(most=5):
    return st.integers(1, most).flatmap(
        lambda m: st.tuples(
            st.lists(st.lists(unit, min_size=m, max_size=m), min_size=1, max_size=4).map(np.array),
            st.lists(st.floats(0.05, 1), min_size=m, max_size=m).map(lambda w: np.array(w) / sum(w)),
            st.lists(unit, min_size=m, max_size=m).map(np.array),
        )
    )


def product(weights):
    return lambda u: 100 * np.prod((0.1 + u) ** weights, axis=1)


def weighted(weights):
    return lambda u: 100 * u @ weights


def by_all_orders(values, reference, function):
    """The definition, zone by zone and order by order."""
    n, m = values.shape
    phi = np.zeros((n, m))
    orders = list(permutations(range(m)))
    for i in range(n):
        for order in orders:
            row = reference.copy()
            for k in order:
                before = function(row[None])[0]
                row[k] = values[i, k]
                phi[i, k] += (function(row[None])[0] - before) / len(orders)
    return phi


@given(games(most=4))
@settings(max_examples=30, deadline=None)
def test_exact_values_are_the_mean_over_all_orders(case):
    values, weights, reference = case
    phi, error = shapley_values(values, reference, product(weights))
    assert phi == pytest.approx(by_all_orders(values, reference, product(weights)), abs=1e-9)
    assert (error == 0).all()


@given(games(), st.booleans())
@settings(deadline=None)
def test_efficiency(case, exact):
    values, weights, reference = case
    f = product(weights)
    phi, _ = shapley_values(values, reference, f, exact_up_to=12 if exact else 0, samples=8)
    assert phi.sum(axis=1) == pytest.approx(f(values) - f(reference[None]), abs=1e-9)


@given(games(), st.booleans())
@settings(deadline=None)
def test_a_linear_priority_gives_the_contributions(case, exact):
    values, weights, reference = case
    phi, error = shapley_values(values, reference, weighted(weights), exact_up_to=12 if exact else 0, samples=8)
    assert phi == pytest.approx(100 * weights * (values - reference), abs=1e-9)
    assert error == pytest.approx(0, abs=1e-9)


@given(games(), st.data())
@settings(deadline=None)
def test_indicators_that_do_the_same_get_the_same(case, data):
    values, weights, reference = case
    m = len(weights)
    a, b = data.draw(st.integers(0, m - 1)), data.draw(st.integers(0, m - 1))
    values[:, b], weights[b], reference[b] = values[:, a], weights[a], reference[a]
    phi, _ = shapley_values(values, reference, product(weights))
    assert phi[:, a] == pytest.approx(phi[:, b], abs=1e-9)


@given(games(), st.data())
@settings(deadline=None)
def test_an_indicator_without_effect_gets_nothing(case, data):
    values, weights, reference = case
    k = data.draw(st.integers(0, len(weights) - 1))
    rest = np.where(np.arange(len(weights)) == k, 0.0, weights)
    phi, _ = shapley_values(values, reference, product(rest))
    assert phi[:, k] == pytest.approx(0, abs=1e-10)
    values[:, k] = reference[k]
    same, error = shapley_values(values, reference, product(weights), exact_up_to=0, samples=4)
    assert (same[:, k] == 0).all()
    assert (error[:, k] == 0).all()


@given(games(), games())
@settings(max_examples=30, deadline=None)
def test_values_of_a_sum_are_the_sum_of_the_values(case, other):
    values, weights, reference = case
    more = np.resize(other[1], len(weights))
    one, two = product(weights), product(more)
    both, _ = shapley_values(values, reference, lambda u: one(u) + two(u))
    parts = shapley_values(values, reference, one)[0] + shapley_values(values, reference, two)[0]
    assert both == pytest.approx(parts, abs=1e-8)


def test_sampled_values_lie_within_their_error_and_repeat_by_seed():
    rng = np.random.default_rng(5)
    values, weights = rng.random((40, 8)), rng.dirichlet(np.ones(8))
    f = lambda u: 100 * np.max(u * weights, axis=1) + product(weights)(u)  # noqa: E731 - one line says it
    exact, _ = shapley_values(values, np.zeros(8), f)
    phi, error = shapley_values(values, np.zeros(8), f, exact_up_to=0, samples=400, seed=3)
    again, _ = shapley_values(values, np.zeros(8), f, exact_up_to=0, samples=400, seed=3)
    other, _ = shapley_values(values, np.zeros(8), f, exact_up_to=0, samples=400, seed=4)
    assert (phi == again).all()
    assert (phi != other).any()
    assert (error > 0).any()
    # 320 values: a standard error that is true keeps some 95 % of them within two.
    assert (np.abs(phi - exact) <= 2 * error + 1e-9).mean() > 0.9
    less = shapley_values(values, np.zeros(8), f, exact_up_to=0, samples=50, seed=3)[1]
    assert 2 < np.median(less[error > 0] / error[error > 0]) < 4


def test_thirteen_indicators_are_sampled_and_say_so():
    rng = np.random.default_rng(1)
    values, weights = rng.random((3, 13)), rng.dirichlet(np.ones(13))
    phi, error = shapley_values(values, np.zeros(13), product(weights))
    exact, none = shapley_values(values, np.zeros(13), product(weights), exact_up_to=13)
    assert (error > 0).all()
    assert (none == 0).all()
    assert (np.abs(phi - exact) < 5 * error).all()


def test_blocks_change_nothing(monkeypatch):
    rng = np.random.default_rng(2)
    values, weights = rng.random((50, 6)), rng.dirichlet(np.ones(6))
    whole = shapley_values(values, np.zeros(6), product(weights))[0]
    sampled = shapley_values(values, np.zeros(6), product(weights), exact_up_to=0, samples=6)[0]
    monkeypatch.setattr("geoprio.score.shapley.CELLS_AT_ONCE", 100)
    assert shapley_values(values, np.zeros(6), product(weights))[0] == pytest.approx(whole, abs=1e-12)
    again = shapley_values(values, np.zeros(6), product(weights), exact_up_to=0, samples=6)[0]
    assert again == pytest.approx(sampled, abs=1e-12)


def renormalised(weights):
    def f(u):
        known = np.isfinite(u)
        total = (known * weights).sum(axis=1)
        return 100 * np.divide(
            np.nansum(u * weights, axis=1), total, out=np.full(len(u), np.nan), where=total > 0
        )  # fmt: skip

    return f


def test_what_is_unknown_is_unknown_in_every_coalition():
    values = np.array([[0.5, np.nan, 1.0], [np.nan] * 3, [0.2, 0.3, 0.4]])
    weights = np.array([0.5, 0.3, 0.2])
    phi, error = shapley_values(values, np.zeros(3), renormalised(weights))
    assert phi[0] == pytest.approx([100 * 0.5 * 0.5 / 0.7, np.nan, 100 * 0.2 / 0.7], nan_ok=True)
    assert np.isnan(phi[1]).all()
    assert np.isnan(error[1]).all()
    assert phi[2] == pytest.approx(100 * weights * values[2])


def test_the_zones_of_a_run_without_any():
    phi, error = shapley_values(np.empty((0, 3)), np.zeros(3), weighted(np.ones(3)))
    assert phi.shape == error.shape == (0, 3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"reference": np.zeros(3)}, r"the reference \(3,\) one of each"),
        ({"reference": np.array([0.0, np.nan])}, "must be finite"),
        ({"values": np.array([[np.inf, 0.0]])}, "write unknown ones as NaN"),
        ({"values": np.empty((2, 0)), "reference": np.empty(0)}, "no indicator"),
        ({"samples": 3}, "samples = 3"),
        ({"exact_up_to": 21}, "exact_up_to = 21"),
        ({"value_function": lambda u: u}, "it must be one each"),
        ({"value_function": lambda u: u[:, 0] - u[:, 0].mean()}, "changes with the rows beside it"),
        ({"value_function": lambda u: np.where(u[:, 0] > 0, u[:, 1], np.nan)}, "gives row 0 a value, but none"),
    ],
)
def test_what_cannot_be_shared_out(change, message):
    given_case = {"values": np.array([[0.2, 0.4], [0.6, 0.9]]), "reference": np.zeros(2)}
    case = given_case | {"value_function": weighted(np.ones(2))} | change
    function = case.pop("value_function")
    with pytest.raises(InputError, match=message):
        shapley_values(case.pop("values"), case.pop("reference"), function, **case)
