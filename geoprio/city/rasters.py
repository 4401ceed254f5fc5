"""From rasters of people to people by building, with all that may be wrong with them said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np

from geoprio.city.dasymetric import Homes, lay_grid, place
from geoprio.city.homes import MANY, Residents, are_homes, residents
from geoprio.sources.population import ROLE, cell_km2, read_people

if TYPE_CHECKING:
    from pathlib import Path

    from geoprio._core.findings import Findings
    from geoprio._core.typing import Floats
    from geoprio.city.dasymetric import Placed
    from geoprio.city.model import City
    from geoprio.sources.population import Cells
    from geoprio.sources.spec import PopulationSpec

MOST_PER_KM2 = 100_000.0
"""Mean of the inhabited cells above which counts may be something else: geoprio's own bound."""
LEAST_PER_HOME = 0.1
"""People per home below which counts may be densities: geoprio's own bound."""


def from_rasters(
    city: City, weight: Floats, spec: PopulationSpec, base: Path, findings: Findings
) -> dict[str, Residents]:
    """Return the people of each building, by column.

    Parameters
    ----------
    city : City
    weight : ndarray of float, shape (buildings,)
        As `home_weights` gives it.
    spec : PopulationSpec
    base : Path
        The project's folder.
    findings : Findings
        Takes notes, and the cells whose people are unplaced.

    Raises
    ------
    InputError, MissingError
        As `read_people` does.
    """
    home = are_homes(city.buildings)
    table = city.buildings[home]
    order = np.argsort(np.argsort(table.index.to_numpy().astype(object), kind="stable"), kind="stable")
    homes = Homes(table.geometry.to_numpy(), weight[home], order, city.crs)
    grids, found = {}, {}
    for column, names in spec.rasters.items():
        placed = []
        for cells in read_people(column, spec, base, city.reach, city.crs, findings):
            if cells.grid not in grids:
                grids[cells.grid] = lay_grid(cells, homes, city.reach)
            placed.append(place(cells, homes, grids[cells.grid]))
            _list_unplaced(column, cells, placed[-1], findings)
            if column == ROLE and spec.unit != "per_km2":
                _doubt_unit(cells, placed[-1], len(table), findings)
        _note_homes(column, spec, placed, findings)
        label = f"{names[0]} and {len(names) - 1} more" if len(names) > 1 else names[0]
        found[column] = _summed(column, label, placed, home, findings)
    return found


def _summed(column: str, label: str, placed: list[Placed], home: np.ndarray, findings: Findings) -> Residents:
    """Return the people of all buildings, those of another use 0, and say how many were placed."""
    people = np.zeros(len(home))
    known = np.any([p.known for p in placed], axis=0)
    people[home] = np.where(known, np.sum([p.people for p in placed], axis=0), np.nan)
    total, moved, unplaced = np.sum([(p.total, p.moved, p.unplaced) for p in placed], axis=0).tolist()
    text = (
        f"{total:,.1f} people in the read area: {total - unplaced:,.1f} placed, of them {moved:,.1f} moved from cells "
        f"without a home to the nearest one within two cells; {unplaced:,.1f} unplaced "
        f"({sum(p.empty for p in placed)} cells with people and without a home)"
    )
    (findings.warn if unplaced > MANY * total else findings.info)(column, text)
    return residents(people, label, total, moved, unplaced)


def _list_unplaced(column: str, cells: Cells, placed: Placed, findings: Findings) -> None:
    row, col = np.divmod(placed.left, cells.people.shape[1])
    x, y, _ = cells.place @ np.vstack((col + 0.5, row + 0.5, np.ones(len(row))))
    findings.reject(
        column,
        [f"row {r}, column {c}" for r, c in zip(row + cells.row + 1, col + cells.col + 1, strict=True)],
        "people in a cell without a home, and none within two cells: unplaced",
        "add the homes that are missing, or give their use",
        column=column,
        values=[f"{p:.9g}" for p in placed.left_people],
        at=gpd.GeoSeries.from_xy(x, y, crs=cells.crs),
    )


def _note_homes(column: str, spec: PopulationSpec, placed: list[Placed], findings: Findings) -> None:
    """Say how many homes the raster tells nothing of, and what was made of it."""
    unknown = ~np.any([p.known for p in placed], axis=0)
    bare = np.any([p.bare for p in placed], axis=0)
    said = "no_data" if spec.no_data else "the file's name, or its mark of no data"
    for homes, text in (
        (unknown & ~bare, "outside the raster: their people are not known"),
        (unknown & bare, 'in cells without data: their people are not known (no_data = "nobody" if there are none)'),
        (~unknown & bare, f"in cells without data: nobody lives there, by {said}"),
    ):
        if homes.any():
            many = (homes & unknown).sum() > MANY * len(homes)
            (findings.warn if many else findings.info)(column, f"{int(homes.sum())} of {len(homes)} homes lie {text}")


def _doubt_unit(cells: Cells, placed: Placed, homes: int, findings: Findings) -> None:
    """Warn where counts look like densities, or like nothing."""
    inhabited = cells.people[np.nan_to_num(cells.people) > 0]
    if not len(inhabited):
        findings.warn(ROLE, "nobody lives in the part of the raster that was read; check the file")
        return
    height, width = cells.people.shape
    middle = cells.place @ np.array([[1.0, 0, width // 2], [0, 1, height // 2], [0, 0, 1]])
    density = float(inhabited.mean() / cell_km2(middle, (1, 1), cells.crs)[0, 0])
    ask = 'are they people per km² (unit = "per_km2")?'
    if density > MOST_PER_KM2:
        findings.warn(
            ROLE, f"{density:,.0f} people per km² in the mean of inhabited cells is more than any city: {ask}"
        )
    elif placed.total < LEAST_PER_HOME * homes:
        findings.warn(ROLE, f"{placed.total:,.1f} people for {homes} homes are few: {ask}")
