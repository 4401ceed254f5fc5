"""How evenly access is spread over people, before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from geoprio._core.errors import InputError
from geoprio.effect.equity import BOTTOM, below, concentration, erreygers, gini, palma, theil
from geoprio.effect.recount import counted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geoprio._core.typing import Floats
    from geoprio.effect.measured import Measured
    from geoprio.effect.runs import FinishedRun

OF: Final = ("covered_share", "distance_m", "supply")
"""Indicators of a category whose spread is told."""

LEAST_HELD: Final = 0.01
"""A Palma ratio divides by what the four tenths with least hold: below this share of the whole it tells nothing."""

MEASURES: Final = (
    *("gini", "concentration", "erreygers", "palma", "theil", "theil_within", "theil_between", "below_standard"),
)


def equity(
    one: FinishedRun,
    two: FinishedRun,
    ids: pd.Index,
    measures: Mapping[str, Measured],
    *,
    deprivation: str | None = None,
) -> pd.DataFrame:
    """Return measures of inequality among people, before and after.

    People carry the distance and the supply of their building, and the covered share of their zone. For the
    concentration index they are ranked by zone as it was before, in both runs: from the most to the least deprived
    where a column is named, else from the highest to the lowest priority, else from the worst value to the best.

    Parameters
    ----------
    one, two : FinishedRun
    ids : Index
        Zones to compare.
    measures : mapping of code to Measured
    deprivation : str, optional
        Column of the zones before; larger = worse off.

    Returns
    -------
    DataFrame
        Index (`code`, `measure`); `level`, `before`, `after`, `change`; NaN where a measure is not defined.

    Raises
    ------
    InputError
        If the column of deprivation is missing or holds no numbers.
    """
    place = _places(one, deprivation)
    rows = {}
    for code, what in measures.items():
        kind = code.removeprefix(f"{what.category}_")
        if kind not in OF or not what.category:
            continue
        ranked = place
        if ranked is None:
            ranked = -what.direction * one.zones[code].astype(float)
        found = [_measures(carried(run, what, kind, ids), ranked, one.zones, what) for run in (one, two)]
        for measure in MEASURES:
            if measure == "erreygers" and kind != "covered_share":
                continue
            level = "zone" if kind == "covered_share" else "building"
            before, after = (side[measure] for side in found)
            rows[code, measure] = {"level": level, "before": before, "after": after, "change": after - before}
    names = ["code", "measure"]
    index = (
        pd.MultiIndex.from_tuples(list(rows), names=names) if rows else pd.MultiIndex.from_arrays([[]] * 2, names=names)
    )
    return pd.DataFrame(list(rows.values()), index=index, columns=["level", "before", "after", "change"])


def ranked_by(one: FinishedRun, deprivation: str | None) -> str:
    """Return what the concentration index ranks people by: a column, ``priority``, or "" for the value before."""
    return deprivation or ("priority" if _places(one, None) is not None else "")


def _places(one: FinishedRun, deprivation: str | None) -> pd.Series | None:
    """Return what zones are ranked by, from the worst off (least) to the best off; None: by their value before."""
    zones = pd.DataFrame(one.zones)
    if deprivation is None:
        known = zones["priority"].notna().any()
        return zones["priority"].astype(float).mul(-1.0) if known else None
    if deprivation not in zones or not pd.api.types.is_numeric_dtype(zones[deprivation]):
        raise InputError(
            f"deprivation: the zones before have no column of numbers {deprivation!r}; name one of theirs."
        )
    return zones[deprivation].astype(float).mul(-1.0)


def carried(run: FinishedRun, what: Measured, kind: str, ids: pd.Index) -> pd.DataFrame:
    """Return `value`, `people` and `zone_id` of each carrier (zone or building) of which all is known."""
    found = counted(run, what.category)
    if kind == "covered_share":
        weight = found["demand"].where(found["known"], 0.0).groupby(found["zone_id"].astype(object)).sum()
        table = pd.DataFrame({"value": run.zones[what.code].astype(float), "people": weight.reindex(run.zones.index)})
        table["zone_id"] = run.zones.index
    else:
        column = found["metres"] if kind == "distance_m" else run.buildings[what.code].astype(float)
        table = pd.DataFrame(
            {"value": column.where(found["known"]), "people": found["demand"], "zone_id": found["zone_id"]}
        )
    return table[table["zone_id"].isin(ids) & table["value"].notna() & (table["people"] > 0)]


def _measures(table: pd.DataFrame, place: pd.Series, zones: pd.DataFrame, what: Measured) -> dict[str, float]:
    x, w = table["value"].to_numpy(float), table["people"].to_numpy(float)
    at = table["zone_id"].astype(object).to_numpy()
    parts = theil(x, _districts(zones, at), w) if "district" in zones else theil(x, np.zeros(len(x)), w)
    between = "district" in zones
    found = {"gini": gini(x, w), "palma": palma(x, w) if _held_by_least(x, w) >= LEAST_HELD else np.nan}
    found["theil"] = parts.total
    found |= {
        "theil_within": parts.within if between else np.nan,
        "theil_between": parts.between if between else np.nan,
    }
    rank = place.reindex(at).to_numpy(float)
    known = np.isfinite(rank)
    found["concentration"] = concentration(x[known], rank[known], w[known])
    if what.unit == "share":
        found["erreygers"] = erreygers(np.clip(x[known], 0, 1), rank[known], w[known])
    found["below_standard"] = np.nan if what.target is None else below(x, what.target, what.direction, w)
    return found


def _held_by_least(x: Floats, w: Floats) -> float:
    """Return the share of the whole that the four tenths with least hold; 0 where there is nothing."""
    order = np.argsort(x, kind="stable")
    held, share = np.cumsum((w * x)[order]), np.cumsum(w[order])
    if not len(x) or held[-1] <= 0:
        return 0.0
    return float(np.interp(BOTTOM * share[-1], [0.0, *share], [0.0, *held]) / held[-1])


def _districts(zones: pd.DataFrame, at: np.ndarray) -> Floats:
    """Return the district of each carrier as a number; those of which none is known are one group."""
    codes, _ = pd.factorize(zones["district"].astype(object))
    return np.asarray(pd.Series(codes, index=zones.index).reindex(at).fillna(-1).to_numpy(float), np.float64)
