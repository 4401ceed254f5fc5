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
from geoprio.outputs.asked.projects import write_projects
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


def test_what_residents_want_is_a_sheet_for_people_too(result, tmp_path):
    write_projects(result, tmp_path, "zh")
    book = read(tmp_path / "needs.xlsx")
    sheet = book["居民怎么说"]
    heads = [c.value for c in sheet[1]]
    assert heads[:4] == ["名称", "题目", "次序", "需求"]
    assert not [h for h in heads if h.isascii()]
    rows = [dict(zip(heads, [c.value for c in row], strict=True)) for row in sheet.iter_rows(min_row=2)]
    assert {r["样本状态"] for r in rows} <= {"公布", "过少，不公布", "无"}
    assert {r["需求"] for r in rows} >= {"没有电梯", "加装电梯", "5000元以上"}
    assert "如需居民出资，您家愿意承担多少" in {r["题目"] for r in rows}
    assert sheet["G2"].number_format == "0.0%"
    with (tmp_path / "needs.csv").open(encoding="utf-8-sig") as file:
        assert file.readline().startswith("zone_id,name,question,rank,need,title,status")


def test_english_sheets_name_defects_in_english(result, tmp_path):
    write_projects(result, tmp_path, "en")
    sheet = read(tmp_path / "needs.xlsx").worksheets[0]
    told = {row[3].value for row in sheet.iter_rows(min_row=2)}
    assert {"no lift in a house of several storeys", "add lifts"} <= told
    assert not {"没有电梯", "加装电梯"} & told


def test_the_list_of_projects_fits_on_paper(result, tmp_path):
    write_projects(result, tmp_path, "zh")
    sheet = read(tmp_path / "project_list.xlsx")["项目清单"]
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.print_area.startswith("'项目清单'!$A$1:$M$")
    printed = [c.value for c in sheet[1]][:13]
    assert printed[:4] == ["小区", "类别", "内容", "依据（指标与规则条款）"]
    widths = [sheet.column_dimensions[c.column_letter].width for c in sheet[1]][:13]
    # On A4 across at 11 points 150 characters go into a line; letters stay above 7 points.
    assert sum(widths) * 7 / 11 <= 150
    # A row is as high as its grounds are long.
    for row in sheet.iter_rows(min_row=2, max_row=60):
        long = sum(2 if ord(c) > 255 else 1 for c in row[3].value)
        lines = -(-long // int(widths[3]))
        assert (sheet.row_dimensions[row[0].row].height or 15) >= 15 * lines
    assert {row[14].value for row in sheet.iter_rows(min_row=2)} >= {"居住小区"}
    assert all(
        abs(10 * row[9].value - round(10 * row[9].value)) < 1e-9 for row in sheet.iter_rows(min_row=2, max_row=9)
    )
    grounds = " ".join(row[3].value for row in sheet.iter_rows(min_row=2))
    assert "成都市改造内容分类（转引自 jingyanla.com）" in grounds
    assert "quoted at" not in grounds


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
