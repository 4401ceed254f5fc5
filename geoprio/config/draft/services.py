"""Draft one section for each category of facilities in each file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import pandas as pd

from geoprio._core.columns import CATEGORIES
from geoprio._core.errors import GeoprioError
from geoprio._core.findings import Findings
from geoprio.config.draft.axes import find_axes
from geoprio.config.draft.columns import LONGEST_ID, is_id
from geoprio.config.draft.desk import Desk, begin, locate, reason, settings
from geoprio.config.draft.evidence import categories_by_class, listing_of, rows_named, title
from geoprio.config.draft.said import Said, say
from geoprio.config.draft.toml_text import Remark, Section, Value
from geoprio.config.draft.words import found_in
from geoprio.sources import FacilitiesSpec, read_layers
from geoprio.sources.aliases import role_of
from geoprio.sources.capacities import capacities
from geoprio.sources.classes import judge
from geoprio.sources.coordinates import TO_WGS84

if TYPE_CHECKING:
    from geoprio.config.draft.look import Look
    from geoprio.config.draft.roles import Guess
    from geoprio.sources.listings import Listing

COUNTED: Final = (
    r"\s*(?:约|共)?\d+(?:\.\d+)?\s*(?:张?床位?|张|个?托位|个?学位|位|名|人|㎡|m2|m²|平方米|平米|beds?|places?)\s*"
)
"""A number with a word of beds, places or floor area."""
CAPACITY_SHARE: Final = 0.6
NAMED_SHARE: Final = 0.5


@dataclass(frozen=True)
class Rows:
    """Rows of a file that are of one category, and how the project file chooses them.

    Attributes
    ----------
    category : str
    mask : Series of bool
        On the rows of the file.
    keys : dict
        Of the section: ``profile`` or ``where``.
    why : Remark
    kind : str or None
        Column of the finer kind.
    """

    category: str
    mask: pd.Series
    keys: dict[str, Value]
    why: Remark
    kind: str | None = None


def draft_services(desk: Desk) -> None:
    """Add the sections of facilities: of the files that are taken for such, and of OSM what these lack."""
    found: set[str] = set()
    for guess in desk.of("facilities"):
        found |= _of_file(desk, guess)
    osm = desk.osm
    for category in CATEGORIES:
        rows = len(osm.parts[category]) if osm is not None else 0
        if osm is not None and rows and category not in found:
            section = desk.section("[[facilities]]", Remark(say("osm_category", rows=rows, category=category)))
            section.add("category", category)
            section.add("path", osm.name)
            found.add(category)
        elif rows and osm is not None:
            section = desk.section("[[facilities]]", Remark(say("osm_too", rows=rows, category=category)))
            section.add("category", category)
            section.add("path", osm.name)
            section.active = False
    _none_in_osm(desk, found)
    for category in CATEGORIES:
        if category not in found:
            desk.missing.append(say("no_category", category=category))


def _none_in_osm(desk: Desk, found: set[str]) -> None:
    """Add the categories of which an OSM file holds none: the first of a kind can then be planned.

    Where there is no facility at all, the file is no study's, and nothing is added.
    """
    osm = desk.osm
    if osm is None or not found:
        return
    for category in [c for c in CATEGORIES if c not in found]:
        section = desk.section("[[facilities]]", Remark(say("osm_none", category=category), doubtful=True))
        section.add("category", category)
        section.add("path", osm.name)
        found.add(category)


def _of_file(desk: Desk, guess: Guess) -> set[str]:
    """Add a section for each category of a file; return the categories."""
    look = guess.look
    listing = listing_of(look) if look.kind == "table" or look.shape != "line" else None
    rows, others = _by_listing(listing) if listing is not None else _by_value(look)
    rows = rows or _by_names(look)
    if not rows:
        desk.leave(guess, say("no_core_category", others=others or say("none")))
        return set()
    datum, why = _provider(listing, look)
    base = begin("[[facilities]]", guess)
    if not locate(desk, base, guess, datum=datum, why=why):
        desk.leave(guess, say("no_crs"))
        return set()
    if others:
        base.remarks.append(Remark(say("other_categories", others=others)))
    sections = [_section(_again(base, look) if number else base, look, group) for number, group in enumerate(rows)]
    try:
        for section in sections:
            spec = FacilitiesSpec.model_validate(settings(section))
            read_layers({"facilities": spec}, desk.folder, Findings())
    except GeoprioError as error:
        desk.leave(guess, reason(error))
        return set()
    desk.sections += sections
    return {group.category for group in rows}


def _provider(listing: Listing | None, look: Look) -> tuple[str | None, Said | None]:
    """Return in which datum the coordinates of a provider, or of a file that bears its name, are, and why."""
    if listing is not None:
        profile = listing.profile
        if profile.crs not in TO_WGS84:
            return None, None
        return profile.crs, say("datum_of_provider", profile=title(profile), datum=profile.crs)
    datum = next((name for name in found_in("datums", look.label) if name in TO_WGS84), None)
    return datum, None if datum is None else say("datum_by_file", title=look.title, datum=datum)


def _again(base: Section, look: Look) -> Section:
    """Return the section of the next category of a file: the same coordinates, without telling why again."""
    return Section(
        base.head, [Remark(say("same_file", title=look.title))], [replace(line, why=()) for line in base.lines]
    )


def _section(base: Section, look: Look, rows: Rows) -> Section:
    """Return the section of one category."""
    section = Section(base.head, [*base.remarks, rows.why])
    section.add("category", rows.category)
    section.lines += base.lines[:1]
    for key, value in rows.keys.items():
        section.add(key, value)
    part = look.frame[rows.mask.to_numpy()]
    _identity(section, look, part)
    section.lines += base.lines[1:]
    if rows.kind is not None:
        section.add("kind", rows.kind)
    capacity = _capacity(look, part)
    if capacity is not None:
        section.add("capacity", capacity[0], *capacity[1])
        _capacity_default(section, part)
    status = look.suggested.get("status")
    if status is not None and status.certainty == "sure":
        section.add("status", status.column)
    return section


def _identity(section: Section, look: Look, part: pd.DataFrame) -> None:
    """Add the columns of id and name where they are not found by their own names."""
    found = look.suggested.get("id")
    named = found.column if found is not None and found.certainty != "doubtful" else None
    own = "id" if "id" in look.columns else named
    if own is not None and _one_place_each(look, own, part):
        if own != "id":
            section.add("id", own)
    elif own == "id":
        # A run takes the column of this name: another one must stand in, or the file be mended.
        other = next((c for c in look.columns if c != own and is_id(look.values(c))), None)
        section.add("id", other, Remark(say("id_repeats", column=own), doubtful=True))
        if other is None:
            section.remarks.append(Remark(say("id_repeats", column=own), doubtful=True))
    name = look.suggested.get("name")
    if name is not None and name.certainty == "sure" and name.column != "name":
        section.add("name", name.column)


def _one_place_each(look: Look, column: str, part: pd.DataFrame) -> bool:
    """Return whether the ids of rows are there, and the same id stands at one place only."""
    ids = look.values(column)[part.index]
    if ids.isna().any() or ids.str.len().max() > LONGEST_ID:
        return False
    axes = find_axes(look.frame)
    if axes is None:
        where = part.geometry.to_wkb(hex=True) if look.has_shapes else ids
    else:
        where = pd.Series([f"{x:.6f},{y:.6f}" for x, y in zip(axes.first, axes.second, strict=True)], look.frame.index)
    return bool(where[part.index].groupby(ids).nunique().max() <= 1)


def _capacity(look: Look, part: pd.DataFrame) -> tuple[str, tuple[Remark, ...]] | None:
    """Return the column of beds, places or m²: by its name, else by words of counting in its values."""
    for column in look.columns:
        if role_of(column) == "capacity" and look.values(column)[part.index].notna().mean() >= CAPACITY_SHARE:
            return column, ()
    for column in look.columns:
        known = look.values(column)[part.index].dropna()
        if len(known) > len(part) / 2 and known.str.fullmatch(COUNTED).mean() >= CAPACITY_SHARE:
            return column, (Remark(say("capacity_by_values", column=column, values=sorted(known.unique())[:3])),)
    return None


def _capacity_default(section: Section, part: pd.DataFrame) -> None:
    """Add the median of the known capacities for those that are not known."""
    spec = FacilitiesSpec.model_validate(settings(section))
    numbers, assumed = capacities(part, spec, "facilities", Findings())
    known = numbers[~assumed]
    if assumed.any() and len(known):
        middle = float(known.median())
        about = say("capacity_gaps", rows=int(assumed.sum()), all=len(part), middle=f"{middle:g}")
        section.add("capacity_default", middle, Remark(about, doubtful=True))


# ------------------------------------------------------------------------------------------------------- which rows


def _by_listing(listing: Listing) -> tuple[list[Rows], list[str]]:
    """Return the rows of each of the three categories by a provider's classes, and what else there is."""
    rows, others = [], []
    for category in listing.profile.categories:
        verdict = judge(listing, category)
        taken, doubts = verdict["kind"].notna(), int(verdict["doubt"].ne("").sum())
        if not taken.any():
            continue
        if category not in CATEGORIES:
            others.append(f"{category} ({int(taken.sum())})")
            continue
        kinds = [f"{kind} {n}" for kind, n in verdict["kind"].value_counts().sort_index().items()]
        text = say(
            "by_profile", rows=int(taken.sum()), all=len(taken), category=category, kinds=kinds,
            doubts=say("row_doubts", rows=doubts) if doubts else "", profile=title(listing.profile),
            column=listing.column,
        )  # fmt: skip
        few = doubts > taken.sum() / 2
        rows.append(Rows(category, taken, {"profile": listing.profile.name}, Remark(text, doubtful=bool(few))))
    order = list(CATEGORIES)
    return sorted(rows, key=lambda r: order.index(r.category)), others


def _by_value(look: Look) -> tuple[list[Rows], list[str]]:
    """Return the rows of each of the three categories by a column of classes, and what else there is."""
    found = categories_by_class(look)
    if found is None:
        return [], []
    column, words = found
    text = look.values(column)
    rows, others = [], []
    for category, values in words.items():
        mask = text.isin(values)
        if category not in CATEGORIES:
            others.append(f"{category} ({int(mask.sum())})")
            continue
        why = say("by_class", rows=int(mask.sum()), category=category, column=column, values=values)
        rows.append(Rows(category, mask, {"where": {column: list(values)}}, Remark(why), column))
    rest = sorted(set(text.dropna().unique()) - {v for values in words.values() for v in values})
    order = list(CATEGORIES)
    return sorted(rows, key=lambda r: order.index(r.category)), [*others, *rest[:5]]


def _by_names(look: Look) -> list[Rows]:
    """Return all rows as of one category, where the file's name or most names of rows say it."""
    every = pd.Series(True, index=look.frame.index)  # noqa: FBT003 - a column of trues
    for category, word in found_in("categories", look.label).items():
        if category in CATEGORIES:
            why = say("all_by_file", rows=look.rows, category=category, word=word)
            return [Rows(category, every, {}, Remark(why, doubtful=True))]
    for category in CATEGORIES:
        share = float(rows_named(look, category).mean())
        if share >= NAMED_SHARE:
            why = say("all_by_names", rows=look.rows, category=category, share=f"{100 * share:.0f}")
            return [Rows(category, every, {}, Remark(why, doubtful=True))]
    return []
