"""Where each zone stands: what explanations of a ranking start from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geoprio._core.errors import InputError
from geoprio.score.methods import UNIT, Method
from geoprio.score.rank import gate_tier

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from geoprio._core.typing import Floats
    from geoprio.score.matrix import DecisionMatrix
    from geoprio.score.score import Scoring

SAFETY_GATE = "safety_gate"


@dataclass(frozen=True)
class Standing:
    """The ranked zones with their urgencies, weights and ranks; zones without a rank are left out.

    Attributes
    ----------
    urgencies : DataFrame
        Index `zone_id`, one column per indicator, 0 to 1; NaN = unknown, and then the zone's other indicators take
        its weight.
    weights : ndarray of float, shape (indicators,)
        Sum 1.
    rank : Series of int
        1 = first, without gaps, on the same index.
    titles : mapping of str to (zh, en)
        By indicator; the code stands in for one that has none.
    names : mapping of str to str
        By zone; the id stands in for one that has none.
    units : mapping of str to str
        By indicator, as in the registry.
    table : DataFrame or None
        The indicators in their own units, NaN = unknown (an imputed urgency has no value).
    good, bad : ndarray of float, shape (indicators,), or None
        Anchors of urgency 0 and 1 in those units.
    tier : Series of int or None
        What orders ahead of priority, such as a safety gate: a lower tier comes first whatever the weights.
    priority_of : callable or None
        Urgencies (zones, indicators) → priorities (zones,) of a method other than the weighted sum.
    """

    urgencies: pd.DataFrame
    weights: Floats
    rank: pd.Series
    titles: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    table: pd.DataFrame | None = None
    good: Floats | None = None
    bad: Floats | None = None
    tier: pd.Series | None = None
    priority_of: Callable[[Floats], Floats] | None = None

    def __post_init__(self) -> None:
        """Check that the parts fit each other."""
        n, m = self.urgencies.shape
        weights = np.asarray(self.weights, np.float64)
        problems = []
        if weights.shape != (m,) or not (np.isfinite(weights).all() and (weights >= 0).all() and weights.sum() > 0):
            problems.append(f"weights {weights.tolist()} must be {m} numbers of 0 or more, one for each indicator.")
        if not self.urgencies.index.is_unique:
            problems.append(f"zone {self.urgencies.index[self.urgencies.index.duplicated()][0]!r} stands there twice.")
        elif not self.rank.index.equals(self.urgencies.index):
            problems.append("rank must have the index of urgencies; leave out zones that have no rank.")
        elif sorted(self.rank.tolist()) != list(range(1, n + 1)):
            problems.append(f"the ranks of {n} zones must be 1 to {n} without gaps.")
        known = self.urgencies.to_numpy(float)
        if ((known < -1e-9) | (known > 1 + 1e-9)).any() or np.isinf(known).any():
            problems.append("urgencies must lie between 0 and 1.")
        for name, part in (("table", self.table), ("tier", self.tier)):
            if part is not None and not part.index.equals(self.urgencies.index):
                problems.append(f"{name} must have the index of urgencies.")
        if problems:
            raise InputError(*problems)
        object.__setattr__(self, "weights", weights / weights.sum())

    @property
    def shares(self) -> Floats:
        """Weights of each zone's known indicators, scaled to sum 1; shape (zones, indicators), 0 where unknown."""
        own = np.where(self.urgencies.notna().to_numpy(), self.weights, 0.0)
        total = own.sum(axis=1, keepdims=True)
        return np.asarray(np.divide(own, total, out=np.zeros_like(own), where=total > 0), np.float64)

    @property
    def priority(self) -> Floats:
        """Priorities of 0 to 100, shape (zones,)."""
        if self.priority_of is not None:
            return np.asarray(self.priority_of(self.urgencies.to_numpy(float)), np.float64)
        return np.asarray(100.0 * (self.shares * self.urgencies.fillna(0.0).to_numpy(float)).sum(axis=1), np.float64)

    @property
    def points(self) -> pd.DataFrame:
        """What each indicator adds to the weighted sum, in points of priority; NaN where unknown.

        Raises
        ------
        InputError
            Under another method, whose contributions stand in the zones' table.
        """
        if self.priority_of is not None:
            raise InputError("only the weighted sum has points of its own; take the columns {code}_contribution.")
        return self.urgencies * (100.0 * self.shares)

    def place(self, zone: str) -> int:
        """Return the number of a zone's row.

        Raises
        ------
        InputError
            If the zone has no rank.
        """
        if zone not in self.urgencies.index:
            raise InputError(f"zone {zone!r} is not among the {len(self.urgencies)} ranked zones.")
        return int(np.flatnonzero(self.urgencies.index == zone)[0])

    def title(self, code: str) -> tuple[str, str]:
        """Return the zh and en title of an indicator."""
        return self.titles.get(code, (code, code))

    def name(self, zone: str) -> str:
        """Return the name of a zone, its id where it has none."""
        name = self.names.get(zone)
        return name if isinstance(name, str) and name else zone


def standing_of(
    matrix: DecisionMatrix, zones: pd.DataFrame, scoring: Scoring | None = None, *, gate: str | None = None
) -> Standing:
    """Return where the zones of a run stand.

    Parameters
    ----------
    matrix : DecisionMatrix
    zones : DataFrame
        The matrix's zones, with `rank`, the `{code}_contribution` of the matrix, and `name` where known.
    scoring : Scoring, optional
        The method that `fit_method` held fast; needed unless it was thresholds and the weighted sum.
    gate : str, optional
        The column that orders ahead of priority; default: `safety_gate`, where there is one.

    Raises
    ------
    InputError
        If the zones carry no score of this matrix, none is ranked, or the method has no urgencies of 0 to 1.
    """
    lacking = [c for c in ("rank", *(f"{code}_contribution" for code in matrix.codes)) if c not in zones]
    if lacking:
        raise InputError(f"the zones have no column {', '.join(lacking)}: they were not scored with this matrix.")
    ranked = zones[zones["rank"].notna()]
    if ranked.empty:
        raise InputError("no zone is ranked, so that there is nothing to explain; see the data-quality report.")
    method = Method() if scoring is None or scoring.fitted is None else scoring.fitted.method
    summed = method.aggregate == "weighted_sum"
    plain = method.normalize == "threshold"
    urgencies = _from_points(matrix, ranked) if scoring is None else _from_method(matrix, ranked, scoring)
    names = ranked["name"].dropna().astype(str).to_dict() if "name" in ranked else {}
    gate = gate or (SAFETY_GATE if SAFETY_GATE in zones else None)
    return Standing(
        urgencies=urgencies,
        weights=matrix.weights,
        rank=ranked["rank"].astype(int),
        titles={c.code: (c.title_zh, c.title_en) for c in matrix.criteria},
        names={str(zone): name for zone, name in names.items()},
        units={c.code: c.unit for c in matrix.criteria},
        table=matrix.table.reindex(ranked.index),
        good=matrix.good if plain else None,
        bad=matrix.bad if plain else None,
        tier=None if gate is None else gate_tier(zones[gate], ranked.index),
        priority_of=None if scoring is None or summed else _priority_of(scoring),
    )


def _from_points(matrix: DecisionMatrix, ranked: pd.DataFrame) -> pd.DataFrame:
    """Return the urgencies behind the points of the weighted sum, which holds for imputed values too."""
    if "baseline" in ranked:
        raise InputError("these zones were not scored by a weighted sum; give the method (fit_method) as well.")
    points = ranked[[f"{code}_contribution" for code in matrix.codes]].to_numpy(float)
    own = np.where(np.isfinite(points), matrix.weights, 0.0)
    share = np.where(own > 0, own, np.nan) / own.sum(axis=1, keepdims=True)
    return pd.DataFrame(points / (100.0 * share), ranked.index, list(matrix.codes))


def _from_method(matrix: DecisionMatrix, ranked: pd.DataFrame, scoring: Scoring) -> pd.DataFrame:
    """Return the urgencies on which a method works."""
    if scoring.fitted is None:
        raise InputError("the method was fitted to no zone at all.")
    normalize = scoring.fitted.method.normalize
    if normalize not in UNIT:
        raise InputError(
            f"normalize = {normalize!r} gives no urgencies of 0 to 1, on which a change could be told; "
            f"explain the ranking under one of {', '.join(sorted(UNIT))}."
        )
    whole = np.full((len(scoring.known), len(scoring.used)), np.nan)
    whole[np.ix_(scoring.known, scoring.used)] = scoring.fitted.normal
    return pd.DataFrame(whole, matrix.ids, list(matrix.codes)).loc[ranked.index]


def _priority_of(scoring: Scoring) -> Callable[[Floats], Floats]:
    fitted = scoring.fitted
    assert fitted is not None

    def priority_of(urgencies: Floats) -> Floats:
        """Return the priority of each row under the method as fitted."""
        return fitted.value(urgencies[:, scoring.used])

    return priority_of
