"""Sentences in zh and en, caveats among them, and how their numbers are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from geoprio.effect.verdicts import agreeing_places

if TYPE_CHECKING:
    from geoprio.effect.preregistered import Outcome
    from geoprio.effect.surveys import WaveChange

Sentence = tuple[str, str]
"""In zh and in en."""
SCALE: Final = {True: "分", False: ""}
"""In zh: points of a scale of answers; an indicator's unit is in its title."""


class Caveat(tuple[str, str]):
    """A sentence that says what findings do not say, or how far they are to be trusted."""

    __slots__ = ()


def but(zh: str, en: str) -> Sentence:
    """Return a caveat in both languages."""
    return Caveat((zh, en))


def both(zh: str, en: str) -> Sentence:
    """Return a sentence in both languages."""
    return zh, en


def level(outcome: Outcome, value: float, more: int = 0) -> str:
    """Return a share or mean as it is told, with `more` decimals than usual."""
    if not np.isfinite(value):
        return "–"
    return f"{100 * value:.{1 + more}f}%" if outcome.is_share else f"{value:.{2 + more}f}"


def more_places(outcome: Outcome, change: WaveChange) -> int:
    """Return the decimals to add so that a reader who subtracts both values finds the change."""
    scale, least = (100, 1) if outcome.is_share else (1, 2)
    one, two = scale * float(change.before[0]), scale * float(change.after[0])
    return agreeing_places(one, two, least) - least if np.isfinite([one, two]).all() else 0


def signed(value: float, digits: int) -> str:
    """Return a number with its sign, a proper minus among them; no sign where all figures shown are 0."""
    text = f"{abs(value):,.{digits}f}"
    if not float(text.replace(",", "")):
        return text
    return f"{'−' if value < 0 else '+'}{text}"


def shown_change(outcome: Outcome, change: WaveChange, more: int) -> float:
    """Return the difference of both values as they are shown."""
    places = (3 if outcome.is_share else 2) + more
    return round(float(change.after[0]), places) - round(float(change.before[0]), places)


def points(outcome: Outcome, value: float, more: int = 0) -> Sentence:
    """Return a difference with its sign and unit."""
    if not np.isfinite(value):
        return "–", "–"
    if outcome.is_share:
        text = signed(100 * value, 1 + more)
        return f"{text}个百分点", f"{text} points"
    text = signed(value, 2 + more)
    return f"{text}{SCALE[outcome.indicator is None]}", text


def spans_of(outcome: Outcome, value: float, low: float, high: float, sure: str, more: int = 0) -> Sentence:
    """Return a difference with its interval."""
    zh, en = points(outcome, value, more)
    if not (np.isfinite(low) and np.isfinite(high)):
        return zh, en
    scale, digits = (100, 1 + more) if outcome.is_share else (1, 2 + more)
    one, two = (signed(scale * x, digits) for x in (low, high))
    return f"{zh}（{sure}%区间{one}至{two}）", f"{en} ({sure} % interval {one} to {two})"
