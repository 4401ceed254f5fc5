"""Meetings, votes, residents by group and candidate sites of make_example.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from example_books import MARK, write_book, write_csv
from example_survey import MEASURE_WORDS, PROBLEM_WORDS
from example_truth import AGES, CELLS, FLOORS, MEASURES, PROBLEMS, TENURES, spot, true_shares

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from example_truth import Zone
    from shapely.geometry.base import BaseGeometry

MEETINGS, VOTES, RESIDENTS, SITES, TRUTH = (
    *("坝坝会记录.xlsx", "业主表决.xlsx", "居民结构.csv", "候选场址.csv"),
    "needs.csv",
)
MEETING_HEADINGS = ("小区名称", "日期", "议题", "到会人数", "赞成", "反对", "弃权", "备注")
# Zone, what was voted on, how many of 100 households came, and how many of 100 of them were for and against it.
MET = (
    ("解放新村", "加装电梯", 14, 61, 22),
    ("解放新村", "更换老旧管线", 14, 92, 2),
    ("荷塘小区", "更换老旧管线", 11, 88, 4),
    ("荷塘小区", "养老服务站", 11, 74, 9),
    ("锦江路86号小区", "加装电梯", 9, 66, 24),
    ("李家大屋", "雨污管网改造", 6, 90, 3),
    ("李家大屋", "电动自行车充电棚", 6, 71, 8),
    ("纺织局家属院", "更换老旧管线", 12, 94, 1),
    ("望湖新村", "更换老旧管线", 15, 89, 3),
    ("朝阳二村", "加装电梯", 8, 58, 31),
    ("卫校宿舍", "增加停车位", 10, 55, 28),
    ("盐店街", "雨污管网改造", 19, 85, 5),
    ("向阳小区", "引入物业管理", 7, 63, 25),
)
VOTE_HEADINGS = (
    *("小区名称", "表决事项", "业主总人数", "参与表决人数", "同意人数"),
    *("专有面积合计（㎡）", "参与表决面积（㎡）", "同意面积（㎡）", "备注"),
)
# Zone, matter, share of owners that voted, share of those that were for it, and whether areas were added up.
VOTED = (
    ("望湖新村", "更换老旧管线", 0.82, 0.91, True),  # passed
    ("朝阳二村", "加装电梯", 0.54, 0.83, True),  # too few voted
    ("锦江路86号小区", "加装电梯", 0.79, 0.69, True),  # more than half, less than three quarters
    ("幸福新村", "引入物业管理", 0.74, 0.66, False),  # areas are not known
)
FLAT = 68.0  # square metres of a flat
SITE_HEADINGS = (
    *("场址编号", "名称", "设施类别", "现状用途", "行政区", "经度", "纬度"),
    *("建筑面积（㎡）", "可提供规模", "改造投资（万元）", "备注"),
)
# Zone, facility, what stands there now, floor area, beds, places or m², and cost in 10,000 yuan.
ROOMS = (
    ("李家大屋", "elder_care", "闲置村委会办公楼", 620, 45, 186),
    ("解放新村", "elder_care", "闲置锅炉房", 380, 28, 118),
    ("银杏小区", "elder_care", "空置底商", 410, 30, 131),
    ("荷塘小区", "elder_care", "闲置自行车棚", 260, 18, 88),
    ("锦华印染厂生活区", "elder_care", "旧食堂", 900, 70, 265),
    ("柏树湾村", "elder_care", "集体用房", 540, 40, 160),
    ("煤建公司宿舍", "elder_care", "旧会议室", 330, 24, 102),
    ("东方红搪瓷厂", "elder_care", "空置厂房", 1800, 120, 620),
    ("陈家村", "childcare", "旧小学教室", 480, 60, 144),
    ("解放新村", "childcare", "社区用房二层", 300, 36, 96),
    ("莲花里", "childcare", "空置底商", 260, 30, 84),
    ("纺织局家属院", "childcare", "原单位托儿所", 420, 50, 118),
    ("后冲村", "childcare", "集体用房", 280, 32, 79),
    ("李家大屋", "convenience", "沿街空房", 110, 90, 22),
    ("西塘村", "convenience", "村口空房", 95, 80, 19),
    ("沙嘴村", "convenience", "沿街空房", 120, 100, 25),
    ("荷塘小区", "convenience", "空置车库", 70, 60, 14),
    ("北岭水泥制品厂", "convenience", "旧传达室", 85, 70, 16),
)


def write_meetings(path: Path, zones: Sequence[Zone], rng: np.random.Generator) -> None:
    """Write what courtyard meetings voted; in one of them nobody counted who was there."""
    homes = {zone.entry.name: zone.entry.homes for zone in zones}
    days = {name: f"2024-04-{rng.integers(8, 29):02d}" for name in dict.fromkeys(row[0] for row in MET)}
    rows: list[list[Any]] = []
    for name, matter, came, agree, against in MET:
        present = round(homes[name] * came / 100)
        pro, contra = round(present * agree / 100), round(present * against / 100)
        there = None if name == "向阳小区" else present
        rows.append([name, days[name], matter, there, pro, contra, present - pro - contra, MARK])
    write_book(path, "坝坝会", [MEETING_HEADINGS, *rows], widths=(18, 12, 18, *([10] * 4), 18))


def write_votes(path: Path, zones: Sequence[Zone]) -> None:
    """Write the owners' votes."""
    homes = {zone.entry.name: zone.entry.homes for zone in zones}
    rows: list[list[Any]] = []
    for name, matter, came, agree, known in VOTED:
        owners = homes[name]
        voted = round(owners * came)
        pro = round(voted * agree)
        # Whoever owns more votes more: shares by area are a little higher.
        area, area_voted = round(owners * FLAT), round(voted * FLAT * 1.02)
        areas = [area, area_voted, round(pro * FLAT * 1.03)] if known else [area, None, None]
        rows.append([name, matter, owners, voted, pro, *areas, MARK])
    write_book(path, "业主表决", [VOTE_HEADINGS, *rows], widths=(18, 18, *([12] * 6), 18))


def write_residents(path: Path, zones: Sequence[Zone]) -> None:
    """Write how many adults are in each group, as a census knows it."""
    people = sum((zone.people for zone in zones), np.zeros(len(CELLS)))
    header = ["年龄", "住房", "楼层", "人数", "备注"]
    words = {
        **dict(zip(AGES, ("40岁以下", "40～59岁", "60岁及以上"), strict=True)),
        **dict(zip(TENURES, ("自有", "租住"), strict=True)),
        **dict(zip(FLOORS, ("1～3层", "4层及以上"), strict=True)),
    }
    rows = [
        [*(words[code] for code in cell), round(float(count)), MARK] for cell, count in zip(CELLS, people, strict=True)
    ]
    write_csv(path, [header, *rows])


def write_sites(
    path: Path, zones: Sequence[Zone], lonlat: Callable[[BaseGeometry], BaseGeometry], rng: np.random.Generator
) -> None:
    """Write rooms that stand empty and what could move in, in WGS 84."""
    known = {zone.entry.name: zone for zone in zones}
    rows = []
    for number, (name, service, now, area, size, cost) in enumerate(ROOMS, 1):
        zone = known[name]
        place = lonlat(spot(zone, rng))
        at = (f"{place.x:.7f}", f"{place.y:.7f}")
        rows.append([f"S{number:02d}", f"{name}{now}", service, now, zone.entry.district, *at, area, size, cost, MARK])
    write_csv(path, [SITE_HEADINGS, *rows])


def write_truth(path: Path, zones: Sequence[Zone]) -> None:
    """Write what all adults would answer; only tests know it."""
    rows: list[list[Any]] = [["question", "need", "title", "share"]]
    for question, needs, words in (("problems", PROBLEMS, PROBLEM_WORDS), ("measures", MEASURES, MEASURE_WORDS)):
        rows += [[question, code, words[code], f"{share:.4f}"] for code, share in true_shares(zones, needs).items()]
    write_csv(path, rows)
