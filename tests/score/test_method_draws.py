"""Methods of many draws give what fitted methods give, variants of the data what runs of changed projects give."""

import numpy as np
import pandas as pd
import pytest

import geoprio
from geoprio.score.matrix import DecisionMatrix
from geoprio.score.method_draws import draws_method
from geoprio.score.methods import Fitted, Method

RNG = np.random.default_rng(5)


@pytest.mark.parametrize("aggregate", ["weighted_product", "topsis", "vikor", "promethee2"])
@pytest.mark.parametrize("normalize", ["threshold", "minmax", "rank"])
def test_draws_equal_the_fitted_method(aggregate, normalize):
    values = RNG.random((30, 4)).round(2)
    values[3], values[4] = 0.0, 1.0
    frame = pd.DataFrame(values, [f"z{k:02d}" for k in range(30)], list("abcd"))
    anchors = dict.fromkeys("abcd", (0.0, 1.0))
    weights = np.vstack([RNG.dirichlet(np.ones(4), 5), [0.5, 0.5, 0, 0]])
    for row in weights:
        matrix = DecisionMatrix.from_frame(frame, dict.fromkeys("abcd", 1), row.tolist(), anchors=anchors)
        fitted = Fitted(Method(normalize, aggregate), values, matrix.criteria)
        found = draws_method(aggregate, anchored=normalize == "threshold")(fitted.normal, matrix.weights[None])
        assert found.shape == (1, 30)
        assert found[0] == pytest.approx(fitted.value(fitted.normal), abs=1e-9)


MINUTES = """
[score]
rules = "own.toml"
weights = {convenience_covered_share = 1, elder_care_supply = 1}
"""
RULES = """
name = "own"
title_zh = "自定"
title_en = "own"
[[rules]]
category = "convenience"
threshold = 5
unit = "min"
source = "own"
[[rules]]
category = "elder_care"
threshold = 300
source = "own"
capacity_per_1000 = 500
"""


def test_variants_are_runs_of_changed_projects(town):
    """Each level alone: the ranks of a project that has that speed, threshold or catchment."""
    (town.folder / "own.toml").write_text(RULES, encoding="utf-8")
    changed = "\n[sensitivity]\nspeed_factors = [0.5, 1]\nthreshold_factors = [1, 1.5]\ncatchment_factors = [1, 2]\n"
    found = geoprio.sensitivity(town.write(MINUTES + changed), draws=500)
    model = found.study.model
    assert [(f.name, f.levels) for f in model.data] == [
        ("speed", ("× 0.5", "× 1")), ("catchment", ("× 1", "× 2")), ("threshold", ("× 1", "× 1.5")),
    ]  # fmt: skip
    assert found.idle == ()

    def urgencies(project):
        result = geoprio.run(project)
        parts = result.zones.loc[found.study.ids, [f"{c}_contribution" for c in result.matrix.codes]]
        return parts.to_numpy(float) / 100 / result.matrix.weights

    own, slow = 4, 0
    assert model.urgencies[own] == pytest.approx(urgencies(town.write(MINUTES)))
    access = "\n[access]\nspeed_m_per_min = 30\n"
    assert model.urgencies[slow] == pytest.approx(urgencies(town.write(MINUTES + access)))
    assert not np.allclose(model.urgencies[own], model.urgencies[slow])
    access = "\n[access]\ncatchment_m = {elder_care = 600}\n"
    assert model.urgencies[own + 2] == pytest.approx(urgencies(town.write(MINUTES + access)))
    (town.folder / "own.toml").write_text(RULES.replace("= 5\n", "= 7.5\n"), encoding="utf-8")
    assert model.urgencies[own + 1] == pytest.approx(urgencies(town.write(MINUTES)))


def test_a_finished_result_varies_weights_and_methods_alone(town):
    keys = "\n[score]\nweights = {convenience_distance_m = 1, elder_care_distance_m = 1}\n"
    result = geoprio.run(town.write(keys))
    found = geoprio.sensitivity(result, draws=300, first_n=1)
    assert "robust" not in result.zones
    assert found.zones["rank"].equals(result.zones["rank"])
    assert not found.data_varied
    assert found.report()["used"]["not_varied"] == ["data"]
    assert found.study.model.methods.levels == ("weighted_sum", "topsis")
    assert set(found.study.table["rank_p05"]) <= {1, 2}
    # The marks do not outlive other weights.
    assert "robust" not in geoprio.rescore(found.result, {"convenience_distance_m": 1}).zones


@pytest.mark.parametrize(
    "keys",
    [
        'weights = "uniform"',
        'weights = "order"',
        'weights = "order"\norder = ["elder_care_distance_m", "convenience_distance_m"]',
        'weights = "ranges"\nranges = {elder_care_distance_m = [0.2, 0.6], convenience_distance_m = [0.3, 0.9]}',
    ],
)
@pytest.mark.parametrize(
    "score", ["", 'aggregate = "vikor"\n', 'normalize = "minmax"\naggregate = "weighted_product"\n']
)
def test_every_way_to_draw_weights(town, keys, score):
    own = f"\n[score]\n{score}weights = {{convenience_distance_m = 3, elder_care_distance_m = 1}}\n"
    found = geoprio.sensitivity(town.write(f"{own}\n[sensitivity]\n{keys}\n"), draws=200)
    assert found.study.table["rank"].tolist() == [1, 2]
    assert found.zones["rank"].dropna().tolist() == [1, 2]
    report = found.report()
    assert sum(z["lead_share"] for z in report["zones"]) == pytest.approx(1)
    assert (found.edges[0].weights is None) == ("aggregate" in score)
    assert found.first_two.difference == pytest.approx(
        found.zones["priority"].iloc[0] - found.zones["priority"].iloc[1]
    )
