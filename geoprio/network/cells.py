"""Compiled loops that look up the nearest street segment in a grid of cells."""

import numpy as np
from numba import njit, prange

INF = np.inf


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
def _away(px, py, ax, ay, dx, dy, square):
    """Return the distance of a point from a segment."""
    t = ((px - ax) * dx + (py - ay) * dy) / square
    t = min(1.0, max(0.0, t))
    ex, ey = ax + t * dx - px, ay + t * dy - py
    return np.sqrt(ex * ex + ey * ey)


@njit(cache=True, parallel=True)
def nearest_segment(
    px, py, order, ax, ay, dx, dy, square, left, bottom, side, columns, rows, pointer, item, reach, tie, out
):
    """Fill the nearest segment within `reach` of each point, -1 where there is none (in place).

    Cells are searched in growing squares around the point. Of segments that are within `tie` of the nearest, the first
    in input order is taken.
    """
    for n in prange(len(order)):
        i = order[n]
        x, y = px[i], py[i]
        c, r = int(np.floor((x - left) / side)), int(np.floor((y - bottom) / side))
        best, nearest, close = INF, -1, False
        # A point outside the grid needs no empty squares around it.
        k = max(-c, c - columns + 1, -r, r - rows + 1, 0)
        while True:
            # Everything nearer than this lies in the squares searched before this one.
            beside = min(x - left - (c - k + 1) * side, (c + k) * side + left - x)
            sure = min(beside, y - bottom - (r - k + 1) * side, (r + k) * side + bottom - y)
            if k > 0 and (best + tie <= sure or sure > reach):
                break
            if c - k < 0 and c + k >= columns and r - k < 0 and r + k >= rows:
                break  # the squares before this one held the whole grid
            for rr in range(max(r - k, 0), min(r + k, rows - 1) + 1):
                step = 1 if rr == r - k or rr == r + k or k == 0 else 2 * k
                for cc in range(c - k, c + k + 1, step):
                    if cc < 0 or cc >= columns:
                        continue
                    cell = rr * columns + cc
                    for q in range(pointer[cell], pointer[cell + 1]):
                        s = item[q]
                        d = _away(x, y, ax[s], ay[s], dx[s], dy[s], square[s])
                        if d < best:
                            close = nearest >= 0 and best - d <= tie
                            best, nearest = d, s
                        elif d - best <= tie and s != nearest:
                            close = True
            k += 1
        if best > reach:
            nearest = -1
        elif close:
            nearest = _first_within(
                x, y, best + tie, ax, ay, dx, dy, square, left, bottom, side, columns, rows, pointer, item
            )
        out[i] = nearest


@njit(cache=True)
def _first_within(x, y, limit, ax, ay, dx, dy, square, left, bottom, side, columns, rows, pointer, item):
    """Return the first segment in input order that is within `limit` of a point."""
    lowest = len(ax)
    c0, c1 = max(int((x - limit - left) / side), 0), min(int((x + limit - left) / side), columns - 1)
    r0, r1 = max(int((y - limit - bottom) / side), 0), min(int((y + limit - bottom) / side), rows - 1)
    for r in range(r0, r1 + 1):
        for c in range(c0, c1 + 1):
            for q in range(pointer[r * columns + c], pointer[r * columns + c + 1]):
                s = item[q]
                if s < lowest and _away(x, y, ax[s], ay[s], dx[s], dy[s], square[s]) <= limit:
                    lowest = s
    return lowest
