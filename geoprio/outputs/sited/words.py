"""What the outputs of siting say, in Chinese and English."""

from __future__ import annotations

from typing import Final

Pair = tuple[str, str]

COLUMNS: Final[dict[str, Pair]] = {
    "order": ("次序", "order"),
    "site_id": ("候选点编号", "site id"),
    "name": ("名称", "name"),
    "kind": ("种类", "kind"),
    "capacity": ("容量", "capacity"),
    "cost": ("开设费用", "cost of opening"),
    "cost_cny": ("开设费用（元）", "cost of opening (CNY)"),
    "zone_id": ("片区编号", "zone id"),
    "zone": ("片区", "zone"),
    "newly_covered": ("新增覆盖需求", "demand newly covered"),
    "newly_share": ("占全部需求", "of all demand"),
    "covered_alone": ("单独开设时新增", "newly covered if alone"),
    "within": ("范围内需求", "demand within the threshold"),
    "lon": ("经度", "longitude"),
    "lat": ("纬度", "latitude"),
    "covered_before": ("现状覆盖率", "covered share before"),
    "covered_after": ("选点后覆盖率", "covered share after"),
    "building_id": ("楼栋编号", "building id"),
    "demand": ("需求", "demand"),
    "state": ("状态", "state"),
}
"""Titles of the columns."""

STATES: Final[dict[str, tuple[str, str, str]]] = {
    "newly": ("新覆盖的楼栋", "homes newly covered", "#009e73"),
    "served": ("已覆盖的楼栋", "homes covered before", "#9db8cc"),
    "unserved": ("仍未覆盖的楼栋", "homes still not covered", "#d55e00"),
    "unknown": ("情况未知（不在路网上）", "not known (off every street)", "#8a8a8a"),
}
"""Titles and colors of what becomes of homes."""

USES: Final[dict[str, Pair]] = {
    "residential": ("住宅", "homes"),
    "other": ("非住宅", "not homes"),
    "unknown": ("用途不详", "use unknown"),
}
"""What buildings that are candidate sites are used for."""

DEMAND_KINDS: Final[dict[str, Pair]] = {
    "buildings": ("楼栋数", "buildings"),
    "floor_area_m2": ("建筑面积（㎡）", "floor area (m²)"),
}
"""Kinds of demand whose column of the same name holds something else."""

METHODS: Final[dict[str, Pair]] = {
    "cover": ("最大覆盖", "maximal cover"),
    "p-median": ("p-中位（总步行最短）", "p-median (shortest ways of all)"),
    "set-cover": ("集合覆盖（全部覆盖）", "set cover (everybody)"),
}

WORDS: Final[dict[str, Pair]] = {
    "title": ("选址：{category}", "Siting: {category}"),
    "head": ("{n} 处新设施 · {method} · {limit}", "{n} new sites · {method} · {limit}"),
    "walk": ("步行不超过 {n} {unit}", "a walk of at most {n} {unit}"),
    "straight": ("直线距离不超过 {n} {unit}", "at most {n} {unit} in a straight line"),
    "m": ("米", "m"),
    "min": ("分钟", "min"),
    "covered": ("覆盖的需求", "demand covered"),
    "from_to": (
        "{a} → {b}（占情况已知需求的 {x} → {y}，与地图口径一致）",
        "{a} → {b} ({x} → {y} of the demand with a known answer, as on the map)",
    ),
    "unknown_demand": ("其中情况未知（不在路网上等）", "of it without a known answer (such as off every street)"),
    "all_demand": ("片区内全部需求（{kind}）", "all demand in zones ({kind})"),
    "proof": ("最优性", "how near the best"),
    "proved": (
        "目标值 {value}，任何方案不超过 {bound}（差距 {gap}）",
        "the objective is {value}; no choice passes {bound} (gap {gap})",
    ),
    "proved_least": (
        "目标值 {value}，任何方案不低于 {bound}（差距 {gap}）",
        "the objective is {value}; no choice is below {bound} (gap {gap})",
    ),
    "candidates": ("候选点", "candidate sites"),
    "all_costs": ("选中的点开设费用合计（元）", "cost of opening the chosen sites (CNY)"),
    "chosen": ("选中的点", "chosen sites"),
    "gains": ("受益的片区", "zones that gain"),
    "existing": ("现有设施", "facilities that are there"),
    "others": ("未选中的候选点", "sites not chosen"),
    "none": (
        "没有候选点能增加覆盖：能走到候选点的人都已被覆盖。",
        "No candidate adds anybody: whoever reaches one is served already.",
    ),
    "none_near": (
        "没有候选点能增加覆盖：阈值之内无人走得到任何候选点；请核对位置，或另选地点。",
        "No candidate adds anybody: nobody reaches any of them within the threshold; check where they are.",
    ),
    "fewer": (
        "只需 {n} 处：更多的候选点不会增加覆盖。",
        "{n} sites are enough: no further one would add anybody.",
    ),
    "unverified": ("所用未核实取值：", "Unverified values used: "),
    "threshold_other": (
        "阈值不是规则文件的取值（{n}）：after/ 中的覆盖率按规则计算，与此处不同。",
        "The threshold is not that of the rules ({n}): covered shares in after/ follow the rules, and differ.",
    ),
    "note": (
        "按次序计算新增：每处只计前面各处未覆盖的需求。用 scenario.toml 可重算；after/ 为选点后的完整结果。",
        (
            "Gains are counted in this order: each site adds only what those before it leave. scenario.toml repeats "
            "the run; after/ holds all of its outputs."
        ),
    ),
    "sheet_sites": ("选点", "sites"),
    "sheet_zones": ("片区变化", "zones"),
    "sheet_about": ("说明", "about"),
    "scale": ("{n} 米", "{n} m"),
}


def word(key: str, number: int, **values: str) -> str:
    """Return a sentence in zh (0) or en (1) with its gaps filled."""
    return WORDS[key][number].format(**values)
