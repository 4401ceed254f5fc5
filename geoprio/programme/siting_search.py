"""Choose sites by greedy steps and swaps, and bound how far from the best that can be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from geoprio._core.typing import Bools, Floats, Ints

MOST_SWAPS: Final = 10_000
STEPS: Final = 300
"""Steps of the bound; each costs a pass over the pairs."""
LOOK_EVERY: Final = 10
"""After so many steps the sites picked by then are tried."""
BETTER: Final = 1e-9
"""A swap has to save more than this part of the whole cost."""


@dataclass(frozen=True)
class Task:
    """Minimize ``Σ demand · min(far, cheapest open site)`` over `count` new sites.

    Attributes
    ----------
    demand_of, site : ndarray of int, shape (pairs,)
    cost : ndarray of float, shape (pairs,)
    demand : ndarray of float, shape (demands,)
    sites, count : int
    there : ndarray of bool, shape (sites,)
        Open anyway.
    far : float
        Cost without any open site in reach.
    """

    demand_of: Ints
    site: Ints
    cost: Floats
    demand: Floats
    sites: int
    count: int
    there: Bools
    far: float


def search(task: Task) -> tuple[Bools, float, float]:
    """Return which sites to open, the cost, and a cost below which none can be."""
    chosen, cost = _swap(task, _greedy(task))
    bound, picked = _lower_bound(task, chosen, cost)
    # The sites that the prices pick are another place to start from, often a better one.
    again, other = _swap(task, picked)
    return (again, other, min(other, bound)) if other < cost else (chosen, cost, min(cost, bound))


def _nearest(task: Task, opened: Bools) -> tuple[Floats, Ints, Floats]:
    """Cost of the cheapest open site, which it is (-1: none), and cost of the second; shape (demands,)."""
    count = len(task.demand)
    live = np.flatnonzero(opened[task.site] & (task.cost < task.far))
    order = live[np.lexsort((task.site[live], task.cost[live], task.demand_of[live]))]
    who, first, many = np.unique(task.demand_of[order], return_index=True, return_counts=True)
    best, second, by = np.full(count, task.far), np.full(count, task.far), np.full(count, -1, np.int64)
    best[who], by[who] = task.cost[order[first]], task.site[order[first]]
    two = many > 1
    second[who[two]] = task.cost[order[first[two] + 1]]
    return best, by, second


def _greedy(task: Task) -> Bools:
    """Open the site that saves most, one after the other."""
    chosen = np.zeros(task.sites, bool)
    best, _, _ = _nearest(task, task.there)
    for _ in range(task.count):
        saved = np.maximum(best[task.demand_of] - task.cost, 0.0) * task.demand[task.demand_of]
        gain = np.bincount(task.site, saved, task.sites)
        gain[chosen | task.there] = -1.0
        site = int(np.argmax(gain))
        if gain[site] <= 0:
            break
        chosen[site] = True
        mine = task.site == site
        np.minimum.at(best, task.demand_of[mine], task.cost[mine])
    return chosen


def _swap(task: Task, chosen: Bools) -> tuple[Bools, float]:
    """Exchange one site for another while that saves; each time the pair that saves most."""
    for _ in range(MOST_SWAPS):
        best, by, second = _nearest(task, chosen | task.there)
        cost = float(task.demand @ best)
        rivals = np.flatnonzero(chosen)
        if not len(rivals):
            return chosen, cost
        place = np.full(task.sites, -1)
        place[rivals] = np.arange(len(rivals))
        ours = np.where(by >= 0, place[by], -1)
        mine = ours >= 0
        loss = np.bincount(ours[mine], (task.demand * (second - best))[mine], len(rivals))
        i, weight = task.demand_of, task.demand[task.demand_of]
        gain = np.bincount(task.site, np.maximum(best[i] - task.cost, 0.0) * weight, task.sites)
        # Who loses the nearest site and would go to the new one does not have to go to the second.
        kept = np.maximum(second[i] - np.maximum(task.cost, best[i]), 0.0) * weight
        hit = (ours[i] >= 0) & (kept > 0)
        extra = np.bincount(task.site[hit] * len(rivals) + ours[i[hit]], kept[hit], task.sites * len(rivals))
        profit = gain[:, None] - loss[None, :] + extra.reshape(task.sites, len(rivals))
        profit[chosen | task.there] = -np.inf
        add, drop = np.unravel_index(int(np.argmax(profit)), profit.shape)
        if profit[add, drop] <= BETTER * max(cost, 1e-300):
            return chosen, cost
        chosen = chosen.copy()
        chosen[add], chosen[rivals[drop]] = True, False
    return chosen, float(task.demand @ _nearest(task, chosen | task.there)[0])


def _lower_bound(task: Task, chosen: Bools, target: float) -> tuple[float, Bools]:
    """Return a cost that no choice undercuts, and the best sites met on the way to it.

    It is the Lagrangian of "everybody is served once", by subgradient steps.

    For any prices ``u`` of being served, ``Σ u + Σ of the count smallest Σ_i min(0, d·c − u)`` is such a bound; its
    best is the bound of the relaxed program.
    """
    far = task.demand * task.far
    i, value = task.demand_of, task.demand[task.demand_of] * task.cost
    # What each would pay at the second site of the choice found is not far from the best prices.
    price, best, stretch, idle = task.demand * _nearest(task, chosen | task.there)[2], -np.inf, 1.0, 0
    picked, least = chosen, np.inf
    for step in range(STEPS):
        price = np.minimum(price, far)
        reduced = np.minimum(value - price[i], 0.0)
        worth = np.bincount(task.site, reduced, task.sites)
        free = np.flatnonzero(~task.there)
        pick = free[np.argsort(worth[free], kind="stable")[: task.count]]
        used = np.zeros(task.sites, bool)
        used[pick[worth[pick] < 0]] = True
        used |= task.there
        bound = float(price.sum() + worth[used].sum())
        if step % LOOK_EVERY == LOOK_EVERY - 1:
            new = np.zeros(task.sites, bool)
            new[pick] = True
            cost = float(task.demand @ _nearest(task, new | task.there)[0])
            picked, least = (new, cost) if cost < least else (picked, least)
        idle = 0 if bound > best else idle + 1
        best = max(best, bound)
        if idle >= 15:
            stretch, idle = stretch / 2, 0
        slope = 1.0 - np.bincount(i, used[task.site] & (reduced < 0), len(task.demand))
        size = float(slope @ slope)
        if size == 0 or best >= target:
            break
        price = np.maximum(price + stretch * max(target - bound, 0.0) / size * slope, 0.0)
    return best, picked
