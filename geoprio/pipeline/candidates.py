"""Candidate sites: read, placed on the network, and how far people are from them."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from geoprio._core.columns import DISTANCE_DECIMALS
from geoprio._core.errors import InputError
from geoprio._core.findings import Findings
from geoprio.city.reach import in_reach
from geoprio.city.shapes import inner_points, tidy
from geoprio.city.tables import indexed, row_ids
from geoprio.city.zones import assign
from geoprio.indicators.places import Places, place_city
from geoprio.indicators.straight import StraightPlaces, straight_places
from geoprio.network import od_table
from geoprio.programme import Pairs
from geoprio.sources.aliases import unit_factor
from geoprio.sources.capacities import capacities
from geoprio.sources.layers import read_layers
from geoprio.sources.osm import is_osm
from geoprio.sources.parsers import money
from geoprio.sources.spec import FacilitiesSpec
from geoprio.sources.tables import as_numbers, as_readings, as_text, require_columns

if TYPE_CHECKING:
    from geoprio._core.typing import Bools, Floats, Ints
    from geoprio.city import City
    from geoprio.config import SitesSpec
    from geoprio.pipeline.running import Walked
    from geoprio.standards import Profile

ROLE = "sites"
USES = ("residential", "other", "unknown")
MOST_PAIRS = 40_000_000
"""More pairs of a building and a site do not fit a small machine."""
ENOUGH_PAIRS = 10_000_000
"""Where buildings are the sites, so many pairs are looked at: seconds, not minutes."""
SQUARE_M = 25.0
"""Side of the smallest squares of which one building stands for all."""
MONEY_WORDS = r"(?i)[元万亿]|cny|rmb|yuan"
"""A cell of costs with one of these names its unit."""
EPSILON = 1e-3
"""What is searched beyond a limit, for distances that are rounded to it."""


def read_sites(spec: SitesSpec, city: City, findings: Findings) -> tuple[gpd.GeoDataFrame, bool]:
    """Return the candidate sites of a file within one catchment of a zone, and whether their costs are in yuan.

    Returns
    -------
    GeoDataFrame
        Index `site_id`; `name`, `kind`, `capacity` and `cost` (missing where not known), `zone_id`, point in the
        working CRS. Rows without a place are in the rejects.
    in_yuan : bool
        False where nothing tells the unit of the costs, or none is known.

    Raises
    ------
    InputError, MissingError
        If the file or a column is not there, an id stands twice, or all sites lie outside the study.
    """
    if is_osm(spec.path):
        raise InputError(f"[{ROLE}] {spec.path}: an OSM file names no candidate sites; give a table or a layer.")
    raw = read_layers({ROLE: spec}, Path(), findings)[ROLE]
    require_columns(raw, [spec.id, spec.name, spec.kind, spec.capacity, spec.cost], ROLE, spec.path)
    named = {key: getattr(spec, key) or key for key in ("name", "kind", "capacity", "cost")}
    ids = row_ids(raw, spec.id, "s", ROLE, findings)
    frame = tidy(raw, "any", city.crs, ROLE, findings)
    out = frame[["geometry"]].copy()
    out = out.set_geometry(inner_points(out.geometry.to_numpy()), crs=city.crs)
    for key in ("name", "kind"):
        out[key] = as_text(frame[named[key]]).fillna("") if named[key] in frame else ""
    out["capacity"] = np.nan
    if named["capacity"] in frame:
        reader = FacilitiesSpec(path=spec.path, category=ROLE, capacity=named["capacity"])
        beds, assumed = capacities(frame, reader, ROLE, Findings())
        out["capacity"] = beds.mask(assumed)
    out["cost"], in_yuan = _costs(frame, named["cost"], findings)
    kept = in_reach(indexed(out, ids, "site_id", ROLE, spec.path), raw, spec.path, ROLE, "sites", city.reach, findings)
    findings.used(ROLE, len(kept))
    findings.place(ROLE, raw.geometry)
    return _zoned(kept, city), in_yuan


def _costs(table: pd.DataFrame, column: str, findings: Findings) -> tuple[pd.Series, bool]:
    """Return what opening costs, and whether that is in yuan: where the heading or a cell names a unit of money."""
    if column not in table:
        return pd.Series(np.nan, index=table.index), False
    factor = unit_factor(column, "investment")
    in_yuan = factor is not None or bool(as_text(table[column]).str.contains(MONEY_WORDS, na=False).any())
    if in_yuan:
        cost = as_readings(table[column], partial(money, factor=factor), ROLE, column, findings)["value"]
    else:
        cost = as_numbers(table[column], ROLE, column, findings)
    below = cost < 0
    findings.reject(
        ROLE, cost.index[below], "below zero", "give what opening costs, or leave it blank",
        column=column, values=cost[below],
    )  # fmt: skip
    return cost.mask(below), in_yuan and bool(cost.notna().any())


def sites_of_buildings(city: City, uses: tuple[str, ...]) -> gpd.GeoDataFrame:
    """Return the buildings of some uses as candidate sites; columns as of `read_sites`.

    Raises
    ------
    InputError
        If a use is not known, or no building has it.
    """
    unknown = [use for use in uses if use not in USES]
    if unknown:
        raise InputError(f"use {unknown[0]!r} is not known; it may be {', '.join(USES)}.")
    table = city.buildings[city.buildings["use"].isin(uses)]
    if table.empty:
        counts = ", ".join(f"{use} {n}" for use, n in city.buildings["use"].value_counts().sort_index().items())
        raise InputError(f"no building has the use {' or '.join(uses)}; there are {counts}.")
    columns = {"name": "", "kind": table["use"], "capacity": np.nan, "cost": np.nan}
    index = pd.Index(table.index, name="site_id")
    points = shapely.points(table[["x", "y"]].to_numpy(float))
    out = gpd.GeoDataFrame(columns, index=table.index, geometry=points, crs=city.crs).set_axis(index)
    return _zoned(out, city)


def spread_out(sites: gpd.GeoDataFrame, homes: gpd.GeoDataFrame, metres: float, findings: Findings) -> gpd.GeoDataFrame:
    """Return buildings as sites, thinned to one for each square where all would make too many pairs.

    Parameters
    ----------
    sites : GeoDataFrame
        Points, in metres.
    homes : GeoDataFrame
        Buildings with `x` and `y`, whose ways are asked for.
    metres : float
        How far people go; pairs within it in a straight line are counted, which are no fewer than on the streets.

    Returns
    -------
    GeoDataFrame
        All of them, or of each square the one nearest to its middle (of two the earlier): another one is at most the
        square's diagonal away. A warning tells it.
    """
    xy = np.column_stack((sites.geometry.x, sites.geometry.y))
    tree = cKDTree(homes[["x", "y"]].to_numpy(float))
    side = 0.0
    kept: Ints = np.arange(len(sites), dtype=np.int64)
    while len(kept) > 1 and tree.count_neighbors(cKDTree(xy[kept]), metres) > ENOUGH_PAIRS:
        side = 2 * side or SQUARE_M
        kept = _one_of_each(xy, side)
    if not side:
        return sites
    findings.warn(
        ROLE,
        f"{len(kept)} of {len(sites)} buildings are candidates, one for each square of {side:g} m: all of them would "
        f"make more than {ENOUGH_PAIRS:,} pairs of a building and a site",
    )
    return sites.iloc[kept]


def _one_of_each(xy: Floats, side: float) -> Ints:
    """Return the rows nearest to the middles of the squares of a grid, shape (squares,), in their order."""
    cell = np.floor(xy / side)
    away = np.hypot(*(xy - (cell + 0.5) * side).T)
    order = np.lexsort((np.arange(len(xy)), away, cell[:, 1], cell[:, 0]))
    first = np.r_[True, (np.diff(cell[order], axis=0) != 0).any(axis=1)]
    rows: Ints = np.sort(order[first]).astype(np.int64)
    return rows


def _zoned(sites: gpd.GeoDataFrame, city: City) -> gpd.GeoDataFrame:
    ids, _ = assign(city.zones, sites.geometry.x.to_numpy(), sites.geometry.y.to_numpy())
    return sites.assign(zone_id=ids.to_numpy())


@dataclass(frozen=True)
class Reach:
    """Buildings and candidate sites where people walk.

    Attributes
    ----------
    places : Places or StraightPlaces
        Of all buildings, and of the city's facilities with the sites after them.
    first : int
        Number of facilities: the first site's row.
    """

    places: Places | StraightPlaces
    first: int

    @property
    def on(self) -> Bools:
        """Which sites can be reached."""
        return self.places.stop_on[self.first :]

    def pairs(self, homes: Bools, limit: float, walker: Profile | None) -> Pairs:
        """Return how far people are from the sites, within a limit.

        Parameters
        ----------
        homes : ndarray of bool, shape (buildings,)
            Whose ways are asked for.
        limit : float
            Metres, or minutes with a walker.
        walker : Profile or None

        Returns
        -------
        Pairs
            Rows of the buildings and of the sites; metres to 1 mm, as distances of a run are.

        Raises
        ------
        InputError
            If there are too many.
        """
        rows = np.flatnonzero(homes)
        found = self._straight(rows, limit, walker) if isinstance(self.places, StraightPlaces) else None
        who, site, cost = found or self._walked(rows, limit, walker)
        cost = np.round(cost, DISTANCE_DECIMALS) if walker is None else cost
        near = cost <= limit
        return Pairs(rows[who[near]], site[near], cost[near], len(homes), len(self.on))

    def _walked(self, rows: Ints, limit: float, walker: Profile | None) -> tuple[Ints, Ints, Floats]:
        assert isinstance(self.places, Places)
        stops = np.arange(self.first, self.first + len(self.on))
        batches, size = [], 0
        homes, goal = self.places.homes.take(rows), self.places.stops.take(stops)
        for batch in od_table(self.places.network, homes, goal, cutoff=limit + EPSILON, profile=walker):
            size += batch.num_rows
            _check_size(size)
            batches.append([batch.column(k).to_numpy() for k in range(3)])
        who, site, cost = (np.concatenate(c) for c in zip(*batches, strict=True)) if batches else [np.zeros(0)] * 3
        return who.astype(np.int64), site.astype(np.int64), cost.astype(np.float64)

    def _straight(self, rows: Ints, limit: float, walker: Profile | None) -> tuple[Ints, Ints, Floats]:
        assert isinstance(self.places, StraightPlaces)
        pace = 1.0 if walker is None else walker.speed_m_per_min
        tree = cKDTree(self.places.homes_xy[rows])
        goal = cKDTree(self.places.stops_xy[self.first :])
        metres = limit * pace + EPSILON
        _check_size(int(tree.count_neighbors(goal, metres)))
        found = tree.sparse_distance_matrix(goal, metres, output_type="ndarray")
        return found["i"].astype(np.int64), found["j"].astype(np.int64), found["v"] / pace


def _check_size(pairs: int) -> None:
    if pairs > MOST_PAIRS:
        raise InputError(
            f"siting: more than {MOST_PAIRS:,} pairs of a building and a site; give fewer sites, or a method that asks "
            "for the threshold alone (cover, set-cover)."
        )


def reach_of(walked: Walked, sites: gpd.GeoDataFrame) -> Reach:
    """Return where people and sites stand, as if every site were a facility of the city."""
    city = walked.city
    columns = ["geometry"]
    every = gpd.GeoDataFrame(pd.concat([city.facilities[columns], sites[columns]]), geometry="geometry", crs=city.crs)
    # An entrance belongs to a facility by its id; a site that has the same one has none.
    ids = [*city.facilities.index, *(f"\0{i}" for i in sites.index)]
    other = dataclasses.replace(city, facilities=every.set_axis(pd.Index(ids, dtype="str", name="facility_id")))
    if walked.network is None:
        return Reach(straight_places(other), len(city.facilities))
    return Reach(place_city(other, walked.network, walked.study.config.access, Findings()), len(city.facilities))
