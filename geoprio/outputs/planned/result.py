"""A programme within the money: what was chosen, what is asked about it, and how to save it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from geoprio._core.version import __version__
from geoprio.programme import hazards
from geoprio.programme import ledger as ledger_of
from geoprio.programme.ledger import PARTIES
from geoprio.programme.money import FEN

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from geoprio._core.typing import Progress
    from geoprio.outputs.result import Result
    from geoprio.programme import Ledger, Price, Problem, Programme, ProgrammeSpec

ZONE_COLUMNS: Final = ("programme_year", "programme_cost_cny", "programme_measures")
"""Columns of the zones: the first year, the cost of all years, and the codes of what is done."""


@dataclass(frozen=True)
class Planned:
    """A programme with its accounts and answers.

    Attributes
    ----------
    result : Result
        With the columns `programme_year`, `programme_cost_cny` and `programme_measures` in its zones; missing where
        nothing is done.
    spec : ProgrammeSpec
        What was asked for.
    programme : Programme
        What is done where, in which year and with whose money, in fen; its status, bound and gap.
    ledger : Ledger
        Who pays and gets what.
    prices : dict of str to Price
        Of a unit of each measure.
    gains : DataFrame or None
        From `gains_over`; as all that follows None where the programme gives no answer.
    shadow_prices : DataFrame or None
    frontier : DataFrame or None
        None where no source has a budget.
    larger : Programme or None
        With 10 % more in every budget.
    changes : DataFrame or None
        What then enters, leaves and moves.
    frequencies : DataFrame or None
        How often each candidate is chosen under other weights, and its role: core, flexible, never.
    freed : DataFrame or None
        Where money is left over: which settings keep it from being spent, from `freed_by`; None: that was not asked.
    scenario : str or None
        The scenario in which the facilities of the programme stand, as TOML; None where it opens none.
    """

    result: Result
    spec: ProgrammeSpec
    programme: Programme
    ledger: Ledger
    prices: Mapping[str, Price]
    gains: pd.DataFrame | None
    shadow_prices: pd.DataFrame | None
    frontier: pd.DataFrame | None
    larger: Programme | None
    changes: pd.DataFrame | None
    frequencies: pd.DataFrame | None
    scenario: str | None = None
    freed: pd.DataFrame | None = None

    @property
    def zones(self) -> gpd.GeoDataFrame:
        """The zones of the result, in rank order."""
        return self.result.zones

    @property
    def problem(self) -> Problem:
        """What the programme was chosen from."""
        return self.programme.problem

    @property
    def cost_fen(self) -> int:
        """What the whole programme costs."""
        return int(self.programme.done["cost_fen"].sum())

    @cached_property
    def on_page(self) -> Planned:
        """The same in whole yuan, whose sums still add up: what pages and sentences tell."""
        from geoprio.outputs.planned.whole import in_whole_yuan  # noqa: PLC0415 - its solver loads only when shown

        whole = in_whole_yuan(self.programme)
        return self if whole is self.programme else replace(self, programme=whole, ledger=ledger_of(whole))

    @cached_property
    def gates(self) -> tuple[str, ...]:
        """The hazards that put a zone before the others."""
        asked = (self.result.project.get("condition") or {}).get("gates")
        return tuple(asked if asked is not None else (c for c, d in self.result.defects.items() if d.is_gate))

    @cached_property
    def hazards(self) -> pd.DataFrame:
        """Each hazard of each zone: whether it is mended, and why not; see `geoprio.programme.hazards`."""
        return hazards(self.programme, self.gates)

    @cached_property
    def sentences(self) -> tuple[tuple[str, str], ...]:
        """What the programme comes to, in zh and en."""
        from geoprio.outputs.planned.words import planned_sentences  # noqa: PLC0415 - it takes this class as its own

        return planned_sentences(self.on_page)

    @cached_property
    def budgets(self) -> pd.DataFrame:
        """What each source has and gives: index `source`; `budget_fen` (missing: no limit), `paid_fen`, `left_fen`."""
        years = self.spec.rules.years
        rows = []
        for source in self.problem.sources:
            there = source.budgets_fen(years)
            paid = int(self.programme.done[f"{source.code}_fen"].sum())
            whole = pd.NA if there is None else int(there.sum())
            rows.append((source.code, whole, paid, pd.NA if there is None else int(there.sum()) - paid))
        table = pd.DataFrame(rows, columns=["source", "budget_fen", "paid_fen", "left_fen"]).set_index("source")
        return table.astype("Int64")

    def report(self) -> dict[str, Any]:
        """Return all that was found as plain data, money in yuan; the same for the same inputs."""
        programme, ledger = self.programme, self.ledger
        totals = {k.removesuffix("_fen") + "_cny" if k.endswith("_fen") else k: v / FEN if k.endswith("_fen") else v
                  for k, v in ledger.totals.items()}  # fmt: skip
        return {
            "program": "geoprio",
            "version": __version__,
            "status": programme.status,
            "method": programme.method,
            "years": self.spec.rules.years,
            "benefit": _plain(programme.benefit),
            "bound": _plain(programme.best_bound),
            "gap": _plain(programme.gap),
            "own_bound": _plain(programme.bound),
            "own_gap": _plain(programme.own_gap),
            "checks": {
                "rules_and_money_checked_apart_from_the_solver": programme.status in {"optimal", "feasible"},
                "sources_sum_to_cost": bool(
                    (programme.paid_fen.sum(axis=1) == programme.done["cost_fen"]).all()
                ),
                "parties_sum_to_cost": ledger.totals["cost_fen"]
                == sum(ledger.totals[f"{p}_fen"] for p in PARTIES),
            },
            "sentences": [{"zh": zh, "en": en} for zh, en in self.sentences],
            "totals": {k: _plain(v) for k, v in totals.items()},
            "budgets": _rows(_in_cny(self.budgets).reset_index()),
            "sources": _rows(_in_cny(ledger.sources).reset_index()),
            "sides": _rows(_in_cny(ledger.sides).reset_index()),
            "grades": _rows(_in_cny(ledger.grades).reset_index()),
            "projects": self._projects(),
            "zones": _rows(_in_cny(ledger.zones).reset_index()),
            "flows_cny": _rows(ledger.flows.round(2).reset_index()),
            "operators": _rows(_in_cny(ledger.operators)),
            "hazards": _rows(self.hazards),
            "freed_by": None if self.freed is None else _rows(_in_cny(self.freed)),
            "reliefs": [
                {"rule": r.rule, "subject": list(r.subject), "amount_cny": round(r.amount_cny, 2), "alone": r.alone}
                for r in programme.reliefs
            ],
            "gains": None if self.gains is None else _rows(self.gains.reset_index()),
            "shadow_prices": None if self.shadow_prices is None else _rows(self.shadow_prices),
            "frontier": None if self.frontier is None else _rows(self.frontier),
            "with_10_percent_more": None if self.changes is None else _rows(self.changes),
            "frequencies": None if self.frequencies is None else _rows(self.frequencies),
            "prices": {c: {"unit_cny": p.unit_cny, "assumed": p.assumed, "source": p.source}
                       for c, p in self.prices.items()},
        }  # fmt: skip

    def _projects(self) -> list[dict[str, Any]]:
        """Return what is done, with who pays: by source and by party, which both sum to the cost."""
        sources = [f"{s.code}_fen" for s in self.problem.sources]
        plain = self.programme.done.drop(columns=["item", *sources])
        parties = self.ledger.items[[f"{p}_fen" for p in PARTIES]]
        told = zip(_rows(_in_cny(plain)), _rows(self.programme.paid_fen / FEN),
                   _rows((parties / FEN).set_axis(PARTIES, axis=1)), strict=True)  # fmt: skip
        return [row | {"sources_cny": by, "parties_cny": of} for row, by, of in told]

    def save(
        self,
        out: str | Path,
        *,
        force: bool = False,
        lang: str = "zh",
        sheets: int | None = None,
        progress: Progress | None = None,
    ) -> Path:
        """Write all that `Result.save` writes, with the folder `programme` beside it.

        Parameters
        ----------
        out, force, lang, sheets, progress
            As in `Result.save`.

        Raises
        ------
        OutputError
            If the folder must not be touched.
        """
        from geoprio.outputs.planned.write import write_planned  # noqa: PLC0415 - writers load only when saving
        from geoprio.outputs.write import write_all  # noqa: PLC0415 - drawing libraries load only when saving

        def more(folder: Path) -> None:
            """Write what stands beside the outputs of a run."""
            write_planned(self, folder / "programme", lang)

        return write_all(self.result, Path(out), force=force, lang=lang, sheets=sheets, progress=progress, more=more,
                         more_name="programme")  # fmt: skip


def _in_cny(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose columns in fen are in yuan: the nearest number to the exact sum."""
    out = {}
    for name, values in table.items():
        if str(name).endswith("_fen"):
            out[str(name).removesuffix("_fen") + "_cny"] = values / FEN
        else:
            out[str(name)] = values
    return pd.DataFrame(out, index=table.index)


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(k): _plain(v) for k, v in row.items()} for row in table.to_dict("records")]


def _plain(value: Any) -> Any:  # noqa: ANN401 - any cell of a table
    """Return a cell as JSON has it; what is not known, or not finite, is None."""
    if value is pd.NA or value is None:
        return None
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return float(value) if np.isfinite(value) else None
    return str(value)
