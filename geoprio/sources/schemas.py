"""Which file of footprints has which columns: schemas of providers and surveys, in a dated file."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field

from geoprio._core.columns import BUILDING_NUMBERS
from geoprio._core.errors import InputError
from geoprio.sources.aliases import suggest_columns
from geoprio.sources.categories import building_use

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geoprio.sources.spec import BuildingsSpec

FIELDS = ("use", "height", *BUILDING_NUMBERS)
"""What the columns of buildings may hold, under geoprio's names."""
NO_SCHEMA = "none"


class BuildingSchema(BaseModel):
    """How a provider names the columns of its footprints, and what their values mean."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: str
    title_zh: str
    title_en: str
    issued: str
    source: str
    verified: bool | Literal["secondary"] = False
    note: str = ""
    needs: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    columns: dict[str, tuple[str, ...]]
    unknown: dict[str, tuple[float, ...]] = Field(default_factory=dict)
    """Numbers that stand for "not known", by what the column holds."""
    residential: tuple[str, ...] = ()
    """Words and codes of use that mean homes, beside those that every file may have."""

    def fits(self, columns: Iterable[str]) -> bool:
        """Return whether a file with these columns is of this schema."""
        known = {c.strip().lower() for c in columns}
        return (
            known.issuperset(self.needs) and (not self.any or bool(known & {*self.any})) and not known & {*self.lacks}
        )

    def held_by(self, columns: Iterable[str]) -> dict[str, list[str]]:
        """Return what is held by which columns of a file, those that count most first."""
        known = {c.strip().lower(): c for c in columns}
        found = {field: [known[n] for n in names if n in known] for field, names in self.columns.items()}
        return {field: names for field, names in found.items() if names}

    def use_of(self, word: str) -> str:
        """Return `residential`, `other` or `unknown` for a word of a column of use."""
        return "residential" if word.strip().lower() in self.residential else building_use(word)


PLAIN = BuildingSchema(
    name=NO_SCHEMA, title_zh="常用列名", title_en="columns of usual names", issued="", source="", columns={}
)


@cache
def load_schemas() -> tuple[BuildingSchema, ...]:
    """Return the shipped schemas in the order in which a file is compared with them."""
    text = files("geoprio.sources").joinpath("schemas.toml").read_text(encoding="utf-8")
    return tuple(BuildingSchema.model_validate(entry) for entry in tomllib.loads(text)["schemas"])


def find_schema(columns: Sequence[str], spec: BuildingsSpec) -> BuildingSchema:
    """Return the schema that the project file names, else the first that fits the columns, else one without columns.

    Raises
    ------
    InputError
        If the file has none of the columns of the schema that is asked for.
    """
    if spec.profile == NO_SCHEMA:
        return PLAIN
    if spec.profile is None:
        return next((s for s in load_schemas() if s.fits(columns)), PLAIN)
    schema = next(s for s in load_schemas() if s.name == spec.profile)
    if not schema.held_by(columns):
        sought = ", ".join(dict.fromkeys(n for names in schema.columns.values() for n in names))
        raise InputError(
            f"[buildings] {spec.path}: profile = {spec.profile!r} needs a column such as {sought}; it has "
            f"{', '.join(columns)}. Leave profile out, or name the columns in [buildings.columns]."
        )
    return schema


def building_columns(columns: Sequence[str], spec: BuildingsSpec) -> tuple[BuildingSchema, dict[str, list[str]]]:
    """Return the schema of a file, and what is held by which of its columns.

    A column that the project file names comes first, then one of geoprio's own name, those of the schema, and last one
    whose name is beyond doubt in the table of aliases.
    """
    schema = find_schema(columns, spec)
    held = schema.held_by(columns)
    if spec.profile != NO_SCHEMA:
        taken = {name for names in held.values() for name in names}
        for field, found in suggest_columns(c for c in columns if c not in taken).items():
            if field in FIELDS and field not in held and found.certainty == "sure":
                held[field] = [found.column]
    held |= {field: [field] for field in FIELDS if field in columns}
    held |= {field: [column] for field, column in spec.columns.model_dump().items() if column}
    return schema, held


def columns_used(columns: Sequence[str], spec: BuildingsSpec) -> list[str]:
    """Return which of a file's columns are read; all where one that the project file names is not there.

    Then the message about it can name all that are.
    """
    _, held = building_columns(columns, spec)
    wanted = [spec.id or "id", *spec.where, *(name for names in held.values() for name in names)]
    named = [*([spec.id] if spec.id else []), *spec.where, *(c for c in spec.columns.model_dump().values() if c)]
    if any(name not in columns for name in named):
        return list(columns)
    return [c for c in columns if c in wanted]
