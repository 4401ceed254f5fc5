"""The QGIS project: its styles, layers and print layout."""
