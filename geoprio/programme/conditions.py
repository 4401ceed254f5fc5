"""Which zones a measure or a source of funding is for: declared conditions on columns, never code."""

from __future__ import annotations

import difflib
from typing import Any, Self

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, model_validator

from geoprio._core.errors import InputError
from geoprio._core.typing import Bools

MOST_NAMED = 8
"""So many columns are named where none is called nearly so."""


class Frozen(BaseModel):
    """A part of a catalog or a programme's rules: immutable, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True)


class Condition(Frozen):
    """What a column of the zones must hold; everything that is given here holds together."""

    column: str = Field(min_length=1)
    """Column of the zones."""
    at_least: float | None = None
    """Smallest number that passes."""
    at_most: float | None = None
    """Largest number that passes."""
    one_of: tuple[str | bool | float, ...] = ()
    """Values that pass; text is compared as it stands."""

    @property
    def asked(self) -> str:
        """What is asked, in words: the values, or the bounds."""
        bounds = ((">=", self.at_least), ("<=", self.at_most))
        return ", ".join(map(str, self.one_of)) or ", ".join(f"{sign} {v:g}" for sign, v in bounds if v is not None)

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if self.at_least is None and self.at_most is None and not self.one_of:
            raise ValueError("give at_least, at_most or one_of")
        if self.one_of and (self.at_least is not None or self.at_most is not None):
            raise ValueError("one_of stands alone; give bounds in a condition of their own")
        return self


def meets(conditions: tuple[Condition, ...], zones: pd.DataFrame, where: str) -> tuple[Bools, Bools]:
    """Return which zones meet all conditions, and of which it is not known.

    Parameters
    ----------
    conditions : tuple of Condition
    zones : DataFrame
        Index `zone_id`.
    where : str
        What the conditions belong to, for messages.

    Returns
    -------
    holds, unknown : ndarray of bool, shape (zones,)
        A zone that fails one condition is known to fail; else a missing value makes the answer unknown. Never both.

    Raises
    ------
    InputError
        If a column is not there, or bounds are asked of a column that holds no numbers.
    """
    holds = np.ones(len(zones), bool)
    unknown = np.zeros(len(zones), bool)
    for condition in conditions:
        series = column_of(zones, condition.column, where)
        missing = series.isna().to_numpy(bool)
        passed = _passes(condition, series, where)
        holds &= passed | missing
        unknown |= missing
    return holds & ~unknown, holds & unknown


def failed(conditions: tuple[Condition, ...], zones: pd.DataFrame, where: str) -> np.ndarray[Any, np.dtype[np.object_]]:
    """Return the first condition that each zone is known to fail, in words; empty where none; shape (zones,).

    Raises
    ------
    InputError
        As `meets`.
    """
    out = np.full(len(zones), "", object)
    for condition in conditions:
        series = column_of(zones, condition.column, where)
        wrong = ~_passes(condition, series, where) & series.notna().to_numpy(bool) & (out == "")
        for row in np.flatnonzero(wrong):
            value = series.iloc[row]
            text = f"{value:g}" if isinstance(value, float) else str(value)
            out[row] = f"{condition.column} is {text} (asked: {condition.asked})"
    return out


def lacking(conditions: tuple[Condition, ...], zones: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.object_]]:
    """Return which columns of the conditions each zone lacks, in words; empty where none; shape (zones,)."""
    names = list(dict.fromkeys(c.column for c in conditions if c.column in zones.columns))
    gaps = zones[names].isna().to_numpy(bool)
    told = [", ".join(name for name, gap in zip(names, row, strict=True) if gap) for row in gaps]
    return np.array([f"one of {text} is not known" if text else "" for text in told], object)


def column_of(zones: pd.DataFrame, column: str, where: str) -> pd.Series[Any]:
    """Return a column of the zones.

    Raises
    ------
    InputError
        If it is not there; the message names those that are called nearly so.
    """
    if column not in zones.columns:
        raise InputError(
            f"{where}: the zones have no column {column!r}; {_instead(column, list(map(str, zones.columns)))}."
        )
    return zones[column]


def _instead(column: str, there: list[str]) -> str:
    """Return what a column may have been meant to be."""
    close = difflib.get_close_matches(column, there, n=3, cutoff=0.6)
    close = close or [c for c in there if column in c or c in column][:3]
    if close:
        return f"did you mean {' or '.join(map(repr, close))}"
    return f"they have {', '.join(there[:MOST_NAMED])}" + (f" and {len(there) - MOST_NAMED} others"
                                                           if len(there) > MOST_NAMED else "")  # fmt: skip


def numbers_of(zones: pd.DataFrame, column: str, where: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return a column of the zones as floats, NaN where missing; shape (zones,).

    Raises
    ------
    InputError
        If it is not there, or holds something that is no number; the message names the zone and the value.
    """
    series = column_of(zones, column, where)
    numbers = pd.to_numeric(series, errors="coerce").to_numpy(float, na_value=np.nan)
    wrong = ~np.isfinite(numbers) & series.notna().to_numpy(bool)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise InputError(
            f"{where}: zone {zones.index[row]!r} has {column} = {series.iloc[row]!r}, which is no number;"
            " mend it or leave it blank."
        )
    return numbers


def _passes(condition: Condition, series: pd.Series[Any], where: str) -> Bools:
    if condition.one_of:
        wanted = set(condition.one_of)
        return np.fromiter((v in wanted for v in series.astype(object)), bool, len(series))
    values = numbers_of(series.to_frame(), str(series.name), where)
    low = -np.inf if condition.at_least is None else condition.at_least
    high = np.inf if condition.at_most is None else condition.at_most
    with np.errstate(invalid="ignore"):
        return (values >= low) & (values <= high)
