"""A little town with an inspection and problem points, small enough to work out by hand.

West was looked at: no gas hazards, two roofs of four, one of them leaks. East: all four roofs are well, nobody looked
at gas. South was not inspected, but somebody reported gas.
"""

from conftest import X, Y, square

INSPECTION = """小区名称,楼号,燃气安全隐患,屋面渗漏,有无电梯
西区,h0,否,是,无
西区,h1,否,否,无
西区,h2,否,,无
西区,h3,否,,
东区,h4,,否,
东区,h5,,否,
东区,h6,,否,
东区,h7,,否,
"""
COMPOUNDS = "小区名称,管理模式,管理模式状态\n西区,业主自管,已落实\n"
SECTIONS = """
[condition]
gates = ["gas_hazard"]

[[inspection]]
path = "inspection.csv"

[[inspection]]
path = "compounds.csv"

[[problems]]
path = "points.csv"
x = "x"
y = "y"
crs = "EPSG:32650"
category = "what"
categories = {gas = "gas_hazard"}
id = "no"
status = "state"
"""
WEIGHTS = """
[score]
missing = "renormalise"
weights = {roof_fault_share = 3, convenience_covered_share = 1}
"""
ACCESS = "\n[access]\nmax_snap_m = 400\n"


def points(gas="P1"):
    """Return the problem points: gas in the south, a hole in the west that was mended."""
    return f'no,what,state,x,y\n"{gas}",gas,open,{X + 55},{Y - 55}\nP2,路面坑洼,已整改,{X + 20},{Y + 20}\n'


def inspected(town, sections=SECTIONS, weights=WEIGHTS, gas="P1"):
    """Write the town with all that tells of its condition; return the project file."""
    town.zones.append(({"id": "south", "name": "南区"}, "Polygon", square(X, Y - 400, 400)))
    town.buildings += [
        ({"id": f"h{8 + i}", "use": "residential"}, "Polygon", square(X + 50 + 100 * i, Y - 60, 10)) for i in range(2)
    ]
    for i, (tags, *_) in enumerate(town.buildings):
        tags.update({"year_built": 2010 if i == 3 else 1990, "floors": 6, "population_60plus": 10 * (i + 1)})
    (town.folder / "inspection.csv").write_text(INSPECTION, encoding="utf-8")
    (town.folder / "compounds.csv").write_text(COMPOUNDS, encoding="utf-8")
    (town.folder / "points.csv").write_text(points(gas), encoding="utf-8")
    return town.write(f"{ACCESS}{sections}{weights}")
