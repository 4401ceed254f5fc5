"""A programme evaluated by what residents say: each outcome of the plan, by the method that the plan names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control

from geoprio._core.errors import InputError
from geoprio.effect.checks import apart, fails, without_luck
from geoprio.effect.contrasts import Contrast, difference_in_differences
from geoprio.effect.counted import counted_change, counted_zones
from geoprio.effect.discontinuity import Jump, regression_discontinuity
from geoprio.effect.preregistered import Outcome, Plan, unplanned
from geoprio.effect.regression import FEWEST, Regression, regression_to_mean
from geoprio.effect.surveys import FEW, Wave, WaveChange, mean_change, scores_of, share_change, shares_of
from geoprio.effect.zone_changes import ZoneMeans, zone_changes, zone_means

if TYPE_CHECKING:
    from geoprio._core.typing import Bools, Floats, Ints
    from geoprio.sources.survey import Question

VERDICTS: Final = ("reached", "better", "worse", "too_small", "unclear", "doubtful", "unknown")
"""The interval is beyond the margin, beyond 0, on the wrong side of 0, short of the margin, or holds too much (or is
perhaps chance, with so many outcomes); a check of the method failed; or there is no interval."""
CLAIMS: Final = ("reached", "better")


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
    """

    plan: Plan
    findings: tuple[Finding, ...]
    exploratory: tuple[str, ...]


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
    measured: Mapping[str, Floats]
    minimum: int


@dataclass(frozen=True)
class _Measure:
    """What an outcome was, zone by zone: `value` of shape (zones, waves), of which wave `at` is the last before."""

    change: WaveChange
    table: pd.DataFrame
    value: Floats
    at: int
    regression: Regression | None = None
    luck: Floats | None = None


def evaluate(
    plan: Plan,
    before: Sequence[Answers],
    after: Sequence[Answers],
    zones: Sequence[str],
    *,
    running: Floats | None = None,
    population: Floats | None = None,
    measured: Mapping[str, Floats] | None = None,
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
    measured : mapping of str to ndarray of float, shape (zones, 2), optional
        For outcomes that are indicators: their columns as the runs before and after have them.
    more : sequence of Outcome
        Further outcomes; those that are not in the plan are told as exploratory.
    minimum : int
        Zones with fewer answers tell nothing; at least 5.

    Raises
    ------
    InputError
        If a wave, zone, question or answer of the plan is not there, a wave is there that the plan does not have, or a
        method lacks what it needs.
    ValueError
        If `running`, `population` or `measured` are not of the zones.
    """
    waves = {a.name: a for a in (*before, *after)}
    ids = tuple(map(str, zones))
    if any(x is not None and len(x) != len(ids) for x in (running, population, *(measured or {}).values())):
        raise ValueError("running, population and measured have one entry for each zone")
    names = [a.name for a in (*before, *after)]
    outcomes = (*plan.outcomes, *(o for o in more if o not in plan.outcomes))
    problems = [f"plan: there is no wave {n!r}; there are {', '.join(waves)}."
                for n in (*plan.before, *plan.after)
                if n not in waves and any(o.question for o in outcomes)]  # fmt: skip
    table = {code: np.asarray(values, np.float64) for code, values in (measured or {}).items()}
    problems += [f"outcome {o.code!r}: the runs before and after do not both have the indicator {o.indicator!r}."
                 for o in outcomes if o.indicator and o.indicator not in table]  # fmt: skip
    problems += [f"wave {n!r} is given {names.count(n)} times; give each once." for n in waves if names.count(n) > 1]
    problems += [f"wave {a.name!r} is given among those {side} the programme, where the plan does not have it."
                 for side, given, planned in (("before", before, plan.before), ("after", after, plan.after))
                 for a in given if a.name not in planned and names.count(a.name) == 1]  # fmt: skip
    known = set(ids)
    problems += [
        f"plan: treated zone {z!r} is none of the {len(ids)} zones." for z in plan.treated.zones if z not in known
    ]
    if running is None and any(o.method == "discontinuity" for o in outcomes):
        problems.append("plan: method discontinuity needs the running variable of the zones as it was before.")
    if plan.treated.line is None and any(o.method == "discontinuity" for o in outcomes):
        problems.append("plan: method discontinuity needs treated.line.")
    if problems:
        raise InputError(*problems)
    renewed = set(plan.treated.zones)
    treated = np.array([z in renewed for z in ids], np.bool_)
    one, two = (tuple(waves[n] for n in side if n in waves) for side in (plan.before, plan.after))
    setting = _Setting(plan, one, two, ids, treated, running, population, table, minimum)
    findings = [_finding(outcome, setting) for outcome in outcomes]
    return Evaluation(plan, tuple(_corrected(findings, plan.alpha)), unplanned(plan, outcomes))


def _finding(outcome: Outcome, setting: _Setting) -> Finding:
    plan, chose = setting.plan, setting.plan.chose(outcome)
    found = _heard(outcome, setting) if outcome.indicator is None else _counted(outcome.indicator, setting)
    values, at, regression, change = found.value, found.at, found.regression, found.change
    difference = _difference(found, setting, chose=chose) if outcome.method == "difference" else None
    near = outcome.method == "discontinuity"
    jump, earlier = (_jump(y, setting) if near else None for y in (values[:, -1] - values[:, at], values[:, at]))
    bare = outcome.method in {"change", "difference"} and outcome.group == "treated" and not chose
    gap = apart(values[:, at], setting.treated) if bare else (np.nan, np.nan)
    swapped = (
        outcome.method == "change" and outcome.group == "treated" and chose
        and regression is not None and regression.flagged
    )  # fmt: skip
    effect, low, high, p = _answer("adjusted" if swapped else outcome.method, change, regression, difference, jump)
    told = verdict(outcome, low, high)
    told = "doubtful" if told != "unknown" and fails(difference, jump, earlier) else told
    return Finding(outcome, outcome in plan.outcomes, change, found.table, regression, difference, jump, earlier, gap,
                   effect, low, high, p, swapped, np.nan, told)  # fmt: skip


def _counted(code: str, setting: _Setting) -> _Measure:
    """Return an indicator of both runs."""
    values = setting.measured[code]
    return _Measure(counted_change(values, setting.treated), counted_zones(values, setting.ids), values, 0)


def _heard(outcome: Outcome, setting: _Setting) -> _Measure:
    """Return what the waves say of an outcome."""
    confidence = 1 - setting.plan.alpha
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
    return _Measure(change, table, values, at, regression, means[at].pooled[:, 0])


def _among(wave: Wave, treated: Bools) -> Wave:
    zone = wave.zone if wave.zone is not None else np.full(len(wave.weight), -1)
    return wave.part((zone >= 0) & np.append(treated, False)[zone])


def _regression(before: Floats, after: Floats, means: ZoneMeans, setting: _Setting) -> Regression | None:
    use = setting.treated & np.isfinite(before) & np.isfinite(after)
    if np.isfinite(before).sum() < FEWEST or use.sum() < 2:
        return None
    variance = np.where(np.isfinite(before), means.pooled[:, 0], np.nan)
    return regression_to_mean(before, after, setting.treated, variance, confidence=1 - setting.plan.alpha)


def _difference(found: _Measure, setting: _Setting, *, chose: bool) -> Contrast:
    values, at, covariate = found.value, found.at, None
    after = np.arange(values.shape[1]) > at
    if chose:
        # Zones measured worst come back by themselves: what they were likely to be at the choice takes that out.
        likely = values[:, at] if found.luck is None else without_luck(values[:, at], found.luck)
        covariate = likely[:, None]
        values = np.column_stack([values[:, :at], covariate, values[:, at + 1 :]])
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


def _corrected(findings: list[Finding], alpha: float) -> list[Finding]:
    """Return the findings with q over those of the plan; what may be chance with so many outcomes is no success."""
    told = [f for f in findings if f.planned and np.isfinite(f.p)]
    q = false_discovery_control([f.p for f in told]) if told else ()
    by_code = {f.outcome.code: float(value) for f, value in zip(told, q, strict=True)}
    out = []
    for f in findings:
        value = by_code.get(f.outcome.code, np.nan) if f.planned else np.nan
        chance = f.verdict in CLAIMS and value > alpha
        out.append(replace(f, q=value, verdict="unclear" if chance else f.verdict))
    return out
