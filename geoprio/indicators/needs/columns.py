"""The zones' columns of what residents say: their names, titles and values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from geoprio.indicators.needs.study import ZoneShares
    from geoprio.sources.survey import Question, SurveyQuestion, SurveySpec

ABOUT: Final = {
    "problem": ("居民反映", "residents' problem"),
    "measure": ("居民希望", "residents' wish"),
    "support": ("居民同意", "residents agree"),
    "other": ("居民回答", "residents' answer"),
}
"""What a question asks, before the need's own words."""
KINDS: Final = {
    "share": ("提及比例", "share who name it", "share"),
    "low": ("提及比例下限（95 %）", "share, low (95 %)", "share"),
    "high": ("提及比例上限（95 %）", "share, high (95 %)", "share"),
    "support": ("提及比例（向全市收缩）", "share drawn toward the city's", "share"),
}
"""Columns of a need by what follows its name: zh, en, unit."""
WEIGHED: Final = "support"
"""The kind that a score can weigh: it is known of every zone, and no few answers make it extreme."""
NO_TITLES: Final[Mapping[str, str]] = MappingProxyType({})
PASSED: Final = "votes_passed_share"
ANCHORS: Final = "good = nobody names it, bad = everybody does: geoprio's own completion"
PASSED_ANCHORS: Final = "good = nothing is decided, bad = all that was voted on is: geoprio's own completion"


@dataclass(frozen=True)
class NeedIndicator:
    """A column of what residents say or decided, as a score weighs it; good is 0, bad 1, more is more urgent.

    Attributes
    ----------
    code, title_zh, title_en, anchors : str
    """

    code: str
    title_zh: str
    title_en: str
    anchors: str
    unit: str = "share"
    direction: int = 1


def need_column(question: str, need: str, kind: str = WEIGHED) -> str:
    """Return the name of a zone column."""
    return f"{question}_{need}_{kind}"


def share_columns(question: Question, found: ZoneShares, ids: pd.Index) -> pd.DataFrame:
    """Return what the zones' answers to a question say.

    Returns
    -------
    DataFrame
        Index `zone_id`; `{question}_status` (told, few, none), `{question}_n` (missing where there are too few to
        tell), and for each need `_share`, `_low`, `_high` (missing unless told) and `_support` (drawn toward the
        city's; known of every zone once anybody answered).
    """
    columns: dict[str, object] = {
        f"{question.code}_status": pd.array(found.status, dtype="str"),
        f"{question.code}_n": pd.array(np.where(np.isnan(found.n), np.nan, found.n), dtype="Float64").astype("Int64"),
    }
    parts = {"share": found.share, "low": found.low, "high": found.high, "support": found.shrunk}
    for j, need in enumerate(question.needs):
        columns |= {need_column(question.code, need, kind): values[:, j] for kind, values in parts.items()}
    return pd.DataFrame(columns, index=ids)


def share_titles(question: Question) -> dict[str, tuple[str, str]]:
    """Return the zh and en title of each column of `share_columns`."""
    about = ABOUT[question.about]
    titles = {
        f"{question.code}_status": (f"{about[0]}（{question.code}）：样本状态", f"{question.code}: status of answers"),
        f"{question.code}_n": (f"{about[0]}（{question.code}）：样本量", f"{question.code}: answers"),
    }
    for need, words in zip(question.needs, question.titles, strict=True):
        for kind, (zh, en, _) in KINDS.items():
            titles[need_column(question.code, need, kind)] = (
                f"{about[0]}·{words}：{zh}",
                f"{about[1].capitalize()} {words}: {en}",
            )
    return titles


def vote_columns(
    votes: pd.DataFrame, ids: pd.Index, titles: Mapping[str, str]
) -> tuple[pd.DataFrame, dict[str, tuple[str, str]]]:
    """Return what the owners of each zone decided, and the titles of the columns.

    Parameters
    ----------
    votes : DataFrame
        `zone_id`, `need`, `verdict`.
    ids : Index of str
    titles : mapping of need to words

    Returns
    -------
    DataFrame
        Index `zone_id`; `{need}_vote` (passed, failed, no_quorum, unknown; missing where there was none) and
        `votes_passed_share`: of the zone's votes those that passed, 0 where none is on record, missing where one is
        unknown.
    dict
    """
    columns: dict[str, object] = {}
    told: dict[str, tuple[str, str]] = {}
    for need, rows in votes.groupby("need", sort=True):
        name = f"{need}_vote"
        columns[name] = rows.set_index("zone_id")["verdict"].reindex(ids).astype("str")
        words = titles.get(str(need), str(need))
        told[name] = (f"业主表决·{words}", f"Owners' vote {words}")
    passed = votes["verdict"].map({"passed": 1.0, "failed": 0.0, "no_quorum": 0.0}).astype(float)
    by_zone = passed.groupby(votes["zone_id"])
    share = by_zone.mean().mask(by_zone.count() < by_zone.size())
    columns[PASSED] = share.reindex(ids).where(ids.isin(share.index), 0.0)
    told[PASSED] = ("业主表决通过比例", "Share of owners' votes that passed")
    return pd.DataFrame(columns, index=ids), told


def find_need(
    code: str, questions: Iterable[SurveyQuestion], *, votes: bool, titles: Mapping[str, str] = NO_TITLES
) -> NeedIndicator | None:
    """Return the indicator that a column of the zones is; None where it is none of what residents say.

    Parameters
    ----------
    code : str
        Such as ``problems_lift_support``.
    questions : sequence of SurveyQuestion
        Of the project file; one without options may have any need.
    votes : bool
        Whether the project has owners' votes.
    titles : mapping of need to words
        Where they are not those of the option.
    """
    if code == PASSED:
        zh, en = "业主表决通过比例", "Share of owners' votes that passed"
        return NeedIndicator(code, zh, en, PASSED_ANCHORS) if votes else None
    # A longer name first: one may begin with another.
    for question in sorted(questions, key=lambda q: len(q.code), reverse=True):
        need = code.removeprefix(f"{question.code}_").removesuffix(f"_{WEIGHED}")
        options = question.options
        if need_column(question.code, need) != code or (options and need not in options.values()):
            continue
        words = next((text for text, known in options.items() if known == need), need)
        words = titles.get(need, words)
        about, kind = ABOUT[question.about], KINDS[WEIGHED]
        return NeedIndicator(
            code, f"{about[0]}·{words}：{kind[0]}", f"{about[1].capitalize()} {words}: {kind[1]}", ANCHORS
        )
    return None


def need_finder(survey: SurveySpec | None, *, votes: bool) -> Callable[[str], NeedIndicator | None]:
    """Return what finds the indicator of a column name, by the project file.

    Parameters
    ----------
    survey : SurveySpec or None
    votes : bool
        Whether the project has owners' votes.
    """
    questions = survey.questions if survey is not None else ()
    titles = survey.titles if survey is not None else NO_TITLES
    return lambda code: find_need(code, questions, votes=votes, titles=titles)
