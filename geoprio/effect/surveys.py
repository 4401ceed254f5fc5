"""Two waves of a survey: how far shares and means changed, whether other people answered, the same, or some of both.

Each estimate is a weighted mean, so that its error is a sum over the answers: of what the weighting groups leave
unexplained (Taylor linearization, as in `geoprio.indicators.needs`). Who answered twice is in both sums, and their
product is the covariance. Without anybody in both waves it is 0, with everybody the answer is that for pairs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from scipy.stats import norm, t

from geoprio.indicators.needs.means import least_error, weighted_mean
from geoprio.indicators.needs.shares import CONFIDENCE, Shares, unexplained, weighted_shares, wilson

if TYPE_CHECKING:
    from geoprio._core.typing import Bools, Floats, Ints
    from geoprio.sources.survey import Question

EQUAL: Final = 1e-9
FEW: Final = 5
"""Fewer answers in either wave tell nothing of a zone or group."""


@dataclass(frozen=True)
class Wave:
    """The answers of one wave to one question.

    Attributes
    ----------
    value : ndarray of float, shape (n, columns)
        1 for chosen and 0 for not, or a score.
    answered : ndarray of bool, shape (n,)
        Where not, `value` means nothing.
    weight : ndarray of float, shape (n,)
        Above zero; those of `geoprio.indicators.needs.weigh`.
    zone : ndarray of int, shape (n,), optional
        Number of each answer's zone, -1 where not known.
    calibrated : ndarray of int, shape (n, kinds), optional
        The groups that the weights were made to fit.
    person : ndarray of object, shape (n,), optional
        Key by which a respondent is known in the other wave; None or NaN where there is none.
    """

    value: Floats
    answered: Bools
    weight: Floats
    zone: Ints | None = None
    calibrated: Ints | None = None
    person: np.ndarray | None = None

    def part(self, rows: Bools) -> Wave:
        """Return the wave of these respondents alone; the weights were made to fit the whole, not this part."""
        zone, person = (None if x is None else x[rows] for x in (self.zone, self.person))
        return Wave(self.value[rows], self.answered[rows], self.weight[rows], zone, None, person)


@dataclass(frozen=True)
class WaveChange:
    """What changed between two waves; arrays of shape (columns,).

    Attributes
    ----------
    before, after, change : ndarray of float
        NaN where a wave has no answer.
    low, high : ndarray of float
        Interval of the change.
    error : ndarray of float
        Its standard error.
    p : ndarray of float
        How probable so large a change is without any; two-sided.
    correlation : ndarray of float
        Between the two estimates, through those who answered twice.
    n_before, n_after, n_both : int
        Who answered, and how many of them in both waves.
    """

    before: Floats
    after: Floats
    change: Floats
    low: Floats
    high: Floats
    error: Floats
    p: Floats
    correlation: Floats
    n_before: int
    n_after: int
    n_both: int


def shares_of(question: Question) -> tuple[Floats, Bools]:
    """Return the values and the answered rows of a question for a `Wave`: a column for each need."""
    return question.chosen.astype(np.float64), question.answered


def share_change(before: Wave, after: Wave, *, confidence: float = CONFIDENCE) -> WaveChange:
    """Return the change of weighted shares.

    Parameters
    ----------
    before, after : Wave
        Values 0 and 1.
    confidence : float

    Returns
    -------
    WaveChange
        The interval is made of the two waves' Wilson intervals (for as many answers as theirs are worth), so that it
        holds for few answers and shares near 0 and 1 as well.

    Raises
    ------
    ValueError
        If values are not 0 and 1, or a person's key stands in one wave more than once.

    References
    ----------
    R. G. Newcombe, Interval estimation for the difference between independent proportions, Statistics in Medicine 17
    (1998), 873-890 (method 10), and Improved confidence intervals for the difference between binomial proportions
    based on paired data, ibid., 2635-2650 (its way without continuity corrections); G. Y. Zou and A. Donner,
    Construction of confidence limits about effect measures, ibid. 27 (2008), 1693-1702, for any correlation of the two.
    Covariance of overlapping samples: L. Kish, Survey Sampling (1965), section 12.4.
    """
    for wave in (before, after):
        if not np.isin(wave.value[wave.answered], (0.0, 1.0)).all():
            raise ValueError("shares are of values 0 and 1; use mean_change for scores")
    one, two = (_shares(wave, confidence) for wave in (before, after))
    r, both = _correlation(before, after)
    low_part, high_part = mover(one.share, one.low, one.high, two.share, two.low, two.high, r)
    change = two.share - one.share
    error = np.sqrt(np.maximum(one.error**2 + two.error**2 - 2 * r * one.error * two.error, 0.0))
    # The test is the interval's: 0 of 3 and 3 of 3 have no spread of their own, yet say little.
    side = np.where(change > 0, low_part, high_part) / norm.ppf((1 + confidence) / 2)
    return WaveChange(one.share, two.share, change, change - low_part, change + high_part, error, p_of(change, side), r,
                  one.n, two.n, both)  # fmt: skip


def _shares(wave: Wave, confidence: float) -> Shares:
    """Return a wave's shares; with equal weights each answer is worth one."""
    w = wave.weight[wave.answered]
    if len(w) and wave.calibrated is None and np.ptp(w) <= EQUAL * w.max():
        n = len(w)
        share, low, high = wilson(np.minimum(wave.value[wave.answered].sum(axis=0), n), n, confidence=confidence)
        return Shares(share, low, high, np.sqrt(share * (1 - share) / n), n, np.full(len(share), float(n)))
    chosen = wave.value == 1
    return weighted_shares(chosen, wave.answered, wave.weight, calibrated=wave.calibrated, confidence=confidence)


def mover(
    p: Floats, p_low: Floats, p_high: Floats, q: Floats, q_low: Floats, q_high: Floats, r: Floats
) -> tuple[Floats, Floats]:
    """Return how far below and above q - p the interval reaches."""

    def reach(a: Floats, b: Floats) -> Floats:
        """Return the length of the difference of two errors with this correlation."""
        return np.asarray(np.sqrt(np.maximum(a**2 - 2 * r * a * b + b**2, 0.0)), np.float64)

    return reach(q - q_low, p_high - p), reach(q_high - q, p - p_low)


def mean_change(before: Wave, after: Wave, *, confidence: float = CONFIDENCE) -> WaveChange:
    """Return the change of weighted means.

    Parameters
    ----------
    before, after : Wave
    confidence : float

    Returns
    -------
    WaveChange
        The interval is Student's, with Satterthwaite's degrees of freedom for as many answers as the weights leave.
        Answers that are all alike have no spread of their own: an error is never below that of one more answer of the
        other opinion, a step of the scale away. Fewer than two answers in a wave, or a scale of which only one step
        was ever chosen, have no error: it is NaN.

    Raises
    ------
    ValueError
        If a person's key stands in one wave more than once.

    References
    ----------
    B. L. Welch, The generalization of Student's problem when several different population variances are involved,
    Biometrika 34 (1947), 28-35; linearization and overlap as in `share_change`.
    """
    (m1, e1, f1, n1), (m2, e2, f2, n2) = (_mean(w) for w in (before, after))
    r, both = _correlation(before, after)
    step = _step(before, after)
    least1, least2 = (step * least_error(n) for n in (n1, n2))
    e1, e2 = np.maximum(e1, least1), np.maximum(e2, least2)
    error = np.sqrt(np.maximum(e1**2 + e2**2 - 2 * r * e1 * e2, 0.0))
    # As many pairs that moved alike do not prove that everybody would have.
    error = np.maximum(error, np.maximum(least1, least2))
    with np.errstate(divide="ignore", invalid="ignore"):
        degrees = (e1**2 + e2**2) ** 2 / (e1**4 / f1 + e2**4 / f2)
    # Those who answered twice are as many pairs, not as many independent answers of two waves.
    degrees = np.where(both > 0, np.minimum(degrees, max(f1, f2)), degrees)
    degrees = np.where(np.isfinite(degrees), np.maximum(degrees, 1.0), 1.0)
    spread = t.ppf((1 + confidence) / 2, degrees) * error
    change = m2 - m1
    p = np.where((change == 0) & np.isnan(error) & (min(n1, n2) > 1), 1.0, 2 * t.sf(np.abs(change) / error, degrees))
    return WaveChange(m1, m2, change, change - spread, change + spread, error, p, r, n1, n2, both)


def _step(before: Wave, after: Wave) -> Floats:
    """Return the smallest difference of two answers to a question; NaN where all are alike."""
    values = np.sort(np.vstack([w.value[w.answered] for w in (before, after)]), axis=0)
    gaps = np.diff(values, axis=0)
    size = np.abs(values).max(axis=0, initial=0.0)
    gaps = np.where(gaps > EQUAL * size, gaps, np.inf)
    least = gaps.min(axis=0, initial=np.inf)
    return np.where(np.isfinite(least), least, np.nan)


def _mean(wave: Wave) -> tuple[Floats, Floats, float, int]:
    """Return the weighted mean, its standard error, degrees of freedom, and who answered."""
    rows = wave.answered
    groups = None if wave.calibrated is None else wave.calibrated[rows]
    return *weighted_mean(wave.value[rows], wave.weight[rows], groups), int(rows.sum())


def _influence(wave: Wave) -> tuple[Floats, int]:
    """Return how much each answer moves the estimate, rows as answered, and how many parameters that took."""
    values, w = wave.value[wave.answered], wave.weight[wave.answered]
    if not len(w):
        return values, 0
    groups = np.empty((len(w), 0), np.int64) if wave.calibrated is None else wave.calibrated[wave.answered]
    residual, used = unexplained(values, w, groups.reshape(len(w), -1), w @ values / w.sum())
    return np.asarray(w[:, None] * residual / w.sum(), np.float64), used


def matched(before: Wave, after: Wave) -> tuple[Ints, Ints]:
    """Return the rows of those who answered in both waves, in the one and in the other.

    Raises
    ------
    ValueError
        If a key stands in one wave more than once: nobody can tell which answer is whose. Keys that are blank are none.
    """
    if before.person is None or after.person is None:
        return np.array([], np.int64), np.array([], np.int64)
    tables = []
    for wave, side in ((before, "before"), (after, "after")):
        rows = np.flatnonzero(wave.answered)
        keys = pd.Series(rows, index=pd.Index(np.asarray(wave.person, object)[rows]))
        blank = np.array([isinstance(key, str) and not key.strip() for key in keys.index], np.bool_)
        keys = keys[keys.index.notna() & ~blank]
        twins = keys[keys.index.duplicated(keep=False)]
        if len(twins):
            first = twins[twins.index == twins.index[0]]
            raise ValueError(
                f"a person's key stands more than once in the wave {side}, first in its answers "
                f"{' and '.join(str(row + 1) for row in first[:2])}; keep one answer of each person"
            )
        tables.append(keys)
    shared = tables[0].index.intersection(tables[1].index)
    return tables[0].loc[shared].to_numpy(np.int64), tables[1].loc[shared].to_numpy(np.int64)


def _correlation(before: Wave, after: Wave) -> tuple[Floats, int]:
    """Return the correlation of the two estimates, and how many answered in both waves."""
    one, two = matched(before, after)
    columns = before.value.shape[1]
    if not len(one):
        return np.zeros(columns), 0
    parts = []
    for wave, rows in ((before, one), (after, two)):
        found, _ = _influence(wave)
        place = np.cumsum(wave.answered) - 1
        parts.append((found, found[place[rows]]))
    (all_one, same_one), (all_two, same_two) = parts
    scale = np.sqrt((all_one**2).sum(axis=0) * (all_two**2).sum(axis=0))
    r = np.divide((same_one * same_two).sum(axis=0), scale, out=np.zeros(columns), where=scale > 0)
    return np.clip(r, -1.0, 1.0), len(one)


def p_of(change: Floats, error: Floats) -> Floats:
    """Return how probable so large a change is without any (two-sided, normal); NaN where it is not known."""
    with np.errstate(divide="ignore", invalid="ignore"):
        p = np.where(error > 0, 2 * norm.sf(np.abs(change) / error), np.where(change == 0, 1.0, 0.0))
    return np.where(np.isnan(change), np.nan, p)
