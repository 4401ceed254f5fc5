"""What stands in the way, what money is worth, and what each party gives and gets."""

import numpy as np
import pandas as pd
import pytest
from small_plans import TITLES, catalog_of, costs, fundable, measure, problem_of, random_problem, source, zones_of

from geoprio._core.errors import InputError
from geoprio.programme import (
    Bundle,
    Concession,
    Floor,
    PlanRules,
    Repayment,
    baseline,
    contributions,
    draw_factors,
    frequencies,
    frontier,
    gains_over,
    ledger,
    plan,
    redrawn,
    sentences,
    shadow_prices,
    with_budgets,
    with_more,
)
from geoprio.programme.check import broken_money
from geoprio.programme.crumbs import crumbs, without_crumbs
from geoprio.programme.model import build_model
from geoprio.programme.solve import dual_bound, solve


def simple(budget=300.0, rules=None, **more):
    zones = zones_of(5, n_m=1.0, priority=[90.0, 80.0, 60.0, 40.0, 20.0], rank=range(1, 6))
    return problem_of(zones, catalog_of(measure("m")), (source("city", budget_cny=budget),), rules, **more)


def reliefs(problem):
    programme = plan(problem)
    return programme.status, {(r.rule, r.subject[1]): (round(r.amount_cny, 2), r.alone) for r in programme.reliefs}


def test_safety_beyond_the_budget_is_told_with_the_sum_that_is_missing():
    zones = zones_of(3, n_m=1.0)
    problem = problem_of(zones, catalog_of(measure("m", grade="safety")), (source("city", budget_cny=120.0),))
    status, told = reliefs(problem)
    assert status == "infeasible"
    assert told["budget", "a, year 1"] == (180.0, True)
    dropped = [amount for (rule, _), (amount, _) in told.items() if rule == "must"]
    assert dropped == [100.0, 100.0]
    zh, en = zip(*sentences(plan(problem)), strict=True)
    assert "Enough by itself: budget raised by 180.00 yuan in all (a, year 1: 180.00)" in en
    assert "只需调整此类规则：预算合计提高180.00元（甲，第1年：180.00元）" in zh
    assert any("2 measures for 200.00 yuan not forced in" in sentence for sentence in en)


def test_households_that_cannot_pay_are_told_with_the_sum_that_is_missing():
    zones = zones_of(2, n_m=1.0, dwellings=[10.0, 4.0])
    sources = (source("city", max_share=0.5), source("people", "residents"))
    catalog, rules = catalog_of(measure("m", grade="safety")), PlanRules(household_max_cny=8.0)
    problem = problem_of(zones, catalog, sources, rules)
    status, told = reliefs(problem)
    assert status == "infeasible"
    assert told["household", "z1"] == (18.0, True)
    assert ("household", "z0") not in told
    free = plan(problem_of(zones, catalog, sources, PlanRules(household_max_cny=12.5)))
    assert free.paid_fen["people"].iloc[1] == 5000
    assert free.paid_fen["people"].iloc[0] <= 12500
    with pytest.raises(InputError, match="zone 'z1', where residents may pay, has none known"):
        problem_of(zones.assign(dwellings=[10.0, np.nan]), catalog, sources, rules)


def test_a_floor_that_cannot_be_reached_is_told():
    zones = zones_of(2, n_m=1.0, district=["A", "B"])
    rules = PlanRules(floors=(Floor(district="A", cny=250.0),))
    status, told = reliefs(problem_of(zones, catalog_of(measure("m")), (source("city", budget_cny=500.0),), rules))
    assert status == "infeasible"
    assert told == {("floor_cny", "A"): (150.0, True)}


def test_rules_that_must_give_together_are_told_so():
    zones = zones_of(2, n_m=1.0, district=["A", "B"])
    rules = PlanRules(floors=(Floor(district="A", cny=250.0),))
    catalog = catalog_of(measure("m", grade="safety"))
    status, told = reliefs(problem_of(zones, catalog, (source("city", budget_cny=150.0),), rules))
    assert status == "infeasible"
    assert {alone for _, alone in told.values()} == {False}
    assert {rule for rule, _ in told} >= {"floor_cny"}


def test_nothing_funded_is_never_called_optimal():
    poor = plan(simple(budget=50.0))
    assert poor.status == "nothing"
    assert poor.why[0][1] == "Under these rules not a single item can be done"
    assert [(r.rule, r.amount_cny) for r in poor.reliefs] == [("budget", pytest.approx(50.0))]
    assert sentences(poor)[0] == ("没有任何项目获得资金", "Nothing is funded")
    zones = zones_of(2, n_m=1.0, district=["A", "B"])
    halves = PlanRules(floors=(Floor(district="A", share=0.5), Floor(district="B", share=0.5)))
    fair = plan(problem_of(zones, catalog_of(measure("m")), (source("city", budget_cny=150.0),), halves))
    assert fair.status == "nothing"
    assert {r.rule for r in fair.reliefs} == {"budget", "floor_share"}
    none = plan(problem_of(zones_of(2, n_m=0.0), catalog_of(measure("m")), (source("city"),)))
    assert none.status == "nothing"
    assert none.why == (("没有可选项目（无此工程量2项）", "There are no candidates (nothing to do: 2)"),)


def test_shadow_prices_are_slopes_of_the_frontier():
    problem = simple(budget=250.0)
    table = shadow_prices(problem)
    assert table["rule"].tolist() == ["budget"]
    # Half of the third zone is open: 100 people with 60 points of priority, half of it closed, for 100 yuan.
    assert table["points_per_million"].tolist() == pytest.approx([30 / 100 * 1e6])
    line = frontier(problem, (0.0, 0.4, 1.0, 2.0))
    assert line["status"].tolist() == ["nothing", "optimal", "feasible", "optimal"]
    assert line["benefit"].tolist() == pytest.approx([0, 45, 85, 150 - 5])
    assert line["bound"].tolist() == pytest.approx([0, 45, 100, 145])
    poor = source("a", budget_cny=1.0)
    with pytest.raises(InputError, match="no programme that keeps all rules"):
        shadow_prices(problem_of(zones_of(1, n_m=1.0), catalog_of(measure("m", grade="safety")), (poor,)))


def test_money_that_can_wait_is_worth_what_every_later_year_makes_of_it():
    zones = zones_of(5, n_m=1.0, priority=[90.0, 80.0, 60.0, 40.0, 20.0])
    sources = (source("city", budget_cny=(150.0, 100.0), carry_over=True),)
    problem = problem_of(zones, catalog_of(measure("m")), sources, PlanRules(years=2, discount=0.1))
    table = shadow_prices(problem)
    year = {}
    for t in range(2):
        more = [150.0, 100.0]
        more[t] += 0.01
        richer = problem_of(zones, catalog_of(measure("m")), (source("city", budget_cny=tuple(more), carry_over=True),),
                            PlanRules(years=2, discount=0.1))  # fmt: skip
        year[t] = (plan(richer).bound - plan(problem).bound) / 0.01 * 1e6
    assert table["points_per_million"].tolist() == pytest.approx([year[0], year[1]], rel=1e-3)


@pytest.mark.parametrize("library", ["highspy", "scipy"])
def test_the_bound_is_the_relaxed_optimum(library):
    for seed in range(5):
        program = build_model(random_problem(seed, {"shares", "floors", "bundle", "capped"})).program
        answer = solve(program, relaxed=True, library=library)
        assert dual_bound(program, answer.duals) == pytest.approx(answer.objective, rel=1e-6)
        assert dual_bound(program, np.zeros(len(program.low))) >= answer.objective * (1 - 1e-9)
        assert dual_bound(program, -answer.duals) >= answer.objective * (1 - 1e-9)


def test_gain_over_the_ranking_and_over_greed():
    zones = zones_of(
        3, n_m=[3.0, 1.0, 2.0], priority=[90.0, 80.0, 70.0], rank=[1, 2, 3], population=[100.0, 100.0, 190.0]
    )
    problem = problem_of(zones, catalog_of(measure("m")), (source("city", budget_cny=300.0),))
    table = gains_over(plan(problem))
    assert table["benefit"].tolist() == pytest.approx([40 + 66.5, 45, 40 + 66.5])
    assert table.loc["ranking", "gain"] == pytest.approx(106.5 / 45 - 1)
    assert table["rules_broken"].tolist() == [0, 0, 0]
    with pytest.raises(InputError, match="rank or priority"):
        baseline(problem_of(zones.drop(columns=["rank", "priority"]), catalog_of(measure("m")), (source("city"),),
                            pinned={("z0", "m"): True}), "ranking")  # fmt: skip


@pytest.mark.parametrize("seed", range(12))
def test_simple_ways_never_beat_the_best(seed):
    problem = random_problem(seed, {"excludes", "requires", "shares", "minimum", "apart", "carry", "years", "bundle"})
    programme = plan(problem, gap=1e-9)
    for way in ("ranking", "greedy"):
        simple_way = baseline(problem, way)
        assert not simple_way.broken
        assert simple_way.benefit <= programme.benefit * (1 + 1e-6) + 1e-9


def test_a_bundle_done_in_a_simple_way_is_paid_item_by_item():
    rules = {"bundle", "household", "minimum", "requires", "shares"}
    for seed in range(30):
        problem = random_problem(seed, rules)
        for way in ("ranking", "greedy"):
            made = baseline(problem, way)
            done = made.year >= 0
            # Seed 2 charged all that is saved to the last of the bundle.
            assert made.cost[done].tolist() == np.array(costs(problem, made.year.tolist()))[done].tolist()
            assert fundable(problem, made.year.tolist(), made.cost.tolist())


def test_more_money_never_brings_less():
    problem = simple(budget=300.0)
    first = plan(problem)
    table = frontier(problem, (0.5, 1.0, 1.01, 2.0), known={1.0: first, 1.01: plan(with_budgets(problem, 0.3))})
    assert table["benefit"].is_monotonic_increasing
    assert table["benefit"].tolist()[1:3] == [first.benefit, first.benefit]
    assert (table["bound"] >= table["benefit"] - 1e-9).all()
    assert table["spent_cny"].tolist()[1:3] == [300.0, 300.0]


def test_no_source_pays_a_few_yuan_where_another_can():
    zones = zones_of(2, n_m=100.0, dwellings=10.0)
    sources = (source("a", budget_cny=10_003.0), source("b", budget_cny=10_000.0), source("c", max_share=0.5))
    problem = problem_of(zones, catalog_of(measure("m")), sources)
    item, year = np.array([0, 1]), np.zeros(2, np.int64)
    cost = np.array([1_000_000, 1_000_000])
    paid = np.array([[500_000, 499_700, 300], [500_300, 400_000, 99_700]])
    out = without_crumbs(problem, item, year, cost, paid)
    assert (out.sum(axis=1) == cost).all()
    assert not broken_money(problem, item, year, cost, out)
    assert not crumbs(cost, out)[0].any()
    stuck = np.array([[500_000, 499_700, 300], [1_000_000, 0, 0]])
    kinds, small = catalog_of(measure("m")), source("c", budget_cny=5.0)

    def moved(*others):
        """Return who pays, of sources with other budgets."""
        return without_crumbs(problem_of(zones, kinds, (*others, small)), item, year, cost, stuck)

    spent = source("a", budget_cny=15_000.0)
    # Nobody else has money left, so it stays.
    assert (moved(spent, source("b", budget_cny=4_997.0)) == stuck).all()
    assert (moved(spent, source("b", budget_cny=4_999.99)) == stuck).all()
    # Where another has as much left, it pays that, too; of two both give a part, all of it or none.
    assert moved(spent, source("b", budget_cny=5_000.0))[0].tolist() == [500_000, 500_000, 0]
    halves = source("a", budget_cny=15_002.0), source("b", budget_cny=5_001.0, max_share=0.4998)
    assert moved(*halves)[0].tolist() == [500_200, 499_800, 0]


def test_what_enters_with_more_money():
    first = plan(simple(budget=300.0))
    more, table = with_more(first, 0.4)
    assert table[["zone_id", "measure", "change"]].to_numpy().tolist() == [["z3", "m", "enters"]]
    assert table["year_before"].isna().all()
    assert more.benefit > first.benefit
    assert with_budgets(simple(), 0.5).sources[0].budget_cny == (150.0,)
    with pytest.raises(InputError, match="0 or more"):
        with_budgets(simple(), -1.0)


def test_how_often_each_is_chosen():
    zones = zones_of(3, n_m=1.0, a_contribution=[80.0, 30.0, 0.0], b_contribution=[10.0, 30.0, 5.0])
    zones["priority"] = zones["a_contribution"] + zones["b_contribution"]
    problem = problem_of(zones, catalog_of(measure("m")), (source("city", budget_cny=200.0),))
    points = zones[["a_contribution", "b_contribution"]].set_axis(["a", "b"], axis=1)
    factors = draw_factors({"a": 0.7, "b": 0.3}, 20, spread=3.0)
    assert factors.mean().to_numpy() == pytest.approx([1, 1], abs=0.3)
    table = frequencies(problem, redrawn(problem, points, factors))
    assert table["role"].tolist() == ["core", "core", "never"]
    one = with_budgets(problem, 0.5)
    table = frequencies(one, redrawn(problem, points, pd.DataFrame({"a": [1.0, 0.01], "b": [1.0, 3.0]})))
    assert table["frequency"].tolist() == [0.5, 0.5, 0.0]
    assert table["role"].tolist() == ["flexible", "flexible", "never"]
    with pytest.raises(InputError, match="above 0"):
        draw_factors({"a": 0.0}, 2)


def accounts():
    zones = zones_of(
        2, n_pipes=2.0, n_road=1.0, n_station=1.0, priority=90.0, dwellings=[10.0, 40.0], station_contribution=40.0
    )
    catalog = catalog_of(
        measure("pipes", cost=1000.0, running_cost_cny=5.0, kept_by="residents"),
        measure("road", cost=500.0).model_copy(update={"side": "face"}),
        measure("station", cost=2000.0, grade="upgrading", indicator="station", fee_income_cny=200.0,
                running_cost_cny=50.0, kept_by="enterprises").model_copy(update={"side": "face"}),
        bundles=(Bundle(code="dig", measures=("pipes", "road"), saving=0.1, source="test", **TITLES),),
    )  # fmt: skip
    concession = Concession(required_return=0.06, years=20)
    sources = (
        source("city", budget_cny=4000.0),
        source("bond", "special_bond", budget_cny=1000.0, repayment=Repayment(rate=0.03, years=10, by="budget")),
        source("people", "residents", min_share=0.1, max_share=0.2, grades=("basic",)),
        source(
            "operator",
            "operator",
            min_share=0.2,
            measures=("station",),
            concession=concession,
        ),
    )
    assert contributions(catalog, zones).shape == (2, 2)
    return plan(problem_of(zones, catalog, sources))


def test_the_parties_add_up_to_the_fen():
    programme = accounts()
    book = ledger(programme)
    parties = ["residents_fen", "enterprises_fen", "government_fen"]
    assert (book.items[parties].sum(axis=1) == book.items["cost_fen"]).all()
    for table in (book.zones, book.sides, book.grades):
        assert table["cost_fen"].sum() == book.totals["cost_fen"]
    assert book.sources["total_fen"].sum() == book.totals["cost_fen"]
    assert (book.zones["face_fen"] + book.zones["lining_fen"] == book.zones["cost_fen"]).all()
    assert sum(book.totals[p] for p in parties) == book.totals["cost_fen"]
    assert book.zones["benefit"].sum() == pytest.approx(programme.benefit)


def test_what_each_party_gives_and_gets():
    programme = accounts()
    book = ledger(programme)
    assert set(programme.done["measure"]) == {"pipes", "road", "station"}
    pipes = programme.done[programme.done["measure"] == "pipes"]
    assert (pipes["saving_fen"] == 20_000).all()
    zone = book.zones.loc["z0"]
    assert zone["residents_cny_per_dwelling"] == pytest.approx(zone["residents_fen"] / 100 / 10)
    assert zone["running_residents_fen"] == 1000
    one = book.operators.iloc[0]
    assert one["internal_rate"] >= 0.06 - 1e-9
    assert one["payback_years"] == pytest.approx(one["invested_fen"] / 15000)
    paid = programme.paid_fen["bond"].sum() / 100
    assert book.totals["borrowed_fen"] == paid * 100
    assert book.totals["repaid_cny"] == pytest.approx(10 * paid * 0.03 / (1 - 1.03**-10))
    # In the year of the works government gives all but the bond, which it pays in the ten years after.
    given = book.totals["government_fen"] / 100 - paid
    assert book.flows["government"].iloc[0] == pytest.approx(-given)
    assert book.flows["government"].iloc[1] == pytest.approx(-paid * 0.03 / (1 - 1.03**-10))
    others = book.totals["residents_fen"] + book.totals["enterprises_fen"]
    assert book.totals["leverage"] == pytest.approx(others / book.totals["government_fen"])
