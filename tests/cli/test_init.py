"""`geoprio init`: from files to a project that runs untouched."""

import json
import os
import shutil
import tomllib

import pandas as pd
import pytest
from test_cli import call, program

from geoprio.cli.demo import example_folder


@pytest.fixture
def messy(tmp_path):
    """The example's files without its project file."""
    folder = tmp_path / "messy"
    shutil.copytree(example_folder(), folder, ignore=shutil.ignore_patterns("project.toml", "*.md"))
    return folder


def drafted(folder, *files, lang="en"):
    """Run init; return the project as TOML reads it, its text and what was printed."""
    said = call("init", folder, *files, "--lang", lang)
    text = (folder / "project.toml").read_text(encoding="utf-8")
    return tomllib.loads(text), text, said


def ran(folder):
    """Run the project that was drafted, untouched; return the report and the zones."""
    call("run", folder / "project.toml", "--out", folder / "out", "-q")
    report = json.loads((folder / "out" / "quality.json").read_text(encoding="utf-8"))
    return report, pd.read_csv(folder / "out" / "zones.csv")


def test_the_messy_example_runs_as_it_was_drafted(messy):
    """Columns, encodings, datums and categories are those in which the example was made."""
    made = tomllib.loads((example_folder() / "project.toml").read_text(encoding="utf-8"))
    read, text, said = drafted(messy)
    for key in ("id", "name", "type", "path"):
        assert read["zones"][key] == made["zones"][key]
    assert read["compounds"]["path"] == made["compounds"]["path"]
    assert read["buildings"]["path"] == made["buildings"]["path"]
    assert read["buildings"]["id"] == made["buildings"]["id"]
    assert read["buildings"]["profile"] == "cadastral"
    assert read["streets"] == made["streets"]

    def told(project):
        """Return what the sections of facilities say, but for defaults and kinds that are the author's choice."""
        keys = ("category", "path", "profile", "x", "y", "crs", "capacity", "status")
        return sorted(tuple(str(f.get(key)) for key in keys) for f in project["facilities"])

    assert told(read) == told(made)
    assert {f["path"]: f.get("encoding") for f in read["facilities"]} == {
        "poi_amap.csv": "gb18030",
        "poi_baidu.csv": None,
    }
    assert read["population"]["path"] == made["population"]["path"]
    assert read["population"]["groups"] == made["population"]["groups"]
    assert read["elevation"] == made["elevation"]
    assert "# [barriers]" in text
    assert f"Written: {(messy / 'project.toml').as_posix()}" in said
    assert "facilities elder_care: poi_amap.csv; profile = amap; crs = GCJ-02; encoding = gb18030" in said
    report, zones = ran(messy)
    assert len(zones) == 61
    assert not [n for n in report["notes"] if n["level"] == "warning" and "datum" in n["text"]]


@pytest.mark.realdata
def test_haidian_runs_as_it_was_drafted(real_data, tmp_path):
    """One OSM extract: six named compounds as zones, two categories that it has and one that it has none of."""
    folder = tmp_path / "haidian"
    read, text, said = drafted(folder, real_data / "beijing_haidian")
    path = os.path.relpath((real_data / "beijing_haidian" / "map.osm").resolve(), folder.resolve())
    assert read["zones"] == {"path": path, "where": {"landuse": "residential"}, "type": "compound"}
    assert read["buildings"] == read["streets"] == {"path": path}
    assert read["facilities"] == [{"category": c, "path": path} for c in ("childcare", "convenience", "elder_care")]
    assert "OSM holds no elder_care" in said
    assert "OSM holds no elder_care" in text
    report, zones = ran(folder)
    assert set(zones["name"]) >= {"清华大学西北小区", "荷清苑教师住宅区", "西王庄小区"}
    used = {s["role"]: s["rows"] for s in report["sources"]}
    assert used == {
        "zones": 6,
        "buildings": 521,
        "streets": 681,
        "facilities[1]": 1,
        "facilities[2]": 9,
        "facilities[3]": 0,
    }


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("city", "zones", "elevation", "count"),
    [
        ("las_palmas", "lp_school_districts.geojson", None, 29),
        ("liechtenstein", "liechtenstein.osm.pbf", None, 310),
        ("monaco", "monaco.osm.pbf", "N43E007.hgt.zip", 6),
    ],
)
def test_real_cities_run_as_they_were_drafted(real_data, tmp_path, city, zones, elevation, count):
    """The files of a city, by a link, so that nothing is written among them."""
    folder = tmp_path / city
    folder.mkdir()
    for file in (real_data / city).iterdir():
        (folder / file.name).symlink_to(file)
    read, text, _ = drafted(folder, lang="zh")
    assert read["zones"]["path"] == zones
    assert read.get("elevation", {}).get("path") == elevation
    if city == "las_palmas":
        assert (read["zones"]["id"], read["zones"]["name"]) == ("Codigo", "Denominaci")
        assert "lp_boundary.geojson" in text
        assert "osm_destination_definitions.csv" in text
    _, table = ran(folder)
    assert len(table) == count


def test_a_project_file_is_replaced_only_when_asked(town):
    project = town.write()
    before = project.read_text(encoding="utf-8")
    assert "exists" in call("init", town.folder, code=2)
    assert project.read_text(encoding="utf-8") == before
    call("init", town.folder, "--force", "-q")
    assert project.read_text(encoding="utf-8") != before
    project.unlink()
    project.symlink_to(town.folder / "elsewhere.toml")
    assert "no plain file" in call("init", town.folder, "--force", code=2)


def test_a_new_folder_is_made_and_taken_away_if_nothing_comes_of_it(town, tmp_path):
    town.write()
    new = tmp_path / "new"
    read, _, _ = drafted(new, town.folder)
    assert read["zones"]["path"] == "../town/zones.geojson"
    # 颐养院 says elder care; 小店, in a file named shops, may be any shop.
    assert [f["category"] for f in read["facilities"]] == ["elder_care"]
    assert "shops.geojson" in (new / "project.toml").read_text(encoding="utf-8")
    report, _ = ran(new)
    assert {s["role"] for s in report["sources"]} >= {"zones", "buildings", "streets"}
    other = tmp_path / "other"
    assert "no facilities" in call("init", other, town.folder / "zones.geojson", code=2)
    assert not other.exists()


def test_mistakes_are_told_in_one_line(town, tmp_path):
    town.write()
    zones = town.folder / "zones.geojson"
    done = program("init", zones)
    assert done.returncode == 2
    assert "name the folder of the project first" in done.stderr
    done = program("init", tmp_path / "nowhere")
    assert done.returncode == 2
    assert "is not there" in done.stderr
    done = program("init", tmp_path, tmp_path / "missing.csv")
    assert done.returncode == 2
    assert "missing.csv" in done.stderr
    assert "Traceback" not in done.stderr


def test_help_and_progress(town):
    assert "Files and folders to look at" in program("init", "--help").stdout
    project = town.write()
    project.unlink()
    done = program("init", town.folder, "--progress", "--lang", "zh", "-v")
    assert done.returncode == 0, done.stderr
    assert "已写入" in done.stdout
    assert "存疑" in done.stdout
    assert "完成" in done.stderr
