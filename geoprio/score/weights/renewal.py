"""The preset `renewal`: what a renewal office may weigh, as parts of one whole; geoprio's own suggestion."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from geoprio._core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

RENEWAL: Final = MappingProxyType(
    {"facilities": 0.35, "voice": 0.25, "condition": 0.20, "readiness": 0.10, "cost": 0.10}
)
"""Demand that no facility covers; what residents name; condition and age; owners' decisions; benefit for the cost.

An author's judgement, from no standard. Safety hazards are a gate before all of them."""


def renewal_weights(parts: Mapping[str, Iterable[str]]) -> tuple[dict[str, float], tuple[str, ...]]:
    """Return weights of indicators, and the parts of which none is known: their weight goes to the others.

    Parameters
    ----------
    parts : mapping of a name in `RENEWAL` to the indicators that tell of it
        Those of one part share its weight evenly.

    Raises
    ------
    InputError
        If there is no indicator.

    Examples
    --------
    >>> renewal_weights({"facilities": ["a_covered_share"], "voice": ["problems_lift_support"]})[0]["a_covered_share"]
    0.5833333333333334
    """
    known = {name: tuple(dict.fromkeys(parts.get(name, ()))) for name in RENEWAL}
    whole = sum(weight for name, weight in RENEWAL.items() if known[name])
    if not whole:
        raise InputError('[score] weights = "renewal": nothing of what it weighs is known here.')
    weights = {code: RENEWAL[name] / whole / len(codes) for name, codes in known.items() for code in codes}
    return weights, tuple(name for name, codes in known.items() if not codes)
