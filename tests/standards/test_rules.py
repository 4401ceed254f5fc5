"""Rule files: those that ship are whole, say what the reference says, and pass nothing unverified off as law."""

import re
import tomllib
from pathlib import Path

import pytest

from geoprio._core.columns import CATEGORIES
from geoprio._core.errors import InputError, MissingError
from geoprio.indicators.registry import CATEGORY_TITLES
from geoprio.standards import Rule, load_rules, shipped_rules

HERE = Path()
N, S = False, "secondary"

# Each file's own rules as they stand in the reference, written down from it: threshold, unit, mark.
ELDER_CHILD_STORE = ("elder_care", "childcare", "convenience")
STOPS = {"bus_stop": (500, "m", N), "metro_station": (800, "m", N)}
EXPECTED = {
    "default": {
        "elder_care": (1000, "m", N), "childcare": (500, "m", N), "convenience": (500, "m", N),
        "kindergarten": (500, "m", N), "market": (1000, "m", N),
    },
    "gb50180-2018-5min": {
        "elder_care": (300, "m", N), "childcare": (300, "m", S), "convenience": (300, "m", N),
        "kindergarten": (300, "m", S), "nursery": (300, "m", N), "community_station": (300, "m", N),
        "health_station": (300, "m", N), "culture_station": (500, "m", N), **STOPS,
    },
    "gb50180-2018-10min": {
        **dict.fromkeys(ELDER_CHILD_STORE, (500, "m", N)),
        "market": (500, "m", N), "primary_school": (500, "m", S), **STOPS,
    },
    "gb50180-2018-15min": {
        **dict.fromkeys(ELDER_CHILD_STORE, (1000, "m", N)),
        "middle_school": (1000, "m", S), "health_center": (1000, "m", S), "culture_center": (1000, "m", N), **STOPS,
    },
    "gb50180-93": {
        "childcare": (300, "m", S), "nursery": (300, "m", S), "kindergarten": (300, "m", S),
        "primary_school": (500, "m", S), "middle_school": (1000, "m", S),
    },
    "jgj39-2016": {"childcare": (500, "m", S), "kindergarten": (500, "m", S)},
    "tdt1062-2021-10min": dict.fromkeys(ELDER_CHILD_STORE, (500, "m", N)),
    "tdt1062-2021-15min": dict.fromkeys(ELDER_CHILD_STORE, (1000, "m", N)),
    "complete-community-2020-existing": dict.fromkeys(ELDER_CHILD_STORE, (10, "min", N)),
    "complete-community-2020-new": {},
    "convenience-circle-15min": {
        "elder_care": (15, "min", N), "childcare": (15, "min", N), "convenience": (5, "min", S),
        **dict.fromkeys(("food", "pharmacy", "laundry", "barber", "market"), (8, "min", S)),
        **dict.fromkeys(("supermarket", "repair", "leisure"), (15, "min", S)),
    },
    "leed-nd-400m": dict.fromkeys(ELDER_CHILD_STORE, (400, "m", S)),
    "15-minute-city-1200m": dict.fromkeys(ELDER_CHILD_STORE, (1200, "m", N)),
    "uk-20-minute-800m": dict.fromkeys(ELDER_CHILD_STORE, (800, "m", N)),
    "sdg-11": {"bus_stop": (500, "m", N), "metro_station": (1000, "m", N), "green_space": (400, "m", N)},
    "who-age-friendly": {},
    "breeam-communities-650m": dict.fromkeys(ELDER_CHILD_STORE, (650, "m", N)),
    "usda-food-desert-1mile": {"supermarket": (1609.344, "m", N)},
    "five-year-plan-14": {"childcare": (500, "m", N)},
    "shanghai-2016": {"health_station": (500, "m", N)},
    "shanghai-2024-draft": dict.fromkeys(ELDER_CHILD_STORE, (1000, "m", N)),
    "nanjing-2015-basic": dict.fromkeys(ELDER_CHILD_STORE, (300, "m", N)),
    "nanjing-2015-residential": dict.fromkeys(ELDER_CHILD_STORE, (600, "m", N)),
    "guizhou-2022": {"elder_care": (700, "m", S)},
    "guiyang": {},
    "local-sizes": {},
}  # fmt: skip

# Other values: least, most, unit, mark. Of all files' own.
VALUES = {
    "gb50180-2018-5min": {
        "people": (5000, 12000, "people", S), "dwellings": (1500, 4000, "dwellings", S), "walk": (None, 300, "m", S),
        "park_width": (20, None, "m", S), "elder_care_area": (350, 750, "m2", N),
        "kindergarten_area": (3150, 4550, "m2", N), "community_station_area": (600, 1000, "m2", N),
        "culture_station_area": (250, 1200, "m2", N), "health_station_area": (120, 270, "m2", N),
        "block_people": (1000, 3000, "people", S), "block_dwellings": (300, 1000, "dwellings", N),
        "block_land": (2, 4, "ha", S), "block_green_new": (0.5, None, "m2/person", S),
        "block_green_rebuilt": (0.35, None, "m2/person", S), "block_green_width": (8, None, "m", S),
        "convenience_area": (50, 100, "m2", N), "convenience_people": (1000, 3000, "people", N),
    },
    "gb50180-2018-10min": {
        "people": (15000, 25000, "people", S), "dwellings": (5000, 8000, "dwellings", S), "walk": (None, 500, "m", S),
        "land": (32, 50, "ha", S), "green": (1, None, "m2/person", S), "park_area": (1, None, "ha", S),
        "park_sports": (10, 15, "%", S), "market_area": (750, 1500, "m2", N),
    },
    "gb50180-2018-15min": {
        "people": (50000, 100000, "people", S), "dwellings": (17000, 32000, "dwellings", S),
        "walk": (800, 1000, "m", S), "park_width": (50, None, "m", S), "health_center_area": (1700, 2000, "m2", N),
        "culture_center_area": (3000, 6000, "m2", N), "nursing_home_people": (50000, 100000, "people", S),
        "health_center_people": (30000, 100000, "people", S),
        "nursing_home_beds": (40, None, "beds per 1,000 elders", S),
    },
    "gb50180-93": {"nursery_class": (None, 25, "children", S), "kindergarten_class": (None, 30, "children", S)},
    "jgj39-2016": {"kindergarten_walk": (300, 500, "m", S)},
    "tdt1062-2021-10min": {"walk": (300, 500, "m", N)},
    "tdt1062-2021-15min": {"walk": (800, 1000, "m", N)},
    "complete-community-2020-existing": {
        "people": (5000, 12000, "people", S), "walk": (5, 10, "min", S), "items": (20, 20, "items", S),
        "kindergarten_classes": (6, None, "classes", N), "hub_area": (600, None, "m2", S),
    },
    "complete-community-2020-new": {"parking": (1, None, "bays per dwelling", N)},
    "convenience-circle-15min": {"satisfaction": (90, None, "%", S), "chain_share": (30, None, "%", S)},
    "leed-nd-400m": {"dwellings_share": (50, None, "%", S), "uses": (4, None, "uses", S)},
    "who-age-friendly": {"domains": (8, 8, "domains", N)},
    "breeam-communities-650m": {"walk": (500, 650, "m", N)},
    "usda-food-desert-1mile": {"urban_half_mile": (None, 804.672, "m", N), "rural": (None, 16093.44, "m", N)},
    "five-year-plan-14": {
        "childcare_places": (4.5, None, "places per 1,000 people", S),
        "elder_care_rooms": (30, None, "m2 per 100 dwellings", S),
        "childcare_enrolment_eu": (45, None, "%", N), "childcare_desert_us": (3, None, "children per place", N),
    },
    "shanghai-2016": {
        "health_station_area": (150, 200, "m2", N), "health_center_area": (4000, None, "m2", N),
        "market_area": (1500, None, "m2", N),
    },
    "shanghai-2024-draft": {
        "walk": (800, 1000, "m", S), "walk_new_towns": (800, 1500, "m", S), "people": (30000, 50000, "people", S),
        "hub_area": (800, None, "m2", S), "spoke_area": (50, 200, "m2", S),
    },
    "nanjing-2015-basic": {"walk": (200, 300, "m", S), "people": (5000, 10000, "people", S)},
    "nanjing-2015-residential": {"walk": (500, 600, "m", S), "people": (30000, 50000, "people", S)},
    "guizhou-2022": {
        "elder_care_rooms_new": (20, None, "m2 per 100 dwellings", S),
        "elder_care_rooms_existing": (15, None, "m2 per 100 dwellings", S),
        "elder_care_street_center": (1000, None, "m2", S),
    },
    "guiyang": {
        "elder_care_area": (350, None, "m2", N), "health_station_area": (150, None, "m2", N),
        "community_station_area": (600, None, "m2", N), "culture_station_area": (300, None, "m2", N),
        "market_area": (1000, None, "m2", N), "culture_center_area": (3000, None, "m2", N),
        "nursing_home_area": (3500, None, "m2", N), "health_center_area": (1700, None, "m2", N),
        "convenience_area": (50, None, "m2", N), "convenience_people": (1000, 3000, "people", N),
    },
    "local-sizes": {
        "anhui_new": (30, None, "m2 per 100 dwellings", S), "anhui_existing": (20, None, "m2 per 100 dwellings", S),
        "yinchuan_new": (30, None, "m2 per 100 dwellings", S),
        "yinchuan_existing": (20, None, "m2 per 100 dwellings", S), "hubei_new": (20, None, "m2 per 100 dwellings", S),
        "changsha": (30, None, "m2 per 100 dwellings", N), "guangzhou_community": (200, None, "m2", N),
        "guangzhou_street": (1000, None, "m2", N), "shanghai_per_1000": (40, 55, "m2 per 1,000 people", N),
        "national_new": (20, None, "m2 per 100 dwellings", N),
        "national_existing": (15, None, "m2 per 100 dwellings", N),
        "beijing_market": (500, 1000, "m2", S), "beijing_market_per_1000": (50, None, "m2 per 1,000 people", S),
        "suzhou_walk": (200, 300, "m", N),
    },
}  # fmt: skip

# The 20 items: what an existing community needs (area in m² of each ask, None: any), and the mark.
ITEMS = {
    "service_station": ([800], N), "kindergarten": ([2200], S), "nursery": ([200], S), "elder_station": ([None], S),
    "health_station": ([120], N), "supermarket": ([300, 50], N), "parcel": ([None], S), "shops": ([None] * 6, S),
    "utilities": ([], N), "parking": ([], N), "slow_paths": ([None], N), "barrier_free": ([], N), "sanitation": ([], N),
    "activity_ground": ([150], S), "green": ([None], S), "property_management": ([], N), "property_platform": ([], N),
    "governance": ([], N), "joint_services": ([], N), "culture": ([], N),
}  # fmt: skip
NEW_ITEMS = ITEMS | {
    "elder_station": ([350], S), "supermarket": ([300], N), "parcel": ([15], N), "activity_ground": ([800], S),
    "green": ([4000], S),
}  # fmt: skip


def own(name, part):
    """Return the entries of a shipped file that stand in it and not in one that it extends."""
    return [entry for entry in getattr(load_rules(name, HERE), part) if entry.file == name]


def test_what_ships():
    assert shipped_rules() == sorted(EXPECTED)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_values_are_those_of_the_reference(name):
    found = {r.category: (r.threshold, r.unit, r.verified) for r in own(name, "rules")}
    assert found == EXPECTED[name]
    values = {v.code: (v.least, v.most, v.unit, v.verified) for v in own(name, "values")}
    assert values == VALUES.get(name, {})


@pytest.mark.parametrize(
    ("name", "expected"), [("complete-community-2020-existing", ITEMS), ("complete-community-2020-new", NEW_ITEMS)]
)
def test_items_are_those_of_the_reference(name, expected):
    items = load_rules(name, HERE).items
    assert {i.code: ([a.area_m2 for a in i.asks], i.verified) for i in items} == expected
    assert [i.number for i in items] == list(range(1, 21))
    community = load_rules(name, HERE).community
    assert (community.threshold, community.unit, community.share, community.verified) == (10, "min", 0.5, N)
    by_code = {i.code: i for i in items}
    assert [a.land_m2 for a in by_code["kindergarten"].asks] == [3500]
    assert [a.count for a in by_code["supermarket"].asks] == ([1, 2] if name.endswith("existing") else [1])
    assert [i.code for i in items if i.outside_compounds] == ["activity_ground", "green"]
    assert [i.code for i in items if i.partly] == ["slow_paths"]
    assert by_code["supermarket"].need == ("any" if name.endswith("existing") else "all")
    assert by_code["shops"].need == "all"


def test_quotas_say_of_whom_they_are_told():
    quotas = {
        (name, r.category): (r.quota_per_1000, r.capacity_per_1000, r.capacity_of, r.capacity_unit, r.quota_from[2])
        for name in shipped_rules()
        for r in own(name, "rules")
        if r.has_quota
    }
    assert quotas == {
        ("gb50180-2018-5min", "convenience"): (pytest.approx(1 / 3, rel=1e-8), None, "", "", N),
        ("gb50180-2018-15min", "elder_care"): (None, 40, "population_60plus", "beds", S),
        ("five-year-plan-14", "childcare"): (None, 4.5, "population", "places", S),
    }
    places = load_rules("five-year-plan-14", HERE).for_category("childcare")
    assert places.source == "geoprio's own choice"
    assert places.quota_from[0].startswith("14th Five-Year Plan")


@pytest.mark.parametrize("name", shipped_rules())
def test_every_shipped_file(name):
    rules = load_rules(name, HERE)
    assert rules.name == name
    assert rules.title_zh
    assert rules.title_en
    assert re.search(r"[一-鿿]", rules.title_zh)
    assert rules.note
    entries = [*rules.rules, *rules.items, *rules.values, *([rules.community] if rules.community else [])]
    assert entries
    # No official text was at hand for any of them.
    assert all(e.source and e.verified in {N, S} and e.verified is not True for e in entries)
    assert all(e.file in rules.files for e in entries)
    assert all(r.quota_verified is not True for r in rules.rules)
    assert all(e.source != "geoprio's own choice" or e.verified is N for e in entries)
    named = [*rules.items, *rules.values]
    assert all(re.search(r"[一-鿿]", e.title_zh) and e.title_en for e in named)


@pytest.mark.parametrize("name", shipped_rules())
def test_every_shipped_entry_states_its_mark(name):
    """A mark that is left out would be False, which is right but not said."""
    path = Path(__file__).parents[2] / "geoprio" / "standards" / f"{name}.toml"
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    entries = [e for part in ("rules", "items", "values") for e in data.get(part, [])]
    assert all("verified" in e and "source" in e for e in [*entries, *filter(None, [data.get("community")])])
    assert all("unit" in e for e in [*data.get("rules", []), *data.get("values", [])])


def test_every_category_of_a_shipped_file_has_titles():
    for name in shipped_rules():
        rules = load_rules(name, HERE)
        of = [n.partition(":")[0] for i in rules.items for a in i.asks for n in a.of]
        categories = {*(r.category for r in rules.rules), *(v.category for v in rules.values if v.category), *of}
        assert categories <= set(CATEGORY_TITLES), name
    assert all(re.search(r"[一-鿿]", zh) and en for zh, en in CATEGORY_TITLES.values())


@pytest.mark.parametrize(
    ("name", "metres"),
    [("default", (1000, 500, 500)), ("gb50180-2018-5min", (300,) * 3), ("gb50180-2018-10min", (500,) * 3),
     ("gb50180-2018-15min", (1000,) * 3), ("15-minute-city-1200m", (1200,) * 3), ("leed-nd-400m", (400,) * 3),
     ("jgj39-2016", (300, 500, 300)), ("five-year-plan-14", (1000, 500, 500))],
)  # fmt: skip
def test_thresholds(name, metres, tmp_path):
    rules = load_rules(name, tmp_path)
    assert tuple(rules.for_category(c).threshold for c in CATEGORIES) == metres
    assert rules.for_category("library") is None


GOOD = 'name="r"\ntitle_zh="r"\ntitle_en="r"\n[[rules]]\ncategory="a"\nthreshold=5\nunit="min"\nsource="s"\n'
HEAD = 'name="r"\ntitle_zh="r"\ntitle_en="r"\n'
ITEM = '[[items]]\ncode="i"\ntitle_zh="项"\ntitle_en="i"\nsource="s"\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (GOOD.replace("5", "-5"), r"rules\[1\].threshold: Input should be greater than 0 \(given: -5\)"),
        (GOOD.replace("5", "inf"), r"rules\[1\].threshold"),
        (GOOD.replace('"min"', '"km"'), r"rules\[1\].unit"),
        (GOOD.replace('"a"', '"A b"'), r"rules\[1\].category"),
        (GOOD.replace('source="s"', 'source=""'), r"rules\[1\].source"),
        (GOOD + "colour = 1\n", r"rules\[1\].colour: Extra inputs"),
        (GOOD + 'file = "x"\n', "key file is set by geoprio"),
        ('files = ["x"]\n' + GOOD, "key files is set by geoprio"),
        (GOOD + GOOD[GOOD.index("[[") :], "category 'a' stands there more than once"),
        (GOOD + 'verified = "perhaps"\n', r"rules\[1\].verified"),
        (GOOD + "quota_per_1000 = 0\n", r"rules\[1\].quota_per_1000"),
        (GOOD + 'quota_source = "x"\nquota_verified = false\n', "quota_source stands without"),
        (GOOD + 'quota_per_1000 = 1\nquota_source = "x"\n', "quota_source and quota_verified together"),
        (GOOD + 'capacity_of = "population"\n', "say nothing without capacity_per_1000"),
        (GOOD + 'capacity_per_1000 = 4\ncapacity_of = "cats"\n', r"rules\[1\].capacity_of"),
        (HEAD + 'issued = "May"\n' + GOOD[len(HEAD) :], "issued"),
        (HEAD, "neither"),
        (HEAD + 'extends = ["default", "default"]\n', "base 'default' stands there more than once"),
        (HEAD + "extends = 5\n", "extends"),
        (HEAD + ITEM + 'asks = [{of = ["a:b:c"]}]\n', r"items\[1\].asks\[1\].of\[1\]"),
        (HEAD + ITEM + "asks = [{of = []}]\n", r"items\[1\].asks\[1\].of"),
        (HEAD + ITEM + 'asks = [{of = ["a"], count = 0}]\n', r"items\[1\].asks\[1\].count"),
        (HEAD + ITEM + "partly = true\n", "partly needs asks"),
        (HEAD + ITEM + ITEM, "item 'i' stands there more than once"),
        (HEAD + '[[values]]\ncode="v"\ntitle_zh="v"\ntitle_en="v"\nunit="m"\nsource="s"\n', "give least, most or both"),
        (
            HEAD + '[[values]]\ncode="v"\ntitle_zh="v"\ntitle_en="v"\nunit="m"\nsource="s"\nleast=2\nmost=1\n',
            "least is above most",
        ),
        (HEAD + "rules = 5\n", "rules"),
        (HEAD + "rules = [5]\n", r"rules\[1\]"),
        ("name = ", "Invalid value"),
        ("a = " + "[" * 5000, "rule file 'own.toml': "),
    ],
)
def test_broken_files(tmp_path, text, message):
    (tmp_path / "own.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message) as caught:
        load_rules("own.toml", tmp_path)
    assert str(caught.value).startswith("rule file 'own.toml': ")


def test_all_that_is_wrong_is_told_at_once(tmp_path):
    (tmp_path / "own.toml").write_text(GOOD.replace("5", "-5").replace('"min"', '"km"'), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_rules("own.toml", tmp_path)
    assert len(caught.value.problems) == 2


def test_own_file_and_unknown_names(tmp_path):
    (tmp_path / "own.toml").write_text(GOOD, encoding="utf-8")
    assert load_rules("own.toml", tmp_path).rules[0].unit == "min"
    assert load_rules("own.toml", tmp_path).rules[0].file == "own.toml"
    with pytest.raises(InputError, match="not one of 15-minute-city-1200m, breeam"):
        load_rules("gb", tmp_path)
    with pytest.raises(InputError, match=re.escape("(did you mean 'gb50180-2018-5min'?)")):
        load_rules("gb50180-2018-5mins", tmp_path)
    with pytest.raises(MissingError):
        load_rules("other.toml", tmp_path)
    for name in ("profiles", "assumptions"):
        with pytest.raises(InputError, match="is not one of"):
            load_rules(name, tmp_path)


def test_files_that_are_no_text(tmp_path):
    (tmp_path / "own.toml").write_bytes("name = '自定'".encode("gb18030"))
    with pytest.raises(InputError, match=r"rule file 'own\.toml': it is not UTF-8"):
        load_rules("own.toml", tmp_path)
    (tmp_path / "own.toml").write_bytes(b"#" * 1_000_001)
    with pytest.raises(InputError, match="larger than 1,000,000 bytes"):
        load_rules("own.toml", tmp_path)
    (tmp_path / "own.toml").write_bytes(b"\0")
    with pytest.raises(InputError, match=r"rule file 'own\.toml'"):
        load_rules("own.toml", tmp_path)
    with pytest.raises(InputError, match="is not a local file"):
        load_rules("https://example.org/own.toml", tmp_path)


def test_a_rule_is_frozen():
    rule = Rule(category="a", threshold=1, source="s")
    with pytest.raises(ValueError, match="frozen"):
        rule.threshold = 2
