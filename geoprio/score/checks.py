"""What every formula asks of its numbers, and the warnings by name."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np

from geoprio._core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from geoprio._core.typing import Bools, Floats

WEIGHT_TOLERANCE = 1e-9
"""How far weights may sum from 1."""


class ScoreWarning(UserWarning):
    """Parent of the warnings about numbers that a formula takes, but that may mislead."""


class ConstantWarning(ScoreWarning):
    """Warn that an indicator is the same in all zones, so that it tells none from another."""


class ZeroWarning(ScoreWarning):
    """Warn that zeros decide more than their number suggests."""


class CorrelatedWarning(ScoreWarning):
    """Warn that two indicators say the same, so that what they measure counts twice."""


def complete(values: ArrayLike, names: Sequence[str] = (), what: str = "values") -> Floats:
    """Return values as a table of finite numbers.

    Parameters
    ----------
    values : array_like, shape (zones, indicators)
    names : sequence of str
        Of the indicators, for messages; default: their numbers from 0.
    what : str
        Names the table in messages.

    Raises
    ------
    InputError
        If it is no table with at least one row and column, or a number is NaN or infinite.
    """
    table = np.asarray(values, np.float64)
    if table.ndim != 2 or not table.size:
        raise InputError(f"{what}: shape {table.shape} must be zones × indicators, at least one of each.")
    bad = np.argwhere(~np.isfinite(table))
    if len(bad):
        row, column = (int(i) for i in bad[0])
        raise InputError(
            f"{what}: row {row}, {label(column, names)} is {table[row, column]} ({len(bad)} such in all, NaN or inf); "
            "fill them by a rule of your choice, or leave the rows out."
        )
    return table


def several(table: Floats, method: str) -> None:
    """Check that there are zones to compare.

    Raises
    ------
    InputError
        If there are fewer than two rows.
    """
    if len(table) < 2:
        raise InputError(
            f"{method} compares zones with each other, and there is {len(table)}; "
            "give two or more, or use thresholds and given weights."
        )


def signs(directions: ArrayLike | None, columns: int) -> Floats:
    """Return directions as +1.0 and −1.0; None = all +1.

    Raises
    ------
    InputError
        If one is neither +1 nor −1, or they are not one for each indicator.
    """
    if directions is None:
        return np.ones(columns)
    found = np.asarray(directions, np.float64)
    if found.shape != (columns,) or not np.isin(found, (-1.0, 1.0)).all():
        raise InputError(f"directions {found.tolist()} must be +1 or -1 for each of {columns} indicators.")
    return found


def shares(weights: ArrayLike, columns: int) -> Floats:
    """Return weights that sum to 1.

    Raises
    ------
    InputError
        If they are not one for each indicator, one is negative or not finite, or they do not sum to 1.
    """
    found = np.asarray(weights, np.float64)
    if found.shape != (columns,) or not np.isfinite(found).all() or (found < 0).any():
        raise InputError(f"weights {found.tolist()} must be 0 or more, one for each of {columns} indicators.")
    if abs(float(found.sum()) - 1.0) > WEIGHT_TOLERANCE:
        raise InputError(f"weights {found.tolist()} sum to {found.sum():.9g}; divide them by their sum.")
    return found


def label(column: int, names: Sequence[str] = ()) -> str:
    """Return how messages name a column."""
    return repr(names[column]) if len(names) else f"column {column}"


def constant(table: Floats, names: Sequence[str], then: str) -> Bools:
    """Return which columns are the same in all rows, and warn of them.

    Parameters
    ----------
    table : ndarray of float, shape (zones, indicators)
    names : sequence of str
    then : str
        What becomes of such a column.
    """
    same = np.asarray(table.min(axis=0) == table.max(axis=0))
    if same.any():
        found = ", ".join(label(int(k), names) for k in np.flatnonzero(same))
        warnings.warn(f"{found}: the same in all zones; {then}.", ConstantWarning, stacklevel=3)
    return same


def not_negative(table: Floats, names: Sequence[str], method: str, mend: str) -> None:
    """Check that no value is negative.

    Raises
    ------
    InputError
        If one is, naming it.
    """
    bad = np.argwhere(table < 0)
    if len(bad):
        row, column = (int(i) for i in bad[0])
        raise InputError(
            f"{method}: Negative values in data: row {row}, {label(column, names)} = {table[row, column]:g}, for which "
            f"it is not defined; {mend}."
        )
