"""Whether geoprio and its peers give the same answers, with origins and destinations at nodes.

The reference is scipy's Dijkstra: exact, between nodes, all pairs within the widest ring. Where a cost lies within 1 cm
of a ring, rounding decides on which side it falls; such ties are counted and never hidden.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from contenders.measure import CATEGORIES, CUTOFF_M, RINGS_M, STEP_WEIGHTS

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Array = NDArray[Any]

EXACT_M = 1e-3
TIE_M = 0.01
HALF_MM = 5e-4
"""What exceeds a ring by less than this is within it, for geoprio."""

PANDANA_SHORT_M = 0.25
"""pandana cuts the length of each segment to whole millimeters; so much is lost on 250 segments at worst."""


@dataclass(frozen=True)
class Check:
    """One comparison.

    Attributes
    ----------
    what : str
        Who is compared with whom, on what.
    compared : int
        How many values.
    worst : float
        Largest difference, in `unit`.
    ties : int
        Values that differ, or may differ, only because a cost lies on the edge of a ring.
    wrong : int
        Values that differ otherwise; 0 is agreement.
    """

    what: str
    compared: int
    worst: float
    unit: str
    ties: int
    wrong: int


@dataclass(frozen=True)
class Pairs:
    """Origins (node), facilities (number) and meters of pairs, by facility, then origin; each of shape (pairs,)."""

    origin: Array
    facility: Array
    meters: Array

    @classmethod
    def read(cls, folder: Path, category: int) -> Pairs:
        """Return the pairs that a contender left."""
        origin, facility, meters = (
            np.load(folder / f"{name}_{category}.npy") for name in ("origin", "facility", "meters")
        )
        order = np.lexsort((origin, facility))
        return cls(origin[order], facility[order], meters[order].astype(np.float64))

    def within(self, limit: float) -> Pairs:
        """Return the pairs of at most so many meters."""
        near = self.meters <= limit
        return Pairs(self.origin[near], self.facility[near], self.meters[near])

    def keys(self, nodes: int) -> Array:
        """Return a number of each pair, ascending."""
        return self.facility.astype(np.int64) * nodes + self.origin


def compare(load: Path, answers: dict[str, Path]) -> list[Check]:
    """Return every comparison that the answers at hand allow.

    Parameters
    ----------
    load : Path
        Folder of the workload.
    answers : dict of str to Path
        Folder of each contender that finished; without scipy's, nothing is compared but what needs no reference.
    """
    checks = []
    scipy, nodes = answers.get("scipy"), answers.get("geoprio at nodes")
    others = {"geoprio at nodes": EXACT_M, "networkx": EXACT_M, "pandana": PANDANA_SHORT_M}
    for name, short in others.items():
        if scipy and name in answers:
            found = np.load(answers[name] / "nearest.npy")
            checks.append(nearest_agrees(f"{name}, nearest", np.load(scipy / "nearest.npy"), found, short))
    if scipy and nodes:
        checks += catchments_agree(load, scipy, nodes)
    if scipy and "pandana" in answers:
        checks.append(pairs_agree("pandana, pairs", load, scipy, answers["pandana"], PANDANA_SHORT_M))
    if "pandana" in answers and "access" in answers:
        checks.append(formula_agrees("access, E2SFCA", load, answers["pandana"], answers["access"], 0.0))
    if "shapely" in answers and "geoprio" in answers:
        checks.append(legs_agree(answers["shapely"], answers["geoprio"]))
    return checks


def nearest_agrees(what: str, expected: Array, found: Array, short: float) -> Check:
    """Compare the meters to the nearest facility; at the cutoff one may see it and the other not."""
    both = np.isfinite(expected) & np.isfinite(found)
    difference = found[both] - expected[both]
    wrong = int(((difference < -short) | (difference > EXACT_M)).sum())
    alone = np.isfinite(expected) != np.isfinite(found)
    edge = np.fmin(expected[alone], found[alone]) > CUTOFF_M - max(short, TIE_M)
    worst = float(np.abs(difference).max(initial=0.0))
    return Check(f"{what}: meters", expected.size, worst, "m", int(edge.sum()), wrong + int((~edge).sum()))


def pairs_agree(what: str, load: Path, scipy: Path, folder: Path, short: float) -> Check:
    """Compare which pairs are within the catchment, and their meters."""
    nodes = len(np.load(load / "x.npy"))
    compared, worst, ties, wrong = 0, 0.0, 0, 0
    edge = RINGS_M[-1] - max(short, TIE_M)
    for k in CATEGORIES:
        expected, found = Pairs.read(scipy, k), Pairs.read(folder, k)
        key, other = expected.keys(nodes), found.keys(nodes)
        place = np.minimum(np.searchsorted(key, other), len(key) - 1)
        known = key[place] == other
        difference = found.meters[known] - expected.meters[place[known]]
        wrong += int((~known).sum() + ((difference < -short) | (difference > EXACT_M)).sum())
        missing = np.ones(len(key), bool)
        missing[place[known]] = False
        lost = expected.meters[missing & (expected.meters <= RINGS_M[-1])]
        extra = (expected.meters[place[known]] > RINGS_M[-1]).sum()
        wrong += int((lost < edge).sum())
        ties += int((lost >= edge).sum() + extra)
        compared += len(other)
        worst = max(worst, float(np.abs(difference).max(initial=0.0)))
    return Check(f"{what}: meters", compared, worst, "m", ties, wrong)


def catchments_agree(load: Path, scipy: Path, folder: Path) -> list[Check]:
    """Compare geoprio's pairs, counts and supply with what follows from scipy's pairs, and its supply with its own."""
    demand, counts, shares = (
        np.load(load / "node_demand.npy"),
        np.load(folder / "counts.npy"),
        np.load(folder / "e2sfca.npy"),
    )
    nodes = len(demand)
    count = Check("", 0, 0.0, "", 0, 0)
    supply = Check("", 0, 0.0, "", 0, 0)
    for k in CATEGORIES:
        pairs, capacity = Pairs.read(scipy, k), np.load(load / f"node_capacity_{k}.npy")
        for j, ring in enumerate(RINGS_M):
            near = np.bincount(pairs.origin[pairs.meters <= ring], minlength=nodes)
            on_edge = np.bincount(pairs.origin[np.abs(pairs.meters - ring) <= TIE_M], minlength=nodes)
            differ = np.abs(counts[k, :, j] - near)
            count = Check(
                *(
                    "geoprio at nodes, counts",
                    count.compared + nodes,
                    max(count.worst, float(differ.max())),
                    "facilities",
                ),
                *(
                    count.ties + int(((differ > 0) & (differ <= on_edge)).sum()),
                    count.wrong + int((differ > on_edge).sum()),
                ),
            )
        expected = e2sfca(pairs, demand, capacity)
        apart = np.abs(np.nan_to_num(shares[k]) - expected) / expected.max()
        doubtful = touched(pairs, nodes, len(capacity))
        supply = Check(
            *("geoprio at nodes, E2SFCA", supply.compared + nodes),
            *(max(supply.worst, float(apart[~doubtful].max(initial=0.0))), "of the largest"),
            *(supply.ties + int(doubtful.sum()), supply.wrong + int((apart[~doubtful] > 1e-6).sum())),
        )
    own = formula_agrees("geoprio at nodes, E2SFCA on its own pairs", load, folder, folder, HALF_MM)
    return [pairs_agree("geoprio at nodes, pairs", load, scipy, folder, EXACT_M), count, supply, own]


def touched(pairs: Pairs, nodes: int, facilities: int) -> Array:
    """Return which nodes reach a facility that has some demand on the edge of a ring, shape (nodes,)."""
    on_edge = (np.abs(pairs.meters[:, None] - np.array(RINGS_M)) <= TIE_M).any(axis=1)
    shaky = np.bincount(pairs.facility[on_edge], minlength=facilities) > 0
    return np.bincount(pairs.origin[shaky[pairs.facility]], minlength=nodes) > 0


def formula_agrees(what: str, load: Path, pairs_of: Path, folder: Path, slack: float) -> Check:
    """Compare a contender's E2SFCA with the formula written out, on the same pairs.

    A facility in whose reach nobody lives gives infinite supply where a contender divides by that demand of 0. It is
    counted as a tie, and right only where indeed nobody lives.
    """
    demand, found = np.load(load / "node_demand.npy"), np.load(folder / "e2sfca.npy")
    worst, ties, wrong = 0.0, 0, 0
    for k in CATEGORIES:
        expected = e2sfca(Pairs.read(pairs_of, k), demand, np.load(load / f"node_capacity_{k}.npy"), slack)
        deserted = np.isinf(found[k]) & (demand == 0)
        apart = np.abs(np.where(np.isnan(found[k]), 0.0, found[k]) - expected)[~deserted] / expected.max()
        worst, wrong = max(worst, float(apart.max())), wrong + int((apart > 1e-9).sum())
        ties += int(deserted.sum())
    return Check(f"{what}, against the formula", found.size, worst, "of the largest", ties, wrong)


def e2sfca(pairs: Pairs, demand: Array, capacity: Array, slack: float = 0.0) -> Array:
    """Return the E2SFCA supply of each node: Luo and Qi (2009), with the weights of the rings; shape (nodes,)."""
    pairs = pairs.within(RINGS_M[-1] + slack)
    weight = np.array(STEP_WEIGHTS)[np.searchsorted(np.array(RINGS_M) + slack, pairs.meters)]
    load = np.bincount(pairs.facility, weight * demand[pairs.origin], minlength=len(capacity))
    ratio = np.divide(capacity, load, out=np.zeros_like(capacity), where=load > 0)
    return np.bincount(pairs.origin, weight * ratio[pairs.facility], minlength=len(demand))


def legs_agree(shapely: Path, geoprio: Path) -> Check:
    """Compare the straight meters from each building to its nearest street."""
    expected, found = np.load(shapely / "leg.npy"), np.load(geoprio / "leg.npy")
    alone = np.isfinite(expected) != np.isfinite(found)
    difference = np.abs(found - expected)[~alone & np.isfinite(expected)]
    wrong = int(alone.sum() + (difference > EXACT_M).sum())
    return Check("geoprio, snapping against shapely: meters", len(expected), float(difference.max()), "m", 0, wrong)
