"""Why money is left over: the settings that keep it from being spent, and what each would free."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import pandas as pd

from geoprio.programme.funding import Source, conflicts, limits
from geoprio.programme.portfolio import Programme, plan
from geoprio.programme.problem import Problem, mixes_of
from geoprio.programme.rules import PlanRules

LEAST_LEFT: Final = 0.02
"""Share of the budgets below which what is left over needs no explanation."""
LEAST_FREED: Final = 0.01
"""Share of the programme's cost that a setting has to free to be told."""
ROUGH: Final = 1e-2


def left_share(programme: Programme) -> float:
    """Return which share of all budgets the programme leaves unspent; 0 where no source has one."""
    whole = spent = 0
    for source in programme.problem.sources:
        there = source.budgets_fen(programme.problem.rules.years)
        if there is not None:
            whole += int(there.sum())
            spent += int(programme.done[f"{source.code}_fen"].sum())
    return 1 - spent / whole if whole else 0.0


def freed_by(programme: Programme, *, time_limit: float = 10.0) -> pd.DataFrame:
    """Return how much more would be done for the same money if a single setting gave way.

    Each is tried alone, relaxed and rounded, so that the sums are near ones, not the best.

    Parameters
    ----------
    programme : Programme
    time_limit : float
        Seconds for each setting.

    Returns
    -------
    DataFrame
        `setting` (such as ``"carry_over"``), `source` (its code; empty: a rule), `cost_fen` (of the programme that then
        can be), `freed_fen` (how much more that is), `benefit`; the one that frees most first. Empty where hardly
        anything is left over, or no setting frees anything.
    """
    columns = ["setting", "source", "cost_fen", "freed_fen", "benefit"]
    rows: list[tuple[str, str, int, int, float]] = []
    cost = int(programme.done["cost_fen"].sum())
    if left_share(programme) >= LEAST_LEFT and len(programme.done) < len(programme.problem.items):
        for setting, source, problem in _looser(programme.problem):
            other = plan(problem, method="lp", gap=ROUGH, time_limit=time_limit, explain=False)
            more = int(other.done["cost_fen"].sum()) - cost
            if more > LEAST_FREED * cost and other.benefit > programme.benefit:
                rows.append((setting, source, cost + more, more, other.benefit))
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values("freed_fen", ascending=False, kind="stable", ignore_index=True)


def _looser(problem: Problem) -> Iterator[tuple[str, str, Problem]]:
    """Yield the problem with one setting after the other that gives way."""
    for k, source in enumerate(problem.sources):
        for setting, other in _of_source(source, problem.rules.years):
            sources = (*problem.sources[:k], other, *problem.sources[k + 1 :])
            yield setting, source.code, with_sources(problem, sources)
    rules = problem.rules
    free: dict[str, object] = {
        "floors": (),
        "zone_min_cny": None,
        "zone_max_cny": None,
        "household_max_cny": None,
        "complete": (),
        "one_year_per_zone": False,
    }
    for setting, value in free.items():
        if getattr(rules, setting) != value:
            yield setting, "", replace(problem, rules=PlanRules.model_validate(rules.model_dump() | {setting: value}))


def _of_source(source: Source, years: int) -> Iterator[tuple[str, Source]]:
    """Yield a source with one of its settings that gives way."""
    if source.budget_cny is not None and years > 1 and not source.carry_over:
        yield "carry_over", source.model_copy(update={"carry_over": True})
    if source.max_share < 1:
        yield "max_share", source.model_copy(update={"max_share": 1.0})
    if source.min_share > 0 or any(s.min_share for s in source.shares):
        shares = tuple(s.model_copy(update={"min_share": 0.0}) for s in source.shares)
        yield "min_share", source.model_copy(update={"min_share": 0.0, "shares": shares})
    for cap in ("max_per_unit_cny", "max_per_dwelling_cny"):
        if getattr(source, cap) is not None:
            yield cap, source.model_copy(update={cap: None})


def with_sources(problem: Problem, sources: tuple[Source, ...]) -> Problem:
    """Return the problem of the same candidates with other sources of money, of the same codes.

    Parameters
    ----------
    problem : Problem
    sources : tuple of Source
        What they allow is no less than what the problem's own do, so that every candidate stays one.
    """
    held = limits(sources, problem.catalog, problem.zones, problem.items)
    return replace(problem, sources=sources, limits=held, mixes=mixes_of(held, conflicts(sources)))
