"""Run-to-run differences: parts that add up, and single causes that get all."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoprio._core.errors import InputError
from geoprio.score.diff import Run, diff_runs, weighted_sum_method
from geoprio.score.matrix import Criterion
from geoprio.standards import Rule

RULE = Rule(category="convenience", threshold=300, source="test")
unit = st.integers(0, 20).map(lambda k: k / 20)
tables = st.lists(st.tuples(unit, unit), min_size=1, max_size=6)
shares = st.tuples(st.integers(1, 9), st.integers(1, 9)).map(lambda w: {"x": w[0] / sum(w), "y": w[1] / sum(w)})


def frame(rows, first=0):
    return pd.DataFrame(rows, [f"z{i + first}" for i in range(len(rows))], ["x", "y"], dtype=float)


def plain(table, weights):
    return pd.Series(100 * table.to_numpy() @ np.array([weights["x"], weights["y"]]), table.index)


def product(table, weights):
    return pd.Series(100 * np.prod(table.to_numpy() ** np.array([weights["x"], weights["y"]]), axis=1), table.index)


@given(tables, tables, shares, shares, st.integers(0, 2))
@settings(deadline=None, max_examples=50)
def test_the_parts_add_up(rows, later, before, after, shift):
    one, two = Run(frame(rows), before, plain), Run(frame(later, shift), after, product)
    if len(rows) <= shift:
        with pytest.raises(InputError, match="share no ranked zone"):
            diff_runs(one, two)
        return
    found = diff_runs(one, two)
    t = found.table
    moved = t["priority_after"] - t["priority_before"]
    assert t[["priority_data", "priority_weights", "priority_method"]].sum(axis=1).to_numpy() == pytest.approx(
        moved.to_numpy(), abs=1e-9
    )
    steps = t["rank_after"] - t["rank_before"]
    parts = t[["rank_data", "rank_weights", "rank_method", "rank_zones"]].sum(axis=1)
    assert parts.to_numpy() == pytest.approx(steps.to_numpy(), abs=1e-9)
    assert set(found.entered) == set(two.table.index) - set(one.table.index)
    assert set(found.left) == set(one.table.index) - set(two.table.index)
    assert set(found.words) == set(t.index)


@given(tables, tables, shares, shares, st.sampled_from(["data", "weights", "method"]))
@settings(deadline=None, max_examples=50)
def test_a_single_cause_gets_all(rows, later, before, after, cause):
    n = min(len(rows), len(later))
    one = Run(frame(rows[:n]), before, plain)
    two = Run(
        frame(later[:n]) if cause == "data" else one.table,
        after if cause == "weights" else before,
        product if cause == "method" else plain,
    )
    t = diff_runs(one, two).table
    assert t[f"rank_{cause}"].to_numpy() == pytest.approx((t["rank_after"] - t["rank_before"]).to_numpy(), abs=1e-9)
    for other in {"data", "weights", "method", "zones"} - {cause}:
        assert t[f"rank_{other}"].to_numpy() == pytest.approx(0, abs=1e-9)


def test_zones_that_leave_move_the_others_and_nothing_else_does():
    one = Run(frame([(0.9, 0.9), (0.5, 0.5), (0.1, 0.1)]), {"x": 0.5, "y": 0.5}, plain)
    two = Run(one.table.iloc[1:], one.weights, plain)
    found = diff_runs(one, two, names={"z1": "乙"})
    assert found.left == ("z0",)
    assert found.entered == ()
    assert found.table["rank_zones"].tolist() == [-1, -1]
    assert found.table["rank_data"].tolist() == [0, 0]
    assert found.words["z1"] == (
        "乙由第 2 名升至第 1 名（优先级 +0.0 分）：参评片区的增减 +1 位。",
        "乙 went up from rank 2 to 1 (priority +0.0): zones that came or went +1 places.",
    )


def test_two_causes_share_what_they_do_together():
    one = Run(frame([(0.0, 0.0), (0.4, 0.4)]), {"x": 0.5, "y": 0.5}, plain)
    two = Run(frame([(1.0, 0.0), (0.4, 0.4)]), {"x": 1.0, "y": 0.0}, plain)
    t = diff_runs(one, two).table.loc["z0"]
    # Data first: 0 → 50 → 100; weights first: 0 → 0 → 100.
    assert t[["priority_data", "priority_weights", "priority_method"]].tolist() == pytest.approx([75, 25, 0])
    assert t["rank_data"] == -1


def criterion(code, good, bad):
    return Criterion(code, "convenience", code, code, "", int(np.sign(bad - good)), good, bad, "given", 1.0, RULE)


def test_the_weighted_sum_with_new_anchors_and_indicators():
    values = pd.DataFrame({"x": [0.5, np.nan], "y": [300.0, 500.0]}, ["a", "b"])
    old, new = [criterion("x", 1.0, 0.0)], [criterion("x", 0.8, 0.0), criterion("y", 300.0, 900.0)]
    one = Run(values, {"x": 1.0}, weighted_sum_method(old, new))
    two = Run(values, {"x": 0.5, "y": 0.5}, weighted_sum_method(new, old))
    assert one.method(one.table, one.weights).to_numpy() == pytest.approx([50.0, np.nan], nan_ok=True)
    assert two.method(two.table, two.weights).to_numpy() == pytest.approx([18.75, 100 / 3])
    found = diff_runs(one, two)
    assert found.entered == ("b",)
    assert found.table.loc["a", ["priority_weights", "priority_method"]].tolist() == pytest.approx(
        [(-25 - 18.75) / 2, (-12.5 - 6.25) / 2]
    )
    alone = Run(values[["x"]], {"x": 1.0}, weighted_sum_method(old))
    with pytest.raises(InputError, match="'y' is weighted in one run"):
        diff_runs(alone, two)


def test_a_mixture_without_a_priority_says_so():
    def picky(table, weights):
        return plain(table, weights).where((table["x"] < 0.5) | (weights["x"] < 0.6))

    one = Run(frame([(0.7, 0.2)]), {"x": 0.5, "y": 0.5}, picky)
    two = Run(frame([(0.4, 0.2)]), {"x": 0.8, "y": 0.2}, picky)
    found = diff_runs(one, two)
    assert found.table["rank_data"].isna().all()
    assert "cannot be told apart" in found.words["z0"][1]
