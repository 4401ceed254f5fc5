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
        run: Annotated[
            Path | None,
            typer.Option(
                "--run",
                help="Folder of a run before: the zones, columns, questions and answers that the plan names are "
                "looked up in it, while the plan may still be changed.",
                show_default=False,
            ),
        ] = None,
        quiet: Quiet = False,
    ) -> None:
        """Check PLAN and write its hash beside it; geoprio compare --evaluation refuses it if it was changed since."""
        from geoprio.effect import load_run, read_plan, register
        from geoprio.effect.checks import check_fit
        from geoprio.effect.preregistered import HASH_FILE

        if run is not None:
            check_fit(read_plan(plan), load_run(run))
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
