"""Words of the data-quality report in Chinese and English."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from geoprio.indicators.registry import category_titles
from geoprio.outputs.labels import PAGE
from geoprio.outputs.quality.hints import HINTS
from geoprio.outputs.titles import TITLES
from geoprio.standards import load_profiles
from geoprio.standards.defects import load_defects

if TYPE_CHECKING:
    from collections.abc import Iterable

Pair = tuple[str, str]
"""A text in zh and en."""

REPORT: Final[dict[str, Pair]] = {
    **HINTS,
    "title": ("数据质量报告", "Data quality"),
    "crs": ("工作坐标系", "Working CRS"),
    "language": ("English", "中文"),
    "print": ("打印", "Print"),
    "contents": ("目录", "Contents"),
    "lead": (
        "读到了什么，采用了什么，搁置了什么，为什么。除下文写明的以外，数据没有被改动。",
        "What was read, used and set aside, and why. Nothing was changed but what is named below.",
    ),
    "warnings": ("需要留意", "What needs attention"),
    "no_warnings": ("没有警告。", "No warnings."),
    "notes": ("其他提示", "Other notes"),
    "nothing": ("无", "None"),
    "count_warnings": ("条警告", "warnings"),
    "count_rows": ("行被搁置", "rows set aside"),
    "count_values": ("个值被搁置", "values set aside"),
    "count_outliers": ("个值存疑", "doubtful values"),
    "more_rows": ("另有 {n} 条，见 quality.json", "{n} more: see quality.json"),
    "set_aside": ("搁置的行和值", "Rows and values set aside"),
    "set_aside_hint": (
        "未填列名的是整行；有列名的只搁置该值，该行照常使用。",
        "Without a column the whole row was set aside; with one, that value only: the row is used.",
    ),
    "mend": ("怎样改", "What to do"),
    "fold": ("显示 {n} 行", "Show {n} rows"),
    "search": ("在本节中查找", "Search this section"),
    "no_match": ("没有符合的条目", "Nothing matches"),
    "outliers": ("存疑的值", "Doubtful values"),
    "outliers_hint": (
        "这些值照原样使用，没有改动。界限是 geoprio 自己的约定，不是任何标准的规定。",
        "They are used as they stand. The limits are geoprio's own conventions; no standard states them.",
    ),
    "outlier_rules": ("合理性规则（geoprio 自己的约定）", "Rules of plausibility (geoprio's own conventions)"),
    "map": ("被搁置的在哪里", "Where it was set aside"),
    "map_hint": (
        "图上是有位置的搁置与存疑条目。点一下看是哪一行。",
        "What was set aside or doubted and has a position. Click a mark for its rows.",
    ),
    "map_none": ("没有带位置的搁置或存疑条目。", "Nothing that was set aside or doubted has a position."),
    "map_without": ("另有 {n} 条没有位置，只列在表中。", "{n} more have no position and stand in the tables only."),
    "map_merged": (
        "共 {n} 个位置，相距不到约 {m} 米的同类合为一个标记。",
        "{n} positions: those of one kind within some {m} m share a mark.",
    ),
    "map_cells": (
        "楼栋太多，灰格表示 {m} 米见方内有楼栋。",
        "Too many buildings to draw: a grey square of {m} m holds at least one.",
    ),
    "map_streets": ("街道已简化。", "Streets are thinned."),
    "map_zones": ("片区", "Zones"),
    "map_buildings": ("楼栋", "Buildings"),
    "map_points": ("代表点（非楼栋）", "Stand-in points, not buildings"),
    "map_roads": ("街道", "Streets"),
    "map_rows": ("{n} 条", "{n} rows"),
    "map_row": ("行", "row"),
    "noscript": ("地图需要启用 JavaScript；其余内容不受影响。", "The map needs JavaScript; the rest does not."),
    "map_see": ("看图", "On the map"),
    "whole": ("显示全部", "Show everything"),
    "zoom_in": ("放大", "Zoom in"),
    "zoom_out": ("缩小", "Zoom out"),
    "kind_reject": ("搁置", "set aside"),
    "kind_outlier": ("存疑", "doubtful"),
    "attributes": ("属性的完整程度", "Attributes that are known"),
    "extents": ("各图层对片区的覆盖", "How far the layers reach over the zones"),
    "sources": ("数据来源", "Sources"),
    "city": ("城市", "City"),
    "streets": ("街道网络", "Streets"),
    "datum": (
        "坐标基准的证据（30 米内有建筑、有街道的比例）",
        "Evidence for the datum (share within 30 m of a building, of a street)",
    ),
    "compounds": ("小区名单的匹配", "How the list of compounds was joined"),
    "review": ("待人工核对的匹配", "Matches to be reviewed"),
    "people": ("人口", "People"),
    "categories": ("设施类别", "Categories"),
    "snapping": ("到街道的距离（米）", "Distance to the street (m)"),
    "straight": ("直线与步行网络", "Straight line and network"),
    "items": ("完整居住社区各项（片区数）", "Items of the complete community (zones)"),
    "condition": ("房屋与设施状况", "Condition"),
    "survey": ("居民问卷", "Survey among residents"),
    "personal": ("已删除的个人信息列", "Personal columns that were dropped"),
    "votes": ("会议与业主表决", "Meetings and owners' votes"),
    "values": ("所用取值及其来源", "Values used and their sources"),
}  # fmt: skip
"""Headings and sentences; ``{n}`` and the like are filled in."""

COLUMNS: Final[dict[str, Pair]] = {
    "role": ("来源", "source"),
    "source": ("来源", "source"),
    "path": ("文件", "file"),
    "layer": ("图层", "layer"),
    "rows_unread": ("范围外未读", "out of reach, not read"),
    "rows": ("读取行数", "rows read"),
    "left_by_where": ("筛选后", "left by where"),
    "profile": ("分类", "profile"),
    "rows_set_aside": ("搁置行", "rows set aside"),
    "values_set_aside": ("搁置值", "values set aside"),
    "used": ("采用", "used"),
    "crs": ("坐标系", "CRS"),
    "crs_from": ("坐标系出自", "CRS from"),
    "converted_from": ("换算自", "converted from"),
    "encoding": ("编码", "encoding"),
    "what": ("项目", "what"),
    "value": ("值", "value"),
    "category": ("类别", "category"),
    "table": ("图层", "layer"),
    "column": ("列", "column"),
    "known": ("已知", "known"),
    "of": ("总数", "of"),
    "share": ("比例", "share"),
    "objects": ("数量（含片区周边）", "number, surroundings included"),
    "zone_area_in_extent": ("范围内面积", "area in extent"),
    "zones_without": ("没有的片区", "zones without"),
    "density": ("片区内密度", "density within zones"),
    "sources": ("来源", "sources"),
    "candidate": ("假设基准", "datum tried"),
    "stated": ("所声明", "stated"),
    "points": ("点数", "points"),
    "near_building": ("旁有建筑", "near a building"),
    "near_street": ("旁有街道", "near a street"),
    "better_beyond_doubt": ("明显更好", "better beyond doubt"),
    "from": ("依据", "from"),
    "total": ("总数", "total"),
    "placed": ("落位", "placed"),
    "moved": ("移至邻近", "moved"),
    "unplaced": ("未落位", "unplaced"),
    "buildings_with_own": ("自带人数的楼栋", "buildings with numbers of their own"),
    "homes_unknown": ("人数不详的住宅", "homes not known"),
    "in_buildings": ("楼栋合计", "in buildings"),
    "snapped": ("已接到街道", "snapped"),
    "unsnapped": ("过远", "too far"),
    "median_m": ("中位", "median"),
    "p95_m": ("95 %", "95 %"),
    "farthest_m": ("最远", "farthest"),
    "median_detour": ("绕行系数中位", "median detour"),
    "threshold_m": ("标准（米）", "threshold (m)"),
    "buildings": ("楼栋", "buildings"),
    "within_in_a_straight_line": ("直线达标", "within, in a straight line"),
    "within_by_street": ("步行达标", "within, by street"),
    "number": ("序号", "no."),
    "title": ("名称", "item"),
    "passed": ("达标", "passed"),
    "failed": ("未达标", "failed"),
    "unknown": ("未知", "unknown"),
    "not_read": ("未读取的类别", "categories not read"),
    "clause": ("条款", "clause"),
    "verified": ("已核对", "verified"),
    "file": ("文件", "file"),
    "kind": ("种类", "kind"),
    "reason": ("原因", "reason"),
    "set_aside": ("条数", "number"),
    "mend": ("怎样改", "what to do"),
    "level": ("级别", "level"),
    "text": ("内容", "text"),
    "row": ("行 / 编号", "row or id"),
    "beside": ("旁证", "beside"),
    "rule": ("规则", "rule"),
    "why": ("为何存疑", "why it is doubtful"),
    "limits": ("界限", "limits"),
    "doubted": ("存疑数", "doubted"),
    "list_row": ("名单行", "row of the list"),
    "list_name": ("名单中的名称", "name in the list"),
    "list_address": ("名单中的地址", "address in the list"),
    "candidate_no": ("候选", "candidate"),
    "zone_id": ("片区编号", "zone id"),
    "zone_name": ("片区名称", "zone name"),
    "score": ("得分", "score"),
    "grade": ("类别", "class"),
    "side": ("面子/里子", "face or lining"),
    "buildings_found": ("有问题的楼栋", "buildings with it"),
    "buildings_surveyed": ("已调查楼栋", "buildings surveyed"),
    "buildings_drawn": ("楼栋总数", "all buildings"),
    "compounds_found": ("有问题的小区", "compounds with it"),
    "compounds_surveyed": ("整体调查的小区", "compounds surveyed as a whole"),
    "zones_without_answer": ("未调查的片区", "zones not surveyed"),
    "open_points": ("未解决问题点", "open points"),
    "solved_points": ("已解决问题点", "solved points"),
    "told_by": ("认出依据", "told by"),
    "cells": ("非空单元格", "cells not blank"),
    "method": ("依据", "by"),
}
"""Headings of table columns."""

WORDS: Final[dict[str, Pair]] = {
    "zones": ("片区", "zones"),
    "buildings": ("楼栋", "buildings"),
    "streets": ("街道", "streets"),
    "facilities": ("设施", "facilities"),
    "compounds": ("小区名单", "compounds"),
    "compounds.matches": ("核对表", "compounds.matches"),
    "population": ("人口", "population"),
    "elevation": ("高程", "elevation"),
    "barriers": ("阻隔", "barriers"),
    "openings": ("缺口", "openings"),
    "gates": ("大门", "gates"),
    "entrances": ("出入口", "entrances"),
    "access": ("可达性", "access"),
    "walking": ("步速", "walking"),
    "project": ("项目文件", "project file"),
    "condition": ("状况", "condition"),
    "inspection": ("排查表", "inspection"),
    "survey": ("居民问卷", "survey"),
    "meetings": ("坝坝会", "meetings"),
    "owner_votes": ("业主表决", "owners' votes"),
    "vote": ("表决规则", "vote rule"),
    "answers": ("计入的答卷", "answers that count"),
    "respondents": ("答卷人数", "respondents"),
    "set_aside": ("搁置的答卷", "answers set aside"),
    "questions": ("各题答卷数", "answers by question"),
    "n_effective": ("有效样本量", "answers they are worth"),
    "trimmed": ("权重已封顶的答卷", "answers of the largest weight allowed"),
    "miss": ("未能对上的最大比例", "share missed by at most"),
    "uncovered": ("无人作答的居民组占比", "residents in groups without an answer"),
    "few": ("人数过少不公布", "of too few people to tell"),
    "verdicts": ("结论", "verdicts"),
    "score": ("评分", "score"),
    "info": ("提示", "note"),
    "warning": ("警告", "warning"),
    "file": ("文件", "file"),
    "as the format says": ("按格式规定", "as the format says"),
    "True": ("是", "yes"),
    "False": ("否", "no"),
    "secondary": ("转引", "secondary source"),
    "km": ("千米街道/km²", "km of street per km²"),
    "buildings_read": ("读到的楼栋", "buildings read"),
    "buildings_beyond_reach": ("研究范围外的楼栋（未用）", "buildings beyond reach (not used)"),
    "buildings_in_zones": ("片区内楼栋", "buildings in zones"),
    "buildings_outside_zones": ("片区外楼栋", "buildings outside zones"),
    "buildings_in_several_zones": ("落在多个片区的楼栋", "buildings in several zones"),
    "buildings_unsnapped": ("离街道过远的楼栋", "buildings too far from streets"),
    "stand_in_buildings": ("代表点（非楼栋）", "stand-in points, not buildings"),
    "footprints_overlapping": ("重叠的轮廓", "footprints that overlap"),
    "footprints_equal": ("重复的轮廓", "footprints equal to another"),
    "footprints_slivers": ("碎面", "slivers"),
    "footprints_dropped": ("剔除的轮廓", "footprints left out"),
    "segments": ("街段", "segments"),
    "length_km": ("总长（千米）", "length (km)"),
    "components": ("互不连通的部分", "components"),
    "main_component_share": ("最大连通部分占比", "share of the main component"),
    "path": ("文件", "file"),
    "rows": ("行数", "rows"),
    "joined": ("已匹配", "joined"),
    "to_review": ("待核对", "to review"),
    "without_zone": ("无对应片区", "without a zone"),
    "join_rate": ("匹配率", "join rate"),
    "zones_with_row": ("有名单行的片区", "zones with a row"),
    "dwellings_assumed": ("分摊到楼栋的户数", "dwellings shared out to buildings"),
    "dwellings_assumed_buildings": ("分得户数的楼栋", "buildings that got some"),
    "dwellings_assumed_zones": ("分摊户数的片区", "zones of these buildings"),
    "dwellings_unplaced": ("无住宅可分的户数", "dwellings of zones without homes"),
    "by_method": ("按依据", "by method"),
    "sure_from_score": ("视为可靠的得分", "sure from score"),
    "sure_with_margin": ("须领先第二名", "sure with a margin of"),
    "facilities_by_status": ("按状态", "by status"),
    "capacity_assumed": ("容量为假定", "capacity assumed"),
    "buildings_by_status": ("楼栋可达状态", "buildings by status"),
    "demand": ("需求口径", "demand"),
    "demand_imputed_buildings": ("需求为推定的楼栋", "buildings with imputed demand"),
    "reached": ("可达", "reached"),
    "beyond_cutoff": ("超出搜索距离", "beyond the cutoff"),
    "unreachable": ("不可达", "unreachable"),
    "unsnapped": ("离街道过远", "too far from streets"),
    "no_facilities": ("无设施", "no facilities"),
    "used": ("采用", "used"),
    "duplicate": ("重复", "duplicate"),
    "closed": ("停业或未开业", "closed"),
    "threshold": ("标准距离", "threshold"),
    "pace": ("步速", "pace"),
    "quota": ("配额", "quota"),
    "assumption": ("假定", "assumption"),
    "community": ("社区范围", "community"),
    "item": ("分项", "item"),
    "items": ("各项", "items"),
    "id": ("编号", "id"),
    "name": ("名称", "name"),
    "address": ("地址", "address"),
    "coordinates": ("坐标", "coordinates"),
    "district": ("区", "district"),
    "street_committee": ("街道", "street committee"),
    "area_m2": ("面积（㎡）", "area (m²)"),
    "land_m2": ("用地面积（㎡）", "land area (m²)"),
    "kind": ("种类", "kind"),
    "has_lift": ("有电梯", "has a lift"),
    "building_count": ("楼栋数", "buildings"),
    "households": ("户数", "households"),
    "investment_cny": ("投资（元）", "investment (CNY)"),
    "renewal_year": ("改造年份", "year of renewal"),
    "footprint_m2": ("基底面积（㎡）", "footprint (m²)"),
    "zone_m2": ("片区面积（㎡）", "zone area (m²)"),
    "longest_piece_m": ("最长直线段（米）", "longest straight piece (m)"),
    "speed_m_per_min": ("步速（米/分钟）", "pace (m/min)"),
    "facilities_at_this_point": ("同点设施", "facilities at this point"),
}
"""What stands in the cells; a word that is not here shows itself."""


def report_word(key: str) -> Pair:
    """Return a heading or sentence."""
    return REPORT[key]


def column_word(key: str) -> Pair:
    """Return the heading of a column of a table."""
    return COLUMNS.get(key, (key, key))


def cell_word(text: str) -> Pair | str:
    """Return a word of geoprio's own in zh and en; any other text is returned as it is."""
    if text in WORDS:
        return WORDS[text]
    if text in TITLES:
        return TITLES[text]
    for prefix in ("demand.", "facility."):
        if prefix + text in PAGE:
            zh, en = PAGE[prefix + text]
            return zh, en
    several = text.split(" and ")
    if len(several) > 1 and all(word in WORDS for word in several):
        return "、".join(WORDS[word][0] for word in several), text
    return text


SEVERAL: Final = {"facilities": "设施", "inspection": "排查表", "problems": "问题点"}
"""Sources of which a project may have several."""


def role_word(role: str) -> Pair | str:
    """Return what a source is called: its role, or a category."""
    several = re.fullmatch(r"(facilities|inspection|problems)\[(\d+)\]", role)
    if several:
        return f"{SEVERAL[several[1]]}[{several[2]}]", role
    known = cell_word(role)
    if known != role:
        return known
    return code_titles(role) or role


def code_titles(code: str) -> Pair | None:
    """Return the titles of a category, a shipped defect or a shipped walking profile; None for any other text."""
    # A category of the project's own has a title, too, so that whatever is no other code would be one.
    named = load_defects().get(code) or load_profiles().get(code)
    if named is not None:
        return named.title_zh, named.title_en
    titles = category_titles(code)
    return titles if titles != (code, code) else None


def beside_word(text: str) -> Pair | str:
    """Return columns and values that stand beside a doubtful one, with the columns in words."""
    pairs = [_named(part) for part in re.split(r"(; |, (?=[a-z_0-9]+ ))", text)]
    zh, en = "".join(p[0] for p in pairs), "".join(p[1] for p in pairs)
    return (zh, en) if zh != en else zh


def _named(part: str) -> Pair:
    name, blank, value = part.partition(" ")
    word = cell_word(name) if blank and value else part
    if isinstance(word, str):
        return part, part
    said = WORDS.get(value, (value, value))
    return f"{word[0]} {said[0]}", f"{word[1]} {said[1]}"


def joined(parts: Iterable[Pair | str], between: str = ", ") -> Pair | str:
    """Return parts in one text, in both languages where one of them has both."""
    both = [(p, p) if isinstance(p, str) else p for p in parts]
    zh, en = between.join(p[0] for p in both), between.join(p[1] for p in both)
    return (zh, en) if zh != en else zh
