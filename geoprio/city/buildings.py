"""From the columns of a file of footprints to the buildings of the city."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geoprio._core.columns import BUILDING_NUMBERS
from geoprio._core.errors import InputError
from geoprio.city.shapes import tidy
from geoprio.city.tables import indexed, row_ids
from geoprio.sources.closures import today
from geoprio.sources.layers import BUILDING_TAGS
from geoprio.sources.osm import is_osm
from geoprio.sources.parsers import YES, floors, number, plain, year
from geoprio.sources.schemas import NO_SCHEMA, PLAIN, building_columns
from geoprio.sources.tables import as_numbers, as_readings, as_text, require_columns

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    from pyproj import CRS

    from geoprio._core.findings import Findings
    from geoprio.sources.parsers import Reading
    from geoprio.sources.schemas import BuildingSchema
    from geoprio.sources.spec import BuildingsSpec

    Held = dict[str, list[str]]

ROLE = "buildings"
MOST_FLOORS = 150
"""No house has more storeys; more are taken as a slip of the pen."""
HEIGHTS_M = (2.0, 1000.0)
"""Lowest and highest height of a house."""
LONGEST_YEAR = 9999
FIRST_YEAR = 1000
"""Earlier years are taken as a slip of the pen."""


def building_table(raw: gpd.GeoDataFrame, spec: BuildingsSpec, crs: CRS, findings: Findings) -> gpd.GeoDataFrame:
    """Return the buildings of a file.

    The columns are those that the project file names, else those of geoprio's own names, else those of the schema that
    the file has (`geoprio/sources/schemas.toml`). Where floors are not known and the height is, they are the height
    divided by `floor_height_m`, rounded, at least 1.

    Returns
    -------
    GeoDataFrame
        Index `building_id`; `use`, the numbers that the file has, `floors_assumed` (floors come from the height) where
        heights are known, the point `x`, `y`, geometry. Values that cannot be true are missing and in the rejects.

    Raises
    ------
    InputError
        If a column that the project file names is not there, or an id stands twice.
    """
    chosen = [c for c in spec.columns.model_dump().values() if c]
    require_columns(raw, [spec.id, *chosen], ROLE, spec.path)
    schema, held = _columns(raw, spec, findings)
    ids = row_ids(raw, spec.id, "b", ROLE, findings)
    frame = tidy(_sure(raw, spec, schema, held, findings), "building", crs, ROLE, findings)
    out = frame[["geometry"]].copy()
    out["use"] = _uses(frame, schema, held)
    for name in BUILDING_NUMBERS:
        if name in held:
            out[name] = _filled(frame, name, held[name], schema, findings, osm=is_osm(spec.path))
    if "height" in held:
        out = _with_floors_of_height(out, _filled(frame, "height", held["height"], schema, findings), spec, findings)
    centroids = out.geometry.centroid
    out["x"], out["y"] = centroids.x, centroids.y
    return indexed(out, ids, "building_id", ROLE, spec.path)


def _columns(raw: gpd.GeoDataFrame, spec: BuildingsSpec, findings: Findings) -> tuple[BuildingSchema, Held]:
    """Return the schema of a file and which columns hold what, and say so."""
    if is_osm(spec.path):
        if spec.profile not in {None, "osm", NO_SCHEMA}:
            raise InputError(f"[{ROLE}] {spec.path}: profile = {spec.profile!r} has no meaning for an OSM file.")
        named = {k: v for k, v in spec.columns.model_dump().items() if v}
        return PLAIN, {field: [column] for field, column in {**BUILDING_TAGS, **named}.items()}
    columns = [str(c) for c in raw.columns if c != "geometry"]
    schema, held = building_columns(columns, spec)
    chosen = {c for c in spec.columns.model_dump().values() if c}
    found = {field: names for field, names in held.items() if names != [field] and not chosen.issuperset(names)}
    if schema is not PLAIN or found:
        how = "asked for" if spec.profile else "found by the columns"
        taken = ", ".join(f"{field} = {' / '.join(names)}" for field, names in found.items()) or "no column"
        trust = "" if schema.verified is True else "; names and codes not verified"
        findings.info(ROLE, f"{schema.title_en}, {how}: {taken}{trust}")
    return schema, held


def _sure(
    raw: gpd.GeoDataFrame, spec: BuildingsSpec, schema: BuildingSchema, held: Held, findings: Findings
) -> gpd.GeoDataFrame:
    """Return the rows of which the provider is sure enough; those without a confidence are kept."""
    if "confidence" not in held:
        if spec.min_confidence is not None:
            raise InputError(
                f"[{ROLE}] {spec.path}: min_confidence needs a column of confidence, as Google and Microsoft give it; "
                "leave it out."
            )
        return raw
    given = pd.to_numeric(raw[held["confidence"][0]], errors="coerce").astype(float)
    given = given.mask(given.isin(schema.unknown.get("confidence", ())))
    if spec.min_confidence is None:
        if given.notna().any():
            findings.info(ROLE, f"confidence {given.min():.2f} to {given.max():.2f}, median {given.median():.2f}")
        return raw
    low = (given < spec.min_confidence).to_numpy()
    findings.info(
        ROLE, f"{int(low.sum())} of {len(raw)} footprints have a confidence below {spec.min_confidence:g}: left out"
    )
    return raw[~low]


def _uses(frame: pd.DataFrame, schema: BuildingSchema, held: Held) -> pd.Series:
    uses = pd.Series(None, index=frame.index, dtype="str")
    for column in held.get("use", ()):
        words = as_text(frame[column])
        known = {word: schema.use_of(word) for word in words.dropna().unique()}
        found = words.map(known).astype("str")
        # The next column speaks where this one says nothing.
        uses = uses.mask(uses.isna() | uses.eq("unknown"), found.where(found.notna(), uses))
    for column in held.get("underground", ()):
        uses = uses.mask(as_text(frame[column]).str.lower().isin(YES), "other")
    return uses.fillna("unknown")


def _filled(
    frame: pd.DataFrame,
    field: str,
    columns: list[str],
    schema: BuildingSchema,
    findings: Findings,
    *,
    osm: bool = False,
) -> pd.Series:
    """Return the numbers of a field from the first column that has them, row by row."""
    numbers = pd.Series(np.nan, index=frame.index)
    for column in columns:
        values = frame[column]
        if field in schema.unknown:
            values = values.mask(pd.to_numeric(values, errors="coerce").isin(schema.unknown[field]))
        if osm and field == "year_built":
            values = as_text(values).str.extract(r"^(\d{4})", expand=False)
        gaps = numbers.isna()
        if field in PLAUSIBLE:
            read = _plausible(values[gaps], field, column, findings)
        else:
            read = as_numbers(values[gaps], ROLE, column, findings)
        numbers[gaps] = read
    return numbers


def _height(text: str) -> Reading:
    """Return a height in metres, with or without the unit."""
    return number(plain(text).lower().removesuffix("m").removesuffix("米").strip())


def _limits(field: str) -> tuple[float, float]:
    if field == "year_built":
        return FIRST_YEAR, float(today()[:4])
    return HEIGHTS_M if field == "height" else (np.nextafter(0.0, 1.0), MOST_FLOORS)


PLAUSIBLE: dict[str, tuple[Callable[[str], Reading], str]] = {
    "floors": (floors, "give the number of storeys above ground, or leave it blank"),
    "height": (_height, "give the height in metres, or leave it blank"),
    "year_built": (year, "give a year such as 1985, or leave it blank"),
}
"""How text is read, and what to do about what cannot be true."""


def _plausible(values: pd.Series, field: str, column: str, findings: Findings) -> pd.Series:
    """Return numbers that can be true; the rest is missing and in the rejects."""
    read, mend = PLAUSIBLE[field]
    low, high = _limits(field)
    text = as_text(values)
    numbers = pd.to_numeric(text, errors="coerce").astype(float)
    numbers = numbers.mask(~np.isfinite(numbers))
    # A whole date is a number too, but no year: the parser knows it.
    odd = text.notna() & (numbers.isna() | ((field == "year_built") & (numbers > LONGEST_YEAR)))
    if odd.any():
        said = as_readings(text[odd], read, ROLE, column, findings)
        numbers[odd] = said["value"]
        spans = said["approximate"]
        if spans.any():
            first = text[odd][spans].iloc[0]
            findings.info(
                ROLE, f"column {column}: {int(spans.sum())} values, such as {first!r}, name no one number: their middle"
            )
    below, above = numbers < low, numbers > high
    under = "not above zero" if field == "floors" else f"below {low:g}, which is not plausible"
    for bad, reason in ((below, under), (above, f"above {high:g}, which is not plausible")):
        findings.reject(ROLE, text.index[bad], f"{reason}; taken as missing", mend, column=column, values=text[bad])
    return numbers.mask(below | above)


def _with_floors_of_height(
    out: gpd.GeoDataFrame, height: pd.Series, spec: BuildingsSpec, findings: Findings
) -> gpd.GeoDataFrame:
    known = out["floors"] if "floors" in out else pd.Series(np.nan, index=out.index)
    assumed = known.isna() & height.notna()
    if assumed.any():
        findings.info(
            ROLE,
            f"floors of {int(assumed.sum())} of {len(out)} buildings come from their height, {spec.floor_height_m:g} m "
            "for a floor: column floors_assumed",
        )
    if height.notna().any() or "floors" in out:
        # Rounded half up: 4.5 m are 2 floors of 3 m.
        out["floors"] = known.mask(assumed, np.maximum(np.floor(height / spec.floor_height_m + 0.5), 1.0))
        out["floors_assumed"] = assumed
    return out
