"""Priority as it is shown: its classes, and its points as figures that add up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoprio.outputs.palette import CLASS_BREAKS
from geoprio.score.explain import rounded_parts

if TYPE_CHECKING:
    from geoprio._core.typing import Floats, Ints
    from geoprio.outputs.result import Result


def priority_class(priority: Floats) -> Ints:
    """Return the number of the class that holds each priority, upper bounds included; NaN gives -1."""
    return np.where(np.isnan(priority), -1, np.searchsorted(CLASS_BREAKS[1:-1], priority, side="left"))


def shown_points(result: Result) -> tuple[Floats, Floats]:
    """Return the points of each indicator and of the baseline, rounded so that they add up to the rounded priority."""
    zones = result.zones
    exact = zones[[f"{c.code}_contribution" for c in result.matrix.criteria]].to_numpy(float)
    base = zones["baseline"].to_numpy(float) if "baseline" in zones else np.zeros(len(zones))
    shown = rounded_parts(np.column_stack([exact, base]))
    return shown[:, :-1], np.nan_to_num(shown[:, -1])
