"""Which ranks each zone takes under uncertainty, and how sure its place among the first is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geoprio._core.errors import InputError

if TYPE_CHECKING:
    from geoprio._core.typing import Floats, Ints

ROBUSTLY_IN, CONTESTED, ROBUSTLY_OUT = "robustly_in", "contested", "robustly_out"

SURE = 0.95
"""Share of the draws from which a zone counts as robustly in, and one minus which as robustly out: geoprio's own."""


@dataclass(frozen=True)
class Acceptability:
    """Which ranks each zone takes over all draws; zones in the order that the model was given.

    Attributes
    ----------
    draws : int
    first : int
        How many ranks count as among the first.
    counts : ndarray of int, shape (zones, bins)
        In how many draws a zone takes a rank of the bin: up to 5,000 zones each rank is a bin, above there are 100.
    bin_first, bin_last : ndarray of int, shape (bins,)
        First and last rank of each bin, from 1.
    resolution : int
        How many ranks `rank_p05` and `rank_p95` are told to: 1 = exactly; otherwise they are the outer edges of fine
        bins of so many ranks, so that the interval is never too narrow.
    rank_mean : ndarray of float, shape (zones,)
    rank_p05, rank_p95 : ndarray of int, shape (zones,)
        The smallest rank that at least 5 % (95 %) of the draws do not exceed.
    p_first : ndarray of float, shape (zones,)
        Share of the draws in which the zone is among the first `first`.
    lead : ndarray of float, shape (zones,)
        Share of the draws in which it ranks first.
    central_weights : ndarray of float, shape (zones, criteria)
        Mean of the weights under which it ranks first (SMAA-2); NaN where it never does.
    confidence : ndarray of float, shape (zones,)
        Probability, over methods and data, that it ranks first under its central weights (SMAA-2); NaN where it has
        none.
    pair_zones : ndarray of int, shape (pairs,)
        Positions of the zones that were compared in pairs.
    pairwise : ndarray of float, shape (pairs, pairs)
        Share of the draws in which the zone of the row ranks ahead of the zone of the column; 0 on the diagonal.
    """

    draws: int
    first: int
    counts: Ints
    bin_first: Ints
    bin_last: Ints
    resolution: int
    rank_mean: Floats
    rank_p05: Ints
    rank_p95: Ints
    p_first: Floats
    lead: Floats
    central_weights: Floats
    confidence: Floats
    pair_zones: Ints
    pairwise: Floats

    @property
    def shares(self) -> Floats:
        """Rank acceptability: share of the draws in each bin, shape (zones, bins); rows sum to 1."""
        return np.asarray(self.counts / self.draws, np.float64)

    @property
    def error(self) -> Floats:
        """Standard error of `p_first` from the number of draws alone, shape (zones,)."""
        return np.asarray(np.sqrt(self.p_first * (1.0 - self.p_first) / self.draws), np.float64)

    def robust(self, sure: float = SURE) -> np.ndarray:
        """Return `robustly_in`, `contested` or `robustly_out` of the first n for each zone.

        Parameters
        ----------
        sure : float
            Above 0.5, at most 1: `p_first` from which a zone is robustly in; up to one minus it, robustly out.

        Raises
        ------
        InputError
            If `sure` is outside.
        """
        return label(self.p_first, sure)

    def table(self, index: pd.Index, sure: float = SURE) -> pd.DataFrame:
        """Return the columns that lists and maps show.

        Parameters
        ----------
        index : Index of zone ids
            Of the zones, in the model's order of rows.
        sure : float
            As in `robust`.

        Returns
        -------
        DataFrame
            `rank_mean`, `rank_p05`, `rank_p95`, `first_share` (`p_first`), `lead_share`, `lead_confidence`, `robust`.

        Raises
        ------
        InputError
            If the index has another length.
        """
        if len(index) != len(self.p_first):
            raise InputError(f"{len(index)} zone ids do not fit {len(self.p_first)} ranked zones.")
        columns = {
            "rank_mean": self.rank_mean,
            "rank_p05": self.rank_p05,
            "rank_p95": self.rank_p95,
            "first_share": self.p_first,
            "lead_share": self.lead,
            "lead_confidence": self.confidence,
            "robust": pd.array(self.robust(sure), dtype="str"),
        }
        return pd.DataFrame(columns, index=index)


def label(p_first: Floats, sure: float = SURE) -> np.ndarray:
    """Return how sure the place among the first is, from its probability.

    Parameters
    ----------
    p_first : ndarray of float, shape (zones,)
        0 to 1.
    sure : float
        Above 0.5, at most 1.

    Returns
    -------
    ndarray of str, shape (zones,)
        `robustly_in` from `sure`, `robustly_out` up to 1 − `sure`, else `contested`.

    Raises
    ------
    InputError
        If `sure` is outside.
    """
    if not 0.5 < sure <= 1:
        raise InputError(f"sure = {sure!r} must be above 0.5 and at most 1.")
    # 1e-12: 1 − 0.95 is a little more than 0.05.
    inside, outside = p_first >= sure - 1e-12, p_first <= 1.0 - sure + 1e-12
    return np.select([inside, outside], [ROBUSTLY_IN, ROBUSTLY_OUT], CONTESTED)
