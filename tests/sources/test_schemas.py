"""Schemas of footprints, and large files of which only a window is read."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely

from geoprio._core.errors import InputError
from geoprio._core.findings import Findings
from geoprio.sources import BuildingsSpec, ZonesSpec, read_layers, windows
from geoprio.sources.schemas import PLAIN, building_columns, columns_used, find_schema, load_schemas
from geoprio.sources.spec import SourceSpec
from geoprio.sources.windows import Window, study_bounds

SIDE = 40
"""Houses in a row of the synthetic town."""


@pytest.fixture(autouse=True)
def small_windows(monkeypatch):
    monkeypatch.setattr(windows, "WINDOW_ROWS", 100)


@pytest.mark.parametrize(
    ("columns", "name"),
    [
        (["id", "names", "subtype", "class", "height", "num_floors", "sources", "bbox"], "overture"),
        (["latitude", "longitude", "area_in_meters", "confidence", "full_plus_code"], "google"),
        (["height", "confidence"], "microsoft"),
        (["osm_id", "code", "fclass", "name", "type"], "geofabrik"),
        (["osm_id", "building", "building:levels"], "osm"),
        (["@id", "building"], "osm"),
        (["BSM", "ZRZH", "JZWGD", "ZCS", "DSCS", "GHYT"], "cadastral"),
        (["自然幢号", "总层数"], "cadastral"),
        (["id", "height"], "none"),
        (["class", "subtype"], "none"),
        (["building", "floors"], "none"),
        ([], "none"),
    ],
)
def test_schemas_are_told_by_their_columns(columns, name):
    assert find_schema(columns, BuildingsSpec(path="b.parquet")).name == name


def test_schemas_carry_their_source():
    names = [s.name for s in load_schemas()]
    assert len(set(names)) == len(names)
    assert all(s.source and s.issued and s.columns for s in load_schemas())


def test_named_columns_come_before_own_names_schemas_and_aliases():
    columns = ["GHYT", "DSCS", "ZCS", "floors", "户数", "常住人口", "用途"]
    spec = BuildingsSpec(path="b.shp", columns={"population": "人"})
    schema, held = building_columns([*columns, "人"], spec)
    assert schema.name == "cadastral"
    assert held == {"use": ["GHYT"], "floors": ["floors"], "dwellings": ["户数"], "population": ["人"]}
    assert building_columns(columns, BuildingsSpec(path="b.shp", profile="none")) == (PLAIN, {"floors": ["floors"]})


def test_a_schema_that_is_asked_for_needs_one_of_its_columns():
    with pytest.raises(InputError, match=r"profile = 'overture' needs a column such as subtype, class.*it has a, b"):
        find_schema(["a", "b"], BuildingsSpec(path="b.shp", profile="overture"))
    assert find_schema(["height"], BuildingsSpec(path="b.shp", profile="microsoft")).name == "microsoft"


def test_columns_that_are_used():
    columns = ["id", "names", "subtype", "class", "height", "num_floors", "sources"]
    assert columns_used(columns, BuildingsSpec(path="b")) == ["id", "subtype", "class", "height", "num_floors"]
    picked = BuildingsSpec(path="b", id="names", where={"sources": "x"})
    assert columns_used(columns, picked) == ["names", "subtype", "class", "height", "num_floors", "sources"]
    assert columns_used(columns, BuildingsSpec(path="b", id="nmae")) == columns


@pytest.mark.parametrize(
    ("word", "use"),
    [
        ("11", "residential"), ("20", "other"), ("成套住宅", "residential"), ("住宅、商业", "residential"),
        ("非住宅", "other"), ("住宅配套用房", "other"), ("酒店式公寓", "other"), ("商住楼", "residential"),
        ("办公", "other"), ("不详", "unknown"), ("集体宿舍", "residential"), ("地下车库(住宅)", "other"),
    ],
)  # fmt: skip
def test_words_and_codes_of_use(word, use):
    cadastral = next(s for s in load_schemas() if s.name == "cadastral")
    assert cadastral.use_of(word) == use


# -------------------------------------------------------------------------------------------------------------- windows


def houses():
    """Return 1,600 houses some 11 km apart from end to end; every 97th is not drawn."""
    col, row = np.meshgrid(np.arange(SIDE), np.arange(SIDE))
    lon, lat = 116 + col.ravel() * 0.003, 40 + row.ravel() * 0.003
    shapes = np.asarray(shapely.box(lon, lat, lon + 1e-4, lat + 1e-4), dtype=object)
    shapes[::97] = None
    n = len(shapes)
    data = {
        "code": [f"{i:06d}" for i in range(n)],
        "big": np.arange(n) + 110108001002003001,
        "floors": np.arange(n) % 9,
    }
    data["unused"] = "x"
    return gpd.GeoDataFrame(data, geometry=shapes, crs=4326)


def zones(folder, west=116.0, south=40.0, east=116.02, north=40.02):
    area = shapely.box(west, south, east, north)
    gpd.GeoDataFrame({"id": ["z"]}, geometry=[area], crs=4326).to_file(folder / "zones.geojson")


def read(folder, name, findings=None, reach_m=500.0, **spec):
    specs = {"zones": ZonesSpec(path="zones.geojson"), "buildings": BuildingsSpec(path=name, **spec)}
    return read_layers(specs, folder, findings or Findings(), reach_m)["buildings"]


def write(folder, kind):
    path = folder / f"houses.{kind.partition('-')[0]}"
    frame = houses()
    if kind == "parquet-cover":
        frame.to_parquet(path, write_covering_bbox=True, row_group_size=150)
    elif kind == "parquet-plain":
        frame.to_parquet(path)
    elif kind == "parquet-indexed":
        frame.set_index("code").to_parquet(path, write_covering_bbox=True)
    elif kind == "gpkg-gaps":
        frame.to_file(path)
        import sqlite3
        from contextlib import closing

        with closing(sqlite3.connect(path)) as db, db:
            # GDAL's own triggers need its functions; a row may go without them.
            for (trigger,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                db.execute(f'DROP TRIGGER "{trigger}"')
            db.execute("UPDATE houses SET fid = fid + 100000 WHERE fid = 5")
            db.execute("UPDATE rtree_houses_geom SET id = id + 100000 WHERE id = 5")
    elif kind == "fgb":
        frame[frame.geometry.notna()].to_file(path)
    else:
        frame.to_file(path, **({"SPATIAL_INDEX": "NO"} if kind == "fgb-noindex" else {}))
    return path.name


KINDS = ["parquet-cover", "parquet-plain", "parquet-indexed", "gpkg", "gpkg-gaps", "fgb", "fgb-noindex", "shp"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_window_holds_the_same_rows_as_the_whole_file(tmp_path, monkeypatch, kind):
    name = write(tmp_path, kind)
    zones(tmp_path)
    findings = Findings()
    part = read(tmp_path, name, findings, id="code")
    monkeypatch.setattr(windows, "WINDOW_ROWS", 10_000)
    whole = read(tmp_path, name, id="code")
    assert len(whole) == SIDE * SIDE - (len(range(0, SIDE * SIDE, 97)) if kind == "fgb" else 0)
    # Rows keep their number, their values and their shapes; nothing within reach is left out.
    assert part.index.is_monotonic_increasing
    assert part["code"].tolist() == whole.loc[part.index, "code"].tolist()
    assert shapely.equals(part.geometry.dropna().to_numpy(), whole.geometry[part.index].dropna().to_numpy()).all()
    reach = shapely.box(115.994, 39.9954, 116.026, 40.0246)
    near = whole.index[shapely.intersects(reach, whole.geometry.to_numpy())]
    assert set(near) <= set(part.index)
    assert len(part) < 500
    assert part["floors"].tolist() == whole.loc[part.index, "floors"].tolist()
    unread = findings.sources[-1]["rows_unread"]
    assert unread == len(whole) - len(part)
    assert f"{unread} of {len(whole)} rows lie outside the box" in " ".join(n.text for n in findings.notes)
    if kind != "shp":
        assert "unused" not in part


def test_rows_without_a_shape_stay_in_a_parquet_window(tmp_path):
    zones(tmp_path)
    for kind in ("parquet-cover", "parquet-plain"):
        part = read(tmp_path, write(tmp_path, kind))
        assert part.geometry.isna().sum() == len(range(0, SIDE * SIDE, 97))


def test_long_ids_stay_whole_in_a_window(tmp_path):
    zones(tmp_path)
    part = read(tmp_path, write(tmp_path, "parquet-cover"), id="big")
    assert part["big"].iloc[1] == 110108001002003001 + part.index[1] - 1


def test_row_groups_far_off_are_not_touched(tmp_path, monkeypatch):
    zones(tmp_path)
    name = write(tmp_path, "parquet-cover")
    batches, boxes = [], []
    every, one = pq.ParquetFile.iter_batches, pq.ParquetFile.read_row_group

    def spy_batches(self, size, row_groups, columns):
        batches.extend(row_groups)
        return every(self, size, row_groups=row_groups, columns=columns)

    def spy_boxes(self, group, columns):
        boxes.append(group)
        return one(self, group, columns=columns)

    monkeypatch.setattr(pq.ParquetFile, "iter_batches", spy_batches)
    monkeypatch.setattr(pq.ParquetFile, "read_row_group", spy_boxes)
    frame = houses()
    frame[frame.geometry.notna()].to_parquet(tmp_path / name, write_covering_bbox=True, row_group_size=150)
    read(tmp_path, name)
    assert batches == boxes == [0, 1, 2, 3]
    assert pq.ParquetFile(tmp_path / name).metadata.num_row_groups == 11


@pytest.mark.parametrize("crs", ["EPSG:32650", "EPSG:3857", "EPSG:4549"])
def test_windows_in_other_crs(tmp_path, crs):
    zones(tmp_path)
    houses().to_crs(crs).to_parquet(tmp_path / "h.parquet", write_covering_bbox=True)
    assert 50 < len(read(tmp_path, "h.parquet")) < 500


def test_shifted_coordinates_lie_within_the_margin(tmp_path):
    from geoprio.sources.coordinates import wgs84_to_bd09

    frame = houses()
    frame = frame[frame.geometry.notna()]
    inside = frame[shapely.within(frame.geometry.to_numpy(), shapely.box(115.999, 39.999, 116.021, 40.021))]
    moved = shapely.transform(frame.geometry.to_numpy(), lambda xy: np.column_stack(wgs84_to_bd09(*xy.T)))
    frame.set_geometry(gpd.GeoSeries(moved, index=frame.index, crs=4326)).to_parquet(tmp_path / "h.parquet")
    zones(tmp_path)
    part = read(tmp_path, "h.parquet", crs="BD-09", id="code")
    assert set(inside["code"]) <= set(part["code"])
    assert len(part) < len(frame)


def test_small_files_other_roles_and_grids_are_read_whole(tmp_path):
    name = write(tmp_path, "gpkg")
    zones(tmp_path)
    specs = {"zones": ZonesSpec(path="zones.geojson"), "streets": SourceSpec(path=name)}
    assert len(read_layers(specs, tmp_path, Findings(), 500.0)["streets"]) == SIDE * SIDE
    alone = {"buildings": BuildingsSpec(path=name)}
    assert len(read_layers(alone, tmp_path, Findings(), 500.0)["buildings"]) == SIDE * SIDE
    assert len(read(tmp_path, name, reach_m=None)) == SIDE * SIDE
    houses().head(90).to_parquet(tmp_path / "few.parquet")
    assert len(read(tmp_path, "few.parquet")) == 90


@pytest.mark.parametrize("kind", ["parquet-cover", "gpkg"])
def test_nothing_within_reach_is_said(tmp_path, kind):
    frame = houses()
    name = f"far.{kind.partition('-')[0]}"
    frame = frame[frame.geometry.notna()]
    frame.to_parquet(tmp_path / name, write_covering_bbox=True) if kind != "gpkg" else frame.to_file(tmp_path / name)
    zones(tmp_path, 100, 20, 100.1, 20.1)
    with pytest.raises(InputError, match=rf"none of {len(frame)} rows lies within reach of the zones"):
        read(tmp_path, name)


def test_a_column_that_is_not_there_is_named_with_all_that_are(tmp_path):
    from geoprio.city.buildings import building_table

    zones(tmp_path)
    spec = BuildingsSpec(path=write(tmp_path, "parquet-cover"), columns={"floors": "flors"})
    layers = read_layers({"zones": ZonesSpec(path="zones.geojson"), "buildings": spec}, tmp_path, Findings(), 500.0)
    with pytest.raises(InputError, match=r"column 'flors' is not there \(did you mean 'floors'\?\).*unused"):
        building_table(layers["buildings"], spec, layers["zones"].crs, Findings())


def test_a_crs_that_is_not_known_and_a_file_that_is_none(tmp_path):
    zones(tmp_path)
    name = write(tmp_path, "parquet-cover")
    with pytest.raises(InputError, match="crs 'EPSG:1' is not known"):
        read(tmp_path, name, crs="EPSG:1")
    (tmp_path / "bad.parquet").write_bytes(b"PAR1" + b"x" * 99 + b"PAR1")
    with pytest.raises(InputError, match="not a GeoParquet file"):
        read(tmp_path, "bad.parquet")
    pd.DataFrame({"a": range(200)}).to_parquet(tmp_path / "plain.parquet")
    with pytest.raises(InputError, match="not a GeoParquet file"):
        read(tmp_path, "plain.parquet")


def test_the_box_around_the_zones_holds_all_within_reach():
    """A circle of the reach around each corner, drawn on the ellipsoid, lies inside."""
    from pyproj import Geod

    for lon, lat in ((0.0, 0.0), (116.0, 40.0), (-70.0, -55.0), (25.0, 70.0)):
        area = gpd.GeoDataFrame(geometry=[shapely.box(lon, lat, lon + 0.1, lat + 0.1)], crs=4326)
        west, south, east, north = study_bounds(area, 5000.0)
        azimuth = np.arange(0, 360, 5.0)
        for x, y in shapely.get_coordinates(area.geometry.iloc[0]):
            ring = Geod(ellps="WGS84").fwd(np.full(72, x), np.full(72, y), azimuth, np.full(72, 5000.0))
            assert west < min(ring[0]) < max(ring[0]) < east
            assert south < min(ring[1]) < max(ring[1]) < north


def test_zones_without_a_box_give_no_window():
    empty = gpd.GeoDataFrame(geometry=[None], crs=4326)
    polar = gpd.GeoDataFrame(geometry=[shapely.box(0, 85, 1, 86)], crs=4326)
    assert study_bounds(empty, 500.0) is None
    assert study_bounds(polar, 500.0) is None
    from pyproj import CRS

    far = Window((116.0, 40.0, 117.0, 41.0), list)
    assert far.within(CRS("+proj=gnom +lat_0=-40 +lon_0=-64")) is None


def test_a_flatgeobuf_with_rows_that_are_not_drawn(tmp_path):
    frame = houses().head(200)
    frame["n"] = pd.array([None, *range(199)], dtype="Int64")
    frame.to_file(tmp_path / "h.fgb", SPATIAL_INDEX="NO")
    found = read_layers({"zones": SourceSpec(path="h.fgb")}, tmp_path, Findings())["zones"]
    assert found.geometry.isna().sum() == 3
    assert found["n"].dtype == "Int64"
    frame["n"] = pd.array([None, *(2**60 + np.arange(199))], dtype="Int64")
    frame.to_file(tmp_path / "h.fgb", SPATIAL_INDEX="NO")
    with pytest.raises(InputError, match="column 'n' holds long numbers"):
        read_layers({"zones": SourceSpec(path="h.fgb")}, tmp_path, Findings())


def test_gpkg_without_its_index_gives_the_same(tmp_path):
    zones(tmp_path)
    houses().to_file(tmp_path / "h.gpkg", SPATIAL_INDEX="NO")
    assert pyogrio.read_info(tmp_path / "h.gpkg")["features"] == SIDE * SIDE
    assert len(read(tmp_path, "h.gpkg")) < 500
