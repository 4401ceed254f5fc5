"""Two zones side by side."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from geoprio._core.errors import InputError
from geoprio.score.compare import BASELINE, compare_zones

points = st.floats(0, 40, allow_subnormal=False)


@given(st.integers(1, 6).flatmap(lambda m: st.lists(st.lists(points, min_size=m, max_size=m), min_size=2, max_size=2)))
@example([[0.0], [0.05]])
@example([[0.0], [0.45]])
@settings(deadline=None)
def test_differences_sum_to_the_difference_and_the_words_add_up(rows):
    table = pd.DataFrame(rows, ["a", "b"])
    table.columns = [f"c{k}" for k in table]
    found = compare_zones(table, "a", "b")
    back = compare_zones(table, "b", "a")
    assert found.difference == pytest.approx(table.loc["a"].sum() - table.loc["b"].sum(), abs=1e-9)
    assert found.table["difference"].sum() == pytest.approx(found.difference, abs=1e-12)
    assert back.difference == pytest.approx(-found.difference, abs=1e-12)
    assert found.table["difference"].abs().is_monotonic_decreasing
    if abs(found.difference) >= 0.05:
        said = re.search(r"is ([\d.]+) points above", found.words[1])[1]
        more = re.search(r"more points for (.*?)(; fewer|\.$)", found.words[1])
        less = re.search(r"fewer for (.*?)\.$", found.words[1])
        total = sum(
            sign * sum(map(float, re.findall(r"\(([\d.]+)\)", part[1])))
            for sign, part in ((1, more), (-1, less))
            if part
        )
        assert total == pytest.approx(float(said), abs=1e-9)


def test_words_from_the_zone_that_is_ahead():
    table = pd.DataFrame({"x": [10.0, 30.0], "y": [20.0, 5.0]}, ["a", "b"])
    titles = {"x": ("养老", "elder care"), "y": ("托育", "childcare")}
    found = compare_zones(table, "a", "b", titles=titles, names={"a": "甲", "b": "乙"})
    assert found.words == (
        "乙比甲高 5.0 分；高在“养老”（20.0 分）；低在“托育”（15.0 分）。",
        "乙 is 5.0 points above 甲; more points for “elder care” (20.0); fewer for “childcare” (15.0).",
    )
    assert found.table["difference"].to_dict() == {"x": -20.0, "y": 15.0}


def test_unknown_contributions_and_a_baseline():
    table = pd.DataFrame({"x": [10.0, np.nan], "y": [20.0, 5.0], "z": np.nan}, ["a", "b"])
    found = compare_zones(table, "a", "b", baseline=pd.Series({"a": 3.0, "b": 1.0}))
    assert found.difference == pytest.approx(27.0)
    assert found.table["unknown"].to_dict() == {"x": "other", "y": "", "z": "both", BASELINE: ""}
    assert "“x” is known of one of them only" in found.words[1]
    assert "“the baseline” (2.0)" in found.words[1]
    assert "只有一方已知" in found.words[0]


def test_zones_that_are_even():
    table = pd.DataFrame({"x": [10.0, 10.0]}, ["a", "b"])
    assert compare_zones(table, "a", "b").words[1] == "a and b have the same priority (less than 0.1 points apart)."


@pytest.mark.parametrize(
    ("pair", "message"),
    [(("a", "a"), "with itself"), (("a", "c"), "'c' is not in the table"), (("a", "b"), "'b' has no score")],
)
def test_pairs_that_cannot_be_compared(pair, message):
    with pytest.raises(InputError, match=message):
        compare_zones(pd.DataFrame({"x": [1.0, np.nan]}, ["a", "b"]), *pair)
