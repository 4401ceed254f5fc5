"""Means of answers on a scale, of the city and of each zone, with their errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from geoprio._core.errors import InputError
from geoprio.indicators.needs.shares import finite_n, kish_n, unexplained

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geoprio._core.typing import Bools, Floats, Ints
    from geoprio.sources.survey import Question

FEWEST: Final = 3
"""Fewer zones do not tell how far their spreads differ."""
SLOWEST: Final = 4.0
"""Degrees of freedom that the city's spread is worth to a zone's own at the least: below that its variance has none."""
ONE: Final = 1 + 1e-9


def scores_of(question: Question, scores: Mapping[str, float]) -> tuple[Floats, Bools]:
    """Return the values and the answered rows of a question whose options are steps of a scale.

    Parameters
    ----------
    question : Question
        With one answer each.
    scores : mapping of str to float
        Need to score: ``{"very_content": 5, "content": 4}``. Who chose none of these does not count.

    Returns
    -------
    ndarray of float, shape (respondents, 1)
    ndarray of bool, shape (respondents,)

    Raises
    ------
    ValueError
        If a score names no need of the question, or somebody chose several of them.
    """
    unknown = sorted(set(scores) - set(question.needs))
    if unknown:
        raise ValueError(f"question {question.code!r} has no answer {unknown[0]!r}; it has {', '.join(question.needs)}")
    picked = question.chosen[:, [question.needs.index(need) for need in scores]]
    times = picked.sum(axis=1)
    if (times[question.answered] > 1).any():
        raise ValueError(f"question {question.code!r} has several answers of one respondent: they have no mean")
    values = np.asarray(picked @ np.array(list(scores.values()), np.float64), np.float64)
    return values[:, None], np.asarray(question.answered & (times == 1), np.bool_)


def weighted_mean(values: Floats, weight: Floats, groups: Ints | None = None) -> tuple[Floats, Floats, float]:
    """Return the weighted mean of answers, its standard error and degrees of freedom.

    Parameters
    ----------
    values : ndarray of float, shape (n, columns)
    weight : ndarray of float, shape (n,)
        Above zero.
    groups : ndarray of int, shape (n, kinds), optional
        The groups that the weights were made to fit: what they explain is no chance.

    Returns
    -------
    mean, error : ndarray of float, shape (columns,)
        The error is jackknifed, as in `weighted_shares`; NaN with fewer than two answers.
    degrees : float
        Kish's number of answers less the parameters of the groups, at least 1.
    """
    n = len(weight)
    if n < 2:
        nothing = np.full(values.shape[1], np.nan)
        return (values[0] if n else nothing), nothing, 1.0
    mean = weight @ values / weight.sum()
    kinds = np.empty((n, 0), np.int64) if groups is None else groups.reshape(n, -1)
    residual, used = unexplained(values, weight, kinds, mean)
    error = np.sqrt((n - 1) / n * ((weight[:, None] * residual / weight.sum()) ** 2).sum(axis=0))
    return mean, error, max(kish_n(weight) - used, 1.0)


def least_error(n: int) -> float:
    """Return the standard error of a share that nobody of n chose, by one more answer for and one against.

    Times the step of a scale: the least error of a mean, whose answers may all be alike by luck.
    """
    near = 1 / (n + 2)
    return float(np.sqrt(near * (1 - near) / max(n, 1)))


def within_zones(values: Floats, weight: Floats, at: Ints, mean: Floats, kish: Floats) -> tuple[Floats, Floats]:
    """Return the variance of answers within each zone, and within all; where all are alike, that is not quite 0.

    A weighted mean is drawn toward its own answers by 1 / Kish's number of them, which is made up for.

    Parameters
    ----------
    values : ndarray of float, shape (n, columns)
    weight : ndarray of float, shape (n,)
    at : ndarray of int, shape (n,)
        Zone of each answer.
    mean : ndarray of float, shape (zones, columns)
    kish : ndarray of float, shape (zones,)

    Returns
    -------
    ndarray of float, shape (zones, columns)
        NaN where fewer than two answers count.
    ndarray of float, shape (columns,)
        NaN where that holds of every zone.
    """
    zones = len(kish)
    total = np.bincount(at, weights=weight, minlength=zones)
    share = weight * np.divide(kish, total, out=np.zeros(zones), where=total > 0)[at]
    off = share[:, None] * (values - mean[at]) ** 2
    sums = np.stack([np.bincount(at, weights=column, minlength=zones) for column in off.T], axis=1)
    free = np.where(kish > ONE, kish - 1, 0.0)
    own = np.divide(sums, free[:, None], out=np.full(sums.shape, np.nan), where=free[:, None] > 0)
    if not free.any():
        return own, np.full(values.shape[1], np.nan)
    found = sums[free > 0].sum(axis=0) / free.sum()
    return own, np.asarray(np.maximum(found, 0.25 / len(weight)), np.float64)


def drawn_variance(own: Floats, spread: Floats, free: Floats) -> tuple[Floats, Floats]:
    """Return the variance of a single answer in each zone, drawn toward that of all, and its degrees of freedom.

    How far variances differ is by moments what theirs do beyond chance, if answers are normal.

    Parameters
    ----------
    own : ndarray of float, shape (zones, columns)
    spread : ndarray of float, shape (columns,)
        Of `within_zones`.
    free : ndarray of float, shape (zones,)
        Degrees of freedom of `own`.

    References
    ----------
    G. K. Smyth, Linear models and empirical Bayes methods for assessing differential expression in microarray
    experiments, Statistical Applications in Genetics and Molecular Biology 3 (2004), article 3: the variance
    (d0 s0^2 + d s^2) / (d0 + d) and its d0 + d degrees of freedom.
    """
    lead = np.full(own.shape[1], np.inf)
    for j, column in enumerate(own.T):
        known = np.isfinite(column) & (free > 0)
        if known.sum() < FEWEST:
            continue
        w = free[known] / free[known].sum()
        beyond = w @ (column[known] - spread[j]) ** 2 - 2 * spread[j] ** 2 * (w @ (1 / free[known]))
        if beyond > 0:
            lead[j] = SLOWEST + 2 * spread[j] ** 2 / beyond
    part = free[:, None] / (free[:, None] + lead)
    each = spread + part * (np.where(np.isfinite(own), own, spread) - spread)
    degrees = np.where(np.isfinite(lead), free[:, None] + lead, np.maximum(free.sum(), 1.0))
    return each, np.asarray(degrees, np.float64)


@dataclass(frozen=True)
class Means:
    """Means of a question whose options are steps of a scale; nothing of a single respondent.

    Attributes
    ----------
    scores : dict of str to float
        Need to score.
    city : dict
        `n`, `mean`, `error`, `degrees`; None where it cannot be told.
    zones : DataFrame
        Index `zone_id`, zones with enough answers alone; the same columns.
    """

    scores: dict[str, float]
    city: dict[str, float | None]
    zones: pd.DataFrame

    def plain(self) -> dict[str, Any]:
        """Return it as data for JSON."""
        rows = [{"zone_id": str(zone), **row} for zone, row in self.zones.to_dict("index").items()]
        return {"scores": self.scores, "city": self.city, "zones": rows}


def question_means(
    question: Question,
    scores: Mapping[str, float],
    at: Ints,
    ids: pd.Index,
    weight: Floats,
    *,
    calibrated: Ints | None = None,
    population: Floats | None = None,
    minimum: int = 5,
) -> Means | None:
    """Return the means of a question, of the city and of the zones with enough answers; None without scores.

    Parameters
    ----------
    question : Question
    scores : mapping of str to float
        As in `scores_of`.
    at : ndarray of int, shape (n,)
        Number of each answer's zone, -1 where not known.
    ids : Index of str
        The zones.
    weight : ndarray of float, shape (n,)
    calibrated : ndarray of int, shape (n, kinds), optional
        Of `weigh`.
    population : ndarray of float, shape (zones,), optional
        All who could have answered; NaN where not known.
    minimum : int
        Zones with fewer answers tell nothing; their answers count for the city, unless all of them together are fewer.

    Raises
    ------
    InputError
        If a score names no answer that there is, or somebody chose several of them.
    """
    if not scores:
        return None
    try:
        values, answered = scores_of(question, scores)
    except ValueError as wrong:
        raise InputError(f"[survey] scores: {wrong}.") from None
    zones = len(ids)
    n = np.bincount(at[answered & (at >= 0)], minlength=zones)
    rest = answered & ~np.append(n >= minimum, False)[at]
    used = answered & ~rest if 0 < rest.sum() < minimum else answered
    steps = np.diff(np.unique(list(scores.values())))
    step = float(steps.min()) if len(steps) else 0.0
    groups = calibrated[used] if calibrated is not None and calibrated.size else None
    mean, error, degrees = weighted_mean(values[used], weight[used], groups)
    whole = None if population is None or not np.isfinite(population).all() else float(population.sum())
    kish = kish_n(weight[used])
    corrected = float(error[0]) * float(np.sqrt(kish / finite_n(kish, whole))) if kish > 0 else np.nan
    known = int(used.sum()) >= minimum and bool(np.isfinite(error[0]))
    told: dict[str, float | None] = {
        "n": int(used.sum()), "mean": float(mean[0]), "error": max(corrected, step * least_error(int(used.sum()))),
        "degrees": degrees,
    }  # fmt: skip
    city = told if known else dict.fromkeys(told)
    inside = answered & (at >= 0)
    table = _zone_table(values[inside], weight[inside], at[inside], zones, population, step)
    table.index = pd.Index(ids, name="zone_id")
    return Means({str(k): float(v) for k, v in scores.items()}, city, table[n >= minimum])


def _zone_table(
    values: Floats, weight: Floats, at: Ints, zones: int, population: Floats | None, step: float
) -> pd.DataFrame:
    total, squares = (np.bincount(at, weights=x, minlength=zones) for x in (weight, weight**2))
    kish = np.divide(total**2, squares, out=np.zeros(zones), where=squares > 0)
    sums = np.bincount(at, weights=weight * values[:, 0], minlength=zones)
    mean = np.divide(sums, total, out=np.full(zones, np.nan), where=total > 0)
    own, spread = within_zones(values, weight, at, mean[:, None], kish)
    each, degrees = drawn_variance(own, spread, np.maximum(kish - 1, 0.0))
    worth, n = finite_n(kish, population), np.bincount(at, minlength=zones)
    variance = np.divide(each[:, 0], worth, out=np.full(zones, np.nan), where=worth > 0)
    least = step * np.array([least_error(int(k)) for k in n]) * np.sqrt(np.divide(kish, worth, out=np.ones(zones),
                                                                                 where=worth > 0))  # fmt: skip
    error = np.maximum(np.sqrt(variance), least)
    return pd.DataFrame({"n": n, "mean": mean, "error": error, "degrees": degrees[:, 0]})
