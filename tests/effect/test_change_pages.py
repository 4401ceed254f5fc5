"""The map with the slider, the PDF, and the plots of a comparison."""

import dataclasses
import json
import os
import re
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pypdf
import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import Town, Y, missing
from finished import finished, people_in, with_shop

import geoprio
from geoprio._core.errors import InputError
from geoprio.effect import compare, load_run
from geoprio.effect.equity import gini
from geoprio.outputs.change.pdf import write_change_pdf
from geoprio.outputs.change.report import change_html
from geoprio.outputs.change.swipe import swipe_data, swipe_html
from geoprio.outputs.change.write import write_change
from geoprio.outputs.figures import change_dumbbells, lorenz_curves, svg_bytes
from geoprio.outputs.figures.change import lorenz_points
from geoprio.outputs.palette import CHANGE_COLORS

HOSTILE = '</script><img src=x onerror=alert(1)>{{7*7}} $x^2$ #eval("1")'
X = 500_000.0
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
browsing = pytest.mark.browser


@pytest.fixture(scope="module")
def change(tmp_path_factory):
    town = people_in(Town(tmp_path_factory.mktemp("swipe")))
    town.zones[1][0]["name"] = HOSTILE
    sides = finished(town, "前"), finished(with_shop(town, X + 700), "after")
    places = [dataclasses.replace(r, zones=r.zones.assign(district=["<b>一区", "二区"])) for r in sides]
    return compare(*places)


@pytest.fixture(scope="module")
def folder(change, tmp_path_factory):
    return write_change(change, tmp_path_factory.mktemp("pages") / "out", lang="en")


@pytest.fixture(scope="module")
def closing(tmp_path_factory):
    """One shop closes and a home for elders opens; the shop has a hostile name."""
    town = people_in(Town(tmp_path_factory.mktemp("closing")))
    town.shops.append(({"id": "s9", "name": HOSTILE}, "Point", [X + 700, Y + 195]))
    before = finished(town, "out")
    town.shops.pop()
    town.homes.append(({"id": "h9", "name": "新站"}, "Point", [X + 100, Y + 205]))
    return compare(before, finished(town, "after"))


@pytest.fixture
def page(browser, folder):
    """Open a page of the folder offline; afterwards nothing may have gone wrong."""
    trouble, contexts = [], []

    def go(name, viewport=WIDE, of=folder):
        contexts.append(browser.new_context(viewport=viewport, offline=True))
        found = contexts[-1].new_page()
        at = (of / name).as_uri()
        found.on("console", lambda m: trouble.append(m.text) if m.type in {"error", "warning"} else None)
        found.on("pageerror", lambda e: trouble.append(str(e)))
        found.on("request", lambda r: trouble.append(r.url) if r.url != at and not r.url.startswith("data:") else None)
        found.on("dialog", lambda d: (trouble.append(d.message), d.dismiss()))
        found.goto(at)
        return found

    yield go
    assert trouble == []
    for context in contexts:
        context.close()


def test_both_sides_share_their_classes(change):
    for of in swipe_data(change)["indicators"]:
        values, classes = np.array(of["values"], float), np.array(of["classes"])
        assert (classes[np.isnan(values)] == -1).all()
        for step, low, high in of["steps"]:
            inside = values[classes == step]
            ends = sorted(v for v in (low, high) if v is not None)
            rises = of["direction"] > 0
            if low is not None:
                assert (inside >= ends[0] - 1e-9).all() if rises else (inside <= ends[-1] + 1e-9).all()
            if high is not None:
                assert (inside <= ends[-1] + 1e-9).all() if rises else (inside >= ends[0] - 1e-9).all()
    codes = [of["code"] for of in swipe_data(change)["indicators"]]
    assert codes[0] == "priority"
    assert {"convenience_covered_share", "convenience_distance_m"} <= set(codes)


def test_the_map_knows_streets_and_what_opened_and_closed(closing):
    told = swipe_data(closing)
    titles = [c["titles"][1] for c in told["categories"]]
    closed, opened = ([(titles[c], name) for c, name, _ in found] for found in told["facilities"])
    assert (closed, opened) == ([("convenience stores", HOSTILE)], [("elder care", "新站")])
    assert len({c["color"] for c in told["categories"]}) == len(titles)
    # Streets are those of the run before, thinned; a run that kept none has a map without them.
    assert sum(len(lines) for lines in told["streets"]) > 0
    bare = dataclasses.replace(closing, before=dataclasses.replace(closing.before, streets=None))
    assert swipe_data(bare)["streets"] == []
    assert swipe_html(bare, "zh")


def test_streets_come_with_a_folder_and_are_left_out_when_it_was_edited(tmp_path):
    geoprio.run(people_in(Town(tmp_path)).write()).save(tmp_path / "out")
    found = load_run(tmp_path / "out").streets
    assert found is not None
    assert set(found.geom_type) == {"LineString"}
    assert str(found.crs) == load_run(tmp_path / "out").crs
    with (tmp_path / "out" / "geoprio.gpkg").open("ab") as file:
        file.write(b"edited")
    assert load_run(tmp_path / "out").streets is None


@browsing
def test_closed_facilities_stand_on_both_sides(page, closing, tmp_path):
    p = page("swipe.html", of=write_change(closing, tmp_path / "out", lang="en"))
    paths = {side: p.locator(f".leaflet-{side}-pane svg path") for side in ("before", "after")}
    # Before: the shop and its cross. After: both again, and the new home.
    assert (paths["before"].count(), paths["after"].count()) == (2, 3)
    assert p.locator("#marks li").all_text_contents() == ["convenience storesclosed 1", "elder carenew 1"]
    p.locator("#swipe").focus()
    p.keyboard.press("End")
    paths["before"].first.hover(force=True)
    assert HOSTILE in p.locator(".leaflet-tooltip").text_content()
    assert p.locator(".leaflet-tooltip img").count() == 0


@browsing
def test_classes_run_upwards_and_zones_are_named(page):
    p = page("swipe.html")
    p.locator("#indicator").select_option(label="Convenience stores: share covered")
    rows = p.locator("#legend tbody td:first-child").all_text_contents()
    ranges = [[float(n) for n in re.findall(r"[\d.]+", row)] for row in rows if "–" in row]
    assert len(ranges) == 3
    assert all(low < high for low, high in ranges)
    names = p.locator(".zone-name").all_text_contents()
    assert "西区" in names


@browsing
def test_rows_are_folded_and_nothing_is_cut(page):
    for viewport in (WIDE, PHONE):
        p = page("report.html", viewport)
        assert p.locator("details").count() >= 1
        assert not p.locator("details table").first.is_visible()
        p.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        assert p.locator("details[open]").count() == p.locator("details").count()
        p.locator("details summary").first.click()
        assert not p.locator("details table").first.is_visible()
        p.locator("details summary").first.click()
        assert p.locator("details table").first.is_visible()
        wide = "() => [...document.querySelectorAll('td > div')].filter(e => e.scrollWidth > e.clientWidth + 1).length"
        assert p.evaluate(wide) == 0


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_of_the_data_becomes_markup(change, lang):
    for text in (swipe_html(change, lang), change_html(change, None, lang)):
        assert "<img src=x" not in text
        assert "<b>一区" not in text
        assert not re.search(r"""(?:src|href)=["']?(?:https?:|//)""", text)
    with pytest.raises(ValueError, match="lang"):
        swipe_html(change, "fr")


@browsing
def test_the_slider_uncovers_after(page):
    p = page("swipe.html")
    clip = "k => getComputedStyle(document.querySelector(`.leaflet-${k}-pane`)).clip"
    cut = lambda k, at: float(re.findall(r"-?[\d.]+(?=px)", p.evaluate(clip, k))[at])  # noqa: E731 - of this page only
    wide = p.locator("#canvas").bounding_box()["width"]
    assert cut("before", 1) - cut("before", 3) == pytest.approx(wide / 2, abs=3)
    p.locator("#swipe").focus()
    p.keyboard.press("End")
    assert cut("before", 1) - cut("before", 3) == pytest.approx(wide, abs=3)
    assert cut("after", 1) - cut("after", 3) == pytest.approx(0, abs=3)
    p.keyboard.press("Home")
    assert cut("before", 1) - cut("before", 3) == pytest.approx(0, abs=3)
    assert p.locator("#swipe").get_attribute("aria-valuetext") == "0 % Before"
    # The line on the map can be dragged, too.
    box = p.locator("#frame").bounding_box()
    p.mouse.move(box["x"] + 2, box["y"] + 40)
    p.mouse.down()
    p.mouse.move(box["x"] + box["width"] / 4, box["y"] + 40, steps=4)
    p.mouse.up()
    assert int(p.locator("#swipe").input_value()) == 25


@browsing
def test_a_click_tells_before_and_after(page):
    p = page("swipe.html")
    p.locator("#indicator").select_option(label="Convenience stores: share covered")
    box = p.locator("#frame").bounding_box()
    p.mouse.click(box["x"] + 0.75 * box["width"], box["y"] + 0.5 * box["height"])
    card = p.locator("#card")
    assert card.locator("h2").text_content() == HOSTILE
    assert card.locator("tr.now td").first.text_content() == "50.0 % → 100.0 %"
    assert "better" in card.locator("tr.now").text_content()
    p.mouse.click(box["x"] + 0.25 * box["width"], box["y"] + 0.5 * box["height"])
    assert card.locator("h2").text_content() == "西区"
    assert "100.0 % → 100.0 %" in card.text_content()
    # By keyboard: the list of zones that changed.
    button = p.locator("#moved button").first
    assert button.text_content() == f"{HOSTILE}+50.0 points"
    button.focus()
    p.keyboard.press("Enter")
    assert card.locator("h2").text_content() == HOSTILE
    p.locator("#language").click()
    assert "好转" in card.text_content()
    assert p.locator("#legend th").all_text_contents() == ["级别", "前", "后"]
    rows = p.locator("#legend tbody tr").all_text_contents()
    assert sum(int(re.findall(r"\d", r)[-2]) for r in rows) == 2


@browsing
def test_the_card_tells_the_range_of_a_change(page, folder, change):
    index = pd.MultiIndex.from_tuples(
        [("east", "convenience_covered_share"), ("west", "convenience_covered_share")], names=["zone_id", "code"]
    )
    spans = pd.DataFrame({"low": [0.25, 0.0], "high": [0.5, 0.0]}, index=index)
    ranged = dataclasses.replace(change, zone_ranges=spans)
    (folder / "ranged.html").write_text(swipe_html(ranged, "en"), encoding="utf-8")
    p = page("ranged.html")
    p.locator("#indicator").select_option(label="Convenience stores: share covered")
    p.locator("#moved button").first.click()
    card = p.locator("#card")
    assert card.locator("tr.now + tr.span").text_content() == "change: +25.0 points to +50.0 points"
    assert "other walking speeds" in card.text_content()
    # Where all agree, and where no range was computed, there is none to tell.
    box = p.locator("#frame").bounding_box()
    p.mouse.click(box["x"] + 0.25 * box["width"], box["y"] + 0.5 * box["height"])
    assert card.locator("h2").text_content() == "西区"
    assert card.locator("tr.span").count() == 0
    assert "other walking speeds" not in card.text_content()


@browsing
@pytest.mark.parametrize("viewport", [WIDE, PHONE])
@pytest.mark.parametrize("name", ["swipe.html", "report.html"])
def test_axe_finds_nothing_serious_in_comparisons(page, name, viewport):
    p = page(name, viewport)
    if name == "swipe.html":
        p.locator("#moved button").first.click()
    found = Axe().run(p).response["violations"]
    bad = [(v["id"], [n["html"][:90] for n in v["nodes"]][:3]) for v in found if v["impact"] in {"serious", "critical"}]
    assert bad == []
    assert p.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


@browsing
def test_the_pages_lead_to_each_other(page):
    assert page("report.html").locator('a[href="swipe.html"]').count() == 1
    assert page("swipe.html").locator('a[href="report.html"]').count() == 1


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_pdf_tells_what_the_page_tells(change, tmp_path, lang):
    for name in ("a.pdf", "b.pdf"):
        write_change_pdf(change, None, None, tmp_path / name, lang)
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()
    text = "".join(p.extract_text() for p in pypdf.PdfReader(tmp_path / "a.pdf").pages)
    text = text.replace("\n", "").replace("\u00a0", " ")
    words = {"zh": ("全市", "公平", "供给与需求", "+33.3 个百分点", "不等于项目的效果"),
             "en": ("All zones", "Equity", "Supply and demand", "+33.3 points", "no interval of sampling")}  # fmt: skip
    for word in words[lang]:
        assert word in text, word
    assert "{{7*7}}" in text


def test_a_lorenz_curve_holds_the_gini():
    x, w = np.array([1.0, 3.0, 0.0, 2.0]), np.array([2.0, 1.0, 1.0, 4.0])
    people, sums = lorenz_points(x, w)
    area = float(((sums[1:] + sums[:-1]) / 2 * np.diff(people)).sum())
    assert 1 - 2 * area == pytest.approx(gini(x, w))
    assert lorenz_points(np.zeros(2), np.ones(2))[1].tolist() == [0, 1]
    for wrong in ([], [(("a", "a"), pd.DataFrame())]):
        with pytest.raises(InputError):
            change_dumbbells(wrong)
    with pytest.raises(InputError):
        lorenz_curves([], ginis=[])


def test_dumbbells_end_where_the_table_says():
    table = pd.DataFrame(
        {"before": [0.2, 0.8], "after": [0.6, 0.7], "people": [1, 2], "verdict": ["better", "worse"]},
        index=["甲$区", "乙区"],
    )
    figure = change_dumbbells([(("覆盖率", "covered"), table)], lang="en")
    axes = figure.axes[0]
    assert [t.get_text() for t in axes.get_yticklabels()] == ["乙区", "甲$区"]
    points = {
        tuple(c.get_facecolor()[0][:3].round(3)): c.get_offsets().tolist()
        for c in axes.collections[1:]
        if len(c.get_offsets())
    }
    assert points[1.0, 1.0, 1.0] == [[0.8, 0], [0.2, 1]]
    blue, brown = (
        tuple(round(int(c[i : i + 2], 16) / 255, 3) for i in (1, 3, 5)) for c in (CHANGE_COLORS[0], CHANGE_COLORS[-1])
    )
    assert (points[blue], points[brown]) == ([[0.6, 1]], [[0.7, 0]])
    assert svg_bytes(figure) == svg_bytes(change_dumbbells([(("覆盖率", "covered"), table)], lang="en"))


def test_qgis_reads_the_change_layer(folder, tmp_path):
    python = os.environ.get("GEOPRIO_QGIS_PYTHON", "/usr/bin/python3")
    command = [python, "-c", "import qgis.core"]
    if not Path(python).exists() or subprocess.run(command, capture_output=True, check=False).returncode:
        missing("qgis", f"{python} has no QGIS; install python3-qgis or set GEOPRIO_QGIS_PYTHON")
    probe = Path(__file__).with_name("qgis_layer_probe.py")
    env = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path)}
    done = subprocess.run(
        [python, str(probe), str(folder / "change.gpkg"), "change"],
        capture_output=True,
        check=True,
        env=env,
        timeout=180,
    )
    told = json.loads(done.stdout)
    assert (told["valid"], told["crs"], told["count"], told["messages"]) == (True, "EPSG:32650", 2, [])
    assert told["renderer"] == "graduatedSymbol"
    assert "priority_change" in told["attribute"]
    assert [row[1] for row in told["classes"][1:]] == list(CHANGE_COLORS)
    assert [row[0] for row in told["classes"]] == [
        *("unknown", "better > 10 points", "better > 1 points", "about the same (≤ 1 points)", "worse > 1 points"),
        "worse > 10 points",
    ]
    assert told["aliases"]["convenience_covered_share_change"] == "Convenience stores: share covered · change"
    # Each zone is drawn in the class of its change.
    assert told["drawn"]["west"][0].startswith(("about the same", "better", "worse"))
    assert len(told["drawn"]) == 2
