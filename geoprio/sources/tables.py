"""Columns and values of tables: CSV files, names, numbers, yes and no."""

from __future__ import annotations

import difflib
import warnings
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geoprio._core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from geoprio._core.findings import Findings
    from geoprio.sources.spec import Where

YES = frozenset(("1", "1.0", "true", "yes", "y", "是", "有"))
NO = frozenset(("0", "0.0", "false", "no", "n", "否", "无"))

CSV_ENCODING = "utf-8-sig"
"""UTF-8, with or without a byte-order mark."""


def read_csv(path: Path, encoding: str | None) -> pd.DataFrame:
    """Return a CSV as text columns; an empty cell is missing.

    Raises
    ------
    InputError
        If the encoding does not fit or the rows are not a table.
    """
    chosen = encoding or CSV_ENCODING
    try:
        "".encode(chosen)
    except (LookupError, ValueError):
        raise InputError(f"{path.name}: encoding {chosen!r} is not known; try gb18030 or utf-8.") from None
    try:
        with warnings.catch_warnings():
            # A row longer than the header would be cut with no more than a warning.
            warnings.simplefilter("error", pd.errors.ParserWarning)
            return pd.read_csv(
                path, dtype="str", keep_default_na=False, na_values=[""], encoding=chosen, index_col=False
            )
    except UnicodeDecodeError:
        raise InputError(
            f'{path.name}: it is not {chosen}; add encoding = "gb18030" or the one that it was saved in.'
        ) from None
    except (pd.errors.ParserError, pd.errors.ParserWarning, pd.errors.EmptyDataError) as error:
        raise InputError(f"{path.name}: not a table with one header row ({str(error).strip()}).") from None


def nearest_name(name: str, known: Iterable[object]) -> str:
    """Return ``" (did you mean …?)"`` for the known name nearest to `name`, or nothing."""
    close = difflib.get_close_matches(name, [str(k) for k in known], n=1, cutoff=0.6)
    return f" (did you mean {close[0]!r}?)" if close else ""


def require_columns(frame: pd.DataFrame, columns: Iterable[str | None], role: str, path: str) -> None:
    """Check that the named columns are there.

    Raises
    ------
    InputError
        With one line for each column that is not.
    """
    known = [str(c) for c in frame.columns if c != "geometry"]
    problems = [
        f"[{role}] {path}: column {c!r} is not there{nearest_name(c, known)}; it has {', '.join(known) or 'none'}."
        for c in columns
        if c is not None and c not in known
    ]
    if problems:
        raise InputError(*problems)


def as_text(values: pd.Series) -> pd.Series:
    """Return values as stripped text; whole numbers without a decimal point, missing stays missing."""
    if pd.api.types.is_bool_dtype(values):
        plain = values.astype("str").str.lower()
    elif pd.api.types.is_float_dtype(values) and not isinstance(values.dtype, pd.Float64Dtype):
        plain = pd.Series([f"{v:.15g}" for v in values.astype(float)], index=values.index, dtype="str")
    else:
        plain = values.astype("str")
    plain = plain.str.strip()
    return plain.mask(values.isna() | plain.eq(""))


def as_numbers(values: pd.Series, role: str, column: str, findings: Findings, *, above_zero: bool = False) -> pd.Series:
    """Return values as floats; what is no number, below zero (or zero) is missing and stands in the rejects."""
    text = as_text(values)
    numbers = pd.to_numeric(text, errors="coerce").astype(float)
    numbers = numbers.mask(~np.isfinite(numbers))
    low = numbers <= 0 if above_zero else numbers < 0
    for bad, reason in (
        (text.notna() & numbers.isna(), "not a number"),
        (low, "not above zero" if above_zero else "below zero"),
    ):
        findings.reject(
            role,
            values.index[bad],
            f"{reason}; taken as missing",
            "give a plain number or leave it blank",
            column=column,
            values=text[bad],
        )
    return numbers.mask(low)


def as_yes_no(values: pd.Series, role: str, column: str, findings: Findings) -> pd.Series:
    """Return values as nullable booleans; what is neither yes nor no is missing and stands in the rejects."""
    text = as_text(values).str.lower()
    answer = pd.Series(pd.NA, index=values.index, dtype="boolean")
    answer[text.isin(YES)] = True
    answer[text.isin(NO)] = False
    bad = text.notna() & answer.isna()
    findings.reject(
        role,
        values.index[bad],
        "neither yes nor no; taken as missing",
        "use yes or no (是 or 否)",
        column=column,
        values=text[bad],
    )
    return answer


def matches(frame: pd.DataFrame, where: Where) -> pd.Series:
    """Return which rows have, in every column of `where`, one of the wanted values ("*": any value)."""
    keep = pd.Series(True, index=frame.index)  # noqa: FBT003 - a column of trues
    for column, wanted in where.items():
        keep &= wanted_value(as_text(frame[column]), wanted)
    return keep


def wanted_value(text: pd.Series, wanted: object) -> pd.Series:
    """Return which texts are among the wanted values."""
    values = wanted_texts(wanted)
    return text.notna() if "*" in values else text.isin(values)


def wanted_texts(wanted: object) -> frozenset[str]:
    """Return the texts that stand for the wanted value or values; true stands for yes, 1, 是 too."""
    texts: set[str] = set()
    for value in wanted if isinstance(wanted, list) else [wanted]:
        if isinstance(value, bool):
            plain = YES if value else NO
            texts |= plain | {p.title() for p in plain} | {p.upper() for p in plain}
        else:
            texts.add(f"{value:.15g}" if isinstance(value, float) else str(value).strip())
    return frozenset(texts)
