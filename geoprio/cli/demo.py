"""`geoprio demo`: the built-in example, and the whole story from needs to effect in one folder."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoprio._core.errors import OutputError
from geoprio._core.files import check_output, whole_file
from geoprio.cli.options import Force, Lang, Language, Quiet, ShowProgress, Verbose, print_notes, stages
from geoprio.cli.run import STAGE_COUNT as RUN
from geoprio.cli.run import summary
from geoprio.cli.words import said

if TYPE_CHECKING:
    from geoprio._core.typing import Progress
    from geoprio.outputs import Result

STAGE_COUNT = 3 * RUN + 2 + 9
"""Three runs, of which one has a programme, and the comparison."""
FOLDERS = ("out", "plan", "after", "effect")
PAGE = "index.html"
SCENARIO = Path("plan") / "programme" / "scenario.toml"
EVALUATION, SECOND_SURVEY = "评估方案.toml", "居民问卷_问卷星_2027.xlsx"
WHERE = {
    "out": "geoprio run DIR/project.toml --out DIR/out",
    "plan": "geoprio plan DIR/project.toml --quick --out DIR/plan",
    "after": "geoprio run DIR/project.toml --scenario DIR/plan/programme/scenario.toml --out DIR/after",
    "effect": "geoprio compare DIR/out DIR/after --evaluation DIR/评估方案.toml --survey-before DIR/project.toml "
    "--survey-after DIR/居民问卷_问卷星_2027.xlsx --out DIR/effect",
}
"""What stands where, and the command that makes the same files."""


def add_to(app: typer.Typer) -> None:
    """Add the verb to the program."""

    @app.command("demo")
    def command(
        folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="Folder for the example and its results.")] = Path(
            "geoprio-demo"
        ),
        force: Force = False,
        lang: Language = Lang.zh,
        verbose: Verbose = False,
        quiet: Quiet = False,
        progress: ShowProgress = None,
    ) -> None:
        """Copy the built-in example (an invented town) to DIR and show needs, priority, programme and effect."""
        for name in FOLDERS:
            check_output(folder / name, force=force, protected=folder)
        _check_page(folder / PAGE, force=force)
        copy_example(folder)
        with stages(STAGE_COUNT, progress, quiet=quiet, lang=lang) as tell:
            result = whole_story(folder, force=force, lang=lang, tell=tell)
        if quiet:
            return
        print_notes(result.quality["notes"], verbose=verbose, lang=lang)
        summary(result, folder / "out", lang)
        typer.echo(f"{folder / PAGE}: {said('story', lang.number)}")
        for name, made in WHERE.items():
            typer.echo(f"{folder / name}: {made.replace('DIR', str(folder))}")


def whole_story(folder: Path, *, force: bool, lang: Lang, tell: Progress) -> Result:
    """Run the example, plan, run what the plan would change, compare, and write the page; return the result of the run.

    Files are those of the single commands; the city is walked twice only, and the programme is chosen from the run.
    """
    from geoprio import effect, pipeline
    from geoprio._core.findings import Findings
    from geoprio.outputs.change.write import write_change
    from geoprio.outputs.story.page import story_html
    from geoprio.outputs.write import write_text
    from geoprio.pipeline.running import run_walked

    project = folder / "project.toml"
    result, walked = run_walked(project, progress=tell)
    result.save(folder / "out", force=force, lang=lang.value, progress=tell)
    planned = pipeline.plan(result, walked=walked, quick=True, progress=tell)
    planned.save(folder / "plan", force=force, lang=lang.value, progress=tell)
    after = pipeline.run(project, scenario=folder / SCENARIO, progress=tell)
    after.save(folder / "after", force=force, lang=lang.value, progress=tell)
    tell("comparing")
    runs = folder / "out", folder / "after"
    change, findings = effect.compare(*runs), Findings()
    found = pipeline.evaluation(folder / EVALUATION, change.before, [project], [folder / SECOND_SURVEY], findings)
    write_change(
        change,
        folder / "effect",
        evaluation=found,
        set_aside=findings.rejects(),
        force=force,
        lang=lang.value,
        protected=runs,
        progress=tell,
    )
    with whole_file(folder / PAGE) as new:
        write_text(new, story_html(result, planned, change, found, lang.value))
    return result


def _check_page(page: Path, *, force: bool) -> None:
    """Check that the page may be written: it is not there, or one that this verb made is replaced."""
    from geoprio.outputs.story.page import MARK

    if not page.exists() and not page.is_symlink():
        return
    ours = page.is_file() and not page.is_symlink() and MARK in page.read_text(encoding="utf-8", errors="replace")
    if not (force and ours):
        raise OutputError(
            f"{page} is there already; name another folder" + (", or replace it with --force." if ours else ".")
        )


def example_folder() -> Path:
    """Return where the example's files are: inside an installed package, or in `data/` of a checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "example"
    return installed if installed.is_dir() else package.parent / "data" / "example"


def copy_example(folder: Path) -> None:
    """Copy the example's files to `folder`; files that are there already must be the same.

    Raises
    ------
    OutputError
        If a file of the same name has other content.
    """
    files = sorted(p for p in example_folder().iterdir() if p.is_file())
    for file in files:
        there = folder / file.name
        if there.exists() and there.read_bytes() != file.read_bytes():
            raise OutputError(
                f"{there} differs from the example's; name another folder, "
                f"or run your own copy: geoprio run {folder / 'project.toml'} --out …"
            )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file in files:
            shutil.copyfile(file, folder / file.name)
    except OSError as error:
        raise OutputError(f"the example cannot be copied to {folder}: {error.strerror}.") from error
