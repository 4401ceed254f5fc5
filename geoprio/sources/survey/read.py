"""Read a survey: its columns found, personal ones dropped, doubles and speeders set aside, answers as yes and no."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from geoprio._core.errors import InputError
from geoprio.sources.survey.answers import ROLE, Question, cleaned, mapped_columns, read_group, read_question
from geoprio.sources.survey.doubles import aside, meta_of
from geoprio.sources.survey.grid import find_column, read_grid, widened
from geoprio.sources.survey.personal import form, holds_personal, personal_columns, shown, without_personal

if TYPE_CHECKING:
    from pathlib import Path

    from geoprio._core.findings import Findings
    from geoprio._core.typing import Floats
    from geoprio.sources.survey.spec import SurveySpec

MOST_WEIGHT: Final = 1e9
"""No answer stands for more people than this: a greater number is a slip."""
WJX_MARKS = ("提交答卷时间", "所用时间", "来自ip")
KOBO_MARKS = (
    "_uuid",
    "_submission_time",
    "_id",
    "meta/instanceid",
    "meta-instanceid",
    "formhub/uuid",
    "submissiondate",
)


@dataclass(frozen=True)
class Survey:
    """The answers that count; nothing in it tells who gave them.

    Attributes
    ----------
    zone : Series of str
        Index = row in the file: what was answered to the question of the compound, without numbers of a person. It
        is there to be joined to the zones, and is shown only where several say the same.
    groups : DataFrame of str
        One column for each group: the group's code, missing where it is not known.
    questions : tuple of Question
        Rows in the order of `zone`.
    weight : ndarray of float, shape (n,)
        Weights that the answers came with, else 1.
    personal : tuple of dict
        Columns that were dropped: `column`, `kind`, `why`, `cells`.
    report : dict
        Counts for the data-quality report.
    days : tuple of date, optional
        First and last day on which the answers that count were given; None where the file tells no times.
    """

    zone: pd.Series = field(repr=False)
    groups: pd.DataFrame = field(repr=False)
    questions: tuple[Question, ...] = field(repr=False)
    weight: Floats = field(repr=False)
    personal: tuple[dict[str, Any], ...]
    report: dict[str, Any]
    days: tuple[dt.date, dt.date] | None = None


def read_survey(spec: SurveySpec, base: Path, findings: Findings) -> Survey:
    """Return the answers of the survey that the project file names.

    Parameters
    ----------
    spec : SurveySpec
    base : Path
        The project's folder.
    findings : Findings
        Takes what was dropped and set aside; of answers only the rows.

    Returns
    -------
    Survey

    Raises
    ------
    InputError, MissingError
        If the file cannot be read, a column is not there, or no answer is left. No message holds an answer.
    """
    table = read_grid(spec, base, ROLE, findings)
    rows = len(table)
    if spec.long is not None:
        table = widened(table, spec.long, ROLE, spec.path)
    spec = _found(table, spec)
    used = mapped_columns(table, spec)
    personal = personal_columns(table, spec.personal, used)
    meta = meta_of(table, spec, personal)
    kind = _kind(table, spec, findings)
    dropped = [c for c in personal.index if c not in used]
    _tell_dropped(personal.loc[dropped], findings)
    idle = [c for c in map(str, table.columns) if c not in {*used, *dropped, *meta.system}]
    left = table.drop(columns=dropped)
    out = aside(left, meta, spec, [*used, *idle], findings)
    kept = left.loc[~out, list(used)]
    if kept.empty:
        where = f"[{ROLE}] {spec.path}"
        raise InputError(
            f"{where}: all {len(table)} answers are set aside:",
            # What people wrote is in no message.
            *(f"{where}: {line}" for line in findings.lacks(ROLE, values=False)),
        )
    if idle:
        findings.info(ROLE, f"columns that no question uses, not read: {', '.join(map(shown, idle))}")
    questions = tuple(read_question(kept, q, spec, kind, findings) for q in spec.questions)
    groups = pd.DataFrame({n: read_group(kept, n, g, spec, findings) for n, g in spec.groups.items()}, index=kept.index)
    zone = _zone_texts(kept, spec, findings)
    listed = tuple({"column": shown(str(c)), **personal.loc[c].to_dict()} for c in dropped)
    report = {
        "path": spec.path, "format": kind, "rows": rows, "respondents": len(table), "set_aside": int(out.sum()),
        "answers": len(kept), "personal": [dict(p) for p in listed],
        "questions": {q.code: int(q.answered.sum()) for q in questions},
    }  # fmt: skip
    findings.sources.append(
        {"role": ROLE, "path": spec.path, "layer": spec.sheet, "crs": None, "crs_from": None,
         "encoding": "as the format says", "rows": rows, "left_by_where": len(table),
         **findings.decisions.get(ROLE, {})}
    )  # fmt: skip
    findings.used(ROLE, len(kept))
    when = meta.when[~out]
    return Survey(zone, groups, questions, _weights(kept, spec, findings), listed, report, _days(when))


def _days(when: Floats) -> tuple[dt.date, dt.date] | None:
    """Return the first and last day of moments (seconds since 1970); None without any."""
    known = when[np.isfinite(when)]
    if not len(known):
        return None
    first, last = (dt.datetime.fromtimestamp(float(x), dt.UTC).date() for x in (known.min(), known.max()))
    return first, last


def _found(table: pd.DataFrame, spec: SurveySpec) -> SurveySpec:
    """Return the spec with its single columns as they stand in the file.

    Raises
    ------
    InputError
        With a line for each that is not there.
    """
    problems: list[str] = []
    names: dict[str, Any] = {}
    for key in ("time", "duration", "device"):
        wanted = getattr(spec, key)
        if wanted is not None:
            try:
                names[key] = find_column(table, wanted, ROLE, spec.path)
            except InputError as error:
                problems += error.problems
    also = []
    for wanted in spec.personal:
        try:
            also.append(find_column(table, wanted, ROLE, spec.path))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(*problems)
    return spec.model_copy(update={**names, "personal": tuple(also)})


def _kind(table: pd.DataFrame, spec: SurveySpec, findings: Findings) -> str:
    """Return whose export it is: as the project file says, else by its columns."""
    if spec.format is not None:
        return spec.format
    there = {form(str(c)) for c in table.columns}
    kind = "wjx" if there & set(WJX_MARKS) else "kobo" if there & set(KOBO_MARKS) else "plain"
    names = {"wjx": "问卷星", "kobo": "KoBo or ODK", "plain": "a plain table"}
    findings.info(ROLE, f"taken for an export of {names[kind]}" if kind != "plain" else "taken for a plain table")
    return kind


def _tell_dropped(personal: pd.DataFrame, findings: Findings) -> None:
    if len(personal):
        parts = [f"{shown(str(c))} ({r['kind']}, by {r['why']})" for c, r in personal.iterrows()]
        findings.info(ROLE, f"{len(parts)} personal columns were dropped: {', '.join(parts)}")


def _zone_texts(table: pd.DataFrame, spec: SurveySpec, findings: Findings) -> pd.Series:
    """Return what was answered to the question of the compound, without numbers of a person."""
    column = find_column(table, spec.zone, ROLE, spec.path)
    texts = cleaned(table[column], spec.missing).str.replace(r"〖|〗", " ", regex=True)
    found = holds_personal(texts)
    if found.notna().any():
        clean = texts[found.notna()].map(without_personal)
        texts = texts.mask(found.notna(), clean.mask(clean == "").reindex(texts.index))
        findings.info(
            ROLE, f"{shown(column)}: flats, phones and the like were cut from {int(found.notna().sum())} answers"
        )
    none = texts.isna()
    findings.reject(
        ROLE, table.index[none], "it names no compound; it counts for the city only", "nothing is to be done",
        column=shown(column),
    )  # fmt: skip
    return texts.rename("zone")


def _weights(table: pd.DataFrame, spec: SurveySpec, findings: Findings) -> Floats:
    """Return the weights that the answers came with; one that is missing is the mean of the others."""
    if spec.weight is None:
        return np.ones(len(table))
    column = find_column(table, spec.weight, ROLE, spec.path)
    read = pd.to_numeric(table[column], errors="coerce").astype(float)
    read = read.where((read > 0) & (read <= MOST_WEIGHT))
    findings.reject(
        ROLE, table.index[read.isna()], "no weight above zero, or one beyond reason; the mean is taken",
        "give a plain number",
        column=shown(column),
    )  # fmt: skip
    if read.isna().all():
        raise InputError(f"[{ROLE}] {spec.path}: {shown(column)!r} holds no weight above zero; leave weight out.")
    return np.asarray(read.fillna(read.mean()), np.float64)
