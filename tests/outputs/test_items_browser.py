"""The items of the complete community as a reader of the map sees them."""

import pytest
from conftest import X, Y, collection

import geoprio

pytestmark = pytest.mark.browser

EXTENDS = '["complete-community-2020-existing", "gb50180-2018-5min"]'
CARE = '[[facilities]]\ncategory = "childcare"\npath = "care.geojson"\nkind = "sort"\narea = "floor"\n'


def test_the_zone_tells_what_it_passes_and_what_is_unknown(browser, town):
    (town.folder / "own.toml").write_text(
        f'name = "o"\ntitle_zh = "o"\ntitle_en = "o"\nextends = {EXTENDS}\n[community]\nsource = "<b>town</b>"\n',
        encoding="utf-8",
    )
    places = [({"id": "n", "sort": "nursery", "floor": 250}, "Point", [X + 60, Y + 205])]
    (town.folder / "care.geojson").write_text(collection(places), encoding="utf-8")
    out = geoprio.run(town.write(f'{CARE}[score]\nrules = "own.toml"\n')).save(town.folder / "out", lang="en")
    page, errors = browser.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto((out / "map.html").as_uri())
    for name, passed, failed in (("西区", "3\u00a0nursery", "–"), ("东区", "–", "3\u00a0nursery")):
        page.click(f"#ranking button:has-text('{name}')")
        rows = page.locator(".items .facts > div")
        assert rows.nth(0).locator("dd").inner_text() == passed
        assert rows.nth(1).locator("dd").inner_text() == failed
        assert rows.nth(2).locator("dt").inner_text() == "unknown 19"
    page.click(".leaflet-popup-close-button")
    page.click("#about-open")
    said = page.locator("#about").inner_text()
    assert "The zone alone unverified\n<b>town</b>" in said
    assert "3\u00a0nursery · passed 1 · failed 1 · unknown 0 secondary source" in said
    assert "What the data cannot answer is unknown and not counted as failed." in said
    page.click("#about-close")
    page.click("#language")
    page.click("#about-open")
    assert "3\u00a0托儿所 · 达标 1 · 未达标 1 · 未知 0 转引，未核对原文" in page.locator("#about").inner_text()
    assert errors == []
    page.close()
