"""Gates and entrances: points through which one must pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoprio._core.errors import InputError
from geoprio.network.build import FLAGS, Network
from geoprio.network.points import as_points
from geoprio.network.snap import Positions, snap

if TYPE_CHECKING:
    from geoprio._core.typing import Bools, Floats, Ints

AT_END_M = 1e-6
"""A gate this near to the end of a segment stands at the node."""

SHORTEST_M = 1e-6
"""Links have at least this length."""


def through_gates(
    network: Network, points: Floats, gates: Floats, pairs: Ints, *, max_snap_m: float, min_component_m: float = 0.0
) -> tuple[Network, Positions, Positions]:
    """Return the network with points that walk straight to their gates, and on from where the gates meet the streets.

    Parameters
    ----------
    network : Network
    points : ndarray of float, shape (n, 2), GeoSeries or GeoDataFrame
        Such as the buildings of a walled compound.
    gates : ndarray of float, shape (g, 2), GeoSeries or GeoDataFrame
    pairs : ndarray of int, shape (k, 2)
        Number of a point and of a gate it may use.
    max_snap_m : float
        Gates farther from every street are not used.
    min_component_m : float
        Components with less street are not snapped to.

    Returns
    -------
    network : Network
        With a one-way link for each pair; segments are numbered anew: `carry_over` brings other positions along.
    positions : Positions, shape (n,)
        Of the points on it; not snapped where no gate of theirs is.
    gates : Positions, shape (g,)
        Of the gates on the streets given, for a report.

    Raises
    ------
    InputError
        If a coordinate is not a finite number or a pair names a point or gate that is not there.
    """
    return link_points(
        network,
        points,
        gates,
        pairs,
        np.ones(len(points), bool),
        max_snap_m=max_snap_m,
        min_component_m=min_component_m,
    )


def to_entrances(
    network: Network, points: Floats, entrances: Floats, pairs: Ints, *, max_snap_m: float, min_component_m: float = 0.0
) -> tuple[Network, Positions, Positions]:
    """Return the network with destinations that are entered through their entrances; who stands there has arrived.

    Parameters, returns and errors are those of `through_gates`, with entrances for gates.
    """
    return link_points(
        network,
        points,
        entrances,
        pairs,
        np.zeros(len(points), bool),
        max_snap_m=max_snap_m,
        min_component_m=min_component_m,
    )


def link_points(
    network: Network,
    points: Floats,
    doors: Floats,
    pairs: Ints,
    leaves: Bools,
    *,
    max_snap_m: float,
    min_component_m: float = 0.0,
) -> tuple[Network, Positions, Positions]:
    """Return the network with points that are left through gates and points that are entered through entrances.

    Parameters
    ----------
    leaves : ndarray of bool, shape (n,)
        Whether the point is left (a building) or entered (a facility); the rest is as in `through_gates`.

    Returns, errors: as `through_gates`.
    """
    inner, at_doors = as_points(points, network.crs), as_points(doors, network.crs, "gates")
    pairs = np.asarray(pairs, np.int64).reshape(-1, 2)
    for column, count, what in ((0, len(inner), "point"), (1, len(at_doors), "gate")):
        bad = np.flatnonzero((pairs[:, column] < 0) | (pairs[:, column] >= count))
        if len(bad):
            raise InputError(f"pair {bad[0]} names {what} {pairs[bad[0], column]}; there are {count}, numbered from 0.")
    at = snap(network, at_doors, max_snap_m=max_snap_m, min_component_m=min_component_m)
    pairs = pairs[at.snapped[pairs[:, 1]]]
    pairs = pairs[np.argsort(pairs[:, 0], kind="stable")]
    split, node = split_segments(network, at)
    linked, first, number = np.unique(pairs[:, 0], return_index=True, return_inverse=True)
    point, door, out = len(split.x) + number.reshape(-1), node[pairs[:, 1]], leaves[pairs[:, 0]]
    away = np.where(out, np.hypot(*(inner[pairs[:, 0]] - at_doors[pairs[:, 1]]).T), 0.0)
    length = np.maximum(at.leg[pairs[:, 1]] + away, SHORTEST_M)
    joined = _with_links(split, inner[linked], np.where(out, point, door), np.where(out, door, point), length)
    segment = np.full(len(inner), -1, np.int64)
    segment[linked] = len(split.start) + first
    # A link begins at a point that is left and ends at one that is entered.
    offset = np.where((segment >= 0) & ~leaves, joined.length[segment], 0.0)
    return joined, Positions(segment, offset, np.where(segment >= 0, 0.0, np.nan), inner), at


def split_segments(network: Network, at: Positions) -> tuple[Network, Ints]:
    """Return the network with a node at each position, and the number of that node, -1 where not snapped.

    Pieces of a segment stand where it stood, so that of streets equally near to a point the same one is first.
    """
    rest = network.length[at.segment] - at.offset
    node = np.where(rest <= AT_END_M, network.end[at.segment], network.start[at.segment])
    segment, offset, inside, number = _spots(network, at)
    share = offset / network.length[segment]
    a, b = network.start[segment], network.end[segment]
    new = len(network.x) + np.arange(len(segment))
    node[inside], node[~at.snapped] = new[number], -1

    def nodes(values: Floats) -> Floats:
        """Return a value per node, between its ends where a segment is split."""
        return np.append(values, values[a] + share * (values[b] - values[a]))

    pieces = 1 + np.bincount(segment, minlength=len(network.start))
    old = np.repeat(np.arange(len(network.start)), pieces)
    # A new node stands after as many pieces as there are segments and new nodes before it.
    behind = segment + np.arange(len(segment))
    start, end, begin = network.start[old], network.end[old], np.zeros(len(old))
    end[behind], start[behind + 1], begin[behind + 1] = new, new, offset
    stop = network.length[old]
    stop[behind] = offset
    z = None if network.z is None else nodes(network.z)
    kept = {f: None if getattr(network, f) is None else network.flags(f)[old] for f in FLAGS}
    return Network(nodes(network.x), nodes(network.y), start, end, stop - begin, z, **kept, crs=network.crs), node


def carry_over(network: Network, gates: Positions, positions: Positions) -> Positions:
    """Return positions on the network with gates, from positions on the network without.

    Snapping anew may take another of two streets that are equally near to 0.1 mm, and so move a point by some
    centimetres; carried over, every point stays where it was.

    Parameters
    ----------
    network : Network
        The one without the gates.
    gates : Positions
        Of the gates on it, as `through_gates` returns them.
    positions : Positions
        On `network`.
    """
    segment, offset, *_ = _spots(network, gates)
    begin, end = (np.searchsorted(segment, positions.segment, side) for side in ("left", "right"))
    before = begin.copy()
    # Spots before a position cut off pieces before it; a street has few gates, so this is soon done.
    while len(further := np.flatnonzero(before < end)):
        passed = further[offset[before[further]] < positions.offset[further]]
        if not len(passed):
            break
        before[passed] += 1
    start = np.zeros(len(before))
    cut = before > begin
    start[cut] = offset[before[cut] - 1]
    moved = np.where(positions.snapped, positions.segment + before, -1)
    return Positions(moved, positions.offset - start, positions.leg, positions.xy)


def _spots(network: Network, at: Positions) -> tuple[Ints, Floats, Bools, Ints]:
    """Return where segments are split, in their order, which positions lie there, and the spot of each of those."""
    rest = network.length[at.segment] - at.offset
    inside = at.snapped & (rest > AT_END_M) & (at.offset > AT_END_M)
    spots, number = np.unique(np.column_stack((at.segment, at.offset))[inside], axis=0, return_inverse=True)
    return spots[:, 0].astype(np.int64), spots[:, 1], inside, number.reshape(-1)


def _with_links(network: Network, inner: Floats, start: Ints, end: Ints, length: Floats) -> Network:
    """Return the network with nodes at inner points and one-way links from `start` to `end`."""
    z, links = network.z, {"one_way": np.ones(len(length), bool)}
    none = np.zeros(len(length), bool)
    flags = {f: np.append(network.flags(f), links.get(f, none)) for f in FLAGS}
    return Network(
        np.append(network.x, inner[:, 0]),
        np.append(network.y, inner[:, 1]),
        np.append(network.start, start),
        np.append(network.end, end),
        np.append(network.length, length),
        None if z is None else np.append(z, np.zeros(len(inner))),
        **flags,
        crs=network.crs,
    )
