"""What a zone is at a glance: dwellings, year of building, storeys and who manages it, for its page and its card."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from geoprio.outputs.titles import TITLES

if TYPE_CHECKING:
    import geopandas as gpd

    from geoprio.outputs.result import Result

Pair = tuple[str, str]

ABOUT: Final = ("约 {n}", "about {n}")
AT_LEAST: Final = ("至少 {n}", "at least {n}")
GROUPED: Final = frozenset({"dwellings"})
"""Figures written with thousands apart; years are not."""
WHOLE: Final = frozenset({"dwellings", "year_built"})


def zone_facts(result: Result) -> dict[str, list[Pair | None]]:
    """Return what is known of each zone by the list or by its homes.

    Parameters
    ----------
    result : Result

    Returns
    -------
    dict
        `dwellings`, `year_built`, `floors`, `property_management`, those of which anything is known: for each zone in
        the result's order a text in zh and en, None where it is not known. The zone's own value (of a list of
        compounds) comes first, "about" where the list gives a span or a decade; else the homes in the zone: the sum of
        their dwellings, "at least" where some do not say theirs, and the span of their years and storeys.
    """
    zones = result.zones
    homes = result.buildings[(result.buildings["use"] != "other").to_numpy() & result.buildings["zone_id"].notna()]
    out = {name: _numbers(name, zones, homes) for name in ("dwellings", "year_built", "floors")}
    if "property_management" in zones:
        out["property_management"] = [None if pd.isna(v) else (str(v), str(v)) for v in zones["property_management"]]
    return {name: values for name, values in out.items() if any(value is not None for value in values)}


def fact_title(name: str, number: int) -> str:
    """Return what a fact of `zone_facts` is called in zh (0) or en (1)."""
    title = TITLES[name][number]
    return title[:1].upper() + title[1:]


def _numbers(name: str, zones: gpd.GeoDataFrame, homes: gpd.GeoDataFrame) -> list[Pair | None]:
    own = zones[name].to_numpy(float) if name in zones else np.full(len(zones), np.nan)
    # A list says of a zone whether its years, storeys or areas are spans; dwellings are counted.
    spans = "approximate" in zones and name != "dwellings"
    about = zones["approximate"].fillna(False).to_numpy(bool) if spans else np.zeros(len(zones), bool)  # noqa: FBT003 - not said
    theirs = _of_homes(name, zones, homes) if name in homes else [None] * len(zones)
    out = []
    for value, is_about, other in zip(own, about, theirs, strict=True):
        if np.isnan(value):
            out.append(other)
        else:
            shown = _shown(name, value)
            out.append((ABOUT[0].format(n=shown), ABOUT[1].format(n=shown)) if is_about else (shown, shown))
    return out


def _of_homes(name: str, zones: gpd.GeoDataFrame, homes: gpd.GeoDataFrame) -> list[Pair | None]:
    """Return what the homes of each zone say together."""
    of_zone = homes[name].astype(float).groupby(homes["zone_id"].astype(object))
    told = of_zone.agg(["sum", "min", "max", "count", "size"]).reindex(zones.index)
    out: list[Pair | None] = []
    for total, low, high, known, all_ in told.to_numpy(float):
        if not known > 0:
            out.append(None)
        elif name == "dwellings":
            shown = _shown(name, total)
            words = AT_LEAST if known < all_ else ("{n}", "{n}")
            out.append((words[0].format(n=shown), words[1].format(n=shown)))
        else:
            span = _shown(name, low) if low == high else f"{_shown(name, low)}–{_shown(name, high)}"
            out.append((span, span))
    return out


def _shown(name: str, value: float) -> str:
    if name in WHOLE:
        return f"{value:,.0f}" if name in GROUPED else f"{value:.0f}"
    return f"{value:.1f}".removesuffix(".0")
