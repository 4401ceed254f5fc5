"""`geoprio sensitivity`: how sure the ranking is, and why each zone stands where it does."""

from __future__ import annotations

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
from geoprio.cli.words import said

if TYPE_CHECKING:
    from geoprio.outputs.sensitivity.result import Sensitivity

STAGE_COUNT = 13
"""Five of the run, at least one search more, two of the study, five of the writing."""


def add_to(app: typer.Typer) -> None:
    """Add the verb to the program."""

    @app.command("sensitivity")
    def command(
        project: ProjectFile,
        out: Out,
        draws: Annotated[
            int | None, typer.Option("--draws", help="How many times the zones are ranked.", show_default=False)
        ] = None,
        seed: Annotated[
            int | None, typer.Option("--seed", help="Equal seeds give equal draws.", show_default=False)
        ] = None,
        first: Annotated[
            int | None,
            typer.Option("--first", help="How many ranks count as being among the first.", show_default=False),
        ] = None,
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
        """Run PROJECT under many weights, methods and variants of its data; tell who is sure of a place, and why."""
        from geoprio import pipeline
        from geoprio._core.files import check_output

        check_output(out, force=force, protected=project.parent)
        with stages(STAGE_COUNT, progress, quiet=quiet, lang=lang) as tell:
            found = pipeline.sensitivity(project, draws=draws, seed=seed, first_n=first, strict=strict, progress=tell)
            found.save(out, force=force, lang=lang.value, sheets=sheets, progress=tell)
        if not quiet:
            print_notes(found.result.quality["notes"], verbose=verbose, lang=lang)
            _summary(found, out, lang.number)


def _summary(found: Sensitivity, out: Path, number: int) -> None:
    table, draws = found.study.table, found.study.found.draws
    counts = {mark: int((table["robust"] == mark).sum()) for mark in ("robustly_in", "contested", "robustly_out")}
    typer.echo(said("draws", number, zones=len(table), draws=draws, first=found.first, **counts))
    for zone, row in table[table["robust"] == "contested"].head(5).iterrows():
        share = 100 * row["first_share"]
        typer.echo(
            f"  {int(row['rank']):>3}  {int(row['rank_p05'])}-{int(row['rank_p95'])}  {share:.0f} %  "
            f"{found.standing.name(str(zone))}"
        )
    typer.echo(said("explained", number, told=out / "sensitivity.md", map=out / "map.html"))
