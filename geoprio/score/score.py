"""From the decision matrix to priority, contributions, status and rank."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, field_validator

from geoprio._core.columns import INELIGIBLE, NO_BUILDINGS, NO_DATA, SCORED
from geoprio._core.errors import InputError
from geoprio.score.aggregate import weighted_sum
from geoprio.score.normalize import urgency
from geoprio.score.rank import rank_zones

if TYPE_CHECKING:
    from geoprio._core.findings import Findings
    from geoprio._core.typing import Bools
    from geoprio.score.matrix import DecisionMatrix

MISSING_LIMIT = 0.2
"""Share of zones that may lack an indicator before a rule for missing values has to be chosen."""

IMPUTE = ("median", "mean", "good", "bad")


class ScoreSpec(BaseModel):
    """How indicators become a ranking."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True)

    rules: str = "default"
    """A rule file of geoprio by name, or a path to one of your own."""
    missing: str | None = None
    """refuse, renormalise, or impute:<median|mean|good|bad>; default: renormalise while ≤ 20 % of zones lack it."""
    weights: dict[str, float] | None = Field(default=None, min_length=1)
    """Weight by indicator; scaled to sum 1; default: equal over the covered shares."""

    @field_validator("missing")
    @classmethod
    def _known_rule(cls, missing: str | None) -> str | None:
        allowed = {"refuse", "renormalise", *(f"impute:{name}" for name in IMPUTE)}
        if missing is not None and missing not in allowed:
            raise ValueError(f"{missing!r} is not one of {', '.join(sorted(allowed))}")
        return missing


def score_zones(
    matrix: DecisionMatrix,
    zones: pd.DataFrame,
    missing: str | None,
    findings: Findings,
    without_facility: frozenset[str] = frozenset(),
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

    Returns
    -------
    DataFrame
        Index `zone_id`; `priority` (0-100), `rank`, `rank_in_type`, `tied_with`, `score_status`, and
        `{code}_contribution`; missing where a zone has no score.

    Raises
    ------
    InputError
        If values are missing and the rule refuses them, or no rule was chosen and more than 20 % of zones lack one.
    """
    demand = zones[[f"{c}_demand" for c in _categories(zones)]].to_numpy(float)
    has_demand = (demand > 0).any(axis=1)
    eligible = zones["eligible"].fillna(True).to_numpy(bool)  # noqa: FBT003 - unknown is ranked
    scored = has_demand & eligible
    values = _complete(matrix, scored, missing, without_facility, findings)
    parts = weighted_sum(urgency(values, matrix.good, matrix.bad), matrix.weights)
    known = scored & np.isfinite(parts).any(axis=1)
    parts[~known] = np.nan
    priority = pd.Series(np.where(known, np.nansum(parts, axis=1), np.nan), index=zones.index, name="priority")
    status = np.select([~has_demand, ~eligible, ~known], [NO_BUILDINGS, INELIGIBLE, NO_DATA], SCORED)
    if not known.any():
        findings.warn("score", "no zone could be ranked: none has both demand and a known indicator")
    ranks = rank_zones(priority, _unserved(matrix, zones), zones["zone_type"])
    out = pd.DataFrame(
        {"priority": priority, **ranks, "score_status": pd.array(status, dtype="str")}, index=zones.index
    )
    return out.assign(**{f"{c.code}_contribution": parts[:, k] for k, c in enumerate(matrix.criteria)})


def _categories(zones: pd.DataFrame) -> list[str]:
    return [c.removesuffix("_demand") for c in zones.columns if c.endswith("_demand")]


def _complete(
    matrix: DecisionMatrix, scored: Bools, missing: str | None, without_facility: frozenset[str], findings: Findings
) -> np.ndarray:
    """Return the values after the rule for missing ones; what stays NaN is renormalised."""
    values = matrix.table.to_numpy(float).copy()
    lacking = np.isnan(values) & scored[:, None]
    problems = []
    for k, criterion in enumerate(matrix.criteria):
        n = int(lacking[:, k].sum())
        if not n or criterion.category in without_facility:
            continue
        text = f"{criterion.code} is unknown for {n} of {int(scored.sum())} zones"
        if missing == "refuse":
            problems.append(f"[score] missing = refuse: {text} (first: {matrix.table.index[lacking[:, k]][0]!r}).")
        elif missing is None and n > MISSING_LIMIT * scored.sum():
            problems.append(f'[score] {text}; choose missing = "renormalise" or "impute:<{"|".join(IMPUTE)}>".')
        elif missing and missing.startswith("impute:"):
            values[lacking[:, k], k] = _imputed(
                values[scored, k], missing.removeprefix("impute:"), criterion.good, criterion.bad
            )
            findings.info("score", f"{text}: imputed by {missing.removeprefix('impute:')}")
        else:
            findings.info("score", f"{text}: its weight goes to their other indicators")
    if problems:
        raise InputError(*problems)
    return values


def _imputed(known: np.ndarray, how: str, good: float, bad: float) -> float:
    return {"median": float(np.nanmedian(known)), "mean": float(np.nanmean(known)), "good": good, "bad": bad}[how]


def _unserved(matrix: DecisionMatrix, zones: pd.DataFrame) -> pd.Series:
    """Return Σ w · (1 − share) · demand over the weighted covered shares; unknown counts nothing."""
    total = pd.Series(0.0, index=zones.index)
    for c in matrix.criteria:
        if c.code == f"{c.category}_covered_share":
            gap = (1.0 - zones[c.code]) * zones[f"{c.category}_demand"]
            total += c.weight * gap.fillna(0.0)
    return total
