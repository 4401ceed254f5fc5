"""From columns to answers: which options each respondent chose, whatever the layout of the export.

Three layouts are read: one column with all chosen options, one column of 1 and 0 for each option, and both at once.
What a respondent wrote beside an option (〖…〗) is left out unread.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from geoprio._core.errors import InputError
from geoprio.sources.parsers import Refused, is_blank, number, plain, yes_no
from geoprio.sources.spec.base import CATEGORY_PATTERN
from geoprio.sources.survey.grid import JOINED, columns_of, find_column, number_of
from geoprio.sources.survey.personal import common_texts, kind_by_name, shown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geoprio._core.findings import Findings
    from geoprio._core.typing import Bools, Ints
    from geoprio.sources.survey.spec import SurveyGroup, SurveyQuestion, SurveySpec

ROLE: Final = "survey"
MISSING: Final = frozenset(("-2", "-3", "(跳过)", "(空)", "跳过", "未作答", "未填写"))
"""Codes and words of 问卷星 for a question that was not shown (-3) or left blank (-2)."""
FILLED: Final = re.compile(r"〖[^〗]*〗?")
SPLIT: Final = re.compile(r"^\s*[(:/〖—]\s*(.*?)\s*[)〗]?\s*:?\s*$")
"""What follows a question's heading in the heading of an option: (option), :option, /option, 〖option〗."""
OF_NUMBER: Final = re.compile(r"^\s*第\s*\d{1,3}\s*题\s*[(:]\s*(.*?)\s*\)?\s*$|^\s*\d{1,3}\s*[、.:]\s*\((.*)\)\s*$")
"""Headings of an option that name the question by its number only."""
SEPARATORS: Final = {"wjx": (JOINED, "→"), "kobo": (JOINED, " "), "plain": (JOINED, "→", ";", "|")}


@dataclass(frozen=True)
class Question:
    """What the respondents chose.

    Attributes
    ----------
    code : str
    about : str
        ``problem``, ``measure``, ``support`` or ``other``.
    needs : tuple of str
        What the options stand for; the columns of `chosen`.
    chosen : ndarray of bool, shape (respondents, needs)
    answered : ndarray of bool, shape (respondents,)
        Whether the question was asked and answered; where not, `chosen` is False and means nothing.
    titles : tuple of str
        How each need is called.
    """

    code: str
    about: str
    needs: tuple[str, ...]
    chosen: Bools
    answered: Bools
    titles: tuple[str, ...]


def option_form(text: str) -> str:
    """Return an option as it is compared: without what was written beside it, blanks and the case of letters."""
    return "".join(plain(FILLED.sub("", text)).lower().split())


def question_columns(table: pd.DataFrame, question: SurveyQuestion, path: str) -> tuple[str | None, dict[str, str]]:
    """Return the column with all answers of a question, or None, and the columns of its options by option.

    Raises
    ------
    InputError
        If there is neither.
    """
    headings = [str(c) for c in table.columns]
    whole = columns_of(headings, question.column)
    split = _split_columns([h for h in headings if h not in whole], question.column, whole)
    if split and not whole:
        return None, split
    if split and question.multiple:
        return whole[0], split
    return find_column(table, question.column, ROLE, path), {}


def _split_columns(headings: list[str], wanted: str, whole: list[str]) -> dict[str, str]:
    """Return the heading of each option of a question, by the option's text."""
    digits = wanted if wanted.isdigit() else number_of(wanted) or next(filter(None, map(number_of, whole)), None)
    names = [wanted, *whole] if not wanted.isdigit() else list(whole)
    out: dict[str, str] = {}
    for heading in headings:
        option = next(filter(None, (_option_after(heading, name) for name in names)), None)
        found = OF_NUMBER.match(plain(heading))
        if option is None and found and digits is not None and number_of(heading) == digits:
            option = found[1] or found[2]
        if option:
            out.setdefault(option, heading)
    return out


def _option_after(heading: str, name: str) -> str | None:
    """Return the option that a heading names after the question's heading `name`, or None."""
    long, short = plain(heading), plain(name)
    # The question may stand without its number or its groups.
    for start in (0, *(m.end() for m in re.finditer(r"[/、.:]\s*", long))):
        if long[start:].lower().startswith(short.lower()):
            after = SPLIT.match(long[start + len(short) :])
            return after[1] if after and after[1] else None
    return None


def mapped_columns(table: pd.DataFrame, spec: SurveySpec) -> tuple[str, ...]:
    """Return every column that the project file uses: zone, questions with their options, groups and weight.

    Raises
    ------
    InputError
        With a line for each that is not there.
    """
    out: dict[str, None] = {}
    problems: list[str] = []
    single = [spec.zone, *(g.column for g in spec.groups.values()), *([spec.weight] if spec.weight else [])]
    for name in single:
        try:
            out[find_column(table, name, ROLE, spec.path)] = None
        except InputError as error:
            problems += error.problems
    for question in spec.questions:
        try:
            whole, split = question_columns(table, question, spec.path)
        except InputError as error:
            problems += error.problems
            continue
        out |= dict.fromkeys([*([whole] if whole else []), *split.values()])
        if whole and not split and not question.options and (kind := kind_by_name(whole)):
            problems.append(
                f"[{ROLE}] {spec.path}: {shown(whole)!r} looks personal by its name ({kind}); a question of that name "
                "needs options, so that nothing else of it is kept."
            )
    if problems:
        raise InputError(*problems)
    return tuple(out)


def cleaned(values: pd.Series, missing: tuple[str, ...], options: Iterable[str] = ()) -> pd.Series:
    """Return texts without those that mean no answer; what a question names as an option is an answer."""
    named, said = {plain(o) for o in options} - {""}, {plain(m) for m in missing}
    forms = {v: plain(str(v)) for v in values.dropna().unique()}
    none = {f for f in forms.values() if f in said or (f not in named and (f in MISSING or is_blank(f)))}
    return values.mask(values.isin([v for v, f in forms.items() if f in none]))


def read_question(
    table: pd.DataFrame, question: SurveyQuestion, spec: SurveySpec, kind: str, findings: Findings
) -> Question:
    """Return the answers to a question.

    Parameters
    ----------
    table : DataFrame of text
        Index = row in the file.
    question : SurveyQuestion
    spec : SurveySpec
    kind : {"wjx", "kobo", "plain"}
    findings : Findings
        Takes how many answers were no option that is known; their texts are not shown.
    """
    whole, split = question_columns(table, question, spec.path)
    if split:
        picked, answered, titles = _of_split(table, whole, split, question, spec, findings)
    else:
        assert whole is not None
        picked, answered, titles = _of_cells(table[whole], question, spec, kind, findings)
    needs, names = _named(titles, question)
    chosen = np.zeros((len(table), len(needs)), bool)
    for text, code in names.items():
        if code:
            chosen[:, needs.index(code)] |= picked[text]
    if not question.multiple:
        several = chosen.sum(axis=1) > 1
        findings.reject(
            ROLE, table.index[several], f"{question.code}: several answers to a question of one; taken as missing",
            "set multiple = true if several may be chosen", column=shown(whole or question.column),
        )  # fmt: skip
        answered, chosen = answered & ~several, chosen & ~several[:, None]
    if not answered.any():
        findings.warn(ROLE, f"{question.code}: nobody answered with an option that is known; check options")
    shown_as = tuple(spec.titles.get(n) or _title(n, names) for n in needs)
    return Question(question.code, question.about, needs, chosen & answered[:, None], answered, shown_as)


def _named(texts: list[str], question: SurveyQuestion) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return the needs of a question, and the need of each option's text ("" for none)."""
    if question.options:
        given = {option_form(text): code for text, code in question.options.items()}
        names = {text: given[option_form(text)] for text in texts if option_form(text) in given}
        return tuple(dict.fromkeys(code for code in question.options.values() if code)), names
    names = {
        text: text if re.fullmatch(CATEGORY_PATTERN, text) else f"{question.code}_{place}"
        for place, text in enumerate(texts, 1)
    }
    return tuple(dict.fromkeys(names.values())), names


def _title(need: str, names: dict[str, str]) -> str:
    """Return the words of the option that stands for a need; a bare code is none."""
    words = [text for text, code in names.items() if code == need and not re.fullmatch(r"[\w.-]{1,3}", text, re.ASCII)]
    return FILLED.sub("", words[0]) if words else need


def _of_split(
    table: pd.DataFrame, whole: str | None, split: dict[str, str], question: SurveyQuestion, spec: SurveySpec,
    findings: Findings,
) -> tuple[dict[str, Bools], Bools, list[str]]:  # fmt: skip
    """Return who picked each option, who answered, and the options, from a column of 1 and 0 for each."""
    known = {option_form(o) for o in question.options}
    texts = [o for o in split if not question.options or option_form(o) in known]
    left = [shown(split[o]) for o in split if o not in texts]
    if left:
        findings.warn(ROLE, f"{question.code}: not in options, and so not read: {', '.join(left)}")
    absent = [o for o in question.options if option_form(o) not in {option_form(t) for t in texts}]
    if texts and absent and not any(option_form(o).lstrip("-").isdigit() for o in absent):
        findings.info(ROLE, f"{question.code}: no column for the options {', '.join(absent)}")
    cells = pd.DataFrame({o: cleaned(table[column], spec.missing) for o, column in split.items()})
    marks = {o: _marks(cells[o], split[o], findings) for o in split}
    anything = np.asarray(np.stack([m == 1 for m in marks.values()]).any(axis=0), bool)
    seen = np.asarray(cells.notna().to_numpy(bool).any(axis=1), bool)
    none = seen & ~anything
    if whole is not None:
        seen &= cleaned(table[whole], spec.missing).notna().to_numpy() | anything
    elif none.any() and not question.empty_is_none:
        seen &= anything
        findings.info(ROLE, f"{question.code}: {int(none.sum())} rows choose no option; taken as no answer")
    return {o: marks[o] == 1 for o in texts}, seen, texts


def _marks(cells: pd.Series, column: str, findings: Findings) -> Ints:
    """Return 1 for a chosen option, 0 for one that is not, -1 where that is not known."""
    known: dict[str, int] = {}
    for text in cells.dropna().unique():
        try:
            known[text] = int(yes_no(text))
        except Refused:
            # 问卷星 writes the option itself, or its rank, into the column where it was chosen.
            rank = _number(text)
            known[text] = -1 if rank is not None and rank < 1 else 1
    marks = cells.map(known).fillna(-1).to_numpy(np.int64)
    odd = cells.index[(marks < 0) & cells.notna().to_numpy()]
    findings.reject(ROLE, odd, "neither chosen nor not; taken as missing", "use 1 and 0", column=shown(column))
    return marks


def _number(text: str) -> float | None:
    try:
        return number(text).value
    except Refused:
        return None


def _of_cells(
    values: pd.Series, question: SurveyQuestion, spec: SurveySpec, kind: str, findings: Findings
) -> tuple[dict[str, Bools], Bools, list[str]]:
    """Return who picked each option, who answered, and the options, from one column with all of them."""
    texts = cleaned(values, spec.missing, question.options).str.replace(FILLED, "", regex=True)
    pieces = _pieces(texts, question, kind)
    forms = pieces.map(option_form)
    if question.options:
        options = list(question.options)
    else:
        first = pieces.groupby(forms).first()
        common = common_texts(forms, spec.minimum)
        counts = forms[forms.isin(common)].value_counts()
        options = [str(first[f]) for f in sorted(counts.index, key=lambda f: (-counts[f], f))]
    known = {option_form(o) for o in options}
    odd = pieces.index[~forms.isin(known)].unique()
    column = shown(str(values.name))
    findings.reject(
        ROLE, odd, f"{question.code}: an answer that is no option (not shown: it may be personal); left out",
        "add it to the question's options, if it is one", column=column,
    )  # fmt: skip
    rows = values.index.get_indexer(forms.index)
    picked = {}
    for option in options:
        hit = np.zeros(len(values), bool)
        hit[rows[forms.eq(option_form(option)).to_numpy()]] = True
        picked[option] = hit
    answered = np.zeros(len(values), bool)
    answered[rows[forms.isin(known).to_numpy()]] = True
    return picked, answered, options


def _pieces(texts: pd.Series, question: SurveyQuestion, kind: str) -> pd.Series:
    """Return every single answer under its row; a cell that is an option as a whole is not parted."""
    marks = (question.separator,) if question.separator else SEPARATORS[kind]
    if not question.multiple and question.separator is None:
        marks = (JOINED,)
    whole = {option_form(o) for o in question.options}
    parts = {
        text: [text] if option_form(text) in whole else re.split("|".join(map(re.escape, marks)), text)
        for text in texts.dropna().unique()
    }
    pieces = texts.dropna().map(parts).explode().astype("str").str.strip()
    return pieces[pieces != ""]


# ------------------------------------------------------------------------------------------------------------ groups


def read_group(table: pd.DataFrame, name: str, group: SurveyGroup, spec: SurveySpec, findings: Findings) -> pd.Series:
    """Return the group of each respondent as a code; missing where there is no answer, or none that is known."""
    column = find_column(table, group.column, ROLE, spec.path)
    texts = cleaned(table[column], spec.missing).str.replace(FILLED, "", regex=True)
    known: dict[str, str] = {}
    given = {option_form(option): code for option, code in group.options.items()}
    for text in texts.dropna().unique():
        code = given.get(option_form(text)) if group.options else _band(text, group)
        if code is not None:
            known[text] = code
    codes = texts.map(known).astype("str")
    odd = texts.notna() & codes.isna()
    findings.reject(
        ROLE, table.index[odd], f"{name}: an answer of no group (not shown: it may be personal); taken as missing",
        "add it to the group's options or bands", column=shown(column),
    )  # fmt: skip
    return codes


def _band(text: str, group: SurveyGroup) -> str | None:
    value = _number(text.rstrip("岁层楼年"))
    return next((c for c, (low, high) in group.bands.items() if value is not None and low <= value <= high), None)
