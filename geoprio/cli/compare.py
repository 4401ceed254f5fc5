"""`geoprio compare`: what changed between two finished runs, and plan against done."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoprio.cli.options import Force, Lang, Language, Out, Quiet, ShowProgress, Verbose, print_notes, stages
from geoprio.cli.words import said

if TYPE_CHECKING:
    from geoprio._core.findings import Findings
    from geoprio.effect import Change
    from geoprio.effect.done import PlanDone

STAGE_COUNT = 9
"""Reading and comparing, seven of the writing."""
RANGE_STAGES = 19
"""Two runs of five stages, and nine searches."""

Run = Annotated[Path, typer.Argument(help="A folder that geoprio run wrote.", show_default=False)]
Allow = Annotated[
    list[str] | None,
    typer.Option(
        "--allow", help="Accept a difference between the runs by its name; may be repeated.", show_default=False
    ),
]
Deprivation = Annotated[
    str | None,
    typer.Option(
        "--deprivation",
        help="Column of the zones, larger = worse off, by which equity ranks people (default: priority).",
        show_default=False,
    ),
]
Promised = Annotated[
    Path | None, typer.Option("--plan", help="List of promised projects (CSV, Excel).", show_default=False)
]
Finished = Annotated[
    Path | None, typer.Option("--done", help="List of done projects (CSV, Excel).", show_default=False)
]
Registered = Annotated[
    Path | None,
    typer.Option("--evaluation", help="Plan of an evaluation that geoprio register froze.", show_default=False),
]
WavesBefore = Annotated[
    list[Path] | None,
    typer.Option(
        "--survey-before",
        help="A wave of the survey: a project file with [survey], or an export with the same questions; one "
        "for each wave of the plan, in its order.",
        show_default=False,
    ),
]
WavesAfter = Annotated[list[Path] | None, typer.Option("--survey-after", help="Likewise, after.", show_default=False)]
FirstYear = Annotated[
    int | None,
    typer.Option(
        "--first-year", help="Calendar year of the plan's year 1, where it counts from 1.", show_default=False
    ),
]
ProjectBefore = Annotated[
    Path | None,
    typer.Option(
        "--project-before",
        help="Project file of the run BEFORE: both runs are computed again under other speeds, thresholds and "
        "catchments, and every change gets its range.",
        show_default=False,
    ),
]
ProjectAfter = Annotated[
    Path | None,
    typer.Option("--project-after", help="That of the run AFTER, if it is another.", show_default=False),
]
WhatIf = Annotated[
    Path | None, typer.Option("--scenario", help="Scenario of the run AFTER, if any.", show_default=False)
]


def add_to(app: typer.Typer) -> None:
    """Add the verb to the program."""

    @app.command("compare")
    def command(
        before: Run,
        after: Run,
        out: Out,
        allow: Allow = None,
        deprivation: Deprivation = None,
        plan: Promised = None,
        done: Finished = None,
        evaluation: Registered = None,
        survey_before: WavesBefore = None,
        survey_after: WavesAfter = None,
        first_year: FirstYear = None,
        project_before: ProjectBefore = None,
        project_after: ProjectAfter = None,
        scenario: WhatIf = None,
        force: Force = False,
        lang: Language = Lang.zh,
        verbose: Verbose = False,
        quiet: Quiet = False,
        progress: ShowProgress = None,
    ) -> None:
        """Tell what changed between the runs BEFORE and AFTER, for whom, and why."""
        from geoprio import effect, pipeline
        from geoprio._core.files import check_output
        from geoprio._core.findings import Findings
        from geoprio.effect import evaluation_sentences
        from geoprio.outputs.change.write import write_change

        _check_together(
            plan=bool(plan) != bool(done),
            survey=evaluation is None and bool(survey_before or survey_after),
            project=project_before is None and bool(project_after or scenario),
        )
        for folder in (before, after):
            check_output(out, force=force, protected=folder)
        with stages(STAGE_COUNT + RANGE_STAGES * bool(project_before), progress, quiet=quiet, lang=lang) as tell:
            tell("read")
            change = effect.compare(before, after, allow=allow or (), deprivation=deprivation)
            if project_before is not None:
                change = pipeline.change_ranges(
                    project_before, project_after, scenario=scenario, change=change, allow=allow or (), progress=tell
                )
            findings, heard = Findings(), Findings()
            beside = _beside(plan, done, change, first_year, findings)
            asked = None
            if evaluation is not None:
                waves = survey_before or (), survey_after or ()
                asked = pipeline.evaluation(evaluation, change.before, *waves, heard, change=change)
            write_change(
                change, out, done=beside, evaluation=asked, set_aside=heard.rejects(), force=force, lang=lang.value,
                protected=(before, after), progress=tell,
            )  # fmt: skip
        if not quiet:
            print_notes([*findings.note_rows(), *heard.note_rows()], verbose=verbose, lang=lang)
            for pair in evaluation_sentences(asked) if asked is not None else ():
                typer.echo(pair[lang.number])
            _summary(change, beside, out, lang.number)


TOGETHER = {
    "plan": "--plan and --done belong together; give both or neither.",
    "survey": "--survey-before and --survey-after belong to --evaluation; name the registered plan.",
    "project": "--project-after and --scenario belong to --project-before; name that, too.",
}
"""Options that do not stand alone."""


def _check_together(**wrong: bool) -> None:
    """Refuse options without those that they belong to."""
    from geoprio._core.errors import InputError

    problems = [TOGETHER[key] for key, found in wrong.items() if found]
    if problems:
        raise InputError(*problems)


def _beside(
    plan: Path | None, done: Path | None, change: Change, first_year: int | None, findings: Findings
) -> PlanDone | None:
    """Return promised projects beside done ones; None without lists."""
    from geoprio.effect.done import plan_done, read_projects

    if plan is None or done is None:
        return None
    lists = [read_projects(path, role, findings) for path, role in ((plan, "plan"), (done, "done"))]
    return plan_done(*lists, change=change, findings=findings, first_year=first_year)


def _summary(change: Change, beside: PlanDone | None, out: Path, number: int) -> None:
    from geoprio.outputs.change.units import figures

    counts = {"compared": len(change.people), "added": len(change.added), "removed": len(change.removed)}
    typer.echo(said("compared", number, **counts))
    for code, row in change.city.iterrows():
        what = change.measures[str(code)]
        if str(code).endswith("_covered_share") or code == "priority":
            sides = figures(row["before"], row["after"], what.unit)[:2]
            one, two = (text if isinstance(text, str) else text[number] for text in sides)
            zones = {"better": int(row["zones_better"]), "worse": int(row["zones_worse"])}
            typer.echo(said("moved", number, title=what.title[number], before=one, after=two, **zones))
    for note in (*change.notes, *(beside.notes if beside is not None else ())):
        typer.echo(said("noted", number, text=note[number]), err=True)
    files = {"report": out / "report.html", "map": out / "swipe.html", "tables": out / "change.xlsx"}
    typer.echo(said("changed", number, **files))
    if beside is not None and len(beside.rejects):
        typer.echo(said("lists_aside", number, n=len(beside.rejects)))
