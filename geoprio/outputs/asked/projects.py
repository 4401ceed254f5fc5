"""The list of projects (项目清单) of a result, and its files: what a renewal office hands on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from geoprio.indicators.project_list import TITLES, in_words, project_list
from geoprio.outputs.asked.needs import as_written, need_tables
from geoprio.outputs.asked.titles import need_defects, need_title
from geoprio.outputs.asked.words import NEEDS
from geoprio.outputs.planned.project_lines import with_programme
from geoprio.outputs.quality.facts import plain_rows
from geoprio.outputs.tables import write_rows
from geoprio.outputs.translate import in_chinese
from geoprio.outputs.workbook import Printed, need_sheets, write_tables

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from geoprio.outputs.result import Result

SOURCES: Final = ("inspection", "problems", "survey")
"""Sections of a project file from which a list is written: attributes alone are no grounds for works."""
PRINTED: Final = (
    *("name", "grade", "content", "basis", "quantity", "quantity_unit", "cost_cny", "dwellings"),
    *("support", "priority", "rank", "year", "status"),
)
"""Columns on paper: the others are for the screen."""
PRINTED_NEEDS: Final = ("name", "question", "rank", "title", "status", "n", "share", "low", "high")
SUPPORT: Final = ("support", "support_low", "support_high")


def projects(result: Result) -> pd.DataFrame | None:
    """Return the list of projects under the present ranking, as `project_list` does; None without any condition.

    With a programme, its money, years and sources stand in the lines that it funds.
    """
    if result.condition is None:
        return None
    wanted = None if result.needs is None else result.needs.menu()
    if wanted is not None and len(wanted):
        wanted = wanted.assign(**_titles(wanted, result))
    table = project_list(
        result.zones, result.condition, wanted, need_defects=need_defects(result), in_zh=lambda t: in_chinese(t) or t
    )
    return with_programme(table, result)


def _titles(wanted: pd.DataFrame, result: Result) -> dict[str, list[str]]:
    """Return the titles of needs in zh and en."""
    about = {q.code: q.about for q in result.needs.questions} if result.needs is not None else {}
    rows = zip(wanted["question"], wanted["need"], wanted["title"], strict=True)
    pairs = [need_title(result, about[q], need, title) for q, need, title in rows]
    return {"title_zh": [zh for zh, _ in pairs], "title_en": [en for _, en in pairs]}


def write_projects(result: Result, folder: Path, lang: str) -> None:
    """Write project_list.xlsx and .csv, needs.xlsx and needs.csv into `folder`, where there is something to write."""
    table = projects(result) if any(result.project.get(name) for name in SOURCES) else None
    if table is not None and len(table):
        shown = in_words(as_written(table), "en" if lang == "en" else "zh")
        number = 1 if lang == "en" else 0
        shares = frozenset(TITLES[column][number] for column in SUPPORT)
        title = NEEDS["projects"][number]
        printed = tuple(TITLES[column][number] for column in PRINTED)
        write_tables(
            {title: Printed(shown, shares, printed)}, folder / "project_list.xlsx", result.project["project"]["name"]
        )
        write_rows(plain_rows(shown), folder / "project_list.csv")
    tables = need_tables(result)
    if "needs" in tables:
        write_rows(plain_rows(tables["needs"]), folder / "needs.csv")
        sheets: dict[str, tuple[pd.DataFrame, frozenset[str]] | Printed] = {**need_sheets(result, lang)}
        title = NEEDS["needs"][1 if lang == "en" else 0]
        printed = tuple(NEEDS[f"of.{column}"][1 if lang == "en" else 0] for column in PRINTED_NEEDS)
        sheets[title] = Printed(*sheets[title][:2], printed)
        write_tables(sheets, folder / "needs.xlsx", result.project["project"]["name"])
