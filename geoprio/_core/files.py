"""Local input paths, hashes, and output folders that are put in place whole."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from geoprio._core.errors import GeoprioError, InputError, MissingError, OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator

MANIFEST = "run.json"
LONGEST_SHOWN = 300
"""Characters of a path that a message shows."""


def local_path(base: Path, text: str, where: str) -> Path:
    """Return the existing local file that `text` names, relative to `base`.

    Raises
    ------
    InputError
        If it is a URL or a GDAL virtual path.
    MissingError
        If no such file is there.
    """
    if "://" in text or "/vsi" in text.replace("\\", "/").lower() or "\0" in text:
        raise InputError(f"{where}: path {text!r} is not a local file; download it and name the file.")
    path = base / text
    shown = text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
    try:
        there = path.is_file()
    except OSError:
        there = False
    if not there:
        raise MissingError(f"{where}: file {shown!r} is not there (looked in {base}).")
    return path


def short_name(name: str) -> str:
    """Return what tables and comments call a file: without the way to it, where that leads out of the project's folder.

    Examples
    --------
    >>> short_name("../../data/city.osm.pbf"), short_name("lists/homes.csv")
    ('city.osm.pbf', 'lists/homes.csv')
    """
    way = PurePosixPath(name.replace(os.sep, "/"))
    far = ".." in way.parts or way.is_absolute() or Path(name).is_absolute()
    return way.name if far else name


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_output(out: Path, *, force: bool, protected: Path) -> None:
    """Check that the folder `out` may be written.

    Parameters
    ----------
    out : Path
    force : bool
        Whether a folder that geoprio wrote may be replaced.
    protected : Path
        The project's folder: neither it nor one of its parents is ever replaced, nor the working folder.

    Raises
    ------
    OutputError
        With the reason and the mend.
    """
    if out.is_symlink():
        raise OutputError(f"--out {out} is a link; name the folder itself.")
    if not out.exists():
        return
    if not force:
        raise OutputError(f"--out {out} exists; name a new folder, or replace what geoprio wrote there with --force.")
    if not out.is_dir():
        raise OutputError(f"--out {out} is not a folder; name another.")
    real = out.resolve()
    for kept, what in ((protected.resolve(), "the project's folder"), (Path.cwd().resolve(), "the working folder")):
        if real == kept or real in kept.parents:
            raise OutputError(f"--force does not replace {out}: it is or holds {what}; name another folder.")
    foreign = _foreign_file(real)
    if foreign:
        raise OutputError(f"--force does not replace {out}: {foreign}; name another folder.")


def _foreign_file(folder: Path) -> str | None:
    """Return why `folder` is not wholly geoprio's own writing, or None."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if manifest["program"] != "geoprio":
            return f"its {MANIFEST} is not geoprio's"
        listed = {MANIFEST, *(entry["path"] for entry in manifest["files"])}
    except (OSError, ValueError, KeyError, TypeError):
        return f"it has no {MANIFEST} of geoprio's"
    for path in sorted(folder.rglob("*")):
        if (path.is_symlink() or not path.is_dir()) and path.relative_to(folder).as_posix() not in listed:
            return f"it holds {path.relative_to(folder).as_posix()!r}, which geoprio did not write"
    return None


@contextmanager
def whole_folder(out: Path, *, force: bool, protected: Path) -> Iterator[Path]:
    """Give a new folder to write into; put it in place as `out` when the block ends without an error.

    The new folder stands beside `out`, on the same disk. If the block fails, it is removed and `out` is as before.

    Raises
    ------
    OutputError
        As `check_output` does, before anything is written.
    """
    check_output(out, force=force, protected=protected)
    target = out.absolute()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".new", dir=target.parent))
    except OSError as error:
        raise OutputError(f"--out {out} cannot be written: {error.strerror}.") from error
    try:
        yield staging
        staging.chmod(0o777 & ~_umask())
        check_output(out, force=force, protected=protected)
        _put_in_place(staging, target)
    except GeoprioError:
        raise
    except OSError as error:
        raise OutputError(f"--out {out} cannot be written: {error.strerror or error}.") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _put_in_place(staging: Path, target: Path) -> None:
    old = staging.with_suffix(".old")
    had_old = target.exists()
    if had_old:
        target.rename(old)
    try:
        staging.rename(target)
    except OSError:
        if had_old:
            old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give the path of a new file beside `path`; put it in place when the block ends without an error, else remove it.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    new = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        yield new
        new.replace(path)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}.") from error
    finally:
        new.unlink(missing_ok=True)
