"""`geoprio run`: the main job."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoprio.cli.options import (
    Force,
    Lang,
    Language,
    ProjectFile,
    Quiet,
    ShowProgress,
    Strict,
    Verbose,
    print_notes,
    stages,
)

if TYPE_CHECKING:
    from geoprio.outputs import Result

STAGE_COUNT = 9
"""Five of the computation, four of the writing."""


def add_to(app: typer.Typer) -> None:
    """Add the verb to the program."""

    @app.command("run")
    def command(
        project: ProjectFile,
        out: Annotated[Path, typer.Option("--out", help="Folder to write; it must not exist.", show_default=False)],
        sheets: Annotated[
            int | None,
            typer.Option(
                "--sheets",
                min=0,
                help="Write a page (PDF) for each of this many zones from the top of the ranking, "
                "instead of what [outputs] says.",
                show_default=False,
            ),
        ] = None,
        scenario: Annotated[
            Path | None,
            typer.Option("--scenario", help="A scenario file (TOML): what would be different.", show_default=False),
        ] = None,
        force: Force = False,
        strict: Strict = False,
        lang: Language = Lang.zh,
        verbose: Verbose = False,
        quiet: Quiet = False,
        progress: ShowProgress = None,
    ) -> None:
        """Score the zones of PROJECT and write map, layers, lists and reports to a folder."""
        run_to(
            project, out, sheets=sheets, scenario=scenario, force=force, strict=strict, lang=lang, verbose=verbose,
            quiet=quiet, progress=progress,
        )  # fmt: skip


def run_to(
    project: Path,
    out: Path,
    *,
    force: bool,
    strict: bool,
    lang: Lang,
    verbose: bool,
    quiet: bool,
    progress: bool | None,
    sheets: int | None = None,
    scenario: Path | None = None,
) -> None:
    """Run `project` into the folder `out` and say what came of it."""
    from geoprio import pipeline
    from geoprio._core.files import check_output

    check_output(out, force=force, protected=project.parent)
    with stages(STAGE_COUNT, progress, quiet=quiet) as tell:
        result = pipeline.run(project, scenario=scenario, strict=strict, progress=tell)
        result.save(out, force=force, lang=lang.value, sheets=sheets, progress=tell)
    if not quiet:
        print_notes(result.quality["notes"], verbose=verbose)
        if result.quality["access_method"] == "straight_line":
            typer.echo("Distances are straight lines; streets were not used.")
        for row in result.quality.get("scenario", {}).get("changes", ()):
            typer.echo(f"Scenario: {row['part']}[{row['number']}]: {row['what']}.")
        summary(result, out)


def summary(result: Result, out: Path) -> None:
    """Print what came of a run."""
    zones = result.zones
    ranked = zones[zones["rank"].notna()]
    typer.echo(
        f"{len(zones)} zones, {len(ranked)} ranked; "
        f"{len(result.buildings)} buildings; {len(result.facilities)} facilities."
    )
    for rank, name, priority in ranked[["rank", "name", "priority"]].head(5).itertuples(index=False):
        typer.echo(f"  {rank:>3}  {priority:6.2f}  {name}")
    if len(ranked) and ranked["tied_with"].iloc[0]:
        typer.echo(
            f"  The first {int(ranked['tied_with'].iloc[0]) + 1} are tied; unserved demand, then the id, orders them."
        )
    if "items_passed" in zones:
        passed, failed, unknown = (int(zones[f"items_{name}"].sum()) for name in ("passed", "failed", "unknown"))
        typer.echo(
            f"Items of the complete community, over all zones: {passed} passed, {failed} failed, {unknown} unknown."
        )
    loose = [f"{c} ({r.threshold:g} {r.unit}, {r.source})" for c, r in result.rules.items() if r.verified is not True]
    if loose:
        typer.echo(f"Thresholds not checked against an official text: {', '.join(loose)}.")
    paces = {f"{w.name} ({w.speed_m_per_min:g} m/min)": None for w in result.walkers.values() if w.verified is not True}
    if paces:
        typer.echo(f"Walking paces not checked against an official text: {', '.join(paces)}.")
    for kind, title in (("quota", "Quotas"), ("assumption", "Assumptions"), ("item", "Items")):
        rows = [r for r in result.quality["values"] if r["kind"] == kind and r["verified"] is not True]
        shown = [r["what"] if kind == "item" else f"{r['what']} ({r['value']}, {r['source']})" for r in rows]
        if shown:
            typer.echo(f"{title} not checked against an official text: {', '.join(shown)}.")
    if len(result.rejects):
        typer.echo(f"{len(result.rejects)} rows or values set aside: see quality.html.")
    if result.quality["outliers"]:
        typer.echo(f"{len(result.quality['outliers'])} doubtful values, none of them changed: see quality.html.")
    typer.echo(f"Map: {out / 'map.html'}; data quality: {out / 'quality.html'}")
