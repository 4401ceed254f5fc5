"""Sentences below the headings of the data-quality report, in Chinese and English."""

from __future__ import annotations

from typing import Final

HINTS: Final = {
    "attributes_hint": (
        "楼栋只计片区内的住宅（含用途不详）；按高度推算的层数、按缺省取的容量不算已知。",
        "Of buildings: homes in zones, those of unknown use too. Floors from heights, default capacities do not count.",
    ),
    "extents_hint": (
        (
            "“数量”为片区及其周边（一个服务范围以内）的全部对象；设施不计重复和停业的，离街道过远的仍计。“密度”只计片区之内的，"
            "按片区总面积计。“范围内面积”指片区总面积中落在该图层外廓（凸包）内的比例。"
        ),
        (
            "Number: all objects in the zones and up to one catchment around them; of facilities not those that are "
            "double or closed, but those too far from any street. Density: only what lies in zones, per km² of zone. "
            "Area in extent: the share of the zones' area inside the layer's convex hull."
        ),
    ),
    "sources_hint": (
        "“采用”指读入后列入结果表的行；设施中重复、停业或离街道过远的也列在表中，但不参与计算，见“设施类别”的“按状态”。",
        (
            "Used: rows that stand in the result's tables. Facilities that are double, closed or too far from any "
            "street stand there, too, but count for nothing: see by status under Categories."
        ),
    ),
    "categories_hint": (
        "“设施”为列入结果表的全部设施；“按状态”中“已计入”的才参与计算，地图和图例显示的也是这个数。",
        "Facilities: all in the result's table. By status: only those used count, which is also the map's number.",
    ),
    "condition_hint": (
        "未调查不等于完好：比例只按已调查的计算。",
        "Not surveyed does not mean good: shares are of what was surveyed.",
    ),
    "personal_hint": (
        "读入时即删除，任何输出中都没有其内容。",
        "Dropped on reading; nothing of what they held is in any output.",
    ),
    "review_hint": (
        "在 compounds_review.csv 的 accept 列填 yes 或 no，再以 [compounds] matches 指定该文件。",
        "Answer yes or no in the column accept of compounds_review.csv and name the file with [compounds] matches.",
    ),
}
"""Key to zh and en."""
