"""Footprints that cannot all be right: those that overlap, those that are equal, and slivers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from geoprio._core.findings import Findings
    from geoprio._core.typing import Bools, Floats, Ints

OVERLAP_SHARE = 0.5
"""Footprints of which more than this share lies in another one are reported."""
SLIVER_M2 = 5.0
SLIVER_M = 1.0
"""Footprints smaller or narrower than this are slivers."""
WARN_SHARE = 0.01
"""Share of the footprints above which their faults are a warning."""
WORST = 5
ALMOST = 1e-9
"""Shares that differ by less are equal."""


@dataclass(frozen=True)
class Faults:
    """What is wrong with footprints, by their place in the table.

    Attributes
    ----------
    share : ndarray of float, shape (n,)
        Largest share of each that lies in one other footprint; 0 where it is not above `OVERLAP_SHARE`.
    inside : ndarray of int, shape (n,)
        That other one, the first of several; -1 where there is none.
    pairs : ndarray of int, shape (pairs, 2)
        Every (footprint, other one in which it lies by more than that), the largest share first; of equal shares those
        that lie in an earlier one.
    equal_to : ndarray of int, shape (n,)
        The first footprint of the same geometry; -1 where there is none before it.
    sliver : ndarray of bool, shape (n,)
    """

    share: Floats
    inside: Ints
    pairs: Ints
    equal_to: Ints
    sliver: Bools


def checked_footprints(
    houses: gpd.GeoDataFrame, findings: Findings, *, drop_overlaps: bool
) -> tuple[gpd.GeoDataFrame, dict[str, int]]:
    """Report overlapping, equal and sliver-like footprints; return the buildings, and counts for the report.

    Parameters
    ----------
    houses : GeoDataFrame
        Index `building_id`, metres.
    drop_overlaps : bool
        Whether to leave out those that equal an earlier one, or lie by more than half in one that stays. Slivers stay
        in any case.

    Returns
    -------
    GeoDataFrame
        `houses` itself, or without the rows that are left out; those are in the rejects.
    dict
        `footprints_overlapping` (equal ones aside), `footprints_equal`, `footprints_slivers`, `footprints_dropped`.
    """
    faults = find_faults(houses.geometry.to_numpy())
    equal = faults.equal_to >= 0
    # Of two that are equal, the earlier one does not count as overlapping.
    over = (faults.inside >= 0) & ~equal & (faults.equal_to[faults.inside] != np.arange(len(houses)))
    ids = houses.index.to_numpy().astype(object)
    worst = np.flatnonzero(over)[np.argsort(-faults.share[over], kind="stable")[:WORST]]
    shown = [f"{ids[i]} ({faults.share[i]:.0%} in {ids[faults.inside[i]]})" for i in worst]
    what = f"footprints lie by more than {OVERLAP_SHARE:.0%} in another"
    _note(over, shown, what, "may count homes twice", findings)
    shown = [f"{ids[i]} = {ids[faults.equal_to[i]]}" for i in np.flatnonzero(equal)[:WORST]]
    _note(equal, shown, "footprints equal an earlier one", "count homes twice", findings)
    small = np.flatnonzero(faults.sliver)
    small = small[np.argsort(shapely.area(houses.geometry.to_numpy()[small]), kind="stable")[:WORST]]
    what = f"footprints are slivers (below {SLIVER_M2:g} m² or {SLIVER_M:g} m wide)"
    _note(faults.sliver, [str(ids[i]) for i in small], what, "are hardly houses", findings)
    dropped = _to_drop(faults) if drop_overlaps else np.zeros(len(houses), bool)
    for which, other, reason in (
        (dropped & equal, faults.equal_to, "the same footprint as another: left out"),
        (dropped & ~equal, faults.inside, "its footprint lies by more than half in another: left out"),
    ):
        rows = np.flatnonzero(which)
        mend = "mend the footprints, or set [buildings] drop_overlaps = false"
        findings.reject(
            "buildings", ids[rows], reason, mend, values=ids[other[rows]], at=houses.geometry.iloc[rows.tolist()]
        )
    counts = {
        "footprints_overlapping": int(over.sum()),
        "footprints_equal": int(equal.sum()),
        "footprints_slivers": int(faults.sliver.sum()),
        "footprints_dropped": int(dropped.sum()),
    }
    return (houses[~dropped] if dropped.any() else houses), counts


def _note(which: Bools, worst: list[str], what: str, effect: str, findings: Findings) -> None:
    count = int(which.sum())
    if not count:
        return
    text = f"{count} of {len(which)} {what}, such as {', '.join(worst)}"
    if count > WARN_SHARE * len(which):
        findings.warn("buildings", f"{text}: they {effect}")
    else:
        findings.info("buildings", text)


def find_faults(shapes: NDArray[np.object_]) -> Faults:
    """Return what is wrong with footprints.

    Parameters
    ----------
    shapes : ndarray of shapely geometries, shape (n,)
        In metres; points are compared with points only, and are no slivers.
    """
    area = shapely.area(shapes)
    a, b, common = _overlaps(shapes, area)
    this, other = np.concatenate((a, b)), np.concatenate((b, a))
    part = np.tile(common, 2) / area[this]
    much = part > OVERLAP_SHARE
    this, other, part = this[much], other[much], np.minimum(part[much], 1.0)
    order = np.lexsort((other, -_about(part), this))
    which, first = np.unique(this[order], return_index=True)
    share, inside = np.zeros(len(shapes)), np.full(len(shapes), -1)
    share[which], inside[which] = part[order][first], other[order][first]
    pairs = np.column_stack((this, other))[np.lexsort((this, other > this, -_about(part)))]
    return Faults(share, inside, pairs, _equal(shapes, a, b, common, area), _slivers(shapes, area))


def _about(share: Floats) -> Floats:
    """Return shares in steps of `ALMOST`, so that rounding errors break no ties."""
    return np.rint(share / ALMOST)


def _overlaps(shapes: NDArray[np.object_], area: Floats) -> tuple[Ints, Ints, Floats]:
    """Return pairs (a < b) of which one lies by more than half in the other, with the area that they share."""
    polygons = np.flatnonzero(area > 0)
    bounds = shapely.bounds(shapes[polygons])
    boxes = np.asarray(shapely.box(*bounds.T), dtype=object)
    left, right = shapely.STRtree(boxes).query(boxes)
    keep = left < right
    left, right = left[keep], right[keep]
    width = np.minimum(bounds[left, 2], bounds[right, 2]) - np.maximum(bounds[left, 0], bounds[right, 0])
    height = np.minimum(bounds[left, 3], bounds[right, 3]) - np.maximum(bounds[left, 1], bounds[right, 1])
    a, b = polygons[left], polygons[right]
    # Neighbors touch by the thousand; only where the boxes share enough, the shapes can.
    near = width * height > OVERLAP_SHARE * np.minimum(area[a], area[b])
    a, b = a[near], b[near]
    common = shapely.area(shapely.intersection(shapes[a], shapes[b]))
    enough = common > OVERLAP_SHARE * np.minimum(area[a], area[b])
    return a[enough], b[enough], common[enough]


def _equal(shapes: NDArray[np.object_], a: Ints, b: Ints, common: Floats, area: Floats) -> Ints:
    """Return for each shape the first one that equals it, -1 where there is none before it."""
    first = np.full(len(shapes), -1)
    alike = np.flatnonzero(common > (1.0 - 1e-6) * np.maximum(area[a], area[b]))
    same = alike[shapely.equals(shapes[a[alike]], shapes[b[alike]])]
    same = same[np.lexsort((-a[same], b[same]))]
    first[b[same]] = a[same]
    points = np.flatnonzero(shapely.get_type_id(shapes) == 0)
    if len(points):
        xy = shapely.get_coordinates(shapes[points])
        _, at, number = np.unique(xy, axis=0, return_index=True, return_inverse=True)
        earlier = at[number.reshape(-1)]
        again = earlier != np.arange(len(points))
        first[points[again]] = points[earlier[again]]
    return first


def _slivers(shapes: NDArray[np.object_], area: Floats) -> Bools:
    """Return which polygons are smaller than `SLIVER_M2`, or hold no circle of the diameter `SLIVER_M`."""
    sliver: Bools = (area > 0) & (area < SLIVER_M2)
    # No shape has more area than the radius of its largest circle times its outline: the rest is wide enough.
    thin = np.flatnonzero((area >= SLIVER_M2) & (area < SLIVER_M / 2 * shapely.length(shapes)))
    sliver[thin] = shapely.is_empty(shapely.buffer(shapes[thin], -SLIVER_M / 2))
    return sliver


def _to_drop(faults: Faults) -> Bools:
    """Return which footprints to leave out: those equal to an earlier one, then those inside one that stays."""
    dropped: Bools = faults.equal_to >= 0
    for this, other in faults.pairs.tolist():
        dropped[this] |= not dropped[other]
    return dropped
