"""Zones whose outline changed: the buildings of the run after, counted in the outlines before."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely

from geoprio.city.shapes import inner_points
from geoprio.city.zones import assign
from geoprio.effect.recount import counted, ratio, zone_sums

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from geoprio.effect.measured import Measured
    from geoprio.effect.runs import FinishedRun

COUNTED: Final = ("covered_share", "uncovered", "distance_m", "demand", "unknown_share")
"""Indicators of a category that follow from the buildings of a finished run."""


def in_outlines_of(
    before: FinishedRun, after: FinishedRun, moved: Iterable[str], measures: Mapping[str, Measured]
) -> tuple[FinishedRun, tuple[tuple[str, str], ...]]:
    """Return the run after with its buildings in the zones in whose outline before they lie.

    Only zones whose outline changed give buildings away or get some. In these and in zones that they trade with,
    coverage and distance are counted again; whatever does not follow from buildings is unknown there.

    Parameters
    ----------
    before, after : FinishedRun
        With the same working CRS.
    moved : iterable of str
        Zones whose outline changed.
    measures : mapping of code to Measured
        What is compared.

    Returns
    -------
    FinishedRun
    notes : tuple of (zh, en)
        How many buildings changed zones, and what is unknown.
    """
    names = list(moved)
    houses = after.buildings
    # As runs place buildings themselves.
    points = inner_points(houses.geometry.to_numpy())
    lies, _ = assign(before.zones, shapely.get_x(points), shapely.get_y(points))
    was, now = houses["zone_id"].astype(object).to_numpy(), lies.astype(object).to_numpy()
    changed = np.isin(was, names) | np.isin(now, names)
    new = np.where(changed, now, was)
    # Missing is missing whatever stands for it.
    swapped = changed & ~((pd.isna(was) & pd.isna(now)) | (was == now))
    traded = [z for z in {*was[swapped], *new[swapped]} if isinstance(z, str)]
    touched = after.zones.index.intersection([*names, *traded])
    run = replace(after, buildings=houses.assign(zone_id=pd.Series(new, index=houses.index).astype("str")))
    zones = after.zones.copy()
    for category in dict.fromkeys(what.category for what in measures.values() if what.category):
        # Which stranded homes are unknown follows from the zones as they were.
        rule = before.rules[category]
        homes = counted(after, category, threshold=rule["threshold"], unit=rule["unit"])
        for name, values in _counted(homes.assign(zone_id=run.buildings["zone_id"]), touched).items():
            if f"{category}_{name}" in zones:
                zones.loc[touched, f"{category}_{name}"] = values
    left = [
        c for c, what in measures.items() if c.removeprefix(f"{what.category}_") not in COUNTED or not what.category
    ]
    zones[left] = zones[left].astype(float)
    zones.loc[touched, left] = np.nan
    gone, again = int(swapped.sum()), len(touched)
    zh = (
        f"边界有变的 {len(names)} 个片区：后一次的楼栋按前一次的边界归区（{gone} 栋换区，"
        f"{again} 个片区重算覆盖与距离）；其余指标和优先级在这些片区记为未知"
    )
    en = (
        f"{len(names)} zones with another outline: buildings of the run after are counted in the outlines before "
        f"({gone} buildings change zones; coverage and distance of {again} zones are counted again); other indicators "
        "and priorities are unknown there"
    )
    return replace(run, zones=zones), ((zh, en),)


def _counted(found: pd.DataFrame, zones: pd.Index) -> dict[str, pd.Series]:
    """Return what of a category follows from buildings, in some zones."""
    sums = zone_sums(found, zones)
    total = found["demand"].groupby(found["zone_id"].astype(object)).sum().reindex(zones, fill_value=0.0)
    return {
        "covered_share": ratio(sums["covered"], sums["known"]),
        "uncovered": sums["known"] - sums["covered"],
        "distance_m": ratio(sums["metres"], sums["known"]),
        "demand": total,
        "unknown_share": 1.0 - ratio(sums["known"], total),
    }
