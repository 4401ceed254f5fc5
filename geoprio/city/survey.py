"""Which zone each answer of a survey, and each record of a meeting or a vote, is of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geoprio._core.errors import InputError
from geoprio.city.matching import candidate_pairs, decide_each
from geoprio.sources.parsers import plain
from geoprio.sources.survey import common_texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from geoprio._core.findings import Findings
    from geoprio._core.typing import Ints

JOIN = ("id", "name")
ANYBODY = 1
"""Records of an office hold no answers of a person: each text may be shown."""


def zone_numbers(
    texts: pd.Series,
    zones: gpd.GeoDataFrame,
    named: Mapping[str, str],
    role: str,
    findings: Findings,
    *,
    minimum: int = ANYBODY,
) -> tuple[Ints, dict[str, Any]]:
    """Return the number of the zone that each text names.

    Parameters
    ----------
    texts : Series of str
        Index = row in the file; an id or a name, missing where there is none. Many rows may name one zone, each in its
        own way.
    zones : GeoDataFrame
        Index `zone_id`; `name`, and where known `district`, `street_committee`, `community`.
    named : mapping of str to str
        What the project file says: text to the id of a zone.
    role : str
        ``survey``, ``meetings`` or ``owner_votes``.
    findings : Findings
        Takes the rows that belong to no zone for certain.
    minimum : int
        Texts are shown only if at least so many rows say the same.

    Returns
    -------
    numbers : ndarray of int, shape (rows,)
        Place of the zone in `zones`, -1 where there is none for certain.
    report : dict
        `rows`, `joined`, `zones`, and by `method` the counts.

    Raises
    ------
    InputError
        If the project file names a zone that is not there.
    """
    absent = sorted({zone for zone in named.values() if zone not in zones.index})
    if absent:
        raise InputError(*(f"[{role}] zones names {zone!r}, which is no zone's id; mend it." for zone in absent))
    forms = texts.map({t: plain(t) for t in texts.dropna().unique()})
    unique = pd.Index(forms.dropna().unique())
    given = {plain(text).lower(): zone for text, zone in named.items()}
    # A text that is an id is no name, which would contradict the zone's own.
    names = pd.Series(unique, index=unique, dtype="str").mask(unique.isin(zones.index))
    blank = pd.Series(None, index=unique, dtype="str")
    rows = pd.DataFrame({"id": unique, "name": names, "address": blank}, index=unique)
    decided = decide_each(candidate_pairs(rows, None, zones, JOIN), len(rows)).set_axis(unique)
    for text in unique:
        if text.lower() in given:
            decided.loc[text, ["decision", "method"]] = ["used", "project file"]
            decided.loc[text, "zone"] = zones.index.get_loc(given[text.lower()])
    used = decided["decision"] == "used"
    numbers: Ints = forms.map(decided["zone"].where(used, -1)).fillna(-1).to_numpy(np.int64)
    _set_aside(texts, forms, decided, zones, role, minimum, findings)
    methods = forms.map(decided["method"].where(used)).value_counts().sort_index()
    joined = int((numbers >= 0).sum())
    report = {"rows": len(texts), "joined": joined, "zones": int(np.unique(numbers[numbers >= 0]).size),
              "by_method": {str(k): int(v) for k, v in methods.items()}}  # fmt: skip
    text = f"{joined} of {len(texts)} rows name one of {report['zones']} zones (of {len(zones)})"
    if joined < len(texts) / 2:
        findings.warn(role, f"{text}; name the others in [{role}.zones]")
    else:
        findings.info(role, text)
    return numbers, report


def _set_aside(
    texts: pd.Series, forms: pd.Series, decided: pd.DataFrame, zones: gpd.GeoDataFrame, role: str, minimum: int,
    findings: Findings,
) -> None:  # fmt: skip
    """Put the rows without a certain zone into the rejects; a text that few wrote is not shown."""
    shown = common_texts(forms, minimum) if minimum > ANYBODY else frozenset(map(str, decided.index))
    for decision, reason in (("review", "its zone is doubtful"), ("none", "it names no zone that is known")):
        for text, line in decided[decided["decision"] == decision].iterrows():
            at = texts.index[forms.eq(str(text)).to_numpy()]
            values = [str(text) if str(text) in shown else ""] * len(at)
            near = f" (it may be {zones['name'].iloc[int(line['zone'])]})" if decision == "review" else ""
            mend = f"name it in [{role}.zones], if it is one"
            findings.reject(role, at, f"{reason}{near}", mend, column="zone", values=values)
