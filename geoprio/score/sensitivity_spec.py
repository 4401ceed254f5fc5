"""The project file's section on how sure the ranking is."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from geoprio.score.acceptability import SURE
from geoprio.score.spec import Aggregation

STEPS = (0.9, 1.0, 1.1)
"""What speeds, thresholds and catchments are multiplied by where the project says nothing: geoprio's own."""

CONCENTRATION = 50.0
"""How closely weights are drawn around the given ones where the project says nothing: geoprio's own."""

Factors = tuple[float, ...]


class SensitivitySpec(BaseModel):
    """What is varied by `geoprio sensitivity`; no other command reads it."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True)

    draws: int = Field(default=10_000, ge=100, le=1_000_000)
    """How many times the zones are ranked."""
    seed: int = Field(default=0, ge=0, le=2**32)
    """Equal seeds give equal draws."""
    first_n: int | None = Field(default=None, ge=1)
    """How many ranks count as being among the first; default: 20 % of the ranked zones, at least 1."""
    sure: float = Field(default=SURE, gt=0.5, le=1)
    """Share of the draws from which a zone is robustly in, and one minus which up to which it is robustly out."""
    weights: Literal["around", "uniform", "ranges", "order", "survey"] = "around"
    """around: close to the given weights; uniform: any; ranges: within bounds; order: any that respect an order;
    survey: those that another sample of residents might have given."""
    concentration: float | None = Field(default=None, gt=0, le=1_000_000)
    """For around, default 50: a weight w varies with the standard deviation √(w (1 − w) / (concentration + 1))."""
    ranges: dict[str, tuple[float, float]] | None = Field(default=None, min_length=1)
    """For ranges: least and most share of all weight, 0 to 1, of every weighted indicator."""
    order: tuple[str | tuple[str, ...], ...] | None = Field(default=None, min_length=1)
    """For order: every weighted indicator, the most important first; those in one inner list are not ordered. Default:
    the order of the given weights."""
    methods: tuple[Aggregation, ...] | None = Field(default=None, min_length=1)
    """Aggregations to try, all as likely; default: the project's own, the weighted sum and TOPSIS."""
    speed_factors: Factors = STEPS
    """What walking speeds are multiplied by, all as likely; 1 is the project's own."""
    threshold_factors: Factors = STEPS
    """What thresholds are multiplied by; anchors that follow from a threshold move with it."""
    catchment_factors: Factors = STEPS
    """What the catchments of supply are multiplied by."""

    @field_validator("speed_factors", "threshold_factors", "catchment_factors")
    @classmethod
    def _holds_one(cls, factors: Factors) -> Factors:
        if 1.0 not in factors or len(set(factors)) < len(factors) or not all(0.1 <= f <= 10 for f in factors):
            raise ValueError(f"{list(factors)} must be different numbers from 0.1 to 10, one of them 1")
        return factors

    @field_validator("methods")
    @classmethod
    def _each_once(cls, methods: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if methods is not None and len(set(methods)) < len(methods):
            raise ValueError("a method stands there twice")
        return methods

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        for key, mode in (("concentration", "around"), ("ranges", "ranges"), ("order", "order")):
            if getattr(self, key) is not None and self.weights != mode:
                raise ValueError(f'{key} has no effect with weights = "{self.weights}"; set weights = "{mode}"')
        if self.weights == "ranges" and self.ranges is None:
            raise ValueError('weights = "ranges" needs ranges = {code = [least, most], …}')
        return self
