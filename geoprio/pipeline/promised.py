"""What a programme would change on foot, as a scenario: the facilities that it pays for, at places that are assumed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from geoprio.config.draft.toml_text import quoted, value_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd

    from geoprio._core.typing import Floats
    from geoprio.outputs.planned.result import Planned
    from geoprio.programme.measures import Measure

SUFFIX: Final = "_covered_share"
NAME: Final = "按计划新增 {n} 处设施（假设） · what if: {n} facilities of the programme"
ASSUMED: Final = (
    "假如计划中的设施都已建成：已选定场址的设在该场址；其余位置为假设，取片区内未被服务的居民中心附近的住宅，"
    "规模取项目文件的默认值。不新增设施的措施（管线、屋面、单个楼梯间的电梯）不改变步行，不在其中。 · "
    "What if the facilities of the programme stood: at the site that was chosen; where none was, at a place that is "
    "assumed, the home nearest to the middle of those in the zone whom none serves, with the capacity that the project "
    "file assumes. Measures that open nothing (pipes, roofs, lifts of single staircases) change no way on foot and are "
    "not in it."
)
PLACED: Final = "拟建"
GUESSED: Final = "拟建，位置为假设"


def programme_scenario(found: Planned, sited: Mapping[str, gpd.GeoDataFrame]) -> str | None:
    """Return the scenario in which the facilities of a programme stand, as TOML; None where it opens none.

    A measure opens a facility of the category whose covered share it improves: at the chosen sites of the zone where
    its quantity is a column of sites, else at a place that is assumed.

    Parameters
    ----------
    found : Planned
    sited : mapping of str to GeoDataFrame
        Chosen sites by that column, from `with_sites`.

    Returns
    -------
    str or None
        What `geoprio run PROJECT --scenario FILE` takes.
    """
    rules, opens = found.result.rules, {}
    for measure in found.problem.catalog.measures:
        codes = (e.indicator.removesuffix(SUFFIX) for e in measure.improves if e.indicator.endswith(SUFFIX))
        category = next((c for c in codes if c in rules), None)
        if category is not None:
            opens[measure.code] = measure, category
    done = found.programme.done
    rows = done[done["measure"].isin(list(opens))].sort_values(["zone_id", "measure"], kind="stable")
    entries: list[dict[str, Any]] = []
    for zone, code in zip(rows["zone_id"], rows["measure"], strict=True):
        measure, category = opens[code]
        sites = next((sited[q.column] for q in measure.quantity if q.column in sited), None)
        made = _assumed(found, str(zone), measure, category) if sites is None else _chosen(sites, str(zone))
        named = ({"category": category, "id": f"plan-{zone}-{code}-{n}"} for n in range(1, len(made) + 1))
        entries += [name | values for name, values in zip(named, made, strict=True)]
    if not entries:
        return None
    lines = [
        "# Follows from the programme; geoprio run PROJECT --scenario FILE shows the city with it.",
        f"name = {quoted(NAME.format(n=len(entries)))}",
        f"description = {quoted(ASSUMED)}",
        f"crs = {quoted(found.zones.crs.to_string())}",
    ]
    for values in entries:
        lines += ["", "[[facilities]]", *(f"{key} = {value_text(value)}" for key, value in values.items())]
    return "\n".join(lines) + "\n"


def _chosen(sites: gpd.GeoDataFrame, zone: str) -> list[dict[str, Any]]:
    """Return the facilities at the chosen sites of a zone."""
    out = []
    for site, row in sites[sites["zone_id"] == zone].iterrows():
        name = f"{row['name'] or site}（{PLACED}）"
        values: dict[str, Any] = {"name": name, "x": float(row.geometry.x), "y": float(row.geometry.y)}
        if np.isfinite(capacity := float(row["capacity"])):
            values["capacity"] = capacity
        out.append(values)
    return out


def _assumed(found: Planned, zone: str, measure: Measure, category: str) -> list[dict[str, Any]]:
    """Return the facility at a place that is assumed; none where nobody lives."""
    place = _place(found, zone, category)
    if place is None:
        return []
    name = f"{found.zones.loc[zone, 'name']} {measure.title_zh}（{GUESSED}）"
    return [{"name": name, "x": place[0], "y": place[1]}]


def _place(found: Planned, zone: str, category: str) -> tuple[float, float] | None:
    """Return the home nearest to the middle of those in a zone whom no facility serves; None where nobody lives."""
    table = found.result.buildings
    homes = table[(table["zone_id"] == zone) & (table["use"] != "other")]
    if homes.empty:
        return None
    rule = found.result.rules[category]
    reach = homes[f"{category}_walk_min" if rule.unit == "min" else f"{category}_distance_m"].astype(float)
    served = (reach <= rule.threshold).to_numpy(bool)
    weight = _people(found, homes, category)
    for part in (weight * ~served, weight, np.ones(len(homes))):
        if part.sum() > 0:
            weight = part
            break
    centers = homes.geometry.centroid
    x, y = centers.x.to_numpy(float), centers.y.to_numpy(float)
    middle = (float(weight @ x / weight.sum()), float(weight @ y / weight.sum()))
    at = int(np.argmin(np.hypot(x - middle[0], y - middle[1])))
    return round(float(x[at]), 3), round(float(y[at]), 3)


def _people(found: Planned, homes: pd.DataFrame, category: str) -> Floats:
    """Return whom a category serves in each home, as far as buildings tell."""
    kind = found.result.quality["categories"][category]["demand"]
    if kind not in homes:
        return np.ones(len(homes))
    return np.asarray(np.nan_to_num(homes[kind].to_numpy(float, na_value=np.nan), nan=0.0), np.float64)
