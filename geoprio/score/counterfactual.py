"""What would have to change for a zone to enter or leave the first n."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geoprio._core.errors import InputError
from geoprio.score.nearest_weights import Norm, nearest_weights
from geoprio.score.wording import indicator_words, no_weights_words, weight_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from geoprio._core.typing import Floats
    from geoprio.score.standing import Standing

MARGIN = 1e-3
"""Points of priority (of 100) by which a zone has to pass another: less is no difference that anybody sees."""

STEPS = 128
"""Values that are tried for an indicator under a method other than the weighted sum, before bisection."""

FINE = 1e-9
"""Urgency to which bisection goes."""


@dataclass(frozen=True)
class WeightChange:
    """The nearest weights that move a zone into or out of the first n.

    Attributes
    ----------
    zone : str
    first : int
    enters : bool
        Whether the zone would enter; else it would leave.
    weights : Series or None
        By indicator, sum 1; None where no weights do it.
    distance : float
        In the norm that was asked for; NaN where infeasible.
    moved : float
        Share of all weight that changes hands, Σ|Δw|/2.
    proven : bool
        Whether no nearer weights can exist (or none at all, where `weights` is None).
    words : (zh, en)
    """

    zone: str
    first: int
    enters: bool
    weights: pd.Series | None
    distance: float
    moved: float
    proven: bool
    words: tuple[str, str]

    @property
    def feasible(self) -> bool:
        """Whether any weights do it."""
        return self.weights is not None


@dataclass(frozen=True)
class IndicatorChange:
    """What single indicators would have to be for a zone to enter or leave the first n.

    Attributes
    ----------
    zone : str
    first : int
    enters : bool
    table : DataFrame
        Index: code, the smallest change first, impossible ones last; `urgency`, `urgency_needed`, `change` (in
        urgency, with sign), `value`, `value_needed` (in the indicator's unit where the anchors are known),
        `status` (``possible``, ``unknown``, ``not_enough``).
    words : (zh, en)
    """

    zone: str
    first: int
    enters: bool
    table: pd.DataFrame
    words: tuple[str, str]

    @property
    def feasible(self) -> bool:
        """Whether any single indicator does it."""
        return bool((self.table["status"] == "possible").any())


def weights_to_move(standing: Standing, zone: str, first: int, *, norm: Norm = "l1") -> WeightChange:
    """Return the nearest weights under which a zone in the first n leaves them, or another one enters.

    Exact for the weighted sum: nearest in the sum of absolute changes (L1) or in the Euclidean distance (L2), on the
    simplex. A zone passes another by 0.001 points; ties move nobody.

    Parameters
    ----------
    standing : Standing
    zone : str
    first : int
        1 to the number of ranked zones less one.
    norm : {"l1", "l2"}

    Raises
    ------
    InputError
        If the zone has no rank, `first` leaves nothing to enter or leave, the method is no weighted sum, or zones lack
        different indicators: then the sum is not linear in the weights.
    """
    row, enters = _question(standing, zone, first)
    if standing.priority_of is not None:
        raise InputError("the nearest weights are told for the weighted sum only; ask for one indicator instead.")
    known = standing.urgencies.notna().to_numpy()
    used = np.asarray(known.any(axis=0))
    gaps = np.flatnonzero(~known[:, used].all(axis=1))
    if len(gaps):
        raise InputError(
            f"{len(gaps)} of {len(known)} zones lack an indicator (first: {standing.urgencies.index[gaps[0]]!r}), so "
            "that weights do not act on all alike; choose [score] missing = 'impute:…', or ask for one indicator."
        )
    if norm not in ("l1", "l2"):
        raise InputError(f"norm = {norm!r} must be l1 or l2.")
    start = standing.weights[used] / standing.weights[used].sum()
    gains, asked = _gains(standing, row, first, enters, standing.urgencies.to_numpy(float)[:, used])
    found = nearest_weights(gains, asked, start, MARGIN / 100.0, norm)
    if found.weights is None:
        never = int((gains.max(axis=1) < MARGIN / 100.0).sum()) if len(gains) else 0
        words = no_weights_words(standing, zone, first, enters=enters, proven=found.proven, never=never)
        return WeightChange(zone, first, enters, None, np.nan, np.nan, found.proven, words)
    change = found.weights - start
    weights = np.zeros(len(used))
    weights[used] = found.weights
    series = pd.Series(weights, standing.urgencies.columns, name="weight")
    distance = float(np.abs(change).sum() if norm == "l1" else np.linalg.norm(change))
    moved = float(0.5 * np.abs(change).sum())
    words = weight_words(standing, zone, first, series, enters=enters, proven=found.proven)
    return WeightChange(zone, first, enters, series, distance, moved, found.proven, words)


def indicators_to_move(standing: Standing, zone: str, first: int) -> IndicatorChange:
    """Return what each indicator of a zone alone would have to be for it to enter or leave the first n.

    Exact for the weighted sum. Under another method 129 values of each indicator are tried, and the nearest that moves
    the zone is refined by bisection: a narrower range within which it moves can be missed where priority does not rise
    with urgency. What the method learned from all zones (ideal points, ranges) stays as it is.

    Parameters
    ----------
    standing : Standing
    zone : str
    first : int

    Raises
    ------
    InputError
        If the zone has no rank or `first` leaves nothing to enter or leave.
    """
    row, enters = _question(standing, zone, first)
    urgency = standing.urgencies.to_numpy(float)[row]
    if standing.priority_of is None:
        needed = _closed_form(standing, row, first, enters)
    else:
        needed = np.array(
            [_bisected(standing, row, first, enters, k, standing.priority_of) for k in range(len(urgency))]
        )
    possible = np.isfinite(needed)
    status = np.where(np.isnan(urgency), "unknown", np.where(possible, "possible", "not_enough"))
    codes = standing.urgencies.columns
    value, wanted = np.full(len(codes), np.nan), np.full(len(codes), np.nan)
    if standing.table is not None:
        value = standing.table.to_numpy(float)[row]
    if standing.good is not None and standing.bad is not None:
        wanted = standing.good + needed * (standing.bad - standing.good)
    table = pd.DataFrame(
        {
            "urgency": urgency,
            "urgency_needed": needed,
            "change": needed - urgency,
            "value": value,
            "value_needed": wanted,
            "status": pd.array(status, dtype="str"),
        },
        index=pd.Index(codes, name="code"),
    )
    order = np.lexsort((np.arange(len(codes)), np.where(possible, np.abs(needed - urgency), np.inf)))
    table = table.iloc[order]
    return IndicatorChange(zone, first, enters, table, indicator_words(standing, zone, first, table, enters=enters))


def _question(standing: Standing, zone: str, first: int) -> tuple[int, bool]:
    """Return the zone's row and whether it would enter."""
    row, n = standing.place(zone), len(standing.urgencies)
    if n == 1:
        raise InputError(f"zone {zone!r} is the only ranked zone: nothing can move it out of the first place.")
    if not 1 <= first < n:
        raise InputError(f"first = {first} must be 1 to {n - 1}: of {n} ranked zones some must stay out.")
    return row, int(standing.rank.iloc[row]) > first


def _tiers(standing: Standing, row: int) -> np.ndarray:
    """Return -1 for the zones that are ahead whatever their priority, 1 for those behind, 0 where priority decides."""
    if standing.tier is None:
        return np.zeros(len(standing.urgencies), int)
    tier = standing.tier.to_numpy()
    return np.asarray(np.sign(tier - tier[row]), int)


def _gains(standing: Standing, row: int, first: int, enters: bool, urgency: Floats) -> tuple[Floats, int]:
    """Return the rows that have to be positive, and how many of them, for the zone to move."""
    tiers = _tiers(standing, row)
    others = tiers == 0
    others[row] = False
    lead = urgency[row] - urgency[others]
    n = len(urgency)
    if enters:
        return lead, n - first - int((tiers > 0).sum())
    return -lead, first - int((tiers < 0).sum())


def _closed_form(standing: Standing, row: int, first: int, enters: bool) -> Floats:
    """Return the urgency of each indicator at which the zone passes the first n's edge; NaN where none does."""
    priority, tiers = standing.priority, _tiers(standing, row)
    others = tiers == 0
    others[row] = False
    place = first - int((tiers < 0).sum())
    rivals = np.sort(priority[others])[::-1]
    # Others hold the places before: the zone is in when fewer than `place` of them stand above it.
    if not 1 <= place <= len(rivals):
        return np.full(standing.urgencies.shape[1], np.nan)
    target = rivals[place - 1] + (MARGIN if enters else -MARGIN)
    share = 100.0 * standing.shares[row]
    urgency = standing.urgencies.to_numpy(float)[row]
    with np.errstate(divide="ignore", invalid="ignore"):
        needed = urgency + (target - priority[row]) / share
    return np.where((share > 0) & (needed >= 0) & (needed <= 1), needed, np.nan)


def _bisected(
    standing: Standing, row: int, first: int, enters: bool, k: int, priority_of: Callable[[Floats], Floats]
) -> float:
    """Return the urgency nearest to the present one at which the zone moves; NaN where none does."""
    table = standing.urgencies.to_numpy(float)
    now = table[row, k]
    if np.isnan(now):
        return np.nan
    tiers = _tiers(standing, row)
    others = tiers == 0
    others[row] = False
    ahead = int((tiers < 0).sum())

    def moves(urgency: float) -> bool:
        """Return whether this urgency is enough."""
        changed = table.copy()
        changed[row, k] = urgency
        priority = np.asarray(priority_of(changed), np.float64)
        if enters:
            return ahead + int((priority[others] > priority[row] - MARGIN).sum()) < first
        return ahead + int((priority[others] >= priority[row] + MARGIN).sum()) >= first

    tried = sorted((t for t in np.linspace(0.0, 1.0, STEPS + 1) if t != now), key=lambda t: abs(t - now))
    best = next((float(t) for t in tried if moves(float(t))), np.nan)
    if np.isnan(best):
        return np.nan
    # The value tried just before it, on the same side, does not move the zone.
    step = 1.0 / STEPS
    near = max(now, best - step) if best > now else min(now, best + step)
    while abs(best - near) > FINE:
        middle = 0.5 * (near + best)
        near, best = (near, middle) if moves(middle) else (middle, best)
    return best
