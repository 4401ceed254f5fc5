"""What a programme does in each zone, as map, QGIS and sheets show it; money in whole fen until it is written."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from geoprio.outputs.palette import PROGRAMME_COLORS
from geoprio.outputs.planned.labels import MAP, UNITS
from geoprio.outputs.planned.whole import in_whole_yuan
from geoprio.programme.money import FEN

if TYPE_CHECKING:
    import pandas as pd

    from geoprio._core.typing import Floats, Ints
    from geoprio.outputs.result import Result
    from geoprio.programme import Programme

Pair = tuple[str, str]

FIRST_YEAR: Final = "programme_year"
"""Column of the zones by which a map of a programme opens."""
OUTSIDE_COLOR: Final = "#d9dce0"
"""Of zones in which nothing is done."""
COST_STEPS: Final = tuple(m * 10.0**k for k in range(3, 11) for m in (1, 2, 5))
"""Round sums in yuan between which classes of cost lie."""
MOST_CLASSES: Final = 5
WAN: Final = 1e4


def year_colors(years: int) -> tuple[str, ...]:
    """Return a color for each year, the first the darkest.

    Examples
    --------
    >>> year_colors(3)
    ('#7f2704', '#eb6a1e', '#fdbe85')
    """
    stops = np.array([[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in PROGRAMME_COLORS], float)
    at = np.linspace(0, len(stops) - 1, max(years, 2))[:years]
    mixed = [np.interp(at, range(len(stops)), stops[:, k]).round().astype(int) for k in range(3)]
    return tuple(f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in zip(*mixed, strict=True))


def money(fen: int) -> str:
    """Return fen as whole yuan, grouped; a half goes away from 0, and there is no minus zero.

    Examples
    --------
    >>> money(123456789), money(-5)
    ('1,234,568', '0')
    """
    whole = (abs(int(fen)) + FEN // 2) // FEN
    return f"{'-' if fen < 0 and whole else ''}{whole:,}"


def decimals(number: float, places: int) -> str:
    """Return a number with decimals, grouped; what rounds to 0 has no minus.

    Examples
    --------
    >>> decimals(-0.04, 1), decimals(-1234.56, 1)
    ('0.0', '-1,234.6')
    """
    text = f"{number:,.{places}f}"
    return text.removeprefix("-") if not text.strip("-0.,") else text


def measure_titles(programme: Programme) -> dict[str, Pair]:
    """Return the zh and en title of each measure, by code."""
    return {m.code: (m.title_zh, m.title_en) for m in programme.problem.catalog.measures}


def source_titles(programme: Programme) -> dict[str, Pair]:
    """Return the zh and en title of each source of money, by code."""
    return {s.code: (s.title_zh, s.title_en) for s in programme.problem.sources}


def in_order(programme: Programme) -> pd.DataFrame:
    """Return what is done by year and in the catalog's order, with the column `assumed`: what nobody verified."""
    done = programme.done
    order = {code: k for k, code in enumerate(programme.problem.catalog.codes)}
    loose = programme.problem.items["assumed"].iloc[done["item"].to_numpy(int)].ne("").to_numpy()
    out = done.assign(assumed=loose, _k=done["measure"].map(order))
    return out.sort_values(["year", "zone_id", "_k"], kind="stable").drop(columns="_k")


def page_programme(result: Result) -> dict[str, Any] | None:
    """Return what the cards of the map page tell of the programme; None where nobody planned.

    Returns
    -------
    dict
        `measures`, `units` and `sources` (zh and en); `zones`: in the result's order, what is done there as number of
        the measure, year, quantity, number of the unit, cost in fen (whole yuan), whether it rests on an assumption,
        and the number and fen of each source that pays.
    """
    programme = result.programme
    if programme is None:
        return None
    measures, sources = measure_titles(programme), source_titles(programme)
    done = in_order(in_whole_yuan(programme))
    amounts = zip(done["unit"].tolist(), done["quantity"].tolist(), strict=True)
    named = [unit_words(unit, quantity) for unit, quantity in amounts]
    units = list(dict.fromkeys(named))
    codes = list(measures)
    rows: dict[str, list[Any]] = {}
    paid = done[[f"{code}_fen" for code in sources]].to_numpy(np.int64)
    fields = ("zone_id", "measure", "year", "quantity", "cost_fen", "assumed")
    for k, (zone, measure, year, quantity, cost, loose) in enumerate(
        zip(*(done[c].tolist() for c in fields), strict=True)
    ):
        by = [[s, int(fen)] for s, fen in enumerate(paid[k].tolist()) if fen]
        row = [
            codes.index(measure),
            int(year),
            float(f"{quantity:.6g}"),
            units.index(named[k]),
            int(cost),
            int(loose),
            by,
        ]
        rows.setdefault(str(zone), []).append(row)
    return {
        "measures": list(measures.values()),
        "units": units,
        "sources": list(sources.values()),
        "zones": [rows.get(str(zone), []) for zone in result.zones.index],
    }


def unit_words(unit: str, quantity: float) -> Pair:
    """Return a unit as it stands behind a quantity, in zh and en.

    Examples
    --------
    >>> unit_words("dwelling", 3.0), unit_words("zone", 1.0), unit_words("m2", 3.0), unit_words("盏", 2.0)
    (('户', 'dwellings'), ('片区', 'zone'), ('平方米', 'm²'), ('盏', '盏'))
    """
    english = {"m2": "m²", "m": "m"}.get(unit, f"{unit}s" if unit in UNITS and quantity != 1 else unit)
    return UNITS.get(unit, unit), english


def programme_colorings(result: Result) -> list[dict[str, Any]]:
    """Return the map's colorings by first year and by cost: words with a color each, those without a measure gray."""
    if result.programme is None or result.programme.done.empty:
        return []
    years = result.programme.problem.rules.years
    first = result.zones["programme_year"].astype("Float64").to_numpy(float, na_value=np.nan)
    words = [(MAP["year"][0].format(t=t), MAP["year"][1].format(t=t)) for t in range(1, years + 1)]
    # Steps are told from the last to the first: the first year stands on top of the legend.
    by_year = _named(FIRST_YEAR, first - 1, words, list(year_colors(years)), upward=False)
    cost = result.zones["programme_cost_cny"].to_numpy(float)
    classes, bounds = cost_classes(cost)
    colors = list(reversed(year_colors(len(bounds))))
    by_cost = _named("programme_cost_cny", classes, [cost_words(*b) for b in bounds], colors, upward=True)
    return [by_year, by_cost]


def cost_classes(cost: Floats) -> tuple[Floats, list[tuple[float, float]]]:
    """Return the class of each cost (NaN: none) and the round sums between which the classes lie.

    Parameters
    ----------
    cost : ndarray of float
        Yuan; NaN where there is none. At least one is known.

    Returns
    -------
    ndarray of float
    list of (float, float)
        Lower bound (0: open) and upper bound (inf: open); a class holds its lower bound.
    """
    known = cost[np.isfinite(cost)]
    inner = [s for s in COST_STEPS if known.min() < s <= known.max()]
    while len(inner) >= MOST_CLASSES:
        inner = inner[1::2] if len(inner) % 2 else inner[::2]
    ends = [0.0, *inner, np.inf]
    found = np.searchsorted(inner, cost, side="right").astype(float)
    return np.where(np.isfinite(cost), found, np.nan), list(pairwise(ends))


def cost_words(low: float, high: float) -> Pair:
    """Return a class of cost in words: ten thousands of yuan in zh, thousands or millions in en.

    Examples
    --------
    >>> cost_words(1e6, 5e6), cost_words(0.0, 5e5)
    (('100万–500万元', '1–5 million yuan'), ('50万元以下', 'below 0.5 million yuan'))
    """
    (a, b), (c, d) = ((f"{v / WAN:g}", f"{v / 1e6:g}") for v in (low, high))
    if low == 0.0:
        if np.isinf(high):
            return "全部", "all"
        return f"{c}万元以下", f"below {d} million yuan"
    if np.isinf(high):
        return f"{a}万元及以上", f"{b} million yuan or more"
    return f"{a}万–{c}万元", f"{b}–{d} million yuan"


def _named(code: str, classes: Floats, words: list[Pair], colors: list[str], *, upward: bool) -> dict[str, Any]:
    """Return a coloring by words; zones outside the programme have a class of their own."""
    known = np.isfinite(classes)
    shades: Ints = np.where(known, np.nan_to_num(classes), len(words)).astype(np.int64)
    steps = [(k, *pair) for k, pair in enumerate(words)]
    outside = (len(words), *MAP["outside"])
    return {
        "code": code, "titles": MAP[code], "hint": MAP["hint"], "unit": "", "basis": "named", "classes": shades,
        "values": shades.astype(float), "steps": [outside, *(steps if upward else reversed(steps))],
        "colors": [*colors, OUTSIDE_COLOR],
    }  # fmt: skip


def sheet_programme(programme: Programme | None, zone_id: str, number: int) -> dict[str, Any] | None:
    """Return the programme of a zone as its sheet shows it; None where nobody planned.

    Parameters
    ----------
    programme : Programme or None
        In whole yuan.
    zone_id : str
    number : {0, 1}
        Language: zh, en.

    Returns
    -------
    dict
        `title`; `head` and `rows` of a table (measure, year, quantity, cost, who pays), empty where nothing is done
        there; `total`: its last row; `note`.
    """
    if programme is None or programme.status not in {"optimal", "feasible"}:
        return None
    done = in_order(programme)
    done = done[done["zone_id"].astype(str) == zone_id]
    word = {key: pair[number] for key, pair in MAP.items()}
    if done.empty:
        return {"title": word["programme"], "head": [], "rows": [], "total": [], "note": word["nothing_here"]}
    measures, sources = measure_titles(programme), source_titles(programme)
    rows = []
    for _, row in done.iterrows():
        by = [(sources[c][number], int(row[f"{c}_fen"])) for c in sources]
        title = measures[row["measure"]][number] + (" *" if row["assumed"] else "")
        amount = f"{row['quantity']:,.6g} {unit_words(row['unit'], row['quantity'])[number]}"
        rows.append([title, word["year"].format(t=row["year"]), amount, money(row["cost_fen"]), _paid(by)])
    sums = [(sources[c][number], int(done[f"{c}_fen"].sum())) for c in sources]
    return {
        "title": word["programme"],
        "head": [word[k] for k in ("measure", "when", "quantity", "cost", "who")],
        "rows": rows,
        "total": [word["total"], "", "", money(int(done["cost_fen"].sum())), _paid(sums)],
        "note": word["assumed_note"] if done["assumed"].any() else "",
    }


def _paid(by: list[tuple[str, int]]) -> str:
    return " · ".join(f"{title} {money(fen)}" for title, fen in by if fen)
