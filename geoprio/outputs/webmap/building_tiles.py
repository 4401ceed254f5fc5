"""The buildings on the map page: their tiles, and what each building carries along."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geoprio._core.columns import BEYOND_CUTOFF, NO_FACILITIES, REACHED, UNREACHABLE, UNSNAPPED
from geoprio.indicators.registry import find
from geoprio.outputs.webmap.nearby import rows_of_facilities
from geoprio.outputs.webmap.tiles import BITS, ZOOM, Tiles, cut_tiles
from geoprio.outputs.webmap.weighing import is_plain_sum
from geoprio.score.normalize import urgency

if TYPE_CHECKING:
    from geoprio._core.typing import Bools, Floats, Ints
    from geoprio.outputs.result import Result
    from geoprio.score.matrix import Criterion

STATUSES = (REACHED, BEYOND_CUTOFF, UNREACHABLE, UNSNAPPED, NO_FACILITIES)
LEVELS = (0.5, 1.0, 2.0, 3.0)
"""Upper bounds of the classes by distance, in thresholds; what is farther is the last class."""

UNKNOWN = 255
"""Stands for a class or an urgency that is not known."""

URGENCY_STEPS = 250
TENTHS = 10
OTHER = "other"
OF_BUILDINGS = ("share", "distance", "supply")
"""Indicators that hold for a building, too, by their kind of anchor; the rest are of zones only."""

Columns = dict[str, "Ints"]


def building_tiles(result: Result) -> tuple[dict[str, Any] | None, Tiles]:
    """Return the tiles of all buildings, and what the page must know of them beforehand.

    Returns
    -------
    dict or None
        `zoom`, `bits`, `count`; `columns`: name and bytes of each; `tiles`: the index, row after row; `uses` and
        `statuses` by number; `criteria`: numbers of the indicators that are known per building; `levels` and
        `cutoff` (metres). None without buildings.
    Tiles
        Numbers are shipped as themselves plus 1, 0 = unknown; classes and urgencies as themselves, 255 = unknown.
    """
    buildings = result.buildings
    uses = sorted(buildings["use"].dropna().astype(str).unique())
    columns = _of_all(result, uses)
    for k, category in enumerate(result.rules):
        columns |= _of_category(result, category, k)
    criteria = [k for k, c in enumerate(result.matrix.criteria) if is_plain_sum(result) and _is_of_buildings(c, result)]
    for k in criteria:
        columns[f"urgency{k}"] = building_urgency(result, result.matrix.criteria[k])
    ids = buildings.index.astype(str).to_numpy(object)
    tiles = cut_tiles(buildings.geometry.to_numpy(), buildings.crs, ids, columns)
    if not tiles.texts:
        return None, tiles
    index = {
        "zoom": ZOOM,
        "bits": BITS,
        "count": len(tiles.order),
        "columns": [[name, values.dtype.itemsize] for name, values in columns.items()],
        "tiles": tiles.index.ravel().tolist(),
        "uses": uses,
        "statuses": list(STATUSES),
        "categories": list(result.rules),
        "criteria": criteria,
        "levels": list(LEVELS),
        "cutoff": float(result.project["access"]["cutoff_m"]),
    }
    return index, tiles


def _of_all(result: Result, uses: list[str]) -> Columns:
    table = result.buildings
    nothing = pd.Series(np.nan, index=table.index)
    codes = pd.Categorical(table["use"].astype(object), categories=uses).codes
    zone = result.zones.index.get_indexer(table["zone_id"].astype(object))
    zone[table["zone_id"].isna().to_numpy()] = -1
    return {
        "use": narrow(codes + 1),
        "zone": narrow(zone + 1),
        "floors": plus_one(table.get("floors", nothing).to_numpy(float) * TENTHS),
        "year": plus_one(table.get("year_built", nothing).to_numpy(float)),
    }


def _of_category(result: Result, category: str, number: int) -> Columns:
    """Return status, class, metres, tenths of minutes and facility for one category."""
    table = result.buildings
    metres, minutes = (table[f"{category}_{kind}"].to_numpy(float) for kind in ("distance_m", "walk_min"))
    status = pd.Categorical(table[f"{category}_status"].astype(object), categories=list(STATUSES)).codes
    ids = pd.Categorical(table[f"{category}_facility_id"].astype(object))
    rows = rows_of_facilities(result, category).reindex(ids.categories).fillna(-1).to_numpy(np.int64)
    facility = np.r_[rows, -1][ids.codes]
    found = {
        "status": narrow(status + 1),
        "class": distance_classes(result, category),
        "metres": plus_one(metres),
        "minutes": plus_one(minutes * TENTHS),
        "facility": narrow(facility + 1),
    }
    return {f"{name}{number}": values for name, values in found.items()}


def is_known(result: Result, category: str) -> Bools:
    """Return for which buildings it is known whether they are served, as the indicators of zones count it."""
    status = result.buildings[f"{category}_status"].astype(object).to_numpy()
    known = np.isin(status, (REACHED, BEYOND_CUTOFF))
    if result.on_real_component is not None:
        known |= (status == UNREACHABLE) & result.on_real_component
    return known


def _cost(result: Result, category: str) -> Floats:
    """Return metres or minutes, in the unit of the rule; infinite where no facility is in reach."""
    kind = "distance_m" if result.rules[category].unit == "m" else "walk_min"
    cost = result.buildings[f"{category}_{kind}"].to_numpy(float)
    return np.where(np.isnan(cost), np.inf, cost)


def distance_classes(result: Result, category: str) -> Ints:
    """Return how far the nearest facility is, as class 0 to 4 by multiples of the threshold; bounds are included."""
    bounds = np.array(LEVELS) * result.rules[category].threshold
    found = np.searchsorted(bounds, _cost(result, category), side="left")
    return np.where(is_known(result, category), found, UNKNOWN).astype(np.uint8)


def _is_of_buildings(criterion: Criterion, result: Result) -> bool:
    if not criterion.category:
        # Condition and what residents say are known of zones.
        return False
    kind, _ = find(criterion.code, tuple(result.rules))
    return kind.anchor in OF_BUILDINGS and bool(np.isfinite([criterion.good, criterion.bad]).all())


def building_urgency(result: Result, criterion: Criterion) -> Ints:
    """Return an indicator's urgency for each building by itself, in 250 steps; 255 = unknown.

    A building is covered or not, its distance is its own (the cutoff where no facility is in reach), and so is its
    supply: the values of which the zones' are the demand-weighted means.
    """
    kind, category = find(criterion.code, tuple(result.rules))
    known = is_known(result, category)
    table, rule = result.buildings, result.rules[category]
    if kind.anchor == "share":
        values = (_cost(result, category) <= rule.threshold).astype(np.float64)
    elif kind.anchor == "distance":
        values = table[f"{category}_distance_m"].fillna(result.project["access"]["cutoff_m"]).to_numpy(float)
    else:
        values = table[f"{category}_supply"].to_numpy(float)
        known &= np.isfinite(values)
    good, bad = np.array([criterion.good]), np.array([criterion.bad])
    scaled = urgency(np.where(known, values, criterion.good)[:, None], good, bad)[:, 0]
    return np.where(known, np.rint(scaled * URGENCY_STEPS), UNKNOWN).astype(np.uint8)


def plus_one(values: Floats) -> Ints:
    """Return numbers rounded, plus 1; 0 where they are unknown or below 0."""
    known = np.isfinite(values) & (values >= 0)
    return narrow(np.rint(np.where(known, values, -1.0)) + 1)


def narrow(values: np.ndarray) -> Ints:
    """Return whole numbers from 0 on in the narrowest unsigned type that holds them, 4 bytes at most.

    Numbers beyond 4 bytes become the largest one.
    """
    most = np.iinfo(np.uint32).max
    whole = np.minimum(values.astype(np.float64), most)
    return whole.astype(np.min_scalar_type(int(whole.max(initial=0))))
