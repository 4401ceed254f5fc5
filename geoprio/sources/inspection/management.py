"""Who runs a compound, how far that is, and how far its renewal is: known values for what people write."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import pandas as pd

from geoprio.sources.inspection.forms import table
from geoprio.sources.parsers import is_blank, plain
from geoprio.sources.tables import as_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geoprio._core.findings import Findings

MANAGEMENT_MODELS: Final = MappingProxyType(
    {
        "company": ("物业公司", "property company"),
        "owners": ("业主自管", "run by the owners"),
        "community": ("社区托管", "run by the community"),
        "former_owner": ("原产权单位管理", "run by the former owner"),
        "trust": ("信托制物业", "property trust"),
        "state": ("国企物业", "state-owned company"),
        "some": ("有物业（模式不详）", "managed, not said by whom"),
        "none": ("无物业", "not managed"),
    }
)
"""Values of `management_model`, with titles in zh and en."""
MANAGEMENT_STATUSES: Final = MappingProxyType(
    {
        "in_place": ("已落实", "in place"),
        "chosen": ("已选定", "chosen"),
        "discussed": ("协商中", "under discussion"),
        "ended": ("已终止", "ended"),
        "none": ("未开展", "not begun"),
    }
)
RENEWAL_STATUSES: Final = MappingProxyType(
    {
        "not_started": ("未开展", "not started"),
        "under_way": ("进行中", "under way"),
        "done": ("已完成", "done"),
        "not_needed": ("无需改造", "not needed"),
    }
)
STATUS_COLUMNS: Final = MappingProxyType(
    {
        "management_model": MANAGEMENT_MODELS,
        "management_status": MANAGEMENT_STATUSES,
        "renewal_status": RENEWAL_STATUSES,
    }
)
"""Columns with known values, and the titles of these."""


def known_values(
    values: pd.Series, what: str, role: str, findings: Findings, codes: Mapping[str, str] | None = None
) -> pd.Series:
    """Return the known value that each cell stands for.

    Parameters
    ----------
    values : Series
        Cells; the name is the column's.
    what : str
        One of `STATUS_COLUMNS`.
    role : str
        Takes the rejects: cells that stand for none.
    codes : mapping, optional
        What bare numbers mean, by the form.

    Returns
    -------
    Series of str
        Missing where a cell is blank or stands for none. Of who runs a compound also a company's own name is known.
    """
    text = as_text(values)
    said = {cell: _value(cell, what, codes or {}) for cell in text.dropna().unique() if not is_blank(cell)}
    odd = text.isin([cell for cell, found in said.items() if found is None])
    findings.reject(
        role, text.index[odd], f"no {what} that is known; taken as missing",
        f"use one of {', '.join(zh for zh, _ in STATUS_COLUMNS[what].values())}",
        column=str(values.name), values=text[odd],
    )  # fmt: skip
    return text.map({cell: found for cell, found in said.items() if found is not None}).astype("str")


def _value(cell: str, what: str, codes: Mapping[str, str]) -> str | None:
    word = plain(cell).lower().strip("。")
    if word in codes:
        return codes[word]
    if word in STATUS_COLUMNS[what]:
        return word
    for value, names in table()[what].items():
        if word in {plain(name).lower() for name in names}:
            return str(value)
    parts = table()["management_parts"] if what == "management_model" else {}
    return next((str(value) for value, pattern in parts.items() if re.search(pattern, word)), None)


def titles_of(what: str, value: str) -> tuple[str, str]:
    """Return the zh and en title of a known value; its own name for one that is not."""
    titles: tuple[str, str] = STATUS_COLUMNS[what].get(value, (value, value))
    return titles
