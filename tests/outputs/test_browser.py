"""The map page in a browser, opened from a file, offline."""

import dataclasses
import json

import pytest
from test_webmap import HOSTILE, hostile_project

import geoprio
from geoprio.outputs.webmap.page import render_map

pytestmark = pytest.mark.browser
WIDE, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


class Visit:
    """An open page, and what it did that it should not."""

    def __init__(self, browser, file, viewport, ready="#ranking button"):
        self.trouble = []
        self.context = browser.new_context(viewport=viewport, offline=True)
        page = self.page = self.context.new_page()
        page.on(
            "console", lambda m: self.trouble.append(("console", m.text)) if m.type in {"error", "warning"} else None
        )
        page.on("pageerror", lambda e: self.trouble.append(("error", str(e))))
        page.on("request", lambda r: self.trouble.append(("request", r.url)) if r.url != file.as_uri() else None)
        page.on("dialog", self._dismiss)
        page.goto(file.as_uri())
        page.wait_for_selector(ready, state="attached")

    def _dismiss(self, dialog):
        self.trouble.append(("dialog", dialog.message))
        dialog.dismiss()

    def data(self):
        return json.loads(self.page.locator("#geoprio-data").text_content())

    def click_zone(self, at):
        """Click with the mouse where a point of the map lies."""
        where = self.page.evaluate(
            """([x, y]) => {
                const box = document.querySelector(".folium-map");
                const p = window[box.id].latLngToContainerPoint([y / 1e6, x / 1e6]);
                const r = box.getBoundingClientRect();
                return [r.left + p.x, r.top + p.y];
            }""",
            at,
        )
        self.page.mouse.click(*where)


@pytest.fixture
def visit(browser, town, tmp_path):
    """Open the hostile town; afterwards nothing may have gone wrong."""
    opened = []

    def go(viewport=WIDE, lang="zh", result=None):
        result = result or geoprio.run(hostile_project(town))
        file = tmp_path / "map.html"
        file.write_text(render_map(result, lang), encoding="utf-8", newline="\n")
        opened.append(Visit(browser, file, viewport))
        return opened[-1]

    yield go
    for v in opened:
        assert v.trouble == []
        v.context.close()


def test_a_phone_opens_with_all_zones_on_the_visible_part_of_the_map(visit):
    v = visit(PHONE)
    seen = v.page.evaluate(
        """() => {
            const box = document.querySelector(".folium-map").getBoundingClientRect();
            const panel = document.getElementById("panel").getBoundingClientRect();
            const paths = [...document.querySelectorAll(".leaflet-overlay-pane path")];
            const sides = paths.map((p) => p.getBoundingClientRect()).map((r) => [r.top, r.bottom, r.left, r.right]);
            return { bottom: Math.min(box.bottom, panel.top), shapes: sides };
        }"""
    )
    assert seen["bottom"] < PHONE["height"] - 200
    assert seen["shapes"]
    for top, bottom, left, right in seen["shapes"]:
        assert top >= 0
        assert bottom <= seen["bottom"]
        assert left >= 0
        assert right <= PHONE["width"]
    # They fill what there is, not a corner of it.
    height = max(s[1] for s in seen["shapes"]) - min(s[0] for s in seen["shapes"])
    width = max(s[3] for s in seen["shapes"]) - min(s[2] for s in seen["shapes"])
    assert height > 0.5 * seen["bottom"] or width > 0.7 * PHONE["width"]


@pytest.mark.parametrize(
    ("missing", "said", "unsaid"),
    [("renormalise", "其余指标分担", "中位数"), ("impute:median", "以各片区的中位数推定", "其余指标分担")],
)
def test_the_dialog_says_once_what_becomes_of_an_unknown_indicator(visit, town, missing, said, unsaid):
    found = geoprio.run(hostile_project(town))
    score = found.project["score"] | {"missing": missing}
    v = visit(result=dataclasses.replace(found, project=found.project | {"score": score}))
    v.page.locator("#about-open").click()
    of_score = v.page.locator("#about").inner_text().split("优先级怎样计算")[1].split("楼栋的可达紧迫度")[0]
    assert of_score.count("未知") == 1
    assert said in of_score
    assert unsaid not in of_score


def test_the_legend_counts_every_scored_zone(visit):
    v = visit()
    counts = [int(n) for n in v.page.locator("#legend .count").all_text_contents()]
    assert len(counts) == 5
    assert sum(counts) == len(HOSTILE) == v.page.locator("#ranking button").count()
    assert v.page.locator("#legend .count-none").text_content() == "1"
    assert "无居住建筑 1" in v.page.locator("#legend .none").text_content()


def test_a_click_on_the_map_explains_the_zone(visit):
    v = visit()
    first = v.data()["zones"][0]
    v.click_zone(first[15])
    card = v.page.locator(".zone-card")
    card.wait_for()
    assert card.locator("h2").text_content() == first[1]
    shown = float(card.locator(".priority").text_content())
    points = [float(p) for p in card.locator(".points").all_text_contents()]
    assert shown == first[8]
    assert round(sum(points), 1) == shown
    assert v.page.locator("#ranking button").first.get_attribute("aria-current") == "true"
    for text in ("步行 ≤", "未核实", "良好 → 不利", "权重", "紧迫度", "未覆盖需求", "栋楼", "并列"):
        assert text in card.text_content()


def test_the_list_selects_by_keyboard(visit):
    v = visit()
    v.page.locator("#ranking button").nth(1).focus()
    v.page.keyboard.press("Enter")
    v.page.locator(".zone-card").wait_for()
    assert v.page.locator(".zone-card h2").text_content() == v.data()["zones"][1][1]
    assert v.page.locator(".leaflet-outline-pane path").count() == 2


def test_the_language_switches_everything_in_place(visit):
    v = visit()
    v.page.locator("#ranking button").first.click()
    assert "第 1 名" in v.page.locator(".zone-card").text_content()
    v.page.locator("#language").click()
    text = v.page.locator("body").evaluate(
        "b => [...b.querySelectorAll('aside, .folium-map')].map(c => c.innerText).join()"
    )
    for words in (
        "Working paper",
        "Ranking by priority",
        "Rank 1 of",
        "≤ 500 m walk",
        "Legend and layers",
        "tied with",
        "unverified",
    ):
        assert words in text
    for words in ("优先级", "排名", "图例", "步行", "未核实"):
        assert words not in text
    assert v.page.evaluate("document.documentElement.lang") == "en"
    v.page.locator("#language").click()
    assert "第 1 名" in v.page.locator(".zone-card").text_content()


def test_it_opens_in_english_when_asked(visit):
    assert visit(lang="en").page.locator("#ranking").locator("xpath=..").inner_text().startswith("Ranking by priority")


def test_about_names_the_rules_the_conventions_and_the_counts(visit):
    v = visit()
    v.page.locator("#about-open").click()
    text = v.page.locator("#about").inner_text()
    for words in (
        "工作底稿",
        "默认步行距离",
        "geoprio 自定",
        "未核实",
        "geoprio 自己的约定",
        "EPSG:",
        "片区外楼栋",
        "数据局",
    ):
        assert words in text
    v.page.locator("#about-close").click()
    assert not v.page.locator("#about").is_visible()


def test_layers_go_on_and_off(visit):
    v = visit()
    zones, marks = v.page.locator(".leaflet-overlay-pane path"), v.page.locator(".leaflet-facilities-pane path")
    assert zones.count() == len(HOSTILE) + 1
    both = marks.count()
    v.page.locator("#show-category-0").uncheck()
    assert 0 < marks.count() < both
    v.page.locator("#show-zones").uncheck()
    assert zones.count() == 0
    v.page.locator("#show-zones").check()
    assert zones.count() == len(HOSTILE) + 1
    assert zones.locator("xpath=self::*[@fill='url(#hatch)']").count() == 1


def test_a_facility_tells_what_it_is(visit):
    v = visit()
    hollow = v.page.locator(".leaflet-facilities-pane path[fill='#ffffff']")
    assert hollow.count() == 1
    row = next(f for f in v.data()["facilities"] if f[4] == "unsnapped")
    v.page.locator("#ranking button").nth(2).click()
    v.page.evaluate("([x, y]) => window.map_1.closePopup().setView([y / 1e6, x / 1e6], 17, {animate: false})", row[1])
    v.click_zone(row[1])
    card = v.page.locator(".card")
    card.wait_for()
    assert card.locator("h2").text_content() == "远"
    assert "未计入" in card.text_content()
    assert "1（假定）" in card.text_content()


@pytest.mark.parametrize("viewport", [WIDE, PHONE])
def test_hostile_text_is_only_text_and_breaks_no_layout(visit, viewport):
    v = visit(viewport)
    names = v.page.locator("#ranking .zone-name").all_text_contents()
    # What turns the direction of writing is taken out when the file is read.
    assert sorted(names) == sorted(name.replace("\u202e", "") for name in HOSTILE)
    assert "{{7*7}}" in v.page.locator("#panel h1").text_content()
    assert "{{7*7}}" in v.page.title()
    for k in range(len(HOSTILE)):
        if v.page.locator("#fold").get_attribute("aria-expanded") == "false":
            v.page.locator("#fold").click()
        v.page.locator("#ranking button").nth(k).click()
        assert v.page.locator(".zone-card h2").text_content() == names[k]
        v.page.wait_for_timeout(350)
        box = v.page.locator(".leaflet-popup-content-wrapper").bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= viewport["width"]
        assert box["width"] <= 420
    assert v.page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    assert v.page.evaluate("document.documentElement.scrollHeight") <= viewport["height"]
    assert v.page.locator("img, iframe, object, link, body b b, [onerror]").count() == 0
    assert v.page.locator("script").count() == 6


def test_a_phone_shows_map_and_list_and_folds_the_list(visit):
    v = visit(PHONE)
    tall = v.page.locator(".folium-map").bounding_box()["height"]
    assert tall > 250
    v.page.locator("#ranking button").first.click()
    v.page.locator(".zone-card").wait_for()
    assert v.page.locator(".folium-map").bounding_box()["height"] > tall
    assert not v.page.locator("#ranking").is_visible()
    v.page.locator("#fold").click()
    assert v.page.locator("#ranking").is_visible()


def test_weights_that_others_left_are_marked(visit, town):
    town.homes = [({"id": "e1"}, "Point", [500_700.0, 3_450_390.0])]
    v = visit(result=geoprio.run(town.write()), lang="en")
    v.page.locator("#ranking button").first.click()
    text = v.page.locator(".zone-card").inner_text().replace("\u00a0", " ")
    assert "unknown is not zero" in text
    assert "100 % (was 50 %; others are unknown)" in text


@pytest.mark.parametrize(
    ("lang", "pace", "mark", "own"),
    [
        ("zh", ("步行：给定步速 48 米/分钟", "步行：老年人 51 米/分钟"), "未核实", "项目文件自定"),
        ("en", ("Walking: Given pace 48 m/min", "Walking: Elderly 51 m/min"), "unverified", "set in the project file"),
    ],
)
def test_about_names_who_walks_how_fast_and_how_sure_that_is(visit, town, lang, pace, mark, own):
    project = town.write('[access]\nspeed_m_per_min = 48\nprofile = {elder_care = "elderly"}\n')
    v = visit(result=geoprio.run(project), lang=lang)
    v.page.locator("#about-open").click()
    rows = v.page.locator("#about li").filter(has_text="步行：" if lang == "zh" else "Walking: ")
    lines = [row.inner_text().replace("\u00a0", " ") for row in rows.all()]
    for line, words in zip(lines, pace, strict=True):
        assert words in line
        assert line.count(mark) == 2
    assert own in lines[0]
    assert "Asher et al. 2012" in lines[1]


SUPPLY = "[score.weights]\nelder_care_supply = 1\n"
ANCHORS = '[[indicators]]\ncode = "elder_care_supply"\ngood = 80\nbad = 0\n'


@pytest.mark.parametrize(
    ("lang", "given", "words"),
    [
        ("zh", "capacity_per_1000 = 80", ("每千人容量 ≥ 80", "未核实")),
        ("en", "capacity_per_1000 = 80", ("capacity ≥ 80 per 1,000", "unverified")),
        ("zh", "", ("由项目文件设定",)),
        ("en", "", ("set in the project file",)),
    ],
)
def test_a_zone_shows_its_supply_beside_the_standard(visit, town, lang, given, words):
    """Where the rule gives no capacity, its walking distance is not shown as the standard of an amount."""
    rules = "".join(
        f'[[rules]]\ncategory = "{c}"\nthreshold = 500\nsource = "town hall"\n{given}\n'
        for c in ("convenience", "elder_care")
    )
    text = f'name = "own"\ntitle_zh = "自定"\ntitle_en = "own"\n{rules}'
    (town.folder / "own.toml").write_text(text, encoding="utf-8")
    result = geoprio.run(town.write('[score]\nrules = "own.toml"\n' + SUPPLY + ("" if given else ANCHORS)))
    v = visit(result=result, lang=lang)
    v.page.locator("#ranking button").first.click()
    shown = v.page.locator(".criterion").inner_text().replace("\u00a0", " ")
    assert all(word in shown for word in words)
    assert ("未核实" in shown or "unverified" in shown) == bool(given)
    assert "500" not in shown
    supply = f"{result.zones['elder_care_supply'].iloc[0]:.2f}".rstrip("0").rstrip(".")
    assert {"zh": f"每千需求 {supply}", "en": f"{supply} per 1,000"}[lang] in shown
