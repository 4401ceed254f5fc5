"""Doubtful rows of a list, as they are reviewed; and points that stand in for buildings. All names are synthetic."""

import csv
import json

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from conftest import X, Y
from listed_town import COMPOUNDS, build, write_list

import geoprio
from geoprio._core.errors import InputError, MissingError
from geoprio.cli.main import app

# ------------------------------------------------------------------------------------------------------------ review


def doubtful(town):
    town.zones[0][0]["name"], town.zones[1][0]["name"] = "阳光花园", "红旗小区"
    write_list(town, "小区名称,户数\n阳光苑,100\n红旗社区,50\n无名里,7\n")


def answer(folder, out, accept, name="reviewed.csv"):
    """Fill the column accept of the review table that a run wrote."""
    with (out / "compounds_review.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    with (folder / name).open("w", encoding="gb18030", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows({**row, "accept": accept} for row in rows)
    return rows


@pytest.mark.parametrize(("accept", "dwellings"), [("是", 100), ("yes", 100), ("", None), ("no", None)])
def test_doubtful_matches_are_written_answered_and_used(town, accept, dwellings):
    doubtful(town)
    result = geoprio.run(town.write(COMPOUNDS))
    assert result.zones["dwellings"].isna()["west"]
    out = result.save(town.folder / "out")
    rows = answer(town.folder, out, accept)
    assert [(r["list_row"], r["list_name"], r["zone_id"], r["accept"]) for r in rows] == [("2", "阳光苑", "west", "")]
    assert "compounds_review.csv" in {
        f["path"] for f in json.loads((out / "run.json").read_text(encoding="utf-8"))["files"]
    }
    again = geoprio.run(town.write(COMPOUNDS + 'matches = "reviewed.csv"\n'))
    found = again.zones["dwellings"]["west"]
    assert (None if pd.isna(found) else found) == dwellings
    if dwellings:
        assert again.zones.loc["west", ["match_method", "match_score"]].tolist() == ["reviewed", 100]
    assert {"list.csv", "reviewed.csv"} <= {i["path"] for i in again.inputs}
    report = again.quality["compounds"]
    assert (report["joined"], report["to_review"], report["without_zone"]) == {
        "是": (2, 0, 1), "yes": (2, 0, 1), "": (1, 1, 1), "no": (1, 0, 2)
    }[accept]  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("list_row,zone_id\n9,west\n", "line 2: the list has no row '9'"),
        ("list_row,zone_id\n2,nowhere\n", "line 2: there is no zone 'nowhere'"),
        ("list_row,zone_id\n2,west\n2,east\n", "line 3: row 2 is accepted twice"),
        ("list_row,list_name,zone_id\n2,月亮湾,west\n", "line 2: row 2 is '阳光苑' now, not '月亮湾'"),
        ("row,zone\n2,west\n", "column 'list_row' is not there"),
    ],
)
def test_a_reviewed_table_that_does_not_fit(town, lines, message):
    doubtful(town)
    (town.folder / "reviewed.csv").write_text(lines, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        build(town, COMPOUNDS + 'matches = "reviewed.csv"\n')


def test_a_reviewed_table_of_one_s_own(town):
    doubtful(town)
    (town.folder / "reviewed.csv").write_text("list_row,zone_id\n2,west\n4,west\n3,\n", encoding="utf-8")
    city, findings = build(town, COMPOUNDS + 'matches = "reviewed.csv"\n')
    # Two rows for one zone are added; a row without a zone is joined to none.
    assert city.zones["dwellings"].tolist()[0] == 107
    assert pd.isna(city.zones["dwellings"].tolist()[1])
    assert "it belongs to no zone: no zone, says the reviewed table" in findings.rejects()["reason"].tolist()
    with pytest.raises(MissingError):
        build(town, COMPOUNDS + 'matches = "no.csv"\n')


def test_check_writes_the_review_table(town):
    from typer.testing import CliRunner

    doubtful(town)
    done = CliRunner().invoke(app, ["check", str(town.write(COMPOUNDS)), "--lang", "en"])
    assert done.exit_code == 0, done.output
    assert "join rate" in done.output
    assert (town.folder / "project_check" / "compounds_review.csv").exists()


def test_names_in_the_review_table_are_no_formulas(town):
    town.zones[0][0]["name"] = "=阳光花园"
    write_list(town, "小区名称,户数\n=阳光苑,100\n")
    out = geoprio.run(town.write(COMPOUNDS)).save(town.folder / "out")
    rows = answer(town.folder, out, "yes")
    assert (rows[0]["list_name"], rows[0]["zone_name"]) == ("'=阳光苑", "'=阳光花园")
    assert geoprio.run(town.write(COMPOUNDS + 'matches = "reviewed.csv"\n')).zones["dwellings"]["west"] == 100


# --------------------------------------------------------------------------------------------------------- stand-ins


def test_without_footprints_one_point_with_the_dwellings_stands_in(town):
    write_list(town, "小区名称,户数,层数,建成年代\n西区,120,6,1985\n")
    result = geoprio.run(town.write(COMPOUNDS, buildings=""))
    (house,) = result.buildings.itertuples()
    assert (house.Index, house.zone_id, house.use, house.dwellings, house.stand_in) == (
        "swest",
        "west",
        "residential",
        120,
        True,
    )
    assert (house.x, house.y) == (X + 200, Y + 200)
    # 100 m along the street and 5 m beside it.
    assert house.convenience_distance_m == pytest.approx(105, abs=1e-3)
    assert result.zones["stand_in"].to_dict() == {"west": True, "east": False}
    assert result.zones["score_status"].to_dict() == {"west": "scored", "east": "no_buildings"}
    assert result.quality["categories"]["convenience"]["demand"] == "dwellings"
    assert result.quality["city"]["stand_in_buildings"] == 1
    assert any("no footprints: one point" in n["text"] for n in result.quality["notes"] if n["level"] == "warning")
    out = result.save(town.folder / "out")
    assert "stand_in" in (out / "zones.csv").read_text(encoding="utf-8-sig").splitlines()[0]
    assert gpd.read_file(out / "geoprio.gpkg", layer="buildings")["stand_in"].tolist() == [True]
    assert gpd.read_parquet(out / "buildings.parquet")["stand_in"].tolist() == [True]
    assert "no footprints: one point" in (out / "map.html").read_text(encoding="utf-8")
    assert "没有楼栋轮廓" in (out / "quality.md").read_text(encoding="utf-8")


def test_stand_ins_stand_at_the_list_s_coordinates(town):
    write_list(town, f"名称,户数,x,y\n西区,120,{X + 30},{Y + 190}\n东区,80,,\n")
    city, _ = build(town, COMPOUNDS + 'x = "x"\ny = "y"\ncrs = "EPSG:32650"\n', buildings="")
    assert city.buildings[["x", "y"]].to_numpy().tolist() == [[X + 30, Y + 190], [X + 600, Y + 200]]


def test_zones_may_come_from_a_list_alone(town):
    workbook = openpyxl.Workbook()
    page = workbook.active
    for row in (
        ["小区清单"],
        ["小区编号", "小区名称", "户数", "X坐标", "Y坐标"],
        ["a1", "阳光小区", 100, X + 100, Y + 210],
        ["a2", "月亮湾", 50, X + 130, Y + 210],
        ["a3", "月亮湾", 60, X + 500, Y + 210],
        ["合计", None, 210, None, None],
    ):
        page.append(row)
    workbook.save(town.folder / "list.xlsx")
    place = 'x = "X坐标"\ny = "Y坐标"\ncrs = "EPSG:32650"\n'
    zones = '[zones]\npath = "list.xlsx"\nname = "小区名称"\nid = "小区编号"\n' + place
    result = geoprio.run(town.write('[compounds]\npath = "list.xlsx"\n' + place, zones=zones, buildings=""))
    assert result.zones["dwellings"].to_dict() == {"a1": 100, "a2": 50, "a3": 60}
    assert set(result.zones["outline"]) == {"circle"}
    assert result.zones.area["a1"] == pytest.approx(3.14 * 50**2, rel=0.01)
    # Circles overlap; each stand-in keeps its own zone.
    assert result.buildings["zone_id"].to_dict() == {"sa1": "a1", "sa2": "a2", "sa3": "a3"}
    assert any(
        "no outlines: 3 circles of 50 m" in n["text"] for n in result.quality["notes"] if n["level"] == "warning"
    )
    narrow = geoprio.run(
        town.write('[compounds]\npath = "list.xlsx"\n' + place, zones=zones + "point_radius_m = 10\n", buildings="")
    )
    assert narrow.zones.area["a1"] == pytest.approx(3.14 * 10**2, rel=0.01)


def test_no_dwellings_no_stand_ins(town):
    write_list(town, "小区名称,层数\n西区,6\n")
    with pytest.raises(InputError, match=r"without \[buildings\] the list must give the dwellings of zones"):
        build(town, buildings="")
