"""networkx's Dijkstra between nodes: a peer for the nearest facility."""

from __future__ import annotations

import networkx as nx
import numpy as np
from measure import CUTOFF_M, Run


def build(run: Run) -> nx.Graph:
    """Return the network; of parallel segments the shortest counts."""
    graph = nx.Graph()
    graph.add_nodes_from(range(len(run.array("x"))))
    length = run.array("length")
    order = np.argsort(-length)  # the last edge between two nodes stays
    ends = run.array("start")[order].tolist(), run.array("end")[order].tolist()
    graph.add_weighted_edges_from(zip(*ends, length[order].tolist(), strict=True))
    return graph


def nearest(graph: nx.Graph, facilities: np.ndarray) -> np.ndarray:
    """Return the meters from each node to the nearest facility, infinite beyond the cutoff."""
    found = nx.multi_source_dijkstra_path_length(graph, set(facilities.tolist()), cutoff=CUTOFF_M)
    meters = np.full(len(graph), np.inf)
    meters[np.fromiter(found.keys(), np.int64, len(found))] = np.fromiter(found.values(), float, len(found))
    return meters


def main() -> None:
    """Run networkx on one workload."""
    run = Run("networkx")
    facilities = run.arrays("facility_nodes")
    graph = run.measured("prepare", lambda: build(run), once=True)
    run.answer("nearest", np.array(run.measured("nearest", lambda: [nearest(graph, f) for f in facilities])))


if __name__ == "__main__":
    main()
