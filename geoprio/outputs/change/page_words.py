"""Words of the report of a comparison and of the map with the slider, in Chinese and English."""

from __future__ import annotations

from typing import Final

Pair = tuple[str, str]

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
    "gained": ("{unit}新覆盖：{what}（{who}）", "{who} newly covered: {what}"),
    "lost": ("{unit}失去覆盖：{what}（{who}）", "{who} no longer covered: {what}"),
    "as_is": ("现状", "as it is"),
    "scenario": ("情景“{name}”", "scenario “{name}”"),
    "folders": ("运行文件夹：{one} → {two}", "run folders: {one} → {two}"),
    "more_rows": ("另外 {n} 行", "{n} more rows"),
    "on_target": ("达标片区 前→后 / 有目标（目标）", "zones on target, before → after / with one (target)"),
    "plot": ("前 ○ 后 ●", "before ○ after ●"),
    "parts": ("供给（上）需求（下）", "supply (above), demand (below)"),
    "city_hint": (
        (
            "各指标按其人群加权，前后各用当次的人群；只算两次都已知的片区。蓝色为好转，棕色方块为变差；小于所示末位数字一半的变化"
            "记为基本不变，精确数值见 change.xlsx。新覆盖按楼栋计；“好转片区”一栏是这些片区的全部{who}，不等于受益者。"
        ),
        (
            "Each indicator is weighted by those it is about, of each run, over zones known in both. Blue is better, "
            "brown squares are worse; changes below half of the last figure shown are called about the same, exact "
            "numbers stand in change.xlsx. Newly covered are counted by building; “of zones that got better” "
            "counts all {who} there, not those who gained."
        ),
    ),
    "zone_numbers": ("供核对的数字", "The numbers behind it"),
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
            "两次问卷中提及者的加权比例与均分，附 95 % 区间；升降已按比较的行数（片区则按片区数）校正，其余为尚无定论。"
            "两次作答者视为相互独立；自愿作答者不是随机样本。"
        ),
        (
            "Weighted shares of those who say so and mean scores in the surveys of both runs, with 95 % intervals; up "
            "and down allow for how many rows (or zones) are looked at, the rest is inconclusive. Both samples are "
            "taken as independent; those who chose to answer are no random sample."
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
        "覆盖、距离与供给是计算出的，不是抽样，故无抽样误差区间。",
        "Coverage, distances and supply are computed, not sampled, and so have no interval of sampling.",
    ),
    "ranges_there": (
        "在其他步速、阈值和服务范围下的变化见“变化的范围”。",
        "What they would be at other speeds, thresholds and catchments is told under “Range of changes”.",
    ),
    "ranges_lacking": (
        "在其他步速、阈值和服务范围下会怎样，本次未算：给出 --project-before 即可。",
        "What they would be at other speeds, thresholds and catchments was not computed: name --project-before for it.",
    ),
    "cause_hint": (
        "前后之差不等于项目的效果：同期的其他改变也在其中；入选的片区往往因为原来差，测得的状况会向均值回归。",
        (
            "Before and after differ by everything that changed meanwhile, not by the programme alone; measures of "
            "zones that were chosen because they were bad regress to the mean."
        ),
    ),
    "what_if_hint": (
        "两侧用的是同样的数据和设置，只差情景所改的内容；结果是推算，不是已发生的效果，情景以外的改变不在其中。",
        (
            "Both sides rest on the same data and settings and differ by what the scenario changes alone: the result "
            "is a projection, no effect that was observed, and nothing but the scenario is in it."
        ),
    ),
    "served_hint": (
        "按楼栋计前一次的需求：从阈值外到阈值内为新覆盖。",
        "The demand of the run before, counted by building: from beyond the threshold to within it is newly covered.",
    ),
    "equity_hint": (
        (
            "基尼、泰尔：0 为人人相同。集中指数小于 0 表示集中在处境较差者一侧；对距离则相反解读。"
            "覆盖率按片区，距离与供给按楼栋。"
        ),
        (
            "Gini and Theil: 0 = all have the same. A concentration index below 0 means gathered with the worst off, "
            "no good news of distances. Covered shares are by zone, distances and supply by building."
        ),
    ),
    "ranked_circular": (
        (
            "集中指数按前一次的优先级给片区排序，而优先级本身含有{names}：排序与所测之物同源，有循环，只宜看前后之差；"
            "用 --deprivation 指定一列另外的处境指标即无此问题。"
        ),
        (
            "For the concentration index zones are ranked by priority before, which itself contains {names}: that is "
            "circular, so look at the change rather than the level; --deprivation COLUMN ranks by something outside "
            "the measure."
        ),
    ),
    "ranked_priority": (
        "集中指数按前一次的优先级给片区排序；优先级不含所测的指标。",
        "For the concentration index zones are ranked by priority before, which contains none of these indicators.",
    ),
    "ranked_value": (
        "集中指数按该指标前一次的数值给片区排序：有循环，只宜看前后之差；可用 --deprivation 指定一列处境指标。",
        (
            "For the concentration index zones are ranked by the value before: that is circular, so look at the change "
            "rather than the level; --deprivation COLUMN ranks by something outside the measure."
        ),
    ),
    "ranked_column": (
        "集中指数按前一次“{name}”一列给片区排序，越大处境越差。",
        "For the concentration index zones are ranked by the column “{name}” before, larger = worse off.",
    ),
    "palma_hint": (
        "帕尔马比值只在两次都有意义时列出：所得最少的四成至少占总量的 1 %。",
        (
            "Palma ratios are told only where they mean something in both runs: the four tenths with least hold at "
            "least 1 % of the whole."
        ),
    ),
    "standard_hint": (
        "覆盖率不列“未达标准的比例”：标准为片区 100 % 覆盖，几乎人人所在片区都有未覆盖者；各标准见该行。",
        (
            "Of covered shares no share below the standard is told where the standard is 100 % of a zone, which hardly "
            "any zone meets; each row names its standard."
        ),
    ),
    "split_hint": (
        "需求（人、户或楼栋）与设施各换一次，两种次序取平均，两部分之和恰为变化。",
        (
            "Demand and facilities are exchanged in turn, the mean of both orders is taken, and the parts add up to "
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
    "only_before": ("不再计入", "closed"),
    "only_after": ("新增", "new"),
    "metre": ("米", "m"),
    "facility_marks": (
        "深色描边的符号为新增设施（在“后”一侧）；打叉的为不再计入的设施（两侧都画）。",
        "Symbols with a dark outline are new facilities (on the side after); crossed ones no longer count (on both).",
    ),
    "zoom_in": ("放大", "Zoom in"),
    "zoom_out": ("缩小", "Zoom out"),
    "whole": ("全部范围", "Everything"),
    "noscript": ("本页地图需要脚本；数值见 report.html。", "The map needs scripts; the figures stand in report.html."),
}
"""Words of the map with the slider."""
