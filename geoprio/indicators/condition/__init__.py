"""Condition of buildings and compounds: three-valued, so that what nobody looked at is never taken for good."""

from geoprio.indicators.condition.compute import Condition, by_place, condition
from geoprio.indicators.condition.registry import (
    DERIVED,
    GATE,
    ConditionIndicator,
    Facts,
    condition_codes,
    condition_title,
    derived,
    find_condition,
    name_clashes,
    not_weighted,
)
from geoprio.indicators.condition.spec import ConditionSpec, gates_of, study_defects
from geoprio.indicators.condition.three import WORD_TITLES

__all__ = [
    "DERIVED",
    "GATE",
    "WORD_TITLES",
    "Condition",
    "ConditionIndicator",
    "ConditionSpec",
    "Facts",
    "by_place",
    "condition",
    "condition_codes",
    "condition_title",
    "derived",
    "find_condition",
    "gates_of",
    "name_clashes",
    "not_weighted",
    "study_defects",
]
