"""How much of a city its sources tell."""

import json

import pytest
from conftest import X, Y, square

import geoprio


def by(rows, *keys):
    return {tuple(r[k] for k in keys): r for r in rows}


def test_attributes_count_what_is_known_of_homes_in_zones(town):
    for i, (row, *_) in enumerate(town.buildings):
        row.update(floors=str(6 + i) if i < 3 else None, use="office" if i == 7 else "residential" if i else "unknown")
    town.buildings.append(({"id": "far", "use": "residential", "floors": "9"}, "Polygon", square(X + 900, Y + 210, 10)))
    town.zones[1][0]["name"] = None
    known = by(geoprio.check(town.write())["coverage"]["attributes"], "table", "column")
    assert known["buildings", "floors"] == {
        "table": "buildings", "column": "floors", "known": 3, "of": 7, "share": pytest.approx(3 / 7, abs=1e-6),
    }  # fmt: skip
    assert known["buildings", "use"]["known"] == 6
    assert known["buildings", "year_built"]["known"] == 0
    assert (known["zones", "name"]["known"], known["zones", "name"]["of"]) == (1, 2)
    # A capacity by default is not known.
    assert (known["convenience", "capacity"]["known"], known["convenience", "name"]["known"]) == (0, 1)


def test_floors_from_heights_do_not_count(town):
    for row, *_ in town.buildings[:4]:
        row["height"] = 18.0
    town.buildings[0][0]["floors"] = 6
    report = geoprio.check(town.write())
    assert by(report["coverage"]["attributes"], "table", "column")["buildings", "floors"]["known"] == 1


def test_extents_say_how_far_the_layers_reach(town):
    rows = by(geoprio.check(town.write())["coverage"]["extents"], "layer")
    houses, streets, shops, homes = (rows[(k,)] for k in ("buildings", "streets", "convenience", "elder_care"))
    # 8 houses, and 800 m of street within 0.32 km² of zones.
    assert (houses["zones_without"], houses["per_km2"], houses["unit"]) == (0, 25.0, "buildings")
    assert (streets["zones_without"], streets["per_km2"], streets["unit"]) == (0, 2.5, "km")
    assert houses["zone_area_in_extent"] == 0.0
    assert (shops["zones_without"], homes["zones_without"]) == (1, 1)
    town.streets += [({"kind": "x"}, "LineString", [[X, Y], [X, Y + 400], [X + 400, Y + 400]])]
    rows = by(geoprio.check(town.write())["coverage"]["extents"], "layer")
    # The hull of the streets holds the west zone but for a triangle, and of the east one a part.
    assert 0.5 < rows["streets",]["zone_area_in_extent"] < 1.0


def test_without_streets_and_facilities_nothing_is_made_up(town):
    text = '[access]\nmethod = "straight_line"\n'
    town.shops = [({"id": "s1"}, "Point", [X + 100, Y + 195])]
    report = geoprio.check(town.write(text, streets=""))
    rows = by(report["coverage"]["extents"], "layer")
    assert ("streets",) not in rows
    assert json.dumps(report, allow_nan=False)
