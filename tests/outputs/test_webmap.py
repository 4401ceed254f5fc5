"""The map page as text: nothing remote, nothing random, nothing that runs."""

import dataclasses
import json
import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import geoprio
from geoprio.outputs.webmap import data as mapdata
from geoprio.outputs.webmap import page as webmap
from geoprio.outputs.webmap.data import credit_lines, map_data, priority_class
from geoprio.outputs.webmap.page import render_map, script_json
from geoprio.standards import find_profile

HOSTILE = [
    "{{7*7}}",
    "{% x",
    "</script><script>alert(1)</script>",
    "`${alert(1)}`",
    "\"'><b>&amp;",
    "<img src=x onerror=alert(1)>",
    "<!--<script>",
    "عربي \u202eRTL",
    "🏘️ 👩‍👩‍👧",
    "line\u2028sep",
    "长" * 300,
]
X, Y = 500_000.0, 3_450_000.0


def square(x, y, side):
    return [[[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]]


def hostile_project(town):
    """Write the little town with a hostile text in every place that takes one; return the project file."""
    town.zones = [
        ({"id": f"id{i}{text}", "name": text}, "Polygon", square(X + 400 * i, Y, 400)) for i, text in enumerate(HOSTILE)
    ]
    town.zones.append(({"id": "empty", "name": "无楼"}, "Polygon", square(X - 900, Y, 300)))
    far = X + 400 * len(HOSTILE)
    town.streets = [({"kind": "main"}, "LineString", [[x, Y + 200] for x in np.arange(X - 900, far, 100).tolist()])]
    town.buildings = [
        ({"id": f"h{i}", "use": "residential"}, "Polygon", square(X + 50 + 100 * i, Y + 210, 10))
        for i in range(4 * len(HOSTILE))
    ]
    town.shops = [
        ({"id": f"s{i}", "name": text, "kind": text}, "Point", [X + 20 + 30 * i, Y + 195])
        for i, text in enumerate(HOSTILE)
    ]
    town.shops.append(({"id": "far", "name": "远", "kind": "x"}, "Point", [X + 100, Y + 390]))
    name = json.dumps("合成 " + " ".join(HOSTILE[:-1]).replace("\u2028", " "), ensure_ascii=False)
    credit = json.dumps(HOSTILE[5] + " 数据局", ensure_ascii=False)
    shops = town.text["shops"] + 'kind = "kind"\n'
    return town.write(f"\n[project]\nname = {name}\nattribution = {credit}\n", shops=shops)


@pytest.fixture
def hostile(town):
    return geoprio.run(hostile_project(town))


def shipped(page):
    """Return the data block of a page."""
    return json.loads(
        re.search(r'<script type="application/json" id="geoprio-data">(.*?)</script>', page, re.DOTALL)[1]
    )


def test_a_page_asks_for_no_other_file(hostile):
    page = render_map(hostile)
    shell = page.replace(re.search(r'id="geoprio-data">(.*?)</script>', page, re.DOTALL)[1], "")
    assert not re.findall(r"""(?:src|href)\s*=\s*["']?(?:https?:)?//""", shell)
    assert not re.findall(r"<link|<img|<iframe|sourceMappingURL|@import|\burl\((?!#)", shell)
    assert "jquery" not in shell.lower()
    assert "bootstrap" not in shell.lower()


def test_a_link_to_another_file_is_refused():
    for bad in (
        '<script src="https://x/y.js">',
        "<link href=//x/y.css>",
        "a{background:url(images/a.png)}",
        "@import 'a'",
    ):
        with pytest.raises(RuntimeError, match="another file"):
            webmap.refuse_remote(bad)
    webmap.refuse_remote('fill="url(#hatch)" url(data:image/png;base64,AA==)')


def test_two_renders_are_equal_and_hold_no_random_id(hostile):
    page = render_map(hostile)
    assert page == render_map(hostile)
    assert not re.search(r"[0-9a-f]{32}", page)
    assert 'id="map_1"' in page


def test_the_languages_differ_in_what_opens_only(hostile):
    zh, en = (shipped(render_map(hostile, lang)) for lang in ("zh", "en"))
    assert (zh.pop("lang"), en.pop("lang")) == ("zh", "en")
    assert zh == en
    with pytest.raises(ValueError, match="lang"):
        render_map(hostile, "fr")


def test_names_round_trip_and_never_stand_raw(hostile):
    page = render_map(hostile)
    data = shipped(page)
    names = {row[1] for row in data["zones"]}
    assert names == set(hostile.zones["name"])
    assert {"{{7*7}}", "</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>"} <= names
    assert {f[2] for f in data["facilities"]} == set(hostile.facilities["name"])
    assert data["title"].startswith("合成 {{7*7}}")
    for text in ("{{7*7}}", "{% x", "alert(1)</script>", "<img", "<!--<script", "\u2028"):
        assert text not in page
    assert page.count("<script") == page.count("</script>") == 6


def test_every_script_is_one_that_the_policy_allows(hostile):
    page = render_map(hostile)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]
    inline = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert len(inline) == 4
    assert policy.count("'sha256-") == 4
    assert "'unsafe-inline'" not in policy.partition("style-src")[0]


def test_json_is_inert_and_equal():
    data = {"{k}": ['<a>&{}\u2028\u2029"\\', 1.5, None, {"n": -1}], "lone": "\ud800"}
    text = script_json(data)
    assert json.loads(text) == data
    assert not re.search("[<>&\u2028\u2029\ud800]", text)
    for string in re.findall(r'"(?:[^"\\]|\\.)*"', text):
        assert not set(string) & set("<>&{}")
    with pytest.raises(ValueError, match="JSON"):
        script_json([float("nan")])


def test_shown_points_add_up_to_the_shown_priority(hostile):
    rows = map_data(hostile, "zh")["zones"]
    scored = [row for row in rows if row[4] is not None]
    assert [row[4] for row in scored] == list(range(1, len(HOSTILE) + 1))
    for row in scored:
        assert round(sum(p or 0 for p in row[11]), 1) == row[8]
        assert row[8] == pytest.approx(hostile.zones.loc[row[0], "priority"], abs=0.051)
        assert sum(row[12]) == pytest.approx(1, abs=1e-5)
    (rest,) = [row for row in rows if row[4] is None]
    assert rest[:4] == ["empty", "无楼", "other", "no_buildings"]
    assert rest[8:10] == [None, -1]


def test_unknown_indicators_are_none_and_their_weight_is_shared(town):
    town.homes = [({"id": "e1"}, "Point", [X + 700, Y + 390])]
    result = geoprio.run(town.write())
    rows = map_data(result, "zh")["zones"]
    code = [c.category for c in result.matrix.criteria].index("elder_care")
    assert all(row[10][code] is None and row[11][code] is None and row[12][code] == 0 for row in rows)
    assert all(row[12][1 - code] == 1 for row in rows)


def test_classes_hold_their_upper_bound():
    assert priority_class(np.array([0, 20, 20.01, 80, 80.1, 100, np.nan])).tolist() == [0, 0, 1, 3, 4, 4, -1]


def test_the_page_knows_who_walks_and_how_sure_that_is(town):
    project = town.write('[access]\nspeed_m_per_min = 48\nprofile = {elder_care = "elderly"}\n')
    rules = map_data(geoprio.run(project), "zh")["rules"]
    given, elderly = (rule["walk"] for rule in rules)
    assert (given["titles"], given["speed_m_per_min"], given["mark"]) == (("给定步速", "Given pace"), 48, "unverified")
    assert given["source"] == "project file"
    profile = find_profile("elderly")
    assert elderly == {
        "titles": ("老年人", "Elderly"),
        "speed_m_per_min": 51,
        "source": profile.source,
        "note": profile.note,
        "mark": "unverified",
    }


@pytest.mark.parametrize(("verified", "mark"), [(True, "verified"), ("secondary", "secondary"), (False, "unverified")])
def test_marks_of_rules_and_walkers(town, verified, mark):
    result = geoprio.run(town.write())
    changed = {"verified": verified}
    result = dataclasses.replace(
        result,
        rules={c: rule.model_copy(update=changed) for c, rule in result.rules.items()},
        walkers={c: walker.model_copy(update=changed) for c, walker in result.walkers.items()},
    )
    assert {(r["mark"], r["walk"]["mark"]) for r in map_data(result, "en")["rules"]} == {(mark, mark)}


def test_zones_lie_where_they_are(hostile):
    data = map_data(hostile, "zh")
    degrees = hostile.zones.to_crs("EPSG:4326")
    for row in data["zones"]:
        ring = np.cumsum(np.array(row[-1][0][0]).reshape(-1, 2), axis=0) / 1e6
        real = degrees.geometry[row[0]]
        assert shapely.Polygon(ring).symmetric_difference(real).area < 0.01 * real.area
        assert real.contains(shapely.Point(np.array(row[-2]) / 1e6))


def test_streets_keep_within_the_budget_and_drop_minor_and_short_ones_first(hostile, monkeypatch):
    monkeypatch.setattr(mapdata, "STREET_VERTICES", 6)
    x = hostile.streets.geometry.iloc[0].coords[0][0]
    lines = [
        shapely.LineString([(x, Y + k), (x + length, Y + k)])
        for k, length in ((0, 900), (50, 500), (99, 100), (150, 300))
    ]
    kinds = ["footway", "primary", "residential", "次干路"]
    streets = gpd.GeoDataFrame({"kind": kinds}, geometry=lines, crs=hostile.streets.crs)
    major, middle, minor = mapdata.street_steps(streets)
    assert [len(major), len(middle), len(minor)] == [2, 1, 0]
    assert sum(len(steps) // 2 for level in (major, middle, minor) for steps in level) <= 6


def test_the_credit_names_openstreetmap_where_it_is_a_source():
    plain = {"path": "a.gpkg"}
    project = {
        "project": {"attribution": None},
        "zones": plain,
        "buildings": plain,
        "streets": plain,
        "facilities": [plain],
    }
    assert credit_lines(project) == ["geoprio"]
    project["facilities"] = [plain, {"path": "b.osm.pbf"}]
    project["project"]["attribution"] = "市规划局"
    assert credit_lines(project) == ["市规划局", mapdata.OSM_CREDIT, "geoprio"]


def test_every_word_has_both_languages(hostile):
    words = map_data(hostile, "zh")["words"]
    used = set(re.findall(r'\bt\("([a-z_0-9]+)"', webmap.program_js()))
    assert used <= set(words)
    assert all(zh for zh, _ in words.values())
    for key, (zh, en) in words.items():
        assert sorted(re.findall(r"\{(\w+)\}", zh)) == sorted(re.findall(r"\{(\w+)\}", en)), key


def test_rows_are_in_rank_order(hostile):
    ranks = pd.Series([row[4] for row in map_data(hostile, "en")["zones"]], dtype="Int64")
    assert ranks.dropna().is_monotonic_increasing
    assert ranks.isna().tolist() == sorted(ranks.isna().tolist())
