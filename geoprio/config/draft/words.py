"""Words by which files, columns and values are known."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import pandas as pd

from geoprio.sources.tables import as_text

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_CLASSES = 60
"""A column with more different values holds no classes."""
LONGEST_CLASS = 40


@cache
def _words() -> dict[str, dict[str, re.Pattern[str]]]:
    """Return the patterns by table and name."""
    data = tomllib.loads(files(__package__).joinpath("words.toml").read_text(encoding="utf-8"))
    return {table: {k: re.compile(v) for k, v in rows.items()} for table, rows in data.items()}


def found_in(table: str, text: str) -> dict[str, str]:
    """Return which names of a table of ``words.toml`` fit a text, each with the word that does.

    Examples
    --------
    >>> found_in("files", "老旧小区清单.xlsx")["compounds"]
    '清单'
    """
    # An underscore is no end of a word for a regular expression, but it is in a file's name.
    plain = text.lower()
    spaced = re.sub(r"[_\W]+", " ", plain)
    hits = {name: pattern.search(plain) or pattern.search(spaced) for name, pattern in _words()[table].items()}
    return {name: hit[0] for name, hit in hits.items() if hit}


def without(axis: str, name: str) -> str | None:
    """Return a column's name without its first word for an axis (x or y); None where it has none."""
    plain = re.sub(r"[_\W]+", " ", name.lower()).strip()
    pattern = _words()["axes"][axis]
    return re.sub(r"[\W_]", "", pattern.sub("", plain, count=1)) if pattern.search(plain) else None


def fits(table: str, name: str, values: pd.Series) -> pd.Series:
    """Return which texts hold a word of one entry of a table."""
    return values.str.lower().str.contains(_words()[table][name], na=False)


def class_columns(frame: pd.DataFrame) -> Iterator[tuple[str, pd.Series]]:
    """Give the columns that hold classes: short texts, few different ones, most of them more than once."""
    for column in frame.columns:
        if column == "geometry" or not pd.api.types.is_string_dtype(frame[column]):
            continue
        text = as_text(frame[column])
        known = text.dropna()
        if known.empty or known.str.len().max() > LONGEST_CLASS:
            continue
        different = known.nunique()
        if different <= MOST_CLASSES and (different <= len(known) / 2 or different <= 3):
            yield str(column), text
