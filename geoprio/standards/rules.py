"""Read a rule file."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from geoprio._core.columns import CATEGORIES
from geoprio._core.errors import InputError
from geoprio._core.files import local_path
from geoprio.standards.profiles import PROFILES_FILE


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Rule(_Frozen):
    """What one standard asks of one category."""

    category: str
    threshold: float = Field(gt=0)
    """Farthest that still counts as served, in `unit`."""
    unit: Literal["m", "min"] = "m"
    """Metres on the walking network, or minutes of walking."""
    share: float = Field(default=1.0, gt=0, le=1)
    """Share of the demand that must be served for the target to be met."""
    quota_per_1000: float | None = Field(default=None, gt=0)
    """Facilities wanted per 1,000 people, where the standard gives a number."""
    capacity_per_1000: float | None = Field(default=None, gt=0)
    """Capacity (beds, places, m²) wanted per 1,000 of those served, where the standard gives a number."""
    source: str
    clause: str = ""
    verified: bool | Literal["secondary"] = False
    """True: read in the official text. "secondary": quoted elsewhere. False: from memory or geoprio's own choice."""
    note: str = ""


class Rules(_Frozen):
    """A dated set of rules, one for each category."""

    name: str
    title_zh: str
    title_en: str
    issued: str = ""
    note: str = ""
    rules: tuple[Rule, ...] = Field(min_length=1)

    @field_validator("rules")
    @classmethod
    def _one_per_category(cls, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
        names = [r.category for r in rules]
        if len(set(names)) != len(names):
            raise ValueError("a category has more than one rule")
        return rules

    def for_category(self, category: str) -> Rule | None:
        """Return the rule for `category`, or None where the set has none."""
        return next((r for r in self.rules if r.category == category), None)


def shipped_rules() -> list[str]:
    """Names of the rule files that come with geoprio, sorted."""
    names = [f.name for f in files("geoprio.standards").iterdir() if f.name != PROFILES_FILE]
    return sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml"))


def load_rules(name: str, base: Path) -> Rules:
    """Return the rules called `name`, or those in the file `name` relative to `base`.

    Raises
    ------
    InputError
        If no such rules ship and no such file is there, or the file is not a valid rule file.
    """
    if name in shipped_rules():
        text = files("geoprio.standards").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    elif name.endswith(".toml"):
        try:
            text = local_path(base, name, "[score] rules").read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            raise InputError(f"rule file {name!r}: it is not UTF-8; save it as UTF-8.") from None
    else:
        raise InputError(f"[score] rules = {name!r} is not one of {', '.join(shipped_rules())}, nor a .toml file.")
    try:
        return Rules.model_validate(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        first = error.errors()[0] if isinstance(error, ValidationError) else None
        what = f"{'.'.join(map(str, first['loc']))}: {first['msg']}" if first else str(error)
        raise InputError(f"rule file {name!r}: {what}.") from None


def missing_rule(rules: Rules, category: str) -> str:
    """Return the message for a category without a rule."""
    known = ", ".join(r.category for r in rules.rules)
    hint = "" if category in CATEGORIES else " A category of your own needs one."
    return (
        f"[score] rules {rules.name!r} has no threshold for category {category!r} (it has {known}).{hint} "
        f'Add [[indicators]] code = "{category}_covered_share", threshold_m = …, or use a rule file that has one.'
    )
