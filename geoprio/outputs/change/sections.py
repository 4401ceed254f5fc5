"""What the report of a comparison shows, section by section."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from geoprio.outputs.change.drawings import bars, dumbbell
from geoprio.outputs.change.layout import (
    Cell,
    Head,
    Section,
    heads,
    moved_cells,
    said,
    said_of,
    title_cell,
    unchanged,
    verdict_cell,
)
from geoprio.outputs.change.page_words import PAGE_WORDS
from geoprio.outputs.change.people import equity_section, groups_section, reach_cells, served_section
from geoprio.outputs.change.units import NONE, amount, counted, figure, measure_word, places_of, span, target_word
from geoprio.outputs.change.words import VALUES, WORDS, category_word

if TYPE_CHECKING:
    from geoprio.effect.change import Change
    from geoprio.effect.done import PlanDone
    from geoprio.outputs.change.units import Pair, Text

MOST: Final = 20
"""Rows of the zones that changed most, each way."""
OPEN: Final = 5
"""Of them those that are not folded."""
MOST_PROJECTS: Final = 200
MAIN: Final = ("covered_share", "distance_m")
"""Indicators of a category that are not folded, beside the priority."""
SPAN: Final = ("low", "high")
EXACT: Final = 5e-7
"""What is smaller is a matter of rounding: files keep nine digits."""
ZONES_MOVED: Final = Head(("片区 好转/变差", "zones better / worse"))


def what_if(change: Change) -> bool:
    """Return whether nothing but a scenario tells the runs apart."""
    runs = (change.before, change.after)
    return any(run.scenario for run in runs) and {d.code for d in change.differences} <= {"scenario"}


def top_counts(change: Change) -> list[tuple[str, Pair]]:
    """Return the figures at the top: number, and what it counts."""
    counts = [(f"{len(change.people):,}", PAGE_WORDS["compared"])]
    if "priority" in change.city.index:
        row = {str(name): value for name, value in change.city.loc["priority"].items()}
        counts += [(f"{row[f'zones_{v}']:,}", PAGE_WORDS[v]) for v in ("better", "worse")]
    for category in change.served.index:
        kind = change.before.demand[str(category)]
        for key in ("gained", "lost"):
            if not change.served.loc[category, key]:
                continue
            words = tuple(
                text.format(unit=measure_word(kind), who=counted(kind)[k], what=category_word(str(category), k))
                for k, text in enumerate(PAGE_WORDS[key])
            )
            counts.append((f"{change.served.loc[category, key]:,.0f}", (words[0], words[1])))
    return counts


def sections(change: Change, done: PlanDone | None) -> list[Section]:
    """Return the sections of the page; those without anything to tell are left out."""
    found = [_notes(change), _city(change), served_section(change), groups_section(change), equity_section(change)]
    found += [_split(change), _ranges(change), _said(change), _zones(change), _sides(change), _plan(done)]
    return [s for s in found if s.rows or s.notes or s.key == "city"]


def _notes(change: Change) -> Section:
    tag = WORDS["note"]
    cause = PAGE_WORDS["what_if_hint" if what_if(change) else "cause_hint"]
    computed = [PAGE_WORDS[k] for k in ("interval_hint", "ranges_lacking" if change.ranges is None else "ranges_there")]
    interval = ("".join(c[0] for c in computed), " ".join(c[1] for c in computed))
    return Section("notes", WORDS["notes"], notes=[(tag, note) for note in (*change.notes, cause, interval)])


def _city(change: Change) -> Section:
    rows: list[list[Cell]] = []
    more: list[list[Cell]] = []
    same = []
    for code in sorted(change.city.index, key=lambda c: c != "priority"):
        row, what = change.city.loc[code], change.measures[str(code)]
        if not what.direction:
            continue
        if not row["zones_better"] + row["zones_worse"] and row["verdict"] in {"same", "unknown"}:
            same.append(what.title)
            continue
        main = code == "priority" or code.removeprefix(f"{what.category}_") in MAIN
        (rows if main else more).append(_city_row(change, str(code)))
    who = change.people_unit
    people = (f"好转/变差片区的{counted(who)[0]}", f"{counted(who)[1]} of zones better / worse")
    head = [Head(WORDS["indicator"], figure=False), Head(PAGE_WORDS["plot"], figure=False),
            *heads("before_after", "change"), Head(WORDS["verdict"], figure=False), ZONES_MOVED,
            Head(("新覆盖 / 失去覆盖", "newly / no longer covered")), Head(people),
            Head(PAGE_WORDS["on_target"])]  # fmt: skip
    if not rows:
        rows, more = more, []
    hints = [said_of("city_hint", who), *unchanged(same)]
    return Section("city", WORDS["city"], head if rows else [], rows, more, hints)


def _city_row(change: Change, code: str) -> list[Cell]:
    row, what = change.city.loc[code].to_dict(), change.measures[code]
    kind = change.before.demand.get(what.category, "")
    met = Cell(NONE)
    if row["with_target"]:
        texts = (int(row["met_before"]), int(row["met_after"]), int(row["with_target"]))
        met = Cell("{} → {} / {}".format(*texts), small=target_word(what))
    drawn = dumbbell(row["before"], row["after"], str(row["verdict"]), what.unit)
    return [
        title_cell(change, code), Cell(plot=drawn), *moved_cells(row["before"], row["after"], what.unit, kind),
        verdict_cell(str(row["verdict"])),
        Cell(f"{int(row['zones_better'])} / {int(row['zones_worse'])}"), reach_cells(change, code),
        Cell(f"{row['people_better']:,.0f} / {row['people_worse']:,.0f}"), met,
    ]  # fmt: skip


def _split(change: Change) -> Section:
    rows, same = [], []
    for code, row in change.split.city.iterrows():
        what = change.measures.get(str(code))
        unit = what.unit if what else ""
        if what is not None and not (row[["change", "supply", "demand"]].abs() > EXACT).any():
            same.append(what.title)
            continue
        rows.append([
            title_cell(change, str(code)),
            Cell(plot=bars(row["supply"], row["demand"], what.direction if what else 0)),
            *(Cell(figure(row[n], unit, change=True)) for n in ("change", "supply", "demand")),
        ])  # fmt: skip
    head = [
        Head(WORDS["indicator"], figure=False),
        Head(PAGE_WORDS["parts"], figure=False),
        *heads("change", "supply", "demand"),
    ]
    return Section(
        "split", WORDS["split"], head if rows else [], rows, hints=[PAGE_WORDS["split_hint"], *unchanged(same)]
    )


def _ranges(change: Change) -> Section:
    if change.ranges is None or change.ranges.empty:
        return Section("ranges", WORDS["ranges"])
    rows = []
    for code, row in change.ranges.iterrows():
        if abs(row["change"]) <= EXACT and row["high"] - row["low"] <= EXACT:
            continue
        what = change.measures.get(str(code))
        unit, kind = (what.unit, change.before.demand.get(what.category, "")) if what else ("", "")
        places = places_of(row["low"], row["high"], unit)
        told = [figure(row[n], unit, change=True, kind=kind, places=places) for n in ("change", *SPAN)]
        rows.append([title_cell(change, str(code)), *(Cell(text) for text in told)])
    hint = said("ranges_hint", n=str(int(change.ranges["variants"].max())))
    return Section("ranges", WORDS["ranges"], heads("indicator", "change", *SPAN, text=("indicator",)), rows,
                   hints=[hint])  # fmt: skip


def _said(change: Change) -> Section:
    rows = []
    for key, row in change.said.city.iterrows():
        question, need = key if isinstance(key, tuple) else (key, "")
        part = change.said.zones
        part = part[(part.index.get_level_values(0) == question) & (part.index.get_level_values(1) == need)]
        sure = [int((part["verdict"] == v).sum()) for v in ("up", "down")]
        few, unit = row["verdict"] == "few", "share" if row["unit"] == "share" else "score"
        places = places_of(row["before"], row["after"], unit)
        title: Text = str(row["title"]) if unit == "share" else ("均分", "mean score")
        rows.append([
            Cell(title, small=str(question)), *moved_cells(row["before"], row["after"], unit),
            Cell("" if few else span(row["low"], row["high"], unit, places)), Cell(VALUES[str(row["verdict"])]),
            Cell("" if few else f"{row['n_before']:,.0f} / {row['n_after']:,.0f}"), Cell(f"{sure[0]} / {sure[1]}"),
        ])  # fmt: skip
    names = ("need", "before_after", "change", "interval_points", "verdict")
    head = [*heads(*names, text=("need", "verdict")),
            Head(("份数 前/后", "answers before / after")), Head(("片区 上升/下降", "zones up / down"))]  # fmt: skip
    return Section("said", WORDS["said"], head, rows[:MOST], rows[MOST:], [PAGE_WORDS["said_hint"]])


def _zones(change: Change) -> Section:
    valued = [m for m in change.measures.values() if m.direction]
    what = next((m for m in valued if m.code == "priority"), valued[0] if valued else None)
    if what is None:
        return Section("zones", WORDS["zones"])
    table = change.zones.xs(what.code, level="code")
    order = (table["change"] * what.direction).sort_values(kind="stable").index
    moved = table.loc[order]
    sides = [moved[moved["verdict"] == "better"].head(MOST), moved[moved["verdict"] == "worse"].tail(MOST)[::-1]]
    names = change.before.zones.get("name", pd.Series(dtype="str")).fillna("")

    def row_of(zone: str, row: pd.Series) -> list[Cell]:
        """Return the cells of a zone: name, value before and after, change, verdict, who lives there."""
        kind = change.before.demand.get(what.category, "")
        return [
            Cell(str(names.get(zone, "")) or zone, small=zone),
            *moved_cells(row["before"], row["after"], what.unit, kind),
            verdict_cell(str(row["verdict"])),
            Cell(amount(change.people.get(zone, np.nan), change.people_unit)),
        ]

    drawn = [[row_of(str(zone), row) for zone, row in side.iterrows()] for side in sides]
    title = (f"{WORDS['zones'][0]}：{what.title[0]}", f"{WORDS['zones'][1]}: {what.title[1]}")
    head = heads("name", "before_after", "change", "verdict", "people", text=("name", "verdict"),
                 kind=change.people_unit)  # fmt: skip
    shown = [row for side in drawn for row in side[:OPEN]]
    folded = [row for side in drawn for row in side[OPEN:]]
    return Section("zones", title, head, shown, folded, [PAGE_WORDS["zones_hint"]])


def _sides(change: Change) -> Section:
    moved = change.sides[(change.sides["zones_better"] + change.sides["zones_worse"]) > 0]
    rows = [
        [Cell(VALUES[row["side"]]), title_cell(change, str(code)),
         *moved_cells(row["before"], row["after"], "share"),
         Cell(f"{int(row['zones_better'])} / {int(row['zones_worse'])}")]
        for code, row in moved.iterrows()
    ]  # fmt: skip
    head = [*heads("side", "indicator", "before_after", "change", text=("side", "indicator")), ZONES_MOVED]
    same = [change.measures[str(code)].title for code in change.sides.index.difference(moved.index, sort=False)]
    return Section("sides", WORDS["sides"], head, rows, hints=unchanged(same))


def _plan(done: PlanDone | None) -> Section:
    if done is None:
        return Section("plan", WORDS["plan"])
    names = (
        "cost_planned",
        "cost_done",
        "quantity_planned",
        "quantity_done",
        "year_planned",
        "years_late",
        "promised",
        "measured",
    )
    rows = []
    for key, row in done.projects.head(MOST_PROJECTS).iterrows():
        zone, measure = (str(part) for part in (key if isinstance(key, tuple) else (key, "")))
        told = [
            Cell("" if pd.isna(row[n]) else f"{row[n]:.0f}" if n == "year_planned" else figure(row[n])) for n in names
        ]
        rows.append([Cell(str(zone)), Cell(str(measure)), Cell(VALUES[row["status"]]), *told])
    left = len(done.projects) - len(rows)
    hints = [PAGE_WORDS["plan_hint"]]
    if left:
        hints.append((PAGE_WORDS["more"][0].format(n=left), PAGE_WORDS["more"][1].format(n=left)))
    text = ("zone_id", "measure", "status")
    head = heads("zone_id", "measure", "status", *names, text=text)
    head[1] = Head(("措施", "measure"), figure=False)
    notes: list[tuple[Text, Text]] = [(WORDS["note"], note) for note in done.notes]
    return Section("plan", WORDS["plan"], head, rows[:MOST], rows[MOST:], hints, notes)
