"""Draft the records of courtyard meetings and owners' votes, as comments: what they voted on has to be named first."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from geoprio._core.errors import GeoprioError
from geoprio._core.findings import Findings
from geoprio.config.draft.said import say
from geoprio.config.draft.toml_text import Remark, Section
from geoprio.programme.measures import load_catalog
from geoprio.sources.parsers import plain
from geoprio.sources.survey import MeetingsSpec, kind_by_content, kind_by_name
from geoprio.sources.survey.grid import read_grid
from geoprio.sources.survey.headings import usual_columns
from geoprio.sources.tables import as_text

if TYPE_CHECKING:
    import pandas as pd

    from geoprio.config.draft.gather import Found
    from geoprio.config.draft.toml_text import Value

KINDS: Final = {
    "owner_votes": ("zone", "need", "owners", "owners_voted", "owners_for", "area", "area_voted", "area_for"),
    "meetings": ("zone", "need", "agree", "against"),
}
"""Columns by which a table is known; the longer list first."""
HEADERS: Final = (1, 2, 3)
"""Rows in which the header may begin: titles stand above it."""
MOST_TOPICS: Final = 30
LONGEST_TOPIC: Final = 40
CODE: Final = re.compile(r"[a-z][a-z0-9_]*")


def draft_votes(found: Found) -> list[Section]:
    """Return the section for records of meetings or of owners' votes, as comments; none where a file is neither."""
    for row in HEADERS:
        try:
            spec = MeetingsSpec(path=found.path.name, header_row=row)
            table = read_grid(spec, found.path.parent, "init", Findings())
        except (GeoprioError, OSError):
            # What is wrong with it is told by those who look at it next.
            return []
        for kind, needed in KINDS.items():
            columns = usual_columns((str(c) for c in table.columns), kind)
            if all(key in columns for key in needed):
                return [_section(kind, found, table, {key: names[0] for key, names in columns.items()}, row)]
    return []


def _section(kind: str, found: Found, table: pd.DataFrame, columns: dict[str, str], row: int) -> Section:
    about = say(f"votes_{kind}", rows=len(table), title=found.path.name, columns=list(columns.values()))
    section = Section(f"[{kind}]", [Remark(about)], active=False)
    section.add("path", found.name)
    if row > 1:
        section.add("header_row", row)
    for key, column in columns.items():
        section.add(key, column)
        if key == "need":
            needs = _needs(table, column)
            section.add("needs", needs, Remark(say("votes_needs" if needs else "votes_no_needs"), doubtful=True))
    if kind == "owner_votes":
        section.add("matter", "ordinary", Remark(say("votes_matter"), doubtful=True))
    return section


def _needs(table: pd.DataFrame, column: str) -> dict[str, Value]:
    """Return a code for each topic: that of the measure of this name, else a number; none for a column of prose."""
    topics = list(dict.fromkeys(as_text(table[column]).dropna()))
    prose = len(topics) > MOST_TOPICS or any(len(t) > LONGEST_TOPIC for t in topics)
    if prose or kind_by_name(column) or any(kind_by_content(topic) for topic in topics):
        return {}
    codes = {plain(m.title_zh): m.code for m in load_catalog().measures}
    topics = [t for t in topics if not CODE.fullmatch(t)]
    return {topic: codes.get(plain(topic), f"topic_{number}") for number, topic in enumerate(topics, 1)}
