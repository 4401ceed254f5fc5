"""The classes and names that a provider gives the rows of a table, read from its columns."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from geoprio._core.errors import InputError
from geoprio.sources.profiles import PROVIDERS, load_profile
from geoprio.sources.tables import as_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from geoprio.sources.profiles import ClassProfile

KNOWN_SHARE = 0.5
"""A column holds a provider's classes if at least this share of its values look like them."""
AMAP_CODES = r"\d{5,6}(?:\|\d{5,6})*"
"""Amap codes; one digit short where a spreadsheet took the leading zero."""
AMAP_DIGITS = 6
OSM_MARKS = ("osm_id", "osm_type", "full_id", "@id", "osmid", "other_tags")
"""Columns of which tables made from OSM have one."""


@dataclass(frozen=True)
class Listing:
    """What a provider says of each row.

    Attributes
    ----------
    profile : ClassProfile
    column : str
        Where the classes stand.
    codes : Series of str
        One entry for each class of a row, under the row's number.
    others : Series of str
        Classes that the provider names second; they do not count.
    names : Series of str
        On the table's index; empty where there is none.
    confidence : Series of float or None
    tags : DataFrame or None
        OSM: the columns themselves, as text.
    note : str
        What was mended on reading.
    """

    profile: ClassProfile
    column: str
    codes: pd.Series
    others: pd.Series
    names: pd.Series
    confidence: pd.Series | None = None
    tags: pd.DataFrame | None = None
    note: str = ""

    def holds(self, codes: Iterable[str]) -> pd.Series:
        """Return which rows have one of the classes."""
        rows = self.codes.index[self.codes.isin(list(codes))]
        return pd.Series(self.names.index.isin(rows), index=self.names.index)

    def tagged(self, wanted: Iterable[Mapping[str, str]]) -> pd.Series:
        """Return which rows carry all tags of one of the wanted sets."""
        found = pd.Series(False, index=self.names.index)  # noqa: FBT003 - a column of falses
        for tags in wanted:
            fits = pd.Series(self.tags is not None, index=self.names.index)
            for key, value in tags.items():
                fits &= _has_tag(self.tags, key, value) if self.tags is not None and key in self.tags else False
            found |= fits
        return found


def _has_tag(tags: pd.DataFrame, key: str, value: str) -> pd.Series:
    if value.startswith("~"):
        return tags[key].str.contains(value[1:], regex=False)
    return tags[key].eq(value)


def read_listing(frame: pd.DataFrame, wanted: str | None, role: str, path: str) -> Listing | None:
    """Return the classes of a table by the profile `wanted`, else by the first whose columns it has; None without one.

    Raises
    ------
    InputError
        If the columns of the profile that is asked for are not there.
    """
    for provider in PROVIDERS if wanted is None else (wanted,):
        profile = load_profile(provider)
        found = READERS[provider](frame, profile)
        if found is not None:
            return found
    if wanted is None:
        return None
    sought = ", ".join(load_profile(wanted).columns["code"])
    known = ", ".join(str(c) for c in frame.columns if c != "geometry")
    raise InputError(
        f"[{role}] {path}: profile = {wanted!r} needs its classes in a column such as {sought}; it has {known}. "
        f"Rename the column, or take another profile."
    )


def _amap(frame: pd.DataFrame, profile: ClassProfile) -> Listing | None:
    for column in _present(frame, profile.columns["code"]):
        text = as_text(frame[column])
        if _share(text, AMAP_CODES) >= KNOWN_SHARE:
            codes = text.str.split("|").explode().dropna()
            short = int((codes.str.len() < AMAP_DIGITS).sum())
            note = f"{short} codes had lost their leading zero" if short else ""
            codes = codes.str.zfill(AMAP_DIGITS)
            return Listing(profile, column, codes, _nothing(frame), _names(frame, profile), note=note)
    return None


def _baidu(frame: pd.DataFrame, profile: ClassProfile) -> Listing | None:
    for column in _present(frame, profile.columns["code"]):
        text = as_text(frame[column])
        if _share(text, profile.marks["code"]) >= KNOWN_SHARE:
            codes = text.dropna().str.replace("；", ";").str.replace(" ", "")
            return Listing(profile, column, codes, _nothing(frame), _names(frame, profile))
    return None


def _overture(frame: pd.DataFrame, profile: ClassProfile) -> Listing | None:
    primary, others, column = None, _nothing(frame), ""
    # The newest way to name a category comes first; the older ones fill its gaps.
    for key in profile.columns["code"]:
        named = _present(frame, (key, f"{key}.primary", f"{key}_primary"))
        parts = None if not named else _categories(frame[named[0]], nested=named[0] == key and key != "basic_category")
        if parts is None:
            continue
        column = column or named[0]
        new = parts[0] if primary is None else parts[0][~parts[0].index.isin(primary.index)]
        primary = new if primary is None else pd.concat([primary, new])
        others = pd.concat([others, parts[1]])
    if primary is None:
        return None
    marks = _present(frame, profile.columns["confidence"])
    confidence = pd.to_numeric(frame[marks[0]], errors="coerce") if marks else None
    return Listing(profile, column, primary, others, _names(frame, profile), confidence)


def _categories(values: pd.Series, *, nested: bool) -> tuple[pd.Series, pd.Series] | None:
    """Return the primary categories with their parents, and the alternate ones; None where there are none.

    Parameters
    ----------
    nested : bool
        Whether a value is a record (a struct of GeoParquet, or its JSON) rather than the category itself.
    """
    if not nested:
        return as_text(values).dropna(), pd.Series(dtype="str")
    records = values.dropna().map(_record)
    records = records[records.map(lambda r: isinstance(r, dict) and "primary" in r)].astype(object)
    if records.empty:
        return None
    main = records.map(lambda r: [r["primary"], *_listed(r.get("hierarchy"))])
    second = records.map(lambda r: [*_listed(r.get("alternate")), *_listed(r.get("alternates"))])
    return main.explode().dropna().astype("str"), second.explode().dropna().astype("str")


def _record(value: object) -> object:
    """Return the record that a value is, or that its JSON text holds."""
    if not isinstance(value, str) or not value.lstrip().startswith("{"):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _listed(value: Any) -> list[str]:  # noqa: ANN401 - a list, an array or nothing
    return [] if value is None or isinstance(value, str) else [str(v) for v in value]


def _osm(frame: pd.DataFrame, profile: ClassProfile) -> Listing | None:
    columns = _present(frame, profile.columns["code"])
    if not columns or not _present(frame, OSM_MARKS):
        return None
    keys = {key for rule in profile.rules for tags in rule.tags for key in tags}
    tags = pd.DataFrame({key: as_text(frame[key]).fillna("") for key in sorted(keys) if key in frame})
    none = _nothing(frame)
    return Listing(profile, " and ".join(columns), none, none, _names(frame, profile), tags=tags)


READERS = {"amap": _amap, "baidu": _baidu, "overture": _overture, "osm": _osm}


def _present(frame: pd.DataFrame, names: Iterable[str]) -> list[str]:
    """Return the columns with one of the names, whatever their case, in the order of the names."""
    known = {str(c).strip().lower(): c for c in frame.columns}
    return [known[name.lower()] for name in names if name.lower() in known]


def _share(text: pd.Series, pattern: str) -> float:
    """Return the share of the values, missing ones aside, that are of the pattern."""
    known = text.dropna()
    return float(known.str.fullmatch(pattern).mean()) if len(known) else 0.0


def _names(frame: pd.DataFrame, profile: ClassProfile) -> pd.Series:
    found = _present(frame, profile.columns["name"]) or _present(frame, ("names.primary", "names_primary", "name"))
    if not found:
        return pd.Series("", index=frame.index, dtype="str")
    values = frame[found[0]]
    if found[0].lower() == "names":
        records = values.map(_record)
        values = records.map(lambda r: r.get("primary") if isinstance(r, dict) else r)
    return as_text(values).fillna("")


def _nothing(frame: pd.DataFrame) -> pd.Series:
    return pd.Series(index=frame.index[:0], dtype="str")
