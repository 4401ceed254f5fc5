"""From totals of zones or street committees to people by building."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geoprio._core.errors import InputError
from geoprio.city.homes import MANY, Residents, residents
from geoprio.city.shapes import tidy
from geoprio.city.zones import assign
from geoprio.sources.population import ROLE, read_totals
from geoprio.sources.tables import as_ids, as_numbers

if TYPE_CHECKING:
    from pathlib import Path

    from geoprio._core.findings import Findings
    from geoprio._core.typing import Floats, Ints
    from geoprio.city.model import City
    from geoprio.sources.spec import PopulationSpec


@dataclass(frozen=True)
class Shared:
    """Totals shared out to buildings.

    Attributes
    ----------
    people : ndarray of float, shape (buildings,)
        NaN where the area, or its total, is not known.
    unplaced, exceeding : ndarray of float, shape (areas,)
        People for whom there is no building; and by how much the buildings' own numbers exceed the total.
    """

    people: Floats
    unplaced: Floats
    exceeding: Floats


def from_totals(
    city: City, weight: Floats, spec: PopulationSpec, base: Path, findings: Findings
) -> dict[str, Residents]:
    """Return the people of each building, by column, so that they sum to the total of their area.

    Buildings that have a number of their own keep it, unless the project file says `override`; the others share the
    rest.

    Parameters
    ----------
    city : City
    weight : ndarray of float, shape (buildings,)
        As `home_weights` gives it.
    spec : PopulationSpec
    base : Path
        The project's folder.
    findings : Findings
        Takes notes, and the people of areas without a home.

    Raises
    ------
    InputError, MissingError
        As `totals_by_area` does.
    """
    totals, area, shapes = totals_by_area(city, spec, base, findings)
    found = {}
    for column in spec.totals:
        kept = column in city.buildings and not spec.override
        own = city.buildings[column].to_numpy(float) if kept else None
        shared = share_out(totals[column].to_numpy(float), area, weight, own)
        total, unplaced = float(np.nansum(totals[column])), float(shared.unplaced.sum())
        _note(column, totals, shared, total, shapes, findings)
        found[column] = residents(shared.people, f"{spec.path}, {spec.totals[column]}", total, 0.0, unplaced)
    return found


def _note(
    column: str, totals: pd.DataFrame, shared: Shared, total: float, shapes: gpd.GeoSeries, findings: Findings
) -> None:
    """Say how many people were placed, list areas without a home, and name those whose buildings say more."""
    unplaced = float(shared.unplaced.sum())
    left = np.flatnonzero(shared.unplaced > 0)
    findings.reject(
        column,
        totals.index[left],
        "people of an area in which no home lacks a number: unplaced",
        "add the homes that are missing, or give their use",
        column=column,
        values=[f"{p:.9g}" for p in shared.unplaced[left]],
        at=shapes.iloc[left],
    )
    text = f"{total:,.1f} people of {int(totals[column].notna().sum())} areas: {total - unplaced:,.1f} placed"
    (findings.warn if unplaced > MANY * total else findings.info)(column, f"{text}, {unplaced:,.1f} unplaced")
    over = np.flatnonzero(shared.exceeding > 1e-6 * total)
    if len(over):
        some = ", ".join(totals.index[over[:5]]) + (", …" if len(over) > 5 else "")
        findings.warn(
            column,
            f"in {len(over)} areas ({some}) the buildings' own numbers exceed the total, by "
            f"{shared.exceeding.sum():,.1f} people; they stand (override = true takes the total)",
        )


def share_out(totals: Floats, area: Ints, weight: Floats, own: Floats | None = None) -> Shared:
    """Return the people of each building, so that they sum to the total of their area.

    Parameters
    ----------
    totals : ndarray of float, shape (areas,)
        NaN where not known.
    area : ndarray of int, shape (buildings,)
        Position of the building's area, -1 for none.
    weight : ndarray of float, shape (buildings,)
        0 for buildings without people.
    own : ndarray of float, shape (buildings,), optional
        Numbers that stand; the others share what is left. NaN where there is none.
    """
    own = np.full(len(area), np.nan) if own is None else own
    count, inside = len(totals), area >= 0
    given = inside & np.isfinite(own)
    stated = np.bincount(area[given], own[given], minlength=count)
    known = np.isfinite(totals)
    rest = np.where(known, np.maximum(np.nan_to_num(totals) - stated, 0.0), 0.0)
    free = np.where(inside & ~given, weight, 0.0)
    all_free = np.bincount(area[inside], free[inside], minlength=count)
    part = np.divide(free, all_free[area], out=np.zeros(len(area)), where=all_free[area] > 0)
    people = np.where(inside & known[area], part * rest[area], np.nan)
    people[given] = own[given]
    exceeding = np.where(known, np.maximum(stated - np.nan_to_num(totals), 0.0), 0.0)
    return Shared(people, np.where(all_free > 0, 0.0, rest), exceeding)


def totals_by_area(
    city: City, spec: PopulationSpec, base: Path, findings: Findings
) -> tuple[pd.DataFrame, Ints, gpd.GeoSeries]:
    """Return the totals of each area by column, and the area of each building.

    Returns
    -------
    totals : DataFrame
        Index: the zone's id, or the row of the polygon; NaN where not known. Of a polygon that lies partly beyond the
        city's reach, the part of its people that its area within reach has.
    area : ndarray of int, shape (buildings,)
        Position in `totals`, -1 for none.
    shapes : GeoSeries
        Of the areas, in the order of `totals`.

    Raises
    ------
    InputError
        If the file cannot be used, or fits none of the zones.
    """
    frame = read_totals(spec, base, findings)
    numbers = pd.DataFrame(
        {column: as_numbers(frame[name], ROLE, name, findings) for column, name in spec.totals.items()},
        index=frame.index,
    )
    area: Ints
    if spec.id is not None:
        totals = _by_id(numbers, as_ids(frame[spec.id]), city, spec, findings)
        area = np.asarray(totals.index.get_indexer(city.buildings["zone_id"].astype(object)), np.int64)
        area[city.buildings["zone_id"].isna().to_numpy()] = -1
        shapes = city.zones.geometry
    else:
        totals, area, shapes = _by_place(numbers, gpd.GeoDataFrame(frame), city, spec, findings)
    blank = int(totals.isna().any(axis=1).sum())
    if blank:
        findings.warn(ROLE, f"{blank} of {len(totals)} areas lack a total: the people of their buildings are not known")
    outside = int((area < 0).sum())
    if outside:
        findings.info(ROLE, f"{outside} of {len(area)} buildings lie in none of the areas: their people are not known")
    findings.used(ROLE, len(totals) - blank)
    return totals, area, shapes


def _by_id(numbers: pd.DataFrame, ids: pd.Series, city: City, spec: PopulationSpec, findings: Findings) -> pd.DataFrame:
    """Return the rows in the order of the city's zones."""
    assert spec.id is not None
    twice = ids[ids.duplicated(keep=False) & ids.notna()]
    if len(twice):
        rows = ", ".join(str(r) for r in twice.index[twice == twice.iloc[0]][:5])
        raise InputError(
            f"[{ROLE}] {spec.path}: id {twice.iloc[0]!r} stands in rows {rows}; each zone has one total: leave the "
            "others out with where, or mend the file."
        )
    zones = city.zones.index
    for bad, reason, mend in (
        (ids.isna(), "no id: its people are not used", "give the zone's id"),
        (ids.notna() & ~ids.isin(zones), "no zone has this id: its people are not used", "mend the id, or leave it"),
    ):
        findings.reject(ROLE, ids.index[bad], reason, mend, column=spec.id, values=ids[bad].fillna(""))
    known = ids.isin(zones)
    if not known.any():
        raise InputError(
            f"[{ROLE}] {spec.path}: none of {len(ids)} ids in {spec.id!r}, such as {ids.iloc[0]!r}, is that of a zone, "
            f"such as {zones[0]!r}; name another column."
        )
    return numbers[known].set_axis(pd.Index(ids[known], dtype="str")).reindex(zones)


def _by_place(
    numbers: pd.DataFrame, frame: gpd.GeoDataFrame, city: City, spec: PopulationSpec, findings: Findings
) -> tuple[pd.DataFrame, Ints, gpd.GeoSeries]:
    """Return the totals of polygons within reach, which of them holds each building's centroid, and the polygons."""
    shapes = tidy(frame, "polygon", city.crs, ROLE, findings)
    findings.place(ROLE, frame.geometry)
    near = shapely.intersects(city.reach, shapes.geometry.to_numpy())
    if not near.any():
        raise InputError(f"[{ROLE}] {spec.path}: none of {len(shapes)} polygons lies in the study; check the CRS.")
    shapes, far = shapes[near], int((~near).sum())
    share = _within(shapes, city.reach)
    cut = int((share < 1).sum())
    if far or cut:
        findings.info(
            ROLE,
            f"{far} polygons lie beyond one catchment from every zone: not used; of {cut} that lie partly beyond it "
            "people are taken by area",
        )
    totals = (
        numbers.loc[shapes.index].mul(share, axis=0).set_axis(pd.Index([str(r) for r in shapes.index], dtype="str"))
    )
    areas = shapes.set_axis(totals.index)
    ids, overlapping = assign(areas, city.buildings["x"].to_numpy(), city.buildings["y"].to_numpy())
    if overlapping:
        findings.warn(ROLE, f"{overlapping} buildings lie in more than one polygon: the smallest one has them")
    place = np.where(ids.isna(), -1, np.asarray(totals.index.get_indexer(ids.astype(object)), np.int64))
    return totals, place, areas.geometry


def _within(shapes: gpd.GeoDataFrame, reach: shapely.Geometry) -> Floats:
    """Return the part of each polygon that lies within reach."""
    polygons = shapes.geometry.to_numpy()
    whole = shapely.covers(reach, polygons)
    share = np.ones(len(polygons))
    size = shapely.area(polygons[~whole])
    inside = shapely.area(shapely.intersection(polygons[~whole], reach))
    share[~whole] = np.minimum(inside / size, 1.0)
    return share
