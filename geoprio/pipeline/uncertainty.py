"""How sure a project's ranking is, and why each zone stands where it does."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geoprio._core.errors import InputError
from geoprio._core.findings import Findings
from geoprio.outputs.result import Result
from geoprio.outputs.sensitivity.result import Sensitivity
from geoprio.outputs.titles import shown_title
from geoprio.pipeline.needs import survey_sampler
from geoprio.pipeline.running import run_walked, without_facility
from geoprio.pipeline.variants import data_variants, own_variant
from geoprio.score import ScoreSpec
from geoprio.score.missing import has_demand, is_eligible
from geoprio.score.score import fit_method
from geoprio.score.sensitivity import SENSITIVITY_COLUMNS, methods_of, study_ranking, uncertain_model
from geoprio.score.sensitivity_spec import SensitivitySpec
from geoprio.score.standing import standing_of

if TYPE_CHECKING:
    from geoprio._core.typing import Progress
    from geoprio.score.sensitivity import RankingStudy
    from geoprio.score.standing import Standing


def sensitivity(
    project: str | Path | Result,
    *,
    draws: int | None = None,
    seed: int | None = None,
    first_n: int | None = None,
    strict: bool = False,
    progress: Progress | None = None,
) -> Sensitivity:
    """Run a project, and tell how its ranking moves under other weights, methods and data.

    Parameters
    ----------
    project : str, Path or Result
        The project file; what is varied stands in its section `[sensitivity]`. Of a result of `run` only weights and
        methods are varied: other speeds, thresholds and catchments need the streets, which a result does not keep.
    draws, seed, first_n : int, optional
        Instead of the project's.
    strict : bool
        Whether warnings are errors.
    progress : callable, optional
        Told the name of each stage as it begins.

    Returns
    -------
    Sensitivity
        `zones` has the columns `rank_p05`, `rank_p95`, `rank_mean`, `first_share` and `robust`; `save` writes all.

    Raises
    ------
    InputError, MissingError
        As `run` does, and if what `[sensitivity]` asks for does not fit the project.
    """
    tell = progress or (lambda _: None)
    if isinstance(project, Result):
        result, walked = project, None
    else:
        result, walked = run_walked(project, strict=strict, progress=progress)
    spec = _spec(result, draws=draws, seed=seed, first_n=first_n)
    found = own_variant(result, spec.seed) if walked is None else data_variants(walked, result, spec, tell)
    own, score = found.tables[found.own], ScoreSpec.model_validate(result.project["score"])
    methods = methods_of(spec, score, own)
    model = uncertain_model(found.tables, found.factors, methods, score)
    sampler = survey_sampler(result.needs, own.codes, spec.seed) if spec.weights == "survey" else None
    study = study_ranking(model, own, spec, (found.own, 0), tell, sampler)
    stage = {"sensitivity": spec.model_dump(mode="json")}
    return Sensitivity(
        result=dataclasses.replace(result, zones=_with(result, study), project=result.project | stage),
        study=study,
        spec=spec,
        standing=_standing(result, score),
        idle=found.idle,
        data_varied=walked is not None,
    )


def _spec(result: Result, **given: int | None) -> SensitivitySpec:
    """Return what is varied, with what the caller sets instead."""
    changed: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    try:
        return SensitivitySpec.model_validate(result.project["sensitivity"] | changed)
    except ValueError as error:
        shown = ", ".join(f"{key} = {value}" for key, value in changed.items())
        told = [e["msg"].removeprefix("Value error, ") for e in error.errors()]  # type: ignore[attr-defined]  # pydantic's
        raise InputError(f"{shown}: {'; '.join(told)}.") from None


def _standing(result: Result, score: ScoreSpec) -> Standing:
    """Return where the zones stand today, with titles as the outputs show them."""
    plain = score.normalize == "threshold" and score.aggregate == "weighted_sum"
    zones, scoring = result.zones.loc[result.matrix.ids], None
    if not plain:
        scored, without = has_demand(zones) & is_eligible(zones), without_facility(result.quality)
        scoring = fit_method(result.matrix, scored, score.missing, Findings(), without, method=score.method)
    standing = standing_of(result.matrix, result.zones, scoring, gate=score.gate)
    return dataclasses.replace(standing, titles={c: shown_title(c, result) for c in result.matrix.codes})


def _with(result: Result, study: RankingStudy) -> Any:  # noqa: ANN401 - a GeoDataFrame
    """Return the zones with what is known of their ranks; geometry stays last, and zones without a rank get none."""
    found = study.table[list(SENSITIVITY_COLUMNS)].reindex(result.zones.index)
    found = found.astype({"rank_p05": "Int64", "rank_p95": "Int64"})
    zones = result.zones.drop(columns=[c for c in SENSITIVITY_COLUMNS if c in result.zones])
    geometry = zones.geometry
    return zones.drop(columns="geometry").join(found).assign(geometry=geometry).set_geometry("geometry")
