"""Files that hold the northing or latitude first, against their format: the message names the key, the key mends it."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from conftest import X, Y, collection

import geoprio
from geoprio._core.errors import InputError
from geoprio._core.findings import Findings
from geoprio.sources import BuildingsSpec, SourceSpec, ZonesSpec, read_layers, windows

LON, LAT = 117.001, 31.182
"""A place of the town in degrees."""


def flipped(features):
    return [(p, kind, np.asarray(at, float)[..., ::-1].tolist()) for p, kind, at in features]


def test_the_message_names_the_key_and_the_key_mends_it(town):
    straight = geoprio.check(town.write())
    town.streets, town.buildings = flipped(town.streets), flipped(town.buildings)
    with pytest.raises(InputError, match=r'x and y exchanged .* set axes = "yx"; in a table exchange the keys x and y'):
        geoprio.check(town.write())
    keys = {name: f'[{name}]\npath = "{name}.geojson"\naxes = "yx"\n' for name in ("streets", "buildings")}
    mended = geoprio.check(town.write(**keys))
    assert mended["city"] == straight["city"]
    assert sum('axes = "yx"' in n["text"] for n in mended["notes"]) == 2


@pytest.mark.parametrize("crs", ["EPSG:4326", "GCJ-02"])
def test_degrees_and_shifted_ones(tmp_path, crs):
    for name, at in (("a", [LON, LAT]), ("b", [LAT, LON])):
        (tmp_path / f"{name}.geojson").write_text(collection([({}, "Point", at)], 4326), encoding="utf-8")
    specs = {"a": SourceSpec(path="a.geojson", crs=crs), "b": SourceSpec(path="b.geojson", crs=crs, axes="yx")}
    layers = read_layers(specs, tmp_path, Findings())
    assert shapely.equals_exact(*(layers[name].geometry.iloc[0] for name in "ab"))


def test_formats_that_have_no_axes(tmp_path):
    (tmp_path / "a.csv").write_text(f"x,y\n{LON},{LAT}\n", encoding="utf-8")
    spec = SourceSpec(path="a.csv", x="x", y="y", crs="EPSG:4326", axes="yx")
    with pytest.raises(InputError, match="axes has no meaning for x and y of a table: exchange them"):
        read_layers({"shops": spec}, tmp_path, Findings())
    node = f'<node id="1" lat="{LAT}" lon="{LON}"/>'
    (tmp_path / "a.osm").write_text(f'<?xml version="1.0"?><osm version="0.6">{node}</osm>', encoding="utf-8")
    with pytest.raises(InputError, match="axes has no meaning for a OSM file"):
        read_layers({"zones": ZonesSpec(path="a.osm", where={"a": "b"}, axes="yx")}, tmp_path, Findings())


def rows(count=300):
    at = np.arange(count) * 10.0
    shapes = shapely.box(X + at, Y, X + at + 5, Y + 5)
    return gpd.GeoDataFrame({"id": np.arange(count).astype(str)}, geometry=shapes, crs=32650)


def windowed(folder, monkeypatch, **keys):
    """Read buildings of a file that is taken for a large one, near a zone at the town's corner."""
    monkeypatch.setattr(windows, "WINDOW_ROWS", 100)
    zone = gpd.GeoDataFrame(geometry=[shapely.box(X, Y, X + 100, Y + 100)], crs=32650)
    zone.to_file(folder / "zones.geojson")
    specs = {"zones": ZonesSpec(path="zones.geojson"), "buildings": BuildingsSpec(**keys)}
    return read_layers(specs, folder, Findings(), 100.0)["buildings"]


@pytest.mark.parametrize("suffix", ["gpkg", "parquet"])
def test_a_window_of_a_large_file_is_exchanged_too(tmp_path, monkeypatch, suffix):
    table = rows()
    table = table.set_geometry(
        gpd.GeoSeries(shapely.transform(table.geometry.to_numpy(), lambda xy: xy[:, ::-1]), crs=32650)
    )
    (table.to_parquet if suffix == "parquet" else table.to_file)(tmp_path / f"b.{suffix}")
    found = windowed(tmp_path, monkeypatch, path=f"b.{suffix}", axes="yx")
    assert 0 < len(found) < 300
    assert found.geometry.bounds.minx.min() == X


@pytest.mark.parametrize("suffix", ["gpkg", "parquet"])
@pytest.mark.parametrize(
    ("crs", "flip", "message"),
    [
        (32649, False, r"they would fit with crs = .EPSG:32650"),
        (32650, True, r"x and y exchanged .*set axes = .yx"),
        (4548, False, "check the CRS of both"),
    ],
)
def test_a_large_file_of_which_no_row_is_near_is_told_what_would_fit(tmp_path, monkeypatch, suffix, crs, flip, message):
    table = rows()
    if crs == 4548:
        table = table.translate(300_000, 300_000).to_frame("geometry").assign(id=table["id"])
    table = table.set_crs(crs, allow_override=True)
    if flip:
        shapes = shapely.transform(table.geometry.to_numpy(), lambda xy: xy[:, ::-1])
        table = table.set_geometry(gpd.GeoSeries(shapes, crs=crs))
    (table.to_parquet if suffix == "parquet" else table.to_file)(tmp_path / f"b.{suffix}")
    with pytest.raises(InputError, match=rf"none of 300 rows lies within reach of the zones; .*{message}"):
        windowed(tmp_path, monkeypatch, path=f"b.{suffix}")
