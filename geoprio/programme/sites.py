"""Costs from demand to candidate sites, and sites that were chosen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geoprio._core.errors import InputError
from geoprio._core.typing import Bools, Floats, Ints
from geoprio.programme.columns import Builder


@dataclass(frozen=True)
class Pairs:
    """Costs from demand to candidate sites, as far as they are known.

    Attributes
    ----------
    demand, site : ndarray of int, shape (pairs,)
        Row of the demand, row of the site; each pair once.
    cost : ndarray of float, shape (pairs,)
        Meters, or minutes; 0 or more. A pair that is not there is out of reach.
    demands, sites : int
        How many there are of each.
    """

    demand: Ints
    site: Ints
    cost: Floats
    demands: int
    sites: int

    def within(self, most: float) -> Pairs:
        """Return the pairs that cost at most `most`."""
        near = self.cost <= most
        return Pairs(self.demand[near], self.site[near], self.cost[near], self.demands, self.sites)


def pairs_of(cost: Floats) -> Pairs:
    """Return the pairs of a matrix of shape (demands, sites), NaN or infinite where out of reach.

    Raises
    ------
    InputError
        If it is no matrix, or a cost is negative.
    """
    matrix = np.asarray(cost, float)
    if matrix.ndim != 2:
        raise InputError("siting: costs are a matrix with a row for each demand and a column for each site.")
    demand, site = np.nonzero(np.isfinite(matrix))
    pairs = Pairs(demand.astype(np.int64), site.astype(np.int64), matrix[demand, site], *matrix.shape)
    if (pairs.cost < 0).any():
        raise InputError("siting: costs must be 0 or more.")
    return pairs


@dataclass(frozen=True)
class Siting:
    """Sites to open.

    Attributes
    ----------
    sites : ndarray of int, shape (new sites,)
        Those to open, without the ones that are open anyway.
    served_by : ndarray of int, shape (demands,)
        The cheapest open site that the rule counts; -1: none. With capacities, the one that serves most of the demand.
    served : ndarray of float, shape (demands,)
        How much of the demand is served.
    objective, bound : float
        Demand covered (most is best), demand times cost (least), or cost of sites (least); and what cannot be passed.
    gap : float
        |objective − bound| as a share of the larger.
    method : str
        ``"milp"`` or ``"search"``.
    why : tuple of (zh, en)
        What could not be served, and why.
    """

    sites: Ints
    served_by: Ints
    served: Floats
    objective: float
    bound: float
    gap: float
    method: str
    why: tuple[tuple[str, str], ...] = ()


def checked(pairs: Pairs, demand: Floats, count: int, open_sites: Bools | None) -> Bools:
    """Return which sites are open anyway; raise where the inputs do not fit."""
    there = np.zeros(pairs.sites, bool) if open_sites is None else np.asarray(open_sites, bool)
    if len(demand) != pairs.demands or not (np.isfinite(demand).all() and (np.asarray(demand) >= 0).all()):
        raise InputError(f"siting: give a demand of 0 or more for each of the {pairs.demands} rows.")
    if len(there) != pairs.sites:
        raise InputError(f"siting: open_sites has {len(there)} entries for {pairs.sites} sites.")
    if not 0 <= count <= pairs.sites - there.sum():
        raise InputError(f"siting: {count} new sites wanted of {pairs.sites - there.sum()} candidates.")
    return there


def add_count(builder: Builder, opened: int, count: int, there: Bools) -> None:
    """Open at most `count` sites beside those that are open anyway."""
    new, old = np.flatnonzero(~there), np.flatnonzero(there)
    builder.rows("count", np.zeros(1, np.int64), [(0, opened + new, 1)], high=float(count))
    builder.rows("anyway", old, [(np.arange(len(old)), opened + old, 1)], low=1)


def finish(
    pairs: Pairs,
    near: Pairs,
    demand: Floats,
    chosen: Bools,
    there: Bools,
    value: float,
    bound: float,
    method: str,
    why: tuple[tuple[str, str], ...] = (),
) -> Siting:
    """Return the sites that were chosen, with who serves whom among the pairs that count."""
    live = (chosen | there)[near.site]
    order = np.lexsort((near.site[live], near.cost[live], near.demand[live]))
    who, first = np.unique(near.demand[live][order], return_index=True)
    by = np.full(pairs.demands, -1, np.int64)
    by[who] = near.site[live][order][first]
    served = np.where(by >= 0, np.asarray(demand, float), 0.0)
    largest = max(abs(value), abs(bound))
    gap = abs(value - bound) / largest if largest > 0 else 0.0
    return Siting(np.flatnonzero(chosen).astype(np.int64), by, served, value, bound, gap, method, why)
