"""From a project to its programme within the money, with what is asked about it."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geoprio import programme as p
from geoprio._core.errors import InputError
from geoprio.config import load_project
from geoprio.outputs.planned.result import ZONE_COLUMNS, Planned
from geoprio.outputs.result import Result
from geoprio.pipeline.plan_sites import with_sites
from geoprio.pipeline.promised import programme_scenario
from geoprio.pipeline.running import run_walked

if TYPE_CHECKING:
    from geoprio._core.typing import Progress
    from geoprio.pipeline.running import Walked
    from geoprio.programme.portfolio import Method

CLOSE = 2e-3
"""How close to the best is the programme with more money, of which every measure is compared."""
TRIED_S = 10.0
"""Seconds for each setting that is tried for what it would free of the money that is left over."""
ROUGH = 2e-2
"""How close to the best are the programmes that only answer questions: other budgets, other weights."""


def plan(
    project: str | Path | Result,
    *,
    walked: Walked | None = None,
    budget: float | str | None = None,
    years: int | None = None,
    method: Method = "milp",
    draws: int | None = None,
    time_limit: float = 60.0,
    quick: bool = False,
    strict: bool = False,
    progress: Progress | None = None,
) -> Planned:
    """Run a project and choose its programme: what to do where, in which year, and with whose money.

    Parameters
    ----------
    project : str, Path or Result
        The project file; what may be done, and with what money, stands in its section `[programme]`. Or a result of
        `run` for such a project.
    walked : Walked, optional
        What `run_walked` returned beside such a result; without it, sites are sought by the project file only.
    budget : float or str, optional
        Yuan over all years, such as 2e7 or "2000万", instead of the budget of the source that `budget_of` names
        (default: the only one of kind "city"); the other sources stay as they are.
    years : int, optional
        Instead of the project's.
    method : {"milp", "lp"}
        Proved to 0.1 %, or relaxed and rounded: in seconds for thousands of zones.
    draws : int, optional
        How many other weights are tried; 0: none.
    time_limit : float
        Seconds for each run of the solver.
    quick : bool
        Whether the questions that take the solver many runs are left out: what other budgets would bring, and other
        weights.
    strict : bool
        Whether warnings are errors.
    progress : callable, optional
        Told the name of each stage as it begins.

    Returns
    -------
    Planned
        The programme, the accounts of all parties and the answers; `save` writes all.

    Raises
    ------
    InputError, MissingError
        As `run` does, and if the programme's section is missing or does not fit the project.
    """
    tell = progress or (lambda _: None)
    if isinstance(project, Result):
        result = project
        spec = _spec(result.project.get("programme"), result.project["project"]["name"], budget, years, draws)
    else:
        config = load_project(project)
        given = None if config.programme is None else config.programme.model_dump(mode="json")
        # What is wrong with it is told before anything is read.
        spec = _spec(given, Path(project).name, budget, years, draws)
        p.choice_of(spec, Path(project).parent)
        result, walked = run_walked(project, strict=strict, progress=progress)
    result, sited = with_sites(result, walked, spec)
    choice = p.choice_of(spec, result.folder)
    tell("programme")
    problem = _problem(result, spec, choice)
    programme = p.plan(problem, method=method, time_limit=time_limit)
    tell("answers")
    found = _answered(result, spec, choice, programme, time_limit, quick=quick)
    return dataclasses.replace(found, scenario=programme_scenario(found, sited))


def _spec(given: Any, name: str, budget: float | str | None, years: int | None, draws: int | None) -> p.ProgrammeSpec:  # noqa: ANN401 - the project's own section as plain data
    if not given:
        raise InputError(
            f"{name}: it has no [programme]; add what may be done, and with what money, such as this:", paste=p.SNIPPET
        )
    spec = p.ProgrammeSpec.model_validate(given).asked(budget, years)
    if draws is not None and not 0 <= draws <= 10_000:
        raise InputError(f"draws = {draws}: give 0 to 10000.")
    return spec if draws is None else spec.model_copy(update={"draws": draws})


def planning_zones(result: Result, spec: p.ProgrammeSpec) -> tuple[pd.DataFrame, str]:
    """Return the zones as a programme needs them, and the column of whom it benefits.

    Dwellings and people that the zones do not have are those of their buildings, where all of these have them. Where
    nobody is counted, dwellings stand in.

    Raises
    ------
    InputError
        If neither is known.
    """
    zones = pd.DataFrame(result.zones.drop(columns="geometry"))
    homes = result.buildings[result.buildings["use"] != "other"]
    for column in ("dwellings", "population"):
        if column in homes and homes[column].notna().any():
            sums = homes.groupby("zone_id")[column].agg(lambda v: v.sum(skipna=False)).reindex(zones.index)
            own = zones[column] if column in zones else pd.Series(np.nan, zones.index)
            zones[column] = pd.to_numeric(own, errors="coerce").fillna(sums)
    for column in dict.fromkeys((spec.people, *(("dwellings",) if spec.people == "population" else ()))):
        if column in zones and zones[column].notna().any():
            return zones, column
    raise InputError(
        f"[programme] people = {spec.people!r}: the zones have no such column, so nobody knows whom a measure benefits;"
        ' add [population] or dwellings, or name another column, such as people = "building_count".'
    )


def _problem(result: Result, spec: p.ProgrammeSpec, choice: p.Choice) -> p.Problem:
    zones, people = planning_zones(result, spec)
    catalog = p.in_effect(choice.catalog, zones)
    pins = p.pins_of(spec, catalog, zones)
    points = p.contributions(catalog, zones)

    def prepared(rules: p.PlanRules) -> p.Problem:
        """Return the problem under some rules."""
        return p.prepare(
            zones, catalog, choice.prices, spec.sources, rules, points,
            people=people, district=spec.district, pinned=pins,
        )  # fmt: skip

    problem = prepared(spec.rules)
    if spec.need_floors is None:
        return problem
    floors = p.need_floors(problem.table, zones[spec.district], spec.need_floors)
    return prepared(spec.rules.model_copy(update={"floors": floors}))


def _answered(
    result: Result, spec: p.ProgrammeSpec, choice: p.Choice, programme: p.Programme, time_limit: float, *, quick: bool
) -> Planned:
    """Return the programme with all that is asked about it; what has no answer is None."""
    problem = programme.problem
    there = programme.status in {"optimal", "feasible"}
    some = programme.status in {"optimal", "feasible", "nothing"} and len(problem.items) > 0
    asked = some and not quick and _limited(problem)
    larger = changes = freed = None
    if there and not quick:
        freed = p.freed_by(programme, time_limit=min(time_limit, TRIED_S))
    if there:
        larger, changes = p.with_more(programme, gap=CLOSE, time_limit=time_limit)
    return Planned(
        result=_shown(result, spec, programme),
        spec=spec,
        programme=programme,
        ledger=p.ledger(programme),
        prices=choice.prices,
        gains=p.gains_over(programme) if there else None,
        shadow_prices=p.shadow_prices(problem, time_limit=time_limit) if some else None,
        frontier=_frontier(programme, larger, time_limit) if asked else None,
        larger=larger,
        changes=changes,
        freed=freed,
        frequencies=_frequencies(result, spec, programme, time_limit) if there and spec.draws and not quick else None,
    )


def _frontier(programme: p.Programme, larger: p.Programme | None, time_limit: float) -> pd.DataFrame:
    """Return what other budgets would bring; the programmes that are there already are not sought again."""
    known = {scale: one for scale, one in ((1.0, programme), (1.1, larger)) if one is not None}
    return p.frontier(programme.problem, method="milp", gap=ROUGH, time_limit=time_limit, known=known)


def _limited(problem: p.Problem) -> bool:
    return any(s.budget_cny is not None for s in problem.sources)


def _frequencies(
    result: Result, spec: p.ProgrammeSpec, programme: p.Programme, time_limit: float
) -> pd.DataFrame | None:
    """Return how often each item is chosen under other weights; None where no weight can vary."""
    problem = programme.problem
    weights = {c.code: c.weight for c in result.matrix.criteria if c.weight > 0}
    columns = {code: f"{code}_contribution" for code in weights}
    if len(weights) < 2 or not all(c in problem.zones for c in columns.values()):
        return None
    points = problem.zones[list(columns.values())].set_axis(list(columns), axis=1)
    factors = p.draw_factors(weights, spec.draws, seed=spec.seed)
    draws = p.redrawn(problem, points, factors)
    return p.frequencies(problem, draws, method="milp", gap=ROUGH, time_limit=time_limit)


def _shown(result: Result, spec: p.ProgrammeSpec, programme: p.Programme) -> Result:
    """Return the result whose zones tell what is done there, when it begins and what it costs; geometry stays last."""
    done = programme.done
    order = {code: k for k, code in enumerate(programme.problem.catalog.codes)}
    by_zone = done.assign(_k=done["measure"].map(order)).sort_values(["zone_id", "_k"]).groupby("zone_id", sort=False)
    zones = result.zones.drop(columns=[c for c in ZONE_COLUMNS if c in result.zones])
    told = pd.DataFrame(index=zones.index)
    told["programme_year"] = by_zone["year"].min().reindex(zones.index).astype("Int64")
    told["programme_cost_cny"] = by_zone["cost_fen"].sum().reindex(zones.index).astype(float) / 100
    texts = by_zone["measure"].agg(", ".join).reindex(zones.index)
    told["programme_measures"] = texts.where(texts.notna(), None).astype("str")
    geometry = zones.geometry
    joined = zones.drop(columns="geometry").join(told).assign(geometry=geometry).set_geometry("geometry")
    project = result.project | {"programme": spec.model_dump(mode="json")}
    return dataclasses.replace(result, zones=joined, project=project, programme=programme)
