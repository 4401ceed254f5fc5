"""Evidence on whether coordinates inside China are in the datum that their source states.

Amap's GCJ-02, Baidu's BD-09 and WGS 84 lie 250 to 1,400 m apart and look alike, and so do metres of a Gauss-Krüger and
of a UTM zone. Facilities stand in or beside buildings and near streets; in the wrong datum they do so only by chance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from geoprio._core.crs import WGS84, estimate_working_crs, label, shifted_datum, to_degrees
from geoprio._core.fits import CLOSE, WEB_MERCATOR, fits, readings
from geoprio.city.shapes import inner_points
from geoprio.sources.coordinates import FROM_WGS84, TO_WGS84, in_china
from geoprio.sources.osm import is_osm

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from geoprio._core.findings import Findings
    from geoprio._core.typing import Bools, Floats
    from geoprio.sources.spec import SourceSpec

BASE_ROLES = ("buildings", "streets")
"""What the points are compared with."""
LAYERS = ("near_building", "near_street")

BESIDE_M = 30.0
"""A point this near to a building or a street is beside it."""

NEAR_DEG = 0.1
"""A projection that moves points farther is not compared."""

MIN_POINTS = 20
"""With fewer points there is a table but no warning."""
MARGIN = 0.1
"""Another datum is better if the mean of its two shares is higher by this much, and neither share is lower."""
SIGMAS = 2.0
"""The gain must also be this many times its standard error, were there no difference. On 260 shops and amenities of
Beijing (OpenStreetMap) put into each datum, 50 drawn at random showed the wrong one in 95 to 100 of 100 draws, 20 in 60
to 100, and the right one was never doubted."""

MOST_POINTS = 5000
"""Points of one file that are compared, evenly spaced."""

PLAIN = "WGS 84"
BASE = "WGS 84, with buildings and streets in {}"
"""Candidates that leave the points where they are and take buildings and streets for the shifted ones."""


@dataclass(frozen=True)
class Candidate:
    """How many points are beside a building and a street if the coordinates are in `datum`.

    Attributes
    ----------
    datum : str
        ``"WGS 84"``, ``"GCJ-02"``, ``"BD-09"`` or `BASE`.
    stated : bool
    near_building, near_street : float or None
        Shares of the points; None where the study has no buildings, or no streets.
    gain : float
        By how much the mean of the shares is higher than that of the stated one.
    sure : bool
        Whether it is better than the stated one beyond doubt.
    """

    datum: str
    stated: bool
    near_building: float | None
    near_street: float | None
    gain: float
    sure: bool


@dataclass(frozen=True)
class DatumEvidence:
    """What the points of one file say about its datum.

    Attributes
    ----------
    path : str
    roles : tuple of str
        The sources read from it.
    points : int
        Points that some candidate puts within the extent of buildings and streets.
    candidates : tuple of Candidate
        The stated one first.
    """

    path: str
    roles: tuple[str, ...]
    points: int
    candidates: tuple[Candidate, ...]

    @property
    def better(self) -> Candidate | None:
        """The candidate that beats the stated one by a clear margin; None where none does, or the points are few."""
        sure = [c for c in self.candidates if c.sure]
        return max(sure, key=lambda c: c.gain) if sure and self.points >= MIN_POINTS else None

    def rows(self) -> list[dict[str, Any]]:
        """Return one row for each candidate, for the report."""
        return [
            {
                "path": self.path,
                "sources": ", ".join(self.roles),
                "candidate": c.datum,
                "stated": c.stated,
                "points": self.points,
                "near_building": None if c.near_building is None else round(c.near_building, 4),
                "near_street": None if c.near_street is None else round(c.near_street, 4),
                "better_beyond_doubt": c is self.better,
            }
            for c in self.candidates
        ]


def datum_evidence(
    sources: Mapping[str, tuple[SourceSpec, gpd.GeoSeries]],
    base: Mapping[str, str],
    buildings: gpd.GeoDataFrame,
    streets: gpd.GeoDataFrame,
    findings: Findings,
) -> tuple[DatumEvidence, ...]:
    """Return the evidence for every file of points inside China; warn where another datum is better.

    Nothing is changed. An OSM file is WGS 84; it is compared only where buildings or streets come from another file,
    whose datum may be wrong.

    Parameters
    ----------
    sources : mapping of str to (SourceSpec, GeoSeries)
        By role: facilities and compounds as read (shifted degrees are WGS 84 already).
    base : mapping of str to str
        The files of `BASE_ROLES`.
    buildings, streets : GeoDataFrame
        As read, in the working CRS; either may be empty, and without both there is nothing to compare with.
    """
    if not (len(buildings) or len(streets)):
        return ()
    base_is_osm = all(is_osm(path) for path in base.values())
    files: dict[tuple[str, str], list[str]] = {}
    for role, (spec, shapes) in sources.items():
        if not (base_is_osm and is_osm(spec.path)):
            stated = shifted_datum(spec.crs) or (PLAIN if shapes.crs.is_geographic else label(shapes.crs))
            files.setdefault((spec.path, stated), []).append(role)
    beside = None
    found = []
    for (path, stated), roles in files.items():
        shapes = [sources[role][1] for role in roles]
        lon, lat = _degrees(shapes)
        if not len(lon):
            continue
        beside = beside or Beside(buildings, streets)
        degrees = shapes[0].crs.is_geographic
        if degrees:
            ways = candidates(lon, lat, stated, points=not is_osm(path), base=not base_is_osm)
        else:
            ways = projections(lon, lat, shapes[0].crs)
        evidence = compare(ways, beside, path, tuple(roles))
        # Metres are mostly those of the other files: they are shown only where another zone would be better.
        if evidence is not None and (degrees or max(c.gain for c in evidence.candidates) >= MARGIN):
            found.append(evidence)
            _warn(evidence, findings, base=degrees and not base_is_osm)
    return tuple(found)


def _degrees(sources: Sequence[gpd.GeoSeries]) -> tuple[Floats, Floats]:
    """Return WGS 84 longitude and latitude of the shapes that lie in China, thinned to `MOST_POINTS`."""
    shapes = [s[s.notna() & ~s.is_empty].to_crs(WGS84).to_numpy() for s in sources]
    points = inner_points(np.concatenate(shapes))
    lon, lat = shapely.get_x(points), shapely.get_y(points)
    inside = np.flatnonzero(in_china(lon, lat))
    some = inside[:: max(1, -(-len(inside) // MOST_POINTS))]
    return lon[some], lat[some]


def candidates(
    lon: Floats, lat: Floats, stated: str, *, points: bool = True, base: bool = False
) -> dict[str, tuple[Floats, Floats]]:
    """Return where points are if their coordinates are in each datum, the stated one first.

    Parameters
    ----------
    lon, lat : ndarray of float, shape (n,)
        WGS 84 positions as the stated datum gives them, degrees.
    stated : {"WGS 84", "GCJ-02", "BD-09"}
    points, base : bool
        Whether the points, and whether buildings and streets, may be in another datum than stated.
    """
    ways = {stated: (lon, lat)}
    if points:
        as_written = (lon, lat) if stated == PLAIN else FROM_WGS84[stated](lon, lat)
        ways.setdefault(PLAIN, as_written)
        ways |= {name: undo(*as_written) for name, undo in TO_WGS84.items() if name != stated}
    if base and stated == PLAIN:
        ways |= {BASE.format(name): shift(lon, lat) for name, shift in FROM_WGS84.items()}
    return ways


def projections(lon: Floats, lat: Floats, stated: CRS) -> dict[str, tuple[Floats, Floats]]:
    """Return where points are if their metres are in other zones than the stated one, which comes first.

    Parameters
    ----------
    lon, lat : ndarray of float, shape (n,)
        WGS 84 positions as the stated CRS gives them, degrees.
    stated : CRS
        Projected.
    """
    ways = {label(stated): (lon, lat)}
    points = gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs=WGS84).to_crs(stated)
    x, y = points.x.to_numpy(float), points.y.to_numpy(float)
    middle = float(np.median(lon))
    utm = estimate_working_crs(middle, float(np.median(lat))).to_string()
    for reading in readings(stated, x, y, middle, (utm,)):
        crs = CRS.from_user_input(reading.crs)
        if reading.swapped or reading.crs == WEB_MERCATOR or not crs.is_projected or not fits(crs, x, y, CLOSE).all():
            continue
        at = to_degrees(crs, x, y)
        # Points a whole zone away are refused before they come here.
        if max(abs(float(np.median(at[0])) - middle), float(np.abs(at[1] - lat).max())) <= NEAR_DEG:
            ways.setdefault(label(crs), at)
    return ways


class Beside:
    """Tells which points are within `BESIDE_M` of a building and of a street.

    Parameters
    ----------
    buildings, streets : GeoDataFrame
        In one projected CRS, metres; what is empty is left out.
    """

    def __init__(self, buildings: gpd.GeoDataFrame, streets: gpd.GeoDataFrame) -> None:
        self.crs: CRS = streets.crs
        shapes = {name: frame.geometry.to_numpy() for name, frame in zip(LAYERS, (buildings, streets), strict=True)}
        self._trees = {name: shapely.STRtree(s) for name, s in shapes.items() if len(s)}
        self._extent = shapely.box(*shapely.total_bounds(np.concatenate(list(shapes.values()))))

    def __call__(self, lon: Floats, lat: Floats) -> tuple[Bools, dict[str, Bools]]:
        """Return whether points in degrees lie within the extent of all, and beside what, by name of `LAYERS`."""
        points = gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs=WGS84).to_crs(self.crs).to_numpy()
        inside: Bools = shapely.intersects(self._extent, points)
        return inside, {name: self._near(tree, points) for name, tree in self._trees.items()}

    @staticmethod
    def _near(tree: shapely.STRtree, points: NDArray[np.object_]) -> Bools:
        near = np.zeros(len(points), bool)
        near[tree.query(points, predicate="dwithin", distance=BESIDE_M)[0]] = True
        return near


def compare(
    ways: Mapping[str, tuple[Floats, Floats]], beside: Beside, path: str, roles: tuple[str, ...]
) -> DatumEvidence | None:
    """Return how each datum's positions lie to buildings and streets; None where no point is near the study.

    Parameters
    ----------
    ways : mapping of str to (lon, lat)
        From `candidates`; the stated datum first.
    beside : Beside
    """
    seen = {name: beside(*at) for name, at in ways.items()}
    # One sample for all, so that no datum gains by moving points out of sight.
    sample = np.logical_or.reduce([inside for inside, _ in seen.values()])
    if not sample.any():
        return None
    near = {name: {layer: at[sample] for layer, at in layers.items()} for name, (_, layers) in seen.items()}
    first = next(iter(near.values()))
    rows = tuple(_candidate(name, at, first) for name, at in near.items())
    return DatumEvidence(path, roles, int(sample.sum()), rows)


def _candidate(datum: str, at: Mapping[str, Bools], stated: Mapping[str, Bools]) -> Candidate:
    gains = np.array([at[layer].astype(float) - stated[layer] for layer in stated])
    each = gains.mean(axis=0)
    clear = float(each.sum()) >= SIGMAS * float(np.sqrt((each**2).sum()))
    gain = float(each.mean())
    sure = gain >= MARGIN and clear and bool((gains.mean(axis=1) >= 0).all())
    building, street = (float(at[layer].mean()) if layer in at else None for layer in LAYERS)
    return Candidate(datum, at is stated, building, street, gain, sure)


def _warn(evidence: DatumEvidence, findings: Findings, *, base: bool) -> None:
    stated, better = evidence.candidates[0], evidence.better
    if better is None:
        return
    findings.warn(
        evidence.roles[0],
        f"the datum of {evidence.path} looks wrong: of {evidence.points} points, {_shares(stated)} as stated "
        f"({stated.datum}), but {_shares(better)} if they are {better.datum}; check its crs"
        f"{' and that of buildings and streets' if base else ''}; nothing was changed",
    )


def _shares(candidate: Candidate) -> str:
    shares = zip((candidate.near_building, candidate.near_street), ("a building", "a street"), strict=True)
    words = [f"{100 * share:.0f} % lie within {BESIDE_M:g} m of {what}" for share, what in shares if share is not None]
    return " and ".join(words)
