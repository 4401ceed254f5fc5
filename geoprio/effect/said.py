"""What residents said in the surveys of two finished runs: how far shares and means changed, with intervals.

A run keeps shares and means with their errors and no single answer. The interval of a change is made of those two as
`geoprio.effect.surveys` makes it; both samples are taken to be drawn independently of each other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control, norm, t

from geoprio.effect.comparable import hashes_of
from geoprio.effect.said_parts import ENDS, mean_parts, means_of_groups, share_parts, shares_of_groups
from geoprio.effect.surveys import FEW, mover
from geoprio.indicators.needs.shares import CONFIDENCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geoprio._core.typing import Floats
    from geoprio.effect.runs import FinishedRun

MEAN: Final = "(mean)"
"""Stands in the place of a need where a row is about the mean of a scale: no need is called so."""
MEAN_TITLE: Final = "均分 mean"
BY: Final = ("district", "zone_type")
SAME: Final = ("两次用的是同一份居民问卷，未作前后比较", "Both runs hold the same survey: it is not compared")
CAVEAT: Final = (
    "居民问卷：95% 区间，两次作答者视为相互独立；任一次不足 5 份的片区不列数；升降按多重检验（Benjamini–Hochberg）判定",
    (
        "Surveys: 95 % intervals, both samples taken as independent; zones with fewer than 5 answers in either are not "
        "told; up and down allow for how many are looked at (Benjamini and Hochberg)"
    ),
)
GROUPS: Final = (
    "居民问卷分组：只含两次均可列数的片区，各片区前后同按改造前居民数计权",
    "Surveys by group: of the zones told in both runs alone, each weighing its residents before in both",
)
COLUMNS: Final = ("n_before", "n_after", "before", "after", "change", "low", "high", "p", "q", "verdict")
LEVEL: Final = 1 - CONFIDENCE + 1e-12


def _empty(*names: str) -> pd.DataFrame:
    index = pd.MultiIndex.from_arrays([[] for _ in names], names=list(names))
    return pd.DataFrame(columns=["title", "unit", *COLUMNS], index=index)


@dataclass(frozen=True)
class Said:
    """What changed in the answers.

    Attributes
    ----------
    city : DataFrame
        Index (`question`, `need`); `title`, `unit` (share, or score: the mean of a scale, whose need is ``(mean)``),
        `n_before`, `n_after` (answers), `before`, `after` (weighted), `change`, `low`, `high` (95 %), `p`, `q` (p by
        Benjamini and Hochberg over the rows of the city), `verdict`: up or down where q is at most 0.05, else unsure;
        few where either survey has fewer than five answers, and all else is missing.
    zones : DataFrame
        Index (`question`, `need`, `zone_id`); the same by zone, q over the zones of one question and need.
    groups : DataFrame
        Index (`by`, `group`, `question`, `need`); the same by district and kind of zone, q over the groups of one kind,
        question and need, and `zones`: how many of them are told in both runs. The others are not in it.
    notes : tuple of (zh, en)
    """

    city: pd.DataFrame = field(default_factory=lambda: _empty("question", "need"))
    zones: pd.DataFrame = field(default_factory=lambda: _empty("question", "need", "zone_id"))
    groups: pd.DataFrame = field(default_factory=lambda: _empty("by", "group", "question", "need"))
    notes: tuple[tuple[str, str], ...] = ()


def said_changes(one: FinishedRun, two: FinishedRun, ids: pd.Index, people: pd.Series | None = None) -> Said:
    """Return how far what residents say changed between two runs.

    Parameters
    ----------
    one, two : FinishedRun
    ids : Index
        Zones to compare.
    people : Series, optional
        Residents of the zones before, by which zones of a group count; default: each the same.

    Returns
    -------
    Said
        Without rows where the runs share no question or hold the same survey. Questions of one code that were asked in
        another way (other options, or one answer instead of several) are told in the notes and not compared; of other
        scores the mean alone is not.
    """
    if hashes_of(one, "survey") == hashes_of(two, "survey"):
        return Said(notes=(SAME,) if one.answers else ())
    weight = np.ones(len(ids)) if people is None else people.reindex(ids).fillna(0.0).to_numpy(float)
    notes: list[tuple[str, str]] = []
    found: dict[str, list[pd.DataFrame]] = {"city": [], "zones": [], "groups": []}
    asked = [_asked(run) for run in (one, two)]
    for code, question in asked[0].items():
        if code not in asked[1]:
            continue
        if _way(question) != _way(asked[1][code]):
            notes.append(
                (f"问题 {code} 两次问法不同，未比较", f"question {code} was asked in another way: not compared")
            )
            continue
        _add_shares(found, one, two, ids, code, weight)
        if question.get("scores", {}) != asked[1][code].get("scores", {}):
            notes.append(
                (f"问题 {code} 两次赋分不同，均分未比较", f"question {code} has other scores: no mean compared")
            )
        elif code in one.means and code in two.means:
            _add_means(found, one, two, ids, code, weight)
    if found["zones"]:
        notes.append(CAVEAT)
    if found["groups"]:
        notes.append(GROUPS)
    empty = Said()
    tables = {key: pd.concat(parts) if parts else getattr(empty, key) for key, parts in found.items()}
    return Said(_judged(tables["city"], ()), _judged(tables["zones"], ("question", "need")),
                _judged(tables["groups"], ("by", "question", "need")), tuple(notes))  # fmt: skip


Found = dict[str, list[pd.DataFrame]]
"""Tables of the city, of zones and of groups."""


def _add_shares(
    found: Found, one: FinishedRun, two: FinishedRun, ids: pd.Index, code: str, weight: Floats
) -> None:  # fmt: skip
    for need, title, city, sides in _needs(one, two, ids, code):
        if city is not None:
            found["city"].append(_row_of(_shares(*city), (code, need), title, "share"))
        if sides is not None:
            found["zones"].append(_rows_of(_shares(*sides), (code, need), title, "share", ids))
            found["groups"] += _groups(one, ids, sides, weight, (code, need, title, "share"))


def _add_means(
    found: Found, one: FinishedRun, two: FinishedRun, ids: pd.Index, code: str, weight: Floats
) -> None:  # fmt: skip
    city, sides = mean_parts(one.means[code], two.means[code], ids)
    found["city"].append(_row_of(_means(*city), (code, MEAN), MEAN_TITLE, "score"))
    found["zones"].append(_rows_of(_means(*sides), (code, MEAN), MEAN_TITLE, "score", ids))
    found["groups"] += _groups(one, ids, sides, weight, (code, MEAN, MEAN_TITLE, "score"))


def _asked(run: FinishedRun) -> dict[str, dict[str, Any]]:
    return {str(q["code"]): q for q in (run.project.get("survey") or {}).get("questions") or ()}


def _way(question: dict[str, Any]) -> tuple[Any, ...]:
    """Return what of a question decides what its shares are of; headings and numbers of columns may differ."""
    options = question.get("options") or {}
    return question.get("about"), bool(question.get("multiple")), tuple(sorted(set(options.values())))


Sides = tuple[dict[str, "Floats"], dict[str, "Floats"]]
"""n and the parts of an estimate in both runs, as arrays alike."""


def _needs(
    one: FinishedRun, two: FinishedRun, ids: pd.Index, code: str
) -> Iterator[tuple[str, str, Sides | None, Sides | None]]:
    """Yield each need of a question with its shares in the city and by zone, as far as both runs tell them."""
    told = [run.answers.get(code, {}) for run in (one, two)]
    frames = [pd.DataFrame(run.zones).reindex(ids) for run in (one, two)]
    for need, row in told[1].items():
        title = str(row.get("title") or need)
        city = None if need not in told[0] else tuple(share_parts(side[need]) for side in told)
        names = [f"{code}_n", *(f"{code}_{need}_{end}" for end in ENDS)]
        sides = None
        if all(name in frame for name in names for frame in frames):
            sides = tuple(
                {
                    part: frame[name].to_numpy(float, na_value=np.nan)
                    for part, name in zip(("n", *ENDS), names, strict=True)
                }
                for frame in frames
            )
        yield need, title, city, sides  # type: ignore[misc]  # two sides each


def _enough(sides: Sides) -> np.ndarray:
    """Return of what both runs tell something that may be told."""
    told = np.logical_and.reduce([np.nan_to_num(side["n"]) >= FEW for side in sides])
    known = np.logical_and.reduce([np.isfinite(side[end]) for side in sides for end in side])
    return np.asarray(told & known)


def _shares(one: dict[str, Floats], two: dict[str, Floats]) -> pd.DataFrame:
    """Return the changes of shares; numbers of what too few answered are missing."""
    told = _enough((one, two))
    p, q = ({end: np.where(told, side[end], np.nan) for end in ENDS} for side in (one, two))
    down, up = mover(p["share"], p["low"], p["high"], q["share"], q["low"], q["high"], np.zeros(len(told)))
    change = q["share"] - p["share"]
    error = np.where(change > 0, down, up) / norm.ppf((1 + CONFIDENCE) / 2)
    degrees = np.maximum(one["n"] + two["n"] - 2, 1.0)
    return _changes(told, (one, two), (p["share"], q["share"]), (change - down, change + up), error, degrees)


def _means(one: dict[str, Floats], two: dict[str, Floats]) -> pd.DataFrame:
    """Return the changes of means, with Student's interval."""
    told = _enough((one, two))
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.sqrt(one["error"] ** 2 + two["error"] ** 2)
        degrees = error**4 / (one["error"] ** 4 / one["degrees"] + two["error"] ** 4 / two["degrees"])
    degrees = np.where(np.isfinite(degrees), np.maximum(degrees, 1.0), 1.0)
    ends = [np.where(told, side["mean"], np.nan) for side in (one, two)]
    half, change = t.ppf((1 + CONFIDENCE) / 2, degrees) * error, ends[1] - ends[0]
    return _changes(told, (one, two), (ends[0], ends[1]), (change - half, change + half), error, degrees)


def _changes(
    told: np.ndarray, sides: Sides, ends: tuple[Floats, Floats], span: tuple[Floats, Floats], error: Floats,
    degrees: Floats,
) -> pd.DataFrame:  # fmt: skip
    change = ends[1] - ends[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        p = np.where(error > 0, 2 * t.sf(np.abs(change) / error, degrees), np.where(change == 0, 1.0, 0.0))
    parts = [np.where(told, side["n"], np.nan) for side in sides]
    return pd.DataFrame(
        {"n_before": parts[0], "n_after": parts[1], "before": ends[0], "after": ends[1], "change": change,
         "low": np.where(told, span[0], np.nan), "high": np.where(told, span[1], np.nan),
         "p": np.where(told, p, np.nan), "q": np.nan, "verdict": np.where(told, "unsure", "few")}
    )  # fmt: skip


def _groups(
    one: FinishedRun, ids: pd.Index, sides: Sides, weight: Floats, what: tuple[str, str, str, str]
) -> Iterator[pd.DataFrame]:
    """Yield what changed in each district and kind of zone, of the zones that are told in both runs."""
    code, need, title, unit = what
    told = _enough(sides) & (weight > 0)
    for by in BY:
        if by not in one.zones:
            continue
        kinds = one.zones[by].astype(object).reindex(ids)
        names, place = np.unique(kinds[kinds.notna()].astype(str), return_inverse=True)
        at = np.full(len(ids), -1)
        at[kinds.notna().to_numpy()] = place
        used = told & (at >= 0)
        # A single group would be the city once more.
        if not used.any() or len(names) < 2:
            continue
        make = shares_of_groups if unit == "share" else means_of_groups
        both = [make({k: v[used] for k, v in side.items()}, at[used], weight[used], len(names)) for side in sides]
        table = (_shares if unit == "share" else _means)(*both)
        table.insert(0, "unit", unit)
        table.insert(0, "title", title)
        table["zones"] = np.bincount(at[used], minlength=len(names))
        keys = [(by, name, code, need) for name in names]
        table.index = pd.MultiIndex.from_tuples(keys, names=["by", "group", "question", "need"])
        yield table


def _row_of(table: pd.DataFrame, key: tuple[str, str], title: str, unit: str) -> pd.DataFrame:
    table.insert(0, "unit", unit)
    table.insert(0, "title", title)
    table.index = pd.MultiIndex.from_tuples([key], names=["question", "need"])
    return table


def _rows_of(table: pd.DataFrame, key: tuple[str, str], title: str, unit: str, ids: pd.Index) -> pd.DataFrame:
    table.insert(0, "unit", unit)
    table.insert(0, "title", title)
    table.index = pd.MultiIndex.from_product([[key[0]], [key[1]], ids], names=["question", "need", "zone_id"])
    return table


def _judged(table: pd.DataFrame, family: tuple[str, ...]) -> pd.DataFrame:
    """Return a table with q over each family of rows, and the verdicts that follow."""
    if not len(table):
        return table
    known = table["p"].notna()
    parts = table.loc[known, "p"].astype(float)
    if family:
        q = parts.groupby(level=list(family), group_keys=False).transform(false_discovery_control)
    else:
        q = pd.Series(false_discovery_control(parts) if len(parts) else [], index=parts.index, dtype=float)
    table.loc[known, "q"] = q.to_numpy(float)
    sure, change = table["q"] <= LEVEL, table["change"]
    table["verdict"] = np.select([~known, sure & (change > 0), sure & (change < 0)], ["few", "up", "down"], "unsure")
    return table
