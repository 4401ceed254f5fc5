"""Defects of old neighbourhoods: what can be wrong with a building or a compound, each with its source."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal, Self

from pydantic import Field, ValidationError, model_validator

from geoprio._core.errors import InputError
from geoprio._core.files import local_path
from geoprio.standards.model import NAME_PATTERN, Sourced
from geoprio.standards.rules import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Mapping

Grade = Literal["safety", "basic", "improving", "upgrading"]
Side = Literal["face", "lining"]

GRADES: Final[tuple[Grade, ...]] = ("safety", "basic", "improving", "upgrading")
SIDES: Final[tuple[Side, ...]] = ("face", "lining")
GRADE_TITLES: Final = MappingProxyType(
    {
        "safety": ("安全类", "safety"),
        "basic": ("基础类", "basic"),
        "improving": ("完善类", "improving"),
        "upgrading": ("提升类", "upgrading"),
    }
)
SIDE_TITLES: Final = MappingProxyType({"face": ("面子", "face"), "lining": ("里子", "lining")})

DEFECTS_FILE: Final = "defects.toml"


class Defect(Sourced):
    """Something that can be wrong, and how it is counted and weighed."""

    code: str = Field(pattern=NAME_PATTERN)
    title_zh: str = Field(min_length=1)
    title_en: str = Field(min_length=1)
    grade: Grade
    """安全, 基础, 完善 or 提升. A defect of safety puts a zone before the others; it is never weighted."""
    side: Side
    """What shows (face), or pipes, wires and structure (lining)."""
    unit: Literal["building", "zone"] = "building"
    """What is counted where both are known: buildings with the defect, or the compound as a whole."""
    weight: Literal["buildings", "elders"] = "buildings"
    """What a building counts in the share: 1, or the people aged 60+ in it."""
    work_zh: str = ""
    work_en: str = ""
    """What is done about it, as a project list names it; empty: nothing by itself."""
    instead_of: str = ""
    """A defect of which the same works would be a second line, where this one was looked for."""
    limit: float | None = None
    """Year or storeys from which attributes alone tell the defect, where a function derives it."""
    gap: str = Field(default="", pattern=r"^([a-z][a-z0-9_]*)?$")
    """Column for what is missing, in pieces, where an inspection counts it."""
    good: float = 0.0
    """Share with the defect at which urgency is 0."""
    bad: float = 1.0
    """Share with the defect at which urgency is 1."""

    @model_validator(mode="after")
    def _anchors_in_order(self) -> Self:
        if self.good >= self.bad:
            raise ValueError("bad must lie above good: a larger share is worse")
        if bool(self.work_zh) != bool(self.work_en):
            raise ValueError("give work_zh and work_en together, or neither")
        return self

    @property
    def is_gate(self) -> bool:
        """Whether it orders zones before any weight does."""
        return self.grade == "safety"


Defects = MappingProxyType[str, Defect]
"""Defects by code, in the order of their columns."""


def load_defects(extra: str | None = None, base: Path | None = None) -> Defects:
    """Return the defects that come with geoprio, and those of a file of the project's own after them.

    Parameters
    ----------
    extra : str, optional
        A .toml file with ``[[defects]]``, relative to `base`. A defect of a code that geoprio has replaces geoprio's.
    base : Path, optional
        The project's folder.

    Raises
    ------
    InputError
        If the file is no list of defects.
    MissingError
        If it is not there.

    Examples
    --------
    >>> load_defects()["roof_fault"].side
    'lining'
    """
    if extra is None:
        return _shipped()
    path = local_path(base or Path(), extra, "[condition] defects")
    if path.stat().st_size > MAX_BYTES:
        raise InputError(f"[condition] defects = {extra!r}: larger than {MAX_BYTES:,} bytes; is it a list of defects?")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"[condition] defects = {extra!r}: it is not UTF-8; save it as UTF-8.") from None
    return MappingProxyType({**_shipped(), **_parsed(text, f"[condition] defects = {extra!r}", extra)})


@cache
def _shipped() -> Defects:
    text = files(__name__).joinpath(DEFECTS_FILE).read_text(encoding="utf-8")
    return MappingProxyType(_parsed(text, DEFECTS_FILE, "defects"))


def _parsed(text: str, where: str, label: str) -> Mapping[str, Defect]:
    try:
        data: Any = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(f"{where}: {str(error) or 'nested too deeply'}; mend it there.") from None
    rows = data.get("defects")
    if set(data) != {"defects"} or not isinstance(rows, list) or not rows:
        raise InputError(f"{where}: it holds {', '.join(data) or 'nothing'}; give [[defects]] and nothing else.")
    problems: list[str] = []
    out: dict[str, Defect] = {}
    for number, row in enumerate(rows, 1):
        try:
            defect = Defect.model_validate({**row, "file": label} if isinstance(row, dict) else row)
        except ValidationError as error:
            problems += [_in_words(where, number, e) for e in error.errors()]
            continue
        if "file" in row:
            problems.append(f"{where}: [[defects]] {number}: key file is set by geoprio; leave it out.")
        if defect.code in out:
            problems.append(f"{where}: defect {defect.code!r} stands there more than once; leave one out.")
        out[defect.code] = defect
    if problems:
        raise InputError(*problems)
    return out


def _in_words(where: str, number: int, error: Any) -> str:  # noqa: ANN401 - pydantic's error
    key = "".join(f", {part}" for part in error["loc"])
    given = "" if isinstance(error["input"], dict) else f" (given: {error['input']!r})"
    return f"{where}: [[defects]] {number}{key}: {error['msg'].removeprefix('Value error, ')}{given}."
