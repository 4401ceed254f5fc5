"""What the project file says of single indicators, and the rules that follow from it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from geoprio._core.errors import InputError
from geoprio.indicators.registry import find
from geoprio.indicators.walking import PROJECT_FILE, AccessSpec
from geoprio.standards import Community, Rule, Rules
from geoprio.standards.rules import missing_rule


class IndicatorSpec(BaseModel):
    """Overrides for one indicator."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True)

    code: str
    """Column name of the indicator, such as elder_care_covered_share."""
    threshold_m: float | None = Field(default=None, gt=0)
    """Threshold of the indicator's category in metres, instead of the rule's."""
    good: float | None = None
    """Value at which urgency is 0."""
    bad: float | None = None
    """Value at which urgency is 1."""

    @model_validator(mode="after")
    def _anchors_differ(self) -> Self:
        if self.good is not None and self.good == self.bad:
            raise ValueError("good and bad are equal, so nothing lies between them")
        return self


def effective_rules(
    rules: Rules, categories: tuple[str, ...], overrides: tuple[IndicatorSpec, ...], others: Collection[str] = ()
) -> dict[str, Rule]:
    """Return the rule that holds for each category: the rule file's, or the project file's threshold.

    Parameters
    ----------
    rules : Rules
    categories : tuple of str
    overrides : tuple of IndicatorSpec
    others : collection of str
        Overridden indicators of no category, which are checked elsewhere.

    Raises
    ------
    InputError
        If a category has no threshold, two overrides contradict each other, or an override names no indicator.
    """
    found: dict[str, Rule] = {}
    problems = _override_problems(categories, overrides, others)
    if problems:
        raise InputError(*problems)
    overrides = tuple(o for o in overrides if o.code not in others)
    for category in categories:
        rule = rules.for_category(category)
        thresholds = {
            o.threshold_m for o in overrides if o.threshold_m is not None and find(o.code, categories)[1] == category
        }
        if len(thresholds) > 1:
            problems.append(
                f"[[indicators]] {category} has the thresholds {sorted(thresholds)}; give one per category."
            )
        elif thresholds:
            found[category] = _with_threshold(category, thresholds.pop(), rule)
        elif rule is None:
            problems.append(missing_rule(rules, category))
        else:
            found[category] = rule
    if problems:
        raise InputError(*problems)
    return found


def _with_threshold(category: str, threshold: float, rule: Rule | None) -> Rule:
    """Return the rule of a threshold that the project file sets; share and quota stay the rule file's, and say so."""
    own = Rule(category=category, threshold=threshold, unit="m", source=PROJECT_FILE, file=PROJECT_FILE)
    if rule is None:
        return own
    kept = ("share", "quota_per_1000", "capacity_per_1000", "capacity_of", "capacity_unit")
    taken = {name: getattr(rule, name) for name in kept}
    if rule.has_quota:
        taken |= dict(zip(("quota_source", "quota_clause", "quota_verified"), rule.quota_from, strict=True))
    return own.model_copy(update=taken)


def _override_problems(
    categories: tuple[str, ...], overrides: tuple[IndicatorSpec, ...], others: Collection[str]
) -> list[str]:
    """Return what is wrong with the overrides, so that none stays without effect unnoticed."""
    problems = []
    for number, override in enumerate(overrides, 1):
        where = f"[[indicators]] {number}"
        if override.code in others:
            continue
        try:
            kind, _ = find(override.code, categories)
        except InputError as error:
            problems.append(f"{where}: {error}")
            continue
        if any(o.code == override.code for o in overrides[: number - 1]):
            problems.append(f"{where}: {override.code} stands there more than once; put its keys together.")
        if override.threshold_m is None and override.good is None and override.bad is None:
            problems.append(f"{where}: {override.code} sets nothing; give threshold_m, good or bad.")
        elif not kind.direction and override.threshold_m is None:
            problems.append(f"{where}: {override.code} is for information only and has no anchors.")
    return problems


def check_thresholds(
    rules: Mapping[str, Rule], access: AccessSpec, community: Community | None = None, *, slopes: bool
) -> None:
    """Check that every threshold lies within the distance that is searched.

    Parameters
    ----------
    rules : mapping of category to Rule
    access : AccessSpec
    community : Community, optional
        How far the community around a zone reaches, where the rule file has items.
    slopes : bool
        Whether elevations are known: down a slope one gets farther in a minute.

    Raises
    ------
    InputError
        If a facility within the threshold could lie beyond the cutoff.
    """
    problems = []
    for rule in rules.values():
        metres = access.farthest_m(rule, slopes=slopes)
        if metres > access.cutoff_m:
            problems.append(
                f"[access] cutoff_m = {access.cutoff_m:g} is less than the threshold of {rule.category}, "
                f"{rule.threshold:g} {rule.unit} ({metres:g} m); raise cutoff_m."
            )
    if community is not None and (metres := community_metres(community, tuple(rules), access)) > access.cutoff_m:
        problems.append(
            f"[access] cutoff_m = {access.cutoff_m:g} is less than the community of the rule file, "
            f"{community.threshold:g} {community.unit} ({metres:g} m); raise cutoff_m."
        )
    if problems:
        raise InputError(*problems)


def community_metres(community: Community, categories: tuple[str, ...], access: AccessSpec) -> float:
    """Return how far the community around a zone reaches on level ground, in metres; 0 where it ends at the zone."""
    if community.threshold is None:
        return 0.0
    walkers = [None] if community.unit == "m" else [access.walker(c) for c in categories]
    return max(access.level_metres(community.threshold, walker) for walker in walkers)
