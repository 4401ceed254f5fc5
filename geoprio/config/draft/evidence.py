"""What speaks for each role that a layer or table may have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from geoprio._core.columns import CATEGORIES
from geoprio._core.errors import InputError
from geoprio.config.draft.axes import find_axes
from geoprio.config.draft.said import Said, say
from geoprio.config.draft.words import class_columns, fits, found_in
from geoprio.sources.inspection.forms import heading_of, key, phrases
from geoprio.sources.listings import read_listing
from geoprio.sources.schemas import load_schemas
from geoprio.standards.defects import load_defects

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd

    from geoprio.config.draft.look import Look
    from geoprio.sources.listings import Listing
    from geoprio.sources.profiles import ClassProfile
    from geoprio.sources.schemas import BuildingSchema

ROLES: Final = {
    "area": ("zones", "buildings", "barriers", "waters", "totals", "boundary", "facilities", "sites"),
    "line": ("streets", "barriers", "waters"),
    "point": ("facilities", "buildings", "gates", "problems", "sites"),
    "mixed": ("barriers", "waters", "facilities"),
    "": (),
}
"""What shapes can be."""
TABLE_ROLES: Final = ("facilities", "compounds", "buildings", "gates", "inspection", "problems", "sites")
LIST_ROLES: Final = ("compounds", "inspection")
"""What tables with and without coordinates can be."""

OF_BUILDINGS: Final = ("floors", "height", "use", "dwellings", "year_built")
OF_ZONES: Final = ("zone_type", "eligible", "street_committee", "community", "district", "property_management")
OF_COMPOUNDS: Final = (
    *("dwellings", "year_built", "buildings", "units", "area_m2", "has_lift", "structure", "ownership"),
    *("property_management", "owners_committee", "renewal_class", "renewal_content", "investment", "year"),
)
OF_FACILITIES: Final = ("capacity", "status")
MOST_POINTS: Final = 3
"""Columns of one kind count up to here."""
HOUSE_M2: Final = 1500.0
ZONE_M2: Final = 5000.0
"""Median areas below which polygons are rather buildings, and above which rather zones."""
MOST_OUTLINES: Final = 3
SURE: Final = 20
"""Outweighs everything else."""
LEAST_ASKED: Final = 3
"""A table that asks for so many defects may be an inspection."""
MOST_ASKED: Final = 8
KNOWN_SHARE: Final = 0.5
"""A column of classes is what it is taken for if so many of its rows are known."""


@dataclass(frozen=True)
class Point:
    """A reason for a role."""

    role: str
    weight: int
    why: Said


def possible(look: Look) -> tuple[str, ...]:
    """Return the roles that a layer or table can have by its shape."""
    if look.kind == "table":
        return TABLE_ROLES if find_axes(look.frame) else LIST_ROLES
    return ROLES[look.shape]


def points_for(look: Look) -> list[Point]:
    """Return everything that speaks for a role which the layer or table can have."""
    allowed = possible(look)
    found = [*_by_name(look), *_by_columns(look), *_by_shape(look), *_by_values(look), *_by_classes(look)]
    found += _by_defects(look)
    return [point for point in found if point.role in allowed]


def listing_of(look: Look) -> Listing | None:
    """Return the classes that a provider gives the rows, where the columns tell a provider."""
    try:
        return read_listing(look.frame, None, "init", look.name)
    except (InputError, ValueError, TypeError):
        return None


def title(provider: ClassProfile | BuildingSchema) -> Said:
    """Return the name of a provider."""
    return say("title", zh=provider.title_zh, en=provider.title_en)


def categories_by_class(look: Look) -> tuple[str, dict[str, list[str]]] | None:
    """Return the column whose values name categories, and the values of each; None where none does."""
    best: tuple[int, str, dict[str, list[str]]] | None = None
    for column, text in class_columns(look.frame):
        words: dict[str, list[str]] = {}
        for value in sorted(text.dropna().unique()):
            for category in found_in("categories", value):
                words.setdefault(category, []).append(str(value))
                break
        rows = int(text.isin([v for values in words.values() for v in values]).sum())
        if rows and any(c in CATEGORIES for c in words) and (best is None or rows > best[0]):
            best = (rows, column, words)
    return None if best is None else best[1:]


def _by_name(look: Look) -> Iterator[Point]:
    for role, word in found_in("files", look.label).items():
        # What may become a facility is none, whatever its columns say.
        yield Point(role, SURE if role == "sites" else 3, say("by_file_name", word=word))
    for category, word in found_in("categories", look.label).items():
        yield Point("facilities", 3, say("by_category_name", word=word, category=category))


def _by_columns(look: Look) -> Iterator[Point]:
    schema = next((s for s in load_schemas() if s.fits(look.columns)), None)
    if schema is not None:
        yield Point("buildings", 4, say("by_schema", schema=title(schema)))
    kinds = (("buildings", OF_BUILDINGS), ("zones", OF_ZONES), ("compounds", OF_COMPOUNDS))
    for role, wanted in (*kinds, ("facilities", OF_FACILITIES)):
        named = [s.column for r, s in look.suggested.items() if r in wanted and s.certainty == "sure"]
        if named:
            yield Point(role, min(len(named), MOST_POINTS), say("by_columns", columns=named))
    people = look.suggested.get("population")
    if people and not any(r in look.suggested for r in OF_BUILDINGS):
        yield Point("totals", 1, say("by_columns", columns=[people.column]))


def _by_shape(look: Look) -> Iterator[Point]:
    if look.kind != "layer":
        return
    if look.shape == "line":
        yield Point("streets", 2, say("by_lines"))
    elif look.shape == "point":
        yield Point("facilities", 1, say("by_points"))
    elif look.shape == "area":
        size = look.median_m2
        if size < HOUSE_M2:
            yield Point("buildings", 2, say("by_size", size=round(size), rows=look.rows))
        elif size > ZONE_M2:
            yield Point("zones", 2, say("by_size", size=round(size), rows=look.rows))
        if look.rows == 1:
            yield Point("boundary", 3, say("by_one"))


def _by_values(look: Look) -> Iterator[Point]:
    """Give what the classes of lines and areas say."""
    if look.kind != "layer" or look.shape == "point":
        return
    for column, text in class_columns(look.frame):
        known = text.dropna()
        for role in ("barriers", "waters", "streets"):
            hit = known[fits("values", role, known)]
            if len(hit) > len(known) / 2:
                yield Point(role, 3, say("by_values", column=column, values=sorted(hit.unique())[:3]))


def _by_classes(look: Look) -> Iterator[Point]:
    """Give what the classes and names of places say."""
    listing = listing_of(look) if look.kind == "table" or look.shape in {"point", "mixed"} else None
    if listing is not None:
        yield Point("facilities", 6, say("by_listing", profile=title(listing.profile), column=listing.column))
        return
    if look.shape in {"line", "area"}:
        return
    found = categories_by_class(look)
    if found is not None:
        column, words = found
        yield Point("facilities", 4, say("by_values", column=column, values=[w[0] for w in words.values()][:3]))


def _by_defects(look: Look) -> Iterator[Point]:
    """Give what the questions of a table and the classes of points say of what is wrong."""
    asked = list(asked_of(look))
    if len(asked) >= LEAST_ASKED:
        yield Point("inspection", min(len(asked), MOST_ASKED), say("by_columns", columns=asked[:MOST_POINTS]))
    classes = problem_classes(look) if look.kind == "table" or look.shape == "point" else None
    if classes is not None:
        yield Point("problems", 6, say("by_values", column=classes[0], values=classes[1][:MOST_POINTS]))


def asked_of(look: Look) -> dict[str, str]:
    """Return which columns ask for a defect, by their headings."""
    found = {column: heading_of(column) for column in look.columns}
    return {column: heading.defect for column, heading in found.items() if heading is not None}


def problem_classes(look: Look) -> tuple[str, list[str]] | None:
    """Return the column that says what is wrong, and its values that are known; None where none does."""
    names = (name for d in load_defects().values() for name in (d.code, d.title_zh, d.title_en))
    known = {*phrases(), *map(key, names)}
    for column, text in class_columns(look.frame):
        values = text.dropna()
        hit = values[values.map(key).isin(known)]
        if len(values) and len(hit) >= KNOWN_SHARE * len(values):
            return column, sorted(hit.unique())
    return None


def rows_named(look: Look, category: str) -> pd.Series:
    """Return which rows have a name that says a category."""
    column = look.suggested.get("name")
    nothing = pd.Series(False, index=look.frame.index)  # noqa: FBT003 - a column of falses
    return nothing if column is None else fits("categories", category, look.values(column.column))


def outline_only(frame: gpd.GeoDataFrame) -> bool:
    """Return whether areas are rather the outline of a study than its neighborhoods."""
    return len(frame) <= MOST_OUTLINES
