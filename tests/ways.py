"""Layers that change how people walk in the town of the fixtures: gates, entrances, barriers, the ground's height."""

import numpy as np
from conftest import X, Y, collection


def layer(town, name, features, extra=""):
    """Write a layer of features (properties, type, coordinates in metres from the corner); return its section."""

    def moved(at):
        return [X + at[0], Y + at[1]] if isinstance(at[0], int | float) else [moved(a) for a in at]

    text = collection([(properties, kind, moved(at)) for properties, kind, at in features])
    (town.folder / f"{name}.geojson").write_text(text, encoding="utf-8")
    return f'\n[{name}]\npath = "{name}.geojson"\n{extra}'


def gates(town, *places):
    """Return the section of gates (id, zone, x, y)."""
    rows = [({"id": name, "of": zone}, "Point", [x, y]) for name, zone, x, y in places]
    return layer(town, "gates", rows, 'zone = "of"\n')


def entrances(town, *places):
    """Return the section of entrances (id, facility, x, y)."""
    rows = [({"id": name, "of": facility}, "Point", [x, y]) for name, facility, x, y in places]
    return layer(town, "entrances", rows, 'facility = "of"\n')


def elevation(town, height, cell=10.0):
    """Write a GeoTIFF of `height` (metres east and north of the town's corner); return its part of the project file."""
    import rasterio

    columns, rows = 230, 80
    left, top = X - 150, Y + 650
    place = rasterio.Affine(cell, 0, left, 0, -cell, top)
    x = left + (np.arange(columns) + 0.5) * cell - X
    y = top - (np.arange(rows) + 0.5) * cell - Y
    z = np.broadcast_to(height(x[None, :], y[:, None]), (rows, columns)).astype(np.float64)
    shape = {"width": columns, "height": rows, "count": 1, "dtype": "float64", "nodata": -9999.0}
    with rasterio.open(
        town.folder / "ground.tif", "w", driver="GTiff", crs="EPSG:32650", transform=place, **shape
    ) as file:
        file.write(z, 1)
    return '\n[elevation]\npath = "ground.tif"\n'
