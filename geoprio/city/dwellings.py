"""Share the dwellings that a list of compounds gives each zone out to its buildings, where these do not say them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from geoprio.city.homes import are_homes, floor_space, reported
from geoprio.city.totals import share_out

if TYPE_CHECKING:
    import geopandas as gpd

    from geoprio._core.findings import Findings

ROLE = "compounds"


def spread_dwellings(
    houses: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, findings: Findings
) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
    """Return the buildings with the list's dwellings, assumed to stand in proportion to footprint × floors.

    What a building says of itself stands; the other homes of its zone share the rest.

    Parameters
    ----------
    houses : GeoDataFrame
        Buildings with `zone_id` and `use`, in metres.
    zones : GeoDataFrame
        Index `zone_id`; `dwellings` where the list gives them.
    findings : Findings
        Is told what was assumed, and takes the dwellings of zones without homes.

    Returns
    -------
    houses : GeoDataFrame
        A new table; `dwellings` as fractions where they are assumed, `dwellings_assumed` tells where.
    report : dict
        Dwellings, buildings and zones for which they were assumed, and dwellings without a home; empty where nothing
        was assumed.
    """
    if "dwellings" not in zones or not zones["dwellings"].notna().any():
        return houses, {}
    home = are_homes(houses)
    own = houses["dwellings"].to_numpy(float) if "dwellings" in houses else np.full(len(houses), np.nan)
    area = zones.index.get_indexer(houses["zone_id"].astype(object))
    area[houses["zone_id"].isna().to_numpy()] = -1
    weight, words = floor_space(houses)
    open_ = home & np.isnan(own) & (area >= 0)
    homes_of, open_of = (np.bincount(area[which & (area >= 0)], minlength=len(zones)) for which in (home, open_))
    # Where every home has its own number, the list has nothing to add.
    totals = np.where((open_of > 0) | (homes_of == 0), zones["dwellings"].to_numpy(float), np.nan)
    # A workshop without a number has no dwellings; it is not asked to say so.
    shared = share_out(totals, area, weight, np.where(home, own, np.nan_to_num(own)))
    assumed = open_ & (shared.people > 0)
    dwellings = np.where(assumed, shared.people, own)
    _note(zones, shared.unplaced, shared.exceeding, findings)
    if not assumed.any():
        return houses, {}
    count, served = float(dwellings[assumed].sum()), len(np.unique(area[assumed]))
    findings.warn(
        "buildings",
        f"assumed: the list's dwellings are shared out to {int(assumed.sum())} homes of {served} zones that do not say "
        f"their own ({count:,.1f} dwellings) by {words}",
    )
    report = {
        "dwellings_assumed": reported(count),
        "dwellings_assumed_buildings": int(assumed.sum()),
        "dwellings_assumed_zones": served,
        "dwellings_unplaced": reported(float(shared.unplaced.sum())),
    }
    return houses.assign(dwellings=dwellings, dwellings_assumed=assumed), report


def _note(zones: gpd.GeoDataFrame, unplaced: Any, exceeding: Any, findings: Findings) -> None:  # noqa: ANN401 - arrays
    """Put dwellings for which there is no home, or fewer than its buildings say, on record."""
    rows = zones["list_row"].fillna("") if "list_row" in zones else zones.index.to_series()
    for amount, reason, mend in (
        (unplaced, "dwellings of a zone without homes: not placed", "add the homes that are missing, or mend the list"),
        (exceeding, "the zone's buildings say more dwellings than the list: theirs stand", "correct one of the files"),
    ):
        at = np.flatnonzero(amount > 1e-9)
        values = [f"{v:.9g}" for v in amount[at]]
        findings.reject(ROLE, rows.iloc[at], reason, mend, column="dwellings", values=values)
