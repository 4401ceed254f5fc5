"""What residents, inspectors and owners say in the built-in example: as messy as it claims, and true to its town."""

import csv
import re

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from conftest import EXAMPLE, ROOT
from searched import held, pieces, spelled
from typer.testing import CliRunner

import geoprio
from geoprio._core.findings import Findings
from geoprio.city.survey import zone_numbers
from geoprio.cli.main import app
from geoprio.indicators.needs import city_shares, weigh
from geoprio.sources.inspection import read_inspection, read_problems
from geoprio.sources.survey import read_meetings, read_owner_votes, read_survey
from geoprio.standards.defects import load_defects

FOLDER = EXAMPLE.parent
SURVEY, SITES = FOLDER / "居民问卷_问卷星.xlsx", FOLDER / "候选场址.csv"
PERSONAL = {"来源": "source", "来源详情": "source", "来自IP": "ip address", "9、您的姓名（选填）": "name",
            "10、联系电话（选填）": "phone", "11、您还有什么意见和建议": "free text"}  # fmt: skip
NOBODY = ("", "(空)")


@pytest.fixture(scope="module")
def result():
    return geoprio.run(EXAMPLE)


@pytest.fixture(scope="module")
def config():
    return geoprio.load_project(EXAMPLE)


@pytest.fixture(scope="module")
def asked(config):
    findings = Findings()
    return read_survey(config.survey, FOLDER, findings), findings


@pytest.fixture(scope="module")
def cells():
    """Return the survey as openpyxl reads it."""
    head, *rows = openpyxl.load_workbook(SURVEY).active.iter_rows(values_only=True)
    return pd.DataFrame(rows, columns=head)


def truth():
    with (ROOT / "data" / "clean" / "needs.csv").open(encoding="utf-8-sig") as file:
        return {(r["question"], r["need"]): float(r["share"]) for r in csv.DictReader(file)}


def test_the_survey_is_as_messy_as_it_claims(cells):
    assert list(cells.columns[:6]) == ["序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP"]
    many = cells["5、您认为所在小区有哪些突出问题？（可多选）"]
    assert many.str.contains("┋").mean() > 0.7
    assert many.str.contains("〖").sum() > 30
    assert cells["8、如需居民出资，您家愿意承担多少"].eq("(跳过)").sum() > 60
    assert cells["2、您所在的小区"].str.contains(r"号楼\d单元").sum() > 30


def test_nobody_can_be_meant(cells):
    """Names, numbers and addresses are such as no person has."""
    names = cells["9、您的姓名（选填）"][~cells["9、您的姓名（选填）"].isin(NOBODY)]
    phones = cells["10、联系电话（选填）"][~cells["10、联系电话（选填）"].isin(NOBODY)]
    assert len(names) > 150
    assert names.str.fullmatch(r"合成居民\d{4}").all()
    assert len(phones) > 150
    assert phones.str.fullmatch(r"000-0\d{7}").all()
    kept_for_examples = r"(192\.0\.2|198\.51\.100|203\.0\.113)\.\d{1,3}\(合成省-合成市\)"
    assert cells["来自IP"].str.fullmatch(kept_for_examples).all()


def test_the_survey_is_read(asked):
    survey, findings = asked
    report = survey.report
    assert (report["format"], report["rows"], report["set_aside"], report["answers"]) == ("wjx", 891, 37, 854)
    assert {p["column"]: p["kind"] for p in survey.personal} == PERSONAL
    reasons = findings.rejects()["reason"].str.replace(r"row \d+", "row N", regex=True).value_counts()
    assert reasons["the same phone, ID or device as row N"] == 6
    assert reasons["the same answers as another within 10 minutes"] == 4
    assert reasons[reasons.index.str.startswith("answered in less than")].sum() == 27
    # Everybody answered in words that are among the options.
    assert not reasons.index.str.contains("no option|no group").any()
    assert report["questions"]["pay"] < report["questions"]["consent"] == 854


def test_few_answers_are_not_told(result):
    zones = result.zones.set_index("name")
    status = zones["problems_status"]
    assert status.value_counts().to_dict() == {"told": 47, "few": 6, "none": 8}
    # Three angry neighbors tell nothing of their compound: it has the city's share, and stays where it was.
    assert status["邮电小区"] == "few"
    assert pd.isna(zones.loc["邮电小区", ["problems_n", "problems_walkup_share"]]).all()
    assert zones.loc["邮电小区", "problems_walkup_support"] == pytest.approx(
        zones.loc["水利局家属院", "problems_walkup_support"]
    )
    assert zones.loc["邮电小区", "rank"] == 58


def test_weights_bring_the_answers_to_what_all_would_say(asked, config, result):
    """Elders answer most, young tenants hardly: raw shares are wrong, weighted ones are near the truth."""
    survey, findings = asked
    zones = result.zones.sort_index()
    homes = result.buildings.groupby("zone_id")["dwellings"].sum().reindex(zones.index).to_numpy(float)
    zone, _ = zone_numbers(survey.zone, zones, config.survey.zones, "survey", findings, minimum=5)
    weighting, kinds = weigh(survey.groups, config.survey, survey.weight, zone=zone, population=homes)
    known, off = truth(), {}
    for question in survey.questions[:2]:
        raw, mended = (city_shares(question, w, k) for w, k in ((survey.weight, None), (weighting.weight, kinds)))
        for need in question.needs:
            true = known[question.code, need]
            off[question.code, need] = raw.loc[need, "share"] - true, mended.loc[need, "share"] - true
    table = pd.DataFrame(off, index=["raw", "mended"]).T
    assert len(table) == len(known) == 24
    assert table["mended"].abs().mean() < 0.5 * table["raw"].abs().mean()
    assert table["mended"].abs().max() < 0.05
    # Lifts and day care are what elders want; a place to charge bicycles is what young tenants want.
    assert (
        table.loc[[("problems", "walkup"), ("measures", "walkup"), ("measures", "elder_station")], "raw"] > 0.06
    ).all()
    assert (table.xs("ebike_charging_lacking", level=1)["raw"] < -0.06).all()


def test_cells_of_the_project_file_are_those_of_the_census(config):
    codes = {"40岁以下": "under_40", "40～59岁": "aged_40_59", "60岁及以上": "aged_60plus", "自有": "owner",
             "租住": "tenant", "1～3层": "low", "4层及以上": "high"}  # fmt: skip
    with (FOLDER / "居民结构.csv").open(encoding="utf-8-sig") as file:
        census = {tuple(codes[r[k]] for k in ("年龄", "住房", "楼层")): int(r["人数"]) for r in csv.DictReader(file)}
    assert {tuple(c.groups[k] for k in ("age", "tenure", "floor")): c.people for c in config.survey.cells} == census
    assert sum(census.values()) == pytest.approx(61_000, abs=500)


def test_answers_follow_what_is_broken(result):
    """Old pipes and walk-ups are named where they are, so the two tell one story."""
    zones = result.zones
    told = zones[zones["problems_status"] == "told"]
    assert told["pipe_fault_share"].corr(told["problems_pipe_fault_share"], method="spearman") > 0.5
    flat = told["zone_type"].isin(["street_block"])
    assert told.loc[flat, "problems_walkup_share"].mean() < 0.1
    assert told.loc[told["walkup_share"] == 1, "problems_walkup_share"].mean() > 0.5


def test_inspections_are_read(config, result):
    findings, defects = Findings(), load_defects(None, FOLDER)
    houses, compounds = (read_inspection(s, defects, FOLDER, findings) for s in config.inspection)
    assert (houses.of, houses.report["rows"], compounds.of) == ("building", len(houses.answers), "zone")
    assert houses.answers["gas_hazard"].sum() == 2
    assert houses.answers.isna().any(axis=1).sum() > 100
    # A cell is a defect, good, or blank: none is set aside. Two rows of one compound differ.
    assert findings.rejects()["reason"].str.contains("of the same unit and differ").all()
    assert len(findings.rejects()) == 2
    zones = result.zones.set_index("name")
    for name in ("会馆街区", "打铁巷街区"):
        assert zones.loc[name, [c for c in zones if c.endswith("_hazard_share")]].isna().all()
    # Five compounds were left out, street blocks and villages were looked at as a whole, nobody lives in three zones.
    whole = zones["zone_type"].isin(["street_block", "urban_village"])
    assert zones["roof_fault_share"].isna().sum() == whole.sum() + 5 + 3 == 27
    held = zones.index[zones["safety_gate"].fillna(value=False)]
    assert set(held) == {"荷塘小区", "煤建公司宿舍", "商业局宿舍", "柏树湾村", "盐店街"}
    assert set(zones.index[zones["safety_gate"].isna() & zones["rank"].notna()]) == {"会馆街区", "打铁巷街区", "西塘村"}
    assert set(zones["management_model"].dropna()) == {"community", "company", "former_owner", "none", "owners"}


def test_points_are_read(config, result):
    findings = Findings()
    points = read_problems(config.problems[0], load_defects(None, FOLDER), FOLDER, findings)
    reasons = findings.rejects()["reason"].value_counts()
    assert reasons.to_dict() == {"its status says that it is void": 7, "its id stands there before": 1}
    assert points["status"].value_counts().to_dict() == {"open": 64, "solved": 22}
    placed = result.condition.points
    assert len(placed) == len(points) - 1  # one lies outside
    assert placed["building_id"].notna().all()


def test_meetings_and_votes(config, result):
    findings = Findings()
    meetings = read_meetings(config.meetings, FOLDER, findings)
    votes = read_owner_votes(config.owner_votes, FOLDER, findings)
    assert (len(meetings), meetings["present"].isna().sum(), len(votes)) == (13, 1, 4)
    assert (
        (meetings["agree"] + meetings["against"] + meetings["abstain"])[meetings["present"].notna()]
        .eq(meetings["present"].dropna())
        .all()
    )
    assert findings.rejects().empty
    zones = result.zones.set_index("name")
    verdicts = {name: zones.loc[name, column] for name, column in (
        ("望湖新村", "pipe_fault_vote"), ("朝阳二村", "walkup_vote"), ("锦江路86号小区", "walkup_vote"),
        ("幸福新村", "unmanaged_vote"))}  # fmt: skip
    assert list(verdicts.values()) == ["passed", "no_quorum", "failed", "unknown"]


def test_candidate_sites_lie_in_zones(result):
    with SITES.open(encoding="utf-8-sig") as file:
        sites = pd.DataFrame(csv.DictReader(file))
    assert sites["设施类别"].value_counts().to_dict() == {"elder_care": 8, "childcare": 5, "convenience": 5}
    assert sites["场址编号"].is_unique
    spots = gpd.points_from_xy(sites["经度"].astype(float), sites["纬度"].astype(float), crs="EPSG:4326")
    points = gpd.GeoSeries(spots).to_crs(result.zones.crs)
    inside = result.zones.geometry.buffer(1.0)
    homes = {name for point in points for name in result.zones["name"][inside.contains(point)]}
    assert len([p for p in points if inside.contains(p).any()]) == len(sites)
    assert {"李家大屋", "解放新村", "荷塘小区"} <= homes
    assert (sites[["可提供规模", "改造投资（万元）"]].astype(float) > 0).all(axis=None)
    assert set(sites["行政区"]) <= set(result.zones["district"])


def test_no_personal_value_is_in_any_file(cells, result, tmp_path):
    """Of a run, its sheets, its sensitivity and a check: bytes in every code, and whatever is packed in them."""
    result.save(tmp_path / "out", sheets=3)
    geoprio.sensitivity(result, draws=200).save(tmp_path / "sure")
    done = CliRunner().invoke(app, ["check", str(EXAMPLE), "--out", str(tmp_path / "checked")])
    assert done.exit_code == 0, done.output
    (tmp_path / "checked" / "printed.txt").write_text(done.output, encoding="utf-8")
    secret = pd.concat([cells[c] for c in list(PERSONAL) if c not in {"来源", "来源详情"}]).drop_duplicates()
    secret = [s for s in secret if s not in NOBODY and len(s) > 3]
    remarks = {r for c in cells.columns[10:12] for r in re.findall("〖(.*?)〗", "".join(cells[c]))}
    searched = {s.partition("(")[0] for s in [*secret, *remarks]}
    assert len(searched) > 700
    forms = {form for text in searched for form in spelled(text)}
    whole = list(pieces(tmp_path))
    names = {name for name, _ in whole}
    assert {"map.html", "run.json", "needs.json", "quality.html", "sensitivity.md", "printed.txt"} <= names
    assert sum(name.endswith(".pdf text") for name in names) == 3
    assert [(name, found[:3]) for name, data in whole if (found := held(data, forms))] == []


def test_the_demo_stays_small():
    new = [p for p in FOLDER.iterdir() if p.suffix in {".xlsx", ".csv"} and not re.match("poi|老旧", p.name)]
    assert len(new) == 9
    assert sum(p.stat().st_size for p in new) < 220_000
