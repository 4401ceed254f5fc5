"""The plan of an evaluation, written before the programme begins and never after: a TOML file with its hash.

Who may choose the outcome, the group and the method when the answers are in can always find an effect. What is in the
plan counts; what is not is told as exploratory.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator

from geoprio._core.errors import InputError, MissingError, OutputError
from geoprio._core.files import whole_file
from geoprio.sources.spec.base import CATEGORY_PATTERN, Frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_BYTES: Final = 1_000_000
FORMAT: Final = "geoprio evaluation plan 1"
HASH_FILE: Final = ".sha256"
MOST_HASH: Final = 10_000
"""Characters of a file with a hash that are looked at."""
COUNTED: Final = ("difference", "discontinuity")
"""Methods for what was counted rather than asked."""
Code = Annotated[str, Field(pattern=CATEGORY_PATTERN)]
Text = Annotated[str, Field(min_length=1)]


class Outcome(Frozen):
    """What is to get better, how it is measured, and when that counts."""

    code: Code
    question: Code | None = None
    """Of the survey."""
    indicator: Code | None = None
    """Or a column of the zones of both runs, such as elder_care_covered_share: counted, not asked."""
    need: Code | None = None
    """The share of those who gave this answer."""
    scores: dict[Code, float] = Field(default_factory=dict)
    """Or the mean of a scale: {very_content = 5, content = 4}."""
    better: Literal["more", "less"] = "more"
    method: Literal["change", "adjusted", "difference", "discontinuity"]
    """Change between the waves, without regression to the mean, against the other zones, or at the funding line."""
    group: Literal["treated", "all"] = "treated"
    """Whose change counts, where the method is change."""
    margin: float = Field(default=0.0, ge=0)
    """Smallest effect worth the money, as a share (0.05 = 5 points) or in points of the scale."""
    title_zh: str = ""
    title_en: str = ""

    @model_validator(mode="after")
    def _is_measured(self) -> Self:
        if (self.question is None) == (self.indicator is None):
            raise ValueError("give question (of the survey) or indicator (a column of the zones)")
        if self.indicator is not None:
            self._is_counted()
        elif (self.need is None) == (not self.scores):
            raise ValueError("give need (a share) or scores (a mean)")
        if self.is_share and self.margin >= 1:
            raise ValueError(f"margin = {self.margin:g} of a share is never reached: 5 points are 0.05")
        if self.group == "all" and self.method != "change":
            raise ValueError(f"group all goes with method change only, not {self.method}")
        return self

    def _is_counted(self) -> None:
        if self.need is not None or self.scores:
            raise ValueError("need and scores belong to a question, not to an indicator")
        if self.method not in COUNTED:
            raise ValueError(
                f"an indicator goes with method {' or '.join(COUNTED)}, not {self.method}: only other zones tell how "
                "sure its change is"
            )

    @property
    def is_share(self) -> bool:
        """Whether the outcome is a share rather than a mean."""
        return self.need is not None or (self.indicator or "").endswith("_share")


class Line(Frozen):
    """The funding line: zones on its one side were funded."""

    running: Code
    """Column that the money went by: priority, rank."""
    value: float
    """The last value that was funded."""
    funded_above: bool = True
    """False for ranks."""
    donut: float = Field(default=0.0, ge=0)
    """Zones as close to the line do not count."""


class Treated(Frozen):
    """Who is renewed, and why they."""

    zones: tuple[Text, ...] = Field(min_length=1)
    why: Literal["worst", "line", "lot", "other"]
    """The worst measured, by a funding line, by lot, or otherwise."""
    reason: Text
    """In words."""
    chosen_by: tuple[Code, ...] = ()
    """Outcomes whose measure before decided who was chosen, alone or in a priority: theirs comes back by itself.

    None named: all of them where the worst were chosen, else none."""
    line: Line | None = None

    @field_validator("zones")
    @classmethod
    def _sorted(cls, zones: tuple[str, ...]) -> tuple[str, ...]:
        twins = sorted({z for z in zones if zones.count(z) > 1}) if len(set(zones)) < len(zones) else []
        if twins:
            raise ValueError(f"zone {twins[0]!r} stands there more than once")
        return tuple(sorted(zones))


class Plan(Frozen):
    """What is going to be evaluated, and how."""

    name: Text
    date: dt.date
    """When the plan was made; before the programme begins."""
    begins: dt.date
    """When the programme begins."""
    before: tuple[Text, ...] = Field(min_length=1)
    """Names of the waves before, in the order of time; zones were chosen by the last one."""
    after: tuple[Text, ...] = Field(min_length=1)
    alpha: float = Field(default=0.05, gt=0, lt=0.5)
    """Intervals hold with probability 1 - alpha."""
    treated: Treated
    outcomes: tuple[Outcome, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if self.date > self.begins:
            raise ValueError(f"the plan is of {self.date}, after the programme began on {self.begins}")
        waves, codes = [*self.before, *self.after], [o.code for o in self.outcomes]
        for kind, names in (("wave", waves), ("outcome", codes)):
            twins = sorted({n for n in names if names.count(n) > 1})
            if twins:
                raise ValueError(f"{kind} {twins[0]!r} stands there more than once")
        strange = sorted(set(self.treated.chosen_by) - set(codes))
        if strange:
            raise ValueError(f"treated.chosen_by names {strange[0]!r}, which is no outcome")
        if self.treated.line is None and any(o.method == "discontinuity" for o in self.outcomes):
            raise ValueError("method discontinuity needs treated.line")
        return self

    def chose(self, outcome: Outcome) -> bool:
        """Return whether zones were chosen because they measured badly in an outcome, as far as the plan tells."""
        if self.treated.chosen_by:
            return outcome.code in self.treated.chosen_by
        return self.treated.why == "worst"

    @property
    def sha256(self) -> str:
        """The plan's hash: of what it says, whatever the order of keys, blanks, comments and ends of lines."""
        said = {"format": FORMAT, **self.model_dump(mode="json")}
        # What came later leaves the hash of a plan without it as it was.
        said["outcomes"] = [{k: v for k, v in o.items() if k != "indicator" or v is not None} for o in said["outcomes"]]
        for outcome in said["outcomes"]:
            if outcome["question"] is None:
                del outcome["question"]
        text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()


def preregister(plan: Plan, path: Path) -> str:
    """Write the plan, and return its hash, which is to be deposited with somebody else (in a notice, in the minutes).

    Raises
    ------
    OutputError
        If the file is there already, or cannot be written: a plan is never changed.
    """
    if path.exists():
        raise OutputError(f"{path} is there already; a plan is not changed. Write another file.")
    text = plan_text(plan)
    with whole_file(path) as new:
        new.write_bytes(text.encode())
    return plan.sha256


def register(path: str | Path) -> str:
    """Check a plan, and write its hash beside it: ``plan.toml`` → ``plan.sha256``. Return the hash.

    Once it is written it stays: the same plan may be registered again, a changed one is refused.

    Raises
    ------
    MissingError, InputError
        As `read_plan` does; and if the plan says something else than the one that was registered.
    OutputError
        If the hash cannot be written.
    """
    path = Path(path)
    found, beside = read_plan(path).sha256, path.with_suffix(HASH_FILE)
    if beside.exists():
        check_plan(path, registered_hash(path))
        return found
    with whole_file(beside) as new:
        new.write_bytes(f"{found}  {FORMAT}: {path.name}\n".encode())
    return found


def registered_hash(path: str | Path) -> str:
    """Return the hash that stands beside a plan.

    Raises
    ------
    MissingError
        If there is none.
    InputError
        If the file holds none.
    """
    path = Path(path)
    beside = path.with_suffix(HASH_FILE)
    try:
        text = beside.read_text(encoding="utf-8-sig")[:MOST_HASH].split()
    except OSError:
        raise MissingError(
            f"{path.name}: no hash stands beside it ({beside.name}), so nobody knows whether the plan was changed. "
            f"Register a plan before the programme begins: geoprio register {path.name}"
        ) from None
    except UnicodeDecodeError:
        text = []
    if not text or not re.fullmatch("[0-9a-fA-F]{64}", text[0]):
        raise InputError(f"{beside.name}: it does not begin with a SHA-256 of 64 hexadecimal digits.")
    return text[0]


def plan_text(plan: Plan) -> str:
    """Return the plan as TOML."""
    data = plan.model_dump(mode="python", exclude_none=True)
    treated, outcomes = data.pop("treated"), data.pop("outcomes")
    line = treated.pop("line", None)
    parts = [f"# {FORMAT}", *_entries(data), "", "[treated]", *_entries(treated)]
    if line:
        parts += ["", "[treated.line]", *_entries(line)]
    for outcome in outcomes:
        scores = outcome.pop("scores")
        parts += ["", "[[outcomes]]", *_entries(outcome)]
        if scores:
            parts += ["", "[outcomes.scores]", *_entries(scores)]
    return "\n".join(parts) + "\n"


def _entries(data: dict[str, Any]) -> list[str]:
    return [f"{key} = {_value(value)}" for key, value in data.items()]


def _value(value: Any) -> str:  # noqa: ANN401 - whatever a plan holds
    """Return a value as TOML: JSON writes strings, numbers and booleans alike, but for DEL."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, dt.date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def read_plan(path: str | Path) -> Plan:
    """Return the plan that a file holds.

    Raises
    ------
    MissingError
        If the file cannot be read.
    InputError
        If it is no TOML, or no plan; with one line for each problem.
    """
    path = Path(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"{path.name}: it is larger than {MAX_BYTES:,} bytes; is it a plan?")
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise MissingError(f"plan {str(path)!r} cannot be read: {error.strerror}.") from None
    except RecursionError:
        raise InputError(f"{path.name}: not valid TOML: it is nested too deeply.") from None
    except UnicodeDecodeError:
        raise InputError(f"{path.name}: it is not UTF-8; save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path.name}: not valid TOML: {error}.") from None
    except ValueError as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{path.name}: not valid TOML: a number has too many digits.") from None
    try:
        return Plan.model_validate(data)
    except ValidationError as error:
        told = ((".".join(map(str, e["loc"])), e["msg"].removeprefix("Value error, ")) for e in error.errors())
        raise InputError(*(": ".join(filter(None, (path.name, *line))) + "." for line in told)) from None


def check_plan(path: str | Path, sha256: str) -> Plan:
    """Return the plan that a file holds, if it still says what it did.

    Parameters
    ----------
    path : str or Path
    sha256 : str
        The hash that `preregister` gave.

    Raises
    ------
    MissingError
        If the file cannot be read.
    InputError
        If the file is no plan, or says something else now.
    """
    plan, name = read_plan(path), Path(path).name
    wanted = sha256.strip().lower()
    if plan.sha256 != wanted:
        raise InputError(
            f"{name}: the plan was changed: its hash is {plan.sha256}, that of the registered one {wanted!r}. "
            "Use the registered file; what came later is exploratory."
        )
    return plan


def unplanned(plan: Plan, outcomes: Iterable[Outcome]) -> tuple[str, ...]:
    """Return the codes of the outcomes that are not in the plan as they are: those are exploratory."""
    return tuple(o.code for o in outcomes if o not in plan.outcomes)
