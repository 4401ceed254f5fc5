"""Read the file of a survey as a table of texts, wide, with nothing of it in any message."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from geoprio._core.errors import InputError
from geoprio._core.files import local_path
from geoprio.sources.encodings import decode
from geoprio.sources.excel import cell_text, one_line, read_sheet
from geoprio.sources.excel.book import MOST_BYTES
from geoprio.sources.excel.delimited import DELIMITERS
from geoprio.sources.survey.personal import shown
from geoprio.sources.tables import nearest_name

if TYPE_CHECKING:
    from pathlib import Path

    from geoprio._core.findings import Findings
    from geoprio.sources.survey.spec import LongColumns, RecordsSpec, SurveySpec

    FileSpec = SurveySpec | RecordsSpec

JOINED: Final = "┋"
"""Parts several answers in one cell, as 问卷星 does; none is typed by hand."""
LINE: Final = re.compile(r"line (\d+)")


def read_grid(spec: FileSpec, base: Path, role: str, findings: Findings) -> pd.DataFrame:
    """Return a file with one row of headings as texts.

    Parameters
    ----------
    spec : SurveySpec or RecordsSpec
    base : Path
        The project's folder.
    role : str
        Stands in messages and takes the notes.

    Returns
    -------
    DataFrame
        Index = row in the file, from 1, the headings counted; a blank cell is missing; no two columns of one name.

    Raises
    ------
    InputError, MissingError
        If the file cannot be read or has no row. No message holds a cell.
    """
    path = local_path(base, spec.path, f"[{role}]")
    where = f"[{role}] {spec.path}"
    if path.suffix.lower() == ".csv":
        cells = _csv_rows(path, spec.encoding, role, findings)
    else:
        grid = read_sheet(path, spec.sheet, spec.encoding, role, findings)
        cells = [[cell_text(cell) for cell in row] for row in grid.cells]
    if len(cells) < spec.header_row:
        raise InputError(f"{where}: no row {spec.header_row} for the headings; check header_row.")
    names = cells[spec.header_row - 1]
    while names and names[-1] is None:
        names = names[:-1]
    body = [(i, row) for i, row in enumerate(cells[spec.header_row :], spec.header_row + 1) if any(row)]
    if not body or not any(names):
        raise InputError(f"{where}: no row below the headings in row {spec.header_row}; name the sheet or header_row.")
    width = len(names)
    headings = _unique(names, role, findings)
    beyond = [i for i, row in body if any(row[width:])]
    if beyond:
        findings.reject(
            role, beyond, "cells beyond the last heading; they are left out", "check the quotes and the headings"
        )
    values = np.array([(row + [None] * width)[:width] for _, row in body], dtype=object)
    return pd.DataFrame(values, index=pd.Index([i for i, _ in body], name="row"), columns=headings, dtype="str")


def _unique(names: list[str | None], role: str, findings: Findings) -> list[str]:
    """Return headings of which none stands twice; a blank one is named by its place."""
    out: list[str] = []
    twice = []
    for place, name in enumerate(names, 1):
        plain = name or f"column {place}"
        label, count = plain, 2
        while label in out:
            label, count = f"{plain} ({count})", count + 1
        if label != plain:
            twice.append(shown(plain))
        out.append(label)
    if twice:
        findings.warn(role, f"headings that stand there more than once got a number: {', '.join(dict.fromkeys(twice))}")
    return out


def _csv_rows(path: Path, encoding: str | None, role: str, findings: Findings) -> list[list[str | None]]:
    where = f"[{role}] {path.name}"
    if path.stat().st_size > MOST_BYTES:
        raise InputError(f"{where}: larger than {MOST_BYTES // 10**6} MB; that is no survey: split it.")
    try:
        text, decision = decode(path.read_bytes(), encoding, where, role, findings)
    except InputError as error:
        # The message of a failed decoding shows some of the text, which may be of a person.
        line = LINE.search(str(error))
        at = f" from line {line[1]} on" if line else ""
        raise InputError(
            f"{where}: it cannot be read as {encoding or 'UTF-8 or GB18030'}{at} (the text is not shown: it may be "
            'personal); set encoding = "…" to the one that it was saved in, or export it again as UTF-8.'
        ) from None
    findings.decide(role, "encoding", decision.label)
    best: list[list[str]] = []
    problem = ""
    for mark in DELIMITERS:
        try:
            rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True))
        except csv.Error as error:
            problem = problem or str(error)
            continue
        # The right mark gives the most columns of which every row has the same number.
        if not best or _evenness(rows) > _evenness(best):
            best = rows
    if not best:
        raise InputError(f"{where}: not a table of commas, semicolons or tabs ({problem}); check the quotes.")
    return [[one_line(value) or None for value in row] for row in best]


def _evenness(rows: list[list[str]]) -> tuple[bool, float, int]:
    """Return whether a reading has several columns, how many rows are as long as the first, and how long that is."""
    filled = [row for row in rows if any(row)]
    width = len(filled[0]) if filled else 0
    return width > 1, sum(len(row) == width for row in filled) / max(len(filled), 1), width


def widened(table: pd.DataFrame, long: LongColumns, role: str, path: str) -> pd.DataFrame:
    """Return a table with one row for each answer as one with a row for each respondent.

    What names the respondent is not kept; the row is the first in the file that is theirs.

    Raises
    ------
    InputError
        If a column is not there.
    """
    columns = [find_column(table, name, role, path) for name in (long.respondent, long.question, long.answer)]
    parts = table[columns].set_axis(["who", "question", "answer"], axis=1).dropna(subset=["who", "question"])
    first = parts.reset_index().groupby("who", sort=False)["row"].first()
    parts = parts.assign(row=parts["who"].map(first)).dropna(subset=["answer"]).reset_index(drop=True)
    wide = parts.pivot_table(
        index="row", columns="question", values="answer", sort=False, observed=True,
        aggfunc=lambda texts: JOINED.join(dict.fromkeys(texts)),
    )  # fmt: skip
    wide = wide.reindex(pd.Index(first.to_numpy(), name="row")).astype("str")
    return wide.set_axis([str(c) for c in wide.columns], axis=1)


# ---------------------------------------------------------------------------------------------------------- headings

NUMBER: Final = re.compile(r"^\s*(?:第\s*)?q?(\d{1,3})\s*(?:题|[、::.．](?!\d))\s*", re.IGNORECASE)


def number_of(heading: str) -> str | None:
    """Return the number of a question that its heading begins with, or None.

    Examples
    --------
    >>> number_of("5、您家有哪些问题？"), number_of("第5题(没有电梯)"), number_of("2.5 层")
    ('5', '5', None)
    """
    found = NUMBER.match(heading)
    return found[1] if found else None


def stem(heading: str) -> str:
    """Return a heading without number, group and punctuation, in lower case: the form in which it is compared."""
    last = NUMBER.sub("", heading.rpartition("/")[2].strip())
    return re.sub(r"[\W_]", "", last).lower()


def find_column(table: pd.DataFrame, wanted: str, role: str, path: str) -> str:
    """Return the heading that `wanted` names: as it stands, else without number and group, else by its number.

    Raises
    ------
    InputError
        If there is none, or several.
    """
    headings = [str(c) for c in table.columns]
    if wanted in headings:
        return wanted
    found = columns_of(headings, wanted)
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(shown(name) for name in found)
        raise InputError(f"[{role}] {path}: {wanted!r} may be {names}; give the whole heading.")
    visible = [shown(name) for name in headings]
    raise InputError(
        f"[{role}] {path}: column {wanted!r} is not there{nearest_name(wanted, visible)}; it has {', '.join(visible)}."
    )


def columns_of(headings: list[str], wanted: str) -> list[str]:
    """Return the headings that `wanted` may name, apart from those of single options."""
    if wanted.isdigit():
        return [h for h in headings if number_of(h) == wanted and not h.lstrip().startswith("第")]
    whole = [h for h in headings if h.strip().lower() == wanted.strip().lower()]
    return whole or [h for h in headings if stem(wanted) and stem(h) == stem(wanted)]
