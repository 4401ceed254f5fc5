"""Two projects, or a project and a scenario, compared; their change split into supply and demand by exact re-runs."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geoprio._core.errors import InputError
from geoprio._core.findings import Findings
from geoprio.effect import Change, compare, run_of
from geoprio.effect.measured import city_value, weights_of
from geoprio.effect.recount import people
from geoprio.effect.split import shapley_parts
from geoprio.indicators import building_access, zone_indicators
from geoprio.pipeline.running import run_walked

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from geoprio._core.typing import Progress
    from geoprio.config import Scenario
    from geoprio.effect.measured import Measured
    from geoprio.outputs.result import Result
    from geoprio.pipeline.running import Walked


@dataclass(frozen=True)
class Effect:
    """Before and after, compared and split.

    Attributes
    ----------
    before, after : Result
    change : Change
    city : DataFrame
        Index `code`, every indicator of a category; `before`, `after`, `people_before_supply_after`,
        `people_after_supply_before` (re-runs), `change`, and `supply` and `demand`, which sum to it; over the zones
        known in all four.
    zones : DataFrame
        Index (`code`, `zone_id`); the same by zone, NaN where one of the four is not known.
    """

    before: Result
    after: Result
    change: Change
    city: pd.DataFrame
    zones: pd.DataFrame


def split_effect(
    before: str | Path,
    after: str | Path | None = None,
    *,
    scenario: Scenario | str | Path | None = None,
    allow: Iterable[str] = (),
    progress: Progress | None = None,
) -> Effect:
    """Run a project before and after, and the people of each with the facilities and streets of the other.

    In contrast to the split of `geoprio.effect.compare`, which rests on the tables of two runs, buildings may come and
    go, and floating-catchment supply, for which people compete, is split too.

    Parameters
    ----------
    before : str or Path
        The project file.
    after : str or Path, optional
        That of the run after; default: the same, with the scenario.
    scenario : Scenario, str or Path, optional
        What is different after.
    allow : iterable of str
        As for `geoprio.effect.compare`.
    progress : callable, optional
        Told the name of each stage as it begins.

    Raises
    ------
    InputError
        If neither another project nor a scenario is given, or the runs cannot be compared or mixed.
    MissingError
        If a file is not there.
    """
    if after is None and scenario is None:
        raise InputError("name a project file for the run after, or a scenario; a project does not differ from itself.")
    sides = (
        run_walked(before, progress=progress),
        run_walked(before if after is None else after, scenario=scenario, progress=progress),
    )
    runs = [run_of(side[0], name) for side, name in zip(sides, ("before", "after"), strict=True)]
    change = compare(*runs, allow=allow)
    walked = [side[1] for side in sides]
    _check(walked)
    tell = progress or (lambda _: None)
    tell("access")
    tables = {
        "before": _mixed(walked[0], walked[0], walked[0]),
        "after": _mixed(walked[1], walked[1], walked[0]),
        "people_before_supply_after": _mixed(walked[0], walked[1], walked[0]),
        "people_after_supply_before": _mixed(walked[1], walked[0], walked[0]),
    }
    old, new = (people(run)[0] for run in runs)
    lives = {"before": old, "after": new, "people_before_supply_after": old, "people_after_supply_before": new}
    city, zones = _split(tables, lives, change)
    return Effect(sides[0][0], sides[1][0], change, city, zones)


def _check(walked: list[Walked]) -> None:
    """Check that buildings of one side can stand in the city of the other."""
    one, two = walked
    problems = []
    if one.city.crs != two.city.crs:
        problems.append("the working CRSs differ; name the same [project] crs in both projects.")
    if not one.city.zones.index.equals(two.city.zones.index):
        problems.append("the zones differ; the split by re-runs needs the same zones in both projects.")
    if problems:
        raise InputError(*problems)


def _mixed(homes: Walked, supply: Walked, rules: Walked) -> pd.DataFrame:
    """Return the indicators of the buildings and people of one side with the facilities and ways of another.

    Parameters
    ----------
    homes, supply : Walked
    rules : Walked
        Whose thresholds and settings hold: the same for all four.
    """
    study, findings = rules.study, Findings()
    categories = tuple(c for c in supply.city.categories if c in homes.demand and c in study.rules)
    city = dataclasses.replace(supply.city, buildings=homes.city.buildings, categories=categories)
    demand = {c: homes.demand[c] for c in categories}
    access = building_access(city, supply.network, demand, study.rules, study.config.access, findings)
    return zone_indicators(city, access, demand, study.rules, study.config.access, findings)


def _split(
    tables: Mapping[str, pd.DataFrame], lives: Mapping[str, pd.Series], change: Change
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the parts of every indicator of a category, for all zones and by zone."""
    rows, parts = {}, {}
    for code, what in change.measures.items():
        if not what.category or any(code not in table for table in tables.values()):
            continue
        by_zone = pd.DataFrame({name: table[code].astype(float) for name, table in tables.items()})
        known = by_zone.index[by_zone.notna().all(axis=1)]
        rows[code] = {name: indicator_value(table, lives[name], known, what, change) for name, table in tables.items()}
        parts[code] = shapley_parts(by_zone)
    city = pd.DataFrame.from_dict(rows, orient="index", columns=None if rows else list(tables)).rename_axis("code")
    names = ["code", "zone_id"]
    return shapley_parts(city), pd.concat(parts, names=names) if parts else pd.DataFrame()


def indicator_value(table: pd.DataFrame, lives: pd.Series, known: pd.Index, what: Measured, change: Change) -> float:
    """Return the value of all known zones of one of the four tables, weighted by the people in it."""
    if known.empty:
        return np.nan
    run = dataclasses.replace(change.before, zones=table)
    weights = weights_of(run, what, lives).reindex(known).fillna(0.0)
    return city_value(table.loc[known, what.code].astype(float), weights, what)
