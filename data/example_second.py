"""The second survey of make_example.py: three years later, risers were renewed in the first batch, and nowhere else.

The effect is known: in these zones four of five faulty pipes are mended. What people answer follows from it as before.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from example_books import write_csv
from example_survey import write_survey
from example_truth import PROBLEMS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from example_truth import Zone

FILE = "居民问卷_问卷星_2027.xlsx"
TRUTH = "effect.csv"
START = dt.datetime(2027, 5, 10, 7, 30)  # noqa: DTZ001 - 问卷星 writes local time
TYPICAL = 6.5  # fewer answer the second time
# Those with new risers in the programme in which most of the first survey named pipes; 评估方案.toml has them, too.
BATCH = ("Z008", "Z011", "Z012", "Z014", "Z020", "Z022", "Z024", "Z034", "Z035", "Z036", "Z049", "Z057")
MENDED = 0.8


def later(zones: Sequence[Zone]) -> list[Zone]:
    """Return the zones as they are after the first batch."""
    return [
        replace(zone, lacks=zone.lacks | {"pipe_fault": zone.lacks["pipe_fault"] * (1 - MENDED)})
        if zone.number in BATCH
        else zone
        for zone in zones
    ]


def write_second(path: Path, zones: Sequence[Zone], rng: np.random.Generator) -> None:
    """Write the second export."""
    write_survey(path, later(zones), rng, start=START, typical=TYPICAL)


def write_effect(path: Path, zones: Sequence[Zone]) -> None:
    """Write which share of all adults of each zone of the batch would name pipes, before and after; only tests know."""
    at = list(PROBLEMS).index("pipe_fault")
    rows: list[list[str]] = [["zone_id", "before", "after"]]
    for one, two in zip(zones, later(zones), strict=True):
        if one.number in BATCH:
            shares = (float(z.people @ z.wants(PROBLEMS)[:, at] / z.people.sum()) for z in (one, two))
            rows.append([one.number, *(f"{share:.4f}" for share in shares)])
    write_csv(path, rows)
