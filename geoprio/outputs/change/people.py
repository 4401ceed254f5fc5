"""Sections on people: who was newly served, how groups fare, and how evenly it is spread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from geoprio.effect.groups import UNKNOWN as OUTSIDE
from geoprio.outputs.change.layout import Cell, Section, heads, moved_cells, said, title_cell, unchanged, verdict_cell
from geoprio.outputs.change.page_words import PAGE_WORDS
from geoprio.outputs.change.units import NONE, UNKNOWN, amount, counted, target_word
from geoprio.outputs.change.words import VALUES, WORDS, category_word

if TYPE_CHECKING:
    import pandas as pd

    from geoprio.effect.change import Change
    from geoprio.outputs.change.units import Pair, Text

OPEN_GROUPS: Final = 9
"""Rows of groups that are not folded."""
GROUPS: Final = {"people": 0, "district": 1, "zone_type": 2}
"""Order of what people are grouped by."""
MAIN: Final = {("distance_m", "below_standard"), ("distance_m", "gini"), ("covered_share", "erreygers")}
"""Measures of inequality that are not folded, by what of a category they are of."""
SMALLEST: Final = 0.0005
"""Measures of inequality are told with three decimals; what changes by less is told as unchanged."""


def served_section(change: Change) -> Section:
    """Return who gained and who lost coverage."""
    names = ("gained", "lost", "kept", "without", "unknown")
    rows = [
        [Cell((category_word(str(c), 0), category_word(str(c), 1))), Cell(counted(change.before.demand[str(c)])),
         *(Cell(f"{row[n]:,.0f}") for n in names)]
        for c, row in change.served.iterrows()
    ]  # fmt: skip
    head = heads("category", "counted_in", *names, text=("category", "counted_in"))
    return Section("served", WORDS["served"], head, rows, hints=[PAGE_WORDS["served_hint"]])


def groups_section(change: Change) -> Section:
    """Return coverage and priority by group, the first rows open."""
    rows = []
    keys = sorted(change.groups.index, key=lambda key: GROUPS.get(str(key[0]), len(GROUPS)))
    for key in keys:
        by, group, code = (str(part) for part in key)
        if not code.endswith("_covered_share") and code != "priority":
            continue
        row = change.groups.loc[key]
        unit = change.measures[code].unit if code in change.measures else "share"
        own = by == "district" and group != OUTSIDE
        known: Text = group if own else VALUES.get(group, group)
        kind = group if by == "people" else change.people_unit
        rows.append([
            Cell(known, small=VALUES[by]), title_cell(change, code), *moved_cells(row["before"], row["after"], unit),
            verdict_cell(str(row["verdict"])), Cell(amount(row["people"], kind)),
        ])  # fmt: skip
    text = ("group", "indicator", "verdict")
    head = heads("group", "indicator", "before_after", "change", "verdict", "size", text=text)
    return Section("groups", WORDS["groups"], head, rows[:OPEN_GROUPS], rows[OPEN_GROUPS:])


def told_measures(change: Change) -> pd.DataFrame:
    """Return the measures of inequality that mean something: known in both runs, and held against a real standard."""
    table = change.equity
    kept = table["before"].notna() & table["after"].notna()
    for key in table.index[kept]:
        what = change.measures[str(key[0])]
        if key[1] == "below_standard" and what.unit == "share" and (what.target or 0.0) >= 1:
            kept[key] = False
    return table[kept]


def measure_title(change: Change, code: str, measure: str) -> Pair:
    """Return a measure of inequality in words; a share below a standard names the standard."""
    zh, en = VALUES[measure]
    if measure != "below_standard" or code not in change.measures:
        return zh, en
    what = change.measures[code]
    limit, who = target_word(what), counted(change.before.demand.get(what.category, "population"))
    return f"{who[0]}中未达标准（{limit[0]}）的比例", f"share of {who[1]} below the standard ({limit[1]})"


def equity_section(change: Change) -> Section:
    """Return how evenly access is spread; the main measures open, the others folded."""
    table = told_measures(change)
    still = table["change"].abs() < SMALLEST
    same = [str(code) for code, part in still.groupby(level="code", sort=False) if part.all()]
    rows: list[list[Cell]] = []
    more: list[list[Cell]] = []
    for key, row in table.iterrows():
        code, measure = (str(part) for part in (key if isinstance(key, tuple) else (key,)))
        if code in same:
            continue
        unit = "share" if measure == "below_standard" else "index"
        cells = [title_cell(change, code), Cell(measure_title(change, code, measure))]
        kind = code.removeprefix(f"{change.measures[code].category}_")
        (rows if (kind, measure) in MAIN else more).append([*cells, *moved_cells(row["before"], row["after"], unit)])
    if not rows:
        rows, more = more, []
    head = heads("indicator", "measure", "before_after", "change", text=("indicator", "measure"))
    hints = [*equity_hints(change), *unchanged([change.measures[code].title for code in same])]
    return Section("equity", WORDS["equity"], head if rows else [], rows, more, hints)


def equity_hints(change: Change) -> list[Pair]:
    """Return how the measures of inequality are to be read."""
    ranked = said("ranked_column", name=change.ranked_by)
    if change.ranked_by == "priority":
        measured = set(change.equity.index.get_level_values("code"))
        inside = [change.measures[c].title for c, w in change.before.weights.items() if w > 0 and c in measured]
        zh, en = PAGE_WORDS["ranked_circular" if inside else "ranked_priority"]
        names = "、".join(t[0] for t in inside), ", ".join(t[1] for t in inside)
        ranked = zh.format(names=names[0]), en.format(names=names[1])
    elif not change.ranked_by:
        ranked = PAGE_WORDS["ranked_value"]
    return [*(PAGE_WORDS[k] for k in ("equity_hint", "palma_hint", "standard_hint")), ranked]


def reach_cells(change: Change, code: str) -> Cell:
    """Return how many are newly covered and no longer covered, for a covered share; blank for all else."""
    what = change.measures[code]
    if code != f"{what.category}_covered_share" or what.category not in change.served.index:
        return Cell(NONE)
    row, kind = change.served.loc[what.category], change.before.demand[what.category]
    texts = [f"{row[n]:,.0f}" if np.isfinite(row[n]) else UNKNOWN[1] for n in ("gained", "lost")]
    return Cell(" / ".join(texts), small=counted(kind))
