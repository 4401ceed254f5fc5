"""Decide what each layer, table and raster is for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from geoprio.config.draft.evidence import LIST_ROLES, points_for, possible
from geoprio.config.draft.said import Said, say
from geoprio.config.draft.words import found_in
from geoprio.sources.population import AGE_FILE, AGES

if TYPE_CHECKING:
    from geoprio.config.draft.look import Look

ENOUGH: Final = 2
"""Points below which nothing is guessed."""
CLEAR: Final = 2
"""A role is doubtful if another one has nearly as many points."""


@dataclass(frozen=True)
class Guess:
    """What a layer, table or raster is taken for.

    Attributes
    ----------
    role : str
        Empty: nothing.
    group : str
        Of a raster of people: whom it counts.
    points : int
    doubtful : bool
    why : tuple of Said
        What speaks for it; where `role` is empty, why nothing is guessed.
    """

    look: Look
    role: str
    why: tuple[Said, ...]
    points: int = 0
    doubtful: bool = False
    group: str = ""


def guess(look: Look) -> Guess:
    """Return what a look is taken for."""
    if look.kind == "osm":
        return Guess(look, "osm", (say("is_osm"),))
    return _raster(look) if look.kind == "raster" else _rows(look)


def _rows(look: Look) -> Guess:
    found = points_for(look)
    totals: dict[str, int] = {}
    for point in found:
        totals[point.role] = totals.get(point.role, 0) + point.weight
    ranked = sorted(totals.items(), key=lambda item: -item[1])
    if not ranked or ranked[0][1] < ENOUGH:
        why = say("no_coordinates") if look.kind == "table" and possible(look) == LIST_ROLES else say("no_role")
        return Guess(look, "", (why, say("its_columns", columns=look.columns[:8])) if look.columns else (why,))
    role, points = ranked[0]
    reasons = tuple(p.why for p in sorted(found, key=lambda p: -p.weight) if p.role == role)
    rival = ranked[1][1] if len(ranked) > 1 else 0
    doubtful = points - rival < CLEAR or points == ENOUGH
    return Guess(look, role, reasons, points, doubtful)


def _raster(look: Look) -> Guess:
    words = found_in("files", look.label)
    age = AGE_FILE.fullmatch(look.path.name)
    if age:
        group = next((g for g, ages in AGES.items() if int(age["age"]) in ages), "")
        if not group:
            return Guess(look, "", (say("age_unused", age=age["age"]),))
        return Guess(look, "population", (say("age_file", age=age["age"]),), 6, group=group)
    if look.path.name.lower().endswith((".hgt", ".hgt.zip")):
        return Guess(look, "elevation", (say("srtm_tile"),), 6)
    if "elevation" in words and "population" not in words:
        return Guess(look, "elevation", (say("by_file_name", word=words["elevation"]),), 3)
    if "population" in words or found_in("groups", look.label):
        group = next(iter(found_in("groups", look.label)), "population")
        word = words.get("population") or next(iter(found_in("groups", look.label).values()))
        return Guess(look, "population", (say("by_file_name", word=word),), 3, "elevation" in words, group)
    return Guess(look, "", (say("raster_unnamed"),))
