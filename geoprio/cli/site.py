"""`geoprio site`: where new facilities serve most."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoprio.cli.options import (
    Force,
    Lang,
    Language,
    Out,
    ProjectFile,
    Quiet,
    ShowProgress,
    Strict,
    Verbose,
    print_notes,
    stages,
)
from geoprio.cli.words import said

if TYPE_CHECKING:
    from geoprio.outputs.sited.result import Sited

STAGE_COUNT = 17
"""Five of each of two runs, three of the tables, four of the writing of the second run."""


class By(StrEnum):
    """What is sought."""

    cover = "cover"
    p_median = "p-median"
    set_cover = "set-cover"


def add_to(app: typer.Typer) -> None:
    """Add the verb to the program."""

    @app.command("site")
    def command(
        project: ProjectFile,
        category: Annotated[str, typer.Option("--category", help="Of the new facilities.", show_default=False)],
        sites: Annotated[
            str,
            typer.Option(
                "--sites",
                help="File of candidate sites (columns id, name, kind, capacity, cost, or as named), or buildings.",
                show_default=False,
            ),
        ],
        out: Out,
        number: Annotated[
            int | None, typer.Option("--number", min=1, help="How many sites may open.", show_default=False)
        ] = None,
        method: Annotated[
            By,
            typer.Option(
                "--method",
                help="cover: most people within the threshold; p-median: the shortest ways of all; set-cover: as few, "
                "or as cheap, sites as serve everybody.",
            ),
        ] = By.cover,
        threshold: Annotated[
            float | None,
            typer.Option("--threshold", help="In the unit of the rule; default: the rule's.", show_default=False),
        ] = None,
        use: Annotated[
            list[str] | None,
            typer.Option("--use", help="Use of the buildings: residential, other, unknown.", show_default=False),
        ] = None,
        x: Annotated[str | None, typer.Option("--x", help="Column of the easting or longitude.")] = None,
        y: Annotated[str | None, typer.Option("--y", help="Column of the northing or latitude.")] = None,
        crs: Annotated[str | None, typer.Option("--crs", help="CRS of the sites, if their file says none.")] = None,
        layer: Annotated[str | None, typer.Option("--layer", help="Layer or sheet of the sites' file.")] = None,
        id_column: Annotated[str | None, typer.Option("--id", help="Column of the sites' ids.")] = None,
        name: Annotated[str | None, typer.Option("--name", help="Column of their names.")] = None,
        kind: Annotated[str | None, typer.Option("--kind", help="Column of their kinds.")] = None,
        capacity: Annotated[str | None, typer.Option("--capacity", help="Column of beds, places or m².")] = None,
        cost: Annotated[
            str | None,
            typer.Option("--cost", help="Column of what opening costs; a unit (万元) in the heading counts."),
        ] = None,
        where: Annotated[
            list[str] | None,
            typer.Option("--where", metavar="COLUMN=VALUE", help="Keep these rows; of one column any of its values."),
        ] = None,
        serves: Annotated[
            float | None,
            typer.Option("--serves", help="Demand that one unit of capacity serves (set-cover).", show_default=False),
        ] = None,
        force: Force = False,
        strict: Strict = False,
        lang: Language = Lang.zh,
        verbose: Verbose = False,
        quiet: Quiet = False,
        progress: ShowProgress = None,
    ) -> None:
        """Choose where new facilities serve most, and write the city with them: map, tables, layers, scenario."""
        from geoprio import pipeline
        from geoprio._core.errors import InputError
        from geoprio._core.files import check_output
        from geoprio.config import SitesSpec

        check_output(out, force=force, protected=project.parent)
        of_file = {"x": x, "y": y, "crs": crs, "layer": layer, "id": id_column, "name": name, "kind": kind,
                   "capacity": capacity, "cost": cost, "where": where}  # fmt: skip
        given = [f"--{key}" for key, value in of_file.items() if value]
        if use and sites != "buildings":
            raise InputError("--use chooses among buildings: give --sites buildings, or leave it out.")
        if given and sites == "buildings":
            raise InputError(f"{given[0]} tells how to read a file of sites: give --sites FILE, or leave it out.")
        spec = SitesSpec.model_validate({"path": sites, **of_file, "where": _filter(where or [])})
        chosen = {"use": tuple(use)} if use else {}
        with stages(STAGE_COUNT, progress, quiet=quiet, lang=lang) as tell:
            found = pipeline.site(
                project, category, spec, number, method=method.value, threshold=threshold, serves=serves,
                strict=strict, progress=tell, **chosen,
            )  # fmt: skip
            found.save(out, force=force, lang=lang.value, progress=tell)
        if not quiet:
            print_notes([*found.before.quality["notes"], *found.asked["notes"]], verbose=verbose, lang=lang)
            _summary(found, out, lang.number)


def _filter(where: list[str]) -> dict[str, list[str]]:
    """Return the values to keep by column.

    Raises
    ------
    InputError
        If a text is not COLUMN=VALUE.
    """
    from geoprio._core.errors import InputError

    out: dict[str, list[str]] = {}
    for text in where:
        column, sign, value = text.partition("=")
        if not sign or not column.strip() or not value.strip():
            raise InputError(f"--where {text!r}: give COLUMN=VALUE, such as 设施类别=elder_care.")
        out.setdefault(column.strip(), []).append(value.strip())
    return out


def _summary(found: Sited, out: Path, number: int) -> None:
    before, after = found.covered()
    counts = {"chosen": len(found.chosen), "candidates": len(found.candidates), "demand": found.demand}
    shares = dict(zip(("share_before", "share_after"), map(_percent, found.shares()), strict=True))
    typer.echo(said("sites", number, before=before, after=after, **counts, **shares))
    unknown = found.demand - found.known()[1]
    if unknown > 0:
        typer.echo(said("sites_unknown", number, n=unknown))
    for name, row in found.chosen.iterrows():
        label = f" {row['name']}" if row["name"] else ""
        typer.echo(f"  {row['order']:>3}  +{row['newly_covered']:,.1f}  {name}{label}")
    if found.chosen.empty:
        typer.echo(said("nobody" if found.asked["reached"] > 0 else "nobody_near", number))
    siting = found.siting
    typer.echo(said("proof", number, objective=siting.objective, bound=siting.bound, gap=100 * siting.gap))
    if found.asked["rejects"]:
        typer.echo(said("sites_aside", number, n=len(found.asked["rejects"])))
    typer.echo(said("sited", number, map=out / "site.html", after=out / "after" / "map.html"))


def _percent(share: float) -> str:
    """Return a share as text; a dash where it is not known."""
    return f"{100 * share:.1f} %" if share == share else "–"  # noqa: PLR0124 - NaN, an unknown share
