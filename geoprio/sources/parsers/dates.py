"""Dates and years, decades and spans of years."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from geoprio.sources.parsers.words import Reading, Refused, arabic, plain, single

YEARS: Final = (1800, 2100)
"""Years outside are refused as slips of the pen."""

EPOCH: Final = dt.date(1899, 12, 30)
"""Day 0 of the numbers by which spreadsheets count days, right from 1 March 1900 on."""
SERIALS: Final = (10959, 54788)
"""Days 1930-01-01 and 2049-12-31: a number of five digits between them in a column of years is a day's number."""

DAY: Final = re.compile(
    r"(\d{4})(?:[-./]|年)(\d{1,2})(?:[-./]|月)(\d{1,2})[日号]?(?:[ t]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?",
    re.IGNORECASE,
)
MONTH: Final = re.compile(r"(\d{4})(?:[-./]|年)(\d{1,2})月?(?:份|底|初|中旬|上旬|下旬)?")
DATES: Final = (DAY, re.compile(r"(\d{4})(\d{2})(\d{2})"), MONTH, re.compile(r"(\d{4})(\d{2})"))
DATE_MEND: Final = "give a date such as 2001-05-31"


def date(text: str) -> tuple[int, int | None, int | None]:
    """Return year, month and day that a text names; month and day are None where it names none.

    Taken are 1990-12-31, 1990/12/31, 1990.12.31, 1990年12月31日, 19901231, 1990年12月, 199012, 1990年, and the day
    numbers of spreadsheets.

    Raises
    ------
    Refused
        If it is no date, or one that does not exist.
    """
    short = arabic(plain(text)).replace(" 00:00:00", "")
    if re.fullmatch(r"\d{4}(?:年|\.0+)?", short):
        return _checked(int(short[:4]), None, None)
    for pattern in DATES:
        found = pattern.fullmatch(short)
        if found:
            year, month, *day = (int(part) for part in found.groups())
            return _checked(year, month, day[0] if day else None)
    if re.fullmatch(r"\d{5}(\.\d+)?", short) and SERIALS[0] <= float(short) <= SERIALS[1]:
        day_of = EPOCH + dt.timedelta(days=int(float(short)))
        return day_of.year, day_of.month, day_of.day
    raise Refused("not a date", DATE_MEND)


def _checked(year: int, month: int | None, day: int | None) -> tuple[int, int | None, int | None]:
    try:
        real = dt.date(year, 1 if month is None else month, 1 if day is None else day)
    except ValueError:
        raise Refused("a date that does not exist", DATE_MEND) from None
    if not YEARS[0] <= year <= YEARS[1]:
        raise Refused(f"not within the years {YEARS[0]} to {YEARS[1]}", DATE_MEND)
    serial = (real - EPOCH).days
    if day is not None and YEARS[0] <= serial <= YEARS[1]:
        # Whoever types 1990 into a cell that is formatted as a date gets 12 June 1905.
        raise Refused(f"the number {serial} in a cell formatted as a date", "format the cells as numbers")
    return year, month, day


# ------------------------------------------------------------------------------------------------------------- years

YEAR_MEND: Final = "give a year such as 1985, or two such as 1985-1988"
BUILT: Final = re.compile(
    r"^(?:始建于|建成于|建于|竣工于|建成|竣工|交付)|(?:年)?(?:建成|竣工|交付|建造|建设|入住|完工|建)$|(?<=年)[底末初]$"
)
ABOUT_YEAR: Final = re.compile(r"^(?:约|大约|大概|估计|~)|(?:左右|前后|上下|\(估\)|\(约\)|\?)$")
OPEN: Final = re.compile(r"(?:以前|之前|前|以后|之后|后|至今|以来|起)$")
DECADE: Final = re.compile(
    r"(?:(上世纪|20世纪|本世纪|21世纪)|(18|19|20))?([0-9]0)(?:(?:[-~、/,至到])(?:18|19|20)?([0-9]0))?"
    r"(?:年代|s|'s)(初期?|早期|前期|中期?|中叶|末期?|后期|晚期)?",
    re.IGNORECASE,
)
CENTURIES: Final = {"上世纪": 1900, "20世纪": 1900, "本世纪": 2000, "21世纪": 2000}
PARTS_OF_DECADE: Final = {
    "初": (0, 3),
    "早": (0, 3),
    "前": (0, 3),
    "中": (4, 6),
    "末": (7, 9),
    "后": (7, 9),
    "晚": (7, 9),
}
ONE_YEAR: Final = r"(\d{4})(?:年\d{1,2}月|[.]\d{1,2}|年)?"
BETWEEN: Final = re.compile(rf"{ONE_YEAR}[-~至到]+{ONE_YEAR}(?:年)?")
SEVERAL: Final = re.compile(r"\d{4}年?(?:[、,/;和及]\d{4}年?)+")


def year(text: str) -> Reading:
    """Return the year that a text names, or of a span of years the middle one, rounded down.

    "1985", "1985年", "1990年12月", dates, day numbers of spreadsheets, "85年" (50 to 99); spans "1998-2002",
    "1998-99", "1985、1990", "80年代" (1980 to 1989), "80年代初" (its first four years), "中" (the fifth to seventh),
    "末" (the last three), "80-90年代". A month after a dash is a month: "1998-02" is 1998. Spans, two digits, day
    numbers and "约1995年" are `approximate`.

    Raises
    ------
    Refused
        If the text names no year, only a bound ("1990年以前"), a decade of an unsaid century ("10年代"), or a year
        outside 1800 to 2100.

    Examples
    --------
    >>> year("80年代"), year("约1995年").value
    (Reading(value=1984.0, low=1980.0, high=1989.0, approximate=True), 1995.0)
    """
    short = arabic(plain(text)).replace(" 00:00:00", "").replace(" ", "")
    bare = ABOUT_YEAR.sub("", ABOUT_YEAR.sub("", short))
    bare = BUILT.sub("", BUILT.sub("", bare))
    about = bool(ABOUT_YEAR.search(short))
    if OPEN.search(bare):
        raise Refused("only a bound, not a year", YEAR_MEND)
    for span in (_decade(bare), _between(bare)):
        if span:
            low, high = span
            if not YEARS[0] <= low <= high <= YEARS[1]:
                raise Refused("not a span of years, the earlier one first", YEAR_MEND)
            return Reading(float((low + high) // 2), float(low), float(high), about or low < high)
    two = re.fullmatch(r"([5-9]\d)年", bare)
    if two:
        return single(1900.0 + int(two[1]), approximate=True)
    try:
        first, _, _ = date(bare)
    except Refused as refused:
        mend = refused.mend if "formatted" in refused.reason else YEAR_MEND
        raise Refused(refused.reason.replace("not a date", "not a year"), mend) from None
    return single(float(first), approximate=about or bool(re.fullmatch(r"\d{5}(\.\d+)?", bare)))


def _decade(text: str) -> tuple[int, int] | None:
    found = DECADE.fullmatch(text)
    if not found:
        return None
    words, century, tens, last, part = found.groups()
    if not words and not century and tens in {"10", "20"}:
        raise Refused("a decade of an unsaid century", YEAR_MEND)
    base = CENTURIES[words] if words else 100 * int(century) if century else 2000 if tens == "00" else 1900
    low = base + int(tens)
    if last is not None:
        high = low // 100 * 100 + int(last)
        return low, (high if high > low else high + 100) + 9
    first, end = PARTS_OF_DECADE[part[0]] if part else (0, 9)
    return low + first, low + end


def _between(text: str) -> tuple[int, int] | None:
    if SEVERAL.fullmatch(text):
        years = [int(y) for y in re.findall(r"\d{4}", text)]
        return min(years), max(years)
    found = BETWEEN.fullmatch(text)
    if found:
        return int(found[1]), int(found[2])
    short = re.fullmatch(r"(\d{2})(\d{2})年?[-~至到]+(\d{2})年?", text)
    # 1998-02 is February 1998, 1998-99 two years.
    if short and int(short[3]) > 12:
        return int(short[1] + short[2]), int(short[1] + short[3])
    return None
