"""What is said of a file of candidate sites."""

from __future__ import annotations

from geoprio.sources.spec import SourceSpec


class SitesSpec(SourceSpec):
    """Places where a facility could open: vacant rooms, public buildings.

    The path is relative to the working folder.
    """

    id: str | None = None
    """Column of the id; default: the column `id`, else s<row>."""
    name: str | None = None
    """Column of the name; default: the column `name`."""
    kind: str | None = None
    """Column of the kind; default: the column `kind`."""
    capacity: str | None = None
    """Column of beds, places or m²; default: the column `capacity`."""
    cost: str | None = None
    """Column of what opening costs; default: the column `cost`. In yuan where its heading or its cells name a unit of
    money (万元), else numbers as they stand, which are only compared."""
