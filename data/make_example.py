"""Make the synthetic example town that ships with geoprio.

Everything is invented: main streets are drawn from the tables below, the land
between them is cut into blocks at random from a fixed seed (example_shapes.py), and
buildings are packed into the blocks (example_buildings.py). The files describe no
real place. Two runs give identical files.

`example/` holds what a city would hand over (example_messy.py, example_list.py,
example_rasters.py), `clean/` the buildings and services as they were made.

Usage: python data/make_example.py [--out DIR]
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from example_buildings import KERB, Block, Building, build, inner_lanes, people
from example_checks import (
    BUILDINGS,
    COMPOUNDS,
    POINTS,
    write_buildings_checked,
    write_compounds_checked,
    write_points,
)
from example_files import Writer
from example_list import Entry, entry, write_list
from example_messy import places, write_buildings, write_places
from example_rasters import write_heights, write_people
from example_second import FILE as SECOND
from example_second import TRUTH as EFFECT
from example_second import write_effect, write_second
from example_shapes import Street, axes, divide, inset, node_streets
from example_survey import FILE, write_survey
from example_truth import draw_zone
from example_votes import (
    MEETINGS,
    RESIDENTS,
    SITES,
    TRUTH,
    VOTES,
    write_meetings,
    write_residents,
    write_sites,
    write_truth,
    write_votes,
)
from shapely import ops
from shapely.geometry import LineString, Point, Polygon

Floats = np.ndarray[Any, np.dtype[np.float64]]
SEED = 20240601
RIVER_X, RAIL_Y, BANK, VERGE = 2240.0, 2000.0, 60.0, 40.0
GRADES = ("主干路", "次干路", "支路", "步行路")

# (offset, start, end, grade, name, crosses the railway or the river)
NS_ROADS = (
    (0, -60, 2560, 1, "西环路", False),
    (560, -230, 2990, 1, "文昌路", True),
    (1100, -60, 2990, 1, "春晖路", False),
    (1640, -230, 3130, 0, "锦江路", True),
    (RIVER_X - BANK, -60, 2990, 1, "滨河西路", False),
    (RIVER_X + BANK, -60, 2560, 1, "滨河东路", False),
    (2860, -60, 2690, 0, "青云大道", True),
    (3380, -60, 2560, 1, "沙洲路", False),
    (3800, 400, 2130, 2, None, False),
)
EW_ROADS = (
    (0, -60, 3460, 1, "南环路", False),
    (480, -230, 3960, 1, "望湖路", True),
    (960, -60, 3960, 1, "朝阳路", False),
    (1460, -230, 4090, 0, "建设大道", True),
    (RAIL_Y - VERGE, -60, 3960, 2, None, False),
    (RAIL_Y + VERGE, -60, 3460, 2, None, False),
    (2460, -60, 3630, 1, "北岭路", True),
    (2900, 500, 2250, 2, None, False),
)

# What each cell between the roads is, north row first; "." is open land.
COLUMNS = (0, 560, 1100, 1640, 2240, 2860, 3380, 3800)
ROWS = (2900, 2460, 2000, 1460, 960, 480, 0)
PLAN = (".vfn...", "Vfcfcn.", "fcScnn.", "cSSnncf", "nccnnnv", "Vcnfnv.")
# Cell letter -> block size aimed at (m2) and the uses dealt out to its blocks.
DEAL = {
    "v": (74_000, "村绿绿新"),
    "V": (74_000, "村绿村新"),
    "f": (74_000, "厂新绿厂"),
    "c": (37_000, "小绿小新公小"),
    "S": (27_000, "街新街公绿"),
    "n": (60_000, "新绿绿公"),
}
# Service, how many, metres apart, least and most capacity, which one has none given.
SERVICES = (
    ("养老服务站", 14, 260, 10, 121, 5),
    ("托育园", 18, 200, 20, 91, 9),
    ("便利店", 55, 95, 40, 111, -1),
)
MARKS = (
    ("安康", "颐和", "春晖", "松鹤", "银龄", "福寿", "乐天", "晚晴"),
    ("小禾苗", "向日葵", "小星星", "七彩", "贝贝", "萌芽", "阳光", "摇篮"),
    ("邻家", "好又近", "晨晨", "街角", "万家", "巷口"),
)
README = """# Synthetic example town

Every file in this folder is SYNTHETIC. `data/make_example.py` made it with seed {seed}.
The town, its names, its buildings, its residents and its services are invented and
describe no real place, person or business. Where the coordinates fall on a map means
nothing. Licence: CC0 1.0 (public domain dedication).

The files are as messy as those of a city; `quality.md` of a run says what was mended.

- `zones.geojson`: old neighbourhoods of four types
- `老旧小区清单.xlsx`: a list of them, with a header of two rows, totals and years in words
- `楼栋.shp`: buildings of a cadastre in CGCS2000 zone 39, columns in initials, text in GBK
- `streets.geojson`: walkable lines, split at every junction
- `poi_amap.csv`: services as Amap exports them: GCJ-02, GB18030, 8 decimals
- `poi_baidu.csv`: services as Baidu exports them: BD-09, UTF-8, 6 decimals
- `population.tif`, `population_60plus.tif`, `population_0_2.tif`: people in cells of 3″
- `elevation.tif`: height of the ground in cells of 40 m
- `water_rail.geojson`: the river and the railway, for drawing
- `居民问卷_问卷星.xlsx`: a survey as 问卷星 exports it; `居民结构.csv`: residents by age, tenure and floor
- `楼栋排查表.xlsx`, `小区排查表.xlsx`: inspections; `问题点_12345.csv`: calls to a hotline (GCJ-02)
- `坝坝会记录.xlsx`: courtyard meetings; `业主表决.xlsx`: owners' votes
- `候选场址.csv`: empty rooms into which services could move (WGS 84)
- `改造措施.toml`: measures of the programme, with invented prices
- `居民问卷_问卷星_2027.xlsx`: the survey again, after a first batch; `评估方案.toml`: what is to be
  evaluated, registered before it began, and its hash

Nobody answered the surveys. Names in it say 合成居民; telephone numbers begin with 000-0, which no
number in China does; IP addresses are kept for examples by RFC 5737.

`data/SOURCES.md` of the source tree tells how the town and its mess are made;
`data/clean` there holds the buildings and services without the mess.
"""
CLEAN_README = """# Synthetic example town, without the mess

Every file in this folder is SYNTHETIC, made by `data/make_example.py` with seed {seed}: an
invented town (see `data/SOURCES.md`). Licence: CC0 1.0 (public domain dedication).

`buildings.geojson` and `facilities.csv` say the same as the messy files of `data/example`,
in EPSG:4326 and UTF-8. `project.toml` runs them with the zones, streets, survey and inspections
from there. `needs.csv` says what all residents would have answered.
"""
KINDS = {"小": "老旧小区", "厂": "老旧厂区", "街": "老旧街区", "村": "城中村"}
NAMES = {
    "小": "锦江路12号小区 望湖新村 纺织局家属院 春晖里 向阳小区 工农新村 文昌路48号院 邮电小区 "
    "百货公司宿舍 梧桐里 朝阳一村 朝阳二村 光明小区 和平里 供电局家属院 青云苑 幸福新村 卫校宿舍 "
    "丰收里 水利局家属院 桂花园小区 粮食局宿舍 东风新村 玉兰小区 二中教工楼 建安小区 永安里 "
    "荷塘小区 商业局宿舍 锦江路86号小区 银杏小区 解放新村 煤建公司宿舍 莲花里 石榴园小区 航运新村 "
    "气象局家属院 柳荫小区 曙光新村 农机公司宿舍 槐树里 友谊小区 蔬菜公司宿舍 晨光里 团结新村",
    "厂": "红星机械厂生活区 第二棉纺厂 东方红搪瓷厂 锦华印染厂生活区 永固砖瓦厂旧址 胜利轴承厂 "
    "沙洲造纸厂 北岭水泥制品厂 前进农机厂生活区 永丰面粉厂 飞跃电机厂 铁路货场老区 曙光玻璃厂",
    "街": "老码头街区 盐店街 文庙前街区 米市街区 东门里街区 打铁巷街区 南关老街 鼓楼西街区 "
    "竹器巷街区 钱庄街区 会馆街区 半边街 油坊巷街区 粮行街区 书院巷街区 灯笼街 染坊巷街区",
    "村": "陈家村 西塘村 上圩村 柏树湾村 沙嘴村 李家大屋 后冲村 渡口村 石桥头村 黄泥岗村 藕塘村",
}


def curve(way: str, offset: float, start: float, end: float) -> LineString:
    """Return a gently bending line, running east-west (EW) or north-south (NS)."""
    t = np.arange(start, end + 1, 30.0)
    if way == "EW":
        own = 0.0 if abs(offset - RAIL_Y) <= VERGE else 20 * np.sin(t / 330 + offset / 90)
        return LineString(np.column_stack([t, offset + 55 * np.sin(t / 760 + 2) + own]))
    wave = 75 * np.sin(t / 390 + 1) if abs(offset - RIVER_X) <= BANK else None
    own = 24 * np.sin(t / 370 + offset / 90) if wave is None else wave
    return LineString(np.column_stack([offset + 60 * np.sin(t / 800 + 0.6) + own, t]))


def band(way: str, offset: float, half: float) -> Polygon:
    """Return the strip of land `half` metres either side of a curve."""
    end = 4300 if way == "EW" else 3330
    low = curve(way, offset - half, -420, end).coords
    high = curve(way, offset + half, -420, end).coords
    return Polygon([*low, *reversed(high)])


def main_streets() -> list[Street]:
    """Return the roads of the two tables, cut at the river and the railway."""
    out = []
    for way, table, strip in (
        ("NS", NS_ROADS, band("EW", RAIL_Y, VERGE)),
        ("EW", EW_ROADS, band("NS", RIVER_X, BANK)),
    ):
        for offset, start, end, grade, name, crosses in table:
            line = curve(way, offset, start, end)
            parts = shapely.get_parts(line if crosses else line.difference(strip))
            out += [Street(part, grade, name) for part in parts]
    return node_streets(out, 135)


def make_blocks(streets: list[Street], rng: np.random.Generator) -> tuple[list[Block], list[Street]]:
    """Cut the cells between main streets into blocks and give each a use."""
    strips = shapely.union(band("EW", RAIL_Y, VERGE), band("NS", RIVER_X, BANK))
    cells = ops.polygonize([s.line for s in streets])
    blocks, lanes, counts = [], [], Counter[str]()
    for cell in sorted(cells, key=lambda c: c.centroid.coords[0]):
        x, y = cell.centroid.x, cell.centroid.y
        if strips.contains(cell.centroid):
            continue
        column = np.searchsorted(COLUMNS, x - 60 * np.sin(y / 800 + 0.6)) - 1
        row = len(ROWS) - 1 - np.searchsorted(ROWS[::-1], y - 55 * np.sin(x / 760 + 2))
        letter = PLAN[min(max(row, 0), 5)][min(max(column, 0), 6)]
        if letter == ".":
            continue
        target, uses = DEAL[letter]
        faces, cuts = divide(cell, target, rng)
        lanes += [Street(c, 2, None) for c in cuts]
        deck = list(uses) * 3
        for face, use in zip(faces, rng.permutation(deck[: len(faces)]), strict=True):
            kind = str(use) if min(axes(inset(face, KERB))[:2]) > 75 else "绿"
            blocks.append(Block(face, kind, counts[kind]))
            counts[kind] += 1
    return blocks, lanes


def district(point: Point) -> str:
    """Return the invented district: north of the railway, else by side of the river."""
    if point.y > RAIL_Y + 55 * np.sin(point.x / 760 + 2):
        return "北岭区"
    return "锦西区" if point.x < RIVER_X + 60 * np.sin(point.y / 800 + 0.6) else "沙洲区"


def site_weights(blocks: list[Block]) -> Floats:
    """Return how likely each block is to get a service: most in the old centre."""
    share = {"小": 1.0, "街": 1.1, "新": 0.9, "公": 0.5, "厂": 0.2, "村": 0.12, "绿": 0.0}
    side = {"锦西区": 1.0, "沙洲区": 0.7, "北岭区": 0.6}
    spots = [b.face.centroid for b in blocks]
    fall = np.exp(-np.array([p.distance(Point(1350, 1150)) for p in spots]) / 1000)
    weight = fall * [share[b.kind] * side[district(p)] for b, p in zip(blocks, spots, strict=True)]
    return np.asarray(weight / weight.sum())


def facilities(
    blocks: list[Block], streets: list[Street], named: dict[int, str], rng: np.random.Generator
) -> list[list[Any]]:
    """Scatter services along block edges, with two of them far from any street."""
    net, weight = shapely.union_all([s.line for s in streets]), site_weights(blocks)
    out: list[list[Any]] = []
    remote = shapely.get_parts(shapely.convex_hull(net).difference(net.buffer(175)))
    far_off = sorted(remote, key=lambda g: -g.area)
    for slot, (what, count, apart, low, high, blank) in enumerate(SERVICES):
        placed: list[Point] = []
        while len(placed) < count:
            k = int(rng.choice(len(blocks), p=weight))
            edge = inset(blocks[k].face, KERB + 2).exterior
            point = edge.interpolate(rng.random(), normalized=True)
            if what != "托育园" and len(placed) == count - 1:
                point, k = far_off[slot].representative_point(), -1
            place = named.get(k, f"{district(point)[:2]}{len(placed) + 1}号")
            title = f"{rng.choice(MARKS[slot])}{what}({place})"
            near = any(point.distance(o) < apart for o in placed)
            if near or any(title == record[1] for record in out):
                continue
            size = int(rng.integers(low, high))
            cells: list[Any] = ["", "", ""]
            cells[slot] = "" if len(placed) == blank else size
            out.append([f"F{len(out) + 1:03d}", title, what, point, *cells])
            placed.append(point)
    return out


def building_fields(items: list[tuple[Building, str]], rng: np.random.Generator) -> list[tuple[Any, dict[str, Any]]]:
    """Give each building its number and attributes, and blank a few of them."""
    no_year = set(rng.choice(len(items), 24, replace=False).tolist())
    no_use = set(rng.choice(len(items), 8, replace=False).tolist())
    out = []
    for k, (item, kind) in enumerate(items):
        fields = {
            "楼栋编号": f"B{k + 1:05d}",
            "层数": item.floors,
            "建成年代": None if k in no_year else item.year,
            "用途": None if k in no_use else item.use,
        }
        out.append((item.shape, fields | people(item, kind, rng)))
    return out


def make(folder: Path, seed: int = SEED) -> None:
    """Make the example town and write its files.

    Parameters
    ----------
    folder
        Directory to write `example` and `clean` to; made if they do not exist.
    seed
        Seed of the random generator.
    """
    rng = np.random.default_rng(seed)
    roads = main_streets()
    blocks, lanes = make_blocks(roads, rng)
    streets, yards, buildings, counts = roads + lanes, [], [], []
    for block in blocks:
        paths, yard, parts = inner_lanes(block, rng)
        streets += [Street(p, 3, None) for p in paths]
        yards += [Street(p, 2, "厂内路") for p in yard]
        own = build(block, parts, rng)
        buildings += [(b, block.kind) for b in own]
        counts.append(len(own))
    streets = node_streets(streets, 12) + yards
    order = sorted(
        (k for k, b in enumerate(blocks) if b.kind in KINDS),
        key=lambda k: (district(blocks[k].face.centroid), blocks[k].face.centroid.x),
    )
    named = {k: NAMES[blocks[k].kind].split()[blocks[k].rank] for k in order}
    houses = building_fields(buildings, rng)
    services = facilities(blocks, streets, named, rng)
    clean = Writer(folder / "clean", seed)
    clean.layer("buildings", houses)
    header = ["编号", "名称", "类别", "lng", "lat", "床位", "托位", "面积"]
    clean.table("facilities", header, services)
    clean.text("README.md", CLEAN_README)
    ends = np.cumsum(counts)
    of_block = [houses[end - count : end] for end, count in zip(ends, counts, strict=True)]
    zones = [(blocks[k], entry_of(blocks[k], named[k], of_block[k])) for k in order]
    out = Writer(folder / "example", seed)
    write_messy(out, zones, streets, houses, services)
    write_needs(out, clean, zones, [of_block[k] for k in order], services)


def entry_of(block: Block, name: str, houses: list[tuple[Any, dict[str, Any]]]) -> Entry:
    """Return what is known of a block that is a zone."""
    items = [(shape.area, fields) for shape, fields in houses]
    return entry(name, KINDS[block.kind], district(block.face.centroid), items)


def write_messy(
    out: Writer,
    zones: list[tuple[Block, Entry]],
    streets: list[Street],
    houses: list[tuple[Any, dict[str, Any]]],
    services: list[list[Any]],
) -> None:
    """Write the folder from which the example runs; places are those of the clean files to the last digit."""
    rng = np.random.default_rng((out.seed, 1))
    out.layer(
        "zones",
        [
            (
                inset(block.face, KERB),
                {"编号": f"Z{n:03d}", "名称": known.name, "类型": known.kind, "行政区": known.district},
            )
            for n, (block, known) in enumerate(zones, 1)
        ],
    )
    out.layer("streets", [(s.line, {"路名": s.name, "等级": GRADES[s.grade]}) for s in streets])
    rail = curve("EW", RAIL_Y, -420, 4300)
    out.layer("water_rail", [(band("NS", RIVER_X, 36), {"种类": "河流"}), (rail, {"种类": "铁路"})])
    out.text("README.md", README)
    drawn = [(out.lonlat(shape), fields) for shape, fields in houses]
    spots = [out.lonlat(record[3]) for record in services]
    write_places(out.folder, places(services, [(spot.x, spot.y) for spot in spots]), rng)
    write_buildings(out.folder, drawn, rng)
    write_list(out.folder / "老旧小区清单.xlsx", [known for _, known in zones])
    write_people(out.folder, drawn, out.about)
    lines = np.array([out.placed(s.line) for s in streets], dtype=object)
    write_heights(out.folder, shapely.get_coordinates(lines), out.back, out.about)


def write_needs(
    out: Writer,
    clean: Writer,
    zones: list[tuple[Block, Entry]],
    houses: list[list[tuple[Any, dict[str, Any]]]],
    services: list[list[Any]],
) -> None:
    """Write what residents, inspectors and owners say, and beside the clean files what is true of everybody."""
    rng = np.random.default_rng((out.seed, 2))
    town = [
        draw_zone(f"Z{n:03d}", known, inset(block.face, KERB), items, services, rng)
        for n, ((block, known), items) in enumerate(zip(zones, houses, strict=True), 1)
    ]
    write_truth(clean.folder / TRUTH, town)
    write_residents(out.folder / RESIDENTS, town)
    write_survey(out.folder / FILE, town, np.random.default_rng((out.seed, 3)))
    write_second(out.folder / SECOND, town, np.random.default_rng((out.seed, 5)))
    write_effect(clean.folder / EFFECT, town)
    rng = np.random.default_rng((out.seed, 4))
    write_buildings_checked(out.folder / BUILDINGS, town, rng)
    write_compounds_checked(out.folder / COMPOUNDS, town, rng)
    write_points(out.folder / POINTS, town, out.lonlat, rng)
    write_meetings(out.folder / MEETINGS, town, rng)
    write_votes(out.folder / VOTES, town)
    write_sites(out.folder / SITES, town, out.lonlat, rng)


def main() -> None:
    """Read the command line and make the example."""
    parser = argparse.ArgumentParser(description="Make the synthetic example town.")
    default = Path(__file__).parent
    parser.add_argument("--out", type=Path, default=default, help="directory to write example/ and clean/ to")
    make(parser.parse_args().out)


if __name__ == "__main__":
    main()
