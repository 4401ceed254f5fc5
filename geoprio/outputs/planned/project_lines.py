"""The list of projects (项目清单) with a programme's money: what it funds, when, how much, and from which sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from geoprio.outputs.planned.labels import MAP, UNITS
from geoprio.outputs.planned.zones import measure_titles, source_titles, unit_words
from geoprio.programme import mended_by, split
from geoprio.programme.money import FEN

if TYPE_CHECKING:
    from geoprio.outputs.result import Result
    from geoprio.programme import Programme

Pair = tuple[str, str]

IN_PROGRAMME: Final = "in_programme"
NOT_IN_PROGRAMME: Final = "not_in_programme"
WAITING: Final = ("candidate", "not_started")
OF_MONEY: Final = ("quantity", "quantity_unit", "unit_cost_cny", "cost_cny", "funding_zh", "funding_en", "year")


def with_programme(table: pd.DataFrame, result: Result) -> pd.DataFrame:
    """Return the list of projects with what the programme funds; a line for each of its projects that has none.

    Parameters
    ----------
    table : DataFrame
        From `project_list`.
    result : Result
        Of a programme; without one the table stays as it is.

    Returns
    -------
    DataFrame
        Lines are matched by zone and defect, or need. Quantity, unit, unit cost, cost, sources with their shares, year
        (of the programme, from 1) and status are those of the programme; its costs add up to the programme's. Year and
        money of lines that it does not fund are blank, and their status says so, unless the zone has one of its own.
    """
    programme = result.programme
    if programme is None or programme.status not in {"optimal", "feasible"}:
        return table
    table = table.assign(funding_zh=None, funding_en=None, year=pd.array([pd.NA] * len(table), "Int64"))
    lines = _lines(table, programme, list(result.defects))
    for column in ("quantity", "quantity_unit", "funding_zh", "funding_en", "status"):
        table[column] = table[column].astype(object)
    waiting = table["status"].isin(WAITING)
    table.loc[waiting, "status"] = NOT_IN_PROGRAMME
    extra = []
    for place, rows in lines.items():
        if isinstance(place, int):
            told = _told(rows, programme)
            for column, value in told.items():
                table.loc[place, column] = value
            table.loc[place, "status"] = IN_PROGRAMME
        else:
            extra.append(_line(rows, programme, result))
    out = pd.concat([table, pd.DataFrame(extra, columns=table.columns).astype(object)]) if extra else table
    out["year"] = out["year"].astype("Int64")
    for column in ("unit_cost_cny", "cost_cny", "quantity"):
        out[column] = pd.to_numeric(out[column])
    return _in_words_of_years(out).reset_index(drop=True)


def _lines(table: pd.DataFrame, programme: Programme, defects: list[str]) -> dict[Any, list[int]]:
    """Return rows of what is done by the row of the list that each belongs to; by its own number, where none does."""
    of = {m.code: (*mended_by(m, defects), m.code) for m in programme.problem.catalog.measures}
    places: dict[tuple[str, str], int] = {}
    for k, (zone, defect, need) in enumerate(zip(table["zone_id"], table["defect"], table["need"], strict=True)):
        for code in (defect, need):
            if isinstance(code, str):
                places.setdefault((str(zone), code), k)
    out: dict[Any, list[int]] = {}
    done = programme.done
    for k, (zone, measure) in enumerate(zip(done["zone_id"], done["measure"], strict=True)):
        place = next((places[zone, code] for code in of[measure] if (zone, code) in places), None)
        out.setdefault(("own", k) if place is None else place, []).append(k)
    return out


def _told(rows: list[int], programme: Programme) -> dict[str, Any]:
    """Return the money of one line: of several measures the sum, with the quantity where they have one unit."""
    done = programme.done.iloc[rows]
    cost, gross = int(done["cost_fen"].sum()), int(done["gross_fen"].sum())
    one = len(rows) == 1
    quantity = float(done["quantity"].iloc[0]) if one else np.nan
    paid = programme.paid_fen.iloc[rows].sum()
    zh, en = (_funding(programme, paid, n) for n in (0, 1))
    unit = str(done["unit"].iloc[0]) if one else None
    each = gross / FEN / quantity if one and quantity > 0 else np.nan
    values = (quantity, unit, each, cost / FEN, zh, en, int(done["year"].min()))
    return dict(zip(OF_MONEY, values, strict=True))


def _funding(programme: Programme, paid: pd.Series, number: int) -> str:
    """Return the sources of a line with their shares, which sum to 100 %."""
    titles = source_titles(programme)
    given = paid[paid > 0]
    tenths = split(1000, given.to_numpy(np.int64))
    parts = [f"{titles[str(c)][number]} {t / 10:.1f}%" for c, t in zip(given.index, tenths, strict=True) if t]
    return ("、", ", ")[number].join(parts)


def _line(rows: list[int], programme: Programme, result: Result) -> dict[str, Any]:
    """Return a line of its own for a project of the programme that nobody's line carries."""
    done = programme.done.iloc[rows[0]]
    measure, zone = programme.problem.catalog.measure(done["measure"]), result.zones.loc[done["zone_id"]]
    zh, en = measure_titles(programme)[measure.code]
    keep = ("name", "zone_type", "priority", "rank", "rank_p05", "rank_p95")
    homes = programme.problem.items["dwellings"].iloc[int(done["item"])]
    return {
        "project_id": f"{done['zone_id']}:{measure.code}", "zone_id": done["zone_id"],
        **{c: zone.get(c) for c in keep}, "grade": measure.grade, "side": measure.side, "need": measure.code,
        "content_zh": zh, "content_en": en, "basis_zh": "资金内的改造计划选入", "basis_en": "chosen by the programme",
        **_told(rows, programme), "dwellings": homes, "status": IN_PROGRAMME,
    }  # fmt: skip


def _in_words_of_years(table: pd.DataFrame) -> pd.DataFrame:
    """Return the list with its years and units as people read them beside the numbers."""
    for n, lang in enumerate(("zh", "en")):
        word = MAP["year"][n]
        table[f"year_{lang}"] = [None if pd.isna(y) else word.format(t=int(y)) for y in table["year"]]
        table[f"quantity_unit_{lang}"] = [
            unit_words(unit, quantity)[n] if funded and unit in UNITS else unit
            for unit, quantity, funded in zip(
                table["quantity_unit"], table["quantity"], table["status"].eq(IN_PROGRAMME), strict=True
            )
        ]
    return table


def told_of_list(table: pd.DataFrame) -> Pair:
    """Return how many lines of a list the programme funds, and how many it leaves out, in zh and en."""
    funded = int(table["status"].eq(IN_PROGRAMME).sum())
    rest = len(table) - funded
    return (
        f"项目清单（project_list.xlsx）中{funded}行由本计划出资，{rest}行未纳入（资金与年度留空）",
        f"Of the list of projects (project_list.xlsx) the programme funds {funded} lines; {rest} are left out, blank",
    )
