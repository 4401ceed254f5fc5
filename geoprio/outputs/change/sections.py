"""What the report of a comparison shows, section by section."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from markupsafe import Markup

from geoprio.effect.groups import UNKNOWN
from geoprio.outputs.change.words import PAGE_WORDS, VALUES, WORDS, category_word, heading

if TYPE_CHECKING:
    from geoprio.effect.change import Change
    from geoprio.effect.done import PlanDone

Pair = tuple[str, str]
Text = str | Pair

MOST: Final = 20
"""Rows of the zones that changed most, each way."""
MOST_PROJECTS: Final = 200
SPAN: Final = ("change", "low", "high")
ROUNDING: Final = 5e-7
"""What is smaller is a matter of rounding (files keep nine digits), and shown as 0."""
NAMED: Final = 8
"""Indicators without a change that are named."""
WIDE: Final = 150
"""Pixels of a plot."""


@dataclass(frozen=True)
class Head:
    """A column: its title, and whether it holds figures."""

    title: Text
    figure: bool = True


@dataclass(frozen=True)
class Cell:
    """A cell: text in one or both languages, a mark beside it, or a plot."""

    text: Text = ""
    mark: str = ""
    plot: Markup | None = None


@dataclass(frozen=True)
class Section:
    """A section of the page."""

    key: str
    title: Pair
    head: list[Head] = field(default_factory=list)
    rows: list[list[Cell]] = field(default_factory=list)
    hints: list[Pair] = field(default_factory=list)
    notes: list[tuple[Text, Text]] = field(default_factory=list)


def top_counts(change: Change) -> list[tuple[str, Pair]]:
    """Return the figures at the top: number, and what it counts."""
    counts = [(f"{len(change.people):,}", PAGE_WORDS["compared"])]
    if "priority" in change.city.index:
        row = {str(name): value for name, value in change.city.loc["priority"].items()}
        counts += [(f"{row[f'zones_{v}']:,}", PAGE_WORDS[v]) for v in ("better", "worse")]
    for category in change.served.index:
        for key in ("gained", "lost"):
            if not change.served.loc[category, ["gained", "lost"]].any():
                continue
            titles = (category_word(str(category), 0), category_word(str(category), 1))
            words = (f"{PAGE_WORDS[key][0]}：{titles[0]}", f"{PAGE_WORDS[key][1]}: {titles[1]}")
            counts.append((f"{change.served.loc[category, key]:,.0f}", words))
    return counts


def sections(change: Change, done: PlanDone | None) -> list[Section]:
    """Return the sections of the page; those without anything to tell are left out."""
    found = [_notes(change), _city(change), _served(change), _groups(change), _equity(change), _split(change)]
    found += [_ranges(change), _said(change), _zones(change), _sides(change), _plan(done)]
    return [s for s in found if s.rows or s.notes or s.key == "city"]


def figure(value: object, unit: str = "", *, change: bool = False) -> Text:
    """Return a number as people read it; empty where it is not known."""
    if value is None or not np.isfinite(number := float(str(value))):
        return ("未知", "unknown")
    if abs(number) < ROUNDING:
        number = 0.0
    if unit == "share":
        points = round(100 * number, 1) + 0.0
        text = f"{points:{'+' if change and points else ''}.1f}"
        return (f"{text} 个百分点", f"{text} points") if change else f"{text} %"
    sign = "+" if change and number else ""
    if unit == "points":
        return f"{number:{sign}.1f}"
    if abs(number) >= 100:
        return f"{number:{sign},.0f}"
    return f"{number:{sign}.3g}"


def _levels(key: object) -> tuple[object, ...]:
    """Return the parts of a row's label."""
    return key if isinstance(key, tuple) else (key,)


def _titles(change: Change, code: str) -> Text:
    return change.measures[code].title if code in change.measures else code


def _verdict(verdict: str) -> Cell:
    return Cell(VALUES.get(verdict, (verdict, verdict)), mark=verdict)


def _heads(*names: str, text: tuple[str, ...] = ()) -> list[Head]:
    return [Head((heading(n, 0), heading(n, 1)), n not in text) for n in names]


def _notes(change: Change) -> Section:
    tag = WORDS["note"]
    notes: list[tuple[Text, Text]] = [(tag, note) for note in change.notes]
    extra = [(tag, PAGE_WORDS["cause_hint"]), (tag, PAGE_WORDS["interval_hint"])]
    return Section("notes", WORDS["notes"], notes=[*notes, *extra])


def _city(change: Change) -> Section:
    rows, same = [], []
    for code in sorted(change.city.index, key=lambda c: c != "priority"):
        row, what = change.city.loc[code], change.measures[str(code)]
        if not what.direction:
            continue
        if not row["zones_better"] + row["zones_worse"] and row["verdict"] in {"same", "unknown"}:
            same.append(what.title)
            continue
        met: Text = (
            f"{int(row['met_before'])} → {int(row['met_after'])} / {int(row['with_target'])}"
            if row["with_target"]
            else ""
        )
        rows.append([
            Cell(what.title), Cell(plot=dumbbell(row["before"], row["after"], str(row["verdict"]), what.unit)),
            Cell(figure(row["before"], what.unit)), Cell(figure(row["after"], what.unit)),
            Cell(figure(row["change"], what.unit, change=True)), _verdict(str(row["verdict"])),
            Cell(f"{int(row['zones_better'])} / {int(row['zones_worse'])}"),
            Cell(f"{row['people_better']:,.0f} / {row['people_worse']:,.0f}"), Cell(met),
        ])  # fmt: skip
    head = [Head(WORDS["indicator"], figure=False), Head(PAGE_WORDS["plot"], figure=False),
            *_heads("before", "after", "change"), Head(WORDS["verdict"], figure=False),
            Head(("片区 好转/变差", "zones better / worse")), Head(("人数 好转/变差", "people better / worse")),
            Head(("达标片区 前→后/有目标", "zones on target"))]  # fmt: skip
    return Section("city", WORDS["city"], head if rows else [], rows, [PAGE_WORDS["city_hint"], *_same(same)])


def _same(titles: list[Pair]) -> list[Pair]:
    """Return the sentence on indicators that did not change, the first of them named; none if all did."""
    if not titles:
        return []
    zh, en = PAGE_WORDS["same_hint"]
    more = "…" if len(titles) > NAMED else ""
    named = [sep.join(t[k] for t in titles[:NAMED]) + more for k, sep in enumerate(("、", ", "))]
    return [(zh.format(n=len(titles), names=named[0]), en.format(n=len(titles), names=named[1]))]


def _served(change: Change) -> Section:
    names = ("gained", "lost", "kept", "without", "unknown")
    rows = [
        [Cell((category_word(str(c), 0), category_word(str(c), 1))), *(Cell(f"{row[n]:,.0f}") for n in names)]
        for c, row in change.served.iterrows()
    ]
    return Section(
        "served", WORDS["served"], _heads("category", *names, text=("category",)), rows, [PAGE_WORDS["served_hint"]]
    )


def _groups(change: Change) -> Section:
    rows = []
    for key, row in change.groups.iterrows():
        by, group, code = (str(part) for part in _levels(key))
        if not str(code).endswith("_covered_share") and code != "priority":
            continue
        unit = change.measures[code].unit if code in change.measures else "share"
        own = by == "district" and group != UNKNOWN
        known: Text = group if own else VALUES.get(group, group)
        rows.append([
            Cell(VALUES[str(by)]), Cell(known), Cell(_titles(change, str(code))), Cell(figure(row["before"], unit)),
            Cell(figure(row["after"], unit)), Cell(figure(row["change"], unit, change=True)),
            _verdict(str(row["verdict"])), Cell(f"{row['people']:,.0f}"),
        ])  # fmt: skip
    text = ("by", "group", "indicator", "verdict")
    return Section("groups", WORDS["groups"], _heads("by", "group", "indicator", "before", "after", "change", "verdict",
                                                     "people", text=text), rows)  # fmt: skip


def _equity(change: Change) -> Section:
    rows = []
    still = (change.equity["change"].abs() <= ROUNDING) | change.equity[["before", "after"]].isna().all(axis=1)
    same = [code for code, part in still.groupby(level="code", sort=False) if part.all()]
    for key, row in change.equity.iterrows():
        code, measure = (str(part) for part in _levels(key))
        if code in same or not (np.isfinite(row["before"]) or np.isfinite(row["after"])):
            continue
        unit = "share" if measure == "below_standard" else ""
        rows.append([
            Cell(_titles(change, str(code))), Cell(VALUES[str(measure)]), Cell(figure(row["before"], unit)),
            Cell(figure(row["after"], unit)), Cell(figure(row["change"], unit, change=True)),
        ])  # fmt: skip
    head = _heads("indicator", "measure", "before", "after", "change", text=("indicator", "measure"))
    titles = [change.measures[str(code)].title for code in same]
    return Section("equity", WORDS["equity"], head if rows else [], rows, [PAGE_WORDS["equity_hint"], *_same(titles)])


def _split(change: Change) -> Section:
    rows = []
    for code, row in change.split.city.iterrows():
        what = change.measures.get(str(code))
        unit = what.unit if what else ""
        rows.append([
            Cell(_titles(change, str(code))),
            Cell(plot=bars(row["supply"], row["demand"], what.direction if what else 0)),
            Cell(figure(row["change"], unit, change=True)), Cell(figure(row["supply"], unit, change=True)),
            Cell(figure(row["demand"], unit, change=True)),
        ])  # fmt: skip
    head = [
        Head(WORDS["indicator"], figure=False),
        Head(PAGE_WORDS["parts"], figure=False),
        *_heads("change", "supply", "demand"),
    ]
    return Section("split", WORDS["split"], head, rows, [PAGE_WORDS["split_hint"]])


def _ranges(change: Change) -> Section:
    if change.ranges is None or change.ranges.empty:
        return Section("ranges", WORDS["ranges"])
    rows = [
        [Cell(_titles(change, str(code))), *(Cell(figure(row[n], _unit(change, str(code)), change=True)) for n in SPAN)]
        for code, row in change.ranges.iterrows()
        if abs(row["change"]) > ROUNDING or row["high"] - row["low"] > ROUNDING
    ]
    zh, en = (text.format(n=int(change.ranges["variants"].max())) for text in PAGE_WORDS["ranges_hint"])
    return Section("ranges", WORDS["ranges"], _heads("indicator", *SPAN, text=("indicator",)), rows, [(zh, en)])


def _unit(change: Change, code: str) -> str:
    return change.measures[code].unit if code in change.measures else ""


def _pair(text: Text) -> tuple[str, str]:
    return text if isinstance(text, tuple) else (text, text)


def _said(change: Change) -> Section:
    rows = []
    for key, row in change.said.city.iterrows():
        question, need = _levels(key)
        part = change.said.zones
        part = part[(part.index.get_level_values(0) == question) & (part.index.get_level_values(1) == need)]
        sure = [int((part["verdict"] == v).sum()) for v in ("up", "down")]
        unit = "share" if row["unit"] == "share" else ""
        low, high = (_pair(figure(row[n], unit, change=True)) for n in ("low", "high"))
        span: Text = ("", "") if row["verdict"] == "few" else (f"{low[0]} – {high[0]}", f"{low[1]} – {high[1]}")
        title: Text = str(row["title"]) if unit else ("均分", "mean score")
        asked = "" if row["verdict"] == "few" else f"{row['n_before']:.0f} / {row['n_after']:.0f}"
        rows.append([
            Cell(str(question)), Cell(title), Cell(figure(row["before"], unit)),
            Cell(figure(row["after"], unit)), Cell(figure(row["change"], unit, change=True)), Cell(span),
            Cell(VALUES[str(row["verdict"])]), Cell(asked), Cell(f"{sure[0]} / {sure[1]}"),
        ])  # fmt: skip
    names = ("question", "need", "before", "after", "change", "interval", "verdict")
    head = [*_heads(*names, text=("question", "need", "verdict")),
            Head(("份数 前/后", "answers before / after")), Head(("片区 上升/下降", "zones up / down"))]  # fmt: skip
    return Section("said", WORDS["said"], head, rows, [PAGE_WORDS["said_hint"]])


def _zones(change: Change) -> Section:
    valued = [m for m in change.measures.values() if m.direction]
    what = next((m for m in valued if m.code == "priority"), valued[0] if valued else None)
    if what is None:
        return Section("zones", WORDS["zones"])
    table = change.zones.xs(what.code, level="code")
    order = (table["change"] * what.direction).sort_values(kind="stable").index
    moved = table.loc[order]
    better, worse = moved[moved["verdict"] == "better"].head(MOST), moved[moved["verdict"] == "worse"].tail(MOST)[::-1]
    names = change.before.zones.get("name", pd.Series(dtype="str")).fillna("")
    rows = [
        [Cell(str(names.get(zone, ""))), Cell(str(zone)), Cell(figure(row["before"], what.unit)),
         Cell(figure(row["after"], what.unit)), Cell(figure(row["change"], what.unit, change=True)),
         _verdict(str(row["verdict"])), Cell(f"{change.people.get(zone, 0):,.0f}")]
        for zone, row in pd.concat([better, worse]).iterrows()
    ]  # fmt: skip
    title = (f"{WORDS['zones'][0]}：{what.title[0]}", f"{WORDS['zones'][1]}: {what.title[1]}")
    head = _heads(
        "name", "zone_id", "before", "after", "change", "verdict", "people", text=("name", "zone_id", "verdict")
    )
    return Section("zones", title, head, rows, [PAGE_WORDS["zones_hint"]])


def _sides(change: Change) -> Section:
    moved = change.sides[(change.sides["zones_better"] + change.sides["zones_worse"]) > 0]
    rows = [
        [Cell(VALUES[row["side"]]), Cell(_titles(change, str(code))), Cell(figure(row["before"], "share")),
         Cell(figure(row["after"], "share")), Cell(figure(row["change"], "share", change=True)),
         Cell(f"{int(row['zones_better'])} / {int(row['zones_worse'])}")]
        for code, row in moved.iterrows()
    ]  # fmt: skip
    head = [*_heads("side", "indicator", "before", "after", "change", text=("side", "indicator")),
            Head(("片区 好转/变差", "zones better / worse"))]  # fmt: skip
    same = [change.measures[str(code)].title for code in change.sides.index.difference(moved.index, sort=False)]
    return Section("sides", WORDS["sides"], head, rows, _same(same))


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
        zone, measure = (str(part) for part in _levels(key))
        told = [
            Cell("" if pd.isna(row[n]) else f"{row[n]:.0f}" if n == "year_planned" else figure(row[n])) for n in names
        ]
        rows.append([Cell(str(zone)), Cell(str(measure)), Cell(VALUES[row["status"]]), *told])
    left = len(done.projects) - len(rows)
    hints = [PAGE_WORDS["plan_hint"]]
    if left:
        hints.append((PAGE_WORDS["more"][0].format(n=left), PAGE_WORDS["more"][1].format(n=left)))
    text = ("zone_id", "measure", "status")
    head = _heads("zone_id", "measure", "status", *names, text=text)
    head[1] = Head(("措施", "measure"), figure=False)
    return Section("plan", WORDS["plan"], head, rows, hints, [(WORDS["note"], note) for note in done.notes])


def dumbbell(before: float, after: float, verdict: str, unit: str) -> Markup:
    """Return a drawing of a value before (hollow) and after (filled); numbers alone go into it."""
    if not (np.isfinite(before) and np.isfinite(after)):
        return Markup("")
    most = 1.0 if unit == "share" else 100.0 if unit == "points" else max(abs(before), abs(after)) or 1.0
    x0, x1 = (6 + (WIDE - 12) * min(max(v / most, 0.0), 1.0) for v in (before, after))
    shape = verdict if verdict in {"better", "worse"} else "same"
    end = (
        f'<rect class="{shape}" x="{x1 - 4:.1f}" y="4" width="8" height="8"/>'
        if shape == "worse"
        else f'<circle class="{shape}" cx="{x1:.1f}" cy="8" r="4.5"/>'
    )
    return Markup(  # noqa: S704 - numbers and our own words only
        f'<svg class="plot" width="{WIDE}" height="16" role="img" aria-label="{before:.6g} - {after:.6g}">'
        f'<line class="axis" x1="6" y1="8" x2="{WIDE - 6}" y2="8"/>'
        f'<line class="step" x1="{x0:.1f}" y1="8" x2="{x1:.1f}" y2="8"/>'
        f'<circle class="was" cx="{x0:.1f}" cy="8" r="4"/>{end}</svg>'
    )


def bars(supply: float, demand: float, direction: int) -> Markup:
    """Return a drawing of two parts of a change, from the middle to the right where they are above 0."""
    if not (np.isfinite(supply) and np.isfinite(demand)):
        return Markup("")
    most = max(abs(supply), abs(demand)) or 1.0
    half = WIDE / 2
    drawn = []
    for y, part in ((1, supply), (9, demand)):
        width = (half - 4) * abs(part) / most
        shape = "same" if not direction or not part else "worse" if part * direction > 0 else "better"
        start = half - (width if part < 0 else 0)
        drawn.append(f'<rect class="{shape}" x="{start:.1f}" y="{y}" width="{width:.1f}" height="6"/>')
    return Markup(  # noqa: S704 - numbers and our own words only
        f'<svg class="plot" width="{WIDE}" height="16" role="img" aria-label="{supply:.6g}; {demand:.6g}">'
        f'<line class="axis" x1="{half}" y1="0" x2="{half}" y2="16"/>{"".join(drawn)}</svg>'
    )
