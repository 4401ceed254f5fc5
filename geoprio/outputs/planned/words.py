"""What a programme comes to in sentences, in zh and en: what is done, with whose money, how good, how sure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoprio.outputs.planned.open_ends import hazards_told, left_over, unknowns
from geoprio.outputs.planned.open_ends import rate as percent
from geoprio.outputs.planned.project_lines import told_of_list
from geoprio.outputs.planned.zones import money
from geoprio.programme import sentences
from geoprio.programme.ledger import PARTIES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geoprio.outputs.planned.result import Planned

Pair = tuple[str, str]

LISTED = ("inspection", "problems", "survey")
"""Sections of a project file from which a list of projects is written."""
SHOWN = 5
"""So many zones, prices or changes are named."""


def planned_sentences(found: Planned) -> tuple[Pair, ...]:
    """Return the sentences in the order in which a mayor asks."""
    told = list(sentences(found.programme))
    if found.programme.status in {"optimal", "feasible", "nothing"}:
        told += hazards_told(found)
    told += [*_assumptions(found), *unknowns(found)]
    if found.programme.status not in {"optimal", "feasible"}:
        return tuple(told)
    table = found.result.project_list if any(found.result.project.get(name) for name in LISTED) else None
    if table is not None and len(table):
        told.append(told_of_list(table))
    parts = (_money, left_over, _parties, _operators, _gains, _prices, _more, _sure)
    return (*told, *(pair for part in parts for pair in part(found)))


def _cny(fen: float) -> str:
    return money(round(fen))


def _money(found: Planned) -> Iterator[Pair]:
    """Tell what each source gives, and face against lining."""
    table = found.ledger.sources
    titles = {s.code: (s.title_zh, s.title_en) for s in found.problem.sources}
    parts = [(titles[str(c)], row) for c, row in table.iterrows() if row["total_fen"] > 0]
    zh = "，".join(f"{t[0]}{_cny(r['total_fen'])}元（{r['share']:.1%}）" for t, r in parts)
    en = ", ".join(f"{t[1]} {_cny(r['total_fen'])} ({r['share']:.1%})" for t, r in parts)
    yield f"资金来源：{zh}", f"Money in yuan: {en}"
    face, lining = (float(found.ledger.sides["share"][s]) for s in ("face", "lining"))
    yield f"面子工程占{face:.1%}，里子工程占{lining:.1%}", f"Face {face:.1%}, lining {lining:.1%}"


def _parties(found: Planned) -> Iterator[Pair]:
    totals, zones = found.ledger.totals, found.ledger.zones
    names = {
        "residents": ("居民", "residents"),
        "enterprises": ("企业", "enterprises"),
        "government": ("政府", "government"),
    }
    zh = "，".join(f"{names[p][0]}出资{_cny(totals[f'{p}_fen'])}元" for p in PARTIES)
    en = ", ".join(f"{names[p][1]} {_cny(totals[f'{p}_fen'])}" for p in PARTIES)
    yield f"三方出资：{zh}", f"Paid by party, in yuan: {en}"
    each = zones["residents_cny_per_dwelling"].dropna()
    if len(each) and each.max() > 0:
        most = each.max()
        yield (
            f"居民户均出资最高{most:,.0f}元，各片区中位数{each.median():,.0f}元",
            f"A household pays {most:,.0f} yuan at most (mean of its zone), {each.median():,.0f} in the median zone",
        )
    if np.isfinite(totals["leverage"]):
        yield (
            f"政府每出1元，带动居民和企业出{totals['leverage']:.2f}元",
            f"For each yuan of government, residents and enterprises give {totals['leverage']:.2f}",
        )
    if totals["borrowed_fen"]:
        yield (
            f"政府出资中{_cny(totals['borrowed_fen'])}元为借款，本息共还{totals['repaid_cny']:,.0f}元",
            f"Of government's, {_cny(totals['borrowed_fen'])} yuan are borrowed, {totals['repaid_cny']:,.0f} paid back",
        )


def _operators(found: Planned) -> Iterator[Pair]:
    rate, back = (found.ledger.totals[f"concessions_{k}"] for k in ("internal_rate", "payback_years"))
    if np.isfinite(rate):
        zh = f"，{back:.1f}年回本" if np.isfinite(back) else ""
        en = f", paid back after {back:.1f} years" if np.isfinite(back) else ""
        put = _cny(found.ledger.totals["concessions_fen"])
        yield (
            f"特许经营部分（投入{put}元，不含企业其他出资）内部收益率{percent(rate)}{zh}",
            f"Operators of concessions earn {percent(rate)} a year on the {put} yuan that they put in{en}",
        )


def _gains(found: Planned) -> Iterator[Pair]:
    if found.gains is None:
        return
    words = {
        "ranking": ("按排名依次安排", "funding down the ranking"),
        "greedy": ("按单位资金效益依次安排", "going by benefit for each yuan"),
    }
    for way, (zh, en) in words.items():
        row = found.gains.loc[way]
        if np.isnan(row["gain"]):
            continue
        broken_zh = f"（但违反{int(row['rules_broken'])}条规则）" if row["rules_broken"] else ""
        broken_en = f", which breaks {int(row['rules_broken'])} rules" if row["rules_broken"] else ""
        # Within the gap that was asked for, a simple way may come out a trifle better.
        less = row["gain"] < 0
        if percent(abs(row["gain"])) == percent(0.0):
            yield f"效益与{zh}相同{broken_zh}", f"As much benefit as {en}{broken_en}"
            continue
        yield (
            f"效益比{zh}{'低' if less else '高'}{abs(row['gain']):.1%}{broken_zh}",
            f"{abs(row['gain']):.1%} {'less' if less else 'more'} benefit than {en}{broken_en}",
        )


def _prices(found: Planned) -> Iterator[Pair]:
    if found.shadow_prices is None:
        return
    budgets = found.shadow_prices[found.shadow_prices["rule"] == "budget"]
    top = budgets.sort_values("points_per_million", ascending=False, kind="stable").head(SHOWN)
    if top.empty:
        yield "资金不是瓶颈：再增加预算也不会增加效益", "Money is not what limits it: more of it would bring nothing"
        return
    zh = "；".join(f"{r['subject_zh']}{r['points_per_million']:.1f}点" for _, r in top.iterrows())
    en = "; ".join(f"{r['subject_en']}: {r['points_per_million']:.1f} points" for _, r in top.iterrows())
    yield f"每增加100万元可增加的效益：{zh}", f"What a million yuan more would bring: {en}"


def _more(found: Planned) -> Iterator[Pair]:
    if found.changes is None or found.larger is None:
        return
    counts = {k: int((found.changes["change"] == k).sum()) for k in ("enters", "leaves", "moves")}
    gain = found.larger.benefit / found.programme.benefit - 1 if found.programme.benefit > 0 else 0.0
    enter, leave, move = counts.values()
    if not any(counts.values()):
        yield "预算增加10%：没有找到更好的选择", "10% more money: nothing better was found"
        return
    yield (
        f"预算增加10%：效益增加{gain:.1%}，新增{enter}项，退出{leave}项，调整年度{move}项",
        f"10% more money: {gain:.1%} more benefit; {enter} measures enter, {leave} leave, {move} move",
    )


def _sure(found: Planned) -> Iterator[Pair]:
    if found.frequencies is None:
        return
    roles = found.frequencies["role"].value_counts()
    core, flexible, never = (int(roles.get(k, 0)) for k in ("core", "flexible", "never"))
    yield (
        f"换用{found.spec.draws}组其他权重：核心项目（至少九成入选）{core}项，可调{flexible}项，从不入选{never}项",
        f"{found.spec.draws} other weights: {core} core measures (in at least 90%), {flexible} flexible, {never} never",
    )


def _assumptions(found: Planned) -> Iterator[Pair]:
    """Tell how much rests on assumptions, and what stands in for a condition that no indicator tells."""
    rows = found.problem.items.iloc[found.programme.done["item"].to_numpy(int)]
    loose = int((rows["assumed"] != "").sum())
    if loose:
        yield (
            f"其中{loose}项的单价或工程量为假定，须以当地造价核定后再定",
            f"{loose} of them rest on assumed unit costs or quantities: have them priced locally before deciding",
        )
    whole = [m for m in found.problem.catalog.measures if any(e.indicator == "priority" for e in m.improves)]
    if whole:
        zh, en = "、".join(m.title_zh for m in whole), ", ".join(m.title_en for m in whole)
        yield (
            f"评分中没有反映这些措施所针对状况的指标，效益按优先级的一部分估计：{zh}",
            f"No indicator of the score tells what these measures mend; a part of the priority stands in for it: {en}",
        )
