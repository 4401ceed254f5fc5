"""Which facilities are closed, for good or for now, or not open yet."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geoprio.sources.categories import LIFE_KEYS, LIFECYCLE, alive, osm_keys, osm_rule
from geoprio.sources.osm import is_osm
from geoprio.sources.parsers import NO, YES, is_blank, plain
from geoprio.sources.tables import as_text

if TYPE_CHECKING:
    from geoprio._core.findings import Findings
    from geoprio.sources.spec import FacilitiesSpec

STATUS_COLUMN = "operating_status"
"""Overture's column of status; it is read unless the project file names another."""
DATE = r"\d{4}(?:-\d{2}(?:-\d{2})?)?"
EXAMPLES = 3


def today() -> str:
    """Return the date of the day as 2026-05-31; dates of opening and closing are compared with it."""
    return dt.datetime.now(tz=dt.UTC).date().isoformat()


def closed(frame: pd.DataFrame, spec: FacilitiesSpec, role: str, findings: Findings) -> pd.Series:
    """Return why each facility is not open; empty where it is, or where nothing is known of it.

    Known are the words of a column (`status`, else Overture's), and of OSM the lifecycle prefixes (disused:amenity=…),
    disused=yes, abandoned=yes, an opening_date to come and an end_date that is over. Words of which neither is known
    count as open and are named in the findings.
    """
    why = pd.Series("", index=frame.index, dtype="str")
    column = spec.status or (STATUS_COLUMN if STATUS_COLUMN in frame else None)
    if column:
        why = _by_words(as_text(frame[column]), column, spec.closed, role, findings)
    if is_osm(spec.path):
        why = why.mask(why.eq(""), _by_tags(frame, spec))
    return why


def lifecycle_keys(category: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the OSM keys behind a lifecycle prefix by which a category is known: the telling ones, and all of them."""
    first, every = osm_keys(category)
    return tuple(f"{p}:{k}" for p in LIFECYCLE for k in first), tuple(f"{p}:{k}" for p in LIFECYCLE for k in every)


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(files("geoprio.sources").joinpath("closures.toml").read_text(encoding="utf-8"))


def _by_words(text: pd.Series, column: str, chosen: tuple[str, ...], role: str, findings: Findings) -> pd.Series:
    if chosen:
        shut = text.isin([word.strip() for word in chosen])
        return (column + " " + text).where(shut, "").astype("str")
    known = _words()
    values = pd.Series({word: plain(word).casefold() for word in text.dropna().unique()}, dtype="str")
    whole = values.str.replace(r"[\s_-]+", "_", regex=True)
    shut = whole.isin(known["closed_words"]) | values.str.contains(known["closed_parts"])
    opened = ~shut & (whole.isin(known["open_words"]) | values.str.contains(known["open_parts"]))
    blank = values.map(is_blank).astype(bool)
    odd = values.index[~shut & ~opened & ~blank]
    if len(odd):
        rows = int(text.isin(odd).sum())
        hint = " (yes and no can mean either)" if odd.str.lower().isin(NO | YES).any() else ""
        findings.warn(
            role,
            f"column {column}: {rows} values, such as {odd[0]!r}, say neither open nor closed{hint}: taken as open; "
            'name the values that mean closed with closed = ["…"]',
        )
    return (column + " " + text).where(text.isin(shut.index[shut]), "").astype("str")


def _by_tags(frame: pd.DataFrame, spec: FacilitiesSpec) -> pd.Series:
    why = pd.Series("", index=frame.index, dtype="str")
    for key in LIFE_KEYS[:2]:
        if key in frame:
            why = why.mask(frame[key].eq("yes"), f"{key}=yes")
    now = today()
    for key, past in (("opening_date", False), ("end_date", True)):
        if key in frame:
            date = as_text(frame[key])
            known = [word for word in date.dropna().unique() if re.fullmatch(DATE, word)]
            # A year or a month is compared with the year or the month of the day.
            shut = [d for d in known if (d < now[: len(d)] if past else d > now[: len(d)])]
            why = why.mask(date.isin(shut), key + "=" + date.fillna(""))
    rule = None if spec.where else osm_rule(spec.category)
    if rule is None:
        return why
    _, keys = lifecycle_keys(spec.category)
    there = [k for k in keys if k in frame]
    marked = frame[there].notna().any(axis=1) if there else pd.Series(False, index=frame.index)  # noqa: FBT003 - none
    rows = np.flatnonzero(marked.to_numpy()).tolist()
    for row, tags in zip(rows, frame.iloc[rows].drop(columns="geometry").to_dict("records"), strict=True):
        said = {str(k): v for k, v in tags.items() if isinstance(v, str)}
        if not rule(said) and rule(alive(said)):
            why.iloc[row] = next(f"{k}={said[k]}" for k in there if k in said)
    return why


def note_closed(why: pd.Series, names: pd.Series, role: str, findings: Findings) -> None:
    """Note how many facilities are closed, with examples."""
    shut = why.ne("")
    if shut.any():
        shown = ", ".join(f"{n!r} ({w})" for n, w in zip(names[shut][:EXAMPLES], why[shut][:EXAMPLES], strict=True))
        findings.info(
            role, f"{int(shut.sum())} of {len(why)} facilities are closed or not open yet: not used, such as {shown}"
        )
