"""What the project file says of outputs that are written when asked for."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class OutputsSpec(BaseModel):
    """What a run writes beside its map, layers, lists and reports."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    sheets: Literal["all"] | int = Field(default=0, ge=0)
    """A page (PDF) for each of this many neighbourhoods from the top of the ranking, or for all."""
    figures: bool = False
    """The map of priorities as picture (PNG, SVG) for reports."""
    raster_m: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    """Side in meters of the cells of priority.tif, the priorities as a raster (COG) for GIS; default: none."""
