"""How figures look and how they are written: one face for Chinese and Latin, the same bytes each time."""

from __future__ import annotations

import io
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib import font_manager

from geoprio._core.files import whole_file
from geoprio.outputs.fonts import CJK_FONTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from matplotlib.figure import Figure

INK, SOFT, ACCENT = "#1a1a1a", "#5f6b73", "#1f4e6b"
DPI = 160
SVG_METADATA: dict[str, Any] = {"Date": None, "Creator": "geoprio"}


def chinese_face() -> str | None:
    """Return the name of an installed face with Chinese type; None where there is none."""
    installed = {entry.name for entry in font_manager.fontManager.ttflist}
    return next((name for name in CJK_FONTS if name in installed), None)


def figure_lang(lang: str) -> str:
    """Return the language in which a figure can be drawn: English where no face has Chinese type."""
    return "en" if chinese_face() is None else lang


@contextmanager
def figure_style() -> Iterator[None]:
    """Within the block figures are drawn in geoprio's style; the settings of the caller stay as they are."""
    face = chinese_face()
    settings: dict[str, Any] = {
        "font.family": [*([face] if face else []), "DejaVu Sans"],
        "font.size": 9.0,
        "axes.unicode_minus": False,
        "axes.edgecolor": "#b0b7bc",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "text.color": INK,
        "axes.labelcolor": SOFT,
        "xtick.color": SOFT,
        "ytick.color": INK,
        # Names of parts of an SVG follow from its content, so equal figures give equal bytes.
        "svg.hashsalt": "geoprio",
        # A dollar sign in a name is no formula.
        "text.parse_math": False,
    }
    with mpl.rc_context(settings):  # type: ignore[arg-type]  # the stubs list every key as a literal
        yield


def save_figure(figure: Figure, stem: Path) -> list[Path]:
    """Write a figure as PNG and SVG beside each other.

    Parameters
    ----------
    figure : Figure
    stem : Path
        Path without ending.

    Returns
    -------
    list of Path
        The two files, each written whole; equal figures give equal bytes.
    """
    kinds: dict[str, dict[str, Any]] = {".png": {"Software": "geoprio"}, ".svg": SVG_METADATA}
    written = []
    with figure_style():
        for ending, metadata in kinds.items():
            path = stem.with_name(stem.name + ending)
            with whole_file(path) as part:
                figure.savefig(part, format=ending[1:], dpi=DPI, metadata=metadata)
            written.append(path)
    return written


def svg_bytes(figure: Figure) -> bytes:
    """Return a figure as SVG, for pages that hold it themselves; equal figures give equal bytes."""
    held = io.BytesIO()
    with figure_style():
        figure.savefig(held, format="svg", metadata=SVG_METADATA)
    return held.getvalue()
