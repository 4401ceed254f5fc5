"""The program `geoprio`: its verbs, and what becomes of errors."""

from __future__ import annotations

import signal
import sys
import traceback
from typing import Annotated

import typer

from geoprio._core.errors import GeoprioError
from geoprio._core.version import __version__
from geoprio.cli import check, compare, demo, init, plan, register, run, schema, sensitivity, site, weights

app = typer.Typer(
    name="geoprio",
    help="Which old neighbourhoods to renew first: access, priority and maps from a city's own files.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    # As markup, "[survey]" would be taken for a style and vanish.
    rich_markup_mode=None,
    add_completion=False,
)
for verb in (demo, init, run, check, sensitivity, weights, plan, site, register, compare, schema):
    verb.add_to(app)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"geoprio {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Take the options that stand before a verb."""


def main() -> None:
    """Run the command line; exit 0 when done, 2 for bad input (one message), 1 for a fault of geoprio's own."""
    # Ending by a signal unwinds like any error, so that no half-written folder stays behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        app()
    except GeoprioError as error:
        for line in getattr(error, "problems", str(error).splitlines()):
            typer.echo(f"geoprio: {line}", err=True)
        if paste := getattr(error, "paste", ""):
            typer.echo(f"\n{paste}", err=True)
        sys.exit(2)
    except Exception as error:  # noqa: BLE001 - the last resort: said, not swallowed
        typer.echo(f"geoprio: a fault of its own, not of your files: {type(error).__name__}: {error}", err=True)
        if {"-v", "--verbose"} & set(sys.argv):
            traceback.print_exc()
        else:
            typer.echo("geoprio: run it again with -v for the details that a report needs.", err=True)
        sys.exit(1)
