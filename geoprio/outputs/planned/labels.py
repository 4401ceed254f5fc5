"""Words of the programme's lists; key to zh and en."""

from __future__ import annotations

from typing import Final

SHEET_TITLES: Final = {
    "projects": ("项目清单", "projects"),
    "years": ("年度计划", "yearly plan"),
    "sources": ("资金来源", "by source"),
    "districts": ("分区县", "by district"),
    "zones": ("三方账（分片区）", "ledger by zone"),
    "parties": ("三方账（合计）", "ledger of three parties"),
    "operators": ("运营主体", "operators"),
    "measures": ("措施与单价", "measures"),
    "left_out": ("未入选及原因", "left out"),
    "words": ("说明", "in words"),
}

COLUMNS: Final = {
    "project_id": ("项目编号", "project"),
    "year": ("年度", "year"),
    "rank": ("片区排名", "rank of the zone"),
    "zone_id": ("片区编号", "zone id"),
    "name": ("片区", "zone"),
    "district": ("区县", "district"),
    "measure": ("措施代码", "measure (code)"),
    "title": ("措施", "measure"),
    "grade": ("类别", "class"),
    "side": ("面子/里子", "face or lining"),
    "quantity": ("工程量", "quantity"),
    "unit": ("单位", "unit"),
    "unit_cny": ("单价（元）", "unit cost (CNY)"),
    "gross_fen": ("节省前投资（元）", "cost before savings (CNY)"),
    "saving_fen": ("合并施工节省（元）", "saved by doing at once (CNY)"),
    "cost_fen": ("投资（元）", "cost (CNY)"),
    "residents_fen": ("居民出资（元）", "residents pay (CNY)"),
    "enterprises_fen": ("企业出资（元）", "enterprises pay (CNY)"),
    "government_fen": ("政府出资（元）", "government pays (CNY)"),
    "dwellings": ("户数", "dwellings"),
    "residents_cny_per_dwelling": ("居民户均出资（元）", "residents pay per dwelling (CNY)"),
    "running_residents_fen": ("居民承担年运行费（元）", "running cost of residents a year (CNY)"),
    "face_fen": ("面子（元）", "face (CNY)"),
    "lining_fen": ("里子（元）", "lining (CNY)"),
    "benefit": ("效益（点）", "benefit (points)"),
    "frequency": ("其他权重下入选比例", "chosen under other weights"),
    "role": ("是否稳定", "role"),
    "assumed": ("假定之处", "what is assumed"),
    "projects": ("项目数", "projects"),
    "zones": ("片区数", "zones"),
    "source": ("来源", "source"),
    "kind": ("资金类别", "kind of money"),
    "party": ("出资方", "party"),
    "budget_fen": ("可用资金（元）", "budget (CNY)"),
    "total_fen": ("合计（元）", "total (CNY)"),
    "left_fen": ("结余（元）", "left over (CNY)"),
    "share": ("占比", "share"),
    "floor_share": ("最低占比", "least share"),
    "borrowed_fen": ("其中需偿还（元）", "of it paid back (CNY)"),
    "flows_cny": ("建成后各年净现金流合计（元）", "net flow of all years, works and after (CNY)"),
    "invested_fen": ("运营主体投入（元）", "operator puts in (CNY)"),
    "net_income_fen": ("年净收入（元）", "net income a year (CNY)"),
    "years": ("年限", "years"),
    "required_return": ("要求回报率", "required return"),
    "internal_rate": ("内部收益率", "internal rate of return"),
    "payback_years": ("回收期（年）", "payback (years)"),
    "concessions_fen": ("其中特许经营投入（元）", "of it put in by concessions (CNY)"),
    "concessions_rate": ("特许经营部分内部收益率", "internal rate of return of the concessions alone"),
    "concessions_payback": ("特许经营部分回收期（年）", "payback of the concessions alone (years)"),
    "price_assumed": ("单价为假定", "unit cost assumed"),
    "verified": ("清单单价是否核实", "list's span verified"),
    "price_source": ("单价出处", "source of the unit cost"),
    "note": ("备注", "note"),
    "status": ("状态", "status"),
    "reason": ("原因", "reason"),
    "quantity_from": ("工程量取自", "quantity from"),
    "sentence": ("说明", "in words"),
}

WORDS: Final = {
    "total": ("合计", "total"),
    "yes": ("是", "yes"),
    "no": ("否", "no"),
    "not_chosen": ("资金内未入选", "not chosen within the money"),
    "no_district": ("（未注明）", "(not given)"),
    "core": ("核心", "core"),
    "flexible": ("可调", "flexible"),
    "never": ("从不", "never"),
    "residents": ("居民", "residents"),
    "enterprises": ("企业", "enterprises"),
    "government": ("政府", "government"),
    "verified.true": ("已核实", "verified"),
    "verified.secondary": ("转引", "quoted elsewhere"),
    "verified.false": ("未核实", "not verified"),
    "pays": ("{source}（元）", "{source} (CNY)"),
    "pays_year": ("第{t}年（元）", "year {t} (CNY)"),
    "heading": ("资金内的改造计划", "The programme within the money"),
}

REASONS: Final = (
    (r"none of (.+) is known", ("缺少资料：{0}均未知", "not known: {0}")),
    (r"one of (.+) is not known", ("缺少资料：{0}未知", "not known: {0}")),
    (r"(\w+) is (.+) \(asked: (.+)\)", ("{0}为{1}（要求：{2}）", "{0} is {1} (asked: {2})")),
    (r"the quantity is 0", ("工程量为0", "the quantity is 0")),
    (r"its cost is 0", ("费用为0", "its cost is 0")),
    (r"(\w+) is 0", ("{0}为0", "{0} is 0")),
    (r"it relieves no need there", ("该片区没有它能缓解的需求", "it relieves no need there")),
    (r"pinned: done = false", ("项目文件写明不实施（pinned）", "ruled out in the project file (pinned)")),
    (r"it requires (.+)", ("前置措施“{0}”无法实施", "it requires {0}, which cannot be done")),
    (
        r"the sources' shares and caps do not reach its cost",
        ("各来源的比例与限额不足以覆盖其费用", "the sources' shares and caps do not reach its cost"),
    ),
)
"""Reasons of `candidates.tabulate` and `problem.prepare` as patterns, with their words in zh and en."""

NOT_CHOSEN: Final = ("在现有资金与规则内，其他项目效益更高", "within the money and the rules others bring more")

ASSUMED: Final = (r"(?:(.+); )?unit cost: middle of an unverified span \((.+)\)", "单价为未核实区间的中值（{0}）")

COLUMN_TITLES: Final = {
    "riser_dwellings": ("需换立管的户数", "dwellings that need new risers"),
    "pipe_m": ("管网长度（米）", "length of pipes (m)"),
    "roof_area_m2": ("屋面面积（平方米）", "area of roofs (m²)"),
    "road_area_m2": ("道路面积（平方米）", "area of roads (m²)"),
    "facade_area_m2": ("外墙面积（平方米）", "area of facades (m²)"),
    "staircases_without_lift": ("无电梯单元数", "staircases without a lift"),
    "fire_hazard_staircases": ("有消防隐患的单元数", "staircases with fire hazards"),
    "cameras_needed": ("需增摄像头数", "cameras needed"),
    "charger_gap": ("充电设施缺口", "charging points lacking"),
    "elder_station_m2": ("养老服务站面积（平方米）", "area of the elder-care station (m²)"),
    "nursery_m2": ("托育点面积（平方米）", "area of the nursery (m²)"),
    "shop_m2": ("便民商业用房面积（平方米）", "area of the shop space (m²)"),
}
"""Titles of columns that measures ask of the zones, and that nothing else names."""

SHIPPED: Final = {
    "none found; give the local price": "未找到；请填写当地价格",
    "span from memory, no official list found": "凭记忆的区间，未找到官方造价",
    "fit-out, span from memory, no official list found": "装修费，凭记忆的区间，未找到官方造价",
    "Wuxi, xindianti.cn/47412; Fuzhou, ourseo.net/67831": "无锡（xindianti.cn/47412）；福州（ourseo.net/67831）",
    "given for this programme": "项目文件给定",
    "synthetic": "合成示例",
    "Only where a count of hazards is given: what nobody looked at is not forced in.": (
        "仅在有隐患数量时实施：无人排查过的不强制纳入。"
    ),
    "Residents have to agree first; shares by floor in lifts.toml.": "须先征得居民同意；分楼层分摊比例见 lifts.toml。",
    "Fees and upkeep are local: give fee_income_cny and running_cost_cny.": (
        "收费与运维因地而异：请填写 fee_income_cny 和 running_cost_cny。"
    ),
    "12 dwellings per staircase: geoprio's own guess": "每单元12户：geoprio 自定的估计",
    "1 m of pipe per dwelling: geoprio's own guess": "每户管网1米：geoprio 自定的估计",
    "15 m² of roof per dwelling: geoprio's own guess": "每户屋面15平方米：geoprio 自定的估计",
    "10 m² of road per dwelling: geoprio's own guess": "每户道路10平方米：geoprio 自定的估计",
    "50 m² of facade per dwelling: geoprio's own guess": "每户外墙50平方米：geoprio 自定的估计",
    "a camera per 50 dwellings: geoprio's own guess": "每50户1个摄像头：geoprio 自定的估计",
    "350 m²: least area of a day-care center as remembered of the standard, unverified": (
        "350平方米：凭记忆的日间照料中心最小面积，未核实"
    ),
    "200 m²: least area of a nursery as remembered of the 2020 standard, unverified": (
        "200平方米：凭记忆的2020年托育点最小面积，未核实"
    ),
    "75 m²: the middle of 50 to 100 m² as remembered of the 2020 standard, unverified": (
        "75平方米：凭记忆的2020年标准50至100平方米的中值，未核实"
    ),
}
"""Sources of prices, notes and assumptions of geoprio's own list of measures, in zh."""

UNITS: Final = {
    "dwelling": "户",
    "m2": "平方米",
    "m": "米",
    "staircase": "单元",
    "camera": "个",
    "bay": "个泊位",
    "point": "个",
    "building": "栋",
    "zone": "片区",
    "piece": "个",
}
"""Units of the shipped measures in zh; others stay as they are written."""

MAP: Final = {
    "programme": ("资金内的改造计划", "Programme within the money"),
    "programme_year": ("计划：首个实施年度", "Programme: first year"),
    "programme_cost_cny": ("计划：投资", "Programme: cost"),
    "year": ("第{t}年", "year {t}"),
    "outside": ("不在计划内", "not in the programme"),
    "hint": (
        "geoprio plan 在资金内的选择，不随滑块变化",
        "What geoprio plan chose within the money; the sliders do not change it",
    ),
    "nothing_here": ("资金内的计划没有在此安排项目。", "The programme within the money does nothing here."),
    "first": ("第{t}年开始，共{n}项，投资{cost}元", "from year {t} · measures: {n} · cost {cost} yuan"),
    "pays": ("{source} {money}元", "{source} {money}"),
    "assumed": ("含假定", "assumed"),
    "assumed_note": (
        "* 单价或工程量为假定，须以当地造价核定后再定。",
        "* rests on an assumed unit cost or quantity: have it priced locally before deciding.",
    ),
    "measure": ("措施", "measure"),
    "when": ("年度", "year"),
    "quantity": ("工程量", "quantity"),
    "cost": ("投资（元）", "cost (CNY)"),
    "who": ("资金来源（元）", "who pays (CNY)"),
    "total": ("合计", "total"),
    "layer": ("改造计划（首个年度）", "Programme (first year)"),
    "layout": ("计划图 A4", "Programme map A4"),
}
"""Words of the programme on map, sheets and in QGIS; ``{t}`` and the like are filled in there."""

ON_PAGE: Final = {f"programme.{key}": pair for key, pair in MAP.items()}
"""The same under the keys of the map page's words."""
