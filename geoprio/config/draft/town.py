"""Draft the sections of zones, buildings and streets, and read them as a run would."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import shapely

from geoprio._core.errors import GeoprioError
from geoprio.config.draft.axes import find_axes
from geoprio.config.draft.columns import (
    by_alias,
    id_column,
    is_id,
    kind_column,
    name_column,
    readable,
    type_column,
)
from geoprio.config.draft.desk import Desk, begin, locate, reason
from geoprio.config.draft.evidence import outline_only, title
from geoprio.config.draft.ground import middles
from geoprio.config.draft.look_osm import RESIDENTIAL
from geoprio.config.draft.said import say
from geoprio.config.draft.toml_text import Remark, Section
from geoprio.config.draft.words import found_in
from geoprio.sources import BuildingsSpec, StreetsSpec, ZonesSpec
from geoprio.sources.coordinates import in_china
from geoprio.sources.schemas import FIELDS, load_schemas
from geoprio.sources.windows import WINDOW_ROWS

if TYPE_CHECKING:
    from collections.abc import Callable

    from geoprio.config.draft.columns import Chosen
    from geoprio.config.draft.look import Look
    from geoprio.sources import SourceSpec

LEAST_ZONES: Final = 5
LEAST_SHARE: Final = 0.1
"""Residential areas of OSM are taken as zones from so many on, if they hold so many of the buildings."""
MOST_SHARE: Final = 0.5
GRID_M: Final = 250.0
ORDER: Final = ("[project]", "[zones]", "[buildings]", "[buildings.columns]", "[streets]")


def draft_town(desk: Desk) -> None:
    """Add the sections of buildings, streets and zones to the desk, as far as there are any."""
    large = any(g.look.rows > WINDOW_ROWS for g in desk.of("buildings"))
    # Zones are checked against buildings; of large files only the buildings near the zones are read.
    first = (
        (_draft_streets, _draft_zones, _draft_buildings) if large else (_draft_streets, _draft_buildings, _draft_zones)
    )
    for draft in first:
        draft(desk)
    order = {
        "[project]": -1,
        "[zones]": 0,
        "[compounds]": 1,
        "[buildings]": 2,
        "[buildings.columns]": 3,
        "[streets]": 4,
    }
    desk.sections.sort(key=lambda s: order.get(s.head, 9))


def _try(
    desk: Desk, role: str, head: str, kind: type[SourceSpec], columns: Callable[[Section, Look], list[Section]]
) -> bool:
    """Add the first guess of a role that can be read; return whether there is one."""
    done = False
    for guess in desk.of(role):
        if done:
            desk.leave(guess, say("one_only", role=say(f"role_{role}")))
            continue
        section = begin(head, guess)
        try:
            if not locate(desk, section, guess):
                desk.leave(guess, say("no_crs"))
                continue
            more = columns(section, guess.look)
            desk.parts[role] = desk.part(role, section, kind)
        except GeoprioError as error:
            desk.leave(guess, reason(error))
            continue
        desk.sections += [section, *more]
        done = True
    return done


def _from_osm(desk: Desk, role: str, head: str) -> Section | None:
    """Add a section that reads a role from the OSM file; None where it has nothing of it."""
    osm = desk.osm
    if osm is None or osm.parts[role].empty:
        return None
    desk.parts[role] = osm.parts[role]
    section = desk.section(head, Remark(say(f"osm_{role}", rows=len(osm.parts[role]))))
    section.add("path", osm.name)
    return section


# ----------------------------------------------------------------------------------------------------------- streets


def _draft_streets(desk: Desk) -> None:
    if not _try(desk, "streets", "[streets]", StreetsSpec, _street_columns):
        _from_osm(desk, "streets", "[streets]")


def _street_columns(section: Section, look: Look) -> list[Section]:
    _add(section, "kind", kind_column(look), unless="kind")
    return []


# --------------------------------------------------------------------------------------------------------- buildings


def _draft_buildings(desk: Desk) -> None:
    if not _try(desk, "buildings", "[buildings]", BuildingsSpec, _building_columns):
        _from_osm(desk, "buildings", "[buildings]")


def _building_columns(section: Section, look: Look) -> list[Section]:
    _add(section, "id", id_column(look), unless="id")
    schema = next((s for s in load_schemas() if s.fits(look.columns)), None)
    held = {} if schema is None else schema.held_by(look.columns)
    if schema is not None:
        columns = [f"{field} = {', '.join(names)}" for field, names in held.items()]
        section.add("profile", schema.name, Remark(say("schema", title=title(schema), columns=columns)))
    more = Section("[buildings.columns]")
    for field in FIELDS:
        if field not in held and field not in look.columns:
            _add(more, field, by_alias(look, field))
    return [more] if more.lines else []


# ------------------------------------------------------------------------------------------------------------- zones


def _draft_zones(desk: Desk) -> None:
    for option in (_own_zones, _listed_zones, _osm_zones, _grid):
        if option(desk):
            return


def _own_zones(desk: Desk) -> bool:
    done = False
    for guess in desk.of("zones"):
        if done:
            desk.leave(guess, say("one_only", role=say("role_zones")))
            continue
        section = begin("[zones]", guess)
        try:
            if not locate(desk, section, guess):
                desk.leave(guess, say("no_crs"))
                continue
            if not _zone_columns(section, guess.look):
                desk.leave(guess, say("ids_twice"))
                continue
            zones = desk.part("zones", section, ZonesSpec)
        except GeoprioError as error:
            desk.leave(guess, reason(error))
            continue
        inside = _held(desk, zones)
        if inside == 0:
            desk.leave(guess, say("no_building_inside"))
            continue
        if outline_only(zones):
            section.remarks.append(Remark(say("few_zones", rows=len(zones)), doubtful=True))
        _tell_held(section, desk, inside)
        desk.parts["zones"] = zones
        desk.sections.append(section)
        done = True
    return done


def _zone_columns(section: Section, look: Look) -> bool:
    """Add the columns of zones; return whether their ids are usable."""
    chosen = id_column(look)
    if chosen is None and "id" in look.columns and not is_id(look.values("id")):
        return False
    _add(section, "id", chosen, unless="id")
    if chosen is None:
        section.remarks.append(Remark(say("no_id"), doubtful=True))
    _add(section, "name", name_column(look, chosen[0] if chosen else None), unless="name")
    kind = type_column(look)
    if kind is not None:
        section.add("type", {"column": kind[0]}, *kind[1])
    else:
        _type_by_name(section, look)
    built = by_alias(look, "year_built")
    if built is not None and readable(look.values(built[0]), "year_built"):
        _add(section, "year_built", built)
        section.remarks.append(Remark(say("eligible_hint")))
    return True


def _type_by_name(section: Section, look: Look) -> None:
    words = found_in("types", look.label)
    if words:
        kind, word = next(iter(words.items()))
        section.add("type", kind, Remark(say("type_by_name", word=word), doubtful=True))


def _listed_zones(desk: Desk) -> bool:
    """Take the places of a list of compounds as zones."""
    for guess in desk.of("compounds"):
        if find_axes(guess.look.frame) is None:
            continue
        section = begin("[zones]", guess)
        section.remarks.append(Remark(say("zones_of_list"), doubtful=True))
        try:
            if not locate(desk, section, guess) or not _zone_columns(section, guess.look):
                continue
            zones = desk.part("zones", section, ZonesSpec)
        except GeoprioError as error:
            desk.leave(guess, reason(error))
            continue
        desk.parts["zones"] = zones
        desk.sections.append(section)
        return True
    return False


def _osm_zones(desk: Desk) -> bool:
    osm = desk.osm
    if osm is None:
        return False
    zones = osm.parts["zones"]
    inside = _held(desk, zones) if len(zones) else 0
    share = 0.0 if inside is None else inside
    if len(zones) < LEAST_ZONES or share < LEAST_SHARE:
        desk.missing.append(say("osm_zones_few", rows=len(zones), share=f"{100 * share:.0f}"))
        return False
    named = int(zones["name"].notna().sum())
    section = desk.section(
        "[zones]", Remark(say("osm_zones", rows=len(zones), named=named), doubtful=share < MOST_SHARE)
    )
    section.add("path", osm.name)
    section.add("where", dict(RESIDENTIAL))
    if in_china(*middles(zones)).mean() > MOST_SHARE:
        section.add("type", "compound", Remark(say("china_compounds"), doubtful=True))
    _tell_held(section, desk, share)
    desk.parts["zones"] = zones
    return True


def _grid(desk: Desk) -> bool:
    if "buildings" not in desk.parts:
        return False
    section = desk.section("[zones]", Remark(say("grid", side=f"{GRID_M:g}"), doubtful=True))
    section.add("grid_m", GRID_M)
    for guess in desk.of("boundary"):
        try:
            outline = Section("[zones]")
            outline.add("path", guess.look.name)
            area = desk.part("zones", outline, ZonesSpec)
        except GeoprioError as error:
            desk.leave(guess, reason(error))
            continue
        if _held(desk, area):
            section.add("path", guess.look.name, Remark(say("grid_within", title=guess.look.title)))
            desk.used.add(id(guess.look))
            break
    return True


def _held(desk: Desk, zones: gpd.GeoDataFrame) -> float | None:
    """Return the share of the buildings that lie in zones; None where no buildings are known."""
    houses = desk.parts.get("buildings")
    if houses is None or not len(houses):
        return None
    points = gpd.GeoSeries(gpd.points_from_xy(*middles(houses)), crs=houses.crs).to_crs(zones.crs).to_numpy()
    shapes = zones.geometry.to_numpy()
    tree = shapely.STRtree(points)
    hit = tree.query(shapes[~shapely.is_missing(shapes)], predicate="intersects")[1]
    return len(np.unique(hit)) / max(len(points), 1)


def _tell_held(section: Section, desk: Desk, share: float | None) -> None:
    if share is not None:
        rows = len(desk.parts["buildings"])
        text = say("held", share=f"{100 * share:.0f}", rows=rows)
        section.remarks.append(Remark(text, doubtful=share < LEAST_SHARE))


def _add(section: Section, key: str, chosen: Chosen | None, unless: str | None = None) -> None:
    """Add a column; one that has the name by which it is found anyway adds nothing."""
    if chosen is not None and chosen[0] != unless:
        section.add(key, chosen[0], *chosen[1])
