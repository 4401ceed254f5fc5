"""The cheapest sites that serve everybody within a radius, none beyond its capacity."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from geoprio._core.errors import InputError
from geoprio._core.typing import Bools, Floats, Ints
from geoprio.programme.columns import Builder, Program
from geoprio.programme.sites import Pairs, Siting, add_count, checked, finish
from geoprio.programme.solve import dual_bound, solve


def set_cover(
    pairs: Pairs,
    demand: Floats,
    radius: float,
    *,
    capacity: Floats | None = None,
    site_cost: Floats | None = None,
    open_sites: Bools | None = None,
    gap: float = 1e-3,
    time_limit: float = 60.0,
) -> Siting:
    """Return the cheapest sites that serve all demand within `radius`, none beyond its capacity.

    Demand that no site could reach is left aside and named. Demand may be split between sites where there are
    capacities.

    Parameters
    ----------
    pairs, demand, radius, open_sites, gap, time_limit
        As of `maximal_cover`.
    capacity : ndarray, shape (sites,), optional
        Demand that a site can serve; without it, any.
    site_cost : ndarray, shape (sites,), optional
        Cost of opening; without it, 1: the fewest sites.

    Returns
    -------
    Siting
        Where the capacities do not suffice, no sites; `why` tells how much demand they leave, all sites open.

    References
    ----------
    Toregas and others 1971; with capacities, Current and Storbeck 1988.

    Raises
    ------
    InputError
        As `maximal_cover`; if a capacity or cost is negative.
    """
    near = pairs.within(radius)
    there = checked(near, demand, 0, open_sites)
    price = np.ones(near.sites) if site_cost is None else np.asarray(site_cost, float)
    for name, values in (("capacity", capacity), ("site_cost", price)):
        if values is not None and not (len(values) == near.sites and np.isfinite(values).all() and (values >= 0).all()):
            raise InputError(f"siting: {name} needs a number of 0 or more for each of the {near.sites} sites.")
    lost = np.setdiff1d(np.flatnonzero(demand > 0), near.demand)
    why = () if not len(lost) else (_out_of_reach(demand, lost),)
    needs = (demand > 0) & np.isin(np.arange(near.demands), near.demand)
    program = _program(near, demand, needs, capacity, price, there)
    answer = solve(program, gap=gap, time_limit=time_limit)
    if not len(answer.x):
        return _no_cover(near, demand, needs, capacity, why, infeasible=answer.status == "infeasible")
    chosen = answer.x[: near.sites] > 0.5
    relaxed = solve(program, relaxed=True, time_limit=time_limit)
    bound = -dual_bound(program, relaxed.duals) if len(relaxed.duals) else 0.0
    cost = float(price[chosen & ~there].sum())
    best = max(bound, -answer.bound) if np.isfinite(answer.bound) else bound
    found = finish(pairs, near, demand, chosen & ~there, there, cost, min(best, cost), "milp", why)
    if capacity is None:
        return found
    share = answer.x[program.starts["served"] :]
    return _with_capacity(found, near, demand, share)


def _program(
    near: Pairs, demand: Floats, needs: Bools, capacity: Floats | None, price: Floats, there: Bools
) -> Program:
    """Return the program of the cheapest sites."""
    builder = Builder()
    opened = builder.columns("open", np.ones(near.sites), integer=True, objective=np.where(there, 0.0, -price))
    here = np.arange(len(near.cost))
    if capacity is None:
        builder.rows("cover", np.arange(near.demands), [(near.demand, opened + near.site, 1)], low=needs * 1.0)
    else:
        served = builder.columns("served", np.ones(len(near.cost)))
        builder.rows(
            "cover", np.arange(near.demands), [(near.demand, served + here, 1)], low=needs * 1.0, high=needs * 1.0
        )
        builder.rows("open", here, [(here, served + here, 1), (here, opened + near.site, -1)], high=0)
        sites = np.arange(near.sites)
        scale = max(float(np.max(demand)), 1.0)
        builder.rows(
            "capacity",
            sites,
            [
                (near.site, served + here, demand[near.demand] / scale),
                (sites, opened + sites, -np.asarray(capacity, float) / scale),
            ],
            high=0,
        )
    add_count(builder, opened, near.sites, there)
    return builder.build()


def _out_of_reach(demand: Floats, lost: Ints) -> tuple[str, str]:
    amount = float(demand[lost].sum())
    return (
        f"{len(lost)}处需求（共{amount:g}）在任何候选点的半径之外",
        f"{len(lost)} places with a demand of {amount:g} lie beyond the radius of every site",
    )


def _no_cover(
    near: Pairs,
    demand: Floats,
    needs: Bools,
    capacity: Floats | None,
    why: tuple[tuple[str, str], ...],
    *,
    infeasible: bool,
) -> Siting:
    """Tell how much demand the capacities leave when every site is open: a largest flow."""
    nothing = np.zeros(0, np.int64)
    none = np.full(near.demands, -1, np.int64)
    told = ("限时内未找到方案", "No answer within the time limit")
    if infeasible and capacity is not None:
        builder = Builder()
        use = builder.columns("use", demand[near.demand], objective=1.0)
        here = np.arange(len(near.cost))
        builder.rows("demand", np.arange(near.demands), [(near.demand, use + here, 1)], high=np.asarray(demand, float))
        builder.rows("site", np.arange(near.sites), [(near.site, use + here, 1)], high=np.asarray(capacity, float))
        left = float(demand[needs].sum()) - solve(builder.build(), relaxed=True).objective
        told = (
            f"即使全部候选点开放，仍有{left:g}的需求无法容纳",
            f"Even with every site open, a demand of {left:g} finds no capacity",
        )
    return Siting(nothing, none, np.zeros(near.demands), float("nan"), float("nan"), float("nan"), "milp", (*why, told))


def _with_capacity(found: Siting, near: Pairs, demand: Floats, share: Floats) -> Siting:
    """Return the same sites, with who serves whom as the capacities allow."""
    weight = sparse.csr_array((share, (near.demand, near.site)), shape=(near.demands, near.sites))
    best = np.asarray(weight.toarray().argmax(axis=1)) if weight.nnz else np.zeros(near.demands, np.int64)
    total = np.bincount(near.demand, share, near.demands)
    by = np.where(total > 0.5, best, -1).astype(np.int64)
    served = np.minimum(total, 1.0) * demand
    return Siting(found.sites, by, served, found.objective, found.bound, found.gap, found.method, found.why)
