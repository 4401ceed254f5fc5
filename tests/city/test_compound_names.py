"""Rows of a list matched with zones: by name, address, id and place. All names are synthetic."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geoprio.city.matching import candidate_pairs, decide
from geoprio.city.names import address, comparable, core, loose, marks

ALL = ("id", "name", "address", "coordinates")


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


def test_the_district_before_a_name_is_no_part_of_it():
    zones = [{"name": "望湖新村", "district": "锦西区", "address": "青江市锦西区湖滨路1号"},
             {"name": "望湖新村", "district": "东河县"}, {"name": "东河县政府宿舍", "district": "东河县"},
             {"name": "锦西里", "district": "锦西区"}, {"name": "望湖村", "district": None}]  # fmt: skip
    rows = names("锦西区望湖新村", "青江市锦西区望湖新村", "某某省青江市东河县望湖新村小区")
    assert [line[:2] for line in matched(rows, zones)][2] == ("used", "z1")
    assert matched(rows[:1], zones) == matched(rows[1:2], zones) == [("used", "z0", "name")]
    # The very name stays the very name, with and without the district.
    assert matched(names("东河县政府宿舍"), zones) == matched(names("政府宿舍"), zones) == [("used", "z2", "name")]
    # A district that is not written out may be part of the name, and a town in its market is none.
    assert matched(names("锦西里"), zones) == [("used", "z3", "name")]
    # Of two namesakes nothing tells which, and a district that has none of the name has none.
    assert matched(names("青江市望湖新村"), zones)[0][0] == "review"
    assert matched(names("锦西区政府宿舍"), zones)[0][0] == "none"


def test_a_city_before_a_name():
    zones = [{"name": "青江市场宿舍", "address": "青江市锦西区湖滨路1号"}, {"name": "柳岸", "address": "湖滨路2号"}]
    assert matched(names("青江市场宿舍", "青江市柳岸小区"), zones) == [("used", "z0", "name"), ("used", "z1", "name")]
    # A city of which nobody speaks may be a name.
    assert matched(names("白沙市柳岸"), zones)[0][0] != "used"


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


@settings(max_examples=25, deadline=None)
@given(st.lists(HANZI, min_size=1, max_size=12, unique=True), st.randoms())
def test_every_zone_finds_the_row_of_its_very_name(texts, random):
    rows = random.sample(texts, len(texts))
    found = matched(names(*rows), names(*texts))
    assert found == [("used", f"z{texts.index(t)}", "name") for t in rows]
