"""Find the columns of a table that hold coordinates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from geoprio.config.draft.words import found_in, without
from geoprio.sources.coordinates import parse_degrees, plain_text
from geoprio.sources.tables import as_text

if TYPE_CHECKING:
    from geoprio._core.typing import Floats

PAIR: Final = r"\s*(-?\d+(?:\.\d+)?)\s*[,，;]\s*(-?\d+(?:\.\d+)?)\s*"
READ_SHARE: Final = 0.8
"""Of the values that are there, so many must be coordinates."""
PREFERENCE: Final = {"EPSG:4326": 0, None: 1, "GCJ-02": 2, "BD-09": 3}
"""Of several pairs of columns the one in the datum that needs least conversion is taken."""
LARGEST_DEGREES: Final = 360.0


@dataclass(frozen=True)
class Axes:
    """Columns of coordinates.

    Attributes
    ----------
    x, y : str
        The same where one column holds both.
    datum : str or None
        What the names of the columns say.
    first, second : ndarray of float
        Their numbers, degrees as text read; NaN where there is none.
    """

    x: str
    y: str
    datum: str | None
    first: Floats
    second: Floats


def find_axes(frame: pd.DataFrame) -> Axes | None:
    """Return the columns of coordinates; None where there are none."""
    pairs = [pair for pair in _pairs([str(c) for c in frame.columns]) if _both(frame, pair)]
    if pairs:
        x, y = min(pairs, key=lambda pair: (PREFERENCE[_datum(pair)], _unlikely(frame, pair)))
        return Axes(x, y, _datum((x, y)), _numbers(frame[x], "lon"), _numbers(frame[y], "lat"))
    for column in frame.columns:
        if column == "geometry" or not pd.api.types.is_string_dtype(frame[column]):
            continue
        text = as_text(frame[column]).dropna()
        if len(text) and text.head(500).str.fullmatch(PAIR).mean() >= READ_SHARE:
            parts = as_text(frame[column]).str.extract(f"^{PAIR}$").astype(float)
            return Axes(
                str(column), str(column), _datum((str(column),)), parts[0].to_numpy(float), parts[1].to_numpy(float)
            )
    return None


def _pairs(columns: list[str]) -> list[tuple[str, str]]:
    """Return the columns whose names differ only by the word for the axis."""
    firsts, lasts = ([(c, without(axis, c)) for c in columns] for axis in ("x", "y"))
    return [(x, y) for x, rest in firsts for y, other in lasts if rest is not None and rest == other and x != y]


def _datum(columns: tuple[str, ...]) -> str | None:
    return next(iter(found_in("datums", " ".join(columns))), None)


def _both(frame: pd.DataFrame, pair: tuple[str, str]) -> bool:
    """Return whether the values of two columns are coordinates."""
    for column in pair:
        known = frame[column].notna().to_numpy()
        if not known.any() or (~pd.isna(_numbers(frame[column], None))[known]).mean() < READ_SHARE:
            return False
    return True


def _unlikely(frame: pd.DataFrame, pair: tuple[str, str]) -> tuple[bool, int, int]:
    """Return what orders pairs of columns: degrees, which need no projection, come first, and those side by side."""
    large = [bool(np.nanmax(np.abs(_numbers(frame[column], None))) > LARGEST_DEGREES) for column in pair]
    x, y = (list(frame.columns).index(column) for column in pair)
    return large[0] != large[1], sum(large), abs(x - y)


def _numbers(values: pd.Series, axis: str | None) -> Floats:
    numbers = pd.to_numeric(values, errors="coerce").astype(float)
    odd = numbers.isna() & values.notna()
    if odd.any():
        plain = plain_text(values[odd])
        numbers[odd] = pd.to_numeric(plain, errors="coerce").astype(float).fillna(parse_degrees(plain, axis))
    return np.asarray(numbers.to_numpy(float), np.float64)
