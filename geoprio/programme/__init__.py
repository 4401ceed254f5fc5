"""The programme within the money: measures, funding, what to do where and when, and where to put new facilities."""

from geoprio.programme.answers import (
    changes,
    draw_factors,
    frequencies,
    frontier,
    gains_over,
    redrawn,
    sentences,
    shadow_prices,
    with_budgets,
    with_more,
)
from geoprio.programme.baselines import Baseline, baseline
from geoprio.programme.candidates import STATUS_TITLES, Gains, contributions, gains, in_effect, tabulate
from geoprio.programme.check import benefit_by_zone, benefit_of, broken_money, broken_rules
from geoprio.programme.conditions import Condition
from geoprio.programme.finance import annuity_factor, internal_rate, payback_years, present_value
from geoprio.programme.funding import Concession, Kind, Repayment, ShareRule, Source, source_kinds
from geoprio.programme.grants import FloorTable, grant_shares, lift_payments, load_floor_tables
from geoprio.programme.hazards import hazards, mended_by
from geoprio.programme.infeasible import SOFT, Relief
from geoprio.programme.ledger import Ledger, ledger
from geoprio.programme.measures import Bundle, Catalog, Effect, Measure, Price, Quantity, UnitCost, load_catalog, prices
from geoprio.programme.money import fen, split
from geoprio.programme.portfolio import Programme, plan
from geoprio.programme.problem import Problem, prepare
from geoprio.programme.rules import Floor, PlanRules, need_floors
from geoprio.programme.set_cover import set_cover
from geoprio.programme.sites import Pairs, Siting, pairs_of
from geoprio.programme.siting import maximal_cover, p_median, zone_quantities
from geoprio.programme.spec import SNIPPET, Choice, Pin, ProgrammeSites, ProgrammeSpec, choice_of, pins_of
from geoprio.programme.unspent import freed_by

__all__ = [
    "SNIPPET",
    "SOFT",
    "STATUS_TITLES",
    "Baseline",
    "Bundle",
    "Catalog",
    "Choice",
    "Concession",
    "Condition",
    "Effect",
    "Floor",
    "FloorTable",
    "Gains",
    "Kind",
    "Ledger",
    "Measure",
    "Pairs",
    "Pin",
    "PlanRules",
    "Price",
    "Problem",
    "Programme",
    "ProgrammeSites",
    "ProgrammeSpec",
    "Quantity",
    "Relief",
    "Repayment",
    "ShareRule",
    "Siting",
    "Source",
    "UnitCost",
    "annuity_factor",
    "baseline",
    "benefit_by_zone",
    "benefit_of",
    "broken_money",
    "broken_rules",
    "changes",
    "choice_of",
    "contributions",
    "draw_factors",
    "fen",
    "freed_by",
    "frequencies",
    "frontier",
    "gains",
    "gains_over",
    "grant_shares",
    "hazards",
    "in_effect",
    "internal_rate",
    "ledger",
    "lift_payments",
    "load_catalog",
    "load_floor_tables",
    "maximal_cover",
    "mended_by",
    "need_floors",
    "p_median",
    "pairs_of",
    "payback_years",
    "pins_of",
    "plan",
    "prepare",
    "present_value",
    "prices",
    "redrawn",
    "sentences",
    "set_cover",
    "shadow_prices",
    "source_kinds",
    "split",
    "tabulate",
    "with_budgets",
    "with_more",
    "zone_quantities",
]
