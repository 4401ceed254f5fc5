"""The little town of the fixtures, with each of its sources in another format that geoprio reads."""

import json
from functools import partial
from importlib.resources import files

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
import xlsxwriter
import xlwt
from conftest import Town, X, Y
from pyproj import Transformer

to_degrees = partial(Transformer.from_crs(32650, 4326, always_xy=True).transform)

LISTED = [
    ["小区名称", "建成年代", "总户数", "建筑面积(万㎡)", "层数"],
    ["西区", "80年代", "120", "1.1", "6"],
    ["东区", "1998", "240", "2.2", "6/7"],
]


def lonlat(east, north):
    """Return degrees of a place in metres from the town's corner."""
    return tuple(round(v, 8) for v in to_degrees(X + east, Y + north))


def frame(town, name):
    """Return one of the town's layers as a table in metres."""
    (town.folder / "tmp.geojson").write_text(_text(getattr(town, name)), encoding="utf-8")
    read = gpd.read_file(town.folder / "tmp.geojson")
    (town.folder / "tmp.geojson").unlink()
    return read.set_crs(32650, allow_override=True)


def _text(features):
    return json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {"type": "Feature", "properties": p, "geometry": {"type": t, "coordinates": c}} for p, t, c in features
            ],
        }
    )


def save(town, name, suffix):
    """Save a layer in the format of a suffix; return its file name."""
    path = town.folder / f"{name}{suffix}"
    table = frame(town, name)
    if suffix == ".parquet":
        table.to_parquet(path)
    else:
        table.to_file(path, layer=name, engine="pyogrio")
    return path.name


def csv(town, name="shops.csv", rows=((100, 195),), head="id,name,lon,lat", encoding="utf-8"):
    """Write a CSV of shops in degrees; return its section."""
    lines = [head] + [f"s{i},小店{i},{lonlat(*at)[0]},{lonlat(*at)[1]}" for i, at in enumerate(rows, 1)]
    (town.folder / name).write_bytes("\n".join(lines).encode(encoding))
    return csv_section(name)


def csv_section(name="shops.csv", extra="", crs="EPSG:4326"):
    """Return the section of shops in a table."""
    return f'[[facilities]]\ncategory = "convenience"\npath = "{name}"\nx = "lon"\ny = "lat"\ncrs = "{crs}"\n{extra}'


def xlsx(path, rows=LISTED, sheet="名单"):
    """Write rows to a workbook of today."""
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet(sheet)
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                page.write(r, c, value)
    return path


def xls(path, rows=LISTED):
    """Write rows to an old workbook."""
    book = xlwt.Workbook()
    page = book.add_sheet("list")
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            page.write(r, c, value)
    book.save(str(path))
    return path


def raster(path, cells, *, crs="EPSG:32650", place=None, **more):
    """Write cells as a GeoTIFF of 100 m that begins north-west of the town."""
    import rasterio

    place = rasterio.Affine(100, 0, X - 200, 0, -100, Y + 600) if place is None else place
    shape = {"width": cells.shape[1], "height": cells.shape[0], "count": 1, "dtype": cells.dtype.name}
    with rasterio.open(path, "w", driver="GTiff", crs=crs, transform=place, **shape, **more) as file:
        file.write(cells, 1)
    return path


def people(town, value=7.0, **more):
    """Write a raster of people; return its section."""
    cells = np.full((10, 24), value, np.float32)
    raster(town.folder / "people.tif", cells, **more)
    return '\n[population]\npath = "people.tif"\n'


def ground(town, **more):
    """Write a raster of heights; return its section."""
    rows, cols = np.mgrid[0:10, 0:24]
    raster(town.folder / "ground.tif", (rows + cols).astype(np.float32), **more)
    return '\n[elevation]\npath = "ground.tif"\n'


OSM_WAYS = (
    ("n1 n2 n3 n4", {"highway": "residential"}),
    ("n5 n6 n7 n8 n5", {"building": "yes"}),
    ("n9 n10 n11 n12 n9", {"landuse": "residential", "name": "西区"}),
)
OSM_AT = ((0, 200), (400, 200), (800, 200), (2000, 200), (50, 210), (60, 210), (60, 220), (50, 220),
          (0, 0), (400, 0), (400, 400), (0, 400))  # fmt: skip


def osm_xml(nodes=OSM_AT, ways=OSM_WAYS, shops=((100, 195),), head=""):
    """Return a town as OSM XML."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', head, '<osm version="0.6" generator="by hand">']
    for i, at in enumerate(nodes, 1):
        lon, lat = lonlat(*at)
        lines.append(f'<node id="{i}" version="1" lat="{lat}" lon="{lon}"/>')
    for i, at in enumerate(shops, 101):
        lon, lat = lonlat(*at)
        lines.append(f'<node id="{i}" version="1" lat="{lat}" lon="{lon}"><tag k="shop" v="convenience"/></node>')
    for i, (refs, tags) in enumerate(ways, 1):
        inner = "".join(f'<nd ref="{ref[1:]}"/>' for ref in refs.split())
        inner += "".join(f'<tag k="{k}" v="{v}"/>' for k, v in tags.items())
        lines.append(f'<way id="{i}" version="1">{inner}</way>')
    return "\n".join([*lines, "</osm>"])


def osm_sections(name):
    """Return the sections of a town whose every layer is in one OSM file."""
    return {
        "zones": f'[zones]\npath = "{name}"\nwhere = {{landuse = "residential"}}\n',
        "buildings": f'[buildings]\npath = "{name}"\n',
        "streets": f'[streets]\npath = "{name}"\n',
        "shops": f'[[facilities]]\ncategory = "convenience"\npath = "{name}"\n',
        "homes": "",
    }


def pbf(town, name="town.osm.pbf"):
    """Write the OSM town as PBF."""
    (town.folder / "town.osm").write_text(osm_xml(), encoding="utf-8")
    (town.folder / name).unlink(missing_ok=True)
    with osmium.SimpleWriter(str(town.folder / name)) as out:
        for thing in osmium.FileProcessor(str(town.folder / "town.osm")):
            out.add(thing)
    return town.folder / name


# ------------------------------------------------------------------------------------------------- one of each format


def _compounds(name, extra=""):
    return f'\n[compounds]\npath = "{name}"\n{extra}'


def _rules(town):
    text = files("geoprio.standards").joinpath("default.toml").read_text(encoding="utf-8")
    (town.folder / "rules.toml").write_text(text, encoding="utf-8")
    return '\n[score]\nrules = "rules.toml"\n'


def _layer(town, kind):
    name = save(town, "zones", kind)
    project = town.write(zones=f'[zones]\npath = "{name}"\nid = "id"\n')
    return project, sorted(p for p in town.folder.iterdir() if p.stem == "zones" and p.suffix != ".geojson")


def _list(town, kind):
    path = {".xlsx": xlsx, ".xls": xls}[kind](town.folder / f"list{kind}")
    return town.write(_compounds(path.name)), [path]


def _osm(town, kind):
    path = pbf(town) if kind == ".osm.pbf" else town.folder / "town.osm"
    if kind == ".osm":
        path.write_text(osm_xml(), encoding="utf-8")
    return town.write(**osm_sections(path.name)), [path]


def _project(town, _):
    project = town.write(_rules(town))
    return project, [project, town.folder / "rules.toml"]


def _review(town, _):
    xlsx(town.folder / "list.xlsx")
    rows = pd.DataFrame({"list_row": ["2"], "zone_id": ["west"], "accept": ["yes"]})
    rows.to_csv(town.folder / "review.csv", index=False)
    return town.write(_compounds("list.xlsx", 'matches = "review.csv"\n')), [town.folder / "review.csv"]


FORMATS = {
    ".geojson": lambda town, _: (town.write(), [town.folder / f"{n}.geojson" for n in ("zones", "streets", "shops")]),
    **dict.fromkeys((".gpkg", ".fgb", ".parquet", ".shp"), _layer),
    ".csv": lambda town, _: (town.write(shops=csv(town, rows=((100, 195), (300, 190)))), [town.folder / "shops.csv"]),
    **dict.fromkeys((".xlsx", ".xls"), _list),
    "people.tif": lambda town, _: (town.write(people(town)), [town.folder / "people.tif"]),
    "ground.tif": lambda town, _: (town.write(ground(town)), [town.folder / "ground.tif"]),
    **dict.fromkeys((".osm.pbf", ".osm"), _osm),
    ".toml": _project,
    "review": _review,
}
"""By kind: writes a town with a source of that kind; gives the project file, and the files that may be damaged."""


def in_format(town: Town, kind: str):
    """Write the town with one source in a format; return the project file and the files that may be damaged."""
    return FORMATS[kind](town, kind)
