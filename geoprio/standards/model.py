"""What a rule file holds: walking rules, items of a checklist, and other values, each with its source."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

NAME_PATTERN = r"^[a-z][a-z0-9_]*$"
OF_PATTERN = r"^[a-z][a-z0-9_]*(:[^:\s]+)?$"
DATE_PATTERN = r"^(\d{4}(-\d{2}(-\d{2})?)?)?$"

Verified = bool | Literal["secondary"]
"""True: read in the official text. "secondary": quoted elsewhere. False: from memory or geoprio's own choice."""


class Frozen(BaseModel):
    """A part of a rule file: immutable, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Sourced(Frozen):
    """A value that says where it is from."""

    source: str = Field(min_length=1)
    clause: str = ""
    verified: Verified = False
    note: str = ""
    file: str = ""
    """The rule file that it stands in: geoprio's by name, one's own by path. Set when the file is read."""


class Rule(Sourced):
    """What one standard asks of one category."""

    category: str = Field(pattern=NAME_PATTERN)
    threshold: float = Field(gt=0)
    """Farthest that still counts as served, in `unit`."""
    unit: Literal["m", "min"] = "m"
    """Metres on the walking network, or minutes of walking."""
    share: float = Field(default=1.0, gt=0, le=1)
    """Share of the demand that must be served for the target to be met."""
    quota_per_1000: float | None = Field(default=None, gt=0)
    """Facilities wanted per 1,000 people, where the standard gives a number."""
    capacity_per_1000: float | None = Field(default=None, gt=0)
    """Capacity (beds, places, m²) wanted per 1,000 of `capacity_of`, where the standard gives a number."""
    capacity_of: Literal["", "population", "population_60plus", "population_0_2", "dwellings"] = ""
    """The group of which `capacity_per_1000` is told; empty: of those served, whatever is known of them."""
    capacity_unit: str = ""
    """What `capacity_per_1000` counts: beds, places, m2; empty: not said."""
    quota_source: str = ""
    """Source of the quota or capacity where it is not that of the threshold."""
    quota_clause: str = ""
    quota_verified: Verified | None = None
    """As `verified`, of the quota or capacity; only beside `quota_source`."""

    @model_validator(mode="after")
    def _quota_has_one_source(self) -> Self:
        if (self.quota_source == "") != (self.quota_verified is None):
            raise ValueError("give quota_source and quota_verified together, or neither")
        if self.quota_source and not self.has_quota:
            raise ValueError("quota_source stands without quota_per_1000 or capacity_per_1000")
        if self.capacity_per_1000 is None and (self.capacity_of or self.capacity_unit):
            raise ValueError("capacity_of and capacity_unit say nothing without capacity_per_1000")
        return self

    @property
    def has_quota(self) -> bool:
        """Whether it gives a quota or a capacity."""
        return self.quota_per_1000 is not None or self.capacity_per_1000 is not None

    @property
    def quota_from(self) -> tuple[str, str, Verified]:
        """Source, clause and mark of the quota or capacity: its own, else the threshold's."""
        if self.quota_verified is None:
            return self.source, self.clause, self.verified
        return self.quota_source, self.quota_clause, self.quota_verified


class Ask(Frozen):
    """What an item asks for: so many facilities of some categories, each of some size."""

    of: tuple[Annotated[str, Field(pattern=OF_PATTERN)], ...] = Field(min_length=1)
    """Categories whose facilities answer, or ``category:kind`` in the words of the facilities; any of them."""
    count: int = Field(default=1, ge=1)
    area_m2: float | None = Field(default=None, gt=0)
    """Least floor area of one facility."""
    land_m2: float | None = Field(default=None, gt=0)
    """Least plot area of one facility."""


class Item(Sourced):
    """One item of a checklist: passed, failed or unknown for each zone."""

    code: str = Field(pattern=NAME_PATTERN)
    number: int | None = Field(default=None, ge=1)
    """Its number in the standard's list."""
    title_zh: str = Field(min_length=1)
    title_en: str = Field(min_length=1)
    need: Literal["all", "any"] = "all"
    """Whether all of `asks` have to be met, or one of them."""
    asks: tuple[Ask, ...] = ()
    """What facilities can answer; an item without any is unknown for every zone."""
    partly: bool = False
    """Whether the standard asks for more than `asks`: then they can fail the item and never pass it."""
    outside_compounds: bool = False
    """Whether what stands inside a compound does not count."""

    @model_validator(mode="after")
    def _partly_of_all(self) -> Self:
        if self.partly and (self.need == "any" or not self.asks):
            raise ValueError("partly needs asks, all of which have to be met")
        return self


class Community(Sourced):
    """How far the community around a zone reaches, for the items."""

    threshold: float | None = Field(default=None, gt=0)
    """What people of the zone can walk to within this counts as theirs; none: only what stands in the zone."""
    unit: Literal["m", "min"] = "m"
    share: float = Field(default=0.5, gt=0, le=1)
    """So much of the zone's demand must be able to walk there."""


class Value(Sourced):
    """What a standard says beside distances and items; geoprio tells it and computes nothing from it."""

    code: str = Field(pattern=NAME_PATTERN)
    title_zh: str = Field(min_length=1)
    title_en: str = Field(min_length=1)
    category: str = Field(default="", pattern=r"^([a-z][a-z0-9_]*)?$")
    least: float | None = None
    most: float | None = None
    unit: str = Field(min_length=1)

    @model_validator(mode="after")
    def _has_a_number(self) -> Self:
        if self.least is None and self.most is None:
            raise ValueError("give least, most or both")
        if self.least is not None and self.most is not None and self.least > self.most:
            raise ValueError("least is above most")
        return self


class Rules(Frozen):
    """A dated rule file, with what it takes over from those that it extends.

    `rules` holds at most one rule for each category, `items` and `values` at most one for each code.
    """

    name: str = Field(min_length=1)
    title_zh: str = Field(min_length=1)
    title_en: str = Field(min_length=1)
    issued: str = Field(default="", pattern=DATE_PATTERN)
    """When the standard was issued: a year, month or day."""
    note: str = ""
    extends: tuple[str, ...] = ()
    """Rule files whose rules, items and values hold where this one has none of its own; later ones win."""
    community: Community | None = None
    rules: tuple[Rule, ...] = ()
    items: tuple[Item, ...] = ()
    values: tuple[Value, ...] = ()
    files: tuple[str, ...] = ()
    """Every rule file that was read for this one, those that it extends first. Set when the file is read."""

    @field_validator("extends", mode="before")
    @classmethod
    def _one_or_more(cls, extends: object) -> object:
        return (extends,) if isinstance(extends, str) else extends

    @model_validator(mode="after")
    def _no_twins(self) -> Self:
        parts = {
            "category": [r.category for r in self.rules],
            "item": [i.code for i in self.items],
            "value": [v.code for v in self.values],
            "base": list(self.extends),
        }
        for what, names in parts.items():
            twins = sorted({n for n in names if names.count(n) > 1})
            if twins:
                raise ValueError(f"{what} {twins[0]!r} stands there more than once")
        if not any(parts.values()):
            raise ValueError("it has neither [[rules]], [[items]], [[values]] nor extends")
        return self

    def for_category(self, category: str) -> Rule | None:
        """Return the rule for `category`, or None where the set has none."""
        return next((r for r in self.rules if r.category == category), None)
