"""Measures as data: what can be done to a zone, what it costs, what it needs, and what it improves."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, ValidationError, model_validator

from geoprio._core.errors import InputError
from geoprio.programme.conditions import Condition, Frozen
from geoprio.standards import Verified

CATALOG_FILE = "catalog.toml"
CODE_PATTERN = r"^[a-z][a-z0-9_]*$"
GRADES = ("safety", "basic", "improving", "upgrading")
"""安全, 基础, 完善, 提升: the order in which a ranking is funded."""

GIVEN = "given for this programme"
"""Source of a price that stands in the project file."""

Grade = Literal["safety", "basic", "improving", "upgrading"]
Party = Literal["residents", "enterprises", "government"]


class Quantity(Frozen):
    """How much of a measure a zone takes: a column of the zones times a factor; without a column, the factor."""

    column: str = ""
    """Column of the zones; empty: once for each zone."""
    factor: float = Field(default=1.0, gt=0)
    """Units for each unit of the column."""
    whole: bool = False
    """Whether there are no parts of a unit: a broken number is rounded to the nearest, and up to 1. Of dwellings there
    are never parts."""
    assumed: str = ""
    """Where the factor is an assumption: whose, and why. It is named in the results."""


class Effect(Frozen):
    """How much of a zone's contribution to its priority a measure takes away."""

    indicator: str = Field(min_length=1)
    """Code of the indicator, or "priority" for the whole of it where no indicator tells the condition."""
    closes: float = Field(gt=0, le=1)
    """Share of the contribution that is gone once the measure is done."""
    source: str = Field(min_length=1)
    verified: Verified = False


class UnitCost(Frozen):
    """What a unit costs to build; blank where nothing better than a guess is known."""

    low_cny: float | None = Field(default=None, gt=0)
    high_cny: float | None = Field(default=None, gt=0)
    source: str = Field(min_length=1)
    verified: Verified = False

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.low_cny is None) != (self.high_cny is None):
            raise ValueError("give low_cny and high_cny together, or neither")
        if self.low_cny is not None and self.high_cny is not None and self.low_cny > self.high_cny:
            raise ValueError("low_cny is above high_cny")
        return self


class Measure(Frozen):
    """One thing that can be done to a zone, once."""

    code: str = Field(pattern=CODE_PATTERN)
    title_zh: str = Field(min_length=1)
    title_en: str = Field(min_length=1)
    grade: Grade
    """Safety 安全, basic 基础, improving 完善 or upgrading 提升."""
    side: Literal["face", "lining"]
    """What is seen 面子, or what is behind it 里子."""
    unit: str = Field(min_length=1)
    """What the quantity counts: dwelling, m2, staircase, m, building, bay, zone …"""
    cost: UnitCost
    quantity: tuple[Quantity, ...] = Field(min_length=1)
    """The first whose column is known in the zone tells how much there is to do; 0 is nothing to do."""
    eligible: tuple[Condition, ...] = ()
    """A zone meets all of them, or the measure is not for it."""
    excludes: tuple[str, ...] = ()
    """Measures that are not done in the same zone."""
    requires: tuple[str, ...] = ()
    """Measures that are done in the same or an earlier year where the zone is in need of them."""
    improves: tuple[Effect, ...] = ()
    running_cost_cny: float = Field(default=0.0, ge=0)
    """For each unit and year."""
    fee_income_cny: float = Field(default=0.0, ge=0)
    """For each unit and year."""
    kept_by: Party = "government"
    """Who bears the running cost, and has the income, where no operator invests."""
    note: str = ""

    @property
    def net_income_cny(self) -> float:
        """Income less running cost for each unit and year; below 0 where it earns less than it costs."""
        return self.fee_income_cny - self.running_cost_cny


class Bundle(Frozen):
    """Measures that are cheaper done at once: dig once."""

    code: str = Field(pattern=CODE_PATTERN)
    title_zh: str = Field(min_length=1)
    title_en: str = Field(min_length=1)
    measures: tuple[str, ...] = Field(min_length=2)
    """All of these that are candidates in a zone, at least two, done there in one year."""
    saving: float = Field(gt=0, lt=1)
    """Share of the cost of each of them that is saved."""
    source: str = Field(min_length=1)
    verified: Verified = False


class Catalog(Frozen):
    """All measures and bundles that a programme may choose from."""

    name: str = Field(min_length=1)
    title_zh: str = ""
    title_en: str = ""
    note: str = ""
    measures: tuple[Measure, ...] = Field(min_length=1)
    bundles: tuple[Bundle, ...] = ()

    @model_validator(mode="after")
    def _names_fit(self) -> Self:
        codes = [m.code for m in self.measures]
        known = set(codes)
        if len(known) < len(codes):
            raise ValueError(f"measure {max(codes, key=codes.count)!r} stands there more than once")
        named = [(m.code, other) for m in self.measures for other in (*m.excludes, *m.requires)]
        named += [(b.code, other) for b in self.bundles for other in b.measures]
        for code, other in named:
            if other not in known or other == code:
                raise ValueError(f"{code!r} names {other!r}, which is {'itself' if other == code else 'no measure'}")
        in_bundles = [code for b in self.bundles for code in b.measures]
        if len(set(in_bundles)) < len(in_bundles):
            raise ValueError(f"measure {max(in_bundles, key=in_bundles.count)!r} is in two bundles; keep it in one")
        self._no_circle()
        return self

    def _no_circle(self) -> None:
        """Raise where a measure needs itself first, over others."""
        left = {m.code: set(m.requires) for m in self.measures}
        while ready := [code for code, needs in left.items() if not needs & left.keys()]:
            for code in ready:
                del left[code]
        if left:
            raise ValueError(f"requires goes in a circle through {', '.join(sorted(left))}")

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of the measures, in order."""
        return tuple(m.code for m in self.measures)

    def measure(self, code: str) -> Measure:
        """Return the measure called `code`.

        Raises
        ------
        InputError
            If there is none.
        """
        for measure in self.measures:
            if measure.code == code:
                return measure
        raise InputError(f"measure {code!r} is not in the catalog {self.name}; it has {', '.join(self.codes)}.")

    def only(self, codes: tuple[str, ...]) -> Catalog:
        """Return the catalog of some measures, with what they exclude, require and share a bundle with among them.

        Raises
        ------
        InputError
            If one of them is not there, or one requires a measure that is left out.
        """
        kept = []
        for code in dict.fromkeys(codes):
            measure = self.measure(code)
            lost = [r for r in measure.requires if r not in codes]
            if lost:
                raise InputError(f"measure {code!r} requires {lost[0]!r}, which is not chosen; add it.")
            kept.append(measure.model_copy(update={"excludes": tuple(e for e in measure.excludes if e in codes)}))
        bundles = [b.model_copy(update={"measures": tuple(c for c in b.measures if c in codes)}) for b in self.bundles]
        left = tuple(b for b in bundles if len(b.measures) > 1)
        return self.model_copy(update={"measures": tuple(kept), "bundles": left})


@dataclass(frozen=True)
class Price:
    """What a unit of a measure costs in this programme; `assumed` where it is the middle of an unverified span."""

    unit_cny: float
    assumed: bool
    source: str


def load_catalog(path: Path | None = None) -> Catalog:
    """Return the catalog of a file; without one, the catalog that comes with geoprio.

    Raises
    ------
    InputError
        If the file is not TOML, or something in it cannot be used; the message names the place.
    """
    where = path.name if path else CATALOG_FILE
    shipped = files("geoprio.programme").joinpath(CATALOG_FILE)
    try:
        text = path.read_text(encoding="utf-8") if path else shipped.read_text(encoding="utf-8")
        return Catalog.model_validate(tomllib.loads(text))
    except ValidationError as error:
        raise InputError(*_told(where, error)) from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{where}: cannot be read as a catalog of measures: {error}.") from error


def prices(catalog: Catalog, given: Mapping[str, float], *, assume: bool = False) -> dict[str, Price]:
    """Return the unit cost of every measure.

    No unit cost that comes with geoprio was read in an official list. They hold only where `assume` says so, and then
    every result that rests on one is marked.

    Parameters
    ----------
    catalog : Catalog
    given : mapping of str to float
        Yuan for each unit, by measure: one's own.
    assume : bool
        Whether the middle of the catalog's span stands in where none is given.

    Raises
    ------
    InputError
        If a cost is missing, not above 0, or given for a measure that is not there: one line for each.
    """
    problems = [
        f"unit cost of {code!r}: no such measure; the catalog has {', '.join(catalog.codes)}."
        for code in given
        if code not in catalog.codes
    ]
    found: dict[str, Price] = {}
    for measure in catalog.measures:
        cost, own = measure.cost, given.get(measure.code)
        if own is not None:
            if 0 < own < float("inf"):
                found[measure.code] = Price(float(own), assumed=False, source=GIVEN)
            else:
                problems.append(f"unit cost of {measure.code!r} is {own!r}; give yuan above 0.")
        elif cost.low_cny is None or cost.high_cny is None:
            problems.append(
                f"unit cost of {measure.code!r} ({measure.title_zh}, per {measure.unit}) is not known; give it."
            )
        elif assume or cost.verified is True:
            middle = (cost.low_cny + cost.high_cny) / 2
            found[measure.code] = Price(middle, assumed=cost.verified is not True, source=cost.source)
        else:
            problems.append(
                f"unit cost of {measure.code!r} is only an unverified span of {cost.low_cny:g} to {cost.high_cny:g}"
                f" yuan per {measure.unit}; give your own, or say that the middle is to be assumed."
            )
    if problems:
        raise InputError(*problems)
    return found


def _told(where: str, error: ValidationError) -> list[str]:
    return [
        f"{where}: {'.'.join(str(part) for part in problem['loc']) or 'file'}: "
        f"{problem['msg'].removeprefix('Value error, ')}."
        for problem in error.errors()
    ]
