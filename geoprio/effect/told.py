"""An evaluation in sentences, in zh and en: numbers with their intervals, and what they do not say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from geoprio.effect.difference_words import bilingual
from geoprio.effect.discontinuity import LEAST
from geoprio.effect.regression import HARMLESS
from geoprio.effect.verdicts import agreeing_places

if TYPE_CHECKING:
    from geoprio.effect.contrasts import Contrast
    from geoprio.effect.discontinuity import Jump
    from geoprio.effect.evaluation import Evaluation, Finding
    from geoprio.effect.preregistered import Outcome, Plan
    from geoprio.effect.surveys import WaveChange

Sentence = tuple[str, str]
"""In zh and in en."""
UNLIKE: Final = 0.05
"""A check whose p is smaller has failed."""

VERDICT_TITLES: Final[dict[str, Sentence]] = {
    "reached": ("达到预定目标", "reaches the margin of the plan"),
    "better": ("有改善，但不能确定达到预定幅度", "better, though not surely by the margin of the plan"),
    "worse": ("变差", "worse"),
    "too_small": ("即使有改善，也小于预定幅度", "if better at all, by less than the margin of the plan"),
    "unclear": ("尚无定论", "inconclusive"),
    "unknown": ("无法计算", "cannot be computed"),
}
METHOD_TITLES: Final[dict[str, Sentence]] = {
    "change": ("前后变化", "change between the waves"),
    "adjusted": ("扣除均值回归后的变化", "change net of regression to the mean"),
    "difference": ("双重差分", "difference-in-differences"),
    "discontinuity": ("资助线断点回归", "regression discontinuity at the funding line"),
}


class Caveat(tuple[str, str]):
    """A sentence that says what findings do not say, or how far they are to be trusted."""

    __slots__ = ()


def but(zh: str, en: str) -> Sentence:
    """Return a caveat in both languages."""
    return Caveat((zh, en))


def both(zh: str, en: str) -> Sentence:
    """Return a sentence in both languages."""
    return zh, en


def evaluation_sentences(evaluation: Evaluation) -> tuple[Sentence, ...]:
    """Return what an evaluation says, outcome by outcome, with its caveats."""
    plan = evaluation.plan
    name = bilingual(plan.name)
    head = both(
        f"评估方案“{name[0]}”（{plan.date}制定，指纹{plan.sha256[:12]}），实施片区{len(plan.treated.zones)}个",
        f"Plan “{name[1]}” of {plan.date} (hash {plan.sha256[:12]}); {_zones_word(len(plan.treated.zones))}",
    )
    out = [head]
    for finding in evaluation.findings:
        out += finding_sentences(finding, plan)
    if evaluation.exploratory:
        codes = evaluation.exploratory
        out.append(
            but(f"方案之外的指标仅供参考：{'、'.join(codes)}", f"Not in the plan, thus exploratory: {', '.join(codes)}")
        )
    if evaluation.chosen:
        out.append(
            but(
                "问卷未说明作答者系抽样所得，按自愿作答看待：并非随机样本，加权只能校正已知的年龄、产权、楼层等差别",
                "The survey does not say that respondents were drawn, and they are taken to have chosen to answer: no "
                "random sample; weights mend only what age, tenure, floor and the like explain",
            )
        )
    return tuple(out)


def _zones_word(count: int) -> str:
    return "1 renewed zone" if count == 1 else f"{count} renewed zones"


def finding_sentences(finding: Finding, plan: Plan) -> list[Sentence]:
    """Return what became of one outcome."""
    outcome, change = finding.outcome, finding.change
    zh, en = outcome.title_zh or outcome.code, outcome.title_en or outcome.code
    sure = f"{100 * (1 - plan.alpha):g}"
    more = _more(outcome, change)
    one, two = (_level(outcome, float(value[0]), more) for value in (change.before, change.after))
    where = ("实施片区", "renewed zones") if outcome.group == "treated" else ("全市", "whole city")
    spans = _spans(outcome, _shown_change(outcome, change, more), change.low[0], change.high[0], sure, more)
    head = both(
        f"{zh}（{where[0]}）：{one}（n={change.n_before}）变为{two}（n={change.n_after}，"
        f"两次都答{change.n_both}人），变化{spans[0]}",
        f"{en} ({where[1]}): from {one} (n = {change.n_before}) to {two} (n = {change.n_after}, "
        f"{change.n_both} of them in both), a change of {spans[1]}",
    )
    out = [head, *_regression(finding, plan, sure)]
    if finding.difference is not None:
        out += _contrast(outcome, finding.difference, sure)
    if finding.jump is not None:
        out += _jump(outcome, finding.jump, sure)
    method = METHOD_TITLES["adjusted" if finding.adjusted else outcome.method]
    verdict = VERDICT_TITLES[finding.verdict]
    mark = ("", "") if finding.planned else ("（方案之外）", " (exploratory)")
    out.append(both(f"{zh}{mark[0]}：按{method[0]}，{verdict[0]}", f"{en}{mark[1]}, by {method[1]}: {verdict[1]}"))
    if finding.p <= plan.alpha < finding.q:
        chance = but(
            f"{zh}：考虑到同时检验多个指标，该变化可能出于偶然（q={finding.q:.3f}）",
            f"{en}: with so many outcomes in the plan this may be chance (q = {finding.q:.3f})",
        )
        out.append(chance)
    return [*out, _zones(finding, zh, en, f"{100 * plan.alpha:g}")]


def _regression(finding: Finding, plan: Plan, sure: str) -> list[Sentence]:
    found, outcome = finding.regression, finding.outcome
    if outcome.group == "all" or not plan.chose(outcome):
        return []
    if found is None:
        unknown = but(
            "这些片区因当时测得差而入选，但作答太少，无法估计均值回归",
            "These zones were chosen because they measured badly; too few answers to estimate regression to the mean",
        )
        return [unknown]
    if not found.flagged:
        part = f"{100 * HARMLESS:g}"
        return [both(f"均值回归小于标准误的{part}%", f"Regression to the mean is below {part} % of the standard error")]
    left = _spans(outcome, found.adjusted, found.low, found.high, sure)
    expected = _points(outcome, found.expected)
    warning = but(
        f"注意均值回归：这些片区因当时测得差而入选，即使不改造也预计变化{expected[0]}；"
        f"扣除后为{left[0]}（按{found.n}个片区平均，仍含全市共同的变化）",
        "Regression to the mean: these zones were chosen because they measured badly, and a change of "
        f"{expected[1]} is expected without any programme; net of that {left[1]} (mean over {found.n} zones; what the "
        "whole city went through is still in it)",
    )
    return [warning]


def _contrast(outcome: Outcome, found: Contrast, sure: str) -> list[Sentence]:
    if not np.isfinite(found.effect):
        few = but(
            f"双重差分：两组各需至少两个片区（实施{found.n_treated}，对照{found.n_other}）",
            f"Difference-in-differences takes two zones in either group (renewed {found.n_treated}, "
            f"others {found.n_other})",
        )
        return [few]
    one, two = _points(outcome, found.treated_change), _points(outcome, found.other_change)
    spans, lost = _spans(outcome, found.effect, found.low, found.high, sure), len(found.left_out)
    head = both(
        f"双重差分：实施片区{found.n_treated}个变化{one[0]}，对照{found.n_other}个变化{two[0]}，"
        f"效果{spans[0]}；缺少某次调查而未计入{lost}个",
        f"Against the others: {found.n_treated} renewed zones {one[1]}, {found.n_other} others {two[1]}, "
        f"an effect of {spans[1]}; {lost} zones lack a wave",
    )
    out, least = [head], min(found.clusters)
    if found.few:
        hint = but(
            f"一组不足10个单元（{least}个），区间已放宽但仍不牢靠",
            f"Either group has fewer than ten units ({least}): the interval allows for it, but rests on few",
        )
        out.append(hint)
    return [*out, _parallel(found)]


def _parallel(found: Contrast) -> Sentence:
    if not found.placebos:
        return but(
            "只有一次事前调查，无法检验平行趋势",
            "With one wave before, parallel trends cannot be tested",
        )
    if found.parallel_p < UNLIKE:
        return but(
            f"事前两组走势不同（p={found.parallel_p:.3f}），该结果不可作为改造效果",
            f"Pre-trends differ (p = {found.parallel_p:.3f}): this is not to be taken for an effect of the programme",
        )
    return but(
        f"事前未见走势不同（p={found.parallel_p:.2f}），但这不能证明平行",
        f"No different pre-trends found (p = {found.parallel_p:.2f}), which does not prove that trends are parallel",
    )


def _jump(outcome: Outcome, found: Jump, sure: str) -> list[Sentence]:
    if found.status == "few":
        few = but(
            f"资助线附近片区太少（线内{found.n_funded}个，线外{found.n_other}个，各需{LEAST}个），不做断点回归",
            f"Not enough zones near the funding line ({found.n_funded} funded, {found.n_other} not; "
            f"{LEAST} of each are needed)",
        )
        return [few]
    spans, worth = _spans(outcome, found.robust, found.low, found.high, sure), found.worth
    head = both(
        f"资助线处（带宽{found.bandwidth:.3g}，线内{found.n_funded}个、线外{found.n_other}个，"
        f"相当于{worth[0]:.0f}和{worth[1]:.0f}个）：跳跃{spans[0]}；只适用于线附近的片区",
        f"At the funding line (bandwidth {found.bandwidth:.3g}; {found.n_funded} funded and {found.n_other} other "
        f"zones, worth {worth[0]:.0f} and {worth[1]:.0f}): a jump of {spans[1]}; it holds for zones near the line only",
    )
    out = [head]
    if found.crowding_p < UNLIKE:
        pushed = but(
            f"资助线两侧片区数量悬殊（p={found.crowding_p:.3f}），可能有人为调整",
            f"Zones crowd on one side of the line (p = {found.crowding_p:.3f}): some may have been pushed over it",
        )
        out.append(pushed)
    if found.followed < 1:
        part = f"{100 * found.followed:.0f}"
        partly = but(
            f"附近片区只有{part}%按线实施，跳跃小于改造本身的效果",
            f"Only {part} % of the zones nearby got what the line says: "
            "the jump is less than the effect of being renewed",
        )
        out.append(partly)
    return out


def _zones(finding: Finding, zh: str, en: str, rate: str) -> Sentence:
    table = finding.zones
    told, few = (int((table["status"] == status).sum()) for status in ("told", "few"))
    up, down = (int((table["verdict"] == verdict).sum()) for verdict in ("up", "down"))
    return both(
        f"{zh}：{told}个片区中{up}个上升、{down}个下降（误发现率控制在{rate}%：所列片区中平均至多{rate}%出于偶然）；"
        f"{few}个片区某次作答不足，不单列",
        f"{en}: of {told} zones {up} rose and {down} fell at a false discovery rate of {rate} % (on average at most "
        f"that share of those listed is chance); {few} more have too few answers",
    )


def _level(outcome: Outcome, value: float, more: int = 0) -> str:
    if not np.isfinite(value):
        return "–"
    return f"{100 * value:.{1 + more}f}%" if outcome.is_share else f"{value:.{2 + more}f}"


def _more(outcome: Outcome, change: WaveChange) -> int:
    """Return the decimals to add so that a reader who subtracts both values finds the change."""
    scale, least = (100, 1) if outcome.is_share else (1, 2)
    one, two = scale * float(change.before[0]), scale * float(change.after[0])
    return agreeing_places(one, two, least) - least if np.isfinite([one, two]).all() else 0


def signed(value: float, digits: int) -> str:
    """Return a number with its sign, a proper minus among them; no sign where all figures shown are 0."""
    text = f"{abs(value):,.{digits}f}"
    if not float(text.replace(",", "")):
        return text
    return f"{'−' if value < 0 else '+'}{text}"


def _shown_change(outcome: Outcome, change: WaveChange, more: int) -> float:
    """Return the difference of both values as they are shown."""
    places = (3 if outcome.is_share else 2) + more
    return round(float(change.after[0]), places) - round(float(change.before[0]), places)


def _points(outcome: Outcome, value: float, more: int = 0) -> Sentence:
    """Return a difference with its sign and unit."""
    if not np.isfinite(value):
        return "–", "–"
    if outcome.is_share:
        text = signed(100 * value, 1 + more)
        return f"{text}个百分点", f"{text} points"
    return f"{signed(value, 2 + more)}分", signed(value, 2 + more)


def _spans(outcome: Outcome, value: float, low: float, high: float, sure: str, more: int = 0) -> Sentence:
    """Return a difference with its interval."""
    zh, en = _points(outcome, value, more)
    if not (np.isfinite(low) and np.isfinite(high)):
        return zh, en
    scale, digits = (100, 1 + more) if outcome.is_share else (1, 2 + more)
    one, two = (signed(scale * x, digits) for x in (low, high))
    return f"{zh}（{sure}%区间{one}至{two}）", f"{en} ({sure} % interval {one} to {two})"
