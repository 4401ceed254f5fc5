"""What `init` writes beside zones, buildings and streets, and what it makes of less usual files."""

import zipfile

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from draft_town import (
    BLOCK,
    LETTERS,
    SIDE,
    X,
    Y,
    buildings,
    checked,
    degrees,
    grid_file,
    places,
    streets,
    write_town,
)

from geoprio._core.errors import InputError
from geoprio.config.draft import draft_project
from geoprio.config.draft.axes import find_axes


@pytest.fixture
def folder(tmp_path):
    return write_town(tmp_path)


def test_rasters_are_known_by_their_names(folder):
    places().to_csv(folder / "设施.csv", index=False)
    grid_file(folder / "dem.tif", 50)
    grid_file(folder / "chn_pop_2025_CN_100m_R2025A_v1.tif", 12)
    for age in (0, 1):
        grid_file(folder / f"chn_t_{age:02}_2025_CN_100m_R2025A_v1.tif", 1)
    grid_file(folder / "chn_t_60_2025_CN_100m_R2025A_v1.tif", 1)
    grid_file(folder / "chn_t_30_2025_CN_100m_R2025A_v1.tif", 1)
    grid_file(folder / "x.tif", 1)
    grid_file(folder / "人口_旧.tif", 1)
    read, _, _ = checked(folder)
    assert read["elevation"] == {"path": "dem.tif"}
    assert read["population"]["path"] == "chn_pop_2025_CN_100m_R2025A_v1.tif"
    assert list(read["population"]["groups"]) == ["population_0_2"]
    left = {item.name: item.why.text("en") for item in draft_project(folder).left}
    assert "age 65" in left["chn_t_60_2025_CN_100m_R2025A_v1.tif"]
    assert "neither group" in left["chn_t_30_2025_CN_100m_R2025A_v1.tif"]
    assert "neither elevation nor people" in left["x.tif"]
    assert "人口_旧.tif" in left


def test_densities_are_told_and_people_of_the_buildings_stay(folder):
    places().to_csv(folder / "设施.csv", index=False)
    grid_file(folder / "pop_density.tif", 900, "people/km2")
    read, text, _ = checked(folder)
    assert read["population"] == {"path": "pop_density.tif", "unit": "per_km2"}
    buildings().assign(人口=90).to_file(folder / "楼栋.gpkg", driver="GPKG")
    read, text, _ = checked(folder)
    assert "population" not in read
    assert read["buildings"]["columns"]["population"] == "人口"
    assert "# [population]" in text


def test_barriers_and_gates(folder):
    places().to_csv(folder / "设施.csv", index=False)
    wall = gpd.GeoDataFrame(
        {"种类": ["围墙"]}, geometry=[shapely.LineString([(X, Y + 400), (X + 100, Y + 400)])], crs=32650
    )
    wall.to_file(folder / "围墙.geojson")
    gate = gpd.GeoDataFrame({"名": ["北门"]}, geometry=[shapely.Point(X + 15, Y - 5)], crs=32650)
    gate.to_file(folder / "小区大门.geojson")
    river = gpd.GeoDataFrame({"种类": ["河流"]}, geometry=[shapely.LineString([(X, Y + 9), (X + 9, Y + 9)])], crs=32650)
    river.to_file(folder / "水系.geojson")
    read, _, _ = checked(folder)
    assert read["barriers"] == {"path": "围墙.geojson"}
    assert read["gates"]["path"] == "小区大门.geojson"


def test_large_files_are_known_by_their_first_rows(folder, monkeypatch):
    for module in ("config.draft.look_layers", "config.draft.town", "sources.windows"):
        monkeypatch.setattr(f"geoprio.{module}.WINDOW_ROWS", 40)
    monkeypatch.setattr("geoprio.config.draft.look_layers.SOME_ROWS", 20)
    (folder / "楼栋.gpkg").unlink()
    buildings().to_parquet(folder / "楼栋.parquet")
    places().to_csv(folder / "设施.csv", index=False)
    read, _, _ = checked(folder)
    assert read["buildings"]["path"] == "楼栋.parquet"


@pytest.mark.parametrize(
    ("columns", "chosen"),
    [
        ({"lng": [116.3], "lat": [39.9]}, ("lng", "lat", None)),
        (
            {"gcj_lng": [116.3], "gcj_lat": [39.9], "wgs84_lng": [1], "wgs84_lat": [2]},
            ("wgs84_lng", "wgs84_lat", "EPSG:4326"),
        ),
        ({"bd_lon": [116.3], "bd_lat": [39.9]}, ("bd_lon", "bd_lat", "BD-09")),
        ({"x": [4.4e5], "y": [4.4e6], "lng": [116.3], "lat": [39.9]}, ("lng", "lat", None)),
        ({"x": [116.3], "y": [39.9], "lng": [116.3], "lat": [39.9]}, ("x", "y", None)),
        ({"东经": ["116°20′20.5″"], "北纬": ["39度54分20秒"]}, ("东经", "北纬", None)),
        ({"location": ["116.3,39.9"]}, ("location", "location", None)),
        ({"lng": ["a"], "lat": ["b"]}, None),
        ({"name": ["a"], "index": ["1"]}, None),
    ],
)
def test_columns_of_coordinates(columns, chosen):
    found = find_axes(pd.DataFrame(columns).astype("str"))
    assert (found and (found.x, found.y, found.datum)) == chosen


def test_an_archive_named_as_a_workbook_is_told(folder):
    places().to_csv(folder / "设施.csv", index=False)
    with zipfile.ZipFile(folder / "清单.xlsx", "w") as archive:
        archive.writestr("a.txt", "x")
    left = {item.name: item.why.text("en") for item in draft_project(folder).left}
    assert "cannot be read" in left["清单.xlsx"]


def test_a_file_of_one_category_is_known_by_its_names(folder):
    names = places()[["名称", "经度", "纬度"]]
    names.assign(名称=[f"{k}号院" for k in range(64)]).to_csv(folder / "养老院.csv", index=False)
    names.assign(名称=[f"{k}号便利店" for k in range(64)]).to_csv(folder / "b设施.csv", index=False)
    names.assign(名称="花店").to_csv(folder / "c设施.csv", index=False)
    read, text, _ = checked(folder)
    assert {(f["category"], f["path"]) for f in read["facilities"]} == {
        ("elder_care", "养老院.csv"),
        ("convenience", "b设施.csv"),
    }
    assert "c设施.csv: looks like facilities, not taken: none of its rows is elder care" in text.replace("\n#   ", " ")


def test_an_id_at_two_places_is_no_id(folder):
    twice = places().rename(columns={"编号": "id"})
    twice["id"] = 1
    twice.assign(代号=[f"p{k}" for k in range(64)]).to_csv(folder / "设施.csv", index=False)
    read, text, _ = checked(folder)
    assert {f["id"] for f in read["facilities"]} <= {"代号", "名称"}
    assert "? doubtful: id holds one id at different places" in text


def test_a_list_is_joined_to_no_grid_and_doubtful_columns_are_marked(folder):
    names = {
        "项目名称": [f"{c}小区" for c in LETTERS[:4]],
        "小区地址": "某路",
        "hs": 500,
        "建成年代": "1985",
        "楼栋数": 16,
    }
    pd.DataFrame(names).to_csv(folder / "台账.csv", index=False, encoding="gb18030")
    places().to_csv(folder / "设施.csv", index=False)
    read, text, _ = checked(folder)
    assert read["compounds"]["encoding"] == "gb18030"
    assert read["compounds"]["columns"] == {"name": "项目名称", "dwellings": "hs"}
    assert "? doubtful: hs may be dwellings; its name says little." in text
    for file in folder.glob("小区.*"):
        file.unlink()
    read, text, _ = checked(folder)
    assert "compounds" not in read
    assert "to which no list can be joined" in text.replace("\n#   ", " ")


def test_without_footprints_a_list_needs_dwellings(folder):
    (folder / "楼栋.gpkg").unlink()
    places().to_csv(folder / "设施.csv", index=False)
    names = {"小区名称": [f"{c}小区" for c in LETTERS[:4]], "建成年代": "1985", "楼栋数": 16}
    pd.DataFrame(names).to_csv(folder / "清单.csv", index=False)
    with pytest.raises(InputError, match="no list of compounds with dwellings"):
        draft_project(folder)
    pd.DataFrame(names | {"户数": 300}).to_csv(folder / "清单.csv", index=False)
    read, _, report = checked(folder)
    assert "buildings" not in read
    assert next(s for s in report["sources"] if s["role"] == "compounds")["used"] == 4


def test_without_streets_slopes_and_walls_are_left_out(folder):
    (folder / "道路.geojson").unlink()
    places().to_csv(folder / "设施.csv", index=False)
    grid_file(folder / "dem.tif", 50)
    wall = gpd.GeoDataFrame({"种类": ["围墙"]}, geometry=[shapely.LineString([(X, Y), (X + 9, Y)])], crs=32650)
    wall.to_file(folder / "围墙.geojson")
    read, text, _ = checked(folder)
    assert read["access"] == {"method": "straight_line"}
    assert not {"elevation", "barriers", "streets"} & read.keys()
    assert text.replace("\n#   ", " ").count("without streets distances are straight lines") == 2


def test_totals_of_street_committees(folder):
    places().to_csv(folder / "设施.csv", index=False)
    half = SIDE * BLOCK
    areas = [shapely.box(X - 50, Y - 50, X + half / 2, Y + half), shapely.box(X + half / 2, Y - 50, X + half, Y + half)]
    totals = gpd.GeoDataFrame({"常住人口": [3000, 5000]}, geometry=areas, crs=32650)
    totals.to_file(folder / "人口普查.gpkg", driver="GPKG")
    read, _, _ = checked(folder)
    assert read["population"] == {"path": "人口普查.gpkg", "total": "常住人口"}


OSM = """<?xml version="1.0"?><osm version="0.6">{}</osm>"""


def test_osm_gives_what_the_files_lack(folder):
    """Streets and a nursery; the shops of OSM are offered, as the city has its own."""
    (folder / "道路.geojson").unlink()
    places().query("类别 == '便利店'").to_csv(folder / "设施.csv", index=False)
    lines, nodes = streets().to_crs(4326).geometry, []
    ways = []
    for k, line in enumerate(lines):
        for end, (lon, lat) in enumerate(line.coords, 1):
            nodes.append(f'<node id="{2 * k + end}" version="1" lat="{lat:.7f}" lon="{lon:.7f}"/>')
        refs = f'<nd ref="{2 * k + 1}"/><nd ref="{2 * k + 2}"/>'
        ways.append(f'<way id="{k + 1}" version="1">{refs}<tag k="highway" v="residential"/></way>')
    for k, tag in ((1001, ("amenity", "kindergarten")), (1002, ("shop", "convenience"))):
        lon, lat = (float(v[k - 1001]) for v in degrees())
        where = f'lat="{lat:.7f}" lon="{lon:.7f}"'
        nodes.append(f'<node id="{k}" version="1" {where}><tag k="{tag[0]}" v="{tag[1]}"/></node>')
    (folder / "map.osm").write_text(OSM.format("".join(nodes + ways)), encoding="utf-8")
    read, text, _ = checked(folder)
    assert read["streets"] == {"path": "map.osm"}, text
    assert {(f["category"], f["path"]) for f in read["facilities"]} == {
        ("convenience", "设施.csv"),
        ("childcare", "map.osm"),
        ("elder_care", "map.osm"),
    }
    assert '# category = "convenience"\n# path = "map.osm"' in text
    for file in folder.glob("小区.*"):
        file.unlink()
    read, text, _ = checked(folder)
    assert read["zones"] == {"grid_m": 250.0}
    assert "OSM has too few residential areas" in text
