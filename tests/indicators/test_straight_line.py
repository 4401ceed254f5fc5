"""Straight lines instead of walks, asked for in the project file: figures by hand, and every output says so."""

import csv
import json
import sqlite3

import geopandas as gpd
import numpy as np
import pytest
from conftest import X, Y, collection
from test_zone_supply import CAPACITY, METHODS, SHOPS, by_zone, peopled, rule_file, shared
from typer.testing import CliRunner

import geoprio
from geoprio._core.errors import InputError
from geoprio.cli.main import app
from geoprio.outputs.titles import is_measured, straight_titles
from geoprio.outputs.webmap.data import map_data

STRAIGHT = '[access]\nmethod = "straight_line"\n'
NO_STREETS = {"streets": ""}
EN, ZH = "Straight-line distances, streets not used", "直线距离（未用道路）"


def lines(buildings, places):
    """Return the straight metres from buildings to places (x, y)."""
    at = np.array(places, float)
    return np.hypot(
        buildings["x"].to_numpy()[:, None] - X - at[:, 0], buildings["y"].to_numpy()[:, None] - Y - at[:, 1]
    )


def notes(result, level):
    return [n["text"] for n in result.quality["notes"] if n["level"] == level]


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """Return the result and the folder of a run without streets."""
    from conftest import Town

    town = Town(tmp_path_factory.mktemp("town"))
    result = geoprio.run(town.write(STRAIGHT, **NO_STREETS))
    return result, result.save(town.folder / "out", lang="en")


# Figures.


@pytest.mark.parametrize("method", METHODS)
def test_figures_by_hand(town, method):
    """Everybody reaches everything as the crow flies, from houses that are on no street, too."""
    project = peopled(town).write(STRAIGHT + f'supply = "{method}"\nrings_m = [200, 500]\n', shops=SHOPS, **NO_STREETS)
    result = geoprio.run(project)
    rows, home = result.buildings, (result.buildings["use"] != "other").to_numpy()
    assert rows["snap_m"].isna().all()
    for category, group, threshold in (("convenience", "population", 500), ("elder_care", "population_60plus", 1000)):
        places, capacity = CAPACITY[category]
        metres = lines(rows, places)
        nearest = metres.min(axis=1)
        assert (rows[f"{category}_status"] == "reached").all()
        np.testing.assert_allclose(rows[f"{category}_distance_m"], nearest, rtol=0, atol=5.1e-4)
        np.testing.assert_allclose(rows[f"{category}_walk_min"], nearest / 60, rtol=0, atol=1e-5)
        ids = np.array(["s1", "s2", "s3"] if category == "convenience" else ["e1"])
        assert rows[f"{category}_facility_id"].tolist() == ids[metres.argmin(axis=1)].tolist()
        for ring in (200, 500):
            assert rows[f"{category}_count_{ring}m"].tolist() == (metres <= ring).sum(axis=1).tolist()
        demand = np.where(home, rows[group], 0.0)
        expected = 1000 * shared(metres, demand, np.array(capacity, float), threshold, method)
        np.testing.assert_allclose(rows[f"{category}_supply"], expected, rtol=1e-9)
        for zone, mean in by_zone(rows, expected, demand).items():
            here = (rows["zone_id"] == zone).to_numpy()
            assert result.zones.loc[zone, f"{category}_supply"] == pytest.approx(mean)
            share = demand[here & (nearest <= threshold)].sum() / demand[here].sum()
            assert result.zones.loc[zone, f"{category}_covered_share"] == pytest.approx(share)
            assert result.zones.loc[zone, f"{category}_unknown_share"] == 0


def test_a_rule_in_minutes_follows_the_pace(town):
    """5 minutes of an adult are 360 m, 10 of a toddler 390 m; slopes, stairs and crossings do not count."""
    mixed = STRAIGHT + 'profile = {convenience = "adult", elder_care = "toddler"}\n'
    result = geoprio.run(peopled(town).write(mixed + rule_file(town, "min", (5, 10)), shops=SHOPS, **NO_STREETS))
    rows, home = result.buildings, (result.buildings["use"] != "other").to_numpy()
    for category, group, metres, pace in (
        ("convenience", "population", 360, 72),
        ("elder_care", "population_60plus", 390, 39),
    ):
        places, capacity = CAPACITY[category]
        far = lines(rows, places)
        np.testing.assert_allclose(rows[f"{category}_walk_min"], far.min(axis=1) / pace, rtol=0, atol=2e-5)
        demand = np.where(home, rows[group], 0.0)
        expected = 1000 * shared(far, demand, np.array(capacity, float), metres, "gaussian")
        np.testing.assert_allclose(rows[f"{category}_supply"], expected, rtol=1e-9)
        here = (rows["zone_id"] == "west").to_numpy()
        share = demand[here & (far.min(axis=1) <= metres)].sum() / demand[here].sum()
        assert result.zones.loc["west", f"{category}_covered_share"] == pytest.approx(share)


def test_beyond_the_cutoff_and_nothing_at_all(town):
    town.homes = [({"id": "e1", "status": "closed"}, "Point", [X + 700, Y + 205])]
    homes = town.text["homes"] + 'status = "status"\n'
    access = STRAIGHT + "cutoff_m = 300\nrings_m = [300]\ncatchment_m = 300\n"
    own = '[[indicators]]\ncode = "convenience_covered_share"\nthreshold_m = 300\n'
    own += '[[indicators]]\ncode = "elder_care_covered_share"\nthreshold_m = 300\n'
    result = geoprio.run(town.write(access + own, homes=homes, **NO_STREETS))
    status = result.buildings["convenience_status"]
    assert status.tolist() == ["reached"] * 4 + ["beyond_cutoff"] * 4
    assert result.buildings["convenience_distance_m"].notna().tolist() == [True] * 4 + [False] * 4
    assert (result.buildings["elder_care_status"] == "no_facilities").all()
    assert result.zones["convenience_covered_share"].to_dict() == {"west": 1.0, "east": 0.0}
    assert "no facility to walk to: none of 1 is open and counted once; its indicators are missing" in " ".join(
        notes(result, "warning")
    )


COMMUNITY = """
name = "own"
title_zh = "自定"
title_en = "own"
extends = "default"
[community]
threshold = 5
unit = "min"
source = "town hall"
[[items]]
code = "nursery"
title_zh = "托儿所"
title_en = "nursery"
source = "town hall"
asks = [{of = ["childcare"]}]
"""


def test_items_of_the_community_take_straight_lines_too(town):
    """A nursery is 269 m from the second of the west's four homes as the crow flies, and 311 m along the street."""
    (town.folder / "own.toml").write_text(COMMUNITY, encoding="utf-8")
    care = collection([({"id": "n"}, "Point", [X - 100, Y + 300])])
    (town.folder / "care.geojson").write_text(care, encoding="utf-8")
    extra = '[[facilities]]\ncategory = "childcare"\npath = "care.geojson"\n[score]\nrules = "own.toml"\n'
    by_line = geoprio.run(town.write(extra + STRAIGHT, **NO_STREETS))
    by_street = geoprio.run(town.write(extra))
    assert by_line.zones["item_nursery_status"].to_dict() == {"west": "pass", "east": "fail"}
    assert by_street.zones["item_nursery_status"].to_dict() == {"west": "fail", "east": "fail"}


# The project file.


def test_without_streets_straight_lines_must_be_asked_for(town):
    with pytest.raises(InputError) as caught:
        geoprio.run(town.write(**NO_STREETS))
    (said,) = caught.value.problems
    assert said == (
        "project.toml: nothing tells where people walk: add [streets], or ask for straight lines with [access] "
        'method = "straight_line".'
    )


IDLE = {
    "[barriers]": '[barriers]\npath = "gone.geojson"\n',
    "[gates]": '[gates]\npath = "gone.geojson"\n',
    "[entrances]": '[entrances]\npath = "gone.geojson"\n',
    "[elevation]": '[elevation]\npath = "gone.tif"\n',
    "[access] crossing_penalty_s": "crossing_penalty_s = 20\n",
    "[access] max_snap_m": "max_snap_m = 20\n",
    "[access] min_component_m": "min_component_m = 20\n",
    "[streets] node_crossings": "node_crossings = true\n",
}


@pytest.mark.parametrize("names", [[name] for name in IDLE] + [list(IDLE)])
def test_what_straight_lines_leave_without_effect_is_named(town, names):
    plain = geoprio.run(town.write(STRAIGHT))
    own = {part: "".join(IDLE[n] for n in names if n.startswith(part)) for part in ("[access]", "[streets]")}
    sections = "".join(IDLE[n] for n in names if not n.startswith(tuple(own)))
    project = town.write(STRAIGHT + own["[access]"] + sections, streets=town.text["streets"] + own["[streets]"])
    result = geoprio.run(project)
    assert notes(result, "warning") == [f"straight lines leave these settings without effect: {', '.join(names)}"]
    for table in ("zones", "buildings"):
        ours, theirs = (getattr(r, table).drop(columns="geometry") for r in (result, plain))
        assert ours.equals(theirs)
    held = result.project["access"] | {"barriers": result.project["barriers"], "streets": result.project["streets"]}
    assert held == plain.project["access"] | {"barriers": None, "streets": plain.project["streets"]}
    assert {i["path"] for i in result.inputs} == {i["path"] for i in plain.inputs}
    with pytest.raises(InputError, match="--strict: access: straight lines leave these settings"):
        geoprio.check(project, strict=True)


def test_streets_that_are_given_are_drawn_but_not_walked_on(town):
    without = geoprio.run(town.write(STRAIGHT, **NO_STREETS))
    given = geoprio.run(town.write(STRAIGHT))
    ours, theirs = (r.buildings.drop(columns="geometry") for r in (without, given))
    assert ours.equals(theirs)
    # No way along streets is shorter.
    along = geoprio.run(town.write()).buildings
    assert (along["convenience_distance_m"] >= ours["convenience_distance_m"]).all()
    assert (len(without.streets), len(given.streets)) == (0, 1)
    assert map_data(without, "en")["streets"] == [[], [], []]
    drawn = map_data(given, "en")
    assert sum(len(level) for level in drawn["streets"]) == 1
    assert drawn["words"]["streets"] == ("街道（已简化，未用于计算）", "Streets (thinned, not walked on)")
    assert "drawn, and compared with points in degrees, but not walked on" in notes(given, "info")
    assert [i["path"] for i in given.inputs if i["path"] == "streets.geojson"]
    assert not [i["path"] for i in without.inputs if i["path"] == "streets.geojson"]
    town.streets = [({}, "LineString", [[X, Y + 90_000], [X + 9, Y + 90_000]])]
    project = town.write(STRAIGHT)
    with pytest.raises(InputError, match=r"\[streets\] no street lies in or within"):
        geoprio.run(project)


def test_a_list_of_compounds_alone_is_enough(town):
    """Neither footprints nor streets: one point for each zone."""
    (town.folder / "list.csv").write_text("id,name,dwellings\nwest,西区,100\neast,东区,50\n", encoding="utf-8")
    listed = '[compounds]\npath = "list.csv"\ncolumns = {id = "id", name = "name", dwellings = "dwellings"}\n'
    result = geoprio.run(town.write(STRAIGHT + listed, buildings="", **NO_STREETS))
    assert result.buildings["stand_in"].all()
    metres = lines(result.buildings, [(100, 195)])[:, 0]
    np.testing.assert_allclose(result.buildings["convenience_distance_m"], metres, atol=5.1e-4)


# Every output says so.


def test_the_lists_say_so(saved):
    result, out = saved
    assert set(result.zones["access_method"]) == {"straight_line"}
    with (out / "zones.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["access_method"] for row in rows} == {"straight_line"}
    assert all("convenience straight line of at most 500 m" in row["unverified"] for row in rows)
    for name in ("zones", "buildings"):
        assert gpd.read_parquet(out / f"{name}.parquet").attrs["access_method"] == EN


def test_the_layers_say_so(saved):
    _, out = saved
    with sqlite3.connect(out / "geoprio.gpkg") as db:
        about = dict(db.execute("SELECT table_name, description FROM gpkg_contents").fetchall())
        styles = dict(db.execute("SELECT f_table_name, styleQML FROM layer_styles").fetchall())
    assert [about[name].startswith(f"{EN}. Unverified values used: ") for name in ("zones", "buildings")] == [True] * 2
    for layer, names in (
        ("zones", ("Convenience stores: mean straight-line distance", "Elder care: share covered (straight line)")),
        (
            "buildings",
            ("convenience stores: straight-line distance (m)", "elder care: supply per 1,000 (straight line)"),
        ),
    ):
        assert all(f'name="{name}"' in styles[layer] for name in names)
        assert "walking distance" not in styles[layer]
    assert gpd.read_file(out / "geoprio.gpkg", layer="zones")["access_method"].tolist() == ["straight_line"] * 2


def test_the_reports_say_so(saved):
    result, out = saved
    run = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert (run["access_method"], run["project"]["access"]["method"]) == ("straight_line", "straight_line")
    assert run["project"]["streets"] is None
    report = json.loads((out / "quality.json").read_text(encoding="utf-8"))
    assert (report["access_method"], report["network"]) == ("straight_line", {})
    assert not {"snapping", "straight_line"} & set(report)
    assert "buildings_unsnapped" not in report["city"]
    assert f"\n\n**{EN}.** Distances run straight" in (out / "quality.md").read_text(encoding="utf-8")
    page = (out / "quality.html").read_text(encoding="utf-8")
    assert all(words in page for words in (EN, ZH))
    assert any(text.startswith("distances are straight lines from building to") for text in notes(result, "info"))
    again = result.save(out.parent / "again", lang="zh")
    assert f"\n\n**{ZH}。**距离按楼栋到设施的直线量算" in (again / "quality.md").read_text(encoding="utf-8")


def test_check_and_the_terminal_say_so(town):
    project = town.write(STRAIGHT, **NO_STREETS)
    done = CliRunner().invoke(app, ["check", str(project), "--lang", "en"])
    assert done.exit_code == 0, done.output
    assert EN in done.output
    report = json.loads((town.folder / "project_check" / "quality.json").read_text(encoding="utf-8"))
    assert report["access_method"] == "straight_line"
    done = CliRunner().invoke(app, ["run", str(project), "--out", str(town.folder / "out"), "--lang", "en"])
    assert done.exit_code == 0, done.output
    assert "Distances are straight lines; streets were not used." in done.output


def test_rescoring_keeps_saying_so(saved):
    result, _ = saved
    again = geoprio.rescore(result, {"convenience_distance_m": 1})
    assert set(again.zones["access_method"]) == {"straight_line"}
    assert "straight line of at most 500 m" in again.zones["unverified"].iloc[0]
    (criterion,) = map_data(again, "en")["criteria"]
    assert criterion["titles"] == ("便利店平均直线距离", "Convenience stores: mean straight-line distance")


@pytest.mark.browser
def test_the_map_says_so_in_both_languages(browser, saved):
    _, out = saved
    page, errors = browser.new_page(viewport={"width": 1200, "height": 800}), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto((out / "map.html").as_uri())
    for words, reach in ((EN, "≤ 500 m in a straight line"), (ZH, "直线 ≤ 500 米")):
        assert page.locator("#panel .straight").is_visible()
        assert page.locator("#panel .straight").inner_text() == words
        page.click("#ranking button")
        assert page.locator(".zone-card .straight").inner_text() == words
        assert reach in page.locator(".zone-card").inner_text()
        page.click(".leaflet-popup-close-button")
        page.click("#about-open")
        assert words in page.locator("#about").inner_text()
        assert "≤ 500 m walk" not in page.locator("#about").inner_text()
        page.click("#about-close")
        assert page.locator("#show-streets").count() == 0
        page.click("#language")
    page.set_viewport_size({"width": 380, "height": 700})
    page.reload()
    assert page.locator("#panel .straight").is_visible()
    assert errors == []
    page.close()


def test_a_run_along_streets_says_nothing_of_the_kind(town):
    result = geoprio.run(town.write())
    out = result.save(town.folder / "out", lang="en")
    assert set(result.zones["access_method"]) == {"network"}
    assert json.loads((out / "run.json").read_text(encoding="utf-8"))["access_method"] == "network"
    assert map_data(result, "en")["straight"] is False
    assert map_data(result, "en")["words"]["walk_m"] == ("步行 ≤ {n} 米", "≤ {n} m walk")
    for name in ("quality.md", "quality.json"):
        text = (out / name).read_text(encoding="utf-8")
        assert EN not in text
        assert ZH not in text
    with sqlite3.connect(out / "geoprio.gpkg") as db:
        said = [*db.execute("SELECT description FROM gpkg_contents"), *db.execute("SELECT styleQML FROM layer_styles")]
    assert not [text for (text,) in said if "traight" in (text or "")]
    assert gpd.read_parquet(out / "zones.parquet").attrs.keys() == {"unverified"}


@pytest.mark.parametrize(
    ("column", "measured"),
    [
        ("convenience_distance_m", True),
        ("convenience_count_300m", True),
        ("elder_care_covered_share_contribution", True),
        ("convenience_per_1000", False),
        ("convenience_per_1000_dwellings_contribution", False),
        ("convenience_demand", False),
        ("priority", False),
        ("name", False),
    ],
)
def test_what_distances_decide_on(column, measured):
    assert is_measured(column, ("convenience", "elder_care")) == measured


def test_titles_of_straight_lines():
    assert straight_titles(("步行时间（分钟）", "walking time (min)")) == (
        "直线折算步行时间（分钟）",
        "walking time by the straight line (min)",
    )
    assert straight_titles(("覆盖率", "share covered")) == ("覆盖率（按直线）", "share covered (straight line)")
