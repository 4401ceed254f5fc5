"""What people do without a solver: fund down the ranking, or by benefit for each yuan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from geoprio._core.errors import InputError
from geoprio._core.typing import Ints
from geoprio.programme.check import benefit_of, broken_rules
from geoprio.programme.conditions import numbers_of
from geoprio.programme.households import household_fen, resident_sources
from geoprio.programme.measures import GRADES
from geoprio.programme.money import FEN, MOST_FEN
from geoprio.programme.problem import Problem


@dataclass(frozen=True)
class Baseline:
    """A programme made in a simple way.

    Attributes
    ----------
    year : ndarray of int, shape (items,)
        Year from 0; -1: not done.
    cost : ndarray of int64, shape (items,)
        In fen, after what bundles save.
    benefit : float
    broken : tuple of str
        Rules that it breaks: such a way looks at budgets, shares, exclusions and what is required, and at nothing else.
    """

    year: Ints
    cost: Ints
    benefit: float
    broken: tuple[str, ...]


def baseline(problem: Problem, way: Literal["ranking", "greedy"]) -> Baseline:
    """Return the programme that goes down a list and funds what can still be paid.

    Parameters
    ----------
    problem : Problem
    way : str
        ``"ranking"``: zones by `rank` (else by `priority`), in each the measures by grade, then as in the catalog.
        ``"greedy"``: items by benefit for each yuan. What has to be done comes first either way.

    Raises
    ------
    InputError
        If the zones have neither rank nor priority.
    """
    purse = _Purse(problem)
    items = problem.items
    year = np.full(len(items), -1, np.int64)
    cost = problem.cost_fen.copy()
    rivals, needs, mates = _neighbors(problem)
    order = _order(problem, way)
    while len(order):
        # What waits for another item gets its chance once that is done.
        before = int((year >= 0).sum())
        for k in order:
            if any(year[r] >= 0 for r in rivals.get(k, ())) or any(year[n] < 0 for n in needs.get(k, ())):
                continue
            first = max((int(year[n]) for n in needs.get(k, ())), default=0)
            last = int(problem.deadline[k]) or problem.rules.years
            for t in range(first, last):
                saving = _savings(year, mates.get(k, {}), k, t)
                prices = {m: int(problem.cost_fen[m]) - saving.get(m, 0) for m in (*saving, k)}
                if purse.pay_together(prices, t):
                    year[k] = t
                    cost[list(prices)] = list(prices.values())
                    break
        order = order[year[order] < 0]
        if int((year >= 0).sum()) == before:
            break
    return Baseline(year, cost, benefit_of(problem, year), broken_rules(problem, year, cost))


def _order(problem: Problem, way: str) -> Ints:
    items = problem.items
    must = problem.deadline == 0
    if way == "greedy":
        worth = problem.gains.of_items(len(items)) / problem.cost_fen
        return np.lexsort((np.arange(len(items)), -worth, must))
    column = next((c for c in ("rank", "priority") if c in problem.zones.columns), None)
    if column is None:
        raise InputError("funding down the ranking needs the zones' rank or priority.")
    place = numbers_of(problem.zones, column, "ranking") * (1 if column == "rank" else -1)
    grade = np.array([GRADES.index(m.grade) for m in problem.catalog.measures])[items["measure_no"].to_numpy(int)]
    # Zones without a rank come last: NaN sorts to the end.
    return np.lexsort((items["measure_no"].to_numpy(), grade, problem.zone, place[problem.zone], must))


def _neighbors(problem: Problem) -> tuple[dict[int, set[int]], dict[int, list[int]], dict[int, dict[int, int]]]:
    """For each item: what excludes it, what it requires, and what its bundle's members save."""
    rivals: dict[int, set[int]] = {}
    for one in _members(problem.exclusive.item, problem.exclusive.group):
        for k in one:
            rivals.setdefault(k, set()).update(set(one) - {k})
    needs: dict[int, list[int]] = {}
    for item, needed in problem.requires.tolist():
        needs.setdefault(item, []).append(needed)
    saving = dict(zip(problem.bundles.item.tolist(), problem.saving_fen.tolist(), strict=True))
    mates = {
        k: {m: saving[m] for m in one} for one in _members(problem.bundles.item, problem.bundles.group) for k in one
    }
    return rivals, needs, mates


def _members(item: Ints, group: Ints) -> list[list[int]]:
    found: dict[int, list[int]] = {}
    for k, g in zip(item.tolist(), group.tolist(), strict=True):
        found.setdefault(g, []).append(k)
    return list(found.values())


def _savings(year: Ints, mates: dict[int, int], k: int, t: int) -> dict[int, int]:
    """Return what each of a bundle saves, in fen, where an item done in a year completes it."""
    return mates if mates and all(year[m] == t for m in mates if m != k) else {}


class _Purse:
    """What is left of each source in each year."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        years = problem.rules.years
        self._left: list[list[int]] = []
        self._debt: list[float] = []
        for source in problem.sources:
            budget = source.budgets_fen(years)
            self._left.append([MOST_FEN] * years if budget is None else budget.tolist())
            loan = source.repayment
            limit = loan.service_limit_cny if loan else None
            self._debt.append(float("inf") if limit is None or loan is None else limit * FEN / loan.payment)
        self._homes = household_fen(problem).tolist()
        self._residents = resident_sources(problem).tolist()
        # Money that few may use goes first.
        self._narrow = np.argsort(problem.limits.allowed.sum(axis=0), kind="stable").tolist()
        self._paid: dict[int, list[tuple[int, int, int, int]]] = {}
        self._mixes: dict[int, list[int]] = {}
        for row, item in enumerate(problem.mixes.item.tolist()):
            self._mixes.setdefault(item, []).append(row)

    def pay_together(self, prices: dict[int, int], t: int) -> bool:
        """Pay items of a year, those that are paid already anew; return whether all are paid, else nothing changes."""
        before = {k: self._paid.pop(k) for k in prices if k in self._paid}
        self._book([draw for draws in before.values() for draw in draws], -1)
        for k, cost in prices.items():
            if not self._pay(k, t, cost):
                made = [self._paid.pop(m) for m in prices if m in self._paid]
                self._book([draw for draws in made for draw in draws], -1)
                self._book([draw for draws in before.values() for draw in draws], 1)
                self._paid |= before
                return False
        return True

    def _pay(self, k: int, t: int, cost: int) -> bool:
        """Pay an item if some set of sources can; return whether it is paid."""
        zone = int(self._problem.zone[k])
        for row in self._mixes.get(k, ()):
            parts = self._parts(k, t, cost, self._problem.mixes.members[row].tolist())
            if parts is not None:
                self._paid[k] = [(s, y, zone, cut) for s, part in parts.items() for y, cut in self._cuts(s, t, part)]
                self._book(self._paid[k], 1)
                return True
        return False

    def _parts(self, k: int, t: int, cost: int, members: list[bool]) -> dict[int, int] | None:
        limits = self._problem.limits
        parts: dict[int, int] = {}
        zone, open_ = int(self._problem.zone[k]), cost
        for s in self._narrow:
            if members[s]:
                parts[s] = int(np.floor(limits.low[k, s] * cost))
                open_ -= parts[s]
        for s in self._narrow:
            if members[s]:
                most = min(int(np.ceil(limits.high[k, s] * cost)), int(limits.cap_fen[k, s]), self._there(s, t))
                if self._residents[s]:
                    others = sum(p for o, p in parts.items() if o != s and self._residents[o])
                    most = min(most, self._homes[zone] - others)
                if most < parts[s]:
                    return None
                more = max(0, min(open_, most - parts[s]))
                parts[s] += more
                open_ -= more
        return parts if open_ == 0 else None

    def _there(self, s: int, t: int) -> int:
        carried = self._problem.sources[s].carry_over
        return int(min(sum(self._left[s][: t + 1]) if carried else self._left[s][t], self._debt[s], MOST_FEN))

    def _cuts(self, s: int, t: int, part: int) -> list[tuple[int, int]]:
        """Return from which year's money a part is taken: carried money is spent oldest first."""
        cuts = []
        for year in range(t + 1) if self._problem.sources[s].carry_over else (t,):
            cuts.append((year, min(part, self._left[s][year])))
            part -= cuts[-1][1]
        return cuts

    def _book(self, draws: list[tuple[int, int, int, int]], way: int) -> None:
        """Take what is drawn (source, year, zone, fen) from its purse, or give it back with `way` -1."""
        for s, year, zone, cut in draws:
            self._left[s][year] -= way * cut
            self._debt[s] -= way * cut
            self._homes[zone] -= way * cut if self._residents[s] else 0
