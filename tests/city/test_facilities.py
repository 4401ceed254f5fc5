"""Facilities: capacities as people write them, what is closed, and what stands in the sources twice."""

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from conftest import X, Y
from hypothesis import given
from hypothesis import strategies as st
from test_build import build

import geoprio
from geoprio._core.errors import InputError
from geoprio._core.findings import Findings
from geoprio.city.duplicates import normal_names, without_duplicates
from geoprio.sources import FacilitiesSpec, closures, read_layers
from geoprio.sources.capacities import capacities
from geoprio.sources.closures import closed

SHOPS = '[[facilities]]\ncategory = "convenience"\npath = "shops.geojson"\n'


def shops(town, *rows, extra="", findings=None):
    """Build the town with these shops (id, east, name, other columns); return them by id."""
    town.shops = [({"id": i, "name": name, **more}, "Point", [X + x, Y + 195]) for i, x, name, more in rows]
    city = build(town.write(shops=SHOPS + extra), findings)
    return city.facilities[city.facilities["category"] == "convenience"]


def texts(findings, level=None):
    return " | ".join(n.text for n in findings.notes if level in {None, n.level})


def spec(**more):
    return FacilitiesSpec(category="elder_care", path="p.geojson", **more)


# ------------------------------------------------------------------------------------------------------------ capacity


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("120", 120), ("120床", 120), ("120张床位", 120), ("床位：80张", 80), ("约80张", 80), ("核定床位数60", 60),
        ("45个托位", 45), ("１２０床", 120), ("3,000㎡", 3000), ("0.3万平方米", 3000), ("350m2", 350), ("60 beds", 60),
        ("1 place", 1), ("12.5", 12.5), ("三十床", None), ("100-120", None), ("很多", None), ("-5", None), ("0", None),
        ("0张", None), ("", None), ("不详", None), ("1e400", None),
    ],
)  # fmt: skip
def test_capacities_as_people_write_them(text, value):
    findings = Findings()
    frame = pd.DataFrame({"c": [text, "7"]}, index=[1, 2])
    numbers, assumed = capacities(frame, spec(capacity="c"), "facilities[1]", findings)
    assert numbers.tolist() == [1.0 if value is None else value, 7.0]
    assert assumed.tolist() == [value is None, False]
    refused = value is None and text not in {"", "不详"}
    assert findings.rejects()["value"].tolist() == ([text] if refused else [])


def test_zero_and_negative_capacities_say_so():
    findings = Findings()
    frame = pd.DataFrame({"c": [0, -3, 50]}, index=[1, 2, 3])
    numbers, assumed = capacities(frame, spec(capacity="c", capacity_default=30), "facilities[1]", findings)
    assert numbers.tolist() == [30, 30, 50]
    assert assumed.tolist() == [True, True, False]
    assert findings.rejects()[["row", "reason"]].to_numpy().tolist() == [
        ["2", "below zero; taken as not known"], ["1", "no capacity at all; taken as not known"],
    ]  # fmt: skip
    assert "2 of 3 facilities have no capacity: 30 is assumed" in texts(findings, "info")


def test_a_capacity_of_one_beside_large_ones_is_a_warning():
    findings = Findings()
    frame = pd.DataFrame({"c": ["", "100", "120"]})
    capacities(frame, spec(capacity="c"), "facilities[1]", findings)
    assert "1 is assumed beside a median of 110" in texts(findings, "warning")


@given(st.text(max_size=12))
def test_any_text_gives_a_positive_capacity(text):
    numbers, assumed = capacities(pd.DataFrame({"c": [text]}), spec(capacity="c"), "f", Findings())
    assert numbers[0] > 0
    assert math.isfinite(numbers[0])
    assert assumed[0] or any(c.isnumeric() for c in text)


# -------------------------------------------------------------------------------------------------------------- status


@pytest.mark.parametrize(
    ("word", "shut"),
    [
        ("营业中", False), ("正常营业", False), ("暂停营业", True), ("未营业", True), ("已停业", True),
        ("已关闭", True),
        ("筹建中", True), ("open", False), ("Permanently closed", True), ("temporarily_closed", True), ("CLOSED", True),
        ("Operational", False), ("under construction", True), ("", False), ("不详", False), (None, False),
    ],
)  # fmt: skip
def test_words_of_status(word, shut):
    findings = Findings()
    why = closed(pd.DataFrame({"s": [word]}), spec(status="s"), "facilities[1]", findings)
    assert why.tolist() == ([f"s {word}"] if shut else [""])
    assert not findings.notes


@pytest.mark.parametrize("word", ["是", "no", "红色", "closed on Sundays"])
def test_words_that_say_neither_are_open_and_named(word):
    findings = Findings()
    assert closed(pd.DataFrame({"s": [word]}), spec(status="s"), "f", findings).tolist() == [""]
    assert f"1 values, such as '{word}', say neither open nor closed" in texts(findings, "warning")


def test_words_of_the_project_file_and_no_others():
    frame = pd.DataFrame({"是否停业": ["是", "否", "关闭"]})
    assert closed(frame, spec(status="是否停业", closed=("是",)), "f", Findings()).ne("").tolist() == [
        True,
        False,
        False,
    ]
    with pytest.raises(ValueError, match="name it with status"):
        spec(closed=("是",))


def test_overtures_status_needs_no_setting():
    frame = pd.DataFrame({"operating_status": ["open", "temporarily_closed", None]})
    assert closed(frame, spec(), "f", Findings()).ne("").tolist() == [False, True, False]


def test_osm_places_that_were_or_will_be(tmp_path, monkeypatch):
    monkeypatch.setattr(closures, "today", lambda: "2026-05-31")
    tags = {
        1: {"amenity": "kindergarten"},
        2: {"disused:amenity": "kindergarten"},
        3: {"amenity": "restaurant", "was:amenity": "kindergarten"},
        4: {"amenity": "kindergarten", "opening_date": "2026-09-01"},
        5: {"amenity": "kindergarten", "opening_date": "2026"},
        6: {"amenity": "kindergarten", "end_date": "2025"},
        7: {"amenity": "kindergarten", "disused": "yes"},
        8: {"construction:amenity": "kindergarten"},
        9: {"amenity": "kindergarten", "opening_date": "soon"},
        10: {"amenity": "kindergarten", "end_date": "2026-05"},
        11: {"disused:amenity": "social_facility", "disused:social_facility:for": "senior"},
    }
    nodes = "".join(
        f'<node id="{i}" version="1" lon="10" lat="50">'
        + "".join(f'<tag k="{k}" v="{v}"/>' for k, v in t.items())
        + "</node>"
        for i, t in tags.items()
    )
    (tmp_path / "m.osm").write_text(f'<?xml version="1.0"?><osm version="0.6">{nodes}</osm>', encoding="utf-8")
    care, elder = (FacilitiesSpec(category=c, path="m.osm") for c in ("childcare", "elder_care"))
    layers = read_layers({"facilities[1]": care, "facilities[2]": elder}, tmp_path, Findings())
    why = closed(layers["facilities[1]"], care, "f", Findings())
    assert why.to_dict() == {
        "n1": "", "n2": "disused:amenity=kindergarten", "n4": "opening_date=2026-09-01", "n5": "",
        "n6": "end_date=2025",
        "n7": "disused=yes", "n8": "construction:amenity=kindergarten", "n9": "", "n10": "",
    }  # fmt: skip
    why = closed(layers["facilities[2]"], elder, "f", Findings())
    assert why.to_dict() == {"n11": "disused:amenity=social_facility"}


def test_closed_facilities_are_listed_not_used_and_counted(town):
    findings = Findings()
    rows = [("a", 100, "甲", {"s": "营业"}), ("b", 300, "乙", {"s": "停业"})]
    found = shops(town, *rows, extra='status = "s"\n', findings=findings)
    assert found["status"].to_dict() == {"a": "used", "b": "closed"}
    assert "1 of 2 facilities are closed or not open yet: not used, such as '乙' (s 停业)" in texts(findings)


def test_closed_facilities_serve_nobody_and_are_not_counted_in_their_zone(town):
    for building in town.buildings:
        building[0]["population"] = 10
    shops(town, ("a", 100, "甲", {"s": "营业"}), ("b", 300, "乙", {"s": "停业"}))
    every, some = (geoprio.run(town.write(shops=SHOPS + extra)) for extra in ("", 'status = "s"\n'))
    assert set(some.buildings["convenience_facility_id"].dropna()) == {"a"}
    assert some.quality["categories"]["convenience"]["facilities_by_status"] == {"closed": 1, "used": 1}
    assert [r.zones.loc["west", "convenience_per_1000"] for r in (every, some)] == [50, 25]


# ---------------------------------------------------------------------------------------------------------- duplicates


def test_one_name_within_50_m_is_one_place_and_branches_stay_two(town):
    rows = [
        ("a", 100, "全家便利店（东湖店）", {}),
        ("b", 140, "全家便利店(西湖店)", {}),
        ("c", 149, "全家便利店 （东湖店）", {}),
        ("d", 200, "全家便利店（东湖店）", {}),
        ("e", 300, "", {}),
        ("f", 310, "", {}),
        ("g", 400, "７-Eleven", {}),
        ("h", 410, "7-ELEVEN", {}),
    ]
    findings = Findings()
    found = shops(town, *rows, findings=findings)
    assert found["duplicate_of"].dropna().to_dict() == {"c": "a", "h": "g"}
    assert found.index[found["status"] == "duplicate"].tolist() == ["c", "h"]
    assert "2 rows have the name of another within 50 m in their category: counted once" in texts(findings)


def test_the_one_with_a_capacity_of_its_own_counts(town):
    rows = [("a", 100, "甲", {"beds": ""}), ("b", 120, "甲", {"beds": "30"}), ("c", 110, "甲", {"beds": "20"})]
    found = shops(town, *rows, extra='capacity = "beds"\n')
    assert found["status"].to_dict() == {"a": "duplicate", "b": "used", "c": "duplicate"}
    assert found["duplicate_of"].dropna().to_dict() == {"a": "b", "c": "b"}


def test_two_categories_never_merge_and_two_sources_do(town):
    town.homes[0] = ({"id": "s9", "name": "小店"}, "Point", town.shops[0][2])
    again = '[[facilities]]\ncategory = "convenience"\npath = "more.geojson"\n'
    town.write()
    text = (town.folder / "shops.geojson").read_text(encoding="utf-8").replace('"s1"', '"t1"')
    (town.folder / "more.geojson").write_text(text, encoding="utf-8")
    found = build(town.write(again=again)).facilities
    assert found["status"].tolist() == ["used", "used", "duplicate"]
    assert found["duplicate_of"].fillna("").tolist() == ["", "", "s1"]


def test_a_row_twice_in_one_source_counts_once_and_an_id_elsewhere_is_an_error(town):
    found = shops(town, ("a", 100, "甲", {}), ("a", 100.5, "甲", {}))
    assert found["status"].tolist() == ["used", "duplicate"]
    assert found["duplicate_of"].fillna("").tolist() == ["", "a"]
    with pytest.raises(InputError, match="id 'a' stands in rows 1 and 2, 30 m apart"):
        shops(town, ("a", 100, "甲", {}), ("a", 130, "乙", {}))


def test_a_used_one_with_the_name_of_a_closed_one_is_doubtful(town):
    findings = Findings()
    rows = [("a", 100, "甲", {"s": "停业"}), ("b", 120, "甲", {"s": "营业"})]
    found = shops(town, *rows, extra='status = "s"\n', findings=findings)
    assert found["status"].tolist() == ["closed", "used"]
    assert "1 facilities that are used have the name of a closed one within 50 m, such as '甲'" in texts(findings)


def test_duplicates_against_every_pair():
    """The first of each cluster counts, and a row repeats the earliest that counts: done here pair by pair."""
    random = np.random.default_rng(3)
    n = 300
    x, y = random.uniform(0, 400, n).round(1), random.uniform(0, 400, n).round(1)
    names, category = random.choice(["甲", "乙", "丙", ""], n), random.choice(["a", "b"], n)
    assumed = random.random(n) < 0.5
    sites = gpd.GeoDataFrame(
        {"category": category, "name": names, "capacity_assumed": assumed, "status": "used"},
        index=pd.Index([f"s{i}" for i in range(n)], dtype="str"), geometry=gpd.points_from_xy(x, y), crs=32650,
    )  # fmt: skip
    found = without_duplicates(sites, np.ones(n, int), Findings())
    expected = {}
    order = sorted(range(n), key=lambda i: (assumed[i], i))
    for place, j in enumerate(order):
        for i in order[:place]:
            near = math.hypot(x[i] - x[j], y[i] - y[j]) <= 50
            if names[j] and names[i] == names[j] and category[i] == category[j] and near and i not in expected:
                expected[j] = i
                break
    assert found["duplicate_of"].dropna().to_dict() == {f"s{j}": f"s{i}" for j, i in expected.items()}
    assert len(expected) > 50


def test_names_differ_by_words_not_by_writing():
    names = pd.Series(["罗森（南京路店）", "罗森 (南京路店)", "罗森·南京路店", "罗森", "LAWSON", "ｌａｗｓｏｎ"])
    assert normal_names(names).nunique() == 3


def test_kinds_may_be_chosen(town):
    findings = Findings()
    rows = [("a", 100, "甲", {"k": "nursery"}), ("b", 300, "乙", {"k": "kindergarten"})]
    found = shops(town, *rows, extra='kind = "k"\nkinds = ["nursery"]\n', findings=findings)
    assert found.index.tolist() == ["a"]
    assert "1 of 2 are nursery; left out: kindergarten 1" in texts(findings)


def test_empty_fields_of_map_services_are_blank(town):
    found = shops(town, ("a", 100, "[]", {"beds": "[]"}), extra='capacity = "beds"\n')
    assert found.loc["a", "name"] == ""
    assert bool(found.loc["a", "capacity_assumed"])
