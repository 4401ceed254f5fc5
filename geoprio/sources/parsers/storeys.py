"""Storeys above ground."""

from __future__ import annotations

import re
from typing import Final

from geoprio.sources.parsers.words import Reading, Refused, arabic, plain, single

MOST_FLOORS: Final = 200
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
        return single(1.0, approximate=False)
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
