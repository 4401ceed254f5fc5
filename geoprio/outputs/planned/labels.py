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
    (r"none of (.+) is known", "缺少资料：{0}均未知"),
    (r"one of (.+) is not known", "缺少资料：{0}未知"),
    (r"it requires (.+)", "前置措施“{0}”无法实施"),
    (r"the sources' shares and caps do not reach its cost", "各来源的比例与限额不足以覆盖其费用"),
)
"""Reasons of `candidates.tabulate` and `problem.prepare` as patterns, and their zh."""

ASSUMED: Final = (
    (r"unit cost: middle of an unverified span \((.+)\)", "单价为未核实区间的中值（{0}）"),
    (r"(.+) per dwelling: geoprio's own guess", "每户{0}：geoprio 自定的估计"),
    (r"(.+) per staircase: geoprio's own guess", "每单元{0}：geoprio 自定的估计"),
)

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
}
"""Words of the programme on map, sheets and in QGIS; ``{t}`` and the like are filled in there."""

ON_PAGE: Final = {f"programme.{key}": pair for key, pair in MAP.items()}
"""The same under the keys of the map page's words."""
