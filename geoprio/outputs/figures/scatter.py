"""Two rankings against each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure

from geoprio._core.errors import InputError
from geoprio.outputs.figures.rows import rank_ticks
from geoprio.outputs.figures.style import INK, SOFT, figure_lang, figure_style
from geoprio.outputs.figures.text import cut, finish, zone_labels
from geoprio.outputs.figures.words import PLOT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from matplotlib.axes import Axes

    from geoprio._core.typing import Floats, Ints

SIDE_IN, NAMES_IN = 6.4, 2.8
NAMED = 15
"""Zones whose names stand at the right."""

GAP = 0.04
"""Room of a name in heights of the axes."""

ENTERED, LEFT, OTHERS = "#0072b2", "#d55e00", "#8d979e"


def ranking_scatter(
    before: pd.Series,
    after: pd.Series,
    *,
    first: int | None = None,
    names: Mapping[Any, object] | pd.Series | None = None,
    called: Sequence[tuple[str, str]] = (PLOT["before"], PLOT["after"]),
    project: str = "",
    note: str = "",
    lang: str = "zh",
) -> Figure:
    """Return two rankings against each other, 15 zones that moved by name at the right.

    Those that enter or leave the first n are named first, then those that moved most. Rank 1 is at the top and at the
    left: above the diagonal a zone became more urgent.

    Parameters
    ----------
    before, after : Series by zone id
        Ranks, 1 = first, NaN = not ranked; such as `result.zones["rank"]`. Zones that only one ranks are counted below.
    first : int, optional
        Zones that enter or leave the first n are colored.
    names : mapping or Series by zone id, optional
    called : two pairs (zh, en)
        What the rankings are called.
    project, note, lang
        As in `rank_intervals`.

    Raises
    ------
    InputError
        If a zone stands in a ranking twice, none stands in both, or `first` is below 1.
    """
    for ranking in (before, after):
        if not ranking.index.is_unique:
            raise InputError(f"zone {ranking.index[ranking.index.duplicated()][0]!r} stands in a ranking twice.")
    known = before.dropna().astype(float), after.dropna().astype(float)
    ids = known[0].index[known[0].index.isin(known[1].index)]
    if not len(ids):
        raise InputError("no zone stands in both rankings, so that there is nothing to compare.")
    if first is not None and first < 1:
        raise InputError(f"first = {first} must be 1 or more.")
    number = 1 if figure_lang(lang) == "en" else 0
    x, y = (np.asarray(ranks[ids], np.float64) for ranks in known)
    with figure_style():
        figure = Figure(figsize=(SIDE_IN + NAMES_IN, SIDE_IN + 1.2), layout="constrained")
        # An empty place at the right holds the names, of which the layout knows nothing.
        axes, place = figure.subplots(1, 2, width_ratios=[SIDE_IN, NAMES_IN])
        place.set_axis_off()
        most = float(max(x.max(), y.max()))
        _points(axes, x, y, first, number)
        _frame(axes, most, first)
        movers = _movers(x, y, first)
        _name(axes, x, y, movers, zone_labels(ids[movers], names))
        axes.set_xlabel(f"{cut(called[0][number], 50)} · {PLOT['rank'][number]}")
        axes.set_ylabel(f"{cut(called[1][number], 50)} · {PLOT['rank'][number]}")
        only = len(known[0]) + len(known[1]) - 2 * len(ids)
        below = [_told(x, y, len(movers), first, number), PLOT["only_one"][number].format(n=only) if only else "", note]
        finish(figure, axes, PLOT["scatter"][number], project, below, axes.get_legend_handles_labels()[0])
    return figure


def _points(axes: Axes, x: Floats, y: Floats, first: int | None, number: int) -> None:
    """Draw the zones, those that cross the line of the first n in colors and shapes of their own."""
    n = first or 0
    entered, left = (x > n) & (y <= n), (x <= n) & (y > n)
    if first is None:
        entered = left = np.zeros(len(x), bool)
    size = 26.0 if len(x) <= 200 else 12.0
    groups = ((~entered & ~left, OTHERS, "o", "stayed"), (entered, ENTERED, "^", "entered"), (left, LEFT, "v", "left"))
    for chosen, color, marker, word in groups:
        if word == "stayed" or first is not None:
            label = f"{PLOT[word][number].format(n=n)}  ({int(chosen.sum()):,})"
            axes.scatter(
                x[chosen], y[chosen], s=size * (1.0 if word == "stayed" else 1.5), marker=marker, color=color,
                edgecolors="white", linewidths=0.3, label=label, zorder=2 if word == "stayed" else 3,
            )  # fmt: skip


def _frame(axes: Axes, most: float, first: int | None) -> None:
    """Set equal axes with rank 1 at the top left, the diagonal and the lines of the first n."""
    room = 0.025 * most + 0.5
    axes.plot([1, most], [1, most], color="#c4cace", linewidth=0.9, zorder=1)
    if first is not None and first < most:
        look: dict[str, Any] = {"color": INK, "linewidth": 0.8, "linestyle": (0, (4, 3)), "zorder": 1}
        axes.axvline(first + 0.5, **look)
        axes.axhline(first + 0.5, **look)
    axes.set_xlim(1 - room, most + room)
    axes.set_ylim(most + room, 1 - room)
    axes.set_xticks(rank_ticks(1, most))
    axes.set_yticks(rank_ticks(1, most))
    axes.tick_params(labelsize=8)


def _movers(x: Floats, y: Floats, first: int | None) -> Ints:
    """Return the positions of the zones that are named, in order of their rank in the second ranking.

    Those that cross the line of the first n come before all others, then those that moved most.
    """
    moved = np.abs(y - x)
    crossed = (x <= first) != (y <= first) if first is not None else np.zeros(len(x), bool)
    most = np.lexsort((-moved, ~crossed))[:NAMED]
    chosen = most[moved[most] > 0]
    return np.asarray(chosen[np.argsort(y[chosen], kind="stable")])


def _name(axes: Axes, x: Floats, y: Floats, movers: Ints, labels: list[str]) -> None:
    """Name zones at the right of the axes, each tied to its point by a line; names never meet."""
    bottom, top = axes.get_ylim()
    wanted = (y[movers] - top) / (bottom - top)
    line = {"arrowstyle": "-", "color": SOFT, "linewidth": 0.4, "shrinkA": 1, "shrinkB": 2, "relpos": (0.0, 0.5)}
    for k, at, label in zip(movers, spread(wanted, GAP), labels, strict=True):
        name = axes.annotate(
            f"{label}  {x[k]:g} → {y[k]:g}", (x[k], y[k]), xytext=(1.03, 1.0 - at), textcoords="axes fraction",
            fontsize=8, va="center", annotation_clip=False, arrowprops=line,
        )  # fmt: skip
        name.set_in_layout(False)


def spread(wanted: Floats, gap: float) -> Floats:
    """Return the places nearest to the wanted ones that lie within 0 and 1 and at least a gap apart.

    Parameters
    ----------
    wanted : ndarray of float, shape (labels,)
        Rising, 0 to 1; at most 1 + 1 / gap of them.
    gap : float
    """
    from scipy.optimize import isotonic_regression  # noqa: PLC0415 - slow to load

    if not len(wanted):
        return wanted
    steps = gap * np.arange(len(wanted))
    # Places a gap apart, less their steps, must not fall: of such, these are the nearest by least squares.
    level = isotonic_regression(wanted - steps).x
    return np.asarray(np.clip(level, 0.0, 1.0 - steps[-1]) + steps, np.float64)


def _told(x: Floats, y: Floats, named: int, first: int | None, number: int) -> str:
    """Return how alike the rankings are, in words."""
    from scipy.stats import spearmanr  # noqa: PLC0415 - slow to load

    moved = int((x != y).sum())
    varies = len(x) > 1 and np.ptp(x) > 0 and np.ptp(y) > 0
    rho = f"{spearmanr(x, y).statistic:.3f}" if varies else "–"
    parts = [PLOT["correlation"][number].format(all=f"{len(x):,}", moved=f"{moved:,}", rho=rho)]
    if named:
        word = "named_movers" if moved == named else "movers" if first is None else "crossers"
        parts.append(PLOT[word][number].format(n=named, first=first))
    return ("；", "; ")[number].join(parts)
