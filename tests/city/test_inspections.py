"""Which building or zone an inspected row or a problem point belongs to, against brute force."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geoprio._core.errors import InputError
from geoprio._core.findings import Findings
from geoprio.city.inspections import joined_once, place_inspection
from geoprio.city.problems import place_problems
from geoprio.sources.inspection import InspectionSpec, ProblemsSpec, read_inspection
from geoprio.standards.defects import load_defects

CRS = "EPSG:32650"


def zones_of(*names, side=100):
    """Return zones z0, z1 … as squares in a row, `side` apart and wide."""
    shapes = [shapely.box(side * i, 0, side * (i + 1), side) for i in range(len(names))]
    index = pd.Index([f"z{i}" for i in range(len(names))], dtype="str", name="zone_id")
    return gpd.GeoDataFrame({"name": pd.Series(names, dtype="str").to_numpy()}, index=index, geometry=shapes, crs=CRS)


def homes_of(places, **columns):
    """Return square homes of 10 m (lower left corners x, y) in zones of 100 m: b0, b1 …"""
    shapes = [shapely.box(x, y, x + 10, y + 10) for x, y in places]
    index = pd.Index([f"b{i}" for i in range(len(places))], dtype="str", name="building_id")
    table = {"use": "residential", "zone_id": [f"z{int(x // 100)}" for x, _ in places], **columns}
    return gpd.GeoDataFrame(table, index=index, geometry=shapes, crs=CRS)


def placed(folder, text, areas, homes, **keys):
    (folder / "i.csv").write_text(text, encoding="utf-8")
    findings, spec = Findings(), InspectionSpec(path="i.csv", **keys)
    read = read_inspection(spec, load_defects(), folder, findings)
    return place_inspection(read, spec, areas, homes, findings), findings


ZONES = zones_of("阳光小区", "月亮湾", "红旗社区")
HOMES = homes_of([(10, 10), (50, 10), (110, 10), (210, 10)])


def test_buildings_by_id_and_the_others_by_their_zone(tmp_path):
    text = "小区名称,楼号,屋面渗漏\n阳光,b0,是\n月亮湾,b1,否\n,b3,否\n月亮湾小区,7,是\n不在的,9,是\n"
    found, findings = placed(tmp_path, text, ZONES, HOMES)
    assert found.buildings["roof_fault"].to_dict() == {"b0": True, "b3": False}
    assert found.listed[["zone_id", "roof_fault"]].to_numpy().tolist() == [["z1", False], ["z1", True]]
    told = findings.rejects().set_index("row")["reason"].to_dict()
    # b1 stands in the first zone, not in the second.
    assert "another zone" in told["3"]
    assert "no building of this id" in told["6"]
    assert found.report["without_place"] == 1


def test_numbers_that_repeat_are_no_ids_of_buildings(tmp_path):
    homes = HOMES.set_axis(pd.Index(["1", "2", "3", "4"], name="building_id"))
    text = "小区名称,楼号,屋面渗漏\n阳光小区,1,是\n月亮湾,1,否\n"
    found, _ = placed(tmp_path, text, ZONES, homes)
    assert found.buildings.empty
    assert found.listed["zone_id"].tolist() == ["z0", "z1"]


def test_compounds_by_id_name_or_as_the_project_file_says(tmp_path):
    text = "小区名称,道路破损\nz0,是\n月亮湾,否\n老红旗大院,是\n"
    found, findings = placed(tmp_path, text, ZONES, HOMES)
    assert found.zones["road_fault"].to_dict() == {"z0": True, "z1": False}
    assert "its zone is not sure" in findings.rejects()["reason"].iloc[0]
    found, _ = placed(tmp_path, text, ZONES, HOMES, zones={"老红旗大院": "z2"})
    assert found.zones["road_fault"].to_dict() == {"z0": True, "z1": False, "z2": True}
    with pytest.raises(InputError, match="there is no zone 'z9'"):
        placed(tmp_path, text, ZONES, HOMES, zones={"老红旗大院": "z9"})


def test_two_rows_that_come_to_one_zone_are_not_used(tmp_path):
    found, findings = placed(tmp_path, "小区名称,道路破损\nz0,是\n阳光小区,否\n", ZONES, HOMES)
    assert found.zones.empty
    assert findings.rejects()["reason"].unique().tolist() == ["rows 2, 3 were joined to one zone; none is used"]


def test_of_two_files_the_later_one_holds_where_it_says_something():
    one = pd.DataFrame({"a": pd.array([True, False, None], "boolean"), "n": [1.0, 2.0, np.nan]}, index=list("xyz"))
    two = pd.DataFrame(
        {"a": pd.array([False, None], "boolean"), "b": pd.array([True, None], "boolean")}, index=list("xw")
    )
    findings = Findings()
    both = joined_once([one, two], ["i[1]", "i[2]"], findings)
    assert both["a"].equals(pd.Series([False, False, None, None], list("xyzw"), dtype="boolean"))
    assert both.loc["x", "b"]
    assert "a: 1 units differ" in findings.warnings[0].text


def problems(places, **keys):
    spec = ProblemsSpec(path="p.csv", defect="road_fault", x="x", y="y", crs=CRS, **keys)
    shapes = [p if isinstance(p, shapely.Geometry) else shapely.Point(p) for p in places]
    columns = {"problem_id": None, "defect": "road_fault", "status": "open"}
    frame = gpd.GeoDataFrame(columns, index=range(1, len(places) + 1), geometry=shapes, crs=CRS)
    return frame, spec


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(-2, 32), st.integers(-2, 12)), min_size=1, max_size=12),
    st.lists(st.tuples(st.integers(0, 28), st.integers(0, 9)), min_size=1, max_size=8, unique=True),
    st.sampled_from([0, 5, 30]),
)
def test_points_like_brute_force(at, houses, near):
    homes = homes_of([(10 * x, 10 * y) for x, y in houses])
    frame, spec = problems([(10 * x, 10 * y) for x, y in at], near_m=near)
    findings = Findings()
    found = place_problems(frame, spec, ZONES, homes, findings)
    for row, point in frame.geometry.items():
        inside = [z for z, shape in ZONES.geometry.items() if shape.covers(point)]
        if not inside:
            assert row not in found.index
            assert str(row) in set(findings.rejects()["row"])
            continue
        zone = min(inside)
        assert found.loc[row, "zone_id"] == zone
        mine = homes[homes["zone_id"] == zone]
        off = sorted((shape.distance(point), b) for b, shape in mine.geometry.items() if shape.distance(point) <= near)
        expected = off[0][1] if off else None
        assert (None if pd.isna(found.loc[row, "building_id"]) else found.loc[row, "building_id"]) == expected


def test_areas_by_an_inner_point_and_no_problems_of_shops_and_stand_ins():
    homes = homes_of([(10, 10), (50, 10), (110, 10)], stand_in=[False, False, True])
    homes.loc["b1", "use"] = "other"
    frame, spec = problems([shapely.box(5, 5, 25, 25), (55, 15), (115, 15)], near_m=0)
    found = place_problems(frame, spec, ZONES, homes, Findings())
    assert [None if pd.isna(b) else b for b in found["building_id"]] == ["b0", None, None]
    assert found["zone_id"].tolist() == ["z0", "z0", "z1"]


def test_zones_that_are_said_to_be_surveyed_must_be_there():
    frame, spec = problems([(5, 5)], surveyed=("z0", "nowhere"))
    with pytest.raises(InputError, match="surveyed: there is no zone 'nowhere'"):
        place_problems(frame, spec, ZONES, HOMES, Findings())
