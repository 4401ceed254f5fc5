"""Whom a category serves: the weight of each building in the shares and means of its zone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import geopandas as gpd

    from geoprio._core.findings import Findings
    from geoprio._core.typing import Floats

GROUP = {"elder_care": "population_60plus", "childcare": "population_0_2"}
"""The group of people that a category serves; everybody where none is named."""

KNOWN_SHARE = 0.9
"""A kind of demand is used if it is known for this share of the assigned residential buildings."""


@dataclass(frozen=True)
class Demand:
    """Demand of one category.

    Attributes
    ----------
    kind : str
        ``population_60plus``, ``population_0_2``, ``population``, ``dwellings``, ``floor_area_m2`` or ``buildings``.
    weight : ndarray of float, shape (buildings,)
        0 for buildings whose use is `other`.
    imputed : int
        Buildings whose value is their zone's, else the city's, median.
    """

    kind: str
    weight: Floats
    imputed: int


def choose_demand(buildings: gpd.GeoDataFrame, category: str, findings: Findings) -> Demand:
    """Return the demand of each building for a category.

    The first of: the category's group, population, dwellings, floor area (footprint × floors), that is known for
    ≥ 90 % of the residential (or unknown-use) buildings in zones; else each building counts 1.

    Parameters
    ----------
    buildings : GeoDataFrame
        With `zone_id`, `use` and the numbers that are known; metres.
    category : str

    Returns
    -------
    Demand
    """
    kinds = dict.fromkeys((GROUP.get(category, "population"), "population", "dwellings", "floor_area_m2"))
    found = first_known(buildings, tuple(kinds))
    if found is None:
        return Demand("buildings", (buildings["use"] != "other").to_numpy(float), 0)
    if found.imputed:
        what = f"{category}: {found.kind} of {found.imputed} buildings"
        findings.info("buildings", f"{what} imputed by the median of their zone or the city")
    return found


def first_known(buildings: gpd.GeoDataFrame, kinds: tuple[str, ...]) -> Demand | None:
    """Return the first kind that is known for ≥ 90 % of the homes in zones, gaps filled; None where none is."""
    home = (buildings["use"] != "other").to_numpy()
    asked = home & buildings["zone_id"].notna().to_numpy()
    for kind in kinds:
        values = _known(buildings, kind)
        if values is not None and asked.any() and np.isfinite(values[asked]).mean() >= KNOWN_SHARE:
            filled, imputed = _fill(values, buildings["zone_id"], home)
            return Demand(kind, np.where(home, filled, 0.0), imputed)
    return None


def _known(buildings: gpd.GeoDataFrame, kind: str) -> Floats | None:
    if kind == "floor_area_m2":
        if "floors" not in buildings:
            return None
        footprint = buildings.geometry.area.to_numpy()
        return np.asarray(np.where(footprint > 0, footprint, np.nan) * buildings["floors"].to_numpy(float), np.float64)
    return buildings[kind].to_numpy(float) if kind in buildings else None


def _fill(values: Floats, zone: pd.Series, home: np.ndarray) -> tuple[Floats, int]:
    known = pd.Series(np.where(home, values, np.nan), index=zone.index)
    gaps = known.isna().to_numpy() & home
    by_zone = known.groupby(zone).transform("median")
    filled = known.fillna(by_zone).fillna(known.median())
    return np.asarray(filled, np.float64), int(gaps.sum())
