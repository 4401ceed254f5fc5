"""Items of the complete community: pass, fail and unknown, by hand and against all that the unknown could be."""

import csv
import itertools
import json
import sqlite3

import geopandas as gpd
import pytest
from conftest import X, Y, collection, square
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import geoprio
from geoprio._core.errors import InputError
from geoprio.outputs.titles import column_title
from geoprio.outputs.webmap.data import map_data

HEAD = 'name = "own"\ntitle_zh = "自定"\ntitle_en = "own"\nextends = "default"\n'
AROUND = '[community]\nthreshold = 300\nunit = "m"\nsource = "town hall"\n'
CARE = (
    '[[facilities]]\ncategory = "childcare"\npath = "care.geojson"\nkind = "sort"\narea = "floor"\nland = "plot"\n'
    'status = "open"\n[score]\nrules = "own.toml"\n'
)
NURSERY = 'asks = [{of = ["childcare:nursery"]}]\n'


def item(code, body, **more):
    """Return an item of a rule file."""
    lines = "".join(f"{k} = {json.dumps(v)}\n" for k, v in more.items())
    return (
        f'[[items]]\ncode = "{code}"\ntitle_zh = "{code}项"\ntitle_en = "{code}"\nsource = "town hall"\n{lines}{body}'
    )


def care(name, x, y, **columns):
    """Return a place of childcare; it is a nursery unless `sort` says otherwise."""
    known = {"id": name, "sort": "nursery", "floor": 500, "plot": 100, "open": "yes"}
    return ({**known, **columns}, "Point", [X + x, Y + y])


def project(town, rules, places, extra=CARE):
    """Write the town with a rule file and places of childcare; return the project file."""
    (town.folder / "own.toml").write_text(HEAD + rules, encoding="utf-8")
    (town.folder / "care.geojson").write_text(collection(places), encoding="utf-8")
    return town.write(extra)


def answers(town, rules, places, code="nursery", extra=CARE):
    """Return an item's answers in the west and in the east."""
    zones = geoprio.run(project(town, rules, places, extra)).zones
    return tuple(zones.loc[["west", "east"], f"item_{code}_status"])


# Homes of the west stand at 55, 155, 255 and 355 m, those of the east at 455 to 755; each 15 m off the street at 200.
FAR = care("far", 1900, 205)


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ([care("in", 60, 205), FAR], ("pass", "fail")),
        # Where it stands counts: 190 m off the street nobody can walk to it, but it is the zone's.
        ([care("in", 60, 10), FAR], ("pass", "fail")),
        # At 880: the last home of the east is 125 + 20 m away, the others 245, 345 and 445 m: half of four.
        ([care("out", 880, 205)], ("fail", "pass")),
        ([care("out", 935, 205)], ("fail", "pass")),
        # 300.5 m to the second home.
        ([care("out", 935.5, 205)], ("fail", "fail")),
        ([FAR], ("fail", "fail")),
    ],
)
def test_in_the_zone_or_within_a_walk_of_half_of_its_homes(town, places, expected):
    assert answers(town, AROUND + item("nursery", NURSERY), places) == expected


def test_half_of_the_people_not_of_the_houses(town):
    for k, building in enumerate(town.buildings):
        building[0].update({"population_0_2": 10 if k == 7 else 3, "population": 50})
    rules = AROUND + item("nursery", NURSERY)
    # Only the last home of the east is within 300 m: 10 of its 19 children.
    assert answers(town, rules, [care("out", 1000, 205)]) == ("fail", "pass")
    town.buildings[7][0]["population_0_2"] = 8
    assert answers(town, rules, [care("out", 1000, 205)]) == ("fail", "fail")


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({}, "pass"),
        ({"sort": "kindergarten"}, "fail"),
        # Another word may mean a nursery, or not.
        ({"sort": "托管"}, "unknown"),
        ({"sort": None}, "unknown"),
        ({"floor": 199.5}, "fail"),
        ({"floor": 200}, "pass"),
        ({"floor": "0.02万㎡"}, "pass"),
        ({"floor": None}, "unknown"),
        ({"floor": "0"}, "unknown"),
        ({"floor": "big"}, "unknown"),
        ({"plot": 80}, "fail"),
        ({"plot": None}, "unknown"),
        ({"sort": "kindergarten", "floor": None}, "fail"),
        ({"sort": "托管", "floor": 100}, "fail"),
        ({"open": "closed"}, "fail"),
    ],
)
def test_kind_and_size(town, columns, expected):
    rules = AROUND + item("kindergarten", 'asks = [{of = ["childcare:kindergarten"]}]\n')
    rules += item("nursery", 'asks = [{of = ["childcare:nursery"], area_m2 = 200, land_m2 = 100}]\n')
    assert answers(town, rules, [care("in", 60, 205, **columns), FAR]) == (expected, "fail")


def test_sizes_that_cannot_be_read_are_set_aside(town):
    rules = AROUND + item("nursery", NURSERY)
    result = geoprio.run(project(town, rules, [care("a", 60, 205, floor="big", plot="0"), FAR]))
    rows = result.rejects[result.rejects["column"].isin(["floor", "plot"])]
    assert rows[["column", "value"]].to_numpy().tolist() == [["floor", "big"], ["plot", "0"]]
    assert rows["mend"].str.startswith("give an area in m²").all()
    assert result.facilities.loc[["a", "far"], "area_m2"].tolist() == [pytest.approx(float("nan"), nan_ok=True), 500]


def test_what_nothing_was_read_of_is_unknown_and_said(town):
    asks = '{of = ["childcare:nursery"]}, {of = ["barber", "laundry:dry"]}'
    rules = AROUND + item("nursery", NURSERY) + item("kindergarten", 'asks = [{of = ["childcare:kindergarten"]}]\n')
    rules += item("shops", f"asks = [{asks}]\n")
    result = geoprio.run(project(town, rules, [FAR]))
    by_code = {row["code"]: row for row in result.quality["items"]}
    # A list that holds nurseries alone says nothing of kindergartens.
    tally = {c: (r["passed"], r["failed"], r["unknown"], r["not_read"]) for c, r in by_code.items()}
    assert tally == {
        "nursery": (0, 2, 0, []),
        "kindergarten": (0, 0, 2, ["childcare:kindergarten"]),
        # A nursery is missing for certain: whatever of the rest there is, not all of it is there.
        "shops": (0, 2, 0, ["barber", "laundry:dry"]),
    }


def test_homes_of_which_nothing_is_known_fail_nothing(town):
    rules, far = AROUND + item("nursery", NURSERY), care("far", 1000, 205)
    assert answers(town, rules, [far]) == ("fail", "fail")
    # Three more homes of the east are off every street: four of seven could be near.
    town.buildings += [({"id": f"lost{k}"}, "Point", [X + 500 + k, Y + 395]) for k in range(3)]
    assert answers(town, rules, [far]) == ("fail", "unknown")
    town.buildings.pop()
    town.buildings.pop()
    assert answers(town, rules, [far]) == ("fail", "fail")


def test_a_place_off_every_street_may_be_near(town):
    rules = AROUND + item("nursery", NURSERY)
    # No way is shorter than the straight line: 300 m beyond the east's edge some way may lead there, farther none.
    assert answers(town, rules, [care("lost", 1099, 395), FAR]) == ("fail", "unknown")
    assert answers(town, rules, [care("lost", 1101, 395), FAR]) == ("fail", "fail")


def test_a_zone_without_homes_is_unknown_unless_it_has_one(town):
    town.zones.append(({"id": "park"}, "Polygon", square(X + 100, Y + 500, 100)))
    rules = AROUND + item("nursery", NURSERY)
    zones = geoprio.run(project(town, rules, [FAR])).zones
    assert zones.loc["park", ["score_status", "item_nursery_status"]].tolist() == ["no_buildings", "unknown"]
    zones = geoprio.run(project(town, rules, [care("in", 150, 550), FAR])).zones
    assert zones.loc["park", "item_nursery_status"] == "pass"


def test_all_any_partly_and_nothing_asked(town):
    near, lost = '{of = ["childcare:nursery"]}', '{of = ["barber"]}'
    rules = AROUND
    for code, asks, more in (
        ("all", f"{near}, {lost}", {}),
        ("any", f"{near}, {lost}", {"need": "any"}),
        ("partly", near, {"partly": True}),
        ("nothing", "", {}),
    ):
        rules += item(code, f"asks = [{asks}]\n", **more)
    zones = geoprio.run(project(town, rules, [care("in", 60, 205)])).zones
    found = {c: tuple(zones.loc[["west", "east"], f"item_{c}_status"]) for c in ("all", "any", "partly", "nothing")}
    # East: its nearest home is 415 m away.
    assert found == {
        "all": ("unknown", "fail"),
        "any": ("pass", "unknown"),
        "partly": ("unknown", "fail"),
        "nothing": ("unknown", "unknown"),
    }
    tally = zones.loc[["west", "east"], ["items_passed", "items_failed", "items_unknown"]].to_numpy().tolist()
    assert tally == [[1, 0, 3], [0, 2, 2]]


def test_several_are_asked_for(town):
    rules = AROUND + item("nursery", 'asks = [{of = ["childcare:nursery"], count = 2}]\n')
    one = care("a", 860, 205)
    assert answers(town, rules, [one, FAR]) == ("fail", "fail")
    assert answers(town, rules, [one, care("b", 880, 195), FAR]) == ("fail", "pass")
    assert answers(town, rules, [one, care("b", 880, 195, sort="托管"), FAR]) == ("fail", "unknown")
    # The same place in two lists is one.
    twice = '[[facilities]]\ncategory = "childcare"\npath = "care.geojson"\nkind = "sort"\n' + CARE
    assert answers(town, rules, [one, FAR], extra=twice) == ("fail", "fail")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("compound", "fail"), ("street_block", "pass"), ("other", "unknown")],
)
def test_what_stands_in_a_compound_does_not_count_where_the_rule_says_so(town, kind, expected):
    town.zones[0][0]["type"] = kind
    zones = town.text["zones"] + 'type = {column = "type"}\n'
    town.zones[1][0]["type"] = "other"
    town.text["zones"] = zones
    rules = AROUND + item("nursery", NURSERY, outside_compounds=True)
    assert answers(town, rules, [care("in", 60, 205), FAR]) == (expected, "fail")
    # In no zone at all it stands in no compound that is known.
    assert answers(town, rules, [care("out", 880, 205)]) == ("fail", "pass")


def test_without_a_reach_only_the_zone_counts(town):
    near_both = care("a", 420, 205)
    rules = item("nursery", NURSERY)
    assert answers(town, AROUND + rules, [near_both]) == ("pass", "pass")
    assert answers(town, rules, [near_both]) == ("fail", "pass")
    assert answers(town, '[community]\nsource = "town hall"\n' + rules, [near_both]) == ("fail", "pass")


def test_minutes_are_those_of_whom_the_category_serves(town):
    rules = '[community]\nthreshold = 5\nunit = "min"\nsource = "t"\n' + item("nursery", NURSERY)
    # The second home of the east is 245 m away: 4.1 minutes at 60 m/min, 6.3 at the 39 of toddlers.
    places = [care("out", 880, 205)]
    assert answers(town, rules, places) == ("fail", "pass")
    slow = CARE + '[access]\nprofile = {childcare = "toddler"}\n'
    assert answers(town, rules, places, extra=slow) == ("fail", "fail")


def test_the_community_must_lie_within_what_is_read(town):
    rules = AROUND.replace("300", "1300") + item("nursery", NURSERY)
    extra = CARE + "[access]\ncutoff_m = 1200\nrings_m = [300]\n"
    with pytest.raises(InputError, match=r"cutoff_m = 1200 is less than the community of the rule file, 1300 m"):
        geoprio.run(project(town, rules, [FAR], extra))


def test_a_rule_file_without_items_adds_nothing(town):
    result = geoprio.run(town.write())
    assert not [c for c in result.zones if c.startswith(("item_", "items_"))]
    assert "items" not in result.quality


KINDS = ("nursery", "kindergarten", None)
SIZES = (100.0, 300.0, None)
PLACES = st.lists(
    st.tuples(st.sampled_from((60, 420, 880, 960, 1500)), st.sampled_from(KINDS), st.sampled_from(SIZES)),
    min_size=1,
    max_size=3,
)


def met(places, low, high, homes):
    """Return whether a zone from `low` to `high` has a nursery of 200 m², where all is known."""
    sites = [x for x, kind, size in places if kind == "nursery" and size >= 200]
    near = [any(15 + abs(home - x) + 5 <= 300 for x in sites) for home in homes]
    return any(low <= x < high for x in sites) or 2 * sum(near) >= len(near)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(PLACES)
def test_unknown_is_what_could_be_either_way(town, places):
    """Against every way in which unknown kinds and sizes could turn out."""
    rules = AROUND + item("kindergarten", 'asks = [{of = ["childcare:kindergarten"]}]\n')
    rules += item("nursery", 'asks = [{of = ["childcare:nursery"], area_m2 = 200}]\n')
    rows = [care(f"p{k}", x, 205, sort=kind, floor=size) for k, (x, kind, size) in enumerate(places)]
    found = answers(town, rules, rows)
    if not any(kind == "nursery" for _, kind, _ in places):
        # Nothing shows that nurseries were read at all.
        assert found == ("unknown", "unknown")
        return
    choices = [[(x, k, s) for k in ([kind] if kind else KINDS[:2]) for s in ([size] if size else SIZES[:2])]
               for x, kind, size in places]  # fmt: skip
    for answer, low in zip(found, (0, 400), strict=True):
        homes = [low + 55 + 100 * k for k in range(4)]
        ways = {met(world, low, low + 400, homes) for world in itertools.product(*choices)}
        assert answer == ("unknown" if len(ways) == 2 else "pass" if ways.pop() else "fail")


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """Return the result and the folder of a run with two items of its own and the shipped ones."""
    from conftest import Town

    town = Town(tmp_path_factory.mktemp("town"))
    rules = item("nursery", NURSERY, number=3, verified="secondary", clause="3.3") + item("club", "", number=21)
    extends = HEAD.replace('"default"', '["complete-community-2020-existing", "gb50180-2018-5min"]')
    around = '[community]\nthreshold = 5\nunit = "min"\nsource = "town hall"\n'
    (town.folder / "base.toml").write_text(extends.replace("own", "base") + around, encoding="utf-8")
    text = HEAD.replace('"default"', '"base.toml"')
    (town.folder / "own.toml").write_text(text + rules, encoding="utf-8")
    places = [care("in", 60, 205), care("doubt", 500, 205, sort="托管"), FAR]
    (town.folder / "care.geojson").write_text(collection(places), encoding="utf-8")
    result = geoprio.run(town.write(CARE))
    return result, result.save(town.folder / "out", lang="en")


def test_every_table_holds_the_answers_with_titles(saved):
    result, out = saved
    expected = {"west": "pass", "east": "unknown"}
    assert result.zones["item_nursery_status"].to_dict() == expected
    assert len([c for c in result.zones if c.startswith("item_")]) == 21
    assert (result.zones[["items_passed", "items_failed", "items_unknown"]].sum(axis=1) == 21).all()
    with (out / "zones.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["zone_id"]: row for row in csv.DictReader(file)}
    assert {z: row["item_nursery_status"] for z, row in rows.items()} == expected
    assert rows["west"]["items_passed"] == str(result.zones.loc["west", "items_passed"])
    assert gpd.read_parquet(out / "zones.parquet")["item_nursery_status"].to_dict() == expected
    layer = gpd.read_file(out / "geoprio.gpkg", layer="zones").set_index("zone_id")
    assert layer["item_nursery_status"].to_dict() == expected
    with sqlite3.connect(out / "geoprio.gpkg") as db:
        style = db.execute("SELECT styleQML FROM layer_styles WHERE f_table_name = 'zones'").fetchone()[0]
    assert 'name="3. nursery"' in style
    assert 'name="20. culture of the community"' in style
    items = result.rule_file.items
    assert column_title("item_nursery_status", (), items) == ("3. nursery项", "3. nursery")
    for column in result.zones.columns.drop("geometry"):
        assert column_title(column, ("convenience", "elder_care", "childcare"), items)[0] != column


def test_items_and_distances_are_apart(saved):
    """Childcare is held against the 300 m of the standard while its items look 5 minutes around."""
    result, _ = saved
    assert (result.rules["childcare"].threshold, result.rules["childcare"].file) == (300, "gb50180-2018-5min")
    assert not [c.code for c in result.matrix.criteria if c.code.startswith("item")]
    assert result.zones["priority"].notna().all()


def test_the_report_and_the_manifest_name_every_item_and_value(saved):
    result, out = saved
    run = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert run["rule_files"] == ["complete-community-2020-existing", "gb50180-2018-5min", "base.toml", "own.toml"]
    assert {"own.toml", "base.toml"} <= {i["path"] for i in run["inputs"]}
    assert {r["category"]: r["file"] for r in run["rules"]} == dict.fromkeys(
        ("convenience", "elder_care", "childcare"), "gb50180-2018-5min"
    )
    by_code = {i["code"]: i for i in run["items"]}
    assert (by_code["nursery"]["file"], by_code["nursery"]["clause"]) == ("own.toml", "3.3")
    assert by_code["green"]["file"] == "complete-community-2020-existing"
    assert (run["community"]["threshold"], run["community"]["file"]) == (5, "base.toml")
    # Items that ask for nothing use no value.
    assert {"nursery", "supermarket", "slow_paths"} <= set(run["unverified_items"])
    assert not {"club", "culture", "parking"} & set(run["unverified_items"])
    named = {(r["kind"], r["what"]) for r in run["unverified_values"]}
    assert {("threshold", "childcare"), ("pace", "childcare"), ("community", "items"), ("item", "nursery")} <= named
    text = (out / "quality.md").read_text(encoding="utf-8")
    assert "## Items of the complete community (zones)" in text
    assert "| 3 | nursery | 1 | 0 | 1 |" in text
    assert "| item | supermarkets | 1 of supermarket with 300 m² or 2 of convenience with 50 m² |" in text
    report = json.loads((out / "quality.json").read_text(encoding="utf-8"))
    assert report["items"] == result.quality["items"]
    assert [row["number"] for row in report["items"]] == list(range(1, 22))


def test_the_map_shows_the_answers_apart(saved):
    result, _ = saved
    data = map_data(result, "zh")
    names = [i["titles"] for i in data["items"]]
    at = names.index(("nursery项", "nursery"))
    letters = {row[0]: text for row, text in zip(data["zones"], data["answers"], strict=True)}
    assert {z: text[at] for z, text in letters.items()} == {"west": "p", "east": "u"}
    assert all(len(text) == 21 and set(text) <= set("pfu") for text in letters.values())
    assert data["items"][at]["mark"] == "secondary"
    assert (data["community"]["threshold"], data["community"]["mark"]) == (5, "unverified")


def test_rescoring_keeps_the_answers(saved):
    result, _ = saved
    again = geoprio.rescore(result, {"convenience_covered_share": 1.0})
    columns = [c for c in result.zones if c.startswith("item")]
    assert again.zones.loc[result.zones.index, columns].equals(result.zones[columns])
