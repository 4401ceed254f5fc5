"""The survey of make_example.py: answers as 问卷星 exports them in words, by those who chose to answer.

Names say that they are made up; telephone numbers have the area code 000 and begin with 0, which no number in China
does; IP addresses are those that RFC 5737 keeps for examples.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from example_books import MARK, write_book
from example_truth import AGES, CELLS, MEASURES, PROBLEMS, logistic

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from example_truth import Zone

TITLE = "合成示例市老旧小区改造居民意愿问卷"
FILE = "居民问卷_问卷星.xlsx"
HEADINGS = (
    *("序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP"),
    *("1、您的年龄段", "2、您所在的小区", "3、您的住房情况", "4、您家住在几层"),
    "5、您认为所在小区有哪些突出问题？（可多选）",
    "6、您希望优先实施哪些改造？（可多选）",
    *("7、您是否同意对小区实施改造", "8、如需居民出资，您家愿意承担多少"),
    *("9、您的姓名（选填）", "10、联系电话（选填）", "11、您还有什么意见和建议"),
)
WIDTHS = (6, 18, 8, 10, 20, 26, 10, 18, 14, 8, 44, 44, 10, 14, 12, 16, 30)
AGE_WORDS = {
    "under_40": ("18～29岁", "30～39岁"),
    "aged_40_59": ("40～49岁", "50～59岁"),
    "aged_60plus": ("60～69岁", "70岁及以上"),
}
TENURE_WORDS = {"owner": ("自有住房", "自有住房"), "tenant": ("租住私房", "租住公房")}
PROBLEM_WORDS = {
    "walkup": "没有电梯",
    "pipe_fault": "水管、下水管老化",
    "drainage_fault": "排水不畅、积水",
    "roof_fault": "屋顶漏水",
    "facade_fault": "外墙破损",
    "stairway_fault": "楼道昏暗破损",
    "road_fault": "道路坑洼",
    "telecom_fault": "架空线杂乱",
    "parking_short": "停车难",
    "ebike_charging_lacking": "电动自行车无处充电",
    "security_fault": "缺少监控门禁",
}
MEASURE_WORDS = {
    "walkup": "加装电梯",
    "pipe_fault": "更换老旧管线",
    "drainage_fault": "雨污管网改造",
    "roof_fault": "屋面防水修缮",
    "road_fault": "整修道路",
    "parking_short": "增加停车位",
    "ebike_charging_lacking": "电动自行车充电棚",
    "activity_ground_lacking": "休闲活动场地",
    "security_fault": "监控门禁",
    "unmanaged": "引入物业管理",
    "elder_station": "养老服务站",
    "nursery": "托育点",
    "shop_space": "便民商店",
}
NO_PROBLEM = "以上都没有"
OTHER = "其他"
REMARKS = ("晚上回来根本没位", "三楼以上水压也小", "一下雨就进水", "老人下楼太难", "反映过好几次了")
COMMENTS = ("希望早点动工", "先修管道再铺路，别修两遍", "施工别太吵", "一楼不同意装电梯怎么办", "谢谢")
PAYS = ("不愿意", "1000元以下", "1000～5000元", "5000元以上")
SKIPPED, BLANK = "(跳过)", "(空)"
# Who answers a link that goes round: how willingly, by age, tenure and floor.
WILLING = {
    "under_40": 0.45,
    "aged_40_59": 1.0,
    "aged_60plus": 1.6,
    "owner": 1.0,
    "tenant": 0.35,
    "low": 0.9,
    "high": 1.1,
}
TYPICAL = 15.5  # answers of a zone of 450 households
SILENT = ("鼓楼西街区", "竹器巷街区", "南关老街", "第二棉纺厂", "水利局家属院")  # nobody answers
FEW = {"卫校宿舍": 4, "打铁巷街区": 2, "钱庄街区": 3, "会馆街区": 4}
ANGRY = "邮电小区"  # three answers, and everything is wrong
DOUBLES, TWINS, FAST = 6, 4, 0.02
START = dt.datetime(2024, 5, 6, 7, 30)  # noqa: DTZ001 - 问卷星 writes local time
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
IP_RANGES = ("192.0.2", "198.51.100", "203.0.113")  # RFC 5737


class Answer(NamedTuple):
    """One answer: minute of submission after the start, seconds it took, and the cells from the first question on."""

    minute: float
    took: int
    cells: tuple[Any, ...]


def write_survey(
    path: Path, zones: Sequence[Zone], rng: np.random.Generator, *, start: dt.datetime = START, typical: float = TYPICAL
) -> None:
    """Write the export, in the order in which answers came in; `typical` answers of a zone of 450 households."""
    answers: list[Answer] = []
    for zone in zones:
        count = _count(zone, typical, rng)
        share = zone.people * [np.prod([WILLING[code] for code in cell]) for cell in CELLS]
        for _ in range(count):
            cell = int(rng.choice(len(CELLS), p=share / share.sum()))
            answers.append(_answer(zone, cell, len(answers), rng))
    answers = sorted([*answers, *_again(answers, rng)])
    rows = [[n, *_lead(answer, start, rng), *answer.cells] for n, answer in enumerate(answers, 1)]
    write_book(path, "问卷", [HEADINGS, *rows], widths=WIDTHS)


def _count(zone: Zone, typical: float, rng: np.random.Generator) -> int:
    drawn = typical * np.sqrt(zone.entry.homes / 450) * np.exp(rng.normal(0, 0.3))
    if not zone.houses or zone.entry.name in SILENT:
        return 0
    return 3 if zone.entry.name == ANGRY else FEW.get(zone.entry.name, max(round(drawn), 5))


def _answer(zone: Zone, cell: int, number: int, rng: np.random.Generator) -> Answer:
    age, tenure, floor = CELLS[cell]
    angry = zone.entry.name == ANGRY
    fast = not angry and rng.random() < FAST
    problems = _chosen(zone.wants(PROBLEMS)[cell], PROBLEM_WORDS, rng, everything=angry, nothing=NO_PROBLEM)
    measures = _chosen(zone.wants(MEASURES)[cell], MEASURE_WORDS, rng, everything=angry, nothing=OTHER)
    agrees = rng.random() < logistic(1.9 - 0.8 * (tenure == "tenant") - 0.5 * (age == AGES[2]) * (floor == "low"))
    pay = PAYS[int(np.clip(rng.poisson(0.9 + 0.5 * (floor == "high") - 0.3 * (age == AGES[0])), 0, 3))]
    top = max(house.floors for house in zone.houses)
    at = int(rng.integers(4, max(top, 4) + 1)) if floor == "high" else int(rng.integers(1, min(3, top) + 1))
    phone = f"000-{rng.integers(10**7):08d}" if rng.random() < 0.3 else BLANK
    cells = (
        AGE_WORDS[age][int(rng.integers(2))],
        _compound(zone.entry.name, zone.entry.district, rng),
        TENURE_WORDS[tenure][int(rng.random() < 0.3)],
        str(at) if rng.random() < 0.8 else f"{at}层",
        problems,
        measures,
        "同意" if agrees else "不同意" if rng.random() < 0.4 else "说不清",
        pay if tenure == "owner" else SKIPPED,
        f"合成居民{number + 1:04d}" if rng.random() < 0.25 else BLANK,
        phone,
        str(rng.choice(COMMENTS)) if rng.random() < 0.12 else BLANK,
    )
    took = int(rng.integers(11, 40)) if fast else int(np.clip(rng.lognormal(5.25, 0.42), 75, 1500))
    day, hour = int(rng.exponential(3.5)) % 21, float(rng.beta(2, 1.4)) * 15
    return Answer(day * 1440 + round(hour * 60, 2), took, cells)


def _chosen(
    shares: np.ndarray[Any, np.dtype[np.float64]], words: dict[str, str], rng: np.random.Generator, *,
    everything: bool, nothing: str,
) -> str:  # fmt: skip
    """Return the options that somebody ticks, some with a remark beside them."""
    ticked = [word for word, share in zip(words.values(), shares, strict=True) if everything or rng.random() < share]
    if not ticked:
        return nothing if nothing != OTHER else f"{OTHER}〖{REMARKS[-1]}〗"
    if rng.random() < 0.06 or everything:
        ticked[-1] += f"〖{rng.choice(REMARKS)}〗"
    return "┋".join(ticked)


def _compound(name: str, district: str, rng: np.random.Generator) -> str:
    """Return the name of a compound as somebody picks or types it."""
    way = rng.random()
    if way < 0.78:
        return name
    house = f"{rng.integers(1, 20)}号楼{rng.integers(1, 5)}单元{rng.integers(1, 7)}0{rng.integers(1, 4)}"
    ways = (
        (0.81, f"{district}{name}"),
        (0.87, f" {name[:2]} {name[2:]}"),
        (0.93, f"{name}{house}"),
        (0.96, name.translate(WIDE)),
        (0.98, name.removesuffix("小区") if len(name) > 4 else f"{name}小区"),
        (0.99, "就是菜市场后面那个院子"),
    )
    return next((text for limit, text in ways if way < limit), BLANK)


def _again(answers: Sequence[Answer], rng: np.random.Generator) -> list[Answer]:
    """Return answers that were sent twice: a day later with the same telephone number, or at once and all alike."""
    reachable = [a for a in answers if a.cells[-2] != BLANK and a.took > 60]
    silent = [a for a in answers if a.cells[-2] == BLANK and a.took > 60]
    later = [reachable[k] for k in rng.choice(len(reachable), DOUBLES, replace=False)]
    twice = [silent[k] for k in rng.choice(len(silent), TWINS, replace=False)]
    return [a._replace(minute=a.minute + 1500, took=a.took + 31) for a in later] + [
        a._replace(minute=a.minute + 2.5) for a in twice
    ]


def _lead(answer: Answer, start: dt.datetime, rng: np.random.Generator) -> tuple[str, str, str, str, str]:
    at = start + dt.timedelta(minutes=answer.minute)
    when = f"{at.year}/{at.month}/{at.day} {at:%H:%M:%S}"
    by = "微信" if rng.random() < 0.85 else "手机提交"
    ip = f"{IP_RANGES[int(rng.integers(3))]}.{rng.integers(1, 255)}(合成省-合成市)"
    return when, f"{answer.took}秒", by, MARK, ip
