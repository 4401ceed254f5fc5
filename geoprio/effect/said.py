"""What residents said in the surveys of two finished runs: how far shares changed, with intervals.

A run keeps shares with their intervals and no single answer. The interval of a change is made of those two as
`geoprio.effect.surveys.share_change` makes it; both samples are taken to be drawn independently of each other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from geoprio.effect.comparable import hashes_of
from geoprio.effect.surveys import FEW, mover

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geoprio.effect.runs import FinishedRun

SIDES: Final = ("before", "after")
ENDS: Final = ("share", "low", "high")
SAME: Final = ("两次用的是同一份居民问卷，未作前后比较", "Both runs hold the same survey: it is not compared")
CAVEAT: Final = (
    "居民问卷：95% 区间，两次作答者视为相互独立；任一次不足 5 份的片区不列数；片区多，个别区间会偶然不含 0",
    (
        "Surveys: 95 % intervals, both samples taken as independent; zones with fewer than 5 answers in either are not "
        "told; among many zones some intervals leave out 0 by chance"
    ),
)
COLUMNS: Final = ("n_before", "n_after", "before", "after", "change", "low", "high", "verdict")


def _empty(*names: str) -> pd.DataFrame:
    index = pd.MultiIndex.from_arrays([[] for _ in names], names=list(names))
    return pd.DataFrame(columns=["title", *COLUMNS], index=index)


@dataclass(frozen=True)
class Said:
    """What changed in the answers.

    Attributes
    ----------
    city : DataFrame
        Index (`question`, `need`); `title`, `n_before`, `n_after` (answers), `before`, `after` (weighted shares),
        `change`, `low`, `high` (95 %), `verdict`: up or down where the interval leaves out 0, else unsure; few where
        either survey has fewer than five answers, and all else is missing.
    zones : DataFrame
        Index (`question`, `need`, `zone_id`); the same by zone.
    notes : tuple of (zh, en)
    """

    city: pd.DataFrame = field(default_factory=lambda: _empty("question", "need"))
    zones: pd.DataFrame = field(default_factory=lambda: _empty("question", "need", "zone_id"))
    notes: tuple[tuple[str, str], ...] = ()


def said_changes(one: FinishedRun, two: FinishedRun, ids: pd.Index) -> Said:
    """Return how far the shares of residents who name a need changed between two runs.

    Parameters
    ----------
    one, two : FinishedRun
    ids : Index
        Zones to compare.

    Returns
    -------
    Said
        Without rows where the runs share no question or hold the same survey. Questions of one code that were asked in
        another way (other options, or one answer instead of several) are told in the notes and not compared.
    """
    if hashes_of(one, "survey") == hashes_of(two, "survey"):
        return Said(notes=(SAME,) if one.answers else ())
    notes, city, zones = [], [], []
    asked = [_asked(run) for run in (one, two)]
    for code, question in asked[0].items():
        if code not in asked[1]:
            continue
        if _way(question) != _way(asked[1][code]):
            notes.append(
                (f"问题 {code} 两次问法不同，未比较", f"question {code} was asked in another way: not compared")
            )
            continue
        zones += list(_by_zone(one, two, ids, code))
        told = [run.answers.get(code, {}) for run in (one, two)]
        for need in [n for n in told[0] if n in told[1]]:
            sides = [{k: np.array([_number(side[need].get(k))]) for k in ("n", *ENDS)} for side in told]
            city.append(_table(code, need, str(told[1][need].get("title") or need), sides, None))
    if zones:
        notes.append(CAVEAT)
    return Said(
        pd.concat(city) if city else _empty("question", "need"),
        pd.concat(zones) if zones else _empty("question", "need", "zone_id"),
        tuple(notes),
    )


def _asked(run: FinishedRun) -> dict[str, dict[str, Any]]:
    return {str(q["code"]): q for q in (run.project.get("survey") or {}).get("questions") or ()}


def _way(question: dict[str, Any]) -> tuple[Any, ...]:
    """Return what of a question decides what its shares are of; headings and numbers of columns may differ."""
    options = question.get("options") or {}
    return question.get("about"), bool(question.get("multiple")), tuple(sorted(set(options.values())))


def _number(value: object) -> float:
    return np.nan if value is None else float(str(value))


def _by_zone(one: FinishedRun, two: FinishedRun, ids: pd.Index, code: str) -> Iterator[pd.DataFrame]:
    """Yield a table for each need of a question that both runs tell by zone."""
    frames = [pd.DataFrame(run.zones).reindex(ids) for run in (one, two)]
    if any(f"{code}_n" not in frame for frame in frames):
        return
    titles = {need: str(row.get("title") or need) for need, row in two.answers.get(code, {}).items()}
    for need, title in titles.items():
        names = [f"{code}_{need}_{end}" for end in ENDS]
        if any(name not in frame for name in names for frame in frames):
            continue
        sides = [
            {"n": frame[f"{code}_n"].to_numpy(float, na_value=np.nan)}
            | {end: frame[name].to_numpy(float) for end, name in zip(ENDS, names, strict=True)}
            for frame in frames
        ]
        yield _table(code, need, title, sides, ids)


def _table(code: str, need: str, title: str, sides: list[dict[str, Any]], ids: pd.Index | None) -> pd.DataFrame:
    """Return the change of one need; numbers of what too few answered are missing."""
    told = np.logical_and.reduce([np.nan_to_num(side["n"]) >= FEW for side in sides])
    told &= np.logical_and.reduce([np.isfinite(side[end]) for side in sides for end in ENDS])
    p, q = ({end: np.where(told, side[end], np.nan) for end in ENDS} for side in sides)
    none = np.zeros(len(told))
    down, up = mover(p["share"], p["low"], p["high"], q["share"], q["low"], q["high"], none)
    change = q["share"] - p["share"]
    low, high = change - down, change + up
    verdict = np.select([~told, low > 0, high < 0], ["few", "up", "down"], "unsure")
    parts = [np.where(told, side["n"], np.nan) for side in sides]
    table = pd.DataFrame(
        {"title": title, "n_before": parts[0], "n_after": parts[1], "before": p["share"], "after": q["share"],
         "change": change, "low": low, "high": high, "verdict": verdict}
    )  # fmt: skip
    if ids is None:
        table.index = pd.MultiIndex.from_tuples([(code, need)], names=["question", "need"])
    else:
        table.index = pd.MultiIndex.from_product([[code], [need], ids], names=["question", "need", "zone_id"])
    return table
