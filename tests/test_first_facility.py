"""A category of which there is no facility yet: the first one can be sited, tried, planned and compared."""

import json

import geopandas as gpd
import pandas as pd
import pytest
from conftest import Town, X, Y, collection, square
from typer.testing import CliRunner

import geoprio
from geoprio._core.errors import InputError
from geoprio.cli.main import app
from geoprio.config.draft import draft_project
from geoprio.pipeline import check

TABLE = 'x = "lng"\ny = "lat"\ncrs = "EPSG:4326"\n'
LISTS = {
    "homes.csv": TABLE + 'capacity = "beds"\n',
    "homes.xlsx": TABLE,
    "none.geojson": 'capacity = "beds"\nwhere = {kind = "station"}\n',
    "none.gpkg": "",
    "poi.csv": 'x = "location"\ny = "location"\ncrs = "GCJ-02"\nprofile = "amap"\n',
}
"""Lists of none, and how the project reads them."""
PROGRAMME = """
[programme]
measures = ["station"]
measures_file = "mine.toml"
draws = 0

[[programme.siting]]
column = "new_rooms"
category = "elder_care"
path = "rooms.csv"
x = "x"
y = "y"
crs = "EPSG:32650"
number = 1
size = "count"

[[programme.sources]]
code = "city"
title_zh = "市级"
title_en = "city"
kind = "city"
budget_cny = 1000000
"""
MINE = """
[[measures]]
code = "station"
title_zh = "养老站"
title_en = "station"
grade = "upgrading"
side = "face"
unit = "place"
quantity = [{ column = "new_rooms" }]
cost = { low_cny = 100, high_cny = 100, source = "test", verified = true }
improves = [{ indicator = "elder_care_covered_share", closes = 1.0, source = "test" }]
"""
OSM = """<?xml version='1.0' encoding='UTF-8'?>
<osm version="0.6">
  <node id="1" lat="{lat}" lon="{lon}" version="1"><tag k="shop" v="convenience"/></node>
</osm>
"""


def write_none(town: Town, name: str) -> str:
    """Write a list without a row; return the section that reads it."""
    path = town.folder / name
    if name == "homes.csv":
        path.write_text("id,name,lng,lat,beds\n", encoding="utf-8")
    elif name == "poi.csv":
        path.write_text("id,name,location,typecode\n", encoding="utf-8")
    elif name.endswith(".xlsx"):
        pd.DataFrame(columns=["id", "name", "lng", "lat"]).to_excel(path, index=False)
    elif name.endswith(".gpkg"):
        gpd.GeoDataFrame({"id": ["a"]}, geometry=gpd.points_from_xy([X], [Y]), crs=32650).iloc[:0].to_file(path)
    else:
        path.write_text(collection([]), encoding="utf-8")
    return f'[[facilities]]\ncategory = "elder_care"\npath = "{name}"\n{LISTS[name]}'


@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_none_is_a_list(town, name):
    result = geoprio.run(town.write(homes=write_none(town, name)))
    assert result.zones["elder_care_covered_share"].isna().all()
    assert result.buildings["elder_care_status"].eq("no_facilities").all()
    # Its weight went to the shops, as where the category were not there.
    alone = geoprio.run(town.write(homes=""))
    pd.testing.assert_series_equal(result.zones["priority"].sort_index(), alone.zones["priority"].sort_index())
    warned = [n["text"] for n in result.quality["notes"] if n["level"] == "warning"]
    assert f"{name} holds no row: no facility of the category elder_care is there" in warned
    town.write(homes=write_none(town, name))
    (source,) = (s for s in check(town.folder / "project.toml")["sources"] if s["path"] == name)
    assert source["rows"] == 0


def test_a_file_without_even_a_header_or_with_a_wrong_column_is_refused(town):
    section = write_none(town, "homes.csv")
    (town.folder / "homes.csv").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="the file is empty"):
        geoprio.run(town.write(homes=section))
    (town.folder / "homes.csv").write_text("id,name,lng,lat\n", encoding="utf-8")
    with pytest.raises(InputError, match="column 'beds' is not there"):
        geoprio.run(town.write(homes=section))


def test_every_verb_from_none_to_the_first(town):
    section = write_none(town, "homes.csv")
    for i, (row, _, _) in enumerate(town.buildings):
        row |= {"population": 100.0 + i, "population_60plus": 20.0 + i}
    town.zones.append(({"id": "far", "name": "远区"}, "Polygon", square(X + 1900, Y, 400)))
    town.buildings.append(({"id": "h9", "use": "residential", "population": 9.0, "population_60plus": 5.0}, "Polygon",
                           square(X + 1950, Y + 210, 10)))  # fmt: skip
    rooms = [f"r{k},{X + 100 * k},{Y + 195}" for k in range(1, 8)]
    (town.folder / "rooms.csv").write_text("\n".join(["id,x,y", *rooms]) + "\n", encoding="utf-8")
    (town.folder / "mine.toml").write_text(MINE, encoding="utf-8")
    project = str(town.write(PROGRAMME, homes=section))
    out = {name: str(town.folder / name) for name in ("check", "before", "sited", "after", "plan", "effect")}
    at = ["--x", "x", "--y", "y", "--crs", "EPSG:32650"]
    scenario = str(town.folder / "sited" / "scenario.toml")
    calls = [
        ["check", project, "--out", out["check"]],
        ["run", project, "--out", out["before"]],
        ["site", project, "--category", "elder_care", "--sites", str(town.folder / "rooms.csv"), "--number", "1",
         *at, "--out", out["sited"]],
        ["run", project, "--scenario", scenario, "--out", out["after"]],
        ["plan", project, "--out", out["plan"]],
        ["compare", out["before"], out["after"], "--out", out["effect"]],
    ]  # fmt: skip
    said = []
    for call in calls:
        done = CliRunner().invoke(app, call)
        assert done.exit_code == 0, (call, done.output, done.exception)
        said.append(done.output)
    assert "情景：facilities[1]：新增" in said[3]
    after = pd.read_csv(town.folder / "after" / "zones.csv").set_index("zone_id")
    before = pd.read_csv(town.folder / "before" / "zones.csv").set_index("zone_id")
    assert before["elder_care_covered_share"].isna().all()
    # The rule's 1,000 m from the one room reach all houses of both zones in the west, and not the one 1,900 m east.
    share = after["elder_care_covered_share"]
    assert (share["west"], share["east"], share["far"]) == (1.0, 1.0, 0.0)
    report = json.loads((town.folder / "sited" / "site.json").read_text(encoding="utf-8"))
    assert (report["covered_before"], report["gain"]) == (0.0, sum(20.0 + i for i in range(8)))
    change = pd.read_parquet(town.folder / "effect" / "change.parquet")
    assert change["elder_care_covered_share_before"].isna().all()
    assert change["elder_care_covered_share_after"].to_dict() == share.to_dict()
    assert change["elder_care_covered_share_verdict"].eq("unknown").all()
    planned = pd.read_csv(town.folder / "plan" / "zones.csv").set_index("zone_id")
    assert planned["new_rooms"].sum() == 1


def test_a_scenario_says_how_a_category_is_added(town):
    project = town.write(homes="")
    new = town.folder / "new.toml"
    new.write_text(f'crs = "EPSG:32650"\n[[facilities]]\ncategory = "elder_care"\nx = {X}\ny = {Y}\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"no category 'elder_care'.*add \[\[facilities\]\].*header only"):
        geoprio.run(project, scenario=new)
    with pytest.raises(InputError, match=r"none of the project's.*add \[\[facilities\]\].*header only"):
        geoprio.site(project, "elder_care", "buildings", 1)


def test_init_keeps_what_the_extract_does_not_hold(town):
    town.write()
    place = gpd.GeoSeries.from_xy([X + 100], [Y + 195], crs=32650).to_crs(4326)
    text = OSM.format(lat=place.y[0], lon=place.x[0])
    (town.folder / "city.osm").write_text(text, encoding="utf-8")
    files = [town.folder / name for name in ("zones.geojson", "buildings.geojson", "streets.geojson", "city.osm")]
    draft = draft_project(town.folder, files)
    text = draft.text("en")
    assert "OSM holds no elder_care: read as none being there" in text
    assert "No facilities of" not in text
    (town.folder / "project.toml").write_text(text, encoding="utf-8")
    result = geoprio.run(town.folder / "project.toml")
    states = {c: result.buildings[f"{c}_status"].iloc[0] for c in ("elder_care", "childcare", "convenience")}
    assert states == {"elder_care": "no_facilities", "childcare": "no_facilities", "convenience": "reached"}
    assert any("一处也没有" in doubt for doubt in draft.doubts("zh"))
