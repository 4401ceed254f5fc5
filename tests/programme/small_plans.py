"""Small random programmes, and the best of each by trying everything."""

import itertools

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp

from geoprio.programme import (
    Bundle,
    Catalog,
    Concession,
    Effect,
    Floor,
    Measure,
    PlanRules,
    Quantity,
    Repayment,
    ShareRule,
    Source,
    UnitCost,
    contributions,
    prepare,
    prices,
)

GRADES = ("safety", "basic", "improving", "upgrading")
TITLES = {"title_zh": "甲", "title_en": "a"}


def measure(code, cost=100.0, grade="basic", closes=0.5, indicator="priority", **more):
    base = {
        "quantity": (Quantity(column=f"n_{code}"),),
        "cost": UnitCost(low_cny=cost, high_cny=cost, source="test"),
        "improves": (Effect(indicator=indicator, closes=closes, source="test"),) if closes else (),
    }
    return Measure(code=code, grade=grade, side="lining", unit="piece", **TITLES, **(base | more))


def catalog_of(*measures, bundles=()):
    return Catalog(name="test", measures=measures, bundles=bundles)


def source(code, kind="city", **more):
    return Source(code=code, kind=kind, **TITLES, **more)


def zones_of(count, **columns):
    index = pd.Index([f"z{k}" for k in range(count)], name="zone_id")
    return pd.DataFrame({"population": 100.0, "priority": 50.0, "district": "A"} | columns, index=index)


def problem_of(zones, catalog, sources, rules=None, **more):
    cost = prices(catalog, {}, assume=True)
    return prepare(
        zones,
        catalog,
        cost,
        tuple(sources),
        rules or PlanRules(),
        contributions(catalog, zones),
        district="district",
        **more,
    )


def random_problem(seed, rules, *, wide=False):
    """A problem of two or three zones and two or three measures in which the rules named in `rules` hold.

    Of two years it has two zones, unless it is `wide`: trying everything would take too long.
    """
    r = np.random.default_rng(seed)
    count, kinds = int(r.integers(2, 4)), int(r.integers(2, 4))
    count = 2 if "years" in rules and not wide else count
    codes = [f"m{k}" for k in range(kinds)]
    measures = []
    for k, code in enumerate(codes):
        more = {"cost": float(r.integers(20, 200))}
        more["fee_income_cny"] = float(r.integers(0, 30)) if "income" in rules else 0.0
        if "excludes" in rules and k == 1:
            more["excludes"] = (codes[0],)
        if "requires" in rules and k == kinds - 1:
            more["requires"] = (codes[0],)
        grade = "safety" if "safety" in rules and k == 0 else GRADES[1 + int(r.integers(0, 3))]
        indicator = "priority" if "capped" in rules or r.random() < 0.5 else "need"
        closes = float(r.uniform(0.5, 1)) if "capped" in rules else float(r.uniform(0.1, 0.4))
        measures.append(measure(code, grade=grade, closes=closes, indicator=indicator, **more))
    bundles = ()
    if "bundle" in rules:
        bundles = (Bundle(code="b", measures=tuple(codes[:2]), saving=0.3, source="test", **TITLES),)
    zones = zones_of(
        count,
        district=r.choice(["A", "B"], count),
        dwellings=r.integers(5, 20, count).astype(float),
        priority=r.uniform(10, 100, count),
        need_contribution=r.uniform(10, 100, count),
        old=r.random(count) < 0.6,
        **{f"n_{code}": r.integers(0, 5, count).astype(float) for code in codes},
    )
    zones["priority"] += zones["need_contribution"]
    catalog = catalog_of(*measures, bundles=bundles)
    return _with_money(r, zones, catalog, rules)


def _with_money(r, zones, catalog, rules):
    years = 2 if "years" in rules else 1
    total = float(sum((zones[f"n_{m.code}"] * m.cost.low_cny).sum() for m in catalog.measures)) + 50
    size = total * (1.2 if "safety" in rules else 0.7) / years

    def budget(share):
        return tuple(float(round(size * share * r.uniform(0.5, 1.5))) for _ in range(years))

    city = {"budget_cny": budget(0.6), "max_share": 0.8 if "shares" in rules else 1.0, "carry_over": "carry" in rules}
    central = {"budget_cny": budget(0.4), "max_share": 0.5 if "shares" in rules else 1.0}
    people = {"budget_cny": budget(0.2), "max_share": 0.5}
    loan = Repayment(rate=0.04, years=10, by="budget", service_limit_cny=float(round(size * 0.05)))
    least = {"min_share": 0.1, "shares": (ShareRule(grades=("upgrading",), min_share=0.3),)}
    apart = {"not_with": ("city" if r.random() < 0.5 else "people",)}
    extras = {
        "service": (city, {"repayment": loan}),
        "eligible": (central, {"eligible": ({"column": "old", "one_of": (True,)},)}),
        "cap": (central, {"max_per_dwelling_cny": 10.0}),
        "minimum": (people, least),
        "apart": (central, apart),
    }
    for rule in rules & extras.keys():
        extras[rule][0].update(extras[rule][1])
    sources = [
        source("city", **city),
        source("central", "central_other", **central),
        source("people", "residents", **people),
    ]
    if "income" in rules:
        sources.append(
            source("operator", "operator", max_share=0.9, concession=Concession(required_return=0.06, years=15))
        )
    return problem_of(zones, catalog, sources, _rules(zones, rules, years, total, size))


def _rules(zones, rules, years, total, size):
    names, mean = sorted(set(zones["district"])), total / len(zones)
    extras = {
        "floors": {"floors": tuple(Floor(district=d, share=0.3) for d in names)},
        "floor_cny": {"floors": (Floor(district=names[0], cny=float(round(size * 0.3))),)},
        "zone_min": {"zone_min_cny": float(round(mean * 0.4))},
        "zone_max": {"zone_max_cny": float(round(mean * 0.8))},
        "complete": {"complete": ("basic", "improving")},
        "one_year": {"one_year_per_zone": True},
        "household": {"household_max_cny": float(round(mean * 0.015, 2))},
    }
    chosen = {"years": years}
    for rule in sorted(rules & extras.keys()):
        chosen |= extras[rule]
    return PlanRules(**chosen)


def best_by_trying(problem):
    """Benefit of the best choice that keeps every rule, and how many items it does; None without any."""
    rules, items = problem.rules, problem.items
    years = range(-1, rules.years)
    tried = []
    for choice in itertools.product(years, repeat=len(items)):
        cost = costs(problem, choice)
        if keeps(problem, choice, cost):
            tried.append((worth(problem, choice), choice, cost))
    for value, choice, cost in sorted(tried, key=lambda t: -t[0]):
        if fundable(problem, choice, cost):
            return value, sum(t >= 0 for t in choice)
    return None


def costs(problem, choice):
    """Fen for each item after what bundles save."""
    items = problem.items
    cost = [int(c) for c in items["cost_fen"]]
    for bundle in problem.catalog.bundles:
        for _, group in items[items["measure"].isin(bundle.measures)].groupby("zone_id"):
            together = {choice[k] for k in group.index}
            if len(group) > 1 and len(together) == 1 and together != {-1}:
                for k in group.index:
                    cost[k] -= int(np.floor(cost[k] * bundle.saving))
    return cost


def worth(problem, choice):
    """Points: each year's gains up to the need, weighted by how much a year counts."""
    value = [(1 + problem.rules.discount) ** -t for t in range(problem.rules.years)] + [0.0]
    total, gains = 0.0, problem.gains
    for t in range(problem.rules.years):
        met = dict.fromkeys(range(len(gains.ceiling)), 0.0)
        for item, need, points in zip(gains.item, gains.need, gains.points, strict=True):
            if 0 <= choice[item] <= t:
                met[need] += points
        total += (value[t] - value[t + 1]) * sum(min(m, gains.ceiling[n]) for n, m in met.items())
    return total


def keeps(problem, choice, cost):
    """Whether a choice keeps every rule but those of money."""
    items = problem.items
    year = {(z, m): t for z, m, t in zip(items["zone_id"], items["measure"], choice, strict=True)}
    spent = dict.fromkeys(problem.zones.index, 0)
    for z, c, t in zip(items["zone_id"], cost, choice, strict=True):
        spent[z] += c if t >= 0 else 0
    return (
        pairs_kept(problem, year)
        and safety_kept(problem, year)
        and zones_kept(problem, year, spent)
        and floors_kept(problem, spent)
    )


def forced(problem, code):
    return problem.rules.force_safety and problem.catalog.measure(code).grade == "safety"


def rivals(problem, code):
    return {*problem.catalog.measure(code).excludes, *(o.code for o in problem.catalog.measures if code in o.excludes)}


def pairs_kept(problem, year):
    for (zone, code), t in year.items():
        if t < 0:
            continue
        if any(year.get((zone, other), -1) >= 0 for other in rivals(problem, code)):
            return False
        needs = [year[zone, n] for n in problem.catalog.measure(code).requires if (zone, n) in year]
        if any(not 0 <= n <= t for n in needs):
            return False
    return True


def safety_kept(problem, year):
    return all(0 <= t < problem.rules.safety_by for (_, m), t in year.items() if forced(problem, m))


def zones_kept(problem, year, spent):
    rules = problem.rules
    least, most = (rules.zone_min_cny or 0) * 100 - 1e-6, (rules.zone_max_cny or 1e12) * 100 + 1e-6
    for zone, fen in spent.items():
        here = {m: t for (z, m), t in year.items() if z == zone}
        when = {t for m, t in here.items() if t >= 0 and not forced(problem, m)}
        wanted = [m for m in here if problem.catalog.measure(m).grade in rules.complete]
        whole = all(any(here.get(o, -1) >= 0 for o in {m, *rivals(problem, m)}) for m in wanted)
        if fen > most or (when and (fen < least or not whole)) or (rules.one_year_per_zone and len(when) > 1):
            return False
    return True


def floors_kept(problem, spent):
    total = sum(spent.values())
    for floor in problem.rules.floors:
        got = sum(s for z, s in spent.items() if problem.zones.loc[z, "district"] == floor.district)
        if floor.share is not None and got < floor.share * total - 1e-6:
            return False
        if floor.cny is not None and got < floor.cny * 100 - 1e-6:
            return False
    return True


def fundable(problem, choice, cost):
    """Whether the sources can pay, item by item: a program of its own, with no classes of items."""
    done = [k for k, t in enumerate(choice) if t >= 0]
    if not done:
        return True
    sources, catalog, items = problem.sources, problem.catalog, problem.items
    width = len(sources)
    n = len(done) * width
    upper, rows = np.zeros(2 * n), []
    upper[n:] = 1
    for i, k in enumerate(done):
        one, zone = catalog.measure(items["measure"][k]), problem.zones.loc[items["zone_id"][k]]
        pays = np.zeros(2 * n)
        pays[i * width : (i + 1) * width] = 1
        rows.append((pays, cost[k], cost[k]))
        for s, by in enumerate(sources):
            low, high = by.share_of(one.code, one.grade)
            if by.eligible and not zone["old"]:
                low = high = 0.0
            cap = high * cost[k]
            if by.max_per_dwelling_cny:
                cap = min(cap, by.max_per_dwelling_cny * 100 * zone["dwellings"])
            if by.concession:
                rate, n_years = by.concession.required_return, by.concession.years
                income = items["income_fen"][k] - items["running_fen"][k]
                cap = min(cap, max(income, 0) * sum((1 + rate) ** -t for t in range(1, n_years + 1)))
            at = i * width + s
            upper[at] = cap
            link, least = np.zeros(2 * n), np.zeros(2 * n)
            link[at], link[n + at], least[at] = 1, -cap, 1
            rows += [(link, -np.inf, 0), (least, low * cost[k], np.inf)]
            for o, other in enumerate(sources):
                if other.code in by.not_with:
                    apart = np.zeros(2 * n)
                    apart[[n + at, n + i * width + o]] = 1
                    rows.append((apart, -np.inf, 1))
    rows += [*_purses(problem, choice, done, n), *_households(problem, done, n)]
    matrix, low, high = np.array([r[0] for r in rows]), np.array([r[1] for r in rows]), np.array([r[2] for r in rows])
    found = milp(
        np.zeros(2 * n),
        constraints=LinearConstraint(matrix / 100, low / 100, high / 100),
        bounds=Bounds(0, upper),
        integrality=np.r_[np.zeros(n), np.ones(n)],
    )
    return found.status == 0


def _households(problem, done, n):
    most, width = problem.rules.household_max_cny, len(problem.sources)
    rows = []
    for zone, row in problem.zones.iterrows() if most is not None else ():
        paid = np.zeros(2 * n)
        for i, k in enumerate(done):
            for s, by in enumerate(problem.sources):
                paid[i * width + s] = problem.items["zone_id"][k] == zone and by.kind == "residents"
        rows.append((paid, -np.inf, np.floor(row["dwellings"] * most * 100 + 1e-6)))
    return rows


def _purses(problem, choice, done, n):
    rows, width = [], len(problem.sources)
    for s, by in enumerate(problem.sources):
        for t in range(problem.rules.years):
            drawn = np.zeros(2 * n)
            for i, k in enumerate(done):
                drawn[i * width + s] = choice[k] <= t if by.carry_over else choice[k] == t
            if by.budget_cny is not None:
                budgets = [by.budget_cny[min(y, len(by.budget_cny) - 1)] for y in range(problem.rules.years)]
                rows.append((drawn, -np.inf, 100 * (sum(budgets[: t + 1]) if by.carry_over else budgets[t])))
        if by.repayment:
            loan = by.repayment
            payment = loan.rate / (1 - (1 + loan.rate) ** -loan.years)
            owed = np.zeros(2 * n)
            owed[s : len(done) * width : width] = payment
            rows.append((owed, -np.inf, loan.service_limit_cny * 100))
    return rows
