"""Owners' votes by area and heads, and votes of those present at a meeting."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoprio._core.errors import InputError
from geoprio.indicators.needs import check_votes, meeting_support
from geoprio.standards.votes import load_vote_rules

RULE = load_vote_rules()["civil-code-278"]
AREA = np.array([[9000.0, 6000, 4500]])


def verdict(heads, area=AREA, matter="ordinary"):
    return str(check_votes(np.array([heads], float), np.asarray(area, float), RULE, RULE.matter(matter)).verdict[0])


@pytest.mark.parametrize(
    ("heads", "matter", "expected"),
    [
        ((90, 60, 31), "ordinary", "passed"),
        ((90, 60, 30), "ordinary", "failed"),  # half is not more than half
        ((90, 59, 59), "ordinary", "no_quorum"),
        ((90, 60, 45), "major", "passed"),  # three quarters are enough
        ((90, 60, 44), "major", "failed"),
        ((90, np.nan, 44), "ordinary", "unknown"),
        ((90, 59, np.nan), "major", "no_quorum"),
    ],
)
def test_quorum_and_majority(heads, matter, expected):
    assert verdict(heads, matter=matter) == expected


def test_area_counts_as_much_as_heads():
    assert verdict((90, 60, 60), [[9000, 5999, 5999]]) == "no_quorum"
    assert verdict((90, 60, 60), [[9000, 6000, 3000]]) == "failed"
    assert verdict((90, 60, 60), [[0.3, 0.2, 0.15]], "major") == "passed", "rounding of decimals is no lack"


def test_what_is_lacking():
    found = check_votes(
        np.array([[90.0, 60, 40], [90, 30, 30]]), np.repeat(AREA, 2, axis=0), RULE, RULE.matter("major")
    )
    assert found.verdict.tolist() == ["failed", "no_quorum"]
    assert found.heads_lacking.tolist() == [5, 15]
    assert found.area_lacking.tolist() == [0, 0]
    assert found.heads_voted.tolist() == pytest.approx([2 / 3, 1 / 3])
    assert found.heads_for.tolist() == pytest.approx([2 / 3, 1])


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))), st.data())
def test_as_exact_fractions_have_it(whole, data):
    owners, voted = whole
    agree = data.draw(st.integers(0, voted))
    everywhere = (Fraction(voted, owners) >= Fraction(2, 3), voted > 0 and Fraction(agree, voted) >= Fraction(3, 4))
    expected = "no_quorum" if not everywhere[0] else "passed" if everywhere[1] else "failed"
    heads = [owners, voted, agree]
    assert verdict(heads, [heads], "major") == expected
    found = check_votes(np.array([heads], float), np.array([heads], float), RULE, RULE.matter("major"))
    more = agree + int(found.heads_lacking[0])
    if expected != "passed":
        there = max(voted, more, -(-2 * owners // 3))
        assert verdict([owners, there, min(more, there)], [[owners, there, min(more, there)]], "major") == "passed"


def test_numbers_that_cannot_be():
    for heads in ((90, 91, 1), (90, 60, 61), (-1, -2, -3)):
        with pytest.raises(ValueError, match="voted"):
            verdict(heads)


def test_the_rule_says_where_it_is_from():
    assert RULE.verified == "secondary"
    assert "278" in RULE.clause or "二百七十八" in RULE.clause
    assert RULE.quorum == Fraction(2, 3)
    with pytest.raises(InputError, match="ordinary, major"):
        RULE.matter("lift")


def test_a_meeting_has_a_share_and_no_interval():
    share, known = meeting_support(np.array([20.0, np.nan, 0]), np.array([30.0, 10, 0]))
    assert share[0] == pytest.approx(2 / 3)
    assert known.tolist() == [True, False, False]
    assert np.isnan(share[1:]).all()
