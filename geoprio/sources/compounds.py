"""Read a list of compounds: which column is which, in which unit, and every value read or set aside."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from geoprio._core.errors import InputError
from geoprio._core.files import local_path
from geoprio.sources.aliases import suggest_columns, unit_factor
from geoprio.sources.parsers import AREAS, MONEY, area, floors, money, plain, year
from geoprio.sources.sheets import read_table
from geoprio.sources.tables import as_ids, as_numbers, as_readings, as_text, as_yes_no, matches, require_columns
from geoprio.sources.vector import list_points

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from geoprio._core.findings import Findings
    from geoprio.sources.spec import CompoundsSpec

ROLE: Final = "compounds"

KEYS: Final = ("id", "name", "address")
"""Any of them tells which compound a row is; so do coordinates."""
TEXTS: Final = (
    *("district", "street_committee", "community", "structure", "ownership", "property_management"),
    *("owners_committee", "renewal_class", "renewal_content"),
)
COUNTS: Final = ("dwellings", "buildings", "units", "population", "population_60plus", "population_0_2")
M2_PER_DWELLING: Final = (10.0, 1000.0)
"""Floor area per dwelling beyond which a value is not believed: geoprio's own, wide bounds (lists have 60 to 90)."""
LEAST_M2: Final = 200.0
"""Where no unit and no dwellings are known, m² are believed if the median floor area is at least this."""
MOST_M2: Final = 3e7
"""Floor area beyond which no compound is believed, even if its dwellings are not known: geoprio's own."""
CHECK_AREA: Final = "check the unit of the area, and the dwellings"


@dataclass(frozen=True)
class CompoundList:
    """A list of compounds as it was read.

    Attributes
    ----------
    table : DataFrame
        Index = row in the file. Texts `id`, `name`, `address` (columns that the list has not are all missing) and
        others; numbers `year_built`, `year_built_low`, `year_built_high`, `floors`, `dwellings` …; booleans
        `has_lift` and `approximate` (the year, the floors or the area name no single number).
    values : tuple of str
        Columns of `table` that the list has, beside the keys.
    points : GeoSeries or None
        Where rows lie, for those with coordinates.
    """

    table: pd.DataFrame
    values: tuple[str, ...]
    points: gpd.GeoSeries | None


def read_compounds(spec: CompoundsSpec, base: Path, findings: Findings) -> CompoundList:
    """Return the list that the project file names.

    Parameters
    ----------
    spec : CompoundsSpec
    base : Path
        The project's folder.

    Raises
    ------
    InputError, MissingError
        If the file cannot be read, a column is not there, or nothing tells which compound a row is.
    """
    path = local_path(base, spec.path, f"[{ROLE}]")
    named = {role: name for role, name in spec.columns.model_dump().items() if name}
    wanted = [*named.values(), *spec.where, *(c for c in (spec.x, spec.y) if c)]
    table = read_table(
        path, ROLE, findings, sheet=spec.sheet, encoding=spec.encoding, header_row=spec.header_row, wanted=wanted
    )
    require_columns(table, wanted, ROLE, spec.path)
    kept = table[matches(table, spec.where)]
    if kept.empty:
        raise InputError(f"[{ROLE}] {spec.path}: where = {spec.where} keeps none of {len(table)} rows.")
    columns = _columns(kept, spec, findings)
    if not any(key in columns for key in KEYS) and spec.x is None:
        there = ", ".join(str(c) for c in kept.columns)
        raise InputError(
            f'[{ROLE}] {spec.path}: no column tells which compound a row is; name one in columns = {{name = "…"}}, or '
            f"give x, y and crs. It has {there}."
        )
    points = _points(kept, spec, findings)
    rows = _identified(kept, columns, points, spec, findings)
    findings.sources.append(
        {"role": ROLE, "path": spec.path, "layer": spec.sheet, "crs": spec.crs, "crs_from": spec.crs and "project",
         "encoding": "as the format says", "rows": len(table), "left_by_where": len(kept),
         **findings.decisions.get(ROLE, {})}
    )  # fmt: skip
    values = _values(rows, columns, spec, findings)
    here = points[points.index.isin(rows.index)] if points is not None else None
    return CompoundList(values, tuple(str(c) for c in values if c not in KEYS), here)


def _columns(table: pd.DataFrame, spec: CompoundsSpec, findings: Findings) -> dict[str, str]:
    """Return the column of each role: those that the project file names, else those with names beyond doubt."""
    given = spec.columns.model_dump()
    taken = {name for name in (*given.values(), spec.x, spec.y) if name}
    chosen = {role: name for role, name in given.items() if name}
    unsure = []
    found = suggest_columns(str(c) for c in table.columns if c not in taken)
    for role, suggestion in found.items():
        if role not in given or given[role] is not None:
            continue
        if suggestion.certainty == "sure":
            chosen[role] = suggestion.column
        else:
            unsure.append(f"{role}: {suggestion.column} ({suggestion.why})")
    by_name = ", ".join(f"{role} = {name!r}" for role, name in chosen.items() if given[role] is None)
    if by_name:
        findings.info(ROLE, f"columns known by their names: {by_name}")
    if unsure:
        findings.info(ROLE, f"columns not taken, for they are not sure; name them in columns: {'; '.join(unsure)}")
    if spec.x is None and {"lng", "lat"} <= found.keys():
        at = f"{found['lng'].column!r} and {found['lat'].column!r}"
        findings.info(ROLE, f"it has coordinates in {at}: with x, y and crs rows are joined by where they lie, too")
    return chosen


def _points(table: pd.DataFrame, spec: CompoundsSpec, findings: Findings) -> gpd.GeoSeries | None:
    if spec.x is None or spec.y is None:
        return None
    given = table[table[spec.x].notna() | table[spec.y].notna()]
    if given.empty:
        raise InputError(f"[{ROLE}] {spec.path}: no row has coordinates in {spec.x!r} and {spec.y!r}.")
    points = list_points(given[list(dict.fromkeys((spec.x, spec.y)))].copy(), spec, ROLE, findings).geometry
    return points[points.notna()]


def _identified(
    table: pd.DataFrame, columns: dict[str, str], points: gpd.GeoSeries | None, spec: CompoundsSpec, findings: Findings
) -> pd.DataFrame:
    """Return the rows that say which compound they are, each once."""
    known = pd.Series(False, index=table.index)  # noqa: FBT003 - a column of falses
    for key in KEYS:
        if key in columns:
            known |= as_text(table[columns[key]]).notna()
    if points is not None:
        known |= table.index.isin(points.index)
    findings.reject(
        ROLE, table.index[~known], "nothing tells which compound it is", "give its name, id, address or coordinates"
    )
    rows = table.loc[known]
    if rows.empty:
        where = f"[{ROLE}] {spec.path}"
        raise InputError(
            f"{where}: no row says which compound it is; check the columns.",
            *(f"{where}: {line}" for line in findings.lacks(ROLE)),
        )
    used = list(dict.fromkeys([*columns.values(), *(c for c in (spec.x, spec.y) if c)]))
    same = rows[used].fillna("").apply(lambda column: column.map(plain))
    again = same.duplicated()
    firsts = same.assign(_row=same.index).groupby(used, sort=False)["_row"].transform("first")
    for row in rows.index[again]:
        findings.reject(ROLE, [row], f"the same as row {firsts[row]}", "leave it out, or nothing is to be done")
    once: pd.DataFrame = rows[~again]
    return once


def _values(rows: pd.DataFrame, columns: dict[str, str], spec: CompoundsSpec, findings: Findings) -> pd.DataFrame:
    """Return every column of the list that has a role, read."""
    out = pd.DataFrame(index=rows.index)
    for key in KEYS:
        blank = pd.Series(None, index=rows.index, dtype="str")
        out[key] = (as_ids if key == "id" else as_text)(rows[columns[key]]) if key in columns else blank
    for role in TEXTS:
        if role in columns:
            out[role] = as_text(rows[columns[role]])
    for role in COUNTS:
        if role in columns:
            out[role] = as_numbers(rows[columns[role]], ROLE, columns[role], findings)
    if "has_lift" in columns:
        out["has_lift"] = as_yes_no(rows[columns["has_lift"]], ROLE, columns["has_lift"], findings)
    return _readings(rows, columns, spec, out, findings)


def _readings(
    rows: pd.DataFrame, columns: dict[str, str], spec: CompoundsSpec, out: pd.DataFrame, findings: Findings
) -> pd.DataFrame:
    """Add the years, floors, areas and sums of money, and whether one of the first three names no single number."""
    approximate = pd.Series(False, index=rows.index)  # noqa: FBT003 - a column of falses
    if "year_built" in columns:
        years = as_readings(rows[columns["year_built"]], year, ROLE, columns["year_built"], findings)
        out["year_built"], out["year_built_low"], out["year_built_high"] = years["value"], years["low"], years["high"]
        approximate |= years["approximate"]
    if "floors" in columns:
        storeys = as_readings(rows[columns["floors"]], floors, ROLE, columns["floors"], findings)
        out["floors"] = storeys["value"]
        approximate |= storeys["approximate"]
    if "area_m2" in columns:
        out["area_m2"], about = _areas(rows[columns["area_m2"]], spec, out.get("dwellings"), findings)
        approximate |= about
    if "investment" in columns:
        name = columns["investment"]
        factor = (
            MONEY[plain(spec.units.investment).lower()] if spec.units.investment else unit_factor(name, "investment")
        )
        out["investment_cny"] = as_readings(rows[name], partial(money, factor=factor), ROLE, name, findings)["value"]
    if "year" in columns:
        out["renewal_year"] = as_readings(rows[columns["year"]], year, ROLE, columns["year"], findings)["value"]
    if {"year_built", "floors", "area_m2"} & columns.keys():
        out["approximate"] = approximate
    return out


def _areas(
    values: pd.Series, spec: CompoundsSpec, dwellings: pd.Series | None, findings: Findings
) -> tuple[pd.Series, pd.Series]:
    """Return floor areas in m², and which of them are approximate; a unit that nobody says is never guessed."""
    name = str(values.name)
    factor = AREAS[plain(spec.units.area_m2).lower()] if spec.units.area_m2 else unit_factor(name, "area_m2")
    if factor is None:
        factor = _factor_of_plain(values, dwellings, findings)
    read = as_readings(values, partial(area, factor=factor), ROLE, name, findings)
    metres = read["value"]
    if dwellings is not None:
        each = metres / dwellings.where(dwellings > 0)
        odd = each.notna() & ~each.between(*M2_PER_DWELLING)
        findings.reject(
            ROLE, metres.index[odd],
            f"not between {M2_PER_DWELLING[0]:g} and {M2_PER_DWELLING[1]:g} m² per dwelling; taken as missing",
            CHECK_AREA, column=name, values=as_text(values)[odd],
        )  # fmt: skip
        metres = metres.mask(odd)
    vast = metres > MOST_M2
    findings.reject(
        ROLE, metres.index[vast], "not a number of a size that occurs; taken as missing", CHECK_AREA,
        column=name, values=as_text(values)[vast],
    )  # fmt: skip
    metres = metres.mask(vast)
    return metres, read["approximate"] & metres.notna()


def _factor_of_plain(values: pd.Series, dwellings: pd.Series | None, findings: Findings) -> float | None:
    """Return 1 where plain numbers without a unit are believable as m²; None where they are not, with a warning."""
    numbers = pd.to_numeric(as_text(values), errors="coerce").astype(float)
    if numbers.isna().all():
        return None
    name = str(values.name)
    each = numbers / dwellings.where(dwellings > 0) if dwellings is not None else pd.Series(np.nan, index=values.index)
    if each.notna().any():
        middle = float(np.nanmedian(each))
        believed, evidence = (
            M2_PER_DWELLING[0] <= middle <= M2_PER_DWELLING[1],
            f"{middle:.3g} per dwelling in the median",
        )
    else:
        middle = float(np.nanmedian(numbers))
        believed, evidence = middle >= LEAST_M2, f"{middle:.6g} in the median"
    if believed:
        findings.info(ROLE, f"{name} names no unit: taken as m² ({evidence})")
        return 1.0
    findings.warn(ROLE, f'{name} names no unit and is not m² ({evidence}); set units = {{area_m2 = "万㎡"}} if it is')
    return None
