"""What the commands say in the terminal, in zh and en."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

STAGES: Final = {
    "starting": ("开始", "starting"),
    "done": ("完成", "done"),
    "writing": ("写出", "writing"),
    "looking at": ("查看", "looking at"),
    "read": ("读取文件", "reading files"),
    "network": ("建立步行路网", "building the walking network"),
    "gaps": ("查找街道断点", "looking for gaps in the streets"),
    "access": ("计算每栋楼的步行距离", "walking from every building"),
    "indicators": ("计算指标", "computing indicators"),
    "score": ("评分排序", "scoring zones"),
    "draws": ("换权重、方法和数据重新排序", "ranking under other weights, methods and data"),
    "effects": ("分析影响排序的因素", "finding what moves the ranking"),
    "programme": ("选择改造方案", "choosing the programme"),
    "answers": ("回答方案的问题", "asking about the programme"),
    "comparing": ("前后对比", "comparing before and after"),
}
"""Stages of long work, as the progress bar names them."""

SAID: Final = {
    "warning": ("警告", "warning"),
    "info": ("提示", "info"),
    "note": ("说明", "note"),
    "straight": ("距离为直线距离，未使用街道。", "Distances are straight lines; streets were not used."),
    "scenario": ("情景：{what}。", "Scenario: {what}."),
    "run": (
        "{zones} 个片区，{ranked} 个参与排序；{buildings} 栋楼；{facilities} 处设施。",
        (
            "{zones:# zone|# zones}, {ranked} ranked; {buildings:# building|# buildings}; "
            "{facilities:# facility|# facilities}."
        ),
    ),
    "tied": (
        "  前 {n} 名并列，按未覆盖人数再按编号排序。",
        "  The first {n} are tied; unserved demand, then the id, orders them.",
    ),
    "gated": (
        "  有安全隐患的片区 {n} 个，不论得分高低都排在最前。",
        (
            "  {n:# zone with a safety hazard comes first, whatever its score|# zones with a safety hazard come first, "
            "whatever their score}."
        ),
    ),
    "items": (
        "完整社区各项合计：达标 {passed}，不达标 {failed}，未知 {unknown}。",
        "Items of the complete community, over all zones: {passed} passed, {failed} failed, {unknown} unknown.",
    ),
    "loose": (
        "{title}未与正式文本核对：{values}。",
        "{title} not checked against an official text: {values}.",
    ),
    "threshold": ("阈值", "Thresholds"),
    "pace": ("步行速度", "Walking paces"),
    "quota": ("配建指标", "Quotas"),
    "assumption": ("假定", "Assumptions"),
    "item": ("完整社区项目", "Items"),
    "rejects": (
        "{n} 行或值被搁置：见 quality.html。",
        "{n:# row or value|# rows or values} set aside: see quality.html.",
    ),
    "outliers": (
        "{n} 个存疑的值，均未改动：见 quality.html。",
        "{n:# doubtful value, not|# doubtful values, none of them} changed: see quality.html.",
    ),
    "made": ("地图：{map}；数据质量：{quality}", "Map: {map}; data quality: {quality}"),
    "checked": (
        "报告：{page}（另有 quality.md 和 quality.json）",
        "Report: {page} (also as quality.md and quality.json)",
    ),
    "aside": ("搁置：", "set aside: "),
    "draws": (
        "{zones} 个片区排序 {draws:,} 次；前 {first} 名：稳入 {robustly_in}，存疑 {contested}，稳出 {robustly_out}。",
        (
            "{zones:# zone|# zones} ranked {draws:,} times; of the first {first}: {robustly_in} robustly in, "
            "{contested} contested, {robustly_out} robustly out."
        ),
    ),
    "explained": ("说明：{told}；地图：{map}", "Explained: {told}; map: {map}"),
    "sites": (
        (
            "从 {candidates} 处备选中选出 {chosen} 处：覆盖需求 {before:,.0f} → {after:,.0f}，片区内共 {demand:,.0f}"
            "（覆盖率 {share_before} → {share_after}，按情况已知的需求计，与地图一致）。"
        ),
        (
            "{chosen} of {candidates:# site|# sites}: covered demand {before:,.0f} -> {after:,.0f} of {demand:,.0f} "
            "(of that with a known answer, as on the map: {share_before} -> {share_after})."
        ),
    ),
    "sites_unknown": (
        "  其中 {n:,.0f} 情况未知（如不在路网上），不计入覆盖率。",
        "  Of {n:,.0f} no answer is known (such as off every street); the shares leave them out.",
    ),
    "nobody_near": (
        "没有一处备选能增加服务人数：阈值之内无人走得到任何备选；请核对位置，或另选地点。",
        "No candidate adds anybody: nobody reaches any of them within the threshold; check where they are.",
    ),
    "nobody": (
        "没有一处备选能增加服务人数：够得到的人都已有服务。",
        "No candidate adds anybody: whoever reaches one is served already.",
    ),
    "proof": (
        "目标值 {objective:,.1f}，上界 {bound:,.1f}，差距 {gap:.2f} %。",
        "Objective {objective:,.1f}, bound {bound:,.1f}, gap {gap:.2f} %.",
    ),
    "sites_aside": (
        "{n} 处备选或值被搁置：见 site.json。",
        "{n:# site or value|# sites or values} set aside: see site.json.",
    ),
    "sited": ("地图：{map}；加上新设施后的全市：{after}", "Map: {map}; the city with them: {after}"),
    "compared": (
        "比较 {compared} 个片区；新增 {added} 个，消失 {removed} 个。",
        "{compared:# zone|# zones} compared; {added} came, {removed} went.",
    ),
    "moved": (
        "  {title}：{before} → {after}（{better} 个片区好转，{worse} 个变差）",
        "  {title}: {before} → {after} ({better:# zone|# zones} better, {worse} worse)",
    ),
    "noted": ("说明：{text}", "note: {text}"),
    "changed": (
        "报告：{report}；对比地图：{map}；表格：{tables}",
        "Report: {report}; map: {map}; tables: {tables}",
    ),
    "lists_aside": (
        "名单中 {n} 行或值被搁置：见 change.xlsx。",
        "{n:# row or value|# rows or values} of the lists set aside: see change.xlsx.",
    ),
    "story": ("需求、优先级、方案和成效，都在这一页", "needs, priority, programme and effect on one page"),
}
"""What a command says when it is done; `{}` for figures, names and files."""


def stage_name(name: str, verb: str, number: int) -> str:
    """Return what the bar calls a stage, or the file that `verb` is done to; `number` 0 is zh, 1 is en."""
    return STAGES[name][number] if name in STAGES else f"{STAGES[verb][number]} {name}"


class Count(int):
    """A number that a sentence can count with: `{n:# zone comes|# zones come}`."""

    def __format__(self, spec: str) -> str:
        """Return the first form for 1, else the second, with the number for its #."""
        one, bar, many = spec.partition("|")
        return (one if self == 1 else many).replace("#", f"{int(self):,}") if bar else format(int(self), spec)


def said(key: str, lang: int, /, **values: object) -> str:
    """Return a sentence in zh (0) or en (1), filled in."""
    counted = {k: Count(v) if isinstance(v, int) else v for k, v in values.items()}
    return SAID[key][lang].format(**counted)


def listed(parts: Iterable[str], number: int) -> str:
    """Return parts in one line."""
    return ("、", ", ")[number].join(parts)


def note_line(note: Mapping[str, str], number: int) -> str:
    """Return a note of the data-quality report as one line; a sentence without a translation stays in English."""
    if number:
        return f"{note['level']}: {note['source']}: {note['text']}"
    from geoprio.outputs.quality.words import role_word

    role = role_word(note["source"])
    source = role if isinstance(role, str) else role[0]
    return f"{SAID[note['level']][0]}：{source}：{own_words(note['text'], number)}"


def own_words(text: str, number: int) -> str:
    """Return a sentence of geoprio's own in zh (0) or as it stands; it stays as it is without a translation."""
    from geoprio.outputs.translate import in_chinese

    return text if number else in_chinese(text) or text
