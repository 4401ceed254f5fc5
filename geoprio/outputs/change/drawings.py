"""Small drawings in the tables of a comparison; numbers alone go into them."""

from __future__ import annotations

from typing import Final

import numpy as np
from markupsafe import Markup

WIDE: Final = 150
"""Pixels of a plot."""


def dumbbell(before: float, after: float, verdict: str, unit: str) -> Markup:
    """Return a drawing of a value before (hollow) and after (filled); numbers alone go into it."""
    if not (np.isfinite(before) and np.isfinite(after)):
        return Markup("")
    most = 1.0 if unit == "share" else 100.0 if unit == "points" else max(abs(before), abs(after)) or 1.0
    x0, x1 = (6 + (WIDE - 12) * min(max(v / most, 0.0), 1.0) for v in (before, after))
    shape = verdict if verdict in {"better", "worse"} else "same"
    end = (
        f'<rect class="{shape}" x="{x1 - 4:.1f}" y="4" width="8" height="8"/>'
        if shape == "worse"
        else f'<circle class="{shape}" cx="{x1:.1f}" cy="8" r="4.5"/>'
    )
    return Markup(  # noqa: S704 - numbers and our own words only
        f'<svg class="plot" width="{WIDE}" height="16" role="img" aria-label="{before:.6g} - {after:.6g}">'
        f'<line class="axis" x1="6" y1="8" x2="{WIDE - 6}" y2="8"/>'
        f'<line class="step" x1="{x0:.1f}" y1="8" x2="{x1:.1f}" y2="8"/>'
        f'<circle class="was" cx="{x0:.1f}" cy="8" r="4"/>{end}</svg>'
    )


def bars(supply: float, demand: float, direction: int) -> Markup:
    """Return a drawing of two parts of a change, from the middle to the right where they are above 0."""
    if not (np.isfinite(supply) and np.isfinite(demand)):
        return Markup("")
    most = max(abs(supply), abs(demand)) or 1.0
    half = WIDE / 2
    drawn = []
    for y, part in ((1, supply), (9, demand)):
        width = (half - 4) * abs(part) / most
        shape = "same" if not direction or not part else "worse" if part * direction > 0 else "better"
        start = half - (width if part < 0 else 0)
        drawn.append(f'<rect class="{shape}" x="{start:.1f}" y="{y}" width="{width:.1f}" height="6"/>')
    return Markup(  # noqa: S704 - numbers and our own words only
        f'<svg class="plot" width="{WIDE}" height="16" role="img" aria-label="{supply:.6g}; {demand:.6g}">'
        f'<line class="axis" x1="{half}" y1="0" x2="{half}" y2="16"/>{"".join(drawn)}</svg>'
    )
