"""A programme evaluated by what residents say: each outcome of the plan, by the method that the plan names."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import false_discovery_control

from geoprio._core.errors import InputError
from geoprio.effect.checks import apart, fails, without_luck
from geoprio.effect.contrasts import Contrast, difference_in_differences
from geoprio.effect.counted import counted_change, counted_zones
from geoprio.effect.discontinuity import Jump, regression_discontinuity
from geoprio.effect.finding import CLAIMS, Evaluation, Finding, Measure, Setting
from geoprio.effect.heard import heard, held_against
from geoprio.effect.preregistered import Outcome, Plan, unplanned
from geoprio.effect.surveys import FEW, WaveChange

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geoprio._core.typing import Floats
    from geoprio.effect.answers import Answers
    from geoprio.effect.regression import Regression


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
        If a wave, zone, question or answer of the plan is not there, a wave is there that the plan does not have, a
        question has other answers in another wave, a person's key stands in a wave twice, or a method lacks what it
        needs.
    ValueError
        If `running`, `population` or `measured` are not of the zones.
    """
    waves = {a.name: a for a in (*before, *after)}
    ids = tuple(map(str, zones))
    if any(x is not None and len(x) != len(ids) for x in (running, population, *(measured or {}).values())):
        raise ValueError("running, population and measured have one entry for each zone")
    outcomes = (*plan.outcomes, *(o for o in more if o not in plan.outcomes))
    table = {code: np.asarray(values, np.float64) for code, values in (measured or {}).items()}
    problems = [*_of_waves(plan, before, after, outcomes), *_of_zones(plan, ids, outcomes, table, running)]
    if not problems:
        named = [waves[n] for n in (*plan.before, *plan.after) if n in waves]
        problems = [problem for outcome in outcomes if outcome.question for problem in _asked_otherwise(outcome, named)]
    if problems:
        raise InputError(*problems)
    renewed = set(plan.treated.zones)
    treated = np.array([z in renewed for z in ids], np.bool_)
    one, two = (tuple(waves[n] for n in side if n in waves) for side in (plan.before, plan.after))
    setting = Setting(plan, one, two, ids, treated, running, population, table, minimum)
    findings = [_finding(outcome, setting) for outcome in outcomes]
    chosen = any(a.chosen for a in waves.values())
    return Evaluation(plan, tuple(_corrected(findings, plan.alpha)), unplanned(plan, outcomes), chosen)


def _of_waves(
    plan: Plan, before: Sequence[Answers], after: Sequence[Answers], outcomes: Sequence[Outcome]
) -> list[str]:
    """Return what is wrong with the waves that are given."""
    names = [a.name for a in (*before, *after)]
    there = ", ".join(dict.fromkeys(names)) or "none"
    asked = any(o.question for o in outcomes)
    lacking = [n for n in (*plan.before, *plan.after) if asked and n not in names]
    return [
        *(f"plan: there is no wave {n!r}; there are {there}." for n in lacking),
        *(f"wave {n!r} is given {names.count(n)} times; give each once."
          for n in dict.fromkeys(names) if names.count(n) > 1),
        *(f"wave {a.name!r} is given among those {side} the programme, where the plan does not have it."
          for side, given, planned in (("before", before, plan.before), ("after", after, plan.after))
          for a in given if a.name not in planned and names.count(a.name) == 1),
    ]  # fmt: skip


def _of_zones(
    plan: Plan,
    ids: Sequence[str],
    outcomes: Sequence[Outcome],
    measured: Mapping[str, Floats],
    running: Floats | None,
) -> list[str]:
    """Return what is wrong with the zones, and with what methods need of them."""
    known, near = set(ids), any(o.method == "discontinuity" for o in outcomes)
    out = [
        f"outcome {o.code!r}: the runs before and after do not both have the indicator {o.indicator!r}."
        for o in outcomes
        if o.indicator and o.indicator not in measured
    ]
    out += [f"plan: treated zone {z!r} is none of the {len(ids)} zones." for z in plan.treated.zones if z not in known]
    if near and running is None:
        out.append("plan: method discontinuity needs the running variable of the zones as it was before.")
    if near and plan.treated.line is None:
        out.append("plan: method discontinuity needs treated.line.")
    return out


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


def _finding(outcome: Outcome, setting: Setting) -> Finding:
    plan, chose = setting.plan, setting.plan.chose(outcome)
    found = heard(outcome, setting) if outcome.indicator is None else _counted(outcome.indicator, setting)
    values, at, regression, change = found.value, found.at, found.regression, found.change
    difference = _difference(found, setting, chose=chose) if outcome.method == "difference" else None
    near = outcome.method == "discontinuity"
    jump, earlier = (_jump(y, setting) if near else None for y in (values[:, -1] - values[:, at], values[:, at]))
    bare = outcome.method in {"change", "difference"} and outcome.group == "treated" and not chose
    gap = apart(values[:, at], setting.treated) if bare else (np.nan, np.nan)
    swapped, method = False, outcome.method
    if method == "change" and outcome.group == "treated" and chose and outcome.indicator is None:
        regression = held_against(regression, change)
        swapped = regression is not None and regression.flagged
        # The bare change of the worst is no answer where nobody can say how much of it came back by itself.
        method = "adjusted" if swapped or regression is None else method
    effect, low, high, p = _answer(method, change, regression, difference, jump)
    told = verdict(outcome, low, high)
    told = "doubtful" if told != "unknown" and fails(difference, jump, earlier) else told
    return Finding(outcome, outcome in plan.outcomes, change, found.table, regression, difference, jump, earlier, gap,
                   effect, low, high, p, swapped, np.nan, told, found.one_wave, found.hidden)  # fmt: skip


def _counted(code: str, setting: Setting) -> Measure:
    """Return an indicator of both runs."""
    values = setting.measured[code]
    return Measure(counted_change(values, setting.treated), counted_zones(values, setting.ids), values, 0)


def _difference(found: Measure, setting: Setting, *, chose: bool) -> Contrast:
    values, at, covariate = found.value, found.at, None
    after = np.arange(values.shape[1]) > at
    if chose:
        # Zones measured worst come back by themselves: what they were likely to be at the choice takes that out.
        likely = values[:, at] if found.luck is None else without_luck(values[:, at], found.luck)
        covariate = likely[:, None]
        values = np.column_stack([values[:, :at], covariate, values[:, at + 1 :]])
    confidence = 1 - setting.plan.alpha
    return difference_in_differences(values, after, setting.treated, covariates=covariate, confidence=confidence)


def _jump(change: Floats, setting: Setting) -> Jump | None:
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
