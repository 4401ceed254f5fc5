"""Buildings of make_example.py: which footprints fill a block, and who lives in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import shapely
from example_shapes import Fill, divide, inset, row_angle, rows, shopfronts
from shapely import affinity
from shapely.geometry import LineString, MultiPolygon, Polygon

if TYPE_CHECKING:
    import numpy as np

KERB = 8.0  # metres from the middle of a street to the edge of a block
EMPTIED, CLEARED, YARD = (2, 6), 4, 0  # factories: no homes, no buildings, own lane


class Block(NamedTuple):
    """A block between streets, its use letter and its number among that use."""

    face: Polygon
    kind: str
    rank: int


class Building(NamedTuple):
    """A footprint with its use, storeys and year built."""

    shape: Polygon
    use: str
    floors: int
    year: int


def inner_lanes(block: Block, rng: np.random.Generator) -> tuple[list[LineString], list[LineString], list[Polygon]]:
    """Return paths joined to the streets, separate lanes, and the parts they leave."""
    plot = inset(block.face, KERB)
    if block.kind == "村":
        faces, cuts = divide(block.face, 3000, rng)
        return cuts, [], [inset(f, 2.2).intersection(plot) for f in faces]
    centre, paths, yard = plot.representative_point(), [], []
    angle = row_angle(block.face)
    if block.kind == "小" and plot.area > 17_000:
        for turn in (90.0, 0.0) if plot.area > 27_000 else (90.0,):
            ray = LineString([(centre.x - 900, centre.y), (centre.x + 900, centre.y)])
            ray = affinity.rotate(ray, angle + turn).intersection(block.face)
            paths.append(max(shapely.get_parts(ray), key=lambda g: g.length))
    if block.kind == "厂" and block.rank == YARD:
        bend = LineString([(-85, -75), (-85, 15), (0, 22), (85, 15), (85, -65)])
        bend = affinity.translate(affinity.rotate(bend, angle, (0, 0)), centre.x, centre.y)
        yard = [bend.intersection(inset(block.face, 25))]
    free = plot.difference(shapely.union_all([p.buffer(3.5) for p in paths + yard]))
    return paths, yard, list(shapely.get_parts(free))


def build(block: Block, parts: list[Polygon], rng: np.random.Generator) -> list[Building]:
    """Fill the parts of one block with the buildings that belong to its use."""
    if block.kind == "绿" or (block.kind == "厂" and block.rank == CLEARED):
        return []
    whole = [p for p in parts if p.geom_type == "Polygon" and not p.is_empty]
    makers = {
        "街": _shop_street,
        "村": _village,
        "小": _compound,
        "厂": _factory,
        "新": _estate,
        "公": _large,
    }
    return makers[block.kind](block, MultiPolygon(whole), rng)


def _shop_street(_block: Block, free: MultiPolygon, rng: np.random.Generator) -> list[Building]:
    plot = free.geoms[0]
    yards = rows(inset(plot, 17), row_angle(plot), Fill(9.5, 16, 12, 3, 0.2, 0.25), rng)
    fronts = shopfronts(plot, rng)
    return [_old(s, 0.45, (1, 4), (1935, 1988), rng) for s in fronts] + [
        _old(s, 0.05, (1, 3), (1930, 1980), rng) for s in yards
    ]


def _village(_block: Block, free: MultiPolygon, rng: np.random.Generator) -> list[Building]:
    fill = Fill(11.5, 15.5, 13, 2.2, 0.14)
    homes = [s for p in free.geoms for s in rows(p, row_angle(p), fill, rng)]
    return [_old(s, 0.06, (2, 6), (1982, 2013), rng) for s in homes]


def _compound(block: Block, free: MultiPolygon, rng: np.random.Generator) -> list[Building]:
    base = int(rng.integers(1972, 1999))
    depth, pitch, length = rng.uniform((10.5, 22, 32), (12, 26, 48))
    slabs = rows(free, row_angle(block.face), Fill(depth, pitch, length, 7, 0.04, 0.07), rng)
    floors = (4, 6 if base < 1985 else 8)
    homes = [_old(s, 0.0, floors, (base, base + 6), rng) for s in slabs]
    hall = int(rng.integers(len(homes)))
    homes[hall] = homes[hall]._replace(use="公共" if block.rank % 3 else "商业", floors=2)
    return homes


def _factory(block: Block, free: MultiPolygon, rng: np.random.Generator) -> list[Building]:
    angle, hall = row_angle(block.face), Fill(24, 40, 62, 14, 0.1, 0.3)
    if block.rank in EMPTIED:
        return [_plain(s, "工业", (1, 3), (1956, 1990), rng) for s in rows(free, angle, hall, rng)]
    (works, *rest), _ = divide(free.convex_hull, free.area * 0.42, rng)
    sheds = rows(free.intersection(works.buffer(-6)), angle, hall, rng)
    quarter = shapely.union_all([r.buffer(-6) for r in rest]).intersection(free)
    flats = rows(quarter, angle, Fill(11, 25, 46, 8, 0.08, 0.05), rng)
    return [_plain(s, "工业", (1, 3), (1956, 1990), rng) for s in sheds] + [
        _old(s, 0.0, (3, 7), (1964, 1994), rng) for s in flats
    ]


def _estate(block: Block, free: MultiPolygon, rng: np.random.Generator) -> list[Building]:
    year, top = int(rng.integers(2003, 2020)), int(rng.integers(12, 33))
    site = inset(free.convex_hull, 8)
    towers = rows(site, row_angle(block.face), Fill(18, 72, 46, 34, 0.06), rng)
    return [_plain(s, "住宅", (top - 1, top + 1), (year, year + 3), rng) for s in towers]


def _large(block: Block, free: MultiPolygon, rng: np.random.Generator) -> list[Building]:
    site = inset(free.convex_hull, 10)
    halls = rows(site, row_angle(block.face), Fill(25, 74, 66, 34, 0.08, 0.5), rng)
    use = "公共" if block.rank % 2 else "商业"
    return [_plain(s, use, (3, 9), (1990, 2018), rng) for s in halls]


def _plain(
    shape: Polygon,
    use: str,
    floors: tuple[int, int],
    years: tuple[int, int],
    rng: np.random.Generator,
) -> Building:
    """Return a building of random height and age."""
    return Building(shape, use, int(rng.integers(*floors)), int(rng.integers(*years)))


def _old(
    shape: Polygon,
    shops: float,
    floors: tuple[int, int],
    years: tuple[int, int],
    rng: np.random.Generator,
) -> Building:
    """Return a dwelling, or with chance `shops` a shop."""
    return _plain(shape, "商业" if rng.random() < shops else "住宅", floors, years, rng)


def people(item: Building, kind: str, rng: np.random.Generator) -> dict[str, int]:
    """Draw households and residents for one building; none unless it is a dwelling."""
    homes = item.shape.area * item.floors / 80 * rng.uniform(0.86, 1.0)
    households = max(1, round(homes)) if item.use == "住宅" else 0
    residents = max(households, round(households * rng.normal(2.6, 0.12)))
    age = min(max((2005 - item.year) / 40, 0.0), 1.0)
    old = 0.16 if kind in "村新" else 0.2 + 0.18 * age
    elders = rng.binomial(residents, old * rng.uniform(0.95, 1.05))
    babies = rng.binomial(residents, rng.uniform(0.022, 0.036))
    return {
        "户数": households,
        "人口": residents,
        "老年人口": int(elders),
        "三岁以下人口": int(babies),
    }
