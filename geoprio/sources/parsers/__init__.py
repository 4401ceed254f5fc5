"""What people write in lists, read where the meaning is sure: numbers, areas, money, years, floors, dates, yes and no.

Each parser takes one text and returns what it says, or raises `Refused` with the reason. Nothing is guessed: an open
range, a part, a word such as "high-rise" or a number in an unknown unit is refused. A blank is no business of theirs
(`is_blank`); "0" is the number 0.
"""

from geoprio.sources.parsers.amounts import AREAS, COUNTS, MONEY, area, money, number
from geoprio.sources.parsers.answers import NO, YES, yes_no
from geoprio.sources.parsers.dates import YEARS, date, year
from geoprio.sources.parsers.storeys import MOST_FLOORS, floors
from geoprio.sources.parsers.words import Reading, Refused, arabic, is_blank, plain

__all__ = [
    "AREAS",
    "COUNTS",
    "MONEY",
    "MOST_FLOORS",
    "NO",
    "YEARS",
    "YES",
    "Reading",
    "Refused",
    "arabic",
    "area",
    "date",
    "floors",
    "is_blank",
    "money",
    "number",
    "plain",
    "year",
    "yes_no",
]
