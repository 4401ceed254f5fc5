"""From files to a city: the town of the fixtures, broken and whole."""

import math

import pytest
import shapely
from conftest import X, Y, square

from geoprio._core.errors import InputError
from geoprio._core.findings import Findings
from geoprio.city import build_city
from geoprio.config import load_project


def build(project, findings=None):
    config = load_project(project)
    return build_city(
        config.zones, config.buildings, config.streets, config.facilities, project.parent,
        findings or Findings(), barriers=config.barriers, gates=config.gates, entrances=config.entrances,
        crs=config.project.crs, catchment_m=config.access.cutoff_m,
    )  # fmt: skip


def test_a_whole_town(town):
    city = build(town.write())
    assert city.crs.to_epsg() == 32650
    assert city.zones.index.tolist() == ["west", "east"]
    assert city.buildings["zone_id"].value_counts().to_dict() == {"west": 4, "east": 4}
    assert city.categories == ("convenience", "elder_care")
    assert city.facilities["zone_id"].tolist() == ["west", "east"]


def test_outside_buildings_are_kept_and_far_ones_counted(town):
    x, y = town.zones[0][2][0][0]
    for name, away in (("near", 1500), ("far", 9000)):
        ring = [[[x + away, y], [x + away + 9, y], [x + away, y + 9], [x + away, y]]]
        town.buildings.append(({"id": name}, "Polygon", ring))
    city = build(town.write())
    assert city.buildings["zone_id"].isna().sum() == 1
    assert "near" in city.buildings.index
    assert city.counts["buildings_beyond_reach"] == 1
    assert city.counts["buildings_outside_zones"] == 1


def test_broken_geometry_is_repaired_or_rejected(town):
    ring = town.zones[0][2][0]
    bowtie = [[ring[0], ring[2], ring[1], ring[3], ring[0]]]
    town.buildings += [
        ({"id": "bowtie"}, "Polygon", [[[a + 1, b + 1] for a, b in bowtie[0]]]),
        ({"id": "none"}, None, None),
        ({"id": "line"}, "LineString", ring[:2]),
        ({"id": "flat"}, "Polygon", [[ring[0], ring[1], ring[0], ring[0]]]),
    ]
    findings = Findings()
    city = build(town.write(), findings)
    assert "bowtie" in city.buildings.index
    assert city.buildings.loc["bowtie"].geometry.is_valid
    rejects = findings.rejects()
    assert rejects["row"].tolist() == ["10", "11", "12"]
    assert "no geometry" in rejects["reason"].iloc[0]
    assert rejects["reason"].str.contains("not a polygon or a point").sum() == 2
    assert any("repaired" in n.text for n in findings.notes)


def test_values_that_are_no_numbers_are_missing_and_listed(town):
    for i, value in enumerate(["six", "-3", "6", "", None, "7.5", "1e999", "6"]):
        town.buildings[i][0]["floors"] = value
    findings = Findings()
    city = build(town.write(), findings)
    assert city.buildings["floors"].isna().sum() == 5
    assert sorted(findings.rejects()["value"]) == ["-3", "1e999", "six"]
    assert set(findings.rejects()["column"]) == {"floors"}


def test_zone_types_words_and_unknown_ones(town):
    town.zones[0][0]["t"], town.zones[1][0]["t"] = "城中村", "宫殿"
    findings = Findings()
    city = build(town.write(zones='[zones]\npath = "zones.geojson"\ntype = {column = "t"}\n'), findings)
    assert city.zones["zone_type"].tolist() == ["urban_village", "other"]
    assert "宫殿" in findings.warnings[0].text


@pytest.mark.parametrize(
    ("years", "eligible"),
    [([1990] * 4 + [2010] * 4, [True, False]), ([1990] * 4 + [None] * 4, [True, None])],
)
def test_eligible_by_the_year_of_the_buildings(town, years, eligible):
    for building, year in zip(town.buildings, years, strict=True):
        building[0]["year_built"] = year
    zones = '[zones]\npath = "zones.geojson"\neligible = {built_before = 2001}\n'
    city = build(town.write(zones=zones))
    assert [None if v is not True and v is not False else v for v in city.zones["eligible"].tolist()] == eligible


def test_eligible_by_column_and_by_the_zones_own_year(town):
    town.zones[0][0].update({"ok": "是", "year": 2005})
    town.zones[1][0].update({"ok": "否", "year": 1985})
    by_column = build(town.write(zones='[zones]\npath = "zones.geojson"\neligible = {column = "ok"}\n'))
    assert by_column.zones["eligible"].tolist() == [True, False]
    zones = '[zones]\npath = "zones.geojson"\nyear_built = "year"\neligible = {built_before = 2001}\n'
    assert build(town.write(zones=zones)).zones["eligible"].tolist() == [False, True]


def test_a_grid_needs_no_zones_and_may_be_held_to_an_area(town):
    assert len(build(town.write(zones="[zones]\ngrid_m = 100\n")).zones) == 8
    held = build(town.write(zones='[zones]\ngrid_m = 100\npath = "zones.geojson"\nwhere = {id = "west"}\n'))
    assert len(held.zones) == 4


def test_facilities_of_one_id_from_two_sources_count_once(town):
    again = '[[facilities]]\ncategory = "convenience"\npath = "shops.geojson"\n'
    city = build(town.write(again=again))
    shops = city.facilities[city.facilities["category"] == "convenience"]
    assert shops["status"].tolist() == ["used", "duplicate"]


def test_facilities_far_away_are_left_out_and_counted(town):
    town.shops.append(({"id": "s2"}, "Point", [town.shops[0][2][0] + 20_000, town.shops[0][2][1]]))
    findings = Findings()
    city = build(town.write(), findings)
    assert "s2" not in city.facilities.index
    assert any("1 of 2 facilities lie beyond" in n.text for n in findings.notes)


def test_heights_are_dropped_and_inputs_stay_as_they_are(town):
    town.streets[0] = ({"kind": "main"}, "LineString", [[*xy, 12.0] for xy in town.streets[0][2]])
    city = build(town.write())
    assert not shapely.has_z(city.streets.geometry.to_numpy()).any()


def test_one_stray_zone_does_not_move_the_working_crs(town):
    town.zones.append(({"id": "stray"}, "Polygon", square(X - 2_400_000, Y, 400)))
    with pytest.raises(InputError, match=r"\[zones\] row 3 at longitude .* lies far from the others"):
        build(town.write())


def test_a_wide_study_is_warned_of_its_error(town):
    town.zones.append(({"id": "wide"}, "Polygon", square(X + 350_000, Y, 400)))
    findings = Findings()
    assert build(town.write(), findings).crs.to_epsg() == 32650
    assert "at 1 of 3 zones lengths in EPSG:32650 are off by up to 0.1" in findings.warnings[0].text


def test_streets_near_but_not_in_reach_of_a_walk_do_not_overlap(town):
    town.streets = [({}, "LineString", [[X, Y + 1000], [X + 900, Y + 1000]])]
    with pytest.raises(InputError, match="zones and streets do not overlap"):
        build(town.write())


def test_no_building_in_a_zone_is_an_error(town):
    town.buildings = [({"id": "b"}, "Point", [X - 500, Y])]
    with pytest.raises(InputError, match="none of 1 buildings lies in a zone"):
        build(town.write())


def test_one_id_at_two_places_is_two_facilities(town):
    town.homes[0][0]["id"] = "s1"
    again = '[[facilities]]\ncategory = "convenience"\npath = "homes.geojson"\n'
    findings = Findings()
    sites = build(town.write(again=again), findings).facilities
    assert sites["status"].tolist() == ["used"] * 3
    assert sites.index.tolist() == ["s1", "s1", "f3-s1"]
    assert "renamed" in findings.warnings[0].text


def test_a_grid_has_the_type_that_is_asked_for(town):
    city = build(town.write(zones='[zones]\ngrid_m = 100\ntype = "城中村"\n'))
    assert set(city.zones["zone_type"]) == {"urban_village"}


def test_a_building_on_the_edge_of_cells_leaves_no_empty_cell(town):
    town.buildings = [({"id": "edge"}, "Point", [X + 100, Y + 200]), ({"id": "in"}, "Point", [X + 50, Y + 150])]
    city = build(town.write(zones="[zones]\ngrid_m = 100\n"))
    assert set(city.zones.index) == set(city.buildings["zone_id"])


def test_floors_of_zero_are_missing_and_coordinates_must_be_numbers(town):
    town.buildings[0][0]["floors"] = 0
    town.buildings[1][0]["floors"] = 3
    town.buildings.append(({"id": "far"}, "Point", [1e300, 0]))
    findings = Findings()
    city = build(town.write(), findings)
    assert city.buildings["floors"].tolist()[1:2] == [3.0]
    assert city.buildings["floors"].isna().sum() == 7
    assert findings.rejects()["reason"].tolist() == [
        "no geometry, or coordinates that are no numbers",
        "not above zero; taken as missing",
    ]


@pytest.mark.parametrize("angle", [0, 2.8125, 5.625, 8.4375, 11.25, 22.5, 33.75, 45])
def test_nothing_within_one_catchment_is_left_out(town, angle):
    """Around a corner of a zone the reach is round: a shop 2,999 m away counts in every direction."""
    dx, dy = (2999 * f(math.radians(angle)) for f in (math.cos, math.sin))
    corner = [X + 800, Y + 400]
    town.streets.append(({}, "LineString", [[X + 400, Y + 200], corner, [corner[0] + dx, corner[1] + dy]]))
    town.shops = [({"id": "far"}, "Point", [corner[0] + dx, corner[1] + dy])]
    assert build(town.write()).facilities["category"].tolist() == ["convenience", "elder_care"]
