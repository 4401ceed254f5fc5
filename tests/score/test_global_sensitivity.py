"""Sobol indices and Shapley effects against closed forms, scipy and SALib; the ranking as their function."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from geoprio._core.errors import InputError
from geoprio.score import global_sensitivity
from geoprio.score.global_sensitivity import shapley_effects, sobol_indices
from geoprio.score.ranking_inputs import (
    pair_swaps,
    rank_of,
    rank_shift,
    ranking_inputs,
    replaced,
    score_of,
    simplex_weights,
)
from geoprio.score.rankings import Factor, rank_model

THREE = {"a": [0], "b": [1], "c": [2]}
FIRST, TOTAL = [0.313905, 0.442411, 0.0], [0.557589, 0.442411, 0.243684]
"""Of the Ishigami function with 7 and 0.1: its variance is ½ (1 + π⁴/50)² + 49/8 + 8 π⁸/22500 (a with c)."""


def ishigami(points):
    x, y, z = (2 * np.pi * (points.T - 0.5))[:3]
    return np.sin(x) + 7 * np.sin(y) ** 2 + 0.1 * z**4 * np.sin(x)


def test_ishigami():
    one, two, both = 0.5 * (1 + np.pi**4 / 50) ** 2, 49 / 8, 8 * np.pi**8 / 22500
    np.testing.assert_allclose(np.array([one, two, 0]) / (one + two + both), FIRST, atol=1e-6)
    found = sobol_indices(ishigami, THREE, samples=8192)
    np.testing.assert_allclose(found.first[:, 0], FIRST, atol=0.006)
    np.testing.assert_allclose(found.total[:, 0], TOTAL, atol=0.006)
    assert found.evaluations == 8192 * 5
    assert found.table().index.tolist() == ["a", "b", "c"]
    shares = shapley_effects(ishigami, THREE, samples=8192)
    middle = (np.array(FIRST) + TOTAL) / 2  # what two factors explain together is halved
    np.testing.assert_allclose(shares.effects[:, 0], middle, atol=0.02)
    assert shares.effects.sum() == pytest.approx(1)
    assert (abs(shares.effects[:, 0] - middle) < 5 * shares.errors[:, 0]).all()
    assert shares.table()["effect"].is_monotonic_decreasing


def test_a_linear_function_with_groups_and_several_outputs():
    slopes = np.array([[3.0, 2, 1, 0], [0, 0, 0, 5], [0, 0, 0, 0]])
    groups = {"first and last": [0, 3], "second": [1], "third": [2]}
    expected = np.array([[9, 4, 1], [25, 0, 0], [0, 0, 0]]).T / np.array([14, 25, 1])
    found = sobol_indices(lambda x: 1e3 + x @ slopes.T, groups, samples=4096)
    np.testing.assert_allclose(found.first, expected, atol=0.01)
    np.testing.assert_allclose(found.total, expected, atol=0.01)
    assert found.variance[2] == 0
    np.testing.assert_allclose(found.variance[:2], [14 / 12, 25 / 12], rtol=0.01)
    shares = shapley_effects(lambda x: 1e3 + x @ slopes.T, groups, samples=4096)
    np.testing.assert_allclose(shares.effects, expected, atol=0.03)
    np.testing.assert_allclose(shares.effects[:, :2].sum(axis=0), 1)


def test_errors_cover_the_truth():
    """Over 40 seeds, nearly all true values lie within two of the stated errors."""
    near = []
    for seed in range(40):
        found = sobol_indices(ishigami, THREE, samples=256, seed=seed)
        near += [abs(found.first[:, 0] - FIRST) <= 2 * found.first_error[:, 0] + 1e-9]
        near += [abs(found.total[:, 0] - TOTAL) <= 2 * found.total_error[:, 0] + 1e-9]
        shares = shapley_effects(ishigami, THREE, samples=256, seed=seed)
        near += [abs(shares.effects[:, 0] - (np.array(FIRST) + TOTAL) / 2) <= 2 * shares.errors[:, 0]]
    assert np.mean(near) > 0.9


def mixed(a, b):
    """Return the points of A with one coordinate of B each."""
    for k in range(a.shape[1]):
        points = a.copy()
        points[:, k] = b[:, k]
        yield points


def test_scipy_gives_the_same():
    a, b = global_sensitivity._two_samples(3, 512, seed=3)
    values = {
        "f_A": ishigami(a)[None],
        "f_B": ishigami(b)[None],
        "f_AB": np.array([ishigami(x)[None] for x in mixed(a, b)]),
    }
    peer = stats.sobol_indices(func=values, n=512)
    found = sobol_indices(ishigami, THREE, samples=512, seed=3)
    np.testing.assert_allclose(found.first[:, 0], np.ravel(peer.first_order), rtol=1e-9)
    np.testing.assert_allclose(found.total[:, 0], np.ravel(peer.total_order), rtol=1e-9)


def salib(function, names, dimensions, samples=512, seed=3):
    """Return first-order and total indices by SALib, on our points."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from SALib.analyze import sobol

        a, b = global_sensitivity._two_samples(dimensions, samples, seed)
        values = np.column_stack([function(x).ravel() for x in (a, *mixed(a, b), b)]).ravel()
        problem = {"num_vars": dimensions, "names": names, "bounds": [[0, 1]] * dimensions}
        found = sobol.analyze(problem, values, calc_second_order=False, num_resamples=2, seed=1)
    return found["S1"], found["ST"]


def ranking(measure, **more):
    """Return a model of 12 zones, 3 criteria, 2 × 2 variants and 2 methods as a function."""
    rng = np.random.default_rng(0)
    tables = list(rng.random((4, 12, 3)))
    data = [Factor("speed", ("slow", "fast"), (1, 3)), Factor("threshold", ("300 m", "500 m"))]
    methods = {"sum": None, "best": lambda u, w: (w[:, None, :] * u[None]).max(axis=2)}
    return ranking_inputs(rank_model(tables, data=data, methods=methods), ["x", "y", "z"], measure, **more)


def test_salib_gives_the_same_of_a_ranking():
    """SALib centers by the mean of all evaluations, which moves the indices a little."""
    inputs = ranking(score_of([4]))
    assert inputs.groups == {"x": [0], "y": [1], "z": [2], "speed": [3], "threshold": [4], "method": [5]}
    found = sobol_indices(inputs, inputs.groups, samples=512, seed=3)
    first, total = salib(inputs, list(inputs.groups), 6)
    np.testing.assert_allclose(found.first[:, 0], first, atol=0.01)
    np.testing.assert_allclose(found.total[:, 0], total, rtol=1e-9)
    first, total = salib(ishigami, ["a", "b", "c"], 3)
    found = sobol_indices(ishigami, THREE, samples=512, seed=3)
    np.testing.assert_allclose(found.first[:, 0], first, atol=0.01)
    np.testing.assert_allclose(found.total[:, 0], total, rtol=1e-9)


def test_points_become_weights_levels_and_ranks():
    """Row by row the same as asking the model for the ranks of one set of weights."""
    inputs = ranking(rank_of(range(12)), shapes=[2.0, 3, 5])
    points = np.random.default_rng(1).random((40, 6))
    weights = simplex_weights(points[:, :3], np.array([2.0, 3, 5]))
    variant = 2 * (points[:, 3] >= 0.25) + (points[:, 4] >= 0.5)
    expected = [
        inputs.model.ranks(w, v, k) for w, v, k in zip(weights, variant, (points[:, 5] >= 0.5).astype(int), strict=True)
    ]
    np.testing.assert_array_equal(inputs(points), expected)


def test_measures():
    model = rank_model(np.random.default_rng(4).random((30, 3)))
    base = model.ranks([1, 1, 1])
    points = np.random.default_rng(5).random((25, 3))
    ranks = [model.ranks(w) for w in simplex_weights(points, np.ones(3))]

    def measured(measure):
        return ranking_inputs(model, "xyz", measure)(points)[:, 0]

    np.testing.assert_allclose(measured(rank_shift(base)), [abs(r - base).mean() for r in ranks])
    taus = [stats.kendalltau(base, r).statistic for r in ranks]
    np.testing.assert_allclose(1 - 2 * measured(pair_swaps(base)), taus, atol=1e-12)
    np.testing.assert_allclose(measured(replaced(base, 5)), [1 - ((r <= 5) & (base <= 5)).sum() / 5 for r in ranks])


def test_two_criteria_share_the_variance_evenly():
    """By symmetry: the score of a zone at (1, 0) hangs as much on one pull as on the other."""
    inputs = ranking_inputs(rank_model(np.array([[1.0, 0], [0, 1]])), ["x", "y"], score_of([0]))
    found = shapley_effects(inputs, inputs.groups, samples=4096)
    np.testing.assert_allclose(found.effects[:, 0], 0.5, atol=0.02)
    np.testing.assert_allclose(found.variance, 1e4 / 12, rtol=0.02)
    assert inputs.stages == {"weights": [0, 1]}
    assert sobol_indices(inputs, inputs.stages).first[0, 0] == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("shapes", [[1.0, 1, 1, 1], [0.3, 2, 0, 5]])
def test_pulls_make_dirichlet_weights(shapes):
    shapes = np.array(shapes)
    weights = simplex_weights(stats.qmc.Sobol(4, rng=1).random(2**15), shapes)
    mean = shapes / shapes.sum()
    np.testing.assert_allclose(weights.mean(axis=0), mean, atol=1e-3)
    covariance = (np.diag(mean) - np.outer(mean, mean)) / (shapes.sum() + 1)
    np.testing.assert_allclose(np.cov(weights.T), covariance, atol=1e-3)
    np.testing.assert_allclose(weights.sum(axis=1), 1)
    assert simplex_weights(np.zeros((1, 4)), shapes).sum() == pytest.approx(1)


BAD = {
    "power of two": lambda: sobol_indices(ishigami, THREE, samples=1000),
    "share out all coordinates": lambda: shapley_effects(ishigami, {"a": [0], "b": [2]}),
    "not finite": lambda: sobol_indices(lambda x: x[:, 0] * np.nan, THREE),
    "must be 3 names": lambda: ranking(score_of([0])).model and ranking_inputs(ranking(None).model, ["x"], None),
    "none of the other": lambda: ranking_inputs(ranking(None).model, ["x", "y", "speed"], None),
    "shapes": lambda: ranking(None, shapes=[0, 0, 0]),
}


@pytest.mark.parametrize("message", BAD)
def test_what_cannot_be_analyzed_is_named(message):
    with pytest.raises(InputError, match=message):
        BAD[message]()


def test_the_examples_of_the_documentation_run():
    page = Path(__file__, "../../../docs/uncertainty.md").resolve().read_text(encoding="utf-8")
    names = {}
    for block in page.split("```python\n")[1:]:
        exec(block.split("```")[0], names)  # noqa: S102 - our own page
    np.testing.assert_allclose(names["found"].shares.sum(axis=1), 1)
    assert set(names["inputs"].stages) == {"weights", "speed", "method"}
