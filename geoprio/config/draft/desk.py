"""What is known while a project file is drafted: looks, guesses, sections, and what was left aside."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from geoprio._core.errors import GeoprioError
from geoprio._core.findings import Findings
from geoprio._core.fits import fits
from geoprio.config.draft.axes import find_axes
from geoprio.config.draft.gather import Left
from geoprio.config.draft.ground import Ground, Placed, datum_of, middles, place
from geoprio.config.draft.said import say
from geoprio.config.draft.toml_text import Remark, Section
from geoprio.outputs.translate import in_chinese
from geoprio.sources import ZonesSpec, read_layers

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from geoprio.config.draft.look import Look
    from geoprio.config.draft.roles import Guess
    from geoprio.config.draft.said import Said
    from geoprio.sources import SourceSpec

REACH_M: Final = 3000.0
"""Of large files of buildings, those so near to the zones are looked at: the default catchment of a run."""
FEW: Final = 0.1
"""A table of which fewer points lie near the study is doubtful."""
EXCHANGED: Final = 0.5
"""A layer of which fewer rows fit its CRS as they stand, and more the other way round, has its axes exchanged."""
SIMPLE: Final = ("utf-8", "utf-8-sig")


@dataclass
class Desk:
    """The state of a draft.

    Attributes
    ----------
    folder : Path
        The project's.
    guesses : list of Guess
    left : list of Left
    sections : list of Section
        In the order of the project file.
    parts : dict of str to GeoDataFrame
        Zones, buildings and streets as they were read.
    missing : list of Said
        What the study lacks.
    """

    folder: Path
    guesses: list[Guess]
    left: list[Left]
    sections: list[Section] = field(default_factory=list)
    parts: dict[str, gpd.GeoDataFrame] = field(default_factory=dict)
    missing: list[Said] = field(default_factory=list)
    used: set[int] = field(default_factory=set)
    _ground: tuple[tuple[str, ...], Ground] | None = None

    @property
    def ground(self) -> Ground:
        """Zones, buildings and streets as far as they are known."""
        known = tuple(self.parts)
        if self._ground is None or self._ground[0] != known:
            self._ground = (known, Ground(self.parts))
        return self._ground[1]

    @property
    def osm(self) -> Look | None:
        """The OSM file, the one with most in it."""
        looks = [g.look for g in self.guesses if g.role == "osm"]
        return max(looks, key=lambda look: look.rows) if looks else None

    def of(self, role: str) -> list[Guess]:
        """Return the guesses of a role, the surest and fullest first."""
        found = [g for g in self.guesses if g.role == role]
        return sorted(found, key=lambda g: (g.look.shape == "mixed", g.doubtful, -g.points, -g.look.rows))

    def leave(self, guess: Guess, why: Said) -> None:
        """Note that what was recognized is not used."""
        self.left.append(Left(guess.look.title, say("left_role", role=say(f"role_{guess.role}"), why=why)))

    def section(self, head: str, *remarks: Remark) -> Section:
        """Begin a section of the project file."""
        self.sections.append(Section(head, list(remarks)))
        return self.sections[-1]

    def part(self, role: str, section: Section, kind: type[SourceSpec]) -> gpd.GeoDataFrame:
        """Return what a section reads.

        Raises
        ------
        InputError, MissingError
            As a run would.
        """
        specs: dict[str, SourceSpec] = {role: kind.model_validate(settings(section))}
        zones = next((s for s in self.sections if s.head == "[zones]" and s.get("path")), None)
        if role == "buildings" and zones is not None and "zones" in self.parts:
            specs = {"zones": ZonesSpec.model_validate(settings(zones)), **specs}
        return read_layers(specs, self.folder, Findings(), REACH_M)[role]


LISTS: Final = ("[compounds]", "[inspection]", "[[inspection]]")
"""Sections that name a sheet."""


def settings(section: Section) -> dict[str, Any]:
    """Return the keys of a section as the project file will be read."""
    return {line.key: line.value for line in section.lines}


def begin(head: str, guess: Guess) -> Section:
    """Return a new section for a guess, not yet on the desk: with what the file holds and why it is taken for it."""
    look = guess.look
    about = say("holds", rows=look.rows, title=look.title, role=say(f"role_{guess.role}"), why=list(guess.why))
    section = Section(head, [Remark(about, guess.doubtful)])
    section.add("path", look.name)
    if look.layer is not None:
        section.add("sheet" if head in LISTS else "layer", look.layer)
    _encode(section, look)
    return section


def _encode(section: Section, look: Look) -> None:
    """Add the encoding of a text that is not UTF-8, unless the file itself says it."""
    decision = look.encoding
    if decision is None:
        return
    if decision.encoding is None:
        section.remarks.append(Remark(say("encoding_mixed", why=_both(decision.why)), doubtful=True))
    elif decision.encoding not in SIMPLE and ".cpg" not in decision.why:
        section.add("encoding", decision.encoding, Remark(say("encoding", label=_both(decision.label))))


def locate(desk: Desk, section: Section, guess: Guess, *, datum: str | None = None, why: Said | None = None) -> bool:
    """Add to a section how its coordinates are to be read; return whether they can be.

    Parameters
    ----------
    datum : str, optional
        In which the provider's coordinates are.
    why : Said, optional
    """
    look = guess.look
    if look.kind == "table":
        return _locate_table(desk, section, look, datum, why)
    crs = look.crs
    x, y = middles(look.frame)
    if crs is None:
        placed = place(x, y, datum, why, desk.ground)
        if placed is None:
            return False
        if placed.swapped:
            section.add("axes", "yx")
        section.add("crs", placed.crs, Remark(say("crs_unsaid"), doubtful=True), *placed.why)
        return True
    if look.kind == "layer" and len(x) and fits(crs, x, y).mean() < EXCHANGED < fits(crs, y, x).mean():
        section.add("axes", "yx", Remark(say("layer_swapped"), doubtful=True))
        return True
    if crs.is_geographic and desk.ground.beside() is not None and len(x):
        placed = datum_of(x, y, datum, why, desk.ground, said=True)
        if placed.crs is not None:
            section.add("crs", placed.crs, *placed.why)
    return True


def _locate_table(desk: Desk, section: Section, look: Look, datum: str | None, why: Said | None) -> bool:
    axes = find_axes(look.frame)
    if axes is None:
        return False
    if axes.datum is not None:
        datum, why = axes.datum, say("datum_by_column", column=axes.x, datum=axes.datum)
    placed = place(axes.first, axes.second, datum, why, desk.ground)
    if placed is None:
        return False
    x, y = (axes.y, axes.x) if placed.swapped and axes.x != axes.y else (axes.x, axes.y)
    if placed.swapped and axes.x == axes.y:
        return False
    one = (Remark(say("one_column", column=x)),) if x == y else ()
    section.add("x", x, *one)
    section.add("y", y)
    section.add("crs", placed.crs, *placed.why)
    _far(desk, section, placed)
    return True


def _far(desk: Desk, section: Section, placed: Placed) -> None:
    """Mark a table most of whose points lie outside the study."""
    share = desk.ground.covers(placed.lon, placed.lat)
    if desk.ground.bounds is not None and share < FEW:
        section.remarks.append(Remark(say("far_away", share=f"{100 * share:.0f}"), doubtful=True))


def _both(text: str) -> Said:
    """Return what readers of files say, in both languages where its translation is known."""
    return say("title", zh=in_chinese(text) or text, en=text)


def reason(error: GeoprioError) -> Said:
    """Return an error as a reason."""
    return say("as_it_says", why=str(error).replace("\n", " "))
