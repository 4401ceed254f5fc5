"""GeoPackages, GeoParquet, FlatGeobuf and Shapefiles that are broken, and shapes as text."""

import shutil
import struct

import pandas as pd
import shapely
from cases import broken
from conftest import X, Y
from zoo import frame, lonlat, save

BOW_TIE = [[[X, Y], [X + 400, Y + 400], [X + 400, Y], [X, Y + 400], [X, Y]]]


def as_file(town, suffix, extra=""):
    """Write the town with its zones in another format; return the project and the file."""
    name = save(town, "zones", suffix)
    return town.write(zones=f'[zones]\npath = "{name}"\n{extra}'), town.folder / name


# ----------------------------------------------------------------------------------------------- GeoPackage, Parquet


@broken("truncated file", "zones.gpkg", error="cannot be read .*malformed.* export it again")
def gpkg_cut_off(town):
    project, path = as_file(town, ".gpkg")
    path.write_bytes(path.read_bytes()[:30_000])
    return project


@broken("garbage", "zones.gpkg", error="cannot be read .*not a database.* export it again")
def gpkg_of_garbage(town):
    project, path = as_file(town, ".gpkg")
    path.write_bytes(path.read_bytes()[:16] + bytes(range(256)) * 40)
    return project


@broken("ambiguous layer", "zones.gpkg", error="it has the layers zones, other; name one with layer")
def gpkg_of_two_layers(town):
    project, path = as_file(town, ".gpkg")
    frame(town, "zones").to_file(path, layer="other", engine="pyogrio")
    return project


@broken("missing layer", "zones.gpkg", error="layer 'zone' is not there .did you mean 'zones'")
def gpkg_without_the_layer(town):
    return as_file(town, ".gpkg", 'layer = "zone"\n')[0]


@broken("other content than the name says", "zones.gpkg", error="the content is not that of a .gpkg file")
def gpkg_that_is_a_zip(town):
    project, path = as_file(town, ".gpkg")
    path.write_bytes(b"PK\x03\x04" + bytes(100))
    return project


@broken("truncated file", "zones.fgb", error="cannot be read .* export it again")
def fgb_cut_off(town):
    project, path = as_file(town, ".fgb")
    path.write_bytes(path.read_bytes()[:-150])
    return project


@broken("truncated file", "zones.parquet", error="not a GeoParquet file that can be read .*; get or export it again")
def parquet_cut_off(town):
    project, path = as_file(town, ".parquet")
    path.write_bytes(path.read_bytes()[:-200])
    return project


@broken("no geometry", "zones.parquet", error="not a GeoParquet file that can be read .*; get or export it again")
def parquet_without_geometry(town):
    project, path = as_file(town, ".parquet")
    pd.DataFrame({"id": ["west"]}).to_parquet(path)
    return project


@broken("no CRS", "zones.parquet", error="no CRS is known; add crs = ")
def parquet_without_crs(town):
    project, path = as_file(town, ".parquet")
    frame(town, "zones").set_crs(None, allow_override=True).to_parquet(path)
    return project


@broken("no geometry", "zones.parquet", error="not a GeoParquet file that can be read .*; get or export it again")
def parquet_of_broken_wkb(town):
    import pyarrow as pa
    import pyarrow.parquet as pq

    project, path = as_file(town, ".parquet")
    table = pq.read_table(path)
    at = table.schema.get_field_index("geometry")
    bad = pa.array([b"\x01\x03\x00\x00\x00\xff\xff\xff\xff"] * len(table), pa.binary())
    pq.write_table(table.set_column(at, "geometry", bad).replace_schema_metadata(table.schema.metadata), path)
    return project


# --------------------------------------------------------------------------------------------------------- Shapefile


@broken("missing part of a Shapefile", "zones.shp", error=r"its \.shx is not there; copy all files")
def shapefile_without_shx(town):
    project, path = as_file(town, ".shp")
    path.with_suffix(".shx").unlink()
    return project


@broken(
    "missing part of a Shapefile",
    "zones.shp",
    found=r"its \.dbf is not there, so its rows have no columns; copy all files",
)
def shapefile_without_dbf(town):
    project, path = as_file(town, ".shp")
    path.with_suffix(".dbf").unlink()
    return project


@broken("no CRS", "zones.shp", error="no CRS is known; add crs = ")
def shapefile_without_prj(town):
    project, path = as_file(town, ".shp")
    path.with_suffix(".prj").unlink()
    return project


@broken("wrong CRS", "zones.shp", error=r"its CRS cannot be read .*\.prj.* set crs = ")
def shapefile_with_a_broken_prj(town):
    project, path = as_file(town, ".shp")
    prj = path.with_suffix(".prj")
    prj.write_text(prj.read_text()[:100])
    return project


@broken("no place on Earth", "zones.shp", error="has no place on Earth; set crs")
def shapefile_of_a_drawing(town):
    project, path = as_file(town, ".shp")
    path.with_suffix(".prj").write_text('LOCAL_CS["drawing",UNIT["metre",1]]')
    return project


@broken("truncated file", "zones.shp", error=r"its \.shp is cut off.*copy all files again")
def shapefile_cut_off(town):
    project, path = as_file(town, ".shp")
    path.write_bytes(path.read_bytes()[:-60])
    return project


@broken("truncated file", "zones.shp", error=r"its \.dbf is cut off: it should hold 2 rows and has 1")
def table_of_a_shapefile_cut_off(town):
    project, path = as_file(town, ".shp")
    dbf = path.with_suffix(".dbf")
    dbf.write_bytes(dbf.read_bytes()[:-100])
    return project


@broken("parts of different files", "zones.shp", error=r"its \.shx has 2 rows and its \.dbf 8: .* copy all files again")
def shapefile_with_the_table_of_another(town):
    project, path = as_file(town, ".shp")
    save(town, "buildings", ".shp")
    shutil.copy(town.folder / "buildings.dbf", path.with_suffix(".dbf"))
    return project


@broken(
    "wrong encoding", "zones.shp", error=r"its \.cpg says big5, but the text .* it looks like utf-8; set encoding = "
)
def shapefile_with_a_lying_cpg(town):
    project, path = as_file(town, ".shp")
    path.with_suffix(".cpg").write_text("BIG5")
    return project


@broken("garbage", found="zones: : no geometry, or coordinates that are no numbers")
def shapefile_with_a_row_of_an_unknown_kind(town):
    project, path = as_file(town, ".shp")
    data = bytearray(path.read_bytes())
    data[108:112] = struct.pack("<i", 77)
    path.write_bytes(bytes(data))
    return project


# ----------------------------------------------------------------------------------------------------- shapes as text


@broken("garbage", found=r"facilities\[1\]: wkt: not a shape as WKT; mend it or leave the row out")
def shapes_as_text_that_are_none(town):
    good = shapely.to_wkt(shapely.Point(*lonlat(100, 195)))
    rows = pd.DataFrame({"id": ["a", "b", "c"], "wkt": [good, good.replace("195", "196"), "POINT (1"]})
    rows.to_csv(town.folder / "shops.csv", index=False)
    section = '[[facilities]]\ncategory = "convenience"\npath = "shops.csv"\ncrs = "EPSG:4326"\n'
    return town.write(shops=section)


@broken("format that is not read", "zones.vrt", error="format '.vrt' is not read; use .geojson")
def a_virtual_file(town):
    (town.folder / "zones.vrt").write_text("<OGRVRTDataSource><OGRVRTLayer name='x'/></OGRVRTDataSource>")
    return town.write(zones='[zones]\npath = "zones.vrt"\n')


@broken("format that is not read", "zones.dwg", error="format '.dwg' is not read; use .geojson")
def a_drawing(town):
    (town.folder / "zones.dwg").write_bytes(b"AC1032" + bytes(100))
    return town.write(zones='[zones]\npath = "zones.dwg"\n')
