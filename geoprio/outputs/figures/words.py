"""Words of the plots in Chinese and English."""

from __future__ import annotations

from typing import Final

PLOT: Final = {
    "rank": ("名次（1 = 最先）", "Rank (1 = first)"),
    "intervals": ("名次有多稳", "How sure each rank is"),
    "interval": ("5%–95% 抽样所在的名次", "ranks of 5–95 % of the draws"),
    "mean": ("平均名次", "mean rank"),
    "today": ("当前名次", "rank as published"),
    "chance": ("入前{n}的概率", "P(first {n})"),
    "first": ("前 {n} 名", "first {n}"),
    "robustly_in": ("稳居前 {n}", "robustly among the first {n}"),
    "contested": ("有争议", "contested"),
    "robustly_out": ("稳居其外", "robustly out"),
    "window": (
        "只列排序第 {a}–{b} 的片区，共 {all} 个",
        "only places {a}–{b} of the {all} zones are listed",
    ),
    "everything": ("全部 {all} 个片区", "all {all} zones"),
    "thinned": ("每 {step} 个画 1 个", "one in {step} drawn"),
    "place": ("排序位置", "Place in the order"),
    "acceptability": ("各名次的可能性", "How likely each rank is"),
    "share": ("占抽样的比例（%）", "share of the draws (%)"),
    "share_bins": ("占抽样的比例（%），每格至多 {n} 个名次", "share of the draws (%), up to {n} ranks a cell"),
    "beyond": (
        "未画名次 {a}–{b} 以外的部分：每个片区每侧至多占 {tail}%",
        "ranks outside {a}–{b} are left out: at most {tail} % of a zone's draws on each side",
    ),
    "tornado": ("什么左右了排名", "What moves the ranking"),
    "variance": ("占结果方差的比例（%）", "share of the outcome's variance (%)"),
    "variance_of": ("占“{what}”方差的比例（%）", "share of the variance (%) of: {what}"),
    "noise": ("低于 0 的一阶效应是抽样误差", "first-order effects below 0 are sampling error"),
    "alone": ("单独作用（一阶）", "alone (first order)"),
    "total": ("连同与其他因素的共同作用（总效应）", "alone and together with others (total)"),
    "effect": ("夏普利效应（合计 100%）", "Shapley effect (all sum to 100 %)"),
    "error": ("须线：±1 个标准误", "whiskers: ± 1 standard error"),
    "low": ("取低值时", "at its low end"),
    "high": ("取高值时", "at its high end"),
    "base": ("当前 {value}", "today {value}"),
    "more_factors": ("另有 {n} 个影响更小的因素未画", "{n} more factors of smaller effect are left out"),
    "scatter": ("两种排名对照", "Two rankings compared"),
    "before": ("原排名", "Before"),
    "after": ("新排名", "After"),
    "same": ("斜线上：名次未变", "on the diagonal: same rank"),
    "entered": ("新进前 {n}", "entered the first {n}"),
    "left": ("退出前 {n}", "left the first {n}"),
    "stayed": ("其余", "others"),
    "correlation": (
        "{all} 个片区；名次变动 {moved} 个；斯皮尔曼 ρ = {rho}",
        "{all} zones, {moved} of which changed rank; Spearman's ρ = {rho}",
    ),
    "only_one": ("只在其中一种排名里的 {n} 个片区未画", "{n} zones that only one of them ranks are left out"),
    "movers": ("变动最大的 {n} 个片区有名称", "the {n} that moved most are named"),
    "crossers": (
        "{n} 个片区有名称：先列进出前 {first} 的，再列变动最大的",
        "{n} are named: first those that entered or left the first {first}, then those that moved most",
    ),
    "named_movers": ("变动的片区均有名称", "all that moved are named"),
}

FACTORS: Final = {
    "weights": ("全部权重", "all weights"),
    "method": ("评分方法", "method of scoring"),
    "speed": ("步行速度", "walking speed"),
    "catchment": ("服务范围", "catchment"),
    "threshold": ("距离阈值", "distance threshold"),
    "data": ("数据", "data"),
}
"""Titles of factors that are no indicators."""
