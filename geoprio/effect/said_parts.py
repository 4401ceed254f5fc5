"""What a finished run keeps of its survey, as arrays: shares and means of the city, of zones and of their groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from scipy.stats import norm

from geoprio.indicators.needs.shares import CONFIDENCE, MOST_WORTH, wilson_of_share

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geoprio._core.typing import Floats, Ints

ENDS: Final = ("share", "low", "high")
PARTS: Final = ("n", "mean", "error", "degrees")


def share_parts(row: Mapping[str, Any]) -> dict[str, Floats]:
    """Return `n`, `share`, `low`, `high` of the city as arrays of one number, NaN where not known."""
    return {key: np.array([_number(row.get(key))]) for key in ("n", *ENDS)}


def mean_parts(
    one: Mapping[str, Any], two: Mapping[str, Any], ids: pd.Index
) -> tuple[tuple[dict[str, Floats], dict[str, Floats]], tuple[dict[str, Floats], dict[str, Floats]]]:
    """Return `n`, `mean`, `error`, `degrees` of two runs, of the city and of the zones `ids`."""
    city, zones = [], []
    for run in (one, two):
        city.append({key: np.array([_number(run["city"].get(key))]) for key in PARTS})
        table = pd.DataFrame(list(run["zones"]), columns=["zone_id", *PARTS]).set_index("zone_id").reindex(ids)
        zones.append({key: table[key].to_numpy(float) for key in PARTS})
    return (city[0], city[1]), (zones[0], zones[1])


def _number(value: object) -> float:
    return np.nan if value is None else float(str(value))


def worth_of(share: Floats, low: Floats, high: Floats, confidence: float = CONFIDENCE) -> Floats:
    """Return how many answers a Wilson interval was made for.

    Parameters
    ----------
    share, low, high : ndarray of float
    confidence : float

    Returns
    -------
    ndarray of float
        At most `MOST_WORTH`, where the share is known without error.
    """
    # With a = z2 / n the half width h is sqrt(a p (1 - p) + a2 / 4) / (1 + a): a quadratic in a with one root above 0.
    z2, h2 = float(norm.ppf((1 + confidence) / 2)) ** 2, ((high - low) / 2) ** 2
    lead, middle = 0.25 - h2, share * (1 - share) - 2 * h2
    with np.errstate(divide="ignore", invalid="ignore"):
        a = (-middle + np.sqrt(middle**2 + 4 * lead * h2)) / (2 * lead)
        found = np.where(a > 0, z2 / a, MOST_WORTH)
    return np.asarray(np.where(np.isnan(share), np.nan, np.minimum(found, MOST_WORTH)), np.float64)


def shares_of_groups(side: Mapping[str, Floats], at: Ints, weight: Floats, groups: int) -> dict[str, Floats]:
    """Return `n`, `share`, `low`, `high` of groups of zones, each zone counting by its weight.

    Parameters
    ----------
    side : mapping of str to ndarray of float, shape (zones,)
        `n`, `share`, `low`, `high` of zones that are told.
    at : ndarray of int, shape (zones,)
        Number of the group of each.
    weight : ndarray of float, shape (zones,)
        Above zero.
    groups : int

    Returns
    -------
    dict of str to ndarray of float, shape (groups,)
        The zones are strata: their variances add, each by its share with an answer for and one against added, so that
        zones that all agree are not taken as sure. Wilson's interval for as many answers as that is worth.

    References
    ----------
    Cochran, Sampling Techniques, 3rd ed., section 5.3; Korn and Graubard, as in `weighted_shares`.
    """
    worth = worth_of(side["share"], side["low"], side["high"])
    near = (side["share"] * side["n"] + 1) / (side["n"] + 2)
    share, variance, n = _strata(side["share"], near * (1 - near) / worth, side["n"], at, weight, groups)
    tried = (share * n + 1) / (n + 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        known = tried * (1 - tried) / variance
    low, high = wilson_of_share(share, np.nan_to_num(known))
    return {"n": n, "share": share, "low": low, "high": high}


def means_of_groups(side: Mapping[str, Floats], at: Ints, weight: Floats, groups: int) -> dict[str, Floats]:
    """Return `n`, `mean`, `error`, `degrees` of groups of zones; parameters as in `shares_of_groups`.

    Degrees of freedom are Satterthwaite's.
    """
    variance = side["error"] ** 2
    mean, total, n = _strata(side["mean"], variance, side["n"], at, weight, groups)
    whole = np.bincount(at, weights=weight, minlength=groups)
    part = weight / whole[at]
    below = np.bincount(at, weights=(part**2 * variance) ** 2 / side["degrees"], minlength=groups)
    degrees = np.divide(total**2, below, out=np.full(groups, np.nan), where=below > 0)
    return {"n": n, "mean": mean, "error": np.sqrt(total), "degrees": degrees}


def _strata(
    value: Floats, variance: Floats, n: Floats, at: Ints, weight: Floats, groups: int
) -> tuple[Floats, Floats, Floats]:
    """Return weighted means over the zones of each group, their variances and answers; NaN without any."""
    whole = np.bincount(at, weights=weight, minlength=groups)
    part = weight / whole[at]
    empty = np.where(whole > 0, 0.0, np.nan)
    means, errors, answers = (
        np.asarray(np.bincount(at, weights=x, minlength=groups), np.float64)
        for x in (part * value, part**2 * variance, n)
    )
    return means + empty, errors + empty, answers
