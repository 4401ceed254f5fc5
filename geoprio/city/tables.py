"""From the columns of a file to the columns of the city, each role by its contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from geoprio._core.columns import ZONE_TYPE_ALIASES, ZONE_TYPES
from geoprio._core.errors import InputError
from geoprio.city.shapes import tidy
from geoprio.sources.aliases import suggest_columns
from geoprio.sources.categories import BIG_ROADS, BRIDGE_KEYS, NO_BRIDGE, STEPS
from geoprio.sources.osm import is_osm
from geoprio.sources.parsers import year
from geoprio.sources.tables import as_ids, as_readings, as_text, as_yes_no, require_columns

if TYPE_CHECKING:
    from pyproj import CRS

    from geoprio._core.findings import Findings
    from geoprio.sources.spec import StreetsSpec, ZonesSpec

PLACES = ("address", "district", "street_committee", "community")
"""What a zone may say of where it is."""

LARGEST_WHOLE = 2.0**53
"""From here on a float does not hold every whole number."""


def zone_table(raw: gpd.GeoDataFrame, spec: ZonesSpec, crs: CRS, findings: Findings) -> gpd.GeoDataFrame:
    """Return zones with index `zone_id`, `name`, `zone_type`, and `eligible` and `year_built` where asked for.

    Address, district and the like are there where columns have their names: a list of compounds is joined by them.
    Points of a list become circles, with `outline`.
    """
    role = "zones"
    kind_column = None if isinstance(spec.type, str) else spec.type.column
    eligible_column = spec.eligible.column if spec.eligible else None
    require_columns(
        raw, [spec.id, spec.name, kind_column, eligible_column, spec.year_built, spec.safety_gate], role, spec.path
    )
    ids = row_ids(raw, spec.id, "z", role, findings)
    frame = tidy(raw, "building" if spec.x else "polygon", crs, role, findings)
    out = frame[["geometry"]].copy()
    if spec.x:
        # A list of points has no outlines.
        out = out.set_geometry(out.geometry.buffer(spec.point_radius_m)).assign(outline="circle")
        circles = f"{len(out)} circles of {spec.point_radius_m:g} m stand for the zones of the list"
        findings.warn(role, f"no outlines: {circles}")
    for place, suggestion in suggest_columns(str(c) for c in frame.columns).items():
        if place in PLACES and suggestion.certainty == "sure":
            out[place] = as_text(frame[suggestion.column])
    name = spec.name or ("name" if "name" in frame else None)
    out["name"] = as_text(frame[name]) if name else None
    out["name"] = out["name"].astype("str").fillna(ids[out.index])
    words = as_text(frame[kind_column]) if kind_column else pd.Series(str(spec.type), index=frame.index, dtype="str")
    out["zone_type"] = _zone_types(words, role, findings)
    if eligible_column:
        out["eligible"] = as_yes_no(frame[eligible_column], role, eligible_column, findings)
    if spec.safety_gate:
        out["safety_gate"] = as_yes_no(frame[spec.safety_gate], role, spec.safety_gate, findings)
    if spec.year_built:
        out["year_built"] = as_readings(frame[spec.year_built], year, role, spec.year_built, findings)["value"]
    return indexed(out, ids, "zone_id", role, spec.path)


def street_table(raw: gpd.GeoDataFrame, spec: StreetsSpec, crs: CRS, findings: Findings) -> gpd.GeoDataFrame:
    """Return street lines with their `kind` (class, for drawing) and, as booleans, `steps`, `major` and `bridge`.

    Stairs and big roads are known by the OSM words of their class; bridges and tunnels by columns of these names, or
    by the class.

    Raises
    ------
    InputError
        If no row is a line that can be used.
    """
    require_columns(raw, [spec.kind], "streets", spec.path)
    frame = tidy(raw, "line", crs, "streets", findings)
    if frame.empty:
        raise InputError(f"[streets] {spec.path}: none of {len(raw)} rows is a line; check the file, layer and where.")
    column = spec.kind or next((c for c in ("highway", "kind") if c in frame), None)
    out = frame[["geometry"]].copy()
    out["kind"] = as_text(frame[column]).fillna("") if column else pd.Series("", index=frame.index, dtype="str")
    words = (as_text(frame["highway"]).fillna("") if is_osm(spec.path) else out["kind"]).str.lower()
    out["steps"] = words == STEPS
    out["major"] = words.isin(BIG_ROADS)
    out["bridge"] = words.isin(BRIDGE_KEYS)
    for key in BRIDGE_KEYS:
        if key in frame:
            out["bridge"] |= ~as_text(frame[key]).fillna("").str.lower().isin(NO_BRIDGE)
    return out.reset_index(drop=True)


def no_streets(crs: CRS) -> gpd.GeoDataFrame:
    """Return what `street_table` would of no line at all."""
    flags = {name: pd.Series(dtype=bool) for name in ("steps", "major", "bridge")}
    return gpd.GeoDataFrame({"kind": pd.Series(dtype="str"), **flags}, geometry=[], crs=crs)


def _zone_types(words: pd.Series, role: str, findings: Findings) -> pd.Series:
    types = words.replace(ZONE_TYPE_ALIASES).fillna("other")
    bad = ~types.isin(ZONE_TYPES)
    if bad.any():
        findings.reject(
            role,
            words.index[bad],
            "not a zone type; taken as other",
            f"use {', '.join(ZONE_TYPES)}",
            column="type",
            values=words[bad],
        )
        findings.warn(
            role, f"{int(bad.sum())} zones have an unknown type, such as {words[bad].iloc[0]!r}: taken as other"
        )
    return types.mask(bad, "other").astype("str")


def row_ids(raw: pd.DataFrame, column: str | None, prefix: str, role: str, findings: Findings) -> pd.Series:
    """Return the id of each row as text: the column, else `id`, else prefix and row number.

    Raises
    ------
    InputError
        If the ids are numbers so long that the file cannot have kept all their digits.
    """
    column = column or ("id" if "id" in raw else None)
    numbered = pd.Series([f"{prefix}{row}" for row in raw.index], index=raw.index, dtype="str")
    if column is None:
        findings.info(role, "no id column: ids are row numbers, so runs of changed files cannot be compared")
        return numbered
    numbers = raw[column]
    if pd.api.types.is_float_dtype(numbers) and (numbers.abs() >= LARGEST_WHOLE).any():
        raise InputError(
            f"[{role}] column {column!r} holds numbers of more than 15 digits, such as {numbers.abs().max():.15g}: "
            "their last digits are lost; save ids as text."
        )
    ids = as_ids(raw[column])
    findings.reject(
        role, ids.index[ids.isna()], "no id; the row number stands in", "give every row an id", column=column
    )
    return ids.fillna(numbered)


def indexed(frame: gpd.GeoDataFrame, ids: pd.Series, name: str, role: str, path: str) -> gpd.GeoDataFrame:
    """Return the rows (index = row in the file) under their ids.

    Raises
    ------
    InputError
        If an id stands twice.
    """
    own = ids[frame.index]
    twice = own[own.duplicated(keep=False)]
    if len(twice):
        first = twice.iloc[0]
        rows = ", ".join(str(r) for r in twice.index[twice == first][:5])
        raise InputError(
            f"[{role}] {path}: id {first!r} stands in rows {rows} ({twice.nunique()} ids stand more than once); "
            "ids must be unique: name another id column or mend the file."
        )
    return frame.set_axis(pd.Index(own.to_numpy(), dtype="str", name=name))
