"""New and closed facilities, and other capacities."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geoprio._core.findings import Findings
from geoprio.city.duplicates import normal_names, without_duplicates
from geoprio.city.facilities import CLOSED, USED, facility_table
from geoprio.city.reach import in_reach
from geoprio.city.zones import assign
from geoprio.config.scenario import NewFacility
from geoprio.pipeline.scenario.changes import near_ids
from geoprio.sources.layers import read_layers
from geoprio.sources.spec import FacilitiesSpec

if TYPE_CHECKING:
    from geoprio._core.typing import Ints
    from geoprio.city import City
    from geoprio.config.scenario import ClosedFacility, NewCapacity
    from geoprio.pipeline.scenario.changes import Changes

DUPLICATE = "duplicate"


def change_facilities(city: City, changes: Changes) -> City:
    """Return the city with facilities closed, changed and added; what counts once is decided anew over all of them.

    Entrances stay with the facilities that have them: a new one is entered at its point.

    Raises
    ------
    InputError
        If a facility is not there, or a new one is there already.
    """
    scenario = changes.scenario
    sites = city.facilities.copy()
    # With the others as they were read, what counts once is decided as if a file had held the changes.
    repeats = sites["duplicate_of"].notna().to_numpy()
    was = sites["status"].copy()
    sites.loc[repeats, "status"] = USED
    for number, shut in enumerate(scenario.close, 1):
        _close(sites, was, shut, number, changes)
    for number, grown in enumerate(scenario.capacity, 1):
        _resize(sites, was, grown, number, changes)
    tables = [_new(city, entry, number, changes) for number, entry in enumerate(scenario.facilities, 1)]
    first = len(changes.config.facilities) + 1
    source = np.repeat([0, *range(first, first + len(tables))], [len(sites), *map(len, tables)]).astype(np.int64)
    # What the sources themselves repeat was told when they were read.
    both = gpd.GeoDataFrame(pd.concat([sites, *tables]), geometry="geometry", crs=city.crs)
    after = without_duplicates(both, source, Findings())
    for number, table in enumerate(tables, 1):
        _added(after[source == first + number - 1], len(table), number, changes)
    ids, _ = assign(city.zones, after.geometry.x.to_numpy(), after.geometry.y.to_numpy())
    after["zone_id"] = ids.to_numpy()
    return dataclasses.replace(city, facilities=after)


def _close(sites: gpd.GeoDataFrame, was: pd.Series, shut: ClosedFacility, number: int, changes: Changes) -> None:
    rows = _rows_of(sites, was, shut, "close", number, changes)
    first = sites.iloc[int(rows[0])]
    column = sites.columns.get_loc("status")
    # The same place in another source closes with it.
    same = sites["duplicate_of"].eq(str(sites.index[rows[0]])) & sites["category"].eq(first["category"])
    every = np.union1d(rows, np.flatnonzero(same.to_numpy()))
    sites.iloc[every, column] = CLOSED
    changes.hit("close", number, len(every), f"{_called(sites, rows[0])} is closed")


def _resize(sites: gpd.GeoDataFrame, was: pd.Series, grown: NewCapacity, number: int, changes: Changes) -> None:
    rows = _rows_of(sites, was, grown, "capacity", number, changes)
    before = sites["capacity"].iloc[rows[0]]
    if before == grown.capacity and not sites["capacity_assumed"].iloc[rows[0]]:
        raise changes.error("capacity", number, f"{_called(sites, rows[0])} has {before:g} already; leave it out")
    sites.iloc[rows, sites.columns.get_loc("capacity")] = grown.capacity
    sites.iloc[rows, sites.columns.get_loc("capacity_assumed")] = False
    what = f"the capacity of {_called(sites, rows[0])} is {grown.capacity:g} instead of {before:g}"
    changes.hit("capacity", number, len(rows), what)


def _rows_of(
    sites: gpd.GeoDataFrame,
    was: pd.Series,
    named: ClosedFacility | NewCapacity,
    part: str,
    number: int,
    changes: Changes,
) -> Ints:
    """Return the rows of the one facility that counts and is named by id, or by name and category."""
    of = np.ones(len(sites), bool)
    if named.category is not None:
        of = sites["category"].eq(named.category).to_numpy(bool)
        if not of.any():
            hint = near_ids(named.category, sites["category"].unique())
            raise changes.error(part, number, f"no facility has the category {named.category!r}; {hint}")
    if named.id is not None:
        found, given, known = of & (sites.index == named.id), named.id, sites.index[of]
        word = "id"
    else:
        assert named.name is not None
        wanted = normal_names(pd.Series([named.name])).iloc[0]
        found = of & normal_names(sites["name"].fillna("")).eq(wanted).to_numpy(bool)
        given, known, word = named.name, sites.loc[of & sites["name"].ne("").to_numpy(), "name"], "name"
    if not found.any():
        raise changes.error(part, number, f"no facility has the {word} {given!r}; {near_ids(given, known)}")
    counts = found & was.eq(USED).to_numpy(bool)
    if not counts.any():
        return _idle(sites, was, found, part, number, changes)
    rows = np.flatnonzero(counts)
    if len(rows) > 1:
        places = ", ".join(f"{sites.index[r]!r} ({sites['category'].iloc[r]})" for r in rows[:5])
        raise changes.error(
            part, number, f"{len(rows)} facilities have the {word} {given!r}; name one by id and category: {places}"
        )
    return rows.astype(np.int64)


def _idle(sites: gpd.GeoDataFrame, was: pd.Series, found: np.ndarray, part: str, number: int, changes: Changes) -> Ints:
    """Raise the reason why a facility that is there does not count."""
    row = int(np.flatnonzero(found)[0])
    if was.iloc[row] == DUPLICATE:
        of = sites["duplicate_of"].iloc[row]
        raise changes.error(part, number, f"{_called(sites, row)} repeats {of!r}, which counts; name that one")
    raise changes.error(part, number, f"{_called(sites, row)} is {was.iloc[row]} already; leave it out")


def _called(sites: gpd.GeoDataFrame, row: int) -> str:
    name = sites["name"].iloc[int(row)]
    return f"{sites['category'].iloc[int(row)]} {str(sites.index[int(row)])!r}{f' ({name})' if name else ''}"


def _new(city: City, entry: NewFacility | FacilitiesSpec, number: int, changes: Changes) -> gpd.GeoDataFrame:
    """Return the facilities of an entry as those of one more source of the project."""
    if entry.category not in city.categories:
        hint = near_ids(entry.category, city.categories)
        text = f"the project has no category {entry.category!r}; {hint}. {first_of(entry.category)}"
        raise changes.error("facilities", number, text.removesuffix("."))
    source = len(changes.config.facilities) + number
    if isinstance(entry, NewFacility):
        return _point(city, entry, number, source, changes)
    role = f"facilities[{source}]"
    raw = read_layers({role: entry}, changes.base, changes.findings)[role]
    table = facility_table(raw, entry, source, city.crs, changes.findings)
    kept = in_reach(table, raw, entry.path, role, "facilities", city.reach, changes.findings)
    changes.findings.used(role, len(kept))
    changes.findings.place(role, raw.geometry)
    return kept


def first_of(category: str) -> str:
    """Return how a project gets a category of which there is no facility yet: its score has to know it beforehand."""
    return (
        f"To plan the first one, add [[facilities]] with category = {category!r} and the path of a CSV that has a "
        "header only (or of the OSM extract)."
    )


def _point(city: City, entry: NewFacility, number: int, source: int, changes: Changes) -> gpd.GeoDataFrame:
    frame = changes.drawn(shapely.Point(entry.x, entry.y), entry.crs, "facilities", number)
    frame = frame.assign(id=entry.id or f"new-{number}", name=entry.name, kind=entry.kind or "unknown")
    default = next(f.capacity_default for f in changes.config.facilities if f.category == entry.category)
    spec = FacilitiesSpec(
        path=f"scenario: {changes.scenario.name}", category=entry.category, id="id", name="name", kind="kind",
        capacity=None if entry.capacity is None else "capacity", capacity_default=default, profile="none",
    )  # fmt: skip
    if entry.capacity is not None:
        frame["capacity"] = str(entry.capacity)
    table = facility_table(frame, spec, source, city.crs, changes.findings)
    if frame["id"].iloc[0] in city.facilities.index[city.facilities["category"] == entry.category]:
        raise changes.error("facilities", number, f"the id {frame['id'].iloc[0]!r} is there already; give another")
    if not shapely.intersects(city.reach, table.geometry.iloc[0]):
        raise changes.error(
            "facilities", number, "it lies beyond one catchment from every zone; check its coordinates and crs"
        )
    return table


def _added(rows: gpd.GeoDataFrame, given: int, number: int, changes: Changes) -> None:
    """Record how many facilities of an entry count."""
    used = rows["status"] == USED
    entry = changes.scenario.facilities[number - 1]
    if isinstance(entry, NewFacility):
        if not used.all():
            of = rows["duplicate_of"].iloc[0]
            raise changes.error(
                "facilities", number, f"{entry.category} {of!r} has its name within 50 m: it is there already"
            )
        assumed = " (assumed)" if rows["capacity_assumed"].iloc[0] else ""
        what = f"new {_called(rows, 0)} with a capacity of {rows['capacity'].iloc[0]:g}{assumed}"
    else:
        idle = given - int(used.sum())
        what = f"{int(used.sum())} new {entry.category} of {entry.path}" + (
            f", {idle} more are closed or there already" if idle else ""
        )
    changes.hit("facilities", number, int(used.sum()), what)
