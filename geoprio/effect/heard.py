"""What waves of a survey say of an outcome: the change, each zone, and what comes back by itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geoprio._core.errors import InputError
from geoprio.effect.finding import Measure
from geoprio.effect.regression import FEWEST, HARMLESS, Regression, regression_to_mean
from geoprio.effect.surveys import Wave, WaveChange, mean_change, share_change
from geoprio.effect.zone_changes import ZoneMeans, shared_errors, zone_changes, zone_means

if TYPE_CHECKING:
    from geoprio._core.typing import Bools, Floats
    from geoprio.effect.finding import Setting
    from geoprio.effect.preregistered import Outcome


def heard(outcome: Outcome, setting: Setting) -> Measure:
    """Return what the waves say of an outcome."""
    confidence = 1 - setting.plan.alpha
    waves = [a.wave(outcome) for a in (*setting.before, *setting.after)]
    at = len(setting.before) - 1
    last, end = waves[at], waves[-1]
    try:
        table = zone_changes(last, end, len(setting.ids), population=setting.population, minimum=setting.minimum,
                             confidence=confidence)  # fmt: skip
    except ValueError as error:
        raise InputError(
            f"outcome {outcome.code!r}, {setting.before[at].name} and {setting.after[-1].name}: {error}."
        ) from None
    table.index = pd.Index(setting.ids, name="zone_id")
    pair = _pair(last, end, outcome, table["status"].to_numpy() == "told", setting)
    change = (share_change if outcome.is_share else mean_change)(*pair.waves, confidence=confidence)
    if min(change.n_before, change.n_after) < setting.minimum:
        change = _untold(change)
    means = [zone_means(w, len(setting.ids), population=setting.population) for w in waves]
    values = np.column_stack([np.where(m.n >= setting.minimum, m.mean[:, 0], np.nan) for m in means])
    r = shared_errors(last, end, (means[at], means[-1]), population=setting.population)
    regression = _regression(values[:, [at, -1]], (means[at], means[-1]), r, setting)
    return Measure(change, table, values, at, regression, means[at].pooled[:, 0], pair.one_wave, pair.hidden)


@dataclass(frozen=True)
class _Pair:
    """Two waves of a group, the zones that answered in one of them only, and whether answers were left out unseen."""

    waves: tuple[Wave, Wave]
    one_wave: int
    hidden: bool


def _pair(last: Wave, end: Wave, outcome: Outcome, told: Bools, setting: Setting) -> _Pair:
    """Return the waves of the group that an outcome names, of the zones that answered in both.

    Of other zones the change would be that of who was asked. Where the zones that are not told have too few answers
    together they are left out as well: the group's figures less those of the other zones would tell theirs.
    """
    zones = len(setting.ids)
    homes = [w.zone if w.zone is not None else np.full(len(w.weight), -1) for w in (last, end)]
    seen = [np.bincount(z[w.answered & (z >= 0)], minlength=zones) > 0 for w, z in zip((last, end), homes, strict=True)]
    of_group = setting.treated if outcome.group == "treated" else np.ones(zones, np.bool_)
    kept = [np.append(of_group & seen[0] & seen[1], outcome.group == "all")[home] for home in homes]
    rest = [keep & ~np.append(told, False)[home] for keep, home in zip(kept, homes, strict=True)]
    numbers = [int((w.answered & few).sum()) for w, few in zip((last, end), rest, strict=True)]
    hidden = any(0 < n < setting.minimum for n in numbers)
    if hidden:
        kept = [keep & ~few for keep, few in zip(kept, rest, strict=True)]
    # The weights were made to fit the whole wave: that holds for what explains them only if nobody is left out.
    one, two = (w if keep[w.answered].all() else w.part(keep) for w, keep in zip((last, end), kept, strict=True))
    return _Pair((one, two), int((of_group & (seen[0] != seen[1])).sum()), hidden)


def _untold(change: WaveChange) -> WaveChange:
    """Return a change of which nothing is told: too few answered."""
    none = np.full(len(change.change), np.nan)
    return WaveChange(none, none, none, none, none, none, none, none, 0, 0, 0)


def held_against(regression: Regression | None, change: WaveChange) -> Regression | None:
    """Return the regression to the mean, flagged where it matters beside the error of the bare change as well."""
    if regression is None:
        return None
    matters = abs(regression.expected) > HARMLESS * float(change.error[0])
    return replace(regression, flagged=regression.flagged or matters)


def _regression(values: Floats, means: tuple[ZoneMeans, ZoneMeans], r: Floats, setting: Setting) -> Regression | None:
    before, after = values.T
    use = setting.treated & np.isfinite(before) & np.isfinite(after)
    if np.isfinite(before).sum() < FEWEST or use.sum() < 2:
        return None
    one, two = (m.pooled[:, 0] for m in means)
    variance, again = np.where(np.isfinite(before), one, np.nan), r * np.sqrt(one * two)
    confidence = 1 - setting.plan.alpha
    return regression_to_mean(before, after, setting.treated, variance, again=again, confidence=confidence)
