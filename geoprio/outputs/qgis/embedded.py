"""Styles embedded in the GeoPackage: QGIS takes them from the table `layer_styles` when it opens a layer."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from geoprio.outputs.tables import FIXED_DATE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from geoprio.outputs.qgis.styles import Style

TABLE = """CREATE TABLE layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256),
f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT,
styleSLD TEXT, useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME)"""

CONTENTS = """INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, srs_id)
VALUES ('layer_styles', 'attributes', 'layer_styles', '', ?, 0)"""

# An empty schema is needed: QGIS does not find a style whose schema is NULL.
STYLE = """INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName,
styleQML, styleSLD, useAsDefault, description, owner, update_time)
VALUES ('', '', ?, ?, 'geoprio', ?, '', 1, 'geoprio', '', ?)"""

GEOMETRY = "SELECT column_name FROM gpkg_geometry_columns WHERE table_name = ?"


def embed_styles(styles: Mapping[str, Style], path: Path) -> None:
    """Write a default style for each drawn layer into the GeoPackage at `path`."""
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(TABLE)
        db.execute(CONTENTS, (FIXED_DATE,))
        for layer, style in styles.items():
            row = db.execute(GEOMETRY, (layer,)).fetchone()
            if row is not None:
                db.execute(STYLE, (layer, row[0], _qml(style), FIXED_DATE))


def _qml(style: Style) -> str:
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
        f'<qgis version="3.22.0" styleCategories="AllStyleCategories" {style.attributes}>{style.body}</qgis>'
    )
