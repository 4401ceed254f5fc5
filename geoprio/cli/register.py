"""`geoprio register`: freeze the plan of an evaluation before the programme begins."""

from __future__ import annotations

import datetime as dt
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
        from geoprio.effect.preregistered import HASH_FILE

        new = not plan.with_suffix(HASH_FILE).exists()
        found, told = register(plan), read_plan(plan)
        today = dt.datetime.now(tz=dt.UTC).astimezone().date()
        if new and told.begins <= today:
            typer.echo(
                f"warning: the programme began on {told.begins}, before this day ({today}): who registers a plan now "
                "may know what came of it. Say so wherever its findings are told.",
                err=True,
            )
        if told.date > today:
            typer.echo(f"warning: the plan is of {told.date}, a day to come (today: {today}).", err=True)
        if not quiet:
            typer.echo(found)
            typer.echo(
                f"“{told.name}”, {told.date}: {len(told.treated.zones)} zones, {len(told.outcomes)} outcomes. "
                "Deposit the hash with somebody else, such as in the minutes; without that it proves nothing."
            )
