"""Gates, entrances and barriers in a whole run, with distances by hand on the town of the fixtures."""

import math

import numpy as np
import pytest
from conftest import X, Y
from ways import entrances, gates, layer

import geoprio

HOUSES = [55 + 100 * k for k in range(8)]
"""Metres east of the town's corner; each house stands 15 m above the street, the shop at 100 stands 5 m below it."""
PLAIN = [15 + abs(x - 100) + 5 for x in HOUSES]


def metres(result, category="convenience"):
    return result.buildings[f"{category}_distance_m"].tolist()


def warnings_of(result):
    return [n["text"] for n in result.quality["notes"] if n["level"] == "warning"]


def to_gate(x, gate, y):
    """Return the straight way from a house to its gate and on to the street."""
    return math.hypot(x - gate, 215 - y) + abs(y - 200)


def test_a_gated_zone_is_left_through_its_gate(town):
    """The gate of the west stands 20 m above the street at 300; the east has none."""
    plain = geoprio.run(town.write())
    result = geoprio.run(town.write(gates(town, ("g", "west", 300, 220))))
    legs = [to_gate(x, 300, 220) for x in HOUSES[:4]]
    by_hand = [leg + 200 + 5 for leg in legs] + PLAIN[4:]
    assert metres(plain) == PLAIN
    assert metres(result) == pytest.approx(by_hand, abs=1e-3)
    assert metres(result, "elder_care") == pytest.approx(
        [leg + 400 + 5 for leg in legs] + metres(plain, "elder_care")[4:], abs=1e-3
    )
    assert result.buildings["snap_m"].tolist() == pytest.approx([*legs, 15, 15, 15, 15], abs=1e-3)
    minutes = result.buildings["convenience_walk_min"]
    assert minutes.tolist() == pytest.approx([d / 60 for d in by_hand], rel=1e-6)
    assert not warnings_of(result)
    # Everyone is within 500 m of the shop; within 300 m are fewer than without the gate.
    within = [(r.buildings["convenience_count_300m"] > 0).sum() for r in (plain, result)]
    assert within == [sum(d <= 300 for d in PLAIN), sum(d <= 300 for d in by_hand)] == [4, 2]
    assert result.zones.loc["east", "convenience_supply"] > plain.zones.loc["east", "convenience_supply"]


def test_the_better_of_two_gates_is_taken_for_each_way(town):
    result = geoprio.run(town.write(gates(town, ("g1", "west", 300, 220), ("g2", "west", 20, 190))))
    for category, shop, leg in (("convenience", 100, 5), ("elder_care", 700, 5)):
        by_hand = [
            min(to_gate(x, at, y) + abs(at - shop) + leg for at, y in ((300, 220), (20, 190))) for x in HOUSES[:4]
        ]
        assert metres(result, category)[:4] == pytest.approx(by_hand, abs=1e-3)
    nearest = [min(to_gate(x, 300, 220), to_gate(x, 20, 190)) for x in HOUSES[:4]]
    assert result.buildings["snap_m"].tolist()[:4] == pytest.approx(nearest, abs=1e-3)


def test_a_gate_off_every_street_leaves_ordinary_ways(town):
    project = town.write(gates(town, ("g", "west", 300, 390)))
    result = geoprio.run(project)
    assert metres(result) == PLAIN
    assert result.buildings["snap_m"].tolist() == [15.0] * 8
    (row,) = result.rejects[result.rejects["source"] == "gates"].to_dict("records")
    assert row["row"] == "g"
    assert row["reason"] == "gate farther than 150 m from every street: not used"
    assert "max_snap_m" in row["mend"]
    (said,) = warnings_of(result)
    assert said.startswith("4 buildings and 0 facilities have only gates or entrances that are on no street")
    with pytest.raises(geoprio.InputError, match="--strict: gates: 4 buildings"):
        geoprio.run(project, strict=True)
    # A second gate on the street is the way out, and nothing needs a warning.
    result = geoprio.run(town.write(gates(town, ("g", "west", 300, 390), ("h", "west", 200, 200))))
    assert metres(result)[:4] == pytest.approx([to_gate(x, 200, 200) + 105 for x in HOUSES[:4]], abs=1e-3)
    assert result.rejects["row"].tolist() == ["g"]
    assert not warnings_of(result)


def test_houses_off_every_street_are_reached_through_a_gate(town):
    """Of a house 180 m from the street nothing is known; through a gate its way is."""
    town.buildings.append(({"id": "back"}, "Point", [X + 300, Y + 380]))
    plain = geoprio.run(town.write()).buildings.loc["back"]
    assert (plain["convenience_status"], np.isnan(plain["snap_m"])) == ("unsnapped", True)
    found = geoprio.run(town.write(gates(town, ("g", "west", 300, 300)))).buildings.loc["back"]
    assert found["convenience_status"] == "reached"
    assert found["convenience_distance_m"] == pytest.approx(80 + 100 + 200 + 5, abs=1e-3)
    assert found["snap_m"] == pytest.approx(180, abs=1e-3)


def test_a_facility_is_entered_at_its_entrance(town):
    result = geoprio.run(town.write(entrances(town, ("door", "s1", 140, 190))))
    by_hand = [15 + abs(x - 140) + 10 for x in HOUSES]
    assert metres(result) == pytest.approx(by_hand, abs=1e-3)
    assert result.facilities["snap_m"].to_dict() == pytest.approx({"s1": 10, "e1": 5}, abs=1e-3)
    assert metres(result, "elder_care") == [15 + abs(x - 700) + 5 for x in HOUSES]
    two = geoprio.run(town.write(entrances(town, ("door", "s1", 140, 190), ("back", "s1", 20, 201))))
    assert metres(two) == pytest.approx([15 + min(abs(x - 140) + 10, abs(x - 20) + 1) for x in HOUSES], abs=1e-3)
    assert two.facilities.loc["s1", "snap_m"] == pytest.approx(1, abs=1e-3)


def test_an_entrance_off_every_street_leaves_the_facility_at_its_point(town):
    result = geoprio.run(town.write(entrances(town, ("door", "s1", 100, 10))))
    assert metres(result) == PLAIN
    assert result.rejects[["source", "row"]].to_numpy().tolist() == [["entrances", "door"]]
    (said,) = warnings_of(result)
    assert said.startswith("0 buildings and 1 facilities have only gates or entrances")


@pytest.mark.parametrize("named", [True, False])
def test_entrances_of_one_category_move_no_other_of_the_same_id(town, named):
    """Two files that number their rows from 1 give a shop and a home one id."""
    town.shops[0][0]["id"] = town.homes[0][0]["id"] = "1"
    section = entrances(town, ("door", "1" if named else None, 120, 190))
    result = geoprio.run(town.write(section))
    assert metres(result) == pytest.approx([15 + abs(x - 120) + 10 for x in HOUSES], abs=1e-3)
    assert metres(result, "elder_care") == [15 + abs(x - 700) + 5 for x in HOUSES]
    assert result.quality["snapping"]["facilities"]["farthest_m"] == {"convenience 1": 10.0, "elder_care 1": 5.0}


def test_one_place_of_two_categories_is_entered_at_one_entrance(town):
    town.homes = [({"id": "s1"}, "Point", [X + 100, Y + 195])]
    result = geoprio.run(town.write(entrances(town, ("door", None, 120, 190))))
    assert metres(result) == metres(result, "elder_care")
    assert metres(result) == pytest.approx([15 + abs(x - 120) + 10 for x in HOUSES], abs=1e-3)


def test_gates_and_entrances_at_once(town):
    sections = gates(town, ("g", "west", 300, 220)) + entrances(town, ("door", "s1", 140, 190))
    result = geoprio.run(town.write(sections))
    by_hand = [to_gate(x, 300, 220) + 160 + 10 for x in HOUSES[:4]] + [15 + x - 140 + 10 for x in HOUSES[4:]]
    assert metres(result) == pytest.approx(by_hand, abs=1e-3)
    assert result.buildings["convenience_facility_id"].tolist() == ["s1"] * 8
    assert set(result.buildings["convenience_status"]) == {"reached"}


def test_minutes_through_gates_follow_slope_free_links_and_the_profile(town):
    """The straight way to a gate is level; at 51 m a minute."""
    sections = '[access]\nprofile = "elderly"\n' + gates(town, ("g", "west", 300, 220))
    rows = geoprio.run(town.write(sections)).buildings
    by_hand = [(to_gate(x, 300, 220) + 205) / 51 for x in HOUSES[:4]] + [d / 51 for d in PLAIN[4:]]
    np.testing.assert_allclose(rows["convenience_walk_min"], by_hand, rtol=1e-6)


def bypassed(town, kind):
    """Let a second way of a kind run 100 m south of the street, joined to it at 0 and 800."""
    town.streets = [
        ({"kind": "main"}, "LineString", [[X + x, Y + 200] for x in (0, 400, 800, 2000)]),
        ({"kind": "path"}, "LineString", [[X, Y + 200], [X, Y + 100]]),
        ({"kind": kind}, "LineString", [[X, Y + 100], [X + 800, Y + 100]]),
        ({"kind": "path"}, "LineString", [[X + 800, Y + 100], [X + 800, Y + 200]]),
    ]
    return town


WALL = ({}, "LineString", [[250, 0], [250, 400]])


def test_a_wall_cuts_a_street_but_not_a_bridge(town):
    result = geoprio.run(bypassed(town, "bridge").write(layer(town, "barriers", [WALL])))
    # East of the wall the way leads around: to 800, over the bridge, up again and along to the shop.
    around = [15 + (800 - x) + 100 + 800 + 100 + 100 + 5 for x in HOUSES]
    by_hand = [d if x < 250 else far for x, d, far in zip(HOUSES, PLAIN, around, strict=True)]
    assert metres(result) == pytest.approx(by_hand, abs=1e-3)
    plain = geoprio.run(bypassed(town, "bridge").write())
    assert metres(plain) == PLAIN


def test_a_wall_cuts_both_ways_where_neither_is_a_bridge(town):
    result = geoprio.run(bypassed(town, "path").write(layer(town, "barriers", [WALL])))
    status = result.buildings["convenience_status"].tolist()
    assert status == ["reached"] * 2 + ["unreachable"] * 6
    assert metres(result)[:2] == PLAIN[:2]
    # The streets east of the wall are more than 1 km: it is known that the houses there are not served.
    assert result.zones.loc["east", "convenience_covered_share"] == 0
    assert result.zones.loc["east", "convenience_unknown_share"] == 0
    (source,) = [s for s in result.quality["sources"] if s["role"] == "barriers"]
    assert source["used"] == 1


def test_water_takes_away_the_street_inside_it(town):
    """A pond from 240 to 320 covers the street: a house there is taken to the bank that is nearer."""
    pond = ({}, "Polygon", [[[240, 150], [320, 150], [320, 250], [240, 250], [240, 150]]])
    result = geoprio.run(bypassed(town, "bridge").write(layer(town, "barriers", [pond])))
    around = {x: 15 + (800 - x) + 100 + 800 + 100 + 100 + 5 for x in HOUSES if x > 320}
    assert metres(result)[3:] == pytest.approx(list(around.values()), abs=1e-3)
    assert metres(result)[2] == pytest.approx(math.hypot(15, 15) + 140 + 5, abs=1e-3)
    assert result.buildings.loc["h2", "snap_m"] == pytest.approx(math.hypot(15, 15), abs=1e-3)


def test_a_gate_opens_a_wall(town):
    """The wall runs along 400; without a gate nobody passes, with one everyone does."""
    wall = layer(town, "barriers", [({}, "LineString", [[400, 0], [400, 400]])])
    closed = geoprio.run(town.write(wall + '[score]\nmissing = "renormalise"\n'))
    assert (closed.buildings["convenience_status"] == "reached").tolist() == [True] * 4 + [False] * 4
    opened = geoprio.run(town.write(wall + gates(town, ("g", "west", 400, 200))))
    assert set(opened.buildings["convenience_status"]) == {"reached"}
    by_hand = [to_gate(x, 400, 200) + 300 + 5 for x in HOUSES[:4]] + PLAIN[4:]
    assert metres(opened) == pytest.approx(by_hand, abs=1e-3)


def test_a_far_gate_is_doubtful(town):
    result = geoprio.run(town.write(gates(town, ("g", "west", 380, 220))))
    (said,) = warnings_of(result)
    assert said.startswith("1 buildings walk more than 300 m straight to the nearest gate of their zone")
    assert (result.buildings["snap_m"] > 300).sum() == 1


def test_a_where_that_keeps_no_barrier_is_told(real_data, tmp_path):
    """All keys of `where` must hold, and nothing is a railway and a wall at once."""
    source = f'path = "{real_data / "beijing_haidian" / "map.osm"}"\n'
    where = 'where = {railway = "rail", barrier = "wall"}\n'
    text = f"[zones]\n{source}where = {{landuse = 'residential', name = '*'}}\n[buildings]\n{source}[streets]\n{source}"
    text += f'[[facilities]]\ncategory = "convenience"\n{source}[barriers]\n{source}{where}'
    (tmp_path / "project.toml").write_text(text, encoding="utf-8")
    result = geoprio.run(tmp_path / "project.toml")
    (said,) = [w for w in warnings_of(result) if "barriers" in w]
    assert "all its keys must hold" in said
