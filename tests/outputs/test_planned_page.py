"""What people see of a programme: its page, the map, QGIS and the sheets; money adds up wherever it is shown."""

import dataclasses
import json
import re
from collections import defaultdict

import numpy as np
import pandas as pd
import pypdf
import pytest
from conftest import X, Y, square
from test_browser import PHONE, WIDE, Visit
from test_qgis_project import layer, probe, qgis  # noqa: F401 - a fixture
from test_webmap import HOSTILE

import geoprio
from geoprio._core.errors import InputError
from geoprio.outputs import sheets
from geoprio.outputs.figures import budget_frontier, svg_bytes
from geoprio.outputs.palette import PROGRAMME_COLORS
from geoprio.outputs.planned.page import planned_html
from geoprio.outputs.planned.zones import COST_STEPS, OUTSIDE_COLOR, cost_classes, money, unit_words, year_colors
from geoprio.outputs.webmap.data import map_data
from geoprio.outputs.webmap.page import render_map

YEARS = 3
SOURCES = ("city", "residents", "operator")


def text(value):
    """Return a string as TOML holds it."""
    return json.dumps(value, ensure_ascii=False)


def programme(budget="[52000.07, 40000.01, 30000.33]", **more):
    """Return a section in which every title is hostile."""
    floor = more.get("floor", "")
    return f"""
[project]
name = {text(HOSTILE[2] + HOSTILE[0])}

[programme]
measures = ["risers", "sewers", "cafe"]
measures_file = "mine.toml"
prices = {{ risers = 3333.33 }}
assume = true
draws = 3
{more.get("extra", "")}

[programme.rules]
years = {YEARS}
{floor}

[[programme.sources]]
code = "city"
title_zh = {text(HOSTILE[1])}
title_en = {text(HOSTILE[5])}
kind = "city"
budget_cny = {budget}
carry_over = true

[[programme.sources]]
code = "residents"
title_zh = {text(HOSTILE[4])}
title_en = {text(HOSTILE[6])}
kind = "residents"
measures = ["risers"]
min_share = 0.1
max_share = 0.3

[[programme.sources]]
code = "operator"
title_zh = {text(HOSTILE[8])}
title_en = {text(HOSTILE[3])}
kind = "operator"
measures = ["cafe"]
concession = {{ required_return = 0.06, years = 10 }}
"""


MINE = f"""
[[measures]]
code = "cafe"
title_zh = {text(HOSTILE[5])}
title_en = {text(HOSTILE[4] + " %] it's")}
grade = "upgrading"
side = "face"
unit = {text(HOSTILE[2])}
quantity = [{{ factor = 1.0 }}]
cost = {{ low_cny = 7777.77, high_cny = 7777.77, source = "test" }}
improves = [{{ indicator = "priority", closes = 0.05, source = "test" }}]
fee_income_cny = 2000
kept_by = "enterprises"
"""


def project_of(town, **more):
    """Write a street of zones with hostile names, whose houses have dwellings."""
    town.zones = [
        ({"id": f"z{i}", "name": name}, "Polygon", square(X + 200 * i, Y, 200)) for i, name in enumerate(HOSTILE)
    ]
    far = X + 200 * len(HOSTILE)
    town.streets = [({"kind": "main"}, "LineString", [[x, Y + 100] for x in np.arange(X, far + 1, 100).tolist()])]
    town.buildings = [
        ({"id": f"h{i}", "use": "residential", "dwellings": 3 + i}, "Polygon", square(X + 50 + 200 * i, Y + 110, 10))
        for i in range(len(HOSTILE))
    ]
    town.text["zones"] = '[zones]\npath = "zones.geojson"\nid = "id"\nname = "name"\n'
    town.text["buildings"] = '[buildings]\npath = "buildings.geojson"\ncolumns = { dwellings = "dwellings" }\n'
    (town.folder / "mine.toml").write_text(MINE, encoding="utf-8")
    return town.write(programme(**more))


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    from conftest import Town

    folder = tmp_path_factory.mktemp("planned") / "town"
    folder.mkdir()
    return geoprio.plan(project_of(Town(folder)))


@pytest.fixture
def visit(browser, tmp_path):
    """Open pages offline; afterwards nothing may have gone wrong."""
    opened = []

    def go(html, viewport=WIDE, ready="main section"):
        file = tmp_path / f"page{len(opened)}.html"
        file.write_text(html, encoding="utf-8", newline="\n")
        opened.append(Visit(browser, file, viewport, ready))
        return opened[-1].page

    yield go
    for v in opened:
        assert v.trouble == []
        v.context.close()


def fen(shown):
    """Return shown yuan as fen; a dash is none."""
    return 0 if shown.strip() in {"–", ""} else 100 * int(shown.replace(",", ""))


def cells(page, section):
    """Return the tables of a section as rows of (class, visible texts)."""
    return page.evaluate(
        """(id) => [...document.querySelectorAll(`#${id} table`)].map((table) => [...table.querySelectorAll("tbody tr")]
            .map((row) => [row.className, [...row.cells].map((cell) => cell.innerText.trim())]))""",
        section,
    )


# ----------------------------------------------------------------------------------------------------------- the page


def test_the_page_asks_for_nothing_and_runs_nothing_of_the_data(found):
    html = planned_html(found, "zh")
    assert "<script>alert(1)" not in html
    assert "<img src=x" not in html
    assert not re.search(r"""(?:src|href)\s*=\s*["']?(?:https?:)?//""", html)
    assert "default-src 'none'" in html
    assert html.count("<script") == 1
    assert html == planned_html(found, "zh") != planned_html(found, "en")
    with pytest.raises(ValueError, match="lang = 'fr'"):
        planned_html(found, "fr")


@pytest.mark.browser
@pytest.mark.parametrize("viewport", [WIDE, PHONE])
def test_it_opens_offline_in_both_languages_and_fits(found, visit, viewport):
    page = visit(planned_html(found, "zh"), viewport)
    for heading in ("三方账", "Ledger of the three parties"):
        assert heading in page.locator("main").inner_text()
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
        assert page.locator("img.plot:visible").evaluate("i => i.naturalWidth") > 100
        page.locator("#language").click()
    assert HOSTILE[5] in page.locator(f"#year-{found.programme.done['year'].min()}").inner_text()
    assert page.locator("svg.locator").count() == found.programme.done["year"].nunique()


@pytest.mark.browser
def test_every_sum_is_that_of_the_rows_shown(found, visit):
    page = visit(planned_html(found, "en"))
    # Rounded to whole yuan once: every sum is one of the two whole numbers beside the true one.
    exact, found = found, found.on_page
    paid, done = found.programme.paid_fen, found.programme.done
    assert abs(found.cost_fen - exact.cost_fen) < 100
    assert (abs(paid.sum() - exact.programme.paid_fen.sum()) < 100).all()
    assert (abs(paid - exact.programme.paid_fen) < 100).all(axis=None)
    assert (paid % 100 == 0).all(axis=None)
    assert found.programme.status == "optimal"
    assert all(int(paid[s].sum()) > 0 for s in SOURCES)
    whole = 0
    for year in range(1, YEARS + 1):
        tables = cells(page, f"year-{year}")
        here = (done["year"] == year).to_numpy()
        if not here.any():
            assert not tables
            continue
        ((*rows, (kind, last)),) = tables
        assert kind == "total"
        sums = [int(done["cost_fen"][here].sum()), *(int(paid[s][here].sum()) for s in SOURCES)]
        assert [fen(t) for t in last[3:7]] == sums
        items = [list(map(fen, row[3:7])) for kind, row in rows if kind != "zone"]
        assert len(items) == here.sum()
        assert np.sum(items, axis=0).tolist() == sums
        assert all(row[0] == sum(row[1:]) for row in items)
        zones = [list(map(fen, row[3:7])) for kind, row in rows if kind.startswith("zone")]
        assert np.sum(zones, axis=0).tolist() == sums
        whole += sums[0]
    assert whole == found.cost_fen == fen(page.locator(".counts b").first.inner_text())
    for section, column in (("years", 3), ("parties", 1), ("sides", 1), ("zones", 2), ("measures", -1)):
        for *rows, (kind, last) in cells(page, section):
            assert kind == "total"
            assert fen(last[column]) == found.cost_fen == sum(fen(row[column]) for _, row in rows), section
    ((*rows, (_, last)),) = cells(page, "sources")
    assert fen(last[-3]) == found.cost_fen
    assert [fen(row[-3]) for _, row in rows] == [int(paid[s].sum()) for s in SOURCES]


@pytest.mark.browser
def test_answers_are_those_of_the_tables(found, visit):
    page = visit(planned_html(found, "en"))
    ((first, *others),) = cells(page, "gains")
    assert first[1][1] == f"{found.programme.benefit:,.1f}"
    assert [row[1] for _, row in others] == [f"{b:,.1f}" for b in found.gains["benefit"].iloc[1:]]
    (rows,) = cells(page, "frontier")
    assert [row[0] for _, row in rows] == [f"{100 * s:g} %" for s in found.frontier["scale"]]
    assert [fen(row[1]) for _, row in rows] == [100 * round(b) for b in found.frontier["budget_cny"]]
    changes = cells(page, "more")
    assert sum(map(len, changes)) == len(found.changes)
    roles = {row[0]: int(row[1]) + int(row[2]) for _, row in cells(page, "sure")[0]}
    counts = found.frequencies["role"].value_counts()
    assert roles == {role: int(counts.get(role, 0)) for role in ("core", "flexible", "never")}
    said = page.locator("#words li").all_inner_texts()
    assert len(said) == len(found.sentences)


@pytest.mark.browser
def test_each_year_prints_on_pages_of_its_own(found, visit, tmp_path):
    page = visit(planned_html(found, "en"))
    page.pdf(path=tmp_path / "plan.pdf", prefer_css_page_size=True)
    pages = ["".join(p.extract_text().split()) for p in pypdf.PdfReader(tmp_path / "plan.pdf").pages]
    for year in range(1, YEARS + 1):
        assert sum(p.startswith(f"Year{year}") for p in pages) == 1
    assert "中文" not in pages[0]


def test_a_year_with_very_many_measures_lists_zones_with_the_same_sums(found, monkeypatch):
    from geoprio.outputs.planned import years as planned_years

    _, full = planned_years.year_pages(found)
    monkeypatch.setattr(planned_years, "MOST_MEASURES", 1)
    _, short = planned_years.year_pages(found)
    for a, b in zip(full, short, strict=True):
        if a.grid is not None and sum(kind == "item" for kind, _ in a.grid.rows):
            assert b.grid.rows[-1] == a.grid.rows[-1]
            assert {kind for kind, _ in b.grid.rows} == {"zone", "total"}
            assert "projects.csv" in b.notes[0][1]


@pytest.mark.browser
def test_what_cannot_be_is_explained(town, visit):
    pinned = 'pinned = [{ zone = "z0", measure = "risers", done = true }]'
    found = geoprio.plan(project_of(town, floor="zone_min_cny = 900000", budget="1000", extra=pinned))
    assert found.programme.status == "infeasible"
    page = visit(planned_html(found, "en"))
    ((*rows,),) = cells(page, "infeasible")
    assert len(rows) == len(found.programme.reliefs) > 0
    assert "The rules contradict each other" in page.locator("#words").inner_text()
    assert page.locator(".year").count() == 0


# ---------------------------------------------------------------------------------------------------- map and sheets


def test_the_map_page_carries_the_programme(found):
    data = map_data(found.result, "en")
    assert map_data(dataclasses.replace(found.result, programme=None), "en")["programme"] is None
    told = data["programme"]
    assert data["opensBy"] == "programme_year"
    whole = found.on_page.programme
    by_source = defaultdict(int)
    for zone_id, rows in zip(found.zones.index, told["zones"], strict=True):
        here = whole.done[whole.done["zone_id"] == zone_id]
        assert sum(row[4] for row in rows) == here["cost_fen"].sum()
        assert [sum(f for _, f in row[6]) for row in rows] == [row[4] for row in rows]
        for row in rows:
            for s, part in row[6]:
                by_source[s] += part
    assert dict(by_source) == {s: int(v) for s, v in enumerate(whole.paid_fen.sum())}
    by_year, by_cost = (c for c in data["colorings"] if c["code"].startswith("programme_"))
    assert by_year["colors"] == [*year_colors(YEARS), OUTSIDE_COLOR]
    first = found.zones["programme_year"]
    assert by_year["classes"] == [YEARS if pd.isna(y) else int(y) - 1 for y in first]
    assert by_cost["steps"][0][0] == len(by_cost["colors"]) - 1


@pytest.mark.browser
@pytest.mark.parametrize("viewport", [WIDE, PHONE])
def test_zones_are_coloured_by_year_and_the_card_tells_who_pays(found, visit, viewport):
    page = visit(render_map(found.result, "en"), viewport, ready="#ranking button")
    page.evaluate("document.getElementById('legend').open = true")
    # A plan opens by its years, whose choice stands in no address; priority does.
    assert page.locator("#color-by option:checked").inner_text() == "Programme: first year"
    page.locator("#color-by").select_option(index=0)
    page.wait_for_timeout(500)
    assert "by=priority" in page.url
    page.locator("#color-by").select_option(label="Programme: first year")
    page.wait_for_timeout(500)
    assert "by=" not in page.url
    counts = [int(n) for n in page.locator("#legend .classes .count").all_text_contents()]
    years = found.zones["programme_year"]
    assert counts == [*(int((years == t).sum()) for t in range(1, YEARS + 1)), int(years.isna().sum())]
    for color, n in zip([*year_colors(YEARS), OUTSIDE_COLOR], counts, strict=True):
        assert page.locator(f'.leaflet-overlay-pane path[fill="{color}"]').count() == n
    zone_id = found.programme.done["zone_id"].iloc[0]
    page.locator("#ranking button").nth(list(found.zones.index).index(zone_id)).evaluate("b => b.click()")
    said = page.locator(".zone-card .programme").inner_text()
    whole = found.on_page.programme.done
    here = whole[whole["zone_id"] == zone_id]
    assert f"cost {money(here['cost_fen'].sum())} yuan" in said
    for s in SOURCES:
        for part in here[f"{s}_fen"]:
            assert not part or money(part) in said
    page.locator("#color-by").select_option(label="Programme: cost")
    assert page.locator("#legend .classes .count").count() == len(
        map_data(found.result, "en")["colorings"][-1]["steps"]
    )


def test_a_sheet_tells_what_is_done_and_who_pays(found, tmp_path):
    page = sheets._Pages(found.result, 1, ["x"])
    shown = 0
    for row in range(int(found.zones["rank"].max())):
        told = page.data(row)["programme"]
        if told["rows"]:
            assert fen(told["total"][3]) == sum(fen(r[3]) for r in told["rows"])
            for line in [*told["rows"], told["total"]]:
                assert fen(line[3]) == sum(fen(part.rsplit(" ", 1)[1]) for part in line[4].split(" · "))
            shown += fen(told["total"][3])
        else:
            assert "does nothing here" in told["note"]
    assert shown == found.on_page.cost_fen
    (path, *_) = sheets.write_sheets(found.result, tmp_path / "sheets", "en", first=1)
    said = "".join("".join(p.extract_text().split()) for p in pypdf.PdfReader(path).pages)
    assert "Programmewithinthemoney" in said


def test_qgis_reads_the_programme(found, qgis, tmp_path):  # noqa: F811 - the fixture
    found.save(tmp_path / "out", lang="en")
    answer = probe(qgis, tmp_path / "out" / "geoprio.qgz", tmp_path / "pictures")
    assert (answer["error"], answer["messages"]) == ("", [])
    planned = layer(answer, "Programme (first year)")
    assert planned["valid"] is True
    assert [row[:2] for row in planned["classes"]] == [
        *([str(t), f"year {t}"] for t in range(1, YEARS + 1)),
        ["", "not in the programme"],
    ]
    assert [row[2] for row in planned["classes"][:-1]] == list(year_colors(YEARS))
    tips = {tip for tip in planned["tips"] if "year" in tip}
    wanted = {f"{v:,.2f}" for v in found.zones["programme_cost_cny"].dropna()}
    assert all(any(cost in tip for tip in tips) for cost in wanted)
    assert "<script>" not in "".join(tips)
    assert {p.name for p in (tmp_path / "out" / "programme").iterdir()} >= {
        "index.html",
        "frontier.png",
        "frontier.svg",
    }


# ------------------------------------------------------------------------------------------------------ small matters


def test_the_plot_of_other_budgets(found):
    figure = budget_frontier(found.frontier, now=(1e6, 10.0), project="$a_b$", lang="en")
    assert svg_bytes(figure) == svg_bytes(budget_frontier(found.frontier, now=(1e6, 10.0), project="$a_b$", lang="en"))
    lines = figure.axes[0].get_lines()
    known = found.frontier[found.frontier["benefit"].notna()]
    assert lines[1].get_ydata().tolist() == known["benefit"].tolist()
    with pytest.raises(InputError, match="nothing to draw"):
        budget_frontier(found.frontier.assign(benefit=np.nan))


def test_costs_lie_in_round_classes():
    rng = np.random.default_rng(4)
    for spread in (0.01, 1.0, 6.0):
        cost = np.where(rng.random(200) < 0.2, np.nan, np.exp(rng.normal(14, spread, 200)))
        classes, bounds = cost_classes(cost)
        assert len(bounds) <= 5
        assert {b for pair in bounds for b in pair} <= {0.0, np.inf, *COST_STEPS}
        for value, k in zip(cost, classes, strict=True):
            assert np.isnan(k) == np.isnan(value)
            assert np.isnan(k) or bounds[int(k)][0] <= value < bounds[int(k)][1]


def test_words_of_figures():
    assert year_colors(4) == PROGRAMME_COLORS
    assert year_colors(1) == PROGRAMME_COLORS[:1]
    assert len(set(year_colors(12))) == 12
    assert unit_words("dwelling", 3) == ("户", "dwellings")
    assert unit_words("zone", 1) == ("片区", "zone")
