"""How owners decide together: quorum and majority, each with its source."""

from __future__ import annotations

import tomllib
from fractions import Fraction
from importlib.resources import files
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from geoprio._core.errors import InputError
from geoprio.standards.model import DATE_PATTERN, NAME_PATTERN, Frozen, Sourced

VOTES_FILE = "votes.toml"

Part = Annotated[Fraction, BeforeValidator(Fraction), Field(gt=0, le=1)]
"""A part such as 2/3, exact."""


class Matter(Frozen):
    """What is voted on, and the majority that it needs among those who vote."""

    name: str = Field(pattern=NAME_PATTERN)
    title_zh: str = Field(min_length=1)
    title_en: str = Field(min_length=1)
    majority: Part
    inclusive: bool
    """Whether the part itself is enough (three quarters), or more than it is needed (more than half)."""
    note: str = ""


class VoteRule(Sourced):
    """Quorum and majorities of the owners, both by exclusive area and by heads."""

    name: str = Field(min_length=1)
    title_zh: str = Field(min_length=1)
    title_en: str = Field(min_length=1)
    issued: str = Field(default="", pattern=DATE_PATTERN)
    quorum: Part
    """Part of all area and of all heads that must vote."""
    quorum_inclusive: bool
    matters: tuple[Matter, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _no_twins(self) -> Self:
        names = [m.name for m in self.matters]
        if len(set(names)) < len(names):
            raise ValueError("two matters have one name")
        return self

    def matter(self, name: str) -> Matter:
        """Return the matter called `name`.

        Raises
        ------
        InputError
            If there is none.
        """
        found = next((m for m in self.matters if m.name == name), None)
        if found is None:
            raise InputError(
                f"matter {name!r} is not in {self.name}; it has {', '.join(m.name for m in self.matters)}."
            )
        return found


def load_vote_rules() -> dict[str, VoteRule]:
    """Return the vote rules that come with geoprio, by name, in the order of the file."""
    text = files("geoprio.standards.votes").joinpath(VOTES_FILE).read_text(encoding="utf-8")
    rules = [VoteRule.model_validate(entry) for entry in tomllib.loads(text)["rules"]]
    return {rule.name: rule for rule in rules}
