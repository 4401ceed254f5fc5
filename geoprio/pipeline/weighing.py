"""Weights for a project from its own zones."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import pandas as pd

from geoprio._core.errors import InputError
from geoprio._core.findings import Findings
from geoprio.pipeline.running import run, without_facility
from geoprio.score import ScoreSpec, weigh_matrix
from geoprio.score.spec import WeightMethod

if TYPE_CHECKING:
    from pathlib import Path

    from geoprio._core.typing import Progress


def weigh(
    project: str | Path, method: str, *, progress: Progress | None = None
) -> tuple[pd.Series, list[dict[str, str]]]:
    """Return the weights that a method gives the indicators of a project.

    Parameters
    ----------
    project : str or Path
        Its weighted indicators, or those of `[score] criteria`, are weighed.
    method : str
        As `[score] weights` takes it.
    progress : callable, optional

    Returns
    -------
    weights : Series of float
        By indicator, sum 1.
    notes : list of dict
        Notes and warnings, as in the data-quality report.

    Raises
    ------
    InputError, MissingError
        As `run` does, and if the method is not known or not defined for the values.
    """
    if method not in get_args(WeightMethod):
        raise InputError(f"weights by {method!r} are not known; there are {', '.join(get_args(WeightMethod))}.")
    result = run(project, progress=progress)
    findings = Findings()
    spec = ScoreSpec.model_validate(result.project["score"]).model_copy(update={"weights": method})
    zones = result.zones.loc[result.matrix.ids]
    equal = result.matrix.with_weights([1.0] * len(result.matrix.criteria))
    found = weigh_matrix(equal, zones, spec, findings, without_facility(result.quality))
    return pd.Series(found.weights, list(found.codes), name="weight"), findings.note_rows()
