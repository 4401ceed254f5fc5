"""Everything that a programme is chosen from, as tables and arrays, checked once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geoprio._core.errors import InputError
from geoprio._core.typing import Bools, Floats, Ints
from geoprio.programme import candidates as c
from geoprio.programme.candidates import PEOPLE, Gains, gains, people_of, tabulate
from geoprio.programme.conditions import column_of
from geoprio.programme.funding import Limits, Source, check_sources, conflicts, limits, maximal_groups
from geoprio.programme.households import household_fen
from geoprio.programme.measures import Catalog, Price
from geoprio.programme.money import MOST_FEN
from geoprio.programme.rules import PlanRules

SHARE_SLACK = 1e-9


@dataclass(frozen=True)
class Groups:
    """Items that belong together; arrays of shape (members,), `group` counts from 0."""

    item: Ints
    group: Ints

    @property
    def count(self) -> int:
        """How many groups there are."""
        return int(self.group.max()) + 1 if len(self.group) else 0


@dataclass(frozen=True)
class Mixes:
    """Which sources may pay for an item together: one row for each largest allowed set of sources of each item.

    Attributes
    ----------
    item : ndarray of int, shape (mixes,)
        Sorted.
    members : ndarray of bool, shape (mixes, sources)
    """

    item: Ints
    members: Bools


@dataclass(frozen=True)
class Problem:
    """A programme to be chosen.

    Attributes
    ----------
    zones : DataFrame
        Index `zone_id`.
    table : DataFrame
        Every measure in every zone with its `status` and `reason`, as `candidates.tabulate` gives it.
    items : DataFrame
        The rows of `table` with status ``"candidate"``, numbered from 0.
    district : ndarray of int, shape (zones,)
        Number in `districts`.
    deadline : ndarray of int, shape (items,)
        Year by which an item has to be done; 0: it need not.
    bundles : Groups
        Items of one bundle in one zone.
    saving_fen : ndarray of int64, shape (members of bundles,)
        What each saves once all of its group are done in one year.
    exclusive : Groups
        Items of which at most one is done.
    requires : ndarray of int, shape (pairs, 2)
        An item, and one that is done in the same or an earlier year.
    """

    zones: pd.DataFrame
    table: pd.DataFrame
    items: pd.DataFrame
    gains: Gains
    catalog: Catalog
    sources: tuple[Source, ...]
    rules: PlanRules
    district: Ints
    districts: tuple[str, ...]
    limits: Limits
    mixes: Mixes
    deadline: Ints
    bundles: Groups
    saving_fen: Ints
    exclusive: Groups
    requires: Ints

    @property
    def cost_fen(self) -> Ints:
        """Cost of each item before savings, shape (items,)."""
        return self.items["cost_fen"].to_numpy(np.int64)

    @property
    def zone(self) -> Ints:
        """Row of each item's zone, shape (items,)."""
        return self.items["zone"].to_numpy(np.int64)


def prepare(
    zones: pd.DataFrame,
    catalog: Catalog,
    prices: Mapping[str, Price],
    sources: tuple[Source, ...],
    rules: PlanRules,
    points: pd.DataFrame,
    *,
    people: str = PEOPLE,
    district: str = "",
    pinned: Mapping[tuple[str, str], bool] | None = None,
) -> Problem:
    """Return the problem of choosing a programme.

    Parameters
    ----------
    zones : DataFrame
        Index `zone_id`; see `candidates.tabulate` for the columns.
    catalog : Catalog
    prices : mapping of str to Price
        From `measures.prices`.
    sources : tuple of Source
    rules : PlanRules
    points : DataFrame
        From `candidates.contributions`: what the catalog's effects take away, on the index of `zones`.
    people : str
        Column of whom a measure benefits; where nobody is counted (no `population`), dwellings stand in.
    district : str
        Column of districts, for the floors; empty: all zones are one district.
    pinned : mapping of (zone_id, measure) to bool, optional
        What has to be done (True), or must not (False).

    Raises
    ------
    InputError
        If something does not fit together; the message names it.
    """
    check_sources(sources, catalog, rules.years)
    if not points.index.equals(zones.index):
        raise InputError("contributions and zones are not of the same zones in the same order.")
    table = tabulate(catalog, zones, prices)
    gain = gains(catalog, table, points, people_of(zones, people))
    table["benefit"] = gain.of_items(len(table))
    pins = _pins(table, pinned or {})
    bound = limits(sources, catalog, zones, table)
    chosen = _screen(table, bound, pins, sources, catalog, rules)
    items = table.iloc[chosen].reset_index(drop=True)
    names, numbers = _districts(zones, district)
    _check_floors(rules, names, numbers, items)
    bundles, saving = _bundles(items, catalog)
    held = Limits(bound.allowed[chosen], bound.low[chosen], bound.high[chosen], bound.cap_fen[chosen])
    safety = np.array([m.grade == "safety" for m in catalog.measures], bool)[items["measure_no"].to_numpy(int)]
    deadline = np.where(pins[chosen] == 1, rules.years, 0)
    deadline = np.where(safety & rules.force_safety, rules.safety_by, deadline)
    problem = Problem(
        zones=zones,
        table=table,
        items=items,
        gains=gain.kept(chosen, len(table)),
        catalog=catalog,
        sources=sources,
        rules=rules,
        district=numbers,
        districts=names,
        limits=held,
        mixes=mixes_of(held, conflicts(sources)),
        deadline=deadline.astype(np.int64),
        bundles=bundles,
        saving_fen=saving,
        exclusive=_exclusive(items, catalog),
        requires=_requires(items, catalog),
    )
    household_fen(problem)
    return problem


def _screen(
    table: pd.DataFrame, bound: Limits, pins: Ints, sources: tuple[Source, ...], catalog: Catalog, rules: PlanRules
) -> Ints:
    """Give every row its status, in place; return the rows that stay candidates."""
    _set_status(table, pins == 0, c.LEFT_OUT, "pinned: done = false")
    _set_status(table, table["cost_fen"].to_numpy() == 0, c.NOTHING_TO_DO, "its cost is 0")
    reason = "the sources' shares and caps do not reach its cost"
    _set_status(table, ~_fundable(table, bound, sources, catalog), c.NOT_FUNDABLE, reason)
    _block(table, catalog)
    _drop_useless(table, catalog, rules, pins == 1)
    stays = table["status"].to_numpy() == c.CANDIDATE
    lost = (pins == 1) & ~stays
    if lost.any():
        row = table.iloc[int(np.argmax(lost))]
        why = f"{row['status']} {row['reason']}".strip()
        raise InputError(f"pinned: measure {row['measure']!r} cannot be done in zone {row['zone_id']!r}: {why}.")
    return np.flatnonzero(stays)


def _pins(table: pd.DataFrame, pinned: Mapping[tuple[str, str], bool]) -> Ints:
    """1: has to be done; 0: must not; -1: free. Shape (rows,)."""
    pins = np.full(len(table), -1, np.int64)
    if pinned:
        place = {key: k for k, key in enumerate(zip(table["zone_id"], table["measure"], strict=True))}
        for key, wanted in pinned.items():
            if key not in place:
                raise InputError(f"pinned: there is no measure {key[1]!r} in zone {key[0]!r}.")
            pins[place[key]] = int(wanted)
    return pins


def _set_status(table: pd.DataFrame, where: Bools, status: str, reason: str) -> None:
    """Give candidates another status."""
    hit = where & (table["status"].to_numpy() == c.CANDIDATE)
    table.loc[hit, "status"] = status
    table.loc[hit, "reason"] = reason


def _fundable(table: pd.DataFrame, bound: Limits, sources: tuple[Source, ...], catalog: Catalog) -> Bools:
    """Whether some set of sources can bear the whole of an item, budgets aside; shape (rows,)."""
    saving = np.zeros(len(catalog.measures))
    for bundle in catalog.bundles:
        saving[[catalog.codes.index(code) for code in bundle.measures]] = bundle.saving
    # With its savings an item costs less, and a fixed sum reaches farther.
    cost = table["cost_fen"].to_numpy(float) * (1 - saving[table["measure_no"].to_numpy(int)])
    reach = np.minimum(bound.high, bound.cap_fen / np.maximum(cost, 1.0)[:, None])
    mixes = mixes_of(bound, conflicts(sources))
    enough = (np.where(mixes.members, reach[mixes.item], 0).sum(axis=1) >= 1 - SHARE_SLACK) & (
        np.where(mixes.members, bound.low[mixes.item], 0).sum(axis=1) <= 1 + SHARE_SLACK
    )
    enough &= (bound.low <= reach + SHARE_SLACK).all(axis=1)[mixes.item]
    out = np.zeros(len(table), bool)
    out[mixes.item[enough]] = True
    return out


def mixes_of(bound: Limits, apart: Bools) -> Mixes:
    """All largest sets of sources that may pay together; a source with a minimum is in every one of them."""
    count = bound.allowed.shape[1]
    key = np.hstack([bound.allowed, bound.low > 0])
    patterns, which = np.unique(key, axis=0, return_inverse=True)
    item, members = [], []
    for number, pattern in enumerate(patterns):
        allowed, must = np.flatnonzero(pattern[:count]), np.flatnonzero(pattern[count:])
        rows = np.flatnonzero(which.ravel() == number)
        for group in maximal_groups(~apart[np.ix_(allowed, allowed)]):
            mix = np.zeros(count, bool)
            mix[allowed[list(group)]] = True
            if mix[must].all():
                item.append(rows)
                members.append(np.broadcast_to(mix, (len(rows), count)))
    if not item:
        return Mixes(np.zeros(0, np.int64), np.zeros((0, count), bool))
    items = np.concatenate(item)
    order = np.argsort(items, kind="stable")
    return Mixes(items[order], np.concatenate(members)[order])


def _block(table: pd.DataFrame, catalog: Catalog) -> None:
    """Set aside what requires something that is wanted in the zone and cannot be done there."""
    status = _grid(table, "status", catalog)
    for code in _in_order(catalog):
        number = catalog.codes.index(code)
        for needed in catalog.measures[number].requires:
            before = status[:, catalog.codes.index(needed)]
            bad = np.isin(before, (c.UNKNOWN, c.NOT_FUNDABLE, c.BLOCKED, c.LEFT_OUT)) & (
                status[:, number] == c.CANDIDATE
            )
            status[bad, number] = c.BLOCKED
            rows = np.flatnonzero(bad) * len(catalog.measures) + number
            table.loc[rows, "status"] = c.BLOCKED
            table.loc[rows, "reason"] = f"it requires {needed}"


def _drop_useless(table: pd.DataFrame, catalog: Catalog, rules: PlanRules, pinned: Bools) -> None:
    """Set aside what helps nobody, unless it is forced in, goes with the rest, or is required."""
    grades = [m.grade for m in catalog.measures]
    wanted = np.array([g in rules.complete or (g == "safety" and rules.force_safety) for g in grades], bool)
    keep = (table["benefit"].to_numpy() > 0) | wanted[table["measure_no"].to_numpy(int)] | pinned
    keep &= table["status"].to_numpy() == c.CANDIDATE
    grid = keep.reshape(-1, len(catalog.measures))
    for code in reversed(_in_order(catalog)):
        number = catalog.codes.index(code)
        for needed in catalog.measures[number].requires:
            grid[:, catalog.codes.index(needed)] |= grid[:, number]
    _set_status(table, ~grid.ravel(), c.NO_BENEFIT, "it relieves no need there")


def _grid(table: pd.DataFrame, column: str, catalog: Catalog) -> np.ndarray:
    return table[column].to_numpy(object).reshape(-1, len(catalog.measures)).copy()


def _in_order(catalog: Catalog) -> list[str]:
    """Codes of the measures, each after all that it requires."""
    left = {m.code: set(m.requires) for m in catalog.measures}
    order: list[str] = []
    while left:
        ready = [code for code, needs in left.items() if not needs & left.keys()]
        order += ready
        for code in ready:
            del left[code]
    return order


def _districts(zones: pd.DataFrame, column: str) -> tuple[tuple[str, ...], Ints]:
    if not column:
        return ("",), np.zeros(len(zones), np.int64)
    text = column_of(zones, column, "districts").astype(object)
    names = np.where(text.isna(), "", text.astype(str))
    unique, numbers = np.unique(names.astype(str), return_inverse=True)
    return tuple(unique.tolist()), numbers.ravel().astype(np.int64)


def _check_floors(rules: PlanRules, names: tuple[str, ...], numbers: Ints, items: pd.DataFrame) -> None:
    there = set(np.unique(numbers[items["zone"].to_numpy(int)]).tolist())
    problems = []
    for floor in rules.floors:
        if floor.district not in names:
            problems.append(f"floor of district {floor.district!r}: no such district; there are {', '.join(names)}.")
        elif names.index(floor.district) not in there and (floor.share or floor.cny):
            problems.append(
                f"floor of district {floor.district!r}: nothing can be done there; drop the floor, or see the"
                " candidates."
            )
    if problems:
        raise InputError(*problems)


def _places(items: pd.DataFrame) -> dict[tuple[int, str], int]:
    return {(int(z), m): k for k, (z, m) in enumerate(zip(items["zone"], items["measure"], strict=True))}


def _by_zone(items: pd.DataFrame, codes: tuple[str, ...]) -> Groups:
    """Group the items of some measures by zone; zones with only one of them are left out."""
    rows = np.flatnonzero(items["measure"].isin(codes).to_numpy())
    zone = items["zone"].to_numpy(int)[rows]
    _, group, count = np.unique(zone, return_inverse=True, return_counts=True)
    rows = rows[count[group.ravel()] > 1]
    _, group = np.unique(items["zone"].to_numpy(int)[rows], return_inverse=True)
    return Groups(rows.astype(np.int64), group.ravel().astype(np.int64))


def _joined(groups: list[Groups]) -> Groups:
    start = 0
    item: list[Ints] = [np.zeros(0, np.int64)]
    group: list[Ints] = [np.zeros(0, np.int64)]
    for one in groups:
        item.append(one.item)
        group.append(one.group + start)
        start += one.count
    return Groups(np.concatenate(item), np.concatenate(group))


def _bundles(items: pd.DataFrame, catalog: Catalog) -> tuple[Groups, Ints]:
    groups = [_by_zone(items, bundle.measures) for bundle in catalog.bundles]
    cost = items["cost_fen"].to_numpy(np.int64)
    saving = [np.floor(cost[g.item] * b.saving).astype(np.int64) for g, b in zip(groups, catalog.bundles, strict=True)]
    return _joined(groups), np.concatenate([np.zeros(0, np.int64), *saving])


def _exclusive(items: pd.DataFrame, catalog: Catalog) -> Groups:
    """Largest groups of measures that exclude each other pairwise, zone by zone."""
    codes = catalog.codes
    apart = np.array(
        [[b in a.excludes or a.code in catalog.measure(b).excludes for b in codes] for a in catalog.measures], bool
    )
    sets = [group for group in maximal_groups(apart) if len(group) > 1]
    return _joined([_by_zone(items, tuple(codes[k] for k in group)) for group in sets])


def _requires(items: pd.DataFrame, catalog: Catalog) -> Ints:
    place = _places(items)
    pairs = [
        (k, place[zone, needed])
        for (zone, code), k in place.items()
        for needed in catalog.measure(code).requires
        if (zone, needed) in place
    ]
    return np.array(pairs, np.int64).reshape(-1, 2)


def effective_shares(problem: Problem) -> Floats:
    """Return the largest share of its cost that each source can give to each item, caps included; (items, sources)."""
    cap = problem.limits.cap_fen
    share = np.where(cap >= MOST_FEN, 1.0, cap / problem.cost_fen[:, None])
    return np.minimum(problem.limits.high, share)
