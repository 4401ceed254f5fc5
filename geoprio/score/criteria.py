"""The indicators that are weighted: direction, unit, anchors, weight, and the rule behind them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import TYPE_CHECKING

from geoprio._core.errors import InputError
from geoprio.indicators.condition import ANCHOR_WORDS as OF_CONDITION
from geoprio.indicators.condition import condition_codes, find_condition, not_weighted
from geoprio.indicators.needs.columns import ANCHORS as NEEDS
from geoprio.indicators.needs.columns import PASSED_ANCHORS as DECIDED
from geoprio.indicators.registry import DWELLINGS_SUFFIX, Indicator, find, unknown_indicator
from geoprio.standards import Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from geoprio._core.findings import Findings
    from geoprio.indicators.condition import ConditionIndicator
    from geoprio.indicators.needs import NeedIndicator
    from geoprio.indicators.spec import IndicatorSpec
    from geoprio.standards.defects import Defect

ANCHOR_WORDS = {
    "share": "good = the rule's share, bad = 0: geoprio's own completion",
    "distance": "good = the rule's distance T, bad = 3 T: geoprio's own completion",
    "quota": "good = the rule's quota, bad = 0: geoprio's own completion",
    "supply": "good = the rule's capacity per 1,000, bad = 0: geoprio's own completion",
    "condition": OF_CONDITION,
    "needs": NEEDS,
    "decided": DECIDED,
    "given": "set in the project file",
}
NO_DEFECTS: Mapping[str, Defect] = MappingProxyType({})


@dataclass(frozen=True)
class Criterion:
    """One weighted indicator with its anchors and where they come from.

    Attributes
    ----------
    code, category, title_zh, title_en, unit : str
        The category is empty for what is told of no facilities, such as condition.
    direction : int
        +1 = a larger value is more urgent, −1 = less urgent.
    good, bad : float
        Values of urgency 0 and 1; NaN where there are none.
    anchors : str
        Where they come from; empty where there are none.
    weight : float
        Weights of a matrix sum to 1.
    rule : Rule, Defect or None
        The rule of the category, or the defect; None for a class of defects, and where the criterion comes from a table
        and not from a project.
    """

    code: str
    category: str = ""
    title_zh: str = ""
    title_en: str = ""
    unit: str = ""
    direction: int = 1
    good: float = math.nan
    bad: float = math.nan
    anchors: str = ""
    weight: float = 1.0
    rule: Rule | Defect | None = None


def build_criteria(
    weights: Mapping[str, float],
    rules: Mapping[str, Rule],
    overrides: tuple[IndicatorSpec, ...],
    *,
    anchored: bool = True,
    defects: Mapping[str, Defect] = NO_DEFECTS,
    needs: Callable[[str], NeedIndicator | None] = lambda _: None,
) -> tuple[Criterion, ...]:
    """Return the criteria of the weighted indicators.

    Parameters
    ----------
    weights : mapping of code to weight
        Above 0, sum 1.
    rules : mapping of category to Rule
    overrides : tuple of IndicatorSpec
    anchored : bool
        Whether every indicator needs its two anchors, as `normalize = "threshold"` does; else those without get NaN.
    defects : mapping of code to Defect
        Of the study, whose shares can be weighted.
    needs : callable
        Code → the column of what residents say, or None: from `need_finder`.

    Raises
    ------
    InputError
        If a weighted indicator is not known, has no direction or no anchor in its unit.
    """
    categories = tuple(rules)
    given = {o.code: o for o in overrides}
    criteria: list[Criterion] = []
    problems: list[str] = []
    for code, weight in weights.items():
        found = find_condition(code, defects)
        try:
            if (said := needs(code)) is not None:
                criteria.append(_of_needs(said, weight, given.get(code)))
            elif found is not None:
                criteria.append(_of_condition(found, weight, given.get(code), defects, anchored=anchored))
            else:
                criteria.append(_criterion(code, weight, rules, given.get(code), categories, anchored=anchored))
        except InputError as error:
            close = get_close_matches(code, condition_codes(defects), n=1, cutoff=0.8) if found is None else []
            hint = f" There is {close[0]!r}, too." if close else ""
            problems.extend(f"{text}{hint}" for text in error.problems)
    if problems:
        raise InputError(*problems)
    return tuple(criteria)


def check_quotas(
    criteria: tuple[Criterion, ...], demand: Mapping[str, str], facilities: pd.DataFrame, findings: Findings
) -> None:
    """Check that a rule's capacity per 1,000 is told of the people of whom the supply is told, and note assumed ones.

    Parameters
    ----------
    criteria : tuple of Criterion
    demand : mapping of category to the kind of its demand
    facilities : DataFrame
        `category` and `capacity_assumed`.
    findings : Findings

    Raises
    ------
    InputError
        If they are not the same group.
    """
    problems = []
    for c in criteria:
        rule = c.rule
        if c.anchors != ANCHOR_WORDS["supply"] or not isinstance(rule, Rule) or not rule.capacity_of:
            continue
        told = demand[c.category]
        asked = f"{rule.capacity_per_1000:g} {rule.capacity_unit or 'capacity'} per 1,000 of {rule.capacity_of}"
        if rule.capacity_of != told:
            problems.append(
                f"[score] {c.code}: the rule asks for {asked}, but supply is told per 1,000 of {told} here; "
                f'add [[indicators]] code = "{c.code}", good = …, bad = …, or weight another indicator instead.'
            )
        assumed = facilities.loc[facilities["category"] == c.category, "capacity_assumed"]
        if assumed.any():
            findings.warn(
                "score",
                f"{c.code} is held against {asked}, but the capacity of {int(assumed.sum())} of {len(assumed)} "
                "facilities is assumed",
            )
    if problems:
        raise InputError(*problems)


def _criterion(
    code: str,
    weight: float,
    rules: Mapping[str, Rule],
    override: IndicatorSpec | None,
    categories: tuple[str, ...],
    *,
    anchored: bool,
) -> Criterion:
    kind, category = find(code, categories)
    if not kind.direction:
        raise InputError(f"[score] weights: {unknown_indicator(code, categories)}")
    rule = rules[category]
    good, bad = _anchors(kind, rule, code)
    words = (
        ANCHOR_WORDS[kind.anchor]
        if override is None or (override.good is None and override.bad is None)
        else ANCHOR_WORDS["given"]
    )
    if override is not None:
        good = good if override.good is None else override.good
        bad = bad if override.bad is None else override.bad
    zh, en = kind.titles_for(category)
    if good is None or bad is None:
        if not anchored:
            return Criterion(code, category, zh, en, kind.unit, kind.direction, weight=weight, rule=rule)
        raise InputError(
            f"[score] {code!r}: rule {rule.source!r} gives no target in {kind.unit!r}; "
            f'add [[indicators]] code = "{code}", good = …, bad = …, or set normalize = "minmax", or weight '
            f"{category}_covered_share instead."
        )
    if (bad - good) * kind.direction <= 0:
        side = "above" if kind.direction > 0 else "below"
        raise InputError(f"[[indicators]] {code}: bad = {bad:g} must lie {side} good = {good:g}.")
    return Criterion(code, category, zh, en, kind.unit, kind.direction, good, bad, words, weight, rule)


def _of_needs(found: NeedIndicator, weight: float, override: IndicatorSpec | None) -> Criterion:
    """Return the criterion of a column of what residents say."""
    good = 0.0 if override is None or override.good is None else override.good
    bad = 1.0 if override is None or override.bad is None else override.bad
    if bad <= good:
        raise InputError(f"[[indicators]] {found.code}: bad = {bad:g} must lie above good = {good:g}.")
    words = found.anchors if override is None else ANCHOR_WORDS["given"]
    return Criterion(found.code, "", found.title_zh, found.title_en, "share", 1, good, bad, words, weight)


def _of_condition(
    found: ConditionIndicator,
    weight: float,
    override: IndicatorSpec | None,
    defects: Mapping[str, Defect],
    *,
    anchored: bool,
) -> Criterion:
    """Return the criterion of a column of condition."""
    code = found.code
    if not found.direction:
        raise InputError(f"[score] weights: {not_weighted(code, defects)}")
    titles = (found.title_zh, found.title_en)
    set_there = override is not None and (override.good is not None or override.bad is not None)
    good = override.good if override is not None and override.good is not None else found.good
    bad = override.bad if override is not None and override.bad is not None else found.bad
    if good is None or bad is None:
        if not anchored:
            return Criterion(code, "", *titles, found.unit, found.direction, weight=weight, rule=found.rule)
        raise InputError(
            f'[score] {code!r} has no good and bad values; add [[indicators]] code = "{code}", good = …, bad = …, or '
            f'set normalize = "minmax", or weight {found.of}_share instead.'
        )
    if bad <= good:
        raise InputError(f"[[indicators]] {code}: bad = {bad:g} must lie above good = {good:g}.")
    words = ANCHOR_WORDS["given"] if set_there else found.anchors
    return Criterion(code, "", *titles, found.unit, found.direction, good, bad, words, weight, found.rule)


def _anchors(kind: Indicator, rule: Rule, code: str) -> tuple[float | None, float | None]:
    """Return the two anchors that follow from a rule's target; None where it has none in the indicator's unit."""
    if kind.anchor == "share":
        return rule.share, 0.0
    if kind.anchor == "distance" and rule.unit == "m":
        return rule.threshold, 3.0 * rule.threshold
    # A quota for 1,000 people says nothing of 1,000 dwellings.
    if kind.anchor == "quota" and rule.quota_per_1000 is not None and not code.endswith(DWELLINGS_SUFFIX):
        return rule.quota_per_1000, 0.0
    if kind.anchor == "supply" and rule.capacity_per_1000 is not None:
        return rule.capacity_per_1000, 0.0
    return None, None
