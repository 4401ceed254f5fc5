"""What the project file says of inspections and of problem points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from geoprio.sources.osm import is_osm
from geoprio.sources.spec.base import CATEGORY_PATTERN, Frozen, SourceSpec, Where

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

Code = Annotated[str, Field(pattern=CATEGORY_PATTERN)]
Answer = Literal["good", "defect", "unknown"]


class InspectionSpec(Frozen):
    """A table of what was looked at: a row for each building or each compound, a column for each question.

    Columns with known names are taken by themselves. A blank, 未调查 and the like mean that nobody looked, never
    that all is well.
    """

    path: str
    """Local file (.xlsx, .xls, .csv), relative to the project file."""
    sheet: str | None = None
    """Sheet of the workbook; default: the only one, else the one with most values."""
    encoding: str | None = None
    header_row: int | None = Field(default=None, ge=1)
    """Row in which the header begins; default: found by names of columns that are known."""
    where: Where = Field(default_factory=dict)
    """Keep rows whose columns have one of the values, such as one year's."""
    of: Literal["building", "zone"] | None = None
    """What a row is; default: by the form, else a building if a column tells which one."""
    form: str | None = None
    """Name of the form, which tells what bare numbers mean; default: found by the columns; "none": no form."""
    building: str | None = None
    """Column of the building's id, or of its number within the compound; default: a column of a known name."""
    zone: str | None = None
    """Column of the zone's id or of the compound's name; default: a column of a known name."""
    zones: dict[str, str] = Field(default_factory=dict)
    """What that column says, to the id of a zone; the rest is joined by id or name."""
    date: str | None = None
    """Column of the day of the inspection: of several rows for one building or compound the latest holds."""
    columns: dict[Code, str | tuple[str, ...]] = Field(default_factory=dict)
    """Defect to the column, or columns, that ask for it; "" takes none."""
    missing: dict[Code, str] = Field(default_factory=dict)
    """Defect to a column that counts what is missing, such as bays: above 0 it is there."""
    yes: dict[Code, Literal["defect", "good"]] = Field(default_factory=dict)
    """What a yes means in the columns of a defect: that it is there, or that what is asked for is there."""
    codes: dict[Code, dict[str, Answer]] = Field(default_factory=dict)
    """What the cells of a defect's columns mean, where they are codes: {unmanaged = {"0" = "good", "1" = "defect"}}."""
    choices: dict[str, dict[str, Code]] = Field(default_factory=dict)
    """Column with several answers in a cell, to what its options stand for; {}: by known phrases.

    What is an option and not chosen is good; 无问题 makes all of them good."""
    separator: str | None = Field(default=None, min_length=1)
    """What parts several answers in a cell; default: any of ┋ ; | 、 and line breaks, or commas."""
    has_lift: str | None = None
    management_model: str | None = None
    """Column of who runs the compound: a property company, owners, community, former owner and so on."""
    management_status: str | None = None
    """Column of how far that is: in place, chosen, discussed, ended."""
    renewal_status: str | None = None
    """Column of how far the renewal is: not started, under way, done, not needed."""

    @model_validator(mode="after")
    def _fitting_keys(self) -> Self:
        suffix = self.path.lower().rpartition(".")[2]
        if suffix not in {"csv", "xlsx", "xls"}:
            raise ValueError(f"path = {self.path!r} is no table; give .xlsx, .xls or .csv")
        if suffix == "csv" and self.sheet is not None:
            raise ValueError("a CSV has no sheet; leave it out")
        if suffix != "csv" and self.encoding is not None:
            raise ValueError("a workbook says its own encoding; leave it out")
        if self.of == "zone" and self.building is not None:
            raise ValueError('of = "zone" has a row for each compound: leave building out')
        if self.separator is not None and not self.choices:
            raise ValueError("separator parts the answers of choices, and there are none")
        return self

    def columns_of(self, code: str) -> tuple[str, ...] | None:
        """Return the columns named for a defect; None where the project file says nothing of it."""
        named = self.columns.get(code)
        if named is None:
            return None
        return tuple(c for c in ((named,) if isinstance(named, str) else named) if c)


class ProblemsSpec(SourceSpec):
    """Points (or lines, areas) at which something is wrong: reports, hotlines, inspections on foot.

    They tell what is there. Where no point is, nothing is known, unless `surveyed` says that somebody looked.
    """

    defect: Code | None = None
    """The defect that all of them are."""
    category: str | None = None
    """Column of what is wrong, where they are of several kinds."""
    categories: dict[str, Code] = Field(default_factory=dict)
    """What that column says, to a defect; known phrases and the defects' own names need no entry. "" leaves out."""
    id: str | None = None
    """Column of the point's id: each counts once. Without it, points of one defect at one place are one."""
    status: str | None = None
    """Column of whether it is solved."""
    solved: tuple[str, ...] = ()
    """Values of `status` that mean solved or void, and no others; default: words such as 已整改, closed, 不属实."""
    near_m: float = Field(default=10.0, ge=0, le=100)
    """A point in no building belongs to the nearest home of its zone within this distance; geoprio's own default."""
    surveyed: Literal["none", "all"] | tuple[str, ...] = "none"
    """Zones in which every building was looked at, so that one without a point is good: all, or a list of ids.

    It was looked for the defects of the points, and for those that `categories` lists."""

    @field_validator("categories", mode="before")
    @classmethod
    def _blank_leaves_out(cls, value: object) -> object:
        if isinstance(value, dict):
            return {k: (LEFT_OUT if v == "" else v) for k, v in value.items()}
        return value

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if is_osm(self.path):
            raise ValueError(f"path = {self.path!r}: an OSM file has no problem points; give a layer or a table")
        if (self.defect is None) == (self.category is None):
            raise ValueError("give defect (one for all points) or category (the column that tells)")
        if self.categories and self.category is None:
            raise ValueError("categories are values of a column: name it with category")
        if self.solved and self.status is None:
            raise ValueError("solved lists values of a column: name it with status")
        return self


LEFT_OUT = "left_out"
"""Stands for a category that is no defect."""


def unknown_defects(spec: InspectionSpec | ProblemsSpec, defects: Collection[str], role: str) -> list[str]:
    """Return a sentence for each defect that a section names and nobody knows."""
    named: dict[str, Iterable[str]]
    if isinstance(spec, ProblemsSpec):
        named = {"defect": [spec.defect] if spec.defect else [], "categories": spec.categories.values()}
    else:
        named = {"columns": spec.columns, "missing": spec.missing, "yes": spec.yes, "codes": spec.codes}
        named |= {f"choices.{column}": options.values() for column, options in spec.choices.items()}
    return [
        f"[{role}] {what}: {code!r} is no defect that is known; there are {', '.join(defects)}."
        for what, codes in named.items()
        for code in dict.fromkeys(codes)
        if code != LEFT_OUT and code not in defects
    ]
