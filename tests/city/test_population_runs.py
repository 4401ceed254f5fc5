"""People by building in whole runs and reports, and of a real island."""

import csv
import json

import numpy as np
import pytest
import rasterio
import shapely
from conftest import X, Y
from people_city import UTM, at, checked, city_of, people, write
from pyproj import CRS, Transformer
from rasterio.transform import Affine

import geoprio
from geoprio._core.errors import InputError
from geoprio._core.findings import Findings


def people_raster(town):
    """Write 10, 20, … 80 people around the houses, 5 without a home near one, 7 far from all."""
    cells = np.zeros((4, 20), "float32")
    cells[1, :8] = 10 * np.arange(1, 9)
    cells[3, 0], cells[1, 15] = 5, 7
    cells[0, 0] = -99999
    write(town.folder / "people.tif", cells, Affine(100, 0, X, 0, -100, Y + 400), UTM, nodata=-99999)
    return '\n[population]\npath = "people.tif"\nshares = "default"\n'


def test_a_run_with_a_raster(town):
    town.buildings.append(({"id": "far", "use": "residential"}, "Point", [X + 2900, Y + 200]))
    project = town.write(people_raster(town))
    result = geoprio.run(project)
    found = result.buildings["population"]
    assert found.tolist()[:8] == [15, 20, 30, 40, 50, 60, 70, 80]
    assert np.isnan(found["far"])
    assert result.quality["population"]["columns"]["population"] == {
        "from": "people.tif", "total": 372, "placed": 365, "moved": 5, "unplaced": 7,
        "homes_unknown": 1, "in_buildings": 365,
    }  # fmt: skip
    demand = {c: row["demand"] for c, row in result.quality["categories"].items()}
    assert demand == {"convenience": "population", "elder_care": "population_60plus"}
    assert result.zones.loc["west", "convenience_demand"] == 105
    assert result.zones.loc["west", "elder_care_demand"] == pytest.approx(105 * 0.187)
    assert result.zones.loc["east", "convenience_per_1000"] == 0
    assert result.zones.loc["west", "convenience_per_1000"] == pytest.approx(1000 / 105)
    assert "people.tif" in [row["path"] for row in result.inputs]
    (reject,) = result.rejects[result.rejects["source"] == "population"].to_dict("records")
    assert (reject["row"], reject["value"]) == ("row 2, column 16", "7")

    out = result.save(town.folder / "out", lang="en")
    text = (out / "quality.md").read_text(encoding="utf-8")
    assert "## People" in text
    assert "| population | people.tif | 372 | 365 | 5 | 7 |" in text
    run = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert [a["name"] for a in json.loads((out / "quality.json").read_text("utf-8"))["population"]["assumptions"]]
    assert "exactextract" in run["libraries"]
    for name in ("run.json", "map.html"):
        assert "share of people aged 60 and older" in (out / name).read_text(encoding="utf-8")
    with (out / "zones.csv").open(encoding="utf-8-sig", newline="") as file:
        (unverified,) = {row["unverified"] for row in csv.DictReader(file)}
    assert "population_60plus 0.187 (share of people aged 60 and older)" in unverified
    again = geoprio.rescore(result, weights={"convenience_covered_share": 1})
    assert "population_0_2 0.0275" in again.zones["unverified"].iloc[0]


def test_check_reports_people_too_and_finds_mistakes_before_reading(town):
    report = geoprio.check(town.write(people_raster(town)))
    assert report["population"]["columns"]["population"]["total"] == 372
    broken = town.text | {"buildings": '[buildings]\npath = "none.geojson"\n'}
    (town.folder / "people.tif").rename(town.folder / "abw_pd_2020.tif")
    project = town.write('\n[population]\npath = "abw_pd_2020.tif"\n', **broken)
    with pytest.raises(InputError, match=r"abw_pd_2020\.tif: its name or unit says that it holds densities"):
        geoprio.check(project)


# Aruba


def aruba(path, seed=20, count=20_000):
    """Return houses scattered over seven in ten of the cells that have data, and their heights and uses."""
    random = np.random.default_rng(seed)
    with rasterio.open(path) as raster:
        cells, place = raster.read(1, masked=True), raster.transform
    rows, cols = np.nonzero(~np.ma.getmaskarray(cells))
    built = np.flatnonzero(random.random(len(rows)) < 0.7)
    own = random.choice(built, count)
    lon, lat = at(place, cols[own] + random.random(count), rows[own] + random.random(count))
    x, y = Transformer.from_crs("EPSG:4326", "EPSG:32619", always_xy=True).transform(lon, lat)
    turned = [
        shapely.affinity.rotate(shapely.box(a - w, b - d, a + w, b + d), angle)
        for a, b, w, d, angle in zip(
            x, y, *random.uniform(3, 15, (2, count)), random.uniform(0, 90, count), strict=True
        )
    ]
    floors = np.where(random.random(count) < 0.2, np.nan, random.integers(1, 9, count))
    return turned, {
        "floors": floors,
        "use": random.choice(["residential", "unknown", "other"], count, p=[0.5, 0.4, 0.1]),
    }


@pytest.mark.realdata
def test_worldpop_aruba_sums_to_106766_before_and_after(real_data):
    """Three in ten cells have no house; of those with houses, some have none that is a home."""
    name = "abw_ppp_2020_UNadj_constrained.tif"
    shapes, columns = aruba(real_data / "rasters" / name)
    reach = shapely.box(*shapely.total_bounds(np.array(shapes))).buffer(3000)
    findings = Findings()
    found = people(city_of(shapes, reach, CRS("EPSG:32619"), **columns), real_data / "rasters", findings, path=name)
    figures = checked(found)
    assert figures["total"] == pytest.approx(106_766, rel=1e-6)
    assert figures["placed"] + figures["unplaced"] == pytest.approx(106_766, rel=1e-6)
    assert found.buildings["population"].sum() == pytest.approx(figures["placed"], rel=1e-9)
    assert findings.rejects()["value"].astype(float).sum() == pytest.approx(figures["unplaced"], rel=1e-6)
    assert figures["moved"] > 10_000
    assert 0 < figures["unplaced"] < 0.01 * figures["total"]
    assert (found.buildings.loc[found.buildings["use"] == "other", "population"] == 0).all()
    assert figures["homes_unknown"] == 0
