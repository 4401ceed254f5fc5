"""Order zones by priority."""

from __future__ import annotations

import numpy as np
import pandas as pd

PRIORITY_DECIMALS = 9
"""Priorities that agree to this many decimals are tied."""


def rank_zones(priority: pd.Series, unserved: pd.Series, zone_type: pd.Series) -> pd.DataFrame:
    """Return rank, rank within type, and number of other zones with the same priority.

    Order: priority rounded to 9 decimals (descending), unserved demand (descending), zone id in code-point order.

    Parameters
    ----------
    priority : Series of float
        Index `zone_id`; NaN gets no rank.
    unserved : Series of float
        Σ w · (1 − share) · demand.
    zone_type : Series of str

    Returns
    -------
    DataFrame
        `rank` (1 = first, no gaps), `rank_in_type`, `tied_with`: nullable integers on the index of `priority`.
    """
    ranked = priority.dropna().round(PRIORITY_DECIMALS)
    ids = ranked.index.to_numpy().astype(object)
    by_id = np.argsort(np.argsort(ids, kind="stable"), kind="stable")
    order = np.lexsort((by_id, -unserved[ranked.index].fillna(0.0).to_numpy(), -ranked.to_numpy()))
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(1, len(order) + 1)
    rank = pd.Series(place, index=ranked.index, dtype="Int64")
    in_type = rank.groupby(zone_type[ranked.index]).rank().astype("Int64")
    tied = ranked.groupby(ranked).transform("size").astype("Int64") - 1
    return pd.DataFrame({"rank": rank, "rank_in_type": in_type, "tied_with": tied}).reindex(priority.index)
