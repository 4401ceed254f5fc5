"""Where new facilities serve most, on the distances of a run; checked by a run with the chosen ones."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geoprio._core.columns import REACHED
from geoprio._core.errors import InputError
from geoprio._core.files import local_path, sha256
from geoprio._core.findings import Findings
from geoprio.config import SitesSpec
from geoprio.outputs.sited.result import Sited
from geoprio.pipeline.candidates import reach_of, read_sites, sites_of_buildings, spread_out
from geoprio.pipeline.running import run, run_walked
from geoprio.pipeline.scenario.facilities import first_of
from geoprio.pipeline.site_scenario import scenario_of, scenario_text
from geoprio.pipeline.study import parts_of
from geoprio.programme import Pairs, Siting, maximal_cover, p_median, set_cover, zone_quantities
from geoprio.sources.tables import nearest_name

if TYPE_CHECKING:
    from geoprio._core.typing import Bools, Floats, Progress
    from geoprio.outputs.result import Result
    from geoprio.pipeline.candidates import Reach
    from geoprio.pipeline.running import Walked
    from geoprio.standards import Profile

Method = Literal["cover", "p-median", "set-cover"]
METHODS = ("cover", "p-median", "set-cover")
BUILDINGS = "buildings"


def site(
    project: str | Path,
    category: str,
    sites: SitesSpec | str | Path,
    number: int | None = None,
    *,
    method: Method = "cover",
    threshold: float | None = None,
    use: tuple[str, ...] = ("residential", "other", "unknown"),
    serves: float | None = None,
    strict: bool = False,
    progress: Progress | None = None,
) -> Sited:
    """Choose where new facilities of a category serve most; what is there already counts.

    Parameters
    ----------
    project : str or Path
        The TOML project file.
    category : str
        One of its categories.
    sites : SitesSpec, str or Path
        Candidate sites: a file, how to read it, or ``"buildings"`` for every building of a `use`.
    number : int, optional
        How many may open; for ``"set-cover"`` none: as few, or as cheap, as serve everybody that a site reaches.
    method : {"cover", "p-median", "set-cover"}
        Most people within the threshold; the shortest ways of all; everybody within the threshold.
    threshold : float, optional
        In the unit of the category's rule; default: the rule's own.
    use : tuple of str
        Of the buildings that are candidates.
    serves : float, optional
        For ``"set-cover"``: how much demand one unit of a site's capacity serves; default: any.
    strict : bool
        Whether warnings are errors.
    progress : callable, optional
        Told the name of each stage as it begins.

    Returns
    -------
    Sited

    Raises
    ------
    InputError, MissingError
        If the project or the sites cannot be used, or there are fewer sites than wanted.
    """
    _check(method, number, threshold, serves)
    spec = sites if isinstance(sites, SitesSpec) else SitesSpec(path=str(sites))
    by_building = spec.path == BUILDINGS
    if not by_building:
        local_path(Path(), spec.path, "[sites]")
    before, walked = run_walked(project, strict=strict, progress=progress)
    people, near, table, found, asked = sought(
        walked, category, spec, number, method=method, threshold=threshold, use=use, serves=serves
    )
    return _sited(before, walked, people, near, table, found, asked, spec, project, progress)


def sought(
    walked: Walked,
    category: str,
    spec: SitesSpec,
    number: int | None,
    *,
    method: str = "cover",
    threshold: float | None = None,
    use: tuple[str, ...] = (),
    serves: float | None = None,
) -> tuple[_People, Pairs, gpd.GeoDataFrame, Siting, dict[str, Any]]:
    """Return who is served, by which sites, what was chosen of them, and what was asked; parameters as of `site`.

    Raises
    ------
    InputError, MissingError
        As `site` does.
    """
    by_building = spec.path == BUILDINGS
    if category not in walked.city.categories:
        known = walked.city.categories
        near_name = nearest_name(category, known)
        raise InputError(
            f"category {category!r} is none of the project's{near_name}; there are {', '.join(known)}. "
            f"{first_of(category)}"
        )
    findings = Findings()
    if by_building:
        table, in_yuan = sites_of_buildings(walked.city, use), False
    else:
        table, in_yuan = read_sites(spec, walked.city, findings)
    table, reach = _reachable(walked, table, findings)
    rule = walked.study.rules[category]
    limit = rule.threshold if threshold is None else threshold
    walker = None if rule.unit == "m" else walked.study.config.access.walker(category)
    access = walked.study.config.access
    if access.level_metres(limit, walker) > access.cutoff_m:
        raise InputError(
            f"threshold = {limit:g} {rule.unit} is beyond [access] cutoff_m = {access.cutoff_m:g}: nobody looks so far."
        )
    people = _People(walked, category, limit, walker)
    if by_building:
        # Before any way is walked: all pairs of a city's buildings are too many.
        far = access.cutoff_m if method == "p-median" else access.level_metres(limit, walker)
        few = spread_out(table, walked.city.buildings[people.asked], far, findings)
        if len(few) < len(table):
            table, reach = few, reach_of(walked, few)
    near = reach.pairs(people.asked, limit, walker)
    found = _chosen(people, near, reach, walked, table, method, number, limit, serves)
    asked = {
        "category": category, "method": method, "number": number, "threshold": limit, "unit": rule.unit,
        "sites": list(use) if by_building else spec.path, "candidates": len(table), "serves": serves,
        "cost_unit": "CNY" if in_yuan else None,
        # Demand that some candidate is near enough to.
        "reached": float(people.weight[np.unique(near.demand)].sum()),
        "notes": findings.note_rows(), "rejects": findings.rejects().drop(columns=["lon", "lat"]).to_dict("records"),
    }  # fmt: skip
    return people, near, table, found, asked


def chosen_amounts(
    walked: Walked, category: str, spec: SitesSpec, number: int, threshold: float | None, size: str, zones: pd.Index
) -> tuple[pd.Series, dict[str, Any]]:
    """Return how much each zone gets of the sites that cover most, as `site_quantities` does, and what was asked.

    Raises
    ------
    InputError, MissingError
        As `site` and `site_quantities` do.
    """
    _check("cover", number, threshold, None)
    people, near, table, found, asked = sought(walked, category, spec, number, threshold=threshold)
    chosen, _ = _in_order(table, found.sites[found.sites < near.sites], near, people, adds=True)
    return _amounts(chosen, zones, size), asked | {"chosen": chosen}


def site_quantities(found: Sited, zones: pd.Index, size: str = "capacity") -> pd.Series:
    """Return how much each zone gets of the chosen sites, as a column that a measure's quantity can name.

    Parameters
    ----------
    found : Sited
    zones : Index
        Ids of the zones, in the order that the column shall have.
    size : {"capacity", "count"}
        What is summed: the capacity of the new facilities, or 1 each.

    Returns
    -------
    Series
        On `zones`; 0 where nothing opens. Sites outside every zone count nowhere.

    Raises
    ------
    InputError
        If a capacity is not known.
    """
    return _amounts(found.chosen, zones, size)


def _amounts(chosen: gpd.GeoDataFrame, zones: pd.Index, size: str) -> pd.Series:
    if size == "capacity" and chosen["capacity"].isna().any():
        lost = chosen.index[chosen["capacity"].isna()][0]
        raise InputError(f"siting: the capacity of site {lost!r} is not known; give it, or count the sites.")
    amounts = chosen["capacity"].to_numpy(float) if size == "capacity" else np.ones(len(chosen))
    row = zones.get_indexer(chosen["zone_id"].astype(object)).astype(np.int64)
    here = np.arange(len(chosen), dtype=np.int64)
    none = np.zeros(0)
    own = Siting(here, none.astype(np.int64), none, 0.0, 0.0, 0.0, "")
    return zone_quantities(own, row, amounts, zones)


def _check(method: str, number: int | None, threshold: float | None, serves: float | None) -> None:
    if method not in METHODS:
        raise InputError(f"method = {method!r} is not one of {', '.join(METHODS)}.")
    if method == "set-cover":
        if number is not None:
            raise InputError("number has no meaning for set-cover, which opens as few sites as needed; leave it out.")
    elif number is None or number < 1:
        raise InputError(f"number = {number}: give how many sites may open, 1 or more.")
    elif serves is not None:
        raise InputError(f"serves has no meaning for {method}; leave it out.")
    for word, value in (("threshold", threshold), ("serves", serves)):
        if value is not None and not (0 < value < float("inf")):
            raise InputError(f"{word} = {value}: give a number above 0.")


class _People:
    """Demand of the buildings in zones, and who is served already."""

    def __init__(self, walked: Walked, category: str, limit: float, walker: Profile | None) -> None:
        self.weight = np.asarray(walked.demand[category].weight, float)
        self.inside = walked.city.buildings["zone_id"].notna().to_numpy(bool)
        columns, snapped = walked.access.columns, walked.access.places.home_on
        cost = columns[f"{category}_{'distance_m' if walker is None else 'walk_min'}"].to_numpy(float)
        reached = columns[f"{category}_status"].eq(REACHED).to_numpy(bool)
        self.served = reached & (cost <= limit)
        self.metres = np.where(reached, columns[f"{category}_distance_m"].to_numpy(float), np.inf)
        # Of buildings that are on no street nothing is known, and no site changes that.
        self.counted = self.inside & (self.weight > 0)
        self.asked = self.counted & snapped
        self.total = float(self.weight[self.counted].sum())

    @property
    def left(self) -> Floats:
        """Demand that is not served yet, shape (buildings,)."""
        return np.where(self.asked & ~self.served, self.weight, 0.0)


def _reachable(walked: Walked, sites: gpd.GeoDataFrame, findings: Findings) -> tuple[gpd.GeoDataFrame, Reach]:
    """Return the sites that are near enough to a street."""
    reach = reach_of(walked, sites)
    metres = walked.study.config.access.max_snap_m
    lost = sites[~reach.on]
    findings.reject(
        "sites", lost.index, f"site farther than {metres:g} m from every street: cannot be chosen",
        "check the position, add the missing street or raise [access] max_snap_m", at=lost.geometry,
    )  # fmt: skip
    if len(lost):
        sites = sites[reach.on]
        if sites.empty:
            raise InputError(f"siting: no candidate site lies within {metres:g} m of a street; check the coordinates.")
        reach = reach_of(walked, sites)
    return sites, reach


def _chosen(
    people: _People,
    near: Pairs,
    reach: Reach,
    walked: Walked,
    sites: gpd.GeoDataFrame,
    method: str,
    number: int | None,
    limit: float,
    serves: float | None,
) -> Siting:
    if method == "cover":
        assert number is not None
        return maximal_cover(near, people.left, number, limit)
    if method == "set-cover":
        return _set_cover(people, near, sites, limit, serves)
    assert number is not None
    cutoff = walked.study.config.access.cutoff_m
    ways = reach.pairs(people.asked, cutoff, None)
    # One more site, open anyway, stands for all that are there: as far from everybody as the nearest of them.
    reached = np.flatnonzero(people.asked & np.isfinite(people.metres))
    there = np.full(len(reached), ways.sites)
    pairs = Pairs(
        np.r_[ways.demand, reached], np.r_[ways.site, there], np.r_[ways.cost, people.metres[reached]],
        ways.demands, ways.sites + 1,
    )  # fmt: skip
    open_sites = np.arange(ways.sites + 1) == ways.sites
    weight = np.where(people.asked, people.weight, 0.0)
    return p_median(pairs, weight, number, beyond=cutoff, open_sites=open_sites)


def _set_cover(people: _People, near: Pairs, sites: gpd.GeoDataFrame, limit: float, serves: float | None) -> Siting:
    cost = sites["cost"]
    if cost.notna().any() and cost.isna().any():
        raise InputError(
            f"siting: the cost of {int(cost.isna().sum())} of {len(cost)} sites is not known, such as of "
            f"{cost.index[cost.isna()][0]!r}; give all costs or none."
        )
    capacity = None
    if serves is not None:
        if sites["capacity"].isna().any():
            lost = sites.index[sites["capacity"].isna()][0]
            raise InputError(f"siting: the capacity of site {lost!r} is not known; give it, or leave serves out.")
        capacity = sites["capacity"].to_numpy(float) * serves
    price = cost.to_numpy(float) if cost.notna().all() else None
    found = set_cover(near, people.left, limit, capacity=capacity, site_cost=price)
    if not len(found.sites) and not np.isfinite(found.objective):
        raise InputError(f"siting: no choice of sites serves everybody: {'; '.join(en for _, en in found.why)}.")
    return found


def _sited(
    before: Result,
    walked: Walked,
    people: _People,
    near: Pairs,
    sites: gpd.GeoDataFrame,
    found: Siting,
    asked: dict[str, Any],
    spec: SitesSpec,
    project: str | Path,
    progress: Progress | None,
) -> Sited:
    """Put together what was found, with a run that has the chosen sites."""
    category, limit = asked["category"], asked["threshold"]
    alone = np.bincount(near.site, people.left[near.demand], near.sites)
    sites = sites.assign(covered_alone=alone)
    # A site that adds nothing is no choice: it would cost and serve nobody who is not served.
    picked = found.sites[found.sites < near.sites]
    chosen, newly = _in_order(sites, picked, near, people, adds=asked["method"] == "cover")
    text = scenario_text(chosen, asked, before, walked)
    after = before if chosen.empty else run(project, scenario=scenario_of(text), progress=progress)
    homes = _homes(walked, people, newly)
    inputs = before.inputs
    if spec.path != BUILDINGS:
        parts = parts_of(Path(spec.path))
        inputs = [*inputs, *({"path": p.name, "bytes": p.stat().st_size, "sha256": sha256(p)} for p in parts)]
    share = f"{category}_covered_share"
    gained = np.where(newly, people.weight, 0.0)
    by_zone = pd.Series(gained).groupby(walked.city.buildings["zone_id"].to_numpy()).sum()
    zones = before.zones[["name", "geometry"]].assign(
        covered_before=before.zones[share],
        covered_after=after.zones[share].reindex(before.zones.index),
        newly_covered=by_zone.reindex(before.zones.index).fillna(0.0),
    )
    return Sited(
        before=before, after=after, category=category, method=asked["method"], threshold=limit, unit=asked["unit"],
        chosen=chosen, candidates=sites, homes=homes, zones=zones, siting=found, asked=asked, demand=people.total,
        scenario_text=text, inputs=inputs,
    )  # fmt: skip


def _in_order(
    sites: gpd.GeoDataFrame, picked: np.ndarray, near: Pairs, people: _People, *, adds: bool
) -> tuple[gpd.GeoDataFrame, Bools]:
    """Return the chosen sites, the one that adds most demand first, and which buildings are newly served."""
    left, within = people.left, np.where(people.asked, people.weight, 0.0)
    newly = np.zeros(len(left), bool)
    rest, rows = sorted(picked.tolist()), []
    homes_of = {s: near.demand[near.site == s] for s in rest}
    while rest:
        gains = [float(left[homes_of[s]][~newly[homes_of[s]]].sum()) for s in rest]
        k = int(np.argmax(gains))
        if adds and gains[k] <= 0:
            break
        s = rest.pop(k)
        newly[homes_of[s]] |= left[homes_of[s]] > 0
        rows.append((s, gains[k], float(within[homes_of[s]].sum())))
    numbers = [s for s, _, _ in rows]
    table = sites.iloc[numbers].assign(
        order=np.arange(1, len(rows) + 1),
        newly_covered=[gain for _, gain, _ in rows],
        newly_share=[gain / people.total if people.total > 0 else 0.0 for _, gain, _ in rows],
        within=[amount for _, _, amount in rows],
    )
    return table, newly


def _homes(walked: Walked, people: _People, newly: Bools) -> gpd.GeoDataFrame:
    table = walked.city.buildings[people.counted]
    state = np.select([people.served, newly, people.asked], ["served", "newly", "unserved"], "unknown")
    points = shapely.points(table[["x", "y"]].to_numpy(float))
    columns = {"demand": people.weight[people.counted], "state": state[people.counted]}
    return gpd.GeoDataFrame(columns, index=table.index, geometry=points, crs=walked.city.crs)
