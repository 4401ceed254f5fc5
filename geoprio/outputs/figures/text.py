"""Texts of plots: names cut to their room, without anything that no face can draw."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from matplotlib import font_manager
from matplotlib.ft2font import FT2Font
from matplotlib.layout_engine import ConstrainedLayoutEngine

from geoprio.outputs.figures.style import SOFT, chinese_face

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NAME_COLUMNS = 26
"""Room of a zone's name: a Chinese character takes two columns."""

NOTE_COLUMNS = 150
SMALL = 7.5
NO_GLYPH = "□"


def columns(text: str) -> int:
    """Return how many columns a text takes: wide characters take two."""
    return sum(1 + (unicodedata.east_asian_width(c) in "WF") for c in text)


def cut(text: object, room: int = NAME_COLUMNS) -> str:
    """Return a text in one line of at most `room` columns, ending in … where it was cut.

    Characters that cannot be drawn become □; those that are not printable are dropped.
    """
    known = _glyphs(chinese_face())
    clean = " ".join("".join(c if c.isprintable() else " " for c in str(text)).split())
    clean = "".join(c if ord(c) in known else NO_GLYPH for c in clean)
    if columns(clean) <= room:
        return clean
    while columns(clean) > room - 1:
        clean = clean[:-1]
    return f"{clean.rstrip()}…"


def wrapped(text: object, room: int = NOTE_COLUMNS, lines: int = 4) -> str:
    """Return a text in at most some lines of at most `room` columns, broken at spaces or between wide characters."""
    rest, found = cut(text, room * lines), []
    while columns(rest) > room:
        end = next(k for k in range(len(rest), 0, -1) if columns(rest[:k]) <= room)
        at = max((k for k in range(end // 2, end + 1) if _breaks(rest, k)), default=end)
        found.append(rest[:at].rstrip())
        rest = rest[at:].lstrip()
    return "\n".join([*found, rest])


def zone_labels(index: pd.Index, names: Mapping[object, object] | pd.Series | None) -> list[str]:
    """Return the shown name of each zone, its id where it has none.

    Parameters
    ----------
    index : Index of zone ids
    names : mapping or Series by zone id, optional
        What is no text or blank counts as no name.
    """
    if names is None:
        return [cut(zone) for zone in index]
    found = [names.get(zone) for zone in index]
    return [
        cut(name) if isinstance(name, str) and name.strip() else cut(zone)
        for zone, name in zip(index, found, strict=True)
    ]


def percent(share: float) -> str:
    """Return a share of 0 to 1 in whole percent, never rounded to 0 or 100 that it is not."""
    if 0 < share < 0.005:
        return "<1 %"
    return ">99 %" if 0.995 <= share < 1 else f"{100 * share:.0f} %"


def finish(
    figure: Figure, axes: Axes, title: str, project: str, below: Sequence[str], handles: Sequence[Any], columns: int = 3
) -> None:
    """Set the title above the axes, the legend below all axes, and the small print at the foot of the figure."""
    place = cut(project, 44)
    axes.set_title(f"{place} · {title}" if place else title, loc="left", fontsize=13, pad=12)
    lines = "\n".join(wrapped(line) for line in below if line.strip())
    inches = figure.get_figheight()
    foot = (len(lines.splitlines()) * 1.35 * SMALL / 72 + 0.08) / inches if lines else 0.0
    keys = (-(-len(handles) // columns) * 13.0 + 8.0) / 72 / inches if handles else 0.0
    engine = figure.get_layout_engine()
    assert isinstance(engine, ConstrainedLayoutEngine)
    # The layout cannot tell a legend from small print below it; the room of both is taken off.
    engine.set(rect=(0.0, foot + keys, 1.0, 1.0 - foot - keys))
    figure.text(0.01, 0.05 / inches, lines, fontsize=SMALL, color=SOFT, va="bottom", linespacing=1.2)
    if handles:
        figure.legend(
            handles=list(handles), loc="lower left", bbox_to_anchor=(0.0, foot, 1.0, keys),
            ncols=columns, frameon=False, fontsize=8, borderaxespad=0.2,
        )  # fmt: skip


def _breaks(text: str, k: int) -> bool:
    """Return whether a line may end before character k."""
    return k > 0 and (text[k - 1] == " " or unicodedata.east_asian_width(text[k - 1]) == "W")


@lru_cache(maxsize=4)
def _glyphs(face: str | None) -> frozenset[int]:
    """Return the code points that the faces of the plots can draw."""
    found: set[int] = set()
    for name in [*([face] if face else []), "DejaVu Sans"]:
        found |= FT2Font(font_manager.findfont(name)).get_charmap().keys()
    return frozenset(found)
