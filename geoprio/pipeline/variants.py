"""The same city with other walking speeds, thresholds and catchments: read once, searched again where it matters."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

from geoprio._core.errors import InputError
from geoprio._core.findings import Findings
from geoprio.indicators import AccessSpec, building_access, check_thresholds, zone_indicators
from geoprio.pipeline.needs import drawn_columns
from geoprio.pipeline.running import without_facility
from geoprio.score import ScoreSpec, build_criteria, build_matrix
from geoprio.score.matrix import ANCHOR_WORDS
from geoprio.score.rankings import Factor
from geoprio.score.sensitivity import RankedTable, ranked_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

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


def own_variant(result: Result, seed: int = 0) -> Variants:
    """Return the ranked zones of a result as it stands, and under draws of the residents' shares if one is weighted.

    Raises
    ------
    InputError
        As `ranked_table` does.
    """
    score, without = _score(result), without_facility(result.quality)
    drawn = [None, *drawn_columns(result, seed)]
    tables = []
    for more in drawn:
        zones = _overlaid(result.zones.loc[result.matrix.ids], more)
        tables.append(ranked_table(build_matrix(zones, result.matrix.criteria), zones, score, without))
    return Variants(_drawn_factor(drawn), tuple(tables), 0, ())


def _overlaid(zones: pd.DataFrame, more: pd.DataFrame | None) -> pd.DataFrame:
    """Return zones with other values in some columns."""
    return zones if more is None else zones.assign(**{str(c): more[c].reindex(zones.index) for c in more})


def _drawn_factor(drawn: Sequence[pd.DataFrame | None]) -> tuple[Factor, ...]:
    """Return the draws as a factor; what was estimated itself is today's, and none of them."""
    names = tuple(str(k) for k in range(len(drawn)))
    return (Factor("answers", names, (0.0, *(1.0 for _ in names[1:]))),) if len(names) > 1 else ()


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
    check_levels(walked, levels)
    tell = progress or (lambda _: None)
    drawn = [None, *drawn_columns(result, spec.seed)]
    tables: list[RankedTable] = []
    for pace, reach in product(levels["speed"], levels["catchment"]):
        tell("access")
        access = _access(walked, pace, reach)
        for threshold in levels["threshold"]:
            tables += _tables(walked, result, access, pace, threshold, drawn)
    factors = tuple(Factor(kind, tuple(f"× {f:g}" for f in levels[kind])) for kind in KINDS if len(levels[kind]) > 1)
    steps = list(product(*(levels[kind] for kind in KINDS)))
    own = steps.index((1.0, 1.0, 1.0)) * len(drawn)
    return Variants((*factors, *_drawn_factor(drawn)), tuple(tables), own, tuple(k for k in KINDS if k not in moving))


def _score(result: Result) -> ScoreSpec:
    return ScoreSpec.model_validate(result.project["score"])


def _matters(kind: str, walked: Walked, result: Result) -> bool:
    """Return whether a weighted indicator, or an anchor of one, follows what is varied."""
    access = walked.study.config.access
    for c in result.matrix.criteria:
        rule = walked.study.rules.get(c.category)
        if rule is None:
            continue
        covered, supply = c.code == f"{c.category}_covered_share", c.code == f"{c.category}_supply"
        minutes = (covered and rule.unit == "min") or (supply and access.catchment(rule)[1] is not None)
        anchored = _score(result).normalize == "threshold" and c.anchors == ANCHOR_WORDS["distance"]
        if {"speed": minutes, "catchment": supply, "threshold": covered or anchored}[kind]:
            return True
    return False


def varied_indicators(
    walked: Walked, pace: float, reach: float, thresholds: Sequence[float], lies: pd.Series | None = None
) -> list[pd.DataFrame]:
    """Return the indicators of the zones at another pace and reach, a table for each factor of the thresholds.

    Parameters
    ----------
    walked : Walked
    pace, reach : float
        What walking speeds and catchments are multiplied by.
    thresholds : sequence of float
        What thresholds are multiplied by.
    lies : Series, optional
        The zone in which each building is counted; how people walk does not hang on it. Default: that of the city.
    """
    access, spec = _access(walked, pace, reach), _paced(walked.study.config.access, pace, 1.0)
    city = walked.city
    if lies is not None:
        city = replace(city, buildings=city.buildings.assign(zone_id=lies.reindex(city.buildings.index)))
    found = []
    for threshold in thresholds:
        rules = _scaled(walked.study.rules, threshold)
        found.append(zone_indicators(city, access, walked.demand, rules, spec, Findings()))
    return found


def check_levels(walked: Walked, levels: Mapping[str, tuple[float, ...]]) -> None:
    """Check that the farthest threshold and catchment lie within what is searched.

    Raises
    ------
    InputError
        If one does not: with the key of the project file.
    """
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


def _tables(
    walked: Walked,
    result: Result,
    access: BuildingAccess,
    pace: float,
    threshold: float,
    drawn: Sequence[pd.DataFrame | None],
) -> list[RankedTable]:
    """Return the ranked zones with the indicators and anchors of one variant, under the weights of the result.

    `drawn` holds other values of some columns, one table for each.
    """
    study = walked.study
    rules, spec = _scaled(study.rules, threshold), _paced(study.config.access, pace, 1.0)
    found = zone_indicators(walked.city, access, walked.demand, rules, spec, Findings())
    zones = result.zones.loc[result.matrix.ids]
    zones = zones.drop(columns=[c for c in found if c in zones]).join(found)
    score, without = _score(result), without_facility(result.quality)
    weights = dict(zip(result.matrix.codes, result.matrix.weights.tolist(), strict=True))
    anchored = score.normalize == "threshold"
    criteria = build_criteria(
        weights, rules, study.config.indicators, anchored=anchored, defects=study.defects, needs=study.find_need
    )
    each = [_overlaid(zones, more) for more in drawn]
    return [ranked_table(build_matrix(z, criteria), z, score, without) for z in each]
