"""Profiles of data providers: which of their classes and names stand for which facility category, as dated files."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

PROVIDERS = ("amap", "baidu", "overture", "osm")
"""Names of the profiles, in the order in which a table's columns are compared with them."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class ClassRule(_Frozen):
    """One way to belong to a category: by class, and by name where the class alone does not tell."""

    category: str
    kind: str = "unknown"
    codes: tuple[str, ...] = ()
    """Classes, as text."""
    tags: tuple[dict[str, str], ...] = ()
    """OSM: a feature needs all tags of one of these; "~word" means that the tag holds word."""
    unsure: tuple[str, ...] = ()
    """Classes in which a name that fits is taken too, and flagged as doubtful."""
    name: str = ""
    """What the name must hold (regular expression); empty: any name."""
    drop: str = ""
    """Words of names that are something else. Before a word of `name` they only make the row doubtful."""
    kinds: dict[str, str] = Field(default_factory=dict)
    """Finer kinds by what the name holds; the first that fits."""
    left_out: dict[str, str] = Field(default_factory=dict)
    """Classes that look as if they belonged, with the reason why they do not."""

    @field_validator("name", "drop")
    @classmethod
    def _is_pattern(cls, text: str) -> str:
        re.compile(text)
        return text


class Doubt(_Frozen):
    """When a place is doubtful though its class fits."""

    confidence_below: float
    note: str = ""


class ClassProfile(_Frozen):
    """What a provider calls things; read by `load_profile`."""

    name: str
    title_zh: str
    title_en: str
    issued: str
    source: str
    verified: bool | Literal["secondary"] = False
    """True: read in the provider's own text. "secondary": quoted elsewhere. False: from copies, or own choice."""
    crs: str
    """In what the provider's coordinates are; nothing is converted by it."""
    note: str = ""
    columns: dict[str, tuple[str, ...]]
    """Names of the columns of class, name, status and confidence."""
    marks: dict[str, str] = Field(default_factory=dict)
    """What the values of a column look like (regular expressions)."""
    doubt: Doubt | None = None
    rules: tuple[ClassRule, ...] = Field(min_length=1)

    def of(self, category: str) -> tuple[ClassRule, ...]:
        """Return the rules of a category, in the order in which they are tried."""
        return tuple(rule for rule in self.rules if rule.category == category)

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories that it knows."""
        return tuple(dict.fromkeys(rule.category for rule in self.rules))


@cache
def load_profile(name: str) -> ClassProfile:
    """Return the shipped profile of a provider, one of `PROVIDERS`."""
    text = files(__name__).joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return ClassProfile.model_validate(tomllib.loads(text))
