"""Fixtures that several tests share."""

import json
import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "data" / "example" / "project.toml"


def required(what: str) -> bool:
    """Return whether a missing `what` is a failure instead of a skip."""
    return what in os.environ.get("GEOPRIO_REQUIRE", "").split(",")


def missing(what: str, reason: str) -> None:
    """Skip, or fail where GEOPRIO_REQUIRE lists `what`."""
    if required(what):
        pytest.fail(f"GEOPRIO_REQUIRE lists {what}: {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def real_data() -> Path:
    folder = os.environ.get("GEOPRIO_REAL_DATA")
    if not folder or not Path(folder).is_dir():
        missing("realdata", "GEOPRIO_REAL_DATA names no folder with the real cities")
    return Path(folder)


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import sync_playwright

    chromium = Path(os.environ.get("GEOPRIO_CHROMIUM", "/usr/bin/chromium"))
    if not chromium.exists():
        missing("browser", f"no Chromium at {chromium}; install it or set GEOPRIO_CHROMIUM")
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium), args=[*quiet, "--disable-sync"])
        yield browser
        browser.close()


def square(x: float, y: float, side: float) -> list[list[list[float]]]:
    """Return the ring of a square with its lower left corner at x, y."""
    return [[[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]]


def collection(features: list[tuple[dict, str, list]], crs: int = 32650) -> str:
    """Return a GeoJSON text in a projected CRS of features (properties, geometry type, coordinates)."""
    return json.dumps(
        {
            "type": "FeatureCollection",
            "crs": {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{crs}"}},
            "features": [
                {"type": "Feature", "properties": p, "geometry": {"type": t, "coordinates": c} if t else None}
                for p, t, c in features
            ],
        },
        ensure_ascii=False,
    )


X, Y = 500_000.0, 3_450_000.0
"""Lower left corner of the little town, EPSG:32650."""


class Town:
    """A little town as files: two zones side by side, a street through both, houses, one shop, no nursery.

    Tests change its parts and write it again.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.zones = [
            ({"id": "west", "name": "西区"}, "Polygon", square(X, Y, 400)),
            ({"id": "east", "name": "东区"}, "Polygon", square(X + 400, Y, 400)),
        ]
        self.streets = [
            (
                {"kind": "main"},
                "LineString",
                [[X, Y + 200], [X + 400, Y + 200], [X + 800, Y + 200], [X + 2000, Y + 200]],
            )
        ]
        self.buildings = [
            ({"id": f"h{i}", "use": "residential"}, "Polygon", square(X + 50 + 100 * i, Y + 210, 10)) for i in range(8)
        ]
        self.shops = [({"id": "s1", "name": "小店"}, "Point", [X + 100, Y + 195])]
        self.homes = [({"id": "e1", "name": "颐养院"}, "Point", [X + 700, Y + 205])]
        self.text = {
            "zones": '[zones]\npath = "zones.geojson"\n',
            "buildings": '[buildings]\npath = "buildings.geojson"\n',
            "streets": '[streets]\npath = "streets.geojson"\n',
            "shops": '[[facilities]]\ncategory = "convenience"\npath = "shops.geojson"\n',
            "homes": '[[facilities]]\ncategory = "elder_care"\npath = "homes.geojson"\n',
        }

    def write(self, extra: str = "", **changed: str) -> Path:
        """Write the files and the project file; return the latter."""
        for name in ("zones", "streets", "buildings", "shops", "homes"):
            (self.folder / f"{name}.geojson").write_text(collection(getattr(self, name)), encoding="utf-8")
        project = self.folder / "project.toml"
        project.write_text("\n".join({**self.text, **changed}.values()) + extra, encoding="utf-8")
        return project


@pytest.fixture
def town(tmp_path: Path) -> Town:
    folder = tmp_path / "town"
    folder.mkdir()
    return Town(folder)
