"""`geoprio demo`: the built-in example."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from geoprio._core.errors import OutputError
from geoprio._core.files import check_output
from geoprio.cli.options import Force, Lang, Language, Quiet, ShowProgress, Verbose
from geoprio.cli.run import run_to


def add_to(app: typer.Typer) -> None:
    """Add the verb to the program."""

    @app.command("demo")
    def command(
        folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="Folder for the example and its results.")] = Path(
            "geoprio-demo"
        ),
        force: Force = False,
        lang: Language = Lang.zh,
        verbose: Verbose = False,
        quiet: Quiet = False,
        progress: ShowProgress = None,
    ) -> None:
        """Copy the built-in example (an invented town, synthetic data) to DIR, run it, and say where the map is."""
        check_output(folder / "out", force=force, protected=folder)
        copy_example(folder)
        run_to(
            folder / "project.toml",
            folder / "out",
            force=force,
            strict=False,
            lang=lang,
            verbose=verbose,
            quiet=quiet,
            progress=progress,
        )


def example_folder() -> Path:
    """Return where the example's files are: inside an installed package, or in `data/` of a checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "example"
    return installed if installed.is_dir() else package.parent / "data" / "example"


def copy_example(folder: Path) -> None:
    """Copy the example's files to `folder`; files that are there already must be the same.

    Raises
    ------
    OutputError
        If a file of the same name has other content.
    """
    files = sorted(p for p in example_folder().iterdir() if p.is_file())
    for file in files:
        there = folder / file.name
        if there.exists() and there.read_bytes() != file.read_bytes():
            raise OutputError(
                f"{there} differs from the example's; name another folder, "
                f"or run your own copy: geoprio run {folder / 'project.toml'} --out …"
            )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file in files:
            shutil.copyfile(file, folder / file.name)
    except OSError as error:
        raise OutputError(f"the example cannot be copied to {folder}: {error.strerror}.") from error
