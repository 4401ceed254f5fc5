"""Indicators of condition: what attributes alone tell of a defect, and what its columns are called and worth.

A new defect costs an entry in ``geoprio/standards/defects/defects.toml`` (or in the project's own list); inspections
and problem points can then name it. One that attributes tell costs a function here, too, registered under its code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np

from geoprio._core.typing import Floats, Ints
from geoprio.indicators.condition.three import DEFECT, GOOD, UNKNOWN
from geoprio.standards.defects import GRADE_TITLES, GRADES, SIDE_TITLES, SIDES, Defect

if TYPE_CHECKING:
    from geoprio.indicators.spec import IndicatorSpec


@dataclass(frozen=True)
class Facts:
    """What is known of buildings, or of zones; arrays of shape (units,), NaN or "" where unknown.

    Attributes
    ----------
    year_low, year_high : ndarray of float
        First and last year in which the unit may have been built.
    floors_low, floors_high : ndarray of float
        Fewest and most storeys that it may have.
    lift : ndarray of float
        1 with a lift, 0 without.
    management : ndarray of object
        Who runs it: one of `MANAGEMENT_MODELS`.
    """

    year_low: Floats
    year_high: Floats
    floors_low: Floats
    floors_high: Floats
    lift: Floats
    management: np.ndarray


Derive = Callable[[Facts, float], Ints]

_registered: dict[str, Derive] = {}
DERIVED = MappingProxyType(_registered)
"""Functions of defects that attributes tell, by code."""


def derived(code: str) -> Callable[[Derive], Derive]:
    """Register the decorated function as what attributes tell of a defect.

    It gets `Facts` and the defect's limit, and returns good, unknown or defect for each unit.

    Raises
    ------
    ValueError
        If the code is registered already.
    """

    def register(function: Derive) -> Derive:
        """Enter the function and give it back unchanged."""
        if code in _registered:
            raise ValueError(f"what attributes tell of {code!r} is registered already")
        _registered[code] = function
        return function

    return register


@derived("aged")
def aged(facts: Facts, limit: float) -> Ints:
    """Return whether a unit was built before a year; a span that reaches over it leaves that open."""
    return _when(facts.year_high < limit, facts.year_low >= limit)


@derived("walkup")
def walkup(facts: Facts, limit: float) -> Ints:
    """Return whether a unit has so many storeys and no lift; with fewer storeys it needs none."""
    return _when((facts.floors_low >= limit) & (facts.lift == 0), (facts.floors_high < limit) | (facts.lift == 1))


@derived("unmanaged")
def unmanaged(facts: Facts, limit: float) -> Ints:  # noqa: ARG001 - the limit of others
    """Return whether nobody runs a unit."""
    return _when(facts.management == "none", ~np.isin(facts.management, ("none", "")))


def _when(defect: np.ndarray, good: np.ndarray) -> Ints:
    return np.where(defect, DEFECT, np.where(good, GOOD, UNKNOWN)).astype(np.int8)


# ------------------------------------------------------------------------------------------------------------ columns


@dataclass(frozen=True)
class Column:
    """A kind of column of a defect; titles hold ``{}`` for the defect's.

    Attributes
    ----------
    direction : {1, 0}
        1: a larger value raises priority; 0: for information only.
    anchored : bool
        Whether the defect's anchors are in its unit.
    """

    zh: str
    en: str
    unit: str
    direction: int = 0
    anchored: bool = False


OF_DEFECT: Final = MappingProxyType(
    {
        "share": Column("{}：占已调查比例", "{}: share of those surveyed", "share", 1, anchored=True),
        "unknown_share": Column("{}：未调查比例", "{}: share not surveyed", "share"),
        "found": Column("{}：发现数", "{}: found", "units"),
        "surveyed": Column("{}：已调查数", "{}: surveyed", "units"),
        "unit": Column("{}：统计单元", "{}: unit counted", ""),
        "points": Column("{}：未解决问题点数", "{}: open problem points", "points"),
        "per_100": Column("{}：每百栋问题点数", "{}: problem points per 100 buildings", "per 100", 1),
        "affected_share": Column(
            "{}：至少受影响楼栋比例", "{}: least share of buildings affected", "share", 1, anchored=True
        ),
        "dwellings": Column("{}：涉及户数", "{}: dwellings affected", "dwellings"),
    }
)
"""Columns of the zones by what follows the defect's code."""
OF_GROUP: Final = MappingProxyType(
    {
        "share": Column("{}问题平均占比", "{} defects: mean share", "share", 1, anchored=True),
        "unknown_share": Column("{}平均未调查比例", "{} defects: mean share not surveyed", "share"),
    }
)
KNOWN_OF_GROUP: Final = 0.5
"""A zone's mean over a group is told if it knows this share of the group's defects that are known anywhere in the
study; geoprio's own convention."""
CONDITION_SUFFIX: Final = "_condition"
"""Ends the columns of the buildings: good, unknown or defect."""
GATE: Final = "safety_gate"
TITLES: Final = MappingProxyType(
    {
        GATE: ("存在安全隐患", "safety hazard"),
        "management_model": ("管理模式", "management"),
        "management_status": ("管理模式落实情况", "status of management"),
        "renewal_status": ("改造进展", "status of renewal"),
        "parking_gap_bays": ("停车泊位缺口", "parking bays lacking"),
        "charger_gap": ("充电桩缺口", "charging points lacking"),
    }
)
GROUP_TITLES: Final = MappingProxyType({**GRADE_TITLES, **SIDE_TITLES})


@dataclass(frozen=True)
class ConditionIndicator:
    """A column of condition, as a score weighs it.

    Attributes
    ----------
    code : str
        Name of the column.
    of : str
        Code of the defect, or ``condition_{group}``.
    direction : {1, 0}
        0: it cannot be weighted: for information only, or a gate.
    good, bad : float or None
        Anchors of urgency 0 and 1; None where a project has to give them.
    anchors : str
        Where they come from.
    rule : Defect or None
        Source, clause and mark; None for the mean of a group.
    """

    code: str
    of: str
    title_zh: str
    title_en: str
    unit: str
    direction: int
    good: float | None
    bad: float | None
    anchors: str
    rule: Defect | None


ANCHOR_WORDS: Final = "good = no defect, bad = a defect throughout: geoprio's own completion"


def find_condition(code: str, defects: Mapping[str, Defect]) -> ConditionIndicator | None:
    """Return the indicator that a column of the zones is; None where it is none of condition.

    Parameters
    ----------
    code : str
        Such as ``roof_fault_share`` or ``condition_basic_share``.
    defects : mapping of code to Defect

    Examples
    --------
    >>> from geoprio.standards.defects import load_defects
    >>> find_condition("roof_fault_share", load_defects()).bad
    1.0
    """
    for name in (*GRADES, *SIDES):
        kind = code.removeprefix(f"condition_{name}_")
        if kind in OF_GROUP and kind != code:
            zh, en = GROUP_TITLES[name]
            return _indicator(code, f"condition_{name}", OF_GROUP[kind], (zh, en), None, gate=name == "safety")
    # A longer code first: one may begin with another.
    for defect in sorted(defects.values(), key=lambda d: len(d.code), reverse=True):
        kind = code.removeprefix(f"{defect.code}_")
        if kind in OF_DEFECT and kind != code:
            titles = (defect.title_zh, defect.title_en)
            return _indicator(code, defect.code, OF_DEFECT[kind], titles, defect, gate=defect.is_gate)
    return None


def _indicator(
    code: str, of: str, column: Column, titles: tuple[str, str], defect: Defect | None, *, gate: bool
) -> ConditionIndicator:
    good, bad = (defect.good, defect.bad) if defect else (0.0, 1.0)
    return ConditionIndicator(
        code=code,
        of=of,
        title_zh=column.zh.format(titles[0]),
        title_en=_capital(column.en.format(titles[1])),
        unit=column.unit,
        direction=0 if gate else column.direction,
        good=good if column.anchored else None,
        bad=bad if column.anchored else None,
        anchors=ANCHOR_WORDS,
        rule=defect,
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def condition_codes(defects: Mapping[str, Defect]) -> tuple[str, ...]:
    """Return all columns of condition that a score can weigh."""
    groups = [f"condition_{g}_{k}" for g in (*GRADES, *SIDES) for k in OF_GROUP]
    every = [*groups, *(f"{d}_{k}" for d in defects for k in OF_DEFECT)]
    found = [find_condition(code, defects) for code in every]
    return tuple(f.code for f in found if f is not None and f.direction)


def not_weighted(code: str, defects: Mapping[str, Defect]) -> str:
    """Return the message for a column of condition that a score cannot weigh."""
    found = find_condition(code, defects)
    if found is not None and found.direction == 0 and _is_safety(found):
        return (
            f"{code!r} tells of safety hazards: they are a gate ({GATE}) that comes before all weights; leave it out."
        )
    close = get_close_matches(code, condition_codes(defects), n=1, cutoff=0.5)
    hint = f" (did you mean {close[0]!r}?)" if close else ""
    return f"{code!r} is for information only, and no weight{hint}."


def check_anchors(overrides: Sequence[IndicatorSpec], defects: Mapping[str, Defect]) -> list[str]:
    """Return what is wrong with the anchors that a project file sets for columns of condition.

    Parameters
    ----------
    overrides : sequence of IndicatorSpec
        All of [[indicators]]; those of other columns are passed over.
    defects : mapping of code to Defect
    """
    problems = []
    for number, override in enumerate(overrides, 1):
        found, where = find_condition(override.code, defects), f"[[indicators]] {number}"
        if found is None:
            continue
        if any(o.code == override.code for o in overrides[: number - 1]):
            problems.append(f"{where}: {override.code} stands there more than once; put its keys together.")
        if not found.direction:
            problems.append(f"{where}: {not_weighted(override.code, defects)}")
        elif override.threshold_m is not None:
            problems.append(f"{where}: {override.code} has no threshold in metres; leave threshold_m out.")
        elif override.good is None and override.bad is None:
            problems.append(f"{where}: {override.code} sets nothing; give good or bad.")
    return problems


def _is_safety(found: ConditionIndicator) -> bool:
    return found.of == "condition_safety" or (found.rule is not None and found.rule.is_gate)


def condition_title(column: str, defects: Mapping[str, Defect]) -> tuple[str, str] | None:
    """Return the zh and en title of a column of condition, of zones or buildings; None for any other column."""
    if column in TITLES:
        return TITLES[column]
    gaps = {d.gap: d for d in defects.values() if d.gap}
    if column in gaps:
        return f"{gaps[column].title_zh}：缺口", f"{_capital(gaps[column].title_en)}: lacking"
    defect = defects.get(column.removesuffix(CONDITION_SUFFIX)) if column.endswith(CONDITION_SUFFIX) else None
    if defect is not None:
        return defect.title_zh, _capital(defect.title_en)
    found = find_condition(column, defects)
    return (found.title_zh, found.title_en) if found else None


def name_clashes(categories: Iterable[str], defects: Mapping[str, Defect]) -> list[str]:
    """Return a sentence for each facility category whose columns would have the names of a defect's."""
    return [
        f"category {c!r} has the name of a defect: their columns would be one; call the category otherwise."
        for c in dict.fromkeys(categories)
        if c in defects or c == "condition"
    ]
