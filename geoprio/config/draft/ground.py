"""In which coordinates numbers are: told by where buildings, streets and zones lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from geoprio._core.crs import WGS84, estimate_working_crs, label
from geoprio._core.fits import fits, readings, thinned
from geoprio._core.gauss_kruger import zone_of
from geoprio.city.datum import BESIDE_M, MARGIN, MIN_POINTS, MOST_POINTS, PLAIN, Beside, candidates, compare
from geoprio.config.draft.said import Said, say
from geoprio.config.draft.toml_text import Remark
from geoprio.sources.coordinates import TO_WGS84, in_china

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geoprio._core.typing import Floats
    from geoprio.city.datum import Candidate, DatumEvidence

AROUND_DEG: Final = 0.05
"""Points so near to the box around the study lie in it; a shifted datum lies 0.015 off."""
INSIDE_SHARE: Final = 0.5
MOST_TOLD: Final = 6
"""Candidates that a remark names."""


@dataclass(frozen=True)
class Placed:
    """How coordinates are to be read.

    Attributes
    ----------
    crs : str or None
        What the project file should say; None: nothing.
    swapped : bool
        Whether the second column is x.
    why : tuple of Remark
    lon, lat : ndarray of float
        Where that puts them, WGS 84.
    """

    crs: str | None
    swapped: bool
    why: tuple[Remark, ...]
    lon: Floats
    lat: Floats


class Ground:
    """Buildings, streets and zones whose coordinates are known; the others are compared with them.

    Parameters
    ----------
    parts : mapping of str to GeoDataFrame
        By role: ``zones``, ``buildings``, ``streets``, as far as they are there.
    """

    def __init__(self, parts: Mapping[str, gpd.GeoDataFrame]) -> None:
        self.parts = {role: frame for role, frame in parts.items() if len(frame)}
        self.bounds = _bounds(self.parts)
        self._beside: Beside | None = None

    @property
    def crs(self) -> tuple[str, ...]:
        """The coordinate systems of its parts."""
        return tuple(dict.fromkeys(label(CRS.from_user_input(f.crs)) for f in self.parts.values()))

    @property
    def utm(self) -> tuple[str, ...]:
        """The UTM zone of its middle; none where nothing is known of it."""
        if self.bounds is None:
            return ()
        west, south, east, north = self.bounds
        return (estimate_working_crs((west + east) / 2, (south + north) / 2).to_string(),)

    def covers(self, lon: Floats, lat: Floats) -> float:
        """Return the share of positions in the box around the study; 0 where nothing is known of it."""
        if self.bounds is None or not len(lon):
            return 0.0
        west, south, east, north = self.bounds
        x = (lon >= west - AROUND_DEG) & (lon <= east + AROUND_DEG)
        return float((x & (lat >= south - AROUND_DEG) & (lat <= north + AROUND_DEG)).mean())

    def meets(self, bounds: tuple[float, float, float, float]) -> bool:
        """Return whether a box in degrees meets the study; true where nothing is known of it."""
        return self.bounds is None or bool(shapely.box(*bounds).intersects(shapely.box(*self.bounds)))

    def beside(self) -> Beside | None:
        """Return what tells which points stand beside buildings and streets; None without any."""
        if self._beside is None and self.bounds is not None:
            crs = self.utm[0]
            nothing = gpd.GeoDataFrame(geometry=[], crs=crs)
            # Where there are no buildings, points of places and compounds at least lie in the zones.
            houses = self.parts.get("buildings", self.parts.get("zones"))
            streets = self.parts.get("streets")
            frames = [nothing if f is None else _drawn(f).to_crs(crs) for f in (houses, streets)]
            self._beside = Beside(frames[0], frames[1]) if any(len(f) for f in frames) else None
        return self._beside


def _drawn(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return frame[frame.geometry.notna() & ~frame.geometry.is_empty]


def _bounds(parts: Mapping[str, gpd.GeoDataFrame]) -> tuple[float, float, float, float] | None:
    """Return the box around zones, or else buildings, or else streets, in degrees."""
    for role in ("zones", "buildings", "streets"):
        frame = parts.get(role)
        if frame is not None and len(_drawn(frame)):
            west, south, east, north = (
                gpd.GeoSeries(shapely.box(*_drawn(frame).total_bounds), crs=frame.crs).to_crs(WGS84).total_bounds
            )
            if np.isfinite([west, south, east, north]).all():
                return float(west), float(south), float(east), float(north)
    return None


def middles(frame: gpd.GeoDataFrame) -> tuple[Floats, Floats]:
    """Return the middle of each row's bounding box; rows without a shape are left out."""
    bounds = shapely.bounds(frame.geometry.to_numpy())
    bounds = bounds[np.isfinite(bounds).all(axis=1)]
    return (bounds[:, 0] + bounds[:, 2]) / 2, (bounds[:, 1] + bounds[:, 3]) / 2


def place(x: Floats, y: Floats, hint: str | None, hint_why: Said | None, ground: Ground) -> Placed | None:
    """Return how numbers without a CRS are to be read; None where nothing fits.

    Parameters
    ----------
    x, y : ndarray of float
        First and second coordinate, as the file or the names of the columns have them.
    hint : str or None
        A datum that the names of columns or the provider say.
    hint_why : Said or None
    ground : Ground
    """
    known = np.isfinite(x) & np.isfinite(y)
    x, y = x[known], y[known]
    if not len(x):
        return None
    if np.nanmax(np.abs(x)) <= 180 and np.nanmax(np.abs(y)) <= 180:
        swapped = _swapped(x, y, ground)
        lon, lat = (y, x) if swapped else (x, y)
        if np.abs(lat).max() > 90:
            return None
        placed = datum_of(lon, lat, hint, hint_why, ground)
        note = (Remark(say("axes_swapped"), doubtful=True),) if swapped else ()
        return Placed(placed.crs or WGS84, swapped, (*note, *placed.why), placed.lon, placed.lat)
    return _metres(x, y, ground)


def _swapped(x: Floats, y: Floats, ground: Ground) -> bool:
    if np.abs(y).max() > 90 >= np.abs(x).max():
        return True
    return ground.covers(x, y) < INSIDE_SHARE < ground.covers(y, x)


def _metres(x: Floats, y: Floats, ground: Ground) -> Placed | None:
    """Return the system in metres that puts points into the study; without one, the zone of the easting's number."""
    lon = None if ground.bounds is None else (ground.bounds[0] + ground.bounds[2]) / 2
    some = thinned(np.arange(len(x)))
    fitting = []
    also = tuple(c for c in (*ground.crs, *ground.utm) if not CRS.from_user_input(c).is_geographic)
    for reading in readings(CRS(WGS84), x[some], y[some], lon, also):
        crs = CRS.from_user_input(reading.crs)
        if not fits(crs, reading.x, reading.y).mean() > INSIDE_SHARE:
            continue
        points = gpd.GeoSeries(gpd.points_from_xy(reading.x, reading.y), crs=crs).to_crs(WGS84)
        at = points.x.to_numpy(float), points.y.to_numpy(float)
        zone = zone_of(crs)
        if ground.covers(*at) > INSIDE_SHARE or (ground.bounds is None and zone is not None and zone.prefixed):
            fitting.append((reading, crs, at))
    if not fitting:
        return None
    ways = {f"{r.crs} yx" if r.swapped else r.crs: at for r, _, at in fitting}
    beside = ground.beside()
    found = None if beside is None else compare(ways, beside, "", ())
    seen = [] if found is None else [_mean(c) for c in found.candidates]
    # The first of those that stand beside as much as any: likely mistakes come first.
    best = seen.index(max(seen)) if seen else 0
    reading, crs, at = fitting[best]
    others = [name for k, name in enumerate(ways) if k != best]
    clear = not others or (bool(seen) and seen[best] - sorted(seen)[-2] >= MARGIN)
    text = say("metres_fit", crs=label(crs), name=crs.name, others=others or say("none"))
    told = () if found is None else (Remark(_evidence(found, reading.crs), doubtful=seen[best] < INSIDE_SHARE),)
    notes = (Remark(say("axes_swapped"), doubtful=True),) if reading.swapped else ()
    return Placed(reading.crs, reading.swapped, (*notes, Remark(text, doubtful=not clear), *told), *at)


def datum_of(
    lon: Floats, lat: Floats, hint: str | None, hint_why: Said | None, ground: Ground, *, said: bool = False
) -> Placed:
    """Return in which datum degrees are: as the hint says, unless the study clearly says otherwise.

    Parameters
    ----------
    lon, lat : ndarray of float
        Degrees as written.
    said : bool
        Whether the file itself says its CRS: then most points must stand better in another datum, and it is doubtful.
    """
    stated = PLAIN if hint in {None, WGS84} else str(hint)
    inside = in_china(lon, lat).mean() > INSIDE_SHARE
    if not inside:
        return Placed(None, False, (Remark(say("outside_china")),), lon, lat)  # noqa: FBT003 - not swapped
    every = max(1, -(-len(lon) // MOST_POINTS))
    some = lon[::every], lat[::every]
    at = some if stated == PLAIN else TO_WGS84[stated](*some)
    beside = ground.beside()
    found = None if beside is None else compare(candidates(*at, stated), beside, "", ())
    prior = () if hint_why is None else (Remark(hint_why),)
    if found is None:
        why = (*prior, Remark(say("datum_untested", datum=stated), doubtful=True))
        return _in_datum(stated, lon, lat, why)
    better = found.better
    best = max(found.candidates, key=_mean)
    second = max(_mean(c) for c in found.candidates if c is not best)
    if said and better is not None and _mean(better) <= INSIDE_SHARE:
        better = None
    taken = better.datum if better is not None else stated
    clear = best.datum == taken and _mean(best) - second >= MARGIN and found.points >= MIN_POINTS
    against = (said or bool(hint)) and taken != stated
    unclear = () if clear else (Remark(say("datum_unclear"), doubtful=True),)
    contrary = (Remark(say("datum_contrary", datum=taken), doubtful=True),) if against else ()
    return _in_datum(taken, lon, lat, (*prior, Remark(_evidence(found, taken)), *contrary, *unclear))


def _in_datum(datum: str, lon: Floats, lat: Floats, why: tuple[Remark, ...]) -> Placed:
    if datum == PLAIN:
        return Placed(None, False, why, lon, lat)  # noqa: FBT003 - not swapped
    return Placed(datum, False, why, *TO_WGS84[datum](lon, lat))  # noqa: FBT003 - not swapped


def _evidence(found: DatumEvidence, taken: str) -> Said:
    table = [say("datum_shares", datum=c.datum, shares=_shares(c)) for c in found.candidates[:MOST_TOLD]]
    return say("datum_evidence", datum=taken, points=found.points, metres=f"{BESIDE_M:g}", table=table)


def _mean(candidate: Candidate) -> float:
    shares = pd.Series([candidate.near_building, candidate.near_street], dtype=float)
    return float(shares.mean())


def _shares(candidate: Candidate) -> list[Said]:
    named = (("share_buildings", candidate.near_building), ("share_streets", candidate.near_street))
    return [say(key, share=f"{100 * share:.0f}") for key, share in named if share is not None]
