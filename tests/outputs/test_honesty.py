"""What the reports admit: points far from streets, detours, and zones at the edge of the data, figured out anew."""

import csv
import json
import sqlite3
import statistics

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from conftest import Town, X, Y

import geoprio
from geoprio.outputs.titles import column_title

STREETS = [
    [[0, 200], [400, 200], [800, 200], [2000, 200]],
    [[400, -900], [400, 200], [400, 900]],
    [[800, 200], [800, 700], [300, 700]],
]


def scattered(folder):
    """Return a town of bent streets with 60 houses scattered over and around it; some are no homes, some far off."""
    town = Town(folder)
    random = np.random.default_rng(20)
    town.streets = [({"kind": "main"}, "LineString", [[X + x, Y + y] for x, y in line]) for line in STREETS]
    town.buildings = []
    for k, (x, y) in enumerate(random.uniform((-150, -100), (1500, 700), (60, 2)).round(1).tolist()):
        use = "office" if k % 7 == 0 else "residential"
        town.buildings.append(({"id": f"h{k}", "use": use}, "Point", [X + x, Y + y]))
    town.buildings.append(({"id": "on-the-shop", "use": "residential"}, "Point", [X + 100, Y + 195]))
    town.shops += [
        ({"id": "s2"}, "Point", [X + 450, Y + 690]),
        ({"id": "lost"}, "Point", [X + 1200, Y + 600]),
    ]
    return town


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """Return folder of a saved run and its report."""
    town = scattered(tmp_path_factory.mktemp("town"))
    out = geoprio.run(town.write("[access]\ncutoff_m = 1200\nrings_m = [300]\n")).save(town.folder / "out", lang="en")
    return out, json.loads((out / "quality.json").read_text(encoding="utf-8"))


def tables(out):
    """Return buildings, facilities and streets as the files hold them, in metres."""
    rows, sites = (gpd.read_file(out / "geoprio.gpkg", layer=name) for name in ("buildings", "facilities"))
    lines = shapely.union_all([shapely.LineString([(X + x, Y + y) for x, y in line]) for line in STREETS])
    return rows.set_index("building_id"), sites.set_index("facility_id"), lines


def quantile(values, q):
    """Return a quantile by linear interpolation between order statistics."""
    values, at = sorted(values), q * (len(values) - 1)
    low = values[int(at)]
    return low + (at - int(at)) * (values[min(int(at) + 1, len(values) - 1)] - low)


def test_snapping_figures_against_plain_geometry(saved):
    out, report = saved
    rows, sites, lines = tables(out)
    names = sites["category"] + " " + sites.index
    for what, table, labels in (("buildings", rows, rows.index), ("facilities", sites, names)):
        metres = pd.Series(shapely.distance(shapely.centroid(table.geometry.to_numpy()), lines), index=labels)
        near, found = metres[metres <= 150], report["snapping"][what]
        assert (found["snapped"], found["unsnapped"]) == (len(near), len(metres) - len(near))
        assert found["unsnapped"] > 0
        assert found["median_m"] == pytest.approx(statistics.median(near), abs=0.051)
        assert found["p95_m"] == pytest.approx(quantile(near, 0.95), abs=0.051)
        worst = near.sort_values(ascending=False, kind="stable")[:10].round(1)
        assert found["farthest_m"] == pytest.approx(worst.to_dict(), abs=0.051)
        assert list(found["farthest_m"].values()) == sorted(found["farthest_m"].values(), reverse=True)
        np.testing.assert_allclose(table["snap_m"].fillna(-1), metres.where(metres <= 150, -1), atol=1e-3)


def test_straight_line_figures_against_plain_geometry(saved):
    out, report = saved
    rows, sites, _ = tables(out)
    homes = rows[rows["zone_id"].notna() & (rows["use"] != "other")]
    assert 0 < len(homes) < len(rows)
    for category, threshold in (("convenience", 500), ("elder_care", 1000)):
        found, of = report["straight_line"][category], sites[(sites["category"] == category)]
        used = of[of["status"] == "used"]
        reached = homes[homes[f"{category}_status"] == "reached"]
        there = used.geometry[reached[f"{category}_facility_id"]].to_numpy()
        direct = shapely.distance(reached.geometry.to_numpy(), there)
        apart = direct > 0
        detours = reached[f"{category}_distance_m"].to_numpy()[apart] / direct[apart]
        assert found["median_detour"] == pytest.approx(statistics.median(detours), abs=0.00051)
        assert found["median_detour"] > 1.05
        circle = shapely.distance(homes.geometry.to_numpy(), shapely.union_all(used.geometry.to_numpy())) <= threshold
        street = homes[f"{category}_distance_m"] <= threshold
        assert {k: found[k] for k in found if k != "median_detour"} == {
            "threshold_m": threshold,
            "buildings": len(homes),
            "within_in_a_straight_line": circle.sum(),
            "within_by_street": street.sum(),
        }
        assert street.sum() < circle.sum() or category == "elder_care"
    assert report["straight_line"]["convenience"]["within_by_street"] > 0
    # The house that stands on the shop has no detour: it walks to the street and back.
    assert rows.loc["on-the-shop", "convenience_distance_m"] == 10


def test_a_category_without_a_facility_has_no_straight_line(town):
    nobody = '[[facilities]]\ncategory = "elder_care"\npath = "homes.geojson"\nwhere = {id = "nobody"}\n'
    assert list(geoprio.run(town.write(homes=nobody)).quality["straight_line"]) == ["convenience"]


def test_a_town_without_homes_has_no_detour(town):
    for building in town.buildings:
        building[0]["use"] = "office"
    found = geoprio.run(town.write()).quality["straight_line"]["convenience"]
    assert (found["median_detour"], found["buildings"], found["within_by_street"]) == (None, 0, 0)


def cells(text, title):
    """Return the rows of the table under a heading of a report in Markdown."""
    part = text.split(f"## {title}\n\n")[1].split("\n\n")[0].splitlines()
    rows = [[c.strip().replace("\\", "") for c in line.strip("|").split(" | ")] for line in part]
    return [dict(zip(rows[0], row, strict=True)) for row in rows[2:]]


@pytest.mark.parametrize(
    ("lang", "far", "straight"),
    [
        ("zh", "到街道的距离（米）", "直线与步行网络"),
        ("en", "Distance to the street (m)", "Straight line and network"),
    ],
)
def test_the_report_shows_them_in_both_languages(saved, tmp_path, lang, far, straight):
    _, report = saved
    from geoprio.outputs.quality.sections import shown
    from geoprio.outputs.quality.words import column_word, role_word
    from geoprio.outputs.write import write_quality

    write_quality(report, "town", tmp_path, lang)
    text = (tmp_path / "quality.md").read_text(encoding="utf-8")
    number = ("zh", "en").index(lang)

    def one(word):
        return word if isinstance(word, str) else word[number]

    def figures_of(row):
        return {column_word(k)[number]: one(shown(v)) for k, v in row.items()}

    rows = {row.pop(column_word("source")[number]): row for row in cells(text, far)}
    assert rows == {one(role_word(what)): figures_of(row) for what, row in report["snapping"].items()}
    rows = {row.pop(column_word("category")[number]): row for row in cells(text, straight)}
    assert rows == {one(role_word(c)): figures_of(row) for c, row in report["straight_line"].items()}


def test_check_reports_without_them(town):
    report = geoprio.check(town.write())
    assert "snapping" not in report
    assert "straight_line" not in report


@pytest.fixture
def framed(town):
    """Put the town in a frame of streets: 900 m of room to the west, north and south, and 1,100 m to the east."""
    west, east, south, north = X - 900, X + 800 + 1100, Y - 900, Y + 400 + 900
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    town.streets.append(({"kind": "ring"}, "LineString", ring))
    town.streets[0] = ({"kind": "main"}, "LineString", [[X, Y + 200], [X + 400, Y + 200], [X + 800, Y + 200]])
    return town


NEAR = [
    # The elder care of the rules `default` is 1,000 m away, that of the 5-minute circle 300 m.
    ("", {"west": True, "east": True}, 1000),
    ('[score]\nrules = "gb50180-2018-5min"\n', {"west": False, "east": False}, 300),
    ('[access]\ncatchment_m = {convenience = 1000}\n[score]\nrules = "gb50180-2018-5min"\n', None, 1000),
]


@pytest.mark.parametrize(("extra", "expected", "metres"), NEAR)
def test_zones_near_the_edge_of_the_data_are_flagged_and_noted(framed, extra, expected, metres):
    expected = expected or {"west": True, "east": True}
    result = geoprio.run(framed.write(extra))
    assert result.zones["near_data_edge"].to_dict() == expected
    said = [n["text"] for n in result.quality["notes"] if "edge of the streets" in n["text"]]
    n = sum(expected.values())
    assert len(said) == (n > 0)
    assert all(text.startswith(f"{n} of 2 zones lie within {metres} m of the edge") for text in said)


def test_only_the_zone_near_the_edge_is_flagged_in_every_file(framed):
    """The east has 800 m of room to the east once the frame is wider elsewhere."""
    far = [[X - 2000, Y - 2000], [X + 1600, Y - 2000], [X + 1600, Y + 2400], [X - 2000, Y + 2400], [X - 2000, Y - 2000]]
    framed.streets[1] = ({"kind": "ring"}, "LineString", far)
    project = framed.write()
    result = geoprio.run(project)
    out = result.save(framed.folder / "out", lang="en")
    expected = {"west": False, "east": True}
    assert result.zones["near_data_edge"].dtype == bool
    with (out / "zones.csv").open(encoding="utf-8-sig", newline="") as file:
        assert {r["zone_id"]: r["near_data_edge"] for r in csv.DictReader(file)} == {"west": "false", "east": "true"}
    parquet = gpd.read_parquet(out / "zones.parquet")["near_data_edge"]
    assert parquet.dtype == bool
    assert parquet.to_dict() == expected
    layer = gpd.read_file(out / "geoprio.gpkg", layer="zones").set_index("zone_id")["near_data_edge"]
    assert layer.to_dict() == expected
    with sqlite3.connect(out / "geoprio.gpkg") as db:
        style = db.execute("SELECT styleQML FROM layer_styles WHERE f_table_name = 'zones'").fetchone()[0]
    assert 'field="near_data_edge"' in style
    assert 'name="near the edge of the data"' in style
    assert column_title("near_data_edge", ("convenience",)) == ("靠近数据边缘", "near the edge of the data")
    assert "1 of 2 zones lie within 1000 m of the edge" in (out / "quality.md").read_text(encoding="utf-8")
    # Other weights leave the flag as it is.
    again = geoprio.rescore(result, {"convenience_covered_share": 1.0}).zones
    assert again["near_data_edge"].to_dict() == expected
