"""Which ranks each zone takes, and how often, as a heat map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from geoprio._core.errors import InputError
from geoprio.outputs.figures.rows import check_first, rank_ticks, ranks_of, row_order, window
from geoprio.outputs.figures.style import INK, figure_lang, figure_style
from geoprio.outputs.figures.text import finish, zone_labels
from geoprio.outputs.figures.words import PLOT

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from matplotlib.axes import Axes

    from geoprio._core.typing import Floats, Ints

WIDTH_IN, ROW_IN = 9.0, 0.19
MOST_CELLS = 100
"""Cells in a row; of more ranks, some next to each other make a cell."""

RING = "#d55e00"
TAIL = 0.005
"""Share of a zone's draws that may lie left, and right, of the ranks that are drawn."""


def acceptability_heatmap(
    shares: pd.DataFrame,
    *,
    first: int,
    names: Mapping[Any, object] | pd.Series | None = None,
    today: pd.Series | None = None,
    project: str = "",
    note: str = "",
    lang: str = "zh",
) -> Figure:
    """Return zones × ranks, colored by the share of the draws in which a zone takes a rank.

    Up to 60 zones are listed; of more, the 60 around the line of the first n. Ranks that these seldom take are left
    out, and more than 100 ranks are drawn in cells of several: both is said below.

    Parameters
    ----------
    shares : DataFrame
        `pd.DataFrame(found.shares, index, found.bin_last)` of an `Acceptability`: index zone id; a column for each
        rank or bin of ranks, named by its last rank; rows sum to 1.
    first, names, today, project, note, lang
        As in `rank_intervals`.

    Raises
    ------
    InputError
        If the columns are no rising ranks that end at the number of zones, a row does not sum to 1, a rank is missing,
        or `first` does not fit.
    """
    table, last = _checked(shares)
    check_first(first, len(table))
    number = 1 if figure_lang(lang) == "en" else 0
    edges = np.concatenate(([0], last))
    mean = table @ ((edges[:-1] + 1 + edges[1:]) / 2.0)
    begin, end = window(len(table), first)
    order = row_order(shares.index, mean, today)[begin:end]
    ids = shares.index[order]
    listed = None if today is None else ranks_of(today, ids)
    cells, edges, gone = _cells(table[order], edges, listed, first)
    with figure_style():
        figure = Figure(figsize=(WIDTH_IN, ROW_IN * (end - begin) + 2.2), layout="constrained")
        axes = figure.add_subplot()
        _draw(axes, cells, edges, zone_labels(ids, names), listed, number)
        axes.axvline(first + 0.5, color=INK, linewidth=0.9, linestyle=(0, (4, 3)))
        widest = int(np.diff(edges).max())
        share = PLOT["share_bins" if widest > 1 else "share"][number].format(n=widest)
        bar = figure.colorbar(axes.collections[0], ax=axes, location="right", fraction=0.03, pad=0.01, aspect=30)
        bar.set_label(share, fontsize=8)
        bar.outline.set_visible(False)
        total = f"{len(table):,}"
        told = [PLOT["window"][number].format(a=begin + 1, b=end, all=total)] if end - begin < len(table) else []
        told += [PLOT["beyond"][number].format(a=edges[0] + 1, b=edges[-1], tail=100 * TAIL)] if gone else []
        handles = _legend(first, number, today=listed is not None)
        finish(figure, axes, PLOT["acceptability"][number], project, [*told, note], handles)
    return figure


def _checked(shares: pd.DataFrame) -> tuple[Floats, Ints]:
    """Return the shares and the last rank of each column."""
    n = len(shares)
    try:
        last = np.asarray([int(c) for c in shares.columns], np.int64)
    except (TypeError, ValueError):
        raise InputError(f"the columns {list(shares.columns)[:8]} must be named by ranks.") from None
    if not n or not len(last) or last[0] < 1 or (np.diff(last) <= 0).any() or last[-1] != n:
        raise InputError(
            f"the columns must rise from rank to rank up to the number of zones, {n}, not {last.tolist()[:8]}."
        )
    table = shares.to_numpy(float)
    wrong = ~(np.abs(table.sum(axis=1) - 1.0) <= 1e-6) | ~(table >= 0).all(axis=1)
    if wrong.any():
        raise InputError(f"zone {shares.index[int(wrong.argmax())]!r}: its shares must be 0 or more and sum to 1.")
    return table, last


def _cells(table: Floats, edges: Ints, today: Floats | None, first: int) -> tuple[Floats, Ints, bool]:
    """Return shares and edges of the cells that are drawn, and whether any draw was left out."""
    mass = np.cumsum(table, axis=1)
    drawn = (mass > TAIL) & (mass - table < 1.0 - TAIL - 1e-9)
    low, high = (int(f(np.flatnonzero(drawn.any(axis=0)))) for f in (np.min, np.max))
    if today is not None:
        places = np.searchsorted(edges, today) - 1
        low, high = min(low, int(places.min())), max(high, int(places.max()))
    high = min(high, table.shape[1] - 1) + 1
    kept, bounds = table[:, low:high], edges[low : high + 1]
    step = -(-kept.shape[1] // MOST_CELLS)
    # A cell ends where the first n do, so that none lies on both sides of their line.
    line = int(np.searchsorted(bounds, first)) % step
    begins = np.unique(np.concatenate(([0], np.arange(line, kept.shape[1], step))))
    gone = bool((kept.sum(axis=1) < 1.0 - 1e-9).any())
    return np.add.reduceat(kept, begins, axis=1), np.append(bounds[begins], bounds[-1]), gone


def _draw(axes: Axes, cells: Floats, edges: Ints, labels: list[str], today: Floats | None, number: int) -> None:
    """Draw the cells, with a ring at the published rank."""
    rows = np.arange(len(cells))
    # By the square root: most of the shares are small.
    look: dict[str, Any] = {"cmap": "Blues", "norm": PowerNorm(0.5, 0.0, float(100 * cells.max()))}
    shown = np.ma.masked_equal(100.0 * cells, 0.0)
    axes.pcolormesh(edges + 0.5, np.arange(len(cells) + 1) - 0.5, shown, linewidth=0, **look)
    if today is not None:
        axes.scatter(today, rows, s=15, facecolor="none", edgecolor=RING, linewidths=1.1)
        labels = [f"{rank:.0f}  {text}" for rank, text in zip(today, labels, strict=True)]
    axes.set_yticks(rows, labels)
    axes.set_ylim(len(cells) - 0.5, -0.5)
    axes.set_xlim(edges[0] + 0.5, edges[-1] + 0.5)
    axes.set_xticks(rank_ticks(edges[0] + 0.5, edges[-1] + 0.5))
    axes.tick_params(axis="y", length=0, labelsize=8)
    axes.tick_params(axis="x", labelsize=8)
    axes.set_xlabel(PLOT["rank"][number])


def _legend(first: int, number: int, *, today: bool) -> list[Line2D]:
    line = Line2D([], [], color=INK, linewidth=0.9, linestyle="--", label=PLOT["first"][number].format(n=first))
    look: dict[str, Any] = {"linestyle": "", "marker": "o", "markersize": 4.5, "markeredgecolor": RING}
    return [line, *([Line2D([], [], markerfacecolor="none", label=PLOT["today"][number], **look)] * today)]
