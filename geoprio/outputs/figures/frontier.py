"""What other budgets would bring: the frontier of a programme."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from geoprio._core.errors import InputError
from geoprio.outputs.figures.style import ACCENT, SOFT, figure_lang, figure_style
from geoprio.outputs.figures.text import finish
from geoprio.outputs.figures.words import PLOT

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

WIDTH_IN, HEIGHT_IN = 7.2, 4.4
UNITS_CNY = (1e4, 1e6)
"""Of the axis of money: ten thousand yuan in zh, a million in en."""
TODAY = "#d55e00"


def budget_frontier(
    frontier: pd.DataFrame, *, now: tuple[float, float] | None = None, project: str = "", lang: str = "zh"
) -> Figure:
    """Return the benefit over the budget, with what no programme can exceed.

    Parameters
    ----------
    frontier : DataFrame
        `scale`, `budget_cny`, `benefit` and `bound`, as `geoprio.programme.frontier` gives them; NaN where no programme
        keeps all rules.
    now : (float, float), optional
        Budget in yuan and benefit of the programme itself.
    project : str
        Stands before the title.
    lang : {"zh", "en"}
        English is drawn where no installed face has Chinese type.

    Raises
    ------
    InputError
        If no budget has an answer.
    """
    table = frontier[frontier["benefit"].notna()]
    if table.empty:
        raise InputError("no budget of the frontier has an answer, so that there is nothing to draw.")
    number = 1 if figure_lang(lang) == "en" else 0
    with figure_style():
        figure = Figure(figsize=(WIDTH_IN, HEIGHT_IN), layout="constrained")
        axes = figure.add_subplot()
        _lines(axes, table, number)
        if now is not None:
            label = PLOT["programme"][number]
            axes.plot(now[0] / UNITS_CNY[number], now[1], "D", color=TODAY, markersize=7, label=label, zorder=4)
        axes.set_xlabel(PLOT["budget"][number])
        axes.set_ylabel(PLOT["benefit"][number])
        axes.set_xlim(left=0)
        axes.set_ylim(bottom=0)
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.6g}")
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.6g}")
        axes.grid(color="#e6e9ec", linewidth=0.6)
        gone = len(frontier) - len(table)
        below = [PLOT["frontier_note"][number], PLOT["no_answer"][number].format(n=gone) if gone else ""]
        finish(figure, axes, PLOT["frontier"][number], project, below, axes.get_legend_handles_labels()[0])
    return figure


def _lines(axes: Axes, table: pd.DataFrame, number: int) -> None:
    """Draw benefit and bound, and name each budget by its share of today's."""
    x = table["budget_cny"].to_numpy(float) / UNITS_CNY[number]
    y, bound = table["benefit"].to_numpy(float), table["bound"].to_numpy(float)
    bound = np.where(np.isfinite(bound), bound, np.nan)
    axes.plot(x, bound, "--", color=SOFT, linewidth=1, label=PLOT["bound"][number], zorder=2)
    axes.plot(x, y, "o-", color=ACCENT, linewidth=1.8, markersize=4.5, label=PLOT["reached"][number], zorder=3)
    for at, high, scale in zip(x, y, table["scale"], strict=True):
        axes.annotate(
            f"{100 * scale:g} %", (at, high), xytext=(0, -13), textcoords="offset points", ha="center", fontsize=7.5,
            color=SOFT,
        )  # fmt: skip
