"""How much each uncertain factor moves an outcome: Sobol indices and Shapley effects of independent factors.

Both work on functions of independent numbers, each even between 0 and 1; `ranking_inputs` maps such numbers to weights
on the simplex, to a method and to a variant of the data.

References
----------
Saltelli et al. (2010), Computer Physics Communications 181: the design and the estimator of first-order indices. Jansen
(1999), Computer Physics Communications 117: total indices. Goda (2021), Reliability Engineering & System Safety 213:
Shapley effects from one random order of the factors per sample.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geoprio._core.errors import InputError
from geoprio._core.typing import Floats, Ints

Function = Callable[[Floats], Floats]
"""Points (rows, dimensions), each coordinate in [0, 1), to outputs (rows,) or (rows, outputs)."""

SAMPLES = 1024
FLAT = 1e-12
"""An output whose variance is below this share of its mean square does not vary."""


@dataclass(frozen=True)
class SobolIndices:
    """Shares of the variance of each output.

    Attributes
    ----------
    factors : tuple of str
    first : ndarray of float, shape (factors, outputs)
        What a factor explains alone.
    total : ndarray of float, shape (factors, outputs)
        What it explains alone and together with others.
    first_error, total_error : ndarray of float, shape (factors, outputs)
        Standard errors, reckoned as if the samples were independent: for the even points used here they are too large
        rather than too small.
    variance : ndarray of float, shape (outputs,)
        0 where an output does not vary; its indices are 0 then.
    evaluations : int
        How often the function was evaluated.
    """

    factors: tuple[str, ...]
    first: Floats
    total: Floats
    first_error: Floats
    total_error: Floats
    variance: Floats
    evaluations: int

    def table(self, output: int = 0) -> pd.DataFrame:
        """Return the indices of one output by factor, the largest total first."""
        names = ("first", "first_error", "total", "total_error")
        found = pd.DataFrame({name: getattr(self, name)[:, output] for name in names}, index=list(self.factors))
        return found.rename_axis("factor").sort_values("total", ascending=False, kind="stable")


@dataclass(frozen=True)
class ShapleyEffects:
    """Shares of the variance of each output that add up to 1.

    Attributes
    ----------
    factors : tuple of str
    effects : ndarray of float, shape (factors, outputs)
        Between first-order and total index: what factors explain together is shared out evenly.
    errors : ndarray of float, shape (factors, outputs)
        Standard errors, as in `SobolIndices`.
    variance : ndarray of float, shape (outputs,)
        0 where an output does not vary; its effects are 0 then.
    evaluations : int
    """

    factors: tuple[str, ...]
    effects: Floats
    errors: Floats
    variance: Floats
    evaluations: int

    def table(self, output: int = 0) -> pd.DataFrame:
        """Return the effects on one output by factor, the largest first."""
        found = pd.DataFrame({"effect": self.effects[:, output], "error": self.errors[:, output]}, list(self.factors))
        return found.rename_axis("factor").sort_values("effect", ascending=False, kind="stable")


def sobol_indices(
    function: Function, groups: Mapping[str, Sequence[int]], *, samples: int = SAMPLES, seed: int = 0
) -> SobolIndices:
    """Return first-order and total Sobol indices of groups of coordinates.

    Parameters
    ----------
    function : callable
    groups : mapping of str to sequence of int
        The coordinates of each factor; every coordinate from 0 on belongs to one of them.
    samples : int
        A power of two. The function is evaluated samples × (factors + 2) times, at scrambled Sobol points.
    seed : int

    Raises
    ------
    InputError
        If the groups leave out or repeat a coordinate, or samples are no power of two.
    """
    names, members = _members(groups)
    base, other = _two_samples(sum(map(len, members)), samples, seed)
    a, b = _outputs(function, base), _outputs(function, other)
    # Centered outputs make the products small; the indices stay what they are.
    middle = np.concatenate((a, b)).mean(axis=0)
    a, b = a - middle, b - middle
    half = (a**2 + b**2) / 2.0
    variance = _variance(half, middle)
    scale = np.where(variance > 0, variance, 1.0)
    rows: list[tuple[Floats, Floats, Floats, Floats]] = []
    for columns in members:
        mixed = base.copy()
        mixed[:, columns] = other[:, columns]
        c = _outputs(function, mixed) - middle
        alone, whole = b * (c - a), (a - c) ** 2 / 2.0
        first, total = alone.mean(axis=0) / scale, whole.mean(axis=0) / scale
        rows.append((first, total, _error(alone, first, half, scale), _error(whole, total, half, scale)))
    first, total, first_error, total_error = (
        np.where(variance > 0, part, 0.0) for part in map(np.array, zip(*rows, strict=True))
    )
    return SobolIndices(names, first, total, first_error, total_error, variance, samples * (len(names) + 2))


def shapley_effects(
    function: Function, groups: Mapping[str, Sequence[int]], *, samples: int = SAMPLES, seed: int = 0
) -> ShapleyEffects:
    """Return the Shapley effects of groups of coordinates: shares of the variance that add up to 1.

    Parameters
    ----------
    function, groups, seed
        As in `sobol_indices`.
    samples : int
        A power of two. The function is evaluated samples × (factors + 1) times: from one point to another, one factor
        after the other, in an order drawn anew for each pair of points.

    Raises
    ------
    InputError
        If the groups leave out or repeat a coordinate, or samples are no power of two.
    """
    names, members = _members(groups)
    base, other = _two_samples(sum(map(len, members)), samples, seed)
    orders = np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=(1,))))
    turn = orders.permuted(np.tile(np.arange(len(names)), (samples, 1)), axis=1)
    owner = np.empty(base.shape[1], np.int64)
    for k, columns in enumerate(members):
        owner[columns] = k
    start = before = _outputs(function, base)
    gains = np.zeros((len(names), *start.shape))
    mixed = base.copy()
    for step in range(len(names)):
        moved = owner[None, :] == turn[:, step, None]
        mixed[moved] = other[moved]
        after = _outputs(function, mixed)
        # Half the squared distance from the start is, in the mean, the variance that the factors moved so far explain.
        gains[turn[:, step], np.arange(samples)] = ((start - after) ** 2 - (start - before) ** 2) / 2.0
        before = after
    whole = gains.sum(axis=0)
    variance = _variance(whole, start.mean(axis=0))
    scale = np.where(variance > 0, variance, 1.0)
    effects = gains.mean(axis=1) / scale
    errors = np.array([_error(gain, effect, whole, scale) for gain, effect in zip(gains, effects, strict=True)])
    effects, errors = (np.where(variance > 0, part, 0.0) for part in (effects, errors))
    return ShapleyEffects(names, effects, errors, variance, samples * (len(names) + 1))


def _members(groups: Mapping[str, Sequence[int]]) -> tuple[tuple[str, ...], list[Ints]]:
    members: list[Ints] = [np.asarray(columns, np.int64) for columns in groups.values()]
    everything = np.sort(np.concatenate(members)) if members else np.empty(0, np.int64)
    if not len(everything) or any(not len(c) for c in members) or (everything != np.arange(len(everything))).any():
        raise InputError(f"groups {dict(groups)} must share out all coordinates from 0 on, each once, none empty.")
    return tuple(groups), members


def _two_samples(dimensions: int, samples: int, seed: int) -> tuple[Floats, Floats]:
    from scipy.stats import qmc  # noqa: PLC0415 - half a second, paid only where indices are computed

    if samples < 2 or samples & (samples - 1):
        raise InputError(f"samples = {samples} must be a power of two, such as {SAMPLES}.")
    points = qmc.Sobol(2 * dimensions, scramble=True, rng=np.random.default_rng(seed)).random(samples)
    return points[:, :dimensions], points[:, dimensions:]


def _outputs(function: Function, points: Floats) -> Floats:
    # A copy, so that a function that writes into its argument spoils nothing.
    found = np.asarray(function(points.copy()), np.float64)
    if found.ndim not in {1, 2} or len(found) != len(points) or not np.isfinite(found).all():
        raise InputError(f"the function gave {found.shape} for {len(points)} points, or numbers that are not finite.")
    return found.reshape(len(points), -1)


def _variance(squares: Floats, middle: Floats) -> Floats:
    """Return the mean of the squares, 0 where it is no more than the noise of the reckoning."""
    variance = squares.mean(axis=0)
    return np.asarray(np.where(variance > FLAT * middle**2, variance, 0.0), np.float64)


def _error(part: Floats, share: Floats, whole: Floats, scale: Floats) -> Floats:
    """Return the standard error of a ratio of two means over the same samples."""
    return np.asarray((part - share * whole).std(axis=0) / scale / np.sqrt(len(part)), np.float64)
