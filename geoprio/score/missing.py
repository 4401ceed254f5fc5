"""Zones without demand, and values that are not known: a rule decides, nothing counts as 0 in silence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoprio._core.errors import InputError
from geoprio.score.spec import IMPUTE

if TYPE_CHECKING:
    import pandas as pd

    from geoprio._core.findings import Findings
    from geoprio._core.typing import Bools, Floats
    from geoprio.score.matrix import DecisionMatrix

MISSING_LIMIT = 0.2
"""Share of zones that may lack an indicator before a rule for missing values has to be chosen."""


def has_demand(zones: pd.DataFrame) -> Bools:
    """Return which zones have demand of any category."""
    columns = [c for c in zones.columns if str(c).endswith("_demand")]
    return np.asarray((zones[columns].to_numpy(float) > 0).any(axis=1))


def is_eligible(zones: pd.DataFrame) -> Bools:
    """Return which zones may be ranked; one of which that is not known is."""
    return zones["eligible"].fillna(True).to_numpy(bool)  # noqa: FBT003 - unknown is ranked


def fill(
    matrix: DecisionMatrix,
    scored: Bools,
    missing: str | None,
    without_facility: frozenset[str],
    findings: Findings,
    *,
    takes_gaps: bool = True,
) -> Floats:
    """Return the values after the rule for missing ones.

    Parameters
    ----------
    matrix : DecisionMatrix
    scored : ndarray of bool, shape (zones,)
        Zones that are ranked.
    missing : str or None
        As `ScoreSpec.missing`.
    without_facility : frozenset of str
        Categories of which no facility can be walked to; their columns stay unknown.
    findings : Findings
    takes_gaps : bool
        Whether the method can give the weight of what a zone lacks to its other indicators.

    Returns
    -------
    ndarray of float, shape (zones, criteria)
        What stays NaN is renormalised.

    Raises
    ------
    InputError
        If values are missing and the rule refuses them or the method cannot take them, or no rule was chosen and more
        than 20 % of zones lack one, or nothing is known to impute from.
    """
    values = matrix.values.copy()
    lacking = np.isnan(values) & scored[:, None]
    problems = []
    choices = "|".join(IMPUTE)
    for k, criterion in enumerate(matrix.criteria):
        n = int(lacking[:, k].sum())
        if not n or criterion.category in without_facility:
            continue
        text = f"{criterion.code} is unknown for {n} of {int(scored.sum())} zones"
        if missing == "refuse":
            problems.append(f"[score] missing = refuse: {text} (first: {matrix.ids[lacking[:, k]][0]!r}).")
        elif missing and missing.startswith("impute:"):
            how = missing.removeprefix("impute:")
            put = _imputed(values[scored, k], how, criterion.good, criterion.bad)
            if np.isnan(put):
                problems.append(f"[score] missing = {missing}: {text}, and no {how} of it is known; weight another.")
            values[lacking[:, k], k] = put
            findings.info("score", f"{text}: imputed by {how}")
        elif not takes_gaps:
            problems.append(f'[score] {text}, which this method cannot take; choose missing = "impute:<{choices}>".')
        elif missing is None and n > MISSING_LIMIT * scored.sum():
            problems.append(f'[score] {text}; choose missing = "renormalise" or "impute:<{choices}>".')
        else:
            findings.info("score", f"{text}: its weight goes to their other indicators")
    if problems:
        raise InputError(*problems)
    return values


def _imputed(known: Floats, how: str, good: float, bad: float) -> float:
    if how in {"good", "bad"}:
        return good if how == "good" else bad
    if np.isnan(known).all():
        return np.nan
    return float(np.nanmedian(known) if how == "median" else np.nanmean(known))
