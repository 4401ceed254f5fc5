"""The formulas as scikit-learn estimators, for pipelines and grid searches.

Rows are zones, columns are indicators. `fit` learns ranges, norms, weights and ideal points from the zones that it is
given; other zones are then measured against those.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from scipy.stats import spearmanr
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from geoprio._core.errors import InputError
from geoprio.score import aggregate, normalize, promethee
from geoprio.score.checks import shares, signs
from geoprio.score.weigh import METHODS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import ArrayLike

    from geoprio._core.typing import Floats

NORMALIZERS: Mapping[str, Callable[..., Floats]] = {
    "minmax": normalize.minmax,
    "z": normalize.zscore,
    "rank": normalize.percentile,
    "vector": normalize.vector,
    "sum": normalize.total,
    "linear": normalize.linear,
}

POSITIVE = frozenset(("sum", "linear"))

AGGREGATORS = ("weighted_sum", "weighted_product", "topsis", "vikor", "promethee2")


class Normalizer(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc] # scikit-learn is untyped
    """Bring columns to one scale; larger = more urgent.

    Parameters
    ----------
    method : {"minmax", "z", "rank", "vector", "sum", "linear", "threshold"}
    directions : array_like of {+1, −1}, optional
        Default: all +1. Without effect under "threshold".
    good, bad : array_like, optional
        Anchors of urgency 0 and 1, for "threshold".
    """

    def __init__(
        self,
        method: str = "minmax",
        directions: ArrayLike | None = None,
        good: ArrayLike | None = None,
        bad: ArrayLike | None = None,
    ) -> None:
        self.method = method
        self.directions = directions
        self.good = good
        self.bad = bad

    def fit(self, X: ArrayLike, y: object = None) -> Self:  # noqa: N803, ARG002 - scikit-learn's names
        """Learn ranges or norms from the zones.

        Raises
        ------
        InputError
            If the method is not known, or a parameter does not fit the columns.
        """
        if self.method not in {*NORMALIZERS, "threshold"}:
            raise InputError(f"method = {self.method!r} is not one of {', '.join(NORMALIZERS)}, threshold.")
        least = 1 if self.method == "threshold" else 2
        self.zones_ = validate_data(self, X, dtype=np.float64, ensure_min_samples=least)
        self.directions_ = signs(self.directions, self.zones_.shape[1])
        self._apply(self.zones_)
        return self

    def transform(self, X: ArrayLike) -> Floats:  # noqa: N803 - scikit-learn's name
        """Return the columns of the zones on the scale that was learned.

        Raises
        ------
        InputError
            If the method is not defined for a value.
        """
        check_is_fitted(self)
        return self._apply(validate_data(self, X, dtype=np.float64, reset=False))

    def _apply(self, table: Floats) -> Floats:
        if self.method != "threshold":
            return NORMALIZERS[self.method](table, self.directions_, among=self.zones_)
        if self.good is None or self.bad is None:
            raise InputError("method = 'threshold' needs good and bad, one value of each for every column.")
        return normalize.urgency(table, np.asarray(self.good, np.float64), np.asarray(self.bad, np.float64))

    def __sklearn_tags__(self) -> Any:  # noqa: ANN401 - scikit-learn's own class
        tags = super().__sklearn_tags__()
        tags.input_tags.positive_only = self.method in POSITIVE
        return tags


class Weigher(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc] # scikit-learn is untyped
    """Compute weights from the zones and multiply the columns by them.

    Parameters
    ----------
    method : {"equal", "entropy", "entropy_inverted", "critic", "critic_blind", "std", "pca"}
    directions : array_like of {+1, −1}, optional
        Default: all +1.

    Attributes
    ----------
    weights_ : ndarray of float, shape (columns,)
        Sum 1.
    """

    def __init__(self, method: str = "critic", directions: ArrayLike | None = None) -> None:
        self.method = method
        self.directions = directions

    def fit(self, X: ArrayLike, y: object = None) -> Self:  # noqa: N803, ARG002 - scikit-learn's names
        """Learn the weights.

        Raises
        ------
        InputError
            If the method is not known, or gives no weights for these zones.
        """
        if self.method not in METHODS:
            raise InputError(f"method = {self.method!r} is not one of {', '.join(METHODS)}.")
        table = validate_data(self, X, dtype=np.float64, ensure_min_samples=2)
        self.weights_ = METHODS[self.method](table, signs(self.directions, table.shape[1]), [])
        return self

    def transform(self, X: ArrayLike) -> Floats:  # noqa: N803 - scikit-learn's name
        """Return the columns times their weights."""
        check_is_fitted(self)
        table = validate_data(self, X, dtype=np.float64, reset=False)
        return np.asarray(table * self.weights_, np.float64)

    def __sklearn_tags__(self) -> Any:  # noqa: ANN401 - scikit-learn's own class
        tags = super().__sklearn_tags__()
        tags.input_tags.positive_only = self.method.startswith("entropy")
        return tags


class Aggregator(BaseEstimator):  # type: ignore[misc] # scikit-learn is untyped
    """Combine normalized columns into one score; larger = more urgent.

    Parameters
    ----------
    method : {"weighted_sum", "weighted_product", "topsis", "vikor", "promethee2"}
        TOPSIS takes the columns as they are: put `Normalizer("vector")` before it for the book's. VIKOR gives 1 − Q.
    weights : str or array_like
        A method of `Weigher` by name, applied to the columns as they come, or numbers that sum to 1.
    v : float
        Of VIKOR.

    Attributes
    ----------
    weights_ : ndarray of float, shape (columns,)
        Sum 1.
    """

    def __init__(self, method: str = "weighted_sum", weights: str | ArrayLike = "equal", v: float = 0.5) -> None:
        self.method = method
        self.weights = weights
        self.v = v

    def fit(self, X: ArrayLike, y: object = None) -> Self:  # noqa: N803, ARG002 - scikit-learn's names
        """Learn weights and ideal points from the zones.

        Raises
        ------
        InputError
            If a method is not known, or not defined for these zones.
        """
        if self.method not in AGGREGATORS:
            raise InputError(f"method = {self.method!r} is not one of {', '.join(AGGREGATORS)}.")
        self.zones_ = validate_data(self, X, dtype=np.float64, ensure_min_samples=2)
        columns = self.zones_.shape[1]
        if isinstance(self.weights, str):
            self.weights_ = Weigher(self.weights).fit(self.zones_).weights_
        else:
            self.weights_ = shares(self.weights, columns)
        self._score(self.zones_)
        return self

    def predict(self, X: ArrayLike) -> Floats:  # noqa: N803 - scikit-learn's name
        """Return the score of each zone, shape (zones,).

        Raises
        ------
        InputError
            If the method is not defined for a value.
        """
        check_is_fitted(self)
        return self._score(validate_data(self, X, dtype=np.float64, reset=False))

    def score(self, X: ArrayLike, y: ArrayLike) -> float:  # noqa: N803 - scikit-learn's name
        """Return Spearman's rank correlation of the scores with given urgencies, such as those of experts.

        0 where all scores or all urgencies are equal.
        """
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = spearmanr(self.predict(X), np.asarray(y, np.float64)).statistic
        return 0.0 if np.isnan(found) else float(found)

    def _score(self, table: Floats) -> Floats:
        if self.method == "weighted_sum":
            return aggregate.weighted_sum(table, self.weights_)
        if self.method == "weighted_product":
            return aggregate.weighted_product(table, self.weights_)
        if self.method == "topsis":
            return aggregate.topsis(table, self.weights_, norm="none", among=self.zones_)
        if self.method == "promethee2":
            return promethee.promethee2(table, self.weights_, among=self.zones_)
        return 1.0 - aggregate.vikor(table, self.weights_, v=self.v, among=self.zones_).q

    def __sklearn_tags__(self) -> Any:  # noqa: ANN401 - scikit-learn's own class
        tags = super().__sklearn_tags__()
        by_entropy = isinstance(self.weights, str) and self.weights.startswith("entropy")
        tags.input_tags.positive_only = by_entropy or self.method == "weighted_product"
        return tags
