"""The project file: what is wrong with it is said in the user's words, all at once."""

import json
import re
import tomllib

import pytest

from geoprio._core.errors import InputError, MissingError
from geoprio.config import Project, load_project, schema_text

GOOD = """
[zones]
path = "z.geojson"
[buildings]
path = "b.geojson"
[streets]
path = "s.geojson"
[[facilities]]
category = "elder_care"
path = "f.csv"
"""


def load(tmp_path, text):
    path = tmp_path / "study.toml"
    path.write_text(text, encoding="utf-8")
    return load_project(path)


def test_the_smallest_project(tmp_path):
    project = load(tmp_path, GOOD)
    assert project.project.name == "study"
    assert project.access.rings_m == (300, 500, 1000)
    assert (project.access.speed_m_per_min, project.access.cutoff_m, project.access.max_snap_m) == (60, 3000, 150)
    assert project.score.rules == "default"
    assert (project.barriers, project.gates, project.entrances, project.elevation) == (None,) * 4
    with pytest.raises(ValueError, match="frozen"):
        project.access.cutoff_m = 1


def test_everything_of_the_contract_is_known(tmp_path):
    text = """
[project]
name = "Las Palmas"
crs = "EPSG:32628"
[zones]
path = "districts.geojson"
layer = "l"
id = "Codigo"
name = "Denominaci"
type = {column = "类型"}
eligible = {built_before = 2001}
[buildings]
path = "city.osm.pbf"
columns = {floors = "层数", year_built = "建成年代"}
[streets]
path = "city.osm.pbf"
node_crossings = false
[[facilities]]
category = "elder_care"
path = "poi.csv"
x = "lng"
y = "lat"
crs = "EPSG:4326"
encoding = "gb18030"
where = {typecode = ["080402"]}
capacity = "beds"
[barriers]
path = "walls.gpkg"
layer = "walls"
crs = "EPSG:4490"
[gates]
path = "gates.csv"
x = "lng"
y = "lat"
id = "no"
zone = "compound"
[entrances]
path = "city.osm.pbf"
where = {entrance = "main"}
facility = "poi"
category = "elder_care"
[elevation]
path = "N28W016.hgt.zip"
[access]
speed_m_per_min = 60
cutoff_m = 3000
rings_m = [300, 500, 1000]
max_snap_m = 150
min_component_m = 0
[score]
rules = "gb50180-2018-5min"
missing = "renormalise"
weights = {elder_care_covered_share = 0.4}
[[indicators]]
code = "elder_care_covered_share"
threshold_m = 500
good = 1.0
bad = 0.0
"""
    project = load(tmp_path, text)
    assert project.zones.type.column == "类型"
    assert project.facilities[0].where == {"typecode": ["080402"]}
    assert (project.gates.zone, project.entrances.facility) == ("compound", "poi")
    assert project.elevation.path == "N28W016.hgt.zip"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[zones]", "[zone]", "key zone is not known; did you mean 'zones'?"),
        ('path = "z.geojson"', 'pth = "z.geojson"', "key zones.pth is not known; did you mean 'path'?"),
        ('path = "z.geojson"', "", "zones: give path (a file of zones) or grid_m (a square grid)"),
        ('path = "b.geojson"', "", "buildings.path is missing; add it."),
        (
            'path = "b.geojson"',
            'path = "b"\ncolumns = {flors = "x"}',
            "key buildings.columns.flors is not known; did you mean 'floors'?",
        ),
        ('"elder_care"', '"Elder Care"', "facilities[1].category: String should match pattern"),
        ('"elder_care"', '"elder_care"\nbeds = 1', "key facilities[1].beds is not known"),
        ("[zones]", "[access]\ncutoff_m = 0\n[zones]", "access.cutoff_m: Input should be greater than 0 (given: 0)."),
        ("[zones]", "[access]\ncutoff_m = nan\n[zones]", "access.cutoff_m"),
        ("[zones]", "[access]\nrings_m = [5000]\n[zones]", "the ring of 5000 m is beyond cutoff_m = 3000"),
        ("[zones]", "[access]\nrings_m = [0]\n[zones]", "rings must be whole metres above 0 and differ"),
        ("[zones]", '[score]\nmissing = "zero"\n[zones]', "'zero' is not one of"),
        ("[zones]", "[score.weights]\na = 'x'\n[zones]", "score.weights.a: Input should be a valid number"),
        ("[zones]", '[[indicators]]\ncode = "a"\ngood = 1\nbad = 1\n[zones]', "good and bad are equal"),
        ('path = "z.geojson"', 'path = "z"\neligible = {}', "give either built_before or column"),
        ('path = "z.geojson"', 'path = "z"\ntype = "compund"', "'compund' is not a zone type"),
        (
            'path = "z.geojson"',
            'path = "z"\ntype = {colum = "t"}',
            "key zones.type.colum is not known; did you mean 'column'?",
        ),
        ('path = "z.geojson"', 'grid_m = 250\nid = "a"', "the cells of a grid have no columns"),
        ('path = "z.geojson"', 'path = "z"\nwhere = {d = 2020-01-01}', "zones.where.d: "),
        ("[zones]", "[access]\nspeed_m_per_min = 0.1\n[zones]", "access.speed_m_per_min"),
        ("[zones]", "[zones", "not valid TOML"),
        ("[zones]", "[elevation]\n[zones]", "elevation.path is missing; add it."),
        ("[zones]", '[elevation]\npath = "d"\nband = 2\n[zones]', "key elevation.band is not known; known are path."),
        ("[zones]", '[barriers]\npath = "w"\nlayr = "l"\n[zones]', "barriers.layr is not known; did you mean 'layer'?"),
        ("[zones]", '[gates]\npath = "g"\nzones = "z"\n[zones]', "gates.zones is not known; did you mean 'zone'?"),
        ('path = "z.geojson"', 'grid_m = 250\n[gates]\npath = "g"', "gates: the cells of a grid have no gates"),
        (
            "[zones]",
            '[entrances]\npath = "e"\ncategory = "childcare"\n[zones]',
            "entrances: category 'childcare' has no facilities; it may be one of elder_care.",
        ),
        ('path = "f.csv"', 'path = "f.csv"\n类别 = 1', "needs quotes"),
    ],
)
def test_mistakes(tmp_path, old, new, message):
    with pytest.raises(InputError, match=re.escape(message)) as caught:
        load(tmp_path, GOOD.replace(old, new, 1))
    # A misspelt section is missing under its right name too.
    assert len(caught.value.problems) == (2 if new == "[zone]" else 1)


def test_all_mistakes_are_told_at_once(tmp_path):
    with pytest.raises(InputError) as caught:
        load(tmp_path, GOOD.replace("path", "pth"))
    assert len(caught.value.problems) >= 4


def test_files_that_are_no_project(tmp_path):
    with pytest.raises(MissingError, match="cannot be read: No such file"):
        load_project(tmp_path / "no.toml")
    with pytest.raises(MissingError):
        load_project(tmp_path)
    (tmp_path / "gbk.toml").write_bytes("name = '市'".encode("gb18030"))
    with pytest.raises(InputError, match="not UTF-8"):
        load_project(tmp_path / "gbk.toml")


def test_the_schema_knows_every_key_and_says_what_it_is():
    schema = json.loads(schema_text())
    assert set(schema["properties"]) == set(Project.model_fields)
    Project.model_validate(tomllib.loads(GOOD))
    assert schema["additionalProperties"] is False
    for part in ("BarriersSpec", "GatesSpec", "EntrancesSpec", "ElevationSpec", "ProjectSpec"):
        for key, field in schema["$defs"][part]["properties"].items():
            assert field["description"], (part, key)
