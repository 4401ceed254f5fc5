"""The programme's lists as tables: money in fen until it is written, so that every total is exact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from geoprio.outputs.planned.labels import COLUMNS, NOT_CHOSEN, SHEET_TITLES, UNITS, WORDS
from geoprio.outputs.planned.reasons import assumed_words, price_words, reason_words
from geoprio.programme import STATUS_TITLES, source_kinds
from geoprio.programme.ledger import PARTIES
from geoprio.standards.defects import GRADE_TITLES, SIDE_TITLES

if TYPE_CHECKING:
    from geoprio.outputs.planned.result import Planned

SUMMED: Final = ("projects",)
"""Columns beside money that a row of totals sums."""


@dataclass(frozen=True)
class Table:
    """A list as it is shown.

    Attributes
    ----------
    key : str
        What list it is.
    title : str
    data : DataFrame
        Columns by their keys; those that end with ``_fen`` are whole fen.
    heads : tuple of str
        Titles of the columns.
    total : bool
        Whether a row of totals belongs below.
    """

    key: str
    title: str
    data: pd.DataFrame
    heads: tuple[str, ...]
    total: bool = False

    def totals(self) -> dict[str, int]:
        """Return the sums of what can be summed, by column: money in fen."""
        names = [str(c) for c in self.data.columns if str(c).endswith("_fen") or c in SUMMED]
        return {name: int(self.data[name].sum()) for name in names}


def planned_tables(found: Planned, lang: str) -> tuple[Table, ...]:
    """Return all lists of a programme.

    Parameters
    ----------
    found : Planned
    lang : {"zh", "en"}
    """
    number = 1 if lang == "en" else 0
    makers = {
        "projects": (projects_table, True),
        "years": (_years, True),
        "sources": (_sources, True),
        "districts": (_districts, True),
        "zones": (_zones, True),
        "parties": (_parties, True),
        "operators": (_operators, False),
        "measures": (_measures, True),
        "left_out": (_left_out, False),
        "words": (_words, False),
    }
    titles = _source_titles(found, number)
    tables = []
    for key, (make, total) in makers.items():
        data = make(found, number)
        heads = tuple(_head(str(c), titles, number) for c in data.columns)
        tables.append(Table(key, SHEET_TITLES[key][number], data, heads, total and len(data) > 0))
    return tuple(tables)


def projects_table(found: Planned, number: int) -> pd.DataFrame:
    """Return what is done, a row for each measure in a zone, by year and rank, with who pays what in fen."""
    items, problem, zones = found.ledger.items, found.problem, found.zones
    rows = problem.items.iloc[items["item"].to_numpy(int)].reset_index(drop=True)
    items = items.reset_index(drop=True)
    catalog = {m.code: m for m in problem.catalog.measures}
    titles = {code: (m.title_zh, m.title_en)[number] for code, m in catalog.items()}
    paid = {f"pays_{code}_fen": values.to_numpy() for code, values in found.programme.paid_fen.items()}
    dwellings = rows["dwellings"].astype(float)
    out = pd.DataFrame(
        {
            "year": items["year"].astype(int),
            "rank": _rank_of(found, items["zone_id"]),
            "zone_id": items["zone_id"],
            "name": items["zone_id"].map(zones["name"]),
            "district": _district_of(found, items["zone_id"]),
            "title": items["measure"].map(titles),
            "grade": [_pair(GRADE_TITLES, g, number) for g in items["grade"]],
            "side": [_pair(SIDE_TITLES, s, number) for s in items["side"]],
            "quantity": items["quantity"].astype(float),
            "unit": [unit_word(u, number) for u in items["unit"]],
            **{c: items[c] for c in ("gross_fen", "saving_fen", "cost_fen")},
            **paid,
            **{f"{party}_fen": items[f"{party}_fen"] for party in PARTIES},
            "dwellings": dwellings,
            "residents_cny_per_dwelling": _ratio(items["residents_fen"] / 100, dwellings),
            "benefit": items["benefit"].astype(float),
            **_roles(found, items, number),
            "assumed": [assumed_words(a, number) for a in rows["assumed"]],
            "measure": items["measure"],
            "project_id": items["zone_id"] + ":" + items["measure"],
        }
    )
    order = out.assign(_k=rows["measure_no"].to_numpy()).sort_values(["year", "rank", "zone_id", "_k"]).index
    return out.loc[order].reset_index(drop=True)


def _roles(found: Planned, items: pd.DataFrame, number: int) -> dict[str, pd.Series]:
    if found.frequencies is None:
        return {}
    seen = found.frequencies.iloc[items["item"].to_numpy(int)].reset_index(drop=True)
    words = seen["role"].map({k: WORDS[k][number] for k in ("core", "flexible", "never")})
    return {"frequency": seen["frequency"], "role": words}


def _years(found: Planned, number: int) -> pd.DataFrame:  # noqa: ARG001 - as all makers
    done, ledger, paid = found.programme.done, found.ledger.items, found.programme.paid_fen
    rows = []
    for year in range(1, found.spec.rules.years + 1):
        here = done["year"] == year
        sums = {f"pays_{code}_fen": int(values[here].sum()) for code, values in paid.items()}
        parties = {f"{p}_fen": int(ledger.loc[here, f"{p}_fen"].sum()) for p in PARTIES}
        head = {"year": year, "projects": int(here.sum()), "zones": done.loc[here, "zone_id"].nunique()}
        rows.append(head | {"cost_fen": int(done.loc[here, "cost_fen"].sum())} | sums | parties)
    return pd.DataFrame(rows)


def _sources(found: Planned, number: int) -> pd.DataFrame:
    kinds, table = source_kinds(), found.ledger.sources
    titles = {s.code: (s.title_zh, s.title_en)[number] for s in found.problem.sources}
    years = [c for c in table.columns if c.startswith("year_")]
    return pd.DataFrame(
        {
            "source": [titles[str(c)] for c in table.index],
            "kind": [(kinds[k].zh, kinds[k].en)[number] for k in table["kind"]],
            "party": [WORDS[p][number] for p in table["party"]],
            "budget_fen": found.budgets["budget_fen"].to_numpy(),
            **{c: table[c].to_numpy() for c in years},
            "total_fen": table["total_fen"].to_numpy(),
            "left_fen": found.budgets["left_fen"].to_numpy(),
            "share": table["share"].to_numpy(),
        }
    ).astype({"budget_fen": "Int64", "left_fen": "Int64"})


def _districts(found: Planned, number: int) -> pd.DataFrame:
    items = found.ledger.items
    where = _district_of(found, items["zone_id"]).to_numpy(object)
    floors = {f.district: f.share for f in found.problem.rules.floors}
    whole, rows = max(found.cost_fen, 1), []
    for name in found.problem.districts if found.spec.district else ():
        here = where == name
        part = items[here]
        rows.append(
            {
                "district": name or WORDS["no_district"][number],
                "projects": int(here.sum()),
                "zones": part["zone_id"].nunique(),
                "cost_fen": int(part["cost_fen"].sum()),
                **{f"{p}_fen": int(part[f"{p}_fen"].sum()) for p in PARTIES},
                "share": int(part["cost_fen"].sum()) / whole,
                "floor_share": floors.get(name),
            }
        )
    columns = ["district", "projects", "zones", "cost_fen", *(f"{p}_fen" for p in PARTIES), "share", "floor_share"]
    return pd.DataFrame(rows, columns=columns).astype({"floor_share": float})


def _zones(found: Planned, number: int) -> pd.DataFrame:  # noqa: ARG001 - as all makers
    table = found.ledger.zones.reset_index()
    table.insert(0, "rank", _rank_of(found, table["zone_id"]))
    table.insert(2, "name", table["zone_id"].map(found.zones["name"]))
    return table.sort_values(["rank", "zone_id"]).reset_index(drop=True)


def _parties(found: Planned, number: int) -> pd.DataFrame:
    totals, flows = found.ledger.totals, found.ledger.flows
    whole = max(found.cost_fen, 1)
    borrowed = {"government": totals["borrowed_fen"]}
    return pd.DataFrame(
        [
            {
                "party": WORDS[party][number],
                "cost_fen": int(totals[f"{party}_fen"]),
                "share": totals[f"{party}_fen"] / whole,
                "borrowed_fen": int(borrowed.get(party, 0)),
                "flows_cny": float(flows[party].sum()),
                "concessions_fen": _some(totals["concessions_fen"]) if party == "enterprises" else pd.NA,
                "concessions_rate": totals["concessions_internal_rate"] if party == "enterprises" else np.nan,
                "concessions_payback": totals["concessions_payback_years"] if party == "enterprises" else np.nan,
            }
            for party in PARTIES
        ]
    ).astype({"concessions_fen": "Int64"})


def _some(fen: float) -> object:
    """Return whole fen; nothing where there are none."""
    return int(fen) or pd.NA


def _operators(found: Planned, number: int) -> pd.DataFrame:
    table = found.ledger.operators.copy()
    titles = {m.code: (m.title_zh, m.title_en)[number] for m in found.problem.catalog.measures}
    sources = {s.code: (s.title_zh, s.title_en)[number] for s in found.problem.sources}
    table.insert(1, "name", table["zone_id"].map(found.zones["name"]))
    table["measure"] = table["measure"].map(titles)
    table["source"] = table["source"].map(sources)
    return table.rename(columns={"measure": "title"})


def _measures(found: Planned, number: int) -> pd.DataFrame:
    done, rows = found.programme.done, []
    for m in found.problem.catalog.measures:
        here, price = done[done["measure"] == m.code], found.prices[m.code]
        rows.append(
            {
                "title": (m.title_zh, m.title_en)[number],
                "grade": _pair(GRADE_TITLES, m.grade, number),
                "side": _pair(SIDE_TITLES, m.side, number),
                "unit": unit_word(m.unit, number),
                "unit_cny": price.unit_cny,
                "price_assumed": WORDS["yes" if price.assumed else "no"][number],
                "verified": WORDS[f"verified.{str(m.cost.verified).lower()}"][number],
                "price_source": price_words(price.source, number),
                "quantity": float(here["quantity"].sum()),
                "projects": len(here),
                "zones": here["zone_id"].nunique(),
                "cost_fen": int(here["cost_fen"].sum()),
                "note": price_words(m.note, number),
                "measure": m.code,
            }
        )
    return pd.DataFrame(rows)


def _left_out(found: Planned, number: int) -> pd.DataFrame:
    table, done = found.problem.table, found.programme.done
    chosen = set(zip(done["zone_id"], done["measure"], strict=True))
    gone = [key not in chosen for key in zip(table["zone_id"], table["measure"], strict=True)]
    left = table[gone]
    titles = {m.code: (m.title_zh, m.title_en)[number] for m in found.problem.catalog.measures}
    words = {k: v[number] for k, v in STATUS_TITLES.items()} | {"candidate": WORDS["not_chosen"][number]}
    # What was not known, or not there to be done, has no cost.
    cost = left["cost_fen"].where(left["cost_fen"] > 0).astype("Int64")
    out = pd.DataFrame(
        {
            "rank": _rank_of(found, left["zone_id"]),
            "zone_id": left["zone_id"],
            "name": left["zone_id"].map(found.zones["name"]),
            "title": left["measure"].map(titles),
            "status": left["status"].map(words),
            "reason": _reasons(found, left, number),
            "cost_fen": cost,
            "benefit": left["benefit"].astype(float),
            "measure": left["measure"],
        }
    )
    order = left.assign(rank=out["rank"]).sort_values(["rank", "zone_id", "measure_no"]).index
    return out.loc[order].reset_index(drop=True)


def _reasons(found: Planned, left: pd.DataFrame, number: int) -> list[str]:
    """Return why each is not done; of what could be, that others bring more."""
    known = {text: reason_words(text, found, number) for text in left["reason"].unique()}
    chosen_from = left["status"] == "candidate"
    return [NOT_CHOSEN[number] if c else known[r] for r, c in zip(left["reason"], chosen_from, strict=True)]


def _words(found: Planned, number: int) -> pd.DataFrame:
    return pd.DataFrame({"sentence": [pair[number] for pair in found.sentences]})


def unit_word(unit: str, number: int) -> str:
    """Return a unit of quantity in the language."""
    return unit if number else UNITS.get(unit, unit)


def _rank_of(found: Planned, zones: pd.Series) -> pd.Series:
    return zones.map(found.zones["rank"]).astype("Int64")


def _district_of(found: Planned, zones: pd.Series) -> pd.Series:
    problem = found.problem
    names = pd.Series([problem.districts[d] for d in problem.district], problem.zones.index, dtype=object)
    return zones.map(names)


def _pair(titles: object, key: str, number: int) -> str:
    return str(titles[key][number])  # type: ignore[index]  # a mapping of code to zh and en


def _ratio(part: pd.Series, whole: pd.Series) -> pd.Series:
    return part / whole.where(whole > 0)


def _source_titles(found: Planned, number: int) -> dict[str, str]:
    pays = WORDS["pays"][number]
    titles = {f"pays_{s.code}_fen": pays.format(source=(s.title_zh, s.title_en)[number]) for s in found.problem.sources}
    years = range(1, found.spec.rules.years + 1)
    return titles | {f"year_{t}_fen": WORDS["pays_year"][number].format(t=t) for t in years}


def _head(column: str, titles: dict[str, str], number: int) -> str:
    return titles.get(column) or (COLUMNS[column][number] if column in COLUMNS else column)
