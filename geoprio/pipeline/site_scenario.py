"""The scenario that opens the chosen sites."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

import pandas as pd

from geoprio.config import Scenario
from geoprio.config.draft.toml_text import quoted, value_text
from geoprio.indicators.registry import category_titles

if TYPE_CHECKING:
    import geopandas as gpd

    from geoprio.outputs.result import Result
    from geoprio.pipeline.running import Walked


def scenario_text(chosen: gpd.GeoDataFrame, asked: dict[str, Any], before: Result, walked: Walked) -> str:
    """Return the scenario that opens the chosen sites, as TOML."""
    zh, en = category_titles(asked["category"])
    name = f"{zh}新增 {len(chosen)} 处 · {len(chosen)} new sites of {en}"
    lines = [
        "# Sites chosen by geoprio; geoprio run PROJECT --scenario FILE shows the city with them.",
        f"name = {quoted(name)}",
        f"description = {quoted('for ' + before.project['project']['name'])}",
        f"crs = {quoted(walked.city.crs.to_string())}",
    ]
    for site_id, row in chosen.iterrows():
        # Two rooms of one name side by side would count as one.
        called = f"{row['name']} ({site_id})" if row["name"] else str(site_id)
        values: dict[str, Any] = {
            "category": asked["category"], "id": f"site-{site_id}", "name": called,
            "x": float(row.geometry.x), "y": float(row.geometry.y),
        }  # fmt: skip
        if row["kind"]:
            values["kind"] = row["kind"]
        if pd.notna(row["capacity"]):
            values["capacity"] = float(row["capacity"])
        lines += ["", "[[facilities]]", *(f"{key} = {value_text(value)}" for key, value in values.items())]
    return "\n".join(lines) + "\n"


def scenario_of(text: str) -> Scenario:
    """Return what `scenario_text` gave as a scenario."""
    return Scenario.model_validate(tomllib.loads(text))
