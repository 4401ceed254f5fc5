"""What `init` makes of files: roles, columns, encodings and coordinates, each with its reason."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from draft_town import (
    LETTERS,
    X,
    Y,
    checked,
    corners,
    degrees,
    places,
    streets,
    write_town,
    zones,
)

from geoprio._core.errors import InputError, MissingError
from geoprio.config.draft import draft_project
from geoprio.sources.coordinates import wgs84_to_bd09, wgs84_to_gcj02


@pytest.fixture
def folder(tmp_path):
    return write_town(tmp_path)


@pytest.mark.parametrize(("shift", "crs"), [(None, "EPSG:4326"), (wgs84_to_gcj02, "GCJ-02"), (wgs84_to_bd09, "BD-09")])
def test_the_datum_is_the_one_in_which_places_stand_beside_houses(folder, shift, crs):
    places(shift).to_csv(folder / "设施.csv", index=False, encoding="gb18030")
    read, text, report = checked(folder)
    assert read["zones"]["path"] == "小区.shp"
    assert read["zones"]["id"] == "片区编号"
    assert read["zones"]["name"] == "小区名称"
    assert read["zones"]["type"] == {"column": "类型"}
    assert read["buildings"]["path"] == "楼栋.gpkg"
    assert read["buildings"]["id"] == "编号"
    columns = {"use": "用途", "floors": "层数", "dwellings": "户数", "year_built": "建成年代"}
    assert read["buildings"]["columns"] == columns
    assert read["streets"] == {"path": "道路.geojson", "kind": "等级"}
    assert [f["category"] for f in read["facilities"]] == ["elder_care", "childcare", "convenience"]
    for found, word in zip(read["facilities"], ("养老服务站", "托育园", "便利店"), strict=True):
        assert found["where"] == {"类别": [word]}
        assert found["crs"] == crs
        assert (found["x"], found["y"], found["encoding"]) == ("经度", "纬度", "gb18030")
        assert found["id"] == "编号"
        assert found["name"] == "名称"
    assert "花店" in text
    used = {s["role"]: s.get("used") for s in report["sources"]}
    assert used == {"zones": 4, "buildings": 64, "streets": 18, **{f"facilities[{k}]": 16 for k in (1, 2, 3)}}
    assert not [n for n in report["notes"] if "datum" in n["text"] and n["level"] == "warning"]


def test_without_anything_to_compare_the_datum_is_doubtful(folder):
    for name in ("楼栋.gpkg", "道路.geojson"):
        (folder / name).unlink()
    for file in folder.glob("小区.*"):
        file.unlink()
    lon, lat = degrees(wgs84_to_gcj02)
    names = [f"{c}{d}里" for c in LETTERS for d in LETTERS]
    rows = {"小区名称": names, "户数": 300, "建成年代": "80年代", "楼栋数": 5, "经度": lon, "纬度": lat}
    pd.DataFrame(rows).to_excel(folder / "老旧小区清单.xlsx", index=False)
    places(wgs84_to_gcj02).to_csv(folder / "设施.csv", index=False)
    read, text, report = checked(folder)
    assert read["zones"]["path"] == "老旧小区清单.xlsx"
    assert read["zones"]["name"] == "小区名称"
    assert read["compounds"]["path"] == "老旧小区清单.xlsx"
    assert "buildings" not in read
    assert "streets" not in read
    assert read["access"] == {"method": "straight_line"}
    assert read["zones"]["crs"] == "EPSG:4326"
    flat = " ".join(line.removeprefix("#").strip() for line in text.splitlines())
    assert "? doubtful: Taken as WGS 84, with neither buildings nor streets to compare" in flat
    assert "? doubtful: No streets: distances are straight lines" in flat
    assert "? doubtful: No polygons of zones" in flat
    assert next(s for s in report["sources"] if s["role"] == "zones")["used"] == 64


def test_providers_and_swapped_columns_are_known(folder):
    lon, lat = degrees(wgs84_to_gcj02)
    rows = {"id": [f"B{k:03}" for k in range(64)], "name": "甲便利店", "typecode": "060200", "capacity": "80㎡",
            "location": [f"{a:.6f},{b:.6f}" for a, b in zip(lon, lat, strict=True)]}  # fmt: skip
    amap = pd.DataFrame(rows)
    amap.loc[:9, ["name", "typecode"]] = ["乙养老院", "080402"]
    amap.loc[10:12, "typecode"] = "090601"
    amap.to_csv(folder / "poi.csv", index=False)
    x, y = corners()
    swapped = pd.DataFrame({"名称": "丙托育园", "X坐标": y, "Y坐标": x, "托位": 30})
    swapped.loc[:3, "托位"] = None
    swapped.to_csv(folder / "托育机构.csv", index=False)
    read, text, _ = checked(folder)
    by = {f["category"]: f for f in read["facilities"]}
    assert by["elder_care"]["profile"] == by["convenience"]["profile"] == "amap"
    assert by["elder_care"]["x"] == by["elder_care"]["y"] == "location"
    assert by["elder_care"]["crs"] == "GCJ-02"
    assert "pharmacy (3)" in text
    nursery = by["childcare"]
    assert (nursery["x"], nursery["y"], nursery["crs"]) == ("Y坐标", "X坐标", "EPSG:32650")
    assert (nursery["capacity"], nursery["capacity_default"]) == ("托位", 30.0)
    assert "? doubtful: The two columns look exchanged" in text
    assert by["convenience"]["capacity"] == "capacity"


def test_a_shapefile_without_prj_is_placed_by_its_numbers(folder):
    points = gpd.GeoSeries(gpd.points_from_xy(*corners()), crs=32650).to_crs(4527)
    gpd.GeoDataFrame({"name": ["甲便利店"] * 64}, geometry=points).to_file(folder / "便利店.shp", encoding="UTF-8")
    (folder / "便利店.prj").unlink()
    read, text, _ = checked(folder)
    assert read["facilities"][0]["category"] == "convenience"
    # Zone 39 with its number before the easting: the datum alone stays open.
    assert read["facilities"][0]["crs"] == "EPSG:4527"
    assert "? doubtful: The file does not say its coordinate system" in text
    assert "? doubtful: In EPSG:4527 (CGCS2000 / 3-degree Gauss-Kruger zone 39)" in text


def test_several_layers_and_sheets_are_looked_at_one_by_one(folder):
    for file in [*folder.glob("小区.*"), folder / "道路.geojson"]:
        file.unlink()
    zones().to_file(folder / "楼栋.gpkg", layer="片区", driver="GPKG")
    streets().to_file(folder / "楼栋.gpkg", layer="道路", driver="GPKG")
    with pd.ExcelWriter(folder / "数据.xlsx") as book:
        pd.DataFrame({"说明": ["填表说明"]}).to_excel(book, sheet_name="说明", index=False)
        places().to_excel(book, sheet_name="设施", index=False)
        names = {"小区名称": [f"{c}小区" for c in LETTERS[:4]], "户数": 500, "建成年代": "1985", "楼栋数": 16}
        pd.DataFrame(names).to_excel(book, sheet_name="小区清单", index=False)
    read, _, report = checked(folder)
    assert read["zones"]["layer"] == "片区"
    assert read["streets"]["layer"] == "道路"
    assert read["buildings"]["layer"] == "楼栋"
    assert read["compounds"]["sheet"] == "小区清单"
    assert {f["layer"] for f in read["facilities"]} == {"设施"}
    assert next(s for s in report["sources"] if s["role"] == "compounds")["used"] == 4


def test_no_zones_make_a_grid_within_the_outline(folder):
    for file in folder.glob("小区.*"):
        file.unlink()
    box = gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.box(X, Y, X + 1000, Y + 1000)], crs=32650)
    box.to_file(folder / "研究范围.geojson")
    places().to_csv(folder / "设施.csv", index=False)
    read, text, _ = checked(folder)
    assert read["zones"] == {"grid_m": 250.0, "path": "研究范围.geojson"}
    assert "? doubtful: No zones: a grid of 250 m stands in" in text


def test_a_study_without_facilities_or_homes_is_refused_with_what_is_missing(folder):
    with pytest.raises(InputError, match="no facilities of any category"):
        draft_project(folder)
    (folder / "楼栋.gpkg").unlink()
    with pytest.raises(InputError) as caught:
        draft_project(folder)
    assert "nothing tells where people live" in str(caught.value)
    with pytest.raises(MissingError, match=r"nowhere\.csv"):
        draft_project(folder, [folder / "nowhere.csv"])
    with pytest.raises(MissingError, match="not there"):
        draft_project(folder / "nowhere")


def test_what_is_not_used_is_listed_with_the_reason(folder):
    places().to_csv(folder / "设施.csv", index=False)
    (folder / "broken.geojson").write_text("no json", encoding="utf-8")
    (folder / "empty.csv").write_bytes(b"")
    (folder / "archive.zip").write_bytes(b"PK")
    (folder / "读我.txt").write_text("x", encoding="utf-8")
    pd.DataFrame({"a": [1], "b": [2]}).to_csv(folder / "other.csv", index=False)
    zones().iloc[:2].to_file(folder / "旧小区.geojson")
    (folder / "run").mkdir()
    (folder / "run" / "run.json").write_text("{}", encoding="utf-8")
    (folder / "run" / "zones.csv").write_text("a\n1\n", encoding="utf-8")
    draft = draft_project(folder)
    left = {item.name: item.why.text("en") for item in draft.left}
    assert set(left) == {"broken.geojson", "empty.csv", "archive.zip", "other.csv", "旧小区.geojson"}
    assert "content is not that of" in left["broken.geojson"]
    assert "columns a, b" in left["other.csv"]
    assert "there can be one source of zones" in left["旧小区.geojson"]
    assert all(name in draft.text("zh") for name in left)


def test_hostile_names_stay_names(folder):
    table = places().rename(columns={"类别": '类"别\n[zones]\npath = "x"'})
    table.to_csv(folder / 'p"oi\n#.csv', index=False)
    read, text, _ = checked(folder)
    assert {f["path"] for f in read["facilities"]} == {'p"oi\n#.csv'}
    assert list(read["facilities"][0]["where"]) == ['类"别\n[zones]\npath = "x"']
    assert read["zones"]["path"] == "小区.shp"
    assert not any(line.startswith("#.csv") for line in text.splitlines())
