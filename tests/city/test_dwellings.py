"""Dwellings of a list, shared out to the homes of the zone by their floor space, and said to be assumed."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from listed_town import COMPOUNDS, build, write_list

import geoprio
from geoprio._core.findings import Findings
from geoprio.city.dwellings import spread_dwellings


def houses(rows):
    """Return buildings of (zone, use, floors, dwellings, square metres)."""
    sides = np.sqrt([r[4] for r in rows])
    x = np.arange(len(rows)) * 1000.0
    data = {name: [r[k] for r in rows] for k, name in enumerate(("zone_id", "use", "floors", "dwellings"))}
    table = pd.DataFrame(data).astype({"floors": float, "dwellings": float})
    return gpd.GeoDataFrame(table, geometry=shapely.box(x, 0, x + sides, sides), crs=32650)


def zones(**dwellings):
    index = pd.Index(list(dwellings), dtype="str", name="zone_id")
    data = {"dwellings": list(dwellings.values()), "list_row": [str(i + 2) for i in range(len(index))]}
    return gpd.GeoDataFrame(data, index=index, geometry=[shapely.box(0, 0, 1, 1)] * len(index), crs=32650)


def test_by_floor_space_to_the_homes_that_do_not_say_their_own():
    table = houses([
        ("a", "residential", 6, None, 100), ("a", "unknown", None, None, 200), ("a", "other", 9, None, 900),
        ("a", "residential", 6, 20, 100), ("b", "residential", 1, 7, 50), (None, "residential", 1, None, 50),
        ("c", "residential", 1, None, 50),
    ])  # fmt: skip
    findings = Findings()
    found, report = spread_dwellings(table, zones(a=100.0, b=9.0, c=np.nan, d=5.0), findings)
    np.testing.assert_allclose(found["dwellings"], [60, 20, np.nan, 20, 7, np.nan, np.nan])
    assert found["dwellings_assumed"].tolist() == [True, True, False, False, False, False, False]
    assert report == {
        "dwellings_assumed": 80,
        "dwellings_assumed_buildings": 2,
        "dwellings_assumed_zones": 1,
        "dwellings_unplaced": 5,
    }
    assert "dwellings_assumed" not in table
    (note,) = findings.warnings
    assert note.text.startswith("assumed: the list's dwellings are shared out to 2 homes of 1 zones")
    rejects = findings.rejects()[["source", "row", "column", "value", "reason"]].to_numpy().tolist()
    assert rejects == [["compounds", "5", "dwellings", "5", "dwellings of a zone without homes: not placed"]]


def test_buildings_that_say_more_than_the_list_stand():
    table = houses([("a", "residential", 6, 120, 100), ("a", "residential", 6, None, 100)])
    findings = Findings()
    found, report = spread_dwellings(table, zones(a=100.0), findings)
    assert found["dwellings"].tolist()[0] == 120
    assert np.isnan(found["dwellings"].tolist()[1])
    assert report == {}
    assert findings.rejects()["value"].tolist() == ["20"]


BUILDING = st.tuples(st.sampled_from("abc"), st.integers(1, 30), st.none() | st.integers(0, 50), st.integers(20, 2000))
"""Zone, floors, dwellings of its own and square metres."""


@settings(max_examples=50, deadline=None)
@given(
    st.lists(BUILDING, min_size=1, max_size=12),
    st.lists(st.none() | st.integers(0, 500), min_size=3, max_size=3),
)
def test_no_dwelling_is_lost_or_made(rows, totals):
    table = houses([(zone, "residential", floors, own, m2) for zone, floors, own, m2 in rows])
    listed = {z: np.nan if n is None else float(n) for z, n in zip("abc", totals, strict=True)}
    found, report = spread_dwellings(table, zones(**listed), Findings())
    own = table["dwellings"]
    pd.testing.assert_series_equal(found["dwellings"][own.notna()], own[own.notna()])
    got = 0.0
    for zone, total in listed.items():
        here = table["zone_id"] == zone
        stated = own[here].sum()
        if here.any() and own[here].isna().any() and total > stated:
            assert found["dwellings"][here].sum() == pytest.approx(total)
            got += total - stated
        else:
            assert found["dwellings"][here].sum() == stated
    assert report.get("dwellings_assumed", 0.0) == pytest.approx(got)


def test_a_run_takes_them_as_demand(town):
    write_list(town, "小区名称,户数\n西区,120\n东区,80\n")
    result = geoprio.run(town.write(COMPOUNDS))
    assert result.buildings["dwellings"].groupby(result.buildings["zone_id"]).sum().to_dict() == {
        "west": 120,
        "east": 80,
    }
    assert result.buildings["dwellings_assumed"].all()
    assert result.quality["categories"]["convenience"]["demand"] == "dwellings"
    assert result.quality["compounds"]["dwellings_assumed"] == 200
    assert any(n["text"].startswith("assumed: the list's dwellings") for n in result.quality["notes"])
    saved = gpd.read_parquet(result.save(town.folder / "out") / "buildings.parquet")
    assert saved["dwellings_assumed"].all()


def test_a_list_without_dwellings_changes_nothing(town):
    write_list(town, "小区名称,层数\n西区,6\n")
    city, _ = build(town)
    assert "dwellings" not in city.buildings
    assert "dwellings_assumed" not in city.compounds
