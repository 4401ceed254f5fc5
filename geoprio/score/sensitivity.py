"""How the ranking of a project moves under weights, methods and variants of its data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geoprio._core.errors import InputError
from geoprio._core.findings import Findings
from geoprio.score.draws import dirichlet_weights, ordered_weights, ranged_weights, uniform_weights
from geoprio.score.global_sensitivity import ShapleyEffects, SobolIndices, shapley_effects, sobol_indices
from geoprio.score.method_draws import draws_method
from geoprio.score.methods import ANCHORED, UNIT, Method
from geoprio.score.missing import has_demand, is_eligible
from geoprio.score.rank import gate_tier
from geoprio.score.ranking_inputs import RankingInputs, pair_swaps, rank_shift, ranking_inputs, replaced
from geoprio.score.rankings import Factor, RankModel, rank_model
from geoprio.score.score import SAFETY_GATE, fit_method, unserved_parts
from geoprio.score.sensitivity_spec import CONCENTRATION, SensitivitySpec
from geoprio.score.smaa import acceptability

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoprio._core.typing import Floats, Ints, Progress
    from geoprio.score.acceptability import Acceptability
    from geoprio.score.draws import WeightSampler
    from geoprio.score.matrix import DecisionMatrix
    from geoprio.score.spec import ScoreSpec

SENSITIVITY_COLUMNS = ("rank_p05", "rank_p95", "rank_mean", "first_share", "robust")
"""Columns of the zones that are added."""

FIRST_SHARE = 0.2
"""Share of the ranked zones that count as the first where the project says nothing: geoprio's own."""

SAMPLES, FEWER_SAMPLES, MANY_ZONES = 1024, 256, 20_000
"""Points at which effects are evaluated; fewer of them for so many zones."""

MOVES = (0.5, 1.5)
"""What each weight is multiplied by, one at a time; the others make room: geoprio's own."""

OUTCOMES = ("rank_shift", "replaced")


@dataclass(frozen=True)
class RankedTable:
    """The ranked zones under one variant of the data.

    Attributes
    ----------
    ids : Index of str
    codes : tuple of str
        Indicators that count.
    weights : ndarray of float, shape (criteria,)
        As given, sum 1.
    urgencies, unserved : ndarray of float, shape (zones, criteria)
    tier : ndarray of int, shape (zones,)
    """

    ids: pd.Index
    codes: tuple[str, ...]
    weights: Floats
    urgencies: Floats
    unserved: Floats
    tier: Ints


@dataclass(frozen=True)
class RankingStudy:
    """How sure the ranks are, and what moves them.

    Attributes
    ----------
    table : DataFrame
        Index: ranked zones; `rank` and the columns of `Acceptability.table`.
    ids : Index of str
        The ranked zones in the order of `found`.
    found : Acceptability
    model : RankModel
    sampler : WeightSampler
    weights : Series
        As given, by indicator.
    total : SobolIndices
        Of each criterion's pull, each factor of the data and the method; outputs as in `OUTCOMES`. Where weights are
        drawn within ranges or an order they are one factor, `weights`.
    effects, stages : ShapleyEffects
        Of the same factors; and of all weights together beside the data and the method.
    moves : DataFrame
        One thing at a time: `factor`, `level`, `rank_shift` (mean change of rank), `replaced` (share of the first n
        that drop out), `swaps` (share of all pairs of zones in another order); the largest `rank_shift` first.
    """

    table: pd.DataFrame
    ids: pd.Index
    found: Acceptability
    model: RankModel
    sampler: WeightSampler
    weights: pd.Series
    total: SobolIndices
    effects: ShapleyEffects
    stages: ShapleyEffects
    moves: pd.DataFrame


def ranked_table(
    matrix: DecisionMatrix, zones: pd.DataFrame, spec: ScoreSpec, without_facility: frozenset[str] = frozenset()
) -> RankedTable:
    """Return the urgencies of the zones that a project ranks.

    Parameters
    ----------
    matrix : DecisionMatrix
    zones : DataFrame
        On the matrix's index; as for `score_zones`.
    spec : ScoreSpec
    without_facility : frozenset of str

    Raises
    ------
    InputError
        If no zone is ranked, or the normalization gives no urgencies of 0 to 1.
    """
    if spec.normalize not in UNIT:
        raise InputError(
            f"[score] normalize = {spec.normalize!r} gives no urgencies of 0 to 1, which the study of ranks works on; "
            f"choose one of {', '.join(sorted(UNIT))}."
        )
    scored = has_demand(zones) & is_eligible(zones)
    scoring = fit_method(matrix, scored, spec.missing, Findings(), without_facility, method=spec.method)
    if scoring.fitted is None:
        raise InputError("no zone is ranked, so that there is no ranking to study; see the data-quality report.")
    gate = spec.gate or (SAFETY_GATE if SAFETY_GATE in zones else None)
    ids = matrix.ids[scoring.known]
    return RankedTable(
        ids=ids,
        codes=tuple(c for c, use in zip(matrix.codes, scoring.used, strict=True) if use),
        weights=scoring.fitted.weights / scoring.fitted.weights.sum(),
        urgencies=scoring.fitted.normal,
        unserved=unserved_parts(matrix, zones)[np.ix_(scoring.known, scoring.used)],
        tier=gate_tier(None if gate is None else zones[gate], ids).to_numpy(np.int64),
    )


def methods_of(spec: SensitivitySpec, score: ScoreSpec, table: RankedTable) -> tuple[str, ...]:
    """Return the aggregations that are tried, the project's own first.

    Raises
    ------
    InputError
        If a method that is asked for cannot take the zones' gaps, or does not go with the normalization.
    """
    own = score.aggregate
    gaps = np.flatnonzero(np.isnan(table.urgencies).any(axis=1))
    asked = spec.methods or ((own, "weighted_sum") if len(gaps) else (own, "weighted_sum", "topsis"))
    found = tuple(dict.fromkeys((own, *asked)))
    problems = [
        f"[sensitivity] methods: {name} takes no gaps, and {len(gaps)} of {len(table.ids)} ranked zones lack an "
        f"indicator (first: {str(table.ids[gaps[0]])!r}); choose [score] missing = 'impute:…', or leave it out."
        for name in found
        if len(gaps) and name != "weighted_sum"
    ]
    if problems:
        raise InputError(*problems)
    for name in found:
        Method(score.normalize, name, score.curves or {}).check()
    return found


def uncertain_model(
    tables: Sequence[RankedTable], data: Sequence[Factor], methods: Sequence[str], score: ScoreSpec
) -> RankModel:
    """Return the model of what decides the ranks.

    Parameters
    ----------
    tables : sequence of RankedTable
        One per variant of the data, the last factor's level changing fastest.
    data : sequence of Factor
    methods : sequence of str
    score : ScoreSpec

    Raises
    ------
    InputError
        If a variant ranks other zones.
    """
    own = tables[0]
    if any(not t.ids.equals(own.ids) or t.codes != own.codes for t in tables):
        raise InputError("[sensitivity] a variant of the data ranks other zones; set its factors to [1].")
    anchored = score.normalize in ANCHORED
    place = np.argsort(np.argsort(own.ids.to_numpy().astype(object), kind="stable"), kind="stable")
    return rank_model(
        [t.urgencies for t in tables],
        data=data or None,
        methods={name: draws_method(name, anchored=anchored) for name in methods},
        unserved=[t.unserved for t in tables],
        tier=own.tier,
        place=place,
    )


def weight_sampler(spec: SensitivitySpec, codes: Sequence[str], weights: Floats) -> WeightSampler:
    """Return what draws the weights that a project asks for.

    Raises
    ------
    InputError
        If ranges or order do not name each weighted indicator once, or cannot hold weights of sum 1.
    """
    if spec.weights == "around":
        return dirichlet_weights(weights, spec.concentration or CONCENTRATION, spec.seed)
    if spec.weights == "uniform":
        return uniform_weights(len(codes), spec.seed)
    if spec.weights == "ranges":
        ranges = spec.ranges or {}
        _check_named("ranges", list(ranges), codes)
        try:
            return ranged_weights([ranges[c][0] for c in codes], [ranges[c][1] for c in codes], spec.seed)
        except InputError as error:
            raise InputError(*(f"[sensitivity] ranges: {p}" for p in error.problems)) from None
    if spec.order is None:
        return ordered_weights([sorted(set(-weights)).index(-w) for w in weights], spec.seed)
    groups = [(group,) if isinstance(group, str) else group for group in spec.order]
    _check_named("order", [code for group in groups for code in group], codes)
    return ordered_weights([next(k for k, group in enumerate(groups) if c in group) for c in codes], spec.seed)


def _check_named(key: str, named: Sequence[str], codes: Sequence[str]) -> None:
    problems = [f"[sensitivity] {key}: {c!r} is missing; add it." for c in codes if c not in named]
    problems += [
        f"[sensitivity] {key}: {c!r} is no weighted indicator; there are {', '.join(codes)}."
        for c in named
        if c not in codes
    ]
    if len(set(named)) < len(named):
        problems.append(f"[sensitivity] {key}: an indicator stands there twice.")
    if problems:
        raise InputError(*problems)


def study_ranking(
    model: RankModel,
    table: RankedTable,
    spec: SensitivitySpec,
    today: tuple[int, int],
    progress: Progress | None = None,
    sampler: WeightSampler | None = None,
) -> RankingStudy:
    """Rank the zones under all that is uncertain.

    Parameters
    ----------
    model : RankModel
    table : RankedTable
        The project's own variant.
    spec : SensitivitySpec
    today : (variant, method)
        Numbers of the project's own ones.
    progress : callable, optional
    sampler : WeightSampler, optional
        What draws the weights; default: as `spec` says.

    Raises
    ------
    InputError
        If `first_n` exceeds the ranked zones, or the weights asked for do not fit the indicators.
    """
    tell, n = progress or (lambda _: None), model.zones
    first = spec.first_n or max(1, round(FIRST_SHARE * n))
    if first > n:
        raise InputError(f"[sensitivity] first_n = {first} is more than the {n} zones that are ranked; lower it.")
    ranks = model.ranks(table.weights, *today)
    sampler = sampler or weight_sampler(spec, table.codes, table.weights)
    tell("draws")
    found = acceptability(model, sampler, first=first, draws=spec.draws)
    tell("effects")
    inputs = _inputs(model, table, spec, sampler, ranks, first)
    columns = found.table(table.ids, spec.sure)
    columns.insert(0, "rank", ranks)
    samples = SAMPLES if n <= MANY_ZONES else FEWER_SAMPLES
    total = sobol_indices(inputs, inputs.groups, samples=samples, seed=spec.seed)
    effects = shapley_effects(inputs, inputs.groups, samples=samples, seed=spec.seed)
    stages = shapley_effects(inputs, inputs.stages, samples=samples, seed=spec.seed)
    return RankingStudy(
        table=columns.sort_values("rank"),
        ids=table.ids,
        found=found,
        model=model,
        sampler=sampler,
        weights=pd.Series(table.weights, list(table.codes), name="weight"),
        total=total,
        effects=effects,
        stages=stages,
        moves=_moves(model, table, today, ranks, first),
    )


def _inputs(
    model: RankModel, table: RankedTable, spec: SensitivitySpec, sampler: WeightSampler, ranks: Ints, first: int
) -> RankingInputs:
    """Return the ranking as a function of pulls; weights within ranges or an order are one factor, a draw's number."""
    measures = rank_shift(ranks), replaced(ranks, first)

    def both(r: Ints, s: Floats) -> Floats:
        """Return both measures of each draw, shape (draws, 2)."""
        return np.column_stack([measure(r, s) for measure in measures])

    if spec.weights in {"around", "uniform"}:
        shapes = (spec.concentration or CONCENTRATION) * table.weights if spec.weights == "around" else None
        return ranking_inputs(model, table.codes, both, shapes=shapes)
    drawn = sampler.draw(spec.draws)
    return RankingInputs(model, lambda points: drawn[(points[:, 0] * len(drawn)).astype(np.int64)], both, ("weights",))


def _moves(model: RankModel, table: RankedTable, today: tuple[int, int], ranks: Ints, first: int) -> pd.DataFrame:
    """Return what happens to the ranking where one thing alone is changed."""
    rows: list[tuple[str, str, Ints]] = []
    for k, code in enumerate(table.codes):
        for by in MOVES:
            weights = table.weights.copy()
            weights[k] *= by
            if 0 < table.weights[k] < 1:
                rows.append((code, f"× {by:g}", model.ranks(weights, *today)))
    shape = [len(f.levels) for f in model.data]
    own = np.unravel_index(today[0], shape)
    for axis, factor in enumerate(model.data):
        for level, name in enumerate(factor.levels):
            at = [*(int(p) for p in own[:axis]), level, *(int(p) for p in own[axis + 1 :])]
            if level != own[axis]:
                variant = int(np.ravel_multi_index(at, shape))
                rows.append((factor.name, name, model.ranks(table.weights, variant, today[1])))
    rows += [
        ("method", name, model.ranks(table.weights, today[0], k))
        for k, name in enumerate(model.methods.levels)
        if k != today[1]
    ]
    none = np.empty((0, 0))
    measures = {"rank_shift": rank_shift(ranks), "replaced": replaced(ranks, first), "swaps": pair_swaps(ranks)}
    found = pd.DataFrame(
        {
            "factor": [r[0] for r in rows],
            "level": [r[1] for r in rows],
            **{name: [float(m(r[2][None], none)[0]) for r in rows] for name, m in measures.items()},
        }
    )
    return found.sort_values("rank_shift", ascending=False, kind="stable", ignore_index=True)
