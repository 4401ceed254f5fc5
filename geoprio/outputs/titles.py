"""Titles in Chinese and English for every column that is written."""

from __future__ import annotations

import re

from geoprio._core.errors import InputError
from geoprio.indicators.registry import category_titles, find

TITLES = {
    "zone_id": ("片区编号", "zone id"),
    "name": ("名称", "name"),
    "zone_type": ("片区类型", "zone type"),
    "eligible": ("可参评", "eligible"),
    "building_count": ("楼栋数", "buildings"),
    "priority": ("优先级（0–100）", "priority (0-100)"),
    "rank": ("排名", "rank"),
    "rank_in_type": ("同类排名", "rank within type"),
    "tied_with": ("并列片区数", "zones tied with"),
    "near_data_edge": ("靠近数据边缘", "near the edge of the data"),
    "score_status": ("评分状态", "score status"),
    "building_id": ("楼栋编号", "building id"),
    "use": ("用途", "use"),
    "floors": ("层数", "floors"),
    "year_built": ("建成年份", "year built"),
    "dwellings": ("户数", "dwellings"),
    "population": ("人口", "population"),
    "population_60plus": ("60岁以上人口", "people aged 60+"),
    "population_0_2": ("0–2岁人口", "children aged 0-2"),
    "snap_m": ("到街道距离（米）", "distance to street (m)"),
    "facility_id": ("设施编号", "facility id"),
    "category": ("类别", "category"),
    "kind": ("种类", "kind"),
    "capacity": ("容量", "capacity"),
    "capacity_assumed": ("容量为假定", "capacity assumed"),
    "status": ("状态", "status"),
    "source": ("来源", "source"),
    "row": ("行", "row"),
    "column": ("列", "column"),
    "value": ("值", "value"),
    "reason": ("原因", "reason"),
    "mend": ("处理办法", "mend"),
}

OF_CATEGORY = {
    "distance_m": ("步行距离（米）", "walking distance (m)"),
    "walk_min": ("步行时间（分钟）", "walking time (min)"),
    "facility_id": ("最近设施", "nearest facility"),
    "status": ("可达状态", "access status"),
    "demand": ("需求量", "demand"),
    "supply": ("每千需求可分得容量", "supply per 1,000"),
}


def column_title(column: str, categories: tuple[str, ...]) -> tuple[str, str]:
    """Return the zh and en title of a column; its own name where it has none.

    Parameters
    ----------
    column : str
    categories : tuple of str
        Categories of the project.
    """
    if column in TITLES:
        return TITLES[column]
    if column.endswith("_contribution"):
        zh, en = column_title(column.removesuffix("_contribution"), categories)
        return f"{zh}·得分", f"{en}: points"
    try:
        kind, category = find(column, categories)
    except InputError:
        return _of_category(column, categories)
    return kind.titles_for(category)


def building_title(column: str, categories: tuple[str, ...]) -> tuple[str, str]:
    """Return the titles of a column of the buildings, where `_distance_m` is the building's own."""
    return TITLES[column] if column in TITLES else _of_category(column, categories)


def _of_category(column: str, categories: tuple[str, ...]) -> tuple[str, str]:
    for category in categories:
        rest = column.removeprefix(f"{category}_")
        zh, en = category_titles(category)
        if rest in OF_CATEGORY and rest != column:
            return f"{zh}·{OF_CATEGORY[rest][0]}", f"{en}: {OF_CATEGORY[rest][1]}"
        ring = re.fullmatch(r"count_(.+)m", rest)
        if ring and rest != column:
            return f"{zh}·{ring[1]}米内数量", f"{en}: within {ring[1]} m"
    return column, column
