"""The safety gate as a cause of moves of ranks."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_diff import frame, plain, product, shares, tables

from geoprio.score.diff import Run, diff_runs

PARTS = ["rank_data", "rank_weights", "rank_method", "rank_gate", "rank_zones"]
known = st.sampled_from([True, False, None])


def gate(values, table):
    return pd.Series((values * len(table))[: len(table)], table.index, dtype="boolean")


def test_a_zone_that_is_found_unsafe_goes_up_by_the_gate_alone():
    table = frame([(0.9, 0.9), (0.5, 0.5), (0.1, 0.1)])
    weights = {"x": 0.5, "y": 0.5}
    safe = pd.Series([False, False, False], table.index, dtype="boolean")
    one, two = Run(table, weights, plain, safe), Run(table, weights, plain, safe.where(safe.index != "z2", other=True))
    found = diff_runs(one, two)
    assert found.table["rank_gate"].to_dict() == {"z2": -2, "z0": 1, "z1": 1}
    assert (found.table[["rank_data", "rank_weights", "rank_method", "rank_zones"]] == 0).all(axis=None)
    assert (found.table["priority_after"] == found.table["priority_before"]).all()
    assert found.words["z2"] == (
        "z2由第 3 名升至第 1 名（优先级 +0.0 分）：安全隐患优先 +2 位。",
        "z2 went up from rank 3 to 1 (priority +0.0): the safety gate +2 places.",
    )
    # The same gate in both runs moves nobody.
    assert (diff_runs(two, two).table[PARTS] == 0).all(axis=None)


@given(tables, tables, shares, shares, st.lists(known, min_size=2, max_size=6), st.lists(known, min_size=2, max_size=6))
@settings(deadline=None, max_examples=40)
def test_the_parts_add_up_with_gates(rows, later, before, after, first, second):
    a, b = frame(rows), frame(later)
    one, two = Run(a, before, plain, gate(first, a)), Run(b, after, product, gate(second, b))
    t = diff_runs(one, two).table
    moved = (t["rank_after"] - t["rank_before"]).to_numpy(float)
    np.testing.assert_allclose(t[PARTS].sum(axis=1).to_numpy(float), moved, atol=1e-9)
    alone = diff_runs(Run(a, before, plain), Run(b, after, product)).table
    assert (alone["rank_gate"] == 0).all()
    assert alone["priority_data"].to_numpy() == pytest.approx(t.loc[alone.index, "priority_data"].to_numpy())
