"""Supply per building and per zone on the town of the fixtures, against the formulas in plain numpy."""

import numpy as np
import pytest
from conftest import X, Y

import geoprio
from geoprio._core.errors import InputError

METHODS = ("2sfca", "e2sfca", "gaussian", "m2sfca", "3sfca")
STREET_Y = 200.0
SHOPS = '[[facilities]]\ncategory = "convenience"\npath = "shops.geojson"\ncapacity = "places"\n'


def peopled(town):
    """Give the town people, capacities, houses outside its zones, one that is no home and one off every street."""
    for k, building in enumerate(town.buildings):
        building[0].update({"population": 10 * (k + 1), "population_60plus": k + 1})
    for name, x, y, people, use in (
        ("outside", 1100, 230, 500, "residential"),
        ("far", 1990, 205, 20, "residential"),
        ("office", 150, 230, 70, "office"),
        ("lost", 300, 390, 1000, "residential"),
    ):
        row = {"id": name, "population": people, "population_60plus": people / 10, "use": use}
        town.buildings.append((row, "Point", [X + x, Y + y]))
    town.shops = [
        ({"id": "s1", "places": 30}, "Point", [X + 100, Y + 195]),
        ({"id": "s2", "places": None}, "Point", [X + 650, Y + 185]),
        ({"id": "s3", "places": 12}, "Point", [X + 1190, Y + 195]),
    ]
    return town


def walks(buildings, places):
    """Return the metres from buildings to places (x, y) along the one straight street; infinite if off it."""
    at = np.array([(x, abs(y - STREET_Y)) for x, y in places])
    x, leg = buildings["x"].to_numpy() - X, np.abs(buildings["y"].to_numpy() - Y - STREET_Y)
    metres = leg[:, None] + np.abs(x[:, None] - at[:, 0]) + at[:, 1]
    metres[leg > 150] = np.inf
    return metres


def shared(cost, demand, capacity, catchment, method):
    """Return the capacity per unit of demand that each row of `cost` gets; NaN where no cost is finite."""
    t = cost / catchment
    bell = (np.exp(-0.5 * np.minimum(t, 2) ** 2) - np.exp(-0.5)) / (1 - np.exp(-0.5))
    f = {"2sfca": np.ones_like(t), "e2sfca": np.select([t <= 1 / 3, t <= 2 / 3], [1, 0.68], 0.22)}.get(method, bell)
    f = np.where(t <= 1, f, 0)
    choice = np.ones_like(f)
    if method == "3sfca":
        all_of = f.sum(axis=1, keepdims=True)
        choice = np.divide(f, all_of, out=np.zeros_like(f), where=all_of > 0)
    crowd = (demand[:, None] * f * choice).sum(axis=0)
    rate = np.divide(capacity, crowd, out=np.zeros_like(crowd), where=crowd > 0)
    given = (rate * f * choice * (f if method == "m2sfca" else 1)).sum(axis=1)
    given[~np.isfinite(cost).any(axis=1)] = np.nan
    return given


def by_zone(buildings, supply, demand):
    """Return the demand-weighted mean of each zone, unknown buildings left out."""
    known = np.isfinite(supply)
    inside = {z: known & (buildings["zone_id"] == z).to_numpy() for z in ("west", "east")}
    return {z: np.average(supply[here], weights=demand[here]) for z, here in inside.items()}


CAPACITY = {"convenience": ([(100, 195), (650, 185), (1190, 195)], [30, 1, 12]), "elder_care": ([(700, 205)], [1])}


@pytest.mark.parametrize("method", METHODS)
def test_supply_against_plain_numpy(town, method):
    result = geoprio.run(peopled(town).write(f'[access]\nsupply = "{method}"\n', shops=SHOPS))
    rows = result.buildings
    group = {"convenience": "population", "elder_care": "population_60plus"}
    for category, catchment in (("convenience", 500), ("elder_care", 1000)):
        places, capacity = CAPACITY[category]
        demand = rows[group[category]].to_numpy(float) * (rows["use"] != "other")
        cost = walks(rows, places)
        expected = 1000 * shared(cost, demand.to_numpy(), np.array(capacity, float), catchment, method)
        found = rows[f"{category}_supply"].to_numpy()
        np.testing.assert_allclose(found, expected, rtol=1e-6)
        assert np.isnan(found).tolist() == (rows.index == "lost").tolist()
        assert (found[np.isfinite(cost).any(axis=1)] >= 0).all()
        zones = by_zone(rows, expected, demand.to_numpy())
        assert result.zones[f"{category}_supply"].to_dict() == pytest.approx(zones, rel=1e-6)
    # Far from all shops nothing is in reach: 0, which is not unknown.
    assert rows.loc["far", "convenience_supply"] == 0
    assert rows.loc["far", "convenience_status"] == "reached"


def test_people_outside_the_zones_compete(town):
    with_them = geoprio.run(peopled(town).write(shops=SHOPS))
    town.buildings = [b for b in town.buildings if b[0]["id"] != "outside"]
    without = geoprio.run(town.write(shops=SHOPS))
    # 1,100 m is beyond 500 m of s1, within 500 m of s2 at 650: the east shares s2 with those outside.
    before, after = (r.zones["convenience_supply"] for r in (without, with_them))
    assert after["west"] == pytest.approx(before["west"], rel=1e-3)
    assert after["east"] < 0.999 * before["east"]
    rows = with_them.buildings
    weight = rows["population"] * (rows["use"] != "other") * rows["snap_m"].notna()
    assert (weight * rows["convenience_supply"].fillna(0)).sum() == pytest.approx(1000 * (30 + 1 + 12), rel=1e-6)


def test_an_unknown_capacity_is_one_and_says_so(town):
    result = geoprio.run(peopled(town).write(shops=SHOPS))
    sites = result.facilities
    assert sites["capacity"].to_dict() == {"s1": 30, "s2": 1, "s3": 12, "e1": 1}
    assert sites["capacity_assumed"].to_dict() == {"s1": False, "s2": True, "s3": False, "e1": True}
    assert [result.quality["categories"][c]["capacity_assumed"] for c in ("convenience", "elder_care")] == [1, 1]
    town.shops[1][0]["places"] = 1
    assert geoprio.run(town.write(shops=SHOPS)).buildings["convenience_supply"].tolist() == pytest.approx(
        result.buildings["convenience_supply"].tolist(), nan_ok=True
    )


def test_a_category_without_a_facility_has_unknown_supply(town):
    nobody = '[[facilities]]\ncategory = "elder_care"\npath = "homes.geojson"\nwhere = {id = "nobody"}\n'
    result = geoprio.run(town.write(homes=nobody))
    assert result.buildings["elder_care_supply"].isna().all()
    assert result.zones["elder_care_supply"].isna().all()
    assert result.zones["convenience_supply"].notna().all()


def test_homes_beyond_the_cutoff_count_with_nothing(town):
    """Of four homes in the west one is more than 300 m from the shop: the mean is over all four."""
    town.shops = [({"id": "s1", "places": 4}, "Point", [X, Y + 200])]
    access = '[access]\nsupply = "2sfca"\ncutoff_m = 300\nrings_m = [300]\n[score]\nrules = "gb50180-2018-5min"\n'
    result = geoprio.run(town.write(access, shops=SHOPS))
    status, given = (result.buildings[f"convenience_{what}"].tolist()[:4] for what in ("status", "supply"))
    assert status == ["reached"] * 3 + ["beyond_cutoff"]
    assert given == pytest.approx([4000 / 3] * 3 + [0])
    assert result.zones.loc["west", "convenience_supply"] == pytest.approx(1000)
    assert result.zones.loc["east", "convenience_supply"] == 0


def test_a_facility_off_every_street_gives_nothing(town):
    peopled(town).shops.append(({"id": "s4", "places": 500}, "Point", [X + 300, Y + 360]))
    found = geoprio.run(town.write(shops=SHOPS))
    assert found.facilities.loc["s4", "status"] == "unsnapped"
    town.shops.pop()
    same = geoprio.run(town.write(shops=SHOPS)).buildings["convenience_supply"]
    assert found.buildings["convenience_supply"].tolist() == pytest.approx(same.tolist(), nan_ok=True)


@pytest.mark.parametrize(
    ("given", "catchments"),
    [
        ("catchment_m = 800", (800, 800)),
        ("catchment_m = {convenience = 120}", (120, 1000)),
        ("catchment_m = {elder_care = 250.5, convenience = 3000}", (3000, 250.5)),
    ],
)
def test_catchments_of_ones_own(town, given, catchments):
    rows = geoprio.run(peopled(town).write(f"[access]\n{given}\n", shops=SHOPS)).buildings
    home = (rows["use"] != "other").to_numpy()
    for (category, group), catchment in zip(
        (("convenience", "population"), ("elder_care", "population_60plus")), catchments, strict=True
    ):
        places, capacity = CAPACITY[category]
        demand = np.where(home, rows[group], 0)
        expected = shared(walks(rows, places), demand, np.array(capacity, float), catchment, "gaussian")
        np.testing.assert_allclose(rows[f"{category}_supply"], 1000 * expected, rtol=1e-6)
        assert (rows[f"{category}_supply"] == 0).any() == (catchment != 3000)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("catchment_m = {childcare = 300}", r"\[access\] 'childcare' is no category .* convenience, elder_care"),
        ("catchment_m = 3001", "catchment of 3001 m is beyond cutoff_m = 3000"),
        ("catchment_m = {elder_care = 900}\ncutoff_m = 850\nrings_m = [300]", "catchment of 900 m is beyond cutoff_m"),
        ("catchment_m = 0", "catchment of 0 m must be above 0"),
        ("catchment_m = {convenience = -5}", "catchment of -5 m must be above 0"),
        ('supply = "huff"', "'gaussian', '2sfca', 'e2sfca', 'm2sfca' or '3sfca'"),
    ],
)
def test_catchments_that_cannot_be(town, given, message):
    project = town.write(f"[access]\n{given}\n")
    (town.folder / "streets.geojson").unlink()
    with pytest.raises(InputError, match=message):
        geoprio.run(project)


def rule_file(town, unit="m", thresholds=(500, 1000), **more):
    """Write own.toml with a rule for convenience and elder care; `more` holds lines by category."""
    rules = "".join(
        f'[[rules]]\ncategory = "{c}"\nthreshold = {t}\nunit = "{unit}"\nsource = "town hall"\n{more.get(c, "")}\n'
        for c, t in zip(("convenience", "elder_care"), thresholds, strict=True)
    )
    text = f'name = "own"\ntitle_zh = "自定"\ntitle_en = "own"\n{rules}'
    (town.folder / "own.toml").write_text(text, encoding="utf-8")
    return '[score]\nrules = "own.toml"\n'


WEIGHED = "[score.weights]\nelder_care_supply = 3\nconvenience_covered_share = 1\n"


def test_weighing_supply_needs_a_target_and_says_how_to_set_one(town):
    project = town.write(WEIGHED)
    with pytest.raises(InputError) as caught:
        geoprio.run(project)
    said = str(caught.value)
    assert "gives no target in 'capacity per 1,000'" in said
    assert 'add [[indicators]] code = "elder_care_supply", good = …, bad = …' in said
    assert "weight elder_care_covered_share instead" in said


def test_supply_scores_between_its_anchors(town):
    anchors = '[[indicators]]\ncode = "elder_care_supply"\ngood = 90\nbad = 5\n'
    zones = geoprio.run(peopled(town).write(WEIGHED + anchors)).zones
    urgency = np.clip((zones["elder_care_supply"] - 90) / (5 - 90), 0, 1)
    assert ((urgency > 0) & (urgency < 1)).any()
    assert zones["elder_care_supply_contribution"].tolist() == pytest.approx((75 * urgency).tolist(), abs=1e-9)


def test_a_rules_capacity_per_1000_is_the_target(town):
    given = rule_file(town, elder_care="capacity_per_1000 = 80.0")
    result = geoprio.run(peopled(town).write(given + WEIGHED))
    urgency = np.clip((result.zones["elder_care_supply"] - 80) / (0 - 80), 0, 1)
    assert ((urgency > 0) & (urgency < 1)).any()
    found = result.zones["elder_care_supply_contribution"]
    assert found.tolist() == pytest.approx((75 * urgency).tolist(), abs=1e-9)
    (supply,) = [c for c in result.matrix.criteria if c.code == "elder_care_supply"]
    assert (supply.good, supply.bad) == (80, 0)
    assert "geoprio's own" in supply.anchors
    # A threshold of the project's own leaves the rule's capacity as it is, and sets the catchment.
    narrow = '[[indicators]]\ncode = "elder_care_covered_share"\nthreshold_m = 400\n'
    again = geoprio.run(town.write(given + WEIGHED + narrow))
    assert again.matrix.good.tolist() == [80, 1]
    rows = again.buildings
    demand = np.where(rows["use"] != "other", rows["population_60plus"], 0)
    expected = 1000 * shared(walks(rows, [(700, 205)]), demand, np.ones(1), 400, "gaussian")
    np.testing.assert_allclose(rows["elder_care_supply"], expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("line", "message"), [("capacity_per_1000 = 0", "greater than 0"), ("capacity_per_1000 = -1", "greater than 0")]
)
def test_a_rules_capacity_is_above_zero(town, line, message):
    with pytest.raises(InputError, match=message):
        geoprio.run(town.write(rule_file(town, elder_care=line)))
