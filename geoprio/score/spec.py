"""The project file's section on scoring."""

from __future__ import annotations

from typing import Literal, Self, get_args

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from geoprio.score.methods import Method
from geoprio.score.normalize import check_curve

IMPUTE = ("median", "mean", "good", "bad")

WeightMethod = Literal["equal", "entropy", "entropy_inverted", "critic", "critic_blind", "std", "pca"]
NamedWeights = Literal["survey", "renewal"]
"""Weights that neither the zones' values nor the project file give: from residents, or geoprio's own suggestion."""
Normalization = Literal["threshold", "piecewise", "minmax", "z", "rank", "vector", "sum"]
Aggregation = Literal["weighted_sum", "weighted_product", "topsis", "vikor", "promethee2"]


class ScoreSpec(BaseModel):
    """How indicators become a ranking."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True)

    rules: str = "default"
    """A rule file of geoprio by name, or a path to one of your own."""
    missing: str | None = None
    """refuse, renormalise, or impute:<median|mean|good|bad>; default: renormalise while ≤ 20 % of zones lack it."""
    weights: dict[str, float] | WeightMethod | NamedWeights | None = None
    """Weight by indicator, scaled to sum 1, a method by name, survey (who names the need that an indicator stands for)
    or renewal (geoprio's own suggestion); default: equal over the covered shares."""
    criteria: tuple[str, ...] | None = Field(default=None, min_length=1)
    """The indicators that a method weighs; default: the covered shares."""
    normalize: Normalization = "threshold"
    """How units become comparable; all but threshold and piecewise depend on which zones there are."""
    curves: dict[str, tuple[tuple[float, float], ...]] | None = None
    """For piecewise: points of (value, urgency 0 to 1) by indicator, values rising."""
    aggregate: Aggregation = "weighted_sum"
    """How indicators become one priority."""
    gate: str | None = None
    """A yes/no column of the zones that orders ahead of priority: yes, then unknown, then no; default: safety_gate."""

    @property
    def method(self) -> Method:
        """How values become a priority."""
        return Method(self.normalize, self.aggregate, self.curves or {})

    @field_validator("missing")
    @classmethod
    def _known_rule(cls, missing: str | None) -> str | None:
        allowed = {"refuse", "renormalise", *(f"impute:{name}" for name in IMPUTE)}
        if missing is not None and missing not in allowed:
            raise ValueError(f"{missing!r} is not one of {', '.join(sorted(allowed))}")
        return missing

    @field_validator("weights")
    @classmethod
    def _some(cls, weights: dict[str, float] | str | None) -> dict[str, float] | str | None:
        if weights is not None and not weights:
            raise ValueError("name at least one indicator, or leave weights out")
        return weights

    @field_validator("curves")
    @classmethod
    def _curves_rise(
        cls, curves: dict[str, tuple[tuple[float, float], ...]] | None
    ) -> dict[str, tuple[tuple[float, float], ...]] | None:
        for code, points in (curves or {}).items():
            check_curve(np.array(points, np.float64), f"value function of {code!r}")
        return curves

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        if self.criteria is not None and isinstance(self.weights, dict):
            raise ValueError("weights name the indicators already; leave criteria out, or name a method in weights")
        if self.criteria is not None and self.weights in get_args(NamedWeights):
            raise ValueError(f'weights = "{self.weights}" names the indicators already; leave criteria out')
        if (self.normalize == "piecewise") != (self.curves is not None):
            raise ValueError('curves and normalize = "piecewise" belong together; give both or neither')
        self.method.check()
        return self
