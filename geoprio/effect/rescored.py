"""Priorities of one run under the weights and the method of another, and what moved the ranks."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from geoprio._core.errors import InputError
from geoprio._core.findings import Findings
from geoprio.effect.comparable import SCORING, is_absolute
from geoprio.indicators.condition.registry import find_condition
from geoprio.indicators.registry import find
from geoprio.score import Criterion, DecisionMatrix, ScoreSpec, score_zones
from geoprio.score.diff import Run, RunDiff, diff_runs
from geoprio.score.score import fit_method
from geoprio.standards.defects import load_defects

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geoprio.effect.runs import FinishedRun
    from geoprio.score.diff import Method


BORROWED: Final = {"median": "中位数", "mean": "平均值"}
"""Rules for missing values that take those of the other zones."""


def score_spec(run: FinishedRun) -> ScoreSpec:
    """Return how a finished run scored."""
    return ScoreSpec.model_validate(
        {key: run.project["score"].get(key) for key in SCORING if key in run.project["score"]}
    )


def criteria_of(run: FinishedRun) -> tuple[Criterion, ...]:
    """Return the weighted indicators of a finished run, without their rules."""
    return tuple(_criterion(c, tuple(run.rules)) for c in run.criteria)


def matrix_of(run: FinishedRun) -> DecisionMatrix:
    """Return the decision matrix behind the priorities of a finished run.

    Raises
    ------
    InputError
        If a weighted indicator is not among the columns of its zones.
    """
    criteria = criteria_of(run)
    _there(run, criteria)
    return DecisionMatrix(pd.DataFrame(run.zones[[c.code for c in criteria]]).astype(float), criteria)


def _there(run: FinishedRun, criteria: tuple[Criterion, ...]) -> None:
    lacking = [c.code for c in criteria if c.code not in run.zones]
    if lacking:
        raise InputError(*(f"{run.name}: its zones have no column {code!r}, which is weighted." for code in lacking))


def _criterion(told: Mapping[str, object], categories: tuple[str, ...]) -> Criterion:
    code = str(told["code"])
    good, bad = (math.nan if told[key] is None else float(str(told[key])) for key in ("good", "bad"))
    condition = find_condition(code, load_defects())
    category = ""
    try:
        kind, category = find(code, categories)
        direction = kind.direction
    except InputError:
        direction = condition.direction if condition is not None else 0
    if not direction:
        direction = -1 if good > bad else 1
    return Criterion(code, category, unit=str(told["unit"]), direction=direction, good=good, bad=bad,
                     weight=float(str(told["weight"])))  # fmt: skip


def rescored(run: FinishedRun, as_in: FinishedRun, zones: pd.DataFrame) -> pd.Series:
    """Return the priorities of the zones of one run as another run would have scored them.

    Parameters
    ----------
    run : FinishedRun
    as_in : FinishedRun
        Its weights, anchors and method are taken.
    zones : DataFrame
        Of `run`, with indicators as they are to be scored.

    Returns
    -------
    Series
        Index `zone_id`; NaN where a zone has no score.

    Raises
    ------
    InputError
        If a weighted indicator is missing, or the method cannot take the values.
    """
    criteria = criteria_of(as_in)
    _there(replace(run, zones=zones), criteria)
    spec = score_spec(as_in)
    matrix = DecisionMatrix(pd.DataFrame(zones[[c.code for c in criteria]]).astype(float), criteria)
    # Gates order zones; they change no priority.
    told = score_zones(matrix, zones.drop(columns="safety_gate", errors="ignore"), spec.missing, Findings(),
                       run.without_facility, method=spec.method)  # fmt: skip
    return told["priority"]


def imputed_note(before: FinishedRun, after: FinishedRun, ids: pd.Index) -> list[tuple[str, str]]:
    """Return what is to be told where priorities rest on values that were taken from the other zones."""
    how = (score_spec(before).missing or "").removeprefix("impute:")
    if how not in BORROWED:
        return []
    lacking = pd.Series(data=False, index=ids)
    for run in (before, after):
        # Without any facility nothing is known of a category in any zone, and nothing is imputed.
        codes = [
            c.code for c in criteria_of(before)
            if c.weight > 0 and c.code in run.zones and c.category not in run.without_facility
        ]  # fmt: skip
        lacking |= run.zones[codes].isna().any(axis=1).reindex(ids) & run.zones["priority"].notna().reindex(ids)
    count = int(lacking.sum())
    if not count:
        return []
    return [(
        f"{count} 个片区缺少参与计分的指标，以其他片区的{BORROWED[how]}补齐：其优先级会随其他片区而变",
        f"{count} zones lack a weighted indicator and get the {how} of all: their priorities move with other zones",
    )]  # fmt: skip


def rank_moves(
    before: FinishedRun, after: FinishedRun, names: Mapping[str, str] | None = None
) -> tuple[RunDiff | None, tuple[str, str] | None]:
    """Return what moved each zone's rank, data, weights, method or safety gate; or None and why that cannot be told."""
    relative = not (is_absolute(before) and is_absolute(after))
    if relative:
        return None, (
            "相对计分下名次随参评片区而变，名次变动未分解",
            "under relative scores ranks hang on which zones there are: moves are not taken apart",
        )
    try:
        runs = [_run(one, other) for one, other in ((before, after), (after, before))]
        return diff_runs(*runs, names=names), None
    except InputError as error:
        return None, (f"名次变动无法分解：{error}", f"moves of ranks cannot be taken apart: {error}")


def _run(run: FinishedRun, other: FinishedRun) -> Run:
    ranked = run.zones[run.zones["priority"].notna().to_numpy()]
    codes = [c for c in dict.fromkeys((*run.weights, *other.weights)) if c in ranked]
    weights = {code: w for code, w in run.weights.items() if w > 0}
    column = score_spec(run).gate or "safety_gate"
    gate = ranked[column].astype("boolean") if column in ranked else None
    return Run(pd.DataFrame(ranked[codes]).astype(float), weights, _method(run, other), gate)


def _method(run: FinishedRun, other: FinishedRun) -> Method:
    """Return the anchors and the method of a run as a function of data and weights."""
    known = {c.code: c for c in (*criteria_of(other), *criteria_of(run))}
    spec = score_spec(run)

    def method(values: pd.DataFrame, weights: Mapping[str, float]) -> pd.Series:
        """Return the priority of each zone."""
        used = {code: w for code, w in weights.items() if w > 0}
        lacking = [code for code in used if code not in values or code not in known]
        if lacking:
            raise InputError(
                *(f"{code!r} is weighted in one run, but the other run has no such indicator." for code in lacking)
            )
        total = sum(used.values())
        criteria = tuple(replace(known[code], weight=w / total) for code, w in used.items())
        matrix = DecisionMatrix(values[list(used)], criteria)
        everybody = np.ones(len(values), bool)
        scoring = fit_method(matrix, everybody, spec.missing, Findings(), run.without_facility, method=spec.method)
        priority = np.full(len(values), np.nan)
        if scoring.fitted is not None:
            priority[scoring.known] = scoring.fitted.value(scoring.fitted.normal)
        return pd.Series(priority, index=values.index)

    return method
