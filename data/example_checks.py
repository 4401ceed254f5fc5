"""Inspections and problem points of make_example.py: what the town's inspectors saw, and where they did not look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import shapely
from example_books import MARK, write_book, write_csv
from example_datums import to_gcj02
from example_truth import spot

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import numpy as np
    from example_truth import House, Zone
    from shapely.geometry.base import BaseGeometry

BUILDINGS, COMPOUNDS, POINTS = "楼栋排查表.xlsx", "小区排查表.xlsx", "问题点_12345.csv"
BUILDING_HEADINGS = (
    *("小区名称", "楼栋编号", "检查日期", "房屋使用安全隐患", "燃气安全隐患", "管线管道破损", "雨污混流"),
    *("屋面渗漏", "外墙破损", "楼道破损", "电力线路老化", "需适老化改造", "备注"),
)
COMPOUND_HEADINGS = (
    *("小区名称", "行政区", "房屋使用安全隐患", "燃气安全隐患", "消防通道堵塞"),
    *("小区道路破损", "有无监控", "架空线杂乱", "管网老化", "泊位缺口"),
    *("是否有电动自行车充电设施", "是否实施垃圾分类", "缺公共活动场地", "环境较差", "智慧化改造"),
    *("物业管理模式", "物业引入情况", "改造进度", "备注"),
)
POINT_HEADINGS = ("编号", "类别", "诉求内容", "经度", "纬度", "上报日期", "状态", "备注")
BY_HOUSE = ("老旧小区", "老旧厂区")  # inspected house by house; villages and street blocks as a whole
NOT_INSPECTED = ("工农新村", "春晖里", "建安小区", "永安里", "北岭水泥制品厂")  # no house was looked at
NOT_VISITED = ("打铁巷街区", "会馆街区", "沙洲造纸厂")  # nor the compound
GAS = {"煤建公司宿舍": 2, "商业局宿舍": 1}  # zone, and which of its houses
STRUCTURE = {"荷塘小区": 1}
UNSOUND, LEAKING = {"盐店街"}, {"柏树湾村"}  # street blocks and villages were looked at as a whole
CONTRADICTED = "西塘村"  # two rows that say different things
CLOSED_DOOR, UNSEEN = 0.02, 0.05  # houses nobody could enter, cells left blank
RENEWED = {"水利局家属院": "已完成", "光明小区": "已完成", "青云苑": "施工中", "和平里": "进行中"}
CHOSEN = {"锦江路12号小区": "协商中", "幸福新村": "表决通过", "向阳小区": "征求意见中", "后冲村": "筹备"}
# Category, words of the caller, what of a zone makes it likely (None: nothing), and how often.
CALLS = (
    ("污水管堵塞", "楼前化粪池外溢", "drainage_fault", 16),
    ("井盖破损", "井盖塌了一角", "drainage_fault", 7),
    ("路面坑洼", "院内道路坑洼积水", "road_fault", 14),
    ("楼道灯不亮", "楼道灯坏了没人修", "stairway_fault", 13),
    ("屋顶漏水", "顶楼漏雨", "roof_fault", 12),
    ("空中飞线", "网线垂到窗前", "telecom_fault", 10),
    ("乱停车", "车停满了进不来", "parking_short", 12),
    ("占用消防通道", "消防车进不来", "fire_hazard", 7),
    ("噪音扰民", "广场舞太吵", None, 6),
)
STATES = (*(["未整改"] * 7), *(["处理中"] * 3), *(["已整改"] * 4), "不属实")


class Call(NamedTuple):
    """A report: category, words, and where (in the town's own metres)."""

    kind: str
    text: str
    place: shapely.Point


def write_buildings_checked(path: Path, zones: Sequence[Zone], rng: np.random.Generator) -> None:
    """Write the inspection house by house."""
    rows: list[Sequence[Any]] = []
    for zone in zones:
        if zone.entry.kind in BY_HOUSE and zone.entry.name not in NOT_INSPECTED:
            day = f"2024-0{rng.integers(3, 6)}-{rng.integers(1, 28):02d}"
            rows += [_house(zone, k, house, day, rng) for k, house in enumerate(zone.houses)]
    write_book(path, "楼栋排查", [BUILDING_HEADINGS, *rows], widths=(20, 10, 12, *([9] * 9), 18))


def _house(zone: Zone, place: int, house: House, day: str, rng: np.random.Generator) -> list[Any]:
    name = zone.entry.name
    # Hazards were looked for in every house.
    hazards = ["有" if found.get(name) == place else "无" for found in (STRUCTURE, GAS)]
    if rng.random() < CLOSED_DOOR:
        return [name, house.number, day, *hazards, *(["无法入户"] * 7), MARK]
    said = house.defects
    cells = [
        "破损" if said["pipe_fault"] else "完好",
        "是" if said["drainage_fault"] else "否",
        ("渗漏" if rng.random() < 0.5 else "有") if said["roof_fault"] else "无",
        "破损" if said["facade_fault"] else "完好",
        "破损" if said["stairway_fault"] else "良好",
        "老化" if said["power_fault"] else "正常",
        "是" if house.floors > 3 and rng.random() < 0.8 else "否",
    ]
    return [name, house.number, day, *hazards, *(None if rng.random() < UNSEEN else cell for cell in cells), MARK]


def write_compounds_checked(path: Path, zones: Sequence[Zone], rng: np.random.Generator) -> None:
    """Write the inspection compound by compound, one of them twice with different answers."""
    rows: list[Sequence[Any]] = []
    for zone in zones:
        if zone.entry.name in NOT_VISITED:
            continue
        rows.append(_compound(zone, rng))
        if zone.entry.name == CONTRADICTED:
            again = list(rows[-1])
            again[5], again[6] = ("完好" if again[5] == "破损" else "破损"), ("无" if again[6] == "有" else "有")
            rows.append(again)
    write_book(path, "小区排查", [COMPOUND_HEADINGS, *rows], widths=(20, 10, *([9] * 13), 14, 14, 10, 18))


def _compound(zone: Zone, rng: np.random.Generator) -> list[Any]:
    one, lacks = zone.entry, zone.lacks
    whole = one.kind not in BY_HOUSE and bool(zone.houses)
    bays = round(lacks["parking_short"] * one.homes * 0.3 / 5) * 5
    status = CHOSEN.get(one.name, "未开展" if zone.managed == "无" else "在管")
    cells: list[Any] = [
        "有" if one.name in {*STRUCTURE, *UNSOUND} else "无",
        "有" if one.name in {*GAS, *LEAKING} else "无",
        _there("有", "无", lacks["fire_hazard"]),
        _there("破损", "完好", lacks["road_fault"]),
        _there("无", "有", lacks["security_fault"]),
        _there("是", "否", lacks["telecom_fault"]),
        _there("是", "否", float(lacks["pipe_fault"] > 0.5)) if whole else None,
        bays if zone.houses and rng.random() < 0.9 else None,
        _there("否", "是", lacks["ebike_charging_lacking"]),
        _there("否", "是", lacks["waste_sorting_lacking"]),
        _there("是", "否", lacks["activity_ground_lacking"]),
        _there("是", "否", lacks["environment_fault"]),
        _there("否", "是", lacks["smart_lacking"]),
    ]
    seen = [*cells[:3], *(None if rng.random() < UNSEEN else cell for cell in cells[3:])]
    managed = {"原单位": "原单位管理"}.get(zone.managed, zone.managed)
    return [one.name, one.district, *seen, managed, status, RENEWED.get(one.name, "未改造"), MARK]


def _there(bad: str, good: str, lacks: float) -> str:
    return bad if lacks > 0 else good


def write_points(
    path: Path, zones: Sequence[Zone], lonlat: Callable[[BaseGeometry], BaseGeometry], rng: np.random.Generator
) -> None:
    """Write the calls to the town's hotline in the degrees of a map service (GCJ-02), one twice and one outside."""
    calls: list[Call] = []
    for kind, text, cause, count in CALLS:
        force = [zone.entry.homes * (zone.lacks[cause] if cause else 1.0) for zone in zones]
        there = rng.choice(len(zones), count, p=[f / sum(force) for f in force])
        calls += [Call(kind, text, spot(zones[k], rng)) for k in there]
    far = zones[0].face.centroid
    calls.append(Call("路面坑洼", "城外公路坑洼", shapely.Point(far.x, far.y + 900)))
    rows = []
    for number, k in enumerate(rng.permutation(len(calls)), 1):
        place = lonlat(calls[k].place)
        x, y = to_gcj02(place.x, place.y)
        day = f"2024-05-{rng.integers(1, 29):02d}"
        state = STATES[int(rng.integers(len(STATES)))]
        rows.append([f"SYN{number:04d}", calls[k].kind, calls[k].text, f"{x:.6f}", f"{y:.6f}", day, state, MARK])
    rows.insert(20, rows[7])
    write_csv(path, [POINT_HEADINGS, *rows])
