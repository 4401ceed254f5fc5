"""The list of projects (项目清单) of a result, and its files: what a renewal office hands on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from geoprio.indicators.project_list import TITLES, in_words, project_list
from geoprio.outputs.asked.needs import as_written, need_tables
from geoprio.outputs.asked.words import NEEDS
from geoprio.outputs.planned.project_lines import with_programme
from geoprio.outputs.quality.facts import plain_rows
from geoprio.outputs.tables import write_rows
from geoprio.outputs.workbook import write_tables

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from geoprio.outputs.result import Result

SOURCES: Final = ("inspection", "problems", "survey")
"""Sections of a project file from which a list is written: attributes alone are no grounds for works."""
SUPPORT: Final = ("support", "support_low", "support_high")


def projects(result: Result) -> pd.DataFrame | None:
    """Return the list of projects under the present ranking, as `project_list` does; None without any condition.

    With a programme, its money, years and sources stand in the lines that it funds.
    """
    if result.condition is None:
        return None
    wanted = None if result.needs is None else result.needs.menu()
    table = project_list(result.zones, result.condition, wanted, need_defects=need_defects(result))
    return with_programme(table, result)


def need_defects(result: Result) -> dict[str, str]:
    """Return the defect that each need is about, where the indicator that stands for it is a defect's share."""
    survey = result.project.get("survey")
    found: dict[str, str] = {}
    for need, parts in (survey["indicators"] if survey else {}).items():
        for code in [parts] if isinstance(parts, str) else parts:
            defect = code.removesuffix("_share")
            if defect != code and defect in result.defects:
                found.setdefault(need, defect)
    return found


def write_projects(result: Result, folder: Path, lang: str) -> None:
    """Write project_list.xlsx and .csv, and needs.csv, into `folder`, where there is something to write."""
    table = projects(result) if any(result.project.get(name) for name in SOURCES) else None
    if table is not None and len(table):
        shown = in_words(as_written(table), "en" if lang == "en" else "zh")
        number = 1 if lang == "en" else 0
        shares = frozenset(TITLES[column][number] for column in SUPPORT)
        title = NEEDS["projects"][number]
        write_tables({title: (shown, shares)}, folder / "project_list.xlsx", result.project["project"]["name"])
        write_rows(plain_rows(shown), folder / "project_list.csv")
    needs = need_tables(result).get("needs")
    if needs is not None:
        write_rows(plain_rows(needs), folder / "needs.csv")
