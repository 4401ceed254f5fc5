"""An environment of its own for each peer, so that no peer decides which versions another one runs with."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class NotInstalledError(RuntimeError):
    """A peer's packages could not be installed; the message is pip's last line."""


def interpreter(folder: Path, packages: tuple[str, ...]) -> Path:
    """Return the Python of an environment that holds the packages; made on first use.

    Raises
    ------
    NotInstalledError
        If it cannot be made.
    """
    python, marker = folder / "bin" / "python", folder / "packages.txt"
    wanted = "\n".join(packages)
    if marker.exists() and marker.read_text(encoding="utf-8") == wanted:
        return python
    print(f"  installing {', '.join(packages)} …", flush=True)
    for command in (
        [sys.executable, "-m", "venv", "--clear", str(folder)],
        [str(python), "-m", "pip", "install", "--quiet", *packages],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
        if done.returncode:
            said = (done.stderr or done.stdout).strip().splitlines()
            raise NotInstalledError(said[-1] if said else f"exit code {done.returncode}")
    marker.write_text(wanted, encoding="utf-8")
    return python
