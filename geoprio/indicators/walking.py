"""What the project file says of walking."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from geoprio._core.errors import InputError
from geoprio.network import FASTEST, Profile, SupplyMethod
from geoprio.standards import Rule, find_profile

PROJECT_FILE = "project file"
"""Source of what the project file sets itself."""


class AccessSpec(BaseModel):
    """How people walk and how far is looked."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True)

    method: Literal["network", "straight_line"] = "network"
    """network: people walk along [streets]. straight_line: distances from building to facility as the crow flies, for
    a city whose streets are not at hand; every output says so, and no way on foot is shorter. [streets] is then only
    drawn. What walking along streets alone needs has no effect, and a warning names it."""
    speed_m_per_min: float = Field(default=60.0, ge=1, le=1000)
    """Walking speed of categories without a profile; 60 m/min is the pace of planning standards."""
    profile: str | dict[str, str] = Field(default_factory=dict)
    """A walking profile for all categories, or one for each: planning, adult, elderly, toddler. It sets speed, what
    slopes cost (with [elevation]), stairs, and crossings of big roads; minutes follow it, metres do not."""
    crossing_penalty_s: float | None = Field(default=None, ge=0)
    """Seconds lost at stepping across a big road, instead of the profile's."""
    cutoff_m: float = Field(default=3000.0, gt=0, le=1_000_000)
    """Farther facilities are not looked for; also how far around the zones the sources are read."""
    rings_m: tuple[float, ...] = (300.0, 500.0, 1000.0)
    """Facilities within these distances are counted."""
    supply: SupplyMethod = "gaussian"
    """How capacity is shared among those in reach: gaussian, 2sfca, e2sfca, m2sfca or 3sfca."""
    catchment_m: float | dict[str, float] | None = None
    """How far a facility's capacity is shared out: for all categories or by category; default: the rule's threshold."""
    max_snap_m: float = Field(default=150.0, gt=0, le=100_000)
    """Points farther from every street are not on the network."""
    min_component_m: float = Field(default=0.0, ge=0)
    """Components with less street are not snapped to."""

    @field_validator("rings_m")
    @classmethod
    def _above_zero(cls, rings: tuple[float, ...]) -> tuple[float, ...]:
        if any(r <= 0 or r != int(r) for r in rings) or len(set(rings)) != len(rings):
            raise ValueError("rings must be whole metres above 0 and differ")
        return tuple(sorted(rings))

    @model_validator(mode="after")
    def _within_cutoff(self) -> Self:
        given = self.catchment_m
        catchments = list(given.values()) if isinstance(given, dict) else [] if given is None else [given]
        for what, metres in [("ring", r) for r in self.rings_m] + [("catchment", c) for c in catchments]:
            if metres <= 0:
                raise ValueError(f"the {what} of {metres:g} m must be above 0")
            if metres > self.cutoff_m:
                raise ValueError(f"the {what} of {metres:g} m is beyond cutoff_m = {self.cutoff_m:g}")
        return self

    @model_validator(mode="after")
    def _one_speed(self) -> Self:
        if isinstance(self.profile, str) and "speed_m_per_min" in self.model_fields_set:
            raise ValueError(
                f"speed_m_per_min has no effect: profile = {self.profile!r} has its own speed; leave one out"
            )
        return self

    def walker(self, category: str) -> Profile:
        """Return how those walk whom a category serves.

        Raises
        ------
        InputError
            If the profile is not known.
        """
        name = self.profile if isinstance(self.profile, str) else self.profile.get(category)
        profile = find_profile(name) if name else self._plain()
        if self.crossing_penalty_s is None:
            return profile
        own = f"The project file sets {self.crossing_penalty_s:g} s for a big road instead."
        note = f"{profile.note} {own}".lstrip()
        return profile.model_copy(update={"crossing_penalty_s": self.crossing_penalty_s, "note": note})

    def _plain(self) -> Profile:
        """Return the walker of a speed alone: with elevations, slopes count."""
        planning = find_profile("planning")
        if self.speed_m_per_min == planning.speed_m_per_min:
            return planning
        return Profile(
            name="given",
            title_zh="给定步速",
            title_en="Given pace",
            source=PROJECT_FILE,
            speed_m_per_min=self.speed_m_per_min,
        )

    def check(self, categories: tuple[str, ...]) -> None:
        """Check profiles and catchments against the categories of the project.

        Raises
        ------
        InputError
            If a profile is not known, a category that is named has no facilities, or the speed has no effect.
        """
        walkers = self.profile if isinstance(self.profile, dict) else dict.fromkeys(categories, self.profile)
        catchments = self.catchment_m if isinstance(self.catchment_m, dict) else {}
        problems = [
            f"[access] {category!r} is no category of the project; there are {', '.join(categories)}."
            for category in {**walkers, **catchments}
            if category not in categories
        ]
        for name in dict.fromkeys(walkers.values()):
            try:
                find_profile(name)
            except InputError as error:
                problems.append(f"[access] {error}")
        if "speed_m_per_min" in self.model_fields_set and all(category in walkers for category in categories):
            problems.append("[access] speed_m_per_min has no effect: every category has a profile; leave it out.")
        if problems:
            raise InputError(*problems)

    def limits(self, rule: Rule) -> tuple[tuple[float, Profile | None], ...]:
        """Return threshold and catchment of a rule's category, each with the profile in whose minutes it is."""
        return (rule.threshold, None if rule.unit == "m" else self.walker(rule.category)), self.catchment(rule)

    @staticmethod
    def level_metres(limit: float, walker: Profile | None) -> float:
        """Return a limit in metres: minutes as far as one walks on level ground."""
        return limit * (1.0 if walker is None else walker.speed_m_per_min)

    def farthest_m(self, rule: Rule, *, slopes: bool) -> float:
        """Return the most metres that threshold and catchment of a rule's category may be; down a slope one gets on."""
        gains = slopes and self.walker(rule.category).slope and self.walker(rule.category).downhill_gain
        return max(
            self.level_metres(limit, walker) * (FASTEST if gains and walker is not None else 1.0)
            for limit, walker in self.limits(rule)
        )

    def catchment(self, rule: Rule) -> tuple[float, Profile | None]:
        """Return how far capacity is shared out, and the profile in whose minutes that is; None: metres."""
        given = self.catchment_m.get(rule.category) if isinstance(self.catchment_m, dict) else self.catchment_m
        if given is not None:
            return given, None
        return rule.threshold, None if rule.unit == "m" else self.walker(rule.category)
