"""Does priority cluster in space: Moran's I, hot and cold spots."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from geoprio._core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd

    from geoprio._core.typing import Floats

Neighbors = Literal["contiguity", "nearest"]

TOUCH_M = 1.0
"""Zones whose outlines come this close are neighbors: outlines drawn apart rarely meet exactly."""

FEW = 30
"""Ranked zones below which the words warn that a test has little power: geoprio's own convention."""

AT_ONCE = 64
"""Permutations, or zones, that are held in memory together."""

CLUSTERS = ("", "high-high", "low-high", "low-low", "high-low")
"""esda's quadrants 1 to 4: the zone, then its neighbors, against the mean."""


@dataclass(frozen=True)
class SpatialPattern:
    """How priority lies in space.

    Attributes
    ----------
    moran : float
        Global Moran's I under row-standardised weights.
    expected : float
        Its mean without any pattern, −1/(n−1).
    z, p_normal, p : float
        Standard deviate under randomisation; its two-sided p; two-sided p of the permutations.
    local : DataFrame
        Index `zone_id` (ranked zones); `neighbors` (count), `local_moran`, `quadrant` (``high-high`` …), `local_p`,
        `g_star` (Getis-Ord G* as a standard deviate), `g_star_p` (two-sided, normal), and after controlling the false
        discovery rate `cluster` (the quadrant where significant, else ``""``) and `spot` (``hot``, ``cold``, ``""``).
    islands : tuple of str
        Zones that touch no other: they were tied to the nearest one.
    words : (zh, en)
    """

    moran: float
    expected: float
    z: float
    p_normal: float
    p: float
    local: pd.DataFrame
    islands: tuple[str, ...]
    words: tuple[str, str]


def spatial_pattern(
    zones: gpd.GeoDataFrame,
    priority: pd.Series,
    *,
    neighbors: Neighbors = "contiguity",
    k: int = 8,
    permutations: int = 999,
    alpha: float = 0.05,
    seed: int = 0,
) -> SpatialPattern:
    """Return whether priority clusters in space, and where.

    Parameters
    ----------
    zones : GeoDataFrame
        Index `zone_id`, polygons in a projected CRS.
    priority : Series of float
        On the same index; zones without one are left out.
    neighbors : {"contiguity", "nearest"}
        Zones whose outlines come within 1 m, or the `k` zones with the nearest centroids.
    k : int
    permutations : int
        99 or more: of all priorities for the global p, of those around a zone for the local one.
    alpha : float
        False discovery rate among the local tests (Benjamini and Hochberg).
    seed : int
        The same seed gives the same p-values, whatever the number of threads.

    Raises
    ------
    InputError
        If esda is not installed, fewer than four zones are ranked, all priorities are equal, every zone is every
        other's neighbor, or the CRS is not projected.

    References
    ----------
    Moran (1950); Anselin (1995), "Local indicators of spatial association"; Ord and Getis (1995); Benjamini and
    Hochberg (1995).
    """
    ids, values = _ready(zones, priority, permutations, alpha)
    shapes = zones.loc[ids].geometry
    graph, islands = adjacency(shapes, neighbors, k)
    if graph.n_edges == len(ids) * (len(ids) - 1):
        raise InputError(
            f"every one of the {len(ids)} zones is every other's neighbor, so that there is no pattern to find; "
            "use fewer neighbors (k) or contiguity."
        )
    esda, starred = _optional("esda"), graph.assign_self_weight()
    assert list(graph.unique_ids) == list(starred.unique_ids) == list(ids)
    with _quietly():
        whole = esda.Moran(values, graph, permutations=0)
        local = esda.Moran_Local(values, graph, permutations=0)
        spots = esda.G_Local(values, starred, transform="B", star=True, permutations=0)
    weights = graph.transform("R").sparse.tocsr()
    p = _permuted(values, weights, float(whole.I), permutations, seed)
    table = pd.DataFrame(
        {
            "neighbors": graph.cardinalities.to_numpy(int),
            "local_moran": local.Is,
            "quadrant": pd.array([CLUSTERS[q] for q in local.q.astype(int)], dtype="str"),
            "local_p": _permuted_around(values, weights, permutations, seed),
            "g_star": spots.Zs,
            "g_star_p": np.minimum(1.0, 2.0 * spots.p_norm),
        },
        index=ids,
    )
    table = _named(table, alpha)
    words = _words(float(whole.I), float(whole.EI), p, table, islands, alpha)
    return SpatialPattern(
        float(whole.I), float(whole.EI), float(whole.z_rand), float(whole.p_rand), p, table, islands, words
    )


def _named(table: pd.DataFrame, alpha: float) -> pd.DataFrame:
    """Return the local figures with the clusters and spots that hold among so many tests."""
    side = pd.Series(np.where(table["g_star"] > 0, "hot", "cold"), index=table.index, dtype="str")
    return table.assign(
        cluster=table["quadrant"].where(_discovered(table["local_p"], alpha), ""),
        spot=side.where(_discovered(table["g_star_p"], alpha), ""),
    )


def adjacency(shapes: gpd.GeoSeries, neighbors: Neighbors = "contiguity", k: int = 8) -> tuple[Any, tuple[str, ...]]:
    """Return which zones are neighbors, as a libpysal Graph of ones, and which islands were tied to the nearest.

    Parameters
    ----------
    shapes : GeoSeries
        Index `zone_id`, projected, metres.
    neighbors : {"contiguity", "nearest"}
    k : int
        Of the nearest.

    Raises
    ------
    InputError
        If libpysal is not installed, or `k` is not below the number of zones.
    """
    import shapely  # noqa: PLC0415 - keeps the score light

    graph_of = _optional("libpysal.graph").Graph
    n, found = len(shapes), shapes.to_numpy()
    if neighbors not in ("contiguity", "nearest"):
        raise InputError(f"neighbors = {neighbors!r} must be contiguity or nearest.")
    middles = np.column_stack((shapes.centroid.x, shapes.centroid.y))
    islands: np.ndarray = np.empty(0, np.int64)
    if neighbors == "nearest":
        if not 1 <= k < n:
            raise InputError(f"k = {k} must be 1 to {n - 1}: there are {n} ranked zones.")
        one, other = np.repeat(np.arange(n), k), _nearest(middles, k).ravel()
    else:
        one, other = shapely.STRtree(found).query(found, predicate="dwithin", distance=TOUCH_M)
        one, other = one[one != other], other[one != other]
        islands = np.setdiff1d(np.arange(n), one)
        near = _nearest(middles, 1)[islands].ravel() if len(islands) else islands
        one, other = np.concatenate((one, islands, near)), np.concatenate((other, near, islands))
    pairs = np.unique(np.column_stack((one, other)), axis=0)
    ids = shapes.index.to_numpy()
    graph = graph_of.from_arrays(ids[pairs[:, 0]], ids[pairs[:, 1]], np.ones(len(pairs)))
    return graph, tuple(str(i) for i in ids[islands])


def _nearest(points: Floats, k: int) -> np.ndarray:
    """Return the k nearest other points of each; of equally near ones the first."""
    from scipy.spatial import cKDTree  # noqa: PLC0415 - for patterns alone

    n = len(points)
    # Some more than asked, so that ties (on grids) are broken by order and not by the tree.
    distance, found = cKDTree(points).query(points, k=min(n, k + 9))
    own = found == np.arange(n)[:, None]
    key = np.where(own, np.inf, np.round(distance, 6))
    order = np.lexsort((found, key), axis=1)[:, :k]
    return np.take_along_axis(found, order, axis=1)


def _ready(zones: gpd.GeoDataFrame, priority: pd.Series, permutations: int, alpha: float) -> tuple[pd.Index, Floats]:
    """Return the ranked zones by id and their priorities."""
    problems = []
    if zones.crs is None or not zones.crs.is_projected:
        problems.append(f"the zones' CRS {zones.crs} is not projected; neighbors need metres.")
    if not priority.index.equals(zones.index) or not zones.index.is_unique:
        problems.append("zones and priority must have one index, each zone once.")
    if permutations < 99:
        problems.append(f"permutations = {permutations} must be 99 or more.")
    if not 0 < alpha < 1:
        problems.append(f"alpha = {alpha} must lie between 0 and 1.")
    if problems:
        raise InputError(*problems)
    known = priority.dropna().sort_index().astype(float)
    if len(known) < 4:
        raise InputError(f"{len(known)} zones are ranked; a pattern in space needs four or more.")
    if float(np.ptp(known.to_numpy())) < 1e-9:
        raise InputError(f"all {len(known)} priorities are {known.iloc[0]:g}: there is no pattern to find.")
    return known.index, np.asarray(known, np.float64)


def _optional(name: str) -> Any:  # noqa: ANN401 - an untyped library
    """Return a library of the extra."""
    try:
        with _quietly():
            return import_module(name)
    except ImportError as error:
        raise InputError(
            f'patterns in space need esda and libpysal: pip install "geoprio[spatial]" ({error}).'
        ) from None


@contextmanager
def _quietly() -> Iterator[None]:
    """Run esda without its notes on coming defaults and on 0/0."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


def _permuted(values: Floats, weights: Any, moran: float, permutations: int, seed: int) -> float:  # noqa: ANN401 - sparse
    """Return the two-sided p of Moran's I; esda draws these from numpy's global state, which is left alone here."""
    rng = np.random.default_rng([seed, 0])
    z = values - values.mean()
    found = np.empty(permutations)
    for first in range(0, permutations, AT_ONCE):
        part = found[first : first + AT_ONCE]
        mixed = rng.permuted(np.tile(z, (len(part), 1)), axis=1).T
        part[:] = len(z) / weights.sum() * (mixed * (weights @ mixed)).sum(axis=0) / (z @ z)
    return float(_two_sided(found[:, None], np.array([moran]))[0])


def _permuted_around(values: Floats, weights: Any, permutations: int, seed: int) -> Floats:  # noqa: ANN401 - sparse
    """Return the two-sided p of each local Moran: its neighbors' values are drawn from those of all other zones.

    esda does the same in loops that take a minute to compile in every process.
    """
    rng = np.random.default_rng([seed, 1])
    n, counts = len(values), np.diff(weights.indptr)
    drawn = np.array([rng.choice(n - 1, counts.max(), replace=False) for _ in range(permutations)])
    z, p = values - values.mean(), np.ones(n)
    lag = weights @ z
    for count in np.unique(counts):
        zones = np.flatnonzero(counts == count)
        for some in np.array_split(zones, -(-len(zones) // AT_ONCE)):
            # Numbers from the zone's own on move up by one: the zone itself is not drawn.
            around = drawn[:, None, :count] + (drawn[:, None, :count] >= some[None, :, None])
            p[some] = _two_sided(z[around].mean(axis=2), lag[some])
    # A zone at the mean has a local Moran of 0 whatever stands around it.
    return np.where(np.abs(z) < 1e-12, 1.0, p)


def _two_sided(simulated: Floats, observed: Floats) -> Floats:
    """Return twice the smaller tail of each column of simulations, the observed value among them."""
    above = (simulated >= observed - 1e-12).sum(axis=0)
    below = (simulated <= observed + 1e-12).sum(axis=0)
    return np.asarray(np.minimum(1.0, 2.0 * (np.minimum(above, below) + 1) / (len(simulated) + 1)), np.float64)


def _discovered(p: pd.Series, alpha: float) -> pd.Series:
    from scipy.stats import false_discovery_control  # noqa: PLC0415 - for patterns alone

    return pd.Series(false_discovery_control(p.to_numpy(float)) <= alpha, index=p.index)


def _words(
    moran: float, expected: float, p: float, table: pd.DataFrame, islands: tuple[str, ...], alpha: float
) -> tuple[str, str]:
    """Return what the pattern is, in plain words."""
    if p > alpha:
        zh, en = "优先级在空间上没有显著的聚集或分散", "Priority shows no significant pattern in space"
    elif moran > expected:
        zh, en = "优先级相近的片区聚集在一起", "Zones of similar priority lie together"
    else:
        zh, en = "高低优先级的片区相间分布", "Zones of high and low priority alternate"
    zh += f"（Moran's I = {moran:.3f}，无规律时期望 {expected:.3f}，p = {p:.3f}）"
    en += f" (Moran's I = {moran:.3f}, {expected:.3f} expected without a pattern, p = {p:.3f})"
    hot, cold = (int((table["spot"] == kind).sum()) for kind in ("hot", "cold"))
    if hot or cold:
        zh += f"；热点片区 {hot} 个，冷点片区 {cold} 个（G*）"
        en += f"; zones in hot spots: {hot}, in cold spots: {cold} (G*)"
    else:
        zh, en = f"{zh}；无显著热点或冷点（G*）", f"{en}; no significant hot or cold spots (G*)"
    odd = table["cluster"].isin(("high-low", "low-high")).sum()
    if odd:
        zh += f"；{odd} 个片区与四邻明显不同"
        en += f"; zones unlike those around them: {odd}"
    if len(table) < FEW:
        zh += f"。仅 {len(table)} 个片区，检验力弱"
        en += f". Only {len(table)} zones: the tests have little power"
    if islands:
        zh += f"。{len(islands)} 个片区不与任何片区相邻，已连至最近者"
        en += f". Zones that touch no other, tied to the nearest: {len(islands)}"
    return f"{zh}。", f"{en}."
