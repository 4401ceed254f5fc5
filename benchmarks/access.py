"""Access for a million buildings: geoprio beside scipy and shapely, in one run on the same data.

python benchmarks/access.py --real DIR [--buildings 1000000] [--out results.json]

`--real` names a folder with las_palmas/las_palmas.osm.pbf; without it only the grid is run. Every figure is the median
of the repetitions after one warm-up; ratios are of medians in this run. scipy's time is that of its search between
nodes alone, with the graph already built: it snaps nothing and places nothing on edges.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from workloads import Workload, grid, real_tiles

from geoprio.network import Positions, counts, nearest, snap
from geoprio.network.graph import contract_network

if TYPE_CHECKING:
    from collections.abc import Callable

    from geoprio.network import Network
    from geoprio.network.graph import Graph

RINGS = (400.0, 800.0, 1200.0)
MAX_SNAP_M = 150.0


def timed(work: Callable[[], Any], repeat: int) -> tuple[float, Any]:
    """Return the median seconds of `work` after one warm-up, and what it returned."""
    work()
    seconds = []
    for _ in range(repeat):
        began = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - began)
    return float(np.median(seconds)), result


def matrix(network: Network) -> csr_array:
    """Return the network as scipy wants it; of parallel segments the shortest counts."""
    tail, head = np.concatenate((network.start, network.end)), np.concatenate((network.end, network.start))
    cost = np.concatenate((network.length, network.length))
    order = np.lexsort((cost, head, tail))
    tail, head, cost = tail[order], head[order], cost[order]
    first = np.ones(len(tail), bool)
    first[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    n = len(network.x)
    return csr_array((cost[first], (tail[first], head[first])), shape=(n, n))


def prepare(network: Network) -> Graph:
    """Contract the network anew."""
    return contract_network(network.x, network.y, network.start, network.end, network.length)


def at_nodes(network: Network, nodes: np.ndarray) -> Positions:
    """Return positions exactly at nodes, where geoprio and scipy can be compared."""
    segment = np.full(len(network.x), -1, np.int64)
    offset = np.zeros(len(network.x))
    segment[network.end] = np.arange(len(network.end))
    offset[network.end] = network.length
    segment[network.start] = np.arange(len(network.start))
    offset[network.start] = 0.0
    return Positions(segment[nodes], offset[nodes], np.zeros(len(nodes)))


def compare(load: Workload, repeat: int) -> dict[str, float]:
    """Run one workload and return its figures in seconds."""
    network, out = load.network, {}
    out["prepare"], _ = timed(lambda: prepare(network), repeat)
    out["snap"], homes = timed(lambda: snap(network, load.buildings, max_snap_m=MAX_SNAP_M), repeat)
    stops = [snap(network, f, max_snap_m=MAX_SNAP_M) for f in load.facilities]
    out["nearest x 3"], _ = timed(lambda: [nearest(network, homes, s) for s in stops], repeat)
    out["counts x 3"], _ = timed(lambda: [counts(network, homes, s, RINGS) for s in stops], repeat)

    graph, random = matrix(network), np.random.default_rng(1)
    sources = [random.choice(len(network.x), len(f), replace=False) for f in load.facilities]
    out["scipy nearest x 3"], costs = timed(
        lambda: [dijkstra(graph, indices=s, min_only=True) for s in sources], repeat
    )
    everywhere = at_nodes(network, np.arange(len(network.x)))
    for expected, source in zip(costs, sources, strict=True):
        found, _ = nearest(network, everywhere, at_nodes(network, source))
        joined = everywhere.snapped
        if not np.allclose(found[joined], expected[joined], rtol=0, atol=1e-6):
            raise SystemExit(f"{load.name}: distances differ from scipy's")
    tree, some = shapely.STRtree(network.segments), shapely.points(load.buildings[:100_000])
    seconds, _ = timed(lambda: tree.query_nearest(some, max_distance=MAX_SNAP_M, all_matches=False), 1)
    out["shapely snap (scaled from 100,000)"] = seconds * len(load.buildings) / len(some)
    return out


def report(load: Workload, figures: dict[str, float]) -> None:
    """Print a workload's figures and ratios."""
    network = load.network
    print(f"\n{load.name}: {len(network.x):,} nodes, {len(network.graph.total):,} edges after contraction, "
          f"{len(load.buildings):,} buildings, 3 x {len(load.facilities[0]):,} facilities")  # fmt: skip
    for name, seconds in figures.items():
        print(f"  {name:<36}{seconds:9.3f} s")
    print(f"  scipy / geoprio, nearest            {figures['scipy nearest x 3'] / figures['nearest x 3']:9.1f}")
    ratio = figures["shapely snap (scaled from 100,000)"] / figures["snap"]
    print(f"  shapely / geoprio, snapping         {ratio:9.1f}")
    total = sum(figures[k] for k in ("prepare", "snap", "nearest x 3", "counts x 3"))
    print(f"  geoprio in all                      {total:9.3f} s")
    print(
        f"  peak memory of the whole process    {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:9.2f} GiB"
    )


def main() -> None:
    """Run the workloads that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--real", type=Path)
    parser.add_argument("--buildings", type=int, default=1_000_000)
    parser.add_argument("--facilities", type=int, default=2000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    results = {}
    loads: list[Callable[[], Workload]] = [lambda: grid(710, asked.buildings, asked.facilities)]
    if asked.real:
        pbf = asked.real / "las_palmas" / "las_palmas.osm.pbf"
        loads.append(lambda: real_tiles(pbf, 32628, 3, asked.buildings, asked.facilities))
    for make in loads:
        load = make()
        results[load.name] = compare(load, asked.repeat)
        report(load, results[load.name])
    if asked.out:
        versions = {name: version(name) for name in ("geoprio", "numba", "numpy", "scipy", "shapely")}
        facts = {"python": platform.python_version(), "versions": versions, "seconds": results}
        asked.out.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
