"""Runs of a town that differ in one thing of the project file or its files: found, and told for what it is."""

import dataclasses

import pytest
from conftest import Town, X
from finished import finished, people_in, with_shop

import geoprio
from geoprio.effect import compare, differences, load_run, run_of
from geoprio.effect.groups import UNKNOWN
from geoprio.outputs.change.sections import sections

ZONES = '[zones]\npath = "zones.geojson"\nid = "id"\n'
AGES = '[buildings]\npath = "buildings.geojson"\ncolumns = {population = "all", year_built = "built"}\n'
SHOPS = '[[facilities]]\ncategory = "convenience"\npath = "shops.geojson"\n'
HOMES = '[[facilities]]\ncategory = "elder_care"\npath = "homes.geojson"\n'
DEFECT = """[[defects]]
code = "roof_gone"
title_zh = "屋面缺失"
title_en = "no roof"
grade = "basic"
side = "lining"
work_zh = "屋面"
work_en = "roofs"
source = "own"
verified = false
good = {good}
"""


def written(folder):
    """Return the town with people, years of construction and a hazard of each zone."""
    town = people_in(Town(folder))
    for i, (row, _, _) in enumerate(town.buildings):
        row["built"] = 1985 if i < 4 else 2010
    for row, _, _ in town.zones:
        row |= {"hazard": "no", "old": "yes"}
    return town


def found(runs):
    return {d.code: d.verdict for d in differences(*runs)}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("eligible = {built_before = 2000}\n", "eligible = {built_before = 2015}\n"),
        ("", 'eligible = {column = "old"}\n'),
        ("", 'safety_gate = "hazard"\n'),
    ],
)
def test_what_zones_are_is_told_alike(town, before, after):
    town = written(town.folder)
    runs = [finished(town, zones=ZONES + more, buildings=AGES) for more in (before, after)]
    assert found(runs) == {"zone_source": "refused"}


def test_the_year_of_old_houses_moves_what_is_old(town):
    town = written(town.folder)
    ages = [f"{ZONES}eligible = {{built_before = {year}}}\n" for year in (2000, 2015)]
    told = compare(*(finished(town, zones=text, buildings=AGES) for text in ages), allow=["zone_source"])
    # Nothing happened: the same houses of 2010 are old by the later year only.
    assert told.zones.xs("aged_share", level="code").loc["east", "change"] == 1
    assert any("allowed by name" in en and "year" not in en for _, en in told.notes)


def test_what_zones_say_of_themselves_is_measured(town):
    town = written(town.folder)
    before = finished(town, zones=ZONES + 'safety_gate = "hazard"\n')
    town.zones[0][0]["hazard"] = "yes"
    after = finished(town, zones=ZONES + 'safety_gate = "hazard"\n')
    assert found((before, after)) == {"zone_data": "measured"}
    assert compare(before, after).zones.loc[("west", "safety_gate"), "verdict"] == "worse"


def test_the_order_of_categories_does_not_matter(town):
    town = written(town.folder)
    assert found([finished(town), finished(town, shops=HOMES, homes=SHOPS)]) == {}
    # Within one category the first of two that are the same counts.
    both = [SHOPS, SHOPS.replace("shops", "homes")]
    assert found([finished(town, shops=a + b) for a, b in (both, both[::-1])]) == {"facilities": "measured"}


def test_facilities_of_one_run_only_are_no_change_of_the_others(town):
    town = written(town.folder)
    assert found([finished(town), finished(town, homes="")]) == {"categories": "neutralised", "scoring": "neutralised"}


def test_a_list_of_defects_is_a_rule(town):
    town = written(town.folder)
    runs = []
    for name, good in (("own", "0.0"), ("own", "0.1"), ("renamed", "0.1")):
        (town.folder / f"{name}.toml").write_text(DEFECT.format(good=good), encoding="utf-8")
        runs.append(finished(town, extra=f'\n[condition]\ndefects = "{name}.toml"\n'))
    assert found(runs[:2]) == {"condition_source": "refused"}
    assert found(runs[1:]) == {}


def test_files_of_a_scenario_are_told_by_what_they_hold(town):
    town = written(town.folder)
    file = town.folder / "s.toml"
    file.write_text(
        'name = "x"\n[[facilities]]\ncategory = "convenience"\npath = "new.csv"\n'
        'x = "x"\ny = "y"\ncrs = "EPSG:32650"\n',
        encoding="utf-8",
    )
    runs = []
    for at in (700, 700, 300):
        (town.folder / "new.csv").write_text(f"name,x,y\nn,{X + at},3450195\n", encoding="utf-8")
        runs.append(run_of(geoprio.run(town.write(), scenario=file), "x"))
    assert found(runs[:2]) == {}
    assert found(runs[1:]) == {"scenario": "measured"}


def test_another_threshold_is_split_like_the_same_one(town):
    town = written(town.folder)
    before = finished(town)
    plain = compare(before, finished(with_shop(town, X + 700)))
    rules = '[[indicators]]\ncode = "convenience_covered_share"\nthreshold_m = 100\n'
    told = compare(before, finished(town, extra=rules))
    assert {d.code for d in told.differences} == {"rules", "facilities"}
    assert not any("not split" in en for _, en in told.notes)
    parts = ["change", "supply", "demand"]
    assert told.split.city[parts].to_numpy() == pytest.approx(plain.split.city[parts].to_numpy(), nan_ok=True)
    assert told.split.city.loc["convenience_covered_share", "supply"] == pytest.approx(1 / 3)
    # What truly does not follow from the buildings is still told.
    off = dataclasses.replace(before, zones=before.zones.assign(convenience_covered_share=0.123))
    assert any("not split" in en for _, en in compare(before, off).notes)


def test_zones_without_a_district_are_a_group(town):
    town = written(town.folder)
    runs = (finished(town), finished(with_shop(town, X + 700)))
    change = compare(*(dataclasses.replace(r, zones=r.zones.assign(district=["甲区", None])) for r in runs))
    groups = change.groups.loc["district"].xs("convenience_covered_share", level="code")
    assert set(groups.index) == {"甲区", UNKNOWN}
    city = change.city.loc["convenience_covered_share"]
    for name in ("people_better", "people_worse"):
        assert groups[name].sum() == city[name]
    assert groups["people"].sum() == change.people.sum()
    (section,) = [s for s in sections(change, None) if s.key == "groups"]
    assert ("未知", "unknown") in {row[0].text for row in (*section.rows, *section.more)}


def test_priorities_that_rest_on_other_zones_are_told(town):
    town = written(town.folder)
    weights = "{convenience_covered_share = 1, elder_care_covered_share = 1}"
    score = f'\n[score]\nmissing = "impute:median"\nweights = {weights}\n'
    run = finished(town, extra=score)
    assert not any("the median of all" in en for _, en in compare(run, run).notes)
    lacking = dataclasses.replace(run, zones=run.zones.assign(elder_care_covered_share=[0.5, None]))
    notes = compare(lacking, lacking).notes
    assert any(en.startswith("1 zones lack a weighted indicator and get the median of all") for _, en in notes)


def test_a_run_twice_changes_nothing_in_any_table(town, tmp_path):
    town = written(town.folder)
    for name in ("a", "b"):
        geoprio.run(town.write()).save(tmp_path / name)
    change = compare(load_run(tmp_path / "a"), load_run(tmp_path / "b"))
    assert change.differences == ()
    for table in (change.zones, change.city, change.groups, change.equity, change.split.zones):
        told = table[[c for c in ("change", "supply", "demand") if c in table]]
        assert told.dropna().eq(0).all(axis=None)
        assert table["before"].equals(table["after"].rename("before"))


def test_defects_of_a_list_of_ones_own_are_compared(town, tmp_path):
    town = written(town.folder)
    (town.folder / "own.toml").write_text(DEFECT.format(good="0.0"), encoding="utf-8")
    sheet = town.folder / "seen.csv"
    extra = (
        '\n[condition]\ndefects = "own.toml"\n[[inspection]]\npath = "seen.csv"\n'
        'columns = {roof_gone = "缺屋面"}\nyes = {roof_gone = "defect"}\n'
    )
    for name, answers in (("before", "是是是否"), ("after", "否否是否")):
        seen = [f"西区,h{i},{word}" for i, word in enumerate(answers)]
        sheet.write_text("\n".join(["小区名称,楼号,缺屋面", *seen]) + "\n", encoding="utf-8")
        geoprio.run(town.write(extra)).save(tmp_path / name)
    told = compare(tmp_path / "before", tmp_path / "after")
    assert {d.code for d in told.differences} == {"condition"}
    row = told.zones.loc[("west", "roof_gone_share")]
    assert row[["before", "after", "verdict"]].tolist() == [0.75, 0.25, "better"]
    assert told.measures["roof_gone_share"].title == ("屋面缺失：占已调查比例", "No roof: share of those surveyed")
    # What share of one's own defect is good, a run does not tell.
    assert told.measures["roof_gone_share"].target is None
    assert told.sides.loc["roof_gone_share", "side"] == "lining"
