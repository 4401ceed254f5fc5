"""Which old neighbourhoods to renew first, for what, and with what money.

>>> import geoprio
>>> result = geoprio.run("project.toml")  # doctest: +SKIP
>>> result.zones[["name", "priority", "rank"]].head()  # doctest: +SKIP
>>> result.save("out")  # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from geoprio._core.version import __version__

if TYPE_CHECKING:
    from geoprio._core.errors import GeoprioError, InputError, MissingError, OutputError
    from geoprio.config import load_project, load_scenario
    from geoprio.effect import compare
    from geoprio.outputs import Planned, Result, Sensitivity, Sited
    from geoprio.pipeline import check, plan, rescore, run, sensitivity, site

__all__ = [
    "GeoprioError",
    "InputError",
    "MissingError",
    "OutputError",
    "Planned",
    "Result",
    "Sensitivity",
    "Sited",
    "__version__",
    "check",
    "compare",
    "load_project",
    "load_scenario",
    "plan",
    "rescore",
    "run",
    "sensitivity",
    "site",
]

_HOMES = {
    "GeoprioError": "geoprio._core.errors",
    "InputError": "geoprio._core.errors",
    "MissingError": "geoprio._core.errors",
    "OutputError": "geoprio._core.errors",
    "Planned": "geoprio.outputs",
    "Result": "geoprio.outputs",
    "Sensitivity": "geoprio.outputs",
    "Sited": "geoprio.outputs",
    "check": "geoprio.pipeline",
    "compare": "geoprio.effect",
    "load_project": "geoprio.config",
    "load_scenario": "geoprio.config",
    "plan": "geoprio.pipeline",
    "rescore": "geoprio.pipeline",
    "run": "geoprio.pipeline",
    "sensitivity": "geoprio.pipeline",
    "site": "geoprio.pipeline",
}


def __getattr__(name: str) -> object:
    """Load a public name when it is first used, so that the import itself costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'geoprio' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
