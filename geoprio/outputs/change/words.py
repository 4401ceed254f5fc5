"""Words of a comparison in Chinese and English."""

from __future__ import annotations

from typing import Final

from geoprio.indicators.registry import category_titles

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
    "change": ("变化", "change"),
    "verdict": ("结论", "verdict"),
    "target": ("目标", "target"),
    "met_before": ("前：达标", "met before"),
    "met_after": ("后：达标", "met after"),
    "with_target": ("有目标的片区", "zones with a target"),
    "people": ("人数", "people"),
    "boundary_changed": ("边界有变", "boundary changed"),
    "zones_known": ("可比片区", "zones known in both"),
    "gained": ("新覆盖", "gained"),
    "lost": ("失去覆盖", "lost"),
    "kept": ("一直覆盖", "kept"),
    "without": ("一直未覆盖", "still without"),
    "unknown": ("未知", "unknown"),
    "supply": ("供给部分", "supply part"),
    "demand": ("需求部分", "demand part"),
    "people_before_supply_after": ("前的人、后的设施", "people before, facilities after"),
    "people_after_supply_before": ("后的人、前的设施", "people after, facilities before"),
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
    "same": ("不变", "same"),
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
    "below_standard": ("未达标准的人口比例", "share of people below standard"),
}
"""Codes in cells."""

COUNTS: Final = {"better": ("好转", "better"), "worse": ("变差", "worse"), "same": ("不变", "same"),
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


def heading(column: str, number: int) -> str:
    """Return the title of a column; its own name where it has none."""
    for lead, words in (("zones_", ("片区数：", "zones ")), ("people_", ("人数：", "people "))):
        rest = column.removeprefix(lead)
        if rest != column and rest in COUNTS:
            return words[number] + COUNTS[rest][number]
    part = column.removeprefix("rank_")
    if part != column and part in RANK_PARTS:
        return RANK_PARTS[part][number]
    return WORDS[column][number] if column in WORDS else column


def value_word(value: object, number: int) -> object:
    """Return what a cell says in words of the language; text of the data stays as it is."""
    if isinstance(value, bool):
        return (("否", "no"), ("是", "yes"))[value][number]
    return VALUES[value][number] if isinstance(value, str) and value in VALUES else value


def category_word(category: str, number: int) -> str:
    """Return the title of a category."""
    return category_titles(category)[number]


PAGE_WORDS: Final[dict[str, Pair]] = {
    "title": ("前后比较", "Before and after"),
    "paper": ("工作底稿", "Working paper"),
    "print": ("打印", "Print"),
    "language": ("English", "中文"),
    "contents": ("目录", "Contents"),
    "colon": ("：", ": "),
    "nothing": ("没有。", "Nothing."),
    "compared": ("个可比片区", "zones compared"),
    "better": ("个片区好转", "zones better"),
    "worse": ("个片区变差", "zones worse"),
    "gained": ("人新覆盖", "people newly covered"),
    "lost": ("人失去覆盖", "people no longer covered"),
    "plot": ("前 ○ 后 ●", "before ○ after ●"),
    "parts": ("供给（上）需求（下）", "supply (above), demand (below)"),
    "city_hint": (
        "各指标按其人群加权；蓝色为好转，棕色方块为变差；前后各用当次的人群。只算两次都已知的片区。",
        (
            "Each indicator is weighted by those it is about, of each run; blue is better, brown squares are worse. "
            "Only zones known in both runs count."
        ),
    ),
    "same_hint": (
        "另有 {n} 项指标没有变化（或有一次未知），数值见 change.xlsx：{names}",
        "{n} more indicators did not change, or are unknown in a run; their values stand in change.xlsx: {names}",
    ),
    "equity_alt": ("洛伦兹曲线；数值见下表。", "Lorenz curves; the figures stand in the table."),
    "groups_alt": (
        "各组覆盖率前后对照；数值见下表。",
        "Covered shares of groups before and after; the figures stand in the table.",
    ),
    "said_hint": (
        (
            "两次问卷中提及者的加权比例与均分，附 95 % 区间；升降已按比较的行数（片区则按片区数）校正，其余为不确定。"
            "两次作答者视为相互独立，自愿作答不是随机样本。"
        ),
        (
            "Weighted shares of those who say so and mean scores in the surveys of both runs, with 95 % intervals; up "
            "and down allow for how many rows (or zones) are looked at, the rest is unsure. The two "
            "samples are taken as independent, and those who chose to answer are no drawn sample."
        ),
    ),
    "ranges_hint": (
        "两次都以同样的步速、阈值和服务范围系数重算（共 {n} 种组合），变化的最小与最大值；不是抽样误差区间。",
        (
            "Least and largest change when both runs are computed again with the same factors of walking speed, "
            "thresholds "
            "and catchments ({n} combinations); no interval of sampling."
        ),
    ),
    "interval_hint": (
        "这些是计算出的可达性，不是抽样，故无抽样误差区间；数据与步速的不确定性见各次运行的敏感性分析。",
        (
            "These are computed figures, not samples, and so have no interval of sampling; how much hangs on data and "
            "walking speeds is told by the sensitivity study of each run."
        ),
    ),
    "cause_hint": (
        "前后之差不等于项目的效果：同期的其他改变也在其中；入选的片区往往因为原来差，会自然回升。",
        (
            "Before and after differ by everything that changed meanwhile, not by the programme alone; zones that were "
            "chosen because they were bad tend to recover by themselves."
        ),
    ),
    "served_hint": (
        "按楼栋计原有居民：阈值内从无到有为新覆盖。",
        "People before, counted by building: from beyond the threshold to within it is gained.",
    ),
    "equity_hint": (
        (
            "集中指数按前一次的处境（优先级，或所给的剥夺列）排序：小于 0 表示集中在处境较差的人；对距离则相反解读。"
            "覆盖率按片区，距离与供给按楼栋。"
        ),
        (
            "For the concentration index people are ranked by how zones stood before (priority, or the column of "
            "deprivation): below 0 means gathered with the worst off, no good news of distances. Covered shares are "
            "by zone, distances and supply by building."
        ),
    ),
    "split_hint": (
        "人与设施各换一次，两种次序取平均，两部分之和恰为变化。",
        (
            "People and facilities are exchanged in turn, the mean of both orders is taken, and the parts add up to "
            "the change."
        ),
    ),
    "zones_hint": ("变化最大的片区，先好转后变差。", "Zones that changed most, the better first."),
    "plan_hint": (
        "计划内未做与计划外所做均列出。",
        "What was promised and not done, and done without promise, is listed too.",
    ),
    "more": ("另有 {n} 行见 change.xlsx", "{n} more rows stand in change.xlsx"),
}
"""Words of the report."""

SWIPE_WORDS: Final[dict[str, Pair]] = {
    "swipe": ("前后对比地图", "Before and after on the map"),
    "to_report": ("比较报告", "Report"),
    "to_swipe": ("对比地图", "Map"),
    "color_by": ("着色依据", "Color by"),
    "side_before": ("前", "Before"),
    "side_after": ("后", "After"),
    "slider": ("前后分界线：左为前，右为后", "Divider: before on the left, after on the right"),
    "swipe_hint": (
        "拖动滑块或地图上的分界线，也可用左右方向键；点选片区看前后数值。",
        (
            "Drag the slider or the line on the map, or use the arrow keys; click a zone to see its values before and "
            "after."
        ),
    ),
    "legend": ("图例（片区数）", "Legend (zones)"),
    "class": ("级别", "class"),
    "most_changed": ("有变化的片区，变化大的在前", "Zones that changed, the most first"),
    "none_changed": ("没有片区有变化。", "No zone changed."),
    "all_values": ("全部", "all"),
    "share_points": ("个百分点", "points"),
    "basis_fixed": (
        "两侧同一分级：固定五级，越深越优先。",
        "Both sides in the same fixed classes; darker is more urgent.",
    ),
    "basis_anchors": (
        "两侧同一分级：由良好到不利五等分，越深越差。",
        "Both sides in the same classes: five equal steps from good to bad, darker is worse.",
    ),
    "basis_quantiles": (
        "两侧同一分级：前后两次的值合在一起分级，越深越差。",
        "Both sides in the same classes: quantiles of both runs together, darker is worse.",
    ),
    "others_same": ("其余 {n} 项没有变化或有一次未知。", "{n} others did not change, or are unknown in a run."),
    "span": ("变化：{low} 至 {high}", "change: {low} to {high}"),
    "span_hint": (
        "变化的范围：步速、阈值和服务范围取其他值时的最小与最大变化。",
        "Ranges: the least and the largest change with other walking speeds, thresholds and catchments.",
    ),
    "only_before": ("只在前一次", "before only"),
    "only_after": ("只在后一次", "after only"),
    "facility_marks": ("○ 新增设施，● 不再计入的设施。", "○ new facilities, ● facilities that no longer count."),
    "zoom_in": ("放大", "Zoom in"),
    "zoom_out": ("缩小", "Zoom out"),
    "whole": ("全部范围", "Everything"),
    "noscript": ("本页地图需要脚本；数值见 report.html。", "The map needs scripts; the figures stand in report.html."),
}
"""Words of the map with the slider."""
