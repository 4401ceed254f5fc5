"""Weights that make the answers fit what is known of all residents: post-stratification and raking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from geoprio._core.typing import Floats, Ints
from geoprio.indicators.needs.shares import kish_n

ROUNDS: Final = 200
TRIMS: Final = 50
CLOSE: Final = 1e-9
"""Raking ends when no margin misses its share by more."""


@dataclass(frozen=True)
class Weighting:
    """Weights of the answers.

    Attributes
    ----------
    weight : ndarray of float, shape (n,)
        Mean 1.
    n_effective : float
        Kish's number of equally weighted answers.
    trimmed : int
        Answers that weigh the most that is allowed: fitting alone would have given them more.
    miss : float
        By how much the share of some group differs from what is known, at most: trimming and groups without any
        answer are the reasons.
    uncovered : float
        Largest share of residents in groups (or cells) that nobody answered for: nothing is known of them.
    """

    weight: Floats
    n_effective: float
    trimmed: int
    miss: float
    uncovered: float


def post_stratify(
    cell: Ints, totals: Floats, *, base: Floats | None = None, max_weight: float | None = None
) -> Weighting:
    """Return weights by which each cell counts as much as its residents do.

    Parameters
    ----------
    cell : ndarray of int, shape (n,)
        Cell of each answer (age x tenure x floor), -1 where not known: those keep their weight.
    totals : ndarray of float, shape (cells,)
        Residents in each cell.
    base : ndarray of float, shape (n,), optional
        Weights that the answers have already.
    max_weight : float, optional
        Most that an answer may weigh, in means.

    Raises
    ------
    ValueError
        If a cell is out of range, or no resident is in a cell with answers.
    """
    return rake(cell[:, None], [totals], base=base, max_weight=max_weight)


def rake(
    groups: Ints, margins: Sequence[Floats], *, base: Floats | None = None, max_weight: float | None = None
) -> Weighting:
    """Return weights by which each group of each kind counts as much as its residents do (iterative fitting).

    Parameters
    ----------
    groups : ndarray of int, shape (n, kinds)
        Group of each answer (of age, of tenure, of floor), -1 where not known: of that kind its weight stays.
    margins : sequence of ndarray of float
        For each kind the shares or numbers of residents by group.
    base : ndarray of float, shape (n,), optional
        Weights that the answers have already.
    max_weight : float, optional
        Most that an answer may weigh, in means; what is cut is spread over the others by fitting again.

    Raises
    ------
    ValueError
        If a group is out of range, or no resident is in a group with answers.

    References
    ----------
    Deming and Stephan, On a least squares adjustment of a sampled frequency table when the expected marginal totals
    are known, Annals of Mathematical Statistics 11 (1940), 427-444.
    """
    n, kinds = groups.shape
    weight = np.ones(n) if base is None else np.asarray(base, np.float64) / np.mean(base)
    if not n or not kinds:
        return Weighting(weight, kish_n(weight), 0, 0.0, 0.0)
    targets, uncovered = _targets(groups, margins)
    # Answers of the same groups are weighed alike: one line for each combination is enough.
    cells, which = np.unique(groups, axis=0, return_inverse=True)
    which = which.reshape(-1)
    cap = np.inf if max_weight is None else max_weight
    for _ in range(TRIMS):
        weight = weight * _factors(cells, np.bincount(which, weight, len(cells)).astype(np.float64), targets)[which]
        cut = _trimmed(weight, cap)
        if not (cut < weight * (1 - CLOSE)).any():
            break
        weight = cut
    weight = _trimmed(weight, cap)
    weight = weight / weight.mean()
    at_most = int((weight >= cap * (1 - CLOSE)).sum())
    return Weighting(weight, kish_n(weight), at_most, _miss(groups, weight, targets), uncovered)


def _trimmed(weight: Floats, cap: float) -> Floats:
    """Return weights of which none is more than `cap` means; cutting lowers the mean, so it is done until it holds."""
    for _ in range(ROUNDS):
        cut = np.minimum(weight, cap * weight.mean())
        if (cut >= weight * (1 - CLOSE)).all():
            break
        weight = cut
    return weight


def _targets(groups: Ints, margins: Sequence[Floats]) -> tuple[list[Floats], float]:
    """Return the share that each group with answers is to have of its kind, and the largest share without any."""
    out, uncovered = [], 0.0
    for column, margin in zip(groups.T, margins, strict=True):
        known = column[column >= 0]
        if len(known) and known.max() >= len(margin):
            raise ValueError(f"group {known.max()} is none of {len(margin)}")
        whole = np.asarray(margin, np.float64) / np.sum(margin)
        seen = np.bincount(known, minlength=len(margin)) > 0
        uncovered = max(uncovered, float(whole[~seen].sum()) if seen.any() else 0.0)
        if seen.any() and whole[seen].sum() <= 0:
            raise ValueError("no resident is in a group that anybody answered for")
        out.append(np.where(seen, whole, 0.0) / whole[seen].sum() if seen.any() else whole)
    return out, uncovered


def _factors(cells: Ints, weight: Floats, targets: list[Floats]) -> Floats:
    """Return the factor of each combination of groups by which the weights reach all margins."""
    factor = np.ones(len(cells))
    for _ in range(ROUNDS):
        worst = 0.0
        for column, target in zip(cells.T, targets, strict=True):
            known = column >= 0
            now = np.bincount(column[known], (weight * factor)[known], len(target))
            with np.errstate(divide="ignore", invalid="ignore"):
                step = np.where(now > 0, target * now.sum() / now, 1.0)
            factor[known] *= step[column[known]]
            worst = max(worst, float(np.abs(step[now > 0] - 1).max(initial=0.0)))
        if worst < CLOSE:
            break
    return factor


def _miss(groups: Ints, weight: Floats, targets: list[Floats]) -> float:
    worst = 0.0
    for column, target in zip(groups.T, targets, strict=True):
        known = column >= 0
        if known.any():
            now = np.bincount(column[known], weights=weight[known], minlength=len(target))
            worst = max(worst, float(np.abs(now / now.sum() - target).max()))
    return worst
