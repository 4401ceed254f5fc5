"""Two runs compared: identities, figures worked by hand, parts that add up, and what is refused."""

import dataclasses
import json
import shutil

import numpy as np
import pandas as pd
import pytest
import shapely
from conftest import Town, Y, square
from finished import changed, finished, people_in, with_shop

import geoprio
from geoprio._core.errors import InputError, MissingError
from geoprio.effect import compare, differences, load_run
from geoprio.effect.comparable import REFUSABLE
from geoprio.effect.recount import counted, reproduced
from geoprio.effect.rescored import matrix_of

X = 500_000.0


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    town = people_in(Town(tmp_path_factory.mktemp("town")))
    return finished(town, "before"), finished(with_shop(town, X + 700), "after")


@pytest.fixture
def before(pair):
    return pair[0]


@pytest.fixture
def after(pair):
    return pair[1]


def test_nothing_changed(before):
    found = compare(before, before)
    assert found.differences == ()
    assert (found.added, found.removed, found.boundary_changed, found.notes[1:]) == ((), (), {}, ())
    assert set(found.zones["verdict"]) <= {"same", "unknown"}
    assert found.zones["change"].dropna().eq(0).all()
    assert found.city["change"].dropna().eq(0).all()
    assert found.groups["change"].dropna().eq(0).all()
    assert found.equity["change"].dropna().eq(0).all()
    assert found.split.city[["change", "supply", "demand"]].eq(0).all(axis=None)
    assert found.served[["gained", "lost"]].eq(0).all(axis=None)
    moves = [f"rank_{name}" for name in ("data", "weights", "method", "zones")]
    assert found.ranks.table[moves].eq(0).all(axis=None)


def test_a_folder_says_what_the_result_said(before, saved):
    read, held = load_run(saved), before
    assert (read.crs, read.demand, read.weights) == (held.crs, held.demand, held.weights)
    assert read.rules == held.rules
    assert read.criteria == held.criteria
    found = compare(read, held)
    assert found.differences == ()
    assert set(found.zones["verdict"]) <= {"same", "unknown"}
    assert compare(saved, str(saved)).city["change"].dropna().eq(0).all()


def test_a_zone_with_a_real_island_and_a_scrap_is_counted_again(tmp_path):
    """Of two houses that reach no shop the one on 1.2 km of street is known to be unserved, the one on 60 m is not."""
    town = people_in(Town(tmp_path))
    town.streets += [
        ({}, "LineString", [[X + 50, Y + 20], [X + 50, Y - 1180]]),
        ({}, "LineString", [[X + 300, Y + 20], [X + 360, Y + 20]]),
    ]
    for name, x in (("island", 50), ("scrap", 330)):
        house = ({"id": name, "use": "residential", "all": 10, "old": 2}, "Polygon", square(X + x, Y + 25, 5))
        town.buildings.append(house)
    run = finished(town, "run")
    assert run.buildings.loc[["island", "scrap"], "convenience_status"].eq("unreachable").all()
    assert run.buildings.loc[["island", "scrap"], "component_m"].tolist() == pytest.approx([1200, 60])
    again = counted(run, "convenience")
    assert again.loc[["island", "scrap"], "known"].tolist() == [True, False]
    assert reproduced(run, "convenience").all()
    found = compare(run, run)
    assert not found.split.notes
    assert found.split.city[["change", "supply", "demand"]].eq(0).all(axis=None)


def test_by_hand(before, after):
    # Houses stand every 100 m from 55; shops at 100 and, after, at 700. A house is 15 m off the street, a shop 5 m:
    # walks before are |x − 100| + 20, so that within 500 m are the houses at 55 … 555, after all of them.
    sides = (dataclasses.replace(r, zones=r.zones.assign(district=r.zones["name"])) for r in (before, after))
    found = compare(*sides)
    zones = found.zones.xs("convenience_covered_share", level="code")
    assert zones.loc["west", ["before", "after", "verdict"]].tolist() == [1, 1, "same"]
    assert zones.loc["east", ["before", "after", "verdict"]].tolist() == [0.5, 1, "better"]
    assert zones.loc["east", ["met_before", "met_after"]].tolist() == [False, True]
    city = found.city.loc["convenience_covered_share"]
    # 40 people in the west and 80 in the east, 40 of whom gain.
    assert (city["before"], city["after"]) == pytest.approx((80 / 120, 1))
    assert (city["people_better"], city["people_same"], city["people_worse"]) == (80, 40, 0)
    assert (city["met_before"], city["met_after"], city["with_target"]) == (1, 2, 2)
    assert found.served.loc["convenience", ["gained", "lost", "kept", "without"]].tolist() == [40, 0, 80, 0]
    old = found.groups.loc["people", "population_60plus", "convenience_covered_share"]
    assert (old["before"], old["after"], old["people"]) == pytest.approx((18 / 28, 1, 28))
    east = found.groups.loc["district", "东区", "convenience_covered_share"]
    assert (east["before"], east["after"], east["people_better"], east["verdict"]) == (0.5, 1, 80, "better")
    # 40 people have 1, 80 have ½: Gini = ½ · Σ|differences| ÷ mean = (40 · 80 · ½) ÷ 120² ÷ ⅔.
    equity = found.equity.xs("convenience_covered_share", level="code")
    assert equity.loc["gini", "before"] == pytest.approx(40 * 80 * 0.5 / 120**2 / (2 / 3))
    assert equity.loc["gini", "after"] == 0
    # The two districts are the two zones: nothing is uneven within them.
    assert equity.loc["theil_within", "before"] == pytest.approx(0)
    assert equity.loc["below_standard", ["before", "after"]].tolist() == pytest.approx([2 / 3, 0])
    parts = found.split.city.loc["convenience_covered_share"]
    assert (parts["supply"], parts["demand"]) == pytest.approx((1 / 3, 0))
    assert found.city.loc["convenience_supply", "verdict"] in {"better", "worse", "same"}


def test_distance_by_hand(before, after):
    found = compare(before, after).zones.xs("convenience_distance_m", level="code")
    at = np.array([55, 155, 255, 355, 455, 555, 655, 755])
    one, two = np.abs(at - 100) + 20, np.minimum(np.abs(at - 100), np.abs(at - 700)) + 20
    assert found.loc[["west", "east"], "before"].tolist() == pytest.approx([one[:4].mean(), one[4:].mean()])
    assert found.loc[["west", "east"], "after"].tolist() == pytest.approx([two[:4].mean(), two[4:].mean()])


def test_supply_and_demand_add_up(town, before):
    people_in(town)
    with_shop(town, X + 700)
    for row, _, _ in town.buildings[6:]:
        row |= {"all": 70, "old": 1}
    found = compare(before, finished(town, "after"))
    for table in (found.split.city, found.split.zones.dropna()):
        assert (table["supply"] + table["demand"]).to_numpy() == pytest.approx(table["change"].to_numpy(), abs=1e-15)
    city = found.split.city.loc["convenience_covered_share"]
    # Before: 80 of 120. People after, shops before: 80 of 220. Both ways the new shop brings everybody to 1.
    assert city["people_after_supply_before"] == pytest.approx(80 / 220)
    assert city["supply"] == pytest.approx((40 / 120 + 140 / 220) / 2)
    assert city["demand"] == pytest.approx((0 + 80 / 220 - 80 / 120) / 2)
    assert {d.code: d.verdict for d in found.differences} == {"buildings": "measured", "facilities": "measured"}


def test_the_split_is_that_of_running_again(town, tmp_path):
    from geoprio.pipeline import split_effect

    people_in(town)
    file = tmp_path / "town" / "s.toml"
    file.write_text(
        'name = "试"\ncrs = "EPSG:32650"\n[[facilities]]\ncategory = "convenience"\nid = "n"\n'
        f'x = {X + 700}\ny = 3450195.0\n[[population]]\nfactor = 3\nzones = ["east"]\n',
        encoding="utf-8",
    )
    found = split_effect(town.write(), scenario=file)
    tables = found.change.split
    for code in ("convenience_covered_share", "convenience_distance_m"):
        for name in ("before", "after", "people_before_supply_after", "supply", "demand"):
            assert found.city.loc[code, name] == pytest.approx(tables.city.loc[code, name], abs=1e-12)
    both = found.zones[["supply", "demand"]].sum(axis=1, skipna=False) - found.zones["change"]
    assert both.dropna().abs().max() < 1e-9
    # People share supply, so that more of them take from it: only running again tells.
    assert found.city.loc["convenience_supply", "demand"] < 0 < found.city.loc["convenience_supply", "supply"]
    assert [d.code for d in found.change.differences] == ["scenario"]
    with pytest.raises(InputError, match="does not differ from itself"):
        split_effect(town.write())


def test_buildings_of_one_run_only(town, before):
    people_in(town)
    town.buildings.pop()
    town.buildings.append(({"id": "new", "use": "residential", "all": 30, "old": 3}, *town.buildings[0][1:]))
    found = compare(before, finished(town, "after"))
    assert found.split.zones["supply"].isna().all()
    assert found.split.city["supply"].isna().all()
    assert found.split.zones["unmatched"].gt(0).all()
    assert any("only one run has" in en for _, en in found.notes)


def test_ids_that_are_row_numbers_are_not_matched(before):
    moved = before.buildings.set_geometry(before.buildings.geometry.translate(50, 0))
    found = compare(before, dataclasses.replace(before, buildings=moved))
    assert found.split.city.empty
    assert found.served.empty
    assert any("different places" in en for _, en in found.notes)


REFUSED = {
    "access_method": lambda r: dataclasses.replace(r, access_method="straight_line"),
    "walking": lambda r: dataclasses.replace(
        r, walking={c: {**w, "speed_m_per_min": 99.0} for c, w in r.walking.items()}
    ),
    "cutoff": lambda r: changed(r, access={"cutoff_m": 2000.0}),
    "reach": lambda r: changed(r, access={"max_snap_m": 10.0}),
    "network": lambda r: dataclasses.replace(
        r, inputs=tuple({**i, "sha256": "0"} if i["path"].startswith("streets") else i for i in r.inputs)
    ),
    "crs": lambda r: dataclasses.replace(r, crs="EPSG:32651", zones=r.zones.to_crs("EPSG:32651"),
                                         buildings=r.buildings.to_crs("EPSG:32651")),
    "zone_ids": lambda r: dataclasses.replace(
        r, inputs=tuple({**i, "sha256": "0"} if i["path"].startswith("zones") else i for i in r.inputs)
    ),
    "boundary": lambda r: dataclasses.replace(
        r, zones=r.zones.set_geometry(shapely.transform(r.zones.geometry.to_numpy(), lambda p: p + np.array([20, 0])))
    ),
    "demand": lambda r: dataclasses.replace(
        r, categories={c: {**k, "demand": "dwellings"} for c, k in r.categories.items()}
    ),
    "zone_source": lambda r: changed(r, zones={"eligible": {"built_before": 1980, "column": None}}),
    "population_source": lambda r: dataclasses.replace(r, project={**r.project, "population": {"unit": "x"}}),
    "building_source": lambda r: changed(r, buildings={"floor_height_m": 2.5}),
    "facility_source": lambda r: dataclasses.replace(
        r, project={**r.project, "facilities": [{**f, "profile": "amap"} for f in r.project["facilities"]]}
    ),
    "condition_source": lambda r: dataclasses.replace(r, project={**r.project, "condition": {"built_before": 1980}}),
    "version": lambda r: dataclasses.replace(r, version="0.0.1"),
}  # fmt: skip


@pytest.mark.parametrize("code", sorted(REFUSED))
def test_runs_that_cannot_be_compared(before, code):
    if code == "zone_ids":
        before = dataclasses.replace(before, zones=before.zones.rename({"west": "z1", "east": "z2"}))
        before = changed(before, zones={"id": None})
    other = REFUSED[code](before)
    with pytest.raises(InputError, match=f"The runs cannot be compared. {code}: .*before: .*after: .*; ") as caught:
        compare(before, other)
    assert len(caught.value.problems) == 1
    found = compare(before, other, allow=[code])
    assert [(d.code, d.verdict) for d in found.differences] == [(code, "allowed")]
    zh, en = found.notes[0]
    assert "按名允许" in zh
    assert "allowed by name" in en


def test_every_refusal_is_tried():
    assert set(REFUSED) == REFUSABLE


def test_what_cannot_be_allowed(before):
    with pytest.raises(InputError, match="'rules' is no difference that can be allowed"):
        compare(before, before, allow=["rules"])


def test_moved_boundaries_are_told_zone_by_zone(before):
    other = REFUSED["boundary"](before)
    found = compare(before, other, allow=["boundary"])
    # 20 m of 400 m are lost on one side and won on the other.
    assert found.boundary_changed == {zone: pytest.approx(40 / 420) for zone in ("west", "east")}
    assert found.wide["boundary_changed"].all()
    assert compare(before, other, tolerance=0.1).boundary_changed == {}


def test_another_threshold_is_taken_out(town, before):
    people_in(town)
    rules = '[[indicators]]\ncode = "convenience_covered_share"\nthreshold_m = 100\n'
    found = compare(before, finished(town, "after", extra=rules))
    assert {d.code: d.verdict for d in found.differences} == {"rules": "neutralised"}
    assert "convenience_supply" not in found.measures
    assert any("catchments follow the thresholds" in en for _, en in found.notes)
    assert set(found.zones["verdict"]) <= {"same", "unknown"}
    assert found.zones.loc[("west", "priority"), "change"] == 0


def test_other_weights_are_taken_out(town, before):
    people_in(town)
    score = "\n[score]\nweights = {convenience_covered_share = 1, convenience_distance_m = 3}\n"
    found = compare(before, finished(town, "after", extra=score))
    assert [(d.code, d.verdict) for d in found.differences] == [("scoring", "neutralised")]
    assert found.zones["change"].dropna().abs().max() < 1e-9
    # The ranks of the runs themselves differ by their weights alone.
    moves = found.ranks.table if found.ranks is not None else None
    assert moves is None or moves["priority_data"].abs().max() < 1e-9


def test_relative_scores_are_left_out(town):
    people_in(town)
    run = finished(town, extra='\n[score]\nnormalize = "minmax"\nmissing = "impute:median"\n'
                   'weights = {convenience_covered_share = 1, elder_care_distance_m = 1}\n')  # fmt: skip
    found = compare(run, run)
    assert "priority" not in found.measures
    assert found.ranks is None
    assert [(d.code, d.verdict) for d in found.differences] == [("relative_scale", "neutralised")]


def test_zones_and_categories_that_came_and_went(before):
    fewer = dataclasses.replace(before, zones=before.zones.loc[["east"]])
    found = compare(before, fewer)
    assert (found.removed, found.added) == (("west",), ())
    assert compare(fewer, before).added == ("west",)
    assert [d.code for d in found.differences] == ["zones"]
    less = dataclasses.replace(before, rules={"convenience": before.rules["convenience"]},
                               categories={"convenience": before.categories["convenience"]})  # fmt: skip
    one = compare(before, less)
    assert "categories" in {d.code for d in one.differences}
    assert not [c for c in one.measures if c.startswith("elder_care")]
    strange = dataclasses.replace(before, zones=before.zones.rename(lambda zone: f"x{zone}"))
    with pytest.raises(InputError, match="share no zone id"):
        compare(before, strange)


def test_supply_of_another_method_is_left_out(before):
    found = compare(before, changed(before, access={"supply": "2sfca"}))
    assert [(d.code, d.verdict) for d in found.differences] == [("supply", "neutralised")]
    assert "convenience_supply" not in found.measures


def test_extra_columns_and_deprivation(before):
    zones = before.zones.assign(satisfaction=[0.5, 0.6], poverty=[3.0, 1.0])
    one = dataclasses.replace(before, zones=zones)
    two = dataclasses.replace(before, zones=zones.assign(satisfaction=[0.7, 0.6]))
    found = compare(one, two, extra={"satisfaction": -1}, deprivation="poverty")
    assert sorted(found.zones.xs("satisfaction", level="code")["verdict"]) == ["better", "same"]
    with pytest.raises(InputError, match="no column of numbers 'gone'"):
        compare(one, two, extra={"gone": 1})
    with pytest.raises(InputError, match="direction 2"):
        compare(one, two, extra={"satisfaction": 2})
    with pytest.raises(InputError, match="deprivation"):
        compare(one, two, deprivation="name")


def test_face_and_lining(before):
    zones = before.zones.assign(
        roof_fault_share=[0.5, 1.0], roof_fault_surveyed=[4.0, 4.0], facade_fault_share=[1.0, np.nan]
    )
    later = zones.assign(roof_fault_share=[0.0, 1.0], facade_fault_share=[1.0, 0.0])
    found = compare(*(dataclasses.replace(before, zones=z) for z in (zones, later))).sides
    assert found.loc["roof_fault_share", ["side", "before", "after"]].tolist() == ["lining", 0.75, 0.5]
    assert found.loc["roof_fault_share", ["zones_better", "zones_worse"]].tolist() == [1, 0]


def test_shares_follow_from_the_buildings(before):
    for category in before.rules:
        assert reproduced(before, category).all()
    off = dataclasses.replace(before, zones=before.zones.assign(convenience_covered_share=0.123))
    assert not reproduced(off, "convenience").any()
    found = compare(before, off)
    assert found.split.city.loc["convenience_covered_share", ["supply", "demand"]].isna().all()
    assert any("do not follow from their buildings" in en for _, en in found.notes)
    assert counted(before, "convenience")["demand"].sum() == 120


def test_the_matrix_of_a_finished_run(before):
    matrix = matrix_of(before)
    assert set(matrix.codes) == set(before.weights)
    with pytest.raises(InputError, match="no column"):
        matrix_of(dataclasses.replace(before, zones=before.zones.drop(columns="convenience_covered_share")))


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    base = tmp_path_factory.mktemp("saved")
    geoprio.run(people_in(Town(base)).write()).save(base / "out")
    return base / "out"


@pytest.fixture
def folder(saved, tmp_path):
    return shutil.copytree(saved, tmp_path / "out")


def _edit(folder, change):
    found = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    change(found)
    (folder / "run.json").write_text(json.dumps(found), encoding="utf-8")


def _swap(path):
    target = path.with_name("elsewhere")
    path.rename(target)
    path.symlink_to(target)


BROKEN = {
    "no such folder": shutil.rmtree,
    "holds no run.json": lambda f: (f / "run.json").unlink(),
    "not JSON": lambda f: (f / "run.json").write_text("{", encoding="utf-8"),
    "not as geoprio run writes it": lambda f: (f / "run.json").write_text("[]", encoding="utf-8"),
    "it is not geoprio's": lambda f: _edit(f, lambda d: d.update(program="x")),
    "geoprio compare wrote it": lambda f: _edit(f, lambda d: d.update(command="compare")),
    "does not say working_crs": lambda f: _edit(f, lambda d: d.pop("working_crs")),
    r"\(KeyError": lambda f: _edit(f, lambda d: d["rules"][0].pop("threshold")),
    "buildings.parquet is not there": lambda f: (f / "buildings.parquet").unlink(),
    "zones.parquet is not there": lambda f: _swap(f / "zones.parquet"),
    "does not list zones.parquet": lambda f: _edit(
        f, lambda d: d.update(files=[e for e in d["files"] if e["path"] != "zones.parquet"])
    ),
    "zones.parquet: changed since the run": lambda f: (f / "zones.parquet").write_bytes(b"PAR1"),
    "quality.json: changed since the run": lambda f: (f / "quality.json").write_text("{}", encoding="utf-8"),
}


@pytest.mark.parametrize("message", sorted(BROKEN))
def test_folders_that_are_no_run(folder, message):
    BROKEN[message](folder)
    with pytest.raises((InputError, MissingError), match=message):
        load_run(folder)


def test_differences_are_found_by_hashes_not_names(before):
    renamed = dataclasses.replace(
        before,
        project={**before.project, "streets": {**before.project["streets"], "path": "roads.geojson"}},
        inputs=tuple({**i, "path": i["path"].replace("streets", "roads")} for i in before.inputs),
    )
    assert differences(before, renamed) == ()


def test_wide_has_a_row_for_each_zone(before, after):
    wide = compare(before, after).wide
    assert list(wide.index) == list(before.zones.index)
    assert wide.crs == before.zones.crs
    assert pd.api.types.is_float_dtype(wide["priority_change"])
