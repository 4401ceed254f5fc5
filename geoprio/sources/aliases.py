"""What cities call the columns that geoprio knows, and the units that they write into a heading."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final, Literal

from geoprio.sources.parsers import AREAS, COUNTS, MONEY, plain

if TYPE_CHECKING:
    from collections.abc import Iterable

ALIASES_FILE: Final = "aliases.toml"
LEVELS: Final = "_"
"""Joins the levels of a header of several rows."""

Certainty = Literal["sure", "likely", "doubtful"]
ORDER: Final[tuple[Certainty, ...]] = ("sure", "likely", "doubtful")

LEAST_LETTERS: Final = 3
"""A name within another counts from this length on; of Latin letters it takes one more."""

BRACKETS: Final = re.compile(r"\(([^()]*)\)$|\[([^\[\]]*)\]$|(?<=.)/([^/()]+)$")
HARMLESS: Final = frozenset(
    ("年", "年份", "是/否", "有/无", "是否", "有无", "必填", "选填", "m", "层", "岁", "wgs84", "%")
)
"""What may stand in brackets without changing the name, beside units."""
NUMBERING: Final = re.compile(r"^[(（]?\d{1,2}[)）.、]\s*(?=\D)|^\*+|\*+$|[:：]$")


@dataclass(frozen=True)
class Suggestion:
    """A column that may have a role.

    Attributes
    ----------
    column : str
    why : str
        For the reader of a report.
    certainty : {"sure", "likely", "doubtful"}
        sure: its name is in the table; likely: its name says too little, or two columns have such a name; doubtful:
        such a name is only a part of its own.
    """

    column: str
    why: str
    certainty: Certainty


@cache
def _table() -> tuple[dict[str, tuple[str, int, bool]], dict[str, tuple[str, ...]], frozenset[str]]:
    """Return role, order and whether it is sure by name; names by role; and neutral headings."""
    data = tomllib.loads(files("geoprio.sources").joinpath(ALIASES_FILE).read_text(encoding="utf-8"))
    neutral = frozenset(_key(name) for name in data.pop("groups")["neutral"])
    names: dict[str, tuple[str, int, bool]] = {}
    for role, lists in data.items():
        for sure, kinds in ((True, ("zh", "en", "pinyin")), (False, ("short",))):
            for order, name in enumerate(n for kind in kinds for n in lists.get(kind, ())):
                names.setdefault(_key(name), (role, order, sure))
    by_role = {role: tuple(k for k, v in names.items() if v[0] == role) for role in data}
    return names, by_role, neutral


def roles() -> tuple[str, ...]:
    """Return all roles, in the order of the table."""
    return tuple(_table()[1])


def split_unit(heading: str) -> tuple[str, str | None]:
    """Return a heading without the unit in brackets at its end, and the unit.

    Examples
    --------
    >>> split_unit("建筑面积（万㎡）"), split_unit("投资/万元"), split_unit("户数")
    (('建筑面积', '万m2'), ('投资', '万元'), ('户数', None))
    """
    text = NUMBERING.sub("", NUMBERING.sub("", plain(heading))).strip()
    found = BRACKETS.search(text)
    if not found:
        return text, None
    inner = next(part for part in found.groups() if part is not None).replace("单位:", "").strip().lower()
    rest = text[: found.start()].strip()
    if inner in AREAS or inner in MONEY:
        return rest, inner
    return (rest, None) if inner in HARMLESS or inner in COUNTS else (text, None)


def unit_factor(heading: str, role: str) -> float | None:
    """Return how many m² (or yuan) the unit in a heading stands for; None where it names none."""
    unit = split_unit(heading)[1]
    table = {"area_m2": AREAS, "investment": MONEY}.get(role, {})
    return table.get(unit) if unit else None


def _key(name: str) -> str:
    """Return a name in the form in which names are compared."""
    return re.sub(r"[\W_]", "", split_unit(name)[0].lower().replace("+", "plus"))


def role_of(heading: str) -> str | None:
    """Return the role that a heading says beyond doubt, or None."""
    found = _found(heading)
    return found[0] if found and found[2] else None


def _found(heading: str) -> tuple[str, int, bool] | None:
    """Return role, order and whether it is sure; of several levels the last counts if those above are neutral."""
    names, _, neutral = _table()
    whole = names.get(_key(heading))
    if whole or LEVELS not in heading:
        return whole
    *above, last = heading.split(LEVELS)
    found = names.get(_key(last))
    if not found:
        return None
    plain_above = all(_key(level) in neutral or _key(level) == _key(last) for level in above)
    return found[0], found[1], found[2] and plain_above


def suggest_columns(columns: Iterable[str]) -> dict[str, Suggestion]:
    """Return for each role the column that may have it, with the reason and how sure it is.

    Parameters
    ----------
    columns : iterable of str
        Headings as they stand in the file; of a header of several rows, its levels joined by ``_``.

    Returns
    -------
    dict of str to Suggestion
        By role; one column has one role at most. Roles for which nothing is found are left out.

    Examples
    --------
    >>> suggest_columns(["XQMC", "建筑面积(万㎡)"])["area_m2"].certainty
    'sure'
    """
    columns = [str(c) for c in columns]
    ranked: dict[str, list[tuple[int, int, str]]] = {}
    for column in columns:
        found = _found(column)
        if found:
            role, order, sure = found
            ranked.setdefault(role, []).append((0 if sure else 1, order, column))
    chosen: dict[str, Suggestion] = {}
    for role, options in ranked.items():
        options.sort(key=lambda option: option[:2])
        chosen[role] = _suggestion(role, options)
    taken = {s.column for s in chosen.values()}
    for role, column in _within(c for c in columns if c not in taken and not _found(c)):
        chosen.setdefault(role, Suggestion(column, f"{column!r} holds a name for {role}", "doubtful"))
    return {role: chosen[role] for role in roles() if role in chosen}


def _suggestion(role: str, options: list[tuple[int, int, str]]) -> Suggestion:
    level, order, column = options[0]
    rivals = [c for other, place, c in options[1:] if (other, place) == (level, order)]
    if rivals:
        return Suggestion(column, f"{column!r} and {rivals[0]!r} both name {role}", "likely")
    if level:
        return Suggestion(column, f"{column!r} may name {role}, but says little", "likely")
    return Suggestion(column, f"{column!r} is a name for {role}", "sure")


def _within(columns: Iterable[str]) -> Iterable[tuple[str, str]]:
    """Give the roles of which a longer name is a part of a column's own, the longest name first."""
    _, by_role, _ = _table()
    for column in columns:
        key = _key(column)
        fits = [(len(name), role) for role, names in by_role.items() for name in names if name in key and _long(name)]
        if fits:
            yield max(fits)[1], column


def _long(name: str) -> bool:
    return len(name) >= LEAST_LETTERS + name.isascii()
