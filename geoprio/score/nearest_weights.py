"""The nearest weights under which enough inequalities between zones hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    from geoprio._core.typing import Bools, Floats

Norm = Literal["l1", "l2"]

NODES = 20_000
"""Branches of the search after which its best answer is given as not proven; a count, so that reruns agree."""

ROUNDS = 50
"""Choices of zones that are tried for the Euclidean distance before the same happens."""

SCALE, GOAL = 1e4, 1e3
"""The solver's tolerances are absolute (1e-7 and 1e-6): squared distances are counted in 1e-4, and goals blown up."""

TANGENTS = 17
"""Tangents of each squared change before the first answer."""

CLOSE = 1e-9
"""Difference of squared distances that does not matter."""


@dataclass(frozen=True)
class NearestWeights:
    """The answer: `weights` is None where there are none, `proven` whether nothing nearer can exist."""

    weights: Floats | None
    proven: bool


def nearest_weights(gains: Floats, asked: int, start: Floats, margin: float, norm: Norm) -> NearestWeights:
    """Return the weights nearest to `start` for which at least `asked` rows reach the margin.

    A mixed-integer program chooses the rows; with the rows chosen, a linear program (L1) or a least-distance problem
    solved as non-negative least squares (L2) gives the weights. For L2 the two alternate: each answer adds tangents
    of the squared changes, until no choice of rows can be nearer.

    Parameters
    ----------
    gains : ndarray of float, shape (rows, indicators)
        A row holds where gains · weights ≥ margin.
    asked : int
    start : ndarray of float, shape (indicators,)
        On the simplex.
    margin : float
    norm : {"l1", "l2"}

    References
    ----------
    Lawson and Hanson (1974), "Solving Least Squares Problems", ch. 23 (least distance); Duran and Grossmann (1986),
    "An outer-approximation algorithm for a class of mixed-integer nonlinear programs".
    """
    if len(gains) < asked:
        return NearestWeights(None, proven=True)
    rows, asked = _undecided(gains, asked, gains.min(axis=1), gains.max(axis=1), margin)
    reach = _along_lines(rows, asked, start, margin, norm)
    change = _most_change(rows, reach, norm)
    rows, asked = _undecided(rows, asked, rows @ start - change, rows @ start + change, margin)
    if asked <= 0:
        return NearestWeights(start.copy(), proven=True)
    if asked > len(rows):
        return NearestWeights(None, proven=True)
    return _search(rows, asked, start, margin, norm, reach)


def _most_change(rows: Floats, reach: float, norm: Norm) -> Floats:
    """Return by how much each row can change where the weights move by no more than `reach`."""
    if norm == "l1":
        return np.asarray(0.5 * reach * np.ptp(rows, axis=1), np.float64)
    return np.asarray(reach * np.linalg.norm(rows - rows.mean(axis=1, keepdims=True), axis=1), np.float64)


def _undecided(gains: Floats, asked: int, least: Floats, most: Floats, margin: float) -> tuple[Floats, int]:
    """Return the rows that hold for some weights only, and how many of them are asked for."""
    always, never = least >= margin, most < margin
    return gains[~always & ~never], asked - int(always.sum())


def _along_lines(rows: Floats, asked: int, start: Floats, margin: float, norm: Norm) -> float:
    """Return a distance within which an answer lies on one of the plain lines; the farthest of all where none does.

    The lines run to one indicator alone, and from one indicator to another.
    """
    if asked <= 0:
        return 0.0
    order = 1 if norm == "l1" else 2
    m, eye = len(start), np.eye(len(start))
    lines = [(eye[k] - start, 1.0) for k in range(m)]
    lines += [(eye[k] - eye[j], float(start[j])) for k in range(m) for j in range(m) if j != k]
    lengths = [
        _first_step(rows @ start, rows @ line, asked, margin, end) * float(np.linalg.norm(line, order))
        for line, end in lines
    ]
    # A little more, so that the answer itself is not cut off.
    return min(2.0 if norm == "l1" else 2.0**0.5, *lengths) * (1.0 + 1e-6) + 1e-6


def _first_step(at: Floats, slope: Floats, asked: int, margin: float, end: float) -> float:
    """Return the smallest step on a line, up to `end`, after which enough rows hold; infinite where there is none."""
    with np.errstate(divide="ignore", invalid="ignore"):
        cross = (margin - at) / slope
    holds = at >= margin
    # A row begins to hold, or ceases to hold, where its line crosses the margin.
    begins = np.sort(cross[~holds & (slope > 0)])
    ends = np.sort(cross[holds & (slope < 0)])
    steps = np.concatenate(([0.0], begins[begins <= end]))
    count = holds.sum() + np.searchsorted(begins, steps, "right") - np.searchsorted(ends, steps, "left")
    enough = np.flatnonzero(count >= asked)
    return float(steps[enough[0]]) if len(enough) else np.inf


def _search(rows: Floats, asked: int, start: Floats, margin: float, norm: Norm, reach: float) -> NearestWeights:
    best, least = None, np.inf
    # Where the squared change of a weight is replaced by its tangent.
    touched = list(np.linspace(-reach, reach, TANGENTS)[:, None] * np.ones(len(start))) if norm == "l2" else []
    tried: list[Bools] = []
    program = _Program(rows, asked, start, margin, reach, norm)
    for _ in range(ROUNDS):
        chosen, bound, proven = program.solve(touched, tried)
        if chosen is None:
            return NearestWeights(best, proven=proven)
        if bound >= least - CLOSE:
            return NearestWeights(best, proven=True)
        weights = _with_rows(rows[chosen], start, margin, norm)
        # Each choice is tried once: this also drops one that holds within the solver's tolerance only.
        tried.append(chosen)
        if weights is None:
            continue
        if norm == "l1":
            return NearestWeights(weights, proven=proven)
        distance = float(((weights - start) ** 2).sum())
        if distance < least:
            best, least = weights, distance
        touched.append(weights - start)
    return NearestWeights(best, proven=False)


class _Program:
    """The choice of rows as a mixed-integer program.

    Its variables are the weights, their changes (L1) or squared changes (L2), and a switch for each row.
    """

    def __init__(self, rows: Floats, asked: int, start: Floats, margin: float, reach: float, norm: Norm) -> None:
        from scipy.sparse import csr_array, diags_array, eye_array, hstack  # noqa: PLC0415 - for explanations alone

        m, r = len(start), len(rows)
        # Within reach a row that is switched off falls no lower than this.
        slack = margin - np.maximum(rows.min(axis=1), rows @ start - _most_change(rows, reach, norm))
        none, eye = csr_array((m, r)), eye_array(m)
        self.start, self.norm, self.sizes = start, norm, (m, m, r)
        self.blocks = [
            (hstack([csr_array(rows), csr_array((r, m)), diags_array(-slack)]), margin - slack, np.inf),
            (self._row(1.0, 0.0, 0.0), 1.0, 1.0),
            (self._row(0.0, 0.0, 1.0), float(asked), float(asked)),
        ]
        if norm == "l1":
            self.blocks += [(hstack([eye, eye, none]), start, np.inf), (hstack([-eye, eye, none]), -start, np.inf)]
        far = 0.5 * reach if norm == "l1" else reach
        self.low = np.concatenate((np.maximum(start - far, 0.0), np.zeros(m + r)))
        self.high = np.concatenate((np.minimum(start + far, 1.0), np.full(m, 2.0 * SCALE), np.ones(r)))

    def _row(self, *each: float | Floats) -> Any:  # noqa: ANN401 - one sparse row; the stubs name no common type
        from scipy.sparse import csr_array  # noqa: PLC0415 - for explanations alone

        parts = [np.broadcast_to(np.asarray(e, np.float64), n) for e, n in zip(each, self.sizes, strict=True)]
        return csr_array(np.concatenate(parts)[None, :])

    def solve(self, touched: list[Floats], tried: list[Bools]) -> tuple[Bools | None, float, bool]:
        """Return the rows to hold (None: no choice is left), a lower bound, and whether that is proven.

        The bound is of the squared distance, from the tangents; 0 for L1, whose first choice is the answer.
        """
        from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415 - for explanations alone
        from scipy.sparse import csr_array, diags_array, eye_array, hstack, vstack  # noqa: PLC0415 - likewise

        m, _, r = self.sizes
        blocks = list(self.blocks)
        for change in touched:
            slopes = diags_array(-2.0 * SCALE * change)
            at = -SCALE * (2.0 * change * self.start + change**2)
            blocks.append((hstack([slopes, eye_array(m), csr_array((m, r))]), at, np.inf))
        blocks += [(self._row(0.0, 0.0, np.where(c, -1.0, 1.0)), 1.0 - float(c.sum()), np.inf) for c in tried]
        low = np.concatenate([np.broadcast_to(b, a.shape[0]) for a, b, _ in blocks])
        high = np.concatenate([np.broadcast_to(c, a.shape[0]) for a, _, c in blocks])
        done = milp(
            np.repeat([0.0, GOAL, 0.0], self.sizes),
            integrality=np.repeat([0, 0, 1], self.sizes),
            bounds=Bounds(self.low, self.high),
            constraints=LinearConstraint(vstack([a for a, _, _ in blocks]), low, high),
            options={"node_limit": NODES, "mip_rel_gap": 0.0},
        )
        if done.x is None:
            return None, 0.0, done.status == 2
        bound = float(done.mip_dual_bound) / (SCALE * GOAL) if self.norm == "l2" else 0.0
        return np.asarray(done.x[2 * m :] > 0.5), bound, done.status == 0


def _with_rows(rows: Floats, start: Floats, margin: float, norm: Norm) -> Floats | None:
    """Return the weights nearest to `start` under which all rows hold; None where there are none."""
    found = _linear(rows, start, margin) if norm == "l1" else _least_distance(rows, start, margin)
    if found is None:
        return None
    weights = np.maximum(found, 0.0)
    weights /= weights.sum()
    return weights if (rows @ weights >= 0.5 * margin).all() else None


def _linear(rows: Floats, start: Floats, margin: float) -> Floats | None:
    from scipy.optimize import linprog  # noqa: PLC0415 - explanations alone need the solver

    m, eye = len(start), np.eye(len(start))
    above = np.vstack((np.hstack((-rows, np.zeros_like(rows))), np.hstack((eye, -eye)), np.hstack((-eye, -eye))))
    done = linprog(
        np.repeat([0.0, 1.0], [m, m]),
        A_ub=above,
        b_ub=np.concatenate((np.full(len(rows), -margin), start, -start)),
        A_eq=np.repeat([1.0, 0.0], [m, m])[None, :],
        b_eq=[1.0],
        bounds=(0.0, None),
    )
    return None if done.x is None else np.asarray(done.x[:m], np.float64)


def _least_distance(rows: Floats, start: Floats, margin: float) -> Floats | None:
    from scipy.linalg import null_space  # noqa: PLC0415 - explanations alone need the solver
    from scipy.optimize import nnls  # noqa: PLC0415 - likewise

    # Within the plane where weights sum to 1, so that the distance is that from 0.
    plane = null_space(np.ones((1, len(start))))
    sides = np.vstack((rows @ plane, plane))
    least = np.concatenate((margin - rows @ start, -start))
    stack = np.vstack((sides.T, least))
    aim = np.concatenate((np.zeros(plane.shape[1]), [1.0]))
    combined, _ = nnls(stack, aim)
    rest = stack @ combined - aim
    if -rest[-1] < 1e-12:
        return None
    return np.asarray(start + plane @ (-rest[:-1] / rest[-1]), np.float64)
