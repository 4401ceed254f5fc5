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
"""How far a figure that was computed again may lie from the one that was told, to its size; files keep nine digits."""


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
        combinations); and `zone_ranges`: index (`zone_id`, `code`); `low`, `high` of each zone, NaN where the change is
        not known under every combination. What the comparison counts in another way than the projects, as it does in
        zones with a moved outline, has no range, and a note says so.

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
    return _with_ranges(change or found, _spans(walked, found, spec, progress or (lambda _: None)))


def _check_same(change: Change, found: Change) -> None:
    """Check that a comparison is that of the projects."""
    codes = [c for c in found.city.index if c in change.city.index and found.measures[c].category]
    for code in codes:
        for side in ("before", "after"):
            one, two = (float(t.city.loc[code, side]) for t in (change, found))
            if not _close(one, two, one, found.measures[code].rounding):
                raise InputError(
                    f"the project files do not give the runs that are compared: {code} {side} is {two:.9g}, "
                    f"not {one:.9g}; name the project files, and the scenario, of these runs."
                )


def _close(one: float, two: float, size: float, rounding: float) -> bool:
    """Return whether numbers of some size are the same, or both unknown."""
    return (np.isnan(one) and np.isnan(two)) or bool(abs(one - two) <= max(rounding, SAME * max(1.0, abs(size))))


@dataclasses.dataclass
class _Span:
    """The changes of one indicator, as far as they were computed."""

    own: float = np.nan
    city: list[float] = dataclasses.field(default_factory=list)
    zones: pd.DataFrame | None = None

    def add(self, city: float, zones: pd.Series, *, own: bool) -> None:
        """Take in the change under one combination; no zone's own is kept but the least, the largest and today's."""
        self.city.append(city)
        if self.zones is None:
            self.zones = pd.DataFrame({"own": np.nan, "low": zones, "high": zones})
        # What is not known under one of them has no range.
        self.zones["low"] = np.minimum(self.zones["low"], zones)
        self.zones["high"] = np.maximum(self.zones["high"], zones)
        if own:
            self.own, self.zones["own"] = city, zones


def _spans(walked: tuple[Walked, Walked], change: Change, spec: SensitivitySpec, tell: Progress) -> dict[str, _Span]:
    """Return the changes of every figure of access and supply over the combinations."""
    levels = {"speed": spec.speed_factors, "catchment": spec.catchment_factors, "threshold": spec.threshold_factors}
    check_levels(walked[0], levels)
    lives = [people(run)[0] for run in (change.before, change.after)]
    spans = {c: _Span() for c, what in change.measures.items() if what.category and what.direction}
    ids = change.people.index
    # Where outlines moved, the comparison counts the buildings after in the outlines before: so is every combination.
    outlined = change.after.buildings["zone_id"] if change.boundary_changed else None
    for pace, reach in product(levels["speed"], levels["catchment"]):
        tell("access")
        tables = [
            varied_indicators(w, pace, reach, levels["threshold"], lies)
            for w, lies in zip(walked, (None, outlined), strict=True)
        ]
        for threshold, *sides in zip(levels["threshold"], *tables, strict=True):
            for code, span in spans.items():
                if any(code not in table for table in sides):
                    continue
                one, two = (table[code].astype(float).reindex(ids) for table in sides)
                zones = two - one
                known = ids[zones.notna()]
                values = [
                    indicator_value(t, who, known, change.measures[code], change)
                    for t, who in zip(sides, lives, strict=True)
                ]
                span.add(values[1] - values[0], zones, own=pace == reach == threshold == 1.0)
    return {code: span for code, span in spans.items() if span.city and np.isfinite(span.city).all()}


def _with_ranges(change: Change, spans: dict[str, _Span]) -> Change:
    """Return the comparison with the least and the largest change of every indicator, for all zones and by zone."""
    rows, zones, left = {}, {}, []
    for code, span in spans.items():
        assert span.zones is not None
        rounding = change.measures[code].rounding
        before, after, told = (float(str(change.city[name][code])) for name in ("before", "after", "change"))
        if not _close(span.own, told, max(abs(before), abs(after)), rounding):
            left.append(code)
        else:
            rows[code] = {
                "change": span.own, "low": min(span.city), "high": max(span.city), "variants": len(span.city),
            }  # fmt: skip
        table = pd.DataFrame(change.zones.xs(code, level="code")).reindex(span.zones.index)
        size = np.maximum(1.0, np.maximum(table["before"].abs(), table["after"].abs()))
        same = (span.zones["own"] - table["change"]).abs() <= np.maximum(rounding, SAME * size)
        zones[code] = span.zones[["low", "high"]].where(same)
    columns = ["change", "low", "high", "variants"]
    ranges = pd.DataFrame.from_dict(rows, orient="index", columns=None if rows else columns).rename_axis("code")
    by_zone = pd.concat(zones, names=["code", "zone_id"]).swaplevel() if zones else None
    notes = change.notes
    if left:
        names = ", ".join(left)
        notes += ((
            f"{names} 的变化另行计算（如边界有变），未给出全市范围",
            f"changes of {names} are counted in another way (as with moved outlines): no range for all zones is told",
        ),)  # fmt: skip
    return dataclasses.replace(change, ranges=ranges, zone_ranges=by_zone, notes=notes)
