"""The ranked list as a workbook."""

import hashlib
import shutil
import subprocess
import warnings

import openpyxl
import pandas as pd
import pytest
from conftest import EXAMPLE, missing

import geoprio
from geoprio.outputs.quality.sections import in_language
from geoprio.outputs.workbook import write_workbook

HOSTILE = ["=1+1", '=HYPERLINK("http://x")', "+cmd|' /C calc'!A0", "@SUM(A1)", "<script>alert(1)</script>", "{{7*7}}"]


@pytest.fixture(scope="module")
def result():
    return geoprio.run(EXAMPLE)


def read(path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # openpyxl does not keep data bars of newer workbooks
        return openpyxl.load_workbook(path)


def rows(sheet):
    head, *body = sheet.iter_rows(values_only=True)
    return pd.DataFrame(body, columns=head)


def test_the_list_holds_the_zones_in_rank_order_with_numbers_as_numbers(result, tmp_path):
    write_workbook(result, tmp_path / "zones.xlsx", "en")
    book = read(tmp_path / "zones.xlsx")
    voices = ["What residents say", "Meetings", "Owners' votes", "Agreement of groups"]
    assert book.sheetnames == ["Ranking", "Definitions", "Sources", *voices]
    table = rows(book["Ranking"])
    assert table["name"].tolist() == result.zones["name"].tolist()
    ranked = result.zones["rank"].notna().to_numpy()
    assert table.loc[ranked, "rank"].tolist() == result.zones["rank"].dropna().astype(int).tolist()
    assert table.loc[~ranked, "priority (0-100)"].isna().all()
    priority = table.loc[ranked, "priority (0-100)"].to_numpy(float)
    assert priority == pytest.approx(result.zones["priority"].dropna().to_numpy(), abs=1e-9)
    assert set(table["zone type"]) <= {"residential compound", "factory area", "street block", "urban village", "other"}
    cells = [c for row in book["Ranking"].iter_rows(min_row=2) for c in row if c.value is not None]
    assert {c.data_type for c in cells} == {"n", "s"}


def test_every_column_is_defined_once_and_weights_carry_their_source(result, tmp_path):
    write_workbook(result, tmp_path / "zones.xlsx", "en")
    book = read(tmp_path / "zones.xlsx")
    table = rows(book["Definitions"])
    assert table["column"].tolist() == ["zone_id", *(c for c in result.zones.columns if c != "geometry")]
    weighted = table[table["weight"].notna()].set_index("column")
    assert {c.code: c.weight for c in result.matrix.criteria} == pytest.approx(weighted["weight"].to_dict())
    assert weighted.loc["elder_care_covered_share", ["good", "bad", "source", "verified"]].tolist() == [
        *(1, 0, "GB 50180-2018", "unverified"),
    ]


def test_sources_name_every_input_with_its_hash_and_every_value(result, tmp_path):
    write_workbook(result, tmp_path / "zones.xlsx", "zh")
    told = {str(v) for row in read(tmp_path / "zones.xlsx")["来源"].iter_rows(values_only=True) for v in row if v}
    assert {i["sha256"] for i in result.inputs} <= told
    values = {in_language("value", row["value"], 0) for row in result.quality["values"]}
    assert values <= told
    assert {"步行不超过 300 米", "基础类", "界限 2001"} <= values
    assert "未核实" in told


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_text(result, tmp_path, name):
    import dataclasses

    zones = result.zones.copy()
    zones.loc[zones.index[0], "name"] = name
    write_workbook(dataclasses.replace(result, zones=zones), tmp_path / "zones.xlsx")
    cell = read(tmp_path / "zones.xlsx")["排名"]["B2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (name, "s", True)


def test_equal_results_give_equal_bytes(result, tmp_path):
    write_workbook(result, tmp_path / "a.xlsx")
    write_workbook(result, tmp_path / "b.xlsx")
    digests = {hashlib.sha256((tmp_path / f).read_bytes()).hexdigest() for f in ("a.xlsx", "b.xlsx")}
    assert len(digests) == 1


def test_a_spreadsheet_program_reads_numbers_as_numbers(result, tmp_path):
    office = shutil.which("soffice")
    if office is None:
        missing("libreoffice", "no soffice (Debian: libreoffice-calc)")
    write_workbook(result, tmp_path / "zones.xlsx", "en")
    home = f"-env:UserInstallation=file://{tmp_path}/home"
    command = [
        office,
        home,
        "--headless",
        "--convert-to",
        "ods",
        "--outdir",
        str(tmp_path),
        str(tmp_path / "zones.xlsx"),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    import zipfile

    with zipfile.ZipFile(tmp_path / "zones.ods") as archive:
        content = archive.read("content.xml").decode()
    first = result.zones.iloc[0]
    assert f"<text:p>{first['name']}</text:p>" in content
    assert 'office:value-type="float"' in content
    assert 'office:value-type="percentage"' in content
    assert "table:formula" not in content
