"""Give each building its people: from rasters, totals, dwellings or shares."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geoprio._core.errors import InputError
from geoprio.city.homes import MANY, Residents, are_homes, home_weights, reported, residents
from geoprio.city.rasters import from_rasters
from geoprio.city.totals import from_totals
from geoprio.sources.population import HALF, ROLE, takes_half
from geoprio.standards import Assumption, load_assumptions

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from geoprio._core.findings import Findings
    from geoprio.city.model import City
    from geoprio.sources.spec import PopulationSpec

PERSONS = "persons_per_dwelling"
SHARES = {"population_60plus": "share_60plus", "population_0_2": "share_0_2"}
"""The assumption, and the key of the project file, that gives a group."""


def add_population(city: City, spec: PopulationSpec, base: Path, findings: Findings) -> City:
    """Return the city with `population` and groups of its buildings filled in.

    What the buildings file itself says stands, unless the project file says `override`. People beyond the city's reach
    do not count.

    Parameters
    ----------
    city : City
    spec : PopulationSpec
    base : Path
        The project's folder.
    findings : Findings
        Takes notes, and what could not be placed.

    Returns
    -------
    City
        A new one; its `people` holds the figures for the report.

    Raises
    ------
    InputError, MissingError
        If a file cannot be used, or what the section needs is not known of the buildings.
    """
    table = city.buildings
    weight, words = home_weights(table)
    assumed = _assumed(spec)
    found: dict[str, Residents] = {}
    if spec.rasters:
        found = from_rasters(city, weight, spec, base, findings)
    elif spec.by_totals:
        found = from_totals(city, weight, spec, base, findings)
    elif spec.persons_per_dwelling is not None:
        persons = assumed[ROLE].value if ROLE in assumed else spec.persons_per_dwelling
        found = {ROLE: _from_dwellings(table, float(persons), findings)}
    columns = {column: _merged(column, table, what, findings, override=spec.override) for column, what in found.items()}
    people = columns.get(ROLE, table.get(ROLE))
    for column, share in _shares(spec, assumed).items():
        if people is None:
            raise InputError(f"[{ROLE}] {SHARES[column]}: a share of whom? Give path or {PERSONS} too.")
        part = people.to_numpy(float) * share
        found[column] = residents(part, f"{share:g} × population", float(np.nansum(part)))
        columns[column] = _merged(column, table, found[column], findings, override=spec.override)
    _note(assumed, columns, people, findings)
    homes, unknown = int(are_homes(table).sum()), int((table["use"] == "unknown").sum())
    shared = bool(spec.files)
    if shared:
        findings.info(ROLE, f"{homes} homes ({unknown} of unknown use, taken as homes) share people by {words}")
    report = {
        "homes": homes,
        "homes_of_unknown_use": unknown,
        "shared_out_by": words if shared else "",
        "columns": {column: what.figures for column, what in found.items()},
        "assumptions": [{"column": column, **a.model_dump(mode="json")} for column, a in assumed.items()],
    }
    return dataclasses.replace(city, buildings=table.assign(**columns), people=report)


def _assumed(spec: PopulationSpec) -> dict[str, Assumption]:
    """Return the shipped assumptions that the project file asks for, by the column that they give."""
    names = {}
    if spec.persons_per_dwelling == "default":
        names[ROLE] = PERSONS
    for column, name in SHARES.items():
        if spec.shares and getattr(spec, name) is None and column not in (*spec.rasters, *spec.totals):
            names[column] = name
        elif takes_half(column, spec.rasters.get(column, ())):
            names[column] = HALF
    shipped = load_assumptions() if names else {}
    return {column: shipped[name] for column, name in names.items()}


def _shares(spec: PopulationSpec, assumed: dict[str, Assumption]) -> dict[str, float]:
    """Return the share of the people for each group that only a share gives."""
    shares = {column: getattr(spec, name) for column, name in SHARES.items()}
    shares |= {column: a.value for column, a in assumed.items() if a.name in SHARES.values()}
    return {column: float(share) for column, share in shares.items() if share is not None}


def _from_dwellings(table: gpd.GeoDataFrame, persons: float, findings: Findings) -> Residents:
    if "dwellings" not in table:
        raise InputError(
            f"[{ROLE}] {PERSONS}: the buildings have no dwellings; name the column with [buildings] "
            'columns = {dwellings = "…"}.'
        )
    home = are_homes(table)
    people = np.where(home, table["dwellings"].to_numpy(float) * persons, 0.0)
    unknown = int(np.isnan(people).sum())
    if unknown:
        text = f"{unknown} of {int(home.sum())} homes have no number of dwellings: their people are not known"
        (findings.warn if unknown > MANY * home.sum() else findings.info)(ROLE, text)
    return residents(people, f"{persons:g} × dwellings", float(np.nansum(people)))


def _merged(
    column: str, table: gpd.GeoDataFrame, found: Residents, findings: Findings, *, override: bool
) -> pd.Series[Any]:
    """Return the column of the buildings: their own numbers first, or last where the project file says `override`."""
    new = pd.Series(found.people, index=table.index)
    if column in table:
        own = table[column].astype(float)
        both = own.notna() & new.notna()
        if both.any():
            what = "replaced (override = true)" if override else "kept (override = true would replace them)"
            sums = f"{own[both].sum():,.1f} people, where [{ROLE}] gives {new[both].sum():,.1f}"
            findings.info(column, f"the numbers that {int(both.sum())} buildings have of their own are {what}: {sums}")
        found.figures["buildings_with_own"] = int(own.notna().sum())
        new = new.fillna(own) if override else own.fillna(new)
    found.figures["homes_unknown"] = int((new.isna() & are_homes(table)).sum())
    found.figures["in_buildings"] = reported(float(new.sum()))
    return new


def _note(
    assumed: dict[str, Assumption],
    columns: dict[str, pd.Series[Any]],
    people: pd.Series[Any] | None,
    findings: Findings,
) -> None:
    """Say what was assumed, and warn of groups that are more than everyone."""
    for column, a in assumed.items():
        if a.name == HALF:
            findings.info(column, f"assumed: {a.value:g} is the {a.title_en} ({a.source})")
        else:
            findings.info(
                column, f"{a.value:g} is the {a.title_en}, by default ({a.source}; not verified): state your own"
            )
    for column, values in columns.items():
        if people is not None and column != ROLE and values.sum() > people.sum():
            findings.warn(column, f"{values.sum():,.1f} people in the group, {people.sum():,.1f} in all: check both")
