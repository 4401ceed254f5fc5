"""A list of compounds joined to zones: what is sure is used, what is doubtful is shown, what is nobody's is told.

All names and lists are synthetic.
"""

import csv
import json

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely
from conftest import X, Y, square
from hypothesis import given, settings
from hypothesis import strategies as st

import geoprio
from geoprio._core.errors import InputError, MissingError
from geoprio._core.findings import Findings
from geoprio.city import build_city
from geoprio.city.matching import candidate_pairs, decide
from geoprio.city.names import address, comparable, core, loose, marks
from geoprio.cli.main import app
from geoprio.config import load_project
from geoprio.sources.compounds import read_compounds

ALL = ("id", "name", "address", "coordinates")
COMPOUNDS = '[compounds]\npath = "list.csv"\n'


# ------------------------------------------------------------------------------------------------------------- names


def test_names_in_the_form_in_which_they_are_compared():
    assert comparable("阳光（二期）小区 ") == comparable("阳光2期小区") == "阳光2期小区"
    assert [core(comparable(t)) for t in ("阳光小区", "阳光社区", "阳光", "阳光住宅小区", "阳光老旧小区")] == [
        "阳光"
    ] * 5
    assert core(comparable("阳光花园")) == "阳光花园"
    assert loose("阳光花园") == loose("阳光苑") == "阳光"
    assert core("东城区阳光小区", ["东城区"]) == "阳光"
    assert marks("阳光东区3号楼b座") == "东|3|b"
    assert address("阳光小区3号楼") == "阳光小区3号楼"
    assert address("1号") == ""
    assert address("某某省某某市东城区中关村大街１２号院") == "中关村大街12号院"


def matched(rows, zones, points=None, join=ALL):
    """Return decision, zone id and method of each row; rows and zones are dicts, zones stand in a line 200 m apart."""
    table = pd.DataFrame([{"id": None, "name": None, "address": None} | row for row in rows], dtype="str")
    squares = [shapely.box(200 * i, 0, 200 * i + 100, 100) for i in range(len(zones))]
    frame = gpd.GeoDataFrame(pd.DataFrame(zones, dtype="str"), geometry=squares, crs=32650)
    frame = frame.set_axis(pd.Index([z.get("id", f"z{i}") for i, z in enumerate(zones)], name="zone_id"))
    at = None
    if points is not None:
        known = {i: shapely.Point(p) for i, p in enumerate(points) if p is not None}
        at = gpd.GeoSeries(list(known.values()), index=list(known), crs=32650)
    pairs = candidate_pairs(table, at, frame.drop(columns="id", errors="ignore"), join)
    out = decide(pairs, table["name"])
    ids = [frame.index[z] if z >= 0 else None for z in out["zone"]]
    return list(zip(out["decision"], ids, out["method"], strict=True))


def names(*texts):
    return [{"name": t} for t in texts]


@pytest.mark.parametrize(
    ("mine", "theirs", "decision"),
    [
        ("阳光小区", "阳光小区", "used"),
        ("阳光小区", "阳光社区", "used"),
        ("阳光", "阳光小区", "used"),
        ("阳光小区（一期）", "阳光小区一期", "used"),
        ("红旗二社区", "红旗2小区", "used"),
        ("第十三纺织厂职工宿舍楼", "第13纺织厂职工宿舍楼", "used"),
        ("中国第一汽车制造厂青年宿舍", "中国第一汽车制造厂青年宿舍楼", "used"),
        ("阳光苑", "阳光花园", "review"),
        ("阳光东区", "阳光西区", "review"),
        ("人民路12号院", "人民路125号院", "review"),
        ("幸福一区", "幸福二区", "review"),
        ("阳光里小区", "月亮湾", "none"),
    ],
)
def test_one_name_against_one(mine, theirs, decision):
    assert matched(names(mine), names(theirs))[0][0] == decision


def test_the_very_name_wins_over_similar_ones():
    zones = names("幸福小区", "幸福社区", "幸福花园", "幸福里小区")
    assert matched(names("幸福小区"), zones) == [("used", "z0", "name")]
    # Without it two zones fit equally well.
    assert matched(names("幸福住宅区"), zones)[0][0] == "review"


def test_two_zones_of_one_name_are_told_apart_by_district_address_or_place():
    zones = [
        {"name": "阳光小区", "district": "东城区", "address": "甲路1号"},
        {"name": "阳光小区", "district": "西城区", "address": "乙路2号"},
    ]
    assert matched(names("阳光小区"), zones)[0][0] == "review"
    assert matched([{"name": "阳光小区", "district": "西城"}], zones) == [("used", "z1", "name")]
    assert matched(names("阳光小区"), zones, [(250, 50)]) == [("used", "z1", "name and coordinates")]
    bare = [{k: v for k, v in z.items() if k != "district"} for z in zones]
    assert matched([{"name": "阳光小区", "address": "某某市乙路２号"}], bare)[0][:2] != ("used", "z0")


def test_two_rows_of_one_zone_are_doubtful_unless_one_is_clearly_better():
    assert [d[0] for d in matched(names("阳光社区", "阳光住宅区"), names("阳光小区"))] == ["review", "review"]
    rows = [{"name": "阳光小区", "id": "z0"}, {"name": "月亮湾里小区甲"}]
    assert matched(rows, [{"name": "阳光小区"}])[0] == ("used", "z0", "id")


def test_by_address():
    zones = [{"name": "阳光小区", "address": "某某市东城区甲路1号"}, {"name": "甲路2号院"}]
    assert matched([{"address": "甲路１号"}], zones) == [("used", "z0", "address")]
    # A zone may be named by its address.
    assert matched([{"name": "月亮湾", "address": "甲路2号院"}], zones) == [("used", "z1", "address")]
    # The same address under another name is no proof.
    assert matched([{"name": "月亮湾", "address": "甲路1号"}], zones) == [("review", "z0", "address")]
    assert matched([{"name": "阳光里", "address": "甲路1号"}], zones) == [("used", "z0", "name and address")]


def test_by_id_unless_the_names_contradict():
    zones = [{"id": "a1", "name": "阳光小区"}, {"id": "a2", "name": "月亮湾"}]
    assert matched([{"id": "a2", "name": "月亮湾小区"}], zones) == [("used", "a2", "id")]
    assert matched([{"id": "a2"}], zones) == [("used", "a2", "id")]
    assert matched([{"id": "a2", "name": "红旗里"}], zones) == [("review", "a2", "id")]
    assert matched([{"id": "a1"}, {"id": "a1"}], zones) == [("review", "a1", "id")] * 2


def test_by_coordinates():
    zones = [{"name": "阳光小区"}, {"name": "月亮湾"}]
    assert matched([{}, {}, {}], zones, [(50, 50), (150, 50), (9e3, 0)])[::2] == [
        ("used", "z0", "coordinates"),
        ("none", None, ""),
    ]
    # 50 m from both: neither.
    assert matched([{}], zones, [(150, 50)])[0][0] == "review"
    assert matched([{}], zones, [(300, 140)]) == [("used", "z1", "coordinates")]
    assert matched(names("红旗里"), zones, [(50, 50)]) == [("review", "z0", "coordinates")]
    assert matched(names("红旗里"), zones, [(50, 50)], ("coordinates",)) == [("used", "z0", "coordinates")]
    # The name says one zone, the place another.
    assert matched(names("阳光小区"), zones, [(250, 50)])[0][0] == "review"


def test_names_that_are_only_ids_say_nothing():
    assert matched(names("红旗里"), [{"id": "z0", "name": "z0"}], [(50, 50)]) == [("used", "z0", "coordinates")]


HANZI = st.text(st.sampled_from("阳光月亮红旗幸福和平建设人民青年纺织机床棉"), min_size=3, max_size=8)


@settings(max_examples=25)
@given(st.lists(HANZI, min_size=1, max_size=12, unique=True), st.randoms())
def test_every_zone_finds_the_row_of_its_very_name(texts, random):
    rows = random.sample(texts, len(texts))
    found = matched(names(*rows), names(*texts))
    assert found == [("used", f"z{texts.index(t)}", "name") for t in rows]


# ---------------------------------------------------------------------------------------------------------- the list


def write_list(town, text, encoding="utf-8"):
    (town.folder / "list.csv").write_bytes(text.strip().encode(encoding))


def build(town, extra=COMPOUNDS, findings=None, **changed):
    project = town.write(extra, **changed)
    config = load_project(project)
    findings = findings or Findings()
    city = build_city(
        config.zones, config.buildings, config.streets, config.facilities, project.parent, findings,
        compounds=config.compounds, crs=config.project.crs, catchment_m=config.access.cutoff_m,
    )  # fmt: skip
    return city, findings


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


# ------------------------------------------------------------------------------------------------------------ review


def doubtful(town):
    town.zones[0][0]["name"], town.zones[1][0]["name"] = "阳光花园", "红旗小区"
    write_list(town, "小区名称,户数\n阳光苑,100\n红旗社区,50\n无名里,7\n")


def answer(folder, out, accept, name="reviewed.csv"):
    """Fill the column accept of the review table that a run wrote."""
    with (out / "compounds_review.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    with (folder / name).open("w", encoding="gb18030", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows({**row, "accept": accept} for row in rows)
    return rows


@pytest.mark.parametrize(("accept", "dwellings"), [("是", 100), ("yes", 100), ("", None), ("no", None)])
def test_doubtful_matches_are_written_answered_and_used(town, accept, dwellings):
    doubtful(town)
    result = geoprio.run(town.write(COMPOUNDS))
    assert result.zones["dwellings"].isna()["west"]
    out = result.save(town.folder / "out")
    rows = answer(town.folder, out, accept)
    assert [(r["list_row"], r["list_name"], r["zone_id"], r["accept"]) for r in rows] == [("2", "阳光苑", "west", "")]
    assert "compounds_review.csv" in {
        f["path"] for f in json.loads((out / "run.json").read_text(encoding="utf-8"))["files"]
    }
    again = geoprio.run(town.write(COMPOUNDS + 'matches = "reviewed.csv"\n'))
    found = again.zones["dwellings"]["west"]
    assert (None if pd.isna(found) else found) == dwellings
    if dwellings:
        assert again.zones.loc["west", ["match_method", "match_score"]].tolist() == ["reviewed", 100]
    assert {"list.csv", "reviewed.csv"} <= {i["path"] for i in again.inputs}
    report = again.quality["compounds"]
    assert (report["joined"], report["to_review"], report["without_zone"]) == {
        "是": (2, 0, 1), "yes": (2, 0, 1), "": (1, 1, 1), "no": (1, 0, 2)
    }[accept]  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("list_row,zone_id\n9,west\n", "line 2: the list has no row '9'"),
        ("list_row,zone_id\n2,nowhere\n", "line 2: there is no zone 'nowhere'"),
        ("list_row,zone_id\n2,west\n2,east\n", "line 3: row 2 is accepted twice"),
        ("list_row,list_name,zone_id\n2,月亮湾,west\n", "line 2: row 2 is '阳光苑' now, not '月亮湾'"),
        ("row,zone\n2,west\n", "column 'list_row' is not there"),
    ],
)
def test_a_reviewed_table_that_does_not_fit(town, lines, message):
    doubtful(town)
    (town.folder / "reviewed.csv").write_text(lines, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        build(town, COMPOUNDS + 'matches = "reviewed.csv"\n')


def test_a_reviewed_table_of_one_s_own(town):
    doubtful(town)
    (town.folder / "reviewed.csv").write_text("list_row,zone_id\n2,west\n4,west\n3,\n", encoding="utf-8")
    city, findings = build(town, COMPOUNDS + 'matches = "reviewed.csv"\n')
    # Two rows for one zone are added; a row without a zone is joined to none.
    assert city.zones["dwellings"].tolist()[0] == 107
    assert pd.isna(city.zones["dwellings"].tolist()[1])
    assert "it belongs to no zone: no zone, says the reviewed table" in findings.rejects()["reason"].tolist()
    with pytest.raises(MissingError):
        build(town, COMPOUNDS + 'matches = "no.csv"\n')


def test_check_writes_the_review_table(town):
    from typer.testing import CliRunner

    doubtful(town)
    done = CliRunner().invoke(app, ["check", str(town.write(COMPOUNDS)), "--lang", "en"])
    assert done.exit_code == 0, done.output
    assert "| join\\_rate | 0.333333 |" in done.output
    assert (town.folder / "project_check" / "compounds_review.csv").exists()


def test_names_in_the_review_table_are_no_formulas(town):
    town.zones[0][0]["name"] = "=阳光花园"
    write_list(town, "小区名称,户数\n=阳光苑,100\n")
    out = geoprio.run(town.write(COMPOUNDS)).save(town.folder / "out")
    rows = answer(town.folder, out, "yes")
    assert (rows[0]["list_name"], rows[0]["zone_name"]) == ("'=阳光苑", "'=阳光花园")
    assert geoprio.run(town.write(COMPOUNDS + 'matches = "reviewed.csv"\n')).zones["dwellings"]["west"] == 100


# --------------------------------------------------------------------------------------------------------- stand-ins


def test_without_footprints_one_point_with_the_dwellings_stands_in(town):
    write_list(town, "小区名称,户数,层数,建成年代\n西区,120,6,1985\n")
    result = geoprio.run(town.write(COMPOUNDS, buildings=""))
    (house,) = result.buildings.itertuples()
    assert (house.Index, house.zone_id, house.use, house.dwellings, house.stand_in) == (
        "swest",
        "west",
        "residential",
        120,
        True,
    )
    assert (house.x, house.y) == (X + 200, Y + 200)
    # 100 m along the street and 5 m beside it.
    assert house.convenience_distance_m == pytest.approx(105, abs=1e-3)
    assert result.zones["stand_in"].to_dict() == {"west": True, "east": False}
    assert result.zones["score_status"].to_dict() == {"west": "scored", "east": "no_buildings"}
    assert result.quality["categories"]["convenience"]["demand"] == "dwellings"
    assert result.quality["city"]["stand_in_buildings"] == 1
    assert any("no footprints: one point" in n["text"] for n in result.quality["notes"] if n["level"] == "warning")
    out = result.save(town.folder / "out")
    assert "stand_in" in (out / "zones.csv").read_text(encoding="utf-8-sig").splitlines()[0]
    assert gpd.read_file(out / "geoprio.gpkg", layer="buildings")["stand_in"].tolist() == [True]
    assert gpd.read_parquet(out / "buildings.parquet")["stand_in"].tolist() == [True]
    assert "no footprints: one point" in (out / "map.html").read_text(encoding="utf-8")
    assert "no footprints: one point" in (out / "quality.md").read_text(encoding="utf-8")


def test_stand_ins_stand_at_the_list_s_coordinates(town):
    write_list(town, f"名称,户数,x,y\n西区,120,{X + 30},{Y + 190}\n东区,80,,\n")
    city, _ = build(town, COMPOUNDS + 'x = "x"\ny = "y"\ncrs = "EPSG:32650"\n', buildings="")
    assert city.buildings[["x", "y"]].to_numpy().tolist() == [[X + 30, Y + 190], [X + 600, Y + 200]]


def test_zones_may_come_from_a_list_alone(town):
    workbook = openpyxl.Workbook()
    page = workbook.active
    for row in (
        ["小区清单"],
        ["小区编号", "小区名称", "户数", "X坐标", "Y坐标"],
        ["a1", "阳光小区", 100, X + 100, Y + 210],
        ["a2", "月亮湾", 50, X + 130, Y + 210],
        ["a3", "月亮湾", 60, X + 500, Y + 210],
        ["合计", None, 210, None, None],
    ):
        page.append(row)
    workbook.save(town.folder / "list.xlsx")
    place = 'x = "X坐标"\ny = "Y坐标"\ncrs = "EPSG:32650"\n'
    zones = '[zones]\npath = "list.xlsx"\nname = "小区名称"\nid = "小区编号"\n' + place
    result = geoprio.run(town.write('[compounds]\npath = "list.xlsx"\n' + place, zones=zones, buildings=""))
    assert result.zones["dwellings"].to_dict() == {"a1": 100, "a2": 50, "a3": 60}
    assert set(result.zones["outline"]) == {"circle"}
    assert result.zones.area["a1"] == pytest.approx(3.14 * 50**2, rel=0.01)
    # Circles overlap; each stand-in keeps its own zone.
    assert result.buildings["zone_id"].to_dict() == {"sa1": "a1", "sa2": "a2", "sa3": "a3"}
    assert any(
        "no outlines: 3 circles of 50 m" in n["text"] for n in result.quality["notes"] if n["level"] == "warning"
    )
    narrow = geoprio.run(
        town.write('[compounds]\npath = "list.xlsx"\n' + place, zones=zones + "point_radius_m = 10\n", buildings="")
    )
    assert narrow.zones.area["a1"] == pytest.approx(3.14 * 10**2, rel=0.01)


def test_no_dwellings_no_stand_ins(town):
    write_list(town, "小区名称,层数\n西区,6\n")
    with pytest.raises(InputError, match=r"without \[buildings\] the list must give the dwellings of zones"):
        build(town, buildings="")


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
