"""The page of the data-quality report: as text, and in a browser without a network."""

import json
import re

import geopandas as gpd
import numpy as np
import pytest
from shapely import Point, box
from test_browser import PHONE, WIDE, Visit
from test_webmap import HOSTILE

import geoprio
from geoprio import pipeline
from geoprio.outputs.quality import locations as quality_map
from geoprio.outputs.quality import page as page_module
from geoprio.outputs.quality.locations import quality_map as map_of
from geoprio.outputs.quality.page import quality_html
from geoprio.outputs.quality.text import MOST_OUTLIERS, quality_markdown, quality_plain

X, Y = 500_000.0, 3_450_000.0


def square(x, y, side):
    return [[[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]]


def doubtful_project(town):
    """Write a town with hostile names, values that are no numbers, rows without a place and hardly true ones."""
    town.zones = [
        ({"id": f"z{i}{text}"[:60], "name": text}, "Polygon", square(X + 400 * i, Y, 400))
        for i, text in enumerate(HOSTILE)
    ]
    far = X + 400 * len(HOSTILE)
    town.streets = [({"kind": "main"}, "LineString", [[x, Y + 200] for x in np.arange(X, far, 100).tolist()])]
    town.buildings = [
        ({"id": f"h{i}{text}"[:60], "use": "residential", "floors": text, "year_built": "1980"}, "Polygon",
         square(X + 50 + 400 * i, Y + 210, 10))
        for i, text in enumerate(HOSTILE)
    ]  # fmt: skip
    town.buildings += [
        ({"id": "tall", "use": "residential", "floors": "40", "year_built": "1975"}, "Polygon",
         square(X + 150, Y + 210, 12)),
        ({"id": "nowhere", "use": "residential", "floors": "6"}, None, None),
    ]  # fmt: skip
    return town.write(f"\n[project]\nname = {json.dumps('合成 ' + HOSTILE[0] + HOSTILE[5], ensure_ascii=False)}\n")


def page_of(checked, lang="zh"):
    name = checked.project["project"]["name"]
    return quality_html(checked.quality, name, checked.zones, checked.buildings, checked.streets, lang, ["a <b>"])


def shipped(page):
    return json.loads(re.search(r'id="geoprio-data">(.*?)</script>', page, re.DOTALL)[1])


@pytest.fixture
def checked(town):
    return pipeline.inspect(doubtful_project(town))


# ----------------------------------------------------------------------------------------------------------- as text


def test_rejects_carry_their_places(checked):
    rejects = checked.quality["rejects"]
    floors = [r for r in rejects if r["column"] == "floors"]
    assert len(floors) == len(HOSTILE)
    assert all(116.9 < r["lon"] < 117.1 and 31.1 < r["lat"] < 31.3 for r in floors)
    (lost,) = [r for r in rejects if r["reason"].startswith("no geometry")]
    assert (lost["row"], lost["lon"], lost["lat"]) == (str(len(HOSTILE) + 2), None, None)
    by = {(r["source"], r["reason"]): (r["rows"], r["with_position"]) for r in checked.quality["rejects_by_reason"]}
    assert by["buildings", lost["reason"]] == (1, 0)


def test_the_page_asks_for_nothing_and_runs_nothing_of_the_data(checked):
    page = page_of(checked)
    assert "<script>alert(1)" not in page
    assert "<img" not in page
    assert not re.search(r"""(?:src|href)\s*=\s*["']?(?:https?:)?//""", page)
    assert "default-src 'none'" in page
    assert page.startswith("<!DOCTYPE html>")
    assert page.count("<script") == 3


def test_equal_reports_give_equal_pages(town, checked):
    again = pipeline.inspect(town.folder / "project.toml")
    assert page_of(again) == page_of(checked)
    assert page_of(checked, "en") != page_of(checked)
    with pytest.raises(ValueError, match="lang = 'fr'"):
        page_of(checked, "fr")


def test_characters_that_html_does_not_take_are_marked(checked):
    note = {"level": "warning", "source": "zones", "text": "a\x00b\ud800c\ufffe"}
    report = checked.quality | {"notes": [note]}
    page = quality_html(report, "x\x07", checked.zones, checked.buildings, checked.streets, "en")
    assert "a\ufffdb\ufffdc\ufffd" in page
    page.encode("utf-8")


def test_long_lists_are_capped_and_the_rest_is_counted(checked, monkeypatch):
    monkeypatch.setattr(page_module, "MOST_IN_GROUP", 3)
    page = page_of(checked, "en")
    assert f"{len(HOSTILE) - 3} more: see quality.json" in page
    rows = [{"source": "buildings", "row": str(i), "column": "floors", "value": "x", "reason": f"r{i % 9}",
             "mend": "m", "lon": None, "lat": None} for i in range(900)]  # fmt: skip
    monkeypatch.setattr(page_module, "MOST_ROWS", 5)
    page = quality_html(
        checked.quality | {"rejects": rows}, "t", checked.zones, checked.buildings, checked.streets, "en"
    )
    assert page.count("<td><bdi>x</bdi></td>") == 5
    assert "100 more: see quality.json" in page
    assert "900" in page


def test_the_text_lists_some_doubts_and_counts_the_others(checked):
    row = next(r for r in checked.quality["outliers"] if r["rule"] == "old_and_tall")
    report = checked.quality | {"outliers": [row] * (MOST_OUTLIERS + 7)}
    text = quality_markdown(report, "t", "en")
    assert text.count("hardly any housing of that age is so tall") == MOST_OUTLIERS
    assert "7 more: see quality.json" in text


def test_the_chinese_text_has_chinese_headings_and_sentences(checked):
    text = quality_markdown(checked.quality, "t", "zh")
    for words in ("需要留意", "数据来源", "属性的完整程度", "各图层对片区的覆盖", "搁置的行和值", "存疑的值",
                  "其他提示",
                  "| 来源 | 原因 | 条数 | 怎样改 |", "不是层数；按缺失处理", "工作坐标系 EPSG:32650（自动估定）",
                  "1980 年前几乎没有这样高的住宅"):  # fmt: skip
        assert words in text
    titles = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert all(re.search("[\u4e00-\u9fff]", t) for t in titles)
    heads = [line for line, after in zip(text.splitlines(), text.splitlines()[1:], strict=False) if "| --- |" in after]
    assert all(re.search("[\u4e00-\u9fff]", cell) for line in heads for cell in line.strip("| ").split(" | "))


def test_sources_name_what_was_not_read_and_the_profile(checked):
    source = checked.quality["sources"][0] | {"rows_unread": 1234, "profile": "amap"}
    report = checked.quality | {"sources": [source]}
    assert "| out of reach, not read |" in quality_markdown(report, "t", "en")
    assert "| 1,234 |" in quality_markdown(report, "t", "en")
    assert "| amap |" in quality_markdown(report, "t", "zh")
    page = quality_html(report, "t", checked.zones, checked.buildings, checked.streets, "en")
    assert "1,234" in page


# ----------------------------------------------------------------------------------------------------------- the map


def marks_of(report, houses=None):
    zones = gpd.GeoDataFrame({"name": ["a"]}, geometry=[box(X, Y, X + 900, Y + 900)], crs="EPSG:32650")
    houses = zones.iloc[:0].assign(x=[], y=[]) if houses is None else houses
    streets = gpd.GeoDataFrame({"kind": []}, geometry=[], crs="EPSG:32650")
    return map_of(report, zones, houses, streets)


def reject(row, reason="r", lon=117.0, lat=31.0):
    return {"source": "buildings", "row": str(row), "column": "", "value": "", "reason": reason, "mend": "m",
            "lon": lon, "lat": lat}  # fmt: skip


def test_marks_of_one_place_and_reason_are_one(checked):
    rows = [reject(1), reject(2), reject(3, "s"), reject(4, lon=117.1), reject(5, "t", None, None)]
    shown = marks_of({"rejects": rows, "outliers": [], "outlier_rules": []})
    assert [(layer["title"], layer["count"], layer["placed"]) for layer in shown["layers"]] == [
        ("r", 3, 3), ("s", 1, 1), ("t", 1, 0),
    ]  # fmt: skip
    assert sorted(shown["marks"]) == [
        [0, [117_000_000, 31_000_000], 2, [["1", "", ""], ["2", "", ""]]],
        [0, [117_100_000, 31_000_000], 1, [["4", "", ""]]],
        [1, [117_000_000, 31_000_000], 1, [["3", "", ""]]],
    ]
    assert [h[1] for h in shown["hints"]] == ["1 more have no position and stand in the tables only."]
    both = marks_of(checked.quality)
    assert sum(m[2] for m in both["marks"]) == sum(layer["placed"] for layer in both["layers"])
    kinds = {layer["kind"]: layer["placed"] for layer in both["layers"] if "old" not in layer["title"]}
    assert set(kinds) == {"reject", "outlier"}


def test_too_many_marks_are_put_together_and_the_map_says_so(monkeypatch):
    rng = np.random.default_rng(4)
    rows = [reject(i, lon=117 + x, lat=31 + y) for i, (x, y) in enumerate(rng.random((2000, 2)) / 50)]
    monkeypatch.setattr(quality_map, "MOST_MARKS", 100)
    shown = marks_of({"rejects": rows, "outliers": [], "outlier_rules": []})
    assert 10 < len(shown["marks"]) <= 100
    assert sum(m[2] for m in shown["marks"]) == 2000
    assert all(len(m[3]) <= quality_map.LINES for m in shown["marks"])
    assert "2,000 positions" in shown["hints"][0][1]


def test_many_buildings_are_squares_that_hold_them_all(monkeypatch):
    monkeypatch.setattr(quality_map, "MOST_SHAPES", 50)
    rng = np.random.default_rng(4)
    xy = rng.random((500, 2)) * 5000 + [X, Y]
    houses = gpd.GeoDataFrame({"x": xy[:, 0], "y": xy[:, 1]}, geometry=[Point(p) for p in xy], crs="EPSG:32650")
    shown = marks_of({"rejects": [], "outliers": [], "outlier_rules": []}, houses)
    assert 0 < len(shown["houses"]) <= 50
    assert "a grey square of" in shown["hints"][0][1]
    corners = [np.cumsum(np.reshape(s, (-1, 2)), axis=0) / 1e6 for s in shown["houses"]]
    squares = gpd.GeoSeries([box(*c.min(axis=0), *c.max(axis=0)) for c in corners], crs="EPSG:4326").to_crs(houses.crs)
    assert houses.geometry.within(squares.union_all().buffer(5)).all()


# ------------------------------------------------------------------------------------------------------- in a browser


READY = "#legend label"


@pytest.fixture
def visit(browser, checked, tmp_path):
    opened = []

    def go(viewport=WIDE, lang="zh", what=None):
        file = tmp_path / "quality.html"
        file.write_text(page_of(what or checked, lang), encoding="utf-8", newline="\n")
        opened.append(Visit(browser, file, viewport, READY))
        return opened[-1].page

    yield go
    for v in opened:
        assert v.trouble == []
        v.context.close()


browsed = pytest.mark.browser


@browsed
@pytest.mark.parametrize("viewport", [WIDE, PHONE])
def test_hostile_text_is_only_text_and_breaks_no_layout(visit, checked, viewport):
    page = visit(viewport)
    assert "{{7*7}}" in page.title()
    assert "{{7*7}}" in page.locator("h1").inner_text()
    for summary in page.locator("details > summary").all():
        summary.click()
    shown = page.locator("#set_aside").inner_text()
    values = {r["value"] for r in checked.quality["rejects"] if r["column"] == "floors"}
    assert len(values) == len(HOSTILE)
    for value in values:
        assert " ".join(value.split()) in " ".join(shown.split())
    assert page.locator("img, iframe, object, link, b b, [onerror]").count() == 0
    assert page.locator("script").count() == 3
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


@browsed
def test_the_language_switches_every_text_of_geoprio(visit):
    page = visit()
    for summary in page.locator("details > summary").all():
        summary.click()
    text = page.locator("body").inner_text()
    for words in (
        "数据质量报告",
        "需要留意",
        "搁置的行和值",
        "不是层数；按缺失处理",
        "1980 年前建成而超过 30 层",
        "楼栋",
        "看图",
    ):
        assert words in text
    assert "Data quality" not in text
    assert "taken as missing" not in text
    page.locator("#language").click()
    text = page.locator("body").inner_text()
    for words in ("Data quality", "What needs attention", "not a number of storeys; taken as missing", "On the map",
                  "more than 30 storeys, built before 1980", "Zones"):  # fmt: skip
        assert words in text
    for words in ("数据质量", "搁置", "存疑", "片区", "按缺失"):
        assert words not in text
    assert page.evaluate("document.documentElement.lang") == "en"


@browsed
def test_the_map_names_the_row_behind_a_mark(visit, checked):
    page = visit(lang="en")
    rows = [r for r in checked.quality["rejects"] if r["lon"] is not None]
    figures = page.locator("#legend label:not(.base) > b").all_inner_texts()
    assert sum(int(n) for n in figures) == len(rows) + len(checked.quality["outliers"])
    group = page.locator("#outliers .group").filter(has_text="built before 1980")
    group.locator("summary").click()
    group.locator("[data-at]").first.click()
    popup = page.locator(".leaflet-popup-content")
    popup.wait_for()
    assert "more than 30 storeys, built before 1980" in popup.inner_text()
    assert "tall" in popup.inner_text()
    assert "floors = 40" in popup.inner_text()
    assert "no position" in page.locator("#map").inner_text()
    page.locator("#legend input").first.uncheck()
    assert not page.locator("#legend input").first.is_checked()


@browsed
def test_search_finds_rows_and_says_where_there_are_none(visit):
    page = visit(lang="en")
    box_ = page.locator("#set_aside input[type=search]")
    box_.fill("7*7")
    rows = page.locator("#set_aside .rows tbody tr")
    assert [r.is_visible() for r in rows.all()].count(True) == 1
    assert not page.locator("#set_aside .no-match").is_visible()
    box_.fill("nothing of the kind")
    assert page.locator("#set_aside .no-match").is_visible()
    box_.fill("")
    assert page.locator("#set_aside .group").first.is_visible()


@browsed
def test_it_can_be_read_without_scripts_and_prints_everything(browser, visit, tmp_path):
    page = visit(lang="en")
    before = page.locator("details[open]").count()
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator("details[open]").count() == before
    context = browser.new_context(java_script_enabled=False, offline=True)
    plain = context.new_page()
    plain.goto((tmp_path / "quality.html").as_uri())
    assert "What needs attention" in plain.locator("main").inner_text()
    assert "The map needs JavaScript" in plain.locator("#canvas").inner_text()
    context.close()


@browsed
def test_a_town_without_faults_says_so(browser, town, tmp_path):
    for i, (row, *_) in enumerate(town.buildings):
        row.update(floors="6", year_built="1985", dwellings=str(10 + i))
    found = pipeline.inspect(town.write())
    file = tmp_path / "quality.html"
    file.write_text(page_of(found), encoding="utf-8")
    v = Visit(browser, file, WIDE, READY)
    assert "没有带位置的搁置或存疑条目" in v.page.locator("#map").inner_text()
    assert v.page.locator("#set_aside .none").is_visible()
    assert v.page.locator("#outliers .none").is_visible()
    assert v.trouble == []
    v.context.close()


def test_run_and_check_write_the_page_and_list_it(town):
    from typer.testing import CliRunner

    from geoprio.cli.main import app

    project = doubtful_project(town)
    done = CliRunner().invoke(app, ["check", str(project), "--lang", "en"])
    folder = town.folder / "project_check"
    assert done.exit_code == 0
    assert done.output.strip().splitlines()[-1].startswith(f"Report: {folder / 'quality.html'}")
    listed = {f["path"] for f in json.loads((folder / "run.json").read_text(encoding="utf-8"))["files"]}
    assert listed == {"quality.html", "quality.json", "quality.md"}
    out = geoprio.run(project).save(town.folder / "out", lang="en")
    listed = {f["path"] for f in json.loads((out / "run.json").read_text(encoding="utf-8"))["files"]}
    assert {"quality.html", "quality.json", "quality.md"} <= listed
    kept = json.loads((out / "quality.json").read_text(encoding="utf-8"))
    assert len(kept["rejects"]) == len(HOSTILE) + 1
    assert shipped((out / "quality.html").read_text(encoding="utf-8"))["lang"] == "en"


def test_plain_text_for_a_terminal_has_no_marks_and_all_rows(town):
    town.zones[0][0]["name"] = "a|b*_c_\x1b[31m\u202e"
    report = geoprio.check(town.write())
    report["notes"].append({"level": "warning", "source": "streets", "text": "set [streets] node_crossings\u202e"})
    for lang in ("zh", "en"):
        plain, marked = quality_plain(report, "a_b|c\x1b[2J", lang), quality_markdown(report, "a_b|c", lang)
        assert "a_b|c\ufffd[2J" in plain
        assert "[streets] node_crossings\ufffd" in plain
        assert not any(mark in plain for mark in ("\\", "\x1b", "\u202e", "---", "##"))
        # A line for each row of the Markdown tables, their rules apart.
        rows = [line for line in marked.splitlines() if line.startswith("|") and not line.startswith("| ---")]
        assert len([line for line in plain.splitlines() if line.startswith("  ")]) >= len(rows)
