"""Figures of a comparison with their units, as people read them in Chinese and English.

A change that is shown is the difference of the figures that are shown beside it: where rounding would spoil that, both
get another decimal. Exact numbers stand in the files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from geoprio.effect.phrases import signed
from geoprio.effect.verdicts import FIGURES, agreeing_places

if TYPE_CHECKING:
    from geoprio.effect.change import Change
    from geoprio.effect.measured import Measured

Pair = tuple[str, str]
Text = str | Pair

UNKNOWN: Final[Pair] = ("未知", "unknown")
NONE: Final = "–"
COUNTED: Final[dict[str, tuple[str, Pair]]] = {
    "population": ("人", ("居民", "residents")),
    "population_60plus": ("人", ("60岁以上居民", "people aged 60+")),
    "population_0_2": ("人", ("0–2岁婴幼儿", "children under 3")),
    "dwellings": ("户", ("住户", "dwellings")),
    "floor_area_m2": ("平方米", ("建筑面积", "m² of floor area")),
    "buildings": ("栋", ("楼栋", "buildings")),
}
"""By kind of people or demand: the measure word in Chinese, and who or what is counted."""
UNITS: Final[dict[str, Pair]] = {
    "share": ("比例（0–1）", "share (0-1)"),
    "points": ("分（0–100）", "points (0-100)"),
    "m": ("米", "m"),
    "per 1,000": ("每千人处数", "per 1,000 people"),
    "capacity per 1,000": ("每千需求的容量", "capacity per 1,000 of the demand"),
    "": ("", ""),
}
"""Units of numbers as files hold them."""
WHOLE: Final = frozenset(("m", "demand"))
INDEX_PLACES: Final = 3
"""Decimals of measures of inequality, which have no unit."""


def counted(kind: str) -> Pair:
    """Return who or what a kind of people or demand counts, in zh and en."""
    return COUNTED.get(kind, COUNTED["population"])[1]


def amount(value: float, kind: str) -> Pair:
    """Return a number of people, dwellings, square metres or buildings with its unit."""
    if not np.isfinite(value):
        return UNKNOWN
    word, (_, en) = COUNTED.get(kind, COUNTED["population"])
    return f"{value:,.0f} {word}", f"{value:,.0f} {en}"


def measure_word(kind: str) -> str:
    """Return the measure word of a kind in Chinese: 人, 户, 平方米 or 栋."""
    return COUNTED.get(kind, COUNTED["population"])[0]


def unit_word(what: Measured | None, change: Change, number: int) -> str:
    """Return the unit of an indicator's numbers in files; number 0 = zh, 1 = en."""
    if what is None:
        return ""
    if what.unit == "demand":
        kind = change.before.demand.get(what.category, "population")
        return (measure_word(kind), counted(kind)[1])[number]
    return UNITS.get(what.unit, (what.unit, what.unit))[number]


def figures(before: float, after: float, unit: str, kind: str = "population") -> tuple[Text, Text, Text]:
    """Return before, after and change as they are shown.

    Parameters
    ----------
    before, after : float
    unit : str
        Of the indicator; "index" for measures of inequality, "score" for means of a scale, "spread" for standard
        errors of shares.
    kind : str
        What a demand counts.
    """
    if not (np.isfinite(before) and np.isfinite(after)):
        return figure(before, unit, kind=kind), figure(after, unit, kind=kind), UNKNOWN
    scale, places = _scale(unit), places_of(before, after, unit)
    change = round(scale * after, places) - round(scale * before, places)
    sides = (_with_unit(_plain(scale * value, places), unit, kind) for value in (before, after))
    return next(sides), next(sides), _with_unit(signed(change, places), unit, kind, change=True)


def places_of(before: float, after: float, unit: str) -> int:
    """Return the decimals that `figures` shows."""
    scale = _scale(unit)
    if not (np.isfinite(before) and np.isfinite(after)):
        return _places(unit, 0.0)
    return agreeing_places(scale * before, scale * after, _places(unit, before, after))


def figure(
    value: object, unit: str = "", *, change: bool = False, kind: str = "population", places: int | None = None
) -> Text:
    """Return a number as people read it; "unknown" where it is not known.

    Parameters
    ----------
    value : object
        A number; None or NaN is not known.
    unit : str
    change : bool
        Whether it gets a sign, and shares are told in points.
    kind : str
        What a demand counts.
    places : int, optional
        Decimals; default: those of the unit.
    """
    if value is None or not np.isfinite(number := float(str(value))):
        return UNKNOWN
    digits = _places(unit, number) if places is None else places
    text = signed(_scale(unit) * number, digits) if change else _plain(_scale(unit) * number, digits)
    return _with_unit(text, unit, kind, change=change)


def span(low: float, high: float, unit: str, places: int | None = None) -> Pair:
    """Return the bounds of a change, without the unit that stands beside it."""
    if not (np.isfinite(low) and np.isfinite(high)):
        return NONE, NONE
    digits = _places(unit, low, high) if places is None else places
    one, two = (signed(_scale(unit) * v, digits) for v in (low, high))
    return f"{one} 至 {two}", f"{one} to {two}"


def target_word(what: Measured) -> Pair:
    """Return what a zone has to reach: at least or at most the target; empty without one."""
    if what.target is None or not what.direction:
        return "", ""
    text = figure(what.target, what.unit)
    zh, en = text if isinstance(text, tuple) else (text, text)
    sign = "≤" if what.direction > 0 else "≥"
    return f"{sign} {zh.replace('.0 %', ' %')}", f"{sign} {en.replace('.0 %', ' %')}"


def _scale(unit: str) -> float:
    return 100.0 if unit in {"share", "spread"} else 1.0


def _places(unit: str, *values: float) -> int:
    """Return the decimals of a unit; of one without fixed ones three significant figures of the largest value."""
    if unit in {"share", "points", "spread"}:
        return 1
    if unit == "score":
        return 2
    if unit in WHOLE:
        return 0
    if unit == "index":
        return INDEX_PLACES
    most = max(abs(v) for v in values)
    return max(0, FIGURES - 1 - int(np.floor(np.log10(most)))) if most > 0 else 0


def _plain(value: float, places: int) -> str:
    text = f"{abs(value):,.{places}f}"
    return f"−{text}" if value < 0 and float(text.replace(",", "")) else text


def _with_unit(text: str, unit: str, kind: str, *, change: bool = False) -> Text:
    if unit == "share":
        return (f"{text} 个百分点", f"{text} points") if change else f"{text} %"
    if unit == "spread":
        return f"{text} 个百分点", f"{text} points"
    if unit == "m":
        return f"{text} 米", f"{text} m"
    if unit == "demand":
        return f"{text} {measure_word(kind)}", text
    return text
