"""Where new facilities serve most: maximal cover and p-median, on distances that are known.

Small and medium cases are solved to a proved gap; large ones by greedy choice and swaps, with a bound that says how
far from the best they can be.
"""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
import pandas as pd

from geoprio._core.errors import InputError
from geoprio._core.typing import Bools, Floats, Ints
from geoprio.programme.columns import Builder, Program
from geoprio.programme.sites import Pairs, Siting, add_count, checked, finish
from geoprio.programme.siting_search import Task, search
from geoprio.programme.solve import dual_bound, solve

SitingMethod = Literal["auto", "milp", "search"]
SEARCH_ABOVE: Final = 150_000
"""With more pairs than this, ``"auto"`` searches instead of proving."""


def maximal_cover(
    pairs: Pairs,
    demand: Floats,
    count: int,
    radius: float,
    *,
    open_sites: Bools | None = None,
    method: SitingMethod = "auto",
    gap: float = 1e-3,
    time_limit: float = 60.0,
) -> Siting:
    """Return the `count` sites that bring most demand within `radius` of an open site.

    Parameters
    ----------
    pairs : Pairs
    demand : ndarray, shape (demands,)
    count : int
        New sites.
    radius : float
        In the unit of the pairs' cost, included.
    open_sites : ndarray of bool, shape (sites,), optional
        Sites that are open anyway, such as existing facilities.
    method, gap, time_limit
        ``"auto"`` proves where there are few enough pairs.

    References
    ----------
    Church and ReVelle 1974.

    Raises
    ------
    InputError
        If demand is negative or of another length, or there are fewer sites than `count`.
    """
    near = pairs.within(radius)
    there = checked(near, demand, count, open_sites)
    flat = Pairs(near.demand, near.site, np.zeros(len(near.cost)), near.demands, near.sites)
    total = float(demand.sum())
    if _searches(method, near):
        chosen, cost, bound = search(_task(flat, demand, count, there, 1.0))
        return finish(pairs, near, demand, chosen, there, total - cost, total - bound, "search")
    builder = Builder()
    opened = builder.columns("open", np.ones(near.sites), integer=True)
    covered = builder.columns("covered", np.ones(near.demands), objective=np.asarray(demand, float))
    rows = np.arange(near.demands)
    builder.rows("cover", rows, [(near.demand, opened + near.site, -1), (rows, covered + rows, 1)], high=0)
    add_count(builder, opened, count, there)
    chosen, value, bound = _proved(builder.build(), near.sites, gap, time_limit)
    return finish(pairs, near, demand, chosen & ~there, there, value, bound, "milp")


def p_median(
    pairs: Pairs,
    demand: Floats,
    count: int,
    *,
    beyond: float | None = None,
    open_sites: Bools | None = None,
    method: SitingMethod = "auto",
    gap: float = 1e-3,
    time_limit: float = 60.0,
) -> Siting:
    """Return the `count` sites with the least sum of demand times cost to the nearest open site.

    Parameters
    ----------
    pairs, demand, count, open_sites, method, gap, time_limit
        As of `maximal_cover`.
    beyond : float, optional
        What a demand costs that is out of reach of every open site. Without it everybody has to be reached.

    References
    ----------
    Hakimi 1964; swaps after Resende and Werneck 2007.

    Raises
    ------
    InputError
        As `maximal_cover`; if somebody cannot be reached at all and `beyond` is not given; or no choice reaches
        everybody.
    """
    there = checked(pairs, demand, count, open_sites)
    if beyond is None:
        lost = np.setdiff1d(np.flatnonzero(demand > 0), pairs.demand)
        if len(lost):
            raise InputError(
                f"siting: demand {lost[0]} and {len(lost) - 1} others reach no site; give beyond, what that costs."
            )
    far = _far(pairs, demand, beyond)
    if _searches(method, pairs):
        chosen, cost, bound = search(_task(pairs, demand, count, there, far))
        if beyond is None and cost >= far * float(demand[demand > 0].min(initial=np.inf)):
            raise InputError(
                "siting: the search found no choice of so many sites that reaches everybody; give beyond, or more."
            )
        return finish(pairs, pairs, demand, chosen, there, cost, bound, "search")
    builder, near = Builder(), pairs.within(far)
    opened = builder.columns("open", np.ones(near.sites), integer=True)
    weight = demand[near.demand]
    # What being served saves of the cost of being out of reach, or of the largest cost.
    least = far if beyond is not None else float(near.cost.max(initial=0.0))
    served = builder.columns("served", np.ones(len(near.cost)), objective=weight * (least - near.cost))
    here = np.arange(len(near.cost))
    builder.rows(
        "one",
        np.arange(near.demands),
        [(near.demand, served + here, 1)],
        high=1,
        low=0 if beyond is not None else (demand > 0) * 1.0,
    )
    builder.rows("open", here, [(here, served + here, 1), (here, opened + near.site, -1)], high=0)
    add_count(builder, opened, count, there)
    chosen, value, bound = _proved(builder.build(), near.sites, gap, time_limit)
    most = float(demand.sum()) * least
    return finish(pairs, near, demand, chosen & ~there, there, most - value, most - bound, "milp")


def zone_quantities(siting: Siting, site_zone: Ints, sizes: Floats, zones: pd.Index) -> pd.Series:
    """Return how much each zone gets of new facilities, as a column that a measure's quantity can name.

    Parameters
    ----------
    siting : Siting
    site_zone : ndarray of int, shape (sites,)
        Row of the zone in which a site lies; -1: none.
    sizes : ndarray, shape (sites,)
        Units of the measure at each site, such as square meters.
    zones : Index

    Returns
    -------
    Series
        On the index of zones; 0 where nothing opens.
    """
    inside = siting.sites[site_zone[siting.sites] >= 0]
    return pd.Series(np.bincount(site_zone[inside], sizes[inside], len(zones)), index=zones)


def _far(pairs: Pairs, demand: Floats, beyond: float | None) -> float:
    """Return what it costs to be out of reach; where nobody may be, more than serving all others could ever save."""
    if beyond is not None:
        if not 0 <= beyond < float("inf"):
            raise InputError(f"siting: beyond is {beyond!r}; give a cost of 0 or more.")
        return beyond
    some = demand[demand > 0]
    return (float(pairs.cost.max(initial=0.0)) + 1.0) * (float(some.sum() / some.min()) if len(some) else 1.0)


def _searches(method: SitingMethod, pairs: Pairs) -> bool:
    return method == "search" or (method == "auto" and len(pairs.cost) > SEARCH_ABOVE)


def _task(pairs: Pairs, demand: Floats, count: int, there: Bools, far: float) -> Task:
    return Task(pairs.demand, pairs.site, pairs.cost, np.asarray(demand, float), pairs.sites, count, there, far)


def _proved(program: Program, sites: int, gap: float, time_limit: float) -> tuple[Bools, float, float]:
    """Return which sites are open, the value, and a bound that the solver is not trusted with."""
    answer = solve(program, gap=gap, time_limit=time_limit)
    if not len(answer.x):
        told = "no choice of so many sites reaches everybody; give beyond, or more sites"
        raise InputError(
            f"siting: {told if answer.status == 'infeasible' else 'no answer within the time limit; allow more'}."
        )
    relaxed = solve(program, relaxed=True, time_limit=time_limit)
    bound = dual_bound(program, relaxed.duals) if len(relaxed.duals) else float("inf")
    return answer.x[:sites] > 0.5, answer.objective, min(bound, answer.bound)
