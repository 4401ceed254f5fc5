"""How many people or how much floor a facility has room for, as columns of beds, places and m² say it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geoprio.sources.parsers import Refused, area, is_blank, number, plain
from geoprio.sources.tables import as_text

if TYPE_CHECKING:
    from geoprio._core.findings import Findings
    from geoprio.sources.spec import FacilitiesSpec

ASSUMED = 1.0
"""Capacity of a facility whose own is not known, unless the project file states another."""

BEFORE = re.compile(r"^(?:核定|规划|设计|现有|共有?|设有?)*(?:床位|托位|学位|座位)?数?:?\s*")
AFTER = re.compile(r"\s*(?:[张个]?(?:养老|护理)?(?:床位|托位|学位|座位|床|位|座)|[张个]|beds?|places?|seats?)$")
MEND = "give a plain number of beds, places or m², or leave it blank"


def capacities(frame: pd.DataFrame, spec: FacilitiesSpec, role: str, findings: Findings) -> tuple[pd.Series, pd.Series]:
    """Return the capacity of each facility, and whether it is assumed.

    Text is read as people write it: 120床, 约80张, 45个托位, 3,000㎡, 0.3万平方米, 60 beds. What is no number stands in
    the rejects; so do zero, which in lists mostly means not filled in, and numbers below zero: both are taken as not
    known, and a place that serves nobody has to be marked closed.
    """
    numbers = pd.Series(np.nan, index=frame.index)
    if spec.capacity:
        numbers = _read(as_text(frame[spec.capacity]), spec.capacity, role, findings)
    assumed = numbers.isna()
    default = ASSUMED if spec.capacity_default is None else spec.capacity_default
    gaps, known = int(assumed.sum()), numbers.dropna()
    if spec.capacity and gaps and len(known):
        beside = f"{gaps} of {len(assumed)} facilities have no capacity: {default:g} is assumed"
        if spec.capacity_default is None and known.median() >= 2 * ASSUMED:
            findings.warn(
                role, f"{beside} beside a median of {known.median():g}, so they hardly count; set capacity_default"
            )
        else:
            findings.info(role, beside)
    return numbers.fillna(default), assumed


def _read(text: pd.Series, column: str, role: str, findings: Findings) -> pd.Series:
    said = {word: _capacity(word) for word in text.dropna().unique()}
    numbers = text.map({word: value for word, value in said.items() if isinstance(value, float)}).astype(float)
    refused = text.map({word: reason for word, reason in said.items() if isinstance(reason, str)})
    for reason, rows in refused.dropna().groupby(refused.dropna()).groups.items():
        findings.reject(role, rows, f"{reason}; taken as not known", MEND, column=column, values=text[rows])
    return numbers


def _capacity(text: str) -> float | str | None:
    """Return what a text says, the reason why it cannot be used, or None where it is blank."""
    if is_blank(text):
        return None
    short = plain(text)
    value = None
    for read, words in ((number, AFTER.sub("", BEFORE.sub("", short))), (area, short)):
        try:
            value = read(words).value
        except Refused:
            continue
        break
    if value is None:
        return "not a capacity"
    if value <= 0:
        return "no capacity at all" if value == 0 else "below zero"
    return float(value)
