"""The table of broken inputs: each names its cause, the file at fault, and what is to come of it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from conftest import Town


@dataclass(frozen=True)
class Case:
    """A broken input.

    Either `error` or `found` says what is expected: an error whose message holds `names` and fits `error`, or a report
    in which a reject ("source: column: reason; mend") or a note ("source: text") fits `found`.
    """

    name: str
    cause: str
    make: Callable[[Town], Path]
    names: str
    error: str
    found: str


CASES: list[Case] = []


def broken(cause, names="", *, error="", found=""):
    """Add a maker, which writes a town and returns its project file, to the table."""
    assert bool(error) != bool(found), "one of both is expected"

    def add(make):
        CASES.append(Case(make.__name__, cause, make, names, error, found))
        return make

    return add
