"""Words of the map page about single buildings, in Chinese and English."""

from __future__ import annotations

from typing import Final

BUILDINGS: Final = {
    "footprints": ("楼栋", "Buildings"),
    "footprints_zoom": ("放大地图后逐栋显示", "Zoom in to see each building"),
    "footprints_wait": ("正在读取楼栋……", "Reading buildings …"),
    "minutes": ("{n} 分钟", "{n} min"),
    "footprints_by": ("楼栋着色依据", "Colour buildings by"),
    "footprints_by.own": ("本楼栋的可达紧迫度", "their own access need"),
    "footprints_by.zone": ("所在片区的颜色", "the colour of their zone"),
    "footprints_by.near": ("最近设施：{name}", "Nearest of {name}"),
    "footprints_own_hint": (
        "按当前权重的可达紧迫度，0–100；{all} 项指标中逐栋可知的 {n} 项",
        "Own access need, 0–100 under the present weights, by {n} of {all} indicators: those known of each",
    ),
    "footprints_near_hint": (
        "最近的{name}：以标准（{rule}）的 ½、1、2、3 倍分级，含上限",
        "Nearest of {name}: ½, 1, 2 and 3 times the standard ({rule}), upper bounds included",
    ),
    "about_buildings": (
        (
            "楼栋的可达紧迫度：对逐栋可知的指标（覆盖与否、距离、供给），以该楼栋自身的数值按同一良好与不利值换算，再按当前权重加权平均，"
            "0–100；未知的指标其权重由其余指标分担。只供看清片区内的差异，不参与排名。"
        ),
        (
            "A building's own access need: of the indicators that are known for each building (covered or not, "
            "distance, supply), its own values on the same scale from good to bad, averaged by the present weights, "
            "0–100; an unknown one gives its weight to the others. It shows differences "
            "within a zone and enters no ranking."
        ),
    ),
    "footprints_beyond": ("> {n} 或走不到", "> {n} or out of reach"),
    "footprints_other": ("非住宅，或被筛除", "not homes, or filtered out"),
    "footprints_failed": (
        "读不到楼栋：文件夹 map_tiles 须与本页放在一起，并出自同一次运行。",
        "Buildings cannot be read: the folder map_tiles must stand beside this page and come from the same run.",
    ),
    "footprints_browser": (
        "此浏览器较旧，不能显示楼栋；请用 Chrome 或 Edge 86、Firefox 113、Safari 16.4 及以上版本。",
        (
            "This browser is too old to show buildings: Chrome and Edge do from 86 on, Firefox from 113, "
            "Safari from 16.4."
        ),
    ),
    "building": ("楼栋 {id}", "Building {id}"),
    "building_point": ("代表点 {id}", "Stand-in point {id}"),
    "building_zone": ("所在片区", "Zone"),
    "building_no_zone": ("片区以外", "in no zone"),
    "building_use": ("用途", "Use"),
    "building_floors": ("层数", "Storeys"),
    "building_year": ("建成年份", "Year built"),
    "building_need": ("本楼栋的可达紧迫度", "Its own access need"),
    "building_need_of": ("{n} / 100", "{n} of 100"),
    "building_unscored": (
        "非住宅：不计需求，不着色",
        "Not a home: no demand counts here, and it has no colour",
    ),
    "building_near": ("最近设施", "Nearest facilities"),
    "building_walk": ("{m}，{min} 分钟", "{m}, {min} min"),
    "building_within": ("在标准内（{rule}）", "within the standard ({rule})"),
    "building_over": ("超出标准（{rule}）", "beyond the standard ({rule})"),
    "building_hint": (
        "图上虚线为直线，只指方向；距离和时间沿街道计算，二者各取最小。",
        (
            "Dashed lines on the map are straight and only point the way; metres and minutes are along the streets, "
            "each the least of its own."
        ),
    ),
    "building_said": ("楼栋 {id}，{zone}", "Building {id}, {zone}"),
    "use.residential": ("住宅", "homes"),
    "use.other": ("非住宅", "not homes"),
    "access.beyond_cutoff": ("{n} 以内没有", "none within {n}"),
    "access.unreachable": ("沿街道走不到", "none to be walked to"),
    "access.cut_off": ("所在路段与路网不相连，未知", "on a cut-off piece of street: unknown"),
    "access.unsnapped": ("离街道过远，未知", "too far from any street: unknown"),
    "access.no_facilities": ("没有此类设施", "there are no such facilities"),
}
"""Key to zh and en; ``{n}`` and the like are filled in by the page."""

BUILDINGS_STRAIGHT: Final = {
    "footprints_beyond": ("> {n} 或范围内没有", "> {n} or out of reach"),
    "building_hint": (
        "图上虚线只指方向；距离为直线，时间 = 直线距离 ÷ 步速。",
        "Dashed lines on the map only point the way; distances are straight lines, minutes are distance / pace.",
    ),
}
"""What it says instead where distances are straight lines."""
