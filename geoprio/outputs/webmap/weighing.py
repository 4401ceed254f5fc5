"""What the map page needs to weigh the indicators anew, exactly as `geoprio.rescore` does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from geoprio._core.errors import InputError
from geoprio._core.findings import Findings
from geoprio.indicators.needs.columns import PASSED
from geoprio.score import ScoreSpec, weigh_matrix
from geoprio.score.missing import fill, has_demand, is_eligible
from geoprio.score.normalize import urgency
from geoprio.score.weights.renewal import renewal_weights

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geoprio._core.typing import Floats
    from geoprio.outputs.result import Result
    from geoprio.score import DecisionMatrix


def is_plain_sum(result: Result) -> bool:
    """Return whether points are 100 × weight × urgency by thresholds: what the page can compute by itself."""
    names = [str(result.project["score"][key]) for key in ("normalize", "aggregate")]
    return names == ["threshold", "weighted_sum"]


def weighing(result: Result) -> dict[str, Any] | None:
    """Return urgencies, unserved demand, order of ids and presets of weights, zones in the result's order.

    Figures keep all their digits: ties and their order depend on the last ones.

    Returns
    -------
    dict or None
        None where another method ranks the zones, whose scores the page does not compute.
    """
    if not is_plain_sum(result):
        return None
    matrix, ids = result.matrix, result.zones.index
    zones = result.zones.loc[matrix.ids]
    may = has_demand(zones) & is_eligible(zones)
    missing = result.project["score"]["missing"]
    values = fill(matrix, may, missing, _without_facility(result), Findings())
    place = matrix.ids.get_indexer(ids)
    order = np.argsort(np.argsort(ids.to_numpy().astype(object), kind="stable"), kind="stable")
    return {
        "codes": list(matrix.codes),
        "urgency": _exact(urgency(values, matrix.good, matrix.bad)[place]),
        "gaps": _exact(_gaps(result, matrix)),
        "may": may[place].astype(int).tolist(),
        # JavaScript orders text by UTF-16 units, Python by code points: the page is told the order of ids.
        "order": order.tolist(),
        "presets": [
            {"key": "given", "weights": _given(result), "notes": []},
            {"key": "equal", "weights": [1] * len(matrix.codes), "notes": []},
            *_entropy(result, matrix),
            *_residents(result, matrix),
            *_renewal(result, matrix),
        ],
    }


def _given(result: Result) -> list[float]:
    """Return the weights as the project file has them, so that they are scaled once and not twice."""
    given = result.project["score"]["weights"]
    if isinstance(given, dict):
        return [float(given[code]) for code in result.matrix.codes]
    return [float(w) for w in result.matrix.weights]


def _entropy(result: Result, matrix: DecisionMatrix) -> list[dict[str, Any]]:
    """Return the preset of weights by entropy, with the warnings that go with it; none where it is not defined."""
    spec = ScoreSpec.model_validate(result.project["score"] | {"weights": "entropy", "criteria": None})
    findings = Findings()
    zones = result.zones.loc[matrix.ids]
    try:
        weighed = weigh_matrix(matrix, zones, spec, findings, _without_facility(result))
    except InputError:
        return []
    notes = [note["text"] for note in findings.note_rows() if note["level"] == "warning"]
    return [{"key": "entropy", "weights": [float(w) for w in weighed.weights], "notes": notes}]


def _residents(result: Result, matrix: DecisionMatrix) -> list[dict[str, Any]]:
    """Return the preset of weights by who names the needs; none without a survey that tells of a weighted indicator."""
    voice = None if result.needs is None else result.needs.voice
    if voice is None or not set(voice.indicators) & set(matrix.codes):
        return []
    weights = voice.weights()
    own = [weights.get(code, 0.0) for code in matrix.codes]
    if not sum(own) > 0:
        return []
    absent = [c for c, w in weights.items() if w > 0 and c not in matrix.codes]
    silent = [c for c in matrix.codes if c not in weights]
    notes = (
        _note("本页未加权", "Not weighted on this page", absent),
        _note("没有对应需求", "Named by no need", silent),
    )
    return [{"key": "survey", "weights": own, "notes": [note for note in notes if note is not None]}]


def _renewal(result: Result, matrix: DecisionMatrix) -> list[dict[str, Any]]:
    """Return geoprio's suggestion for renewal; none unless residents, or condition, stand beside the facilities."""
    parts: dict[str, list[str]] = {"facilities": [], "voice": [], "condition": [], "readiness": []}
    for c in matrix.criteria:
        if c.category:
            parts["facilities"] += [c.code] if c.code == f"{c.category}_covered_share" else []
        elif c.code == PASSED:
            parts["readiness"].append(c.code)
        else:
            parts["voice" if result.find_need(c.code) is not None else "condition"].append(c.code)
    if sum(bool(codes) for codes in parts.values()) < 2:
        return []
    weights, absent = renewal_weights(parts)
    note = _note("没有数据、权重分给其余", "Nothing tells of these, their weight goes to the others", absent)
    own = [weights.get(code, 0.0) for code in matrix.codes]
    return [{"key": "renewal", "weights": own, "notes": [] if note is None else [note]}]


def _note(zh: str, en: str, codes: Iterable[str]) -> tuple[str, str] | None:
    """Return what is said of some indicators in both languages; None where there is none."""
    named = ", ".join(codes)
    return (f"{zh}：{named}", f"{en}: {named}") if named else None


def _gaps(result: Result, matrix: DecisionMatrix) -> Floats:
    """Return (1 − share) · demand of the covered shares; 0 where it is unknown, NaN for other indicators."""
    zones = result.zones
    gaps = np.full((len(zones), len(matrix.codes)), np.nan)
    for k, c in enumerate(matrix.criteria):
        if c.category and c.code == f"{c.category}_covered_share":
            gaps[:, k] = ((1.0 - zones[c.code]) * zones[f"{c.category}_demand"]).fillna(0.0).to_numpy(float)
    return gaps


def _without_facility(result: Result) -> frozenset[str]:
    found = result.quality["categories"]
    return frozenset(c for c, counts in found.items() if not counts["facilities_by_status"].get("used", 0))


def _exact(values: Floats) -> list[list[float | int | None]]:
    return [[None if np.isnan(v) else int(v) if v.is_integer() else v for v in row] for row in values.tolist()]
