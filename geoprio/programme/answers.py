"""What a programme tells beside itself: prices of rules, other budgets, gains over simple ways, what is sure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from geoprio._core.errors import InputError
from geoprio._core.typing import Floats
from geoprio.programme.baselines import Baseline, baseline
from geoprio.programme.candidates import Gains
from geoprio.programme.columns import Program
from geoprio.programme.infeasible import SOFT, rule_subject, told
from geoprio.programme.model import build_model
from geoprio.programme.money import FEN, fen, split
from geoprio.programme.portfolio import Method, Programme, plan
from geoprio.programme.problem import Problem
from geoprio.programme.solve import solve

PER_CNY: Final = 1e6
"""Prices are told for a million yuan."""
CORE: Final = 0.9
"""What is chosen in at least this share of the draws is core."""
SCALES: Final = (0.5, 0.75, 1.0, 1.1, 1.25, 1.5, 2.0)


def shadow_prices(problem: Problem, *, time_limit: float = 60.0) -> pd.DataFrame:
    """Return what a million yuan more of each rule would bring, in points of benefit.

    From the relaxed program, so they hold for small changes and on the whole, not for a single indivisible project.

    Returns
    -------
    DataFrame
        A row for each rule that binds: `rule` (a key of `infeasible.SOFT`), `subject_zh`, `subject_en`,
        `points_per_million`. A budget that binds has a price above 0: points gained for a million more. A floor's
        price is what a million less asked of it would bring. The price of a measure that has to be done is for
        dropping it, as if its cost were a million.
    """
    if not len(problem.items):
        return pd.DataFrame(columns=["rule", "subject_zh", "subject_en", "points_per_million"])
    model = build_model(problem)
    answer = solve(model.program, relaxed=True, time_limit=time_limit)
    if answer.status != "optimal":
        raise InputError("there is no programme that keeps all rules, so rules have no prices; see what has to give.")
    program = model.program
    duals = _by_purse(problem, program, answer.duals)
    kinds = [kind for kind in SOFT if kind not in {"most", "least"}]
    rows = [r for kind in kinds for r in program.rows(kind) if abs(duals[r]) > 1e-9]
    table = []
    for r in rows:
        kind = str(program.kind[r])
        unit = problem.cost_fen[program.subject[r]] if kind == "must" else model.fen
        price = abs(duals[r]) * model.points / (unit / FEN) * PER_CNY
        table.append((kind, *rule_subject(problem, model, program, int(r)), price))
    return pd.DataFrame(table, columns=["rule", "subject_zh", "subject_en", "points_per_million"])


def _by_purse(problem: Problem, program: Program, duals: Floats) -> Floats:
    """Return the prices with that of a carried budget for a year's own money: it serves every later year, too."""
    out, years = duals.copy(), problem.rules.years
    rows = program.rows("budget")
    for s, source in enumerate(problem.sources):
        if source.carry_over:
            own = rows[program.subject[rows] // years == s]
            out[own] = np.cumsum(duals[own][::-1])[::-1]
    return out


def with_budgets(problem: Problem, factor: float) -> Problem:
    """Return the problem with every budget times `factor`; sources without a budget stay without.

    Raises
    ------
    InputError
        If the factor is negative or no number.
    """
    if not 0 <= factor < float("inf"):
        raise InputError(f"budgets times {factor!r}: give a number of 0 or more.")
    sources = tuple(
        s if s.budget_cny is None else s.model_copy(update={"budget_cny": _times(s.budget_cny, factor)})
        for s in problem.sources
    )
    return replace(problem, sources=sources)


def _times(budgets: tuple[float, ...], factor: float) -> tuple[float, ...]:
    """Return budgets times a factor, to the fen; their sum is the old one times the factor."""
    old = fen(np.array(budgets), "budget")
    new = split(round(int(old.sum()) * factor), old) if old.any() else old
    return tuple(float(b) / FEN for b in new)


def frontier(
    problem: Problem,
    scales: tuple[float, ...] = SCALES,
    *,
    method: Method = "lp",
    gap: float = 1e-3,
    time_limit: float = 60.0,
    known: Mapping[float, Programme] | None = None,
) -> pd.DataFrame:
    """Return the benefit for other budgets: all of them times each of `scales`.

    What can be done with less money can be done with more, so benefit never falls from one scale to a larger one.

    Parameters
    ----------
    problem : Problem
    scales : tuple of float
        Ascending.
    method, gap, time_limit
        As of `plan`.
    known : mapping of float to Programme, optional
        Programmes of some of the scales, which are not sought again.

    Returns
    -------
    DataFrame
        `scale`, `budget_cny` (of sources that have one, all years), `spent_cny`, `benefit`, `bound` (no programme
        reaches more: `best_bound`), `status`. Benefit is NaN where no programme keeps all rules.
    """
    table, best = [], None
    for scale in scales:
        other, found = with_budgets(problem, scale), (known or {}).get(scale)
        programme = found or plan(other, method=method, gap=gap, time_limit=time_limit, explain=False)
        if best is not None and best.benefit > programme.benefit:
            programme = _at_least(programme, best)
        best = programme
        budgets = (s.budgets_fen(problem.rules.years) for s in other.sources)
        there = sum(int(b.sum()) for b in budgets if b is not None) / FEN
        failed = programme.status in {"infeasible", "unknown"}
        benefit, bound = (np.nan, np.nan) if failed else (programme.benefit, programme.best_bound)
        table.append((scale, there, programme.done["cost_fen"].sum() / FEN, benefit, bound, programme.status))
    return pd.DataFrame(table, columns=["scale", "budget_cny", "spent_cny", "benefit", "bound", "status"])


def _at_least(programme: Programme, less: Programme) -> Programme:
    """Return the better one of a programme and of one for less money, which can be done with more money, too."""
    if not less.benefit > programme.benefit:
        return programme
    best = max(programme.best_bound, less.benefit)
    gap = max(0.0, 1 - less.benefit / best) if np.isfinite(best) else 1.0
    bound = max(programme.bound, less.benefit)
    return replace(programme, status="feasible", done=less.done, benefit=less.benefit, bound=bound, gap=gap)


def gains_over(programme: Programme) -> pd.DataFrame:
    """Return how much better a programme is than funding down the ranking, and than going by benefit for each yuan.

    Returns
    -------
    DataFrame
        Index `way` (``"programme"``, ``"ranking"``, ``"greedy"``); `benefit`, `cost_cny`, `items`, `zones`,
        `rules_broken` (rules beside money that the way does not keep), `gain` (how much more the programme brings, as
        a share of the way's own benefit; NaN where that is 0). A way that breaks rules may bring more than any
        programme that keeps them.

    Raises
    ------
    InputError
        If the zones have neither rank nor priority.
    """
    problem = programme.problem
    items = programme.done["item"].to_numpy(np.int64)
    cost = np.zeros(len(problem.items), np.int64)
    cost[items] = programme.done["cost_fen"].to_numpy(np.int64)
    ways = {
        "programme": Baseline(programme.years(), cost, programme.benefit, ()),
        "ranking": baseline(problem, "ranking"),
        "greedy": baseline(problem, "greedy"),
    }
    rows = []
    for way in ways.values():
        done = way.year >= 0
        gain = programme.benefit / way.benefit - 1 if way.benefit > 0 else np.nan
        zones = len(np.unique(problem.zone[done]))
        rows.append((way.benefit, way.cost[done].sum() / FEN, int(done.sum()), zones, len(way.broken), gain))
    columns = ["benefit", "cost_cny", "items", "zones", "rules_broken", "gain"]
    return pd.DataFrame(rows, columns=columns, index=pd.Index(list(ways), name="way"))


def changes(before: Programme, after: Programme) -> pd.DataFrame:
    """Return what enters, leaves, or moves to another year from one programme to another of the same zones.

    Returns
    -------
    DataFrame
        `zone_id`, `measure`, `change` (``"enters"``, ``"leaves"``, ``"moves"``), `year_before`, `year_after` (null:
        not done).
    """
    keys = ["zone_id", "measure"]
    left, right = (p.done[[*keys, "year"]].astype({"year": "Int64"}) for p in (before, after))
    both = left.merge(right, on=keys, how="outer", suffixes=("_before", "_after"), sort=True)
    entered, gone = both["year_before"].isna(), both["year_after"].isna()
    both.insert(2, "change", np.where(entered, "enters", np.where(gone, "leaves", "moves")))
    moved = (both["year_before"] != both["year_after"]).fillna(value=True)
    return both[moved.astype(bool)].reset_index(drop=True)


def with_more(
    programme: Programme, share: float = 0.1, *, gap: float = 1e-3, time_limit: float = 60.0
) -> tuple[Programme, pd.DataFrame]:
    """Return the programme of budgets that are larger by `share`, and what enters, leaves and moves.

    It is never worse than `programme`, which can be done with more money, too.
    """
    more = with_budgets(programme.problem, 1 + share)
    larger = _at_least(plan(more, method=programme.method, gap=gap, time_limit=time_limit), programme)
    return larger, changes(programme, larger)


def draw_factors(weights: Mapping[str, float], draws: int, *, spread: float = 50.0, seed: int = 0) -> pd.DataFrame:
    """Return random weights over the ones given, each indicator's as a factor of its own.

    Parameters
    ----------
    weights : mapping of str to float
        Above 0; they are scaled to sum 1.
    draws : int
    spread : float
        Sum of the Dirichlet parameters: 50 lets a weight of 0.3 vary by some 0.06.
    seed : int

    Returns
    -------
    DataFrame
        Shape (draws, indicators); 1 is the given weight.

    Raises
    ------
    InputError
        If a weight is not above 0, or there is none.
    """
    base = np.array(list(weights.values()), float)
    if not (len(base) and np.isfinite(base).all() and (base > 0).all()):
        raise InputError("weights to draw around must be above 0.")
    base /= base.sum()
    drawn = np.random.default_rng(seed).dirichlet(base * spread, draws)
    return pd.DataFrame(drawn / base, columns=list(weights))


def redrawn(problem: Problem, points: pd.DataFrame, factors: pd.DataFrame) -> Iterable[Gains]:
    """Yield the gains of a problem under each draw of weights.

    Parameters
    ----------
    problem : Problem
    points : DataFrame
        The contributions of all indicators of the score, a column for each, a row for each zone; a "priority" that
        measures close is the sum of those that no measure closes by name.
    factors : DataFrame
        From `draw_factors`; an indicator without a column keeps its weight.

    Raises
    ------
    InputError
        If the contributions are not of the problem's zones.
    """
    if not points.index.equals(problem.zones.index):
        raise InputError("contributions and zones are not of the same zones in the same order.")
    values = np.nan_to_num(points.to_numpy(float), nan=0.0)
    indicators = problem.gains.indicators
    rest = np.where([str(c) in indicators for c in points.columns], 0.0, values)
    for _, row in factors.iterrows():
        by = {str(code): float(f) for code, f in row.items()}
        new = rest @ np.array([by.get(str(c), 1.0) for c in points.columns])
        old = rest.sum(axis=1)
        whole = np.divide(new, old, out=np.ones_like(new), where=old > 0)
        scale = np.column_stack(
            [whole if code == "priority" else np.full(len(points), by.get(code, 1.0)) for code in indicators]
        )
        yield problem.gains.weighted(scale.ravel())


def frequencies(
    problem: Problem,
    draws: Iterable[Gains],
    *,
    method: Method = "lp",
    gap: float = 1e-3,
    time_limit: float = 60.0,
) -> pd.DataFrame:
    """Return how often each item is chosen when the gains are not certain.

    Parameters
    ----------
    problem : Problem
    draws : iterable of Gains
        Such as `redrawn` yields.
    method, gap, time_limit
        As of `plan`.

    Returns
    -------
    DataFrame
        A row for each item of the problem: `zone_id`, `measure`, `frequency` (NaN without any draw that could be
        solved), `role`: ``"core"`` (at least 90 % of the draws), ``"never"``, else ``"flexible"``.
    """
    counts: Floats = np.zeros(len(problem.items))
    solved = 0
    for gains in draws:
        drawn = replace(problem, gains=gains)
        programme = plan(drawn, method=method, gap=gap, time_limit=time_limit, explain=False)
        if programme.status in {"optimal", "feasible", "nothing"}:
            solved += 1
            counts += programme.years() >= 0
    share = counts / solved if solved else np.full(len(counts), np.nan)
    role = np.select([np.isnan(share), share >= CORE, share == 0], ["", "core", "never"], "flexible")
    table = problem.items[["zone_id", "measure"]].reset_index(drop=True)
    return table.assign(frequency=share, role=role)


def sentences(programme: Programme) -> tuple[tuple[str, str], ...]:
    """Return what a programme comes to in a few sentences, in zh and en."""
    if programme.status == "unknown":
        return (
            (
                "限时内未找到方案，请延长时间或改用快速方法",
                "No programme was found in time; allow more, or use the quick method",
            ),
        )
    if programme.status == "infeasible":
        head = ("现有规则互相冲突，没有可行方案", "The rules contradict each other: no programme keeps all of them")
        return (head, *told(programme.reliefs))
    if programme.status == "nothing":
        head = ("没有任何项目获得资金", "Nothing is funded")
        return (head, *programme.why, *told(programme.reliefs))
    done, cost = programme.done, programme.done["cost_fen"].sum() / FEN
    zones, share = done["zone_id"].nunique(), (1 - programme.gap) * 100
    return (
        (
            f"在{zones}个片区实施{len(done)}项措施，投资{cost:,.0f}元",
            f"{len(done)} measures in {zones} zones for {cost:,.0f} yuan",
        ),
        (f"效益不低于理论上限的{share:.2f}%", f"It brings at least {share:.2f} % of the most that any programme can"),
    )
