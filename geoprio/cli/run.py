"""`geoprio run`: the main job."""

from __future__ import annotations

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
from geoprio.cli.words import SAID, listed, own_words, said

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geoprio.outputs import Result

SAFETY_GATE = "safety_gate"
"""The column of zones that comes before their priority where the project file names no other."""
STAGE_COUNT = 9
"""Five of the computation, four of the writing."""


def add_to(app: typer.Typer) -> None:
    """Add the verb to the program."""

    @app.command("run")
    def command(
        project: ProjectFile,
        out: Out,
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
    with stages(STAGE_COUNT, progress, quiet=quiet, lang=lang) as tell:
        result = pipeline.run(project, scenario=scenario, strict=strict, progress=tell)
        result.save(out, force=force, lang=lang.value, sheets=sheets, progress=tell)
    if not quiet:
        print_notes(result.quality["notes"], verbose=verbose, lang=lang)
        if result.quality["access_method"] == "straight_line":
            typer.echo(said("straight", lang.number))
        for row in result.quality.get("scenario", {}).get("changes", ()):
            typer.echo(said("scenario", lang.number, what=change_line(row, lang.number)))
        summary(result, out, lang)


def summary(result: Result, out: Path, lang: Lang) -> None:
    """Print what came of a run."""
    zones, number = result.zones, lang.number
    ranked = zones[zones["rank"].notna()]
    counts = {"buildings": len(result.buildings), "facilities": len(result.facilities)}
    typer.echo(said("run", number, zones=len(zones), ranked=len(ranked), **counts))
    for rank, name, priority in ranked[["rank", "name", "priority"]].head(5).itertuples(index=False):
        typer.echo(f"  {rank:>3}  {priority:6.2f}  {name}")
    if len(ranked) and ranked["tied_with"].iloc[0]:
        typer.echo(said("tied", number, n=int(ranked["tied_with"].iloc[0]) + 1))
    gate = result.project["score"].get("gate") or SAFETY_GATE
    held = int(ranked[gate].fillna(value=False).sum()) if gate in ranked else 0
    if held:
        typer.echo(said("gated", number, n=held))
    if "items_passed" in zones:
        items = {name: int(zones[f"items_{name}"].sum()) for name in ("passed", "failed", "unknown")}
        typer.echo(said("items", number, **items))
    for kind, values in unverified(result, number).items():
        typer.echo(said("loose", number, title=SAID[kind][number], values=listed(values, number)))
    if len(result.rejects):
        typer.echo(said("rejects", number, n=len(result.rejects)))
    if result.quality["outliers"]:
        typer.echo(said("outliers", number, n=len(result.quality["outliers"])))
    typer.echo(said("made", number, map=out / "map.html", quality=out / "quality.html"))


def change_line(row: Mapping[str, object], number: int) -> str:
    """Return what a change of a scenario hit; in zh where its translation is known."""
    return f"{row['part']}[{row['number']}]{('：', ': ')[number]}{own_words(str(row['what']), number)}"


def unverified(result: Result, number: int) -> dict[str, list[str]]:
    """Return by kind of value those that nobody checked against an official text."""
    from geoprio.indicators.registry import category_titles
    from geoprio.outputs.quality.sections import in_language

    rules, walkers = result.rules.items(), result.walkers.values()
    loose = {
        "threshold": [
            f"{category_titles(c)[0] if number == 0 else c} ({r.threshold:g} {r.unit}, {r.source})"
            for c, r in rules
            if r.verified is not True
        ],
        "pace": list(
            dict.fromkeys(f"{w.name} ({w.speed_m_per_min:g} m/min)" for w in walkers if w.verified is not True)
        ),
    }
    for kind in ("quota", "assumption", "item"):
        rows = [r for r in result.quality["values"] if r["kind"] == kind and r["verified"] is not True]
        told = [[in_language(c, r[c], number) for c in ("what", "value", "source")] for r in rows]
        loose[kind] = [str(what) if kind == "item" else f"{what} ({value}, {source})" for what, value, source in told]
    return {kind: values for kind, values in loose.items() if values}
