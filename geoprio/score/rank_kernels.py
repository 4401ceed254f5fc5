"""Compiled loops that score and rank zones under many weights. Everything here works on plain arrays.

Draws come in blocks: a block of draws × zones is all that is ever held. Zones stand in the order that breaks the last
tie (tier, then zone id), so that equal keys keep their order. Each draw and each tile of zones is done by one thread
alone, in the same order whatever the number of threads, so that no answer depends on it. Shapes shared by the loops:

``urgencies``, ``unserved``
    (criteria, zones): contiguous along the zones. `unserved` has no rows where there is none.
``weights``
    (draws, criteria).
``keys``
    (draws, zones): score × 10⁹, rounded to whole numbers. Larger is more urgent.
``tiers``
    (tiers + 1,): where each tier of zones begins; a tier ranks ahead of the next one whatever the keys.
``ranks``
    (draws, zones) of uint32: 0 = first.

This module stands alone: numba's cache does not notice that code in another file has changed.

References
----------
The order is that of bucket sort, with as many slots of equal width as there are zones or more: slots hold about one
zone each, and what shares a slot is sorted in place; Knuth (1998), The Art of Computer Programming 3, section 5.2.
"""

import numpy as np
from numba import njit, prange

TILE = 512
"""Zones scored together: their urgencies stay in the fastest memory for all draws of a block."""

SCALE = 1e9
"""Scores that agree to 9 decimals are tied."""

FEW = 24
"""Up to so many items are sorted by insertion."""


@njit(cache=True, parallel=True)
def score_block(urgencies, weights, keys, parts):
    """Fill the keys of the weighted sum, 100 Σ w u (in place), adding up the criteria in their order."""
    m, n = urgencies.shape
    tiles = (n + TILE - 1) // TILE
    for part in prange(parts):
        for tile in range(part, tiles, parts):
            a = tile * TILE
            size = min(n - a, TILE)
            for b in range(len(weights)):
                row = keys[b, a : a + size]
                row[:] = 0.0
                j = 0
                while j + 4 <= m:
                    # Four criteria at a time, added from left to right: the sum is that of one by one.
                    w0, w1 = 100.0 * weights[b, j], 100.0 * weights[b, j + 1]
                    w2, w3 = 100.0 * weights[b, j + 2], 100.0 * weights[b, j + 3]
                    u0, u1 = urgencies[j, a : a + size], urgencies[j + 1, a : a + size]
                    u2, u3 = urgencies[j + 2, a : a + size], urgencies[j + 3, a : a + size]
                    for i in range(size):
                        row[i] = row[i] + w0 * u0[i] + w1 * u1[i] + w2 * u2[i] + w3 * u3[i]
                    j += 4
                while j < m:
                    w0, u0 = 100.0 * weights[b, j], urgencies[j, a : a + size]
                    for i in range(size):
                        row[i] += w0 * u0[i]
                    j += 1
                for i in range(size):
                    row[i] = np.rint(row[i] * SCALE)


@njit(cache=True, parallel=True)
def score_gaps(urgencies, known, gaps, weights, keys, parts):
    """Fill the keys of zones that do not know all criteria (in place): their other weights are scaled up to sum 1.

    Parameters
    ----------
    known : ndarray of float, shape (gaps, criteria)
        1 where the urgency is known, else 0, and then `urgencies` holds 0.
    gaps : ndarray of int, shape (gaps,)
        Positions of these zones.
    """
    for part in prange(parts):
        for b in range(part, len(weights), parts):
            for g in range(len(gaps)):
                have, total = 0.0, 0.0
                for j in range(len(urgencies)):
                    have += known[g, j] * weights[b, j]
                    total += 100.0 * weights[b, j] * urgencies[j, gaps[g]]
                keys[b, gaps[g]] = np.rint(total / have * SCALE)


@njit(cache=True)
def _arrange(value, item):
    """Sort by value, descending, equal ones by their order (in place)."""
    if len(value) > FEW:
        sorted_already = True
        for k in range(1, len(value)):
            if value[k] > value[k - 1]:
                sorted_already = False
                break
        if not sorted_already:
            order = np.argsort(-value, kind="mergesort")
            value[:] = value[order]
            item[:] = item[order]
        return
    for k in range(1, len(value)):
        v, x = value[k], item[k]
        p = k
        while p > 0 and value[p - 1] < v:
            value[p], item[p] = value[p - 1], item[p - 1]
            p -= 1
        value[p], item[p] = v, x


@njit(cache=True)
def _break_ties(value, item, unserved, weight):
    """Order each run of equal values by unserved demand, Σ w · unserved, descending (in place)."""
    a = 0
    while a < len(value):
        b = a + 1
        while b < len(value) and value[b] == value[a]:
            b += 1
        if b - a > 1:
            demand = np.zeros(b - a)
            for k in range(a, b):
                for j in range(len(unserved)):
                    demand[k - a] += weight[j] * unserved[j, item[k]]
            _arrange(demand, item[a:b])
        a = b


@njit(cache=True)
def _sort_tier(key, begin, slot, start, value, item):
    """Fill values and zones of one tier in descending order of the key, equal ones in their order (in place)."""
    n = len(key)
    low, high = key[0], key[0]
    for i in range(1, n):
        low, high = min(low, key[i]), max(high, key[i])
    slots = 2 * n
    # Keys are whole numbers, so that those that differ are 1 apart or more; where all are equal, one slot takes them.
    width = (slots - 1) / max(high - low, 1.0)
    for i in range(n):
        slot[i] = np.int32((high - key[i]) * width)
    for s in range(slots + 1):
        start[s] = 0
    for i in range(n):
        start[slot[i] + 1] += 1
    crowded = 0
    for s in range(slots):
        crowded = max(crowded, start[s + 1])
        start[s + 1] += start[s]
    for i in range(n):
        s = slot[i]
        p = start[s]
        start[s] = p + 1
        value[p], item[p] = key[i], begin + i
    if crowded <= FEW:
        for k in range(1, n):
            v = value[k]
            if value[k - 1] < v:
                x, p = item[k], k
                while p > 0 and value[p - 1] < v:
                    value[p], item[p] = value[p - 1], item[p - 1]
                    p -= 1
                value[p], item[p] = v, x
        return
    a = 0
    for s in range(slots):
        # After the scatter each slot's start has moved to its end.
        b = start[s]
        if b - a > 1:
            _arrange(value[a:b], item[a:b])
        a = b


@njit(cache=True, parallel=True)
def rank_block(keys, weights, unserved, tiers, ranks, leads, parts):
    """Fill the rank of each zone, and the first zone, of each draw (in place).

    Order: tier, key (descending), unserved demand under the draw's weights (descending), position.
    """
    n = keys.shape[1]
    slots, starts = np.empty((parts, n), np.int32), np.empty((parts, 2 * n + 1), np.int32)
    values, items = np.empty((parts, n), np.float64), np.empty((parts, n), np.int32)
    for part in prange(parts):
        slot, start, value, item = slots[part], starts[part], values[part], items[part]
        for d in range(part, len(keys), parts):
            for t in range(len(tiers) - 1):
                a, b = tiers[t], tiers[t + 1]
                _sort_tier(keys[d, a:b], a, slot, start, value[a:b], item[a:b])
                if len(unserved):
                    _break_ties(value[a:b], item[a:b], unserved, weights[d])
            row = ranks[d]
            for k in range(n):
                row[item[k]] = k
            leads[d] = item[0]


@njit(cache=True, parallel=True)
def count_block(ranks, bins, first, counts, total, inside, parts):
    """Add the ranks of a block to the counters of each zone (in place).

    Parameters
    ----------
    bins : ndarray of int32, shape (zones,)
        In which bin each rank is counted.
    first : int
        How many ranks count as inside.
    counts : ndarray of uint, shape (zones, bins)
    total : ndarray of int64, shape (zones,)
        Sum of the ranks, from 1.
    inside : ndarray of int64, shape (zones,)
    """
    draws, n = ranks.shape
    side = 32
    tiles = (n + side - 1) // side
    for part in prange(parts):
        turned = np.empty((side, draws), np.uint32)
        for tile in range(part, tiles, parts):
            a, b = tile * side, min(n, tile * side + side)
            for d in range(draws):
                row = ranks[d, a:b]
                for i in range(b - a):
                    turned[i, d] = row[i]
            for i in range(a, b):
                own, count = turned[i - a], counts[i]
                ranked, within = np.int64(0), np.int64(0)
                for d in range(draws):
                    ranked += np.int64(own[d]) + 1
                    within += np.int64(own[d]) < first
                for d in range(draws):
                    count[bins[own[d]]] += 1
                total[i] += ranked
                inside[i] += within


@njit(cache=True, parallel=True)
def pair_block(ranks, zones, ahead, parts):
    """Add how often each of the zones ranks ahead of each other one (in place).

    Parameters
    ----------
    zones : ndarray of int, shape (pairs,)
    ahead : ndarray of uint32, shape (pairs, pairs)
    """
    k = len(zones)
    for part in prange(parts):
        own = np.empty(k, np.uint32)
        for d in range(len(ranks)):
            for i in range(k):
                own[i] = ranks[d, zones[i]]
            for i in range(part, k, parts):
                mine, row = own[i], ahead[i]
                for j in range(k):
                    row[j] += mine < own[j]


@njit(cache=True, parallel=True)
def find_bins(counts, needed, found, parts):
    """Fill in which bin the running count of each zone first reaches each of the needed numbers (in place).

    Parameters
    ----------
    counts : ndarray of uint, shape (zones, bins)
    needed : ndarray of int64, shape (numbers,)
        Ascending, each at least 1 and at most the sum of a zone's counts.
    found : ndarray of int64, shape (zones, numbers)
    """
    for part in prange(parts):
        for i in range(part, len(counts), parts):
            row = counts[i]
            reached, bin_ = np.int64(row[0]), 0
            for q in range(len(needed)):
                while reached < needed[q]:
                    bin_ += 1
                    reached += np.int64(row[bin_])
                found[i, q] = bin_


@njit(cache=True, parallel=True)
def swap_block(ranks, baseline, swaps, parts):
    """Fill how many pairs of zones each draw orders otherwise than the baseline does (in place).

    Parameters
    ----------
    baseline : ndarray of int64, shape (zones,)
        Zones in the order of the baseline's ranks.
    swaps : ndarray of int64, shape (draws,)
    """
    n = len(baseline)
    for part in prange(parts):
        now, then = np.empty(n, np.uint32), np.empty(n, np.uint32)
        for d in range(part, len(ranks), parts):
            for i in range(n):
                now[i] = ranks[d, baseline[i]]
            total, size = 0, 1
            # Merge sort from the bottom up: what the right half puts before the left is a swap.
            while size < n:
                for a in range(0, n, 2 * size):
                    middle, end = min(a + size, n), min(a + 2 * size, n)
                    i, j = a, middle
                    for k in range(a, end):
                        if j >= end or (i < middle and now[i] < now[j]):
                            then[k] = now[i]
                            i += 1
                        else:
                            then[k] = now[j]
                            total += middle - i
                            j += 1
                now, then = then, now
                size *= 2
            swaps[d] = total
