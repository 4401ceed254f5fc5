"""How large facilities are, for items of a rule file that ask for a floor or plot area."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geoprio.sources.parsers import Refused, area, is_blank
from geoprio.sources.tables import as_text

if TYPE_CHECKING:
    from geoprio._core.findings import Findings
    from geoprio.sources.spec import FacilitiesSpec

MEND = "give an area in m², with or without its unit, or leave it blank"


def sizes(frame: pd.DataFrame, spec: FacilitiesSpec, role: str, findings: Findings) -> dict[str, pd.Series]:
    """Return the columns `area_m2` and `land_m2` as far as the project file names their columns; NaN where not known.

    Plain numbers are m²; units such as 平方米, 万㎡ and 公顷 are read. What is no area above zero stands in the rejects
    and is taken as not known: zero in a list mostly means not filled in.
    """
    named = {"area_m2": spec.area, "land_m2": spec.land}
    return {name: _read(as_text(frame[column]), column, role, findings) for name, column in named.items() if column}


def _read(text: pd.Series, column: str, role: str, findings: Findings) -> pd.Series:
    said = {word: _size(word) for word in text.dropna().unique()}
    refused = text.map({word: reason for word, reason in said.items() if isinstance(reason, str)})
    for reason, rows in refused.dropna().groupby(refused.dropna()).groups.items():
        findings.reject(role, rows, f"{reason}; taken as not known", MEND, column=column, values=text[rows])
    numbers = text.map({word: value for word, value in said.items() if isinstance(value, float)})
    return numbers.astype(np.float64)


def _size(text: str) -> float | str | None:
    """Return what a text says in m², the reason why it cannot be used, or None where it is blank."""
    if is_blank(text):
        return None
    try:
        value = float(area(text, 1.0).value)
    except Refused as refused:
        return refused.reason
    return value if value > 0 else "not above zero"
