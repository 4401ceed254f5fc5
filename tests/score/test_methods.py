"""Priorities and contributions under every normalization and aggregation, the safety gate, and weights by name."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from geoprio._core.errors import InputError
from geoprio._core.findings import Findings
from geoprio.score import (
    DecisionMatrix,
    Method,
    ScoreSpec,
    aggregate,
    normalize,
    score_zones,
    starting_weights,
    weigh_matrix,
)
from geoprio.score.promethee import promethee2
from geoprio.score.rank import rank_zones

SIGNS = {"a": 1, "b": -1, "c": 1}
ANCHORS = {"a": (0.0, 10.0), "b": (100.0, 0.0), "c": (1.0, 3.0)}
SHARES = {"a": 0.5, "b": 0.3, "c": 0.2}
CURVES = {"a": [(0, 0), (2, 0.7), (10, 1)], "b": [(0, 1), (100, 0)], "c": [(1, 0), (3, 1)]}
METHODS = [
    Method(n, a, CURVES if n == "piecewise" else {})
    for n, a in itertools.product(
        ("threshold", "piecewise", "minmax", "z", "rank", "vector", "sum"),
        ("weighted_sum", "weighted_product", "topsis", "vikor", "promethee2"),
    )
    if a != "weighted_product" or n in {"threshold", "piecewise", "minmax", "rank"}
]
NAMES = [f"{m.normalize}-{m.aggregate}" for m in METHODS]

RNG = np.random.default_rng(3)
VALUES = np.column_stack([RNG.uniform(0, 10, 12), RNG.uniform(1, 100, 12), RNG.uniform(1, 3, 12)])


def matrix_of(values, weights=SHARES):
    ids = [f"z{i}" for i in range(len(values))]
    return DecisionMatrix.from_frame(pd.DataFrame(values, ids, list(SIGNS)), SIGNS, weights, anchors=ANCHORS)


def zones_of(matrix, **columns):
    base = {"zone_type": "other", "eligible": pd.array([True] * len(matrix), dtype="boolean"), "shops_demand": 1.0}
    return pd.DataFrame(base | columns, index=matrix.ids)


def scored(values, method, missing="refuse", findings=None, weights=SHARES, gate=None, **columns):
    matrix = matrix_of(values, weights)
    zones = zones_of(matrix, **columns)
    return score_zones(matrix, zones, missing, findings or Findings(), method=method, gate=gate)


def parts(out):
    return out.filter(like="_contribution")


@pytest.mark.parametrize("method", METHODS, ids=NAMES)
def test_priority_lies_between_0_and_100_and_is_the_sum_of_its_parts(method):
    out = scored(VALUES, method)
    assert out["priority"].between(-1e-9, 100 + 1e-9).all()
    base = out["baseline"] if method.aggregate != "weighted_sum" else 0.0
    assert np.abs(parts(out).sum(axis=1) + base - out["priority"]).max() < 1e-9
    assert parts(out).min(axis=None) >= -1e-9
    assert ("baseline" in out) == (method.aggregate != "weighted_sum")


@pytest.mark.parametrize("method", METHODS, ids=NAMES)
def test_a_worse_value_never_lowers_priority(method):
    before = scored(VALUES, method)["priority"]
    for k, worst in enumerate((10.0, 1.0, 3.0)):
        worse = VALUES.copy()
        worse[4, k] = worst
        assert scored(worse, method)["priority"].iloc[4] >= before.iloc[4] - 1e-9


@pytest.mark.parametrize("method", METHODS, ids=NAMES)
def test_order_of_zones_and_indicators_changes_nothing(method):
    before = scored(VALUES, method)["priority"].to_numpy()
    turned = scored(VALUES[::-1], method)["priority"].to_numpy()
    np.testing.assert_allclose(turned[::-1], before, atol=1e-9)
    order = ["c", "a", "b"]
    matrix = DecisionMatrix(matrix_of(VALUES).table[order], tuple(matrix_of(VALUES).criteria[k] for k in (2, 0, 1)))
    out = score_zones(matrix, zones_of(matrix), "refuse", Findings(), method=method)
    np.testing.assert_allclose(out["priority"].to_numpy(), before, atol=1e-9)


ABSOLUTE = [m for m in METHODS if m.normalize in {"threshold", "piecewise"} and m.aggregate != "promethee2"]


@pytest.mark.parametrize("method", ABSOLUTE, ids=[f"{m.normalize}-{m.aggregate}" for m in ABSOLUTE])
@settings(max_examples=15, deadline=None)
@given(row=hnp.arrays(float, 3, elements=st.floats(0, 50)))
def test_adding_a_zone_changes_no_other_priority_under_anchors(method, row):
    before = scored(VALUES, method)["priority"].to_numpy()
    after = scored(np.vstack([VALUES, row]), method)["priority"].to_numpy()
    np.testing.assert_allclose(after[:-1], before, rtol=1e-12)


@pytest.mark.parametrize("method", ABSOLUTE, ids=[f"{m.normalize}-{m.aggregate}" for m in ABSOLUTE])
def test_the_anchors_are_0_and_100(method):
    out = scored([[0, 100, 1], [10, 0, 3]], method)
    np.testing.assert_allclose(out["priority"], [0, 100], atol=1e-9)


def test_priorities_are_the_bare_formulas():
    signs, w = np.array([1, -1, 1]), np.array([0.5, 0.3, 0.2])
    u = normalize.urgency(VALUES, np.array([0.0, 100, 1]), np.array([10.0, 0, 3]))
    expected = {
        Method("minmax"): 100 * aggregate.weighted_sum(normalize.minmax(VALUES, signs), w),
        Method("threshold", "weighted_product"): 100 * (1 - aggregate.weighted_product(1 - u, w)),
        Method("vector", "topsis"): 100 * aggregate.topsis(VALUES, w, signs),
        Method("minmax", "topsis"): 100 * aggregate.topsis(VALUES, w, signs, norm="minmax"),
        Method("minmax", "vikor"): 100 * (1 - aggregate.vikor(VALUES, w, signs).q),
        Method("z", "vikor"): 100 * (1 - aggregate.vikor(VALUES, w, signs).q),
        Method("minmax", "promethee2"): 50 * (1 + promethee2(VALUES, w, signs)),
    }
    for method, priority in expected.items():
        np.testing.assert_allclose(scored(VALUES, method)["priority"], priority, atol=1e-9, err_msg=str(method))


def test_the_sum_of_z_scores_keeps_their_order_and_weights():
    z = normalize.zscore(VALUES, [1, -1, 1])
    plain = z @ [0.5, 0.3, 0.2]
    out = scored(VALUES, Method("z"))["priority"].to_numpy()
    np.testing.assert_allclose(np.corrcoef(plain, out)[0, 1], 1)
    assert np.argsort(plain).tolist() == np.argsort(out).tolist()


def test_shapley_values_of_topsis_against_all_orders():
    out = scored(VALUES[:3], Method("threshold", "topsis"))
    u = normalize.urgency(VALUES[:3], np.array([0.0, 100, 1]), np.array([10.0, 0, 3]))
    value = lambda row: 100 * aggregate.topsis([row], [0.5, 0.3, 0.2], norm="none", ideals=([1, 1, 1], [0, 0, 0]))[0]  # noqa: E731 - one line
    for zone in range(3):
        phi = np.zeros(3)
        for order in itertools.permutations(range(3)):
            row = np.zeros(3)
            for k in order:
                before = value(row)
                row[k] = u[zone, k]
                phi[k] += (value(row) - before) / 6
        np.testing.assert_allclose(parts(out).iloc[zone], phi, atol=1e-9)
    assert (out["baseline"] == 0).all()


def test_promethee_parts_are_what_an_all_good_zone_would_lose():
    out = scored(VALUES, Method("threshold", "promethee2"))
    u = normalize.urgency(VALUES, np.array([0.0, 100, 1]), np.array([10.0, 0, 3]))
    u[4] = 0
    flow = 50 * (1 + promethee2(u, [0.5, 0.3, 0.2]))
    assert out["baseline"].iloc[4] == pytest.approx(flow[4])


def test_more_than_twelve_indicators_are_sampled_and_say_so():
    k = 14
    table = pd.DataFrame(np.random.default_rng(0).random((3, k)), columns=[f"i{j}" for j in range(k)])
    matrix = DecisionMatrix.from_frame(table, [1] * k, anchors=dict.fromkeys(table, (0.0, 1.0)))
    findings = Findings()
    out = score_zones(matrix, zones_of(matrix), "refuse", findings, method=Method("threshold", "vikor"))
    assert any("contributions are sampled: standard error up to" in n.text for n in findings.notes)
    assert np.abs(parts(out).sum(axis=1) + out["baseline"] - out["priority"]).max() < 1e-9


@pytest.mark.parametrize(
    ("method", "missing", "message"),
    [
        (Method("minmax"), None, "a is unknown for 1 of 12 zones, which this method cannot take; choose missing ="),
        (Method("threshold", "topsis"), "renormalise", "cannot take"),
        (Method("z", "vikor"), "refuse", "missing = refuse"),
    ],
)
def test_a_rule_must_be_chosen_where_the_method_takes_no_gaps(method, missing, message):
    holes = VALUES.copy()
    holes[2, 0] = np.nan
    with pytest.raises(InputError, match=message):
        scored(holes, method, missing)
    assert scored(holes, method, "impute:median")["priority"].notna().all()


def test_nothing_to_impute_from_is_an_error():
    holes = VALUES.copy()
    holes[:, 0] = np.nan
    with pytest.raises(InputError, match="no median of it is known"):
        scored(holes, Method(), "impute:median")


def test_a_single_zone_needs_thresholds():
    assert scored(VALUES[:1], Method("threshold", "topsis"))["rank"].tolist() == [1]
    with pytest.raises(InputError, match="use thresholds and given weights"):
        scored(VALUES[:1], Method("minmax"))


def test_what_a_normalization_notices_stands_among_the_findings():
    findings = Findings()
    same = VALUES.copy()
    same[:, 1] = 7
    out = scored(same, Method("minmax"), findings=findings)
    assert [n.text for n in findings.warnings] == ["'b': the same in all zones; it stands at 0 for all."]
    assert (out["b_contribution"] == 0).all()
    assert out["priority"].max() <= 100
    with pytest.raises(InputError, match="no weighted indicator tells the zones apart"):
        scored(np.ones((3, 3)), Method("minmax"))


def test_without_a_facility_the_others_take_the_weight_under_every_method():
    holes = VALUES.copy()
    holes[:, 0] = np.nan
    criteria = matrix_of(holes).criteria
    matrix = DecisionMatrix(
        matrix_of(holes).table, (type(criteria[0])(**{**vars(criteria[0]), "category": "gone"}), *criteria[1:])
    )
    out = score_zones(
        matrix, zones_of(matrix), "refuse", Findings(), frozenset(["gone"]), method=Method("vector", "topsis")
    )
    expected = 100 * aggregate.topsis(VALUES[:, 1:], [0.6, 0.4], [-1, 1])
    np.testing.assert_allclose(out["priority"], expected)
    assert out["a_contribution"].isna().all()


def test_the_product_needs_urgencies():
    with pytest.raises(InputError, match="choose one of minmax, piecewise, rank, threshold"):
        Method("z", "weighted_product").check()


gates = st.lists(st.tuples(st.sampled_from((True, False, None)), st.integers(0, 2)), min_size=1, max_size=12)


@given(gates)
def test_the_gate_orders_ahead_of_priority(rows):
    ids = [f"z{i:02d}" for i in range(len(rows))]
    gate = pd.Series(pd.array([g for g, _ in rows], dtype="boolean"), index=ids)
    priority = pd.Series([float(p) for _, p in rows], index=ids)
    out = rank_zones(priority, pd.Series(0.0, index=ids), pd.Series("x", index=ids), gate)
    tier = dict(zip(ids, [{True: 0, None: 1, False: 2}[g] for g, _ in rows], strict=True))
    assert out["rank"].sort_values().index.tolist() == sorted(ids, key=lambda z: (tier[z], -priority[z], z))
    same = [sum(tier[o] == tier[z] and priority[o] == priority[z] for o in ids) - 1 for z in ids]
    assert out["tied_with"].tolist() == same


def test_the_gate_changes_no_contribution_and_null_is_not_false():
    findings = Findings()
    held = pd.array([None, True, *[False] * 10], dtype="boolean")
    plain = scored(VALUES, Method())
    gated = scored(VALUES, Method(), findings=findings, safety_gate=held)
    pd.testing.assert_frame_equal(parts(plain), parts(gated))
    assert plain["priority"].tolist() == gated["priority"].tolist()
    assert gated["rank"].iloc[1] == 1
    assert gated["rank"].iloc[0] == 2
    assert [n.text for n in findings.warnings] == [
        "safety_gate: not known for 1 ranked zones; they rank after those it holds and before those it does not"
    ]
    assert scored(VALUES, Method(), gate="other", other=held)["rank"].tolist() == gated["rank"].tolist()
    with pytest.raises(InputError, match="the zones have no column 'unsafe'"):
        scored(VALUES, Method(), gate="unsafe")
    with pytest.raises(InputError, match="'zone_type' holds"):
        scored(VALUES, Method(), gate="zone_type")


@pytest.mark.parametrize("name", ["equal", "entropy", "entropy_inverted", "critic", "critic_blind", "std", "pca"])
def test_weights_by_name(name):
    findings = Findings()
    matrix = matrix_of(VALUES, None)
    found = weigh_matrix(matrix, zones_of(matrix), ScoreSpec(weights=name), findings)
    assert found.weights.sum() == pytest.approx(1)
    assert (name == "equal") == (not findings.notes)
    if name != "equal":
        assert findings.notes[0].text.startswith(f"weights by {name} from 12 of 12 zones: a ")
        assert len(set(found.weights)) == 3
    assert weigh_matrix(matrix, zones_of(matrix), ScoreSpec(), findings) is matrix


def test_weights_by_name_see_only_ranked_zones_and_known_values():
    matrix = matrix_of(np.vstack([VALUES, [[np.nan, 5, 2], [1e6, 1e6, 1e6]]]), None)
    eligible = pd.array([True] * 13 + [False], dtype="boolean")
    findings = Findings()
    found = weigh_matrix(matrix, zones_of(matrix, eligible=eligible), ScoreSpec(weights="critic"), findings)
    known = matrix_of(VALUES, None)
    alone = weigh_matrix(known, zones_of(known), ScoreSpec(weights="critic"), Findings())
    np.testing.assert_allclose(found.weights, alone.weights)
    assert "from 12 of 13 zones" in findings.notes[0].text


def test_starting_weights():
    assert starting_weights(ScoreSpec(), ("a", "b")) == {"a_covered_share": 0.5, "b_covered_share": 0.5}
    assert starting_weights(ScoreSpec(weights="critic", criteria=("x", "y")), ("a",)) == {"x": 0.5, "y": 0.5}
    assert starting_weights(ScoreSpec(weights={"x": 3, "y": 1}), ("a",)) == {"x": 0.75, "y": 0.25}


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"weights": {}}, "name at least one indicator"),
        ({"weights": "best"}, "weights"),
        ({"weights": {"a": 1.0}, "criteria": ("a",)}, "weights name the indicators already"),
        ({"normalize": "piecewise"}, "belong together"),
        ({"curves": {"a": ((0, 0), (1, 1))}}, "belong together"),
        ({"normalize": "piecewise", "curves": {"a": ((1, 0), (0, 1))}}, "must rise"),
        ({"normalize": "z", "aggregate": "weighted_product"}, "needs urgencies of 0 to 1"),
        ({"aggregate": "sum"}, "aggregate"),
    ],
)
def test_settings_that_do_not_fit(keys, message):
    with pytest.raises(ValueError, match=message):
        ScoreSpec(**keys)


def test_every_indicator_needs_its_curve():
    with pytest.raises(InputError, match=r"\[score\] curves: 'b' has none"):
        scored(VALUES, Method("piecewise", curves={"a": CURVES["a"], "c": CURVES["c"]}))
