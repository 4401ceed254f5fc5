"""Single buildings on the map page: their colours, a click on one, the address, and tiles in files beside the page."""

import io
import json

import numpy as np
import pytest
import shapely
from axe_playwright_python.sync_playwright import Axe
from conftest import square
from PIL import Image
from test_browser import PHONE, WIDE, Visit
from test_webmap import HOSTILE

import geoprio
from geoprio.outputs.palette import CLASS_COLORS, UNSCORED_COLOR
from geoprio.outputs.webmap.files import write_map
from geoprio.outputs.webmap.page import render_map

pytestmark = pytest.mark.browser

X, Y = 500_000.0, 3_450_000.0
PLACES = (50, 150, 250, 330, 420, 500, 640, 720)
WEIGHTS = (
    "[score.weights]\nelder_care_covered_share = 1\nconvenience_covered_share = 1\nconvenience_per_1000_dwellings = 1\n"
)
DRAWN = """() => {
  const all = [...document.querySelectorAll("canvas.footprints")];
  return all.length > 0 && all.every((c) => c.classList.contains("leaflet-tile-loaded"));
}"""
PLAIN_COLOR = "#d9dde1"


def built(town):
    """Return the little town with a shop and a home at its western end only, a school, and a house in no zone."""
    town.zones[1] = ({"id": "east", "name": HOSTILE[2]}, "Polygon", square(X + 400, Y, 400))
    town.buildings = [
        ({"id": f"h{k}" if k else HOSTILE[5], "use": "residential" if k != 3 else "school", "floors": k + 1,
          "dwellings": 4}, "Polygon", square(X + x, Y + 210, 24)) for k, x in enumerate(PLACES)
    ]  # fmt: skip
    town.buildings.append(({"id": "out, side", "use": "residential"}, "Polygon", square(X + 850, Y + 210, 24)))
    town.homes = [({"id": "e1", "name": HOSTILE[5]}, "Point", [X + 20, Y + 195])]
    town.shops = [({"id": "s1", "name": "小店"}, "Point", [X + 10, Y + 195])]
    rules = "".join(f'[[rules]]\ncategory = "{c}"\nthreshold = {m}\nsource = "test"\n'
                    for c, m in (("convenience", 200), ("elder_care", 400)))  # fmt: skip
    text = f'name = "own"\ntitle_zh = "自定"\ntitle_en = "own"\n{rules}'
    (town.folder / "own.toml").write_text(text, encoding="utf-8")
    columns = 'id = "id"\ncolumns = {floors = "floors", use = "use", dwellings = "dwellings"}\n'
    anchors = '[[indicators]]\ncode = "convenience_per_1000_dwellings"\ngood = 9\nbad = 0\n'
    project = f'[score]\nrules = "own.toml"\n{WEIGHTS}{anchors}'
    return geoprio.run(town.write(project, buildings=town.text["buildings"] + columns))


@pytest.fixture
def result(town):
    return built(town)


@pytest.fixture
def opened(browser, tmp_path):
    """Open a result amid its buildings; afterwards nothing may have gone wrong."""
    visits = []

    def go(result, at="", lang="en", viewport=WIDE, view=(X + 600, Y + 300, 16)):
        file = tmp_path / "map.html"
        file.write_text(render_map(result, lang), encoding="utf-8", newline="\n")
        visit = Visit(browser, file, viewport)
        visits.append(visit)
        visit.page.goto("about:blank")
        visit.trouble.clear()
        visit.page.goto(file.as_uri() + address(result, at, view))
        visit.page.wait_for_function(DRAWN)
        visit.trouble[:] = [t for t in visit.trouble if t[0] != "request"]
        return visit.page

    yield go
    for visit in visits:
        assert visit.trouble == []
        visit.context.close()


def degrees(result, x, y):
    point = result.buildings.geometry.iloc[:1].set_crs(result.buildings.crs).to_crs(result.buildings.crs)
    point.iloc[0] = shapely.Point(x, y)
    return point.to_crs("EPSG:4326").iloc[0]


def address(result, at, view):
    if view is None:
        return f"#{at}"
    point = degrees(result, *view[:2])
    return f"#map={point.y},{point.x},{view[2]}{at}"


def pixel_of(page, result, x, y):
    """Return where a place of the city stands on the screen."""
    point = degrees(result, x, y)
    return page.evaluate(
        """([lat, lng]) => {
            const box = document.querySelector(".folium-map");
            const p = window[box.id].latLngToContainerPoint([lat, lng]);
            const r = box.getBoundingClientRect();
            return [r.left + p.x, r.top + p.y];
        }""",
        [point.y, point.x],
    )


def middles(result):
    return {name: (g.centroid.x, g.centroid.y) for name, g in result.buildings.geometry.items()}


def colors(page, result):
    """Return the colour in the middle of each building, as a person sees it."""
    settle(page)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    places = {name: pixel_of(page, result, *at) for name, at in middles(result).items()}
    return {
        name: "#{:02x}{:02x}{:02x}".format(*picture.getpixel((round(x), round(y)))) for name, (x, y) in places.items()
    }


def settle(page):
    page.wait_for_function(DRAWN)
    page.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 60))))"
    )


def by_need(result, weights):
    """Return the colours that the covered shares of two categories give under these weights."""
    table, found = result.buildings, {}
    for name, home in table.iterrows():
        over = [home["elder_care_distance_m"] > 400, home["convenience_distance_m"] > 200]
        need = 100 * np.dot(over, weights) / sum(weights)
        cls = int(np.searchsorted([20, 40, 60, 80], need, side="left"))
        found[name] = PLAIN_COLOR if home["use"] == "other" else CLASS_COLORS[cls]
    return found


def test_buildings_show_their_own_need_and_sliders_recolour_them(opened, result):
    page = opened(result)
    assert page.locator("#footprints-by").input_value() == "own"
    assert "2 of 3 indicators" in page.locator("#legend").inner_text()
    expected = by_need(result, [1, 1])
    assert len(set(expected.values())) == 4
    assert colors(page, result) == expected
    page.locator("#weights-open").click()
    codes = list(result.matrix.codes)
    for weights in ({"elder_care_covered_share": 100, "convenience_covered_share": 30},
                    {"elder_care_covered_share": 0, "convenience_covered_share": 60}):  # fmt: skip
        for code, weight in weights.items():
            page.locator(f"#weight-{codes.index(code)}").fill(str(weight))
        assert colors(page, result) == by_need(result, list(weights.values()))


def test_buildings_show_distances_and_the_colour_of_their_zone(opened, result):
    page = opened(result)
    page.locator("#footprints-by").select_option(label="Nearest of convenience stores")
    limit = 200 * np.array([0.5, 1, 2, 3])
    classes = np.searchsorted(limit, result.buildings["convenience_distance_m"], side="left")
    expected = {name: CLASS_COLORS[c] for name, c in zip(result.buildings.index, classes, strict=True)}
    expected["h3"] = PLAIN_COLOR
    assert len(set(expected.values())) >= 5
    assert colors(page, result) == expected
    assert "≤ 100 m" in page.locator("#legend").inner_text()
    page.locator("#footprints-by").select_option("zone")
    shades = {
        zone: CLASS_COLORS[int(np.searchsorted([20, 40, 60, 80], p))] for zone, p in result.zones["priority"].items()
    }
    found = colors(page, result)
    assert found.pop("out, side") == UNSCORED_COLOR
    assert found.pop("h3") == PLAIN_COLOR
    assert found == {name: shades[result.buildings["zone_id"][name]] for name in found}
    page.locator("#search").fill(HOSTILE[2])
    west = [name for name, zone in result.buildings["zone_id"].items() if zone == "west"]
    assert {colors(page, result)[name] for name in west} == {PLAIN_COLOR}


def test_a_click_picks_the_building_and_the_address_keeps_it(opened, result):
    page = opened(result)
    facilities = result.facilities
    for name in ("h5", HOSTILE[5], "out, side"):
        page.evaluate("() => window.map_1.closePopup()")
        settle(page)
        page.mouse.click(*pixel_of(page, result, *middles(result)[name]))
        card = page.locator(".building-card")
        card.wait_for()
        assert card.locator("h2").text_content() == f"Building {name}"
        home, text = result.buildings.loc[name], card.inner_text()
        metres = [f"{home[f'{c}_distance_m']:,.0f} m" for c in ("elder_care", "convenience")]
        assert all(m in text for m in metres)
        assert all(str(facilities.loc[home[f"{c}_facility_id"], "name"]) in text for c in ("elder_care", "convenience"))
        assert sorted(page.locator(".walk-label").all_text_contents()) == sorted(metres)
        assert page.locator(".leaflet-outline-pane path").count() == 2
        page.wait_for_timeout(900)
    assert "in no zone" in card.inner_text()
    assert page.locator("img, .building-card script").count() == 0
    hash_now = page.evaluate("location.hash")
    assert "b=" in hash_now
    again = opened(result, at="&" + hash_now.lstrip("#"), view=None)
    again.locator(".building-card").wait_for()
    assert again.locator(".building-card h2").text_content() == "Building out, side"
    again.locator("#language").click()
    assert "楼栋 out, side" in again.locator(".building-card").text_content()
    assert "片区以外" in again.locator(".building-card").inner_text()


@pytest.mark.parametrize("at", ["&b=1,2,h1", "&b=x", "&b=,,", "&near=nothing", "&b=6773,3346,%3Cimg%20src%3Dx%3E"])
def test_addresses_that_name_no_building_are_ignored(opened, result, at):
    page = opened(result, at=at)
    assert page.locator(".building-card").count() == 0
    assert page.locator("#footprints-by").input_value() == "own"


def test_the_layer_goes_off_and_zones_come_back(opened, result):
    page = opened(result, at="&near=convenience")
    assert page.locator("#footprints-by").input_value() == str(list(result.rules).index("convenience"))
    faint = page.evaluate("getComputedStyle(document.querySelector('.leaflet-overlay-pane')).opacity")
    page.locator("#show-buildings").uncheck()
    page.wait_for_timeout(100)
    solid = page.evaluate("getComputedStyle(document.querySelector('.leaflet-overlay-pane')).opacity")
    assert float(faint) < 0.5 < float(solid)
    page.mouse.click(*pixel_of(page, result, *middles(result)["h5"]))
    assert page.locator(".zone-card h2").text_content() == HOSTILE[2]
    page.locator("#show-buildings").check()
    page.evaluate("() => window.map_1.closePopup().setZoom(12, {animate: false})")
    assert "Zoom in" in page.locator("#footprints-told").inner_text()
    assert page.locator("canvas.footprints").count() == 0


def test_from_the_building_to_its_zone(opened, result):
    page = opened(result)
    page.mouse.click(*pixel_of(page, result, *middles(result)["h6"]))
    page.locator(".building-card dd button").click()
    assert page.locator(".zone-card h2").text_content() == HOSTILE[2]
    page.wait_for_function("!location.hash.includes('b=')")


@pytest.mark.parametrize("viewport", [WIDE, PHONE])
def test_no_barrier_with_a_building_open(opened, result, viewport):
    page = opened(result, viewport=viewport, view=(X + 460, Y + 260, 17))
    page.mouse.click(*pixel_of(page, result, *middles(result)["h4"]))
    page.locator(".building-card").wait_for()
    page.wait_for_timeout(400)
    box = page.locator(".leaflet-popup-content-wrapper").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= viewport["width"]
    if viewport == PHONE:
        page.locator("#legend summary").click()
    serious = [v["id"] for v in Axe().run(page).response["violations"] if v["impact"] in {"serious", "critical"}]
    assert serious == []


class Files:
    """A page whose tiles stand in files beside it, and what it asked for and said."""

    def __init__(self, browser, folder, at):
        self.context = browser.new_context(viewport=WIDE, offline=True)
        self.page = self.context.new_page()
        self.asked, self.said = [], []
        self.page.on("request", lambda r: self.asked.append(r.url))
        self.page.on("console", lambda m: self.said.append(m.text))
        self.page.on("pageerror", lambda e: self.said.append(str(e)))
        self.page.goto((folder / "map.html").as_uri() + at)


@pytest.fixture
def shards(browser, result, tmp_path):
    folder = tmp_path / "out put 市"
    folder.mkdir()
    write_map(result, folder, "en", inline_bytes=0)
    opened = []

    def go():
        opened.append(Files(browser, folder, address(result, "", (X + 600, Y + 300, 16))))
        return opened[-1]

    yield folder, go
    for files in opened:
        files.context.close()


def test_tiles_in_files_are_loaded_and_drawn_the_same(shards, result):
    folder, go = shards
    files = go()
    files.page.wait_for_function(DRAWN)
    assert colors(files.page, result) == by_need(result, [1, 1])
    names = [p.as_uri() for p in sorted((folder / "map_tiles").iterdir())]
    assert sorted(u for u in files.asked if "map_tiles" in u) == names
    assert len(files.asked) == len(names) + 1
    assert files.said == []


def test_tiles_of_another_run_are_refused(shards):
    folder, go = shards
    (path,) = (folder / "map_tiles").iterdir()
    call, texts = path.read_text(encoding="ascii").split("[", 1)
    path.write_text(call + json.dumps([t[:-4] + "AAA=" for t in json.loads("[" + texts.rstrip(");\n"))]) + ");\n")
    files = go()
    files.page.locator("#footprints-told").wait_for()
    assert "map_tiles" in files.page.locator("#footprints-told").inner_text()
    assert files.said == []


def test_a_missing_folder_is_told(shards):
    folder, go = shards
    for path in (folder / "map_tiles").iterdir():
        path.unlink()
    files = go()
    files.page.locator("#footprints-told").wait_for()
    assert "stand beside this page" in files.page.locator("#footprints-told").inner_text()
    assert files.page.locator("#ranking button").count() == 2


def test_markup_can_load_no_script_where_tiles_stand_in_files(shards):
    folder, go = shards
    (folder / "evil.js").write_text("window.evil = 1;")
    page = (folder / "map.html").read_text(encoding="utf-8")
    (folder / "map.html").write_text(
        page.replace("</body>", '<script src="evil.js"></script></body>', 1), encoding="utf-8"
    )
    files = go()
    files.page.wait_for_function(DRAWN)
    assert files.page.evaluate("window.evil") is None
    assert any("Content Security Policy" in text for text in files.said)
