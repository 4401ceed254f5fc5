"""How far each zone changed between two waves: its own change, drawn toward the city's, and which changed for sure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control, norm, t

from geoprio.effect.regression import FEWEST, fit_normal
from geoprio.effect.surveys import FEW, Wave, matched, mover
from geoprio.indicators.needs.means import drawn_variance, within_zones
from geoprio.indicators.needs.shares import CONFIDENCE, finite_n, wilson_of_share

if TYPE_CHECKING:
    from geoprio._core.typing import Bools, Floats


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
        Of its error: where values are 0 and 1 by the share that its answers and all zones make likely, else by its own
        spread and that within all zones, each as far as it can be told.
    degrees : ndarray of float
        Degrees of freedom of `variance`.
    pooled : ndarray of float
        Of its error, by the spread within all zones: it does not go with the zone's own luck.
    shares : bool
        Whether values are 0 and 1.
    """

    n: Floats
    worth: Floats
    mean: Floats
    variance: Floats
    degrees: Floats
    pooled: Floats
    shares: bool


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
    own, spread = within_zones(values, w, at, mean, kish)
    pooled = np.divide(spread, worth[:, None], out=np.full(mean.shape, np.nan), where=worth[:, None] > 0)
    shares = bool(np.isin(values, (0.0, 1.0)).all())
    if shares:
        each, degrees = _of_likely(mean, pooled, kish), np.repeat(np.maximum(kish - 1, 1.0)[:, None], mean.shape[1], 1)
    else:
        each, degrees = drawn_variance(own, spread, np.maximum(kish - 1, 0.0))
    variance = np.divide(each, worth[:, None], out=np.full(mean.shape, np.nan), where=worth[:, None] > 0)
    return ZoneMeans(n, worth, mean, variance, degrees, pooled, shares)


def _of_likely(share: Floats, pooled: Floats, kish: Floats) -> Floats:
    """Return the variance of a single answer for or against, by what share is likely in its zone.

    By the zone's own share zones that all agree by luck would count for the most, and pull the city toward them.
    """
    out = np.full(share.shape, np.nan)
    least = 1 / (kish + 2)
    for j, column in enumerate(share.T):
        near = (np.nan_to_num(column) * kish + 1) * least
        if np.isfinite(column).sum() >= FEWEST and (pooled[np.isfinite(column), j] > 0).all():
            near, _ = fit_normal(column, pooled[:, j]).predict(column, pooled[:, j])
        near = np.clip(near, least, 1 - least)
        out[:, j] = near * (1 - near)
    return out


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
    R. G. Newcombe, as in `share_change`, for the interval of a zone's share; that of a mean is Student's.
    Y. Benjamini and Y. Hochberg, Controlling the false discovery rate, JRSS B 57 (1995), 289-300.
    """
    if minimum < FEW:
        raise ValueError(f"zones with fewer than {FEW} answers are not told: minimum is {minimum}")
    one, two = (zone_means(wave, zones, population=population) for wave in (before, after))
    told = (one.n >= minimum) & (two.n >= minimum) & np.isfinite(one.mean[:, column] + two.mean[:, column])
    change = np.where(told, two.mean[:, column] - one.mean[:, column], np.nan)
    v1, v2 = one.variance[:, column], two.variance[:, column]
    r = shared_errors(before, after, (one, two), column=column, population=population)
    variance = np.where(told, v1 + v2 - 2 * r * np.sqrt(v1 * v2), np.nan)
    low, high, p = _own((one, two), column, r, variance, confidence)
    half = float(norm.ppf((1 + confidence) / 2))
    near, near_low, near_high = change, np.where(told, low, np.nan), np.where(told, high, np.nan)
    if told.sum() >= FEWEST:
        near, spread = fit_normal(change, variance, careful=True).predict(change, variance)
        near_low, near_high = near - half * spread, near + half * spread
    q = np.full(zones, np.nan)
    if told.any():
        q[told] = false_discovery_control(p[told])
    sure = q <= 1 - confidence + 1e-12
    return pd.DataFrame(
        {"status": np.where(told, "told", "few"),
         "n_before": np.where(told, one.n, np.nan), "n_after": np.where(told, two.n, np.nan),
         "before": np.where(told, one.mean[:, column], np.nan), "after": np.where(told, two.mean[:, column], np.nan),
         "change": change, "low": np.where(told, low, np.nan), "high": np.where(told, high, np.nan),
         "shrunk": near, "shrunk_low": near_low, "shrunk_high": near_high, "p": np.where(told, p, np.nan), "q": q,
         "verdict": np.select([sure & (change > 0), sure & (change < 0)], ["up", "down"], "unsure")}
    )  # fmt: skip


def _own(
    means: tuple[ZoneMeans, ZoneMeans], column: int, r: Floats, variance: Floats, confidence: float
) -> tuple[Floats, Floats, Floats]:
    """Return low, high and p of each zone's own change."""
    one, two = means
    p, q = one.mean[:, column], two.mean[:, column]
    change = q - p
    if one.shares and two.shares:
        ends = [wilson_of_share(m.mean[:, column], m.worth, confidence=confidence) for m in means]
        down, up = mover(p, *ends[0], q, *ends[1], r)
        error = np.where(change > 0, down, up) / norm.ppf((1 + confidence) / 2)
        # Wilson's ends hold at their own level; far out, as needed over many zones, few answers tell less.
        degrees = np.maximum(one.worth + two.worth - 2, 1.0)
    else:
        error = np.sqrt(variance)
        v1, v2 = one.variance[:, column], two.variance[:, column]
        d1, d2 = one.degrees[:, column], two.degrees[:, column]
        with np.errstate(divide="ignore", invalid="ignore"):
            degrees = np.maximum((v1 + v2) ** 2 / (v1**2 / d1 + v2**2 / d2), 1.0)
        down = up = t.ppf((1 + confidence) / 2, degrees) * error
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.where(error > 0, 2 * t.sf(np.abs(change) / error, degrees), np.where(change == 0, 1.0, 0.0))
    return change - down, change + up, found


def shared_errors(
    before: Wave,
    after: Wave,
    means: tuple[ZoneMeans, ZoneMeans],
    *,
    column: int = 0,
    population: Floats | None = None,
) -> Floats:
    """Return the correlation of the errors of each zone's two estimates through those who answered twice.

    How alike the two answers of a person are is taken from the whole city; a zone says how many are such.

    Parameters
    ----------
    before, after : Wave
        With `zone`; who moved from one zone to another counts as two persons.
    means : two ZoneMeans
        Of these waves.
    column : int
    population : ndarray of float, shape (zones,), optional
        All who could have answered; NaN where not known.

    Returns
    -------
    ndarray of float, shape (zones,)
        0 where nobody is known to have answered twice.

    References
    ----------
    L. Kish, Survey Sampling (1965), section 12.4. For m of n1 and n2 answers out of N residents the covariance is that
    of a person's two answers times (m / (n1 n2) - 1 / N), as for the variance with m = n1 = n2.
    """
    zones = len(means[0].n)
    rows = matched(before, after)
    if len(rows[0]) < 2 or before.zone is None or after.zone is None:
        return np.zeros(zones)
    same: Bools = (before.zone[rows[0]] == after.zone[rows[1]]) & (before.zone[rows[0]] >= 0)
    at, parts, part_of = before.zone[rows[0]][same], [], []
    for wave, home, place, found in zip((before, after), (before.zone, after.zone), rows, means, strict=True):
        inside = wave.answered & (home >= 0)
        total = np.bincount(home[inside], weights=wave.weight[inside], minlength=zones)
        parts.append(wave.value[place[same], column] - found.mean[at, column])
        part_of.append(wave.weight[place[same]] / total[at])
    size = np.sqrt((parts[0] ** 2).sum() * (parts[1] ** 2).sum())
    # So many pairs that all agree do not prove that the next one would.
    most = 1 - 1 / (same.sum() + 1)
    alike = float(np.clip((parts[0] * parts[1]).sum() / size, -most, most)) if size > 0 else 0.0
    both = np.bincount(at, weights=part_of[0] * part_of[1], minlength=zones)
    if population is not None:
        # Of few residents some are in both samples by chance alone, which two independent errors have already.
        known = np.isfinite(population) & (population > 1)
        whole = np.where(known, population, 2.0)
        both = np.where(known, (both - 1 / whole) * whole / (whole - 1), both)
    both = both * np.sqrt(means[0].worth * means[1].worth)
    return np.asarray(alike * np.clip(both, -1.0, 1.0), np.float64)
