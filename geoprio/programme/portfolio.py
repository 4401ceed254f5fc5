"""Choose what to do where, when, and with whose money."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from geoprio._core.typing import Floats, Ints
from geoprio.programme.allocate import allocate, savings
from geoprio.programme.check import benefit_of, broken_money, broken_rules
from geoprio.programme.columns import Program
from geoprio.programme.crumbs import without_crumbs
from geoprio.programme.infeasible import Relief, needed, why_nothing
from geoprio.programme.model import Model, build_model
from geoprio.programme.problem import Problem
from geoprio.programme.rounding import solve_rounded
from geoprio.programme.solve import Answer, Library, dual_bound, solve

Method = Literal["milp", "lp"]
ProgrammeStatus = Literal["optimal", "feasible", "nothing", "infeasible", "unknown"]

TIGHTER = 2e-6
"""How much budgets are lowered when the solver spent its tolerance of them."""


@dataclass(frozen=True)
class Programme:
    """What is done, when, and who pays.

    Attributes
    ----------
    problem : Problem
    status : str
        ``"optimal"``: proved to be within `gap` of the best; ``"feasible"``: it keeps all rules, and `gap` is what is
        proved; ``"nothing"``: nothing can be done, see `reliefs` and `why`; ``"infeasible"``: no programme keeps all
        rules, see `reliefs`; ``"unknown"``: the time ran out before any was found.
    done : DataFrame
        A row for each item that is done, by zone: `item`, `zone_id`, `measure`, `year` (from 1), `quantity`, `unit`,
        `gross_fen`, `saving_fen`, `cost_fen`, `benefit` (points of the item alone, discounted), and for each source
        `{source}_fen`. The sources sum to `cost_fen` exactly.
    benefit : float
        Points: people who are relieved of the whole of a need, or more of a part of it.
    bound : float
        More than this no programme can reach; computed from the relaxed program by plain arithmetic.
    gap : float
        ``1 − benefit / best_bound``: by the smaller of that bound and the solver's own.
    reliefs : tuple of Relief
        Which rules stand in the way, and by how much they would have to give.
    why : tuple of (zh, en)
        Why nothing is done.
    """

    problem: Problem
    status: ProgrammeStatus
    method: Method
    done: pd.DataFrame
    benefit: float
    bound: float
    gap: float
    seconds: float
    reliefs: tuple[Relief, ...] = ()
    why: tuple[tuple[str, str], ...] = ()

    @property
    def best_bound(self) -> float:
        """The smallest sum of points that no programme can exceed: `bound`, or the solver's own where it is smaller."""
        return min(self.bound, self.benefit / (1 - self.gap)) if self.gap < 1 and self.benefit > 0 else self.bound

    @property
    def own_gap(self) -> float:
        """How far the benefit may be below the best by `bound` alone, with no word of the solver's: a share."""
        return max(0.0, 1 - self.benefit / self.bound) if 0 < self.bound < float("inf") else 0.0

    @property
    def paid_fen(self) -> pd.DataFrame:
        """What each source gives to each row of `done`, in fen; columns are codes of sources."""
        codes = [s.code for s in self.problem.sources]
        return self.done[[f"{code}_fen" for code in codes]].set_axis(codes, axis=1)

    def years(self) -> Ints:
        """Return the year from 0 in which each item of the problem is done, -1: not; shape (items,)."""
        out = np.full(len(self.problem.items), -1, np.int64)
        out[self.done["item"].to_numpy(np.int64)] = self.done["year"].to_numpy(np.int64) - 1
        return out


def plan(
    problem: Problem,
    *,
    method: Method = "milp",
    gap: float = 1e-3,
    time_limit: float = 60.0,
    explain: bool = True,
    library: Library | None = None,
) -> Programme:
    """Return the programme with the most benefit that keeps all rules.

    Every programme is checked by sums of its own before it is returned, and its bound is recomputed without the solver.

    Parameters
    ----------
    problem : Problem
    method : str
        ``"milp"``: proved to `gap`; ``"lp"``: relaxed and rounded, in a second or two for large problems.
    gap : float
        As a share of the benefit.
    time_limit : float
        Seconds for each run of the solver.
    explain : bool
        Whether to work out which rules stand in the way where nothing can be done.
    library : str, optional
        See `solve.solve`.

    Raises
    ------
    RuntimeError
        If the programme breaks a rule: our own fault.
    """
    if not len(problem.items):
        return _without(problem, "nothing", method, why=why_nothing(problem, None)[0])
    model = build_model(problem)
    relaxed = solve(model.program, relaxed=True, time_limit=time_limit, library=library)
    if relaxed.status != "optimal":
        return _stopped(problem, model, relaxed, method, explain, time_limit)
    bound = dual_bound(model.program, relaxed.duals)
    answer, chosen = _decide(problem, model, relaxed, method, gap, time_limit, library)
    if not len(answer.x):
        return _stopped(problem, model, answer, method, explain, time_limit, seconds=relaxed.seconds)
    done, year = _table(problem, model, *chosen)
    _insist(problem, done, year)
    benefit = benefit_of(problem, year)
    if benefit > bound * model.points * (1 + 1e-6) + 1e-9:
        raise RuntimeError(f"the benefit {benefit!r} is above its bound {bound * model.points!r}.")
    seconds = relaxed.seconds + answer.seconds
    best = min(bound, answer.bound) * model.points
    left = max(0.0, 1 - benefit / best) if best > 0 else 0.0
    if not len(done):
        why, reliefs = why_nothing(problem, model, time_limit) if explain else ((), ())
        return _without(
            problem, "nothing", method, bound=bound * model.points, seconds=seconds, why=why, reliefs=reliefs
        )
    status: ProgrammeStatus = "optimal" if left <= gap + 1e-9 else "feasible"
    return Programme(problem, status, method, done, benefit, bound * model.points, left, seconds)


def _decide(
    problem: Problem,
    model: Model,
    relaxed: Answer,
    method: Method,
    gap: float,
    time_limit: float,
    library: Library | None,
) -> tuple[Answer, tuple[Ints, Ints, Ints]]:
    """Solve until the money is there to the fen; return the answer and (variants, cost, paid)."""
    program, nothing = model.program, np.zeros(0, np.int64)
    for attempt in range(3):
        if attempt:
            # The solver spent a little more than there is, within its tolerance.
            rows = np.concatenate([program.rows(kind) for kind in ("budget", "service", "household")])
            high = program.high.copy()
            high[rows] = model.program.high[rows] * (1 - TIGHTER * 10 ** (attempt - 1)) - TIGHTER
            program = replace(program, high=np.where(high < 0, np.minimum(0, model.program.high), high))
            relaxed = solve(program, relaxed=True, time_limit=time_limit, library=library)
            if relaxed.status != "optimal":
                return relaxed, (nothing, nothing, nothing)
        answer = _whole(program, relaxed, method, gap, time_limit, library)
        if not len(answer.x):
            return answer, (nothing, nothing, nothing)
        found = _to_the_fen(problem, model, _exact(model, program, answer.x, time_limit, library))
        if found is not None:
            return answer, found
    raise RuntimeError("the money of the programme could not be split to the fen.")


def _whole(
    program: Program, relaxed: Answer, method: Method, gap: float, time_limit: float, library: Library | None
) -> Answer:
    """Return a rounded answer where it is good enough, else that of the whole program."""
    rounded = solve_rounded(program, relaxed, gap=gap, time_limit=time_limit, library=library)
    proved = len(rounded.x) and rounded.objective >= dual_bound(program, relaxed.duals) * (1 - gap)
    if proved or (method == "lp" and len(rounded.x)):
        return rounded
    begin = rounded.x if len(rounded.x) else None
    answer = solve(program, gap=gap, time_limit=time_limit, begin=begin, library=library)
    seconds = rounded.seconds + answer.seconds
    if len(rounded.x) and not answer.objective >= rounded.objective:
        return replace(rounded, bound=min(rounded.bound, answer.bound), seconds=seconds)
    return replace(answer, seconds=seconds)


def _exact(model: Model, program: Program, x: Floats, time_limit: float, library: Library | None) -> Floats:
    """Return the answer with its choices wholly whole, and money for just these; as it is where that is not there.

    The solver takes 0.999999 of a project for all of it, which can be many yuan of a large one.
    """
    whole = program.integer & (np.arange(len(x)) < len(model.item))
    near = np.round(x)
    part = replace(program, upper=np.where(whole, near, program.upper))
    lower = np.where(whole, near, 0.0)
    found = solve(part, relaxed=True, time_limit=time_limit, lower=lower, library=library)
    return found.x if found.status == "optimal" else x


def _to_the_fen(problem: Problem, model: Model, x: Floats) -> tuple[Ints, Ints, Ints] | None:
    chosen = np.flatnonzero(x[: len(model.item)] > 0.5)
    year = np.full(len(problem.items), -1, np.int64)
    year[model.item[chosen]] = model.year[chosen]
    cost = (problem.cost_fen - savings(problem, year))[model.item[chosen]]
    start = model.program.starts["money"]
    money = x[start : start + len(model.money_class)] * model.fen
    paid = allocate(problem, model, chosen, cost, money)
    if paid is None:
        return None
    return chosen, cost, without_crumbs(problem, model.item[chosen], model.year[chosen], cost, paid)


def _table(problem: Problem, model: Model, chosen: Ints, cost: Ints, paid: Ints) -> tuple[pd.DataFrame, Ints]:
    """Return the rows of what is done, and the year of each item."""
    item = model.item[chosen]
    year = np.full(len(problem.items), -1, np.int64)
    year[item] = model.year[chosen]
    rows = problem.items.iloc[item]
    worth = problem.gains.of_items(len(problem.items))[item] * np.array(problem.rules.year_values())[model.year[chosen]]
    done = pd.DataFrame(
        {
            "item": item,
            "zone_id": rows["zone_id"].to_numpy(),
            "measure": rows["measure"].to_numpy(),
            "year": model.year[chosen] + 1,
            "quantity": rows["quantity"].to_numpy(),
            "unit": rows["unit"].to_numpy(),
            "gross_fen": rows["cost_fen"].to_numpy(),
            "saving_fen": rows["cost_fen"].to_numpy() - cost,
            "cost_fen": cost,
            "benefit": worth,
        }
        | {f"{source.code}_fen": paid[:, s] for s, source in enumerate(problem.sources)}
    )
    return done.sort_values("item", kind="stable", ignore_index=True), year


def _insist(problem: Problem, done: pd.DataFrame, year: Ints) -> None:
    """Raise where a programme breaks a rule."""
    item = done["item"].to_numpy(np.int64)
    cost = np.zeros(len(problem.items), np.int64)
    cost[item] = done["cost_fen"].to_numpy(np.int64)
    paid = done[[f"{s.code}_fen" for s in problem.sources]].to_numpy(np.int64)
    told = broken_rules(problem, year, cost) + broken_money(problem, item, year[item], cost[item], paid)
    if told:
        raise RuntimeError(f"the programme breaks {len(told)} of its rules: {'; '.join(told[:5])}.")


def _without(
    problem: Problem,
    status: ProgrammeStatus,
    method: Method,
    *,
    bound: float = 0.0,
    seconds: float = 0.0,
    why: tuple[tuple[str, str], ...] = (),
    reliefs: tuple[Relief, ...] = (),
) -> Programme:
    """Return a programme in which nothing is done."""
    nothing = np.zeros(0, np.int64)
    columns = (
        "item",
        "zone_id",
        "measure",
        "year",
        "quantity",
        "unit",
        "gross_fen",
        "saving_fen",
        "cost_fen",
        "benefit",
    )
    sources = tuple(f"{s.code}_fen" for s in problem.sources)
    text = {"zone_id", "measure", "unit"}
    done = pd.DataFrame({c: nothing.astype(object if c in text else np.int64) for c in (*columns, *sources)})
    return Programme(problem, status, method, done, 0.0, bound, 0.0 if bound <= 0 else 1.0, seconds, reliefs, why)


def _stopped(
    problem: Problem,
    model: Model,
    answer: Answer,
    method: Method,
    explain: bool,
    time_limit: float,
    seconds: float = 0.0,
) -> Programme:
    """Return what is known where no programme was found."""
    if answer.status != "infeasible":
        return _without(problem, "unknown", method, bound=float("inf"), seconds=seconds + answer.seconds)
    reliefs = needed(problem, model, time_limit=time_limit) if explain else ()
    return _without(problem, "infeasible", method, seconds=seconds + answer.seconds, reliefs=reliefs)
