"""Sections, tables and cells of the report of a comparison."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from geoprio.outputs.change.page_words import PAGE_WORDS
from geoprio.outputs.change.units import counted, figures, unit_word
from geoprio.outputs.change.words import VALUES, heading

if TYPE_CHECKING:
    from markupsafe import Markup

    from geoprio.effect.change import Change
    from geoprio.outputs.change.units import Pair, Text

CARRIED: Final = frozenset(("share", "points", "m", ""))
"""Units that stand beside each figure."""
NAMED: Final = 8
"""Indicators without a change that are named."""


@dataclass(frozen=True)
class Head:
    """A column: its title, and whether it holds figures."""

    title: Text
    figure: bool = True


@dataclass(frozen=True)
class Cell:
    """A cell: text in one or both languages, a mark beside it, small print below it, or a plot."""

    text: Text = ""
    mark: str = ""
    plot: Markup | None = None
    small: Text = ""


@dataclass(frozen=True)
class Section:
    """A section of the page: hints, a plot, a table, what is said of it, and further tables.

    Attributes
    ----------
    key : str
    title : (zh, en)
    head : list of Head
    rows : list of list of Cell
        Those that are open.
    more : list of list of Cell
        Rows of the same table that are folded; a PDF prints all.
    hints : list of (zh, en)
    notes : list of (label, text)
    paragraphs : list of (zh, en)
    also : list of Section
        Further tables under the same title.
    """

    key: str
    title: Pair
    head: list[Head] = field(default_factory=list)
    rows: list[list[Cell]] = field(default_factory=list)
    more: list[list[Cell]] = field(default_factory=list)
    hints: list[Pair] = field(default_factory=list)
    notes: list[tuple[Text, Text]] = field(default_factory=list)
    paragraphs: list[Pair] = field(default_factory=list)
    also: list[Section] = field(default_factory=list)


def heads(*names: str, text: tuple[str, ...] = (), kind: str = "population") -> list[Head]:
    """Return columns by the names of `WORDS`; those in `text` hold no figures."""
    return [Head((heading(n, 0, kind), heading(n, 1, kind)), n not in text) for n in names]


def title_of(change: Change, code: str) -> Text:
    """Return the title of an indicator; its code where it has none."""
    return change.measures[code].title if code in change.measures else code


def title_cell(change: Change, code: str) -> Cell:
    """Return the title of an indicator, with the unit where figures do not carry it."""
    what = change.measures.get(code)
    if what is None:
        return Cell(code)
    if what.unit == "demand":
        return Cell(what.title, small=counted(change.before.demand.get(what.category, "population")))
    # Titles in Chinese say themselves that they are per thousand.
    zh = "" if "每千" in what.title[0] else unit_word(what, change, 0)
    return Cell(what.title, small="" if what.unit in CARRIED else (zh, unit_word(what, change, 1)))


def verdict_cell(verdict: str) -> Cell:
    """Return a verdict with its mark."""
    return Cell(VALUES.get(verdict, (verdict, verdict)), mark=verdict)


def moved_cells(before: float, after: float, unit: str, kind: str = "population") -> list[Cell]:
    """Return a value before and after in one cell, and the change in the next."""
    one, two, moved = (text if isinstance(text, tuple) else (text, text) for text in figures(before, after, unit, kind))
    return [Cell((f"{one[0]} → {two[0]}", f"{one[1]} → {two[1]}")), Cell(moved)]


def said(key: str, **names: str) -> Pair:
    """Return a text of the page with names put into it, the same in both languages."""
    zh, en = PAGE_WORDS[key]
    return zh.format(**names), en.format(**names)


def said_of(key: str, kind: str) -> Pair:
    """Return a text of the page with who or what is counted."""
    return tuple(text.format(who=counted(kind)[k]) for k, text in enumerate(PAGE_WORDS[key]))  # type: ignore[return-value]  # two texts give two


def unchanged(titles: list[Pair]) -> list[Pair]:
    """Return the sentence on indicators that did not change, the first of them named; none if all did."""
    if not titles:
        return []
    zh, en = PAGE_WORDS["same_hint"]
    more = "…" if len(titles) > NAMED else ""
    named = [sep.join(t[k] for t in titles[:NAMED]) + more for k, sep in enumerate(("、", ", "))]
    return [(zh.format(n=len(titles), names=named[0]), en.format(n=len(titles), names=named[1]))]
