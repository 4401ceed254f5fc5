"""Buildings of every schema: use, floors from heights, values that cannot be true, footprints that overlap."""

import geopandas as gpd
import geopandas.testing
import numpy as np
import pandas as pd
import pytest
import shapely
from conftest import X, Y, square
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pyproj import CRS
from shapely import affinity
from test_build import build

from geoprio._core.errors import InputError
from geoprio._core.findings import Findings
from geoprio.city import buildings
from geoprio.city.buildings import building_table
from geoprio.city.footprints import checked_footprints, find_faults
from geoprio.sources import BuildingsSpec, read_layers, windows

UTM = CRS("EPSG:32650")


def table(columns, findings=None, path="b.parquet", **spec):
    """Return the buildings of a file with these columns, one house for each value."""
    n = len(next(iter(columns.values())))
    boxes = [shapely.box(X + 20 * i, Y, X + 20 * i + 10, Y + 10) for i in range(n)]
    raw = gpd.GeoDataFrame(columns, geometry=boxes, crs=UTM).set_axis(pd.RangeIndex(1, n + 1))
    return building_table(raw, BuildingsSpec(path=path, **spec), UTM, findings or Findings())


def texts(findings, level=None):
    return " | ".join(n.text for n in findings.notes if level in {None, n.level})


def plain(values):
    return [None if pd.isna(v) else v for v in values]


# ------------------------------------------------------------------------------------------------------------- schemas


def test_overture():
    findings = Findings()
    found = table(
        {
            "id": ["a", "b", "c", "d", "e", "f"],
            "subtype": ["residential", None, "commercial", None, None, "residential"],
            "class": ["semi", "apartments", None, None, "garage", "house"],
            "num_floors": [6.0, None, None, None, None, None],
            "height": [30.0, 17.0, 9.2, None, 1.0, 3.0],
            "is_underground": [False, None, None, None, None, True],
        },
        findings,
    )
    assert found.index.tolist() == ["a", "b", "c", "d", "e", "f"]
    assert found["use"].tolist() == ["residential", "residential", "other", "unknown", "other", "other"]
    assert plain(found["floors"]) == [6, 6, 3, None, None, 1]
    assert found["floors_assumed"].tolist() == [False, True, True, False, False, True]
    assert "Overture buildings, found by the columns: use = subtype / class, floors = num_floors" in texts(findings)
    assert "floors of 3 of 6 buildings come from their height, 3 m for a floor" in texts(findings)
    assert findings.rejects()[["row", "column", "value", "reason"]].to_numpy().tolist() == [
        ["5", "height", "1", "below 2, which is not plausible; taken as missing"]
    ]


def test_microsofts_minus_one_is_not_known():
    findings = Findings()
    found = table({"height": [-1.0, 18.2, -1.0], "confidence": [-1.0, 0.9, 0.4]}, findings, min_confidence=0.5)
    assert plain(found["floors"]) == [None, 6]
    assert findings.rejects().empty
    assert "1 of 3 footprints have a confidence below 0.5: left out" in texts(findings)
    assert found["use"].tolist() == ["unknown", "unknown"]


def test_google_open_buildings_as_csv_with_shapes(tmp_path):
    rows = [
        "latitude,longitude,area_in_meters,confidence,geometry,full_plus_code",
        '0.5,10.5,100,0.71,"POLYGON((10.5 0.5, 10.5001 0.5, 10.5001 0.5001, 10.5 0.5001, 10.5 0.5))",6FG2',
        '0.5,10.6,100,0.91,"POLYGON((10.6 0.5, 10.6001 0.5",6FG3',
        '0.5,10.7,100,0.81,"MULTIPOLYGON(((10.7 0.5, 10.7001 0.5, 10.7001 0.5001, 10.7 0.5001, 10.7 0.5)))",6FG4',
    ]
    (tmp_path / "g.csv").write_text("\n".join(rows), encoding="utf-8")
    spec = BuildingsSpec(path="g.csv", crs="EPSG:4326")
    findings = Findings()
    raw = read_layers({"buildings": spec}, tmp_path, findings)["buildings"]
    found = building_table(raw, spec, CRS("EPSG:32632"), findings)
    assert found.geometry.area.round(-1).tolist() == [120, 120]
    assert findings.rejects()["reason"].tolist()[0] == "not a shape as WKT"
    assert "Google Open Buildings, found by the columns" in texts(findings)
    assert "confidence 0.71 to 0.91, median 0.81" in texts(findings)
    with pytest.raises(InputError, match="no CRS is known"):
        read_layers({"buildings": BuildingsSpec(path="g.csv")}, tmp_path, Findings())


def test_a_cadastre_with_codes_and_storeys_above_ground():
    findings = Findings()
    found = table(
        {
            "ZRZH": ["1", "2", "3"],
            "GHYT": [11, 20, 13],
            "ZCS": [7, 3, 5],
            "DSCS": [6, None, 5],
            "JZWGD": [18.5, 12.0, None],
            "JGRQ": ["1985-06-01", "19901231", "2008年"],
            "ZTS": [24, 0, None],
        },
        findings,
        path="b.shp",
    )
    assert found["use"].tolist() == ["residential", "other", "residential"]
    assert found["floors"].tolist() == [6, 3, 5]
    assert not found["floors_assumed"].any()
    assert found["year_built"].tolist() == [1985, 1990, 2008]
    assert plain(found["dwellings"]) == [24, 0, None]
    assert "a cadastre's buildings (自然幢), found by the columns: use = GHYT, floors = DSCS / ZCS" in texts(findings)
    assert "not verified" in texts(findings)


def test_chinese_names_by_the_table_of_aliases():
    findings = Findings()
    columns = {"用途": ["住宅"], "层数": ["六层"], "建成年代": ["80年代"], "户数": ["36户"], "楼高": ["17.5米"]}
    found = table(columns, findings)
    assert found.loc["b1", ["use", "floors", "year_built", "dwellings"]].tolist() == ["residential", 6, 1984, 36]
    assert "columns of usual names, found by the columns: " in texts(findings)
    assert "column 建成年代: 1 values, such as '80年代', name no one number: their middle" in texts(findings)
    assert "floors" not in table(columns, profile="none")


def test_osm_tags_in_a_table_and_heights_with_units():
    columns = {"osm_id": ["1", "2", "3"], "building": ["apartments", "yes", "retail"], "height": ["21", "12 m", "40'"]}
    findings = Findings()
    found = table(columns, findings)
    assert found["use"].tolist() == ["residential", "unknown", "other"]
    assert plain(found["floors"]) == [7, 4, None]
    assert findings.rejects()["value"].tolist() == ["40'"]


def test_an_osm_file_gives_floors_of_heights(tmp_path):
    nodes = "".join(
        f'<node id="{i}" version="1" lon="{116 + x / 1e4}" lat="{40 + y / 1e4}"/>'
        for i, (x, y) in enumerate([(0, 0), (1, 0), (1, 1), (0, 1)], 1)
    )
    ways = "".join(
        f'<way id="{i}" version="1">{"".join(f"<nd ref={chr(34)}{r}{chr(34)}/>" for r in (1, 2, 3, 4, 1))}'
        f'<tag k="building" v="yes"/>{tag}</way>'
        for i, tag in enumerate(('<tag k="height" v="9.1"/>', '<tag k="building:levels" v="5"/>'), 11)
    )
    (tmp_path / "m.osm").write_text(f'<?xml version="1.0"?><osm version="0.6">{nodes}{ways}</osm>', encoding="utf-8")
    spec = BuildingsSpec(path="m.osm")
    findings = Findings()
    found = building_table(read_layers({"buildings": spec}, tmp_path, findings)["buildings"], spec, UTM, findings)
    assert found["floors"].to_dict() == {"w11": 3, "w12": 5}
    assert found["floors_assumed"].to_dict() == {"w11": True, "w12": False}
    with pytest.raises(InputError, match="no meaning for an OSM file"):
        building_table(found, BuildingsSpec(path="m.osm", profile="google"), UTM, findings)


@pytest.mark.parametrize(
    ("height", "floor", "floors"), [(2.0, 3.0, 1), (4.4, 3.0, 1), (4.5, 3.0, 2), (7.5, 3.0, 3), (30, 2.8, 11)]
)
def test_floors_are_the_height_rounded_half_up_and_at_least_one(height, floor, floors):
    found = table({"height": [height]}, floor_height_m=floor)
    assert found["floors"].tolist() == [floors]


def test_values_that_cannot_be_true_are_rejected(monkeypatch):
    monkeypatch.setattr(buildings, "today", lambda: "2026-05-31")
    findings = Findings()
    found = table(
        {
            "floors": ["0", "151", "150", "-1", "6层", "很高"],
            "height": [1.9, 1001.0, 2.0, -1.0, np.inf, None],
            "year_built": ["2027", "2026", "85", "999", "1234", "去年"],
        },
        findings,
    )
    assert plain(found["floors"]) == [None, None, 150, None, 6, None]
    assert plain(found["year_built"]) == [None, 2026, None, None, 1234, None]
    rejects = findings.rejects()
    assert set(zip(rejects["column"], rejects["value"], strict=True)) == {
        ("floors", "0"), ("floors", "151"), ("floors", "-1"), ("floors", "很高"),
        ("height", "1.9"), ("height", "1001"), ("height", "-1"), ("height", "inf"),
        ("year_built", "2027"), ("year_built", "85"), ("year_built", "999"), ("year_built", "去年"),
    }  # fmt: skip
    assert rejects["mend"].ne("").all()


def test_confidence_that_is_not_there():
    with pytest.raises(InputError, match="min_confidence needs a column of confidence"):
        table({"height": [3.0]}, min_confidence=0.5)


# ---------------------------------------------------------------------------------------------------------- footprints


def checked(shapes, drop=False):
    houses = gpd.GeoDataFrame(index=[f"b{i}" for i in range(len(shapes))], geometry=shapes, crs=UTM)
    findings = Findings()
    kept, counts = checked_footprints(houses, findings, drop_overlaps=drop)
    return kept.index.tolist(), counts, findings


def test_overlaps_equal_ones_and_slivers_are_reported_and_kept():
    big = shapely.box(0, 0, 20, 20)
    shapes = [big, shapely.box(1, 1, 11, 11), shapely.box(15, 0, 40, 20), shapely.box(0, 0, 20, 20).reverse(),
              shapely.box(100, 0, 102, 2), shapely.box(200, 0, 230, 0.9), shapely.Point(5, 5), shapely.Point(5, 5),
              shapely.box(20, 0, 40, 20)]  # fmt: skip
    kept, counts, findings = checked(shapes)
    assert len(kept) == len(shapes)
    assert counts == {
        "footprints_overlapping": 3, "footprints_equal": 2, "footprints_slivers": 2, "footprints_dropped": 0,
    }  # fmt: skip
    said = texts(findings)
    assert (
        "3 of 9 footprints lie by more than 50% in another, such as b1 (100% in b0), b8 (100% in b2), b2 (80% in b8)"
        in said
    )
    assert "2 of 9 footprints equal an earlier one, such as b3 = b0, b7 = b6: they count homes twice" in said
    assert "2 of 9 footprints are slivers (below 5 m² or 1 m wide), such as b4, b5" in said
    assert findings.rejects().empty


def test_overlaps_may_be_dropped():
    shapes = [shapely.box(0, 0, 20, 20), shapely.box(1, 1, 11, 11), shapely.box(0, 0, 20, 20), shapely.box(2, 2, 6, 6)]
    kept, counts, findings = checked(shapes, drop=True)
    assert kept == ["b0"]
    assert counts["footprints_dropped"] == 3
    assert findings.rejects().set_index("row")["value"].to_dict()["b2"] == "b0"
    assert set(findings.rejects()["reason"]) == {
        "the same footprint as another: left out", "its footprint lies by more than half in another: left out",
    }  # fmt: skip


def test_what_lies_in_a_dropped_one_stays():
    """b1 lies by 60 % in b0, and b2 by 60 % in b1 but hardly in b0: b1 goes, b2 has no partner left."""
    shapes = [shapely.box(0, 0, 100, 10), shapely.box(94, 0, 104, 10), shapely.box(98, 0, 108, 10)]
    kept, _, _ = checked(shapes, drop=True)
    assert kept == ["b0", "b2"]


def test_few_faults_are_a_note_and_many_a_warning():
    row = [shapely.box(20 * i, 0, 20 * i + 10, 10) for i in range(300)]
    _, _, findings = checked([*row, shapely.box(1, 1, 4, 4)])
    assert "1 of 301 footprints lie" in texts(findings, "info")
    assert not findings.warnings
    _, _, findings = checked([*row[:50], shapely.box(1, 1, 4, 4)])
    assert "may count homes twice" in texts(findings, "warning")


numbers = st.integers(0, 30)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(numbers, numbers, st.integers(1, 15), st.integers(1, 15), st.integers(0, 3)), max_size=14))
def test_faults_against_every_pair(parts):
    shapes = np.array(
        [affinity.rotate(shapely.box(x, y, x + w, y + h), 30 * turn) for x, y, w, h, turn in parts], dtype=object
    )
    found = find_faults(shapes)
    for i, a in enumerate(shapes):
        shares = [a.intersection(b).area / a.area for j, b in enumerate(shapes) if j != i]
        best = max(shares, default=0.0)
        assert (found.inside[i] >= 0) == (best > 0.5) or abs(best - 0.5) < 1e-9
        if found.inside[i] >= 0:
            assert found.share[i] == pytest.approx(best, abs=1e-6)
            assert a.intersection(shapes[found.inside[i]]).area / a.area == pytest.approx(best, abs=1e-6)
        first = next((j for j in range(i) if shapes[j].equals(a)), -1)
        assert found.equal_to[i] == first


@settings(max_examples=60, deadline=None)
@given(st.floats(0.1, 4), st.floats(0.1, 60), st.floats(0, 90), st.booleans())
def test_slivers_by_area_and_width(width, length, turn, corner):
    shape, wide = shapely.box(0, 0, width, length), min(width, length)
    # Where the two arms of a corner meet, a circle wider than the arms has room.
    room = wide * (2 - 2**0.5) * 2 if corner else wide
    if corner:
        shape = shapely.union(shape, shapely.box(0, 0, length, width))
    assume(abs(shape.area - 5) > 1e-3 and abs(wide - 1) > 1e-3 and not (wide < 1 <= room + 1e-3))
    found = find_faults(np.array([affinity.rotate(shape, turn)], dtype=object))
    assert bool(found.sliver[0]) == (shape.area < 5 or wide < 1)


def test_a_town_with_overlaps_counts_them(town):
    town.buildings.append(({"id": "again", "use": "residential"}, "Polygon", square(X + 50, Y + 210, 10)))
    findings = Findings()
    city = build(town.write(), findings)
    assert city.counts["footprints_equal"] == 1
    assert "again = h0" in texts(findings, "warning")
    less = build(town.write(buildings='[buildings]\npath = "buildings.geojson"\ndrop_overlaps = true\n'))
    assert "again" not in less.buildings.index
    assert less.counts["footprints_dropped"] == 1
    assert less.counts["buildings_in_zones"] == 8


def test_a_city_from_a_window_is_the_city_from_the_whole_file(town, monkeypatch):
    for far in range(20):
        ring = square(X + 50_000 + 20 * far, Y, 10)
        town.buildings.append(({"id": f"far{far}", "use": "residential"}, "Polygon", ring))
    town.write()
    frame = gpd.read_file(town.folder / "buildings.geojson").drop(columns="id")
    frame.to_parquet(town.folder / "b.parquet", write_covering_bbox=True)
    project = town.write(buildings='[buildings]\npath = "b.parquet"\n')
    whole = build(project)
    monkeypatch.setattr(windows, "WINDOW_ROWS", 10)
    findings = Findings()
    part = build(project, findings)
    gpd.testing.assert_geodataframe_equal(part.buildings, whole.buildings)
    assert part.counts["buildings_read"] == 8
    assert whole.counts["buildings_read"] == 28
    assert next(s for s in findings.sources if s["role"] == "buildings")["rows_unread"] == 20
