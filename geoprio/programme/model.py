"""The programme as a mixed-integer program.

A variable for each item, year and set of sources; money flows by class, not by item. Items of one year that may draw on
the same sources within the same shares form a class; what a source gives to a class is split over its items in
proportion to their cost, which keeps every share. Only an item whose cap in yuan is another share of each item's
cost, or can change with savings, is a class of its own; where a limit on what a household pays can bind, the
classes that residents pay into are kept apart by zone. Five thousand zones times ten measures so take some dozens of
money variables per source, not hundreds of thousands.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from geoprio._core.typing import Bools, Floats, Ints
from geoprio.programme.columns import Builder, Entry, Program
from geoprio.programme.households import household_fen, resident_sources
from geoprio.programme.money import FEN, MOST_FEN
from geoprio.programme.problem import Problem, effective_shares

SHARE_DIGITS = 12


@dataclass(frozen=True)
class Classes:
    """Classes of variants whose money can be pooled; arrays of shape (classes, sources) unless noted.

    Attributes
    ----------
    of : ndarray of int, shape (variants,)
    year : ndarray of int, shape (classes,)
    pays : ndarray of bool
    low, high : ndarray of float
        Shares of what is spent in the class.
    cap_fen : ndarray of int64
        Beside the share, for classes of one item; `MOST_FEN` elsewhere.
    zone : ndarray of int, shape (classes,)
        Row of the zone whose households' limit may bind; -1: none.
    """

    of: Ints
    year: Ints
    pays: Bools
    low: Floats
    high: Floats
    cap_fen: Ints
    zone: Ints


@dataclass(frozen=True)
class Model:
    """A program and what its columns stand for.

    Attributes
    ----------
    item, year : ndarray of int, shape (variants,)
        The first columns of the program: an item done in a year (from 0) with a set of sources.
    classes : Classes
    money_class, money_source : ndarray of int, shape (flows,)
        The columns from ``program.starts["money"]``: what a source gives to a class.
    fen, points : float
        How many fen, and how many points of benefit, one unit of the program is.
    """

    program: Program
    item: Ints
    year: Ints
    classes: Classes
    money_class: Ints
    money_source: Ints
    fen: float
    points: float


def build_model(problem: Problem) -> Model:
    """Return the mixed-integer program of a problem."""
    years = problem.rules.years
    item = np.repeat(problem.mixes.item, years)
    year = np.tile(np.arange(years), len(problem.mixes.item))
    classes = _classes(problem, item, year)
    cost = problem.cost_fen[item]
    unit = float(10.0 ** np.round(np.log10(np.median(cost)))) if len(cost) else 1.0
    benefit = problem.gains.of_items(len(problem.items))
    some = benefit[benefit > 0]
    points = float(np.mean(some)) if len(some) else 1.0
    builder = Builder()
    builder.columns("do", np.ones(len(item)), integer=True, objective=_direct(problem, item, year) / points)
    spend = [(cost / unit, np.arange(len(item)))]
    spend_item, spend_year = [item], [year]
    if problem.bundles.count:
        start, saver, value = _add_bundles(builder, problem, item, year)
        spend.append((-value / unit, start + np.arange(len(saver))))
        spend_item.append(item[saver])
        spend_year.append(year[saver])
        class_of = np.concatenate([classes.of, classes.of[saver]])
    else:
        class_of = classes.of
    values, columns = (np.concatenate(part) for part in zip(*spend, strict=True))
    paid = _Spending(np.concatenate(spend_item), np.concatenate(spend_year), class_of, columns, values)
    money_class, money_source = _add_money(builder, problem, classes, paid, unit)
    _add_choices(builder, problem, item, year)
    _add_zones(builder, problem, item, year, paid, unit)
    _add_floors(builder, problem, paid, unit)
    _add_needs(builder, problem, item, year, points)
    return Model(builder.build(), item, year, classes, money_class, money_source, unit, points)


@dataclass(frozen=True)
class _Spending:
    """What every column adds to spending, in units of the program: costs, and savings below 0."""

    item: Ints
    year: Ints
    class_: Ints
    column: Ints
    value: Floats


def _classes(problem: Problem, item: Ints, year: Ints) -> Classes:
    limits = problem.limits
    pays = np.repeat(problem.mixes.members, problem.rules.years, axis=0)
    low = np.where(pays, limits.low[item], 0.0)
    high = np.where(pays, effective_shares(problem)[item], 0.0).round(SHARE_DIGITS)
    in_bundle = np.zeros(len(problem.items), bool)
    in_bundle[problem.bundles.item] = True
    # A cap in fen stays where savings lower the cost, so the share that it is of the cost is not fixed.
    alone = in_bundle[item] & (np.where(pays, limits.cap_fen[item], MOST_FEN) < MOST_FEN).any(axis=1)
    high[alone] = np.where(pays[alone], limits.high[item][alone], 0.0)
    asked = tight_zones(problem)[problem.zone[item]] & (pays & resident_sources(problem)).any(axis=1)
    zone = np.where(asked, problem.zone[item], -1)
    key = np.column_stack([year, pays, low, high, np.where(alone, np.arange(len(item)), -1), zone])
    _, first, of = np.unique(key, axis=0, return_index=True, return_inverse=True)
    cap = np.where(alone[first, None], limits.cap_fen[item[first]], MOST_FEN)
    return Classes(of.ravel(), year[first], pays[first], low[first], high[first], cap, zone[first])


def tight_zones(problem: Problem) -> Bools:
    """Return where residents could be asked for more than their households' limit, shape (zones,)."""
    most = np.where(problem.limits.allowed, effective_shares(problem), 0.0)
    theirs = most[:, resident_sources(problem)].sum(axis=1).clip(max=1.0) * problem.cost_fen
    # A fen for each item: shares are met by whole fen.
    asked = np.bincount(problem.zone, theirs + 1, len(problem.zones))
    tight: Bools = asked > household_fen(problem)
    return tight


def _direct(problem: Problem, item: Ints, year: Ints) -> Floats:
    """Benefit of each variant by what is not capped, in points."""
    gains = problem.gains
    free = ~_capped(problem)[gains.need]
    alone = np.bincount(gains.item[free], gains.points[free], len(problem.items))
    direct: Floats = alone[item] * np.array(problem.rules.year_values())[year]
    return direct


def _capped(problem: Problem) -> Bools:
    """Needs that all candidates together would more than meet; shape (needs,)."""
    gains = problem.gains
    return np.bincount(gains.need, gains.points, len(gains.ceiling)) > gains.ceiling * (1 + 1e-12)


def _add_bundles(builder: Builder, problem: Problem, item: Ints, year: Ints) -> tuple[int, Ints, Floats]:
    """Add what bundles save; return the first column, the variant of each, and its saving in fen."""
    groups, years = problem.bundles, problem.rules.years
    member = np.full(len(problem.items), -1)
    member[groups.item] = np.arange(len(groups.item))
    saver = np.flatnonzero(member[item] >= 0)
    who, when = member[item[saver]], year[saver]
    start = builder.columns("saved", np.ones(len(saver)))
    bundle = builder.columns("bundle", np.ones(groups.count * years), integer=True)
    saved = start + np.arange(len(saver))
    builder.rows("bundle", saver, [(np.arange(len(saver)), saved, 1), (np.arange(len(saver)), saver, -1)], high=0)
    one = np.arange(len(groups.item) * years)
    together = bundle + groups.group[one // years] * years + one % years
    builder.rows("bundle", one, [(who * years + when, saved, 1), (one, together, -1)], low=0, high=0)
    all_done = np.arange(groups.count * years)
    size = np.bincount(groups.group, minlength=groups.count)
    builder.rows(
        "bundle",
        all_done,
        [(groups.group[who] * years + when, saver, 1), (all_done, bundle + all_done, -1)],
        high=np.repeat(size - 1.0, years),
    )
    return start, saver, problem.saving_fen[who].astype(float)


def _add_money(builder: Builder, problem: Problem, classes: Classes, paid: _Spending, unit: float) -> tuple[Ints, Ints]:
    """Add what is spent in each class and which source gives how much of it."""
    count = len(classes.year)
    most = np.bincount(paid.class_, np.maximum(paid.value, 0), count) + 1e-6
    spent = builder.columns("spent", most)
    of, by = np.nonzero(classes.pays)
    flow = builder.columns("money", most[of] * np.maximum(classes.high[of, by], classes.low[of, by]))
    all_classes, flows = np.arange(count), np.arange(len(of))
    builder.rows(
        "spent",
        all_classes,
        [(paid.class_, paid.column, paid.value), (all_classes, spent + all_classes, -1)],
        low=0,
        high=0,
    )
    builder.rows("paid", all_classes, [(of, flow + flows, 1), (all_classes, spent + all_classes, -1)], low=0, high=0)
    for kind, share, where in (
        ("most", classes.high[of, by], classes.high[of, by] < 1),
        ("least", classes.low[of, by], classes.low[of, by] > 0),
    ):
        f = np.flatnonzero(where)
        rows = np.arange(len(f))
        bound = {"high": 0.0} if kind == "most" else {"low": 0.0}
        builder.rows(kind, f, [(rows, flow + f, 1), (rows, spent + of[f], -share[f])], **bound)
    _add_caps(builder, classes, of, by, flow, unit)
    _add_budgets(builder, problem, classes, of, by, flow, unit)
    _add_households(builder, problem, classes, of, by, flow, unit)
    return of, by


def _add_caps(builder: Builder, classes: Classes, of: Ints, by: Ints, flow: int, unit: float) -> None:
    """Bound in fen what a source gives to a class of one item."""
    f = np.flatnonzero(classes.cap_fen[of, by] < MOST_FEN)
    only = np.zeros(len(classes.year), np.int64)
    only[classes.of] = np.arange(len(classes.of))
    rows = np.arange(len(f))
    cap = classes.cap_fen[of[f], by[f]] / unit
    builder.rows("most", f, [(rows, flow + f, 1), (rows, only[of[f]], -cap)], high=0)


def _add_budgets(
    builder: Builder, problem: Problem, classes: Classes, of: Ints, by: Ints, flow: int, unit: float
) -> None:
    years = problem.rules.years
    for s, source in enumerate(problem.sources):
        f = np.flatnonzero(by == s)
        budget = source.budgets_fen(years)
        if budget is not None:
            when = classes.year[of[f]]
            reach = np.arange(years)[:, None] >= when if source.carry_over else np.arange(years)[:, None] == when
            row, place = np.nonzero(reach)
            high = np.cumsum(budget) if source.carry_over else budget
            builder.rows("budget", s * years + np.arange(years), [(row, flow + f[place], 1)], high=high / unit)
        if source.repayment and source.repayment.service_limit_cny is not None:
            limit = source.repayment.service_limit_cny * FEN / unit
            builder.rows("service", np.array([s]), [(0, flow + f, source.repayment.payment)], high=limit)


def _add_households(
    builder: Builder, problem: Problem, classes: Classes, of: Ints, by: Ints, flow: int, unit: float
) -> None:
    """Bound what all residents of a zone pay together."""
    f = np.flatnonzero((classes.zone[of] >= 0) & resident_sources(problem)[by])
    if len(f):
        zones, row = np.unique(classes.zone[of[f]], return_inverse=True)
        builder.rows("household", zones, [(row.ravel(), flow + f, 1)], high=household_fen(problem)[zones] / unit)


def _add_choices(builder: Builder, problem: Problem, item: Ints, year: Ints) -> None:
    """Each item once, exclusions, what is required before, what has to be done."""
    do = np.arange(len(item))
    count = len(problem.items)
    several = np.bincount(item, minlength=count) > 1
    number = np.cumsum(several) - 1
    in_row = np.flatnonzero(several[item])
    builder.rows("once", np.flatnonzero(several), [(number[item[in_row]], in_row, 1)], high=1)
    row, place = _pairs(problem.exclusive.item, item)
    builder.rows("exclusive", np.arange(problem.exclusive.count), [(problem.exclusive.group[row], place, 1)], high=1)
    _add_required(builder, problem, item, year)
    must = np.flatnonzero(problem.deadline > 0)
    place_of = np.full(count, -1)
    place_of[must] = np.arange(len(must))
    timely = do[(place_of[item] >= 0) & (year < problem.deadline[item])]
    builder.rows("must", must, [(place_of[item[timely]], timely, 1)], low=1)


def _add_required(builder: Builder, problem: Problem, item: Ints, year: Ints) -> None:
    """Let an item be done by a year only if what it requires is done by then."""
    years, pairs = problem.rules.years, problem.requires
    after, late = _pairs(pairs[:, 0], item)
    before, early = _pairs(pairs[:, 1], item)
    entries: list[Entry] = []
    for t in range(years):
        now, then = year[late] <= t, year[early] <= t
        entries += [(after[now] * years + t, late[now], 1), (before[then] * years + t, early[then], -1)]
    builder.rows("requires", np.repeat(np.arange(len(pairs)), years), entries, high=0)


def _pairs(wanted: Ints, item: Ints) -> tuple[Ints, Ints]:
    """Return (row of `wanted`, variant) for every variant of each wanted item."""
    order = np.argsort(item, kind="stable")
    first = np.searchsorted(item[order], wanted, side="left")
    count = np.searchsorted(item[order], wanted, side="right") - first
    row = np.repeat(np.arange(len(wanted)), count)
    inside = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    return row, order[np.repeat(first, count) + inside]


def _add_zones(builder: Builder, problem: Problem, item: Ints, year: Ints, paid: _Spending, unit: float) -> None:
    """Bound how much is done in a zone, whether everything is, and in how many years."""
    rules, zones = problem.rules, len(problem.zones)
    here = problem.zone
    if rules.zone_max_cny is not None:
        builder.rows(
            "zone_max",
            np.arange(zones),
            [(here[paid.item], paid.column, paid.value)],
            high=rules.zone_max_cny * FEN / unit,
        )
    if not (rules.zone_min_cny or rules.complete or rules.one_year_per_zone):
        return
    years = rules.years if rules.one_year_per_zone else 1
    touched = builder.columns("touched", np.ones(zones * years), integer=True)
    # A safety measure that has to be done anyway does not open a zone for everything else.
    opens = ~safety_forced(problem)
    v = np.flatnonzero(opens[item])
    slot = year[v] if rules.one_year_per_zone else 0
    row = item[v] * years + slot
    used, row = np.unique(row, return_inverse=True)
    rows = np.arange(len(used))
    builder.rows(
        "touched",
        used // years,
        [(row.ravel(), v, 1), (rows, touched + here[used // years] * years + used % years, -1)],
        high=0,
    )
    zone_row, zone_slot = np.repeat(np.arange(zones), years), np.arange(zones * years)
    if years > 1:
        builder.rows("one_year", np.arange(zones), [(zone_row, touched + zone_slot, 1)], high=1)
    if rules.zone_min_cny:
        # Year by year where all is done in one: what opens the zone in a year, and safety measures whenever.
        counts = np.arange(years) == paid.year[:, None] if years > 1 else np.ones((len(paid.item), 1), bool)
        counts |= ~opens[paid.item][:, None]
        which, slot = np.nonzero(counts)
        row = here[paid.item[which]] * years + slot
        least = (zone_slot, touched + zone_slot, -rules.zone_min_cny * FEN / unit)
        builder.rows("zone_min", zone_row, [(row, paid.column[which], paid.value[which]), least], low=0)
    if rules.complete:
        _add_complete(builder, problem, item, touched, years)


def safety_forced(problem: Problem) -> Bools:
    """Return which items are safety measures that have to be done anyway; shape (items,)."""
    safety = np.array([m.grade == "safety" for m in problem.catalog.measures], bool)
    forced: Bools = safety[problem.items["measure_no"].to_numpy(int)] & problem.rules.force_safety
    return forced


def _add_complete(builder: Builder, problem: Problem, item: Ints, touched: int, years: int) -> None:
    """In a zone where anything is done, do every item of the complete grades, or one that excludes it."""
    wanted = np.array([m.grade in problem.rules.complete for m in problem.catalog.measures], bool)
    one = np.flatnonzero(wanted[problem.items["measure_no"].to_numpy(int)])
    count = len(problem.items)
    member = sparse.csr_array(
        (np.ones(len(problem.exclusive.item)), (problem.exclusive.item, problem.exclusive.group)),
        shape=(count, max(problem.exclusive.count, 1)),
    )
    stands_in = sparse.coo_array((member @ member.T + sparse.eye_array(count, format="csr"))[one])
    stand_in, for_whom = stands_in.col, stands_in.row
    row, place = _pairs(stand_in, item)
    rows = np.repeat(np.arange(len(one)), years)
    slots = touched + np.repeat(problem.zone[one] * years, years) + np.tile(np.arange(years), len(one))
    builder.rows("complete", one, [(for_whom[row], place, 1), (rows, slots, -1)], low=0)


def _add_floors(builder: Builder, problem: Problem, paid: _Spending, unit: float) -> None:
    """Give every district with a floor its share, or its sum."""
    if not problem.rules.floors:
        return
    count = len(problem.districts)
    where = problem.district[problem.zone[paid.item]]
    most = np.bincount(where, np.maximum(paid.value, 0), count)
    total = builder.columns("district", most)
    rows = np.arange(count)
    builder.rows("district", rows, [(where, paid.column, paid.value), (rows, total + rows, -1)], low=0, high=0)
    for floor in problem.rules.floors:
        d = problem.districts.index(floor.district)
        if floor.share:
            builder.rows("floor_share", np.array([d]), [(0, total + d, 1), (0, total + rows, -floor.share)], low=0)
        if floor.cny:
            builder.rows("floor_cny", np.array([d]), [(0, total + d, 1)], low=floor.cny * FEN / unit)


def _add_needs(builder: Builder, problem: Problem, item: Ints, year: Ints, points: float) -> None:
    """Count no more benefit than there is need, year by year."""
    capped = np.flatnonzero(_capped(problem))
    if not len(capped):
        return
    value = np.array([*problem.rules.year_values(), 0.0])
    gains = problem.gains
    number = np.full(len(gains.ceiling), -1)
    number[capped] = np.arange(len(capped))
    here = np.flatnonzero(number[gains.need] >= 0)
    row, place = _pairs(gains.item[here], item)
    need, part = number[gains.need[here[row]]], gains.points[here[row]] / points
    for t in range(problem.rules.years):
        # What starts in year t counts from then on; the last year stands for all that follow.
        weight = value[t] - value[t + 1]
        start = builder.columns(f"met_{t}", gains.ceiling[capped] / points, objective=weight)
        by = year[place] <= t
        rows = np.arange(len(capped))
        builder.rows("need", capped, [(rows, start + rows, 1), (need[by], place[by], -part[by])], high=0)
