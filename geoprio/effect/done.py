"""Plan against done: cost, quantity, schedule and effect of each project."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from geoprio._core.errors import InputError
from geoprio._core.files import local_path
from geoprio._core.findings import Findings
from geoprio.sources.parsers import MONEY, Refused, date, money, number, plain
from geoprio.sources.sheets import read_table
from geoprio.sources.tables import as_ids, as_readings, as_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from geoprio.effect.change import Change

HEADINGS: Final = {
    "zone": ("zone_id", "zone id", "片区编号", "zone", "片区", "小区编号", "编号"),
    "measure": ("measure (code)", "measure_code", "措施代码", "measure", "措施", "改造措施", "工程措施", "内容"),
    "year": ("year", "年度", "计划年度", "改造年度"),
    "cost": ("cost", "cost_cny", "cost_yuan", "投资", "投资额", "费用", "造价", "决算"),
    "quantity": ("quantity", "工程量", "数量"),
    "finished": ("finished", "finished_on", "竣工日期", "完工日期", "竣工", "完工"),
    "side": ("side", "face or lining", "面子/里子"),
    "indicator": ("indicator", "指标"),
    "promised": ("promised", "promised_change", "承诺变化", "预期变化"),
}
"""What columns of lists of projects are called, without brackets; a unit in brackets holds for the column."""

NEEDED: Final = {"plan": ("zone", "measure"), "done": ("zone", "measure")}
CLOSE: Final = 0.005
"""Relative difference up to which a quantity is the one that was promised."""

CALENDAR: Final = 1800
"""Years below are counted from the first year of the programme."""

Words = tuple[str, str]

NO_FIRST_YEAR: Final[Words] = (
    "计划的年度从 1 数起；未给出第 1 年是哪一年，工期未比较",
    "years of the plan count from 1; which calendar year that is was not given, so that schedules are not compared",
)


@dataclass(frozen=True)
class PlanDone:
    """Promised projects beside done ones.

    Attributes
    ----------
    projects : DataFrame
        Index (`zone_id`, `measure`); `status` (``done``, ``part``: less than promised, ``under_way``: no date of
        completion, ``not_done``, ``not_planned``); `cost_planned`, `cost_done` (CNY), `cost_change`, `cost_ratio`;
        `quantity_planned`, `quantity_done`, `quantity_change`; `year_planned`, `year_finished`, `years_late`;
        `indicator`, `promised`, `measured` and `kept` of the promised change of an indicator; `rows_planned`,
        `rows_done`; `zone_known`. NaN where a list does not say.
    totals : DataFrame
        Index status, and ``all``; `projects`, `cost_planned`, `cost_done`.
    sides : DataFrame
        The same by face and lining, as the plan names them; no rows where it does not.
    notes : tuple of (zh, en)
    rejects : DataFrame
        Rows and values set aside, with reason and mend.
    """

    projects: pd.DataFrame
    totals: pd.DataFrame
    sides: pd.DataFrame
    notes: tuple[Words, ...]
    rejects: pd.DataFrame


def read_projects(path: Path, role: str, findings: Findings, columns: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Return a list of projects from a CSV or a workbook.

    Parameters
    ----------
    path : Path
    role : {"plan", "done"}
    findings : Findings
        Takes rows and values set aside.
    columns : mapping, optional
        The heading of `zone`, `measure`, `year`, `cost`, `quantity`, `finished`, `indicator` or `promised`; default:
        by names that are known.

    Returns
    -------
    DataFrame
        Index = row; those of the columns that are there: text, `cost` in CNY, `finished` as text such as 2027-05.

    Raises
    ------
    InputError, MissingError
        If the file cannot be read, or zone and measure are not among its columns.
    """
    given = dict(columns or {})
    known = sorted(HEADINGS)
    odd = [f"columns: {name!r} is not one of {', '.join(known)}." for name in given if name not in HEADINGS]
    if odd:
        raise InputError(*odd)
    found = local_path(path.parent, path.name, role)
    table = read_table(
        found, role, findings, wanted=[*given.values(), *(n for names in HEADINGS.values() for n in names)]
    )
    at = _columns(table, given, role, path.name)
    out = pd.DataFrame(index=table.index)
    for name in ("zone", "measure", "side", "indicator"):
        if name in at:
            out[name] = as_ids(table[at[name]])
    for name, heading in at.items():
        if name in {"year", "quantity", "promised"}:
            out[name] = as_readings(table[heading], number, role, heading, findings)["value"]
        elif name == "cost":
            out[name] = as_readings(table[heading], partial(money, factor=_factor(heading)), role, heading, findings)[
                "value"
            ]
        elif name == "finished":
            out[name] = _finished(table[heading], role, findings)
    bare = out["zone"].isna() | out["measure"].isna()
    findings.reject(role, out.index[bare], "zone or measure is missing", "name both, so that the project can be found")
    return out[~bare]


def _columns(table: pd.DataFrame, given: Mapping[str, str], role: str, name: str) -> dict[str, str]:
    """Return the heading of each column that is there."""
    problems = [
        f"[{role}] {name}: no column {heading!r}; there are {', '.join(map(str, table.columns))}."
        for heading in given.values()
        if heading not in table
    ]
    at = dict(given)
    forms = {str(heading): _forms(str(heading)) for heading in table.columns}
    for what, names in HEADINGS.items():
        # A code goes before a name where a list has both.
        fits = [heading for name in names for heading, form in forms.items() if name in form]
        if what not in at and fits:
            at[what] = fits[0]
    lacking = [what for what in NEEDED[role] if what not in at]
    problems += [f"[{role}] {name}: no column for {what}; name one in columns ({what} = …)." for what in lacking]
    if problems:
        raise InputError(*problems)
    return at


def _forms(heading: str) -> tuple[str, str]:
    """Return a heading with and without what stands in brackets."""
    whole = plain(heading).strip().lower()
    return whole, re.sub(r"[(\[].*?[)\]]", "", whole).strip()


def _factor(heading: str) -> float:
    """Return the yuan in the unit of a column: that of its brackets, else 1."""
    found = re.search(r"[(\[](.*?)[)\]]", plain(heading))
    return MONEY.get(found[1].strip(), 1.0) if found else 1.0


def _finished(values: pd.Series, role: str, findings: Findings) -> pd.Series:
    """Return dates as text such as 2027, 2027-05 or 2027-05-31; what is none is missing and in the rejects."""
    text = as_text(values)
    known: dict[str, str] = {}
    for cell in text.dropna().unique():
        try:
            y, m, d = date(cell)
        except Refused:
            continue
        known[cell] = "-".join([f"{y:04d}", *([f"{m:02d}"] if m else []), *([f"{d:02d}"] if m and d else [])])
    odd = text.notna() & ~text.isin(list(known))
    findings.reject(
        role, text.index[odd], "not a date; taken as missing", "give a date such as 2027-05-31",
        column=str(values.name), values=text[odd],
    )  # fmt: skip
    return text.map(known)


def plan_done(
    plan: pd.DataFrame,
    done: pd.DataFrame,
    *,
    change: Change | None = None,
    findings: Findings | None = None,
    first_year: int | None = None,
) -> PlanDone:
    """Return each promised project beside what was done; nothing of either list is lost.

    Parameters
    ----------
    plan, done : DataFrame
        As `read_projects` returns them. Rows of one zone and measure are one project: costs and quantities are added
        up, the last year or date counts.
    change : Change, optional
        For the measured change of the indicator that a promise names.
    findings : Findings, optional
        Of the reading.
    first_year : int, optional
        Calendar year of year 1, where the plan counts its years from 1 as `geoprio plan` does; without it such years
        are not held against dates.
    """
    sides = {"planned": _projects(plan, "year"), "done": _projects(done, "finished")}
    index = sides["planned"].index.union(sides["done"].index, sort=False).set_names(["zone_id", "measure"])
    one, two = (side.reindex(index) for side in sides.values())
    table = pd.DataFrame(index=index)
    for name in ("cost", "quantity"):
        table[f"{name}_planned"], table[f"{name}_done"] = one[name], two[name]
        table[f"{name}_change"] = two[name] - one[name]
    table.insert(3, "cost_ratio", two["cost"] / one["cost"].where(one["cost"] > 0))
    table["year_planned"], table["finished"] = one["year"], two["finished"]
    table["year_finished"] = pd.to_numeric(two["finished"].str[:4]).astype(float)
    counted = table["year_planned"] < CALENDAR
    if first_year is not None:
        table.loc[counted, "year_planned"] += first_year - 1
    table["years_late"] = (table["year_finished"] - table["year_planned"]).where(table["year_planned"] >= CALENDAR)
    table["rows_planned"], table["rows_done"] = (side["rows"].fillna(0).astype(int) for side in (one, two))
    table.insert(0, "status", _status(table, two))
    _promises(table, one, change)
    table["side"] = one["side"].fillna(two["side"])
    notes = _notes(table, sides, change)
    if counted.any() and first_year is None:
        notes = (*notes, NO_FIRST_YEAR)
    sided = table.dropna(subset=["side"])
    by_side = _totals(sided.assign(status=sided["side"])).drop("all") if len(sided) else _totals(sided).iloc[:0]
    return PlanDone(table, _totals(table), by_side.rename_axis("side"), notes, (findings or Findings()).rejects())


def _projects(rows: pd.DataFrame, last: str) -> pd.DataFrame:
    """Return one row for each zone and measure."""
    full = rows.reindex(
        columns=["zone", "measure", "year", "cost", "quantity", "finished", "side", "indicator", "promised"]
    )
    full[["year", "cost", "quantity", "promised"]] = full[["year", "cost", "quantity", "promised"]].astype(float)
    by = full.astype({"finished": "str", "side": "str", "indicator": "str"}).groupby(["zone", "measure"], sort=False)
    found = by[["cost", "quantity"]].sum(min_count=1)
    # A sum over rows of which one is not known would be too small.
    found = found.where(by[["cost", "quantity"]].count().eq(by.size(), axis=0))
    found["year"], found["promised"] = by["year"].max(), by["promised"].first()
    found["finished"] = by["finished"].max()
    found["side"], found["indicator"] = by["side"].first(), by["indicator"].first()
    if last == "finished":
        # A project is finished when all of its rows are.
        found["finished"] = found["finished"].where(by["finished"].count().eq(by.size()))
    # One project has one promise: of several the first counts, and that there are more is told.
    kinds = full[full["promised"].notna()].drop_duplicates(["zone", "measure", "indicator", "promised"])
    told = kinds.groupby(["zone", "measure"], sort=False).size().reindex(found.index, fill_value=0)
    return found.assign(rows=by.size(), promises=told)


def _promise_notes(table: pd.DataFrame, promises: pd.Series, change: Change | None) -> list[Words]:
    """Return what became of promises that cannot be held against anything."""
    notes = []
    several = int((promises > 1).sum())
    if several:
        notes.append((
            f"{several} 个项目有多项不同的承诺，只核对第一项",
            f"{several} projects promise several things, of which the first is checked",
        ))  # fmt: skip
    if change is not None:
        open_ = int((table["promised"].notna() & table["measured"].isna()).sum())
        if open_:
            notes.append((
                f"{open_} 项承诺无从核对：其指标未比较，或该片区前后有一次未知",
                f"{open_} promises cannot be checked: their indicator is not compared, or not known there in both runs",
            ))  # fmt: skip
    return notes


def _status(table: pd.DataFrame, two: pd.DataFrame) -> pd.Series:
    promised, there = table["rows_planned"] > 0, table["rows_done"] > 0
    short = table["quantity_done"] < table["quantity_planned"] * (1 - CLOSE)
    told = np.select(
        [~there, ~promised, two["finished"].isna(), short], ["not_done", "not_planned", "under_way", "part"], "done"
    )
    return pd.Series(told, index=table.index, dtype="str")


def _promises(table: pd.DataFrame, one: pd.DataFrame, change: Change | None) -> None:
    """Add the promised and the measured change of the indicator that each project names."""
    table["indicator"], table["promised"] = one["indicator"], one["promised"]
    measured = np.full(len(table), np.nan)
    kept = pd.Series(pd.NA, index=table.index, dtype="boolean")
    known = pd.Series(pd.NA, index=table.index, dtype="boolean")
    if change is not None:
        pairs = pd.MultiIndex.from_arrays([table.index.get_level_values(0), table["indicator"]])
        found = change.zones["change"]
        measured = found.reindex(pairs).to_numpy(float)
        promised = table["promised"].to_numpy(float)
        both = np.isfinite(measured) & np.isfinite(promised) & (promised != 0)
        reach = np.sign(promised) * (measured - promised) >= -CLOSE * np.abs(promised)
        kept[both] = reach[both]
        known[:] = table.index.get_level_values(0).isin(change.people.index)
    table["measured"], table["kept"], table["zone_known"] = measured, kept, known


def _totals(table: pd.DataFrame) -> pd.DataFrame:
    parts = table.groupby("status")[["cost_planned", "cost_done"]].sum(min_count=1)
    counts = table.groupby("status").size().rename("projects")
    rows = pd.concat([counts, parts], axis=1)
    whole = pd.DataFrame(
        {"projects": [len(table)], **{c: [table[c].sum(min_count=1)] for c in parts}}, index=pd.Index(["all"])
    )
    return pd.concat([rows, whole]).rename_axis("status")


def _notes(table: pd.DataFrame, sides: Mapping[str, pd.DataFrame], change: Change | None) -> tuple[Words, ...]:
    notes = []
    for name, words in (("planned", ("计划", "plan")), ("done", ("完成", "done"))):
        several = int((sides[name]["rows"] > 1).sum())
        if several:
            notes.append((
                f"{words[0]}表中 {several} 个项目有多行，已合并",
                f"{several} projects of the list {words[1]} have several rows, which were added up",
            ))  # fmt: skip
        lacking = int(sides[name]["cost"].isna().sum())
        if lacking:
            notes.append(
                (
                    f"{words[0]}表中 {lacking} 个项目费用未知",
                    f"the cost of {lacking} projects of the list {words[1]} is not known",
                )
            )
    notes += _promise_notes(table, sides["planned"]["promises"], change)
    if change is not None:
        strange = int((~table["zone_known"].fillna(value=True)).sum())
        if strange:
            notes.append(
                (f"{strange} 个项目的片区不在比较之列", f"{strange} projects are in zones that are not compared")
            )
        notes.append((
            "测得的变化是片区的变化，不能都归于该项目：同期的其他改变也在其中",
            "the measured change is the zone's: other things that changed meanwhile are part of it",
        ))  # fmt: skip
    return tuple(notes)
