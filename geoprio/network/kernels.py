"""Compiled searches over the street network. Everything here works on plain arrays and whole units of cost.

A search goes out from destinations and follows the streets against the way people walk, so that what it finds is the
cost of walking to them. Tuples that several loops share:

``streets``
    pointer, entries, at, first, last: as `Chains` and `Scaled` hold them.
``origins``
    pointer (edges + 1,), to_first, to_last (units to the ends of the edge, legs included), out, home, leg (metres):
    positions sorted by edge.
``places``
    edge, from_first, from_last (units from the ends of the edge, legs included), out, home, leg (metres).

Each module of compiled loops stands alone: numba's cache does not notice that code in another file has changed.

References
----------
Buckets of equal width instead of a heap: Dial (1969), Algorithm 360, Communications of the ACM 12(11). A node that
improves after it was expanded is expanded again, so the answer does not depend on the width.
"""

import numpy as np
from numba import njit, prange

NEVER, NOWHERE = np.uint32(2**32 - 1), np.uint64(2**64 - 1)
SHIFT = 25
"""A bucket is 2**25 units wide: between 1/32 and 1/16 of the limit."""
LOW, HIGH = np.uint64(2**32 - 1), np.uint64(32)

PARTS = 2
"""Sweeps are done in this many parts whatever the number of threads, so that sums of fractions are always the same."""


@njit(cache=True)
def _more(item, after):
    """Return copies with twice the room."""
    items, afters = np.empty(2 * len(item), item.dtype), np.empty(2 * len(after), after.dtype)
    items[: len(item)] = item
    afters[: len(after)] = after
    return items, afters


@njit(cache=True)
def _spread(pointer, entries, seed, seed_cost, seed_number, limit, state):
    """Fill the cost of walking to the nearest seed within the limit, and its number, for every junction (in place)."""
    head = np.full((limit >> SHIFT) + 1, -1, np.int32)
    room = 2 * len(seed) + 1024
    item, after = np.empty(room, np.uint64), np.empty(room, np.int32)
    free, top = -1, 0
    for i in range(len(seed)):
        d, s = np.int64(seed_cost[i]), seed[i]
        if d <= limit and d < np.int64(state[s] >> HIGH):
            state[s] = (np.uint64(d) << HIGH) | np.uint64(seed_number[i])
            item[top], after[top] = (np.uint64(d) << HIGH) | np.uint64(s), head[d >> SHIFT]
            head[d >> SHIFT] = top
            top += 1
    for slot in range(len(head)):
        while head[slot] >= 0:
            q = head[slot]
            head[slot] = after[q]
            d, u = np.int64(item[q] >> HIGH), np.int64(item[q] & LOW)
            after[q] = free
            free = q
            if d > np.int64(state[u] >> HIGH):
                continue
            who = state[u] & LOW
            if top + pointer[u + 1] - pointer[u] > len(item):
                item, after = _more(item, after)
            for p in range(pointer[u], pointer[u + 1]):
                v, far = np.int64(entries[p] & LOW), d + np.int64(entries[p] >> HIGH)
                if far <= limit and far < np.int64(state[v] >> HIGH):
                    state[v] = (np.uint64(far) << HIGH) | who
                    if free >= 0:
                        q = free
                        free = after[q]
                    else:
                        q = top
                        top += 1
                    item[q], after[q] = (np.uint64(far) << HIGH) | np.uint64(v), head[far >> SHIFT]
                    head[far >> SHIFT] = q


@njit(cache=True, parallel=True)
def spread_each(pointer, entries, part, seed, seed_cost, seed_number, limit, state):
    """Fill costs and numbers for each set of seeds (in place).

    Parameters
    ----------
    pointer, entries : ndarray
        As `Chains` and `Scaled` hold them.
    part : ndarray of int, shape (sets + 1,)
        Where each set begins in `seed`, `seed_cost` and `seed_number`.
    limit : int
        Units.
    state : ndarray of uint64, shape (sets, junctions)
        `NOWHERE` everywhere; on return the cost (high 32 bits) and the number of the seed (low 32 bits).
    """
    for k in prange(len(part) - 1):
        a, b = part[k], part[k + 1]
        _spread(pointer, entries, seed[a:b], seed_cost[a:b], seed_number[a:b], limit, state[k])


@njit(cache=True)
def _along(out, home, leg, to_out, to_home, to_leg, scale):
    """Return the units between two positions on one edge, along the edge."""
    return np.int64(np.rint((max(to_out - out, home - to_home) + leg + to_leg) * scale))


@njit(cache=True, parallel=True)
def gather_each(origins, order, first, last, state, pointer, part, places, numbers, limit, scale, per_cost, cost, who):
    """Fill cost and destination of each origin for each set (in place): through an end of its edge, or along it.

    Parameters
    ----------
    origins, places : tuple
        Places of all sets after each other.
    order : ndarray of int32
        Where each origin stands in `cost` and `who`.
    first, last : ndarray of int32, shape (edges,)
    state : ndarray of uint64, shape (sets, junctions)
    pointer : ndarray of int32, shape (sets, edges + 1)
        Where each edge's destinations begin in its set.
    part : ndarray of int, shape (sets + 1,)
        Where each set begins in `places` and `numbers`.
    per_cost : float
        Metres in one unit of `cost`.
    cost, who : ndarray, shape (origins, sets)
    """
    points, to_first, to_last, out, home, leg = origins
    _, _, _, to_out, to_home, to_leg = places
    for e in prange(len(first)):
        if points[e] == points[e + 1]:
            continue
        for s in range(len(part) - 1):
            at_first, at_last = state[s, first[e]], state[s, last[e]]
            a, b = np.int64(at_first >> HIGH), np.int64(at_last >> HIGH)
            low, high = part[s] + pointer[s, e], part[s] + pointer[s, e + 1]
            for i in range(points[e], points[e + 1]):
                best, by = a + np.int64(to_first[i]), np.int64(at_first & LOW)
                other = b + np.int64(to_last[i])
                if other < best:
                    best, by = other, np.int64(at_last & LOW)
                for k in range(low, high):
                    straight = _along(out[i], home[i], leg[i], to_out[k], to_home[k], to_leg[k], scale)
                    if straight < best:
                        best, by = straight, np.int64(numbers[k])
                j = order[i]
                if best <= limit:
                    cost[j, s], who[j, s] = best / scale / per_cost, by
                else:
                    cost[j, s], who[j, s] = np.inf, -1


@njit(cache=True)
def _reach(streets, place, limit, distance, touched, head, item, after):
    """Walk out from one place; return how many junctions stand in `touched`, and the room for waiting ones.

    `distance` must be `NEVER` everywhere and is left filled at the touched junctions. The ends of the place's own edge
    are touched even where they are beyond the limit: positions on the edge may lie within it.
    """
    pointer, entries, _, first, last = streets
    edge, from_first, from_last = place
    count, top = 0, 0
    for turn in range(2):
        node, d = (first[edge], np.int64(from_first)) if turn == 0 else (last[edge], np.int64(from_last))
        if d < np.int64(distance[node]):
            if distance[node] == NEVER:
                touched[count] = node
                count += 1
            distance[node] = np.uint32(d)
            if d <= limit:
                item[top], after[top] = (np.uint64(d) << HIGH) | np.uint64(node), head[d >> SHIFT]
                head[d >> SHIFT] = top
                top += 1
    for slot in range((limit >> SHIFT) + 1):
        while head[slot] >= 0:
            q = head[slot]
            head[slot] = after[q]
            d, u = np.int64(item[q] >> HIGH), np.int64(item[q] & LOW)
            if d > np.int64(distance[u]):
                continue
            if top + pointer[u + 1] - pointer[u] > len(item):
                item, after = _more(item, after)
            for p in range(pointer[u], pointer[u + 1]):
                v, far = np.int64(entries[p] & LOW), d + np.int64(entries[p] >> HIGH)
                if far <= limit and far < np.int64(distance[v]):
                    if distance[v] == NEVER:
                        touched[count] = v
                        count += 1
                    distance[v] = np.uint32(far)
                    item[top], after[top] = (np.uint64(far) << HIGH) | np.uint64(v), head[far >> SHIFT]
                    head[far >> SHIFT] = top
                    top += 1
    return count, item, after


@njit(cache=True)
def _meet(streets, origins, own, ends, limit, scale, distance, touched, count, who, far):
    """Put every origin within the limit into `who`, with its units in `far`; return how many.

    `own` is the edge of the place and `ends` its out, home and leg. Clears `distance` again.
    """
    pointer, entries, at, first, _ = streets
    points, to_first, to_last, out, home, leg = origins
    found = 0
    for q in range(count):
        x = touched[q]
        dx = np.int64(distance[x])
        for p in range(pointer[x], pointer[x + 1]):
            y = np.int64(entries[p] & LOW)
            dy = np.int64(distance[y])
            # Each edge is met once: from its nearer end, of two equally near from the lower one.
            if dy < dx or (dy == dx and y < x):
                continue
            e = at[p]
            low, high = points[e], points[e + 1]
            if low == high:
                continue
            a, b = (dx, dy) if first[e] == x else (dy, dx)
            for i in range(low, high):
                d = min(a + np.int64(to_first[i]), b + np.int64(to_last[i]))
                if e == own:
                    d = min(d, _along(out[i], home[i], leg[i], ends[0], ends[1], ends[2], scale))
                if d <= limit:
                    who[found], far[found] = i, d
                    found += 1
    for q in range(count):
        distance[touched[q]] = NEVER
    return found


@njit(cache=True)
def _room(streets, limit):
    """Return what one thread needs to walk out from places: distance, touched, head, item, after."""
    junctions = len(streets[0]) - 1
    return (
        np.full(junctions, NEVER, np.uint32),
        np.empty(junctions, np.int32),
        np.full((limit >> SHIFT) + 1, -1, np.int32),
        np.empty(4096, np.uint64),
        np.empty(4096, np.int32),
    )


@njit(cache=True)
def _visit(streets, origins, places, j, limit, scale, room, who, far):
    """Find every origin within the limit of place `j`; return how many, and the room, which may have grown."""
    distance, touched, head, item, after = room
    edge, from_first, from_last, out, home, leg = places
    place = (edge[j], from_first[j], from_last[j])
    count, item, after = _reach(streets, place, limit, distance, touched, head, item, after)
    ends = (out[j], home[j], leg[j])
    found = _meet(streets, origins, edge[j], ends, limit, scale, distance, touched, count, who, far)
    return found, (distance, touched, head, item, after)


@njit(cache=True)
def _decay(kind, d, catchment, slack):
    """Return the weight of a cost: 0 binary, 1 in thirds 1, 0.68, 0.22, 2 Gaussian that ends at 0."""
    if d > catchment + slack:
        return 0.0
    if kind == 0:
        return 1.0
    if kind == 1:
        return 1.0 if 3 * d <= catchment + 3 * slack else (0.68 if 3 * d <= 2 * catchment + 3 * slack else 0.22)
    t = min(d / catchment, 1.0)
    return (np.exp(-0.5 * t * t) - np.exp(-0.5)) / (1.0 - np.exp(-0.5))


@njit(cache=True)
def _tally(who, far, found, rings, times, tally):
    """Add `times` to the narrowest ring of every origin found (in place)."""
    for q in range(found):
        d = far[q]
        if d <= rings[-1]:
            k = 0
            while d > rings[k]:
                k += 1
            tally[who[q], k] += times


@njit(cache=True)
def _share(who, far, found, capacity, demand, selection, decay, weight, given):
    """Share out one place's capacity among those who reach it (in place).

    `decay` is kind, power, catchment, slack; `selection` is empty, or the sum of each origin's weights of all
    places; an empty `demand` adds up those weights instead.
    """
    kind, power, catchment, slack = decay
    total = 0.0
    for q in range(found):
        i, f = who[q], _decay(kind, far[q], catchment, slack)
        weight[q] = f
        if len(selection) > 0 and f > 0.0:
            weight[q] = f * f / selection[i]
        if len(demand) > 0:
            total += weight[q] * demand[i]
        if power == 2:
            weight[q] = f * f
    ratio = capacity
    if len(demand) > 0:
        ratio = capacity / total if total > 0.0 else 0.0
    for q in range(found):
        given[who[q]] += ratio * weight[q]


@njit(cache=True, parallel=True)
def sweep(streets, origins, places, limit, scale, rings, times, tally, demand, capacity, selection, decay, given):
    """Walk out from every place; add up who is within each ring, and share out what the place offers (in place).

    Parameters
    ----------
    streets, origins, places : tuple
    limit : int
        Units; no ring and no catchment is wider.
    rings : ndarray of int64, shape (rings,)
        Units, ascending; empty: nothing is counted.
    times : ndarray, shape (places,)
        What each place counts for.
    tally : ndarray, shape (PARTS, origins, rings)
    demand : ndarray of float, shape (origins,)
        Empty: weights are added up.
    capacity : ndarray of float, shape (places,)
    selection : ndarray of float, shape (origins,) or empty
    decay : tuple
        Kind, power, catchment and slack in units.
    given : ndarray of float, shape (PARTS, origins) or (PARTS, 0)
        With no room nothing is shared out.
    """
    n, m = len(origins[1]), len(places[0])
    for part in prange(PARTS):
        room = _room(streets, limit)
        who, far = np.empty(n, np.int32), np.empty(n, np.int64)
        weight = np.empty(n)
        for j in range(m * part // PARTS, m * (part + 1) // PARTS):
            found, room = _visit(streets, origins, places, j, limit, scale, room, who, far)
            if len(rings) > 0:
                _tally(who, far, found, rings, times[j], tally[part])
            if given.shape[1] > 0:
                _share(who, far, found, capacity[j], demand, selection, decay, weight, given[part])


@njit(cache=True, parallel=True)
def sweep_pairs(start, who, far, rings, times, tally, demand, capacity, selection, decay, given):
    """Do what `sweep` does with the origins around every place found already (in place).

    Parameters
    ----------
    start : ndarray of int64, shape (places + 1,)
        Where each place's pairs begin.
    who : ndarray of int32, shape (pairs,)
        Origins.
    far : ndarray, shape (pairs,)
        Their costs, in the unit of `rings` and `decay`.
    """
    m = len(start) - 1
    most = 0
    for j in range(m):
        most = max(most, start[j + 1] - start[j])
    for part in prange(PARTS):
        weight = np.empty(most)
        for j in range(m * part // PARTS, m * (part + 1) // PARTS):
            found = start[j + 1] - start[j]
            here, there = who[start[j] : start[j + 1]], far[start[j] : start[j + 1]]
            if len(rings) > 0:
                _tally(here, there, found, rings, times[j], tally[part])
            if given.shape[1] > 0:
                _share(here, there, found, capacity[j], demand, selection, decay, weight, given[part])


@njit(cache=True, parallel=True)
def settle(order, tally, column, total):
    """Add up the parts of a tally, and the rings inside each ring (in place).

    Parameters
    ----------
    order : ndarray of int32, shape (origins,)
        Row of each origin in `total`.
    tally : ndarray, shape (PARTS, origins, rings)
    column : ndarray of int, shape (asked rings,)
        Ring of each column of `total`.
    total : ndarray, shape (rows, asked rings)
    """
    for i in prange(tally.shape[1]):
        for part in range(PARTS):
            for k in range(1, tally.shape[2]):
                tally[part, i, k] += tally[part, i, k - 1]
        for k in range(len(column)):
            for part in range(PARTS):
                total[order[i], k] += tally[part, i, column[k]]


@njit(cache=True, parallel=True)
def loads(streets, origins, places, limit, scale, rings, demand, load):
    """Fill the demand that can walk to each place within each ring (in place), shape (places, rings)."""
    n, m = len(origins[1]), len(places[0])
    for part in prange(PARTS):
        room = _room(streets, limit)
        who, far = np.empty(n, np.int32), np.empty(n, np.int64)
        for j in range(m * part // PARTS, m * (part + 1) // PARTS):
            found, room = _visit(streets, origins, places, j, limit, scale, room, who, far)
            for q in range(found):
                k = 0
                while far[q] > rings[k]:
                    k += 1
                load[j, k] += demand[who[q]]
            for k in range(1, len(rings)):
                load[j, k] += load[j, k - 1]


@njit(cache=True)
def _insert(cost, number, d, j):
    """Put destination j at cost d into a short list in ascending order, of equal costs the lower number first."""
    k = len(cost) - 1
    if d > np.int64(cost[k]) or (d == np.int64(cost[k]) and j > number[k]):
        return
    while k > 0 and (d < np.int64(cost[k - 1]) or (d == np.int64(cost[k - 1]) and j < number[k - 1])):
        cost[k], number[k] = cost[k - 1], number[k - 1]
        k -= 1
    cost[k], number[k] = np.uint32(d), j


@njit(cache=True, parallel=True)
def nearest_few(streets, origins, places, numbers, limit, scale, cost, number):
    """Fill the nearest places of each origin (in place).

    Parameters
    ----------
    numbers : ndarray of int32, shape (places,)
    cost : ndarray of uint32, shape (PARTS, origins, k)
        `NEVER` everywhere; units on return, in the first part.
    number : ndarray of int32, shape (PARTS, origins, k)
    """
    n, m = len(origins[1]), len(places[0])
    for part in prange(PARTS):
        room = _room(streets, limit)
        who, far = np.empty(n, np.int32), np.empty(n, np.int64)
        for j in range(m * part // PARTS, m * (part + 1) // PARTS):
            found, room = _visit(streets, origins, places, j, limit, scale, room, who, far)
            for q in range(found):
                _insert(cost[part, who[q]], number[part, who[q]], far[q], numbers[j])
    for i in prange(n):
        for part in range(1, PARTS):
            for k in range(cost.shape[2]):
                if cost[part, i, k] != NEVER:
                    _insert(cost[0, i], number[0, i], np.int64(cost[part, i, k]), number[part, i, k])


@njit(cache=True)
def pairs(streets, origins, places, begin, rows, limit, scale):
    """Return origins, places and units of all pairs of the places from `begin` on, until there are `rows` or more.

    Returns
    -------
    origin, place : ndarray of int32
        Origins as numbered in `origins`.
    cost : ndarray of int64
    upto : int
        The place to go on with.
    """
    n, m = len(origins[1]), len(places[0])
    room = _room(streets, limit)
    who, far = np.empty(n, np.int32), np.empty(n, np.int64)
    origin, cost = np.empty(1024, np.int32), np.empty(1024, np.int64)
    ends_at = np.empty(m - begin, np.int64)
    filled, j = 0, begin
    while j < m and filled < rows:
        found, room = _visit(streets, origins, places, j, limit, scale, room, who, far)
        while filled + found > len(origin):
            cost, origin = _more(cost, origin)
        origin[filled : filled + found] = who[:found]
        cost[filled : filled + found] = far[:found]
        filled += found
        ends_at[j - begin] = filled
        j += 1
    return origin[:filled], cost[:filled], ends_at[: j - begin]


@njit(cache=True)
def reached(pointer, entries, seed, seen):
    """Mark every junction from which a way of any length leads to a seed (in place); blocked entries are no way."""
    waiting = np.empty(len(seen), np.int32)
    top = 0
    for s in seed:
        if not seen[s]:
            seen[s] = True
            waiting[top] = s
            top += 1
    blocked = np.int64(2**31 - 1)
    while top > 0:
        top -= 1
        u = waiting[top]
        for p in range(pointer[u], pointer[u + 1]):
            v = np.int64(entries[p] & LOW)
            if np.int64(entries[p] >> HIGH) < blocked and not seen[v]:
                seen[v] = True
                waiting[top] = v
                top += 1
