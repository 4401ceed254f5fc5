"""A page for each year of a programme: what is done where, at what cost, with whose money, and a small map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from geoprio.outputs.locator import Overview
from geoprio.outputs.planned.page_words import PAGE_WORDS, words
from geoprio.outputs.planned.sections import Cell, Grid, Pair, shown, zone_cell
from geoprio.outputs.planned.tables import projects_table
from geoprio.outputs.planned.zones import money, source_titles, unit_words, year_colors
from geoprio.outputs.webmap.streets import drawn_streets

if TYPE_CHECKING:
    import pandas as pd

    from geoprio.outputs.planned.result import Planned

STREET_VERTICES: Final = 12_000
MOST_MEASURES: Final = 2000
"""Measures in a year above which its page lists zones alone, with the same sums."""
MOST_LABELS: Final = 60
OTHER_YEARS: Final = "#b9c3d3"


@dataclass(frozen=True)
class Year:
    """The page of a year.

    Attributes
    ----------
    number : int
        From 1.
    title, lead : Pair
    color : str
    map : str
        Shapes over those of `base`.
    grid : Grid or None
        None where nothing is done.
    notes : list of Pair
    """

    number: int
    title: Pair
    lead: Pair
    color: str
    map: str
    grid: Grid | None
    notes: list[Pair]


def year_pages(found: Planned) -> tuple[str, list[Year]]:
    """Return the shapes under all maps, and the page of each year; no page where there is no programme."""
    if found.programme.status not in {"optimal", "feasible"}:
        return "", []
    streets = drawn_streets(found.result.streets, STREET_VERTICES, 4.0)
    overview = Overview(found.zones, streets)
    tables = projects_table(found, 0), projects_table(found, 1)
    years = found.spec.rules.years
    colors = year_colors(years)
    return overview.base(), [_year(found, overview, tables, t, colors[t - 1]) for t in range(1, years + 1)]


def _year(found: Planned, overview: Overview, tables: tuple[pd.DataFrame, pd.DataFrame], year: int, color: str) -> Year:
    zh, en = (table[(table["year"] == year).to_numpy()] for table in tables)
    title = words("year", t=year)
    if zh.empty:
        return Year(year, title, PAGE_WORDS["year_empty"], color, "", None, [])
    here = np.flatnonzero(found.zones.index.isin(zh["zone_id"]))
    others = np.flatnonzero(found.zones.index.isin(tables[0]["zone_id"]) & ~found.zones.index.isin(zh["zone_id"]))
    drawn = overview.marked(others.tolist(), OTHER_YEARS, labels=False)
    drawn += overview.marked(here.tolist(), color, labels=len(here) <= MOST_LABELS)
    lead = words("year_lead", zones=zh["zone_id"].nunique(), n=len(zh), cost=money(int(zh["cost_fen"].sum())))
    whole = len(zh) > MOST_MEASURES
    notes = [words("too_many", n=len(zh))] if whole else []
    if not whole and (zh["assumed"] != "").any():
        notes.append(PAGE_WORDS["assumed_note"])
    return Year(year, title, lead, color, drawn, _grid(found, zh, en, measures=not whole), notes)


def _grid(found: Planned, zh: pd.DataFrame, en: pd.DataFrame, *, measures: bool) -> Grid:
    """Return the zones of a year by rank, each with its measures; the sums of a zone and of the year below them."""
    titles = source_titles(found.programme)
    # A source that gives nothing in any year needs no column.
    given = [c for c in titles if int(found.programme.done[f"{c}_fen"].sum())]
    paying = [f"pays_{c}_fen" for c in given]
    head: list[tuple[Cell, bool]] = [
        (PAGE_WORDS["zone"], False), (PAGE_WORDS["measure"], False), (PAGE_WORDS["quantity"], True),
        (PAGE_WORDS["cost"], True),
        *((_one(titles[c]), True) for c in given),
    ]  # fmt: skip
    roles = "role" in zh
    if roles:
        head.append((PAGE_WORDS["role"], False))
    rows: list[tuple[str, list[Cell]]] = []
    for zone_id, part in zh.groupby("zone_id", sort=False):
        zone, single = zone_cell(found, str(zone_id)), len(part) == 1 and measures
        if not single:
            sums = [_money(int(part[c].sum())) for c in ("cost_fen", *paying)]
            rows.append(("zone", [zone, words("several", n=len(part)), "", *sums, *([""] if roles else [])]))
        for k in part.index if measures else []:
            told = _item(zh.loc[k], en.loc[k], paying, roles=roles)
            rows.append(("zone single" if single else "item", [zone if single else "", *told]))
    totals: list[Cell] = [_money(int(zh[c].sum())) for c in ("cost_fen", *paying)]
    rows.append(("total", [PAGE_WORDS["year_total"], "", "", *totals, *([""] if roles else [])]))
    return Grid(head, rows)


def _item(zh: pd.Series, en: pd.Series, paying: list[str], *, roles: bool) -> list[Cell]:
    """Return the cells of a measure: title, quantity, cost, who pays, and how sure it is."""
    mark, quantity = " *" if zh["assumed"] else "", float(zh["quantity"])
    # In English a unit is told as it is written in the catalog.
    unit, amount = unit_words(en["unit"], quantity), shown("quantity", quantity)
    return [
        _one((zh["title"] + mark, en["title"] + mark)),
        _one((f"{amount} {unit[0]}", f"{amount} {unit[1]}")),
        *(_money(int(zh[c])) for c in ("cost_fen", *paying)),
        *([_one((str(zh["role"]), str(en["role"])))] if roles else []),
    ]


def _one(pair: Pair) -> Cell:
    return pair[0] if pair[0] == pair[1] else pair


def _money(fen: int) -> str:
    return money(fen) if fen else "–"
