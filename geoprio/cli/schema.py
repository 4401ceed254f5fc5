"""`geoprio schema`: the JSON schema of the project file."""

from __future__ import annotations

import typer


def add_to(app: typer.Typer) -> None:
    """Add the verb to the program."""

    @app.command("schema")
    def command() -> None:
        """Print the JSON schema of the project file, for editors that complete and check TOML."""
        from geoprio.config import schema_text

        typer.echo(schema_text())
