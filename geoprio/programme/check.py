"""Whether a programme keeps its rules: plain sums over its tables, apart from the program that chose it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from geoprio._core.typing import Bools, Floats, Ints
from geoprio.programme.funding import conflicts
from geoprio.programme.model import safety_forced
from geoprio.programme.money import FEN
from geoprio.programme.problem import Problem

TOLERANCE = 2e-6
"""Part of all money by which a floor or limit of debt may be missed: the solver's tolerance. Budgets have none."""
SHARE_FEN = 5
"""Fen by which the share of a source in one item may be missed, since fen are not split."""


def benefit_by_zone(problem: Problem, year: Ints) -> Floats:
    """Return the points of benefit of a choice in each zone: never more than the need, discounted by the year.

    Parameters
    ----------
    year : ndarray of int, shape (items,)
        Year from 0 in which an item is done; -1: not.

    Returns
    -------
    ndarray, shape (zones,)
    """
    gains, out = problem.gains, np.zeros(len(problem.zones))
    value = [*problem.rules.year_values(), 0.0]
    for t in range(problem.rules.years):
        done = (year >= 0) & (year <= t)
        met = np.bincount(gains.need, np.where(done[gains.item], gains.points, 0.0), len(gains.ceiling))
        whole = np.minimum(met, gains.ceiling).reshape(len(out), -1)
        out += (value[t] - value[t + 1]) * whole.sum(axis=1)
    return out


def benefit_of(problem: Problem, year: Ints) -> float:
    """Return the points of benefit of a choice in all zones; see `benefit_by_zone`."""
    return float(benefit_by_zone(problem, year).sum())


def broken_rules(problem: Problem, year: Ints, cost: Ints) -> tuple[str, ...]:
    """Return the rules that a choice of items breaks, money aside: a sentence for each.

    Parameters
    ----------
    year : ndarray of int, shape (items,)
        Year from 0; -1: not done.
    cost : ndarray of int64, shape (items,)
        After savings, in fen; only of what is done.
    """
    items, done = problem.items, year >= 0
    told: list[str] = []
    late = (problem.deadline > 0) & (~done | (year >= problem.deadline))
    told += [f"must: {_name(items, k)} is not done by year {problem.deadline[k]}" for k in np.flatnonzero(late)]
    both = np.bincount(problem.exclusive.group, done[problem.exclusive.item], problem.exclusive.count)
    told += [f"exclusive: {int(n)} items of group {g} are done" for g, n in enumerate(both) if n > 1]
    for item, needed in problem.requires:
        if done[item] and not (done[needed] and year[needed] <= year[item]):
            told.append(f"requires: {_name(items, item)} is done before {items['measure'].iloc[needed]}")
    spent = np.where(done, cost, 0)
    told += _zone_rules(problem, year, np.bincount(problem.zone, spent, len(problem.zones)).astype(np.int64))
    return (*told, *_floor_rules(problem, spent))


def _name(items: pd.DataFrame, k: int | np.integer[Any]) -> str:
    return f"{items['measure'].iloc[int(k)]} in zone {items['zone_id'].iloc[int(k)]}"


def _zone_rules(problem: Problem, year: Ints, spent: Ints) -> list[str]:
    rules, told = problem.rules, []
    slack = TOLERANCE * max(spent.sum(), 1)
    opens = (year >= 0) & ~safety_forced(problem)
    touched = np.zeros(len(problem.zones), bool)
    touched[problem.zone[opens]] = True
    ids = problem.zones.index.tolist()
    if rules.zone_max_cny is not None:
        told += [f"zone_max: zone {ids[z]}" for z in np.flatnonzero(spent > rules.zone_max_cny * FEN + slack)]
    if rules.zone_min_cny is not None:
        told += [
            f"zone_min: zone {ids[z]}" for z in np.flatnonzero(touched & (spent < rules.zone_min_cny * FEN - slack))
        ]
    if rules.one_year_per_zone:
        seen = pd.DataFrame({"zone": problem.zone[opens], "year": year[opens]}).groupby("zone")["year"].nunique()
        told += [f"one_year: zone {ids[z]}" for z in seen.index[seen > 1]]
    if rules.complete:
        grade = {m.code: m.grade for m in problem.catalog.measures}
        apart = {
            m.code: {*m.excludes, *(o.code for o in problem.catalog.measures if m.code in o.excludes)}
            for m in problem.catalog.measures
        }
        here = {(z, m) for z, m, y in zip(problem.zone, problem.items["measure"], year, strict=True) if y >= 0}
        for k, (z, m) in enumerate(zip(problem.zone, problem.items["measure"], strict=True)):
            if touched[z] and grade[m] in rules.complete and not any((z, o) in here for o in {m, *apart[m]}):
                told.append(f"complete: {_name(problem.items, k)} is left out")
    return told


def _floor_rules(problem: Problem, spent: Ints) -> list[str]:
    by = np.bincount(problem.district[problem.zone], spent, len(problem.districts))
    slack = TOLERANCE * max(by.sum(), 1)
    told = []
    for floor in problem.rules.floors:
        got = by[problem.districts.index(floor.district)]
        if floor.share is not None and got < floor.share * by.sum() - slack:
            told.append(f"floor_share: district {floor.district} gets {got / FEN:.2f} of {by.sum() / FEN:.2f} yuan")
        if floor.cny is not None and got < floor.cny * FEN - slack:
            told.append(f"floor_cny: district {floor.district} gets {got / FEN:.2f} yuan")
    return told


def broken_money(problem: Problem, item: Ints, year: Ints, cost: Ints, paid: Ints) -> tuple[str, ...]:
    """Return what is wrong with who pays what: a sentence for each.

    Parameters
    ----------
    item, year : ndarray of int, shape (done,)
    cost : ndarray of int64, shape (done,)
        After savings, in fen.
    paid : ndarray of int64, shape (done, sources)
        In fen.
    """
    told = []
    limits, years = problem.limits, problem.rules.years
    if (paid < 0).any():
        told.append("a source pays less than nothing")
    told += [
        f"{_name(problem.items, item[k])}: the sources do not sum to its cost"
        for k in np.flatnonzero(paid.sum(axis=1) != cost)
    ]
    wrong = (
        ((paid > 0) & ~limits.allowed[item])
        | (paid > limits.high[item] * cost[:, None] + SHARE_FEN)
        | (paid < limits.low[item] * cost[:, None] - SHARE_FEN)
        | (paid > limits.cap_fen[item] + SHARE_FEN)
    )
    told += [
        f"{_name(problem.items, item[k])}: {problem.sources[s].code} pays {paid[k, s]} of {cost[k]} fen"
        for k, s in np.argwhere(wrong)
    ]
    apart = conflicts(problem.sources)
    told += [
        f"{_name(problem.items, item[k])}: sources that exclude each other pay"
        for k in np.flatnonzero(_clash(paid > 0, apart))
    ]
    told += _household_rules(problem, item, paid)
    for s, source in enumerate(problem.sources):
        drawn = np.zeros(years, np.int64)
        np.add.at(drawn, year, paid[:, s])
        budget = source.budgets_fen(years)
        if budget is not None:
            over = np.cumsum(drawn) > np.cumsum(budget) if source.carry_over else drawn > budget
            told += [f"budget of {source.code} in year {t + 1}: {drawn[t]} fen" for t in np.flatnonzero(over)]
        if source.repayment and source.repayment.service_limit_cny is not None:
            limit = source.repayment.service_limit_cny * FEN
            if drawn.sum() * source.repayment.payment > limit + TOLERANCE * paid.sum() + SHARE_FEN:
                told.append(f"payments of {source.code} exceed their limit")
    return tuple(told)


def _household_rules(problem: Problem, item: Ints, paid: Ints) -> list[str]:
    most = problem.rules.household_max_cny
    if most is None:
        return []
    theirs = paid[:, [s.party == "residents" for s in problem.sources]].sum(axis=1)
    homes = problem.items["dwellings"].to_numpy(float)[item]
    table = pd.DataFrame({"zone": problem.items["zone_id"].to_numpy()[item], "paid": theirs, "homes": homes})
    zones = table.groupby("zone").agg({"paid": "sum", "homes": "first"})
    over = zones[zones["paid"] > zones["homes"].fillna(0.0) * most * FEN + TOLERANCE]
    return [f"household: residents of zone {z} pay {row['paid'] / FEN:.2f} yuan" for z, row in over.iterrows()]


def _clash(pays: Bools, apart: Bools) -> Bools:
    """Rows in which two sources pay that exclude each other; shape (rows,)."""
    together = pays.astype(np.int64) @ apart.astype(np.int64)
    clash: Bools = np.any(pays & (together > 0), axis=1)
    return clash
