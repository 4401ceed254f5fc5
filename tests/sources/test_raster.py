"""Elevations: exact between the cells, nothing invented, and no file opened that the user did not name."""

import re
import zipfile
from types import SimpleNamespace

import numpy as np
import pytest
import rasterio
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS, Transformer
from rasterio.transform import Affine

from geoprio._core.errors import InputError, MissingError
from geoprio._core.findings import Findings
from geoprio.sources.grids import grid_crs
from geoprio.sources.raster import check_elevation, fill_gaps, sample_elevation

UTM = CRS("EPSG:32650")
X, Y = 500_000.0, 3_450_000.0
"""Upper left corner of the hand-made rasters; their cells are 10 m wide."""


def from_origin(x, y, width, height):
    return Affine(width, 0, x, 0, -height, y)


def write(path, cells, *, crs="EPSG:32650", transform=None, driver="GTiff", **profile):
    cells = np.asarray(cells)[None] if np.ndim(cells) == 2 else np.asarray(cells)
    count, height, width = cells.shape
    transform = from_origin(X, Y, 10, 10) if transform is None else transform
    settings = {"dtype": cells.dtype, "crs": crs, "transform": transform, **profile}
    with rasterio.open(path, "w", driver=driver, count=count, height=height, width=width, **settings) as raster:
        raster.write(cells)
    return path


def sample(folder, points, name="dem.tif", findings=None, crs=UTM):
    return sample_elevation(name, folder, np.array(points, float).reshape(-1, 2), crs, findings or Findings())


PLAIN = np.array([[1, 2, 3], [4, 5, 6]], "float32")


def test_between_the_centers_of_cells_and_at_the_rim(tmp_path):
    write(tmp_path / "dem.tif", PLAIN)
    centers = [(X + 5, Y - 5), (X + 25, Y - 15)]
    between = [(X + 10, Y - 5), (X + 5, Y - 10), (X + 10, Y - 10), (X + 12.5, Y - 7.5)]
    rim = [(X, Y), (X + 30, Y - 20), (X + 10, Y - 1)]
    outside = [(X - 0.01, Y - 5), (X + 5, Y + 0.01), (X + 30.01, Y - 5), (X + 5, Y - 20.01), (np.nan, Y), (1e9, 1e9)]
    z = sample(tmp_path, centers + between + rim + outside)
    assert z[:9].tolist() == [1, 6, 1.5, 2.5, 3, 2.5, 1, 6, 1.5]
    assert np.isnan(z[9:]).all()
    assert sample(tmp_path, []).shape == (0,)


def test_points_that_the_rasters_crs_does_not_know(tmp_path):
    write(tmp_path / "dem.tif", PLAIN)
    z = sample(tmp_path, [(117.00005, 31.184), (-63, 0), (0, 95)], crs=CRS("EPSG:4326"))
    assert np.isnan(z).tolist() == [False, True, True]


@given(st.tuples(*[st.floats(-2, 2)] * 3), st.lists(st.tuples(st.floats(5, 75), st.floats(5, 55)), min_size=1))
def test_a_plane_is_met_everywhere(tmp_path_factory, plane, places):
    folder = tmp_path_factory.mktemp("plane")
    a, b, c = plane
    col, row = np.meshgrid(np.arange(8) * 10 + 5, np.arange(6) * 10 + 5)
    write(folder / "dem.tif", a + b * col + c * row)
    offset = np.array(places)
    expected = a + b * offset[:, 0] + c * offset[:, 1]
    np.testing.assert_allclose(sample(folder, [X, Y] + offset * [1, -1]), expected, atol=1e-6)


def test_a_rotated_raster(tmp_path):
    # The columns run to the north-east, the rows to the south-east.
    write(tmp_path / "dem.tif", PLAIN, transform=Affine(8, 6, X, 6, -8, Y))
    at = [(X + 8 * col + 6 * row, Y + 6 * col - 8 * row) for col, row in ((0.5, 0.5), (2.5, 1.5), (1, 1))]
    np.testing.assert_allclose(sample(tmp_path, at), [1, 6, 3], atol=1e-6)
    assert np.isnan(sample(tmp_path, [at[0], (X + 1, Y - 15)])[1])


def test_only_the_tiles_with_points_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr("geoprio.sources.raster.TILE", 2)
    cells = np.arange(63, dtype="float64").reshape(7, 9)
    write(tmp_path / "dem.tif", cells)
    col, row = np.meshgrid(np.arange(0.5, 9, 0.25), np.arange(0.5, 7, 0.25))
    z = sample(tmp_path, np.column_stack((X + 10 * col.ravel(), Y - 10 * row.ravel())))
    expected = np.clip(col - 0.5, 0, 8) + 9 * np.clip(row - 0.5, 0, 6)
    np.testing.assert_allclose(z, expected.ravel())
    windows = []
    monkeypatch.setattr("geoprio.sources.raster._window", lambda *a: windows.append(a[1:3]) or (np.ones((3, 3)), False))
    sample(tmp_path, [(X + 45, Y - 5), (X + 46, Y - 6)])
    assert windows == [(4, 0)]


@pytest.mark.parametrize(
    ("kind", "nodata", "hole", "warned"),
    [
        ("int16", -32768, -32768, False),
        ("int16", None, -32768, True),
        ("float32", -3.4028234663852886e38, -3.4028234663852886e38, False),
        ("float64", None, 1e300, True),
        ("float32", None, np.inf, True),
        ("float32", None, np.nan, False),
        ("float32", np.nan, np.nan, False),
        ("uint8", 255, 255, False),
        ("int32", -9999, -9999, False),
    ],
)
def test_cells_without_data(tmp_path, kind, nodata, hole, warned):
    cells = np.full((2, 3), 7.0)
    cells[0, 2] = hole
    write(tmp_path / "dem.tif", cells.astype(kind), nodata=nodata)
    findings = Findings()
    # In the hole, half a cell beside it, and where it has no weight.
    z = sample(tmp_path, [(X + 25, Y - 5), (X + 20, Y - 5), (X + 15, Y - 5), (X + 25, Y - 15)], findings=findings)
    assert np.isnan(z).tolist() == [True, True, False, False]
    assert z[2:].tolist() == [7, 7]
    assert [n.source for n in findings.warnings] == ["elevation"] * warned


def test_of_several_bands_the_first_and_it_is_said(tmp_path):
    write(tmp_path / "dem.tif", np.stack([PLAIN, PLAIN + 100]))
    findings = Findings()
    assert sample(tmp_path, [(X + 5, Y - 5)], findings=findings).tolist() == [1]
    assert "2 bands: the first is taken" in findings.notes[0].text
    assert findings.sources[0]["role"] == "elevation"
    assert findings.sources[0]["crs"] == "EPSG:32650"


def test_scale_and_offset_of_the_band(tmp_path):
    write(tmp_path / "dem.tif", PLAIN.astype("int16"))
    with rasterio.open(tmp_path / "dem.tif", "r+") as raster:
        raster.scales, raster.offsets = (0.1,), (-2.0,)
    np.testing.assert_allclose(sample(tmp_path, [(X + 25, Y - 15)]), [6 * 0.1 - 2])


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:32650+5773"])
def test_a_raster_in_another_crs(tmp_path, crs):
    if "+" not in crs:
        write(tmp_path / "dem.tif", PLAIN, crs=crs, transform=from_origin(117, 31.2, 0.001, 0.001))
        x, y = Transformer.from_crs(crs, UTM, always_xy=True).transform(117.0005, 31.1995)
    else:
        write(tmp_path / "dem.tif", PLAIN, crs=crs)
        x, y = X + 5, Y - 5
    np.testing.assert_allclose(sample(tmp_path, [(x, y)]), [1], atol=1e-6)


def test_the_content_decides_not_the_name(tmp_path):
    write(tmp_path / "dem.dat", PLAIN, driver="GTiff")
    assert sample(tmp_path, [(X + 5, Y - 5)], "dem.dat").tolist() == [1]
    grid = f"ncols 3\nnrows 2\nxllcorner {X}\nyllcorner {Y - 20}\ncellsize 10\nNODATA_value -9999\n1 2 3\n4 5 -9999\n"
    (tmp_path / "dem.asc").write_text(grid)
    with pytest.raises(InputError, match=r"dem\.asc: no CRS is known; save the raster with its CRS"):
        check_elevation("dem.asc", tmp_path)
    (tmp_path / "dem.prj").write_text(UTM.to_wkt("WKT1_ESRI"))
    z = sample(tmp_path, [(X + 5, Y - 5), (X + 25, Y - 15)], "dem.asc")
    assert z[0] == 1
    assert np.isnan(z[1])


VRT = (
    '<VRTDataset rasterXSize="3" rasterYSize="2"><SRS>EPSG:32650</SRS><GeoTransform>500000,10,0,3450000,0,-10'
    '</GeoTransform><VRTRasterBand dataType="Float32" band="1"><SimpleSource><SourceFilename>{}</SourceFilename>'
    "</SimpleSource></VRTRasterBand></VRTDataset>"
)


def test_a_raster_that_names_other_files_is_refused(tmp_path):
    secret = write(tmp_path / "secret.tif", PLAIN)
    (tmp_path / "dem.tif").write_text(VRT.format(secret))
    with rasterio.open(tmp_path / "dem.tif") as raster:
        assert raster.driver == "VRT"
    with pytest.raises(InputError, match=r"dem\.tif: the content is not that of a raster that is read; use \.tif"):
        sample(tmp_path, [(X + 5, Y - 5)])


def test_files_beside_the_raster_are_not_opened(tmp_path):
    secret = write(tmp_path / "secret.tif", PLAIN)
    write(tmp_path / "dem.tif", PLAIN)
    (tmp_path / "dem.tif.ovr").write_text(VRT.format(secret))
    (tmp_path / "dem.tif.aux.xml").write_text(
        '<PAMDataset><PAMRasterBand band="1"><NoDataValue>1</NoDataValue></PAMRasterBand></PAMDataset>'
    )
    with rasterio.open(tmp_path / "dem.tif") as raster:
        assert raster.nodata == 1
        assert str(secret) in raster.files
    assert sample(tmp_path, [(X + 5, Y - 5)]).tolist() == [1]


@pytest.mark.parametrize(
    ("path", "error", "message"),
    [
        ("https://example.org/dem.tif", InputError, "not a local file"),
        ("/vsicurl/example.org/dem.tif", InputError, "not a local file"),
        ("/vsizip/a.zip/dem.tif", InputError, "not a local file"),
        ("none.tif", MissingError, r"\[elevation\]: file 'none.tif' is not there"),
    ],
)
def test_paths_that_are_not_read(tmp_path, path, error, message):
    with pytest.raises(error, match=message):
        check_elevation(path, tmp_path)


def test_rasters_without_a_place(tmp_path):
    write(tmp_path / "dem.tif", PLAIN, crs=None)
    with pytest.raises(InputError, match=r"\[elevation\] dem\.tif: no CRS is known; save the raster with its CRS"):
        check_elevation("dem.tif", tmp_path)
    with pytest.warns(rasterio.errors.NotGeoreferencedWarning):
        write(tmp_path / "dem.tif", PLAIN, transform=Affine.identity())
    with pytest.raises(InputError, match="does not say where its cells lie"):
        check_elevation("dem.tif", tmp_path)
    local = 'LOCAL_CS["site",UNIT["metre",1],AXIS["Easting",EAST],AXIS["Northing",NORTH]]'
    write(tmp_path / "dem.tif", PLAIN, crs=local)
    with pytest.raises(InputError, match=r"its CRS '.*' has no place on Earth"):
        sample(tmp_path, [(X, Y)])


def test_a_crs_that_proj_does_not_know():
    """GDAL and pyproj may carry tables of different age."""
    raster = SimpleNamespace(crs=SimpleNamespace(to_wkt=lambda: "PROJCRS[of tomorrow]"))
    with pytest.raises(InputError, match=r"dem\.tif: its CRS is not known to PROJ; save it in another"):
        grid_crs(raster, "dem.tif", "elevation")


def test_cells_that_are_no_metres(tmp_path):
    write(tmp_path / "dem.tif", PLAIN)
    with rasterio.open(tmp_path / "dem.tif", "r+") as raster:
        raster.units = ("US survey foot",)
    with pytest.raises(InputError, match="it is in 'US survey foot', not metres; convert it"):
        check_elevation("dem.tif", tmp_path)
    write(tmp_path / "dem.tif", PLAIN.astype("complex64"))
    with pytest.raises(InputError, match="complex64 and no plain numbers"):
        check_elevation("dem.tif", tmp_path)


@pytest.mark.parametrize("data", [b"", b"II*\0", b"II*\0" + b"\xff" * 200, b"not a raster", b"ncols x\nnrows y\n"])
def test_files_that_cannot_be_read(tmp_path, data):
    (tmp_path / "dem.tif").write_bytes(data)
    with pytest.raises(InputError, match=r"dem\.tif: (cannot be read|the content is not)"):
        check_elevation("dem.tif", tmp_path)


def test_a_raster_cut_short(tmp_path):
    path = write(tmp_path / "dem.tif", np.random.default_rng(1).random((200, 200)))
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(InputError, match="cells cannot be read; the file is broken"):
        sample(tmp_path, [(X + 1000, Y - 1990)])


def test_no_point_on_the_raster_names_both_extents(tmp_path):
    write(tmp_path / "dem.tif", PLAIN, crs="EPSG:4326", transform=from_origin(7, 44, 0.1, 0.1))
    message = "no street node has an elevation; it covers longitude 7.0000 to 7.3000, latitude 43.8000 to 44.0000, "
    with pytest.raises(InputError, match=re.escape(message) + r"the streets longitude 117.0000 to 117.0\d+, latitude"):
        sample(tmp_path, [(X, Y), (X + 1000, Y)])


def tile(corner="N43E007", side=1201):
    """Return an SRTM tile as bytes: the column's number in every row, no data in the first column."""
    cells = np.tile(np.arange(side, dtype=">i2"), (side, 1))
    cells[:, 0] = -32768
    return f"{corner}.hgt", cells.tobytes()


def zipped(path, *members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return path


@pytest.mark.parametrize("name", ["N43E007.hgt", "N43E007.hgt.zip", "any.zip"])
def test_srtm_tiles_plain_and_zipped(tmp_path, name):
    if name.endswith(".hgt"):
        (tmp_path / name).write_bytes(tile()[1])
    else:
        zipped(tmp_path / name, ("readme.txt", b"hello"), tile())
    degrees = CRS("EPSG:4326")
    z = sample(tmp_path, [(7.5, 43.5), (7.0, 43.5), (8.0, 44.0), (6.9, 43.5)], name, crs=degrees)
    np.testing.assert_allclose(z[[0, 2]], [600, 1200], atol=1e-6)
    assert np.isnan(z[[1, 3]]).all()


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ([], "holds 0 .hgt files instead of one; unzip it"),
        ([tile(), tile("N43E008")], "holds 2 .hgt files"),
        ([("../../N43E007.hgt", tile()[1])], r"'\.\./\.\./N43E007\.hgt' is not the name of an SRTM tile"),
        ([("/etc/N43E007.hgt", tile()[1])], "is not the name of an SRTM tile"),
        ([("dem.hgt", tile()[1])], "name it after its lower left corner, such as N43E007.hgt"),
        ([("N43E007.hgt", b"12")], "has not the size of an SRTM tile"),
        ([("N43E007.hgt", bytes(2 * 3601 * 3601 + 2))], "has not the size of an SRTM tile"),
    ],
)
def test_hostile_and_broken_zips(tmp_path, members, message):
    zipped(tmp_path / "dem.hgt.zip", *members)
    with pytest.raises(InputError, match=message):
        check_elevation("dem.hgt.zip", tmp_path)
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["dem.hgt.zip"]


def test_zips_that_are_none(tmp_path):
    (tmp_path / "dem.hgt.zip").write_bytes(b"PK\3\4 and no more")
    with pytest.raises(InputError, match="not a readable zip file"):
        check_elevation("dem.hgt.zip", tmp_path)
    path = zipped(tmp_path / "dem.hgt.zip", tile())
    whole = bytearray(path.read_bytes())
    whole[60:90] = bytes(30)
    path.write_bytes(bytes(whole))
    with pytest.raises(InputError, match="not a readable zip file"):
        check_elevation("dem.hgt.zip", tmp_path)


def test_a_tile_of_another_size_or_name(tmp_path):
    (tmp_path / "N43E007.hgt").write_bytes(b"12")
    with pytest.raises(InputError, match="has not the size of an SRTM tile; download it again"):
        check_elevation("N43E007.hgt", tmp_path)
    (tmp_path / "dem.hgt").write_bytes(tile()[1])
    with pytest.raises(InputError, match=r"'dem\.hgt' is not the name of an SRTM tile"):
        check_elevation("dem.hgt", tmp_path)


def test_gaps_are_filled_from_the_nearest_node():
    xy = np.column_stack((np.arange(40.0), np.zeros(40)))
    z = np.arange(40.0)
    z[[0, 20]] = np.nan
    given_z = z.copy()
    findings = Findings()
    filled = fill_gaps(z, xy, findings)
    assert filled[0] == 1
    assert filled[20] in {19, 21}
    assert np.isfinite(filled).all()
    np.testing.assert_array_equal(z, given_z)
    assert [(n.level, n.source) for n in findings.notes] == [("info", "elevation")]
    assert "2 of 40 street nodes have no elevation" in findings.notes[0].text


def test_many_gaps_are_a_warning_and_none_is_silent():
    xy = np.column_stack((np.arange(10.0), np.zeros(10)))
    findings = Findings()
    z = np.arange(10.0)
    assert fill_gaps(z, xy, findings).tolist() == z.tolist()
    assert not findings.notes
    z[5:] = np.nan
    assert fill_gaps(z, xy, findings)[5:].tolist() == [4] * 5
    assert "5 of 10 street nodes" in findings.warnings[0].text
    with pytest.raises(InputError, match="none of 10 street nodes has an elevation; check the raster"):
        fill_gaps(np.full(10, np.nan), xy, findings)


@pytest.mark.realdata
def test_monaco(real_data):
    """The harbor lies at the sea, the Jardin Exotique some hundred metres above it."""
    lonlat = np.array([(7.4246, 43.7347), (7.4133, 43.7313), (7.4010, 43.7449)])
    z = sample(real_data / "monaco", lonlat, "N43E007.hgt.zip", crs=CRS("EPSG:4326"))
    assert -3 <= z[0] < 20
    assert 70 < z[1] < 180
    assert z[2] > 400


@pytest.mark.realdata
def test_porto_alegre(real_data):
    findings = Findings()
    lonlat = np.array([(-51.2287, -30.0277), (-51.2546, -29.9978), (-51.0, -30.0)])
    z = sample(real_data / "rasters", lonlat, "poa_elevation.tif", findings, CRS("EPSG:4326"))
    assert (z[:2] >= 0).all()
    assert (z[:2] < 120).all()
    assert np.isnan(z[2])
