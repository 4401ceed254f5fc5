"""Names and addresses of compounds in the forms in which they are compared."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pandas as pd

from geoprio.sources.parsers import arabic, plain

if TYPE_CHECKING:
    from collections.abc import Iterable

KIND: Final = re.compile(
    r"(?:老旧|居民|居住|住宅)*(?:小区|小區|社区|社區)$|(?:住宅|居住|生活|居民)区$|(?:residential)?(?:compound|estate)$"
)
"""Words for a compound as such: a name says the same with and without them."""
SORT: Final = re.compile(
    r"(?:苑|园|花园|花苑|家园|佳园|嘉园|新村|新苑|公寓|大院|家属院|家属区|家属楼|宿舍|宿舍楼|职工宿舍|楼|院|里|居|庭|城|府)$"
)
"""Words for a sort of compound: part of the name, but often written otherwise. Without them names only resemble."""
MARKS: Final = re.compile(r"\d+|[东南西北中甲乙丙丁新老旧上下前后左右内外]|[a-z]+")
"""What tells neighbors apart: Sunshine East is not Sunshine West, and block 3 not block 5."""
REGION: Final = re.compile(r"^(?:\w{2,6}?省)?(?:\w{2,6}?市(?:\w{1,4}?(?<![小社园])[区县])?)?")
"""Province, city and, after a city, its district; 某某小区 is none."""
CITY: Final = re.compile(r"^(?:\w{2,6}?省)?(\w{2,6}?市)(?=\w{1,4}?(?<![小社园])[区县])")
"""The city of an address that goes on with its district."""
LEAST_ADDRESS: Final = 4
"""Fewer characters are no address to go by."""

MARK_WORDS: Final = 2
"""Fewer characters than this, without the words for a compound, are no name to go by."""


def comparable(text: str) -> str:
    """Return a name in one form: full-width as plain, Chinese numerals as digits, no punctuation, lower case.

    Examples
    --------
    >>> comparable("阳光（二期）小区"), comparable("第十三宿舍")
    ('阳光2期小区', '第13宿舍')
    """
    return re.sub(r"[\W_]", "", arabic(plain(text)).lower())


def core(text: str, places: Iterable[str] = ()) -> str:
    """Return a comparable name without the words for a compound as such, and without its district before it.

    Parameters
    ----------
    text : str
        From `comparable`.
    places : iterable of str
        District, street committee and community, comparable too.

    Examples
    --------
    >>> core("阳光小区"), core("阳光花园"), core("小区")
    ('阳光', '阳光花园', '小区')
    """
    for place in places:
        if place and text.startswith(place) and len(text) - len(place) >= MARK_WORDS:
            text = text[len(place) :]
    short = KIND.sub("", text)
    return short or text


def loose(text: str) -> str:
    """Return a name from `core` without the word for its sort (苑, 花园, 宿舍 …), if two characters are left."""
    short = SORT.sub("", text)
    return short if len(short) >= MARK_WORDS else text


def marks(text: str) -> str:
    """Return what tells neighbors apart in a comparable name: its numbers, directions and letters."""
    return "|".join(MARKS.findall(text))


def address(text: str, places: Iterable[str] = ()) -> str:
    """Return an address in one form, without province, city and district before it.

    Examples
    --------
    >>> address("北京市海淀区中关村大街１２号院")
    '中关村大街12号院'
    """
    form = comparable(text)
    for part in (REGION.match(form), *places):
        before = part if isinstance(part, str) else part[0] if part else ""
        if before and form.startswith(before) and len(form) - len(before) >= LEAST_ADDRESS:
            form = form[len(before) :]
    return form if len(form) >= LEAST_ADDRESS else ""


def district(text: str) -> str:
    """Return the name of a district in one form, with or without 区, 县 or 市."""
    form = comparable(text)
    return form.rstrip("区县市") or form


def before_names(zones: pd.DataFrame) -> re.Pattern[str] | None:
    """Return what people write before a compound's name: the city and a district of the zones, or the city alone.

    Only districts that zones have count, and cities that stand in their addresses; None where there are neither. A
    district is written out (锦西区, not 锦西), else it may be part of the name.

    Parameters
    ----------
    zones : DataFrame
        Where known with `district` and `address`.
    """
    stems = {district(t) for t in zones["district"].dropna().unique()} - {""} if "district" in zones else set()
    given = zones["address"].dropna().unique() if "address" in zones else ()
    cities = {found[1] for found in map(CITY.match, map(comparable, given)) if found}
    ways = []
    if stems:
        ways.append(rf"(?:\w{{2,6}}?省)?(?:\w{{2,6}}?市)?(?P<district>{_any_of(stems)})[区县市]")
    if cities:
        # 青江市场 is no place in 青江市.
        ways.append(rf"(?:\w{{2,6}}?省)?(?:{_any_of(cities)})(?!场)")
    return re.compile(rf"(?:{'|'.join(ways)})(?=\w{{{MARK_WORDS}}})") if ways else None


def _any_of(texts: set[str]) -> str:
    return "|".join(re.escape(t) for t in sorted(texts, key=lambda t: (-len(t), t)))


def _without_place(full: str, own: str, before: re.Pattern[str] | None) -> tuple[str, str]:
    """Return a comparable name without the city and district before it, and its district.

    A district that contradicts the one that is known stays: it is another one, or part of the name.
    """
    found = before.match(full) if before else None
    said = (found.groupdict().get("district") or "") if found else ""
    if not found or (own and said and said != own):
        return full, own
    return full[found.end() :], own or said


def names_of(table: pd.DataFrame, before: re.Pattern[str] | None = None) -> pd.DataFrame:
    """Return the forms of each row's texts: `full`, `core`, `loose`, `marks`, `address`, `district` ("" where unknown).

    Parameters
    ----------
    table : DataFrame
        With `name`, and where known `address`, `district`, `street_committee`, `community`.
    before : Pattern, optional
        From `before_names`: what is no part of a name. A district that stands there is the row's, if it has none.
    """
    blank = pd.Series("", index=table.index, dtype="str")
    places = [
        table[c].fillna("").map(comparable) if c in table else blank
        for c in ("district", "street_committee", "community")
    ]
    above = list(zip(*places, strict=True))
    named = table["name"].fillna("").map(comparable) if "name" in table else blank
    own = table["district"].fillna("").map(district) if "district" in table else blank
    cut = [_without_place(t, d, before) for t, d in zip(named, own, strict=True)]
    full = pd.Series([text for text, _ in cut], index=table.index, dtype="str")
    cores = pd.Series([core(t, p) for t, p in zip(full, above, strict=True)], index=table.index, dtype="str")
    where = table["address"].fillna("") if "address" in table else blank
    return pd.DataFrame(
        {
            "full": full,
            "core": cores,
            "loose": cores.map(loose),
            "marks": cores.map(marks),
            "address": pd.Series(
                [address(t, p) if t else "" for t, p in zip(where, above, strict=True)], index=table.index, dtype="str"
            ),
            "district": pd.Series([place for _, place in cut], index=table.index, dtype="str"),
        }
    )
