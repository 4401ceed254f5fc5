"""What an evaluation tells: the finding of each outcome, and all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pandas as pd

    from geoprio._core.typing import Bools, Floats
    from geoprio.effect.answers import Answers
    from geoprio.effect.contrasts import Contrast
    from geoprio.effect.discontinuity import Jump
    from geoprio.effect.preregistered import Outcome, Plan
    from geoprio.effect.regression import Regression
    from geoprio.effect.surveys import WaveChange

VERDICTS: Final = ("reached", "better", "worse", "too_small", "unclear", "doubtful", "unknown")
"""The interval is beyond the margin, beyond 0, on the wrong side of 0, short of the margin, or holds too much (or is
perhaps chance, with so many outcomes); a check of the method failed; or there is no interval."""
CLAIMS: Final = ("reached", "better")


@dataclass(frozen=True)
class Finding:
    """What became of an outcome.

    Attributes
    ----------
    outcome : Outcome
    planned : bool
        Whether the plan has it; else it is exploratory.
    change : WaveChange
        Between the last wave before and the last one after, of the group that the outcome names, in zones that
        answered in both; all NaN and 0 where either has too few answers to tell.
    zones : DataFrame
        Of `zone_changes`, index = zone.
    regression : Regression or None
        None where too few zones were measured.
    difference : Contrast or None
    jump : Jump or None
    jump_before : Jump or None
        At the funding line in the last wave before, where there is nothing to find.
    apart : tuple of float
        By how much renewed zones measured more than the others in the last wave before, and the p of none; NaN where
        the method knows of it.
    effect, low, high, p : float
        By the plan's method; NaN where it cannot be told.
    adjusted : bool
        Whether the effect is that without regression to the mean, although the plan's method is the bare change: the
        zones were chosen as the worst, and it matters.
    q : float
        p by Benjamini and Hochberg over the outcomes of the plan; NaN where exploratory.
    verdict : str
        One of `VERDICTS`.
    one_wave : int
        Zones of the group that answered in one of both waves only: `change` is without them.
    hidden : bool
        Whether `change` is without the answers of zones that are not told, because those are too few together.
    """

    outcome: Outcome
    planned: bool
    change: WaveChange
    zones: pd.DataFrame = field(repr=False)
    regression: Regression | None
    difference: Contrast | None
    jump: Jump | None
    jump_before: Jump | None
    apart: tuple[float, float]
    effect: float
    low: float
    high: float
    p: float
    adjusted: bool
    q: float
    verdict: str
    one_wave: int = 0
    hidden: bool = False


@dataclass(frozen=True)
class Evaluation:
    """An evaluation.

    Attributes
    ----------
    plan : Plan
    findings : tuple of Finding
        The plan's outcomes, then the exploratory ones.
    exploratory : tuple of str
        Outcomes that are not in the plan.
    chosen : bool
        Whether respondents of a wave chose themselves.
    """

    plan: Plan
    findings: tuple[Finding, ...]
    exploratory: tuple[str, ...]
    chosen: bool = False


@dataclass(frozen=True)
class Setting:
    """What all outcomes share."""

    plan: Plan
    before: tuple[Answers, ...]
    after: tuple[Answers, ...]
    ids: tuple[str, ...]
    treated: Bools
    running: Floats | None
    population: Floats | None
    measured: Mapping[str, Floats]
    minimum: int


@dataclass(frozen=True)
class Measure:
    """What an outcome was, zone by zone: `value` of shape (zones, waves), of which wave `at` is the last before."""

    change: WaveChange
    table: pd.DataFrame
    value: Floats
    at: int
    regression: Regression | None = None
    luck: Floats | None = None
    one_wave: int = 0
    hidden: bool = False
