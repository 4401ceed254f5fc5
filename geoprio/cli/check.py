"""`geoprio check`: read and validate, compute nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from geoprio.cli.options import Force, Lang, Language, ProjectFile, Quiet, ShowProgress, Strict, Verbose, stages
from geoprio.cli.words import said


def add_to(app: typer.Typer) -> None:
    """Add the verb to the program."""

    @app.command("check")
    def command(
        project: ProjectFile,
        out: Annotated[
            Path | None,
            typer.Option(
                "--out",
                help="Folder for the report (default: <PROJECT>_check beside the project file).",
                show_default=False,
            ),
        ] = None,
        force: Force = False,
        strict: Strict = False,
        lang: Language = Lang.zh,
        verbose: Verbose = False,
        quiet: Quiet = False,
        progress: ShowProgress = None,
    ) -> None:
        """Read and validate everything that PROJECT names; print and write the data-quality report."""
        from geoprio import pipeline
        from geoprio._core.files import check_output
        from geoprio.outputs.quality.text import quality_plain
        from geoprio.outputs.write import write_check

        folder = out or project.with_name(f"{project.stem}_check")
        # The default folder is geoprio's own: the last report may go, but nothing else that stands there.
        force = force or out is None
        check_output(folder, force=force, protected=project.parent)
        with stages(3, progress, quiet=quiet, lang=lang) as tell:
            checked = pipeline.inspect(project, strict=strict, progress=tell)
        write_check(checked, folder, force=force, lang=lang.value, protected=project.parent)
        if not quiet:
            typer.echo(quality_plain(checked.quality, checked.project["project"]["name"], lang.value))
            typer.echo(said("checked", lang.number, page=folder / "quality.html"))
        if verbose:
            for row in checked.quality["rejects"]:
                typer.echo(said("aside", lang.number) + ", ".join(f"{k} {v}" for k, v in row.items() if v), err=True)
