"""Weights from comparing indicators two by two: the analytic hierarchy process and the best-worst method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from geoprio._core.errors import InputError
from geoprio.score.checks import label

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike

    from geoprio._core.typing import Floats

RANDOM_INDEX: Final[dict[str, tuple[float, ...]]] = {
    "saaty": (0, 0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59),
    "alonso-lamata": (
        *(0, 0, 0.5245, 0.8815, 1.1086, 1.2479, 1.3417, 1.4056),
        *(1.4499, 1.4854, 1.5141, 1.5365, 1.5551, 1.5713, 1.5838),
    ),
}
"""Mean consistency index of random judgements of 1 to 15 indicators: Saaty (1980); Alonso and Lamata (2006)."""

CONSISTENT = 0.1
"""Largest consistency ratio that Saaty accepts."""

RECIPROCAL_TOLERANCE = 0.01
"""How far a judgement times its reverse may lie from 1: 0.333 is meant as 1/3."""

LARGEST_JUDGEMENT = 9.0
"""The end of Saaty's scale."""


@dataclass(frozen=True)
class Revisit:
    """A judgement that fits the others worst.

    Attributes
    ----------
    row, column : int
        Numbers of the two indicators from 0; the judgement says how many times `row` matters more than `column`.
    given : float
    suggested : float
        What all other judgements imply, within 1/9 to 9.
    """

    row: int
    column: int
    given: float
    suggested: float

    def in_words(self, names: Sequence[str] = ()) -> str:
        """Return the advice as a sentence."""
        pair = f"{label(self.row, names)} against {label(self.column, names)}"
        return f"{pair} was judged {self.given:.3g}; the other judgements imply {self.suggested:.3g}."


@dataclass(frozen=True)
class Ahp:
    """Weights from pairwise judgements, and how well these agree with each other.

    Attributes
    ----------
    weights : ndarray of float, shape (indicators,)
        Sum 1; read-only.
    lambda_max : float
        Principal eigenvalue; the number of indicators where all judgements agree.
    consistency_index, consistency_ratio : float
        (λ − n) / (n − 1), and its ratio to the random index; 0 for one or two indicators.
    random_index : str
        Name of the table in `RANDOM_INDEX`.
    revisit : tuple of Revisit
        The judgements that fit worst, worst first, at most three; empty where all agree.
    """

    weights: Floats
    lambda_max: float
    consistency_index: float
    consistency_ratio: float
    random_index: str
    revisit: tuple[Revisit, ...]

    @property
    def consistent(self) -> bool:
        """Whether the consistency ratio is 0.1 or less."""
        return self.consistency_ratio <= CONSISTENT


@dataclass(frozen=True)
class GroupAhp:
    """Weights from the judgements of several people.

    Attributes
    ----------
    combined : Ahp
        Of the geometric means of all judgements.
    members : tuple of Ahp
        Of each person.
    agreement : float
        Kendall's W of the members' weights, corrected for ties: 1 = all rank the indicators alike, 0 = no agreement.
    """

    combined: Ahp
    members: tuple[Ahp, ...]
    agreement: float

    @property
    def weights(self) -> Floats:
        """The group's weights, shape (indicators,)."""
        return self.combined.weights


@dataclass(frozen=True)
class BestWorst:
    """Weights from comparisons with the best and the worst indicator.

    Attributes
    ----------
    weights : ndarray of float, shape (indicators,)
        Sum 1; read-only.
    xi : float
        The largest gap that is left, in units of weight; 0 = all comparisons agree.
    input_consistency : float
        Largest |a_Bj · a_jW − a_BW| / (a_BW² − a_BW): 0 = the answers agree, 1 = as far apart as can be.
    """

    weights: Floats
    xi: float
    input_consistency: float


def judgement_matrix(names: Sequence[str], pairs: Mapping[tuple[str, str], float]) -> Floats:
    """Return the matrix of judgements given by name.

    Parameters
    ----------
    names : sequence of str
    pairs : mapping of (a, b) to number
        How many times `a` matters more than `b`; each pair once, in either order.

    Raises
    ------
    InputError
        If a pair is missing, given twice, names something unknown or itself, or is not above 0.
    """
    place = {name: k for k, name in enumerate(names)}
    out = np.eye(len(names))
    problems = []
    seen: set[frozenset[str]] = set()
    for (a, b), judged in pairs.items():
        pair = frozenset((a, b))
        if a not in place or b not in place or len(pair) < 2 or pair in seen or not 0 < judged < np.inf:
            problems.append(f"judgement {a!r} : {b!r} = {judged!r}: name two different indicators once, above 0.")
            continue
        seen.add(pair)
        out[place[a], place[b]], out[place[b], place[a]] = judged, 1.0 / judged
    for i, a in enumerate(names):
        problems.extend(
            f"judgement {a!r} : {b!r} is missing; add it." for b in names[i + 1 :] if frozenset((a, b)) not in seen
        )
    if problems:
        raise InputError(*problems)
    return out


def ahp(judgements: ArrayLike, *, random_index: str = "saaty") -> Ahp:
    """Return the weights of the principal eigenvector, and how consistent the judgements are.

    Parameters
    ----------
    judgements : array_like, shape (indicators, indicators)
        Row i, column j: how many times i matters more than j, 1/9 to 9 on Saaty's scale. Of a judgement and its
        reverse the larger counts, so that 0.333 is read as 1/3.
    random_index : {"saaty", "alonso-lamata"}
        The table that the consistency ratio refers to; the ratio differs with it.

    Raises
    ------
    InputError
        If the matrix is not square, positive and reciprocal, has more than 15 rows, or the table is not known.

    References
    ----------
    Saaty (1980), "The analytic hierarchy process"; Alonso and Lamata (2006), "Consistency in the analytic hierarchy
    process: a new approach"; Saaty (2003), "Decision-making with the AHP: why is the principal eigenvector necessary",
    for the judgement to revisit: the one farthest from the ratio of the weights; Harker (1987), "Alternative modes of
    questioning in the analytic hierarchy process", for what the others imply.
    """
    matrix = _judgements(judgements)
    n = len(matrix)
    if random_index not in RANDOM_INDEX:
        raise InputError(f"random_index = {random_index!r} is not one of {', '.join(RANDOM_INDEX)}.")
    if n > len(RANDOM_INDEX[random_index]):
        raise InputError(f"random-index tables end at 15 indicators, and there are {n}; compare them in groups.")
    size, weights = _principal(matrix)
    weights.setflags(write=False)
    largest = max(size, float(n))
    index = (largest - n) / (n - 1) if n > 2 else 0.0
    ratio = index / RANDOM_INDEX[random_index][n - 1] if n > 2 else 0.0
    return Ahp(weights, largest, index, ratio, random_index, _worst(matrix, weights))


def group_ahp(judgements: Sequence[ArrayLike], *, random_index: str = "saaty") -> GroupAhp:
    """Return the weights of a group: the geometric mean of its members' judgements.

    Parameters
    ----------
    judgements : sequence of array_like, each of shape (indicators, indicators)
    random_index : {"saaty", "alonso-lamata"}

    Raises
    ------
    InputError
        If there are fewer than two members, they judged different numbers of indicators, or as `ahp` does.

    References
    ----------
    Aczél and Saaty (1983), "Procedures for synthesizing ratio judgements", for the geometric mean; Kendall and
    Babington Smith (1939), "The problem of m rankings", for W.
    """
    matrices = [_judgements(one) for one in judgements]
    if len(matrices) < 2 or len({len(m) for m in matrices}) > 1:
        raise InputError(
            f"a group needs two or more judgement matrices of one size, not {[m.shape for m in matrices]}."
        )
    mean = np.exp(np.mean([np.log(m) for m in matrices], axis=0))
    members = tuple(ahp(m, random_index=random_index) for m in matrices)
    return GroupAhp(ahp(mean, random_index=random_index), members, kendall_w([m.weights for m in members]))


def kendall_w(scores: ArrayLike) -> float:
    """Return Kendall's coefficient of concordance of several scorings of the same things, corrected for ties.

    Parameters
    ----------
    scores : array_like, shape (people, things)

    Returns
    -------
    float
        0 to 1. 1 too where everybody ties everything: nobody disagrees.
    """
    from scipy.stats import rankdata  # noqa: PLC0415 - keeps this module light

    found = np.asarray(scores, np.float64)
    # Weights that differ by rounding alone are tied.
    ranks = rankdata(np.round(found, 12), axis=1)
    people, things = ranks.shape
    spread = float(((ranks.sum(axis=0) - people * (things + 1) / 2) ** 2).sum())
    sizes = np.concatenate([np.unique(row, return_counts=True)[1] for row in ranks]).astype(float)
    ties = float((sizes**3 - sizes).sum())
    most = people**2 * (things**3 - things) / 12 - people * ties / 12
    return 1.0 if most <= 0 else spread / most


def best_worst(best: int, worst: int, best_to_others: ArrayLike, others_to_worst: ArrayLike) -> BestWorst:
    """Return the weights of the linear best-worst method.

    Parameters
    ----------
    best, worst : int
        Number of the most and the least important indicator, from 0.
    best_to_others : array_like, shape (indicators,)
        How many times the best matters more than each, 1 to 9; 1 at the best itself.
    others_to_worst : array_like, shape (indicators,)
        How many times each matters more than the worst; 1 at the worst itself.

    Raises
    ------
    InputError
        If the answers are not 1 or more, or contradict each other on the best and the worst.

    References
    ----------
    Rezaei (2016), "Best-worst multi-criteria decision-making method: some properties and a linear model"; Liang,
    Brunelli and Rezaei (2020), "Consistency issues in the best worst method", for the input-based consistency.
    """
    from scipy.optimize import linprog  # noqa: PLC0415 - keeps this module light

    to_others, to_worst = np.asarray(best_to_others, np.float64), np.asarray(others_to_worst, np.float64)
    _check_answers(best, worst, to_others, to_worst)
    n = len(to_others)
    rows = []
    for j in range(n):
        for over, under, times in ((best, j, to_others[j]), (j, worst, to_worst[j])):
            gap = np.zeros(n + 1)
            gap[over] += 1.0
            gap[under] -= times
            rows += [np.append(gap[:-1], -1.0), np.append(-gap[:-1], -1.0)]
    whole = np.append(np.ones(n), 0.0)
    found = linprog(
        np.append(np.zeros(n), 1.0), A_ub=np.array(rows), b_ub=np.zeros(len(rows)), A_eq=whole[None, :], b_eq=[1.0],
        bounds=[(0, None)] * (n + 1), method="highs",
    )  # fmt: skip
    if not found.success:
        raise InputError(f"best-worst: the linear program found no weights ({found.message}).")
    solved = np.maximum(np.asarray(found.x, np.float64), 0.0)
    weights = solved[:-1] / solved[:-1].sum()
    weights.setflags(write=False)
    ends = float(to_others[worst])
    spread = np.abs(to_others * to_worst - ends).max() / (ends**2 - ends) if ends > 1 else 0.0
    return BestWorst(weights, float(solved[-1]), float(spread))


def _check_answers(best: int, worst: int, to_others: Floats, to_worst: Floats) -> None:
    n = len(to_others) if to_others.ndim == 1 else 0
    if n < 2 or to_worst.shape != (n,) or not {best, worst} <= set(range(n)) or best == worst:
        raise InputError(
            f"best-worst: best {best} and worst {worst} must differ, with one answer of each kind for every indicator."
        )
    answers = np.concatenate([to_others, to_worst])
    if not np.isfinite(answers).all() or answers.min() < 1:
        raise InputError(f"best-worst: answers {answers.tolist()} must be 1 or more.")
    if to_others[best] != 1 or to_worst[worst] != 1 or to_others[worst] != to_worst[best]:
        raise InputError(
            "best-worst: the best against itself and the worst against itself must be 1, and the best against the "
            f"worst the same in both lists: {to_others.tolist()}, {to_worst.tolist()}."
        )


def _judgements(judgements: ArrayLike) -> Floats:
    given = np.asarray(judgements, np.float64)
    if given.ndim != 2 or given.shape[0] != given.shape[1] or not given.size:
        raise InputError(f"judgements have shape {given.shape}; give one row and one column for each indicator.")
    if not np.isfinite(given).all() or given.min() <= 0:
        raise InputError("judgements must be numbers above 0: 3 = matters three times more, 1/3 = the reverse.")
    off = np.argwhere(np.abs(given * given.T - 1) > RECIPROCAL_TOLERANCE)
    if len(off):
        i, j = (int(k) for k in off[0])
        raise InputError(
            f"judgement ({i}, {j}) = {given[i, j]:g} and its reverse ({j}, {i}) = {given[j, i]:g} must be reciprocal; "
            f"write {1 / given[i, j]:.6g} for the reverse."
        )
    matrix = np.where(given >= given.T, given, 1 / given.T)
    np.fill_diagonal(matrix, 1.0)
    return np.asarray(matrix, np.float64)


def _principal(matrix: Floats) -> tuple[float, Floats]:
    """Return the largest eigenvalue and its eigenvector of sum 1."""
    sizes, axes = np.linalg.eig(matrix)
    first = int(np.argmax(sizes.real))
    found = np.abs(axes[:, first].real)
    return float(sizes[first].real), np.asarray(found / found.sum(), np.float64)


def _worst(matrix: Floats, weights: Floats) -> tuple[Revisit, ...]:
    """Return the three judgements above the diagonal that lie farthest from the ratio of their weights."""
    gap = np.triu(np.abs(np.log(matrix * weights / weights[:, None])), 1)
    order = np.argsort(-gap, axis=None, kind="stable")[:3]
    found = [(int(i), int(j)) for i, j in zip(*np.unravel_index(order, gap.shape), strict=True)]
    return tuple(Revisit(i, j, float(matrix[i, j]), _implied(matrix, i, j)) for i, j in found if gap[i, j] > 1e-9)


def _implied(matrix: Floats, i: int, j: int) -> float:
    """Return the ratio of two weights when their own judgement is left out, within Saaty's scale."""
    rest = matrix.copy()
    # A missing judgement is a 0, and counts once more on the diagonal (Harker).
    rest[i, j] = rest[j, i] = 0.0
    rest[i, i] = rest[j, j] = 2.0
    _, weights = _principal(rest)
    return float(np.clip(weights[i] / weights[j], 1 / LARGEST_JUDGEMENT, LARGEST_JUDGEMENT))
