"""Condition on the map page, in a browser: sliders, colours, problem points, and nothing unknown called good."""

import pytest
from condition_town import SECTIONS, WEIGHTS, inspected
from test_browser import Visit
from test_map_weights import agrees, move
from test_webmap import HOSTILE

import geoprio
from geoprio.outputs.webmap.page import render_map

pytestmark = pytest.mark.browser
EVIL = HOSTILE[2]


@pytest.fixture
def opened(browser, tmp_path):
    """Open a result's page; afterwards nothing may have gone wrong."""
    visits = []

    def go(result, lang="en"):
        file = tmp_path / "map.html"
        file.write_text(render_map(result, lang), encoding="utf-8", newline="\n")
        visits.append(Visit(browser, file, {"width": 1280, "height": 800}))
        return visits[-1].page

    yield go
    for visit in visits:
        assert visit.trouble == []
        visit.context.close()


def card(page, name):
    """Return the condition of a zone, as its card tells it, by heading."""
    page.locator("#ranking button", has_text=name).click()
    rows = page.locator(".zone-card .condition dl > div")
    return dict(zip(rows.locator("dt").all_text_contents(), rows.locator("dd").all_text_contents(), strict=True))


def test_sliders_rank_as_rescore_does_and_the_gate_stays_first(opened, town):
    weights = WEIGHTS.replace("roof_fault_share = 3", "roof_fault_share = 3, aged_share = 1, condition_basic_share = 2")
    result = geoprio.run(inspected(town, weights=weights))
    page = opened(result)
    assert agrees(page, result)
    for given in ([100, 0, 0, 0], [0, 100, 0, 0], [0, 0, 0, 100], [13, 40, 7, 91], [50, 50, 50, 50]):
        move(page, given)
        other = geoprio.rescore(result, dict(zip(result.matrix.codes, given, strict=True)))
        assert agrees(page, other)
        # Of the south's roofs nothing is known: by them alone it has no rank.
        first = page.locator("#ranking li .zone-name").first.text_content()
        assert first == ("东区" if given == [100, 0, 0, 0] else "南区")
    assert page.locator("#ranking li").nth(0).locator(".tied").first.text_content() == "safety"
    assert page.locator("#ranking li").nth(1).locator(".tied").first.text_content() == "safety?"
    # A class has no rule of its own; a defect names its source and mark.
    page.locator("#ranking button", has_text="西区").click()
    rows = page.locator(".zone-card .criterion")
    assert "quoted at jingyanla.com" in rows.nth(0).inner_text()
    assert "secondary source" in rows.nth(0).inner_text()
    assert "geoprio's own convention" in rows.nth(2).inner_text()
    assert "secondary source" not in rows.nth(2).inner_text()


def test_the_card_parts_found_unknown_and_none(opened, town):
    page = opened(geoprio.run(inspected(town)))
    west = card(page, "西区")
    assert west["Management"] == "run by the owners"
    assert "leaking or worn roof (1 of 2 buildings, 50\u00a0% not surveyed)" in west["Found · basic"]
    assert west["Not surveyed"] == "broken roads of the compound"
    assert "gas hazards" in west["All surveyed, none found"]
    east = card(page, "东区")
    assert "gas hazards" in east["Not surveyed"]
    assert "leaking or worn roof" in east["All surveyed, none found"]
    south = card(page, "南区")
    assert south["Found · safety"] == "gas hazards (open problem points: 1)"
    assert "leaking or worn roof" in south["Not surveyed"]
    assert "All surveyed, none found" not in south


def test_colours_hatch_what_nobody_looked_at(opened, town):
    page = opened(geoprio.run(inspected(town)))
    page.locator("#color-by").select_option(label="Leaking or worn roof: share of those surveyed")
    assert page.locator("#legend .count-none").text_content() == "1"
    assert "does not mean good" in page.locator("#legend .hint").first.text_content()
    counts = [int(n) for n in page.locator("#legend .count").all_text_contents()]
    # Top class first: half of the west's roofs is the middle fifth, none of the east's the lowest.
    assert counts == [0, 0, 1, 0, 1]


def test_hostile_points_and_defects_are_text(opened, town):
    (town.folder / "own.toml").write_text(
        "[[defects]]\ncode = \"evil\"\ntitle_zh = '" + EVIL + "'\ntitle_en = '" + EVIL + "'\ngrade = \"basic\"\n"
        "side = \"face\"\nsource = '" + EVIL + "'\nclause = '{{7*7}}'\nverified = false\n", encoding="utf-8",
    )  # fmt: skip
    sections = SECTIONS.replace("[condition]", '[condition]\ndefects = "own.toml"').replace('gas_hazard"}', 'evil"}')
    weights = WEIGHTS.replace("roof_fault_share", "roof_fault_share = 1, evil_per_100")
    anchors = '[[indicators]]\ncode = "evil_per_100"\ngood = 0\nbad = 100\n'
    page = opened(geoprio.run(inspected(town, sections, weights + anchors, gas=EVIL)))
    assert EVIL in card(page, "南区")["Found · basic"]
    page.locator("#about-open").click()
    assert EVIL in page.locator("#about").inner_text()
    page.locator("#about-close").click()
    page.keyboard.press("Escape")
    page.locator(".leaflet-problems-pane path").last.click()
    assert EVIL in page.locator(".leaflet-popup-content").inner_text()
    assert "open" in page.locator(".leaflet-popup-content").inner_text()


def test_more_points_than_the_page_draws_are_counted(opened, town, monkeypatch):
    monkeypatch.setattr("geoprio.outputs.condition.MOST_POINTS", 1)
    page = opened(geoprio.run(inspected(town)))
    assert "1 more problem points" in page.locator("#legend").inner_text()
    assert page.locator(".leaflet-problems-pane path").count() == 1
