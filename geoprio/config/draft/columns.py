"""Which columns of a layer or table hold what, each with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from geoprio._core.columns import ZONE_TYPE_ALIASES, ZONE_TYPES
from geoprio.config.draft.axes import find_axes
from geoprio.config.draft.said import say
from geoprio.config.draft.toml_text import Remark
from geoprio.config.draft.words import fits
from geoprio.sources.parsers import Refused, floors, number, year

if TYPE_CHECKING:
    from collections.abc import Callable

    from geoprio.config.draft.look import Look
    from geoprio.sources.parsers import Reading

Chosen = tuple[str, tuple[Remark, ...]]
"""A column, and why."""

READ_SHARE: Final = 0.8
"""Of the different values of a column, so many must be readable as what it is taken for."""
MOST_TRIED: Final = 200
LONGEST_ID: Final = 40
TYPE_SHARE: Final = 0.8
READERS: Final[dict[str, Callable[[str], Reading]]] = {
    "floors": floors, "year_built": year,
    **dict.fromkeys(("dwellings", "height", "population", "population_60plus", "population_0_2"), number),
}  # fmt: skip
"""How the values of a column are read."""


def by_alias(look: Look, role: str) -> Chosen | None:
    """Return the column whose name says a role; a name that says little counts if its values can be read."""
    found = look.suggested.get(role)
    if found is None or found.certainty == "doubtful" or not readable(look.values(found.column), role):
        return None
    if found.certainty == "sure":
        return found.column, ()
    return found.column, (Remark(say("column_likely", column=found.column, role=role), doubtful=True),)


def readable(values: pd.Series, role: str) -> bool:
    """Return whether most of the different values can be read as what a role holds."""
    read = READERS.get(role)
    words = values.dropna().unique()[:MOST_TRIED]
    if read is None or not len(words):
        return bool(len(words))
    return sum(_fits(read, word) for word in words) >= READ_SHARE * len(words)


def _fits(read: Callable[[str], Reading], word: str) -> bool:
    try:
        read(word)
    except Refused:
        return False
    return True


def id_column(look: Look) -> Chosen | None:
    """Return a column whose values are there for every row and never twice; None where none is."""
    named = look.suggested.get("id")
    if "id" in look.columns and is_id(look.values("id")):
        return "id", ()
    if named is not None and is_id(look.values(named.column)):
        if named.certainty == "sure":
            return named.column, ()
        return named.column, (Remark(say("id_likely", column=named.column, rows=len(look.frame))),)
    axes = find_axes(look.frame) if look.kind == "table" else None
    taken = _roles(look) | ({axes.x, axes.y} if axes else set())
    for column in look.columns:
        values = look.frame[column]
        whole = pd.api.types.is_integer_dtype(values) or pd.api.types.is_string_dtype(values)
        if whole and column not in taken and is_id(look.values(column)) and _short(look.values(column)):
            return column, (Remark(say("id_by_values", column=column, rows=len(look.frame)), doubtful=True),)
    return None


def _roles(look: Look) -> set[str]:
    return {s.column for s in look.suggested.values()}


def is_id(values: pd.Series) -> bool:
    """Return whether every row has a value of its own."""
    return bool(values.notna().all() and values.is_unique and values.str.len().max() <= LONGEST_ID)


def _short(values: pd.Series) -> bool:
    """Return whether texts are codes: ASCII without blanks, with a digit."""
    return bool(values.str.fullmatch(r"[\x21-\x7e]*\d[\x21-\x7e]*").all())


def name_column(look: Look, taken: str | None = None) -> Chosen | None:
    """Return the column of the names; None where none is."""
    named = look.suggested.get("name")
    if named is not None and named.certainty == "sure" and look.values(named.column).notna().any():
        return named.column, ()
    for column in look.columns:
        values = look.frame[column]
        if column == taken or not pd.api.types.is_string_dtype(values):
            continue
        text = look.values(column)
        known = text.dropna()
        letters = known.str.contains(r"[^\W\d_]{2}", regex=True).mean() if len(known) else 0.0
        if len(known) > len(text) / 2 and known.nunique() > 0.7 * len(known) and letters > 0.9 and not _short(known):
            return column, (Remark(say("name_by_values", column=column), doubtful=True),)
    return None


def type_column(look: Look) -> Chosen | None:
    """Return the column whose values are types of zones."""
    for column in look.columns:
        known = look.values(column).dropna()
        if len(known) and known.isin((*ZONE_TYPES, *ZONE_TYPE_ALIASES)).mean() >= TYPE_SHARE:
            return column, (Remark(say("type_by_values", column=column, values=sorted(known.unique())[:4])),)
    return None


def kind_column(look: Look) -> Chosen | None:
    """Return the column with the classes of streets."""
    for name in ("highway", "fclass", "kind"):
        if name in look.columns:
            return name, ()
    for column in look.columns:
        known = look.values(column).dropna()
        if len(known) and known.nunique() <= 40 and fits("values", "streets", known).mean() >= TYPE_SHARE:
            return column, (Remark(say("kind_by_values", column=column, values=sorted(known.unique())[:4])),)
    return None
