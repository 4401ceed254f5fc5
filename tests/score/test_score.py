"""Priority and rank: the worked example, and what must always hold."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoprio._core.errors import InputError
from geoprio._core.findings import Findings
from geoprio.indicators import IndicatorSpec
from geoprio.score import Criterion, DecisionMatrix, build_criteria, build_matrix, score_zones
from geoprio.score.explain import rounded_parts
from geoprio.score.normalize import urgency
from geoprio.score.rank import rank_zones
from geoprio.score.weights import default_weights, scaled
from geoprio.standards import Rule

RULE = Rule(category="convenience", threshold=300, source="test")
CODES = ("convenience_covered_share", "convenience_distance_m", "convenience_per_1000")


def matrix_of(values, good, bad, weights, ids=None):
    values = np.asarray(values, float)
    ids = ids or [f"z{i}" for i in range(len(values))]
    criteria = tuple(
        Criterion(f"c{k}", "convenience", f"c{k}", f"c{k}", "", int(np.sign(b - g)), g, b, "given", w, RULE)
        for k, (g, b, w) in enumerate(zip(good, bad, weights, strict=True))
    )
    table = pd.DataFrame(values, index=pd.Index(ids, name="zone_id"), columns=[c.code for c in criteria])
    return DecisionMatrix(table, criteria)


def zones_of(matrix, **columns):
    base = {"zone_type": "other", "eligible": pd.array([True] * len(matrix.table), dtype="boolean")}
    return pd.DataFrame(base | {"convenience_demand": 1.0} | columns, index=matrix.table.index)


def scored(matrix, missing="renormalise", **columns):
    return score_zones(matrix, zones_of(matrix, **columns), missing, Findings())


def test_worked_example_of_the_definitions():
    good, bad = (1, 300, 45, 1 / 3, 0), (0, 1000, 0, 0, 1)
    values = [[0.8, 450, 20, 0.5, 0.1], [0, 900, 0, 0, 0.9], [1, 200, 60, 1, 0]]
    out = scored(matrix_of(values, good, bad, (0.3, 0.2, 0.2, 0.1, 0.2), ["A", "B", "C"]))
    parts = out.filter(like="_contribution").to_numpy()
    assert parts[0] == pytest.approx([6, 30 / 7, 100 / 9, 0, 2], abs=1e-12)
    assert parts[1] == pytest.approx([30, 120 / 7, 20, 10, 18], abs=1e-12)
    assert out["priority"].round(2).tolist() == [23.40, 95.14, 0.0]
    assert out["rank"].tolist() == [2, 1, 3]


share = st.floats(0, 1, allow_subnormal=False)
rows = st.integers(1, 5).flatmap(
    lambda k: st.tuples(
        st.lists(st.lists(share, min_size=k, max_size=k), min_size=2, max_size=8),
        st.lists(st.floats(0.01, 1), min_size=k, max_size=k),
    )
)


def simple(values, weights):
    k = len(weights)
    return matrix_of(values, (1.0,) * k, (0.0,) * k, np.array(weights) / np.sum(weights))


@given(rows)
def test_removing_a_zone_changes_no_other_priority(case):
    values, weights = case
    whole = scored(simple(values, weights))["priority"]
    less = scored(simple(values[:-1], weights))["priority"]
    assert (whole.iloc[:-1].to_numpy() == less.to_numpy()).all()


@given(rows, share, st.data())
def test_a_worse_value_never_lowers_priority(case, drop, data):
    values, weights = case
    k = data.draw(st.integers(0, len(weights) - 1))
    worse = [row[:] for row in values]
    worse[0][k] *= drop
    before, after = (scored(simple(v, weights))["priority"].iloc[0] for v in (values, worse))
    assert after >= before


@given(rows)
def test_contributions_add_up(case):
    values, weights = case
    out = scored(simple(values, weights))
    total = out.filter(like="_contribution").sum(axis=1)
    assert np.abs(total - out["priority"]).max() <= 1e-9
    assert out["priority"].between(-1e-9, 100 + 1e-9).all()


@given(st.lists(st.floats(0.001, 1000), min_size=1, max_size=12))
def test_all_good_is_0_and_all_bad_is_100(weights):
    k = len(weights)
    out = scored(simple([[1.0] * k, [0.0] * k], weights))["priority"]
    assert out.iloc[0] == 0
    assert out.iloc[1] == pytest.approx(100, abs=1e-9)


@given(rows, st.data())
def test_missing_values_are_renormalised_not_zero(case, data):
    values, weights = case
    gap = data.draw(st.integers(0, len(weights) - 1))
    holes = [row[:] for row in values]
    holes[0][gap] = float("nan")
    out = scored(simple(holes, weights))
    if len(weights) == 1:
        assert out["score_status"].iloc[0] == "no_data"
        assert pd.isna(out["rank"].iloc[0])
        return
    rest = [i for i in range(len(weights)) if i != gap]
    alone = scored(simple([[row[i] for i in rest] for row in values], [weights[i] for i in rest]))
    assert out["priority"].iloc[0] == pytest.approx(alone["priority"].iloc[0], abs=1e-9)
    assert np.isnan(out.filter(like="_contribution").iloc[0, gap])


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=1, max_size=20))
def test_rank_against_a_plain_sort(pairs):
    ids = [f"z{i}" for i in range(len(pairs))]
    priority = pd.Series([float(p) for p, _ in pairs], index=ids)
    unserved = pd.Series([float(u) for _, u in pairs], index=ids)
    out = rank_zones(priority, unserved, pd.Series("other", index=ids))
    expected = sorted(ids, key=lambda z: (-priority[z], -unserved[z], z))
    assert out["rank"].sort_values().index.tolist() == expected
    assert sorted(out["rank"]) == list(range(1, len(ids) + 1))
    assert out["tied_with"].tolist() == [sum(q == p for q, _ in pairs) - 1 for p, _ in pairs]


def test_ties_go_by_unserved_demand_then_code_points():
    criterion = Criterion("convenience_covered_share", "convenience", "", "", "share", -1, 1.0, 0.0, "", 1.0, RULE)
    ids = pd.Index(["b", "a", "B", "c"], name="zone_id")
    table = pd.DataFrame({criterion.code: [0.5, 0.5, 0.5, 0.5]}, index=ids)
    zones = zones_of(
        DecisionMatrix(table, (criterion,)), convenience_covered_share=0.5, convenience_demand=[1.0, 1, 1, 9]
    )
    out = score_zones(DecisionMatrix(table, (criterion,)), zones, None, Findings())
    assert out["rank"].sort_values().index.tolist() == ["c", "B", "a", "b"]
    assert (out["tied_with"] == 3).all()


def test_priorities_equal_to_nine_decimals_are_tied():
    out = rank_zones(
        pd.Series({"a": 50.0, "b": 50.0 + 1e-11}), pd.Series({"a": 1.0, "b": 0.0}), pd.Series({"a": "x", "b": "x"})
    )
    assert out["rank"].to_dict() == {"a": 1, "b": 2}
    assert out["tied_with"].tolist() == [1, 1]


def test_zones_without_demand_or_not_eligible_keep_a_row_without_rank():
    matrix = simple([[0.0], [0.5], [1.0], [0.2]], [1.0])
    eligible = pd.array([True, False, pd.NA, True], dtype="boolean")
    out = scored(matrix, eligible=eligible, convenience_demand=[0.0, 1, 1, 1], zone_type=["a", "a", "b", "a"])
    assert out["score_status"].tolist() == ["no_buildings", "ineligible", "scored", "scored"]
    assert out["rank"].tolist() == [pd.NA, pd.NA, 2, 1]
    assert out["rank_in_type"].tolist() == [pd.NA, pd.NA, 1, 1]
    assert out["priority"].isna().tolist() == [True, True, False, False]
    assert out.filter(like="_contribution").iloc[:2].isna().all(axis=None)


def test_rules_for_missing_values():
    values = [[np.nan, 0.0], *([[0.5, 1.0]] * 3)]
    matrix = simple(values, [1.0, 1.0])
    with pytest.raises(InputError, match="c0 is unknown for 1 of 4 zones; choose missing"):
        scored(matrix, missing=None)
    with pytest.raises(InputError, match="refuse"):
        scored(matrix, missing="refuse")
    assert scored(matrix, missing="impute:bad")["priority"].iloc[0] == 100
    assert scored(matrix, missing="impute:good")["priority"].iloc[0] == 50
    assert scored(matrix, missing="impute:median")["priority"].iloc[0] == 75
    assert scored(matrix, missing="impute:mean")["priority"].iloc[0] == 75
    fifth = simple([[np.nan, 0.0], *([[0.5, 1.0]] * 4)], [1.0, 1.0])
    assert scored(fifth, missing=None)["priority"].iloc[0] == 100


def test_a_criterion_that_nobody_has_gives_its_weight_away():
    matrix = simple([[np.nan, 0.0], [np.nan, 0.5]], [3.0, 1.0])
    with pytest.raises(InputError, match="c0 is unknown for 2 of 2 zones"):
        scored(matrix, missing=None)
    out = score_zones(matrix, zones_of(matrix), None, Findings(), frozenset(["convenience"]))
    assert out["priority"].tolist() == [100.0, 50.0]


def test_urgency_is_clipped_and_refuses_equal_anchors():
    values = np.array([[-1.0], [0.0], [0.25], [2.0], [np.nan]])
    assert urgency(values, np.array([0.0]), np.array([1.0])).ravel().tolist()[:4] == [0, 0, 0.25, 1]
    with pytest.raises(InputError, match="differ"):
        urgency(values, np.array([1.0]), np.array([1.0]))


@pytest.mark.parametrize(
    "weights",
    [{"a": -1.0}, {"a": 0.0, "b": 0.0}, {"a": float("nan")}, {"a": float("inf")}, {"a": "x"}, {"a": None}, {}],
)
def test_weights_that_cannot_be_used(weights):
    with pytest.raises(InputError, match=r"\[score\] weights"):
        scaled(weights)


def test_weights_are_scaled_and_zero_ones_left_out():
    assert scaled({"a": 3.0, "b": 1.0, "c": 0.0}) == {"a": 0.75, "b": 0.25}
    assert scaled({"a": 1.7e308, "b": 1.7e308}) == {"a": 0.5, "b": 0.5}
    assert scaled({"a": np.int64(1), "b": "3"}) == {"a": 0.25, "b": 0.75}
    assert default_weights(("a", "b")) == {"a_covered_share": 0.5, "b_covered_share": 0.5}


def test_anchors_follow_from_the_rule():
    rule = Rule(category="convenience", threshold=300, source="test", share=0.9, quota_per_1000=0.4)
    criteria = build_criteria(dict.fromkeys(CODES, 1 / 3), {"convenience": rule}, ())
    assert [(c.good, c.bad, c.direction) for c in criteria] == [(0.9, 0.0, -1), (300, 900, 1), (0.4, 0.0, -1)]
    given_anchors = (IndicatorSpec(code=CODES[1], good=100, bad=200),)
    criterion = build_criteria({CODES[1]: 1.0}, {"convenience": rule}, given_anchors)[0]
    assert (criterion.good, criterion.bad, criterion.anchors) == (100, 200, "set in the project file")


@pytest.mark.parametrize(
    ("code", "rule", "overrides", "message"),
    [
        ("convenience_per_1000", RULE, (), "no target in 'per 1,000'"),
        ("convenience_distance_m", RULE.model_copy(update={"unit": "min"}), (), "no target in 'm'"),
        ("convenience_uncovered", RULE, (), "is not known"),
        ("convenience_coverd_share", RULE, (), "did you mean 'convenience_covered_share'"),
        ("convenience_distance_m", RULE, (IndicatorSpec(code=CODES[1], good=500, bad=100),), "must lie above"),
    ],
)
def test_weighted_indicators_that_cannot_be_used(code, rule, overrides, message):
    with pytest.raises(InputError, match=message):
        build_criteria({code: 1.0}, {"convenience": rule}, overrides)


def test_the_matrix_copies_and_names_what_was_not_computed():
    table = pd.DataFrame({CODES[0]: [0.5, 1.0]}, index=pd.Index(["z1", "z2"], name="zone_id"))
    criteria = build_criteria({CODES[0]: 1.0}, {"convenience": RULE}, ())
    matrix = build_matrix(table, criteria)
    table.loc["z1"] = 0.0
    assert matrix.table[CODES[0]].tolist() == [0.5, 1.0]
    with pytest.raises(InputError, match="'convenience_distance_m' was not computed"):
        build_matrix(table, build_criteria({CODES[1]: 1.0}, {"convenience": RULE}, ()))


@given(st.lists(st.lists(st.floats(0, 60), min_size=1, max_size=6), min_size=1, max_size=1), st.integers(0, 2))
def test_rounded_parts_add_up(parts, decimals):
    exact = np.array(parts)
    shown = rounded_parts(exact, decimals)
    unit = 10.0**-decimals
    assert shown.sum() == pytest.approx(round(exact.sum() / unit) * unit, abs=unit * 0.51)
    assert np.abs(shown - exact).max() < unit + 1e-8


def test_rounded_parts_of_thirds():
    assert rounded_parts(np.array([[100 / 3] * 3])).tolist() == [[33.4, 33.3, 33.3]]
