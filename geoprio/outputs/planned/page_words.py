"""Words of the programme's page in zh and en."""

from __future__ import annotations

from typing import Final

PAGE_WORDS: Final = {
    "title": ("资金内的改造计划", "The programme within the money"),
    "contents": ("目录", "Contents"),
    "fold": ("{n}行（点击展开或收起）", "{n} rows (show or hide)"),
    "print": ("打印", "Print"),
    "language": ("English", "中文"),
    "map": ("地图", "map"),
    "lead": (
        "在给定资金内选出的项目：做什么、在哪里、哪一年、由谁出钱。金额取整到元，合计相符；表格文件精确到分。",
        (
            "What is done where, in which year and with whose money, within the money there is. Sums are whole yuan "
            "that add up; the files have them to the fen."
        ),
    ),
    "count_cost": ("元，总投资", "yuan in all"),
    "count_measures": ("项措施", "measures"),
    "count_zones": ("个片区（共{all}个）", "zones of {all}"),
    "count_years": ("年", "years"),
    "count_proof": ("至少达到效益上限的", "of the most benefit possible, at least"),
    "words": ("结论", "In words"),
    "years": ("分年安排", "By year"),
    "years_hint": ("点年度看当年项目。", "Each year has a page of its own below."),
    "sources": ("资金来源", "Money by source"),
    "parties": ("三方账", "Ledger of the three parties"),
    "parties_hint": (
        "出资三方之和等于总投资。净现金流包括建成后二十年左右的收费、运行费与还本付息；居民受益的是生活条件，不计入现金流。",
        (
            "The three parties' payments sum to the cost. Net flows include fees, running cost and debt service over "
            "some twenty years after the works; what residents gain in living conditions is no cash and not in them."
        ),
    ),
    "districts": ("分区县", "By district"),
    "sides": ("面子与里子", "Face and lining"),
    "sides_hint": (
        "面子：看得见的（外立面、道路等）；里子：看不见而离不开的（管线、消防等）。",
        "Face is what is seen (facades, roads); lining what is not seen and needed (pipes, fire safety).",
    ),
    "grades": ("类别", "Class"),
    "gains": ("比简单做法好多少", "Better than simple ways"),
    "gains_hint": (
        "同样的资金与规则，按其他做法安排。违反规则的做法可能得到更多效益，但不可行。",
        "The same money and rules, spent in other ways. A way that breaks rules may bring more, but cannot be done.",
    ),
    "way": ("做法", "way"),
    "way.programme": ("本方案", "this programme"),
    "way.ranking": ("按排名依次安排", "down the ranking"),
    "way.greedy": ("按单位资金效益依次安排", "by benefit for each yuan"),
    "benefit": ("效益（点）", "benefit (points)"),
    "spent": ("投资（元）", "cost (CNY)"),
    "measures": ("措施数", "measures"),
    "zones": ("片区数", "zones"),
    "rules_broken": ("违反规则数", "rules broken"),
    "gain": ("本方案高出", "this programme is better by"),
    "frontier": ("更多或更少的钱", "More money, or less"),
    "frontier_hint": (
        "曲线变平，说明再加预算的作用变小。",
        "Where the curve is flat, more money brings little.",
    ),
    "frontier_alt": (
        "预算与效益的折线图，数据见下表",
        "Line of benefit over budget; its figures are in the table below",
    ),
    "scale": ("预算", "budgets"),
    "budget": ("预算合计（元）", "budgets in all (CNY)"),
    "bound": ("效益上限（点）", "bound (points)"),
    "status": ("结果", "outcome"),
    "status.optimal": ("已证最优", "proved"),
    "status.feasible": ("可行", "feasible"),
    "status.nothing": ("无项目", "nothing is done"),
    "status.infeasible": ("无可行方案", "no programme keeps all rules"),
    "status.unknown": ("限时内未知", "not known in the time"),
    "prices": ("每增加100万元的作用", "What a million more would bring"),
    "prices_hint": (
        "由松弛问题算出，适用于小幅变动；没有列出的来源再增加也没有作用。",
        "From the relaxed program, for small changes; more from a source that is not listed would bring nothing.",
    ),
    "rule": ("规则", "rule"),
    "subject": ("对象", "whose"),
    "points": ("效益（点）", "benefit (points)"),
    "more": ("预算增加10%的变化", "With 10 % more money"),
    "more_none": ("预算增加10%，选择不变。", "With 10 % more money the choice stays the same."),
    "change": ("变化", "change"),
    "enters": ("新增", "enters"),
    "leaves": ("退出", "leaves"),
    "moves": ("调整年度", "moves"),
    "from_year": ("原年度", "year now"),
    "to_year": ("新年度", "year then"),
    "sure": ("换用其他权重是否仍入选", "Chosen whatever the weights?"),
    "sure_hint": (
        "换用{n}组其他权重重新选择。核心：至少九成入选；可调：部分入选；从不：一次也没有。每年各项的标记见年度页。",
        (
            "Chosen anew under {n} other weights. Core: in at least 90 % of them; flexible: in some; never: in none. "
            "The years' pages mark each measure."
        ),
    ),
    "role": ("类别", "role"),
    "chosen": ("本方案入选", "in this programme"),
    "not_chosen": ("本方案未入选", "not in this programme"),
    "unsure": ("已入选但最不稳的", "Chosen, but least sure"),
    "next": ("未入选但最接近入选的", "Not chosen, but next in line"),
    "share": ("入选比例", "chosen in"),
    "infeasible": ("什么规则需要让步", "Which rules have to give"),
    "infeasible_hint": (
        "“单独即可”：只调整这一类规则就有可行方案；否则须同时调整所列各类。",
        "“Enough by itself”: rules of this kind alone may give; else all that are listed have to give together.",
    ),
    "amount": ("需让步（元）", "by how much (CNY)"),
    "alone": ("单独即可", "enough by itself"),
    "by_zone": ("各片区三方账", "The three parties by zone"),
    "operators": ("运营主体", "Operators"),
    "prices_used": ("措施与单价", "Measures and unit costs"),
    "prices_used_hint": (
        "标为假定的单价取自未核实的区间，只供比较；决策前须以当地造价核定。出处见 programme.xlsx。",
        (
            "Unit costs that are assumed come from unverified spans and serve to compare only: have them priced "
            "locally before deciding. Their sources stand in programme.xlsx."
        ),
    ),
    "year": ("第{t}年", "Year {t}"),
    "year_lead": (
        "{zones}个片区，{n}项措施，投资{cost}元",
        "{n} measures in {zones} zones for {cost} yuan",
    ),
    "year_empty": ("当年没有项目。", "Nothing is done in this year."),
    "year_alt": ("当年实施片区的示意图，数字为排名", "Sketch of the zones of this year; numbers are ranks"),
    "this_year": ("当年", "this year"),
    "other_years": ("其他年度", "other years"),
    "several": ("{n}项", "{n} measures"),
    "year_total": ("全年合计", "whole year"),
    "too_many": (
        "当年有{n}项，此处只列片区合计；各项见 projects.csv。",
        "{n} measures in this year: only sums by zone are listed here; projects.csv has each of them.",
    ),
    "rest": (
        "另有{n}行，见 programme.xlsx 与 programme.json。",
        "{n} more rows: see programme.xlsx and programme.json.",
    ),
    "zone": ("片区", "zone"),
    "measure": ("措施", "measure"),
    "quantity": ("工程量", "quantity"),
    "cost": ("投资（元）", "cost (CNY)"),
    "total": ("合计", "total"),
    "rank_of": ("排名{n}", "rank {n}"),
    "unranked": ("未排名", "not ranked"),
    "assumed_note": (
        "* 单价或工程量为假定，须以当地造价核定后再定。",
        "* rests on an assumed unit cost or quantity: have it priced locally before deciding.",
    ),
    "nothing": ("没有。", "None."),
    "files": (
        "同一内容的表格：programme.xlsx、projects.csv；数据：programme.json。",
        "The same as tables: programme.xlsx, projects.csv; as data: programme.json.",
    ),
}
"""Key to zh and en; ``{n}`` and the like are filled in."""


def words(key: str, **values: object) -> tuple[str, str]:
    """Return a text in zh and en with its values filled in."""
    zh, en = PAGE_WORDS[key]
    return zh.format(**values), en.format(**values)
