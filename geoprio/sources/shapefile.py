"""Whether the parts of a Shapefile are there, whole, and of one file: GDAL reads on where they are not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from geoprio._core.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from geoprio._core.findings import Findings

HEAD: Final = 100
"""Bytes of the header of a .shp and of a .shx."""
INDEX_ROW: Final = 8
"""Bytes of each row in a .shx."""


def sibling(shp: Path, suffix: str) -> Path | None:
    """Return another part of a Shapefile, however its ending is written; None without one."""
    return next((p for p in sorted(shp.parent.iterdir()) if p.stem == shp.stem and p.suffix.lower() == suffix), None)


def check_parts(shp: Path, role: str, findings: Findings) -> None:
    """Check the parts of a Shapefile against each other.

    Parameters
    ----------
    shp : Path
    role : str
        Takes the note that there is no table.

    Raises
    ------
    InputError
        If the .shx is not there, a part is cut off, or their numbers of rows differ.
    """
    where = f"[{role}] {shp.name}"
    shx, dbf = sibling(shp, ".shx"), sibling(shp, ".dbf")
    if shx is None:
        raise InputError(f"{where}: its .shx is not there; copy all files of the Shapefile (.shp, .shx, .dbf, .prj).")
    for part in (shp, shx):
        said, there = _stated_bytes(part), part.stat().st_size
        if there < max(said, HEAD):
            raise InputError(
                f"{where}: its {part.suffix.lower()} is cut off: it should hold {max(said, HEAD)} bytes and has "
                f"{there}; copy all files again."
            )
    if dbf is None:
        findings.warn(role, f"{shp.name}: its .dbf is not there, so its rows have no columns; copy all files")
        return
    rows = (_stated_bytes(shx) - HEAD) // INDEX_ROW
    with dbf.open("rb") as file:
        listed = int.from_bytes(file.read(8)[4:], "little")
    if rows != listed:
        raise InputError(
            f"{where}: its .shx has {rows} rows and its .dbf {listed}: they are not of one file; copy all files again."
        )


def _stated_bytes(part: Path) -> int:
    """Return how long a .shp or .shx says that it is; it counts in words of two bytes."""
    with part.open("rb") as file:
        return 2 * int.from_bytes(file.read(28)[24:], "big")
