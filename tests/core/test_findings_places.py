"""Where the rows that were set aside lie."""

import geopandas as gpd
import numpy as np
import pytest
from shapely import MultiPolygon, Point, Polygon, box

from geoprio._core.findings import Findings
from geoprio._core.positions import lon_lat


def points(index, xy, crs="EPSG:4326"):
    return gpd.GeoSeries([Point(p) if p else None for p in xy], index=index, crs=crs)


def test_places_may_be_given_with_the_rows_or_told_later():
    findings = Findings()
    assert findings.reject("shops", [1, 7], "late", "mend") == 2
    findings.reject("shops", ["s1"], "known", "mend", at=points([0], [(10.0, 20.0)]))
    findings.reject("homes", [1], "another source", "mend")
    findings.place("shops", points([1, 2, 3], [(1.0, 2.0), (3.0, 4.0), (5.0, 6.0)]))
    table = findings.rejects()
    assert list(table.columns) == ["source", "row", "column", "value", "reason", "mend", "lon", "lat"]
    assert table["row"].tolist() == ["1", "7", "s1", "1"]
    np.testing.assert_array_equal(table["lon"], [1.0, np.nan, 10.0, np.nan])
    # A second table of the source may know the others; what is known stays.
    findings.place("shops", points([7, 1, "s1"], [(8.0, 9.0), (0.0, 0.0), (0.0, 0.0)]))
    np.testing.assert_array_equal(findings.rejects()["lat"], [2.0, 9.0, 20.0, np.nan])


def test_a_row_that_is_given_without_a_place_is_not_taken_for_another_of_that_name():
    """Ids and row numbers may be alike."""
    findings = Findings()
    findings.reject("homes", ["12"], "an id", "mend", at=points([0], [None]))
    findings.place("homes", points([12], [(1.0, 2.0)]))
    assert findings.rejects()["lon"].isna().all()


def test_nothing_set_aside_is_an_empty_table():
    assert Findings().rejects().empty
    findings = Findings()
    findings.place("homes", points([12], [(1.0, 2.0)]))
    assert findings.rejects().empty


def test_positions_are_degrees_whatever_the_shape_and_the_crs():
    shapes = gpd.GeoSeries(
        [box(500_000, 3_450_000, 500_010, 3_450_010), MultiPolygon([box(500_000, 3_450_000, 500_010, 3_450_010)]),
         Polygon(), None, Point(np.nan, 1), Point(1e30, 1e30)],
        crs="EPSG:32650",
    )  # fmt: skip
    at = lon_lat(shapes)
    assert at[0] == pytest.approx([117.0000526, 31.1835], abs=1e-3)
    assert (at[0] == at[1]).all()
    assert np.isnan(at[2:]).all()
    assert np.isnan(lon_lat(gpd.GeoSeries([Point(0, 0)]))).all()
    assert np.isnan(lon_lat(points([0], [(200.0, 95.0)]))).all()
    assert lon_lat(shapes.iloc[:0]).shape == (0, 2)
