"""What the project file says of a programme: measures and their prices, sources of money, rules, promises."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from pydantic import Field, ValidationError, model_validator

from geoprio._core.errors import InputError
from geoprio._core.files import local_path
from geoprio.programme.conditions import Condition, Frozen
from geoprio.programme.funding import Source
from geoprio.programme.measures import CATALOG_FILE, CODE_PATTERN, Bundle, Catalog, Price, prices
from geoprio.programme.money import FEN, Yuan, fen, split, yuan_of
from geoprio.programme.rules import PlanRules
from geoprio.sources.spec import SourceSpec

MAX_BYTES = 1_000_000
WHERE = "[programme]"

SNIPPET = """\
[programme]
# of geoprio's own list, or of yours: measures_file = "measures.toml"
measures = ["risers", "sewers", "roads"]
assume = true                # unverified unit costs may stand in where you give no price
prices = { risers = 8200 }   # yuan for each unit, local

[programme.rules]
years = 3

[[programme.sources]]
code = "city"
title_zh = "市级财政"
title_en = "city"
kind = "city"
# Yuan for each of the three years; --budget of the command is what they come to together.
budget_cny = [20000000, 15000000, 15000000]
max_share = 0.7

[[programme.sources]]
code = "residents"
title_zh = "居民"
title_en = "residents"
kind = "residents"
min_share = 0.05
max_share = 0.3
"""


class Pin(Frozen):
    """What has been promised to a zone, or ruled out there."""

    zone: str = Field(min_length=1)
    """Its id."""
    measure: str = ""
    """Code; empty, where it is ruled out: every measure."""
    done: bool
    """true: it has to be done; false: it must not."""

    @model_validator(mode="after")
    def _names_what_is_promised(self) -> Self:
        if self.done and not self.measure:
            raise ValueError("name the measure that has been promised")
        return self


class ProgrammeSites(SourceSpec):
    """Candidate sites, of which those that serve most offer a measure to their zones."""

    column: str = Field(pattern=CODE_PATTERN)
    """Column that the zones get: a measure's quantity names it."""
    category: str = Field(min_length=1)
    """Category of the facilities."""
    number: int = Field(ge=1)
    """How many sites may be chosen: those that bring most people within the threshold."""
    threshold: float | None = Field(default=None, gt=0)
    """In the unit of the category's rule; default: the rule's own."""
    size: Literal["count", "capacity"] = "count"
    """What the column tells: how many chosen sites a zone has, or what they hold."""
    id: str | None = None
    """Column of the id; default: the column `id`."""
    name: str | None = None
    """Column of the name; default: the column `name`."""
    capacity: str | None = None
    """Column of beds, places or m²; default: the column `capacity`."""


class ProgrammeSpec(Frozen):
    """The programme within the money; `geoprio plan` reads it."""

    measures: tuple[str, ...] = ()
    """Codes of what may be done; default: all of the list."""
    measures_file: str | None = None
    """A .toml file with [[measures]] and [[bundles]] of one's own; one of a known code replaces geoprio's."""
    prices: dict[str, Yuan] = Field(default_factory=dict)
    """Yuan for each unit, by measure."""
    assume: bool = False
    """Whether the middle of an unverified span stands in where no price is given; whatever rests on one is marked."""
    bundles: tuple[Bundle, ...] | None = None
    """Instead of the list's; empty: nothing is cheaper done at once."""
    zones: tuple[Condition, ...] = ()
    """Zones that the programme is for; default: all."""
    safety_everywhere: bool = False
    """Whether safety measures are for every zone, those that `zones` leaves out, too."""
    people: str = "population"
    """Column of the zones that tells whom a measure benefits; where nobody is counted, dwellings stand in."""
    district: str = ""
    """Column of the zones with the district of each, for floors and sums by district."""
    rules: PlanRules = PlanRules()
    need_floors: float | None = Field(default=None, gt=0, le=1)
    """Gives every district at least so much of its share of the need, instead of floors one by one; 1: all of it."""
    sources: tuple[Source, ...] = Field(min_length=1)
    budget_of: str = ""
    """Source whose budget --budget replaces; default: the only one of kind "city"."""
    pinned: tuple[Pin, ...] = ()
    siting: tuple[ProgrammeSites, ...] = ()
    """Where new facilities may come: chosen on the project's own distances before the programme is."""
    draws: int = Field(default=20, ge=0, le=10_000)
    """How many other weights are tried to tell what is chosen whatever the weights; 0: none."""
    seed: int = Field(default=0, ge=0, le=2**32)
    """Equal seeds give equal draws."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.rules.floors and not self.district:
            raise ValueError("rules.floors need district, the column that tells the district of a zone")
        if self.need_floors is not None and (self.rules.floors or not self.district):
            raise ValueError("need_floors stands instead of rules.floors, and needs district")
        codes = [s.code for s in self.sources]
        if self.budget_of and self.budget_of not in codes:
            raise ValueError(f"budget_of = {self.budget_of!r} is no source; there are {', '.join(codes)}")
        columns = [s.column for s in self.siting]
        if len(set(columns)) < len(columns):
            raise ValueError(f"siting: column {max(columns, key=columns.count)!r} stands there twice")
        pins = [(p.zone, p.measure) for p in self.pinned]
        if len(set(pins)) < len(pins):
            zone, measure = max(pins, key=pins.count)
            raise ValueError(f"pinned: measure {measure!r} in zone {zone!r} stands there twice")
        return self

    @property
    def files(self) -> tuple[str, ...]:
        """Files that it names."""
        return (*((self.measures_file,) if self.measures_file else ()), *dict.fromkeys(s.path for s in self.siting))

    def asked(self, budget: float | str | None = None, years: int | None = None) -> ProgrammeSpec:
        """Return the programme with another number of years, and another budget of the source that `budget_of` names.

        Parameters
        ----------
        budget : float or str, optional
            Yuan over all years: instead of the source's own, shared out over the years as its own is; equally where
            it has none, or one for another number of years. The other sources stay as they are.
        years : int, optional

        Raises
        ------
        InputError
            If one of them cannot be used, or it is not clear whose budget is meant.
        """
        spec = self
        if years is not None:
            rules = spec.rules.model_dump() | {"years": years, "safety_by": min(spec.rules.safety_by, years)}
            try:
                spec = spec.model_copy(update={"rules": PlanRules.model_validate(rules)})
            except ValidationError as error:
                raise InputError(
                    f"years = {years}: {error.errors()[0]['msg'].removeprefix('Value error, ')}."
                ) from None
        if budget is None:
            return spec
        total, own = int(fen(yuan_of(budget), "budget")), _budget_source(spec)
        count = spec.rules.years
        parts = np.array(own.budget_cny if own.budget_cny and len(own.budget_cny) == count else [1.0] * count)
        shares = split(total, parts if parts.any() else np.ones(count))
        new = own.model_copy(update={"budget_cny": tuple(float(s) / FEN for s in shares)})
        return spec.model_copy(update={"sources": tuple(new if s is own else s for s in spec.sources)})


@dataclass(frozen=True)
class Choice:
    """What can be chosen from, before the zones are known.

    Attributes
    ----------
    catalog : Catalog
    prices : dict of str to Price
    """

    catalog: Catalog
    prices: dict[str, Price]


def choice_of(spec: ProgrammeSpec, base: Path) -> Choice:
    """Return the measures of a programme and what they cost.

    Parameters
    ----------
    spec : ProgrammeSpec
    base : Path
        The project's folder.

    Raises
    ------
    InputError, MissingError
        If the list cannot be read, or a measure or price is missing; one line for each.
    """
    for one in spec.siting:
        local_path(base, one.path, "[[programme.siting]] path")
    catalog = _catalog(spec, base)
    if spec.measures:
        catalog = catalog.only(spec.measures)
    where = tuple(spec.zones)
    measures = tuple(
        m
        if spec.safety_everywhere and m.grade == "safety"
        else m.model_copy(update={"eligible": (*where, *m.eligible)})
        for m in catalog.measures
    )
    return Choice(catalog.model_copy(update={"measures": measures}), prices(catalog, spec.prices, assume=spec.assume))


def pins_of(spec: ProgrammeSpec, catalog: Catalog, zones: pd.DataFrame) -> Mapping[tuple[str, str], bool]:
    """Return what has to be done (True) and must not (False), by zone and measure.

    Raises
    ------
    InputError
        If a zone or measure is not there.
    """
    out: dict[tuple[str, str], bool] = {}
    for pin in spec.pinned:
        if pin.zone not in zones.index:
            raise InputError(f"{WHERE} pinned: there is no zone {pin.zone!r}.")
        codes = (catalog.measure(pin.measure).code,) if pin.measure else catalog.codes
        out |= {(pin.zone, code): pin.done for code in codes if pin.measure or (pin.zone, code) not in out}
    return out


def _budget_source(spec: ProgrammeSpec) -> Source:
    """Return the source whose budget is replaced."""
    named = [s for s in spec.sources if s.code == spec.budget_of] or [s for s in spec.sources if s.kind == "city"]
    if len(named) != 1:
        codes = ", ".join(s.code for s in spec.sources)
        raise InputError(
            f'{WHERE} {len(named)} sources are of kind "city", so a budget could be meant for none or several;'
            f" say budget_of = one of {codes}."
        )
    return named[0]


def _catalog(spec: ProgrammeSpec, base: Path) -> Catalog:
    """Return geoprio's list of measures with one's own in it."""
    data = tomllib.loads(files("geoprio.programme").joinpath(CATALOG_FILE).read_text(encoding="utf-8"))
    where = CATALOG_FILE
    if spec.measures_file is not None:
        where = f"{WHERE} measures_file = {spec.measures_file!r}"
        data = _merged(data, _read(local_path(base, spec.measures_file, f"{WHERE} measures_file"), where), where)
    if spec.bundles is not None:
        data["bundles"] = [b.model_dump() for b in spec.bundles]
    try:
        return Catalog.model_validate(data)
    except ValidationError as error:
        raise InputError(*(f"{where}: {_told(e, data)}." for e in error.errors())) from None


def _read(path: Path, where: str) -> dict[str, Any]:
    if path.stat().st_size > MAX_BYTES:
        raise InputError(f"{where}: larger than {MAX_BYTES:,} bytes; is it a list of measures?")
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise InputError(f"{where}: it is not UTF-8; save it as UTF-8.") from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"{where}: not valid TOML: {error}.") from None


def _merged(data: dict[str, Any], own: dict[str, Any], where: str) -> dict[str, Any]:
    """Return the list with one's own entries; those of a known code replace it as a whole, in its place."""
    out = data | {k: v for k, v in own.items() if k not in {"measures", "bundles"}}
    for part in ("measures", "bundles"):
        entries = own.get(part, [])
        if not isinstance(entries, list) or not all(isinstance(e, dict) and "code" in e for e in entries):
            raise InputError(f"{where}: {part} must be a list of [[{part}]], each with a code.")
        codes = [e["code"] for e in entries]
        if twice := [c for c in codes if codes.count(c) > 1]:
            raise InputError(f"{where}: {part}: {twice[0]!r} stands there more than once.")
        by_code = {e["code"]: e for e in data[part]} | {e["code"]: e for e in entries}
        out[part] = list(by_code.values())
    return out


def _told(error: Any, data: dict[str, Any]) -> str:  # noqa: ANN401 - pydantic's own kind of dict
    """Return a problem of the list in words, with the code of the measure instead of its number."""
    place, text = list(error["loc"]), str(error["msg"]).removeprefix("Value error, ")
    if len(place) > 1 and isinstance(place[1], int) and place[0] in {"measures", "bundles"}:
        place[1] = repr(data[place[0]][place[1]].get("code"))
    head = ".".join(str(p) for p in place)
    return f"{head}: {text}" if head else text
