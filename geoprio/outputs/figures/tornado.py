"""How much each weight and other factor moves an outcome, the largest at the top."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from geoprio._core.errors import InputError
from geoprio.outputs.figures.rows import check_columns
from geoprio.outputs.figures.style import INK, figure_lang, figure_style
from geoprio.outputs.figures.text import cut, finish
from geoprio.outputs.figures.words import FACTORS, PLOT

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from matplotlib.axes import Axes

WIDTH_IN, ROW_IN = 8.5, 0.32
MOST_FACTORS = 30
DARK, LIGHT, ORANGE = "#0072b2", "#a6cee3", "#e69f00"
KINDS = (("first", "first_error", "total", "total_error"), ("effect", "error"), ("low", "high", "base"))
"""Columns of Sobol indices, Shapley effects and swings."""


def weight_tornado(
    table: pd.DataFrame,
    *,
    outcome: tuple[str, str] = ("", ""),
    titles: Mapping[str, tuple[str, str]] | None = None,
    project: str = "",
    note: str = "",
    lang: str = "zh",
) -> Figure:
    """Return the effect of each factor on an outcome as bars, the largest at the top; at most 30.

    Parameters
    ----------
    table : DataFrame
        Index factor; `SobolIndices.table()`, `ShapleyEffects.table()`, or swings one at a time: `low` and `high` (the
        outcome with the factor at its low and its high end) and `base` (the outcome as it stands).
    outcome : (zh, en)
        What is measured, with its unit.
    titles : mapping of str to (zh, en), optional
        Of the factors; those of weights, method, speed and other usual ones are known.
    project, note, lang
        As in `rank_intervals`.

    Raises
    ------
    InputError
        If the table has no rows, other columns, or a number is missing.
    """
    kind = next((k for k in KINDS if set(k) <= set(table.columns)), None)
    if kind is None:
        raise InputError(f"the table has the columns {list(table.columns)}, not one of the sets {KINDS}.")
    check_columns(table, kind)
    if not len(table):
        raise InputError("the table has no factors, so that there is nothing to draw.")
    number = 1 if figure_lang(lang) == "en" else 0
    size = (
        (table["high"] - table["low"]).abs() if kind[0] == "low" else table["total" if kind[0] == "first" else "effect"]
    )
    whole = table.iloc[np.argsort(-size.to_numpy(float), kind="stable")]
    rows, known = whole.head(MOST_FACTORS), FACTORS | dict(titles or {})
    labels = [cut(known.get(str(f), (str(f), str(f)))[number], 44) for f in rows.index]
    with figure_style():
        figure = Figure(figsize=(WIDTH_IN, ROW_IN * len(rows) + 2.0), layout="constrained")
        axes = figure.add_subplot()
        (_swings if kind[0] == "low" else _shares)(axes, rows, number)
        axes.set_yticks(np.arange(len(rows)), labels)
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.tick_params(axis="y", length=0, labelsize=8.5)
        axes.grid(axis="x", color="#e6e9eb", linewidth=0.6)
        axes.set_axisbelow(True)
        what = cut(outcome[number], 80)
        share = PLOT["variance_of" if what else "variance"][number].format(what=what)
        axes.set_xlabel(what if kind[0] == "low" else share)
        more = len(whole) - len(rows)
        below = [PLOT["more_factors"][number].format(n=more) if more else ""]
        below += [PLOT["noise"][number]] if kind[0] == "first" and (rows["first"] < 0).any() else []
        finish(figure, axes, PLOT["tornado"][number], project, [*below, note], axes.get_legend_handles_labels()[0])
    return figure


def _shares(axes: Axes, rows: pd.DataFrame, number: int) -> None:
    """Draw shares of the variance: Shapley effects, or first-order within total indices."""
    y = np.arange(len(rows))
    sobol = "total" in rows
    whole, error = ("total", "total_error") if sobol else ("effect", "error")
    values, errors = 100.0 * rows[whole].to_numpy(float), 100.0 * rows[error].to_numpy(float)
    axes.barh(y, values, height=0.62, color=LIGHT if sobol else DARK, label=PLOT[whole][number])
    if sobol:
        axes.barh(y, 100.0 * rows["first"].to_numpy(float), height=0.3, color=DARK, label=PLOT["alone"][number])
    axes.errorbar(
        values, y, xerr=errors, fmt="none", ecolor=INK, elinewidth=0.8, capsize=2.5, label=PLOT["error"][number]
    )
    edge = np.maximum(values, 0.0) + errors
    reach = max(float(edge.max()), 1.0)
    for k, (at, value) in enumerate(zip(edge, values, strict=True)):
        axes.text(at + 0.012 * reach, k, f"{value:.1f}", va="center", fontsize=8)
    least = min(0.0, float((values - errors).min()), 100.0 * float(rows["first"].min()) if sobol else 0.0)
    axes.set_xlim(least - 0.02 * reach * (least < 0), 1.1 * reach)


def _swings(axes: Axes, rows: pd.DataFrame, number: int) -> None:
    """Draw what the outcome becomes at the two ends of each factor."""
    y = np.arange(len(rows))
    base = rows["base"].to_numpy(float)
    if not (base == base[0]).all():
        raise InputError("column 'base': the outcome as it stands must be the same for every factor.")
    for column, color in (("low", ORANGE), ("high", DARK)):
        # Thinner where both ends lie on one side, so that neither hides the other.
        height = 0.62 if column == "low" else 0.34
        ends = rows[column].to_numpy(float) - base
        axes.barh(y, ends, left=base, height=height, color=color, label=PLOT[column][number])
    axes.axvline(base[0], color=INK, linewidth=0.9, label=PLOT["base"][number].format(value=f"{base[0]:g}"))
