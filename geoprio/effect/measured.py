"""What is compared: the indicators that two runs share, which way is better, and what their target is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from geoprio._core.errors import InputError
from geoprio.indicators.condition.registry import find_condition
from geoprio.indicators.registry import category_titles, find
from geoprio.standards.defects import Defect, load_defects

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geoprio.effect.runs import FinishedRun

UNVALUED: Final = {"uncovered": 1, "reached_share": -1}
"""Directions of indicators of a category that no score weighs but a comparison values."""

SHARE_OF: Final = {"covered_share": "known", "distance_m": "known", "reached_share": "known", "supply": "known"}
SUMS: Final = ("uncovered", "demand")


@dataclass(frozen=True)
class Measured:
    """An indicator that is compared.

    Attributes
    ----------
    code : str
        Column of the zones.
    title : (zh, en)
    unit : str
    direction : {1, -1, 0}
        1: less is better; -1: more is better; 0: told, not valued.
    target : float or None
        Value that the rules ask for.
    weight : str
        What a zone counts in the city's value: ``known`` (demand with a known answer), ``demand``, ``people``,
        ``surveyed``, ``sum`` (the values are added up).
    category : str
        Empty for what belongs to none.
    side : {"face", "lining", ""}
        Of condition: what shows, or structure, pipes and wires.
    """

    code: str
    title: tuple[str, str]
    unit: str
    direction: int
    target: float | None
    weight: str
    category: str = ""
    side: str = ""

    @property
    def rounding(self) -> float:
        """Difference up to which values are the same whatever their size: files keep metres to the millimetre."""
        return 1.5e-3 if self.unit == "m" else 0.0


def shared_indicators(
    before: FinishedRun, after: FinishedRun, categories: tuple[str, ...], extra: Mapping[str, int] | None = None
) -> tuple[Measured, ...]:
    """Return what two runs both measured, in the order of the columns before.

    Parameters
    ----------
    before, after : FinishedRun
    categories : tuple of str
        Those of both.
    extra : mapping of column to {1, -1, 0}, optional
        Further columns of numbers that both runs' zones have, such as satisfaction, with their directions.

    Raises
    ------
    InputError
        If an extra column is missing, holds no numbers, or has another direction.
    """
    given = dict(extra or {})
    problems = [
        f"extra: {code!r} has direction {sign!r}; write 1, -1 or 0."
        for code, sign in given.items()
        if sign not in {1, -1, 0}
    ]
    for name, run in (("before", before), ("after", after)):
        problems += [
            f"extra: the run {name} has no column of numbers {code!r}."
            for code in given
            if code not in run.zones or not _is_number(run.zones[code])
        ]
    if problems:
        raise InputError(*problems)
    found = []
    for code in map(str, before.zones.columns):
        if code not in after.zones or not (_is_number(before.zones[code]) and _is_number(after.zones[code])):
            continue
        known = _extra(code, given) or _of_category(code, before, categories) or _of_condition(code, before)
        if known is not None:
            found.append(known)
    return (*found, PRIORITY) if "priority" in before.zones and "priority" in after.zones else tuple(found)


PRIORITY: Final = Measured("priority", ("优先级（0–100）", "priority (0-100)"), "points", 1, None, "people")


def _is_number(values: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values)


def _extra(code: str, given: Mapping[str, int]) -> Measured | None:
    return Measured(code, (code, code), "", given[code], None, "people") if code in given else None


def _of_category(code: str, before: FinishedRun, categories: tuple[str, ...]) -> Measured | None:
    for category in sorted(categories, key=len, reverse=True):
        if code == f"{category}_demand":
            zh, en = category_titles(category)
            return Measured(code, (f"{zh}·需求量", f"{en}: demand"), "demand", 0, None, "sum", category)
    try:
        kind, category = find(code, categories)
    except InputError:
        return None
    what = kind.code.removeprefix("{category}_")
    direction = UNVALUED.get(what, kind.direction)
    weight = "sum" if what in SUMS else "demand" if what == "unknown_share" else SHARE_OF.get(what, "people")
    target = _target(what, code, before, category)
    return Measured(code, kind.titles_for(category), kind.unit, direction, target, weight, category)


def _target(what: str, code: str, before: FinishedRun, category: str) -> float | None:
    """Return what the rules of the run before ask for; a good anchor of its project goes first."""
    rule: dict[str, Any] = before.rules[category]
    anchors = {c["code"]: c["good"] for c in before.criteria if c["good"] is not None}
    if code in anchors:
        return float(anchors[code])
    by_kind = {
        "covered_share": rule.get("share", 1.0),
        "distance_m": rule["threshold"] if rule["unit"] == "m" else None,
        "per_1000": rule.get("quota_per_1000"),
        "supply": rule.get("capacity_per_1000"),
    }
    found = by_kind.get(what)
    return None if found is None else float(found)


def _of_condition(code: str, before: FinishedRun) -> Measured | None:
    shipped = load_defects()
    known = find_condition(code, shipped) or find_condition(code, _own_defects(before, shipped))
    if code == "safety_gate":
        return Measured(code, ("存在安全隐患", "safety hazard"), "share", 1, 0.0, "people")
    if known is None or known.unit != "share" or code.endswith("_unknown_share"):
        return None
    side = known.rule.side if known.rule is not None else known.of.removeprefix("condition_")
    # Of a defect of the project's own the run tells no share at which it is good, unless it is weighted.
    own = known.rule is not None and known.rule.code not in shipped
    target = None if own else 0.0 if known.rule is None else float(known.rule.good)
    target = next((float(c["good"]) for c in before.criteria if own and c["code"] == code and c["good"] is not None),
                  target)  # fmt: skip
    titles = (known.title_zh, known.title_en)
    weight = "surveyed" if code.endswith("_share") and known.rule is not None else "people"
    return Measured(code, titles, "share", 1, target, weight, "", side if side in {"face", "lining"} else "")


def _own_defects(run: FinishedRun, shipped: Mapping[str, Defect]) -> dict[str, Defect]:
    """Return what a run looked for beside what comes with geoprio."""
    try:
        return {
            code: Defect.model_validate({**told, "code": code, "source": "own", "verified": False})
            for code, told in run.defects.items()
            if code not in shipped
        }
    except ValueError as error:
        raise InputError(f"{run.name}: its defects are not as geoprio run writes them ({error}).") from None


def weights_of(run: FinishedRun, what: Measured, people: pd.Series) -> pd.Series:
    """Return what each zone counts in the city's value of an indicator; index `zone_id`, 0 where nothing is known."""
    zones = pd.DataFrame(run.zones)
    if what.weight in {"known", "demand"}:
        demand = zones[f"{what.category}_demand"].astype(float)
        if what.weight == "demand":
            return demand.fillna(0.0)
        return (demand * (1.0 - zones[f"{what.category}_unknown_share"].astype(float))).fillna(0.0)
    surveyed = what.code.removesuffix("_share").removesuffix("_affected") + "_surveyed"
    if what.weight == "surveyed" and surveyed in zones:
        return zones[surveyed].astype(float).fillna(0.0)
    if what.weight == "sum":
        return pd.Series(1.0, index=zones.index)
    return people.reindex(zones.index).fillna(0.0)


def city_value(values: pd.Series, weights: pd.Series, what: Measured) -> float:
    """Return the value of all zones together; NaN where no zone counts."""
    if what.weight == "sum":
        return float(values.sum()) if len(values) else np.nan
    total = float(weights.sum())
    return float((values * weights).sum()) / total if total > 0 else np.nan
