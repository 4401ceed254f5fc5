"""Explanations in words, Chinese and English."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from geoprio.score.standing import Standing

Words = tuple[str, str]
"""The same sentence in zh and en."""

SHOWN = 0.0005
"""Changes of a weight below 0.05 % are not worth a word."""


EDGE = 0.05
"""Points of priority that are shown as none."""


def figure(value: float, unit: str) -> Words:
    """Return a value with its unit as people write it; shares as percentages."""
    if np.isnan(value):
        return "未知", "unknown"
    if unit == "share":
        return (f"{100 * value:.1f} %",) * 2
    if unit in ("m", "min"):
        whole = f"{value:.0f}" if unit == "m" else f"{value:.1f}"
        return f"{whole} {'米' if unit == 'm' else '分钟'}", f"{whole} {unit}"
    return (f"{value:.3g}",) * 2


def listed(parts: Sequence[Words]) -> Words:
    """Return the parts as one enumeration."""
    en = [p[1] for p in parts]
    return "、".join(p[0] for p in parts), " and ".join(en) if len(en) < 3 else f"{', '.join(en[:-1])} and {en[-1]}"


def quoted(title: Words) -> Words:
    """Return the title of an indicator as it stands within a sentence."""
    return f"“{title[0]}”", f"“{title[1]}”"


def _move(first: int, *, enters: bool) -> Words:
    return (f"{'进入' if enters else '退出'}前 {first} 名", f"{'enter' if enters else 'leave'} the first {first}")


def weight_words(standing: Standing, zone: str, first: int, weights: pd.Series, *, enters: bool, proven: bool) -> Words:
    """Return which weights would have to change for the zone to move."""
    zh_move, en_move = _move(first, enters=enters)
    known = standing.urgencies.notna().to_numpy().any(axis=0)
    before = np.where(known, standing.weights, 0.0) / standing.weights[known].sum()
    parts = []
    for code, old, new in sorted(
        zip(weights.index, before, weights, strict=True), key=lambda row: -abs(row[2] - row[1])
    ):
        if abs(new - old) >= SHOWN:
            zh, en = quoted(standing.title(str(code)))
            shown = f"{100 * old:.1f} % → {100 * new:.1f} %"
            parts.append((f"{zh}{shown}", f"{en} {shown}"))
    name, moved = standing.name(zone), 50.0 * float(np.abs(weights.to_numpy() - before).sum())
    if not parts:
        return (
            f"{name}与前 {first} 名的界线几乎相同：权重变动不足 0.1 个百分点即可{zh_move}。",
            f"{name} stands at the edge itself: less than 0.1 points of weight make it {en_move}.",
        )
    zh, en = listed(parts)
    doubt = ("", "") if proven else ("（未能证明没有更小的变动）", " (a smaller change could not be ruled out)")
    return (
        f"若权重改为：{zh}，{name}即{zh_move}；须变动全部权重的 {moved:.1f} %{doubt[0]}。",
        f"{name} would {en_move} with other weights: {en}; {moved:.1f} % of all weight changes hands{doubt[1]}.",
    )


def no_weights_words(standing: Standing, zone: str, first: int, *, enters: bool, proven: bool, never: int) -> Words:
    """Return why no weights move the zone."""
    zh_move, en_move = _move(first, enters=enters)
    name = standing.name(zone)
    if not proven:
        return (
            f"未找到能使{name}{zh_move}的权重，但未能证明不存在。",
            f"No weights were found that make {name} {en_move}; that there are none could not be proven.",
        )
    zh = f"这些指标的任何权重都不能使{name}{zh_move}"
    en = f"No weights of these indicators make {name} {en_move}"
    if not never:
        return f"{zh}。", f"{en}."
    side = ("不低于它", "at least as urgent") if enters else ("不高于它", "at most as urgent")
    return (
        f"{zh}：有 {never} 个片区的各项紧迫度都{side[0]}。",
        f"{en}: {never} zones are {side[1]} in every indicator." if never > 1
        else f"{en}: one zone is {side[1]} in every indicator.",
    )  # fmt: skip


def indicator_words(standing: Standing, zone: str, first: int, table: pd.DataFrame, *, enters: bool) -> Words:
    """Return which single indicator would move the zone with the smallest change, and that no other one can."""
    zh_move, en_move = _move(first, enters=enters)
    name, possible = standing.name(zone), table[table["status"] == "possible"]
    if possible.empty:
        return (
            f"任何单项指标的变化都不能使{name}{zh_move}。",
            f"No single indicator, whatever its value, makes {name} {en_move}.",
        )
    parts = []
    for code, row in possible.iterrows():
        zh, en = quoted(standing.title(str(code)))
        if np.isfinite(row["value_needed"]):
            unit = standing.units.get(str(code), "")
            old, new = figure(row["value"], unit), figure(row["value_needed"], unit)
        else:
            old, new = ((f"{u:.3f}",) * 2 for u in (row["urgency"], row["urgency_needed"]))
            zh, en = f"{zh}的紧迫度", f"the urgency of {en}"
        parts.append((f"{zh}由 {old[0]} 变为 {new[0]}", f"{en} went from {old[1]} to {new[1]}"))
    if (100.0 * possible["change"].abs() * standing.weights.max()).min() < EDGE:
        titles = listed([quoted(standing.title(str(code))) for code in possible.index])
        return (
            f"{name}正处在前 {first} 名的界线上：{titles[0]}稍有变化即{zh_move}。",
            f"{name} stands at the edge itself: the slightest change of {titles[1]} makes it {en_move}.",
        )
    others = len(parts) - 1
    zh, en = "；或".join(p[0] for p in parts), "; or if ".join(p[1] for p in parts)
    tail = (
        ("（按变动由小到大）", " (smallest change first)")
        if others
        else ("（其余指标单独变化均不足）", " (no other one alone is enough)")
    )
    return f"若{zh}，{name}即{zh_move}{tail[0]}。", f"{name} would {en_move} if {en}{tail[1]}."
