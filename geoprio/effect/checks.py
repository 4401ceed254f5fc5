"""What an evaluation's methods take for granted, as far as the waves before can tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.stats import ttest_ind

from geoprio._core.errors import InputError
from geoprio.effect.regression import FEWEST, fit_normal

if TYPE_CHECKING:
    from geoprio._core.typing import Bools, Floats
    from geoprio.effect.contrasts import Contrast
    from geoprio.effect.discontinuity import Jump
    from geoprio.effect.preregistered import Outcome, Plan
    from geoprio.effect.runs import FinishedRun

UNLIKE: Final = 0.05
"""A method's check whose p is smaller has failed; those at the funding line are two, so that each gets half of it."""
SIDES: Final = 0.5
"""Where no larger part of the zones nearby got what the line says, it did not decide who was renewed."""


def fails(difference: Contrast | None, jump: Jump | None, jump_before: Jump | None) -> bool:
    """Return whether what was found contradicts what the method takes for granted.

    Parameters
    ----------
    difference : Contrast or None
        Its placebos: both groups went different ways already before.
    jump : Jump or None
        At the funding line: zones crowd on one side, or the line did not decide.
    jump_before : Jump or None
        Of the last wave before, where there is nothing to find.
    """
    crowded = jump is not None and (jump.crowding_p < UNLIKE / 2 or jump.followed <= SIDES)
    return (
        crowded
        or (difference is not None and difference.parallel_p < UNLIKE)
        or (jump_before is not None and jump_before.p < UNLIKE / 2)
    )


def apart(before: Floats, treated: Bools) -> tuple[float, float]:
    """Return by how much renewed zones measured more than the others before, and the p of none (Welch).

    Parameters
    ----------
    before : ndarray of float, shape (zones,)
        NaN is left out.
    treated : ndarray of bool, shape (zones,)

    Returns
    -------
    tuple of float
        NaN with fewer than two zones in either group; p is NaN where neither group varies.
    """
    one, two = (before[np.isfinite(before) & group] for group in (treated, ~treated))
    if min(len(one), len(two)) < 2:
        return np.nan, np.nan
    gap = float(one.mean() - two.mean())
    if not max(np.ptp(one), np.ptp(two)) > 0:
        return gap, np.nan
    return gap, float(ttest_ind(one, two, equal_var=False).pvalue)


def without_luck(before: Floats, variance: Floats) -> Floats:
    """Return the true values that zones' answers and all zones together make likely; NaN where not measured.

    A straight line through these takes out regression to the mean whatever the number of answers: of a zone with few
    of them more comes back than of one with many that measured as badly, which no line through the bare values knows.

    Parameters
    ----------
    before, variance : ndarray of float, shape (zones,)
        As measured when zones were chosen, and the variance of its error.
    """
    known = np.isfinite(before)
    if known.sum() < FEWEST:
        return before
    return np.where(known, fit_normal(before, variance).predict(before, variance)[0], np.nan)


def check_fit(plan: Plan, run: FinishedRun) -> None:
    """Check that a plan names what a run before has, while it may still be changed.

    Parameters
    ----------
    plan : Plan
    run : FinishedRun
        Its zones and, where it had a survey, the questions of that.

    Raises
    ------
    InputError
        With a line for each zone, column, question or answer that is not there.
    """
    known = set(map(str, run.zones.index))
    problems = [f"plan: treated zone {z!r} is none of the {len(known)} zones of {run.name}."
                for z in plan.treated.zones if z not in known]  # fmt: skip
    line = plan.treated.line
    columns = [("treated.line", line.running)] if line is not None else []
    columns += [(f"outcome {o.code!r}", o.indicator) for o in plan.outcomes if o.indicator is not None]
    problems += [f"plan: {where} names {column!r}, which is no column of numbers in the zones of {run.name}."
                 for where, column in columns
                 if column not in run.zones or run.zones[column].dtype.kind not in "iuf"]  # fmt: skip
    problems += [text for o in plan.outcomes for text in _lacks(o, run)] if run.answers else []
    if problems:
        raise InputError(*problems)


def _lacks(outcome: Outcome, run: FinishedRun) -> list[str]:
    """Return what the survey of a run does not have of an outcome."""
    if outcome.question is None:
        return []
    where = f"plan: outcome {outcome.code!r}"
    needs = run.answers.get(outcome.question)
    if needs is None:
        return [f"{where}: there is no question {outcome.question!r}; there are {', '.join(run.answers)}."]
    asked = [outcome.need] if outcome.need is not None else list(outcome.scores)
    return [
        f"{where}: question {outcome.question!r} has no answer {need!r}; it has {', '.join(needs)}."
        for need in asked
        if need not in needs
    ]
