"""What a programme has to keep to beside the budgets."""

from __future__ import annotations

from typing import Any, Self

import pandas as pd
from pydantic import Field, model_validator

from geoprio._core.errors import InputError
from geoprio.programme.candidates import CANDIDATE
from geoprio.programme.conditions import Frozen
from geoprio.programme.measures import Grade
from geoprio.programme.money import Yuan


class Floor(Frozen):
    """Least spending in a district over all years."""

    district: str
    share: float | None = Field(default=None, ge=0, le=1)
    """Of all that is spent."""
    cny: Yuan | None = Field(default=None, ge=0)
    """In yuan."""

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if self.share is None and self.cny is None:
            raise ValueError("give share or cny")
        return self


class PlanRules(Frozen):
    """Years, fairness between districts, and the size of what is done in a zone."""

    years: int = Field(default=1, ge=1, le=20)
    discount: float = Field(default=0.03, ge=0, le=1)
    """How much less a benefit counts for each year that it comes later; geoprio's own convention."""
    floors: tuple[Floor, ...] = ()
    zone_min_cny: Yuan | None = Field(default=None, ge=0)
    """A zone in which anything is done gets at least this over all years."""
    zone_max_cny: Yuan | None = Field(default=None, gt=0)
    """No zone gets more than this over all years."""
    household_max_cny: Yuan | None = Field(default=None, ge=0)
    """Most that the residents of a zone pay for each of its dwellings, over all measures, sources and years."""
    complete: tuple[Grade, ...] = ()
    """Grades of which everything is done in a zone where anything is: 应改尽改; all four: whole zones or none."""
    one_year_per_zone: bool = False
    """Whether all that is done in a zone is done in one year."""
    force_safety: bool = True
    """Whether safety measures are done wherever they are candidates."""
    safety_by: int = Field(default=1, ge=1)
    """Year by which they are done: 立查立改 is the first."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        names = [f.district for f in self.floors]
        if len(set(names)) < len(names):
            raise ValueError(f"district {max(names, key=names.count)!r} has two floors; give one with share and cny")
        total = sum(f.share or 0.0 for f in self.floors)
        if total > 1 + 1e-9:
            raise ValueError(f"the floors' shares sum to {total:g}; together they are at most 1")
        if self.zone_min_cny is not None and self.zone_max_cny is not None and self.zone_min_cny > self.zone_max_cny:
            raise ValueError("zone_min_cny is above zone_max_cny")
        if self.safety_by > self.years:
            raise ValueError(f"safety_by is year {self.safety_by} of {self.years}")
        return self

    def year_values(self) -> tuple[float, ...]:
        """Return what a benefit that starts in each year counts: 1 in the first."""
        return tuple((1 + self.discount) ** -t for t in range(self.years))


def need_floors(table: pd.DataFrame, district: pd.Series[Any], strength: float) -> tuple[Floor, ...]:
    """Return floors that give every district at least `strength` times its share of the need.

    Parameters
    ----------
    table : DataFrame
        From `candidates.tabulate`: the cost of all candidates is the need.
    district : Series
        District of each zone, index `zone_id`.
    strength : float
        0: no floors; 1: every district in proportion to its need.

    Raises
    ------
    InputError
        If the strength is not within 0 and 1.
    """
    if not 0 <= strength <= 1:
        raise InputError(f"floors of {strength!r} times the need: give 0 to 1.")
    there = table[table["status"] == CANDIDATE]
    names = district.reindex(there["zone_id"]).astype(object)
    text = names.where(names.notna(), "").astype(str).to_numpy()
    need = there.groupby(text)["cost_fen"].sum()
    total = max(int(need.sum()), 1)
    return tuple(Floor(district=str(d), share=strength * int(n) / total) for d, n in need.items() if n > 0)
