"""Which buildings people live in, by which weight they share people, and what a way of counting gives them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import geopandas as gpd

    from geoprio._core.typing import Bools, Floats

MANY = 0.05
"""Share of people unplaced, or of homes without known people, above which there is a warning."""


@dataclass(frozen=True)
class Residents:
    """What one way of counting gives the buildings.

    Attributes
    ----------
    people : ndarray of float, shape (buildings,)
        NaN where not known.
    figures : dict
        `from` (the way), `total`, `placed`, `moved`, `unplaced`: placed and unplaced people sum to the total.
    """

    people: Floats
    figures: dict[str, Any]


def residents(people: Floats, way: str, total: float, moved: float = 0.0, unplaced: float = 0.0) -> Residents:
    """Return people with their figures, as they are reported."""
    figures = {"total": total, "placed": total - unplaced, "moved": moved, "unplaced": unplaced}
    return Residents(people, {"from": way, **{name: reported(value) for name, value in figures.items()}})


def reported(value: float) -> float:
    """Return a figure to 12 significant digits."""
    return float(f"{value:.12g}")


def are_homes(buildings: gpd.GeoDataFrame) -> Bools:
    """Return which buildings are homes: those that are residential, or whose use is not known."""
    return np.asarray(buildings["use"] != "other", bool)


def home_weights(buildings: gpd.GeoDataFrame) -> tuple[Floats, str]:
    """Return the weight by which each building shares people, and how it is called in the report.

    Dwellings where they are known for all homes, else footprint × floors. Floors that are not known count as 1; a home
    that is known as a point has the median footprint of the others.

    Parameters
    ----------
    buildings : GeoDataFrame
        In metres.

    Returns
    -------
    weight : ndarray of float, shape (buildings,)
        0 for buildings of another use.
    words : str
    """
    home = are_homes(buildings)
    if "dwellings" in buildings:
        dwellings = buildings["dwellings"].to_numpy(float)
        if np.isfinite(dwellings[home]).all() and dwellings[home].sum() > 0:
            return np.where(home, dwellings, 0.0), "dwellings"
    return floor_space(buildings)


def floor_space(buildings: gpd.GeoDataFrame) -> tuple[Floats, str]:
    """Return footprint × floors of each home in m², and how it is called in the report; as in `home_weights`."""
    home = are_homes(buildings)
    footprint = buildings.geometry.area.to_numpy()
    drawn = footprint > 0
    usual = np.median(footprint[drawn & home]) if (drawn & home).any() else 1.0
    floors = buildings["floors"].to_numpy(float) if "floors" in buildings else np.full(len(buildings), np.nan)
    points, unknown = int((home & ~drawn).sum()), int((home & np.isnan(floors)).sum())
    words = f"footprint × floors; {unknown} homes of unknown floors count as 1"
    words += f", {points} points have the median footprint" if points else ""
    return np.where(home, np.where(drawn, footprint, usual) * np.where(np.isnan(floors), 1.0, floors), 0.0), words
