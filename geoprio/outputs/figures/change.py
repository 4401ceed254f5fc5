"""Two runs compared: districts before and after, and how evenly access is spread over people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import PercentFormatter

from geoprio._core.errors import InputError
from geoprio.outputs.figures.rows import check_columns
from geoprio.outputs.figures.style import INK, SOFT, figure_lang, figure_style
from geoprio.outputs.figures.text import cut, finish, wrapped
from geoprio.outputs.figures.words import PLOT
from geoprio.outputs.palette import CHANGE_COLORS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from matplotlib.axes import Axes

    from geoprio._core.typing import Floats

WIDTH_IN, ROW_IN, PANEL_IN = 9.0, 0.26, 2.9
MOST_GROUPS: Final = 30
TITLE_COLUMNS: Final = 34
"""Room of a panel's title in one of two lines."""
LINES: Final[dict[str, dict[str, Any]]] = {
    "before": {"color": SOFT, "linestyle": (0, (4, 2))},
    "after": {"color": CHANGE_COLORS[0]},
    "even": {"color": "#b0b7bc"},
}
COLORS: Final = {"better": CHANGE_COLORS[0], "worse": CHANGE_COLORS[-1]}


def change_dumbbells(
    panels: Sequence[tuple[tuple[str, str], pd.DataFrame]], *, project: str = "", note: str = "", lang: str = "zh"
) -> Figure:
    """Return shares of groups before (hollow) and after (filled), a panel for each indicator.

    Parameters
    ----------
    panels : sequence of (title in zh and en, DataFrame)
        Index: the groups, the same in every panel; `before`, `after` (shares of 0 to 1) and `verdict`. At most 30
        groups are drawn: those with the most `people` if there are more.
    project, note, lang
        As in `rank_intervals`.

    Raises
    ------
    InputError
        If there is no panel or group, or a panel lacks a column.
    """
    if not panels or not len(panels[0][1]):
        raise InputError("there is no indicator or no group, so that there is nothing to draw.")
    for _, table in panels:
        check_columns(table, ("people",))
    number = 1 if figure_lang(lang) == "en" else 0
    order = panels[0][1]["people"].sort_values(ascending=False, kind="stable").index
    groups = order[:MOST_GROUPS]
    columns = min(3, len(panels))
    lines = -(-len(panels) // columns)
    with figure_style():
        high = (ROW_IN * len(groups) + 0.75) * lines + 0.9
        figure = Figure(figsize=(WIDTH_IN, high), layout="constrained")
        axes = figure.subplots(lines, columns, sharey=True, squeeze=False)
        for place, (title, table) in zip(axes.flat, panels, strict=False):
            _pairs(place, table.reindex(groups))
            place.set_title(wrapped(title[number], TITLE_COLUMNS, 2), loc="left", fontsize=9)
        for place in axes.flat[len(panels) :]:
            place.set_axis_off()
        axes[0][0].set_yticks(np.arange(len(groups)), [cut(g) for g in groups])
        axes[0][0].set_ylim(len(groups) - 0.5, -0.5)
        gone = len(order) - len(groups)
        below = [PLOT["more_groups"][number].format(n=gone)] if gone else []
        handles = [_mark("before", number), *(_mark(v, number) for v in ("better", "worse", "same"))]
        headed = figure.suptitle(
            " · ".join(t for t in (cut(project, 44), PLOT["by_group"][number]) if t), x=0.01, ha="left", fontsize=13
        )
        finish(figure, axes[0][0], "", "", [*below, note], handles, columns=4)
        headed.set_in_layout(True)
        axes[0][0].set_title(wrapped(panels[0][0][number], TITLE_COLUMNS, 2), loc="left", fontsize=9)
    return figure


def _pairs(axes: Axes, table: pd.DataFrame) -> None:
    """Draw one panel; groups of which nothing is known stay empty."""
    y = np.arange(len(table))
    before, after = (table[name].to_numpy(float) for name in ("before", "after"))
    axes.hlines(y, before, after, color=SOFT, linewidth=1.4, zorder=1)
    axes.scatter(before, y, s=26, facecolor="white", edgecolor=SOFT, linewidths=1.2, zorder=2)
    for verdict in ("better", "worse", "same"):
        there = (
            (table["verdict"] == verdict).to_numpy() if verdict != "same" else ~table["verdict"].isin(COLORS).to_numpy()
        )
        color, marker = COLORS.get(verdict, SOFT), "s" if verdict == "worse" else "o"
        axes.scatter(after[there], y[there], s=26, color=color, marker=marker, zorder=3)
    axes.set_xlim(-0.04, 1.04)
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    axes.grid(axis="x", color="#e6e9eb", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0, labelsize=8.5)
    axes.tick_params(axis="x", labelsize=8)


def _mark(what: str, number: int) -> Line2D:
    """Return a legend's mark."""
    look = {"face": "white", "edge": SOFT} if what == "before" else {"face": COLORS.get(what, SOFT)}
    drawn: dict[str, Any] = {"linestyle": "", "marker": "s" if what == "worse" else "o", "markersize": 5}
    edge = look.get("edge", look["face"])
    label = PLOT[f"mark_{what}"][number]
    return Line2D([], [], markerfacecolor=look["face"], markeredgecolor=edge, label=label, **drawn)


def lorenz_curves(
    panels: Sequence[tuple[tuple[str, str], Mapping[str, tuple[Floats, Floats]]]],
    *,
    ginis: Sequence[tuple[float, float]],
    who: tuple[str, str] = ("人口", "people"),
    project: str = "",
    note: str = "",
    lang: str = "zh",
) -> Figure:
    """Return Lorenz curves before and after, a panel for each indicator.

    Parameters
    ----------
    panels : sequence of (title in zh and en, mapping)
        ``before`` and ``after`` to the values that people carry and how many people carry each; values 0 or more.
    ginis : sequence of (before, after)
        Gini coefficients of the panels.
    who : (zh, en)
        Who or what is counted along the horizontal axis.
    project, note, lang
        As in `rank_intervals`.

    Raises
    ------
    InputError
        If there is no panel.
    """
    if not panels:
        raise InputError("there is no indicator, so that there is nothing to draw.")
    number = 1 if figure_lang(lang) == "en" else 0
    columns = min(3, len(panels))
    lines = -(-len(panels) // columns)
    with figure_style():
        figure = Figure(figsize=(PANEL_IN * columns + 0.3, (PANEL_IN + 0.3) * lines + 0.9), layout="constrained")
        axes = figure.subplots(lines, columns, sharex=True, sharey=True, squeeze=False)
        for place, (_, sides), (one, two) in zip(axes.flat, panels, ginis, strict=False):
            place.plot([0, 1], [0, 1], color="#b0b7bc", linewidth=0.8)
            for side in sides:
                place.plot(*lorenz_points(*sides[side]), linewidth=1.6, **LINES[side])
            told = PLOT["gini"][number].format(a=f"{one:.3f}", b=f"{two:.3f}")
            place.text(0.04, 0.94, told, va="top", fontsize=8, color=INK, transform=place.transAxes)
            place.set(xlim=(0, 1), ylim=(0, 1), aspect="equal")
            place.xaxis.set_major_formatter(PercentFormatter(1.0))
            place.yaxis.set_major_formatter(PercentFormatter(1.0))
            place.tick_params(labelsize=8)
        for place in axes.flat[len(panels) :]:
            place.set_axis_off()
        for place in axes[-1]:
            place.set_xlabel(PLOT["lorenz_x"][number].format(who=cut(who[number])), fontsize=8)
        axes[0][0].set_ylabel(PLOT["lorenz_y"][number], fontsize=8)
        handles = [Line2D([], [], label=PLOT[f"lorenz_{key}"][number], **look) for key, look in LINES.items()]
        figure.suptitle(
            " · ".join(t for t in (cut(project, 44), PLOT["lorenz"][number]) if t), x=0.01, ha="left", fontsize=13
        )
        finish(figure, axes[0][0], "", "", [note], handles)
        for place, (title, _) in zip(axes.flat, panels, strict=False):
            place.set_title(wrapped(title[number], TITLE_COLUMNS, 2), loc="left", fontsize=9)
    return figure


def lorenz_points(values: Floats, people: Floats) -> tuple[Floats, Floats]:
    """Return the corners of the Lorenz curve: share of the people, least first, and share of what they have."""
    order = np.argsort(values, kind="stable")
    x, w = np.asarray(values, float)[order], np.asarray(people, float)[order]
    heads, sums = np.concatenate(([0.0], np.cumsum(w))), np.concatenate(([0.0], np.cumsum(w * x)))
    if heads[-1] <= 0 or sums[-1] <= 0:
        return np.array([0.0, 1.0]), np.array([0.0, 1.0])
    return heads / heads[-1], sums / sums[-1]
