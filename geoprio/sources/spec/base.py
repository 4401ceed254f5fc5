"""What every source says."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

CATEGORY_PATTERN = r"^[a-z][a-z0-9_]*$"

Scalar = str | int | float | bool
Where = dict[str, Scalar | list[Scalar]]


class Frozen(BaseModel):
    """A part of the project file: immutable, unknown keys refused; the text under a key is its documentation."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True)


class SourceSpec(Frozen):
    """A file and how to read it."""

    path: str
    """Local file, relative to the project file."""
    layer: str | None = None
    """Layer of a GeoPackage, needed where the file has several; or sheet of a workbook."""
    crs: str | None = None
    """EPSG:<number>, PROJ string, WKT, GCJ-02 or BD-09 (converted to WGS 84); overrides what the file says."""
    axes: Literal["xy", "yx"] = "xy"
    """"yx": the file holds northing or latitude first, against its format; of a table exchange x and y instead."""
    encoding: str | None = None
    """Encoding of a CSV or Shapefile, such as big5; default: UTF-8 or GB18030, decided from the bytes and reported."""
    x: str | None = None
    """CSV or workbook: the column of the easting or longitude, in numbers or as degrees, minutes and seconds."""
    y: str | None = None
    """CSV or workbook: the column of the northing or latitude; the same as x where one column holds both, x first."""
    where: Where = Field(default_factory=dict)
    """Keep rows whose columns (OSM: tags) have one of the values; "*" keeps any value."""

    @field_validator("where")
    @classmethod
    def _no_empty_choice(cls, where: Where) -> Where:
        if any(value == [] for value in where.values()):
            raise ValueError("an empty list of values keeps no row")
        return where


class ColumnChoice(Frozen):
    """A column of the file that holds the value for each row."""

    column: str
