"""Words of the map page in Chinese and English."""

from __future__ import annotations

from typing import Final

PAGE: Final = {
    "language": ("English", "中文"),
    "about": ("说明", "About"),
    "close": ("关闭", "Close"),
    "paper": ("工作底稿", "Working paper"),
    "subtitle": ("更新优先级 · {n} 个片区参评", "Renewal priority · {n} zones ranked"),
    "ranking": ("优先级排名", "Ranking by priority"),
    "panel": ("片区列表", "List of zones"),
    "show_list": ("展开列表", "Show the list"),
    "hide_list": ("收起列表", "Hide the list"),
    "name": ("名称", "Name"),
    "tied": ("并列", "tied"),
    "tied_with": ("与另外 {n} 个片区并列", "tied with {n} others"),
    "tied_with_one": ("与另外 1 个片区并列", "tied with 1 other"),
    "unscored": ("未评分", "Not scored"),
    "map": ("地图", "Map"),
    "legend": ("图例与图层", "Legend and layers"),
    "priority": ("优先级", "Priority"),
    "priority_hint": ("0–100，越深越急；含上限", "0–100, darker is more urgent; upper bounds included"),
    "zones_count": ("片区数", "zones"),
    "facilities": ("设施", "Facilities"),
    "hollow": ("空心：未计入（过远、重复或停业）", "Hollow: not counted (off the streets, duplicate or closed)"),
    "streets": ("街道（已简化）", "Streets (thinned)"),
    "zoom_in": ("放大", "Zoom in"),
    "zoom_out": ("缩小", "Zoom out"),
    "whole": ("显示全部", "Show everything"),
    "rank_of": ("第 {n} 名，共 {all} 个", "Rank {n} of {all}"),
    "rank_type": ("同类（{type}）第 {n} 名，共 {all} 个", "{type}: rank {n} of {all}"),
    "why": ("得分构成", "What the score is made of"),
    "points": ("得分", "points"),
    "sum": ("合计（= 优先级）", "Sum (= priority)"),
    "baseline": ("基准（各项均良好时）", "Baseline (all indicators good)"),
    "gate": ("安全一票优先", "Safety gate"),
    "gate.true": ("安全一票优先：不论优先级，排在最前", "Safety gate: first, whatever the priority"),
    "gated.true": ("安全优先", "safety"),
    "gated.null": ("安全未知", "safety?"),
    "gate.null": ("安全情况未知：排在安全片区之前", "Safety not known: ahead of zones known to be safe"),
    "method": (
        (
            "本次未用默认算法：指标按“{normalize}”换算，按“{aggregate}”合成。"
            "各项得分为夏普利值（以各项均良好的片区为参照），与基准相加即为优先级。"
        ),
        (
            "Not the default method: indicators are brought to one scale by {normalize} and combined by {aggregate}. "
            "Points are Shapley values against a zone with all indicators good; "
            "with the baseline they sum to the priority."
        ),
    ),
    "normalize.threshold": ("良好与不利阈值", "good and bad thresholds"),
    "normalize.piecewise": ("分段价值函数", "piecewise value functions"),
    "normalize.minmax": ("极差", "min-max"),
    "normalize.z": ("标准分", "z-scores"),
    "normalize.rank": ("名次", "ranks"),
    "normalize.vector": ("向量长度", "the vector norm"),
    "normalize.sum": ("占总和之比", "shares of the sum"),
    "aggregate.weighted_sum": ("加权和", "the weighted sum"),
    "aggregate.weighted_product": ("加权积", "the weighted product"),
    "aggregate.topsis": ("TOPSIS", "TOPSIS"),
    "aggregate.vikor": ("VIKOR", "VIKOR"),
    "aggregate.promethee2": ("PROMETHEE II", "PROMETHEE II"),
    "value": ("现状", "Value"),
    "unknown": ("未知", "unknown"),
    "unknown_hint": ("未知不等于零；其权重由其余指标分担", "unknown is not zero; its weight goes to the others"),
    "imputed": ("未知，以{how}推定", "unknown, imputed: {how}"),
    "threshold": ("标准", "Standard"),
    "anchors": ("良好 → 不利", "Good → bad"),
    "weight": ("权重", "Weight"),
    "renormalised": ("{n}（原 {from}，因其他指标未知而调整）", "{n} (was {from}; others are unknown)"),
    "urgency": ("紧迫度", "Urgency"),
    "walk_m": ("步行 ≤ {n} 米", "≤ {n} m walk"),
    "walk_min": ("步行 ≤ {n} 分钟", "≤ {n} min walk"),
    "quota": ("每千人 ≥ {n} 处", "≥ {n} per 1,000 people"),
    "supply": ("每千人容量 ≥ {n}", "capacity ≥ {n} per 1,000"),
    "walk": ("步行：{name} {n} 米/分钟", "Walking: {name} {n} m/min"),
    "metres": ("{n} 米", "{n} m"),
    "per_1000": ("{n} 处/千人", "{n} per 1,000"),
    "capacity_per_1000": ("每千需求 {n}", "{n} per 1,000"),
    "need": ("未覆盖需求", "Demand not covered"),
    "need_of": ("{n} / {all} {kind}", "{n} of {all} {kind}"),
    "need_unknown": ("另有 {n} 情况未知", "{n} unknown"),
    "items": ("完整居住社区", "Complete community"),
    "items_passed": ("达标", "Passed"),
    "items_failed": ("未达标", "Failed"),
    "items_hint": (
        "未知不等于未达标；各项的来源与核实情况见“说明”",
        "unknown is not failed; sources of the items are in About",
    ),
    "items_about": (
        "各项与步行距离分开检验：有无设施、面积是否达标。数据不足以回答的为未知，不计为未达标。数字为片区数。",
        (
            "Items are tested apart from the walking distances: is the facility there, and large enough. "
            "What the data cannot answer is unknown and not counted as failed. Numbers are of zones."
        ),
    ),
    "items_count": ("达标 {p} · 未达标 {f} · 未知 {u}", "passed {p} · failed {f} · unknown {u}"),
    "community": ("片区周边", "Around a zone:"),
    "community_zone": ("仅片区之内", "The zone alone"),
    "glance": ("概况", "At a glance"),
    "buildings": ("楼栋数", "Buildings"),
    "stand_in": ("代表点（非楼栋）", "Stand-in points, not buildings"),
    "stand_in_hint": (
        "没有楼栋轮廓：名单的户数放在一个代表点上，距离从该点量起。",
        "No footprints are known: the list's dwellings stand at one point, and distances are those of this point.",
    ),
    "stand_in_zones": (
        "{n} 个片区没有楼栋轮廓，各以一个代表点（非楼栋）计算。",
        "{n} zones without footprints: one stand-in point each, not a building.",
    ),
    "id": ("编号", "id"),
    "sources": ("标准来源", "Where the standards come from"),
    "verified": ("已核对原文", "verified"),
    "secondary": ("转引，未核对原文", "secondary source"),
    "unverified": ("未核实", "unverified"),
    "source.project file": ("项目文件自定", "set in the project file"),
    "source.geoprio's own choice": ("geoprio 自定", "geoprio's own choice"),
    "kind": ("种类", "Kind"),
    "status": ("状态", "Status"),
    "capacity": ("容量", "Capacity"),
    "assumed": ("{n}（假定）", "{n} (assumed)"),
    "unnamed": ("（无名称）", "(no name)"),
    "about_paper": (
        "本页为工作底稿，供讨论和现场核查之用，不是规划结论，也不是行政决定。",
        "This page is a working paper for discussion and for checking on site. It is neither a plan nor a decision.",
    ),
    "about_score": ("优先级怎样计算", "How the priority is calculated"),
    "about_formula": (
        (
            "每项指标按“良好”（紧迫度 0）到“不利”（紧迫度 1）线性换算；得分 = 100 × 权重 × 紧迫度；"
            "优先级为各项得分之和（0–100，越高越急）。"
            "页面所示得分按最大余数法取整，故各项相加等于优先级。"
        ),
        (
            "Each indicator runs in a straight line from good (urgency 0) to bad (urgency 1); "
            "points = 100 × weight × urgency; the priority is the sum of the points (0–100, higher is more urgent). "
            "Points are rounded by largest remainder, so they add up to the priority."
        ),
    ),
    "about_rules": ("标准文件", "Rule file"),
    "about_issued": ("发布日期 {n}", "issued {n}"),
    "about_notes": ("备注取自规则文件，无译文者为原文。", ""),
    "about_warnings": ("数据质量警告", "Warnings about the data"),
    "about_no_warnings": ("没有警告。", "No warnings."),
    "about_data": ("数据", "Data"),
    "about_crs": ("工作坐标系", "Working CRS"),
    "about_used": ("片区内楼栋", "Buildings in zones"),
    "about_outside": ("片区外楼栋", "Buildings outside the zones"),
    "about_unsnapped": ("离街道过远的楼栋（可达性未知）", "Buildings too far from streets (access unknown)"),
    "about_facilities": ("{category}：计入 / 读取", "{category}: used / read"),
    "about_missing": ("指标未知时", "Where an indicator is unknown"),
    "about_credit": ("数据署名", "Credit"),
    "noscript": ("请启用 JavaScript 以显示地图。", "Please enable JavaScript to see the map."),
    "missing.default": (
        "不按零计，其权重由该片区的其余指标分担",
        "it does not count as zero: the zone's other indicators take its weight",
    ),
    "missing.renormalise": (
        "不按零计，其权重由该片区的其余指标分担",
        "it does not count as zero: the zone's other indicators take its weight",
    ),
    "missing.refuse": ("不允许未知，计算会停止", "the run stops: no unknown value is allowed"),
    "missing.impute:median": (
        "不按零计，以各片区的中位数推定，权重不变",
        "it does not count as zero: the median of the zones stands in, weights stay",
    ),
    "missing.impute:mean": (
        "不按零计，以各片区的平均值推定，权重不变",
        "it does not count as zero: the mean of the zones stands in, weights stay",
    ),
    "missing.impute:good": ("按良好值推定，权重不变", "it counts as good, weights stay"),
    "missing.impute:bad": ("按不利值推定，权重不变", "it counts as bad, weights stay"),
    "imputed.impute:median": ("中位数", "the median"),
    "imputed.impute:mean": ("平均值", "the mean"),
    "imputed.impute:good": ("良好值", "as good"),
    "imputed.impute:bad": ("不利值", "as bad"),
    "assumed_value": ("{what}：假定为 {value}，未核实（{source}）", "{what}: assumed {value}, not verified ({source})"),
    "type.compound": ("居住小区", "residential compound"),
    "type.factory_area": ("厂区", "factory area"),
    "type.street_block": ("街区", "street block"),
    "type.urban_village": ("城中村", "urban village"),
    "type.other": ("其他", "other"),
    "robust.robustly_in": ("稳居前列", "robustly in"),
    "robust.contested": ("有争议", "contested"),
    "robust.robustly_out": ("稳在其外", "robustly out"),
    "status.scored": ("已评分", "scored"),
    "status.no_buildings": ("无居住建筑", "no homes"),
    "status.ineligible": ("不参评", "not eligible"),
    "status.no_data": ("数据不足", "no data"),
    "demand.population": ("人", "people"),
    "demand.population_60plus": ("名 60 岁以上老人", "people aged 60+"),
    "demand.population_0_2": ("名 0–2 岁幼儿", "children aged 0–2"),
    "demand.dwellings": ("户", "dwellings"),
    "demand.floor_area_m2": ("平方米建筑面积", "m² of floor area"),
    "demand.buildings": ("栋楼", "buildings"),
    "facility.used": ("已计入", "used"),
    "facility.unsnapped": ("离街道过远，未计入", "too far from any street, not used"),
    "facility.duplicate": ("重复，未计入", "duplicate, not used"),
    "facility.closed": ("已停业或未开业，未计入", "closed or not open yet, not used"),
    "kind.unknown": ("不详", "unknown"),
    "kind.nursing_home": ("养老院", "nursing home"),
    "kind.retirement_home": ("养老公寓", "retirement home"),
    "kind.assisted_living": ("助养公寓", "assisted living"),
    "kind.group_home": ("托养之家", "group home"),
    "kind.day_care": ("日间照料", "day care"),
    "kind.social_facility": ("社会福利设施", "social facility"),
    "kind.nursery": ("托儿所（0–3 岁）", "nursery (0–3)"),
    "kind.kindergarten": ("幼儿园（3–6 岁）", "kindergarten (3–6)"),
    "kind.convenience": ("便利店", "convenience store"),
    "kind.meals": ("助餐点", "meals"),
    "kind.senior_services": ("老年服务", "senior services"),
}
"""Key to zh and en; ``{n}`` and the like are filled in by the page. A missing key shows the value itself."""

STRAIGHT: Final = {
    "straight_line": ("直线距离（未用道路）", "Straight-line distances, streets not used"),
    "straight_line_hint": (
        "距离按楼栋到设施的直线量算，实际步行只会更远；时间 = 直线距离 ÷ 步速。",
        "Distances run straight from building to facility: no walk is shorter. Minutes are distance / pace.",
    ),
    "walk_m": ("直线 ≤ {n} 米", "≤ {n} m in a straight line"),
    "walk_min": ("直线折算步行 ≤ {n} 分钟", "≤ {n} min by the straight line"),
    "streets": ("街道（已简化，未用于计算）", "Streets (thinned, not walked on)"),
    "hollow": ("空心：未计入（重复或已停业）", "Hollow: not used (duplicate or closed)"),
    "items_about": (
        "各项与直线距离分开检验：有无设施、面积是否达标。数据不足以回答的为未知，不计为未达标。数字为片区数。",
        (
            "Items are tested apart from the straight-line distances: is the facility there, and large enough. "
            "What the data cannot answer is unknown and not counted as failed. Numbers are of zones."
        ),
    ),
}
"""What the page says instead, or besides, where distances are straight lines."""

COLON: Final = ("：", ": ")

COMPLETIONS: Final = {
    "share": (
        "良好 = 标准的比例，不利 = 0：geoprio 自己的约定",
        "good = the rule's share, bad = 0: geoprio's own convention",
    ),
    "distance": (
        "良好 = 标准距离 T，不利 = 3T：geoprio 自己的约定",
        "good = the rule's distance T, bad = 3 T: geoprio's own convention",
    ),
    "quota": (
        "良好 = 标准配额，不利 = 0：geoprio 自己的约定",
        "good = the rule's quota, bad = 0: geoprio's own convention",
    ),
    "supply": (
        "良好 = 标准的每千人容量，不利 = 0：geoprio 自己的约定",
        "good = the rule's capacity per 1,000, bad = 0: geoprio's own convention",
    ),
    "condition": (
        "良好 = 没有，不利 = 全有：geoprio 自己的约定",
        "good = no defect, bad = a defect throughout: geoprio's own convention",
    ),
    "needs": (
        "良好 = 无人提及，不利 = 人人提及：geoprio 自己的约定",
        "good = nobody names it, bad = everybody does: geoprio's own convention",
    ),
    "decided": (
        "良好 = 无一通过，不利 = 表决的都已通过（可先办）：geoprio 自己的约定",
        "good = nothing is decided, bad = all that was voted on is (ready to go): geoprio's own convention",
    ),
    "given": ("由项目文件设定", "set in the project file"),
    "none": ("无阈值：只在各片区之间比较", "no thresholds: zones are compared with each other"),
}
"""How the two anchors of an indicator came about, by the keys of `geoprio.score.matrix.ANCHOR_WORDS`."""

SHEETS: Final = {
    "ranking": ("排名", "Ranking"),
    "definitions": ("指标说明", "Definitions"),
    "sources": ("来源", "Sources"),
    "study": ("研究", "Study"),
    "values": ("所用取值", "Values used"),
    "read": ("读取的数据", "What was read"),
    "inputs": ("输入文件", "Input files"),
    "of.item": ("项目", "item"),
    "of.content": ("内容", "content"),
    "yes": ("是", "yes"),
    "no": ("否", "no"),
    "direction.1": ("越大越急", "a larger value is more urgent"),
    "direction.-1": ("越小越急", "a smaller value is more urgent"),
    "direction.0": ("仅供参考", "for information"),
    "direction.gate": ("先于优先级：是、未知、否", "ahead of priority: yes, unknown, no"),
    "of.column": ("列名", "column"),
    "of.title": ("名称", "title"),
    "of.unit": ("单位", "unit"),
    "of.direction": ("方向", "direction"),
    "of.weight": ("权重", "weight"),
    "of.good": ("良好值", "good"),
    "of.bad": ("不利值", "bad"),
    "of.anchors": ("良好值与不利值的由来", "where good and bad come from"),
    "of.source": ("来源", "source"),
    "of.clause": ("条款", "clause"),
    "of.verified": ("核实情况", "verified"),
    "of.what": ("对象", "what"),
    "of.value": ("取值", "value"),
    "of.role": ("用途", "role"),
    "of.path": ("文件", "file"),
    "of.rows": ("行数", "rows"),
    "of.used": ("采用", "used"),
    "of.crs": ("坐标系", "CRS"),
    "of.encoding": ("编码", "encoding"),
    "of.bytes": ("字节", "bytes"),
    "of.sha256": ("SHA-256", "SHA-256"),
    "of.text": ("内容", "text"),
}
"""Titles and words of the workbook's sheets; key to zh and en."""

QGIS: Final = {
    "result": ("结果", "Result"),
    "indicators": ("指标（由良好到不利）", "Indicators (from good to bad)"),
    "base": ("底图", "Background"),
    "zones": ("片区优先级", "Priority of zones"),
    "facilities": ("设施", "Facilities"),
    "buildings": ("楼栋", "Buildings"),
    "streets": ("街道", "Streets"),
    "condition": ("状况（占已调查比例）", "Condition (share of those surveyed)"),
    "needs": ("居民诉求（占受访者）", "What residents say (share of those asked)"),
    "problems": ("问题点", "Problem points"),
    "solved": ("已解决", "solved"),
    "raster": ("片区优先级（栅格，向上取整）", "Priority of zones (raster, rounded up)"),
    "unscored": ("未评分", "not scored"),
    "not_used": ("未计入（过远、重复或停业）", "not counted (too far, double, closed)"),
    "layout": ("优先级地图 A4", "Priority map A4"),
    "legend": ("图例", "Legend"),
    "subtitle": (
        "老旧片区更新优先级（0–100，越高越急）· 工作底稿，供讨论和现场核查",
        "Renewal priority (0-100, higher is more urgent) · working paper for discussion and checking on site",
    ),
    "credit": ("数据：", "Data: "),
}
"""Names of layers and groups and texts of the layout in the QGIS project; key to zh and en."""

SHEET: Final = {
    "kind": ("一小区一策", "Neighbourhood sheet"),
    "rank": ("排名", "Rank"),
    "interval": ("名次区间（5–95 %）", "Ranks in 5–95 % of draws"),
    "facts": ("概况", "At a glance"),
    "in_type": ("同类排名", "Rank within its type"),
    "demand": ("需求", "demand"),
    "detail": (
        "现状 {value} · 良好 {good} → 不利 {bad} · 权重 {weight}",
        "value {value} · good {good} → bad {bad} · weight {weight}",
    ),
    "detail_plain": ("现状 {value} · 权重 {weight}", "value {value} · weight {weight}"),
    "access": ("设施可达性", "Access to services"),
    "head.category": ("类别", "category"),
    "head.standard": ("标准", "standard"),
    "head.covered": ("覆盖率", "covered"),
    "head.uncovered": ("未覆盖", "not covered"),
    "head.nearest": ("多数楼栋最近的设施", "nearest for most buildings"),
    "nearest_note": (
        "多数楼栋最近的设施：距离为以其为最近的楼栋的简单平均；指标中的平均距离包括片区全部楼栋、按需求加权，故略有出入。",
        (
            "Nearest for most buildings: the distance shown is the plain mean of those to which it is the nearest; the "
            "indicator's mean distance takes all buildings of the zone, weighted by demand, and so differs a little."
        ),
    ),
    "notes": ("须知", "To be known"),
    "unverified": ("所用未核实取值：", "Values used that nobody verified:"),
}
"""Words of the sheets; key to zh and en."""
