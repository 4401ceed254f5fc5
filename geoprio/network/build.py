"""Street lines → nodes and segments."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from geoprio._core.errors import InputError
from geoprio.network.chains import Chains, contract
from geoprio.network.costs import Graph, cost_graph
from geoprio.network.points import crs_of, metres_crs
from geoprio.network.slope import level_bridges

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

    import geopandas as gpd
    from numpy.typing import NDArray
    from pyproj import CRS

    from geoprio._core.typing import Bools, Floats, Ints
    from geoprio.network.snap import Grid
    from geoprio.standards import Profile

SAME_VERTEX_M = 1e-4
"""Vertices nearer than this are one."""

FLAGS = ("steps", "major", "bridge", "one_way")
"""What may be known of each segment."""

BARRIER_M = 0.01
"""A line that cuts a street takes away this much on either side, so that the ends do not meet again."""


@dataclass(frozen=True, eq=False)
class Network:
    """A street network; each piece between two vertices of a line is a segment, walked both ways.

    Attributes
    ----------
    x, y : ndarray of float, shape (nodes,)
        Coordinates in metres.
    start, end : ndarray of int, shape (segments,)
        Nodes of each segment, in the order of the input lines.
    length : ndarray of float, shape (segments,)
        Metres, above 0.
    z : ndarray of float, shape (nodes,), optional
        Elevation in metres.
    steps, major, bridge, one_way : ndarray of bool, shape (segments,), optional
        Stairs; big roads; bridges and tunnels; links to gates and entrances, which are walked from start to end only
        and not snapped to.
    crs : pyproj.CRS, optional
        Of the lines it was built from.

    Raises
    ------
    InputError
        If a coordinate is not a finite number, a length is not above 0, a node does not exist, or shapes differ.
    """

    x: Floats
    y: Floats
    start: Ints
    end: Ints
    length: Floats
    z: Floats | None = None
    steps: Bools | None = None
    major: Bools | None = None
    bridge: Bools | None = None
    one_way: Bools | None = None
    crs: CRS | None = None
    _graphs: dict[Profile | None, Graph] = field(default_factory=dict, init=False, repr=False)
    grids: dict[float, Grid | None] = field(default_factory=dict, init=False, repr=False)
    """Cells for snapping by the least street of a component, kept once made."""

    def __post_init__(self) -> None:
        """Check the arrays, so that every search may trust them."""
        problem = _fault(self)
        if problem:
            raise InputError(f"the network cannot be used: {problem}")

    @cached_property
    def component(self) -> Ints:
        """Connected component of each segment, shape (segments,); a link belongs to the streets it leads to."""
        n, street = len(self.x), ~self.flags("one_way")
        start, end = self.start[street], self.end[street]
        links = coo_array((np.ones(len(start)), (start, end)), shape=(n, n))
        label = np.asarray(connected_components(links, directed=False)[1], np.int64)
        on_street = np.zeros(n, bool)
        on_street[start] = on_street[end] = True
        return np.where(on_street[self.start], label[self.start], label[self.end])

    @cached_property
    def component_length(self) -> Floats:
        """Street length in metres of the component of each segment, shape (segments,)."""
        total = np.bincount(self.component, weights=np.where(self.flags("one_way"), 0.0, self.length))
        return np.asarray(total[self.component], np.float64)

    @cached_property
    def chains(self) -> Chains:
        """Chains of segments between junctions."""
        return contract(self.x, self.y, self.start, self.end, self.flags("one_way"))

    def graph(self, profile: Profile | None = None) -> Graph:
        """Return the form that searches need: in metres, or in level metres of a walker's profile; kept once made."""
        if profile not in self._graphs:
            self._graphs[profile] = cost_graph(self, profile)
        return self._graphs[profile]

    def flags(self, name: str) -> Bools:
        """Return `steps`, `major`, `bridge` or `one_way`, shape (segments,); False everywhere where none is known."""
        known: Bools | None = getattr(self, name)
        return np.zeros(len(self.start), bool) if known is None else known

    def with_elevation(self, z: Floats) -> Self:
        """Return the network with the elevation of its nodes.

        Parameters
        ----------
        z : ndarray of float, shape (nodes,)
            Metres of the ground, all finite. Between the ends of bridges and tunnels it rises evenly instead.

        Raises
        ------
        InputError
            If one is missing or the shape differs.
        """
        return replace(self, z=level_bridges(self, np.asarray(z, np.float64)))

    @cached_property
    def segments(self) -> NDArray[np.object_]:
        """Each segment as a line, shape (segments,)."""
        ends = np.column_stack((self.x[self.start], self.y[self.start], self.x[self.end], self.y[self.end]))
        return np.asarray(shapely.linestrings(ends.reshape(-1, 2, 2)), dtype=object)


def _fault(net: Network) -> str | None:
    """Return what is wrong with the arrays of a network."""
    nodes, segments = len(net.x), len(net.start)
    wanted = {"x": nodes, "y": nodes, "z": nodes, **dict.fromkeys(("start", "end", "length", *FLAGS), segments)}
    for name, count in wanted.items():
        values = getattr(net, name)
        if values is not None and np.shape(values) != (count,):
            what = "the elevation z" if name == "z" else name
            return f"{what} has the shape {np.shape(values)}; give {count} numbers, one for each."
    if not (np.isfinite(net.x).all() and np.isfinite(net.y).all()):
        return "a node has a coordinate that is missing or not a finite number; leave it out with its segments."
    if net.z is not None and not np.isfinite(net.z).all():
        return "the elevation of a node is missing or not a finite number; fill the gaps first."
    if not segments:
        return "it has no segment."
    if min(net.start.min(), net.end.min()) < 0 or max(net.start.max(), net.end.max()) >= nodes:
        return f"a segment names a node outside 0 … {nodes - 1}."
    bad = np.flatnonzero(~((net.length > 0) & np.isfinite(net.length)))
    return f"segment {bad[0]} has the length {net.length[bad[0]]}; lengths must be above 0 m." if len(bad) else None


def build_network(
    lines: Sequence[shapely.Geometry] | NDArray[np.object_] | gpd.GeoSeries | gpd.GeoDataFrame,
    *,
    node_crossings: bool = False,
    barriers: Sequence[shapely.Geometry] | NDArray[np.object_] | gpd.GeoSeries | gpd.GeoDataFrame | None = None,
    steps: Bools | None = None,
    major: Bools | None = None,
    bridge: Bools | None = None,
) -> Network:
    """Return the network of street lines.

    Parameters
    ----------
    lines : sequence of LineString or MultiLineString, GeoSeries or GeoDataFrame
        In a projected CRS, metres.
    node_crossings : bool
        Connect lines where they cross without a shared vertex.
    barriers : sequence of lines or polygons, GeoSeries or GeoDataFrame, optional
        Cut the streets: nobody passes. A line takes away 1 cm of the street on either side, a polygon all inside it.
    steps, major, bridge : ndarray of bool, shape (lines,), optional
        Stairs; big roads; lines above or below everything else, which barriers do not cut.

    Returns
    -------
    Network
        Vertices within 0.1 mm of each other are one node (the first in input order); pieces of no length are dropped.

    Raises
    ------
    InputError
        If nothing of any length is left, a coordinate is not a number, or the CRS is not in metres.
    """
    crs = metres_crs(crs_of(lines), "the streets")
    shapes = np.asarray(getattr(lines, "geometry", lines), dtype=object)
    flags = [_per_line(f, len(shapes), n) for f, n in ((steps, "steps"), (major, "major"), (bridge, "bridge"))]
    line: Ints
    parts, line = shapely.get_parts(shapes, return_index=True)
    if not np.isfinite(shapely.get_coordinates(parts)).all():
        raise InputError("a street has a coordinate that is not a number; mend the line or leave it out.")
    if barriers is not None and len(barriers):
        if crs is not None and crs_of(barriers) not in (None, crs):
            raise InputError("the barriers are in another CRS than the streets; bring both into one.")
        walls = np.asarray(getattr(barriers, "geometry", barriers), dtype=object)
        parts, line = _cut(parts, line, walls, flags[2])
    if node_crossings:
        parts, line = _noded(parts, line)
    xy, part = shapely.get_coordinates(parts, return_index=True)
    node, first = _merge_vertices(xy)
    together = np.flatnonzero(part[1:] == part[:-1])
    start, end = node[together], node[together + 1]
    x, y = xy[first, 0], xy[first, 1]
    length = np.hypot(x[end] - x[start], y[end] - y[start])
    real = (start != end) & (length > 0)
    if not real.any():
        raise InputError("the streets have no line of any length; check the file.")
    of = line[part[together[real]]]
    steps, major, bridge = (f if f is None else f[of] for f in flags)
    ends = (start[real], end[real], length[real])
    return Network(x, y, *ends, steps=steps, major=major, bridge=bridge, crs=crs)


def _per_line(flags: Bools | None, lines: int, name: str) -> Bools | None:
    if flags is None:
        return None
    flags = np.asarray(flags, bool)
    if flags.shape != (lines,):
        raise InputError(f"{name} has the shape {flags.shape}; give one value for each of {lines} lines.")
    return flags


def _cut(
    parts: NDArray[np.object_], line: Ints, barriers: NDArray[np.object_], bridge: Bools | None
) -> tuple[NDArray[np.object_], Ints]:
    """Return what barriers leave of the streets, and the line that each piece comes from, in input order."""
    wide = shapely.buffer(barriers, np.where(shapely.get_dimensions(barriers) == 2, 0.0, BARRIER_M), cap_style="flat")
    street, barrier = shapely.STRtree(wide).query(parts, predicate="intersects")
    open_air = np.ones(len(street), bool) if bridge is None else ~bridge[line[street]]
    street, barrier = street[open_air], barrier[open_air]
    out = parts.copy()
    for s in np.unique(street):
        out[s] = shapely.difference(parts[s], shapely.union_all(wide[barrier[street == s]]))
    pieces, source = shapely.get_parts(out, return_index=True)
    return pieces, line[source]


def _noded(parts: NDArray[np.object_], line: Ints) -> tuple[NDArray[np.object_], Ints]:
    """Return the lines broken where they cross, and the line that each piece lies on."""
    pieces = shapely.get_parts(shapely.node(shapely.multilinestrings(parts)))
    middle = shapely.line_interpolate_point(pieces, 0.5, normalized=True)
    return pieces, line[shapely.STRtree(parts).nearest(middle)]


def _merge_vertices(xy: Floats) -> tuple[Ints, Ints]:
    """Return the node of each vertex, and the vertex that each node stands at; nodes in order of first appearance."""
    unique, first, inverse = np.unique(xy, axis=0, return_index=True, return_inverse=True)
    inverse = inverse.reshape(-1)
    n = len(unique)
    pairs = cKDTree(unique).query_pairs(SAME_VERTEX_M, output_type="ndarray") if n else np.zeros((0, 2), int)
    links = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    label = connected_components(links, directed=False)[1]
    earliest = np.full(label.max(initial=-1) + 1, len(xy), np.int64)
    np.minimum.at(earliest, label, first)
    order = np.argsort(earliest, kind="stable")
    renumber = np.empty_like(order)
    renumber[order] = np.arange(len(order))
    return np.asarray(renumber[label[inverse]], np.int64), np.asarray(earliest[order], np.int64)
