"""`geoprio schema`: the JSON schemas of the project file and the scenario file."""

from __future__ import annotations

from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    """Add the verb to the program."""

    @app.command("schema")
    def command(
        *,
        scenario: Annotated[bool, typer.Option("--scenario", help="That of a scenario file instead.")] = False,
    ) -> None:
        """Print the JSON schema of the project file, for editors that complete and check TOML."""
        from geoprio.config import schema_text

        typer.echo(schema_text(scenario=scenario))
