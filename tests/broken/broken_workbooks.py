"""Workbooks that are broken, and what stands in lists and should not."""

import datetime as dt
import io
import zipfile
from contextlib import contextmanager

import xlsxwriter
import xlwt
from biff5 import old_workbook
from cases import broken
from zoo import LISTED, xls, xlsx


def compounds(town, name="list.xlsx", extra=""):
    """Write the town with a list of compounds that is there already."""
    return town.write(f'\n[compounds]\npath = "{name}"\n{extra}')


@contextmanager
def edited(town):
    """Give the workbook of the usual list and its page, to write more into it."""
    with xlsxwriter.Workbook(town.folder / "list.xlsx") as book:
        page = book.add_worksheet()
        for r, row in enumerate(LISTED):
            page.write_row(r, 0, row)
        yield book, page


def listed(town, *rows, extra=""):
    """Write the town with a list of these rows below the usual header."""
    xlsx(town.folder / "list.xlsx", [LISTED[0], *rows])
    return compounds(town, extra=extra)


# -------------------------------------------------------------------------------------------------- damaged workbooks


@broken("empty file", "list.xlsx", error="the file is empty; name another")
def workbook_of_no_bytes(town):
    (town.folder / "list.xlsx").write_bytes(b"")
    return compounds(town)


@broken("truncated file", "list.xlsx", error="a damaged workbook .*; open it and save it again")
def workbook_cut_off(town):
    path = xlsx(town.folder / "list.xlsx")
    path.write_bytes(path.read_bytes()[:-300])
    return compounds(town)


@broken("bad zip", "list.xlsx", error="a damaged workbook .*; open it and save it again")
def workbook_with_a_flipped_byte(town):
    path = xlsx(town.folder / "list.xlsx")
    data = bytearray(path.read_bytes())
    at = data.index(b"xl/worksheets/sheet1.xml") + 60
    data[at] ^= 0xFF
    path.write_bytes(bytes(data))
    return compounds(town)


@broken("bad zip", "list.xlsx", error="a damaged workbook .*; open it and save it again")
def zip_that_is_no_workbook(town):
    with zipfile.ZipFile(town.folder / "list.xlsx", "w") as package:
        package.writestr("hello.txt", "hello")
    return compounds(town)


@broken("zip bomb", "list.xlsx", error="unpacks to more than 300 MB; that is no list: refused")
def workbook_that_is_a_bomb(town):
    path = xlsx(town.folder / "list.xlsx")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as package, package.open("xl/media/x.bin", "w") as part:
        for _ in range(310):
            part.write(bytes(1_000_000))
    return compounds(town)


def repack(path, part, text):
    """Replace a part of a workbook."""
    old = zipfile.ZipFile(io.BytesIO(path.read_bytes()))
    with zipfile.ZipFile(path, "w") as package:
        for name in old.namelist():
            package.writestr(name, text(old.read(name).decode()) if name == part else old.read(name))


@broken("entity bomb", "list.xlsx", error="a damaged workbook .an entity is declared")
def workbook_with_entities(town):
    path = xlsx(town.folder / "list.xlsx")
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    repack(path, "xl/workbook.xml", lambda text: text.replace("<workbook", f"{bomb}<workbook", 1))
    return compounds(town)


@broken("sheet that spreads too far", "list.xlsx", error="spreads over 1048576 rows .* delete what stands far")
def workbook_with_a_far_cell(town):
    with edited(town) as (_, page):
        page.write(1_048_575, 16_383, "x")
    return compounds(town)


@broken("missing sheet", "list.xlsx", error="sheet '老旧小区' is not there; it has 名单")
def workbook_without_the_sheet(town):
    xlsx(town.folder / "list.xlsx")
    return compounds(town, extra='sheet = "老旧小区"\n')


@broken("missing part of a workbook", "list.xlsx", error="no sheet holds a value; name one with sheet")
def workbook_without_its_sheet_part(town):
    path = xlsx(town.folder / "list.xlsx")
    repack(path, "xl/_rels/workbook.xml.rels", lambda text: text.replace("sheet1.xml", "sheet9.xml"))
    return compounds(town)


@broken("password", "list.xlsx", error="it has a password; save a copy without one")
def workbook_with_a_password(town):
    """A workbook with a password is a compound file that holds it encrypted."""
    from xlwt.CompoundDoc import XlsDoc

    with (town.folder / "list.xlsx").open("wb") as file:
        XlsDoc().save(file, b"EncryptionInfo" + "EncryptedPackage".encode("utf-16-le") + bytes(5000))
    return compounds(town)


@broken("other content than the name says", "list.xls", error="a web page named .xls; open it in a spreadsheet")
def web_page_as_a_workbook(town):
    (town.folder / "list.xls").write_text("<html><table><tr><td>小区名称</td></tr></table></html>", encoding="utf-8")
    return compounds(town, "list.xls")


@broken("other content than the name says", "list.xlsx", error="not a workbook; if it is text .* name it .csv")
def csv_as_a_workbook(town):
    (town.folder / "list.xlsx").write_text("小区名称,总户数\n西区,120\n", encoding="utf-8")
    return compounds(town)


@broken("truncated file", "list.xls", error="a damaged workbook .*; save a copy as .xlsx")
def old_workbook_cut_off(town):
    path = xls(town.folder / "list.xls")
    path.write_bytes(path.read_bytes()[:3000])
    return compounds(town, "list.xls")


@broken("format of 1995", "list.xls", error="does not say its encoding; open it and save a copy as .xlsx")
def workbook_of_1995(town):
    (town.folder / "list.xls").write_bytes(old_workbook([["小区名称", "总户数"], ["西区", 120]], codepage=0))
    return compounds(town, "list.xls")


@broken("format that is not read", "list.xlsb", error="is no list; give .xlsx, .xls or .csv")
def workbook_of_a_third_kind(town):
    (town.folder / "list.xlsb").write_bytes(b"PK\x03\x04")
    return compounds(town, "list.xlsb")


# --------------------------------------------------------------------------- what stands in lists and should not


@broken("no rows", "list.xlsx", error="no row below the header in row 1; name the sheet")
def list_of_a_header(town):
    return listed(town)


@broken("no header", "list.xlsx", error="no header found in the first 40 rows .*; set header_row")
def list_without_a_header(town):
    xlsx(town.folder / "list.xlsx", LISTED[1:])
    return compounds(town)


@broken("no rows", "list.xlsx", error="no sheet holds a value")
def workbook_of_blank_sheets(town):
    xlsx(town.folder / "list.xlsx", [])
    return compounds(town)


@broken("duplicate columns", found="compounds: columns of one name were numbered: 总户数 .2.")
def list_with_a_column_twice(town):
    xlsx(town.folder / "list.xlsx", [[*row, row[2]] for row in LISTED])
    return compounds(town)


@broken("formula in a cell", found="compounds: 总户数: formula without a value; taken as missing")
def formula_that_was_never_computed(town):
    with edited(town) as (_, page):
        page.write_formula(1, 2, "=SUM(B1:B9)", None, "")
    return compounds(town)


@broken("external link", found="compounds: 总户数: a formula's error; taken as missing")
def link_to_another_workbook(town):
    with edited(town) as (_, page):
        page.write_formula(1, 2, "='[other.xlsx]Sheet1'!A1", None, "#REF!")
    return compounds(town)


@broken("macro", found="compounds: list.xlsx holds macros: they are not run")
def workbook_with_a_macro(town):
    path = xlsx(town.folder / "list.xlsx")
    with zipfile.ZipFile(path, "a") as package:
        package.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0" + bytes(600))
    return compounds(town)


@broken("row of totals", found="compounds: : a row of totals")
def list_with_totals(town):
    return listed(town, *LISTED[1:], ["合计", "", 360, 3.3, ""])


@broken("negative number", found="compounds: 总户数: below zero; taken as missing")
def list_with_a_negative_count(town):
    return listed(town, ["西区", "1985", -120, 1.1, 6], LISTED[2])


@broken("negative number", found="compounds: 建筑面积.*: not between 10 and 1000 m² per dwelling; taken as missing")
def list_with_a_negative_area(town):
    return listed(town, ["西区", "1985", 120, -1.1, 6], LISTED[2])


@broken("unit of area", found="compounds: 建筑面积.*: not between 10 and 1000 m² per dwelling; taken as missing")
def list_with_an_area_in_another_unit(town):
    return listed(town, ["西区", "1985", 120, 11000, 6], LISTED[2])


@broken("year out of range", found="compounds: 建成年代: .*; give a year")
def list_with_years_0_and_9999(town):
    return listed(town, ["西区", "0", 120, 1.1, 6], ["东区", "9999", 240, 2.2, 6])


@broken("date out of range", found="compounds: 建成年代: .*; give a year")
def list_with_a_date_beyond_all(town):
    with xlsxwriter.Workbook(town.folder / "list.xlsx") as book:
        page = book.add_worksheet()
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for r, row in enumerate(LISTED):
            page.write_row(r, 0, row)
        page.write(1, 1, 9_999_999, day)
        page.write(2, 1, -5, day)
    return compounds(town)


@broken("date out of range", found="compounds: 建成年代: .* as a date; taken as missing; mend the cell")
def old_list_with_a_date_beyond_all(town):
    book = xlwt.Workbook()
    page = book.add_sheet("list", cell_overwrite_ok=True)
    day = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for r, row in enumerate(LISTED):
        for c, value in enumerate(row):
            page.write(r, c, value)
    page.row(1).set_cell_number(1, 9_999_999, day)
    book.save(str(town.folder / "list.xls"))
    return compounds(town, "list.xls")


@broken("date instead of a number", found="compounds: 层数: a date; spreadsheets make one of 4-6")
def floors_that_became_a_date(town):
    with edited(town) as (book, page):
        page.write_datetime(1, 4, dt.datetime(2024, 4, 6), book.add_format({"num_format": "m/d"}))  # noqa: DTZ001 - a cell has no zone
    return compounds(town)


@broken("floors as text", found="compounds: 层数: .*; give the number of storeys")
def list_with_floors_in_words(town):
    return listed(town, ["西区", "1985", 120, 1.1, "多层"], LISTED[2])


@broken("number too large", found="compounds: 1 numbers of more than 15 digits: the spreadsheet has lost their last")
def ids_that_lost_digits(town):
    rows = [[*LISTED[0], "编号"], [*LISTED[1], 123456789012345678], [*LISTED[2], 2]]
    xlsx(town.folder / "list.xlsx", rows)
    return compounds(town)


@broken("row that belongs to nothing", found="compounds: : it belongs to no zone: .*add its zone")
def list_with_a_stranger(town):
    return listed(town, *LISTED[1:], ["不存在的花园", "1990", 10, 0.1, 6])


@broken("id that stands twice", found="compounds: : the same as row 2; leave it out")
def list_with_a_row_twice(town):
    return listed(town, *LISTED[1:], LISTED[1])


@broken("full-width digits", found="compounds: 2 of 2 rows were joined to 2 of 2 zones")
def list_in_full_width(town):
    return listed(town, ["西区", "１９８５", "１２０", "１．１", "６"], LISTED[2])


@broken("no homes", "compounds", error="without .buildings. the list must give the dwellings of zones")
def list_without_dwellings(town):
    xlsx(town.folder / "list.xlsx", [[row[0], row[1]] for row in LISTED])
    return town.write('\n[compounds]\npath = "list.xlsx"\n', buildings="")
