"""How sure each rank is: the ranks that a zone takes in 5 to 95 % of the draws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from geoprio._core.errors import InputError
from geoprio.outputs.figures.rows import check_columns, check_first, rank_ticks, ranks_of, row_order, window
from geoprio.outputs.figures.style import INK, SOFT, figure_lang, figure_style
from geoprio.outputs.figures.text import finish, percent, zone_labels
from geoprio.outputs.figures.words import PLOT
from geoprio.outputs.palette import ROBUST_COLORS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes

    from geoprio._core.typing import Floats

COLUMNS = ("rank_mean", "rank_p05", "rank_p95", "first_share", "robust")
WIDTH_IN, ROW_IN, OVERVIEW_IN = 9.0, 0.19, 2.2
GATE_MARKS: Final[dict[bool | None, dict[str, Any]]] = {
    True: {"marker": "D", "facecolor": "#b3261e", "edgecolor": "#b3261e"},
    None: {"marker": "D", "facecolor": "white", "edgecolor": "#b3261e"},
}
MOST_LINES = 1000
"""Zones drawn in the overview; of more, every second, third …"""


def rank_intervals(
    table: pd.DataFrame,
    *,
    first: int,
    names: Mapping[Any, object] | pd.Series | None = None,
    today: pd.Series | None = None,
    gate: pd.Series | None = None,
    project: str = "",
    note: str = "",
    lang: str = "zh",
) -> Figure:
    """Return the interval of ranks of each zone, colored by how sure its place among the first n is.

    Up to 60 zones are listed by name. Of more, the 60 around the line of the first n are, below an overview of all.

    Parameters
    ----------
    table : DataFrame
        `Acceptability.table(index)`: index zone id; `rank_mean`, `rank_p05`, `rank_p95`, `first_share`, `robust`.
    first : int
        The first n that the table was computed for.
    names : mapping or Series by zone id, optional
        Such as `result.zones["name"]`; the id stands in for a missing one.
    today : Series by zone id, optional
        The published ranks: they order the rows and are marked. Default: in order of the mean rank.
    gate : Series of boolean by zone id, optional
        What puts zones first in every draw, such as the safety gate: marked, and so are those of which it is missing.
    project : str
        What the title begins with.
    note : str
        Small print, such as how many draws of which weights.
    lang : {"zh", "en"}
        English is drawn where no installed face has Chinese type.

    Raises
    ------
    InputError
        If a column, a rank or every zone is missing, or `first` does not fit the table.
    """
    check_columns(table, COLUMNS)
    check_first(first, len(table))
    unknown = set(table["robust"]) - set(ROBUST_COLORS)
    if unknown:
        raise InputError(f"column 'robust': {sorted(unknown)} is none of {', '.join(ROBUST_COLORS)}.")
    number = 1 if figure_lang(lang) == "en" else 0
    order = row_order(table.index, table["rank_mean"].to_numpy(float), today)
    whole = table.iloc[order]
    ranks = None if today is None else ranks_of(today, whole.index)
    begin, end = window(len(whole), first)
    capped = end - begin < len(whole)
    with figure_style():
        rows_in = ROW_IN * (end - begin) + 0.6
        figure = Figure(figsize=(WIDTH_IN, rows_in + (OVERVIEW_IN if capped else 0.0) + 1.3), layout="constrained")
        axes = list(
            figure.subplots(1 + capped, squeeze=False, height_ratios=[*([OVERVIEW_IN] * capped), rows_in])[:, 0]
        )
        if capped:
            _overview(axes[0], whole, (begin, end), first, number)
        listed = None if ranks is None else ranks[begin:end]
        _listed(axes[-1], whole.iloc[begin:end], zone_labels(whole.index[begin:end], names), listed)
        held = _held(gate, whole.index)
        _gated(axes[-1], held[begin:end])
        _first_line(axes[-1], first, number)
        axes[-1].set_xlabel(PLOT["rank"][number])
        told = PLOT["window"][number].format(a=begin + 1, b=end, all=f"{len(whole):,}") if capped else ""
        handles = [*_legend(whole, first, number, today=today is not None), *_gate_legend(held, number)]
        finish(figure, axes[0], PLOT["intervals"][number], project, [told, note], handles)
    return figure


def _listed(axes: Axes, rows: pd.DataFrame, labels: list[str], today: Floats | None) -> None:
    """Draw one row per zone: the interval, the mean, the published rank, and the chance at the right."""
    low, high, mean = (rows[c].to_numpy(float) for c in ("rank_p05", "rank_p95", "rank_mean"))
    y = np.arange(len(rows))
    lines = [((a, k), (b, k)) for a, b, k in zip(low, high, y, strict=True)]
    colors = [ROBUST_COLORS[label] for label in rows["robust"]]
    axes.add_collection(LineCollection(lines, colors=colors, linewidths=6, capstyle="round", zorder=2))
    axes.scatter(mean, y, s=9, facecolor="white", edgecolor=INK, linewidths=0.7, zorder=4)
    if today is not None:
        axes.scatter(today, y, s=42, marker="|", color=INK, linewidths=1.3, zorder=3)
        labels = [f"{rank:.0f}  {text}" for rank, text in zip(today, labels, strict=True)]
    # A line from a rank to itself would not be seen.
    single = low == high
    axes.scatter(
        low[single], y[single], s=36, color=[c for c, one in zip(colors, single, strict=True) if one], zorder=2
    )
    axes.set_yticks(y, labels)
    axes.set_ylim(len(rows) - 0.3, -0.7)
    shown = np.concatenate((low, high, [] if today is None else today))
    room = 0.02 * max(np.ptp(shown), 1.0) + 0.5
    axes.set_xlim(shown.min() - room, shown.max() + room)
    axes.set_xticks(rank_ticks(*axes.get_xlim()))
    axes.tick_params(axis="y", length=0, labelsize=8)
    axes.tick_params(axis="x", top=True, labeltop=True, labelsize=8)
    axes.grid(axis="x", color="#e6e9eb", linewidth=0.6)
    axes.set_axisbelow(True)
    for k, share in zip(y.tolist(), rows["first_share"], strict=True):
        place = axes.get_yaxis_transform()
        axes.text(1.07, k, percent(share), transform=place, fontsize=8, ha="right", va="center", color=SOFT)


def _held(gate: pd.Series | None, zones: pd.Index) -> list[bool | None]:
    """Return whether the gate holds of each zone, None = not known; False throughout without a gate that holds."""
    if gate is None or not gate.reindex(zones).astype("boolean").fillna(True).any():  # noqa: FBT003 - not known counts
        return [False] * len(zones)
    return [None if pd.isna(v) else bool(v) for v in gate.reindex(zones)]


def _gated(axes: Axes, held: list[bool | None]) -> None:
    """Mark zones that are first whatever is drawn, and those that follow them."""
    place = axes.get_yaxis_transform()
    for value, look in GATE_MARKS.items():
        rows = [k for k, v in enumerate(held) if v is value]
        if rows:
            axes.scatter([0.008] * len(rows), rows, transform=place, s=26, clip_on=False, zorder=5, **look)


def _gate_legend(held: list[bool | None], number: int) -> list[Line2D]:
    handles = []
    for (value, look), key in zip(GATE_MARKS.items(), ("gated", "gate_unknown"), strict=True):
        count = sum(v is value for v in held)
        if count:
            line = {
                "marker": look["marker"],
                "markerfacecolor": look["facecolor"],
                "markeredgecolor": look["edgecolor"],
            }
            label = PLOT[key][number].format(n=count)
            handles.append(Line2D([], [], linestyle="", markersize=6, label=label, **line))
    return handles


def _first_line(axes: Axes, first: int, number: int) -> None:
    """Mark the line of the first n, and name the column at the right."""
    low, high = axes.get_xlim()
    if low < first + 0.5 < high:
        axes.axvline(first + 0.5, color=INK, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
    chance = PLOT["chance"][number].format(n=first)
    axes.annotate(
        chance, (1.07, 1.0), xytext=(0, 3), xycoords="axes fraction", textcoords="offset points",
        fontsize=7.5, ha="right", va="bottom", color=SOFT,
    )  # fmt: skip


def _overview(axes: Axes, whole: pd.DataFrame, listed: tuple[int, int], first: int, number: int) -> None:
    """Draw the intervals of all zones, side by side in their order, with those that are listed below marked."""
    step = -(-len(whole) // MOST_LINES)
    rows, x = whole.iloc[::step], np.arange(1, len(whole) + 1)[::step]
    spans = zip(x, rows["rank_p05"], rows["rank_p95"], strict=True)
    colors = [ROBUST_COLORS[label] for label in rows["robust"]]
    width = float(np.clip(400.0 / len(rows), 0.6, 3.0))
    axes.add_collection(
        LineCollection([((k, a - 0.5), (k, b + 0.5)) for k, a, b in spans], colors=colors, linewidths=width)
    )
    axes.axvspan(listed[0] + 0.5, listed[1] + 0.5, color="#dfe4e8", zorder=0)
    axes.axhline(first + 0.5, color=INK, linewidth=0.9, linestyle=(0, (4, 3)))
    axes.set_xlim(0, len(whole) + 1)
    axes.set_ylim(len(whole) + 1, 0)
    axes.set_xticks(rank_ticks(1, len(whole)))
    axes.set_yticks(rank_ticks(1, len(whole), 5))
    axes.tick_params(labelsize=8)
    told = [PLOT["everything"][number].format(all=f"{len(whole):,}")]
    told += [PLOT["thinned"][number].format(step=step)] if step > 1 else []
    axes.set_xlabel(
        f"{PLOT['place'][number]} · {', '.join(told)}" if number else f"{PLOT['place'][0]}（{'，'.join(told)}）"
    )
    axes.set_ylabel(PLOT["rank"][number])


def _legend(whole: pd.DataFrame, first: int, number: int, *, today: bool) -> list[Line2D]:
    counts = whole["robust"].value_counts()
    handles = [
        Line2D([], [], color=color, linewidth=4.5, solid_capstyle="round",
               label=f"{PLOT[label][number].format(n=first)}  ({int(counts.get(label, 0)):,})")
        for label, color in ROBUST_COLORS.items()
    ]  # fmt: skip
    look: dict[str, Any] = {"linestyle": "", "markeredgecolor": INK}
    handles.append(Line2D([], [], color="#c4cace", linewidth=4.5, label=PLOT["interval"][number]))
    handles.append(Line2D([], [], marker="o", color="white", markersize=4, label=PLOT["mean"][number], **look))
    if today:
        handles.append(Line2D([], [], marker="|", markersize=8, label=PLOT["today"][number], **look))
    handles.append(
        Line2D([], [], color=INK, linewidth=0.9, linestyle="--", label=PLOT["first"][number].format(n=first))
    )
    return handles
