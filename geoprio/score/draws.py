"""Random weights: on the whole simplex, around given weights, within ranges, or in an order of importance.

A sampler gives draw k the same weights whoever asks for it: draws come in blocks of 1,024, each from a stream of its
own (numpy's counter-based Philox, keyed by seed and number of the block), so that neither the order of the calls nor
the number of threads changes one. The streams are those of the installed numpy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from geoprio._core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from geoprio._core.typing import Floats, Ints

BLOCK = 1024
"""Draws of one stream."""

PILOT = 8192
"""Proposals that tell how many of them would be kept."""

SWEEPS = 400
"""Sweeps of the random walk that stands in where rejection would keep fewer than one in a thousand."""

LEAST_KEPT = 0.001
ROUNDING = 1e-9


class Sampler(Protocol):
    """What gives weights by number of the draw; the same number always gives the same weights."""

    @property
    def criteria(self) -> int:
        """How many criteria are weighed."""

    def draw(self, count: int, start: int = 0) -> Floats:
        """Return the weights of draws `start` to `start + count - 1`, shape (count, criteria); rows sum to 1."""


@dataclass(frozen=True)
class WeightSampler:
    """Weights by number of the draw.

    Attributes
    ----------
    how : str
        In words, with its parameters.
    criteria : int
    seed : int
    fill : callable
        (generator, count) → weights, shape (count, criteria).
    """

    how: str
    criteria: int
    seed: int
    fill: Callable[[np.random.Generator, int], Floats]

    def __post_init__(self) -> None:
        if isinstance(self.seed, bool) or not isinstance(self.seed, int | np.integer) or self.seed < 0:
            raise InputError(f"seed = {self.seed!r} must be a whole number of 0 or more.")

    def draw(self, count: int, start: int = 0) -> Floats:
        """Return the weights of draws `start` to `start + count - 1`.

        Parameters
        ----------
        count, start : int
            0 or more.

        Returns
        -------
        ndarray of float, shape (count, criteria)
            0 or more; each row sums to 1.
        """
        first, last = start // BLOCK, -(-(start + count) // BLOCK)
        blocks = [self.fill(_generator(self.seed, number), BLOCK) for number in range(first, last)]
        if not blocks:
            return np.empty((0, self.criteria))
        return np.concatenate(blocks)[start - first * BLOCK :][:count]


def _generator(seed: int, number: int) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=(number,))))


def _simplex(generator: np.random.Generator, count: int, criteria: int) -> Floats:
    """Return points spread evenly over the simplex: exponentials, scaled to sum 1."""
    pulls = generator.standard_exponential((count, criteria))
    return np.asarray(pulls / pulls.sum(axis=1, keepdims=True), np.float64)


def fixed_weights(weights: Sequence[float] | Floats) -> WeightSampler:
    """Return a sampler that always gives the same weights, for where only methods or data vary.

    Parameters
    ----------
    weights : array_like of float, shape (criteria,)
        0 or more; scaled to sum 1.

    Raises
    ------
    InputError
        If one is negative or no number, or all are 0.
    """
    center = _shares(weights)
    return WeightSampler("fixed", len(center), 0, lambda _, count: np.repeat(center[None], count, axis=0))


def uniform_weights(criteria: int, seed: int = 0) -> WeightSampler:
    """Return a sampler of weights spread evenly over the simplex: nothing is known of them.

    Parameters
    ----------
    criteria : int
    seed : int

    Raises
    ------
    InputError
        If there is no criterion, or the seed is no whole number of 0 or more.
    """
    if criteria < 1:
        raise InputError(f"weights need at least one criterion, not {criteria}.")
    return WeightSampler("uniform", criteria, seed, lambda rng, count: _simplex(rng, count, criteria))


def dirichlet_weights(center: Sequence[float] | Floats, concentration: float, seed: int = 0) -> WeightSampler:
    """Return a sampler of weights around given ones: Dirichlet(concentration × center).

    Parameters
    ----------
    center : array_like of float, shape (criteria,)
        Scaled to sum 1; it is the mean. What is 0 stays 0.
    concentration : float
        Above 0. The standard deviation of a weight w is √(w (1 − w) / (concentration + 1)): around 0.2 that is 0.09
        with 20, 0.04 with 100.
    seed : int

    Raises
    ------
    InputError
        If a weight is negative, all are 0, or the concentration is not above 0.
    """
    shares = _shares(center)
    if not (np.isfinite(concentration) and concentration > 0):
        raise InputError(f"concentration = {concentration!r} must be above 0.")
    used = np.flatnonzero(shares)

    def fill(rng: np.random.Generator, count: int) -> Floats:
        """Return so many draws of weights."""
        weights = np.zeros((count, len(shares)))
        weights[:, used] = rng.dirichlet(concentration * shares[used], count)
        return weights

    return WeightSampler(f"dirichlet, concentration {concentration:g}", len(shares), seed, fill)


def ordered_weights(places: Sequence[int] | Ints, seed: int = 0) -> WeightSampler:
    """Return a sampler of weights that respect an order of importance, spread evenly over all that do.

    Parameters
    ----------
    places : array_like of int, shape (criteria,)
        The place of each criterion, smallest first; criteria of one place are not ordered among themselves.
    seed : int

    Notes
    -----
    Sorting a point of the simplex gives one spread evenly over the part in which the weights fall; its mean are the
    rank-order centroid weights. Within one place the sorted weights are dealt at random.

    Raises
    ------
    InputError
        If there is no criterion.
    """
    given = np.asarray(places)
    if given.ndim != 1 or not len(given) or not np.isfinite(given.astype(float)).all():
        raise InputError(f"places = {places!r} must be one number for each criterion.")

    def fill(rng: np.random.Generator, count: int) -> Floats:
        """Return so many draws of weights."""
        falling = -np.sort(-_simplex(rng, count, len(given)), axis=1)
        lots = rng.random((count, len(given)))
        # The last key is the first to sort by: place, then lot.
        order = np.lexsort((lots, np.broadcast_to(given, lots.shape)), axis=1)
        weights = np.empty_like(falling)
        np.put_along_axis(weights, order, falling, axis=1)
        return weights

    return WeightSampler("rank-ordered", len(given), seed, fill)


def ranged_weights(lower: Sequence[float] | Floats, upper: Sequence[float] | Floats, seed: int = 0) -> WeightSampler:
    """Return a sampler of weights spread evenly over those of sum 1 within bounds.

    Parameters
    ----------
    lower, upper : array_like of float, shape (criteria,)
        0 to 1; the lower ones sum to at most 1, the upper ones to at least 1.
    seed : int

    Notes
    -----
    Points of a simplex that touches the lower bounds (or the upper ones, from the other side: whichever keeps more) are
    drawn evenly, and those outside the other bounds thrown away, which is exact. Where a fixed pilot of 8,192 keeps
    fewer than one in a thousand, each draw is a random walk of its own instead: it begins where every weight stands at
    the same share of its range; 400 times all criteria are paired at random, and each pair splits its sum anew, evenly
    between the bounds. That leaves the even spread as it is, and comes close to it from elsewhere. `how` says which.

    Raises
    ------
    InputError
        If bounds contradict themselves, each other, or the sum of 1.
    """
    low, high = _bounds(lower, upper)
    free = np.flatnonzero(high - low > ROUNDING)
    if len(free) < 2:
        center = low + (high - low) * _share_of_range(low, high)
        return WeightSampler(
            "ranges: one point", len(low), seed, lambda _, count: np.repeat(center[None], count, axis=0)
        )
    inner, outer = low[free], high[free]
    rest = 1.0 - (low.sum() - inner.sum())
    kept = [_proposals(_generator(0, 0), PILOT, inner, outer, rest, down)[1].mean() for down in (False, True)]
    down = bool(kept[1] > kept[0])
    walk = max(kept) < LEAST_KEPT

    def fill(rng: np.random.Generator, count: int) -> Floats:
        """Return so many draws of weights."""
        weights = np.repeat(low[None], count, axis=0)
        found = _walk(rng, count, inner, outer, rest) if walk else _kept(rng, count, inner, outer, rest, down)
        weights[:, free] = found
        return weights

    return WeightSampler(f"ranges by {'random walk' if walk else 'rejection'}", len(low), seed, fill)


def _shares(weights: Sequence[float] | Floats) -> Floats:
    given = np.asarray(weights, np.float64)
    if given.ndim != 1 or not len(given) or not np.isfinite(given).all() or (given < 0).any() or not given.sum() > 0:
        raise InputError(f"weights {given.tolist()} must be numbers of 0 or more, not all 0.")
    return np.asarray(given / given.sum(), np.float64)


def _bounds(lower: Sequence[float] | Floats, upper: Sequence[float] | Floats) -> tuple[Floats, Floats]:
    """Return the bounds, each drawn in to what the others leave."""
    low, high = np.asarray(lower, np.float64), np.asarray(upper, np.float64)
    if low.ndim != 1 or low.shape != high.shape or not len(low):
        raise InputError(
            f"lower has shape {low.shape}, upper {high.shape}; give one bound of each for every criterion."
        )
    problems = [
        f"weight {k}: bounds {a:g} to {b:g} must satisfy 0 ≤ lower ≤ upper ≤ 1."
        for k, (a, b) in enumerate(zip(low, high, strict=True))
        if not 0 <= a <= b <= 1
    ]
    if not problems and low.sum() > 1 + ROUNDING:
        problems.append(f"lower bounds sum to {low.sum():g}; weights of sum 1 cannot reach them: lower some.")
    if not problems and high.sum() < 1 - ROUNDING:
        problems.append(f"upper bounds sum to {high.sum():g}; weights of sum 1 do not fit below them: raise some.")
    if problems:
        raise InputError(*problems)
    reach_up = np.minimum(high, np.maximum(1.0 - (low.sum() - low), low))
    reach_down = np.maximum(low, np.minimum(1.0 - (high.sum() - high), high))
    return reach_down, reach_up


def _share_of_range(low: Floats, high: Floats) -> float:
    width = float(high.sum() - low.sum())
    return float(np.clip((1.0 - low.sum()) / width, 0.0, 1.0)) if width > 0 else 0.0


def _proposals(
    rng: np.random.Generator, count: int, low: Floats, high: Floats, total: float, down: bool
) -> tuple[Floats, np.ndarray]:
    """Return points of the simplex that hangs from the upper or stands on the lower bounds, and which are within."""
    points = _simplex(rng, count, len(low))
    if down:
        points = high - (high.sum() - total) * points
        return points, (points >= low).all(axis=1)
    points = low + (total - low.sum()) * points
    return points, (points <= high).all(axis=1)


def _kept(rng: np.random.Generator, count: int, low: Floats, high: Floats, total: float, down: bool) -> Floats:
    """Return `count` points within the bounds, by rejection."""
    found: list[Floats] = []
    while (lacking := count - sum(map(len, found))) > 0:
        points, within = _proposals(rng, max(4 * lacking, BLOCK), low, high, total, down)
        found.append(points[within][:lacking])
    return np.concatenate(found)


def _walk(rng: np.random.Generator, count: int, low: Floats, high: Floats, total: float) -> Floats:
    """Return the ends of `count` random walks within the bounds."""
    share = (total - low.sum()) / (high.sum() - low.sum())
    weights = np.repeat((low + share * (high - low))[None], count, axis=0)
    half = len(low) // 2
    for _ in range(SWEEPS):
        # The pairs are shared by all walks: they do not depend on where the walks are, which stay independent.
        order = rng.permutation(len(low))
        a, b = order[:half], order[half : 2 * half]
        both = weights[:, a] + weights[:, b]
        least, most = np.maximum(low[a], both - high[b]), np.minimum(high[a], both - low[b])
        weights[:, a] = least + (most - least) * rng.random((count, half))
        weights[:, b] = both - weights[:, a]
    return np.asarray(weights, np.float64)
