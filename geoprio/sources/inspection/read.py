"""Read an inspection table: which column asks what, every cell read or set aside, one row for each unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from geoprio._core.errors import InputError
from geoprio._core.files import local_path
from geoprio.sources.aliases import suggest_columns
from geoprio.sources.inspection.answers import counts, either, read_answers, read_choices, read_gaps
from geoprio.sources.inspection.forms import Heading, column_of, find_form, heading_of, known_headings
from geoprio.sources.inspection.management import STATUS_COLUMNS, known_values
from geoprio.sources.inspection.spec import unknown_defects
from geoprio.sources.parsers import Refused, date, floors, plain, year
from geoprio.sources.sheets import read_table
from geoprio.sources.tables import as_ids, as_numbers, as_readings, as_text, as_yes_no, matches, require_columns

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from geoprio._core.findings import Findings
    from geoprio.sources.inspection.forms import Form
    from geoprio.sources.inspection.spec import InspectionSpec
    from geoprio.standards.defects import Defects

PLACES: Final = ("address", "district", "street_committee", "community")
NUMBERS: Final = ("dwellings", "population", "population_60plus", "population_0_2")
READINGS: Final = {"year_built": year, "floors": floors}


@dataclass(frozen=True)
class Inspection:
    """An inspection table as it was read.

    Attributes
    ----------
    of : {"building", "zone"}
        What a row is.
    keys : DataFrame
        Index = row in the file; texts `building` (id or number; missing throughout where rows are zones), `zone` (id or
        name, missing where the table has none), and `address`, `district` … where it has them.
    answers : DataFrame of boolean
        One column for each defect that was asked for: True, it is there; False, it is not; missing, nobody looked.
    gaps : DataFrame of float
        Pieces that are missing, by defect, where the table counts them.
    facts : DataFrame
        `year_built`, `floors`, `has_lift`, people, and the columns with known values, where the table has them.
    report : dict
        For the data-quality report: the form, what column asks what, and how many rows answer.
    """

    of: str
    keys: pd.DataFrame
    answers: pd.DataFrame
    gaps: pd.DataFrame
    facts: pd.DataFrame
    report: dict[str, Any]


def read_inspection(
    spec: InspectionSpec, defects: Defects, base: Path, findings: Findings, role: str = "inspection"
) -> Inspection:
    """Return the inspection that the project file names.

    Parameters
    ----------
    spec : InspectionSpec
    defects : mapping of code to Defect
        From `load_defects`.
    base : Path
        The project's folder.
    findings : Findings
        Takes notes, and rejects: cells that say neither good nor a defect, rows without a unit, double rows.
    role : str
        Names the source in the report.

    Raises
    ------
    InputError, MissingError
        If the file cannot be read, a column or defect is not there, nothing is asked, or nothing tells the units.
    """
    unknown = unknown_defects(spec, defects, role)
    if unknown:
        raise InputError(*unknown)
    path = local_path(base, spec.path, f"[{role}]")
    table = _rows(path, spec, role, findings)
    columns = [str(c) for c in table.columns]
    form = find_form(columns, spec, f"[{role}] {spec.path}")
    keys, when, of = _keys(table, spec, form, role, findings)
    asked = _asked(columns, spec, defects, role)
    facts = _facts(table, spec, form, {*asked, *spec.choices}, role, findings)
    if not asked and not spec.choices and facts.empty:
        raise InputError(
            f"[{role}] {spec.path}: no column asks for a defect that is known; name one in columns = {{roof_fault = "
            f'"…"}}. It has {", ".join(columns)}.'
        )
    answers, gaps = _answers(table, asked, spec, form, role, findings)
    kept = _one_row_each(keys, when, pd.concat([answers, gaps, facts], axis=1), role, findings)
    tally = counts(answers.loc[kept])
    _tell(form, asked, spec, tally, role, findings)
    findings.sources.append(
        {"role": role, "path": spec.path, "layer": spec.sheet, "crs": None, "crs_from": None, "rows": len(table),
         "left_by_where": len(table), "encoding": "as the format says", **findings.decisions.get(role, {})}
    )  # fmt: skip
    report = {
        "path": spec.path, "of": of, "form": form and form.name, "rows": len(table), "units": len(kept),
        "columns": {c: h.defect for c, h in asked.items()}, "answers": tally,
    }  # fmt: skip
    return Inspection(of, keys.loc[kept], answers.loc[kept], gaps.loc[kept], facts.loc[kept], report)


def _rows(path: Path, spec: InspectionSpec, role: str, findings: Findings) -> pd.DataFrame:
    given = [*(c for code in spec.columns for c in spec.columns_of(code) or ()), *spec.missing.values()]
    plain_keys = (spec.building, spec.zone, spec.date, spec.has_lift, *(getattr(spec, c) for c in STATUS_COLUMNS))
    named = [*given, *spec.choices, *spec.where, *(c for c in plain_keys if c)]
    table = read_table(
        path, role, findings, sheet=spec.sheet, encoding=spec.encoding, header_row=spec.header_row,
        wanted=[*named, *known_headings()],
    )  # fmt: skip
    require_columns(table, named, role, spec.path)
    kept: pd.DataFrame = table[matches(table, spec.where)]
    if kept.empty:
        raise InputError(f"[{role}] {spec.path}: where = {spec.where} keeps none of {len(table)} rows.")
    return kept


# -------------------------------------------------------------------------------------------------------------- units


def _keys(
    table: pd.DataFrame, spec: InspectionSpec, form: Form | None, role: str, findings: Findings
) -> tuple[pd.DataFrame, pd.Series, str]:
    """Return what tells the unit of each row, its date as a number, and what a row is."""
    columns = [str(c) for c in table.columns]
    found = suggest_columns(columns)
    sure = {r: s.column for r, s in found.items() if s.certainty == "sure"}
    building = spec.building or column_of(columns, "building")
    zone = spec.zone or next((sure[r] for r in ("name", "id") if r in sure and sure[r] != building), None)
    of = spec.of or (form.of if form else "building" if building else "zone")
    if of == "building" and building is None:
        raise InputError(
            f"[{role}] {spec.path}: no column tells which building a row is; name it with building, or set of = "
            f'"zone". It has {", ".join(columns)}.'
        )
    if of == "zone" and zone is None:
        there = ", ".join(columns)
        raise InputError(
            f"[{role}] {spec.path}: no column tells which zone a row is; name it with zone. It has {there}."
        )
    blank = pd.Series(None, index=table.index, dtype="str")
    keys = pd.DataFrame({"building": as_ids(table[building]) if of == "building" and building else blank})
    keys["zone"] = as_ids(table[zone]) if zone else blank
    for place in PLACES:
        if place in sure and sure[place] not in {zone, building}:
            keys[place] = as_text(table[sure[place]])
    date_column = spec.date or column_of(columns, "date")
    when = _dates(table[date_column], role, findings) if date_column else pd.Series(np.nan, index=table.index)
    told = [f"{what} = {c!r}" for what, c in (("building", building), ("zone", zone), ("date", date_column)) if c]
    findings.info(role, f"a row is a {of}; {', '.join(told)}")
    return keys, when, of


def _dates(values: pd.Series, role: str, findings: Findings) -> pd.Series:
    """Return dates as numbers that grow with time."""
    text = as_text(values)
    known: dict[str, float] = {}
    for cell in text.dropna().unique():
        try:
            y, m, d = date(cell)
        except Refused:
            continue
        known[cell] = 10_000.0 * y + 100 * (m or 0) + (d or 0)
    odd = text.notna() & ~text.isin(list(known))
    findings.reject(
        role, text.index[odd], "not a date; taken as missing", "give a date such as 2024-05-31",
        column=str(values.name), values=text[odd],
    )  # fmt: skip
    return text.map(known).astype(float)


def _one_row_each(keys: pd.DataFrame, when: pd.Series, said: pd.DataFrame, role: str, findings: Findings) -> pd.Index:
    """Return the rows that stand for a unit, one for each; the others are in the rejects."""
    by_building = bool(keys["building"].notna().any())
    nameless = keys["building"].isna() if by_building else keys["zone"].isna()
    findings.reject(
        role, keys.index[nameless], f"nothing tells which {'building' if by_building else 'zone'} it is",
        "give its id, number or name",
    )  # fmt: skip
    rows = keys.loc[~nameless, ["building", "zone"]].fillna("").apply(lambda c: c.map(plain))
    if rows.empty:
        raise InputError(
            f"[{role}] no row tells which building or zone it is; check the columns.",
            *(f"[{role}] {line}" for line in findings.lacks(role)),
        )
    again = rows.duplicated(keep=False)
    kept = {row for _, same in rows[again].groupby(["building", "zone"], sort=False)
            for row in _chosen(list(same.index), when, said, role, findings)}  # fmt: skip
    chosen: pd.Index = rows.index[~again | rows.index.isin(kept)]
    return chosen


def _chosen(rows: list[Any], when: pd.Series, said: pd.DataFrame, role: str, findings: Findings) -> list[Any]:
    """Return which of several rows for one unit holds: the latest, or the one that all others repeat; else none."""
    dates = when[rows]
    latest = [row for row in rows if dates[row] == dates.max()] if dates.notna().all() else rows
    for row in rows:
        if row not in latest:
            findings.reject(role, [row], f"row {latest[0]} is a later inspection of the same", "nothing is to be done")
    texts = said.loc[latest].astype("str").fillna("")
    if len(texts.drop_duplicates()) == 1:
        for row in latest[1:]:
            findings.reject(role, [row], f"the same as row {latest[0]}", "leave it out, or nothing is to be done")
        return latest[:1]
    others = ", ".join(str(row) for row in latest)
    findings.reject(
        role, latest, f"rows {others} are of the same unit and differ; none is used",
        "leave one of them, or give a date",
    )  # fmt: skip
    return []


# ------------------------------------------------------------------------------------------------------------ answers


def _asked(columns: list[str], spec: InspectionSpec, defects: Defects, role: str) -> dict[str, Heading]:
    """Return what each column asks: those that the project file names, else those with known headings."""
    asked: dict[str, Heading] = {}
    for code in spec.columns:
        for column in spec.columns_of(code) or ():
            known = heading_of(column, defects)
            if column in asked:
                other = asked[column].defect
                raise InputError(f"[{role}] columns: {column!r} asks for {other} and for {code}; name it once.")
            fits = known is not None and known.defect == code
            asked[column] = known if known and fits else Heading(code, None)
    asked |= {column: Heading(code, None, counts=True) for code, column in spec.missing.items()}
    for column in columns:
        known = heading_of(column, defects)
        if column not in asked and column not in spec.choices and known and not _settled(known, spec):
            asked[column] = known
    idle = sorted({*spec.yes, *spec.codes} - {h.defect for h in asked.values()})
    if idle:
        raise InputError(f"[{role}] yes, codes: no column asks for {idle[0]!r}; name it in columns, or leave it out.")
    return asked


def _settled(known: Heading, spec: InspectionSpec) -> bool:
    """Return whether the project file names the columns for what a known heading asks."""
    return (known.counts and known.defect in spec.missing) or spec.columns_of(known.defect) is not None


def _answers(
    table: pd.DataFrame,
    asked: dict[str, Heading],
    spec: InspectionSpec,
    form: Form | None,
    role: str,
    findings: Findings,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the answers and the missing pieces, by defect; of several columns one that names the defect is enough."""
    parts: list[tuple[str, pd.Series]] = []
    gaps = pd.DataFrame(index=table.index)
    for column, heading in asked.items():
        code = heading.defect
        codes = spec.codes.get(code) or (form.codes.get(code) if form else None)
        if heading.counts:
            found, gaps[code] = read_gaps(table[column], role, findings)
        else:
            yes = spec.yes.get(code, heading.yes)
            found = read_answers(table[column], yes, codes, role, findings, both_ways=heading.both_ways)
        parts.append((code, found))
    for column, options in spec.choices.items():
        chosen = read_choices(table[column], options, spec.separator, role, findings)
        parts += [(str(code), chosen[code]) for code in chosen]
    out = pd.DataFrame(index=table.index)
    for code, found in parts:
        out[code] = either(out[code], found) if code in out else found
    return out, gaps


def _facts(
    table: pd.DataFrame, spec: InspectionSpec, form: Form | None, taken: Iterable[str], role: str, findings: Findings
) -> pd.DataFrame:
    """Return what the table says of its units beside defects."""
    columns = [str(c) for c in table.columns]
    sure = {r: s.column for r, s in suggest_columns(columns).items() if s.certainty == "sure"}
    out = pd.DataFrame(index=table.index)
    used = set(taken)
    for what, read in READINGS.items():
        if what in sure:
            said = as_readings(table[sure[what]], read, role, sure[what], findings)
            out[what] = said["value"]
            if what == "year_built":
                out["year_low"], out["year_high"] = said["low"], said["high"]
    for what in NUMBERS:
        if what in sure:
            out[what] = as_numbers(table[sure[what]], role, sure[what], findings)
    lift = spec.has_lift or sure.get("has_lift")
    if lift and lift not in used:
        out["has_lift"] = as_yes_no(table[lift], role, lift, findings)
    for what in STATUS_COLUMNS:
        column = getattr(spec, what) or column_of(columns, what)
        if column and column not in used:
            codes = form.meanings.get(what) if form else None
            out[what] = known_values(table[column], what, role, findings, codes)
    return out


def _tell(
    form: Form | None,
    asked: dict[str, Heading],
    spec: InspectionSpec,
    tally: dict[str, dict[str, int]],
    role: str,
    findings: Findings,
) -> None:
    """Say which form and which columns were taken, and how much was answered."""
    if form:
        trust = "" if form.verified is True else "; its codes are not from an official text"
        how = "asked for" if spec.form else "found by the columns"
        findings.info(role, f"{form.title}, {how}{trust}")
    by_name = [f"{c!r} = {h.defect}" for c, h in asked.items() if c not in _named(spec)]
    if by_name:
        findings.info(role, f"columns known by their names: {', '.join(by_name)}")
    for code, n in tally.items():
        surveyed, total = n["defect"] + n["good"], sum(n.values())
        have = f"{code}: {n['defect']} of {surveyed} surveyed have it"
        findings.info(role, f"{have}; {n['unknown']} of {total} not surveyed")


def _named(spec: InspectionSpec) -> set[str]:
    return {*(c for code in spec.columns for c in spec.columns_of(code) or ()), *spec.missing.values()}
