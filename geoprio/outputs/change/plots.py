"""Plots of a comparison: districts before and after, and Lorenz curves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from geoprio.effect.groups import UNKNOWN
from geoprio.effect.spread import carried
from geoprio.outputs.change.units import counted
from geoprio.outputs.change.words import value_word
from geoprio.outputs.figures import change_dumbbells, lorenz_curves

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.figure import Figure

    from geoprio._core.typing import Floats
    from geoprio.effect.change import Change

LORENZ: Final = "distance_m"
"""Indicator whose spread over people is drawn: every building has its own."""
ALL: Final = ("所服务对象", "those whom it serves")
MOST: Final = 6
"""Panels of a plot."""


def change_plots(change: Change, lang: str) -> Iterator[tuple[str, Figure]]:
    """Yield the section that each plot belongs to, and the plot; those without anything to show are left out."""
    kinds = change.groups.index.get_level_values("by")
    by = next((b for b in ("district", "zone_type") if (kinds == b).any()), None)
    shares = [c for c in change.measures if c.endswith("_covered_share")][:MOST]
    if by is not None and shares:
        table = pd.DataFrame(change.groups.xs(by, level="by"))
        number = int(lang == "en")
        groups = table.index.get_level_values("group").unique()
        words = {g: g if by == "district" and g != UNKNOWN else str(value_word(g, number)) for g in groups}
        panels = [(change.measures[c].title, _rows(table, c).rename(index=words)) for c in shares]
        yield "groups", change_dumbbells(panels, lang=lang)
    found: list[tuple[tuple[str, str], dict[str, tuple[Floats, Floats]], tuple[float, float]]] = []
    for code, what in change.measures.items():
        if what.category and code == f"{what.category}_{LORENZ}" and len(found) < MOST:
            sides = {
                name: carried(run, what, LORENZ, change.people.index)
                for name, run in (("before", change.before), ("after", change.after))
            }
            row = change.equity.xs(code, level="code")
            ginis = (float(row["before"]["gini"]), float(row["after"]["gini"]))
            if np.isfinite(ginis).all():
                drawn = {n: (t["value"].to_numpy(float), t["people"].to_numpy(float)) for n, t in sides.items()}
                found.append((what.title, drawn, ginis))
    if found:
        counted_as = {change.before.demand[c] for c in change.before.demand if c in change.after.demand}
        who = counted(counted_as.pop()) if len(counted_as) == 1 else ALL
        yield "equity", lorenz_curves([(t, d) for t, d, _ in found], ginis=[g for _, _, g in found], who=who, lang=lang)


def _rows(table: pd.DataFrame, code: str) -> pd.DataFrame:
    """Return the groups' rows of one indicator."""
    found: pd.DataFrame = table[table.index.get_level_values("code") == code].droplevel("code")
    return found
