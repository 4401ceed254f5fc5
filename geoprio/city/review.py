"""The table of doubtful matches, and what the user answered in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from geoprio._core.errors import InputError
from geoprio._core.files import local_path
from geoprio.city.matching import CANDIDATES
from geoprio.city.names import comparable
from geoprio.sources.tables import as_ids, as_yes_no, read_csv, require_columns

if TYPE_CHECKING:
    from collections.abc import Hashable
    from pathlib import Path

    import geopandas as gpd

    from geoprio._core.findings import Findings

MATCHES: Final = "compounds.matches"
"""Source name of the reviewed table."""
REVIEW_COLUMNS: Final = (
    *("list_row", "list_name", "list_address", "candidate", "zone_id", "zone_name"),
    *("score", "method", "why", "accept"),
)


def review_rows(
    decided: pd.DataFrame, pairs: pd.DataFrame, table: pd.DataFrame, zones: gpd.GeoDataFrame
) -> list[dict[str, Any]]:
    """Return the candidates of each doubtful row of the list, the best first, as rows of `REVIEW_COLUMNS`.

    Parameters
    ----------
    decided, pairs : DataFrame
        From `geoprio.city.matching`.
    table : DataFrame
        The list; index = row in the file.
    zones : GeoDataFrame
    """
    doubtful = decided.index[decided["decision"] == "review"]
    shown = pairs[pairs["row"].isin(doubtful)]
    shown = shown[shown.groupby("row").cumcount() < CANDIDATES]
    place, zone = shown["row"].to_numpy(), shown["zone"].to_numpy()
    why = shown["why"].where(shown["why"] != "", decided["why"].iloc[place].to_numpy())
    columns = (
        table.index[place].tolist(),
        table["name"].iloc[place].fillna("").tolist(),
        table["address"].iloc[place].fillna("").tolist(),
        (shown.groupby("row").cumcount() + 1).tolist(),
        zones.index[zone].tolist(),
        zones["name"].iloc[zone].tolist(),
        shown["score"].round(1).tolist(),
        shown["method"].tolist(),
        why.tolist(),
        [""] * len(shown),
    )
    return [dict(zip(REVIEW_COLUMNS, row, strict=True)) for row in zip(*columns, strict=True)]


def reviewed(
    decided: pd.DataFrame, table: pd.DataFrame, zones: gpd.GeoDataFrame, text: str, base: Path, findings: Findings
) -> pd.DataFrame:
    """Return the decisions with those of the reviewed table in place of their own.

    A line with yes in `accept` joins its row to its zone, or to none where `zone_id` is blank; a row whose lines are
    answered no is joined to none. Without the column `accept` every line counts.

    Raises
    ------
    InputError, MissingError
        If the table is not there, or names rows or zones that are not (any more) there: one line for each.
    """
    answers = _answers(table, zones, text, base, findings)
    out = decided.copy()
    yes = answers[answers["yes"]].set_index("place")["zone"]
    no = pd.Index(answers[answers["no"]]["place"].unique()).difference(yes.index)
    joined, none = yes[yes >= 0], yes[yes < 0].index
    out.loc[joined.index, "decision"] = "used"
    out.loc[joined.index, "zone"] = joined
    out.loc[joined.index, "score"] = 100.0
    out.loc[joined.index, "method"] = "reviewed"
    out.loc[joined.index, "why"] = ""
    for rows, why in ((none, "no zone, says the reviewed table"), (no, "refused in the reviewed table")):
        out.loc[rows, "decision"] = "none"
        out.loc[rows, "zone"] = -1
        out.loc[rows, "why"] = why
    # Another row may lie in the zone as well; one that was joined by its name alone is doubtful now.
    rivals = (out["decision"] == "used") & (out["method"] != "reviewed") & out["zone"].isin(set(joined))
    rivals &= ~out["method"].str.contains("coordinates")
    out.loc[rivals, "decision"] = "review"
    out.loc[rivals, "why"] = "a reviewed row has the zone"
    return out


def _answers(table: pd.DataFrame, zones: gpd.GeoDataFrame, text: str, base: Path, findings: Findings) -> pd.DataFrame:
    """Return place of the row, place of the zone (-1: none), yes and no of each line of the reviewed table."""
    answers = read_csv(local_path(base, text, "[compounds] matches"), None, MATCHES, findings)
    require_columns(answers, ["list_row", "zone_id"], MATCHES, text)
    rows, ids = as_ids(answers["list_row"]), as_ids(answers["zone_id"])
    # Outputs put an apostrophe before what a spreadsheet would run.
    ids = ids.where(ids.isin(zones.index) | ids.isna(), ids.str.removeprefix("'"))
    out = pd.DataFrame(index=answers.index)
    said = as_yes_no(answers["accept"], MATCHES, "accept", findings) if "accept" in answers else None
    out["yes"] = said.eq(True).fillna(False).astype(bool) if said is not None else True  # noqa: FBT003 - a blank is no
    out["no"] = said.eq(False).fillna(False).astype(bool) if said is not None else False  # noqa: FBT003 - answer
    out["place"] = rows.map(_places(table.index.astype(str))).fillna(-1).astype(int)
    out["zone"] = ids.map(_places(zones.index)).fillna(-1).astype(int)
    problems = [f"line {_line(i)}: the list has no row {rows[i]!r}" for i in out.index[out["place"] < 0]]
    problems += [f"line {_line(i)}: there is no zone {ids[i]!r}" for i in out.index[(out["zone"] < 0) & ids.notna()]]
    problems += _changed(answers, out, table)
    twice = out[out["yes"]]["place"].duplicated()
    problems += [f"line {_line(i)}: row {rows[i]} is accepted twice" for i in twice.index[twice]]
    if problems:
        raise InputError(*(f"[compounds] matches = {text!r}, {problem}; mend it there." for problem in problems))
    findings.sources.append(
        {"role": MATCHES, "path": text, "layer": None, "crs": None, "crs_from": None, "rows": len(answers),
         "left_by_where": int(out["yes"].sum()), **findings.decisions.get(MATCHES, {})}
    )  # fmt: skip
    findings.used(MATCHES, int(out["yes"].sum()))
    return out


def _places(labels: pd.Index) -> pd.Series:
    return pd.Series(range(len(labels)), index=labels)


def _line(row: Hashable) -> int:
    """Return the line of the file in which a row stands, the header counted."""
    return int(str(row)) + 1


def _changed(answers: pd.DataFrame, out: pd.DataFrame, table: pd.DataFrame) -> list[str]:
    """Return lines whose row has another name in the list now: rows were added or moved since the review."""
    if "list_name" not in answers:
        return []
    known = out.index[(out["place"] >= 0) & answers["list_name"].notna()]
    then = answers.loc[known, "list_name"]
    now = pd.Series(table["name"].iloc[out.loc[known, "place"]].to_numpy(), index=known)
    differ = now.notna() & (then.map(comparable) != now.fillna("").map(comparable))
    return [
        f"line {_line(i)}: row {answers.loc[i, 'list_row']} is {now[i]!r} now, not {then[i]!r}" for i in known[differ]
    ]
