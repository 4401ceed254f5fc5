"""Draft the sections of lists of compounds, population, elevation, barriers and gates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from geoprio._core.columns import PEOPLE
from geoprio._core.errors import GeoprioError
from geoprio._core.findings import Findings
from geoprio.config.draft.axes import find_axes
from geoprio.config.draft.columns import by_alias, is_id
from geoprio.config.draft.desk import Desk, begin, locate, reason, settings
from geoprio.config.draft.said import say
from geoprio.config.draft.toml_text import Remark, Section
from geoprio.sources import BarriersSpec, BuildingsSpec, CompoundsSpec, GatesSpec, PopulationSpec
from geoprio.sources.categories import BRIDGE_KEYS
from geoprio.sources.compounds import KEYS, read_compounds
from geoprio.sources.population import check_population
from geoprio.sources.schemas import building_columns
from geoprio.sources.spec import CompoundColumns
from geoprio.sources.tiles import check_tiles

if TYPE_CHECKING:
    from geoprio.config.draft.look import Look
    from geoprio.config.draft.roles import Guess

TAKEN: Final = (
    *("id", "name", "address", "district", "street_committee", "community", "year_built", "floors", "dwellings"),
    *("buildings", "units", "area_m2", "has_lift", "structure", "ownership", "property_management"),
    *("owners_committee", "renewal_class", "renewal_content", "investment", "year"),
    *PEOPLE,
)
"""Columns of a list of compounds."""
MOST: Final = 0.5


def draft_compounds(desk: Desk) -> None:
    """Add the section of a list of compounds, if one can be joined to the zones."""
    for guess in desk.of("compounds"):
        if any(s.head == "[compounds]" for s in desk.sections):
            desk.leave(guess, say("one_only", role=say("role_compounds")))
            continue
        section = begin("[compounds]", guess)
        if find_axes(guess.look.frame) is not None and not locate(desk, section, guess):
            section.remarks.append(Remark(say("list_without_crs"), doubtful=True))
        columns = _columns(desk, section, guess.look)
        zones = next((s for s in desk.sections if s.head == "[zones]"), None)
        if zones is None or zones.get("grid_m") is not None:
            desk.leave(guess, say("list_and_grid"))
            continue
        try:
            read_compounds(CompoundsSpec.model_validate(_with(section, columns)), desk.folder, Findings())
        except GeoprioError as error:
            desk.leave(guess, reason(error))
            continue
        at = desk.sections.index(zones) + 1
        desk.sections[at:at] = [section, columns] if columns.lines else [section]


def _with(section: Section, columns: Section) -> dict[str, Any]:
    return settings(section) | ({"columns": settings(columns)} if columns.lines else {})


def _columns(desk: Desk, section: Section, look: Look) -> Section:
    """Return the columns that are not found by their names alone; those that are stand in a remark."""
    more = Section("[compounds.columns]")
    by_name = []
    for role in TAKEN:
        found = look.suggested.get(role)
        if found is None:
            continue
        if found.certainty == "sure":
            by_name.append(f"{role} = {found.column}")
        elif role != "id" or _ids_of_zones(desk, look, found.column):
            chosen = by_alias(look, role)
            if chosen is not None:
                more.add(role, chosen[0], *chosen[1])
    if by_name:
        section.remarks.append(Remark(say("columns_by_name", columns=by_name)))
    if not any(key in look.suggested for key in KEYS):
        section.remarks.append(Remark(say("list_by_place"), doubtful=True))
    return more


def _ids_of_zones(desk: Desk, look: Look, column: str) -> bool:
    """Return whether the values of a column are ids of the zones."""
    zones = next((s for s in desk.sections if s.head == "[zones]"), None)
    frame, name = desk.parts.get("zones"), zones and zones.get("id")
    if frame is None or name not in frame:
        return False
    values = look.values(column)
    return is_id(values) and bool(values.isin(frame[name].astype("str")).mean() > MOST)


def lists_dwellings(desk: Desk) -> bool:
    """Return whether the list of compounds that is used says how many dwellings there are."""
    section = next((s for s in desk.sections if s.head == "[compounds]"), None)
    if section is None:
        return False
    spec = CompoundsSpec.model_validate(settings(section))
    more = next((s for s in desk.sections if s.head == "[compounds.columns]"), None)
    columns = settings(more) if more else {}
    listed = read_compounds(spec.model_copy(update={"columns": CompoundColumns(**columns)}), desk.folder, Findings())
    return "dwellings" in listed.table and bool(listed.table["dwellings"].notna().any())


# -------------------------------------------------------------------------------------------------------- population


def draft_population(desk: Desk) -> None:
    """Add the section of people, where the buildings do not say it."""
    guesses = [g for g in desk.of("population") if _lies_here(desk, g)]
    if not guesses:
        _totals(desk)
        return
    section = _rasters(desk, guesses)
    if section is None:
        return
    own = _own_people(desk)
    if own:
        section.active = False
        section.remarks.append(Remark(say("people_known", columns=own)))
    desk.sections.append(section)


def _lies_here(desk: Desk, guess: Guess) -> bool:
    here = desk.ground.meets(guess.look.raster["bounds"])
    if not here:
        desk.leave(guess, say("raster_elsewhere"))
    return here


def _rasters(desk: Desk, guesses: list[Guess]) -> Section | None:
    section = Section("[population]")
    everyone = [g for g in guesses if g.group in {"", "population"}]
    tiles = _tiles(desk, everyone)
    for first in everyone[:1]:
        about = say("people_raster", title=first.look.title, why=list(first.why))
        section.remarks.append(Remark(about, first.doubtful))
        names = [tile.look.name for tile in tiles]
        several = (Remark(say("tiles", rows=len(names)), doubtful=True),) if len(names) > 1 else ()
        section.add("path", names if several else names[0], *several)
    groups = _groups(desk, guesses)
    section.add("groups", groups, Remark(say("people_groups", groups=list(groups))))
    if not section.lines:
        return None
    if not groups:
        section.remarks.append(Remark(say("shares_hint")))
    problem = _problem(desk, settings(section))
    if problem is None:
        return section
    if _problem(desk, settings(section) | {"unit": "per_km2"}) is None:
        section.add("unit", "per_km2", Remark(say("density", why=str(problem)), doubtful=True))
        return section
    for guess in everyone[:1]:
        desk.leave(guess, reason(problem))
    return None


def _tiles(desk: Desk, guesses: list[Guess]) -> list[Guess]:
    """Return the first raster and those that are its neighboring tiles; the others are left aside with the reason."""
    tiles = guesses[:1]
    for guess in guesses[1:]:
        names = tuple(sorted(tile.look.name for tile in (*tiles, guess)))
        try:
            check_tiles(names, desk.folder, "population", None)
        except GeoprioError as error:
            desk.leave(guess, say("not_tiles", why=reason(error)))
        else:
            tiles.append(guess)
    return sorted(tiles, key=lambda tile: tile.look.name)


def _groups(desk: Desk, guesses: list[Guess]) -> dict[str, Any]:
    """Return the files of each group of people that make it up."""
    groups: dict[str, Any] = {}
    for group in PEOPLE[1:]:
        of = sorted((g for g in guesses if g.group == group), key=lambda g: g.look.name)
        names = [g.look.name for g in of]
        problem = _problem(desk, {"groups": {group: names}}) if names else None
        if names and problem is None:
            groups[group] = names
        for guess in of if problem is not None else []:
            desk.leave(guess, reason(problem) if problem else say("none"))
    return groups


def _problem(desk: Desk, keys: dict[str, Any]) -> GeoprioError | None:
    """Return why rasters cannot be used together, or None."""
    try:
        check_population(PopulationSpec.model_validate(keys), desk.folder)
    except GeoprioError as error:
        return error
    return None


def _own_people(desk: Desk) -> list[str]:
    """Return the columns in which the buildings themselves say who lives in them."""
    houses = desk.parts.get("buildings")
    if houses is None:
        return []
    columns = [str(c) for c in houses.columns]
    section = next((s for s in desk.sections if s.head == "[buildings]"), None)
    more = next((s for s in desk.sections if s.head == "[buildings.columns]"), None)
    if section is None or (desk.osm is not None and section.get("path") == desk.osm.name):
        return []
    keys = settings(section) | ({"columns": settings(more)} if more else {})
    _, held = building_columns(columns, BuildingsSpec.model_validate(keys))
    return [names[0] for field, names in held.items() if field in PEOPLE and houses[names[0]].notna().any()]


def _totals(desk: Desk) -> None:
    """Add totals of people from a layer of larger areas."""
    own = _own_people(desk)
    for guess in desk.of("totals"):
        column = by_alias(guess.look, "population")
        if own or column is None or guess.look.crs is None:
            desk.leave(guess, say("people_known", columns=own) if own else say("no_people"))
            continue
        section = begin("[population]", guess)
        section.add("total", column[0], Remark(say("totals", column=column[0]), doubtful=True))
        desk.sections.append(section)
        own = [column[0]]


# ------------------------------------------------------------------------------------------------- ground and barriers


def draft_elevation(desk: Desk) -> None:
    """Add the section of elevations, if a raster of them lies in the study."""
    done = False
    for guess in desk.of("elevation"):
        if not _lies_here(desk, guess):
            continue
        if "streets" not in desk.parts:
            desk.leave(guess, say("needs_streets"))
            continue
        if done:
            desk.leave(guess, say("one_only", role=say("role_elevation")))
            continue
        section = desk.section("[elevation]", Remark(say("elevation", title=guess.look.title, why=list(guess.why))))
        section.add("path", guess.look.name)
        done = True


def draft_obstacles(desk: Desk) -> None:
    """Add what stands in people's way, and where they pass."""
    grid = any(s.get("grid_m") is not None for s in desk.sections)
    for role, kind, head in (("barriers", BarriersSpec, "[barriers]"), ("gates", GatesSpec, "[gates]")):
        done = False
        for guess in desk.of(role):
            idle = "streets" not in desk.parts or (role == "gates" and grid)
            if idle:
                desk.leave(guess, say("gates_and_grid" if "streets" in desk.parts else "needs_streets"))
                continue
            section = begin(head, guess)
            if done or not locate(desk, section, guess):
                desk.leave(guess, say("one_only", role=say(f"role_{role}")) if done else say("no_crs"))
                continue
            try:
                kind.model_validate(settings(section))
            except ValueError as error:
                desk.leave(guess, say("as_it_says", why=str(error)))
                continue
            desk.sections.append(section)
            done = True
    _waters(desk)


def _waters(desk: Desk) -> None:
    """Add rivers and railways: they cut streets only where bridges can be told."""
    streets = desk.parts.get("streets")
    if streets is None:
        for guess in desk.of("waters"):
            desk.leave(guess, say("needs_streets"))
        return
    bridges = any(key in streets for key in BRIDGE_KEYS)
    taken = any(s.head == "[barriers]" for s in desk.sections)
    for guess in desk.of("waters"):
        if taken:
            desk.leave(guess, say("one_only", role=say("role_barriers")))
            continue
        section = begin("[barriers]", guess)
        section.active = bridges
        section.remarks.append(Remark(say("bridges_known" if bridges else "bridges_unknown"), doubtful=True))
        desk.sections.append(section)
        taken = True
