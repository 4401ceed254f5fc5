"""Draft what is wrong and what residents say, as comments: inspections, problem points, surveys, candidate sites.

Somebody has to say what the questions mean, so nothing of it counts before it is taken in. Of a survey only headings
are told, and no personal ones; of problem points only categories that are known.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from geoprio._core.errors import GeoprioError
from geoprio._core.findings import Findings
from geoprio.config.draft.desk import begin, locate
from geoprio.config.draft.evidence import KNOWN_SHARE, asked_of, problem_classes
from geoprio.config.draft.said import say
from geoprio.config.draft.toml_text import Remark, Section
from geoprio.config.draft.words import class_columns
from geoprio.sources.inspection.forms import column_of, words
from geoprio.sources.parsers import plain
from geoprio.sources.survey import SurveySpec, kind_by_content, kind_by_name
from geoprio.sources.survey.grid import JOINED, read_grid
from geoprio.sources.survey.personal import form
from geoprio.sources.survey.read import KOBO_MARKS, WJX_MARKS

if TYPE_CHECKING:
    import pandas as pd

    from geoprio.config.draft.desk import Desk
    from geoprio.config.draft.gather import Found
    from geoprio.config.draft.look import Look

LEAST_MARKS: Final = 2
"""A file with so many columns that only an exporter of surveys writes is one of its exports."""
MOST_BYTES: Final = 20_000_000
"""Larger files are no survey that somebody answered."""
PLACE: Final = re.compile(r"小区|社区|院落|居住地|compound|estate|neighbou?rhood", re.IGNORECASE)
ABOUT: Final = {
    "measure": re.compile(r"希望|优先|改造|需要|措施|measure|want|priorit", re.IGNORECASE),
    "problem": re.compile(r"问题|困难|不满|不便|problem|issue", re.IGNORECASE),
}
"""What a question is about, by its heading; the later one holds."""


def status_column(look: Look) -> str | None:
    """Return the column that says whether a problem is solved."""
    known = {word for kind in ("solved", "open", "dismissed") for word in words("points", kind)}
    for column, text in class_columns(look.frame):
        values = text.dropna().map(plain).str.lower()
        if len(values) and values.isin(known).mean() >= KNOWN_SHARE:
            return column
    return None


def is_list(found: Found) -> bool:
    """Return whether a file is a table that somebody may have filled in."""
    return found.path.suffix.lower() in {".csv", ".xlsx", ".xls"} and found.path.stat().st_size <= MOST_BYTES


def draft_survey(found: Found) -> list[Section]:
    """Return the sections for an export of a survey, as comments; none where a file is none.

    It is known by columns that only 问卷星, KoBo or ODK write.
    """
    if not is_list(found):
        return []
    try:
        spec = SurveySpec.model_construct(path=found.path.name, sheet=None, encoding=None, header_row=1)
        table = read_grid(spec, found.path.parent, "init", Findings())
    except (GeoprioError, OSError):
        # What is wrong with it is told by those who look at it next.
        return []
    there = {form(str(c)) for c in table.columns}
    makers = (("wjx", WJX_MARKS), ("kobo", KOBO_MARKS))
    kind = next((k for k, marks in makers if len(there & set(marks)) >= LEAST_MARKS), None)
    return [] if kind is None else _survey(found, table, kind)


def _survey(found: Found, table: pd.DataFrame, kind: str) -> list[Section]:
    headings = [str(c) for c in table.columns]
    # Nothing personal is told: neither such a column, nor a heading with a number of somebody in it.
    headings = [c for c in headings if kind_by_name(c) is None and kind_by_content(c) is None]
    several = [c for c in headings if table[c].str.contains(JOINED, regex=False).any()]
    place = next((c for c in headings if PLACE.search(c) and c not in several), None)
    head = Section("[survey]", [Remark(say(f"survey_{kind}", rows=len(table), title=found.path.name))], active=False)
    head.add("path", found.name)
    head.add("zone", place or "", Remark(say("survey_zone" if place else "survey_no_zone"), doubtful=True))
    sections = [head]
    for number, column in enumerate(several, 1):
        about = next((k for k, pattern in reversed(ABOUT.items()) if pattern.search(column)), "other")
        one = Section("[[survey.questions]]", active=False)
        one.add("code", f"q{number}")
        one.add("column", column)
        one.add("about", about, Remark(say("survey_about"), doubtful=True))
        one.add("multiple", value=True)
        sections.append(one)
    head.remarks.append(Remark(say("survey_questions" if several else "survey_no_question")))
    return sections


def draft_condition(desk: Desk) -> None:
    """Add the sections of inspections and problem points as comments, and leave lists of candidate sites."""
    inspections = desk.of("inspection")
    for guess in inspections:
        section = begin("[inspection]" if len(inspections) == 1 else "[[inspection]]", guess)
        section.active = False
        asked = [f"{column} = {defect}" for column, defect in asked_of(guess.look).items()]
        unit = "inspection_of_buildings" if column_of(guess.look.columns, "building") else "inspection_of_zones"
        section.remarks.append(Remark(say(unit, columns=asked)))
        desk.sections.append(section)
    for guess in desk.of("problems"):
        section = begin("[[problems]]", guess)
        section.active = False
        if not locate(desk, section, guess):
            desk.leave(guess, say("no_crs"))
            continue
        classes = problem_classes(guess.look)
        section.add("category", classes[0] if classes else None)
        section.add("status", status_column(guess.look))
        desk.sections.append(section)
    for guess in desk.of("sites"):
        desk.leave(guess, say("sites_verb"))
