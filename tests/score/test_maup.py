"""The same buildings on other zones."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import geoprio
from geoprio._core.errors import InputError
from geoprio.score.maup import maup_check

X, Y = 500_000.0, 3_450_000.0


def polygons(boxes, crs=32650):
    shapes = [shapely.box(X + a, Y + b, X + c, Y + d) for a, b, c, d in boxes.values()]
    return gpd.GeoDataFrame(index=list(boxes), geometry=shapes, crs=crs)


@pytest.fixture
def result(town):
    text = '\n[[indicators]]\ncode = "convenience_covered_share"\nthreshold_m = 300\n'
    return geoprio.run(town.write(extra=text + "\n[score]\nweights = {convenience_covered_share = 1.0}\n"))


def test_the_own_zones_and_the_same_zones_again_give_the_same(result):
    again = result.zones[["geometry"]].to_crs(4326)
    found = maup_check(result, {"again": again}, grid_m=None)
    own = result.zones["priority"].rename(None)
    assert found.zones["priority"].to_numpy() == pytest.approx(own[found.zones.index].to_numpy(), abs=1e-9)
    assert found.zones["again"].to_numpy() == pytest.approx(found.zones["priority"].to_numpy(), abs=1e-9)
    assert (found.buildings["zones"] == found.buildings["again"]).all()
    assert found.pairs.loc[("zones", "again"), "spearman"] == pytest.approx(1)
    assert found.layers.loc["again", "buildings"] == 8


def test_shares_of_other_zones_by_hand(result):
    # Shop at x = 100; houses at 55, 155 … 755 from the corner: those up to 355 are within 300 m of walk.
    near = (result.buildings["convenience_distance_m"] <= 300).to_numpy()
    assert 0 < near.sum() < 8
    layer = polygons({"a": (0, 0, 200, 400), "b": (200, 0, 600, 400), "c": (600, 0, 800, 400)})
    found = maup_check(result, {"thirds": layer}, grid_m=None)
    order = np.argsort(result.buildings.geometry.centroid.x.to_numpy())
    expected = np.concatenate([np.full(len(part), 100 * (1 - near[part].mean())) for part in np.split(order, [2, 6])])
    assert found.buildings["thirds"].to_numpy()[order] == pytest.approx(expected)
    # A zone's mean: of the 4 houses in the west, 2 stand in a and 2 in b.
    assert found.zones.loc["west", "thirds"] == pytest.approx(expected[:4].mean())


def test_a_grid_holds_all_buildings(result):
    found = maup_check(result)
    assert found.layers.index.tolist() == ["zones", "grid_250m"]
    assert found.layers.loc["grid_250m", ["buildings", "outside"]].tolist() == [8, 0]
    assert found.pairs.loc[("zones", "grid_250m"), "buildings"] == 8
    # Two zones are too few to be ordered.
    assert np.isnan(found.pairs.loc[("zones", "grid_250m"), "zone_spearman"])
    assert "nothing to compare" in found.words[1]
    assert "无法比较" in found.words[0]


def test_the_run_is_not_changed(result):
    zones, buildings, sites = result.zones.copy(), result.buildings.copy(), result.facilities.copy()
    maup_check(result)
    pd.testing.assert_frame_equal(zones, result.zones)
    pd.testing.assert_frame_equal(buildings, result.buildings)
    pd.testing.assert_frame_equal(sites, result.facilities)


def test_buildings_outside_a_layer_are_counted(result):
    found = maup_check(result, {"west": polygons({"w": (0, 0, 350, 400)})}, grid_m=100.0)
    assert found.layers.loc["west", "buildings"] == 3
    assert found.layers.loc["west", "outside"] == 5
    assert found.buildings["west"].notna().sum() == 3
    assert "up to 5 buildings lie outside" in found.words[1]


@pytest.mark.parametrize(
    ("layers", "grid_m", "message"),
    [
        ({}, None, "nothing to compare with"),
        ({}, 0.0, "grid_m = 0"),
        ({"zones": polygons({"a": (0, 0, 9, 9)})}, None, "the run's own zones"),
        ({"far": polygons({"a": (9000, 0, 9900, 90)})}, None, "holds no building"),
        ({"bare": polygons({"a": (0, 0, 9, 9)}, crs=None)}, None, "'bare' has no CRS"),
        ({"none": polygons({"a": (0, 0, 9, 9)}).iloc[:0]}, None, "must hold polygons"),
        ({"dots": gpd.GeoDataFrame(geometry=[shapely.Point(X, Y)], crs=32650)}, None, "must hold polygons"),
        ({"two": pd.concat([polygons({"a": (0, 0, 9, 9)})] * 2)}, None, "'a' stands there twice"),
    ],
)
def test_layers_that_cannot_be_compared(result, layers, grid_m, message):
    with pytest.raises(InputError, match=message):
        maup_check(result, layers, grid_m=grid_m)


def test_an_indicator_that_is_not_the_buildings(result):
    criterion = replace(result.matrix.criteria[0], code="survey_answer")
    table = result.matrix.table.set_axis(["survey_answer"], axis=1)
    with pytest.raises(InputError, match="'survey_answer' does not come from the buildings"):
        maup_check(replace(result, matrix=type(result.matrix)(table, (criterion,))))


@pytest.mark.realdata
def test_las_palmas_on_its_own_zones_is_las_palmas(real_data, tmp_path):
    osm, zones = (real_data / "las_palmas" / name for name in ("las_palmas.osm.pbf", "lp_school_districts.geojson"))
    sources = "".join(f'[[facilities]]\ncategory = "{c}"\npath = "{osm}"\n' for c in ("elder_care", "convenience"))
    project = tmp_path / "project.toml"
    project.write_text(
        f'[zones]\npath = "{zones}"\nid = "Codigo"\n[buildings]\npath = "{osm}"\n[streets]\npath = "{osm}"\n{sources}',
        encoding="utf-8",
    )
    result = geoprio.run(project)
    found = maup_check(result)
    ranked = result.zones["priority"].dropna()
    assert found.zones["priority"][ranked.index].to_numpy() == pytest.approx(ranked.to_numpy(), abs=1e-9)
    assert found.pairs.loc[("zones", "grid_250m"), "zone_spearman"] > 0.9
    assert "robust" in found.words[1]
