"""Sources of funding: budgets, what they may pay for, how much of it, and what has to come back."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal, Self

import numpy as np
import pandas as pd
from pydantic import Field, field_validator, model_validator

from geoprio._core.errors import InputError
from geoprio._core.typing import Bools, Floats, Ints
from geoprio.programme.conditions import Condition, Frozen, meets
from geoprio.programme.finance import annuity_factor
from geoprio.programme.measures import CODE_PATTERN, Catalog, Grade, Party
from geoprio.programme.money import FEN, MOST_FEN, Yuan, fen

RESERVED = ("gross", "saving", "cost")
"""Codes that no source has: columns of what is done are called so."""


class Kind(Frozen):
    """A kind of source, as renewal projects report their money."""

    zh: str
    en: str
    party: Party
    level: Literal["central", "province", "city", "society", "other"]


@cache
def source_kinds() -> Mapping[str, Kind]:
    """Return the kinds of sources by code, in the order of the file that comes with geoprio."""
    text = files("geoprio.programme").joinpath("kinds.toml").read_text(encoding="utf-8")
    return MappingProxyType({code: Kind.model_validate(kind) for code, kind in tomllib.loads(text)["kinds"].items()})


class Repayment(Frozen):
    """How a loan or bond is paid back: equal yearly payments after the years of grace, whose interest is added up."""

    rate: float = Field(ge=0, le=1)
    """Interest a year."""
    years: int = Field(ge=1, le=60)
    """Years of payments."""
    grace_years: int = Field(default=0, ge=0, le=20)
    by: Literal["budget", "income"]
    """Paid by government's budget; or by what the measure earns, which then bounds the sum."""
    cover: float = Field(default=1.0, ge=1)
    """Income is at least so many times the payment."""
    service_limit_cny: Yuan | None = Field(default=None, gt=0)
    """Most that the payments of a year may come to, when all years' loans run; only where the budget pays."""

    @model_validator(mode="after")
    def _limit_needs_budget(self) -> Self:
        if self.by == "income" and self.service_limit_cny is not None:
            raise ValueError("service_limit_cny bounds what the budget pays; income bounds itself through cover")
        return self

    @property
    def payment(self) -> float:
        """Yearly payment for each yuan borrowed."""
        return (1 + self.rate) ** self.grace_years / annuity_factor(self.rate, self.years)


class Concession(Frozen):
    """An operator who builds and runs for the users' fees alone, and wants a return (user-pays concession)."""

    required_return: float = Field(ge=0, le=1)
    """Least yearly return on what the operator puts in."""
    years: int = Field(ge=1, le=40)
    """Years of operation; at most 40 (rules of 2024 as press reports quote them)."""


class ShareRule(Frozen):
    """Shares of some measures or grades that differ from the source's own."""

    measures: tuple[str, ...] = ()
    grades: tuple[Grade, ...] = ()
    min_share: float | None = Field(default=None, ge=0, le=1)
    max_share: float | None = Field(default=None, ge=0, le=1)

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        if not (self.measures or self.grades):
            raise ValueError("name measures or grades")
        return self


class Source(Frozen):
    """Money of one giver, with its rules. A share is of the cost of one measure in one zone."""

    code: str = Field(pattern=CODE_PATTERN)
    title_zh: str = Field(min_length=1)
    title_en: str = Field(min_length=1)
    kind: str
    """One of `source_kinds`."""
    budget_cny: tuple[Yuan, ...] | None = None
    """Yuan for each year, or one for every year; none: no limit. Text such as "2000万" is read."""
    carry_over: bool = False
    """Whether what a year leaves can be spent later."""
    measures: tuple[str, ...] = ()
    """What it may pay for; with `grades`, either; both empty: everything."""
    grades: tuple[Grade, ...] = ()
    eligible: tuple[Condition, ...] = ()
    """Zones that it is for; where that is unknown it does not pay."""
    min_share: float = Field(default=0.0, ge=0, le=1)
    """It has to bear at least this share of everything that it may pay for, such as the residents' minimum."""
    max_share: float = Field(default=1.0, ge=0, le=1)
    shares: tuple[ShareRule, ...] = ()
    """Other shares by measure or grade; of several the first that fits holds."""
    max_per_unit_cny: Yuan | None = Field(default=None, gt=0)
    """Most for each unit of the measure, before savings of bundles."""
    max_per_dwelling_cny: Yuan | None = Field(default=None, gt=0)
    """Most for each dwelling of the zone, measure by measure."""
    not_with: tuple[str, ...] = ()
    """Sources that do not pay for the same measure in the same zone."""
    repayment: Repayment | None = None
    concession: Concession | None = None

    @field_validator("budget_cny", mode="before")
    @classmethod
    def _one_or_more(cls, budget: object) -> object:
        return (budget,) if isinstance(budget, int | float | str) else budget

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.kind not in source_kinds():
            raise ValueError(f"kind {self.kind!r} is not known; known are {', '.join(source_kinds())}")
        if self.min_share > self.max_share:
            raise ValueError("min_share is above max_share")
        if self.budget_cny is not None and (not self.budget_cny or min(self.budget_cny) < 0):
            raise ValueError("budget_cny has a number of 0 or more for each year")
        if self.repayment and self.concession:
            raise ValueError("a concession is not paid back; give repayment or concession")
        if self.code in self.not_with:
            raise ValueError("not_with names the source itself")
        return self

    @property
    def party(self) -> Party:
        """Who gives: residents, enterprises or government."""
        return source_kinds()[self.kind].party

    @property
    def by_income(self) -> bool:
        """Whether what a measure earns has to pay for it."""
        return self.concession is not None or (self.repayment is not None and self.repayment.by == "income")

    def budgets_fen(self, years: int) -> Ints | None:
        """Return the budget of each year in fen, shape (years,); None without a limit.

        Raises
        ------
        InputError
            If there are neither one nor `years` budgets.
        """
        if self.budget_cny is None:
            return None
        if len(self.budget_cny) not in {1, years}:
            raise InputError(
                f"source {self.code!r} has {len(self.budget_cny)} budgets for {years} years; give 1 or {years}."
            )
        return np.broadcast_to(fen(np.array(self.budget_cny), f"source {self.code!r}"), years).copy()

    def share_of(self, code: str, grade: Grade) -> tuple[float, float]:
        """Return the least and the largest share of a measure's cost.

        Raises
        ------
        InputError
            If the least is above the largest.
        """
        rule = next((r for r in self.shares if code in r.measures or grade in r.grades), None)
        low = self.min_share if rule is None or rule.min_share is None else rule.min_share
        high = self.max_share if rule is None or rule.max_share is None else rule.max_share
        if low > high:
            raise InputError(
                f"source {self.code!r}: min_share {low:g} of measure {code!r} is above max_share {high:g}."
            )
        return low, high

    def pays_for(self, code: str, grade: Grade) -> bool:
        """Return whether it may pay for a measure at all."""
        return not (self.measures or self.grades) or code in self.measures or grade in self.grades


@dataclass(frozen=True)
class Limits:
    """What each source may and must give to each candidate; arrays of shape (items, sources).

    Attributes
    ----------
    allowed : ndarray of bool
    low, high : ndarray of float
        Least and largest share of the cost after savings.
    cap_fen : ndarray of int64
        Most in fen whatever the share; `MOST_FEN` without such a limit.
    """

    allowed: Bools
    low: Floats
    high: Floats
    cap_fen: Ints


def check_sources(sources: tuple[Source, ...], catalog: Catalog, years: int) -> None:
    """Check that codes are unique and that everything that a source names is there.

    Raises
    ------
    InputError
        With one line for each problem.
    """
    codes = [s.code for s in sources]
    problems = [f"source {c!r} stands there more than once." for c in sorted({c for c in codes if codes.count(c) > 1})]
    for source in sources:
        source.budgets_fen(years)
        named = (*source.measures, *(m for rule in source.shares for m in rule.measures))
        problems += [
            f"source {source.code!r} names the measure {m!r}, which is not there."
            for m in named
            if m not in catalog.codes
        ]
        problems += [
            f"source {source.code!r}: not_with names {c!r}, which is no source."
            for c in source.not_with
            if c not in codes
        ]
    problems += [
        f"source {c!r}: the lists have a column of this name; call it otherwise." for c in codes if c in RESERVED
    ]
    if not sources:
        problems.append("a programme needs at least one source of funding.")
    if problems:
        raise InputError(*problems)


def limits(sources: tuple[Source, ...], catalog: Catalog, zones: pd.DataFrame, items: pd.DataFrame) -> Limits:
    """Return what each source may and must give to each candidate.

    Parameters
    ----------
    sources : tuple of Source
    catalog : Catalog
    zones : DataFrame
    items : DataFrame
        Columns `zone` (row in `zones`), `measure_no`, `quantity`, `cost_fen`, `dwellings`, `running_fen`, `income_fen`.

    Raises
    ------
    InputError
        If a condition names a column that is not there, or dwellings are needed and missing.
    """
    shape = (len(items), len(sources))
    allowed, low, high = np.zeros(shape, bool), np.zeros(shape), np.zeros(shape)
    cap = np.full(shape, MOST_FEN, np.int64)
    measure = items["measure_no"].to_numpy(int)
    for s, source in enumerate(sources):
        holds, _ = meets(source.eligible, zones, f"source {source.code!r}")
        pays = np.array([source.pays_for(m.code, m.grade) for m in catalog.measures], bool)
        shares = np.array([source.share_of(m.code, m.grade) for m in catalog.measures], float)
        allowed[:, s] = holds[items["zone"].to_numpy(int)] & pays[measure]
        low[:, s] = np.where(allowed[:, s], shares[measure, 0], 0.0)
        high[:, s] = np.where(allowed[:, s], shares[measure, 1], 0.0)
        cap[:, s] = np.where(allowed[:, s], _cap(source, items), 0)
    allowed &= (high > 0) & (cap > 0) | (low > 0)
    return Limits(allowed, low, high, cap)


def _cap(source: Source, items: pd.DataFrame) -> Ints:
    """Most that a source gives to each item in fen, shape (items,)."""
    cap = np.full(len(items), float(MOST_FEN))
    if source.max_per_unit_cny is not None:
        cap = np.minimum(cap, np.floor(source.max_per_unit_cny * FEN * items["quantity"].to_numpy(float)))
    if source.max_per_dwelling_cny is not None:
        dwellings = items["dwellings"].to_numpy(float)
        if np.isnan(dwellings).any():
            zone = items["zone_id"].iloc[int(np.argmax(np.isnan(dwellings)))]
            raise InputError(
                f"source {source.code!r}: max_per_dwelling_cny needs dwellings, and zone {zone!r} has none known."
            )
        cap = np.minimum(cap, np.floor(source.max_per_dwelling_cny * FEN * dwellings))
    if source.by_income:
        net = np.maximum(items["income_fen"].to_numpy(float) - items["running_fen"].to_numpy(float), 0.0)
        cap = np.minimum(cap, np.floor(net * income_backs(source)))
    whole: Ints = np.clip(cap, 0, MOST_FEN).astype(np.int64)
    return whole


def income_backs(source: Source) -> float:
    """Return how many yuan can be put in for each yuan of net income a year.

    A concession: the present value of its years at the required return, income beginning a year after the money. A
    loan paid by income: what its payments come to, `cover` times over.
    """
    if source.concession:
        return annuity_factor(source.concession.required_return, source.concession.years)
    if source.repayment is None:
        return 0.0
    return 1.0 / (source.repayment.payment * source.repayment.cover)


def conflicts(sources: tuple[Source, ...]) -> Bools:
    """Return which sources never pay for the same item, shape (sources, sources): `not_with` both ways.

    Two sources that live off the same income exclude each other, too: it can be pledged once.
    """
    codes = [s.code for s in sources]
    apart = np.zeros((len(codes), len(codes)), bool)
    for a, source in enumerate(sources):
        for b, other in enumerate(sources):
            apart[a, b] = a != b and (other.code in source.not_with or (source.by_income and other.by_income))
    return apart | apart.T


def maximal_groups(joined: Bools) -> list[tuple[int, ...]]:
    """Return all largest groups whose members are all joined pairwise, sorted (Bron and Kerbosch 1973, with a pivot).

    Parameters
    ----------
    joined : ndarray of bool, shape (n, n)
        Symmetric; the diagonal does not count.
    """
    friends = [set(np.flatnonzero(row).tolist()) - {k} for k, row in enumerate(joined)]
    found: list[tuple[int, ...]] = []

    def grow(group: set[int], open_: set[int], done: set[int]) -> None:
        """Add every largest group that holds `group`, some of `open_` and none of `done`."""
        if not open_ and not done:
            found.append(tuple(sorted(group)))
            return
        pivot = max(open_ | done, key=lambda k: len(friends[k] & open_))
        for k in sorted(open_ - friends[pivot]):
            grow(group | {k}, open_ & friends[k], done & friends[k])
            open_ = open_ - {k}
            done = done | {k}

    if friends:
        grow(set(), set(range(len(friends))), set())
    return sorted(found)
