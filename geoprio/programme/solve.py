"""Solve programs with HiGHS, and bound them without trusting the solver."""

from __future__ import annotations

import time
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Literal, cast

import numpy as np
from scipy import sparse

from geoprio._core.typing import Bools, Floats
from geoprio.programme.columns import Program

Status = Literal["optimal", "feasible", "infeasible", "unknown"]
Library = Literal["highspy", "scipy"]


@dataclass(frozen=True)
class Answer:
    """What a solver found.

    Attributes
    ----------
    status : str
        ``"feasible"``: stopped by the time limit; ``"unknown"``: stopped without any answer.
    x : ndarray of float, shape (columns,)
        Empty without an answer.
    objective, bound : float
        Of the answer, and above which the solver says that no answer lies; NaN and infinity where unknown.
    duals : ndarray of float, shape (rows,)
        How much the objective of a relaxed program grows for each unit that a row's bound gives way; empty otherwise.
    seconds : float
    """

    status: Status
    x: Floats
    objective: float
    bound: float
    duals: Floats
    seconds: float


def solve(
    program: Program,
    *,
    relaxed: bool = False,
    gap: float = 1e-3,
    time_limit: float = 60.0,
    lower: Floats | None = None,
    begin: Floats | None = None,
    library: Library | None = None,
) -> Answer:
    """Return the best answer to a program.

    Parameters
    ----------
    program : Program
    relaxed : bool
        Whether whole numbers may be broken.
    gap : float
        Stop when the answer is proved to be within this share of the best.
    time_limit : float
        Seconds.
    lower : ndarray of float, shape (columns,), optional
        Lower bounds other than 0.
    begin : ndarray of float, shape (columns,), optional
        An answer that is known; highspy begins there, scipy cannot.
    library : str, optional
        ``"highspy"`` where it is installed, else ``"scipy"``, which has HiGHS inside, too.
    """
    start = time.perf_counter()
    chosen = library or ("highspy" if find_spec("highspy") else "scipy")
    low = np.zeros(len(program.upper)) if lower is None else lower
    if chosen == "highspy":
        status, x, bound, duals = _by_highspy(program, relaxed, gap, time_limit, low, begin)
    else:
        status, x, bound, duals = _by_scipy(program, relaxed, gap, time_limit, low)
    objective = float(program.objective @ x) if len(x) else float("nan")
    return Answer(status, x, objective, bound, duals, time.perf_counter() - start)


def _by_highspy(
    program: Program, relaxed: bool, gap: float, time_limit: float, low: Floats, begin: Floats | None
) -> tuple[Status, Floats, float, Floats]:
    import highspy  # noqa: PLC0415 - loaded only where something is solved

    none = np.zeros(0)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(program.upper), len(program.low)
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = program.objective, low, program.upper
    lp.row_lower_, lp.row_upper_ = program.low, program.high
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_ = program.matrix.indptr, program.matrix.indices
    lp.a_matrix_.value_ = program.matrix.data
    if not relaxed:
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[int(i)] for i in program.integer]
    highs = highspy.Highs()
    highs.silent()
    highs.setOptionValue("mip_rel_gap", gap)
    highs.setOptionValue("time_limit", time_limit)
    highs.passModel(lp)
    if begin is not None:
        known = highspy.HighsSolution()
        known.col_value = begin
        highs.setSolution(known)
    highs.run()
    state, info = highs.getModelStatus(), highs.getInfo()
    if state in {highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible}:
        return "infeasible", none, -np.inf, none
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return "unknown", none, np.inf, none
    solution = highs.getSolution()
    done = state == highspy.HighsModelStatus.kOptimal
    bound = float(info.objective_function_value) if relaxed else float(info.mip_dual_bound)
    duals = np.array(solution.row_dual) if relaxed else none
    return (
        "optimal" if done else "feasible",
        np.array(solution.col_value),
        bound if done or not relaxed else np.inf,
        duals,
    )


def _by_scipy(
    program: Program, relaxed: bool, gap: float, time_limit: float, low: Floats
) -> tuple[Status, Floats, float, Floats]:
    from scipy.optimize import Bounds, LinearConstraint, linprog, milp  # noqa: PLC0415 - loaded only where it is used

    none = np.zeros(0)
    if relaxed:
        over, under = np.isfinite(program.high), np.isfinite(program.low)
        result = linprog(
            -program.objective,
            A_ub=cast("Any", _stacked(program, over, under)),  # the stubs know dense matrices only
            b_ub=np.concatenate([program.high[over], -program.low[under]]),
            bounds=cast("Any", np.column_stack([low, program.upper])),  # and bounds as pairs
            method="highs",
            options={"time_limit": time_limit},
        )
        if result.status == 0:
            duals = np.zeros(len(program.low))
            marginal = -np.asarray(result.ineqlin.marginals)
            duals[over] += marginal[: over.sum()]
            duals[under] -= marginal[over.sum() :]
            x = np.asarray(result.x)
            return "optimal", x, float(program.objective @ x), duals
        return ("infeasible" if result.status == 2 else "unknown"), none, np.inf, none
    found = milp(
        -program.objective,
        constraints=LinearConstraint(program.matrix, program.low, program.high),
        bounds=Bounds(low, program.upper),
        integrality=program.integer.astype(np.int64),
        options={"mip_rel_gap": gap, "time_limit": time_limit},
    )
    if found.x is None:
        return ("infeasible" if found.status == 2 else "unknown"), none, np.inf, none
    least = found.mip_dual_bound
    bound = np.inf if least is None else -float(least)
    return ("optimal" if found.status == 0 else "feasible"), np.asarray(found.x), bound, none


def _stacked(program: Program, over: Bools, under: Bools) -> sparse.csr_array:
    return sparse.csr_array(sparse.vstack([program.matrix[over], -program.matrix[under]], format="csr"))


def dual_bound(program: Program, duals: Floats) -> float:
    """Return a bound that no answer exceeds, by weak duality from any multipliers of the rows.

    ``c·x = (c − Aᵀλ)·x + λ·(A·x) ≤ Σ max(0, r·upper) + Σ max over the row's bounds``: plain arithmetic on the
    program's own numbers, right whatever the solver did; good multipliers only make it tight.
    """
    usable = np.where((duals > 0) & ~np.isfinite(program.high), 0.0, duals)
    usable = np.where((usable < 0) & ~np.isfinite(program.low), 0.0, usable)
    reduced = program.objective - program.matrix.T @ usable
    bounds = np.where(usable > 0, program.high, program.low)
    by_rows = float(np.sum(usable[usable != 0] * bounds[usable != 0]))
    return by_rows + float(np.maximum(reduced * program.upper, 0.0).sum())
