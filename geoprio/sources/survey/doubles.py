"""Answers that count twice or too fast: they are set aside with a reason, and never with a value."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from geoprio.sources.parsers import plain
from geoprio.sources.survey.personal import IDENTITY, form, kind_by_content

if TYPE_CHECKING:
    from geoprio._core.findings import Findings
    from geoprio._core.typing import Bools, Floats, Ints
    from geoprio.sources.survey.spec import SurveySpec

SUBMITTED: Final = ("提交答卷时间", "提交时间", "_submission_time", "submissiondate", "end", "submitted", "timestamp")
TOOK: Final = ("所用时间", "答题时长", "作答时长", "用时", "duration", "interviewtime")
STARTED: Final = ("start", "开始时间", "开始答题时间")
ENDED: Final = ("end", "结束时间", "提交答卷时间", "_submission_time")
SUBMISSION: Final = ("_uuid", "_id", "meta/instanceid", "meta-instanceid", "instanceid", "key", "序号", "答卷编号")
"""Columns that name a submission; the same one twice is the same answer twice."""
SYSTEM: Final = re.compile(
    r"_.*|(?:start|end|today|key|username|simserial|formhub/uuid|meta[/-].*|__version__|submissiondate|index)", re.ASCII
)
"""Columns that KoBo and ODK add."""
LEAST_ALIKE: Final = 5
"""Answers alike in fewer columns than this may be alike by chance."""
LEAST_TIMES: Final = 10
"""Of fewer times no median is taken to judge by."""
SPAN: Final = re.compile(
    r"(?:(\d+)\s*(?:小时|时|h))?\s*(?:(\d+)\s*(?:分钟|分|min|m))?\s*(?:(\d+(?:\.\d+)?)\s*(?:秒|s|sec)?)?", re.IGNORECASE
)
DATED: Final = re.compile(r"\s*(?:19|20)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}")
CLOCK: Final = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{2})")


@dataclass(frozen=True)
class Meta:
    """What is known of each answer beside its content; nothing of it leaves the reading.

    Attributes
    ----------
    when : ndarray of float, shape (n,)
        Seconds; NaN where not known.
    took : ndarray of float, shape (n,)
        Seconds.
    submission, person : ndarray of int, shape (n,)
        The same number for the same one; -1 where not known.
    system : tuple of str
        Columns that are no answers.
    """

    when: Floats
    took: Floats
    submission: Ints
    person: Ints
    system: tuple[str, ...]


def seconds(text: str) -> float:
    """Return a span of time in seconds; NaN where it is none.

    Examples
    --------
    >>> seconds("123秒"), seconds("2分3秒"), seconds("123"), seconds("1:02:03")
    (123.0, 123.0, 123.0, 3723.0)
    """
    span = plain(text)
    clock = CLOCK.fullmatch(span)
    if clock:
        return 3600.0 * int(clock[1] or 0) + 60 * int(clock[2]) + int(clock[3])
    found = SPAN.fullmatch(span)
    if not found or not any(found.groups()):
        return float("nan")
    return 3600.0 * int(found[1] or 0) + 60 * int(found[2] or 0) + float(found[3] or 0)


def moments(values: pd.Series) -> Floats:
    """Return moments as seconds since 1970; NaN where there is none."""
    # Anything else, such as -2 for no answer, would be taken for a year.
    texts = values.astype("str")
    texts = texts.where(texts.str.match(DATED).fillna(False))  # noqa: FBT003 - a blank is no date
    read = pd.to_datetime(texts, errors="coerce", format="mixed", utc=True)
    return np.asarray((read - pd.Timestamp(0, tz="UTC")).dt.total_seconds(), np.float64)


def meta_of(table: pd.DataFrame, spec: SurveySpec, personal: pd.DataFrame) -> Meta:
    """Return what is known of each answer beside its content.

    Parameters
    ----------
    table : DataFrame of text
        With all its columns, the personal ones too.
    spec : SurveySpec
    personal : DataFrame
        From `personal_columns`.
    """
    when_name, took_name = spec.time or _known(table, SUBMITTED), spec.duration or _known(table, TOOK)
    nothing = np.full(len(table), np.nan)
    when = moments(table[when_name]) if when_name else nothing
    start, end = _known(table, STARTED), _known(table, ENDED)
    if took_name:
        spans = {text: seconds(text) for text in table[took_name].dropna().unique()}
        took = table[took_name].map(spans).astype(float).to_numpy(np.float64)
    elif start and end:
        took = moments(table[end]) - moments(table[start])
    else:
        took = nothing
    who = [c for c in personal.index if personal.loc[c, "kind"] in IDENTITY]
    person = _numbers(_identities(table[who])) if who else np.full(len(table), -1)
    if spec.device:
        device = _numbers(table[spec.device])
        person = np.where(person >= 0, person, np.where(device >= 0, device + len(table), -1))
    submission = _known(table, SUBMISSION)
    system = [str(c) for c in table.columns if SYSTEM.fullmatch(form(str(c)))]
    used = (when_name, took_name, start, end, submission, spec.device)
    system = list(dict.fromkeys([*(c for c in used if c), *system]))
    by_submission = _numbers(table[submission]) if submission else np.full(len(table), -1)
    return Meta(when, np.where(took >= 0, took, np.nan), by_submission, person, tuple(system))


def _known(table: pd.DataFrame, names: tuple[str, ...]) -> str | None:
    """Return the first column with one of the names, as it stands or at the end of its groups."""
    there = {form(str(c)): str(c) for c in reversed(table.columns)}
    return next((there[n] for n in names if n in there), None)


def _identities(columns: pd.DataFrame) -> pd.Series:
    """Return the first whole phone or ID number of each row."""
    whole = columns.apply(lambda c: c.where(c.map(lambda t: isinstance(t, str) and kind_by_content(t) in IDENTITY)))
    first: pd.Series = whole.apply(lambda c: c.str.replace(r"\D", "", regex=True)).bfill(axis=1).iloc[:, 0]
    return first


def _numbers(values: pd.Series) -> Ints:
    codes, _ = pd.factorize(values.to_numpy(object))
    return np.asarray(codes, np.int64)


def aside(table: pd.DataFrame, meta: Meta, spec: SurveySpec, answers: list[str], findings: Findings) -> Bools:
    """Return which rows are set aside, and put them into the rejects.

    Parameters
    ----------
    table : DataFrame of text
        Without personal columns.
    meta : Meta
    spec : SurveySpec
    answers : list of str
        Columns that are compared.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    out = np.zeros(len(table), bool)
    for keys, what in ((meta.submission, "the same submission as"), (meta.person, "the same phone, ID or device as")):
        out |= _again(table, keys, out, what, findings)
    if spec.duplicate_minutes > 0:
        out |= _alike(table, meta, spec, answers, out, findings)
    known = meta.took[~out & np.isfinite(meta.took)]
    if spec.min_time_share > 0 and len(known) >= LEAST_TIMES:
        limit = spec.min_time_share * float(np.median(known))
        fast = ~out & (meta.took < limit)
        reason = f"answered in less than {limit:.4g} s, {100 * spec.min_time_share:g} % of the median time"
        findings.reject("survey", table.index[fast], reason, "set [survey] min_time_share, if it is to count")
        out |= fast
    elif spec.min_time_share > 0:
        findings.info("survey", f"{len(known)} times of answering are known: too few to tell who was too fast")
    return out


def _again(table: pd.DataFrame, keys: Ints, gone: Bools, what: str, findings: Findings) -> Bools:
    """Set aside rows whose key an earlier row has."""
    left = pd.Series(np.where(gone, -1, keys), index=table.index)
    known = left[left >= 0]
    again = known.duplicated()
    first = known.reset_index().groupby(0)["row"].first()
    for row in again.index[again]:
        findings.reject("survey", [row], f"{what} row {first[known[row]]}", "leave it out, or nothing is to be done")
    return table.index.isin(again.index[again])


def _alike(
    table: pd.DataFrame, meta: Meta, spec: SurveySpec, answers: list[str], gone: Bools, findings: Findings
) -> Bools:
    """Set aside rows with the same answers as one shortly before; two that are known to be of two persons stay."""
    content = table[answers].fillna("")
    enough = (content != "").sum(axis=1).to_numpy() >= LEAST_ALIKE
    key = content.groupby(answers, sort=False).ngroup().to_numpy()
    rows = pd.DataFrame({"key": key, "when": meta.when, "person": meta.person, "row": table.index})[enough & ~gone]
    out = np.zeros(len(table), bool)
    twins = rows[rows["key"].duplicated(keep=False)]
    if twins.empty:
        return out
    if twins["when"].isna().any():
        findings.warn(
            "survey", f"{len(twins)} answers are alike in all columns; without their times they count. Name the time"
        )
    twins = twins.dropna(subset="when").sort_values(["key", "when", "row"])
    before = twins.shift()
    near = (twins["key"] == before["key"]) & (twins["when"] - before["when"] <= 60 * spec.duplicate_minutes)
    near &= (twins["person"] < 0) | (before["person"] < 0) | (twins["person"] == before["person"])
    reason = f"the same answers as another within {spec.duplicate_minutes:g} minutes"
    findings.reject("survey", twins["row"][near], reason, "set [survey] duplicate_minutes = 0, if they are to count")
    out[twins.index[near]] = True
    return out
