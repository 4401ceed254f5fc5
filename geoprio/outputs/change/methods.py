"""A paragraph on methods, ready to be cited: what was compared, by which definitions, and how intervals were made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from geoprio._core.version import __version__
from geoprio.effect.difference_words import bilingual
from geoprio.outputs.change.layout import Section
from geoprio.outputs.change.names import side_names
from geoprio.outputs.change.units import counted
from geoprio.outputs.change.words import WORDS, category_word

if TYPE_CHECKING:
    from geoprio.effect.change import Change
    from geoprio.effect.finding import Evaluation
    from geoprio.outputs.change.units import Pair

MEASURED: Final[dict[str, Pair]] = {
    "network": ("步行距离沿路网量算", "walking distances are measured along the street network"),
    "straight_line": ("步行距离为直线距离", "walking distances are straight lines"),
}
UNIT: Final[dict[str, Pair]] = {"m": ("米", "m"), "min": ("分钟", "min")}
METHODS: Final[dict[str, Pair]] = {
    "change": ("两次之间加权比例或均值之差", "the difference of weighted shares or means between waves"),
    "adjusted": (
        "扣除均值回归后的变化（经验贝叶斯，按片区，学生分布区间）",
        "the change net of regression to the mean (empirical Bayes, over zones, Student's interval)",
    ),
    "difference": (
        "双重差分（按片区，HC2 方差，Satterthwaite 自由度）",
        "difference-in-differences (over zones, HC2 variance, Satterthwaite's degrees of freedom)",
    ),
    "discontinuity": (
        "资助线断点回归（局部线性，稳健偏差校正区间）",
        "regression discontinuity at the funding line (local linear, robust bias-corrected interval)",
    ),
}
"""How an effect is estimated, by the method of the plan."""


def methods_section(change: Change, found: Evaluation | None = None) -> Section:
    """Return the section at the end of the report."""
    parts = [compared(change), defined(change), measured(change), intervals(change, found)]
    return Section("methods", WORDS["methods"], paragraphs=[p for p in parts if p[0]])


def compared(change: Change) -> Pair:
    """Return what was compared, by which versions."""
    one, two = change.before, change.after
    name, crs, n = bilingual(one.project["project"]["name"]), one.crs, len(change.people)
    sides = f"运行“{one.name}”与“{two.name}”", f"the runs “{one.name}” and “{two.name}”"
    if one.scenario or two.scenario:
        called = side_names(change)
        sides = (f"{called[0][0]}（运行“{one.name}”）与{called[1][0]}（运行“{two.name}”）",
                 f"{called[0][1]} (run “{one.name}”) with {called[1][1]} (run “{two.name}”)")  # fmt: skip
    versions = " / ".join(dict.fromkeys(v for v in (one.version, two.version) if v)) or __version__
    zh = (
        f"比较{name[0]}的{sides[0]}，{n}个片区，坐标系{crs}；两次由 geoprio {versions} 计算，"
        f"由 geoprio {__version__} 比较。"
    )
    en = (
        f"For {name[1]} we compare {sides[1]} over {n} zones ({crs}); the runs were computed by geoprio {versions} and "
        f"compared by geoprio {__version__}."
    )
    return zh + "计算日期和输入文件的散列值见各次运行的 run.json。", (
        f"{en} Dates of computing and hashes of all input files stand in run.json of each run."
    )


def defined(change: Change) -> Pair:
    """Return how far counts as near, for whom, at which pace."""
    run, rows = change.before, []
    for category, rule in run.rules.items():
        if category not in change.after.rules:
            continue
        walker = run.walking.get(category, {})
        speed, unit = walker.get("speed_m_per_min"), UNIT.get(str(rule["unit"]), (str(rule["unit"]),) * 2)
        who = counted(run.demand.get(category, "population"))
        loose = ("，未核对原文", ", not checked against the text") if category in run.unverified else ("", "")
        source = str(rule.get("source") or "")
        rows.append((
            (f"{category_word(category, 0)} {rule['threshold']:g} {unit[0]}（{source}{loose[0]}；对象：{who[0]}；"
            f"步速 {_speed(speed)} 米/分）"),
            (f"{category_word(category, 1)} {rule['threshold']:g} {unit[1]} ({source}{loose[1]}; of {who[1]}; "
            f"{_speed(speed)} m/min)"),
        ))  # fmt: skip
    way = MEASURED.get(run.access_method, (run.access_method, run.access_method))
    return (
        f"{way[0]}。阈值：{'；'.join(r[0] for r in rows)}。",
        f"{way[1][:1].upper()}{way[1][1:]}. Thresholds: {'; '.join(r[1] for r in rows)}.",
    )


def _speed(value: Any) -> str:  # noqa: ANN401 - of a manifest; only a number is shown
    return f"{float(value):g}" if isinstance(value, int | float) else "–"


def measured(change: Change) -> Pair:
    """Return what the indicators and parts of a change are."""
    cutoff = float(change.before.project["access"]["cutoff_m"])
    supply = str(change.before.project["access"].get("supply") or "gaussian")
    return (
        (
            f"覆盖率为阈值以内的需求 ÷ 已知可达与否的需求；平均距离按需求加权，超出 {cutoff:,.0f} 米的按该值计；"
            f"供给用浮动服务范围法（{supply}）。变化分解为供给与需求两部分（两种次序的平均，即夏普利值）。不平等用基尼系数、"
            "集中指数、Erreygers 校正指数、泰尔指数度量。小于所示末位数字一半的变化记为基本不变。"
        ),
        (
            "A covered share is the demand within the threshold ÷ the demand of which it is known whether it is "
            f"reached; mean distances are weighted by demand and counted at {cutoff:,.0f} m beyond it; supply is "
            f"that of floating catchments ({supply}). Changes are split into supply and demand by the mean of both "
            "orders (Shapley). Inequality is measured by the Gini coefficient, the concentration index, Erreygers' "
            "corrected index and Theil's T. Changes below half of the last figure shown are called about the same."
        ),
    )


def intervals(change: Change, found: Evaluation | None) -> Pair:
    """Return how the intervals of this report were made."""
    parts = []
    if change.ranges is not None:
        n = int(change.ranges["variants"].max())
        parts.append((
            f"变化的范围是两次在同样的 {n} 种步速、阈值与服务范围系数下重算的最小与最大值，不是抽样区间。",
            (f"Ranges of changes are the least and largest over {n} combinations of walking speed, threshold and "
            "catchment, the same on both sides; they are no intervals of sampling."),
        ))  # fmt: skip
    if len(change.said.city):
        parts.append((
            "问卷比例之差的 95 % 区间用 Newcombe 法（两个独立样本的 Wilson 区间）。",
            ("95 % intervals of differences of survey shares are Newcombe's, of two Wilson intervals of independent "
            "samples."),
        ))  # fmt: skip
    if found is not None:
        parts.append(_evaluated(found))
    if not parts:
        parts.append((
            "所报数值由计算得出，不附抽样区间。", "The figures are computed and have no intervals of sampling."
        ))  # fmt: skip
    return "".join(p[0] for p in parts), " ".join(p[1] for p in parts)


def _evaluated(found: Evaluation) -> Pair:
    plan, name = found.plan, bilingual(found.plan.name)
    used = list(dict.fromkeys("adjusted" if f.adjusted else f.outcome.method for f in found.findings))
    told = [METHODS[m] for m in used if m in METHODS]
    waves = " → ".join(("、".join(plan.before), "、".join(plan.after)))
    zh = (
        f"居民问卷按登记方案“{name[0]}”（{plan.date}，SHA-256 {plan.sha256[:12]}…）评估，调查 {waves}，"
        f"项目始于 {plan.begins}；"
        f"估计方法：{'；'.join(t[0] for t in told)}；区间为 {100 * (1 - plan.alpha):g} %，"
        "多个指标的 q 值用 Benjamini–Hochberg 法。"
    )
    en = (
        f"Residents' answers are evaluated by the registered plan “{name[1]}” ({plan.date}, SHA-256 "
        f"{plan.sha256[:12]}…), waves {waves.replace('、', ', ')}, programme begun {plan.begins}; "
        f"estimates: {'; '.join(t[1] for t in told)}; intervals of "
        f"{100 * (1 - plan.alpha):g} %; q values over the outcomes by Benjamini and Hochberg."
    )
    return zh, en
