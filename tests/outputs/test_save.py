"""Saving: all files, listed with their hashes, the same bytes each time, whole or not at all."""

import dataclasses
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from conftest import X, Y
from ways import elevation, entrances, gates, layer

import geoprio
from geoprio._core.errors import InputError, OutputError

FILES = [
    "buildings.parquet",
    "facilities.parquet",
    "geoprio.gpkg",
    "geoprio.qgz",
    "map.html",
    "quality.html",
    "quality.json",
    "quality.md",
    "zones.csv",
    "zones.parquet",
    "zones.xlsx",
]


def manifest(out):
    return json.loads((out / "run.json").read_text(encoding="utf-8"))


def test_all_files_and_their_hashes(town):
    result = geoprio.run(town.write())
    out = result.save(town.folder / "out")
    assert sorted(p.name for p in out.iterdir()) == sorted([*FILES, "run.json"])
    run = manifest(out)
    assert {f["path"]: f["sha256"] for f in run["files"]} == {
        name: hashlib.sha256((out / name).read_bytes()).hexdigest() for name in FILES
    }
    inputs = {i["path"]: i["sha256"] for i in run["inputs"]}
    assert inputs["zones.geojson"] == hashlib.sha256((town.folder / "zones.geojson").read_bytes()).hexdigest()
    assert set(inputs) == {
        "project.toml",
        "zones.geojson",
        "buildings.geojson",
        "streets.geojson",
        "shops.geojson",
        "homes.geojson",
    }
    assert run["program"] == "geoprio"
    assert run["unverified"] == ["convenience", "elder_care"]
    assert run["rules"][0] == {
        "category": "convenience", "threshold": 500.0, "unit": "m", "share": 1.0, "quota_per_1000": None,
        "capacity_per_1000": None, "capacity_of": "", "capacity_unit": "", "quota_source": "", "quota_clause": "",
        "quota_verified": None, "source": "geoprio's own choice", "clause": "", "verified": False, "note": "",
        "file": "default",
    }  # fmt: skip
    assert sum(c["weight"] for c in run["criteria"]) == pytest.approx(1)
    assert "write" in run["timings"]
    assert {"numba", "numpy", "rasterio", "scipy"} <= set(run["libraries"])
    assert sorted(run["libraries"]) == list(run["libraries"])


def test_the_manifest_lists_who_walks_and_every_file_of_the_way(town):
    out = geoprio.run(walled(town)).save(town.folder / "out")
    run = manifest(out)
    assert {c: (w["name"], w["speed_m_per_min"], w["verified"]) for c, w in run["walking"].items()} == {
        "convenience": ("given", 55.0, False),
        "elder_care": ("elderly", 51.0, False),
    }
    assert run["walking"]["convenience"]["source"] == "project file"
    assert "Asher" in run["walking"]["elder_care"]["source"]
    assert run["walking"]["elder_care"]["crossing_penalty_s"] == 15
    assert run["walking"]["elder_care"]["note"].endswith("The project file sets 15 s for a big road instead.")
    assert run["unverified_walking"] == ["convenience", "elder_care"]
    named = {i["path"]: i["sha256"] for i in run["inputs"]}
    for name in ("barriers.geojson", "gates.geojson", "entrances.geojson", "ground.tif"):
        assert named[name] == hashlib.sha256((town.folder / name).read_bytes()).hexdigest()
    assert run["project"]["access"]["catchment_m"] == {"elder_care": 700}


def test_a_checked_pace_is_not_called_unverified(town):
    result = geoprio.run(town.write())
    verified = {"convenience": True, "elder_care": "secondary"}
    walkers = {c: w.model_copy(update={"verified": verified[c]}) for c, w in result.walkers.items()}
    out = dataclasses.replace(result, walkers=walkers).save(town.folder / "out")
    assert manifest(out)["unverified_walking"] == ["elder_care"]


def walled(town):
    """Write the town with all that stands in people's way; return the project file."""
    town.streets += [
        ({"kind": "primary"}, "LineString", [[X + 400, Y - 300], [X + 400, Y + 200], [X + 400, Y + 600]]),
        ({"kind": "steps"}, "LineString", [[X + 700, Y + 200], [X + 700, Y + 290]]),
        ({"kind": "bridge"}, "LineString", [[X, Y + 200], [X, Y + 90], [X + 800, Y + 90], [X + 800, Y + 200]]),
    ]
    for k in range(40):
        town.buildings.append(({"id": f"m{k}"}, "Point", [X + 19.7 * k + 0.1, Y + (37.3 * k) % 390]))
    for k, building in enumerate(town.buildings):
        building[0].update({"population": 7 * k + 1, "population_60plus": k % 3})
    town.shops += [({"id": f"t{k}", "places": 3 * k}, "Point", [X + 190 * k, Y + 190 + 7 * k]) for k in range(1, 8)]
    sections = elevation(town, lambda x, y: 30 + 0.06 * x + 12 * np.sin(x / 90) + 0.02 * y)
    sections += gates(town, ("g1", "west", 300, 220), ("g2", "west", 20, 190), ("g3", "west", 250, 395))
    sections += entrances(town, ("d1", "e1", 690, 230), ("d2", "e1", 720, 195), ("d3", "t2", 380, 210))
    sections += layer(town, "barriers", [({}, "LineString", [[330, 0], [330, 400]])])
    sections += (
        '[access]\nspeed_m_per_min = 55\nprofile = {elder_care = "elderly"}\ncrossing_penalty_s = 15\n'
        'supply = "3sfca"\ncatchment_m = {elder_care = 700}\n[score]\nmissing = "renormalise"\n'
        "[score.weights]\nelder_care_supply = 1\nconvenience_covered_share = 2\n"
        '[[indicators]]\ncode = "elder_care_supply"\ngood = 30\nbad = 0\n'
    )
    return town.write(sections, shops=town.text["shops"] + 'capacity = "places"\n')


@pytest.mark.parametrize("features", [False, True])
def test_two_processes_write_the_same_bytes(town, features):
    project = walled(town) if features else town.write()
    outs = []
    for n, (seed, threads) in enumerate((("1", "1"), ("77", "2"))):
        out = town.folder / f"out{n}"
        env = os.environ | {"PYTHONHASHSEED": seed, "NUMBA_NUM_THREADS": threads, "TZ": ("UTC", "Asia/Shanghai")[n]}
        subprocess.run(
            [sys.executable, "-m", "geoprio", "run", str(project), "--out", str(out), "-q"], check=True, env=env
        )
        outs.append(out)
        time.sleep(2)
    for name in FILES:
        assert (outs[0] / name).read_bytes() == (outs[1] / name).read_bytes(), name
    one, two = (manifest(out) for out in outs)
    for run in (one, two):
        run.pop("created")
        run.pop("timings")
    assert one == two


def test_the_project_can_be_moved(town, tmp_path):
    first = geoprio.run(town.write()).save(town.folder / "out")
    moved = tmp_path / "另一个 folder"
    shutil.copytree(town.folder, moved, ignore=shutil.ignore_patterns("out"))
    second = geoprio.run(moved / "project.toml").save(moved / "out")
    for name in FILES:
        assert (first / name).read_bytes() == (second / name).read_bytes(), name


def test_a_failing_writer_leaves_nothing(town, monkeypatch):
    result = geoprio.run(town.write())
    before = sorted(town.folder.iterdir())

    def fail(*_args):
        raise OSError("disk full")

    monkeypatch.setattr("geoprio.outputs.write.write_csv", fail)
    with pytest.raises(OSError, match="disk full"):
        result.save(town.folder / "out")
    assert sorted(town.folder.iterdir()) == before


def test_save_refuses_a_folder_that_is_there_and_unknown_languages(town):
    result = geoprio.run(town.write())
    with pytest.raises(OutputError, match="exists"):
        result.save(town.folder)
    with pytest.raises(InputError, match="lang = 'fr'"):
        result.save(town.folder / "out", lang="fr")
    out = result.save(town.folder / "out")
    assert result.save(Path(out), force=True) == out


def test_rescore_is_a_run_with_those_weights(town):
    for k, building in enumerate(town.buildings):
        building[0]["population"] = k + 1
    weights = {"convenience_covered_share": 3.0, "elder_care_distance_m": 1.0}
    lines = "".join(f"{code} = {w}\n" for code, w in weights.items())
    result = geoprio.run(town.write())
    again = geoprio.rescore(result, weights)
    ran = geoprio.run(town.write(f"[score.weights]\n{lines}"))
    assert again.zones.columns.tolist() == ran.zones.columns.tolist()
    assert again.zones.index.tolist() == ran.zones.index.tolist()
    for column in ("priority", "rank", "tied_with", "elder_care_distance_m_contribution"):
        assert again.zones[column].tolist() == ran.zones[column].tolist(), column
    assert "convenience_distance_m_contribution" not in again.zones
    assert result.matrix.weights.tolist() == [0.5, 0.5]
    with pytest.raises(InputError, match="is not known"):
        geoprio.rescore(result, {"nothing": 1.0})
