"""By what the zones of the map page can be coloured besides priority: each indicator with its classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geoprio._core.errors import InputError
from geoprio._core.findings import Findings
from geoprio.indicators.condition import find_condition
from geoprio.indicators.registry import DWELLINGS_SUFFIX, INDICATORS, find
from geoprio.outputs.condition import anchors_of, shared_codes
from geoprio.outputs.labels import PAGE
from geoprio.outputs.palette import CLASS_COLORS, ROBUST_COLORS
from geoprio.outputs.planned.zones import FIRST_YEAR, programme_colorings
from geoprio.outputs.titles import shown_title
from geoprio.score import build_criteria, check_quotas

if TYPE_CHECKING:
    from geoprio._core.typing import Floats, Ints
    from geoprio.outputs.result import Result

CLASSES = len(CLASS_COLORS)


def colorings(result: Result) -> list[dict[str, Any]]:
    """Return the indicators that have a direction, the weighted ones first.

    Returns
    -------
    list of dict
        `code`, `titles`, `unit`; `basis`: anchors (five equal steps from good to bad, as in QGIS) or quantiles (no
        anchors in its unit: as many zones in each class) or named (words); `unseen`: of condition, what nobody looked
        at, else None; `values` as floats with NaN and `classes` (−1 = unknown) in the result's order; `steps`: class,
        lower urgency end and upper one, None where it is open, or class and word in zh and en; `colors` of words.
    """
    categories = tuple(result.rules)
    weighted = list(result.matrix.codes)
    others = [
        code
        for c in categories
        for kind in INDICATORS.values()
        if kind.direction
        for code in (kind.code_for(c), kind.code_for(c) + DWELLINGS_SUFFIX)
    ]
    rows = []
    for code in dict.fromkeys([*weighted, *others, *shared_codes(result), *result.need_codes]):
        if code not in result.zones or result.zones[code].isna().all():
            continue
        values = result.zones[code].to_numpy(float)
        of = find_condition(code, result.defects) or result.find_need(code)
        kind = find(code, categories)[0] if of is None else of
        # Hazards have no weight; on a map more of them is worse all the same.
        direction = kind.direction if of is None else 1
        anchors = _anchors(code, result)
        classes, steps = by_anchors(values, *anchors) if anchors else by_rank(values, direction)
        rows.append({
            "code": code, "titles": shown_title(code, result), "unit": kind.unit, "values": values,
            "basis": "anchors" if anchors else "quantiles", "classes": classes, "steps": steps,
            "direction": direction, "unseen": None if of is None else _unseen(code, result),
        })  # fmt: skip
    return [*rows, *programme_colorings(result), *_named(result)]


def opening(colored: list[dict[str, Any]]) -> str | None:
    """Return by what the zones are coloured as the page opens: the programme's first years; None: priority."""
    return next((c["code"] for c in colored if c["code"] == FIRST_YEAR), None)


def _named(result: Result) -> list[dict[str, Any]]:
    """Return the columns of few words with a colour each: how sure a place among the first is, once known."""
    if "robust" not in result.zones or result.zones["robust"].isna().all():
        return []
    words = list(ROBUST_COLORS)
    classes = pd.Categorical(result.zones["robust"].astype(object), words).codes.astype(np.int64)
    # Steps are told from the last to the first, as those of indicators: the most urgent stands on top.
    steps = [(k, *PAGE[f"robust.{words[k]}"]) for k in reversed(range(len(words)))]
    return [{
        "code": "robust", "titles": shown_title("robust", result), "unit": "", "basis": "named", "classes": classes,
        "values": np.where(classes < 0, np.nan, classes), "steps": steps, "colors": list(ROBUST_COLORS.values()),
    }]  # fmt: skip


def _unseen(code: str, result: Result) -> Floats | None:
    """Return the share of a zone that nobody looked at, beside a share of what was looked at."""
    column = f"{code.removesuffix('_share')}_unknown_share"
    known = code.endswith("_share") and column in result.zones
    return result.zones[column].to_numpy(float) if known else None


def _anchors(code: str, result: Result) -> tuple[float, float] | None:
    """Return good and bad of an indicator; None where no rule and no project file gives them in its unit."""
    for c in result.matrix.criteria:
        if c.code == code:
            return (c.good, c.bad) if np.isfinite([c.good, c.bad]).all() else None
    if result.find_need(code) is not None:
        return 0.0, 1.0
    if find_condition(code, result.defects) is not None:
        return anchors_of(code, result)
    kinds = {c: found["demand"] for c, found in result.quality["categories"].items()}
    try:
        (criterion,) = build_criteria({code: 1.0}, result.rules, result.overrides)
        check_quotas((criterion,), kinds, result.facilities, Findings())
    except InputError:
        return None
    return criterion.good, criterion.bad


def by_anchors(values: Floats, good: float, bad: float) -> tuple[Ints, list[list[float | None]]]:
    """Return classes of a fifth of the way from good to bad each; what lies beyond joins the one beside it."""
    # Ten decimals: a share of 0.8 is the bound of a class although (0.8 - 1) / -1 is a little less than 0.2.
    urgency = np.clip(((values - good) / (bad - good)).round(10), 0.0, 1.0)
    inner = [k / CLASSES for k in range(1, CLASSES)]
    classes = np.where(np.isnan(values), -1, np.searchsorted(inner, urgency, side="left"))
    ends = [None, *(round(good + (bad - good) * k, 10) + 0.0 for k in inner), None]
    return classes, [[k, ends[k], ends[k + 1]] for k in range(CLASSES)]


def by_rank(values: Floats, direction: int) -> tuple[Ints, list[list[float | None]]]:
    """Return classes with about as many zones in each; fewer where many zones share a value."""
    signed = direction * values
    known = signed[np.isfinite(signed)]
    inner = np.unique(np.quantile(known, [k / CLASSES for k in range(1, CLASSES)]))
    # The top class would be empty above the largest value.
    inner = inner[inner < known.max()]
    shades = np.rint(np.linspace(0, CLASSES - 1, len(inner) + 1)).astype(np.int64)
    found = shades[np.searchsorted(inner, np.nan_to_num(signed), side="left")]
    ends = [None, *(direction * inner + 0.0).tolist(), None]
    steps = [[int(shade), ends[k], ends[k + 1]] for k, shade in enumerate(shades)]
    return np.where(np.isnan(values), -1, found), steps
