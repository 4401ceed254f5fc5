"""Where the town of make_example.py lies, and its clean files."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from pyproj import Transformer
from shapely import affinity
from shapely.geometry import Point

if TYPE_CHECKING:
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

Floats = np.ndarray[Any, np.dtype[np.float64]]
CRS, ORIGIN, TURN = "EPSG:32650", (555_000.0, 3_451_000.0), 6.0
DESCRIPTION = (
    "SYNTHETIC data made by data/make_example.py "
    "(seed {seed}). Invented for demonstration; no real place, person or business. CC0."
)


class Writer:
    """Write layers in local metres as GeoJSON and CSV in longitude and latitude."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.seed = folder, seed
        self.about = DESCRIPTION.format(seed=seed)
        self.to_lonlat = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)
        folder.mkdir(parents=True, exist_ok=True)

    def lonlat(self, shape: BaseGeometry) -> BaseGeometry:
        """Turn and shift a shape into the map projection, then to degrees."""
        return shapely.transform(self.placed(shape), self._degrees)

    @staticmethod
    def placed(shape: BaseGeometry) -> BaseGeometry:
        """Turn and shift a shape into the map projection."""
        return affinity.translate(affinity.rotate(shape, TURN, origin=(0, 0)), *ORIGIN)

    @staticmethod
    def back(xy: Floats) -> tuple[Floats, Floats]:
        """Return where places of the map projection lie in the town's own metres."""
        x, y = (xy - ORIGIN).T
        cos, sin = np.cos(np.radians(TURN)), np.sin(np.radians(TURN))
        return x * cos + y * sin, y * cos - x * sin

    def _degrees(self, xy: Floats) -> Floats:
        lon, lat = self.to_lonlat.transform(xy[:, 0], xy[:, 1])
        return np.round(np.column_stack([lon, lat]), 7)

    def layer(self, name: str, items: list[tuple[Any, dict[str, Any]]]) -> None:
        """Write one GeoJSON file, one feature per line."""
        lines = [
            json.dumps(
                {
                    "type": "Feature",
                    "properties": fields,
                    "geometry": shapely.geometry.mapping(self.lonlat(shape)),
                },
                ensure_ascii=False,
                separators=(",", ":"),
            )
            for shape, fields in items
        ]
        head = json.dumps({"type": "FeatureCollection", "name": name, "description": self.about})
        text = head[:-1] + ', "features": [\n' + ",\n".join(lines) + "\n]}\n"
        (self.folder / f"{name}.geojson").write_bytes(text.encode("utf-8"))

    def text(self, name: str, words: str) -> None:
        """Write a text that names the seed."""
        (self.folder / name).write_bytes(words.format(seed=self.seed).encode("utf-8"))

    def table(self, name: str, header: list[str], records: list[list[Any]]) -> None:
        """Write one CSV file, replacing each point by its longitude and latitude."""
        path = self.folder / f"{name}.csv"
        with path.open("w", encoding="utf-8-sig", newline="") as handle:
            out = csv.writer(handle, lineterminator="\n")
            out.writerow(header)
            for record in records:
                cells: list[Any] = []
                for value in record:
                    if isinstance(value, Point):
                        spot = self.lonlat(value)
                        cells += [f"{spot.x:.7f}", f"{spot.y:.7f}"]
                    else:
                        cells.append(value)
                out.writerow(cells)
