"""Compiled loops that look up the nearest street segment, or the points around a place, in a grid of cells."""

import numpy as np
from numba import njit, prange


@njit(cache=True)
def _cell_span(ax, bx, ay, by, low, high):
    """Return the least and greatest x of a segment between two heights."""
    if ay == by:
        return min(ax, bx), max(ax, bx)
    t0, t1 = (low - ay) / (by - ay), (high - ay) / (by - ay)
    if t0 > t1:
        t0, t1 = t1, t0
    t0, t1 = max(t0, 0.0), min(t1, 1.0)
    x0, x1 = ax + t0 * (bx - ax), ax + t1 * (bx - ax)
    return min(x0, x1), max(x0, x1)


@njit(cache=True)
def grid_segments(ax, ay, bx, by, left, bottom, side, columns, rows):
    """Return the segments that pass through each cell of a grid: pointers (cells + 1,) and segment numbers."""
    pointer = np.zeros(columns * rows + 1, np.int64)
    slack = 1e-6 * side
    segment = np.empty(0, np.int64)
    for turn in range(2):
        for i in range(len(ax)):
            r0 = max(int((min(ay[i], by[i]) - slack - bottom) / side), 0)
            r1 = min(int((max(ay[i], by[i]) + slack - bottom) / side), rows - 1)
            for r in range(r0, r1 + 1):
                low = bottom + r * side
                x0, x1 = _cell_span(ax[i], bx[i], ay[i], by[i], low - slack, low + side + slack)
                c0 = max(int((x0 - slack - left) / side), 0)
                c1 = min(int((x1 + slack - left) / side), columns - 1)
                for c in range(c0, c1 + 1):
                    cell = r * columns + c
                    if turn == 0:
                        pointer[cell + 1] += 1
                    else:
                        segment[pointer[cell]] = i
                        pointer[cell] += 1
        if turn == 0:
            for k in range(columns * rows):
                pointer[k + 1] += pointer[k]
            segment = np.empty(pointer[-1], np.int64)
        else:
            for k in range(columns * rows, 0, -1):
                pointer[k] = pointer[k - 1]
            pointer[0] = 0
    return pointer, segment


@njit(cache=True)
def _away(x, y, line):
    """Return the square of the distance of a point from a segment, and the share of its length before the foot."""
    ax, ay, dx, dy, inverse = line
    px, py = x - ax, y - ay
    share = min(1.0, max(0.0, (px * dx + py * dy) * inverse))
    ex, ey = share * dx - px, share * dy - py
    return ex * ex + ey * ey, share


@njit(cache=True)
def order_by_cell(px, py, left, bottom, side, columns, rows):
    """Return the points cell by cell, those outside the grid with its nearest cells."""
    cell = np.empty(len(px), np.int32)
    place = np.zeros(columns * rows + 1, np.int64)
    for i in range(len(px)):
        c = min(max((px[i] - left) / side, 0.0), columns - 1.0)
        r = min(max((py[i] - bottom) / side, 0.0), rows - 1.0)
        cell[i] = int(r) * columns + int(c)
        place[cell[i] + 1] += 1
    for k in range(columns * rows):
        place[k + 1] += place[k]
    order = np.empty(len(px), np.int32)
    for i in range(len(px)):
        order[place[cell[i]]] = i
        place[cell[i]] += 1
    return order


@njit(cache=True, parallel=True)
def nearest_segment(x, y, order, lines, grid, pointer, item, reach, tie, out, share, away):
    """Fill the nearest segment within `reach` of each point, -1 where there is none (in place).

    Cells are searched in growing squares around the point. Of segments that are within `tie` of the nearest, the first
    in input order is taken.

    Parameters
    ----------
    x, y : ndarray of float, shape (points,)
    order : ndarray of int, shape (points,)
        Points cell by cell.
    lines : ndarray of float, shape (segments, 5)
        x and y of the start, x and y from start to end, 1 / squared length: side by side for the processor's cache.
    grid : tuple
        left, bottom, side, columns, rows.
    pointer, item : ndarray
        As `grid_segments` gives them.
    out, share, away : ndarray, shape (points,)
        Segment, part of its length before the nearest point on it, distance to that.
    """
    for n in prange(len(order)):
        i = order[n]
        found, part, distance = _search(x[i], y[i], lines, grid, pointer, item, reach, tie)
        out[i] = found
        if found >= 0:
            share[i], away[i] = part, distance


@njit(cache=True)
def _search(x, y, lines, grid, pointer, item, reach, tie):
    """Return segment, share and distance for one point; -1 where no segment is near enough."""
    left, bottom, side, columns, rows = grid
    c, r = int(np.floor((x - left) / side)), int(np.floor((y - bottom) / side))
    best, nearest, part, close = reach, -1, 0.0, False
    # What is not farther than the best by more than the tie, squared.
    limit = (reach + tie) ** 2
    # A point outside the grid needs no empty squares around it.
    k = max(-c, c - columns + 1, -r, r - rows + 1, 0)
    while True:
        # Everything nearer than this lies in the squares searched before this one.
        beside = min(x - left - (c - k + 1) * side, (c + k) * side + left - x)
        sure = min(beside, y - bottom - (r - k + 1) * side, (r + k) * side + bottom - y)
        if k > 0 and best + tie <= sure:
            break
        if c - k < 0 and c + k >= columns and r - k < 0 and r + k >= rows:
            break  # the squares before this one held the whole grid
        for rr in range(max(r - k, 0), min(r + k, rows - 1) + 1):
            low = bottom + rr * side
            ey = max(low - y, y - low - side, 0.0)
            step = 1 if rr == r - k or rr == r + k or k == 0 else 2 * k
            for cc in range(c - k, c + k + 1, step):
                if cc < 0 or cc >= columns:
                    continue
                low = left + cc * side
                ex = max(low - x, x - low - side, 0.0)
                if ex * ex + ey * ey > limit:
                    continue
                cell = rr * columns + cc
                for q in range(pointer[cell], pointer[cell + 1]):
                    s = item[q]
                    square, along = _away(x, y, lines[s])
                    if square > limit or s == nearest:
                        continue
                    d = np.sqrt(square)
                    if d < best or (nearest < 0 and d <= best):
                        close = nearest >= 0 and best - d <= tie
                        best, nearest, part = d, s, along
                        limit = (best + tie) ** 2
                    elif nearest >= 0:
                        close = True
        k += 1
    if nearest >= 0 and close:
        nearest = _first_within(x, y, best + tie, lines, grid, pointer, item)
        square, part = _away(x, y, lines[nearest])
        best = np.sqrt(square)
    return nearest, part, best


@njit(cache=True)
def _first_within(x, y, limit, lines, grid, pointer, item):
    """Return the first segment in input order that is within `limit` of a point."""
    left, bottom, side, columns, rows = grid
    lowest = len(lines)
    c0, c1 = max(int((x - limit - left) / side), 0), min(int((x + limit - left) / side), columns - 1)
    r0, r1 = max(int((y - limit - bottom) / side), 0), min(int((y + limit - bottom) / side), rows - 1)
    for r in range(r0, r1 + 1):
        for c in range(c0, c1 + 1):
            for q in range(pointer[r * columns + c], pointer[r * columns + c + 1]):
                s = item[q]
                if s < lowest and np.sqrt(_away(x, y, lines[s])[0]) <= limit:
                    lowest = s
    return lowest


@njit(cache=True)
def _look(grid, x, y, px, py, limit, start, who, far):
    """Return how many points lie within the limit of px, py; with room in `who` and `far`, fill them from `start`."""
    pointer, left, bottom, side, columns, rows = grid
    # Rounding of coordinates of 1e7 m is below a micrometre.
    reach = limit + 1e-6
    low = max(int((max(py - reach - bottom, 0.0)) / side), 0)
    high = min(int((max(py + reach - bottom, -side)) / side), rows - 1)
    found = 0
    for r in range(low, high + 1):
        floor = bottom + r * side
        away = max(floor - py, py - floor - side, 0.0) if r < rows - 1 else max(floor - py, 0.0)
        half = np.sqrt(max(reach * reach - away * away, 0.0)) + 1e-6
        first = max(int(max(px - half - left, 0.0) / side), 0)
        last = min(int(np.floor((px + half - left) / side)), columns - 1)
        if first > last:
            continue
        for i in range(pointer[r * columns + first], pointer[r * columns + last + 1]):
            dx, dy = x[i] - px, y[i] - py
            d = np.sqrt(dx * dx + dy * dy)
            if d <= limit:
                if len(who) > 0:
                    who[start + found], far[start + found] = i, d
                found += 1
    return found


@njit(cache=True, parallel=True)
def count_within(grid, x, y, px, py, limit, count):
    """Fill how many of the points x, y (sorted by cell) lie within the limit of each place px, py (in place).

    Parameters
    ----------
    grid : tuple
        pointer (cells + 1,), left, bottom, side, columns, rows.
    """
    who, far = np.empty(0, np.int32), np.empty(0)
    for j in prange(len(px)):
        count[j] = _look(grid, x, y, px[j], py[j], limit, 0, who, far)


@njit(cache=True, parallel=True)
def points_within(grid, x, y, px, py, limit, start, who, far):
    """Fill the numbers and distances of the points within the limit of each place (in place).

    Parameters
    ----------
    start : ndarray of int64, shape (places + 1,)
        Where each place's points begin in `who` and `far`, from `count_within`.
    """
    if len(who) > 0:
        for j in prange(len(px)):
            _look(grid, x, y, px[j], py[j], limit, start[j], who, far)
