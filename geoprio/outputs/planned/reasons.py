"""Why a measure is not done, and where its price is from, in the reader's language: no code and no English in zh."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from geoprio._core.errors import InputError
from geoprio.indicators.project_list import ZONE_TYPE_TITLES
from geoprio.indicators.registry import category_titles
from geoprio.outputs.planned.labels import ASSUMED, COLUMN_TITLES, REASONS, SHIPPED
from geoprio.outputs.planned.zones import measure_titles
from geoprio.outputs.titles import shown_title

if TYPE_CHECKING:
    from geoprio.outputs.planned.result import Planned

LISTED: Final = re.compile(r", ")


def reason_words(text: str, found: Planned, number: int) -> str:
    """Return a reason of `Problem.table` with titles instead of codes, in zh or en; others stay as they are."""
    for pattern, words in REASONS:
        if match := re.fullmatch(pattern, text):
            told = [_named(part, found, number) for part in match.groups()]
            return words[number].format(*told).replace(">= ", "≥ ").replace("<= ", "≤ ")
    return text


def price_words(text: str, number: int) -> str:
    """Return the source of a price, or a note of the catalog, in the language; one's own stay as they are."""
    return SHIPPED.get(text, text) if number == 0 else text


def assumed_words(text: str, number: int) -> str:
    """Return what is assumed of a quantity or a cost in the language, part by part."""
    if number == 1:
        return text
    # The source of a price may hold a semicolon itself.
    rest, price = text, ""
    if match := re.fullmatch(ASSUMED[0], text):
        rest, price = match[1] or "", ASSUMED[1].format(price_words(match[2], 0))
    parts = [price_words(part, 0) for part in rest.split("; ") if part]
    return "；".join([*parts, price] if price else parts)


def _named(part: str, found: Planned, number: int) -> str:
    """Return codes of columns, measures and kinds of zones as people call them, one by one."""
    measures = measure_titles(found.programme)
    comma = ("、", ", ")[number]
    told = []
    for code in LISTED.split(part):
        if code in measures:
            told.append(measures[code][number])
        elif code in ZONE_TYPE_TITLES:
            told.append(ZONE_TYPE_TITLES[code][number])
        elif code in found.result.zones or re.fullmatch(r"[a-z][a-z0-9_]*", code):
            told.append(column_words(code, found, number))
        else:
            told.append(code)
    return comma.join(dict.fromkeys(told))


def column_words(code: str, found: Planned, number: int) -> str:
    """Return the title of a column; one that nobody knows keeps its name, in quotes."""
    if code in COLUMN_TITLES:
        return COLUMN_TITLES[code][number]
    siting = {s.column: s.category for s in found.spec.siting}
    try:
        title = shown_title(code, found.result)[number]
    except (InputError, KeyError):
        title = code
    if title == code and code in siting:
        return ("{}选址数", "sites chosen for {}")[number].format(category_titles(siting[code])[number])
    return title
