"""`geoprio plan`: what to do where, in which year, and with whose money."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoprio.cli.options import (
    Force,
    Lang,
    Language,
    Out,
    ProjectFile,
    Quiet,
    ShowProgress,
    Strict,
    Verbose,
    print_notes,
    stages,
)

if TYPE_CHECKING:
    from geoprio.outputs.planned.result import Planned

STAGE_COUNT = 12
"""Five of the run, two of the programme, five of the writing."""


class Method(StrEnum):
    """Ways to choose."""

    milp = "milp"
    lp = "lp"


def add_to(app: typer.Typer) -> None:
    """Add the verb to the program."""

    @app.command("plan")
    def command(
        project: ProjectFile,
        out: Out,
        budget: Annotated[
            str | None,
            typer.Option(
                "--budget",
                metavar="YUAN",
                help="Yuan over all years, such as 20000000 or 2000万, instead of the budget of the project's own city "
                "source (or the one that "
                "budget_of names); the other sources stay as they are.",
                show_default=False,
            ),
        ] = None,
        years: Annotated[
            int | None, typer.Option("--years", help="Years, instead of the project's.", show_default=False)
        ] = None,
        method: Annotated[
            Method, typer.Option("--method", help="milp: proved to 0.1 %; lp: relaxed and rounded, quick.")
        ] = Method.milp,
        draws: Annotated[
            int | None,
            typer.Option("--draws", help="How many other weights are tried; 0: none.", show_default=False),
        ] = None,
        time_limit: Annotated[
            float, typer.Option("--time-limit", min=1.0, help="Seconds for each run of the solver.")
        ] = 60.0,
        fast: Annotated[
            bool,
            typer.Option("--quick", help="Leave out what other budgets and other weights would bring."),
        ] = False,
        sheets: Annotated[
            int | None,
            typer.Option(
                "--sheets", min=0, help="Write a page (PDF) for each of this many zones, too.", show_default=False
            ),
        ] = None,
        force: Force = False,
        strict: Strict = False,
        lang: Language = Lang.zh,
        verbose: Verbose = False,
        quiet: Quiet = False,
        progress: ShowProgress = None,
    ) -> None:
        """Run PROJECT; choose what to do where, in which year and with whose money. Exit 2 if no programme can be."""
        from geoprio import pipeline
        from geoprio._core.files import check_output

        check_output(out, force=force, protected=project.parent)
        with stages(STAGE_COUNT, progress, quiet=quiet, lang=lang) as tell:
            found = pipeline.plan(
                project, budget=budget, years=years, method=method.value, draws=draws, time_limit=time_limit,
                quick=fast, strict=strict, progress=tell,
            )  # fmt: skip
            found.save(out, force=force, lang=lang.value, sheets=sheets, progress=tell)
        if not quiet:
            print_notes(found.result.quality["notes"], verbose=verbose, lang=lang)
        failed = found.programme.status in {"infeasible", "unknown"}
        if failed or not quiet:
            _summary(found, out, number=lang.number, failed=failed)
        if failed:
            sys.exit(2)


def _summary(found: Planned, out: Path, *, number: int, failed: bool) -> None:
    for pair in found.sentences:
        typer.echo(pair[number], err=failed)
    typer.echo(f"{out / 'programme' / 'programme.xlsx'}", err=failed)
