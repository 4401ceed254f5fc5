"""Who walks how fast: profiles, slopes, stairs, big roads and rules in minutes, by hand on the town of the fixtures."""

import math

import numpy as np
import pytest
from conftest import X, Y
from test_zone_supply import CAPACITY, SHOPS, peopled, rule_file, shared, walks
from ways import elevation

import geoprio
from geoprio._core.errors import InputError

SPEED = {"planning": 60, "adult": 72, "elderly": 51, "toddler": 39}
GAIN = {"planning": True, "adult": True, "elderly": False, "toddler": False}
STAIRS = {"planning": 1, "adult": 2, "elderly": 3, "toddler": 4}
CROSSING_S = {"planning": 0, "adult": 10, "elderly": 20, "toddler": 20}


def tobler(slope, gain=True):
    """Return the pace on a slope relative to level ground, from Tobler's 6 e^(-3.5 |s + 0.05|) km/h."""
    pace = 6 * math.exp(-3.5 * abs(slope + 0.05)) / (6 * math.exp(-3.5 * 0.05))
    return pace if gain else min(pace, 1.0)


def minutes(rows, category="convenience"):
    return rows[f"{category}_walk_min"].to_numpy(float)


def test_minutes_follow_the_profile_and_metres_do_not(town):
    plain = geoprio.run(town.write()).buildings
    one = geoprio.run(town.write('[access]\nprofile = "elderly"\n'))
    each = geoprio.run(town.write('[access]\nspeed_m_per_min = 45\nprofile = {elder_care = "toddler"}\n'))
    for category, paces in (("convenience", (60, 51, 45)), ("elder_care", (60, 51, 39))):
        metres = plain[f"{category}_distance_m"]
        for rows, pace in zip((plain, one.buildings, each.buildings), paces, strict=True):
            assert rows[f"{category}_distance_m"].tolist() == metres.tolist()
            np.testing.assert_allclose(minutes(rows, category), metres / pace, rtol=1e-9)
        # The threshold is in metres: who is covered stays the same.
        shares = [r.zones[f"{category}_covered_share"].to_dict() for r in (one, each)]
        assert shares[0] == shares[1]
    assert [w.name for w in one.walkers.values()] == ["elderly", "elderly"]
    assert {c: (w.name, w.speed_m_per_min) for c, w in each.walkers.items()} == {
        "convenience": ("given", 45),
        "elder_care": ("toddler", 39),
    }


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ('profile = "elder"', r"\[access\] walking profile 'elder' is not known \(did you mean 'elderly'\?\)"),
        ('profile = {elder_care = "xyz"}', "'xyz' is not known; known are planning, adult, elderly, toddler"),
        ('profile = {childcare = "toddler"}', "'childcare' is no category of the project; there are convenience"),
        ('profile = ""', "walking profile '' is not known"),
        ('profile = "elderly"\nspeed_m_per_min = 60', "speed_m_per_min has no effect: profile = 'elderly'"),
        (
            'profile = {elder_care = "elderly", convenience = "adult"}\nspeed_m_per_min = 60',
            "speed_m_per_min has no effect: every category has a profile",
        ),
        ("crossing_penalty_s = -1", "crossing_penalty_s"),
        ("crossing_penalty_s = nan", "crossing_penalty_s"),
        ("speed_m_per_min = 0", "speed_m_per_min"),
    ],
)
def test_settings_of_walking_that_cannot_be(town, given, message):
    project = town.write(f"[access]\n{given}\n")
    (town.folder / "streets.geojson").unlink()
    with pytest.raises(InputError, match=message):
        geoprio.run(project)


def test_all_faults_of_walking_are_told_at_once(town):
    given = '[access]\nprofile = {childcare = "toddler", elder_care = "xyz"}\ncatchment_m = {school = 300}\n'
    with pytest.raises(InputError) as caught:
        geoprio.run(town.write(given))
    assert [name in "".join(caught.value.problems) for name in ("'childcare'", "'xyz'", "'school'")] == [True] * 3


@pytest.mark.parametrize("slope", [0.04, -0.04, 0.5])
@pytest.mark.parametrize("profile", SPEED)
def test_uphill_and_downhill_as_tobler_says(town, profile, slope):
    """The ground rises (or falls) to the east; the shop stands on the street at 400."""
    town.shops = [({"id": "s1"}, "Point", [X + 400, Y + 200])]
    ground = elevation(town, lambda x, _: 200 + slope * x)
    flat = geoprio.run(town.write(f'[access]\nprofile = "{profile}"\n')).buildings
    hilly = geoprio.run(town.write(f'[access]\nprofile = "{profile}"\n' + ground)).buildings
    assert hilly["convenience_distance_m"].tolist() == flat["convenience_distance_m"].tolist()
    # The straight leg of 15 m is level; houses 0-3 walk to the east, 4-7 to the west.
    factor = [tobler(slope if k < 4 else -slope, GAIN[profile]) for k in range(8)]
    by_hand = [(15 + abs(55 + 100 * k - 400) / factor[k]) / SPEED[profile] for k in range(8)]
    np.testing.assert_allclose(minutes(hilly), by_hand, rtol=1e-6)
    up, down = (slice(0, 4), slice(4, 8)) if slope > 0 else (slice(4, 8), slice(0, 4))
    assert (minutes(hilly)[up] > minutes(flat)[up] * 1.05).all()
    if abs(slope) == 0.04:
        assert (minutes(hilly)[down] < minutes(flat)[down] * 0.95).all() == GAIN[profile]


def test_without_a_profile_slopes_count_too(town):
    ground = elevation(town, lambda x, _: 0.1 * x)
    rows = geoprio.run(town.write("[access]\nspeed_m_per_min = 50\n" + ground)).buildings
    by_hand = (15 + 5 + 455 / tobler(-0.1)) / 50
    assert rows.loc["h5", "convenience_walk_min"] == pytest.approx(by_hand, rel=1e-6)


def test_the_minutes_are_known_wherever_the_metres_are(town):
    """Uphill, what lies within the cutoff takes far longer than as many level metres."""
    town.shops = [({"id": "s1"}, "Point", [X + 700, Y + 200])]
    town.buildings.append(({"id": "lost"}, "Point", [X + 700, Y + 380]))
    ground = elevation(town, lambda x, _: 0.5 * x)
    access = '[access]\ncutoff_m = 500\nrings_m = [300]\nprofile = "toddler"\n[score]\nrules = "gb50180-2018-5min"\n'
    rows = geoprio.run(town.write(access + ground)).buildings
    reached = rows["convenience_status"] == "reached"
    assert reached.tolist() == [False] * 2 + [True] * 6 + [False]
    assert rows["convenience_walk_min"].notna().tolist() == reached.tolist()
    # 445 m at a slope of 1 in 2 take more than four times the minutes of 500 level metres.
    by_hand = (15 + 445 / tobler(0.5)) / 39
    assert by_hand > 4 * 500 / 39
    assert rows.loc["h2", "convenience_walk_min"] == pytest.approx(by_hand, rel=1e-6)


def crossing(town):
    """Let a small street cross the main one at 400, with a house to its south and the shop to its north."""
    town.streets = [
        ({"kind": "primary"}, "LineString", [[X + x, Y + 200] for x in (0, 400, 800, 2000)]),
        ({"kind": "residential"}, "LineString", [[X + 400, Y + y] for y in (0, 200, 400)]),
    ]
    town.buildings += [
        ({"id": "south"}, "Point", [X + 410, Y + 100]),
        ({"id": "north"}, "Point", [X + 390, Y + 300]),
    ]
    town.shops = [({"id": "s1"}, "Point", [X + 390, Y + 350])]
    return town


@pytest.mark.parametrize(
    ("given", "pace", "seconds"),
    [
        *((f'profile = "{name}"', SPEED[name], CROSSING_S[name]) for name in SPEED),
        ('profile = "elderly"\ncrossing_penalty_s = 45', 51, 45),
        ('profile = "elderly"\ncrossing_penalty_s = 0', 51, 0),
        ("crossing_penalty_s = 30", 60, 30),
        ("speed_m_per_min = 40\ncrossing_penalty_s = 30", 40, 30),
    ],
)
def test_crossing_a_big_road_costs_seconds(town, given, pace, seconds):
    rows = geoprio.run(crossing(town).write(f"[access]\n{given}\n")).buildings
    found = dict(zip(rows.index, minutes(rows), strict=True))
    # Across the road: all of it. From a house on the road into the small street: half. On one side, or along: nothing.
    assert found["south"] == pytest.approx((10 + 250 + 10) / pace + seconds / 60, rel=1e-6)
    assert found["h1"] == pytest.approx((15 + 245 + 150 + 10) / pace + seconds / 120, rel=1e-6)
    assert found["north"] == pytest.approx((10 + 50 + 10) / pace, rel=1e-6)
    home = rows["elder_care_distance_m"] / pace
    assert rows.loc["h0", "elder_care_walk_min"] == pytest.approx(home["h0"], rel=1e-6)
    assert rows.loc["south", "convenience_distance_m"] == 270


@pytest.mark.parametrize("kind", ["kind", "class"])
@pytest.mark.parametrize("profile", SPEED)
def test_stairs_take_longer_by_the_profiles_factor(town, profile, kind):
    town.streets = [
        ({kind: "residential"}, "LineString", [[X, Y + 200], [X + 400, Y + 200]]),
        ({kind: "steps"}, "LineString", [[X + 400, Y + 200], [X + 500, Y + 200]]),
        ({kind: "residential"}, "LineString", [[X + 500, Y + 200], [X + 2000, Y + 200]]),
    ]
    streets = town.text["streets"] + ('kind = "class"\n' if kind == "class" else "")
    project = town.write(f'[access]\nprofile = "{profile}"\n', streets=streets)
    rows = geoprio.run(project).buildings
    on_stairs = np.array([0, 0, 0, 0, 55, 100, 100, 100])
    metres = np.array([15 + abs(55 + 100 * k - 100) + 5 for k in range(8)])
    assert rows["convenience_distance_m"].tolist() == metres.tolist()
    by_hand = (metres + (STAIRS[profile] - 1) * on_stairs) / SPEED[profile]
    np.testing.assert_allclose(minutes(rows), by_hand, rtol=1e-6)
    # On stairs the slope counts only for those who take them like a street.
    ground = elevation(town, lambda x, _: 0.3 * x)
    hilly = geoprio.run(town.write(f'[access]\nprofile = "{profile}"\n' + ground, streets=streets)).buildings
    down = 1 / tobler(-0.3, GAIN[profile])
    flight = down if STAIRS[profile] == 1 else STAIRS[profile]
    # House 5 walks 55 m down the street, 100 m down the stairs and 300 m down the street.
    by_hand = (15 + 355 * down + 100 * flight + 5) / SPEED[profile]
    assert minutes(hilly)[5] == pytest.approx(by_hand, rel=1e-6)


MIXED = '[access]\nprofile = {convenience = "adult", elder_care = "toddler"}\n'


def test_a_rule_in_minutes_follows_the_categorys_profile(town):
    """5 minutes of an adult are 360 m, 10 of a toddler 390 m: coverage and catchment follow."""
    result = geoprio.run(peopled(town).write(MIXED + rule_file(town, "min", (5, 10)), shops=SHOPS))
    rows = result.buildings
    home = (rows["use"] != "other").to_numpy()
    for category, group, metres, pace, limit in (
        ("convenience", "population", 360, 72, 5),
        ("elder_care", "population_60plus", 390, 39, 10),
    ):
        places, capacity = CAPACITY[category]
        cost = walks(rows, places) / pace
        demand = np.where(home, rows[group], 0)
        expected = 1000 * shared(cost, demand, np.array(capacity, float), limit, "gaussian")
        np.testing.assert_allclose(rows[f"{category}_supply"], expected, rtol=1e-6)
        near = cost.min(axis=1)
        for zone in ("west", "east"):
            here = (rows["zone_id"] == zone).to_numpy() & np.isfinite(near)
            share = demand[here & (near <= limit)].sum() / demand[here].sum()
            assert result.zones.loc[zone, f"{category}_covered_share"] == pytest.approx(share)
        assert result.quality["straight_line"][category]["threshold_m"] == metres
    assert 0 < result.zones.loc["west", "elder_care_covered_share"] < 1
    # A catchment of one's own is in metres, whatever the rule's unit.
    given = MIXED + "catchment_m = 450\n" + rule_file(town, "min", (5, 10))
    rows = geoprio.run(town.write(given, shops=SHOPS)).buildings
    places, capacity = CAPACITY["convenience"]
    demand = np.where(home, rows["population"], 0)
    expected = 1000 * shared(walks(rows, places), demand, np.array(capacity, float), 450, "gaussian")
    np.testing.assert_allclose(rows["convenience_supply"], expected, rtol=1e-6)


def test_a_rule_in_minutes_and_slopes(town):
    """Uphill six minutes are fewer metres than downhill, for coverage and for supply."""
    town.shops = [({"id": "s1", "places": 9}, "Point", [X + 400, Y + 200])]
    slope = 0.08
    project = town.write(
        '[access]\nprofile = "elderly"\n' + rule_file(town, "min", (6, 10)) + elevation(town, lambda x, _: slope * x),
        shops=SHOPS,
    )
    result = geoprio.run(project)
    cost = np.array(
        [(15 + abs(55 + 100 * k - 400) / tobler(slope if k < 4 else -slope, gain=False)) / 51 for k in range(8)]
    )
    np.testing.assert_allclose(minutes(result.buildings), cost, rtol=1e-6)
    expected = 1000 * shared(cost[:, None], np.ones(8), np.array([9.0]), 6, "gaussian")
    np.testing.assert_allclose(result.buildings["convenience_supply"], expected, rtol=1e-6)
    share = {"west": (cost[:4] <= 6).mean(), "east": (cost[4:] <= 6).mean()}
    assert result.zones["convenience_covered_share"].to_dict() == share
    assert share == {"west": 0.5, "east": 0.75}


def test_the_cutoff_holds_the_minutes_of_each_profile(town):
    rules = rule_file(town, "min", (5, 10))
    geoprio.run(town.write(MIXED + "cutoff_m = 390\nrings_m = [300]\n" + rules))
    project = town.write(MIXED + "cutoff_m = 389\nrings_m = [300]\n" + rules)
    (town.folder / "streets.geojson").unlink()
    with pytest.raises(InputError) as caught:
        geoprio.run(project)
    (said,) = caught.value.problems
    assert "cutoff_m = 389 is less than the threshold of elder_care, 10 min (390 m)" in said


def test_downhill_minutes_reach_beyond_level_metres(town):
    """Down the best slope one walks e^0.175 times as far in the same time: the cutoff must hold that, too."""
    ground = elevation(town, lambda x, y: 0.05 * x + 0 * y)
    rules, needed = rule_file(town, "min", (5, 5)), 5 * 60 * math.exp(0.175)
    for cutoff, extra in ((math.ceil(needed), ground), (300, "")):
        geoprio.run(town.write(f"{extra}\n[access]\ncutoff_m = {cutoff}\nrings_m = [300]\n{rules}"))
    with pytest.raises(InputError, match=f"cutoff_m = {math.floor(needed)} is less than the threshold of"):
        geoprio.run(town.write(f"{ground}\n[access]\ncutoff_m = {math.floor(needed)}\nrings_m = [300]\n{rules}"))
