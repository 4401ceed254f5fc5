"""Words of the page that tells the whole story, in Chinese and English."""

from __future__ import annotations

from typing import Final

Pair = tuple[str, str]

WORDS: Final[dict[str, Pair]] = {
    "story": ("从居民诉求到改造成效", "From what residents need to what it brought"),
    "paper": ("演示 · 合成数据", "Demo · synthetic data"),
    "language": ("English", "中文"),
    "print": ("打印", "Print"),
    "files": ("打开", "Open"),
    "contents": ("目录", "Contents"),
    "no_survey": ("没有读入问卷。", "No survey was read."),
    "problem": ("居民提到最多的问题", "Problems that most residents name"),
    "measure": ("居民最想要的改造", "What most residents want"),
    "needs_hint": (
        "自愿作答，已按年龄、产权、楼层加权；细线为区间。",
        "Whoever chose to answer, weighted by age, tenure and floor; the thin line is the interval.",
    ),
    "hazard": ("安全隐患，先办", "safety hazard: first"),
    "first_zones": ("最先改造的片区（优先级 0–100）", "First zones (priority 0-100)"),
    "lacking": ("步行走不到服务的人", "Without a service on foot"),
    "priority_hint": (
        "每个片区为何排在此处，地图上点开即见；权重可在地图上调整。",
        "The map says for each zone why it ranks there, and lets you move the weights.",
    ),
    "money": ("钱从哪里来", "Who pays"),
    "years": ("每年做什么", "What is done when"),
    "programme_hint": (
        "单价、份额均为虚构；凡假定之处，清单中逐项标明。",
        "Prices and shares are invented; every list marks what is assumed.",
    ),
    "what_if": (
        "这是情景推演：按计划中的设施都已建成计算，未选定场址的位置为假设；什么都还没有建。",
        (
            "This is a what-if: as if the programme's facilities stood, at the chosen sites or else at places that are "
            "assumed. Nothing is built."
        ),
    ),
    "reach": ("假如建成：走得到的人（前 ○ 后 ●）", "If it stood: who is within reach (before ○ after ●)"),
    "asked": ("两次问卷：实施片区（前 ○ 后 ●）", "Two surveys: renewed zones (before ○ after ●)"),
    "effect_hint": (
        "只算步行可达；管线、屋面等的效果要由第二次问卷和排查来说明。",
        "Reach is all that is computed; what pipes and roofs bring only surveys and inspections tell.",
    ),
    "asked_hint": (
        "第二次问卷也是合成的，效果是事先放进去的；评估方案先登记、后核对指纹。",
        (
            "The second survey is synthetic, too, with an effect that was put into it; the plan of the evaluation was "
            "registered first, and its hash is checked."
        ),
    ),
}

STEPS: Final[dict[str, tuple[Pair, Pair]]] = {
    "needs": (("问需", "Needs"), ("居民要什么？", "What do residents need?")),
    "priority": (("优先级", "Priority"), ("先改哪里？", "Where to begin?")),
    "programme": (("问计", "Programme"), ("做什么、谁出钱、哪一年？", "What, with whose money, in which year?")),
    "effect": (("问效", "Effect"), ("有没有用？", "Does it help?")),
}
"""Name and question of each step."""

LINKS: Final[dict[str, list[tuple[str, Pair]]]] = {
    "needs": [
        ("out/project_list.xlsx", ("项目清单", "list of projects")),
        ("out/needs.xlsx", ("各片区诉求", "needs by zone")),
        ("out/quality.html", ("数据质量", "data quality")),
    ],
    "priority": [
        ("out/map.html", ("地图", "map")),
        ("out/zones.xlsx", ("排序表", "ranked list")),
        ("out/geoprio.qgz", ("QGIS 工程", "QGIS project")),
    ],
    "programme": [
        ("plan/programme/index.html", ("计划", "programme")),
        ("plan/programme/programme.xlsx", ("资金与项目表", "money and projects")),
        ("plan/map.html", ("计划地图", "map of the programme")),
    ],
    "effect": [
        ("effect/swipe.html", ("前后对比地图", "before and after")),
        ("effect/report.html", ("效果报告", "report")),
        ("effect/change.xlsx", ("效果表", "tables")),
        ("after/map.html", ("推演地图", "what-if map")),
    ],
}
"""Files beside the page, the main one first."""
