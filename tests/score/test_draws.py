"""Random weights against the closed forms of their distributions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoprio._core.errors import InputError
from geoprio.score import draws
from geoprio.score.draws import dirichlet_weights, fixed_weights, ordered_weights, ranged_weights, uniform_weights

MANY = 40_000
NARROW = np.array([0.05, 0.1, 0.0, 0.2, 0.1]), np.array([0.3, 0.25, 0.5, 0.4, 0.3])


def check_moments(weights, shapes):
    """Compare mean and covariance with those of Dirichlet(shapes), within five standard errors."""
    mean, total = shapes / shapes.sum(), shapes.sum()
    covariance = (np.diag(mean) - np.outer(mean, mean)) / (total + 1)
    assert (abs(weights.mean(axis=0) - mean) <= 5 * np.sqrt(np.diag(covariance) / MANY) + 1e-15).all()
    centered = weights - mean
    products = centered[:, :, None] * centered[:, None, :]
    error = products.std(axis=0) / MANY**0.5
    assert (abs(products.mean(axis=0) - covariance) <= 5 * error + 1e-15).all()


@pytest.mark.parametrize("criteria", [1, 2, 5, 15])
def test_even_weights(criteria):
    check_moments(uniform_weights(criteria, seed=criteria).draw(MANY), np.ones(criteria))


@pytest.mark.parametrize("concentration", [0.5, 4, 200])
def test_weights_around_given_ones(concentration):
    center = np.array([4.0, 0, 3, 2, 1])
    weights = dirichlet_weights(center, concentration, seed=2).draw(MANY)
    assert (weights[:, 1] == 0).all()
    check_moments(weights, concentration * center / 10)


def test_ordered_weights_have_the_rank_order_centroid_as_mean():
    weights = ordered_weights([2, 0, 1, 3]).draw(MANY)
    assert (np.diff(weights[:, [1, 0 + 2, 0, 3]], axis=1) <= 0).all()
    centroid = np.cumsum(1 / np.arange(4, 0, -1.0))[::-1] / 4
    np.testing.assert_allclose(weights.mean(axis=0), centroid[[2, 0, 1, 3]], atol=5 * 0.2 / MANY**0.5)


def test_criteria_of_one_place_are_not_ordered_among_themselves():
    weights = ordered_weights([1, 0, 1], seed=1).draw(MANY)
    assert (weights[:, 1] >= weights[:, [0, 2]].max(axis=1)).all()
    assert abs((weights[:, 0] > weights[:, 2]).mean() - 0.5) < 2.5 / MANY**0.5
    # The even spread over that third of the simplex, by throwing away the rest of it.
    free = uniform_weights(3, seed=8).draw(3 * MANY)
    kept = free[free.argmax(axis=1) == 1]
    np.testing.assert_allclose(weights.mean(axis=0), kept.mean(axis=0), atol=0.006)
    np.testing.assert_allclose(np.cov(weights.T), np.cov(kept.T), atol=0.002)


def test_two_ranges_are_even_between_their_bounds():
    weights = ranged_weights([0.1, 0.2], [0.5, 0.7]).draw(MANY)[:, 0]
    assert weights.min() >= 0.3 - 1e-15
    assert weights.max() <= 0.5 + 1e-15
    assert abs(weights.mean() - 0.4) < 5 * 0.2 / 12**0.5 / MANY**0.5
    assert abs(weights.var() - 0.04 / 12) < 1e-4


@pytest.mark.parametrize("walk", [False, True])
def test_ranges_are_those_of_the_simplex_within_the_bounds(walk, monkeypatch):
    """Both ways against throwing away what falls outside, from the whole simplex."""
    monkeypatch.setattr(draws, "LEAST_KEPT", 2.0 if walk else 0.0)
    low, high = NARROW
    sampler = ranged_weights(low, high, seed=6)
    assert sampler.how == ("ranges by random walk" if walk else "ranges by rejection")
    weights = sampler.draw(MANY)
    assert (weights >= low - 1e-12).all()
    assert (weights <= high + 1e-12).all()
    np.testing.assert_allclose(weights.sum(axis=1), 1, atol=1e-12)
    free = uniform_weights(5, seed=9).draw(2_000_000)
    kept = free[((free >= low) & (free <= high)).all(axis=1)]
    error = weights.std(axis=0) * np.sqrt(1 / MANY + 1 / len(kept))
    assert (abs(weights.mean(axis=0) - kept.mean(axis=0)) < 5 * error).all()
    np.testing.assert_allclose(np.cov(weights.T), np.cov(kept.T), atol=2e-4)
    for q in (0.1, 0.5, 0.9):
        np.testing.assert_allclose(np.quantile(weights, q, axis=0), np.quantile(kept, q, axis=0), atol=0.006)


def test_ranges_that_leave_no_choice_and_very_narrow_ones():
    assert ranged_weights([0.2, 0.8], [0.5, 1]).draw(3) == pytest.approx(np.tile([0.2, 0.8], (3, 1)))
    assert ranged_weights([0.1, 0.3, 0], [0.1, 0.3, 1]).draw(1) == pytest.approx(np.array([[0.1, 0.3, 0.6]]))
    assert ranged_weights([0, 0], [0.5, 0.5]).draw(1).tolist() == [[0.5, 0.5]]
    assert ranged_weights([0], [1]).draw(2).tolist() == [[1], [1]]
    narrow = ranged_weights(np.full(40, 0.02), np.full(40, 0.03))
    assert narrow.how == "ranges by random walk"
    weights = narrow.draw(2000)
    assert weights.min() >= 0.02 - 1e-12
    assert weights.max() <= 0.03 + 1e-12
    np.testing.assert_allclose(weights.mean(axis=0), 1 / 40, atol=5 * 0.003 / 2000**0.5)


SAMPLERS = {
    "uniform": lambda seed: uniform_weights(4, seed),
    "around": lambda seed: dirichlet_weights([1, 2, 3], 7, seed),
    "ordered": lambda seed: ordered_weights([0, 0, 1], seed),
    "ranges": lambda seed: ranged_weights(*NARROW, seed),
    "walk": lambda seed: ranged_weights(np.full(40, 0.02), np.full(40, 0.03), seed),
    "fixed": lambda _: fixed_weights([1, 3]),
}


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(sorted(SAMPLERS)), st.integers(0, 2**63), st.integers(0, 2500), st.integers(0, 1500))
def test_a_draw_does_not_depend_on_how_it_is_asked_for(name, seed, start, count):
    sampler = SAMPLERS[name](seed)
    whole = sampler.draw(start + count)
    assert (whole >= 0).all()
    np.testing.assert_allclose(whole.sum(axis=1), 1, rtol=1e-12)
    assert SAMPLERS[name](seed).draw(count, start).tobytes() == whole[start:].tobytes()
    if name != "fixed" and len(whole):
        assert (SAMPLERS[name](seed + 1).draw(1) != whole[:1]).any()


BAD = {
    "seed = -1": lambda: uniform_weights(2, -1),
    "seed = 0.5": lambda: uniform_weights(2, 0.5),
    "at least one criterion": lambda: uniform_weights(0),
    "not all 0": lambda: fixed_weights([0, 0]),
    "numbers of 0 or more": lambda: dirichlet_weights([-1, 2], 3),
    "concentration = 0": lambda: dirichlet_weights([1, 2], 0),
    "one number for each criterion": lambda: ordered_weights([]),
    "one bound of each": lambda: ranged_weights([0], [1, 1]),
    "weight 1: bounds 0.6 to 0.5": lambda: ranged_weights([0, 0.6], [1, 0.5]),
    "lower bounds sum to 1.2": lambda: ranged_weights([0.6, 0.6], [1, 1]),
    "upper bounds sum to 0.9": lambda: ranged_weights([0, 0], [0.4, 0.5]),
}


@pytest.mark.parametrize("message", BAD)
def test_what_cannot_be_drawn_is_named(message):
    with pytest.raises(InputError, match=message):
        BAD[message]()
