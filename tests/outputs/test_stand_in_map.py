"""A point that stands in for buildings is called so on the map, in the zone's window, legend and quality page."""

import pytest

import geoprio
from geoprio.outputs.quality.page import quality_html
from geoprio.outputs.webmap.page import render_map


@pytest.fixture
def listed(town):
    (town.folder / "list.csv").write_text("小区名称,户数\n西区,120\n", encoding="utf-8")
    return geoprio.run(town.write('[compounds]\npath = "list.csv"\n', buildings=""))


@pytest.fixture
def opened(browser, tmp_path):
    contexts = []

    def go(text):
        file = tmp_path / "page.html"
        file.write_text(text, encoding="utf-8")
        contexts.append(browser.new_context(offline=True, viewport={"width": 1280, "height": 800}))
        page = contexts[-1].new_page()
        page.goto(file.as_uri())
        return page

    yield go
    for context in contexts:
        context.close()


@pytest.mark.browser
@pytest.mark.parametrize(("lang", "label"), [("zh", "代表点（非楼栋）"), ("en", "Stand-in points, not buildings")])
def test_map_and_quality_page_say_so(listed, opened, lang, label):
    page = opened(render_map(listed, lang))
    assert "1 " in page.locator("#legend .stand-in").inner_text()
    page.locator("#ranking button").first.click()
    card = page.locator(".zone-card")
    card.wait_for()
    assert label in card.inner_text()
    quality = quality_html(listed.quality, "t", listed.zones, listed.buildings, listed.streets, lang)
    assert label in opened(quality).locator("#legend").inner_text()


@pytest.mark.browser
def test_buildings_are_called_buildings(town, opened):
    page = opened(render_map(geoprio.run(town.write()), "zh"))
    assert page.locator("#legend .stand-in").count() == 0
    page.locator("#ranking button").first.click()
    page.locator(".zone-card").wait_for()
    assert "代表点" not in page.locator("body").inner_text()
    assert "楼栋数" in page.locator(".zone-card").inner_text()
