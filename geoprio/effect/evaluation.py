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
from geoprio.effect.regression import FEWEST, HARMLESS, Regression, regression_to_mean
from geoprio.effect.surveys import FEW, Wave, WaveChange, mean_change, share_change, shares_of
from geoprio.effect.zone_changes import ZoneMeans, shared_errors, zone_changes, zone_means
from geoprio.indicators.needs.means import scores_of

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

    def wave(self, outcome: Outcome) -> Wave:
        """Return the answers that an outcome is measured by.

        Raises
        ------
        InputError
            If the wave has no such question or answer.
        """
        question, where = self.question(outcome), f"outcome {outcome.code!r}, wave {self.name!r}"
        try:
            if outcome.need is None:
                values, answered = scores_of(question, outcome.scores)
            else:
                values, answered = shares_of(question)
                values = values[:, [question.needs.index(outcome.need)]]
        except ValueError as error:
            problem = error if outcome.need is None else f"no answer {outcome.need!r}"
            raise InputError(f"{where}: {problem}; the question has {', '.join(question.needs)}.") from None
        groups = self.calibrated if self.calibrated is not None and self.calibrated.size else None
        # Groups in which nobody lives weigh nothing: their answers do not count.
        return Wave(values, answered & (self.weight > 0), self.weight, self.zone, groups, self.person)

    def question(self, outcome: Outcome) -> Question:
        """Return the question that an outcome is measured by.

        Raises
        ------
        InputError
            If the wave has none.
        """
        found = next((q for q in self.questions if q.code == outcome.question), None)
        if found is None:
            known = ", ".join(q.code for q in self.questions)
            where = f"outcome {outcome.code!r}, wave {self.name!r}"
            raise InputError(f"{where}: there is no question {outcome.question!r}; there are {known}.")
        return found


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
        If a wave, zone, question or answer of the plan is not there, a question has other answers in another wave, a
        person's key stands in a wave twice, or a method lacks what it needs.
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
    named = [waves[n] for n in (*plan.before, *plan.after)]
    problems = [problem for outcome in outcomes for problem in _asked_otherwise(outcome, named)]
    if problems:
        raise InputError(*problems)
    renewed = set(plan.treated.zones)
    setting = _Setting(plan, tuple(waves[n] for n in plan.before), tuple(waves[n] for n in plan.after), ids,
                       np.array([z in renewed for z in ids], np.bool_), running, population, minimum)  # fmt: skip
    findings = [_finding(outcome, setting) for outcome in outcomes]
    return Evaluation(plan, tuple(_corrected(findings)), unplanned(plan, outcomes))


def _asked_otherwise(outcome: Outcome, waves: Sequence[Answers]) -> list[str]:
    """Return what is wrong where waves have other answers to choose from: shares and means of those are no change."""
    first = waves[0]
    known = set(first.question(outcome).needs)
    return [
        f"outcome {outcome.code!r}: question {outcome.question!r} has the answers {', '.join(sorted(known))} in wave "
        f"{first.name!r} and {', '.join(sorted(wave.question(outcome).needs))} in wave {wave.name!r}; give both the "
        "same options in [[survey.questions]], or leave the outcome out."
        for wave in waves[1:]
        if set(wave.question(outcome).needs) != known
    ]


def _finding(outcome: Outcome, setting: _Setting) -> Finding:
    plan, confidence = setting.plan, 1 - setting.plan.alpha
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
    difference = _difference(values, setting, chose=plan.chose(outcome)) if outcome.method == "difference" else None
    jump = _jump(values[:, -1] - values[:, at], setting) if outcome.method == "discontinuity" else None
    swapped, answer = False, _answer(outcome.method, change, regression, difference, jump)
    if outcome.method == "change" and outcome.group == "treated" and plan.chose(outcome):
        regression = _held_against(regression, change)
        swapped = regression is not None and regression.flagged
        # The bare change of the worst is no answer where nobody can say how much of it came back by itself.
        if swapped or regression is None:
            answer = _answer("adjusted", change, regression, difference, jump)
    effect, low, high, p = answer
    return Finding(outcome, outcome in plan.outcomes, change, table, regression, difference, jump, effect, low, high, p,
                   swapped, np.nan, verdict(outcome, low, high), pair.one_wave, pair.hidden)  # fmt: skip


@dataclass(frozen=True)
class _Pair:
    """Two waves of a group, the zones that answered in one of them only, and whether answers were left out unseen."""

    waves: tuple[Wave, Wave]
    one_wave: int
    hidden: bool


def _pair(last: Wave, end: Wave, outcome: Outcome, told: Bools, setting: _Setting) -> _Pair:
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


def _held_against(regression: Regression | None, change: WaveChange) -> Regression | None:
    """Return the regression to the mean, flagged where it matters beside the error of the bare change as well."""
    if regression is None:
        return None
    matters = abs(regression.expected) > HARMLESS * float(change.error[0])
    return replace(regression, flagged=regression.flagged or matters)


def _regression(values: Floats, means: tuple[ZoneMeans, ZoneMeans], r: Floats, setting: _Setting) -> Regression | None:
    before, after = values.T
    use = setting.treated & np.isfinite(before) & np.isfinite(after)
    if np.isfinite(before).sum() < FEWEST or use.sum() < 2:
        return None
    one, two = (m.pooled[:, 0] for m in means)
    variance, again = np.where(np.isfinite(before), one, np.nan), r * np.sqrt(one * two)
    confidence = 1 - setting.plan.alpha
    return regression_to_mean(before, after, setting.treated, variance, again=again, confidence=confidence)


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
