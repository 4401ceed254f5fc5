"""The tables of a comparison as people read them, and all of it as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from geoprio.effect.difference_words import bilingual
from geoprio.outputs.change.people import measure_title, told_measures
from geoprio.outputs.change.units import UNITS, counted, unit_word
from geoprio.outputs.change.words import category_word, heading, value_word
from geoprio.outputs.translate import in_chinese

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geoprio.effect.change import Change
    from geoprio.effect.done import PlanDone

CODED: Final = ("verdict", "status", "side", "measure", "level", "by")
"""Columns whose cells are codes."""

SOURCES: Final = {"survey": ("居民问卷", "survey"), "plan": ("计划表", "plan"), "done": ("完成表", "done")}
"""Sources of rows that were set aside, in words."""

RANKS: Final = ("before", "after", "data", "weights", "method", "gate", "zones")


def tables(change: Change, done: PlanDone | None = None) -> dict[str, pd.DataFrame]:
    """Return each table of a comparison by its key in `geoprio.outputs.change.words.WORDS`, with codes as column names.

    Empty ones are left out.
    """
    units = pd.Series({code: m.unit for code, m in change.measures.items()}, dtype="str")
    targets = pd.Series({code: m.target for code, m in change.measures.items()}, dtype=float)
    city = change.city.assign(unit=units, target=targets)
    first = ["unit", "before", "after", "change", "verdict", "target"]
    city = city[[*first, *(c for c in city if c not in first)]]
    found = {
        "city": city.reset_index(),
        "zones": _zones(change),
        "groups": change.groups.reset_index(),
        "served": change.served.reset_index(),
        "equity": change.equity.reset_index(),
        "split": change.split.city.reset_index(),
        "split_zones": change.split.zones.dropna(subset=["change"]).reset_index(),
        "sides": change.sides.reset_index(),
        "said": change.said.city.reset_index(),
        "said_groups": change.said.groups.reset_index(),
        "said_zones": change.said.zones.reset_index(),
        "ranges": pd.DataFrame() if change.ranges is None else change.ranges.reset_index(),
    }
    if change.ranks is not None:
        moves = change.ranks.table
        found["ranks"] = moves[[f"rank_{name}" for name in RANKS]].reset_index()
    if done is not None:
        found |= {
            "plan": done.projects.reset_index(),
            "totals": done.totals.reset_index(),
            "plan_sides": done.sides.reset_index(),
            "rejects": done.rejects,
        }
    found["differences"] = pd.DataFrame(
        [{"what": d.code, "verdict": d.verdict, "before": d.before, "after": d.after} for d in change.differences]
    )
    return {key: table for key, table in found.items() if len(table)}


def _zones(change: Change) -> pd.DataFrame:
    """Return the long table with names, without indicators that are told and not valued."""
    table = change.zones.reset_index()
    valued = {code for code, what in change.measures.items() if what.direction}
    table = table[table["code"].isin(valued)]
    if "name" in change.before.zones:
        table.insert(1, "name", change.before.zones["name"].reindex(table["zone_id"]).to_numpy())
    if change.zone_ranges is not None:
        spans = change.zone_ranges.add_prefix("change_")
        table = table.join(spans, on=["zone_id", "code"])
    return table


def in_words(key: str, table: pd.DataFrame, change: Change, number: int) -> tuple[pd.DataFrame, frozenset[str]]:
    """Return a table with words for codes and titles for columns, and which of its columns are shares.

    Parameters
    ----------
    key : str
        Of the table, as in `tables`.
    table : DataFrame
    change : Change
    number : {0, 1}
        Language: zh, en.
    """
    if key == "rejects":
        return rejects_in_words(table, number), frozenset()
    if key == "differences":
        return _differences_in_words(change, number), frozenset()
    out = _measures_in_words(table, change, number) if key == "equity" else table.drop(columns="unit", errors="ignore")
    for name in out.columns:
        coded = name in CODED or str(name).startswith("met_") or (name == "group" and "by" in out)
        if coded and not (key == "plan" and name == "measure"):
            out[name] = pd.Series([_word(v, number) for v in out[name]], index=out.index, dtype=object)
    if "code" in out:
        titles = [change.measures[c].title[number] if c in change.measures else c for c in out["code"]]
        units = [unit_word(change.measures.get(c), change, number) for c in out["code"]]
        if key == "equity":
            units = [UNITS["share"][number] if below else "" for below in out.pop("below")]
        at = list(out.columns).index("code")
        out.insert(at + 1, "indicator", titles)
        out.insert(at + 2, "unit", units)
    if "category" in out:
        out.insert(
            list(out.columns).index("category") + 1,
            "counted_in",
            [counted(change.before.demand[str(c)])[number] for c in out["category"]],
        )
        out["category"] = [category_word(str(c), number) for c in out["category"]]
    names = {
        name: heading("kept_promise" if (key, name) == ("plan", "kept") else str(name), number, change.people_unit)
        for name in out.columns
    }
    return out.rename(columns=names), frozenset(names[c] for c in out.columns if c == "unmatched")


def _measures_in_words(table: pd.DataFrame, change: Change, number: int) -> pd.DataFrame:
    """Return the measures of inequality that mean something, each share below a standard with its standard."""
    keys = told_measures(change).index
    kept = pd.MultiIndex.from_frame(table[["code", "measure"]]).isin(keys)
    out = table[kept].reset_index(drop=True)
    out["below"] = out["measure"] == "below_standard"
    out["measure"] = [
        measure_title(change, str(c), str(m))[number] for c, m in zip(out["code"], out["measure"], strict=True)
    ]
    return out


def _differences_in_words(change: Change, number: int) -> pd.DataFrame:
    """Return in what the runs differ, in words."""
    none = ("无", "none")[number]
    names = [
        [none if side == "none" else bilingual(side)[number] for side in (d.before, d.after)]
        for d in change.differences
    ]
    return pd.DataFrame(
        {
            heading("what", number): [d.reason[number] for d in change.differences],
            heading("verdict", number): [value_word(d.verdict, number) for d in change.differences],
            heading("before", number): [one for one, _ in names],
            heading("after", number): [two for _, two in names],
            heading("mend", number): ["" if d.verdict == "allowed" else d.mend[number] for d in change.differences],
        }
    )


def rejects_in_words(rejects: pd.DataFrame, number: int) -> pd.DataFrame:
    """Return rows and values set aside with reasons and mends in words of the language.

    Parameters
    ----------
    rejects : DataFrame
        Of `geoprio._core.findings.Findings.rejects`.
    number : {0, 1}
        Language: zh, en. Sentences whose translation is not known stay English.
    """
    out = rejects.copy()
    for name in ("reason", "mend"):
        if name in out and number == 0:
            out[name] = [in_chinese(text) or text if isinstance(text, str) else text for text in out[name]]
    if "source" in out:
        out["source"] = [_source(str(text), number) for text in out["source"]]
    # Places are told of points alone, and nothing here is one.
    out = out.drop(columns=[c for c in ("lon", "lat") if c in out and out[c].isna().all()])
    return out.rename(columns={str(c): heading(str(c), number) for c in out})


def _source(role: str, number: int) -> str:
    """Return the source of a row in words, with the name of its wave where it has one."""
    first, _, wave = role.partition(" ")
    return f"{SOURCES[first][number]} {wave}".strip() if first in SOURCES else role


def _word(value: object, number: int) -> object:
    if pd.isna(value):  # type: ignore[call-overload]  # a cell, never an array
        return None
    return value_word(bool(value) if isinstance(value, np.bool_) else value, number)


def plain(change: Change, done: PlanDone | None = None) -> dict[str, Any]:
    """Return all of a comparison as data for JSON; None where something is not known."""
    found: dict[str, Any] = {
        "before": _run(change.before),
        "after": _run(change.after),
        "indicators": [
            {"code": m.code, "title_zh": m.title[0], "title_en": m.title[1], "unit": m.unit, "direction": m.direction,
             "target": m.target, "weight": m.weight}
            for m in change.measures.values()
        ],
        "people_unit": change.people_unit,
        "zones_compared": len(change.people),
        "added": list(change.added),
        "removed": list(change.removed),
        "boundary_changed": change.boundary_changed,
        "differences": [
            {"code": d.code, "verdict": d.verdict, "before": d.before, "after": d.after,
             "reason_zh": d.reason[0], "reason_en": d.reason[1], "mend_zh": d.mend[0], "mend_en": d.mend[1]}
            for d in change.differences
        ],
        "notes": [{"zh": zh, "en": en} for zh, en in change.notes],
    }  # fmt: skip
    found |= {key: rows(table) for key, table in tables(change, done).items() if key != "differences"}
    if change.ranks is not None:
        found["entered"], found["left"] = list(change.ranks.entered), list(change.ranks.left)
    if done is not None:
        found["plan_notes"] = [{"zh": zh, "en": en} for zh, en in done.notes]
    return found


def _run(run: Any) -> dict[str, Any]:  # noqa: ANN401 - a FinishedRun; its type is only for checking
    return {
        "name": run.name,
        "project": run.project["project"]["name"],
        "version": run.version,
        "crs": run.crs,
        "unverified": list(run.unverified),
        "scenario": run.scenario or None,
        "inputs": list(run.inputs),
    }


def rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as plain data, None where something is missing."""
    clean: Mapping[str, list[Any]] = {
        str(name): [None if pd.isna(v) else v.item() if isinstance(v, np.generic) else v for v in table[name]]
        for name in table.columns
    }
    return [dict(zip(clean, row, strict=True)) for row in zip(*clean.values(), strict=True)]
