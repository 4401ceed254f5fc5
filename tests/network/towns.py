"""Random little towns with everything that makes walking networks hard, for the property tests."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
import twin
from hypothesis import strategies as st

from geoprio.network import build_network, snap

CORNERS = st.one_of(
    st.tuples(st.integers(0, 6), st.integers(0, 6)).map(lambda p: (10.0 * p[0], 10.0 * p[1])),
    st.tuples(st.integers(0, 60_000), st.integers(0, 60_000)).map(lambda p: (p[0] / 1000, p[1] / 1000)),
)
HALVES = st.tuples(st.integers(-10, 150), st.integers(-10, 150)).map(lambda p: (p[0] / 2, p[1] / 2))
UNEVEN = st.sampled_from([0.02, 0.5, 3.0, 10.0, 37.5, 90.0])
HEADINGS = st.sampled_from([(1.0, 0.0), (0.6, 0.8), (0.0, 1.0), (-0.6, 0.8), (0.8, -0.6), (0.0, -1.0)])
SNAPS = st.sampled_from([4.321, 17.77, 1000.0])


@dataclass(frozen=True)
class Waves:
    """Hills as steep as `steep` at their steepest."""

    steep: float
    phase: float

    def __call__(self, x, y):
        return self.steep * (20 * np.sin(x / 20 + self.phase) + 25 * np.cos(y / 25)) / np.sqrt(2)


@dataclass(frozen=True)
class Town:
    streets: twin.Streets
    origins: list
    destinations: list

    def build(self):
        """Return the engine's network of it, with heights."""
        streets, n = self.streets, len(self.streets.lines)
        steps, major = (np.isin(np.arange(n), list(which)) for which in (streets.steps, streets.major))
        lines = [shapely.LineString(line) for line in streets.lines]
        network = build_network(lines, steps=steps, major=major)
        return network if streets.height is None else network.with_elevation(streets.height(network.x, network.y))

    def walk(self, max_snap_m):
        """Return the engine's network and positions."""
        network = self.build()
        ends = (np.array(points, float) for points in (self.origins, self.destinations))
        return network, *(snap(network, points, max_snap_m=max_snap_m) for points in ends)

    def costs(self, max_snap_m, profile=None):
        """Return the twin's table."""
        return twin.costs(self.streets, self.origins, self.destinations, max_snap_m, profile=profile)


def _chain(start, moves):
    """Return a line of uneven pieces."""
    line = [start]
    for step, (dx, dy) in moves:
        line.append((round(line[-1][0] + step * dx, 3), round(line[-1][1] + step * dy, 3)))
    return line


def _block(corner, side):
    """Return a closed ring that hangs on one corner."""
    x, y = corner
    return [corner, (x + side, y), (x + side, y + side), (x, y + side), corner]


@st.composite
def towns(draw, *, hilly=False):
    """Draw a town: loops, parallel streets, rings on a stalk, dead ends, long chains, parts apart, one street far
    longer than the rest, points beside streets, at their very ends, at one place and too far off."""
    pool = draw(st.lists(CORNERS, min_size=2, max_size=10, unique=True))
    one = st.sampled_from(pool)
    lines = draw(st.lists(st.lists(one, min_size=2, max_size=5), min_size=1, max_size=6))
    lines += [line[::-1] for line in draw(st.lists(st.sampled_from(lines), max_size=1))]
    lines += [
        [a, ((a[0] + b[0]) / 2 + bulge, (a[1] + b[1]) / 2 - bulge), b]
        for a, b, bulge in draw(st.lists(st.tuples(one, one, st.sampled_from([0.0, 2.5, 12.0])), max_size=2))
    ]
    lines += [_block(*ring) for ring in draw(st.lists(st.tuples(one, st.sampled_from([5.0, 11.1])), max_size=2))]
    moves = st.lists(st.tuples(UNEVEN, HEADINGS), min_size=1, max_size=12)
    chains = [_chain(*chain) for chain in draw(st.lists(st.tuples(one, moves), max_size=2))]
    lines += chains
    lines += [[a, (a[0] + 500.0, a[1] + 3.0)] for a in draw(st.lists(one, max_size=1))]
    apart = draw(st.lists(st.sampled_from(lines), max_size=1))
    lines += [[(x + 77.0, y + 80.0) for x, y in line] for line in apart]
    lines += [[pool[0], pool[1]]]
    on_lines = st.sampled_from([corner for line in lines for corner in line])
    far = st.integers(0, 1000).map(lambda t: (pool[0][0] + t / 2, pool[0][1] + 1.0))
    near = st.one_of(HALVES, on_lines, far)
    origins = draw(st.lists(near, min_size=1, max_size=7))
    destinations = draw(st.lists(near, min_size=1, max_size=4))
    destinations += draw(st.lists(st.sampled_from(destinations), max_size=2))
    height, some = None, st.just([])
    if hilly:
        height = draw(st.builds(Waves, st.sampled_from([0.03, 0.2, 1.2]), st.sampled_from([0.0, 1.0, 2.5])))
        some = st.lists(st.integers(0, len(lines) - 1), max_size=3)
    streets = twin.Streets(lines, frozenset(draw(some)), frozenset(draw(some)), height)
    return Town(streets, origins, destinations)


def crooked(seed):
    """Return 20 crooked streets between 40 places, some of them apart, and points around them."""
    rng = np.random.default_rng(seed)
    corners = rng.uniform(0, 1000, (40, 2))
    lines = [corners[rng.choice(40, rng.integers(2, 5), replace=False)].tolist() for _ in range(15)]
    lines += (rng.uniform(0, 300, (5, 3, 2)) + np.array([2000, 0])).tolist()
    area = np.array([1200, 1000])
    return lines, rng.uniform(0, 1, (150, 2)) * area, rng.uniform(0, 1, (12, 2)) * area


def expect_nearest(cost, which, table, cutoff, unit=1.0):
    """Assert that costs (n,) and facilities (n,) are those of the table; one millimetre is `unit` / 1000."""
    close = unit / 1000
    least = table.min(axis=1)
    assert (np.isnan(cost) == np.isnan(least)).all()
    sure = ~(np.abs(least - cutoff) <= close)
    kept = least <= cutoff
    assert ((which >= 0) == kept)[sure].all()
    assert (np.isfinite(cost) == (which >= 0)).all()
    found = np.flatnonzero(which >= 0)
    np.testing.assert_allclose(cost[found], least[found], rtol=0, atol=close)
    np.testing.assert_allclose(table[found, which[found]], least[found], rtol=0, atol=close)


def expect_counts(found, table, rings, unit=1.0):
    """Assert that the counts (n, rings) are those of the table, except where a cost is within 1 cm of a ring."""
    for k, ring in enumerate(rings):
        sure = ~(np.abs(table - ring) < unit / 100).any(axis=1)
        assert (found[sure, k] == (table[sure] <= ring).sum(axis=1)).all()
