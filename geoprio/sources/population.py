"""Read who lives where: rasters of people, and totals of zones or street committees."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from geoprio._core.crs import to_degrees
from geoprio._core.errors import InputError
from geoprio._core.files import local_path
from geoprio.sources.grids import extents, grid_crs, moved, note_raster, opened, place_of, read_cells
from geoprio.sources.layers import read_layers
from geoprio.sources.osm import is_osm
from geoprio.sources.sheets import read_table
from geoprio.sources.tables import matches, read_csv, require_columns
from geoprio.sources.tiles import check_tiles
from geoprio.sources.vector import TABLES, no_idle_keys
from geoprio.standards import load_assumptions

if TYPE_CHECKING:
    from geoprio._core.findings import Findings
    from geoprio._core.typing import Bools, Floats
    from geoprio.sources.spec import PopulationSpec

ROLE = "population"

AGE_FILE = re.compile(r"(?P<country>[a-z]{3})_(?P<sex>[fmt])_(?P<age>\d{1,2})_(?P<year>\d{4})([_.].*)?", re.IGNORECASE)
"""WorldPop's names of age files: women, men or both (t) from an age on."""
RELEASE = re.compile(r"_R\d{4}[A-Z]", re.IGNORECASE)
"""Releases since 2024 split the old up to 90 and over; before, the last class is 80 and over."""
AGES = {"population_60plus": (60, 65, 70, 75, 80, 85, 90), "population_0_2": (0, 1)}
HALF_AGE = 1
"""WorldPop's class of children aged 1 to 4."""
HALF = "half_of_ages_1_to_4"
"""The assumption of how many of them are aged 1 or 2."""
CONSTRAINED = re.compile(r"(?<!un)constrained|^[a-z]{3}_(pop|[fmt]_\d{1,2})_\d{4}_CN_", re.IGNORECASE)
"""WorldPop rasters of which cells without buildings have no data."""
DENSITY_NAME = re.compile(r"(?<![a-z])(pd|density|dens)(?![a-z])", re.IGNORECASE)
DENSITY_UNIT = re.compile(r"km\W{0,2}2|km²|(sq|square)\W*(km|kilomet)", re.IGNORECASE)
AMBIENT = re.compile(r"landscan", re.IGNORECASE)

MOST_CELLS = 50_000_000
MOST_PEOPLE = 1e9
"""No cell of a city holds more; such a value is a sign of no data."""
EDGE_M = 1000.0
"""A straight edge of this length in one CRS is straight to centimetres in any other."""


@dataclass(frozen=True)
class Cells:
    """People in the cells of a part of a raster, as the file has them: cells are areas and never resampled.

    Attributes
    ----------
    people : ndarray of float, shape (height, width)
        People in each cell; NaN without data.
    crs : pyproj.CRS
        Of the raster.
    place : ndarray of float, shape (3, 3)
        Takes column, row and 1 of `people` (0 is the outer edge of the first cell) to x, y and 1.
    row, col : int
        Where the part begins in the file.
    nobody : bool
        Whether nobody lives in cells without data; else it is not known.
    """

    people: Floats
    crs: CRS
    place: Floats
    row: int
    col: int
    nobody: bool

    @property
    def grid(self) -> tuple[object, ...]:
        """The same for rasters whose cells are the same."""
        return self.crs.to_wkt(), self.place.tobytes(), self.people.shape


def check_population(spec: PopulationSpec, base: Path) -> None:
    """Check that the rasters of people can be read, before anything is computed.

    Raises
    ------
    InputError, MissingError
        As `read_people` does.
    """
    if spec.tiles:
        check_tiles(spec.rasters[ROLE], base, ROLE, spec.crs)
    for column, names in spec.rasters.items():
        for name in _weights(column, names):
            with opened(name, base, ROLE) as raster:
                grid_crs(raster, name, ROLE, spec.crs)
                _need_unit(raster, name, spec)


def read_people(
    column: str, spec: PopulationSpec, base: Path, area: shapely.Geometry, crs: CRS, findings: Findings
) -> list[Cells]:
    """Return the people of one column of the buildings, by cell.

    Parameters
    ----------
    column : str
        ``population`` or a group.
    spec : PopulationSpec
    base : Path
        The project's folder.
    area : shapely geometry
        In `crs`; only cells around it are read.
    findings : Findings
        Takes notes.

    Returns
    -------
    list of Cells
        One for each grid; files of one grid are added up. Tiles stay apart, those beyond the study are left out.

    Raises
    ------
    MissingError
        If a file is not there.
    InputError
        If one is no local raster of an allowed format, has no CRS or place, seems to hold densities and the project
        file says nothing of it, or lies elsewhere; or if WorldPop's age files do not make up the group, or tiles do
        not make up a raster.
    """
    tiles = column == ROLE and bool(spec.tiles)
    if tiles:
        check_tiles(spec.rasters[ROLE], base, ROLE, spec.crs)
    parts = _weights(column, spec.rasters[column])
    found: dict[tuple[object, ...], Cells] = {}
    elsewhere = []
    for number, (name, weight) in enumerate(parts.items()):
        with opened(name, base, ROLE) as raster:
            own = grid_crs(raster, name, ROLE, spec.crs)
            _need_unit(raster, name, spec)
            if number == 0:
                label = f"{name} and {len(parts) - 1} more" if len(parts) > 1 else name
                note_raster(raster, label, column, own, findings, stated=spec.crs is not None)
            window = _window(raster, name, own, area, crs)
            if isinstance(window, str):
                elsewhere.append(window)
                continue
            cells = _cells(raster, name, own, spec, window, column, findings)
        before = found.get(cells.grid)
        found[cells.grid] = _sum(before, cells, weight)
    if elsewhere and not (tiles and found):
        raise InputError(elsewhere[0])
    if tiles:
        beyond = f", {len(elsewhere)} of them beyond the study" if elsewhere else ""
        findings.info(column, f"{len(parts)} tiles of one raster{beyond}")
    else:
        _note_names(column, parts, findings)
    return list(found.values())


def _weights(column: str, names: tuple[str, ...]) -> dict[str, float]:
    """Return the files of a column with the weight at which each counts.

    Raises
    ------
    InputError
        If WorldPop's age files do not make up the group.
    """
    where = f"[{ROLE}] {'path' if column == ROLE else f'groups {column}'}"
    if len(set(names)) < len(names):
        raise InputError(f"{where}: {max(names, key=names.count)} stands there twice; name each file once.")
    found = {name: AGE_FILE.fullmatch(Path(name).name) for name in names}
    known = {name: match for name, match in found.items() if match}
    if not known:
        return dict.fromkeys(names, 1.0)
    if column == ROLE:
        raise InputError(f"{where}: {next(iter(known))} is WorldPop's raster of one age; name that of all people.")
    if len(known) < len(names):
        other = next(name for name, match in found.items() if not match)
        raise InputError(
            f"{where}: {other} is not named as WorldPop's age files beside it are; give files of one kind."
        )
    _need_group(where, column, known)
    half = load_assumptions()[HALF].value
    return {name: half if int(match["age"]) == HALF_AGE else 1.0 for name, match in known.items()}


def _need_group(where: str, column: str, files: dict[str, re.Match[str]]) -> None:
    """Check that WorldPop's files are each age of the group once, both sexes, of one country, year and release."""
    sets = {(m["country"].lower(), m["year"]) for m in files.values()}
    if len(sets) > 1:
        raise InputError(f"{where}: the files are of {_list(f'{c} {y}' for c, y in sets)}; give one country and year.")
    sexes: dict[int, list[str]] = {}
    for match in files.values():
        sexes.setdefault(int(match["age"]), []).append(match["sex"].lower())
    ages = AGES[column]
    if column == "population_60plus" and not any(RELEASE.search(name) for name in files):
        ages = tuple(age for age in ages if age <= 80 or {85, 90} & sexes.keys())
    strange = sorted(sexes.keys() - set(ages))
    if strange:
        raise InputError(f"{where}: age {strange[0]} is no class of this group; it takes ages {_list(map(str, ages))}.")
    for age in ages:
        if sorted(sexes.get(age, [])) not in (["f", "m"], ["t"]):
            has = _list(sexes.get(age, [])) or "no file"
            raise InputError(
                f"{where}: of WorldPop's age {age:02d} there is {has}; give f and m (or t alone) of ages "
                f"{_list(map(str, ages))}, each once."
            )


def _list(words: Any) -> str:  # noqa: ANN401 - any iterable of text
    return ", ".join(sorted(words, key=lambda w: (len(w), w)))


def _need_unit(raster: Any, name: str, spec: PopulationSpec) -> None:  # noqa: ANN401 - rasterio has no types
    """Check that a raster which seems to hold densities is not taken for one of people."""
    said = " ".join(filter(None, (raster.units[0], raster.descriptions[0])))
    if spec.unit is None and (DENSITY_NAME.search(Path(name).name) or DENSITY_UNIT.search(said)):
        raise InputError(
            f'[{ROLE}] {name}: its name or unit says that it holds densities; add unit = "per_km2", or '
            'unit = "count" if its cells do hold people.'
        )


def takes_half(column: str, names: tuple[str, ...]) -> bool:
    """Return whether a group is made of WorldPop's children under 1 and half of those aged 1 to 4."""
    return column == "population_0_2" and bool(names) and bool(AGE_FILE.fullmatch(Path(names[0]).name))


def _note_names(column: str, parts: dict[str, float], findings: Findings) -> None:
    """Say what the names of the files were taken to mean."""
    first = Path(next(iter(parts))).name
    if AGE_FILE.fullmatch(first):
        findings.info(column, f"{len(parts)} age files of WorldPop, known by their names")
    elif len(parts) > 1:
        findings.info(column, f"the sum of {len(parts)} rasters, whose names say no age")
    if AMBIENT.search(first):
        findings.warn(column, f"{first}: LandScan counts people by day and night, not residents")


def _cells(
    raster: Any,  # noqa: ANN401 - rasterio has no types
    name: str,
    own: CRS,
    spec: PopulationSpec,
    window: tuple[tuple[int, int], tuple[int, int]],
    column: str,
    findings: Findings,
) -> Cells:
    """Return the cells of the window, as people."""
    rows, cols = window
    people = read_cells(raster, (rows, cols), name, ROLE)
    with np.errstate(invalid="ignore"):
        odd: Bools = (people < 0) | (people > MOST_PEOPLE)
    if odd.any():
        value = people[odd][0]
        people[odd] = np.nan
        findings.warn(
            column,
            f"{name}: {int(odd.sum())} cells below 0 or above {MOST_PEOPLE:g}, such as {value:g}, that the file does "
            "not mark as without data are taken as such",
        )
    place = place_of(raster) @ np.array([[1.0, 0, cols[0]], [0, 1, rows[0]], [0, 0, 1]])
    if spec.unit == "per_km2":
        people = people * cell_km2(place, people.shape, own)
    return Cells(people, own, place, rows[0], cols[0], _nobody(raster, name, spec))


def _nobody(raster: Any, name: str, spec: PopulationSpec) -> bool:  # noqa: ANN401 - rasterio has no types
    """Return whether cells without data are taken to have no people."""
    if spec.no_data is not None:
        return spec.no_data == "nobody"
    return raster.nodata == 0 or bool(CONSTRAINED.search(Path(name).name))


def _window(
    raster: Any,  # noqa: ANN401 - rasterio has no types
    name: str,
    own: CRS,
    area: shapely.Geometry,
    crs: CRS,
) -> tuple[tuple[int, int], tuple[int, int]] | str:
    """Return first and last row, first and last column around `area`; or that no cell lies there, in words."""
    xy = shapely.get_coordinates(shapely.segmentize(area, EDGE_M))
    x, y = moved(xy, crs, own, name, ROLE)
    at = np.linalg.inv(place_of(raster)) @ (x, y, np.ones(len(x)))
    at = at[:, np.isfinite(at).all(axis=0)]
    size = np.array([raster.width, raster.height])
    low, high = np.zeros(2, int), np.zeros(2, int)
    if at.size:
        low = np.clip(np.floor(at[:2].min(axis=1)), 0, size).astype(int)
        high = np.clip(np.ceil(at[:2].max(axis=1)), 0, size).astype(int)
    if (high <= low).any():
        where = extents(raster, own, xy, crs, "the study")
        return f"[{ROLE}] {name}: no cell lies in the study; {where}."
    if np.prod(high - low) > MOST_CELLS:
        raise InputError(f"[{ROLE}] {name}: more than {MOST_CELLS:,} cells lie in the study; give a coarser raster.")
    return (int(low[1]), int(high[1])), (int(low[0]), int(high[0]))


def cell_km2(place: Floats, shape: tuple[int, ...], crs: CRS) -> Floats:
    """Return the area of each cell on the ground in km², shape (height, width).

    Measured in an equal-area CRS around the cells' middle.
    """
    height, width = shape
    col, row = np.meshgrid(np.arange(width + 1.0), np.arange(height + 1.0))
    x, y, _ = place @ (col.ravel(), row.ravel(), np.ones(col.size))
    lon, lat = to_degrees(crs, *(place @ (width / 2, height / 2, 1.0))[:2])
    equal = CRS.from_proj4(f"+proj=laea +lon_0={float(lon)} +lat_0={float(lat)} +datum=WGS84 +units=m")
    x, y = (a.reshape(col.shape) for a in moved(np.column_stack((x, y)), crs, equal, "the raster", ROLE))
    # Half the cross product of the diagonals.
    across, down = (
        (x[1:, 1:] - x[:-1, :-1], y[1:, 1:] - y[:-1, :-1]),
        (x[1:, :-1] - x[:-1, 1:], y[1:, :-1] - y[:-1, 1:]),
    )
    return np.asarray(np.abs(across[0] * down[1] - across[1] * down[0]) / 2e6, np.float64)


def _sum(before: Cells | None, cells: Cells, weight: float) -> Cells:
    """Return the cells at their weight, added to those before; a cell has data where one of them has."""
    people = cells.people * weight
    if before is None:
        return Cells(people, cells.crs, cells.place, cells.row, cells.col, cells.nobody)
    both = np.where(np.isnan(people), before.people, np.where(np.isnan(before.people), people, people + before.people))
    return Cells(both, cells.crs, cells.place, cells.row, cells.col, before.nobody and cells.nobody)


def read_totals(spec: PopulationSpec, base: Path, findings: Findings) -> pd.DataFrame:
    """Return the rows of a layer or table of totals, `where` applied, with all its columns.

    Returns
    -------
    DataFrame
        Index = row in the file, from 1; with geometry if it is a layer.

    Raises
    ------
    InputError, MissingError
        If the file cannot be used, or lacks a column.
    """
    path = local_path(base, spec.path, f"[{ROLE}]")
    wanted = [name for name in (spec.id, *spec.totals.values()) if name]
    if is_osm(spec.path):
        raise InputError(f"[{ROLE}] {spec.path}: an OSM file has no totals; give a polygon layer or a table.")
    if path.suffix.lower() not in TABLES:
        frame = read_layers({ROLE: spec}, base, findings)[ROLE]
        require_columns(frame, wanted, ROLE, spec.path)
        return pd.DataFrame(frame)
    if spec.id is None:
        raise InputError(f'[{ROLE}] {spec.path}: a table needs id = "…", the column of the zone\'s id.')
    if spec.crs is not None:
        raise InputError(f"[{ROLE}] {spec.path}: crs has no meaning for a table; leave it out.")
    if spec.axes != "xy":
        raise InputError(f"[{ROLE}] {spec.path}: axes has no meaning for a table; leave it out.")
    no_idle_keys(spec, ROLE, path.suffix.lower())
    if path.suffix.lower() == ".csv":
        table = read_csv(path, spec.encoding, ROLE, findings)
    else:
        table = read_table(path, ROLE, findings, sheet=spec.layer, wanted=(*wanted, *spec.where))
    require_columns(table, [*wanted, *spec.where], ROLE, spec.path)
    kept = table[matches(table, spec.where)]
    if kept.empty:
        raise InputError(
            f"[{ROLE}] {spec.path}: where = {spec.where} keeps none of {len(table)} rows; check the values."
        )
    findings.sources.append(
        {"role": ROLE, "path": spec.path, "layer": spec.layer, "crs": None, "crs_from": None,
         "encoding": "as the format says", "rows": len(table), "left_by_where": len(kept),
         **findings.decisions.get(ROLE, {})}
    )  # fmt: skip
    return kept
