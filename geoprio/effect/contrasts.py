"""Difference-in-differences: renewed zones against the others, over the same waves.

What the others went through stands for what the renewed ones would have gone through without the programme. With one
beginning for all, the estimate is the mean change of the one group less that of the other, from the mean of the waves
before to that of the waves after: a number for each zone, so that the errors of a zone's waves may go together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.stats import t

from geoprio.indicators.needs.shares import CONFIDENCE

if TYPE_CHECKING:
    from geoprio._core.typing import Bools, Floats, Ints

FEW_GROUPS: Final = 10
"""Fewer zones (or clusters) in either group hardly tell how zones differ."""
SAME: Final = 1e-9
"""Parts of a whole below which numbers differ by rounding alone."""


@dataclass(frozen=True)
class Placebo:
    """The same difference between two waves before the programme, where there is nothing to find.

    Attributes
    ----------
    wave : int
        Against the last wave before.
    effect, low, high, p : float
    """

    wave: int
    effect: float
    low: float
    high: float
    p: float


@dataclass(frozen=True)
class Contrast:
    """A difference-in-differences.

    Attributes
    ----------
    effect, low, high, error, p : float
        NaN where there are fewer than two zones (or clusters) in either group, or a covariate says who was renewed;
        all but `effect` where the zones of each group changed alike, so that nothing tells how zones differ.
    degrees : float
        Degrees of freedom of the interval.
    treated_change, other_change : float
    n_treated, n_other : int
        Zones with all waves.
    clusters : tuple of int
        Units by which errors go together, of the renewed and of the others: zones, unless clusters were given.
    left_out : ndarray of int
        Places of the zones that lack a wave (or a covariate).
    placebos : tuple of Placebo
        One for each wave before the last one before; none with a single wave before.
    parallel_p : float
        Smallest p of the placebos times their number (Bonferroni); NaN without any.
    few : bool
        Whether either group has fewer than ten units.
    """

    effect: float
    low: float
    high: float
    error: float
    p: float
    degrees: float
    treated_change: float
    other_change: float
    n_treated: int
    n_other: int
    clusters: tuple[int, int]
    left_out: Ints
    placebos: tuple[Placebo, ...]
    parallel_p: float
    few: bool


def difference_in_differences(
    values: Floats,
    after: Bools,
    treated: Bools,
    *,
    covariates: Floats | None = None,
    cluster: Ints | None = None,
    confidence: float = CONFIDENCE,
) -> Contrast:
    """Return by how much more renewed zones changed than the others.

    Parameters
    ----------
    values : ndarray of float, shape (zones, waves)
        In the order of time; zones that lack a wave are left out, since their mean over waves would be of other years.
    after : ndarray of bool, shape (waves,)
        Whether a wave is after the programme.
    treated : ndarray of bool, shape (zones,)
    covariates : ndarray of float, shape (zones, k), optional
        What zones were like before, to which the changes are adjusted.
    cluster : ndarray of int, shape (zones,), optional
        Where whole street offices were chosen: the errors of their zones go together.
    confidence : float

    Returns
    -------
    Contrast
        The variance is CR2 and the interval Student's with Satterthwaite's degrees of freedom, which holds for few
        zones or clusters, too. By zones this is HC2: without covariates Welch's test of the zones' changes.

    Raises
    ------
    ValueError
        If no wave is before or none after, waves before come after those after, or shapes do not fit.

    References
    ----------
    M. Bertrand, E. Duflo and S. Mullainathan, How much should we trust differences-in-differences estimates?, QJE 119
    (2004), 249-275 (one number before and one after); R. M. Bell and D. F. McCaffrey, Bias reduction in standard errors
    for linear regression with multi-stage samples, Survey Methodology 28 (2002), 169-181; G. W. Imbens and M. Kolesár,
    Robust standard errors in small samples, Review of Economics and Statistics 98 (2016), 701-712.
    """
    zones, waves = values.shape
    if after.shape != (waves,) or treated.shape != (zones,):
        raise ValueError("after has one entry for each wave, treated one for each zone")
    if not after.any() or after.all() or (np.diff(after.astype(int)) < 0).any():
        raise ValueError("waves are in the order of time: some before the programme, then some after it")
    more = np.empty((zones, 0)) if covariates is None else covariates
    use = np.isfinite(values).all(axis=1) & np.isfinite(more).all(axis=1)
    left_out, flag = np.flatnonzero(~use), treated[use]
    x, units = more[use], None if cluster is None else cluster[use]
    change = values[use][:, after].mean(axis=1) - values[use][:, ~after].mean(axis=1)
    sizes = _units(flag, units)
    one, two = (float(change[g].mean()) if g.any() else np.nan for g in (flag, ~flag))
    found = _compare(change, flag, x, units, confidence) if min(sizes) >= 2 else (np.nan,) * 6
    placebos = []
    before = np.flatnonzero(~after)
    if min(sizes) >= 2:
        for wave in before[:-1]:
            step = values[use][:, before[-1]] - values[use][:, wave]
            effect, low, high, _, p, _ = _compare(step, flag, x, units, confidence)
            placebos.append(Placebo(int(wave), effect, low, high, p))
    parallel = min(1.0, min(p.p for p in placebos) * len(placebos)) if placebos else np.nan
    return Contrast(*found, one, two, int(flag.sum()), int((~flag).sum()), sizes, left_out, tuple(placebos), parallel,
                      min(sizes) < FEW_GROUPS)  # fmt: skip


def _units(flag: Bools, units: Ints | None) -> tuple[int, int]:
    if units is None:
        return int(flag.sum()), int((~flag).sum())
    return len(np.unique(units[flag])), len(np.unique(units[~flag]))


def _compare(
    change: Floats, flag: Bools, covariates: Floats, units: Ints | None, confidence: float
) -> tuple[float, float, float, float, float, float]:
    """Return the difference of the groups' changes: effect, low, high, error, p, degrees of freedom."""
    design = np.column_stack([np.ones(len(flag)), flag.astype(np.float64), covariates])
    pull = np.linalg.pinv(design)
    told = np.zeros(design.shape[1])
    told[1] = 1.0
    if not np.allclose(pull[1] @ design, told, atol=1e-9):
        # A covariate that says who was renewed leaves nothing to compare.
        return (np.nan,) * 6
    effect = float(pull[1] @ change)
    codes = np.arange(len(flag)) if units is None else np.unique(units, return_inverse=True)[1]
    error, degrees = _cr2(design, change - design @ (pull @ change), codes, pull[1])
    if not error > SAME * max(float(np.abs(change).max()), SAME):
        # Zones that all changed alike have no spread to judge by: an interval without any width would be a claim.
        return effect, np.nan, np.nan, np.nan, np.nan, degrees
    half = float(t.ppf((1 + confidence) / 2, degrees)) * error
    return effect, effect - half, effect + half, error, float(2 * t.sf(abs(effect) / error, degrees)), degrees


def _cr2(design: Floats, residual: Floats, codes: Ints, pull: Floats) -> tuple[float, float]:
    """Return the CR2 error of a coefficient, and its degrees of freedom if all errors were alike (Bell and McCaffrey).

    Parameters
    ----------
    design : ndarray of float, shape (n, k)
    residual : ndarray of float, shape (n,)
    codes : ndarray of int, shape (n,)
        Clusters from 0; of one row each this is HC2.
    pull : ndarray of float, shape (n,)
        How each row's value moves the coefficient.

    Returns
    -------
    tuple of float
        NaN where the coefficient hangs on a cluster that has a parameter of its own, so that its error is not seen.
    """
    left, size, _ = np.linalg.svd(design, full_matrices=False)
    basis = left[:, size > SAME * size.max()]
    # A cluster's block of the hat matrix is basis @ basis.T, so that its inverse root is had from one of k by k.
    blocks = np.zeros((int(codes.max()) + 1, basis.shape[1], basis.shape[1]))
    np.add.at(blocks, codes, basis[:, :, None] * basis[:, None, :])
    values, vectors = np.linalg.eigh(np.eye(basis.shape[1]) - blocks)
    own = values < SAME
    turned = np.einsum("gji,j->gi", vectors, basis.T @ pull)
    if (own & (np.abs(turned) > SAME * np.abs(pull).max())).any():
        return np.nan, np.nan
    turned *= np.where(own, 0.0, 1 / np.sqrt(np.where(own, 1.0, values)))
    rooted = np.einsum("gij,gj->gi", vectors, turned)
    weight = np.einsum("ni,ni->n", basis, rooted[codes])
    error = float(np.sqrt((np.bincount(codes, weights=weight * residual) ** 2).sum()))
    # The variance is a quadratic form of the errors; these are its matrix's trace and the sum of its squares, which
    # need no matrix of zones by zones.
    square = np.bincount(codes, weights=weight**2)
    shared = np.einsum("gij,gj->gi", blocks, rooted)
    lost = (shared**2).sum(axis=1)
    squares = float((square * (square - 2 * lost)).sum()) + float(((shared.T @ shared) ** 2).sum())
    return error, float((square - lost).sum()) ** 2 / squares
