"""What the needs that residents name are called in Chinese and English: by their words or by the defect they are about.

An option of a questionnaire is in one language. Where its need is a defect, the other language has the defect's own
title (what is wrong) or its works (what is to be done).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from geoprio.indicators.needs.columns import ABOUT, KINDS, need_column

if TYPE_CHECKING:
    from geoprio.indicators.needs import QuestionFound
    from geoprio.outputs.result import Result

Pair = tuple[str, str]

CHINESE: Final = re.compile(r"[\u3400-\u9fff]")
NUMBERED: Final = re.compile(r"^(?:第\s*)?\d+\s*(?:题\s*[:：]?|[、.．:：)）])\s*")
"""A number before a heading of a questionnaire."""
BESIDE: Final = re.compile(r"\s*[(（]\s*(?:可多选|多选|单选|必填|multiple|single)[^)）]*[)）]\s*$", re.IGNORECASE)
WRONG: Final = "problem"
VOTE: Final = "_vote"


def need_defects(result: Result) -> dict[str, str]:
    """Return the defect that each need is about: it has its code, or its indicator is that defect's share."""
    survey = result.project.get("survey")
    found = {code: code for code in result.defects}
    for need, parts in (survey["indicators"] if survey else {}).items():
        for code in [parts] if isinstance(parts, str) else parts:
            defect = code.removesuffix("_share")
            if defect != code and defect in result.defects:
                found.setdefault(need, defect)
    return found


def need_title(result: Result, about: str, need: str, words: str) -> Pair:
    """Return what a need is called in zh and en.

    Parameters
    ----------
    result : Result
    about : str
        What the question asks: ``problem`` is told by what is wrong, all else by what is to be done.
    need : str
    words : str
        Of the option, or of the project file. They stand in their own language.
    """
    code = need_defects(result).get(need)
    if code is None:
        return words, words
    defect = result.defects[code]
    zh, en = defect.title_zh, defect.title_en
    if about != WRONG:
        zh, en = defect.work_zh or zh, defect.work_en or en
    return (words, en) if CHINESE.search(words) else (zh, words)


def decided_title(result: Result, need: str, words: str) -> Pair:
    """Return what meetings and votes were about: works, where the need is a defect; its words may say what is wrong."""
    survey = result.project.get("survey")
    code = need_defects(result).get(need)
    if code is None or (survey and need in survey["titles"]):
        return need_title(result, "measure", need, words)
    defect = result.defects[code]
    return defect.work_zh or defect.title_zh, defect.work_en or defect.title_en


def heading(text: str) -> str:
    """Return a question without its number and without what is said of how to answer.

    Examples
    --------
    >>> heading("8、如需居民出资，您家愿意承担多少（单选）")
    '如需居民出资，您家愿意承担多少'
    """
    return BESIDE.sub("", NUMBERED.sub("", text.strip())) or text


def asked_title(column: str, result: Result) -> Pair | None:
    """Return the title of a zone column of what residents say or decided; None for any other column."""
    if result.needs is None or column not in result.needs.titles:
        return None
    for q in result.needs.questions:
        for need, words in zip(q.needs, q.titles, strict=True):
            for kind, (kind_zh, kind_en, _) in KINDS.items():
                if need_column(q.code, need, kind) == column:
                    (zh, en), (of_zh, of_en) = need_title(result, q.about, need, words), _asked(q, result)
                    return f"{of_zh}·{zh}：{kind_zh}", f"{of_en} {en}: {kind_en}"
    votes = result.needs.votes
    if votes is not None and column.endswith(VOTE):
        mine = votes.loc[votes["need"] == column.removesuffix(VOTE), "title"]
        if len(mine):
            zh, en = decided_title(result, column.removesuffix(VOTE), str(mine.iloc[0]))
            return f"业主表决·{zh}", f"Owners' vote: {en}"
    return result.needs.titles[column]


def _asked(question: QuestionFound, result: Result) -> Pair:
    """Return what a question asks; of one that is about something else the answers alone do not tell it."""
    zh, en = ABOUT[question.about]
    survey = result.project.get("survey")
    if question.about != "other" or not survey:
        return zh, en.capitalize()
    column = next((str(q["column"]) for q in survey["questions"] if q["code"] == question.code), question.code)
    named = survey["titles"].get(question.code, heading(column))
    return f"{zh}“{named}”", f"{en.capitalize()} to “{named}”:"
