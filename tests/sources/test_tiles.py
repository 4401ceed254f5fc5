"""A raster of people in tiles: together they are the raster, and what is none of it is refused."""

import numpy as np
import pytest
import shapely
from people_city import city_of
from people_rasters import AREA, PLAIN, UTM, X, Y, spec_of, write
from pydantic import ValidationError
from rasterio.transform import Affine

from geoprio._core.errors import InputError
from geoprio._core.findings import Findings
from geoprio.city.population import add_population
from geoprio.sources import PopulationSpec
from geoprio.sources.population import check_population, read_people

WHOLE = np.random.default_rng(4).uniform(0, 9, (6, 8)).astype("float32")
PARTS = {"nw": (0, 3, 0, 5), "ne": (0, 3, 5, 8), "sw": (3, 6, 0, 5), "se": (3, 6, 5, 8)}
"""First and last row, first and last column of each tile."""


def at(col, row):
    return Affine(100, 0, X + 100 * col, 0, -100, Y - 100 * row)


def tiles(folder, *names):
    for name in names or PARTS:
        top, bottom, left, right = PARTS[name]
        write(folder / f"{name}.tif", WHOLE[top:bottom, left:right], transform=at(left, top))
    return [f"{name}.tif" for name in names or PARTS]


def town():
    """Return homes on seams and corners of the tiles, within the raster and a little beyond."""
    rng = np.random.default_rng(7)
    x, y = rng.uniform(X - 50, X + 850, 60), rng.uniform(Y - 650, Y + 50, 60)
    seams = shapely.box(
        [X + 480, X + 495, X + 100], [Y - 310, Y - 120, Y - 320], [X + 530, X + 505, X + 130], [Y - 280] * 3
    )
    return city_of([*shapely.box(x, y, x + 30, y + 30), *seams], shapely.box(X - 100, Y - 700, X + 900, Y + 100))


def test_tiles_place_the_same_people_as_the_whole(tmp_path):
    write(tmp_path / "whole.tif", WHOLE)
    whole = add_population(town(), spec_of(path="whole.tif"), tmp_path, Findings())
    findings = Findings()
    parts = add_population(town(), spec_of(path=tiles(tmp_path)), tmp_path, findings)
    np.testing.assert_allclose(parts.buildings["population"], whole.buildings["population"], rtol=1e-12)
    figures, expected = (c.people["columns"]["population"] for c in (parts, whole))
    assert figures["total"] == pytest.approx(float(WHOLE.sum(dtype=float)), rel=1e-9)
    for name in ("total", "placed", "moved", "unplaced"):
        assert figures[name] == pytest.approx(expected[name], rel=1e-9)
    assert "4 tiles of one raster" in [n.text for n in findings.notes]


def test_tiles_beyond_the_study_are_left_out_and_said(tmp_path):
    names = tiles(tmp_path)
    findings = Findings()
    found = read_people("population", spec_of(path=names), tmp_path, AREA, UTM, findings)
    assert [c.people.shape for c in found] == [(2, 3)]
    assert "4 tiles of one raster, 3 of them beyond the study" in [n.text for n in findings.notes]
    far = shapely.box(X + 90_000, Y, X + 90_100, Y + 100)
    with pytest.raises(InputError, match="no cell lies in the study; it covers longitude"):
        read_people("population", spec_of(path=names), tmp_path, far, UTM, Findings())


@pytest.mark.parametrize(
    ("place", "crs", "message"),
    [
        (at(2, 1), "EPSG:32650", r"a.tif and b.tif overlap by 1 × 1 cells: people there would count twice"),
        (at(0, 0), "EPSG:32650", r"overlap by 3 × 2 cells"),
        (at(3.5, 0), "EPSG:32650", "are no tiles of one grid"),
        (Affine(50, 0, X + 300, 0, -50, Y), "EPSG:32650", "are no tiles of one grid"),
        (at(3, 0), "EPSG:32651", "are no tiles of one grid"),
    ],
)
def test_files_that_are_no_tiles(tmp_path, place, crs, message):
    write(tmp_path / "a.tif")
    write(tmp_path / "b.tif", transform=place, crs=crs)
    spec = spec_of(path=["a.tif", "b.tif"])
    with pytest.raises(InputError, match=message):
        check_population(spec, tmp_path)
    with pytest.raises(InputError, match=message):
        read_people("population", spec, tmp_path, AREA, UTM, Findings())


def test_tiles_that_touch_do_not_overlap(tmp_path):
    write(tmp_path / "a.tif")
    # As single precision writes it: off by a thousandth of a cell.
    write(tmp_path / "b.tif", PLAIN, transform=Affine(100, 0, X + 299.9, 0, -100, Y))
    check_population(spec_of(path=["a.tif", "b.tif"]), tmp_path)


def test_the_keys():
    assert spec_of(path=["a.tif", "b.tif"]) == spec_of(path="a.tif", tiles=["b.tif"])
    assert spec_of(path=["a.tif", "b.tif"]).files == ("a.tif", "b.tif")
    assert spec_of(path=["a.tif"]) == spec_of(path="a.tif")
    schema = PopulationSpec.model_json_schema()["properties"]["path"]
    assert [kind["type"] for kind in schema["anyOf"]] == ["string", "array"]
    for keys, message in (
        ({"path": ["a.tif", "b.tif"], "tiles": ["c.tif"]}, "and not in both"),
        ({"path": ["a.geojson", "b.geojson"], "total": "n"}, "only a raster has tiles"),
        ({"tiles": ["a.tif"], "persons_per_dwelling": 2.5}, "only a raster has tiles"),
        ({"path": []}, "give path, groups"),
        ({"path": "a.tif", "axes": "yx"}, "axes has no meaning here"),
        ({"path": ["a.tif", 5]}, "valid string"),
    ):
        with pytest.raises(ValidationError, match=message):
            spec_of(**keys)
