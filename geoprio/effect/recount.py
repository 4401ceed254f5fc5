"""Shares and distances of zones, counted again from the buildings of finished runs.

So that two runs are held to one threshold, and the people of one run are taken with the facilities of the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from geoprio._core.columns import BEYOND_CUTOFF, NO_FACILITIES, REACHED, UNREACHABLE
from geoprio.indicators.demand import first_known
from geoprio.indicators.places import REAL_COMPONENT_M

if TYPE_CHECKING:
    from geoprio._core.typing import Bools, Floats
    from geoprio.effect.runs import FinishedRun

TOLERANCE: Final = 1e-6
"""How far a zone's share, counted again, may lie from the one in its run; files keep nine digits."""


def counted(
    run: FinishedRun, category: str, *, threshold: float | None = None, unit: str | None = None
) -> pd.DataFrame:
    """Return what a run says of each building about one category.

    Parameters
    ----------
    run : FinishedRun
    category : str
    threshold, unit : float and {"m", "min"}, optional
        Default: the run's own rule.

    Returns
    -------
    DataFrame
        Index `building_id`; `zone_id` (missing outside), `demand`, `known` (whether it is known that the building is
        served or not), `covered` (within the threshold), `metres` (the cutoff where not reached).
    """
    rule = run.rules[category]
    limit = float(rule["threshold"]) if threshold is None else threshold
    column = f"{category}_{'distance_m' if (unit or rule['unit']) == 'm' else 'walk_min'}"
    table = run.buildings
    status = table[f"{category}_status"].astype(object).to_numpy()
    cost = table[column].to_numpy(float)
    cutoff = float(run.project["access"]["cutoff_m"])
    found = pd.DataFrame(
        {
            "zone_id": table["zone_id"],
            "demand": demand(run, category),
            "known": np.isin(status, (REACHED, BEYOND_CUTOFF)) | ((status == UNREACHABLE) & on_real_streets(run)),
            "covered": cost <= limit,
            "metres": np.where(status == REACHED, table[f"{category}_distance_m"].to_numpy(float), cutoff),
        },
        index=table.index,
    )
    if (status == NO_FACILITIES).all():
        return found.assign(known=False, covered=False)
    return found


def on_real_streets(run: FinishedRun) -> Bools:
    """Return which buildings are known to be unserved where they reach nothing: not those on a scrap of the network."""
    return np.asarray(~(run.buildings["component_m"].to_numpy(float) < REAL_COMPONENT_M), np.bool_)


def demand(run: FinishedRun, category: str) -> Floats:
    """Return the demand of each building, of the kind that the run took."""
    kind = run.demand[category]
    home: Floats = (run.buildings["use"] != "other").to_numpy(float)
    if kind == "buildings":
        return home
    found = first_known(run.buildings, (kind,))
    return np.zeros_like(home, np.float64) if found is None else found.weight


def zone_sums(found: pd.DataFrame, zones: pd.Index) -> pd.DataFrame:
    """Return sums of demand per zone: `known`, `covered`, and `metres` (demand times metres).

    Parameters
    ----------
    found : DataFrame
        As `counted` returns it.
    zones : Index
    """
    weight = found["demand"].where(found["known"], 0.0)
    parts = pd.DataFrame(
        {
            "known": weight,
            "covered": weight.where(found["covered"], 0.0),
            "metres": weight * found["metres"].where(found["known"], 0.0),
        }
    )
    return parts.groupby(found["zone_id"].astype(object)).sum().reindex(zones, fill_value=0.0)


def ratio(part: pd.Series, whole: pd.Series) -> pd.Series:
    """Return part ÷ whole, NaN where the whole is 0."""
    return part / whole.where(whole > 0)


def reproduced(
    run: FinishedRun, category: str, *, threshold: float | None = None, unit: str | None = None
) -> pd.Series:
    """Return for each zone whether its covered share follows from the run's own buildings.

    Parameters
    ----------
    run : FinishedRun
    category : str
    threshold, unit : float and {"m", "min"}, optional
        What the shares were counted with; default: the run's own rule.
    """
    sums = zone_sums(counted(run, category, threshold=threshold, unit=unit), run.zones.index)
    again = ratio(sums["covered"], sums["known"])
    said = run.zones[f"{category}_covered_share"].astype(float)
    found: pd.Series = ((again - said).abs() <= TOLERANCE) | (again.isna() & said.isna())
    return found


def people(run: FinishedRun) -> tuple[pd.Series, str]:
    """Return how many people live in each zone, and what stands for them: people, dwellings or buildings."""
    found = first_known(run.buildings, ("population", "dwellings"))
    weight = (run.buildings["use"] != "other").to_numpy(float) if found is None else found.weight
    sums = pd.Series(weight).groupby(run.buildings["zone_id"].astype(object).to_numpy()).sum()
    return sums.reindex(run.zones.index, fill_value=0.0).rename("people"), "buildings" if found is None else found.kind
