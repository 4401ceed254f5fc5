"""What it costs to walk each segment: slope, stairs, big roads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array, csr_array, diags_array
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import spsolve

if TYPE_CHECKING:
    from geoprio._core.typing import Floats
    from geoprio.network.build import Network
    from geoprio.standards import Profile

BLOCKED_M = 1e9
"""What it costs to walk a one-way segment back: farther than any search goes."""

STEEPEST = 0.5
"""Rise over run beyond which a slope is taken for an error of the elevations and clipped."""

TOBLER_RATE, TOBLER_BEST = 3.5, 0.05
"""Walking is fastest at 5 % downhill and slows by e^(-3.5 |s + 0.05|)."""

FASTEST = float(np.exp(TOBLER_RATE * TOBLER_BEST))
"""Speed on the best slope relative to level ground."""


@dataclass(frozen=True)
class SegmentCosts:
    """Costs in metres of level ground; each array has shape (segments,).

    Attributes
    ----------
    ahead, back : ndarray of float
        Per metre, walked from start to end and from end to start. Walking a one-way segment back costs `BLOCKED_M`.
    at_start, at_end : ndarray of float
        Paid once where the way leaves or enters the segment by that end.
    """

    ahead: Floats
    back: Floats
    at_start: Floats
    at_end: Floats


def tobler_factor(slope: Floats, *, downhill_gain: bool = True) -> Floats:
    """Return the walking speed on a slope relative to level ground.

    Parameters
    ----------
    slope : ndarray of float
        Rise over run, positive uphill; beyond ±0.5 it is clipped.
    downhill_gain : bool
        Whether a gentle way down may be faster than level ground.

    References
    ----------
    Tobler (1993), Three presentations on geographical analysis and modeling, NCGIA Technical Report 93-1:
    6 e^(-3.5 |s + 0.05|) km/h.
    """
    steep = np.clip(slope, -STEEPEST, STEEPEST)
    factor = np.exp(-TOBLER_RATE * (np.abs(steep + TOBLER_BEST) - TOBLER_BEST))
    return np.asarray(factor if downhill_gain else np.minimum(factor, 1.0), np.float64)


def segment_costs(network: Network, profile: Profile | None) -> SegmentCosts | None:
    """Return the costs of all segments for a profile; None where they are the lengths."""
    one_way = network.flags("one_way")
    slope = profile is not None and profile.slope and network.z is not None
    stairs = network.flags("steps") if profile is not None and profile.steps_factor > 1 else None
    penalty = profile.crossing_penalty_s / 60 * profile.speed_m_per_min / 2 if profile is not None else 0.0
    if not (one_way.any() or slope or (stairs is not None and stairs.any()) or (penalty and network.major is not None)):
        return None
    ahead, back = np.ones(len(one_way)), np.ones(len(one_way))
    if profile is not None and slope:
        assert network.z is not None
        rise = network.z[network.end] - network.z[network.start]
        run = np.where(one_way, np.inf, network.length)
        ahead = 1.0 / tobler_factor(rise / run, downhill_gain=profile.downhill_gain)
        back = 1.0 / tobler_factor(-rise / run, downhill_gain=profile.downhill_gain)
    if profile is not None and stairs is not None:
        ahead[stairs] = back[stairs] = profile.steps_factor
    at_start, at_end = (_penalties(network, node, penalty) for node in (network.start, network.end))
    back[one_way] = BLOCKED_M / network.length[one_way]
    return SegmentCosts(ahead, back, at_start, at_end)


def _penalties(network: Network, node: np.ndarray, penalty: float) -> Floats:
    """Return what is paid at one end of each segment: half a crossing where a smaller street meets a big road."""
    major = network.flags("major")
    on_major = np.zeros(len(network.x), bool)
    on_major[network.start[major]] = on_major[network.end[major]] = True
    return np.where(on_major[node] & ~major & ~network.flags("one_way"), penalty, 0.0)


def level_bridges(network: Network, z: Floats) -> Floats:
    """Return elevations that rise evenly between the ends of bridges and tunnels, shape (nodes,).

    The ground below a bridge is not where people walk. Each node on bridges alone lies at the mean of its neighbors,
    the nearer ones weighing more; a bridge that leads nowhere keeps the ground's elevations.
    """
    bridge, n = network.flags("bridge"), len(z)
    if not bridge.any() or len(z) != len(network.x):
        return z
    ground = np.zeros(n, bool)
    ground[network.start[~bridge]] = ground[network.end[~bridge]] = True
    inner = _led_to(network, bridge, ground) & ~ground
    if not inner.any():
        return z
    a, b, w = network.start[bridge], network.end[bridge], 1.0 / network.length[bridge]
    pull = csr_array(coo_array((np.tile(w, 2), (np.append(a, b), np.append(b, a))), shape=(n, n)))
    rows = np.flatnonzero(inner)
    known = np.where(inner, 0.0, z)
    matrix = (diags_array(pull.sum(axis=1)) - pull).tocsr()[rows][:, rows]
    out = z.copy()
    out[rows] = spsolve(matrix.tocsc(), (pull @ known)[rows])
    return out


def _led_to(network: Network, bridge: np.ndarray, ground: np.ndarray) -> np.ndarray:
    """Return the nodes from which bridges lead to the ground, shape (nodes,)."""
    n, a, b = len(ground), network.start[bridge], network.end[bridge]
    part = connected_components(coo_array((np.ones(len(a)), (a, b)), shape=(n, n)), directed=False)[1]
    return np.isin(part, part[ground])
