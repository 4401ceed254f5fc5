"""Compiled loops over the street network. Everything here works on plain arrays.

A chain of segments between two junctions is one edge; a position on the network is (edge, metres along it from the
edge's first end). Costs are metres in double precision, so contracting chains loses nothing.

References
----------
Buckets of equal width instead of a heap: Dial (1969), Algorithm 360, Communications of the ACM 12(11). A node that
improves after it was expanded is expanded again, so the answer does not depend on the width.
"""

import numpy as np
from numba import njit, prange

INF = np.inf
BUCKET_M = 128.0
"""Width of a bucket in metres."""


@njit(cache=True)
def adjacency(nodes, start, end):
    """Return for each node the segments at it: pointers (nodes + 1,) and segment numbers; a loop stands there once."""
    pointer = np.zeros(nodes + 1, np.int64)
    for i in range(len(start)):
        pointer[start[i] + 1] += 1
        if end[i] != start[i]:
            pointer[end[i] + 1] += 1
    for i in range(nodes):
        pointer[i + 1] += pointer[i]
    place = pointer[:-1].copy()
    segment = np.empty(pointer[nodes], np.int64)
    for i in range(len(start)):
        segment[place[start[i]]] = i
        place[start[i]] += 1
        if end[i] != start[i]:
            segment[place[end[i]]] = i
            place[end[i]] += 1
    return pointer, segment


@njit(cache=True)
def contract(start, end, length, pointer, at):
    """Return edges: chains of segments through nodes at which nothing else meets.

    Returns
    -------
    first, last : ndarray of int, shape (edges,)
        Nodes at the ends.
    total : ndarray of float, shape (edges,)
    edge, base, forward : ndarray, shape (segments,)
        Edge of each segment, metres from the edge's first end to the segment's nearer end, and whether the segment runs
        the way of its edge.
    """
    nodes, segments = len(pointer) - 1, len(start)
    junction = np.empty(nodes, np.bool_)
    for i in range(nodes):
        junction[i] = pointer[i + 1] - pointer[i] != 2
    edge = np.full(segments, -1, np.int64)
    base = np.zeros(segments)
    forward = np.ones(segments, np.bool_)
    first, last, total = np.empty(segments, np.int64), np.empty(segments, np.int64), np.empty(segments)
    edges = 0
    for round_trip in range(2):
        for a in range(nodes):
            if round_trip == 1 and not junction[a]:
                if pointer[a] == pointer[a + 1] or edge[at[pointer[a]]] >= 0:
                    continue
                junction[a] = True  # a circle without a junction gets one
            if not junction[a]:
                continue
            for p in range(pointer[a], pointer[a + 1]):
                s = at[p]
                if edge[s] >= 0:
                    continue
                node, run = a, 0.0
                while True:
                    edge[s], base[s], forward[s] = edges, run, start[s] == node
                    run += length[s]
                    node = end[s] if start[s] == node else start[s]
                    if junction[node]:
                        break
                    s = at[pointer[node]] if edge[at[pointer[node]]] < 0 else at[pointer[node] + 1]
                first[edges], last[edges], total[edges] = a, node, run
                edges += 1
    return first[:edges], last[:edges], total[:edges], edge, base, forward


@njit(cache=True)
def hilbert(x, y, bits):
    """Return the place of each point along a Hilbert curve over 2**bits × 2**bits cells; x, y are cell numbers."""
    out = np.empty(len(x), np.int64)
    for i in range(len(x)):
        a, b, d = x[i], y[i], 0
        s = 1 << (bits - 1)
        while s > 0:
            rx = 1 if a & s else 0
            ry = 1 if b & s else 0
            d += s * s * ((3 * rx) ^ ry)
            a, b = a & (s - 1), b & (s - 1)
            if ry == 0:
                if rx == 1:
                    a, b = s - 1 - a, s - 1 - b
                a, b = b, a
            s >>= 1
        out[i] = d
    return out


@njit(cache=True)
def _grown(a):
    """Return a copy with twice the room."""
    out = np.empty(2 * len(a), a.dtype)
    out[: len(a)] = a
    return out


@njit(cache=True)
def _push(head, slot, work, free, top, node, cost):
    """Put a node into a bucket; entries that were taken out are used again, and the room grows as it must."""
    item, item_cost, after = work
    if free >= 0:
        q = free
        free = after[q]
    else:
        if top == len(item):
            item, item_cost, after = _grown(item), _grown(item_cost), _grown(after)
        q = top
        top += 1
    item[q], item_cost[q], after[q] = node, cost, head[slot]
    head[slot] = q
    return (item, item_cost, after), free, top


@njit(cache=True, nogil=True)
def spread(pointer, neighbour, cost, seed, seed_cost, seed_source, buckets, distance, source):
    """Fill the distance from the nearest seed, and its source, for every junction (in place).

    Parameters
    ----------
    pointer, neighbour, cost : ndarray
        Edges at each junction.
    seed, seed_cost, seed_source : ndarray
        Junctions to start from, what it costs to be there, and who started.
    buckets : int
        A power of two; more than the longest edge needs.
    """
    head = np.full(buckets, -1, np.int64)
    room = len(seed) + 64
    work = (np.empty(room, np.int64), np.empty(room), np.empty(room, np.int64))
    mask, free, top, live, waiting = buckets - 1, -1, 0, 0, 0
    distance[:] = INF
    source[:] = -1
    # Seeds may lie farther apart than the circle of buckets is wide: sorted, they wait for their turn.
    order = np.argsort(seed_cost)
    now = int(seed_cost[order[0]] / BUCKET_M)
    while live > 0 or waiting < len(seed):
        if live == 0:
            now = max(now, int(seed_cost[order[waiting]] / BUCKET_M))
        slot = now & mask
        while waiting < len(seed) and int(seed_cost[order[waiting]] / BUCKET_M) <= now:
            i = order[waiting]
            waiting += 1
            if seed_cost[i] < distance[seed[i]]:
                distance[seed[i]], source[seed[i]] = seed_cost[i], seed_source[i]
                work, free, top = _push(head, slot, work, free, top, seed[i], seed_cost[i])
                live += 1
        while head[slot] >= 0:
            q = head[slot]
            item, item_cost, after = work
            head[slot] = after[q]
            u, d = item[q], item_cost[q]
            after[q] = free
            free = q
            live -= 1
            if d > distance[u]:
                continue
            for p in range(pointer[u], pointer[u + 1]):
                v, far = neighbour[p], d + cost[p]
                if far < distance[v]:
                    distance[v], source[v] = far, source[u]
                    work, free, top = _push(head, int(far / BUCKET_M) & mask, work, free, top, v, far)
                    live += 1
        now += 1


@njit(cache=True, parallel=True)
def gather(edge, along, leg, first, last, total, distance, source, pointer, to_along, to_leg, to_number, found, who):
    """Fill distance and destination of each position (in place): through an end of its edge, or along the edge.

    Parameters
    ----------
    edge, along, leg : ndarray, shape (positions,)
    first, last, total : ndarray, shape (edges,)
    distance, source : ndarray, shape (junctions,)
    pointer : ndarray of int, shape (edges + 1,)
        Destinations on each edge, which `to_along`, `to_leg`, `to_number` hold.
    """
    for i in prange(len(edge)):
        e = edge[i]
        if e < 0:
            found[i], who[i] = np.nan, -1
            continue
        best, by = distance[first[e]] + along[i], source[first[e]]
        other = distance[last[e]] + (total[e] - along[i])
        if other < best:
            best, by = other, source[last[e]]
        for k in range(pointer[e], pointer[e + 1]):
            straight = abs(to_along[k] - along[i]) + to_leg[k]
            if straight < best:
                best, by = straight, to_number[k]
        found[i] = best + leg[i]
        who[i] = by if best < INF else -1


@njit(cache=True)
def _bounded(pointer, neighbour, cost, u, u_cost, v, v_cost, limit, distance, touched, head, work):
    """Reach every junction within `limit` of two seeds; return how many stand in `touched`.

    `distance` must be infinite everywhere and is left filled at the touched junctions.
    """
    count, top = 0, 0
    for node, d in ((u, u_cost), (v, v_cost)):
        if d < distance[node]:
            if distance[node] == INF:
                touched[count] = node
                count += 1
            distance[node] = d
            if d <= limit:
                work, _, top = _push(head, int(d / BUCKET_M), work, -1, top, node, d)
    for b in range(len(head)):
        while head[b] >= 0:
            q = head[b]
            item, item_cost, after = work
            head[b] = after[q]
            a, d = item[q], item_cost[q]
            if d > distance[a]:
                continue
            for p in range(pointer[a], pointer[a + 1]):
                c, far = neighbour[p], d + cost[p]
                if far <= limit and far < distance[c]:
                    if distance[c] == INF:
                        touched[count] = c
                        count += 1
                    distance[c] = far
                    work, _, top = _push(head, int(far / BUCKET_M), work, -1, top, c, far)
    return count, work


@njit(cache=True)
def _tally(low, high, along, leg, ends, here, extra, rings, times, tally):
    """Add `times` to the narrowest ring that holds each position low … high - 1 of an edge (in place).

    `ends` are the distances of the edge's two ends and its length; `here` is where on the edge the destination stands
    (with its leg `extra`), -1 where it stands on another.
    """
    first, last, length = ends
    for i in range(low, high):
        d = min(first + along[i], last + (length - along[i]))
        if here >= 0.0:
            d = min(d, abs(along[i] - here) + extra)
        d += leg[i]
        if d <= rings[-1]:
            k = 0
            while d > rings[k]:
                k += 1
            tally[i, k] += times


@njit(cache=True, parallel=True)
def count_rings(
    threads,
    pointer,
    neighbour,
    cost,
    at,
    first,
    last,
    total,
    to_edge,
    to_along,
    to_leg,
    to_times,
    points,
    along,
    leg,
    rings,
    out,
):
    """Add up, for each position, the destinations within each ring (in place, one layer of `out` per thread).

    Parameters
    ----------
    at : ndarray of int
        Edge behind each entry of `neighbour`.
    to_edge, to_along, to_leg, to_times : ndarray, shape (places,)
        Distinct places of destinations and how many stand there.
    points : ndarray of int, shape (edges + 1,)
        Positions on each edge; `along` and `leg` are sorted by edge.
    rings : ndarray of float
        Ascending.
    out : ndarray of int32, shape (threads, positions, rings)
    """
    limit, bands, places = rings[-1], len(rings), len(to_edge)
    for t in prange(threads):
        distance = np.full(len(pointer) - 1, INF)
        touched = np.empty(len(pointer) + 1, np.int64)
        head = np.full(int(limit / BUCKET_M) + 2, -1, np.int64)
        work = (np.empty(1024, np.int64), np.empty(1024), np.empty(1024, np.int64))
        tally = out[t]
        for j in range(places * t // threads, places * (t + 1) // threads):
            own, here, extra, times = to_edge[j], to_along[j], to_leg[j], to_times[j]
            if extra > limit:
                continue
            a, b = first[own], last[own]
            count, work = _bounded(
                pointer,
                neighbour,
                cost,
                a,
                extra + here,
                b,
                extra + total[own] - here,
                limit,
                distance,
                touched,
                head,
                work,
            )
            for q in range(count):
                x = touched[q]
                for p in range(pointer[x], pointer[x + 1]):
                    e = at[p]
                    if points[e] == points[e + 1]:
                        continue
                    y = neighbour[p]
                    # Each edge is walked once: from its nearer end, of two equally near from the lower one.
                    if distance[y] < distance[x] or (distance[y] == distance[x] and y < x):
                        continue
                    straight = here if e == own else -1.0
                    ends = (distance[first[e]], distance[last[e]], total[e])
                    _tally(points[e], points[e + 1], along, leg, ends, straight, extra, rings, times, tally)
            for q in range(count):
                distance[touched[q]] = INF
        for i in range(tally.shape[0]):
            for k in range(1, bands):
                tally[i, k] += tally[i, k - 1]
