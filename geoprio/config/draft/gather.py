"""Which files are looked at, and what is left out before anything is opened."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from geoprio._core.errors import InputError, MissingError
from geoprio._core.files import MANIFEST, short_name
from geoprio.config.draft.said import Said, say
from geoprio.sources.osm import is_osm

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

LAYERS: Final = (".geojson", ".json", ".gpkg", ".shp", ".fgb", ".parquet", ".geoparquet")
TABLES: Final = (".csv", ".xlsx", ".xls")
RASTERS: Final = (".tif", ".tiff", ".asc", ".hgt")
BESIDE: Final = (
    *(".shx", ".dbf", ".prj", ".cpg", ".sbn", ".sbx", ".qix", ".qpj", ".qmd", ".qml", ".sld", ".ovr", ".xml", ".tfw"),
    *(".gpkg-wal", ".gpkg-shm", ".gpkg-journal"),
)
"""Files that belong to another one."""
NO_DATA: Final = (".toml", ".md", ".txt", ".pdf", ".html", ".qgz", ".qgs", ".doc", ".docx", ".py", ".png", ".jpg")
"""Files of which nobody expects that they are read: not told one by one."""
MOST_FILES: Final = 2000
"""More files than this are no study's folder, but somebody's disk."""


@dataclass(frozen=True)
class Left:
    """A file, a layer or a part of one that is not used, and why."""

    name: str
    why: Said


@dataclass(frozen=True)
class Found:
    """A file to look at: where it is, and how the project file names it."""

    path: Path
    name: str

    @property
    def short(self) -> str:
        """How comments call it."""
        return short_name(self.name)


def gather(folder: Path, given: Iterable[Path]) -> tuple[list[Found], list[Left]]:
    """Return the files to look at, and those that are left out.

    Parameters
    ----------
    folder : Path
        The project's folder; paths are told relative to it.
    given : iterable of Path
        Files, and folders that are searched with all that is in them (not hidden ones, and no run of geoprio's); none:
        `folder` itself.

    Raises
    ------
    MissingError
        If a file or folder is not there.
    InputError
        If there are more than `MOST_FILES`.
    """
    found: dict[Path, Found] = {}
    left: list[Left] = []
    for start in list(given) or [folder]:
        if not start.exists():
            raise MissingError(f"{str(start)!r} is not there; name files or folders to look at.")
        named = start.is_file()
        for path in [start] if named else _walk(start):
            if len(found) >= MOST_FILES:
                raise InputError(f"more than {MOST_FILES} files in {str(start)!r}; name those of the study.")
            name = relative(path, folder)
            why = _unfit(path, name)
            if why is None:
                found.setdefault(path.resolve(), Found(path, name))
            elif named or why.key != "no_data":
                left.append(Left(short_name(name), why))
    return sorted(found.values(), key=lambda f: f.name), left


def relative(path: Path, folder: Path) -> str:
    """Return how a project file in `folder` names a file; its full path where no relative one leads there."""
    try:
        # Links on the way are resolved: ".." leads out of where they point to.
        return os.path.relpath(path.parent.resolve() / path.name, folder.resolve()).replace(os.sep, "/")
    except ValueError:
        # Another drive.
        return path.absolute().as_posix()


def _walk(folder: Path) -> Iterator[Path]:
    """Give the files in a folder and its folders, in order; links to folders are not followed."""
    for here, folders, names in os.walk(folder):
        at = folder.__class__(here)
        if MANIFEST in names:
            # A run's folder holds results, no data.
            folders.clear()
            continue
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        yield from (at / name for name in sorted(names) if not name.startswith((".", "~$")))


def _unfit(path: Path, name: str) -> Said | None:
    """Return why a file is not looked at, or None."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return say("name_not_utf8")
    if "://" in name or "/vsi" in name.lower():
        return say("name_like_address")
    low = path.name.lower()
    if low.endswith((*LAYERS, *TABLES, *RASTERS, ".hgt.zip")) or is_osm(low):
        return None
    if low.endswith((*BESIDE, *NO_DATA)):
        return say("no_data")
    if low.endswith(".dbf"):
        return say("dbf_alone")
    return say("zipped") if low.endswith((".zip", ".rar", ".7z", ".gz")) else say("format_unread")
