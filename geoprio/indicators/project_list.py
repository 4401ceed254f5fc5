"""The list of projects (项目清单): what is to be done in which zone, on what grounds, for whom, with whose support.

A line for each defect that was found in a zone, and for what its residents want most. Money and who is responsible are
blank until a programme says them (`geoprio plan` fills in the money).
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import pandas as pd

from geoprio.sources.inspection import RENEWAL_STATUSES
from geoprio.standards.defects import GRADE_TITLES, GRADES, SIDE_TITLES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from geoprio.indicators.condition import Condition
    from geoprio.standards.defects import Defect

Lang = Literal["zh", "en"]

TITLES: Final = MappingProxyType(
    {
        "project_id": ("编号", "project"),
        "zone_type": ("类型", "type"),
        "zone_id": ("片区编号", "zone id"),
        "name": ("小区", "zone"),
        "grade": ("类别", "class"),
        "side": ("面子/里子", "face or lining"),
        "content": ("内容", "works"),
        "basis": ("依据（指标与规则条款）", "grounds (indicator and rule)"),
        "quantity": ("工程量", "quantity"),
        "quantity_unit": ("单位", "unit"),
        "unit_cost_cny": ("单价（元）", "unit cost (CNY)"),
        "cost_cny": ("投资（元）", "cost (CNY)"),
        "funding": ("资金来源及比例", "funding sources and shares"),
        "dwellings": ("受益户数", "households that benefit"),
        "population": ("受益人数", "people who benefit"),
        "population_60plus": ("其中60岁以上", "aged 60+ of them"),
        "population_0_2": ("其中0–2岁", "aged 0-2 of them"),
        "support": ("居民支持率", "support of residents"),
        "support_low": ("支持率下限（95%）", "support, low (95%)"),
        "support_high": ("支持率上限（95%）", "support, high (95%)"),
        "support_n": ("样本量", "answers"),
        "priority": ("优先级（0–100）", "priority (0-100)"),
        "rank": ("排名", "rank"),
        "rank_p05": ("排名下限（5%）", "rank, 5%"),
        "rank_p95": ("排名上限（95%）", "rank, 95%"),
        "year": ("年度", "year"),
        "responsible": ("责任单位", "responsible"),
        "status": ("状态", "status"),
    }
)
"""Columns that people read, in their order, with titles in zh and en."""
ZONE_TYPE_TITLES: Final = MappingProxyType(
    {
        "compound": ("居住小区", "residential compound"),
        "factory_area": ("厂区", "factory area"),
        "street_block": ("街区", "street block"),
        "urban_village": ("城中村", "urban village"),
        "other": ("其他", "other"),
    }
)
UNIT_TITLES: Final = MappingProxyType(
    {
        "building": ("栋", "buildings"),
        "zone": ("个小区", "compounds"),
        "point": ("处", "places"),
        "piece": ("个", "pieces"),
    }
)
CANDIDATE: Final = "candidate"
PLANNED_TITLES: Final = MappingProxyType(
    {"in_programme": ("纳入计划", "in the programme"), "not_in_programme": ("未纳入计划", "not in the programme")}
)
STATUS_TITLES: Final = MappingProxyType({CANDIDATE: ("待定", "candidate"), **PLANNED_TITLES, **RENEWAL_STATUSES})
WORDS: Final = MappingProxyType(
    {
        "zone_type": ZONE_TYPE_TITLES,
        "grade": GRADE_TITLES,
        "side": SIDE_TITLES,
        "quantity_unit": UNIT_TITLES,
        "status": STATUS_TITLES,
    }
)
MARKS: Final[Mapping[object, tuple[str, str]]] = MappingProxyType(
    {True: ("已核实", "verified"), "secondary": ("转引", "quoted elsewhere"), False: ("未核实", "not verified")}
)
BENEFICIARIES: Final = ("dwellings", "population", "population_60plus", "population_0_2")
DECIMALS: Final = MappingProxyType({"priority": 1, "support": 3, "support_low": 3, "support_high": 3})
"""Decimals of figures in the list that people read."""
LEAST_ANSWERS: Final = 5
"""Support by fewer answers is not told."""


def project_list(
    zones: pd.DataFrame,
    condition: Condition,
    needs: pd.DataFrame | None = None,
    *,
    need_defects: Mapping[str, str] | None = None,
    top: int = 3,
    in_zh: Callable[[str], str] = str,
) -> pd.DataFrame:
    """Return the list of projects: hazards first, then by the rank of the zone.

    Parameters
    ----------
    zones : DataFrame
        Index `zone_id`; `name`, `zone_type`, and where known `priority`, `rank`, `rank_p05`, `rank_p95`,
        `renewal_year`.
    condition : Condition
    needs : DataFrame, optional
        What residents want, a row for each zone and need: `zone_id`, `need`, `title`, `rank` (1 = wanted most), and of
        the zone's own answers `n`, `share`, `low`, `high`, as `needs.menu` returns it; `title_zh` and `title_en` where
        the title is not the same in both.
    need_defects : mapping, optional
        Need to the defect that it is about; a need named as a defect is about it.
    top : int
        So many of a zone's first needs get a line of their own, where no defect's line carries them.
    in_zh : callable
        Gives the Chinese of a source that is told in English; default: as it stands.

    Returns
    -------
    DataFrame
        Codes and numbers: the columns of `TITLES`, with `content` and `basis` in zh and en (``content_zh`` …), and the
        grounds apart: `defect`, `need`, `indicator`, `value`, `unknown_share`, `found`, `surveyed`, `counted`,
        `source`, `clause`, `verified`. Missing is null: money and who is responsible throughout.
    """
    about = dict(need_defects or {})
    asked = _needs(needs, condition, about)
    lines = [*_of_defects(condition, asked, in_zh), *_of_needs(condition, asked, top)]
    names = ["zone_id", "defect", "need", "grade", "side", "content_zh", "content_en", "basis_zh", "basis_en"]
    table = pd.DataFrame(lines, columns=[*names, *(c for c in MACHINE if c not in names)])
    table["project_id"] = (table["zone_id"] + ":" + table["defect"].fillna(table["need"])).astype("str")
    for column in ("name", "zone_type", "priority", "rank", "rank_p05", "rank_p95"):
        known = zones[column] if column in zones else pd.Series(np.nan, index=zones.index)
        table[column] = table["zone_id"].map(known)
    table["year"] = _years(table["zone_id"], zones)
    stated = condition.zones.get("renewal_status", pd.Series(None, index=zones.index, dtype="str"))
    table["status"] = table["zone_id"].map(stated).fillna(CANDIDATE)
    for column in ("unit_cost_cny", "cost_cny"):
        table[column] = np.nan
    for column in ("funding", "responsible"):
        table[column] = pd.Series(None, index=table.index, dtype="str")
    return _ordered(table, condition)


MACHINE: Final = (
    *("indicator", "value", "unknown_share", "found", "surveyed", "counted", "source", "clause", "verified"),
    *("quantity", "quantity_unit", *BENEFICIARIES, "support", "support_low", "support_high", "support_n"),
)


def in_words(table: pd.DataFrame, lang: Lang = "zh") -> pd.DataFrame:
    """Return a list of projects as people read it: the columns of `TITLES` under their titles, words for codes.

    Parameters
    ----------
    table : DataFrame
        From `project_list`.
    lang : {"zh", "en"}
    """
    at = 0 if lang == "zh" else 1
    out = {}
    for column, titles in TITLES.items():
        source = f"{column}_{lang}" if f"{column}_{lang}" in table else column
        values = table[source]
        if column in WORDS:
            known = {code: words[at] for code, words in WORDS[column].items()}
            values = values.astype(object).map(lambda code, known=known: known.get(code, code))
        if column in BENEFICIARIES:
            # Shares of buildings put parts of a person on a line; a reader counts people.
            whole = np.rint(values.to_numpy(float, na_value=np.nan))
            values = pd.Series(pd.array(whole, "Float64").astype("Int64"), values.index)
        if column in DECIMALS:
            # More decimals than anyone can read or act on.
            values = values.astype("Float64").round(DECIMALS[column])
        out[titles[at]] = values
    return pd.DataFrame(out)


def _needs(needs: pd.DataFrame | None, condition: Condition, about: Mapping[str, str]) -> pd.DataFrame:
    """Return what residents want by zone and need, with the defect that each is about."""
    columns = ["zone_id", "need", "title_zh", "title_en", "rank", "n", "share", "low", "high"]
    if needs is None or needs.empty:
        return pd.DataFrame(columns=[*columns, "defect"])
    named = {name: needs.get(name, needs.get("title")) for name in ("title_zh", "title_en")}
    out = needs.assign(**named)[columns].copy()
    found = out["need"].map(lambda need: about.get(need, need))
    out["defect"] = found.where(found.isin(list(condition.defects)))
    few = ~(out["n"] >= LEAST_ANSWERS)
    out[["share", "low", "high"]] = out[["share", "low", "high"]].mask(few)
    out["n"] = out["n"].mask(few)
    return out


def _support(row: Mapping[Any, Any] | None) -> dict[str, object]:
    """Return the columns of support; null without answers, and no interval without their number."""
    if row is None:
        return dict.fromkeys(("support", "support_low", "support_high", "support_n"), np.nan)
    return {"support": row["share"], "support_low": row["low"], "support_high": row["high"], "support_n": row["n"]}


def _of_defects(condition: Condition, asked: pd.DataFrame, in_zh: Callable[[str], str]) -> list[dict[str, object]]:
    """Return a line for each defect that was found in a zone."""
    told = asked[asked["defect"].notna()].sort_values("share", ascending=False, kind="stable")
    by_key = {(r["zone_id"], r["defect"]): r for r in reversed(told.to_dict("records"))}
    lines = []
    for code in condition.looked:
        defect, part = condition.defects[code], _part(condition, code)
        people = condition.affected.xs(code, level="defect")
        hit = _is_due(condition, code)
        for row in part.join(people)[hit].rename_axis("zone_id").reset_index().to_dict("records"):
            support = by_key.get((row["zone_id"], code))
            lines.append(
                {"zone_id": row["zone_id"], "defect": code, "need": support and support["need"],
                 "grade": defect.grade, "side": defect.side, "content_zh": defect.work_zh,
                 "content_en": defect.work_en, **_grounds(defect, row, in_zh), **_quantity(row),
                 **{c: row[c] for c in BENEFICIARIES}, **_support(support)}
            )  # fmt: skip
    return lines


def _is_due(condition: Condition, code: str) -> pd.Series:
    """Return which zones get a line for a defect: it was found, is mended by works, and no other line has the same."""
    part = _part(condition, code)
    due: pd.Series = ((part["found"] > 0) | (part["points"] > 0)) & bool(condition.defects[code].work_zh)
    for other in condition.looked:
        if condition.defects[other].instead_of == code:
            due &= ~(_part(condition, other)["surveyed"] > 0)
    return due


def _part(condition: Condition, code: str) -> pd.DataFrame:
    """Return one defect's columns by their short names; those that were not computed are missing."""
    kinds = ("share", "unknown_share", "found", "surveyed", "unit", "points")
    table = condition.zones
    blank = pd.Series(np.nan, index=table.index)
    part = {kind: table.get(f"{code}_{kind}", blank) for kind in kinds}
    gap = condition.defects[code].gap or f"{code}_gap"
    return pd.DataFrame({**part, "gap": table.get(gap, blank)}, index=table.index)


def _quantity(row: Mapping[Any, Any]) -> dict[str, object]:
    """Return how much there is to do: missing pieces, else buildings or the compound, else places."""
    if row["gap"] > 0:
        return {"quantity": float(row["gap"]), "quantity_unit": "piece"}
    if row["found"] > 0:
        return {"quantity": float(row["found"]), "quantity_unit": row["unit"]}
    return {"quantity": float(row["points"]), "quantity_unit": "point"}


def _grounds(defect: Defect, row: Mapping[Any, Any], in_zh: Callable[[str], str]) -> dict[str, object]:
    """Return on what a line rests, in columns and in words."""
    found, surveyed, unit = row["found"], row["surveyed"], row["unit"]
    if found > 0:
        zh, en = UNIT_TITLES[unit]
        unknown = row["unknown_share"]
        rest = ("", "") if not unknown > 0 else (f"，未调查 {_percent(unknown)}", f", {_percent(unknown)} not surveyed")
        what_zh = f"已调查 {surveyed:g} {zh}，有问题 {found:g} {zh}（{_percent(row['share'])}{rest[0]}）"
        what_en = f"{found:g} of {surveyed:g} {en} surveyed ({_percent(row['share'])}{rest[1]})"
    else:
        what_zh, what_en = f"未解决问题点 {row['points']:g} 处", f"{row['points']:g} open problem points"
    rule = " ".join(part for part in (defect.source, defect.clause) if part)
    rule_zh = " ".join(in_zh(part) for part in (defect.source, defect.clause) if part)
    mark_zh, mark_en = MARKS[defect.verified]
    return {
        "indicator": f"{defect.code}_{'share' if found > 0 else 'points'}",
        "value": row["share"] if found > 0 else row["points"],
        "unknown_share": row["unknown_share"], "found": found, "surveyed": surveyed, "counted": unit,
        "source": defect.source, "clause": defect.clause, "verified": str(defect.verified).lower(),
        "basis_zh": f"{defect.title_zh}：{what_zh}；{rule_zh}（{mark_zh}）",
        "basis_en": f"{defect.title_en}: {what_en}; {rule} ({mark_en})",
    }  # fmt: skip


def _percent(share: float) -> str:
    """Return a share as it is written elsewhere; a little is not shown as none, nor nearly all as all."""
    figure = round(100 * share)
    return f"{min(max(figure, 1), 99) if 0 < share < 1 else figure} %"


def _of_needs(condition: Condition, asked: pd.DataFrame, top: int) -> list[dict[str, object]]:
    """Return a line for each of a zone's first needs that no defect's line carries."""
    due = {code: condition.zones.index[_is_due(condition, code)] for code in condition.looked}
    lines = []
    first = asked[asked["share"].notna() & (asked["rank"] <= top)].sort_values(["zone_id", "rank"], kind="stable")
    # Two needs may be about one defect: one project.
    first = first[first["defect"].isna() | ~first.duplicated(["zone_id", "defect"])]
    for row in first.to_dict("records"):
        code = row["defect"] if isinstance(row["defect"], str) else None
        if code in due and row["zone_id"] in due[code]:
            continue
        defect = condition.defects.get(code) if code else None
        span = f"{_percent(row['share'])} [{_percent(row['low'])}, {_percent(row['high'])}], n = {row['n']:g}"
        lines.append(
            {"zone_id": row["zone_id"], "defect": code, "need": row["need"], "grade": defect and defect.grade,
             "side": defect and defect.side,
             "content_zh": defect.work_zh if defect and defect.work_zh else row["title_zh"],
             "content_en": defect.work_en if defect and defect.work_en else row["title_en"],
             "basis_zh": f"居民意愿：{row['title_zh']} {span}",
             "basis_en": f"residents' wish: {row['title_en']} {span}",
             "indicator": "support", "value": row["share"], **_support(row)}
        )  # fmt: skip
    return lines


def _years(zone: pd.Series, zones: pd.DataFrame) -> pd.Series:
    if "renewal_year" not in zones:
        return pd.Series(pd.NA, index=zone.index, dtype="Int64")
    years = zone.map(zones["renewal_year"]).astype(float)
    return pd.Series(np.floor(years.to_numpy()), index=zone.index).astype("Int64")


def _ordered(table: pd.DataFrame, condition: Condition) -> pd.DataFrame:
    """Return the lines in order: hazards, then the zones' ranks, then class and defect."""
    grade = pd.Series({g: i for i, g in enumerate(GRADES)})
    place = pd.Series({code: i for i, code in enumerate(condition.defects)})
    keys = pd.DataFrame(
        {"hazard": table["grade"].ne("safety"), "rank": table["rank"].astype(float).fillna(np.inf),
         "zone": table["zone_id"], "grade": table["grade"].map(grade).fillna(len(GRADES)),
         "defect": table["defect"].map(place).fillna(len(place)), "id": table["project_id"]}
    )  # fmt: skip
    order = keys.sort_values(list(keys.columns)).index
    first = [
        "project_id",
        "zone_id",
        "name",
        "zone_type",
        "grade",
        "side",
        "defect",
        "need",
        "content_zh",
        "content_en",
    ]
    return table.loc[order, [*first, *(c for c in table.columns if c not in first)]].reset_index(drop=True)
