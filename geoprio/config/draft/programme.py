"""Draft a programme as comments: a start for `geoprio plan` that is valid on the project's own columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from geoprio.config.draft.extras import lists_dwellings
from geoprio.config.draft.said import say
from geoprio.config.draft.toml_text import Remark, Section

if TYPE_CHECKING:
    from geoprio.config.draft.desk import Desk

STATIONS: Final = {"elder_care": "elder_station", "childcare": "nursery", "convenience": "shop_space"}
"""Measures of geoprio's list that raise what a draft scores: the covered share of a category."""
BUDGET_CNY: Final = 10_000_000
YEARS: Final = 3
COUNTED: Final = ("population", "dwellings")


def draft_programme(desk: Desk) -> list[Section]:
    """Return the sections of a programme, as comments."""
    categories = [s.get("category") for s in desk.sections if s.head == "[[facilities]]" and s.active]
    measures = [STATIONS[str(c)] for c in dict.fromkeys(categories) if c in STATIONS]
    head = Section("[programme]", [Remark(say("programme"))], active=False)
    head.add("measures", measures, Remark(say("programme_measures")))
    head.add("assume", True, Remark(say("programme_assume"), doubtful=True))  # noqa: FBT003 - a value of the file
    if not _counted(desk):
        head.add("people", "building_count", Remark(say("programme_people"), doubtful=True))
    rules = Section("[programme.rules]", active=False)
    rules.add("years", YEARS)
    money = Section("[[programme.sources]]", active=False)
    money.add("code", "city")
    money.add("title_zh", "市级财政")
    money.add("title_en", "city")
    money.add("kind", "city")
    money.add("budget_cny", BUDGET_CNY, Remark(say("programme_budget"), doubtful=True))
    return [head, rules, money]


def _counted(desk: Desk) -> bool:
    """Return whether people or dwellings are surely known: a programme tells whom it benefits."""
    heads = {s.head: s for s in desk.sections if s.active}
    if "[population]" in heads:
        return True
    columns = heads.get("[buildings.columns]")
    if columns is not None and any(columns.get(key) for key in COUNTED):
        return True
    return "[compounds]" in heads and lists_dwellings(desk)
