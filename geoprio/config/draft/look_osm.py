"""Look at an OpenStreetMap file: one reading tells what each role would take of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from geoprio._core.columns import CATEGORIES
from geoprio._core.findings import Findings
from geoprio.config.draft.look import Look
from geoprio.sources import BuildingsSpec, FacilitiesSpec, StreetsSpec, ZonesSpec
from geoprio.sources.layers import want_of
from geoprio.sources.osm import scan

if TYPE_CHECKING:
    from geoprio.config.draft.gather import Found
    from geoprio.sources import SourceSpec

RESIDENTIAL: Final = {"landuse": "residential"}
"""Areas of OSM that may be neighborhoods."""


def look_at_osm(found: Found) -> Look:
    """Return a look at an OSM file.

    Raises
    ------
    InputError
        If osmium cannot read it.
    """
    name = found.path.name
    specs: dict[str, SourceSpec] = {
        "zones": ZonesSpec(path=name, where=dict(RESIDENTIAL)),
        "buildings": BuildingsSpec(path=name),
        "streets": StreetsSpec(path=name),
        **{category: FacilitiesSpec(path=name, category=category) for category in CATEGORIES},
    }
    # Read as a run reads it, but for what a run refuses: that there is nothing of a role.
    frames = scan(found.path, [want_of(role, spec) for role, spec in specs.items()], Findings())
    parts = dict(zip(specs, frames, strict=True))
    return Look(found.path, found.name, "osm", rows=sum(len(p) for p in parts.values()), parts=parts)
