"""Compiled loops that bring a network into the form that searches need."""

import numpy as np
from numba import njit


@njit(cache=True)
def adjacency(nodes, start, end):
    """Return for each node the segments at it: pointers (nodes + 1,) and segment numbers; a loop stands there once."""
    pointer = np.zeros(nodes + 1, np.int32)
    for i in range(len(start)):
        pointer[start[i] + 1] += 1
        if end[i] != start[i]:
            pointer[end[i] + 1] += 1
    for i in range(nodes):
        pointer[i + 1] += pointer[i]
    place = pointer[:-1].copy()
    segment = np.empty(pointer[nodes], np.int32)
    for i in range(len(start)):
        segment[place[start[i]]] = i
        place[start[i]] += 1
        if end[i] != start[i]:
            segment[place[end[i]]] = i
            place[end[i]] += 1
    return pointer, segment


@njit(cache=True)
def contract(start, end, pointer, at, keep):
    """Return edges: chains of segments through nodes at which nothing else meets.

    Parameters
    ----------
    start, end : ndarray of int32, shape (segments,)
    pointer, at : ndarray of int32
        As `adjacency` gives them.
    keep : ndarray of bool, shape (nodes,)
        Nodes that end a chain whatever meets there.

    Returns
    -------
    first, last : ndarray of int32, shape (edges,)
        Nodes at the ends.
    begin : ndarray of int32, shape (edges,)
        Where each edge begins in `chain`.
    chain, edge : ndarray of int32, shape (segments,)
        Segments edge by edge in the order they are walked; edge of each segment.
    same_way : ndarray of bool, shape (segments,)
        Whether the segment runs the way of its edge.
    """
    nodes, segments = len(pointer) - 1, len(start)
    junction = np.empty(nodes, np.bool_)
    for i in range(nodes):
        junction[i] = keep[i] or pointer[i + 1] - pointer[i] != 2
    edge = np.full(segments, -1, np.int32)
    same_way = np.ones(segments, np.bool_)
    first, last, begin = np.empty(segments, np.int32), np.empty(segments, np.int32), np.empty(segments, np.int32)
    chain = np.empty(segments, np.int32)
    edges, walked = 0, 0
    for turn in range(2):
        for a in range(nodes):
            if turn == 1 and not junction[a]:
                if pointer[a] == pointer[a + 1] or edge[at[pointer[a]]] >= 0:
                    continue
                junction[a] = True  # a circle without a junction gets one
            if not junction[a]:
                continue
            for p in range(pointer[a], pointer[a + 1]):
                s = at[p]
                if edge[s] >= 0:
                    continue
                first[edges], begin[edges], node = a, walked, a
                while True:
                    edge[s], chain[walked], same_way[s] = edges, s, start[s] == node
                    walked += 1
                    node = end[s] if start[s] == node else start[s]
                    if junction[node]:
                        break
                    s = at[pointer[node]] if edge[at[pointer[node]]] < 0 else at[pointer[node] + 1]
                last[edges] = node
                edges += 1
    return first[:edges], last[:edges], begin[:edges], chain, edge, same_way


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
def order_by(key, keys):
    """Return the order that sorts whole numbers 0 … keys - 1, equal ones as they stood."""
    place = np.zeros(keys + 1, np.int64)
    for i in range(len(key)):
        place[key[i] + 1] += 1
    for k in range(keys):
        place[k + 1] += place[k]
    order = np.empty(len(key), np.int64)
    for i in range(len(key)):
        order[place[key[i]]] = i
        place[key[i]] += 1
    return order


@njit(cache=True)
def sort_by_edge(segment, edge, edges):
    """Return the positions on the network in the order of their edges, and where each edge's begin.

    Parameters
    ----------
    segment : ndarray of int, shape (positions,)
        -1 where a point is not on the network: it is left out.
    edge : ndarray of int32, shape (segments,)

    Returns
    -------
    order : ndarray of int32, shape (snapped positions,)
    pointer : ndarray of int32, shape (edges + 1,)
    """
    pointer = np.zeros(edges + 1, np.int32)
    for i in range(len(segment)):
        if segment[i] >= 0:
            pointer[edge[segment[i]] + 1] += 1
    for e in range(edges):
        pointer[e + 1] += pointer[e]
    place = pointer[:-1].copy()
    order = np.empty(pointer[edges], np.int32)
    for i in range(len(segment)):
        if segment[i] >= 0:
            e = edge[segment[i]]
            order[place[e]] = i
            place[e] += 1
    return order, pointer


@njit(cache=True)
def place(segment, offset, order, same_way, length, ahead_base, back_base, ahead, back, at_start, at_end):
    """Return what it costs to walk from the first end of its edge to each position, and back.

    Parameters
    ----------
    segment, offset : ndarray, shape (positions,)
    order : ndarray of int32
        Positions that are on the network, in the order of the answer.
    same_way, length, ahead_base, back_base, ahead, back, at_start, at_end : ndarray, shape (segments,)
        As `Graph` and `SegmentCosts` hold them.

    Returns
    -------
    out, home : ndarray of float, shape (snapped positions,)
    """
    out, home = np.empty(len(order)), np.empty(len(order))
    for k in range(len(order)):
        i = order[k]
        s = segment[i]
        if same_way[s]:
            out[k] = ahead_base[s] + at_start[s] + ahead[s] * offset[i]
            home[k] = back_base[s] + at_start[s] + back[s] * offset[i]
        else:
            rest = length[s] - offset[i]
            out[k] = ahead_base[s] + at_end[s] + back[s] * rest
            home[k] = back_base[s] + at_end[s] + ahead[s] * rest
    return out, home
