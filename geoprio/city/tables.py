"""From the columns of a file to the columns of the city, each role by its contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from geoprio._core.columns import BUILDING_NUMBERS, ZONE_TYPE_ALIASES, ZONE_TYPES
from geoprio._core.errors import InputError
from geoprio.city.shapes import inner_points, tidy
from geoprio.sources.categories import BIG_ROADS, BRIDGE_KEYS, NO_BRIDGE, STEPS, building_use, osm_kind
from geoprio.sources.layers import BUILDING_TAGS
from geoprio.sources.osm import is_osm
from geoprio.sources.tables import as_numbers, as_text, as_yes_no, require_columns

if TYPE_CHECKING:
    import geopandas as gpd
    from pyproj import CRS

    from geoprio._core.findings import Findings
    from geoprio.sources.spec import BuildingsSpec, FacilitiesSpec, StreetsSpec, ZonesSpec


def building_table(raw: gpd.GeoDataFrame, spec: BuildingsSpec, crs: CRS, findings: Findings) -> gpd.GeoDataFrame:
    """Return buildings with index `building_id`, `use`, the numbers that the file has, `x`, `y` and geometry."""
    role, osm = "buildings", is_osm(spec.path)
    chosen = {k: v for k, v in spec.columns.model_dump().items() if v}
    require_columns(raw, [spec.id, *chosen.values()], role, spec.path)
    columns = {**(BUILDING_TAGS if osm else _same_names(raw, ("use", *BUILDING_NUMBERS))), **chosen}
    ids = row_ids(raw, spec.id, "b", role, findings)
    frame = tidy(raw, "building", crs, role, findings)
    out = frame[["geometry"]].copy()
    uses = as_text(frame[columns["use"]]) if "use" in columns else pd.Series(None, index=frame.index, dtype="str")
    known = {value: building_use(value) for value in uses.dropna().unique()}
    out["use"] = uses.map(known).astype("str").fillna("unknown")
    for name in BUILDING_NUMBERS:
        if name in columns:
            values = frame[columns[name]]
            if osm and name == "year_built":
                values = as_text(values).str.extract(r"^(\d{4})", expand=False)
            positive = name in {"floors", "year_built"}
            out[name] = as_numbers(values, role, columns[name], findings, above_zero=positive)
    centroids = out.geometry.centroid
    out["x"], out["y"] = centroids.x, centroids.y
    return indexed(out, ids, "building_id", role, spec.path)


def facility_table(
    raw: gpd.GeoDataFrame, spec: FacilitiesSpec, number: int, crs: CRS, findings: Findings
) -> gpd.GeoDataFrame:
    """Return facilities: index `facility_id`, `category`, `kind`, `name`, `capacity`, `capacity_assumed`, `source`."""
    role = f"facilities[{number}]"
    require_columns(raw, [spec.id, spec.name, spec.kind, spec.capacity], role, spec.path)
    ids = row_ids(raw, spec.id, f"f{number}-", role, findings)
    frame = tidy(raw, "any", crs, role, findings)
    out = frame[["geometry"]].copy()
    out = out.set_geometry(inner_points(out.geometry.to_numpy()), crs=crs)
    out["category"] = spec.category
    if spec.kind:
        out["kind"] = as_text(frame[spec.kind]).fillna("unknown")
    elif is_osm(spec.path):
        tags = frame.drop(columns="geometry").to_dict("records")
        out["kind"] = [osm_kind(spec.category, {k: v for k, v in t.items() if isinstance(v, str)}) for t in tags]
    else:
        out["kind"] = "unknown"
    name = spec.name or ("name" if "name" in frame else None)
    out["name"] = as_text(frame[name]).fillna("") if name else ""
    out["capacity"] = as_numbers(frame[spec.capacity], role, spec.capacity, findings) if spec.capacity else float("nan")
    out["capacity_assumed"] = out["capacity"].isna()
    out["capacity"] = out["capacity"].fillna(1.0)
    out["source"] = spec.path
    return indexed(out, ids, "facility_id", role, spec.path)


def zone_table(raw: gpd.GeoDataFrame, spec: ZonesSpec, crs: CRS, findings: Findings) -> gpd.GeoDataFrame:
    """Return zones with index `zone_id`, `name`, `zone_type`, and `eligible` and `year_built` where asked for."""
    role = "zones"
    kind_column = None if isinstance(spec.type, str) else spec.type.column
    eligible_column = spec.eligible.column if spec.eligible else None
    require_columns(raw, [spec.id, spec.name, kind_column, eligible_column, spec.year_built], role, spec.path)
    ids = row_ids(raw, spec.id, "z", role, findings)
    frame = tidy(raw, "polygon", crs, role, findings)
    out = frame[["geometry"]].copy()
    name = spec.name or ("name" if "name" in frame else None)
    out["name"] = as_text(frame[name]) if name else None
    out["name"] = out["name"].astype("str").fillna(ids[out.index])
    words = as_text(frame[kind_column]) if kind_column else pd.Series(str(spec.type), index=frame.index, dtype="str")
    out["zone_type"] = _zone_types(words, role, findings)
    if eligible_column:
        out["eligible"] = as_yes_no(frame[eligible_column], role, eligible_column, findings)
    if spec.year_built:
        out["year_built"] = as_numbers(frame[spec.year_built], role, spec.year_built, findings, above_zero=True)
    return indexed(out, ids, "zone_id", role, spec.path)


def street_table(raw: gpd.GeoDataFrame, spec: StreetsSpec, crs: CRS, findings: Findings) -> gpd.GeoDataFrame:
    """Return street lines with their `kind` (class, for drawing) and, as booleans, `steps`, `major` and `bridge`.

    Stairs and big roads are known by the OSM words of their class; bridges and tunnels by columns of these names, or
    by the class.
    """
    require_columns(raw, [spec.kind], "streets", spec.path)
    frame = tidy(raw, "line", crs, "streets", findings)
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


def _same_names(frame: pd.DataFrame, names: tuple[str, ...]) -> dict[str, str]:
    return {name: name for name in names if name in frame}


def row_ids(raw: pd.DataFrame, column: str | None, prefix: str, role: str, findings: Findings) -> pd.Series:
    """Return the id of each row as text: the column, else `id`, else prefix and row number."""
    column = column or ("id" if "id" in raw else None)
    numbered = pd.Series([f"{prefix}{row}" for row in raw.index], index=raw.index, dtype="str")
    if column is None:
        findings.info(role, "no id column: ids are row numbers, so runs of changed files cannot be compared")
        return numbered
    ids = as_text(raw[column])
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
