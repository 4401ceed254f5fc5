"""Vector files that are broken."""

import json

import numpy as np
import pandas as pd
from cases import broken
from conftest import X, Y, collection, square
from zoo import csv_section, lonlat, to_degrees

BOW_TIE = [[[X, Y], [X + 400, Y + 400], [X + 400, Y], [X, Y + 400], [X, Y]]]


def text_of(town, name):
    return (town.folder / f"{name}.geojson").read_text(encoding="utf-8")


def put(town, name, text, encoding="utf-8"):
    """Write the town, then a layer anew as text."""
    project = town.write()
    data = text if isinstance(text, bytes) else text.encode(encoding)
    (town.folder / f"{name}.geojson").write_bytes(data)
    return project


# ----------------------------------------------------------------------------------------------------------- GeoJSON


@broken("empty file", "zones.geojson", error="the file is empty; name another")
def geojson_of_no_bytes(town):
    return put(town, "zones", "")


@broken("no rows", "zones.geojson", error="is empty; name another")
def geojson_without_features(town):
    return put(town, "zones", collection([]))


@broken("truncated file", "buildings.geojson", error="broken, cut off .* export it again")
def geojson_cut_off(town):
    town.write()
    return put(town, "buildings", text_of(town, "buildings")[:-200])


@broken("wrong encoding", "zones.geojson", error="not UTF-8 .it looks like GB18030.*export it again as UTF-8")
def geojson_in_gbk(town):
    town.write()
    return put(town, "zones", text_of(town, "zones"), "gb18030")


@broken("NUL bytes", "zones.geojson", error="a NUL byte in line 1: .*save it again in UTF-8")
def geojson_with_nul(town):
    town.write()
    return put(town, "zones", text_of(town, "zones").replace("西", "\0"))


@broken("nested JSON", "zones.geojson", error="cannot be read .* export it again")
def geojson_nested_deeply(town):
    return put(town, "zones", '{"type": "FeatureCollection", "features": ' + "[" * 200_000)


@broken("oversized value", "zones.geojson", found="zones: .*no geometry, or coordinates that are no numbers")
def geojson_with_numbers_too_large(town):
    town.zones.append(({"id": "z"}, "Polygon", square(1e300, 1e300, 1e299)))
    return town.write()


@broken("other content than the name says", "zones.geojson", error="the content is not that of a .geojson")
def geojson_that_is_a_web_page(town):
    return put(town, "zones", "<html><body>404 Not Found</body></html>")


@broken("other content than the name says", "zones.geojson", error="cannot be read .* export it again")
def geojson_that_is_other_json(town):
    return put(town, "zones", json.dumps({"code": 404, "data": []}))


@broken("unclosed ring", found="zones: .*a ring is not closed: its first point was taken for its last")
def unclosed_ring(town):
    ring = square(X, Y, 400)
    town.zones[0] = (town.zones[0][0], "Polygon", [ring[0][:-1]])
    return town.write()


@broken(
    "ring of too few points", "zones", found="zones: : not a polygon, or nothing is left after repair; give a polygon"
)
def ring_of_two_points(town):
    town.zones.append(({"id": "z"}, "Polygon", [[[X, Y], [X + 1, Y], [X, Y]]]))
    return town.write()


@broken("bow-tie polygon", found=r"zones: 1 broken geometries repaired \(rows 1\)")
def bow_tie(town):
    town.zones[0] = (town.zones[0][0], "Polygon", BOW_TIE)
    return town.write()


@broken("mixed geometry types", found="zones: .*not a polygon; give a polygon")
def points_among_polygons(town):
    town.zones.append(({"id": "p"}, "Point", [X, Y]))
    return town.write()


@broken("wrong geometry type", "streets.geojson", error="none of 8 rows is a line; check the file")
def streets_of_polygons(town):
    town.streets = town.buildings
    return town.write()


@broken("empty geometry", found="buildings: .*no geometry.*; draw it or leave the row out")
def empty_and_null_geometry(town):
    town.buildings += [({"id": "e"}, "Polygon", []), ({"id": "n"}, None, None)]
    return town.write()


@broken("coordinates that are no numbers", "zones.geojson", error="cannot be read .*1e999.*export it again")
def infinite_coordinates(town):
    town.zones.append(({"id": "z"}, "Polygon", [[[X, Y], [X + 1, 7e7], [X, Y + 1], [X, Y]]]))
    return put(town, "zones", collection(town.zones).replace("70000000.0", "1e999"))


@broken("coordinates that are no numbers", "zones.geojson", found="zones: .*no geometry, or coordinates")
def nan_coordinates(town):
    town.zones.append(({"id": "z"}, "Polygon", [[[X, Y], [X + 1, 7e7], [X, Y + 1], [X, Y]]]))
    return put(town, "zones", collection(town.zones).replace("70000000.0", "NaN"))


@broken(
    "coordinates out of range",
    "shops.geojson",
    found=r"facilities\[1\]: : outside the range of the working CRS; check the coordinates",
)
def a_shop_beyond_the_pole(town):
    places = [[*lonlat(100, 195)], [*lonlat(300, 190)], [117.0, 99.0]]
    town.shops = [({"id": f"s{i}"}, "Point", p) for i, p in enumerate(places)]
    return put(town, "shops", collection(town.shops, 4326))


@broken(
    "coordinates out of range", "shops.geojson", error="do not fit EPSG:4326; .* give the CRS of its central meridian"
)
def metres_said_to_be_degrees(town):
    return put(town, "shops", collection(town.shops, 4326))


@broken("swapped axes", "shops.geojson", error="x and y exchanged")
def latitude_first(town):
    lon, lat = lonlat(100, 195)
    town.shops = [({"id": "s"}, "Point", [lat, lon])]
    return put(town, "shops", collection(town.shops, 4326))


@broken("wrong CRS", "shops.geojson", error="outside the study area; they would fit with crs = .EPSG:32650")
def the_next_zone(town):
    return put(town, "shops", collection(town.shops, 32651))


@broken("wrong CRS", "zones", error="EPSG:999999.* is not known; give EPSG:<number>")
def a_crs_that_is_none(town):
    return town.write(zones='[zones]\npath = "zones.geojson"\ncrs = "EPSG:999999"\n')


@broken("wrong CRS", "zones.geojson", error="such as 500200, 3450200, do not fit EPSG:4326; .*give the CRS")
def a_crs_member_that_is_none(town):
    town.write()
    return put(town, "zones", collection(town.zones, 999999))


@broken("wrong datum", "shops.csv", found="the datum of shops.csv looks wrong: .*they are GCJ-02; check its crs")
def shops_in_shifted_degrees(town):
    from geoprio.sources.coordinates import wgs84_to_gcj02

    east = np.linspace(20, 780, 40)
    lon, lat = to_degrees(X + east, np.full(40, Y + 205))
    lon, lat = wgs84_to_gcj02(lon, lat)
    ids = [f"s{i}" for i in range(40)]
    pd.DataFrame({"id": ids, "lon": lon, "lat": lat}).to_csv(town.folder / "shops.csv", index=False)
    return town.write(shops=csv_section())


@broken("id that stands twice", "zones.geojson", error="id 'west' stands in rows 1, 3 .*ids must be unique")
def ids_that_stand_twice(town):
    town.zones.append(town.zones[0])
    return town.write()


@broken("id too large", "zones", error="column 'id' holds numbers of more than 15 digits, .*; save ids as text")
def ids_beyond_64_bits(town):
    """As floats both would be 1e22."""
    town.zones = [({**p, "id": 10**22 + i}, *rest) for i, (p, *rest) in enumerate(town.zones)]
    return town.write()


@broken("missing id", found="zones: id: no id; the row number stands in")
def ids_that_are_missing(town):
    town.zones[1] = ({"id": None, "name": "东区"}, *town.zones[1][1:])
    return town.write()


@broken("control characters", found="zones: .*control characters")
def control_characters_in_names(town):
    town.zones[0] = ({"id": "west", "name": "西\u0007\u001b[31m区\u202e"}, *town.zones[0][1:])
    return town.write()


@broken("negative number", found="buildings: dwellings: below zero; taken as missing")
def dwellings_below_zero(town):
    town.buildings = [({**p, "dwellings": -5}, *rest) for p, *rest in town.buildings]
    return town.write()


@broken("floors as text", found="buildings: floors: .*; give the number of storeys")
def floors_in_words(town):
    town.buildings = [({**p, "floors": "多层"}, *rest) for p, *rest in town.buildings]
    return town.write()


@broken("year out of range", found="buildings: year_built: .*; give a year")
def years_0_and_9999(town):
    for i, year in enumerate(("0", "9999", "-1")):
        town.buildings[i][0]["year_built"] = year
    return town.write()


@broken("far outlier", found="streets: 1 of 2 lines lie 4.. km and more from the study, beyond a gap")
def a_street_far_away(town):
    town.streets.append(({"kind": "x"}, "LineString", [[X + 300_000, Y + 300_000], [X + 300_100, Y + 300_000]]))
    return town.write()


@broken("far outlier", "zones", error="row 3 at longitude .* lies far from the others .*mend or leave it out")
def a_zone_far_away(town):
    town.zones.append(({"id": "z"}, "Polygon", square(X + 2_000_000, Y, 100)))
    return town.write()


@broken("column that is not there", "zones.geojson", error="column 'nmae' is not there.*did you mean 'name'")
def a_column_misspelled(town):
    return town.write(zones='[zones]\npath = "zones.geojson"\nname = "nmae"\n')
