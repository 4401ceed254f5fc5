"""Lists in workbooks as housing bureaus keep them: synthetic ones, made by the tests with the traps of real ones."""

import contextlib
import datetime as dt
import random
import zipfile

import openpyxl
import pytest
import xlsxwriter
import xlwt

from geoprio._core.errors import InputError
from geoprio._core.findings import Findings
from geoprio.sources import FacilitiesSpec, excel, read_layers
from geoprio.sources.excel import cell_text, one_line
from geoprio.sources.sheets import read_table

HEAD = ["序号", "区县", "小区名称", "户数"]


def book(path, rows, merges=(), sheet="清单"):
    """Write a workbook (.xlsx by openpyxl)."""
    workbook = openpyxl.Workbook()
    page = workbook.active
    page.title = sheet
    for row in rows:
        page.append(row)
    for cells in merges:
        page.merge_cells(cells)
    workbook.save(path)
    return path


def old_book(path, rows, merges=()):
    """Write a workbook (.xls by xlwt); merges as rows and columns."""
    workbook = xlwt.Workbook(encoding="utf-8")
    page = workbook.add_sheet("清单", cell_overwrite_ok=True)
    date = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            if value is not None:
                page.write(r, c, value, *([date] if isinstance(value, dt.date) else []))
    for top, bottom, left, right in merges:
        page.merge(top, bottom, left, right)
    workbook.save(str(path))
    return path


def table(path, findings=None, **options):
    return read_table(path, "compounds", findings or Findings(), **options)


def texts(frame, column):
    return frame[column].fillna("").tolist()


def notes(findings):
    return " | ".join(n.text for n in findings.notes)


@pytest.mark.parametrize("suffix", ["xlsx", "xls", "csv"])
def test_the_same_list_from_every_format(tmp_path, suffix):
    rows = [HEAD, [1, "东区", "阳光小区", 120], [2, "东区", "月光里", 0], [3, "西区", "星光苑", None]]
    path = tmp_path / f"list.{suffix}"
    if suffix == "csv":
        path.write_text(
            "\n".join(",".join("" if v is None else str(v) for v in row) for row in rows), encoding="gb18030"
        )
    else:
        (book if suffix == "xlsx" else old_book)(path, rows)
    frame = table(path)
    assert frame.columns.tolist() == HEAD
    assert frame.index.tolist() == [2, 3, 4]
    assert texts(frame, "小区名称") == ["阳光小区", "月光里", "星光苑"]
    # Zero stays zero and blank stays blank.
    assert texts(frame, "户数") == ["120", "0", ""]


def messy(tmp_path):
    rows = [
        ["2023年老旧小区改造清单"],
        ["单位：户、万㎡"],
        ["序号", "区县", "小区名称", "建筑情况", None, None, "投资\n(万元)"],
        [None, None, None, "楼栋数", "户数", "建筑面积（万㎡）", None],
        [1, "东区", "阳光小区", 5, "１２０", 0.9, 350],
        [2, None, "月光\n小区", "=1+2", None, 0.4, None],
        [3, None, "星光里", 3, 0, 0.5, 20],
        ["小计", None, None, 8, 120, 1.8, 370],
        [],
        ["二、西区"],
        ["序号", "区县", "小区名称", None, None, None, None],
        [4, "西区", "海淀里社区", 1, 60, 5000, 100],
        ["合 计", None, None, 9, 180, 1.4, 470],
        ["注：户数为住宅户数"],
        ["填表人：某某"],
    ]
    merges = ["A1:G1", "D3:F3", "A3:A4", "B3:B4", "C3:C4", "G3:G4", "B5:B7", "G5:G6", "A10:G10"]
    return book(tmp_path / "messy.xlsx", rows, merges)


def test_titles_levels_totals_notes_and_merged_cells(tmp_path):
    findings = Findings()
    frame = table(messy(tmp_path), findings)
    assert frame.columns.tolist() == [
        *("序号", "区县", "小区名称", "建筑情况_楼栋数", "建筑情况_户数", "建筑情况_建筑面积（万㎡）", "投资(万元)")
    ]
    assert frame.index.tolist() == [5, 6, 7, 12]
    assert texts(frame, "区县") == ["东区", "东区", "东区", "西区"]
    assert texts(frame, "小区名称") == ["阳光小区", "月光小区", "星光里", "海淀里社区"]
    # One sum for two compounds is nobody's own.
    assert texts(frame, "投资(万元)") == ["", "", "20", "100"]
    assert texts(frame, "建筑情况_楼栋数") == ["5", "", "3", "1"]
    rejects = findings.rejects()
    assert dict(zip(rejects["row"], rejects["reason"], strict=False)) == {
        "8": "a row of totals",
        "10": "a heading within the list",
        "11": "the header again",
        "13": "a row of totals",
        "14": "a note beside the list",
        "15": "a note beside the list",
        "6": "formula without a value; taken as missing",
        "5": "one cell for 2 rows; taken as missing",
    }
    assert rejects["mend"].ne("").all()
    assert "above the header: 2023年老旧小区改造清单; 单位：户、万㎡" in notes(findings)
    assert "区县: 2 cells have the text of the cell that they are merged with" in notes(findings)
    assert "header in rows 3 to 4, 4 rows of the list, 1 blank ones" in notes(findings)


def test_merged_cells_of_an_old_workbook(tmp_path):
    rows = [
        ["清单"],
        ["区县", "小区名称", "建筑", None],
        [None, None, "栋数", "户数"],
        ["东区", "甲里", 1, 10],
        [None, "乙里", 2, 20],
    ]
    path = old_book(tmp_path / "a.xls", rows, [(0, 0, 0, 3), (1, 2, 0, 0), (1, 2, 1, 1), (1, 1, 2, 3), (3, 4, 0, 0)])
    frame = table(path)
    assert frame.columns.tolist() == ["区县", "小区名称", "建筑_栋数", "建筑_户数"]
    assert texts(frame, "区县") == ["东区", "东区"]


def test_levels_that_a_csv_has_lost_the_merging_of(tmp_path):
    (tmp_path / "a.csv").write_text(
        "小区清单,,,,\n小区名称,建筑情况,,地址,电梯情况\n,楼栋数,户数,,\n甲里,1,10,甲路1号,有\n", encoding="utf-8"
    )
    frame = table(tmp_path / "a.csv")
    assert frame.columns.tolist() == ["小区名称", "建筑情况_楼栋数", "建筑情况_户数", "地址", "电梯情况"]
    assert frame.index.tolist() == [4]


def test_a_district_that_is_named_once_for_many_rows(tmp_path):
    rows = [HEAD, [1, "东区", "a", 1], [2, None, "b", 1], [3, None, "c", 1], [4, "西区", "d", 1], [5, None, "e", 1]]
    findings = Findings()
    assert texts(table(book(tmp_path / "a.xlsx", rows), findings), "区县") == ["东区"] * 3 + ["西区"] * 2
    assert "区县: 3 blanks have the text above" in notes(findings)
    # Where every row has its own, a blank is a gap.
    rows = [HEAD, [1, "东区", "a", 1], [2, "东区", "b", 1], [3, None, "c", 1], [4, "西区", "d", 1], [5, None, "e", 1]]
    assert texts(table(book(tmp_path / "b.xlsx", rows)), "区县") == ["东区", "东区", "", "西区", ""]


@pytest.mark.parametrize("suffix", ["xlsx", "xls"])
def test_dates_and_errors_in_cells(tmp_path, suffix):
    rows = [
        [*HEAD[:3], "建成年代"],
        [1, "东区", "a", dt.date(1990, 12, 1)],
        [2, "东区", "b", 1985],
        [3, "东区", "c", 33239],
    ]
    path = tmp_path / f"a.{suffix}"
    if suffix == "xlsx":
        workbook = xlsxwriter.Workbook(str(path))
        page = workbook.add_worksheet()
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                page.write(r, c, value, day if isinstance(value, dt.date) else None)
        page.write_formula("D5", "=NA()", None, "#N/A")
        page.write_formula("D6", "=1980+5", None, 1985)
        page.write_row("A5", [4, "东区", "d"])
        page.write_row("A6", [5, "东区", "e"])
        workbook.close()
    else:
        workbook = xlwt.Workbook()
        page = workbook.add_sheet("a")
        day = xlwt.easyxf(num_format_str="yyyy-mm-dd")
        for r, row in enumerate([*rows, [4, "东区", "d"], [5, "东区", "e", 1985]]):
            for c, value in enumerate(row):
                page.write(r, c, value, *([day] if isinstance(value, dt.date) else []))
        page.row(4).set_cell_error(3, 0x2A)
        workbook.save(str(path))
    findings = Findings()
    # Formulas count by the value that was stored.
    assert texts(table(path, findings), "建成年代") == ["1990-12-01", "1985", "33239", "", "1985"]
    assert findings.rejects()[["row", "column", "value", "reason"]].to_numpy().tolist() == [
        ["5", "建成年代", "#N/A", "a formula's error; taken as missing"]
    ]


def test_sheets_are_chosen_and_told(tmp_path):
    path = book(tmp_path / "a.xlsx", [HEAD, [1, "东区", "a", 1], [2, "东区", "b", 1]])
    workbook = openpyxl.load_workbook(path)
    other = workbook.create_sheet("说明")
    other.append(["小区名称", "户数"])
    other.append(["c", 3])
    hidden = workbook.create_sheet("旧")
    hidden.sheet_state = "hidden"
    for _ in range(9):
        hidden.append(HEAD)
    workbook.save(path)
    findings = Findings()
    assert texts(table(path, findings), "小区名称") == ["a", "b"]
    assert "sheet '清单' was read, which has most values; not read: 说明 (4 values), 旧 (36 values, hidden)" in notes(
        findings
    )
    assert texts(table(path, sheet="说明"), "小区名称") == ["c"]
    with pytest.raises(InputError, match="sheet '清' is not there; it has 清单, 说明, 旧"):
        table(path, sheet="清")


def test_a_header_that_nothing_tells_has_to_be_named(tmp_path):
    path = book(tmp_path / "a.xlsx", [["一些数字"], ["甲", "乙"], ["x", 1]])
    with pytest.raises(InputError, match=r"no header found in the first 40 rows \(the first one: 一些数字\)"):
        table(path)
    assert table(path, header_row=2).columns.tolist() == ["甲", "乙"]
    assert table(path, wanted=["甲", "乙"]).columns.tolist() == ["甲", "乙"]
    with pytest.raises(InputError, match="header_row = 9 is a blank row"):
        table(path, header_row=9)
    with pytest.raises(InputError, match="no row below the header"):
        table(book(tmp_path / "b.xlsx", [HEAD]))


def test_odd_columns_and_numbers_are_told(tmp_path):
    rows = [["小区名称", "户数", "户数", None, "编号"], ["a", 1, 2, "x", 110108001002003001]]
    findings = Findings()
    frame = table(book(tmp_path / "a.xlsx", rows), findings)
    assert frame.columns.tolist() == ["小区名称", "户数", "户数 (2)", "编号"]
    assert "columns of one name were numbered: 户数 (2)" in notes(findings)
    assert "1 columns without a name (column 4 …) were left out" in notes(findings)
    assert "1 numbers of more than 15 digits" in notes(findings)


def test_cells_as_text():
    values = [1.0, 2.5, True, dt.date(1990, 1, 2), dt.datetime(1990, 1, 2, 3, 4), dt.time(1, 2), " a\r\nb ", None]  # noqa: DTZ001 - cells have no zone
    assert [cell_text(v) for v in values] == [
        "1",
        "2.5",
        "是",
        "1990-01-02",
        "1990-01-02 03:04:00",
        "01:02:00",
        "a b",
        None,
    ]
    assert one_line("阳光\n 小区 ") == "阳光小区"


# ------------------------------------------------------------------------------------------------------------ safety


def repacked(path, change):
    """Write a workbook again with its parts changed by `change` (name, data → data)."""
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name, change(name, data))
    return path


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(excel.xlsx, "MOST_UNPACKED", 1_000_000)
    path = book(tmp_path / "a.xlsx", [HEAD, [1, "东区", "a", 1]])
    repacked(path, lambda name, data: data + b" " * 3_000_000 if name.endswith("styles.xml") else data)
    assert path.stat().st_size < 50_000
    with pytest.raises(InputError, match="unpacks to more than 1 MB; that is no list: refused"):
        table(path)


def test_a_workbook_that_lies_about_its_size_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(excel.xlsx, "MOST_UNPACKED", 1_000_000)
    path = book(tmp_path / "a.xlsx", [HEAD, [1, "东区", "a", 1]])
    repacked(path, lambda name, data: data + b" " * 3_000_000 if name.endswith("styles.xml") else data)
    data = path.read_bytes()
    with zipfile.ZipFile(path) as package:
        real = next(i for i in package.infolist() if i.filename.endswith("styles.xml")).file_size
    path.write_bytes(data.replace(real.to_bytes(4, "little"), (99).to_bytes(4, "little")))
    with pytest.raises(InputError, match=r"unpacks to more than 1 MB|damaged workbook"):
        table(path)


def test_a_value_in_the_farthest_corner_is_refused(tmp_path):
    workbook = openpyxl.Workbook()
    workbook.active.append(HEAD)
    workbook.active["XFD1048576"] = 1
    workbook.save(tmp_path / "a.xlsx")
    with pytest.raises(InputError, match="spreads over 1048576 rows and 16384 columns; that is no list"):
        table(tmp_path / "a.xlsx")


def test_entities_are_refused(tmp_path):
    path = book(tmp_path / "a.xlsx", [HEAD, [1, "东区", "a", 1]])
    bomb = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
    repacked(path, lambda name, data: bomb + data if name.endswith("sheet1.xml") else data)
    with pytest.raises(InputError, match=r"a damaged workbook \(an entity is declared\)"):
        table(path)


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.xlsx", b"", "the file is empty"),
        ("a.xlsx", b"a,b\n1,2\n", "not a workbook; if it is text with commas or tabs, name it .csv"),
        ("a.xls", b"<html><table></table></html>", r"a web page named \.xls"),
        ("a.xlsx", b"PK\x03\x04 and no more", "a damaged workbook"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "a damaged workbook"),
        ("a.csv", b'\xe5\x90\x8d,x\n"a,1\n', "line 2: unexpected end of data; check the quotes"),
    ],
)
def test_files_that_are_no_list(tmp_path, name, data, message):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError, match=message):
        table(tmp_path / name)


def test_a_workbook_with_a_password(tmp_path):
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
    (tmp_path / "a.xlsx").write_bytes(head + "EncryptedPackage".encode("utf-16-le"))
    with pytest.raises(InputError, match="it has a password; save a copy without one"):
        table(tmp_path / "a.xlsx")


@pytest.mark.parametrize("write", [book, old_book])
@pytest.mark.parametrize("seed", range(12))
def test_damaged_workbooks_end_in_a_clear_error_or_are_read(tmp_path, write, seed):
    """Random bytes are changed or the end is cut off: never a traceback of another kind, never a crash."""
    path = write(tmp_path / f"a.{'xlsx' if write is book else 'xls'}", [HEAD, [1, "东区", "a", 1], [2, "东区", "b", 2]])
    data, chance = bytearray(path.read_bytes()), random.Random(seed)  # noqa: S311 - no secret
    if seed % 3 == 0:
        data = data[: chance.randrange(600, len(data))]
    for _ in range(20):
        data[chance.randrange(len(data))] = chance.randrange(256)
    path.write_bytes(data)
    with contextlib.suppress(InputError):
        table(path)


def test_a_list_may_be_a_layer_of_points(tmp_path):
    rows = [
        ["养老机构"],
        ["名称", "经度", "纬度", "床位数"],
        ["甲院", 116.1, 40, 50],
        ["乙院", "１１６.2", 40, None],
        ["合计", None, None, 50],
    ]
    book(tmp_path / "a.xlsx", rows, ["A1:D1"])
    findings = Findings()
    spec = FacilitiesSpec(
        category="elder_care",
        path="a.xlsx",
        x="经度",
        y="纬度",
        crs="EPSG:4326",
        name="名称",
        capacity="床位数",
        profile="none",
    )
    frame = read_layers({"facilities[1]": spec}, tmp_path, findings)["facilities[1]"]
    assert frame.index.tolist() == [3, 4]
    assert frame.geometry.x.tolist() == [116.1, 116.2]
    assert findings.rejects()["reason"].tolist() == ["a row of totals"]
    with pytest.raises(InputError, match="a workbook needs x"):
        read_layers({"zones": FacilitiesSpec(category="a", path="a.xlsx")}, tmp_path, findings)
