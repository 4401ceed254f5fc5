"""Whether a programme mends the hazards that put zones before all others, and why not where it does not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
import pandas as pd

from geoprio.programme import candidates as c
from geoprio.programme.measures import Catalog, Measure, load_catalog
from geoprio.programme.portfolio import Programme

GATE: Final = "safety_gate"
"""Column of the zones that the score puts before all others."""
NO_MEASURE: Final = "no_measure"
NOT_CHOSEN: Final = "not_chosen"
NEAREST: Final = (c.CANDIDATE, c.NOT_FUNDABLE, c.BLOCKED, c.UNKNOWN, c.NOT_ELIGIBLE, c.LEFT_OUT, c.NO_BENEFIT)
"""What became of a measure, from what is nearest to being done; the nearest of several tells the reason."""


def mended_by(measure: Measure, defects: Iterable[str]) -> tuple[str, ...]:
    """Return which defects a measure mends: those of which its quantities are, else those whose share it closes.

    Parameters
    ----------
    measure : Measure
    defects : iterable of str
        Codes that there are.
    """
    known = sorted(defects, key=len, reverse=True)
    counted = [_defect_of(q.column, known) for q in measure.quantity]
    closed = [_defect_of(e.indicator, known) for e in measure.improves]
    return tuple(dict.fromkeys(d for d in (*counted, *closed) if d))


def hazards(programme: Programme, gates: tuple[str, ...]) -> pd.DataFrame:
    """Return each hazard of each zone, whether the programme mends it, and why not.

    Parameters
    ----------
    programme : Programme
        Its zones have `{hazard}_found` (how many buildings, or the zone) or `{hazard}_points`, and `safety_gate` where
        the score puts zones with a hazard first.
    gates : tuple of str
        Codes of the hazards that count.

    Returns
    -------
    DataFrame
        `zone_id`, `hazard` (empty: the zones only say that there is one), `mended`, `year` (null: it is not mended),
        `measures` (codes of what is done), `status` (``"done"``, ``"no_measure"``, ``"not_chosen"``, else that of the
        measure in `Problem.table`), `measure` (whose status it is) and `reason`.
    """
    problem, zones = programme.problem, programme.problem.zones
    kinds = {m.code: mended_by(m, gates) for m in problem.catalog.measures}
    safe = {m.code for m in problem.catalog.measures if m.grade == "safety"}
    years = {
        (z, m): int(y) for z, m, y in zip(*(programme.done[k] for k in ("zone_id", "measure", "year")), strict=True)
    }
    keys = list(zip(problem.table["zone_id"], problem.table["measure"], strict=True))
    status, reason = (dict(zip(keys, problem.table[k], strict=True)) for k in ("status", "reason"))
    rows: list[tuple[object, ...]] = []
    for zone, hazard in _there(zones, gates):
        fitting = [m for m, of in kinds.items() if (hazard in of if hazard else m in safe)]
        done = [m for m in fitting if (zone, m) in years]
        if done:
            first = min(years[zone, m] for m in done)
            rows.append((zone, hazard, True, first, ", ".join(done), "done", done[0], ""))
            continue
        told = [(status[zone, m], m, reason[zone, m]) for m in fitting]
        rows.append((zone, hazard, False, pd.NA, "", *_why(told, hazard, problem.catalog)))
    columns = ["zone_id", "hazard", "mended", "year", "measures", "status", "measure", "reason"]
    return pd.DataFrame(rows, columns=columns).astype({"year": "Int64", "mended": bool})


def _defect_of(column: str, known: list[str]) -> str:
    return next((d for d in known if column.startswith(f"{d}_")), "")


def _there(zones: pd.DataFrame, gates: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return the zones and their hazards, in the order of the zones."""
    found = np.zeros((len(zones), len(gates)), bool)
    for k, code in enumerate(gates):
        for column in (f"{code}_found", f"{code}_points"):
            if column in zones:
                found[:, k] |= (pd.to_numeric(zones[column], errors="coerce") > 0).to_numpy(bool)
    first = zones[GATE].astype("boolean").fillna(value=False).to_numpy(bool) if GATE in zones else found.any(axis=1)
    out = []
    for row in np.flatnonzero(first):
        codes = [gates[k] for k in np.flatnonzero(found[row])] or [""]
        out += [(str(zones.index[int(row)]), code) for code in codes]
    return out


def _why(told: list[tuple[str, str, str]], hazard: str, catalog: Catalog) -> tuple[str, str, str]:
    """Return the status, the measure and the reason for which a hazard is not mended."""
    if not told:
        spare = [m.code for m in load_catalog().measures if hazard and hazard in mended_by(m, (hazard,))]
        spare = [code for code in spare if code not in catalog.codes]
        return NO_MEASURE, spare[0] if spare else "", ""
    order = [*NEAREST, c.NOTHING_TO_DO]
    status, measure, reason = min(told, key=lambda one: order.index(one[0]))
    return (NOT_CHOSEN if status == c.CANDIDATE else status), measure, reason
