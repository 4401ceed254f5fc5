"""Run, check and rescore a project."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geoprio._core.errors import InputError
from geoprio._core.findings import Findings
from geoprio.city import City, build_city
from geoprio.city.edge import near_data_edge
from geoprio.city.outliers import find_outliers
from geoprio.city.population import add_population
from geoprio.config import Project
from geoprio.indicators import (
    building_access,
    choose_demand,
    community_items,
    community_metres,
    zone_indicators,
)
from geoprio.network import Network, build_network, count_gaps
from geoprio.outputs.provenance import unverified_text, values_used
from geoprio.outputs.quality.facts import quality_report
from geoprio.outputs.result import Checked, Result
from geoprio.pipeline.condition import found_condition, with_condition, with_weighted
from geoprio.pipeline.needs import study_needs, weigh_by_needs, with_needs
from geoprio.pipeline.scenario import apply_scenario, read_scenario
from geoprio.pipeline.study import Stages, Study, input_files
from geoprio.score import (
    DecisionMatrix,
    ScoreSpec,
    build_criteria,
    build_matrix,
    check_quotas,
    score_zones,
    weigh_matrix,
)
from geoprio.score.sensitivity import SENSITIVITY_COLUMNS
from geoprio.score.weights import scaled
from geoprio.sources.raster import fill_gaps, sample_elevation

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from geoprio._core.typing import Progress
    from geoprio.config import Scenario
    from geoprio.indicators import BuildingAccess, Demand
    from geoprio.standards import Profile

GAP_LIMIT = 0.01
"""Crossings and touches without a shared vertex, per street segment, above which `check` warns."""


def run(
    project: str | Path,
    *,
    scenario: Scenario | str | Path | None = None,
    strict: bool = False,
    progress: Progress | None = None,
) -> Result:
    """Score the zones of a project file.

    Parameters
    ----------
    project : str or Path
        The TOML project file; its paths are relative to it.
    scenario : Scenario, str or Path, optional
        A scenario, or its TOML file: changes of the city before anyone walks in it.
    strict : bool
        Whether warnings are errors.
    progress : callable, optional
        Told the name of each stage as it begins.

    Returns
    -------
    Result
        Tables and explanation; `Result.save` writes the files.

    Raises
    ------
    InputError, MissingError
        If the project file or a source cannot be used; the message says where and what to do.
    """
    return run_walked(project, scenario=scenario, strict=strict, progress=progress)[0]


def run_walked(
    project: str | Path,
    *,
    scenario: Scenario | str | Path | None = None,
    strict: bool = False,
    progress: Progress | None = None,
) -> tuple[Result, Walked]:
    """Return the result of `run`, and what further searches in the same city need.

    Raises
    ------
    InputError, MissingError
        As `run` does.
    """
    path = Path(project)
    stage = Stages(progress)
    findings = Findings()
    applied = None if scenario is None else read_scenario(scenario, path.parent)
    with stage("read"):
        study = Study(path)
        city = _city(study.config, path.parent, findings)
        study.tell(findings)
        city, changed = (city, None) if applied is None else apply_scenario(city, applied, study.config, findings)
    config = study.config
    with stage("network"):
        network = _network(city, config, path.parent, findings)
    outliers = _outliers(city, config, findings)
    demand = {c: choose_demand(city.buildings, c, findings) for c in city.categories}
    with stage("access"):
        access = building_access(city, network, demand, study.rules, config.access, findings)
    with stage("indicators"):
        table = zone_indicators(city, access, demand, study.rules, config.access, findings)
        communities = community_items(city, access, demand, study.rule_file, config.access)
        state = found_condition(city, study, path.parent, findings)
        needs = study_needs(config, path.parent, city, findings)
    quality = quality_report(findings, city, network, access, demand, outliers=outliers)
    if communities is not None:
        table, quality["items"] = table.join(communities.columns), communities.report
    walkers = _walkers(city, config)
    quality["condition"] = state.report
    quality["values"] = values_used(
        study.rule_file, study.rules, walkers, study.criteria, city.people, straight=config.straight
    )
    quality["values"] += state.rules_used + (needs.rules_used if needs else [])
    quality |= needs.report if needs else {}
    with stage("score"):
        check_quotas(study.criteria, {c: d.kind for c, d in demand.items()}, access.facilities, findings)
        zones = city.zones.join(_near_edge(city, study, findings)).join(table)
        zones = with_needs(with_condition(zones, state, study), needs)
        matrix = build_matrix(pd.DataFrame(zones), study.criteria)
        zones = zones.assign(access_method=config.access.method)
        matrix = weigh_by_needs(matrix, config, needs, findings)
        matrix = weigh_matrix(matrix, zones, config.score, findings, without_facility(quality))
        zones = _scored(zones, matrix, config.score, quality, findings)
    inputs = input_files(config, path, study.rule_file)
    if applied is not None and changed is not None:
        quality["scenario"] = applied.report(config.project.name, changed)
        config, inputs = applied.titled(config), inputs + applied.inputs(path.parent)
        zones = zones.assign(scenario=applied.scenario.name)
    if strict:
        findings.raise_warnings()
    result = Result(
        zones=zones.assign(unverified=unverified_text(quality["values"])),
        buildings=city.buildings.join(access.columns).join(state.buildings),
        facilities=access.facilities,
        streets=city.streets,
        rejects=findings.rejects(),
        matrix=matrix,
        rule_file=study.rule_file,
        rules=study.rules,
        walkers=walkers,
        overrides=config.indicators,
        quality=quality | {"notes": findings.note_rows()},
        project=config.model_dump(mode="json"),
        inputs=inputs,
        folder=path.parent,
        timings=stage.seconds,
        on_real_component=access.on_real_component,
        condition=state,
        needs=needs,
    )
    return result, Walked(study, city, network, demand, access)


def check(project: str | Path, *, strict: bool = False, progress: Progress | None = None) -> dict[str, Any]:
    """Read and validate everything that a project file names; compute no access and no score.

    Returns
    -------
    dict
        The data-quality report, with the gaps of the street network.

    Raises
    ------
    InputError, MissingError
        As `run` does.
    """
    return inspect(project, strict=strict, progress=progress).quality


def inspect(project: str | Path, *, strict: bool = False, progress: Progress | None = None) -> Checked:
    """Return the report of `check` with what its page shows beside it.

    Raises
    ------
    InputError, MissingError
        As `run` does.
    """
    path = Path(project)
    stage = Stages(progress)
    findings = Findings()
    with stage("read"):
        study = Study(path)
        config = study.config
        city = _city(config, path.parent, findings)
        study.tell(findings)
    with stage("network"):
        network = _network(city, config, path.parent, findings)
    outliers = _outliers(city, config, findings)
    with stage("gaps"):
        if network is not None:
            _note_gaps(network, findings)
    state = found_condition(city, study, path.parent, findings)
    needs = study_needs(config, path.parent, city, findings)
    if strict:
        findings.raise_warnings()
    report = quality_report(findings, city, network, outliers=outliers) | {"condition": state.report}
    report |= needs.report if needs else {}
    return Checked(city.zones, city.buildings, city.streets, report, config.model_dump(mode="json"))


def rescore(result: Result, weights: Mapping[str, float]) -> Result:
    """Return the result under other weights; access and indicators are not computed again.

    Parameters
    ----------
    result : Result
    weights : mapping of str to float
        Weight by indicator, 0 or more; scaled to sum 1.

    Returns
    -------
    Result
        A new one; `result` is not changed.

    Raises
    ------
    InputError
        If a weight is negative, unknown or all are zero.
    """
    findings = Findings()
    scores = [c for c in result.zones if c in SCORE_COLUMNS or str(c).endswith("_contribution")]
    table = result.zones.drop(columns=scores)
    shares = scaled(weights)
    spec = ScoreSpec.model_validate(result.project["score"] | {"weights": dict(shares), "criteria": None})
    anchored = spec.normalize == "threshold"
    criteria = build_criteria(
        shares, result.rules, result.overrides, anchored=anchored, defects=result.defects, needs=result.find_need
    )
    if result.condition is not None:
        table = with_weighted(table, result.condition, criteria)
    kinds = {c: found["demand"] for c, found in result.quality["categories"].items()}
    check_quotas(criteria, kinds, result.facilities, findings)
    matrix = build_matrix(pd.DataFrame(table), criteria)
    zones = _scored(table, matrix, spec, result.quality, findings)
    given = {str(code): float(w) for code, w in weights.items()}
    project = result.project | {"score": result.project["score"] | {"weights": given, "criteria": None}}
    # What was noted of the old scores does not hold for the new ones.
    notes = [n for n in result.quality["notes"] if n["source"] != "score"] + findings.note_rows()
    people = result.quality.get("population")
    straight = result.quality["access_method"] == "straight_line"
    values = values_used(result.rule_file, result.rules, result.walkers, matrix.criteria, people, straight=straight)
    values += [] if result.condition is None else result.condition.rules_used
    values += [] if result.needs is None else result.needs.rules_used
    return dataclasses.replace(
        result,
        zones=zones.assign(unverified=unverified_text(values)),
        matrix=matrix,
        project=project,
        quality=result.quality | {"values": values, "notes": notes},
    )


SCORE_COLUMNS = (
    *("priority", "baseline", "rank", "rank_in_type", "tied_with", "score_status", "unverified"),
    *SENSITIVITY_COLUMNS,
)


@dataclass(frozen=True)
class Walked:
    """A city on foot: what further searches need.

    Attributes
    ----------
    study : Study
    city : City
    network : Network or None
    demand : dict of str to Demand
    access : BuildingAccess
        What the run itself found.
    """

    study: Study
    city: City
    network: Network | None
    demand: dict[str, Demand]
    access: BuildingAccess


def _city(config: Project, base: Path, findings: Findings) -> City:
    city = build_city(
        config.zones, config.buildings, config.streets, config.facilities, base, findings,
        compounds=config.compounds, barriers=config.barriers, gates=config.gates, entrances=config.entrances,
        crs=config.project.crs, catchment_m=config.access.cutoff_m,
    )  # fmt: skip
    if config.population is None:
        return city
    return add_population(city, config.population, base, findings)


def _network(city: City, config: Project, base: Path, findings: Findings) -> Network | None:
    """Return the walking network; None where distances are straight lines."""
    if config.straight or config.streets is None:
        return None
    lines = city.streets
    flags = {name: lines[name].to_numpy(bool) for name in ("steps", "major", "bridge")}
    crossings = config.streets.node_crossings
    try:
        network = build_network(lines, node_crossings=crossings, barriers=city.barriers, **flags)
    except InputError as error:
        raise InputError(f"[streets] {config.streets.path}: {error}") from None
    if config.elevation is None:
        return network
    nodes = np.column_stack((network.x, network.y))
    z = sample_elevation(config.elevation.path, base, nodes, city.crs, findings)
    return network.with_elevation(fill_gaps(z, nodes, findings))


def _note_gaps(network: Network, findings: Findings) -> None:
    """Note where streets cross or nearly touch without a shared vertex; warn where there are many such places."""
    crossings, touches = count_gaps(network)
    share = (crossings + touches) / len(network.start)
    text = (
        f"{crossings} crossings and {touches} near touches without a shared vertex "
        f"on {len(network.start)} segments ({100 * share:.2f} %)"
    )
    if share > GAP_LIMIT:
        findings.warn(
            "streets", f"{text}: people cannot turn there; mend the lines or set [streets] node_crossings = true"
        )
    else:
        findings.info("streets", text)


def _walkers(city: City, config: Project) -> dict[str, Profile]:
    return {c: config.access.walker(c) for c in city.categories}


def _outliers(city: City, config: Project, findings: Findings) -> pd.DataFrame:
    return find_outliers(city, {c: w.speed_m_per_min for c, w in _walkers(city, config).items()}, findings)


def _near_edge(city: City, study: Study, findings: Findings) -> pd.Series:
    """Return which zones lie within the widest threshold or catchment of the data's edge."""
    access = study.config.access
    reach = max(access.farthest_m(rule, slopes=study.config.elevation is not None) for rule in study.rules.values())
    if study.community is not None:
        reach = max(reach, community_metres(study.community, tuple(study.rules), access))
    near = near_data_edge(city.zones, city.data_extent, reach).rename("near_data_edge")
    if near.any():
        what = "buildings and facilities" if study.config.streets is None else "streets"
        findings.info(
            "zones",
            f"{int(near.sum())} of {len(near)} zones lie within {reach:g} m of the edge of the {what} that were read: "
            "facilities beyond it are not known; at a coast or border that is no fault",
        )
    return near


def _scored(
    zones: gpd.GeoDataFrame, matrix: DecisionMatrix, spec: ScoreSpec, quality: dict[str, Any], findings: Findings
) -> gpd.GeoDataFrame:
    """Return the zones with their scores, in rank order, unranked ones last by id."""
    without = without_facility(quality)
    scores = score_zones(matrix, zones, spec.missing, findings, without, method=spec.method, gate=spec.gate)
    joined = zones.join(scores)
    order = joined.assign(_id=joined.index).sort_values(["rank", "_id"], na_position="last").index
    geometry = joined.geometry
    return joined.drop(columns="geometry").assign(geometry=geometry).loc[order].set_geometry("geometry")


def without_facility(quality: dict[str, Any]) -> frozenset[str]:
    """Return the categories of which no facility is used."""
    found = quality["categories"]
    return frozenset(c for c, counts in found.items() if not counts["facilities_by_status"].get("used", 0))
