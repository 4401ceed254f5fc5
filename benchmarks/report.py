"""Tables and ratios of one run."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agreement import Check

GIB = 2**30
MOST_S, MOST_GIB = 2.0, 1.5
"""Targets for all access work of 1,000,000 buildings: wall and peak memory."""

BUSY = 2.0
"""Load average before a contender from which others must be at work: one contender alone hardly brings it there."""


@dataclass(frozen=True)
class Against:
    """A peer's time over geoprio's.

    Attributes
    ----------
    what : str
        What is compared.
    peer : tuple of (contender, phase)
        Whose medians add up to the peer's time.
    phase : str
        The phase of geoprio.
    target : dict of str to float
        Least ratio, by kind of workload.
    """

    what: str
    peer: tuple[tuple[str, str], ...]
    phase: str
    target: dict[str, float]


RATIOS = (
    Against("nearest: scipy dijkstra(min_only)", (("scipy", "nearest"),), "nearest", {"grid": 4, "tiles": 10}),
    Against("nearest: networkx multi-source Dijkstra", (("networkx", "nearest"),), "nearest", {}),
    Against("nearest: pandana, capped at the cutoff", (("pandana", "nearest"),), "nearest", {"grid": 50, "tiles": 50}),
    Against(
        "counts in 3 rings: pandana's ranges, from the facilities",
        (("pandana", "pairs"), ("pandana", "counts")),
        "counts",
        {"grid": 20, "tiles": 20},
    ),
    Against(
        "E2SFCA: pandana's ranges and PySAL access",
        (("pandana", "pairs"), ("access", "e2sfca")),
        "e2sfca",
        {"grid": 25, "tiles": 25},
    ),
    Against("snapping: shapely STRtree.query_nearest", (("shapely", "snap"),), "snap", {"grid": 20, "tiles": 20}),
)


def machine() -> dict[str, Any]:
    """Return what the figures depend on besides versions."""
    model = platform.processor()
    facts = Path("/proc/cpuinfo")
    if facts.exists():
        names = [
            line.split(":", 1)[1].strip() for line in facts.read_text("utf-8").splitlines() if "model name" in line
        ]
        model = names[0] if names else model
    return {"cpu": model, "cores": os.cpu_count(), "system": platform.system()}


def figure(results: dict[str, Any], contender: str, phase: str, key: str = "wall_s") -> float | None:
    """Return one figure, None where the contender did not get that far."""
    for row in results.get(contender, {}).get("phases", ()):
        if row["phase"] == phase:
            return float(row[key])
    return None


def ratios(kind: str, full_size: bool, results: dict[str, Any]) -> list[dict[str, Any]]:
    """Return geoprio's ratios to its peers; targets hold for 1,000,000 buildings only.

    `on_edges` sets geoprio's work for buildings on edges against the peer's for nodes; `at_nodes` is the same task.
    """
    rows = []
    for row in RATIOS:
        parts = [figure(results, *part) for part in row.peer]
        peer = None if None in parts else sum(part for part in parts if part is not None)
        measured = {}
        for name, contender in (("on_edges", "geoprio"), ("at_nodes", "geoprio at nodes")):
            own = figure(results, contender, row.phase)
            measured[name] = peer / own if peer and own else None
        rows.append({"what": row.what, "target": row.target.get(kind) if full_size else None, **measured})
    return rows


def print_figures(results: dict[str, Any]) -> None:
    """Print wall, CPU and peak memory of every phase, and why a contender is missing."""
    print(f"\n  {'':<18}{'':<10}{'wall s':>10}{'CPU s':>10}{'peak GiB so far':>18}")
    for contender, found in results.items():
        for row in found["phases"]:
            peak = row["peak_bytes"] / GIB
            print(f"  {contender:<18}{row['phase']:<10}{row['wall_s']:>10.3f}{row['cpu_s']:>10.3f}{peak:>18.2f}")
        if found["load_average_before"] > BUSY:
            print(f"  {contender:<18}load average {found['load_average_before']:.1f}: not alone on the machine")
        if found.get("missing"):
            print(f"  {contender:<18}not run to the end: {found['missing']}")


def print_checks(checks: list[Check]) -> None:
    """Print how far the answers agree."""
    print(f"\n  {'agreement':<68}{'values':>12}{'worst':>12} {'':<15}{'ties':>9}{'wrong':>7}")
    for check in checks:
        print(
            f"  {check.what:<68}{check.compared:>12,}{check.worst:>12.2g} {check.unit:<15}"
            f"{check.ties:>9,}{check.wrong:>7,}"
        )


def print_ratios(rows: list[dict[str, Any]], full_size: bool, results: dict[str, Any]) -> None:
    """Print the ratios and the whole of the access work beside their targets."""
    print(f"\n  {'peer / geoprio, wall':<60}{'target':>8}{'on edges':>10}{'at nodes':>10}")
    for row in rows:
        cells = [f"{row[name]:.1f}" if row[name] else "-" for name in ("on_edges", "at_nodes")]
        target = f">= {row['target']:g}" if row["target"] else "-"
        print(f"  {row['what']:<60}{target:>8}{cells[0]:>10}{cells[1]:>10}")
    wall, peak = figure(results, "geoprio", "all"), figure(results, "geoprio", "all", "peak_bytes")
    if wall and peak:
        aims = (f"<= {MOST_S:g}", f"<= {MOST_GIB:g}") if full_size else ("-", "-")
        print(f"  {'all access work from arrays in memory, s':<60}{aims[0]:>8}{wall:>10.2f}")
        print(f"  {'its peak, whole process, GiB':<60}{aims[1]:>8}{peak / GIB:>10.2f}")
