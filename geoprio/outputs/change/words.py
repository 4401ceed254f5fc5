"""Words of a comparison in Chinese and English."""

from __future__ import annotations

from typing import Final

from geoprio.indicators.registry import category_titles
from geoprio.outputs.change.units import counted

Pair = tuple[str, str]

WORDS: Final[dict[str, Pair]] = {
    "city": ("全市", "All zones"),
    "zones": ("各片区", "By zone"),
    "groups": ("各人群与区域", "By group"),
    "served": ("新覆盖与失去", "Gained and lost"),
    "equity": ("公平", "Equity"),
    "split": ("供给与需求", "Supply and demand"),
    "split_zones": ("供给与需求·片区", "Supply, demand by zone"),
    "sides": ("面子与里子", "Face and lining"),
    "ranks": ("名次变动", "Moves of ranks"),
    "said": ("居民问卷前后", "Survey answers compared"),
    "said_groups": ("居民问卷前后·分组", "Survey answers, by group"),
    "said_zones": ("居民问卷前后·片区", "Survey answers, by zone"),
    "ranges": ("变化的范围", "Range of changes"),
    "question": ("问题", "question"),
    "need": ("选项", "answer"),
    "title": ("选项名称", "answer in words"),
    "n_before": ("前：份数", "answers before"),
    "n_after": ("后：份数", "answers after"),
    "low": ("下限", "low"),
    "high": ("上限", "high"),
    "change_low": ("变化下限", "least change"),
    "change_high": ("变化上限", "largest change"),
    "interval_points": ("95% 区间（百分点）", "95 % interval (points)"),
    "interval": ("95% 区间", "95 % interval"),
    "variants": ("组合数", "variants"),
    "plan": ("计划与完成", "Plan and done"),
    "totals": ("计划与完成·合计", "Plan and done, totals"),
    "plan_sides": ("计划与完成·面子里子", "Plan and done, sides"),
    "differences": ("两次的差异", "How the runs differ"),
    "notes": ("说明", "Notes"),
    "rejects": ("未用的行和值", "Rows and values set aside"),
    "code": ("指标代码", "code"),
    "indicator": ("指标", "indicator"),
    "unit": ("单位", "unit"),
    "zone_id": ("片区编号", "zone id"),
    "name": ("名称", "name"),
    "zone_type": ("片区类型", "zone type"),
    "district": ("区县", "district"),
    "by": ("分组依据", "grouped by"),
    "group": ("组", "group"),
    "category": ("类别", "category"),
    "measure": ("测度", "measure"),
    "level": ("按何计算", "counted by"),
    "side": ("面子/里子", "face or lining"),
    "before": ("前", "before"),
    "after": ("后", "after"),
    "before_after": ("前 → 后", "before → after"),
    "change": ("变化", "change"),
    "verdict": ("结论", "verdict"),
    "target": ("目标", "target"),
    "met_before": ("前：达标", "met before"),
    "met_after": ("后：达标", "met after"),
    "with_target": ("有目标的片区", "zones with a target"),
    "people": ("{who}", "{who}"),
    "people_better": ("好转片区的{who}", "{who} of zones that got better"),
    "people_worse": ("变差片区的{who}", "{who} of zones that got worse"),
    "people_same": ("不变片区的{who}", "{who} of zones about the same"),
    "people_changed": ("有变化片区的{who}", "{who} of zones that changed"),
    "people_unknown": ("未知片区的{who}", "{who} of zones not known"),
    "counted_in": ("计量单位", "counted in"),
    "size": ("规模", "how many"),
    "source": ("来源", "source"),
    "row": ("行", "row"),
    "column": ("列", "column"),
    "value": ("值", "value"),
    "reason": ("原因", "reason"),
    "mend": ("改法", "mend"),
    "methods": ("方法说明（可引用）", "Methods, ready to cite"),
    "kind": ("类别", "kind"),
    "registered": ("方案", "plan"),
    "finding": ("结果", "finding"),
    "caveat": ("注意", "caveat"),
    "boundary_changed": ("边界有变", "boundary changed"),
    "zones_known": ("可比片区", "zones known in both"),
    "gained": ("新覆盖", "gained"),
    "lost": ("失去覆盖", "lost"),
    "kept": ("一直覆盖", "kept"),
    "without": ("一直未覆盖", "still without"),
    "unknown": ("未知", "unknown"),
    "supply": ("供给部分", "supply part"),
    "demand": ("需求部分", "demand part"),
    "people_before_supply_after": ("前的需求、后的设施", "demand before, facilities after"),
    "people_after_supply_before": ("后的需求、前的设施", "demand after, facilities before"),
    "unmatched": ("楼栋对不上的比例", "share in unmatched buildings"),
    "what": ("内容", "what"),
    "note": ("说明", "note"),
    "status": ("状态", "status"),
    "projects": ("项目数", "projects"),
    "cost_planned": ("计划费用（元）", "cost planned (CNY)"),
    "cost_done": ("实际费用（元）", "cost done (CNY)"),
    "cost_change": ("费用差（元）", "cost, done - planned (CNY)"),
    "cost_ratio": ("实际 ÷ 计划", "cost, done ÷ planned"),
    "quantity_planned": ("计划工程量", "quantity planned"),
    "quantity_done": ("完成工程量", "quantity done"),
    "quantity_change": ("工程量差", "quantity, done - planned"),
    "year_planned": ("计划年度", "year planned"),
    "finished": ("竣工日期", "finished"),
    "year_finished": ("竣工年份", "year finished"),
    "years_late": ("晚几年", "years late"),
    "rows_planned": ("计划表行数", "rows planned"),
    "rows_done": ("完成表行数", "rows done"),
    "promised": ("承诺的变化", "change promised"),
    "measured": ("测得的变化", "change measured"),
    "kept_promise": ("承诺兑现", "promise kept"),
    "zone_known": ("片区在比较之列", "zone is compared"),
}
"""Headings."""

VALUES: Final[dict[str, Pair]] = {
    "better": ("好转", "better"),
    "worse": ("变差", "worse"),
    "same": ("基本不变", "about the same"),
    "changed": ("有变化", "changed"),
    "unknown": ("未知", "unknown"),
    "all": ("合计", "all"),
    "up": ("上升", "rose"),
    "down": ("下降", "fell"),
    "unsure": ("不确定", "unsure"),
    "few": ("份数不足", "too few answers"),
    "done": ("已完成", "done"),
    "part": ("部分完成", "less than promised"),
    "under_way": ("未竣工", "under way"),
    "not_done": ("未做", "not done"),
    "not_planned": ("计划外", "not planned"),
    "refused": ("拒绝", "refused"),
    "allowed": ("按名允许", "allowed by name"),
    "neutralised": ("已中和", "neutralised"),
    "measured": ("即要衡量的", "what is measured"),
    "face": ("面子", "face"),
    "lining": ("里子", "lining"),
    "zone": ("片区", "zone"),
    "building": ("楼栋", "building"),
    "district": ("区县", "district"),
    "zone_type": ("片区类型", "zone type"),
    "people": ("人群", "people"),
    "population": ("全部人口", "everybody"),
    "population_60plus": ("60岁以上", "aged 60+"),
    "population_0_2": ("0–2岁", "aged 0-2"),
    "compound": ("居住小区", "residential compound"),
    "factory_area": ("老旧厂区", "factory area"),
    "street_block": ("老旧街区", "street block"),
    "urban_village": ("城中村", "urban village"),
    "other": ("其他", "other"),
    "gini": ("基尼系数", "Gini coefficient"),
    "concentration": ("集中指数", "concentration index"),
    "erreygers": ("Erreygers 校正集中指数", "Erreygers' corrected index"),
    "palma": ("帕尔马比值", "Palma ratio"),
    "theil": ("泰尔指数", "Theil's T"),
    "theil_within": ("泰尔指数：区县内", "Theil's T within districts"),
    "theil_between": ("泰尔指数：区县间", "Theil's T between districts"),
    "below_standard": ("未达标准的比例", "share below the standard"),
}
"""Codes in cells."""

COUNTS: Final = {"better": ("好转", "better"), "worse": ("变差", "worse"), "same": ("基本不变", "about the same"),
                 "changed": ("有变化", "changed"), "unknown": ("未知", "unknown")}  # fmt: skip


RANK_PARTS: Final[dict[str, Pair]] = {
    "before": ("名次：前", "rank before"),
    "after": ("名次：后", "rank after"),
    "data": ("因数据变动", "moved by data"),
    "weights": ("因权重变动", "moved by weights"),
    "method": ("因方法变动", "moved by method"),
    "gate": ("因安全隐患优先变动", "moved by the safety gate"),
    "zones": ("因片区增减变动", "moved by zones that came or went"),
}


def heading(column: str, number: int, kind: str = "population") -> str:
    """Return the title of a column; its own name where it has none.

    Parameters
    ----------
    column : str
    number : {0, 1}
        Language: zh, en.
    kind : str
        What stands for people: ``population``, ``dwellings`` or ``buildings``.
    """
    rest = column.removeprefix("zones_")
    if rest != column and rest in COUNTS:
        return ("片区数：", "zones ")[number] + COUNTS[rest][number]
    part = column.removeprefix("rank_")
    if part != column and part in RANK_PARTS:
        return RANK_PARTS[part][number]
    return WORDS[column][number].replace("{who}", counted(kind)[number]) if column in WORDS else column


def value_word(value: object, number: int) -> object:
    """Return what a cell says in words of the language; text of the data stays as it is."""
    if isinstance(value, bool):
        return (("否", "no"), ("是", "yes"))[value][number]
    return VALUES[value][number] if isinstance(value, str) and value in VALUES else value


def category_word(category: str, number: int) -> str:
    """Return the title of a category."""
    return category_titles(category)[number]
