"""The catalog, what it costs, and what can be done where."""

import numpy as np
import pandas as pd
import pytest
from small_plans import catalog_of, measure, problem_of, source, zones_of

from geoprio._core.errors import InputError
from geoprio.programme import (
    Bundle,
    Condition,
    Floor,
    PlanRules,
    Quantity,
    UnitCost,
    contributions,
    load_catalog,
    need_floors,
    plan,
    prices,
    tabulate,
)
from geoprio.programme.conditions import meets


def test_no_shipped_cost_claims_to_be_verified():
    catalog = load_catalog()
    assert len(catalog.measures) >= 14
    assert {m.grade for m in catalog.measures} == {"safety", "basic", "improving", "upgrading"}
    assert all(m.cost.verified is not True for m in catalog.measures)
    assert all(e.source for m in catalog.measures for e in m.improves)


def test_unverified_costs_hold_only_where_that_is_said():
    catalog = load_catalog().only(("roof", "gas_safety"))
    with pytest.raises(InputError) as caught:
        prices(catalog, {})
    assert "unverified span of 80 to 150 yuan per m2" in str(caught.value)
    assert "'gas_safety' (燃气安全整治, per dwelling) is not known" in str(caught.value)
    found = prices(catalog, {"gas_safety": 900.0}, assume=True)
    assert found["roof"].unit_cny == 115
    assert found["roof"].assumed
    assert not found["gas_safety"].assumed
    with pytest.raises(InputError, match="no such measure"):
        prices(catalog, {"roofs": 1.0}, assume=True)
    with pytest.raises(InputError, match="give yuan above 0"):
        prices(catalog, {"roof": -1.0, "gas_safety": 1.0})


def test_what_is_assumed_is_told_row_by_row():
    catalog = load_catalog().only(("roof",))
    zones = zones_of(2, dwellings=100.0, roof_area_m2=[500.0, np.nan])
    table = tabulate(catalog, zones, prices(catalog, {}, assume=True))
    assert table["quantity"].tolist() == [500, 1500]
    assert table["quantity_from"].tolist() == ["roof_area_m2", "dwellings"]
    assert "geoprio's own guess" not in table["assumed"][0]
    assert "geoprio's own guess; unit cost: middle of an unverified span" in table["assumed"][1]
    assert table["cost_fen"].tolist() == [500 * 11500, 1500 * 11500]


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: catalog_of(measure("a"), measure("a")), "more than once"),
        (lambda: catalog_of(measure("a", requires=("b",))), "which is no measure"),
        (lambda: catalog_of(measure("a", excludes=("a",))), "which is itself"),
        (lambda: catalog_of(measure("a", requires=("b",)), measure("b", requires=("a",))), "circle through a, b"),
        (lambda: UnitCost(low_cny=1, source="x"), "together, or neither"),
        (lambda: UnitCost(low_cny=2, high_cny=1, source="x"), "low_cny is above"),
        (lambda: Condition(column="x"), "give at_least, at_most or one_of"),
        (lambda: Condition(column="x", at_least=1, one_of=("a",)), "one_of stands alone"),
        (lambda: Floor(district="A"), "give share or cny"),
        (lambda: PlanRules(floors=(Floor(district="A", share=0.6), Floor(district="B", share=0.6))), "sum to 1.2"),
        (lambda: PlanRules(zone_min_cny=2, zone_max_cny=1), "above zone_max"),
        (lambda: PlanRules(safety_by=2), "year 2 of 1"),
    ],
)
def test_what_contradicts_itself_is_refused(make, told):
    with pytest.raises(ValueError, match=told):
        make()


def test_a_measure_is_in_one_bundle():
    one = Bundle(code="x", title_zh="甲", title_en="x", measures=("a", "b"), saving=0.1, source="test")
    with pytest.raises(ValueError, match="in two bundles"):
        catalog_of(measure("a"), measure("b"), bundles=(one, one.model_copy(update={"code": "y"})))


def test_choosing_measures_keeps_what_they_need():
    catalog = catalog_of(measure("a", requires=("b",)), measure("b"), measure("c", excludes=("a",)))
    assert catalog.only(("c",)).measures[0].excludes == ()
    with pytest.raises(InputError, match="requires 'b', which is not chosen"):
        catalog.only(("a",))
    with pytest.raises(InputError, match="'d' is not in the catalog"):
        catalog.only(("d",))


def test_conditions_know_what_is_not_known():
    zones = pd.DataFrame({"year": [1990, 2005, None], "kind": ["a", None, "b"]}, index=["x", "y", "z"])
    both = (Condition(column="year", at_most=2000), Condition(column="kind", one_of=("a",)))
    holds, unknown = meets(both, zones, "test")
    assert holds.tolist() == [True, False, False]
    # The third fails by its kind, whatever its year is.
    assert unknown.tolist() == [False, False, False]
    holds, unknown = meets(both[:1], zones, "test")
    assert unknown.tolist() == [False, False, True]
    with pytest.raises(InputError, match="zone 'x' has kind = 'a', which is no number"):
        meets((Condition(column="kind", at_least=1),), zones, "test")


def test_every_status_has_its_reason():
    catalog = catalog_of(
        measure("old", eligible=(Condition(column="year", at_most=2000),)),
        measure("after", requires=("old",)),
        measure("dear", grade="upgrading"),
        measure("idle", closes=None),
        measure("free", quantity=(Quantity(factor=2.0),)),
    )
    zones = zones_of(3, year=[1990, 2005, np.nan], n_old=1.0, n_after=[1.0, 1.0, 1.0], n_dear=1.0, n_idle=1.0)
    problem = problem_of(zones, catalog, (source("city", grades=("basic",)),), pinned={("z0", "free"): False})
    status = problem.table.pivot_table("status", "measure", "zone_id", "first")
    assert status.loc["old"].tolist() == ["candidate", "not_eligible", "unknown"]
    assert status.loc["after"].tolist() == ["candidate", "candidate", "blocked"]
    assert set(status.loc["dear"]) == {"not_fundable"}
    assert set(status.loc["idle"]) == {"no_benefit"}
    assert status.loc["free"].tolist() == ["left_out", "candidate", "candidate"]
    with pytest.raises(InputError, match="pinned: measure 'dear' cannot be done"):
        problem_of(zones, catalog, (source("city", grades=("basic",)),), pinned={("z0", "dear"): True})
    with pytest.raises(InputError, match="no measure 'x' in zone 'z0'"):
        problem_of(zones, catalog, (source("city"),), pinned={("z0", "x"): True})


def test_a_pinned_item_is_done():
    zones = zones_of(2, n_m=1.0, priority=[90.0, 10.0])
    sources = (source("city", budget_cny=100.0),)
    assert plan(problem_of(zones, catalog_of(measure("m")), sources)).done["zone_id"].tolist() == ["z0"]
    pinned = problem_of(zones, catalog_of(measure("m")), sources, pinned={("z1", "m"): True})
    assert plan(pinned).done["zone_id"].tolist() == ["z1"]


def test_floors_by_need():
    catalog = catalog_of(measure("m"))
    zones = zones_of(3, n_m=[1.0, 2.0, 1.0], district=["A", "B", None])
    table = tabulate(catalog, zones, prices(catalog, {}, assume=True))
    assert {f.district: f.share for f in need_floors(table, zones["district"], 0.5)} == {
        "": 0.125,
        "A": 0.125,
        "B": 0.25,
    }
    with pytest.raises(InputError, match="give 0 to 1"):
        need_floors(table, zones["district"], 2.0)


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [("n_m", -1.0, "below 0"), ("n_m", "many", "no number"), ("price_factor", 0.0, "must be above 0")],
)
def test_numbers_that_cannot_be_are_named(column, value, told):
    zones = zones_of(1, **({"n_m": 1.0} | {column: value}))
    with pytest.raises(InputError, match=f"z0.*{told}"):
        tabulate(catalog_of(measure("m")), zones, prices(catalog_of(measure("m")), {}, assume=True))


def test_a_file_that_is_no_catalog_is_named(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text("measures = 3", encoding="utf-8")
    with pytest.raises(InputError, match=r"own.toml: name: Field required"):
        load_catalog(path)
    path.write_text("][", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be read as a catalog"):
        load_catalog(path)


def test_contributions_are_those_that_effects_speak_of():
    zones = zones_of(1, elder_care_covered_share_contribution=12.0)
    points = contributions(load_catalog(), zones)
    # What is closed by its own name is not closed once more as part of the whole.
    assert points.iloc[0].to_dict() == {"elder_care_covered_share": 12.0, "priority": 38.0}
