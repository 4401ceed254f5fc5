"""From the decision matrix to priority, contributions, status and rank."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geoprio._core.columns import INELIGIBLE, NO_BUILDINGS, NO_DATA, SCORED
from geoprio._core.errors import InputError
from geoprio.score.methods import Fitted, Method
from geoprio.score.missing import fill, has_demand, is_eligible
from geoprio.score.rank import rank_zones
from geoprio.score.spec import ScoreSpec
from geoprio.score.weigh import told

if TYPE_CHECKING:
    from geoprio._core.findings import Findings
    from geoprio._core.typing import Bools, Floats
    from geoprio.score.matrix import DecisionMatrix

__all__ = ["ScoreSpec", "Scoring", "fit_method", "score_zones"]

SAFETY_GATE = "safety_gate"

DEFAULT = Method()
"""Thresholds and the weighted sum."""


@dataclass(frozen=True)
class Scoring:
    """A method fitted to the zones that it ranks.

    Attributes
    ----------
    fitted : Fitted or None
        None where no zone can be ranked.
    known : ndarray of bool, shape (zones,)
        The zones that are ranked, in the order of the fitted rows.
    used : ndarray of bool, shape (criteria,)
        The indicators that count, in the order of the fitted columns.
    """

    fitted: Fitted | None
    known: Bools
    used: Bools

    def spread(self, findings: Findings) -> tuple[Floats, Floats, Floats]:
        """Return priority and baseline (zones,) and parts (zones, criteria); NaN where there is no score."""
        parts = np.full((len(self.known), len(self.used)), np.nan)
        priority, baseline = np.full((2, len(self.known)), np.nan)
        if self.fitted is None:
            return priority, baseline, parts
        with told(findings):
            found, shared, base, error = self.fitted.shared()
        priority[self.known] = found
        parts[np.ix_(self.known, self.used)] = shared
        baseline[self.known] = 0.0 if base is None else base
        if error > 0:
            findings.info("score", f"contributions are sampled: standard error up to {error:.2g} points")
        return priority, baseline, parts


def fit_method(
    matrix: DecisionMatrix,
    scored: Bools,
    missing: str | None,
    findings: Findings,
    without_facility: frozenset[str] = frozenset(),
    *,
    method: Method = DEFAULT,
) -> Scoring:
    """Return the method with all that it learns from the zones that are ranked.

    Parameters
    ----------
    matrix : DecisionMatrix
    scored : ndarray of bool, shape (zones,)
        Zones that may be ranked.
    missing, findings, without_facility, method
        As for `score_zones`.

    Raises
    ------
    InputError
        As `score_zones` does.
    """
    values = fill(matrix, scored, missing, without_facility, findings, takes_gaps=method.takes_gaps)
    there = np.isfinite(values)
    known = np.asarray(scored & (there & (matrix.weights > 0)).any(axis=1))
    used = np.asarray(there[known].any(axis=0))
    total = matrix.weights[used].sum()
    if not known.any() or not total > 0:
        return Scoring(None, known, used)
    criteria = [c for c, use in zip(matrix.criteria, used, strict=True) if use]
    if not used.all():
        criteria = [replace(c, weight=c.weight / total) for c in criteria]
    with told(findings):
        return Scoring(Fitted(method, values[np.ix_(known, used)], criteria), known, used)


def score_zones(
    matrix: DecisionMatrix,
    zones: pd.DataFrame,
    missing: str | None,
    findings: Findings,
    without_facility: frozenset[str] = frozenset(),
    *,
    method: Method = DEFAULT,
    gate: str | None = None,
) -> pd.DataFrame:
    """Return priority, rank and contributions of each zone.

    Parameters
    ----------
    matrix : DecisionMatrix
    zones : DataFrame
        Same index; `zone_type`, `eligible` (nullable boolean), and for the categories of the matrix
        `{category}_demand` and `{category}_covered_share`.
    missing : str or None
        Rule for unknown values, as in `ScoreSpec`.
    without_facility : frozenset of str
        Categories of which no facility can be walked to: their weight goes to the others for all zones.
    method : Method
        Normalization and aggregation; default: thresholds and the weighted sum.
    gate : str, optional
        Column of `zones`, nullable boolean, that orders ahead of priority: true, then unknown, then false. It changes
        no contribution. Default: the column `safety_gate`, where there is one.

    Returns
    -------
    DataFrame
        Index `zone_id`; `priority` (0-100), `rank`, `rank_in_type`, `tied_with`, `score_status`, for methods other than
        the sum `baseline`, and `{code}_contribution`; missing where a zone has no score.

    Raises
    ------
    InputError
        If values are missing and the rule refuses them or the method cannot take them, or no rule was chosen and more
        than 20 % of zones lack one; if the gate is no yes/no column; if the method is not defined for the values.
    """
    demand, eligible = has_demand(zones), is_eligible(zones)
    scoring = fit_method(matrix, demand & eligible, missing, findings, without_facility, method=method)
    known = scoring.known
    priority, baseline, parts = scoring.spread(findings)
    status = np.select([~demand, ~eligible, ~known], [NO_BUILDINGS, INELIGIBLE, NO_DATA], SCORED)
    if not known.any():
        findings.warn("score", "no zone could be ranked: none has both demand and a known indicator")
    score = pd.Series(priority, index=zones.index, name="priority")
    gate = gate or (SAFETY_GATE if SAFETY_GATE in zones else None)
    tiers = None if gate is None else _gate(zones, gate, known, findings)
    ranks = rank_zones(score, _unserved(matrix, zones), zones["zone_type"], tiers)
    out = pd.DataFrame({"priority": score, **ranks, "score_status": pd.array(status, dtype="str")}, index=zones.index)
    if method.aggregate != "weighted_sum":
        out["baseline"] = baseline
    return out.assign(**{f"{c.code}_contribution": parts[:, k] for k, c in enumerate(matrix.criteria)})


def _gate(zones: pd.DataFrame, gate: str, known: Bools, findings: Findings) -> pd.Series:
    """Return the gate's column, and tell how many zones it puts first and of how many it knows nothing."""
    if gate not in zones:
        raise InputError(f"[score] gate: the zones have no column {gate!r}; name a yes/no column of theirs.")
    column = zones[gate]
    if not pd.api.types.is_bool_dtype(column):
        raise InputError(f"[score] gate: column {gate!r} holds {column.dtype}, not yes and no; name a yes/no column.")
    held = column.astype("boolean")[known]
    findings.info("score", f"{gate}: {int(held.sum())} of {len(held)} ranked zones come first, whatever their priority")
    if held.isna().any():
        findings.warn(
            "score",
            f"{gate}: not known for {int(held.isna().sum())} ranked zones; they rank after those it holds and before "
            "those it does not",
        )
    return column


def unserved_parts(matrix: DecisionMatrix, zones: pd.DataFrame) -> Floats:
    """Return (1 − share) · demand of the covered shares, 0 for other criteria; unknown counts nothing.

    Parameters
    ----------
    matrix : DecisionMatrix
    zones : DataFrame
        With the covered shares of the matrix and `{category}_demand`.

    Returns
    -------
    ndarray of float, shape (zones, criteria)
    """
    parts = np.zeros((len(zones), len(matrix.criteria)))
    for k, c in enumerate(matrix.criteria):
        if c.category and c.code == f"{c.category}_covered_share":
            gap = (1.0 - zones[c.code]) * zones[f"{c.category}_demand"]
            parts[:, k] = gap.fillna(0.0).to_numpy(float)
    return parts


def _unserved(matrix: DecisionMatrix, zones: pd.DataFrame) -> pd.Series:
    """Return Σ w · (1 − share) · demand over the weighted covered shares."""
    total = np.zeros(len(zones))
    for weight, part in zip(matrix.weights, unserved_parts(matrix, zones).T, strict=True):
        total += weight * part
    return pd.Series(total, index=zones.index)
