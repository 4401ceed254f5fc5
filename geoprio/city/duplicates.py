"""Facilities that stand in the sources more than once."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from geoprio.city.facilities import CLOSED, SAME_PLACE_M, USED

if TYPE_CHECKING:
    import geopandas as gpd

    from geoprio._core.findings import Findings
    from geoprio._core.typing import Bools, Floats, Ints

SAME_NAME_M = 50.0
"""Facilities of one category and one name within this distance are one."""
EXAMPLES = 3


def normal_names(names: pd.Series) -> pd.Series:
    """Return names without what only writing differs in: width, case, spaces and punctuation.

    Words stay, those in brackets too: two branches of a chain keep two names.

    Examples
    --------
    >>> normal_names(pd.Series(["７-Eleven（东湖店）", "7-ELEVEN 东湖店", "7-Eleven"])).tolist()
    ['7eleven东湖店', '7eleven东湖店', '7eleven']
    """
    known = {name: _letters(name) for name in names.unique()}
    return names.map(known).astype("str")


def _letters(name: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", name).casefold() if c.isalnum())


def without_duplicates(sites: gpd.GeoDataFrame, number: Ints, findings: Findings) -> gpd.GeoDataFrame:
    """Return the facilities with the status `duplicate` and, in `duplicate_of`, the id of the one that counts.

    Within one category, one id at one place is a duplicate, and so is one name (`normal_names`) within `SAME_NAME_M`,
    in one source or in two; never across categories. Of two the one whose capacity is known counts, else the earlier
    one. An id that stands for another place than in an earlier source gets the number of its own.

    Parameters
    ----------
    sites : GeoDataFrame
        Index `facility_id`, in metres; with `status`.
    number : ndarray of int, shape (n,)
        Number of each row's source.
    """
    category = sites["category"].to_numpy().astype(object)
    x, y = sites.geometry.x.to_numpy(), sites.geometry.y.to_numpy()
    ids = pd.Series(sites.index.to_numpy().astype(object))
    first = pd.Series(np.arange(len(sites))).groupby([category, ids], sort=False).transform("first").to_numpy(np.int64)
    repeated = first != np.arange(len(sites))
    same = repeated & (np.hypot(x - x[first], y - y[first]) <= SAME_PLACE_M)
    renamed = repeated & ~same
    ids[renamed] = [f"f{n}-{i}" for n, i in zip(number[renamed], ids[renamed], strict=True)]
    of = np.where(same, first, -1)
    status = sites["status"].to_numpy().astype(object)
    status[same] = "duplicate"
    named, names = _same_names(sites, status == USED, category, x, y)
    of = np.where(named >= 0, named, of)
    status[named >= 0] = "duplicate"
    _report(sites, same, named, names, renamed, category, status, x, y, findings)
    target = pd.Series(ids.to_numpy()[of], index=sites.index, dtype="str").mask(of < 0)
    table = sites.assign(status=status, duplicate_of=target.to_numpy())
    return table.set_axis(pd.Index(ids.to_numpy(), dtype="str", name="facility_id"))


def _same_names(
    sites: gpd.GeoDataFrame, used: Bools, category: np.ndarray, x: Floats, y: Floats
) -> tuple[Ints, pd.Series]:
    """Return for each used row the one that it repeats by name, -1 where there is none, and all normal names."""
    names = normal_names(sites["name"].fillna("").reset_index(drop=True))
    of = np.full(len(sites), -1)
    rows = np.flatnonzero(used & names.ne("").to_numpy())
    # Those with a capacity of their own come first.
    rows = rows[np.argsort(sites["capacity_assumed"].to_numpy(bool)[rows], kind="stable")]
    for i, j in _pairs(category[rows], names.to_numpy()[rows], x[rows], y[rows]):
        if of[rows[i]] < 0 and of[rows[j]] < 0:
            of[rows[j]] = rows[i]
    return of, names


def _pairs(category: np.ndarray, names: np.ndarray, x: Floats, y: Floats) -> Ints:
    """Return the pairs (i < j) of one category and name within `SAME_NAME_M`, by their first, then their second."""
    key = pd.factorize(pd.MultiIndex.from_arrays([category, names]))[0] if len(names) else np.zeros(0, np.int64)
    # Other names lie in other planes, too far above to be neighbors.
    tree = cKDTree(np.column_stack((x, y, key * (4.0 * SAME_NAME_M))))
    pairs = tree.query_pairs(SAME_NAME_M, output_type="ndarray").astype(np.int64)
    return pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]


def _report(
    sites: gpd.GeoDataFrame,
    same: Bools,
    named: Ints,
    names: pd.Series,
    renamed: Bools,
    category: np.ndarray,
    status: np.ndarray,
    x: Floats,
    y: Floats,
    findings: Findings,
) -> None:
    where = "facilities"
    if same.any():
        findings.info(
            where, f"{int(same.sum())} rows repeat the id and place of another in their category: counted once"
        )
    if (named >= 0).any():
        plain = sites["name"].to_numpy()
        shown = ", ".join(repr(plain[i]) for i in np.flatnonzero(named >= 0)[:EXAMPLES])
        text = f"{int((named >= 0).sum())} rows have the name of another within {SAME_NAME_M:g} m in their category"
        findings.info(where, f"{text}: counted once, column duplicate_of says as which, such as {shown}")
    if renamed.any():
        findings.warn(
            where, f"{int(renamed.sum())} ids stand for other places in an earlier source: renamed f<source>-<id>"
        )
    shut, open_ = status == CLOSED, status == USED
    rows = np.flatnonzero((shut | open_) & names.ne("").to_numpy())
    pairs = rows[_pairs(category[rows], names.to_numpy()[rows], x[rows], y[rows])]
    doubtful = pairs[shut[pairs].sum(axis=1) == 1] if len(pairs) else pairs
    if len(doubtful):
        shown = ", ".join(repr(sites["name"].iloc[int(i)]) for i in doubtful[:EXAMPLES, 0])
        findings.warn(
            where,
            f"{len(doubtful)} facilities that are used have the name of a closed one within {SAME_NAME_M:g} m, such as "
            f"{shown}: the sources disagree, or it was opened again; check",
        )
