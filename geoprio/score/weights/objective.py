"""Weights that follow from the values alone: entropy, CRITIC, standard deviation, principal components.

They say how well an indicator tells these zones apart, not how much it matters, and change with every zone.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np

from geoprio._core.errors import InputError
from geoprio.score.checks import (
    CorrelatedWarning,
    ZeroWarning,
    complete,
    constant,
    label,
    not_negative,
    several,
    signs,
)
from geoprio.score.normalize import minmax

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from geoprio._core.typing import Bools, Floats

NO_WEIGHT = "its weight is 0"

PERFECT = 1e-12
"""A correlation this close to 1 or −1 is perfect."""


def entropy(
    values: ArrayLike,
    directions: ArrayLike | None = None,
    *,
    invert_cost: bool = False,
    guard: float = 0.0,
    names: Sequence[str] = (),
) -> Floats:
    """Return weights by the entropy of each column's shares: w ∝ 1 + Σ p ln p / ln(zones), p = x / Σx.

    0 · ln 0 counts as 0, the limit. A zero therefore holds much information: one may move most of the weight to its
    column, of which a `ZeroWarning` tells.

    Parameters
    ----------
    values : array_like, shape (zones, indicators)
        0 or more.
    directions : array_like of {+1, −1}, optional
        Without effect unless `invert_cost`.
    invert_cost : bool
        The variant "cost inverted first": columns of direction −1 are replaced by 1/x. Default: columns as they are.
    guard : float
        Added to costs before they are inverted, within the logarithms and to the result before it is scaled: 1e-9 is
        what pyDecision 5 computes, and differs in the sixth digit. Default: 0, the formula.

    Returns
    -------
    ndarray of float, shape (indicators,)
        Sum 1; 0 for a column that is the same in all zones, with a `ConstantWarning`.

    Raises
    ------
    InputError
        If a value is not finite or negative, there are fewer than two zones, every column is constant, or a cost of 0
        is to be inverted.

    References
    ----------
    Zeleny (1982), "Multiple criteria decision making"; Hwang and Yoon (1981), chapter 3. Columns as they are:
    scikit-criteria and pymcdm; cost inverted first: pyDecision (with its guard).
    """
    table = _table(values, names, "entropy")
    sign = signs(directions, table.shape[1])
    not_negative(table, names, "entropy", "use critic or std, or shift the column to 0 or more")
    if invert_cost:
        zero = np.flatnonzero((table == 0).any(axis=0) & (sign < 0))
        if len(zero):
            raise InputError(f"entropy: {label(int(zero[0]), names)} holds 0 and is to be inverted; leave costs as is.")
        table = np.where(sign < 0, 1.0 / np.where(sign < 0, table + guard, 1.0), table)
    same = constant(table, names, NO_WEIGHT)
    _tell_zeros(table, same, names)
    # Dividing by the largest first keeps sums near the end of the number range from overflowing.
    scaled = table / np.where(table.max(axis=0) > 0, table.max(axis=0), 1.0)
    share = scaled / np.where(same, 1.0, scaled.sum(axis=0))
    log = np.log(share + guard, where=share > 0, out=np.zeros_like(share))
    spread = 1.0 + (share * log).sum(axis=0) / np.log(len(table) + guard) + guard
    return _scaled(np.where(same, 0.0, np.maximum(spread, 0.0)), "entropy")


def critic(values: ArrayLike, directions: ArrayLike | None = None, *, names: Sequence[str] = ()) -> Floats:
    """Return CRITIC weights: the deviation of each min-max column times Σ (1 − its correlation with the others).

    Parameters
    ----------
    values : array_like, shape (zones, indicators)
    directions : array_like of {+1, −1}, optional
        Columns of direction −1 are turned around before they are correlated: the direction-aware formula of the paper.

    Returns
    -------
    ndarray of float, shape (indicators,)
        Sum 1; 0 for a column that is the same in all zones, with a `ConstantWarning`. Columns in perfect correlation
        are named by a `CorrelatedWarning`.

    Raises
    ------
    InputError
        If a value is not finite, there are fewer than two zones, or no column differs from the others.

    References
    ----------
    Diakoulaki, Mavrotas and Papayannakis (1995), "Determining objective weights in multiple criteria problems: the
    CRITIC method". Direction-aware: scikit-criteria and pyDecision.
    """
    table = _table(values, names, "CRITIC")
    same = constant(table, names, NO_WEIGHT)
    tell_correlated(table, names)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scaled = minmax(table, directions)
    if (~same).sum() == 1:
        return np.where(same, 0.0, 1.0)
    conflict = np.where(same | same[:, None], 0.0, 1.0 - _correlation(scaled, same))
    conflict[np.abs(conflict) < PERFECT] = 0.0
    return _scaled(scaled.std(axis=0) * conflict.sum(axis=0), "CRITIC")


def critic_blind(values: ArrayLike, *, names: Sequence[str] = ()) -> Floats:
    """Return CRITIC weights that do not know which direction is urgent: `critic` with every direction +1.

    Where directions differ this is not the paper's formula; it is what pymcdm computes.

    Raises
    ------
    InputError
        As `critic` does.
    """
    return critic(values, names=names)


def standard_deviation(values: ArrayLike, *, scale: str = "minmax", names: Sequence[str] = ()) -> Floats:
    """Return weights in proportion to the standard deviation of each column.

    Parameters
    ----------
    values : array_like, shape (zones, indicators)
    scale : {"minmax", "raw"}
        Of the columns brought to 0 to 1 (default), or of the columns as they are, where meters outweigh shares
        (scikit-criteria and pymcdm, which expect scaled values).

    Raises
    ------
    InputError
        If a value is not finite, there are fewer than two zones, all columns are constant, or `scale` is not known.
    """
    table = _table(values, names, "standard deviation")
    same = constant(table, names, NO_WEIGHT)
    if scale not in {"minmax", "raw"}:
        raise InputError(f"scale = {scale!r} is not one of minmax, raw.")
    if scale == "minmax":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            table = minmax(table)
    return _scaled(np.where(same, 0.0, table.std(axis=0)), "standard deviation")


def pca(values: ArrayLike, *, keep: str | int = "kaiser", names: Sequence[str] = ()) -> Floats:
    """Return weights in proportion to each indicator's communality in the principal components that are kept.

    The components are those of the correlation matrix, not rotated. Squared loadings of a component, scaled to sum 1
    and weighted by the variance that it explains, add up to the communalities.

    Parameters
    ----------
    values : array_like, shape (zones, indicators)
    keep : "kaiser", "first" or int
        Components of eigenvalue 1 or more (default), the first alone, or so many.

    Returns
    -------
    ndarray of float, shape (indicators,)
        Sum 1; 0 for a column that is the same in all zones, with a `ConstantWarning`.

    Raises
    ------
    InputError
        If a value is not finite, there are fewer than two zones, all columns are constant, or `keep` is not known.

    References
    ----------
    OECD and JRC (2008), "Handbook on constructing composite indicators", section 6.1, after Nicoletti et al. (2000),
    here without their rotation.
    """
    table = _table(values, names, "PCA")
    same = constant(table, names, NO_WEIGHT)
    tell_correlated(table, names)
    used = np.flatnonzero(~same)
    if not len(used):
        return _scaled(np.zeros(table.shape[1]), "PCA")
    size, axes = np.linalg.eigh(_correlation(table, same)[np.ix_(used, used)])
    kept = {"kaiser": max(1, int((size >= 1 - 1e-9).sum())), "first": 1}.get(str(keep), keep)
    if not isinstance(kept, int) or not 1 <= kept <= len(used):
        raise InputError(f"keep = {keep!r} must be kaiser, first or 1 to {len(used)} components.")
    out = np.zeros(table.shape[1])
    out[used] = (size[-kept:] * axes[:, -kept:] ** 2).sum(axis=1)
    return _scaled(out, "PCA")


def tell_correlated(values: ArrayLike, names: Sequence[str] = ()) -> list[tuple[int, int]]:
    """Return the pairs of columns in perfect correlation, and warn of them by a `CorrelatedWarning`.

    Raises
    ------
    InputError
        If a value is not finite.
    """
    table = complete(values, names)
    same = np.asarray(table.min(axis=0) == table.max(axis=0))
    found = np.abs(_correlation(table, same)) > 1 - PERFECT
    pairs = [(int(i), int(j)) for i, j in np.argwhere(np.triu(found, 1) & ~(same | same[:, None]))]
    if pairs:
        told = "; ".join(f"{label(i, names)} and {label(j, names)}" for i, j in pairs)
        warnings.warn(f"perfectly correlated: {told}; what they measure counts twice.", CorrelatedWarning, stacklevel=3)
    return pairs


def _table(values: ArrayLike, names: Sequence[str], method: str) -> Floats:
    table = complete(values, names)
    several(table, method)
    return table


def _tell_zeros(table: Floats, same: Bools, names: Sequence[str]) -> None:
    zero = np.flatnonzero((table == 0).any(axis=0) & ~same)
    if len(zero):
        found = ", ".join(label(int(k), names) for k in zero)
        warnings.warn(
            f"entropy: {found} holds zeros (0 · ln 0 counts as 0); one zero may move most of the weight to its column.",
            ZeroWarning,
            stacklevel=3,
        )


def _correlation(table: Floats, same: Bools) -> Floats:
    """Return Pearson's correlations; 0 beside a constant column, 1 with itself."""
    centered = table / np.where(same, 1.0, np.abs(table).max(axis=0))
    centered = centered - centered.mean(axis=0)
    length = np.where(same, 1.0, np.sqrt((centered**2).sum(axis=0)))
    unit = np.where(same, 0.0, centered / np.where(length == 0, 1.0, length))
    found = np.clip(unit.T @ unit, -1.0, 1.0)
    np.fill_diagonal(found, 1.0)
    return np.asarray(found, np.float64)


def _scaled(found: Floats, method: str) -> Floats:
    if not found.sum() > 0:
        raise InputError(
            f"{method}: no indicator tells the zones apart in its own way, so there is nothing to weigh by; "
            "use equal or given weights."
        )
    return np.asarray(found / found.sum(), np.float64)
