"""OSM files: which features are taken, areas from rings and relations, what is set aside."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoprio._core.errors import InputError
from geoprio._core.findings import Findings
from geoprio.sources import (
    BarriersSpec,
    BuildingsSpec,
    EntrancesSpec,
    FacilitiesSpec,
    GatesSpec,
    StreetsSpec,
    ZonesSpec,
    read_layers,
)
from geoprio.sources.categories import (
    building_use,
    is_filled,
    is_gate,
    is_off_ground,
    is_opening,
    is_walkable,
    osm_kind,
    osm_rule,
)
from geoprio.sources.spec import OpeningsSpec

HEAD = '<?xml version="1.0"?><osm version="0.6">'


def node(i, x, y, **tags):
    inner = "".join(f'<tag k="{k.replace("__", ":")}" v="{v}"/>' for k, v in tags.items())
    return f'<node id="{i}" version="1" lon="{116 + x / 1000}" lat="{40 + y / 1000}">{inner}</node>'


def way(i, refs, **tags):
    inner = "".join(f'<nd ref="{r}"/>' for r in refs)
    inner += "".join(f'<tag k="{k.replace("__", ":")}" v="{v}"/>' for k, v in tags.items())
    return f'<way id="{i}" version="1">{inner}</way>'


def relation(i, members, **tags):
    inner = "".join(f'<member type="way" ref="{r}" role="{role}"/>' for r, role in members)
    inner += "".join(f'<tag k="{k}" v="{v}"/>' for k, v in tags.items())
    return f'<relation id="{i}" version="1">{inner}</relation>'


CORNERS = [node(1, 0, 0), node(2, 10, 0), node(3, 10, 10), node(4, 0, 10),
           node(5, 2, 2), node(6, 4, 2), node(7, 4, 4), node(8, 2, 4)]  # fmt: skip
OUTER, INNER = [1, 2, 3, 4, 1], [5, 6, 7, 8, 5]


def read(tmp_path, parts, **specs):
    (tmp_path / "map.osm").write_text(HEAD + "".join(parts) + "</osm>", encoding="utf-8")
    findings = Findings()
    return read_layers(specs, tmp_path, findings), findings


def test_buildings_from_rings_and_relations(tmp_path):
    parts = [
        *CORNERS,
        way(11, INNER, building="yes", building__levels="6"),
        way(12, OUTER),
        way(13, INNER),
        relation(21, [(12, "outer"), (13, "inner")], type="multipolygon", building="apartments"),
        way(14, [1, 2, 3], building="yes"),
        way(15, [1, 3, 2, 4, 1], building="yes"),
        way(16, OUTER, building="no"),
        way(17, OUTER, building__part="yes"),
        relation(22, [(12, "outer"), (99, "outer")], type="multipolygon", building="yes"),
        relation(23, [(12, "outline")], type="building", building="yes"),
    ]
    layers, findings = read(tmp_path, parts, buildings=BuildingsSpec(path="map.osm"))
    frame = layers["buildings"].set_index("id")
    assert frame.index.tolist() == ["w11", "r21"]
    assert frame.loc["w11", "building:levels"] == "6"
    assert len(frame.loc["r21"].geometry.geoms[0].interiors) == 1
    rejects = findings.rejects().set_index("row")["reason"]
    assert rejects["w14"] == "the way is not closed"
    assert "crosses itself" in rejects["w15"]
    assert set(rejects.index) == {"w14", "w15", "r22", "r23"}


def test_streets_keep_what_the_extract_has(tmp_path):
    parts = [
        *CORNERS,
        way(11, [1, 2, 3], highway="residential"),
        way(12, [4, 77, 1, 2], highway="footway"),
        way(13, [77, 78], highway="footway"),
        way(14, [1, 2], highway="motorway"),
        way(15, [1, 2], railway="rail"),
    ]
    layers, findings = read(tmp_path, parts, streets=StreetsSpec(path="map.osm"))
    frame = layers["streets"].set_index("id")
    assert frame.index.tolist() == ["w11", "w12"]
    assert len(frame.loc["w12"].geometry.geoms) == 1
    assert findings.rejects()["row"].tolist() == ["w13"]


def test_zones_by_tag_and_by_admin_level(tmp_path):
    parts = [
        *CORNERS,
        way(11, INNER, landuse="residential", name="小区"),
        way(12, OUTER, landuse="residential"),
        way(13, OUTER, boundary="administrative", admin_level="8"),
        relation(21, [(13, "outer")], type="boundary", boundary="administrative", admin_level="8", name="镇"),
        relation(22, [(13, "outer")], type="boundary", boundary="postal", admin_level="8"),
    ]
    named = ZonesSpec(path="map.osm", where={"landuse": "residential", "name": "*"})
    assert read(tmp_path, parts, zones=named)[0]["zones"]["id"].tolist() == ["w11"]
    both = ZonesSpec(path="map.osm", where={"landuse": ["residential", "retail"]})
    assert read(tmp_path, parts, zones=both)[0]["zones"]["id"].tolist() == ["w11", "w12"]
    level = ZonesSpec(path="map.osm", where={"admin_level": 8})
    assert read(tmp_path, parts, zones=level)[0]["zones"]["id"].tolist() == ["r21"]
    with pytest.raises(InputError, match="needs where"):
        read(tmp_path, parts, zones=ZonesSpec(path="map.osm"))


def test_facilities_from_nodes_and_areas_by_tags_or_filter(tmp_path):
    parts = [
        *CORNERS,
        node(31, 5, 5, amenity="kindergarten", name="幼儿园"),
        node(32, 5, 6, shop="convenience"),
        node(33, 5, 6, amenity="library"),
        way(11, OUTER, amenity="social_facility", social_facility__for="senior;disabled"),
    ]
    specs = {
        f"facilities[{i}]": FacilitiesSpec(category=c, path="map.osm", where=w)
        for i, (c, w) in enumerate(
            [("elder_care", {}), ("childcare", {}), ("convenience", {}), ("library", {"amenity": "library"})], 1
        )
    }
    layers, _ = read(tmp_path, parts, **specs)
    assert [layer["id"].tolist() for layer in layers.values()] == [["w11"], ["n31"], ["n32"], ["n33"]]
    with pytest.raises(InputError, match="no OSM tags of its own"):
        read(tmp_path, parts, f=FacilitiesSpec(category="library", path="map.osm"))


def test_barriers_are_lines_around_and_areas_within(tmp_path):
    parts = [
        *CORNERS,
        way(11, [1, 3], barrier="wall"),
        way(12, OUTER, barrier="fence", landuse="residential"),
        way(13, INNER, barrier="hedge", area="yes"),
        way(14, [1, 2], railway="rail"),
        way(15, [1, 2], railway="rail", tunnel="yes"),
        way(16, [1, 2], railway="rail", bridge="viaduct"),
        way(17, OUTER),
        way(18, INNER),
        relation(21, [(17, "outer"), (18, "inner")], type="multipolygon", natural="water"),
        relation(22, [(17, "outer"), (18, "inner")], type="multipolygon", barrier="wall"),
        way(19, INNER, natural="water"),
        way(20, INNER, natural="coastline"),
        relation(23, [(11, "")], type="route", railway="rail"),
    ]
    wants = {
        "walls": BarriersSpec(path="map.osm", where={"barrier": "*"}),
        "rails": BarriersSpec(path="map.osm", where={"railway": "rail"}),
        "water": BarriersSpec(path="map.osm", where={"natural": ["water", "coastline"]}),
    }
    layers, findings = read(tmp_path, parts, **wants)
    shapes = {role: layer.set_index("id").geometry.geom_type.to_dict() for role, layer in layers.items()}
    assert shapes == {
        "walls": {"w11": "LineString", "w12": "LineString", "w13": "MultiPolygon", "r22": "MultiLineString"},
        "rails": {"w14": "LineString"},
        "water": {"w20": "LineString", "w19": "MultiPolygon", "r21": "MultiPolygon"},
    }
    assert findings.rejects()[["source", "row"]].to_numpy().tolist() == [["rails", "r23"]]
    with pytest.raises(InputError, match=r'an OSM file needs where = \{barrier = \["wall", "fence"\]\}'):
        read(tmp_path, parts, barriers=BarriersSpec(path="map.osm"))


def test_gates_openings_and_entrances(tmp_path):
    parts = [
        *CORNERS,
        node(31, 1, 1, barrier="gate"),
        node(32, 1, 1, barrier="lift_gate", locked="yes"),
        node(33, 1, 1, barrier="bollard", plot="z1"),
        node(34, 1, 1, railway="level_crossing"),
        node(35, 1, 1, entrance="main", shop_id="f1"),
        node(36, 1, 1, barrier="gate", foot="no"),
        way(11, [1, 2], barrier="gate"),
        way(12, [1, 2], highway="track", ford="yes"),
        way(13, OUTER, barrier="gate"),
    ]
    wants = {
        "gates": GatesSpec(path="map.osm"),
        "chosen": GatesSpec(path="map.osm", where={"barrier": "bollard"}, zone="plot"),
        "openings": OpeningsSpec(path="map.osm"),
        "entrances": EntrancesSpec(path="map.osm", where={"entrance": "main"}, facility="shop_id"),
    }
    layers, findings = read(tmp_path, parts, **wants)
    assert {role: sorted(layer["id"]) for role, layer in layers.items()} == {
        "gates": ["n31", "w11", "w13"],
        "chosen": ["n33"],
        "openings": ["n31", "n34", "w11", "w12", "w13"],
        "entrances": ["n35"],
    }
    assert layers["chosen"]["plot"].tolist() == ["z1"]
    assert layers["entrances"]["shop_id"].tolist() == ["f1"]
    assert findings.rejects().empty
    with pytest.raises(InputError, match=r'\[entrances\] map\.osm: an OSM file needs where = \{entrance = "main"\}'):
        read(tmp_path, parts, entrances=EntrancesSpec(path="map.osm"))


def test_a_file_that_is_not_osm(tmp_path):
    (tmp_path / "map.osm").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match=r"map\.osm: not a readable OSM file"):
        read_layers({"streets": StreetsSpec(path="map.osm")}, tmp_path, Findings())


@pytest.mark.parametrize(
    ("tags", "walked"),
    [
        ({"highway": "residential"}, True),
        ({"highway": "steps"}, True),
        ({}, False),
        ({"highway": "motorway"}, False),
        ({"highway": "motorway", "foot": "yes"}, True),
        ({"highway": "trunk", "sidewalk": "both"}, True),
        ({"highway": "trunk", "sidewalk:left": "yes"}, True),
        ({"highway": "trunk_link", "sidewalk": "no"}, False),
        ({"highway": "construction"}, False),
        ({"highway": "proposed", "foot": "yes"}, False),
        ({"highway": "busway"}, False),
        ({"highway": "footway", "foot": "no"}, False),
        ({"highway": "service", "foot": "private"}, False),
        ({"highway": "service", "access": "private"}, False),
        ({"highway": "service", "access": "private", "foot": "yes"}, True),
        ({"highway": "service", "access": "customers"}, True),
    ],
)
def test_walkable(tags, walked):
    assert is_walkable(tags) is walked


@pytest.mark.parametrize(
    ("tags", "cares"),
    [
        ({"amenity": "social_facility", "social_facility:for": "senior"}, True),
        ({"amenity": "social_facility", "social_facility:for": "child;senior"}, True),
        ({"amenity": "social_facility", "social_facility": "nursing_home"}, True),
        ({"amenity": "social_facility", "social_facility": "assisted_living"}, True),
        ({"amenity": "social_facility", "social_facility": "food_bank"}, False),
        ({"amenity": "nursing_home"}, True),
        ({"amenity": "retirement_home"}, True),
        ({"social_facility": "nursing_home"}, False),
    ],
)
def test_elder_care(tags, cares):
    assert osm_rule("elder_care")(tags) is cares


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"amenity": "kindergarten"}, "kindergarten"),
        ({"amenity": "childcare"}, "nursery"),
        ({"amenity": "kindergarten", "max_age": "3"}, "nursery"),
        ({"amenity": "kindergarten", "min_age": "1"}, "unknown"),
        ({"amenity": "kindergarten", "min_age": "about three"}, "kindergarten"),
        ({"amenity": "kindergarten", "nursery": "yes"}, "nursery"),
    ],
)
def test_kinds_of_childcare(tags, kind):
    assert osm_rule("childcare")(tags)
    assert osm_kind("childcare", tags) == kind


@given(st.text(max_size=8))
def test_use_is_always_one_of_three(word):
    assert building_use(word) in {"residential", "other", "unknown"}


def test_uses():
    assert [building_use(w) for w in ("apartments", "yes", "School", "住宅", "", " 未知 ")] == [
        "residential", "unknown", "other", "residential", "unknown", "unknown",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("tags", "filled"),
    [
        ({"barrier": "wall", "landuse": "residential"}, False),
        ({"barrier": "wall", "area": "yes"}, True),
        ({"landuse": "railway"}, True),
        ({"landuse": "railway", "area": "no"}, False),
        ({"natural": "water"}, True),
        ({"natural": "cliff"}, False),
        ({"waterway": "riverbank"}, True),
        ({"waterway": "river"}, False),
        ({"railway": "rail"}, False),
    ],
)
def test_what_a_closed_way_stands_for(tags, filled):
    assert is_filled(tags) is filled


@pytest.mark.parametrize(
    ("tags", "gate", "opening"),
    [
        ({"barrier": "gate"}, True, True),
        ({"barrier": "gate", "access": "private"}, True, True),
        ({"barrier": "gate", "locked": "yes"}, False, False),
        ({"barrier": "entrance"}, True, True),
        ({"barrier": "wall"}, False, False),
        ({"railway": "crossing"}, False, True),
        ({"railway": "rail"}, False, False),
        ({"ford": "stepping_stones"}, False, True),
        ({"ford": "no"}, False, False),
    ],
)
def test_where_walkers_pass(tags, gate, opening):
    assert (is_gate(tags), is_opening(tags)) == (gate, opening)


def test_off_the_ground():
    assert is_off_ground({"bridge": "yes"})
    assert is_off_ground({"tunnel": "culvert"})
    assert not is_off_ground({"bridge": "no"})
    assert not is_off_ground({"layer": "1"})
