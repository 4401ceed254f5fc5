"""Options that several verbs share, and what they print."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoprio.cli.words import note_line, stage_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from geoprio._core.typing import Progress


class Lang(StrEnum):
    """Languages of map, report and what the terminal says."""

    zh = "zh"
    en = "en"

    @property
    def number(self) -> int:
        """Where this language stands in a pair of texts."""
        return int(self is Lang.en)


ProjectFile = Annotated[Path, typer.Argument(metavar="PROJECT", help="The project file (TOML).", show_default=False)]
Out = Annotated[Path, typer.Option("--out", help="Folder to write; it must not exist.", show_default=False)]
Force = Annotated[bool, typer.Option("--force", help="Replace a folder that geoprio wrote before.")]
Strict = Annotated[bool, typer.Option("--strict", help="Take warnings as errors.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Say more; show the traceback of a fault.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
ShowProgress = Annotated[
    bool | None,
    typer.Option("--progress/--no-progress", help="Show progress (default: in a terminal).", show_default=False),
]
Language = Annotated[Lang, typer.Option("--lang", help="Language of the terminal, and in which map and report open.")]


@contextmanager
def stages(
    total: int, show: bool | None, *, quiet: bool, verb: str = "writing", lang: Lang = Lang.en
) -> Iterator[Progress]:
    """Give a function that takes the name of each stage (or file that `verb` is done to) and shows it on stderr."""
    wanted = (sys.stderr.isatty() if show is None else show) and not quiet
    if not wanted:
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.completed:.0f}/{task.total:.0f}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(stage_name("starting", verb, lang.number), total=total)
        begun = -1

        def tell(name: str) -> None:
            """Show what is under way."""
            nonlocal begun
            begun += 1
            bar.update(task, description=stage_name(name, verb, lang.number), completed=begun)

        yield tell
        bar.update(task, description=stage_name("done", verb, lang.number), completed=total)


def print_notes(notes: Iterable[Mapping[str, str]], *, verbose: bool, lang: Lang = Lang.en) -> None:
    """Print warnings, and with `verbose` the other notes, on stderr."""
    for note in notes:
        if note["level"] == "warning" or verbose:
            typer.echo(note_line(note, lang.number), err=True)
