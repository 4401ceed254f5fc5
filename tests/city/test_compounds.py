"""A list of compounds joined to zones: what is sure is used, what is doubtful is shown, what is nobody's is told.

All names and lists are synthetic.
"""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from conftest import X, Y, square
from listed_town import COMPOUNDS, build, write_list

from geoprio._core.errors import InputError
from geoprio._core.findings import Findings
from geoprio.config import load_project
from geoprio.sources.compounds import read_compounds

# ---------------------------------------------------------------------------------------------------------- the list


TOWN_LIST = """
小区名称,建成年代,楼栋数,户数,建筑面积(万㎡),层数,有无电梯,结构,投资(万元),年度
西区,80年代,4,１２０,0.9,6/7,无,砖混,350,2024
东区,1998-2002,2,0,,18,有,,,
南区,1985,1,10,0.07,6,无,砖混,20,2025
合计,,7,130,,,,,370,
"""


def test_values_become_columns_of_the_zones(town):
    write_list(town, TOWN_LIST, "gb18030")
    city, findings = build(town)
    west, east = city.zones.loc["west"], city.zones.loc["east"]
    assert west[["year_built", "buildings", "dwellings", "area_m2", "floors"]].tolist() == [1984, 4, 120, 9000, 6.5]
    assert west[["has_lift", "structure", "investment_cny", "renewal_year"]].tolist() == [False, "砖混", 3.5e6, 2024]
    assert west[["list_row", "match_method", "match_score", "approximate"]].tolist() == ["2", "name", 100, True]
    # Zero stays zero, blank stays blank.
    assert east["dwellings"] == 0
    assert east[["area_m2", "structure", "investment_cny"]].isna().all()
    assert city.compounds["join_rate"] == pytest.approx(2 / 3, abs=1e-6)
    assert city.compounds["by_method"] == {"name": 2}
    assert findings.rejects()[["row", "value", "reason"]].to_numpy().tolist() == [
        ["5", "合计 7 130 370", "a row of totals"],
        ["4", "南区", "it belongs to no zone: no zone resembles it"],
    ]
    source = next(s for s in findings.sources if s["role"] == "compounds")
    assert (source["rows"], source["used"], source["encoding"]) == (3, 2, "gb18030 (not UTF-8)")
    assert "name = '小区名称', year_built = '建成年代'" in " ".join(n.text for n in findings.notes)


def test_the_zones_own_values_stay_and_gaps_are_filled(town):
    town.zones[0][0].update({"y": 1970, "区县": "甲区"})
    write_list(town, "小区名称,建成年代,区县\n西区,1985,乙区\n东区,1990,乙区\n")
    city, findings = build(town, zones='[zones]\npath = "zones.geojson"\nyear_built = "y"\n')
    assert city.zones["year_built"].tolist() == [1970, 1990]
    assert city.zones["district"].tolist() == ["甲区", "乙区"]
    assert findings.rejects()[["row", "column", "value"]].to_numpy().tolist() == [
        ["2", "district", "乙区 (zones file: 甲区)"],
        ["2", "year_built", "1985.0 (zones file: 1970.0)"],
    ]


@pytest.mark.parametrize(
    ("year", "eligible"), [("80年代", True), ("2005", False), ("1998-2002", None), ("1990年以前", None)]
)
def test_a_span_over_the_limit_leaves_eligibility_unknown(town, year, eligible):
    write_list(town, f"小区名称,建成年代\n西区,{year}\n")
    city, _ = build(town, zones='[zones]\npath = "zones.geojson"\neligible = {built_before = 2001}\n')
    answer = city.zones["eligible"]["west"]
    assert (None if pd.isna(answer) else bool(answer)) is eligible


@pytest.mark.parametrize(
    ("rows", "units", "area", "said"),
    [
        ("名称,户数,建筑面积\n西区,100,7000\n", "", 7000, "taken as m² (70 per dwelling"),
        ("名称,户数,建筑面积\n西区,100,0.7\n", "", None, "is not m² (0.007 per dwelling"),
        ("名称,户数,建筑面积\n西区,100,0.7\n", 'units = {area_m2 = "万㎡"}\n', 7000, ""),
        ("名称,户数,建筑面积\n西区,100,0.7万平方米\n", "", 7000, ""),
        ("名称,建筑面积\n西区,7000\n", "", 7000, "taken as m² (7000 in the median"),
        ("名称,建筑面积\n西区,0.7\n", "", None, "is not m²"),
        ("名称,户数,建筑面积(㎡)\n西区,100,7000000\n", "", None, ""),
        ("名称,建筑面积(万㎡)\n西区,12000\n", "", None, ""),
        ("名称,建筑面积(亩)\n西区,12\n", "columns = {area_m2 = '建筑面积(亩)'}\n", None, "is not m²"),
    ],
)
def test_the_unit_of_the_area_is_never_guessed(town, rows, units, area, said):
    write_list(town, rows)
    city, findings = build(town, COMPOUNDS + units)
    found = city.zones["area_m2"]["west"]
    assert (None if pd.isna(found) else found) == area
    assert said in " ".join(n.text for n in findings.notes)
    # What was set aside is told.
    assert area is not None or findings.warnings or len(findings.rejects())


def test_columns_are_named_or_known_or_told(town):
    write_list(town, "甲,老年人口,户数,名称\n西区,30,5,x\n")
    city, findings = build(town, COMPOUNDS + 'columns = {name = "甲", dwellings = ""}\n')
    assert "dwellings" not in city.zones
    assert city.zones["match_method"].dropna().tolist() == ["name"]
    assert "columns not taken, for they are not sure; name them in columns: population_60plus: 老年人口" in " ".join(
        n.text for n in findings.notes
    )


def test_the_same_row_twice_counts_once_and_rows_without_a_name_are_told(town):
    write_list(town, "序号,小区名称,户数\n1,西区,100\n2,西区,100\n3,,50\n")
    city, findings = build(town)
    assert city.zones["dwellings"]["west"] == 100
    assert findings.rejects()[["row", "reason"]].to_numpy().tolist() == [
        ["4", "nothing tells which compound it is"],
        ["3", "the same as row 2"],
    ]


def test_rows_that_lie_in_one_zone_are_put_together(town):
    rows = [("西区一期", 100, 1980, "无", 50), ("西区二期", 300, 1990, "有", 60)]
    lines = [f"{n},{d},{y},{lift},{X + at},{Y + at}" for n, d, y, lift, at in rows]
    write_list(town, "名称,户数,建成年代,有无电梯,经度坐标,纬度坐标\n" + "\n".join(lines))
    place = 'x = "经度坐标"\ny = "纬度坐标"\ncrs = "EPSG:32650"\n'
    city, findings = build(town, COMPOUNDS + place + 'join = ["coordinates"]\n')
    west = city.zones.loc["west"]
    # The year is weighted by dwellings; of different answers none is taken.
    assert west[["dwellings", "year_built", "list_row", "match_method"]].tolist() == [400, 1987, "2;3", "coordinates"]
    assert pd.isna(west["has_lift"])
    assert "has_lift: the rows of 1 zones differ" in " ".join(n.text for n in findings.notes)
    # By name and place both stand for parts of the zone, too.
    assert build(town, COMPOUNDS + place)[0].zones["dwellings"]["west"] == 400


def test_a_sum_of_which_a_part_is_not_known_is_missing(town):
    write_list(town, f"名称,户数,x,y\n甲,100,{X + 50},{Y + 50}\n乙,,{X + 60},{Y + 60}\n")
    extra = 'x = "x"\ny = "y"\ncrs = "EPSG:32650"\njoin = ["coordinates"]\n'
    assert pd.isna(build(town, COMPOUNDS + extra)[0].zones["dwellings"]["west"])


def test_coordinates_that_lie_elsewhere_are_warned_of(town):
    write_list(town, f"名称,x,y\n西区,{X + 9e4},{Y}\n东区,{X + 9e4},{Y}\n")
    city, findings = build(town, COMPOUNDS + 'x = "x"\ny = "y"\ncrs = "EPSG:32650"\n')
    assert (
        "0 of 2 rows with coordinates lie in or within 100 m of a zone; check x, y and crs" in findings.warnings[0].text
    )
    assert city.compounds["to_review"] == 2


def test_coordinates_without_a_crs_are_offered_not_used(town):
    write_list(town, "名称,经度,纬度\n西区,116,40\n")
    _, findings = build(town)
    assert "it has coordinates in '经度' and '纬度': with x, y and crs" in " ".join(n.text for n in findings.notes)


# ------------------------------------------------------------------------------------------------- the project file


@pytest.mark.parametrize(
    ("extra", "changed", "message"),
    [
        ("", {"buildings": ""}, "nothing tells where people live: add [buildings], or [compounds] with dwellings"),
        (COMPOUNDS, {"zones": "[zones]\ngrid_m = 100\n"}, "no list of [compounds] can be joined to them"),
        ('[compounds]\npath = "list.shp"\n', {}, "is no list; give .xlsx, .xls or .csv"),
        (COMPOUNDS + 'sheet = "a"\n', {}, "a CSV has no sheet"),
        (COMPOUNDS + 'layer = "a"\n', {}, "a list has no layer; use sheet"),
        ('[compounds]\npath = "a.xlsx"\nencoding = "gbk"\n', {}, "a workbook says its own encoding"),
        (COMPOUNDS + 'x = "x"\n', {}, "coordinates need x, y and crs together"),
        (COMPOUNDS + 'crs = "EPSG:4326"\n', {}, "coordinates need x, y and crs together"),
        (COMPOUNDS + 'units = {area_m2 = "亩"}\n', {}, "'亩' is no unit that is known"),
        (COMPOUNDS + "join = []\n", {}, "join is empty"),
        (COMPOUNDS + 'columns = {nam = "a"}\n', {}, "compounds.columns.nam is not known; did you mean 'name'?"),
    ],
)
def test_settings_that_do_not_fit(town, extra, changed, message):
    with pytest.raises(InputError) as caught:
        load_project(town.write(extra, **changed))
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("extra", "rows", "message"),
    [
        ("", "户数,层数\n1,2\n", "no column tells which compound a row is"),
        (
            'columns = {name = "小区"}\n',
            "小区名,户数\n西区,2\n",
            r"column '小区' is not there \(did you mean '小区名'\?\)",
        ),
        ('where = {"年度" = 2030}\n', "小区名称,年度\n西区,2024\n", "keeps none of 1 rows"),
        ("", "小区名称,户数\n,\n,5\n", "no row says which compound it is"),
    ],
)
def test_lists_that_cannot_be_used(town, extra, rows, message):
    write_list(town, rows)
    config = load_project(town.write(COMPOUNDS + extra))
    with pytest.raises(InputError, match=message):
        read_compounds(config.compounds, town.folder, Findings())


def test_only_rows_that_where_keeps_are_read(town):
    write_list(town, "小区名称,年度,户数\n西区,2024,1\n东区,2025,2\n")
    city, _ = build(town, COMPOUNDS + 'where = {"年度" = 2025}\n')
    assert city.zones["dwellings"].isna().tolist() == [True, False]


def test_each_of_many_similar_names_finds_its_own(town):
    """400 rows against 400 zones, of names that differ in a number."""
    corners = [(X + 20 * (i % 40), Y + 20 * (i // 40)) for i in range(400)]
    town.zones = [
        ({"id": f"z{i}", "name": f"建设路{i}号院"}, "Polygon", square(*at, 10)) for i, at in enumerate(corners)
    ]
    write_list(town, "小区名称,户数\n" + "\n".join(f"建设路{i}号院,{i}" for i in range(399, -1, -1)))
    city, _ = build(town, buildings="")
    assert city.zones["dwellings"].tolist() == list(range(400))


def test_shifted_coordinates_of_a_list_come_home(town):
    """The list's coordinates are GCJ-02; taken as WGS 84 they would lie some 500 m off."""
    from geoprio.sources.coordinates import wgs84_to_gcj02

    middle = gpd.GeoSeries([shapely.Point(X + 700, Y + 200)], crs=32650).to_crs(4326).iloc[0]
    lon, lat = (float(v[0]) for v in wgs84_to_gcj02(np.array([middle.x]), np.array([middle.y])))
    write_list(town, f"小区编号,户数,lng,lat\nq,30,{lon:.8f},{lat:.8f}\n")
    place = 'x = "lng"\ny = "lat"\ncrs = '
    city, _ = build(town, COMPOUNDS + place + '"GCJ-02"\n')
    assert city.zones["match_method"]["east"] == "coordinates"
    city, findings = build(town, COMPOUNDS + place + '"EPSG:4326"\n')
    assert city.compounds["joined"] == 0
    assert any("check x, y and crs" in n.text for n in findings.warnings)
