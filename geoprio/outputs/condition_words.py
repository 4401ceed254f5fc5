"""Words of condition for map page and sheets, in Chinese and English."""

from __future__ import annotations

from typing import Final

CONDITION: Final = {
    "condition": ("房屋与设施状况", "Condition"),
    "condition.defect": ("有问题", "Found"),
    "condition.partly": ("部分调查、未发现", "None so far, not all surveyed"),
    "condition.unknown": ("未调查", "Not surveyed"),
    "condition.good": ("已全部调查、未发现", "All surveyed, none found"),
    "condition.of_buildings": ("{n}/{all} 栋", "{n} of {all} buildings"),
    "condition.as_zone": ("小区整体", "the compound as a whole"),
    "condition.points": ("未解决问题点 {n} 处", "open problem points: {n}"),
    "condition.rest": ("另有 {n} 未调查", "{n} not surveyed"),
    "sheet.gate.true": ("有隐患：不论优先级，排在最前", "hazard: first, whatever the priority"),
    "sheet.gate.null": ("安全情况未知：不等于安全", "not known: that does not mean safe"),
    "sheet.gate.false": ("无隐患", "no hazard"),
    "condition.hint": ("未调查不等于完好。", "Not surveyed does not mean good."),
    "condition.share_hint": (
        "占已调查的比例；未调查的片区为斜线，不等于完好",
        "Share of what was surveyed; hatched zones were not, which does not mean good",
    ),
    "condition.group_hint": (
        "各项占已调查比例的平均；已知项目不足一半（与全城已知的相比）的片区不计算，为斜线，不等于完好",
        (
            "Mean share over the defects; of a zone that knows fewer than half of those known anywhere there is none: "
            "hatched, which does not mean good"
        ),
    ),
    "condition.group_source": (
        "geoprio 自己的约定：各项占比的平均，至少一半（全城已知的项目）已知才计算",
        "geoprio's own convention: mean of the shares, where at least half of those known anywhere are known",
    ),
    "condition.none": ("无", "None"),
    "condition.about": (
        "每项的分类（安全、基础、完善、提升；面子、里子）及来源；均未核对官方手册原文。安全类不加权，只作一票优先。",
        (
            "Each defect with its class (safety, basic, improving, upgrading; face or lining) and source. Safety is "
            "not weighted: it is a gate."
        ),
    ),
    "problems": ("问题点", "Problem points"),
    "problem": ("问题点", "Problem point"),
    "problem.open": ("未解决", "open"),
    "problem.solved": ("已解决", "solved"),
    "problem.hint": ("灰色：已解决", "Grey: solved"),
    "problem.more": ("另有 {n} 个问题点，见 geoprio.gpkg", "{n} more problem points stand in geoprio.gpkg"),
    "management_model": ("管理模式", "Management"),
    "management_status": ("管理落实情况", "Status of management"),
    "renewal_status": ("改造进展", "Renewal"),
}
"""Key to zh and en; ``{n}`` and the like are filled in."""
