"""Words of the map page's tools: weights, colours, search, filters, downloads; in Chinese and English."""

from __future__ import annotations

from typing import Final

TOOLS: Final = {
    "search": ("按名称或编号搜索", "Search by name or id"),
    "weights": ("权重", "Weights"),
    "filters": ("筛选", "Filter"),
    "presets": ("预设", "Presets"),
    "preset.given": ("项目权重", "as given"),
    "preset.equal": ("等权", "equal"),
    "preset.entropy": ("熵权", "entropy"),
    "preset.survey": ("居民", "residents"),
    "preset.renewal": ("更新", "renewal"),
    "preset_hint.survey": (
        "按问卷中提及各项需求的居民比例；没有对应指标的需求不计入",
        "By the share of residents who name each need; needs without an indicator have no say",
    ),
    "preset_hint.renewal": (
        (
            "geoprio 自己的建议（无标准依据）：设施 35、居民意愿 25、房屋状况 20、条件成熟 10、成本效益 10，"
            "缺项按比例分给其余"
        ),
        (
            "geoprio's own suggestion, from no standard: facilities 35, residents' voice 25, condition 20, readiness "
            "10, benefit for the cost 10; what is not known gives its weight to the rest"
        ),
    ),
    "preset_hint.given": ("项目文件中的权重", "The weights of the project file"),
    "preset_hint.equal": ("每项指标一样重", "The same weight for each indicator"),
    "preset_hint.entropy": (
        "由数据算出：越能区分各片区的指标越重；与重要与否无关",
        "Computed from the data: what tells the zones apart weighs more. It says nothing of importance.",
    ),
    "weights_hint": (
        "拖动滑块，得分、排名、颜色和列表立即重算；各滑块之间的比例即权重。",
        "Move a slider: scores, ranks, colours and list follow at once. The sliders' proportions are the weights.",
    ),
    "all_zero": (
        "权重不能全为零：仍显示之前的排名。",
        "The weights cannot all be zero: the ranking shown is the last one.",
    ),
    "own_weights": ("已改权重：排名不同于项目文件", "Other weights than the project file's"),
    "no_weights": (
        "本次按“{normalize}”和“{aggregate}”计算，页面不能如实重算，故不提供权重滑块；请用 geoprio run 换权重重算。",
        (
            "This ranking was made by {normalize} and {aggregate}, which the page cannot compute faithfully, so there "
            "are no weight sliders here; run geoprio with other weights instead."
        ),
    ),
    "no_zone": ("没有参评片区，无从加权。", "No zone is ranked, so there is nothing to weigh."),
    "snippet": ("用这组权重运行 geoprio", "Run geoprio with these weights"),
    "snippet_hint": (
        "粘贴到项目文件末尾；若 [score] 中已有 weights 或 criteria，先删去。",
        "Paste it at the end of the project file; first remove weights and criteria from [score], if they are there.",
    ),
    "copy": ("复制", "Copy"),
    "copied": ("已复制", "Copied"),
    "copy_failed": ("浏览器不允许复制：请选中文字手动复制", "The browser refused: select the text and copy it by hand"),
    "type": ("类型", "Type"),
    "district": ("区县", "District"),
    "district_all": ("全部", "All"),
    "district_none": ("未注明", "Not told"),
    "range": ("取值范围：{name}", "Range of {name}"),
    "least": ("最小", "from"),
    "most": ("最大", "to"),
    "clear": ("清除筛选", "Clear"),
    "shown": ("显示 {n} / {all} 个片区", "{n} of {all} zones shown"),
    "none_shown": ("没有符合条件的片区。", "No zone fits."),
    "color_by": ("着色依据", "Colour by"),
    "basis.anchors": (
        "由良好到不利五等分，越深越急；超出两端的归入端级",
        "Five equal steps from good to bad, darker is more urgent; what lies beyond joins the last step",
    ),
    "basis.quantiles": (
        "该指标没有良好与不利值：各级片区数大致相等，越深越急，只在各片区之间比较",
        "No good and bad values: about as many zones in each class, darker is more urgent, zones only compared",
    ),
    "basis.named": (
        "按项目文件所设的变动（权重、方法、数据）推算，不随滑块变化",
        "As the weights, methods and data vary in the project file; the sliders do not change it",
    ),
    "above": ("> {n}", "> {n}"),
    "below": ("< {n}", "< {n}"),
    "upto": ("≤ {n}", "≤ {n}"),
    "downto": ("≥ {n}", "≥ {n}"),
    "interval": ("名次区间（90%）{from}–{to}", "Ranks {from}–{to} in 90 % of draws"),
    "interval_short": ("{from}–{to}", "{from}–{to}"),
    "interval_given": ("按项目权重计算，不随滑块变化", "For the given weights; the sliders do not change it"),
    "nearest": ("多数楼栋最近的设施", "Nearest to most buildings"),
    "nearest_of": ("{name}，平均步行 {m}（{n}/{all} 栋）", "{name}, {m} on average ({n} of {all} buildings)"),
    "nearest_none": ("步行可及范围内没有", "none within walking reach"),
    "walk_mean": ("平均 {m}", "mean {m}"),
    "nearest_hint": (
        (
            "图上虚线只指方向；数字为以该设施为最近的楼栋沿街道步行的简单平均，图上与此处相同。"
            "指标中的平均距离包括片区全部楼栋、按需求加权，故略有出入。"
        ),
        (
            "Dashed lines on the map only point the way; figures, there and here, are plain means of the walks of "
            "those buildings to which the facility is the nearest. The indicator's mean distance takes all buildings "
            "of the zone, weighted by demand, and so differs a little."
        ),
    ),
    "served": ("就近服务", "Nearest for"),
    "served_of": (
        "{n} 栋楼（{zones} 个片区），其中 {within} 栋在标准内（{rule}）",
        "{n} buildings (zones: {zones}), {within} of them within the standard ({rule})",
    ),
    "served_none": ("没有以此为最近设施的楼栋", "no building has it as its nearest"),
    "served_hint": (
        "图上描边的片区中有以此为最近设施的楼栋。步行范围随街道而变，不是圆，故不画圆。",
        (
            "The outlined zones hold buildings for which it is the nearest. A walking catchment follows the streets "
            "and is no circle, so none is drawn."
        ),
    ),
    "csv": ("下载 CSV", "CSV"),
    "csv_hint": ("下载列表中的片区及当前排名（CSV）", "Download the listed zones with the current ranking (CSV)"),
    "print": ("打印", "Print"),
    "print_hint": ("打印地图、图例和前 {n} 名", "Print the map, the legend and the first {n}"),
    "print_weights": ("权重：", "Weights: "),
    "print_filter": ("已筛选：", "Filtered: "),
    "print_unverified": ("未经核对原文的标准：", "Standards not checked against their text: "),
    "said_ranking": ("已重新排名。前三：{names}", "Ranked anew. First: {names}"),
    "said_zone": ("{name}，第 {n} 名，优先级 {p}", "{name}, rank {n}, priority {p}"),
    "said_unscored": ("{name}，未评分", "{name}, not scored"),
    "list_keys": ("用上下方向键在列表中移动，回车选中", "Arrow keys move in the list, Enter selects"),
    "col.rank": ("排名", "rank"),
    "col.rank_given": ("项目权重下的排名", "rank_given_weights"),
    "col.zone_id": ("片区编号", "zone_id"),
    "col.name": ("名称", "name"),
    "col.zone_type": ("类型", "zone_type"),
    "col.district": ("区县", "district"),
    "col.status": ("评分状态", "score_status"),
    "col.priority": ("优先级", "priority"),
    "col.rank_in_type": ("同类排名", "rank_in_type"),
    "col.tied_with": ("并列片区数", "tied_with"),
    "col.points": ("{name}·得分", "{name}: points"),
    "col.value": ("{name}", "{name}"),
    "col.weight": ("权重", "weight"),
}
"""Key to zh and en; ``{n}`` and the like are filled in by the page."""

TOOLS_STRAIGHT: Final = {
    "nearest_of": (
        "{name}，平均直线距离 {m}（{n}/{all} 栋）",
        "{name}, {m} straight on average ({n} of {all} buildings)",
    ),
    "nearest_none": ("范围内没有", "none within reach"),
    "nearest_hint": (
        "图上虚线只指方向；数字为以该设施为最近的楼栋直线距离的简单平均。指标中的平均距离包括片区全部楼栋、按需求加权，故略有出入。",
        (
            "Dashed lines on the map only point the way; figures are plain means of the straight lines of those "
            "buildings to which the facility is the nearest. The indicator's mean distance takes all buildings of the "
            "zone, weighted by demand, and so differs a little."
        ),
    ),
    "served_hint": (
        "图上描边的片区中有以此为最近设施的楼栋；距离为直线。",
        "The outlined zones hold buildings for which it is the nearest, in a straight line.",
    ),
}
"""What the tools say instead where distances are straight lines."""
