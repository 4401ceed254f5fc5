"""Vector files and CSV: the same rows from every format, and clear words for what cannot be read."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geoprio._core.errors import InputError
from geoprio._core.findings import Findings
from geoprio.sources import FacilitiesSpec, SourceSpec, read_layers
from geoprio.sources.tables import as_numbers, as_text, as_yes_no, matches

ROWS = gpd.GeoDataFrame(
    {"编号": ["a", "b", "c"], "level": [1, 2, 3]},
    geometry=gpd.points_from_xy([116.1, 116.2, 116.3], [40, 40, 40]),
    crs=4326,
)


def read(folder, name, findings=None, **spec):
    return read_layers({"zones": SourceSpec(path=name, **spec)}, folder, findings or Findings())["zones"]


@pytest.mark.parametrize("suffix", ["gpkg", "shp", "geojson", "fgb", "parquet"])
def test_every_format_gives_the_same_rows(tmp_path, suffix):
    path = tmp_path / f"rows.{suffix}"
    if suffix == "parquet":
        ROWS.to_parquet(path)
    else:
        ROWS.to_file(path, encoding="utf-8") if suffix == "shp" else ROWS.to_file(path)
    frame = read(tmp_path, path.name).sort_values("编号")
    assert frame["编号"].tolist() == ["a", "b", "c"]
    assert frame["level"].tolist() == [1, 2, 3]
    assert frame.crs.to_epsg() == 4326
    assert shapely.get_x(frame.geometry.to_numpy()).tolist() == [116.1, 116.2, 116.3]


def csv(folder, text, encoding="utf-8"):
    (folder / "rows.csv").write_bytes(text.encode(encoding))
    return folder


def test_csv_keeps_leading_zeros_and_rejects_bad_coordinates(tmp_path):
    csv(tmp_path, "code,lng,lat\n080402,116.1,40\n060200,somewhere,40\n060201,,40\n,inf,40\n")
    findings = Findings()
    frame = read(tmp_path, "rows.csv", findings, x="lng", y="lat", crs="EPSG:4326")
    assert frame["code"].tolist()[:3] == ["080402", "060200", "060201"]
    assert frame.geometry.isna().tolist() == [False, True, True, True]
    rejects = findings.rejects()
    assert rejects[["row", "column", "value"]].to_numpy().tolist() == [
        ["2", "lng", "somewhere"],
        ["3", "lng", ""],
        ["4", "lng", "inf"],
    ]


def test_csv_with_a_bom_and_in_gb18030(tmp_path):
    for encoding, spec in (("utf-8-sig", {}), ("gb18030", {"encoding": "gb18030"})):
        csv(tmp_path, "名称,x,y\n小店,116,40\n", encoding)
        assert read(tmp_path, "rows.csv", x="x", y="y", crs="EPSG:4326", **spec)["名称"].tolist() == ["小店"]


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({}, "a CSV needs x"),
        ({"x": "lgn", "y": "lat"}, r"x = 'lgn' is not a column \(did you mean 'lng'\?\)"),
        ({"x": "lng", "y": "lat"}, "no CRS is known"),
        ({"x": "lng", "y": "lat", "crs": "GCJ-77"}, "crs 'GCJ-77' is not known"),
        ({"x": "lng", "y": "lat", "crs": "EPSG:4326", "encoding": "ascii"}, "it is not ascii"),
        ({"x": "lng", "y": "lat", "crs": "EPSG:4326", "encoding": "klingon"}, "encoding 'klingon' is not known"),
        ({"x": "lng", "y": "lat", "crs": "EPSG:4326", "encoding": "a\0b"}, "is not known"),
        ({"x": "lng", "y": "lat", "crs": "EPSG:4326", "encoding": "rot13"}, "is not known"),
        ({"x": "name", "y": "lat", "crs": "EPSG:4326"}, "no row has numbers in 'name' and 'lat'"),
        ({"x": "lng", "y": "lat", "crs": "EPSG:4326", "where": {"nam": "x"}}, r"column 'nam' is not there"),
        ({"x": "lng", "y": "lat", "crs": "EPSG:4326", "where": {"name": "x"}}, "keeps none of 1 rows"),
    ],
)
def test_csv_settings_that_do_not_fit(tmp_path, spec, message):
    csv(tmp_path, "name,lng,lat\n店,116,40\n")
    with pytest.raises(InputError, match=message):
        read(tmp_path, "rows.csv", **spec)


@pytest.mark.parametrize(
    ("text", "message"), [("", "the file is empty"), ("a,b\n1,2,3\n", "not a table .*; mend the row")]
)
def test_csv_that_is_no_table(tmp_path, text, message):
    with pytest.raises(InputError, match=message):
        read(csv(tmp_path, text), "rows.csv", x="a", y="b", crs="EPSG:4326")


def test_the_content_is_checked_not_the_name(tmp_path):
    vrt = '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/etc/hosts</SrcDataSource></OGRVRTLayer>'
    (tmp_path / "rows.geojson").write_text(vrt, encoding="utf-8")
    with pytest.raises(InputError, match=r"content is not that of a \.geojson file"):
        read(tmp_path, "rows.geojson")


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("rows.vrt", b"<OGRVRTDataSource/>", "format '.vrt' is not read"),
        ("rows", b"", "format 'without suffix' is not read"),
        ("rows.geojson", b"", "the file is empty"),
        ("rows.geojson", b'{"type": "FeatureCollection", "features": []}', "the file is empty"),
        ("rows.geojson", b'{"type": "Feat', "cannot be read"),
        ("rows.gpkg", b"SQLite format 3\0 and no more", "cannot be read"),
        ("rows.parquet", b"PAR1", "not a GeoParquet file"),
        ("rows.parquet", b"PAR1" + b"x" * 99 + b"PAR1", "not a GeoParquet file"),
    ],
)
def test_files_that_cannot_be_read(tmp_path, name, data, message):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError, match=message):
        read(tmp_path, name)


def test_layers_of_a_geopackage(tmp_path):
    for layer in ("districts", "streets"):
        ROWS.to_file(tmp_path / "rows.gpkg", layer=layer)
    assert len(read(tmp_path, "rows.gpkg", layer="streets")) == 3
    with pytest.raises(InputError, match="it has the layers districts, streets; name one"):
        read(tmp_path, "rows.gpkg")
    with pytest.raises(InputError, match=r"layer 'street' is not there \(did you mean 'streets'\?\)"):
        read(tmp_path, "rows.gpkg", layer="street")


def test_no_crs_and_a_stated_one(tmp_path):
    ROWS.set_crs(None, allow_override=True).to_parquet(tmp_path / "rows.parquet")
    with pytest.raises(InputError, match="no CRS is known"):
        read(tmp_path, "rows.parquet")
    findings = Findings()
    ROWS.to_parquet(tmp_path / "rows.parquet")
    assert read(tmp_path, "rows.parquet", findings, crs="EPSG:4490").crs.to_epsg() == 4490
    assert "the latter is used" in findings.notes[0].text


def test_where_compares_texts_and_numbers():
    frame = pd.DataFrame({"t": ["a", " b ", None], "n": [1.0, 2.5, None], "i": [1, 2, 3]})
    assert matches(frame, {"t": ["b", "c"]}).tolist() == [False, True, False]
    assert matches(frame, {"t": "*"}).tolist() == [True, True, False]
    assert matches(frame, {"n": 1}).tolist() == [True, False, False]
    assert matches(frame, {"n": 2.5, "i": "2"}).tolist() == [False, True, False]
    assert matches(frame, {"t": "'; DROP TABLE zones; --"}).sum() == 0


def test_where_true_fits_booleans_of_every_format(tmp_path):
    frame = ROWS.assign(open=[True, False, True])
    frame.to_file(tmp_path / "rows.gpkg")
    frame.to_file(tmp_path / "rows.geojson")
    csv(tmp_path, "open,x,y\ntrue,116,40\nFALSE,116,40\n是,116,40\n")
    for name, spec in (("rows.gpkg", {}), ("rows.geojson", {}), ("rows.csv", {"x": "x", "y": "y", "crs": "EPSG:4326"})):
        assert len(read(tmp_path, name, where={"open": True}, **spec)) == 2, name
        assert len(read(tmp_path, name, where={"open": False}, **spec)) == 1, name
    assert len(read(tmp_path, "rows.gpkg", where={"open": "true"})) == 2


def test_long_ids_stay_whole_beside_a_missing_one(tmp_path):
    ids = pd.array([110108001002003001, 110108001002003002, None], dtype="Int64")
    ROWS.assign(id=ids).to_file(tmp_path / "rows.gpkg")
    assert as_text(read(tmp_path, "rows.gpkg")["id"]).tolist()[:2] == ["110108001002003001", "110108001002003002"]


def test_parquet_keeps_its_named_index(tmp_path):
    ROWS.set_index("编号").to_parquet(tmp_path / "rows.parquet")
    assert read(tmp_path, "rows.parquet")["编号"].tolist() == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("name", "spec", "idle"),
    [("rows.csv", {"layer": "l"}, "layer"), ("rows.gpkg", {"x": "x", "encoding": "gb18030"}, "x, encoding"),
     ("rows.osm", {"layer": "l"}, "layer")],
)  # fmt: skip
def test_settings_without_effect_are_refused(tmp_path, name, spec, idle):
    ROWS.to_file(tmp_path / "rows.gpkg")
    csv(tmp_path, "x,y\n1,2\n")
    (tmp_path / "rows.osm").write_text('<?xml version="1.0"?><osm version="0.6"></osm>', encoding="utf-8")
    with pytest.raises(InputError, match=f"{idle} has no meaning"):
        read_layers({"facilities[1]": FacilitiesSpec(category="convenience", path=name, **spec)}, tmp_path, Findings())


def test_an_empty_choice_is_refused():
    with pytest.raises(ValueError, match="keeps no row"):
        FacilitiesSpec(category="a", path="b", where={"c": []})


def test_texts_numbers_and_answers():
    findings = Findings()
    assert as_text(pd.Series([1.0, 2.5, None])).fillna("-").tolist() == ["1", "2.5", "-"]
    assert as_text(pd.Series([7, 8])).tolist() == ["7", "8"]
    assert as_text(pd.Series([" a ", "", None])).fillna("-").tolist() == ["a", "-", "-"]
    numbers = as_numbers(pd.Series(["6", "六", "-1", ""]), "buildings", "层数", findings)
    assert numbers.fillna(-9).tolist() == [6, -9, -9, -9]
    answers = as_yes_no(pd.Series(["是", "No", "perhaps", None]), "zones", "ok", findings)
    assert answers.isna().tolist() == [False, False, True, True]
    assert answers.tolist()[:2] == [True, False]
    assert findings.rejects()["value"].tolist() == ["六", "-1", "perhaps"]
