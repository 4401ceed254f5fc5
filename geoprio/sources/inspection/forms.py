"""The shipped table of headings, words and forms by which inspections are read."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, Literal

from geoprio._core.errors import InputError
from geoprio.sources.aliases import LEVELS, split_unit
from geoprio.sources.parsers import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from geoprio.sources.inspection.spec import InspectionSpec

FORMS_FILE: Final = "forms.toml"
NO_FORM: Final = "none"
NUMBERING: Final = re.compile(r"^\d+(?:\.\d+)*[.、)]?\s*(?=\D)")
ASKING: Final = re.compile(r"^(?:是否)?存在(?=.)|^是否(?=需)")
"""是否存在…, 存在… and 是否需… ask for what follows; the word changes nothing."""


@dataclass(frozen=True)
class Heading:
    """What a heading asks.

    Attributes
    ----------
    defect : str
    yes : {"defect", "good"} or None
        What a yes means; None where that is not known.
    both_ways : bool
        Whether forms are known that code yes as 0.
    counts : bool
        Whether the cells count what is missing.
    """

    defect: str
    yes: Literal["defect", "good"] | None
    both_ways: bool = False
    counts: bool = False


@dataclass(frozen=True)
class Form:
    """A form of a city: which columns make it, and what its bare numbers mean."""

    name: str
    title: str
    of: Literal["building", "zone"]
    needs: frozenset[str]
    lacks: frozenset[str]
    codes: Mapping[str, Mapping[str, str]]
    meanings: Mapping[str, Mapping[str, str]]
    verified: object


@cache
def table() -> dict[str, Any]:
    """Return the shipped table as it stands."""
    text = files("geoprio.sources.inspection").joinpath(FORMS_FILE).read_text(encoding="utf-8")
    return tomllib.loads(text)


def key(heading: str) -> str:
    """Return a heading in the form in which headings are compared.

    Examples
    --------
    >>> key("2.8.1 是否存在消防隐患（是/否）"), key("Roof_fault")
    ('消防隐患', 'rooffault')
    """
    text = NUMBERING.sub("", split_unit(NUMBERING.sub("", plain(heading)))[0])
    return ASKING.sub("", re.sub(r"[\W_]", "", text.lower()))


def _keys(heading: str) -> tuple[str, ...]:
    """Return the keys of a heading: of the whole, else of the last of its levels."""
    whole = key(heading)
    return (whole,) if LEVELS not in heading else (whole, key(heading.rpartition(LEVELS)[2]))


@cache
def _headings() -> dict[str, Heading]:
    out: dict[str, Heading] = {}
    for entry in table()["headings"]:
        found = Heading(
            entry["defect"], entry.get("yes"), entry.get("coded_both_ways", False), entry.get("counts", False)
        )
        out.update({key(name): found for name in entry["names"]})
    return out


def heading_of(column: str, codes: Iterable[str] = ()) -> Heading | None:
    """Return what a column asks, by its heading; the code of a defect as a heading asks for it."""
    own = {key(code): Heading(code, "defect") for code in codes}
    known = {**own, **_headings()}
    return next((known[k] for k in _keys(column) if k in known), None)


@cache
def _columns() -> dict[str, str]:
    return {key(name): role for role, names in table()["columns"].items() for name in names}


def column_of(columns: Iterable[str], role: str) -> str | None:
    """Return the first column whose heading is known for a role of the table's ``[columns]``."""
    return next((c for c in columns if any(_columns().get(k) == role for k in _keys(c))), None)


def known_headings() -> tuple[str, ...]:
    """Return all headings of the table, by which a header is found."""
    asked = [name for entry in table()["headings"] for name in entry["names"]]
    said = [name for names in table()["columns"].values() for name in names]
    return (*asked, *said, *(need for form in table()["forms"] for need in form["needs"]))


@cache
def forms() -> tuple[Form, ...]:
    """Return the known forms."""
    return tuple(
        Form(
            f["name"], f["title"], f["of"], frozenset(map(key, f["needs"])), frozenset(map(key, f.get("lacks", ()))),
            f.get("codes", {}), f.get("values", {}), f["verified"],
        )
        for f in table()["forms"]
    )  # fmt: skip


def find_form(columns: Iterable[str], spec: InspectionSpec, where: str) -> Form | None:
    """Return the form of a table: the one that is asked for, else the first whose columns are all there.

    Raises
    ------
    InputError
        If there is no form of that name.
    """
    if spec.form == NO_FORM:
        return None
    if spec.form is not None:
        for form in forms():
            if form.name == spec.form:
                return form
        known = ", ".join((*(f.name for f in forms()), NO_FORM))
        raise InputError(f"{where}: form = {spec.form!r} is not one of {known}.")
    there = {k for column in columns for k in _keys(column)}
    return next((f for f in forms() if f.needs <= there and not f.lacks & there), None)


@cache
def phrases() -> Mapping[str, str]:
    """Return the defect of every known phrase, by its key; headings that ask for a defect are phrases too."""
    asked = {k: h.defect for k, h in _headings().items() if h.yes == "defect"}
    return {**asked, **{key(p): code for code, words in table()["phrases"].items() for p in words}}


@cache
def words(part: str, kind: str) -> frozenset[str]:
    """Return the words of a kind in a part of the table, such as the good ones among ``cells``."""
    found: frozenset[str] = frozenset(plain(word).lower() for word in table()[part][kind])
    return found
