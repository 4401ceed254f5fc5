"""Order zones by priority."""

from __future__ import annotations

import numpy as np
import pandas as pd

PRIORITY_DECIMALS = 9
"""Priorities that agree to this many decimals are tied."""


GATE_ORDER = {True: 0, None: 1, False: 2}
"""Which zones a safety gate puts first: those known to be unsafe, then those of which nothing is known."""


def rank_zones(
    priority: pd.Series, unserved: pd.Series, zone_type: pd.Series, gate: pd.Series | None = None
) -> pd.DataFrame:
    """Return rank, rank within type, and number of other zones with the same priority.

    Order: safety gate (true, unknown, false), priority rounded to 9 decimals (descending), unserved demand
    (descending), zone id in code-point order.

    Parameters
    ----------
    priority : Series of float
        Index `zone_id`; NaN gets no rank.
    unserved : Series of float
        Σ w · (1 − share) · demand.
    zone_type : Series of str
    gate : Series of nullable boolean, optional
        Whether the zone must be dealt with ahead of all priorities; missing = not known, which is not false.

    Returns
    -------
    DataFrame
        `rank` (1 = first, no gaps), `rank_in_type`, `tied_with`: nullable integers on the index of `priority`. Zones
        that the gate parts are not tied.
    """
    ranked = priority.dropna().round(PRIORITY_DECIMALS)
    ids = ranked.index.to_numpy().astype(object)
    by_id = np.argsort(np.argsort(ids, kind="stable"), kind="stable")
    tier = gate_tier(gate, priority.index)[ranked.index]
    order = np.lexsort((by_id, -unserved[ranked.index].fillna(0.0).to_numpy(), -ranked.to_numpy(), tier.to_numpy()))
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(1, len(order) + 1)
    rank = pd.Series(place, index=ranked.index, dtype="Int64")
    in_type = rank.groupby(zone_type[ranked.index]).rank().astype("Int64")
    tied = ranked.groupby([tier, ranked]).transform("size").astype("Int64") - 1
    return pd.DataFrame({"rank": rank, "rank_in_type": in_type, "tied_with": tied}).reindex(priority.index)


def gate_tier(gate: pd.Series | None, index: pd.Index) -> pd.Series:
    """Return 0 for zones that the gate holds true, 1 for unknown ones, 2 for false ones; all 0 without a gate."""
    if gate is None:
        return pd.Series(0, index=index)
    known = gate.reindex(index).astype("boolean")
    tiers = [GATE_ORDER[None if pd.isna(v) else bool(v)] for v in known]
    return pd.Series(tiers, index=index)
