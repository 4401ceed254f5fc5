"""What residents say, in a run: read once, joined to the zones, made into weights and into draws of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from geoprio._core.errors import InputError
from geoprio._core.files import local_path
from geoprio.indicators.needs import Needs, find_needs, mapped_indicators, need_column, need_finder
from geoprio.indicators.needs.columns import PASSED
from geoprio.score.draws import WeightSampler
from geoprio.score.weights.renewal import RENEWAL, renewal_weights

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd

    from geoprio._core.findings import Findings
    from geoprio._core.typing import Floats
    from geoprio.city import City
    from geoprio.config import Project
    from geoprio.indicators.needs import NeedIndicator
    from geoprio.outputs.result import Result
    from geoprio.score import DecisionMatrix

SECTIONS: Final = ("survey", "meetings", "owner_votes")
CONDITION_PARTS: Final = ("condition_lining_share", "condition_face_share")
"""What the preset `renewal` takes for condition: all defects but hazards, by side."""
LEVELS: Final = 16
"""Draws of the residents' shares that a ranking is tried under, all as likely: geoprio's own."""


def asked_files(config: Project) -> tuple[str, ...]:
    """Return the files that tell what residents say."""
    return tuple(getattr(config, name).path for name in SECTIONS if getattr(config, name) is not None)


def check_needs(config: Project, base: Path, categories: Collection[str]) -> Callable[[str], NeedIndicator | None]:
    """Check what the project file says of surveys and votes, and return what finds the indicator of a column.

    Nothing is read.

    Raises
    ------
    InputError
        If a file is not there, a question has the name of a facility category, or weights are asked for that nothing
        can tell.
    """
    problems = []
    for name in SECTIONS:
        spec = getattr(config, name)
        if spec is not None:
            local_path(base, spec.path, f"[{name}]")
    survey = config.survey
    clash = [q.code for q in survey.questions if q.code in categories] if survey else []
    problems += [f"[survey] question {c!r} has the name of a facility category; call it otherwise." for c in clash]
    finder = need_finder(survey, votes=config.owner_votes is not None)
    problems += [
        f"[[indicators]] {o.code} is a share of residents and has no threshold in metres; leave threshold_m out."
        for o in config.indicators
        if o.threshold_m is not None and finder(o.code) is not None
    ]
    asked = {"[score]": config.score.weights, "[sensitivity]": config.sensitivity.weights}
    for where, weights in asked.items():
        if weights == "survey" and (survey is None or survey.weighing is None or not survey.indicators):
            problems.append(
                f'{where} weights = "survey" needs a [survey] with a question about problems or measures, and '
                '[survey.indicators] that says which indicator stands for which need: lift = "walkup_share".'
            )
    if problems:
        raise InputError(*problems)
    return finder


def first_weights(config: Project, categories: tuple[str, ...]) -> dict[str, float] | None:
    """Return weights with which the criteria of `survey` and `renewal` are built; None for all other weights.

    Those of a survey are equal until it is read.
    """
    if config.score.weights == "renewal":
        return renewal_weights(renewal_parts(config, categories))[0]
    if config.score.weights != "survey" or config.survey is None:
        return None
    codes = mapped_indicators(config.survey)
    return dict.fromkeys(codes, 1.0 / len(codes))


def renewal_parts(config: Project, categories: tuple[str, ...]) -> dict[str, list[str]]:
    """Return the indicators by which the preset `renewal` tells each of its parts in this project."""
    question = config.survey.weighing if config.survey is not None else None
    needs = dict.fromkeys(n for n in question.options.values() if n) if question is not None else {}
    looked = bool(config.inspection or config.problems)
    return {
        "facilities": [f"{c}_covered_share" for c in categories],
        "voice": [need_column(question.code, need) for need in needs] if question is not None else [],
        "condition": list(CONDITION_PARTS) if looked else [],
        "readiness": [PASSED] if config.owner_votes is not None else [],
    }


def study_needs(config: Project, base: Path, city: City, findings: Findings) -> Needs | None:
    """Return what residents say; None where the project names no survey, meetings or votes.

    Raises
    ------
    InputError, MissingError
        If a file cannot be used.
    """
    if not asked_files(config):
        return None
    asked = (config.survey, config.meetings, config.owner_votes)
    return find_needs(*asked, base, city.zones, findings, households=households_of(city.zones, city.buildings))


def households_of(zones: pd.DataFrame, buildings: pd.DataFrame) -> Floats:
    """Return the dwellings of each zone; NaN where those of one of its homes are not known."""
    if "dwellings" not in buildings:
        return np.full(len(zones), np.nan)
    homes = buildings[buildings["use"].eq("residential") & buildings["zone_id"].notna()]
    known = homes["dwellings"].astype(float)
    total = known.groupby(homes["zone_id"]).agg(lambda values: values.sum(skipna=False))
    return np.asarray(total.reindex(zones.index).to_numpy(float), np.float64)


def with_needs(zones: gpd.GeoDataFrame, found: Needs | None) -> gpd.GeoDataFrame:
    """Return zones with the columns of what residents say.

    Raises
    ------
    InputError
        If a zone has a column of the same name.
    """
    if found is None:
        return zones
    clash = [c for c in found.columns if c in zones]
    if clash:
        raise InputError(f"[survey] the zones have a column {clash[0]!r} already; give the question another code.")
    return zones.join(found.columns)


def weigh_by_needs(matrix: DecisionMatrix, config: Project, found: Needs | None, findings: Findings) -> DecisionMatrix:
    """Return the matrix under the weights that residents give, where the project asks for them.

    Raises
    ------
    InputError
        If no need that anybody names has an indicator.
    """
    if config.score.weights == "renewal":
        categories = tuple(dict.fromkeys(f.category for f in config.facilities))
        _, absent = renewal_weights(renewal_parts(config, categories))
        findings.info("score", f"weights by renewal, geoprio's own suggestion: {_of_hundred(RENEWAL)}")
        if absent:
            findings.warn("score", f"renewal: nothing tells of {', '.join(absent)}; their weight goes to the others")
    if config.score.weights != "survey":
        return matrix
    if found is None or found.voice is None:
        raise InputError('[score] weights = "survey": nobody names a need; choose other weights.')
    voice = found.voice
    weights = voice.weights()
    findings.info("score", f"weights by survey from {voice.question}: {_of_hundred(weights)}")
    if voice.unheard:
        told = dict(zip(voice.needs, voice.found.weight.tolist(), strict=True))
        lost = _of_hundred({need: told[need] for need in voice.unheard})
        findings.warn(
            "score", f"survey: no indicator stands for {lost} of what is named; name one in [survey.indicators]"
        )
    return matrix.with_weights(weights)


def _of_hundred(weights: Mapping[str, float]) -> str:
    return ", ".join(f"{code} {100 * w:.1f} %" for code, w in weights.items())


def survey_sampler(found: Needs | None, codes: Sequence[str], seed: int) -> WeightSampler:
    """Return what draws weights that other samples of residents might have given (the Bayesian bootstrap).

    Parameters
    ----------
    found : Needs or None
    codes : sequence of str
        The weighted indicators.
    seed : int

    Raises
    ------
    InputError
        If residents say nothing of a weighted indicator.
    """
    if found is None or found.voice is None or not found.voice.indicators:
        raise InputError('[sensitivity] weights = "survey" needs a [survey] with [survey.indicators].')
    voice = found.voice
    silent = [c for c in codes if c not in voice.indicators]
    if silent:
        raise InputError(
            f'[sensitivity] weights = "survey": {silent[0]!r} is weighted, and stands for no need of '
            "[survey.indicators]; name it there, or draw other weights."
        )
    places = [voice.indicators.index(c) for c in codes]

    def fill(generator: np.random.Generator, count: int) -> Floats:
        """Return so many draws of weights."""
        drawn = voice.draw(generator, count)[:, places]
        return np.asarray(drawn / drawn.sum(axis=1, keepdims=True), np.float64)

    return WeightSampler(f"Bayesian bootstrap of the answers to {voice.question}", len(codes), seed, fill)


def drawn_columns(result: Result, seed: int) -> list[pd.DataFrame]:
    """Return draws of the residents' shares that are weighted; none where none is."""
    weighted = [c.code for c in result.matrix.criteria if c.weight > 0]
    if result.needs is None or not any(c in result.needs.columns for c in weighted):
        return []
    drawn = result.needs.draws(LEVELS, seed)
    kept = [c for c in weighted if drawn and c in drawn[0]]
    return [part[kept] for part in drawn] if kept else []
