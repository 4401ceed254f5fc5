"""Messy files of make_example.py: the same town as a city would hand it over.

Places come as exports of two map services in their shifted degrees, with rows that are something else, repeated,
closed or without coordinates; buildings as a Shapefile of a cadastre in a Gauss-Krüger zone, with names of columns cut
to initials, texts in GBK that nothing announces, and storeys and years written in many ways.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import pyogrio
import shapely
from example_datums import to_bd09, to_gcj02

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

MARK = "合成数据 SYNTHETIC"
DAY = "2024-06-01"
ZONE_CRS = "EPSG:4527"  # CGCS2000, 3° zone 39, its number before the easting
MILLIMETRES = 3
WIDE = str.maketrans("0123456789.()", "０１２３４５６７８９．（）")
NUMERALS = "零一二三四五六七八九"
AMAP = {
    "养老服务站": ("080402", "体育休闲服务;度假疗养场所;疗养院"),
    "便利店": ("060200", "购物服务;便民商店/便利店;便民商店/便利店"),
}
BAIDU = {"托育园": "教育培训;亲子教育", "便利店": "购物;便利店"}
UNITS = {"养老服务站": "床", "托育园": "个托位", "便利店": "㎡"}
CLOSED = "停业"
# Rows that are no elder care, nursery or store, each at the door of a place of that number: name, class, status.
AMAP_OTHERS = (
    (3, "晚晴老年用品店", "061200", "购物服务;专卖店;专营店", "营业"),
    (5, "松鹤养老产业发展有限公司", "080402", "体育休闲服务;度假疗养场所;疗养院", "营业"),
    (8, "安康养老服务站停车场", "150904", "交通设施服务;停车场;停车场", "营业"),
    (11, "颐和疗养院", "080402", "体育休闲服务;度假疗养场所;疗养院", "营业"),
    (16, "巷口面馆", "050300", "餐饮服务;快餐厅;快餐厅", "营业"),
    (22, "䶮记馄饨", "050300", "餐饮服务;快餐厅;快餐厅", "营业"),
    (27, "春晖大药房", "090601", "医疗保健服务;医药保健销售店;药房", "营业"),
    (34, "街角便利店(旧店)", "060200", "购物服务;便民商店/便利店;便民商店/便利店", CLOSED),
    (41, "福寿养老服务站(南关)", "080402", "体育休闲服务;度假疗养场所;疗养院", "暂停营业"),
    (49, "好又近生鲜超市", "060400", "购物服务;超级市场;超市", "营业"),
)
BAIDU_OTHERS = (
    (17, "向日葵幼儿园", "教育培训;幼儿园", "营业"),
    (21, "贝贝幼儿园托育部", "教育培训;幼儿园", "营业"),
    (25, "小星星婴幼儿游泳馆", "教育培训;亲子教育", "营业"),
    (29, "七彩托育园(老园)", "教育培训;亲子教育", CLOSED),
    (31, "阳光小学", "教育培训;小学", "营业"),
)
REPEATED = (2, 37)  # stand twice, as in two downloads that overlap
TWICE_NAMED = (7, 52)  # stand again under another id and 15 m away
WIDE_NAMED = (1, 6, 40)  # digits and brackets of the name are full-width
WIDE_PLACED = (9, 44)  # digits of the coordinates are full-width
BAIDU_STORES = slice(70, 80)  # known to Baidu alone
SHARED_STORES = slice(80, 87)  # known to both


class Place(NamedTuple):
    """A facility: number, name, service, WGS 84 degrees, and how large it is ("" where that is not known)."""

    number: int
    name: str
    service: str
    lon: float
    lat: float
    size: str


def places(records: Sequence[Sequence[Any]], degrees: Sequence[tuple[float, float]]) -> list[Place]:
    """Return the facilities of the clean file with their degrees, sizes written with their unit."""
    out = []
    for number, (record, (lon, lat)) in enumerate(zip(records, degrees, strict=True), 1):
        size = "".join(str(cell) for cell in record[4:])
        out.append(Place(number, record[1], record[2], lon, lat, size and size + UNITS[record[2]]))
    return out


def write_places(folder: Path, known: Sequence[Place], rng: np.random.Generator) -> None:
    """Write the exports of two map services, one row for each place that they know and some that only disturb."""
    own = {place.number for place in known[BAIDU_STORES]}
    amap = [p for p in known if p.service in AMAP and p.number not in own]
    baidu = [p for p in known if p.service == "托育园"] + [*known[BAIDU_STORES], *known[SHARED_STORES]]
    _write_amap(folder / "poi_amap.csv", amap, known, rng)
    _write_baidu(folder / "poi_baidu.csv", baidu, known, rng)


def _write_amap(path: Path, mine: Sequence[Place], known: Sequence[Place], rng: np.random.Generator) -> None:
    header = ["id", "name", "typecode", "type", "address", "location", "规模", "营业状态", "备注"]
    rows = []
    for place in mine:
        code, kind = AMAP[place.service]
        name = place.name.translate(WIDE) if place.number in WIDE_NAMED else place.name
        at = _pair(*to_gcj02(place.lon, place.lat), 8)
        at = at.translate(WIDE) if place.number in WIDE_PLACED else at
        row = [f"B0SYN{place.number:05d}", name, code, kind, _address(place), at, place.size, "营业", MARK]
        rows += [row] * (2 if place.number in REPEATED else 1)
        if place.number in TWICE_NAMED:
            beside = _pair(*to_gcj02(place.lon + 1.5e-4, place.lat), 8)
            rows.append([f"B0SYN{place.number + 500:05d}", f"{name} ", *row[2:5], beside, "", *row[7:]])
    for number, name, code, kind, status in AMAP_OTHERS:
        door = known[number - 1]
        at = _pair(*to_gcj02(door.lon + 2e-4, door.lat + 1e-4), 8)
        rows.append([f"B0SYN{number + 800:05d}", name, code, kind, _address(door), at, "", status, MARK])
    code, kind = AMAP["养老服务站"]
    rows.append(["B0SYN00999", "乐天养老服务站(待核实)", code, kind, "[]", "", "20床", "营业", MARK])
    _write(path, header, [rows[k] for k in rng.permutation(len(rows))], "gb18030")


def _write_baidu(path: Path, mine: Sequence[Place], known: Sequence[Place], rng: np.random.Generator) -> None:
    header = ["uid", "name", "tag", "address", "lng", "lat", "规模", "营业状态", "备注"]
    shared = {place.number for place in known[SHARED_STORES]}
    rows = []
    for place in mine:
        at = _pair(*to_bd09(place.lon, place.lat), 6).split(",")
        size = "" if place.number in shared else place.size
        row = [f"syn{place.number:05d}", place.name, BAIDU[place.service], _address(place), *at, size, "营业", MARK]
        rows += [row] * (2 if place is mine[0] else 1)
    for number, name, tag, status in BAIDU_OTHERS:
        door = known[number - 1]
        at = _pair(*to_bd09(door.lon + 2e-4, door.lat + 1e-4), 6).split(",")
        rows.append([f"syn{number + 800:05d}", name, tag, _address(door), *at, "", status, MARK])
    rows.append(["syn00999", "萌芽托育园(筹备点)", BAIDU["托育园"], "", "", "", "", "营业", MARK])
    _write(path, header, [rows[k] for k in rng.permutation(len(rows))], "utf-8-sig")


def _pair(x: float, y: float, decimals: int) -> str:
    return f"{x:.{decimals}f},{y:.{decimals}f}"


def _address(place: Place) -> str:
    """Return what stands in brackets in the name; map services write [] where there is nothing."""
    return place.name.partition("(")[2].rstrip(")") or "[]"


def _write(path: Path, header: list[str], rows: list[list[str]], encoding: str) -> None:
    text = io.StringIO(newline="")
    out = csv.writer(text, lineterminator="\n")
    out.writerows([header, *rows])
    path.write_bytes(text.getvalue().encode(encoding))


def write_buildings(
    folder: Path, items: Sequence[tuple[BaseGeometry, dict[str, Any]]], rng: np.random.Generator
) -> None:
    """Write the footprints (in degrees) as a Shapefile of a cadastre, to the millimetre.

    ZRZH is the number of the building, DSCS its storeys above ground, GHYT its use, JGRQ when it was finished, ZTS its
    flats (blank in buildings without any, though 0 is meant) and BZ a remark.
    """
    frame = gpd.GeoDataFrame(
        [
            {
                "ZRZH": fields["楼栋编号"],
                "DSCS": _storeys(fields["层数"], rng),
                "GHYT": fields["用途"],
                "JGRQ": _finished(fields["建成年代"], rng),
                "ZTS": str(fields["户数"]) if fields["户数"] or fields["用途"] is None else None,
                "BZ": "合成数据",
            }
            for _, fields in items
        ],
        geometry=[shape for shape, _ in items],
        crs="EPSG:4326",
    ).to_crs(ZONE_CRS)
    frame = frame.set_geometry(shapely.transform(frame.geometry.to_numpy(), _to_millimetres), crs=ZONE_CRS)
    options = {"RESIZE": "YES", "DBF_DATE_LAST_UPDATE": DAY}
    pyogrio.write_dataframe(frame, folder / "楼栋.shp", driver="ESRI Shapefile", encoding="GBK", layer_options=options)
    # Many exports lack it: then only the bytes tell the encoding.
    (folder / "楼栋.cpg").unlink()


def _to_millimetres(xy: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.round(xy, MILLIMETRES)


def _storeys(floors: int, rng: np.random.Generator) -> str:
    way = rng.random()
    if way < 0.80:
        return str(floors)
    if way < 0.88:
        return f"{floors}层"
    if way < 0.92 and floors < len(NUMERALS):
        return f"{NUMERALS[floors]}层"
    return str(floors).translate(WIDE) if way < 0.97 else f"{floors}/-1"


def _finished(year: int | None, rng: np.random.Generator) -> str | None:
    way, month = rng.random(), int(rng.integers(1, 13))
    if year is None:
        return None
    if way < 0.75:
        return str(year)
    if way < 0.85:
        return f"{year}年"
    return f"{year}-{month:02d}" if way < 0.95 else f"{year}{month:02d}01"
