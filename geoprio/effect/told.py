"""An evaluation in sentences, in zh and en: numbers with their intervals, and what they do not say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from geoprio.effect.checks import SIDES, UNLIKE
from geoprio.effect.difference_words import bilingual
from geoprio.effect.discontinuity import LEAST, LEAST_VALUES
from geoprio.effect.phrases import Sentence, both, but, level, more_places, points, shown_change, spans_of
from geoprio.effect.regression import HARMLESS

if TYPE_CHECKING:
    from geoprio.effect.contrasts import Contrast
    from geoprio.effect.discontinuity import Jump
    from geoprio.effect.finding import Evaluation, Finding
    from geoprio.effect.preregistered import Outcome, Plan

VERDICT_TITLES: Final[dict[str, Sentence]] = {
    "reached": ("达到预定目标", "reaches the margin of the plan"),
    "better": ("有改善，但不能确定达到预定幅度", "better, though not surely by the margin of the plan"),
    "worse": ("变差", "worse"),
    "too_small": ("即使有改善，也小于预定幅度", "if better at all, by less than the margin of the plan"),
    "unclear": ("尚无定论", "inconclusive"),
    "doubtful": ("前提检验未通过，不能算作成效", "a check of the method failed: this cannot be read as an effect"),
    "unknown": ("无法计算", "cannot be computed"),
}
METHOD_TITLES: Final[dict[str, Sentence]] = {
    "change": ("前后变化", "change between the waves"),
    "adjusted": ("扣除均值回归后的变化", "change net of regression to the mean"),
    "difference": ("双重差分", "difference-in-differences"),
    "discontinuity": ("资助线断点回归", "regression discontinuity at the funding line"),
}


COUNTED_LINE: Final = but(
    "因按当时算得的数值选定，效果按该值作直线调整；没有同样差而未改造的片区，结果依赖这条直线",
    (
        "Zones were chosen by this measure: the effect is adjusted by a straight line through it. No zone as bad went "
        "without, so that the effect rests on the line"
    ),
)
LIKELY_LINE: Final = but(
    (
        "因按当时测得的数值选定，两组变化从去掉偶然误差后的事前值算起，效果再按该值作直线调整；"
        "没有测得同样差而未改造的片区，结果依赖这条直线"
    ),
    (
        "Zones were chosen by this measure: changes are from what zones were likely to be rather than from what was "
        "measured, and the effect is adjusted by a straight line through that. No zone that measured as badly went "
        "without, so that the effect rests on the line"
    ),
)


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
    outcome = finding.outcome
    zh, en = outcome.title_zh or outcome.code, outcome.title_en or outcome.code
    sure = f"{100 * (1 - plan.alpha):g}"
    where = ("实施片区", "renewed zones") if outcome.group == "treated" else ("全市", "whole city")
    out = [_change(finding, (zh, en), where, sure), *_left_out(finding), *_regression(finding, plan, sure)]
    if finding.difference is not None:
        out += _contrast(outcome, finding.difference, sure, chose=plan.chose(outcome))
    if finding.jump is not None:
        out += _jump(outcome, finding.jump, finding.jump_before, sure)
    out += _apart(finding)
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
    return out if outcome.indicator is not None else [*out, _zones(finding, zh, en, f"{100 * plan.alpha:g}")]


def _change(finding: Finding, name: Sentence, where: Sentence, sure: str) -> Sentence:
    outcome, change = finding.outcome, finding.change
    if not change.n_before:
        return both(
            f"{name[0]}（{where[0]}）：某次作答太少，不列数",
            f"{name[1]} ({where[1]}): too few answers in a wave to tell anything",
        )
    more = more_places(outcome, change)
    one, two = (level(outcome, float(value[0]), more) for value in (change.before, change.after))
    spans = spans_of(outcome, shown_change(outcome, change, more), change.low[0], change.high[0], sure, more)
    if outcome.indicator is not None:
        return both(
            f"{name[0]}：两次运行都算出的{change.n_both}个实施片区平均由{one}变为{two}，变化{spans[0]}",
            f"{name[1]}: the mean of the {change.n_both} renewed zones that both runs counted from {one} to {two}, "
            f"a change of {spans[1]}",
        )
    return both(
        f"{name[0]}（{where[0]}）：{one}（n={change.n_before}）变为{two}（n={change.n_after}，"
        f"两次都答{change.n_both}人），变化{spans[0]}",
        f"{name[1]} ({where[1]}): from {one} (n = {change.n_before}) to {two} (n = {change.n_after}, "
        f"{change.n_both} of them in both), a change of {spans[1]}",
    )


def _left_out(finding: Finding) -> list[Sentence]:
    """Return which answers the change is without."""
    out = []
    if finding.one_wave:
        n = finding.one_wave
        out.append(
            but(
                f"{n}个片区只在一次调查中有作答，变化中未计入",
                f"{n} zones answered in one wave only: not in this change",
            )
        )
    if finding.hidden:
        hidden = but(
            "作答不足而不单列的片区合计仍太少，变化中未计入，以免被反推",
            "Zones of too few answers have too few together, too: not in this change, so that nobody can subtract them",
        )
        out.append(hidden)
    return out


def _regression(finding: Finding, plan: Plan, sure: str) -> list[Sentence]:
    found, outcome = finding.regression, finding.outcome
    chosen = plan.chose(outcome)
    measured = outcome.indicator is not None or outcome.group == "all"
    if measured or not (chosen or outcome.method == "adjusted"):
        return []
    if found is None:
        if not chosen:
            return [
                but("测得的片区太少，无法估计均值回归", "Too few zones are measured to tell regression to the mean")
            ]
        unknown = but(
            "这些片区因当时测得差而入选，但作答太少，无法估计均值回归",
            "These zones were chosen because they measured badly; too few answers to estimate regression to the mean",
        )
        return [unknown]
    left, by_itself = spans_of(outcome, found.adjusted, found.low, found.high, sure), points(outcome, found.expected)
    if not chosen:
        other = but(
            f"扣除均值回归（{by_itself[0]}）后为{left[0]}（按{found.n}个片区平均）；方案未写明这些片区按此指标入选，"
            "若入选依据更能反映其真实水平，此数不成立",
            f"Without regression to the mean ({by_itself[1]}): {left[1]} (mean over {found.n} zones). The plan does "
            "not say that this measure chose the zones; if what did tells more of their true value, this does not hold",
        )
        return [other]
    if not found.flagged:
        part = f"{100 * HARMLESS:g}"
        small = both(
            f"均值回归小于标准误的{part}%",
            f"Regression to the mean is below {part} % of the standard error",
        )
        without = both(f"扣除后为{left[0]}", f"Without it: {left[1]}")
        return [small, without] if outcome.method == "adjusted" else [small]
    warning = but(
        f"注意均值回归：这些片区因当时测得差而入选，即使不改造也预计变化{by_itself[0]}；"
        f"扣除后为{left[0]}（按{found.n}个片区平均，仍含全市共同的变化）",
        "Regression to the mean: these zones were chosen because they measured badly, and a change of "
        f"{by_itself[1]} is expected without any programme; net of that {left[1]} (mean over {found.n} zones; what the "
        "whole city went through is still in it)",
    )
    return [warning]


def _apart(finding: Finding) -> list[Sentence]:
    gap, p = finding.apart
    if not p < UNLIKE:
        return []
    said = points(finding.outcome, gap)
    warning = but(
        f"实施片区事前就与其他片区不同（相差{said[0]}，p={p:.3f}），而方案未说明按此选定；若确按此选定，"
        "部分变化会自然发生（均值回归），以上数字未扣除",
        f"Renewed zones measured differently already before (by {said[1]}, p = {p:.3f}), though the plan does not say "
        "that they were chosen by it; if they were, part of the change comes by itself (regression to the mean) and is "
        "still in these figures",
    )
    return [warning]


def _contrast(outcome: Outcome, found: Contrast, sure: str, *, chose: bool) -> list[Sentence]:
    if not np.isfinite(found.effect):
        few = but(
            f"双重差分：两组各需至少两个片区（实施{found.n_treated}，对照{found.n_other}）",
            f"Difference-in-differences takes two zones in either group (renewed {found.n_treated}, "
            f"others {found.n_other})",
        )
        return [few]
    one, two = points(outcome, found.treated_change), points(outcome, found.other_change)
    spans, lost = spans_of(outcome, found.effect, found.low, found.high, sure), len(found.left_out)
    head = both(
        f"双重差分：实施片区{found.n_treated}个变化{one[0]}，对照{found.n_other}个变化{two[0]}，"
        f"效果{spans[0]}；缺少某次数据而未计入{lost}个",
        f"Against the others: {found.n_treated} renewed zones {one[1]}, {found.n_other} others {two[1]}, "
        f"an effect of {spans[1]}; {lost} zones lack a wave or run",
    )
    out, least = [head], min(found.clusters)
    if chose:
        out.append(LIKELY_LINE if outcome.indicator is None else COUNTED_LINE)
    if not np.isfinite(found.low):
        alike = but(
            "各组内片区变化完全相同，无从估计误差，不给区间",
            "Nothing tells how much zones of the same group differ: there is no interval",
        )
        out.append(alike)
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


def _jump(outcome: Outcome, found: Jump, before: Jump | None, sure: str) -> list[Sentence]:
    if found.status == "coarse":
        coarse = but(
            f"资助线一侧的取值不足{LEAST_VALUES}种，无法区分弯曲与跳跃，不做断点回归",
            f"Near the funding line there are fewer than {LEAST_VALUES} different values on a side: a bend cannot be "
            "told from a jump",
        )
        return [coarse]
    if found.status == "few":
        few = but(
            f"资助线附近片区太少（线内{found.n_funded}个，线外{found.n_other}个，各需{LEAST}个），不做断点回归",
            f"Not enough zones near the funding line ({found.n_funded} funded, {found.n_other} not; "
            f"{LEAST} of each are needed)",
        )
        return [few]
    spans, worth = spans_of(outcome, found.robust, found.low, found.high, sure), found.worth
    head = both(
        f"资助线处（带宽{found.bandwidth:.3g}，线内{found.n_funded}个、线外{found.n_other}个，"
        f"相当于{worth[0]:.0f}和{worth[1]:.0f}个）：跳跃{spans[0]}；只适用于线附近的片区；缺数据而未计入{found.unknown}个",
        f"At the funding line (bandwidth {found.bandwidth:.3g}; {found.n_funded} funded and {found.n_other} other "
        f"zones, worth {worth[0]:.0f} and {worth[1]:.0f}): a jump of {spans[1]}; it holds for zones near the line "
        f"only; {found.unknown} zones lack data",
    )
    out = [head]
    out += _jump_before(before)
    if found.crowding_p < UNLIKE / 2:
        pushed = but(
            f"资助线两侧片区数量悬殊（p={found.crowding_p:.3f}），可能有人为调整",
            f"Zones crowd on one side of the line (p = {found.crowding_p:.3f}): some may have been pushed over it",
        )
        out.append(pushed)
    if found.followed <= SIDES:
        wrong = both(
            f"附近片区只有{100 * found.followed:.0f}%按线实施：该线并未决定谁被改造，跳跃不能说明改造的效果",
            f"Only {100 * found.followed:.0f} % of the zones nearby got what the line says: it did not decide who was "
            "renewed, and the jump is no effect",
        )
        out.append(wrong)
    elif found.followed < 1:
        part = f"{100 * found.followed:.0f}"
        partly = but(
            f"附近片区只有{part}%按线实施，跳跃小于改造本身的效果",
            f"Only {part} % of the zones nearby got what the line says: "
            "the jump is less than the effect of being renewed",
        )
        out.append(partly)
    return out


def _jump_before(before: Jump | None) -> list[Sentence]:
    if before is None or not np.isfinite(before.p):
        return []
    if before.p < UNLIKE / 2:
        there = but(
            f"事前在资助线处已有跳跃（p={before.p:.3f}），该结果不可作为改造效果",
            f"The zones' measure before jumps at the line already (p = {before.p:.3f}): "
            "this is no effect of the programme",
        )
        return [there]
    none = both(
        f"事前在资助线处未见跳跃（p={before.p:.2f}）", f"Before, no jump is seen at the line (p = {before.p:.2f})"
    )
    return [none]


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
