"""Lifts that are installed, and other numbers of people."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geoprio._core.columns import PEOPLE
from geoprio.pipeline.scenario.changes import near_ids

if TYPE_CHECKING:
    import geopandas as gpd

    from geoprio._core.typing import Bools
    from geoprio.city import City
    from geoprio.config.scenario import NewLifts, NewPopulation
    from geoprio.pipeline.scenario.changes import Changes

LIFT = "has_lift"


def install_lifts(city: City, changes: Changes) -> City:
    """Return the city with `has_lift` of some buildings true, which holds against every list and inspection.

    Raises
    ------
    InputError
        If a building or zone is not there, or no building is without a lift.
    """
    if not changes.scenario.lifts:
        return city
    table = city.buildings
    # Yes, no or not known, as inspections have it.
    blank = pd.Series(None, index=table.index, dtype="boolean")
    lift = table[LIFT].astype("boolean") if LIFT in table else blank
    for number, entry in enumerate(changes.scenario.lifts, 1):
        asked = _asked(city, entry, number, changes)
        new = asked & ~lift.fillna(False).to_numpy(bool)  # noqa: FBT003 - not known is no yes
        lift = lift.mask(asked, True)  # noqa: FBT003 - a value of the column
        changes.hit("lifts", number, int(new.sum()), f"{int(new.sum())} buildings get a lift")
    zones = city.zones
    if LIFT in zones:
        whole = zones.index.isin([z for entry in changes.scenario.lifts for z in entry.zones])
        zones = zones.assign(**{LIFT: zones[LIFT].mask(whole, True)})  # noqa: FBT003 - a value of the column
    return dataclasses.replace(city, buildings=table.assign(**{LIFT: lift}), zones=zones)


def _asked(city: City, entry: NewLifts, number: int, changes: Changes) -> Bools:
    table = city.buildings
    for word, given, known in (
        ("building", entry.buildings, table.index),
        ("zone", entry.zones, city.zones.index),
    ):
        _need(given, known, word, "lifts", number, changes)
    homes = table["zone_id"].isin(entry.zones) & table["use"].ne("other")
    return np.asarray(homes | table.index.isin(entry.buildings), bool)


def change_population(city: City, changes: Changes) -> City:
    """Return the city with other numbers of people in its buildings.

    Raises
    ------
    InputError
        If people are not known, a zone is not there, or a total has nobody to grow from.
    """
    table = city.buildings
    for number, entry in enumerate(changes.scenario.population, 1):
        _need(entry.zones, city.zones.index, "zone", "population", number, changes)
        inside = table["zone_id"].isin(entry.zones) if entry.zones else table["zone_id"].notna()
        where = inside.to_numpy(bool) if entry.zones else np.ones(len(table), bool)
        groups = [entry.group] if entry.group else [c for c in PEOPLE if c in table]
        missing = [g for g in groups if g not in table] if groups else list(PEOPLE[:1])
        if missing:
            raise changes.error(
                "population", number, f"{missing[0]} of the buildings is not known; add [population] to the project"
            )
        factor, what = _factor(table, entry, inside.to_numpy(bool), number, changes)
        moved = {g: table[g].astype(float).mask(where, table[g].astype(float) * factor) for g in groups}
        hit = np.zeros(len(table), bool)
        for group, values in moved.items():
            hit |= (values.fillna(0.0) != table[group].astype(float).fillna(0.0)).to_numpy(bool)
        table = table.assign(**moved)
        changes.hit("population", number, int(hit.sum()), what)
        _warn_of_parts(table, number, changes)
    return dataclasses.replace(city, buildings=table)


def _factor(
    table: gpd.GeoDataFrame, entry: NewPopulation, inside: Bools, number: int, changes: Changes
) -> tuple[float, str]:
    """Return what people are multiplied by, and the change in words."""
    who = entry.group or "all groups of people"
    where = f"zones {', '.join(entry.zones)}" if entry.zones else "all buildings"
    if entry.factor is not None:
        return entry.factor, f"{who} times {entry.factor:g} in {where}"
    assert entry.group is not None
    assert entry.total is not None
    now = float(np.nansum(table[entry.group].to_numpy(float)[inside]))
    if not now > 0:
        raise changes.error("population", number, f"nobody is known there in {entry.group}: a total cannot grow from 0")
    return entry.total / now, f"{who} in {where} is {entry.total:g} instead of {now:,.1f}"


def _warn_of_parts(table: gpd.GeoDataFrame, number: int, changes: Changes) -> None:
    """Warn where a group has become more than everybody."""
    for group in PEOPLE[1:]:
        if group in table and PEOPLE[0] in table:
            more = int((table[group] > table[PEOPLE[0]] * (1 + 1e-9)).sum())
            if more:
                changes.findings.warn(
                    "scenario", f"population[{number}]: {group} is more than population in {more} buildings; check both"
                )


def _need(given: tuple[str, ...], known: pd.Index, word: str, part: str, number: int, changes: Changes) -> None:
    ids = [str(k) for k in known]
    there = set(ids)
    for one in given:
        if one not in there:
            raise changes.error(part, number, f"no {word} has the id {one!r}; {near_ids(one, ids)}")
