"""What a programme leaves open, in sentences: hazards and money that stay, zones of which too little is known."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from geoprio.outputs.planned.reasons import column_words, reason_words
from geoprio.outputs.planned.zones import decimals, measure_titles, money, source_titles
from geoprio.programme import STATUS_TITLES
from geoprio.programme.hazards import NO_MEASURE, NOT_CHOSEN
from geoprio.programme.unspent import LEAST_LEFT, left_share

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from geoprio.outputs.planned.result import Planned

Pair = tuple[str, str]

SHOWN: Final = 6
"""So many zones are named."""
OTHERS: Final = "Shares of other sources, yearly budgets or rules keep the rest from being done, or no item is so cheap"
SETTINGS: Final = {
    "carry_over": (
        "{source}的年度预算不能结转；设 carry_over = true",
        "the yearly budgets of {source}, which are not carried over; with carry_over = true",
    ),
    "max_share": (
        "{source}的出资比例上限，其余比例没有来源配套；设 max_share = 1",
        "the largest share of {source}, which the other sources do not match; with max_share = 1",
    ),
    "min_share": (
        "{source}的最低出资比例；设 min_share = 0",
        "the least share of {source}; with min_share = 0",
    ),
    "max_per_unit_cny": (
        "{source}的单位补助上限；去掉 max_per_unit_cny",
        "what {source} gives for a unit at most; without max_per_unit_cny",
    ),
    "max_per_dwelling_cny": (
        "{source}的户均补助上限；去掉 max_per_dwelling_cny",
        "what {source} gives for a dwelling at most; without max_per_dwelling_cny",
    ),
    "floors": (
        "各区县的最低投入；去掉 floors 或 need_floors",
        "the floors of the districts; without floors or need_floors",
    ),
    "zone_min_cny": (
        "单个片区的最低投入；去掉 zone_min_cny",
        "the least sum for a zone; without zone_min_cny",
    ),
    "zone_max_cny": (
        "单个片区的最高投入；去掉 zone_max_cny",
        "the largest sum for a zone; without zone_max_cny",
    ),
    "household_max_cny": (
        "居民户均出资上限；去掉 household_max_cny",
        "the most that households pay; without household_max_cny",
    ),
    "complete": (
        "应改尽改的要求；去掉 complete",
        "that all of some grades has to be done; without complete",
    ),
    "one_year_per_zone": (
        "每个片区只在一年内施工；设 one_year_per_zone = false",
        "that all in a zone is done in one year; with one_year_per_zone = false",
    ),
}
"""What holds money back, and what would free it, by setting."""


def hazards_told(found: Planned) -> Iterator[Pair]:
    """Tell of how many zones with a hazard the programme mends all, and why not of the others."""
    table = found.hazards
    if table.empty:
        return
    open_ = table[~table["mended"]]
    whole, left = table["zone_id"].nunique(), open_["zone_id"].nunique()
    if open_.empty:
        last = int(table["year"].max())
        yield (
            f"有安全隐患的{whole}个片区全部列入本计划，最迟第{last}年消除",
            f"The hazards of all {whole} zones that have one are mended by this programme, by year {last}",
        )
        return
    zones = list(dict.fromkeys(open_["zone_id"]))
    parts = [[_hazards_of(found, open_[open_["zone_id"] == z], n) for z in zones[:SHOWN]] for n in (0, 1)]
    more = len(zones) - SHOWN
    yield (
        f"有安全隐患的{whole}个片区中，{left}个的隐患没有由本计划消除：{'；'.join(parts[0])}"
        + (f"；另{more}个" if more > 0 else ""),
        f"Of {whole} zones with a hazard, {left} keep one that this programme does not mend: {'; '.join(parts[1])}"
        + (f"; and {more} others" if more > 0 else ""),
    )


def _hazards_of(found: Planned, rows: pd.DataFrame, number: int) -> str:
    told = [_hazard(found, row.to_dict(), number) for _, row in rows.iterrows()]
    return _noted(_name(found, rows["zone_id"].iloc[0]), told, number)


def _noted(name: str, told: list[str], number: int) -> str:
    """Return a name with what is told of it in brackets."""
    return f"{name}（{'，'.join(told)}）" if number == 0 else f"{name} ({'; '.join(told)})"


def _hazard(found: Planned, row: Mapping[Any, Any], number: int) -> str:
    """Return a hazard and why it stays."""
    defect = found.result.defects.get(row["hazard"])
    what = ("安全隐患", "a hazard")[number] if defect is None else (defect.title_zh, defect.title_en)[number]
    colon, status, measure = ("：", ": ")[number], row["status"], row["measure"]
    title = measure_titles(found.programme).get(measure, ("", ""))[number]
    if status == NO_MEASURE:
        why = ("没有针对它的措施", "no measure mends it")[number]
        if measure:
            why += (f"；可在 measures 中加入 {measure} 并给出单价", f"; add {measure} to measures, and its price")[
                number
            ]
    elif status == NOT_CHOSEN:
        why = (f"{title}在现有资金与规则内未入选", f"{title} is not chosen within the money and the rules")[number]
    else:
        why = f"{title}{STATUS_TITLES[status][number]}" if number == 0 else f"{title} {STATUS_TITLES[status][number]}"
        reason = reason_words(row["reason"], found, number)
        why += f"{('，', ', ')[number]}{reason}" if reason else ""
    return f"{what}{colon}{why}"


def left_over(found: Planned) -> Iterator[Pair]:
    """Tell what of the budgets is not spent, which limit binds, and what setting would free the most."""
    left = found.budgets[found.budgets["left_fen"].fillna(0) > 0]
    if left.empty:
        return
    titles = source_titles(found.programme)
    parts = [(titles[str(c)], money(r["left_fen"]), money(r["budget_fen"])) for c, r in left.iterrows()]
    zh = "；".join(f"{t[0]}结余{rest}元（共{whole}元）" for t, rest, whole in parts)
    en = "; ".join(f"{t[1]} {rest} of {whole}" for t, rest, whole in parts)
    why = _why_left(found)
    yield f"未用完的资金：{zh}。{why[0]}", f"Not spent, in yuan: {en}. {why[1]}"


def _why_left(found: Planned) -> Pair:
    if len(found.programme.done) == len(found.problem.items):
        return "可选项目已全部实施", "Everything that can be done is done"
    if found.freed is not None and len(found.freed):
        return _freed(found)
    gone = found.budgets.index[found.budgets["left_fen"].eq(0).fillna(value=False)]
    titles = source_titles(found.programme)
    used = (
        f"（已用完的来源：{'、'.join(titles[c][0] for c in gone)}）" if len(gone) else "",
        f" (used up: {', '.join(titles[c][1] for c in gone)})" if len(gone) else "",
    )
    if found.freed is None or left_share(found.programme) < LEAST_LEFT:
        find = (
            ("。不加 --quick 运行可查明是哪一项", ". Without --quick it is found out which")
            if found.freed is None
            else ("", "")
        )
        return (
            f"其余项目受其他来源的比例、年度预算或规则限制，或余款不足以再做一项{used[0]}{find[0]}",
            f"{OTHERS}{used[1]}{find[1]}",
        )
    return (
        f"逐项放开年度结转、出资比例和各条规则，没有哪一项单独能多用资金{used[0]}",
        f"Tried one by one, no setting (carrying over, shares, rules) would by itself let more of it be spent{used[1]}",
    )


def _freed(found: Planned) -> Pair:
    """Tell the settings that would free most."""
    assert found.freed is not None
    titles, now = source_titles(found.programme), money(found.cost_fen)
    told: list[list[str]] = [[], []]
    for row in found.freed.head(3).to_dict("records"):
        for n in (0, 1):
            source = titles.get(str(row["source"]), ("", ""))[n]
            what = SETTINGS[str(row["setting"])][n].format(source=source)
            much = money(row["cost_fen"])
            told[n].append((f"{what}，约可实施{much}元", f"{what} works for about {much} yuan could be done")[n])
    return (
        f"主要限制：{'；其次：'.join(told[0])}（现为{now}元；单独放开该项时的估算）",
        f"What binds most: {'; next: '.join(told[1])} (now {now}; each setting alone, roughly)",
    )


def unknowns(found: Planned) -> Iterator[Pair]:
    """Tell how many measures are no candidates for want of data, and which zones get nothing because of it."""
    table = found.problem.table
    lost = table[table["status"] == "unknown"]
    if lost.empty:
        return
    n = len(lost)
    yield (
        f"另有{n}项因资料不足未列为可选，见 programme.xlsx 的“未入选及原因”表",
        f"{n} measures in zones are no candidates for want of data: see the sheet “left out” of programme.xlsx",
    )
    able = set(table.loc[table["status"] == "candidate", "zone_id"])
    bare = lost[~lost["zone_id"].isin(able)]
    zones = list(dict.fromkeys(bare["zone_id"]))
    if not zones:
        return
    wanted: dict[tuple[str, ...], list[str]] = {}
    for zone in zones:
        wanted.setdefault(_to_supply(bare.loc[bare["zone_id"] == zone, "reason"]), []).append(zone)
    parts: list[list[str]] = [[], []]
    for columns, those in list(wanted.items())[:SHOWN]:
        for k in (0, 1):
            comma = ("、", ", ")[k]
            names = comma.join(_name(found, zone) for zone in those[:SHOWN])
            rest = len(those) - SHOWN
            names += (f"等{len(those)}个", f" and {rest} others")[k] if rest > 0 else ""
            parts[k].append(f"{names}{('：', ': ')[k]}{comma.join(column_words(c, found, k) for c in columns)}")
    yield (
        f"{len(zones)}个片区因此没有任何可选措施，请补充资料：{'；'.join(parts[0])}",
        f"{len(zones)} zones have no measure at all because of that; supply for {'; '.join(parts[1])}",
    )


def _to_supply(reasons: pd.Series) -> tuple[str, ...]:
    """Return few columns that would lift all reasons: the one that lifts most first, of equal ones the last named.

    The columns of which one is enough are named from the best to the plainest, such as dwellings.
    """
    open_: list[tuple[str, ...]] = []
    needed: list[str] = []
    for text in dict.fromkeys(reasons):
        if match := re.fullmatch(r"one of (.+) is not known", text):
            needed += match[1].split(", ")
        elif match := re.fullmatch(r"none of (.+) is known", text):
            open_.append(tuple(match[1].split(", ")))
    while open_ := [columns for columns in open_ if not set(columns) & set(needed)]:
        names = list(dict.fromkeys(c for columns in open_ for c in columns))
        best = max(names, key=lambda c: (sum(c in columns for columns in open_), names.index(c)))
        needed.append(best)
    return tuple(dict.fromkeys(needed))


def _name(found: Planned, zone: str) -> str:
    name = found.zones["name"].get(zone)
    return name if isinstance(name, str) and name.strip() else str(zone)


def rate(value: float, places: int = 1) -> str:
    """Return a share in per cent; what rounds to 0 has no minus."""
    return f"{decimals(100 * value, places)}%"
