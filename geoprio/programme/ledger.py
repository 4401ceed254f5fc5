"""What a programme asks of residents, enterprises and government, and what each gets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geoprio._core.typing import Floats, Ints
from geoprio.programme.check import benefit_by_zone
from geoprio.programme.finance import internal_rate, payback_years
from geoprio.programme.funding import source_kinds
from geoprio.programme.money import FEN
from geoprio.programme.portfolio import Programme
from geoprio.programme.problem import Problem

PARTIES = ("residents", "enterprises", "government")
HORIZON_YEARS = 20
"""Years of running after the last work, where no loan or concession runs longer."""


@dataclass(frozen=True)
class Ledger:
    """Who pays what, and who gets what. All money of the works is in whole fen and adds up exactly.

    Attributes
    ----------
    items : DataFrame
        As `Programme.done`, with `grade`, `side`, and for each party `{party}_fen`, which sum to `cost_fen`.
    zones : DataFrame
        Index `zone_id`: `cost_fen`, `{party}_fen`, `face_fen`, `lining_fen`, `dwellings`,
        `residents_cny_per_dwelling` (NaN without dwellings), `running_residents_fen` (a year, borne by residents),
        `benefit` (points, discounted).
    sources : DataFrame
        Index `source`: `kind`, `party`, `level`, `year_{t}_fen` for each year, `total_fen`, `share` (of all money).
    sides : DataFrame
        Index `side` (face, lining): `cost_fen`, `share`; `grades` likewise.
    flows : DataFrame
        Index `year` from 1: for each party what it gets less what it pays, in yuan. A loan weighs on who pays it
        back, in the years of payment. Running cost and income begin the year after the work.
    operators : DataFrame
        A row for each item with a concession: `zone_id`, `measure`, `source`, `invested_fen`, `net_income_fen` (a
        year), `years`, `required_return`, `internal_rate`, `payback_years` (NaN: never). A rate above the required
        one is what a tender can still ask of the operator.
    totals : dict
        `cost_fen`, `{party}_fen`, `borrowed_fen` (part of government's that is paid back), `repaid_cny` (payments
        over all years, nominal), `leverage` (money of others for each of government's; NaN without any of
        government's), `concessions_internal_rate`, `concessions_payback_years` (of all concessions together, on
        `concessions_fen`, what their operators put in; NaN: none). Other money of enterprises is not in them.
    """

    items: pd.DataFrame
    zones: pd.DataFrame
    sources: pd.DataFrame
    sides: pd.DataFrame
    grades: pd.DataFrame
    flows: pd.DataFrame
    operators: pd.DataFrame
    totals: dict[str, float]


def ledger(programme: Programme) -> Ledger:
    """Return the accounts of a programme."""
    problem, paid = programme.problem, programme.paid_fen.to_numpy(np.int64)
    items = _items(programme, paid)
    flows, operated = _flows(programme, paid)
    operators = _operators(programme, paid)
    borrowed = [s.repayment is not None and s.party == "government" for s in problem.sources]
    others = items["residents_fen"].sum() + items["enterprises_fen"].sum()
    government = items["government_fen"].sum()
    rate, back = internal_rate(operated), payback_years(operated) if operated.any() else None
    totals: dict[str, float] = {"cost_fen": int(items["cost_fen"].sum())}
    totals |= {f"{party}_fen": int(items[f"{party}_fen"].sum()) for party in PARTIES}
    totals["borrowed_fen"] = int(paid[:, borrowed].sum())
    totals["repaid_cny"] = float(sum(_service(programme, paid, s).sum() for s in range(len(problem.sources))) / FEN)
    totals["leverage"] = float(others / government) if government else float("nan")
    totals["concessions_fen"] = int(operators["invested_fen"].sum())
    totals["concessions_internal_rate"] = float("nan") if rate is None else rate
    totals["concessions_payback_years"] = float("nan") if back is None else back
    return Ledger(
        items=items,
        zones=_zones(programme, items),
        sources=_sources(programme, paid),
        sides=_split(items, "side", ("face", "lining")),
        grades=_split(items, "grade", ("safety", "basic", "improving", "upgrading")),
        flows=flows,
        operators=operators,
        totals=totals,
    )


def _items(programme: Programme, paid: Ints) -> pd.DataFrame:
    problem = programme.problem
    by = np.array([s.party for s in problem.sources])
    measures = {m.code: m for m in problem.catalog.measures}
    table = programme.done.copy()
    table["grade"] = [measures[m].grade for m in table["measure"]]
    table["side"] = [measures[m].side for m in table["measure"]]
    for party in PARTIES:
        table[f"{party}_fen"] = paid[:, by == party].sum(axis=1)
    return table


def _zones(programme: Programme, items: pd.DataFrame) -> pd.DataFrame:
    problem = programme.problem
    sums = items.groupby("zone_id", sort=False)[["cost_fen", *(f"{p}_fen" for p in PARTIES)]].sum()
    for side in ("face", "lining"):
        part = items[items["side"] == side].groupby("zone_id")["cost_fen"].sum()
        sums[f"{side}_fen"] = part.reindex(sums.index, fill_value=0)
    homes = problem.items.drop_duplicates("zone_id").set_index("zone_id")["dwellings"]
    sums["dwellings"] = homes.reindex(sums.index)
    known = sums["dwellings"].where(sums["dwellings"] > 0)
    sums["residents_cny_per_dwelling"] = sums["residents_fen"] / FEN / known
    own = {m.code for m in problem.catalog.measures if m.kept_by == "residents"}
    rows = problem.items.iloc[items["item"].to_numpy(int)]
    running = rows[rows["measure"].isin(own)].groupby("zone_id")["running_fen"].sum()
    sums["running_residents_fen"] = running.reindex(sums.index, fill_value=0)
    benefit = pd.Series(benefit_by_zone(problem, programme.years()), index=problem.zones.index)
    sums["benefit"] = benefit.reindex(sums.index)
    return sums


def _sources(programme: Programme, paid: Ints) -> pd.DataFrame:
    problem, kinds = programme.problem, source_kinds()
    year = programme.done["year"].to_numpy(int)
    whole = max(int(paid.sum()), 1)
    rows = []
    for s, source in enumerate(problem.sources):
        kind = kinds[source.kind]
        by_year = {f"year_{t + 1}_fen": int(paid[year == t + 1, s].sum()) for t in range(problem.rules.years)}
        total = int(paid[:, s].sum())
        head = {"source": source.code, "kind": source.kind, "party": kind.party, "level": kind.level}
        rows.append(head | by_year | {"total_fen": total, "share": total / whole})
    return pd.DataFrame(rows).set_index("source")


def _split(items: pd.DataFrame, column: str, names: tuple[str, ...]) -> pd.DataFrame:
    cost = items.groupby(column)["cost_fen"].sum().reindex(list(names), fill_value=0)
    return pd.DataFrame({"cost_fen": cost, "share": cost / max(int(cost.sum()), 1)}).rename_axis(column)


def _horizon(problem: Problem) -> int:
    """Years that the flows are followed."""
    after = [HORIZON_YEARS]
    for source in problem.sources:
        if source.concession:
            after.append(source.concession.years)
        if source.repayment:
            after.append(source.repayment.grace_years + source.repayment.years)
    return problem.rules.years + max(after)


def _service(programme: Programme, paid: Ints, s: int) -> Floats:
    """Payments of a loan or bond in each year, in fen; shape (years followed,)."""
    problem = programme.problem
    out = np.zeros(_horizon(problem))
    loan = problem.sources[s].repayment
    if loan:
        for amount, year in zip(paid[:, s], programme.done["year"], strict=True):
            first = int(year) + loan.grace_years
            out[first : first + loan.years] += amount * loan.payment
    return out


def _concession(problem: Problem, paid: Ints) -> Ints:
    """Which source operates each row, -1: none; shape (rows,)."""
    out = np.full(len(paid), -1, np.int64)
    for s, source in enumerate(problem.sources):
        if source.concession:
            out[paid[:, s] > 0] = s
    return out


def _net_income(programme: Programme) -> Ints:
    rows = programme.problem.items.iloc[programme.done["item"].to_numpy(int)]
    net: Ints = rows["income_fen"].to_numpy(np.int64) - rows["running_fen"].to_numpy(np.int64)
    return net


def _flows(programme: Programme, paid: Ints) -> tuple[pd.DataFrame, Floats]:
    """Flows of all parties in yuan, and those of the concessions alone."""
    problem = programme.problem
    horizon, year = _horizon(problem), programme.done["year"].to_numpy(int)
    flows = {party: np.zeros(horizon) for party in PARTIES}
    operated = np.zeros(horizon)
    keeper = {m.code: m.kept_by for m in problem.catalog.measures}
    keepers = [keeper[m] for m in programme.done["measure"]]
    for s, source in enumerate(problem.sources):
        if source.repayment is None:
            np.subtract.at(flows[source.party], year - 1, paid[:, s])
            if source.concession:
                np.subtract.at(operated, year - 1, paid[:, s])
        elif source.repayment.by == "budget":
            flows[source.party] -= _service(programme, paid, s)
        else:
            # What the measure earns pays the loan, so it weighs on whoever has the income.
            for party in PARTIES:
                theirs = np.where(np.array([k == party for k in keepers], bool), paid[:, s], 0)
                flows[party] -= _service(programme, np.column_stack([theirs] * len(problem.sources)), s)
    net, operator = _net_income(programme), _concession(problem, paid)
    for k, first in enumerate(year):
        concession = problem.sources[operator[k]].concession if operator[k] >= 0 else None
        until = first + concession.years if concession else first
        flows["enterprises"][first:until] += net[k]
        operated[first:until] += net[k]
        flows[keepers[k]][until:] += net[k]
    table = pd.DataFrame({party: flow / FEN for party, flow in flows.items()})
    return table.set_axis(pd.RangeIndex(1, horizon + 1, name="year"), axis=0), operated / FEN


def _operators(programme: Programme, paid: Ints) -> pd.DataFrame:
    problem, net = programme.problem, _net_income(programme)
    rows = []
    for k, s in enumerate(_concession(problem, paid)):
        concession = problem.sources[s].concession
        if s < 0 or concession is None:
            continue
        flow = np.array([-paid[k, s], *[net[k]] * concession.years], float)
        rate, back = internal_rate(flow), payback_years(flow)
        rows.append(
            {
                "zone_id": programme.done["zone_id"].iloc[k],
                "measure": programme.done["measure"].iloc[k],
                "source": problem.sources[s].code,
                "invested_fen": int(paid[k, s]),
                "net_income_fen": int(net[k]),
                "years": concession.years,
                "required_return": concession.required_return,
                "internal_rate": np.nan if rate is None else rate,
                "payback_years": np.nan if back is None else back,
            }
        )
    columns = ["zone_id", "measure", "source", "invested_fen", "net_income_fen", "years", "required_return"]
    return pd.DataFrame(rows, columns=[*columns, "internal_rate", "payback_years"])
