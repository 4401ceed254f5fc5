"""Better, worse or about the same: what a change of an indicator is called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from geoprio._core.typing import Floats

VERDICTS: Final = ("better", "worse", "same", "changed", "unknown")
"""`same`: by less than outputs show. `changed`: of what is told but not valued. `unknown`: not known in a run."""

LEAST: Final = {"share": 0.0005, "points": 0.05, "m": 0.5, "demand": 0.5}
"""Changes below are called the same, by unit: half of the last figure that outputs show (0.1 %, a tenth of a point, one
metre, one person or building)."""
FIGURES: Final = 3
"""Significant figures that are shown of all other units: changes below half of the last one are called the same."""


def verdicts(before: pd.Series, after: pd.Series, direction: pd.Series | int, unit: pd.Series | str = "") -> pd.Series:
    """Return better, worse, same, changed or unknown for each pair of values.

    Parameters
    ----------
    before, after : Series of float
    direction : Series or {1, -1, 0}
        1: less is better; -1: more is better; 0: told, not valued.
    unit : Series of str or str
        Of the values; what counts as the same follows from it.
    """
    change = after - before
    # Files keep nine digits: what lies on the bound does not turn by the last of them.
    same = change.abs() < least_told(before, after, unit) * (1 - 1e-6)
    same |= change == 0
    worse = np.sign(change) * direction
    told = np.select([change.isna(), same, worse > 0, worse < 0], ["unknown", "same", "worse", "better"], "changed")
    return pd.Series(told, index=before.index, dtype="str")


def least_told(before: pd.Series, after: pd.Series, unit: pd.Series | str = "") -> Floats:
    """Return the least change of each pair of values that has a verdict, in the unit of the values; shape (n,)."""
    units = unit if isinstance(unit, pd.Series) else pd.Series(unit, index=before.index, dtype=object)
    most = np.maximum(before.abs().to_numpy(float), after.abs().to_numpy(float))
    size = np.floor(np.log10(most, out=np.zeros_like(most), where=most > 0))
    by_figures = np.where(most > 0, 0.5 * 10.0 ** (size - (FIGURES - 1)), 0.0)
    fixed = units.map(LEAST).to_numpy(float)
    return np.asarray(np.where(np.isnan(fixed), by_figures, fixed), np.float64)


def agreeing_places(before: float, after: float, places: int) -> int:
    """Return with how many decimals two numbers are shown: one more where rounding would spoil their difference.

    Parameters
    ----------
    before, after : float
        In the unit in which they are shown.
    places : int
        Least number of decimals.
    """
    shown = round(after, places) - round(before, places)
    return places if abs(shown - round(after - before, places)) < 0.1 * 10.0**-places else places + 1
