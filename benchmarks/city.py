"""`geoprio run` on a SYNTHETIC city of a million buildings: files in, all outputs out, each stage timed.

python benchmarks/city.py [--buildings 1000000] [--work DIR]

The city is a jittered grid of streets with square zones; buildings stand beside the streets. All files are GeoParquet.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

EPSG = 32650
ORIGIN = (450_000.0, 3_400_000.0)
BLOCK_M = 95.0
ZONES = 2_000
FACILITIES = 2_000
CATEGORIES = ("elder_care", "childcare", "convenience")
PROJECT = """[project]
name = "synthetic city"

[zones]
path = "zones.parquet"
id = "id"
name = "name"

[buildings]
path = "buildings.parquet"
id = "id"

[buildings.columns]
use = "use"
floors = "floors"
population = "population"

[streets]
path = "streets.parquet"
"""
FACILITY = """
[[facilities]]
category = "{0}"
path = "{0}.parquet"
id = "id"
capacity = "capacity"
"""


def city(folder: Path, buildings: int, seed: int = 20240601) -> None:
    """Write the files of the city; 2.5 buildings to a block."""
    rng = np.random.default_rng(seed)
    side = math.ceil(math.sqrt(buildings / 2.5))
    at = np.stack(np.meshgrid(np.arange(side + 1), np.arange(side + 1)), axis=-1) * BLOCK_M + ORIGIN
    at += rng.uniform(-12, 12, at.shape)
    across = np.stack((at[:, :-1], at[:, 1:]), axis=2).reshape(-1, 2, 2)
    along = np.stack((at[:-1], at[1:]), axis=2).reshape(-1, 2, 2)
    streets = np.concatenate((across, along))
    streets = streets[rng.random(len(streets)) > 0.03]
    write(folder / "streets.parquet", shapely.linestrings(streets), kind="residential")

    edge = side * BLOCK_M
    centers = ORIGIN + rng.uniform(0, edge, (buildings, 2))
    half = rng.uniform(4, 9, (buildings, 2))
    low, high = centers - half, centers + half
    write(
        folder / "buildings.parquet",
        shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1]),
        id=[f"b{i}" for i in range(buildings)],
        use="residential",
        floors=rng.integers(1, 8, buildings),
        population=rng.integers(1, 60, buildings),
    )
    cells = math.ceil(math.sqrt(ZONES))
    step = edge / cells
    column, row = (v.ravel() for v in np.meshgrid(np.arange(cells), np.arange(cells)))
    west, south = ORIGIN[0] + column * step, ORIGIN[1] + row * step
    write(
        folder / "zones.parquet",
        shapely.box(west, south, west + step, south + step),
        id=[f"z{i}" for i in range(len(west))],
        name=[f"片区 {i}" for i in range(len(west))],
    )
    for category in CATEGORIES:
        places = ORIGIN + rng.uniform(0, edge, (FACILITIES, 2))
        names = [f"{category} {i}" for i in range(FACILITIES)]
        capacity = rng.integers(5, 120, FACILITIES)
        write(folder / f"{category}.parquet", shapely.points(places), id=names, name=names, capacity=capacity)
    (folder / "project.toml").write_text(PROJECT + "".join(map(FACILITY.format, CATEGORIES)), encoding="utf-8")


def write(path: Path, shapes: np.ndarray, **columns: object) -> None:
    """Write shapes with their columns as GeoParquet."""
    gpd.GeoDataFrame(columns, geometry=shapes, crs=EPSG, index=range(len(shapes))).to_parquet(path)


def main() -> int:
    """Make the city where it is not there yet, run it, and print seconds, memory and sizes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--buildings", type=int, default=1_000_000)
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "geoprio-benchmark-city")
    asked = parser.parse_args()
    folder = asked.work / str(asked.buildings)
    if not (folder / "project.toml").exists():
        folder.mkdir(parents=True, exist_ok=True)
        city(folder, asked.buildings)
    out = folder / "out"
    command = [sys.executable, "-m", "geoprio", "run", str(folder / "project.toml"), "--out", str(out), "--force", "-q"]
    began = time.perf_counter()
    done = subprocess.run(command, check=False)  # noqa: S603 - our own command
    seconds = time.perf_counter() - began
    if done.returncode:
        return done.returncode
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    run = json.loads((out / "run.json").read_text(encoding="utf-8"))
    print(f"{asked.buildings:,} buildings (synthetic): {seconds:.1f} s, peak {peak:.2f} GiB")
    print("seconds by stage:", ", ".join(f"{name} {value:.1f}" for name, value in run["timings"].items()))
    print("MB:", ", ".join(f"{f['path']} {f['bytes'] / 1e6:.1f}" for f in run["files"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
