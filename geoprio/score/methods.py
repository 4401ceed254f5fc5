"""From normalized indicators to a priority of 0 to 100 under any of the methods, and what each indicator adds to it.

The mapping to 0 to 100, with u the urgencies (0 = good, 1 = bad):

- weighted sum: 100 · Σ w·u;
- weighted product: 100 · (1 − Π (1 − u)^w), so that one bad indicator cannot be made good by the others;
- TOPSIS: 100 · closeness to the point where all are bad;
- VIKOR: 100 · (1 − Q), Q from the distances to that point;
- PROMETHEE II: 50 · (1 + net flow), usual preference.

Under `threshold` and `piecewise` the good and the bad point are the anchors, so that no zone's priority depends on the
others (except PROMETHEE's, which compares zones). Under the other normalizations they are the best and worst values
found, and the sum is stretched so that a zone with all the best would have 0 and one with all the worst 100.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from geoprio._core.errors import InputError
from geoprio.score import normalize as norms
from geoprio.score.aggregate import regrets, topsis, weighted_parts
from geoprio.score.promethee import flows
from geoprio.score.shapley import shapley_values

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from geoprio._core.typing import Floats
    from geoprio.score.matrix import Criterion
    from geoprio.score.normalize import Curve

ANCHORED = frozenset(("threshold", "piecewise"))
"""Normalizations under which no zone's urgency depends on the others."""

UNIT = frozenset((*ANCHORED, "minmax", "rank"))
"""Normalizations that give 0 to 1."""

V = 0.5
"""VIKOR's weight of the sum of regrets against the largest one."""


@dataclass(frozen=True)
class Method:
    """How values become a priority: a normalization and an aggregation by name."""

    normalize: str = "threshold"
    aggregate: str = "weighted_sum"
    curves: Mapping[str, Curve] = field(default_factory=dict, hash=False)

    @property
    def takes_gaps(self) -> bool:
        """Whether a zone may lack an indicator, whose weight then goes to its others."""
        return self.aggregate == "weighted_sum" and self.normalize in ANCHORED

    def check(self) -> None:
        """Check that the two fit each other.

        Raises
        ------
        InputError
            If they do not.
        """
        if self.aggregate == "weighted_product" and self.normalize not in UNIT:
            raise InputError(
                f"aggregate = 'weighted_product' needs urgencies of 0 to 1, which normalize = {self.normalize!r} does "
                f"not give; choose one of {', '.join(sorted(UNIT))}."
            )

    def normalized(self, values: Floats, criteria: Sequence[Criterion]) -> Floats:
        """Return the values on one scale, larger = more urgent, shape (zones, criteria).

        Raises
        ------
        InputError
            If the normalization is not defined for the values, or an anchor or curve is missing.
        """
        names = [c.code for c in criteria]
        if self.normalize == "threshold":
            anchors = np.array([[c.good, c.bad] for c in criteria], np.float64).T
            return norms.urgency(values, *anchors)
        if self.normalize == "piecewise":
            lacking = [name for name in names if name not in self.curves]
            if lacking:
                raise InputError(*(f"[score] curves: {name!r} has none; add its points." for name in lacking))
            known = np.isfinite(values)
            found = norms.piecewise(np.where(known, values, 0.0), [self.curves[name] for name in names], names=names)
            return np.where(known, found, np.nan)
        directions = [c.direction for c in criteria]
        return _RELATIVE[self.normalize](values, directions, names=names)


_RELATIVE: dict[str, Callable[..., Floats]] = {
    "minmax": norms.minmax,
    "z": norms.zscore,
    "rank": norms.percentile,
    "vector": norms.vector,
    "sum": norms.total,
}


class Fitted:
    """A method with all that it learns from the zones held fast.

    Parameters
    ----------
    method : Method
    values : ndarray of float, shape (zones, criteria)
        Of the zones that are ranked, in their units.
    criteria : sequence of Criterion
        Weights sum to 1.

    Attributes
    ----------
    normal : ndarray of float, shape (zones, criteria)
    calm, urgent : ndarray of float, shape (criteria,)
        The good and the bad point on that scale.

    Raises
    ------
    InputError
        If the method is not defined for the values.
    """

    def __init__(self, method: Method, values: Floats, criteria: Sequence[Criterion]) -> None:
        method.check()
        self.method = method
        self.weights = np.array([c.weight for c in criteria])
        self.normal = method.normalized(values, criteria)
        anchored = method.normalize in ANCHORED
        self.calm = np.zeros(len(criteria)) if anchored else self.normal.min(axis=0)
        self.urgent = np.ones(len(criteria)) if anchored else self.normal.max(axis=0)
        self._span = self.urgent - self.calm
        if not (self._span * self.weights).any():
            raise InputError(
                f"normalize = {method.normalize!r}: no weighted indicator tells the zones apart; use thresholds."
            )
        # VIKOR's Q runs between the least and the largest regret: of the two points, or of the zones.
        ends = np.stack([self.urgent, self.calm]) if anchored else self.normal
        self._regrets = regrets(self._distances(ends), self.weights)

    def value(self, rows: Floats) -> Floats:
        """Return the priority of rows on the scale of `normal`, each row by itself."""
        by_name: dict[str, Callable[[Floats], Floats]] = {
            "weighted_sum": lambda r: np.nansum(self._sum_parts(r), axis=1),
            "weighted_product": lambda r: 100 * (1 - np.prod((1 - r) ** self.weights, axis=1)),
            "topsis": lambda r: 100 * topsis(r, self.weights, norm="none", ideals=(self.urgent, self.calm)),
            "vikor": self._vikor,
            "promethee2": lambda r: 50 * (1 + flows(r, among=self.normal) @ self.weights),
        }
        return np.asarray(by_name[self.method.aggregate](rows), np.float64)

    def shared(self, *, seed: int = 0, samples: int = 512) -> tuple[Floats, Floats, Floats | None, float]:
        """Return the priority of each zone, what each indicator adds to it, the baseline, and the largest error.

        Parameters
        ----------
        seed, samples : int
            Of the permutations, for more than 12 indicators under TOPSIS, VIKOR and the product.

        Returns
        -------
        priority : ndarray of float, shape (zones,)
        parts : ndarray of float, shape (zones, criteria)
            With the baseline they sum to the priority. Of the sum: its terms. Else: Shapley values against the zone
            with all indicators good; PROMETHEE II is a sum over indicators, so that its are exact.
        baseline : ndarray of float, shape (zones,), or None
            Priority of the all-good zone in the zone's place; None for the sum, whose is 0.
        error : float
            Largest standard error of the parts; 0 where they are exact.
        """
        if self.method.aggregate == "weighted_sum":
            parts = self._sum_parts(self.normal)
            return np.nansum(parts, axis=1), parts, None, 0.0
        priority = self.value(self.normal)
        if self.method.aggregate == "promethee2":
            return priority, *self._flow_parts(), 0.0
        parts, error = shapley_values(self.normal, self.calm, self.value, seed=seed, samples=samples)
        baseline = np.repeat(self.value(self.calm[None, :]), len(priority))
        return priority, parts, baseline, float(error.max(initial=0.0))

    def _sum_parts(self, rows: Floats) -> Floats:
        if self.method.normalize in ANCHORED:
            return weighted_parts(rows, self.weights)
        stretched = self.weights * self._span
        urgencies = np.divide(rows - self.calm, self._span, out=np.zeros_like(rows), where=self._span > 0)
        return weighted_parts(urgencies, stretched / stretched.sum())

    def _distances(self, rows: Floats) -> Floats:
        return np.divide(self.urgent - rows, self._span, out=np.zeros_like(rows), where=self._span > 0)

    def _vikor(self, rows: Floats) -> Floats:
        q = np.zeros(len(rows))
        for part, own, ends in zip(
            (V, 1 - V), regrets(self._distances(rows), self.weights), self._regrets, strict=True
        ):
            low, high = ends.min(), ends.max()
            if high > low:
                q += part * (own - low) / (high - low)
        return 100 * (1 - q)

    def _flow_parts(self) -> tuple[Floats, Floats]:
        """Return what each indicator adds to the flow, and the baseline with the all-good zone in the zone's place."""
        others = len(self.normal) - 1
        calm = flows(self.calm[None, :], among=self.normal) + np.sign(self.normal - self.calm) / others
        parts = 50 * self.weights * (flows(self.normal) - calm)
        return parts, 50 * (1 + calm @ self.weights)
