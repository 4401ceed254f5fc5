"""A programme evaluated by what residents say: each outcome of the plan, by the method that the plan names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control

from geoprio._core.errors import InputError
from geoprio.effect.contrasts import Contrast, difference_in_differences
from geoprio.effect.discontinuity import Jump, regression_discontinuity
from geoprio.effect.preregistered import Outcome, Plan, unplanned
from geoprio.effect.regression import FEWEST, Regression, regression_to_mean
from geoprio.effect.surveys import FEW, Wave, WaveChange, mean_change, scores_of, share_change, shares_of
from geoprio.effect.zone_changes import ZoneMeans, zone_changes, zone_means

if TYPE_CHECKING:
    from geoprio._core.typing import Bools, Floats, Ints
    from geoprio.sources.survey import Question

VERDICTS: Final = ("reached", "better", "worse", "too_small", "unclear", "unknown")
"""The interval is beyond the margin, beyond 0, on the wrong side of 0, short of the margin, or holds too much; or there
is none."""


@dataclass(frozen=True)
class Answers:
    """One wave of a survey, as it is read.

    Attributes
    ----------
    name : str
        As in the plan.
    questions : tuple of Question
        Of `geoprio.sources.survey.read_survey`.
    weight : ndarray of float, shape (n,)
        Of `geoprio.indicators.needs.weigh`.
    zone : ndarray of int, shape (n,)
        Number of each answer's zone, -1 where not known.
    calibrated : ndarray of int, shape (n, kinds), optional
        The groups that the weights were made to fit.
    person : ndarray of object, shape (n,), optional
        A key by which a respondent is known in the other wave; surveys that are read drop such columns, so it is to be
        a number that was drawn for this purpose.
    """

    name: str
    questions: tuple[Question, ...] = field(repr=False)
    weight: Floats = field(repr=False)
    zone: Ints = field(repr=False)
    calibrated: Ints | None = field(default=None, repr=False)
    person: np.ndarray | None = field(default=None, repr=False)
    chosen: bool = False

    def wave(self, outcome: Outcome) -> Wave:
        """Return the answers that an outcome is measured by.

        Raises
        ------
        InputError
            If the wave has no such question or answer.
        """
        found = [q for q in self.questions if q.code == outcome.question]
        where = f"outcome {outcome.code!r}, wave {self.name!r}"
        if not found:
            known = ", ".join(q.code for q in self.questions)
            raise InputError(f"{where}: there is no question {outcome.question!r}; there are {known}.")
        try:
            if outcome.need is None:
                values, answered = scores_of(found[0], outcome.scores)
            else:
                values, answered = shares_of(found[0])
                values = values[:, [found[0].needs.index(outcome.need)]]
        except ValueError as error:
            problem = error if outcome.need is None else f"no answer {outcome.need!r}"
            raise InputError(f"{where}: {problem}; the question has {', '.join(found[0].needs)}.") from None
        groups = self.calibrated if self.calibrated is not None and self.calibrated.size else None
        return Wave(values, answered, self.weight, self.zone, groups, self.person)


@dataclass(frozen=True)
class Finding:
    """What became of an outcome.

    Attributes
    ----------
    outcome : Outcome
    planned : bool
        Whether the plan has it; else it is exploratory.
    change : WaveChange
        Between the last wave before and the last one after, of the group that the outcome names.
    zones : DataFrame
        Of `zone_changes`, index = zone.
    regression : Regression or None
        None where too few zones were measured.
    difference : Contrast or None
    jump : Jump or None
    effect, low, high, p : float
        By the plan's method; NaN where it cannot be told.
    adjusted : bool
        Whether the effect is that without regression to the mean, although the plan's method is the bare change: the
        zones were chosen as the worst, and it matters.
    q : float
        p by Benjamini and Hochberg over the outcomes of the plan; NaN where exploratory.
    verdict : str
        One of `VERDICTS`.
    """

    outcome: Outcome
    planned: bool
    change: WaveChange
    zones: pd.DataFrame = field(repr=False)
    regression: Regression | None
    difference: Contrast | None
    jump: Jump | None
    effect: float
    low: float
    high: float
    p: float
    adjusted: bool
    q: float
    verdict: str


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
class _Setting:
    """What all outcomes share."""

    plan: Plan
    before: tuple[Answers, ...]
    after: tuple[Answers, ...]
    ids: tuple[str, ...]
    treated: Bools
    running: Floats | None
    population: Floats | None
    minimum: int


def evaluate(
    plan: Plan,
    before: Sequence[Answers],
    after: Sequence[Answers],
    zones: Sequence[str],
    *,
    running: Floats | None = None,
    population: Floats | None = None,
    more: Sequence[Outcome] = (),
    minimum: int = FEW,
) -> Evaluation:
    """Return what became of the outcomes of a plan.

    Parameters
    ----------
    plan : Plan
        Of `check_plan`.
    before, after : sequence of Answers
        The waves that the plan names.
    zones : sequence of str
        Ids of the zones, in the order of their numbers.
    running : ndarray of float, shape (zones,), optional
        What the money went by, as it was before; for method ``discontinuity``.
    population : ndarray of float, shape (zones,), optional
        All who could have answered in each zone.
    more : sequence of Outcome
        Further outcomes; those that are not in the plan are told as exploratory.
    minimum : int
        Zones with fewer answers tell nothing; at least 5.

    Raises
    ------
    InputError
        If a wave, zone, question or answer of the plan is not there, or a method lacks what it needs.
    """
    waves = {a.name: a for a in (*before, *after)}
    ids = tuple(map(str, zones))
    problems = [f"plan: there is no wave {n!r}; there are {', '.join(waves)}."
                for n in (*plan.before, *plan.after) if n not in waves]  # fmt: skip
    known = set(ids)
    problems += [
        f"plan: treated zone {z!r} is none of the {len(ids)} zones." for z in plan.treated.zones if z not in known
    ]
    outcomes = (*plan.outcomes, *(o for o in more if o not in plan.outcomes))
    if running is None and any(o.method == "discontinuity" for o in outcomes):
        problems.append("plan: method discontinuity needs the running variable of the zones as it was before.")
    if plan.treated.line is None and any(o.method == "discontinuity" for o in outcomes):
        problems.append("plan: method discontinuity needs treated.line.")
    if problems:
        raise InputError(*problems)
    renewed = set(plan.treated.zones)
    setting = _Setting(plan, tuple(waves[n] for n in plan.before), tuple(waves[n] for n in plan.after), ids,
                       np.array([z in renewed for z in ids], np.bool_), running, population, minimum)  # fmt: skip
    findings = [_finding(outcome, setting) for outcome in outcomes]
    chosen = any(a.chosen for a in waves.values())
    return Evaluation(plan, tuple(_corrected(findings)), unplanned(plan, outcomes), chosen)


def _finding(outcome: Outcome, setting: _Setting) -> Finding:
    plan, confidence = setting.plan, 1 - setting.plan.alpha
    waves = [a.wave(outcome) for a in (*setting.before, *setting.after)]
    last, end = waves[len(setting.before) - 1], waves[-1]
    pair = (last, end)
    if outcome.group == "treated":
        pair = (_among(last, setting.treated), _among(end, setting.treated))
    change = (share_change if outcome.is_share else mean_change)(*pair, confidence=confidence)
    table = zone_changes(last, end, len(setting.ids), population=setting.population, minimum=setting.minimum,
                         confidence=confidence)  # fmt: skip
    table.index = pd.Index(setting.ids, name="zone_id")
    means = [zone_means(w, len(setting.ids), population=setting.population) for w in waves]
    values = np.column_stack([np.where(m.n >= setting.minimum, m.mean[:, 0], np.nan) for m in means])
    at = len(setting.before) - 1
    regression = _regression(values[:, at], values[:, -1], means[at], setting)
    difference = _difference(values, setting, chose=plan.chose(outcome)) if outcome.method == "difference" else None
    jump = _jump(values[:, -1] - values[:, at], setting) if outcome.method == "discontinuity" else None
    swapped = (
        outcome.method == "change" and outcome.group == "treated" and plan.chose(outcome)
        and regression is not None and regression.flagged
    )  # fmt: skip
    effect, low, high, p = _answer("adjusted" if swapped else outcome.method, change, regression, difference, jump)
    return Finding(outcome, outcome in plan.outcomes, change, table, regression, difference, jump, effect, low, high, p,
                   swapped, np.nan, verdict(outcome, low, high))  # fmt: skip


def _among(wave: Wave, treated: Bools) -> Wave:
    zone = wave.zone if wave.zone is not None else np.full(len(wave.weight), -1)
    return wave.part((zone >= 0) & np.append(treated, False)[zone])


def _regression(before: Floats, after: Floats, means: ZoneMeans, setting: _Setting) -> Regression | None:
    use = setting.treated & np.isfinite(before) & np.isfinite(after)
    if np.isfinite(before).sum() < FEWEST or use.sum() < 2:
        return None
    variance = np.where(np.isfinite(before), means.pooled[:, 0], np.nan)
    return regression_to_mean(before, after, setting.treated, variance, confidence=1 - setting.plan.alpha)


def _difference(values: Floats, setting: _Setting, *, chose: bool) -> Contrast:
    after = np.arange(values.shape[1]) >= len(setting.before)
    # Zones measured worst come back by themselves: their measure at the choice takes that out.
    covariate = values[:, [len(setting.before) - 1]] if chose else None
    confidence = 1 - setting.plan.alpha
    return difference_in_differences(values, after, setting.treated, covariates=covariate, confidence=confidence)


def _jump(change: Floats, setting: _Setting) -> Jump | None:
    line = setting.plan.treated.line
    if line is None or setting.running is None:
        return None
    return regression_discontinuity(
        change, setting.running, line.value, funded_above=line.funded_above, treated=setting.treated,
        donut=line.donut, confidence=1 - setting.plan.alpha,
    )  # fmt: skip


def _answer(
    method: str, change: WaveChange, regression: Regression | None, difference: Contrast | None, jump: Jump | None
) -> tuple[float, float, float, float]:
    """Return effect, low, high and p by a method."""
    if method == "change":
        return float(change.change[0]), float(change.low[0]), float(change.high[0]), float(change.p[0])
    if method == "adjusted" and regression is not None:
        return regression.adjusted, regression.low, regression.high, regression.p
    if method == "difference" and difference is not None:
        return difference.effect, difference.low, difference.high, difference.p
    if method == "discontinuity" and jump is not None:
        return jump.robust, jump.low, jump.high, jump.p
    return (np.nan,) * 4


def verdict(outcome: Outcome, low: float, high: float) -> str:
    """Return what an interval of an outcome's effect says: one of `VERDICTS`."""
    if not (np.isfinite(low) and np.isfinite(high)):
        return "unknown"
    worst, best = (low, high) if outcome.better == "more" else (-high, -low)
    if worst > 0:
        return "reached" if worst >= outcome.margin else "better"
    if best < 0:
        return "worse"
    return "too_small" if best < outcome.margin else "unclear"


def _corrected(findings: list[Finding]) -> list[Finding]:
    """Return the findings with q over those of the plan."""
    told = [f for f in findings if f.planned and np.isfinite(f.p)]
    q = false_discovery_control([f.p for f in told]) if told else ()
    by_code = {f.outcome.code: float(value) for f, value in zip(told, q, strict=True)}
    return [replace(f, q=by_code.get(f.outcome.code, np.nan)) if f.planned else f for f in findings]
