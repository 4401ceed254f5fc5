"""`geoprio register`: freeze the plan of an evaluation before the programme begins."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from geoprio.cli.options import Quiet


def add_to(app: typer.Typer) -> None:
    """Add the verb to the program."""

    @app.command("register")
    def command(
        plan: Annotated[Path, typer.Argument(help="The plan of the evaluation (TOML).", show_default=False)],
        quiet: Quiet = False,
    ) -> None:
        """Check PLAN and write its hash beside it; geoprio compare --evaluation refuses it if it was changed since."""
        from geoprio.effect import read_plan, register

        found = register(plan)
        if not quiet:
            told = read_plan(plan)
            typer.echo(found)
            typer.echo(
                f"“{told.name}”, {told.date}: {len(told.treated.zones)} zones, {len(told.outcomes)} outcomes. "
                "Deposit the hash with somebody else, such as in the minutes; without that it proves nothing."
            )
