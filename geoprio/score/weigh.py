"""Weights of a project: as given, or by a method from the values of its zones."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, get_args

import numpy as np

from geoprio._core.findings import Findings
from geoprio.score import weights as formulas
from geoprio.score.checks import ScoreWarning
from geoprio.score.missing import fill, has_demand, is_eligible
from geoprio.score.spec import NamedWeights

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pandas as pd

    from geoprio._core.typing import Floats
    from geoprio.score.matrix import DecisionMatrix
    from geoprio.score.spec import ScoreSpec

METHODS: dict[str, Callable[[Floats, Floats, list[str]], Floats]] = {
    "equal": lambda values, _directions, _names: formulas.equal(values.shape[1]),
    "entropy": lambda values, _directions, names: formulas.entropy(values, names=names),
    "entropy_inverted": lambda values, directions, names: formulas.entropy(
        values, directions, invert_cost=True, names=names
    ),
    "critic": lambda values, directions, names: formulas.critic(values, directions, names=names),
    "critic_blind": lambda values, _directions, names: formulas.critic_blind(values, names=names),
    "std": lambda values, _directions, names: formulas.standard_deviation(values, names=names),
    "pca": lambda values, _directions, names: formulas.pca(values, names=names),
}
"""Weights from values and directions, by name."""


def starting_weights(spec: ScoreSpec, categories: tuple[str, ...]) -> dict[str, float]:
    """Return the given weights, or equal ones of the indicators that a method will weigh.

    Raises
    ------
    InputError
        If a given weight is negative or no number, or all are zero.
    """
    if isinstance(spec.weights, dict):
        return formulas.scaled(spec.weights)
    if spec.criteria is not None:
        return dict.fromkeys(spec.criteria, 1.0 / len(dict.fromkeys(spec.criteria)))
    return formulas.default_weights(categories)


def weigh_matrix(
    matrix: DecisionMatrix,
    zones: pd.DataFrame,
    spec: ScoreSpec,
    findings: Findings,
    without_facility: frozenset[str] = frozenset(),
) -> DecisionMatrix:
    """Return the matrix under the weights that the project asks for.

    Parameters
    ----------
    matrix : DecisionMatrix
    zones : DataFrame
        As for `score_zones`.
    spec : ScoreSpec
    findings : Findings
        Told the weights of a method, and its warnings.
    without_facility : frozenset of str
        Categories of which no facility can be walked to: their indicators get no weight from a method.

    Raises
    ------
    InputError
        If the method is not defined for the values.
    """
    if spec.weights is None or isinstance(spec.weights, dict) or spec.weights in get_args(NamedWeights):
        return matrix
    scored = has_demand(zones) & is_eligible(zones)
    values = fill(matrix, scored, spec.missing, without_facility, Findings(), takes_gaps=spec.method.takes_gaps)[scored]
    used = np.asarray(np.isfinite(values).any(axis=0))
    known = np.asarray(np.isfinite(values[:, used]).all(axis=1))
    if spec.weights == "equal" or not used.any():
        return matrix
    names = [c.code for c, use in zip(matrix.criteria, used, strict=True) if use]
    with told(findings):
        found = METHODS[spec.weights](values[np.ix_(known, used)], matrix.directions[used], names)
    shares = np.zeros(len(used))
    shares[used] = found
    words = ", ".join(f"{code} {100 * w:.1f} %" for code, w in zip(names, found, strict=True))
    findings.info("score", f"weights by {spec.weights} from {int(known.sum())} of {int(scored.sum())} zones: {words}")
    return matrix.with_weights(shares.tolist())


@contextmanager
def told(findings: Findings) -> Iterator[None]:
    """Put the warnings of formulas among the findings."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ScoreWarning)
        yield
    for warning in caught:
        if issubclass(warning.category, ScoreWarning):
            findings.warn("score", str(warning.message))
        else:
            warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
