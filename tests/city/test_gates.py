"""Gates, entrances and barriers: what belongs to which, and what is set aside."""

import json

import pytest
import shapely
from conftest import X, Y, collection, square
from test_build import build

from geoprio._core.errors import InputError
from geoprio._core.findings import Findings


def section(town, name, features, extra="", crs=32650):
    """Write a layer of features (properties, type, coordinates); return its part of the project file."""
    (town.folder / f"{name}.geojson").write_text(collection(features, crs), encoding="utf-8")
    return f'[{name}]\npath = "{name}.geojson"\n{extra}'


def points(*places):
    return [({"id": name, **more}, "Point", [X + x, Y + y]) for name, x, y, more in places]


def reasons(findings, source):
    rejects = findings.rejects()
    of = rejects[rejects["source"] == source]
    return dict(zip(of["row"], of["reason"], strict=True))


def test_a_project_without_them_has_none(town):
    city = build(town.write())
    assert (city.barriers, city.gates, city.entrances) == (None, None, None)


def test_gates_belong_to_the_nearest_edge_or_to_the_zone_named(town):
    places = points(
        ("in-west", 395, 100, {}),
        ("in-east", 405, 100, {}),
        ("shared", 400, 100, {}),
        ("outside", -29.9, 100, {}),
        ("corner", -25, -25, {}),
        ("far", -30.1, 100, {}),
        ("deep", 200, 200, {}),
        ("named", 200, 200, {"of": "east"}),
        ("unknown", 0, 100, {"of": "north"}),
    )
    findings = Findings()
    city = build(town.write(section(town, "gates", places, 'zone = "of"\n')), findings)
    assert city.gates.index.name == "gate_id"
    assert city.gates.columns.tolist() == ["zone_id", "geometry"]
    assert city.gates["zone_id"].to_dict() == {
        "in-west": "west", "in-east": "east", "shared": "east", "outside": "west", "named": "east",
    }  # fmt: skip
    assert city.gates.crs == city.crs
    assert (city.gates.loc["named"].geometry.x, city.gates.loc["named"].geometry.y) == (X + 200, Y + 200)
    assert reasons(findings, "gates") == {
        "9": "its zone is not there",
        "5": "no edge of a zone is within 30 m",
        "6": "no edge of a zone is within 30 m",
        "7": "no edge of a zone is within 30 m",
    }
    assert findings.rejects().set_index("row").loc["9", "value"] == "north"
    assert "2 of 2 zones have gates" in findings.notes[-1].text
    assert next(s for s in findings.sources if s["role"] == "gates")["used"] == 5


def test_the_smaller_zone_comes_first_where_edges_are_shared(town):
    """Two zones on the same edge: the gate leads into the smaller one, of equal ones into the lower id."""
    town.zones.append(({"id": "inner"}, "Polygon", square(X, Y, 100)))
    city = build(town.write(section(town, "gates", points(("g", 0, 50, {})))))
    assert city.gates["zone_id"].tolist() == ["inner"]


def test_gates_of_large_zones_are_doubted_unless_named(town):
    town.zones[0] = ({"id": "west"}, "Polygon", [[[X - 2000, Y], [X + 400, Y], [X + 400, Y + 500], [X - 2000, Y + 500],
                                                  [X - 2000, Y]]])  # fmt: skip
    gate = points(("g", 100, 0, {"zone": "west"}))
    findings = Findings()
    build(town.write(section(town, "gates", gate)), findings)
    assert "1 zones of more than 1 km², such as 'west'" in findings.warnings[0].text
    findings = Findings()
    build(town.write(section(town, "gates", gate, 'zone = "zone"\n')), findings)
    assert not findings.warnings


def test_gates_of_other_shapes_and_far_away(town):
    shapes = [
        ({"id": "line"}, "LineString", [[X + 10, Y - 5], [X + 20, Y - 5]]),
        ({"id": "house"}, "Polygon", square(X + 50, Y, 10)),
        ({"id": "none"}, None, None),
        ({"id": "away"}, "Point", [X + 9000, Y]),
    ]
    findings = Findings()
    city = build(town.write(section(town, "gates", shapes)), findings)
    assert {i: (g.x - X, g.y - Y) for i, g in city.gates.geometry.items()} == {"line": (15, -5), "house": (55, 5)}
    assert list(reasons(findings, "gates")) == ["3"]
    assert any("1 of 3 gates lie beyond one catchment" in n.text for n in findings.notes)


@pytest.mark.parametrize("name", ["gates", "entrances", "barriers"])
def test_layers_far_off_name_the_crs_that_fits(town, name):
    there = [({"id": "1"}, "LineString", [[117.001, 31.185], [117.002, 31.185]])]
    extra = section(town, name, there, crs=32649)
    message = rf'\[{name}\] {name}.geojson: .* do not fit EPSG:32649; they would fit with crs = "EPSG:4326" \(WGS 84'
    with pytest.raises(InputError, match=message):
        build(town.write(extra))


@pytest.mark.parametrize(("name", "column"), [("gates", "zone"), ("entrances", "facility")])
def test_columns_and_ids_of_points_are_checked(town, name, column):
    twice = points(("a", 0, 10, {}), ("a", 0, 20, {})) if name == "gates" else points(
        ("a", 100, 190, {}), ("a", 100, 191, {}))  # fmt: skip
    with pytest.raises(InputError, match=rf"\[{name}\] {name}.geojson: id 'a' stands in rows 1, 2"):
        build(town.write(section(town, name, twice)))
    with pytest.raises(InputError, match=rf"\[{name}\] {name}.geojson: column 'of' is not there"):
        build(town.write(section(town, name, twice, f'{column} = "of"\n')))
    with pytest.raises(InputError, match="keeps none of 2 rows"):
        build(town.write(section(town, name, twice, 'where = {id = "b"}\n')))


def test_entrances_belong_to_the_nearest_facility_or_to_the_one_named(town):
    places = points(
        ("shop", 100, 240, {}),
        ("far", 100, 246, {}),
        ("home", 690, 205, {}),
        ("named", 400, 200, {"of": "e1"}),
        ("unknown", 100, 190, {"of": "x"}),
    )
    findings = Findings()
    city = build(town.write(section(town, "entrances", places, 'facility = "of"\n')), findings)
    assert city.entrances.index.name == "entrance_id"
    assert city.entrances.columns.tolist() == ["facility_id", "geometry"]
    assert city.entrances["facility_id"].to_dict() == {"shop": "s1", "home": "e1", "named": "e1"}
    assert reasons(findings, "entrances") == {
        "5": "its facility is not there",
        "2": "no facility is within 50 m",
    }
    assert "2 of 2 facilities have entrances" in findings.notes[-1].text


def test_entrances_of_one_category(town):
    places = points(("shop", 100, 195, {}), ("home", 690, 205, {}))
    findings = Findings()
    city = build(town.write(section(town, "entrances", places, 'category = "elder_care"\n')), findings)
    assert city.entrances["facility_id"].to_dict() == {"home": "e1"}
    assert reasons(findings, "entrances") == {"1": "no facility is within 50 m"}
    assert "1 of 1 facilities have entrances" in findings.notes[-1].text


def test_an_entrance_between_equally_near_facilities_has_the_lower_id(town):
    town.shops = [({"id": i}, "Point", [X + x, Y + 195]) for i, x in (("s9", 90), ("s2", 110))]
    city = build(town.write(section(town, "entrances", points(("door", 100, 195, {})))))
    assert city.entrances["facility_id"].tolist() == ["s2"]


def test_barriers_are_clipped_and_flat(town):
    shapes = [
        ({}, "LineString", [[X + 100, Y, 5], [X + 100, Y + 400, 5]]),
        ({}, "LineString", [[X + 50, Y + 100], [X + 50_000, Y + 100]]),
        ({}, "Polygon", [[[X + 200, Y - 50_000], [X + 300, Y - 50_000], [X + 250, Y + 300], [X + 200, Y - 50_000]]]),
        ({}, "LineString", [[X, Y + 50_000], [X + 9, Y + 50_000]]),
        ({}, "Point", [X, Y]),
    ]
    findings = Findings()
    city = build(town.write(section(town, "barriers", shapes)), findings)
    assert city.barriers.crs == city.crs
    assert city.barriers.geom_type.tolist() == ["LineString", "LineString", "Polygon"]
    assert not shapely.has_z(city.barriers.to_numpy()).any()
    assert city.barriers.total_bounds.tolist() == pytest.approx([X + 50, Y - 3000, X + 3800, Y + 400], abs=30)
    assert reasons(findings, "barriers") == {"5": "not a line or a polygon"}
    assert any("1 of 4 barriers lie beyond one catchment" in n.text for n in findings.notes)
    assert city.barriers.iloc[0].equals(shapely.LineString([(X + 100, Y), (X + 100, Y + 400)]))


def test_collections_give_single_barriers(town):
    parts = [
        {"type": "Point", "coordinates": [X, Y]},
        {"type": "MultiLineString", "coordinates": [[[X, Y], [X + 5, Y]], [[X, Y + 9], [X + 5, Y + 9]]]},
    ]
    extra = section(town, "barriers", [({}, "Point", [X, Y])])
    path = town.folder / "barriers.geojson"
    data = json.loads(path.read_text(encoding="utf-8"))
    data["features"][0]["geometry"] = {"type": "GeometryCollection", "geometries": parts}
    path.write_text(json.dumps(data), encoding="utf-8")
    assert build(town.write(extra)).barriers.geom_type.tolist() == ["LineString"] * 2


def test_a_barrier_is_open_at_every_gate(town):
    wall = [
        ({}, "LineString", [[X + 400, Y], [X + 400, Y + 400]]),
        ({}, "LineString", [[X + 410, Y], [X + 410, Y + 400]]),
        ({}, "Polygon", square(X + 399, Y + 300, 2)),
    ]
    # The second gate stands in no zone's edge, yet it is a gate.
    gates = points(("g", 401, 200, {}), ("lost", 400, 300, {"of": "nowhere"}))
    findings = Findings()
    extra = section(town, "barriers", wall) + section(town, "gates", gates, 'zone = "of"\n')
    cut = build(town.write(extra), findings).barriers
    assert cut.geom_type.tolist() == [*["LineString"] * 4, "Polygon"]
    closed = {y for y in (198, 199, 201, 202, 297, 299) if cut.intersects(shapely.Point(X + 400, Y + y)).any()}
    assert closed == {198, 202, 297}
    assert any("1 lines are open within 2 m" in n.text for n in findings.notes)


OSM = """<?xml version="1.0"?><osm version="0.6">
<node id="1" version="1" lon="117.0042" lat="31.184"/><node id="2" version="1" lon="117.0042" lat="31.186">
<tag k="barrier" v="gate"/></node><node id="3" version="1" lon="117.0042" lat="31.188"/>
<way id="11" version="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="barrier" v="wall"/></way>
<way id="12" version="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/><tag k="bridge" v="yes"/></way>
<way id="13" version="1"><nd ref="2"/><nd ref="3"/><tag k="highway" v="steps"/><tag k="tunnel" v="no"/></way>
</osm>"""


def test_barriers_and_streets_of_an_osm_file(town):
    (town.folder / "map.osm").write_text(OSM, encoding="utf-8")
    walls = '[barriers]\npath = "map.osm"\nwhere = {barrier = "wall"}\n'
    findings = Findings()
    city = build(town.write(walls, streets='[streets]\npath = "map.osm"\n'), findings)
    assert city.barriers.geom_type.tolist() == ["LineString"] * 2
    gap = city.barriers.iloc[0].distance(city.barriers.iloc[1])
    assert gap == pytest.approx(4, abs=0.05)
    assert city.streets[["steps", "major", "bridge"]].to_numpy().tolist() == [[False, True, True], [True, False, False]]
    assert [s["role"] for s in findings.sources if s["path"] == "map.osm"] == ["streets", "barriers", "openings"]


def test_an_osm_file_without_such_barriers_gives_none(town):
    (town.folder / "map.osm").write_text(OSM, encoding="utf-8")
    fences = '[barriers]\npath = "map.osm"\nwhere = {barrier = "fence"}\n[gates]\npath = "map.osm"\n'
    city = build(town.write(fences))
    assert city.barriers.tolist() == []
    assert city.barriers.crs == city.crs
    assert city.gates["zone_id"].to_dict() == {"n2": "east"}


@pytest.mark.parametrize(
    ("row", "steps", "major", "bridge"),
    [
        ({"kind": "steps"}, True, False, False),
        ({"kind": "Secondary_link"}, False, True, False),
        ({"kind": "tertiary"}, False, False, False),
        ({"kind": "bridge"}, False, False, True),
        ({"kind": "tunnel"}, False, False, True),
        ({"kind": "main"}, False, False, False),
        ({}, False, False, False),
        ({"highway": "trunk", "bridge": "T", "tunnel": "F"}, False, True, True),
        ({"highway": "path", "bridge": "F", "tunnel": None}, False, False, False),
        ({"highway": "path", "tunnel": 1}, False, False, True),
        ({"highway": "path", "tunnel": False, "bridge": 0}, False, False, False),
        ({"highway": "path", "tunnel": True}, False, False, True),
    ],
)
def test_stairs_big_roads_and_bridges_of_any_layer(town, row, steps, major, bridge):
    town.streets[0] = (row, *town.streets[0][1:])
    streets = build(town.write()).streets
    assert streets[["steps", "major", "bridge"]].dtypes.astype(str).tolist() == ["bool"] * 3
    assert streets[["steps", "major", "bridge"]].iloc[0].tolist() == [steps, major, bridge]
