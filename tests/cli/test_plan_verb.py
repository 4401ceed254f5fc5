"""`geoprio plan` from the project file to every file it writes: money adds up, and what cannot be is explained."""

import csv
import json
import shutil
import subprocess
import sys
import tomllib

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
from conftest import X, Y, missing
from typer.testing import CliRunner

import geoprio
from geoprio._core.errors import InputError
from geoprio.cli.main import app
from geoprio.outputs.planned.write import yuan
from geoprio.programme import SNIPPET

EVIL = '=HYPERLINK("http://x")<script>'
PROGRAMME = """
[programme]
measures = ["risers", "sewers", "roads", "cafe"]
measures_file = "mine.toml"
prices = { risers = 3333.33 }
assume = true
district = "name"
draws = 4

[programme.rules]
years = 2
household_max_cny = 2000.01
floors = [{ district = "西区", share = 0.05 }]

[[programme.sources]]
code = "city"
title_zh = "=市级"
title_en = "=city"
kind = "city"
budget_cny = [100000.07, 150000.01]
carry_over = true

[[programme.sources]]
code = "residents"
title_zh = "居民"
title_en = "residents"
kind = "residents"
measures = ["risers"]
min_share = 0.1
max_share = 0.3

[[programme.sources]]
code = "fund"
title_zh = "维修资金"
title_en = "maintenance fund"
kind = "residents"
measures = ["risers"]
max_share = 0.21

[[programme.sources]]
code = "operator"
title_zh = "运营"
title_en = "operator"
kind = "operator"
measures = ["cafe"]
concession = { required_return = 0.06, years = 10 }
"""
MINE = f"""
[[measures]]
code = "cafe"
title_zh = '{EVIL}'
title_en = '{EVIL}'
grade = "upgrading"
side = "face"
unit = "@zone"
quantity = [{{ factor = 1.0 }}]
cost = {{ low_cny = 7777.77, high_cny = 7777.77, source = "test" }}
improves = [{{ indicator = "priority", closes = 0.05, source = "test" }}]
fee_income_cny = 2000
kept_by = "enterprises"
"""


def prepare(town, programme=PROGRAMME):
    """Write a town whose houses have dwellings, with a programme and hostile names."""
    town.zones[1][0]["name"] = EVIL
    town.homes = [({"id": "e1", "name": "颐养院"}, "Point", [X + 1900, Y + 205])]
    town.text["zones"] = '[zones]\npath = "zones.geojson"\nid = "id"\nname = "name"\n'
    for k, (properties, _, _) in enumerate(town.buildings):
        properties |= {"dwellings": 3 + k}
    town.text["buildings"] = '[buildings]\npath = "buildings.geojson"\ncolumns = { dwellings = "dwellings" }\n'
    (town.folder / "mine.toml").write_text(MINE, encoding="utf-8")
    return town.write(programme)


def call(*args, code=0):
    done = CliRunner().invoke(app, [str(a) for a in args])
    assert done.exit_code == code or isinstance(done.exception, InputError), (done.output, done.exception)
    return done.output if done.exception is None or code else str(done.exception)


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    from conftest import Town

    folder = tmp_path_factory.mktemp("plan") / "town"
    folder.mkdir()
    project = prepare(Town(folder))
    out = folder.parent / "out"
    found = geoprio.plan(project)
    found.save(out, lang="en")
    return project, out, "\n".join(en for _, en in found.sentences), found


def fen(value):
    """Return yuan as fen; what is no whole number of fen fails."""
    whole = round(float(value) * 100)
    assert abs(float(value) * 100 - whole) < 1e-4
    return whole


def test_money_is_the_same_in_every_file(told):
    _, out, text, found = told
    total = found.cost_fen
    assert found.programme.status == "optimal"
    assert total > 0
    assert f"for {found.on_page.cost_fen // 100:,} yuan" in text
    with (out / "programme" / "projects.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    # To the fen as text, not as numbers near it.
    assert sum(int(r["cost (CNY)"].replace(".", "")) for r in rows) == total
    sources = [f"{s.title_en} (CNY)" for s in found.problem.sources]
    parties = ["residents pay (CNY)", "enterprises pay (CNY)", "government pays (CNY)"]
    for row in rows:
        cost = fen(row["cost (CNY)"])
        assert sum(fen(row["'" + c if c.startswith("=") else c]) for c in sources) == cost
        assert sum(fen(row[c]) for c in parties) == cost
        assert fen(row["cost before savings (CNY)"]) - fen(row["saved by doing at once (CNY)"]) == cost
    report = json.loads((out / "programme" / "programme.json").read_text(encoding="utf-8"))
    assert fen(report["totals"]["cost_cny"]) == total
    assert all(report["checks"].values())
    for key in ("projects", "zones", "sources", "sides", "grades"):
        assert sum(fen(row["total_cny" if key == "sources" else "cost_cny"]) for row in report[key]) == total, key
    for row in report["projects"]:
        assert sum(fen(v) for v in row["sources_cny"].values()) == fen(row["cost_cny"])
        assert sum(fen(v) for v in row["parties_cny"].values()) == fen(row["cost_cny"])
    for zones in (
        gpd.read_parquet(out / "zones.parquet"),
        pyogrio.read_dataframe(out / "geoprio.gpkg", layer="zones"),
        pd.read_csv(out / "zones.csv"),
        found.zones,
    ):
        assert sum(fen(v) for v in zones["programme_cost_cny"].dropna()) == total
        assert (zones["programme_year"].isna() == zones["programme_cost_cny"].isna()).all()
    assert "programme/programme.xlsx" in {
        f["path"] for f in json.loads((out / "run.json").read_text(encoding="utf-8"))["files"]
    }


def book(path):
    return pd.read_excel(path, sheet_name=None, engine="calamine")


def totals_of(sheets, total):
    """Check that every sheet's money adds up to the programme's cost, above and in its row of totals."""
    for name in ("projects", "yearly plan", "ledger by zone", "ledger of three parties", "measures"):
        table = sheets[name]
        assert table.iloc[-1, 0] == "total"
        amounts = [fen(v) for v in table["cost (CNY)"]]
        assert sum(amounts[:-1]) == amounts[-1] == total, name
        parties = [c for c in table if c in {"residents pay (CNY)", "enterprises pay (CNY)", "government pays (CNY)"}]
        if parties:
            assert sum(fen(table[c].iloc[-1]) for c in parties) == total
    assert sum(fen(v) for v in sheets["by source"]["total (CNY)"][:-1]) == total


def test_the_workbook_adds_up_and_runs_no_name(told):
    _, out, _, found = told
    sheets = book(out / "programme" / "programme.xlsx")
    totals_of(sheets, found.cost_fen)
    assert sheets["measures"]["measure"].tolist()[-2] == EVIL
    projects = sheets["projects"]
    assert EVIL in set(projects["zone"])
    assert "=city (CNY)" in projects.columns
    assert projects["year"][:-1].between(1, 2).all()
    text = (out / "programme" / "projects.csv").read_text(encoding="utf-8-sig")
    assert not any(cell.startswith(("=", "@", "+")) for row in csv.reader(text.splitlines()) for cell in row)


def test_the_workbook_adds_up_in_a_spreadsheet_program(told, tmp_path):
    office = shutil.which("soffice")
    if office is None:
        missing("libreoffice", "soffice is not installed")
    _, out, _, found = told
    path = out / "programme" / "programme.xlsx"
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    args = [office, profile, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", tmp_path, path]
    subprocess.run(args, check=True, capture_output=True, timeout=120)
    totals_of(book(tmp_path / "programme.xlsx"), found.cost_fen)


def test_sources_keep_their_budgets_shares_and_households(told):
    _, _, _, found = told
    paid, done = found.programme.paid_fen, found.programme.done
    year = done.groupby("year")["city_fen"].sum()
    assert year.get(1, 0) <= 10000007
    assert year.sum() <= 25000008
    homes = pd.Series({"west": 3 + 4 + 5 + 6, "east": 7 + 8 + 9 + 10})
    asked = (paid["residents"] + paid["fund"]).groupby(done["zone_id"]).sum()
    assert (asked <= homes.reindex(asked.index) * 200001).all()
    assert asked.max() > 0
    risers = done[done["measure"] == "risers"]
    assert (risers["residents_fen"] >= risers["cost_fen"] * 0.1 - 5).all()
    assert risers["quantity"].tolist() == homes.reindex(risers["zone_id"]).tolist()
    assert found.ledger.totals["residents_fen"] == (paid["residents"] + paid["fund"]).sum()


def test_every_answer_is_there(told):
    _, out, text, found = told
    assert found.programme.gap <= 1e-3
    assert found.gains.loc["ranking", "gain"] >= -1e-3
    assert set(found.frequencies["role"]) <= {"core", "flexible", "never"}
    assert found.frontier["benefit"].is_monotonic_increasing
    assert {"budget", "household"} & set(found.shadow_prices["rule"])
    assert len(found.sentences) > 8
    for told_of in (
        "Not spent",
        "more benefit than funding down",
        "million yuan more",
        "10% more money",
        "core measures",
    ):
        assert told_of in text
    assert "rest on assumed unit costs or quantities" in text
    assumed = {c for c, price in found.prices.items() if price.assumed}
    assert assumed == {"sewers", "roads", "cafe"}
    left = book(out / "programme" / "programme.xlsx").get("left out")
    assert left is None or left["status"].notna().all()


def test_budget_and_years_on_the_command_line(told, tmp_path):
    project, _, _, _ = told
    asked = ("--budget", "20000.01", "--years", "3", "--draws", "0", "--method", "lp")
    printed = call("plan", project, *asked, "--out", tmp_path / "out")
    assert geoprio.load_project(project).programme.asked("2万元").sources[0].budget_cny == (8000.0, 12000.0)
    assert "'两万' is not a sum of money" in call("plan", project, "--budget", "两万", "--out", tmp_path / "no")
    assert "项措施，投资" in printed
    assert "programme.xlsx" in printed
    report = json.loads((tmp_path / "out" / "programme" / "programme.json").read_text(encoding="utf-8"))
    budget = {row["source"]: row["budget_cny"] for row in report["budgets"]}
    assert budget["city"] == 20000.01
    assert report["years"] == 3
    assert report["frequencies"] is None
    asked = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))["project"]["programme"]
    assert asked["sources"][0]["budget_cny"] == [6666.67, 6666.67, 6666.67]
    spec = geoprio.load_project(project).programme
    # Shared out over the years as the project's own.
    assert spec.asked(250000.08 * 2).sources[0].budget_cny == (200000.14, 300000.02)
    with pytest.raises(InputError, match="years = 0"):
        spec.asked(years=0)
    with pytest.raises(InputError, match="amounts of money"):
        spec.asked(-5.0)
    two = spec.model_copy(update={"sources": (*spec.sources, spec.sources[0].model_copy(update={"code": "b"}))})
    with pytest.raises(InputError, match=r'2 sources are of kind "city".*budget_of = one of city, residents'):
        two.asked(5.0)


def test_what_cannot_be_is_explained_and_written(town, tmp_path):
    text = PROGRAMME.replace("draws = 4", 'draws = 0\npinned = [{ zone = "west", measure = "risers", done = true }]')
    text = text.replace("household_max_cny = 2000.01", "household_max_cny = 1.0")
    project = prepare(town, text)
    told = call("plan", project, "--out", tmp_path / "out", "--lang", "en", code=2)
    assert "The rules contradict each other" in told
    assert "limit on what households pay raised by" in told
    report = json.loads((tmp_path / "out" / "programme" / "programme.json").read_text(encoding="utf-8"))
    assert report["status"] == "infeasible"
    assert {r["rule"] for r in report["reliefs"] if r["alone"]} == {"household", "least", "must"}
    assert report["projects"] == []
    assert "programme_year" in gpd.read_parquet(tmp_path / "out" / "zones.parquet")


def test_what_is_wrong_with_the_section_is_told_before_anything_is_read(town):
    with pytest.raises(InputError) as caught:
        geoprio.plan(town.write())
    assert "project.toml: it has no [programme]" in str(caught.value)
    assert caught.value.problems == (
        "project.toml: it has no [programme]; add what may be done, and with what money, such as this:",
    )
    assert tomllib.loads(caught.value.paste) == tomllib.loads(SNIPPET)
    assert len(str(caught.value).splitlines()) > 20
    wrong = {
        'kind = "city"': ('kind = "town"', "kind 'town' is not known"),
        "assume = true": ("assume = false", "unverified span"),
        '"cafe"]\n': ('"nothing"]\n', "measure 'nothing' is not in the catalog"),
        "draws = 4": (
            'draws = 4\npinned = [{ zone = "nowhere", measure = "risers", done = true }]',
            "no zone 'nowhere'",
        ),
        'measures_file = "mine.toml"': ('measures_file = "http://x/y.toml"', "not a local file"),
        "years = 2": ("years = 2\nsafety_by = 3", "safety_by is year 3 of 2"),
        "draws": ("dwars", "did you mean 'draws'"),
        'code = "fund"': ('code = "cost"', "call it otherwise"),
        'district = "name"': ("", "rules.floors need district"),
        '"西区"': ('"南区"', "no such district"),
    }
    for old, (new, message) in wrong.items():
        with pytest.raises(InputError, match=message):
            geoprio.plan(prepare(town, PROGRAMME.replace(old, new, 1)))
    (town.folder / "mine.toml").write_text(MINE.replace('side = "face"', 'side = "back"'), encoding="utf-8")
    with pytest.raises(InputError, match=r"measures_file = 'mine.toml': measures.'cafe'.side"):
        geoprio.plan(town.write(PROGRAMME))


def test_the_template_can_be_pasted_as_it_is_printed(town):
    project = town.write()
    words = [sys.executable, "-m", "geoprio", "plan", str(project), "--out", str(town.folder / "out")]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 2
    head, _, rest = done.stderr.partition("\n\n")
    assert head.startswith("geoprio: project.toml: it has no [programme]")
    assert tomllib.loads(rest) == tomllib.loads(SNIPPET)
    project.write_text(project.read_text(encoding="utf-8") + "\n" + rest, encoding="utf-8")
    assert geoprio.load_project(project).programme.sources[0].budget_cny == (20e6, 15e6, 15e6)


def test_fen_are_written_exactly():
    assert [yuan(f) for f in (0, 7, 10, 123456789012345, -5)] == ["0.00", "0.07", "0.10", "1234567890123.45", "-0.05"]
