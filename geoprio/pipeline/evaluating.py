"""What residents said before and after, from the files of the surveys to the findings of a registered plan."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from geoprio._core.errors import InputError, MissingError
from geoprio.city.survey import zone_numbers
from geoprio.config import load_project
from geoprio.effect import Answers, check_plan, evaluate, registered_hash
from geoprio.indicators.needs import weigh
from geoprio.pipeline.needs import households_of
from geoprio.sources.survey import read_survey

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoprio._core.findings import Findings
    from geoprio._core.typing import Floats
    from geoprio.effect import Change, Evaluation, FinishedRun, Plan
    from geoprio.sources.survey import SurveySpec

PROJECT = ".toml"
DAY = dt.timedelta(days=1)
Days = tuple[dt.date, dt.date]


def evaluation(
    plan: str | Path,
    run: FinishedRun,
    before: Sequence[str | Path],
    after: Sequence[str | Path],
    findings: Findings,
    *,
    sha256: str | None = None,
    change: Change | None = None,
) -> Evaluation:
    """Return what became of the outcomes of a registered plan.

    Parameters
    ----------
    plan : str or Path
        As `geoprio register` left it.
    run : FinishedRun
        Before: its zones, households and, for method ``discontinuity``, what the money went by.
    before, after : sequence of str or Path
        The waves in the order of the plan: each a project file with [survey], or an export with the questions of the
        first project file among them.
    findings : Findings
        Takes answers set aside, and waves that were partly answered on the other side of the beginning.
    sha256 : str, optional
        The registered hash; default: the one in the file beside the plan.

    change : Change, optional
        Of the runs before and after: what both counted, for outcomes that are indicators.

    Raises
    ------
    InputError
        If the plan was changed, or waves and plan do not fit together: their number, or their days.
    MissingError
        If a file is not there, or the plan was never registered.
    """
    path = Path(plan)
    checked = check_plan(path, registered_hash(path) if sha256 is None else sha256)
    problems = [
        f"--survey-{side}: the plan names {len(names)} wave{'s' * (len(names) != 1)} {side} ({', '.join(names)}); "
        f"files given: {len(given)}."
        for side, names, given in (("before", checked.before, before), ("after", checked.after, after))
        if len(names) != len(given) and (given or any(o.question for o in checked.outcomes))
    ]
    if problems:
        raise InputError(*problems)
    files = [Path(file) for file in (*before, *after)]
    first = next((_survey(file) for file in files if file.suffix.lower() == PROJECT), None)
    households = households_of(run.zones, run.buildings)
    named = zip((*checked.before[: len(before)], *checked.after[: len(after)]), files, strict=True)
    read = [_answers(name, file, first, run, households, findings) for name, file in named]
    waves, cut = [wave for wave, _ in read], len(before)
    _check_days(checked, [(wave.name, days) for wave, days in read], findings)
    ids = [str(zone) for zone in run.zones.index]
    return evaluate(checked, waves[:cut], waves[cut:], ids, running=_running(checked.treated.line, run),
                    population=households, measured=_measured(checked, run, change))  # fmt: skip


def _measured(plan: Plan, run: FinishedRun, change: Change | None) -> dict[str, Floats]:
    """Return the indicators that the plan names, of both runs, in the order of the zones before.

    Raises
    ------
    InputError
        If the run after is of a scenario: that tells what would be, not what became.
    """
    codes = [o.indicator for o in plan.outcomes if o.indicator is not None]
    if not codes or change is None:
        return {}
    if change.after.scenario:
        raise InputError(
            f"plan: {codes[0]!r} cannot be evaluated by a run of a scenario, which tells what would be; run the data "
            "collected after the programme."
        )
    known = set(change.zones.index.get_level_values("code"))
    return {
        code: change.zones.xs(code, level="code")[["before", "after"]].reindex(run.zones.index).to_numpy(np.float64)
        for code in codes
        if code in known
    }


def _survey(file: Path) -> SurveySpec:
    config = load_project(file)
    if config.survey is None:
        raise InputError(f"{file.name}: it has no [survey]; add the questions of the wave.")
    return config.survey


def _answers(
    name: str, file: Path, first: SurveySpec | None, run: FinishedRun, households: Floats, findings: Findings
) -> tuple[Answers, Days | None]:
    """Return one wave, read as in a run, and its first and last day; nothing personal is left in it."""
    if not file.is_file():
        raise MissingError(f"wave {name}: file {str(file)!r} is not there.")
    if file.suffix.lower() == PROJECT:
        spec = _survey(file)
    elif first is None:
        raise InputError(f"wave {name}: {file.name} is an export; give a project file with [survey] for another wave, "
                         "so that its questions are known.")  # fmt: skip
    else:
        spec = first.model_copy(update={"path": file.name})
    survey = read_survey(spec, file.parent, findings)
    zone, _ = zone_numbers(survey.zone, run.zones, spec.zones, f"survey {name}", findings, minimum=spec.minimum)
    weighting, groups = weigh(survey.groups, spec, survey.weight, zone=zone, population=households)
    # An export does not say that its respondents were drawn.
    return Answers(name, survey.questions, weighting.weight, zone, groups, chosen=True), survey.days


def _check_days(plan: Plan, waves: Sequence[tuple[str, Days | None]], findings: Findings) -> None:
    """Refuse files that are not the waves that the plan names, as far as their days tell.

    Raises
    ------
    InputError
        If a wave was answered wholly on the other side of the programme's beginning, or after the one that follows.
    """
    known = [(name, days) for name, days in waves if days is not None]
    problems = []
    for name, (one, two) in known:
        side, begun = ("after", "before") if name in plan.after else ("before", "after")
        told = f"wave {name}: the plan has it {side} the programme began on {plan.begins}"
        # A day more or less: times in files are those of the clock where people answered.
        if (two + DAY < plan.begins) if side == "after" else (one - DAY > plan.begins):
            problems.append(f"{told}, but all was answered {begun} that ({one} to {two}); give the wave's own file.")
        elif one + DAY < plan.begins < two - DAY:
            findings.warn("survey", f"{told}, but it was answered from {one} to {two}, on both sides of that day")
    for (name, (one, _)), (later, (_, two)) in pairwise(known):
        if one > two + DAY:
            problems.append(
                f"wave {later} ended on {two}, before wave {name} began on {one}; give the waves in the plan's order."
            )
    if problems:
        raise InputError(*problems)


def _running(line: object, run: FinishedRun) -> Floats | None:
    """Return what the money went by; None without a line, or where the run does not tell it."""
    column = getattr(line, "running", None)
    if column is None:
        return None
    if column not in run.zones:
        raise InputError(f"plan: treated.line names {column!r}, which is no column of the zones before.")
    return np.asarray(run.zones[column].to_numpy(float, na_value=np.nan), np.float64)
