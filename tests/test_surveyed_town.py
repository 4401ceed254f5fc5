"""What residents say, from exports to every output: nothing of a person, weights by hand, repeatable draws."""

import csv
import dataclasses
import json
import shutil
import subprocess
import warnings

import numpy as np
import openpyxl
import pandas as pd
import pytest
from conftest import Town, missing
from searched import pieces, spelled
from surveyed_town import ANSWERS, HEADER, MEETINGS, NAMES, SURVEY, VOTES, secrets, survey_rows, surveyed, write

import geoprio
from geoprio._core.errors import InputError, MissingError
from geoprio.outputs.webmap.data import map_data

SCORE = '\n[score]\nweights = "survey"\n'
DRAWS = '\n[sensitivity]\nweights = "survey"\ndraws = 400\nthreshold_factors = [1.0]\nmethods = ["weighted_sum"]\n'


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    folder = tmp_path_factory.mktemp("said")
    return Town(folder)


@pytest.fixture(scope="module")
def result(town):
    return geoprio.run(surveyed(town, SCORE + DRAWS))


@pytest.fixture(scope="module")
def saved(result, tmp_path_factory):
    return result.save(tmp_path_factory.mktemp("out") / "all", sheets="all")


def test_nothing_of_a_person_is_in_any_output(result, saved, tmp_path):
    found = geoprio.sensitivity(result)
    found.save(tmp_path / "sure")
    whole = [p for folder in (saved, tmp_path / "sure") for p in pieces(folder)]
    names = {name.split("/")[0] for name, _ in whole}
    assert {"map.html", "needs.csv", "project_list.xlsx", "geoprio.gpkg", "zones.parquet", "quality.html"} <= names
    assert sum(name.endswith(".pdf stream") for name in names) == 6
    texts = [*secrets(), "联系人", "慕容秀莲"]
    assert len(texts) > 400
    for text in texts:
        for form in spelled(text):
            held = [name for name, data in whole if form in data]
            assert not held, f"{text} stands in {held}"
    survey = result.quality["survey"]
    kinds = {p["column"]: p["kind"] for p in survey["personal"]}
    assert {kinds[c] for c in HEADER if c in kinds} >= {"name", "phone", "id number", "address", "ip address"}


def test_a_secret_would_be_found_in_every_kind_of_file(result, tmp_path):
    zones = result.zones.copy()
    zones["name"] = "13800138007"
    dataclasses.replace(result, zones=zones).save(tmp_path / "bad", sheets=1, lang="en")
    held = {name.split("/")[0] for name, data in pieces(tmp_path / "bad") if b"13800138007" in data}
    assert {"map.html", "zones.csv", "zones.xlsx", "geoprio.gpkg dumped", "zones.parquet read"} <= held
    assert {"project_list.csv", "project_list.xlsx", "needs.csv"} <= held
    assert any(name.endswith(".pdf text") for name in held)


def by_hand():
    """Return who chose what, without the three answers of the fifth zone, that nobody may tell by subtraction."""
    rows = pd.DataFrame(survey_rows()[1], columns=["zone", "old", "lift", "parking", "pipes"])
    return rows[rows["zone"] < 4]


def test_weights_are_the_shares_of_residents_who_name_a_need(tmp_path):
    plain = SURVEY.split("[survey.groups.age]")[0] + "[survey.indicators]" + SURVEY.split("[survey.indicators]")[1]
    other = Town(tmp_path)
    project = surveyed(other, SCORE, survey=plain)
    # Without households no answer weighs more than another.
    for feature in other.buildings:
        feature[0].pop("dwellings")
    other.write(plain + SCORE, buildings='[buildings]\npath = "buildings.geojson"\n')
    found = geoprio.run(project)
    counts = by_hand()[["lift", "parking", "pipes"]].sum()
    named = dict(zip(found.needs.voice.needs, found.needs.voice.found.weight, strict=True))
    assert named == pytest.approx((counts / counts.sum()).to_dict())
    both = counts["lift"] + counts["parking"]
    weights = dict(zip(found.matrix.codes, found.matrix.weights, strict=True))
    assert weights == pytest.approx(
        {"problems_lift_support": counts["lift"] / both, "convenience_covered_share": counts["parking"] / both}
    )
    assert any("pipes" in n["text"] and n["level"] == "warning" for n in found.quality["notes"])


def test_zone_columns_tell_shares_and_keep_few_answers_to_themselves(result):
    zones = result.zones.sort_index()
    assert zones["problems_status"].tolist() == ["told"] * 4 + ["few", "none"]
    assert zones["problems_n"].isna().tolist() == [False] * 4 + [True, False]
    own = zones.filter(regex=r"_(share|low|high)$").filter(like="problems_")
    assert own.iloc[4:].isna().all(axis=None)
    assert own.iloc[:4].notna().all(axis=None)
    support = zones.filter(regex=r"^problems_.*_support$")
    assert support.notna().all(axis=None)
    assert np.allclose(support.iloc[4], support.iloc[5]), "both have the city's share and nothing of their own"
    assert zones["lift_vote"].fillna("").tolist() == ["passed", "no_quorum", "failed", "", "", ""]
    assert zones["parking_vote"].fillna("").tolist() == ["", "", "", "unknown", "", ""]
    assert zones["votes_passed_share"].fillna(-1).tolist() == [1, 0, 0, -1, 0, 0]


def test_meetings_stand_apart_and_tell_nothing_of_four_people(result):
    held = result.needs.meetings
    assert held["share"].round(3).tolist() == [0.775, 0.45, pytest.approx(np.nan, nan_ok=True)]
    assert held["status"].tolist() == ["told", "told", "few"]
    assert held[["present", "agree", "against"]].iloc[2].isna().all()
    assert held["date"].tolist() == ["2026-05-01", "", "2026-05-03"]
    assert not any("meeting" in str(c) for c in result.zones)
    assert result.rejects.loc[result.rejects["source"] == "meetings", "value"].tolist() == [""]


def test_the_lists_open_as_tables_with_numbers_as_numbers(saved):
    for name in ("project_list.csv", "needs.csv"):
        assert (saved / name).read_bytes().startswith(b"\xef\xbb\xbf")
    with (saved / "project_list.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    lift = next(r for r in rows if r["编号"] == "z0:lift")
    assert [float(lift[k]) for k in ("居民支持率", "样本量")] == [0.8, 30]
    files = {f["path"] for f in json.loads((saved / "run.json").read_text(encoding="utf-8"))["files"]}
    assert {"project_list.xlsx", "project_list.csv", "needs.csv", "needs.xlsx", "needs.json"} <= files
    sheet = openpyxl.load_workbook(saved / "project_list.xlsx").active
    heads = [c.value for c in sheet[1]]
    # What is printed stands first; the rest is the same.
    assert sorted(heads) == sorted(rows[0])
    column = heads.index("居民支持率")
    kinds = {row[column].data_type for row in sheet.iter_rows(min_row=2)}
    assert kinds == {"n"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # openpyxl does not keep data bars of newer workbooks
        book = openpyxl.load_workbook(saved / "zones.xlsx")
    assert {"居民怎么说", "坝坝会", "业主表决", "群体一致性"} <= set(book.sheetnames)


def test_libreoffice_opens_the_list_of_projects(saved, tmp_path):
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        missing("libreoffice", "no LibreOffice")
    command = [office, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "xlsx"]
    command += ["--outdir", tmp_path / "again", saved / "project_list.xlsx"]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    sheet = openpyxl.load_workbook(tmp_path / "again" / "project_list.xlsx").active
    heads = [c.value for c in sheet[1]]
    rows = {row[heads.index("编号")].value: dict(zip(heads, row, strict=True)) for row in sheet.iter_rows(min_row=2)}
    for name in ("居民支持率", "样本量", "优先级（0–100）", "排名"):
        assert {row[name].data_type for row in rows.values()} == {"n"}
    assert {row["样本量"].value for row in rows.values()} == set(ANSWERS[:4])
    assert rows["z0:lift"]["居民支持率"].value == pytest.approx(0.8)
    assert rows["z0:lift"]["居民支持率"].number_format == "0.0%"


def test_draws_of_a_survey_are_repeatable_and_lie_around_its_weights(result):
    first, again = geoprio.sensitivity(result), geoprio.sensitivity(result)
    pd.testing.assert_frame_equal(first.study.table, again.study.table)
    drawn = first.study.sampler.draw(4000)
    assert np.allclose(drawn.sum(axis=1), 1)
    assert np.array_equal(drawn[1500:1600], first.study.sampler.draw(100, start=1500))
    assert drawn.mean(axis=0) == pytest.approx(result.matrix.weights, abs=0.03)
    assert "Bayesian bootstrap" in json.dumps(first.report())
    # The zones' shares are drawn, too: the weighted one is an estimate.
    assert [f.name for f in first.study.model.data] == ["answers"]
    assert first.study.model.data[0].shares[0] == 0


def test_draws_need_indicators_that_stand_for_needs(result):
    other = geoprio.rescore(result, {"elder_care_covered_share": 1, "problems_lift_support": 1})
    assert sorted(other.matrix.codes) == ["elder_care_covered_share", "problems_lift_support"]
    assert other.zones["problems_lift_support_contribution"].notna().all()
    with pytest.raises(InputError, match=r"elder_care_covered_share.*survey\.indicators"):
        geoprio.sensitivity(other)


def test_a_new_ranking_reaches_the_list_of_projects(result):
    other = geoprio.rescore(result, {"elder_care_covered_share": 1})
    for found in (result, other):
        ranks = found.project_list.set_index("zone_id")["rank"].groupby(level=0).first()
        assert ranks.to_dict() == found.zones["rank"].loc[ranks.index].to_dict()
    assert other.project_list["zone_id"].tolist() != result.project_list["zone_id"].tolist()


def test_the_preset_of_renewal_weighs_what_is_known_and_says_what_is_not(tmp_path):
    found = geoprio.run(surveyed(Town(tmp_path), '\n[score]\nweights = "renewal"\nmissing = "renormalise"\n'))
    weights = dict(zip(found.matrix.codes, found.matrix.weights, strict=True))
    assert weights == pytest.approx(
        {"convenience_covered_share": 0.25, "elder_care_covered_share": 0.25, "votes_passed_share": 1 / 7}
        | {f"problems_{n}_support": 0.25 / 0.7 / 3 for n in ("lift", "parking", "pipes")}
    )
    (said,) = (n["text"] for n in found.quality["notes"] if "renewal: nothing" in n["text"])
    assert "condition, cost" in said


def test_an_export_of_kobo(tmp_path):
    rows = [
        [f"2026-05-01T08:{i % 60:02d}:00", f"2026-05-01T08:{i % 60:02d}:50", "甲小区" if i < 12 else "z1",
         "lift parking" if i % 3 else "pipes", f"13800139{i:03d}", f"uuid-{i}", str(i)]
        for i in range(24)
    ]  # fmt: skip
    town = Town(tmp_path)
    survey = """
[survey]
path = "kobo.csv"
zone = "zone"
[[survey.questions]]
code = "wants"
column = "what"
multiple = true
options = {lift = "lift", parking = "parking", pipes = "pipes"}
"""
    project = surveyed(town, survey=survey, meetings="", votes="")
    head = ["start", "end", "about/zone", "needs/what", "about/phone", "_uuid", "_id"]
    write(tmp_path / "kobo.csv", head, rows)
    found = geoprio.run(project)
    assert found.quality["survey"]["format"] == "kobo"
    zones = found.zones.sort_index()
    assert zones["wants_lift_share"].iloc[:2].tolist() == pytest.approx([8 / 12, 8 / 12])
    assert zones["wants_pipes_share"].iloc[:2].tolist() == pytest.approx([4 / 12, 4 / 12])
    out = found.save(tmp_path / "out", lang="en")
    held = [n for n, data in pieces(out) if b"13800139" in data or b"uuid-1" in data]
    assert not held


@pytest.mark.parametrize("name", ['=HYPERLINK("http://x")', "<script>alert(1)</script>", "{{7*7}}", "@SUM(A1)"])
def test_hostile_words_stay_text(tmp_path, name):
    town = Town(tmp_path)
    words = json.dumps(name, ensure_ascii=False)
    project = surveyed(town, f"\n[survey.titles]\nlift = {words}\n")
    out = geoprio.run(project).save(tmp_path / "out")
    book = openpyxl.load_workbook(out / "project_list.xlsx").active
    cells = [c for row in book.iter_rows() for c in row if c.value is not None and name in str(c.value)]
    assert cells
    assert {c.data_type for c in cells} == {"s"}
    with (out / "needs.csv").open(encoding="utf-8-sig", newline="") as file:
        titles = {r["title"] for r in csv.DictReader(file)}
    assert (f"'{name}" if name[0] in "=@" else name) in titles
    page = (out / "map.html").read_text(encoding="utf-8")
    assert "<script>alert(1)" not in page
    assert "{{7*7}}" not in page


def test_the_page_has_the_presets_where_the_survey_exists(result):
    data = map_data(result, "zh")
    assert {p["key"] for p in data["weighing"]["presets"]} >= {"given", "equal", "survey", "renewal"}
    survey = next(p for p in data["weighing"]["presets"] if p["key"] == "survey")
    assert survey["weights"] == pytest.approx(result.matrix.weights.tolist())
    few = data["needs"]["zones"][0][result.zones.index.get_loc("z4")]
    assert few == ["few", None, []]
    assert map_data(geoprio.rescore(result, {"convenience_distance_m": 1}), "zh")["needs"] is not None


@pytest.mark.parametrize(
    ("sections", "told"),
    [
        ({"survey": SURVEY.split("[survey.indicators]")[0]}, r"\[survey.indicators\]"),
        ({"survey": "", "votes": ""}, r"needs a \[survey\]"),
        ({"survey": SURVEY.replace('lift = "problems_lift_support"', 'lift = "problems_lifft_support"')}, "lifft"),
        ({"survey": SURVEY.replace('lift = "problems_lift_support"', 'roof = "x"')}, "roof"),
        ({"survey": SURVEY.replace('code = "problems"', 'code = "convenience"')}, "facility category"),
    ],
)
def test_what_does_not_fit_is_said_before_anything_is_read(tmp_path, sections, told):
    with pytest.raises(InputError, match=told):
        geoprio.check(surveyed(Town(tmp_path), SCORE, **sections))


def test_a_missing_file_is_named(tmp_path):
    project = surveyed(Town(tmp_path))
    (tmp_path / "votes.csv").unlink()
    with pytest.raises(MissingError, match=r"\[owner_votes\].*votes.csv"):
        geoprio.check(project)


def test_check_reads_and_tells_what_was_dropped(tmp_path):
    report = geoprio.check(surveyed(Town(tmp_path), meetings=MEETINGS, votes=VOTES))
    assert len(report["survey"]["personal"]) == 8
    assert report["owner_votes"]["verdicts"] == {"failed": 1, "no_quorum": 1, "passed": 1, "unknown": 1}
    assert report["meetings"]["few"] == 1
    assert NAMES[0] not in json.dumps(report["survey"], ensure_ascii=False)
