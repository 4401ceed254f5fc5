"""From the rows of a source to the facilities of one category."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geoprio._core.errors import InputError
from geoprio.city.shapes import inner_points, tidy
from geoprio.city.tables import row_ids
from geoprio.sources.capacities import capacities
from geoprio.sources.categories import osm_kind
from geoprio.sources.classes import DOUBT, KIND, NAME
from geoprio.sources.closures import closed, note_closed
from geoprio.sources.osm import is_osm
from geoprio.sources.sizes import sizes
from geoprio.sources.tables import as_text, require_columns

if TYPE_CHECKING:
    import geopandas as gpd
    from pyproj import CRS

    from geoprio._core.findings import Findings
    from geoprio.sources.spec import FacilitiesSpec

SAME_PLACE_M = 1.0
"""Facilities of one id stand for one place if they are within this distance."""
USED, CLOSED = "used", "closed"
EMPTY = "[]"
"""What map services write where a field is empty."""


def facility_table(
    raw: gpd.GeoDataFrame, spec: FacilitiesSpec, number: int, crs: CRS, findings: Findings
) -> gpd.GeoDataFrame:
    """Return the facilities of a source.

    Returns
    -------
    GeoDataFrame
        Index `facility_id` (an id may stand twice at one place: overlapping downloads hold rows twice); `category`,
        `kind`, `name`, `capacity`, `capacity_assumed`, `area_m2` and `land_m2` where named, `status` (`used` or
        `closed`), `doubt` (why the row may not be of the category; empty: no doubt), `source`, point.

    Raises
    ------
    InputError
        If a column that the project file names is not there, or an id stands for two places.
    """
    role = f"facilities[{number}]"
    named = [spec.id, spec.name, spec.kind, spec.capacity, spec.area, spec.land, spec.status]
    require_columns(raw, named, role, spec.path)
    raw = _without_empty_lists(raw)
    ids = row_ids(raw, spec.id, f"f{number}-", role, findings)
    frame = _of_kinds(tidy(raw, "any", crs, role, findings), spec, role, findings)
    out = frame[["geometry"]].copy()
    out = out.set_geometry(inner_points(out.geometry.to_numpy()), crs=crs)
    out["category"] = spec.category
    out["kind"] = _kinds(frame, spec)
    out["name"] = _names(frame, spec)
    out["capacity"], out["capacity_assumed"] = capacities(frame, spec, role, findings)
    out = out.assign(**sizes(frame, spec, role, findings))
    why = closed(frame, spec, role, findings)
    note_closed(why, out["name"], role, findings)
    out["status"] = np.where(why.ne(""), CLOSED, USED)
    out["doubt"] = frame.get(DOUBT, "")
    out["source"] = spec.path
    return _indexed(out, ids, role, spec.path)


def _without_empty_lists(raw: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    texts = [c for c in raw.columns if pd.api.types.is_string_dtype(raw[c]) and raw[c].eq(EMPTY).any()]
    return raw.assign(**{str(c): raw[c].mask(raw[c].eq(EMPTY)) for c in texts}) if texts else raw


def _kinds(frame: gpd.GeoDataFrame, spec: FacilitiesSpec) -> pd.Series:
    if spec.kind:
        return as_text(frame[spec.kind]).fillna("unknown")
    if KIND in frame:
        return as_text(frame[KIND]).fillna("unknown")
    if not is_osm(spec.path):
        return pd.Series("unknown", index=frame.index, dtype="str")
    tags = frame.drop(columns="geometry").to_dict("records")
    kinds = [osm_kind(spec.category, {k: v for k, v in t.items() if isinstance(v, str)}) for t in tags]
    return pd.Series(kinds, index=frame.index, dtype="str")


def _of_kinds(frame: gpd.GeoDataFrame, spec: FacilitiesSpec, role: str, findings: Findings) -> gpd.GeoDataFrame:
    """Return the rows of the kinds that the project file asks for."""
    if not spec.kinds:
        return frame
    kinds = _kinds(frame, spec)
    kept = kinds.isin(spec.kinds)
    others = ", ".join(f"{kind} {n}" for kind, n in kinds[~kept].value_counts().sort_index().items())
    text = f"{int(kept.sum())} of {len(kept)} are {' or '.join(spec.kinds)}; left out: {others or 'none'}"
    (findings.info if kept.any() else findings.warn)(role, text)
    return frame[kept.to_numpy()]


def _names(frame: gpd.GeoDataFrame, spec: FacilitiesSpec) -> pd.Series:
    name = spec.name or next((c for c in (NAME, "name") if c in frame), None)
    return as_text(frame[name]).fillna("") if name else pd.Series("", index=frame.index, dtype="str")


def _indexed(frame: gpd.GeoDataFrame, ids: pd.Series, role: str, path: str) -> gpd.GeoDataFrame:
    """Return the rows (index = row in the file) under their ids; one id may stand twice at one place only."""
    own = ids[frame.index]
    first = own.drop_duplicates()
    at = pd.Series(first.index, index=first.to_numpy())[own.to_numpy()].to_numpy()
    points = frame.geometry
    away = np.hypot(points.x.to_numpy() - points.x[at].to_numpy(), points.y.to_numpy() - points.y[at].to_numpy())
    apart = away > SAME_PLACE_M
    if apart.any():
        i = int(np.flatnonzero(apart)[0])
        raise InputError(
            f"[{role}] {path}: id {own.iloc[i]!r} stands in rows {at[i]} and {own.index[i]}, {away[i]:.0f} m apart "
            f"({int(apart.sum())} rows repeat an id elsewhere); ids must be unique: name another id column or mend the "
            "file."
        )
    return frame.set_axis(pd.Index(own.to_numpy(), dtype="str", name="facility_id"))
