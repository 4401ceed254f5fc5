"""Condition in the files that a run writes: what was not surveyed is never good, titles and definitions are there."""

import json
import subprocess
import sys
import warnings

import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
import pypdf
import pytest
from condition_town import ACCESS, SECTIONS, inspected

import geoprio
from geoprio.outputs.condition import STATES, defect_text, zone_sections, zone_states
from geoprio.outputs.qgis.project import project_xml
from geoprio.outputs.qgis.styles import layer_styles
from geoprio.outputs.tables import write_layers
from geoprio.outputs.titles import shown_title
from geoprio.outputs.workbook import write_workbook

EVIL = "<b>&'\"]]>=1+1"


@pytest.fixture
def result(town):
    return geoprio.run(inspected(town))


def test_not_surveyed_is_never_good(result):
    states = zone_states(result).map(STATES.__getitem__)
    assert states["gas_hazard"].to_dict() == {"south": "defect", "east": "unknown", "west": "good"}
    assert states["roof_fault"].to_dict() == {"south": "unknown", "east": "good", "west": "defect"}
    assert states["walkup"].to_dict() == {"south": "unknown", "east": "unknown", "west": "defect"}
    assert states["road_fault"].unique().tolist() == ["unknown"]


def test_one_building_that_nobody_looked_at_is_no_good_zone(town):
    """Neither one of many, nor one without elders, whose share of a weighted indicator is nothing."""
    inspected(town)
    for tags, *_ in town.buildings:
        tags["population_60plus"] = 0 if tags["id"] == "h3" else 10
    text = (town.folder / "inspection.csv").read_text("utf-8").replace(",无\n", ",有\n").replace("是", "否")
    (town.folder / "inspection.csv").write_text(text, encoding="utf-8")
    found = geoprio.run(town.write(f"{ACCESS}{SECTIONS}"))
    assert found.zones.loc["west", "walkup_unknown_share"] == 0.0
    states = zone_states(found).map(STATES.__getitem__)
    assert states.loc["west", ["walkup", "roof_fault"]].tolist() == ["partly", "partly"]
    row = found.zones.index.get_loc("west")
    roof = found.condition.defects["roof_fault"]
    assert defect_text(found, roof, row, 1) == "leaking or worn roof (0 of 2 buildings, 50 % not surveyed)"
    told = dict(zone_sections(found, zone_states(found), row, 1))
    assert "leaking or worn roof" in told["None so far, not all surveyed"]
    assert "roof" not in told["All surveyed, none found"]


def test_every_column_has_titles_of_its_own(result):
    for column in (c for c in result.zones if c in result.condition.zones):
        zh, en = shown_title(str(column), result)
        assert column not in {zh, en}
        assert zh != en
    assert shown_title("roof_fault_share_contribution", result)[1].endswith(": points")


def test_the_workbook_tells_gate_states_and_sources(result, tmp_path):
    write_workbook(result, tmp_path / "zones.xlsx", "en")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # openpyxl does not keep data bars of newer workbooks
        book = openpyxl.load_workbook(tmp_path / "zones.xlsx")
    head, *body = book["Ranking"].iter_rows(values_only=True)
    table = pd.DataFrame(body, columns=head).set_index("name")
    assert list(head[:4]) == ["rank", "name", "zone type", "safety gate"]
    assert table["safety gate"].to_dict() == {"南区": "yes", "东区": "unknown", "西区": "no"}
    assert table.loc["西区", "management"] == "run by the owners"
    shares = table["Leaking or worn roof: share of those surveyed"]
    assert [None if pd.isna(v) else v for v in shares] == [None, 0, 0.5]
    assert table.loc["西区", "Leaking or worn roof: unit counted"] == "building"
    columns, *rows = book["Definitions"].iter_rows(values_only=True)
    meaning = pd.DataFrame(rows, columns=columns).set_index("column")
    roof = meaning.loc["roof_fault_share"]
    assert roof["direction"] == "a larger value is more urgent"
    assert (roof["weight"], roof["verified"]) == (0.75, "secondary source")
    assert "own convention" in roof["where good and bad come from"]
    assert meaning.loc["safety_gate", "direction"].startswith("ahead of priority")
    assert meaning.loc["gas_hazard_share", "direction"] == "for information"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_hostile_ids_in_geopackage_and_project(town, lang):
    result = geoprio.run(inspected(town, gas=EVIL.replace('"', '""')))
    path = town.folder / "geoprio.gpkg"
    columns = write_layers(result, path)
    layer = gpd.read_file(path, layer="problems")
    assert sorted(layer["problem_id"]) == sorted([EVIL, "P2"])
    assert layer.set_index("problem_id")["status"].to_dict() == {EVIL: "open", "P2": "solved"}
    styles = layer_styles(result, columns, lang)
    text = project_xml(result, styles, lang)
    assert EVIL not in text
    assert text.count('geometry="Point"') == 2
    assert "roof_fault_share" in text
    assert "aged_share" in text
    assert styles["zones"].aliases["aged_share"] != "aged_share"
    assert styles["buildings"].aliases["roof_fault_condition"] in {"屋面渗漏破损", "Leaking or worn roof"}


def test_no_layer_of_points_where_there_are_none(town):
    result = geoprio.run(town.write())
    write_layers(result, town.folder / "geoprio.gpkg")
    assert "problems" not in pyogrio.list_layers(town.folder / "geoprio.gpkg")[:, 0]


def test_sheets_and_repeated_runs(town):
    project = inspected(town)
    outs = [town.folder / f"out{k}" for k in range(2)]
    for out in outs:
        command = [sys.executable, "-m", "geoprio", "run", str(project), "--out", str(out), "--sheets", "3", "-q"]
        subprocess.run([*command, "--lang", "en"], check=True)
    files = sorted(p.relative_to(outs[0]) for p in outs[0].rglob("*") if p.is_file())
    for name in files:
        if name.name != "run.json":
            assert (outs[0] / name).read_bytes() == (outs[1] / name).read_bytes(), name
    texts = {p.stem: pypdf.PdfReader(p).pages[0].extract_text() for p in (outs[0] / "sheets").iterdir()}
    pages = {name.split("_")[1]: " ".join(text.split()) for name, text in texts.items()}
    found = "built before the limit (3 of 4 buildings); leaking or worn roof (1 of 2 buildings, 50 % not surveyed)"
    assert f"Found · basic · lining: {found}" in pages["west"]
    assert "Management: run by the owners" in pages["west"]
    assert "not known: that does not mean safe" in pages["east"]
    assert "Found · safety · lining: gas hazards (open problem points: 1)" in pages["south"]
    assert "All surveyed" not in pages["south"]
    quality = json.loads((outs[0] / "quality.json").read_text("utf-8"))
    assert quality["condition"]["gate"] == {"of": ["gas_hazard"], "nothing_known_of": []}
