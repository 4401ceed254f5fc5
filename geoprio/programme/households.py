"""What the residents of a zone may pay together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoprio._core.errors import InputError
from geoprio.programme.money import FEN, MOST_FEN

if TYPE_CHECKING:
    from geoprio._core.typing import Bools, Ints
    from geoprio.programme.problem import Problem


def household_fen(problem: Problem) -> Ints:
    """Return the most that all residents of each zone may pay together, in fen; `MOST_FEN` without such a limit.

    Raises
    ------
    InputError
        If residents may pay in a zone whose dwellings are not known.
    """
    out = np.full(len(problem.zones), MOST_FEN, np.int64)
    most = problem.rules.household_max_cny
    if most is None:
        return out
    asked = problem.limits.allowed[:, resident_sources(problem)].any(axis=1)
    homes = problem.items["dwellings"].to_numpy(float)[asked]
    if np.isnan(homes).any():
        zone = problem.items["zone_id"].to_numpy()[asked][int(np.argmax(np.isnan(homes)))]
        raise InputError(
            f"household_max_cny needs dwellings, and zone {zone!r}, where residents may pay, has none known."
        )
    out[problem.zone[asked]] = np.minimum(np.floor(homes * (most * FEN) + 1e-6), MOST_FEN).astype(np.int64)
    return out


def resident_sources(problem: Problem) -> Bools:
    """Return which sources are the residents' own money, shape (sources,)."""
    return np.array([s.party == "residents" for s in problem.sources], bool)
