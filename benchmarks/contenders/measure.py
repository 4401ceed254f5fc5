"""What all contenders share: the task, reading a workload, and measuring phases.

A contender is a script that is called as `python with_NAME.py WORKLOAD OUT REPEAT`. It reads arrays from WORKLOAD and
leaves its answers and its figures in OUT. It needs numpy and its own library, nothing of geoprio.
"""

from __future__ import annotations

import gc
import json
import platform
import resource
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Result = TypeVar("Result")

CATEGORIES = range(3)
CUTOFF_M = 3000.0
RINGS_M = (400.0, 800.0, 1200.0)
STEP_WEIGHTS = (1.0, 0.68, 0.22)
"""E2SFCA: the weight within each ring; the last ring is the catchment."""

MAX_SNAP_M = 150.0
PATIENCE_S = 30.0
"""A phase is not begun again when it has already taken this long, its warm-up included."""


def peak_bytes() -> int:
    """Return the most memory that this process has held at once."""
    status = Path("/proc/self/status")
    if status.exists():
        # Unlike ru_maxrss this does not count what the parent held when it started this process.
        line = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


class Run:
    """One contender on one workload; its figures are left in OUT after every phase.

    Parameters
    ----------
    *packages : str
        Whose versions stand beside the figures.

    Attributes
    ----------
    phases : list of dict
        Name, median seconds of wall and CPU, seconds of each repetition, and the process's peak memory so far.
    """

    def __init__(self, *packages: str) -> None:
        self.workload, self.out, self.repeat = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
        self.out.mkdir(parents=True, exist_ok=True)
        self.versions = {"python": platform.python_version(), **{name: version(name) for name in ("numpy", *packages)}}
        self.phases: list[dict[str, Any]] = []

    def array(self, name: str) -> NDArray[Any]:
        """Return an array of the workload."""
        return np.load(self.workload / f"{name}.npy")

    def arrays(self, name: str) -> list[NDArray[Any]]:
        """Return an array of each category."""
        return [self.array(f"{name}_{k}") for k in CATEGORIES]

    def measured(self, phase: str, work: Callable[[], Result], *, once: bool = False) -> Result:
        """Return what `work` returns, and note the medians over its repetitions after one warm-up.

        A first call that outlasts our patience counts itself, without a warm-up, and so does the only call where one
        is enough: a peer's set-up enters no ratio.
        """
        began = time.perf_counter()
        walls: list[float] = []
        processors: list[float] = []
        for turn in range(self.repeat + 1):
            result = None  # the last answer must not lie in memory beside the next
            gc.collect()
            wall, processor = time.perf_counter(), time.process_time()
            result = work()
            walls.append(time.perf_counter() - wall)
            processors.append(time.process_time() - processor)
            if turn and time.perf_counter() - began > PATIENCE_S:
                break
            if once or walls[0] > PATIENCE_S:
                break
        counted = slice(1, None) if len(walls) > 1 else slice(None)
        self.phases.append(
            {
                "phase": phase,
                "wall_s": float(np.median(walls[counted])),
                "cpu_s": float(np.median(processors[counted])),
                "walls_s": walls[counted],
                "peak_bytes": peak_bytes(),
            }
        )
        figures = json.dumps({"versions": self.versions, "phases": self.phases}, indent=1)
        (self.out / "figures.json").write_text(figures + "\n", encoding="utf-8")
        return result

    def answer(self, name: str, values: NDArray[Any]) -> None:
        """Leave an answer for the comparison."""
        np.save(self.out / f"{name}.npy", values)
