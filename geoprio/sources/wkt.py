"""Shapes that a table holds as text (WKT), as Google Open Buildings and database exports do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from geoprio.sources.tables import as_text

if TYPE_CHECKING:
    import pandas as pd

    from geoprio._core.findings import Findings

NAMES = ("geometry", "wkt", "geom", "the_geom", "shape")
"""Columns that may hold shapes, in the order in which they are looked at."""
WORDS = r"\s*(?:srid=\d+;)?\s*(?:multi)?(?:point|linestring|polygon)\s*(?:z|m|zm)?\s*\("
"""How WKT begins."""


def wkt_column(table: pd.DataFrame) -> str | None:
    """Return the column of which most values are shapes as text; None where there is none."""
    known = {str(c).strip().lower(): str(c) for c in table.columns}
    for name in NAMES:
        if name in known:
            text = as_text(table[known[name]]).dropna()
            if len(text) and text.str.match(WORDS, case=False).mean() > 0.5:
                return known[name]
    return None


def from_wkt(table: pd.DataFrame, column: str, role: str, findings: Findings) -> gpd.GeoDataFrame:
    """Return the table with the shapes of a column as its geometry; what is no shape is missing and in the rejects."""
    text = as_text(table[column])
    plain = text.str.replace(r"^\s*srid=\d+;", "", regex=True, case=False)
    shapes = shapely.from_wkt(plain.astype(object).where(plain.notna(), None).to_numpy(), on_invalid="ignore")
    bad = (text.notna() & shapely.is_missing(shapes)).to_numpy()
    shown = text[bad].str.slice(0, 60)
    findings.reject(
        role, table.index[bad], "not a shape as WKT", "mend it or leave the row out", column=column, values=shown
    )
    findings.info(role, f"shapes are taken from the column {column} (WKT)")
    return gpd.GeoDataFrame(table.drop(columns=column), geometry=np.asarray(shapes, dtype=object))
