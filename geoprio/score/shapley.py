"""What each indicator contributes to a priority that is no plain sum: Shapley values."""

from __future__ import annotations

from math import factorial
from typing import TYPE_CHECKING

import numpy as np

from geoprio._core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from geoprio._core.typing import Bools, Floats

    ValueFunction = Callable[[Floats], Floats]

EXACT_UP_TO = 12
"""Indicators for which all 2^m coalitions are computed."""

MOST_EXACT = 20
"""More indicators than this are always sampled: 2^20 coalitions are a million."""

CELLS_AT_ONCE = 1 << 21
"""Numbers handed to the value function at a time, which bounds the memory."""

ROW_TOLERANCE = 1e-9
"""How far a row's value may depend on the rows beside it, relative to the largest value."""


def shapley_values(
    values: Floats,
    reference: Floats,
    value_function: ValueFunction,
    *,
    seed: int = 0,
    samples: int = 512,
    exact_up_to: int = EXACT_UP_TO,
) -> tuple[Floats, Floats]:
    """Return the Shapley value of each indicator for each zone against a reference, and its standard error.

    A coalition takes the zone's own values of its indicators and the reference's of all others. Up to `exact_up_to`
    indicators every coalition is computed; beyond, permutations are drawn in pairs, each with its reverse, and the
    error is the standard error of the mean over the pairs. Either way the values of a zone sum to f(zone) −
    f(reference).

    Parameters
    ----------
    values : ndarray of float, shape (zones, indicators)
        NaN = unknown: unknown in every coalition, so that the others share f(zone) − f(reference without it).
    reference : ndarray of float, shape (indicators,)
        Such as the all-good zone.
    value_function : callable
        (rows, indicators) → (rows,). A row's value must not depend on the other rows: what a method learns from all
        zones (ideal points, ranges) has to be fixed beforehand. NaN for a whole zone = no score.
    seed : int
        Of the permutations; without effect where the values are exact.
    samples : int
        Permutations, 4 or more; an odd number is raised by one.
    exact_up_to : int
        0 to 20.

    Returns
    -------
    phi : ndarray of float, shape (zones, indicators)
        In the unit of `value_function`; NaN where the value is unknown or the zone has no score; exactly 0 where the
        value equals the reference's.
    error : ndarray of float, shape (zones, indicators)
        Standard error; 0 where exact, NaN where `phi` is.

    Raises
    ------
    InputError
        If the shapes do not match, the reference is not finite, the value function looks at other rows, or it gives a
        zone a value and one of its coalitions none.

    References
    ----------
    Shapley (1953), "A value for n-person games"; Castro, Gómez and Tejada (2009), "Polynomial calculation of the
    Shapley value based on sampling", for the permutations.

    Examples
    --------
    >>> import numpy as np
    >>> phi, _ = shapley_values(np.array([[1.0, 2.0]]), np.zeros(2), lambda u: u[:, 0] + u.prod(axis=1))
    >>> phi.tolist()
    [[2.0, 1.0]]
    """
    values, reference = np.asarray(values, np.float64), np.asarray(reference, np.float64)
    _check(values, reference, samples, exact_up_to)
    base = np.where(np.isnan(values), np.nan, reference)
    game = _Game(values, base, value_function)
    m = values.shape[1]
    phi, error = game.exact() if m <= exact_up_to else game.sampled(seed, (samples + 1) // 2)
    phi[values == base] = 0.0
    error[values == base] = 0.0
    nothing = np.isnan(values) | ~game.scored[:, None]
    phi[nothing], error[nothing] = np.nan, np.nan
    return phi, error


def _check(values: Floats, reference: Floats, samples: int, exact_up_to: int) -> None:
    problems = []
    if values.ndim != 2 or reference.shape != values.shape[1:]:
        problems.append(
            f"values {values.shape} must be zones × indicators, and the reference {reference.shape} one of each."
        )
    elif not values.shape[1]:
        problems.append("there is no indicator to share the priority among; give values at least one column.")
    if not np.isfinite(reference).all():
        problems.append(f"the reference {reference.tolist()} must be finite in every indicator.")
    if np.isinf(values).any():
        problems.append("values must be finite; write unknown ones as NaN.")
    if samples < 4:
        problems.append(f"samples = {samples} is too few to tell an error; give 4 or more.")
    if not 0 <= exact_up_to <= MOST_EXACT:
        problems.append(f"exact_up_to = {exact_up_to} must be 0 to {MOST_EXACT}.")
    if problems:
        raise InputError(*problems)


class _Game:
    """The coalitions of the indicators of all zones, computed in blocks."""

    def __init__(self, values: Floats, base: Floats, value_function: ValueFunction) -> None:
        self.values, self.base, self._f = values, base, value_function
        self.top = self._of(values)
        self.bottom = self._of(base)
        self.scored = np.isfinite(self.top)

    def _of(self, rows: Floats) -> Floats:
        # A copy, so that a function that writes into its argument spoils nothing.
        found = np.asarray(self._f(rows.copy()), np.float64)
        if found.shape != (len(rows),):
            raise InputError(f"the value function gave shape {found.shape} for {len(rows)} rows; it must be one each.")
        return found

    def coalitions(self, inside: Bools) -> Floats:
        """Return the value of each zone under each coalition, shape (zones, coalitions)."""
        n, m = self.values.shape
        rows = np.where(inside[None, :, :], self.values[:, None, :], self.base[:, None, :]).reshape(-1, m)
        found = self._of(rows).reshape(n, len(inside))
        self._check_rows(found, inside)
        return np.where(self.scored[:, None], found, 0.0)

    def _check_rows(self, found: Floats, inside: Bools) -> None:
        scored = self.scored
        lacking = scored & ~np.isfinite(found).all(axis=1)
        if lacking.any():
            raise InputError(
                f"the value function gives row {np.flatnonzero(lacking)[0]} a value, but none when some of its "
                "indicators stand at the reference; choose a reference for which the method is defined."
            )
        for whole, ends in ((inside.all(axis=1), self.top), (~inside.any(axis=1), self.bottom)):
            if not whole.any() or not scored.any():
                continue
            gap = np.abs(found[:, whole] - ends[:, None])[scored].max()
            if not gap <= ROW_TOLERANCE * max(1.0, np.abs(ends[scored]).max()):
                raise InputError(
                    "the value of a row changes with the rows beside it; fix what the method learns from all zones "
                    "(ideal points, ranges) before the values are shared out."
                )

    def blocks(self, inside: Bools) -> Iterator[tuple[slice, slice]]:
        """Yield zones and coalitions that fit into memory together."""
        n, m = self.values.shape
        zones = max(1, CELLS_AT_ONCE // (m * len(inside))) if len(inside) * m < CELLS_AT_ONCE else 1
        many = max(1, CELLS_AT_ONCE // (m * zones))
        for first in range(0, n, zones):
            for start in range(0, len(inside), many):
                yield slice(first, first + zones), slice(start, start + many)

    def take(self, zones: slice) -> _Game:
        """Return the game of some zones; their ends are not computed again."""
        part = object.__new__(_Game)
        part.values, part.base, part._f = self.values[zones], self.base[zones], self._f
        part.top, part.bottom, part.scored = self.top[zones], self.bottom[zones], self.scored[zones]
        return part

    def exact(self) -> tuple[Floats, Floats]:
        """Return the Shapley values over all coalitions, with errors of 0."""
        m = self.values.shape[1]
        inside = (np.arange(1 << m)[:, None] >> np.arange(m)) % 2 == 1
        size = inside.sum(axis=1)
        # What an indicator weighs that joins the first `k` others: k! (m − k − 1)! / m!.
        joins = np.array([factorial(k) * factorial(m - k - 1) / factorial(m) for k in range(m)])
        weight = np.where(inside, joins[size - 1][:, None], -joins[np.minimum(size, m - 1)][:, None])
        phi = np.zeros_like(self.values)
        for zones, some in self.blocks(inside):
            phi[zones] += self.take(zones).coalitions(inside[some]) @ weight[some]
        return phi, np.zeros_like(phi)

    def sampled(self, seed: int, pairs: int) -> tuple[Floats, Floats]:
        """Return means and standard errors over pairs of a permutation and its reverse."""
        n, m = self.values.shape
        rng = np.random.default_rng(seed)
        total, squares = np.zeros((n, m)), np.zeros((n, m))
        first: Floats | None = None
        for _ in range(pairs):
            order = rng.permutation(m)
            both = 0.5 * (self._walk(order) + self._walk(order[::-1]))
            # Deviations from the first pair keep the variance from drowning in large means.
            first = both if first is None else first
            total += both - first
            squares += (both - first) ** 2
        mean = total / pairs
        variance = np.maximum(squares / pairs - mean**2, 0.0) * pairs / (pairs - 1)
        return np.asarray(first, np.float64) + mean, np.sqrt(variance / pairs)

    def _walk(self, order: np.ndarray) -> Floats:
        """Return what each indicator adds when they join in the given order, shape (zones, indicators)."""
        n, m = self.values.shape
        inside = np.zeros((m + 1, m), bool)
        for step, k in enumerate(order, 1):
            inside[step:, k] = True
        added = np.empty((n, m))
        # The ends telescope only where one block holds all steps of a zone.
        zones = max(1, CELLS_AT_ONCE // (m * (m + 1)))
        for start in range(0, n, zones):
            part = slice(start, start + zones)
            added[part][:, order] = np.diff(self.take(part).coalitions(inside), axis=1)
        return added
