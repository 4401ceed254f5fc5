"""Columns and values of tables: CSV files, names, numbers, yes and no."""

from __future__ import annotations

import csv
import difflib
import io
import warnings
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import pandas as pd

from geoprio._core.errors import InputError
from geoprio.sources.encodings import decode
from geoprio.sources.excel import delimiter
from geoprio.sources.excel.delimited import MOST_FIELD
from geoprio.sources.parsers import NO, YES, Refused, is_blank, number, plain, yes_no

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from geoprio._core.findings import Findings
    from geoprio.sources.parsers import Reading
    from geoprio.sources.spec import Where

Table = TypeVar("Table", bound=pd.DataFrame)

TWICE = "columns of one name"
"""Key of a table's `attrs`: names that stand more than once in its header."""
UNPRINTABLE = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"
"""Control characters: they move cursors, color terminals, and turn the direction of writing."""


def read_csv(path: Path, encoding: str | None, role: str, findings: Findings) -> pd.DataFrame:
    """Return a CSV with one header row as text columns; an empty cell is missing.

    Parameters
    ----------
    path : Path
        Commas, tabs or semicolons part the fields.
    encoding : str or None
        None: decided by `geoprio.sources.encodings.decode`, and recorded.
    role : str
        Takes the notes.

    Returns
    -------
    DataFrame
        Index = row below the header, from 1.

    Raises
    ------
    InputError
        If the encoding does not fit or the rows are not a table.
    """
    where = f"[{role}] {path.name}"
    text, decision = decode(path.read_bytes(), encoding, where, role, findings)
    findings.decide(role, "encoding", decision.label)
    try:
        with warnings.catch_warnings():
            # A row longer than the header would be cut with no more than a warning.
            warnings.simplefilter("error", pd.errors.ParserWarning)
            table = pd.read_csv(
                io.StringIO(text), dtype="str", keep_default_na=False, na_values=[""], index_col=False,
                sep=delimiter(text),
            )  # fmt: skip
    except pd.errors.EmptyDataError:
        raise InputError(f"{where}: the file is empty; name another.") from None
    except (pd.errors.ParserError, pd.errors.ParserWarning) as error:
        said = " ".join(str(error).removeprefix("Error tokenizing data. C error:").split())
        raise InputError(
            f"{where}: not a table with one header row ({said}); mend the row there: a mark between fields too "
            "many, or a quote that is not closed."
        ) from None
    header = [name.strip() for name in next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter(text)), [])]
    twice = [name for name in dict.fromkeys(header) if name and header.count(name) > 1]
    if twice:
        findings.warn(role, f"{path.name}: columns of one name were numbered (.1, .2 …): {', '.join(twice)}")
        table.attrs[TWICE] = tuple(twice)
    table.index = pd.RangeIndex(1, len(table) + 1)
    _no_huge_field(table, where)
    return table


def _no_huge_field(table: pd.DataFrame, where: str) -> None:
    """Refuse a table with a field that swallowed others: a quote before it was never closed."""
    for name in table.columns:
        size = table[name].str.len()
        if len(size) and size.max() > MOST_FIELD:
            raise InputError(
                f"{where}: row {size.idxmax()}, column {name!r}: a field of more than {MOST_FIELD} characters; check "
                "the quotes there."
            )


def without_controls(frame: Table, role: str, findings: Findings) -> Table:
    """Return the table with control characters taken out of its texts, and a warning that says of how many."""
    out = frame
    for name in frame.columns:
        if not isinstance(frame[name].dtype, pd.StringDtype):
            continue
        odd = frame[name].str.contains(UNPRINTABLE, regex=True, na=False)
        if odd.any():
            out = frame.copy() if out is frame else out
            out[name] = frame[name].str.replace(UNPRINTABLE, "", regex=True)
            rows = ", ".join(str(r) for r in frame.index[odd][:5])
            findings.warn(role, f"{name}: control characters were taken out of {int(odd.sum())} texts (rows {rows})")
    return out


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


def as_ids(values: pd.Series) -> pd.Series:
    """Return ids as text in which full-width digits and letters are plain ones; as `as_text` else."""
    text = as_text(values)
    foreign = text.dropna()
    foreign = foreign[~foreign.str.isascii()]
    known = {word: plain(word) for word in foreign.unique()}
    return text.mask(text.isin(list(known)), text.map(known)) if known else text


def as_numbers(values: pd.Series, role: str, column: str, findings: Findings, *, above_zero: bool = False) -> pd.Series:
    """Return values as floats; what is no number, below zero (or zero) is missing and stands in the rejects.

    Text is read by `parsers.number`: full-width digits, commas between thousands, 万, a word of counting. Words such
    as 不详 are missing, and counted in a note.
    """
    text = as_text(values)
    numbers = pd.to_numeric(text, errors="coerce").astype(float)
    numbers = numbers.mask(~np.isfinite(numbers))
    odd = text.notna() & numbers.isna()
    if odd.any():
        blank = odd & text.isin([word for word in text[odd].unique() if is_blank(word)])
        if blank.any():
            findings.info(
                role, f"{column}: {int(blank.sum())} cells say no more than blank ones, such as {text[blank].iloc[0]!r}"
            )
        text = text.mask(blank)
        known = _read_all(text[odd].dropna().unique(), number)
        numbers[odd] = text[odd].map({w: r.value for w, r in known.items() if not isinstance(r, Refused)}).astype(float)
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


def as_readings(
    values: pd.Series, read: Callable[[str], Reading], role: str, column: str, findings: Findings
) -> pd.DataFrame:
    """Return what each text says.

    Parameters
    ----------
    values : Series
    read : callable
        A parser of `geoprio.sources.parsers`; what it refuses is missing and in the rejects with its reason.

    Returns
    -------
    DataFrame
        On the index of `values`: `value`, `low`, `high` (NaN where missing or refused), `approximate`.
    """
    text = as_text(values)
    text = text.mask(text.isin([word for word in text.dropna().unique() if is_blank(word)]))
    known = _read_all(text.dropna().unique(), read)
    for word, refused in known.items():
        if isinstance(refused, Refused):
            rows = text.index[text.eq(word)]
            findings.reject(
                role,
                rows,
                f"{refused.reason}; taken as missing",
                refused.mend,
                column=column,
                values=[word] * len(rows),
            )
    said = {w: r for w, r in known.items() if not isinstance(r, Refused)}
    numbers = {
        key: text.map({w: getattr(r, key) for w, r in said.items()}).astype(float) for key in ("value", "low", "high")
    }
    spans = text.isin([w for w, r in said.items() if r.approximate])
    return pd.DataFrame({**numbers, "approximate": spans}, index=values.index)


def _read_all(words: Iterable[str], read: Callable[[str], Reading]) -> dict[str, Reading | Refused]:
    """Return what each text says, or why it was refused; each different text is read once."""
    out: dict[str, Reading | Refused] = {}
    for word in words:
        try:
            out[word] = read(word)
        except Refused as refused:
            out[word] = refused
    return out


def as_yes_no(values: pd.Series, role: str, column: str, findings: Findings) -> pd.Series:
    """Return values as nullable booleans; what is neither yes nor no is missing and stands in the rejects."""
    text = as_text(values)
    text = text.mask(text.isin([word for word in text.dropna().unique() if is_blank(word)]))
    known: dict[str, bool] = {}
    for word in text.dropna().unique():
        try:
            known[word] = yes_no(word)
        except Refused:
            continue
    answer = pd.Series(pd.NA, index=values.index, dtype="boolean")
    for word, said in known.items():
        answer[text.eq(word)] = said
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
