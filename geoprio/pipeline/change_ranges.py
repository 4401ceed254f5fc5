"""Between what a change lies when walking speeds, thresholds and catchments are others, the same ones on both sides."""

from __future__ import annotations

import dataclasses
from itertools import product
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from geoprio._core.errors import InputError
from geoprio.effect import compare, run_of
from geoprio.effect.recount import people
from geoprio.pipeline.comparing import indicator_value
from geoprio.pipeline.running import run_walked
from geoprio.pipeline.variants import check_levels, varied_indicators
from geoprio.score.sensitivity_spec import SensitivitySpec

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from geoprio._core.typing import Progress
    from geoprio.config import Scenario
    from geoprio.effect import Change
    from geoprio.pipeline.running import Walked

SAME: Final = 1e-6
"""How far a change that was computed again may lie from the one that was told; files keep nine digits."""


def change_ranges(
    before: str | Path,
    after: str | Path | None = None,
    *,
    scenario: Scenario | str | Path | None = None,
    change: Change | None = None,
    allow: Iterable[str] = (),
    progress: Progress | None = None,
) -> Change:
    """Return the change between two projects with the range in which each figure of access and supply lies.

    Both sides are searched again under every combination of the speed, threshold and catchment factors in
    `[sensitivity]` of the project before; a combination holds on both sides, so that what they share cancels. The range
    is the least and the largest change: it tells how much hangs on assumptions, and is no interval of sampling.

    Parameters
    ----------
    before : str or Path
        The project file.
    after : str or Path, optional
        That of the run after; default: the same, with the scenario.
    scenario : Scenario, str or Path, optional
        What is different after.
    change : Change, optional
        A comparison of the folders of these projects, to which the ranges are added; default: they are compared.
    allow : iterable of str
        As for `geoprio.effect.compare`.
    progress : callable, optional
        Told the name of each stage as it begins.

    Returns
    -------
    Change
        With `ranges`: index `code`; `change` (all zones, as the project says), `low`, `high`, `variants` (how many
        combinations).

    Raises
    ------
    InputError
        If neither another project nor a scenario is given, the runs cannot be compared, a factor leads beyond the
        distance that is searched, or `change` is not the change between these projects.
    MissingError
        If a file is not there.
    """
    if after is None and scenario is None:
        raise InputError("name a project file for the run after, or a scenario; a project does not differ from itself.")
    sides = (
        run_walked(before, progress=progress),
        run_walked(before if after is None else after, scenario=scenario, progress=progress),
    )
    runs = [run_of(side[0], name) for side, name in zip(sides, ("before", "after"), strict=True)]
    found = compare(*runs, allow=allow)
    if change is not None:
        _check_same(change, found)
    spec = SensitivitySpec.model_validate(sides[0][0].project["sensitivity"])
    walked = (sides[0][1], dataclasses.replace(sides[1][1], study=sides[0][1].study))
    ranges = _ranges(walked, found, spec, progress or (lambda _: None))
    return dataclasses.replace(change or found, ranges=ranges)


def _check_same(change: Change, found: Change) -> None:
    """Check that a comparison is that of the projects."""
    codes = [c for c in found.city.index if c in change.city.index and found.measures[c].category]
    for code in codes:
        for side in ("before", "after"):
            one, two = (float(t.city.loc[code, side]) for t in (change, found))
            if abs(one - two) > SAME * max(1.0, abs(one)):
                raise InputError(
                    f"the project files do not give the runs that are compared: {code} {side} is {two:.9g}, "
                    f"not {one:.9g}; name the project files, and the scenario, of these runs."
                )


def _ranges(walked: tuple[Walked, Walked], change: Change, spec: SensitivitySpec, tell: Progress) -> pd.DataFrame:
    """Return the least and the largest change of every figure of access and supply over the combinations."""
    levels = {"speed": spec.speed_factors, "catchment": spec.catchment_factors, "threshold": spec.threshold_factors}
    check_levels(walked[0], levels)
    lives = [people(run)[0] for run in (change.before, change.after)]
    codes = {c: what for c, what in change.measures.items() if what.category and what.direction}
    rows: dict[str, list[float]] = {code: [] for code in codes}
    own: dict[str, float] = {}
    for pace, reach in product(levels["speed"], levels["catchment"]):
        tell("access")
        tables = [varied_indicators(w, pace, reach, levels["threshold"]) for w in walked]
        for threshold, one, two in zip(levels["threshold"], *tables, strict=True):
            for code, what in codes.items():
                if code not in one or code not in two:
                    continue
                both = one[code].astype(float).notna() & two[code].astype(float).reindex(one.index).notna()
                known = one.index[both]
                values = [
                    indicator_value(t, who, known, what, change) for t, who in zip((one, two), lives, strict=True)
                ]
                rows[code].append(values[1] - values[0])
                if pace == reach == threshold == 1.0:
                    own[code] = rows[code][-1]
    told = {
        code: {"change": own[code], "low": np.min(v), "high": np.max(v), "variants": len(v)}
        for code, v in rows.items()
        if v and np.isfinite(v).all()
    }
    columns = ["change", "low", "high", "variants"]
    return pd.DataFrame.from_dict(told, orient="index", columns=None if told else columns).rename_axis("code")
