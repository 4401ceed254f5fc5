"""Money in whole fen, money over time, and shares by formula."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_plans import catalog_of, measure, problem_of, source, zones_of

from geoprio._core.errors import InputError
from geoprio.programme import (
    Concession,
    FloorTable,
    Repayment,
    ShareRule,
    annuity_factor,
    fen,
    grant_shares,
    internal_rate,
    lift_payments,
    load_floor_tables,
    payback_years,
    plan,
    present_value,
    source_kinds,
    split,
)
from geoprio.programme.funding import maximal_groups
from geoprio.programme.money import spread

LOAN = Repayment(rate=0.03, years=20, grace_years=2, by="income", cover=1.2)
amounts = st.lists(st.integers(0, 10**12), min_size=1, max_size=6)


@given(st.integers(0, 10**15), st.lists(st.floats(0, 1e6), min_size=1, max_size=8).filter(lambda p: sum(p) > 1e-3))
def test_a_split_sums_to_the_fen(total, parts):
    out = split(total, np.array(parts))
    assert out.sum() == total
    assert (out >= 0).all()
    assert (out[np.array(parts) == 0] == 0).all()
    assert np.abs(out - total * (np.array(parts) / sum(parts))).max() <= 1 + total * 1e-14


@given(amounts, amounts)
def test_a_spread_keeps_every_row_and_column(rows, columns):
    columns = [c for c in columns if c]
    total = sum(rows)
    shares = split(total, np.array(columns or [1], float))
    out = spread(np.array(rows), shares)
    assert (out.sum(axis=1) == rows).all()
    assert (out.sum(axis=0) == shares).all()
    assert (out >= 0).all()


def test_yuan_become_fen_or_an_error():
    assert fen(np.array([0.1, 1234.565])).tolist() == [10, 123456]
    for bad in (-1.0, np.nan, np.inf, 1e20):
        with pytest.raises(InputError, match="0 to 10"):
            fen(bad)


def test_money_over_time():
    assert annuity_factor(0.05, 20) == pytest.approx(sum(1.05**-t for t in range(1, 21)))
    flows = [-1000.0, *[120.0] * 20]
    rate = internal_rate(flows)
    assert present_value(rate, flows) == pytest.approx(0, abs=1e-6)
    assert payback_years(flows) == pytest.approx(1000 / 120)
    assert payback_years([-10.0, 5.0]) is None
    assert payback_years([5.0]) == 0.0
    assert internal_rate([-10.0, -5.0]) is None
    assert internal_rate([-10.0, 30.0, -25.0]) is None
    with pytest.raises(InputError, match="at least one year"):
        annuity_factor(0.05, 0)


def test_the_grant_follows_the_formula():
    area, homes = np.array([60.0, 40.0]), np.array([10.0, 90.0])
    difficulty = np.array([1.0, 0.5])
    only = grant_shares({"area": area, "households": homes}, difficulty)
    assert only == pytest.approx(0.5 * np.array([60, 20]) / 80 + 0.5 * np.array([10, 45]) / 55)
    rewarded = grant_shares({"area": area, "households": homes}, difficulty, np.array([0.0, 1.0]))
    assert rewarded == pytest.approx(0.8 * only + 0.2 * np.array([0, 1]))
    assert rewarded.sum() == pytest.approx(1)
    with pytest.raises(InputError, match="needs a weight above 0"):
        grant_shares({"lifts": area}, difficulty)
    with pytest.raises(InputError, match="area times its coefficient"):
        grant_shares({"area": -area}, difficulty)


def test_floors_of_a_lift():
    tables = load_floor_tables()
    assert sum(tables["A"].by_floor.values()) == 100
    floors = np.repeat(np.arange(1, 7), 2)
    a = lift_payments(tables["A"], 20_000_001, floors)
    assert a.sum() == 20_000_001
    assert a[:4].tolist() == [0, 0, 0, 0]
    assert a[-1] == pytest.approx(20_000_001 * 0.41 / 2, abs=1)
    b = lift_payments(tables["B"], 100_000, np.array([3, 6]), np.array([100.0, 50.0]))
    assert b.tolist() == [58333, 41667]
    with pytest.raises(InputError, match="no share for floor 7"):
        lift_payments(tables["A"], 1, np.array([7]))
    with pytest.raises(InputError, match="floor 3 bears a share but has no flat"):
        lift_payments(tables["A"], 1, np.array([5, 6]))
    with pytest.raises(InputError, match="floor area"):
        lift_payments(tables["B"], 1, np.array([3]))
    with pytest.raises(ValueError, match="sum to 90, not to 100"):
        FloorTable(code="x", kind="percent", by_floor={1: 0, 2: 90}, source="test")


def test_kinds_are_those_of_the_report():
    kinds = source_kinds()
    assert {k.party for k in kinds.values()} == {"government", "enterprises", "residents"}
    assert kinds["special_bond"].zh == "地方政府专项债券"


@given(st.integers(0, 6), st.integers(0, 2**15))
@settings(max_examples=50)
def test_largest_groups(n, bits):
    joined = np.zeros((n, n), bool)
    for k, (a, b) in enumerate(itertools.combinations(range(n), 2)):
        joined[a, b] = joined[b, a] = bool(bits >> k & 1)
    every = [g for g in range(1, 2**n) if all(joined[a, b] for a in _bits(g) for b in _bits(g) if a != b)]
    largest = sorted(tuple(_bits(g)) for g in every if not any(g != h and g & h == g for h in every))
    assert maximal_groups(joined) == largest


def _bits(number):
    return [k for k in range(number.bit_length()) if number >> k & 1]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"kind": "lottery"}, "kind 'lottery' is not known"),
        ({"min_share": 0.6, "max_share": 0.5}, "min_share is above max_share"),
        ({"budget_cny": (-1.0,)}, "0 or more"),
        ({"repayment": LOAN, "concession": Concession(required_return=0, years=1)}, "not paid back"),
        ({"not_with": ("a",)}, "names the source itself"),
    ],
)  # fmt: skip
def test_wrong_sources_are_refused(wrong, told):
    with pytest.raises(ValueError, match=told):
        source("a", **wrong)


@pytest.mark.parametrize(
    ("sources", "told"),
    [
        ((), "at least one source"),
        ((source("a"), source("a")), "more than once"),
        ((source("a", measures=("x",)),), "names the measure 'x'"),
        ((source("a", not_with=("b",)),), "'b', which is no source"),
        ((source("a", budget_cny=(1.0, 2.0)),), "2 budgets for 1 years"),
        ((source("a", eligible=({"column": "age", "at_most": 1},)),), "no column 'age'"),
        ((source("a", max_per_dwelling_cny=1.0),), "zone 'z0' has none known"),
        ((source("a", max_share=0.2, shares=(ShareRule(measures=("m",), min_share=0.5),)),), "above max_share 0.2"),
    ],
)
def test_sources_that_do_not_fit_are_named(sources, told):
    with pytest.raises(InputError, match=told):
        problem_of(zones_of(1, n_m=1.0), catalog_of(measure("m")), sources)


def test_an_operator_invests_what_fees_give_back_with_the_return():
    zones = zones_of(1, n_m=10.0)
    catalog = catalog_of(measure("m", fee_income_cny=10.0, running_cost_cny=2.0, kept_by="enterprises"))
    operator = source("operator", "operator", concession=Concession(required_return=0.08, years=15))
    problem = problem_of(zones, catalog, (operator, source("city")))
    most = 80 * annuity_factor(0.08, 15)
    assert problem.limits.cap_fen[0, 0] == int(most * 100)
    loan = source(
        "bond", "special_bond", repayment=Repayment(rate=0.03, years=20, grace_years=2, by="income", cover=1.2)
    )
    problem = problem_of(zones, catalog, (loan, source("city")))
    assert problem.limits.cap_fen[0, 0] == int(80 / 1.2 / 1.03**2 * annuity_factor(0.03, 20) * 100)
    both = problem_of(zones, catalog, (operator, loan, source("city")))
    assert both.mixes.members.tolist() == [[True, False, True], [False, True, True]]


def test_money_is_conserved_when_nothing_divides():
    zones = zones_of(7, n_m=[1, 2, 3, 4, 5, 6, 7], n_k=1.0)
    catalog = catalog_of(measure("m", cost=33.33), measure("k", cost=0.07, indicator="priority", closes=0.1))
    third = {"max_share": 1 / 3}
    sources = (source("a", **third), source("b", **third), source("c", max_share=0.3333), source("d", max_share=0.01))
    programme = plan(problem_of(zones, catalog, sources))
    assert len(programme.done) == 14
    assert (programme.paid_fen.sum(axis=1) == programme.done["cost_fen"]).all()
