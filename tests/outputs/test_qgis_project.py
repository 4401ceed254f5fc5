"""The QGIS project, read back by QGIS itself from a moved folder."""

import dataclasses
import json
import os
import shutil
import subprocess
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import numpy as np
import pytest
from conftest import EXAMPLE, missing

import geoprio
from geoprio.outputs.palette import CLASS_COLORS
from geoprio.outputs.qgis.layout import MAP_MM, PAGE_MM
from geoprio.outputs.qgis.styles import LEGEND_WIDTH, legend_text
from geoprio.outputs.titles import shown_title

PROBE = Path(__file__).with_name("qgis_probe.py")
SYMBOL_MM, MM_A_CHARACTER = 10.0, 1.4
"""Of an entry in the legend: its symbol, and what a Latin character of 8 points takes, measured on a printed layout."""
CRITERIA = 9
GROUPS = [
    *("Result", "Indicators (from good to bad)", "Condition (share of those surveyed)"),
    *("What residents say (share of those asked)", "Background"),
]


@pytest.fixture(scope="module")
def qgis():
    """Return the Python that has QGIS."""
    python = os.environ.get("GEOPRIO_QGIS_PYTHON", "/usr/bin/python3")
    command = [python, "-c", "import qgis.core"]
    if not Path(python).exists() or subprocess.run(command, capture_output=True, check=False).returncode:
        missing("qgis", f"{python} has no QGIS; install python3-qgis or set GEOPRIO_QGIS_PYTHON")
    return python


@pytest.fixture(scope="module")
def result():
    return geoprio.run(EXAMPLE)


def probe(qgis, project, out):
    """Return what QGIS says of a project."""
    out.mkdir(exist_ok=True)
    env = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "HOME": str(out)}
    command = [qgis, str(PROBE), str(project), str(out)]
    done = subprocess.run(command, capture_output=True, check=True, env=env, timeout=180)
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def told(qgis, result, tmp_path_factory):
    """Save the example in English, move the folder to a path with blanks and Chinese characters, ask QGIS."""
    folder = tmp_path_factory.mktemp("qgis")
    result.save(folder / "out", lang="en")
    moved = folder / "老旧小区 更新 2026"
    shutil.move(folder / "out", moved)
    answer = probe(qgis, moved / "geoprio.qgz", folder / "pictures")
    return answer | {"folder": folder}


def layer(told, name):
    (found,) = [item for item in told["layers"].values() if item["name"] == name]
    return found


def test_it_opens_with_an_empty_message_log(told):
    assert told["read"] is True
    assert (told["error"], told["messages"], told["render_errors"]) == ("", [], [])
    assert told["crs"] == "EPSG:32650"
    assert all(item["valid"] and item["crs"] == "EPSG:32650" for item in told["layers"].values())


def test_groups_and_layers_from_the_top(told, result):
    names = [group for group, _, _ in told["tree"]]
    assert names == GROUPS
    shown = {group: [(name, ticked) for name, ticked, _ in members] for group, _, members in told["tree"]}
    assert shown["Result"] == [("Problem points", True), ("Facilities", True), ("Priority of zones", True)]
    assert shown["Background"] == [("Buildings", True), ("Streets", True)]
    titles = [shown_title(code, result)[1] for code in result.matrix.codes]
    assert shown[GROUPS[1]] == [(title, False) for title in titles]
    assert len(titles) == CRITERIA


def test_what_residents_say_is_a_layer_each(told, result):
    members = next(rows for group, _, rows in told["tree"] if group == GROUPS[3])
    weighted = set(result.matrix.codes)
    codes = [c for c in result.need_codes if c not in weighted and result.zones[c].notna().any()]
    assert [name for name, _, _ in members] == [shown_title(c, result)[1] for c in codes]
    assert codes
    drawn = layer(told, members[0][0])
    assert drawn["classes"][0][2] == "unknown"
    assert f'"{codes[0]}"' in drawn["attribute"]


def test_zones_are_drawn_by_priority_in_fixed_classes(told, result):
    zones = layer(told, "Priority of zones")
    assert zones["renderer"] == "graduatedSymbol"
    assert zones["attribute"] == 'coalesce("priority", -1)'
    assert [row[2] for row in zones["classes"]] == [
        *("not scored", "0 – 20", "20 – 40", "40 – 60", "60 – 80", "80 – 100"),
    ]
    assert [row[3] for row in zones["classes"][1:]] == list(CLASS_COLORS)
    assert zones["count"] == len(result.zones)
    # Of a city drawn small only the first ten are named.
    assert zones["label"] == 'if("rank" <= 10 or @map_scale <= 20000, concat("rank", \' \', "name"), \'\')'
    assert zones["aliases"]["elder_care_covered_share"] == "Elder care: share covered"
    assert all(zones["aliases"][c] for c in result.zones.columns if c != "geometry")


def test_indicators_are_drawn_from_good_to_bad(told):
    share = layer(told, "Elder care: share covered")
    assert [row[2] for row in share["classes"]] == [
        *("unknown", "≥ 80 %", "60 % – 80 %", "40 % – 60 %", "20 % – 40 %", "< 20 %"),
    ]
    metres = layer(told, "Elder care: mean walking distance")
    assert [row[2] for row in metres["classes"]] == [
        *("unknown", "≤ 420 m", "420 m – 540 m", "540 m – 660 m", "660 m – 780 m", "> 780 m"),
    ]


def test_buildings_are_left_out_of_small_scales(told):
    assert layer(told, "Buildings")["scale"] == 30000
    assert layer(told, "Streets")["classes"][0][1] == "big streets"


def test_the_layout_prints(told):
    assert told["layouts"] == ["Priority map A4"]
    items = told["items"]
    assert items.count("QgsLayoutItemLabel") == 3
    assert {"QgsLayoutItemMap", "QgsLayoutItemLegend", "QgsLayoutItemScaleBar"} <= set(items)
    assert (told["png"], told["pdf"]) == (0, 0)
    from PIL import Image

    with Image.open(told["folder"] / "pictures" / "layout.png") as picture:
        colors = {color for _, color in picture.convert("RGB").getcolors(1 << 20)}
    wanted = {tuple(int(c[i : i + 2], 16) for i in (1, 3, 5)) for c in CLASS_COLORS}
    assert wanted <= colors


def test_every_kind_of_point_has_an_entry_of_its_own_in_the_legend(told):
    with zipfile.ZipFile(told["folder"] / "老旧小区 更新 2026" / "geoprio.qgz") as archive:
        root = ET.fromstring(archive.read("geoprio.qgs"))  # noqa: S314 - our own file
    (legend,) = [item for item in root.iter("LayoutItem") if item.get("type") == "65642"]
    names = [entry.get("name") for entry in legend.iter("layer-tree-layer")]
    assert names == ["Problem points", "Facilities", "Priority of zones"]
    points = layer(told, "Problem points")
    (renderer,) = [m.find("renderer-v2") for m in root.iter("maplayer") if m.findtext("layername") == "Problem points"]
    looks = [
        tuple(o.get("v") or o.get("value") for o in s.iter() if (o.get("k") or o.get("name")) in {"name", "color"})
        for s in renderer.find("symbols")
    ]
    assert len(set(looks)) == len(points["classes"])
    # The legend begins right of the map and has room for this many characters.
    assert all(len(label) <= LEGEND_WIDTH for _, label, _ in points["classes"])
    left, _, width, _ = MAP_MM
    assert (PAGE_MM[0] - left - width - 4 - SYMBOL_MM) / MM_A_CHARACTER >= LEGEND_WIDTH


@pytest.mark.parametrize(
    ("text", "short"),
    [("老旧" * 10, "老旧" * 10), ("老旧" * 11, "老旧" * 10 + "…"), ("x" * 42, "x" * 42), ("x" * 43, "x" * 41 + "…")],
)
def test_a_long_entry_is_cut_to_the_room_there_is(text, short):
    assert legend_text(text) == short


def test_names_with_markup_stay_names(qgis, result, tmp_path):
    zones = result.zones.copy()
    hostile = "<b>[% 6*7 %]</b> & \"=1'"
    zones.loc[zones.index[0], "name"] = hostile
    project = result.project | {"project": result.project["project"] | {"name": hostile}}
    dataclasses.replace(result, zones=zones, project=project).save(tmp_path / "out", lang="zh")
    answer = probe(qgis, tmp_path / "out" / "geoprio.qgz", tmp_path / "pictures")
    assert answer["read"] is True
    assert answer["title"] == hostile
    assert answer["messages"] == []
    with zipfile.ZipFile(tmp_path / "out" / "geoprio.qgz") as archive:
        layout = archive.read("geoprio.qgs").decode().split("<Layouts>")[1]
    assert "[%" not in layout


def test_equal_results_give_equal_projects(result, tmp_path):
    for name in ("a", "b"):
        result.save(tmp_path / name)
    assert (tmp_path / "a" / "geoprio.qgz").read_bytes() == (tmp_path / "b" / "geoprio.qgz").read_bytes()


def test_how_sure_a_place_is_and_the_raster_are_layers_too(qgis, result, tmp_path):
    ranked = result.zones["rank"].notna()
    words = np.where(result.zones["rank"].fillna(99) <= 10, "robustly_in", "contested").astype(object)
    zones = result.zones.assign(robust=np.where(ranked, words, None))
    outputs = result.project["outputs"] | {"raster_m": 10.0}
    more = dataclasses.replace(result, zones=zones, project=result.project | {"outputs": outputs})
    more.save(tmp_path / "out", lang="en")
    answer = probe(qgis, tmp_path / "out" / "geoprio.qgz", tmp_path / "pictures")
    assert (answer["error"], answer["messages"]) == ("", [])
    sure = layer(answer, "sure of a place among the first")
    assert [row[:2] for row in sure["classes"]] == [
        *(["robustly_in", "robustly in"], ["contested", "contested"], ["robustly_out", "robustly out"]),
        ["", "not scored"],
    ]
    raster = layer(answer, "Priority of zones (raster, rounded up)")
    assert raster["valid"] is True
    assert [row[2] for row in raster["classes"][:5]] == list(CLASS_COLORS)


def test_facilities_that_do_not_count_are_hollow(told):
    classes = layer(told, "Facilities")["classes"]
    assert [row[0] for row in classes] == ["elder_care", "childcare", "convenience", ""]
    assert classes[-1][1:] == ["not counted (too far, double, closed)", "#ffffff"]
