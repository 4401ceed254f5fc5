"""What the project file says of a list of compounds."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from geoprio.sources.parsers import AREAS, MONEY, plain
from geoprio.sources.spec.base import Frozen, SourceSpec


class CompoundColumns(Frozen):
    """Which column of the list holds what; default: a column whose name is known for it; "": none."""

    id: str | None = None
    """The zone's id."""
    name: str | None = None
    address: str | None = None
    district: str | None = None
    street_committee: str | None = None
    community: str | None = None
    year_built: str | None = None
    floors: str | None = None
    dwellings: str | None = None
    buildings: str | None = None
    units: str | None = None
    """Stairways (单元)."""
    area_m2: str | None = None
    """Floor area; its unit stands in the heading, in the cells, or in `units`."""
    has_lift: str | None = None
    structure: str | None = None
    ownership: str | None = None
    property_management: str | None = None
    owners_committee: str | None = None
    renewal_class: str | None = None
    renewal_content: str | None = None
    investment: str | None = None
    """Money; its unit as for `area_m2`."""
    year: str | None = None
    """Year of the renewal programme."""
    population: str | None = None
    population_60plus: str | None = None
    population_0_2: str | None = None


class CompoundUnits(Frozen):
    """Units of columns that do not say them."""

    area_m2: str | None = None
    """Such as ㎡ or 万㎡."""
    investment: str | None = None
    """Such as 元 or 万元."""

    @model_validator(mode="after")
    def _known(self) -> Self:
        for unit, table in ((self.area_m2, AREAS), (self.investment, MONEY)):
            if unit is not None and plain(unit).lower() not in table:
                raise ValueError(f"{unit!r} is no unit that is known; use one of {', '.join(table)}")
        return self


class CompoundsSpec(SourceSpec):
    """A list of compounds (.xlsx, .xls, .csv), joined to the zones by id, name, address or coordinates.

    Its values become columns of the zones. Without [buildings], one point with the list's dwellings stands in for the
    buildings of each zone.
    """

    sheet: str | None = None
    """Sheet of the workbook; default: the only one, else the one with most values."""
    header_row: int | None = Field(default=None, ge=1)
    """Row in which the header begins; default: found by names of columns that are known."""
    columns: CompoundColumns = CompoundColumns()
    units: CompoundUnits = CompoundUnits()
    join: tuple[Literal["id", "name", "address", "coordinates"], ...] = ("id", "name", "address", "coordinates")
    """By what rows are joined to zones. By coordinates alone, several rows may lie in one zone and are summed."""
    matches: str | None = None
    """The reviewed table of doubtful matches (compounds_review.csv), with yes in the column accept of right ones."""

    @model_validator(mode="after")
    def _fitting_keys(self) -> Self:
        suffix = self.path.lower().rpartition(".")[2]
        if suffix not in {"csv", "xlsx", "xls"}:
            raise ValueError(f"path = {self.path!r} is no list; give .xlsx, .xls or .csv")
        if self.layer is not None:
            raise ValueError("a list has no layer; use sheet")
        if self.sheet is not None and suffix == "csv":
            raise ValueError("a CSV has no sheet; leave it out")
        if self.encoding is not None and suffix != "csv":
            raise ValueError("a workbook says its own encoding; leave it out")
        if (self.x is None) != (self.y is None) or (self.x is None and self.crs is not None):
            raise ValueError("coordinates need x, y and crs together")
        if not self.join:
            raise ValueError("join is empty: name id, name, address or coordinates")
        return self
