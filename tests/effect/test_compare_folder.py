"""What `geoprio compare` writes: files that open, name what is allowed, and survive hostile names."""

import json
import sqlite3

import geopandas as gpd
import openpyxl
import pyogrio
import pytest
from conftest import Town
from finished import people_in, with_shop
from typer.testing import CliRunner

import geoprio
from geoprio._core.errors import InputError, OutputError
from geoprio._core.files import sha256
from geoprio.cli.main import app
from geoprio.effect import compare
from geoprio.outputs.change.write import write_change

HOSTILE = '=cmd|"/C calc"!A1 <script>alert(1)</script>'
X = 500_000.0


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    base = tmp_path_factory.mktemp("compare")
    town = people_in(Town(base))
    town.zones[0][0].update(name=HOSTILE, id="(city)")
    geoprio.run(town.write()).save(base / "before")
    geoprio.run(with_shop(town, X + 700).write()).save(base / "after")
    return base / "before", base / "after"


@pytest.fixture(scope="module")
def change(folders):
    return compare(*folders)


def call(*words):
    return CliRunner().invoke(app, ["compare", *map(str, words)])


def test_the_verb(folders, tmp_path):
    for role, text in (("plan", "zone,measure,cost\neast,shop,100\n"), ("done", "zone,measure,cost\neast,shop,150\n")):
        (tmp_path / f"{role}.csv").write_text(text, encoding="utf-8")
    lists = ["--plan", tmp_path / "plan.csv", "--done", tmp_path / "done.csv"]
    found = call(*folders, "--out", tmp_path / "out", "--lang", "en", *lists)
    assert found.exit_code == 0, found.output
    assert "2 zones compared; 0 came, 0 went." in found.output
    assert "Convenience stores: share covered: 66.7 % → 100.0 % (1 zone better, 0 worse)" in found.output
    told = call(*folders, "--out", tmp_path / "zh")
    assert "比较 2 个片区；新增 0 个，消失 0 个。" in told.output
    assert "便利店覆盖率：66.7 % → 100.0 %（1 个片区好转，0 个变差）" in told.output
    # What is known of the lists is told beside what is known of the runs.
    assert "note: the measured change is the zone's" in found.output
    manifest = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert manifest["command"] == "compare"
    names = {"change.gpkg", "change.json", "change.parquet", "change.xlsx", "report.html", "report.pdf", "swipe.html"}
    assert {entry["path"] for entry in manifest["files"]} == names
    assert all(sha256(tmp_path / "out" / e["path"]) == e["sha256"] for e in manifest["files"])
    told = json.loads((tmp_path / "out" / "change.json").read_text(encoding="utf-8"))
    assert told["zones_compared"] == 2
    assert next(r for r in told["city"] if r["code"] == "convenience_covered_share")["after"] == 1
    assert told["plan"][0]["cost_change"] == 50
    # A second time only by force, and never in place of a run.
    again = call(*folders, "--out", tmp_path / "out")
    assert isinstance(again.exception, OutputError)
    assert call(*folders, "--out", tmp_path / "out", "--force", "-q").output == ""
    assert isinstance(call(*folders, "--out", folders[0], "--force").exception, OutputError)
    assert isinstance(call(*folders, "--out", tmp_path / "x", "--plan", tmp_path / "plan.csv").exception, InputError)
    assert isinstance(call(tmp_path / "out", folders[1], "--out", tmp_path / "y").exception, InputError)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_hostile_names_stay_text(change, tmp_path, lang):
    out = write_change(change, tmp_path / "out", lang=lang)
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "http://" not in page
    assert "https://" not in page
    book = openpyxl.load_workbook(out / "change.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value == HOSTILE]
    assert cells
    assert {cell.data_type for cell in cells} == {"s"}
    table = gpd.read_parquet(out / "change.parquet")
    assert table.loc["(city)", "name"] == HOSTILE


def test_equal_comparisons_give_equal_files(change, tmp_path):
    one, two = (write_change(change, tmp_path / name) for name in ("a", "b"))
    for path in one.iterdir():
        if path.name != "run.json":
            assert path.read_bytes() == (two / path.name).read_bytes(), path.name


def test_the_layer_has_a_style(change, tmp_path):
    out = write_change(change, tmp_path / "out", lang="en")
    assert pyogrio.list_layers(out / "change.gpkg")[:, 0].tolist()[0] == "change"
    db = sqlite3.connect(out / "change.gpkg")
    qml = db.execute("SELECT styleQML FROM layer_styles WHERE f_table_name = 'change'").fetchone()[0]
    db.close()
    assert "priority_change" in qml
    assert 'name="Convenience stores: share covered · change"' in qml
    assert "better &gt; 10" in qml


def test_what_is_asked_wrongly(change, tmp_path):
    with pytest.raises(InputError, match="lang = 'fr'"):
        write_change(change, tmp_path / "out", lang="fr")
