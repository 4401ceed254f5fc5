"""Records of courtyard meetings and of the owners' formal votes: numbers of people who voted, no samples."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pandas as pd

from geoprio._core.errors import InputError
from geoprio.sources.parsers import plain
from geoprio.sources.survey.grid import find_column, read_grid
from geoprio.sources.survey.headings import usual_columns
from geoprio.sources.survey.personal import shown
from geoprio.sources.tables import as_numbers, as_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from geoprio._core.findings import Findings
    from geoprio.sources.survey.spec import MeetingsSpec, OwnerVotesSpec, RecordsSpec

MEETINGS: Final = "meetings"
OWNER_VOTES: Final = "owner_votes"
CODE: Final = re.compile(r"[a-z][a-z0-9_]*")
HEADS: Final = ("owners", "owners_voted", "owners_for")
AREAS: Final = ("area", "area_voted", "area_for")


def read_meetings(
    spec: MeetingsSpec, base: Path, findings: Findings, known: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Return the votes of courtyard meetings.

    Parameters
    ----------
    spec : MeetingsSpec
    base : Path
        The project's folder.
    findings : Findings
    known : mapping of str to str, optional
        What the survey calls needs, to need; `spec.needs` comes first.

    Returns
    -------
    DataFrame
        Index = row in the file; `zone`, `need` (text), `date`, `present`, `agree`, `against`, `abstain` (numbers of
        people, NaN where not known).

    Raises
    ------
    InputError, MissingError
        If the file or a column is not there, or no row can be used.
    """
    table = read_grid(spec, base, MEETINGS, findings)
    columns = _columns(table, spec, MEETINGS, ("zone", "need", "agree"), ("date", "present", "against", "abstain"))
    out = _texts(table, columns, spec, MEETINGS, findings, known)
    date = columns.get("date")
    out["date"] = as_text(table[date]) if date else pd.Series(None, index=table.index, dtype="str")
    for key in ("present", "agree", "against", "abstain"):
        column = columns.get(key)
        out[key] = float("nan") if column is None else as_numbers(table[column], MEETINGS, column, findings)
    voted = out[["agree", "against", "abstain"]].sum(axis=1)
    odd = (voted > out["present"]) | out["agree"].isna()
    findings.reject(
        MEETINGS, out.index[odd], "more votes than people there, or no number of those for it", "check the numbers"
    )
    return _told(out[~odd & out["zone"].notna() & out["need"].notna()], len(table), spec, MEETINGS, findings)


def read_owner_votes(
    spec: OwnerVotesSpec, base: Path, findings: Findings, known: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Return the owners' formal votes; parameters as of `read_meetings`.

    Returns
    -------
    DataFrame
        Index = row in the file; `zone`, `need`, `matter` (text); `owners`, `owners_voted`, `owners_for` (heads),
        `area`, `area_voted`, `area_for` (m2), NaN where not known.

    Raises
    ------
    InputError, MissingError
        If the file or a column is not there, or no row can be used.
    """
    table = read_grid(spec, base, OWNER_VOTES, findings)
    columns = _columns(table, spec, OWNER_VOTES, ("zone", "need", *HEADS, *AREAS))
    out = _texts(table, columns, spec, OWNER_VOTES, findings, known)
    matter = spec.matter
    out["matter"] = matter if isinstance(matter, str) else out["need"].map(matter).fillna("ordinary").astype("str")
    for key in (*HEADS, *AREAS):
        out[key] = as_numbers(table[columns[key]], OWNER_VOTES, columns[key], findings)
    odd = pd.Series(False, index=out.index)  # noqa: FBT003 - a column of falses
    for whole, voted, agree in (HEADS, AREAS):
        odd |= (out[voted] > out[whole]) | (out[agree] > out[voted])
    findings.reject(
        OWNER_VOTES, out.index[odd], "more for it than voted, or more voted than there are", "check the numbers"
    )
    twice = out[~odd].duplicated(["zone", "need"], keep=False)
    findings.reject(
        OWNER_VOTES, twice.index[twice], "several votes on one matter in one zone", "leave the one that counts"
    )
    keep = ~odd & ~twice.reindex(out.index, fill_value=False) & out["zone"].notna() & out["need"].notna()
    return _told(out[keep], len(table), spec, OWNER_VOTES, findings)


def _columns(
    table: pd.DataFrame, spec: RecordsSpec, role: str, needed: tuple[str, ...], others: tuple[str, ...] = ()
) -> dict[str, str]:
    """Return the column of each key: the one that the project file names, else the one with its usual name.

    Raises
    ------
    InputError
        If a column is not there; of those that are `needed` in one line each.
    """
    usual = usual_columns((str(c) for c in table.columns), role)
    found, problems = {}, []
    for key in (*needed, *others):
        name = getattr(spec, key)
        if name is not None:
            found[key] = find_column(table, name, role, spec.path)
        elif key in usual:
            found[key] = usual[key][0]
        elif key in needed:
            problems.append(f'[{role}] {spec.path}: no column has a usual name for {key}; name it: {key} = "…"')
    if problems:
        there = ", ".join(shown(str(c)) for c in table.columns)
        raise InputError(*(f"{problem}; there are {there}." for problem in problems))
    return found


def _texts(
    table: pd.DataFrame,
    columns: Mapping[str, str],
    spec: RecordsSpec,
    role: str,
    findings: Findings,
    known: Mapping[str, str] | None,
) -> pd.DataFrame:
    """Return zone and need of each row; a need that is not known is in the rejects."""
    zone = as_text(table[columns["zone"]])
    words = as_text(table[columns["need"]])
    codes = {w: w for w in words.dropna().unique() if CODE.fullmatch(w)}
    need = words.map({**codes, **_forms(known or {})(words), **_forms(spec.needs)(words)}).astype("str")
    odd = need.isna()
    findings.reject(
        role, table.index[odd], "it names no need", f"give a need's code, or name it in [{role}.needs]",
        column=columns["need"], values=words[odd].fillna(""),
    )  # fmt: skip
    findings.reject(role, table.index[zone.isna()], "it names no zone", "give the zone's id or name")
    return pd.DataFrame({"zone": zone, "need": need.mask(odd)})


class _forms:  # noqa: N801 - reads as a function
    """A mapping that compares texts in one form."""

    def __init__(self, mapping: Mapping[str, str]) -> None:
        self.known = {plain(k).lower(): v for k, v in mapping.items()}

    def __call__(self, values: pd.Series) -> dict[str, str]:
        words = values.dropna().unique()
        return {w: self.known[plain(w).lower()] for w in words if plain(w).lower() in self.known}


def _told(out: pd.DataFrame, rows: int, spec: RecordsSpec, role: str, findings: Findings) -> pd.DataFrame:
    if out.empty:
        raise InputError(
            *(f"[{role}] {spec.path}: {line}" for line in (f"no row can be used (of {rows}):", *findings.lacks(role)))
        )
    findings.sources.append(
        {"role": role, "path": spec.path, "layer": spec.sheet, "crs": None, "crs_from": None,
         "encoding": "as the format says", "rows": rows, "left_by_where": rows, **findings.decisions.get(role, {})}
    )  # fmt: skip
    findings.used(role, len(out))
    return out
