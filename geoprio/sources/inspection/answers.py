"""What the cells of an inspection answer: a defect, good, or nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import pandas as pd

from geoprio.sources.inspection.forms import key, phrases, words
from geoprio.sources.parsers import Refused, is_blank, plain, yes_no
from geoprio.sources.tables import as_numbers, as_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geoprio._core.findings import Findings

SEPARATORS: Final = re.compile(r"[┋;；|、\n\r→]|[,，](?![^(（]*[)）])")
REMARK: Final = re.compile(r"〖.*?〗|\(.*?\)$")
"""What somebody wrote beside an option."""
SHOWN: Final = 5
BARE: Final = re.compile(r"[+-]?\d+(\.0+)?")

UNSAID: Final = ("nobody said what its yes means", "say so with yes, or what its codes mean with codes")
BOTH_WAYS: Final = (
    "a number that forms use both ways",
    'say what it means: codes = {unmanaged = {"0" = "good", "1" = "defect"}}',
)
NEITHER: Final = ("neither good nor a defect", "use yes or no (是 or 否), or tell its meaning with codes")
NOT_CODED: Final = ("not among the codes", "add it to codes")


def read_answers(
    values: pd.Series,
    yes: Literal["defect", "good"] | None,
    codes: Mapping[str, str] | None,
    role: str,
    findings: Findings,
    *,
    both_ways: bool = False,
) -> pd.Series:
    """Return what a column of single answers says.

    Parameters
    ----------
    values : Series
        Cells; the name is the column's.
    yes : {"defect", "good"} or None
        What a yes means; None: not known.
    codes : mapping, optional
        What cells mean, by their text; words that say it by themselves (完好, 破损, 未调查) are read beside them.
    role : str
        Takes the rejects: cells that say neither.
    both_ways : bool
        Whether a bare number says nothing without codes.

    Returns
    -------
    Series of boolean
        True: the defect is there; False: it is not; missing: nobody looked, or nothing sure is said.
    """
    text = as_text(values)
    coded = {plain(k).lower(): v for k, v in (codes or {}).items()}
    said: dict[str, bool | None] = {}
    refused: dict[tuple[str, str], list[str]] = {}
    for cell in text.dropna().unique():
        found = _answer(cell, yes, coded, both_ways=both_ways)
        if isinstance(found, tuple):
            refused.setdefault(found, []).append(cell)
        else:
            said[cell] = found
    for (reason, mend), cells in refused.items():
        rows = text.isin(cells)
        findings.reject(
            role, text.index[rows], f"{reason}; taken as not surveyed", mend, column=str(values.name), values=text[rows]
        )
    out = pd.Series(pd.NA, index=values.index, dtype="boolean")
    for answer in (True, False):
        out[text.isin([cell for cell, is_defect in said.items() if is_defect is answer])] = answer
    return out


def _answer(
    cell: str, yes: Literal["defect", "good"] | None, coded: Mapping[str, str], *, both_ways: bool
) -> bool | tuple[str, str] | None:
    """Return whether a cell names a defect, None where it says nothing, or why it is refused and what to do."""
    word = plain(cell).lower().strip("。")
    bare = bool(BARE.fullmatch(word))
    meant = coded.get(word) or coded.get(word.partition(".")[0] if bare else word) or _plain_word(word, yes)
    if meant is not None:
        return {"defect": True, "good": False, "unknown": None}[meant]
    is_yes = _yes(word)
    if coded and (bare or is_yes is None):
        return NOT_CODED
    if is_yes is None:
        return NEITHER
    if bare and both_ways:
        return BOTH_WAYS
    return UNSAID if yes is None else is_yes == (yes == "defect")


def _plain_word(word: str, yes: Literal["defect", "good"] | None) -> str | None:
    """Return what a word says whatever was asked; None where that depends on the question."""
    if is_blank(word):
        return "unknown"
    for kind in ("unknown", "good", "defect"):
        if word in words("cells", kind):
            return kind
    if word in words("cells", "not_concerned"):
        return "good" if yes == "defect" else "unknown"
    return None


def _yes(word: str) -> bool | None:
    if word in words("cells", "yes"):
        return True
    if word in words("cells", "no"):
        return False
    try:
        return yes_no(word)
    except Refused:
        return None


def read_gaps(values: pd.Series, role: str, findings: Findings) -> tuple[pd.Series, pd.Series]:
    """Return what a column of missing pieces says: whether some are missing (boolean), and how many (float)."""
    numbers = as_numbers(values, role, str(values.name), findings)
    return (numbers > 0).astype("boolean").mask(numbers.isna()), numbers


def read_choices(
    values: pd.Series, options: Mapping[str, str], separator: str | None, role: str, findings: Findings
) -> pd.DataFrame:
    """Return what a column with several answers in a cell says.

    Parameters
    ----------
    values : Series
    options : mapping of option to defect
        Empty: known phrases; then the options are those that somebody chose.
    separator : str or None
        None: the usual signs.

    Returns
    -------
    DataFrame of boolean
        One column for each defect among the options. Chosen: True; not chosen, or 无问题: False; missing: blank cells,
        and cells with 无问题 beside a problem, which stand in the rejects, too.
    """
    column = str(values.name)
    text = as_text(values)
    text = text.mask(text.isin([cell for cell in text.dropna().unique() if _silent(cell)]))
    named = {key(option): defect for option, defect in options.items()}
    known = named or phrases()
    cells = {cell: _chosen(cell, separator) for cell in text.dropna().unique()}
    unread = {c: [p for p in parts if key(p) not in known and not _is_none(p)] for c, parts in cells.items()}
    mixed = [c for c, parts in cells.items() if any(map(_is_none, parts)) and not all(map(_is_none, parts))]
    chosen = {c: {known[key(p)] for p in parts if key(p) in known} for c, parts in cells.items()}
    # A cell that holds only what is not known answers something; that it answers all the rest is not sure.
    dark = [c for c in cells if unread[c] and not chosen[c]]
    for odd, reason, mend in (
        (mixed, "no problem, and a problem; taken as not surveyed", "leave one of them out"),
        (dark, "no option that is known; taken as not surveyed", "name its options in choices"),
    ):
        rows = text.isin(odd)
        findings.reject(role, text.index[rows], reason, mend, column=column, values=text[rows])
    others = list(dict.fromkeys(p for c in cells if c not in dark for p in unread[c]))
    if others:
        more = " …" if len(others) > SHOWN else ""
        findings.info(role, f"{column}: options that name no defect: {', '.join(others[:SHOWN])}{more}")
    answered = text.notna() & ~text.isin([*mixed, *dark])
    menu = list(dict.fromkeys(named.values())) or sorted({d for c in chosen.values() for d in c})
    out = pd.DataFrame(index=values.index)
    for defect in menu:
        hit = text.isin([c for c, defects in chosen.items() if defect in defects])
        out[defect] = hit.astype("boolean").mask(~answered)
    return out


def _silent(cell: str) -> bool:
    return is_blank(cell) or plain(cell).lower() in words("cells", "unknown")


def _chosen(cell: str, separator: str | None) -> list[str]:
    parts = cell.split(separator) if separator else SEPARATORS.split(cell)
    return [bare for part in parts if (bare := REMARK.sub("", plain(part)).strip())]


def _is_none(option: str) -> bool:
    return plain(option).lower() in words("cells", "none")


def either(first: pd.Series, second: pd.Series) -> pd.Series:
    """Return whether one of two answers names the defect; missing where neither does and one is missing."""
    out: pd.Series = first | second
    return out


def counts(answers: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Return how many rows have each defect, are good, and say nothing."""
    values = {str(c): answers[c].to_numpy(dtype=float, na_value=np.nan) for c in answers}
    return {
        c: {"defect": int((v == 1).sum()), "good": int((v == 0).sum()), "unknown": int(np.isnan(v).sum())}
        for c, v in values.items()
    }
