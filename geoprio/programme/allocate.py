"""From a choice to money in whole fen: who gives how much to what, exactly.

With the items chosen, money is a flow from the sources' budgets to the classes of items. Bounds in whole fen have whole
answers, so the solver's amounts, cut to what is surely allowed, are filled up along a largest flow, and nothing is
rounded away. A share may so be missed by less than a fen for each class.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import maximum_flow

from geoprio._core.typing import Bools, Floats, Ints
from geoprio.programme.households import household_fen, resident_sources
from geoprio.programme.model import Model
from geoprio.programme.money import MOST_FEN, spread
from geoprio.programme.problem import Problem

FLOW_MOST = 2**30
"""Flows are counted in 32 bits; what is left to fill up after the solver's amounts lies far below."""
TRIM = 1e-6
"""Part of the solver's amounts that is taken back first: its tolerance."""


def savings(problem: Problem, year: Ints) -> Ints:
    """Return what each item saves through its bundle, in fen.

    Parameters
    ----------
    year : ndarray of int, shape (items,)
        Year in which it is done; -1: not.
    """
    out = np.zeros(len(problem.items), np.int64)
    groups = problem.bundles
    if groups.count:
        when = year[groups.item]
        low = np.full(groups.count, np.iinfo(np.int64).max)
        high = np.full(groups.count, -1)
        np.minimum.at(low, groups.group, when)
        np.maximum.at(high, groups.group, when)
        together = (low == high) & (low >= 0)
        out[groups.item] = np.where(together[groups.group], problem.saving_fen, 0)
    return out


def allocate(problem: Problem, model: Model, chosen: Ints, cost: Ints, money: Floats) -> Ints | None:
    """Return what each source gives to each chosen variant, in fen.

    Parameters
    ----------
    problem : Problem
    model : Model
    chosen : ndarray of int, shape (chosen,)
        Variants that are done.
    cost : ndarray of int64, shape (chosen,)
        Their cost after savings.
    money : ndarray of float, shape (flows,)
        The solver's amounts, in fen.

    Returns
    -------
    ndarray of int64, shape (chosen, sources), or None
        None where the budgets do not reach by the fen: then the solver used its tolerance.
    """
    classes, sources = model.classes, len(problem.sources)
    of = classes.of[chosen]
    spent = np.zeros(len(classes.year), np.int64)
    np.add.at(spent, of, cost)
    used = np.flatnonzero(spent > 0)
    wish = np.zeros((len(classes.year), sources))
    wish[model.money_class, model.money_source] = money
    low, high = _bounds(classes.low[used], classes.high[used], classes.pays[used], classes.cap_fen[used], spent[used])
    if (classes.zone[used] >= 0).any():
        held = _hold_households(problem, classes.zone[used], spent[used], low, high, wish[used])
        if held is None:
            return None
        high = held
    given = _fill(problem, classes.year[used], spent[used], low, high, wish[used])
    if given is None:
        return None
    out = np.zeros((len(chosen), sources), np.int64)
    for row, number in enumerate(used):
        members = np.flatnonzero(of == number)
        out[members] = spread(cost[members], given[row])
    return out


def _bounds(low: Floats, high: Floats, pays: Bools, cap: Ints, spent: Ints) -> tuple[Ints, Ints]:
    """Least and most of each source to each class in fen, a broken fen to the wider side."""
    # 1e-6 fen: a share times a sum can miss a whole number by the last bits.
    least = np.floor(low * spent[:, None] + 1e-6).astype(np.int64)
    most = np.ceil(high * spent[:, None] - 1e-6).astype(np.int64)
    return np.where(pays, least, 0), np.where(pays, np.minimum(np.minimum(most, cap), spent[:, None]), 0)


def _hold_households(problem: Problem, zone: Ints, spent: Ints, low: Ints, high: Ints, wish: Floats) -> Ints | None:
    """Return the upper bounds, lowered so that no zone's residents pay above their limit; None if they have to."""
    out, theirs = high.copy(), np.flatnonzero(resident_sources(problem))
    limit = household_fen(problem)
    # What the others cannot bear is the residents'; a hair below it in the solver's amounts would be cut off.
    needed = spent - np.delete(high, theirs, axis=1).sum(axis=1)
    for z in np.unique(zone[zone >= 0]):
        place = np.ix_(np.flatnonzero(zone == z), theirs)
        least, most = low[place].ravel(), high[place].ravel()
        held = np.clip(np.floor(wish[place]).ravel(), least, most).astype(np.int64)
        over = int(held.sum() - limit[z])
        if over > int((held - least).sum()):
            return None
        if over > 0:
            _take_back(held, least, over)
        rows = np.flatnonzero(zone == z)
        for k in range(len(held)):
            part = held.reshape(len(rows), len(theirs))[k // len(theirs)]
            lacks = max(0, int(needed[rows[k // len(theirs)]] - part.sum()))
            held[k] += min(lacks, int(most[k] - held[k]), int(limit[z] - held.sum()))
        for k in range(len(held)):
            held[k] += min(int(most[k] - held[k]), int(limit[z] - held.sum()))
        out[place] = held.reshape(out[place].shape)
    return out


def _fill(problem: Problem, year: Ints, spent: Ints, low: Ints, high: Ints, wish: Floats) -> Ints | None:
    """Whole amounts between the bounds that sum to what is spent and keep the budgets; None if there are none."""
    years, sources = problem.rules.years, len(problem.sources)
    if (low > high).any():
        return None
    given = np.clip(np.floor(wish * (1 - TRIM) - 1), low, high).astype(np.int64)
    over = given.sum(axis=1) - spent
    for row in np.flatnonzero(over > 0):
        _take_back(given[row], low[row], int(over[row]))
    short = spent - given.sum(axis=1)
    room = np.full((sources, years), MOST_FEN, np.int64)
    carried = np.zeros((sources, years), np.int64)
    for s, source in enumerate(problem.sources):
        drawn = np.zeros(years, np.int64)
        np.add.at(drawn, year, given[:, s])
        budget = source.budgets_fen(years)
        if budget is not None:
            carried[s] = np.cumsum(drawn) if source.carry_over else 0
            room[s] = np.cumsum(budget) - carried[s] if source.carry_over else budget - drawn
    if (short < 0).any() or (room < 0).any():
        return None
    return given + 0 if not short.any() else _flow(problem, year, given, low, high, short, room, carried)


def _take_back(row: Ints, low: Ints, amount: int) -> None:
    """Lower a row by `amount`, not below `low`; in place."""
    for s in np.argsort(low - row):
        cut = min(amount, int(row[s] - low[s]))
        row[s] -= cut
        amount -= cut


def _flow(
    problem: Problem, year: Ints, given: Ints, low: Ints, high: Ints, short: Ints, room: Ints, carried: Ints
) -> Ints | None:
    """Fill up what is short, moving money that is given already where that helps."""
    sources, years = room.shape
    count = len(short)
    purse = 1 + count + np.arange(sources * years).reshape(sources, years)
    end = 1 + count + sources * years
    edges: list[tuple[Ints, Ints, Ints]] = [(np.zeros(count, np.int64), 1 + np.arange(count), short)]
    row, s = np.nonzero(high > 0)
    here, there = 1 + row, purse[s, year[row]]
    edges += [(here, there, (high - given)[row, s]), (there, here, (given - low)[row, s])]
    for k, source in enumerate(problem.sources):
        if source.carry_over and source.budget_cny is not None:
            # The running sum of a year flows on into the next; its bound is the sum of budgets so far.
            onward = np.append(purse[k, 1:], end)
            edges += [(purse[k], onward, room[k]), (purse[k, 1:], purse[k, :-1], carried[k, :-1])]
        else:
            edges.append((purse[k], np.full(years, end), room[k]))
    start, stop, most = (np.concatenate([np.asarray(e[k], np.int64) for e in edges]) for k in range(3))
    if short.sum() >= FLOW_MOST:
        return None
    room_left = np.minimum(most, FLOW_MOST).astype(np.int32)
    capacity = sparse.coo_array((room_left, (start, stop)), shape=(end + 1, end + 1)).tocsr()
    found = maximum_flow(capacity, 0, end)
    if found.flow_value < short.sum():
        return None
    flow = found.flow.tocsr()
    out = given.copy()
    out[row, s] += np.asarray(flow[here, there]).ravel().astype(np.int64)
    return out
