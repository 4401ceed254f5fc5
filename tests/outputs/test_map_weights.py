"""Weights moved on the page rank the zones as `geoprio.rescore` and `geoprio run` do."""

import dataclasses
import json
import re
import tomllib

import numpy as np
import pandas as pd
import pytest
from test_browser import Visit
from test_webmap import X, Y, hostile_project
from typer.testing import CliRunner

import geoprio
from geoprio._core.findings import Findings
from geoprio.cli.main import app
from geoprio.outputs.webmap.page import render_map
from geoprio.outputs.webmap.weighing import weighing
from geoprio.score import ScoreSpec, weigh_matrix

pytestmark = pytest.mark.browser

WEIGHTS = (
    "[score.weights]\nelder_care_covered_share = 3\nconvenience_covered_share = 2\n"
    "elder_care_distance_m = 1\nconvenience_distance_m = 0.7\n"
)
MISSING = '[score]\nmissing = "renormalise"\n'


@pytest.fixture
def opened(browser, tmp_path):
    """Open a result's page; afterwards nothing may have gone wrong."""
    visits = []

    def go(result, lang="zh"):
        file = tmp_path / "map.html"
        file.write_text(render_map(result, lang), encoding="utf-8", newline="\n")
        visits.append(Visit(browser, file, {"width": 1280, "height": 800}))
        return visits[-1].page

    yield go
    for visit in visits:
        assert visit.trouble == []
        visit.context.close()


def uneven(town, extra=WEIGHTS, *, far=True):
    """Return the hostile town with homes of one half only, ties, a zone of unknown access and several indicators."""
    project = hostile_project(town)
    town.homes = [({"id": "e1"}, "Point", [X + 700, Y + 205]), ({"id": "e2"}, "Point", [X + 2100, Y + 205])]
    shops = (20, 350, 1500, 1700, 3900)
    town.shops = [({"id": f"s{x}"}, "Point", [X + x, Y + 195]) for x in shops]
    if far:
        town.zones.append(({"id": "away", "name": "远处"}, "Polygon", [[[X, Y + 2000], [X + 300, Y + 2000],
            [X + 300, Y + 2300], [X, Y + 2300], [X, Y + 2000]]]))  # fmt: skip
        town.buildings.append(({"id": "a1", "use": "residential"}, "Polygon", [[[X + 50, Y + 2100], [X + 60, Y + 2100],
            [X + 60, Y + 2110], [X + 50, Y + 2110], [X + 50, Y + 2100]]]))  # fmt: skip
    return town.write(extra) if extra else project


def move(page, weights):
    """Put every slider where it is told to, as a hand does."""
    if page.locator("#weights").is_hidden():
        page.locator("#weights-open").click()
    for k, weight in enumerate(weights):
        page.locator(f"#weight-{k}").fill(str(weight))
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    # Rows out of sight are written a moment later.
    page.wait_for_selector("#ranking:not([aria-busy])")


def shown(page, result):
    """Return rank by zone as the list shows it."""
    names = result.zones["name"].fillna("").where(result.zones["name"] != "", result.zones.index.to_series())
    ids = {name: zone for zone, name in names.items()}
    rows = page.locator("#ranking li").evaluate_all(
        "rows => rows.map((r) => ['.zone-name', '.rank', '.value'].map((c) => r.querySelector(c).textContent))"
    )
    return {ids[name]: (int(rank), float(value)) for name, rank, value in rows}


def agrees(page, result):
    """Whether the page shows the ranks and priorities of a result, all of them."""
    found, ranked = shown(page, result), result.zones[result.zones["rank"].notna()]
    assert {zone: rank for zone, (rank, _) in found.items()} == ranked["rank"].astype(int).to_dict()
    for zone, (_, value) in found.items():
        assert value == pytest.approx(ranked.loc[zone, "priority"], abs=0.0500001)
    return True


def test_sliders_rank_as_rescore_does(opened, town):
    result = geoprio.run(uneven(town, MISSING + WEIGHTS))
    page = opened(result)
    codes = list(result.matrix.codes)
    assert agrees(page, result)
    dice = np.random.default_rng(6)
    tries = [[100, 0, 0, 0], [0, 0, 0, 1], [1, 1, 1, 1], [0, 50, 50, 0], [7, 93, 0, 11]]
    tries += [dice.integers(0, 101, len(codes)).tolist() for _ in range(8)]
    for weights in tries:
        move(page, weights)
        other = geoprio.rescore(result, dict(zip(codes, weights, strict=True)))
        assert agrees(page, other)
        ties = page.locator("#ranking .tied").count()
        assert ties == int((other.zones["tied_with"].fillna(0) > 0).sum())
    assert page.locator("#ranking li").first.locator(".rank").text_content() == "1"


def test_many_indicators_gaps_and_a_gate(opened, town):
    """Nine indicators are summed in numpy's order; unknown ones give their weight away; the gate stands first."""
    categories = ("convenience", "elder_care", "childcare")
    codes = [f"{c}_{kind}" for c in categories for kind in ("covered_share", "distance_m", "supply")]
    given = "".join(f"{code} = {k + 1}\n" for k, code in enumerate(codes))
    more = '[[facilities]]\ncategory = "childcare"\npath = "homes.geojson"\n'
    result = geoprio.run(uneven(town, f"{more}{MISSING}[score.weights]\n{given}{anchors(codes)}"))
    gate = pd.array([None if k % 5 == 0 else k % 3 == 0 for k in range(len(result.zones))], dtype="boolean")
    table = result.zones.assign(safety_gate=gate)
    rows = np.random.default_rng(3)
    for code in codes:
        table[code] = np.where(rows.random(len(table)) < 0.25, np.nan, rows.random(len(table)))
    weights = dict(zip(codes, result.matrix.weights.tolist(), strict=True))
    result = geoprio.rescore(dataclasses.replace(result, zones=table), weights)
    page = opened(result)
    for _ in range(6):
        weights = [int(w) for w in rows.integers(0, 101, len(codes))]
        move(page, weights)
        assert agrees(page, geoprio.rescore(result, dict(zip(codes, weights, strict=True))))


def anchors(codes):
    """Return overrides that bring each indicator to 0 to 1."""
    ends = {True: "good = 0\nbad = 1\n", False: "good = 1\nbad = 0\n"}
    return "".join(f'[[indicators]]\ncode = "{code}"\n{ends[code.endswith("_m")]}' for code in codes)


def test_presets_are_those_of_python(opened, town):
    result = geoprio.run(uneven(town, MISSING + WEIGHTS, far=False))
    page = opened(result)
    spec = ScoreSpec.model_validate(result.project["score"] | {"weights": "entropy"})
    zones = result.zones.loc[result.matrix.ids]
    entropy = weigh_matrix(result.matrix, zones, spec, Findings())
    page.locator("#weights-open").click()
    for preset, weights in (("equal", [1] * 4), ("entropy", entropy.weights.tolist())):
        page.locator(f"#preset-{preset}").click()
        assert agrees(page, geoprio.rescore(result, dict(zip(result.matrix.codes, weights, strict=True))))
        assert page.locator(f"#preset-{preset}").get_attribute("aria-pressed") == "true"
    page.locator("#preset-given").click()
    assert agrees(page, result)


def test_the_copied_snippet_gives_the_same_ranking_by_the_command_line(opened, town):
    project = uneven(town, MISSING + WEIGHTS)
    result = geoprio.run(project)
    page = opened(result)
    move(page, [0, 61, 2, 17])
    page.locator("#snippet summary").click()
    page.wait_for_timeout(300)
    text = page.locator("#snippet-text").text_content()
    assert list(tomllib.loads(text)["score"]["weights"].values()) == [0, 61, 2, 17]
    ranks = {zone: rank for zone, (rank, _) in shown(page, result).items()}
    assert ranks != result.zones["rank"].dropna().astype(int).to_dict()
    project.write_text(project.read_text(encoding="utf-8").replace(WEIGHTS, "") + text, encoding="utf-8")
    out = town.folder.parent / "out"
    done = CliRunner().invoke(app, ["run", str(project), "--out", str(out), "-q"])
    assert done.exit_code == 0, done.output
    table = pd.read_csv(out / "zones.csv", dtype={"zone_id": str})
    table["zone_id"] = table["zone_id"].str.removeprefix("'")
    ran = table.dropna(subset="rank").set_index("zone_id")["rank"].astype(int).to_dict()
    assert {zone.removeprefix("'"): rank for zone, rank in ranks.items()} == ran


def test_all_zero_keeps_the_ranking_and_says_so(opened, town):
    result = geoprio.run(uneven(town))
    page = opened(result)
    move(page, [0, 0, 0, 0])
    assert page.locator("#zero").is_visible()
    assert len(shown(page, result)) == int(result.zones["rank"].notna().sum())


def test_points_and_legend_follow(opened, town):
    result = geoprio.run(uneven(town))
    page = opened(result)
    move(page, [5, 80, 3, 40])
    page.wait_for_timeout(300)
    counts = [int(n) for n in page.locator("#legend .count").all_text_contents()]
    assert sum(counts) == page.locator("#ranking li").count()
    page.locator("#ranking button").nth(2).click()
    points = [float(p) for p in page.locator(".zone-card .points").all_text_contents() if re.match(r"\d", p)]
    assert round(sum(points), 1) == float(page.locator(".zone-card .priority").text_content())
    fills = page.locator(".leaflet-overlay-pane path").evaluate_all("p => p.map((x) => x.getAttribute('fill'))")
    colors = json.loads(page.locator("#geoprio-data").text_content())["colors"]
    assert [fills.count(c) for c in reversed(colors)] == counts


@pytest.mark.parametrize("score", ['normalize = "minmax"', 'aggregate = "topsis"'])
def test_other_methods_say_why_there_are_no_sliders(opened, town, score):
    result = geoprio.run(uneven(town, f"[score]\n{score}\n", far=False))
    assert weighing(result) is None
    page = opened(result, "en")
    page.locator("#weights-open").click()
    assert page.locator("#weights input").count() == 0
    assert "cannot compute faithfully" in page.locator("#no-weights").text_content()
    assert page.locator("#ranking li").count() == int(result.zones["rank"].notna().sum())
