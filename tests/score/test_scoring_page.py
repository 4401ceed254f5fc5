"""What the map page says of a safety gate and of a method other than the default."""

import pytest
from conftest import X, Y, square

import geoprio

pytestmark = pytest.mark.browser


def test_the_page_explains_gate_and_method(browser, town, tmp_path):
    town.zones = [
        ({"id": f"z{k}", "name": f"{k}区", "unsafe": held}, "Polygon", square(X + 200 * k, Y + 100, 200))
        for k, held in enumerate(("no", "yes", "", "no"))
    ]
    zones = '[zones]\npath = "zones.geojson"\nsafety_gate = "unsafe"\n'
    weights = "weights = {convenience_distance_m = 2, elder_care_distance_m = 1}"
    keys = f'\n[score]\nnormalize = "minmax"\naggregate = "vikor"\n{weights}\n'
    page_file = geoprio.run(town.write(keys, zones=zones)).save(tmp_path / "out", lang="en") / "map.html"
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    trouble = []
    page.on("pageerror", lambda e: trouble.append(str(e)))
    page.goto(page_file.as_uri())
    rows = page.locator("#ranking button")
    assert "safety" in rows.nth(0).inner_text()
    assert "safety?" in rows.nth(1).inner_text()
    assert "safety" not in rows.nth(2).inner_text()
    rows.nth(0).click()
    text = page.locator(".leaflet-popup").inner_text()
    assert "Safety gate: first, whatever the priority" in text
    assert "brought to one scale by min-max and combined by VIKOR" in text
    points = [float(n) for n in page.locator(".leaflet-popup .points").all_inner_texts()]
    sums = [float(n) for n in page.locator(".leaflet-popup .sum b").all_inner_texts()]
    assert sum(points) + sum(sums[:-1]) == pytest.approx(sums[-1], abs=0.051)
    assert trouble == []
    page.close()
