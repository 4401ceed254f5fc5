"""What the columns of meeting records and owners' votes are usually called."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from geoprio.sources.parsers import plain
from geoprio.sources.survey.grid import stem

if TYPE_CHECKING:
    from collections.abc import Iterable

UNIT: Final = re.compile(r"[(\[](?:m2|平方米|平米|人|户|票|张)[)\]]$", re.IGNORECASE)
"""A unit at the end of a heading that changes nothing: areas in 万㎡ are another matter."""


@cache
def _names(kind: str) -> dict[str, tuple[str, ...]]:
    """Return the usual names by what a column holds, in the form in which they are compared."""
    data = tomllib.loads(files(__package__).joinpath("records.toml").read_text(encoding="utf-8"))
    return {key: tuple(stem(name) for name in names) for key, names in data[kind].items()}


def usual_columns(headings: Iterable[str], kind: str) -> dict[str, list[str]]:
    """Return by what they hold the headings that have one of its usual names.

    Parameters
    ----------
    headings : iterable of str
    kind : {"meetings", "owner_votes"}

    Returns
    -------
    dict of str to list of str
        Those with the more usual name first; what no heading says is not there.

    Examples
    --------
    >>> usual_columns(["小区", "表决事项", "专有面积（㎡）"], "owner_votes")
    {'zone': ['小区'], 'need': ['表决事项'], 'area': ['专有面积（㎡）']}
    """
    forms = [(heading, stem(UNIT.sub("", plain(heading)))) for heading in headings]
    found = {}
    for key, names in _names(kind).items():
        mine = [(names.index(form), heading) for heading, form in forms if form in names]
        if mine:
            found[key] = [heading for _, heading in sorted(mine, key=lambda pair: pair[0])]
    return found
