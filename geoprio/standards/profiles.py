"""Walking profiles: how fast people walk, and what slopes, stairs and big roads cost them."""

from __future__ import annotations

import tomllib
from difflib import get_close_matches
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from geoprio._core.errors import InputError

PROFILES_FILE = "profiles.toml"


class Profile(BaseModel):
    """How someone walks; turns metres of street into minutes.

    Immutable and hashable. The shipped ones are read by `load_profiles`; any other is made by its values.

    Examples
    --------
    >>> Profile(name="with a cane", speed_m_per_min=38, downhill_gain=False).steps_factor
    1.0
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: str = Field(min_length=1)
    title_zh: str = ""
    title_en: str = ""
    speed_m_per_min: float = Field(default=60.0, gt=0)
    """Metres a minute on level ground."""
    slope: bool = True
    """Whether slopes change the pace (Tobler, relative to level ground), where elevations are known."""
    downhill_gain: bool = True
    """Whether a gentle way down is faster than level ground."""
    steps_factor: float = Field(default=1.0, ge=1)
    """Times as long on stairs as on as many level metres; slope counts on stairs only where this is 1."""
    crossing_penalty_s: float = Field(default=0.0, ge=0)
    """Seconds lost at stepping across a big road."""
    source: str = ""
    verified: bool | Literal["secondary"] = False
    """True: read in the official text. "secondary": quoted elsewhere. False: from memory or geoprio's own choice."""
    note: str = ""


def load_profiles() -> dict[str, Profile]:
    """Return the profiles that come with geoprio, by name, in the order of the file."""
    text = files("geoprio.standards").joinpath(PROFILES_FILE).read_text(encoding="utf-8")
    profiles = [Profile.model_validate(entry) for entry in tomllib.loads(text)["profiles"]]
    return {profile.name: profile for profile in profiles}


def find_profile(name: str) -> Profile:
    """Return the shipped profile called `name`.

    Raises
    ------
    InputError
        If there is none; the message names the nearest one and all that are known.
    """
    known = load_profiles()
    if name not in known:
        close = get_close_matches(name, known, n=1, cutoff=0.5)
        hint = f" (did you mean {close[0]!r}?)" if close else ""
        raise InputError(f"walking profile {name!r} is not known{hint}; known are {', '.join(known)}.")
    return known[name]
