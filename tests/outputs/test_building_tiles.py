"""What buildings carry to the page is what the result says of them: few tiles stay in the page, many beside it."""

import dataclasses
import hashlib
import json
import re

import numpy as np
import pandas as pd
import pytest
from conftest import collection, square
from test_map_tiles import decoded

import geoprio
from geoprio.outputs.webmap.building_tiles import building_tiles, building_urgency, distance_classes, narrow, plus_one
from geoprio.outputs.webmap.files import in_shards, write_map
from geoprio.outputs.webmap.page import render_map

WEIGHTS = "[score.weights]\nelder_care_covered_share = 2\nconvenience_covered_share = 1\nconvenience_distance_m = 1\n"


@pytest.fixture
def result(town):
    places = (50, 150, 250, 380, 450, 900, 1_400, 1_900)
    town.zones.append(({"id": "far", "name": "远区"}, "Polygon", square(500_800, 3_450_000, 1_150)))
    town.buildings = [
        ({"id": f"h{x}", "use": "residential" if x != 250 else "school", "n": k, "y": 1980 + k}, "Polygon",
         square(500_000 + x, 3_450_210, 12)) for k, x in enumerate(places)
    ]  # fmt: skip
    town.buildings.append(({"id": "lost", "use": "residential"}, "Polygon", square(500_300, 3_451_000, 12)))
    columns = 'columns = {floors = "n", year_built = "y", use = "use"}\n'
    return geoprio.run(town.write(WEIGHTS, buildings=town.text["buildings"] + 'id = "id"\n' + columns))


def carried(result):
    index, tiles = building_tiles(result)
    rows = decoded(tiles, dict(index["columns"]))
    return index, {name: values for name, _, values, _ in rows}


def test_every_building_carries_what_the_result_says(result):
    index, rows = carried(result)
    table = result.buildings
    assert sorted(rows) == sorted(table.index)
    assert index["count"] == len(table) == sum(index["tiles"][2::7])
    for name, row in rows.items():
        home = table.loc[name]
        zone = None if pd.isna(home["zone_id"]) else result.zones.index.get_loc(home["zone_id"])
        assert row["zone"] == (0 if zone is None else zone + 1)
        assert index["uses"][row["use"] - 1] == home["use"]
        assert row["floors"] == (0 if np.isnan(home["floors"]) else round(10 * home["floors"]) + 1)
        assert row["year"] == (0 if np.isnan(home["year_built"]) else home["year_built"] + 1)
        for k, category in enumerate(index["categories"]):
            assert index["statuses"][row[f"status{k}"] - 1] == home[f"{category}_status"]
            metres, minutes = home[f"{category}_distance_m"], home[f"{category}_walk_min"]
            assert row[f"metres{k}"] == (0 if np.isnan(metres) else round(metres) + 1)
            assert row[f"minutes{k}"] == (0 if np.isnan(minutes) else round(10 * minutes) + 1)
            facility = home[f"{category}_facility_id"]
            found = None if row[f"facility{k}"] == 0 else result.facilities.index[row[f"facility{k}"] - 1]
            assert found == (None if pd.isna(facility) else facility)


def test_classes_are_multiples_of_the_threshold_with_their_upper_bound(result):
    limit = result.rules["convenience"].threshold
    metres = np.array([0.5, 0.501, 1, 1.001, 2, 2.002, 3, 3.003, np.nan]) * limit
    table = result.buildings.assign(convenience_distance_m=metres, convenience_status="reached")
    changed = dataclasses.replace(result, buildings=table)
    assert distance_classes(changed, "convenience").tolist() == [0, 1, 1, 2, 2, 3, 3, 4, 4]
    status = ["unreachable", "unreachable", "unsnapped", "no_facilities", *["beyond_cutoff"] * 5]
    real = np.arange(9) != 1
    changed = dataclasses.replace(
        result,
        buildings=table.assign(convenience_status=status, convenience_distance_m=np.nan),
        on_real_component=real,
    )
    assert distance_classes(changed, "convenience").tolist() == [4, 255, 255, 255, 4, 4, 4, 4, 4]


def test_the_zones_indicators_are_the_means_of_their_buildings(result):
    homes = (result.buildings["use"] != "other").to_numpy()
    for criterion in result.matrix.criteria:
        urgency = building_urgency(result, criterion).astype(float)
        urgency[urgency == 255] = np.nan
        own = pd.Series(urgency / 250, result.buildings.index)[homes].groupby(result.buildings["zone_id"][homes]).mean()
        if criterion.code.endswith("_covered_share"):
            shares = result.zones[criterion.code].reindex(own.index)
            assert own.to_numpy() == pytest.approx(1 - shares.to_numpy(), nan_ok=True)
        else:
            metres = result.buildings["convenience_distance_m"].to_numpy()
            limit = result.rules["convenience"].threshold
            expected = np.rint(250 * np.clip((metres - limit) / (2 * limit), 0, 1))
            assert urgency[~np.isnan(metres)].tolist() == expected[~np.isnan(metres)].tolist()


def test_another_method_has_no_urgency_of_buildings(town):
    index, rows = carried(geoprio.run(town.write('[score]\nnormalize = "minmax"\n')))
    assert index["criteria"] == []
    assert not any(name.startswith("urgency") for name in next(iter(rows.values())))


def test_supply_is_told_where_it_is_weighed(town):
    project = (
        '[score.weights]\nelder_care_supply = 1\n[[indicators]]\ncode = "elder_care_supply"\ngood = 500\nbad = 0\n'
    )
    result = geoprio.run(town.write(project))
    _, rows = carried(result)
    for name, row in rows.items():
        supply = result.buildings.loc[name, "elder_care_supply"]
        assert row["urgency0"] == round(250 * min(max(1 - supply / 500, 0), 1))


def test_numbers_take_the_bytes_they_need():
    assert plus_one(np.array([np.nan, -1, 0, 1.4, 1.6, np.inf])).tolist() == [0, 0, 1, 2, 3, 0]
    sizes = [narrow(np.array([v])).dtype.itemsize for v in (0, 255, 256, 65_535, 65_536, 2**32 - 1, 2**40)]
    assert sizes == [1, 1, 2, 2, 4, 4, 4]
    assert narrow(np.array([2**40])).tolist() == [2**32 - 1]


def test_few_tiles_stay_in_the_page(result, tmp_path):
    write_map(result, tmp_path)
    assert [p.name for p in tmp_path.iterdir() if p.is_file()] == ["map.html"]
    assert not (tmp_path / "map_tiles").exists()
    page = (tmp_path / "map.html").read_text(encoding="utf-8")
    assert page == render_map(result)
    inline = json.loads(re.search(r'id="geoprio-tiles">(.*?)</script>', page, re.DOTALL)[1])
    assert inline == building_tiles(result)[1].texts
    assert "strict-dynamic" not in page


def test_many_tiles_stand_beside_it_and_the_page_knows_each(result, tmp_path):
    write_map(result, tmp_path, inline_bytes=0)
    page = (tmp_path / "map.html").read_text(encoding="utf-8")
    index = json.loads(re.search(r'id="geoprio-data">(.*?)</script>', page, re.DOTALL)[1])["buildings"]
    assert re.search(r'id="geoprio-tiles">(.*?)</script>', page, re.DOTALL)[1] == "[]"
    files = sorted((tmp_path / "map_tiles").iterdir())
    assert [p.name for p in files] == [name for name, *_ in index["shards"]]
    for k, (path, (name, digest, size)) in enumerate(zip(files, index["shards"], strict=True)):
        number, texts = re.fullmatch(r"geoprioTiles\((\d+),(.*)\);\n", path.read_text(encoding="ascii")).groups()
        texts = json.loads(texts)
        assert (int(number), len(texts)) == (k, size)
        assert hashlib.sha256("".join(texts).encode()).hexdigest() == digest
        assert name == f"{k:04d}-{digest[:12]}.js"
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]
    assert "'strict-dynamic'" in policy
    assert "'self'" not in policy
    assert "file:" not in policy


def test_shards_keep_the_order_and_their_size():
    texts = ["a" * n for n in (3, 9, 1, 1, 1, 20, 2)]
    shards = in_shards(texts, 10)
    assert [t for shard in shards for t in shard] == texts
    assert [len("".join(s)) for s in shards] == [12, 23, 2]
    assert in_shards([], 10) == []


def test_a_saved_run_lists_its_shards(result, tmp_path, monkeypatch):
    monkeypatch.setattr("geoprio.outputs.write.write_map", lambda r, f, lang: write_map(r, f, lang, inline_bytes=0))
    listed = {}
    for name in ("one", "two"):
        result.save(tmp_path / name)
        entries = json.loads((tmp_path / name / "run.json").read_text(encoding="utf-8"))["files"]
        listed[name] = {e["path"]: e["sha256"] for e in entries if e["path"].startswith("map")}
    assert listed["one"] == listed["two"]
    assert len(listed["one"]) == 2
    result.save(tmp_path / "two", force=True)


def test_a_city_without_buildings_has_no_layer_of_them(town):
    (town.folder / "empty.geojson").write_text(collection([]), encoding="utf-8")
    result = geoprio.run(town.write())
    none = dataclasses.replace(result, buildings=result.buildings[:0], on_real_component=np.zeros(0, bool))
    index, tiles = building_tiles(none)
    assert index is None
    assert tiles.texts == []
