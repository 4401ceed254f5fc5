"""Numbers, areas and sums of money with their units."""

from __future__ import annotations

import re
from typing import Final

from geoprio.sources.parsers.words import Reading, Refused, plain, single

LARGEST: Final = 1e15
"""Above it a float no longer holds every whole number."""

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
DIGIT_FIRST: Final = re.compile(r"[+-]?\.?\d")
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
            return single(amount * SCALES.get(scale, 1.0), approximate=about)
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
    return single(amount * scale, approximate=about)


def _amount(text: str, what: str) -> tuple[float, str, bool]:
    """Return the number at the beginning of a text, what follows it, and whether the text says "about"."""
    short = plain(text).lower()
    bare = ABOUT_AFTER.sub("", ABOUT_BEFORE.sub("", short))
    found = AMOUNT.fullmatch(bare)
    mend = f"give {what} or leave it blank"
    # An exponent alone, as in a house called E1, is no number.
    if not found or not DIGIT_FIRST.match(found[1]):
        raise Refused("not a number", mend)
    if found[2][:1] in {",", ".", "+", "-", "/", "~"} or found[2][:1].isdigit():
        raise Refused("not one number", mend)
    value = float(found[1].replace(",", "").replace(" ", ""))
    if not abs(value) < LARGEST:
        raise Refused("not a number of a size that occurs", mend)
    # 余 and 多 may stand before the unit: 300余户.
    unit = found[2].removeprefix("余").removeprefix("多").strip(" ()")
    return value, unit, bare != short or unit != found[2].strip(" ()")
