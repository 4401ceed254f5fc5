"""Zones as rows of a plot: their order, and which of them are listed where there are too many."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoprio._core.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from geoprio._core.typing import Floats, Ints

MOST_ROWS = 60
"""Zones that are listed by name; of more, those around the line of the first n."""


def row_order(index: pd.Index, mean: Floats, today: pd.Series | None) -> Ints:
    """Return the positions of the zones from the top row down: by today's rank, else by mean rank.

    Raises
    ------
    InputError
        If a zone has no rank in `today`, or stands there twice.
    """
    if not index.is_unique:
        raise InputError(f"zone {index[index.duplicated()][0]!r} stands in the table twice.")
    if today is None:
        return np.asarray(np.argsort(mean, kind="stable"))
    ranks = ranks_of(today, index)
    return np.asarray(np.argsort(ranks, kind="stable"))


def ranks_of(today: pd.Series, index: pd.Index) -> Floats:
    """Return the rank of each zone.

    Raises
    ------
    InputError
        If a zone has none, or stands there twice.
    """
    if not today.index.is_unique:
        raise InputError(f"today: zone {today.index[today.index.duplicated()][0]!r} stands there twice.")
    ranks = today.reindex(index).to_numpy(float, na_value=np.nan)
    if np.isnan(ranks).any():
        zone = index[int(np.isnan(ranks).argmax())]
        raise InputError(f"today: zone {zone!r} has no rank; give one for every zone of the table.")
    return np.asarray(ranks, np.float64)


def window(zones: int, first: int, most: int = MOST_ROWS) -> tuple[int, int]:
    """Return begin and end of the rows that are listed: all, or those around the line of the first n."""
    if zones <= most:
        return 0, zones
    begin = int(np.clip(first - 2 * most // 3, 0, zones - most))
    return begin, begin + most


def check_first(first: int, zones: int) -> None:
    """Refuse a number of first zones that does not fit.

    Raises
    ------
    InputError
        If there is no zone, or `first` is not between 1 and their number.
    """
    if not zones:
        raise InputError("the table has no zones, so that there is nothing to draw.")
    if not 1 <= first <= zones:
        raise InputError(f"first = {first} must lie between 1 and the {zones} zones of the table.")


def check_columns(table: pd.DataFrame, columns: tuple[str, ...]) -> None:
    """Refuse a table that lacks columns or has unknown numbers in them.

    Raises
    ------
    InputError
        Naming the column, and the row of the first unknown number.
    """
    lacking = [c for c in columns if c not in table]
    if lacking:
        raise InputError(f"the table has no column {', '.join(lacking)}; it has {list(table.columns)}.")
    for column in columns:
        if table[column].isna().any():
            raise InputError(f"row {table.index[table[column].isna()][0]!r}, column {column!r}: there is no value.")


def rank_ticks(low: float, high: float, steps: int = 8) -> list[int]:
    """Return whole ranks for the ticks of an axis; always the first shown, no two closer than a step."""
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415 - keeps this module light

    begin, end = max(int(np.ceil(low)), 1), int(np.floor(high))
    found = [
        int(t)
        for t in MaxNLocator(steps, steps=[1, 2, 5, 10], integer=True).tick_values(begin, end)
        if begin <= t <= end
    ]
    step = found[1] - found[0] if len(found) > 1 else 1
    return [begin, *(t for t in found if t - begin >= 0.5 * step and t != begin)]
