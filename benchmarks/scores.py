"""Rank acceptability under random weights: geoprio beside scikit-criteria and numpy.

python benchmarks/scores.py [--out results.json]

One run makes the workloads, sets up an environment for the peer, runs every contender as a process of its own, one
after the other, checks that the answers agree, and prints figures and ratios. README.md beside this file says how to
read them.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from access import contend
from agreement import Check
from report import figure, machine, print_checks, print_figures

OURS = "geoprio_scores"
PEERS: dict[str, tuple[str, ...]] = {"numpy_scores": (), "scikit-criteria": ("scikit-criteria",)}
"""Packages of each peer's own environment; numpy is geoprio's own."""

CRITERIA = 15
LEAST_RATIO, MOST_S, MOST_LARGE_S = 50.0, 1.0, 60.0
"""Targets: scikit-criteria's time over geoprio's, and geoprio's own, wall."""

NEAR_TIES = 2e-6
"""Share of the counted ranks that may differ: geoprio ties scores that agree to 9 decimals, peers do not."""


def workload(folder: Path, zones: int, draws: int, *, compared: bool) -> Path:
    """Return the folder of a workload: urgencies of correlated criteria, and weights spread evenly."""
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(7)
    common = random.normal(size=(zones, 4)) @ random.normal(size=(4, CRITERIA))
    own = random.normal(size=(zones, CRITERIA))
    np.save(folder / "urgencies.npy", np.clip(0.5 + 0.12 * common + 0.17 * own, 0.0, 1.0))
    np.save(folder / "weights.npy", random.dirichlet(np.ones(CRITERIA), draws))
    facts = {"zones": zones, "draws": draws, "criteria": CRITERIA, "first": max(1, zones // 10), "compared": compared}
    (folder / "facts.json").write_text(json.dumps(facts), encoding="utf-8")
    return folder


def agree(asked: argparse.Namespace, load: Path, results: dict[str, Any]) -> list[Check]:
    """Return how far the peers' ranks agree with geoprio's, over all draws."""
    folders = {name: asked.work / "results" / load.name / name for name in results if not results[name].get("missing")}
    if OURS not in folders:
        return []
    counts, mean = (np.load(folders[OURS] / f"{name}.npy") for name in ("counts", "mean"))
    checks = []
    for peer in (name for name in folders if name != OURS):
        theirs = np.load(folders[peer] / "counts.npy")
        other = int(np.abs(theirs.astype(np.int64) - counts).sum()) // 2
        allowed = NEAR_TIES * counts.sum(dtype=np.int64)
        apart = float(np.abs(np.load(folders[peer] / "mean.npy") - mean).max())
        what = f"{peer}: how often each zone takes each rank; worst mean rank"
        checks.append(Check(what, counts.size, apart, "ranks", other, other if other > allowed else 0))
    return checks


def run_workload(load: Path, asked: argparse.Namespace) -> dict[str, Any]:
    """Run all contenders on one workload, print what came of it, and return it."""
    facts = json.loads((load / "facts.json").read_text(encoding="utf-8"))
    print(f"\n{facts['zones']:,} zones × {CRITERIA} criteria × {facts['draws']:,} draws", flush=True)
    names = {OURS: (), **PEERS} if facts["compared"] else {OURS: ()}
    results = {}
    for name, packages in names.items():
        print(f"  {name} …", flush=True)
        busy = os.getloadavg()[0]
        results[name] = contend(name, load, asked, packages) | {"load_average_before": busy}
    print_figures(results)
    checks = agree(asked, load, results) if facts["compared"] else []
    if checks:
        print_checks(checks)
    return {**facts, "contenders": results, "wrong": sum(check.wrong for check in checks)}


def print_targets(small: dict[str, Any], large: dict[str, Any] | None, *, full_size: bool) -> dict[str, float | None]:
    """Print the ratios and geoprio's seconds beside their targets, and return them."""
    print(f"\n  {'':<60}{'target':>10}{'wall':>10}{'CPU':>10}")
    found: dict[str, float | None] = {}
    for peer in PEERS:
        aim = f">= {LEAST_RATIO:g}" if full_size and peer == "scikit-criteria" else "-"
        cells = []
        for key in ("wall_s", "cpu_s"):
            theirs, own = (figure(small["contenders"], who, "given", key) for who in (peer, OURS))
            found[f"{peer} {key}"] = ratio = theirs / own if theirs and own else None
            cells.append(f"{ratio:.1f}" if ratio else "-")
        print(f"  {f'{peer} / geoprio, the same weights':<60}{aim:>10}{cells[0]:>10}{cells[1]:>10}")
    for load, most in ((small, MOST_S), (large, MOST_LARGE_S)):
        if load is None:
            continue
        seconds = [figure(load["contenders"], OURS, "drawn", key) for key in ("wall_s", "cpu_s")]
        cells = [f"{s:.2f}" if s else "-" for s in seconds]
        what = f"geoprio, {load['zones']:,} zones, weights drawn, s"
        print(f"  {what:<60}{f'<= {most:g}' if full_size else '-':>10}{cells[0]:>10}{cells[1]:>10}")
    return found


def arguments() -> argparse.Namespace:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--zones", type=int, default=5000, help="at most 5,000: above, there is no counter for each rank"
    )
    parser.add_argument("--large", type=int, default=200_000, help="zones of the workload that geoprio runs alone")
    parser.add_argument("--draws", type=int, default=10_000)
    parser.add_argument("--small-only", action="store_true", help="not the large workload")
    parser.add_argument("--repeat", type=int, default=3, help="counted repetitions of a phase")
    parser.add_argument("--limit", type=int, default=1200, help="seconds after which a contender is given up")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "geoprio-benchmarks")
    parser.add_argument("--out", type=Path, help="JSON file of everything measured, with versions")
    asked = parser.parse_args()
    if not 1 <= asked.zones <= 5000 or not 1 <= asked.draws < 2**16:
        parser.error("zones must lie between 1 and 5,000, draws between 1 and 65,535")
    return asked


def main() -> None:
    """Run what the command line asks for; exit with 1 where answers disagree."""
    asked = arguments()
    facts = machine()
    print(f"{facts['cpu']}, {facts['cores']} cores; work folder {asked.work}")
    loads = asked.work / "workloads"
    # Fills the cache of compiled loops, so that no peak below holds a compiler.
    contend(OURS, workload(loads / "scores-warm", 60, 60, compared=True), asked, ())
    small = run_workload(workload(loads / f"scores-{asked.zones}", asked.zones, asked.draws, compared=True), asked)
    large = None
    if not asked.small_only:
        large = run_workload(workload(loads / f"scores-{asked.large}", asked.large, asked.draws, compared=False), asked)
    full_size = asked.zones == 5000 and asked.draws == 10_000 and (large is None or asked.large == 200_000)
    ratios = print_targets(small, large, full_size=full_size)
    if asked.out:
        everything = {"created": datetime.now(UTC).isoformat(timespec="seconds"), "machine": facts}
        everything |= {"workloads": [small] + ([large] if large else []), "ratios": ratios}
        asked.out.write_text(json.dumps(everything, indent=1) + "\n", encoding="utf-8")
    lost = [load for load in (small, large) if load and load["contenders"][OURS].get("missing")]
    if small["wrong"] or lost:
        sys.exit(f"{small['wrong']:,} counts disagree, {len(lost)} runs of geoprio did not end; see above")


if __name__ == "__main__":
    main()
