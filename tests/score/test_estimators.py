"""The estimators keep scikit-learn's contract, and say what the formulas say."""

import subprocess
import sys

import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV, ParameterGrid
from sklearn.pipeline import Pipeline
from sklearn.utils.estimator_checks import check_estimator

from geoprio._core.errors import InputError
from geoprio.score import aggregate, normalize, weights
from geoprio.score.estimators import AGGREGATORS, NORMALIZERS, Aggregator, Normalizer, Weigher
from geoprio.score.weigh import METHODS

RNG = np.random.default_rng(5)
VALUES = RNG.uniform(1, 100, (20, 4))
SIGNS = [1, -1, 1, -1]

EVERY = [
    *(Normalizer(method) for method in NORMALIZERS),
    *(Weigher(method) for method in METHODS),
    *(Aggregator(method) for method in AGGREGATORS),
    Aggregator("topsis", "critic"),
    Aggregator("weighted_product", "entropy"),
]


@pytest.mark.parametrize("estimator", EVERY, ids=str)
@pytest.mark.filterwarnings("ignore")
def test_the_contract_of_scikit_learn(estimator):
    # Nothing is excused; on_skip tells of the array-API check, which asks for a setting of the environment.
    results = check_estimator(estimator, on_fail="raise", on_skip=None)
    assert {r["check_name"] for r in results if r["status"] != "passed"} <= {"check_array_api_input"}


def test_pipelines_say_what_the_formulas_say():
    classic = Pipeline([("n", Normalizer("vector", SIGNS)), ("a", Aggregator("topsis", [0.4, 0.3, 0.2, 0.1]))])
    expected = aggregate.topsis(VALUES, [0.4, 0.3, 0.2, 0.1], SIGNS)
    np.testing.assert_allclose(classic.fit(VALUES).predict(VALUES), expected)
    weighed = Pipeline([("n", Normalizer("minmax", SIGNS)), ("w", Weigher("critic")), ("a", Aggregator())])
    by_hand = normalize.minmax(VALUES, SIGNS) @ weights.critic(VALUES, SIGNS) / 4
    np.testing.assert_allclose(weighed.fit(VALUES).predict(VALUES), by_hand)
    vikor = Pipeline([("n", Normalizer("minmax", SIGNS)), ("a", Aggregator("vikor"))]).fit(VALUES)
    np.testing.assert_allclose(vikor.predict(VALUES), 1 - aggregate.vikor(VALUES, [0.25] * 4, SIGNS).q)


def test_other_zones_are_measured_against_those_that_were_fitted():
    fitted = Pipeline([("n", Normalizer("minmax")), ("a", Aggregator())]).fit(VALUES)
    low, high = VALUES.min(axis=0), VALUES.max(axis=0)
    np.testing.assert_allclose(fitted.predict([low, high]), [0, 1], atol=1e-12)
    anchored = Normalizer("threshold", good=[100.0] * 4, bad=[0.0] * 4).fit(VALUES[:1])
    np.testing.assert_allclose(anchored.transform(VALUES), 1 - VALUES / 100)


@pytest.mark.filterwarnings("ignore::geoprio.score.checks.ScoreWarning")
def test_a_grid_search_finds_the_method_behind_given_urgencies():
    truth = Pipeline([("n", Normalizer("vector", SIGNS)), ("a", Aggregator("topsis", [0.7, 0.1, 0.1, 0.1]))])
    urgencies = truth.fit(VALUES).predict(VALUES)
    grid = {
        "n__method": ["minmax", "z", "rank", "vector"],
        "a__method": ["weighted_sum", "topsis", "vikor", "promethee2"],
        "a__weights": ["equal", "critic", [0.7, 0.1, 0.1, 0.1]],
    }
    assert len(ParameterGrid(grid)) == 48
    base = Pipeline([("n", Normalizer(directions=SIGNS)), ("a", Aggregator())])
    whole = [(np.arange(20), np.arange(20))]
    found = GridSearchCV(base, grid, cv=whole).fit(VALUES, urgencies)
    assert (found.best_params_["a__method"], found.best_params_["a__weights"]) == ("topsis", [0.7, 0.1, 0.1, 0.1])
    assert found.best_score_ == pytest.approx(1)


def test_what_an_estimator_refuses():
    for estimator in (Normalizer("max"), Weigher("best"), Aggregator("sum"), Aggregator(weights="best")):
        with pytest.raises(InputError, match="is not one of"):
            estimator.fit(VALUES)
    with pytest.raises(InputError, match="needs good and bad"):
        Normalizer("threshold").fit(VALUES)
    with pytest.raises(ValueError, match="NaN"):
        Aggregator().fit([[1.0, np.nan], [2.0, 3.0]])
    assert Aggregator().fit(VALUES).score(VALUES, np.ones(20)) == 0


def test_scoring_loads_no_learning_library():
    asked = "[m for m in ('sklearn', 'esda', 'SALib') if m in sys.modules]"
    code = f"import sys, geoprio.score, geoprio.pipeline; print({asked})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
