"""Profiles of providers: which rows of their files are which facilities, and what is said of the others."""

import json
import re

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoprio._core.errors import InputError
from geoprio._core.findings import Findings
from geoprio.sources import FacilitiesSpec, read_layers
from geoprio.sources.classes import DOUBT, KIND, NAME, judge
from geoprio.sources.listings import Listing
from geoprio.sources.profiles import PROVIDERS, load_profile

ROLE = "facilities[1]"


def read(folder, name, category, findings=None, **spec):
    spec = FacilitiesSpec(category=category, path=name, **spec)
    return read_layers({ROLE: spec}, folder, findings or Findings())[ROLE]


def texts(findings, level=None):
    return " | ".join(n.text for n in findings.notes if level in {None, n.level})


def amap(folder, rows, header="id,name,typecode,location"):
    text = "\n".join([header, *rows])
    (folder / "poi.csv").write_text(text + "\n", encoding="utf-8")
    return {"x": "location", "y": "location", "crs": "GCJ-02"}


ELDER = [
    'B1,晚晴养老院,080402,"116.40,39.90"',
    'B2,工人疗养院,080402,"116.41,39.90"',
    'B3,幸福里日间照料中心,090000|070000,"116.42,39.90"',
    'B4,晚晴养老院停车场,090000,"116.43,39.90"',
    'B5,颐养养老服务有限公司助餐点,090000,"116.44,39.90"',
    'B6,某某老年服务站,070000,"116.45,39.90"',
    'B7,养老院(公交站),150700,"116.46,39.90"',
    'B8,社会养老保险服务处,090000,"116.47,39.90"',
    'B9,口腔门诊部,090000,"116.48,39.90"',
]


def test_every_profile_is_whole():
    for name in PROVIDERS:
        profile = load_profile(name)
        assert profile.name == name
        assert profile.source
        assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", profile.issued)
        assert {"elder_care", "childcare", "convenience"} <= set(profile.categories)
        for rule in profile.rules:
            assert rule.codes or rule.tags
            assert not set(rule.codes) & {*rule.unsure, *rule.left_out}
            assert re.compile(f"{rule.name}|{rule.drop}|{'|'.join(rule.kinds.values())}").groups == 0


def test_amap_codes_are_six_digits_and_no_drugstores():
    rules = load_profile("amap").rules
    assert all(re.fullmatch(r"\d{6}", code) for rule in rules for code in (*rule.codes, *rule.unsure, *rule.left_out))
    assert not {"060411", "060415"} & {code for rule in rules for code in rule.codes}


def test_amap_elder_care_by_class_and_name(tmp_path):
    findings = Findings()
    found = read(tmp_path, "poi.csv", "elder_care", findings, **amap(tmp_path, ELDER)).set_index("id")
    assert found[KIND].to_dict() == {"B1": "nursing_home", "B3": "day_care", "B5": "meals", "B6": "unknown"}
    assert found[DOUBT].to_dict() == {
        "B1": "", "B3": "", "B5": "its name holds 公司", "B6": "class 070000 is not usual for elder_care",
    }  # fmt: skip
    rejects = findings.rejects()
    assert rejects["value"].tolist() == ["晚晴养老院停车场", "社会养老保险服务处"]
    assert set(rejects["column"]) == {""}
    said = texts(findings)
    assert (
        "found by the column typecode: 4 of 9 rows are elder_care (day_care 1, meals 1, nursing_home 1, unknown 1)"
        in said
    )
    assert "not verified" in said
    assert "2 rows have the class but not a name of elder_care: left out, such as '工人疗养院', '口腔门诊部'" in said
    assert "1 rows have a name of elder_care but a class of something else: left out, such as '养老院(公交站)'" in said
    assert "2 of them are doubtful and kept" in said
    assert findings.sources[0]["profile"] == "amap"


def test_amap_location_is_one_column_and_shifted(tmp_path):
    found = read(tmp_path, "poi.csv", "elder_care", **amap(tmp_path, ELDER))
    assert found.crs.to_epsg() == 4326
    assert 116.38 < found.geometry.x.iloc[0] < 116.40


def test_amap_codes_that_lost_their_zero(tmp_path):
    rows = ['S1,好邻居,60201,"116.40,39.90"', 'S2,书店,61205,"116.41,39.90"', 'S3,美宜佳,60200|50000,"116.42,39.90"']
    findings = Findings()
    found = read(tmp_path, "poi.csv", "convenience", findings, **amap(tmp_path, rows))
    assert found["id"].tolist() == ["S1", "S3"]
    assert "4 codes had lost their leading zero" in texts(findings)


def test_amap_supermarkets_without_drugstore_chains(tmp_path):
    rows = [
        'S1,家乐福,060401,"116.40,39.90"',
        'S2,屈臣氏(新街口店),060411,"116.41,39.90"',
        'S3,万宁,060400|060415,"116.42,39.90"',
        'S4,屈臣氏,060400,"116.43,39.90"',
    ]
    findings = Findings()
    found = read(tmp_path, "poi.csv", "supermarket", findings, **amap(tmp_path, rows))
    assert found["id"].tolist() == ["S1"]
    assert "1 rows are of class 060411 屈臣氏: a drugstore chain: left out" in texts(findings)
    assert findings.rejects()["value"].tolist() == ["屈臣氏"]


def test_amap_nurseries_and_kindergartens(tmp_path):
    rows = [
        'K1,实验幼儿园,141204,"116.40,39.90"',
        'K2,小星星托育园,072000,"116.41,39.90"',
        'K3,星光托育中心,141204,"116.42,39.90"',
        'K4,彩虹托育幼儿园,141204,"116.43,39.90"',
        'K5,快乐小学生托管托育班,141400,"116.44,39.90"',
        'K6,宝宝屋摄影,072000,"116.45,39.90"',
        'K7,婴儿游泳馆,072001,"116.46,39.90"',
    ]
    findings = Findings()
    found = read(tmp_path, "poi.csv", "childcare", findings, **amap(tmp_path, rows)).set_index("id")
    assert found[KIND].to_dict() == {
        "K1": "kindergarten", "K2": "nursery", "K3": "nursery", "K4": "kindergarten", "K5": "nursery",
    }  # fmt: skip
    assert found.index[found[DOUBT].ne("")].tolist() == ["K3", "K5"]
    assert findings.rejects()["value"].tolist() == ["宝宝屋摄影"]


@given(
    st.sampled_from(["养老院", "日间照料中心", "长者饭堂"]),
    st.sampled_from(["停车场", "用品店", "服务公司"]),
    st.text("甲乙丙（） 1", max_size=6),
)
def test_a_word_after_the_name_says_what_a_place_is_and_before_it_who_runs_it(place, other, between):
    profile = load_profile("amap")
    names = pd.Series([f"{place}{between}{other}", f"{other}{between}{place}", place])
    codes = pd.Series("080402", index=names.index)
    verdict = judge(Listing(profile, "typecode", codes, codes[:0], names), "elder_care")
    assert verdict["kind"].notna().tolist() == [False, True, True]
    assert verdict["doubt"].ne("").tolist() == [False, True, False]


def test_no_name_is_no_name_that_fits():
    profile = load_profile("amap")
    names = pd.Series(["", "養老院", "ＡＢＣ养老院"])
    codes = pd.Series("080402", index=names.index)
    verdict = judge(Listing(profile, "typecode", codes, codes[:0], names), "elder_care")
    assert verdict["kind"].notna().tolist() == [False, False, True]


def baidu(folder, rows):
    text = "\n".join(["uid,name,tag,lng,lat", *rows])
    (folder / "poi.csv").write_text(text + "\n", encoding="utf-8")
    return {"x": "lng", "y": "lat", "crs": "BD-09"}


def test_baidu_classes(tmp_path):
    rows = [
        "a,金太阳养老院,医疗;疗养院,116.40,39.90",
        "b,区社会福利院老年公寓,政府机构;福利机构,116.41,39.90",
        "c,海滨疗养院,医疗；疗养院,116.42,39.90",
        "d,多乐士托育,教育培训;亲子教育,116.43,39.90",
        "e,实验幼儿园,教育培训;幼儿园,116.44,39.90",
        "f,便利蜂,购物;便利店,116.45,39.90",
        "g,,,116.46,39.90",
    ]
    spec = baidu(tmp_path, rows)
    findings = Findings()
    elder = read(tmp_path, "poi.csv", "elder_care", findings, **spec).set_index("uid")
    assert elder[KIND].to_dict() == {"a": "nursing_home", "b": "nursing_home"}
    assert elder.loc["b", DOUBT] == "class 政府机构;福利机构 is not usual for elder_care"
    assert "profile baidu, found by the column tag" in texts(findings)
    assert read(tmp_path, "poi.csv", "childcare", **spec)[KIND].tolist() == ["nursery", "kindergarten"]
    assert read(tmp_path, "poi.csv", "convenience", **spec)["uid"].tolist() == ["f"]


PLACES = [
    ("1", "Sunset Home", "retirement_home", [], "retirement_home", None, "open", 0.9),
    ("2", "Senior Club", "senior_citizen_services", [], "senior_citizen_service", None, "open", 0.9),
    ("3", "Corner Shop", "convenience_store", [], "convenience_store", None, "permanently_closed", 0.31),
    ("4", "Gas", "gas_station", ["convenience_store"], "gas_station", ["convenience_store"], "open", 0.9),
    ("5", "Tiny Tots", "preschool", [], "preschool", None, None, 0.8),
    ("6", "Day Care", "day_care_preschool", [], "day_care_preschool", None, None, None),
    ("7", "Nothing known", None, [], None, None, None, 0.5),
]


def places(path, old=True, new=True):
    """Write places in Overture's layout: structs as columns of GeoParquet."""
    rows = gpd.GeoDataFrame(
        {
            "id": [p[0] for p in PLACES],
            "operating_status": [p[6] for p in PLACES],
            "confidence": [p[7] for p in PLACES],
        },
        geometry=gpd.points_from_xy([10 + i / 1000 for i in range(len(PLACES))], [50] * len(PLACES)),
        crs=4326,
    )
    rows.to_parquet(path)
    table = pq.read_table(path)
    names = pa.array([{"primary": p[1]} for p in PLACES])
    table = table.append_column("names", names)
    if old:
        values = [p[2] and {"primary": p[2], "alternate": p[3]} for p in PLACES]
        table = table.append_column("categories", pa.array(values))
    if new:
        values = [p[4] and {"primary": p[4], "hierarchy": ["top", p[4]], "alternates": p[5]} for p in PLACES]
        table = table.append_column("taxonomy", pa.array(values))
    pq.write_table(table, path)


@pytest.mark.parametrize(("old", "new"), [(True, False), (False, True), (True, True)])
def test_overture_by_old_and_new_categories(tmp_path, old, new):
    places(tmp_path / "places.parquet", old=old, new=new)
    findings = Findings()
    elder = read(tmp_path, "places.parquet", "elder_care", findings).set_index("id")
    assert elder[KIND].to_dict() == {"1": "retirement_home", "2": "senior_services"}
    assert elder[NAME].tolist() == ["Sunset Home", "Senior Club"]
    assert f"found by the column {'taxonomy' if new else 'categories'}" in texts(findings)
    assert "not verified" not in texts(findings)
    findings = Findings()
    shops = read(tmp_path, "places.parquet", "convenience", findings)
    assert shops["id"].tolist() == ["3"]
    assert shops[DOUBT].tolist() == ["confidence 0.31"]
    assert "1 rows are convenience in second place only: left out, such as 'Gas'" in texts(findings)
    care = read(tmp_path, "places.parquet", "childcare").set_index("id")
    assert care[KIND].to_dict() == {"5": "kindergarten", "6": "nursery"}


def test_overture_as_geojson_with_records_as_text_or_flat(tmp_path):
    nested = {"id": "1", "names": {"primary": "家"}, "categories": {"primary": "retirement_home"}}
    flat = {"id": "2", "names.primary": "家", "categories.primary": "retirement_home"}
    basic = {"id": "3", "name": "家", "basic_category": "senior_living_facility"}
    for row in (nested, flat, basic):
        point = {"type": "Point", "coordinates": [10, 50]}
        features = [{"type": "Feature", "properties": row, "geometry": point}]
        (tmp_path / "p.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
        found = read(tmp_path, "p.geojson", "elder_care")
        assert found[NAME].tolist() == ["家"], row
        assert len(found) == 1


def test_a_column_called_categories_is_not_overture_by_its_name(tmp_path):
    (tmp_path / "p.csv").write_text("categories,x,y\n养老,1,2\n其他,1,2\n", encoding="utf-8")
    assert len(read(tmp_path, "p.csv", "elder_care", x="x", y="y", crs="EPSG:4326")) == 2


def test_osm_tags_in_a_table(tmp_path):
    rows = gpd.GeoDataFrame(
        {
            "osm_id": ["1", "2", "3", "4"],
            "amenity": ["social_facility", "kindergarten", "social_facility", None],
            "social_facility:for": ["child;senior", None, "homeless", None],
            "shop": [None, None, None, "convenience"],
            "max_age": [None, "3", None, None],
        },
        geometry=gpd.points_from_xy([10, 11, 12, 13], [50] * 4),
        crs=4326,
    )
    rows.to_file(tmp_path / "osm.geojson")
    for category, ids, kinds in (
        ("elder_care", ["1"], ["social_facility"]),
        ("childcare", ["2"], ["nursery"]),
        ("convenience", ["4"], ["convenience"]),
    ):
        found = read(tmp_path, "osm.geojson", category)
        assert found["osm_id"].astype(str).tolist() == ids
        assert found[KIND].tolist() == kinds


def test_where_and_none_choose_without_a_profile(tmp_path):
    spec = amap(tmp_path, ELDER)
    assert len(read(tmp_path, "poi.csv", "elder_care", profile="none", **spec)) == len(ELDER)
    assert read(tmp_path, "poi.csv", "elder_care", where={"id": "B9"}, **spec)["id"].tolist() == ["B9"]
    both = read(tmp_path, "poi.csv", "elder_care", where={"id": ["B1", "B9"]}, profile="amap", **spec)
    assert both["id"].tolist() == ["B1"]


def test_a_table_of_no_provider_is_taken_whole(tmp_path):
    findings = Findings()
    (tmp_path / "p.csv").write_text("name,type,x,y\n养老院,敬老,1,2\n超市,店,1,2\n", encoding="utf-8")
    assert len(read(tmp_path, "p.csv", "elder_care", findings, x="x", y="y", crs="EPSG:4326")) == 2
    assert "profile" not in texts(findings)


def test_a_profile_that_does_not_fit_is_refused(tmp_path):
    spec = amap(tmp_path, ELDER)
    with pytest.raises(
        InputError, match=r"profile = 'baidu' needs its classes in a column such as tag.*it has id, name"
    ):
        read(tmp_path, "poi.csv", "elder_care", profile="baidu", **spec)
    with pytest.raises(InputError, match="profile 'amap' has no classes for category 'library'"):
        read(tmp_path, "poi.csv", "library", profile="amap", **spec)
    findings = Findings()
    assert len(read(tmp_path, "poi.csv", "library", findings, **spec)) == len(ELDER)
    assert "without classes for 'library': all 9 rows" in texts(findings, "warning")
    (tmp_path / "m.osm").write_text('<?xml version="1.0"?><osm version="0.6"></osm>', encoding="utf-8")
    with pytest.raises(InputError, match="no meaning for an OSM file"):
        read(tmp_path, "m.osm", "elder_care", profile="amap")
    with pytest.raises(InputError, match="add where"):
        read(tmp_path, "m.osm", "elder_care", profile="none")


def test_a_profile_that_takes_nothing_warns(tmp_path):
    findings = Findings()
    assert read(tmp_path, "poi.csv", "metro_station", findings, **amap(tmp_path, ELDER)).empty
    assert "0 of 9 rows are metro_station" in texts(findings, "warning")
    assert 'profile = "none" takes all rows' in texts(findings, "warning")
