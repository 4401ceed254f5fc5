"""What people write in lists, read where the meaning is sure: numbers, areas, money, years, floors, dates, yes and no.

Each parser takes one text and returns what it says, or raises `Refused` with the reason. Nothing is guessed: an open
range, a part, a word such as "high-rise" or a number in an unknown unit is refused. A blank is no business of theirs
(`is_blank`); "0" is the number 0.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from typing import Final

YEARS: Final = (1800, 2100)
"""Years outside are refused as slips of the pen."""

MOST_FLOORS: Final = 200
LARGEST: Final = 1e15
"""Above it a float no longer holds every whole number."""

BLANKS: Final = frozenset(
    (
        *("", "-", "--", "/", "\\", "?", "??", "…", "...", ".", "*"),
        *(
            "不详",
            "未知",
            "不明",
            "不清",
            "不清楚",
            "不知",
            "待查",
            "待定",
            "待核",
            "待核实",
            "暂缺",
            "暂无",
            "缺",
            "缺失",
        ),
        *("无数据", "未填", "空", "空白", "n/a", "na", "nan", "null", "none", "unknown", "#n/a"),
    )
)
"""Words that say no more than a blank cell (after `plain`, without dashes of other kinds)."""

DASHES: Final = str.maketrans(dict.fromkeys("‐‑‒–—―−﹣", "-") | dict.fromkeys("〜∼", "~"))
UNSEEN: Final = dict.fromkeys((0xAD, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF))


class Refused(ValueError):  # noqa: N818 - what became of the text, not a fault of the program
    """Raise for a text without a sure meaning.

    Parameters
    ----------
    reason : str
        What is wrong with it.
    mend : str
        How to write it instead.
    """

    def __init__(self, reason: str, mend: str) -> None:
        self.reason, self.mend = reason, mend
        super().__init__(f"{reason}; {mend}")


@dataclass(frozen=True)
class Reading:
    """What a text says: a number, or two bounds with a number between them.

    Attributes
    ----------
    value : float
        The number that is used.
    low, high : float
        Bounds that the text names; both equal `value` where it names one number.
    approximate : bool
        Whether the text names a span, says "about", or leaves something out.
    """

    value: float
    low: float
    high: float
    approximate: bool = False


def plain(text: str) -> str:
    """Return text in one form: full-width digits and letters as ASCII (NFKC), dashes alike, no unseen characters.

    Examples
    --------
    >>> plain("１２３．５　㎡")
    '123.5 m2'
    """
    return " ".join(unicodedata.normalize("NFKC", text).translate(UNSEEN).translate(DASHES).split())


def is_blank(text: str) -> bool:
    """Return whether a text says no more than a blank cell: "", "-", 不详, n/a and the like; "0" and 无 do not."""
    return plain(text).lower() in BLANKS


# ---------------------------------------------------------------------------------------------------------- numerals

DIGITS: Final = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
TENS: Final = {"十": 10, "百": 100, "千": 1000}
NUMERALS: Final = re.compile("[零〇一二两三四五六七八九十百千]+")


def arabic(text: str) -> str:
    """Return text with Chinese numerals as digits; 百 or 千 alone stay, as in 百货.

    Examples
    --------
    >>> arabic("第二十三小区"), arabic("一九八五年"), arabic("十里堡")
    ('第23小区', '1985年', '10里堡')
    """
    return NUMERALS.sub(_digits, text)


def _digits(found: re.Match[str]) -> str:
    run = found[0]
    if not any(c in TENS for c in run):
        return "".join(str(DIGITS[c]) for c in run)
    if not any(c in DIGITS or c == "十" for c in run):
        return run
    total, digit = 0, None
    for c in run:
        if c in TENS:
            total += (1 if digit is None else digit) * TENS[c]
            digit = None
        else:
            digit = DIGITS[c]
    return str(total + (digit or 0))


# ----------------------------------------------------------------------------------------------------------- numbers

COUNTS: Final = frozenset(
    ("户", "套", "家", "栋", "幢", "座", "个", "单元", "门", "人", "名", "位", "张", "床", "处", "米", "m")
)
"""Words that may follow a number without changing it; a column of m² or yuan has units of its own."""
SCALES: Final = {"百": 1e2, "千": 1e3, "万": 1e4, "百万": 1e6, "千万": 1e7, "亿": 1e8}
AREAS: Final = {
    **dict.fromkeys(("m2", "m^2", "平方米", "平方公尺", "平米", "平方", "平", "sqm"), 1.0),
    **dict.fromkeys(("万", "万m2", "万m^2", "万平方米", "万平米", "万平方", "万平", "公顷", "ha"), 1e4),
    **dict.fromkeys(("km2", "km^2", "平方公里", "平方千米"), 1e6),
}
"""Square metres by unit, after `plain`. 亩 measures land and is left to the user to convert."""
MONEY: Final = {
    **dict.fromkeys(("元", "人民币", "cny", "rmb", "yuan"), 1.0),
    **dict.fromkeys(("千元",), 1e3),
    **dict.fromkeys(("万", "万元"), 1e4),
    **dict.fromkeys(("百万", "百万元"), 1e6),
    **dict.fromkeys(("亿", "亿元"), 1e8),
}

ABOUT_BEFORE: Final = re.compile(r"^(约|大约|大概|约为|近似|估计|~)\s*")
ABOUT_AFTER: Final = re.compile(r"\s*(左右|上下|余|多|\(估\)|\(约\)|\(估算\)|\?)$")
AMOUNT: Final = re.compile(r"([+-]?(?:\d{1,3}(?:[, ]\d{3})+(?!\d)|\d+)?(?:\.\d*)?(?:e[+-]?\d+)?)\s*(.*)", re.IGNORECASE)


def number(text: str) -> Reading:
    """Return the number that a text says; thousands may be parted by commas or spaces, 万 and 亿 count.

    A word of counting (户, 栋, 人 …) may follow. "1,5" and "1.234,5" are refused, since their comma has two meanings.

    Raises
    ------
    Refused
        If the text is not one number.

    Examples
    --------
    >>> number("１，２３４ 户").value, number("约1.2万").value
    (1234.0, 12000.0)
    """
    amount, unit, about = _amount(text, "a plain number")
    for scale in ("", *SCALES):
        if unit == scale or (unit.startswith(scale) and unit[len(scale) :] in COUNTS):
            return _reading(amount * SCALES.get(scale, 1.0), approximate=about)
    raise Refused("not a number", "give a plain number or leave it blank")


def area(text: str, factor: float | None = None) -> Reading:
    """Return an area in m².

    Parameters
    ----------
    text : str
        With a unit (㎡, m², 平方米, 万㎡, 公顷, km² …) or without one.
    factor : float, optional
        Square metres in the column's own unit; it counts where the text names none. 万 alone is 10,000 m² in
        either.

    Raises
    ------
    Refused
        If the text is not one area, is in 亩, or no unit is known.

    Examples
    --------
    >>> area("3.2万㎡").value, area("3.2", 1e4).value, area("32000平方米", 1e4).value
    (32000.0, 32000.0, 32000.0)
    """
    return _in_units(text, AREAS, factor, "an area", "give it in ㎡ or 万㎡")


def money(text: str, factor: float | None = None) -> Reading:
    """Return a sum of money in yuan; `factor` as in `area`.

    Raises
    ------
    Refused
        If the text is not one sum, or no unit is known.

    Examples
    --------
    >>> money("350", 1e4).value, money("1.2亿元").value
    (3500000.0, 120000000.0)
    """
    return _in_units(text, MONEY, factor, "a sum of money", "give it in 元 or 万元")


def _in_units(text: str, units: dict[str, float], factor: float | None, what: str, mend: str) -> Reading:
    amount, unit, about = _amount(text, what)
    if unit in {"", "元"} and factor is None and unit not in units:
        raise Refused("its unit is not known", mend)
    if unit and unit not in units:
        raise Refused(f"not {what} in a unit that is known", mend)
    scale = units[unit] if unit else factor
    assert scale is not None
    return _reading(amount * scale, approximate=about)


def _amount(text: str, what: str) -> tuple[float, str, bool]:
    """Return the number at the beginning of a text, what follows it, and whether the text says "about"."""
    short = plain(text).lower()
    bare = ABOUT_AFTER.sub("", ABOUT_BEFORE.sub("", short))
    found = AMOUNT.fullmatch(bare)
    mend = f"give {what} or leave it blank"
    if not found or not any(c.isdigit() for c in found[1]):
        raise Refused("not a number", mend)
    if found[2][:1] in {",", ".", "+", "-", "/", "~"} or found[2][:1].isdigit():
        raise Refused("not one number", mend)
    value = float(found[1].replace(",", "").replace(" ", ""))
    if not abs(value) < LARGEST:
        raise Refused("not a number of a size that occurs", mend)
    # 余 and 多 may stand before the unit: 300余户.
    unit = found[2].removeprefix("余").removeprefix("多").strip(" ()")
    return value, unit, bare != short or unit != found[2].strip(" ()")


def _reading(value: float, low: float | None = None, high: float | None = None, *, approximate: bool) -> Reading:
    return Reading(value, value if low is None else low, value if high is None else high, approximate)


# ------------------------------------------------------------------------------------------------------------- dates

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
        return _reading(1900.0 + int(two[1]), approximate=True)
    try:
        first, _, _ = date(bare)
    except Refused as refused:
        mend = refused.mend if "formatted" in refused.reason else YEAR_MEND
        raise Refused(refused.reason.replace("not a date", "not a year"), mend) from None
    return _reading(float(first), approximate=about or bool(re.fullmatch(r"\d{5}(\.\d+)?", bare)))


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


# ------------------------------------------------------------------------------------------------------------ floors

FLOORS_MEND: Final = "give the number of storeys above ground, such as 6, or two such as 5-7"
STOREY: Final = re.compile(r"[层楼f]", re.IGNORECASE)
BELOW: Final = re.compile(r"(?:地下室?|负|b)(?=\d)|(?<!\d)-(?=\d)", re.IGNORECASE)
"""What stands before the number of storeys below ground: a dash only where no number precedes it."""
WITH_BELOW: Final = re.compile(r"(\d+)[^\du]?\(?u\d+\)?|u\d+[^\du]?(\d+)")
PARTLY: Final = re.compile(r"(\d+)[,(、]?局部(\d+)\)?")


def floors(text: str) -> Reading:
    """Return the number of storeys above ground; of several numbers their mean.

    "6", "6层", "六层", "平房" (1), "地上6地下1" (6), "6/-1" (6); several buildings "6/7", "4-6", "5、6、7" give the
    mean and are `approximate`; "6+1" gives 6, "6层局部7层" gives 6: an attic or a part is left out, `approximate`.

    Raises
    ------
    Refused
        If the text names no number of storeys, or could mean two things: "1-6" (floors one to six, or buildings of
        one to six storeys), "7/6", a date that a spreadsheet made of "4-6".

    Examples
    --------
    >>> floors("6/7").value, floors("地上6地下1").value, floors("6+1").value
    (6.5, 6.0, 6.0)
    """
    short = STOREY.sub("", arabic(plain(text))).replace(" ", "")
    if re.match(r"\d{4}-\d{2}-\d{2}", short):
        raise Refused("a date; spreadsheets make one of 4-6", "format the cells as text and write 4-6")
    about = short.startswith("约")
    bare = re.sub(r"^(?:共|总|均为|均|约)", "", short).replace("地上", "")
    if bare == "平房":
        return _reading(1.0, approximate=False)
    below = WITH_BELOW.fullmatch(BELOW.sub("u", bare))
    if below:
        return _storeys([float(below[1] or below[2])], approximate=about)
    partly = PARTLY.fullmatch(bare) or re.fullmatch(r"(\d+)\+(\d+)", bare)
    if partly:
        most = float(partly[2]) if "局部" in bare else float(partly[1]) + float(partly[2])
        return _storeys([float(partly[1])], high=most, approximate=True)
    if re.fullmatch(r"\d+(\.\d+)?", bare):
        return _storeys([float(bare)], approximate=about)
    if re.fullmatch(r"\d+(?:[-~至到/、,;和及]\d+)+", bare):
        return _several([float(n) for n in re.findall(r"\d+", bare)], bare)
    raise Refused("not a number of storeys", FLOORS_MEND)


def _several(numbers: list[float], text: str) -> Reading:
    pair = len(numbers) == 2 and not re.search("[、,;和及]", text)
    if pair and numbers[0] > numbers[1]:
        raise Refused("two numbers with more than one meaning", FLOORS_MEND)
    if pair and numbers[0] == 1:
        raise Refused("either storeys from 1 up, or buildings of 1 storey and more", FLOORS_MEND)
    return _storeys(numbers, approximate=True)


def _storeys(numbers: list[float], high: float | None = None, *, approximate: bool) -> Reading:
    most = max(*numbers, high or 0.0)
    if min(numbers) <= 0 or most > MOST_FLOORS:
        raise Refused(f"not between 1 and {MOST_FLOORS} storeys", FLOORS_MEND)
    return Reading(sum(numbers) / len(numbers), min(numbers), most, approximate)


# ------------------------------------------------------------------------------------------------------- yes and no

YES: Final = frozenset(
    (
        *("1", "1.0", "true", "yes", "y", "t", "是", "有", "已", "√", "✓", "✔", "☑", "对", "具备"),
        *("有电梯", "已有", "已装", "已安装", "已加装", "已成立", "已建", "有业委会", "有物业"),
    )
)
NO: Final = frozenset(
    (
        *("0", "0.0", "false", "no", "n", "f", "否", "无", "没有", "未", "没", "×", "✗", "✘", "☒", "不具备"),
        *("无电梯", "未装", "未安装", "未加装", "未成立", "未建", "无业委会", "无物业"),
    )
)


def yes_no(text: str) -> bool:
    """Return what 是, 否, 有, 无, 1, 0, √, ×, yes, no and the like answer.

    Raises
    ------
    Refused
        If it is neither, such as 部分.
    """
    word = plain(text).lower().strip("()。")
    if word in YES:
        return True
    if word in NO:
        return False
    raise Refused("neither yes nor no", "use yes or no (是 or 否)")
