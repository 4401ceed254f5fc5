"""The sections of the programme's page: tables in zh and en whose sums are those of the rows that are shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from geoprio.outputs.planned.labels import COLUMNS, WORDS
from geoprio.outputs.planned.page_words import PAGE_WORDS, words
from geoprio.outputs.planned.tables import Table, planned_tables
from geoprio.outputs.planned.zones import decimals, measure_titles, money, source_titles
from geoprio.programme.infeasible import SOFT
from geoprio.standards.defects import GRADE_TITLES, SIDE_TITLES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geoprio.outputs.planned.result import Planned

Pair = tuple[str, str]
Cell = str | Pair | dict[str, Any]
"""A text, one in zh and en, or a text (`text`) with a bar (`meter`, a share in per cent) or a line below (`small`)."""

SHARES: Final = (
    *("share", "floor_share", "internal_rate", "concessions_rate", "required_return", "frequency", "gain"),
)
WHOLE: Final = ("dwellings", "years")
MOST_ROWS: Final = 200
"""Rows of a list without sums that the page shows; the workbook has all."""
NEXT: Final = 12
"""Measures that are named as least sure, and as next in line."""
NONE: Final = "–"
SMALL: Final = 100
"""Below it numbers have two decimals."""
HIDDEN: Final = {
    "years": ("residents_fen", "enterprises_fen", "government_fen"),
    "zones": ("zone_id",),
    "measures": ("price_source", "note", "measure", "verified", "projects", "side"),
}
"""Columns of the workbook's lists that the page leaves out."""


@dataclass(frozen=True)
class Grid:
    """A table of the page: `head` of (title, whether it holds figures), rows of (class, cells)."""

    head: list[tuple[Cell, bool]]
    rows: list[tuple[str, list[Cell]]]
    title: Pair | None = None


@dataclass(frozen=True)
class Section:
    """A section of the page; `grids` are its tables, `figure` whether the plot stands above them."""

    key: str
    title: Pair
    hints: Sequence[Pair] = ()
    grids: Sequence[Grid] = ()
    notes: Sequence[Pair] = field(default_factory=tuple)
    figure: bool = False


def sections(found: Planned) -> list[Section]:
    """Return all sections but the pages of the years, in the order in which a mayor asks."""
    lists = Lists(found)
    there = found.programme.status in {"optimal", "feasible"}
    first = [Section("words", PAGE_WORDS["words"], notes=found.sentences), *_infeasible(found)]
    if not there:
        return [*first, *_frontier(found), *_prices(found)]
    main = [
        Section("years", PAGE_WORDS["years"], [PAGE_WORDS["years_hint"]], [_linked(lists.grid("years"))]),
        Section("sources", PAGE_WORDS["sources"], grids=[lists.grid("sources")]),
        Section("parties", PAGE_WORDS["parties"], [PAGE_WORDS["parties_hint"]], [lists.grid("parties")]),
        *_operators(found),
        Section("sides", PAGE_WORDS["sides"], [PAGE_WORDS["sides_hint"]], _sides(found)),
        *([Section("districts", PAGE_WORDS["districts"], grids=[lists.grid("districts")])]
          if lists.has("districts") else []),
    ]  # fmt: skip
    answers = [*_gains(found), *_frontier(found), *_prices(found), *_more(found), *_sure(found)]
    rest = [
        Section("zones", PAGE_WORDS["by_zone"], grids=[lists.grid("zones")]),
        Section(
            "measures", PAGE_WORDS["prices_used"], [PAGE_WORDS["prices_used_hint"]], [lists.grid("measures")],
        ),
    ]  # fmt: skip
    return [*first, *main, *answers, *rest]


class Lists:
    """The workbook's lists in both languages."""

    def __init__(self, found: Planned) -> None:
        self._zh, self._en = ({t.key: t for t in planned_tables(found, lang)} for lang in ("zh", "en"))

    def has(self, key: str) -> bool:
        """Return whether a list has rows."""
        return len(self._zh[key].data) > 0

    def grid(self, key: str) -> Grid:
        """Return a list as it is shown, with its totals; columns that are blank throughout are left out."""
        zh, en = self._zh[key], self._en[key]
        names = [c for c in map(str, zh.data.columns) if c not in HIDDEN.get(key, ()) and zh.data[c].notna().any()]
        places = [list(zh.data.columns).index(c) for c in names]
        head: list[tuple[Cell, bool]] = [
            (_one(zh.heads[k], en.heads[k]), pd.api.types.is_numeric_dtype(zh.data[c]))
            for c, k in zip(names, places, strict=True)
        ]
        columns = [
            [_one(shown(c, a), shown(c, b)) for a, b in zip(zh.data[c].tolist(), en.data[c].tolist(), strict=True)]
            for c in names
        ]
        columns = [_meters(c, cells, zh) for c, cells in zip(names, columns, strict=True)]
        rows = [("", list(cells)) for cells in zip(*columns, strict=True)]
        return Grid(head, [*rows, ("total", _total_row(names, zh.totals()))] if zh.total else rows)


def _total_row(names: Sequence[str], totals: Mapping[str, int]) -> list[Cell]:
    cells: list[Cell] = [shown(c, totals[c]) if c in totals else "" for c in names]
    return [PAGE_WORDS["total"], *cells[1:]]


def _one(zh: str, en: str) -> Cell:
    return zh if zh == en else (zh, en)


def _meters(column: str, cells: list[Any], table: Table) -> list[Cell]:
    """Return shares of a whole with a bar."""
    if column != "share":
        return cells
    shares = np.clip(table.data[column].astype(float).fillna(0.0), 0.0, 1.0)
    return [{"text": text, "meter": f"{100 * s:.1f}"} for text, s in zip(cells, shares, strict=True)]


def shown(column: str, value: object) -> str:
    """Return a cell of a list as it is read, by the name of its column.

    Examples
    --------
    >>> shown("cost_fen", 123456), shown("share", 0.1234), shown("year", 2), shown("name", "a"), shown("x", None)
    ('1,235', '12.3 %', '2', 'a', '–')
    """
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return NONE
    if isinstance(value, str):
        return value
    if column.endswith("_fen"):
        return money(int(value))  # type: ignore[call-overload]  # columns in fen are whole numbers
    number = float(value)  # type: ignore[arg-type]  # what is no text is a number
    if column in SHARES:
        return f"{decimals(100 * number, 1)} %"
    places = 0 if "_cny" in column or number.is_integer() else 2 if abs(number) < SMALL else 1
    return decimals(number, places)


def table_of(
    columns: Mapping[str, Cell], rows: Sequence[Sequence[Cell]], figures: Sequence[str] = (), most: int | None = None,
    title: Pair | None = None,
) -> Grid:  # fmt: skip
    """Return a table of titles by key and rows of cells; `figures` are keys of columns of numbers."""
    head = [(head, key in figures) for key, head in columns.items()]
    return Grid(head, _first([("", list(row)) for row in rows], most), title)


def _first(rows: list[tuple[str, list[Cell]]], most: int | None) -> list[tuple[str, list[Cell]]]:
    """Return the first rows, and how many more there are."""
    if most is None or len(rows) <= most:
        return rows
    rest: list[Cell] = [words("rest", n=len(rows) - most)]
    return [*rows[:most], ("rest", rest)]


def _linked(grid: Grid) -> Grid:
    """Return the list of years with a link to the page of each."""
    rows = [
        (kind, [row[0] if kind else {"text": row[0], "href": f"#year-{row[0]}"}, *row[1:]]) for kind, row in grid.rows
    ]
    return Grid(grid.head, rows, grid.title)


def _heads(*keys: str) -> dict[str, Cell]:
    return {key: PAGE_WORDS[key] for key in keys}


def _infeasible(found: Planned) -> list[Section]:
    """Return which rules would have to give, where nothing is done."""
    reliefs = found.programme.reliefs
    if not reliefs:
        return []
    rows: list[list[Cell]] = [
        [SOFT[r.rule], _subject(found, r.subject), decimals(r.amount_cny, 0), WORDS["yes" if r.alone else "no"]]
        for r in reliefs
    ]
    grid = table_of(_heads("rule", "subject", "amount", "alone"), rows, ("amount",), MOST_ROWS)
    return [Section("infeasible", PAGE_WORDS["infeasible"], [PAGE_WORDS["infeasible_hint"]], [grid])]


def _operators(found: Planned) -> list[Section]:
    """Return what each operator puts in and earns, by measure."""
    table = found.ledger.operators
    if table.empty:
        return []
    measures, sources = measure_titles(found.programme), source_titles(found.programme)
    rows: list[tuple[str, list[Cell]]] = []
    for (source, measure), part in table.groupby(["source", "measure"], sort=False):
        cells: list[Cell] = [
            *(_one(*sources[str(source)]), _one(*measures[str(measure)]), f"{len(part):,}"),
            *(money(int(part[c].sum())) for c in ("invested_fen", "net_income_fen")),
            *(_span(c, part[c]) for c in ("years", "required_return", "internal_rate", "payback_years")),
        ]
        rows.append(("", cells))
    sums: list[Cell] = [f"{len(table):,}", *(money(int(table[c].sum())) for c in ("invested_fen", "net_income_fen"))]
    rows.append(("total", [PAGE_WORDS["total"], "", *sums, "", "", "", ""]))
    columns = ("invested_fen", "net_income_fen", "years", "required_return", "internal_rate", "payback_years")
    head: list[tuple[Cell, bool]] = [(COLUMNS["source"], False), (COLUMNS["title"], False), (COLUMNS["projects"], True)]
    grid = Grid([*head, *((COLUMNS[c], True) for c in columns)], rows)
    return [Section("operators", PAGE_WORDS["operators"], grids=[grid])]


def _span(column: str, values: pd.Series) -> str:
    """Return the least and the largest of some values, one where they are alike."""
    low, high = (shown(column, v) for v in (values.min(), values.max()))
    return low if low == high else f"{low} – {high}"


def _sides(found: Planned) -> list[Grid]:
    """Return cost and share of face and lining, and of the classes of measures."""
    grids = []
    told = ((found.ledger.sides, SIDE_TITLES, "sides"), (found.ledger.grades, GRADE_TITLES, "grades"))
    for table, titles, key in told:
        rows: list[tuple[str, list[Cell]]] = []
        for name, row in table.iterrows():
            meter = {"text": shown("share", row["share"]), "meter": f"{100 * row['share']:.1f}"}
            rows.append(("", [(titles[str(name)][0], titles[str(name)][1]), money(int(row["cost_fen"])), meter]))
        rows.append(("total", [PAGE_WORDS["total"], money(int(table["cost_fen"].sum())), ""]))
        head: list[tuple[Cell, bool]] = [(PAGE_WORDS[key], False), (PAGE_WORDS["cost"], True)]
        grids.append(Grid([*head, (COLUMNS["share"], True)], rows))
    return grids


def _gains(found: Planned) -> list[Section]:
    if found.gains is None:
        return []
    rows: list[list[Cell]] = []
    for way, row in found.gains.iterrows():
        gain = NONE if way == "programme" else shown("gain", row["gain"])
        counts = [f"{int(row[c]):,}" for c in ("items", "zones", "rules_broken")]
        rows.append([PAGE_WORDS[f"way.{way}"], f"{row['benefit']:,.1f}", gain, decimals(row["cost_cny"], 0), *counts])
    columns = _heads("way", "benefit", "gain", "spent", "measures", "zones", "rules_broken")
    grid = table_of(columns, rows, tuple(columns)[1:])
    return [Section("gains", PAGE_WORDS["gains"], [PAGE_WORDS["gains_hint"]], [grid])]


def _frontier(found: Planned) -> list[Section]:
    table = found.frontier
    if table is None or table.empty:
        return []
    rows: list[list[Cell]] = []
    for _, r in table.iterrows():
        bound = r["bound"] if np.isfinite(r["bound"]) else None
        money_of = [decimals(r[c], 0) for c in ("budget_cny", "spent_cny")]
        points = [shown("points", v) for v in (r["benefit"], bound)]
        rows.append([f"{100 * r['scale']:g} %", *money_of, *points, PAGE_WORDS[f"status.{r['status']}"]])
    columns = _heads("scale", "budget", "spent", "benefit", "bound", "status")
    grid = table_of(columns, rows, tuple(columns)[:-1])
    drawn = bool((table["benefit"] > 0).any())
    return [Section("frontier", PAGE_WORDS["frontier"], [PAGE_WORDS["frontier_hint"]], [grid], figure=drawn)]


def _prices(found: Planned) -> list[Section]:
    if found.shadow_prices is None or found.shadow_prices.empty:
        return []
    table = found.shadow_prices
    # What budgets bring comes first; other rules after them, the dearest first.
    order = table.assign(_k=table["rule"] != "budget")
    order = order.sort_values(["_k", "points_per_million"], ascending=[True, False])
    rows: list[list[Cell]] = [
        [SOFT[str(r["rule"])], _subject(found, (r["subject_zh"], r["subject_en"])), f"{r['points_per_million']:,.1f}"]
        for _, r in order.iterrows()
    ]
    grid = table_of(_heads("rule", "subject", "points"), rows, ("points",), 2 * NEXT)
    return [Section("prices", PAGE_WORDS["prices"], [PAGE_WORDS["prices_hint"]], [grid])]


def _more(found: Planned) -> list[Section]:
    """Return what enters, leaves and moves with 10 % more money."""
    if found.changes is None:
        return []
    titles = measure_titles(found.programme)
    order = {"enters": 0, "leaves": 1, "moves": 2}
    table = found.changes.assign(_k=found.changes["change"].map(order), _r=_ranks(found, found.changes["zone_id"]))
    table = table.sort_values(["_k", "_r", "zone_id"], kind="stable")
    rows: list[list[Cell]] = [
        [PAGE_WORDS[str(r["change"])], zone_cell(found, r["zone_id"]), titles[r["measure"]],
         shown("year", r["year_before"]), shown("year", r["year_after"])]
        for _, r in table.iterrows()
    ]  # fmt: skip
    columns = _heads("change", "zone", "measure", "from_year", "to_year")
    grids = [table_of(columns, rows, ("from_year", "to_year"), MOST_ROWS)] if rows else []
    notes = [] if rows else [PAGE_WORDS["more_none"]]
    return [Section("more", PAGE_WORDS["more"], grids=grids, notes=notes)]


def _sure(found: Planned) -> list[Section]:
    """Return how many measures are core, flexible and never, those that may fall out, and those next in line."""
    table = found.frequencies
    if table is None:
        return []
    chosen = found.programme.years() >= 0
    counts: list[list[Cell]] = [
        [WORDS[role], *(f"{int(((table['role'] == role).to_numpy() & who).sum()):,}" for who in (chosen, ~chosen))]
        for role in ("core", "flexible", "never")
    ]
    grids = [table_of(_heads("role", "chosen", "not_chosen"), counts, ("chosen", "not_chosen"))]
    titles = measure_titles(found.programme)
    pick = {
        "unsure": table[chosen & (table["role"] != "core").to_numpy()].sort_values("frequency", kind="stable"),
        "next": table[~chosen & (table["frequency"] > 0).to_numpy()].sort_values(
            "frequency", ascending=False, kind="stable"
        ),
    }
    for key, part in pick.items():
        rows: list[list[Cell]] = [
            [zone_cell(found, r["zone_id"]), titles[r["measure"]], shown("share", r["frequency"])]
            for _, r in part.iterrows()
        ]
        if rows:
            grids.append(table_of(_heads("zone", "measure", "share"), rows, ("share",), NEXT, PAGE_WORDS[key]))
    return [Section("sure", PAGE_WORDS["sure"], [words("sure_hint", n=found.spec.draws)], grids)]


def _subject(found: Planned, subject: Pair) -> Cell:
    """Return whose rule it is, a zone by its name."""
    return zone_cell(found, subject[0]) if subject[0] in found.zones.index else _one(*subject)


def _ranks(found: Planned, zones: pd.Series) -> pd.Series:
    return zones.map(found.zones["rank"]).astype(float)


def zone_cell(found: Planned, zone_id: str) -> Cell:
    """Return a zone's name with its rank and id below."""
    zone = found.zones.loc[zone_id]
    name = zone["name"] if isinstance(zone["name"], str) and zone["name"].strip() else str(zone_id)
    rank = PAGE_WORDS["unranked"] if pd.isna(zone["rank"]) else words("rank_of", n=int(zone["rank"]))
    return {"text": name, "small": (f"{rank[0]} · {zone_id}", f"{rank[1]} · {zone_id}")}
