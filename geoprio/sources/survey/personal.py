"""Which columns of a survey are personal, by their names and by what they hold; what of a text may be shown.

Nothing that a respondent wrote is shown anywhere unless at least `minimum` respondents wrote the same and it holds no
number of a person. So messages name rows and columns, and never a value that only a few gave.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

import pandas as pd

from geoprio.sources.parsers import plain

ABOUT_HOMES: Final = re.compile(
    r"(?:小区|社区|院落|楼盘)的?(?:名字|名称|地址|(?:具体)?位置)|(?:地址|住址|位置)[^姓]{0,4}(?:小区|社区)$"
    r"|(?:compound|neighbou?rhood|estate|village)'?s?[ _]?(?:name|address)"
)
"""Words by which a column named as an address, or a name, is that of the compound."""


class _Word(NamedTuple):
    """A regular expression, and the kind of personal column that it tells."""

    kind: str
    pattern: re.Pattern[str]


@cache
def _words(part: str) -> tuple[_Word, ...]:
    """Return the expressions for names or for content, in the order of the file."""
    text = files("geoprio.sources.survey").joinpath("personal.toml").read_text(encoding="utf-8")
    return tuple(_Word(e["kind"], re.compile("|".join(e["any"]))) for e in tomllib.loads(text)[part])


IDENTITY: Final = ("phone", "id number")
"""Kinds that tell persons apart: two answers with the same one are of the same person."""
HIDDEN: Final = "(not shown)"
LONGEST_SHOWN: Final = 40
"""A longer answer is no option but a text of one's own."""


def form(text: str) -> str:
    """Return a text in the form in which names and numbers are looked for."""
    return plain(text).lower()


def kind_by_name(heading: str) -> str | None:
    """Return the kind of personal column that a heading names, or None.

    Examples
    --------
    >>> kind_by_name("3、您的手机号码是？"), kind_by_name("2、您所在小区名称")
    ('phone', None)
    """
    text = re.sub(r"^(?:第?\d{1,3}题?[、:.]\s*)", "", form(heading))
    for kind, words in _words("names"):
        if words.search(text) and not (kind in {"address", "name"} and ABOUT_HOMES.search(text)):
            return kind
    return None


def kind_by_content(text: str) -> str | None:
    """Return the kind of personal number that a text holds, or None.

    Examples
    --------
    >>> kind_by_content("阳光小区 138-0013-8000"), kind_by_content("阳光小区12号院")
    ('phone', None)
    """
    wide = form(text)
    return next((kind for kind, pattern in _words("content") if pattern.search(wide)), None)


def without_personal(text: str) -> str:
    """Return a text without the personal numbers in it.

    Examples
    --------
    >>> without_personal("阳光小区3号楼2单元501，13800138000")
    '阳光小区'
    """
    out = plain(text)
    for _, pattern in _words("content"):
        out = re.sub(pattern.pattern, " ", out, flags=re.IGNORECASE)
    return " ".join(out.split()).strip(" ,;:、。")


def holds_personal(values: pd.Series) -> pd.Series:
    """Return the kind of personal number in each text; missing where there is none."""
    known = {v: kind_by_content(str(v)) for v in values.dropna().unique()}
    return values.map({v: kind for v, kind in known.items() if kind is not None}).astype("str")


def shown(text: str) -> str:
    """Return a heading as it may be shown: a personal number in it is hidden."""
    return HIDDEN if kind_by_content(text) else text


def common_texts(values: pd.Series, minimum: int) -> frozenset[str]:
    """Return the texts that may be shown: given by at least `minimum` respondents, short, without a personal number."""
    counts = values.dropna().value_counts()
    return frozenset(
        str(text)
        for text in counts.index[counts >= minimum]
        if len(str(text)) <= LONGEST_SHOWN and kind_by_content(str(text)) is None
    )


def personal_columns(table: pd.DataFrame, named: Iterable[str], used: Sequence[str]) -> pd.DataFrame:
    """Return the personal columns of a table: index = heading; `kind`, `why`, `cells` (not blank).

    Parameters
    ----------
    table : DataFrame of text
    named : iterable of str
        Columns that the project file calls personal.
    used : sequence of str
        Columns of questions: their single cells are looked at where they are read, so that one number that somebody
        wrote into a field does not drop a question. They are personal only by name.
    """
    rows = []
    also = set(named)
    for column in map(str, table.columns):
        values = table[column]
        kind, why = ("named", "named in the project file") if column in also else (kind_by_name(column), "its name")
        if kind is None and column not in used:
            found = holds_personal(values).dropna()
            kind, why = (str(found.iloc[0]) if len(found) else None), f"its content, in {len(found)} cells"
        if kind is not None:
            rows.append({"column": column, "kind": kind, "why": why, "cells": int(values.notna().sum())})
    return pd.DataFrame(rows, columns=["column", "kind", "why", "cells"]).set_index("column")
