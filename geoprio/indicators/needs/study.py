"""What the answers to one question say: of the city, of each zone, and of groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from geoprio.indicators.needs.priorities import agreement
from geoprio.indicators.needs.shares import CONFIDENCE, Shares, finite_n, kish_n, weighted_shares, wilson_of_share
from geoprio.indicators.needs.shrinkage import Prior, draw_shares, fit_prior, shrunk
from geoprio.indicators.needs.weighting import Weighting, rake

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geoprio._core.typing import Bools, Floats, Ints
    from geoprio.sources.survey import Question, SurveySpec

TOLD: Final = "told"
FEW: Final = "few"
NONE: Final = "none"
STATUSES: Final = (TOLD, FEW, NONE)
"""Whether a zone's answers are told: enough of them, too few to tell, none at all."""


@dataclass(frozen=True)
class ZoneShares:
    """Shares of a question's needs in each zone; arrays of shape (zones, needs) unless said otherwise.

    Attributes
    ----------
    status : ndarray of str, shape (zones,)
    n : ndarray of float, shape (zones,)
        Answers; NaN where there are too few to tell (that itself is not told).
    share, low, high : ndarray of float
        The zone's own share with Wilson's interval; NaN unless told.
    shrunk, shrunk_low, shrunk_high : ndarray of float
        Drawn toward the city's share. Zones that are not told have the city's, with its whole spread.
    hits, worth : ndarray of float
        What the draws are made from: answers for it and all, as much as they are worth; 0 unless told.
    priors : tuple of Prior
        One for each need.
    """

    status: np.ndarray
    n: Floats
    share: Floats
    low: Floats
    high: Floats
    shrunk: Floats
    shrunk_low: Floats
    shrunk_high: Floats
    hits: Floats
    worth: Floats
    priors: tuple[Prior, ...]

    def draws(self, number: int, seed: int = 0) -> Floats:
        """Return shares that the zones may have, shape (number, zones, needs), for the uncertainty of a score."""
        rng = np.random.default_rng(seed)
        parts = [draw_shares(self.hits[:, j], self.worth[:, j], p, number, rng) for j, p in enumerate(self.priors)]
        return np.stack(parts, axis=2)


def weigh(
    groups: pd.DataFrame,
    spec: SurveySpec,
    base: Floats,
    *,
    zone: Ints | None = None,
    population: Floats | None = None,
) -> tuple[Weighting, Ints]:
    """Return the weights of the answers by what is known of all residents, and the groups that they fit.

    Parameters
    ----------
    groups : DataFrame of str
        From `Survey.groups`.
    spec : SurveySpec
        Its `cells` come first, else the `shares` of its groups; without either the answers keep their own weights.
    base : ndarray of float, shape (n,)
    zone : ndarray of int, shape (n,), optional
        Number of each answer's zone, -1 where not known: zones then count by their population, whoever answered more.
    population : ndarray of float, shape (zones,), optional
        Households (or residents) of the zones; those where it is not known keep their weight.

    Returns
    -------
    Weighting
    ndarray of int, shape (n, kinds)
        For `city_shares`; no column where nothing is known of the residents.
    """
    kinds: list[tuple[Ints, Floats]] = []
    if spec.cells:
        place = {tuple(cell.groups[name] for name in groups.columns): i for i, cell in enumerate(spec.cells)}
        keys = groups.astype(object).itertuples(index=False, name=None)
        codes = np.array([place.get(tuple(key), -1) for key in keys], np.int64)
        kinds.append((codes, np.array([c.people for c in spec.cells])))
    else:
        for name, group in spec.groups.items():
            if group.shares:
                codes = pd.Index(list(group.shares)).get_indexer(pd.Index(groups[name].astype(object)))
                kinds.append((codes, np.array(list(group.shares.values()))))
    if zone is not None and population is not None:
        known = np.isfinite(population) & (population > 0)
        inside = (zone >= 0) & np.append(known, False)[zone]
        if inside.any():
            kinds.append((np.where(inside, zone, -1), np.where(known, population, 0.0)))
    matrix = np.stack([k for k, _ in kinds], axis=1) if kinds else np.empty((len(groups), 0), np.int64)
    return rake(matrix, [margin for _, margin in kinds], base=base, max_weight=spec.max_weight), matrix


def city_shares(
    question: Question, weight: Floats, calibrated: Ints | None = None, population: float | None = None
) -> pd.DataFrame:
    """Return the city's shares of a question's needs.

    Parameters
    ----------
    question : Question
    weight : ndarray of float, shape (n,)
    calibrated : ndarray of int, optional
        From `weigh`.
    population : float, optional
        All who could have answered.

    Returns
    -------
    DataFrame
        Index = need; `title`, `n`, `n_effective`, `share`, `low`, `high`; most wanted first.
    """
    groups = calibrated if calibrated is not None and calibrated.shape[1] else None
    found = weighted_shares(question.chosen, question.answered, weight, calibrated=groups, population=population)
    return _city_table(question, found)


def _city_table(question: Question, found: Shares) -> pd.DataFrame:
    table = pd.DataFrame(
        {"title": list(question.titles), "n": found.n, "n_effective": found.n_effective, "share": found.share,
         "low": found.low, "high": found.high},
        index=pd.Index(question.needs, name="need"),
    )  # fmt: skip
    return table.sort_values("share", ascending=False, kind="stable")


def zone_shares(
    question: Question,
    zone: Ints,
    zones: int,
    weight: Floats,
    *,
    population: Floats | None = None,
    minimum: int = 5,
    confidence: float = CONFIDENCE,
) -> ZoneShares:
    """Return the shares of a question's needs in each zone.

    Parameters
    ----------
    question : Question
    zone : ndarray of int, shape (n,)
        Number of each answer's zone, -1 where not known.
    zones : int
    weight : ndarray of float, shape (n,)
    population : ndarray of float, shape (zones,), optional
        All who could have answered (households, where one of each was asked); NaN where not known.
    minimum : int
        Zones with fewer answers are not told: theirs is the city's share. Their answers count for the city.
    confidence : float
    """
    inside = (zone >= 0) & question.answered
    at, w = zone[inside], weight[inside]
    n = np.bincount(at, minlength=zones).astype(np.float64)
    total, squares = (np.bincount(at, weights=x, minlength=zones) for x in (w, w**2))
    worth = finite_n(np.divide(total**2, squares, out=np.zeros(zones), where=squares > 0), population)
    columns = [np.bincount(at, weights=w * hit, minlength=zones) for hit in question.chosen[inside].T]
    sums = np.stack(columns, axis=1) if columns else np.zeros((zones, 0))
    own = np.divide(sums, total[:, None], out=np.full(sums.shape, np.nan), where=total[:, None] > 0)
    own = np.clip(own, 0.0, 1.0)
    told = n >= minimum
    low, high = wilson_of_share(own, worth[:, None], confidence=confidence)
    hits = np.where(n[:, None] > 0, np.nan_to_num(own) * worth[:, None], 0.0)
    # Zones of too few answers help to say how zones differ; their own share stays with the city.
    priors = tuple(fit_prior(column, worth) for column in hits.T) if (n > 0).any() else ()
    known, size = np.where(told[:, None], hits, 0.0), np.where(told, worth, 0.0)
    parts = [shrunk(known[:, j], size, prior, confidence=confidence) for j, prior in enumerate(priors)]
    near = np.stack([np.stack(part) for part in parts], axis=2) if parts else np.full((3, *own.shape), np.nan)
    hide = np.where(told[:, None], 0.0, np.nan)
    return ZoneShares(
        np.select([told, n > 0], [TOLD, FEW], NONE), np.where(told, n, np.where(n > 0, np.nan, 0.0)),
        own + hide, low + hide, high + hide, near[0], near[1], near[2],
        known, np.repeat(size[:, None], own.shape[1], axis=1), priors,
    )  # fmt: skip


def menu(question: Question, found: ZoneShares, ids: pd.Index, *, draws: int = 1000, seed: int = 0) -> pd.DataFrame:
    """Return the ranked menu of needs of each zone.

    Parameters
    ----------
    question : Question
    found : ZoneShares
    ids : Index of str
        The zones.
    draws, seed : int
        For how sure the ranks are.

    Returns
    -------
    DataFrame
        A row for each zone and rank: `zone_id`, `rank`, `need`, `title`, `status`, `n`, `share`, `low`, `high` (the
        zone's own, missing unless told), `support`, `support_low`, `support_high` (drawn toward the city's), `first`
        (how probably it is the zone's first need), `rank_p05`, `rank_p95`.
    """
    if not found.priors:
        return pd.DataFrame()
    zones, needs = found.shrunk.shape
    # Equal support keeps the order of the questionnaire.
    order = np.argsort(-found.shrunk, axis=1, kind="stable")
    drawn = np.argsort(np.argsort(-found.draws(draws, seed), axis=2, kind="stable"), axis=2, kind="stable") + 1
    low, high = np.quantile(drawn, [0.05, 0.95], axis=0, method="nearest")
    first = (drawn == 1).mean(axis=0)
    row, need = np.repeat(np.arange(zones), needs), order.ravel()
    at = (row, need)
    return pd.DataFrame(
        {"zone_id": ids.to_numpy()[row], "rank": np.tile(np.arange(1, needs + 1), zones),
         "need": np.array(question.needs, object)[need], "title": np.array(question.titles, object)[need],
         "status": found.status[row], "n": found.n[row],
         "share": found.share[at], "low": found.low[at], "high": found.high[at],
         "support": found.shrunk[at], "support_low": found.shrunk_low[at], "support_high": found.shrunk_high[at],
         "first": first[at], "rank_p05": low[at].astype(int), "rank_p95": high[at].astype(int)}
    )  # fmt: skip


def group_agreement(
    question: Question, groups: Mapping[str, pd.Series], weight: Floats, minimum: int = 5
) -> list[dict[str, Any]]:
    """Return how far the groups of each kind agree on the order of a question's needs.

    Parameters
    ----------
    question : Question
    groups : mapping of str to Series of str
        Kind (age, tenure, floor) to the group of each answer, missing where not known; a DataFrame is one.
    weight : ndarray of float, shape (n,)
    minimum : int
        Groups with fewer answers are left out.

    Returns
    -------
    list of dict
        For each kind `kind`, `groups` (name, `n`, `n_effective`, `shares` by need), `left_out` (names), `w`, `p`,
        `rank_correlation` (None where fewer than two groups or needs are left).
    """
    out = []
    for kind in groups:
        codes = groups[kind].astype(object).to_numpy()
        told, left, rows = [], [], []
        for name in sorted({c for c in codes if isinstance(c, str)}):
            members: Bools = question.answered & (codes == name)
            if members.sum() < minimum:
                left.append(name)
                continue
            w = weight[members]
            shares = w @ question.chosen[members] / w.sum()
            rows.append(shares)
            by_need = dict(zip(question.needs, map(float, shares), strict=True))
            told.append({"name": name, "n": int(members.sum()), "n_effective": kish_n(w), "shares": by_need})
        found = agreement(np.array(rows, np.float64).reshape(len(rows), len(question.needs)))
        numbers = {k: None if np.isnan(v) else v for k, v in
                   (("w", found.w), ("p", found.p), ("rank_correlation", found.rank_correlation))}  # fmt: skip
        out.append({"kind": kind, "groups": told, "left_out": left, **numbers})
    return out
