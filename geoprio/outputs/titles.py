"""Titles in Chinese and English for every column that is written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from geoprio._core.errors import InputError
from geoprio.indicators.community import item_column
from geoprio.indicators.condition import condition_title
from geoprio.indicators.registry import category_titles, find
from geoprio.outputs.asked.titles import asked_title
from geoprio.outputs.labels import QGIS, STRAIGHT

if TYPE_CHECKING:
    from geoprio.outputs.result import Result
    from geoprio.standards import Item

TITLES = {
    "zone_id": ("片区编号", "zone id"),
    "name": ("名称", "name"),
    "zone_type": ("片区类型", "zone type"),
    "eligible": ("可参评", "eligible"),
    "safety_gate": ("安全一票优先", "safety gate"),
    "building_count": ("楼栋数", "buildings"),
    "priority": ("优先级（0–100）", "priority (0-100)"),
    "baseline": ("基准分（各项均良好时）", "baseline (all indicators good)"),
    "rank": ("排名", "rank"),
    "rank_in_type": ("同类排名", "rank within type"),
    "tied_with": ("并列片区数", "zones tied with"),
    "rank_p05": ("名次区间上端（5 %）", "rank, 5 % of draws"),
    "rank_p95": ("名次区间下端（95 %）", "rank, 95 % of draws"),
    "rank_mean": ("平均名次", "mean rank over draws"),
    "first_share": ("进入前列的抽样比例", "share of draws among the first"),
    "robust": ("是否稳居前列", "sure of a place among the first"),
    "near_data_edge": ("靠近数据边缘", "near the edge of the data"),
    "score_status": ("评分状态", "score status"),
    "building_id": ("楼栋编号", "building id"),
    "use": ("用途", "use"),
    "floors": ("层数", "floors"),
    "floors_assumed": ("层数由高度推算", "floors from the height"),
    "year_built": ("建成年份", "year built"),
    "dwellings": ("户数", "dwellings"),
    "dwellings_assumed": ("户数由名单分摊", "dwellings shared out from the list"),
    "population": ("人口", "population"),
    "population_60plus": ("60岁以上人口", "people aged 60+"),
    "population_0_2": ("0–2岁人口", "children aged 0-2"),
    "outline": ("边界形状", "outline"),
    "stand_in": ("以点代替楼栋", "a point stands in for buildings"),
    "address": ("地址", "address"),
    "district": ("区县", "district"),
    "street_committee": ("街道", "street committee"),
    "community": ("社区", "community"),
    "buildings": ("楼栋数（名单）", "buildings (list)"),
    "units": ("单元数", "stairways"),
    "has_lift": ("有电梯", "has a lift"),
    "structure": ("结构", "structure"),
    "ownership": ("产权单位", "ownership"),
    "property_management": ("物业", "property management"),
    "owners_committee": ("业委会", "owners' committee"),
    "renewal_class": ("改造类别", "renewal class"),
    "renewal_content": ("改造内容", "renewal content"),
    "renewal_year": ("改造年度", "renewal year"),
    "investment_cny": ("投资（元）", "investment (CNY)"),
    "approximate": ("年份、层数或面积为约数", "year, floors or area approximate"),
    "list_row": ("名单行号", "row of the list"),
    "match_method": ("匹配依据", "matched by"),
    "match_score": ("匹配得分（0–100）", "match score (0-100)"),
    "component_m": ("相连街道总长（米）", "streets connected with its own (m)"),
    "snap_m": ("到街道距离（米）", "distance to street (m)"),
    "facility_id": ("设施编号", "facility id"),
    "category": ("类别", "category"),
    "kind": ("种类", "kind"),
    "level": ("等级", "level"),
    "capacity": ("容量", "capacity"),
    "capacity_assumed": ("容量为假定", "capacity assumed"),
    "status": ("状态", "status"),
    "doubt": ("存疑", "doubt"),
    "duplicate_of": ("与何者重复", "duplicate of"),
    "source": ("来源", "source"),
    "problem_id": ("问题点编号", "problem id"),
    "defect": ("问题类别", "defect"),
    "row": ("行", "row"),
    "column": ("列", "column"),
    "value": ("值", "value"),
    "reason": ("原因", "reason"),
    "mend": ("处理办法", "mend"),
    "area_m2": ("建筑面积（平方米）", "floor area (m²)"),
    "land_m2": ("用地面积（平方米）", "plot area (m²)"),
    "items_passed": ("达标项数", "items passed"),
    "items_failed": ("未达标项数", "items failed"),
    "items_unknown": ("情况未知项数", "items unknown"),
    "unverified": ("所用未核实取值", "unverified values used"),
    "programme_year": ("计划实施年度（首年）", "year of the programme (first)"),
    "programme_cost_cny": ("计划投资（元）", "cost in the programme (CNY)"),
    "programme_measures": ("计划措施", "measures of the programme"),
    "access_method": ("距离量算方式", "distances along"),
    "scenario": ("情景", "scenario"),
}

OF_CATEGORY = {
    "distance_m": ("步行距离（米）", "walking distance (m)"),
    "walk_min": ("步行时间（分钟）", "walking time (min)"),
    "facility_id": ("最近设施", "nearest facility"),
    "status": ("可达状态", "access status"),
    "demand": ("需求量", "demand"),
    "supply": ("每千需求可分得容量", "supply per 1,000"),
}


STRAIGHT_WORDS = (
    ("步行距离", "直线距离"),
    ("步行时间", "直线折算步行时间"),
    ("walking distance", "straight-line distance"),
    ("walking time", "walking time by the straight line"),
)
NOT_MEASURED = ("demand", "per_1000", "per_1000_dwellings")
"""Columns of a category that no distance decides on."""


def straight_titles(titles: tuple[str, str]) -> tuple[str, str]:
    """Return the zh and en title of what rests on straight lines instead of walks."""
    zh, en = titles
    for walk, line in STRAIGHT_WORDS:
        zh, en = zh.replace(walk, line), en.replace(walk, line)
    return zh if zh != titles[0] else f"{zh}（按直线）", en if en != titles[1] else f"{en} (straight line)"


def map_subtitle(result: Result, number: int) -> str:
    """Return what stands below the title of a map: what is shown, and how far is measured."""
    told = [QGIS["subtitle"][number], *([STRAIGHT["straight_line"][number]] if result.straight else [])]
    return " · ".join(told)


def shown_title(column: str, result: Result) -> tuple[str, str]:
    """Return the zh and en title of a column of the zones, as its figures were measured."""
    categories = tuple(result.rules)
    code = column.removesuffix("_contribution")
    titles = asked_title(code, result) or condition_title(code, result.defects)
    if titles is not None and column not in TITLES:
        return points_titles(titles) if column.endswith("_contribution") else titles
    titles = column_title(column, categories, result.rule_file.items)
    return straight_titles(titles) if result.straight and is_measured(column, categories) else titles


def is_measured(column: str, categories: tuple[str, ...]) -> bool:
    """Return whether distances decide on what stands in a column."""
    of = [column.removeprefix(f"{c}_") for c in categories if column.startswith(f"{c}_")]
    return any(rest.removesuffix("_contribution") not in NOT_MEASURED for rest in of)


def column_title(column: str, categories: tuple[str, ...], items: tuple[Item, ...] = ()) -> tuple[str, str]:
    """Return the zh and en title of a column; its own name where it has none.

    Parameters
    ----------
    column : str
    categories : tuple of str
        Categories of the project.
    items : tuple of Item
        Items of the rule file.
    """
    if column in TITLES:
        return TITLES[column]
    for item in items:
        if column == item_column(item):
            return item_titles(item)
    if column.endswith("_contribution"):
        return points_titles(column_title(column.removesuffix("_contribution"), categories))
    try:
        kind, category = find(column, categories)
    except InputError:
        return _of_category(column, categories)
    return kind.titles_for(category)


def points_titles(titles: tuple[str, str]) -> tuple[str, str]:
    """Return the titles of an indicator's points."""
    return f"{titles[0]}·得分", f"{titles[1]}: points"


def item_titles(item: Item) -> tuple[str, str]:
    """Return the zh and en title of an item, with its number."""
    if item.number is None:
        return item.title_zh, item.title_en
    return f"{item.number}. {item.title_zh}", f"{item.number}. {item.title_en}"


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
