"""The searchable form of a network: edges with their costs, in metres and in the whole units that searches count in.

Units are 2**-k metres, the finest for which twice the limit of a search fits 31 bits: some micrometres at 3 km. A path
over a hundred edges is off by less than a millimetre.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

from geoprio._core.errors import InputError
from geoprio.network.compiled import load
from geoprio.network.slope import BLOCKED_M, SegmentCosts, segment_costs

if TYPE_CHECKING:
    from geoprio._core.typing import Floats, Ints
    from geoprio.network.build import Network
    from geoprio.network.chains import Chains
    from geoprio.network.snap import Positions
    from geoprio.standards import Profile

FAR = np.int64(2**31 - 1)
"""Units that are beyond every limit."""

FINEST = 20
"""Units are not finer than 2**-20 m."""


@dataclass(frozen=True, eq=False)
class Placed:
    """Positions in the order of their edges; arrays have shape (snapped positions,) where nothing else is said.

    Attributes
    ----------
    order : ndarray of int32
        Number of each position in the table it comes from.
    pointer : ndarray of int32, shape (edges + 1,)
        Where each edge's positions begin.
    edge : ndarray of int32
    out, home : ndarray of float
        What it costs to walk from the first end of the edge to the position, and back.
    leg : ndarray of float
    """

    order: Ints
    pointer: Ints
    edge: Ints
    out: Floats
    home: Floats
    leg: Floats
    ends: dict[float, tuple[Ints, Ints]] = field(default_factory=dict, init=False, repr=False)


@dataclass(frozen=True, eq=False)
class Scaled:
    """Edges in whole units.

    Attributes
    ----------
    scale : float
        Units per metre.
    entries : ndarray of uint64, shape (entries,)
        For each entry of `Chains.neighbour`: the cost of walking from the neighbour to the junction (high 32 bits)
        and the neighbour (low 32 bits).
    """

    scale: float
    entries: Ints


@dataclass(frozen=True, eq=False)
class Graph:
    """A network's edges with their costs in metres (of level ground).

    Attributes
    ----------
    chains : Chains
    costs : SegmentCosts or None
        None where costs are lengths.
    length : ndarray of float, shape (segments,)
    ahead_base, back_base : ndarray of float, shape (segments,)
        Cost of the edge before the segment, walked from its first end, and back to it.
    ahead_total, back_total : ndarray of float, shape (edges,)
        Cost of the whole edge from first to last, and from last to first.
    """

    chains: Chains
    costs: SegmentCosts | None
    length: Floats
    ahead_base: Floats
    back_base: Floats
    ahead_total: Floats
    back_total: Floats
    _placed: WeakKeyDictionary[Positions, Placed] = field(default_factory=WeakKeyDictionary, init=False, repr=False)
    _scaled: dict[float, Scaled] = field(default_factory=dict, init=False, repr=False)

    def rates(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Return `ahead`, `back`, `at_start`, `at_end` of the segments, shape (segments,) each."""
        if self.costs is None:
            one, zero = np.ones(len(self.length)), np.zeros(len(self.length))
            return one, one, zero, zero
        return self.costs.ahead, self.costs.back, self.costs.at_start, self.costs.at_end

    def place(self, positions: Positions) -> Placed:
        """Return positions in the order of their edges; kept as long as the positions are.

        Raises
        ------
        InputError
            If one lies on a segment that the network does not have.
        """
        if positions not in self._placed:
            self._placed[positions] = self._place(positions)
        return self._placed[positions]

    def _place(self, positions: Positions) -> Placed:
        compiled = load("contraction")
        chains = self.chains
        strange = int(positions.segment.max(initial=-1))
        if strange >= len(chains.edge):
            raise InputError(
                f"a position lies on segment {strange}; the network has {len(chains.edge)}: "
                "snap the points to the network that is searched."
            )
        order, pointer = compiled.sort_by_edge(positions.segment, chains.edge, len(chains.first))
        edge = np.repeat(np.arange(len(chains.first), dtype=np.int32), np.diff(pointer))
        out, home = compiled.place(
            *(positions.segment, positions.offset, order, chains.same_way, self.length),
            *(self.ahead_base, self.back_base, *self.rates()),
        )
        return Placed(order, pointer, edge, out, home, positions.leg[order])

    def scaled(self, limit: float) -> Scaled:
        """Return the edges in the finest units in which searches up to `limit` metres can count."""
        exponent = min(FINEST, int(np.floor(np.log2(2.0**30 / limit))))
        scale = 2.0**exponent
        if scale not in self._scaled:
            chains = self.chains
            owner = np.repeat(np.arange(len(chains.pointer) - 1, dtype=np.int32), np.diff(chains.pointer))
            outward = chains.first[chains.at] == owner
            cost = np.where(outward, self.back_total[chains.at], self.ahead_total[chains.at])
            # No edge is free: along a way the cost falls with every step.
            entries = (edge_units(cost, scale).astype(np.uint64) << np.uint64(32)) | chains.neighbour.astype(np.uint64)
            self._scaled[scale] = Scaled(scale, entries)
        return self._scaled[scale]

    def from_here(self, placed: Placed, scale: float) -> tuple[Ints, Ints]:
        """Return the units from each position to the first and the last end of its edge, legs included; kept."""
        if scale not in placed.ends:
            ahead = self.ahead_total[placed.edge]
            ends = units(placed.home + placed.leg, scale), units(ahead - placed.out + placed.leg, scale)
            placed.ends[scale] = ends
        return placed.ends[scale]

    def to_here(self, placed: Placed, scale: float) -> tuple[Ints, Ints]:
        """Return the units from the first and the last end of its edge to each position, legs included."""
        back = self.back_total[placed.edge]
        return units(placed.out + placed.leg, scale), units(back - placed.home + placed.leg, scale)


def units(metres: Floats, scale: float) -> Ints:
    """Return metres as whole units; what is infinite, or beyond every limit, is `FAR`."""
    return np.minimum(np.rint(metres * scale), float(FAR)).astype(np.uint32)


def edge_units(metres: Floats, scale: float) -> Ints:
    """Return the costs of edges as whole units, at least 1."""
    return np.maximum(units(metres, scale), np.uint32(1))


def cost_graph(network: Network, profile: Profile | None) -> Graph:
    """Return the network's edges with their costs for a profile."""
    costs, chains = segment_costs(network, profile), network.chains
    if costs is None:
        if profile is not None:
            return network.graph()
        base, total = chains.sums(network.length)
        return Graph(chains, None, network.length, base, base, total, total)
    extra = costs.at_start + costs.at_end
    one_way, same = network.flags("one_way"), chains.same_way
    ahead = costs.ahead * network.length + extra
    # A one-way segment is an edge of its own. Its huge cost is kept out of the running sums, whose digits it would eat.
    back = np.where(one_way, 0.0, costs.back * network.length + extra)
    ahead_base, ahead_total = chains.sums(np.where(same, ahead, back))
    back_base, back_total = chains.sums(np.where(same, back, ahead))
    back_total[chains.edge[one_way]] = BLOCKED_M
    return Graph(chains, costs, network.length, ahead_base, back_base, ahead_total, back_total)
