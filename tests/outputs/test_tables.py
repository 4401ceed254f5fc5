"""Tables as files: figures, formulas, titles, styles."""

import csv
import sqlite3
import xml.etree.ElementTree as ET

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
from hypothesis import given
from hypothesis import strategies as st

import geoprio
from geoprio.outputs.quality.text import quality_markdown
from geoprio.outputs.tables import neutral, rounded, significant, write_csv
from geoprio.outputs.titles import column_title


@given(st.floats(-1e12, 1e12), st.integers(1, 12))
def test_significant_digits_against_python(value, digits):
    found = significant(np.array([value]), digits)[0]
    assert found == pytest.approx(float(f"{value:.{digits - 1}e}"), rel=2 * 10.0**-digits, abs=1e-279)


def test_significant_keeps_what_has_no_digits():
    assert significant(np.array([0.0, np.nan, np.inf]), 9).tolist()[::2] == [0.0, np.inf]


def test_figures_as_they_are_written():
    frame = gpd.GeoDataFrame(
        {"a_distance_m": [1.23456], "a_share": [1 / 3], "priority": [100 / 3], "x_contribution": [200 / 3], "n": [7]},
        geometry=gpd.points_from_xy([0], [0]),
    )
    out = rounded(frame)
    assert out["a_distance_m"].item() == 1.235
    assert out["a_share"].item() == 0.333333333
    assert out["priority"].item() == 33.333333333333
    assert frame["a_distance_m"].item() == 1.23456


def test_many_columns_stay_in_one_piece():
    columns = {f"c{i}": [float(i)] for i in range(300)} | {"name": ["东区"], "n": [1]}
    frame = gpd.GeoDataFrame(columns, geometry=gpd.points_from_xy([0], [0]), crs=32650)
    out = rounded(frame)
    pd.testing.assert_frame_equal(out, frame)
    # A frame in more than 100 pieces warns here, and a warning fails the test.
    assert out.reset_index().columns[0] == "index"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1"])
def test_formulas_are_neutralised(text):
    assert neutral(text) == "'" + text
    assert neutral("东区") == "东区"


def test_csv_numbers_stay_numbers_and_texts_are_safe(tmp_path):
    zones = gpd.GeoDataFrame(
        {"rank": pd.array([1, None], dtype="Int64"), "name": ["=HYPERLINK(1)", 'say "a,b"'],
         "eligible": pd.array([True, None], dtype="boolean"),
         "change": [-0.5, np.nan], "building_count": [3, 0]},
        index=pd.Index(["-z1", "z2"], name="zone_id"), geometry=gpd.points_from_xy([0, 1], [0, 1]),
    )  # fmt: skip
    path = tmp_path / "zones.csv"
    write_csv(zones, path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbfrank,name,zone_id,")
    with path.open(encoding="utf-8-sig", newline="") as file:
        first, second = csv.DictReader(file)
    assert first == {
        "rank": "1",
        "name": "'=HYPERLINK(1)",
        "zone_id": "'-z1",
        "eligible": "true",
        "change": "-0.5",
        "building_count": "3",
    }
    assert second == {
        "rank": "",
        "name": 'say "a,b"',
        "zone_id": "z2",
        "eligible": "",
        "change": "",
        "building_count": "0",
    }


def test_every_zone_column_has_titles(town):
    result = geoprio.run(town.write())
    for column in result.zones.columns.drop("geometry"):
        zh, en = column_title(column, ("convenience", "elder_care"))
        assert zh != column, column
        assert en, column


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    from conftest import Town

    town = Town(tmp_path_factory.mktemp("town"))
    town.zones.append(({"id": "park", "name": 'q"<&>'}, "Polygon", [[[0, 0], [1, 0], [1, 1], [0, 0]]]))
    x, y = town.zones[0][2][0][0]
    town.zones[2][2][0][:] = [[x, y + 500], [x + 50, y + 500], [x + 50, y + 550], [x, y + 500]]
    town.buildings.append(({"id": "dot"}, "Point", [x + 30, y + 100]))
    result = geoprio.run(town.write())
    return result, result.save(town.folder / "out", lang="en")


def test_geopackage_layers(saved):
    result, out = saved
    layers = dict(pyogrio.list_layers(out / "geoprio.gpkg"))
    assert set(layers) == {"zones", "buildings", "facilities", "streets", "rejects", "layer_styles"}
    zones = gpd.read_file(out / "geoprio.gpkg", layer="zones").set_index("zone_id")
    assert zones.crs == result.zones.crs
    assert zones.index.tolist() == result.zones.index.tolist()
    np.testing.assert_allclose(zones["priority"], result.zones["priority"], atol=1e-12)
    assert zones.loc["park", "score_status"] == "no_buildings"
    buildings = gpd.read_file(out / "geoprio.gpkg", layer="buildings")
    assert len(buildings) == len(result.buildings)
    assert "x" not in buildings


def test_geoparquet(saved):
    result, out = saved
    zones = gpd.read_parquet(out / "zones.parquet")
    assert zones.crs.to_epsg() == 4326
    assert zones.index.name == "zone_id"
    assert zones["rank"].dtype == "Int64"
    assert len(gpd.read_parquet(out / "buildings.parquet")) == len(result.buildings)
    assert gpd.read_parquet(out / "facilities.parquet").index.name == "facility_id"


def test_styles_are_found_by_qgis_and_name_every_field(saved):
    _, out = saved
    with sqlite3.connect(out / "geoprio.gpkg") as db:
        rows = db.execute(
            "SELECT f_table_name, f_table_schema, f_geometry_column, styleQML, useAsDefault FROM layer_styles"
        ).fetchall()
        contents = dict(db.execute("SELECT table_name, data_type FROM gpkg_contents").fetchall())
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert contents["layer_styles"] == "attributes"
    assert [r[0] for r in rows] == ["zones", "buildings", "facilities", "streets"]
    for table, schema, geometry, qml, default in rows:
        assert (schema, geometry, default) == ("", "geom", 1)
        style = ET.fromstring(qml.split("\n", 1)[1])  # noqa: S314 - our own text
        fields = pyogrio.read_info(out / "geoprio.gpkg", layer=table)["fields"].tolist()
        assert [a.get("field") for a in style.iter("alias")] == fields
        symbols = {s.get("name") for s in style.iter("symbol")}
        used = {r.get("symbol") for tag in ("range", "category") for r in style.iter(tag)}
        assert used <= symbols
    zones = ET.fromstring(rows[0][3].split("\n", 1)[1])  # noqa: S314 - likewise
    assert [r.get("label") for r in zones.iter("range")] == [
        "not scored",
        "0 – 20",
        "20 – 40",
        "40 – 60",
        "60 – 80",
        "80 – 100",
    ]
    assert {a.get("field"): a.get("name") for a in zones.iter("alias")}["priority"] == "priority (0-100)"


def test_the_report_is_text_whatever_the_names(saved):
    result, _ = saved
    report = result.quality | {"notes": [{"level": "info", "source": "<script>", "text": "a|b\n{{7*7}}`x`"}]}
    text = quality_markdown(report, "# 城 <b>", "zh")
    assert "<script>" not in text
    assert "\\`x\\`" in text
    assert "a\\|b \\{\\{7\\*7\\}\\}" in text
    assert text.startswith("# 数据质量报告: \\# 城 &lt;b&gt;")
