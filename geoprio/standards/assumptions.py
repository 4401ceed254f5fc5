"""Means and shares of people that a study may fall back on when it asks for them."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

ASSUMPTIONS_FILE = "assumptions.toml"


class Assumption(BaseModel):
    """A number that was not measured in the study's place, with its source."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: str = Field(min_length=1)
    title_zh: str = Field(min_length=1)
    title_en: str = Field(min_length=1)
    value: float = Field(gt=0)
    unit: str = Field(min_length=1)
    source: str = Field(min_length=1)
    verified: bool | Literal["secondary"] = False
    """True: read in the official text. "secondary": quoted elsewhere. False: from memory or geoprio's own choice."""
    note: str = ""


def load_assumptions() -> dict[str, Assumption]:
    """Return the assumptions that come with geoprio, by name, in the order of the file."""
    text = files("geoprio.standards").joinpath(ASSUMPTIONS_FILE).read_text(encoding="utf-8")
    found = [Assumption.model_validate(entry) for entry in tomllib.loads(text)["assumptions"]]
    return {assumption.name: assumption for assumption in found}
