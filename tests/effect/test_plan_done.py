"""Promised projects beside done ones: deviations, and nothing lost."""

from types import SimpleNamespace

import pandas as pd
import pytest
from xlsxwriter import Workbook

from geoprio._core.errors import InputError, MissingError
from geoprio._core.findings import Findings
from geoprio.effect.done import plan_done, read_projects

PLAN = """片区编号,措施,年度,投资（万元）,工程量,indicator,promised
z1,屋面修缮,2027,10,100,roof_fault_share,-0.5
z1,加装电梯,2027,60,1,,
z2,屋面修缮,2028,20,200,roof_fault_share,-0.5
z2,屋面修缮,2029,5,50,roof_fault_share,-0.5
=z3,路面,2027,不详,10,,
,路面,2027,3,10,,
"""
DONE = """zone,measure,cost,quantity,finished
z1,屋面修缮,120000,100,2028-05-31
z2,屋面修缮,250000,150,2029年
=z3,路面,1e5,10,
z9,路灯,5000,3,2027-01
z1,加装电梯,x,1,昨天
"""


def lists(folder, plan=PLAN, done=DONE):
    findings = Findings()
    found = []
    for role, text in (("plan", plan), ("done", done)):
        path = folder / f"{role}.csv"
        path.write_text(text, encoding="utf-8")
        found.append(read_projects(path, role, findings))
    return *found, findings


def test_by_hand(tmp_path):
    plan, done, findings = lists(tmp_path)
    found = plan_done(plan, done, findings=findings)
    table = found.projects
    status = {key: row["status"] for key, row in table.iterrows()}
    assert status == {
        ("z1", "屋面修缮"): "done",
        ("z1", "加装电梯"): "under_way",
        ("z2", "屋面修缮"): "part",
        ("=z3", "路面"): "under_way",
        ("z9", "路灯"): "not_planned",
    }
    roof = table.loc["z1", "屋面修缮"]
    assert roof[["cost_planned", "cost_done", "cost_change", "cost_ratio"]].tolist() == [1e5, 1.2e5, 2e4, 1.2]
    assert (roof["years_late"], roof["quantity_change"], roof["finished"]) == (1, 0, "2028-05-31")
    # Two rows of one project are added up.
    both = table.loc["z2", "屋面修缮"]
    assert both[["cost_planned", "quantity_planned", "year_planned", "rows_planned", "years_late"]].tolist() == [
        250_000, 250, 2029, 2, 0]  # fmt: skip
    assert found.totals.loc["all", "projects"] == 5
    assert found.totals["projects"].drop("all").sum() == 5
    assert found.totals.loc["all", "cost_done"] == 120_000 + 250_000 + 100_000 + 5_000
    # The row without a zone, the cost and the date that are none are told.
    assert set(found.rejects["column"]) == {"", "cost", "finished"}
    assert found.rejects["reason"].str.contains("zone or measure is missing").sum() == 1
    assert any("several rows" in en for _, en in found.notes)


def test_years_from_one_and_sides(tmp_path):
    text = "zone id,zone,measure,measure (code),face or lining,year,cost (CNY)\nz1,甲,Roof,roof,lining,2,100\n"
    plan, done, _ = lists(tmp_path, text, "zone,measure,cost,finished\nz1,roof,90,2030\nz2,paint,5,2030\n")
    found = plan_done(plan, done)
    assert list(found.projects.index) == [("z1", "roof"), ("z2", "paint")]
    assert found.projects["years_late"].isna().all()
    assert any("count from 1" in en for _, en in found.notes)
    assert found.sides.loc["lining", ["projects", "cost_planned", "cost_done"]].tolist() == [1, 100, 90]
    late = plan_done(plan, done, first_year=2027).projects["years_late"]
    assert late.loc["z1", "roof"] == 2


def test_nothing_done_and_nothing_planned(tmp_path):
    plan, done, _ = lists(tmp_path)
    assert set(plan_done(plan, done.iloc[:0]).projects["status"]) == {"not_done"}
    assert set(plan_done(plan.iloc[:0], done).projects["status"]) == {"not_planned"}


def test_promised_and_measured(tmp_path):
    plan, done, _ = lists(tmp_path)
    index = pd.MultiIndex.from_tuples(
        [("z1", "roof_fault_share"), ("z2", "roof_fault_share")], names=["zone_id", "code"]
    )
    change = SimpleNamespace(
        zones=pd.DataFrame({"change": [-0.6, -0.2]}, index=index), people=pd.Series(1.0, index=["z1", "z2"])
    )
    found = plan_done(plan, done, change=change)
    table = found.projects
    assert table.loc[("z1", "屋面修缮"), ["promised", "measured", "kept"]].tolist() == [-0.5, -0.6, True]
    assert table.loc[("z2", "屋面修缮"), ["measured", "kept"]].tolist() == [-0.2, False]
    assert pd.isna(table.loc[("z1", "加装电梯"), "kept"])
    assert not table.loc[("z9", "路灯"), "zone_known"]
    assert any("other things that changed" in en for _, en in found.notes)


def test_a_workbook_and_named_columns(tmp_path):
    path = tmp_path / "done.xlsx"
    with Workbook(path) as book:
        sheet = book.add_worksheet()
        for r, row in enumerate([["哪里", "measure", "cost"], ["z1", "路面", 5.5], ["z2", "路面", 6]]):
            sheet.write_row(r, 0, row)
    found = read_projects(path, "done", Findings(), {"zone": "哪里"})
    assert found["zone"].tolist() == ["z1", "z2"]
    assert found["cost"].tolist() == [5.5, 6]
    with pytest.raises(InputError, match="no column for zone"):
        read_projects(path, "done", Findings())
    with pytest.raises(InputError, match="no column 'gone'"):
        read_projects(path, "done", Findings(), {"zone": "gone"})
    with pytest.raises(InputError, match="'zones' is not one of"):
        read_projects(path, "done", Findings(), {"zones": "x"})
    with pytest.raises(MissingError):
        read_projects(tmp_path / "none.csv", "plan", Findings())


def test_promises_that_cannot_be_checked_are_told(tmp_path):
    text = (
        "zone,measure,indicator,promised\nz1,roof,roof_fault_share,-0.5\nz1,roof,facade_fault_share,-0.2\n"
        "z2,roof,no_such_share,-0.5\nz3,roof,,\n"
    )
    plan, done, _ = lists(tmp_path, text, "zone,measure\nz1,roof\n")
    index = pd.MultiIndex.from_tuples([("z1", "roof_fault_share")], names=["zone_id", "code"])
    change = SimpleNamespace(
        zones=pd.DataFrame({"change": [-0.6]}, index=index), people=pd.Series(1.0, index=["z1", "z2", "z3"])
    )
    found = plan_done(plan, done, change=change)
    assert found.projects.loc[("z1", "roof"), ["promised", "kept"]].tolist() == [-0.5, True]
    said = [en for _, en in found.notes]
    assert any(en.startswith("1 projects promise several things") for en in said)
    assert any(en.startswith("1 promises cannot be checked") for en in said)
