"""Does the ranking hold on other zones: the same buildings gathered into communities, or into a grid."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, Protocol, cast

import numpy as np
import pandas as pd
import shapely

from geoprio._core.columns import UNREACHABLE
from geoprio._core.errors import InputError
from geoprio._core.findings import Findings
from geoprio.city import City
from geoprio.city.zones import assign, grid
from geoprio.indicators import AccessSpec, BuildingAccess, choose_demand, zone_indicators
from geoprio.score.matrix import build_matrix
from geoprio.score.missing import is_eligible
from geoprio.score.rank import PRIORITY_DECIMALS
from geoprio.score.score import score_zones
from geoprio.score.spec import ScoreSpec

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from geoprio._core.typing import Bools
    from geoprio.indicators.places import Places
    from geoprio.score.matrix import DecisionMatrix
    from geoprio.standards import Rule

NOWHERE = cast("Places", None)
"""No place on the network: nothing is searched again."""

OWN = "zones"
"""Name of the run's own zones."""

TOP = 0.1
"""Share of the zones, from the top, of which it is told how many stay there."""

FIRM, LOOSE = 0.9, 0.7
"""Rank correlations from which the words call the ranking robust, or sensitive below: geoprio's own convention."""


class Finished(Protocol):
    """What is needed of a run's result."""

    @property
    def zones(self) -> gpd.GeoDataFrame:
        """The scored zones, in the working CRS."""
        ...

    @property
    def buildings(self) -> gpd.GeoDataFrame:
        """Buildings with their walking access."""
        ...

    @property
    def facilities(self) -> gpd.GeoDataFrame:
        """Facilities with status."""
        ...

    @property
    def streets(self) -> gpd.GeoDataFrame:
        """Lines; they are passed on."""
        ...

    @property
    def matrix(self) -> DecisionMatrix:
        """Criteria and weights."""
        ...

    @property
    def rules(self) -> dict[str, Rule]:
        """The rule of each category."""
        ...

    @property
    def project(self) -> dict[str, Any]:
        """The resolved project file."""
        ...

    @property
    def quality(self) -> dict[str, Any]:
        """The data-quality report."""
        ...

    @property
    def on_real_component(self) -> Bools | None:
        """Whether unreachable is an answer, by building."""
        ...


@dataclass(frozen=True)
class MaupCheck:
    """How the ranking changes with the zones that carry it.

    Attributes
    ----------
    layers : DataFrame
        Index: name of the layer, ``zones`` first; `zones`, `ranked`, `buildings` (in its ranked zones), `outside`
        (buildings in none of its zones, or no homes in a ranked zone of the run), `priority_mean`, `priority_sd`,
        `priority_min`, `priority_max`.
    pairs : DataFrame
        Index `one`, `other`; over the buildings that both hold, each with the priority of its zone: `buildings`,
        `spearman`, `kendall`. Over the zones of `one`, each beside the demand-weighted mean of `other` in it: `zones`,
        `zone_spearman`, `zone_kendall`, `top` (zones in the first 10 %, ties included), `top_kept` (of these, in the
        first 10 % by the mean too). Correlations are NaN where all priorities are equal or fewer than three.
    buildings : DataFrame
        Index `building_id`, one column per layer: the priority of the building's zone, NaN outside.
    zones : DataFrame
        Index `zone_id` of the run; `priority` and, per other layer, its mean within the zone.
    words : (zh, en)
    """

    layers: pd.DataFrame
    pairs: pd.DataFrame
    buildings: pd.DataFrame
    zones: pd.DataFrame
    words: tuple[str, str]


def maup_check(
    result: Finished, layers: Mapping[str, gpd.GeoDataFrame] | None = None, *, grid_m: float | None = 250.0
) -> MaupCheck:
    """Return how far the ranking hangs on the zones: the modifiable areal unit problem.

    The walking access of each building stays as it was found; shares, means and priorities are computed anew for each
    layer with the weights, anchors and method of the run. Only homes in ranked zones take part, so that all layers
    tell of the same people. Where a layer's zones lack an indicator, the run's rule for missing values holds,
    else their other indicators take its weight.

    Parameters
    ----------
    result : Result
    layers : mapping of str to GeoDataFrame, optional
        Other zones by name, such as communities: polygons with a CRS, ids unique in the index.
    grid_m : float or None
        Side of the grid that is added; None for none.

    Raises
    ------
    InputError
        If there is nothing to compare with, a layer has no CRS, no polygons, ids twice or holds no building, or a
        weighted indicator does not come from the buildings.

    References
    ----------
    Openshaw (1984), "The modifiable areal unit problem".
    """
    source = _Source(result)
    shapes = {name: source.polygons(name, layer) for name, layer in (layers or {}).items()}
    if grid_m is not None:
        shapes[f"grid_{grid_m:g}m"] = source.grid(grid_m)
    if not shapes:
        raise InputError("there is nothing to compare with: give layers, or grid_m.")
    scored = {name: source.scored(layer) for name, layer in ({OWN: result.zones} | shapes).items()}
    buildings = pd.DataFrame({name: found.of_building for name, found in scored.items()}, index=source.ids)
    rows, pairs = {name: _layer_row(found) for name, found in scored.items()}, {}
    within = pd.DataFrame({"priority": scored[OWN].priority.dropna()})
    for one, other in combinations(scored, 2):
        own = scored[one].priority.dropna()
        mean = _mean_within(scored[one].zone, scored[other].of_building, source.weight).reindex(own.index)
        pairs[one, other] = _over_buildings(buildings[one], buildings[other]) | _over_zones(own, mean)
        if one == OWN:
            within[other] = mean
    found = pd.DataFrame.from_dict(pairs, orient="index").rename_axis(["one", "other"])
    found = found.astype(dict.fromkeys(("buildings", "zones", "top", "top_kept"), int))
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("layer")
    table = table.astype(dict.fromkeys(("zones", "ranked", "buildings", "outside"), int))
    return MaupCheck(table, found, buildings, within, _words(table, pd.DataFrame(found.loc[OWN])))


@dataclass(frozen=True)
class _Scored:
    """A layer's zones with their priorities, and the zone and priority of each building."""

    priority: pd.Series
    zone: pd.Series
    of_building: pd.Series


class _Source:
    """The buildings of the ranked zones, ready to be gathered into any other zones."""

    def __init__(self, result: Finished) -> None:
        self.result = result
        self.criteria = result.matrix.criteria
        self.categories = tuple(result.rules)
        buildings, zones = result.buildings, result.zones
        self.ids = buildings.index
        self.demand = {c: choose_demand(buildings, c, Findings()) for c in self.categories}
        ranked = zones.index[zones["priority"].notna().to_numpy() & is_eligible(zones)]
        home = np.any([d.weight > 0 for d in self.demand.values()], axis=0)
        self.inside = np.asarray(buildings["zone_id"].isin(ranked).to_numpy(bool) & home)
        if not self.inside.any():
            raise InputError("no zone is ranked, so that there is nothing to gather anew; see the data-quality report.")
        used = [c.category for c in self.criteria]
        # One figure for how much a building counts where zones are compared: the demand of the weighted categories.
        shares = [self.demand[c].weight / max(self.demand[c].weight.sum(), 1e-300) for c in used if c in self.demand]
        self.weight = pd.Series(np.sum(shares, axis=0), index=self.ids)

    def polygons(self, name: str, layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """Return a layer's polygons in the run's CRS, with ids as text."""
        problems = []
        if name == OWN:
            problems.append(f"layer {name!r} has the name of the run's own zones; call it otherwise.")
        if layer.crs is None:
            problems.append(f"layer {name!r} has no CRS; set the one that it is in.")
        if layer.empty or not layer.geom_type.isin(("Polygon", "MultiPolygon")).all():
            problems.append(f"layer {name!r} must hold polygons and nothing else.")
        if not layer.index.is_unique:
            problems.append(f"layer {name!r}: id {layer.index[layer.index.duplicated()][0]!r} stands there twice.")
        if problems:
            raise InputError(*problems)
        shapes = layer.geometry.to_crs(self.result.zones.crs).to_frame("geometry")
        shapes.index = pd.Index([str(i) for i in layer.index], dtype="str", name="zone_id")
        return shapes

    def grid(self, side: float) -> gpd.GeoDataFrame:
        """Return the square cells that hold a building."""
        if not side > 0:
            raise InputError(f"grid_m = {side} must be above 0.")
        points = self.result.buildings.loc[self.inside, ["x", "y"]].to_numpy(float).T
        return grid(side, points[0], points[1], self.result.zones.crs)[0]

    def scored(self, layer: gpd.GeoDataFrame) -> _Scored:
        """Return the priorities of a layer's zones."""
        own = layer is self.result.zones
        buildings, sites = self.result.buildings.copy(), self.result.facilities.copy()
        if own:
            zone = buildings["zone_id"].astype("str")
        else:
            zone = assign(layer, *buildings[["x", "y"]].to_numpy(float).T)[0].set_axis(self.ids)
            sites["zone_id"] = assign(layer, sites.geometry.x, sites.geometry.y)[0].to_numpy()
        buildings["zone_id"] = zone.where(self.inside)
        bare = layer[["geometry"]].assign(zone_type="other", eligible=pd.array([True] * len(layer), dtype="boolean"))
        zones = bare.join(self._indicators(bare, buildings, sites))
        priority = self._priority(zones)
        of_building = buildings["zone_id"].map(priority).astype(float)
        if of_building.isna().all():
            raise InputError("a layer holds no building of the ranked zones; check its CRS and its extent.")
        return _Scored(priority, buildings["zone_id"], of_building)

    def _indicators(
        self, zones: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame, sites: gpd.GeoDataFrame
    ) -> pd.DataFrame:
        result = self.result
        real = result.on_real_component
        status = [buildings[f"{c}_status"] == UNREACHABLE for c in self.categories]
        if real is None and np.any(status):
            raise InputError(
                "this result does not tell which buildings stand on real streets; gather a result that `run` returned."
            )
        around = shapely.box(*zones.total_bounds)
        city = City(zones.crs, zones, buildings, sites, result.streets, around, around, self.categories, {})
        access = BuildingAccess(buildings, sites, np.ones(len(buildings), bool) if real is None else real, {}, NOWHERE)
        spec = AccessSpec.model_construct(cutoff_m=float(result.project["access"]["cutoff_m"]))
        return zone_indicators(city, access, self.demand, result.rules, spec, Findings())

    def _priority(self, zones: gpd.GeoDataFrame) -> pd.Series:
        foreign = [c.code for c in self.criteria if c.code not in zones]
        if foreign:
            raise InputError(
                *(
                    f"{code!r} does not come from the buildings, so that it has no value on other zones."
                    for code in foreign
                )
            )
        spec = ScoreSpec.model_validate(self.result.project["score"])
        found = self.result.quality["categories"]
        without = frozenset(c for c in self.categories if not found[c]["facilities_by_status"].get("used", 0))
        matrix = build_matrix(pd.DataFrame(zones.drop(columns="geometry")), self.criteria)
        missing = spec.missing or ("renormalise" if spec.method.takes_gaps else None)
        return score_zones(matrix, zones, missing, Findings(), without, method=spec.method)["priority"]


def _layer_row(found: _Scored) -> dict[str, float]:
    priority = found.priority.dropna()
    held = int(found.of_building.notna().sum())
    return {
        "zones": len(found.priority),
        "ranked": len(priority),
        "buildings": held,
        "outside": int(found.zone.isna().sum()),
        "priority_mean": float(priority.mean()),
        "priority_sd": float(priority.std(ddof=0)),
        "priority_min": float(priority.min()),
        "priority_max": float(priority.max()),
    }


def _mean_within(zone: pd.Series, priority: pd.Series, weight: pd.Series) -> pd.Series:
    """Return the demand-weighted mean of the buildings' priorities in each zone."""
    known = priority.notna() & zone.notna()
    total = weight[known].groupby(zone[known]).sum()
    return (priority * weight)[known].groupby(zone[known]).sum() / total.where(total > 0)


def _correlated(one: pd.Series, other: pd.Series) -> tuple[float, float]:
    """Return Spearman's and Kendall's (tau-b) rank correlation; NaN where there is nothing to order."""
    from scipy.stats import kendalltau, spearmanr  # noqa: PLC0415 - for checks alone

    a, b = one.round(PRIORITY_DECIMALS).to_numpy(float), other.round(PRIORITY_DECIMALS).to_numpy(float)
    if len(a) < 3 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return np.nan, np.nan
    return float(spearmanr(a, b).statistic), float(kendalltau(a, b).statistic)


def _over_buildings(one: pd.Series, other: pd.Series) -> dict[str, float]:
    both = one.notna() & other.notna()
    spearman, kendall = _correlated(one[both], other[both])
    return {"buildings": int(both.sum()), "spearman": spearman, "kendall": kendall}


def _over_zones(own: pd.Series, mean: pd.Series) -> dict[str, float]:
    both = mean.notna()
    own, mean = own[both], mean[both]
    spearman, kendall = _correlated(own, mean)
    firsts = [_first(s.round(PRIORITY_DECIMALS), max(1, round(TOP * len(own)))) for s in (own, mean)]
    top, kept = len(firsts[0]), len(firsts[0].intersection(firsts[1]))
    zonal = {"zones": len(own), "zone_spearman": spearman, "zone_kendall": kendall}
    return zonal | {"top": top, "top_kept": kept}


def _first(priority: pd.Series, n: int) -> pd.Index:
    """Return the first n zones, with those that are tied with the last of them."""
    found: pd.Index = priority[priority >= priority.nlargest(n).min()].index
    return found


def _words(table: pd.DataFrame, pairs: pd.DataFrame) -> tuple[str, str]:
    """Return how firm the ranking is, layer by layer."""
    zh, en = [], []
    for name, row in pairs.iterrows():
        rho = row["zone_spearman"]
        zones = int(table.loc[[str(name)], "ranked"].iloc[0])
        if np.isnan(rho):
            zh.append(f"换为 {name}（{zones} 个单元）：无法比较")
            en.append(f"on {name} ({zones} zones) there is nothing to compare")
            continue
        firm = (
            ("稳健", "robust")
            if rho >= FIRM
            else ("敏感", "sensitive")
            if rho < LOOSE
            else ("大体稳定", "fairly stable")
        )
        zh.append(
            f"换为 {name}（{zones} 个单元）：排名{firm[0]}（斯皮尔曼 {rho:.2f}），"
            f"前 {row['top']:.0f} 名保留 {row['top_kept']:.0f} 个"
        )
        en.append(
            f"on {name} ({zones} zones) the ranking is {firm[1]} (Spearman {rho:.2f}), "
            f"{row['top_kept']:.0f} of the first {row['top']:.0f} stay there"
        )
    lost = int(table["outside"].max() - table.loc[OWN, "outside"])
    if lost:
        zh.append(f"至多 {lost} 栋楼不在比较图层之内")
        en.append(f"up to {lost} buildings lie outside the layers compared with")
    text = "; ".join(en)
    return f"{'；'.join(zh)}。", f"{text[:1].upper()}{text[1:]}."
