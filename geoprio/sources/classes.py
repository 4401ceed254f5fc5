"""Which rows of a table belong to a category, by the profile of the provider that they come from."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import pandas as pd

from geoprio._core.errors import InputError
from geoprio.sources.categories import osm_kind
from geoprio.sources.listings import read_listing

if TYPE_CHECKING:
    import geopandas as gpd

    from geoprio._core.findings import Findings
    from geoprio.sources.listings import Listing
    from geoprio.sources.profiles import ClassRule
    from geoprio.sources.spec import FacilitiesSpec

KIND, NAME, DOUBT = "geoprio:kind", "geoprio:name", "geoprio:doubt"
"""Columns added to the rows of a category."""
NO_PROFILE = "none"
EXAMPLES = 3


def of_category(
    frame: gpd.GeoDataFrame, spec: FacilitiesSpec, role: str, findings: Findings
) -> tuple[gpd.GeoDataFrame, str | None]:
    """Return the rows that belong to the category, and by which profile; all rows where no profile fits.

    A profile that the project file does not name is taken by the table's columns, unless `where` chooses rows.

    Returns
    -------
    GeoDataFrame
        With the columns `KIND`, `NAME` and `DOUBT` (empty: none) where a profile chose.
    str or None
        Name of the profile.

    Raises
    ------
    InputError
        If the profile that is asked for knows no such category, or its columns are not there.
    """
    if spec.profile == NO_PROFILE or (spec.profile is None and spec.where):
        return frame, None
    listing = read_listing(frame, spec.profile, role, spec.path)
    if listing is None:
        return frame, None
    profile = listing.profile
    if not profile.of(spec.category):
        known = ", ".join(profile.categories)
        if spec.profile:
            raise InputError(
                f"[{role}] {spec.path}: profile {profile.name!r} has no classes for category {spec.category!r} (it has "
                f"{known}); choose rows with where = {{…}} and leave profile out."
            )
        findings.warn(
            role,
            f"{profile.title_en} (column {listing.column}), without classes for {spec.category!r}: all "
            f"{len(frame)} rows are taken; choose them with where = {{…}}",
        )
        return frame, None
    verdict = judge(listing, spec.category)
    taken = verdict["kind"].notna()
    if listing.tags is not None:
        verdict.loc[taken, "kind"] = _osm_kinds(frame[taken.to_numpy()], spec.category)
    _report(listing, verdict, spec, role, findings)
    added = {KIND: verdict["kind"], NAME: listing.names, DOUBT: verdict["doubt"]}
    return frame.assign(**added)[taken.to_numpy()], profile.name


def _osm_kinds(frame: gpd.GeoDataFrame, category: str) -> list[str]:
    rows = frame.drop(columns="geometry").to_dict("records")
    return [osm_kind(category, {str(k): v for k, v in row.items() if isinstance(v, str)}) for row in rows]


def judge(listing: Listing, category: str) -> pd.DataFrame:
    """Return what becomes of each row.

    The rules of the category are tried in their order; the first that takes a row settles its kind.

    Returns
    -------
    DataFrame
        On the rows of the listing: `kind` (missing: not taken), `doubt` (why a taken row is doubtful), `word` (the
        word of its name that says it is something else), `nameless` (of the class, but not of the name), `elsewhere`
        (of the name, but of another class), `left_out` (of a class that is left out, and why); the last four only for
        rows that no rule takes.
    """
    index = listing.names.index
    out = pd.DataFrame({"kind": pd.Series(None, index=index, dtype="str"), "doubt": "", "word": "", "left_out": ""})
    out = out.assign(nameless=False, elsewhere=False)
    names = listing.names.map(lambda n: unicodedata.normalize("NFKC", n))
    for rule in listing.profile.of(category):
        _apply(rule, listing, names, category, out)
    taken = out["kind"].notna()
    for column, nothing in (("word", ""), ("left_out", ""), ("nameless", False), ("elsewhere", False)):
        out[column] = out[column].mask(taken, nothing)
    doubt = listing.profile.doubt
    if doubt is not None and listing.confidence is not None:
        low = taken & (listing.confidence < doubt.confidence_below)
        out.loc[low, "doubt"] = listing.confidence[low].map("confidence {:.2f}".format).astype("str")
    return out


def _apply(rule: ClassRule, listing: Listing, names: pd.Series, category: str, out: pd.DataFrame) -> None:
    """Write into `out` what a rule says of the rows that are still free."""
    free = out["kind"].isna()
    sure = (listing.holds(rule.codes) | listing.tagged(rule.tags)) & free
    named = names.str.contains(rule.name) if rule.name else names.notna()
    # A word before the last word that fits belongs to who runs the place; after it, it says what the place is.
    worded = names.str.contains(rule.drop) if rule.drop else ~names.notna()
    follows = rf"(?:{rule.drop})(?!.*(?:{rule.name}))" if rule.name else rule.drop
    other = names.str.contains(follows) if rule.drop else worded
    chain = listing.holds(rule.left_out)
    take = sure & named & ~other & ~chain
    maybe = listing.holds(rule.unsure) & free & ~sure & named & ~worded
    words = names.str.extract(f"({rule.drop})", expand=False).fillna("") if rule.drop else pd.Series("", names.index)
    first = listing.codes.groupby(level=0).first().reindex(names.index).fillna("")
    out["kind"] = out["kind"].mask(take | maybe, _kinds(rule, names))
    out["doubt"] = out["doubt"].mask(take & worded, "its name holds " + words)
    out["doubt"] = out["doubt"].mask(maybe, "class " + first + f" is not usual for {category}")
    out["word"] = out["word"].mask(sure & named & other & ~chain, words)
    out["nameless"] |= sure & ~named
    if rule.name:
        out["elsewhere"] |= free & named & ~worded & ~sure & ~maybe
    for code, why in rule.left_out.items():
        out["left_out"] = out["left_out"].mask(listing.holds([code]) & free, f"{code} {why}")


def _kinds(rule: ClassRule, names: pd.Series) -> pd.Series:
    kinds = pd.Series(rule.kind, index=names.index, dtype="str")
    open_ = names.notna()
    for kind, pattern in rule.kinds.items():
        fits = open_ & names.str.contains(pattern)
        kinds[fits] = kind
        open_ &= ~fits
    return kinds


def _report(listing: Listing, verdict: pd.DataFrame, spec: FacilitiesSpec, role: str, findings: Findings) -> None:
    """Note what the profile took and what not; rows that a word of their name rules out stand in the rejects."""
    profile, names = listing.profile, listing.names
    taken, doubtful = verdict["kind"].notna(), verdict["doubt"].ne("")
    how = "asked for" if spec.profile else f"found by the column {listing.column}"
    kinds = ", ".join(f"{k} {n}" for k, n in verdict["kind"].value_counts().sort_index().items())
    found = f"{int(taken.sum())} of {len(taken)} rows are {spec.category}" + (f" ({kinds})" if kinds else "")
    trust = "" if profile.verified is True else f"; its classes are not verified ({profile.source})"
    text = "; ".join(filter(None, (f"profile {profile.name}, {how}: {found}{trust}", listing.note)))
    if taken.any():
        findings.info(role, text)
    else:
        findings.warn(role, f'{text}; profile = "{NO_PROFILE}" takes all rows')
    if doubtful.any():
        examples = _examples(names + " (" + verdict["doubt"] + ")", doubtful)
        findings.info(role, f"{int(doubtful.sum())} of them are doubtful and kept, column doubt says why: {examples}")
    for column, words in (
        ("nameless", f"have the class but not a name of {spec.category}: left out"),
        ("elsewhere", f"have a name of {spec.category} but a class of something else: left out"),
    ):
        if verdict[column].any():
            shown = _examples(names, verdict[column])
            findings.info(role, f"{int(verdict[column].sum())} rows {words}, such as {shown}")
    second = listing.others[listing.others.isin([c for r in profile.of(spec.category) for c in r.codes])].index
    only = pd.Series(names.index.isin(second), index=names.index) & ~taken
    if only.any():
        shown = _examples(names, only)
        findings.info(
            role, f"{int(only.sum())} rows are {spec.category} in second place only: left out, such as {shown}"
        )
    for reason, rows in verdict.groupby("left_out").groups.items():
        if reason:
            findings.info(role, f"{len(rows)} rows are of class {reason}: left out")
    out = verdict["word"].ne("")
    findings.reject(
        role,
        names.index[out],
        f"its name says that it is not {spec.category}",
        'if it is, list it in a source of its own with profile = "none"',
        values=names[out],
    )


def _examples(texts: pd.Series, which: pd.Series) -> str:
    shown = texts[which].drop_duplicates().head(EXAMPLES)
    return ", ".join(repr(t) for t in shown)
