"""Which facility is nearest to a zone's buildings, and which zones a facility stands nearest to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from geoprio.outputs.result import Result


def walks(result: Result, category: str) -> pd.DataFrame:
    """Return the walks from the homes of each zone to the facility that is nearest to them.

    Parameters
    ----------
    result : Result
    category : str

    Returns
    -------
    DataFrame
        One row for each zone and facility, buildings of use `other` left out: `zone` and `facility` (row numbers of the
        result's tables), `size` (buildings), `within` (those whose way is within the rule's threshold), `mean_m`.
        Sorted by zone, then most buildings, then nearest, then facility.
    """
    homes = result.buildings[(result.buildings["use"] != "other").to_numpy()]
    rule = result.rules[category]
    cost = homes[f"{category}_distance_m" if rule.unit == "m" else f"{category}_walk_min"].to_numpy(float)
    rows = rows_of_facilities(result, category)
    table = pd.DataFrame(
        {
            "zone": result.zones.index.get_indexer(homes["zone_id"]),
            "facility": rows.reindex(homes[f"{category}_facility_id"].astype(object)).to_numpy(float),
            "m": homes[f"{category}_distance_m"].to_numpy(float),
            "within": cost <= rule.threshold,
        }
    )
    table = table[(table["zone"] >= 0) & table["facility"].notna()].astype({"facility": np.int64})
    grouped = table.groupby(["zone", "facility"])
    found = grouped.agg(size=("m", "size"), within=("within", "sum"), mean_m=("m", "mean")).reset_index()
    by = ["zone", "size", "mean_m", "facility"]
    return found.sort_values(by, ascending=[True, False, True, True], kind="stable").reset_index(drop=True)


def rows_of_facilities(result: Result, category: str) -> pd.Series:
    """Return the row number of each facility of a category that is used, by its id."""
    facilities = result.facilities
    used = np.flatnonzero(((facilities["category"] == category) & (facilities["status"] == "used")).to_numpy())
    rows = pd.Series(used, index=facilities.index[used].astype(object))
    # An id may stand twice: overlapping downloads hold rows twice, of which one is used.
    return rows[~rows.index.duplicated()]


def nearest_and_served(result: Result) -> tuple[list[list[list[float] | None]], list[list[list[int]]]]:
    """Return for each zone and category the facility that is nearest to most homes, and for each facility its zones.

    Returns
    -------
    nearest : list of list
        For each zone and category facility, mean walk in metres, buildings, and homes of the zone whose way is known;
        None where no facility can be walked to.
    served : list of list
        For each facility, zone, buildings nearest to it, and those of them within the rule's threshold.
    """
    categories = tuple(result.rules)
    nearest: list[list[list[float] | None]] = [[None] * len(categories) for _ in range(len(result.zones))]
    served: list[list[list[int]]] = [[] for _ in range(len(result.facilities))]
    for k, category in enumerate(categories):
        found = walks(result, category)
        homes = found.groupby("zone")["size"].sum()
        first = found.drop_duplicates("zone")
        means = first["mean_m"].round().astype(int)
        for zone, facility, size, mean in zip(first["zone"], first["facility"], first["size"], means, strict=True):
            nearest[zone][k] = [facility, mean, size, int(homes.loc[zone])]
        of_all = found[["facility", "zone", "size", "within"]].to_numpy().tolist()
        for facility, *counts in of_all:
            served[facility].append(counts)
    return nearest, served
