"""How long a programme takes: zones × measures × sources × floors of districts, and whether it keeps its rules.

    python benchmarks/programme.py --zones 5000 --years 1

The city is synthetic: sizes, needs and prices are drawn at random with a fixed seed. Some measures exclude each
other, two are cheaper done together, sources share costs, residents have a minimum, and every district gets at least
half of its share of the need. It ends with exit code 1 where a target is missed.
"""

from __future__ import annotations

import argparse
import sys
import time

import numpy as np
import pandas as pd

from geoprio.programme import (
    Bundle,
    Catalog,
    Effect,
    Floor,
    Measure,
    PlanRules,
    Problem,
    Quantity,
    Source,
    UnitCost,
    contributions,
    plan,
    prepare,
    prices,
)

COSTS = (4000, 3000, 5000, 6000, 2000, 12000, 8000, 15000, 25000, 40000)
CLOSES = (0.09, 0.08, 0.11, 0.11, 0.05, 0.18, 0.12, 0.24, 0.3, 0.4)
TARGETS_S = {"milp": 30.0, "lp": 2.0}
"""For 5,000 zones, 10 measures, 4 sources, 20 floors and one year."""


def measures() -> Catalog:
    """Return ten measures, three of which exclude each other."""
    rivals = ("m7", "m8", "m9")
    return Catalog(
        name="benchmark",
        measures=tuple(
            Measure(
                code=f"m{k}",
                title_zh=f"m{k}",
                title_en=f"m{k}",
                grade=("basic", "improving", "upgrading")[min(k // 4, 2)],
                side="lining",
                unit="dwelling",
                cost=UnitCost(low_cny=cost, high_cny=cost, source="benchmark"),
                quantity=(Quantity(column=f"need_{k}"),),
                excludes=tuple(r for r in rivals if f"m{k}" in rivals and r != f"m{k}"),
                improves=(Effect(indicator=f"i{k}", closes=closes, source="benchmark"),),
                fee_income_cny=cost * 0.08 if f"m{k}" in rivals else 0.0,
            )
            for k, (cost, closes) in enumerate(zip(COSTS, CLOSES, strict=True))
        ),
        bundles=(
            Bundle(code="dig", title_zh="dig", title_en="dig", measures=("m0", "m1"), saving=0.1, source="benchmark"),
        ),
    )


def city(zones: int, districts: int, seed: int, *, bundles: bool = True, years: int = 1) -> Problem:
    """Return a random problem."""
    random = np.random.default_rng(seed)
    homes = np.exp(random.normal(6, 0.6, zones)).round()
    table = pd.DataFrame(
        {
            "dwellings": homes,
            "population": homes * 2.5,
            "year_built": np.where(random.random(zones) < 0.7, 1990, 2003),
            "district": [f"d{k:02d}" for k in random.integers(0, districts, zones)],
            "price_factor": np.exp(random.normal(0, 0.25, zones)),
            "rank": np.arange(1, zones + 1),
        },
        index=pd.Index([f"z{k}" for k in range(zones)], name="zone_id"),
    )
    priority = random.beta(2, 3, zones) * 100
    for k in range(len(COSTS)):
        table[f"need_{k}"] = np.where(random.random(zones) < 0.6, homes * np.exp(random.normal(0, 0.2, zones)), 0.0)
        table[f"i{k}_contribution"] = priority * np.exp(random.normal(0, 0.3, zones))
    catalog = measures()
    if not bundles:
        catalog = catalog.model_copy(update={"bundles": ()})
    amount = sum(table[f"need_{k}"] * cost * table["price_factor"] for k, cost in enumerate(COSTS))
    need, by = float(amount.sum()), amount.groupby(table["district"]).sum()
    budget = {"central": 0.05, "city": 0.07, "operator": 0.04, "people": 0.02}
    money = {code: tuple([need * share / years] * years) for code, share in budget.items()}
    titles = {"title_zh": "x", "title_en": "x"}
    sources = (
        Source(code="central", kind="central_other", budget_cny=money["central"], max_share=0.5,
               eligible=({"column": "year_built", "at_most": 2000},), **titles),
        Source(code="city", kind="city", budget_cny=money["city"], max_share=0.6, **titles),
        Source(code="operator", kind="operator", budget_cny=money["operator"], max_share=0.7,
               measures=("m7", "m8", "m9"), **titles),
        Source(code="people", kind="residents", budget_cny=money["people"], max_share=0.5,
               shares=({"measures": ("m5", "m6"), "min_share": 0.1},), **titles),
    )  # fmt: skip
    floors = tuple(Floor(district=str(d), share=0.5 * float(a) / need) for d, a in by.items())
    rules = PlanRules(years=years, floors=floors)
    cost = prices(catalog, {}, assume=True)
    return prepare(table, catalog, cost, sources, rules, contributions(catalog, table), district="district")


def main() -> int:
    """Solve, print and compare with the targets."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--zones", type=int, default=5000)
    parser.add_argument("--districts", type=int, default=20)
    parser.add_argument("--years", type=int, default=1)
    parser.add_argument("--seeds", type=int, nargs="+", default=[3, 4, 5])
    parser.add_argument("--no-bundles", action="store_true")
    args = parser.parse_args()
    missed = 0
    for seed in args.seeds:
        start = time.perf_counter()
        problem = city(args.zones, args.districts, seed, bundles=not args.no_bundles, years=args.years)
        print(f"seed {seed}: {len(problem.items)} items, prepared in {time.perf_counter() - start:.2f} s")
        for method in ("lp", "milp"):
            start = time.perf_counter()
            programme = plan(problem, method=method, gap=1e-3, time_limit=300)
            wall = time.perf_counter() - start
            asked = (args.zones, args.districts, args.years) == (5000, 20, 1)
            ok = not asked or (wall <= TARGETS_S[method] and programme.gap <= 1e-3)
            missed += not ok
            print(
                f"  {method}: {wall:.2f} s ({programme.seconds:.2f} s in the solver), {programme.status},"
                f" gap {programme.gap:.2e}, {len(programme.done)} items,"
                f" benefit {programme.benefit:.0f} of at most {programme.bound:.0f}"
                f"{'' if ok else '  MISSED'}",
                flush=True,
            )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
