"""Condition: known small cases by hand, and a slow twin that reads the definition word by word."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from conftest import X, Y
from hypothesis import given, settings
from hypothesis import strategies as st

from geoprio._core.findings import Findings
from geoprio.city import City, build_city
from geoprio.config import load_project
from geoprio.indicators.condition import (
    ConditionSpec,
    by_place,
    condition,
    condition_codes,
    condition_title,
    derived,
    study_defects,
)
from geoprio.indicators.condition.registry import Facts, aged, walkup
from geoprio.indicators.condition.three import DEFECT, GOOD, UNKNOWN, any_of, codes, first_known, flags
from geoprio.sources.inspection import InspectionSpec, ProblemsSpec

CRS = "EPSG:32650"


def city(homes, zones=2, **zone_columns):
    """Return a city of squares z0, z1 … in a row; homes are dicts with `zone` and the columns of buildings."""
    shapes = [shapely.box(X + 1000 * i, Y, X + 1000 * (i + 1), Y + 1000) for i in range(zones)]
    ids = pd.Index([f"z{i}" for i in range(zones)], dtype="str", name="zone_id")
    frame = gpd.GeoDataFrame(
        {"name": [f"{i}号院" for i in range(zones)], **zone_columns}, index=ids, geometry=shapes, crs=CRS
    )
    place = [(X + 1000 * h["zone"] + 20 * i + 5, Y + 5) for i, h in enumerate(homes)]
    table = pd.DataFrame([{"use": "residential", **{k: v for k, v in h.items() if k != "zone"}} for h in homes])
    table = table.assign(zone_id=pd.array([f"z{h['zone']}" for h in homes], dtype="str"))
    table.index = pd.Index([f"b{i}" for i in range(len(homes))], dtype="str", name="building_id")
    buildings = gpd.GeoDataFrame(table, geometry=[shapely.box(x, y, x + 10, y + 10) for x, y in place], crs=CRS)
    none = gpd.GeoDataFrame(geometry=[], crs=CRS)
    return City(frame.crs, frame, buildings, none, none, shapely.Point(), shapely.Point(), (), {})


def study(town, folder, inspection=None, points=None, spec=None, built_before=None, **keys):
    """Return the condition of a city, with the texts of an inspection and of points, both CSV; and what was noticed."""
    spec = spec or ConditionSpec()
    findings = Findings()
    looked, seen = (), ()
    if inspection is not None:
        (folder / "i.csv").write_text(inspection, encoding="utf-8")
        looked = (InspectionSpec(path="i.csv", **keys.pop("looked", {})),)
    if points is not None:
        (folder / "p.csv").write_text(points, encoding="utf-8")
        seen = (ProblemsSpec(path="p.csv", x="x", y="y", crs=CRS, **keys.pop("seen", {"category": "what"})),)
    defects = study_defects(spec, folder, built_before)
    return condition(town, spec, defects, folder, findings, inspections=looked, problems=seen), findings


def values(found, code, kind="share"):
    return [None if pd.isna(v) else v for v in found.zones[f"{code}_{kind}"]]


def gate(found):
    return [None if pd.isna(v) else bool(v) for v in found.zones["safety_gate"]]


# ---------------------------------------------------------------------------------------------------- three values


@given(st.lists(st.lists(st.sampled_from([True, False, None]), min_size=3, max_size=3), min_size=1, max_size=6))
def test_any_of_several_answers_is_pandas_own_or(questions):
    series = [pd.Series(q, dtype="boolean") for q in questions]
    expected = series[0]
    for one in series[1:]:
        expected = expected | one
    found = flags(any_of(np.array([codes(s) for s in series])))
    assert pd.Series(found).equals(expected)


@given(st.lists(st.sampled_from([GOOD, UNKNOWN, DEFECT]), max_size=6))
def test_what_is_unknown_is_never_good(answers):
    found = any_of(np.array(answers, np.int8).reshape(-1, 1))[0]
    assert (found == GOOD) == (bool(answers) and all(a == GOOD for a in answers))
    assert (found == DEFECT) == (DEFECT in answers)


def test_the_first_known_answer_holds():
    first, second = np.array([GOOD, UNKNOWN, DEFECT, UNKNOWN]), np.array([DEFECT, DEFECT, GOOD, UNKNOWN])
    assert first_known(first, second).tolist() == [GOOD, DEFECT, DEFECT, UNKNOWN]


# ------------------------------------------------------------------------------------------------------- attributes


def facts(low=np.nan, high=np.nan, fewest=np.nan, most=np.nan, lift=np.nan):
    return Facts(*(np.array([float(v)]) for v in (low, high, fewest, most, lift)), np.array([""], object))


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(2000, 2000, DEFECT), (2001, 2001, GOOD), (1998, 2002, UNKNOWN), (np.nan, np.nan, UNKNOWN), (1990, 2000, DEFECT)],
)
def test_built_before_a_year(low, high, expected):
    assert aged(facts(low, high), 2001.0)[0] == expected


@pytest.mark.parametrize(
    ("fewest", "most", "lift", "expected"),
    [
        (4, 4, 0, DEFECT), (4, 4, 1, GOOD), (4, 4, np.nan, UNKNOWN), (3, 3, np.nan, GOOD), (3, 3, 0, GOOD),
        (3, 5, 0, UNKNOWN), (np.nan, np.nan, 0, UNKNOWN), (np.nan, np.nan, 1, GOOD),
    ],
)  # fmt: skip
def test_walk_ups(fewest, most, lift, expected):
    assert walkup(facts(fewest=fewest, most=most, lift=lift), 4.0)[0] == expected


def test_a_function_for_one_defect_only():
    with pytest.raises(ValueError, match="registered already"):
        derived("aged")(aged)


def test_age_by_building_else_by_the_list_of_compounds(tmp_path):
    homes = [{"zone": 0, "year_built": 1990.0}, {"zone": 0, "year_built": np.nan}, {"zone": 0, "year_built": 2010.0},
             {"zone": 1, "year_built": np.nan}]  # fmt: skip
    found, _ = study(city(homes), tmp_path)
    assert values(found, "aged") == [0.5, None]
    assert values(found, "aged", "unknown_share") == [pytest.approx(1 / 3), 1.0]
    listed, _ = study(
        city(homes, year_built=[1985.0, 1995.0], approximate=pd.array([False, True], "boolean")), tmp_path
    )
    # 1995, but no single year: within ten years it may be after 2000.
    assert values(listed, "aged") == [pytest.approx(2 / 3), None]
    assert values(study(city(homes), tmp_path, built_before=1980)[0], "aged") == [0.0, None]


def test_walk_ups_weigh_by_elders(tmp_path):
    homes = [
        {"zone": 0, "floors": 6.0, "population_60plus": 30.0}, {"zone": 0, "floors": 3.0, "population_60plus": 10.0},
        {"zone": 0, "floors": np.nan, "population_60plus": 40.0}, {"zone": 1, "floors": 2.0, "population_60plus": 5.0},
    ]  # fmt: skip
    none = pd.array([False, None], "boolean")
    found, _ = study(city(homes, has_lift=none), tmp_path)
    assert values(found, "walkup") == [0.75, 0.0]
    assert values(found, "walkup", "unknown_share") == [0.5, 0.0]
    assert (values(found, "walkup", "found"), values(found, "walkup", "surveyed")) == ([1, 0], [2, 1])
    # That a compound has a lift says nothing of each of its houses.
    found, _ = study(city(homes, has_lift=pd.array([True, True], "boolean")), tmp_path)
    assert values(found, "walkup", "surveyed") == [1, 1]
    assert values(found, "walkup") == [0.0, 0.0]


def test_no_attribute_no_column(tmp_path):
    found, _ = study(city([{"zone": 0}, {"zone": 1}]), tmp_path)
    assert found.looked == ()
    assert found.zones.columns.tolist() == ["safety_gate"]
    assert gate(found) == [None, None]


# ------------------------------------------------------------------------------------------------------- inspections

FOUR = [{"zone": 0}, {"zone": 0}, {"zone": 0}, {"zone": 1}]
ROOFS = "楼号,屋面渗漏\nb0,是\nb1,否\nb2,\nb3,\n"


def test_share_of_those_surveyed_and_the_rest_apart(tmp_path):
    found, _ = study(city(FOUR), tmp_path, ROOFS)
    assert values(found, "roof_fault") == [0.5, None]
    assert values(found, "roof_fault", "unknown_share") == [pytest.approx(1 / 3), 1.0]
    assert values(found, "roof_fault", "unit") == ["building", None]
    assert found.buildings["roof_fault_condition"].tolist() == ["defect", "good", "unknown", "unknown"]
    assert values(found, "condition_basic") == [0.5, None]
    assert values(found, "condition_lining") == [0.5, None]
    assert "condition_face_share" not in found.zones


def test_a_mean_needs_half_of_what_is_known_anywhere(tmp_path):
    """Old houses everywhere; z0 was inspected for three more things of its class, z1 for one, z2 for none."""
    homes = [{"zone": z, "year_built": 1980.0} for z in range(3)]
    text = "楼号,屋面渗漏,老旧管网,雨污\nb0,否,是,否\nb1,否,,\nb2,,,\n"
    asked = {"columns": {"drainage_fault": "雨污"}, "yes": {"drainage_fault": "defect"}}
    found, _ = study(city(homes, 3), tmp_path, text, looked=asked)
    basic = [d for d in found.looked if found.defects[d].grade == "basic"]
    known = found.zones[[f"{code}_share" for code in basic]].notna().sum(axis=1).tolist()
    assert known == [4, 2, 1]
    assert values(found, "condition_basic") == [0.5, 0.5, None]
    unknown = [found.zones.loc[z, [f"{c}_unknown_share" for c in basic]].mean() for z in ("z0", "z1", "z2")]
    assert values(found, "condition_basic", "unknown_share") == pytest.approx(unknown)
    # Where nobody inspected anything, age is all that is known anywhere, and zones compare by it.
    assert values(study(city(homes, 3), tmp_path)[0], "condition_basic") == [1.0, 1.0, 1.0]


def test_what_is_no_home_does_not_count(tmp_path):
    homes = [{"zone": 0}, {"zone": 0, "use": "other"}, {"zone": 1}]
    found, _ = study(city(homes), tmp_path, "楼号,屋面渗漏\nb0,否\nb1,是\nb2,是\n")
    assert values(found, "roof_fault") == [0.0, 1.0]
    assert pd.isna(found.buildings["roof_fault_condition"].iloc[1])


def test_buildings_of_which_only_the_zone_is_known_count_in_place_of_those_that_were_drawn(tmp_path):
    homes = [{"zone": 0, "year_built": 1980.0}] * 3 + [{"zone": 1, "year_built": 1980.0}]
    text = "小区名称,楼号,屋面渗漏,建造时间\n0号院,甲,是,2010\n0号院,乙,否,\n0号院,丙,,\n0号院,丁,否,\n"
    found, _ = study(city(homes), tmp_path, text)
    # Four were inspected where three were drawn.
    assert values(found, "roof_fault") == [pytest.approx(1 / 3), None]
    assert values(found, "roof_fault", "unknown_share") == [0.25, 1.0]
    # One inspected building says its year: the drawn ones may be the same, and stay out.
    assert values(found, "aged") == [0.0, 1.0]
    assert values(found, "aged", "unknown_share") == [0.75, 0.0]


def test_a_compound_that_was_looked_at_as_a_whole(tmp_path):
    found, _ = study(city(FOUR), tmp_path, "小区名称,道路破损,老旧管网,停车泊位缺口\n0号院,是,是,12\n1号院,否,,0\n")
    assert values(found, "road_fault") == [1.0, 0.0]
    assert values(found, "road_fault", "unit") == ["zone", "zone"]
    assert values(found, "pipe_fault") == [1.0, None]
    assert values(found, "pipe_fault", "unknown_share") == [0.0, 1.0]
    assert found.zones["parking_gap_bays"].tolist() == [12.0, 0.0]


def test_management_of_a_list_with_known_values(tmp_path):
    town = city(FOUR, property_management=pd.array(["无物业", "某某物业服务有限公司"], "str"))
    found, _ = study(town, tmp_path)
    assert found.zones["management_model"].tolist() == ["none", "company"]
    assert values(found, "unmanaged") == [1.0, 0.0]
    found, _ = study(town, tmp_path, "小区名称,管理模式,物业引入情况\n0号院,自管,征求意见\n")
    assert found.zones["management_model"].tolist() == ["owners", "company"]
    assert found.zones["management_status"].tolist()[0] == "discussed"
    assert values(found, "unmanaged") == [0.0, 0.0]


def test_points_that_stand_in_for_buildings_say_what_the_compound_says(tmp_path):
    homes = [{"zone": i, "stand_in": True, "floors": 6.0, "year_built": 1985.0, "dwellings": 90.0} for i in (0, 1)]
    town = city(homes, year_built=[1985.0, 2010.0], floors=[6.0, 6.0], buildings=[5.0, 5.0],
                has_lift=pd.array([False, True], "boolean"))  # fmt: skip
    found, _ = study(
        town,
        tmp_path,
        "小区名称,楼号,燃气安全隐患\n0号院,1,否\n0号院,2,否\n",
        spec=ConditionSpec(gates=("gas_hazard",)),
    )
    assert (values(found, "aged"), values(found, "aged", "unit")) == ([1.0, 0.0], ["zone", "zone"])
    assert values(found, "walkup") == [1.0, None]
    assert values(found, "aged", "dwellings") == [90.0, 0.0]
    # Two of five were looked at.
    assert values(found, "gas_hazard", "unknown_share") == [pytest.approx(0.6), 1.0]
    assert gate(found) == [None, None]


# ------------------------------------------------------------------------------------------------------------ gates


def hazards(*rows):
    names = [
        "使用安全隐患",
        "燃气安全隐患",
        "用电安全隐患",
        "排水安全隐患",
        "消防安全隐患",
        "楼道安全隐患",
        "围护安全隐患",
    ]
    return ",".join(["楼号", *names]) + "\n" + "".join(",".join(row) + "\n" for row in rows)


def test_the_gate_is_no_only_if_all_was_looked_at(tmp_path):
    homes = [{"zone": i} for i in (0, 0, 1, 1, 2, 2, 3)]
    all_well = ["否"] * 7
    text = hazards(["b0", *all_well], ["b1", *all_well], ["b2", *all_well], ["b3", *["否"] * 6, ""],
                   ["b4", "", "是", *[""] * 5], ["b6", *[""] * 7])  # fmt: skip
    found, _ = study(city(homes, 4), tmp_path, text)
    assert gate(found) == [False, None, True, None]
    assert str(found.zones["safety_gate"].dtype) == "boolean"
    assert [c for c in found.zones if c.startswith(("condition_face", "condition_lining"))] == []
    one = ConditionSpec(gates=("gas_hazard",))
    assert gate(study(city(homes, 4), tmp_path, text, spec=one)[0]) == [False, False, True, None]


def test_the_gate_asks_for_homes_and_not_for_what_a_list_counts_beside_them(tmp_path):
    """Six compounds with two homes that are well, and what a list counts in all."""
    homes = [{"zone": z} for z in range(6) for _ in range(2)]
    others = [{"zone": z, "use": "other"} for z in (1, 2, 4)]
    # As drawn; one drawn that is no home; one more than that; one more than drawn; no list; fewer than drawn.
    town = city(homes + others, 6, buildings=[2.0, 3.0, 4.0, 3.0, np.nan, 1.0])
    text = "楼号,燃气安全隐患\n" + "".join(f"b{i},否\n" for i in range(12))
    one = ConditionSpec(gates=("gas_hazard",))
    assert gate(study(town, tmp_path, text, spec=one)[0]) == [False, False, None, None, False, False]
    # What is no home has no say, whatever was found there; a home that nobody looked at keeps the answer open.
    looked = text.replace("b3,否", "b3,") + "b12,是\nb13,否\n"
    assert gate(study(town, tmp_path, looked, spec=one)[0]) == [False, None, None, None, False, False]


def test_a_problem_point_opens_the_gate_and_a_solved_one_proves_nothing(tmp_path):
    points = f"what,x,y,done\ngas_hazard,{X + 500},{Y + 500},处理中\n燃气泄漏,{X + 1500},{Y + 500},已整改\n"
    found, _ = study(city(FOUR), tmp_path, points=points, seen={"category": "what", "status": "done"})
    assert gate(found) == [True, None]
    assert values(found, "gas_hazard", "points") == [1.0, None]


# ------------------------------------------------------------------------------------------------------------ points

POINTS = "what,x,y\n" + "".join(f"roof_fault,{X + x},{Y + y}\n" for x, y in ((10, 10), (10, 11), (500, 500)))
"""Two at b0 (x 5 to 15), one in z0 far from any home."""


def test_points_tell_of_defects_and_never_of_their_absence(tmp_path):
    found, _ = study(city(FOUR), tmp_path, points=POINTS)
    assert values(found, "roof_fault", "points") == [3.0, None]
    assert values(found, "roof_fault", "per_100") == [100.0, None]
    assert values(found, "roof_fault", "affected_share") == [pytest.approx(1 / 3), None]
    # Nobody surveyed: the share stays open although one is known to be bad.
    assert values(found, "roof_fault") == [None, None]
    assert found.buildings["roof_fault_condition"].tolist() == ["defect", *["unknown"] * 3]


def test_where_everything_was_looked_at_no_point_is_good(tmp_path):
    seen = {"category": "what", "surveyed": "all"}
    found, _ = study(city(FOUR), tmp_path, points=POINTS, seen=seen)
    assert values(found, "roof_fault") == [pytest.approx(1 / 3), 0.0]
    assert values(found, "roof_fault", "points") == [3.0, 0.0]
    assert found.buildings["roof_fault_condition"].tolist() == ["defect", "good", "good", "good"]
    found, _ = study(city(FOUR), tmp_path, points=POINTS, seen={**seen, "surveyed": ("z0",)})
    assert values(found, "roof_fault", "points") == [3.0, None]
    assert values(found, "roof_fault", "unknown_share") == [0.0, 1.0]


def test_a_point_beats_an_inspection_that_found_nothing_and_says_so(tmp_path):
    found, findings = study(city(FOUR), tmp_path, "楼号,屋面渗漏\nb0,否\nb1,否\n", POINTS)
    assert values(found, "roof_fault") == [0.5, None]
    assert "1 buildings were found good and have an open problem point" in findings.warnings[0].text
    assert found.report["defects"][0]["conflicts"] == 1


def test_of_a_defect_of_compounds_one_point_is_enough(tmp_path):
    found, _ = study(city(FOUR), tmp_path, points=f"what,x,y\n路面坑洼,{X + 10},{Y + 10}\n")
    assert values(found, "road_fault") == [1.0, None]
    assert values(found, "road_fault", "unit") == ["zone", None]
    # It lies at a house, but is not the house's.
    assert "road_fault_condition" not in found.buildings
    assert "road_fault_affected_share" not in found.zones


# ------------------------------------------------------------------------------------------------------------ a twin

ANSWER = st.sampled_from(["是", "否", ""])


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 2), ANSWER, st.booleans(), st.integers(0, 9)), min_size=1, max_size=12),
    st.sampled_from(["none", "all", "z1"]),
)
def test_like_the_slow_twin(tmp_path_factory, rows, surveyed):
    """Every building: its zone, what an inspection says, whether a point is on it, and its dwellings."""
    folder = tmp_path_factory.mktemp("twin")
    homes = [{"zone": z, "dwellings": float(n)} for z, _, _, n in rows]
    text = "楼号,屋面渗漏\n" + "".join(f"b{i},{a}\n" for i, (_, a, _, _) in enumerate(rows))
    town = city(homes, 3)
    centers = town.buildings.geometry.centroid
    points = "what,x,y\n" + "".join(f"roof_fault,{p.x},{p.y}\n" for p, r in zip(centers, rows, strict=True) if r[2])
    points += f"路面坑洼,{X - 50},{Y - 50}\n"
    # What was looked for is listed, so that a kind without any point is known to have been.
    kinds = {"roof_fault": "roof_fault"}
    swept = (surveyed,) if surveyed == "z1" else surveyed
    seen = {"category": "what", "categories": kinds, "surveyed": swept, "near_m": 0}
    found, _ = study(town, folder, text, points, seen=seen)
    for z in range(3):
        mine = [r for r in rows if r[0] == z]
        all_seen = surveyed in {"all", f"z{z}"}
        looked = [r for r in mine if r[1] or all_seen]
        bad = [r for r in looked if r[1] == "是" or r[2]]
        shown = [r for r in mine if r[1] == "是" or r[2]]
        open_points = sum(r[2] for r in mine)
        line = found.zones.loc[f"z{z}"]

        def same(kind, expected, line=line):
            value = line[f"roof_fault_{kind}"]
            assert (pd.isna(value) and expected is None) or value == pytest.approx(expected), kind

        same("share", len(bad) / len(looked) if looked else None)
        same("unknown_share", 1 - len(looked) / len(mine) if mine else None)
        same("surveyed", len(looked))
        same("points", open_points if open_points or all_seen else None)
        same("affected_share", open_points / len(mine) if mine and (open_points or all_seen) else None)
        same("dwellings", sum(r[3] for r in shown) if looked or shown else None)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1), ANSWER), min_size=2, max_size=8), st.data())
def test_what_nobody_looked_at_could_be_anything(tmp_path_factory, rows, data):
    """However the blanks turn out: a known gate stays, and the share lies between the bounds that they leave."""
    folder = tmp_path_factory.mktemp("blanks")
    town, spec = city([{"zone": z} for z, _ in rows]), ConditionSpec(gates=("gas_hazard",))

    def told(answers):
        text = "楼号,燃气安全隐患\n" + "".join(f"b{i},{a}\n" for i, a in enumerate(answers))
        return study(town, folder, text, spec=spec)[0]

    before = told([a for _, a in rows])
    after = told([a or data.draw(st.sampled_from(["是", "否"])) for _, a in rows])
    for was, is_now in zip(gate(before), gate(after), strict=True):
        assert was is None or was == is_now
    part, whole = before.zones, after.zones
    share, open_ = part["gas_hazard_share"].fillna(0.0), part["gas_hazard_unknown_share"]
    low, high = share * (1 - open_), share * (1 - open_) + open_
    known = whole["gas_hazard_share"].notna()
    assert (whole["gas_hazard_share"] >= low - 1e-9)[known].all()
    assert (whole["gas_hazard_share"] <= high + 1e-9)[known].all()


# ----------------------------------------------------------------------------------------------------------- reports


def test_rate_and_share_of_problems_are_two_things(tmp_path):
    homes = [{"zone": i} for i in (0, 0, 1, 1, 2, 2)]
    text = "楼号,屋面渗漏\nb0,是\nb1,否\nb2,是\nb3,是\n"
    town = city(homes, 3, district=["东", "东", "西"])
    found, _ = study(town, tmp_path, text)
    table = by_place(found, town.zones, "district", "roof_fault")
    assert table.loc[("东", "building"), ["found", "surveyed", "rate", "share_of_problems"]].tolist() == [
        3,
        4,
        0.75,
        1.0,
    ]
    assert table.loc[("西", "none"), "zones_not_surveyed"] == 1
    assert pd.isna(table.loc[("西", "none"), "rate"])


def test_the_report_and_the_values_name_sources_and_marks(tmp_path):
    found, _ = study(city(FOUR), tmp_path, ROOFS)
    line = found.report["defects"][0]
    assert (line["code"], line["buildings_found"], line["buildings_surveyed"], line["buildings_drawn"]) == (
        "roof_fault",
        1,
        2,
        4,
    )
    assert "gas_hazard" in found.report["gate"]["nothing_known_of"]
    assert found.rules_used[0]["verified"] == "secondary"
    assert all(condition_title(c, found.defects) for c in [*found.zones.columns, *found.buildings.columns])
    assert set(condition_codes(found.defects)) >= {"roof_fault_share", "condition_basic_share"}


def test_input_is_not_changed(tmp_path):
    town = city([{"zone": 0, "year_built": np.nan}, {"zone": 1, "year_built": 1990.0}])
    zones, buildings = town.zones.copy(), town.buildings.copy()
    study(town, tmp_path, "楼号,屋面渗漏,建造时间\nb0,是,1980\n", POINTS)
    pd.testing.assert_frame_equal(town.zones, zones)
    pd.testing.assert_frame_equal(town.buildings, buildings)


def test_in_a_town_from_files(town):
    for i, building in enumerate(town.buildings):
        building[0].update({"year_built": 1980 + 5 * i, "floors": 6, "dwellings": 10, "population_60plus": 4})
    (town.folder / "inspection.csv").write_text(
        "小区名称,楼号,燃气安全隐患,屋面渗漏,有无电梯\n西区,h0,否,是,无\n西区,h1,否,否,无\n东区,h4,是,,无\n东区,h9,,是,\n",
        encoding="gb18030",
    )
    (town.folder / "points.csv").write_text(
        f"类,x,y\n路面坑洼,{X + 60},{Y + 205}\n屋顶漏水,{X + 255},{Y + 215}\n", encoding="utf-8"
    )
    config, findings = load_project(town.write()), Findings()
    built = build_city(config.zones, config.buildings, config.streets, config.facilities, town.folder, findings)
    spec = ConditionSpec()
    found = condition(
        built, spec, study_defects(spec, town.folder), town.folder, findings,
        inspections=[InspectionSpec(path="inspection.csv")],
        problems=[ProblemsSpec(path="points.csv", category="类", x="x", y="y", crs=CRS)],
    )  # fmt: skip
    west, east = found.zones.loc["west"], found.zones.loc["east"]
    assert (west["roof_fault_share"], west["roof_fault_points"], west["road_fault_share"]) == (0.5, 1.0, 1.0)
    assert west["aged_share"] == 1.0
    assert east["aged_share"] == pytest.approx(1 / 4)
    assert (west["walkup_share"], west["walkup_unknown_share"]) == (1.0, 0.5)
    assert bool(east["safety_gate"])
    assert pd.isna(west["safety_gate"])
    assert found.buildings.loc["h2", "roof_fault_condition"] == "defect"
    assert [s["role"] for s in findings.sources if s["role"][:4] in {"insp", "prob"}] == ["inspection", "problems[1]"]
