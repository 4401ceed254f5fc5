"""Types of neighbourhood: groups of zones with the same needs."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from geoprio._core.errors import InputError
from geoprio.score.type_profiles import profile_words, profiles

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from geoprio._core.typing import Floats, Ints

Grouping = Literal["kmeans", "ward", "gmm"]

MOST_GROUPS = 8
"""Numbers of groups that are tried: 2 to this."""

SAMPLE = 1000
"""Zones on which Ward's tree, silhouettes and bootstraps work where there are more: their cost is quadratic."""

WEAK_SILHOUETTE = 0.25
"""Kaufman and Rousseeuw (1990): at or below this mean silhouette no substantial structure has been found."""

STABLE = 0.6
"""Mean adjusted Rand index of bootstraps below which geoprio calls groups unstable: its own convention."""


@dataclass(frozen=True)
class Types:
    """Groups of zones, numbered from the most urgent.

    Attributes
    ----------
    labels : Series of Int64
        By zone, 1 = the group with the highest mean priority.
    filled : Index
        Zones with unknown indicators: they joined the group that is nearest in what is known.
    choice : DataFrame
        Index `groups` (from 1): `silhouette`, `gap`, `gap_error`, `bic` (Gaussian mixture only), `stability` (mean
        adjusted Rand index of bootstraps), `smallest` (zones in the smallest group), `chosen`.
    profile : DataFrame
        Index `type`: `zones`, `priority` (mean), and per indicator `{code}` (mean urgency) and `{code}_stands_out`
        (difference from the mean of all zones in standard deviations).
    dropped : tuple of str
        Indicators without a say: constant, or known of no zone.
    words : (zh, en)
        Why this number of groups, and how firm it is.
    profile_words : dict of int to (zh, en)
        What stands out in each type.
    """

    labels: pd.Series
    filled: pd.Index
    choice: pd.DataFrame
    profile: pd.DataFrame
    dropped: tuple[str, ...]
    words: tuple[str, str]
    profile_words: dict[int, tuple[str, str]]


def neighborhood_types(
    urgencies: pd.DataFrame,
    priority: pd.Series,
    *,
    grouping: Grouping = "kmeans",
    groups: int | None = None,
    seed: int = 0,
    bootstraps: int = 30,
    titles: Mapping[str, tuple[str, str]] | None = None,
) -> Types:
    """Group zones by what they lack, with the number of groups chosen and justified.

    All groupings start from Ward's tree, so that the groups do not depend on `seed`: it draws the bootstraps and the
    reference sets of the gap statistic, which justify the choice but do not make it. The number of groups is that with
    the highest mean silhouette, for the Gaussian mixture that with the lowest BIC.

    Parameters
    ----------
    urgencies : DataFrame
        Index `zone_id`, 0 to 1, one column per indicator; NaN = unknown.
    priority : Series
        On the same index; orders the types.
    grouping : {"kmeans", "ward", "gmm"}
    groups : int, optional
        Instead of choosing.
    seed : int
    bootstraps : int
        Resampled sets of zones by which stability is told; also the reference sets of the gap statistic.
    titles : mapping of str to (zh, en), optional

    Raises
    ------
    InputError
        If there are fewer different zones than groups, fewer than three zones, or nothing differs between them.

    References
    ----------
    Rousseeuw (1987) for the silhouette; Tibshirani, Walther and Hastie (2001) for the gap; Hubert and Arabie (1985) for
    the adjusted Rand index.
    """
    table, dropped, filled = _prepared(urgencies, priority, grouping, groups, bootstraps)
    known = ~table.isna().any(axis=1).to_numpy()
    rows = _Rows(table.to_numpy(float)[known], grouping)
    different = len(np.unique(np.round(rows.sample, 9), axis=0))
    most = min(MOST_GROUPS, different, len(rows.sample) - 1)
    if groups is not None and groups > min(different, len(rows.sample) - 1):
        raise InputError(
            f"groups = {groups} are too many: {different} different zones of {len(rows.whole)} are known in full."
        )
    choice = _measured(rows, range(2, max(most, groups or 2) + 1), seed, bootstraps)
    told = -choice["bic"] if grouping == "gmm" else choice["silhouette"]
    best = groups or int(choice.index[int(np.nanargmax(told.to_numpy(float)))])
    member = np.empty(len(table), np.int64)
    member[known] = rows.group(best)
    member[~known] = _nearest(table.to_numpy(float)[~known], _centers(rows.whole, member[known]))
    labels = _ordered(member, priority[table.index], table.index)
    choice["chosen"] = choice.index == best
    named = dict(titles or {})
    profile = profiles(urgencies.loc[table.index], priority, labels)
    words = _words(choice.loc[[best]].iloc[0], best, grouping, given=groups is not None, first_gap=_by_gap(choice))
    return Types(
        labels.reindex(urgencies.index), filled, choice, profile, dropped, words,
        profile_words(profile, list(table.columns), named),
    )  # fmt: skip


def _prepared(
    urgencies: pd.DataFrame, priority: pd.Series, grouping: str, groups: int | None, bootstraps: int
) -> tuple[pd.DataFrame, tuple[str, ...], pd.Index]:
    """Return the zones by id with the indicators that differ, the other indicators, and the zones with gaps."""
    if grouping not in ("kmeans", "ward", "gmm"):
        raise InputError(f"grouping = {grouping!r} must be kmeans, ward or gmm.")
    if bootstraps < 2:
        raise InputError(f"bootstraps = {bootstraps} must be 2 or more.")
    if groups is not None and groups < 2:
        raise InputError(f"groups = {groups} must be 2 or more.")
    if not urgencies.index.is_unique or not priority.index.equals(urgencies.index):
        raise InputError("urgencies and priority must have one index, each zone once.")
    # Sorted, so that the order of rows decides nothing.
    table = urgencies.sort_index().astype(float)
    table = table[table.notna().any(axis=1)]
    varies = (table.max() - table.min()) > 1e-9
    dropped = tuple(str(c) for c in table.columns[~varies])
    table = table.loc[:, varies]
    if table.shape[1] == 0 or len(table) < 3:
        raise InputError(
            f"{len(table)} zones with known urgencies in {table.shape[1]} indicators that differ: types need three "
            "zones or more, and something in which they differ."
        )
    gaps = table.index[table.isna().any(axis=1)]
    if len(table) - len(gaps) < 3:
        raise InputError(f"only {len(table) - len(gaps)} zones know all indicators; types need three.")
    return table[table.notna().any(axis=1)], dropped, gaps


class _Rows:
    """Zones to be grouped. All groupings start from Ward's tree of a sample, so that nothing is left to chance."""

    def __init__(self, whole: Floats, grouping: str) -> None:
        from scipy.cluster.hierarchy import linkage  # noqa: PLC0415 - for types alone

        self.whole, self.grouping = whole, grouping
        self.every = slice(None, None, -(-len(whole) // SAMPLE))
        self.sample = whole[self.every]
        self._tree = linkage(self.sample, "ward")

    def group(self, groups: int) -> Ints:
        """Return the group of each row, numbered from 0 without gaps."""
        if groups == 1:
            return np.zeros(len(self.whole), np.int64)
        start = self._cut(groups)
        centers = _centers(self.sample, start)
        if self.grouping == "ward":
            found = start if len(self.sample) == len(self.whole) else _nearest(self.whole, centers)
        else:
            found = self._refined(centers)
        return np.asarray(np.unique(found, return_inverse=True)[1], np.int64)

    def bic(self, groups: int) -> float:
        """Return the Bayesian information criterion of the Gaussian mixture."""
        with _quietly():
            return float(_mixture(self.whole, _centers(self.sample, self._cut(groups))).bic(self.whole))

    def spread(self, groups: int) -> float:
        """Return the log of the summed squares within the groups."""
        member = self.group(groups)
        within = float(((self.whole - _centers(self.whole, member)[member]) ** 2).sum())
        # As many groups as different zones leave nothing within.
        return float(np.log(max(within, 1e-12)))

    def _cut(self, groups: int) -> Ints:
        from scipy.cluster.hierarchy import fcluster  # noqa: PLC0415 - for types alone

        return np.asarray(fcluster(self._tree, groups, "maxclust") - 1, np.int64)

    def _refined(self, centers: Floats) -> Ints:
        from sklearn.cluster import KMeans  # noqa: PLC0415 - for types alone

        with _quietly():
            if self.grouping == "kmeans":
                return np.asarray(KMeans(len(centers), init=centers, n_init=1).fit_predict(self.whole), np.int64)
            return np.asarray(_mixture(self.whole, centers).predict(self.whole), np.int64)


@contextmanager
def _quietly() -> Iterator[None]:
    """Run scikit-learn on one thread, so that sums come in one order, and without warnings of small groups."""
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 - comes with scikit-learn

    with threadpool_limits(1), warnings.catch_warnings():
        # Groups that turn out smaller or fewer show in the table.
        warnings.simplefilter("ignore")
        yield


def _mixture(rows: Floats, centers: Floats) -> Any:  # noqa: ANN401 - scikit-learn is untyped
    from sklearn.mixture import GaussianMixture  # noqa: PLC0415 - for types alone

    # Diagonal covariances: full ones need more zones than a city has.
    kind = GaussianMixture(len(centers), covariance_type="diag", means_init=centers, reg_covar=1e-4, random_state=0)
    return kind.fit(rows)


def _centers(rows: Floats, member: Ints) -> Floats:
    return np.vstack([rows[member == k].mean(axis=0) for k in np.unique(member)])


def _nearest(rows: Floats, centers: Floats) -> Ints:
    """Return the nearest center of each row over what is known of it."""
    gap = (rows[:, None, :] - centers[None]) ** 2
    return np.asarray(np.nanmean(gap, axis=2).argmin(axis=1), np.int64)


def _measured(rows: _Rows, tried: range, seed: int, bootstraps: int) -> pd.DataFrame:
    """Return what speaks for each number of groups."""
    from sklearn.metrics import silhouette_score  # noqa: PLC0415 - for types alone

    rng = np.random.default_rng(seed)
    sample = rows.sample
    low, high = sample.min(axis=0), sample.max(axis=0)
    thin = _Rows(sample, rows.grouping)
    references = [_Rows(rng.uniform(low, high, sample.shape), rows.grouping) for _ in range(bootstraps)]
    again = [_Rows(sample[rng.integers(len(sample), size=len(sample))], rows.grouping) for _ in range(bootstraps)]
    found: dict[int, dict[str, float]] = {}
    for groups in (1, *tried):
        member = rows.group(groups)
        row = {"smallest": float(np.bincount(member).min())} | _gap(thin, references, groups)
        if groups > 1:
            at = member[rows.every]
            row["silhouette"] = float(silhouette_score(sample, at)) if 1 < len(np.unique(at)) < len(at) else np.nan
            row["stability"] = _stability(sample, at, again, groups)
            row["bic"] = rows.bic(groups) if rows.grouping == "gmm" else np.nan
        found[groups] = row
    columns = ["silhouette", "gap", "gap_error", "bic", "stability", "smallest"]
    table = pd.DataFrame.from_dict(found, orient="index").reindex(columns=columns)
    return table.rename_axis("groups").astype({"smallest": int})


def _gap(rows: _Rows, references: list[_Rows], groups: int) -> dict[str, float]:
    """Return the gap statistic and its standard error."""
    spreads = np.array([reference.spread(groups) for reference in references])
    gap = spreads.mean() - rows.spread(groups)
    return {"gap": float(gap), "gap_error": float(spreads.std() * np.sqrt(1 + 1 / len(spreads)))}


def _stability(sample: Floats, member: Ints, again: list[_Rows], groups: int) -> float:
    """Return the mean adjusted Rand index between the groups and those of resampled zones."""
    from sklearn.metrics import adjusted_rand_score  # noqa: PLC0415 - for types alone

    scores = [
        adjusted_rand_score(member, _nearest(sample, _centers(rows.whole, rows.group(groups))))
        for rows in again
        if len(np.unique(rows.whole, axis=0)) >= groups
    ]
    return float(np.mean(scores)) if scores else np.nan


def _by_gap(choice: pd.DataFrame) -> int | None:
    """Return the smallest number of groups whose gap is within an error of the next one's."""
    for groups, after in zip(choice.index[:-1], choice.index[1:], strict=True):
        if choice.loc[groups, "gap"] >= choice.loc[after, "gap"] - choice.loc[after, "gap_error"]:
            return int(groups)
    return None


def _ordered(member: Ints, priority: pd.Series, index: pd.Index) -> pd.Series:
    """Return the groups numbered by mean priority, the highest first; of equal ones that with the lowest zone id."""
    urgent = pd.Series(priority.to_numpy(float), dtype=float).groupby(member).mean().round(9)
    first = pd.Series(np.arange(len(member))).groupby(member).min()
    order = urgent.index[np.lexsort((first.to_numpy(), -urgent.fillna(-np.inf).to_numpy()))]
    number = {old: new for new, old in enumerate(order, 1)}
    return pd.Series([number[k] for k in member.tolist()], index=index, dtype="Int64", name="type")


def _words(row: pd.Series, groups: int, grouping: str, *, given: bool, first_gap: int | None) -> tuple[str, str]:
    """Return why there are so many groups, and how firm they are."""
    if given:
        zh, en = f"分为 {groups} 类（由使用者指定）", f"{groups} types, as asked for"
    elif grouping == "gmm":
        zh, en = f"分为 {groups} 类：BIC 最低", f"{groups} types: the lowest BIC"
    else:
        zh, en = f"分为 {groups} 类：平均轮廓系数最高", f"{groups} types: the highest mean silhouette"
    zh += f"。轮廓系数 {row['silhouette']:.2f}，重抽样稳定性（调整兰德指数）{row['stability']:.2f}"
    en += (
        f". Silhouette {row['silhouette']:.2f}, stability under resampling (adjusted Rand index) {row['stability']:.2f}"
    )
    if first_gap is not None:
        zh += f"；间隔统计量支持 {first_gap} 类"
        en += f"; the gap statistic speaks for {first_gap}"
    doubts = []
    if row["silhouette"] <= WEAK_SILHOUETTE:
        doubts.append(("各类界线不清", "the groups run into each other"))
    if row["stability"] < STABLE:
        doubts.append(("换一批片区结果会变", "other zones would give other groups"))
    if row["smallest"] == 1:
        doubts.append(("有的类只含一个片区", "one type is a single zone"))
    if doubts:
        zh += "。慎用：" + "，".join(d[0] for d in doubts)
        en += ". Use with care: " + ", ".join(d[1] for d in doubts)
    return f"{zh}。", f"{en}."
