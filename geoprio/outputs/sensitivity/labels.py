"""Words of the report on how sure a ranking is; key to zh and en."""

from __future__ import annotations

from typing import Final

SENSITIVITY: Final = {
    "title": ("排名的稳健性", "How sure the ranking is"),
    "short": ("结论", "In short"),
    "counts": (
        (
            "{n} 个片区参评；前 {first} 名为界。在 {draws} 次抽样中，{a} 个片区至少 {sure} 进入前 {first} 名"
            "（稳居前列），{c} 个至多 {rest}（稳在其外），其余 {b} 个有争议。"
        ),
        (
            "{n} zones are ranked; the line is drawn after the first {first}. Of {draws} draws, {a} zones are among "
            "the first {first} in at least {sure} (robustly in), {c} in at most {rest} (robustly out); {b} are "
            "contested."
        ),
    ),
    "gated": (
        (
            "其中 {held} 个片区因安全一票优先，在每次抽样中都排在最前，与权重、方法和数据无关{after}。"
            "其余 {n} 个片区中，{a} 个稳居前列，{b} 个有争议，{c} 个稳在其外。"
        ),
        (
            "{held} of them are first by the safety gate in every draw, whatever the weights, methods and data{after}. "
            "Of the other {n}: {a} robustly in, {b} contested, {c} robustly out."
        ),
    ),
    "gated_after": (
        "；另有 {n} 个安全情况未知，在每次抽样中都紧随其后",
        "; another {n}, of which it is not known, follow them in every draw",
    ),
    "mark_gate": ("{mark}（安全一票优先）", "{mark} (by the safety gate)"),
    "mark_unknown": ("{mark}（安全未知，次优先）", "{mark} (safety not known: next)"),
    "names_in": ("稳居前列：{names}。", "Robustly in: {names}."),
    "names_contested": ("有争议：{names}。", "Contested: {names}."),
    "and_more": ("等 {n} 个", "and {n} more"),
    "mover": (
        "名次的变动最取决于{what}：占变动方差的 {share}。",
        "What moves ranks most is {what}: {share} of the variance of the mean change of rank.",
    ),
    "weight_mover": (
        "各项权重等因素单独来看，影响最大的是{what}（{share}）。",
        "Taken one by one, the largest share is that of {what} ({share}).",
    ),
    "no_mover": ("所变动的因素都不改变名次。", "Nothing that was varied moves a rank."),
    "ranks": ("各片区的名次", "Ranks of the zones"),
    "ranks_hint": (
        "区间为 5 %–95 % 的抽样所在的名次；其余 {n} 个稳在其外的片区见 zones.csv 与 sensitivity.json。",
        (
            "The interval holds the ranks of 5 to 95 % of the draws; {n} more zones that are robustly out or ranked "
            "lower stand in zones.csv and sensitivity.json."
        ),
    ),
    "of.rank": ("排名", "Rank"),
    "of.name": ("名称", "Name"),
    "of.priority": ("优先级", "Priority"),
    "of.interval": ("名次区间", "Interval"),
    "of.mean": ("平均名次", "Mean rank"),
    "of.share": ("进入前 {first} 名", "Among the first {first}"),
    "of.lead": ("居首", "Ranks first"),
    "of.robust": ("判断", "Mark"),
    "moves": ("什么左右了排名", "What moves the ranking"),
    "moves_hint": (
        (
            "夏普利效应：平均名次变动（与当前排名相比）的方差有多少归于各因素，每列合计 100 %，± 为标准误；"
            "权重各自独立变动的是其“拉力”，再缩放为合计 1。"
        ),
        (
            "Shapley effects: how much of the variance of the mean change of rank (against today's ranking) each "
            "factor accounts for; each column sums to 100 %, ± is the standard error. "
            "Weights vary by independent pulls that are scaled to sum 1."
        ),
    ),
    "of.factor": ("因素", "Factor"),
    "of.stages": ("夏普利效应（权重合为一项）", "Shapley effect, weights as one"),
    "of.effect": ("夏普利效应（逐项）", "Shapley effect, one by one"),
    "of.total": ("总效应（索博尔）", "Total effect (Sobol)"),
    "one": ("每次只改一项", "One thing at a time"),
    "one_hint": (
        "其余一律不变；权重乘以所示倍数后，全部权重重新缩放为合计 1。",
        "All else stays; after a weight is multiplied, all weights are scaled to sum 1 again.",
    ),
    "one_draws": ("{n} 次抽样之一", "any of {n} draws"),
    "how.answers": ("{what}：{n} 次抽样（机会均等）。", "{what}: {n} draws, all as likely."),
    "of.level": ("改为", "Changed to"),
    "of.rank_shift": ("平均名次变动", "Mean change of rank"),
    "of.replaced": ("前 {first} 名中被替换", "Replaced of the first {first}"),
    "line": ("界线附近的片区", "Zones around the line"),
    "line_hint": (
        "要使名次越过前 {first} 名的界线，权重或单项指标至少须如何变化。",
        "The smallest change of weights, or of one indicator, that carries a zone over the line of the first {first}.",
    ),
    "inside": ("{name}（第 {rank} 名，界线之内）", "{name} (rank {rank}, inside)"),
    "outside": ("{name}（第 {rank} 名，界线之外）", "{name} (rank {rank}, outside)"),
    "no_line": (
        "所有参评片区都在前 {first} 名之内，没有界线。",
        "All ranked zones are among the first {first}: no line.",
    ),
    "weights_method": (
        "最近的权重只对加权和计算；本次方法不同。",
        "The nearest weights are told for the weighted sum only; the method is another here.",
    ),
    "weights_gaps": (
        "{n} 个片区缺少某项指标，权重对各片区的作用不一，故不计算最近的权重。",
        "{n} zones lack an indicator, so that weights do not act on all alike: the nearest weights are not told.",
    ),
    "pair": ("第一名与第二名", "First and runner-up"),
    "pair_one": ("只有一个片区参评。", "Only one zone is ranked."),
    "leads": (
        "{name}在 {share} 的抽样中居首；按使其居首的权重均值，在各方法和数据变体中居首的概率为 {confidence}。",
        (
            "{name} ranks first in {share} of the draws; under the mean of the weights that put it there, in "
            "{confidence} of the variants of method and data."
        ),
    ),
    "how": ("如何得出", "How this was done"),
    "how.draws": ("抽样 {draws} 次，随机种子 {seed}。", "{draws} draws, seed {seed}."),
    "how.around": (
        "权重：围绕给定权重的狄利克雷分布，集中度 {c}（权重 w 的标准差为 √(w(1−w)/({c}+1))）。",
        (
            "Weights: a Dirichlet distribution around the given ones, concentration {c} (a weight w has the standard "
            "deviation √(w(1−w)/({c}+1)))."
        ),
    ),
    "how.uniform": ("权重：在合计为 1 的全部权重中均匀抽取。", "Weights: evenly over all of sum 1."),
    "how.ranges": (
        "权重：在项目文件给定的上下限之内均匀抽取。",
        "Weights: evenly over all of sum 1 within the project's bounds.",
    ),
    "how.order": (
        "权重：在符合重要性次序的全部权重中均匀抽取。",
        "Weights: evenly over all of sum 1 that fall in the order of importance.",
    ),
    "how.survey": (
        "权重：对问卷作贝叶斯自助抽样，即换一批居民作答可能得出的权重。",
        "Weights: the Bayesian bootstrap of the survey, that is weights that other residents might have given.",
    ),
    "how.given": ("给定权重：{weights}。", "Given weights: {weights}."),
    "how.methods": ("方法（机会均等）：{methods}。", "Methods, all as likely: {methods}."),
    "how.factor": ("{what}（机会均等）：{levels}。", "{what}, all as likely: {levels}."),
    "idle.speed": (
        "步行速度未变动：所用指标均不以分钟计，速度不影响结果。",
        "Walking speed was not varied: no weighted indicator is counted in minutes, so that it changes nothing.",
    ),
    "idle.catchment": (
        "服务范围未变动：所用指标中没有供给类指标。",
        "The catchment was not varied: no supply is among the weighted indicators.",
    ),
    "idle.threshold": (
        "距离阈值未变动：所用指标与阈值无关。",
        "Thresholds were not varied: no weighted indicator depends on one.",
    ),
    "idle.data": (
        "数据未变动：由已完成的结果计算，其中没有街道网络；步行速度、阈值和服务范围请由项目文件计算。",
        (
            "The data were not varied: a finished result keeps no streets; start from the project file for speeds, "
            "thresholds and catchments."
        ),
    ),
    "own": (
        (
            "以下为 geoprio 自定：未给定时前 20 % 为界、集中度 50、倍数 0.9/1/1.1、所试方法；95 %/5 % 的判断界限"
            "（项目可改）；单项权重减半与增半；名次相差不足 0.001 分不算越过。"
        ),
        (
            "Conventions of geoprio's own: where the project says nothing, the line after 20 % of the zones, the "
            "concentration of 50, the factors 0.9, 1 and 1.1, and the methods tried; the bounds of 95 % and 5 % for "
            "the marks (a project may set others); single weights halved and half as much again; a zone passes another "
            "by 0.001 points."
        ),
    ),
    "sources": (
        (
            "名次可接受度、居首权重与置信因子：Lahdelma、Salminen（2001）；索博尔指数：Saltelli 等（2010）、"
            "Jansen（1999）；夏普利效应：Goda（2021）。"
        ),
        (
            "Rank acceptability, central weights and confidence factor: Lahdelma and Salminen (2001); Sobol indices: "
            "Saltelli et al. (2010), Jansen (1999); Shapley effects: Goda (2021)."
        ),
    ),
    "outcome": ("平均名次变动", "mean change of rank"),
    "figure.around": ("围绕给定权重，集中度 {c}", "around the given ones, concentration {c}"),
    "figure.uniform": ("任意", "any"),
    "figure.ranges": ("在给定的上下限之内", "within given bounds"),
    "figure.survey": ("问卷的贝叶斯自助抽样", "the Bayesian bootstrap of the survey"),
    "figure.order": ("符合重要性次序", "in the order of importance"),
    "figure_note": ("{draws} 次抽样；权重：{how}", "{draws} draws; weights: {how}"),
    "called.today": ("当前排名", "ranking today"),
    "called.mean": ("平均名次的排序", "order of the mean ranks"),
}
