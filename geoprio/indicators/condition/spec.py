"""What the project file says of condition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field

from geoprio._core.errors import InputError
from geoprio.indicators.walking import PROJECT_FILE
from geoprio.standards.defects import Defects, load_defects
from geoprio.standards.model import NAME_PATTERN

if TYPE_CHECKING:
    from pathlib import Path


class ConditionSpec(BaseModel):
    """How the condition of buildings and compounds is told."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True)

    built_before: int | None = Field(default=None, ge=1800, le=2100)
    """A building is old if it was built before this year; default: that of [zones] eligible, else 2001."""
    walkup_floors: int | None = Field(default=None, ge=2, le=20)
    """From so many storeys on a building without a lift is a walk-up; default: 4."""
    gates: tuple[Annotated[str, Field(pattern=NAME_PATTERN)], ...] | None = None
    """Hazards that put a zone first, and of which all must be known to be absent for a no; default: all of 安全."""
    defects: str | None = None
    """A .toml file with [[defects]] of one's own, as geoprio/standards/defects/defects.toml has them."""


def study_defects(spec: ConditionSpec, base: Path, built_before: int | None = None) -> Defects:
    """Return the defects of a study, with the limits that its project file sets.

    Parameters
    ----------
    spec : ConditionSpec
    base : Path
        The project's folder.
    built_before : int, optional
        Of [zones] eligible; holds where [condition] has none.

    Raises
    ------
    InputError, MissingError
        If the list of one's own cannot be used, or a gate is no hazard.
    """
    defects = dict(load_defects(spec.defects, base))
    bad = [g for g in spec.gates or () if g not in defects or not defects[g].is_gate]
    if bad:
        known = ", ".join(code for code, d in defects.items() if d.is_gate)
        raise InputError(f"[condition] gates: {bad[0]!r} is no hazard that is known; there are {known}.")
    given = {"aged": spec.built_before or built_before, "walkup": spec.walkup_floors}
    own = {"source": PROJECT_FILE, "clause": "", "verified": False, "note": "", "file": PROJECT_FILE}
    for code, limit in given.items():
        if limit is not None:
            defects[code] = defects[code].model_copy(update={"limit": float(limit), **own})
    return Defects(defects)


def gates_of(spec: ConditionSpec, defects: Defects) -> tuple[str, ...]:
    """Return the hazards that make the safety gate."""
    return spec.gates if spec.gates is not None else tuple(c for c, d in defects.items() if d.is_gate)
