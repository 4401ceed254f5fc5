"""Text in one form, blanks and numerals, and what a parser answers."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

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


def single(value: float, *, approximate: bool) -> Reading:
    """Return the reading of a text that names one number."""
    return Reading(value, value, value, approximate)


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
