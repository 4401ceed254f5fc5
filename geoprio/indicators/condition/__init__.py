"""Condition of buildings and compounds: three-valued, so that what nobody looked at is never taken for good."""

from geoprio.indicators.condition.compute import Condition, by_place, condition
from geoprio.indicators.condition.registry import (
    ANCHOR_WORDS,
    DERIVED,
    GATE,
    ConditionIndicator,
    Facts,
    check_anchors,
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
    "ANCHOR_WORDS",
    "DERIVED",
    "GATE",
    "WORD_TITLES",
    "Condition",
    "ConditionIndicator",
    "ConditionSpec",
    "Facts",
    "by_place",
    "check_anchors",
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
