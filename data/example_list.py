"""The list of compounds of make_example.py: a workbook as a housing bureau keeps it."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections import Counter
from itertools import groupby
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

import xlsxwriter

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

CREATED = dt.datetime(2024, 6, 1)  # noqa: DTZ001 - a workbook's own date has no zone
ZIPPED = (1980, 1, 1, 0, 0, 0)
TITLE = "合成示例市老旧小区、厂区、街区和城中村台账（SYNTHETIC 合成数据，虚构城市）"
UNIT = "填报单位：合成示例市（虚构）    单位：户、栋、万㎡、万元"
NOTE = "注：合成数据 SYNTHETIC，小区、地址和数字均为虚构，不代表任何真实地点。"
# Heading, and the group above it; "" where the heading takes both rows.
HEADINGS = (
    ("序号", ""), ("行政区", ""), ("小区名称", ""), ("地址", ""),
    ("建成年代", "建筑情况"), ("层数", "建筑情况"), ("楼栋数", "建筑情况"), ("建筑面积（万㎡）", "建筑情况"),
    ("有无电梯", "建筑情况"), ("总户数", "居民情况"), ("物业管理情况", "居民情况"),
    ("改造年度", "改造计划"), ("计划投资（万元）", "改造计划"),
)  # fmt: skip
AREA, FLATS, MONEY = 7, 9, 12
# The name in the list, where it is not written as in the layer of zones.
WRITTEN = {
    "锦江路86号小区": "锦江路８６号小区",
    "荷塘小区": "荷塘社区",
    "永固砖瓦厂旧址": "永固砖瓦厂（旧址）",
    "朝阳一村": "朝阳1村",
    "朝阳二村": "朝阳2村",
    "第二棉纺厂": "第2棉纺厂",
    "老码头街区": "老码头 街区",
    "银杏小区": "银杏",
    "北岭水泥制品厂": "沙洲区北岭水泥制品厂",
    "煤建公司宿舍": "煤建公司职工宿舍",
}
NOT_COUNTED = "玉兰小区"  # its flats are blank: nobody counted them
STRANGER, STRANGE_DISTRICT = "红旗机床厂家属院", "沙洲区"  # in the list, but no zone
AGAIN = "建安小区"  # stands there twice
DATED = "望湖新村"  # its year is a cell with a date
YEARS = {"盐店街": "解放前", "半边街": "1950年以前"}  # no year can be read from these
STOREYS = {"会馆街区": "1-3"}  # has two meanings
MANAGED = {"老旧小区": ("社区托管", "专业物业", "无", "居民自管"), "老旧厂区": ("原单位", "无")}


class Entry(NamedTuple):
    """What is known of a zone."""

    name: str
    kind: str
    district: str
    homes: int
    houses: int
    area: float
    years: list[int]
    floors: list[int]


def entry(name: str, kind: str, district: str, items: Sequence[tuple[float, dict[str, Any]]]) -> Entry:
    """Return what the buildings (footprint in m², fields) of a zone make up."""
    lived_in = [fields for _, fields in items if fields["户数"]] or [fields for _, fields in items]
    return Entry(
        name,
        kind,
        district,
        homes=sum(fields["户数"] for _, fields in items),
        houses=len(items),
        area=sum(footprint * fields["层数"] for footprint, fields in items),
        years=sorted(f["建成年代"] for f in lived_in if f["建成年代"] is not None),
        floors=sorted(f["层数"] for f in lived_in),
    )


def write_list(path: Path, entries: Sequence[Entry]) -> None:
    """Write the workbook.

    Its parts are stored as they are and dated 1980, so that it is the same on every machine.
    """
    packed = io.BytesIO()
    with xlsxwriter.Workbook(packed, {"in_memory": True}) as book:
        book.set_properties({"title": TITLE, "comments": NOTE, "created": CREATED})
        formats = {
            "head": book.add_format({"bold": True, "align": "center", "valign": "vcenter", "border": 1}),
            "date": book.add_format({"num_format": 'yyyy"年"m"月"'}),
        }
        _write_sheet(book.add_worksheet("台账"), entries, formats)
        notes = book.add_worksheet("填表说明")
        notes.write_column(0, 0, ["填表说明", NOTE, "建成年代填写竣工年份；层数填写主要层数。"])
    with zipfile.ZipFile(packed) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as target:
        for member in source.infolist():
            target.writestr(zipfile.ZipInfo(member.filename, ZIPPED), source.read(member))


def _write_sheet(sheet: Any, entries: Sequence[Entry], formats: dict[str, Any]) -> None:  # noqa: ANN401 - the library has no types
    last = len(HEADINGS) - 1
    sheet.merge_range(0, 0, 0, last, TITLE, formats["head"])
    sheet.merge_range(1, 0, 1, last, UNIT)
    _write_header(sheet, formats["head"])
    sheet.set_column(2, 3, 24)
    row, number = 4, 0
    for district, group in groupby(entries, key=lambda e: e.district):
        first, own = row, list(group)
        listed = _listed(own, district)
        for written, one in listed:
            number += 1
            for column, value in enumerate(_cells(number, written, one)):
                if isinstance(value, dt.date):
                    sheet.write_datetime(row, column, value, formats["date"])
                elif value is not None and column != 1:
                    sheet.write(row, column, value)
            row += 1
        sheet.merge_range(first, 1, row - 1, 1, district, formats["head"])
        _write_total(sheet, row, f"{district}小计", own)
        row += 1
    _write_total(sheet, row, "合计", list(entries))
    sheet.merge_range(row + 1, 0, row + 1, last, NOTE)


def _write_header(sheet: Any, style: Any) -> None:  # noqa: ANN401 - the library has no types
    column = 0
    for group, part in groupby(HEADINGS, key=lambda h: h[1] or h[0]):
        names = [name for name, _ in part]
        if names == [group]:
            sheet.merge_range(2, column, 3, column, group, style)
        else:
            sheet.merge_range(2, column, 2, column + len(names) - 1, group, style)
            sheet.write_row(3, column, names, style)
        column += len(names)


def _listed(own: Sequence[Entry], district: str) -> list[tuple[str, Entry]]:
    """Return the rows of a district with the names as they are written, one twice, and one that is no zone."""
    listed = [(WRITTEN.get(one.name, one.name), one) for one in own]
    for name, one in list(listed):
        if one.name == AGAIN:
            listed.append((name, one))
    if district == STRANGE_DISTRICT:
        listed.append((STRANGER, Entry(STRANGER, "老旧厂区", district, 96, 4, 7300.0, [1978, 1982], [4, 5])))
    return listed


def _cells(number: int, name: str, one: Entry) -> list[Any]:
    # How it is written depends on the compound alone: a row that stands twice is the same.
    turn = len(one.name) + one.houses
    homes: Any = f"{one.homes}户" if turn % 9 == 0 else one.homes
    if one.name == NOT_COUNTED or not one.houses:
        homes = None
    area: Any = f"{one.area:.0f}㎡" if turn % 7 == 0 else round(one.area / 1e4, 2)
    managed, lift = run_by(one)
    plan = (f"{2025 + turn % 3}年", round(one.homes * 1.6 + 40)) if turn % 4 else (None, None)
    street = f"{'东西南北'[turn % 4]}街{sum(map(ord, one.name)) % 499 + 1}号"
    return [number, one.district, name, street, _year(one, turn), _storeys(one), one.houses,
            area if one.houses else None, "有" if lift else "无", homes, managed, *plan]  # fmt: skip


def run_by(one: Entry) -> tuple[str, bool]:
    """Return who runs a compound, and whether a house of it has a lift."""
    turn, kinds = len(one.name) + one.houses, MANAGED.get(one.kind, ("无",))
    return kinds[turn % len(kinds)], turn % 8 == 0


def _year(one: Entry, turn: int) -> Any:  # noqa: ANN401 - a number, a text or a date
    if not one.years or one.name in YEARS:
        return YEARS.get(one.name)
    middle, first, last = int(median(one.years)), one.years[0], one.years[-1]
    if one.name == DATED:
        return dt.date(middle, 6, 1)
    if first // 10 == last // 10 and last < 2000 and turn % 2:
        return f"{first % 100 // 10}0年代"
    ways = (middle, f"{middle}年", f"{first}-{last}", f"{middle}年5月", f"约{middle}年")
    return ways[turn % len(ways)]


def _storeys(one: Entry) -> Any:  # noqa: ANN401 - a number or a text
    if not one.floors or one.name in STOREYS:
        return STOREYS.get(one.name)
    common = sorted(value for value, _ in Counter(one.floors).most_common(1 if len(one.name) % 2 else 2))
    if len(common) == 1:
        return common[0]
    return "、".join(map(str, common)) if common[0] == 1 else f"{common[0]}/{common[1]}"


def _write_total(sheet: Any, row: int, label: str, entries: Sequence[Entry]) -> None:  # noqa: ANN401 - the library has no types
    sheet.write(row, 2, label)
    sheet.write(row, 6, sum(one.houses for one in entries))
    sheet.write(row, AREA, round(sum(one.area for one in entries) / 1e4, 2))
    sheet.write(row, FLATS, sum(one.homes for one in entries))
