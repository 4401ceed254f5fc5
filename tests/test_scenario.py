"""A scenario gives what a run gives whose files hold the change; a change that hits nothing is refused."""

import dataclasses
import hashlib
import json
import shutil

import numpy as np
import pandas as pd
import pytest
from conftest import EXAMPLE, Town, X, Y, collection, square
from typer.testing import CliRunner
from ways import gates, layer

import geoprio
from geoprio._core.findings import Findings
from geoprio.cli.main import app
from geoprio.config import Scenario, load_scenario
from geoprio.config.scenario import PARTS
from geoprio.pipeline.running import run_walked
from geoprio.pipeline.scenario import Applied, apply_scenario

CRS = "EPSG:32650"
OWN = ["scenario", "source"]
"""Columns that tell where something stands, and so differ."""


def made(**parts):
    return Scenario.model_validate({"name": "after", "crs": CRS, **parts})


def same(a, b):
    """Check that two runs agree in everything that is not a name of a file."""
    for name in ("zones", "buildings", "facilities"):
        left, right = (getattr(r, name).drop(columns=OWN, errors="ignore").sort_index() for r in (a, b))
        pd.testing.assert_frame_equal(pd.DataFrame(left), pd.DataFrame(right), check_exact=False, rtol=1e-12, atol=1e-9)


def differs(a, b):
    """Return whether anything is different between two runs."""
    return not pd.DataFrame(a.zones.drop(columns=OWN, errors="ignore")).equals(pd.DataFrame(b.zones))


def people(town):
    for i, (row, _, _) in enumerate(town.buildings):
        row |= {"population": 100.0 + i, "population_60plus": 20.0 + i}


def text_of(town, scenario):
    path = town.folder / "scenario.toml"
    path.write_text(scenario, encoding="utf-8")
    return path


def shop(name, x, y, **more):
    return {"category": "convenience", "id": name, "name": name, "x": X + x, "y": Y + y, **more}


def test_a_new_facility(town):
    project = town.write()
    before = geoprio.run(project)
    after = geoprio.run(project, scenario=made(facilities=[shop("s2", 600, 195)]))
    town.shops.append(({"id": "s2", "name": "s2"}, "Point", [X + 600, Y + 195]))
    same(after, geoprio.run(town.write()))
    assert differs(after, before)
    (row,) = after.quality["scenario"]["changes"]
    assert (row["part"], row["rows"]) == ("facilities", 1)
    assert "(assumed)" in row["what"]
    assert after.zones["scenario"].unique().tolist() == ["after"]
    assert after.project["project"]["name"].endswith("情景（scenario）：after")


def test_new_facilities_of_a_file(town):
    project = town.write()
    rows = [({"id": n, "name": n, "beds": b}, "Point", [X + x, Y + 205]) for n, x, b in (("a", 300, 9), ("b", 620, 5))]
    (town.folder / "new.geojson").write_text(collection(rows), encoding="utf-8")
    text = '[[facilities]]\ncategory = "elder_care"\npath = "new.geojson"\ncapacity = "beds"\n'
    after = geoprio.run(project, scenario=text_of(town, text))
    as_file = geoprio.run(town.write(f"\n{text}"))
    same(after, as_file)
    assert [i["path"] for i in after.inputs][-2:] == ["scenario.toml", "new.geojson"]
    assert after.inputs[-1]["sha256"] == hashlib.sha256((town.folder / "new.geojson").read_bytes()).hexdigest()


def test_a_closed_facility_and_its_repeats(town):
    """The home stands in two sources: closing it closes both rows, and a new one of its name may open beside it."""
    town.homes.append(({"id": "e2", "name": "乐龄家园"}, "Point", [X + 200, Y + 205]))
    town.text["more"] = '[[facilities]]\ncategory = "elder_care"\npath = "more.geojson"\nstatus = "state"\n'

    def write(state):
        rows = [({"id": "m1", "name": "颐养院", "state": state}, "Point", [X + 705, Y + 205])]
        (town.folder / "more.geojson").write_text(collection(rows), encoding="utf-8")
        for row, _, _ in town.homes:
            row["state"] = state if row["id"] == "e1" else "open"
        homes = '[[facilities]]\ncategory = "elder_care"\npath = "homes.geojson"\nstatus = "state"\n'
        return town.write(homes=homes)

    project = write("open")
    shut = made(close=[{"id": "e1"}])
    after = geoprio.run(project, scenario=shut)
    by_name = geoprio.run(project, scenario=made(close=[{"name": "颐养院 ", "category": "elder_care"}]))
    assert after.quality["scenario"]["changes"][0]["rows"] == 2
    moved = made(
        close=[{"id": "e1"}],
        facilities=[{"category": "elder_care", "id": "n", "name": "颐养院", "x": X + 690, "y": Y + 205}],
    )
    opened = geoprio.run(project, scenario=moved)
    assert opened.facilities.loc["n", "status"] == "used"
    closed = geoprio.run(write("停业"))
    same(after, closed)
    same(by_name, closed)


def test_another_capacity(town):
    for row, _, _ in town.homes:
        row["beds"] = 10
    homes = '[[facilities]]\ncategory = "elder_care"\npath = "homes.geojson"\ncapacity = "beds"\n'
    project = town.write(homes=homes)
    before = geoprio.run(project)
    after = geoprio.run(project, scenario=made(capacity=[{"id": "e1", "capacity": 40}]))
    town.homes[0][0]["beds"] = 40
    same(after, geoprio.run(town.write(homes=homes)))
    ratio = after.buildings["elder_care_supply"] / before.buildings["elder_care_supply"]
    assert ratio.dropna().tolist() == pytest.approx([4.0] * ratio.notna().sum())


def ladder(town):
    """A second street 150 m north of the first, joined to it far in the east only."""
    town.streets += [
        ({"kind": "main"}, "LineString", [[X, Y + 350], [X + 1900, Y + 350], [X + 1900, Y + 205]]),
        ({"kind": "main"}, "LineString", [[X + 1900, Y + 205], [X + 2000, Y + 200]]),
    ]
    town.buildings += [({"id": f"n{i}"}, "Polygon", square(X + 50 + 100 * i, Y + 355, 10)) for i in range(8)]


def test_a_new_path_is_joined_to_what_it_meets(town):
    """It ends 2 m short of one street and crosses the other between two vertices."""
    ladder(town)
    project = town.write()
    before = geoprio.run(project)
    path = {"coordinates": [(X + 250, Y + 202), (X + 250, Y + 360)], "kind": "main"}
    after = geoprio.run(project, scenario=made(paths=[path]))
    first, second = town.streets[0][2], town.streets[1][2]
    town.streets[0] = ({"kind": "main"}, "LineString", [first[0], [X + 250, Y + 200], *first[1:]])
    town.streets[1] = ({"kind": "main"}, "LineString", [second[0], [X + 250, Y + 350], *second[1:]])
    drawn = [[X + 250, Y + y] for y in (200, 202, 350, 360)]
    town.streets.append(({"kind": "main"}, "LineString", drawn))
    same(after, geoprio.run(town.write()))
    near = after.buildings.loc["n2", "convenience_distance_m"]
    assert near == pytest.approx(10 + 5 + 150 + 150 + 5, abs=1e-3)
    assert before.buildings.loc["n2", "convenience_status"] == "beyond_cutoff"
    assert "joined at 2 places" in after.quality["scenario"]["changes"][0]["what"]


def test_new_paths_of_a_file_and_a_bridge(town):
    ladder(town)
    project = town.write()
    line = [[X + 400, Y + 200], [X + 400, Y + 350]]
    (town.folder / "paths.geojson").write_text(collection([({"kind": "main"}, "LineString", line)]), encoding="utf-8")
    after = geoprio.run(project, scenario=text_of(town, '[[paths]]\npath = "paths.geojson"\nkind = "kind"\n'))
    inline = geoprio.run(project, scenario=made(paths=[{"coordinates": line, "kind": "main"}]))
    same(after, inline)
    over = made(paths=[{"coordinates": [[X + 400, Y + 100], [X + 400, Y + 353]], "bridge": True}])
    bridge = geoprio.run(project, scenario=over)
    # It passes over the first street without meeting it.
    assert bridge.buildings.loc["n3", "convenience_status"] == "beyond_cutoff"


def test_a_new_gate(town):
    walls = layer(town, "barriers", [({}, "LineString", [[-10, 205], [790, 205]])])
    one = gates(town, ("g", "west", 300, 220))
    project = town.write(walls + one)
    gate = {"x": X + 20, "y": Y + 190, "id": "h", "zone": "west"}
    after = geoprio.run(project, scenario=made(gates=[gate]))
    two = gates(town, ("g", "west", 300, 220), ("h", "west", 20, 190))
    same(after, geoprio.run(town.write(walls + two)))
    before = geoprio.run(town.write(walls + gates(town, ("g", "west", 300, 220))))
    assert differs(after, before)


def alley(town):
    """A second street north of the first, joined to it by an alley at 400 that a wall cuts."""
    ladder(town)
    town.streets[0][2].insert(1, [X + 250, Y + 200])
    town.streets[1][2].insert(1, [X + 250, Y + 350])
    town.streets.append(({"kind": "main"}, "LineString", [[X + 250, Y + 200], [X + 250, Y + 350]]))
    return layer(town, "barriers", [({}, "LineString", [[100, 300], [500, 300]]), ({}, "LineString", [[0, 0], [9, 0]])])


def test_a_barrier_is_removed_whole_in_part_or_by_a_gate(town):
    walls = alley(town)
    project = town.write(walls)
    before = geoprio.run(project)
    place = [(X + 250, Y + 301)]
    whole = geoprio.run(project, scenario=made(barriers=[{"coordinates": place, "whole": True}]))
    part = geoprio.run(project, scenario=made(barriers=[{"coordinates": place, "within_m": 3}]))
    gate = geoprio.run(project, scenario=made(gates=[{"x": X + 250, "y": Y + 300}]))
    assert differs(whole, before)
    layer(town, "barriers", [({}, "LineString", [[0, 0], [9, 0]])])
    without = geoprio.run(project)
    for after in (whole, part, gate):
        same(after, without)


def test_people(town):
    people(town)
    project = town.write()
    before = geoprio.run(project)
    more = made(population=[{"group": "population_60plus", "zones": ["west"], "factor": 1.5}])
    after = geoprio.run(project, scenario=more)
    total = float(before.buildings.query("zone_id == 'west'")["population_60plus"].sum())
    by_sum = made(population=[{"group": "population_60plus", "zones": ["west"], "total": total * 1.5}])
    summed = geoprio.run(project, scenario=by_sum)
    same(summed, after)
    for row, _, _ in town.buildings[:4]:
        row["population_60plus"] *= 1.5
    as_file = geoprio.run(town.write())
    same(after, as_file)
    assert differs(after, before)


def test_all_groups_of_people(town):
    people(town)
    project = town.write()
    doubled = geoprio.run(project, scenario=made(population=[{"factor": 2}]))
    for row, _, _ in town.buildings:
        row["population"] *= 2
        row["population_60plus"] *= 2
    same(doubled, geoprio.run(town.write()))


def test_a_lift_takes_walk_ups_away(town):
    """What an inspection found of the house before does not hold against it."""
    for row, _, _ in town.buildings:
        row["floors"] = 6
    section = (
        '\n[condition]\nwalkup_floors = 4\n\n[inspection]\npath = "seen.csv"\nbuilding = "id"\nhas_lift = "电梯"\n'
    )

    def write(*lifts):
        rows = [f"h{i},{'有' if f'h{i}' in lifts else '无'}" for i in range(8)]
        (town.folder / "seen.csv").write_text("\n".join(["id,电梯", *rows]), encoding="utf-8")
        return town.write(section)

    project = write()
    before = geoprio.run(project)
    after = geoprio.run(project, scenario=made(lifts=[{"buildings": ["h0", "h5"]}, {"zones": ["east"]}]))
    seen = geoprio.run(write("h0", "h4", "h5", "h6", "h7"))
    assert before.zones["walkup_share"].to_dict() == {"west": 1.0, "east": 1.0}
    assert after.zones["walkup_share"].to_dict() == seen.zones["walkup_share"].to_dict() == {"west": 0.75, "east": 0.0}


def test_the_verb_and_the_schema(town):
    path = text_of(town, '[[close]]\nid = "s1"\n')
    done = CliRunner().invoke(app, ["run", str(town.write()), "--scenario", str(path), "--out", str(town.folder / "o")])
    assert done.exit_code == 0, (done.output, done.exception)
    assert "情景：close[1]：" in done.output
    done = CliRunner().invoke(app, ["schema", "--scenario"])
    assert set(PARTS) < set(json.loads(done.output)["properties"])


def test_the_after_of_the_example_is_that_of_changed_files(tmp_path):
    """On the messy example: a new station, an open gate of people, and a path along the data."""
    scenario = {
        "facilities": [
            {"category": "elder_care", "id": "n1", "name": "新建驿站", "x": 556500, "y": 3452300, "capacity": 30}
        ],
        "population": [{"group": "population_60plus", "factor": 1.2}],
    }
    after = geoprio.run(EXAMPLE, scenario=made(**scenario))
    rows = [({"id": "n1", "name": "新建驿站", "beds": 30}, "Point", [556500, 3452300])]
    folder = tmp_path / "example"
    shutil.copytree(EXAMPLE.parent, folder)
    (folder / "new.geojson").write_text(collection(rows), encoding="utf-8")
    text = EXAMPLE.read_text(encoding="utf-8")
    extra = '[[facilities]]\ncategory = "elder_care"\npath = "new.geojson"\ncapacity = "beds"\n\n[population]'
    (folder / "project.toml").write_text(text.replace("[population]", extra), encoding="utf-8")
    as_file = geoprio.run(
        folder / "project.toml", scenario=made(population=[{"group": "population_60plus", "factor": 1.2}])
    )
    same(after, as_file)


BAD = {
    "an id that is not there": (
        {"close": [{"id": "e9"}]},
        r"close\[1\]: no facility has the id 'e9'; near it are 'e1'",
    ),
    "a name that is not there": (
        {"close": [{"name": "颐养园", "category": "elder_care"}]},
        "no facility has the name '颐养园'; near it are '颐养院'",
    ),
    "a category that is not there": (
        {"facilities": [{"category": "elder_car", "x": X, "y": Y}]},
        "the project has no category 'elder_car'; near it are 'elder_care'",
    ),
    "a facility that is there": (
        {"facilities": [{"category": "elder_care", "name": "颐养院", "x": X + 701, "y": Y + 205}]},
        "elder_care 'e1' has its name within 50 m",
    ),
    "an id twice": ({"facilities": [shop("s1", 10, 10)]}, "the id 's1' is there already"),
    "far away": ({"facilities": [shop("s9", 90_000, 10)]}, "beyond one catchment"),
    "no street": (
        {"paths": [{"coordinates": [(X, Y + 300), (X, Y + 350)]}]},
        "meets no street within 5 m: nobody could walk there",
    ),
    "no barriers": ({"barriers": [{"coordinates": [(X, Y)]}]}, r"no \[barriers\]"),
    "an idle gate": ({"gates": [{"x": X, "y": Y}]}, "opens no barrier and belongs to no zone that has gates"),
    "no such zone": ({"lifts": [{"zones": ["wst"]}]}, "no zone has the id 'wst'; near it are 'west'"),
    "unknown people": ({"population": [{"factor": 2}]}, "population of the buildings is not known"),
    "the same": ({"capacity": [{"id": "e9", "capacity": 3}]}, "no facility has the id 'e9'"),
}


@pytest.fixture(scope="module")
def walked(tmp_path_factory):
    """The town, read once."""
    town = Town(tmp_path_factory.mktemp("town"))
    return run_walked(town.write())[1]


def applied(walked, **parts):
    """Return the city as a scenario has it."""
    change = Applied(made(**parts), EXAMPLE.parent, None)
    return apply_scenario(walked.city, change, walked.study.config, Findings())


@pytest.mark.parametrize("case", BAD)
def test_what_hits_nothing_is_refused(walked, case):
    parts, said = BAD[case]
    with pytest.raises(geoprio.InputError, match=said):
        applied(walked, **parts)


def test_a_factor_of_one_and_a_lift_twice_change_nothing(walked):
    numbers = np.arange(len(walked.city.buildings), dtype=float)
    buildings = walked.city.buildings.assign(population=100 + numbers, population_60plus=20 + numbers)
    peopled = dataclasses.replace(walked, city=dataclasses.replace(walked.city, buildings=buildings))
    with pytest.raises(geoprio.InputError, match="this changes nothing"):
        applied(peopled, population=[{"factor": 1}])
    city, _ = applied(peopled, population=[{"group": "population", "total": 1656}])
    assert city.buildings["population"].sum() == pytest.approx(1656)
    lifts = [{"zones": ["west"]}, {"buildings": ["h0"]}]
    with pytest.raises(geoprio.InputError, match=r"lifts\[2\].*this changes nothing"):
        applied(walked, lifts=lifts)
    city, rows = applied(walked, lifts=lifts[:1])
    assert rows == [{"part": "lifts", "number": 1, "what": "4 buildings get a lift", "rows": 4}]
    assert city.buildings["has_lift"].sum() == 4
    assert "has_lift" not in walked.city.buildings


def test_a_scenario_file_says_what_is_wrong_with_it(town):
    text = '[[facilities]]\ncategory = "elder_care"\nx = 1\ny = 2\nnam = "s"\n\n[[closed]]\nid = "x"\n'
    with pytest.raises(geoprio.InputError) as caught:
        load_scenario(text_of(town, text))
    assert caught.value.problems == (
        "scenario.toml: key facilities[1].nam is not known; did you mean 'name'?",
        "scenario.toml: key closed is not known; did you mean 'close'?",
    )
    with pytest.raises(geoprio.InputError, match=r"facilities\[1\]: no CRS is known"):
        load_scenario(text_of(town, '[[facilities]]\ncategory = "elder_care"\nx = 1\ny = 2\n'))
    with pytest.raises(geoprio.InputError, match="nothing changes"):
        load_scenario(text_of(town, 'name = "x"\n'))
    with pytest.raises(geoprio.MissingError, match="scenario file"):
        load_scenario(town.folder / "none.toml")


def test_the_files_say_that_it_is_a_scenario_and_repeat(town):
    project = town.write()
    point = f"[[facilities]]\ncategory = 'convenience'\nx = {X + 600}\ny = {Y + 195}\n"
    point = f"crs = '{CRS}'\nname = '新店 <1>'\n{point}"
    path = text_of(town, point)
    folders = [town.folder.parent / name for name in ("one", "two")]
    for out in folders:
        geoprio.run(project, scenario=path).save(out)
    one, two = ({p.name: p.read_bytes() for p in out.iterdir() if p.name != "run.json"} for out in folders)
    assert one == two
    manifest = json.loads((folders[0] / "run.json").read_text(encoding="utf-8"))
    assert manifest["scenario"]["name"] == "新店 <1>"
    assert manifest["scenario"]["of"] == "project"
    assert manifest["inputs"][-1]["path"] == "scenario.toml"
    assert "新店 &lt;1&gt;" in (folders[0] / "map.html").read_text(encoding="utf-8")
    assert "新店" in (folders[0] / "zones.csv").read_text(encoding="utf-8-sig")
