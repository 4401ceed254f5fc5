"""`geoprio init`: draft a project file from what is there."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoprio._core.errors import MissingError, OutputError
from geoprio.cli.options import Lang, Quiet, ShowProgress, Verbose, stages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geoprio.config.draft import Draft

PROJECT_NAME = "project.toml"
LOOKING = "looking at"


def add_to(app: typer.Typer) -> None:
    """Add the verb to the program."""

    @app.command("init")
    def command(
        folder: Annotated[
            Path, typer.Argument(metavar="DIR", help="Folder in which project.toml is written.", show_default=False)
        ],
        files: Annotated[
            list[Path] | None,
            typer.Argument(metavar="FILES", help="Files and folders to look at; none: DIR itself.", show_default=False),
        ] = None,
        force: Annotated[bool, typer.Option("--force", help="Replace a project.toml that is there.")] = False,
        lang: Annotated[Lang, typer.Option("--lang", help="Language of the comments and the summary.")] = Lang.zh,
        verbose: Verbose = False,
        quiet: Quiet = False,
        progress: ShowProgress = None,
    ) -> None:
        """Look at files, recognize zones, buildings, streets, facilities and more, and write a project file that runs.

        Nothing is copied or changed: DIR/project.toml names the files by relative paths, each guess with its reason.

        What is doubtful is marked; what is not used is listed with the reason.

        Read are OSM, GeoPackage, Shapefile, GeoJSON, FlatGeobuf, GeoParquet, CSV, Excel, GeoTIFF and SRTM.

        Without zones, residential areas of OSM or a grid stand in; without streets, distances are straight lines.
        """
        from geoprio.config.draft import draft_project
        from geoprio.config.draft.gather import gather

        given = files or []
        target = _target(folder, given, force=force)
        with _made(folder):
            # Counted first, so that the bar knows its end.
            total = len(gather(folder, given)[0]) + 1
            with stages(total, progress, quiet=quiet, lang=lang, verb=LOOKING) as tell:
                draft = draft_project(folder, given, tell)
            _write(draft, target, lang.value)
        if not quiet:
            for line in draft.summary(target.as_posix(), lang.value, verbose=verbose):
                typer.echo(line)


def _target(folder: Path, files: list[Path], *, force: bool) -> Path:
    """Return the file to write, before anything is read.

    Raises
    ------
    OutputError, MissingError
        If it must not be written, or there is nothing to look at.
    """
    if folder.is_file():
        raise OutputError(f"{folder} is a file; name the folder of the project first: geoprio init DIR {folder}.")
    if not folder.exists() and not files:
        raise MissingError(f"folder {str(folder)!r} is not there; name the files to look at, too.")
    target = folder / PROJECT_NAME
    if target.is_symlink() or (target.exists() and not target.is_file()):
        raise OutputError(f"{target} is no plain file; move it away or name another folder.")
    if target.exists() and not force:
        raise OutputError(f"{target} exists; name another folder, or replace it with --force.")
    return target


@contextmanager
def _made(folder: Path) -> Iterator[None]:
    """Make the folder where it is not there, and take it away again if nothing comes of it.

    Raises
    ------
    OutputError
        If it cannot be made.
    """
    new = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder} cannot be made: {error.strerror}.") from error
    try:
        yield
    except BaseException:
        if new:
            with suppress(OSError):
                folder.rmdir()
        raise


def _write(draft: Draft, target: Path, lang: str) -> None:
    """Put the project file in place once it has been read back.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    from geoprio._core.files import whole_file
    from geoprio.config import load_project

    with whole_file(target) as new:
        new.write_text(draft.text(lang), encoding="utf-8")
        load_project(new)
