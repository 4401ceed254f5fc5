"""Rasters of people and of heights that are broken."""

import warnings

import numpy as np
import rasterio
from cases import broken
from conftest import X, Y
from pyproj import CRS
from zoo import ground, people, raster

VIRTUAL = '<VRTDataset rasterXSize="1" rasterYSize="1"><SRS>EPSG:32650</SRS></VRTDataset>'


def of_people(town, cells, extra="", name="people.tif", **more):
    """Write the town with cells of people."""
    raster(town.folder / name, cells, **more)
    return town.write(f'\n[population]\npath = "{name}"\n{extra}')


def cells(value=7.0):
    return np.full((10, 24), value, np.float32)


@broken("no CRS", "people.tif", error="no CRS is known; save the raster with its CRS")
def raster_without_crs(town):
    return town.write(people(town, crs=None))


@broken("no place", "people.tif", error="does not say where its cells lie; save it as a GeoTIFF")
def raster_without_a_place(town):
    with warnings.catch_warnings():
        # What is wrong with it is the point.
        warnings.simplefilter("ignore")
        return town.write(people(town, place=rasterio.Affine.identity()))


@broken("truncated file", "people.tif", error="its cells cannot be read; the file is broken, get it again")
def raster_cut_off(town):
    project = town.write(people(town))
    path = town.folder / "people.tif"
    path.write_bytes(path.read_bytes()[:600])
    return project


@broken("garbage", "people.tif", error="cannot be read .*; it is broken or cut off: get it again")
def raster_of_garbage(town):
    project = town.write(people(town))
    (town.folder / "people.tif").write_bytes(b"II*\0" + bytes(range(200)))
    return project


@broken("empty file", "people.tif", error="the content is not that of a raster that is read; use .tif")
def raster_of_no_bytes(town):
    project = town.write(people(town))
    (town.folder / "people.tif").write_bytes(b"")
    return project


@broken("negative number", found="population: people.tif: 1 cells below 0 .*such as -5, .* are taken as such")
def raster_of_negative_people(town):
    at = cells()
    at[4, 4] = -5
    return of_people(town, at)


@broken("wrong nodata", found="population: people.tif: 24 cells below 0 or above .*, such as -9999")
def raster_with_unmarked_nodata(town):
    at = cells()
    at[3] = -9999
    return of_people(town, at)


@broken("wrong nodata", found="population: 8 of 8 homes lie in cells without data: their people are not known")
def raster_whose_nodata_is_its_value(town):
    return of_people(town, cells(7), nodata=7)


@broken(
    "coordinates that are no numbers", found="population: .*in cells without data|infinite|nobody lives|such as inf"
)
def raster_of_infinite_people(town):
    return of_people(town, cells(np.inf))


@broken("wrong CRS", "people.tif", error="no cell lies in the study; it covers longitude .*, the study longitude")
def raster_elsewhere(town):
    return of_people(town, cells(), crs="EPSG:32651")


@broken("rotated raster", found="population: .*people in the read area")
def raster_that_is_turned(town):
    turned = rasterio.Affine(-94, 34, X + 800, 34, 94, Y - 600)
    return of_people(town, np.full((40, 40), 7, np.float32), place=turned)


@broken("huge dimensions", "people.tif", error="more than 50,000,000 cells lie in the study; give a coarser raster")
def raster_of_tiny_cells(town):
    fine = rasterio.Affine(0.1, 0, X - 3200, 0, -0.1, Y + 3600)
    with rasterio.open(
        town.folder / "people.tif",
        "w",
        driver="GTiff",
        crs="EPSG:32650",
        transform=fine,
        width=72_000,
        height=72_000,
        count=1,
        dtype="uint8",
        sparse_ok=True,
        tiled=True,
        compress="deflate",
    ):
        pass  # fmt: skip
    return town.write('\n[population]\npath = "people.tif"\n')


@broken("unit of people", "people.tif", error='holds densities; add unit = "per_km2"')
def raster_of_densities(town):
    project = town.write(people(town))
    with rasterio.open(town.folder / "people.tif", "r+") as file:
        file.units = ["people per square kilometre"]
    return project


@broken("numbers of another kind", "people.tif", error="its cells are complex64 and no plain numbers")
def raster_of_complex_numbers(town):
    return of_people(town, cells().astype(np.complex64))


@broken("format that is not read", "people.vrt", error="the content is not that of a raster that is read; use .tif")
def virtual_raster(town):
    project = town.write(people(town).replace("people.tif", "people.vrt"))
    (town.folder / "people.vrt").write_text(VIRTUAL)
    return project


@broken(
    "other content than the name says", "people.tif", error="the content is not that of a raster that is read; use .tif"
)
def virtual_raster_named_tif(town):
    project = town.write(people(town))
    (town.folder / "people.tif").write_text(VIRTUAL)
    return project


@broken("numbers of another kind", "ground.asc", error="stands among its cells, from line 6 on; get it again")
def text_grid_of_words(town):
    head = f"ncols 3\nnrows 2\nxllcorner {X}\nyllcorner {Y}\ncellsize 100\n"
    (town.folder / "ground.asc").write_text(head + "a b c\nd e f\n")
    (town.folder / "ground.prj").write_text(CRS(32650).to_wkt("WKT1_ESRI"))
    return town.write('\n[elevation]\npath = "ground.asc"\n')


@broken("no CRS", "ground.tif", error="no CRS is known; save the raster with its CRS")
def heights_without_crs(town):
    return town.write(ground(town, crs=None))


@broken("unit of heights", "ground.tif", error="it is in 'ft', not metres; convert it")
def heights_in_feet(town):
    project = town.write(ground(town))
    with rasterio.open(town.folder / "ground.tif", "r+") as file:
        file.units = ["ft"]
    return project


@broken("wrong nodata", found="elevation: ground.tif: cells beyond .* are taken as such")
def heights_with_unmarked_nodata(town):
    high = np.full((10, 24), 5, np.float32)
    high[3:5, 1:6] = -32768
    raster(town.folder / "ground.tif", high)
    return town.write('\n[elevation]\npath = "ground.tif"\n')


@broken("wrong CRS", "ground.tif", error="no street node has an elevation; it covers longitude")
def heights_elsewhere(town):
    return town.write(ground(town, crs="EPSG:32651"))


@broken("truncated file", "N31E117.hgt", error="has not the size of an SRTM tile; download it again")
def tile_cut_off(town):
    (town.folder / "N31E117.hgt").write_bytes(bytes(1000))
    return town.write('\n[elevation]\npath = "N31E117.hgt"\n')
