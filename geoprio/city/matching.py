"""Which zone each row of a list of compounds stands for: candidates with scores, and those that are sure.

A pair of row and zone gets a score of 0 to 100 from what both say of themselves:

- id: 100 if equal; 85 if their names contradict it.
- name: the similarity of their cores (rapidfuzz, indel ratio), without a city and district of the zones before them.
  100 if they are equal as they stand, 97 without the words for a compound as such (小区, 社区 …); 85 if equal without
  the word for the sort (苑, 花园, 宿舍 …); at most 80 if numbers, directions or letters differ. A name of one character
  is not sure.
- address: at least 98 if equal while the names resemble (60) or one is unknown; 80 if the names contradict it. Where a
  zone is named by its address, that is no contradiction.
- coordinates: 100 in the zone, 100 - d / 10 within d <= 100 m of it, if the names resemble or one is unknown; 85 at
  most if they contradict. A pair that the coordinates contradict (farther than 100 m) is not sure.

A row's best zone is sure at `SURE` and above with `MARGIN` to its second best, or if it alone bears the very name, or
the id. Several rows may lie in one zone by their coordinates, under different names; of rows that are sure of one zone
by other means the one that is by `MARGIN` better has it, else all are doubtful. All thresholds are geoprio's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely
from rapidfuzz import fuzz, process

from geoprio.city.names import MARK_WORDS, before_names, comparable, names_of

if TYPE_CHECKING:
    import geopandas as gpd

    from geoprio._core.typing import Floats

SURE: Final = 90.0
MARGIN: Final = 8.0
RESEMBLES: Final = 60.0
"""Names below this contradict each other; pairs below it are no candidates."""
EQUAL: Final = 100.0
EQUAL_CORE: Final = 97.0
EQUAL_LOOSE: Final = 85.0
OTHER_MARKS: Final = 80.0
EQUAL_ADDRESS: Final = 98.0
DOUBTFUL: Final = 85.0
NEAR_M: Final = 100.0
METRES_PER_POINT: Final = 10.0
CANDIDATES: Final = 3
"""Candidates of a doubtful row that are shown."""
ROWS_AT_ONCE: Final = 1000


def candidate_pairs(
    rows: pd.DataFrame, points: gpd.GeoSeries | None, zones: gpd.GeoDataFrame, join: tuple[str, ...]
) -> pd.DataFrame:
    """Return all pairs of row and zone that may belong together, the best first for each row.

    Parameters
    ----------
    rows : DataFrame
        Index = row of the list; `id`, `name`, `address`, and where known `district`, `street_committee`, `community`.
    points : GeoSeries or None
        Where rows lie, in the CRS of `zones` (metres).
    zones : GeoDataFrame
        Index `zone_id`; `name`, and where known the same columns as `rows`.
    join : tuple of str
        By which of id, name, address and coordinates.

    Returns
    -------
    DataFrame
        `row`, `zone` (positions), `score`, `method`, `exact` (the very name), `why` (of a doubt).
    """
    named = _named(zones)
    before = before_names(named)
    of_rows, of_zones = names_of(rows, before), names_of(named, before)
    addresses, by_name = _by_addresses(of_rows, of_zones), _by_addresses(of_rows, of_zones, named=True)
    parts = {
        "name": _by_names(of_rows, of_zones),
        "address": pd.concat([addresses, by_name]),
        "id": _by_ids(rows, zones),
        "coordinates": _by_coordinates(rows, points, zones) if points is not None else _empty(),
    }
    parts = {way: part if way in join else _empty() for way, part in parts.items()}
    pairs = pd.concat(parts.values())[["row", "zone"]].drop_duplicates().reset_index(drop=True)
    pairs = pairs.assign(name=np.nan, exact=False, metres=np.nan, inner=False)
    if pairs.empty:
        return pairs.assign(score=np.nan, method="", why="")
    pairs["address"], pairs["id"] = _among(pairs, parts["address"]), _among(pairs, parts["id"])
    if "name" in join:
        pairs["name"], pairs["exact"] = _name_scores(of_rows, of_zones, pairs)
        pairs["name"] = pairs["name"].mask(_among(pairs, by_name) & pairs["address"])
    if "coordinates" in join and points is not None:
        pairs["metres"], pairs["inner"] = _distances(rows, points, zones, pairs)
    scored = _scored(pairs)
    return scored[scored["score"] >= RESEMBLES].sort_values(
        ["row", "score", "exact", "zone"], ascending=[True, False, False, True], ignore_index=True
    )


def _named(zones: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the zones' texts; a name that is only the id is none."""
    names = zones["name"].astype("str")
    bare = names.eq(zones.index.to_series().astype("str")) & names.str.isascii()
    return pd.DataFrame(zones.drop(columns="geometry")).assign(name=names.mask(bare))


def _among(pairs: pd.DataFrame, part: pd.DataFrame) -> np.ndarray:
    """Return which pairs are in another table of pairs."""
    inside: np.ndarray = pd.MultiIndex.from_frame(pairs[["row", "zone"]]).isin(
        pd.MultiIndex.from_frame(part[["row", "zone"]])
    )
    return inside


def decide(pairs: pd.DataFrame, names: pd.Series) -> pd.DataFrame:
    """Return what becomes of each row of a list with one row for each zone.

    Parameters
    ----------
    pairs : DataFrame
        From `candidate_pairs`.
    names : Series of str
        Of the rows, in their order.

    Returns
    -------
    DataFrame
        As `decide_each`; of several rows that are sure of one zone only the better one is used, or those that lie in
        it under different names.
    """
    return _one_row_each(decide_each(pairs, len(names)), names.fillna("").map(comparable).reset_index(drop=True))


def decide_each(pairs: pd.DataFrame, rows: int) -> pd.DataFrame:
    """Return what becomes of each row by itself: many rows may be of one zone.

    Parameters
    ----------
    pairs : DataFrame
        From `candidate_pairs`.
    rows : int
        How many rows there are.

    Returns
    -------
    DataFrame
        One line for each row, in its order: `decision` (``used``, ``review`` or ``none``), `zone` (position, -1 where
        there is none), `score`, `method`, `why`.
    """
    out = pd.DataFrame(
        {"decision": "none", "zone": -1, "score": np.nan, "method": "", "why": "no zone resembles it"},
        index=range(rows),
    )
    if pairs.empty:
        return out
    best = pairs.drop_duplicates("row").set_index("row")
    others = pairs[pairs.duplicated("row")]
    second = others.groupby("row")["score"].max().reindex(best.index).fillna(0.0)
    namesakes = others[others["exact"]].groupby("row").size().reindex(best.index).fillna(0)
    clear = (best["score"] - second >= MARGIN) | (best["exact"] & (namesakes == 0) & (best["score"] >= EQUAL))
    clear |= (best["method"] == "id") & (best["score"] >= EQUAL)
    sure = (best["score"] >= SURE) & clear
    for column in ("zone", "score", "method"):
        out.loc[best.index, column] = best[column]
    doubt = (
        best["why"]
        .where(best["why"] != "", "not similar enough")
        .where(best["score"] < SURE, "other zones resemble it too")
    )
    out.loc[best.index, "why"] = doubt.where(~sure, "")
    out.loc[best.index, "decision"] = np.where(sure, "used", "review")
    return out


def _one_row_each(out: pd.DataFrame, names: pd.Series) -> pd.DataFrame:
    """Return the decisions with one row for each zone, or several that lie in it under different names."""
    used = out[out["decision"] == "used"].sort_values("score", ascending=False)
    for scores in (group["score"] for _, group in used.groupby("zone")):
        rows = scores.index
        if len(rows) < 2:
            continue
        theirs = names[rows]
        lying = out.loc[rows, "method"].str.contains("coordinates").all()
        if lying and not theirs[theirs != ""].duplicated().any():
            continue
        clear = scores.iloc[0] - scores.iloc[1] >= MARGIN
        losing = rows[1:] if clear else rows
        out.loc[losing, "decision"] = "review"
        out.loc[losing, "why"] = "a better row fits the zone" if clear else f"{len(rows)} rows fit the zone"
    return out


def _empty() -> pd.DataFrame:
    return pd.DataFrame({"row": np.empty(0, np.int64), "zone": np.empty(0, np.int64)})


def _blocks(of_rows: pd.DataFrame, of_zones: pd.DataFrame) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return positions of rows and of the zones that may be theirs: those of their district, where both are known."""
    rows, zones = of_rows["district"].to_numpy(), of_zones["district"].to_numpy()
    known = set(zones) - {""}
    blocks = []
    for name in sorted(set(rows)):
        # A district that no zone names says nothing.
        fits = (zones == name) | (zones == "") if name in known else np.ones(len(zones), bool)
        blocks.append((np.flatnonzero(rows == name), np.flatnonzero(fits)))
    return blocks


def _by_names(of_rows: pd.DataFrame, of_zones: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs whose cores resemble, or are equal without the word for their sort."""
    found = [_empty()]
    for rows, zones in _blocks(of_rows, of_zones):
        theirs = of_zones["core"].to_numpy()[zones]
        for at in range(0, len(rows), ROWS_AT_ONCE):
            some = rows[at : at + ROWS_AT_ONCE]
            ours = of_rows["core"].to_numpy()[some]
            ratio = process.cdist(ours, theirs, scorer=fuzz.ratio, score_cutoff=RESEMBLES, dtype=np.float32)
            row, zone = np.nonzero((ratio > 0) & (ours != "")[:, None] & (theirs != "")[None, :])
            found.append(pd.DataFrame({"row": some[row], "zone": zones[zone]}))
        found.append(_equal(of_rows["loose"].iloc[rows], of_zones["loose"].iloc[zones], rows, zones))
    return pd.concat(found)


def _by_addresses(of_rows: pd.DataFrame, of_zones: pd.DataFrame, *, named: bool = False) -> pd.DataFrame:
    """Return the pairs of equal addresses, or those where the zone's name is the row's address."""
    columns = ("full", "core") if named else ("address",)
    found = [_empty()]
    for rows, zones in _blocks(of_rows, of_zones):
        ours = of_rows["address"].iloc[rows]
        found += [_equal(ours, of_zones[column].iloc[zones], rows, zones) for column in columns]
    return pd.concat(found)


def _by_ids(rows: pd.DataFrame, zones: gpd.GeoDataFrame) -> pd.DataFrame:
    ids = zones.index.to_series()
    return _equal(rows["id"].fillna(""), ids, np.arange(len(rows)), np.arange(len(zones)))


def _equal(ours: pd.Series, theirs: pd.Series, rows: np.ndarray, zones: np.ndarray) -> pd.DataFrame:
    left = pd.DataFrame({"text": ours.to_numpy(), "row": rows})
    right = pd.DataFrame({"text": theirs.to_numpy(), "zone": zones})
    return left[left["text"] != ""].merge(right, on="text")[["row", "zone"]]


def _by_coordinates(rows: pd.DataFrame, points: gpd.GeoSeries | None, zones: gpd.GeoDataFrame) -> pd.DataFrame:
    assert points is not None
    place = rows.index.get_indexer(points.index)
    tree = shapely.STRtree(zones.geometry.to_numpy())
    point, zone = tree.query(points.to_numpy(), predicate="dwithin", distance=NEAR_M)
    return pd.DataFrame({"row": place[point], "zone": zone})


def _name_scores(of_rows: pd.DataFrame, of_zones: pd.DataFrame, pairs: pd.DataFrame) -> tuple[Floats, np.ndarray]:
    """Return the score of each pair's names, NaN where one is unknown, and which bear the very same name."""
    ours, theirs = of_rows.iloc[pairs["row"]], of_zones.iloc[pairs["zone"]]

    def same(column: str) -> np.ndarray:
        """Return in which pairs both have the same text."""
        return np.asarray(ours[column].to_numpy() == theirs[column].to_numpy(), bool)

    a, b = ours["core"].to_numpy(), theirs["core"].to_numpy()
    ratio = process.cpdist(a, b, scorer=fuzz.ratio, dtype=np.float64)
    score = np.where(same("marks"), ratio, np.minimum(ratio, OTHER_MARKS))
    score = np.where(same("loose"), np.maximum(score, EQUAL_LOOSE), score)
    short = np.array([len(t) < MARK_WORDS for t in a])
    score = np.where(same("core"), np.where(short, EQUAL_LOOSE, EQUAL_CORE), np.minimum(score, EQUAL_CORE))
    exact = same("full")
    score = np.where(exact, EQUAL, score)
    unknown = (a == "") | (b == "")
    return np.where(unknown, np.nan, score), exact & ~unknown


def _distances(
    rows: pd.DataFrame, points: gpd.GeoSeries, zones: gpd.GeoDataFrame, pairs: pd.DataFrame
) -> tuple[Floats, np.ndarray]:
    """Return metres from row to zone (0 inside, NaN without coordinates), and which zone holds the row best.

    Of several zones that hold a row it is the smallest, of equal ones that whose middle is nearest.
    """
    place = pd.Series(range(len(points)), index=rows.index.get_indexer(points.index))
    which = place.reindex(pairs["row"]).to_numpy(float)
    known = np.isfinite(which)
    metres = np.full(len(pairs), np.nan)
    shapes = zones.geometry.to_numpy()[pairs["zone"].to_numpy()]
    at = np.full(len(pairs), None, dtype=object)
    at[known] = points.to_numpy()[which[known].astype(int)]
    metres[known] = shapely.distance(shapes[known], at[known])
    order = pd.DataFrame(
        {"row": pairs["row"], "held": metres == 0, "area": np.round(shapely.area(shapes), 3),
         "off": shapely.distance(shapely.centroid(shapes), at)}
    )  # fmt: skip
    held = order[order["held"]].sort_values(["row", "area", "off"], kind="stable")
    inner = np.zeros(len(pairs), bool)
    inner[held.drop_duplicates("row").index] = True
    return metres, inner


def _scored(pairs: pd.DataFrame) -> pd.DataFrame:
    """Add `score`, `method` and `why` to the pairs."""
    name, metres = pairs["name"].to_numpy(float), pairs["metres"].to_numpy(float)
    unknown, against = np.isnan(name), name < RESEMBLES
    score = np.where(unknown, 0.0, name)
    method = np.where(unknown, "", "name").astype(object)
    why = np.full(len(pairs), "", dtype=object)

    def raise_to(where: np.ndarray, value: Floats | float, by: str, beside: str) -> None:
        """Give pairs at least this score."""
        nonlocal score, method
        better = where & (np.asarray(value) > score)
        method = np.where(where & ~unknown & ~against, beside, method)
        method = np.where(better & (unknown | against), by, method)
        score = np.where(better, value, score)

    same = pairs["address"].to_numpy(bool)
    raise_to(same & ~against, EQUAL_ADDRESS, "address", "name and address")
    raise_to(same & against, OTHER_MARKS, "address", "address")
    why[same & against] = "the same address, another name"
    near = metres <= NEAR_M
    inner = pairs["inner"].to_numpy(bool)
    by_place = np.where(inner, EQUAL, np.where(metres == 0, SURE, EQUAL - np.maximum(metres, 1.0) / METRES_PER_POINT))
    raise_to(near & ~against, by_place, "coordinates", "name and coordinates")
    raise_to(near & against, DOUBTFUL - metres / METRES_PER_POINT, "coordinates", "coordinates")
    why[near & against] = "it lies there, but has another name"
    far = metres > NEAR_M
    score = np.where(far, np.minimum(score, DOUBTFUL), score)
    why[far] = "its coordinates lie elsewhere"
    ids = pairs["id"].to_numpy(bool)
    score = np.where(ids, np.where(against | far, np.maximum(score, DOUBTFUL), EQUAL), score)
    method = np.where(ids, "id", method)
    why[ids & against] = "the same id, another name"
    return pairs.assign(score=score, method=method, why=why)
