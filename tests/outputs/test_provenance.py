"""Every output that rests on a value that nobody verified names it; quotas are told of the right people."""

import csv
import dataclasses
import json
import sqlite3

import geopandas as gpd
import pytest
from conftest import X, Y, collection
from typer.testing import CliRunner

import geoprio
from geoprio._core.errors import InputError
from geoprio.cli.main import app
from geoprio.outputs.provenance import unverified_text, values_used
from geoprio.outputs.webmap.data import map_data

STORE = "convenience walk of at most 500 m"
OWN = "geoprio's own choice, not verified"


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """Return the result and the folder of a run of the rules `default`."""
    from conftest import Town

    town = Town(tmp_path_factory.mktemp("town"))
    result = geoprio.run(town.write())
    return result, result.save(town.folder / "out", lang="en")


def test_the_lists_name_the_values(saved):
    result, out = saved
    text = result.zones["unverified"].iloc[0]
    assert f"{STORE}, elder_care walk of at most 1000 m ({OWN})" in text
    assert "convenience pace of 60 m/min (planning)" in text
    with (out / "zones.csv").open(encoding="utf-8-sig", newline="") as file:
        assert {row["unverified"] for row in csv.DictReader(file)} == {text}
    for name in ("zones", "buildings"):
        assert gpd.read_parquet(out / f"{name}.parquet").attrs["unverified"] == text
    assert gpd.read_parquet(out / "facilities.parquet").attrs == {}
    with sqlite3.connect(out / "geoprio.gpkg") as db:
        told = dict(db.execute("SELECT table_name, description FROM gpkg_contents").fetchall())
    assert {name for name, about in told.items() if text in (about or "")} == {"zones", "buildings"}


def test_report_manifest_and_map_name_the_values(saved):
    result, out = saved
    report = json.loads((out / "quality.json").read_text(encoding="utf-8"))
    kinds = {(r["kind"], r["what"], r["verified"], r["file"]) for r in report["values"]}
    assert kinds == {
        *((("threshold", c, False, "default")) for c in ("convenience", "elder_care")),
        *((("pace", c, False, "")) for c in ("convenience", "elder_care")),
    }
    text = (out / "quality.md").read_text(encoding="utf-8")
    assert "## Values used and their sources" in text
    assert "| threshold | convenience stores | walk of at most 500 m | geoprio's own choice | no | default |" in text
    run = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert run["rule_files"] == ["default"]
    assert run["unverified_values"] == report["values"]
    data = map_data(result, "en")
    assert [(r["mark"], r["walk"]["mark"], r["file"]) for r in data["rules"]] == [
        ("unverified",) * 2 + ("default",)
    ] * 2


def test_what_was_verified_is_not_named(saved):
    result, _ = saved
    rules = {c: r.model_copy(update={"verified": c == "convenience"}) for c, r in result.rules.items()}
    walkers = {c: w.model_copy(update={"verified": True}) for c, w in result.walkers.items()}
    rows = values_used(result.rule_file, rules, walkers, ())
    assert unverified_text(rows) == f"elder_care walk of at most 1000 m ({OWN})"
    assert unverified_text(rows, 0) == "养老服务 步行不超过 1000 米（geoprio 自定、未核实）"
    assert unverified_text(r for r in rows if r["verified"] is True) == ""


def test_a_run_of_verified_values_names_none(saved, tmp_path):
    result, _ = saved
    bare = result.quality | {"values": [r | {"verified": True} for r in result.quality["values"]]}
    out = dataclasses.replace(result, quality=bare).save(tmp_path / "out")
    assert gpd.read_parquet(out / "buildings.parquet").attrs == {}
    with sqlite3.connect(out / "geoprio.gpkg") as db:
        told = db.execute("SELECT description FROM gpkg_contents WHERE table_name = 'zones'").fetchone()[0]
    assert "Unverified" not in (told or "")


def childcare(town, rules, weights, **people):
    """Return the project file of the town with two nurseries and a rule file, weighted."""
    rows = (("n1", 60, 3), ("n2", 700, None))
    places = [({"id": name, "beds": beds}, "Point", [X + x, Y + 205]) for name, x, beds in rows]
    (town.folder / "care.geojson").write_text(collection(places), encoding="utf-8")
    for building in town.buildings:
        building[0].update(people)
    lines = "".join(f"{code} = {w}\n" for code, w in weights.items())
    care = '[[facilities]]\ncategory = "childcare"\npath = "care.geojson"\ncapacity = "beds"\n'
    return town.write(f'{care}[score]\nrules = "{rules}"\n[score.weights]\n{lines}')


def test_places_for_1000_people_are_held_against_supply_for_all_people(town):
    weights = {"childcare_supply": 1.0, "convenience_covered_share": 1.0}
    result = geoprio.run(childcare(town, "five-year-plan-14", weights, population=100))
    (supply,) = [c for c in result.matrix.criteria if c.code == "childcare_supply"]
    assert (supply.good, supply.bad) == (4.5, 0)
    (row,) = [r for r in result.quality["values"] if r["kind"] == "quota"]
    assert row["value"] == "4.5 places per 1,000 population"
    assert (row["verified"], row["file"]) == ("secondary", "five-year-plan-14")
    assert row["source"].startswith("14th Five-Year Plan")
    assert "childcare 4.5 places per 1,000 population (14th Five-Year Plan" in result.zones["unverified"].iloc[0]
    # One of the two has no capacity of its own.
    notes = [n["text"] for n in result.quality["notes"] if "is held against" in n["text"]]
    asked = "childcare_supply is held against 4.5 places per 1,000 of population"
    assert notes == [f"{asked}, but the capacity of 1 of 2 facilities is assumed"]
    rule = map_data(result, "en")["rules"][2]
    assert (rule["mark"], rule["quota"]["mark"]) == ("unverified", "secondary")
    # Weighed no more, the quota is a value that nothing uses.
    again = geoprio.rescore(result, {"convenience_covered_share": 1.0})
    assert "14th Five-Year Plan" not in again.zones["unverified"].iloc[0]
    assert not [r for r in again.quality["values"] if r["kind"] == "quota"]


@pytest.mark.parametrize(
    ("people", "told"), [({"population_0_2": 5, "population": 100}, "population_0_2"), ({"dwellings": 9}, "dwellings")]
)
def test_places_for_1000_people_say_nothing_of_1000_others(town, people, told):
    project = childcare(town, "five-year-plan-14", {"childcare_supply": 1.0}, **people)
    with pytest.raises(InputError, match=f"per 1,000 of population, but supply is told per 1,000 of {told} here"):
        geoprio.run(project)
    own = '[[indicators]]\ncode = "childcare_supply"\ngood = 90\nbad = 0\n'
    project.write_text(project.read_text(encoding="utf-8") + own, encoding="utf-8")
    result = geoprio.run(project)
    assert not [r for r in result.quality["values"] if r["kind"] == "quota"]
    assert not [n for n in result.quality["notes"] if "is held against" in n["text"]]


def test_rescoring_holds_quotas_against_the_right_people_too(town):
    people = {"population_0_2": 5, "population": 100}
    result = geoprio.run(childcare(town, "five-year-plan-14", {"convenience_covered_share": 1.0}, **people))
    with pytest.raises(InputError, match="supply is told per 1,000 of population_0_2 here"):
        geoprio.rescore(result, {"childcare_supply": 1.0})


def test_stores_for_1000_people_are_a_quota_and_no_quota_for_dwellings(town):
    weights = {"convenience_per_1000": 1.0}
    result = geoprio.run(childcare(town, "gb50180-2018-5min", weights, population=100))
    assert result.matrix.good.tolist() == [pytest.approx(1 / 3)]
    (row,) = [r for r in result.quality["values"] if r["kind"] == "quota"]
    assert row["value"] == "0.333333 facilities per 1,000 people"
    with pytest.raises(InputError, match="'convenience_per_1000_dwellings': rule 'GB 50180-2018' gives no target"):
        geoprio.run(childcare(town, "gb50180-2018-5min", {"convenience_per_1000_dwellings": 1.0}, dwellings=9))


def test_a_threshold_of_the_project_leaves_the_quota_its_source(town):
    weights = {"convenience_per_1000": 1.0}
    project = childcare(town, "gb50180-2018-5min", weights, population=100)
    own = '[[indicators]]\ncode = "convenience_covered_share"\nthreshold_m = 400\n'
    project.write_text(project.read_text(encoding="utf-8") + own, encoding="utf-8")
    result = geoprio.run(project)
    rule = result.rules["convenience"]
    assert (rule.threshold, rule.source, rule.file) == (400, "project file", "project file")
    assert rule.quota_from == ("GB 50180-2018", "", False)
    (row,) = [r for r in result.quality["values"] if r["kind"] == "quota"]
    assert row["source"] == "GB 50180-2018"


def test_the_terminal_names_quotas_and_items(town):
    extra = 'name="o"\ntitle_zh="o"\ntitle_en="o"\nextends=["complete-community-2020-existing","gb50180-2018-5min"]\n'
    (town.folder / "own.toml").write_text(extra, encoding="utf-8")
    project = childcare(town, "own.toml", {"convenience_per_1000": 1.0}, population=100)
    done = CliRunner().invoke(app, ["run", str(project), "--out", str(town.folder / "out"), "--lang", "en"])
    assert done.exit_code == 0, done.output
    said = " ".join(done.output.split())
    assert "Items of the complete community, over all zones: 0 passed, 0 failed, 40 unknown." in said
    assert "Quotas not checked against an official text: convenience (0.333333 facilities per 1,000 people, GB" in said
    assert "Items not checked against an official text: service_station, kindergarten, nursery" in said
