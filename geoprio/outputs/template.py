"""Templates of pages: every value in them is escaped."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final

from jinja2 import Environment, StrictUndefined

from geoprio.outputs.webmap.page import asset

NOT_FOR_PAGES: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Characters that HTML does not take."""


@cache
def template(name: str) -> Any:  # noqa: ANN401 - a template of Jinja
    """Return the template in the asset of that name; every value in it is escaped, and a missing one is an error."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=clean
    )
    return environment.from_string(asset(name))


def clean(value: object) -> object:
    """Return text without characters that HTML does not take."""
    return NOT_FOR_PAGES.sub("\ufffd", value) if type(value) is str else value
