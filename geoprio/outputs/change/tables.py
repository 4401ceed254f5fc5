"""The tables of a comparison as people read them, and all of it as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from geoprio.outputs.change.words import category_word, heading, value_word

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geoprio.effect.change import Change
    from geoprio.effect.done import PlanDone

CODED: Final = ("verdict", "status", "side", "measure", "level", "by")
"""Columns whose cells are codes."""

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
    out = table.copy()
    for name in out.columns:
        coded = name in CODED or str(name).startswith("met_") or (name == "group" and "by" in out)
        if coded and not (key == "plan" and name == "measure"):
            out[name] = pd.Series([_word(v, number) for v in out[name]], index=out.index, dtype=object)
    if "code" in out:
        titles = [change.measures[c].title[number] if c in change.measures else c for c in out["code"]]
        out.insert(list(out.columns).index("code") + 1, "indicator", titles)
    if "category" in out:
        out["category"] = [category_word(str(c), number) for c in out["category"]]
    names = {
        name: heading("kept_promise" if (key, name) == ("plan", "kept") else str(name), number) for name in out.columns
    }
    return out.rename(columns=names), frozenset(names[c] for c in out.columns if c == "unmatched")


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
