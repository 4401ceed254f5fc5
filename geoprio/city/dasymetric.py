"""From people by cell to people by building: each cell's people go to the homes in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoprio._core.errors import InputError
from geoprio.sources.grids import moved

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pyproj import CRS

    from geoprio._core.typing import Bools, Floats, Ints
    from geoprio.sources.population import Cells

NEAR_CELLS = 2
"""People in a cell without a home go to the nearest home within so many cells."""


@dataclass(frozen=True)
class Homes:
    """Buildings that people live in.

    Attributes
    ----------
    shapes : ndarray of polygons or points, shape (n,)
        In `crs`, metres.
    weight : ndarray of float, shape (n,)
        Relative number of people if all of a home lies in one cell; 0: nobody.
    order : ndarray of int, shape (n,)
        Which of two homes at one distance is taken: the one with the lower number.
    crs : pyproj.CRS
        The working CRS.
    """

    shapes: NDArray[np.object_]
    weight: Floats
    order: Ints
    crs: CRS


@dataclass(frozen=True)
class Grid:
    """What the homes and the study have of the cells of one raster.

    Attributes
    ----------
    home, cell : ndarray of int, shape (k,)
        Position of the home, and of the cell, counted by rows.
    share : ndarray of float, shape (k,)
        Which part of the home lies in the cell, above 0 and up to 1.
    inside : ndarray of float, shape (cells,)
        Which part of the cell lies in the study's area.
    """

    home: Ints
    cell: Ints
    share: Floats
    inside: Floats


@dataclass(frozen=True)
class Placed:
    """People of one raster, by home.

    Attributes
    ----------
    people : ndarray of float, shape (homes,)
    known : ndarray of bool, shape (homes,)
        Whether the home lies, at least in part, in cells of which people are known.
    total, moved, unplaced : float
        People in the study's area; of them those who went to the nearest home, and those whom no home is near to.
    left : ndarray of int, shape (m,)
        Positions of the cells whose people are unplaced, counted by rows.
    left_people : ndarray of float, shape (m,)
    empty : int
        Cells with people and without a home.
    bare : ndarray of bool, shape (homes,)
        Whether the home lies in cells without data alone, and got nobody.
    """

    people: Floats
    known: Bools
    total: float
    moved: float
    unplaced: float
    left: Ints
    left_people: Floats
    empty: int
    bare: Bools


def lay_grid(cells: Cells, homes: Homes, area: shapely.Geometry) -> Grid:
    """Return what the homes and the study's area have of the cells.

    Footprints go to the raster's own columns and rows, so cells are areas, never resampled, however they are turned.

    Raises
    ------
    InputError
        If the raster's CRS has no place for the study.
    """
    from geoprio.city.coverage import coverage  # noqa: PLC0415 - exactextract loads only where there is a raster

    height, width = cells.people.shape
    outline = _to_cells(np.array([shapely.segmentize(area, 1000.0)], dtype=object), homes.crs, cells)
    if not np.isfinite(shapely.bounds(outline)).all():
        raise InputError(f"[population] the raster's CRS {cells.crs.name!r} has no place for all of the study.")
    _, covered, share = coverage(shapely.make_valid(outline), height, width)
    inside = np.bincount(covered, share, minlength=height * width)
    return Grid(*_home_shares(_to_cells(homes.shapes, homes.crs, cells), height, width), np.minimum(inside, 1.0))


def _to_cells(shapes: NDArray[np.object_], crs: CRS, cells: Cells) -> NDArray[np.object_]:
    """Return shapes in columns and negative rows of the cells."""
    back = np.linalg.inv(cells.place)

    def move(xy: Floats) -> Floats:
        """Return column and negative row."""
        x, y = moved(xy, crs, cells.crs, "the raster", "population")
        col, row, _ = back @ (x, y, np.ones(len(x)))
        return np.column_stack((col, -row))

    out: NDArray[np.object_] = shapely.transform(shapes, move)
    return out


def _home_shares(shapes: NDArray[np.object_], height: int, width: int) -> tuple[Ints, Ints, Floats]:
    """Return home, cell and the part of the home in the cell.

    Most homes lie in one cell, which their bounds tell; only the others are cut. A point lies in its cell wholly.
    """
    from geoprio.city.coverage import coverage  # noqa: PLC0415 - exactextract loads only where there is a raster

    size = shapely.area(shapes)
    bounds = shapely.bounds(shapes)
    flat = ~(size > 0)
    middle = shapely.centroid(shapes[flat])
    bounds[flat] = np.column_stack((shapely.get_x(middle), shapely.get_y(middle)) * 2)
    usable = np.isfinite(bounds).all(axis=1)
    usable &= (bounds[:, 2] > 0) & (bounds[:, 0] < width) & (bounds[:, 1] < 0) & (bounds[:, 3] > -height)
    low = np.floor(np.where(usable[:, None], bounds[:, [0, 3]] * (1, -1), 0)).astype(np.int64)
    high = np.ceil(np.where(usable[:, None], bounds[:, [2, 1]] * (1, -1), 0)).astype(np.int64) - 1
    one = usable & (high <= low).all(axis=1) & (low >= 0).all(axis=1) & (low < (width, height)).all(axis=1)
    whole = np.flatnonzero(one)
    cut = np.flatnonzero(usable & ~one & ~flat)
    home, cell, share = coverage(shapes[cut], height, width)
    part = np.minimum(share / size[cut][home], 1.0)
    return (
        np.concatenate((whole, cut[home])),
        np.concatenate((low[whole, 1] * width + low[whole, 0], cell)),
        np.concatenate((np.ones(len(whole)), part)),
    )


def place(cells: Cells, homes: Homes, grid: Grid) -> Placed:
    """Return the people of each home.

    A cell's people go to the homes in it, by weight and the part of the home that lies in it; without a home, to the
    nearest one within two cells of the cell's center (twice its longer side, to the footprint); else nowhere.

    Parameters
    ----------
    cells : Cells
    homes : Homes
    grid : Grid
        Of these cells and homes.
    """
    people = np.nan_to_num(cells.people.ravel()) * grid.inside
    count = len(homes.weight)
    got, lonely = spread(people, grid.home, grid.cell, grid.share * homes.weight[grid.home], count)
    nearest = _nearest(cells, homes, lonely)
    found = nearest >= 0
    got += np.bincount(nearest[found], people[lonely[found]], minlength=count)
    left = lonely[~found]
    data = np.isfinite(cells.people.ravel())
    covered = np.bincount(grid.home, minlength=count) > 0
    bare = covered & ~(np.bincount(grid.home, data[grid.cell], minlength=count) > 0) & ~(got > 0)
    known = (covered & (cells.nobody | ~bare)) | (got > 0)
    sums = float(people.sum()), float(people[lonely[found]].sum()), float(people[left].sum())
    return Placed(got, known, *sums, left, people[left], len(lonely), bare)


def spread(people: Floats, home: Ints, cell: Ints, weight: Floats, count: int) -> tuple[Floats, Ints]:
    """Return the people of each home, and the cells that have people and no home of any weight.

    Parameters
    ----------
    people : ndarray of float, shape (cells,)
    home, cell : ndarray of int, shape (k,)
        Which home has a part in which cell.
    weight : ndarray of float, shape (k,)
        Of that part, 0 or more.
    count : int
        Number of homes.

    Returns
    -------
    got : ndarray of float, shape (count,)
        Sums to the people of all other cells.
    lonely : ndarray of int
    """
    total = np.bincount(cell, weight, minlength=len(people))
    part = np.divide(weight, total[cell], out=np.zeros(len(cell)), where=total[cell] > 0)
    got = np.bincount(home, part * people[cell], minlength=count)
    return np.asarray(got, np.float64), np.flatnonzero((people > 0) & ~(total > 0))


def _nearest(cells: Cells, homes: Homes, lonely: Ints) -> Ints:
    """Return the home that is nearest to each cell's center, -1 where none is within reach."""
    nearest = np.full(len(lonely), -1, np.int64)
    settled = np.flatnonzero(homes.weight > 0)
    if not len(lonely) or not len(settled):
        return nearest
    center, longer = _centers(cells, homes.crs, lonely)
    reach = NEAR_CELLS * longer
    tree = shapely.STRtree(homes.shapes[settled])
    (cell, at), metres = tree.query_nearest(shapely.points(center), max_distance=reach.max(), return_distance=True)
    order = np.lexsort((homes.order[settled[at]], cell))
    order = order[metres[order] <= reach[cell[order]]]
    first = np.unique(cell[order], return_index=True)[1]
    nearest[cell[order][first]] = settled[at[order][first]]
    return nearest


def _centers(cells: Cells, crs: CRS, which: Ints) -> tuple[Floats, Floats]:
    """Return center and longer side of cells, in metres of the working CRS."""
    row, col = np.divmod(which, cells.people.shape[1])
    at = {}
    for name, (right, down) in {"c": (0.5, 0.5), "w": (0, 0.5), "e": (1, 0.5), "n": (0.5, 0), "s": (0.5, 1)}.items():
        x, y, _ = cells.place @ (col + right, row + down, np.ones(len(which)))
        at[name] = np.column_stack(moved(np.column_stack((x, y)), cells.crs, crs, "the raster", "population"))
    across, along = (np.hypot(*(at[a] - at[b]).T) for a, b in (("w", "e"), ("n", "s")))
    return at["c"], np.maximum(across, along)
