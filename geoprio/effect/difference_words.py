"""Why a difference between two runs matters, and what to do about it, in Chinese and English."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geoprio.effect.comparable import Difference

Words = tuple[str, str]

REASONS: Final[dict[str, Words]] = {
    "access_method": ("距离的量算方式不同", "distances are measured in different ways"),
    "walking": ("步行速度或步行画像不同", "people walk at another pace"),
    "cutoff": ("搜索距离上限不同，远处楼栋的平均距离不可比", "the cutoff differs, and with it the mean distances"),
    "reach": ("接入路网的规则不同", "other rules say which buildings and facilities are on the streets"),
    "supply": ("供给的算法不同", "supply is computed in another way"),
    "network": ("路网（街道、障碍、出入口或高程）不同", "the walking network differs"),
    "crs": ("工作坐标系不同", "the working CRS differs"),
    "zone_ids": ("片区编号取自行号，而文件已变，无法对应", "zone ids are row numbers, and the file changed"),
    "boundary": ("片区边界变了", "boundaries of zones changed"),
    "zones": ("片区有增减", "zones came or went"),
    "categories": ("设施类别不同", "the categories differ"),
    "demand": ("需求的种类不同", "demand is of another kind"),
    "zone_source": (
        "片区的年代、安全或参评条件取法不同",
        "age, safety gate or eligibility of zones is told in another way",
    ),
    "zone_data": ("片区文件中的属性变了", "what the file of the zones says of them changed"),
    "population_source": ("人口来源不同", "people come from another source"),
    "building_source": ("楼栋来源的读法不同", "buildings are read in another way"),
    "facility_source": ("设施来源不同", "facilities come from other sources"),
    "population": ("人口数据变了", "the people changed"),
    "buildings": ("楼栋数据变了", "the buildings changed"),
    "facilities": ("设施数据变了", "the facilities changed"),
    "rules": ("标准或阈值不同", "rules or thresholds differ"),
    "quota": ("标准的配额或达标比例不同", "the rules' quotas or shares differ"),
    "scoring": ("权重、阈值锚点或评分方法不同", "weights, anchors or the method of scoring differ"),
    "relative_scale": ("优先级为相对分，随参评片区而变", "priorities hang on which zones there are"),
    "condition_source": ("房屋与环境状况的来源或判定规则不同", "condition comes from other sources or rules"),
    "condition": ("状况调查数据变了", "what was found of the condition changed"),
    "scenario": ("含假设情景，不是已发生的事", "a scenario is compared: what would be, not what happened"),
    "version": ("计算所用的程序版本不同", "another version of geoprio computed it"),
}

MENDS: Final[dict[str, Words]] = {
    "access_method": ("请用同一 [access] method 重算", "run one of them again with the same [access] method"),
    "walking": ("请用同一步行设置重算", "run one of them again with the same pace and profiles"),
    "cutoff": ("请用同一 cutoff_m 重算", "run one of them again with the same [access] cutoff_m"),
    "reach": (
        "请用同一 max_snap_m 与 min_component_m 重算",
        "run one of them again with the same max_snap_m and min_component_m",
    ),
    "network": (
        "请用同一路网重算；若路网变化本身就是要衡量的，请允许 network",
        "run one of them again on the same network; allow network where its change is what is measured",
    ),
    "crs": ("请用同一 [project] crs 重算", "run one of them again with the same [project] crs"),
    "zone_ids": ("请在 [zones] id 指定编号列后重算", "name a column in [zones] id and run both again"),
    "boundary": (
        "请用同一边界重算；允许 boundary 则照样比较并逐一标明",
        "run one of them again with the same boundaries; allow boundary to compare them all the same, each marked",
    ),
    "demand": ("请补齐同一种需求数据后重算", "give both runs data of the same kind and run again"),
    "zone_source": (
        "请用同一 [zones] year_built、safety_gate、eligible 重算",
        "run one of them again with the same [zones] year_built, safety_gate and eligible",
    ),
    "zone_data": ("计入状况与安全的变化", "it is part of the change of condition and safety"),
    "population_source": ("请用同一来源与设置重算", "run one of them again with the same source and settings"),
    "building_source": ("请用同一读法重算", "run one of them again with the same [buildings] settings"),
    "facility_source": (
        "请把新设施写入同一来源的文件后重算；确为新增设施时请允许 facility_source",
        "put new facilities into a file of the same source; allow facility_source where they are truly new ones",
    ),
    "condition_source": (
        "请用同一调查表与规则重算",
        "run one of them again with the same [condition], [inspection] and [problems] settings",
    ),
    "condition": ("即状况指标的变化", "it is the change of the indicators of condition"),
    "supply": ("供给指标不参与比较", "supply is left out of the comparison"),
    "zones": ("只比较两次都有的片区", "only zones of both runs are compared"),
    "categories": ("只比较两次都有的类别", "only categories of both runs are compared"),
    "rules": ("均按前一次的阈值重新计算", "both are counted with the thresholds of the run before"),
    "quota": ("均按前一次的目标判断", "both are held to the targets of the run before"),
    "scoring": (
        "后一次的优先级按前一次的权重、锚点与方法重算",
        "priorities of the run after are computed again with the weights, anchors and method of the one before",
    ),
    "relative_scale": ("优先级不参与比较", "priorities are left out of the comparison"),
    "scenario": ("情景中的改变即要衡量的变化", "what the scenario changes is what is measured"),
    "version": (
        "程序版本间的算法改动也会计入变化；请用同一版本重算",
        "what the program itself changed would count as change: run one of them again with the same version",
    ),
    "population": ("计入变化分解中的“需求”", "it is the part of demand in the split of the change"),
    "buildings": ("计入变化分解中的“需求”", "they are the part of demand in the split of the change"),
    "facilities": ("计入变化分解中的“供给”", "they are the part of supply in the split of the change"),
}

LEADS: Final[dict[str, Words]] = {
    "allowed": ("已按名允许的差异", "Difference allowed by name"),
    "neutralised": ("已中和的差异", "Neutralised"),
    "measured": ("要衡量的变化", "Measured"),
}


def said_differences(found: Iterable[Difference]) -> list[Words]:
    """Return one line for each difference between two runs that a reader must know of."""
    lines = []
    for d in found:
        if d.code == "scenario":
            lines.append(_scenario(d))
            continue
        # The mend of an allowed difference says how to do without it: it no longer matters here.
        tails = ("", "") if d.verdict == "allowed" else (f"；{d.mend[0]}", f"; {d.mend[1]}")
        lead = LEADS[d.verdict]
        zh = f"{lead[0]}：{d.reason[0]}（前：{side_in_chinese(d.before)}；后：{side_in_chinese(d.after)}）{tails[0]}"
        lines.append((zh, f"{lead[1]}: {d.reason[1]} (before: {d.before}; after: {d.after}){tails[1]}"))
    return lines


def side_in_chinese(side: str) -> str:
    """Return what one run says of a difference, with the word for nothing in Chinese."""
    return "无" if side == "none" else side


def _scenario(d: Difference) -> Words:
    """Return that a run is no report of what happened."""
    names = [("", "") if side == "none" else bilingual(side) for side in (d.before, d.after)]
    if d.before == "none":
        return (
            f"这是情景推演：后一次按情景“{names[1][0]}”计算，不是已发生的事",
            f"This is a what-if: the run after was computed with the scenario “{names[1][1]}”, not with what happened",
        )
    if d.after == "none":
        return (
            f"前一次按情景“{names[0][0]}”计算，不是已发生的事",
            f"The run before was computed with the scenario “{names[0][1]}”, not with what happened",
        )
    return (
        f"两次都是情景推演：“{names[0][0]}”与“{names[1][0]}”，都不是已发生的事",
        f"Both runs are what-ifs: “{names[0][1]}” and “{names[1][1]}”; neither is what happened",
    )


def bilingual(name: str) -> Words:
    """Return a name in zh and en: of one such as "老城 · Old town" the part in each, else the whole of it in both."""
    parts = name.split(" · ")
    chinese = [any("\u4e00" <= c <= "\u9fff" for c in part) for part in parts]
    if all(chinese) or not any(chinese):
        return name, name
    halves = [[p for p, is_zh in zip(parts, chinese, strict=True) if is_zh is wanted] for wanted in (True, False)]
    return " · ".join(halves[0]), " · ".join(halves[1])
