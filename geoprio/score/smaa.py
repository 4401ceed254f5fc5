"""Monte Carlo over weights, methods and variants of the data, without ever holding draws × zones.

References
----------
Lahdelma, Salminen (2001), SMAA-2: stochastic multicriteria acceptability analysis for group decision making,
Operations Research 49(3): rank acceptability, central weights, confidence factor. Leskinen et al. (2006), Environmental
Modelling & Software 21(4): pairwise winning index.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geoprio._core.errors import InputError
from geoprio.network.compiled import load, threads
from geoprio.score.acceptability import Acceptability
from geoprio.score.rankings import LARGE, Block, RankModel, block_size, rank_blocks, spans

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoprio._core.typing import Floats, Ints, Progress
    from geoprio.score.draws import Sampler

DRAWS = 10_000
FULL_ZONES = 5000
"""Up to so many zones each rank has a counter of its own."""

BINS = 100
COUNTER_BYTES = 1 << 28
"""Memory for the fine counters from which the quantiles are read above `FULL_ZONES`."""

PAIR_ZONES = 1000
"""Most zones that can be compared in pairs."""

LOW, HIGH = 0.05, 0.95


def acceptability(
    model: RankModel,
    sampler: Sampler,
    *,
    first: int,
    draws: int = DRAWS,
    pairs: Sequence[int] | Ints = (),
    progress: Progress | None = None,
) -> Acceptability:
    """Return which ranks each zone takes when weights, methods and data vary.

    The draws are shared out over the combinations of method and variant in proportion to their probabilities (by
    largest remainder), so that chance enters through the weights alone; each draw has weights of its own.

    Parameters
    ----------
    model : RankModel
    sampler : Sampler
        Such as `uniform_weights` and its neighbors in `draws` give.
    first : int
        1 to the number of zones: how many ranks count as among the first.
    draws : int
    pairs : sequence of int, optional
        Positions of zones to compare in pairs, at most 1,000.
    progress : callable, optional
        Told the share done, now and then.

    Returns
    -------
    Acceptability
        The same for the same sampler, to the last bit, whatever the number of threads.

    Raises
    ------
    InputError
        If a number is outside its bounds, the sampler has other criteria, or there are too few draws for the
        combinations of method and variant.
    """
    _check(model, sampler, first, draws, pairs)
    kernels, tally = load("rank_kernels", "geoprio.score"), _Tally.empty(model, first, draws, pairs)
    cells, done = _shared_out(model, draws), 0
    for variant, method, count in cells:
        blocks = (sampler.draw(b - a, a) for a, b in spans(done, done + count, block_size(model.zones)))
        for block in rank_blocks(model, blocks, variant, method):
            tally.add(kernels, block)
            done += len(block.weights)
            if progress is not None:
                progress(f"{done:,} of {draws:,} draws")
    return tally.result(kernels, model, cells, draws)


@dataclass
class _Tally:
    """Counters over all draws; zones in the model's order."""

    first: int
    bins: Ints
    counts: Ints
    total: Ints
    inside: Ints
    leads: Ints
    leading: Floats
    pairs: Ints
    ahead: Ints

    @classmethod
    def empty(cls, model: RankModel, first: int, draws: int, pairs: Sequence[int] | Ints) -> _Tally:
        """Return counters of 0."""
        n = model.zones
        width = np.uint16 if draws < 2**16 else np.uint32
        fine = n if n <= FULL_ZONES else _fine_bins(n, width().itemsize)
        place = np.empty(n, np.int64)
        place[model.order] = np.arange(n)
        positions = place[np.asarray(pairs, np.int64)]
        return cls(
            first=first,
            bins=(np.arange(n, dtype=np.int64) * fine // n).astype(np.int32),
            counts=np.zeros((n, fine), width),
            total=np.zeros(n, np.int64),
            inside=np.zeros(n, np.int64),
            leads=np.zeros(n, np.int64),
            leading=np.zeros((n, model.criteria)),
            pairs=positions,
            ahead=np.zeros((len(positions), len(positions)), np.uint32),
        )

    def add(self, kernels: Any, block: Block) -> None:  # noqa: ANN401 - numba's
        """Count the ranks of a block."""
        kernels.count_block(block.ranks, self.bins, self.first, self.counts, self.total, self.inside, block.parts)
        if len(self.pairs):
            kernels.pair_block(block.ranks, self.pairs, self.ahead, block.parts)
        # One after the other in the order of the draws, so that the sums never change.
        np.add.at(self.leads, block.leads, 1)
        np.add.at(self.leading, block.leads, block.weights)

    def result(self, kernels: Any, model: RankModel, cells: list[tuple[int, int, int]], draws: int) -> Acceptability:  # noqa: ANN401 - numba's
        """Return what was counted, zones in the caller's order."""
        n, fine = self.counts.shape
        edges = np.empty((n, 2), np.int64)
        needed = np.maximum(np.ceil(np.array([LOW, HIGH]) * draws - 1e-6), 1).astype(np.int64)
        with threads(self.counts.size, LARGE) as parts:
            kernels.find_bins(self.counts, needed, edges, parts)
        bins = fine if n <= FULL_ZONES else BINS
        counts = self.counts if bins == fine else self.counts.reshape(n, bins, -1).sum(axis=2, dtype=np.int64)
        ever = np.flatnonzero(self.leads)
        central = np.full((n, model.criteria), np.nan)
        central[ever] = self.leading[ever] / self.leads[ever, None]
        confidence = np.full(n, np.nan)
        confidence[ever] = _confidence(model, central[ever], ever, cells, draws)
        back = np.empty(n, np.int64)
        back[model.order] = np.arange(n)
        return Acceptability(
            draws=draws,
            first=self.first,
            counts=counts if (back == np.arange(n)).all() else counts[back],
            bin_first=_edge(np.arange(bins), bins, n) + 1,
            bin_last=_edge(np.arange(1, bins + 1), bins, n),
            resolution=-(-n // fine),
            rank_mean=(self.total / draws)[back],
            rank_p05=(_edge(edges[:, 0], fine, n) + 1)[back],
            rank_p95=_edge(edges[:, 1] + 1, fine, n)[back],
            p_first=(self.inside / draws)[back],
            lead=(self.leads / draws)[back],
            central_weights=central[back],
            confidence=confidence[back],
            pair_zones=model.order[self.pairs],
            pairwise=self.ahead / draws,
        )


def _edge(bin_: Ints, bins: int, zones: int) -> Ints:
    """Return how many ranks come before a bin: rank r, from 0, is counted in bin r · bins // zones."""
    return np.asarray(-(-bin_ * zones // bins), np.int64)


def _fine_bins(zones: int, width: int) -> int:
    """Return the number of fine bins: as many hundreds as the memory and the ranks allow."""
    return BINS * max(1, min(zones // BINS, COUNTER_BYTES // (zones * BINS * width)))


def _shared_out(model: RankModel, draws: int) -> list[tuple[int, int, int]]:
    """Return variant, method and number of draws of each combination that can occur, by largest remainder."""
    cells = model.cells
    exact = np.array([share for _, _, share in cells]) * draws
    counts = np.floor(exact + 1e-9).astype(np.int64)
    raised = np.argsort(-(exact - counts), kind="stable")[: draws - int(counts.sum())]
    counts[raised] += 1
    if (counts == 0).any():
        raise InputError(
            f"{draws} draws leave none for some of the {len(cells)} combinations of method and data that can occur; "
            "take more draws, or fewer combinations."
        )
    return [(variant, method, int(count)) for (variant, method, _), count in zip(cells, counts, strict=True)]


def _confidence(
    model: RankModel, central: Floats, zones: Ints, cells: list[tuple[int, int, int]], draws: int
) -> Floats:
    """Return the share of the draws' methods and data under which each zone ranks first by its central weights."""
    wins = np.zeros(len(zones), np.int64)
    for variant, method, count in cells:
        pieces = list(spans(0, len(zones), block_size(model.zones)))
        for (a, b), block in zip(
            pieces, rank_blocks(model, [central[a:b] for a, b in pieces], variant, method), strict=True
        ):
            wins[a:b] += count * (block.leads == zones[a:b])
    return np.asarray(wins / draws, np.float64)


def _check(model: RankModel, sampler: Sampler, first: int, draws: int, pairs: Sequence[int] | Ints) -> None:
    problems = []
    if sampler.criteria != model.criteria:
        problems.append(f"the sampler draws {sampler.criteria} weights, but there are {model.criteria} criteria.")
    if not 1 <= first <= model.zones:
        problems.append(f"first = {first} must lie between 1 and the {model.zones} ranked zones.")
    if not 1 <= draws < 2**31:
        problems.append(f"draws = {draws} must be 1 or more, below 2³¹.")
    chosen = np.asarray(pairs)
    if chosen.ndim != 1 or len(chosen) > PAIR_ZONES or len(np.unique(chosen)) < len(chosen):
        problems.append(f"pairs: give at most {PAIR_ZONES} positions, each once, not {chosen.size}.")
    elif len(chosen) and not ((chosen >= 0) & (chosen < model.zones)).all():
        problems.append(f"pairs: positions must lie between 0 and {model.zones - 1}.")
    if problems:
        raise InputError(*problems)
