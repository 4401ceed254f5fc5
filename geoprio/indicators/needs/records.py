"""Courtyard meetings and owners' votes by zone: numbers of those who voted, kept apart from any sample."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from geoprio.city.survey import zone_numbers
from geoprio.indicators.needs.votes import check_votes, meeting_support
from geoprio.sources.parsers import Refused, date
from geoprio.sources.survey import read_meetings, read_owner_votes
from geoprio.sources.survey.spec import MINIMUM
from geoprio.standards.votes import load_vote_rules

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd

    from geoprio._core.findings import Findings
    from geoprio.sources.survey import MeetingsSpec, OwnerVotesSpec
    from geoprio.standards.votes import VoteRule

COUNTS: Final = ("present", "agree", "against", "abstain")
HEADS: Final = ("owners", "owners_voted", "owners_for")
AREAS: Final = ("area", "area_voted", "area_for")


def meeting_table(
    spec: MeetingsSpec,
    base: Path,
    zones: gpd.GeoDataFrame,
    titles: Mapping[str, str],
    findings: Findings,
    known: Mapping[str, str] | None = None,
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return the votes of courtyard meetings by zone, and how they were joined.

    Returns
    -------
    DataFrame
        `zone_id`, `need`, `title`, `date` (ISO, or blank), `status` (told, or few: of fewer than five people no number
        is told), `present`, `agree`, `against`, `abstain`, `share` (of those present; it has no interval).
    dict

    Raises
    ------
    InputError, MissingError
        If the file cannot be used.
    """
    rows = read_meetings(spec, base, findings, known)
    at, report = zone_numbers(rows["zone"], zones, spec.zones, "meetings", findings)
    share, _ = meeting_support(rows["agree"].to_numpy(float), rows["present"].to_numpy(float))
    voted = rows[["agree", "against", "abstain"]].sum(axis=1).to_numpy(float)
    few = ~(np.fmax(rows["present"].to_numpy(float), voted) >= MINIMUM)
    table = pd.DataFrame(
        {"zone_id": zones.index.to_numpy()[at], "need": rows["need"],
         "title": _titles(rows["need"], spec.needs, titles), "date": _days(rows["date"], findings),
         "status": np.where(few, "few", "told"),
         **{c: rows[c].mask(few) for c in COUNTS}, "share": np.where(few, np.nan, share), "_at": at}
    )  # fmt: skip
    table = table[at >= 0].sort_values(["_at", "need", "date"], kind="stable").drop(columns="_at")
    return table.reset_index(drop=True), {**report, "path": spec.path, "few": int(few.sum())}


def vote_table(
    spec: OwnerVotesSpec,
    base: Path,
    zones: gpd.GeoDataFrame,
    titles: Mapping[str, str],
    findings: Findings,
    known: Mapping[str, str] | None = None,
) -> tuple[pd.DataFrame, dict[str, Any], VoteRule]:
    """Return the owners' votes by zone with the verdict on each, how they were joined, and the rule.

    Returns
    -------
    DataFrame
        `zone_id`, `need`, `title`, `matter`, numbers of heads and m2, `verdict`, and as `VoteCheck` has them
        `heads_voted`, `area_voted` (parts of all), `heads_for`, `area_for` (parts of those who voted),
        `heads_lacking`, `area_lacking`.
    dict
    VoteRule

    Raises
    ------
    InputError, MissingError
        If the file cannot be used, or a matter is not known.
    """
    (rule,) = load_vote_rules().values()
    rows = read_owner_votes(spec, base, findings, known)
    at, report = zone_numbers(rows["zone"], zones, spec.zones, "owner_votes", findings)
    table = rows.drop(columns="zone").assign(
        zone_id=zones.index.to_numpy()[at], title=_titles(rows["need"], spec.needs, titles), _at=at
    )
    # One zone may stand there under two names.
    twice = (at >= 0) & table.duplicated(["zone_id", "need"], keep=False)
    findings.reject(
        "owner_votes", table.index[twice], "several votes on one matter in one zone", "leave the one that counts"
    )
    table = table[(at >= 0) & ~twice]
    parts = []
    for name, some in table.groupby("matter", sort=True):
        found = check_votes(
            some[list(HEADS)].to_numpy(float), some[list(AREAS)].to_numpy(float), rule, rule.matter(str(name))
        )
        names = ("verdict", "heads_voted", "area_voted", "heads_for", "area_for", "heads_lacking", "area_lacking")
        parts.append(some.assign(**{n: getattr(found, n) for n in names}))
    first = ["zone_id", "need", "title", "matter"]
    out = pd.concat(parts) if parts else table.assign(verdict=pd.Series(dtype="str"))
    out = out.sort_values(["_at", "need"], kind="stable").drop(columns="_at").reset_index(drop=True)
    counts = {str(k): int(v) for k, v in out["verdict"].value_counts().sort_index().items()}
    return out[[*first, *(c for c in out if c not in first)]], {**report, "path": spec.path, "verdicts": counts}, rule


def _titles(needs: pd.Series, named: Mapping[str, str], titles: Mapping[str, str]) -> pd.Series:
    """Return what each need is called: as the survey calls it, else as the file does."""
    words = {need: text for text, need in reversed(list(named.items()))} | dict(titles)
    return needs.map(lambda need: words.get(need, need))


def _days(texts: pd.Series, findings: Findings) -> pd.Series:
    """Return dates as ISO texts; what is none is set aside unshown: it may be a name in a wrong column."""
    found: dict[str, str] = {}
    for text in texts.dropna().unique():
        try:
            year, month, day = date(str(text))
        except Refused:
            continue
        found[text] = "-".join(f"{part:0{width}d}" for part, width in ((year, 4), (month, 2), (day, 2)) if part)
    odd = texts.notna() & ~texts.isin(list(found))
    findings.reject(
        "meetings", texts.index[odd], "not a date", "give a date such as 2001-05-31", column="date",
        values=[""] * int(odd.sum()),
    )  # fmt: skip
    return texts.map(found).fillna("").astype("str")
