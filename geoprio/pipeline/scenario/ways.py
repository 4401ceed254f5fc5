"""New paths, new and opened gates, barriers that are removed."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geoprio._core.errors import InputError
from geoprio._core.findings import Findings
from geoprio.city.barriers import opened_at, removed_at
from geoprio.city.edge import hull_of
from geoprio.city.gates import gate_points, gates_of_zones
from geoprio.city.tables import street_table
from geoprio.config.scenario import NewGate, NewPath, NewPaths
from geoprio.pipeline.scenario.changes import near_ids
from geoprio.pipeline.scenario.joints import joined
from geoprio.sources.layers import read_layers
from geoprio.sources.spec import GatesSpec, StreetsSpec

if TYPE_CHECKING:
    from geoprio.city import City
    from geoprio.pipeline.scenario.changes import Changes


def add_paths(city: City, changes: Changes) -> City:
    """Return the city with new ways, joined to the streets that they meet.

    Raises
    ------
    InputError
        If nobody walks along streets, or a way meets none.
    """
    entries = changes.scenario.paths
    if not entries:
        return city
    if changes.config.straight or changes.config.streets is None:
        raise changes.error("paths", 1, "distances are straight lines: a path changes none; leave it out")
    tables = [_lines(city, entry, number, changes) for number, entry in enumerate(entries, 1)]
    # A line of several parts stands for as many streets.
    parts = [t.explode(index_parts=False, ignore_index=True) for t in (city.streets, *tables)]
    every = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), geometry="geometry", crs=city.crs)
    first, sizes = len(parts[0]), [len(t) for t in parts[1:]]
    connect = np.repeat([float(e.connect_m) for e in entries], sizes)
    lines, joints = joined(every.geometry.to_numpy(), every["bridge"].to_numpy(bool), first, connect)
    begin = 0
    for number, (entry, size) in enumerate(zip(entries, sizes, strict=True), 1):
        _met(entry, joints[begin : begin + size], lines[first + begin : first + begin + size], number, changes)
        begin += size
    streets = every.set_geometry(gpd.GeoSeries(lines, crs=city.crs))
    extent = hull_of(np.array([city.data_extent, *lines[first:]], dtype=object))
    _warn_of_walls(city, every.iloc[first:], changes)
    return dataclasses.replace(city, streets=streets, data_extent=extent)


def _lines(city: City, entry: NewPath | NewPaths, number: int, changes: Changes) -> gpd.GeoDataFrame:
    """Return the ways of an entry within reach, as `street_table` gives them."""
    if isinstance(entry, NewPaths):
        raw = read_layers({"streets": entry}, changes.base, changes.findings)["streets"]
        changes.findings.sources[-1]["role"] = f"scenario paths[{number}]"
        table = street_table(raw, entry, city.crs, changes.findings)
    else:
        raw = changes.drawn(shapely.LineString(entry.coordinates), entry.crs, "paths", number)
        raw = raw.assign(kind=entry.kind, bridge="yes" if entry.bridge else "no")
        spec = StreetsSpec(path=f"scenario: {changes.scenario.name}", kind="kind")
        table = street_table(raw, spec, city.crs, changes.findings)
    near = shapely.intersects(city.reach, table.geometry.to_numpy())
    if not near.any():
        raise changes.error("paths", number, "it lies beyond one catchment from every zone; check coordinates and crs")
    changes.findings.used(f"scenario paths[{number}]", int(near.sum()))
    return table[near].reset_index(drop=True)


def _met(entry: NewPath | NewPaths, joints: np.ndarray, lines: np.ndarray, number: int, changes: Changes) -> None:
    """Record an entry of ways; none of them may lie apart from every street."""
    lost = int((joints == 0).sum())
    if lost:
        which = "it meets" if len(joints) == 1 else f"{lost} of {len(joints)} lines meet"
        raise changes.error(
            "paths", number,
            f"{which} no street within {entry.connect_m:g} m: nobody could walk there; draw it up to a street or raise "
            "connect_m",
        )  # fmt: skip
    metres = float(shapely.length(lines).sum())
    what = f"{len(lines)} new ways of {metres:,.0f} m, joined at {int(joints.sum())} places"
    changes.hit("paths", number, len(lines), what)


def _warn_of_walls(city: City, ways: gpd.GeoDataFrame, changes: Changes) -> None:
    """Warn of new ways that a barrier cuts."""
    if city.barriers is None or not len(city.barriers):
        return
    ground = ways.geometry.to_numpy()[~ways["bridge"].to_numpy(bool)]
    way, _ = shapely.STRtree(city.barriers.to_numpy()).query(ground, predicate="intersects")
    cut = len(np.unique(way))
    if cut:
        text = f"{cut} new ways are cut by a barrier; a gate in [[gates]] or [[barriers]] would open it"
        changes.findings.warn("scenario", text)


def remove_barriers(city: City, changes: Changes) -> City:
    """Return the city without some barriers, or without a part of them.

    Raises
    ------
    InputError
        If there are no barriers there.
    """
    for number, entry in enumerate(changes.scenario.barriers, 1):
        if city.barriers is None or changes.config.straight:
            raise changes.error("barriers", number, "the project has no [barriers] that anybody walks around")
        points = [tuple(p) for p in entry.coordinates]
        shape = shapely.LineString(points) if len(points) > 1 else shapely.Point(points[0])
        frame = changes.drawn(shape, entry.crs, "barriers", number)
        at = frame.to_crs(city.crs).geometry.iloc[0]
        left, hit = removed_at(city.barriers, at, entry.within_m, whole=entry.whole)
        city = dataclasses.replace(city, barriers=left)
        what = f"{hit} pieces of barriers within {entry.within_m:g} m are {'removed' if entry.whole else 'opened'}"
        changes.hit("barriers", number, hit, what)
    return city


def open_gates(city: City, changes: Changes) -> City:
    """Return the city with more gates, at which barriers are open, too.

    A zone without gates is left on every street: a gate of it only opens barriers.

    Raises
    ------
    InputError
        If a gate neither opens a barrier nor belongs to a zone that has gates.
    """
    for number, entry in enumerate(changes.scenario.gates, 1):
        city = _with_gate(city, entry, number, changes)
    return city


def _with_gate(city: City, entry: NewGate | GatesSpec, number: int, changes: Changes) -> City:
    if changes.config.straight:
        raise changes.error("gates", number, "distances are straight lines: a gate changes none; leave it out")
    if isinstance(entry, NewGate):
        if entry.zone is not None and entry.zone not in city.zones.index:
            hint = near_ids(entry.zone, city.zones.index)
            raise changes.error("gates", number, f"no zone has the id {entry.zone!r}; {hint}")
        raw = changes.drawn(shapely.Point(entry.x, entry.y), entry.crs, "gates", number)
        raw = raw.assign(id=entry.id or f"new-gate-{number}", zone=entry.zone)
        spec = GatesSpec(path=f"scenario: {changes.scenario.name}", id="id", zone="zone")
    else:
        raw = read_layers({"gates": entry}, changes.base, changes.findings)["gates"]
        changes.findings.sources[-1]["role"] = f"scenario gates[{number}]"
        spec = entry
    # How many zones have gates was told of those in the project's file.
    own = Findings()
    try:
        points = gate_points(raw, spec, city.reach, city.crs, own)
    except InputError as error:
        raise changes.error("gates", number, str(error).rstrip(".")) from None
    barriers, opened = city.barriers, 0
    if barriers is not None:
        barriers, opened = opened_at(barriers, points.geometry.to_numpy())
    gates, added = city.gates, 0
    if gates is not None:
        new = gates_of_zones(points, raw, spec, city.zones, own)
        new = new[new["zone_id"].isin(gates["zone_id"])]
        twice = new.index.intersection(gates.index)
        if len(twice):
            raise changes.error("gates", number, f"the id {twice[0]!r} is there already; give another")
        gates, added = gpd.GeoDataFrame(pd.concat([gates, new]), geometry="geometry", crs=city.crs), len(new)
    if not (opened or added):
        raise changes.error("gates", number, _why_idle(own))
    changes.findings.used(f"scenario gates[{number}]", len(points))
    what = f"{len(points)} gates: {added} of zones that have gates, {opened} barriers open there"
    changes.hit("gates", number, added + opened, what)
    return dataclasses.replace(city, barriers=barriers, gates=gates)


def _why_idle(own: Findings) -> str:
    rejects = own.rejects()
    beside = f" ({rejects['reason'].iloc[0]})" if len(rejects) else ""
    return (
        f"it opens no barrier and belongs to no zone that has gates{beside}: a zone without gates is left on every "
        "street already; leave it out, or give all gates of the zone in [gates] of the project"
    )
