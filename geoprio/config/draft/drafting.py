"""From files to a project file that runs: look, guess, place, write."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from geoprio._core.errors import GeoprioError, InputError, MissingError
from geoprio.config.draft.asked import draft_condition, draft_survey, is_list
from geoprio.config.draft.desk import Desk
from geoprio.config.draft.extras import (
    draft_compounds,
    draft_elevation,
    draft_obstacles,
    draft_population,
    lists_dwellings,
)
from geoprio.config.draft.gather import LAYERS, TABLES, Found, Left, gather
from geoprio.config.draft.look_grids import look_at_grid
from geoprio.config.draft.look_layers import look_at_layers
from geoprio.config.draft.look_osm import look_at_osm
from geoprio.config.draft.look_tables import look_at_tables
from geoprio.config.draft.programme import draft_programme
from geoprio.config.draft.roles import guess
from geoprio.config.draft.said import say
from geoprio.config.draft.services import draft_services
from geoprio.config.draft.toml_text import Remark, Section, harmless, render
from geoprio.config.draft.town import draft_town
from geoprio.config.draft.votes import draft_votes
from geoprio.sources.osm import is_osm

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geoprio._core.typing import Progress
    from geoprio.config.draft.look import Look
    from geoprio.config.draft.said import Said

RULES: Final = "default"
METHOD: Final = "straight_line"
HOMES: Final = ("[buildings]", "[compounds]")
QUIET: Final = ("[project]", "[score]")
"""Sections that say nothing of the files."""
NO_HOMES: Final = (
    "no buildings, and no list of compounds with dwellings that can be joined to zones: nothing tells where people "
    "live; name a file of footprints, an OSM extract or such a list."
)
NO_ZONES: Final = "no zones: name a file of neighborhoods, or buildings, over which a grid can be laid."
NO_FACILITIES: Final = (
    "no facilities of any category (elder care, childcare, convenience stores): name points of interest, or an OSM "
    "extract."
)
TOLD: Final = ("where", "profile", "crs", "encoding")
"""Keys that the summary shows."""


@dataclass(frozen=True)
class Draft:
    """A project file that was drafted.

    Attributes
    ----------
    sections : tuple of Section
    left : tuple of Left
        Files and layers that are not used, and why.
    missing : tuple of Said
        What the study lacks.
    """

    sections: tuple[Section, ...]
    left: tuple[Left, ...]
    missing: tuple[Said, ...]

    def text(self, lang: str = "zh") -> str:
        """Return the project file with its comments in Chinese (zh) or English (en)."""
        notes = [Remark(say("lacks", what=m), doubtful=True) for m in self.missing]
        if self.left:
            notes.append(Remark(say("left_head")))
            notes += [Remark(say("left_line", name=item.name, why=item.why)) for item in self.left]
        head = Section("", [Remark(say("head")), Remark(say("head_marks", mark=say("mark")))])
        return render([head, *self.sections, Section("", notes)], lang)

    def summary(self, path: str, lang: str = "zh", *, verbose: bool = False) -> list[str]:
        """Return what is printed: each section with its source, the doubts, what is not used, and what comes next.

        Parameters
        ----------
        path : str
            Of the project file.
        lang : {"zh", "en"}
        verbose : bool
            Whether to tell every reason.
        """
        lines = [say("written", path=path).text(lang)]
        for section in self.sections:
            if section.active and section.head not in QUIET:
                lines.append(f"  {_line(section, lang)}")
                lines += [f"      {r.said.text(lang)}" for r in section.remarks if verbose]
        offered = [s for s in self.sections if not s.active and (s.get("path") or s.head == "[programme]")]
        told = {
            "offered": [f"{s.head} {s.get('path') or ''}".rstrip() for s in offered],
            "doubts": self.doubts(lang),
            "left": self._left_lines(lang),
        }
        for key, items in told.items():
            if items:
                lines.append(say(f"summary_{key}", n=len(items)).text(lang))
                lines += [f"  - {item}" for item in items]
        return [harmless(line, keep=True) for line in [*lines, say("summary_next", path=path).text(lang)]]

    def _left_lines(self, lang: str) -> list[str]:
        return [say("left_line", name=item.name, why=item.why).text(lang) for item in self.left]

    def doubts(self, lang: str = "zh") -> list[str]:
        """Return what somebody should look at, each with the section where it stands."""
        found = []
        for section in self.sections:
            remarks = [*section.remarks, *(r for line in section.lines for r in line.why)]
            found += [f"{section.head} {r.said.text(lang)}" for r in remarks if r.doubtful and section.active]
        return [*found, *(m.text(lang) for m in self.missing)]


def draft_project(folder: str | Path, files: Iterable[str | Path] = (), progress: Progress | None = None) -> Draft:
    """Return a project file for what is in files and folders; nothing is written.

    Parameters
    ----------
    folder : str or Path
        Where the project file will stand: its paths are relative to it.
    files : iterable of str or Path
        Files and folders; none: `folder` itself.
    progress : callable, optional
        Told the name of each file as it is looked at.

    Raises
    ------
    MissingError
        If the folder or a file is not there.
    InputError
        If the files do not make a study: nothing says where people live, or there is no facility of any category.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise MissingError(f"folder {str(folder)!r} is not there; make it, or name another.")
    tell = progress or (lambda _: None)
    found, left = gather(folder, [Path(f) for f in files])
    looks: list[Look] = []
    surveys: list[Section] = []
    for file in found:
        tell(file.short)
        # A survey is not looked at further: nothing of what somebody answered is told.
        survey = draft_survey(file) or (draft_votes(file) if is_list(file) else [])
        if survey:
            surveys += survey
            continue
        try:
            looks += look_at(file)
        except GeoprioError as error:
            left.append(Left(file.short, say("unreadable", why=str(error).replace("\n", " "))))
    guesses = [guess(look) for look in looks]
    left += [Left(g.look.title, say("not_recognized", why=list(g.why))) for g in guesses if not g.role]
    desk = Desk(folder, guesses, left)
    title = desk.section("[project]", Remark(say("project_name")))
    title.add("name", folder.resolve().name or "geoprio")
    tell("…")
    draft_town(desk)
    draft_compounds(desk)
    draft_services(desk)
    draft_population(desk)
    draft_elevation(desk)
    draft_obstacles(desk)
    draft_condition(desk)
    _finish(desk)
    desk.sections += [*surveys, *draft_programme(desk)]
    return Draft(tuple(desk.sections), tuple(desk.left), tuple(desk.missing))


def look_at(file: Found) -> list[Look]:
    """Return what a file holds: a look at each layer or sheet.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    name = file.path.name.lower()
    if is_osm(name):
        return [look_at_osm(file)]
    if name.endswith(LAYERS):
        return look_at_layers(file)
    return look_at_tables(file) if name.endswith(TABLES) else [look_at_grid(file)]


def _line(section: Section, lang: str) -> str:
    """Return a section in one line: what it is, and what it reads."""
    category = section.get("category")
    role = section.head.strip("[]")
    source = section.get("path") or section.get("grid_m") or section.get("method") or section.get("groups") or ""
    told = [line.key for line in section.lines] if role.endswith(".columns") else TOLD
    columns = [f"{key} = {section.get(key)}" for key in told if section.get(key) is not None]
    what = "; ".join(str(part) for part in (source, *columns) if part)
    return say("summary_section", head=f"{role} {category}" if category else role, what=what).text(lang)


def _finish(desk: Desk) -> None:
    """Add what is not read from files, and refuse what makes no study.

    Raises
    ------
    InputError
        With one line for each thing that is missing.
    """
    heads = {s.head for s in desk.sections if s.active}
    problems = []
    if not heads & set(HOMES) or ("[buildings]" not in heads and not lists_dwellings(desk)):
        problems.append(NO_HOMES)
    if "[zones]" not in heads:
        problems.append(NO_ZONES)
    if "[[facilities]]" not in heads:
        problems.append(NO_FACILITIES)
    if problems:
        aside = [f"not used: {item.name}: {item.why.text('en')}" for item in desk.left]
        raise InputError(*problems, *aside)
    for outline in desk.of("boundary"):
        if id(outline.look) not in desk.used:
            desk.leave(outline, say("outline_unused"))
    osm = [g for g in desk.guesses if g.role == "osm" and g.look is not desk.osm]
    for other in osm:
        desk.leave(other, say("one_only", role=say("role_osm")))
    if "[streets]" not in heads:
        section = desk.section("[access]")
        section.add("method", METHOD, Remark(say("no_streets"), doubtful=True))
    score = desk.section("[score]", Remark(say("rules")))
    score.add("rules", RULES)
