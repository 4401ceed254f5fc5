"""A street hundreds of kilometres away is left out, and does not make the data seem to reach there."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from conftest import X, Y

import geoprio
from geoprio._core.findings import Findings
from geoprio.city.reach import STRAY_M, without_strays

REACH = shapely.box(X, Y, X + 4000, Y + 4000)


def lines(*distances):
    """Return short streets so many metres east of the study."""
    x = X + 4000 + np.array(distances, float)
    shapes = [shapely.LineString([(at, Y), (at + 10, Y)]) for at in x]
    return gpd.GeoDataFrame({"kind": [f"{d:g}" for d in distances]}, geometry=shapes, crs=32650)


@pytest.mark.parametrize(
    ("distances", "kept"),
    [
        ((0, 100, 5000, 400_000), (0, 100, 5000)),
        ((400_000, 0, 400_100), (0,)),
        ((0, STRAY_M - 1, 2 * STRAY_M - 2), (0, STRAY_M - 1, 2 * STRAY_M - 2)),
        ((500_000, 500_100), (500_000, 500_100)),
        ((7,), (7,)),
    ],
)
def test_only_what_lies_beyond_a_gap_is_left_out(distances, kept):
    """Streets that are all far away are not strays: zones or CRS are wrong then, which is said elsewhere."""
    findings = Findings()
    found = without_strays(lines(*distances), REACH, findings)
    assert found["kind"].tolist() == [f"{d:g}" for d in kept]
    assert list(found.index) == list(range(len(kept)))
    assert bool(findings.notes) is (len(kept) < len(distances))


def test_one_slip_is_warned_of_and_many_far_streets_are_noted():
    one, many = Findings(), Findings()
    without_strays(lines(*range(0, 5000, 10), 300_000), REACH, one)
    without_strays(lines(*range(0, 100, 10), *range(300_000, 300_100, 10)), REACH, many)
    assert [n.level for n in (*one.notes, *many.notes)] == ["warning", "info"]
    assert (
        "1 of 501 lines lie 300 km and more from the study, beyond a gap, such as one at longitude" in one.notes[0].text
    )


def test_a_stray_street_leaves_the_zones_near_the_edge(town):
    """The hull of the town's streets and of three strays around would hold every catchment."""
    plain = geoprio.run(town.write())
    for dx, dy in ((300_000, 0), (-300_000, 300_000), (-200_000, -300_000)):
        at = [[X + dx, Y + dy], [X + dx + 10, Y + dy]]
        town.streets.append(({"kind": "slip"}, "LineString", at))
    strayed = geoprio.run(town.write())
    assert plain.zones["near_data_edge"].all()
    assert strayed.zones["near_data_edge"].all()
    np.testing.assert_array_equal(strayed.zones["priority"], plain.zones["priority"])
