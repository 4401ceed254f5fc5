"""How far each zone changed between two waves: its own change, drawn toward the city's, and which changed for sure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control, norm, t

from geoprio.effect.regression import FEWEST, fit_normal
from geoprio.effect.surveys import FEW, Wave, matched
from geoprio.indicators.needs.shares import CONFIDENCE, finite_n

if TYPE_CHECKING:
    from geoprio._core.typing import Bools, Floats, Ints


@dataclass(frozen=True)
class ZoneMeans:
    """What one wave says of each zone; arrays of shape (zones, columns) unless said otherwise.

    Attributes
    ----------
    n, worth : ndarray of float, shape (zones,)
        Answers, and how many equally weighted ones of endlessly many residents tell as much.
    mean : ndarray of float
        Weighted mean or share; NaN without answers.
    variance : ndarray of float
        Of its error: by the zone's own share (one answer for and one against added) where values are 0 and 1, else by
        the spread within all zones.
    pooled : ndarray of float
        Of its error, by the spread within all zones: it does not go with the zone's own luck.
    """

    n: Floats
    worth: Floats
    mean: Floats
    variance: Floats
    pooled: Floats


def zone_means(wave: Wave, zones: int, *, population: Floats | None = None) -> ZoneMeans:
    """Return what a wave says of each zone.

    Parameters
    ----------
    wave : Wave
        With `zone`.
    zones : int
    population : ndarray of float, shape (zones,), optional
        All who could have answered; NaN where not known.

    Raises
    ------
    ValueError
        If the wave has no zones.
    """
    if wave.zone is None:
        raise ValueError("the wave does not tell in which zone its respondents live")
    inside = wave.answered & (wave.zone >= 0)
    at, w, values = wave.zone[inside], wave.weight[inside], wave.value[inside]
    n = np.bincount(at, minlength=zones).astype(np.float64)
    total, squares = (np.bincount(at, weights=x, minlength=zones) for x in (w, w**2))
    kish = np.divide(total**2, squares, out=np.zeros(zones), where=squares > 0)
    worth = finite_n(kish, population)
    sums = np.stack([np.bincount(at, weights=w * column, minlength=zones) for column in values.T], axis=1)
    mean = np.divide(sums, total[:, None], out=np.full(sums.shape, np.nan), where=total[:, None] > 0)
    spread = _within(values, w, at, mean, n)
    pooled = np.divide(spread, worth[:, None], out=np.full(mean.shape, np.nan), where=worth[:, None] > 0)
    variance = pooled
    if np.isin(values, (0.0, 1.0)).all():
        near = (np.nan_to_num(mean) * kish[:, None] + 1) / (kish[:, None] + 2)
        variance = np.divide(near * (1 - near), worth[:, None], out=np.full(mean.shape, np.nan),
                             where=worth[:, None] > 0)  # fmt: skip
    return ZoneMeans(n, worth, mean, variance, pooled)


def _within(values: Floats, weight: Floats, at: Ints, mean: Floats, n: Floats) -> Floats:
    """Return the variance of answers within zones, one for each column; where all are alike, not quite 0."""
    several = n[at] > 1
    lost = np.divide(n, n - 1, out=np.ones(len(n)), where=n > 1)[at[several]]
    w = weight[several]
    if not len(w):
        return np.full(values.shape[1], np.nan)
    found = (w * lost) @ (values[several] - mean[at[several]]) ** 2 / w.sum()
    return np.asarray(np.maximum(found, 0.25 / len(w)), np.float64)


def zone_changes(
    before: Wave,
    after: Wave,
    zones: int,
    *,
    column: int = 0,
    population: Floats | None = None,
    minimum: int = FEW,
    confidence: float = CONFIDENCE,
) -> pd.DataFrame:
    """Return how far each zone changed, and which zones did so for sure.

    Parameters
    ----------
    before, after : Wave
        With `zone`.
    zones : int
    column : int
        Of the values.
    population : ndarray of float, shape (zones,), optional
        All who could have answered.
    minimum : int
        Zones with fewer answers in either wave tell nothing; at least 5.
    confidence : float

    Returns
    -------
    DataFrame
        A row for each zone: `status` (``told``, ``few``), `n_before`, `n_after`, `before`, `after`, `change`, `low`,
        `high` (the zone's own), `shrunk`, `shrunk_low`, `shrunk_high` (drawn toward the city's mean change), `p`, `q`
        (p by Benjamini and Hochberg over all zones that are told) and `verdict` (``up`` or ``down`` where q is at most
        1 - confidence, else ``unsure``). All numbers of zones that are not told are missing but for `shrunk`, which is
        the city's with its whole spread (missing with fewer than three zones).

    Raises
    ------
    ValueError
        If `minimum` is below 5 or a wave has no zones.

    References
    ----------
    A. Agresti and B. Caffo, Simple and effective confidence intervals for proportions and differences of proportions,
    The American Statistician 54 (2000), 280-288: an answer for and one against added, here to the variance alone.
    Y. Benjamini and Y. Hochberg, Controlling the false discovery rate, JRSS B 57 (1995), 289-300.
    """
    if minimum < FEW:
        raise ValueError(f"zones with fewer than {FEW} answers are not told: minimum is {minimum}")
    one, two = (zone_means(wave, zones, population=population) for wave in (before, after))
    told = (one.n >= minimum) & (two.n >= minimum)
    change = np.where(told, two.mean[:, column] - one.mean[:, column], np.nan)
    v1, v2 = one.variance[:, column], two.variance[:, column]
    variance = np.where(
        told, v1 + v2 - 2 * _shared(before, after, zones, column, (one, two)) * np.sqrt(v1 * v2), np.nan
    )
    error = np.sqrt(variance)
    half = float(norm.ppf((1 + confidence) / 2))
    if told.sum() >= FEWEST:
        near, spread = fit_normal(change, variance, careful=True).predict(change, variance)
    else:
        near, spread = change, np.where(told, error, np.nan)
    # The variance is known from few answers: normal tails would call too many zones sure.
    degrees = np.maximum(one.worth + two.worth - 2, 1.0)
    p = np.where(told, 2 * t.sf(np.abs(change) / error, degrees), np.nan)
    q = np.full(zones, np.nan)
    if told.any():
        q[told] = false_discovery_control(p[told])
    sure = q <= 1 - confidence + 1e-12
    return pd.DataFrame(
        {"status": np.where(told, "told", "few"),
         "n_before": np.where(told, one.n, np.nan), "n_after": np.where(told, two.n, np.nan),
         "before": np.where(told, one.mean[:, column], np.nan), "after": np.where(told, two.mean[:, column], np.nan),
         "change": change, "low": change - half * error, "high": change + half * error,
         "shrunk": near, "shrunk_low": near - half * spread, "shrunk_high": near + half * spread,
         "p": p, "q": q, "verdict": np.select([sure & (change > 0), sure & (change < 0)], ["up", "down"], "unsure")}
    )  # fmt: skip


def _shared(before: Wave, after: Wave, zones: int, column: int, means: tuple[ZoneMeans, ZoneMeans]) -> Floats:
    """Return the correlation of each zone's two estimates through those who answered twice.

    How alike the two answers of a person are is taken from the whole city; a zone says how many are such.
    """
    rows = matched(before, after)
    if len(rows[0]) < 2 or before.zone is None or after.zone is None:
        return np.zeros(zones)
    same: Bools = (before.zone[rows[0]] == after.zone[rows[1]]) & (before.zone[rows[0]] >= 0)
    at, parts, scaled = before.zone[rows[0]][same], [], []
    for wave, home, place, found in zip((before, after), (before.zone, after.zone), rows, means, strict=True):
        inside = wave.answered & (home >= 0)
        squares = np.bincount(home[inside], weights=wave.weight[inside] ** 2, minlength=zones)
        parts.append(wave.value[place[same], column] - found.mean[at, column])
        scaled.append(wave.weight[place[same]] / np.sqrt(squares[at]))
    size = np.sqrt((parts[0] ** 2).sum() * (parts[1] ** 2).sum())
    alike = float((parts[0] * parts[1]).sum() / size) if size > 0 else 0.0
    overlap = np.bincount(at, weights=scaled[0] * scaled[1], minlength=zones)
    return np.asarray(np.clip(alike * overlap, -1.0, 1.0), np.float64)
