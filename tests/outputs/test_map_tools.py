"""What a planner does on the map page: search, filter, colour, send a link, download, print, use the keyboard."""

import csv
import dataclasses
import io
import json
import re

import numpy as np
import pandas as pd
import pypdf
import pytest
from axe_playwright_python.sync_playwright import Axe
from test_browser import PHONE, WIDE, Visit
from test_map_weights import MISSING, WEIGHTS, move, shown, uneven
from test_webmap import HOSTILE

import geoprio
from geoprio.outputs.palette import ROBUST_COLORS
from geoprio.outputs.webmap.colorings import colorings
from geoprio.outputs.webmap.data import map_data
from geoprio.outputs.webmap.nearby import nearest_and_served
from geoprio.outputs.webmap.page import render_map

CODES = ("elder_care_covered_share", "convenience_covered_share", "elder_care_distance_m", "convenience_distance_m")

pytestmark = pytest.mark.browser


@pytest.fixture
def result(town):
    found = geoprio.run(uneven(town, MISSING + WEIGHTS))
    places = np.array(["北区", "南区", "=1+1"], object)[np.arange(len(found.zones)) % 3]
    places[4] = None
    kinds = np.array(["compound", "urban_village"])[np.arange(len(found.zones)) % 2]
    return dataclasses.replace(found, zones=found.zones.assign(district=places, zone_type=kinds))


@pytest.fixture
def opened(browser, tmp_path):
    """Open a result's page, at an address if one is told; afterwards nothing may have gone wrong."""
    visits = []

    def go(result, lang="zh", viewport=WIDE, at=""):
        file = tmp_path / "map.html"
        file.write_text(render_map(result, lang), encoding="utf-8", newline="\n")
        visit = Visit(browser, file, viewport)
        visits.append(visit)
        if at:
            visit.page.goto("about:blank")
            visit.trouble.clear()
            visit.page.goto(file.as_uri() + at)
            visit.page.wait_for_selector("#ranking button", state="attached")
            visit.trouble[:] = [t for t in visit.trouble if t[0] != "request"]
        return visit.page

    yield go
    for visit in visits:
        assert visit.trouble == []
        visit.context.close()


def names(page):
    return page.locator("#ranking li:not([hidden]) .zone-name").all_text_contents()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("{{7*7}}", "{{7*7}}"),
        ("ｅｍｐｔｙ", None),
        ("<IMG", "<img src=x onerror=alert(1)>"),
        ("ID7", "عربي RTL"),
        ("% Ｘ", "{% x"),
    ],
)
def test_search_takes_full_width_and_any_case_and_ids(opened, result, query, found):
    page = opened(result)
    page.locator("#search").fill(query)
    if found is None:
        assert names(page) == []
        assert page.locator("#unscored li:not([hidden])").count() == 1
        return
    assert names(page) == [found]
    faded = page.locator(".leaflet-overlay-pane path[fill-opacity='0.1']").count()
    assert faded == len(result.zones) - 1
    page.keyboard.press("Enter")
    assert page.locator(".zone-card h2").text_content() == found


def test_filters_by_type_district_and_value(opened, result):
    page, zones = opened(result), result.zones
    page.locator("#filters-open").click()
    ranked = zones[zones["rank"].notna()]
    page.locator("#type-0").uncheck()
    left = ranked[ranked["zone_type"] != ranked["zone_type"].iloc[0]]
    assert len(names(page)) == len(left)
    page.locator("#district").select_option(label="北区")
    assert len(names(page)) == int((left["district"] == "北区").sum())
    page.locator("#clear").click()
    assert len(names(page)) == len(ranked)
    middle = float(ranked["priority"].median())
    page.locator("#least").fill(str(middle))
    assert len(names(page)) == int((ranked["priority"].round(1) >= middle).sum())
    ranks = [int(r) for r in page.locator("#ranking li:not([hidden]) .rank").all_text_contents()]
    assert ranks == list(range(1, len(ranks) + 1))
    page.locator("#least").fill("101")
    assert page.locator("#none-shown").is_visible()
    page.locator("#district").select_option(label="未注明")
    page.locator("#least").fill("")
    assert len(names(page)) == int(ranked["district"].isna().sum())


def test_colours_by_each_indicator(opened, result):
    page = opened(result, "en")
    colors = json.loads(page.locator("#geoprio-data").text_content())["colors"]
    found = colorings(result)
    assert [c["code"] for c in found[:4]] == list(result.matrix.codes)
    for k, coloring in enumerate(found):
        page.locator("#color-by").select_option(str(k))
        fills = page.locator(".leaflet-overlay-pane path").evaluate_all("p => p.map((x) => x.getAttribute('fill'))")
        wanted = [colors[c] if c >= 0 else "url(#hatch)" for c in coloring["classes"]]
        assert sorted(fills) == sorted(wanted)
        counts = [int(n) for n in page.locator("#legend .count").all_text_contents()]
        assert sum(counts) == int((coloring["classes"] >= 0).sum())
        unknown = int((coloring["classes"] < 0).sum())
        assert page.locator("#legend .count-none").count() == bool(unknown)
    share = page.locator("#color-by").select_option("0") and page.locator("#legend .classes").inner_text()
    assert "< 20 %" in share.replace("\u00a0", " ")


def test_classes_hold_their_urgent_end_and_quantiles_stand_in_for_anchors(result):
    by_code = {c["code"]: c for c in colorings(result)}
    share = by_code["elder_care_covered_share"]
    values = result.zones["elder_care_covered_share"].to_numpy(float)
    urgency = 1 - values[~np.isnan(values)]
    assert share["basis"] == "anchors"
    assert share["classes"][~np.isnan(values)].tolist() == [max(0, int(np.ceil(round(u * 5, 9))) - 1) for u in urgency]
    supply = by_code["convenience_supply"]
    assert supply["basis"] == "quantiles"
    low, high = (result.zones["convenience_supply"].to_numpy(float)[supply["classes"] == c] for c in (4, 0))
    assert low.max() < high.min()


def test_nearest_facilities_are_those_of_most_homes(result):
    nearest, served = nearest_and_served(result)
    for k, category in enumerate(result.rules):
        ids = result.facilities.index
        for row, zone in enumerate(result.zones.index):
            homes = result.buildings[(result.buildings["zone_id"] == zone) & (result.buildings["use"] != "other")]
            told = homes[f"{category}_facility_id"].dropna()
            if told.empty:
                assert nearest[row][k] is None
                continue
            facility, mean, n, known = nearest[row][k]
            assert told.value_counts()[ids[facility]] == told.value_counts().max() == n
            mine = homes[homes[f"{category}_facility_id"] == ids[facility]][f"{category}_distance_m"]
            assert (mean, known) == (round(mine.mean()), len(told))
    assert sum(n for rows in served for _, n, _ in rows) == sum(
        int(result.buildings[f"{c}_facility_id"].notna().sum()) for c in result.rules
    )
    assert all(within <= n for rows in served for _, n, within in rows)


def test_lines_lead_to_the_nearest_facilities_and_a_facility_shows_its_zones(opened, result):
    page = opened(result)
    page.locator("#ranking button").first.click()
    assert page.locator(".walk-label").count() == 2
    assert page.locator(".leaflet-near-pane path").count() == 4
    assert "平均步行" in page.locator(".zone-card .nearest").inner_text()
    page.locator("#show-category-0").uncheck()
    assert page.locator(".walk-label").count() == 1
    page.locator("#show-category-0").check()
    row = next(f for f in map_data(result, "zh")["facilities"] if f[4] == "used")
    page.keyboard.press("Escape")
    page.evaluate("([x, y]) => window.map_1.setView([y / 1e6, x / 1e6], 17, {animate: false})", row[1])
    page.evaluate("() => document.querySelector('.leaflet-near-pane').replaceChildren()")
    where = page.locator(".folium-map").bounding_box()
    page.mouse.click(where["x"] + where["width"] / 2, where["y"] + where["height"] / 2)
    assert "栋楼" in page.locator(".card").inner_text()
    assert "不画圆" in page.locator(".card").inner_text()


def test_the_address_brings_everything_back(opened, result):
    page = opened(result)
    move(page, [10, 70, 5, 33])
    page.locator("#color-by").select_option("1")
    page.locator("#search").fill("id")
    page.locator("#filters-open").click()
    page.locator("#type-1").uncheck()
    page.locator("#least").fill("0")
    page.locator("#ranking li:not([hidden]) button").nth(1).click()
    page.locator("#language").click()
    page.wait_for_timeout(800)
    hash_ = page.evaluate("location.hash")
    again = opened(result, at=hash_)
    assert shown(again, result) == shown(page, result)
    assert names(again) == names(page)
    assert again.locator(".zone-card h2").text_content() == page.locator(".zone-card h2").text_content()
    assert again.evaluate("document.documentElement.lang") == "en"
    assert again.locator("#color-by").input_value() == "1"
    assert [again.locator(f"#weight-{k}").input_value() for k in range(4)] == ["10", "70", "5", "33"]
    again.wait_for_timeout(800)
    assert again.evaluate("location.hash") == hash_


@pytest.mark.parametrize(
    "hash_",
    [
        "#w.elder_care_covered_share=-1",
        "#w.__proto__=1&by=__proto__&zone=constructor&types=toString", "#map=NaN,0,1e9",
        "#map=91,0,5&least=Infinity&most=abc", "#%E0%A4%A&q=%00<script>alert(1)</script>", "#lang=fr&preset=nope",
        "#" + "w.x=1&" * 900, "#" + "&".join(f"w.{code}=0" for code in CODES),
    ],
)  # fmt: skip
def test_hostile_addresses_are_ignored(opened, result, hash_):
    page = opened(result, at=hash_)
    assert shown(page, result) == {
        zone: (int(row["rank"]), pytest.approx(row["priority"], abs=0.0501))
        for zone, row in result.zones[result.zones["rank"].notna()].iterrows()
    }
    assert page.locator(".zone-card").count() == 0
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    assert page.locator("#color-by").input_value() == ""


def test_the_download_is_the_ranking_that_is_shown(opened, result):
    page = opened(result, "en")
    move(page, [0, 100, 0, 20])
    other = geoprio.rescore(result, {"convenience_covered_share": 100, "convenience_distance_m": 20})
    with page.expect_download() as waited:
        page.locator("#csv").click()
    raw = waited.value.path().read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    head, body, weights = rows[0], rows[1:-1], rows[-1]
    assert head[:4] == ["rank", "name", "zone_id", "zone_type"]
    assert len(body) == len(result.zones)
    assert weights[0] == "# weight"
    column = {name: k for k, name in enumerate(head)}
    for row in body:
        zone = other.zones.loc[row[column["zone_id"]].removeprefix("'")]
        assert row[column["rank"]] == ("" if pd.isna(zone["rank"]) else str(zone["rank"]))
        if row[0]:
            assert float(row[column["priority"]]) == pytest.approx(zone["priority"], abs=1e-9)
    assert not any(value.startswith(("=", "@")) for row in body for value in row)
    assert any(row[column["district"]] == "'=1+1" for row in body)


def test_paper_holds_map_legend_and_the_first_of_the_list(opened, result, tmp_path):
    page = opened(result, "en")
    page.pdf(path=tmp_path / "p.pdf")
    reader = pypdf.PdfReader(tmp_path / "p.pdf")
    text = re.sub(r"\s+", " ", " ".join(p.extract_text() for p in reader.pages))
    for words in ("Working paper", "Facilities", "80 – 100", "{{7*7}}", "Standards not checked", "Weights: "):
        assert words in text
    assert "Search" not in text
    assert page.locator("body.printing").count() == 0
    assert page.locator("#legend").is_visible()


def test_keyboard_moves_in_the_list_and_leaves_the_popup(opened, result):
    page = opened(result)
    assert page.locator("#ranking button[tabindex='0']").count() == 1
    page.locator("#search").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.locator(".zone-card h2").text_content() == names(page)[1]
    assert names(page)[1] in page.locator("#said").text_content()
    page.keyboard.press("Escape")
    assert page.locator(".zone-card").count() == 0
    assert page.evaluate("document.activeElement.querySelector('.rank').textContent") == "2"


def test_the_new_ranking_is_spoken(opened, result):
    page = opened(result, "en")
    move(page, [0, 0, 1, 0])
    page.wait_for_timeout(400)
    assert page.locator("#said[role=status]").text_content().startswith("Ranked anew. First: ")


@pytest.mark.parametrize("viewport", [WIDE, PHONE])
def test_axe_finds_nothing_serious(opened, result, viewport):
    page = opened(result, "en", viewport)

    def check(where):
        found = Axe().run(page).response["violations"]
        bad = [
            (v["id"], [n["html"][:90] for n in v["nodes"]][:3]) for v in found if v["impact"] in {"serious", "critical"}
        ]
        assert bad == [], where

    check("list")
    page.locator("#weights-open").click()
    page.locator("#snippet summary").click()
    check("weights")
    page.locator("#filters-open").click()
    check("filters")
    page.locator("#ranking button").first.click()
    page.wait_for_timeout(400)
    check("zone")
    page.keyboard.press("Escape")
    page.locator("#about-open").click()
    check("about")


def test_rank_intervals_appear_only_where_they_were_computed(opened, result):
    page = opened(result, "en")
    assert page.locator(".interval").count() == 0
    ranks = result.zones["rank"]
    words = np.where(np.arange(len(ranks)) % 2, "contested", "robustly_in")
    columns = {"rank_p05": (ranks - 1).clip(lower=1), "rank_p95": ranks + 2, "robust": pd.array(words, dtype="str")}
    page = opened(dataclasses.replace(result, zones=result.zones.assign(**columns)), "en")
    first = page.locator("#ranking button").first
    assert first.locator(".interval").text_content() == "1–3"
    assert "robustly in" in first.inner_text()
    first.click()
    assert "Ranks 1–3 in 90 % of draws" in page.locator(".zone-card").inner_text()
    move(page, [1, 0, 0, 0])
    page.wait_for_selector("#ranking:not([aria-busy])")
    assert page.locator("#ranking .interval").count() == 0


def test_zones_are_coloured_by_how_sure_they_are(opened, result):
    ranked = result.zones["rank"].notna().to_numpy()
    words = np.where(np.arange(len(ranked)) % 2, "contested", "robustly_in").astype(object)
    words[~ranked] = None
    page = opened(dataclasses.replace(result, zones=result.zones.assign(robust=words)), "en", at="#by=robust&least=1")
    assert page.locator("#color-by option:checked").text_content() == "sure of a place among the first"
    assert page.locator("#legend .classes .count").all_text_contents()[:2] == [
        str((words == "robustly_in").sum()),
        str((words == "contested").sum()),
    ]
    drawn = {
        fill: page.locator(f'.leaflet-overlay-pane path[fill="{fill}"]').count() for fill in ROBUST_COLORS.values()
    }
    assert drawn == {color: int((words == word).sum()) for word, color in ROBUST_COLORS.items()}
    # Words have no range: what an address says of one leaves no zone out.
    assert page.locator("#least").count() == 0 or not page.locator("#least").is_visible()
    assert page.locator("#ranking li:not([hidden])").count() == ranked.sum()
    page.locator("#color-by").select_option("")
    page.locator("#color-by").dispatch_event("change")
    assert page.locator('.leaflet-overlay-pane path[fill="#e69f00"]').count() == 0


def test_a_notebook_shows_the_page_in_a_frame(browser, result, tmp_path):
    shown_ = result.show("en")
    assert "a notebook draws it" in repr(shown_)
    file = tmp_path / "notebook.html"
    file.write_text(f"<!DOCTYPE html><meta charset=utf-8>{shown_._repr_html_()}", encoding="utf-8")
    page, errors = browser.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    page.goto(file.as_uri())
    frame = page.frame_locator("iframe")
    frame.locator("#ranking button").first.click()
    assert frame.locator(".zone-card h2").text_content() in {text.replace("\u202e", "") for text in HOSTILE}
    page.wait_for_timeout(500)
    assert errors == []
    page.close()
    with pytest.raises(ValueError, match="lang"):
        result.show("fr")
