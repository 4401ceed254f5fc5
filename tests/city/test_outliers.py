"""Values that are hardly true: each rule of plausibility, on a town that breaks it."""

import json
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString, MultiLineString, Point, box

import geoprio
from geoprio._core.errors import InputError
from geoprio._core.findings import Findings
from geoprio.city import outliers
from geoprio.city.outliers import QUANTITIES, find_outliers, outlier_rules

CRS = "EPSG:32650"
X, Y = 500_000.0, 3_450_000.0


def frame(index, shapes, **columns):
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS).set_axis(pd.Index(index, dtype="str"))


def a_city(**changed):
    """Return tables in which nothing is doubtful, with some columns changed."""
    blank = np.nan
    tables = {
        "zones": frame(
            ["z1", "z2"], [box(X, Y, X + 300, Y + 300), box(X + 300, Y, X + 600, Y + 300)], name=["东里", "西里"],
        ),
        "buildings": frame(
            ["a", "b", "c"], [box(X + d, Y, X + d + 20, Y + 12) for d in (0, 40, 80)],
            use=["residential", "unknown", "other"], floors=[6.0, 11.0, blank], year_built=[1985.0, 2004.0, blank],
            dwellings=[36.0, 66.0, blank],
        ),
        "facilities": frame(
            ["f1", "f2"], [Point(X, Y), Point(X + 9, Y)], category="elder_care", status="used", name=["甲", "乙"],
            capacity=[40.0, 60.0],
        ),
        "streets": frame(["0"], [LineString([(X, Y), (X + 900, Y)])]),
    }  # fmt: skip
    for name, columns in changed.items():
        tables[name] = tables[name].assign(**columns)
    return SimpleNamespace(**tables)


def doubts(city, paces=None):
    findings = Findings()
    return find_outliers(city, paces or {"elder_care": 60.0}, findings), findings


def test_a_plain_city_is_not_doubted():
    found, findings = doubts(a_city())
    assert found.empty
    assert findings.notes == []
    assert doubts(a_city(), {})[0].empty


CASES = {
    "many_floors": ("buildings", {"floors": [110, 6, 6]}, [("a", "floors", "110", "")]),
    "old_and_tall": ("buildings", {"floors": [40, 40, 40], "year_built": [1975, 2005, 1975]},
                     [("a", "floors", "40", "year_built 1975")]),
    "tall_walk_up": ("zones", {"floors": [18, 18], "has_lift": pd.array([False, True], dtype="boolean")},
                     [("z1", "floors", "18", "has_lift False")]),
    "year_to_come": ("zones", {"year_built": [2999.0, 1990.0]}, [("z1", "year_built", "2999", "")]),
    "year_long_ago": ("buildings", {"year_built": [1849, 1850, 1700]}, [("a", "year_built", "1849", "")]),
    "dwellings_per_floor": ("buildings", {"dwellings": [1200, 66, 9999], "floors": [6, 11, 1],
                                          "geometry": [box(X, Y, X + 90, Y + 90)] * 3},
                            [("a", "dwellings", "1200", "floors 6")]),
    "floor_area_per_dwelling": ("buildings", {"dwellings": [145, 66, 0]},
                                [("a", "dwellings", "145", "floors 6, footprint_m2 240")]),
    "dwellings_of_a_building": ("buildings", {"dwellings": [3001, 66, 0], "floors": [np.nan, 11, 1]},
                                [("a", "dwellings", "3001", "")]),
    "people_per_dwelling": ("buildings", {"population": [721, 1320, 900]},
                            [("a", "population", "721", "dwellings 36")]),
    "elders_of_all": ("zones", {"population": [100, 0], "population_60plus": [101, 5]},
                      [("z1", "population_60plus", "101", "population 100")]),
    "infants_of_all": ("zones", {"population": [100, 10], "population_0_2": [51, 5]},
                       [("z1", "population_0_2", "51", "population 100")]),
    "small_footprint": ("buildings", {"geometry": [box(X, Y, X + 2, Y + 2), Point(X, Y), box(X, Y, X + 1, Y + 1)],
                                      "dwellings": np.nan},
                        [("a", "footprint_m2", "4", "")]),
    "large_footprint": ("buildings", {"geometry": [box(X, Y, X + 300, Y + 200), box(X, Y, X + 9, Y + 99), Point(X, Y)],
                                      "dwellings": np.nan}, [("a", "footprint_m2", "60000", "")]),
    "small_zone": ("zones", {"geometry": [box(X, Y, X + 14, Y + 14), box(X, Y, X + 15, Y + 15)]},
                   [("z1", "zone_m2", "196", "")]),
    "large_zone": ("zones", {"geometry": [box(X, Y, X + 9000, Y + 9000), box(X, Y, X + 15, Y + 15)]},
                   [("z1", "zone_m2", "8.1e+07", "")]),
    "dense_zone": ("zones", {"dwellings": [27_001, 27_000]}, [("z1", "dwellings", "27001", "zone_m2 90000")]),
    "same_name": ("zones", {"name": ["东里", "东里"]}, [("z1", "name", "东里", "zone_id z2"),
                                                    ("z2", "name", "东里", "zone_id z1")]),
    "capacity": ("facilities", {"capacity": [10_000.0, 5000.0]}, [("f1", "capacity", "10000", "")]),
    "area_per_place": ("facilities", {"area_m2": [79.0, 120.0]}, [("f1", "area_m2", "79", "capacity 40")]),
    "facility_area": ("facilities", {"area_m2": [5e5 + 1, 500.0], "capacity": np.nan},
                      [("f1", "area_m2", "500001", "")]),
    "long_segment": ("streets", {"geometry": [LineString([(X, Y), (X + 5001, Y)])]},
                     [("0", "longest_piece_m", "5001", "")]),
}  # fmt: skip


@pytest.mark.parametrize("rule", CASES)
def test_each_rule_doubts_what_it_names_and_nothing_beside(rule):
    source, columns, wanted = CASES[rule]
    city = a_city(**{source: columns})
    before = getattr(city, source).copy()
    found, findings = doubts(city)
    assert set(found["rule"]) == {rule}
    assert set(found["source"]) == {source}
    assert [tuple(r) for r in found[["row", "column", "value", "beside"]].to_numpy()] == wanted
    assert found[["lon", "lat"]].notna().all(axis=None)
    (note,) = findings.warnings
    assert "nothing was changed" in note.text
    assert wanted[0][0] in note.text
    pd.testing.assert_frame_equal(getattr(city, source), before)


def test_many_facilities_at_one_point_are_doubted_those_that_count_only():
    sites = frame(
        [f"f{i}" for i in range(8)], [Point(X, Y)] * 8, category=["elder_care"] * 7 + ["childcare"],
        status=["used"] * 6 + ["duplicate", "used"], name=["养老院"] * 8, capacity=np.nan,
    )  # fmt: skip
    city = a_city()
    city.facilities = sites
    found, _ = doubts(city)
    assert found["row"].tolist() == [f"f{i}" for i in range(6)]
    assert set(found["beside"]) == {"facilities_at_this_point 6"}
    city.facilities = sites.iloc[:5]
    assert doubts(city)[0].empty


def test_a_pace_that_nobody_walks_is_doubted_without_a_place():
    found, findings = doubts(a_city(), {"elder_care": 4.8, "childcare": 60.0})
    assert found[["source", "row", "value"]].to_numpy().tolist() == [["walking", "elder_care", "4.8"]]
    assert found["lon"].isna().all()
    assert len(findings.warnings) == 1


def test_parts_of_a_street_that_lie_apart_are_no_long_piece():
    apart = MultiLineString([[(X, Y), (X + 9, Y)], [(X + 9000, Y), (X + 9009, Y)]])
    assert doubts(a_city(streets={"geometry": [apart]}))[0].empty
    city = a_city()
    city.streets = city.streets.iloc[:0]
    assert doubts(city)[0].empty


def test_the_rules_are_data_with_words_in_both_languages():
    rules = outlier_rules()
    assert len({r.name for r in rules}) == len(rules) > 20
    plain = {"floors", "year_built", "dwellings", "capacity", "area_m2", "speed_m_per_min", "has_lift"}
    for rule in rules:
        assert all((rule.title_zh, rule.title_en, rule.why_zh, rule.why_en))
        assert rule.low is not None or rule.high is not None
        assert {rule.quantity, *rule.where} <= plain | set(QUANTITIES)
    assert set(CASES) | {"one_point", "pace"} == {r.name for r in rules}


def test_this_year_is_the_limit(monkeypatch):
    monkeypatch.setattr(outliers, "today", lambda: "1989-12-31")
    found, _ = doubts(a_city(zones={"year_built": [1989, 1990]}, buildings={"year_built": np.nan}))
    assert found[["row", "rule"]].to_numpy().tolist() == [["z2", "year_to_come"]]


def test_a_tall_house_of_1975_is_in_the_report_and_counts_as_it_stands(town):
    town.buildings[0][0].update(floors="40", year_built="1975")
    town.buildings[1][0].update(floors="6", year_built="1975")
    project = town.write()
    result = geoprio.run(project)
    (row,) = [r for r in result.quality["outliers"] if r["rule"] == "old_and_tall"]
    assert (row["source"], row["row"], row["value"], row["beside"]) == ("buildings", "h0", "40", "year_built 1975")
    assert (result.buildings.loc["h0", "floors"], result.buildings.loc["h0", "year_built"]) == (40, 1975)
    assert geoprio.check(project)["outliers"] == result.quality["outliers"]
    assert json.dumps(result.quality, allow_nan=False)
    with pytest.raises(InputError, match=r"--strict: buildings: doubtful: more than 30 storeys, built before 1980"):
        geoprio.check(project, strict=True)
