"""`geoprio demo` tells the whole story: folders as the single commands write them, and a page with their figures."""

import csv
import json
import re
import shutil
import zipfile
from html.parser import HTMLParser

import openpyxl
import pandas as pd
import pypdf
import pytest
from conftest import EXAMPLE, ROOT
from typer.testing import CliRunner

import geoprio
from geoprio.cli.demo import FOLDERS
from geoprio.cli.main import app
from geoprio.config import load_scenario
from geoprio.effect import read_plan, registered_hash
from geoprio.effect.phrases import signed

SURVEYS = ("居民问卷_问卷星.xlsx", "居民问卷_问卷星_2027.xlsx")


def call(*words, code=0):
    done = CliRunner().invoke(app, [str(w) for w in words])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        assert code == 2, done.exception
        return str(done.exception)
    assert done.exit_code == code, done.output
    return done.output


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """Return the folder of a demo, and what it printed."""
    folder = tmp_path_factory.mktemp("story") / "demo"
    return folder, call("demo", folder)


class Links(HTMLParser):
    """Collects where links lead."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):  # noqa: ARG002 - as the library calls it
        self.found += [value for name, value in attrs if name in {"href", "src"}]


def page_of(folder):
    return (folder / "index.html").read_text(encoding="utf-8")


def contents(folder):
    """Return the bytes of each file; of run.json without its times."""
    out = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        data = path.read_bytes()
        if path.name == "run.json":
            told = json.loads(data)
            data = {k: v for k, v in told.items() if k not in {"timings", "created"}}
        out[path.relative_to(folder).as_posix()] = data
    return out


def test_it_says_where_to_look(demo):
    folder, text = demo
    for name in ("index.html", *FOLDERS):
        assert f"{folder / name}: " in text
        assert (folder / name).exists()
    assert f"地图：{folder / 'out' / 'map.html'}" in text


def test_every_link_of_the_page_leads_to_a_file(demo):
    folder, _ = demo
    links = Links()
    links.feed(page_of(folder))
    files = [link for link in links.found if not link.startswith("#")]
    assert len(files) >= 12
    for link in files:
        assert (folder / link).is_file(), link
    anchors = {link[1:] for link in links.found if link.startswith("#")}
    assert anchors == {"needs", "priority", "programme", "effect"}


def test_figures_are_those_of_the_files(demo):
    folder, _ = demo
    page = page_of(folder)
    needs = json.loads((folder / "out" / "needs.json").read_text(encoding="utf-8"))
    problems = next(q for q in needs["questions"] if q["about"] == "problem")["city"][:5]
    for row in problems:
        assert f"{100 * row['share']:.1f} %" in page
        assert f"{100 * row['low']:.1f}–{100 * row['high']:.1f} %" in page
    zones = pd.read_csv(folder / "out" / "zones.csv")
    by_title = zones.rename(columns=str.lower)
    assert len(by_title) == 61
    parquet = pd.read_parquet(folder / "out" / "zones.parquet", columns=["name", "priority", "rank"])
    for name, priority in parquet.nsmallest(5, "rank")[["name", "priority"]].itertuples(index=False):
        assert name in page
        assert f"{priority:.1f}</b>" in page.replace("</bdi>", "")
    programme = json.loads((folder / "plan" / "programme" / "programme.json").read_text(encoding="utf-8"))
    assert f"{programme['totals']['cost_cny'] / 1e4:,.1f} 万元" in page
    for source in programme["budgets"]:
        assert f"{source['paid_cny'] / 1e4:,.1f} 万元" in page
    change = json.loads((folder / "effect" / "change.json").read_text(encoding="utf-8"))
    for row in change["city"]:
        if row["code"].endswith("_covered_share"):
            assert f"{100 * row['before']:.1f} % → {100 * row['after']:.1f} %" in page
    pipes = change["evaluation"]["outcomes"][0]
    assert f"{signed(100 * pipes['effect'], 1)}个百分点" in page
    assert f"{signed(100 * pipes['by_itself'], 1)}个百分点" in page


def test_the_evaluation_finds_the_effect_that_was_put_in(demo):
    """The interval without regression to the mean holds the truth, and the bare change does not pass for the effect."""
    folder, _ = demo
    told = json.loads((folder / "effect" / "change.json").read_text(encoding="utf-8"))["evaluation"]
    plan = read_plan(EXAMPLE.parent / "评估方案.toml")
    assert told["sha256"] == plan.sha256 == registered_hash(EXAMPLE.parent / "评估方案.toml")
    with (ROOT / "data" / "clean" / "effect.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert tuple(r["zone_id"] for r in rows) == plan.treated.zones
    truth = sum(float(r["after"]) - float(r["before"]) for r in rows) / len(rows)
    pipes, parking = told["outcomes"]
    assert truth < -0.3
    assert pipes["low"] < truth < pipes["high"] < -plan.outcomes[0].margin
    assert pipes["verdict"] == "reached"
    assert pipes["by_itself"] < -0.05
    # Nothing was done about parking.
    assert parking["low"] < 0 < parking["high"]
    assert "均值回归" in (folder / "effect" / "report.html").read_text(encoding="utf-8")
    book = openpyxl.load_workbook(folder / "effect" / "change.xlsx", read_only=True)
    assert "居民怎么说" in book.sheetnames
    assert "居民怎么说·片区" in book.sheetnames


def test_the_scenario_follows_from_the_programme(demo):
    folder, _ = demo
    scenario = load_scenario(folder / "plan" / "programme" / "scenario.toml")
    projects = json.loads((folder / "plan" / "programme" / "programme.json").read_text(encoding="utf-8"))["projects"]
    opens = {"elder_station": "elder_care", "nursery": "childcare", "shop_space": "convenience"}
    promised = {(p["zone_id"], opens[p["measure"]]) for p in projects if p["measure"] in opens}
    assert {(f.id.split("-")[1], f.category) for f in scenario.facilities} == promised
    # Where sites were sought, a facility stands in the room that was chosen, and has its size.
    with (folder / "候选场址.csv").open(encoding="utf-8-sig") as file:
        rooms = {r["名称"]: r for r in csv.DictReader(file)}
    for facility in scenario.facilities:
        if facility.category != "convenience":
            assert facility.capacity == float(rooms[facility.name.removesuffix("（拟建）")]["可提供规模"])
        else:
            assert facility.name.endswith("（拟建，位置为假设）")
    assert "假设" in scenario.name
    assert "what if" in scenario.name
    # The batch that is evaluated gets new risers in the programme.
    risers = {p["zone_id"] for p in projects if p["measure"] == "risers"}
    assert set(read_plan(folder / "评估方案.toml").treated.zones) <= risers
    # Each stands in its zone.
    zones = geoprio_zones(folder)
    for facility in scenario.facilities:
        zone = zones.loc[facility.id.split("-")[1]]
        assert zone.intersects(point(facility.x, facility.y)), facility.id


def geoprio_zones(folder):
    import geopandas as gpd

    return gpd.read_file(folder / "out" / "geoprio.gpkg", layer="zones").set_index("zone_id").geometry


def point(x, y):
    import shapely

    return shapely.Point(x, y)


def test_files_are_those_of_the_single_commands(demo, tmp_path):
    folder, _ = demo
    mine = tmp_path / "mine"
    shutil.copytree(EXAMPLE.parent, mine)
    call("plan", mine / "project.toml", "--quick", "--out", mine / "plan")
    for name in ("out", "after"):
        shutil.copytree(folder / name, mine / name)
    call(
        "compare", mine / "out", mine / "after", "--out", mine / "effect", "--evaluation", mine / "评估方案.toml",
        "--survey-before", mine / "project.toml", "--survey-after", mine / SURVEYS[1],
    )  # fmt: skip
    for name in ("plan", "effect"):
        assert contents(mine / name) == contents(folder / name), name
    # Repeated, the demo gives the same, and its own page is replaced.
    call("demo", mine, "--force", "-q", code=0)
    assert contents(mine) == contents(folder)


def test_what_is_not_its_own_stays(tmp_path):
    folder = tmp_path / "demo"
    folder.mkdir()
    (folder / "index.html").write_text("my own", encoding="utf-8")
    assert "is there already" in call("demo", folder, "--force", code=2)
    assert (folder / "index.html").read_text(encoding="utf-8") == "my own"
    assert [p.name for p in folder.iterdir()] == ["index.html"]


def test_nothing_personal_is_in_any_result(demo):
    folder, _ = demo
    values = set()
    for survey in SURVEYS:
        head, *rows = openpyxl.load_workbook(EXAMPLE.parent / survey).active.iter_rows(values_only=True)
        columns = [k for k, name in enumerate(head) if re.search("姓名|电话|来自IP", name)]
        values |= {
            str(row[k]).partition("(")[0].encode() for row in rows for k in columns if row[k] not in {"(空)", ""}
        }
    assert len(values) > 900
    pattern = re.compile(b"|".join(map(re.escape, sorted(values))))
    files = [folder / "index.html", *(p for name in FOLDERS for p in (folder / name).rglob("*") if p.is_file())]
    assert len(files) > 50
    for path in files:
        parts = [path.read_bytes()]
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as packed:
                parts += [packed.read(name) for name in packed.namelist()]
        assert not [m for part in parts for m in pattern.findall(part)], path


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_works_offline(demo, browser, width):
    folder, _ = demo
    page = browser.new_page(viewport={"width": width, "height": 900})
    said, asked = [], []
    page.on("console", lambda m: said.append(m.text))
    page.on("pageerror", lambda e: said.append(str(e)))
    page.on("request", lambda r: asked.append(r.url))
    page.goto((folder / "index.html").as_uri())
    assert page.locator("section").count() == 4
    assert page.locator("h2 .zh").first.is_visible()
    page.click("#language")
    assert page.locator("h2 .en").first.is_visible()
    assert not page.locator("h2 .zh").first.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert said == []
    assert asked == [(folder / "index.html").as_uri()]
    page.click('a[href="effect/report.html"]')
    assert page.locator("#residents").is_visible()
    # Nothing is printed over its neighbor, and the page of a phone ends.
    cut = "() => [...document.querySelectorAll('td > div')].filter(e => e.scrollWidth > e.clientWidth + 1).length"
    for lang in ("zh-CN", "en"):
        page.evaluate("lang => { document.documentElement.lang = lang; }", lang)
        assert page.evaluate(cut) == 0
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("document.documentElement.scrollHeight") < 16_000
    page.close()


def test_the_paper_has_columns_wide_enough(demo):
    folder, _ = demo
    text = "\n".join(p.extract_text() for p in pypdf.PdfReader(folder / "effect" / "report.pdf").pages)
    # A column of one character would put each character into a line of its own.
    assert not re.search(r"\n[\u4e00-\u9fff]\n[\u4e00-\u9fff]\n", text)
    assert "提到水管、下水管老化" in text.split("供核对的数字")[1]
    assert not re.search(r"\d\s*\n%", text)
    assert "扣除均值回归后的变化" in text
    assert "合成示例市\n" in text
    assert "synthetic example town ·" not in text.split("\n")[0]


def test_names_are_text(town):
    """Names of zones, needs and measures are shown, never run."""
    from geoprio.outputs.story.page import story_html

    evil = '<script>alert(1)</script>"&'
    town.zones[1][0]["name"] = evil
    money = (
        '\n[population]\npersons_per_dwelling = 2.0\n[programme]\nmeasures = ["cafe"]\nassume = true\n'
        'measures_file = "mine.toml"\n[[programme.sources]]\ncode = "city"\ntitle_zh = "<b>市"\ntitle_en = "<b>city"\n'
        'kind = "city"\nbudget_cny = 900000\n'
    )
    (town.folder / "mine.toml").write_text(
        '[[measures]]\ncode = "cafe"\ntitle_zh = "<i>茶"\ntitle_en = "<i>cafe"\ngrade = "upgrading"\nside = "face"\n'
        'unit = "zone"\nquantity = [{}]\ncost = { low_cny = 1000, high_cny = 1000, source = "x" }\n'
        'improves = [{ indicator = "convenience_covered_share", closes = 1.0, source = "x" }]\n',
        encoding="utf-8",
    )
    for number, (fields, _, _) in enumerate(town.buildings):
        fields["dwellings"] = 4 + number
    parts = town.write(
        money, buildings='[buildings]\npath = "buildings.geojson"\ncolumns = { dwellings = "dwellings" }\n'
    )
    planned = geoprio.plan(parts, draws=0)
    assert planned.scenario is not None
    (town.folder / "s.toml").write_text(planned.scenario, encoding="utf-8")
    before, after = planned.result, geoprio.run(parts, scenario=town.folder / "s.toml")
    from geoprio.effect import compare, run_of

    page = story_html(before, planned, compare(run_of(before, "a"), run_of(after, "b")), None, "en")
    assert evil not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<b>市" not in page
    assert page.count("<script>") == 1
    assert 'lang="en"' in page
    with pytest.raises(ValueError, match="lang"):
        story_html(before, planned, compare(run_of(before, "a"), run_of(after, "b")), None, "fr")
