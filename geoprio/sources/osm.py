"""Read OpenStreetMap PBF and XML with osmium: nodes, ways, and areas from rings and relations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import geopandas as gpd
import osmium
import pandas as pd
import shapely

from geoprio._core.errors import InputError
from geoprio.sources.categories import is_filled

if TYPE_CHECKING:
    from pathlib import Path

    from geoprio._core.findings import Findings

SUFFIXES = (".osm", ".pbf", ".osm.gz", ".osm.bz2", ".osm.xml")
AREA_TYPES = frozenset(("multipolygon", "boundary"))
BROKEN = (RuntimeError, ValueError, IndexError, OverflowError, osmium.InvalidLocationError)
"""What osmium raises on a broken file: its C++ errors come as the nearest of Python's."""
LINES_TOO = frozenset(("edge", "all"))
"""Shapes for which a way may be a line or an area."""

Match = Callable[[Mapping[str, str]], bool]


def is_osm(path: str) -> bool:
    """Return whether a file name is that of an OSM file."""
    return path.lower().endswith(SUFFIXES)


@dataclass(frozen=True)
class Want:
    """Which features a role wants.

    Parameters
    ----------
    role : str
        Stands in the rejects.
    shape : {"area", "line", "any", "edge", "all"}
        Areas, ways as lines, nodes and areas, or what a barrier is (areas where `is_filled`, else lines), without or
        with nodes.
    match : callable
        Tags → whether the feature is wanted.
    triggers : tuple of str
        Keys of which a feature must carry one.
    keys : tuple of str
        Tags that become columns.
    """

    role: str
    shape: Literal["area", "line", "any", "edge", "all"]
    match: Match
    triggers: tuple[str, ...]
    keys: tuple[str, ...]


@dataclass
class _Found:
    ids: list[str] = field(default_factory=list)
    shapes: list[Any] = field(default_factory=list)
    tags: list[dict[str, str]] = field(default_factory=list)
    pending: dict[str, str] = field(default_factory=dict)
    cut: int = 0
    lies: dict[str, tuple[float, float]] = field(default_factory=dict)
    """The first node of ways that are pending, in degrees."""

    def add(self, osm_id: str, shape: object, tags: dict[str, str]) -> None:
        """Keep a feature that could be built; `shape` is its WKB in hexadecimal."""
        self.ids.append(osm_id)
        self.shapes.append(shape)
        self.tags.append(tags)


def scan(path: Path, wants: list[Want], findings: Findings) -> list[gpd.GeoDataFrame]:
    """Read a file once for all `wants`.

    Returns
    -------
    list of GeoDataFrame
        One for each want, in EPSG:4326, in the file's order: columns `id` (n1, w1, r1), one column for each key
        (None where the tag is absent), geometry. What could not be built is in the rejects.

    Raises
    ------
    InputError
        If osmium cannot read the file.
    """
    found = [_Found() for _ in wants]
    try:
        _read(path, wants, found)
    except BROKEN as error:
        roles = ", ".join(want.role for want in wants)
        raise InputError(
            f"[{roles}] {path.name}: not a readable OSM file ({error}); it is broken or cut off: download it again."
        ) from None
    return [_frame(want, got, findings) for want, got in zip(wants, found, strict=True)]


def _read(path: Path, wants: list[Want], found: list[_Found]) -> None:
    # osmium drops what no role can want before Python sees it.
    keys = sorted({key for want in wants for key in want.triggers})
    reader = osmium.FileProcessor(str(path)).with_locations()
    if any(want.shape != "line" for want in wants):
        reader = reader.with_areas()
    factory = osmium.geom.WKBFactory()
    for thing in reader.with_filter(osmium.filter.KeyFilter(*keys)):
        tags = {tag.k: tag.v for tag in thing.tags}
        if isinstance(thing, osmium.osm.Area) and not thing.from_way():
            # osmium takes the type off an area; zones need to tell relations from their pieces.
            tags.setdefault("type", "boundary")
        for want, got in zip(wants, found, strict=True):
            if want.match(tags):
                _take(thing, tags, want, got, factory)


def _take(thing: Any, tags: dict[str, str], want: Want, got: _Found, factory: Any) -> None:  # noqa: ANN401 - osmium has no types
    kind = thing.type_str()
    if kind == "a" and want.shape != "line":
        _take_area(thing, tags, want, got, factory)
    elif kind == "n" and want.shape in {"any", "all"}:
        got.add(f"n{thing.id}", factory.create_point(thing), tags)
    elif kind == "w":
        if want.shape == "line" or (want.shape in LINES_TOO and not (thing.is_closed() and is_filled(tags))):
            _take_line(thing, tags, got, factory)
        elif not thing.is_closed():
            got.pending[f"w{thing.id}"] = "the way is not closed"
        else:
            got.pending[f"w{thing.id}"] = "its ring crosses itself or misses nodes"
        first = next(((n.lon, n.lat) for n in thing.nodes if n.location.valid()), None)
        if first and f"w{thing.id}" in got.pending:
            got.lies[f"w{thing.id}"] = first
    elif kind == "r" and want.shape != "line":
        closed = tags.get("type") in AREA_TYPES
        got.pending[f"r{thing.id}"] = (
            "its rings do not close, cross, or are not all in the file" if closed else "the relation is not an area"
        )


def _take_area(area: Any, tags: dict[str, str], want: Want, got: _Found, factory: Any) -> None:  # noqa: ANN401 - osmium has no types
    from_way = area.from_way()
    wall = want.shape in LINES_TOO and not is_filled(tags) and (from_way or "barrier" in tags)
    if wall and from_way:
        # The way itself was taken as a line.
        return
    try:
        shape = factory.create_multipolygon(area)
    except (RuntimeError, osmium.InvalidLocationError):
        return
    got.add(f"{'w' if from_way else 'r'}{area.orig_id()}", _outline(shape) if wall else shape, tags)


def _outline(shape: str) -> str:
    """Return the rings of an area as lines, in WKB."""
    return str(shapely.to_wkb(shapely.boundary(shapely.from_wkb(shape)), hex=True))


def _take_line(way: Any, tags: dict[str, str], got: _Found, factory: Any) -> None:  # noqa: ANN401 - osmium has no types
    osm_id = f"w{way.id}"
    try:
        got.add(osm_id, factory.create_linestring(way), tags)
    except (RuntimeError, osmium.InvalidLocationError):
        runs = _runs([(n.lon, n.lat) if n.location.valid() else None for n in way.nodes])
        if runs:
            got.cut += 1
            got.add(osm_id, shapely.to_wkb(shapely.MultiLineString(runs), hex=True), tags)
        else:
            got.pending[osm_id] = "fewer than two of its nodes are in the file"


def _runs(points: list[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    """Split a way at the nodes that the extract left out; keep runs of two nodes and more."""
    runs: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        elif not runs[-1] or runs[-1][-1] != point:
            runs[-1].append(point)
    return [run for run in runs if len(run) > 1]


def _frame(want: Want, got: _Found, findings: Findings) -> gpd.GeoDataFrame:
    done = set(got.ids)
    for osm_id, reason in got.pending.items():
        if osm_id not in done:
            findings.reject(want.role, [osm_id], reason, "mend it in OpenStreetMap or in the extract")
    lies = {osm_id: at for osm_id, at in got.lies.items() if osm_id not in done}
    first = gpd.points_from_xy(*zip(*lies.values(), strict=True)) if lies else []
    findings.place(want.role, gpd.GeoSeries(first, index=pd.Index(list(lies), dtype="str"), crs="EPSG:4326"))
    if got.cut:
        findings.info(want.role, f"{got.cut} ways miss some of their nodes in the file: what is left of them is taken")
    data: dict[str, Any] = {"id": pd.Series(got.ids, dtype="str")}
    for key in want.keys:
        data[key] = pd.Series([tags.get(key) for tags in got.tags], dtype="str")
    frame = gpd.GeoDataFrame(data, geometry=shapely.from_wkb(got.shapes), crs="EPSG:4326")
    # The OSM id is what a mapper can look up; it stands in for the row number in every message.
    return frame.set_index(pd.Index(got.ids, dtype="str"))
