"""Loading compiled loops, and how many threads they use."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

THREADS = 2
LARGE_NETWORK = 50_000
"""Nodes from which two threads are worth their start."""


def load(name: str, package: str = __package__) -> Any:  # noqa: ANN401 - a module of functions that numba types
    """Return the module `name` of compiled loops of a package; numba loads only where it is called.

    Where neither the package's folder nor the user's cache folder can be written, the compiled code goes to a folder
    of this process alone, which it removes: numba's cache is pickle and must not come from where others can write.
    """
    module = f"{package}.{name}"
    try:
        return import_module(module)
    except RuntimeError as error:
        if "cannot cache" not in str(error):
            raise
    import numba  # noqa: PLC0415 - half a second, paid only where a loop runs

    folder = tempfile.mkdtemp(prefix="geoprio-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    setattr(numba.config, "CACHE_DIR", folder)  # noqa: B010 - numba sets its options at run time, unknown to mypy
    return import_module(module)


@contextmanager
def threads(size: int, large: int | None = None) -> Iterator[int]:
    """Let compiled loops use two threads where the work is large, one where it is small; give the number.

    Parameters
    ----------
    size : int
        Nodes of the network, or what else the work grows with.
    large : int, optional
        The size from which two threads are worth their start; default: that of networks.
    """
    import numba  # noqa: PLC0415 - half a second, paid only where a loop runs

    before = numba.get_num_threads()
    count = min(THREADS, before) if size >= (LARGE_NETWORK if large is None else large) else 1
    numba.set_num_threads(count)
    try:
        yield count
    finally:
        numba.set_num_threads(before)
