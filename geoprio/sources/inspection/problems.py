"""Read points at which something is wrong: what each is, and whether it is solved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import geopandas as gpd
import pandas as pd
import shapely

from geoprio._core.errors import InputError
from geoprio.sources.inspection.forms import key, phrases, words
from geoprio.sources.inspection.spec import LEFT_OUT, unknown_defects
from geoprio.sources.layers import read_layers
from geoprio.sources.parsers import is_blank, plain
from geoprio.sources.tables import as_ids, as_text, require_columns

if TYPE_CHECKING:
    from pathlib import Path

    from geoprio._core.findings import Findings
    from geoprio.sources.inspection.spec import ProblemsSpec
    from geoprio.standards.defects import Defects

PLACE_DECIMALS: Final = 6
"""Degrees or metres to which two places are compared."""


def read_problems(
    spec: ProblemsSpec, defects: Defects, base: Path, findings: Findings, role: str = "problems[1]"
) -> gpd.GeoDataFrame:
    """Return the problem points of a file, each once.

    Parameters
    ----------
    spec : ProblemsSpec
    defects : mapping of code to Defect
    base : Path
        The project's folder.
    findings : Findings
        Takes the rejects: points of a kind that is no defect, and those that repeat another.
    role : str

    Returns
    -------
    GeoDataFrame
        Index = row in the file, in the file's CRS; `problem_id` (text, missing where there is none), `defect`, `status`
        (``open`` or ``solved``), geometry.

    Raises
    ------
    InputError, MissingError
        If the file, a column or a defect is not there.
    """
    unknown = unknown_defects(spec, defects, role)
    if unknown:
        raise InputError(*unknown)
    frame = read_layers({role: spec}, base, findings)[role]
    require_columns(frame, [spec.category, spec.id, spec.status], role, spec.path)
    out = gpd.GeoDataFrame(geometry=frame.geometry)
    out["problem_id"] = as_ids(frame[spec.id]) if spec.id else pd.Series(None, index=frame.index, dtype="str")
    if spec.defect is not None:
        out["defect"] = spec.defect
    else:
        out["defect"] = _kinds(as_text(frame[spec.category]), spec, defects, role, findings)
    out["status"] = _statuses(as_text(frame[spec.status]), spec, role, findings) if spec.status else "open"
    known = out[out["defect"].notna() & out["status"].ne("void")]
    return known.loc[_once(known, role, findings), ["problem_id", "defect", "status", "geometry"]]


def _kinds(text: pd.Series, spec: ProblemsSpec, defects: Defects, role: str, findings: Findings) -> pd.Series:
    """Return the defect of each category; what is none is in the rejects."""
    own = {key(name): code for code, d in defects.items() for name in (code, d.title_zh, d.title_en)}
    known = {**phrases(), **own, **{key(word): code for word, code in spec.categories.items()}}
    kinds = {word: known[key(word)] for word in text.dropna().unique() if key(word) in known}
    kinds = {word: code for word, code in kinds.items() if code == LEFT_OUT or code in defects}
    blank = text.isna()
    column = str(spec.category)
    findings.reject(role, text.index[blank], "no category", f"say in {column} what is wrong", column=column)
    odd = text.notna() & ~text.isin(list(kinds))
    mend = 'name its defect in categories = {"…" = "road_fault"}, or "" to leave it out'
    findings.reject(role, text.index[odd], "of no defect that is known", mend, column=column, values=text[odd])
    left = text.isin([word for word, code in kinds.items() if code == LEFT_OUT])
    if left.any():
        findings.info(role, f"{int(left.sum())} points of categories that categories leaves out")
    by_phrase = {w: c for w, c in kinds.items() if w not in spec.categories and c != LEFT_OUT}
    if by_phrase:
        findings.info(role, f"categories known by their words: {', '.join(f'{w} = {c}' for w, c in by_phrase.items())}")
    return text.map(kinds).astype("str").mask(left)


def _statuses(text: pd.Series, spec: ProblemsSpec, role: str, findings: Findings) -> pd.Series:
    """Return open, solved or void for each point; what is not known counts as open."""
    if spec.solved:
        done = text.isin([word.strip() for word in spec.solved])
        return pd.Series("open", index=text.index, dtype="str").mask(done, "solved")
    forms = {word: plain(word).lower() for word in text.dropna().unique()}
    solved = [w for w, form in forms.items() if form in words("points", "solved")]
    void = [w for w, form in forms.items() if form in words("points", "dismissed")]
    open_ = [w for w, form in forms.items() if form in words("points", "open") or is_blank(w)]
    odd = text.notna() & ~text.isin([*solved, *void, *open_])
    if odd.any():
        findings.warn(
            role,
            f"{spec.status}: {int(odd.sum())} values, such as {text[odd].iloc[0]!r}, say neither open nor solved: "
            'open is assumed; name those that mean solved with solved = ["…"]',
        )
    gone = text.isin(void)
    findings.reject(
        role, text.index[gone], "its status says that it is void", "nothing is to be done", column=str(spec.status),
        values=text[gone],
    )  # fmt: skip
    out = pd.Series("open", index=text.index, dtype="str")
    return out.mask(text.isin(solved), "solved").mask(gone, "void")


def _once(points: gpd.GeoDataFrame, role: str, findings: Findings) -> pd.Index:
    """Return the rows that repeat no other: by id, or where there is none by defect, status and place."""
    named = points["problem_id"].notna()
    twice = points["problem_id"].duplicated() & named
    findings.reject(
        role, points.index[twice], "its id stands there before", "give every point an id of its own",
        column="problem_id", values=points.loc[twice, "problem_id"],
    )  # fmt: skip
    rest = points[~named]
    place = pd.Series(shapely.to_wkt(rest.geometry.to_numpy(), rounding_precision=PLACE_DECIMALS), index=rest.index)
    again = rest.assign(_place=place)[["defect", "status", "_place"]].duplicated() & rest.geometry.notna()
    findings.reject(
        role, rest.index[again], "the same defect at the same place stands there before", "leave it out, or give ids",
        values=rest.loc[again, "defect"],
    )  # fmt: skip
    kept: pd.Index = points.index[~points.index.isin([*points.index[twice], *rest.index[again]])]
    return kept
