"""The same city with other walking speeds, thresholds and catchments: read once, searched again where it matters."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from geoprio._core.errors import InputError
from geoprio._core.findings import Findings
from geoprio.indicators import AccessSpec, building_access, check_thresholds, zone_indicators
from geoprio.pipeline.running import without_facility
from geoprio.score import ScoreSpec, build_criteria, build_matrix
from geoprio.score.matrix import ANCHOR_WORDS
from geoprio.score.rankings import Factor
from geoprio.score.sensitivity import RankedTable, ranked_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geoprio._core.typing import Progress
    from geoprio.indicators import BuildingAccess
    from geoprio.outputs.result import Result
    from geoprio.pipeline.running import Walked
    from geoprio.score.sensitivity_spec import SensitivitySpec
    from geoprio.standards import Profile, Rule

KINDS = ("speed", "catchment", "threshold")
"""What is varied, thresholds fastest: they need no new search."""


class PacedAccess(AccessSpec):
    """How people walk when all of them are faster or slower."""

    pace: float = 1.0
    """What every speed is multiplied by."""

    def walker(self, category: str) -> Profile:
        """Return how those walk whom a category serves."""
        found = super().walker(category)
        return found.model_copy(update={"speed_m_per_min": found.speed_m_per_min * self.pace})


@dataclass(frozen=True)
class Variants:
    """The ranked zones under each variant of the data.

    Attributes
    ----------
    factors : tuple of Factor
        What they differ in, the last one's level changing fastest.
    tables : tuple of RankedTable
    own : int
        Number of the project's own variant.
    idle : tuple of str
        Of `speed`, `catchment` and `threshold` those that change no weighted indicator, and are not varied.
    """

    factors: tuple[Factor, ...]
    tables: tuple[RankedTable, ...]
    own: int
    idle: tuple[str, ...]


def own_variant(result: Result) -> Variants:
    """Return the ranked zones of a result as it stands, as the only variant.

    Raises
    ------
    InputError
        As `ranked_table` does.
    """
    zones = result.zones.loc[result.matrix.ids]
    table = ranked_table(result.matrix, zones, _score(result), without_facility(result.quality))
    return Variants((), (table,), 0, ())


def data_variants(walked: Walked, result: Result, spec: SensitivitySpec, progress: Progress | None = None) -> Variants:
    """Return the ranked zones under every combination of speeds, catchments and thresholds that matters.

    Parameters
    ----------
    walked : Walked
        The city and the network of the run; nothing is read again.
    result : Result
    spec : SensitivitySpec
    progress : callable, optional
        Told each search.

    Raises
    ------
    InputError
        If a longer threshold or catchment exceeds the distance that is searched.
    """
    asked = {"speed": spec.speed_factors, "catchment": spec.catchment_factors, "threshold": spec.threshold_factors}
    moving = {kind for kind in KINDS if _matters(kind, walked, result)}
    levels = {kind: tuple(sorted(asked[kind])) if kind in moving else (1.0,) for kind in KINDS}
    _check(walked, levels)
    tell = progress or (lambda _: None)
    tables: list[RankedTable] = []
    for pace, reach in product(levels["speed"], levels["catchment"]):
        tell("access")
        access = _access(walked, pace, reach)
        tables += [_table(walked, result, access, pace, threshold) for threshold in levels["threshold"]]
    factors = tuple(Factor(kind, tuple(f"× {f:g}" for f in levels[kind])) for kind in KINDS if len(levels[kind]) > 1)
    steps = list(product(*(levels[kind] for kind in KINDS)))
    return Variants(factors, tuple(tables), steps.index((1.0, 1.0, 1.0)), tuple(k for k in KINDS if k not in moving))


def _score(result: Result) -> ScoreSpec:
    return ScoreSpec.model_validate(result.project["score"])


def _matters(kind: str, walked: Walked, result: Result) -> bool:
    """Return whether a weighted indicator, or an anchor of one, follows what is varied."""
    access = walked.study.config.access
    for c in result.matrix.criteria:
        rule = walked.study.rules[c.category]
        covered, supply = c.code == f"{c.category}_covered_share", c.code == f"{c.category}_supply"
        minutes = (covered and rule.unit == "min") or (supply and access.catchment(rule)[1] is not None)
        anchored = _score(result).normalize == "threshold" and c.anchors == ANCHOR_WORDS["distance"]
        if {"speed": minutes, "catchment": supply, "threshold": covered or anchored}[kind]:
            return True
    return False


def _check(walked: Walked, levels: Mapping[str, tuple[float, ...]]) -> None:
    """Check that the farthest threshold and catchment lie within what is searched."""
    study = walked.study
    slopes = study.config.elevation is not None
    pace, reach, threshold = (max(levels[kind]) for kind in KINDS)
    for key, spec, by in (
        ("threshold_factors", _paced(study.config.access, pace, 1.0), threshold),
        ("catchment_factors", _paced(study.config.access, pace, reach), reach),
    ):
        try:
            check_thresholds(_scaled(study.rules, by), spec, slopes=slopes)
        except InputError as error:
            raise InputError(
                *(f"[sensitivity] {key} up to {by:g}, speed_factors up to {pace:g}: {p}" for p in error.problems)
            ) from None


def _scaled(rules: Mapping[str, Rule], by: float) -> dict[str, Rule]:
    """Return the rules with other thresholds; metres and minutes as people would write them."""
    return {c: r.model_copy(update={"threshold": round(r.threshold * by, 6)}) for c, r in rules.items()}


def _paced(access: AccessSpec, pace: float, reach: float) -> AccessSpec:
    """Return how people walk at another pace, with given catchments longer or shorter."""
    given = access.catchment_m
    catchment = {c: m * reach for c, m in given.items()} if isinstance(given, dict) else given and given * reach
    # Built without a second validation: a speed that a profile leaves without effect was refused before.
    return PacedAccess.model_construct(**{**dict(access), "catchment_m": catchment, "pace": pace})


def _access(walked: Walked, pace: float, reach: float) -> BuildingAccess:
    if pace == reach == 1.0:
        return walked.access
    # A catchment that no one sets is the threshold: of the rules the search asks for nothing else.
    spec, rules = _paced(walked.study.config.access, pace, reach), _scaled(walked.study.rules, reach)
    return building_access(walked.city, walked.network, walked.demand, rules, spec, Findings())


def _table(walked: Walked, result: Result, access: BuildingAccess, pace: float, threshold: float) -> RankedTable:
    """Return the ranked zones with the indicators and anchors of one variant, under the weights of the result."""
    study = walked.study
    rules, spec = _scaled(study.rules, threshold), _paced(study.config.access, pace, 1.0)
    found = zone_indicators(walked.city, access, walked.demand, rules, spec, Findings())
    zones = result.zones.loc[result.matrix.ids]
    zones = zones.drop(columns=[c for c in found if c in zones]).join(found)
    anchored = _score(result).normalize == "threshold"
    weights = dict(zip(result.matrix.codes, result.matrix.weights.tolist(), strict=True))
    criteria = build_criteria(weights, rules, study.config.indicators, anchored=anchored)
    matrix = build_matrix(zones, criteria)
    return ranked_table(matrix, zones, _score(result), without_facility(result.quality))
