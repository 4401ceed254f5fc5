"""Condition from the project file to the ranking, worked out by hand."""

import json

import geopandas as gpd
import pandas as pd
import pytest
from condition_town import ACCESS, SECTIONS, WEIGHTS, inspected
from typer.testing import CliRunner

import geoprio
from geoprio._core.errors import InputError, MissingError
from geoprio.cli.main import app
from geoprio.pipeline import check, sensitivity


def told(zones, column):
    return {zone: None if pd.isna(v) else v for zone, v in zones[column].items()}


def test_shares_gate_and_ranks_by_hand(town):
    """The gate reverses the priorities: south has 0 and a hazard, east 12.5 and nobody looked, west 37.5 and none."""
    zones = geoprio.run(inspected(town)).zones
    assert told(zones, "roof_fault_share") == {"south": None, "east": 0.0, "west": 0.5}
    assert told(zones, "roof_fault_unknown_share") == {"south": 1.0, "east": 0.0, "west": 0.5}
    assert told(zones, "safety_gate") == {"south": True, "east": None, "west": False}
    assert told(zones, "priority") == pytest.approx({"south": 0.0, "east": 12.5, "west": 37.5})
    assert told(zones, "rank") == {"south": 1, "east": 2, "west": 3}
    assert told(zones, "roof_fault_share_contribution")["west"] == pytest.approx(37.5)
    assert told(zones, "aged_share") == {"south": 1.0, "east": 1.0, "west": 0.75}
    # h0, h1 and h2 have no lift, of h3 nobody said it: its elders are 40 of 100.
    assert (zones.loc["west", "walkup_share"], zones.loc["west", "walkup_unknown_share"]) == pytest.approx((1.0, 0.4))
    assert told(zones, "management_model") == {"south": None, "east": None, "west": "owners"}
    # Roofs leak, and houses are old: the two defects of the class that were looked at.
    assert zones.loc["west", "condition_basic_share"] == pytest.approx((0.5 + 0.75) / 2)


def test_buildings_and_points(town):
    result = geoprio.run(inspected(town))
    homes = result.buildings["roof_fault_condition"]
    assert homes[[f"h{i}" for i in range(5)]].tolist() == ["defect", "good", "unknown", "unknown", "good"]
    table = result.condition.points.set_index("problem_id")
    assert table.loc["P1", ["defect", "status", "zone_id", "building_id"]].tolist() == [
        "gas_hazard", "open", "south", "h8",
    ]  # fmt: skip
    assert table.loc["P2", "status"] == "solved"


def test_a_project_without_condition_shows_what_attributes_tell_and_nothing_empty(town):
    plain = geoprio.run(town.write())
    assert not [c for c in plain.zones if str(c) in plain.condition.zones]
    assert list(plain.condition.buildings) == []
    assert plain.quality["condition"]["defects"] == []
    for tags, *_ in town.buildings:
        tags["year_built"] = 1990
    aged = geoprio.run(town.write())
    new = [c for c in aged.zones if c not in plain.zones]
    assert new == [f"aged_{kind}" for kind in ("share", "unknown_share", "found", "surveyed", "unit")]
    assert aged.zones[new].notna().all(axis=None)
    assert "safety_gate" not in aged.zones
    assert [r["what"] for r in aged.quality["values"] if r["kind"] == "condition"] == ["aged"]


def test_the_year_of_eligibility_is_that_of_age(town):
    project = inspected(town)
    limit = {r["what"]: r for r in geoprio.run(project).quality["values"] if r["kind"] == "condition"}["aged"]
    assert (limit["value"], limit["verified"]) == ("limit 2001", "secondary")
    zones = town.text["zones"] + "eligible = {built_before = 2011}\n"
    ran = geoprio.run(town.write(f"{ACCESS}{SECTIONS}{WEIGHTS}", zones=zones))
    assert set(ran.zones["aged_share"]) == {1.0}
    own = SECTIONS.replace("[condition]", "[condition]\nbuilt_before = 1980")
    ran = geoprio.run(town.write(f"{ACCESS}{own}{WEIGHTS}", zones=zones))
    assert set(ran.zones["aged_share"]) == {0.0}


def test_a_gate_in_the_file_of_the_zones_holds_beside_what_was_found(town):
    for tags, *_ in town.zones:
        tags["gate"] = {"west": 1, "east": 0}[tags["id"]]
    inspected(town)
    town.zones[-1][0]["gate"] = 0
    zones = town.text["zones"] + 'safety_gate = "gate"\n'
    result = geoprio.run(town.write(f"{ACCESS}{SECTIONS}{WEIGHTS}", zones=zones))
    # West: the file says so. South: the file says no, and gas was reported. East: the file's no is all there is.
    assert told(result.zones, "safety_gate") == {"west": True, "south": True, "east": False}


def test_rescore_is_a_run_with_those_weights(town):
    result = geoprio.run(inspected(town))
    other = {"aged_share": 1.0, "condition_basic_share": 2.0, "convenience_covered_share": 1.0}
    again = geoprio.rescore(result, other)
    text = WEIGHTS.replace("roof_fault_share = 3", "aged_share = 1, condition_basic_share = 2")
    project = town.write(f"{ACCESS}{SECTIONS}{text}")
    ran = geoprio.run(project)
    pd.testing.assert_series_equal(again.zones["priority"], ran.zones["priority"])
    assert again.zones.index.tolist() == ran.zones.index.tolist() == ["south", "east", "west"]
    with pytest.raises(InputError, match="walkup_share_"):
        geoprio.rescore(result, {"walkup_share_": 1})
    with pytest.raises(InputError, match="nothing that was read tells of it"):
        geoprio.rescore(result, {"pipe_fault_share": 1})


def test_rescore_takes_a_class_that_no_column_showed(town):
    for tags, *_ in town.buildings:
        tags["year_built"] = 1990
    result = geoprio.run(town.write())
    assert "condition_basic_share" not in result.zones
    assert geoprio.rescore(result, {"condition_basic_share": 1}).zones["priority"].tolist() == [100.0, 100.0]


def test_sensitivity_keeps_the_gate_and_varies_what_is_walked(town):
    found = sensitivity(inspected(town), draws=100, seed=1)
    assert found.result.zones["rank_p05"].tolist() == [1, 2, 3]
    assert found.result.zones["rank_p95"].tolist() == [1, 2, 3]


def test_anchors_of_the_project(town):
    own = '[[indicators]]\ncode = "roof_fault_share"\nbad = 0.5\n'
    result = geoprio.run(inspected(town, weights=f"{WEIGHTS}{own}"))
    assert result.zones.loc["west", "roof_fault_share_contribution"] == pytest.approx(75.0)
    rate = WEIGHTS.replace("roof_fault_share", "road_fault_per_100")
    with pytest.raises(InputError, match="has no good and bad values"):
        geoprio.run(town.write(SECTIONS + rate))


@pytest.mark.parametrize(
    ("sections", "weights", "message"),
    [
        (SECTIONS, WEIGHTS.replace("roof_fault_share", "gas_hazard_share"), "gate.*before all weights"),
        (SECTIONS, WEIGHTS.replace("roof_fault_share", "condition_safety_share"), "gate.*before all weights"),
        (SECTIONS, WEIGHTS.replace("roof_fault_share", "roof_fault_found"), "for information only"),
        (SECTIONS, WEIGHTS.replace("roof_fault_share", "roof_faults_share"), "'roof_fault_share', too"),
        (SECTIONS, WEIGHTS.replace("roof_fault_share", "facade_fault_share"), "nothing that was read tells of it"),
        (SECTIONS + '[[indicators]]\ncode = "roof_fault_share"\nthreshold_m = 3\n', WEIGHTS, "no threshold in metres"),
        (SECTIONS + '[[indicators]]\ncode = "gas_hazard_share"\nbad = 3\n', WEIGHTS, "gate.*before all weights"),
        (SECTIONS + '[[indicators]]\ncode = "roof_fault_share"\n', WEIGHTS, "sets nothing"),
        (SECTIONS + '[[indicators]]\ncode = "roof_fault_share"\nbad = -1\n', WEIGHTS, "must lie above good"),
        (SECTIONS.replace('"gas_hazard"}', '"gas_hazzard"}'), WEIGHTS, "'gas_hazzard' is no defect that is known"),
        (SECTIONS.replace('["gas_hazard"]', '["roof_fault"]'), WEIGHTS, "'roof_fault' is no hazard"),
        (
            SECTIONS.replace('compounds.csv"', 'compounds.csv"\ncolumns = {rooof = "屋"}'),
            WEIGHTS,
            "'rooof' is no defect",
        ),
        (SECTIONS.replace('gates = ["gas_hazard"]', "gatess = 1"), WEIGHTS, "gatess"),
    ],
)
def test_mistakes_are_told_before_anything_is_read(town, sections, weights, message):
    with pytest.raises(InputError, match=message):
        check(inspected(town, sections, weights))


def test_all_mistakes_at_once_and_files_that_are_not_there(town):
    project = inspected(town, SECTIONS.replace('"gas_hazard"}', '"x1"}').replace(
        'compounds.csv"', 'compounds.csv"\ncolumns = {x2 = "屋"}'))  # fmt: skip
    with pytest.raises(InputError) as caught:
        check(project)
    assert len(caught.value.problems) == 2
    with pytest.raises(MissingError, match=r"\[problems\[1\]\].*nowhere.csv"):
        check(town.write(SECTIONS.replace("points.csv", "nowhere.csv")))
    with pytest.raises(InputError, match="has the name of a defect"):
        check(town.write('[[facilities]]\ncategory = "walkup"\npath = "shops.geojson"\n'))


def test_check_reads_inspections_and_points(town, tmp_path):
    project = inspected(town)
    found = check(project)
    roofs = {row["code"]: row for row in found["condition"]["defects"]}["roof_fault"]
    assert (roofs["buildings_found"], roofs["buildings_surveyed"]) == (1, 6)
    done = CliRunner().invoke(app, ["check", str(project), "--out", str(tmp_path / "q"), "--lang", "en"])
    assert done.exit_code == 0, done.output
    text = (tmp_path / "q" / "quality.md").read_text(encoding="utf-8")
    assert "Not surveyed does not mean good" in text
    assert "| leaking or worn roof | basic | lining | 1 | 6 |" in text


def test_the_manifest_names_files_defects_and_marks(town):
    (town.folder / "own.toml").write_text(
        '[[defects]]\ncode = "bench_lacking"\ntitle_zh = "缺座椅"\ntitle_en = "no benches"\ngrade = "improving"\n'
        'side = "face"\nsource = "residents"\nverified = true\n', encoding="utf-8",
    )  # fmt: skip
    sections = SECTIONS.replace("[condition]", '[condition]\ndefects = "own.toml"')
    run = json.loads((geoprio.run(inspected(town, sections)).save(town.folder / "out") / "run.json").read_text("utf-8"))
    assert {"inspection.csv", "compounds.csv", "points.csv", "own.toml"} <= {row["path"] for row in run["inputs"]}
    loose = {row["what"] for row in run["unverified_values"] if row["kind"] == "condition"}
    assert {"roof_fault", "gas_hazard", "walkup"} <= loose
    assert run["project"]["inspection"][0]["path"] == "inspection.csv"
    assert {c["code"]: c["weight"] for c in run["criteria"]}["roof_fault_share"] == 0.75
    points = gpd.read_file(town.folder / "out" / "geoprio.gpkg", layer="problems")
    assert sorted(points["problem_id"]) == ["P1", "P2"]
