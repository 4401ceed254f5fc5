"""Demand, access and zone indicators on the town of the fixtures, by hand."""

import math

import numpy as np
import pytest

import geoprio
from geoprio._core.errors import InputError
from geoprio.indicators import IndicatorSpec, effective_rules, find
from geoprio.indicators.registry import INDICATORS, category_titles, indicator
from geoprio.standards import Rules

X, Y = 500_000.0, 3_450_000.0


def test_distances_by_hand(town):
    buildings = geoprio.run(town.write()).buildings
    # House k has its centroid 15 m above the street at 55 + 100 k; the shop stands 5 m below it at 100.
    expected = [15 + abs(55 + 100 * k - 100) + 5 for k in range(8)]
    assert buildings["convenience_distance_m"].tolist() == expected
    assert buildings["convenience_walk_min"].tolist() == pytest.approx([d / 60 for d in expected])
    assert set(buildings["convenience_facility_id"]) == {"s1"}
    assert buildings["convenience_count_300m"].tolist() == [int(d <= 300) for d in expected]
    assert buildings["snap_m"].tolist() == [15.0] * 8


def test_zone_indicators_by_hand(town):
    for k, building in enumerate(town.buildings):
        building[0].update({"population": 10 * (k + 1), "population_60plus": k})
    project = town.write("[score]\nrules = 'gb50180-2018-5min'\n")
    zones = geoprio.run(project).zones
    # Within 300 m of the shop: houses 0-3 (65, 75, 175, 275); the others are 375 to 675 m away.
    assert zones.loc["west", "convenience_covered_share"] == 1
    assert zones.loc["east", "convenience_covered_share"] == 0
    assert zones.loc["east", "convenience_uncovered"] == 50 + 60 + 70 + 80
    mean = (50 * 375 + 60 * 475 + 70 * 575 + 80 * 675) / 260
    assert zones.loc["east", "convenience_distance_m"] == pytest.approx(mean, rel=1e-12)
    assert zones.loc["west", "convenience_per_1000"] == 10
    # Elder care at 700, 5 m above: houses 4-7 are 265, 165, 65, 75 m away; people aged 60+ are the demand.
    assert zones.loc["east", "elder_care_covered_share"] == 1
    assert zones.loc["west", "elder_care_demand"] == 0 + 1 + 2 + 3
    assert zones.loc["west", "elder_care_covered_share"] == 0
    assert zones.loc["west", "elder_care_uncovered"] == 6
    assert zones["priority"].tolist() == [50, 50]
    assert zones["rank"].to_dict() == {"east": 1, "west": 2}


def test_per_1000_dwellings_stands_in_for_people(town):
    for building in town.buildings:
        building[0]["dwellings"] = 5
    zones = geoprio.run(town.write()).zones
    assert zones["convenience_per_1000_dwellings"].to_dict() == {"west": 50.0, "east": 0.0}
    assert "convenience_per_1000" not in zones


def test_statuses(town):
    lone = [[X + 5000, Y], [X + 5400, Y]]
    town.streets.append(({}, "LineString", [[X + 300, Y + 1200], [X + 500, Y + 1200]]))
    town.streets.append(({}, "LineString", lone))
    spots = {"islet": (X + 400, Y + 1205), "lost": (X + 300, Y + 700), "west_end": (X + 1990, Y + 205)}
    for name, (x, y) in spots.items():
        town.buildings.append(({"id": name}, "Point", [x, y]))
    result = geoprio.run(town.write("[access]\ncutoff_m = 1500\n"))
    status = result.buildings["convenience_status"]
    assert status[["islet", "lost", "west_end"]].tolist() == ["unreachable", "unsnapped", "beyond_cutoff"]
    assert result.buildings.loc["islet", "convenience_count_300m"] == 0
    assert result.buildings["convenience_distance_m"][["islet", "lost", "west_end"]].isna().all()
    assert "lost" in set(result.rejects["row"])


def test_what_is_known(town):
    """An unreachable building counts as uncovered on a real component, as unknown on a short one."""
    town.zones.append(
        (
            {"id": "north"},
            "Polygon",
            [[[X, Y + 900], [X + 900, Y + 900], [X + 900, Y + 1100], [X, Y + 1100], [X, Y + 900]]],
        )
    )
    town.buildings.append(({"id": "n"}, "Point", [X + 100, Y + 1000]))
    for length, unknown in ((999, 1.0), (1000, 0.0)):
        town.streets = [*town.streets[:1], ({}, "LineString", [[X, Y + 1000], [X + length, Y + 1000]])]
        zones = geoprio.run(town.write("[score]\nmissing = 'renormalise'\n")).zones
        assert zones.loc["north", "convenience_unknown_share"] == unknown
        assert zones.loc["north", "score_status"] == ("no_data" if unknown else "scored")
        share, distance = zones.loc["north", ["convenience_covered_share", "convenience_distance_m"]]
        assert math.isnan(share) if unknown else (share, distance) == (0, 3000)


def test_a_category_without_facilities_is_a_warning_and_weighs_nothing(town):
    project = town.write(
        homes='[[facilities]]\ncategory = "elder_care"\npath = "homes.geojson"\nwhere = {id = "nobody"}\n'
    )
    result = geoprio.run(project)
    assert set(result.buildings["elder_care_status"]) == {"no_facilities"}
    assert result.zones["elder_care_covered_share"].isna().all()
    assert result.zones["elder_care_covered_share_contribution"].isna().all()
    assert [n["source"] for n in result.quality["notes"] if n["level"] == "warning"] == ["elder_care"]
    alone = result.zones["convenience_covered_share_contribution"]
    assert (alone == result.zones["priority"]).all()
    with pytest.raises(InputError, match="--strict: elder_care"):
        geoprio.run(project, strict=True)


@pytest.mark.parametrize(
    ("known", "kind"),
    [
        ({"population_60plus": 8, "population": 8}, "population_60plus"),
        ({"population_60plus": 7, "population": 8}, "population"),
        ({"dwellings": 8, "floors": 8}, "dwellings"),
        ({"floors": 8}, "floor_area_m2"),
        ({"floors": 7}, "buildings"),
    ],
)
def test_demand_is_the_first_kind_that_is_known(town, known, kind):
    for column, count in known.items():
        for k in range(count):
            town.buildings[k][0][column] = 3
    result = geoprio.run(town.write())
    assert result.quality["categories"]["elder_care"]["demand"] == kind


def test_gaps_in_demand_get_the_zones_median(town):
    for k in range(8):
        town.buildings += [({"id": f"more{k}", "use": "residential"}, "Point", [X + 60 + 100 * k, Y + 230])]
    for k, building in enumerate(town.buildings):
        building[0]["population"] = None if k == 0 else 10 * (k % 8)
    town.buildings[1][0]["use"] = "商业"
    result = geoprio.run(town.write())
    assert result.quality["categories"]["convenience"]["demand_imputed_buildings"] == 1
    # West holds 20, 30 and, of the second row, 0, 10, 20, 30: their median is 20; the shop house counts nothing.
    assert result.zones.loc["west", "convenience_demand"] == 20 + 30 + 0 + 10 + 20 + 30 + 20


def test_thresholds_in_minutes_use_walking_time(town):
    rules = town.folder / "own.toml"
    rules.write_text(
        'name = "own"\ntitle_zh = "自定"\ntitle_en = "own"\n'
        + "".join(
            f'[[rules]]\ncategory = "{c}"\nthreshold = 5\nunit = "min"\nsource = "t"\n'
            for c in ("convenience", "elder_care")
        ),
        encoding="utf-8",
    )
    slow = geoprio.run(town.write('[access]\nspeed_m_per_min = 30\n[score]\nrules = "own.toml"\n')).zones
    assert slow.loc["west", "convenience_covered_share"] == 0.5 + 0.0
    fast = geoprio.run(town.write('[access]\nspeed_m_per_min = 300\n[score]\nrules = "own.toml"\n')).zones
    assert (fast["convenience_covered_share"] == 1).all()


def test_people_known_for_too_few_give_no_per_1000(town):
    for building in town.buildings[:7]:
        building[0]["population"] = 10
    result = geoprio.run(town.write())
    assert not [c for c in result.zones if "per_1000" in c]
    assert any("not computed" in n["text"] for n in result.quality["notes"])


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ("[access]\ncutoff_m = 1200\nrings_m = [300]\n[score]\nrules = '15-minute-city-1200m'\n", None),
        (
            "[access]\ncutoff_m = 1100\nrings_m = [300]\n[score]\nrules = '15-minute-city-1200m'\n",
            "is less than the threshold",
        ),
        ("[[indicators]]\ncode = 'convenience_coverd_share'\ngood = 0.9\n", "did you mean 'convenience_covered_share'"),
        ("[[indicators]]\ncode = 'convenience_covered_share'\n", "sets nothing"),
        ("[[indicators]]\ncode = 'convenience_uncovered'\ngood = 0\n", "for information only"),
        ("[[indicators]]\ncode = 'convenience_distance_m'\ngood = 1\n" * 2, "more than once"),
        ("[score.weights]\nbanana = 1\n", "'banana' is not known"),
    ],
)
def test_settings_are_checked_before_anything_is_read(town, extra, message):
    project = town.write(extra)
    if message is None:
        geoprio.run(project)
        return
    (town.folder / "streets.geojson").unlink()
    for verb in (geoprio.run, geoprio.check):
        with pytest.raises(InputError, match=message):
            verb(project)


def test_nothing_ranked_is_a_warning(town):
    for building in town.buildings:
        building[0]["population"] = 0
    result = geoprio.run(town.write())
    assert result.zones["rank"].isna().all()
    assert any("no zone could be ranked" in n["text"] for n in result.quality["notes"] if n["level"] == "warning")


def test_registry():
    assert find("elder_care_covered_share", ("elder_care", "elder"))[1] == "elder_care"
    with pytest.raises(InputError, match="is not known"):
        find("nothing", ("elder_care",))
    with pytest.raises(ValueError, match="registered already"):
        indicator(next(iter(INDICATORS)), zh="", en="", unit="", direction=1)(lambda a: np.zeros(a.zones))
    assert all(i.title_zh and i.title_en and i.unit for i in INDICATORS.values())
    assert category_titles("elder_care") == ("养老服务", "elder care")
    assert category_titles("own_kind") == ("own_kind", "own kind")


RULES = Rules(name="r", title_zh="r", title_en="r", rules=({"category": "a", "threshold": 300, "source": "s"},))


def test_an_override_of_the_threshold_replaces_the_rule():
    rules = effective_rules(RULES, ("a",), (IndicatorSpec(code="a_covered_share", threshold_m=400),))
    assert (rules["a"].threshold, rules["a"].source, rules["a"].verified) == (400, "project file", False)


def test_categories_need_one_threshold():
    with pytest.raises(InputError, match="no threshold for category 'b'"):
        effective_rules(RULES, ("a", "b"), ())
    two = (IndicatorSpec(code="a_covered_share", threshold_m=400), IndicatorSpec(code="a_distance_m", threshold_m=500))
    with pytest.raises(InputError, match="give one per category"):
        effective_rules(RULES, ("a",), two)
