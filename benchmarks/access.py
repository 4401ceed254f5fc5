"""Walking access for a million buildings: geoprio beside scipy, networkx, pandana, PySAL access and shapely.

python benchmarks/access.py --real DIR [--out results.json]

One run builds the workloads, sets up an environment for each peer, runs every contender as a process of its own, one
after the other, checks that the answers agree, and prints figures and ratios. README.md beside this file says how to
read them.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agreement import compare
from environments import NotInstalledError, interpreter
from report import figure, machine, print_checks, print_figures, print_ratios, ratios
from workloads import Workload, grid, real_city, stored, tiles

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).resolve().parent
FULL_SIZE = 1_000_000
LAS_PALMAS, LAS_PALMAS_EPSG = Path("las_palmas", "las_palmas.osm.pbf"), 32628

OURS = ("geoprio", "geoprio at nodes")
PEERS: dict[str, tuple[str, ...]] = {
    "scipy": (),
    "shapely": (),
    "networkx": ("networkx", "numpy"),
    "pandana": ("pandana",),
    "access": ("access", "geopandas"),
}
"""Packages of each peer's own environment. scipy and shapely run in geoprio's, which needs them itself."""

PATIENT = {"OMP_WAIT_POLICY": "PASSIVE"}
"""For pandana, whose threads wait for each other: if they spin on a shared machine, it takes twice as long. On an idle
one it makes no difference to it."""


def contend(
    name: str, load: Path, asked: argparse.Namespace, packages: tuple[str, ...] | None = None
) -> dict[str, Any]:
    """Run one contender on one workload and return its figures, or why there are none.

    What its environment of its own holds are `packages`, by default those of `PEERS`.
    """
    out = asked.work / "results" / load.name / name.replace(" ", "_")
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    packages = PEERS.get(name, ()) if packages is None else packages
    try:
        python = interpreter(asked.work / "environments" / name, packages) if packages else Path(sys.executable)
    except NotInstalledError as error:
        return {"phases": [], "missing": f"not installed: {error}"}
    script = HERE / "contenders" / f"with_{name.replace(' ', '_')}.py"
    command = [str(part) for part in (python, script, load, out, asked.repeat)]
    log, surroundings = out / "log.txt", os.environ | (PATIENT if name == "pandana" else {})
    try:
        with log.open("w", encoding="utf-8") as said:
            subprocess.run(  # noqa: S603 - our own command
                command, stdout=said, stderr=said, timeout=asked.limit, check=True, env=surroundings
            )
        reason = None
    except subprocess.TimeoutExpired:
        reason = f"given up after {asked.limit} s"
    except subprocess.CalledProcessError as error:
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        reason = lines[-1] if lines else f"exit code {error.returncode}"
    file = out / "figures.json"
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {"phases": []}
    return found | {"missing": reason} if reason else found


def run_workload(kind: str, load: Path, asked: argparse.Namespace) -> dict[str, Any]:
    """Run all contenders on one workload, print what came of it, and return it."""
    facts = json.loads((load / "facts.json").read_text(encoding="utf-8"))
    facilities = " + ".join(f"{count:,}" for count in facts["facilities"])
    streets = f"{facts['nodes']:,} nodes, {facts['segments']:,} segments"
    print(f"\n{facts['name']}: {streets}, {facts['buildings']:,} buildings, {facilities} facilities", flush=True)
    names = [*OURS, *(name for name in PEERS if name in asked.peers)]
    results = {}
    for name in names:
        print(f"  {name} …", flush=True)
        busy = os.getloadavg()[0]
        results[name] = contend(name, load, asked) | {"load_average_before": busy}
    finished = {
        name: asked.work / "results" / load.name / name.replace(" ", "_")
        for name, found in results.items()
        if not found.get("missing")
    }
    checks = compare(load, finished)
    full_size = facts["buildings"] >= FULL_SIZE
    measured = ratios(kind, full_size, results)
    print_figures(results)
    print_checks(checks)
    print_ratios(measured, full_size, results)
    return {**facts, "contenders": results, "agreement": [asdict(check) for check in checks], "ratios": measured}


def run_growth(asked: argparse.Namespace) -> list[dict[str, Any]]:
    """Run geoprio from a hundredth of the buildings to all of them: in a growing city, and on one network."""
    most = asked.buildings

    def thinned(count: int) -> Workload:
        full = grid(most)
        return replace(full, buildings=full.buildings[:count])

    rows = []
    for what, folder, make in (("growing city", "grid", grid), ("one network", f"thinned-{most}", thinned)):
        print(f"\ngrowth, {what}\n  {'buildings':>12}{'nodes':>12}{'all, s':>10}{'ms per 1,000':>14}{'exponent':>10}")
        earlier = None
        for count in (most // 100, most // 10, most):
            load = stored(asked.work / "workloads" / f"{folder}-{count}", partial(make, count))
            found = contend("geoprio", load, asked)
            wall = figure({"geoprio": found}, "geoprio", "all")
            nodes = json.loads((load / "facts.json").read_text(encoding="utf-8"))["nodes"]
            if wall is None:
                print(f"  {count:>12,}{nodes:>12,}  not run to the end: {found['missing']}")
                continue
            exponent = math.log(wall / earlier[1]) / math.log(count / earlier[0]) if earlier else None
            earlier = (count, wall)
            said = f"{exponent:.2f}" if exponent is not None else "-"
            print(f"  {count:>12,}{nodes:>12,}{wall:>10.3f}{wall / count * 1e6:>14.2f}{said:>10}", flush=True)
            rows.append({"what": what, "buildings": count, "nodes": nodes, "all_s": wall, "exponent": exponent})
    return rows


def arguments() -> argparse.Namespace:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--real", type=Path, help="folder with las_palmas/las_palmas.osm.pbf; without it, the grid alone"
    )
    parser.add_argument(
        "--buildings", type=int, default=FULL_SIZE, help="of the grid, which grows with them, and the tiles"
    )
    parser.add_argument("--facilities", type=int, default=2000, help="per category, of the tiles")
    parser.add_argument("--small-only", action="store_true", help="neither the tiles nor the growth")
    parser.add_argument("--no-growth", action="store_true", help="not the growth")
    parser.add_argument("--peers", type=lambda text: text.split(","), default=list(PEERS), help="comma-separated")
    parser.add_argument("--repeat", type=int, default=3, help="counted repetitions of a phase")
    parser.add_argument("--limit", type=int, default=600, help="seconds after which a contender is given up")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "geoprio-benchmarks")
    parser.add_argument("--out", type=Path, help="JSON file of everything measured, with versions")
    asked = parser.parse_args()
    if asked.real and not (asked.real / LAS_PALMAS).exists():
        parser.error(f"there is no {asked.real / LAS_PALMAS}")
    unknown = set(asked.peers) - set(PEERS)
    if unknown:
        parser.error(f"no such peer: {', '.join(sorted(unknown))}; known are {', '.join(PEERS)}")
    return asked


def main() -> None:
    """Run what the command line asks for; exit with 1 where answers disagree."""
    asked = arguments()
    made: dict[str, tuple[str, Callable[[], Workload]]] = {}
    if asked.real:
        pbf = asked.real / LAS_PALMAS
        made["city"] = ("city", lambda: real_city(pbf, LAS_PALMAS_EPSG))
    made["grid"] = (f"grid-{asked.buildings}", lambda: grid(asked.buildings))
    if asked.real and not asked.small_only:
        made["tiles"] = (
            f"tiles-{asked.buildings}-{asked.facilities}",
            lambda: tiles(real_city(pbf, LAS_PALMAS_EPSG), 3, asked.buildings, asked.facilities),
        )
    facts = machine()
    print(f"{facts['cpu']}, {facts['cores']} cores; work folder {asked.work}")
    # Fills the cache of compiled loops, so that no peak below holds a compiler.
    for name in OURS:
        contend(name, stored(asked.work / "workloads" / "grid-1000", lambda: grid(1000)), asked)
    results = {
        kind: run_workload(kind, stored(asked.work / "workloads" / folder, make), asked)
        for kind, (folder, make) in made.items()
    }
    growth = [] if asked.small_only or asked.no_growth else run_growth(asked)
    if asked.out:
        everything = {"created": datetime.now(UTC).isoformat(timespec="seconds"), "machine": facts}
        everything |= {"workloads": results, "growth": growth}
        asked.out.write_text(json.dumps(everything, indent=1) + "\n", encoding="utf-8")
    wrong = sum(check["wrong"] for found in results.values() for check in found["agreement"])
    lost = [name for found in results.values() for name in OURS if found["contenders"][name].get("missing")]
    if wrong or lost:
        sys.exit(f"{wrong:,} values disagree, {len(lost)} runs of geoprio did not end; see above")


if __name__ == "__main__":
    main()
