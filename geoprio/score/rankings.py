"""From weights, a method and a variant of the data to the ranks of all zones, many draws at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from geoprio._core.errors import InputError
from geoprio._core.typing import Bools, Floats, Ints
from geoprio.network.compiled import load, threads

if TYPE_CHECKING:
    from collections.abc import Iterator

Method = Callable[[Floats, Floats], Floats] | Floats | None
"""How urgencies become scores, larger = more urgent: None for the weighted sum 100 Σ w u; a function of urgencies
(zones, criteria) and weights (draws, criteria) to scores (draws, zones); or scores (zones,) that no weight moves."""

CELLS = 1 << 22
"""Draws × zones held at once."""

LARGE = 1 << 17
"""Draws × zones of a block from which two threads are worth their start."""

MOST_DRAWS = 1024
LARGEST_SCORE = 1e6


@dataclass(frozen=True)
class Factor:
    """Something uncertain that takes one of a few levels.

    Attributes
    ----------
    name : str
        Such as "speed".
    levels : tuple of str
    shares : tuple of float
        Probability of each level, scaled to sum 1; default: all the same.
    """

    name: str
    levels: tuple[str, ...]
    shares: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        shares = np.asarray(self.shares or (1.0,) * len(self.levels), np.float64)
        if not self.levels or len(set(self.levels)) < len(self.levels):
            raise InputError(f"{self.name}: levels {list(self.levels)} must be one or more, each once.")
        if shares.shape != (len(self.levels),) or not np.isfinite(shares).all() or (shares < 0).any():
            raise InputError(f"{self.name}: give one probability of 0 or more for each of {list(self.levels)}.")
        if not shares.sum() > 0:
            raise InputError(f"{self.name}: the probabilities are all 0.")
        object.__setattr__(self, "shares", tuple((shares / shares.sum()).tolist()))


@dataclass(frozen=True)
class _Variant:
    """One variant of the data as the compiled loops take it; zones in the model's order."""

    filled: Floats
    """Shape (criteria, zones), 0 where unknown."""
    unserved: Floats
    """Shape (criteria, zones), or no rows."""
    gaps: Ints
    known: Floats
    """Shape (gaps, criteria)."""


@dataclass(frozen=True)
class RankModel:
    """All that decides ranks but the weights; `rank_model` makes and checks it.

    Attributes
    ----------
    urgencies : tuple of ndarray of float, shape (zones, criteria)
        One per variant, zones in the caller's order.
    data : tuple of Factor
        What the variants differ in; the last factor's level changes fastest.
    methods : Factor
    formulas : tuple of Method
        One per level of `methods`.
    order : ndarray of int, shape (zones,)
        Positions of the zones in the order that breaks the last tie.
    tiers : ndarray of int
        Where each tier begins in that order, and where the last one ends.
    variants : tuple
        The urgencies as the compiled loops take them.
    """

    urgencies: tuple[Floats, ...]
    data: tuple[Factor, ...]
    methods: Factor
    formulas: tuple[Method, ...]
    order: Ints
    tiers: Ints
    variants: tuple[_Variant, ...]

    @property
    def zones(self) -> int:
        """How many zones are ranked."""
        return len(self.order)

    @property
    def criteria(self) -> int:
        """How many criteria carry a weight."""
        return int(self.urgencies[0].shape[1])

    @property
    def cells(self) -> list[tuple[int, int, float]]:
        """Numbers of variant and method, and the probability of both, of all combinations that can occur."""
        shares = np.ones(1)
        for factor in self.data:
            shares = np.outer(shares, factor.shares).ravel()
        pairs = np.outer(shares, self.methods.shares)
        return [(int(v), int(k), float(pairs[v, k])) for v, k in np.argwhere(pairs > 0)]

    def ranks(self, weights: Sequence[float] | Floats, variant: int = 0, method: int = 0) -> Ints:
        """Return the rank of each zone under one set of weights.

        Parameters
        ----------
        weights : array_like of float, shape (criteria,)
            0 or more; scaled to sum 1.
        variant, method : int
            Numbers of the data's variant and of the method.

        Returns
        -------
        ndarray of int, shape (zones,)
            1 = first.

        Raises
        ------
        InputError
            If the weights are not one number of 0 or more for each criterion.
        """
        row = np.asarray(weights, np.float64)
        if row.shape != (self.criteria,) or not np.isfinite(row).all() or (row < 0).any() or not row.sum() > 0:
            raise InputError(f"weights must be {self.criteria} numbers of 0 or more, not all 0, not {row.tolist()}.")
        found = np.empty(self.zones, np.int64)
        found[self.order] = next(rank_blocks(self, [row[None] / row.sum()], variant, method)).ranks[0]
        return found + 1


@dataclass(frozen=True)
class Block:
    """The draws of one block, in memory that the next block overwrites; zones in the model's order.

    Attributes
    ----------
    weights : ndarray of float, shape (draws, criteria)
    keys : ndarray of float, shape (draws, zones)
        Score × 10⁹, rounded.
    ranks : ndarray of uint32, shape (draws, zones)
        0 = first.
    leads : ndarray of int, shape (draws,)
        Position of the first zone.
    parts : int
        Threads that the compiled loops may use.
    """

    weights: Floats
    keys: Floats
    ranks: Ints
    leads: Ints
    parts: int


def rank_model(
    urgencies: Floats | Sequence[Floats],
    *,
    data: Sequence[Factor] | None = None,
    methods: Mapping[str, Method] | None = None,
    method_shares: Sequence[float] | None = None,
    unserved: Floats | Sequence[Floats] | None = None,
    tier: Ints | None = None,
    place: Ints | None = None,
) -> RankModel:
    """Return the checked model of what decides the ranks.

    Order: tier, score rounded to 9 decimals (descending), unserved demand (descending), place.

    Parameters
    ----------
    urgencies : ndarray of float, shape (zones, criteria), or a sequence of such
        0 to 1, one table for each variant of the data, of the same ranked zones. NaN = unknown, and then the zone's
        other weights are scaled up to sum 1 (the weighted sum; other methods meet the NaN).
    data : sequence of Factor, optional
        What the variants differ in, the last factor's level changing fastest; default: one factor "data" with
        a level for each table, all as likely.
    methods : mapping of str to Method, optional
        Default: the weighted sum alone.
    method_shares : sequence of float, optional
        Probability of each method; default: all the same.
    unserved : ndarray of float, shape (zones, criteria), or a sequence of such, optional
        What breaks ties: (1 − share) · demand of the covered shares, 0 for other criteria; it is weighted by the draw.
        One for all variants, or one each.
    tier : ndarray of int, shape (zones,), optional
        What orders ahead of any score, such as a safety gate: a lower tier ranks first.
    place : ndarray of int, shape (zones,), optional
        Breaks the last tie: the place of each zone's id in code-point order; default: the order of the rows.

    Raises
    ------
    InputError
        If shapes differ, numbers are not finite or not within 0 and 1, or a zone knows no criterion.
    """
    tables = _tables(urgencies, "urgencies")
    n, m = tables[0].shape
    factors = tuple(data) if data is not None else (Factor("data", tuple(str(k) for k in range(len(tables)))),)
    formulas: dict[str, Method] = dict(methods) if methods is not None else {"weighted_sum": None}
    spare = _tables(unserved, "unserved") if unserved is not None else [np.empty((n, 0))]
    problems = _problems(tables, spare, factors, unserved is not None)
    numbers = [np.zeros(n, np.int64) if given is None else np.asarray(given) for given in (tier, place)]
    for name, values in zip(("tier", "place"), numbers, strict=True):
        if values.shape != (n,) or not np.isfinite(values.astype(float)).all():
            problems.append(f"{name} must be one number for each of {n} zones.")
    for name, formula in formulas.items():
        if formula is not None and not callable(formula):
            scores = np.asarray(formula, np.float64)
            if scores.shape != (n,):
                problems.append(f"method {name!r}: scores of shape {scores.shape} are not one for each of {n} zones.")
            formulas[name] = scores
    if problems:
        raise InputError(*problems)
    # The last key is the first to sort by.
    order = np.lexsort((np.arange(n), *numbers[::-1]))
    begins = np.flatnonzero(np.diff(numbers[0][order]) != 0) + 1
    return RankModel(
        urgencies=tuple(tables),
        data=factors,
        methods=Factor("method", tuple(formulas), tuple(method_shares or ())),
        formulas=tuple(formulas.values()),
        order=order,
        tiers=np.concatenate(([0], begins, [n])).astype(np.int64),
        variants=tuple(_variant(t, spare[k if len(spare) > 1 else 0], order, m) for k, t in enumerate(tables)),
    )


def per_draw(function: Callable[[Floats, Floats], Floats]) -> Callable[[Floats, Floats], Floats]:
    """Return a method of many draws from a function of one: (urgencies, weights (criteria,)) → scores (zones,)."""

    def each(urgencies: Floats, weights: Floats) -> Floats:
        """Return the scores of each draw, one after the other."""
        return np.stack([np.asarray(function(urgencies, row), np.float64) for row in weights])

    return each


def block_size(zones: int) -> int:
    """Return how many draws are ranked at once."""
    return int(np.clip(CELLS // max(zones, 1), 16, MOST_DRAWS))


def rank_blocks(model: RankModel, weights: Iterable[Floats], variant: int, method: int) -> Iterator[Block]:
    """Yield the ranks of blocks of weights under one variant and method.

    Parameters
    ----------
    model : RankModel
    weights : iterable of ndarray of float, shape (draws, criteria)
        Rows of sum 1; each at most `block_size` draws. An iterable that makes them as they are asked for will do.
    variant, method : int

    Raises
    ------
    InputError
        If a method gives scores that are not finite, too large or of the wrong shape, or all criteria that a zone
        knows have weight 0.
    """
    kernels = load("rank_kernels", "geoprio.score")
    part, formula, n = model.variants[variant], model.formulas[method], model.zones
    keys, ranks, leads = np.empty((0, n)), np.empty((0, n), np.uint32), np.empty(0, np.int64)
    for given in weights:
        rows = np.ascontiguousarray(given, np.float64)
        if len(rows) > len(keys):
            keys, ranks = np.empty((len(rows), n)), np.empty((len(rows), n), np.uint32)
            leads = np.empty(len(rows), np.int64)
        block = keys[: len(rows)], ranks[: len(rows)], leads[: len(rows)]
        with threads(len(rows) * n, LARGE) as parts:
            if formula is None:
                _weighted(kernels, part, rows, block[0], parts)
            else:
                name = model.methods.levels[method]
                block[0][:] = _scored(name, formula, model.urgencies[variant], rows)[:, model.order]
            kernels.rank_block(block[0], rows, part.unserved, model.tiers, block[1], block[2], parts)
            yield Block(rows, *block, parts)


def _weighted(kernels: Any, part: _Variant, rows: Floats, keys: Floats, parts: int) -> None:  # noqa: ANN401 - numba's
    kernels.score_block(part.filled, rows, keys, parts)
    if len(part.gaps):
        lost = ~((rows > 0).astype(float) @ part.known.T > 0)
        if lost.any():
            draw, gap = (int(k) for k in np.argwhere(lost)[0])
            raise InputError(
                f"zone at row {int(part.gaps[gap])} of the ranked order knows none of the criteria that weights "
                f"{np.round(rows[draw], 4).tolist()} weigh; impute its values, or leave it out."
            )
        kernels.score_gaps(part.filled, part.known, part.gaps, rows, keys, parts)


def _scored(name: str, formula: Callable[[Floats, Floats], Floats] | Floats, table: Floats, rows: Floats) -> Floats:
    """Return the keys of a method other than the weighted sum, zones in the caller's order."""
    scores = formula(table, rows) if callable(formula) else np.broadcast_to(formula, (len(rows), len(table)))
    scores = np.asarray(scores, np.float64)
    if scores.shape != (len(rows), len(table)):
        raise InputError(f"method {name!r} gave scores of shape {scores.shape}, not {(len(rows), len(table))}.")
    if not (np.abs(scores) <= LARGEST_SCORE).all():
        raise InputError(f"method {name!r} gave scores that are not finite, or beyond ±{LARGEST_SCORE:g}; scale them.")
    return np.asarray(np.rint(scores * 1e9), np.float64)


def _tables(given: Floats | Sequence[Floats], name: str) -> list[Floats]:
    several = given if isinstance(given, Sequence) else [given]
    tables = [np.array(table, np.float64) for table in several]
    if not tables or any(t.ndim != 2 or not t.size or t.shape != tables[0].shape for t in tables):
        raise InputError(
            f"{name}: shapes {[t.shape for t in tables]} must all be the same (zones, criteria), not empty."
        )
    return tables


def _problems(tables: list[Floats], spare: list[Floats], factors: tuple[Factor, ...], has_spare: bool) -> list[str]:
    problems = []
    for k, table in enumerate(tables):
        if not ((table >= 0) & (table <= 1) | np.isnan(table)).all():
            problems.append(f"urgencies, variant {k}: values must lie between 0 and 1 (NaN: unknown).")
        if (blank := np.isnan(table).all(axis=1)).any():
            problems.append(
                f"urgencies, variant {k}: zone at row {int(blank.argmax())} knows no criterion; leave it out."
            )
    if has_spare and (spare[0].shape != tables[0].shape or len(spare) not in {1, len(tables)}):
        problems.append(f"unserved: {len(spare)} × {spare[0].shape} does not fit {len(tables)} × {tables[0].shape}.")
    if not all(np.isfinite(table).all() for table in spare):
        problems.append("unserved: values must be finite; unknown counts 0.")
    if prod(len(factor.levels) for factor in factors) != len(tables):
        levels = " × ".join(f"{len(factor.levels)} {factor.name}" for factor in factors)
        problems.append(f"data: {levels} levels do not make {len(tables)} variants.")
    return problems


def _variant(table: Floats, unserved: Floats, order: Ints, criteria: int) -> _Variant:
    lacking: Bools = np.isnan(table[order])
    gaps = np.flatnonzero(lacking.any(axis=1))
    # Criteria that nowhere have unserved demand would add nothing to a tie; without any, ties need no second look.
    spare = unserved[order].T if unserved.any() else np.empty((0, len(order)))
    assert spare.shape[0] in {0, criteria}
    return _Variant(
        filled=np.ascontiguousarray(np.where(lacking, 0.0, table[order]).T),
        unserved=np.ascontiguousarray(spare),
        gaps=gaps,
        known=np.ascontiguousarray((~lacking[gaps]).astype(np.float64)),
    )


def spans(begin: int, end: int, size: int) -> Iterator[tuple[int, int]]:
    """Yield begin and end of pieces of at most `size`."""
    yield from pairwise([*range(begin, end, size), end])
