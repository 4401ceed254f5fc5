"""The command line as a user meets it: what it writes, and what it says when something is wrong."""

import json
import os
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pytest
from conftest import X, Y, square
from typer.testing import CliRunner

from geoprio._core.errors import GeoprioError
from geoprio.cli.main import app, main
from geoprio.standards import load_profiles


def call(*args, code=0):
    """Run the program in this process; return what it printed on stdout and stderr."""
    done = CliRunner().invoke(app, [str(a) for a in args])
    if code == 0:
        assert done.exit_code == 0, (done.output, done.exception)
        return done.output
    assert isinstance(done.exception, GeoprioError), done.exception
    return str(done.exception)


def program(*args, cwd=None):
    """Run the program as its users do."""
    return subprocess.run(
        [sys.executable, "-m", "geoprio", *map(str, args)], capture_output=True, text=True, check=False, cwd=cwd,
        env=os.environ | {"COLUMNS": "200", "NO_COLOR": "1"},
    )  # fmt: skip


def test_run_writes_everything_and_says_where(town):
    out = town.folder / "out"
    text = call("run", town.write(), "--out", out, "--progress", "-v", "--lang", "en")
    assert "2 zones, 2 ranked; 8 buildings; 2 facilities." in text
    assert f"Map: {out / 'map.html'}" in text
    assert "not checked against an official text" in text
    assert (out / "run.json").exists()


def test_the_terminal_speaks_chinese_unless_asked_otherwise(town):
    out = town.folder / "out"
    text = call("run", town.write(), "--out", out, "-v")
    assert "2 个片区，2 个参与排序；8 栋楼；2 处设施。" in text
    assert "阈值未与正式文本核对：便利店 (500 m" in text
    assert f"地图：{out / 'map.html'}" in text
    assert "official" not in text


def test_run_names_the_paces_that_nobody_checked(town):
    project = town.write('[access]\nspeed_m_per_min = 48\nprofile = {elder_care = "elderly"}\n')
    text = call("run", project, "--out", town.folder / "out", "--lang", "en")
    assert "Walking paces not checked against an official text: given (48 m/min), elderly (51 m/min)." in text
    run = json.loads((town.folder / "out" / "run.json").read_text(encoding="utf-8"))
    assert run["unverified_walking"] == ["convenience", "elder_care"]
    text = call("run", town.write(), "--out", town.folder / "out2", "--lang", "en")
    assert "official text: planning (60 m/min)." in text


def test_checked_paces_are_not_called_unchecked(town, monkeypatch):
    """What anyone has verified later is named no more."""
    checked = {name: p.model_copy(update={"verified": True}) for name, p in load_profiles().items()}
    monkeypatch.setattr("geoprio.indicators.walking.find_profile", checked.__getitem__)
    text = call("run", town.write(), "--out", town.folder / "out", "--lang", "en")
    assert "Thresholds not checked" in text
    assert "Walking paces" not in text


def test_quiet_prints_nothing(town):
    assert call("run", town.write(), "--out", town.folder / "out", "-q") == ""


def test_force_replaces_and_nothing_else_does(town):
    project, out = town.write(), town.folder / "out"
    call("run", project, "--out", out, "-q")
    assert "exists" in call("run", project, "--out", out, code=2)
    call("run", project, "--out", out, "-q", "--force")
    (out / "mine.txt").write_text("mine", encoding="utf-8")
    assert "geoprio did not write" in call("run", project, "--out", out, "--force", code=2)
    assert (out / "mine.txt").read_text(encoding="utf-8") == "mine"


def test_force_never_touches_the_projects_folder(town):
    project = town.write()
    assert "project's folder" in call("run", project, "--out", town.folder, "--force", code=2)
    assert project.exists()


def test_check_prints_and_writes_the_report(town):
    project = town.write()
    text = call("check", project, "--lang", "en")
    assert text.startswith("Data quality: project\n")
    assert "|" not in text
    assert "crossings and" in text
    report = json.loads((town.folder / "project_check" / "quality.json").read_text(encoding="utf-8"))
    assert report["city"]["zones"] == 2
    assert report["rejects"] == []
    call("check", project, "--force", "-q")


def test_check_counts_gaps_and_strict_makes_them_errors(town):
    town.streets.append(({}, "LineString", [[X + 200, Y], [X + 200, Y + 400]]))
    project = town.write()
    text = call("check", project, "--lang", "en")
    assert "1 crossings and 0 near touches" in text
    assert "--strict: streets: 1 crossings" in call("check", project, "--strict", "--force", code=2)


def test_node_crossings_connects(town):
    town.streets = [
        ({}, "LineString", [[X, Y + 200], [X + 1200, Y + 200]]),
        ({}, "LineString", [[X + 500, Y], [X + 500, Y + 900]]),
    ]
    town.buildings.append(({"id": "up"}, "Point", [X + 500, Y + 700]))
    plain = call("run", town.write(), "--out", town.folder / "a", "-v", "--lang", "en")
    assert "1 buildings stand on street components" in plain
    noded = call(
        "run",
        town.write(streets=town.text["streets"] + "node_crossings = true\n"),
        "--out",
        town.folder / "b",
        "-v",
        "--lang",
        "en",
    )
    assert "stand on street components" not in noded
    found = gpd.read_parquet(town.folder / "b" / "buildings.parquet").loc["up"]
    assert found["convenience_distance_m"] == pytest.approx(500 + 400 + 5, abs=1e-3)


def test_schema_and_version():
    assert json.loads(call("schema"))["title"] == "geoprio project file"
    assert call("--version").startswith("geoprio 0.")


def test_help_names_every_verb():
    text = program("--help").stdout
    assert all(verb in text for verb in ("demo", "run", "check", "schema"))
    assert "must not exist" in program("run", "--help").stdout


def test_demo_runs_the_synthetic_example(tmp_path):
    folder = tmp_path / "demo"
    text = call("demo", folder, "--lang", "en")
    assert f"Map: {folder / 'out' / 'map.html'}" in text
    assert "61 zones" in text
    assert "synthetic" in (folder / "out" / "map.html").read_text(encoding="utf-8")
    (folder / "project.toml").write_text("edited", encoding="utf-8")
    assert "differs from the example's" in call("demo", folder, "--force", code=2)


def broken(town, what):  # noqa: C901, PLR0911 - one branch per mistake
    """Write the town with one thing wrong; return the project file."""
    if what == "missing file":
        project = town.write()
        (town.folder / "streets.geojson").unlink()
        return project
    if what == "unknown key":
        return town.write(streets='[streets]\npath = "streets.geojson"\nnode_crosings = true\n')
    if what == "unknown layer":
        return town.write(streets='[streets]\npath = "streets.geojson"\nlayer = "roads"\n')
    if what == "unknown column":
        return town.write(zones='[zones]\npath = "zones.geojson"\nid = "idd"\n')
    if what == "no crs":
        project = town.write(shops='[[facilities]]\ncategory = "convenience"\npath = "shops.csv"\nx = "x"\ny = "y"\n')
        (town.folder / "shops.csv").write_text("x,y\n1,2\n", encoding="utf-8")
        return project
    if what == "geographic crs":
        return town.write('[project]\ncrs = "EPSG:4326"\n')
    if what == "distorted crs":
        return town.write('[project]\ncrs = "EPSG:3857"\n')
    if what in {"swapped axes", "wrong crs"}:
        lon, lat = gpd.GeoSeries(gpd.points_from_xy([X + 100], [Y + 195]), crs=32650).to_crs(4326).iloc[0].coords[0]
        x, y = (lat, lon) if what == "swapped axes" else (X + 100, Y + 195)
        shops = '[[facilities]]\ncategory = "convenience"\npath = "shops.csv"\nx = "x"\ny = "y"\n'
        project = town.write(shops=shops + f'crs = "EPSG:{4326 if what == "swapped axes" else 32651}"\n')
        (town.folder / "shops.csv").write_text(f"x,y\n{x},{y}\n", encoding="utf-8")
        return project
    if what == "no overlap":
        town.streets = [({}, "LineString", [[X + 90_000, Y], [X + 91_000, Y]])]
        return town.write()
    if what == "empty layer":
        town.zones = []
        return town.write()
    if what == "duplicate ids":
        town.zones[1][0]["id"] = "west"
        return town.write()
    weights = {"negative": "-1", "unknown": "1\nnonsense = 1", "zero": "0"}[what.split()[0]]
    return town.write(f"[score.weights]\nconvenience_covered_share = {weights}\n")


MISTAKES = {
    "missing file": "[streets]: file 'streets.geojson' is not there",
    "unknown key": "project.toml: key streets.node_crosings is not known; did you mean 'node_crossings'?",
    "unknown layer": "[streets] streets.geojson: layer 'roads' is not there; it has streets.",
    "unknown column": "[zones] zones.geojson: column 'idd' is not there (did you mean 'id'?); it has id, name.",
    "no crs": '[facilities[1]] shops.csv: no CRS is known; add crs = "EPSG:…"',
    "geographic crs": "is not projected, so lengths would be in degrees; leave [project] crs out or use EPSG:32650.",
    "distorted crs": "[project] crs = 'EPSG:3857' stretches lengths by 16",
    "swapped axes": "do not fit EPSG:4326; they would fit with x and y exchanged (WGS 84, at longitude 117.0010,",
    "wrong crs": 'all 1 facilities lie outside the study area; they would fit with crs = "EPSG:32650" (WGS 84',
    "no overlap": "[streets] no street lies in or within 150 m of a zone: zones and streets do not overlap",
    "empty layer": "[zones] zones.geojson: the file is empty",
    "duplicate ids": "[zones] zones.geojson: id 'west' stands in rows 1, 2",
    "negative weight": "[score] weights: convenience_covered_share = -1.0 must be a number of 0 or more.",
    "unknown weight": "indicator 'nonsense' is not known",
    "zero weights": "[score] weights are all zero",
}


@pytest.mark.parametrize(("what", "message"), MISTAKES.items())
def test_bad_input_is_one_clear_line_and_writes_nothing(town, what, message):
    project = broken(town, what)
    before = sorted(town.folder.rglob("*"))
    said = call("run", project, "--out", town.folder / "out", "-q", code=2)
    assert message in said
    assert len(said.splitlines()) == 1
    assert sorted(town.folder.rglob("*")) == before


def test_exit_codes_and_streams_of_the_program(town):
    project = town.write()
    done = program("run", town.folder / "nowhere.toml", "--out", town.folder / "out")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("geoprio: project file")
    assert "Traceback" not in done.stderr
    assert program("run", project).returncode == 2
    assert program("fly").returncode == 2
    assert program("run", project, "--out", "out", cwd=town.folder).returncode == 0
    assert Path(town.folder / "out" / "map.html").exists()


def test_a_fault_of_our_own_is_1_with_the_traceback_on_request(monkeypatch, capsys, town):
    def fail(*_args, **_kwargs):
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("geoprio.pipeline.run", fail)
    for flags, traceback in (([], False), (["-v"], True)):
        monkeypatch.setattr(sys, "argv", ["geoprio", "run", str(town.write()), "--out", str(town.folder / "o"), *flags])
        with pytest.raises(SystemExit) as caught:
            main()
        assert caught.value.code == 1
        said = capsys.readouterr().err
        assert "a fault of its own" in said
        assert ("Traceback" in said) is traceback


HOSTILE = [
    "{{7*7}}",
    "{% x",
    "</script><script>alert(1)</script>",
    "`${alert(1)}`",
    "\"'",
    "好" * 300,
    "=1+1",
    "[bold]x[/bold]",
]


def test_hostile_names_go_through_every_output(town):
    for k, name in enumerate(HOSTILE):
        town.zones.append(({"id": f"{name[:20]}{k}", "name": name}, "Polygon", square(X + 20 * k, Y + 500, 20)))
        town.buildings.append(({"id": f"b{k}{name[:9]}"}, "Point", [X + 20 * k + 10, Y + 510]))
        town.shops.append(({"id": f"s{name[:20]}{k}", "name": name}, "Point", [X + 20 * k + 5, Y + 201]))
    town.streets.append(({"kind": "{{7*7}}"}, "LineString", [[X, Y + 200], [X, Y + 490], [X + 300, Y + 490]]))
    out = town.folder / "out"
    call("run", town.write('[project]\nname = "{{7*7}}</title><script>alert(1)</script>"\n'), "--out", out)
    zones = gpd.read_parquet(out / "zones.parquet")
    assert set(HOSTILE) <= set(zones["name"])
    assert set(HOSTILE) <= set(gpd.read_file(out / "geoprio.gpkg", layer="zones")["name"])
    assert set(HOSTILE) <= set(gpd.read_file(out / "geoprio.gpkg", layer="facilities")["name"])
    page = (out / "map.html").read_text(encoding="utf-8")
    assert "<script>alert(1)" not in page
    assert "{{7*7}}" not in page
    assert (out / "zones.csv").read_text(encoding="utf-8-sig").count("'=1+1") == 2
